"""How many workers a family has, the gaps between them, and what changes of worker cost."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import gamma, roots_genlaguerre
from scipy.stats import nbinom, poisson

import workforce_sim as ws
from tests.validation.registry import answers
from tests.validation.rules import Found
from tests.validation.staff import DAYS, WEEKS
from tests.validation.worlds import (
    WEEK,
    Sums,
    found,
    glancing,
    leaving,
    mean_of,
    replications,
    service,
    stage,
)

# ---- How many workers a family has ----------------------------------------------------------------------

#: Working days in a year of theory.
YEAR = 5.0


def workers_of_closed_cases(
    stages: dict[str, Any], mean_years: float, per_year: float, number: int
) -> list[Sums]:
    """Families by number of workers, in a team of 200 in which a leaver's families go to others at once."""
    caseload = 2.0
    authority = service(
        stages,
        200 * caseload / (mean_years * YEAR),
        caseload,
        200,
        workforce=leaving(per_year / YEAR, gap_days=0.01),
    )

    def read(finished: ws.Run) -> Sums:
        children, end = finished.children, finished.simulation.calendar.end
        there = children[children["referred_day"].between(1e-9, end - 20 * mean_years * YEAR)]
        assert there["closed_day"].notna().all()
        workers = there["workers"].to_numpy()
        years = there["elapsed_days"].sum() / YEAR
        by_number = np.bincount(np.minimum(workers, 19), minlength=20)
        return {"cases": len(there), "workers": workers.sum(), "by number": by_number, "years": years}

    return replications(authority, number, 1, read)


def shares(*workers: int) -> Callable[[Sums], Any]:
    """The share of cases that had so many workers."""
    return lambda sums: sums["by number"][list(workers)] / sums["cases"]


def at_least(workers: int) -> Callable[[Sums], Any]:
    """The share of cases that had so many workers or more."""
    return lambda sums: sums["by number"][workers:].sum() / sums["cases"]


def spread(sums: Sums) -> Any:
    """The variance of the number of workers of a case."""
    numbers = np.arange(20)
    mean = sums["by number"] @ numbers / sums["cases"]
    return sums["by number"] @ (numbers - mean) ** 2 / sums["cases"]


@cache
def exponential_stays() -> list[Sums]:
    """Cases of 0.75 years on average; 0.168 leavers a worker and year."""
    return workers_of_closed_cases({"case": glancing(0.75 * YEAR)}, 0.75, 0.168, number=68)


@cache
def milwaukee() -> list[Sums]:
    """As many leavers as make 0.745 of cases have one worker."""
    return workers_of_closed_cases({"case": glancing(0.75 * YEAR)}, 0.75, 0.255 / 0.745 / 0.75, number=17)


@answers("V31")
def workers_a_case_are_geometric() -> dict[str, Found]:
    rows = exponential_stays()
    return {
        "workers of a closed case": found(rows, mean_of("workers")),
        "share with one worker": found(rows, lambda s: shares(1)(s)[0]),
        "share with two and with three workers": found(rows, shares(2, 3)),
        "changes of worker of a case": found(rows, lambda s: s["workers"] / s["cases"] - 1),
        "changes of worker in a year open": found(rows, lambda s: (s["workers"] - s["cases"]) / s["years"]),
        "Milwaukee: share with 1 to 6 workers": found(milwaukee(), shares(*range(1, 7))),
    }


@answers("V32")
def changes_of_worker_in_a_year_are_poisson() -> dict[str, Found]:
    year = {"case": glancing(YEAR, work_law="lognormal", work_cv=0.0)}
    rows = workers_of_closed_cases(year, 1.0, 0.9, number=28)
    return {
        "a year: share with no, one, and more changes": found(rows, no_one_more),
        "a year: share with three workers or more": found(rows, at_least(3)),
    }


@answers("V32")
def changes_of_worker_over_gamma_lengths_are_negative_binomial() -> dict[str, Found]:
    stages = {"first": glancing(0.375 * YEAR, next={"second": 1.0}), "second": glancing(0.375 * YEAR)}
    rows = workers_of_closed_cases(stages, 0.75, 0.9, number=28)
    return {
        "gamma: share with no, one, and more changes": found(rows, no_one_more),
        "gamma: workers of a case": found(rows, mean_of("workers")),
        "gamma: variance of the workers of a case": found(rows, spread),
    }


def no_one_more(sums: Sums) -> Any:
    """The shares of cases with no change of worker, one, and more."""
    return np.append(shares(1, 2)(sums), at_least(3)(sums))


# ---- Gaps between workers -------------------------------------------------------------------------------


def found_a_worker(finished: ws.Run, first_post: int = 0) -> npt.NDArray[np.bool_]:
    """Families whose first worker in a post from this number on took them on as they came to the team."""
    log = finished.log
    number = len(finished.children)
    first = np.full(number, np.inf)
    taken = log[(log["event"] == "allocated") & (log["post"] >= first_post)]
    np.minimum.at(first, taken["case"], taken["day"])
    came = np.full(number, np.inf)
    event = "entered" if first_post else "referred"
    there = log[log["event"] == event]
    came[there["case"]] = there["day"]
    return np.isfinite(first) & (first == came)


def gaps(
    case: dict[str, Any],
    per_year: float,
    gap_weeks: float,
    work_weeks: float,
    number: int,
    *,
    door_weeks: float = 0.0,
    lost: float = 0.0,
    years: float = 1,
) -> list[Sums]:
    """Sixty teams of one worker: when the worker goes, the families wait until the post is filled.

    Before that they spend ``door_weeks`` at a front door that has workers enough, without one of their own.
    Only those who find the worker of their team there are counted: the others would wait once more.
    """
    stages, posts = {"case": case}, [{"grade": "worker", "number": 60, "team": "all"}]
    if door_weeks:
        door = stage(door_weeks * WEEK, attention_hours_per_day=1e-6, work_law="lognormal", work_cv=0.0)
        stages = {"door": door | {"team": "door", "decision": True, "next": {"case": 1.0}}, "case": case}
        posts = [{"grade": "door", "number": 8, "team": "door"}, *posts]
    first_post = 8 if door_weeks else 0
    authority = service(
        stages,
        60 * 1.5 / (work_weeks * WEEK),
        1.5,
        posts,
        teams=60,
        casework={"handover_progress_lost": lost},
        workforce=leaving(per_year / WEEKS / WEEK, gap_weeks * WEEK),
    )

    def read(finished: ws.Run) -> Sums:
        children, end = finished.children, finished.simulation.calendar.end
        there = found_a_worker(finished, first_post)
        there &= children["referred_day"].between(1e-9, end - 25 * work_weeks * WEEK).to_numpy()
        rows = children[there]
        assert rows["closed_day"].notna().all()
        waited = rows["unallocated_days"].sum() / WEEK + door_weeks * len(rows)
        workers = rows["workers"].to_numpy()
        return {
            "cases": len(rows),
            "weeks": rows["elapsed_days"].sum() / WEEK,
            "waited": waited,
            "gaps": (workers - 1).sum(),
            "one": (workers == 1).sum(),
        }

    return replications(authority, number, years, read, log=True)


@answers("V33")
def gaps_between_workers_are_drift() -> dict[str, Found]:
    rows = gaps(glancing(40 * WEEK), 0.168, 2.0, 40.0, number=28, door_weeks=1.5)
    return {
        "weeks open": found(rows, mean_of("weeks")),
        "weeks without a worker": found(rows, mean_of("waited")),
        "share of the time without a worker": found(rows, lambda s: s["waited"] / s["weeks"]),
        "gaps of a case": found(rows, mean_of("gaps")),
    }


@answers("V33")
def a_case_that_never_ends_is_without_a_worker_as_often_as_a_post() -> dict[str, Found]:
    endless = glancing(1e6, work_law="lognormal", work_cv=0.0)
    workforce = leaving(0.168 / WEEKS / WEEK, 2.0 * WEEK)
    authority = service({"case": endless}, 0.0, 1.0, 60, teams=60, workforce=workforce)

    def read(finished: ws.Run) -> Sums:
        days = finished.children[["unallocated_days", "elapsed_days"]].sum()
        return {"without": days["unallocated_days"], "open": days["elapsed_days"]}

    rows = replications(authority, 30, 1, read)
    return {"share of the time without a worker, endless": found(rows, lambda s: s["without"] / s["open"])}


@answers("V34")
def an_assessment_that_begins_again_or_goes_on() -> dict[str, Found]:
    nine_weeks = glancing(9 * WEEK, work_law="lognormal", work_cv=0.0)
    again = gaps(nine_weeks, 0.6, 1.0, 9.0, number=11, lost=1.0)
    on = gaps(nine_weeks, 0.6, 1.0, 9.0, number=12, years=0.25)
    return {
        "begins again: weeks from start to end": found(again, mean_of("weeks")),
        "begins again: times begun again": found(again, mean_of("gaps")),
        "begins again: share never begun again": found(again, mean_of("one")),
        "goes on: weeks from start to end": found(on, mean_of("weeks")),
    }


# ---- Changes of worker of looked-after children -----------------------------------------------------------


def changes_by_child(finished: ws.Run) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Changes of worker within one and two years of every referral two years or more before the end."""
    children, log = finished.children, finished.log
    referred = children["referred_day"].to_numpy()
    taken = log[(log["event"] == "allocated")]
    case = taken["case"].to_numpy()
    since = taken["day"].to_numpy() - referred[case]
    followed = (referred > 0) & (referred <= finished.simulation.calendar.end - 2 * DAYS)
    one, two = (np.bincount(case[since <= n * DAYS], minlength=len(referred)) - 1 for n in (1, 2))
    return one[followed], two[followed]


def share_with(years: int, changes: int) -> Callable[[Sums], Any]:
    """The share of children with so many changes or more in so many years."""
    return lambda sums: sums[f"{changes} in {years}"] / sums["cases"]


def read_changes(finished: ws.Run) -> Sums:
    """Children by changes of worker, and those whom the last year of the run gave two or more."""
    one, two = changes_by_child(finished)
    children, end = finished.children, finished.simulation.calendar.end
    known = children["referred_day"].between(1e-9, end - DAYS)
    twice = children["changed_twice_day"][known] >= end - DAYS
    return {
        "cases": len(one),
        "2 in 1": (one >= 2).sum(),
        "1 in 1": (one >= 1).sum(),
        "2 in 2": (two >= 2).sum(),
        "3 in 2": (two >= 3).sum(),
        "known": known.sum(),
        "last year": twice.sum(),
    }


@cache
def many_causes(per_year: float, number: int) -> list[Sums]:
    """Changes from team transfers (just over half), leavers, and agency workers who end or are replaced."""
    transfers = 0.52 * per_year
    staff = per_year - transfers
    hires = staff / 3  # an agency worker goes at the end of the assignment or when somebody is hired
    names = [f"{i}" for i in range(14)]
    stages = {
        name: glancing(
            DAYS / transfers, team=f"team {i % 2}", next={names[i + 1] if i < 13 else "closed": 1.0}
        )
        for i, name in enumerate(names)
    }
    authority = service(
        stages,
        20.0,
        0.01,
        [{"grade": "worker", "number": 1000, "vacant": 400, "agency": 400}],
        workforce={
            "leaving_per_year_under_5": staff,
            "leaving_per_year_from_5": staff,
            "hires_per_vacancy_year": hires,
            "agency_assignment_months": 12 / (staff - hires),
            "covers_per_empty_post_year": 500.0,
        },
    )
    return replications(authority, number, 3, read_changes, log=True)


#: Gamma law of the rate of change between children that gives the shares of one year: see ``gamma_fit``.
ANY, TWO = 0.6, 0.27


def gamma_fit() -> tuple[float, float]:
    """Mean and shape of the gamma law of rates at which ``ANY`` have a change in a year and ``TWO`` two."""

    def mean(shape: float) -> float:
        return shape * ((1 - ANY) ** (-1 / shape) - 1)

    def excess(shape: float) -> float:
        return float(nbinom.sf(1, shape, shape / (shape + mean(shape)))) - TWO

    shape = float(brentq(excess, 1.0, 50.0, xtol=1e-13))
    return mean(shape), shape


@cache
def children_who_differ() -> list[Sums]:
    """Five kinds of team whose workers leave at the points of the Gauss rule of that gamma law.

    Children come to them with its weights, which give the shares of one and two years to three digits.
    """
    mean, shape = gamma_fit()
    points, weights = roots_genlaguerre(5, shape - 1)
    rates, weights = points * mean / shape, weights / gamma(shape)
    kinds = [f"kind {i}" for i in range(5)]
    endless = {"work_law": "lognormal", "work_cv": 0.0, "next": {"closed": 1.0}}
    door = glancing(1e-3, team="door", decision=True, next=dict(zip(kinds, weights.tolist(), strict=True)))
    posts = [
        {"grade": k, "team": k, "number": 20 + round(600 * w)} for k, w in zip(kinds, weights, strict=True)
    ]
    authority = service(
        {"door": door} | {k: glancing(1e6, team=k, **endless) for k in kinds},
        12.0,
        0.01,
        [{"grade": "door", "team": "door", "number": 20}, *posts],
        workforce=leaving(1 / DAYS, gap_days=0.5),
    )

    def differ(env: Any, service: Any) -> None:
        for grade, factor in enumerate([0.0, *rates.tolist()]):
            service.set_lever("leaving", grade, factor, [grade])

    def read(finished: ws.Run) -> Sums:
        one, two = (np.maximum(n - 1, 0) for n in changes_by_child(finished))  # the door is no worker
        return {"cases": len(one), "1 in 1": (one >= 1).sum(), "2 in 1": (one >= 2).sum()} | {
            f"{n} in 2": (two >= n).sum() for n in (2, 3)
        }

    return replications(authority, 16, 3, read, log=True, interventions=[differ])


def rate_of(share: float, changes: int) -> float:
    """Changes a year at which such a share of children has so many or more in a year (Poisson)."""
    return float(brentq(lambda h: poisson.sf(changes - 1, h) - share, 0.01, 5, xtol=1e-14))


def shares_found(sums: Sums) -> Any:
    """Two changes in one year, two in two, three in two."""
    return np.array([sums[name] / sums["cases"] for name in ("2 in 1", "2 in 2", "3 in 2")])


@answers("V35")
def one_rate_of_change_gives_the_published_shares() -> dict[str, Found]:
    england, birmingham, any_change = rate_of(0.27, 2), rate_of(0.24, 2), rate_of(ANY, 1)
    return {
        "changes a year where 27% have three workers or more": Found(england),
        "changes a year where 24% have three workers or more": Found(birmingham),
        "changes a year where 60% have a change": Found(any_change),
        "one rate: two in a year, two and three in two years": found(
            many_causes(any_change, number=16), shares_found
        ),
        "gamma law of rates: mean and shape": Found(gamma_fit()),
        "gamma law of rates: two and three in two years": found(
            children_who_differ(), lambda s: shares_found(s)[1:]
        ),
    }
