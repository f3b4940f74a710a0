"""What every part of the benchmarks needs: the machine, fresh processes, time and memory."""

from __future__ import annotations

import datetime as dt
import gc
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ("-O3", "-std=c++17")
"""With which limit.cpp is compiled."""
PACKAGES = ("simpy", "numpy", "numba", "llvmlite", "salabim", "ciw", "distributed")
Say = Callable[[str], None]
Row = dict[str, Any]
Result = TypeVar("Result")


class Failed(Exception):
    """A process that did not give what it was started for."""


def machine() -> dict[str, str]:
    """What the figures are measured on."""
    found = {
        "processor": f"{os.cpu_count()} cores, {_cpu_model()}",
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": ", ".join(filter(None, map(_version, PACKAGES))),
    }
    memory = _memory_gb()
    if memory is not None:
        found["memory"] = f"{memory:.0f} GB"
    if shutil.which("g++"):
        done = subprocess.run(["g++", "-dumpfullversion"], capture_output=True, text=True, check=False)
        found["compiler"] = f"g++ {done.stdout.strip()} {' '.join(FLAGS)}"
    return found


def when() -> str:
    """Today."""
    return dt.date.today().isoformat()


def commit() -> str:
    """The commit, and whether files of the library or the benchmarks differ from it."""
    git = ["git", "-C", str(ROOT)]
    try:
        head = subprocess.run(
            [*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
        )
        changed = subprocess.run(
            [*git, "status", "--porcelain", "src", "benchmarks"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head.stdout.strip() + (" with changes" if changed.stdout.strip() else "")


def load() -> float | None:
    """How many processes wanted a processor in the last minute, this one included."""
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):
        return None


def processor_ms(run: Callable[[], object]) -> float:
    """Milliseconds of processor time of one call: a busy machine lengthens it less than time on the wall."""
    start = time.process_time()
    run()
    return 1e3 * (time.process_time() - start)


def wall_seconds(run: Callable[[], Result], reps: int = 1) -> tuple[Result, float]:
    """The last result, and the median of the seconds."""
    seconds = []
    for _ in range(reps):
        gc.collect()
        start = time.perf_counter()
        found = run()
        seconds.append(time.perf_counter() - start)
    return found, statistics.median(seconds)


def spread(values: Sequence[float]) -> Row:
    """The median, the least and the most."""
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def memory_mb() -> float | None:
    """Most memory this process has had so far; None where the system does not say.

    Not ``ru_maxrss`` where there is anything else: a new process begins with that of the one that started it.
    """
    try:
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    try:
        import resource
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 1024)


def fresh(
    arguments: Sequence[str], *, limit: float, environment: dict[str, str] | None = None
) -> tuple[float, str]:
    """Run a fresh interpreter with these arguments: seconds on the wall, and what it printed.

    Raises:
        Failed: it took longer than the limit, or ended with an error: the last line of it.
    """
    start = time.perf_counter()
    path = os.pathsep.join(filter(None, [str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH")]))
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": path} | (environment or {}),
            capture_output=True,
            text=True,
            check=False,
            timeout=limit,
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"took more than {limit:.0f} s") from None
    seconds = time.perf_counter() - start
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise Failed(said[-1] if said else f"ended with {done.returncode}")
    return seconds, done.stdout


def asked(module: str, *arguments: object, limit: float) -> Any:
    """What ``python -m benchmarks.<module> <arguments>`` prints as its last line, from JSON.

    Raises:
        Failed: as :func:`fresh`, or it printed no such line.
    """
    _, printed = fresh(["-m", f"benchmarks.{module}", *map(str, arguments)], limit=limit)
    try:
        return json.loads(printed.splitlines()[-1])
    except (IndexError, ValueError):
        raise Failed(f"printed no numbers but {printed[-200:]!r}") from None


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"


def _memory_gb() -> float | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):
        return None


def _version(package: str) -> str | None:
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        return None
