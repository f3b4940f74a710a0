"""Naive bookkeeping of casework with one team and one stage: lists of Python, looked through from end to end.

It knows no clocks, heaps or slots: what is left of every case is lowered bit by bit, and every question is
answered by looking at everything. Rules: docs/model.md, sections 1 to 4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

INSTANT = 1e-9
FULL_DAY = 4.0  # hours of case work of a full-time worker


@dataclass
class NaiveCase:
    """A family: where it is, and how many days of full attention are left."""

    time: float
    children: int
    urgent: bool
    work: float
    left: float
    place: str = "to come"  # to come, waiting, held, closed
    post: int = -1
    last: tuple[int, int] | None = None
    allocations: int = 0
    handovers: int = 0
    closed: float = math.nan


@dataclass
class NaiveWorker:
    """A post and whoever is in it."""

    able: float = 1.0
    present: bool = False
    away: bool = False
    takes_new: bool = True
    person: int = 0


@dataclass
class NaiveDesk:
    """One team, one stage at ``attention`` hours a child and day, no reviews, no returns."""

    cases: list[NaiveCase]
    attention: float
    cap: float
    reading_hours: float
    lost_share: float
    workers: list[NaiveWorker] = field(default_factory=list)
    now: float = 0.0

    def held_by(self, post: int) -> list[NaiveCase]:
        return [c for c in self.cases if c.place == "held" and c.post == post]

    def children_of(self, post: int) -> int:
        return sum(c.children for c in self.held_by(post))

    def waiting(self) -> list[int]:
        """Cases waiting, first to be served first."""
        found = [i for i, c in enumerate(self.cases) if c.place == "waiting"]
        return sorted(found, key=lambda i: (not self.cases[i].urgent, i))

    def pace(self, post: int) -> float:
        worker = self.workers[post]
        wanted = self.attention * self.children_of(post)
        if not worker.present or worker.away:
            return 0.0
        return 1.0 if wanted == 0 else min(1.0, FULL_DAY * worker.able / wanted)

    # -- what happens -----------------------------------------------------------------------

    def give_back(self, post: int) -> None:
        for case in self.held_by(post):
            case.place, case.post = "waiting", -1

    def can_take(self, post: int, case: NaiveCase) -> bool:
        worker, held = self.workers[post], self.children_of(post)
        if not worker.present or worker.away or not worker.takes_new:
            return False
        return held == 0 or held + case.children <= self.cap * worker.able + INSTANT

    def allocate(self) -> None:
        for i in self.waiting():
            case = self.cases[i]
            able = [p for p in range(len(self.workers)) if self.can_take(p, case)]
            if not able:
                return
            least = min(self.children_of(p) / self.workers[p].able for p in able)
            post = next(p for p in able if self.children_of(p) / self.workers[p].able <= least + INSTANT)
            person = (post, self.workers[post].person)
            if case.last is not None and case.last != person:
                made = max(0.0, case.work - case.left)
                again = self.reading_hours / (case.children * self.attention) + self.lost_share * made
                case.left += again
                case.handovers += 1
            case.place, case.post, case.last = "held", post, person
            case.allocations += 1

    def finish_instant(self) -> None:
        for case in self.cases:
            if case.place == "to come" and case.time <= self.now + INSTANT:
                case.place = "waiting"
        self.allocate()

    def next_time(self) -> float:
        times = [c.time for c in self.cases if c.place == "to come"]
        for case in self.cases:
            if case.place == "held" and (pace := self.pace(case.post)) > 0:
                times.append(self.now + case.left / pace)
            elif case.place == "held" and case.left <= 0 and not self.workers[case.post].away:
                times.append(self.now)
        return min(times, default=math.inf)

    def pass_time(self, until: float) -> None:
        """Work goes on, and what is done by then is closed."""
        paces = [self.pace(p) for p in range(len(self.workers))]
        for case in self.cases:
            if case.place == "held":
                case.left -= paces[case.post] * (until - self.now)
        self.now = until
        for case in self.cases:
            if case.place == "held" and case.left <= INSTANT and not self.workers[case.post].away:
                case.place, case.post, case.left, case.closed = "closed", -1, 0.0, until

    def advance(self, until: float) -> None:
        """Every instant before ``until`` as a whole, and the casework events of ``until``."""
        if until > self.now + INSTANT:
            self.finish_instant()
            while (t := self.next_time()) <= until - INSTANT:
                self.pass_time(max(t, self.now))
                self.finish_instant()
        self.pass_time(max(until, self.now))
