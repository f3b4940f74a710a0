"""Worlds to try: random ones for Hypothesis, and hand-written ones with their exact answers."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from tests.twin.world import Case, Change, Draws, Luck, Post, Stage, World

KINDS = ("leave", "hire", "cover", "end", "convert")
NEVER: tuple[float, ...] = ()
PLENTY = 8.0  # hours of attention a child, more than any worker in a world by hand has
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
def tiny_draws(draw: st.DrawFn, stages: tuple[Stage, ...]) -> Draws:
    """The luck of a visit on the grid; the uniforms lie between the shares and chances that may come up."""
    hours = st.sampled_from((1.0, 2.0, 4.0, 0.5, 3.0, 6.0))
    uniform = st.integers(0, 7).map(lambda n: n / 8 + 1 / 128)
    work = draw(hours)
    return Draws(
        work_days=tuple(work / stage.attention for stage in stages),
        next=draw(uniform),
        early=draw(uniform),
        turned_away=draw(uniform),
        back=draw(uniform),
        delay_days=draw(st.sampled_from((1.0, 2.0, 0.125, 5.0, 3.5))),
        allocation=draw(uniform),
    )


@st.composite
def tiny_cases(draw: st.DrawFn, horizon: float, classes: int, stages: tuple[Stage, ...]) -> tuple[Case, ...]:
    """Up to 25 cases on the grid, some of them open at the start and the first few others often at time 0."""
    pool = draw(st.lists(tiny_draws(stages), min_size=1, max_size=6))
    visits = st.lists(st.sampled_from(pool), min_size=1, max_size=4).map(tuple)
    opening, later = draw(st.sampled_from((0, 1, 4, 8))), draw(st.integers(0, 17))
    time_of = st.one_of(st.just(0.0), grid(0, horizon / 2), grid(0, horizon))
    times = [0.0] * opening + sorted(draw(time_of) for _ in range(later))
    cases = []
    for number, time in enumerate(times):
        children = draw(st.sampled_from((1, 2, 1, 3, 4)))
        place = draw(st.sampled_from((0.0, 0.5, 0.25, 0.75)))
        case = Case(time, children, draw(st.integers(0, classes - 1)), place, draw(visits))
        if number < opening:
            stage = draw(st.integers(0, len(stages) - 1))
            hours_left, hours_done = (
                draw(st.sampled_from((1.0, 2.0, 0.0, 4.0))),
                draw(st.sampled_from((0.0, 2.0, 8.0))),
            )
            days = 1 / stages[stage].attention
            began = -draw(st.one_of(st.just(0.0), grid(0, 20)))
            left, done = hours_left * days, hours_done * days
            case = replace(case, opening=True, stage=stage, began=began, left=left, done=done)
        cases.append(case)
    return tuple(cases)


@st.composite
def tiny_next(draw: st.DrawFn, stages: int, exits: int) -> tuple[tuple[float, int], ...]:
    """Up to two other targets (loops too) and then a way out, so that every path may end."""
    size = draw(st.sampled_from((0, 1, 2, 2)))
    others = [draw(st.integers(-exits, stages - 1)) for _ in range(size)]
    shares = {0: (1.0,), 1: (draw(st.sampled_from((0.5, 0.25, 0.75))), 1.0), 2: (0.375, 0.75, 1.0)}[size]
    ways = [*others, -1 - draw(st.integers(0, exits - 1))]
    return tuple((share, way) for share, way in zip(split(shares), ways, strict=True))


def split(cumulative: tuple[float, ...]) -> list[float]:
    """Shares from cumulative shares."""
    return [high - low for low, high in zip((0.0, *cumulative), cumulative, strict=False)]


@st.composite
def tiny_stage(draw: st.DrawFn, number: int, stages: int, types: int, exits: int) -> Stage:
    """A stage with any of the rules on the grid."""
    reviews = tuple(sorted(draw(st.lists(grid(0.125, 10), max_size=3, unique=True))))
    return Stage(
        team_type=draw(st.integers(0, types - 1)),
        priority=draw(st.integers(0, 2)),
        attention=draw(st.sampled_from((1.0, 0.5, 2.0))),
        upkeep=draw(st.sampled_from((0.0, 0.125, 0.25, 0.5))),
        reviews=reviews,
        every=draw(st.sampled_from((0.0, 2.0, 3.0, 0.5))) if reviews else 0.0,
        deadline=draw(st.one_of(st.none(), grid(0.5, 10))),
        window=draw(st.sampled_from((1.0, 4.0, 0.5, 20.0))),
        urgency=draw(st.sampled_from((1.0, 2.0, 1.5, 4.0))),
        sign_off=draw(st.sampled_from((0.0, 1.0, 0.125, 2.0))),
        experienced_only=draw(st.sampled_from((False, False, False, True))),
        may_end_early=draw(st.booleans()),
        decision=number == 0 and draw(st.booleans()),
        next=draw(tiny_next(stages, exits)),
    )


@st.composite
def tiny_absences(draw: st.DrawFn, posts: int, horizon: float) -> tuple[tuple[int, float, float], ...]:
    """Up to three absences of each post on the grid, one after another."""
    absences = []
    for post in range(posts):
        start = 0.0
        for _ in range(draw(st.sampled_from((0, 0, 1, 3)))):
            start += draw(st.one_of(grid(0.125, 8), grid(0.125, horizon / 2)))
            days = draw(st.sampled_from((1.0, 3.0, 0.125, 8.0)))
            absences.append((post, start, days))
            start += days
    return tuple(absences)


@st.composite
def tiny_rules(draw: st.DrawFn, posts: int, exits: int, horizon: float) -> dict[str, Any]:
    """The settings beyond those of a service without a pathway, each often off."""
    share = st.sampled_from((0.0, 0.0, 0.25, 0.5))
    return {
        "exits": tuple(draw(st.sampled_from((0.0, 0.5, 0.25, 1.0))) for _ in range(exits)),
        "turned_away_exit": draw(st.integers(0, exits - 1)),
        "ended_early_exit": draw(st.integers(0, exits - 1)),
        "early_factor": draw(st.sampled_from((1.0, 2.0, 0.5))),
        "per_change": draw(st.sampled_from((0.0, 0.5, 1.0))),
        "margin": draw(st.sampled_from((0.0, 0.25, 0.5))),
        "turned_away_share": draw(share),
        "ended_early_share": draw(share),
        "reference": draw(st.sampled_from((4.0, 2.0, 8.0, 1.0))),
        "sign_off_without_manager": draw(st.sampled_from((1.0, 2.0, 3.0, 0.5))),
        "new_cases_on_notice": draw(st.booleans()),
        "experienced_days": draw(st.sampled_from((0.0, 5.0, 12.0, 40.0))),
        "hand_over_after": draw(st.sampled_from((math.inf, 2.0, 0.0, 0.5))),
        "rule": draw(st.sampled_from(("fewest children", "least work", "random"))),
        "continuity": draw(st.booleans()),
        "rebalancing": draw(st.sampled_from(("none", "gradual", "at once"))),
        "absences": draw(tiny_absences(posts, horizon)),
    }


@st.composite
def tiny_post(draw: st.DrawFn, number: int, horizon: float, teams: int) -> Post:
    """A post on the grid: any state, perhaps opening later, agency only, without cover or part-time."""
    opens = draw(st.one_of(st.just(0.0), st.just(0.0), st.just(0.0), grid(0.125, horizon)))
    agency_only = draw(st.sampled_from((False, False, False, True)))
    states = ("agency", "empty") if agency_only else ("permanent", "permanent", "agency", "notice", "empty")
    state = "empty" if opens > 0 else draw(st.sampled_from(states))
    return Post(
        team=draw(st.sampled_from((number % teams, number % teams, draw(st.integers(0, teams - 1))))),
        fte=draw(st.sampled_from((1.0, 1.0, 0.5))),
        hours=float(draw(st.sampled_from((4, 8, 2, 6, 4, 1, 0)))),
        state=state,
        opens=opens,
        service=draw(grid(0, 20)) if state in ("permanent", "notice") else 0.0,
        notice_left=draw(grid(0.125, 8)) if state == "notice" else 0.0,
        agency_only=agency_only,
        cover=draw(st.sampled_from((True, True, False))),
        manages=draw(st.sampled_from((False, False, False, True))),
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
    """Small worlds on a dyadic grid; only the horizon lies off it, since nothing may happen just there.

    A third have a single plain stage, and half of these none of the further rules.
    """
    days = draw(eighths(8, 60))
    plain = draw(st.sampled_from((True, False, False)))
    teams_of_type = tuple(draw(st.lists(st.sampled_from((1, 1, 2)), min_size=1, max_size=1 if plain else 2)))
    classes, exits = draw(st.integers(1, 2)), 1 if plain else draw(st.integers(1, 3))
    if plain:
        attention = draw(st.sampled_from((1.0, 0.5, 1.0, 0.5, 2.0, 16.0, 0.015625)))
        upkeep = draw(st.sampled_from((0.0, 0.125, 0.0, 0.25, 0.5, 0.015625)))
        stages: tuple[Stage, ...] = (Stage(attention=attention, upkeep=upkeep),)
    else:
        length = draw(st.integers(1, 4))
        stages = tuple(draw(tiny_stage(i, length, len(teams_of_type), exits)) for i in range(length))
    size = draw(st.integers(1, 6 if plain else 9))
    posts = [draw(tiny_post(number, days, sum(teams_of_type))) for number in range(size)]
    posts.sort(key=lambda post: post.opens)  # posts are numbered in the order in which they open
    rules = {"exits": (0.0,)} if plain and draw(st.booleans()) else draw(tiny_rules(len(posts), exits, days))
    return World(
        horizon=days + 0.0137,
        teams_of_type=teams_of_type,
        stages=stages,
        cap=draw(st.sampled_from((None, 1.0, 2.0, 3.0, 5.0))),
        reading_hours=draw(st.sampled_from((0.0, 1.0, 0.5))),
        lost_share=draw(st.sampled_from((0.0, 0.25, 0.5, 1.0))),
        leaving_table=tuple(draw(st.lists(st.sampled_from((1.0, 0.5, 2.0, 0.0)), min_size=1, max_size=8))),
        notice_days=draw(st.sampled_from((0.0, 2.0, 0.125, 5.0))),
        bands=draw(tiny_bands()),
        classes=classes,
        cases=draw(tiny_cases(days, classes, stages)),
        posts=tuple(posts),
        changes=draw(tiny_changes(days)),
        luck=draw(tiny_luck(len(posts))),
        overtime_share=draw(st.sampled_from((0.0, 0.5, 1.0))),
        overtime_limit=draw(st.sampled_from((0.0, 0.5, 2.0))),
        **rules,
    )


# ---- Rough worlds: generic numbers, so that no two things happen together ---------------------------------


@dataclass(frozen=True)
class Dice:
    """Generic floats by name: Hypothesis picks the seed and the sizes, and may shrink the sizes alone."""

    seed: int

    def of(self, *name: Any) -> random.Random:
        """The generator of one named thing."""
        return random.Random(f"{self.seed}/{name}")


def rough_case(dice: Dice, i: int, horizon: float, classes: int, stages: tuple[Stage, ...]) -> Case:
    """A case at any time; a fifth of them at the start, most of which are open then."""
    r = dice.of("case", i)
    time = max(0.0, r.uniform(-0.2, 1.0)) * horizon
    visits = tuple(rough_draws(r, stages) for _ in range(5))
    case = Case(time, r.randint(1, 4), r.randrange(classes), r.random(), visits)
    if time > 0 or r.random() < 0.2:
        return case
    left = 0.0 if r.random() < 0.1 else r.expovariate(0.3)
    began, done = -r.uniform(0.0, 30.0), r.uniform(0.0, 10.0)
    return replace(case, opening=True, stage=r.randrange(len(stages)), began=began, left=left, done=done)


def rough_draws(r: random.Random, stages: tuple[Stage, ...]) -> Draws:
    """The luck of a visit."""
    hours = 0.3 + r.expovariate(1 / 2.5)
    work = tuple(hours / stage.attention for stage in stages)
    uniforms = ("next", "early", "turned_away", "back", "allocation")
    return Draws(work, delay_days=r.expovariate(0.2), **{name: r.random() for name in uniforms})


def rough_stage(dice: Dice, i: int, stages: int, types: int, exits: int) -> Stage:
    """A stage with any of the rules."""
    r = dice.of("stage", i)
    reviews = tuple(sorted(r.uniform(0.3, 15.0) for _ in range(r.choice((0, 1, 2, 3)))))
    shares = [r.random() for _ in range(r.randint(1, 3))]
    ways = [r.randint(-exits, stages - 1) for _ in shares]
    shares, ways = [*shares, r.uniform(0.5, 1.5)], [*ways, -1 - r.randrange(exits)]
    return Stage(
        team_type=r.randrange(types),
        priority=r.randrange(3),
        attention=r.uniform(0.3, 1.5),
        upkeep=r.choice((0.0, r.uniform(0.0, 0.2), r.uniform(0.0, 0.5))),
        reviews=reviews,
        every=r.choice((0.0, r.uniform(0.5, 8.0))) if reviews else 0.0,
        deadline=r.choice((None, r.uniform(1.0, 15.0))),
        window=r.uniform(0.5, 8.0),
        urgency=r.choice((1.0, r.uniform(1.0, 3.0))),
        sign_off=r.choice((0.0, r.uniform(0.2, 3.0))),
        experienced_only=r.random() < 0.2,
        may_end_early=r.random() < 0.5,
        decision=i == 0 and r.random() < 0.5,
        next=tuple((share / sum(shares), way) for share, way in zip(shares, ways, strict=True)),
    )


def rough_absences(dice: Dice, posts: int, horizon: float) -> tuple[tuple[int, float, float], ...]:
    """Up to three absences of each post, one after another."""
    absences = []
    for post in range(posts):
        r, start = dice.of("absences", post), 0.0
        for _ in range(r.choice((0, 0, 1, 3))):
            start += r.uniform(0.2, horizon / 2)
            absences.append((post, start, r.uniform(0.2, 10.0)))
            start += absences[-1][2]
    return tuple(absences)


def rough_rules(dice: Dice, posts: int, exits: int, horizon: float) -> dict[str, Any]:
    """The settings beyond those of a service without a pathway, each often off."""
    r = dice.of("rules")
    return {
        "exits": tuple(r.choice((0.0, r.random(), r.uniform(0.5, 1.0))) for _ in range(exits)),
        "turned_away_exit": r.randrange(exits),
        "ended_early_exit": r.randrange(exits),
        "early_factor": r.choice((1.0, r.uniform(0.5, 3.0))),
        "per_change": r.choice((0.0, r.random())),
        "margin": r.choice((0.0, r.uniform(0.0, 0.5))),
        "turned_away_share": r.choice((0.0, 0.0, r.random())),
        "ended_early_share": r.choice((0.0, r.random())),
        "reference": r.uniform(2.0, 12.0),
        "sign_off_without_manager": r.choice((1.0, r.uniform(0.5, 4.0))),
        "new_cases_on_notice": r.random() < 0.5,
        "experienced_days": r.choice((0.0, r.uniform(0.0, 40.0))),
        "hand_over_after": r.choice((math.inf, 0.0, r.uniform(0.0, 5.0))),
        "rule": r.choice(("fewest children", "least work", "random")),
        "continuity": r.random() < 0.5,
        "rebalancing": r.choice(("none", "gradual", "at once")),
        "absences": rough_absences(dice, posts, horizon),
    }


def rough_post(dice: Dice, i: int, horizon: float, teams: int) -> Post:
    """A post of any sort."""
    r = dice.of("post", i)
    opens = r.uniform(0.0, horizon) if r.random() < 0.25 else 0.0
    agency_only = r.random() < 0.15
    states = ("agency", "empty") if agency_only else ("permanent", "permanent", "agency", "notice", "empty")
    state = "empty" if opens > 0 else r.choice(states)
    return Post(
        team=r.choice((i % teams, i % teams, r.randrange(teams))),
        fte=r.choice((1.0, 1.0, 0.8, 0.6, 0.5)),
        hours=0.0 if r.random() < 0.1 else r.uniform(1.0, 6.0),
        state=state,
        opens=opens,
        service=r.uniform(0.0, 30.0) if state in ("permanent", "notice") else 0.0,
        notice_left=r.uniform(0.1, 8.0) if state == "notice" else 0.0,
        agency_only=agency_only,
        cover=r.random() < 0.8,
        manages=r.random() < 0.2,
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
    """Worlds of generic floats with up to 60 cases and 10 posts; some have a single plain stage."""
    dice = Dice(draw(st.integers(0, 2**32 - 1)))
    r = dice.of("world")
    size = draw(st.integers(0, 4))
    types, exits, classes = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 2))
    posts, cases, changes = draw(st.integers(1, 10)), draw(st.integers(0, 60)), draw(st.integers(1, 3))
    horizon = r.uniform(20.0, 80.0)
    teams_of_type = tuple(r.choice((1, 1, 2)) for _ in range(types if size else 1))
    bands = tuple((start, r.uniform(0.02, 0.15)) for start in (0.0, r.uniform(1, 15), r.uniform(15, 40)))
    attention, upkeep = (
        r.choice((r.uniform(0.2, 1.5), 30.0)),
        r.choice((0.0, r.uniform(0.0, 0.2), r.uniform(0.2, 0.8))),
    )
    plain = (Stage(attention=attention, upkeep=upkeep),)
    stages = tuple(rough_stage(dice, i, size, types, exits) for i in range(size)) or plain
    all_cases = [rough_case(dice, i, horizon, classes, stages) for i in range(cases)]
    all_posts = [rough_post(dice, i, horizon, sum(teams_of_type)) for i in range(posts)]
    all_changes = [rough_change(dice, i, horizon) for i in range(changes)]
    with_rules = size > 0 or draw(st.booleans())
    rules = rough_rules(dice, posts, exits, horizon) if with_rules else {"exits": (0.0,)}
    return World(
        horizon=horizon,
        teams_of_type=teams_of_type,
        stages=stages,
        cap=draw(st.sampled_from((None, 2.0, 3.0, 5.0, 8.5))),
        reading_hours=r.choice((0.0, r.uniform(0.0, 2.0))),
        lost_share=r.choice((0.0, r.uniform(0.0, 1.0))),
        leaving_table=tuple(r.choice((0.0, r.uniform(0.3, 2.0), r.uniform(0.3, 2.0))) for _ in range(8)),
        notice_days=r.choice((0.0, r.uniform(0.5, 6.0))),
        bands=bands,
        classes=classes,
        cases=tuple(sorted(all_cases, key=lambda case: (case.time, not case.opening))),
        posts=tuple(sorted(all_posts, key=lambda post: post.opens)),
        overtime_share=r.choice((0.0, r.uniform(0.0, 1.0))),
        overtime_limit=r.choice((0.0, r.uniform(0.0, 2.0))),
        changes=tuple(sorted(all_changes, key=lambda change: change.time)),
        luck=rough_luck(dice, posts),
        **rules,
    )


# ---- Worlds by hand, with their answers -------------------------------------------------------------------


def plain_world(**given: Any) -> World:
    """A world in which nothing happens but what is given; `attention` and `upkeep` make a plain stage."""
    posts = given["posts"]
    luck = {kind: tuple(NEVER for _ in posts) for kind in KINDS} | given.pop("luck", {})
    plain = Stage(attention=given.pop("attention", PLENTY), upkeep=given.pop("upkeep", 0.0))
    settings: dict[str, Any] = {
        "horizon": 30.0,
        "teams_of_type": (1,),
        "stages": (plain,),
        "exits": (0.0,),
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


def cases_of(*pairs: tuple[float, float], attention: float = PLENTY) -> tuple[Case, ...]:
    """Cases of one child in one team from pairs of time and hours of work in a single stage."""
    return tuple(Case(time, 1, 0, 0.0, (Draws((hours / attention,)),)) for time, hours in pairs)


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
