"""A published simulation reached from here: an urgent-care call centre, two queues of general durations.

Everybody has one case at a time, a run of three months is the 1,000 minutes, and a run has a hundred call
centres: teams that share nothing. Calls back are made in the order of the first calls, not of their ends;
that hardly moves the mean.
"""

from __future__ import annotations

import gc
from typing import Any

import numpy as np

import workforce_sim as ws
from tests.validation.registry import answers
from tests.validation.rules import Found
from tests.validation.worlds import Sums, found, replications, service, stage

CENTRES = 100

#: Working days in a minute of theory: April to June 2020 have 61.
MINUTE = 61 / 1000

STAGES = ("call", "back")


def call_centres(operators: int, nurses: int, back: float) -> ws.Authority:
    """As much work for nurses as for operators, because of what a case asks for: so as many teams of each."""
    attention = 0.5
    backs = attention * (22 / 3) / (back * 15)
    stages = {
        "call": stage(
            22 / 3 * MINUTE,
            attention_hours_per_day=attention,
            team="operators",
            work_law="triangular",
            work_low_hours=5 * MINUTE * attention,
            work_high_hours=10 * MINUTE * attention,
            next={"back": back, "closed": 1 - back},
        ),
        "back": stage(
            15 * MINUTE,
            attention_hours_per_day=backs,
            team="nurses",
            work_law="uniform",
            work_low_hours=10 * MINUTE * backs,
            work_high_hours=20 * MINUTE * backs,
        ),
    }
    posts = [
        {"grade": name, "team": name, "number": CENTRES * number}
        for name, number in (("operators", operators), ("nurses", nurses))
    ]
    one = {"caseload_cap": 1.0}
    return service(stages, CENTRES * 100 / 60 / MINUTE, 1e-6, posts, teams=2 * CENTRES, casework=one)


def centres(operators: int, nurses: int, back: float, number: int) -> list[Sums]:
    """Mean wait and use of operators and of nurses of every centre, and the square of each, summed."""

    def read(finished: ws.Run) -> Sums:
        gc.collect()  # the run before this one, which is large and whose parts refer to each other
        end = float(finished.simulation.calendar.end)
        assert end == 1000 * MINUTE
        visits = finished.service.desk.visits(end)  # the ledger as arrays: there are many
        done = ~np.isnan(visits["ended_day"])
        centre, at = visits["team"][done] % CENTRES, visits["stage"][done]
        waited = visits["unallocated_days"][done] / MINUTE
        worked = visits["elapsed_days"][done] / MINUTE - waited
        each = []
        for name, people in zip(STAGES, (operators, nurses), strict=True):
            here = at == finished.stage_names.index(name)
            wait, work = (np.bincount(centre[here], x[here], CENTRES) for x in (waited, worked))
            each += [wait / np.bincount(centre[here], minlength=CENTRES), 100 * work / (1000 * people)]
        y = np.array(each)
        return {"n": CENTRES, "y": y.sum(axis=1), "y squared": (y**2).sum(axis=1)}

    return replications(call_centres(operators, nurses, back), number, 1 / 4, read)


def means(sums: Sums) -> Any:
    """Wait for an operator, use of operators, wait for a nurse, use of nurses."""
    return sums["y"] / sums["n"]


def deviations(sums: Sums) -> Any:
    """Standard deviations between centres."""
    return np.sqrt(sums["y squared"] / sums["n"] - means(sums) ** 2)


@answers("V51")
def a_published_call_centre() -> dict[str, Found]:
    base = centres(13, 9, 0.4, 185)
    what_if = centres(14, 10, 0.45, 92)
    return {
        "wait and use of operators, wait and use of nurses": found(base, means),
        "the same with one more of each and 45% called back": found(what_if, means),
        "standard deviation of these four between runs": found(base, deviations),
    }
