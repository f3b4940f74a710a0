"""What is waited for once: the import, the first compilation, a start with compiled kernels there."""

from __future__ import annotations

import os
import tempfile

from benchmarks.measuring import Failed, Row, Say, fresh, spread

IMPORT = "import workforce_sim"
WORLD = """
import workforce_sim as ws
england = ws.Authority.preset("england-2025")
print(ws.Simulation(england, [], start="2025-10-01", years=1, seed=1).run().paths["caseload"].iloc[-1])
"""
"""From the shell to a first result: a world of a year, and a number of it."""
BARS = {"import": 0.6, "first": 25.0, "cached": 3.0}
LIMIT_SECONDS = 240.0


def timed(arguments: list[str], environment: dict[str, str] | None) -> tuple[float, float]:
    """Seconds of a fresh process on the wall, and of a processor (0 where the system does not say)."""
    before = os.times()
    seconds, _ = fresh(arguments, limit=LIMIT_SECONDS, environment=environment)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, used


def measure(quick: bool, say: Say) -> Row:
    """Everything this part measures."""
    rounds = 1 if quick else 5
    found: Row = {"seconds": {}, "processor": {}, "notes": []}

    def keep(name: str, arguments: list[str], times: int, cache: str | None = None) -> None:
        own = None if cache is None else {"NUMBA_CACHE_DIR": cache}
        runs = [timed(arguments, own) for _ in range(times)]
        if name == "import":
            bare = [timed(["-c", "pass"], own) for _ in range(times)]
            runs = [(a[0] - b[0], a[1] - b[1]) for a, b in zip(runs, bare, strict=True)]
        wall, processor = zip(*runs, strict=True)
        found["seconds"][name] = spread(wall)
        found["processor"][name] = spread(processor)["median"]
        say(f"{name}: {spread(wall)['median']:.3g} s, {found['processor'][name]:.3g} of a processor")

    warm = ["-m", "workforce_sim", "warm"]
    try:
        keep("import", ["-c", IMPORT], rounds)
        with tempfile.TemporaryDirectory() as cache:
            keep("first", ["-c", WORLD], 1, cache)
            keep("cached", ["-c", WORLD], rounds, cache)
        if not quick:
            with tempfile.TemporaryDirectory() as cache:
                keep("warm", warm, 1, cache)
                keep("warm again", warm, 1, cache)
    except Failed as error:
        found["notes"].append(f"Not measured to the end: {error}.")
        say(found["notes"][-1])
    return found
