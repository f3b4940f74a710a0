"""Restructure: a reorganisation or a move to a trust, which shakes staff and takes time."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.authority.calendar import DAYS_PER_WEEK, DAYS_PER_YEAR
from workforce_sim.interventions.base import LEFT_OUT, Days, Intervention, wait_until
from workforce_sim.interventions.fades import fades
from workforce_sim.interventions.for_good import NoEnd

if TYPE_CHECKING:
    import datetime as dt

    import simpy

    from workforce_sim.interventions.when import When
    from workforce_sim.orders import Fading
    from workforce_sim.workforce.service import Service


class Restructure(Intervention):
    """Reorganise the service, or move it to a trust.

    Everybody leaves at a rate higher by ``unsettled_percent``, which fades, and case holders lose hours of
    case work to it for some months. What the new structure brings in the end is another policy. Effect
    path: leaving and hours of case work -> caseload and pace -> drift. Cost: none of its own. Evidence:
    assumption (that reorganisation shakes staff is told of Birmingham; 20%, a year, and an hour a week for
    three months of meetings and moving are judgements).

    Args:
        start: on this date.
        unsettled_percent: by how much more people leave at first.
        fade_years: years until 63% of that has faded (``1 - 1 / e``).
        hours_lost_per_week: hours of case work a week of a full-time case holder.
        months: for so many months (of 21.1 working days).

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.Restructure(start="2026-04-01").headline()
        'restructure'
    """

    effect = "percent more leaving that fades, hours a week lost for months -> pace and drift"
    evidence = "assumption"

    end: NoEnd = None
    unsettled_percent: float = Field(default=20.0, ge=0, le=1000, examples=[20])
    fade_years: float = Field(default=1.0, gt=0, le=100, examples=[1.0])
    hours_lost_per_week: float = Field(default=1.0, ge=0, le=50, examples=[1.0])
    months: float = Field(default=3.0, ge=0, le=120, examples=[3])

    def __init__(
        self,
        *,
        start: str | dt.date | When = LEFT_OUT,
        unsettled_percent: float = 20.0,
        fade_years: float = 1.0,
        hours_lost_per_week: float = 1.0,
        months: float = 3.0,
        **misspelt: Any,
    ) -> None:
        settings: dict[str, Any] = {"start": start, "unsettled_percent": unsettled_percent}
        settings |= {"fade_years": fade_years, "hours_lost_per_week": hours_lost_per_week}
        super().__init__(**settings, months=months, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        return "restructure"

    def levers(self, service: Service) -> Mapping[str, float | Fading]:
        """People leave sooner, for a while."""
        if not self.unsettled_percent:
            return {}
        return {"leaving": fades(self.unsettled_percent, service, self.fade_years)}

    def act(
        self, env: simpy.Environment, service: Service, days: Days
    ) -> Generator[simpy.Event, Any, Any] | None:
        """It begins, takes hours for some months, and unsettles for longer."""
        return self._shakes(env, service, days)

    def _shakes(
        self, env: simpy.Environment, service: Service, days: Days
    ) -> Generator[simpy.Event, Any, None]:
        key = object()
        yield from wait_until(env, service, days, self.start, ends=False)
        self.begins(service, key)
        if self.hours_lost_per_week and self.months:
            service.set_lever("hours", (key, "hours"), -self.hours_lost_per_week / DAYS_PER_WEEK)
            yield env.timeout(self.months / 12 * DAYS_PER_YEAR)
            service.end_lever("hours", (key, "hours"))
