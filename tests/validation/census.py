"""Rates of the workforce census from published counts."""

from __future__ import annotations

from tests.validation.registry import answers
from tests.validation.rules import Found
from workforce_sim.measures import census

#: In post, leavers, agency and vacancies (FTE), cases and case holders (FTE): England 2017, 2022, 2025,
#: Birmingham 2017, 2023, 2025.
PUBLISHED = (
    (28482.6, 3811.8, 5343.2, 5822.6, 316647, 17840.6),
    (31634.1, 5422.0, 6759.7, 7912.9, 335563, 20206.0),
    (36186.3, 4276.3, 5415.9, 5965.4, 321661, 21105.4),
    (647.1, 62.7, 130.5, 224.9, 5824, 396.0),
    (761.7, 86.0, 103.4, 278.0, 8114, 459.1),
    (769.6, 65.4, 108.5, 159.0, 7484, 492.3),
)


@answers("V49")
def census_rates_are_those_published() -> dict[str, Found]:
    turnover, agency, vacancy, caseload = [], [], [], []
    for in_post, leavers, agency_fte, vacancies, cases, holders in PUBLISHED:
        turnover.append(census.turnover_rate(leavers, in_post))
        agency.append(census.agency_rate(agency_fte, in_post))
        vacancy.append(census.vacancy_rate(vacancies, in_post))
        caseload.append(census.average_caseload(cases, holders))
    return {
        "turnover": Found(turnover),
        "agency rate": Found(agency),
        "vacancy rate": Found(vacancy),
        "average caseload": Found(caseload),
    }
