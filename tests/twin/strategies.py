"""Worlds to try: random ones for Hypothesis, and hand-written ones with their exact answers."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from hypothesis import strategies as st

from tests.twin.world import Candidate, Case, Change, Draws, Grade, Level, Luck, Post, Stage, World

KINDS = ("leave", "hire", "cover", "end", "convert")
PROGRESS = ("first_level", "second_level")
UNIFORMS = ("level", "promotion")
Kinds: TypeAlias = tuple[tuple[float, bool], ...]  # of every grade: case hours, and whether it manages
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
        "list_limit": draw(st.sampled_from((None, None, 1, 2, 4, 8))),
        "rebalancing": draw(st.sampled_from(("none", "gradual", "at once"))),
        "absences": draw(tiny_absences(posts, horizon)),
    }


@st.composite
def tiny_kinds(draw: st.DrawFn) -> Kinds:
    """Up to three grades."""
    hours = st.sampled_from((4, 8, 2, 6, 4, 1, 0)).map(float)
    manages = st.sampled_from((False, False, False, True))
    return tuple(draw(st.lists(st.tuples(hours, manages), min_size=1, max_size=3)))


@st.composite
def tiny_post(draw: st.DrawFn, number: int, horizon: float, teams: int, kinds: Kinds) -> Post:
    """A post on the grid: any state, perhaps opening later, agency only, without cover or part-time."""
    grade = draw(st.integers(0, len(kinds) - 1))
    opens = draw(st.one_of(st.just(0.0), st.just(0.0), st.just(0.0), grid(0.125, horizon)))
    agency_only = draw(st.sampled_from((False, False, False, True)))
    states = ("agency", "empty") if agency_only else ("permanent", "permanent", "agency", "notice", "empty")
    state = "empty" if opens > 0 else draw(st.sampled_from(states))
    leaving = {"notice": grid(0.125, 8), "agency": st.one_of(st.just(0.0), st.just(0.0), grid(0.125, 8))}
    return Post(
        team=draw(st.sampled_from((number % teams, number % teams, draw(st.integers(0, teams - 1))))),
        fte=draw(st.sampled_from((1.0, 1.0, 0.5))),
        hours=kinds[grade][0],
        state=state,
        opens=opens,
        service=draw(grid(0, 20)) if state != "empty" else 0.0,
        notice_left=draw(leaving[state]) if state in leaving else 0.0,
        agency_only=agency_only,
        cover=draw(st.sampled_from((True, True, False))),
        manages=kinds[grade][1],
        grade=grade,
    )


@st.composite
def tiny_changes(draw: st.DrawFn, horizon: float, grades: int) -> tuple[Change, ...]:
    """One to three sets of rates on the grid, the first from time 0; some are by grade."""
    rate = st.sampled_from((0.25, 0.125, 0.25, 0.125, 0.0625, 0.0))
    later = draw(st.lists(grid(0.125, horizon), max_size=2, unique=True))

    def by_grade(one: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
        return st.one_of(one, one, st.lists(one, min_size=grades, max_size=grades).map(tuple))

    return tuple(
        Change(
            time=time,
            leaving_factor=draw(by_grade(st.sampled_from((1.0, 2.0, 0.5, 0.0)))),
            hire_rate=draw(by_grade(rate)),
            cover_rate=draw(by_grade(rate)),
            end_rate=draw(rate),
            convert_rate=draw(rate),
            cap=draw(st.sampled_from((math.inf, math.inf, 2.0, 4.0))),
            more_hours=draw(st.sampled_from((0.0, 0.0, 0.5, -0.5))),
            agency_notice_days=draw(st.sampled_from((0.0, 0.0, 2.0, 0.5))),
            span=draw(st.sampled_from((1.0, 2.0, 0.5))) if time > 0 else 1.0,
        )
        for time in (0.0, *sorted(later))
    )


@st.composite
def tiny_luck(draw: st.DrawFn, posts: int, apart: bool) -> Luck:
    """Up to four thresholds for every clock of every post, on the grid or (staff events apart) off it."""
    threshold = st.sampled_from((1.0, 0.5, 0.25, 2.0, 0.75, 1.5, 0.125, 1.25))
    uniform = st.integers(0, 7).map(lambda n: n / 8 + 1 / 128)
    off = Dice(draw(st.integers(0, 99))).of("luck") if apart else None

    def rows(one: st.SearchStrategy[float], stretch: bool) -> tuple[tuple[float, ...], ...]:
        found = draw(st.lists(st.lists(one, min_size=1, max_size=4), min_size=posts, max_size=posts))
        most = 1.25 if stretch else 1.0
        return tuple(
            tuple(value * off.uniform(1.0, most) if off else value for value in row) for row in found
        )

    clocks = {kind: rows(threshold, stretch=True) for kind in (*KINDS, *PROGRESS)}
    return Luck(**clocks, **{kind: rows(uniform, stretch=False) for kind in UNIFORMS})


@st.composite
def tiny_staffing(draw: st.DrawFn, posts: int, kinds: Kinds, horizon: float, apart: bool) -> dict[str, Any]:
    """Supervision, hiring, agency, careers: each often off.

    What orders vacancies or people of one instant is on only where staff events are apart.
    """
    some = st.sampled_from

    def apart_only(one: st.SearchStrategy[Any], off: Any) -> Any:
        return draw(one) if apart else off

    off_grid = draw(some((1 / 64, 1 / 128))) if apart else 0.0
    moment = grid(0.125, horizon).map(lambda time: time + off_grid)
    which = st.integers(0, len(kinds) - 1)
    events = st.lists(st.tuples(moment, which, st.integers(1, 3)), max_size=2).map(tuple)
    rate = some((1.0, 0.5, 2.0, 1.0, 0.0))
    grades = tuple(
        Grade(
            scale=draw(some((1.0, 1.0, 2.0, 0.5))),
            hire_empty=draw(rate),
            hire_covered=draw(rate),
            cover=draw(rate),
            vacancies=draw(some((1.0, 2.0, 4.0))),
            promoted_from=draw(some([-1, *(lower for lower in range(len(kinds)) if lower != g)])),
        )
        for g in range(len(kinds))
    )
    unit = some((0.0, 0.0, 1.0, 0.5))
    return {
        "grades": grades,
        "months": tuple(sorted(draw(st.lists(moment, max_size=4, unique=True)))),
        **({"candidates": draw(tiny_candidates(posts)), "absences": ()} if draw(st.booleans()) else {}),
        "absence_rate": draw(some((0.125, 0.25, 0.0625))),
        "absence_per_child": draw(some((0.0, 0.125, 0.03125))),
        "absence_reference": draw(some((2.0, 1.0, 4.0))),
        "leaving_after_absence": draw(some((1.0, 2.0, 4.0))),
        "duty_days": draw(some((0.0, 5.0, 5.0, 2.0))),
        "span": draw(some((2.0, 1.0, 4.0, 0.5))),
        "unsupervised": draw(some((1.0, 2.0, 3.0))),
        "unsettled": draw(some((1.0, 2.0, 1.5))),
        "settled_days": draw(some((0.0, 4.0625, 8.0625))),
        "contagion": apart_only(some((0.0, 1.0, 2.0)), 0.0),
        "sharing": draw(unit),
        "parallel": apart_only(some((None, None, 1, 2)), None),
        "cohorts": apart_only(events, ()),
        "tolerance": apart_only(some((0.0, 0.0, 0.25, 0.5)), 0.0),
        "agency_notice_days": draw(some((0.0, 1.0, 2.5))),
        "convert_elasticity": draw(unit),
        "levels": draw(tiny_levels()),
        "promotion_share": apart_only(some((1.0, 0.5, 0.0)), 0.0),
        "promotion_days": draw(some((0.0, 3.0625, 10.0625))),
        "closings": apart_only(events, ()),
    }


@st.composite
def tiny_candidates(draw: st.DrawFn, posts: int) -> tuple[tuple[Candidate, ...], ...]:
    """Up to four candidates of absence for every post."""
    some = st.sampled_from
    uniform = st.integers(0, 7).map(lambda n: n / 8 + 1 / 128)
    one = st.builds(Candidate, wait=some((1.0, 0.5, 2.0)), days=some((1.0, 3.0, 0.125, 8.0)), kept=uniform)
    return tuple(tuple(draw(st.lists(one, max_size=4))) for _ in range(posts))


@st.composite
def tiny_levels(draw: st.DrawFn) -> tuple[Level, ...]:
    """One to three levels, one of them that of a full worker."""
    some = st.sampled_from
    size = draw(st.integers(1, 3))
    shares = {1: (1.0,), 2: (0.5, 0.5), 3: (0.25, 0.5, 0.25)}[size]
    full = draw(st.integers(0, size - 1))
    return tuple(
        Level(
            able=1.0 if i == full else draw(some((0.5, 0.75, 1.25, 1.0))),
            leaving=draw(some((1.0, 2.0, 0.5))),
            salary=1.0 if i == full else 1.25,
            share=shares[i],
            days=math.inf if i == size - 1 else draw(some((4.0625, 12.0625, math.inf))),
            exponential=draw(st.booleans()),
        )
        for i in range(size)
    )


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
    kinds = draw(tiny_kinds())
    posts = [draw(tiny_post(number, days, sum(teams_of_type), kinds)) for number in range(size)]
    posts.sort(key=lambda post: post.opens)  # posts are numbered in the order in which they open
    rules = {"exits": (0.0,)} if plain and draw(st.booleans()) else draw(tiny_rules(len(posts), exits, days))
    staffing, apart = draw(st.booleans()), draw(st.booleans())
    rules |= (
        draw(tiny_staffing(len(posts), kinds, days, apart))
        if staffing
        else {"grades": (Grade(),) * len(kinds)}
    )
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
        changes=draw(tiny_changes(days, len(kinds))),
        luck=draw(tiny_luck(len(posts), staffing and apart)),
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
        "list_limit": r.choice((None, r.randint(1, 4), r.randint(1, 30))),
    }


def rough_kinds(dice: Dice, grades: int) -> Kinds:
    """The hours of every grade, and whether it manages."""
    r = dice.of("kinds")
    return tuple((0.0 if r.random() < 0.1 else r.uniform(1.0, 6.0), r.random() < 0.35) for _ in range(grades))


def rough_post(dice: Dice, i: int, horizon: float, teams: int, kinds: Kinds) -> Post:
    """A post of any sort."""
    r = dice.of("post", i)
    grade = r.randrange(len(kinds))
    opens = r.uniform(0.0, horizon) if r.random() < 0.25 else 0.0
    agency_only = r.random() < 0.15
    states = ("agency", "empty") if agency_only else ("permanent", "permanent", "agency", "notice", "empty")
    state = "empty" if opens > 0 else r.choice(states)
    leaves = state == "notice" or (state == "agency" and r.random() < 0.3)
    return Post(
        team=r.choice((i % teams, i % teams, r.randrange(teams))),
        fte=r.choice((1.0, 1.0, 0.8, 0.6, 0.5)),
        hours=kinds[grade][0],
        state=state,
        opens=opens,
        service=r.uniform(0.0, 30.0) if state != "empty" else 0.0,
        notice_left=r.uniform(0.1, 8.0) if leaves else 0.0,
        agency_only=agency_only,
        cover=r.random() < 0.8,
        manages=kinds[grade][1],
        grade=grade,
    )


def rough_change(dice: Dice, i: int, horizon: float, grades: int) -> Change:
    """A set of rates, a tenth of them 0; some are by grade."""
    r = dice.of("change", i)

    def by_grade(one: Callable[[], float]) -> float | tuple[float, ...]:
        return one() if r.random() < 0.5 else tuple(one() for _ in range(grades))

    def rate() -> float:
        return 0.0 if r.random() < 0.1 else r.uniform(0.02, 0.3)

    return Change(
        time=0.0 if i == 0 else r.uniform(0.0, horizon),
        leaving_factor=by_grade(lambda: r.choice((0.0, 1.0, r.uniform(0.3, 2)))),
        hire_rate=by_grade(rate),
        cover_rate=by_grade(rate),
        end_rate=rate(),
        convert_rate=rate(),
        agency_cap=r.choice((math.inf, math.inf, r.random())),
        cap=r.choice((math.inf, math.inf, r.uniform(1.0, 6.0))),
        more_hours=r.choice((0.0, 0.0, r.uniform(-0.5, 2.0))),
        agency_notice_days=r.choice((0.0, 0.0, r.uniform(0.1, 5.0))),
        span=1.0 if i == 0 else r.choice((1.0, r.uniform(0.3, 3.0))),
    )


def rough_staffing(dice: Dice, posts: int, grades: int, horizon: float) -> dict[str, Any]:
    """Supervision, hiring, agency, careers: each often off."""
    r = dice.of("staffing")

    def events() -> tuple[tuple[float, int, int], ...]:
        size = r.choice((0, 0, 1, 2))
        return tuple((r.uniform(0.0, horizon), r.randrange(grades), r.randint(1, 3)) for _ in range(size))

    def often(off: Any, one: Any) -> Any:
        return off if r.random() < 0.4 else one

    return {
        "grades": tuple(
            Grade(
                scale=r.uniform(0.5, 2.0),
                hire_empty=r.uniform(0.0, 2.0),
                hire_covered=r.uniform(0.0, 2.0),
                cover=r.uniform(0.0, 2.0),
                vacancies=r.uniform(1.0, 5.0),
                promoted_from=r.choice([lower if lower != g else -1 for lower in range(grades)]),
            )
            for g in range(grades)
        ),
        "months": tuple(sorted(r.uniform(0.0, horizon) for _ in range(r.choice((0, 1, 4, 8))))),
        **often({}, {"candidates": rough_candidates(r, posts), "absences": ()}),
        "absence_rate": r.uniform(0.02, 0.3),
        "absence_per_child": often(0.0, r.uniform(0.0, 0.1)),
        "absence_reference": r.uniform(1.0, 6.0),
        "leaving_after_absence": often(1.0, r.uniform(0.5, 4.0)),
        "duty_days": r.choice((0.0, 5.0, 5.0, r.uniform(1.0, 6.0))),
        "span": often(None, r.uniform(0.5, 6.0)),
        "unsupervised": often(1.0, r.uniform(1.0, 3.0)),
        "unsettled": often(1.0, r.uniform(1.0, 3.0)),
        "settled_days": often(0.0, r.uniform(0.0, 20.0)),
        "contagion": often(0.0, r.uniform(0.0, 3.0)),
        "sharing": often(0.0, r.random()),
        "parallel": often(None, r.randint(1, 3)),
        "cohorts": events(),
        "tolerance": often(0.0, r.uniform(0.0, 0.8)),
        "agency_notice_days": often(0.0, r.uniform(0.1, 5.0)),
        "convert_elasticity": often(0.0, r.uniform(0.0, 2.0)),
        "levels": rough_levels(r),
        "promotion_share": often(0.0, r.uniform(0.3, 1.0)),
        "promotion_days": often(0.0, r.uniform(0.0, 20.0)),
        "closings": events(),
    }


def rough_candidates(r: random.Random, posts: int) -> tuple[tuple[Candidate, ...], ...]:
    """Ten candidates of absence for every post."""
    return tuple(
        tuple(Candidate(r.expovariate(1.0), r.uniform(0.1, 8.0), r.random()) for _ in range(10))
        for _ in range(posts)
    )


def rough_levels(r: random.Random) -> tuple[Level, ...]:
    """One to three levels, one of them that of a full worker."""
    size = r.randint(1, 3)
    shares, full = [r.random() for _ in range(size)], r.randrange(size)
    return tuple(
        Level(
            able=1.0 if i == full else r.uniform(0.5, 1.5),
            leaving=r.uniform(0.5, 2.0),
            salary=1.0 if i == full else 1.1,
            share=shares[i] / sum(shares),
            days=math.inf if i == size - 1 else r.choice((math.inf, r.uniform(1.0, 30.0))),
            exponential=r.random() < 0.5,
        )
        for i in range(size)
    )


def rough_luck(dice: Dice, posts: int) -> Luck:
    """Exponential thresholds, twelve for every clock."""

    def row(kind: str, post: int) -> tuple[float, ...]:
        r = dice.of(kind, post)
        return tuple(r.expovariate(1.0) for _ in range(12))

    def uniforms(kind: str, post: int) -> tuple[float, ...]:
        r = dice.of(kind, post)
        return tuple(r.random() for _ in range(12))

    clocks = {kind: tuple(row(kind, post) for post in range(posts)) for kind in (*KINDS, *PROGRESS)}
    return Luck(**clocks, **{kind: tuple(uniforms(kind, post) for post in range(posts)) for kind in UNIFORMS})


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
    kinds = rough_kinds(dice, draw(st.integers(1, 4)))
    all_posts = [rough_post(dice, i, horizon, sum(teams_of_type), kinds) for i in range(posts)]
    all_changes = [rough_change(dice, i, horizon, len(kinds)) for i in range(changes)]
    with_rules = size > 0 or draw(st.booleans())
    rules = rough_rules(dice, posts, exits, horizon) if with_rules else {"exits": (0.0,)}
    staffing: dict[str, Any] = (
        rough_staffing(dice, posts, len(kinds), horizon)
        if draw(st.booleans())
        else {"grades": (Grade(),) * len(kinds)}
    )
    if all(post.manages or post.agency_only or post.opens > 0 for post in all_posts):
        staffing["span"] = 3.0  # without workers at the start an authority has no span of its own
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
        **(rules | staffing),
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
