"""Time the library against the practical limit and against SimPy as one would first write it.

    python benchmarks/run.py                      about a minute and a half
    python benchmarks/run.py --quick              without the slowest engine
    python benchmarks/run.py --check              compare the engines event by event instead
    python benchmarks/run.py --out results.md     write the tables to a file as well

Three tables. The first runs one demand tape (``caseload_model.py``) through every engine in
alternation, round by round, and checks that the outputs agree; ratios are taken within a round,
so a machine that slows down slows both sides. The second times replications of the whole model.
The third times what a user waits for once: the import, the first compilation, a cached start.

The C++ engine needs g++ and is left out, with a line that says so, if there is none.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TypeVar

import naive_simpy
from caseload_model import Event, Outputs, Tape, differences, draw_tape, save_tape

HERE = Path(__file__).resolve().parent
REPS = 5
"""Replications of the fast engines in one round; their median is the round's figure."""
FLAGS = ("-O3", "-std=c++17")
PACKAGES = ("workforce-sim", "simpy", "numpy", "numba", "llvmlite")
Result = TypeVar("Result")


# Engines on one tape.


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


def play_python(run: Callable[[], Result], reps: int) -> tuple[Result, float]:
    """Run something of this process: the last result and the median of the seconds."""
    seconds = []
    for _ in range(reps):
        gc.collect()
        start = time.perf_counter()
        outputs = run()
        seconds.append(time.perf_counter() - start)
    return outputs, statistics.median(seconds)


def library_engines(tape: Tape, notes: list[str]) -> list[Engine]:
    """Engines of library_caseload.py, warm; none, with a note, if they cannot be had.

    The module offers ``run(tape) -> Outputs`` and may offer ``kernel_seconds``, the seconds that
    the compiled kernel took in the last run: a number or a function without arguments.
    """
    try:
        library = importlib.import_module("library_caseload")
    except ImportError as error:
        notes.append(f"The library was not run: {error}.")
        return []
    library.run(tape)  # compiles
    kernel: list[float] = []

    def run() -> Outputs:
        outputs: Outputs = library.run(tape)
        seconds = getattr(library, "kernel_seconds", None)
        if seconds is not None:
            kernel.append(seconds() if callable(seconds) else seconds)
        return outputs

    def play_kernel() -> tuple[Outputs, float]:
        kernel.clear()
        outputs, _ = play_python(run, REPS)
        return outputs, statistics.median(kernel)

    engines = [Engine("workforce_sim", lambda: play_python(run, REPS))]
    if hasattr(library, "kernel_seconds"):
        engines.append(Engine("workforce_sim, kernel alone", play_kernel))
    return engines


def engine_table(posts: int, years: float, rounds: int, quick: bool) -> Iterable[str]:
    """Run every engine in alternation and compare them."""
    tape = draw_tape(posts, years, seed=0)
    notes: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "tape"
        save_tape(tape, saved)
        program = compile_limit(Path(folder))
        engines = []
        if program is None:
            notes.append("The C++ limit was not run: no g++ was found.")
        else:
            engines.append(Engine("C++ limit", lambda: play_limit(program, saved)))
        engines += library_engines(tape, notes)
        engines.append(
            Engine("SimPy, changed", lambda: play_python(partial(naive_simpy.run, tape, "changed"), 1))
        )
        if not quick:
            engines.append(
                Engine("SimPy, all", lambda: play_python(partial(naive_simpy.run, tape, "all"), 1), once=True)
            )
        reference: Outputs | None = None
        disagreements: dict[str, list[str]] = {}
        for number in range(rounds):
            for engine in engines:
                if number and engine.once:
                    continue
                outputs, seconds = engine.play()
                engine.seconds.append(seconds)
                reference = reference or outputs
                found = differences(outputs, reference)
                if found:
                    disagreements[engine.name] = found

    by_name = {engine.name: engine for engine in engines}
    columns = ("C++ limit", "SimPy, changed", "SimPy, all")
    limit, changed, everything = (by_name.get(name) for name in columns)
    yield f"## One demand tape: {posts} posts, {years:g} years, {rounds} rounds"
    yield ""
    yield from table(
        ("engine", "median s", "min-max s", "x C++ limit", "SimPy changed / this", "SimPy all / this"),
        [
            (
                engine.name,
                f"{statistics.median(engine.seconds):.4g}",
                f"{min(engine.seconds):.4g}-{max(engine.seconds):.4g}",
                ratio(engine, limit),
                ratio(changed, engine),
                ratio(everything, engine),
            )
            for engine in engines
        ],
    )
    yield ""
    yield from notes
    if disagreements:
        for name, found in disagreements.items():
            yield f"DISAGREES with {engines[0].name}: {name}: {'; '.join(found)}."
    else:
        yield "All engines agree: counts equal, averages to 1e-6."
    if reference:
        yield ""
        yield from (f"- {key}: {value:.6g}" for key, value in reference.items() if key != "seconds")
    if disagreements:
        raise SystemExit("the engines disagree")


def ratio(over: Engine | None, under: Engine | None) -> str:
    """The median of the round-by-round ratios of two engines, over the rounds that both ran."""
    if over is None or under is None:
        return "-"
    value = statistics.median(a / b for a, b in zip(over.seconds, under.seconds, strict=False))
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


# Traces.


def check(folder: Path) -> Iterable[str]:
    """Compare C++ and SimPy event by event; the last tape has three times the work, so the lists fill."""
    program = compile_limit(folder)
    if program is None:
        raise SystemExit("the check needs g++")
    path, trace_path = folder / "tape", folder / "trace"
    for posts, years, burden in ((70, 1.0, 1.0), (200, 2.0, 1.0), (70, 3.0, 3.0)):
        tape = draw_tape(posts, years, seed=1)
        tape = replace(tape, work=tape.work * burden)
        save_tape(tape, path)
        reference = run_limit(program, path, "--trace", str(trace_path))[0]
        expected = [read_event(line) for line in trace_path.read_text().splitlines()]
        for mode in ("changed", "all"):
            trace: list[Event] = []
            outputs = naive_simpy.run(tape, mode, trace)
            same = [event[1:] for event in trace] == [event[1:] for event in expected]
            gap = max(abs(ours[0] - theirs[0]) for ours, theirs in zip(trace, expected, strict=False))
            found = differences(outputs, reference)
            name = f"{posts} posts, {years:g} years, work x {burden:g}, SimPy {mode}"
            if not same or gap > 1e-9 or found:
                raise SystemExit(f"{name}: DISAGREES; events the same: {same}, {gap:.1e} days, {found}")
            yield f"{name}: {len(trace)} events in the same order, times within {gap:.1e} days"


def read_event(line: str) -> Event:
    """Read a line of the trace that limit.cpp writes."""
    moment, kind, place, case = line.split()
    return float(moment), int(kind), int(place), int(case)


# The whole model.


def replicate(preset: str, start: str) -> Callable[[int], object]:
    """Return the function that runs one replication of a preset for three years."""
    import workforce_sim as ws

    def run(replication: int) -> object:
        authority = ws.Authority.preset(preset)
        return ws.Simulation(authority, [], start=start, years=3, seed=1, replication=replication).run()

    return run


WHOLE_MODELS: list[tuple[str, Callable[[], Callable[[int], object]]]] = [
    ("birmingham-2015, 3 years", lambda: replicate("birmingham-2015", "2015-04-01")),
    ("england-2025, 3 years", lambda: replicate("england-2025", "2025-10-01")),
]
"""Rows of the second table: a name, and what makes the function that is timed per replication."""


def whole_model_table(rounds: int = 7) -> Iterable[str]:
    """Time replications of the whole model, warm, every one with its own number."""
    rows = []
    for name, make in WHOLE_MODELS:
        try:
            run = make()
            run(0)
            seconds = [play_python(partial(run, number), 1)[1] for number in range(1, rounds + 1)]
        except Exception as error:  # the other rows are still wanted
            rows.append((name, f"not run: {type(error).__name__}: {error}", "-"))
            continue
        low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
        rows.append((name, f"{1e3 * middle:.4g}", f"{1e3 * low:.4g}-{1e3 * high:.4g}"))
    yield f"## Replications of the whole model, warm, {rounds} each"
    yield ""
    yield from table(("model", "median ms", "min-max ms"), rows)


# Starting.

TINY = """
import workforce_sim as ws
authority = ws.Authority.preset("birmingham-2015")
ws.Simulation(authority, [], start="2015-04-01", years=1, seed=1, replication=0).run()
"""


def process_seconds(code: str, **environment: str) -> float:
    """Seconds of a fresh interpreter that runs the code."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return seconds


def start_table(rounds: int = 5) -> Iterable[str]:
    """Time the import, the first compilation and a start from the cache."""
    yield "## Starting, fresh processes"
    yield ""
    rows = []
    try:
        imports = []
        for _ in range(rounds):
            bare = process_seconds("pass")
            imports.append(process_seconds("import workforce_sim") - bare)
        rows.append(("import workforce_sim, less a bare interpreter", *spread(imports)))
        with tempfile.TemporaryDirectory() as cache:
            first = process_seconds(TINY, NUMBA_CACHE_DIR=cache)
            cached = [process_seconds(TINY, NUMBA_CACHE_DIR=cache) for _ in range(rounds)]
        rows.append(("a one-year run, whole process, compiling", *spread([first])))
        rows.append(("a one-year run, whole process, cached", *spread(cached)))
    except RuntimeError as error:
        rows.append((f"not run: {error}", "-", "-"))
    yield from table(("what", "median s", "min-max s"), rows)


def spread(seconds: Sequence[float]) -> tuple[str, str]:
    """The median, and from least to most."""
    return f"{statistics.median(seconds):.3g}", f"{min(seconds):.3g}-{max(seconds):.3g}"


# The report.


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    """Lines of a Markdown table."""
    for row in (header, ["---"] * len(header), *rows):
        yield f"| {' | '.join(row)} |"


def machine() -> Iterable[str]:
    """Describe what the figures were measured on."""
    yield "# Benchmarks"
    yield ""
    yield f"- machine: {os.cpu_count()} cores, {cpu_model()}, {platform.system()} {platform.machine()}"
    yield f"- Python: {platform.python_implementation()} {platform.python_version()}"
    yield f"- packages: {', '.join(version(package) for package in PACKAGES)}"
    if shutil.which("g++"):
        done = subprocess.run(["g++", "-dumpfullversion"], capture_output=True, text=True, check=False)
        yield f"- compiler: g++ {done.stdout.strip()} {' '.join(FLAGS)}"


def cpu_model() -> str:
    """The processor's name, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"


def version(package: str) -> str:
    """The package and its version."""
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        return f"{package} (not installed)"


class Report:
    """Prints lines as they come, and keeps them for the file."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.lines: list[str] = []

    def add(self, lines: Iterable[str]) -> None:
        """Add a section."""
        try:
            for line in lines:
                print(line, flush=True)
                self.lines.append(line)
        finally:
            print()
            self.lines.append("")
            if self.path:
                self.path.write_text("\n".join(self.lines), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description="Time the library against C++ and against SimPy.")
    parser.add_argument("--posts", type=int, default=700, help="a multiple of 10")
    parser.add_argument("--years", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="leave out SimPy in its slowest mode")
    parser.add_argument("--check", action="store_true", help="compare the engines event by event instead")
    parser.add_argument("--out", type=Path, help="write the report to this file as well")
    options = parser.parse_args(arguments)
    report = Report(options.out)
    if options.check:
        with tempfile.TemporaryDirectory() as folder:
            report.add(check(Path(folder)))
        return
    report.add(machine())
    report.add(engine_table(options.posts, options.years, options.rounds, options.quick))
    report.add(whole_model_table())
    report.add(start_table())


if __name__ == "__main__":
    main()
