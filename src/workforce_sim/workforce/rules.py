"""What the workforce needs to know of an authority, in rates a working day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workforce_sim.authority.balance import leaving_bands
from workforce_sim.authority.calendar import DAYS_PER_YEAR

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade: case hours of a full-time worker a day (0 = holds no cases), yearly money full time."""

    name: str
    hours: float
    employed_gbp: float
    agency_gbp: float
    manages: bool = False


@dataclass(frozen=True, slots=True)
class StaffRules:
    """Rates a working day, before any policy.

    Attributes:
        bands: leaving rate by days of service, ``(from_days, per_day)``, the first from 0.
        hire, cover, end, convert: rates of the clocks of section 6 of docs/model.md.
        convert_full_offer: rate of conversion when a bonus matches the pay gap.
        pay_gap_gbp: that gap, pounds a year.
        notice_days: from decision to last day.
        pay_leaving, pay_hiring: elasticities to relative pay.
        recruitment_gbp, new_post_gbp: money per starter, and per new post and year.
        new_cases_on_notice: people on notice take new cases.
        experienced_days: service from which a permanent worker is experienced.
        absences: long absences per post.
        absence_days: their mean length.
        hand_over_after_days: days of absence after which the cases are handed over.
    """

    bands: tuple[tuple[float, float], ...]
    hire: float
    cover: float
    end: float
    convert: float
    convert_full_offer: float = 0.0
    pay_gap_gbp: float = 1.0
    notice_days: float = 0.0
    pay_leaving: float = 0.0
    pay_hiring: float = 0.0
    recruitment_gbp: float = 0.0
    new_post_gbp: float = 0.0
    new_cases_on_notice: bool = True
    experienced_days: float = 0.0
    absences: float = 0.0
    absence_days: float = 1.0
    hand_over_after_days: float = float("inf")


def staff_rules(authority: Authority) -> StaffRules:
    """The rules of a balanced authority."""
    w, costs = authority.workforce, authority.costs
    assert w.leaving_scale is not None
    assert w.hires_per_vacancy_year is not None
    assert w.covers_per_empty_post_year is not None
    bands = leaving_bands(w, w.leaving_scale)
    return StaffRules(
        bands=tuple((years * DAYS_PER_YEAR, rate / DAYS_PER_YEAR) for years, rate in bands),
        hire=w.hires_per_vacancy_year / DAYS_PER_YEAR,
        cover=w.covers_per_empty_post_year / DAYS_PER_YEAR,
        end=12.0 / w.agency_assignment_months / DAYS_PER_YEAR,
        convert=w.conversions_per_agency_year / DAYS_PER_YEAR,
        convert_full_offer=w.conversions_per_agency_year_full_offer / DAYS_PER_YEAR,
        pay_gap_gbp=w.agency_pay_gap_gbp,
        notice_days=w.notice_days,
        pay_leaving=w.pay_elasticity_of_leaving,
        pay_hiring=w.pay_elasticity_of_hiring,
        recruitment_gbp=costs.recruitment_gbp,
        new_post_gbp=costs.new_post_running_gbp,
        new_cases_on_notice=w.new_cases_on_notice,
        experienced_days=w.experienced_years * DAYS_PER_YEAR,
        absences=w.absences_per_year / DAYS_PER_YEAR,
        absence_days=w.absence_days,
        hand_over_after_days=authority.casework.hand_over_after_days,
    )


def grades(authority: Authority) -> tuple[Grade, ...]:
    """The grades of an authority, in the order of its post groups."""
    costs = authority.costs
    found = []
    for group in authority.posts:
        employed = group.salary_gbp * (1 + costs.on_costs)
        hours = authority.casework.case_hours_per_day if group.holds_cases else 0.0
        found.append(Grade(group.grade, hours, employed, employed * costs.agency_to_employed, group.manages))
    return tuple(found)
