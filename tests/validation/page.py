"""The page of known answers: docs/known_answers.md, written by ``python -m tests.validation --write``."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from tests.validation.registry import Case, Line
from tests.validation.rules import Expected

PAGE = Path(__file__).parents[2] / "docs" / "known_answers.md"

_HEAD = """# Known answers

Worlds whose answer is known, from theory or from a published figure, set up with the library's public
settings. `python -m tests.validation` runs them all, prints this table and ends with an error unless every
line agrees; `python -m tests.validation --write` writes this page.

"""

_RULES = """
How a line is judged. The tolerance is part of the case; no run may pass by being noisy, none by a wider one.

| rule | agrees when |
|---|---|
| T0 | exact: error at most 1e-9 x max(1, value); whole numbers and times of events equal |
| T1 | relative error at most 1e-6 |
| T2 | mean of independent replications within 4 standard errors, these being at most delta x value |
| T3 | a variance or ratio of variances, as T2, with a jackknife standard error |
| T4f | limit of a large service: within delta x value + 4 standard errors |
| T5 | published figure within delta; without a delta it is stated for comparison only |
| T6 | numerical routine with chance inside: error at most delta |

At 4 standard errors some line fails by bad luck in about one of fifty complete passes with fresh seeds; the
seeds are fixed, so a failure here means a change of the model.
"""


def written(lines: Iterable[Line]) -> str:
    """The whole page."""
    lines = list(lines)
    together = [(case, list(group)) for case, group in groupby(lines, key=lambda line: line.case)]
    parts = [_HEAD, f"{len(together)} cases, {len(lines)} lines.\n", _RULES]
    parts += [section(case, group) for case, group in together]
    return "".join(parts)


def section(case: Case, lines: list[Line]) -> str:
    """What the page says of one case."""
    rows = "".join(
        f"| {_cell(line.expected)} | {_numbers(line.expected.value)} | {_numbers(line.found.value)} "
        f"| {_errors(line.found.error)} | {_rule(line.expected)} | {line.verdict} |\n"
        for line in lines
    )
    definition = f"\nWhich definition: {case.definition}\n" if case.definition else ""
    return (
        f"\n## {case.id} {case.title}\n\n{case.world}\n{definition}\n"
        f"Theory: {case.theory} Source: {case.source}\n\n"
        f"| what | expected | obtained | standard error | rule | verdict |\n|---|---|---|---|---|---|\n{rows}"
    )


def as_text(line: Line) -> str:
    """One line as the command prints it."""
    return (
        f"{line.verdict:9} {line.expected.what}: expected {_numbers(line.expected.value)}, "
        f"obtained {_numbers(line.found.value)}, standard error {_errors(line.found.error)}, "
        f"{_rule(line.expected)}"
    )


def _cell(expected: Expected) -> str:
    unit = f" ({expected.unit})" if expected.unit else ""
    definition = f"; {expected.definition}" if expected.definition else ""
    return expected.what.replace("|", "\\|") + unit + definition


def _rule(expected: Expected) -> str:
    return expected.rule if expected.delta is None else f"{expected.rule}, {expected.delta:g}"


def _numbers(values: Any) -> str:
    return ", ".join(f"{x:.6g}" for x in np.atleast_1d(np.asarray(values, dtype=float)))


def _errors(values: Any) -> str:
    errors = np.atleast_1d(np.asarray(values, dtype=float))
    return "none" if not errors.any() else ", ".join(f"{x:.2g}" for x in errors)
