"""Retention payment: pounds a year for staying."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.errors import Problem
from workforce_sim.interventions.base import LEFT_OUT, Intervention

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.calendar import WorkingCalendar
    from workforce_sim.interventions.when import When
    from workforce_sim.workforce.service import Service


class RetentionPayment(Intervention):
    """Pay everybody permanent in the grades so many pounds a year for staying.

    Leaving is that of pay higher by payment / salary of the grade: it is multiplied by ``(1 + payment /
    salary) ^ -elasticity`` (authority setting ``pay_elasticity_of_leaving``). Hiring, conversion and other
    pay stay as they are. Effect path: payment / salary -> leaving. It counts from its first day, evenly:
    years to be served before it is paid are not modelled. Cost: the payment for every permanent FTE, those
    on notice included, by the day, also for those who would have stayed; the employer's costs on it are not
    added. Evidence: assumption. Schemes of £2,000 to £15,000 are reported with falls in turnover or
    vacancies (Bracknell Forest, West Berkshire: before and after, in a package); teachers' payments lowered
    leaving by 23% (2022) or by 0.7 points, not significant (NFER 2025).

    Args:
        gbp_per_year: pounds a year per permanent FTE.
        start: from this date.
        end: to this date; for good if left out.
        grades: grades it applies to; all if left out.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.RetentionPayment(3000, start="2026-04-01").headline()
        'retention payment of £3,000 a year'
    """

    effect = "pounds a year per permanent FTE / salary -> leaving; no effect on hiring"
    evidence = "assumption"

    gbp_per_year: float = Field(ge=0, le=1_000_000, examples=[3000])
    grades: tuple[str, ...] | None = Field(default=None, examples=["('social worker',)"])

    def __init__(
        self,
        gbp_per_year: float = LEFT_OUT,
        *,
        start: str | dt.date | When = LEFT_OUT,
        end: str | dt.date | When | None = None,
        grades: Sequence[str] | None = None,
        **misspelt: Any,
    ) -> None:
        touched = tuple(grades) if isinstance(grades, list) else grades
        settings: dict[str, Any] = {"start": start, "end": end, "grades": touched}
        super().__init__(gbp_per_year=gbp_per_year, **settings, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        who = f" for {', '.join(self.grades)}" if self.grades else ""
        return f"retention payment of £{self.gbp_per_year:,.0f} a year{who}"

    def problems(self, authority: Authority, calendar: WorkingCalendar) -> list[Problem]:
        """What does not fit this authority and these dates."""
        found = super().problems(authority, calendar)
        touched = authority.grades if self.grades is None else self.grades
        unpaid = [group.grade for group in authority.posts if group.grade in touched and not group.salary_gbp]
        if unpaid and self.gbp_per_year:
            rule = f"grades with a salary, which the payment is compared with (not: {', '.join(unpaid)})"
            fix = "name the grades it applies to: grades=[...], or state their salary_gbp"
            found.append(Problem("grades", "" if self.grades is None else repr(self.grades), rule, fix))
        return found

    def levers(self, service: Service) -> Mapping[str, float]:
        """The payment, which accrues."""
        return {"retention_gbp": self.gbp_per_year}

    def begins(self, service: Service, key: object) -> None:
        """It is paid, and people of each grade leave as they would at so much higher pay."""
        super().begins(service, key)
        for g in self._lowered(service):
            factor = (1 + self.gbp_per_year / service.grades[g].salary_gbp) ** -service.rules.pay_leaving
            service.set_lever("leaving", (key, "leaving", g), factor, [g])

    def is_over(self, service: Service, key: object) -> None:
        """It is paid no more."""
        super().is_over(service, key)
        for g in self._lowered(service):
            service.end_lever("leaving", (key, "leaving", g))

    def _lowered(self, service: Service) -> Sequence[int]:
        """The grades whose leaving it lowers."""
        if not self.gbp_per_year:
            return ()
        touched = self.touches(service)
        return range(len(service.grades)) if touched is None else touched
