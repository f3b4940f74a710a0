"""One child's days by stage: what the work takes and the parts of drift, in tables that add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workforce_sim.measures.paths import DRIFT

#: The parts of a child's days (section 5 of docs/model.md).
PARTS = ("natural", *DRIFT)

#: The parts as headings of narrow columns.
_HEADINGS = {
    "natural": "natural",
    "decision": "decision",
    "unallocated": "unallocated",
    "absent": "absent",
    "slow": "slow",
    "repeated": "repeated",
    "missed_review": "missed review",
    "sign_off": "sign-off",
}

#: Days that would be printed as 0.0.
NOTHING = 0.05
_WIDEST = 26  # letters of a column


@dataclass(frozen=True, slots=True)
class StageDays:
    """A child's working days in one stage, all visits to it together.

    Attributes:
        stage: its name.
        visits: how many there were.
        days: by part, to a tenth of a day; what is printed and drawn are sums of these.
    """

    stage: str
    visits: int
    days: Mapping[str, float]

    @property
    def total(self) -> float:
        """All days in the stage."""
        return sum(self.days.values())

    @property
    def drift(self) -> float:
        """The days that are not natural."""
        return self.total - self.days["natural"]


def by_stage(visits: Any) -> list[StageDays]:
    """The ledger of one child, stages in order of the first visit.

    Args:
        visits: the rows of ``run.visits`` of one case.
    """
    found = []
    for stage, rows in visits.groupby("stage", sort=False):
        days = {part: max(0.0, round(float(rows[f"{part}_days"].sum()), 1)) for part in PARTS}
        found.append(StageDays(str(stage), len(rows), days))
    return found


def parts_in(ledgers: Sequence[Sequence[StageDays]]) -> list[str]:
    """Natural time, and the parts of drift that are there."""
    return [
        part
        for part in PARTS
        if part == "natural" or any(s.days[part] >= NOTHING for ledger in ledgers for s in ledger)
    ]


def ledger_table(ledger: Sequence[StageDays]) -> list[str]:
    """Lines of text: a row a stage, a column a part, and sums of what is printed."""
    parts = parts_in([ledger])
    names = [s.stage + (f" ({s.visits} visits)" if s.visits > 1 else "") for s in ledger]
    cells = [[s.days[part] for part in parts] for s in ledger]
    cells = [[*row, sum(row)] for row in cells]
    if len(cells) > 1:
        names, cells = [*names, "all stages"], [*cells, [sum(column) for column in zip(*cells, strict=True)]]
    body = [[f"{x:.1f}" if x else "-" for x in row] for row in cells]
    return _columns("stage", names, [*(_HEADINGS[part] for part in parts), "all days"], body)


def comparison_table(ledgers: Mapping[str, Sequence[StageDays]]) -> list[str]:
    """Lines of text: the same child in several scenarios, days by stage and how many of them are drift."""
    stages = stages_in(ledgers)
    names = [*stages, *(["all stages"] if len(stages) > 1 else [])]
    found = [{s.stage: (s.total, s.drift) for s in ledger} for ledger in ledgers.values()]
    body = [[_days_and_drift(*days[stage]) if stage in days else "-" for days in found] for stage in stages]
    if len(stages) > 1:
        sums = [[sum(x) for x in zip(*days.values(), strict=True)] for days in found]
        body.append([_days_and_drift(*pair) for pair in sums])
    heads = [name if len(name) <= _WIDEST else f"{name[: _WIDEST - 1]}…" for name in ledgers]
    return _columns("stage", names, heads, body)


def stages_in(ledgers: Mapping[str, Sequence[StageDays]]) -> list[str]:
    """The stages a child goes through in any scenario, in order of the first visit."""
    return list(dict.fromkeys(s.stage for ledger in ledgers.values() for s in ledger))


def _days_and_drift(days: float, drift: float) -> str:
    return f"{days:.1f} ({drift:.1f})"


def _columns(corner: str, names: list[str], heads: list[str], body: list[list[str]]) -> list[str]:
    """Text in columns, numbers to the right."""
    first = max(len(name) for name in [corner, *names])
    widths = [max(len(row[i]) for row in [heads, *body]) for i in range(len(heads))]
    return [
        "  ".join([name.ljust(first), *(cell.rjust(w) for cell, w in zip(row, widths, strict=True))]).rstrip()
        for name, row in zip([corner, *names], [heads, *body], strict=True)
    ]
