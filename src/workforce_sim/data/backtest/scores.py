"""Scores of forecasts: how far off and how sure they were, and how often their bands held.

A forecast is a set of values that are taken to be equally likely: worlds of a model, or the quantiles of a
law at the middles of equal parts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Shares of outcomes that bands are meant to hold.
BANDS = (0.5, 0.8, 0.9)

#: Values that stand for a law: its quantiles at the middles of so many equal parts.
PARTS = 99

#: The levels of those quantiles.
LEVELS: Floats = (np.arange(PARTS) + 0.5) / PARTS


def crps(values: Floats, outcome: Floats, *, fair: bool = False) -> Floats:
    """Continuous ranked probability score: the mean distance from the outcome, less half the mean spread.

    ``mean |x - y| - mean |x - x'| / 2`` over the values ``x`` and all pairs of them (Gneiting and Raftery
    2007, equation 21). For one value it is the absolute error. Lower is better, in the unit of the outcome.

    Args:
        values: shape ``(forecasts, values)``.
        outcome: shape ``(forecasts,)``.
        fair: the pairs are those of two different values: the score that a small sample of worlds would have
            if there were very many (Ferro 2014). At least two values.

    Example:
        >>> import numpy as np
        >>> crps(np.array([[1.0, 3.0]]), np.array([2.0])).tolist()
        [0.5]
        >>> crps(np.array([[1.0, 3.0]]), np.array([2.0]), fair=True).tolist()
        [0.0]
    """
    ordered = np.sort(values, axis=1)
    n = ordered.shape[1]
    off = np.abs(ordered - outcome[:, None]).mean(axis=1)
    apart = (ordered * (2 * np.arange(1, n + 1) - n - 1)).sum(axis=1)  # the sum of x_j - x_i over pairs i < j
    pairs = n * (n - 1) if fair else n * n
    found: Floats = off - apart / pairs
    return found


def band_of_worlds(values: Floats, share: float) -> tuple[Floats, Floats]:
    """The band that holds a further world with this chance, whatever the law.

    With ``n`` worlds the ``k``-th smallest and the ``k``-th largest hold the next one with the chance
    ``1 - 2 k / (n + 1)``: exact for 19 worlds at 50, 80 and 90 percent, and in between by interpolation. With
    fewer worlds than it takes, it is all of them.
    """
    low, high = np.quantile(values, [(1 - share) / 2, (1 + share) / 2], axis=1, method="weibull")
    return low, high


def band_of_law(values: Floats, share: float) -> tuple[Floats, Floats]:
    """The band between two quantiles of a law that is given by its :data:`PARTS` values."""
    low, high = np.quantile(values, [(1 - share) / 2, (1 + share) / 2], axis=1, method="hazen")
    return low, high
