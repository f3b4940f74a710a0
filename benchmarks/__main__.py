"""Measure, and write the page of results.

python -m benchmarks                        everything, about a quarter of an hour on two idle cores
python -m benchmarks --quick                small sizes, under two minutes: shows that it works; no page
python -m benchmarks --only engines start   these parts; on the page the others stay as they were
python -m benchmarks --page                 only write the page again from the numbers
python -m benchmarks.engines check          C++ and SimPy event by event

The page is docs/benchmarks.md, its numbers docs/benchmarks.json: written after every part, so that what
goes wrong later loses nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import engines, features, memory, starting, studies, whole
from benchmarks.measuring import ROOT, Failed, Row, Say, commit, fresh, load, machine, when
from benchmarks.page import page

PARTS: dict[str, Callable[[bool, Say], Row]] = {
    "engines": engines.measure,
    "whole": whole.measure,
    "features": features.measure,
    "start": starting.measure,
    "memory": memory.measure,
    "studies": studies.measure,
    "threads": studies.measure_threads,
}


def short(value: Any) -> Any:
    """The same with numbers to five figures: more is noise."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {key: short(one) for key, one in value.items()}
    return [short(one) for one in value] if isinstance(value, (list, tuple)) else value


def say(line: str) -> None:
    """Show how it goes."""
    print(f"  {line}", flush=True)


def compile_first() -> None:
    """Compile in a process of its own: it takes time, and memory, that no part of this means to measure."""
    print("compiling what is not compiled yet ...", flush=True)
    try:
        fresh(["-m", "workforce_sim", "warm"], limit=300)
    except Failed as error:  # then the first to need them compiles them
        say(f"not compiled: {error}")


def measured(name: str, quick: bool) -> Row:
    """A part, with when and where it was measured."""
    print(f"{name} ...", flush=True)
    busy, began = load(), time.perf_counter()
    found = PARTS[name](quick, say)
    return {
        "date": when(),
        "commit": commit(),
        "machine": machine(),
        "load": busy,
        "quick": quick,
        "seconds": time.perf_counter() - began,
        "found": found,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the parts asked for; 1 if one of them could not be measured or engines disagree."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small sizes; writes nothing unless --folder")
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument(
        "--page", action="store_true", help="write the page from the numbers, measure nothing"
    )
    parser.add_argument("--folder", type=Path, help="for the page and its numbers, in place of docs")
    given = parser.parse_args(arguments)

    folder = given.folder or (None if given.quick else ROOT / "docs")
    results: Row = {}
    if folder is not None and (folder / "benchmarks.json").exists():
        results = json.loads((folder / "benchmarks.json").read_text(encoding="utf-8"))
    wrong = []
    if not given.page:
        compile_first()
    for name in () if given.page else given.only or PARTS:
        try:
            results[name] = short(measured(name, given.quick))
        except Exception:  # the other parts are still wanted
            traceback.print_exc()
            wrong.append(name)
        write(results, folder)
    if given.page:
        write(results, folder)
    for race in results.get("engines", {}).get("found", {}).values():
        wrong += [f"{name} disagrees" for name in race["disagreements"]]
    if wrong:
        print(f"wrong: {', '.join(wrong)}", file=sys.stderr)
    elif folder is None:
        print("\n" + page(results))
    return 1 if wrong else 0


def write(results: Row, folder: Path | None) -> None:
    """The numbers and the page made from them."""
    if folder is None:
        return
    numbers = json.dumps(results, indent=1, ensure_ascii=False)
    (folder / "benchmarks.json").write_text(numbers + "\n", encoding="utf-8")
    (folder / "benchmarks.md").write_text(page(results), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
