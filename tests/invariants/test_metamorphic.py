"""Relations 44 to 54: a world changed in a known way has a log changed in a known way.

Units, dates and limits are changed on worlds with every rule; monotone relations are asserted only where
they are true for every single world (tests/invariants/test_not_true.py has those where they are not).
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workforce_sim as ws
from tests.oracle.exact import Family, Tiny
from tests.oracle.worlds import OFF_THE_GRID, desks, eighths, families, played, world_of
from tests.test_reproducible import SMALL, WHOLE
from tests.twin import strategies
from tests.twin.adapter import run_library
from tests.twin.compare import assert_same
from tests.twin.naive import Outcome
from tests.twin.strategies import plain_world
from tests.twin.world import Change, Post, World
from workforce_sim.authority.calendar import WorkingCalendar

EXACT = 1e-9
LONG = 200 + OFF_THE_GRID


# ---- 44, 45: other units ---------------------------------------------------------------------------------


def times(of: Any, by: float, *names: str) -> dict[str, Any]:
    """Some fields of a dataclass, multiplied."""

    def multiplied(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(multiplied(v) for v in value)
        return None if value is None else value * by

    return {name: multiplied(getattr(of, name)) for name in names}


def without_days_of_the_page(world: World) -> World:
    """The world without rules that have a stated number of days in them."""
    levelling = "none" if world.rebalancing == "gradual" else world.rebalancing
    return replace(world, contagion=0.0, rebalancing=levelling)


def in_half_days(world: World) -> World:
    """The same world with all times twice as many, and all rates per unit of time half as large."""
    slow, fast = 2.0, 0.5
    spans = ("reviews", "every", "deadline", "window", "sign_off")
    rates = ("hire_rate", "cover_rate", "end_rate", "convert_rate")
    days = ("horizon", "reading_hours", "notice_days", "experienced_days", "hand_over_after", "months")
    more_days = ("duty_days", "settled_days", "agency_notice_days", "promotion_days")
    return replace(
        world,
        **times(world, slow, *days, *more_days),
        **times(world, fast, "absence_rate", "absence_per_child"),
        stages=tuple(replace(s, **times(s, slow, *spans)) for s in world.stages),
        bands=tuple((slow * since, fast * rate) for since, rate in world.bands),
        changes=tuple(
            replace(c, **times(c, slow, "time", "agency_notice_days"), **times(c, fast, *rates))
            for c in world.changes
        ),
        cases=tuple(
            replace(
                case,
                **times(case, slow, "time", "began", "left", "done"),
                visits=tuple(replace(v, **times(v, slow, "work_days", "delay_days")) for v in case.visits),
            )
            for case in world.cases
        ),
        posts=tuple(replace(p, **times(p, slow, "opens", "service", "notice_left")) for p in world.posts),
        levels=tuple(replace(v, **times(v, slow, "days")) for v in world.levels),
        absences=tuple((post, slow * start, slow * days) for post, start, days in world.absences),
        candidates=tuple(tuple(replace(c, days=slow * c.days) for c in row) for row in world.candidates),
        cohorts=tuple((slow * time, *rest) for time, *rest in world.cohorts),
        closings=tuple((slow * time, *rest) for time, *rest in world.closings),
    )


def in_another_unit_of_effort(world: World, unit: float) -> World:
    """The same world with hours of work, attention, upkeep and reading in another unit."""
    return replace(
        world,
        **times(world, unit, "reading_hours", "overtime_limit"),
        stages=tuple(replace(s, **times(s, unit, "attention", "upkeep")) for s in world.stages),
        posts=tuple(replace(p, hours=unit * p.hours) for p in world.posts),
        changes=tuple(replace(c, more_hours=unit * c.more_hours) for c in world.changes),
    )


def units_change_nothing_else(world: World, unit: float) -> None:
    """The log in half days is that in days at twice the times; in another unit of effort it is the same."""
    plain = without_days_of_the_page(world)
    days, half_days, minutes = (
        run_library(w) for w in (plain, in_half_days(plain), in_another_unit_of_effort(plain, unit))
    )
    assert_same([(2 * time, *rest) for time, *rest in days.events], half_days.events, tol=1e-8)
    assert half_days.open_integral == pytest.approx(2 * days.open_integral, abs=1e-8)
    assert_same(days.events, minutes.events, tol=EXACT)


UNITS = st.sampled_from((0.5, 3.0, 60.0))


@settings(max_examples=25)
@given(strategies.tiny_worlds(), UNITS)
def test_44_45_other_units_change_nothing_else(world: World, unit: float) -> None:
    """Time may be counted in half days and effort in minutes, with every rule of casework and workforce on.

    Only where the page states days of its own (levelling every fifth day, the 63 days of contagion) time may
    not, and those are off. Calendars are real, so that whole authorities have no other unit of time.
    """
    units_change_nothing_else(world, unit)


@pytest.mark.slow
@settings(max_examples=400)
@given(strategies.tiny_worlds(), UNITS)
def test_44_45_other_units_change_nothing_else_in_many_worlds(world: World, unit: float) -> None:
    """The same, many more."""
    units_change_nothing_else(world, unit)


# ---- 46: another origin of the calendar ------------------------------------------------------------------

#: From 1 April the years 2013 and 2024 have the same weekdays and Easters (31 March, then 20 April), for two
#: years and more, and no jubilee.
EARLY, LATE = dt.date(2013, 4, 1), dt.date(2024, 4, 1)


@pytest.mark.parametrize("authority", [SMALL, WHOLE], ids=["one stage", "pathway"])
@pytest.mark.parametrize("replication", [0, 1, 2])
def test_46_eleven_years_earlier_is_the_same_run(authority: ws.Authority, replication: int) -> None:
    """Where the calendar repeats itself a run with all its dates moved is the run, to the last bit."""
    calendars = [WorkingCalendar(start, 24) for start in (EARLY, LATE)]
    assert calendars[0].marks.tolist() == calendars[1].marks.tolist()
    logs, costs = [], []
    for start in (EARLY, LATE):

        def on(month: int, day: int, year: int = start.year) -> dt.date:
            return dt.date(year, month, day)

        policies = [
            ws.NewPosts(4, start=on(7, 1), end=on(11, 29)),
            ws.PayChange(5, start=on(9, 18)),
            ws.DemandChange(20, start=on(6, 3), end=on(12, 31)),
        ]
        run = ws.Simulation(authority, policies, start, 2, 7, replication, log=True).run()
        logs.append(run.digest())
        costs.append(run.paths["cost_to_date_gbp"].to_numpy())
    assert logs[0] == logs[1]
    np.testing.assert_array_equal(costs[0], costs[1])


# ---- 47: nothing comes of nothing ------------------------------------------------------------------------

OF_FAMILIES = {"referred", "allocated", "closed", "returned", "work done", "entered", "ended early"}


def without_families(world: World) -> None:
    """Nobody referred: no casework; staff come and go all the same."""
    outcome = run_library(replace(world, cases=()))
    assert not kinds(outcome) & (OF_FAMILIES | {"turned away"})
    assert outcome.open_integral == 0
    assert outcome.ledger == []


def without_a_hazard(world: World) -> None:
    """Leaving rates of 0: nobody gives notice, and only who is on notice at the start goes."""
    changes = tuple(replace(c, leaving_factor=0.0) for c in world.changes)
    outcome = run_library(replace(world, changes=changes, closings=()))
    assert "notice" not in kinds(outcome)
    on_notice = {i for i, post in enumerate(world.posts) if post.state == "notice"}
    assert {post for _, kind, post, _ in outcome.events if kind == "left"} <= on_notice


def hired_at_once(world: World) -> None:
    """Hire thresholds of 0: in the instant in which somebody goes somebody starts, and agency never comes."""
    fast = replace(
        world,
        changes=tuple(replace(c, hire_rate=1.0) for c in world.changes),
        grades=tuple(replace(g, hire_empty=1.0, hire_covered=1.0, promoted_from=-1) for g in world.grades),
        luck=replace(world.luck, hire=tuple((0.0,) * 60 for _ in world.posts)),
        parallel=None,
        closings=(),
        posts=tuple(replace(p, agency_only=False) for p in world.posts),
    )
    outcome = run_library(fast)
    started = [(time, post) for time, kind, post, _ in outcome.events if kind == "started"]
    for time, kind, post, _ in outcome.events:
        if kind == "left":
            assert any(p == post and abs(t - time) < EXACT for t, p in started)
    assert "agency started" not in kinds(outcome)


def without_agency(world: World) -> None:
    """Cover, end and conversion rates of 0: nobody is engaged, goes of himself, or becomes permanent."""
    none = {"cover_rate": 0.0, "convert_rate": 0.0, "end_rate": 0.0}
    found = kinds(run_library(replace(world, changes=tuple(replace(c, **none) for c in world.changes))))
    assert not found & {"agency started", "converted", "agency notice"}


def without_days(world: World) -> None:
    """A horizon of next to nothing: what is there at the start, and no time passes."""
    outcome = run_library(replace(world, horizon=2e-8))
    assert all(time == 0 for time, *_ in outcome.events)
    assert outcome.open_integral == pytest.approx(0, abs=1e-5)


def kinds(outcome: Outcome) -> set[str]:
    """The kinds of event in a log."""
    return {kind for _, kind, _, _ in outcome.events}


@settings(max_examples=25)
@given(strategies.tiny_worlds())
def test_47_nothing_comes_of_nothing(world: World) -> None:
    """Worlds with every rule, without families, hazards, delays in hiring, agency or days: see above."""
    for limit in (without_families, without_a_hazard, hired_at_once, without_agency, without_days):
        limit(world)


@settings(max_examples=50)
@given(families(most=12))
def test_47_in_a_team_without_posts_everybody_waits(of: tuple[Family, ...]) -> None:
    """Families of the second team, which has nobody, wait to the end; nobody of the first notices."""
    there = tuple(replace(f, team=1) for f in of)
    tiny = Tiny(there, desks(1, 1), LONG, teams=2)
    outcome = played(tiny).outcome
    assert {kind for _, kind, _, _ in outcome.events} <= {"referred"}
    waited = sum((float(LONG - f.referred)) * f.children for f in of)
    assert outcome.open_integral == pytest.approx(waited, abs=1e-6)


# ---- 48: without limits ----------------------------------------------------------------------------------


@settings(max_examples=100)
@given(families(), st.integers(1, 4), st.sampled_from((Fraction(1), Fraction(1, 2), Fraction(3, 2))))
def test_48_with_hours_for_all_nobody_waits(
    of: tuple[Family, ...], workers: int, attention: Fraction
) -> None:
    """Hours without end and no cap: a family is open for work / attention, as if it were alone."""
    plenty = Tiny(of, desks(*(1,) * workers), LONG, hours=Fraction(10_000), attention=attention)
    found = played(plenty)
    closed = [float(f.referred + f.work / attention) for f in of]
    assert found.begun == pytest.approx([float(f.referred) for f in of], abs=EXACT)
    assert found.closed == pytest.approx(closed, abs=EXACT)
    alone = sum(f.children * float(f.work / attention) for f in of)
    assert found.outcome.open_integral == pytest.approx(alone, abs=1e-6)
    assert all(row["waiting"] == 0 and row["slow"] == 0 for row in found.outcome.ledger)


# ---- 49 to 52: monotone, where it is true ----------------------------------------------------------------


def no_later(after: tuple[float | None, ...], before: tuple[float | None, ...]) -> None:
    """Nobody has to wait longer than before (None = not within the run)."""
    for i, (now, then) in enumerate(zip(after, before, strict=True)):
        late = (math.inf if now is None else now, math.inf if then is None else then)
        assert late[0] <= late[1] + EXACT, (i, late)


def without(closed: tuple[float | None, ...], which: int) -> tuple[float | None, ...]:
    """All others."""
    return closed[:which] + closed[which + 1 :]


def less_work(of: tuple[Family, ...], which: int) -> tuple[Family, ...]:
    """Half the work in one of the families."""
    return tuple(replace(f, work=f.work / 2) if i == which else f for i, f in enumerate(of))


@st.composite
def pooled(draw: st.DrawFn) -> tuple[World, Tiny]:
    """A pooled team: one desk with all the hours, effort min(attention x children, hours), away at times."""
    some = st.sampled_from
    tiny = Tiny(
        families=draw(families().filter(bool)),
        desks=desks(1),
        horizon=LONG,
        hours=draw(some((Fraction(1), Fraction(3), Fraction(6)))),
        attention=draw(some((Fraction(1), Fraction(1, 2), Fraction(2)))),
        upkeep=draw(some((Fraction(0), Fraction(0), Fraction(1, 32)))),
    )
    return world_of(tiny), tiny


def closed_in(world: World) -> tuple[float | None, ...]:
    """When each family closed in the library."""
    closed: list[float | None] = [None] * len(world.cases)
    for time, kind, _, family in run_library(world).events:
        if kind == "closed":
            closed[family] = time
    return tuple(closed)


@settings(max_examples=40)
@given(pooled(), st.lists(eighths(0.125, 20), max_size=3, unique=True), st.data())
def test_49_in_a_pooled_team_more_is_never_later(
    of: tuple[World, Tiny], away: list[Fraction], data: st.DataObject
) -> None:
    """More hours, an absence fewer, a family fewer, less work or more attention: no family closes later."""
    plain, tiny = of
    days = data.draw(eighths(0.125, 2))
    absences = tuple((0, float(start) * 2.5, float(days)) for start in sorted(away))
    world = replace(plain, absences=absences)
    before = closed_in(world)
    which = data.draw(st.integers(0, len(tiny.families) - 1))
    more_hours = replace(world, posts=(replace(world.posts[0], hours=1.5 * world.posts[0].hours),))
    no_later(closed_in(more_hours), before)
    no_later(closed_in(replace(world, absences=absences[1:])), before)
    fewer = tiny.families[:which] + tiny.families[which + 1 :]
    no_later(
        closed_in(replace(world_of(replace(tiny, families=fewer)), absences=absences)), without(before, which)
    )
    easier = replace(tiny, families=less_work(tiny.families, which))
    no_later(closed_in(replace(world_of(easier), absences=absences)), before)
    closer = replace(tiny, attention=tiny.attention * 2)
    no_later(closed_in(replace(world_of(closer), absences=absences)), before)


@settings(max_examples=50)
@given(families(plain=True).filter(bool), st.integers(1, 5), st.data())
def test_50_one_at_a_time_one_more_worker_delays_nobody(
    of: tuple[Family, ...], workers: int, data: st.DataObject
) -> None:
    """Cap 1, equal workers, in order: with a worker more, a family fewer or less work nobody starts later."""
    which = data.draw(st.integers(0, len(of) - 1))

    def begun(some: tuple[Family, ...], number: int) -> tuple[float | None, ...]:
        return played(Tiny(some, desks(*(1,) * number), LONG, cap=Fraction(1))).begun

    before = begun(of, workers)
    no_later(begun(of, workers + 1), before)
    no_later(begun(of[:which] + of[which + 1 :], workers), without(before, which))
    no_later(begun(less_work(of, which), workers), before)


@settings(max_examples=50)
@given(families().filter(bool), st.data())
def test_51_one_worker_alone_delays_nobody_by_having_less(
    of: tuple[Family, ...], data: st.DataObject
) -> None:
    """One worker who shares the day: a family fewer, or less work in one, and no other closes later."""
    which = data.draw(st.integers(0, len(of) - 1))

    def closed(some: tuple[Family, ...]) -> tuple[float | None, ...]:
        return played(Tiny(some, desks(1), LONG)).closed

    before = closed(of)
    no_later(closed(of[:which] + of[which + 1 :]), without(before, which))
    no_later(closed(less_work(of, which)), before)


THRESHOLDS = st.lists(st.integers(1, 40).map(lambda n: n / 8), min_size=1, max_size=8).map(tuple)
FACTORS = st.lists(st.sampled_from((0.25, 0.5, 1.0, 0.0)), min_size=3, max_size=3)


@settings(max_examples=60)
@given(THRESHOLDS, THRESHOLDS, FACTORS, FACTORS, FACTORS, FACTORS)
def test_52_in_one_post_lower_hazards_delay_departures_and_faster_hiring_hires(
    leave: tuple[float, ...],
    hire: tuple[float, ...],
    leaving: list[float],
    hiring: list[float],
    lower: list[float],
    slower: list[float],
) -> None:
    """The same luck: the n-th departure is no earlier at lower rates, the n-th hire no later at higher ones.

    The rates change twice in the run. (Posts filled at a date may be fewer all the same: relation 65.)
    """

    def moments(leaving: list[float], hiring: list[float], kind: str) -> list[float]:
        world = plain_world(
            horizon=60.001,
            posts=(Post(0, 1.0, 1.0, "permanent", cover=False),),
            notice_days=1.5,
            bands=((0.0, 1.0),),
            changes=tuple(
                Change(time, leaves, hires, 0.0, 0.0, 0.0)
                for time, leaves, hires in zip((0.0, 7.25, 20.5), leaving, hiring, strict=True)
            ),
            luck={"leave": (leave,), "hire": (hire,)},
        )
        return [time for time, found, _, _ in run_library(world).events if found == kind]

    lowered = [a * b for a, b in zip(leaving, lower, strict=True)]
    slowed = [a * b for a, b in zip(hiring, slower, strict=True)]
    before = moments(leaving, hiring, "left")
    after = moments(lowered, hiring, "left")
    assert len(after) <= len(before)
    assert all(late >= early - EXACT for late, early in zip(after, before, strict=False))
    fast, slow = moments(leaving, hiring, "started"), moments(leaving, slowed, "started")
    assert len(fast) >= len(slow)
    assert all(early <= late + EXACT for early, late in zip(fast, slow, strict=False))


# ---- 54: looking more often ------------------------------------------------------------------------------


@pytest.mark.parametrize("authority", [SMALL, WHOLE], ids=["one stage", "pathway"])
def test_54_a_daily_series_agrees_with_a_weekly_one(authority: ws.Authority) -> None:
    """Censuses of every day of four months and of every seventh are the same on the dates of both."""
    days = [dt.date(2025, 4, 1) + dt.timedelta(days=n) for n in range(120)]
    daily, weekly = (
        ws.Simulation(authority, [ws.NewPosts(3, start="2024-08-05")], LATE, 2, 7, census_dates=dates).run()
        for dates in (days, days[::7])
    )
    for when in days[::7]:
        assert daily.census(when) == weekly.census(when)
    assert len({daily.census(when).row()["average_caseload"] for when in days}) > 10
