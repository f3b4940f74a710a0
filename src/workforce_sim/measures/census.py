"""The DfE workforce census: definitions exactly as published, and a census of a run on a date.

Source: DfE, Children's social work workforce, methodology. Rates are percentages, as published.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

import numpy as np


def turnover_rate(leavers_fte: float, in_post_fte: float) -> float:
    """Leavers in the year / in post at its end, in percent.

    Example:
        >>> round(turnover_rate(3811.8, 28482.6), 1)  # England 2017, published 13.4
        13.4
    """
    return _percent(leavers_fte, in_post_fte)


def agency_rate(agency_fte: float, in_post_fte: float) -> float:
    """Agency / (agency + in post), in percent."""
    return _percent(agency_fte, agency_fte + in_post_fte)


def vacancy_rate(vacancies_fte: float, in_post_fte: float) -> float:
    """Vacancies, those covered by agency included, / (vacancies + in post), in percent."""
    return _percent(vacancies_fte, vacancies_fte + in_post_fte)


def average_caseload(cases: float, case_holders_fte: float) -> float:
    """Cases (children) / FTE of the workers, in post or agency, who hold at least one."""
    return float(np.divide(cases, case_holders_fte)) if case_holders_fte else float("nan")


def cover_rates(covering_fte: float, agency_fte: float, vacancies_fte: float) -> tuple[float, float]:
    """Share of agency workers who cover vacancies, and of vacancies covered by agency, in percent."""
    return _percent(covering_fte, agency_fte), _percent(covering_fte, vacancies_fte)


def _percent(part: float, whole: float) -> float:
    return float(100 * part / whole) if whole else float("nan")


@dataclass(frozen=True, slots=True)
class Census:
    """One row of the DfE workforce census, from counts: FTE; flows over the 12 months to ``date``.

    ``empty_fte`` is not in the DfE row: posts with nobody in them, where ``vacancies_fte`` counts those
    without a permanent worker. Flows are nan when less than a year of the run lies before the date.
    """

    date: dt.date
    in_post_fte: float
    agency_fte: float
    agency_covering_fte: float
    vacancies_fte: float
    empty_fte: float
    case_holders_fte: float
    cases: float
    starters_fte: float
    leavers_fte: float

    @property
    def turnover_rate(self) -> float:
        """Percent."""
        return turnover_rate(self.leavers_fte, self.in_post_fte)

    @property
    def agency_rate(self) -> float:
        """Percent."""
        return agency_rate(self.agency_fte, self.in_post_fte)

    @property
    def vacancy_rate(self) -> float:
        """Percent."""
        return vacancy_rate(self.vacancies_fte, self.in_post_fte)

    @property
    def average_caseload(self) -> float:
        """Children per case-holder FTE."""
        return average_caseload(self.cases, self.case_holders_fte)

    def row(self) -> dict[str, float | dt.date]:
        """Counts and rates as one row of a table."""
        counts = {f.name: getattr(self, f.name) for f in fields(self)}
        covering, covered = cover_rates(self.agency_covering_fte, self.agency_fte, self.vacancies_fte)
        return counts | {
            "turnover_rate": self.turnover_rate,
            "agency_rate": self.agency_rate,
            "vacancy_rate": self.vacancy_rate,
            "agency_covering_rate": covering,
            "vacancies_covered_rate": covered,
            "average_caseload": self.average_caseload,
        }
