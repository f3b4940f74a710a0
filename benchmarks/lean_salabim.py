"""The workload in salabim: the lean model, a component per post that is held anew when its plans change."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import salabim as sim

from benchmarks.caseload_model import Outputs, Tape
from benchmarks.lean import LeanOffice, Post


class Seat(sim.Component):
    """Wakes a post."""

    def setup(self, office: Office, post: Post) -> None:
        """Take the arguments of the component."""
        self.office, self.post, self.delay = office, post, math.inf
        post.alarm = self

    def process(self) -> Generator[Any, Any, None]:
        """Hold, ring, hold again."""
        while True:
            yield self.hold(self.delay)
            self.office.ringing = self
            self.office.ring(self.post, self.office.env.now())
            self.office.ringing = None


class Referrals(sim.Component):
    """Brings the cases of the tape."""

    def setup(self, office: Office) -> None:
        """Take the arguments of the component."""
        self.office = office

    def process(self) -> Generator[Any, Any, None]:
        """Hold for every gap."""
        for gap in self.office.gaps:
            yield self.hold(gap)
            self.office.refer(self.office.env.now())


class Office(LeanOffice):
    """The lean model on salabim."""

    def __init__(self, tape: Tape) -> None:
        super().__init__(tape)
        sim.yieldless(False)
        self.env = sim.Environment(trace=False, yieldless=False)
        self.ringing: Seat | None = None
        self.started = False

    def set_alarm(self, post: Post, delay: float) -> None:
        """Hold the component from outside; the one that is ringing holds itself when it is through."""
        seat: Any = post.alarm
        if self.started and seat is not self.ringing:
            seat.hold(delay)
        else:
            seat.delay = delay

    def run(self) -> Outputs:
        """Run to the horizon."""
        for post in self.posts:
            Seat(office=self, post=post)
        self.open_posts()
        Referrals(office=self)
        self.started = True
        self.env.run(till=self.tape.horizon)
        return self.outputs()


def run(tape: Tape) -> Outputs:
    """Run the tape."""
    return Office(tape).run()
