"""What every chart shows, in words and with its numbers, for those who cannot see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.measures.paths import BY_NAME, DRIFT
from workforce_sim.numbers import figure, joined, plain, plural, points
from workforce_sim.report.badge import badge
from workforce_sim.report.child_ledger import StageDays

if TYPE_CHECKING:
    from workforce_sim.study.result import Result

Floats = npt.NDArray[np.float64]


def fan(result: Result, measure: str, quantiles: Mapping[str, Floats]) -> str:
    """A fan chart: first and last median and the last bands of every scenario."""
    what = BY_NAME[measure]
    said = [f"{what.label}, {what.unit}, {_period(result)}."]
    for name, (q5, q25, q50, q75, q95) in quantiles.items():
        known = np.flatnonzero(np.isfinite(q50))
        if not len(known):
            said.append(f"“{name}”: no values in this study.")
            continue
        first, last = int(known[0]), int(known[-1])

        def at(path: Floats, month: int) -> str:
            return figure(measure, float(path[month]), what.decimals)

        said.append(
            f"“{name}”: the middle world goes from {at(q50, first)} in {_month(result, first)} to "
            f"{at(q50, last)} in {_month(result, last)}; then half of the worlds lie between {at(q25, last)} "
            f"and {at(q75, last)} and nine in ten between {at(q5, last)} and {at(q95, last)}."
        )
    tested = badge([measure], result.plan.years)
    return " ".join([*said, "Chance only: assumptions held fixed.", tested])


def difference(result: Result, measure: str, paths: Mapping[str, tuple[Floats, Floats, Floats]]) -> str:
    """A difference chart: the last difference of every scenario, its interval, and when it first left 0."""
    what = BY_NAME[measure]
    said = [
        f"{what.label}: mean difference from “{result.baseline}” ({points(what.unit)}) with its 95% interval "
        f"for all months together, {_period(result)}."
    ]
    for name, (mean, low, high) in paths.items():
        known = np.flatnonzero(np.isfinite(mean))
        if not len(known):
            said.append(f"“{name}”: no values in this study.")
            continue
        last = int(known[-1])
        numbers = [figure(measure, float(path[last]), what.decimals) for path in (mean, low, high)]
        sentence = f"“{name}”: {numbers[0]} in {_month(result, last)}"
        if np.isfinite(low[last]):
            sentence += f" (95% interval {numbers[1]} to {numbers[2]})"
            apart = np.flatnonzero((low > 0) | (high < 0))
            if len(apart):
                sentence += f"; the interval first excludes no difference in {_month(result, int(apart[0]))}"
            else:
                sentence += "; cannot be told apart from no difference in any month"
        said.append(sentence + ".")
    return " ".join(said)


def posts(
    result: Result, scenario: str, permanent: Floats, covering: Floats, empty: Floats, all_posts: Floats
) -> str:
    """A posts chart: who is in the posts in the first and the last month."""

    def at(month: int) -> str:
        n, held, covered, nobody = (
            plain(float(x[month]), 0) for x in (all_posts, permanent, covering, empty)
        )
        return (
            f"{n} posts (FTE), of which {held} have a permanent worker, {covered} are covered by agency and "
            f"{nobody} are empty"
        )

    return (
        f"Posts under “{scenario}”, whole service, means over the simulated worlds. In {_month(result, 0)}: "
        f"{at(0)}. In {_month(result, -1)}: {at(-1)}."
    )


def drift(result: Result, paths: Mapping[str, Mapping[str, Floats]], causes: Sequence[str]) -> str:
    """A drift chart: the share of every cause in the last month, by scenario."""
    said = [
        f"Drift by cause, share of the days of {_month(result, -1)} on which children had an open case, "
        "means over the simulated worlds."
    ]
    for name, parts in paths.items():
        shares = [f"{DRIFT[part]} {plain(float(parts[part][-1]), 1)}%" for part in causes]
        total = plain(float(sum(parts[part][-1] for part in DRIFT)), 1)
        said.append(f"“{name}”: {total}% in all" + (f": {joined(shares)}." if shares else "."))
    return " ".join(said)


def child(ledgers: Mapping[str, Sequence[StageDays]]) -> str:
    """One child's days: every stage and what its days were, by scenario."""
    said = ["One child’s working days by stage."]
    for name, ledger in ledgers.items():
        stages = []
        for stage in ledger:
            causes = [f"{label} {plain(stage.days[part], 1)}" for part, label in DRIFT.items()]
            causes = [cause for cause in causes if not cause.endswith(" 0.0")]
            lost = f", of which drift: {joined(causes)}" if causes else ""
            stages.append(f"{stage.stage}, {plural(round(stage.total, 1), 'day')}{lost}")
        said.append(f"“{name}”: {'; '.join(stages)}.")
    return " ".join(said)


def _month(result: Result, month: int) -> str:
    import pandas as pd

    return f"{pd.Timestamp(result.data['date'].values[month]):%B %Y}"


def _period(result: Result) -> str:
    return f"{_month(result, 0)} to {_month(result, -1)}"
