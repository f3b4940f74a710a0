"""The chance of something from how often it happened: exact bounds, and the worlds it takes to tell."""

from __future__ import annotations

import math

#: More worlds than anybody runs.
_MOST = 100_000


def bounds(met: int, worlds: int, error: float) -> tuple[float, float]:
    """Lower and upper bound of a chance, exact (Clopper and Pearson 1934).

    The chance is below the lower bound with probability ``error`` at most, and above the upper one likewise;
    so both hold with probability ``1 - 2 error`` at least.

    Example:
        >>> [round(x, 4) for x in bounds(95, 100, 0.05)]
        [0.8977, 0.9801]
    """
    from scipy.special import betaincinv

    low = float(betaincinv(met, worlds - met + 1, error)) if met else 0.0
    high = float(betaincinv(met + 1, worlds - met, 1 - error)) if met < worlds else 1.0
    return low, high


def worlds_to_tell(share: float, chance: float, error: float, more_than: int) -> int | None:
    """About how many worlds would put a bound on one side of a chance, if the share stays what it is.

    Args:
        share: of worlds so far.
        chance: the bound must be at or above it, or below it.
        error: of each bound.
        more_than: more worlds than these.

    Returns:
        None if it would take more than 100,000.

    Example:
        >>> worlds_to_tell(0.85, 0.8, 0.05, 50)
        181
    """
    n = more_than + 1
    if abs(share - chance) < 1e-9:
        return None
    while n <= _MOST:
        low, high = bounds(round(share * n), n, error)
        if low >= chance or high < chance:
            return n
        n += max(1, math.ceil(n / 100))
    return None
