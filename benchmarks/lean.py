"""The workload without a scheduler, for engines that have only to wake a post when it is told to.

One alarm a post. All cases of a worker progress at one speed, so each keeps the reading of the worker's
clock at which it is finished, whatever happens to the others: a change of caseload moves one alarm and
touches no other case. (Naive engines have a process per case and interrupt it.)
"""

from __future__ import annotations

import heapq
import math
from abc import ABC, abstractmethod
from bisect import insort

from benchmarks.caseload_model import (
    ARRIVE,
    CAP,
    CLOSE,
    COVER_END,
    COVER_LEFT,
    COVER_START,
    COVER_STAYS,
    FILL,
    KINDS,
    RESIGN,
    TEAM,
    Event,
    Outputs,
    Tape,
    hazard,
    speed,
)

SPEED = [0.0, *(speed(n) for n in range(1, CAP + 1))]
"""Hours a day each case gets from a worker with n."""
HAZARDS = [hazard(n) for n in range(CAP + 1)]
"""Chance per day that a worker with n cases resigns."""
VACANT, PERMANENT, AGENCY = range(3)


class Post:
    """A post, who is in it and when something next happens there."""

    __slots__ = (
        "alarm", "cases", "clock", "filled_at", "holder", "next_kind", "number", "place", "since", "spell",
        "team", "threshold", "turn_at", "turn_kind",
    )  # fmt: skip

    def __init__(self, number: int) -> None:
        self.number = number
        self.team, self.place = divmod(number, TEAM)
        self.holder = PERMANENT
        self.spell = 0
        self.threshold = 0.0  # of integrated hazard that is left
        self.clock, self.since = 0.0, 0.0  # hours a case got from this worker, up to that day
        self.cases: list[tuple[float, int]] = []  # (reading of the clock when it is finished, case), in order
        self.filled_at = 0.0
        self.turn_at, self.turn_kind = math.inf, FILL  # what happens to a post that is not permanently filled
        self.next_kind = CLOSE
        self.alarm: object = None  # the engine's own


class LeanOffice(ABC):
    """The whole model. An engine says how a post is woken, brings referrals, and keeps the time."""

    def __init__(self, tape: Tape, trace: list[Event] | None = None) -> None:
        self.tape = tape
        self.trace = trace
        self.now = 0.0
        # lists, because reading one number of an array is slow
        self.gaps, self.teams = tape.gap.tolist(), tape.team.tolist()
        self.left = tape.work.tolist()
        self.thresholds, self.recruitment = tape.threshold.tolist(), tape.recruitment.tolist()
        self.cover_delay = tape.cover_delay.tolist()
        self.cover_leaves, self.cover_stays = tape.cover_leaves.tolist(), tape.cover_stays.tolist()
        self.referred = [0.0] * len(self.left)
        self.workers = [0] * len(self.left)
        self.posts = [Post(number) for number in range(tape.posts)]
        teams = tape.posts // TEAM
        self.waiting: list[list[int]] = [[] for _ in range(teams)]  # heaps of case numbers
        self.loads = [[0] * TEAM for _ in range(teams)]  # an empty post counts as full
        self.held, self.unallocated, self.in_post = 0, 0, tape.posts
        self.held_days = self.unallocated_days = self.in_post_days = self.counted_to = 0.0
        self.happened = [0] * len(KINDS)
        self.closed, self.durations, self.allocations = 0, 0.0, 0

    @abstractmethod
    def set_alarm(self, post: Post, delay: float) -> None:
        """Wake the post (:meth:`ring`) after so many days, perhaps never, and forget any earlier alarm."""

    def open_posts(self) -> None:
        """Everybody is there at time 0."""
        for post in self.posts:
            post.threshold = self.thresholds[post.number][0]
            self.plan(post)

    def count(self) -> None:
        """Bring the sums of days up to now."""
        days = self.now - self.counted_to
        self.held_days += self.held * days
        self.unallocated_days += self.unallocated * days
        self.in_post_days += self.in_post * days
        self.counted_to = self.now

    def log(self, kind: int, place: int, case: int = -1) -> None:
        """Count an event, and keep it if there is a trace."""
        self.happened[kind] += 1
        if self.trace is not None:
            self.trace.append((self.now, kind, place, case))

    def refer(self, now: float) -> None:
        """The next case of the tape arrives."""
        self.now = now
        self.count()
        case = self.happened[ARRIVE]
        team = self.teams[case]
        self.referred[case] = now
        self.log(ARRIVE, team, case)
        heapq.heappush(self.waiting[team], case)
        self.unallocated += 1
        self.allocate(team)

    def ring(self, post: Post, now: float) -> None:
        """What the post's alarm was set for happens."""
        self.now = now
        self.count()
        self.settle(post)
        kind = post.next_kind
        if kind == CLOSE:
            self.close(post)
            return
        if kind in (FILL, COVER_END):
            self.log(kind, post.number)
            if kind == COVER_END:
                self.empty(post)
            self.take_up(post, PERMANENT)
        elif kind == COVER_START:
            self.log(kind, post.number)
            self.plan_cover(post)
            self.take_up(post, AGENCY)
        elif kind == COVER_STAYS:
            self.log(kind, post.number)
            self.begin_spell(post)
            self.plan(post)
            return
        else:
            self.log(kind, post.number)
            if kind == RESIGN:
                self.plan_vacancy(post)
            else:
                post.turn_at, post.turn_kind = post.filled_at, FILL
            self.empty(post)
            post.holder = VACANT
            self.loads[post.team][post.place] = CAP
            self.plan(post)
        self.allocate(post.team)

    def close(self, post: Post) -> None:
        """The case that is finished first ends, and makes room for another."""
        post.clock, case = post.cases.pop(0)  # exactly what it needed, whatever the rounding
        self.loads[post.team][post.place] -= 1
        self.held -= 1
        self.log(CLOSE, post.number, case)
        if case >= self.tape.opening:
            self.closed += 1
            self.durations += self.now - self.referred[case]
            self.allocations += self.workers[case]
        self.plan(post)
        self.allocate(post.team)

    def plan_vacancy(self, post: Post) -> None:
        """When a vacancy is filled, or covered before that."""
        recruitment = self.recruitment[post.number][post.spell]
        delay = self.cover_delay[post.number][post.spell]
        post.filled_at = self.now + recruitment
        covered = delay < recruitment
        post.turn_at = self.now + delay if covered else post.filled_at
        post.turn_kind = COVER_START if covered else FILL

    def plan_cover(self, post: Post) -> None:
        """How cover ends: replaced, left or made permanent, whichever is first."""
        left = self.now + self.cover_leaves[post.number][post.spell]
        stayed = self.now + self.cover_stays[post.number][post.spell]
        post.turn_at, post.turn_kind = min(
            (post.filled_at, COVER_END), (left, COVER_LEFT), (stayed, COVER_STAYS)
        )

    def begin_spell(self, post: Post) -> None:
        """A permanent worker holds the post."""
        post.spell += 1
        post.threshold = self.thresholds[post.number][post.spell]
        post.holder = PERMANENT

    def take_up(self, post: Post, holder: int) -> None:
        """Somebody new starts, with no cases."""
        if holder == PERMANENT:
            self.begin_spell(post)
        post.holder = holder
        post.clock, post.since = 0.0, self.now
        self.in_post += 1
        self.loads[post.team][post.place] = 0
        self.plan(post)

    def empty(self, post: Post) -> None:
        """Whoever is in the post goes, and the cases rejoin the list."""
        self.in_post -= 1
        self.held -= len(post.cases)
        self.unallocated += len(post.cases)
        waiting = self.waiting[post.team]
        for finished, case in post.cases:
            self.left[case] = finished - post.clock
            heapq.heappush(waiting, case)
        post.cases = []

    def settle(self, post: Post) -> None:
        """Bring the worker's clock, and what is left of the threshold, up to now."""
        days = self.now - post.since
        n = len(post.cases)
        post.clock += SPEED[n] * days
        if post.holder == PERMANENT:
            post.threshold -= HAZARDS[n] * days
        post.since = self.now

    def plan(self, post: Post) -> None:
        """Set the alarm for what happens here next if nothing else changes."""
        n = len(post.cases)
        delay, kind = math.inf, CLOSE
        if n:
            delay = (post.cases[0][0] - post.clock) / SPEED[n]
        if post.holder == PERMANENT:
            resigns = post.threshold / HAZARDS[n]
            if resigns < delay:
                delay, kind = resigns, RESIGN
        elif post.turn_at - self.now < delay:
            delay, kind = post.turn_at - self.now, post.turn_kind
        post.next_kind = kind
        self.set_alarm(post, max(0.0, delay))

    def allocate(self, team: int) -> None:
        """Give out the list for as long as somebody has room."""
        waiting, loads = self.waiting[team], self.loads[team]
        while waiting:
            least = min(loads)
            if least >= CAP:
                return
            place = loads.index(least)
            post = self.posts[team * TEAM + place]
            case = heapq.heappop(waiting)
            self.settle(post)
            insort(post.cases, (post.clock + self.left[case], case))
            loads[place] = least + 1
            self.workers[case] += 1
            self.unallocated -= 1
            self.held += 1
            self.plan(post)

    def outputs(self) -> Outputs:
        """What the run tells, at the horizon."""
        self.now = horizon = self.tape.horizon
        self.count()
        return Outputs(
            caseload=self.held_days / self.in_post_days,
            unallocated=self.unallocated_days / horizon,
            duration=self.durations / self.closed if self.closed else 0.0,
            workers_per_case=self.allocations / self.closed if self.closed else 0.0,
            leavers=self.happened[RESIGN],
            agency_left=self.happened[COVER_LEFT],
            conversions=self.happened[COVER_STAYS],
            in_post=self.in_post_days / horizon,
            arrived=self.happened[ARRIVE],
            closed=self.closed,
        )
