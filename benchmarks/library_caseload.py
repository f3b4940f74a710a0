"""The benchmark workload in the library: its own casework kernel, conducted by its own SimPy processes.

Nothing is rewritten for speed here: rules, desk, posts and environment are the library's. Only the luck
comes from the tape, and rates of one a day turn the library's thresholds into the tape's delays.
"""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np

from benchmarks.caseload_model import (
    CAP,
    CEILING,
    EFFORT,
    HAZARD,
    HAZARD_FROM,
    HAZARD_SLOPE,
    TEAM,
    Outputs,
    Tape,
)
from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.authority.stage_rules import STAGE, StageTable
from workforce_sim.casework.desk import Desk
from workforce_sim.casework.rules import CaseRules
from workforce_sim.demand.families import DRAWS, WORK, Families
from workforce_sim.demand.luck import Stream
from workforce_sim.simulation import ServiceEnvironment
from workforce_sim.workforce.post import State
from workforce_sim.workforce.rules import Grade, StaffRules
from workforce_sim.workforce.service import Service

#: Seconds the last run spent in casework (kernel and the calls into it).
kernel_seconds = 0.0


class TimedDesk(Desk):
    """The desk, with the time spent behind it."""

    seconds = 0.0

    def advance(self, until: float) -> int | None:
        """Casework up to ``until``."""
        began = time.perf_counter()
        leaver = super().advance(until)
        self.seconds += time.perf_counter() - began
        return leaver

    def join(self, post: int, now: float, *, experienced: bool = True) -> None:
        """A worker starts."""
        began = time.perf_counter()
        super().join(post, now, experienced=experienced)
        self.seconds += time.perf_counter() - began

    def leave(self, post: int, now: float) -> None:
        """A worker goes."""
        began = time.perf_counter()
        super().leave(post, now)
        self.seconds += time.perf_counter() - began


class TapeLuck:
    """Thresholds from the tape: one cover at most in each vacancy."""

    def __init__(self, tape: Tape) -> None:
        self._rows = {
            Stream.LEAVE: tape.threshold.tolist(),
            Stream.HIRE: tape.recruitment.tolist(),
            Stream.COVER: tape.cover_delay.tolist(),
            Stream.END: tape.cover_leaves.tolist(),
            Stream.CONVERT: tape.cover_stays.tolist(),
        }
        self._vacancy = [0] * tape.posts
        self._covered = [False] * tape.posts
        self.agency_left = 0

    def threshold(self, stream: Stream, layer: int, number: int, ordinal: int) -> float:
        """The threshold of one clock; where leavers go is all the same."""
        if stream == Stream.DESTINATION:
            return 0.0
        if stream == Stream.LEAVE:
            value: float = self._rows[stream][number][ordinal]
            return value
        if stream == Stream.HIRE:
            self._vacancy[number], self._covered[number] = ordinal, False
        elif stream == Stream.COVER:
            if self._covered[number]:  # a second cover clock means that the agency worker left
                self.agency_left += 1
                return math.inf
            self._covered[number] = True
        value = self._rows[stream][number][self._vacancy[number]]
        return value


def run(tape: Tape) -> Outputs:
    """One replication of the tape."""
    global kernel_seconds
    arrive = np.cumsum(tape.gap)
    n, teams = len(arrive), tape.posts // TEAM

    def draws(ordinal: int) -> np.ndarray[Any, np.dtype[np.float64]]:
        found = np.zeros((n, len(DRAWS)))
        found[:, WORK] = np.log(tape.work / CEILING)  # days of full attention are exp of this
        return found

    places = (tape.team + 0.5) / teams
    families = Families.referred(arrive, draws, priority=np.zeros(n, np.int64), place=places)
    stage = np.zeros(1, STAGE)
    stage["attention"], stage["spread"], stage["urgency"] = CEILING, 1.0, 1.0
    stage["deadline"] = stage["urgent_until"] = math.inf
    ends = np.full((1, 1), -1)
    pathway = StageTable(stage, np.full((1, 1), math.inf), np.ones((1, 1)), ends, np.zeros(1))
    caseloads = np.arange(CAP + 1)
    rules = CaseRules(
        pathway=pathway,
        cap=CAP,
        reading_hours=0.0,
        lost_share=0.0,
        strain=1 + HAZARD_SLOPE * np.maximum(0, caseloads - HAZARD_FROM),
        teams_of_type=(teams,),
    )
    desk = TimedDesk(rules, families, posts=tape.posts)
    env = ServiceEnvironment(desk)
    staff = StaffRules(end=1.0, convert=1.0)
    one_a_day = Grade(
        "worker",
        EFFORT,
        employed_gbp=DAYS_PER_YEAR,  # so that money counts worker-days
        agency_gbp=DAYS_PER_YEAR,
        bands=((0.0, HAZARD),),
        hire_empty=1.0,
        hire_covered=1.0,
        cover=1.0,
    )
    luck = TapeLuck(tape)
    service = Service(env, desk, staff, [one_a_day], luck)
    env.on_leaver = lambda post: service.posts[post].decision
    for post in range(tape.posts):
        service.open_post(team=post // TEAM, grade=0, luck=(0, post), state=State.PERMANENT)
    service.begin()
    env.run(until=tape.horizon)
    kernel_seconds = desk.seconds
    return _outputs(tape, desk, service, luck)


def _outputs(tape: Tape, desk: Desk, service: Service, luck: TapeLuck) -> Outputs:
    worker_days = sum(service.accounts.read(tape.horizon).values())
    waiting, held = desk.areas(tape.horizon)
    cases: dict[str, Any] = desk.ledger(tape.horizon)
    new = np.flatnonzero(~np.isnan(cases["closed_day"]))
    new = new[new >= tape.opening]
    return Outputs(
        caseload=held / worker_days,
        unallocated=waiting / tape.horizon,
        duration=float(np.mean(cases["elapsed_days"][new])),
        workers_per_case=float(np.mean(cases["workers"][new])),
        leavers=round(service.flows["leavers"]),
        agency_left=luck.agency_left,
        conversions=round(service.flows["conversions"]),
        in_post=worker_days / tape.horizon,
        arrived=len(cases["workers"]),
        closed=len(new),
    )
