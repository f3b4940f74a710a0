"""A made-up council whose laws of service and of time open are known, and can be recovered from its lists."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np

AS_OF = dt.date(2025, 9, 30)
SINCE = dt.date(2023, 9, 30)

STAFF = (
    "worker_id",
    "contract",
    "grade",
    "fte",
    "start_date",
    "end_date",
    "team",
    "case_holder",
    "manager",
    "covers_vacancy",
    "salary_gbp",
)
CASES = (
    "case_id",
    "children",
    "referral_date",
    "closed_date",
    "stage",
    "stage_start",
    "stage_end",
    "worker_id",
    "worker_changes",
)

Row = dict[str, Any]


def post(worker: object, **changes: Any) -> Row:
    """A row of the staff list: a permanent social worker since 2020 who holds cases."""
    row = dict.fromkeys(STAFF, "") | {
        "worker_id": str(worker),
        "contract": "permanent",
        "grade": "social worker",
        "fte": "1",
        "start_date": "2020-03-02",
        "team": "North",
        "case_holder": "yes",
    }
    return row | changes


def case(number: object, **changes: Any) -> Row:
    """A row of the case list: two children in an assessment since June, with worker 1."""
    row = dict.fromkeys(CASES, "") | {
        "case_id": str(number),
        "children": "2",
        "referral_date": "2025-06-02",
        "stage": "assessment",
        "stage_start": "2025-06-03",
        "worker_id": "1",
    }
    return row | changes


def write_csv(path: Path, names: tuple[str, ...], rows: list[Row]) -> Path:
    """Rows as a CSV file with the byte-order mark Excel writes."""
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_excel(path: Path, names: tuple[str, ...], rows: list[Row]) -> Path:
    """The same as a workbook, cells of the types given."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(names))
    for row in rows:
        sheet.append([row[name] if row[name] != "" else None for name in names])
    book.save(path)
    return path


def spans(
    rng: np.random.Generator, per_year: float, mean_days: float, law: str = "exponential"
) -> list[tuple[dt.date, dt.date]]:
    """Spells that were under way at or after SINCE, begun at a constant rate long before it."""
    days = (AS_OF - SINCE).days
    before = int(12 * mean_days)
    number = rng.poisson(per_year * (days + before) / 365.25)
    starts = rng.uniform(-before, days, number)
    lengths = (
        rng.exponential(mean_days, number) if law == "exponential" else mean_days * rng.weibull(2.0, number)
    )
    found = [
        (SINCE + dt.timedelta(days=int(start)), SINCE + dt.timedelta(days=int(start + length) + 1))
        for start, length in zip(starts, lengths, strict=True)
    ]
    return [(start, end) for start, end in found if end > SINCE]


def council(seed: int = 5) -> tuple[list[Row], list[Row]]:
    """Staff and cases of a council of about 150 workers and 900 open cases, everybody since SINCE."""
    rng = np.random.default_rng(seed)
    staff: list[Row] = []
    for start, end in spans(rng, 30, 5 * 365.25):
        gone = str(end) if end <= AS_OF else ""
        kind = rng.random()
        row = post(1000 + len(staff), start_date=str(start), end_date=gone, team=f"Team {len(staff) % 8}")
        if kind < 0.2:
            row |= {"grade": "team manager", "case_holder": "no", "manager": "yes", "salary_gbp": "54000"}
        elif kind < 0.4:
            row |= {"grade": "reviewing officer", "case_holder": "no"}
        staff.append(row)
    for start, end in spans(rng, 40, 182.0):
        gone = str(end) if end <= AS_OF else ""
        name = 5000 + len(staff)
        staff.append(post(name, contract="agency", start_date=str(start), end_date=gone, team="Team 1"))
    staff += [post("", contract="vacant", start_date="", team="Team 2") for _ in range(6)]
    holders = [
        r["worker_id"] for r in staff if r["case_holder"] == "yes" and r["worker_id"] and not r["end_date"]
    ]
    cases: list[Row] = []
    for number, (start, end) in enumerate(spans(rng, 1200, 250.0, "weibull")):
        closed = str(end) if end <= AS_OF else ""
        worker = str(rng.choice(holders)) if rng.random() > 0.02 else ""
        stage = str(rng.choice(["assessment", "CIN", "child protection plan"]))
        changes = {
            "referral_date": str(start),
            "stage_start": str(start),
            "closed_date": closed,
            "stage": stage,
        }
        children = str(1 + rng.poisson(0.6))
        cases.append(case(f"F{number}", children=children, worker_id=worker, **changes))
    return staff, cases
