"""One worker who shares the day between cases: caseloads and how long a case takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

import workforce_sim as ws
from tests.validation.registry import answers
from tests.validation.rules import Found
from tests.validation.worlds import (
    LEVELS,
    WEEK,
    Sums,
    found,
    jackknife,
    level_shares,
    mean_level,
    mean_of,
    open_cases,
    replications,
    service,
    settled,
    stage,
)

Floats = npt.NDArray[np.float64]


def shared(
    stages: Mapping[str, Any],
    rate: float,
    caseload: float,
    number: int,
    weeks: float = 1800,
    years: float = 4,
) -> list[Sums]:
    """Sums over the cases of one worker without a cap, and the share of the time at every caseload.

    ``work`` and ``time in`` a band are sums over the cases whose work is in it, in weeks of full attention.
    """

    def read(finished: ws.Run) -> Sums:
        there = settled(finished, weeks)
        time, work = (there[name].to_numpy() / WEEK for name in ("elapsed_days", "natural_days"))
        sums: Sums = {"cases": len(there), "time": time.sum(), "time squared": (time**2).sum()}
        for name, band in {
            "small": work < 0.5,
            "middle": (work >= 0.5) & (work < 3),
            "all": work > 0,
        }.items():
            sums |= {f"work {name}": work[band].sum(), f"time {name}": time[band].sum()}
        return sums | {"levels": open_cases(finished, weeks)}

    return replications(service(stages, rate / WEEK, caseload), number, years, read)


def per_week_of_work(band: str) -> Callable[[Sums], Any]:
    """How many weeks a case takes for each week of its work."""
    return lambda sums: sums[f"time {band}"] / sums[f"work {band}"]


def variance(sums: Sums) -> Any:
    """The variance of the time a case takes."""
    return sums["time squared"] / sums["cases"] - (sums["time"] / sums["cases"]) ** 2


@cache
def one_worker() -> list[Sums]:
    """Exponential work at 80%."""
    return shared({"case": stage(WEEK)}, 0.8, 4.0, number=40)


@answers("V12")
def one_worker_who_shares_the_day_equally() -> dict[str, Found]:
    rows = one_worker()
    return {
        "mean caseload": found(rows, mean_level),
        "share of the time with 0 to 5 cases": found(rows, level_shares(*range(6))),
        "weeks a case takes for one of its work": found(rows, per_week_of_work("middle")),
        "weeks a case takes": found(rows, mean_of("time")),
        "variance of the weeks a case takes": found(rows, variance),
        "variance over mean squared": found(rows, lambda s: variance(s) / mean_of("time")(s) ** 2),
    }


def hyperexponential() -> dict[str, Any]:
    """Work of mean 1 week and squared cv 4, a mixture of two exponential laws with balanced means.

    With shares p and 1 - p at rates a = 2 p > b = 2 (1 - p) it has the same law as a first stage at rate a
    after which a share (1 - p) (1 - b / a) of the families goes on to a second one at rate b.
    """
    p = (1 + math.sqrt(3 / 5)) / 2
    a, b = 2 * p, 2 * (1 - p)
    on = (1 - p) * (1 - b / a)
    return {
        "first": stage(WEEK / a, next={"second": on, "closed": 1 - on}),
        "second": stage(WEEK / b),
    }


@cache
def laws_of_work() -> tuple[list[Sums], ...]:
    """All work alike, lognormal of squared cv 4, hyperexponential of squared cv 4."""
    alike = {"case": stage(WEEK, work_law="lognormal", work_cv=0.0)}
    lognormal = {"case": stage(WEEK, work_law="lognormal", work_cv=2.0)}
    return tuple(
        shared(stages, 0.8, 4.0, number)
        for stages, number in ((alike, 20), (lognormal, 48), (hyperexponential(), 48))
    )


@answers("V13")
def the_law_of_work_does_not_matter_to_a_shared_day() -> dict[str, Found]:
    def of_each(statistic: Callable[[Sums], Any]) -> Found:
        each = [jackknife(rows, statistic) for rows in laws_of_work()]
        return Found([value for value, _ in each], [float(error) for _, error in each])

    def idle(sums: Sums) -> Any:
        return level_shares(0)(sums)[0]

    return {
        "mean caseload: work alike, lognormal, hyperexponential": of_each(mean_level),
        "share of the time with nothing to do, of each": of_each(idle),
        "weeks a case takes for one of its work, of each": of_each(per_week_of_work("middle")),
        "weeks a case takes, of each": of_each(mean_of("time")),
    }


# ---- Sharing that begins only above some caseload --------------------------------------------------------

#: Referrals a week, closures a week of a case with full attention, and teams of a worker each in a surge.
REFERRED, CLOSED, TEAMS = 10.0, 12.0, 1000

#: Working days in a week of theory where referrals surge: a month of the calendar is about half a week.
SLOW = 42.0

#: Caseloads too rare to wait for.
RARE = np.arange(4, 9)

NOTHING: Sums = {"levels": np.zeros(LEVELS), "days": np.zeros(len(RARE)), "spells": np.zeros(len(RARE))}


def three_at_full_speed(teams: int, week: float) -> ws.Authority:
    """So many services of a worker each, who can give three cases full attention."""
    case = stage(week / CLOSED, attention_hours_per_day=1 / 3)
    return service({"case": case}, teams * REFERRED / week, 1.0, teams, teams=teams)


def spells_after(children: Any, first: float, last: float) -> tuple[Floats, Floats]:
    """Days at each rare caseload from ``first`` until it is fewer, over all teams, and how many had as many.

    ``last`` is so late that every team but one in two thousand has had fewer by then.
    """
    team = children["team"].to_numpy()
    came, went = (children[name].to_numpy() for name in ("referred_day", "closed_day"))
    held = np.bincount(team[(came <= first) & ~(went <= first)], minlength=TEAMS)
    comes, goes = ((first < day) & (day < last) for day in (came, went))
    who = np.concatenate([np.arange(TEAMS), team[comes], team[goes]])
    when = np.concatenate([np.full(TEAMS, first), came[comes], went[goes]])
    change = np.concatenate([held, np.ones(comes.sum()), -np.ones(goes.sum())]).astype(np.int64)
    order = np.lexsort((when, who))
    who, when, total = who[order], when[order], np.cumsum(change[order])
    begins = np.searchsorted(who, np.arange(TEAMS))
    level = total - (total[begins] - held)[who]
    apart = (level.max() + 1) * who  # so that the fewest so far begin anew with every team
    fewest = np.minimum.accumulate(level - apart) + apart
    lasted = np.append(when[1:], last) - when
    lasted[np.append(begins[1:], len(who)) - 1] = last - when[np.append(begins[1:], len(who)) - 1]
    assert np.mean(fewest[np.append(begins[1:], len(who)) - 1] >= RARE[0]) < 5e-3
    days = np.bincount(level, lasted * (level == fewest), RARE[-1] + 1)[RARE]
    return days, (held[:, None] >= RARE).sum(axis=0).astype(float)


@answers("V14")
def sharing_begins_only_above_the_attention_limit() -> dict[str, Found]:
    always = replications(
        three_at_full_speed(1, WEEK), 16, 1, lambda run: NOTHING | {"levels": open_cases(run, 30)}
    )
    surges = [
        ws.DemandChange(400, start="2020-05-01", end="2020-05-31"),
        ws.DemandChange(400, start="2020-09-01", end="2020-09-30"),
    ]

    def after_surges(run: ws.Run) -> Sums:
        marks, children = run.simulation.calendar.marks, run.children
        each = [spells_after(children, float(marks[m]), float(marks[m + 3])) for m in (2, 6)]
        days, spells = (sum(part) for part in zip(*each, strict=True))
        return NOTHING | {"days": days / SLOW, "spells": spells}

    rows = always + replications(
        three_at_full_speed(TEAMS, SLOW), 84, 9 / 12, after_surges, interventions=surges
    )

    def law(sums: Sums) -> Any:
        seen = level_shares(*range(RARE[0]))(sums)
        return np.append(seen, seen[-1] * np.cumprod(REFERRED * sums["days"] / sums["spells"]))

    return {
        "share of the time with 0 to 8 cases": found(rows, law),
        "mean caseload": found(always, mean_level),
    }


@answers("V15")
def a_worker_gives_twelve_cases_full_attention_and_shares_above() -> dict[str, Found]:
    rows = shared({"case": stage(6 * WEEK, attention_hours_per_day=1 / 12)}, 1.8, 16.0, number=22, weeks=3900)

    def up_to(level: int) -> Callable[[Sums], Any]:
        return lambda sums: sums["levels"][: level + 1].sum() / sums["levels"].sum()

    return {
        "mean caseload": found(rows, mean_level),
        "share of the time above 12 cases": found(rows, lambda s: 1 - up_to(12)(s)),
        "share of the time with 6 cases or fewer": found(rows, up_to(6)),
        "weeks a case takes for one of a worker": found(rows, lambda s: 12 * per_week_of_work("middle")(s)),
        "times its natural time a case takes": found(rows, per_week_of_work("all")),
        "weeks a case takes": found(rows, mean_of("time")),
    }
