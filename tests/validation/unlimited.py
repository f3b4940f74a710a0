"""Services in which no case ever waits or slows another down: how many are open, and for how long."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import numpy.typing as npt

import workforce_sim as ws
from tests.validation.registry import answers
from tests.validation.rules import Found
from tests.validation.worlds import START, Sums, found, replications, service, stage
from workforce_sim.authority.calendar import WorkingCalendar
from workforce_sim.authority.parts import TimeLaw
from workforce_sim.authority.time_laws import survival

Floats = npt.NDArray[np.float64]


def unlimited(mean_days: float, per_day: float, open_cases: float, teams: int, **law: Any) -> ws.Authority:
    """A worker for each team, who could give a thousand cases full attention and more."""
    hardly_any = stage(mean_days, attention_hours_per_day=1e-4, **law)
    return service({"case": hardly_any}, per_day, max(open_cases / teams, 1e-6), teams, teams=teams)


def date_of(day: int, years: int = 30) -> dt.date:
    """The date of a working day of a run."""
    return WorkingCalendar(dt.date.fromisoformat(START), 12 * years).date(day)


def open_on(finished: ws.Run, days: Floats) -> npt.NDArray[np.int64]:
    """Children open on these days of the run."""
    families = finished.children
    children, entered, left = (families[c].to_numpy() for c in ("children", "referred_day", "closed_day"))

    def until(times: Floats) -> Any:
        order = np.argsort(times)
        order = order[: len(order) - int(np.isnan(times).sum())]
        return np.append(0, np.cumsum(children[order]))[np.searchsorted(times[order], days, side="right")]

    return np.asarray(until(entered) - until(left))


def open_by_team(finished: ws.Run, teams: int, days: Floats) -> npt.NDArray[np.int64]:
    """Children open in every team on these days; shape ``(days, teams)``."""
    families = finished.children
    team, entered, left = (families[c].to_numpy() for c in ("team", "referred_day", "closed_day"))
    left = np.where(np.isnan(left), np.inf, left)
    return np.array([np.bincount(team[(entered <= d) & (left > d)], minlength=teams) for d in days])


# ---- A steady stream -------------------------------------------------------------------------------------

#: Working days of a week of theory, so that two days are thirteen weeks.
DAY_OF_WEEKS = 6.5
FORTY = 46  # days, three hundred weeks of warm-up

LAWS: dict[str, dict[str, Any]] = {
    "lognormal": {"work_law": "lognormal", "work_cv": 1.2},
    "exponential": {"work_law": "exponential"},
    "all alike": {"work_law": "lognormal", "work_cv": 0.0},
}


def moments(finished: ws.Run) -> Sums:
    """Sums over the days after the warm-up of the children open, squared, and times those two days later."""
    n = open_on(finished, np.arange(FORTY, finished.simulation.calendar.end, dtype=float)).astype(float)
    return {
        "days": len(n),
        "open": n.sum(),
        "squared": (n**2).sum(),
        "many": (n >= 835).sum(),
        "pairs": len(n) - 2,
        "first": n[:-2].sum(),
        "second": n[2:].sum(),
        "product": (n[:-2] * n[2:]).sum(),
    }


def mean_open(sums: Sums) -> Any:
    """Mean number open."""
    return sums["open"] / sums["days"]


def variance_open(sums: Sums) -> Any:
    """Variance of the number open."""
    return sums["squared"] / sums["days"] - mean_open(sums) ** 2


def dispersion(sums: Sums) -> Any:
    """Variance over mean."""
    return variance_open(sums) / mean_open(sums)


def covariance(sums: Sums) -> Any:
    """Covariance of the number open now and thirteen weeks on."""
    return sums["product"] / sums["pairs"] - sums["first"] * sums["second"] / sums["pairs"] ** 2


def row_of(*parts: Found) -> Found:
    """Several numbers in one row."""
    return Found([p.value for p in parts], [p.error for p in parts])


@answers("V09")
def as_many_as_poisson() -> dict[str, Found]:
    """M/G/infinity with three laws of how long a case is open."""
    rows = {}
    for name, number in (("lognormal", 100), ("exponential", 8), ("all alike", 8)):
        authority = unlimited(26 / DAY_OF_WEEKS, 30 * DAY_OF_WEEKS, 780.0, 4, **LAWS[name])
        rows[name] = replications(authority, number, 10, moments)
    one = rows["lognormal"]
    return {
        "mean number open, three laws": row_of(*(found(r, mean_open) for r in rows.values())),
        "variance of the number open": found(one, variance_open),
        "variance over mean": found(one, dispersion),
        "probability of 835 or more": found(one, lambda s: s["many"] / s["days"]),
        "covariance of the numbers open 13 weeks apart": found(one, covariance),
    }


# ---- A stream that changes -------------------------------------------------------------------------------


def seasonal_steps(weeks: int) -> list[ws.DemandChange]:
    """The rate 1 + sin(2 pi t / 52) / 4 over its mean, week by week: its mean over each week."""
    turn = 2 * math.pi / 52
    dates = [date_of(week) for week in range(weeks + 1)]
    steps = []
    for week in range(weeks):
        mean = (math.cos(turn * week) - math.cos(turn * (week + 1))) / turn
        steps.append(ws.DemandChange(100 * 0.25 * mean, start=dates[week], end=dates[week]))
    return [*steps, ws.DemandChange(-100, start=dates[-1])]  # nobody is looked at after that


@answers("V10")
def a_seasonal_stream_from_empty() -> dict[str, Found]:
    """M(t)/G/infinity: a week is a working day, and a world one of 25 teams."""
    teams, times = 25, np.array([4.0, 13.0, 26.0, 39.0, 52.0, 104.0, 156.0])
    authority = unlimited(26.0, 30.0 * teams, 0.0, teams, work_law="gamma", work_cv=1 / math.sqrt(2))

    def read(finished: ws.Run) -> Sums:
        n = open_by_team(finished, teams, times).astype(float)
        return {"n": teams, "open": n.sum(axis=1), "squared": (n**2).sum(axis=1)}

    def mean(sums: Sums) -> Any:
        return sums["open"] / sums["n"]

    def spread(sums: Sums) -> Any:
        return (sums["squared"] / sums["n"] - mean(sums) ** 2) * sums["n"] / (sums["n"] - 1)

    rows = replications(authority, 620, 8 / 12, read, interventions=seasonal_steps(156))
    return {
        "mean number open": found(rows, mean),
        "variance of the number open over its mean": found(rows, lambda s: spread(s) / mean(s)),
    }


@answers("V11")
def a_surge() -> dict[str, Found]:
    """A step in the rate after 200 weeks: a week is a working day, and a world one of 20 teams."""
    teams, before, times = 20, 200, (4, 13, 26, 52, 104)
    authority = unlimited(26.0, 30.0 * teams, 780.0 * teams, teams, **LAWS["lognormal"])
    surge = ws.DemandChange(20, start=date_of(before))
    days = np.array([float(before + t) for t in times])

    def read(finished: ws.Run) -> Sums:
        return {"n": teams, "open": open_on(finished, days)}

    rows = replications(authority, 16, 15 / 12, read, interventions=[surge])
    return {"mean number open": found(rows, lambda s: s["open"] / s["n"])}


# ---- How long those open have been open ------------------------------------------------------------------

SHAPE, MEAN_YEARS, YEAR = 1.8016516, 0.7267432, 253.0
AGES = np.array([0.25, 0.5, 1.0, 2.0])
CONTRAST_YEARS = 0.59462


@answers("V52")
def ages_of_open_plans() -> dict[str, Found]:
    """Plans open on a census date: those that last long are seen more often, on the way."""
    authority = unlimited(
        MEAN_YEARS * YEAR, 100.0, 100.0 * MEAN_YEARS * YEAR, 8, work_law="gamma", work_cv=SHAPE**-0.5
    )

    def read(finished: ws.Run) -> Sums:
        families, end = finished.children, float(finished.simulation.calendar.end)
        there = families[families["closed_day"].isna()]
        age = (end - there["referred_day"] + there["already_open_days"]).to_numpy() / YEAR
        younger = (age[:, None] <= AGES).sum(axis=0)
        return {"open": len(age), "age": age.sum(), "younger": younger}

    rows = replications(authority, 7, 6, read)
    shares = found(rows, lambda s: s["younger"] / s["open"])
    return {
        "share open for at most 3, 6, 12 and 24 months": shares,
        "the same, beside the published": shares,
        "the same, if all work were exponential": Found(1 - survival(TimeLaw(), AGES / CONTRAST_YEARS)),
        "mean age of an open plan": found(rows, lambda s: s["age"] / s["open"]),
    }
