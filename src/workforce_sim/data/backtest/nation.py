"""How the whole country moves from year to year: its drift, and the shocks that all authorities share.

A hundred authorities of a year are one year, not a hundred: what they have in common is known from as many
values as there are years. The rule is in docs/backtest.md, section 3.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: What is believed of the size of a shared shock before any is seen: this share of the spread of the errors
#: that are each authority's own ...
PRIOR_SHARE = 0.25

#: ... and as firmly as if so many years of it had been seen.
PRIOR_YEARS = 2.0

#: A drift is believed to be as large as the shock of a year.
PRIOR_DRIFT = 1.0

#: In place of a variance of 0, where figures never change.
_NO_ERROR = 1e-12


class Nation(NamedTuple):
    """What is expected of the national mean.

    Attributes:
        drift: its expected change over the horizon.
        shock: scale of what it may be off, for a t law.
        freedom: degrees of freedom of that law.
        believed: chance that there is a drift at all.
    """

    drift: float
    shock: float
    freedom: float
    believed: float


def changes(known: Floats) -> Floats:
    """The mean change of every year on the year before, over the authorities that have both."""
    found = []
    for s in range(known.shape[1] - 1):
        step = known[:, s + 1] - known[:, s]
        if np.isfinite(step).any():
            found.append(np.nanmean(step))
    return np.array(found)


def nation(known: Floats, horizon: int, own: float, *, size: bool) -> Nation:
    """What to expect of the national mean, from the years so far.

    Yearly changes are ``drift + shock``, shocks normal with a variance that is not known. Either there is no
    drift, or it is as large as a shock; how likely each is follows from the changes (their Bayes factor).
    A size (``size=True``: people in post) has no level to keep to: its drift is the mean change.

    Args:
        known: shape ``(authorities, years)``, up to the origin.
        horizon: years ahead.
        own: standard deviation of the errors over that horizon that are each authority's own.
        size: whether the measure is a size and not a rate.
    """
    change = changes(known)
    n, total, squares = len(change), float(change.sum()), float((change**2).sum())
    before = max(PRIOR_YEARS * (PRIOR_SHARE * own) ** 2 / horizon, _NO_ERROR)
    freedom = PRIOR_YEARS + n
    if n == 0:
        scale = np.sqrt(before / PRIOR_YEARS * horizon)
        return Nation(0.0, float(scale), PRIOR_YEARS, 0.0)
    if size:
        believed, each, left = 1.0, 1 / n, squares - total**2 / n
        freedom -= 1
    else:
        each = PRIOR_DRIFT / (1 + PRIOR_DRIFT * n)
        left = squares - total**2 * each
        odds = ((before + squares) / (before + left)) ** (freedom / 2) / np.sqrt(1 + PRIOR_DRIFT * n)
        believed = odds / (1 + odds)
    variance = (before + believed * left + (1 - believed) * squares) / freedom
    ahead = variance * (horizon + believed * each * horizon**2)
    return Nation(horizon * believed * total * each, float(np.sqrt(ahead)), freedom, believed)
