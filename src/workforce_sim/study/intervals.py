"""Intervals an expert would sign: replications are independent, comparisons are paired.

Which one answers which question is on the page ``docs/statistics.md``, with the coverage each was measured
to have; shares, quantiles and ratios are in ``beyond_means.py``, runs with separate luck in ``dunnett.py``.
Sources: Law, Simulation Modeling and Analysis, ch. 9-11; simultaneous intervals by the sup-t plug-in
(Montiel Olea and Plagborg-Møller 2019), with the sample correlation and an independent chi.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import InputError, Problem
from workforce_sim.samples import Floats, numbers, share, whole

#: Directions that are drawn for a joint interval, and how many with nearly the same largest are taken as one.
_DIRECTIONS, _ALIKE = 10_000, 20


def mean_interval(samples: Floats, level: float = 0.95) -> tuple[Floats, Floats, Floats]:
    """Mean over replications (axis 0) and its t interval, each number on its own.

    mean +- t(R - 1, 1/2 + level/2) s / sqrt(R).

    Returns:
        ``(mean, low, high)``; low and high are nan with fewer than two replications.

    Raises:
        InputError: a level that is not between 0 and 1.

    Example:
        >>> import numpy as np
        >>> mean, low, high = mean_interval(np.array([9.0, 10.0, 11.0, 10.0]))
        >>> float(mean), round(float(high - mean), 3)
        (10.0, 1.299)
    """
    _check_level("mean_interval", level)
    mean, half = mean_and_error(samples)
    if len(samples) > 1:
        half = half * student_t(len(samples) - 1, level)
    return mean, mean - half, mean + half


def joint_interval(
    samples: Floats, level: float = 0.95, seed: int = 20_261_121
) -> tuple[Floats, Floats, Floats]:
    """Mean over replications (axis 0) and intervals that hold together for all numbers of axis 1.

    mean +- c x standard error, with c the quantile of the largest abs(t) of a multivariate t with the
    correlation of the samples (sup-t), known to about 0.3%; of one number it is the t of
    :func:`mean_interval`. A number that never varies has an interval of width 0.

    Raises:
        InputError: a level that is not between 0 and 1.

    Example:
        >>> import numpy as np
        >>> y = np.random.default_rng(1).normal(size=(50, 3))
        >>> mean, low, high = joint_interval(y)
        >>> bool((low < mean).all() and (mean < high).all())
        True
    """
    _check_level("joint_interval", level)
    mean, error = mean_and_error(samples)
    n = len(samples)
    varies = error > 0
    if n < 2 or not varies.any():
        return mean, mean - error, mean + error
    scaled = (samples[:, varies] - mean[varies]) / (error[varies] * np.sqrt(n) * np.sqrt(n - 1))
    critical = _largest_t(scaled.T @ scaled, n - 1, level, seed)
    return mean, mean - critical * error, mean + critical * error


def _largest_t(correlation: Floats, degrees: int, level: float, seed: int) -> float:
    """What the largest abs(t) of a multivariate t stays below with this probability.

    Of k numbers, it comes from k independent normals, which are a direction times a length, each independent
    of the other. A direction (of length 1) fixes m, the largest abs of what the correlation makes of it; the
    largest abs(t) is m x length / chi, and (length / chi)^2 / k follows F(k, degrees). So only directions are
    drawn, and the rest is exact; with one number there is one direction, and all of it is.
    """
    from scipy.optimize import brentq
    from scipy.special import fdtr

    k = len(correlation)
    spread, axes = np.linalg.eigh(correlation)
    spread[spread < 1e-12 * spread[-1]] = 0.0  # nothing but rounding, which differs between machines
    root = (axes * np.sqrt(spread)) @ axes.T
    generator = np.random.default_rng(seed)  # fixed: the same results give the same interval
    drawn = generator.standard_normal((_DIRECTIONS, k))
    largest = np.sort(np.abs(drawn @ root).max(axis=1) / np.sqrt((drawn**2).sum(axis=1)))
    largest = largest.reshape(-1, _ALIKE).mean(axis=1)

    def missing(limit: float) -> float:
        return float(fdtr(k, degrees, (limit / largest) ** 2 / k).mean()) - level

    alone, widest = student_t(degrees, level), bonferroni_t(k, degrees, level)
    # the ends are a tenth further apart than theory says: directions are a sample
    return float(brentq(missing, 0.9 * alone, 1.1 * widest, xtol=1e-12))


def bonferroni_t(comparisons: int, degrees: int, level: float = 0.95) -> float:
    """Student's t for so many two-sided intervals that shall hold together: its 1 - a / 2k quantile.

    Raises:
        InputError: no comparisons, no degrees of freedom, or a level that is not between 0 and 1.

    Example:
        >>> round(bonferroni_t(5, 19), 3)
        2.861
    """
    problems: list[Problem] = []
    k = whole("comparisons", comparisons, problems, "5")
    df = whole("degrees", degrees, problems, "19")
    level = share("level", level, problems, "0.95")
    if problems:
        raise InputError("bonferroni_t", problems)
    return student_t(df, 1 - (1 - level) / k)


def bonferroni_interval(samples: npt.ArrayLike, level: float = 0.95) -> tuple[Floats, Floats, Floats]:
    """Means of paired differences and t intervals that hold together, whatever their correlation.

    Needs nothing but the differences; wider than :func:`joint_interval`, which uses their correlation.

    Args:
        samples: differences, shape ``(replications, comparisons)``, two replications or more.
        level: of all intervals together.

    Returns:
        ``(mean, low, high)``, each of shape ``(comparisons,)``.

    Raises:
        InputError: samples that are not such a table of finite numbers, or a wrong level.

    Example:
        >>> mean, low, high = bonferroni_interval([[1.0, 4.0], [2.0, 6.0], [3.0, 5.0]])
        >>> mean
        array([2., 5.])
    """
    problems: list[Problem] = []
    table = numbers("samples", samples, problems, dimensions=(2,), least=2)
    share("level", level, problems, "0.95")
    if problems:
        raise InputError("bonferroni_interval", problems)
    mean, error = mean_and_error(table)
    half = error * bonferroni_t(table.shape[1], len(table) - 1, level)
    return mean, mean - half, mean + half


def _check_level(where: str, level: float) -> None:
    problems: list[Problem] = []
    share("level", level, problems, "0.95")
    if problems:
        raise InputError(where, problems)


def student_t(degrees: int, level: float) -> float:
    """Half of a two-sided t interval of this level is so many standard errors."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 0.5 + level / 2))


def mean_and_error(samples: Floats) -> tuple[Floats, Floats]:
    """Mean and standard error of the mean over axis 0."""
    n = len(samples)
    mean: Floats = samples.mean(axis=0)
    if n < 2:
        return mean, np.full(mean.shape, np.nan)
    return mean, samples.std(axis=0, ddof=1) / np.sqrt(n)
