"""Media shock: a story that shakes staff, applicants and those who refer families."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.interventions.base import LEFT_OUT, Days, Intervention, dates_only
from workforce_sim.interventions.fades import fades
from workforce_sim.interventions.for_good import NoEnd
from workforce_sim.orders import DemandFactor

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.calendar import WorkingCalendar
    from workforce_sim.errors import Problem
    from workforce_sim.interventions.when import When
    from workforce_sim.orders import Fading
    from workforce_sim.workforce.service import Service


class MediaShock(Intervention):
    """Let a story break in the news. Leaving, hires per vacancy and referrals change at once, and that fades.

    It is an event and costs nothing by itself. Effect path: leaving, hiring, referrals -> caseload ->
    drift. Evidence: assumption. Referrals doubled in one authority after Baby P and vacancies rose (LGA,
    BBC, seen in excerpt); the effect on leaving is unquantified (after a broadcast on Birmingham anger, and
    solidarity rather than exit), so all three are 0 until you state them; six months is a judgement.

    Args:
        start: on this date (a date, not a condition, if it changes referrals).
        leaving_percent: more leaving, in percent; negative is less.
        referrals_percent: more referrals, in percent; 100 doubles them.
        hiring_percent: more hires per vacancy, in percent; negative is fewer.
        fade_months: months until 63% of it has faded (``1 - 1 / e``).

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.MediaShock(start="2026-05-11", referrals_percent=30, hiring_percent=-20).headline()
        'media shock: +0% leaving, +30% referrals, -20% hires per vacancy'
    """

    effect = "percent of leaving, referrals and hires per vacancy, fading -> caseload and drift"
    evidence = "assumption"

    end: NoEnd = None
    leaving_percent: float = Field(default=0.0, ge=-100, le=1000, examples=[10])
    referrals_percent: float = Field(default=0.0, ge=-100, le=1000, examples=[30])
    hiring_percent: float = Field(default=0.0, ge=-100, le=1000, examples=[-20])
    fade_months: float = Field(default=6.0, gt=0, le=1200, examples=[6])

    def __init__(
        self,
        *,
        start: str | dt.date | When = LEFT_OUT,
        leaving_percent: float = 0.0,
        referrals_percent: float = 0.0,
        hiring_percent: float = 0.0,
        fade_months: float = 6.0,
        **misspelt: Any,
    ) -> None:
        settings: dict[str, Any] = {"start": start, "leaving_percent": leaving_percent}
        settings |= {"referrals_percent": referrals_percent, "hiring_percent": hiring_percent}
        super().__init__(**settings, fade_months=fade_months, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        parts = {
            "leaving": self.leaving_percent,
            "referrals": self.referrals_percent,
            "hires per vacancy": self.hiring_percent,
        }
        return "media shock: " + ", ".join(f"{percent:+g}% {what}" for what, percent in parts.items())

    def problems(self, authority: Authority, calendar: WorkingCalendar) -> list[Problem]:
        """What does not fit this authority and these dates."""
        found = super().problems(authority, calendar)
        if self.referrals_percent:
            found += dates_only(self, "families are drawn before the run")
        return found

    def levers(self, service: Service) -> Mapping[str, float | Fading]:
        """Those of leaving and hiring that it changes."""
        peaks = {"leaving": self.leaving_percent, "hiring": self.hiring_percent}
        years = self.fade_months / 12
        return {name: fades(peak, service, years) for name, peak in peaks.items() if peak}

    def demand_factors(self, days: Days) -> list[DemandFactor]:
        """More referrals for a while, or fewer."""
        if not self.referrals_percent:
            return []
        assert isinstance(self.start, dt.date)
        fade = self.fade_months / 12 * DAYS_PER_YEAR
        return [DemandFactor(days.of(self.start), math.inf, 1 + self.referrals_percent / 100, fade)]
