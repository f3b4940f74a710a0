"""Small worlds written down case by case, whose every moment is known exactly."""

from __future__ import annotations

from collections import defaultdict

from tests.twin.adapter import run_library
from tests.twin.people import Outcome
from tests.twin.strategies import NEVER, cases_of, plain_world
from tests.twin.world import Change, Post
from tests.validation.registry import answers
from tests.validation.rules import Found


def closings(outcome: Outcome) -> list[float]:
    """When every case was closed."""
    return [time for time, kind, _, case in sorted(outcome.events, key=lambda e: e[3]) if kind == "closed"]


@answers("V18")
def one_worker_shares_the_day() -> dict[str, Found]:
    """An hour a day for all cases together, referred one after another or at once."""

    def closed(*work: tuple[float, float]) -> Found:
        return Found(
            closings(run_library(plain_world(cases=cases_of(*work), posts=(Post(0, 1.0, 1.0, "permanent"),))))
        )

    return {
        "one after another: closed at": closed((0.5, 1.0), (0.7, 1.0), (2.0, 1.0)),
        "all at once: closed at": closed((0.5, 1.0), (0.5, 2.0), (0.5, 3.0)),
    }


def a_leaver_and_a_starter(cap: float) -> Outcome:
    """A goes at 3, B stays, C starts at 5; each has an hour a day for at most ``cap`` cases."""
    return run_library(
        plain_world(
            cap=cap,
            cases=cases_of((0, 2.0), (0, 4.0), (1, 2.0), (1, 1.0), (2, 3.0), (2, 1.0), (2, 1.0)),
            posts=(
                Post(0, 1.0, 1.0, "notice", notice_left=3.0, cover=False),
                Post(0, 1.0, 1.0, "permanent"),
                Post(0, 1.0, 1.0, "empty", cover=False),
            ),
            changes=(Change(0.0, 0.0, 1.0, 0.0, 0.0, 0.0),),
            luck={"hire": (NEVER, NEVER, (5.0,))},
        )
    )


@answers("V19")
def a_leaver_at_3_and_a_starter_at_5() -> dict[str, Found]:
    """Waiting, changes of worker and child-weeks from the events; the integral is the library's own."""
    three = a_leaver_and_a_starter(3.0)
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
        "at most two cases each: closed at": Found(closings(a_leaver_and_a_starter(2.0))),
    }
