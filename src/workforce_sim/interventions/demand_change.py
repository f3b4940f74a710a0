"""Demand change: more families are referred, or fewer."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.interventions.base import LEFT_OUT, Days, Intervention, dates_only
from workforce_sim.orders import DemandFactor

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.calendar import WorkingCalendar
    from workforce_sim.errors import Problem


class DemandChange(Intervention):
    """Change how many families are referred: a surge, cuts elsewhere, a growing population.

    It is an event, not a policy of the service, and costs nothing by itself. The families of a scenario
    with fewer referrals are all in one with more. Effect path: first referrals -> caseload -> pace ->
    drift. Evidence: assumption (the size is yours; referrals of one authority vary by about 12% from year
    to year as it is).

    Args:
        percent: more referrals, in percent; negative is fewer.
        start: from this date (a condition will not do: families are drawn before the run).
        end: to this date; for good if left out.
        fades_over_years: years until 63% of it has faded (``1 - 1 / e``); never if left out.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.DemandChange(20, start="2026-01-01", fades_over_years=0.5).headline()
        '+20% referrals'
    """

    effect = "percent of referrals -> caseload -> pace and drift"
    evidence = "assumption"

    percent: float = Field(ge=-100, le=1000, examples=[20])
    fades_over_years: float | None = Field(default=None, gt=0, le=100, examples=[0.5])

    def __init__(
        self,
        percent: float = LEFT_OUT,
        *,
        start: str | dt.date = LEFT_OUT,
        end: str | dt.date | None = None,
        fades_over_years: float | None = None,
        **misspelt: Any,
    ) -> None:
        settings: dict[str, Any] = {"percent": percent, "start": start, "end": end}
        super().__init__(**settings, fades_over_years=fades_over_years, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        return f"{self.percent:+g}% referrals"

    def problems(self, authority: Authority, calendar: WorkingCalendar) -> list[Problem]:
        """What does not fit this authority and these dates."""
        return super().problems(authority, calendar) + dates_only(self, "families are drawn before the run")

    def demand_factors(self, days: Days) -> list[DemandFactor]:
        """More referrals, or fewer."""
        if not self.percent:
            return []
        begins, ends = days.between(self)
        fade = None if self.fades_over_years is None else self.fades_over_years * DAYS_PER_YEAR
        return [DemandFactor(begins, ends, 1 + self.percent / 100, fade)]
