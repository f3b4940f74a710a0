"""Hiring freeze: vacancies are not filled for a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.interventions.base import LEFT_OUT, Intervention

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.interventions.when import When
    from workforce_sim.workforce.service import Service


class HiringFreeze(Intervention):
    """Fill no vacancy from outside or by promotion, and on request engage no agency worker either.

    Conversions of agency workers and intakes of newly qualified workers go on. Vacancies keep what they
    have waited. Effect path: hires (and cover) -> empty posts, agency, caseload -> leaving. Cost: none of
    its own; pay saved and agency charges show in the accounts. Evidence: assumption (that a freeze is kept
    to without exceptions).

    Args:
        start: from this date.
        end: to this date; for good if left out.
        grades: grades it applies to; all if left out, none if empty.
        agency: no new agency workers either.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.HiringFreeze(start="2026-01-01", end="2026-06-30", agency=True).headline()
        'hiring freeze, agency included'
    """

    effect = "hires and, if asked for, agency cover = 0 -> empty posts -> caseload"
    evidence = "assumption"

    grades: tuple[str, ...] | None = Field(default=None, examples=["('social worker',)"])
    agency: bool = Field(default=False, examples=[True])

    def __init__(
        self,
        *,
        start: str | dt.date | When = LEFT_OUT,
        end: str | dt.date | When | None = None,
        grades: Sequence[str] | None = None,
        agency: bool = False,
        **misspelt: Any,
    ) -> None:
        touched = tuple(grades) if isinstance(grades, list) else grades
        super().__init__(start=start, end=end, grades=touched, agency=agency, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        who = "" if self.grades is None else f" for {', '.join(self.grades) or 'nobody'}"
        return f"hiring freeze{who}" + (", agency included" if self.agency else "")

    def levers(self, service: Service) -> Mapping[str, float]:
        """No hires, and no cover."""
        return {"hiring": 0.0, "cover": 0.0} if self.agency else {"hiring": 0.0}
