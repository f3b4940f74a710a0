"""Two services in one world: the second is the first with its families and posts shuffled."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.twin.naive import Event, Outcome
from tests.twin.world import Case, Luck, Post, World

KINDS = ("leave", "hire", "cover", "end", "convert", "first_level", "second_level", "level", "promotion")


def apart(world: World) -> World:
    """The world without what joins all teams of an authority: only what happens in a team matters to it.

    Pressure counts the children of the whole authority, a cap on agency its people; applicants and
    conversions go by its vacancies and caseload, its managers make the norm of supervision; and cohorts,
    promotions and closings choose among its posts.
    """
    return replace(
        world,
        turned_away_share=0.0,
        ended_early_share=0.0,
        sharing=0.0,
        convert_elasticity=0.0,
        unsupervised=1.0,
        unsettled=1.0,
        changes=tuple(replace(change, agency_cap=math.inf) for change in world.changes),
        **chosen_nowhere(),
    )


def chosen_nowhere() -> dict[str, Any]:
    """Settings under which nobody is chosen from among all posts, where ties go by post number."""
    return {"parallel": None, "cohorts": (), "closings": (), "promotion_share": 0.0}


def shuffled(world: World, days: float) -> World:
    """Another service under the same rules: families come later, posts have the luck of others."""
    n = len(world.posts)
    turned = {kind: turn(getattr(world.luck, kind)) for kind in KINDS}
    cases = [
        replace(c, time=c.time + days, children=1 + c.children % 3) for c in world.cases if not c.opening
    ]
    return replace(
        world,
        cases=tuple(c for c in cases if c.time < world.horizon),
        luck=Luck(**turned),
        absences=tuple(((post + 1) % n, start, length) for post, start, length in world.absences),
        candidates=turn(world.candidates),
    )


def turn(rows: tuple[Any, ...]) -> tuple[Any, ...]:
    """The first goes to the end."""
    return rows[1:] + rows[:1]


@dataclass(frozen=True)
class Joined:
    """A world of two services, and the numbers that the posts and families of each have in it."""

    world: World
    posts: tuple[list[int], list[int]]
    cases: tuple[list[int], list[int]]


def join(first: World, second: World) -> Joined:
    """Both services in one world: twice as many teams of every type, nothing else shared but the rules."""
    types = [2 * n for n in first.teams_of_type]
    posts = [moved_post(first, post, which) for which, w in enumerate((first, second)) for post in w.posts]
    cases = [moved_case(case, which) for which, w in enumerate((first, second)) for case in w.cases]
    post_order = in_order(posts, lambda post: post.opens)
    case_order = in_order(cases, lambda case: (case.time, not case.opening))
    new_posts, new_cases = numbers(post_order), numbers(case_order)
    shift = len(first.posts)
    rows = {k: padded(getattr(first.luck, k), shift) + padded(getattr(second.luck, k), shift) for k in KINDS}
    candidates = padded(first.candidates, shift) + padded(second.candidates, shift)
    absences = list(first.absences) + [(post + shift, *rest) for post, *rest in second.absences]
    world = replace(
        first,
        teams_of_type=tuple(types),
        posts=tuple(posts[i] for i in post_order),
        cases=tuple(cases[i] for i in case_order),
        luck=Luck(**{kind: tuple(row[i] for i in post_order) for kind, row in rows.items()}),
        absences=tuple((new_posts[post], start, days) for post, start, days in absences),
        candidates=tuple(candidates[i] for i in post_order) if first.candidates else (),
    )
    m = len(first.cases)
    return Joined(world, (new_posts[:shift], new_posts[shift:]), (new_cases[:m], new_cases[m:]))


def moved_post(world: World, post: Post, which: int) -> Post:
    """A post in the team that its team is in the world of both."""
    team, before = post.team, 0
    for n in world.teams_of_type:
        if team < n:
            return replace(post, team=2 * before + which * n + team)
        team, before = team - n, before + n
    raise AssertionError("a team of no type")


def moved_case(case: Case, which: int) -> Case:
    """A family whose place is in the lower or the upper half of the teams."""
    return replace(case, place=case.place / 2 + which / 2)


def in_order(things: Sequence[Any], key: Callable[[Any], Any]) -> list[int]:
    """The numbers of things in their order, the first service's before the second's where they tie."""
    return sorted(range(len(things)), key=lambda i: key(things[i]))


def numbers(order: list[int]) -> list[int]:
    """Old number -> new number."""
    found = [0] * len(order)
    for new, old in enumerate(order):
        found[old] = new
    return found


def padded(rows: tuple[Any, ...], n: int) -> list[Any]:
    """A row for each of n posts."""
    return [*rows, *[()] * (n - len(rows))]


def of_service(outcome: Outcome, joined: Joined, which: int) -> list[Event]:
    """The log of one of the two services, by the numbers it has alone."""
    posts = {new: old for old, new in enumerate(joined.posts[which])}
    cases = {new: old for old, new in enumerate(joined.cases[which])}
    return [
        (time, kind, posts.get(post, -1), cases.get(case, -1))
        for time, kind, post, case in outcome.events
        if post in posts or case in cases
    ]
