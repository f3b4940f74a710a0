"""Writes docs/invariants.md from the lists of relations: ``python -m tests.invariants.page``.

With ``--time`` it first runs every test named there, and keeps how long they took (in seconds.json).
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import is_hypothesis_test, settings

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "invariants.md"
LISTS = ("held.toml", "held_later.toml")
SECONDS = HERE / "seconds.json"

SECTIONS = {
    1: "Nothing is lost",
    15: "Work, time and money",
    25: "The same luck, the same run",
    37: "Files and parts",
    44: "Changed inputs",
    55: "On average",
    61: "Not true",
}

HEAD = """# Invariants

<!-- Written by `python -m tests.invariants.page` from the lists beside it; a test checks it. -->

What must hold of every service, and the tests that hold it. Kind **E**: exact in every run (to rounding);
**B**: bit for bit; **S**: of means over many worlds, at fixed seeds and four standard errors; **N**: not
true, with a world in which it fails. The tests read the event log and the ledger on their own; they do not
ask the simulator's counters. Examples are runs of a test: worlds made up by Hypothesis, or stated ones; those
in brackets are in the slow tests.
"""


@dataclass(frozen=True)
class Relation:
    """A relation and the tests that hold it; `examples` only where they cannot be counted."""

    number: int
    kind: str
    relation: str
    tests: tuple[str, ...]
    note: str = ""
    examples: int | None = None


def relations() -> tuple[Relation, ...]:
    """All relations of all lists, by number."""
    lists = [tomllib.loads((HERE / name).read_text(encoding="utf-8"))["relation"] for name in LISTS]
    found = [Relation(**{**entry, "tests": tuple(entry["tests"])}) for entries in lists for entry in entries]
    return tuple(sorted(found, key=lambda r: r.number))


def files(of: Iterable[Relation]) -> list[str]:
    """The files of their tests."""
    return sorted({test.split("::")[0] for relation in of for test in relation.tests})


@cache
def collected(of: tuple[Relation, ...]) -> tuple[Counter[str], Counter[str]]:
    """How many cases pytest finds of every test in the files of these relations: quick, and slow.

    A test is a function, with all its cases, or one case of it (``...::test_known_answer[V13]``).
    """
    command = [sys.executable, "-m", "tests.invariants.listing", *files(of)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    quick, slow = Counter[str](), Counter[str]()
    for line in answer.stdout.splitlines():
        speed, _, name = line.partition(" ")
        if speed in ("quick", "slow") and "::" in name:
            (slow if speed == "slow" else quick).update({name, name.split("[")[0]})
    assert quick, answer.stdout + answer.stderr
    return quick, slow


def worlds_of(test: str) -> int:
    """How many worlds Hypothesis makes up for each case of a test; 1 if it does not."""
    path, *names = test.split("[")[0].split("::")
    found = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    for name in names:
        found = getattr(found, name)
    if not is_hypothesis_test(found):
        return 1
    return getattr(found, "_hypothesis_internal_use_settings", settings()).max_examples


def examples(relation: Relation, cases: Counter[str]) -> int:
    """The examples of the tests of a relation among these cases."""
    return sum(cases[test] * worlds_of(test) for test in relation.tests)


def text() -> str:
    """The page."""
    of = relations()
    quick, slow = collected(of)
    tests = {test for relation in of for test in relation.tests}
    totals = [sum(cases[test] * worlds_of(test) for test in tests) for cases in (quick, slow)]
    parts = [
        HEAD,
        f"\n{len(of)} relations, {len(tests)} tests, {totals[0]:,} examples in the default run and"
        f" {totals[1]:,} in the slow tests.{time_taken()}\n",
    ]
    for relation in of:
        if relation.number in SECTIONS:
            parts.append(f"\n## {SECTIONS[relation.number]}\n\n")
            parts.append("| no | kind | relation | tests | examples |\n|---|---|---|---|---|\n")
        parts.append(row(relation, examples(relation, quick), examples(relation, slow)))
    return "".join(parts)


def time_taken() -> str:
    """How long the tests took when they were last timed, if they ever were."""
    if not SECONDS.exists():
        return ""
    seconds = json.loads(SECONDS.read_text(encoding="utf-8"))
    return f" They take {seconds['quick']:.0f} and {seconds['slow']:.0f} seconds on one core."


def row(relation: Relation, quick: int, slow: int) -> str:
    """One line of the table."""
    tests = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in relation.tests)
    if relation.examples is not None:
        quick = relation.examples
    number = f"{quick:,}" + (f" ({slow:,})" if slow else "") if quick else f"({slow:,})"
    said = relation.relation + (f" *{relation.note}*" if relation.note else "")
    return f"| {relation.number} | {relation.kind} | {said} | {tests} | {number} |\n"


def timed() -> dict[str, float]:
    """Seconds that the tests named take, the quick ones and the slow ones."""
    tests = sorted({test for relation in relations() for test in relation.tests})
    found = {}
    with TemporaryDirectory() as folder:
        for name, marked in (("quick", "not slow"), ("slow", "slow")):
            report = Path(folder) / f"{name}.xml"
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", marked]
            subprocess.run([*command, f"--junitxml={report}", *tests], cwd=ROOT, check=True)
            cases = ElementTree.parse(report).getroot().iter("testcase")
            found[name] = round(sum(float(case.attrib["time"]) for case in cases), 1)
    return found


if __name__ == "__main__":
    if "--time" in sys.argv:
        SECONDS.write_text(json.dumps(timed(), indent=2) + "\n", encoding="utf-8")
    PAGE.write_text(text(), encoding="utf-8")
