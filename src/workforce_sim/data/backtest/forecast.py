"""The forecast with past errors: the worlds of the model, moved and widened by what earlier forecasts missed.

Forecasts made in year ``s`` whose outcome was known by the origin say how far authorities of such a past and
such worlds end up from the national mean, and by how much that is missed. The rule is in docs/backtest.md,
section 3; the idea is that of model output statistics for ensembles (Gneiting and others 2005).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workforce_sim.data.backtest.nation import Nation, nation
from workforce_sim.data.backtest.scores import LEVELS

Floats = npt.NDArray[np.float64]

#: Fewer errors of earlier forecasts than this say too little about the next.
LEAST_ERRORS = 20

#: The t law of what all authorities share is stood for by so many of its quantiles.
_SHARED = 21

#: Rounds of the fit of the spread, each weighted by the one before; it settles in two.
_ROUNDS = 3


@dataclass(frozen=True, eq=False)
class Learned:
    """What forecasts of one measure and horizon were found to miss by the origin.

    Attributes:
        weights: of the features (:func:`_features`) in the expected distance from the national mean.
        spread: variance of an error: ``spread[0] + spread[1] * variance of the worlds``.
        shape: errors over their standard deviation, at :data:`LEVELS`.
        errors: how many errors that was learned from.
        nation: what is expected of the mean of all.
    """

    weights: Floats
    spread: Floats
    shape: Floats
    errors: int
    nation: Nation


def forecast(known: Floats, means: Floats, variances: Floats, horizon: int, *, size: bool = False) -> Floats:
    """Forecast every authority ``horizon`` years after the last year that is known.

    Args:
        known: published figures, shape ``(authorities, years)``: the last year is the origin.
        means: mean of the worlds started in each of these years, after ``horizon`` years; same shape.
        variances: their variance; same shape.
        horizon: years ahead, at least 1.
        size: whether the measure is a size (people in post, as a logarithm) and not a rate.

    Returns:
        Shape ``(authorities, PARTS)``: quantiles at :data:`LEVELS`; nan where the authority has no figure or
            no worlds in the origin, and everywhere if fewer than :data:`LEAST_ERRORS` errors are known.
    """
    learned = learn(known, means, variances, horizon, size=size)
    features, there = _features(known, means, known.shape[1] - 1)
    if learned is None or not there.any():
        return np.full((len(known), len(LEVELS)), np.nan)
    middle = known[there, -1].mean() + learned.nation.drift + _from_mean(features, there) @ learned.weights
    own = np.sqrt(learned.spread[0] + learned.spread[1] * variances[:, -1])
    drawn = own[:, None, None] * learned.shape[:, None] + _shared(learned.nation)
    quantiles = np.quantile(drawn.reshape(len(known), -1), LEVELS, axis=1, method="hazen").T
    found: Floats = middle[:, None] + quantiles
    if not size:
        found = np.maximum(found, 0.0)
    return np.where(there[:, None], found, np.nan)


def learn(known: Floats, means: Floats, variances: Floats, horizon: int, *, size: bool) -> Learned | None:
    """What is known of the errors of forecasts over this horizon; None if there are too few."""
    rows, ends, widths = [], [], []
    for s in range(known.shape[1] - horizon):
        features, there = _features(known[:, : s + 1], means[:, : s + 1], s)
        there = there & np.isfinite(known[:, s + horizon])
        if there.any():
            outcome = known[there, s + horizon]
            rows.append(_from_mean(features, there)[there])
            ends.append(outcome - outcome.mean())
            widths.append(variances[there, s])
    if sum(map(len, ends)) < LEAST_ERRORS:
        return None
    x, y, width = np.concatenate(rows), np.concatenate(ends), np.concatenate(widths)
    weights = _weights(rows, y)
    errors = y - x @ weights
    spread = _spread(errors, width)
    shape = np.quantile(errors / np.sqrt(spread[0] + spread[1] * width), LEVELS, method="hazen")
    shared = nation(known, horizon, float(errors.std()), size=size)
    return Learned(weights, spread, shape, len(errors), shared)


def _features(known: Floats, means: Floats, origin: int) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """What is known of every authority, shape ``(authorities, 3)``, and where there is anything.

    Its last figure; how far its own past mean (of distances from the national mean of each year) is from
    where it now stands, which with one year of past is 0 for everybody; and the change its worlds expect.
    """
    there = np.isfinite(known[:, origin]) & np.isfinite(means[:, origin])
    if not there.any():
        return np.zeros((len(known), 3)), there
    national = [np.nanmean(column) if np.isfinite(column).any() else np.nan for column in known.T]
    distance = known - np.array(national)
    seen = np.isfinite(distance)
    past = np.where(seen, distance, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    last = known[:, origin]
    return np.stack([last, past - distance[:, origin], means[:, origin] - last], axis=1), there


def _from_mean(features: Floats, there: npt.NDArray[np.bool_]) -> Floats:
    """Features less their mean over the authorities that have them; 0 for the others."""
    return np.where(there[:, None], features - features[there].mean(axis=0), 0.0)


def _weights(rows: list[Floats], outcome: Floats) -> Floats:
    """Least squares, with one more origin in which nothing but the last figure was worth anything.

    Authorities of a year are not a hundred years: what one origin says of a feature is taken by half.

    Args:
        rows: features of every origin, shape ``(authorities, features)`` each.
        outcome: of all of them.
    """
    x = np.concatenate(rows)
    squares = (x**2).sum(axis=0)
    origins = np.array([sum(bool((part[:, j] != 0).any()) for part in rows) for j in range(x.shape[1])])
    believed = np.sqrt(squares / np.maximum(origins, 1))
    believed[0] = 0.0
    with_prior = np.concatenate([x, np.diag(believed)])
    found: Floats = np.linalg.lstsq(
        with_prior, np.concatenate([outcome, np.zeros(len(believed))]), rcond=1e-8
    )[0]
    return found


def _spread(errors: Floats, width: Floats) -> Floats:
    """Variance of errors as a constant and a multiple of the variance of the worlds, neither below 0.

    Least squares on squared errors, weighted by the inverse of the variance that the round before found.
    """
    from scipy.optimize import nnls

    columns = np.stack([np.ones_like(width), width], axis=1)
    found = np.array([float((errors**2).mean()), 0.0])
    for _ in range(_ROUNDS):
        weight = 1 / np.maximum(columns @ found, 1e-12)
        found = nnls(columns * weight[:, None], errors**2 * weight)[0]
    if not (columns @ found > 0).all():
        found = np.array([max(float((errors**2).mean()), 1e-12), 0.0])
    return found


def _shared(of: Nation) -> Floats:
    """Quantiles of what all authorities share."""
    from scipy.special import stdtrit

    levels = (np.arange(_SHARED) + 0.5) / _SHARED
    return of.shock * np.asarray(stdtrit(of.freedom, levels), dtype=float)
