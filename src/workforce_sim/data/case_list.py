"""A council's list of cases: one row a family, or one a stage of a family, open ones and those closed since.

Kept is what the model needs: how many children, dates, stage, and under a pseudonym who holds it.
"""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workforce_sim.data.lists import (
    Column,
    Pseudonyms,
    Rows,
    checked_dates,
    date,
    identity,
    needed_date,
    overlapping,
    read_rows,
    text,
    whole,
)
from workforce_sim.data.spells import DAYS_PER_YEAR, Spells, spells
from workforce_sim.errors import Problem, nearest, shown

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.data.staff_list import Post, StaffList

_WHERE = "the case list"

#: Stages of the shipped pathway, by names that are common.
STAGE_NAMES = {
    "front door": ("contact", "referral", "mash", "screening", "triage"),
    "assessment": ("c&f", "single assessment", "child and family assessment", "ca", "caf assessment"),
    "section 47": ("s47", "section 47 enquiry", "sec 47", "child protection enquiry"),
    "initial conference": ("icpc", "initial child protection conference", "conference"),
    "child in need plan": ("cin", "child in need", "cin plan", "section 17"),
    "child protection plan": ("cp", "cpp", "child protection", "cp plan"),
    "care proceedings": ("proceedings", "court", "plo", "pre-proceedings"),
    "looked after": ("cla", "lac", "child looked after", "looked after child", "cic", "child in care"),
    "long-term support": ("long term", "long term support", "disability", "disabled children"),
}

#: The columns of the list.
COLUMNS = (
    Column(
        "case_id",
        identity,
        "number of the family's case",
        other_names=("id", "case number", "family id", "case ref", "case reference"),
        secret=True,
    ),
    Column(
        "children",
        whole(1, 20, "how many children of the family are in the case; one row a family"),
        "children of the family in the case; empty: 1",
        needed=False,
        other_names=("number of children", "no of children", "siblings in case"),
    ),
    Column(
        "referral_date",
        needed_date,
        "day of the referral that opened the case",
        other_names=("referred", "date of referral", "referral", "case opened", "open date"),
    ),
    Column(
        "closed_date",
        date,
        "day the case was closed; empty while it is open",
        needed=False,
        other_names=("closed", "closure date", "date closed", "case closed"),
    ),
    Column("stage", text, "stage of the pathway", other_names=("status", "case status", "plan", "plan type")),
    Column(
        "stage_start",
        date,
        "day this stage began",
        other_names=("stage start date", "status start", "plan start", "plan start date", "date stage began"),
    ),
    Column(
        "stage_end",
        date,
        "day this stage ended; empty while it goes on. A case may have a row for each of its stages",
        needed=False,
        other_names=("stage end date", "plan end", "plan end date"),
    ),
    Column(
        "worker_id",
        identity,
        "who holds it, as in the staff list; empty if nobody does",
        other_names=("allocated worker", "worker", "social worker id", "allocated to", "swe number"),
        secret=True,
    ),
    Column(
        "worker_changes",
        whole(0, 100, "how often the worker has changed since the referral"),
        "changes of worker since the referral; empty if not known",
        needed=False,
        other_names=("changes of worker", "number of workers changes", "changes"),
    ),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """A family in a stage.

    Attributes:
        case: pseudonym.
        children: of the family.
        referred: day of the referral.
        closed: day the case was closed, or None.
        stage: of the pathway.
        start: of the stage.
        end: of the stage, or None while it goes on.
        worker: pseudonym, empty if nobody holds it.
        changes: of worker since the referral, or None.
        row: in the spreadsheet.
    """

    case: str
    children: int
    referred: dt.date
    closed: dt.date | None
    stage: str
    start: dt.date
    end: dt.date | None
    worker: str
    changes: int | None
    row: int


@dataclass(frozen=True, slots=True)
class CaseList:
    """A case list that has been read.

    Attributes:
        name: of the file.
        as_of: the day it shows.
        observed_from: from when on it has every case that was open, closed ones too; None: open ones only.
        visits: rows.
        left_out: what was wrong with rows that were left out.
        ignored: columns that were not read.
    """

    name: str
    as_of: dt.date
    observed_from: dt.date | None
    visits: tuple[Visit, ...]
    left_out: tuple[Problem, ...]
    ignored: tuple[str, ...]

    def open(self) -> list[Visit]:
        """What is going on on the day of the list: one row a family."""
        return [v for v in self.visits if v.end is None and v.closed is None]

    def open_children(self) -> int:
        """Children with an open case."""
        return sum(v.children for v in self.open())

    def referred(self) -> list[Visit]:
        """Cases referred while everything was known, first or again, one row each."""
        since = self.observed_from
        found = {
            (v.case, v.referred): v
            for v in self.visits
            if since is not None and since < v.referred <= self.as_of
        }
        return list(found.values())

    def by_stage(self) -> pd.DataFrame:
        """Open cases by stage: families, children, children without a worker, median days in it."""
        import pandas as pd

        rows = pd.DataFrame(
            [
                (v.stage, v.children, 0 if v.worker else v.children, (self.as_of - v.start).days)
                for v in self.open()
            ],
            columns=["stage", "children", "unallocated", "days"],
        )
        grouped = rows.groupby("stage", sort=False)
        return pd.DataFrame(
            {
                "families": grouped.size(),
                "children": grouped["children"].sum(),
                "unallocated": grouped["unallocated"].sum(),
                "median_days": grouped["days"].median(),
            }
        )

    def changes_per_year(self) -> float:
        """Changes of worker per child and year open, of open cases that say how many; nan if none does.

        Children looked after in England: about 0.92 a year reproduces the published shares of 2024.
        """
        known = [(v, v.changes) for v in self.open() if v.changes is not None]
        years = sum(v.children * (self.as_of - v.referred).days for v, _ in known) / DAYS_PER_YEAR
        return sum(v.children * n for v, n in known) / years if years else math.nan

    def episodes(self) -> Spells:
        """Calendar days from referral to closure."""
        cases = {(v.case, v.referred): (v.referred, v.closed) for v in self.visits}
        return spells("Open from referral", list(cases.values()), self.as_of, self.observed_from, "days")

    def stages(self) -> dict[str, Spells]:
        """Calendar days in each stage, by stage in order of first mention."""
        found: dict[str, list[tuple[dt.date, dt.date | None]]] = {}
        for v in self.visits:
            found.setdefault(v.stage, []).append((v.start, v.end or v.closed))
        return {
            stage: spells(stage.capitalize(), dates, self.as_of, self.observed_from, "days")
            for stage, dates in found.items()
        }

    def table(self) -> pd.DataFrame:
        """The rows as a table, a row a stage of a family, cases and workers by pseudonym."""
        import pandas as pd

        names = [name for name in Visit.__slots__ if name != "row"]
        return pd.DataFrame([{n: getattr(v, n) for n in names} for v in self.visits], columns=names)


def read_case_list(
    path: str | os.PathLike[str],
    as_of: str | dt.date,
    *,
    staff: StaffList | None = None,
    observed_from: str | dt.date | None = None,
    stages: Mapping[str, str] | None = None,
    leave_out: bool = False,
    key: str | None = None,
) -> CaseList:
    """Read a list of cases, CSV or Excel.

    Args:
        path: the file; a template is written by :func:`~workforce_sim.data.templates.write_template`.
        as_of: the day the list shows.
        staff: the staff list; workers of open cases must be on it, and pseudonyms are the same.
        observed_from: from when on the list has every case that was open, with ``closed_date`` of those
            closed since. Without it no case may be closed, and only ages of open cases are known.
        stages: your names of stages -> stages of the pathway; common names are known.
        leave_out: leave out rows with something wrong (``left_out`` says which), not refuse the list.
        key: for pseudonyms, if no staff list is given.

    Raises:
        InputError: a file that cannot be read, missing columns, and everything wrong with its rows at once.
    """
    day, first = checked_dates(as_of, observed_from, _WHERE)
    rows = read_rows(path, COLUMNS, _WHERE)
    known = _stage_names(stages)
    hide = staff.hide if staff is not None else Pseudonyms.of(key)
    for row, values in rows.values.items():
        _check(row, values, rows, day, first, known)
    _check_overlaps(rows)
    if staff is not None:
        _check_workers(rows, staff, day)
    left_out = rows.settle(_WHERE, leave_out)
    visits = [_visit(row, values, hide, known, day) for row, values in rows.values.items()]
    kept = tuple(v for v in visits if v.closed is None or (first is not None and v.closed > first))
    return CaseList(rows.name, day, first, kept, left_out, rows.ignored)


def _stage_names(stages: Mapping[str, str] | None) -> dict[str, str]:
    """Every name of a stage, in small letters -> stage of the pathway."""
    known = {name.lower(): stage for stage, names in STAGE_NAMES.items() for name in (stage, *names)}
    return known | {str(name).lower(): stage for name, stage in (stages or {}).items()}


def _check(
    row: int,
    values: dict[str, Any],
    rows: Rows,
    day: dt.date,
    first: dt.date | None,
    known: Mapping[str, str],
) -> None:
    """What is wrong with a row that can be read."""
    bad = {problem.path.split(",")[0] for problem in rows.problems.get(row, ())}
    for name, fix in (
        ("case_id", "the number of the case"),
        ("stage", "the stage it is in"),
        ("stage_start", "the day the stage began: of the first stage that of the referral"),
    ):
        if values.get(name) is None and name not in bad:
            rows.wrong(row, name, "empty", "not empty", fix)
    stage = values.get("stage")
    if stage is not None and stage.lower() not in known:
        near = nearest(stage, list(known))
        rule = f"one of {', '.join(STAGE_NAMES)}"
        fix = f"did you mean {known[near]!r}? " if near else ""
        rows.wrong(row, "stage", shown(stage), rule, fix + "or give stages={'your name': 'assessment', ...}")
    referred, closed = values.get("referral_date"), values.get("closed_date")
    start, end = values.get("stage_start"), values.get("stage_end")
    for name, value in (("referral_date", referred), ("stage_start", start), ("stage_end", end)):
        if value is not None and value > day:
            fix = f"leave the row out: the list is of {day}"
            rows.wrong(row, name, str(value), f"not after the date of the list ({day})", fix)
    for earlier, early, later, late in (
        ("referral_date", referred, "stage_start", start),
        ("stage_start", start, "stage_end", end),
        ("referral_date", referred, "closed_date", closed),
    ):
        if early is not None and late is not None and late < early:
            rows.wrong(row, later, str(late), f"not before {earlier} ({early})", "exchange them?")
    if closed is not None and closed <= day and first is None:
        fix = "leave the row out, or give observed_from= so that closed cases count for lengths"
        rows.wrong(row, "closed_date", str(closed), "an open case", fix)


def _check_overlaps(rows: Rows) -> None:
    """Rows of the same case whose dates overlap: a case is in one stage at a time."""
    by_case: dict[str, list[tuple[dt.date, dt.date, int]]] = {}
    for row, values in rows.values.items():
        name, start = values.get("case_id"), values.get("stage_start")
        if name is not None and start is not None:
            end = values.get("stage_end") or values.get("closed_date") or dt.date.max
            by_case.setdefault(name, []).append((start, end, row))
    rule = "not the case of row {first} again at the same time"
    fix = "one row a family, with its children added up; or stage_end of the earlier stage"
    for spans in by_case.values():
        for first, again in overlapping(spans):
            rows.wrong(again, "case_id", "(not shown)", rule.format(first=first), fix)


def _check_workers(rows: Rows, staff: StaffList, day: dt.date) -> None:
    """Workers of open cases who are not on the staff list, have left it, or are said to hold no cases."""
    posts: dict[str, Post] = {}
    for one in staff.posts:
        if one.worker and (one.worker not in posts or one.there(day)):
            posts[one.worker] = one
    said: set[int] = set()
    for row, values in rows.values.items():
        name = values.get("worker_id")
        if name is None or values.get("closed_date") is not None or values.get("stage_end") is not None:
            continue
        post = posts.get(staff.hide(name))
        rule = "a worker who is on the staff list"
        if post is None:
            rows.wrong(row, "worker_id", "(not shown)", rule, "add the worker there, or leave this empty")
        elif not post.there(day):
            fix = f"who holds it now? The worker (row {post.row} of the staff list) left on {post.end}"
            rows.wrong(row, "worker_id", "(not shown)", rule, fix)
        elif not post.case_holder and post.row not in said:
            said.add(post.row)
            fix = f"case_holder = yes in row {post.row} of the staff list (manager = no), or leave this empty"
            rows.wrong(row, "worker_id", "(not shown)", "a worker whose post holds cases", fix)


def _visit(
    row: int, values: dict[str, Any], hide: Pseudonyms, known: Mapping[str, str], day: dt.date
) -> Visit:
    """A row as what is kept of it."""
    closed = values["closed_date"]
    return Visit(
        case=hide(values["case_id"]),
        children=values["children"] or 1,
        referred=values["referral_date"],
        closed=closed if closed is not None and closed <= day else None,
        stage=known[values["stage"].lower()],
        start=values["stage_start"],
        end=values["stage_end"],
        worker=hide(values["worker_id"]) if values["worker_id"] else "",
        changes=values["worker_changes"],
        row=row,
    )
