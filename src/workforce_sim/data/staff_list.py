"""A council's staff list: one row a post or a person in it, and who left since the list begins.

What is kept of a person is what the model needs: grade, contract, dates, hours, team and pay, under a
pseudonym. Names, dates of birth and whatever else is in the file are not read.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workforce_sim.data.lists import (
    Column,
    Pseudonyms,
    Rows,
    checked_dates,
    choice,
    date,
    identity,
    number,
    overlapping,
    read_rows,
    text,
    yes_or_no,
)
from workforce_sim.data.spells import Spells, spells
from workforce_sim.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

_WHERE = "the staff list"

_CONTRACTS = {
    "permanent": ("perm", "fixed term", "employed", "substantive", "council", "secondment", "temporary"),
    "agency": ("locum", "agency worker", "interim", "contractor"),
    "vacant": ("vacancy", "empty", "unfilled"),
}

#: The columns of the list.
COLUMNS = (
    Column(
        "worker_id",
        identity,
        "payroll or Social Work England number; empty for a vacant post",
        other_names=("id", "employee id", "employee number", "payroll number", "staff id", "swe number"),
        secret=True,
    ),
    Column(
        "contract",
        choice(_CONTRACTS, "permanent, agency or vacant"),
        "permanent, agency (a vacant post covered by agency) or vacant (nobody in it)",
        other_names=("contract type", "employment type", "type"),
    ),
    Column(
        "grade", text, "social worker, team manager, ...", other_names=("job title", "role", "post title")
    ),
    Column(
        "fte",
        number(0, 1, "full time is 1; hours a week are divided by the full week: 22.2 / 37 = 0.6"),
        "share of full time, up to 1",
        other_names=("wte", "full time equivalent"),
    ),
    Column(
        "start_date",
        date,
        "first day with this employer (of an agency worker: of the assignment)",
        other_names=("start", "date started", "continuous service date", "service start"),
    ),
    Column(
        "end_date",
        date,
        "last day, of those who left; empty for those in post",
        needed=False,
        other_names=("end", "leaving date", "date left", "leave date", "last day"),
    ),
    Column("team", text, "name of the team", needed=False, other_names=("team name", "service")),
    Column(
        "case_holder",
        yes_or_no,
        "yes if the post holds cases",
        other_names=("holds cases", "caseholder", "case holding"),
    ),
    Column(
        "manager",
        yes_or_no,
        "yes if the post manages a team and signs off; empty: if the grade says manager",
        needed=False,
        other_names=("manages", "line manager of a team"),
    ),
    Column(
        "covers_vacancy",
        yes_or_no,
        "no for agency workers above establishment; empty: yes",
        needed=False,
        other_names=("covering vacancy",),
    ),
    Column(
        "salary_gbp",
        number(0, 500_000, "pounds a year, full time: 38500"),
        "pounds a year, full time; only its mean by grade is used",
        needed=False,
        other_names=("salary", "basic salary", "base salary", "full time salary"),
    ),
)


@dataclass(frozen=True, slots=True)
class Post:
    """A post, or a person in it; ``start`` is None only where there is nobody.

    Attributes:
        worker: pseudonym, empty for a vacant post.
        contract: permanent, agency or vacant.
        grade: as in the list.
        fte: share of full time.
        start: first day.
        end: last day, if it is known.
        team: name, or empty.
        case_holder: whether the post holds cases.
        manager: whether it manages a team.
        covers_vacancy: of an agency worker: whether on an established post.
        salary_gbp: full time, or None.
        row: in the spreadsheet.
    """

    worker: str
    contract: str
    grade: str
    fte: float
    start: dt.date | None
    end: dt.date | None
    team: str
    case_holder: bool
    manager: bool
    covers_vacancy: bool
    salary_gbp: float | None = field(repr=False)
    row: int

    def there(self, day: dt.date) -> bool:
        """Whether it is a post of that day: not of somebody who has left."""
        return self.end is None or self.end > day


@dataclass(frozen=True, slots=True)
class StaffList:
    """A staff list that has been read.

    Attributes:
        name: of the file.
        as_of: the day it shows.
        observed_from: from when on it has everybody who was there, leavers too; None: only those in post.
        posts: rows.
        left_out: what was wrong with rows that were left out.
        ignored: columns that were not read.
        hide: from ids to pseudonyms.
    """

    name: str
    as_of: dt.date
    observed_from: dt.date | None
    posts: tuple[Post, ...]
    left_out: tuple[Problem, ...]
    ignored: tuple[str, ...]
    hide: Pseudonyms

    @property
    def years(self) -> float:
        """Years over which leavers are known; 0 if they are not."""
        return (self.as_of - self.observed_from).days / 365.25 if self.observed_from else 0.0

    def current(self, contract: str | None = None) -> list[Post]:
        """Rows of the day of the list, of one contract if asked."""
        return [p for p in self.posts if p.there(self.as_of) and contract in (None, p.contract)]

    def leavers(self, contract: str = "permanent") -> list[Post]:
        """Rows of those who left while everybody was known."""
        return [
            p
            for p in self.posts
            if p.contract == contract
            and p.end is not None
            and self.observed_from is not None
            and self.observed_from < p.end <= self.as_of
        ]

    def service(self, contract: str = "permanent") -> Spells:
        """Lengths of service in years: open ones censored, those there when the list begins truncated."""
        dates = [(p.start, p.end) for p in self.posts if p.contract == contract and p.start is not None]
        what = "Length of service" if contract == "permanent" else "Length of agency assignments"
        return spells(what, dates, self.as_of, self.observed_from, "years")

    def table(self) -> pd.DataFrame:
        """The rows as a table, a row a post, workers by pseudonym, without anybody's pay."""
        import pandas as pd

        names = [name for name in Post.__slots__ if name not in ("row", "salary_gbp")]
        return pd.DataFrame([{n: getattr(p, n) for n in names} for p in self.posts], columns=names)


def read_staff_list(
    path: str | os.PathLike[str],
    as_of: str | dt.date,
    *,
    observed_from: str | dt.date | None = None,
    leave_out: bool = False,
    key: str | None = None,
) -> StaffList:
    """Read a staff list, CSV or Excel.

    Args:
        path: the file; a template is written by :func:`~workforce_sim.data.templates.write_template`.
        as_of: the day the list shows.
        observed_from: from when on the list has everybody who was there, with ``end_date`` of those who
            left since. Without it nobody may have left, and rates of leaving are not known.
        leave_out: leave out rows with something wrong (``left_out`` says which), not refuse the list.
        key: for pseudonyms that are the same every time; drawn and forgotten if not given.

    Raises:
        InputError: a file that cannot be read, missing columns, and everything wrong with its rows at once.
    """
    day, first = checked_dates(as_of, observed_from, _WHERE)
    rows = read_rows(path, COLUMNS, _WHERE)
    for row, values in rows.values.items():
        _check(row, values, rows, day, first)
    _check_twice(rows)
    left_out = rows.settle(_WHERE, leave_out)
    hide = Pseudonyms.of(key)
    posts = [_post(row, values, hide) for row, values in rows.values.items()]
    kept = tuple(
        p for p in posts if p.there(day) or (first is not None and p.end is not None and p.end > first)
    )
    return StaffList(rows.name, day, first, kept, left_out, rows.ignored, hide)


def _check(row: int, values: dict[str, Any], rows: Rows, day: dt.date, first: dt.date | None) -> None:
    """What is wrong with a row that can be read, or what is not there."""
    bad = {problem.path.split(",")[0] for problem in rows.problems.get(row, ())}

    def missing(name: str, fix: str) -> None:
        if values.get(name) is None and name not in bad:
            rows.wrong(row, name, "empty", "not empty", fix)

    missing("contract", "permanent, agency or vacant")
    missing("grade", "the grade of the post")
    missing("fte", "1 for full time")
    missing("case_holder", "yes or no")
    if values.get("contract") != "vacant":
        missing("worker_id", "any number that is the worker's own; contract = vacant if there is nobody")
        missing("start_date", "the first day; about is better than nothing")
    start, end = values.get("start_date"), values.get("end_date")
    if start is not None and start > day:
        fix = f"leave the row out: the list is of {day}"
        rows.wrong(row, "start_date", str(start), f"not after the date of the list ({day})", fix)
    if start is not None and end is not None and end < start:
        rows.wrong(row, "end_date", str(end), f"not before start_date ({start})", "exchange them?")
    elif end is not None and end <= day and first is None:
        fix = "leave the row out, or give observed_from= so that leavers count"
        rows.wrong(row, "end_date", str(end), "nobody who has left", fix)
    if values.get("case_holder") and values.get("manager"):
        rule, fix = "a post that manages holds no cases", "case_holder = no, or manager = no"
        rows.wrong(row, "manager", "yes", rule, fix)


def _check_twice(rows: Rows) -> None:
    """Rows of the same worker whose dates overlap."""
    by_worker: dict[str, list[tuple[dt.date, dt.date, int]]] = {}
    for row, values in rows.values.items():
        name, start = values.get("worker_id"), values.get("start_date")
        if name is not None and start is not None:
            by_worker.setdefault(name, []).append((start, values.get("end_date") or dt.date.max, row))
    fix = "keep one of them; for two part-time posts add up the FTE"
    for spans in by_worker.values():
        for first, again in overlapping(spans):
            rows.wrong(again, "worker_id", "(not shown)", f"not the worker of row {first} again", fix)


def _post(row: int, values: dict[str, Any], hide: Pseudonyms) -> Post:
    """A row as what is kept of it."""
    manager = values["manager"]
    if manager is None:
        manager = "manager" in values["grade"].lower() and not values["case_holder"]
    covers = values["covers_vacancy"]
    vacant = values["contract"] == "vacant"
    return Post(
        worker="" if vacant else hide(values["worker_id"]),
        contract=values["contract"],
        grade=values["grade"],
        fte=values["fte"],
        start=None if vacant else values["start_date"],
        end=None if vacant else values["end_date"],
        team=values["team"] or "",
        case_holder=values["case_holder"],
        manager=manager,
        covers_vacancy=values["contract"] == "agency" and covers is not False,
        salary_gbp=values["salary_gbp"],
        row=row,
    )
