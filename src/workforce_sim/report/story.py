"""One child's story: what happened to a family, in dates and sentences, from the event log of a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np

from workforce_sim.authority.calendar import in_words
from workforce_sim.report.numbers import plural

#: Parts of the drift ledger in the order in which a story tells them.
_PARTS = (
    ("natural_days", "natural: what the work takes with full attention"),
    ("unallocated_days", "unallocated"),
    ("slow_days", "slow progress"),
    ("repeated_days", "repeated work after a change of worker"),
)

_WHY_BACK = {"left": "the worker left", "agency ended": "the agency assignment ended"}


def story(case: int, log: Any, ledger: Any, date_of: Callable[[float], dt.date], end: float) -> str:
    """A family's case from referral to closure, or to the end of the run.

    Args:
        case: number of the case.
        log: event log as a table: ``day, event, post, case``.
        ledger: drift ledger as a table, indexed by case.
        date_of: the date of a working day.
        end: last working day of the run.
    """
    row = ledger.loc[case]
    own = log[log["case"] == case]
    staff = log[log["case"] < 0]
    children = int(row["children"])
    urgent = "urgent" if row["priority"] == 0 else "not urgent"
    opening = f"Case {case}: {plural(children, 'child', 'children')}, {urgent}."
    if row["already_open_days"] > 0:
        opening += f" Open for {row['already_open_days']:.0f} working days before the start."
    lines, workers = [opening], 0
    for day, event, post in zip(own["day"], own["event"], own["post"], strict=True):
        said = ""
        if event == "referred":
            said = "open at the start" if row["referred_day"] == 0 else "referred"
        elif event == "allocated":
            workers += 1
            said = f"allocated to the worker in post {post}" + (
                f", worker number {workers}" if workers > 1 else ""
            )
        elif event == "returned":
            same = staff[(staff["post"] == post) & np.isclose(staff["day"], day)]
            why = [_WHY_BACK[e] for e in same["event"] if e in _WHY_BACK]
            said = f"{why[0] if why else 'the worker went'}; back on the waiting list"
        elif event == "closed":
            said = "closed"
        lines.append(f"  {in_words(date_of(day))}: {said}.")
    if np.isnan(row["closed_day"]):
        lines.append(f"  {in_words(date_of(end))}: still open.")
    days = row["elapsed_days"]
    lines.append(f"  {days:.0f} working days, {plural(workers, 'worker')}. Of these:")
    lines += [f"    {row[name]:6.1f} {words}" for name, words in _PARTS]
    return "\n".join(lines)
