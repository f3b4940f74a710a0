"""A planner's own allocation rule: a Python function asked about every case that waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workforce_sim.casework.records import ROOM_SLACK
from workforce_sim.casework.state import State
from workforce_sim.errors import InputError, Problem


@dataclass(frozen=True, slots=True)
class WaitingFamily:
    """The family at the head of a waiting list.

    Attributes:
        case: number.
        children: how many.
        stage: index of the stage it waits in.
        team: index of the team.
        urgent: of the urgent class.
        waited_days: working days on the list.
        workers: how many it has had in this episode.
        last_post: post that held it last, or -1.
    """

    case: int
    children: int
    stage: int
    team: int
    urgent: bool
    waited_days: float
    workers: int
    last_post: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A worker who could take the family: present, taking new cases, with room, experienced if need be.

    Attributes:
        post: number.
        children: held now.
        cases: held now.
        fte: hours over full time.
        experienced: has the experience that some stages ask for.
        able: what the worker can carry, as FTE of a full worker.
    """

    post: int
    children: int
    cases: int
    fte: float
    experienced: bool
    able: float


Choose = Callable[[WaitingFamily, list[Candidate]], int | None]


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A planner's function ``choose(family, workers)``: a worker's post, or None to let the family wait."""

    function: Choose

    def choose(self, family: WaitingFamily, workers: list[Candidate]) -> int:
        """The post it names, checked; -1 for nobody."""
        post = self.function(family, workers)
        if post is None:
            return -1
        posts = [w.post for w in workers]
        if isinstance(post, bool) or not isinstance(post, (int, np.integer)) or post not in posts:
            rule = f"the post of one of the workers offered ({posts}), or None"
            fix = "return workers[0].post"
            raise InputError("your allocation rule", [Problem("return", repr(post), rule, fix)])
        return int(post)


def family(state: State, case: int, now: float) -> WaitingFamily:
    """What a rule is told of a waiting family."""
    c = state.cases.view(np.ndarray)[case]
    return WaitingFamily(
        case=case,
        children=int(c["children"]),
        stage=int(c["stage"]),
        team=int(c["team"]),
        urgent=bool(c["family_class"] == 0),
        waited_days=now - float(c["since"]),
        workers=int(c["workers"]),
        last_post=int(c["last_seat"]),
    )


def candidates(state: State, case: int) -> list[Candidate]:
    """The workers who could take a waiting case, in order of post number."""
    c = state.cases.view(np.ndarray)[case]  # plain arrays: reading a record array is ten times slower
    seats, stages = state.seats.view(np.ndarray), state.stages.view(np.ndarray)
    team = int(c["team"])
    members = state.members[team, : int(state.teams.view(np.ndarray)["workers"][team])]
    ready = state.lines.view(np.ndarray)["room"][members] + ROOM_SLACK >= c["children"]
    if stages["experienced_only"][c["stage"]]:
        ready &= seats["experienced"][members] == 1
    posts = members[ready]
    here = seats[posts]
    columns = (posts, here["children"], here["n"], here["fte"], here["experienced"] == 1, here["able"])
    return [Candidate(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]
