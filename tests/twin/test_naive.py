"""The naive model on worlds worked out by hand, and on laws that every world must obey."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.twin.compare import assert_same
from tests.twin.naive import Event, Outcome, run
from tests.twin.strategies import (
    KINDS,
    NEVER,
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
from tests.twin.world import Change, Post, World

PARTS = ("natural", "unallocated", "repeated", "slow")
EXACT = 1e-9
WORLDS = st.one_of(tiny_worlds(), rough_worlds())
PROPERTY = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


def column(outcome: Outcome, name: str) -> list[Any]:
    """One entry of the ledger for all cases."""
    return [row[name] for row in outcome.ledger]


def staff_events(outcome: Outcome) -> list[Any]:
    """The log without the cases."""
    return [(time, kind, post) for time, kind, post, case in outcome.events if case == -1]


def assert_row(row: dict[str, Any], parts: tuple[float, ...], closed: float | None, workers: int) -> None:
    """The row of one case in the ledger is as given."""
    assert [row[name] for name in PARTS] == pytest.approx(parts, abs=EXACT)
    assert row["closed"] == (closed if closed is None else pytest.approx(closed, abs=EXACT))
    assert row["workers"] == workers


# ---- By hand ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", [v18_staggered, v18_together])
def test_v18_closings(example: Callable[[], tuple[World, tuple[float, ...]]]) -> None:
    """Closings under processor sharing."""
    world, closings = example()
    assert column(run(world), "closed") == pytest.approx(closings, abs=EXACT)


@pytest.mark.parametrize("example", [v19_cap3, v19_cap2])
def test_v19(example: Callable[[], tuple[World, Answers]]) -> None:
    """A leaver, a stayer and a later starter: closings, waiting, workers, handovers, open children."""
    world, answers = example()
    outcome = run(world)
    assert column(outcome, "closed") == pytest.approx(answers.closings, abs=EXACT)
    if answers.waiting is not None:
        assert column(outcome, "unallocated") == pytest.approx(answers.waiting, abs=EXACT)
    if answers.workers is not None:
        assert tuple(column(outcome, "workers")) == answers.workers
    if answers.handovers is not None:
        assert sum(kind == "returned" for _, kind, _, _ in outcome.events) == answers.handovers
    if answers.open_integral is not None:
        assert outcome.open_integral == pytest.approx(answers.open_integral, abs=EXACT)


def test_ledger_with_upkeep_and_a_handover() -> None:
    """All four parts of the ledger, worked out by hand."""
    # Two cases of one child, 4 hours a day, upkeep 1: pace of each is min(1.5, 2 / 2) = 1, alone min(1.5, 3).
    # Both have made 2 hours when the worker goes at 2; the next is there from 5 and each case has 1 + 0.5 * 2
    # more: 10 - 2 + 2 = 10 hours, of which the first (of 4 hours: 4 - 2 + 2 = 4) closes at 9, the other has
    # 6 left at 9 and closes at 13.
    world = plain_world(
        attention=1.5,
        upkeep=1.0,
        reading_hours=1.0,
        lost_share=0.5,
        cases=cases_of((0, 10.0), (0, 4.0)),
        posts=(Post(0, 1.0, 4.0, "notice", notice_left=2.0, cover=False),),
        changes=(Change(0.0, 0.0, 1.0, 0.0, 0.0, 0.0),),
        luck={"hire": ((3.0,),)},
    )
    first, second = run(world).ledger
    assert_row(first, parts=(10 / 1.5, 3.0, 2 / 1.5, 2.0), closed=13.0, workers=2)
    assert_row(second, parts=(4 / 1.5, 3.0, 2 / 1.5, 2.0), closed=9.0, workers=2)


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


def test_conversion_moves_no_case_and_service_bands_are_read_at_changes() -> None:
    """A convert keeps the case, and moves up a band only at a reading."""
    # Converted at 2, service 0: rate 0.1 until the reading at 10 (service 8, band of 5 days): 0.8 used,
    # 0.2 left at 0.4 a day: notice at 10.5, gone with it, and the case is returned.
    world = plain_world(
        horizon=12.0,
        attention=0.5,
        bands=((0.0, 0.1), (5.0, 0.4)),
        cases=cases_of((0, 100.0)),
        posts=(Post(0, 1.0, 1.0, "agency"),),
        changes=(Change(0.0, 1.0, 0.0, 0.0, 0.0, 0.5), Change(10.0, 1.0, 0.0, 0.0, 0.0, 0.0)),
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
    assert_row(outcome.ledger[0], parts=(10.5, 1.5, 0.0, 0.0), closed=None, workers=1)


def test_caseload_moves_the_leaving_rate_and_a_rate_of_zero_stops_the_clock() -> None:
    """What was accumulated is kept exactly while g moves."""
    # g is 1, 0, 2 for 0, 1, 2 children (rounded): 0.1 a day to 2, nothing to 6, 0.2 to 8 (0.6 used), then at
    # 8 one closes (nothing) and at 10 the other: 0.1 a day, notice at 14.
    world = plain_world(
        attention=0.5,
        bands=((0.0, 0.1),),
        leaving_table=(1.0, 0.0, 2.0),
        cases=cases_of((2, 3.0), (6, 2.0)),
        posts=(Post(0, 1.0, 8.0, "permanent", cover=False),),
        changes=(Change(0.0, 1.0, 0.0, 0.0, 0.0, 0.0),),
        luck={"leave": ((1.0,),)},
    )
    outcome = run(world)
    assert column(outcome, "closed") == pytest.approx([8.0, 10.0])
    assert staff_events(outcome)[0] == (pytest.approx(14.0), "notice", 0)


def test_order_within_an_instant() -> None:
    """Closure, staff, referral and then one allocation, all at 4."""
    # At 4: case 0 closes with the worker who leaves just then, a new one starts, case 2 is referred, and only
    # then is anything allocated: case 1, which waited, first, and the room for case 2 is known at once.
    world = plain_world(
        cap=1.0,
        attention=1.0,
        cases=cases_of((0, 4.0), (1, 1.0), (4, 1.0)),
        posts=(Post(0, 1.0, 1.0, "notice", notice_left=4.0), Post(0, 1.0, 1.0, "empty", cover=False)),
        changes=(Change(0.0, 0.0, 0.25, 0.0, 0.0, 0.0),),
        luck={"hire": (NEVER, (1.0,))},
    )
    assert [event[1:] for event in run(world).events if event[0] == 4.0] == [
        ("closed", 0, 0),
        ("left", 0, -1),
        ("started", 1, -1),
        ("referred", -1, 2),
        ("allocated", 1, 1),
    ]


# ---- Laws -------------------------------------------------------------------------------------------------


@PROPERTY
@given(WORLDS)
def test_the_ledger_adds_up(world: World) -> None:
    """natural + unallocated + repeated + slow = elapsed, to closure or horizon."""
    for case, row in zip(world.cases, run(world).ledger, strict=True):
        parts = [row[name] for name in PARTS]
        end = world.horizon if row["closed"] is None else row["closed"]
        assert sum(parts) == pytest.approx(max(0.0, end - case.time), abs=1e-9)
        assert min(parts) >= -1e-9


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
        if case == -1:
            states[number] = STEPS[states[number], kind]  # no other step exists
            assert not (world.posts[number].agency_only and states[number] == "permanent")
            assert world.posts[number].cover or kind != "agency started"
            assert kind != "opened" or time == world.posts[number].opens
        elif kind in ("allocated", "closed"):
            assert states[number] in ("permanent", "notice", "agency")
            assert world.posts[number].hours > 0
    opened = sum(post.opens < world.horizon for post in world.posts)
    assert sum(states.count(state) for state in ("permanent", "notice", "agency", "empty")) == opened


class Desks:
    """Who holds and who waits, replayed from a log."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.held: list[list[int]] = [[] for _ in world.posts]
        self.waiting: list[int] = []

    def step(self, event: Event) -> None:
        """Follow one event; a case moves only from where it is."""
        _, kind, post, case = event
        if kind == "referred":
            self.waiting.append(case)
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

    def load(self, post: int) -> float:
        """Children held per FTE."""
        return self.children(post) / self.world.posts[post].fte

    def place(self, case: int) -> tuple[int, int]:
        """The place of a case in the order of its team."""
        return self.world.cases[case].priority, case


@PROPERTY
@given(WORLDS)
def test_nobody_is_over_the_cap(world: World) -> None:
    """Only a single case may be larger than the cap."""
    desks = Desks(world)
    for event in run(world).events:
        desks.step(event)
        if event[1] == "allocated" and world.cap is not None:
            post = event[2]
            within = desks.children(post) <= world.cap * world.posts[post].fte + 1e-9
            assert within or len(desks.held[post]) == 1


@PROPERTY
@given(WORLDS)
def test_nobody_is_overtaken(world: World) -> None:
    """Whoever is allocated was first of the team, by class and then number."""
    desks = Desks(world)
    for event in run(world).events:
        if event[1] == "allocated":
            case = event[3]
            team = world.cases[case].team
            assert world.posts[event[2]].team == team
            others = [other for other in desks.waiting if world.cases[other].team == team]
            assert desks.place(case) == min(desks.place(other) for other in others)
        desks.step(event)


@PROPERTY
@given(WORLDS)
def test_whoever_goes_keeps_no_case(world: World) -> None:
    """A post without a worker holds nothing."""
    desks, gone = Desks(world), {i for i, post in enumerate(world.posts) if first_state(post) == "empty"}
    instant = 0.0
    for event in run(world).events:
        time, kind, post, _ = event
        if time > instant + 1e-7:
            assert not any(desks.held[number] for number in gone)
            instant = time
        if kind in ("left", "agency ended", "opened"):
            gone.add(post)
        elif kind in ("started", "agency started"):
            gone.discard(post)
        desks.step(event)


@PROPERTY
@given(WORLDS)
def test_little(world: World) -> None:
    """The integral of open children is the sum of their days open."""
    outcome = run(world)
    total = 0.0
    for case, row in zip(world.cases, outcome.ledger, strict=True):
        end = world.horizon if row["closed"] is None else row["closed"]
        total += case.children * max(0.0, end - case.time)
    assert outcome.open_integral == pytest.approx(total, abs=1e-6)


@PROPERTY
@given(WORLDS)
def test_where_workers_are_plenty_only_natural_time_passes(world: World) -> None:
    """With hours without end nothing is slow, unallocated or repeated."""
    posts = tuple(Post(team, 1.0, 1e6, "permanent") for team in range(world.teams))
    luck = {kind: tuple(NEVER for _ in posts) for kind in KINDS}
    fields = {name: getattr(world, name) for name in ("horizon", "teams", "attention", "classes", "cases")}
    plenty = plain_world(**fields, posts=posts, luck=luck)
    for case, row in zip(world.cases, run(plenty).ledger, strict=True):
        natural = case.work / (world.attention * case.children)
        closed = case.time + natural if case.time + natural < world.horizon else None
        assert row["closed"] == (None if closed is None else pytest.approx(closed))
        assert row["unallocated"] == row["repeated"] == 0.0
        assert row["slow"] == pytest.approx(0.0, abs=1e-9)


# ---- The comparison itself --------------------------------------------------------------------------------


def test_comparison_ignores_order_within_an_instant_only() -> None:
    """The comparison finds what is missing, moved or different."""
    log: list[Event] = [(1.0, "closed", 0, 0), (1.0 + 1e-9, "closed", 0, 1), (2.0, "left", 0, -1)]
    assert_same(log, [log[1], log[0], log[2]])
    for other in (log[:2], [*log[:2], (2.1, "left", 0, -1)], [*log[:2], (2.0, "left", 1, -1)]):
        with pytest.raises(AssertionError, match="event 2"):
            assert_same(log, other)
