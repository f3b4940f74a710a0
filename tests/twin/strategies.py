"""Worlds to try: random ones for Hypothesis, and hand-written ones with their exact answers."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.twin.world import Case, Change, Luck, Post, World

KINDS = ("leave", "hire", "cover", "end", "convert")
NEVER: tuple[float, ...] = ()
QUIET = Change(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


# ---- Tiny worlds: everything on a grid, so that much happens in the same instant --------------------------


def eighths(low: float, high: float) -> st.SearchStrategy[float]:
    """Multiples of 1/8 from low to high."""
    return st.integers(math.ceil(low * 8), math.floor(high * 8)).map(lambda n: n / 8)


def grid(low: float, high: float) -> st.SearchStrategy[float]:
    """Multiples of 1/8, most of them whole days, so that things happen together."""
    whole = st.integers(math.ceil(low), max(math.ceil(low), math.floor(high))).map(float)
    return st.one_of(whole, whole, eighths(low, high))


@st.composite
def tiny_cases(draw: st.DrawFn, horizon: float, teams: int, classes: int) -> tuple[Case, ...]:
    """Up to 25 cases on the grid, the first few often together at time 0."""
    size = draw(st.integers(0, 25))
    time_of = st.one_of(st.just(0.0), grid(0, horizon / 2), grid(0, horizon))
    times = [draw(time_of) for _ in range(size)]
    cases = []
    for time in sorted(times):
        children, hours = draw(st.sampled_from((1, 2, 1, 3, 4))), draw(st.integers(1, 6))
        work = hours * draw(st.sampled_from((1, children)))
        priority, team = draw(st.integers(0, classes - 1)), draw(st.integers(0, teams - 1))
        done = draw(st.sampled_from((0.0, 2.0, 8.0))) if time == 0 else 0.0
        cases.append(Case(time, children, priority, team, float(work), done))
    return tuple(cases)


@st.composite
def tiny_post(draw: st.DrawFn, horizon: float, teams: int) -> Post:
    """A post on the grid: any state, perhaps opening later, agency only, without cover or part-time."""
    opens = draw(st.one_of(st.just(0.0), st.just(0.0), st.just(0.0), grid(0.125, horizon)))
    agency_only = draw(st.sampled_from((False, False, False, True)))
    states = ("agency", "empty") if agency_only else ("permanent", "permanent", "agency", "notice", "empty")
    state = "empty" if opens > 0 else draw(st.sampled_from(states))
    return Post(
        team=draw(st.integers(0, teams - 1)),
        fte=draw(st.sampled_from((1.0, 1.0, 0.5))),
        hours=float(draw(st.sampled_from((4, 8, 2, 6, 4, 1, 0)))),
        state=state,
        opens=opens,
        service=draw(grid(0, 20)) if state == "permanent" else 0.0,
        notice_left=draw(grid(0.125, 8)) if state == "notice" else 0.0,
        agency_only=agency_only,
        cover=draw(st.sampled_from((True, True, False))),
    )


@st.composite
def tiny_changes(draw: st.DrawFn, horizon: float) -> tuple[Change, ...]:
    """One to three sets of rates on the grid, the first from time 0."""
    rate = st.sampled_from((0.25, 0.125, 0.25, 0.125, 0.0625, 0.0))
    later = draw(st.lists(grid(0.125, horizon), max_size=2, unique=True))
    return tuple(
        Change(
            time=time,
            leaving_factor=draw(st.sampled_from((1.0, 2.0, 0.5, 0.0))),
            hire_rate=draw(rate),
            cover_rate=draw(rate),
            end_rate=draw(rate),
            convert_rate=draw(rate),
        )
        for time in (0.0, *sorted(later))
    )


@st.composite
def tiny_luck(draw: st.DrawFn, posts: int) -> Luck:
    """Up to four thresholds for every clock of every post, on the grid."""
    threshold = st.sampled_from((1.0, 0.5, 0.25, 2.0, 0.75, 1.5, 0.125, 1.25))
    row = st.lists(threshold, min_size=1, max_size=4).map(tuple)
    rows = st.lists(row, min_size=posts, max_size=posts).map(tuple)
    return Luck(**{kind: draw(rows) for kind in KINDS})


@st.composite
def tiny_bands(draw: st.DrawFn) -> tuple[tuple[float, float], ...]:
    """One to three bands of service with a leaving rate."""
    starts = draw(st.lists(grid(1, 25), max_size=2, unique=True))
    rate = st.sampled_from((0.125, 0.25, 0.0625, 0.0))
    return tuple((start, draw(rate)) for start in (0.0, *sorted(starts)))


@st.composite
def tiny_worlds(draw: st.DrawFn) -> World:
    """Small worlds on a dyadic grid; only the horizon lies off it, since nothing may happen just there."""
    days = draw(eighths(8, 60))
    teams = draw(st.integers(1, 2))
    classes = draw(st.integers(1, 3))
    posts = [draw(tiny_post(days, teams)) for _ in range(draw(st.integers(1, 6)))]
    posts.sort(key=lambda post: post.opens)  # posts are numbered in the order in which they open
    return World(
        horizon=days + 0.0137,
        teams=teams,
        attention=draw(st.sampled_from((1.0, 0.5, 1.0, 0.5, 2.0, 16.0, 0.015625))),
        upkeep=draw(st.sampled_from((0.0, 0.125, 0.0, 0.25, 0.5, 0.015625))),
        cap=draw(st.sampled_from((None, 1.0, 2.0, 3.0, 5.0))),
        reading_hours=draw(st.sampled_from((0.0, 1.0, 0.5))),
        lost_share=draw(st.sampled_from((0.0, 0.25, 0.5, 1.0))),
        leaving_table=tuple(draw(st.lists(st.sampled_from((1.0, 0.5, 2.0, 0.0)), min_size=1, max_size=8))),
        notice_days=draw(st.sampled_from((0.0, 2.0, 0.125, 5.0))),
        bands=draw(tiny_bands()),
        classes=classes,
        cases=draw(tiny_cases(days, teams, classes)),
        posts=tuple(posts),
        changes=draw(tiny_changes(days)),
        luck=draw(tiny_luck(len(posts))),
        overtime_share=draw(st.sampled_from((0.0, 0.5, 1.0))),
        overtime_limit=draw(st.sampled_from((0.0, 0.5, 2.0))),
    )


# ---- Rough worlds: generic numbers, so that no two things happen together ---------------------------------


@dataclass(frozen=True)
class Dice:
    """Generic floats by name: Hypothesis picks the seed and the sizes, and may shrink the sizes alone."""

    seed: int

    def of(self, *name: Any) -> random.Random:
        """The generator of one named thing."""
        return random.Random(f"{self.seed}/{name}")


def rough_case(dice: Dice, i: int, horizon: float, teams: int, classes: int) -> Case:
    """A case at any time (a fifth of them at the start)."""
    r = dice.of("case", i)
    time = max(0.0, r.uniform(-0.2, 1.0)) * horizon
    children, team, priority = r.randint(1, 4), r.randrange(teams), r.randrange(classes)
    work, done = children * (0.3 + r.expovariate(1 / 5.0)), r.uniform(0.0, 10.0) if time == 0 else 0.0
    return Case(time, children, priority, team, work, done)


def rough_post(dice: Dice, i: int, horizon: float, teams: int) -> Post:
    """A post of any sort."""
    r = dice.of("post", i)
    opens = r.uniform(0.0, horizon) if r.random() < 0.25 else 0.0
    agency_only = r.random() < 0.15
    states = ("agency", "empty") if agency_only else ("permanent", "permanent", "agency", "notice", "empty")
    state = "empty" if opens > 0 else r.choice(states)
    return Post(
        team=r.randrange(teams),
        fte=r.choice((1.0, 1.0, 0.8, 0.6, 0.5)),
        hours=0.0 if r.random() < 0.1 else r.uniform(1.0, 6.0),
        state=state,
        opens=opens,
        service=r.uniform(0.0, 30.0) if state == "permanent" else 0.0,
        notice_left=r.uniform(0.1, 8.0) if state == "notice" else 0.0,
        agency_only=agency_only,
        cover=r.random() < 0.8,
    )


def rough_change(dice: Dice, i: int, horizon: float) -> Change:
    """A set of rates, a tenth of them 0."""
    r = dice.of("change", i)
    rates = [0.0 if r.random() < 0.1 else r.uniform(0.02, 0.3) for _ in range(4)]
    return Change(0.0 if i == 0 else r.uniform(0.0, horizon), r.choice((0.0, 1.0, r.uniform(0.3, 2))), *rates)


def rough_luck(dice: Dice, posts: int) -> Luck:
    """Exponential thresholds, twelve for every clock."""

    def row(kind: str, post: int) -> tuple[float, ...]:
        r = dice.of(kind, post)
        return tuple(r.expovariate(1.0) for _ in range(12))

    return Luck(**{kind: tuple(row(kind, post) for post in range(posts)) for kind in KINDS})


@st.composite
def rough_worlds(draw: st.DrawFn) -> World:
    """Worlds of generic floats with up to 60 cases and 10 posts."""
    dice = Dice(draw(st.integers(0, 2**32 - 1)))
    r = dice.of("world")
    teams, classes = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    posts, cases, changes = draw(st.integers(1, 10)), draw(st.integers(0, 60)), draw(st.integers(1, 3))
    horizon = r.uniform(20.0, 80.0)
    bands = tuple((start, r.uniform(0.02, 0.15)) for start in (0.0, r.uniform(1, 15), r.uniform(15, 40)))
    return World(
        horizon=horizon,
        teams=teams,
        attention=r.choice((r.uniform(0.2, 1.5), 30.0)),
        upkeep=r.choice((0.0, r.uniform(0.0, 0.2), r.uniform(0.2, 0.8))),
        cap=draw(st.sampled_from((None, 2.0, 3.0, 5.0, 8.5))),
        reading_hours=r.choice((0.0, r.uniform(0.0, 2.0))),
        lost_share=r.choice((0.0, r.uniform(0.0, 1.0))),
        leaving_table=tuple(r.choice((0.0, r.uniform(0.3, 2.0), r.uniform(0.3, 2.0))) for _ in range(8)),
        notice_days=r.choice((0.0, r.uniform(0.5, 6.0))),
        bands=bands,
        classes=classes,
        cases=tuple(
            sorted((rough_case(dice, i, horizon, teams, classes) for i in range(cases)), key=lambda c: c.time)
        ),
        posts=tuple(
            sorted((rough_post(dice, i, horizon, teams) for i in range(posts)), key=lambda p: p.opens)
        ),
        overtime_share=r.choice((0.0, r.uniform(0.0, 1.0))),
        overtime_limit=r.choice((0.0, r.uniform(0.0, 2.0))),
        changes=tuple(
            sorted((rough_change(dice, i, horizon) for i in range(changes)), key=lambda change: change.time)
        ),
        luck=rough_luck(dice, posts),
    )


# ---- Worlds by hand, with their answers -------------------------------------------------------------------


def plain_world(**given: Any) -> World:
    """A world in which nothing happens but what is given."""
    posts = given["posts"]
    luck = {kind: tuple(NEVER for _ in posts) for kind in KINDS} | given.pop("luck", {})
    settings: dict[str, Any] = {
        "horizon": 30.0,
        "teams": 1,
        "attention": 1e9,
        "upkeep": 0.0,
        "cap": None,
        "reading_hours": 0.0,
        "lost_share": 0.0,
        "leaving_table": (1.0,),
        "notice_days": 0.0,
        "bands": ((0.0, 0.0),),
        "classes": 1,
        "cases": (),
        "changes": (QUIET,),
    }
    return World(**(settings | given), luck=Luck(**luck))


def cases_of(*pairs: tuple[float, float]) -> tuple[Case, ...]:
    """Cases of one child in one team from pairs of time and work."""
    return tuple(Case(time, 1, 0, 0, work) for time, work in pairs)


def v18_staggered() -> tuple[World, tuple[float, ...]]:
    """V18: one worker shares an hour a day among cases of an hour's work; the closings."""
    world = plain_world(
        cases=cases_of((0.5, 1.0), (0.7, 1.0), (2.0, 1.0)), posts=(Post(0, 1.0, 1.0, "permanent"),)
    )
    return world, (2.45, 2.85, 3.5)


def v18_together() -> tuple[World, tuple[float, ...]]:
    """V18: work of 1, 2 and 3 hours, all referred at 0.5; the closings."""
    world = plain_world(
        cases=cases_of((0.5, 1.0), (0.5, 2.0), (0.5, 3.0)), posts=(Post(0, 1.0, 1.0, "permanent"),)
    )
    return world, (3.5, 5.5, 6.5)


@dataclass(frozen=True)
class Answers:
    """What is known of a world by hand; None where it was not worked out."""

    closings: tuple[float, ...]
    waiting: tuple[float, ...] | None = None
    workers: tuple[int, ...] | None = None
    handovers: int | None = None
    open_integral: float | None = None


def v19_world(cap: float) -> World:
    """V19: A goes at 3, B stays, C starts at 5; one hour a day each."""
    return plain_world(
        cap=cap,
        cases=cases_of((0, 2.0), (0, 4.0), (1, 2.0), (1, 1.0), (2, 3.0), (2, 1.0), (2, 1.0)),
        posts=(
            Post(0, 1.0, 1.0, "notice", notice_left=3.0, cover=False),
            Post(0, 1.0, 1.0, "permanent"),
            Post(0, 1.0, 1.0, "empty", cover=False),
        ),
        changes=(Change(0.0, 0.0, 1.0, 0.0, 0.0, 0.0),),
        luck={"hire": (NEVER, NEVER, (5.0,))},
    )


def v19_cap3() -> tuple[World, Answers]:
    """V19 with at most three children each."""
    return v19_world(3.0), Answers(
        closings=(4.0, 22 / 3, 20 / 3, 7 / 2, 26 / 3, 5.0, 7.0),
        waiting=(0.5, 0.0, 1.0, 0.0, 2.0, 0.0, 3.0),
        workers=(2, 1, 2, 1, 2, 1, 1),
        handovers=3,
        open_integral=34 + 1 / 6,
    )


def v19_cap2() -> tuple[World, Answers]:
    """V19 with at most two children each."""
    return v19_world(2.0), Answers(closings=(3.0, 7.0, 5.0, 3.0, 9.0, 7.0, 7.0))
