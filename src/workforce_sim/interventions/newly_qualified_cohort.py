"""Newly qualified cohort: an intake of newly qualified workers in stated months of the year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from workforce_sim.authority.calendar import MONTHS, add_months
from workforce_sim.errors import Problem
from workforce_sim.interventions.base import LEFT_OUT, Days, Intervention, dates_only
from workforce_sim.interventions.who import case_holding_index, case_holding_problem

if TYPE_CHECKING:
    import simpy

    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.calendar import WorkingCalendar
    from workforce_sim.workforce.service import Service

Month = Annotated[int, Field(ge=1, le=12)]


def _firsts(start: dt.date, months: tuple[int, ...]) -> Iterator[dt.date]:
    """The first of each of these months of the year, from the month of the start on, without an end."""
    first = start.replace(day=1)
    while True:
        if first.month in months:
            yield first
        first = add_months(first, 1)


class NewlyQualifiedCohort(Intervention):
    """Take on newly qualified social workers together, on the first working day of stated months.

    Each intake fills as many vacancies of the grade as it has people: empty posts before covered ones,
    longest vacant first (where agency covers, the agency worker goes). Nobody starts beyond the vacancies
    there are. They carry less than a full caseload in the first year and leave at the rate of new joiners.
    Effect path: vacancies -> starters on the first career level -> caseload later, agency share. Cost:
    their pay, the cost of recruitment per starter, and ``training_gbp`` per starter, once. Evidence:
    assumption (that intakes are filled, and in March and September, the ends of courses, is a judgement;
    £2,000 is from memory the national funding per newly qualified worker of the assessed and supported
    year, taken as its cost: put 0 if the funding pays for it).

    Args:
        number: people in each intake.
        start: no intake before this date.
        end: no intake after this date; to the end of the run if left out.
        months: months of the year (1 to 12) with an intake.
        grade: a grade that holds cases; by default the first that does.
        training_gbp: pounds for each starter, once.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.NewlyQualifiedCohort(6, start="2025-10-01").headline()
        '6 newly qualified each March and September'
    """

    effect = "vacancies filled by people on the first career level -> caseload, agency; FTE and pounds"
    evidence = "assumption"

    number: int = Field(ge=0, le=10_000, examples=[6])
    months: tuple[Month, ...] = Field(default=(3, 9), min_length=1, max_length=12, examples=[(3, 9)])
    grade: str | None = Field(default=None, examples=["'social worker'"])
    training_gbp: float = Field(default=2000.0, ge=0, le=1_000_000, examples=[2000])

    def __init__(
        self,
        number: int = LEFT_OUT,
        *,
        start: str | dt.date = LEFT_OUT,
        end: str | dt.date | None = None,
        months: Sequence[int] = (3, 9),
        grade: str | None = None,
        training_gbp: float = 2000.0,
        **misspelt: Any,
    ) -> None:
        settings: dict[str, Any] = {"number": number, "start": start, "end": end, "grade": grade}
        settings["months"] = tuple(months) if isinstance(months, list) else months
        super().__init__(**settings, training_gbp=training_gbp, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        names = [MONTHS[month - 1] for month in sorted(set(self.months))]
        when = ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
        return f"{self.number} newly qualified each {when}"

    def problems(self, authority: Authority, calendar: WorkingCalendar) -> list[Problem]:
        """What does not fit this authority and these dates."""
        found = super().problems(authority, calendar) + case_holding_problem(authority, self.grade)
        return found + dates_only(self, "intakes are in calendar months")

    def act(
        self, env: simpy.Environment, service: Service, days: Days
    ) -> Generator[simpy.Event, Any, Any] | None:
        """One intake after the other."""
        return self._intakes(env, service, days) if self.number else None

    def _intakes(
        self, env: simpy.Environment, service: Service, days: Days
    ) -> Generator[simpy.Event, Any, None]:
        assert isinstance(self.start, dt.date)
        grade = case_holding_index(service, self.grade)
        for first in _firsts(self.start, self.months):
            day = days.of(first)
            if isinstance(self.end, dt.date) and day >= days.after(self.end):
                return
            # a month whose first days are a weekend: its first working day is not before the start
            if first < self.start and not 0 < day == days.of(self.start):
                continue
            yield env.timeout(day - env.now)
            started = service.recruitment.cohort(grade, self.number)
            service.accounts.pay("programmes", self.training_gbp * started)
