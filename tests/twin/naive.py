"""The model of docs/model.md, sections 1-6, as slow and plain as it can be written in SimPy.

One process per case, one per post, one for the changes of rates. A process that finds its moment has come
does not act: it asks for its turn, and the driver gives the turns of one instant in the order of section 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import simpy

from tests.twin.world import Case, Post, World

INSTANT = 1e-9
CLOSURE, STAFF, REFERRAL = 1, 2, 3

Event: TypeAlias = tuple[float, str, int, int]
Steps: TypeAlias = Generator[simpy.Event, Any, Any]


@dataclass
class Outcome:
    """What happened: the log, the ledger of every case, and the integral of open children."""

    events: list[Event] = field(default_factory=list)
    ledger: list[dict[str, Any]] = field(default_factory=list)
    open_integral: float = 0.0


@dataclass
class Clock:
    """What is left of a threshold, and the rate at which it is being used up."""

    left: float
    rate: Callable[[], float]


@dataclass(eq=False)
class CaseState:
    """A case on its way. `since` is the start of the present stretch of waiting, or of work at one pace."""

    number: int
    plan: Case
    left: float
    called: simpy.Event
    process: simpy.Process | None = None
    interruptible: bool = False
    status: str = "coming"
    post: PostState | None = None
    since: float = 0.0
    pace: float = 0.0
    done: float = 0.0
    repeated: float = 0.0
    unallocated: float = 0.0
    slow: float = 0.0
    closed: float | None = None
    workers: int = 0


@dataclass(eq=False)
class PostState:
    """A post: who is in it, the cases held, and how many numbers of each kind are used up."""

    number: int
    plan: Post
    process: simpy.Process | None = None
    interruptible: bool = False
    state: str = "not open"
    cases: list[CaseState] = field(default_factory=list)
    service_began: float = 0.0
    base: float = 0.0
    notice_days: float = 0.0
    hire: Clock | None = None
    vacancies: int = 0
    agencies: int = 0
    permanents: int = 0

    @property
    def children(self) -> int:
        """Children held now."""
        return sum(case.plan.children for case in self.cases)

    @property
    def load(self) -> float:
        """Children held per FTE."""
        return self.children / self.plan.fte

    @property
    def takes_cases(self) -> bool:
        """A worker who may hold cases is present."""
        return self.plan.hours > 0 and self.state in ("permanent", "notice", "agency")


def run(world: World) -> Outcome:
    """Play a world from time 0 to its horizon."""
    return Simulation(world).run()


class Simulation:
    """One run of one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.env = simpy.Environment()
        self.outcome = Outcome()
        self.rates = world.changes[0]
        self.turns: list[tuple[int, int, simpy.Event]] = []
        self.waiting: list[CaseState] = []
        self.open_children = 0
        self.counted_to = 0.0
        self.cases = [CaseState(i, plan, plan.work, self.env.event()) for i, plan in enumerate(world.cases)]
        self.posts = [PostState(i, plan) for i, plan in enumerate(world.posts)]

    # The driver: one instant after another.

    def run(self) -> Outcome:
        """Start all processes, step the environment up to the horizon and draw up the ledger."""
        self.env.process(self.policy())
        for post in self.posts:
            post.process = self.env.process(self.post_life(post))
        for case in self.cases:
            case.process = self.env.process(self.case_life(case))
        while self.env.peek() < self.world.horizon - INSTANT:
            self.instant()
        self.count_open(0, self.world.horizon)
        for case in self.cases:
            self.settle(case, self.world.horizon)
            self.outcome.ledger.append(self.ledger_of(case))
        return self.outcome

    def instant(self) -> None:
        """Closures, staff and policy, referrals, each in its turn; then the allocation pass."""
        end = self.env.peek() + INSTANT
        self.step_until(end)
        while self.turns:
            first = min(self.turns, key=lambda turn: turn[:2])  # among equals the one that asked first
            self.turns.remove(first)
            first[2].succeed()
            self.step_until(end)
        for team in range(self.world.teams):
            self.allocation_pass(team)

    def step_until(self, end: float) -> None:
        """Let SimPy handle everything up to and including `end`."""
        while self.env.peek() <= end:
            self.env.step()

    def turn(self, rank: int, order: int = 0) -> simpy.Event:
        """The event of getting one's turn in this instant."""
        event = self.env.event()
        self.turns.append((rank, order, event))
        return event

    def log(self, kind: str, post: int, case: int = -1) -> None:
        """Write one line of the log."""
        self.outcome.events.append((self.env.now, kind, post, case))

    def caseload_changed(self, post: PostState) -> None:
        """Wake up all whose pace or rate hangs on this caseload: the cases held and the worker."""
        for case in post.cases:
            self.wake(case)
        self.wake(post)

    def wake(self, sleeper: CaseState | PostState) -> None:
        """Interrupt a process, unless its moment has already come or it waits for something fixed."""
        if sleeper.interruptible and sleeper.process is not None:
            sleeper.process.interrupt()

    # Cases.

    def case_life(self, case: CaseState) -> Steps:
        """Referred, then waiting and held by turns until closed."""
        yield self.env.timeout(case.plan.time)
        yield self.turn(REFERRAL, case.number)
        self.log("referred", -1, case.number)
        self.count_open(case.plan.children, self.env.now)
        self.join_list(case)
        case.status, case.since = "waiting", self.env.now
        while case.status != "closed":
            yield case.called
            self.settle(case, self.env.now)
            while case.post is not None:
                yield from self.work(case)

    def join_list(self, case: CaseState) -> None:
        """Wait for a worker, from now on."""
        case.post = None
        case.called = self.env.event()
        self.waiting.append(case)

    def work(self, case: CaseState) -> Steps:
        """Work at the present pace until the case closes or something changes."""
        assert case.post is not None
        case.status = "held"
        case.pace = self.pace(case.post)
        speed = case.plan.children * case.pace
        case.interruptible = True
        try:
            yield self.env.timeout(case.left / speed if speed > 0 else math.inf)
            case.interruptible = False
            yield self.turn(CLOSURE)
            self.settle(case, self.env.now)
            self.close(case)
        except simpy.Interrupt:
            self.settle(case, self.env.now)
        case.interruptible = False
        if case.post is None and case.status != "closed":
            case.status = "waiting"

    def pace(self, post: PostState) -> float:
        """Hours of progress per child and day at a worker's present caseload."""
        world, children = self.world, post.children
        hours = post.plan.hours * post.plan.fte
        excess = children * (world.attention + world.upkeep) - hours
        if excess > 0:
            hours += min(world.overtime_limit * post.plan.fte, world.overtime_share * excess)
        return min(world.attention, max(0.0, hours - world.upkeep * children) / children)

    def close(self, case: CaseState) -> None:
        """No work is left: the case goes off the worker's list."""
        assert case.post is not None
        self.log("closed", case.post.number, case.number)
        self.count_open(-case.plan.children, self.env.now)
        case.status = "closed"
        case.closed = self.env.now
        post, case.post = case.post, None
        post.cases.remove(case)
        self.caseload_changed(post)

    def settle(self, case: CaseState, now: float) -> None:
        """Account for the stretch since `since`: days on a list, or days of work at one pace."""
        days = now - case.since
        case.since = now
        if case.status == "waiting":
            case.unallocated += days
        if case.status == "held":
            work = case.plan.children * case.pace * days
            case.done += work
            case.left = max(0.0, case.left - work)
            case.slow += (1.0 - case.pace / self.world.attention) * days

    def count_open(self, children: int, now: float) -> None:
        """Integrate the open children up to now, then count `children` more."""
        self.outcome.open_integral += self.open_children * (now - self.counted_to)
        self.counted_to = now
        self.open_children += children

    def ledger_of(self, case: CaseState) -> dict[str, Any]:
        """The parts of the elapsed time of one case; of an open one the work done is repeated work first."""
        if case.closed is not None:
            natural, repeated = case.plan.work, case.repeated
        else:
            repeated = min(case.repeated, case.done)
            natural = case.done - repeated
        full_speed = self.world.attention * case.plan.children
        return {
            "natural": natural / full_speed,
            "unallocated": case.unallocated,
            "repeated": repeated / full_speed,
            "slow": case.slow,
            "closed": case.closed,
            "workers": case.workers,
        }

    # Allocation and handover.

    def allocation_pass(self, team: int) -> None:
        """Allocate from the head of the team's lists until the first case finds no room."""
        while True:
            queue = [case for case in self.waiting if case.plan.team == team]
            if not queue:
                return
            first = min(queue, key=lambda case: (case.plan.priority, case.number))
            post = self.best_worker(team, first.plan.children)
            if post is None:
                return
            self.allocate(first, post)

    def best_worker(self, team: int, children: int) -> PostState | None:
        """The worker with room who has the fewest children per FTE; the lowest post number of equals."""
        best = None
        for post in self.posts:
            able = post.plan.team == team and post.takes_cases and self.has_room(post, children)
            if able and (best is None or post.load < best.load - 1e-9):
                best = post
        return best

    def has_room(self, post: PostState, children: int) -> bool:
        """Holding none, or within the cap with these children too."""
        if self.world.cap is None or post.children == 0:
            return True
        return post.children + children <= self.world.cap * post.plan.fte + 1e-9

    def allocate(self, case: CaseState, post: PostState) -> None:
        """Give the case to a worker; a second or later one has work to repeat."""
        self.log("allocated", post.number, case.number)
        self.waiting.remove(case)
        if case.workers > 0:
            progress = max(0.0, case.plan.done + case.plan.work - case.left)
            again = self.world.reading_hours + self.world.lost_share * progress
            case.left += again
            case.repeated += again
        case.workers += 1
        case.post = post
        post.cases.append(case)
        case.called.succeed()
        self.caseload_changed(post)

    def hand_back(self, post: PostState) -> None:
        """The worker goes: every case held returns to its list."""
        for case in list(post.cases):
            self.log("returned", post.number, case.number)
            post.cases.remove(case)
            self.join_list(case)
            self.wake(case)

    # Posts and the people in them.

    def post_life(self, post: PostState) -> Steps:
        """From the opening on, one state after another."""
        if post.plan.opens > 0:
            yield self.env.timeout(post.plan.opens)
            yield self.turn(STAFF)
            self.log("opened", post.number)
        self.begin(post)
        while True:
            if post.state == "permanent":
                yield from self.permanent(post)
            elif post.state == "notice":
                yield from self.notice(post)
            elif post.state == "agency":
                yield from self.agency(post)
            else:
                yield from self.empty(post)

    def begin(self, post: PostState) -> None:
        """Bring the post into its first state, using up the numbers of those who are there."""
        post.state = post.plan.state
        if post.state == "permanent":
            self.start_permanent(post, post.plan.service)
        elif post.state == "notice":
            post.permanents = 1
            post.notice_days = post.plan.notice_left
        else:
            self.start_vacancy(post)
            if post.state == "agency":
                post.agencies = 1

    def permanent(self, post: PostState) -> Steps:
        """At work until the leave clock is met."""
        threshold = self.threshold(self.world.luck.leave, post, post.permanents - 1)
        leave = Clock(threshold, lambda: post.base * self.pull(post))
        yield from self.race(post, [leave])
        self.log("notice", post.number)
        post.state = "notice"
        post.notice_days = self.world.notice_days

    def notice(self, post: PostState) -> Steps:
        """At work until the notice is over, then a new vacancy begins."""
        yield self.env.timeout(post.notice_days)
        yield self.turn(STAFF)
        self.log("left", post.number)
        self.hand_back(post)
        post.state = "empty"
        self.start_vacancy(post)

    def empty(self, post: PostState) -> Steps:
        """Nobody there until a permanent or an agency worker starts."""
        cover = None
        if post.plan.cover:
            threshold = self.threshold(self.world.luck.cover, post, post.agencies)
            cover = Clock(threshold, lambda: self.rates.cover_rate)
            post.agencies += 1
        winner = yield from self.race(post, [clock for clock in (post.hire, cover) if clock])
        if winner is cover:
            self.log("agency started", post.number)
            post.state = "agency"
        else:
            self.hired(post)

    def agency(self, post: PostState) -> Steps:
        """An agency worker there until hired over, gone or made permanent."""
        number = post.agencies - 1
        end = Clock(self.threshold(self.world.luck.end, post, number), lambda: self.rates.end_rate)
        convert = None
        if not post.plan.agency_only:
            threshold = self.threshold(self.world.luck.convert, post, number)
            convert = Clock(threshold, lambda: self.rates.convert_rate)
        winner = yield from self.race(post, [clock for clock in (post.hire, end, convert) if clock])
        if winner is convert:
            self.log("converted", post.number)
            self.start_permanent(post, 0.0)
            return
        self.log("agency ended", post.number)
        self.hand_back(post)
        post.state = "empty"
        if winner is post.hire:
            self.hired(post)

    def hired(self, post: PostState) -> None:
        """A permanent worker starts in the empty post."""
        self.log("started", post.number)
        self.start_permanent(post, 0.0)

    def start_permanent(self, post: PostState, service: float) -> None:
        """The next permanent worker of the post is there, and the vacancy (if any) is over."""
        post.state = "permanent"
        post.permanents += 1
        post.hire = None
        post.service_began = self.env.now - service
        self.read_base(post)

    def start_vacancy(self, post: PostState) -> None:
        """A new vacancy begins, with a hire clock unless the post is agency only."""
        if post.plan.agency_only:
            return
        threshold = self.threshold(self.world.luck.hire, post, post.vacancies)
        post.hire = Clock(threshold, lambda: self.rates.hire_rate)
        post.vacancies += 1

    def race(self, post: PostState, clocks: list[Clock]) -> Steps:
        """Let the clocks run, through all changes of rates, until the first is met; it is the result.

        Of clocks met in the same instant the one listed first wins.
        """
        while True:
            rates = [clock.rate() for clock in clocks]
            began = self.env.now
            pairs = list(zip(clocks, rates, strict=True))
            waits = [clock.left / rate if rate > 0 else math.inf for clock, rate in pairs]
            soonest = min(waits, default=math.inf)
            met = False
            post.interruptible = True
            try:
                yield self.env.timeout(soonest)
                met = True
                post.interruptible = False
                yield self.turn(STAFF)
            except simpy.Interrupt:
                pass
            post.interruptible = False
            for clock, rate in pairs:
                clock.left = max(0.0, clock.left - rate * (self.env.now - began))
            if met:
                return next(c for c, wait in zip(clocks, waits, strict=True) if wait <= soonest + INSTANT)

    def threshold(self, stream: tuple[tuple[float, ...], ...], post: PostState, ordinal: int) -> float:
        """A threshold of the post by its number; infinite beyond the end of the list."""
        row = stream[post.number]
        return row[ordinal] if ordinal < len(row) else math.inf

    def pull(self, post: PostState) -> float:
        """The factor g of the caseload on leaving: the table at children per FTE, rounded, halves up."""
        if post.plan.hours == 0:
            return 1.0
        table = self.world.leaving_table
        return table[min(math.floor(post.load + 0.5), len(table) - 1)]

    def read_base(self, post: PostState) -> None:
        """Read the leaving rate of the service band reached, times the factor that holds now."""
        service = self.env.now - post.service_began
        reached = [rate for since, rate in sorted(self.world.bands) if since <= service + INSTANT]
        post.base = reached[-1] * self.rates.leaving_factor

    def policy(self) -> Steps:
        """Change the rates at their times; all clocks go on at the new ones."""
        for change in self.world.changes[1:]:
            yield self.env.timeout(change.time - self.env.now)
            yield self.turn(STAFF)
            self.rates = change
            for post in self.posts:
                if post.state == "permanent":
                    self.read_base(post)
                self.wake(post)
