"""Direct work: more time with families, fewer of whom come back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.authority.calendar import DAYS_PER_WEEK
from workforce_sim.errors import Problem
from workforce_sim.interventions.base import LEFT_OUT, Intervention

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.calendar import WorkingCalendar
    from workforce_sim.interventions.when import When
    from workforce_sim.workforce.service import Service


class DirectWork(Intervention):
    """Spend more time in direct work with families, so that fewer come back.

    The share who are referred again is lower by ``returns_percent`` at every exit, for families whose case
    closes from then on; each full-time case holder has so many hours less a week for what their cases need
    otherwise. Effect path: hours of case work -> pace and drift (worse at first); returns -> referrals ->
    caseload (better later). Cost: none of its own (the hours are those of people in post). Evidence:
    assumption (that direct work recovers its cost is a claim of practitioners; no size was found, so both
    are stated by you; families spend 11 hours a week with their social workers' 45, BASW 2018).

    Args:
        returns_percent: fewer families who come back, in percent of their share.
        start: from this date.
        end: to this date; for good if left out.
        hours_per_week_moved: hours a week of a full-time case holder that it takes.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.DirectWork(15, start="2026-04-01", hours_per_week_moved=1).headline()
        'direct work: 15% fewer families come back'
    """

    effect = "percent of families who come back -> referrals; hours of case work a week it takes -> pace"
    evidence = "assumption"

    returns_percent: float = Field(ge=0, le=100, examples=[15])
    hours_per_week_moved: float = Field(default=0.0, ge=0, le=30, examples=[1])

    def __init__(
        self,
        returns_percent: float = LEFT_OUT,
        *,
        start: str | dt.date | When = LEFT_OUT,
        end: str | dt.date | When | None = None,
        hours_per_week_moved: float = 0.0,
        **misspelt: Any,
    ) -> None:
        settings: dict[str, Any] = {"returns_percent": returns_percent, "start": start, "end": end}
        super().__init__(**settings, hours_per_week_moved=hours_per_week_moved, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        return f"direct work: {self.returns_percent:g}% fewer families come back"

    def problems(self, authority: Authority, calendar: WorkingCalendar) -> list[Problem]:
        """What does not fit this authority and these dates."""
        found = super().problems(authority, calendar)
        if self.returns_percent and authority.pathway is None:
            rule = "an authority with a pathway, from whose exits families come back"
            fix = "authority.with_changes(pathway='england')"
            found.append(Problem("returns_percent", f"{self.returns_percent:g}", rule, fix))
        return found

    def levers(self, service: Service) -> Mapping[str, float]:
        """The hours it takes, and who comes back of those who leave from now on."""
        hours = -self.hours_per_week_moved / DAYS_PER_WEEK
        return {"hours": hours, "returns": 1 - self.returns_percent / 100}
