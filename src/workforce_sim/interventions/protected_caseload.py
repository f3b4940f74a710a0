"""Protected caseload: newly qualified workers carry less."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.interventions.base import LEFT_OUT, Intervention

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.interventions.when import When
    from workforce_sim.workforce.service import Service


class ProtectedCaseload(Intervention):
    """Let newly qualified workers carry at most a share of a full caseload.

    It holds for caseloads, hours of case work and caseload caps alike, while they are on the first career
    level, and changes nothing where they carry less already (setting ``careers.newly_qualified_able``, 0.8
    by default). Effect path: capacity of newly qualified workers -> strain on them and leaving down, load
    of the others up. Cost: none of its own. Evidence: assumption (schemes protect 10 to 40% of a caseload
    in the first year; the response of leaving to it goes through caseload, which is weak).

    Args:
        share: of a full caseload, above 0, at most 1.
        start: from this date.
        end: to this date; for good if left out.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.ProtectedCaseload(0.6, start="2026-04-01").headline()
        'newly qualified carry at most 60% of a full caseload'
    """

    effect = "share of a full caseload of newly qualified workers -> strain on them, load of others"
    evidence = "assumption"

    share: float = Field(gt=0, le=1, examples=[0.6])

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
        return f"newly qualified carry at most {100 * self.share:g}% of a full caseload"

    def levers(self, service: Service) -> Mapping[str, float]:
        """What they carry."""
        return {"newly_qualified_able": self.share}
