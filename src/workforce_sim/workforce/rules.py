"""What the workforce needs to know of an authority, in rates a working day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.authority.flows import (
    WEEKS_PER_YEAR,
    days_until_notice,
    leaving_bands,
    turnover_by_grade,
)
from workforce_sim.authority.parts import TimeLaw
from workforce_sim.authority.time_laws import stretched
from workforce_sim.demand.luck import Stream

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority

#: Working days in a month of the rules that count months.
MONTH_DAYS = 21.0

_EXPONENTIAL = TimeLaw()

#: The law of each kind of clock that has one.
_LAWS = {Stream.LEAVE: "leaving_law", Stream.HIRE: "hiring_law", Stream.END: "assignment_law"}


class Level(NamedTuple):
    """A career level: section 6.4 of docs/model.md.

    ``days`` is how long it lasts, the mean if ``exponential``; ``inf`` for the last.
    """

    name: str
    able: float = 1.0
    leaving: float = 1.0
    salary: float = 1.0
    share: float = 1.0
    days: float = math.inf
    exponential: bool = False


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade, in rates a working day before any policy.

    Attributes:
        name: as in the authority.
        hours: case hours of a full-time worker a day (0 = holds no cases).
        employed_gbp, agency_gbp: yearly money full time.
        manages: team managers.
        bands: leaving rate by days of service, ``(from_days, per_day)``, the first from 0.
        hire_empty, hire_covered, cover: rates of the clocks of section 6 of docs/model.md.
        vacancies: those of the starting state, by which applicants are shared.
        salary_gbp: without on-costs.
        promoted_from: index of the grade below whose people can be promoted, -1 none.
    """

    name: str
    hours: float
    employed_gbp: float
    agency_gbp: float
    manages: bool = False
    bands: tuple[tuple[float, float], ...] = ((0.0, 0.0),)
    hire_empty: float = 0.0
    hire_covered: float = 0.0
    cover: float = 0.0
    vacancies: float = 1.0
    salary_gbp: float = 0.0
    promoted_from: int = -1


@dataclass(frozen=True, slots=True)
class StaffRules:
    """Rules of the workforce, in rates a working day, before any policy.

    Attributes:
        end, convert: rates of the clocks of section 6 of docs/model.md.
        convert_full_offer: rate of conversion when the pay gap is closed.
        pay_gap_gbp: that gap, pounds a year.
        notice_days: from decision to last day.
        pay_leaving, pay_hiring: elasticities to relative pay.
        recruitment_gbp, new_post_gbp, redundancy_gbp: money per starter, per new post and year, per person.
        new_cases_on_notice: people on notice take new cases.
        experienced_days: service from which a permanent worker is experienced.
        absences: long absences per post at the starting caseload.
        absences_per_child: more of them per child more.
        absence_days: their mean length.
        hand_over_after_days: days of absence after which the cases are handed over.
        leaving_after_absence: times the leaving rate after such an absence.
        reference: children per case holder at the start.
        vacancy_sharing, parallel, promotion_share, promotion_days: section 6.2 and 6.5.
        tolerance, agency_notice_days, conversion_caseload: section 6.3.
        span, unsupervised, unsettled, settled_days, contagion: section 6.1 (span None: that of the start).
        levels: career levels, the first one up to the last.
        levels_at_start: shares at the start; by service if None.
        retire, to_agency, to_other: where leavers go (6.6).
        leaving_law, hiring_law, assignment_law: laws of the thresholds.
    """

    end: float = 0.0
    convert: float = 0.0
    convert_full_offer: float = 0.0
    pay_gap_gbp: float = 1.0
    notice_days: float = 0.0
    pay_leaving: float = 0.0
    pay_hiring: float = 0.0
    recruitment_gbp: float = 0.0
    new_post_gbp: float = 0.0
    redundancy_gbp: float = 0.0
    new_cases_on_notice: bool = True
    experienced_days: float = 0.0
    absences: float = 0.0
    absences_per_child: float = 0.0
    absence_days: float = 1.0
    hand_over_after_days: float = math.inf
    leaving_after_absence: float = 1.0
    reference: float = 1.0
    vacancy_sharing: float = 0.0
    parallel: int | None = None
    promotion_share: float = 0.0
    promotion_days: float = 0.0
    tolerance: float = 0.0
    agency_notice_days: float = 0.0
    conversion_caseload: float = 0.0
    span: float | None = None
    unsupervised: float = 1.0
    unsettled: float = 1.0
    settled_days: float = 0.0
    contagion: float = 0.0
    levels: tuple[Level, ...] = (Level("social worker"),)
    levels_at_start: tuple[float, ...] | None = None
    retire: float = 0.0
    to_agency: float = 0.0
    to_other: float = 0.0
    leaving_law: TimeLaw = _EXPONENTIAL
    hiring_law: TimeLaw = _EXPONENTIAL
    assignment_law: TimeLaw = _EXPONENTIAL

    def stretched(self, kind: Stream, threshold: float) -> float:
        """A threshold of this kind of clock, by its law, from an exponential one."""
        name = _LAWS.get(kind)
        return threshold if name is None else stretched(getattr(self, name), threshold)

    @property
    def full_level(self) -> int:
        """The first level with a full caseload and the grade's salary: agency workers and who converts."""
        full = (i for i, level in enumerate(self.levels) if level.able == level.salary == 1.0)
        return next(full, 0)


def staff_rules(authority: Authority) -> StaffRules:
    """The rules of a balanced authority."""
    w, r, a, s = authority.workforce, authority.recruitment, authority.agency, authority.supervision
    costs = authority.costs
    return StaffRules(
        end=1.0 / days_until_notice(authority),
        convert=w.conversions_per_agency_year / DAYS_PER_YEAR,
        convert_full_offer=w.conversions_per_agency_year_full_offer / DAYS_PER_YEAR,
        pay_gap_gbp=w.agency_pay_gap_gbp,
        notice_days=w.notice_days,
        pay_leaving=w.pay_elasticity_of_leaving,
        pay_hiring=w.pay_elasticity_of_hiring,
        recruitment_gbp=costs.recruitment_gbp,
        new_post_gbp=costs.new_post_running_gbp,
        redundancy_gbp=costs.redundancy_gbp,
        new_cases_on_notice=w.new_cases_on_notice,
        experienced_days=w.experienced_years * DAYS_PER_YEAR,
        absences=w.absences_per_year / DAYS_PER_YEAR,
        absences_per_child=w.absence_per_child / 100 / w.absence_days,
        absence_days=w.absence_days,
        hand_over_after_days=authority.casework.hand_over_after_days,
        leaving_after_absence=w.leaving_after_absence,
        reference=authority.census.caseload,
        vacancy_sharing=r.vacancy_sharing,
        parallel=r.parallel,
        promotion_share=r.promotion_share,
        promotion_days=r.promotion_years * DAYS_PER_YEAR,
        tolerance=a.tolerance,
        agency_notice_days=a.notice_days,
        conversion_caseload=a.conversion_caseload_elasticity,
        span=s.span,
        unsupervised=s.unsupervised_factor,
        unsettled=s.unsettled_factor,
        settled_days=s.settled_months * MONTH_DAYS,
        contagion=s.contagion,
        levels=career_levels(authority),
        levels_at_start=authority.careers.at_start,
        retire=w.retirement_share_from_5,
        to_agency=w.to_agency,
        to_other=w.to_other_authority,
        leaving_law=w.tenure_law,
        hiring_law=r.hiring_law,
        assignment_law=a.assignment_law,
    )


def career_levels(authority: Authority) -> tuple[Level, ...]:
    """Newly qualified, social worker, senior practitioner."""
    c = authority.careers
    return (
        Level(
            "newly qualified",
            able=c.newly_qualified_able,
            leaving=c.newly_qualified_leaving,
            salary=c.newly_qualified_salary,
            share=c.newly_qualified_share,
            days=c.newly_qualified_years * DAYS_PER_YEAR,
            exponential=c.newly_qualified_time == "exponential",
        ),
        Level(
            "social worker",
            share=1.0 - c.newly_qualified_share - c.senior_share,
            days=DAYS_PER_YEAR / c.seniors_per_year if c.seniors_per_year else math.inf,
            exponential=True,
        ),
        Level(
            "senior practitioner",
            able=c.senior_able,
            leaving=c.senior_leaving,
            salary=c.senior_salary,
            share=c.senior_share,
        ),
    )


def grades(authority: Authority) -> tuple[Grade, ...]:
    """The grades of a balanced authority, in the order of its post groups."""
    costs, names = authority.costs, authority.grades
    found = []
    for group, turnover in zip(authority.posts, turnover_by_grade(authority), strict=True):
        assert group.leaving_scale is not None
        assert group.hires_per_empty_post_year is not None
        assert group.hires_per_covered_post_year is not None
        assert group.covers_per_empty_post_year is not None
        employed = group.salary_gbp * (1 + costs.on_costs)
        bands = leaving_bands(authority.workforce, group.leaving_scale)
        usual = group.number * turnover * authority.recruitment.weeks_to_hire / WEEKS_PER_YEAR
        found.append(
            Grade(
                name=group.grade,
                hours=authority.casework.case_hours_per_day if group.holds_cases else 0.0,
                employed_gbp=employed,
                agency_gbp=employed * costs.agency_to_employed,
                manages=group.manages,
                bands=tuple((years * DAYS_PER_YEAR, rate / DAYS_PER_YEAR) for years, rate in bands),
                hire_empty=group.hires_per_empty_post_year / DAYS_PER_YEAR,
                hire_covered=group.hires_per_covered_post_year / DAYS_PER_YEAR,
                cover=group.covers_per_empty_post_year / DAYS_PER_YEAR,
                vacancies=max(1.0, group.vacant or usual),
                salary_gbp=group.salary_gbp,
                promoted_from=-1 if group.promoted_from is None else names.index(group.promoted_from),
            )
        )
    return tuple(found)
