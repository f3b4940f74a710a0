"""The people of the naive model: posts (docs/model.md, section 6), absences, and turns of an instant."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import simpy

from tests.twin.parts import INSTANT, CaseState, Clock, PostState
from tests.twin.world import World

CASEWORK, STAFF, REFERRAL = 1, 2, 3
CALENDAR, OTHER = 0, 1
COME_BACK, NEW = 0, 1

Event: TypeAlias = tuple[float, str, int, int]
Steps: TypeAlias = Generator[simpy.Event, Any, Any]


@dataclass
class Outcome:
    """What happened: the log, the ledger (a row per visit to a stage), and the integral of open children."""

    events: list[Event] = field(default_factory=list)
    ledger: list[dict[str, Any]] = field(default_factory=list)
    open_integral: float = 0.0


class Office:
    """The posts of a world and all that happens to the people in them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.env = simpy.Environment()
        self.outcome = Outcome()
        self.rates = world.changes[0]
        self.turns: list[tuple[int, tuple[int, ...], simpy.Event]] = []
        self.changed = set(range(world.teams))
        self.people = 0
        self.posts = [PostState(i, plan) for i, plan in enumerate(world.posts)]

    def hand_back(self, post: PostState) -> None:
        """Every case held returns to its list."""
        raise NotImplementedError

    # Turns, the log, and waking up.

    def turn(self, rank: int, *order: int) -> simpy.Event:
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
            sleeper.interruptible = False
            sleeper.process.interrupt()

    # From one state of a post to the next.

    def post_life(self, post: PostState) -> Steps:
        """From the opening on, one state after another."""
        if post.plan.opens > 0:
            yield self.env.timeout(post.plan.opens)
            yield self.turn(STAFF, OTHER)
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
        if post.filled:
            self.arrives(post)
        if post.state == "permanent":
            self.start_permanent(post, post.plan.service)
        elif post.state == "notice":
            post.permanents = 1
            post.service_began = self.env.now - post.plan.service
            self.read_experience(post)
            post.notice_days = post.plan.notice_left
        else:
            self.start_vacancy(post)
            if post.state == "agency":
                post.agencies = 1
                post.experienced = True

    def permanent(self, post: PostState) -> Steps:
        """At work until the leave clock is met."""
        threshold = self.threshold(self.world.luck.leave, post, post.permanents - 1)
        leave = Clock(threshold, lambda: post.base * self.pull(post))
        yield from self.race(post, [leave])
        self.log("notice", post.number)
        post.state = "notice"
        self.changed.add(post.plan.team)
        post.notice_days = self.world.notice_days

    def notice(self, post: PostState) -> Steps:
        """At work until the notice is over, then a new vacancy begins."""
        yield self.env.timeout(post.notice_days)
        yield self.turn(STAFF, OTHER)
        self.log("left", post.number)
        self.goes(post)
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
            self.arrives(post)
            post.experienced = True
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
        self.goes(post)
        if winner is post.hire:
            self.hired(post)

    def hired(self, post: PostState) -> None:
        """A permanent worker starts in the empty post."""
        self.log("started", post.number)
        self.arrives(post)
        self.start_permanent(post, 0.0)

    def arrives(self, post: PostState) -> None:
        """Somebody new is in the post."""
        post.person = self.people
        post.experienced = False
        self.people += 1
        self.changed.add(post.plan.team)

    def goes(self, post: PostState) -> None:
        """The worker goes: every case held returns to its list."""
        self.hand_back(post)
        post.state, post.person, post.away = "empty", None, False
        self.changed.add(post.plan.team)

    def absence(self, post: PostState, start: float, days: float) -> Steps:
        """Whoever is in the post is absent until the end of it or until they go."""
        yield self.env.timeout(start)
        yield self.turn(STAFF, CALENDAR)
        person = post.person
        if person is None:
            return
        self.set_away(post, True)
        if self.world.hand_over_after < days - INSTANT:
            yield self.env.timeout(self.world.hand_over_after)
            yield self.turn(STAFF, CALENDAR)
            if post.person == person:
                self.hand_back(post)
        yield self.env.timeout(max(0.0, start + days - self.env.now))
        yield self.turn(STAFF, CALENDAR)
        if post.person == person:
            self.set_away(post, False)

    def set_away(self, post: PostState, away: bool) -> None:
        """The worker is absent from now on, or back."""
        self.log("away" if away else "back", post.number)
        post.away = away
        self.changed.add(post.plan.team)
        self.caseload_changed(post)

    def start_permanent(self, post: PostState, service: float) -> None:
        """The next permanent worker of the post is there, and the vacancy (if any) is over."""
        post.state = "permanent"
        self.changed.add(post.plan.team)
        post.permanents += 1
        post.hire = None
        post.service_began = self.env.now - service
        self.read_base(post)
        self.read_experience(post)

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
                yield self.turn(STAFF, OTHER)
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

    def read_experience(self, post: PostState) -> None:
        """Whether the permanent worker counts as experienced; who does, goes on doing so."""
        service = self.env.now - post.service_began
        if not post.experienced and service >= self.world.experienced_days - INSTANT:
            post.experienced = True
            self.changed.add(post.plan.team)

    def policy(self) -> Steps:
        """Change the rates at their times; all clocks go on at the new ones."""
        for change in self.world.changes[1:]:
            yield self.env.timeout(change.time - self.env.now)
            yield self.turn(STAFF, OTHER)
            self.rates = change
            for post in self.posts:
                if post.state == "permanent":
                    self.read_base(post)
                    self.read_experience(post)
                self.wake(post)
