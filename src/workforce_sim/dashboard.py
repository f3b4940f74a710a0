"""What the dashboard would show beside the truth: entries made late, waiting families hidden."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from workforce_sim.casework.eventlog import Kind

Floats = npt.NDArray[np.float64]


def dashboard(
    log: Any,
    visits: dict[str, npt.NDArray[Any]],
    marks: Floats,
    assessment: int | None,
    late_days: Floats,
    hidden: npt.NDArray[np.bool_],
) -> dict[str, Floats]:
    """True and shown figures at month marks.

    Args:
        log: the event log (record array with ``time, kind, case``).
        visits: rows of the drift ledger.
        marks: working days at which to look, shape ``(m,)``.
        assessment: the stage whose timeliness is reported, or None.
        late_days: by case, how much later all its entries are made.
        hidden: by case, whether its waiting for a worker is never shown.

    Returns:
        ``open_children, unallocated_children, assessments_in_time_rate`` and the same with ``_shown``.
    """
    children = np.zeros(len(late_days))
    children[visits["case"]] = visits["children"]
    found: dict[str, Floats] = {}
    truth = (np.zeros_like(late_days), np.ones_like(hidden))
    for suffix, (late, shown) in {"": truth, "_shown": (late_days, ~hidden)}.items():
        begins, ends, case = _spells(log, {Kind.REFERRED}, {Kind.CLOSED, Kind.TURNED_AWAY})
        found[f"open_children{suffix}"] = _at(
            marks, begins + late[case], ends + late[case], children[case], closures=True
        )
        begins, ends, case = _spells(log, {Kind.REFERRED, Kind.RETURNED}, {Kind.ALLOCATED, Kind.TURNED_AWAY})
        weight = children[case] * shown[case]
        found[f"unallocated_children{suffix}"] = _at(
            marks, begins + late[case], ends + late[case], weight, closures=False
        )
        found[f"assessments_in_time_rate{suffix}"] = _in_time(visits, marks, assessment, late)
    return found


def _spells(log: Any, opens: set[Kind], closes: set[Kind]) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """Spells between events of these kinds, case by case: begins, ends (``inf`` while they last), case."""
    kinds = np.array(sorted(int(k) for k in opens | closes))
    rows = log[np.isin(log["kind"], kinds)]
    rows = rows[np.argsort(rows["case"], kind="stable")]
    opening = np.isin(rows["kind"], [int(k) for k in opens])
    begins = np.flatnonzero(opening)
    after = np.append(rows["case"], -1)[begins + 1] == rows["case"][begins]
    ends = np.where(after, np.append(rows["time"], np.inf)[begins + 1], np.inf)
    return rows["time"][begins].astype(np.float64), ends, rows["case"][begins].astype(np.int64)


def _at(marks: Floats, begins: Floats, ends: Floats, weight: Floats, *, closures: bool) -> Floats:
    """Total weight of the spells that last at every mark."""
    order, last = np.argsort(begins), np.argsort(ends)
    begun = np.concatenate([[0.0], np.cumsum(weight[order])])
    over = np.concatenate([[0.0], np.cumsum(weight[last])])
    # at the close of the day before the mark: of the events of its instant only closures are over
    started = begun[np.searchsorted(begins[order], marks, "left")]
    ended = over[np.searchsorted(ends[last], marks, "right" if closures else "left")]
    return np.asarray(started - ended, dtype=np.float64)


def _in_time(
    visits: dict[str, npt.NDArray[Any]], marks: Floats, assessment: int | None, late: Floats
) -> Floats:
    """Percent in time of the assessments entered as ended in the month before each mark."""
    found = np.full(len(marks), np.nan)
    if assessment is None:
        return found
    rows = (visits["stage"] == assessment) & ~np.isnan(visits["ended_day"])
    delay = late[visits["case"][rows]]
    entered, k = visits["ended_day"][rows] + delay, visits["children"][rows]
    days = entered - visits["entered_day"][rows]
    limit = visits["deadline_days"][rows]
    for i in range(1, len(marks)):
        month = (entered >= marks[i - 1]) & (entered < marks[i])
        if k[month].sum():
            found[i] = 100 * (k[month] * (days[month] <= limit[month] + 1e-9)).sum() / k[month].sum()
    return found
