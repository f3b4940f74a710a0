"""Scenarios that share no luck, each beside the same control: Dunnett's simultaneous intervals.

Source: Dunnett (1955), A multiple comparison procedure for comparing several treatments with a control,
Journal of the American Statistical Association 50:1096-1121. All t statistics share the control and the
pooled spread; given both they are independent, so that their joint law is a double integral, taken here by
Gauss-Legendre quadrature. ``scipy.stats.dunnett`` does the same by random integration, and searches the noisy
result for the critical value, which does not always end well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.samples import Floats, numbers, share
from workforce_sim.study.intervals import bonferroni_t, student_t

#: Points of the quadrature in each direction, and how many standard deviations of the control it covers.
_POINTS, _REACH = 96, 9.0


class Arm(NamedTuple):
    """One arm beside the control: difference of means, simultaneous interval, adjusted p-value."""

    difference: float
    low: float
    high: float
    p: float


def dunnett_intervals(
    control: npt.ArrayLike, arms: Mapping[str, npt.ArrayLike], level: float = 0.95
) -> dict[str, Arm]:
    """Every arm less the control, from runs with separate luck: intervals that hold together.

    For outputs about normal, of arms that share no luck and vary alike. Under shared luck use
    :func:`~workforce_sim.study.intervals.joint_interval` of the paired differences: these here would still
    be valid, but several times too wide.

    Args:
        control: outputs, one a replication.
        arms: name -> outputs; arms may have different numbers of replications.
        level: of all intervals together.

    Raises:
        InputError: no arms, fewer than two replications somewhere, numbers that are not finite, outputs
            none of which varies, or a wrong level.

    Example:
        >>> found = dunnett_intervals([9.0, 10.0, 11.0], {"more posts": [4.0, 5.0, 6.0, 5.0]})
        >>> found["more posts"].difference, found["more posts"].high < 0
        (-5.0, True)
    """
    problems: list[Problem] = []
    level = share("level", level, problems, "0.95")
    ours = numbers("control", control, problems, least=2)
    if not isinstance(arms, Mapping) or not arms:
        rule = "a dictionary: name -> outputs"
        problems.append(Problem("arms", shown(arms), rule, "{'80 posts': [9.8, 8.8, 7.7]}"))
        arms = {}
    read = {name: numbers(f"arms[{name!r}]", arm, problems, least=2) for name, arm in arms.items()}
    if not problems and not any(np.ptp(x) > 0 for x in (ours, *read.values())):
        rule = "outputs that vary between replications"
        problems.append(Problem("arms", "no spread at all", rule, "compare the means: they are exact"))
    if problems:
        raise InputError("dunnett_intervals", problems)
    groups = [ours, *read.values()]
    degrees = sum(len(group) - 1 for group in groups)
    pooled = np.sqrt(sum(float(((group - group.mean()) ** 2).sum()) for group in groups) / degrees)
    sizes = np.array([len(arm) for arm in read.values()])
    errors = pooled * np.sqrt(1 / sizes + 1 / len(ours))
    differences = np.array([arm.mean() - ours.mean() for arm in read.values()])
    critical = critical_value(sizes, len(ours), degrees, level)
    joint = _Joint(sizes, len(ours), degrees)
    rows = zip(read, differences.tolist(), errors.tolist(), strict=True)
    return {
        name: Arm(d, d - critical * e, d + critical * e, max(0.0, 1 - joint.within(abs(d) / e)))
        for name, d, e in rows
    }


def critical_value(arms: npt.ArrayLike, control: int, degrees: int, level: float = 0.95) -> float:
    """Two-sided critical value of Dunnett's test.

    Args:
        arms: replications of each arm.
        control: replications of the control.
        degrees: degrees of freedom of the pooled spread.
        level: of all intervals together.

    Example:
        >>> round(critical_value([5, 5, 5, 5, 5], 5, 20), 3)
        2.735
    """
    from scipy.optimize import brentq

    sizes = np.asarray(arms)
    joint = _Joint(sizes, control, degrees)
    alone, widest = student_t(degrees, level), bonferroni_t(len(sizes), degrees, level)
    return float(brentq(lambda c: joint.within(c) - level, 0.99 * alone, 1.01 * widest, xtol=1e-10))


class _Joint:
    """The law of the largest of the arms' |t|, given sizes and degrees of freedom."""

    def __init__(self, arms: npt.NDArray[np.int64], control: int, degrees: int) -> None:
        from scipy.special import gammaincinv, gammaln

        nodes, weights = np.polynomial.legendre.leggauss(_POINTS)
        self._control = _REACH * nodes
        self._control_weight = weights * _REACH * np.exp(-(self._control**2) / 2) / np.sqrt(2 * np.pi)
        # The pooled spread, over the true one: a chi, between quantiles that leave out nothing that counts.
        ends = np.sqrt(gammaincinv(degrees / 2, [1e-15, 1 - 1e-15]) * 2 / degrees)
        half = (ends[1] - ends[0]) / 2
        self._spread = ends[0] + half * (1 + nodes)
        logs = (degrees - 1) * np.log(self._spread) - degrees * self._spread**2 / 2
        logs += np.log(2) + degrees / 2 * np.log(degrees / 2) - gammaln(degrees / 2)
        self._spread_weight = weights * half * np.exp(logs)
        sizes, self._times = np.unique(arms, return_counts=True)
        self._shared = np.sqrt(sizes / (sizes + control))  # the part of an arm's t that is the control's luck

    def within(self, limit: float) -> float:
        """The probability that no |t| exceeds the limit."""
        from scipy.special import ndtr

        together: Floats = np.ones((_POINTS, _POINTS))
        for part, times in zip(self._shared, self._times, strict=True):
            own = np.sqrt(1 - part**2)
            middle, reach = part * self._control[None, :], limit * self._spread[:, None]
            together *= (ndtr((middle + reach) / own) - ndtr((middle - reach) / own)) ** times
        return float(self._spread_weight @ together @ self._control_weight)
