"""Working conditions: computers, parking, space, for better or worse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.authority.calendar import DAYS_PER_WEEK
from workforce_sim.interventions.base import LEFT_OUT, Intervention

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.interventions.when import When
    from workforce_sim.workforce.service import Service


class WorkingConditions(Intervention):
    """Change the conditions people work in: computers, telephones, parking, rooms.

    Both effects are stated by you and may be negative: fewer hours when conditions get worse (a move, a
    failed system), fewer leavers when they get better. Effect path: hours of case work -> pace and drift;
    leaving of all grades. Cost: ``cost_gbp_per_year``, by the day. Evidence: assumption (conditions are
    named by leavers and councils; no size was found, so both are 0 by default).

    Args:
        start: from this date.
        end: to this date; for good if left out.
        hours_per_week: hours of case work more (negative: fewer) a week of a full-time case holder.
        leaving_percent: more leaving in percent; negative is less.
        cost_gbp_per_year: pounds a year.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.WorkingConditions(start="2026-04-01", hours_per_week=1, leaving_percent=-3).headline()
        'working conditions: +1 hours a week, -3% leaving'
    """

    effect = "hours of case work a week -> pace and drift; percent of leaving; pounds a year"
    evidence = "assumption"

    hours_per_week: float = Field(default=0.0, ge=-30, le=30, examples=[1])
    leaving_percent: float = Field(default=0.0, ge=-100, le=1000, examples=[-3])
    cost_gbp_per_year: float = Field(default=0.0, ge=0, le=1e9, examples=[50000])

    def __init__(
        self,
        *,
        start: str | dt.date | When = LEFT_OUT,
        end: str | dt.date | When | None = None,
        hours_per_week: float = 0.0,
        leaving_percent: float = 0.0,
        cost_gbp_per_year: float = 0.0,
        **misspelt: Any,
    ) -> None:
        settings: dict[str, Any] = {"start": start, "end": end, "hours_per_week": hours_per_week}
        settings |= {"leaving_percent": leaving_percent, "cost_gbp_per_year": cost_gbp_per_year}
        super().__init__(**settings, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        hours, leaving = f"{self.hours_per_week:+g} hours a week", f"{self.leaving_percent:+g}% leaving"
        return f"working conditions: {hours}, {leaving}"

    def levers(self, service: Service) -> Mapping[str, float]:
        """Hours of case work a day, and leaving."""
        hours = self.hours_per_week / DAYS_PER_WEEK
        return {"hours": hours, "leaving": 1 + self.leaving_percent / 100}

    def yearly_gbp(self, service: Service) -> Mapping[str, float]:
        """What it costs."""
        return {"programmes": self.cost_gbp_per_year}
