"""Budgets: pounds by budget year and heading, what a scenario adds, and what an improvement costs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import add_months
from workforce_sim.errors import InputError, Problem
from workforce_sim.measures.paths import BY_NAME, HEADINGS
from workforce_sim.numbers import figure, interval, places_for
from workforce_sim.study.intervals import mean_interval, student_t

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from workforce_sim.study.result import Result

Floats = npt.NDArray[np.float64]

#: Month in which the budget year of an English council begins.
_APRIL = 4


class CostPer(NamedTuple):
    """Pounds per unit of improvement: the ratio of two mean differences, with a 95% Fieller interval.

    ``low`` and ``high`` are nan where the improvement cannot be told from none: then the ratio has no bounds.
    """

    pounds: float
    low: float
    high: float
    extra_gbp: float
    improvement: float
    unit: str
    words: str


def budget_year(when: dt.date) -> str:
    """The budget year of a date: ``2015-16`` from 1 April 2015 to 31 March 2016."""
    first = when.year if when.month >= _APRIL else when.year - 1
    return f"{first}-{(first + 1) % 100:02d}"


def budget(result: Result) -> pd.DataFrame:
    """Every scenario by budget year and heading: see :meth:`~workforce_sim.Result.budget`."""
    import pandas as pd

    starts = [add_months(result.plan.start, m) for m in range(result.months())]
    years = np.array([budget_year(start) for start in starts])
    headings = (*HEADINGS, "total")
    rows = []
    for scenario in result.scenarios:
        for year in dict.fromkeys(years):
            months = np.flatnonzero(years == year) + 1
            for heading in headings:
                name = "cost_gbp" if heading == "total" else f"cost_{heading}_gbp"
                ours = result.samples(name, scenario)[:, months].sum(axis=1)
                theirs = result.samples(name, result.baseline)[:, months].sum(axis=1)
                mean, low, high = (float(x) for x in mean_interval(ours))
                added, at_least, at_most = (float(x) for x in mean_interval(ours - theirs))
                rows.append((len(months), mean, low, high, added, at_least, at_most))
    # put together from its levels, as pandas would take the order of the alphabet for that of the rows
    levels = [list(result.scenarios), list(dict.fromkeys(years.tolist())), list(headings)]
    codes = np.indices([len(level) for level in levels]).reshape(len(levels), -1)
    index = pd.MultiIndex(levels, list(codes), names=["scenario", "budget_year", "heading"])
    columns = ["months", "mean", "low", "high", "added", "added_low", "added_high"]
    return pd.DataFrame(rows, index=index, columns=columns)


def cost_per(result: Result, scenario: str, measure: str, month: int, to: str) -> CostPer:
    """What one unit of improvement costs: see :meth:`~workforce_sim.Result.cost_per`."""
    stated = BY_NAME[measure]
    if not stated.better:
        rule = "a measure of which more or less is better"
        raise InputError("Result.cost_per", [Problem("measure", repr(measure), rule, "measure='caseload'")])
    extra = _difference(result, "cost_to_date_gbp", scenario, to, month)
    gain = _difference(result, measure, scenario, to, month)
    gain = -gain if stated.better == "lower" else gain
    pounds, low, high = fieller(extra, gain)
    cost, improvement = float(extra.mean()), float(gain.mean())
    if math.isnan(low):
        words = f"{stated.label}: no improvement that can be told from none, so no price of one."
    else:
        places = places_for("cost_gbp", [(low, high)])
        price, between = figure("cost_gbp", pounds, places), interval("cost_gbp", low, high, places)
        words = (
            f"{stated.label}: {price} (95% interval {between}) spent to month {month} for each improvement "
            f"by one ({stated.unit})."
        )
    return CostPer(pounds, low, high, cost, improvement, stated.unit, words)


def _difference(result: Result, measure: str, scenario: str, to: str, month: int) -> Floats:
    found: Floats = result.samples(measure, scenario)[:, month] - result.samples(measure, to)[:, month]
    return found


def fieller(above: Floats, below: Floats, level: float = 0.95) -> tuple[float, float, float]:
    """The ratio of two means from pairs, with Fieller's interval (Fieller 1954).

    Returns:
        ``(ratio, low, high)``; low and high are nan where the mean below cannot be told from 0.

    Example:
        >>> import numpy as np
        >>> ratio, low, high = fieller(np.array([9.0, 10, 11, 10]), np.array([4.9, 5, 5.1, 5]))
        >>> bool(low < ratio == 2.0 < high)
        True
    """
    n = len(above)
    a, b = float(above.mean()), float(below.mean())
    ratio = a / b if b else math.nan
    if n < 2:
        return ratio, math.nan, math.nan
    quantile = student_t(n - 1, level) ** 2
    covariance = np.cov(above, below) / n
    aa, ab, bb = covariance[0, 0], covariance[0, 1], covariance[1, 1]
    g = b * b - quantile * bb
    if g <= 0:
        return ratio, math.nan, math.nan
    middle = (a * b - quantile * ab) / g
    root = math.sqrt(max(0.0, (a * b - quantile * ab) ** 2 - g * (a * a - quantile * aa))) / g
    return ratio, float(middle - root), float(middle + root)
