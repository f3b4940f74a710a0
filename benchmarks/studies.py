"""Worlds a second: in one process, in threads of it, in other processes, on a Dask cluster here."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from typing import Any

from benchmarks.measuring import Failed, Row, Say, asked, spread
from benchmarks.services import START, STARTS, small

HERE, THREADS, PROCESSES, DASK = "here", "threads", "processes", "dask"
CASES = {
    "small": "three workers, half a year",
    "england": "england-2025, a year",
    "birmingham": "birmingham-2015, 3 years",
}
WORKERS = 2
ROUNDS = 3
INTERACTIVE_BAR = 3.0
"""Seconds for 100 worlds of two scenarios over three years."""


def make(case: str, **settings: Any) -> Any:
    """A study of one scenario."""
    import workforce_sim as ws

    services: dict[str, tuple[Callable[[], ws.Authority], str, float]] = {
        "small": (small, START, 0.5),
        "england": (lambda: ws.Authority.preset("england-2025"), START, 1.0),
        "birmingham": (lambda: ws.Authority.preset("birmingham-2015"), STARTS["birmingham-2015"], 3.0),
    }
    service, start, years = services[case]
    return ws.Study(service(), {"Do nothing": []}, start, years, seed=1, replications=100, **settings)


def runner(case: str, way: str, stack: ExitStack) -> Callable[[range], None]:
    """What runs worlds of a case in one way; the stack ends what it starts."""
    if way == THREADS:
        (arm,) = make(case).plan.arms
        pool = stack.enter_context(ThreadPoolExecutor(WORKERS))

        def in_threads(worlds: range) -> None:
            list(pool.map(arm.measure, worlds))

        return in_threads
    if way == DASK:
        from distributed import Client, LocalCluster

        cluster = LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, dashboard_address=None, silence_logs=50
        )
        client = stack.enter_context(Client(stack.enter_context(cluster)))
        study = make(case, client=client)
    else:
        study = make(case, processes=WORKERS if way == PROCESSES else 1)
        stack.callback(study.worlds.close)

    def run(worlds: range) -> None:
        study.worlds.run(study.plan.arms, worlds)

    return run


def ways(case: str, wanted: Sequence[str], seconds: float) -> Row:
    """Calls of every way in alternation, each with new worlds; about so many seconds each in this process."""
    (arm,) = make(case).plan.arms
    first = [arm.measure(replication) for replication in range(4)]
    start = time.perf_counter()
    for replication in range(4):
        arm.measure(replication)
    one = (time.perf_counter() - start) / 4
    n = max(8, min(1000, round(seconds / one)))
    found: Row = {"case": case, "worlds": n, "ways": {}, "notes": []}
    batches: Iterator[range] = (range(i * n, (i + 1) * n) for i in count(1))
    with ExitStack() as stack:
        runners: dict[str, Callable[[range], None]] = {}
        for way in wanted:
            start = time.perf_counter()
            try:
                runners[way] = runner(case, way, stack)
                ready = time.perf_counter() - start
                start = time.perf_counter()
                runners[way](next(batches))
            except Exception as error:  # the other ways are still wanted
                found["notes"].append(f"{way}: not measured: {type(error).__name__}: {error}.")
                runners.pop(way, None)
                continue
            found["ways"][way] = {"start": ready, "first": time.perf_counter() - start, "again": []}
        for _ in range(ROUNDS):
            for way, run in runners.items():
                start = time.perf_counter()
                run(next(batches))
                found["ways"][way]["again"].append(time.perf_counter() - start)
        if THREADS in runners:  # the numbers must not depend on it
            with ThreadPoolExecutor(WORKERS) as pool:
                same = list(pool.map(arm.measure, range(4)))
            if any((a != b).any() for a, b in zip(map(_known, first), map(_known, same), strict=True)):
                found["notes"].append("Worlds run in threads gave OTHER NUMBERS.")
    return found


def _known(values: Any) -> Any:
    import numpy as np

    return np.nan_to_num(values, nan=-1.0)


def interactive() -> Row:
    """What somebody waits for who asks what ten posts would do, the kernels being compiled."""
    start = time.perf_counter()
    import workforce_sim as ws

    imported = time.perf_counter() - start
    scenarios = {"Do nothing": [], "10 posts": [ws.NewPosts(10, start="2026-01-01")]}
    england = ws.Authority.preset("england-2025")
    study = ws.Study(england, scenarios, START, years=3, seed=1, replications=100)
    start = time.perf_counter()
    study.run(progress=False)
    first = time.perf_counter() - start
    start = time.perf_counter()
    study.worlds.run(study.plan.arms, range(100, 200))
    again = time.perf_counter() - start
    study.worlds.close()
    return {"import": imported, "first": first, "again": again}


def measure_ways(wanted: Sequence[str], quick: bool, say: Say) -> Row:
    """A row a case."""
    rows, notes = [], []
    for case in ("small", "england") if quick else CASES:
        try:
            row = asked(
                "studies", "ways", case, *wanted, "--seconds", 1 if quick else 4, limit=120 if quick else 240
            )
        except Failed as error:
            notes.append(f"{CASES[case]}: not measured: {error}.")
            say(notes[-1])
            continue
        rows.append(row)
        notes += [f"{CASES[case]}, {note}" for note in row.pop("notes")]
        for way, found in row["ways"].items():
            rate = row["worlds"] / spread(found["again"])["median"]
            say(f"{CASES[case]}, {way}: {rate:.4g} worlds a second")
    return {"rows": rows, "notes": notes}


def measure(quick: bool, say: Say) -> Row:
    """Processes and Dask, and what is waited for at the screen."""
    found = measure_ways((HERE, PROCESSES, DASK), quick, say)
    found["interactive"] = []
    if not quick:
        try:
            found["interactive"] = [asked("studies", "interactive", limit=120) for _ in range(3)]
            say(f"two scenarios, 100 worlds, 3 years: {found['interactive'][0]}")
        except Failed as error:
            found["notes"].append(f"The interactive question was not measured: {error}.")
    return found


def measure_threads(quick: bool, say: Say) -> Row:
    """Threads beside one process and two."""
    return measure_ways((HERE, THREADS, PROCESSES), quick, say)


def main() -> None:
    """Measure one thing, in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    some = kinds.add_parser("ways")
    some.add_argument("case", choices=CASES)
    some.add_argument("ways", nargs="+", choices=(HERE, THREADS, PROCESSES, DASK))
    some.add_argument("--seconds", type=float, default=4.0)
    kinds.add_parser("interactive")
    given = parser.parse_args()
    print(
        json.dumps(
            interactive() if given.kind == "interactive" else ways(given.case, given.ways, given.seconds)
        )
    )


if __name__ == "__main__":
    main()
