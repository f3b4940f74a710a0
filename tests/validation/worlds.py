"""Services so plain that theory has an exact answer for them, and what their runs come to.

Every service is set up with public settings only. Rates and times are in weeks of theory; how many working
days such a week has (``WEEK``) decides nothing but the length of a run. The standard errors come from
independent replications with the first part, the warm-up, left out (at least twenty relaxation times of
the service).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import workforce_sim as ws
from tests.plain import NOBODY_MOVES, plainly
from tests.validation.rules import Found
from workforce_sim.testing.worlds import QUIET

Sums = dict[str, Any]

#: Working days in a week of theory: so short that a year holds thousands of them.
WEEK = 0.02

START = "2020-04-01"

#: Weeks before the end from which on a family is not counted, as it may still be open.
TAIL = 800

#: Most levels of a caseload that are told apart.
LEVELS = 400

#: So little attention that nobody has too many cases to give it to all: nothing slows down.
GLANCE = 1e-4


# ---- Services and what their runs come to ----------------------------------------------------------------


def stage(work_days: float, **settings: Any) -> dict[str, Any]:
    """A stage whose work takes so many days of full attention of a worker, who has no more to give."""
    attention = settings.get("attention_hours_per_day", 1.0)
    plain = {"team": "all", "next": {"closed": 1.0}, "upkeep_hours_per_day": 0.0, "work_law": "exponential"}
    return plain | {"attention_hours_per_day": attention, "work_hours": attention * work_days} | settings


def glancing(work_days: float, **settings: Any) -> dict[str, Any]:
    """A stage that never slows down, however many cases a worker has."""
    return stage(work_days, attention_hours_per_day=GLANCE, **settings)


def leaving(per_day: float, gap_days: float) -> dict[str, Any]:
    """Workers leave at a constant rate, and a post stays empty for an exponential time of this mean."""
    yearly = {f"leaving_per_year_{band}": per_day * 253.0 for band in ("under_5", "from_5")}
    return yearly | {"hires_per_vacancy_year": 253.0 / gap_days}


def service(
    stages: Mapping[str, Any],
    per_day: float,
    caseload: float,
    posts: Sequence[dict[str, Any]] | int = 1,
    *,
    teams: int = 1,
    urgent: float = 0.0,
    casework: Mapping[str, Any] | None = None,
    workforce: Mapping[str, Any] | None = None,
) -> ws.Authority:
    """Families of one child, referred at a constant rate; nobody comes, goes or slows down unless stated."""
    if isinstance(posts, int):
        posts = [{"grade": "worker", "number": posts}]
    given = plainly(
        casework=QUIET["casework"] | {"case_hours_per_day": 1.0} | dict(casework or {}),
        workforce=NOBODY_MOVES | dict(workforce or {}),
        pressure=QUIET["pressure"],
    )
    return ws.Authority(
        name="theory",
        census={"turnover_rate": 10.0, "caseload": caseload, "date": "2020-03-31"},
        demand={
            "children_per_year": 253.0 * per_day,
            "children_per_family": 1.0,
            "urgent_share": urgent,
            "season": (1.0,) * 12,
            "year_cv": 0.0,
        },
        **given,
        teams={"number": teams},
        posts=tuple({"salary_gbp": 0.0, **group} for group in posts),
        pathway={
            "stages": stages,
            "exits": {"closed": {}},
            "turned_away": "closed",
            "ended_early": "closed",
            "mean_return_days": 100.0,
        },
    )


def replications(
    authority: ws.Authority, number: int, years: float, read: Callable[[ws.Run], Sums], **settings: Any
) -> list[Sums]:
    """What is read from so many independent runs."""
    return [
        read(ws.Simulation(authority, years=years, start=START, seed=77, replication=i, **settings).run())
        for i in range(number)
    ]


def jackknife(rows: Sequence[Sums], statistic: Callable[[Sums], Any]) -> tuple[Any, Any]:
    """A function of sums over all replications, and its standard error."""
    total = {name: sum(row[name] for row in rows) for name in rows[0]}
    without = [np.asarray(statistic({name: total[name] - row[name] for name in row})) for row in rows]
    n = len(rows)
    return statistic(total), np.sqrt((n - 1) * np.var(without, axis=0))


def found(rows: Sequence[Sums], statistic: Callable[[Sums], Any]) -> Found:
    """A function of sums over all replications, with its jackknife standard error."""
    value, error = jackknife(rows, statistic)
    return Found(value, error)


def lasting(
    times: npt.NDArray[np.float64], first: float, last: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """The order of events, and how long of [first, last] the state after each of them lasts."""
    order = np.argsort(times, kind="stable")
    ends = np.clip(np.append(times[order], last), first, last)
    return order, np.diff(ends)


def time_at_levels(
    entered: npt.NDArray[np.float64], left: npt.NDArray[np.float64], first: float, last: float
) -> npt.NDArray[np.float64]:
    """The share of the time between two days that there were 0, 1, 2, ... open cases."""
    ended = left[np.isfinite(left)]
    order, days = lasting(np.concatenate([entered, ended]), first, last)
    level = np.cumsum(np.concatenate([np.ones(len(entered)), -np.ones(len(ended))])[order]).astype(np.int64)
    return np.bincount(np.minimum(level, LEVELS - 1), days, LEVELS) / (last - first)


def mean_level(sums: Sums) -> Any:
    """The mean number of open cases."""
    return np.arange(LEVELS) @ sums["levels"] / sums["levels"].sum()


def level_shares(*levels: int) -> Callable[[Sums], Any]:
    """The share of the time at these numbers of open cases."""
    return lambda sums: sums["levels"][list(levels)] / sums["levels"].sum()


def mean_of(name: str) -> Callable[[Sums], Any]:
    """A sum over cases, per case."""
    return lambda sums: sums[name] / sums["cases"]


def settled(finished: ws.Run, weeks: float) -> Any:
    """The families referred after the warm-up who had ``TAIL`` weeks to be closed, which all were."""
    children, end = finished.children, finished.simulation.calendar.end
    there = children[children["referred_day"].between(weeks * WEEK, end - TAIL * WEEK)]
    assert there["closed_day"].notna().all()
    return there


def open_cases(finished: ws.Run, weeks: float) -> npt.NDArray[np.float64]:
    """The share of the time after the warm-up at every number of open cases."""
    children = finished.children
    entered, left = (children[name].to_numpy() for name in ("referred_day", "closed_day"))
    return time_at_levels(entered, left, weeks * WEEK, finished.simulation.calendar.end)
