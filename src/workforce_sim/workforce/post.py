"""A post and its life: permanent, notice, empty, agency, round and round (section 6 of docs/model.md)."""

from __future__ import annotations

import math
from collections.abc import Generator
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import simpy

from workforce_sim.authority.calendar import INSTANT
from workforce_sim.demand.luck import Stream

if TYPE_CHECKING:
    from workforce_sim.workforce.service import Service


class State(IntEnum):
    """Who is in a post."""

    EMPTY = 0
    AGENCY = 1
    PERMANENT = 2
    NOTICE = 3


class Clock:
    """A threshold to be met by a rate that may change: the kind says which rate."""

    __slots__ = ("kind", "need")

    def __init__(self, kind: Stream, need: float) -> None:
        self.kind = kind
        self.need = need


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
        decision: the moment at which the permanent worker decides to leave.
    """

    __slots__ = (
        "agency_workers",
        "cover",
        "covers",
        "decision",
        "established",
        "fte",
        "grade",
        "index",
        "layer",
        "notice_left",
        "number",
        "opened",
        "permanents",
        "process",
        "service",
        "state",
        "team",
        "vacancies",
        "waiting",
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
        self.opened = opened
        self.state = State.EMPTY
        self.notice_left = 0.0
        self.covers = self.permanents = self.vacancies = self.agency_workers = 0
        self.waiting = False
        self.decision: simpy.Event | None = None
        self.process: simpy.Process | None = None

    def life(self) -> Generator[simpy.Event, Any, None]:
        """The SimPy process of the post."""
        service = self.service
        while True:
            if self.state == State.PERMANENT:
                assert self.decision is not None
                yield self.decision  # casework tells when
                service.gives_notice(self)
            if self.state == State.NOTICE:
                if self.notice_left > 0:
                    yield service.env.timeout(self.notice_left)
                service.leaves(self)
            yield from self.vacancy()

    def vacancy(self) -> Generator[simpy.Event, Any, None]:
        """From an empty post, or an agency worker in it, to a permanent worker."""
        service = self.service
        always = []
        if self.established:
            always = [self.start_clock(Stream.HIRE, self.vacancies)]
            self.vacancies += 1
        while True:
            if self.state == State.EMPTY:
                clocks = list(always)
                if self.cover:
                    clocks.append(self.start_clock(Stream.COVER, self.covers))
                    self.agency_workers = self.covers
                    self.covers += 1
            else:
                clocks = [*always, self.start_clock(Stream.END, self.agency_workers)]
                if self.established:
                    clocks.append(self.start_clock(Stream.CONVERT, self.agency_workers))
            met = yield from self.first_of(clocks)
            if met.kind == Stream.COVER:
                service.agency_starts(self)
            elif met.kind == Stream.END:
                service.agency_ends(self)
            elif met.kind == Stream.CONVERT:
                return service.converts(self)
            else:
                if self.state == State.AGENCY:
                    service.agency_ends(self)
                return service.starts(self)

    def start_clock(self, kind: Stream, ordinal: int) -> Clock:
        """A clock of this kind with its own luck."""
        return Clock(kind, self.service.luck.threshold(kind, self.layer, self.number, ordinal))

    def first_of(self, clocks: list[Clock]) -> Generator[simpy.Event, Any, Clock]:
        """Wait for the first clock to be met; a change of rates moves the date, not the luck."""
        env, rates, grade = self.service.env, self.service.rates, self.grade
        while True:
            began = env.now
            soonest, met, rate = math.inf, None, []
            for clock in clocks:
                r = rates[clock.kind][grade]
                rate.append(r)
                if r > 0 and clock.need / r < soonest:
                    soonest, met = max(clock.need / r, 0.0), clock
            self.waiting = True
            try:
                yield env.event() if met is None else env.timeout(soonest)
            except simpy.Interrupt:
                if began + soonest > env.now + INSTANT:  # a clock already met in this instant stays met
                    met = None
            self.waiting = False
            elapsed = env.now - began
            for clock, r in zip(clocks, rate, strict=True):
                clock.need -= r * elapsed
            if met is not None:
                return met
