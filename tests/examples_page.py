"""Writes examples/README.md from the docstrings of the bids: `python -m tests.examples_page`."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[1] / "examples"
PAGE = FOLDER / "README.md"

#: The scripts that ask what a director asks, in the order of the page.
BIDS = (
    "new_posts",
    "pay_and_supplement",
    "agency_conversion",
    "newly_qualified_academy",
    "surge_team",
    "early_help",
    "team_structure",
    "supervision",
)

INTRODUCTION = """# Examples: bids to start from

<!-- Written by `python -m tests.examples_page` from the docstrings; a test checks that it is up to date. -->

Each is a script of one screen: the question, how weak the evidence is, the plans, and the headline it prints.
It also writes the page for the meeting to `results/`. Run one with

```
python examples/new_posts.py
```

and put your own service in place of `ws.Authority.preset("england-2025")`, the median English authority of
2025 (174 workers in post, 100 posts that hold cases). All are three years or less, 20 worlds, seed 1, and
chance only: the assumptions are held fixed, and many of them are weak. A slow test runs every one of them and
holds what it prints against what is written here.

| question | script | in short | seconds |
|---|---|---|---|
"""

REST = """
Seconds are rough: processor time, the page included.

## The others

| script | what it is | page |
|---|---|---|
"""

#: Scripts that ask something else, with the page of docs/ that they belong to.
OTHERS = {
    "birmingham_budget_bid": ("Birmingham, spring 2015: `python3 start.py bid` runs it", "birmingham"),
    "all_authorities": ("every English authority under four plans, on a Dask cluster", "studies_at_scale"),
    "do_nothing_year": ("does a do-nothing year stay where it starts?", "birmingham"),
    "published_targets": ("the model beside published England", "targets"),
    "workforce_targets": ("the workforce of the model beside published figures", "workforce_targets"),
}


class Bid(NamedTuple):
    """What the docstring of an example says."""

    question: str
    seconds: str
    in_short: str
    headline: str


def bid(name: str) -> Bid:
    """Read an example without running it; every part of its docstring has to be there."""
    doc = ast.get_docstring(ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))) or ""
    about, headline = doc.split("\nHeadline:\n\n")
    question, evidence, in_short = (" ".join(part.split()) for part in about.strip().split("\n\n"))
    assert question.endswith("?"), question
    assert "Evidence: " in evidence, evidence
    seconds = evidence.split("Takes about ")[1].removesuffix(" seconds.")
    assert in_short.startswith("In short: "), in_short
    return Bid(question, seconds, in_short.removeprefix("In short: "), textwrap.dedent(headline).strip())


def text() -> str:
    """The page."""
    rows = []
    for name in BIDS:
        said = bid(name)
        in_short = said.in_short[0].upper() + said.in_short[1:]
        rows.append(f"| {said.question} | [{name}.py]({name}.py) | {in_short} | {said.seconds} |")
    others = [
        f"| [{name}.py]({name}.py) | {what} | [docs/{page}.md](../docs/{page}.md) |"
        for name, (what, page) in OTHERS.items()
    ]
    return INTRODUCTION + "\n".join(rows) + "\n" + REST + "\n".join(others) + "\n"


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
