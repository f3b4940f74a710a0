"""What the dashboard would show beside the truth: entries made late, waiting families hidden."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.casework.eventlog import Kind
from workforce_sim.demand.families import Floats


class Recording(NamedTuple):
    """How entries are made from one working day to another: mean days late, share of waiting never shown."""

    start: float
    end: float
    late_days: float
    hidden_share: float


def dashboard(
    log: Any,
    visits: dict[str, npt.NDArray[Any]],
    marks: Floats,
    assessment: int | None,
    recording: Sequence[Recording],
    delay: Floats,
    unseen: Floats,
) -> dict[str, Floats]:
    """True and shown figures at month marks.

    Args:
        log: the event log (record array with ``time, kind, case``).
        visits: rows of the drift ledger.
        marks: working days at which to look, shape ``(m,)``.
        assessment: the stage whose timeliness is reported, or None.
        recording: how entries are made; where two overlap the later one holds.
        delay: by case, what multiplies the mean days late of all its entries.
        unseen: by case, below which share hidden its waiting for a worker is not shown.

    Returns:
        ``open_children, unallocated_children, assessments_in_time_rate`` and the same with ``_shown``.
    """
    children = np.zeros(len(delay))
    children[visits["case"]] = visits["children"]
    stays = _spells(log, {Kind.REFERRED}, {Kind.CLOSED, Kind.TURNED_AWAY})
    waits = _spells(log, {Kind.REFERRED, Kind.RETURNED}, {Kind.ALLOCATED, Kind.TURNED_AWAY})
    found: dict[str, Floats] = {}
    for suffix, rules in {"": (), "_shown": recording}.items():

        def entered(times: Floats, case: Any, rules: Sequence[Recording] = rules) -> Floats:
            made: Floats = times + _at_times(rules, times, "late_days") * delay[case]
            return made

        begins, ends, case = stays
        first = entered(begins, case)
        found[f"open_children{suffix}"] = _at(
            marks, first, np.maximum(first, entered(ends, case)), children[case], closures=True
        )
        begins, ends, case = waits
        first, shown = entered(begins, case), unseen[case] >= _at_times(rules, begins, "hidden_share")
        found[f"unallocated_children{suffix}"] = _at(
            marks, first, np.maximum(first, entered(ends, case)), children[case] * shown, closures=False
        )
        found[f"assessments_in_time_rate{suffix}"] = _in_time(visits, marks, assessment, entered)
    return found


def _at_times(recording: Sequence[Recording], times: Floats, what: str) -> Floats:
    """The mean days late, or the share hidden, of entries of these times."""
    found = np.zeros(len(times))
    for rule in recording:
        found[(times >= rule.start) & (times < rule.end)] = getattr(rule, what)
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
    visits: dict[str, npt.NDArray[Any]],
    marks: Floats,
    assessment: int | None,
    made: Callable[[Floats, Any], Floats],
) -> Floats:
    """Percent in time of the assessments entered as ended in the month before each mark."""
    found = np.full(len(marks), np.nan)
    if assessment is None:
        return found
    rows = (visits["stage"] == assessment) & ~np.isnan(visits["ended_day"])
    entered, k = made(visits["ended_day"][rows], visits["case"][rows]), visits["children"][rows]
    days = entered - visits["entered_day"][rows]
    limit = visits["deadline_days"][rows]
    for i in range(1, len(marks)):
        month = (entered >= marks[i - 1]) & (entered < marks[i])
        if k[month].sum():
            found[i] = 100 * (k[month] * (days[month] <= limit[month] + 1e-9)).sum() / k[month].sum()
    return found
