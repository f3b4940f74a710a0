"""One demand tape through every engine, the outputs compared, in alternation.

Engines that are fast run in this process, round by round, so that a machine that slows down slows all of
them; those that take long run once, each in a fresh process with a time limit.

``python -m benchmarks.engines salabim --posts 70 --years 3`` runs one alone; ``python -m benchmarks.engines
check`` compares C++ and SimPy event by event.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.caseload_model import (
    Event,
    Outputs,
    Tape,
    differences,
    draw_tape,
    save_tape,
    without_leavers,
)
from benchmarks.measuring import FLAGS, Failed, Row, Say, asked, wall_seconds

HERE = Path(__file__).resolve().parent
REPS = 5
"""Replications of the fast engines in one round; their median is the round's figure."""
LIMIT_SECONDS = 240.0
"""For one run of a slow engine."""

LIMIT, LIBRARY, KERNEL = "C++ limit", "workforce_sim", "workforce_sim, kernel alone"
LEAN, CHANGED, ALL = "SimPy, event-lean", "SimPy, changed", "SimPy, all"
SALABIM, CIW = "salabim, event-lean", "Ciw"
ABOUT = {
    LIMIT: "the same model and nothing else, an indexed heap",
    LIBRARY: "its own rules, posts, SimPy processes, ledger and money",
    KERNEL: "of that, the time in casework and in the calls to it",
    LEAN: "documented SimPy only: one timeout pending per post, virtual-time sharing",
    CHANGED: "idiomatic: a process per case and worker, interrupted when its speed or hazard changes",
    ALL: "idiomatic, as first written: interrupted at every change of the caseload",
    SALABIM: "the same lean model, a component per post",
    CIW: "processor-sharing nodes and a balancing router",
}


class LimitRun(Outputs):
    """What limit.cpp prints."""

    seconds: float


@dataclass
class Engine:
    """One way to run the tape, and how long each round took."""

    name: str
    play: Callable[[], tuple[Outputs, float]]
    """Run a round: the outputs and the seconds of one replication."""
    once: bool = False
    """Run in the first round only."""
    seconds: list[float] = field(default_factory=list)
    outputs: Outputs | None = None
    failed: str | None = None


class Slow(NamedTuple):
    """An engine that runs alone, once."""

    name: str
    command: str
    needs: str | None = None
    """A package that is optional."""


SLOW = {
    ALL: Slow(ALL, "all"),
    SALABIM: Slow(SALABIM, "salabim", "salabim"),
    CIW: Slow(CIW, "ciw", "ciw"),
}


def compile_limit(folder: Path) -> Path | None:
    """Compile limit.cpp into the folder, if there is a compiler."""
    compiler = shutil.which("g++")
    if compiler is None:
        return None
    program = folder / "limit"
    subprocess.run([compiler, *FLAGS, "-o", str(program), str(HERE / "limit.cpp")], check=True)
    return program


def run_limit(program: Path, tape: Path, *options: str) -> list[LimitRun]:
    """Run limit.cpp and read what it prints."""
    done = subprocess.run([str(program), str(tape), *options], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def play_limit(program: Path, tape: Path) -> tuple[Outputs, float]:
    """One round of the C++ engine."""
    runs = run_limit(program, tape, "--reps", str(REPS))
    return runs[-1], statistics.median(run["seconds"] for run in runs)


def run_alone(name: str, tape: Tape) -> Outputs:
    """Run a tape by one of the engines written in Python."""
    if name == "ciw":
        from benchmarks import static_ciw

        return static_ciw.run(tape)
    if name == "salabim":
        from benchmarks import lean_salabim

        return lean_salabim.run(tape)
    if name == "lean":
        from benchmarks import lean_simpy

        return lean_simpy.run(tape)
    if name == "library":
        from benchmarks import library_caseload

        return library_caseload.run(tape)
    from benchmarks import naive_simpy

    return naive_simpy.run(tape, "all" if name == "all" else "changed")


def engines_of(
    tape: Tape, names: Sequence[str], size: Sequence[object], folder: Path
) -> tuple[list[Engine], list[str]]:
    """The engines that can be had, and notes on those that cannot; ``size`` draws the same tape elsewhere."""
    found, notes = [], []
    for name in names:
        if name == LIMIT:
            saved = folder / "tape"
            save_tape(tape, saved)
            program = compile_limit(folder)
            if program is None:
                notes.append("The C++ limit was not run: no g++ was found.")
            else:
                found.append(Engine(LIMIT, partial(play_limit, program, saved)))
        elif name == LIBRARY:
            found += _library(tape)
        elif name in SLOW:
            slow = SLOW[name]
            if slow.needs is not None and importlib.util.find_spec(slow.needs) is None:
                notes.append(f"{name} was not run: {slow.needs} is not installed (pip install {slow.needs}).")
            else:
                found.append(Engine(name, partial(_play_slow, slow.command, size), once=True))
        else:
            command, reps = {LEAN: ("lean", 1), CHANGED: ("changed", 1)}[name]
            found.append(Engine(name, partial(wall_seconds, partial(run_alone, command, tape), reps)))
    return found, notes


def _library(tape: Tape) -> list[Engine]:
    from benchmarks import library_caseload as library

    kernel: list[float] = []

    def play() -> tuple[Outputs, float]:
        if not kernel:
            library.run(tape)  # compiles
        kernel.clear()

        def run() -> Outputs:
            outputs = library.run(tape)
            kernel.append(library.kernel_seconds)
            return outputs

        return wall_seconds(run, REPS)

    whole = Engine(LIBRARY, play)

    def play_kernel() -> tuple[Outputs, float]:
        """Of the same runs: the round's other figure."""
        if whole.outputs is None or whole.failed:
            raise Failed("the library did not run")
        return whole.outputs, statistics.median(kernel)

    return [whole, Engine(KERNEL, play_kernel)]


def _play_slow(command: str, size: Sequence[object]) -> tuple[Outputs, float]:
    found = asked("engines", command, *size, limit=LIMIT_SECONDS)
    return found["outputs"], found["seconds"]


def race(
    posts: int,
    years: float,
    names: Sequence[str],
    say: Say,
    *,
    rounds: int,
    static: bool = False,
    seed: int = 0,
) -> Row:
    """Run the engines in alternation and compare their outputs: a table's data."""
    tape = draw_tape(posts, years, seed)
    size: list[object] = ["--posts", posts, "--years", years, "--seed", seed]
    if static:
        tape = without_leavers(tape)
        size.append("--static")
    reference: Outputs | None = None
    disagreements: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        engines, notes = engines_of(tape, names, size, Path(folder))
        for number in range(rounds):
            for engine in engines:
                if engine.failed or (number and engine.once):
                    continue
                try:
                    engine.outputs, seconds = engine.play()
                except Exception as error:  # the other engines are still wanted
                    engine.failed = f"{type(error).__name__}: {error}"
                    notes.append(f"{engine.name} was not run to the end: {engine.failed}.")
                    say(notes[-1])
                    continue
                engine.seconds.append(seconds)
                say(f"{posts} posts, round {number + 1}, {engine.name}: {seconds:.4g} s")
                reference = reference or engine.outputs
                if wrong := differences(engine.outputs, reference):
                    disagreements[engine.name] = wrong
                    say(f"{engine.name} DISAGREES: {'; '.join(wrong)}")
    rows = [
        {"engine": e.name, "seconds": e.seconds}
        | {f"over {other}": ratio(e, by) for other, by in ((o, _named(engines, o)) for o in COLUMNS)}
        for e in engines
        if e.seconds
    ]
    kept = {key: value for key, value in (reference or {}).items() if key != "seconds"}
    return {
        "posts": posts,
        "years": years,
        "static": static,
        "rounds": rounds,
        "rows": rows,
        "notes": notes,
        "disagreements": disagreements,
        "outputs": kept,
    }


COLUMNS = (LIMIT, LIBRARY, KERNEL, CHANGED, ALL)
"""What the other engines are compared with."""


def _named(engines: Iterable[Engine], name: str) -> Engine | None:
    return next((engine for engine in engines if engine.name == name), None)


def ratio(over: Engine, under: Engine | None) -> float | None:
    """The median of the round-by-round ratios of two engines, over the rounds that both ran."""
    if under is None or not over.seconds or not under.seconds:
        return None
    return statistics.median(a / b for a, b in zip(over.seconds, under.seconds, strict=False))


def measure(quick: bool, say: Say) -> Row:
    """Everything this part measures."""
    if quick:
        whole = race(70, 1.0, [LIMIT, LIBRARY, LEAN, CHANGED, ALL, SALABIM], say, rounds=2)
        static = race(20, 1.0, [LIMIT, LIBRARY, LEAN, CHANGED, SALABIM, CIW], say, rounds=2, static=True)
    else:
        whole = race(700, 3.0, [LIMIT, LIBRARY, LEAN, CHANGED, ALL, SALABIM], say, rounds=5)
        static = race(70, 3.0, [LIMIT, LIBRARY, LEAN, CHANGED, SALABIM, CIW], say, rounds=5, static=True)
    return {"whole": whole, "static": static}


# Event by event.


def check(folder: Path) -> Iterable[str]:
    """Compare C++ and SimPy event by event; the last tape has three times the work, so the lists fill."""
    from benchmarks import lean_simpy, naive_simpy

    program = compile_limit(folder)
    if program is None:
        raise SystemExit("the check needs g++")
    path, trace_path = folder / "tape", folder / "trace"
    engines: dict[str, Callable[[Tape, list[Event]], Outputs]] = {
        CHANGED: lambda tape, trace: naive_simpy.run(tape, "changed", trace),
        ALL: lambda tape, trace: naive_simpy.run(tape, "all", trace),
        LEAN: lean_simpy.run,
    }
    for posts, years, burden in ((70, 1.0, 1.0), (200, 2.0, 1.0), (70, 3.0, 3.0)):
        tape = draw_tape(posts, years, seed=1)
        tape = replace(tape, work=tape.work * burden)
        save_tape(tape, path)
        reference = run_limit(program, path, "--trace", str(trace_path))[0]
        expected = [read_event(line) for line in trace_path.read_text().splitlines()]
        for engine, run in engines.items():
            trace: list[Event] = []
            found = differences(run(tape, trace), reference)
            same = [event[1:] for event in trace] == [event[1:] for event in expected]
            gap = max(abs(ours[0] - theirs[0]) for ours, theirs in zip(trace, expected, strict=False))
            name = f"{posts} posts, {years:g} years, work x {burden:g}, {engine}"
            if not same or gap > 1e-9 or found:
                raise SystemExit(f"{name}: DISAGREES; events the same: {same}, {gap:.1e} days, {found}")
            yield f"{name}: {len(trace)} events in the same order, times within {gap:.1e} days"


def read_event(line: str) -> Event:
    """Read a line of the trace that limit.cpp writes."""
    moment, kind, place, case = line.split()
    return float(moment), int(kind), int(place), int(case)


def main() -> None:
    """Run one engine alone, or the check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("engine", choices=("check", "library", "lean", "changed", "all", "salabim", "ciw"))
    parser.add_argument("--posts", type=int, default=70, help="a multiple of 10")
    parser.add_argument("--years", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--static", action="store_true", help="nobody leaves")
    given = parser.parse_args()
    if given.engine == "check":
        with tempfile.TemporaryDirectory() as folder:
            for line in check(Path(folder)):
                print(line, flush=True)
        return
    tape = draw_tape(given.posts, given.years, given.seed)
    if given.static:
        tape = without_leavers(tape)
    outputs, seconds = wall_seconds(partial(run_alone, given.engine, tape))
    print(json.dumps({"outputs": outputs, "seconds": seconds}))


if __name__ == "__main__":
    main()
