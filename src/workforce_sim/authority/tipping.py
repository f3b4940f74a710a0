"""The tipping caseload: where more children per worker mean fewer completions, and no way back.

Mean-field reasoning on section 2 of docs/model.md: with n children each, in the mix of stages of the steady
state, a worker completes ``n * wanted * pace(n) / work`` children a day. The curve rises while every child
gets full attention, rises slower while overtime grows, and falls once upkeep takes the hours. A service whose
referrals per worker cross the falling branch recovers unaided below the crossing and not above it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.authority.steady import steady

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority


#: Beyond so many times the caseload whose upkeep takes every hour, nothing is completed.
_FAR = 20.0


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
    """Children a full-time case holder completes a year at these mean caseloads, handovers counted.

    Args:
        authority: balanced or not.
        caseloads: children per case holder, any shape.

    Returns:
        Children a year, of the same shape.
    """
    state = steady(authority)

    def yearly(n: float) -> float:
        """At the mix of cases and the shares of staff of the steady state."""
        progress = n * state.mix.wanted * state.mix.paces(n, state.type_shares, state.hours)
        return float(progress.sum()) / state.work_hours * DAYS_PER_YEAR

    found: npt.NDArray[np.float64] = np.vectorize(yearly, otypes=[np.float64])(caseloads)
    return found


def tipping_point(authority: Authority) -> TippingPoint:
    """Where a service settles and where it tips, from its own referrals and case holders.

    Example:
        >>> import workforce_sim as ws
        >>> point = ws.tipping_point(ws.Authority.preset("birmingham-2015"))
        >>> round(point.settles_at), point.settles_at < point.most_completions < point.no_return
        (25, True)
    """
    state = steady(authority)
    upkeep, each = state.upkeep_hours, state.wanted_hours + state.upkeep_hours
    if each == 0:
        return TippingPoint(math.inf, math.inf, 0.0, math.inf, 0.0, math.inf)
    hours, overtime = state.hours.case_hours, state.hours.overtime_limit
    full = hours / each
    most = _most_completions(authority, full)
    holders = authority.case_holders_fte()
    referred = authority.demand.children_per_year / holders if holders else math.inf
    best = float(completions(authority, most))
    settles, no_return = math.nan, math.nan
    if referred <= best * (1 + 1e-9):
        settles = _crossing(authority, referred, 0.0, most)
        no_return = math.inf
        if upkeep and referred:
            nothing = _FAR * (hours + overtime) / upkeep
            no_return = _crossing(authority, referred, most, nothing)
    return TippingPoint(full, most, settles, no_return, referred, best)


def _most_completions(authority: Authority, full: float) -> float:
    """The caseload at which a worker completes most; without a spread of loads, a corner of the curve."""
    state = steady(authority)
    each = state.wanted_hours + state.upkeep_hours
    worth_it = state.hours.overtime_share * each > state.upkeep_hours
    hours, overtime = state.hours.case_hours, state.hours.overtime_limit
    corner = (hours + overtime / state.hours.overtime_share) / each if worth_it else full
    if state.hours.spread == 0.0:
        return corner
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda n: -float(completions(authority, n)), bounds=(0.2 * full, 2.0 * corner), method="bounded"
    )
    return float(found.x)


def _crossing(authority: Authority, referred: float, low: float, high: float) -> float:
    """The caseload between low and high at which completions are what is referred."""
    from scipy.optimize import brentq

    def gap(n: float) -> float:
        return float(completions(authority, n)) - referred

    if gap(low) * gap(high) > 0:
        return low if abs(gap(low)) < abs(gap(high)) else high
    found: float = brentq(gap, low, high)
    return found
