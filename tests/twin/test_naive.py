"""The naive model on worlds worked out by hand, and on laws that every world must obey."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.twin.compare import assert_same
from tests.twin.corners import CORNERS
from tests.twin.naive import Event, Outcome, run
from tests.twin.strategies import (
    KINDS,
    NEVER,
    PROGRESS,
    QUIET,
    UNIFORMS,
    Answers,
    cases_of,
    plain_world,
    rough_worlds,
    tiny_worlds,
    v18_staggered,
    v18_together,
    v19_cap2,
    v19_cap3,
)
from tests.twin.world import Candidate, Case, Change, Draws, Grade, Level, Luck, Post, Stage, World

PARTS = ("natural", "waiting", "absent", "slow", "repeated", "missed", "sign_off")
EXACT = 1e-9
WORLDS = st.one_of(tiny_worlds(), rough_worlds())
PROPERTY = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


def rows_of(outcome: Outcome) -> list[dict[str, Any]]:
    """The ledger in order of case and visit."""
    return sorted(outcome.ledger, key=lambda row: (row["case"], row["ordinal"]))


def column(outcome: Outcome, name: str) -> list[Any]:
    """One entry of the ledger for all visits."""
    return [row[name] for row in rows_of(outcome)]


def staff_events(outcome: Outcome) -> list[Any]:
    """The log without the cases."""
    return [(time, kind, post) for time, kind, post, case in outcome.events if case == -1]


def events_of(outcome: Outcome, case: int) -> list[Any]:
    """The log of one case."""
    return [
        (pytest.approx(time, abs=EXACT), kind, post)
        for time, kind, post, who in outcome.events
        if who == case
    ]


def assert_row(
    row: dict[str, Any], ended: float | None = None, workers: int | None = None, **parts: float
) -> None:
    """A row of the ledger is as given; parts that are not given are 0."""
    given = {name: parts.pop(name, 0.0) for name in PARTS}
    assert not parts
    assert {name: row[name] for name in PARTS} == pytest.approx(given, abs=EXACT)
    assert row["ended"] == (ended if ended is None else pytest.approx(ended, abs=EXACT))
    assert workers is None or row["workers"] == workers


def family(time: float, *work: float, children: int = 1, **luck: float) -> Case:
    """A family by its days of full attention in each stage, with the same luck in every visit."""
    return Case(time, children, 0, 0.0, (Draws(work, **luck),))


def worker(team: int = 0, hours: float = 8.0, **more: Any) -> Post:
    """A permanent full-time worker."""
    return Post(team, 1.0, hours, "permanent", **more)


# ---- By hand ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", [v18_staggered, v18_together])
def test_v18_closings(example: Callable[[], tuple[World, tuple[float, ...]]]) -> None:
    """Closings under processor sharing."""
    world, closings = example()
    assert column(run(world), "ended") == pytest.approx(closings, abs=EXACT)


@pytest.mark.parametrize("example", [v19_cap3, v19_cap2])
def test_v19(example: Callable[[], tuple[World, Answers]]) -> None:
    """A leaver, a stayer and a later starter: closings, waiting, workers, handovers, open children."""
    world, answers = example()
    outcome = run(world)
    assert column(outcome, "ended") == pytest.approx(answers.closings, abs=EXACT)
    if answers.waiting is not None:
        assert column(outcome, "waiting") == pytest.approx(answers.waiting, abs=EXACT)
    if answers.workers is not None:
        assert tuple(column(outcome, "workers")) == answers.workers
    if answers.handovers is not None:
        assert sum(kind == "returned" for _, kind, _, _ in outcome.events) == answers.handovers
    if answers.open_integral is not None:
        assert outcome.open_integral == pytest.approx(answers.open_integral, abs=EXACT)


def test_ledger_with_upkeep_and_a_handover() -> None:
    """Natural time, waiting, repeated work and slow progress, worked out by hand."""
    # Two cases of one child, 4 hours a day, upkeep 1: pace of each is min(1.5, 2 / 2) = 1, alone min(1.5, 3).
    # Both have made 2 hours when the worker goes at 2; the next is there from 5 and each case has 1 + 0.5 * 2
    # more: 10 - 2 + 2 = 10 hours, of which the first (of 4 hours: 4 - 2 + 2 = 4) closes at 9, the other has
    # 6 left at 9 and closes at 13.
    world = plain_world(
        attention=1.5,
        upkeep=1.0,
        reading_hours=1.0,
        lost_share=0.5,
        cases=cases_of((0, 10.0), (0, 4.0), attention=1.5),
        posts=(Post(0, 1.0, 4.0, "notice", notice_left=2.0, cover=False),),
        changes=(Change(0.0, 0.0, 1.0, 0.0, 0.0, 0.0),),
        luck={"hire": ((3.0,),)},
    )
    first, second = rows_of(run(world))
    assert_row(first, natural=10 / 1.5, waiting=3.0, repeated=2 / 1.5, slow=2.0, ended=13.0, workers=2)
    assert_row(second, natural=4 / 1.5, waiting=3.0, repeated=2 / 1.5, slow=2.0, ended=9.0, workers=2)


def test_clocks_of_a_post_from_agency_to_permanent_and_back() -> None:
    """The hire clock goes on through agency, end and new cover, at changing rates."""
    # Hire clock: 0.1 a day to 10, then 0.5; it meets 2.0 at 12, through an agency worker's end at 4 and a new
    # cover (number 1) at 6. The permanent worker (number 0) gives notice at 12 + 8 and leaves at 23.
    world = plain_world(
        notice_days=3.0,
        bands=((0.0, 0.125),),
        posts=(Post(0, 1.0, 1.0, "agency"),),
        changes=(Change(0.0, 1.0, 0.1, 0.5, 0.25, 0.0), Change(10.0, 1.0, 0.5, 0.5, 0.0, 0.0)),
        luck={"hire": ((2.0,),), "cover": ((9.0, 1.0, 2.0),), "end": ((1.0, 50.0),), "leave": ((1.0,),)},
    )
    assert staff_events(run(world)) == [
        (pytest.approx(4.0), "agency ended", 0),
        (pytest.approx(6.0), "agency started", 0),
        (pytest.approx(12.0), "agency ended", 0),
        (pytest.approx(12.0), "started", 0),
        (pytest.approx(20.0), "notice", 0),
        (pytest.approx(23.0), "left", 0),
        (pytest.approx(27.0), "agency started", 0),
    ]


def test_a_cover_clock_that_was_beaten_has_used_its_number() -> None:
    """The next agency worker has the next cover and end threshold."""
    # Cover 0 (threshold 9) is beaten by the hire at 1; the worker leaves at 2; cover 1 is met at 4,
    # end 1 at 5.
    world = plain_world(
        horizon=8.0,
        bands=((0.0, 1.0),),
        posts=(Post(0, 1.0, 1.0, "empty"),),
        changes=(Change(0.0, 1.0, 1.0, 1.0, 1.0, 0.0),),
        luck={"hire": ((1.0,),), "leave": ((1.0,),), "cover": ((9.0, 2.0),), "end": ((7.0, 1.0),)},
    )
    assert staff_events(run(world)) == [
        (1.0, "started", 0),
        (2.0, "notice", 0),
        (2.0, "left", 0),
        (4.0, "agency started", 0),
        (5.0, "agency ended", 0),
    ]


def test_conversion_moves_no_case_and_service_bands_are_read_at_months() -> None:
    """A convert keeps the case, and moves up a band only at a reading."""
    # Converted at 2, service 0: rate 0.1 until the reading at 10 (service 8, band of 5 days): 0.8 used,
    # 0.2 left at 0.4 a day: notice at 10.5, gone with it, and the case is returned.
    world = plain_world(
        horizon=12.0,
        attention=0.5,
        bands=((0.0, 0.1), (5.0, 0.4)),
        cases=cases_of((0, 100.0), attention=0.5),
        posts=(Post(0, 1.0, 1.0, "agency"),),
        changes=(Change(0.0, 1.0, 0.0, 0.0, 0.0, 0.5),),
        months=(10.0,),
        luck={"convert": ((1.0,),), "leave": ((1.0,),)},
    )
    outcome = run(world)
    assert [event[1:] for event in outcome.events] == [
        ("referred", -1, 0),
        ("allocated", 0, 0),
        ("converted", 0, -1),
        ("notice", 0, -1),
        ("left", 0, -1),
        ("returned", 0, 0),
    ]
    assert outcome.events[3][0] == pytest.approx(10.5)
    assert_row(outcome.ledger[0], natural=10.5, waiting=1.5, workers=1)


def test_caseload_moves_the_leaving_rate_and_a_rate_of_zero_stops_the_clock() -> None:
    """What was accumulated is kept exactly while g moves."""
    # g is 1, 0, 2 for 0, 1, 2 children (rounded): 0.1 a day to 2, nothing to 6, 0.2 to 8 (0.6 used), then at
    # 8 one closes (nothing) and at 10 the other: 0.1 a day, notice at 14.
    world = plain_world(
        attention=0.5,
        bands=((0.0, 0.1),),
        leaving_table=(1.0, 0.0, 2.0),
        cases=cases_of((2, 3.0), (6, 2.0), attention=0.5),
        posts=(Post(0, 1.0, 8.0, "permanent", cover=False),),
        changes=(Change(0.0, 1.0, 0.0, 0.0, 0.0, 0.0),),
        luck={"leave": ((1.0,),)},
    )
    outcome = run(world)
    assert column(outcome, "ended") == pytest.approx([8.0, 10.0])
    assert staff_events(outcome)[0] == (pytest.approx(14.0), "notice", 0)


def test_order_within_an_instant() -> None:
    """Closure, staff, referral and then one allocation, all at 4."""
    # At 4: case 0 closes with the worker who leaves just then, a new one starts, case 2 is referred, and only
    # then is anything allocated: case 1, which waited, first, and the room for case 2 is known at once.
    world = plain_world(
        cap=1.0,
        attention=1.0,
        cases=cases_of((0, 4.0), (1, 1.0), (4, 1.0), attention=1.0),
        posts=(Post(0, 1.0, 1.0, "notice", notice_left=4.0), Post(0, 1.0, 1.0, "empty", cover=False)),
        changes=(Change(0.0, 0.0, 0.25, 0.0, 0.0, 0.0),),
        luck={"hire": (NEVER, (1.0,))},
    )
    assert [event[1:] for event in run(world).events if event[0] == 4.0] == [
        ("work done", 0, 0),
        ("closed", 0, 0),
        ("left", 0, -1),
        ("started", 1, -1),
        ("referred", -1, 2),
        ("allocated", 1, 1),
    ]


def test_gates_absorb_lateness_or_are_missed() -> None:
    """Waiting for the review anyway is natural; a later review than one's own is missed."""
    # Gates at ages 5, 10, ... Family 0 is done at 4, at half pace, and waits for its own gate at 5.
    # Families 1 and 2 wait from 1 to 5 and work at half pace to 11, just the gate of age 10: lateness 5 over
    # 4 days of waiting and 3 of slow progress. Family 3 is alone: done at 15 and out at its own gate at 17.
    stage = Stage(reviews=(5.0,), every=5.0)
    cases = (family(0, 2.0, children=2), family(1, 3.0), family(1, 3.0), family(12, 3.0))
    world = plain_world(stages=(stage,), cases=cases, posts=(worker(hours=1.0),), cap=2.0)
    rows = rows_of(run(world))
    assert_row(rows[0], natural=5.0, ended=5.0)
    for row in rows[1:3]:
        assert_row(row, natural=5.0, waiting=20 / 7, slow=15 / 7, ended=11.0)
        assert row["booked"] == pytest.approx({"waiting": 4.0, "slow": 3.0, "absent": 0.0, "repeated": 0.0})
    assert_row(rows[3], natural=5.0, ended=17.0)


def test_a_gate_missed_by_a_late_allocation() -> None:
    """The days at the wrong gate are missed review, the rest of the lateness is waiting."""
    # Allocated at 4 (U = 4), done at 7, gate at 10: n = 5, M = 3, and 2 of the 4 days of waiting count.
    stage = Stage(reviews=(5.0, 10.0))
    world = plain_world(
        stages=(stage,), cases=(family(0, 3.0),), posts=(worker(),), absences=((0, 0.0, 4.0),)
    )
    outcome = run(world)
    assert_row(outcome.ledger[0], natural=5.0, waiting=2.0, missed=3.0, ended=10.0)
    assert events_of(outcome, 0) == [
        (0.0, "referred", -1),
        (4.0, "allocated", 0),
        (7.0, "work done", 0),
        (10.0, "closed", 0),
    ]


def test_opening_cases_without_work_left() -> None:
    """Taken on, it is done at once and ends at the gate; if the last gate has passed, at once."""
    plan = Case(0.0, 1, 0, 0.0, (Draws((9.0,)),), opening=True, began=-4.0, left=0.0, done=3.0)
    here = plain_world(stages=(Stage(reviews=(10.0,)),), cases=(plan,), posts=(worker(),))
    outcome = run(here)
    assert_row(outcome.ledger[0], natural=6.0, ended=6.0, workers=1)
    assert events_of(outcome, 0)[1:3] == [(0.0, "allocated", 0), (0.0, "work done", 0)]
    away = replace(here, absences=((0, 0.0, 7.0),))
    assert_row(run(away).ledger[0], natural=6.0, waiting=1.0, ended=7.0)


@pytest.mark.parametrize(
    ("deadline", "window", "work", "natural", "late"), [(10.0, 5.0, 8.0, 6.5, 2.0), (5.0, 5.0, 6.0, 3.0, 6.0)]
)
def test_urgency(deadline: float, window: float, work: float, natural: float, late: float) -> None:
    """Four days of waiting are partly made up before the deadline, or cost the urgency of the window."""
    stage = Stage(deadline=deadline, window=window, urgency=2.0)
    world = plain_world(
        stages=(stage,), cases=(family(0, work),), posts=(worker(),), absences=((0, 0.0, 4.0),)
    )
    assert_row(run(world).ledger[0], natural=natural, waiting=late, ended=natural + late)


def test_the_sign_off_has_to_be_within_the_deadline() -> None:
    """Two days of sign-off before day 12: 8 days of work, urgent from 5 to 10, are done after 6.5."""
    stage = Stage(deadline=12.0, window=5.0, urgency=2.0, sign_off=2.0)
    world = plain_world(stages=(stage,), cases=(family(0, 8.0),), posts=(worker(),))
    assert_row(run(world).ledger[0], natural=6.5, sign_off=2.0, ended=8.5)


def test_urgency_asks_for_more_hours() -> None:
    """Attention is multiplied: twice one hour against 1.5 hours is a pace of 3/4."""
    stage = Stage(deadline=4.0, window=2.0, urgency=2.0)
    world = plain_world(stages=(stage,), cases=(family(0, 4.0),), posts=(worker(hours=1.5),))
    assert_row(run(world).ledger[0], natural=3.0, slow=1 / 3, ended=10 / 3)


def test_sign_off_with_and_without_a_manager() -> None:
    """The manager goes at 3; the gate of that moment still finds her."""
    manager = Post(0, 1.0, 0.0, "notice", notice_left=3.0, cover=False, manages=True)
    world = plain_world(
        stages=(Stage(sign_off=2.0),),
        sign_off_without_manager=3.0,
        cases=(family(0, 2.0), family(0, 3.0), family(0, 4.0)),
        posts=(worker(), manager),
    )
    rows = rows_of(run(world))
    assert_row(rows[0], natural=2.0, sign_off=2.0, ended=4.0)
    assert_row(rows[1], natural=3.0, sign_off=2.0, ended=5.0)
    assert_row(rows[2], natural=4.0, sign_off=6.0, ended=10.0)


def test_a_sign_off_is_lost_with_the_worker() -> None:
    """Nothing to repeat: the next worker waits for the sign-off from the start."""
    posts = (Post(0, 1.0, 8.0, "notice", notice_left=3.0, cover=False), worker())
    world = plain_world(stages=(Stage(sign_off=2.0),), cases=(family(0, 2.0),), posts=posts)
    outcome = run(world)
    assert_row(outcome.ledger[0], natural=2.0, sign_off=3.0, ended=5.0, workers=2)
    assert [event[1] for event in events_of(outcome, 0)].count("work done") == 2


def test_a_transfer_between_team_types() -> None:
    """The new worker has to read in: one hour at two hours a day."""
    stages = (Stage(next=((1.0, 1),)), Stage(team_type=1, attention=2.0))
    world = plain_world(
        teams_of_type=(1, 1),
        stages=stages,
        cases=(family(0, 2.0, 3.0),),
        posts=(worker(0), worker(1)),
        reading_hours=1.0,
        lost_share=1.0,
    )
    outcome = run(world)
    first, second = outcome.ledger
    assert_row(first, natural=2.0, ended=2.0, workers=1)
    assert_row(second, natural=3.0, repeated=0.5, ended=5.5, workers=2)
    assert events_of(outcome, 0) == [
        (0.0, "referred", -1),
        (0.0, "allocated", 0),
        (2.0, "work done", 0),
        (2.0, "entered", 0),
        (2.0, "returned", 0),
        (2.0, "allocated", 1),
        (5.5, "work done", 1),
        (5.5, "closed", 1),
    ]


def test_a_stage_of_the_same_team_keeps_the_worker() -> None:
    """Nothing but an entry in the log; the shares choose the loop once and the exit the second time."""
    visits = (Draws((1.0,), next=0.25), Draws((2.0,), next=0.75))
    world = plain_world(
        stages=(Stage(next=((0.5, 0), (0.5, -1))),), cases=(Case(0.0, 1, 0, 0.0, visits),), posts=(worker(),)
    )
    outcome = run(world)
    assert [event[1:] for event in events_of(outcome, 0)][2:] == [
        ("work done", 0),
        ("entered", 0),
        ("work done", 0),
        ("closed", 0),
    ]
    assert column(outcome, "ended") == [1.0, 3.0]


@pytest.mark.parametrize("continuity", [True, False])
def test_a_family_comes_back(continuity: bool) -> None:
    """Closed at 2, back at 5: to the worker who knows it, or to the one with fewer children, who reads in.

    Either is the first worker of the episode.
    """
    visits = (Draws((2.0,), back=0.25, delay_days=3.0), Draws((2.0,), back=0.75))
    world = plain_world(
        stages=(Stage(),),
        exits=(0.5,),
        cases=(Case(0.0, 1, 0, 0.0, visits), family(3, 10.0)),
        posts=(worker(), worker()),
        reading_hours=1.0,
        continuity=continuity,
    )
    outcome = run(world)
    first, again, _ = rows_of(outcome)
    assert_row(first, natural=2.0, ended=2.0, workers=1)
    if continuity:
        assert_row(again, natural=2.0, ended=7.0, workers=1)
    else:
        assert_row(again, natural=2.0, repeated=1.0, ended=8.0, workers=1)
    assert events_of(outcome, 0)[4:6] == [(5.0, "referred", -1), (5.0, "allocated", 0 if continuity else 1)]


@pytest.mark.parametrize("per_change", [0.0, 1.0])
def test_changes_of_worker_make_a_return_likelier(per_change: float) -> None:
    """With two workers a quarter becomes a half."""
    posts = (Post(0, 1.0, 8.0, "notice", notice_left=1.0, cover=False), worker())
    case = family(0, 2.0, back=0.375, delay_days=20.0)
    world = plain_world(
        horizon=23.0, stages=(Stage(),), exits=(0.25,), per_change=per_change, cases=(case,), posts=posts
    )
    assert len(run(world).ledger) == (2 if per_change else 1)


def test_turned_away_and_back_when_there_is_room() -> None:
    """Three children for one worker are twice too many: everybody is turned away."""
    # At 0 there is no caseload yet. Family 1 goes by exit 1 and comes back at 7, when family 0 has gone.
    world = plain_world(
        stages=(Stage(),),
        exits=(0.0, 0.5),
        turned_away_exit=1,
        turned_away_share=0.5,
        early_factor=0.75,
        reference=1.0,
        cases=(
            family(0, 5.0, children=3, turned_away=0.9),
            family(1, 2.0, turned_away=0.9, back=0.25, delay_days=6.0),
            family(1, 2.0, turned_away=0.9, back=0.4, delay_days=6.0),
        ),
        posts=(worker(),),
    )
    outcome = run(world)
    assert events_of(outcome, 1)[:4] == [
        (1.0, "referred", -1),
        (1.0, "turned away", -1),
        (7.0, "referred", -1),
        (7.0, "allocated", 0),
    ]
    assert len(events_of(outcome, 2)) == 2  # 0.5 x 0.75 is below 0.4
    assert [(row["case"], row["ordinal"]) for row in rows_of(outcome)] == [(0, 0), (1, 1)]
    assert outcome.open_integral == pytest.approx(5 * 3 + 2)


def test_ended_early_at_a_gate() -> None:
    """A gate that finds work going on ends it under pressure; nothing has been made up."""
    world = plain_world(
        stages=(Stage(reviews=(2.0,), every=2.0, may_end_early=True),),
        ended_early_share=1.0,
        margin=1.0,
        cases=(family(0, 2.0, children=3, early=0.9),),
        posts=(worker(hours=1.5),),
    )
    outcome = run(world)
    assert_row(outcome.ledger[0], natural=1.0, slow=1.0, ended=2.0)
    assert events_of(outcome, 0)[2:] == [(2.0, "ended early", 0), (2.0, "closed", 0)]
    relaxed = replace(world, margin=1.25)  # excess 3/4: goes on, done at the gate of 4
    assert_row(run(relaxed).ledger[0], natural=2.0, slow=2.0, ended=4.0)


@pytest.mark.parametrize("hand_over_after", [2.0, 6.0])
def test_absence(hand_over_after: float) -> None:
    """Away from 1 to 7: handed over at 3 with an hour and half a day to make good, or kept."""
    world = plain_world(
        stages=(Stage(),),
        cases=(family(0, 5.0),),
        posts=(worker(), worker()),
        reading_hours=1.0,
        lost_share=0.5,
        hand_over_after=hand_over_after,
        absences=((0, 1.0, 6.0),),
    )
    outcome = run(world)
    assert staff_events(outcome) == [(1.0, "away", 0), (7.0, "back", 0)]
    if hand_over_after == 2.0:
        assert_row(outcome.ledger[0], natural=5.0, absent=2.0, repeated=1.5, ended=8.5, workers=2)
        assert events_of(outcome, 0)[2:4] == [(3.0, "returned", 0), (3.0, "allocated", 1)]
    else:
        assert_row(outcome.ledger[0], natural=5.0, absent=6.0, ended=11.0, workers=1)


def test_who_starts_during_an_absence_is_there() -> None:
    """The absent worker goes at 2 and nobody comes back; the starter of that moment is present."""
    world = plain_world(
        stages=(Stage(),),
        cases=(family(0, 5.0),),
        posts=(Post(0, 1.0, 8.0, "agency"),),
        changes=(replace(QUIET, hire_rate=0.5),),
        luck={"hire": ((1.0,),)},
        absences=((0, 1.0, 6.0),),
    )
    outcome = run(world)
    assert staff_events(outcome) == [(1.0, "away", 0), (2.0, "agency ended", 0), (2.0, "started", 0)]
    assert_row(outcome.ledger[0], natural=5.0, absent=1.0, ended=6.0, workers=2)


@pytest.mark.parametrize(("rebalancing", "days"), [("at once", (3.0, 3.0)), ("gradual", (5.0, 10.0))])
def test_rebalancing(rebalancing: str, days: tuple[float, float]) -> None:
    """A second worker starts at 3; the families last allocated go first, until both have two."""
    world = plain_world(
        stages=(Stage(),),
        horizon=19.0,
        cases=tuple(family(0, 20.0) for _ in range(4)),
        posts=(worker(), Post(0, 1.0, 8.0, "empty", cover=False)),
        changes=(Change(0.0, 0.0, 0.5, 0.0, 0.0, 0.0),),
        luck={"hire": (NEVER, (1.5,))},
        reading_hours=1.0,
        rebalancing=rebalancing,
    )
    outcome = run(world)
    moves = [event for event in outcome.events if event[0] > 0 and event[1] in ("returned", "allocated")]
    assert moves == [
        (days[0], "returned", 0, 3),
        (days[0], "allocated", 1, 3),
        (days[1], "returned", 0, 2),
        (days[1], "allocated", 1, 2),
    ]
    assert column(outcome, "repeated") == [0.0, 0.0, 1.0, 1.0]
    assert column(outcome, "workers") == [1, 1, 2, 2]


@pytest.mark.parametrize("reading", [4.875, 5.0, 6.875, 7.25])
def test_experienced_only(reading: float) -> None:
    """A worker of 5 days' service may hold the second stage once that is read; before, it goes to another.

    Service is read on starting and at the start of every month. At 7 the second family
    comes to the second stage: the worker of 4.875 days at the last reading is not experienced yet.
    """
    world = plain_world(
        stages=(Stage(next=((1.0, 1),)), Stage(experienced_only=True)),
        cases=(family(0, 1.0, 1.0), family(6, 1.0, 1.0)),
        posts=(worker(), worker(service=10.0)),
        experienced_days=5.0,
        reading_hours=1.0,
        months=(reading,),
    )
    outcome = run(world)
    assert events_of(outcome, 0)[2:] == [
        (1.0, "work done", 0),
        (1.0, "entered", 0),
        (1.0, "returned", 0),
        (1.0, "allocated", 1),
        (3.0, "work done", 1),
        (3.0, "closed", 1),
    ]
    keeps = 5.0 <= reading < 7.0
    second = [("work done", 0), ("closed", 0)]
    if not keeps:
        second = [("returned", 0), ("allocated", 1), ("work done", 1), ("closed", 1)]
    assert [event[1:] for event in events_of(outcome, 1)][2:] == [("work done", 0), ("entered", 0), *second]


def test_who_is_experienced_on_starting_need_not_wait_for_a_reading() -> None:
    """Service is read on starting too, and agency workers are experienced from the first day."""
    stage = Stage(experienced_only=True)
    for post in (worker(service=5.0), Post(0, 1.0, 8.0, "agency")):
        world = plain_world(stages=(stage,), cases=(family(0, 1.0),), posts=(post,), experienced_days=5.0)
        assert events_of(run(world), 0)[1] == (0.0, "allocated", 0)
    world = plain_world(
        stages=(stage,), cases=(family(0, 1.0),), posts=(worker(service=4.0),), experienced_days=5.0
    )
    assert events_of(run(world), 0) == [(0.0, "referred", -1)]


def test_whoever_decides_is_not_the_familys_worker() -> None:
    """At the front door nobody reads in; the next worker is the first of the episode, and reads nothing.

    The family comes back at 5: whoever decides does not know it and reads nothing, and its worker of last
    time, with more children than the other, is given it again and reads nothing either.
    """
    visits = (Draws((1.0, 1.0)), Draws((1.0, 1.0), back=0.25, delay_days=3.0), Draws((1.0, 1.0)))
    world = plain_world(
        teams_of_type=(1, 1),
        stages=(Stage(decision=True, next=((1.0, 1),)), Stage(team_type=1)),
        exits=(0.5,),
        cases=(Case(0.0, 1, 0, 0.0, (*visits, Draws((1.0, 1.0)))), family(3, 0.5, 30.0, children=2)),
        posts=(worker(0), worker(1), worker(1)),
        reading_hours=1.0,
        lost_share=1.0,
        per_change=1.0,
        continuity=True,
    )
    rows = [row for row in rows_of(run(world)) if row["case"] == 0]
    for row, ended, workers in zip(rows, (1.0, 2.0, 6.0, 7.0), (0, 1, 0, 1), strict=True):
        assert_row(row, natural=1.0, ended=ended, workers=workers)
    assert [event[2] for event in events_of(run(world), 0) if event[1] == "allocated"] == [0, 1, 0, 1]


def test_whoever_decides_and_keeps_the_family_becomes_its_worker() -> None:
    """One team does both stages: nobody is its worker while it is decided, one from the next stage on."""
    world = plain_world(
        stages=(Stage(decision=True, next=((1.0, 1),)), Stage()),
        cases=(Case(0.0, 1, 0, 0.0, (Draws((1.0, 1.0)), Draws((1.0, 1.0)))),),
        posts=(worker(),),
    )
    for row, ended, workers in zip(rows_of(run(world)), (1.0, 2.0), (0, 1), strict=True):
        assert_row(row, natural=1.0, ended=ended, workers=workers)


def test_at_the_front_door_a_change_of_worker_costs_nothing() -> None:
    """The worker who decides goes at 2; the next goes on where the first was."""
    posts = (Post(0, 1.0, 8.0, "notice", notice_left=2.0, cover=False), worker())
    world = plain_world(
        stages=(Stage(decision=True),),
        cases=(family(0, 5.0),),
        posts=posts,
        reading_hours=3.0,
        lost_share=1.0,
    )
    assert_row(run(world).ledger[0], natural=5.0, ended=5.0, workers=0)


@pytest.mark.parametrize(
    ("rule", "chosen"),
    [("fewest children", [0, 1, 0, 1]), ("least work", [0, 1, 0, 0]), ("random", [1, 0, 1, 0])],
)
def test_rules(rule: str, chosen: list[int]) -> None:
    """By children, by the share of hours (8 and 2), or by the uniform."""
    cases = tuple(family(0, 9.0, allocation=uniform) for uniform in (0.75, 0.25, 0.5, 0.375))
    world = plain_world(stages=(Stage(),), cases=cases, posts=(worker(), worker(hours=2.0)), rule=rule)
    assert [event[2] for event in run(world).events if event[1] == "allocated"] == chosen


def test_no_new_cases_on_notice() -> None:
    """The list winds down, unless new cases are allowed."""
    posts = (Post(0, 1.0, 8.0, "notice", notice_left=9.0), worker())
    world = plain_world(stages=(Stage(),), cases=(family(0, 2.0),), posts=posts)
    assert events_of(run(world), 0)[1] == (0.0, "allocated", 0)
    assert events_of(run(replace(world, new_cases_on_notice=False)), 0)[1] == (0.0, "allocated", 1)


def test_a_stage_still_running_has_repeated_first() -> None:
    """Handed over at 1 with three days to repeat, and two days of pace so far."""
    posts = (Post(0, 1.0, 8.0, "notice", notice_left=1.0, cover=False), worker())
    world = plain_world(
        horizon=2.0, stages=(Stage(),), cases=(family(0, 5.0),), posts=posts, reading_hours=3.0
    )
    assert_row(run(world).ledger[0], repeated=2.0, workers=2)


# ---- The workforce by hand --------------------------------------------------------------------------------


def staff_world(posts: tuple[Post, ...], **given: Any) -> World:
    """A world without cases; luck by kind, a tuple of thresholds for every post."""
    names = (*KINDS, *PROGRESS, *UNIFORMS)
    luck = {name: given.pop(name) for name in names if name in given}
    return plain_world(posts=posts, luck=luck, **given)


def manager(state: str = "permanent", **more: Any) -> Post:
    """A full-time manager, of grade 1."""
    return Post(0, 1.0, 0.0, state, manages=True, grade=1, **more)


def times_of(world: World, kind: str, post: int = 0) -> list[Any]:
    """When something happens in a post."""
    events = run(world).events
    return [
        pytest.approx(time, abs=EXACT) for time, what, where, _ in events if (what, where) == (kind, post)
    ]


def test_leaving_factors_act_at_once() -> None:
    """0.1 a day to 4, then 0.2: 1 is met at 7; the grade's own scale doubles it again."""
    changes = (replace(QUIET, leaving_factor=1.0), replace(QUIET, time=4.0, leaving_factor=2.0))
    world = staff_world((worker(),), bands=((0.0, 0.1),), changes=changes, leave=((1.0,),))
    assert times_of(world, "notice") == [7.0]
    assert times_of(replace(world, grades=(Grade(scale=2.0),)), "notice") == [4.5]


def test_a_team_without_its_manager_is_left_sooner() -> None:
    """The manager goes at 2, which is read at 5: 0.1 a day, then 0.2, so that 1 is met at 7.5."""
    world = staff_world(
        (worker(), manager("notice", notice_left=2.0)),
        grades=(Grade(), Grade()),
        bands=((0.0, 0.1),),
        changes=(replace(QUIET, leaving_factor=1.0),),
        months=(5.0,),
        unsupervised=2.0,
        leave=((1.0,), NEVER),
    )
    assert times_of(world, "notice") == [7.5]
    # at the start nobody supervises, so that this is the normal state
    assert times_of(replace(world, posts=(worker(), manager("empty"))), "notice") == [10.0]


def test_half_a_manager_for_twice_the_span() -> None:
    """Three workers with a manager for 1.5 of them: half are unsupervised from the month at 5."""
    world = staff_world(
        (worker(), worker(), worker(), manager(), manager("notice", notice_left=1.0)),
        grades=(Grade(), Grade()),
        bands=((0.0, 0.1),),
        changes=(replace(QUIET, leaving_factor=1.0),),
        months=(5.0,),
        unsupervised=3.0,
        leave=((1.5,), NEVER, NEVER, NEVER, NEVER),
    )
    assert times_of(world, "notice") == [10.0]  # 0.5 by 5, then 0.2 a day


def test_an_unsettled_team() -> None:
    """A manager of 10 days' service settles after 12: unsettled is the starting point, settled half of it."""
    world = staff_world(
        (worker(), manager(service=10.0)),
        grades=(Grade(), Grade()),
        bands=((0.0, 0.1),),
        changes=(replace(QUIET, leaving_factor=1.0),),
        months=(1.0, 4.0),
        unsettled=2.0,
        settled_days=12.0,
        leave=((1.0,), NEVER),
    )
    assert times_of(world, "notice") == [16.0]  # 0.4 by 4, then 0.05 a day


def test_contagion() -> None:
    """One of two has left by the month at 5: the other leaves at 1 + 1 x 1/2 times the rate."""
    world = staff_world(
        (worker(), Post(0, 1.0, 8.0, "notice", notice_left=2.0), manager()),
        grades=(Grade(), Grade()),
        bands=((0.0, 0.1),),
        changes=(replace(QUIET, leaving_factor=1.0),),
        months=(5.0,),
        contagion=1.0,
        leave=((1.25,), NEVER, NEVER),
    )
    assert times_of(world, "notice") == [10.0]


def test_applicants_are_shared() -> None:
    """Two vacancies where one is usual: half the rate each, until the first is filled."""
    empty = Post(0, 1.0, 8.0, "empty", cover=False)
    world = staff_world(
        (empty, empty), sharing=1.0, changes=(replace(QUIET, hire_rate=0.5),), hire=((1.0,), (2.0,))
    )
    assert times_of(world, "started") == [4.0]
    assert times_of(world, "started", 1) == [6.0]
    assert times_of(replace(world, sharing=0.0), "started", 1) == [4.0]


def test_vacancies_queue_for_recruitment() -> None:
    """One at a time, in the order in which they arose: post 1 at 0, post 0 at 1, post 2 at 1.5."""
    posts = (
        Post(0, 1.0, 8.0, "notice", notice_left=1.0, cover=False),
        Post(0, 1.0, 8.0, "empty", cover=False),
        Post(0, 1.0, 8.0, "notice", notice_left=1.5, cover=False),
    )
    changes = (replace(QUIET, hire_rate=0.5),)
    world = staff_world(posts, parallel=1, changes=changes, hire=((1.0,), (1.0,), (1.0,)))
    assert [times_of(world, "started", post) for post in (1, 0, 2)] == [[2.0], [4.0], [6.0]]


def test_a_cohort() -> None:
    """Three people: the empty posts first, the longest vacant of them first, then the covered."""
    posts = (
        Post(0, 1.0, 8.0, "agency"),
        Post(0, 1.0, 8.0, "notice", notice_left=1.0, cover=False),
        Post(0, 1.0, 8.0, "empty", cover=False),
        Post(0, 1.0, 8.0, "agency"),
    )
    world = staff_world(posts, cohorts=((3.0, 0, 2), (4.0, 0, 1)))
    assert [times_of(world, "started", post) for post in range(4)] == [[4.0], [3.0], [3.0], []]
    assert times_of(world, "agency ended") == [4.0]
    assert [times_of(replace(world, cohorts=((3.0, 0, 1),)), "started", post) for post in (1, 2)] == [
        [],
        [3.0],
    ]


def test_tolerance_and_cap() -> None:
    """One of four empty posts is borne, two are not; a cap may forbid it altogether."""
    posts = (worker(), worker(), Post(0, 1.0, 8.0, "notice", notice_left=3.0), Post(0, 1.0, 8.0, "empty"))
    cover = (NEVER, NEVER, NEVER, (2.0, 2.5))
    world = staff_world(posts, tolerance=0.25, changes=(replace(QUIET, cover_rate=1.0),), cover=cover)
    assert times_of(world, "agency started", 3) == [4.5]  # the clock met at 2 has used its number
    capped = (replace(QUIET, cover_rate=1.0, agency_cap=0.3),)
    assert times_of(replace(world, tolerance=0.0, changes=capped), "agency started", 3) == [2.0]
    capped = (replace(QUIET, cover_rate=1.0, agency_cap=0.2),)
    assert times_of(replace(world, tolerance=0.0, changes=capped), "agency started", 3) == []


def test_agency_notice() -> None:
    """The end clock is met at 2; until 5 no new cases, no conversion, but a starter may come."""
    changes = (replace(QUIET, end_rate=1.0, convert_rate=0.25, hire_rate=0.25),)
    world = staff_world(
        (Post(0, 1.0, 8.0, "agency", cover=False), worker()),
        changes=changes,
        agency_notice_days=3.0,
        new_cases_on_notice=False,
        cases=(family(3, 1.0),),
        end=((2.0,), NEVER),
        convert=((0.75,), NEVER),
        hire=((2.0,), NEVER),
    )
    assert staff_events(run(world)) == [
        (2.0, "agency notice", 0),
        (5.0, "agency ended", 0),
        (8.0, "started", 0),
    ]
    assert times_of(world, "allocated", 1) == [3.0]
    soon = replace(world, luck=replace(world.luck, hire=((1.0,), NEVER)))
    assert staff_events(run(soon))[1:] == [(4.0, "agency ended", 0), (4.0, "started", 0)]


def test_agency_workers_who_are_about_to_go_at_the_start() -> None:
    """The last day is day 2: a share in the deal of the first morning, nothing after it."""
    changes = (replace(QUIET, end_rate=1.0, convert_rate=1.0, cover_rate=1.0),)
    open_case = Case(0.0, 1, 0, 0.0, (Draws((20.0,)),), opening=True, left=20.0)
    world = staff_world(
        (Post(0, 1.0, 8.0, "agency", notice_left=2.0), worker()),
        changes=changes,
        agency_notice_days=9.0,
        new_cases_on_notice=False,
        cases=(open_case, open_case, family(1.0, 1.0)),
        end=((0.25, 0.5), NEVER),
        convert=((0.25, 9.0), NEVER),
        cover=((9.0, 1.0), NEVER),
    )
    assert staff_events(run(world))[:3] == [
        (2.0, "agency ended", 0),
        (3.0, "agency started", 0),
        (3.5, "agency notice", 0),
    ]
    given = [(time, post, case) for time, what, post, case in run(world).events if what == "allocated"]
    assert given[:3] == [(0.0, 0, 0), (0.0, 1, 1), (1.0, 1, 2)]


LEVELS = (
    Level(able=0.5, leaving=2.0, share=0.25, days=6.0),
    Level(share=0.5, days=4.0, exponential=True),
    Level(able=1.5, leaving=0.5, salary=2.0, share=0.25),
)


def test_levels() -> None:
    """Six days on the first, 1.5 x 4 on the second: up at 6 and 12; 0.2, 0.1 and 0.05 a day of leaving."""
    world = staff_world(
        (worker(),),
        levels=LEVELS,
        bands=((0.0, 0.1),),
        changes=(replace(QUIET, leaving_factor=1.0),),
        level=((0.125,),),
        second_level=((1.5,),),
        leave=((2.0,),),
    )
    assert times_of(world, "moved up") == [6.0, 12.0]
    assert times_of(world, "notice") == [16.0]
    served = replace(world, posts=(worker(service=7.0),))  # a day on the second
    assert times_of(served, "moved up") == [5.0]
    assert times_of(replace(world, luck=replace(world.luck, level=((0.875,),))), "moved up") == []


def test_able() -> None:
    """Half a worker has half the hours, and is as full with one child as the other with two."""
    world = plain_world(
        stages=(Stage(),),
        cases=tuple(family(0, 9.0) for _ in range(4)),
        posts=(worker(hours=1.0), worker(hours=1.0)),
        levels=(LEVELS[0], LEVELS[1]),
        luck={"level": ((0.125,), (0.5,)), "second_level": (NEVER, NEVER)},
    )
    world = replace(world, levels=(replace(LEVELS[0], days=math.inf), LEVELS[1]))
    assert [event[2] for event in run(world).events if event[1] == "allocated"] == [0, 1, 1, 0]
    capped = replace(world, cap=2.0)
    assert [event[2] for event in run(capped).events if event[1] == "allocated"][:3] == [0, 1, 1]


def test_who_converts_is_on_the_level_of_a_full_worker_and_moves_up() -> None:
    """Converted at 2; two days on the second level."""
    world = staff_world(
        (Post(0, 1.0, 8.0, "agency"),),
        levels=LEVELS,
        changes=(replace(QUIET, convert_rate=0.5),),
        convert=((1.0,),),
        second_level=((0.5,),),
    )
    assert staff_events(run(world)) == [(2.0, "converted", 0), (4.0, "moved up", 0)]


def test_promotion() -> None:
    """The longest serving with 5 days, not on notice, moves up; service and experience go with them."""
    posts = (
        worker(service=2.0),
        worker(service=7.0, cover=False),
        Post(0, 1.0, 8.0, "notice", service=9.0, notice_left=20.0),
        manager("empty", cover=False),
    )
    world = staff_world(
        posts,
        grades=(Grade(), Grade(promoted_from=0)),
        promotion_share=0.5,
        promotion_days=5.0,
        changes=(replace(QUIET, hire_rate=(0.0, 0.5)),),
        hire=(NEVER, NEVER, NEVER, (1.0,)),
        promotion=((), (), (), (0.25,)),
        cases=(family(0, 4.0), family(0, 4.0)),
        new_cases_on_notice=False,
    )
    outcome = run(world)
    assert staff_events(outcome) == [(2.0, "moved", 1), (2.0, "promoted", 3), (20.0, "left", 2)]
    assert events_of(outcome, 1)[1:4] == [(0.0, "allocated", 1), (2.0, "returned", 1), (2.0, "allocated", 0)]
    for other in (replace(world, promotion_days=12.0), replace(world, promotion_share=0.25)):
        assert staff_events(run(other))[0] == (2.0, "started", 3)


def test_closing_posts() -> None:
    """Empty ones, the covered, the shortest service, on notice or not."""
    posts: tuple[Post, ...] = (
        worker(service=4.0),
        Post(0, 1.0, 8.0, "agency"),
        Post(0, 1.0, 8.0, "notice", notice_left=9.0, service=3.0),
    )
    posts = (*posts, Post(0, 1.0, 8.0, "empty", cover=False), worker(service=9.0))
    for number, closed in enumerate(((), (3,), (1, 3), (1, 2, 3), (0, 1, 2, 3))):
        outcome = run(staff_world(posts, horizon=5.0, closings=((2.0, 0, number),), cases=(family(0, 9.0),)))
        events = staff_events(outcome)
        assert [post for _, kind, post in events if kind == "post closed"] == sorted(
            closed, key=[3, 1, 2, 0].index
        )
        assert sum(kind == "left" for _, kind, _ in events) == sum(post in closed for post in (0, 2))
        assert ("returned" in [event[1] for event in outcome.events]) == (0 in closed)


def test_candidates_of_absence() -> None:
    """With 3 children and n_ref 2 the rate is 1 + 0.5 of at most 2; candidates come after 2 and 3 days."""
    row = (Candidate(4.0, 1.0, 0.875), Candidate(6.0, 2.0, 0.625), Candidate(2.0, 1.0, 0.0))
    world = plain_world(
        stages=(Stage(),),
        cases=(family(0, 20.0, children=3),),
        posts=(worker(),),
        candidates=(row,),
        absence_rate=1.0,
        absence_per_child=0.5,
        absence_reference=2.0,
    )
    assert staff_events(run(world)) == [
        (5.0, "away", 0),
        (7.0, "back", 0),
        (8.0, "away", 0),
        (9.0, "back", 0),
    ]
    fewer = replace(world, cases=(family(0, 20.0),))
    assert staff_events(run(fewer)) == [(6.0, "away", 0), (7.0, "back", 0)]


def test_leaving_after_absence() -> None:
    """Handed over at 3, twice the rate from then on, back or not: 0.1 x 3 + 0.2 x 3.5."""
    world = staff_world(
        (worker(),),
        bands=((0.0, 0.1),),
        changes=(replace(QUIET, leaving_factor=1.0),),
        absences=((0, 1.0, 4.0),),
        hand_over_after=2.0,
        leaving_after_absence=2.0,
        leave=((1.0,),),
    )
    assert times_of(world, "notice") == [6.5]


def test_a_duty_manager() -> None:
    """The manager is away from 1 to 11: families are allocated on days 5 and 10, and when she is back."""
    world = plain_world(
        stages=(Stage(),),
        cases=tuple(family(time, 2.0) for time in (0, 1, 2, 6, 10.5)),
        posts=(worker(), manager()),
        grades=(Grade(), Grade()),
        absences=((1, 1.0, 10.0),),
        duty_days=5.0,
    )
    assert times_of(world, "allocated") == [0.0, 5.0, 5.0, 10.0, 11.0]


def test_conversion_follows_caseload() -> None:
    """Twice the children at the month of 5 and an elasticity of 1: half the rate."""
    world = plain_world(
        stages=(Stage(),),
        cases=(family(0, 20.0), family(2, 20.0)),
        posts=(Post(0, 1.0, 8.0, "agency"),),
        changes=(replace(QUIET, convert_rate=0.1),),
        months=(5.0,),
        convert_elasticity=1.0,
        luck={"convert": ((1.0,),)},
    )
    assert staff_events(run(world)) == [(pytest.approx(15.0), "converted", 0)]
    assert staff_events(run(replace(world, convert_elasticity=0.0))) == [
        (pytest.approx(10.0), "converted", 0)
    ]


BY_HAND = {
    "contagion without manager posts": ("notice", 0, 10.0),  # 0.5 by 5, then 0.1 x (1 + 1/2) a day
    "contagion leaves out places above establishment": ("notice", 0, 10.0),  # one of two, not of three
    "the norm acts on teams without manager posts": ("notice", 0, 20.0),  # 1 over the mean of 1 and 3
    "the norm leaves out agency": ("notice", 0, 10.0),
    "the norm leaves out notice": ("notice", 0, 10.0),
    "a promoted manager is new in the post": ("notice", 0, 10.0),  # nobody settled then and now
    "a converted manager has been there all along": ("notice", 0, 14.0),  # 0.6 by 6, then half the rate
    "agency service counts for settling": ("notice", 0, 12.0),  # 0.4 by 4, then 0.1 x 1.5 / 2 a day
    "an agency manager about to go is settled": ("notice", 0, 10.0),
    "who is promoted has not gone": ("notice", 0, 10.0),
    "gone is forgotten": ("notice", 0, 69.75),  # 0.5 by 5, 0.15 a day to 65.5, then 0.1
    "long absence of a promoted worker": ("notice", 1, 8.0),  # 0.2 a day from 3
    "who converts moves up": ("moved up", 0, 6.0),
    "the time of a promoted worker begins anew": ("moved up", 1, 6.0),
    "progress in the post one is promoted into": ("moved up", 1, 4.0),
    "K: who holds no case": ("converted", 0, 10.0),  # 1 child for each who holds any, then and now
    "vacancies queue in the order in which they arose": ("started", 1, 2.5),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_corners_by_hand(name: str) -> None:
    """When the first thing in question happens, as the page has it."""
    kind, post, time = BY_HAND[name]
    assert times_of(CORNERS[name], kind, post)[0] == time


def test_a_promoted_worker_keeps_the_level_and_not_the_families() -> None:
    """On the second level as before; to the family another person, who reads in for an hour."""
    assert times_of(CORNERS["a promoted worker is on the level of before"], "moved up", 1) == []
    outcome = run(CORNERS["a promoted worker is another person for the family"])
    assert_row(outcome.ledger[0], natural=5.0, repeated=1.0, workers=2, ended=6.0)


def test_a_change_of_stage_is_a_change() -> None:
    """The latest case is for experienced workers only until it is in the second stage, at 4."""
    events = events_of(run(CORNERS["a change of stage lets others have the case"]), 1)
    assert events[-2:] == [(4.0, "returned", 0), (4.0, "allocated", 1)]


# ---- Laws -------------------------------------------------------------------------------------------------


@PROPERTY
@given(WORLDS)
def test_the_ledger_adds_up(world: World) -> None:
    """The parts are 0 or more and add up to the days elapsed."""
    for row in run(world).ledger:
        parts = [row[name] for name in PARTS]
        assert sum(parts) == pytest.approx(row["elapsed"], abs=1e-9)
        assert min(parts) >= -1e-9


@PROPERTY
@given(WORLDS)
def test_visits_follow_one_another(world: World) -> None:
    """The ledger has a row for every referral that stays and every entry, ended in order of time."""
    outcome = run(world)
    kinds = [event[1] for event in outcome.events]
    assert len(outcome.ledger) == kinds.count("referred") - kinds.count("turned away") + kinds.count(
        "entered"
    )
    rows = rows_of(outcome)
    for one, other in pairwise(rows):
        assert (one["case"], one["ordinal"]) < (other["case"], other["ordinal"])
        if one["case"] == other["case"]:
            assert one["ended"] is not None
            assert other["ended"] is None or one["ended"] <= other["ended"] + 1e-9


@PROPERTY
@given(WORLDS)
def test_time_never_goes_back(world: World) -> None:
    """The log is in order of time, within [0, horizon)."""
    times = [event[0] for event in run(world).events]
    assert times == sorted(times)
    assert all(0 <= time < world.horizon for time in times)


STEPS = {
    ("not open", "opened"): "empty",
    ("empty", "started"): "permanent",
    ("empty", "agency started"): "agency",
    ("agency", "agency ended"): "empty",
    ("agency", "converted"): "permanent",
    ("permanent", "notice"): "notice",
    ("notice", "left"): "empty",
    ("permanent", "left"): "empty",  # made redundant
    ("permanent", "moved"): "empty",
    ("empty", "promoted"): "permanent",
    ("empty", "post closed"): "closed",
}


def first_state(post: Post) -> str:
    """The state of a post at time 0."""
    return "not open" if post.opens > 0 else post.state


@PROPERTY
@given(WORLDS)
def test_posts_are_conserved(world: World) -> None:
    """Every post makes legal steps only, so that the states always add up to the posts that exist."""
    outcome = run(world)
    states = [first_state(post) for post in world.posts]
    for time, kind, number, case in outcome.events:
        if kind in ("away", "back"):
            assert states[number] in ("permanent", "notice", "agency")
        elif kind == "moved up":
            assert states[number] in ("permanent", "notice")
        elif kind == "agency notice":
            assert states[number] == "agency"
        elif case == -1:
            states[number] = STEPS[states[number], kind]  # no other step exists
            assert not (world.posts[number].agency_only and states[number] == "permanent")
            assert world.posts[number].cover or kind != "agency started"
            assert kind != "opened" or time == pytest.approx(world.posts[number].opens, abs=EXACT)
        elif kind in ("allocated", "closed"):
            assert states[number] in ("permanent", "notice", "agency")
            assert world.posts[number].hours > 0
    opened = sum(post.opens < world.horizon for post in world.posts)
    in_being = ("permanent", "notice", "agency", "empty", "closed")
    assert sum(states.count(state) for state in in_being) == opened


class Desks:
    """Who holds and who waits, replayed from a log; the stages of the visits come from the ledger."""

    def __init__(self, world: World, outcome: Outcome) -> None:
        self.world = world
        self.stages = {(row["case"], row["ordinal"]): row["stage"] for row in outcome.ledger}
        self.held: list[list[int]] = [[] for _ in world.posts]
        self.waiting: list[int] = []
        self.ordinals = [-1 for _ in world.cases]
        self.tickets = [-1 for _ in world.cases]
        self.referrals = 0

    def step(self, event: Event) -> None:
        """Follow one event; a case moves only from where it is."""
        _, kind, post, case = event
        if kind in ("referred", "entered"):
            self.ordinals[case] += 1
        if kind == "referred":
            self.referrals += 1
            self.tickets[case] = self.referrals
            self.waiting.append(case)
        elif kind == "turned away":
            self.waiting.remove(case)
        elif kind == "allocated":
            self.waiting.remove(case)
            self.held[post].append(case)
        elif kind == "closed":
            self.held[post].remove(case)
        elif kind == "returned":
            self.held[post].remove(case)
            self.waiting.append(case)

    def children(self, post: int) -> int:
        """Children held in a post."""
        return sum(self.world.cases[case].children for case in self.held[post])

    def stage(self, case: int) -> int:
        """The present stage of a case."""
        number: int = self.stages[case, self.ordinals[case]]
        return number

    def team(self, case: int) -> int:
        """The team of the present stage of a case."""
        return self.world.team_of(self.world.cases[case], self.stage(case))

    def place(self, case: int) -> tuple[int, int]:
        """The place of a case in the order of its team."""
        priority = self.world.stages[self.stage(case)].priority
        return 2 * priority + self.world.cases[case].family_class, self.tickets[case]


@PROPERTY
@given(WORLDS)
def test_nobody_is_over_the_cap(world: World) -> None:
    """Only a single case may be larger than the cap."""
    outcome = run(world)
    desks = Desks(world, outcome)
    for event in outcome.events:
        desks.step(event)
        if event[1] == "allocated" and world.cap is not None:
            post, able = event[2], max(level.able for level in world.levels)
            within = desks.children(post) <= world.cap * world.posts[post].fte * able + 1e-9
            assert within or len(desks.held[post]) == 1


@PROPERTY
@given(WORLDS)
def test_nobody_is_overtaken(world: World) -> None:
    """Whoever is allocated, other than by rebalancing, was first of the team, by class and then ticket."""
    outcome = run(world)
    desks = Desks(world, outcome)
    before: Event = (0.0, "nothing", -1, -1)
    for event in outcome.events:
        time, kind, post, case = event
        moved = world.rebalancing != "none" and (before[0], before[1], before[3]) == (time, "returned", case)
        if kind == "allocated":
            assert world.posts[post].team == desks.team(case)
        if kind == "allocated" and not moved:
            others = [other for other in desks.waiting if desks.team(other) == desks.team(case)]
            assert desks.place(case) == min(desks.place(other) for other in others)
        desks.step(event)
        before = event


@PROPERTY
@given(WORLDS)
def test_whoever_goes_keeps_no_case(world: World) -> None:
    """A post without a worker holds nothing, and nobody absent is given anything."""
    outcome = run(world)
    desks, gone = (
        Desks(world, outcome),
        {i for i, post in enumerate(world.posts) if first_state(post) == "empty"},
    )
    away: set[int] = set()
    instant = 0.0
    for event in outcome.events:
        time, kind, post, _ = event
        if time > instant + 1e-7:
            assert not any(desks.held[number] for number in gone)
            instant = time
        if kind in ("left", "agency ended", "opened", "moved"):
            gone.add(post)
        elif kind in ("started", "agency started", "promoted"):
            gone.discard(post)
        if kind == "away":
            away.add(post)
        elif kind in ("back", "left", "agency ended", "moved"):
            away.discard(post)
        assert kind != "allocated" or post not in away
        desks.step(event)


@PROPERTY
@given(WORLDS)
def test_little(world: World) -> None:
    """The integral of open children is the sum of their days open."""
    outcome = run(world)
    total = sum(world.cases[row["case"]].children * row["elapsed"] for row in outcome.ledger)
    assert outcome.open_integral == pytest.approx(total, abs=1e-6)


@PROPERTY
@given(WORLDS)
def test_where_workers_are_plenty_only_natural_time_passes(world: World) -> None:
    """With hours without end and nobody ever away, a stage takes its natural time and the sign-off."""
    posts = tuple(Post(team, 1.0, 1e6, "permanent", service=1e6) for team in range(world.teams))
    plenty = replace(
        world,
        posts=posts,
        luck=Luck(**{kind: tuple(NEVER for _ in posts) for kind in KINDS}),
        absences=(),
        candidates=(),
        closings=(),
        changes=(QUIET,),
        levels=(Level(),),
        cap=None,
        reading_hours=0.0,
        turned_away_share=0.0,
        ended_early_share=0.0,
    )
    for row in run(plenty).ledger:
        assert row["natural"] == pytest.approx(row["elapsed"] - row["sign_off"], abs=1e-9)
        stage, case = world.stages[row["stage"]], world.cases[row["case"]]
        if row["ended"] is not None:
            whole = case.visits[min(row["ordinal"], len(case.visits) - 1)].work_days[row["stage"]]
            work = case.left if case.opening and row["ordinal"] == 0 else whole
            assert row["sign_off"] == pytest.approx(stage.sign_off, abs=1e-9)
            assert row["natural"] >= work / stage.urgency - 1e-9
            if not stage.reviews and stage.deadline is None:
                assert row["natural"] == pytest.approx(work, abs=1e-9)


# ---- The comparison itself --------------------------------------------------------------------------------


def test_comparison_ignores_order_within_an_instant_only() -> None:
    """The comparison finds what is missing, moved or different."""
    log: list[Event] = [(1.0, "closed", 0, 0), (1.0 + 1e-9, "closed", 0, 1), (2.0, "left", 0, -1)]
    assert_same(log, [log[1], log[0], log[2]])
    for other in (log[:2], [*log[:2], (2.1, "left", 0, -1)], [*log[:2], (2.0, "left", 1, -1)]):
        with pytest.raises(AssertionError, match="event 2"):
            assert_same(log, other)
