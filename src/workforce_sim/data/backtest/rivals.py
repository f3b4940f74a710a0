"""Three simple rules that a forecast has to beat: they need no model, only the published figures.

What they are made of was known at the time: changes from one year to another, both of them not later than the
origin. The rules are in docs/backtest.md, section 4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workforce_sim.data.backtest.scores import LEVELS

Floats = npt.NDArray[np.float64]

PERSISTENCE, SPREAD, MEAN = "persistence", "persistence with spread", "regression to the mean"
RIVALS = (PERSISTENCE, SPREAD, MEAN)


def persistence(known: Floats, horizon: int) -> Floats:
    """The last published figure, without any doubt.

    Args:
        known: shape ``(authorities, years)``, the last year being the origin.
        horizon: years ahead, which changes nothing.

    Returns:
        Shape ``(authorities, 1)``.
    """
    return known[:, -1:]


def persistence_with_spread(known: Floats, horizon: int) -> Floats:
    """The last published figure plus every change over as many years that any authority has had so far.

    Returns:
        Shape ``(authorities, PARTS)``: quantiles.
    """
    then, later = pairs(known, horizon)
    return known[:, -1:] + np.quantile(later - then, LEVELS, method="hazen")


def regression_to_mean(known: Floats, horizon: int) -> Floats:
    """The national mean plus a share of the distance from it, and every miss of that rule so far.

    The share is the least-squares slope of distances ``horizon`` years later on distances, from the national
    mean of the first of the two years.

    Returns:
        Shape ``(authorities, PARTS)``: quantiles.
    """
    then, later = pairs(known, horizon)
    before = np.concatenate([_centre(known, s, horizon) for s in range(known.shape[1] - horizon)])
    slope = ((then - before) * (later - before)).sum() / max(((then - before) ** 2).sum(), 1e-12)
    missed = later - before - slope * (then - before)
    mean = np.nanmean(known[:, -1])
    found: Floats = mean + slope * (known[:, -1:] - mean) + np.quantile(missed, LEVELS, method="hazen")
    return found


def pairs(known: Floats, horizon: int) -> tuple[Floats, Floats]:
    """Figures that are there in a year and ``horizon`` years later, of all authorities and years."""
    then, later = known[:, : known.shape[1] - horizon].T, known[:, horizon:].T
    there = np.isfinite(then) & np.isfinite(later)
    return then[there], later[there]


def _centre(known: Floats, year: int, horizon: int) -> Floats:
    """The mean of a year, once for every authority that has a figure ``horizon`` years later as well."""
    there = np.isfinite(known[:, year]) & np.isfinite(known[:, year + horizon])
    return np.full(int(there.sum()), known[there, year].mean() if there.any() else np.nan)


RULES = {PERSISTENCE: persistence, SPREAD: persistence_with_spread, MEAN: regression_to_mean}
