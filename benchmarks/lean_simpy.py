"""The workload in event-lean SimPy: one timeout pending per post, by SimPy's documented interface only."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import simpy

from benchmarks.caseload_model import Event, Outputs, Tape
from benchmarks.lean import LeanOffice, Post


class Office(LeanOffice):
    """The lean model on SimPy."""

    def __init__(self, tape: Tape, trace: list[Event] | None) -> None:
        super().__init__(tape, trace)
        self.env = simpy.Environment()

    def set_alarm(self, post: Post, delay: float) -> None:
        """A timeout with a callback; SimPy cannot take one back, so a superseded one is ignored."""
        post.alarm = None
        if delay < math.inf:
            post.alarm = timeout = self.env.timeout(delay, post)
            timeout.callbacks.append(self.woken)

    def woken(self, timeout: simpy.Event) -> None:
        """A timeout is up."""
        post = timeout.value
        if post.alarm is timeout:
            self.ring(post, self.env.now)

    def referrals(self) -> Generator[simpy.Event, Any, None]:
        """Bring the cases of the tape."""
        for gap in self.gaps:
            yield self.env.timeout(gap)
            self.refer(self.env.now)

    def run(self) -> Outputs:
        """Run to the horizon."""
        self.open_posts()
        self.env.process(self.referrals())
        self.env.run(until=self.tape.horizon)
        return self.outputs()


def run(tape: Tape, trace: list[Event] | None = None) -> Outputs:
    """Run the tape; append every event to the trace, if there is one."""
    return Office(tape, trace).run()
