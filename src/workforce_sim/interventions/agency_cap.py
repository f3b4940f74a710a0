"""Agency cap: no more agency workers than a share of the workforce."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.interventions.base import LEFT_OUT, Intervention

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.interventions.when import When
    from workforce_sim.workforce.service import Service


class AgencyCap(Intervention):
    """Engage no agency worker who would bring agency above a share of agency and permanent FTE.

    Those who are there stay until their assignments end; while the cap binds, posts that fall empty stay
    empty until somebody is hired. Managed teams (:class:`ManagedTeam`) are counted but not stopped by it.
    Effect path: cover of vacancies -> agency share and cost down, empty posts and caseload up. Cost: none
    of its own; the agency charge saved shows in the accounts. Evidence: assumption (the rule is arithmetic;
    how strictly a cap is kept to is not published).

    Args:
        share: of agency and permanent FTE of the authority, 0 to 1; 1 changes nothing.
        start: from this date.
        end: to this date; for good if left out.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.AgencyCap(0.1, start="2026-04-01").headline()
        'agency at most 10% of the workforce'
    """

    effect = "share of agency and permanent FTE -> cover of vacancies -> agency cost, empty posts"
    evidence = "assumption"

    share: float = Field(ge=0, le=1, examples=[0.1])

    def __init__(
        self,
        share: float = LEFT_OUT,
        *,
        start: str | dt.date | When = LEFT_OUT,
        end: str | dt.date | When | None = None,
        **misspelt: Any,
    ) -> None:
        super().__init__(share=share, start=start, end=end, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        return f"agency at most {100 * self.share:g}% of the workforce"

    def levers(self, service: Service) -> Mapping[str, float]:
        """The cap."""
        return {"agency_cap": self.share}
