"""The workload in SimPy, as one would first write it: a process per case, worker and post.

Whenever a worker's caseload changes, the processes of the worker's cases and the worker's own
career are interrupted, and each works out anew when it will end. The mode says which:

- ``"all"``: every one of them, at every change, which is what one writes first;
- ``"changed"``: only those whose speed or hazard is really another one.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Generator
from typing import Any, Literal

import simpy

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

Mode = Literal["all", "changed"]
Process = Generator[simpy.Event, Any, None]

LOAD, LEFT = "the caseload changed", "the worker left"


class Gauge:
    """A number that changes in time, and its integral."""

    def __init__(self, env: simpy.Environment) -> None:
        self.env = env
        self.value = 0
        self.since = 0.0
        self.area = 0.0

    def add(self, change: int) -> None:
        """Change the number, now."""
        self.area += self.value * (self.env.now - self.since)
        self.since = self.env.now
        self.value += change

    def average(self) -> float:
        """Return the time average so far."""
        self.add(0)
        return self.area / self.env.now


class Case:
    """A case: some work, done by one worker after another."""

    worker: Worker

    def __init__(self, office: Office, team: Team, number: int, work: float) -> None:
        self.office = office
        self.team = team
        self.number = number
        self.remaining = work
        self.referred = office.env.now
        self.workers = 0
        self.working = False
        self.allocated = office.env.event()
        self.process = office.env.process(self.life())

    def life(self) -> Process:
        """Wait, be worked on, perhaps by several in turn, and close."""
        env = self.office.env
        self.team.unallocated(self)
        self.team.allocate()
        while True:
            yield self.allocated
            self.working = True
            while self.working:
                since, rate = env.now, speed(len(self.worker.cases))
                try:
                    yield env.timeout(self.remaining / rate)
                except simpy.Interrupt:
                    self.remaining -= rate * (env.now - since)
                else:
                    self.close()
                    return

    def allocate(self, worker: Worker) -> None:
        """Go to a worker."""
        before = len(worker.cases)
        worker.cases.append(self)
        self.worker = worker
        self.workers += 1
        self.office.waiting.add(-1)
        self.office.held.add(1)
        self.allocated.succeed()
        worker.caseload_changed(before)

    def hand_back(self) -> None:
        """Rejoin the list, because the worker leaves."""
        self.working = False
        self.allocated = self.office.env.event()
        self.process.interrupt(LEFT)
        self.office.held.add(-1)
        self.team.unallocated(self)

    def close(self) -> None:
        """End, and make room for another."""
        before = len(self.worker.cases)
        self.worker.cases.remove(self)
        self.office.held.add(-1)
        self.office.log(CLOSE, self.worker.post.number, self.number)
        if self.number >= self.office.tape.opening:
            self.office.closed += 1
            self.office.durations += self.office.env.now - self.referred
            self.office.allocations += self.workers
        self.worker.caseload_changed(before)
        self.team.allocate()


class Worker:
    """Someone in post, permanent (with a career that may end) or from an agency."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.cases: list[Case] = []
        self.career: simpy.Process | None = None

    def begin_career(self, threshold: float) -> simpy.Process:
        """Be permanent from now on."""
        self.career = self.post.office.env.process(self.until_resignation(threshold))
        return self.career

    def until_resignation(self, threshold: float) -> Process:
        """Stay until the integrated hazard reaches the threshold."""
        env = self.post.office.env
        while True:
            since, rate = env.now, hazard(len(self.cases))
            try:
                yield env.timeout(threshold / rate)
            except simpy.Interrupt:
                threshold -= rate * (env.now - since)
            else:
                return

    def caseload_changed(self, before: int) -> None:
        """Tell the cases and the career to work out anew when they end."""
        everyone = self.post.office.mode == "all"
        cases = len(self.cases)
        if everyone or (cases and before and speed(cases) != speed(before)):
            for case in self.cases:
                if case.working:
                    case.process.interrupt(LOAD)
        if self.career and (everyone or hazard(cases) != hazard(before)):
            self.career.interrupt(LOAD)


class Team:
    """Ten posts and the list of cases that wait for a worker, in order of case number."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.list: list[Case] = []
        self.staff: list[Worker] = []

    def unallocated(self, case: Case) -> None:
        """Put the case on the list, at its place."""
        insort(self.list, case, key=lambda c: c.number)
        self.office.waiting.add(1)

    def allocate(self) -> None:
        """Give out the list for as long as someone has room."""
        while self.list:
            free = [worker for worker in self.staff if len(worker.cases) < CAP]
            if not free:
                return
            self.list.pop(0).allocate(min(free, key=lambda w: len(w.cases)))


class Post:
    """A post and the people who hold it in turn."""

    def __init__(self, office: Office, team: Team, number: int) -> None:
        self.office = office
        self.team = team
        self.number = number
        self.worker = Worker(self)
        office.env.process(self.life())

    def start(self, kind: int | None = None) -> None:
        """Someone new takes up the post."""
        self.worker = Worker(self)
        insort(self.team.staff, self.worker, key=lambda w: w.post.number)
        self.office.in_post.add(1)
        if kind is not None:
            self.office.log(kind, self.number)
        self.team.allocate()

    def stop(self) -> None:
        """The worker goes and the cases rejoin the list."""
        self.team.staff.remove(self.worker)
        self.office.in_post.add(-1)
        for case in self.worker.cases:
            case.hand_back()

    def leave(self, kind: int) -> None:
        """The worker goes and the others in the team take over what they can."""
        self.stop()
        self.office.log(kind, self.number)
        self.team.allocate()

    def life(self) -> Process:
        """Alternate between permanent workers, vacancies and agency cover."""
        env, tape = self.office.env, self.office.tape
        self.start()
        for threshold, recruitment, delay, leaves, stays in zip(
            tape.threshold[self.number].tolist(),
            tape.recruitment[self.number].tolist(),
            tape.cover_delay[self.number].tolist(),
            tape.cover_leaves[self.number].tolist(),
            tape.cover_stays[self.number].tolist(),
            strict=True,
        ):
            yield self.worker.begin_career(threshold)
            self.leave(RESIGN)
            recruited = env.timeout(recruitment)
            if delay < recruitment:
                yield env.timeout(delay)
                self.start(COVER_START)
                left, stayed = env.timeout(leaves), env.timeout(stays)
                yield recruited | left | stayed
                if stayed.processed:
                    self.office.log(COVER_STAYS, self.number)
                    continue
                if recruited.processed:
                    self.stop()
                    self.start(COVER_END)
                    continue
                self.leave(COVER_LEFT)
            yield recruited
            self.start(FILL)
        raise RuntimeError("the tape has too few spells")


class Office:
    """The whole model: teams, posts, the referrals and what is counted."""

    def __init__(self, tape: Tape, mode: Mode, trace: list[Event] | None) -> None:
        self.tape = tape
        self.mode = mode
        self.trace = trace
        self.env = simpy.Environment()
        self.in_post = Gauge(self.env)
        self.held = Gauge(self.env)
        self.waiting = Gauge(self.env)
        self.happened = [0] * len(KINDS)
        self.closed = 0
        self.durations = 0.0
        self.allocations = 0
        self.teams = [Team(self) for _ in range(tape.posts // TEAM)]
        for number in range(tape.posts):
            Post(self, self.teams[number // TEAM], number)
        self.env.process(self.referrals())

    def log(self, kind: int, place: int, case: int = -1) -> None:
        """Count an event, and keep it if there is a trace."""
        self.happened[kind] += 1
        if self.trace is not None:
            self.trace.append((self.env.now, kind, place, case))

    def referrals(self) -> Process:
        """Bring the cases of the tape."""
        tape = self.tape
        demand = zip(tape.gap.tolist(), tape.team.tolist(), tape.work.tolist(), strict=True)
        for number, (gap, team, work) in enumerate(demand):
            yield self.env.timeout(gap)
            self.log(ARRIVE, team, number)
            Case(self, self.teams[team], number, work)

    def run(self) -> Outputs:
        """Run to the horizon."""
        self.env.run(until=self.tape.horizon)
        in_post = self.in_post.average()
        return Outputs(
            caseload=self.held.average() / in_post,
            unallocated=self.waiting.average(),
            duration=self.durations / self.closed if self.closed else 0.0,
            workers_per_case=self.allocations / self.closed if self.closed else 0.0,
            leavers=self.happened[RESIGN],
            agency_left=self.happened[COVER_LEFT],
            conversions=self.happened[COVER_STAYS],
            in_post=in_post,
            arrived=self.happened[ARRIVE],
            closed=self.closed,
        )


def run(tape: Tape, mode: Mode = "all", trace: list[Event] | None = None) -> Outputs:
    """Run the tape; append every event to the trace, if there is one."""
    return Office(tape, mode, trace).run()
