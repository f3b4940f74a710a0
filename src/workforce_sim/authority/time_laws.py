"""Laws of the time until something happens: what stretches an exponential threshold (docs/model.md, 6)."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.parts import TimeLaw

Floats = npt.NDArray[np.float64]

_ROOTS = (0.05, 60.0)  # Weibull shapes between which every coefficient of variation here is met


def stretched(law: TimeLaw, threshold: float) -> float:
    """A threshold with mean 1 of this law from one that is exponential, by inversion."""
    if law.law == "exponential":
        return threshold
    return float(survival_inverse(law, np.array([math.exp(-threshold)]))[0])


def survival_inverse(law: TimeLaw, alive: Floats) -> Floats:
    """The time at which a share ``alive`` has not yet happened; mean 1. Shape as given."""
    if law.law == "exponential":
        return -np.log(alive)
    if law.law == "weibull":
        shape = weibull_shape(law.cv)
        return np.asarray((-np.log(alive)) ** (1 / shape) / math.gamma(1 + 1 / shape))
    from scipy.special import gammainccinv, ndtri

    if law.law == "gamma":
        shape = law.cv**-2
        return np.asarray(gammainccinv(shape, alive) / shape)
    variance = math.log1p(law.cv**2)
    return np.asarray(np.exp(-variance / 2 - math.sqrt(variance) * ndtri(alive)))


def survival(law: TimeLaw, time: Any) -> Any:
    """The share to whom it has not happened by ``time`` (in means)."""
    if law.law == "exponential":
        return np.exp(-time)
    if law.law == "weibull":
        shape = weibull_shape(law.cv)
        return np.exp(-((time * math.gamma(1 + 1 / shape)) ** shape))
    from scipy.special import gammaincc, ndtr

    if law.law == "gamma":
        shape = law.cv**-2
        return gammaincc(shape, shape * time)
    variance = math.log1p(law.cv**2)
    with np.errstate(divide="ignore"):
        return ndtr(-(np.log(time) + variance / 2) / math.sqrt(variance))


@cache
def weibull_shape(cv: float) -> float:
    """The Weibull shape that has this coefficient of variation."""
    from scipy.optimize import brentq

    def excess(shape: float) -> float:
        return math.exp(math.lgamma(1 + 2 / shape) - 2 * math.lgamma(1 + 1 / shape)) - 1 - cv**2

    return float(brentq(excess, *_ROOTS, xtol=1e-14))
