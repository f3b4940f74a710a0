"""Relations 55 to 60: what holds of means over many worlds, at fixed seeds and with the same luck.

A direction is held only if the paired mean lies four standard errors on its side of 0, so that none of these
can pass by being noisy; an equality if it lies within four, and these are small. What theory says in numbers
is in the known answers; here is what must hold of any service.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import workforce_sim as ws
from tests.test_reproducible import SMALL
from tests.validation.worlds import WEEK, service, settled, stage

pytestmark = pytest.mark.slow

Floats = npt.NDArray[np.float64]
START = "2025-10-01"


def times(authority: ws.Authority, by: int) -> ws.Authority:
    """A service so many times as large: posts, vacancies, agency workers and referrals."""
    counts = ("number", "vacant", "agency", "agency_above_establishment")
    posts = tuple(
        {**group.model_dump(), **{name: by * getattr(group, name) for name in counts}}
        for group in authority.posts
    )
    return authority.with_changes(
        posts=posts, demand={"children_per_year": by * authority.demand.children_per_year}
    )


#: Forty posts in one team and one stage, a cap that makes families wait, and years that are alike.
ONE = times(
    SMALL.with_changes(
        demand={"year_cv": 0.0},
        casework={"caseload_cap": 16.0},
        workforce={"leaving_year_cv": 0.0, "caseload_elasticity": 0.0},
        teams={"number": 1},
    ),
    2,
)
MEASURES = ("unallocated_children", "open_children", "vacancy_rate", "agency_rate", "in_post_fte")


def standing(values: Floats) -> tuple[float, float]:
    """The mean of independent values and its standard error."""
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))


def is_positive(differences: Floats) -> None:
    """The mean lies more than four standard errors above 0."""
    mean, error = standing(differences)
    assert mean > 4 * error, (mean, error)


def is_nothing(differences: Floats, at_most: float) -> None:
    """The mean lies within four standard errors of 0, and these are at most so much."""
    mean, error = standing(differences)
    assert abs(mean) <= 4 * error <= at_most, (mean, error)


@cache
def over_time(
    *policies: ws.Intervention, size: int = 1, teams: int = 1, worlds: int = 12
) -> dict[str, Floats]:
    """The means of the measures over the months of two years, world by world."""
    authority = times(ONE, size).with_changes(teams={"number": teams})
    rows = [
        ws.Simulation(authority, policies, START, 2, 5, world).run().paths[list(MEASURES)].iloc[1:].mean()
        for world in range(worlds)
    ]
    return {measure: np.array([row[measure] for row in rows]) for measure in MEASURES}


# ---- 55: the law of work ---------------------------------------------------------------------------------


def mean_wait(work_cv: float, replication: int) -> float:
    """Weeks until somebody takes a family on: one worker at 80%, one family at a time at full pace."""
    case = {"case": stage(WEEK, work_law="lognormal", work_cv=work_cv)}
    one_by_one = service(case, 0.8 / WEEK, 4.0, casework={"caseload_cap": 1.0})
    run = ws.Simulation(one_by_one, [], "2020-04-01", 1, 77, replication).run()
    return float(settled(run, 1000)["unallocated_days"].mean() / WEEK)


def test_55_with_a_cap_the_law_of_work_matters() -> None:
    """One family at a time waits 2 weeks if all work is alike, 10 if its cv is 2 (Pollaczek and Khinchine).

    A worker who shares the day does not care: V13 of docs/known_answers.md.
    """
    alike, varied = (np.array([mean_wait(cv, r) for r in range(20)]) for cv in (0.0, 2.0))
    is_positive(varied - alike)
    is_nothing(alike - 2.0, at_most=0.2)
    is_nothing(varied - 10.0, at_most=4.0)


# ---- 56: which way it goes -------------------------------------------------------------------------------

RELIEF: dict[str, tuple[ws.Intervention, tuple[str, ...]]] = {
    "more posts": (ws.NewPosts(6, start=START), ("unallocated_children",)),
    "faster hiring": (ws.RecruitmentCampaign(150, start=START), ("unallocated_children", "vacancy_rate")),
    "fewer leave": (
        ws.WorkingConditions(start=START, leaving_percent=-60),
        ("unallocated_children", "vacancy_rate"),
    ),
    "more convert": (
        ws.AgencyConversion(0, start=START, rate_per_year=3),
        ("unallocated_children", "vacancy_rate"),
    ),
    "fewer are referred": (ws.DemandChange(-20, start=START), ("unallocated_children",)),
}


@pytest.mark.parametrize(("policy", "measures"), RELIEF.values(), ids=RELIEF.keys())
def test_56_relief_lowers_waiting_and_vacancies(policy: ws.Intervention, measures: tuple[str, ...]) -> None:
    """On average fewer children wait for a worker and fewer posts are vacant, with the same luck."""
    for measure in measures:
        is_positive(over_time()[measure] - over_time(policy)[measure])


def test_56_more_referrals_lengthen_the_list() -> None:
    """A fifth more referrals: on average more children wait."""
    more = over_time(ws.DemandChange(20, start=START))["unallocated_children"]
    is_positive(more - over_time()["unallocated_children"])


# ---- 57, 58: larger services, and one list ---------------------------------------------------------------


def test_57_a_service_twice_as_large_is_the_same_per_head() -> None:
    """With posts, agency workers and referrals doubled the vacancy and agency rates stay what they were."""
    one, two = (over_time(size=size, worlds=40) for size in (1, 2))
    for measure in ("vacancy_rate", "agency_rate"):
        is_nothing(two[measure] - one[measure], at_most=4.0)


def wait_of(workers: int) -> Floats:
    """Weeks until somebody has room: five places a worker, 90% of them in use, one list; run by run."""
    case = {"case": stage(2 * WEEK, attention_hours_per_day=0.2)}
    places = service(case, workers * 2.25 / WEEK, 5.0, workers, casework={"caseload_cap": 5.0})
    runs = [ws.Simulation(places, [], "2020-04-01", 1, 79, r).run() for r in range(10)]
    return np.array([settled(run, 3100)["unallocated_days"].mean() / WEEK for run in runs])


def test_57_a_service_twice_as_large_waits_less() -> None:
    """Twice the workers and twice the families: a family waits less for a place (3.05 and 1.34 weeks)."""
    is_positive(wait_of(1) - wait_of(2))


def test_57_a_service_four_times_as_large_varies_half_as_much() -> None:
    """The vacancies after half a year vary relative to their mean as one over the root of the size."""

    def variation(authority: ws.Authority) -> float:
        last = [
            ws.Simulation(authority, [], START, 0.5, 5, world).run().paths["vacancy_rate"].iloc[-1]
            for world in range(150)
        ]
        return float(np.std(last, ddof=1) / np.mean(last))

    ratio = math.log(variation(ONE) / variation(times(ONE, 4)))
    error = math.sqrt(2 / (2 * 149))
    assert ratio == pytest.approx(math.log(2), abs=4 * error)
    assert 4 * error < math.log(2) / 2


def test_58_one_list_is_no_longer_than_four() -> None:
    """The same workers and families in one team or in four: on average fewer children wait for a worker."""
    four, one = (over_time(teams=teams, worlds=40)["unallocated_children"] for teams in (4, 1))
    is_positive(four - one)


# ---- 59: backwards in time -------------------------------------------------------------------------------

WINDOW = 4.0  # weeks


def closures_and_caseload(cap: float | None, work: dict[str, Any], replication: int) -> tuple[Floats, Floats]:
    """Closures in every window after the warm-up, and the open cases at its end; one worker at 80%."""
    one = service({"case": stage(WEEK, **work)}, 0.8 / WEEK, 4.0, casework={"caseload_cap": cap})
    children = ws.Simulation(one, [], "2020-04-01", 1, 78, replication).run().children
    referred, closed = (children[name].to_numpy() / WEEK for name in ("referred_day", "closed_day"))
    ends = np.arange(1800.0, 12_000.0, WINDOW)
    gone = np.searchsorted(np.sort(closed), ends)
    there = np.searchsorted(np.sort(referred), ends) - gone
    return np.diff(gone).astype(float), there.astype(float)


def test_59_closures_are_a_poisson_process_and_say_nothing_of_who_is_there() -> None:
    """One worker who shares the day among exponential work (Burke): closures spread as Poisson numbers, one
    window does not tell of the next, nor past closures of the open cases now; those to come do.
    """
    spread, next_one, past, to_come = ([] for _ in range(4))
    for replication in range(24):
        closures, caseload = closures_and_caseload(None, {}, replication)
        spread.append(closures.var() / closures.mean() - 1)
        next_one.append(np.corrcoef(closures[:-1], closures[1:])[0, 1])
        past.append(np.corrcoef(closures, caseload[1:])[0, 1])
        to_come.append(np.corrcoef(closures, caseload[:-1])[0, 1])
    is_nothing(np.array(spread), at_most=0.06)
    is_nothing(np.array(next_one), at_most=0.06)
    is_nothing(np.array(past), at_most=0.06)
    is_positive(np.array(to_come))


def test_59_closures_of_equal_work_one_by_one_are_more_regular() -> None:
    """The contrast: with equal work, one family at a time, closures spread less than Poisson numbers."""
    alike = {"work_law": "lognormal", "work_cv": 0.0}
    found = [closures_and_caseload(1.0, alike, replication)[0] for replication in range(6)]
    is_positive(np.array([1 - closures.var() / closures.mean() for closures in found]))


# ---- 60: the same luck -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RELIEF)
def test_60_the_same_luck_makes_neighbours_alike(name: str) -> None:
    """With and without a policy worlds go up and down together, so that their difference varies less."""
    policy, measures = RELIEF[name]
    for measure in ("open_children", measures[-1], "in_post_fte"):
        without, with_it = over_time()[measure], over_time(policy)[measure]
        correlation = np.corrcoef(without, with_it)[0, 1]
        assert correlation > 0.3, (measure, correlation)
        together, apart = (without - with_it).var(), without.var() + with_it.var()
        assert together < apart, measure
