"""Section B: days, hours and pounds add up, as read from the event log alone.

Generated runs whose workers differ in nothing but hours are audited to the hour and to the penny; each
relation then has a log that breaks it, which has to be found out.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

import workforce_sim as ws
from tests.invariants.broken import (
    START,
    busy,
    complaints,
    later,
    rows_of,
    run,
    steady_work,
    untouched,
    without,
)
from workforce_sim.measures.paths import HEADINGS
from workforce_sim.measures.survival import kaplan_meier
from workforce_sim.testing import audit, lively_authority, small_authority, stage
from workforce_sim.testing.given import given as told
from workforce_sim.testing.history import History
from workforce_sim.testing.strategies import Scenario, scenarios
from workforce_sim.testing.work import Work

HOURS = 4.0  # of case work a day, of every full-time worker here
EACH = 12.0  # hours of work of every family here
PLENTY = 1000.0  # hours of attention a child: more than anybody has


@settings(max_examples=100)
@for_all(scenarios(levels=False, most_policies=1))
def test_any_run_adds_up_to_the_hour_and_the_penny(scenario: Scenario) -> None:
    """The reader works out every worker's pace and every pound; what it leaves out, a policy has priced."""
    left_out = audit(scenario.run()).left_out
    assert scenario.interventions or not left_out


# ---- One worker, worked out from closures alone ------------------------------------------------------------


def alone(*, attention: float = PLENTY, cap: float | None = None, per_day: float = 0.25) -> ws.Authority:
    """One worker, families of one child with the same work, and nobody open at the start but one."""
    return small_authority(
        workers=1,
        referrals_per_day=per_day,
        caseload=1.0,
        stages={"casework": stage(EACH, attention_hours_per_day=attention)},
        casework={"caseload_cap": cap, "case_hours_per_day": HOURS},
    )


def world(authority: ws.Authority, replication: int, years: float = 0.5) -> ws.Run:
    """A run in some world, with its log."""
    return ws.Simulation(authority, [], START, years, 1, replication, log=True).run()


def busy_periods(log: pd.DataFrame) -> list[tuple[float, float, int]]:
    """First and last day of every time in which somebody is open, and how many closed in it."""
    found, is_open, closed, first = [], 0, 0, 0.0
    for day, event in zip(log["day"], log["event"], strict=True):
        if event == "referred":
            if is_open == 0:
                first, closed = day, 0
            is_open += 1
        elif event == "closed":
            is_open, closed = is_open - 1, closed + 1
            if is_open == 0:
                found.append((first, day, closed))
    return found


def lost_effort(finished: ws.Run, log: pd.DataFrame) -> float:
    """Most hours by which the hours of a busy period differ from the work done in it."""
    opening = float(finished.service.desk.tape.left[0]) * PLENTY
    lost = []
    for i, (first, last, closed) in enumerate(busy_periods(log)):
        work = EACH * closed if i else EACH * (closed - 1) + opening
        lost.append(abs(HOURS * (last - first) - work))
    return max(lost)


def test_15_a_closure_on_another_day_is_missed() -> None:
    """The integral of open children is another by the days by which a family closed later."""
    row = rows_of(steady_work(), "closed")[20]
    assert 15 in complaints(steady_work(), later(steady_work().log, row, 3.0))


def test_16_work_done_too_soon_is_found() -> None:
    """With half a day of work left."""
    row = rows_of(steady_work(), "work done")[20]
    assert 16 in complaints(steady_work(), later(steady_work().log, row, -0.5))


@settings(max_examples=40)
@for_all(scenarios(levels=False, most_policies=0))
def test_16_work_done_is_what_was_to_do_less_what_is_left(scenario: Scenario) -> None:
    """Over all families: what their visits take, and repeat, less what is left, is the integral of speed."""
    finished = scenario.run()
    given_run = told(finished)
    work = Work(History(given_run, finished.log).read())
    table, to_do = given_run.table, []
    stages = {(row.case, row.ordinal): given_run.stages[row.stage] for row in finished.visits.itertuples()}
    for visit, left in work.left.items():
        case, ordinal = visit
        s = stages[visit]
        days = given_run.work(case, ordinal, s)[1] + work.added[visit] - left
        to_do.append(days * given_run.children[case] * float(table["attention"][s]))
    assert math.fsum(to_do) == pytest.approx(work.done_hours, rel=1e-9, abs=1e-6)
    speeds = 0.0
    for s in work.stretches:
        assert s.pace * s.wanted <= s.wanted
        assert s.pace == 1.0 or s.wanted == 0 or s.pace * s.wanted + s.upkeep <= max(s.hours, s.upkeep) + 1e-9
        speeds += s.pace * s.wanted * (s.end - s.start)
    assert speeds == pytest.approx(work.done_hours, rel=1e-9, abs=1e-6)


@settings(max_examples=40)
@for_all(st.integers(0, 1000), st.sampled_from((0.25, 0.1, 0.32)))
def test_17_a_busy_worker_without_attention_limit_loses_no_hour(replication: int, per_day: float) -> None:
    """Whenever all are closed, the hours since somebody came are the work of those who came."""
    finished = world(alone(per_day=per_day), replication)
    assume(busy_periods(finished.log))
    assert lost_effort(finished, finished.log) < 1e-6


def test_17_an_hour_that_is_lost_is_found() -> None:
    """A family closed an hour's work later than it could be."""
    finished = world(alone(), 3)
    (_, last, _) = busy_periods(finished.log)[0]
    row = int(finished.log.index[(finished.log["event"] == "closed") & (finished.log["day"] == last)][0])
    broken = finished.log.copy()
    broken.loc[row, "day"] += 1 / HOURS
    assert lost_effort(finished, broken) == pytest.approx(1.0)


@settings(max_examples=40)
@for_all(st.integers(0, 1000), st.sampled_from((1.0, 0.5, 8.0)))
def test_18_nobody_closes_sooner_than_full_attention_allows(replication: int, attention: float) -> None:
    """Never before allocation + work / min(hours, attention); just then if alone all the while."""
    finished = world(alone(attention=attention), replication)
    log = finished.log
    day = {name: log[log["event"] == name].set_index("case")["day"] for name in ("allocated", "closed")}
    least = EACH / min(HOURS, attention)
    spells = [(day["allocated"][case], day["closed"][case], case) for case in day["closed"].index if case]
    everybody = [
        (day["allocated"][case], day["closed"].get(case, math.inf)) for case in day["allocated"].index
    ]
    for start, end, _ in spells:
        assert end - start >= least - 1e-9
        others = sum(start < b and a < end for a, b in everybody) - 1
        if not others:
            assert end - start == pytest.approx(least, rel=1e-9)


def test_18_work_done_faster_than_attention_allows_is_found() -> None:
    """Fifteen days of work at an hour a day done in a day."""
    row = rows_of(steady_work(), "work done")[20]
    assert 18 in complaints(steady_work(), later(steady_work().log, row, -14.0))


def test_19_work_that_goes_on_beyond_its_end_is_found() -> None:
    """A colleague's case that had as much attention as it takes, and is not done."""
    row = rows_of(steady_work(), "work done")[20]
    log = later(later(steady_work().log, row + 1, 1.0), row, 1.0)
    assert 19 in complaints(steady_work(), log)


@settings(max_examples=20)
@for_all(st.integers(0, 1000), st.integers(2, 5))
def test_19_a_tie_in_work_left_closes_together(replication: int, together: int) -> None:
    """Families with the same work, given to the first worker in the same instant, close in one instant."""
    empty = small_authority(
        workers=1,
        vacant=1,
        referrals_per_day=0.3,
        caseload=0.01,
        stages={"casework": stage(EACH, attention_hours_per_day=PLENTY)},
    )
    hired = ws.NewlyQualifiedCohort(1, start="2024-06-03")
    finished = ws.Simulation(empty, [hired], START, 0.5, 1, replication, log=True).run()
    log = finished.log
    assume((log["event"] == "started").any())
    first = float(log["day"][log["event"] == "started"].iloc[0])
    taken = log[(log["event"] == "allocated") & (log["day"] == first)]["case"].tolist()
    assume(len(taken) >= together)
    closed = log[(log["event"] == "closed") & log["case"].isin(taken)]
    assert closed["day"].nunique() <= 1
    audit(finished)


@settings(max_examples=20)
@for_all(st.integers(0, 1000), st.sampled_from((0.25, 0.32)))
def test_20_one_worker_has_as_much_left_under_sharing_as_one_by_one(replication: int, per_day: float) -> None:
    """A cap of one child (first come, first served) and none (shared): the same work left at any time."""
    shared, one_by_one = (world(alone(cap=cap, per_day=per_day), replication) for cap in (None, 1.0))
    for one, other in zip(busy_periods(shared.log), busy_periods(one_by_one.log), strict=True):
        assert one[0] == pytest.approx(other[0], abs=1e-9)
        assert one[1] == pytest.approx(other[1], abs=1e-9)
        assert one[2] == other[2]
    for day in np.linspace(1.0, shared.simulation.calendar.end, 4):
        assert hours_left(shared, day) == pytest.approx(hours_left(one_by_one, day), abs=1e-6)


def hours_left(finished: ws.Run, day: float) -> float:
    """Hours of work left of everybody referred by a day, from the log up to it."""
    given_run, log = told(finished), finished.log
    given_run.end = day
    history = History(given_run, log[log["day"] <= day]).read()
    work = Work(history)
    left = 0.0
    for case, family in enumerate(history.families):
        if family.place in ("waiting", "held"):
            whole = given_run.work(case, family.visit, family.stage)[1]
            left += work.left.get((case, family.visit), whole) * PLENTY
    return left


def test_20_work_left_is_another_when_a_worker_is_slower() -> None:
    """The comparison tells a difference: half the hours, and there is more left."""
    slow = alone().with_changes(casework={"case_hours_per_day": HOURS / 2})
    assert hours_left(world(slow, 3), 60.0) > hours_left(world(alone(), 3), 60.0) + 1.0


# ---- Money ------------------------------------------------------------------------------------------------


def test_21_a_spell_of_employment_that_is_another_is_found() -> None:
    """An agency worker who never went is paid on; a starter who never came costs no recruitment."""
    log = untouched().log
    assert 21 in complaints(untouched(), without(log, rows_of(untouched(), "agency ended")[2]))
    assert 21 in complaints(untouched(), without(log, rows_of(untouched(), "started")[1]))


@settings(max_examples=15)
@for_all(st.integers(0, 200), st.sampled_from((2.0, 0.5, 4.0)))
def test_21_cost_is_linear_in_every_rate(replication: int, times: float) -> None:
    """Each rate times a power of two makes its headings so many times as much, exactly, and no other."""

    def costs(**changes: Any) -> dict[str, float]:
        finished = world(lively_authority().with_changes(**changes), replication)
        return {heading: finished.counts[f"sum_cost_{heading}"][-1] for heading in HEADINGS}

    as_is, rates = costs(), lively_authority().costs
    for rate, headings in (
        ("recruitment_gbp", ("recruitment",)),
        ("agency_to_employed", ("agency",)),
    ):
        changed_costs = costs(costs={rate: getattr(rates, rate) * times})
        for heading in HEADINGS:
            factor = times if heading in headings else 1.0
            assert changed_costs[heading] == pytest.approx(factor * as_is[heading], rel=1e-12)
    groups = tuple(
        {**group.model_dump(), "salary_gbp": group.salary_gbp * times} for group in lively_authority().posts
    )
    paid = costs(posts=groups)
    for heading in HEADINGS:
        factor = times if heading in ("pay", "agency") else 1.0
        assert paid[heading] == pytest.approx(factor * as_is[heading], rel=1e-12)


def test_21_zero_rates_cost_nothing() -> None:
    """Whatever happens, with nothing to pay for nothing is paid."""
    groups = tuple({**group.model_dump(), "salary_gbp": 0.0} for group in lively_authority().posts)
    free = lively_authority().with_changes(
        posts=groups, costs={"recruitment_gbp": 0.0, "new_post_running_gbp": 0.0, "redundancy_gbp": 0.0}
    )
    policies = (ws.NewPosts(2, start="2024-05-01"), ws.Redundancy(2, start="2024-07-01"))
    finished = run(free, *policies)
    assert (finished.paths["cost_to_date_gbp"] == 0).all()


def test_21_cost_adds_up_over_windows_grades_and_headings() -> None:
    """Months add up to the cost to date, grades to pay, headings to the cost of a month."""
    paths, counts = untouched().paths, untouched().counts
    assert paths["cost_gbp"].iloc[1:].sum() == pytest.approx(paths["cost_to_date_gbp"].iloc[-1], abs=0.01)
    grades = sum(counts[f"sum_pay_grade_{g}"] for g in range(2))
    np.testing.assert_allclose(grades, counts["sum_cost_pay"], rtol=1e-12, atol=0.005)
    together = sum(paths[f"cost_{heading}_gbp"] for heading in HEADINGS)
    np.testing.assert_allclose(together.iloc[1:], paths["cost_gbp"].iloc[1:], rtol=1e-12)


# ---- Census, tenure, averages ------------------------------------------------------------------------------


def test_22_a_census_that_the_log_does_not_bear_out_is_found() -> None:
    """A leaver left out: in post, turnover and vacancy are others than those of the returns."""
    assert 22 in complaints(busy(), without(busy().log, rows_of(busy(), "left")[0]))


def test_23_leavers_who_went_nowhere_are_found() -> None:
    """Leavers by where they went are all leavers."""
    assert 23 in complaints(busy(), without(busy().log, rows_of(busy(), "left")[0]))


@settings(max_examples=25)
@for_all(scenarios(most_policies=1))
def test_23_tenure_without_censoring_is_the_share_still_there(scenario: Scenario) -> None:
    """Kaplan-Meier of ended spells is the share that lasted longer; ways out and those there add up to 1."""
    finished = scenario.run()
    employed = History(told(finished), finished.log).read().employed
    ended = np.array([s.end - s.start for s in employed if s.went and s.end > s.start])
    if len(ended):
        curve = kaplan_meier(ended, np.ones(len(ended), bool))
        for time, share in zip(curve.times, curve.share, strict=True):
            assert share == pytest.approx((ended > time).mean(), abs=1e-9)
    ways = {way: sum(s.went == way for s in employed) / len(employed) for way in {s.went for s in employed}}
    assert sum(ways.values()) == pytest.approx(1.0)


def test_24_an_average_is_the_ratio_of_sums() -> None:
    """Caseload is children held over case holders, not a mean of means; a log with one more is found out."""
    assert 24 in complaints(steady_work(), without(steady_work().log, rows_of(steady_work(), "allocated")[3]))
    finished = untouched()
    held, holders = finished.counts["held"], finished.counts["case_holders"]
    np.testing.assert_allclose(finished.paths["caseload"], held / holders)
    ratio_of_means = held.mean() / holders.mean()
    mean_of_ratios = finished.paths["caseload"].mean()
    assert ratio_of_means != pytest.approx(mean_of_ratios, rel=1e-4), "or this would tell nothing"
