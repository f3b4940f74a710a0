"""Intervals an expert would sign: replications are independent, comparisons are paired.

Sources: Law, Simulation Modeling and Analysis, ch. 9-11; simultaneous intervals by the sup-t plug-in
(Montiel Olea and Plagborg-Møller 2019), with the sample correlation and an independent chi.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_DRAWS = 20_000


def mean_interval(samples: Floats, level: float = 0.95) -> tuple[Floats, Floats, Floats]:
    """Mean over replications (axis 0) and its t interval, each number on its own.

    Returns:
        ``(mean, low, high)``; low and high are nan with fewer than two replications.
    """
    mean, half = _mean_and_error(samples)
    if len(samples) > 1:
        from scipy.stats import t

        half = half * t.ppf(0.5 + level / 2, len(samples) - 1)
    return mean, mean - half, mean + half


def joint_interval(
    samples: Floats, level: float = 0.95, seed: int = 20_261_121
) -> tuple[Floats, Floats, Floats]:
    """Mean over replications (axis 0) and intervals that hold together for all numbers of axis 1.

    mean +- c x standard error, with c the quantile of the largest |t| of a multivariate t with the
    correlation of the samples (sup-t). A number that never varies has an interval of width 0.

    Example:
        >>> import numpy as np
        >>> y = np.random.default_rng(1).normal(size=(50, 3))
        >>> mean, low, high = joint_interval(y)
        >>> bool((low < mean).all() and (mean < high).all())
        True
    """
    mean, error = _mean_and_error(samples)
    n = len(samples)
    varies = error > 0
    if n < 2 or not varies.any():
        return mean, mean - error, mean + error
    scaled = (samples[:, varies] - mean[varies]) / (error[varies] * np.sqrt(n) * np.sqrt(n - 1))
    generator = np.random.default_rng(seed)  # fixed: the same results give the same interval
    largest = np.empty(_DRAWS)
    for at in range(0, _DRAWS, 2000):
        z = generator.standard_normal((2000, n)) @ scaled
        chi = np.sqrt(generator.chisquare(n - 1, 2000) / (n - 1))
        largest[at : at + 2000] = np.abs(z).max(axis=1) / chi
    critical = float(np.quantile(largest, level))
    return mean, mean - critical * error, mean + critical * error


def _mean_and_error(samples: Floats) -> tuple[Floats, Floats]:
    """Mean and standard error of the mean over axis 0."""
    n = len(samples)
    mean: Floats = samples.mean(axis=0)
    if n < 2:
        return mean, np.full(mean.shape, np.nan)
    return mean, samples.std(axis=0, ddof=1) / np.sqrt(n)
