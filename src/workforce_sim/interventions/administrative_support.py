"""Administrative support: hours of case work given back to social workers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.authority.calendar import DAYS_PER_WEEK
from workforce_sim.interventions.base import LEFT_OUT, Intervention
from workforce_sim.interventions.who import case_holding_fte

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.interventions.when import When
    from workforce_sim.workforce.service import Service


class AdministrativeSupport(Intervention):
    """Give case holders hours of case work back by taking administration off them.

    Every worker in a post that holds cases, agency included, has so many hours more for them (part time and
    newly qualified workers in proportion). Effect path: hours of case work -> pace, overtime -> drift.
    Cost: ``cost_per_worker_gbp`` a year for each FTE of established posts that hold cases on the first day,
    filled or not. Evidence: assumption (social workers report 29 hours a week of computer and paper work,
    some of it case work, BASW 2018; how many of them support takes off was not found).

    Args:
        hours_per_week: hours of case work more a week of a full-time case holder.
        start: from this date.
        end: to this date; for good if left out.
        cost_per_worker_gbp: pounds a year per FTE of case-holding posts.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.AdministrativeSupport(3, start="2026-04-01", cost_per_worker_gbp=4000).headline()
        'administrative support: 3 hours a week more for families'
    """

    effect = "hours of case work a week of a full-time case holder -> pace, overtime, drift; pounds a year"
    evidence = "assumption"

    hours_per_week: float = Field(ge=0, le=30, examples=[3])
    cost_per_worker_gbp: float = Field(default=0.0, ge=0, le=1_000_000, examples=[4000])

    def __init__(
        self,
        hours_per_week: float = LEFT_OUT,
        *,
        start: str | dt.date | When = LEFT_OUT,
        end: str | dt.date | When | None = None,
        cost_per_worker_gbp: float = 0.0,
        **misspelt: Any,
    ) -> None:
        settings: dict[str, Any] = {"hours_per_week": hours_per_week, "start": start, "end": end}
        super().__init__(**settings, cost_per_worker_gbp=cost_per_worker_gbp, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        hours = "hour" if self.hours_per_week == 1 else "hours"
        return f"administrative support: {self.hours_per_week:g} {hours} a week more for families"

    def levers(self, service: Service) -> Mapping[str, float]:
        """Hours of case work a day."""
        return {"hours": self.hours_per_week / DAYS_PER_WEEK}

    def yearly_gbp(self, service: Service) -> Mapping[str, float]:
        """What the support costs."""
        return {"programmes": self.cost_per_worker_gbp * case_holding_fte(service)}
