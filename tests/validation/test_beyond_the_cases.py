"""What the worlds of the cases show beyond what the cases ask for, judged by the same rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import workforce_sim as ws
from tests.validation import agency, handovers, posts, sharing
from tests.validation.census import PUBLISHED
from tests.validation.registry import cases
from tests.validation.rules import Expected, Verdict, judge
from tests.validation.staff import DAYS, per
from tests.validation.worlds import START, WEEK, Sums, found, service, stage
from workforce_sim.measures import census


def holds(rows: Sequence[Sums], *lines: tuple[str, Callable[[Sums], Any], Any, float]) -> None:
    """Every statistic is within four standard errors of its value, and these are at most delta x value."""
    for what, statistic, value, delta in lines:
        obtained = found(rows, statistic)
        verdict = judge(Expected(what, value, "T2", delta), obtained)
        assert verdict is Verdict.PASS, f"{what}: expected {value}, obtained {obtained}: {verdict}"


def in_two_years(sums: Sums) -> Any:
    """Two or more changes of worker in two years, and three or more."""
    return handovers.shares_found(sums)[1:]


@pytest.mark.slow
def test_small_and_large_cases_take_their_time_in_proportion() -> None:
    """With a shared day five weeks for one of work, for cases below half a week and for all of any law."""
    holds(sharing.one_worker(), ("small cases", sharing.per_week_of_work("small"), 5.0, 0.05))
    for rows in sharing.laws_of_work():
        holds(rows, ("all cases", sharing.per_week_of_work("all"), 5.0, 0.06))


@pytest.mark.slow
def test_people_leave_and_come_at_the_same_rates_whether_vacancies_are_few_or_many() -> None:
    """Forty posts, two recruitments at a time: one leaver in 150 weeks, one hire in 12 of recruiting."""
    each = [per(f"left{band}", f"filled{band}", 150) for band in ("", ", to 8", ", from 9")]
    each += [per(f"hired{band}", f"running{band}", 12) for band in ("", ", to 8", ", from 9")]
    rows = posts.two_at_a_time()
    holds(
        rows,
        ("a leaver", each[0], 1.0, 0.01),
        ("a hire", each[3], 1.0, 0.01),
        ("in two bands", lambda s: np.array([each[i](s) for i in (1, 2, 4, 5)]), [1.0] * 4, 0.03),
    )


@pytest.mark.slow
def test_posts_of_two_grades_fill_up_independently() -> None:
    """Filled posts of two grades of one authority are not correlated, before and after posts are added."""

    def correlation(sums: Sums) -> Any:
        grades = posts.GRADES
        mean = sums["all"] / sums["grades"]
        covariance = sums["all product"] / (grades - 1) / sums["grades"] - mean**2
        return covariance / (sums["all squared"] / sums["grades"] - mean**2)

    holds(posts.eighty_new_posts(), ("correlation", correlation, [0.0] * len(posts.LOOKS), 0.02))


@pytest.mark.slow
def test_workers_a_child_in_milwaukee() -> None:
    """At the one rate at which 0.745 of cases have one worker, the others are geometric."""
    geometric = 0.745 * 0.255 ** np.arange(6)
    lines = [
        (f"{n} workers", lambda s, n=n: handovers.shares(n)(s)[0], float(geometric[n - 1]), 0.05 * n)
        for n in range(1, 7)
    ]
    holds(handovers.milwaukee(), *lines)


@pytest.mark.slow
def test_changes_of_worker_from_many_causes_are_poisson() -> None:
    """At the rate of each published share the simulation gives it back, and what theory says of two years."""

    def one_year(sums: Sums) -> Any:
        return np.array([sums[name] / sums["cases"] for name in ("1 in 1", "2 in 1")])

    theory = [np.asarray(line.value) for line in cases()["V35"].expected]
    holds(
        handovers.many_causes(float(theory[0]), number=12),
        ("two changes in a year", lambda s: one_year(s)[1], 0.27, 0.05),
        ("two in the last year", lambda s: s["last year"] / s["known"], 0.27, 0.05),
    )
    holds(
        handovers.many_causes(float(theory[2]), number=16),
        ("one or two in a year", one_year, [0.6, theory[3][0]], 0.05),
        ("two or three in two years", in_two_years, theory[3][1:], 0.05),
    )
    holds(
        handovers.children_who_differ(),
        ("children differ: one or two in a year", one_year, [0.6, 0.27], 0.05),
        ("children differ: two or three in two years", in_two_years, theory[5], 0.05),
    )


def test_every_pound_of_a_large_run_is_a_workers_time_at_a_rate() -> None:
    """Part-time posts, notice, new posts, on-costs, and conversion stopped on the way: to the last digits."""
    authority = agency.mixed(0.25, DAYS / 4, 120, agency.stationary(0.25))
    half = {**authority.posts[0].model_dump(), "grade": "half", "fte": 0.5, "salary_gbp": 31_234.56}
    authority = authority.with_changes(
        workforce={"notice_days": 20.0},
        agency={"notice_days": 5.0},
        posts=(authority.posts[0].model_dump(), half),
        costs={"on_costs": 0.3},
    )
    plans = [ws.NewPosts(50, start="2020-07-15", grade="half"), ws.AgencyConversion(0.0, start="2020-09-01")]
    for replication in range(2):
        finished = ws.Simulation(authority, plans, START, 1.5, 77, replication, log=True).run()
        for rest, spent in agency.pounds_unaccounted_for(finished).values():
            assert spent > 1e6
            assert abs(rest) <= 1e-12 * spent


def test_census_rates_are_the_published_ones_but_for_their_rounding() -> None:
    """Published: turnover, agency rate, vacancy rate, caseload, to a decimal."""
    rows = [
        (13.4, 15.8, 17.0, 17.7),
        (17.2, 17.6, 20.0, 16.6),
        (11.8, 13.0, 14.2, 15.2),
        (9.7, 16.8, 25.8, 14.7),
        (11.3, 11.9, 26.7, 17.7),
        (8.5, 12.4, 17.1, 15.2),
    ]
    for (in_post, leavers, agency_fte, vacancies, number, holders), row in zip(PUBLISHED, rows, strict=True):
        found = (
            census.turnover_rate(leavers, in_post),
            census.agency_rate(agency_fte, in_post),
            census.vacancy_rate(vacancies, in_post),
            census.average_caseload(number, holders),
        )
        assert found == pytest.approx(row, abs=0.0605)


def test_surges_one_after_another_are_one_surge() -> None:
    """Eight months of eleven times the referrals, each its own event: the same families come as in one."""
    authority = service({"case": stage(WEEK)}, 0.5, 4.0, 4)
    months = [f"2020-{m:02}-01" for m in range(5, 13)]
    ends = ["2020-05-31", "2020-06-30", "2020-07-31", "2020-08-31", "2020-09-30", "2020-10-31"]
    ends += ["2020-11-30", "2020-12-31"]
    each = [ws.DemandChange(1000, start=day, end=last) for day, last in zip(months, ends, strict=True)]
    whole = [ws.DemandChange(1000, start="2020-05-01", end="2020-12-31")]
    one, many = (ws.Simulation(authority, plan, START, 1, seed=77).run().children for plan in (whole, each))
    assert len(one) > 500
    assert one.equals(many)
