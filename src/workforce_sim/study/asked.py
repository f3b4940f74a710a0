"""What is asked of a result: names of measures and months, checked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workforce_sim.errors import InputError, Problem, shown, unknown_name
from workforce_sim.measures.paths import BY_NAME, HEADLINE, MEASURES


def measure_names(measures: str | Sequence[str] | None) -> list[str]:
    """Names of measures as a list; the headline if none are given.

    Raises:
        InputError: a name that is no measure, with the nearest one.
    """
    if measures is None:
        return list(HEADLINE)
    names = [measures] if isinstance(measures, str) else list(measures)
    problems = [
        unknown_name("measure", name, [m.name for m in MEASURES], "a measure")
        for name in names
        if name not in BY_NAME
    ]
    if problems:
        raise InputError("the result", problems)
    return names


def months_asked(at: int | Sequence[int] | None, last: int) -> list[int]:
    """Months since the start as a list; the ends of the years if none are given.

    Raises:
        InputError: months outside the study.
    """
    if at is None:
        return list(range(12, last + 1, 12)) or [last]
    months = [at] if isinstance(at, int) else list(at)
    wrong = [
        m for m in months if isinstance(m, bool) or not isinstance(m, (int, np.integer)) or not 0 <= m <= last
    ]
    if wrong:
        rule = f"months since the start, whole numbers from 0 to {last}"
        raise InputError("the result", [Problem("at", shown(wrong), rule, f"at=[{min(12, last)}, {last}]")])
    return [int(m) for m in months]
