"""Small worlds written down case by case, whose every moment is known exactly."""

from __future__ import annotations

from collections import defaultdict

from tests.twin.adapter import run_library
from tests.twin.people import Outcome
from tests.twin.strategies import v18_staggered, v18_together, v19_world
from tests.validation.registry import answers
from tests.validation.rules import Found


def closings(outcome: Outcome) -> list[float]:
    """When every case was closed."""
    return [time for time, kind, _, case in sorted(outcome.events, key=lambda e: e[3]) if kind == "closed"]


@answers("V18")
def one_worker_shares_the_day() -> dict[str, Found]:
    """An hour a day for all cases together, referred one after another or at once."""
    one_by_one, together = (run_library(world()[0]) for world in (v18_staggered, v18_together))
    return {
        "one after another: closed at": Found(closings(one_by_one)),
        "all at once: closed at": Found(closings(together)),
    }


@answers("V19")
def a_leaver_at_3_and_a_starter_at_5() -> dict[str, Found]:
    """Waiting, changes of worker and child-weeks from the events; the integral is the library's own."""
    three = run_library(v19_world(3.0))
    waiting: dict[int, float] = defaultdict(float)
    workers: dict[int, list[int]] = defaultdict(list)
    for time, kind, post, case in three.events:
        if kind in ("referred", "returned"):
            waiting[case] -= time
        elif kind == "allocated":
            waiting[case] += time
            workers[case] += [post] if post not in workers[case] else []
    return {
        "closed at": Found(closings(three)),
        "time waited": Found([waiting[case] for case in range(7)]),
        "workers": Found([len(workers[case]) for case in range(7)]),
        "changes of worker": Found(sum(len(of_case) - 1 for of_case in workers.values())),
        "child-weeks open": Found(three.open_integral),
        "at most two cases each: closed at": Found(closings(run_library(v19_world(2.0)))),
    }
