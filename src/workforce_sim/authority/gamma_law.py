"""The gamma law, compiled: by inversion from a standard normal, as the other laws of work."""

from __future__ import annotations

import math

from workforce_sim.compiled import compiled

_ENOUGH = 200  # steps of any of the sums below, all of which are done long before
_CLOSE = 1e-15
_NEARLY_NORMAL = 1e4  # shape from which on the cube of Wilson and Hilferty is good to seven digits


@compiled
def shares(shape: float, x: float) -> tuple[float, float]:
    """The share of a gamma law of this shape (scale 1) below x, and the share above it.

    The smaller of the two is exact to rounding: a series below the mean, a continued fraction above it
    (Abramowitz and Stegun, Handbook of Mathematical Functions, 6.5.29 and 6.5.31).

    Example:
        >>> [round(float(share), 6) for share in shares(1.0, 2.0)]
        [0.864665, 0.135335]
    """
    if x <= 0.0:
        return 0.0, 1.0
    density = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1.0:
        term = total = 1.0 / shape
        n = 1
        while term > _CLOSE * total and n < _ENOUGH * 10:
            term *= x / (shape + n)
            total += term
            n += 1
        below = min(1.0, density * total)
        return below, 1.0 - below
    b = x + 1.0 - shape
    c = 1e300
    d = 1.0 / b
    product = d
    for n in range(1, _ENOUGH * 10):
        a = n * (shape - n)
        b += 2.0
        d = 1.0 / (a * d + b)
        c = b + a / c
        product *= c * d
        if abs(c * d - 1.0) < _CLOSE:
            break
    above = min(1.0, density * product)
    return 1.0 - above, above


@compiled
def gamma_quantile(shape: float, z: float) -> float:
    """The gamma variate of mean 1 at the place of a standard normal z; 1 if all are alike (infinite shape).

    Newton steps on the logarithm of the smaller share, from the cube of Wilson and Hilferty (1931).

    Example:
        >>> round(float(gamma_quantile(1.0, 0.0)), 12)
        0.69314718056
    """
    cube = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * math.sqrt(shape))
    if shape > _NEARLY_NORMAL:
        return cube**3
    below, above = 0.5 * math.erfc(-z / math.sqrt(2.0)), 0.5 * math.erfc(z / math.sqrt(2.0))
    x = shape * cube**3
    if cube < 0.3 or shape < 0.5:  # far below, where the law is a power
        x = math.exp((math.log(below) + math.lgamma(shape + 1.0)) / shape)
        x = min(x, shape + 40.0)
    if x <= 0.0:
        return 0.0
    for _ in range(_ENOUGH):
        lower, upper = shares(shape, x)
        slope = math.exp((shape - 1.0) * math.log(x) - x - math.lgamma(shape))
        if below < 0.5:  # the logarithm of the share is concave in that of x
            if lower == 0.0:
                x *= 2.0
                continue
            step = lower / slope * math.log(below / lower)
            new = x * math.exp(max(-2.0, min(2.0, step / x)))
        else:
            if upper == 0.0 or slope == 0.0:
                x *= 0.5
                continue
            step = upper / slope * math.log(upper / above)
            new = max(0.1 * x, x + step)
        if abs(new - x) <= 1e-14 * x:
            return float(new / shape)
        x = new
    return float(x / shape)
