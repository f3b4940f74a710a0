"""Charts and the page for the meeting: what a study found, for people who will never open a notebook."""
