"""The workload in Ciw, as much of it as Ciw can express: a workforce that never changes.

A worker is a node of processor sharing (``ps_threshold``: full speed up to 16 cases, shared above), a team a
node through which cases pass and whose router balances the load. What cannot be said without replacing
Ciw's own nodes: workers who resign at a rate that depends on their load and whose cases, part-worked, rejoin
a list; one waiting list for a team; agency cover. So a team in which everybody is full would not agree (here
nobody ever is).
"""

from __future__ import annotations

import math
from typing import Any

import ciw
import numpy as np

from benchmarks.caseload_model import CAP, CEILING, EFFORT, TEAM, Outputs, Tape


class Gaps(ciw.dists.Distribution):
    """Days between the referrals of one team, from the tape; then none."""

    def __init__(self, gaps: list[float]) -> None:
        self.gaps = iter(gaps)

    def sample(self, t: float | None = None, ind: Any = None) -> float:
        """The next one."""
        return next(self.gaps, math.inf)


class Numbered(ciw.routing.LoadBalancing):
    """Sends a case to the worker with the fewest, with the next work on the team's part of the tape."""

    def __init__(self, destinations: list[int], days: list[float]) -> None:
        super().__init__(destinations, tie_break="order")
        self.days = iter(days)

    def next_node(self, ind: Any) -> Any:
        """The worker's node."""
        ind.days = next(self.days)
        return super().next_node(ind)


class Work(ciw.dists.Distribution):
    """Days of full attention a case needs."""

    def sample(self, t: float | None = None, ind: Any = None) -> float:
        """What its router wrote on it."""
        days: float = ind.days
        return days


def run(tape: Tape) -> Outputs:
    """Run the tape; the thresholds of leaving must be infinite."""
    if np.isfinite(tape.threshold).any():
        raise ValueError("Ciw cannot express workers who leave: use without_leavers(tape)")
    ciw.seed(0)  # of nothing: all random input is on the tape
    teams = tape.posts // TEAM
    arrive = np.cumsum(tape.gap)
    mine = [np.flatnonzero(tape.team == team) for team in range(teams)]
    arrivals = [Gaps(np.diff(arrive[cases], prepend=0.0).tolist()) for cases in mine]
    routers = [
        Numbered(
            [teams + team * TEAM + place + 1 for place in range(TEAM)], (tape.work[cases] / CEILING).tolist()
        )
        for team, cases in enumerate(mine)
    ]
    network = ciw.create_network(
        arrival_distributions=[*arrivals, *[None] * tape.posts],
        service_distributions=[ciw.dists.Deterministic(0.0)] * teams + [Work()] * tape.posts,
        number_of_servers=[math.inf] * teams + [CAP] * tape.posts,
        ps_thresholds=[1] * teams + [round(EFFORT / CEILING)] * tape.posts,
        routing=ciw.routing.NetworkRouting(routers=[*routers, *[ciw.routing.Leave()] * tape.posts]),
    )
    simulation = ciw.Simulation(network, node_class=[ciw.Node] * teams + [ciw.PSNode] * tape.posts)
    simulation.simulate_until_max_time(tape.horizon)
    return _outputs(tape, simulation, teams, int((arrive <= tape.horizon).sum()))


def _outputs(tape: Tape, simulation: Any, teams: int, arrived: int) -> Outputs:
    horizon = tape.horizon
    held = waited = durations = 0.0
    closed = 0
    for record in simulation.get_all_records():
        if record.node > teams:
            held += record.exit_date - record.service_start_date
            waited += record.waiting_time
            if record.arrival_date > 0:
                closed += 1
                durations += record.exit_date - record.arrival_date
    for node in simulation.transitive_nodes[teams:]:
        for case in node.all_individuals:
            began = case.service_start_date if case.with_server else horizon
            held += horizon - began
            waited += began - case.arrival_date
    return Outputs(
        caseload=held / (tape.posts * horizon),
        unallocated=waited / horizon,
        duration=durations / closed if closed else 0.0,
        workers_per_case=1.0 if closed else 0.0,
        leavers=0,
        agency_left=0,
        conversions=0,
        in_post=float(tape.posts),
        arrived=arrived,
        closed=closed,
    )
