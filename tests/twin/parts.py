"""The parts of the naive model: gates and natural time, cases, visits with their ledger, posts, clocks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import simpy

from tests.twin.world import Case, Draws, Level, Post, Stage

INSTANT = 1e-9


# ---- A stage by itself ------------------------------------------------------------------------------------


def next_gate(stage: Stage, age: float) -> float | None:
    """The age of the first gate at or after `age`; None if there is none."""
    for gate in stage.reviews:
        if gate >= age - INSTANT:
            return gate
    if stage.every <= 0:
        return None
    last, further = (stage.reviews[-1] if stage.reviews else 0.0), 1
    while last + further * stage.every < age - INSTANT:
        further += 1
    return last + further * stage.every


def window_ages(stage: Stage) -> tuple[float, float]:
    """The ages at which the urgent window begins and ends; never, if the stage has no deadline."""
    if stage.deadline is None:
        return math.inf, math.inf
    until = stage.deadline - stage.sign_off
    return until - stage.window, until


def urgency(stage: Stage, age: float) -> float:
    """The factor m' on attention at an age of the stage."""
    begins, ends = window_ages(stage)
    return stage.urgency if begins - INSTANT <= age < ends - INSTANT else 1.0


def natural_days(stage: Stage, age: float, work: float) -> float:
    """Days from `age` with full attention until the work is done, and on to the first gate from there."""
    begins, ends = window_ages(stage)
    now, left = age, work
    for until, speed in ((begins, 1.0), (ends, stage.urgency), (math.inf, 1.0)):
        days = min(left / speed, max(0.0, until - now))
        now += days
        left -= speed * days
    gate = next_gate(stage, now)
    return (now if gate is None else max(now, gate)) - age


# ---- Cases ------------------------------------------------------------------------------------------------


@dataclass
class Visit:
    """A visit to a stage with what its days were so far; `work` is W, `began` what ages count from.

    `paced` are the days of pace, `late` says that the work was done only after the natural time.
    """

    ordinal: int
    number: int
    stage: Stage
    began: float
    entered: float
    work: float
    natural: float
    late: bool = False
    waiting: float = 0.0
    absent: float = 0.0
    slow: float = 0.0
    repeated: float = 0.0
    missed: float = 0.0
    sign_off: float = 0.0
    paced: float = 0.0

    def row(self, case: int, workers: int, now: float, ended: bool, work_done: bool) -> dict[str, Any]:
        """The ledger of section 5: lateness shared after work done, else days as booked."""
        elapsed = now - self.entered
        booked = (self.waiting, self.absent, self.slow, self.repeated)
        if work_done:
            lateness = max(0.0, elapsed - self.natural - self.missed - self.sign_off)
            total = sum(booked)
            parts = tuple(lateness * days / total if total > INSTANT else 0.0 for days in booked)
        else:
            parts = (*booked[:3], min(self.repeated, self.paced))
        names = ("waiting", "absent", "slow", "repeated")
        return {
            "case": case,
            "ordinal": self.ordinal,
            "stage": self.number,
            "natural": elapsed - sum(parts) - self.missed - self.sign_off,
            **dict(zip(names, parts, strict=True)),
            "missed": self.missed,
            "sign_off": self.sign_off,
            "elapsed": elapsed,
            "ended": now if ended else None,
            "workers": workers,
            "booked": dict(zip(names, booked, strict=True)),
        }


@dataclass(eq=False)
class CaseState:
    """A case on its way. `since` is the start of the present stretch of one status at one pace.

    `status` is "elsewhere" (not open), "waiting", "working", "at gate" or "signing off"; `moment` is when the
    gate or the sign-off is due, `holder` the last person who held the case.
    """

    number: int
    plan: Case
    called: simpy.Event
    process: simpy.Process | None = None
    interruptible: bool = False
    status: str = "elsewhere"
    ordinal: int = -1
    ticket: int = -1
    episodes: int = 0
    visit: Visit | None = None
    post: PostState | None = None
    holder: int | None = None
    workers: int = 0
    allocated: float = 0.0
    back_after: float | None = None
    left: float = 0.0
    moment: float = 0.0
    since: float = 0.0
    pace: float = 0.0
    speed: float = 0.0
    away: bool = False

    @property
    def draws(self) -> Draws:
        """The luck of the present visit."""
        return self.plan.visits[min(self.ordinal, len(self.plan.visits) - 1)]

    @property
    def now_in(self) -> Visit:
        """The present visit."""
        assert self.visit is not None
        return self.visit

    @property
    def held_by(self) -> PostState:
        """The post of the worker who holds the case."""
        assert self.post is not None
        return self.post

    def settle(self, now: float) -> None:
        """Account for the stretch since `since`."""
        days, self.since = now - self.since, now
        if self.visit is None:
            return
        if self.status == "waiting":
            self.visit.waiting += days
        elif self.status == "working" and self.away:
            self.visit.absent += days
        elif self.status == "working":
            self.visit.slow += (1.0 - self.pace) * days
            self.visit.paced += self.pace * days
            self.left = max(0.0, self.left - self.speed * days)
        elif self.status == "at gate" and self.visit.late:
            self.visit.missed += days
        elif self.status == "signing off":
            self.visit.sign_off += days


# ---- Posts ------------------------------------------------------------------------------------------------


@dataclass
class Clock:
    """What is left of a threshold, and the rate at which it is being used up."""

    left: float
    rate: Callable[[], float]


@dataclass(eq=False)
class PostState:
    """A post: who is in it, the cases held, and how many numbers of each kind are used up.

    `arrived` is when whoever is there came into this post, `winding_down` says that an agency worker is
    about to go; `vacant_since` is the instant in which the present vacancy arose, `recruiting` that it has
    its place among the recruitments that may run.
    """

    number: int
    plan: Post
    process: simpy.Process | None = None
    interruptible: bool = False
    state: str = "not open"
    person: int | None = None
    away: bool = False
    experienced: bool = False
    cases: list[CaseState] = field(default_factory=list)
    arrived: float = 0.0
    service_began: float = 0.0
    base: float = 0.0
    notice_days: float = 0.0
    winding_down: bool = False
    level: Level | None = None
    hire: Clock | None = None
    vacant_since: float = 0.0
    recruiting: bool = False
    vacancies: int = 0
    agencies: int = 0
    permanents: int = 0
    more_hours: float = 0.0

    @property
    def children(self) -> int:
        """Children held now."""
        return sum(case.plan.children for case in self.cases)

    @property
    def able(self) -> float:
        """FTE of what the worker can carry."""
        return self.plan.fte * (self.level.able if self.level else 1.0)

    @property
    def load(self) -> float:
        """Children held per able FTE."""
        return self.children / self.able

    @property
    def hours(self) -> float:
        """C, the hours of case work a day."""
        return (self.plan.hours + self.more_hours) * self.able if self.plan.hours > 0 else 0.0

    @property
    def work_rate(self) -> float:
        """Hours a day that full attention and upkeep of all cases held would take, per hour there is."""
        stages = [(case.plan.children, case.now_in.stage) for case in self.cases]
        return sum(k * (stage.attention + stage.upkeep) for k, stage in stages) / self.hours

    @property
    def filled(self) -> bool:
        """Somebody is in the post, absent or not."""
        return self.state in ("permanent", "notice", "agency")

    @property
    def exists(self) -> bool:
        """Open, and not closed yet."""
        return self.state not in ("not open", "closed")

    @property
    def established(self) -> bool:
        """A post of the census: it exists, and is no place above establishment."""
        return self.exists and not self.plan.agency_only

    @property
    def vacant(self) -> bool:
        """A vacancy: a post without a permanent worker."""
        return self.established and self.state in ("agency", "empty")

    @property
    def at_work(self) -> bool:
        """Somebody is in the post and not absent."""
        return self.filled and not self.away

    @property
    def case_holder(self) -> bool:
        """Somebody who may hold cases is in the post, absent or not."""
        return self.plan.hours > 0 and self.filled

    @property
    def present(self) -> bool:
        """Somebody who may hold cases is in the post and not absent."""
        return self.case_holder and not self.away
