"""Intervals for what is not a mean: a share of worlds, a quantile over worlds, a ratio of two means.

Sources: Wilson (1927) for shares; Conover, Practical Nonparametric Statistics, ch. 3, for quantiles; Efron
(1982) for the jackknife of ratios.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.samples import direction, numbers, share, whole
from workforce_sim.study.intervals import mean_and_error, student_t


class Share(NamedTuple):
    """A share of replications with its interval."""

    share: float
    low: float
    high: float


def wilson_interval(successes: int, trials: int, level: float = 0.95) -> Share:
    """A probability from how often it happened: Wilson's interval, which stays within 0 and 1.

    With z the normal quantile of the level and p = k / n: ``(2 n p + z^2 +- z sqrt(4 n p (1 - p) + z^2)) /
    (2 (n + z^2))``.

    Raises:
        InputError: no trials, more successes than trials, or a wrong level.

    Example:
        >>> found = wilson_interval(19, 20)
        >>> [round(x, 3) for x in found]
        [0.95, 0.764, 0.991]
    """
    problems: list[Problem] = []
    level = share("level", level, problems, "0.95")
    n = whole("trials", trials, problems, "100")
    k = whole("successes", successes, problems, "95", least=0)
    if not problems and k > n:
        problems.append(Problem("successes", shown(successes), f"at most trials ({n})", f"successes={n}"))
    if problems:
        raise InputError("wilson_interval", problems)
    from scipy.special import ndtri

    p, z = k / n, float(ndtri(0.5 + level / 2))
    below = 2 * (n + z**2)
    middle, half = (2 * n * p + z**2) / below, z / below * math.sqrt(4 * n * p * (1 - p) + z**2)
    return Share(p, middle - half if k > 0 else 0.0, middle + half if k < n else 1.0)


def better_interval(differences: npt.ArrayLike, better: str = "lower", level: float = 0.95) -> Share:
    """How probably the scenario is the better one in the same world: Wilson's interval.

    Args:
        differences: scenario less baseline, one a replication, under the same luck. A tie is no success.
        better: ``"lower"`` or ``"higher"``.
        level: of the interval.

    Raises:
        InputError: differences that are not a list of finite numbers, another word, or a wrong level.

    Example:
        >>> better_interval([-1.0, -2.0, 0.5, -0.1], better="lower").share
        0.75
    """
    problems: list[Problem] = []
    d = numbers("differences", differences, problems)
    better = direction("better", better, problems)
    share("level", level, problems, "0.95")
    if problems:
        raise InputError("better_interval", problems)
    wins = int((d < 0).sum() if better == "lower" else (d > 0).sum())
    return wilson_interval(wins, len(d), level)


class Quantile(NamedTuple):
    """A quantile over worlds with its order-statistic interval, and the ranks (from 1) of its ends."""

    value: float
    low: float
    high: float
    ranks: tuple[int, int]


def quantile_ranks(replications: int, p: float, level: float = 0.95) -> tuple[int, int]:
    """Ranks (from 1) of the order statistics between which the ``p`` quantile lies, whatever the law.

    How many of R values lie below the quantile is Binomial(R, p): the lower rank is the largest, the upper
    the smallest, beyond which either tail has at most (1 - level) / 2.

    Raises:
        InputError: too few replications for such an interval (the message says how many), or a number
            that is not allowed.

    Example:
        >>> quantile_ranks(40, 0.9)
        (32, 40)
    """
    problems: list[Problem] = []
    n = whole("replications", replications, problems, "100")
    p = share("p", p, problems, "0.9")
    level = share("level", level, problems, "0.95")
    if problems:
        raise InputError("quantile_ranks", problems)
    from scipy.stats import binom

    tail = (1 - level) / 2
    below = binom.cdf(np.arange(n + 1), n, p)  # below[k]: at most k values lie below the quantile
    low = int(np.searchsorted(below, tail, side="right"))
    high = int(np.argmax(below >= 1 - tail)) + 1
    if low < 1 or high > n:
        least = math.ceil(math.log(tail) / math.log(max(p, 1 - p)))
        rule = f"at least {least} for an interval of the {p:g} quantile at level {level:g}"
        problems.append(Problem("replications", shown(replications), rule, f"replications={least}"))
        raise InputError("quantile_ranks", problems)
    return low, high


def quantile_interval(samples: npt.ArrayLike, p: float, level: float = 0.95) -> Quantile:
    """The ``p`` quantile over worlds and an interval for it that holds for every law.

    The value itself is rough below about 10 / (1 - p) replications: quote the interval.

    Args:
        samples: one number a replication. Numbers of children pooled over replications are not independent.
        p: which quantile: 0.9 for what one world in ten exceeds.
        level: of the interval, reached or exceeded.

    Raises:
        InputError: numbers that are not finite, too few of them, or a wrong ``p`` or level.

    Example:
        >>> quantile_interval(range(1, 41), 0.9)
        Quantile(value=36.1, low=32.0, high=40.0, ranks=(32, 40))
    """
    problems: list[Problem] = []
    read = list(samples) if isinstance(samples, range) else samples
    values = np.sort(numbers("samples", read, problems))
    share("p", p, problems, "0.9")
    share("level", level, problems, "0.95")
    if problems:
        raise InputError("quantile_interval", problems)
    low, high = quantile_ranks(len(values), p, level)
    at = float(np.quantile(values, p))
    return Quantile(at, float(values[low - 1]), float(values[high - 1]), (low, high))


class Ratio(NamedTuple):
    """A ratio of means with its jackknife interval."""

    value: float
    low: float
    high: float
    error: float


def ratio_interval(above: npt.ArrayLike, below: npt.ArrayLike, level: float = 0.95) -> Ratio:
    """The ratio of two means over replications, such as days waited per child, by the jackknife.

    The mean of the R pseudo-values ``R q - (R - 1) q_without_r`` of the ratio q of the sums, with their t
    interval. It is not the mean of the replications' ratios, which weighs few children as much as many.

    Args:
        above: what is added up, one number a replication (days waited).
        below: what it is divided by (children), in the same order of replications.
        level: of the interval.

    Raises:
        InputError: lists of different lengths, fewer than two replications, numbers that are not finite,
            a sum below (with or without any one replication) of 0, or a wrong level.

    Example:
        >>> found = ratio_interval([10.0, 22.0, 29.0], [5.0, 11.0, 15.0])
        >>> round(found.value, 2), found.low < found.value < found.high
        (1.96, True)
    """
    problems: list[Problem] = []
    y, x = numbers("above", above, problems, least=2), numbers("below", below, problems, least=2)
    level = share("level", level, problems, "0.95")
    if not problems and len(y) != len(x):
        problems.append(Problem("below", f"{len(x)} numbers", f"as many as above: {len(y)}", "pair them"))
    without = x.sum() - x
    if not problems and (x.sum() == 0 or (without == 0).any()):
        rule = "a sum that is not 0, also without any one replication"
        problems.append(Problem("below", "a sum of 0", rule, "run more or longer replications"))
    if problems:
        raise InputError("ratio_interval", problems)
    n = len(y)
    pseudo = n * y.sum() / x.sum() - (n - 1) * (y.sum() - y) / without
    mean, error = (float(v) for v in mean_and_error(pseudo))
    half = student_t(n - 1, level) * error
    return Ratio(mean, mean - half, mean + half, error)
