"""Differences in words: a line a measure, ready to be read out or pasted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workforce_sim.measures.paths import BY_NAME, Measure
from workforce_sim.numbers import figure, interval, is_money, length, places_apart, places_for, plural
from workforce_sim.report.answer import stated
from workforce_sim.study.asked import months_asked
from workforce_sim.study.questions.claim import CAUTION

if TYPE_CHECKING:
    from workforce_sim.study.result import Result


def in_words(
    result: Result,
    scenario: str | None = None,
    measures: str | Sequence[str] | None = None,
    at: int | Sequence[int] | None = None,
    to: str | None = None,
) -> str:
    """See :meth:`~workforce_sim.Result.in_words`."""
    other = result.baseline if to is None else to
    names = [s for s in result.scenarios if s != other] if scenario is None else [scenario]
    months = months_asked(result.months() if at is None else at, result.months())
    said = []
    for name in names:
        ours = stated(result, name, measures, months, other).reset_index()
        for month in dict.fromkeys(ours["month"]):
            said.append(f"“{name}” beside “{other}”, after {length(month)}:")
            for row in ours[ours["month"] == month].itertuples():
                what = BY_NAME[str(row.measure)]
                said.append(f"  {what.label}: {difference(what, row.difference, row.low, row.high)}")
    said.append(f"{plural(result.replications, 'world')}, the same luck in every scenario. {CAUTION}")
    return "\n".join(said)


def difference(measure: Measure, mean: float, low: float, high: float) -> str:
    """A paired difference with its interval, and which way it is better.

    Example:
        >>> from workforce_sim.measures.paths import BY_NAME
        >>> difference(BY_NAME["caseload"], -1.414, -1.56, -1.27)
        '1.4 lower (95% interval 1.3 to 1.6): better'
        >>> difference(BY_NAME["turnover_rate"], -0.6, -1.4, 0.2)
        'cannot be told apart (95% interval 1.4 lower to 0.2 percentage points higher)'
    """
    if math.isnan(mean):
        return "no value"
    if mean == low == high == 0:
        return "no difference"
    money = is_money(measure.name)
    unit, more, less = ("", "more", "less") if money else _unit(measure)
    word, way = (more, "higher") if mean > 0 else (less, "lower")
    if math.isnan(low):
        return f"{figure(measure.name, abs(mean), measure.decimals)}{unit} {word} (one world: no interval)"
    if low <= 0 <= high:
        places = places_for(measure.name, [(low, high)])
        ends = [figure(measure.name, abs(end), places) for end in (low, high)]
        return f"cannot be told apart (95% interval {ends[0]} {less} to {ends[1]}{unit} {more})"
    places = places_apart(measure.name, [(low, high)])
    least, most = sorted((abs(low), abs(high)))
    known = interval(measure.name, least, most, places)
    verdict = f": {'better' if way == measure.better else 'worse'}" if measure.better and not money else ""
    return f"{figure(measure.name, abs(mean), places)}{unit} {word} (95% interval {known}){verdict}"


def _unit(measure: Measure) -> tuple[str, str, str]:
    """What stands after the number, and the words for more and for less."""
    if measure.unit.startswith("FTE"):
        return " FTE", "more", "fewer"
    return " percentage points" if measure.unit.startswith("%") else "", "higher", "lower"
