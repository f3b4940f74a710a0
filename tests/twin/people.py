"""The people of the naive model: the posts of docs/model.md, section 6, and the turns of an instant."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import simpy

from tests.twin.parts import INSTANT, CaseState, Clock, PostState
from tests.twin.world import Level, World, of_grade, threshold

CASEWORK, STAFF, REFERRAL = 1, 2, 3
FIRST, CALENDAR, OTHER = 0, 1, 2
COME_BACK, NEW = 0, 1
MOVED_ON = "moved on"

Event: TypeAlias = tuple[float, str, int, int]
Steps: TypeAlias = Generator[simpy.Event, Any, Any]


@dataclass
class Outcome:
    """What happened: the log, the ledger (a row per visit to a stage), and the integral of open children."""

    events: list[Event] = field(default_factory=list)
    ledger: list[dict[str, Any]] = field(default_factory=list)
    open_integral: float = 0.0


class Office(ABC):
    """The posts of a world and the lives of the people in them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.env = simpy.Environment()
        self.outcome = Outcome()
        self.rates = world.changes[0]
        self.turns: list[tuple[int, tuple[int, ...], simpy.Event]] = []
        self.changed = set(range(world.teams))
        self.instant_time = 0.0
        self.people = 0
        self.long_absent: set[int] = set()
        self.gone: list[tuple[float, int]] = []
        self.team_factor = [1.0] * world.teams
        self.convert_factor = 1.0
        more = self.rates.more_hours
        self.posts = [PostState(i, plan, more_hours=more) for i, plan in enumerate(world.posts)]

    @abstractmethod
    def hand_back(self, post: PostState) -> None:
        """Every case held returns to its list."""

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

    def wake_grade(self, grade: int) -> None:
        """Applicants are shared differently from now on."""
        for post in self.posts:
            if post.plan.grade == grade:
                self.wake(post)

    def move_on(self, post: PostState) -> None:
        """Something else than its own clocks brought the post into another state."""
        assert post.process is not None
        post.interruptible = False
        post.process.interrupt(MOVED_ON)

    # From one state of a post to the next.

    def post_life(self, post: PostState) -> Steps:
        """From the opening on, one state after another."""
        if post.plan.opens > 0:
            yield self.env.timeout(post.plan.opens)
            yield self.turn(STAFF, OTHER)
            self.log("opened", post.number)
        self.begin(post)
        lives = {
            "permanent": self.permanent,
            "notice": self.notice,
            "agency": self.agency,
            "empty": self.empty,
        }
        while post.state != "closed":
            try:
                yield from lives[post.state](post)
            except simpy.Interrupt:  # moved on: the state is another one by now
                continue

    def begin(self, post: PostState) -> None:
        """Bring the post into its first state, using up the numbers of those who are there."""
        post.state = post.plan.state
        if post.filled:
            self.arrives(post)
            post.arrived -= post.plan.service
        if post.state in ("permanent", "notice"):
            post.permanents = 1
            post.service_began = self.env.now - post.plan.service
            self.read_base(post)
            self.read_experience(post)
            post.notice_days = post.plan.notice_left
            self.start_on_level(post, self.drawn_level(post), post.plan.service)
        else:
            self.start_vacancy(post)
            if post.state == "agency":
                post.agencies = 1
                post.experienced = True
                post.notice_days = post.plan.notice_left
                post.winding_down = post.plan.notice_left > 0

    def permanent(self, post: PostState) -> Steps:
        """At work until the leave clock is met."""
        leave = Clock(threshold(self.world.luck.leave, post.number, post.permanents - 1), self.leaving(post))
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
        self.leaves(post)
        self.start_vacancy(post)

    def leaves(self, post: PostState) -> None:
        """A permanent worker goes for good."""
        self.gone.append((self.env.now, post.plan.team))
        self.goes(post)

    def empty(self, post: PostState) -> Steps:
        """Nobody there until a permanent or an agency worker starts, or a cover clock is met in vain."""
        cover = None
        if post.plan.cover:
            left, grade = threshold(self.world.luck.cover, post.number, post.agencies), post.plan.grade
            rate = self.world.grades[grade].cover
            cover = Clock(left, lambda: rate * of_grade(self.rates.cover_rate, grade))
            post.agencies += 1
        winner = yield from self.race(post, [clock for clock in (post.hire, cover) if clock])
        if winner is not cover:
            self.hired(post)
        elif self.engages(post):
            self.log("agency started", post.number)
            post.state = "agency"
            self.arrives(post)
            post.experienced = True

    def engages(self, post: PostState) -> bool:
        """Whether an agency worker may come: tolerance and cap."""
        team, grade, fte = post.plan.team, post.plan.grade, post.plan.fte
        if not post.plan.agency_only:
            alike = [p for p in self.posts if p.established and (p.plan.team, p.plan.grade) == (team, grade)]
            empty = sum(p.state == "empty" for p in alike)
            if empty <= self.world.tolerance * len(alike) + 1e-9:
                return False
        agency = fte + sum(p.plan.fte for p in self.posts if p.state == "agency")
        permanent = sum(p.plan.fte for p in self.posts if p.state in ("permanent", "notice"))
        return agency <= self.rates.agency_cap * (agency + permanent) + 1e-9

    def agency(self, post: PostState) -> Steps:
        """An agency worker there until hired over, gone (after notice) or made permanent."""
        number, end, convert = post.agencies - 1, None, None
        if not post.winding_down:
            end = Clock(threshold(self.world.luck.end, post.number, number), lambda: self.rates.end_rate)
        if not (post.plan.agency_only or post.winding_down):
            left = threshold(self.world.luck.convert, post.number, number)
            convert = Clock(left, lambda: self.rates.convert_rate * self.convert_factor)
        notice = Clock(post.notice_days, lambda: 1.0) if post.winding_down else None
        clocks = [clock for clock in (post.hire, end, notice, convert) if clock]
        winner = yield from self.race(post, clocks)
        if winner is convert:
            self.log("converted", post.number)
            self.start_permanent(post, self.env.now, self.full_level())
        elif (
            winner is end and (days := max(self.world.agency_notice_days, self.rates.agency_notice_days)) > 0
        ):
            self.log("agency notice", post.number)
            post.winding_down, post.notice_days = True, days
            self.changed.add(post.plan.team)
        elif winner is post.hire:
            self.hired(post)
        else:
            self.log("agency ended", post.number)
            self.goes(post)

    # Who comes and who goes.

    def hired(self, post: PostState) -> None:
        """The hire clock is met: somebody is promoted into the post, or an outsider starts."""
        insider = self.insider(post)
        if insider is None:
            self.starts(post)
            return
        self.make_room(post)
        assert insider.person is not None
        long_absent = insider.person in self.long_absent
        began, experienced, level = insider.service_began, insider.experienced, insider.level
        self.log("moved", insider.number)
        self.goes(insider)
        self.start_vacancy(insider)
        self.move_on(insider)
        self.log("promoted", post.number)
        self.arrives(post)  # another person for the cases
        assert post.person is not None
        post.experienced = experienced
        if long_absent:
            self.long_absent.add(post.person)
        self.start_permanent(post, began, level or self.full_level())

    def insider(self, post: PostState) -> PostState | None:
        """The post of whoever is promoted into this one."""
        lower = self.world.grades[post.plan.grade].promoted_from
        uniform = threshold(self.world.luck.promotion, post.number, post.vacancies - 1, 0.5)
        if lower < 0 or uniform >= self.world.promotion_share:
            return None
        since = self.env.now - self.world.promotion_days + INSTANT
        able = [p for p in self.posts if p.plan.grade == lower and p.state == "permanent"]
        able = [p for p in able if p.service_began <= since]
        if not able:
            return None
        longest = min(p.service_began for p in able)
        return next(p for p in able if p.service_began <= longest + 1e-9)

    def starts(self, post: PostState, level: Level | None = None) -> None:
        """A permanent worker from outside starts; an agency worker goes."""
        self.make_room(post)
        self.log("started", post.number)
        self.arrives(post)
        self.start_permanent(post, self.env.now, level or self.drawn_level(post))

    def make_room(self, post: PostState) -> None:
        """An agency worker goes, since a permanent one starts."""
        if post.filled:
            self.log("agency ended", post.number)
            self.goes(post)

    def arrives(self, post: PostState) -> None:
        """Somebody new is in the post."""
        post.person = self.people
        post.experienced = False
        post.arrived = self.env.now
        self.people += 1
        self.changed.add(post.plan.team)

    def goes(self, post: PostState) -> None:
        """The worker goes: every case held returns to its list."""
        self.hand_back(post)
        post.state, post.person, post.away = "empty", None, False
        post.winding_down, post.level = False, None
        self.changed.add(post.plan.team)

    def start_permanent(self, post: PostState, service_began: float, level: Level) -> None:
        """The next permanent worker of the post is there, and the vacancy is over."""
        post.state = "permanent"
        self.changed.add(post.plan.team)
        post.permanents += 1
        post.hire, post.recruiting = None, False
        post.service_began = service_began
        self.read_base(post)
        self.read_experience(post)
        self.start_on_level(post, level, 0.0)
        self.wake_grade(post.plan.grade)

    def start_vacancy(self, post: PostState) -> None:
        """A new vacancy begins, with a hire clock unless the post is agency only."""
        if post.plan.agency_only:
            return
        left = threshold(self.world.luck.hire, post.number, post.vacancies)
        post.hire = Clock(left, lambda: self.hiring(post))
        post.vacancies += 1
        post.vacant_since = self.instant_time
        self.wake_grade(post.plan.grade)

    # Career levels.

    def drawn_level(self, post: PostState) -> Level:
        """The level of this post's next permanent worker from outside (the one that has come, at time 0)."""
        number = post.permanents - 1 if post.state in ("permanent", "notice") else post.permanents
        uniform, cumulative = threshold(self.world.luck.level, post.number, number, 0.5), 0.0
        for level in self.world.levels:
            cumulative += level.share
            if uniform < cumulative:
                return level
        return self.world.levels[-1]

    def full_level(self) -> Level:
        """The level of agency workers: the first that carries a full caseload at full salary."""
        return next(level for level in self.world.levels if level.able == 1.0 and level.salary == 1.0)

    def start_on_level(self, post: PostState, level: Level, ago: float) -> None:
        """A permanent worker came in on a level some days ago; only who holds cases is on one."""
        if post.plan.hours == 0:
            return
        while ago > 0 and self.days_on(post, level) <= ago + INSTANT:
            ago -= self.days_on(post, level)
            level = self.level_above(level)
        post.level = level
        self.caseload_changed(post)
        days = self.days_on(post, level) - ago
        if math.isfinite(days):
            self.env.process(self.career(post, self.env.timeout(days)))  # in the diary from this moment on

    def level_above(self, level: Level) -> Level:
        """The next level up."""
        return self.world.levels[self.world.levels.index(level) + 1]

    def days_on(self, post: PostState, level: Level) -> float:
        """How long the present permanent worker of a post stays on a level."""
        number = self.world.levels.index(level)
        if not level.exponential or number == len(self.world.levels) - 1:
            return level.days if number < len(self.world.levels) - 1 else math.inf
        luck = self.world.luck
        progress = (luck.first_level, luck.second_level)[number]
        left = threshold(progress, post.number, post.permanents - 1)
        return math.inf if math.isinf(level.days) else left * level.days

    def career(self, post: PostState, due: simpy.Event) -> Steps:
        """Up from level to level, as long as the person stays in the post."""
        person = post.person
        while True:
            yield due
            yield self.turn(STAFF, OTHER)
            if post.person != person or post.level is None:
                return
            self.log("moved up", post.number)
            post.level = self.level_above(post.level)
            self.changed.add(post.plan.team)
            self.caseload_changed(post)
            days = self.days_on(post, post.level)
            if not math.isfinite(days):
                return
            due = self.env.timeout(days)

    # Clocks and rates.

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
            except simpy.Interrupt as interrupt:
                if interrupt.cause == MOVED_ON:
                    post.interruptible = False
                    raise
            post.interruptible = False
            for clock, rate in pairs:
                clock.left = max(0.0, clock.left - rate * (self.env.now - began))
            if met:
                return next(c for c, wait in zip(clocks, waits, strict=True) if wait <= soonest + INSTANT)

    def hiring(self, post: PostState) -> float:
        """The rate of the hire clock: applicants are shared by the vacancies of the grade."""
        if self.world.parallel is not None and not post.recruiting:
            return 0.0
        number = post.plan.grade
        grade = self.world.grades[number]
        vacancies = sum(p.vacant for p in self.posts if p.plan.grade == number)
        shared: float = (max(vacancies, 1) / grade.vacancies) ** -self.world.sharing
        base = grade.hire_covered if post.filled else grade.hire_empty
        return base * of_grade(self.rates.hire_rate, number) * shared

    def assign_recruitments(self) -> None:
        """Vacancies that wait for one of the places get it in the order in which they arose."""
        if self.world.parallel is None:
            return
        open_ = [post for post in self.posts if post.hire is not None]
        free = self.world.parallel - sum(post.recruiting for post in open_)
        waiting = [post for post in open_ if not post.recruiting]
        for post in sorted(waiting, key=lambda p: (p.vacant_since, p.number))[: max(0, free)]:
            post.recruiting = True
            self.wake(post)

    def leaving(self, post: PostState) -> Callable[[], float]:
        """The rate of the leave clock."""

        def rate() -> float:
            found = post.base * of_grade(self.rates.leaving_factor, post.plan.grade)
            found *= post.level.leaving if post.level else 1.0
            found *= self.world.leaving_after_absence if post.person in self.long_absent else 1.0
            found *= 1.0 if post.plan.manages else self.team_factor[post.plan.team]
            return found * self.pull(post)

        return rate

    def pull(self, post: PostState) -> float:
        """The factor g of the caseload on leaving: the table at children per FTE, rounded, halves up."""
        if post.plan.hours == 0:
            return 1.0
        table = self.world.leaving_table
        return table[min(math.floor(post.load + 0.5), len(table) - 1)]

    def read_base(self, post: PostState) -> None:
        """Read the leaving rate of the service band reached."""
        service = self.env.now - post.service_began
        reached = [rate for since, rate in sorted(self.world.bands) if since <= service + INSTANT]
        post.base = reached[-1] * self.world.grades[post.plan.grade].scale

    def read_experience(self, post: PostState) -> None:
        """Whether the permanent worker counts as experienced; who does, goes on doing so."""
        service = self.env.now - post.service_began
        if not post.experienced and service >= self.world.experienced_days - INSTANT:
            post.experienced = True
            self.changed.add(post.plan.team)
