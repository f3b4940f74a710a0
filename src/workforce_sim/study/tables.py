"""Tables of a result: every scenario, and paired differences of one from another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.measures.paths import BY_NAME
from workforce_sim.study.beyond_means import Share, better_interval
from workforce_sim.study.intervals import joint_interval, mean_interval
from workforce_sim.study.verdict import verdict_of

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.study.result import Result

Floats = npt.NDArray[np.float64]

_NO_SHARE = Share(float("nan"), float("nan"), float("nan"))


def table(result: Result, measures: Sequence[str], months: Sequence[int]) -> pd.DataFrame:
    """Mean with its interval, and where nine worlds in ten lie: see :meth:`Result.table`."""
    import pandas as pd

    rows = []
    for name in measures:
        for scenario in result.scenarios:
            paths = result.samples(name, scenario)
            for month in months:
                mean, low, high = mean_interval(paths[:, month])
                p5, p95 = np.quantile(paths[:, month], [0.05, 0.95])
                numbers = (float(x) for x in (mean, low, high, p5, p95))
                rows.append((name, scenario, month, *numbers))
    columns = ["measure", "scenario", "month", "mean", "low", "high", "p5", "p95"]
    return pd.DataFrame(rows, columns=columns).set_index(["measure", "scenario", "month"])


def compare(
    result: Result, scenarios: Sequence[str], to: str, measures: Sequence[str], months: Sequence[int]
) -> pd.DataFrame:
    """Paired differences; intervals hold for the scenarios and months of a measure together."""
    import pandas as pd

    rows = []
    for name in measures:
        theirs = result.samples(name, to)[:, months]
        ours = [result.samples(name, scenario)[:, months] for scenario in scenarios]
        if not ours:
            continue
        paired = np.concatenate([path - theirs for path in ours], axis=1)
        better = BY_NAME[name].better
        places = [(scenario, month) for scenario in scenarios for month in months]
        with np.errstate(divide="ignore", invalid="ignore"):
            apart = np.concatenate([path.var(axis=0) + theirs.var(axis=0) for path in ours])
            gains = apart / paired.var(axis=0)
        intervals = zip(*joint_interval(paired), strict=True)
        for j, ((scenario, month), (mean, low, high)) in enumerate(zip(places, intervals, strict=True)):
            wins = 100 * np.array(_wins(paired[:, j], better))
            verdict = verdict_of(float(mean), float(low), float(high), better)
            numbers = (float(x) for x in (mean, low, high, *wins, gains[j]))
            rows.append((name, scenario, month, *numbers, verdict))
    columns = [
        *("measure", "scenario", "month", "difference", "low", "high"),
        *("better_in", "better_low", "better_high", "shared_luck", "verdict"),
    ]
    return pd.DataFrame(rows, columns=columns).set_index(["measure", "scenario", "month"])


def _wins(differences: Floats, better: str) -> Share:
    """In what share of worlds the scenario is the better one; none where nothing can be better."""
    if not better or np.isnan(differences).any() or not differences.any():
        return _NO_SHARE
    return better_interval(differences, better)
