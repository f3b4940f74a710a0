"""The tipping caseload: where more children per worker mean fewer completions, and no way back.

Mean-field reasoning on section 2 of docs/model.md: with n children each, a worker completes
``n * pace(n) / work`` children a day. The curve rises while every child gets full attention, rises
slower while overtime grows, and falls once upkeep takes the hours. A service whose referrals per worker
cross the falling branch recovers unaided below the crossing and not above it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.balance import work_with_handovers
from workforce_sim.authority.calendar import DAYS_PER_YEAR

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority


@dataclass(frozen=True, slots=True)
class TippingPoint:
    """Caseloads that matter, in children per full-time case holder.

    Attributes:
        full_attention: up to here every child gets full attention.
        most_completions: beyond here a worker with more children completes fewer.
        settles_at: where completions meet referrals on the rising branch; nan if they never do.
        no_return: where they meet again on the falling branch: above it caseloads grow until somebody
            acts. ``inf`` if they never meet there; nan if referrals exceed what anybody can complete.
        referred: children referred per case holder and year.
        completed_at_most: children a case holder can complete a year.
    """

    full_attention: float
    most_completions: float
    settles_at: float
    no_return: float
    referred: float
    completed_at_most: float


def completions(authority: Authority, caseloads: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Children a full-time case holder completes a year at these caseloads, handovers counted.

    Args:
        authority: balanced or not.
        caseloads: children per case holder, any shape.

    Returns:
        Children a year, of the same shape.
    """
    authority = authority.balanced()
    work = work_with_handovers(authority)

    def yearly(n: float) -> float:
        return n * authority.casework.pace(n) / work * DAYS_PER_YEAR if n > 0 else 0.0

    found: npt.NDArray[np.float64] = np.vectorize(yearly, otypes=[np.float64])(caseloads)
    return found


def tipping_point(authority: Authority) -> TippingPoint:
    """Where a service settles and where it tips, from its own referrals and case holders.

    Example:
        >>> import workforce_sim as ws
        >>> point = ws.tipping_point(ws.Authority.preset("birmingham-2015"))
        >>> round(point.full_attention, 1), round(point.most_completions, 1), round(point.settles_at)
        (14.0, 27.4, 25)
    """
    authority = authority.balanced()
    c = authority.casework
    each = c.attention_hours_per_day + c.upkeep_hours_per_day
    full = c.case_hours_per_day / each
    most = (
        full
        if c.overtime_share * each <= c.upkeep_hours_per_day
        else ((c.case_hours_per_day + c.overtime_limit_hours_per_day / c.overtime_share) / each)
    )
    holders = authority.case_holders_fte()
    referred = authority.demand.children_per_year / holders if holders else math.inf
    best = float(completions(authority, most))
    settles, no_return = math.nan, math.nan
    if referred <= best:
        settles = _crossing(authority, referred, 0.0, most)
        empty = (c.case_hours_per_day + c.overtime_limit_hours_per_day) / max(c.upkeep_hours_per_day, 1e-12)
        no_return = (
            _crossing(authority, referred, most, empty) if c.upkeep_hours_per_day and referred else math.inf
        )
    return TippingPoint(full, most, settles, no_return, referred, best)


def _crossing(authority: Authority, referred: float, low: float, high: float) -> float:
    """The caseload between low and high at which completions are what is referred."""
    from scipy.optimize import brentq

    def gap(n: float) -> float:
        return float(completions(authority, n)) - referred

    if gap(low) * gap(high) > 0:
        return low if abs(gap(low)) < abs(gap(high)) else high
    found: float = brentq(gap, low, high)
    return found
