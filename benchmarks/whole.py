"""Replications of the whole model: the two bars, and cost and memory by posts and years.

Every figure comes from a fresh process, which loads the compiled kernel on a tiny world first.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time

from benchmarks.measuring import Failed, Row, Say, asked, memory_mb, processor_ms, spread
from benchmarks.services import START, STARTS, of_size, places, small

BARS = {"england-2025": 20.0, "birmingham-2015": 80.0}
"""Milliseconds for a world of three years."""
POSTS, YEARS = (50, 200, 700, 2000, 7000), (1, 3, 10)
LARGEST = (10_000, 10)


def warm() -> None:
    """Load the kernel, and whatever else a first world loads."""
    import workforce_sim as ws

    ws.Simulation(small(), [], START, years=1 / 12).run().counts["held"].sum()


def bar(preset: str, worlds: int) -> Row:
    """Worlds of a preset, three years each, each with its own luck."""
    import workforce_sim as ws

    warm()
    authority = ws.Authority.preset(preset)

    def world(replication: int) -> None:
        ws.Simulation(authority, [], STARTS[preset], years=3, seed=1, replication=replication).run()

    world(0)
    cpu, wall = [], []
    for replication in range(1, worlds + 1):
        start = time.perf_counter()
        cpu.append(processor_ms(lambda r=replication: world(r)))  # type: ignore[misc]
        wall.append(1e3 * (time.perf_counter() - start))
    return {"posts": places(authority), "processor_ms": spread(cpu), "wall_ms": spread(wall)}


def cell(posts: int, years: int, seconds: float) -> Row:
    """Time, events and memory of worlds of one size; as many as fit into the seconds, two or more."""
    import workforce_sim as ws

    warm()
    authority = of_size(posts)
    before = memory_mb()

    def world(replication: int, *, log: bool = False, visits: bool = True) -> ws.Run:
        settings = (authority, [], START, years, 1, replication)
        return ws.Simulation(*settings, log=log, visits=visits).run()

    world(0, visits=False)
    without_visits = memory_mb()
    first = processor_ms(lambda: world(0))
    after_one = memory_mb()
    times = [
        processor_ms(lambda r=r: world(r))  # type: ignore[misc]
        for r in range(1, 2 + min(20, int(seconds * 1e3 / first)))
    ]
    kept = []
    logged = processor_ms(lambda: kept.append(world(1, log=True)))
    run = kept.pop()
    end = float(run.simulation.calendar.end)
    log, desk = run.service.desk.log, run.service.desk
    middle = statistics.median(times)
    return {
        "posts": places(authority),
        "years": years,
        "worlds": len(times),
        "processor_ms": middle,
        "first_ms": first,
        "log_ms": logged,
        "events": len(log),
        "us_an_event": 1e3 * middle / len(log),
        "before_mb": before,
        "most_mb": after_one,
        "most_mb_without_visits": without_visits,
        "log_mb": log.nbytes / 2**20,
        "families_mb": sum(column.nbytes for column in desk.ledger(end).values()) / 2**20,
        "visits_mb": sum(column.nbytes for column in desk.visits(end).values()) / 2**20,
    }


def measure(quick: bool, say: Say) -> Row:
    """Everything this part measures."""
    bars, cells, notes = [], [], []
    for preset, limit in BARS.items():
        try:
            found = asked("whole", "bar", preset, 3 if quick else 15, limit=120)
        except Failed as error:
            notes.append(f"{preset} was not measured: {error}.")
            say(notes[-1])
            continue
        bars.append({"preset": preset, "bar_ms": limit, **found})
        say(f"{preset}, 3 years: {found['processor_ms']['median']:.3g} ms of a processor (bar {limit:g})")
    sizes = [(posts, years) for posts in POSTS for years in YEARS]
    sizes = [(50, 1), (200, 1), (200, 3), (700, 1)] if quick else [*sizes, LARGEST]
    for posts, years in sizes:
        try:
            found = asked("whole", "cell", posts, years, "--seconds", 0.5 if quick else 2, limit=240)
        except Failed as error:
            notes.append(f"{posts} posts x {years} years were not measured: {error}.")
            say(notes[-1])
            continue
        cells.append(found)
        say(
            f"{found['posts']} posts x {years} years: {found['processor_ms']:.4g} ms, "
            f"{found['us_an_event']:.3g} us an event, most memory {found['most_mb'] or 0:.0f} MB"
        )
    return {"bars": bars, "cells": cells, "notes": notes}


def main() -> None:
    """Measure one thing, in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    one = kinds.add_parser("bar")
    one.add_argument("preset", choices=BARS)
    one.add_argument("worlds", type=int)
    other = kinds.add_parser("cell")
    other.add_argument("posts", type=int)
    other.add_argument("years", type=int)
    other.add_argument("--seconds", type=float, default=2.0)
    given = parser.parse_args()
    found = (
        bar(given.preset, given.worlds)
        if given.kind == "bar"
        else cell(given.posts, given.years, given.seconds)
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
