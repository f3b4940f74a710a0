"""The method of simulated moments under fixed luck (docs/data.md, section 5).

McFadden (1989), Econometrica 57, 995; Duffie and Singleton (1993), Econometrica 61, 929; Gourieroux and
Monfort (1996), Simulation-Based Econometric Methods, ch. 2. Nothing here knows what is simulated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Parameters as shares ``u`` of the way through their ranges, and worlds -> moments ``(worlds, moments)``.
#: The same world has the same luck at every ``u``, and the first worlds of more are those of fewer.
Simulate = Callable[[Floats, int], Floats]

#: Standard deviation of a prior: the range is two of them to either side of its middle.
PRIOR_SD = 0.25

#: Variance of a number evenly between 0 and 1: who knows a parameter no better knows nothing but its range.
RANGE_VARIANCE = 1 / 12

_FIRST_STEP = 0.05
_LEAST_STEP, _MOST_STEP = 0.02, 0.20
_AT_BOUND = 0.01
_SNAP = 1e-3
_STEPS = 8  # tries within a stage
_CLOSE = 0.01  # where a stage may stop: far below what luck leaves open


@dataclass(frozen=True, eq=False)
class Estimate:
    """Where the distance is least, and what is known of it.

    Attributes:
        at: shape ``(parameters,)``: shares of the way through the ranges.
        simulated: mean simulated moments there, shape ``(moments,)``.
        spread: covariance of the moments of one authority, shape ``(moments, moments)``.
        slopes: of the moments by parameter, shape ``(moments, parameters)``.
        information: inverse covariance of the estimate, without priors: ``G'WG``.
        covariance: of the estimate; with priors, if there are.
        distance: the J statistic.
        prior: middle of the priors; None: there are none.
    """

    at: Floats
    simulated: Floats
    spread: Floats
    slopes: Floats
    information: Floats
    covariance: Floats
    distance: float
    prior: Floats | None

    @property
    def errors(self) -> Floats:
        """Standard errors, in shares of the ranges."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def degrees_of_freedom(self) -> int:
        """Moments less parameters."""
        return len(self.simulated) - len(self.at)

    @property
    def p_value(self) -> float:
        """Of a J as large or larger, by chi-square; nan without degrees of freedom."""
        from scipy.special import chdtrc

        free = self.degrees_of_freedom
        return float(chdtrc(free, self.distance)) if free > 0 else float("nan")

    def at_bound(self) -> npt.NDArray[np.bool_]:
        """Which parameters ended at an end of their range."""
        return (self.at < _AT_BOUND) | (self.at > 1 - _AT_BOUND)

    def unknown_directions(self) -> list[Floats]:
        """Combinations of parameters of which the moments say less than the ranges do, worst first.

        Eigenvectors of the information with eigenvalues below 12: known no better than a number evenly
        between 0 and 1. Of length 1, the largest part above 0.
        """
        values, vectors = np.linalg.eigh(self.information)
        found = [vectors[:, i] for i in range(len(values)) if values[i] < 1 / RANGE_VARIANCE]
        return [v * np.sign(v[np.argmax(np.abs(v))]) for v in found]


def estimate(
    simulate: Simulate,
    observed: Floats,
    start: Floats,
    worlds: int,
    spread_worlds: int,
    prior: Floats | None = None,
    together: bool = True,
) -> Estimate:
    """The parameters at which simulated moments are nearest to the observed.

    Args:
        simulate: moments of worlds with given parameters.
        observed: shape ``(moments,)``.
        start: first stage, shape ``(parameters,)``, each from 0 to 1.
        worlds: whose mean is compared.
        spread_worlds: from which the covariance of the moments is estimated; more than moments + 2.
        prior: middle of a normal prior of every parameter, shape ``(parameters,)``; None: no priors.
        together: weigh the moments by their whole covariance, efficient if the model makes them; or each by
            its own variance, safer if it cannot.

    Example:
        Two moments of one parameter, each with a variance of 0.01, that say 0.5 and 0.6.

        >>> import numpy as np
        >>> luck = np.random.default_rng(1).normal(0, 0.1, (4000, 2))
        >>> luck = luck - luck.mean(axis=0)
        >>> def two_scales(u, worlds):
        ...     return u + luck[:worlds] - luck[:worlds].mean(axis=0)
        >>> found = estimate(two_scales, np.array([0.5, 0.6]), np.array([0.3]), 4000, 4000)
        >>> found.at.round(2).tolist(), found.errors.round(2).tolist(), found.degrees_of_freedom
        ([0.55], [0.07], 1)
    """
    at, step = np.clip(start, 0.0, 1.0), np.full(len(start), _FIRST_STEP)
    fewer = min(spread_worlds, max(worlds, 2 * len(observed) + 4))  # enough for a weight to begin with
    for both_sides, n in ((False, fewer), (True, spread_worlds)):
        spread = np.atleast_2d(np.cov(simulate(at, n), rowvar=False))
        weight = _weight(spread, n, worlds) if together else np.diag(1 / _variances(spread, worlds))
        slopes = _slopes(simulate, at, step, worlds, both_sides)
        known = np.einsum("mi,mn,ni->i", slopes, weight, slopes)
        step = np.clip(1 / np.sqrt(np.maximum(known, 1e-12)), _LEAST_STEP, _MOST_STEP)
        at = _nearest(simulate, observed, at, slopes, weight, worlds, prior)
    simulated = simulate(at, worlds).mean(axis=0)
    away = observed - simulated
    information, distance = slopes.T @ weight @ slopes, float(away @ weight @ away)
    if not together:
        information, distance = _apart(slopes, weight, spread, away, spread_worlds, worlds)
    return Estimate(
        at=at,
        simulated=simulated,
        spread=spread,
        slopes=slopes,
        information=information,
        covariance=_inverse(information + (0.0 if prior is None else np.eye(len(at)) / PRIOR_SD**2)),
        distance=distance,
        prior=prior,
    )


def _weight(spread: Floats, spread_worlds: int, worlds: int) -> Floats:
    """Inverse covariance of observed less simulated moments, right on average for one that is estimated."""
    unbiased = (spread_worlds - len(spread) - 2) / (spread_worlds - 1)
    inverse = np.asarray(np.linalg.pinv(spread, hermitian=True), dtype=np.float64)
    return unbiased / (1 + 1 / worlds) * inverse


def _variances(spread: Floats, worlds: int) -> Floats:
    """Of observed less simulated moments; one that never varies has next to none, and not nothing."""
    found: Floats = np.maximum((1 + 1 / worlds) * np.diag(spread), 1e-12)
    return found


def _apart(
    slopes: Floats, weight: Floats, spread: Floats, away: Floats, spread_worlds: int, worlds: int
) -> tuple[Floats, float]:
    """Information and J where moments were weighted each by itself, though they vary together.

    With ``A = (G'DG)^-1 G'D`` the estimate has the covariance ``A Omega A'``, and what is left of the
    moments that of ``(1 - GA) Omega (1 - GA)'``, of rank moments - parameters.
    """
    both = (1 + 1 / worlds) * spread
    to_estimate = np.linalg.pinv(slopes.T @ weight @ slopes, hermitian=True) @ slopes.T @ weight
    information = np.linalg.pinv(to_estimate @ both @ to_estimate.T, hermitian=True)
    rest = np.eye(len(spread)) - slopes @ to_estimate
    values, vectors = np.linalg.eigh(rest @ both @ rest.T)
    free = max(0, len(spread) - slopes.shape[1])
    kept = slice(len(values) - free, None)
    parts = vectors[:, kept].T @ away
    unbiased = (spread_worlds - free - 2) / (spread_worlds - 1)
    return np.asarray(information, dtype=np.float64), float(unbiased * (parts**2 / values[kept]).sum())


def _slopes(simulate: Simulate, at: Floats, step: Floats, worlds: int, both_sides: bool) -> Floats:
    """Differences of the mean moments, within the bounds: to both sides, or to that with more room."""
    columns = []
    for i in range(len(at)):
        low, high = at.copy(), at.copy()
        low[i], high[i] = max(0.0, at[i] - step[i]), min(1.0, at[i] + step[i])
        if not both_sides:
            (high if at[i] > 0.5 else low)[i] = at[i]
        change = simulate(high, worlds).mean(axis=0) - simulate(low, worlds).mean(axis=0)
        columns.append(change / (high[i] - low[i]))
    return np.stack(columns, axis=1)


def _nearest(
    simulate: Simulate,
    observed: Floats,
    start: Floats,
    slopes: Floats,
    weight: Floats,
    worlds: int,
    prior: Floats | None,
) -> Floats:
    """Bounded least squares with the slopes held: steps are as large as they say, and tried by simulation."""
    from scipy.optimize import least_squares

    values, vectors = np.linalg.eigh(weight)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))).T  # root.T @ root is the weight
    slope_rows = -root @ slopes
    if prior is not None:
        slope_rows = np.vstack([slope_rows, np.eye(len(start)) / PRIOR_SD])

    def away(u: Floats) -> Floats:
        """Residuals, each with a variance of 1."""
        rows = root @ (observed - simulate(u, worlds).mean(axis=0))
        return rows if prior is None else np.concatenate([rows, (u - prior) / PRIOR_SD])

    rows_held: Floats = np.asarray(slope_rows, dtype=np.float64)

    def held(_: Floats) -> Floats:
        return rows_held

    inside = np.clip(start, 1e-6, 1 - 1e-6)
    found = least_squares(
        away,
        inside,
        jac=held,
        bounds=(0.0, 1.0),
        method="trf",
        xtol=_CLOSE,
        ftol=_CLOSE,
        gtol=_CLOSE,
        max_nfev=_STEPS,
    )
    at = np.asarray(found.x, dtype=np.float64)
    return np.where(at < _SNAP, 0.0, np.where(at > 1 - _SNAP, 1.0, at))  # the method stays inside its bounds


def _inverse(information: Floats) -> Floats:
    """The covariance; a direction of which nothing is known has a variance far beyond any range."""
    values, vectors = np.linalg.eigh(information)
    found: Floats = (vectors / np.maximum(values, 1e-6)) @ vectors.T
    return found
