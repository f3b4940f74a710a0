"""The cases as data, and the functions that ask the library for their answers.

A family of cases is two files side by side: ``queues.toml`` says what each world is, what is known and by
which rule it is judged; ``queues.py`` holds a function for each case that runs the world through the public
library and returns what it found. Neither is complete without the other, which is tested.
"""

from __future__ import annotations

import gc
import importlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.validation.rules import Expected, Found, Verdict, judge

HERE = Path(__file__).parent

Answer = Callable[[], Mapping[str, Found]]

_ANSWERS: dict[str, list[Answer]] = {}


@dataclass(frozen=True)
class Case:
    """A world with a known answer."""

    id: str
    title: str
    world: str
    source: str
    theory: str
    expected: tuple[Expected, ...]
    quick: bool
    definition: str
    family: str


@dataclass(frozen=True)
class Line:
    """One line of a case with what was found and the verdict."""

    case: Case
    expected: Expected
    found: Found
    verdict: Verdict


def answers(case_id: str) -> Callable[[Answer], Answer]:
    """Marks a function that returns what the library found, by ``what`` of the lines of the case.

    A case may be asked of several functions, each for some of its lines.
    """

    def register(function: Answer) -> Answer:
        _ANSWERS.setdefault(case_id, []).append(function)
        return function

    return register


def cases() -> dict[str, Case]:
    """All cases in order of their number, whatever family they are of."""
    found: dict[str, Case] = {}
    for path in sorted(HERE.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            lines = tuple(Expected(**line) for line in entry["expected"])
            case = Case(
                id=entry["id"],
                title=entry["title"],
                world=entry["world"],
                source=entry["source"],
                theory=entry["theory"],
                expected=lines,
                quick=entry.get("quick", False),
                definition=entry.get("definition", ""),
                family=path.stem,
            )
            if case.id in found:
                raise ValueError(f"{path.name}: {case.id} is already a case of {found[case.id].family}.toml")
            found[case.id] = case
    return dict(sorted(found.items()))


def answer(case: Case) -> list[Line]:
    """The lines of the case as the library answers them, in the order of the case.

    Raises:
        LookupError: A line is answered by no function, or something is answered that is not a line.
    """
    importlib.import_module(f"tests.validation.{case.family}")
    # The parts of a finished run refer to each other, so that it stays until Python's collector looks at all
    # there is; which it does often if what was there before is not counted.
    gc.collect()
    gc.freeze()
    found: dict[str, Found] = {}
    for function in _ANSWERS.get(case.id, []):
        for what, value in function().items():
            if what in found:
                raise LookupError(f"{case.id}: {what!r} is answered twice")
            found[what] = value
    wanted = [line.what for line in case.expected]
    if set(found) != set(wanted):
        missing, extra = sorted(set(wanted) - set(found)), sorted(set(found) - set(wanted))
        raise LookupError(f"{case.id}: not answered {missing}; answered but not a line of the case {extra}")
    return [Line(case, line, found[line.what], judge(line, found[line.what])) for line in case.expected]
