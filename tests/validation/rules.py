"""When does an obtained number agree with a known answer? The decision rules T0 to T6.

========  ==============================================================================================
T0        exact: error at most 1e-9 x max(1, value); whole numbers and times of events equal
T1        numeric: relative error at most 1e-6
T2        mean of independent replications: more than 4 standard errors from the value is a failure; the run
          is too short to say anything if 4 standard errors exceed delta x value (delta, if the value is 0)
T3        a variance or a ratio of variances: as T2, with a jackknife or bootstrap standard error
T4f       limit of a large service: within delta x value + 4 standard errors, these being <= delta x value
T5        published figure: within delta of it; with no delta it is stated for comparison only
T6        numerical routine with Monte Carlo inside: error at most delta
========  ==============================================================================================

``delta`` is part of the case, so that no run may pass by being noisy and none by a wider tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """What the library says: a number, or a row of them, with standard errors (0: not by chance)."""

    value: Any
    error: Any = 0.0


@dataclass(frozen=True)
class Expected:
    """One line of a case: what, how much, and by which rule it is judged."""

    what: str
    value: Any
    rule: str
    delta: float | None = None
    unit: str = ""
    definition: str = ""


class Verdict(StrEnum):
    """What is said of one line. Only ``PASS`` and ``STATED`` are good."""

    PASS = "pass"
    FAIL = "FAIL"
    TOO_SHORT = "TOO SHORT"
    STATED = "stated"


def judge(expected: Expected, found: Found) -> Verdict:
    """The verdict of the line's own rule; a row passes only if every number of it does."""
    value = np.atleast_1d(np.asarray(expected.value, dtype=float))
    got = np.atleast_1d(np.asarray(found.value, dtype=float))
    if got.shape != value.shape:
        raise ValueError(f"{expected.what}: {got.size} numbers obtained for {value.size} expected")
    error = np.broadcast_to(np.asarray(found.error, dtype=float), value.shape)
    away = np.abs(got - value)
    if not np.isfinite(got).all() or not np.isfinite(error).all():
        return Verdict.FAIL
    if expected.rule == "T0":
        return _passes(away <= 1e-9 * np.maximum(1.0, np.abs(value)))
    if expected.rule == "T1":
        return _passes(away <= 1e-6 * np.abs(value))
    if expected.rule == "T5" and expected.delta is None:
        return Verdict.STATED
    if expected.delta is None:
        raise ValueError(f"{expected.what}: rule {expected.rule} needs a delta")
    if expected.rule in ("T5", "T6"):
        return _passes(away <= expected.delta)
    allowed = np.where(value == 0.0, expected.delta, expected.delta * np.abs(value))
    noise = 4.0 * error
    margin = noise + (allowed if expected.rule == "T4f" else 0.0)
    if expected.rule not in ("T2", "T3", "T4f"):
        raise ValueError(f"{expected.what}: there is no rule {expected.rule}")
    if (away > np.maximum(margin, 1e-9 * np.maximum(1.0, np.abs(value)))).any():
        return Verdict.FAIL
    return Verdict.TOO_SHORT if (noise > allowed).any() else Verdict.PASS


def _passes(good: npt.NDArray[np.bool_]) -> Verdict:
    return Verdict.PASS if good.all() else Verdict.FAIL
