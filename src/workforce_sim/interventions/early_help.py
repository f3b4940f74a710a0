"""Early help: fewer families are referred."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.interventions.base import LEFT_OUT, Days, Intervention, dates_only
from workforce_sim.orders import DemandFactor

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.calendar import WorkingCalendar
    from workforce_sim.errors import Problem
    from workforce_sim.workforce.service import Service


class EarlyHelp(Intervention):
    """Help families before they are referred, so that fewer are.

    First referrals fall by a percentage, at once or building up; the families who are still referred are as
    they are without it. When it ends, referrals are back at once. Effect path: referrals -> caseload ->
    pace -> drift. Cost: ``cost_gbp_per_year``, by the day. Evidence: assumption (no size was found that
    could be carried over; the converse, that cuts in early help raise referrals, is widely held).

    Args:
        percent: fewer referrals, in percent.
        start: from this date (a condition will not do: families are drawn before the run).
        end: to this date; for good if left out.
        cost_gbp_per_year: pounds a year.
        builds_over_years: years until 63% of the effect is reached (``1 - 1 / e``); at once if left out.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.EarlyHelp(8, start="2026-04-01", builds_over_years=1.0).headline()
        'early help: 8% fewer referrals'
    """

    effect = "percent of referrals -> caseload -> pace and drift; pounds a year"
    evidence = "assumption"

    percent: float = Field(ge=0, lt=100, examples=[8])
    cost_gbp_per_year: float = Field(default=0.0, ge=0, le=1e9, examples=[400000])
    builds_over_years: float | None = Field(default=None, gt=0, le=100, examples=[1.0])

    def __init__(
        self,
        percent: float = LEFT_OUT,
        *,
        start: str | dt.date = LEFT_OUT,
        end: str | dt.date | None = None,
        cost_gbp_per_year: float = 0.0,
        builds_over_years: float | None = None,
        **misspelt: Any,
    ) -> None:
        settings: dict[str, Any] = {"percent": percent, "start": start, "end": end}
        settings |= {"cost_gbp_per_year": cost_gbp_per_year, "builds_over_years": builds_over_years}
        super().__init__(**settings, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        return f"early help: {self.percent:g}% fewer referrals"

    def problems(self, authority: Authority, calendar: WorkingCalendar) -> list[Problem]:
        """What does not fit this authority and these dates."""
        return super().problems(authority, calendar) + dates_only(self, "families are drawn before the run")

    def demand_factors(self, days: Days) -> list[DemandFactor]:
        """Fewer referrals; to build up, the whole effect is undone by a factor that fades."""
        if not self.percent:
            return []
        begins, ends = days.between(self)
        left = 1 - self.percent / 100
        found = [DemandFactor(begins, ends, left)]
        if self.builds_over_years is not None:
            found.append(DemandFactor(begins, ends, 1 / left, self.builds_over_years * DAYS_PER_YEAR))
        return found

    def yearly_gbp(self, service: Service) -> Mapping[str, float]:
        """What it costs."""
        return {"programmes": self.cost_gbp_per_year}
