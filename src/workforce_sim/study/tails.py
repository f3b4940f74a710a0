"""Beyond the mean of a result: the chance of a level, a quantile, the worst tenth of worlds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.measures.paths import BY_NAME
from workforce_sim.samples import above as above_zero
from workforce_sim.study.beyond_means import quantile_interval, wilson_interval
from workforce_sim.study.intervals import mean_and_error, student_t

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.study.result import Result

Floats = npt.NDArray[np.float64]

#: The share of worlds that is called the worst.
_TENTH = 0.1

#: Fewer worlds have no worst tenth worth an interval.
_FEWEST = 40


def chance(
    result: Result, measure: str, above: float | None, below: float | None, months: Sequence[int]
) -> pd.DataFrame:
    """Percent of worlds beyond a level: see :meth:`Result.chance`."""
    given = {side: level for side, level in (("above", above), ("below", below)) if level is not None}
    if len(given) != 1:
        rule, fix = "one of the two", f"chance({measure!r}, above=20)"
        value = f"{shown(above)}, {shown(below)}"
        raise InputError("Result.chance", [Problem("above, below", value, rule, fix)])
    ((side, level),) = given.items()
    if isinstance(level, bool) or not isinstance(level, (int, float)) or not np.isfinite(level):
        rule = "a number, in the unit of the measure"
        raise InputError("Result.chance", [Problem(side, shown(level), rule, f"{side}=20")])

    def share(samples: Floats) -> Sequence[float]:
        beyond = samples > level if side == "above" else samples < level
        return [100 * x for x in wilson_interval(int(beyond.sum()), len(samples))]

    return _by_scenario(result, measure, months, ("percent", "low", "high"), share)


def quantile(result: Result, measure: str, p: float, months: Sequence[int], level: float) -> pd.DataFrame:
    """A quantile over worlds with its interval: see :meth:`Result.quantile`."""

    def found(samples: Floats) -> Sequence[float]:
        return quantile_interval(samples, p, level)[:3]

    return _by_scenario(result, measure, months, ("value", "low", "high"), found)


def worst_tenth(result: Result, measure: str, months: Sequence[int]) -> pd.DataFrame:
    """The mean of the worst tenth of worlds with its interval: see :meth:`Result.worst_tenth`."""
    problems: list[Problem] = []
    better = BY_NAME[measure].better
    if not better:
        rule = "a measure of which more or less is better"
        problems.append(Problem("measure", measure, rule, "'caseload' or 'unallocated_children'"))
    if result.replications < _FEWEST:
        rule = f"{_FEWEST} worlds or more: four of them are a tenth"
        problems.append(Problem("replications", str(result.replications), rule, "replications=100"))
    if problems:
        raise InputError("Result.worst_tenth", problems)
    sign = 1.0 if better == "lower" else -1.0

    def found(samples: Floats) -> Sequence[float]:
        mean, low, high = tail_mean(sign * samples)
        return [sign * mean, *sorted((sign * low, sign * high))]

    return _by_scenario(result, measure, months, ("mean", "low", "high"), found)


def tail_mean(samples: Floats, share: float = _TENTH, level: float = 0.95) -> tuple[float, float, float]:
    """The mean of the largest ``share`` of numbers, with the interval of its influence function.

    With q the first of the numbers, from above, that is not wholly among them, the mean of
    ``Y' = q + max(Y - q, 0) / share`` (Rockafellar and Uryasev 2000; q's own error does not count, to first
    order) and its standard error, with Student's t of one degree less than there are numbers in the tail: few
    of them decide it. Measured coverage at 95%: docs/statistics.md.

    Raises:
        InputError: a share that is not above 0.

    Example:
        >>> mean, low, high = tail_mean(np.arange(1.0, 101.0))
        >>> round(mean, 6), low < mean < high
        (95.5, True)
    """
    problems: list[Problem] = []
    above_zero("share", share, problems, "0.1")
    if problems:
        raise InputError("tail_mean", problems)
    in_tail = max(2, math.floor(share * len(samples) + 1e-9))
    q = np.sort(samples)[::-1][min(in_tail, len(samples) - 1)]  # a part of it may be in the tail
    mean, error = mean_and_error(q + np.maximum(samples - q, 0.0) / share)
    half = student_t(in_tail - 1, level) * float(error)
    return float(mean), float(mean) - half, float(mean) + half


def _by_scenario(
    result: Result,
    measure: str,
    months: Sequence[int],
    columns: Sequence[str],
    found: Callable[[Floats], Sequence[float]],
) -> pd.DataFrame:
    """A row a (scenario, month); nan where the measure has no value in some world."""
    import pandas as pd

    rows = []
    for scenario in result.scenarios:
        paths = result.samples(measure, scenario)
        for month in months:
            known = not np.isnan(paths[:, month]).any()
            rows.append((scenario, month, *(found(paths[:, month]) if known else [np.nan] * len(columns))))
    return pd.DataFrame(rows, columns=["scenario", "month", *columns]).set_index(["scenario", "month"])
