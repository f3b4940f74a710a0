"""Balance: the rates no source gives, solved so that a do-nothing year stays where it starts.

Section 9 of docs/model.md. Everything here is arithmetic on expected flows; nothing is simulated
and nothing is tuned to an outcome of the model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.authority.steady import steady

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.parts import Workforce


@dataclass(frozen=True, slots=True)
class Balance:
    """Solved values, in the units of the settings they stand in for."""

    leaving_scale: float
    hires_per_vacancy_year: float
    covers_per_empty_post_year: float
    work_hours: float | None
    work_scale: float


#: An empty post stays empty at least this share of a vacancy on average when the census says all are covered.
_LEAST_EMPTY = 0.005


#: Starters per vacancy and year where a fully staffed census says nothing of its own: England 2017 to 2025
#: had 0.61 to 0.98 (DfE workforce census).
NATIONAL_HIRES = 0.9

#: Share of the time a place above establishment is filled where no vacancy is covered by agency.
_MOST_FILLED = 0.9


def leaving_bands(workforce: Workforce, scale: float = 1.0) -> tuple[tuple[float, float], ...]:
    """The leaving rate by length of service: ``(from_years, per_year)``, longest service last."""
    young, old = workforce.leaving_per_year_under_5, workforce.leaving_per_year_from_5
    return (
        (0.0, scale * young * workforce.leaving_first_year_factor),
        (1.0, scale * young),
        (5.0, scale * old),
    )


def mean_service_years(bands: tuple[tuple[float, float], ...]) -> float:
    """Mean years until the decision to leave: the integral of the survival function of the bands."""
    alive, total = 1.0, 0.0
    for i, (start, rate) in enumerate(bands):
        width = bands[i + 1][0] - start if i + 1 < len(bands) else math.inf
        if rate == 0:
            if width == math.inf:
                return math.inf
            total += alive * width
        else:
            total += alive * -math.expm1(-rate * width) / rate
            alive *= math.exp(-rate * width)
    return total


def balance(authority: Authority) -> Balance:
    """Solve what the authority leaves open; stated values are kept and used."""
    workforce, casework = authority.workforce, authority.casework
    scale = workforce.leaving_scale
    if scale is None:
        scale = _leaving_scale(authority)
    posts = authority.posts
    vacancies = sum(g.vacant * g.fte for g in posts)
    covered = sum(g.agency * g.fte for g in posts)
    in_post = sum((g.number - g.vacant) * g.fte for g in posts)
    ends = 12.0 / workforce.agency_assignment_months
    converts = workforce.conversions_per_agency_year
    hires = workforce.hires_per_vacancy_year
    if hires is None:
        leavers = authority.census.turnover_rate / 100 * in_post
        hires = max(0.0, leavers - converts * covered) / vacancies if vacancies else NATIONAL_HIRES
    covers = workforce.covers_per_empty_post_year
    if covers is None:
        empty = max(vacancies - covered, _LEAST_EMPTY * vacancies)
        above = sum(g.agency_above_establishment for g in posts)
        alone = _MOST_FILLED / (1 - _MOST_FILLED) * ends if above else 0.0  # only those above establishment
        covers = (ends + converts + hires) * covered / empty if covered else alone
    if authority.pathway is None and casework.work_hours is not None:
        return Balance(scale, hires, covers, casework.work_hours, 1.0)
    state = steady(authority)
    if authority.pathway is None:
        return Balance(scale, hires, covers, state.scale * state.pathway.stages["case"].work_hours, 1.0)
    return Balance(scale, hires, covers, casework.work_hours, state.scale)


def _leaving_scale(authority: Authority) -> float:
    """Scale of the bands at which mean service plus notice is 1 / turnover."""
    from scipy.optimize import brentq

    workforce = authority.workforce
    target = 100 / authority.census.turnover_rate - workforce.notice_days / DAYS_PER_YEAR
    if target <= 0 or math.isinf(mean_service_years(leaving_bands(workforce))):
        return 1.0
    scale: float = brentq(lambda s: mean_service_years(leaving_bands(workforce, s)) - target, 1e-4, 1e4)
    return scale
