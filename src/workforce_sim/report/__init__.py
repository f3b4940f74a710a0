"""Charts and the page for the meeting: what a study found, for people who will never open a notebook.

- ``answer``, ``in_words``, ``badge``: what is said in words, and how often bands like these have held;
- ``charts``: every picture, a file a kind; ``charts.style`` is how all of them look;
- ``child``: one child's story and futures;
- ``sections``: the parts of a report; ``contents`` puts them in order, as ``blocks``;
- ``printed``: the page (HTML), Word and Excel;
- ``explorer``: a study that answers while sliders move.
"""
