"""Writes docs/policies.md from the policies themselves: `python -m tests.policies_page`."""

from __future__ import annotations

import inspect
from pathlib import Path

import workforce_sim as ws

PAGE = Path(__file__).parents[1] / "docs" / "policies.md"

INTRODUCTION = """# Policies

<!-- Written by `python -m tests.policies_page` from the docstrings; a test checks that it is up to date. -->

Everything a planner can do to a service, and what can happen to it. Each is a frozen value that is checked
when it is made, has a start (and perhaps an end), and can be combined with any other in one list. A start or
end is a date, or a condition looked at on the first of every month: `start=ws.When("caseload", above=20,
months=3)`. Policies that touch different things commute to the last bit, and each has a form that does
nothing (0 posts, 0%) and leaves a run as it was. What they cost is booked by month and heading
(`result.budget()`).

Sizes that no source gives are assumptions, and say so. Where a policy's effect is "stated by you", the
library does not know it either: try a range.

| policy | what it is | effect path and unit | evidence |
|---|---|---|---|
"""

OWN = """
Your own policy is a function `def process(env, service): ...` that runs as a SimPy process, or a subclass of
`ws.Intervention` with `levers()` (what it sets while it lasts; the levers are listed in
`workforce_sim.workforce.levers.LEVERS`), `yearly_gbp()` and `once_gbp()` (what it costs).

Three things that surprise: **new posts raise agency use** until somebody is hired, since they are vacancies
that are covered like others; **a cap on agency raises hiring**, since a post with nobody in it is
recruited to in weeks, one that is covered hardly at all; and **more managers than the authority has do not
lower leaving** (`SupervisionRatio`), since the ratio at the start is what the model takes to be needed: they
stand in for those who are away, cost money, and half of them are promoted case holders. To ask what a better
ratio would do, state it as needed first: `mine.with_changes(supervision={"span": 4})`.
"""


def policies() -> list[type[ws.Intervention]]:
    """All policies that come with the library, by name."""
    found = [thing for thing in vars(ws).values() if inspect.isclass(thing)]
    return sorted(
        (c for c in found if issubclass(c, ws.Intervention) and c is not ws.Intervention),
        key=lambda c: c.__name__,
    )


def text() -> str:
    """The page."""
    rows = []
    for policy in policies():
        first = (inspect.getdoc(policy) or "").split("\n\n")[0].replace("\n", " ").rstrip(".")
        rows.append(f"| `{policy.__name__}` | {first} | {policy.effect} | {policy.evidence} |")
    return INTRODUCTION + "\n".join(rows) + "\n" + OWN


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
