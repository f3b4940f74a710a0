"""A post and its life: permanent, notice, empty, agency, round and round (section 6 of docs/model.md)."""

from __future__ import annotations

from collections.abc import Generator
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import simpy

from workforce_sim.demand.luck import Stream
from workforce_sim.workforce.clocks import Clock, happens

if TYPE_CHECKING:
    from workforce_sim.workforce.service import Service


class State(IntEnum):
    """Who is in a post."""

    EMPTY = 0
    AGENCY = 1
    PERMANENT = 2
    NOTICE = 3
    CLOSED = 4


#: By name: Python 3.11 looks a member of an enumeration up ten times slower than a name of a module.
EMPTY, AGENCY, PERMANENT, NOTICE, CLOSED = State
HIRE, COVER, END, CONVERT = Stream.HIRE, Stream.COVER, Stream.END, Stream.CONVERT

#: Without a permanent worker.
VACANT = (EMPTY, AGENCY)


class Post:
    """One post. It owns the luck of the people who fill it.

    Attributes:
        index: post number, in the order in which posts came into being; ties in allocation go to the lowest.
        team: team number.
        grade: index into the service's grades.
        fte: hours of the post over full time.
        state: who is in it now.
        established: counts as a post (False for agency workers above establishment).
        opened: working day on which it came into being; 0 for posts there at the start.
        vacant_since: working day on which the present vacancy began.
        decision: the moment at which the permanent worker decides to leave.
        hire: the hire clock of the present vacancy.
        ends: the agency worker knows the last day.
        running: has the running cost of a new post.
        stays: the agency worker stays until the post is closed.
    """

    __slots__ = (
        "agency_workers",
        "clocks",
        "cover",
        "covers",
        "decision",
        "ends",
        "established",
        "fte",
        "grade",
        "hire",
        "index",
        "layer",
        "notice_left",
        "number",
        "opened",
        "permanents",
        "recruiting",
        "running",
        "service",
        "state",
        "stays",
        "team",
        "turn",
        "vacancies",
        "vacant_since",
    )

    def __init__(
        self,
        service: Service,
        index: int,
        *,
        team: int,
        grade: int,
        fte: float,
        luck: tuple[int, int],
        established: bool = True,
        cover: bool = True,
        opened: float = 0.0,
    ) -> None:
        self.service = service
        self.index = index
        self.team = team
        self.grade = grade
        self.fte = fte
        self.layer, self.number = luck
        self.established = established
        self.cover = cover
        self.opened = self.vacant_since = opened
        self.state = EMPTY
        self.notice_left = 0.0
        self.covers = self.permanents = self.vacancies = self.agency_workers = 0
        self.ends = self.recruiting = self.running = self.stays = False
        self.hire: Clock | None = None
        self.clocks: list[Clock] = []
        self.turn: simpy.Event | None = None
        self.decision: simpy.Event | None = None

    @property
    def vacant(self) -> bool:
        """Has no permanent worker."""
        return self.state in VACANT

    def life(self) -> Generator[simpy.Event, Any, None]:
        """The SimPy process of the post. It ends when the post is closed."""
        service = self.service
        while self.state != CLOSED:
            if self.state == PERMANENT:
                decision = self.decision
                assert decision is not None
                yield decision  # casework tells when; promotion and redundancy come before
                if self.state == PERMANENT and self.decision is decision:
                    service.movements.gives_notice(self)
            if self.state == NOTICE:
                if self.notice_left > 0:
                    yield service.env.timeout(self.notice_left)
                if self.state == NOTICE:
                    service.movements.leaves(self)
            if self.vacant:
                yield from self.vacancy()

    def vacancy(self) -> Generator[simpy.Event, Any, None]:
        """From an empty post, or an agency worker in it, to a permanent worker."""
        service = self.service
        if self.established:
            self.hire = self.new_clock(HIRE, self.vacancies)
            self.vacancies += 1
            service.recruitment.advertise(self)
        while self.vacant:
            self.start_clocks()
            self.turn = service.env.event()
            met = yield self.turn
            if met is None or not self.vacant:  # closed, or filled by a cohort in this instant
                return
            if met.kind == COVER:
                if service.agency.engages(self):
                    service.movements.agency_starts(self)
            elif met.kind == END:
                if self.ends or service.agency_notice_days <= 0:
                    service.movements.agency_ends(self)
                else:
                    service.movements.agency_gives_notice(self)
            elif met.kind == CONVERT:
                service.movements.converts(self)
            else:
                service.recruitment.fill(self)

    def start_clocks(self) -> None:
        """Start the clocks that run in the present state, in the order in which ties are settled."""
        dials, clocks = self.service.dials, []
        covered = self.state == AGENCY
        if self.hire is not None:
            clocks.append(self.hire)
            if self.recruiting:
                self.hire.start(dials.hire(self.grade, covered=covered))
        if covered and self.ends:
            last_day = Clock(END, self.notice_left, self.rings)
            clocks.append(last_day)
            last_day.start(dials.calendar)
        elif covered and not self.stays:
            clocks.append(self.run(END, self.agency_workers))
            if self.established:
                clocks.append(self.run(CONVERT, self.agency_workers))
        elif self.cover and not covered:
            self.agency_workers = self.covers
            self.covers += 1
            clocks.append(self.run(COVER, self.agency_workers))
        self.clocks = clocks

    def new_clock(self, kind: Stream, ordinal: int) -> Clock:
        """A clock of this kind with its own luck."""
        threshold = self.service.luck.threshold(kind, self.layer, self.number, ordinal)
        return Clock(kind, self.service.rules.stretched(kind, threshold), self.rings)

    def run(self, kind: Stream, ordinal: int) -> Clock:
        """A new clock of this kind that starts at once."""
        clock = self.new_clock(kind, ordinal)
        clock.start(self.service.dials.of(kind, self.grade))
        return clock

    def rings(self, clock: Clock, alone: bool) -> None:
        """A clock is met: the first of those met in this instant decides, and all stop.

        ``alone``: no clock of another post is met with it, so that the process need not wait for its turn.
        """
        met = clock
        for other in self.clocks:
            if other is clock or other.met():
                met = other
                break
        self.stop_clocks()
        if alone and self.turn is not None and not self.turn.triggered:
            happens(self.turn, met)
        else:
            self.take_turn(met)

    def stop_clocks(self) -> None:
        """All clocks stand still."""
        for clock in self.clocks:
            clock.stop()
        self.clocks = []

    def rests(self) -> None:
        """The run is over: the post waits for nothing any more."""
        self.hire = self.turn = self.decision = None
        self.clocks = []

    def take_turn(self, met: Clock | None) -> None:
        """The process goes on with this clock; None if the vacancy ends without one."""
        if self.turn is not None and not self.turn.triggered:
            self.turn.succeed(met)
