"""What is asked of a result: names of measures and scenarios, and months, checked."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from workforce_sim.errors import InputError, Problem, shown, unknown_name
from workforce_sim.measures.paths import BY_NAME, HEADLINE, NAMES


def measure_names(measures: str | Sequence[str] | None) -> list[str]:
    """Names of measures as a list; the headline if none are given.

    Raises:
        InputError: a name that is no measure, with the nearest one.
    """
    if measures is None:
        return list(HEADLINE)
    names = [measures] if isinstance(measures, str) else list(measures)
    problems = [unknown_name("measure", n, NAMES, "a measure") for n in names if n not in BY_NAME]
    if problems:
        raise InputError("the result", problems)
    return names


def scenario_asked(name: str, known: Collection[str], where: str, path: str = "scenario") -> str:
    """The name of a scenario of a study.

    Args:
        name: as it was given.
        known: the scenarios there are.
        where: who asks, for errors.
        path: what the name is called by the caller.

    Raises:
        InputError: there is none of that name.
    """
    if name not in known:
        raise InputError(where, [unknown_name(path, name, list(known), "a scenario of this study")])
    return name


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
