"""Manager stabilisation: managers who stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.interventions.base import LEFT_OUT, Intervention
from workforce_sim.interventions.who import managing_grades, managing_problem

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.calendar import WorkingCalendar
    from workforce_sim.errors import Problem
    from workforce_sim.interventions.when import When
    from workforce_sim.workforce.service import Service


class ManagerStabilisation(Intervention):
    """Keep managers: they leave at a rate lower by a percentage.

    It applies to all grades that manage. Effect path: leaving of managers -> settled managers -> leaving of
    their workers (settings ``supervision``), conversions, sign-off. Cost: ``gbp_per_year`` per permanent
    FTE of these grades, by the day; its effect is the percentage, which is not worked out from the money.
    Evidence: assumption (no figure for what keeps managers was found; their turnover was 42% in Birmingham
    in 2014 against about 15% elsewhere).

    Args:
        percent: fewer managers who leave, in percent of the rate.
        start: from this date.
        end: to this date; for good if left out.
        gbp_per_year: pounds a year per permanent FTE of managers.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.ManagerStabilisation(30, start="2026-04-01", gbp_per_year=4000).headline()
        '30% fewer managers leave'
    """

    effect = "percent of managers' leaving -> settled managers -> leaving of workers; pounds a year per FTE"
    evidence = "assumption"

    percent: float = Field(ge=0, le=100, examples=[30])
    gbp_per_year: float = Field(default=0.0, ge=0, le=1_000_000, examples=[4000])

    def __init__(
        self,
        percent: float = LEFT_OUT,
        *,
        start: str | dt.date | When = LEFT_OUT,
        end: str | dt.date | When | None = None,
        gbp_per_year: float = 0.0,
        **misspelt: Any,
    ) -> None:
        super().__init__(percent=percent, start=start, end=end, gbp_per_year=gbp_per_year, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        return f"{self.percent:g}% fewer managers leave"

    def problems(self, authority: Authority, calendar: WorkingCalendar) -> list[Problem]:
        """What does not fit this authority and these dates."""
        return super().problems(authority, calendar) + managing_problem(authority)

    def touches(self, service: Service) -> list[int]:
        """The grades that manage."""
        return managing_grades(service)

    def levers(self, service: Service) -> Mapping[str, float]:
        """Their leaving, and what they are paid for staying."""
        return {"leaving": 1 - self.percent / 100, "retention_gbp": self.gbp_per_year}
