"""Managed team: agency workers above establishment who come and go together."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.authority.layout import layout
from workforce_sim.errors import Problem
from workforce_sim.interventions.base import LEFT_OUT, Days, Intervention, wait_until
from workforce_sim.interventions.who import grade_index, grade_problem

if TYPE_CHECKING:
    import datetime as dt

    import simpy

    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.calendar import WorkingCalendar
    from workforce_sim.interventions.when import When
    from workforce_sim.workforce.service import Service


class ManagedTeam(Intervention):
    """Hire in a team of agency workers above establishment, all at once, for a while.

    They start together on the first day, work in one team or are dealt out over the teams, and leave
    together at the end, when their families return to the waiting list. They are no posts and no vacancies,
    but count as agency. Effect path: case holders at once -> caseload and waiting; handovers at the end.
    Cost: the agency charge of the grade for each of them by the day, times ``price_factor``. Evidence:
    snippet ("double the price" of ordinary agency work, press 2022); that they start on the day is an
    assumption.

    Args:
        number: how many workers, full time.
        start: first day (or condition).
        end: last day; for good if left out.
        team: team number (0, 1, ...) for all of them; by default they are dealt out over the teams.
        grade: a grade of the authority; by default its first.
        price_factor: price over the ordinary agency charge of the grade.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.ManagedTeam(8, start="2026-01-05", end="2026-06-30").headline()
        'managed team of 8'
    """

    effect = "agency workers above establishment -> caseload at once, handovers at the end; FTE and pounds"
    evidence = "snippet"

    number: int = Field(ge=0, le=10_000, examples=[8])
    team: int | None = Field(default=None, ge=0, examples=[0])
    grade: str | None = Field(default=None, examples=["'social worker'"])
    price_factor: float = Field(default=2.0, gt=0, le=10, examples=[2.0])

    def __init__(
        self,
        number: int = LEFT_OUT,
        *,
        start: str | dt.date | When = LEFT_OUT,
        end: str | dt.date | When | None = None,
        team: int | None = None,
        grade: str | None = None,
        price_factor: float = 2.0,
        **misspelt: Any,
    ) -> None:
        settings: dict[str, Any] = {"number": number, "start": start, "end": end, "team": team}
        super().__init__(**settings, grade=grade, price_factor=price_factor, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        return f"managed team of {self.number}" + (f" ({self.grade})" if self.grade else "")

    def problems(self, authority: Authority, calendar: WorkingCalendar) -> list[Problem]:
        """What does not fit this authority and these dates."""
        found = super().problems(authority, calendar) + grade_problem(authority, self.grade)
        if self.team is not None and self.team >= layout(authority).teams:
            rule = f"a team of this authority: 0 to {layout(authority).teams - 1}"
            found.append(Problem("team", str(self.team), rule, "leave team out to deal them over all teams"))
        return found

    def act(
        self, env: simpy.Environment, service: Service, days: Days
    ) -> Generator[simpy.Event, Any, Any] | None:
        """They come, stay and go together."""
        return self._stay(env, service, days) if self.number else None

    def _stay(
        self, env: simpy.Environment, service: Service, days: Days
    ) -> Generator[simpy.Event, Any, None]:
        key, grade = object(), grade_index(service, self.grade)
        yield from wait_until(env, service, days, self.start, ends=False, before=self.end)
        places = [service.establishment.hire_in(self.team, grade) for _ in range(self.number)]
        premium = (self.price_factor - 1) * service.grades[grade].agency_gbp * self.number
        service.headcount.spend(key, "agency", premium)
        if self.end is not None:
            yield from wait_until(env, service, days, self.end, ends=True)
            for post in places:
                service.close_post(post)
            service.headcount.spend(key, "agency", 0.0)
