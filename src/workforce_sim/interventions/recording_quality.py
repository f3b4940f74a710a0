"""Recording quality: what managers see is late and incomplete; what happens is not changed."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.interventions.base import LEFT_OUT, Days, Intervention, dates_only

if TYPE_CHECKING:
    import datetime as dt

    import simpy

    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.calendar import WorkingCalendar
    from workforce_sim.errors import Problem
    from workforce_sim.workforce.service import Service


class RecordingQuality(Intervention):
    """State how late entries are made and how many waiting families are never shown.

    It changes the figures shown on the dashboard, never what happens; the true figures stay beside them.
    For policies that react to late figures see ``late_months`` of :class:`When`. Effect path: entries ->
    figures shown. Cost: none. Evidence: assumption (late and unreliable recording, and a hidden waiting
    list, are reported of Birmingham; sizes were not).

    Args:
        late_days: mean working days by which a family's entries are made late.
        start: from this date.
        end: to this date; for good if left out.
        hidden_share: share of families whose waiting for a worker is never shown, 0 to 1.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.RecordingQuality(10, start="2025-10-01", hidden_share=0.3).headline()
        'entries 10 working days late, 30% of waiting families not shown'
    """

    effect = "working days of delay and share hidden -> figures shown; no effect on events"
    evidence = "assumption"

    late_days: float = Field(ge=0, le=10_000, examples=[10])
    hidden_share: float = Field(default=0.0, ge=0, le=1, examples=[0.3])

    def __init__(
        self,
        late_days: float = LEFT_OUT,
        *,
        start: str | dt.date = LEFT_OUT,
        end: str | dt.date | None = None,
        hidden_share: float = 0.0,
        **misspelt: Any,
    ) -> None:
        settings: dict[str, Any] = {"late_days": late_days, "start": start, "end": end}
        super().__init__(**settings, hidden_share=hidden_share, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        hidden = f"{100 * self.hidden_share:g}% of waiting families not shown"
        return f"entries {self.late_days:g} working days late, {hidden}"

    def problems(self, authority: Authority, calendar: WorkingCalendar) -> list[Problem]:
        """What does not fit this authority and these dates."""
        return super().problems(authority, calendar) + dates_only(self, "figures are shown after the run")

    def act(
        self, env: simpy.Environment, service: Service, days: Days
    ) -> Generator[simpy.Event, Any, Any] | None:
        """Nothing happens: it changes what is shown."""
        return None
