"""Every known answer, judged by its own rule: the exact ones always, those with chance as slow tests."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.validation import page
from tests.validation.__main__ import GOOD
from tests.validation.registry import Case, answer, cases
from tests.validation.rules import Expected, Found, Verdict, judge

CASES = cases()

#: By family: cases that look at the same worlds come one after the other, so that one process runs them once.
IN_FAMILIES = sorted(CASES.values(), key=lambda case: case.family)


@pytest.mark.parametrize(
    "case", [pytest.param(c, id=c.id, marks=() if c.quick else pytest.mark.slow) for c in IN_FAMILIES]
)
def test_known_answer(case: Case) -> None:
    """The library agrees with every line of the case."""
    bad = [page.as_text(line) for line in answer(case) if line.verdict not in GOOD]
    assert not bad, f"{case.id} {case.title}\n" + "\n".join(bad)


def test_all_cases_are_there() -> None:
    """V01 to V52, none left out, none twice."""
    assert list(CASES) == [f"V{i:02}" for i in range(1, 53)]


def test_the_page_shows_the_cases_as_they_are() -> None:
    """What the page says is expected, and by which rule, is what the cases say; and all of it agreed."""
    shown = page.PAGE.read_text(encoding="utf-8")
    for case in CASES.values():
        part = shown.split(f"\n## {case.id} {case.title}\n")[1].split("\n## ")[0]
        assert case.world in part
        for line in case.expected:
            start = f"| {page._cell(line)} | {page._numbers(line.value)} | "
            row = next(row for row in part.splitlines() if row.startswith(start))
            assert re.search(rf" \| {re.escape(page._rule(line))} \| (pass|stated) \|$", row), row


@pytest.mark.parametrize(
    ("rule", "delta", "value", "found", "error", "verdict"),
    [
        ("T0", None, 4.0, 4.0 + 3e-9, 0.0, Verdict.PASS),
        ("T0", None, 4.0, 4.0 + 5e-9, 0.0, Verdict.FAIL),
        ("T0", None, 0.0, 1e-8, 0.0, Verdict.FAIL),
        ("T1", None, 100.0, 100.0 + 9e-5, 0.0, Verdict.PASS),
        ("T1", None, 100.0, 100.0 + 2e-4, 0.0, Verdict.FAIL),
        ("T2", 0.05, 10.0, 10.3, 0.1, Verdict.PASS),
        ("T2", 0.05, 10.0, 10.5, 0.1, Verdict.FAIL),
        ("T2", 0.05, 10.0, 10.3, 0.2, Verdict.TOO_SHORT),
        ("T2", 0.02, 0.0, 0.01, 0.004, Verdict.PASS),
        ("T2", 0.02, 0.0, 0.01, 0.006, Verdict.TOO_SHORT),
        ("T3", 0.1, 2.0, 2.5, 0.01, Verdict.FAIL),
        ("T4f", 0.01, 100.0, 101.5, 0.2, Verdict.PASS),
        ("T4f", 0.01, 100.0, 102.0, 0.2, Verdict.FAIL),
        ("T5", None, 1.0, 9.0, 0.0, Verdict.STATED),
        ("T5", 0.1, 1.0, 1.2, 0.0, Verdict.FAIL),
        ("T6", 0.1, 1.0, 1.05, 0.0, Verdict.PASS),
        ("T2", 0.05, [1.0, 10.0], [1.0, 12.0], [0.001, 0.1], Verdict.FAIL),
        ("T2", 0.05, 1.0, np.nan, 0.01, Verdict.FAIL),
    ],
)
def test_rules_can_fail(
    rule: str, delta: float | None, value: object, found: object, error: object, verdict: Verdict
) -> None:
    """Each rule passes what is near enough, fails what is not, and says when a run is too short to tell."""
    assert judge(Expected("a number", value, rule, delta), Found(found, error)) is verdict
