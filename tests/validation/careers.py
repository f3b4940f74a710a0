"""A workforce of fixed size on three career levels: promotion, leaving and who comes in where."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np

import workforce_sim as ws
from tests.validation.registry import answers
from tests.validation.rules import Found
from tests.validation.staff import AT_ONCE, DAYS, Floats, per, workforce
from tests.validation.worlds import START, Sums, found, replications

#: A year: promotion from the first two levels, leaving from all three, and where starters come in.
UP, GO, IN = (1.0, 0.08), np.array([0.15, 0.18, 0.1]), np.array([0.5, 0.4, 0.1])


def levels(year: float, posts: int, start: Floats) -> ws.Authority:
    """So many people, whoever leaves being replaced at once; a year has so many working days."""
    faster = DAYS / year
    careers = {
        "newly_qualified_share": IN[0],
        "newly_qualified_years": 1 / UP[0] / faster,
        "newly_qualified_time": "exponential",
        "newly_qualified_leaving": GO[0] / GO[1],
        "seniors_per_year": UP[1] * faster,
        "senior_share": IN[2],
        "senior_leaving": GO[2] / GO[1],
        "at_start": tuple(start.tolist()),
    }
    group = {"number": posts, "holds_cases": True, "hires_per_empty_post_year": AT_ONCE}
    return workforce([group], GO[1] * faster, careers=careers)


@answers("V24")
def the_mix_of_career_levels_in_the_long_run() -> dict[str, Found]:
    move = np.diag(UP, 1)
    move -= np.diag(move.sum(axis=1) + GO)
    rates = move + np.outer(GO, IN)
    settled = np.linalg.lstsq(np.vstack([rates.T, np.ones(3)]), np.eye(4)[3], rcond=None)[0]  # where to begin
    year, posts, skip = 21 / 2, 700, 12

    def read(finished: ws.Run) -> Sums:
        new, senior, left = (
            finished.counts[name][skip:] for name in ("newly_qualified", "senior", "sum_leavers")
        )
        marks = finished.simulation.calendar.marks
        seen = posts * len(new)
        return {
            "people": seen,
            "levels": np.array([new.sum(), seen - new.sum() - senior.sum(), senior.sum()]),
            "years": posts * (marks[-1] - marks[skip]) / year,
            "left": left[-1] - left[0],
        }

    rows = replications(levels(year, posts, settled), 22, 6, read)
    return {
        "share on each level in the long run": found(rows, per("levels", "people")),
        "leavers a person and year in the long run": found(rows, per("left", "years")),
    }


@answers("V24")
def how_the_mix_of_career_levels_changes() -> dict[str, Found]:
    start, year, services = np.array([0.2, 0.6, 0.2]), 3.99, 14
    authority = levels(year, 700 * services, start)

    def run(replication: int) -> Sums:
        seen: list[Floats] = []

        def watch(env: Any, service: Any) -> Generator[Any, Any, None]:
            for look in (1, 5):
                yield env.timeout(look * year - env.now)
                seen.append(np.array(service.headcount.levels))

        finished = ws.Simulation(authority, [watch], START, 1 / 12, 77, replication).run()
        return {"n": services, "one": seen[0], "five": seen[1], "left": finished.service.flows["leavers"]}

    rows = [run(i) for i in range(90)]
    return {
        "people on each level after a year": found(rows, per("one", "n")),
        "people on each level after five years": found(rows, per("five", "n")),
        "leavers in five years": found(rows, per("left", "n")),
    }
