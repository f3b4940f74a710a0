"""Caseload cap: nobody is given a family beyond so many children."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.interventions.base import LEFT_OUT, Intervention

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.interventions.when import When
    from workforce_sim.workforce.service import Service


class CaseloadCap(Intervention):
    """Allocate no family to a worker who would then hold more than so many children per full-time worker.

    Families beyond it wait without a worker. Nobody gives up what they hold, a worker who holds nothing is
    always given one family, and a stricter cap of the authority (``casework.caseload_cap``) goes on
    holding. Effect path: caseload and strain down, waiting up. Cost: none of its own. Evidence: assumption
    (the rule is arithmetic; how strictly caps are kept to is not published).

    Args:
        children: per full-time worker.
        start: from this date.
        end: to this date; for good if left out.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.CaseloadCap(18, start="2026-04-01").headline()
        'at most 18 children a worker'
    """

    effect = "children per full-time worker -> waiting for a worker up, strain and slow progress down"
    evidence = "assumption"

    children: float = Field(gt=0, le=10_000, examples=[18])

    def __init__(
        self,
        children: float = LEFT_OUT,
        *,
        start: str | dt.date | When = LEFT_OUT,
        end: str | dt.date | When | None = None,
        **misspelt: Any,
    ) -> None:
        super().__init__(children=children, start=start, end=end, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        return f"at most {self.children:g} children a worker"

    def levers(self, service: Service) -> Mapping[str, float]:
        """The cap."""
        return {"caseload_cap": self.children}
