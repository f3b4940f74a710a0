"""The answer in words: sentences a councillor can read out, from the numbers of the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workforce_sim.measures.paths import BY_NAME
from workforce_sim.numbers import (
    figure,
    interval,
    length,
    places_apart,
    places_for,
    plain,
    plural,
)

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.study.result import Result


@dataclass(frozen=True, slots=True)
class Answer:
    """What one scenario does, in words.

    Attributes:
        lead: the caseload and the money, to be read first.
        detail: agency, drift, and how far one future may be from the average.
    """

    lead: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Level:
    """A measure under one scenario in one month."""

    mean: float
    low: float
    high: float
    p5: float
    p95: float


@dataclass(frozen=True, slots=True)
class _Gap:
    """Its paired difference from the baseline."""

    mean: float
    low: float
    high: float
    verdict: str

    @property
    def apart(self) -> bool:
        """Whether the interval excludes no difference."""
        return self.low > 0 or self.high < 0


def answers(result: Result, month: int) -> list[Answer]:
    """What every scenario does by a month, against the baseline; the first stands alone."""
    if len(result.scenarios) == 1:
        return [_alone(result, month)]
    return [_scenario(result, name, month, first=i == 0) for i, name in enumerate(result.scenarios[1:])]


def _alone(result: Result, month: int) -> Answer:
    name = result.baseline
    load, rate, agency, cost = (
        _level(result, m, name, month) for m in ("caseload", "agency_rate", "agency_fte", "cost_to_date_gbp")
    )
    start = _level(result, "caseload", name, 0)
    places = places_for("caseload", [(load.low, load.high)])
    known = interval("caseload", load.low, load.high, places)
    lead = (
        f"{_futures(result)}, under {_quoted(name)} the average caseload after {length(month)} is about "
        f"{plain(load.mean, places)} children per case holder "
        f"({f'95% interval {known}' if known else 'one world: no interval'}); at the start it is "
        f"{plain(start.mean, places)}. The service has then cost {_about('cost_to_date_gbp', cost)} over "
        f"{_the(month)}."
    )
    detail = (
        f"It then has {_about('agency_fte', agency)} agency workers (full-time equivalent), "
        f"{_about('agency_rate', rate)}% of all workers. {_spread(result, [name], month)} This study has one "
        "scenario, so there is nothing to compare it with."
    )
    return Answer(lead, detail)


def _scenario(result: Result, name: str, month: int, *, first: bool) -> Answer:
    lead = [
        _caseload(result, name, month, first=first),
        _wins(result, name, month),
        _cost(result, name, month),
    ]
    detail = [*_agency(result, name, month), *_drift(result, name, month)]
    detail.append(_spread(result, [name, result.baseline], month))
    return Answer(" ".join(filter(None, lead)), " ".join(filter(None, detail)))


def _caseload(result: Result, name: str, month: int, *, first: bool) -> str:
    ours, theirs, gap = _both(result, "caseload", name, month)
    mine, other = _pair("caseload", ours, theirs, gap)
    opening = f"{_futures(result)}, {_quoted(name)}" if first else _quoted(name)
    after = f"after {length(month)}"
    baseline = _quoted(result.baseline)
    if np.isnan(gap.mean):
        return f"{opening}: nobody holds cases {after}, so there is no average caseload to compare."
    if gap.verdict == "no difference":
        return (
            f"{opening} makes no difference to the average caseload: {mine} children per case holder {after}."
        )
    if not gap.apart and result.replications > 1:
        return (
            f"{opening} cannot be told apart from {baseline} by the average caseload {after}: about {mine} "
            f"children per case holder against {other} ({_crossing('caseload', gap, 'more', 'fewer')})."
        )
    return (
        f"{opening} brings the average caseload {after} to about {mine} children per case holder, against "
        f"{other} under {baseline}: {_clear('caseload', gap, 'more', 'fewer')}."
    )


def _wins(result: Result, name: str, month: int) -> str:
    paired = (
        result.samples("caseload", name)[:, month] - result.samples("caseload", result.baseline)[:, month]
    )
    if np.isnan(paired).any() or not paired.any():
        return ""
    n, higher = len(paired), float(np.mean(paired)) > 0
    won = int(np.count_nonzero(paired > 0 if higher else paired < 0))
    return f"The caseload was {'higher' if higher else 'lower'} in {won:,} of {plural(n, 'world')}."


def _cost(result: Result, name: str, month: int) -> str:
    measure = "cost_to_date_gbp"
    _, _, gap = _both(result, measure, name, month)
    over = f"over {_the(month)}"
    if gap.verdict == "no difference":
        return f"It costs the same {over}."
    if not gap.apart and result.replications > 1:
        return f"What it costs {over} cannot be told apart ({_crossing(measure, gap, 'more', 'less')})."
    return f"It costs {_clear(measure, gap, 'more', 'less', over)}."


def _agency(result: Result, name: str, month: int) -> list[str]:
    said = []
    ours, theirs, gap = _both(result, "agency_fte", name, month)
    pair = _pair("agency_fte", ours, theirs, gap)
    if gap.verdict == "no difference":
        said.append(f"The number of agency workers is the same ({pair[0]} full-time equivalent).")
    elif not gap.apart and result.replications > 1:
        crossing = _crossing("agency_fte", gap, "more", "fewer")
        said.append(
            f"The number of agency workers (full-time equivalent) at the end, {pair[0]} against {pair[1]}, "
            f"cannot be told apart ({crossing})."
        )
    else:
        clear = _clear("agency_fte", gap, "more", "fewer")
        said.append(
            f"At the end there are {pair[0]} agency workers (full-time equivalent) against {pair[1]}: "
            f"{clear}."
        )
    ours, theirs, gap = _both(result, "agency_rate", name, month)
    pair = _pair("agency_rate", ours, theirs, gap)
    share = f"Their share of all workers is {pair[0]}%"
    if gap.verdict == "no difference":
        said.append(f"{share}, the same.")
    elif not gap.apart and result.replications > 1:
        crossing = _crossing("agency_rate", gap, "points higher", "points lower")
        said.append(f"{share} against {pair[1]}%, which cannot be told apart ({crossing}).")
    else:
        clear = _clear("agency_rate", gap, "percentage points higher", "percentage points lower")
        said.append(f"{share} against {pair[1]}%: {clear}.")
    return said


def _drift(result: Result, name: str, month: int) -> list[str]:
    ours, theirs, gap = _both(result, "drift_share", name, month)
    if not (np.isfinite(ours.mean) and np.isfinite(theirs.mean)) or gap.verdict == "no difference":
        return []
    what = "Drift (the share of children's open days lost to waiting, slow progress and changes of worker)"
    mine, other = _pair("drift_share", ours, theirs, gap)
    if not gap.apart and result.replications > 1:
        crossing = _crossing("drift_share", gap, "points more", "points less")
        return [f"{what} cannot be told apart: {mine}% against {other}% in the last month ({crossing})."]
    clear = _clear("drift_share", gap, "percentage points more", "percentage points less")
    return [f"{what} is {mine}% against {other}% in the last month: {clear}."]


def _spread(result: Result, names: list[str], month: int) -> str:
    """What one future may bring, against the mean of all."""
    if result.replications < 2:
        return ""
    levels = {name: _level(result, "caseload", name, month) for name in names}
    places = 0 if max(level.p95 - level.p5 for level in levels.values()) > 3 else 1
    ranges = [
        f"{plain(level.p5, places)} and {plain(level.p95, places)}"
        + (f" under {_quoted(name)}" if len(names) > 1 else "")
        for name, level in levels.items()
    ]
    said = "One future is not the average: in nine worlds in ten the caseload then lies between"
    return f"{said} {', and '.join(ranges)}."


# -- pieces -----------------------------------------------------------------------------------


def _clear(measure: str, gap: _Gap, more: str, less: str, then: str = "") -> str:
    """``7.7 fewer (95% interval 7.3 to 8.0)``."""
    places = _gap_places(measure, gap)
    low, high = sorted((abs(gap.low), abs(gap.high)))
    known = interval(measure, low, high, places)
    word = f"{more if gap.mean > 0 else less}{then and ' ' + then}"
    how_well = f"95% interval {known}" if known else "one world: no interval"
    return f"{figure(measure, abs(gap.mean), places)} {word} ({how_well})"


def _crossing(measure: str, gap: _Gap, more: str, less: str) -> str:
    """``95% interval of the difference: 0.3 fewer to 0.2 more``."""
    places = places_for(measure, [(gap.low, gap.high)])
    if max(-gap.low, gap.high) > 0 and round(max(-gap.low, gap.high), places) == 0:
        places += 1
    low, high = figure(measure, abs(gap.low), places), figure(measure, abs(gap.high), places)
    return f"95% interval of the difference: {low} {less} to {high} {more}"


def _gap_places(measure: str, gap: _Gap) -> int:
    """Decimals of a difference; people and days from ten on are whole."""
    return min(places_apart(measure, [(gap.low, gap.high)]), 0 if abs(gap.mean) >= 10 else 9)


def _pair(measure: str, ours: _Level, theirs: _Level, gap: _Gap) -> tuple[str, str]:
    """Two levels; where they differ, with the digits of the difference, so that the sum can be followed."""
    places = places_for(measure, [(ours.low, ours.high), (theirs.low, theirs.high)])
    if gap.apart:
        places = max(places, min(_gap_places(measure, gap), BY_NAME[measure].decimals))
    return figure(measure, ours.mean, places), figure(measure, theirs.mean, places)


def _about(measure: str, level: _Level) -> str:
    return figure(measure, level.mean, places_for(measure, [(level.low, level.high)]))


def _both(result: Result, measure: str, name: str, month: int) -> tuple[_Level, _Level, _Gap]:
    return (
        _level(result, measure, name, month),
        _level(result, measure, result.baseline, month),
        _gap(result, measure, name, month),
    )


def _level(result: Result, measure: str, name: str, month: int) -> _Level:
    table = result.table(measure, at=[month]).reset_index()
    row = table[table["scenario"] == name].iloc[0]
    return _Level(*(float(row[column]) for column in ("mean", "low", "high", "p5", "p95")))


def _gap(result: Result, measure: str, name: str, month: int) -> _Gap:
    row = stated(result, name, measure, [month]).iloc[0]
    paired = result.samples(measure, name)[:, month] - result.samples(measure, result.baseline)[:, month]
    verdict = str(row["verdict"]) if paired.any() else "no difference"
    return _Gap(float(row["difference"]), float(row["low"]), float(row["high"]), verdict)


def stated(
    result: Result,
    scenario: str,
    measures: str | Sequence[str] | None,
    months: Sequence[int],
    to: str | None = None,
) -> pd.DataFrame:
    """Rows of :meth:`Result.compare` for these months, with the one interval that a difference has anywhere.

    It holds for the dates of the report, and these months, together (docs/statistics.md): the words say what
    the table says.
    """
    together = sorted({*report_months(result), *months})
    found = result.compare(scenario, to, measures, together)
    return found[found.index.isin(months, level="month")]


def report_months(result: Result) -> list[int]:
    """The months of the tables: the end of every year (of every few in a long study) and the end."""
    last = result.months()
    years = last // 12
    step = 12 * max(1, -(-years // 5))
    return sorted({*range(step, last + 1, step), last})


def _futures(result: Result) -> str:
    n = result.replications
    return f"In {plural(n, 'simulated future')} of {result.data.attrs['authority']}"


def _the(month: int) -> str:
    return {1: "the month", 12: "the year"}.get(month, f"the {length(month)}")


def _quoted(name: str) -> str:
    return f"“{name}”"
