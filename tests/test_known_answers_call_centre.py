"""A published simulation reached from here: an urgent-care call centre, two queues with general durations.

The answers are from 20,000 runs of an independent program, which agree with the 50 that were published
(pythonhealthdatascience/stars-ciw-example). Calls come at 100 an hour for 1,000 minutes to 13 operators, who
take triangular (5, 7, 10) minutes; 40% are called back by one of nine nurses, who take uniform (10, 20)
minutes. Its statistics are those of services completed by the end. Here everybody has one case at a time,
the month of a run is the 1,000 minutes, and a run has a hundred call centres: teams that share nothing. Calls
back are made in the order of the first calls, not of their ends; that hardly moves the mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import workforce_sim as ws
from tests.test_known_answers_casework import Sums, agrees, replications, service, stage
from tests.test_known_answers_handovers import beside, cases_at

CENTRES = 100

#: Working days in a minute of theory: the first month of a run has twenty.
MINUTE = 20 / 1000

#: Calls of a centre.
CALLS = 1000 * 100 / 60


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
    return service(stages, CENTRES * 100 / 60 / MINUTE, 1e-9, posts, teams=2 * CENTRES, casework=one)


def weeks_of_centres(operators: int, nurses: int, back: float, number: int) -> list[Sums]:
    """Mean wait and use of operators and of nurses, and the square of each, by centre, beside its calls."""
    staff = {"call": operators, "back": nurses}

    def read(finished: ws.Run) -> Sums:
        visits = finished.visits
        team = visits["team"].to_numpy() % CENTRES
        calls = np.bincount(team[visits["stage"] == "call"], minlength=CENTRES)
        done = visits["next"].to_numpy() != ""
        waited, took = (visits[name].to_numpy() / MINUTE for name in ("unallocated_days", "elapsed_days"))
        found = []
        for name, people in staff.items():
            these = done & (visits["stage"] == name).to_numpy()
            wait, work, n = (
                np.bincount(team[these], x[these], CENTRES)
                for x in (waited, took - waited, np.ones(len(team)))
            )
            found += [wait / n, 100 * work / (1000 * people)]
        y = np.array(found).T
        y = np.hstack([y, y**2])
        rows = beside(
            [{"cases": y[c], "calls": np.full(8, calls[c])} for c in range(CENTRES)],
            (lambda row: row["calls"], CALLS),
            (lambda row: (row["calls"] - CALLS) ** 2, CALLS),
        )
        return {name: sum(row[name] for row in rows) for name in rows[0]}

    return replications(call_centres(operators, nurses, back), number, 1 / 12, read)


def deviations(sums: Sums) -> Any:
    """Standard deviations between centres."""
    mean, square = np.split(sums["y"] / sums["n"], 2)
    return np.sqrt(square - mean**2)


@pytest.mark.slow
def test_a_published_call_centre() -> None:
    """Waits for an operator and for a nurse, less what the luck of the number of calls explains, and the use
    of both: base case and what-if. Four standard errors of the answers themselves are 0.02 of the first.
    """
    waits = cases_at(0, 2)

    def use(sums: Sums) -> Any:
        return (sums["y"] / sums["n"])[[1, 3]]

    base = weeks_of_centres(13, 9, 0.4, 64)
    agrees(
        base,
        [
            ("base, waits", waits, [3.3317474, 49.517786], 0.03),
            ("base, use", use, [92.928961, 97.130952], 0.02),
            ("standard deviation", deviations, [1.9616987, 2.1735663, 17.379679, 0.85321551], 0.1),
        ],
    )
    what_if = weeks_of_centres(14, 10, 0.45, 40)
    agrees(
        what_if,
        [
            ("what-if, wait for operators", cases_at(0), 1.1316708, 0.05),
            ("what-if, wait for nurses", cases_at(2), 55.585597, 0.02),
            ("what-if, use", use, [86.537726, 97.342049], 0.02),
        ],
    )
