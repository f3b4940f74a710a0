"""Pay change: permanent pay relative to neighbours, by percent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.interventions.base import LEFT_OUT, Intervention
from workforce_sim.orders import Fading

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.interventions.when import When
    from workforce_sim.workforce.service import Service


class PayChange(Intervention):
    """Change permanent pay by a percentage: a rise or a market supplement.

    Leaving is multiplied by (relative pay) ^ -elasticity and hiring by (relative pay) ^ elasticity
    (authority settings ``pay_elasticity_of_leaving`` and ``pay_elasticity_of_hiring``), and it closes part
    of the pay gap to agency work. If neighbours match it, what counts as relative pay fades, the cost
    stays. Cost: the same percentage on the pay, with on-costs, of everyone permanent in the grades, also
    of those who would have stayed.
    Evidence: assumption (no figure for social workers; teachers 0 to 3).

    Args:
        percent: of pay; 5 is a rise of 5%, negative a cut (more than -100).
        start: from this date.
        end: to this date; for good if left out.
        grades: grades it applies to; all if left out.
        matched_after_years: years in which neighbours make up 63% of it (``1 - 1 / e``); never if left out.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.PayChange(percent=5, start="2015-10-01").headline()
        '+5% pay'
    """

    effect = "pay relative to neighbours -> leaving and hiring; percent of pay"
    evidence = "assumption"

    percent: float = Field(gt=-100, le=1000, examples=[5])
    grades: tuple[str, ...] | None = Field(default=None, examples=["('social worker',)"])
    matched_after_years: float | None = Field(default=None, gt=0, le=100, examples=[2.0])

    def __init__(
        self,
        percent: float = LEFT_OUT,
        *,
        start: str | dt.date | When = LEFT_OUT,
        end: str | dt.date | When | None = None,
        grades: Sequence[str] | None = None,
        matched_after_years: float | None = None,
        **misspelt: Any,
    ) -> None:
        touched = tuple(grades) if isinstance(grades, list) else grades
        settings: dict[str, Any] = {"percent": percent, "start": start, "end": end, "grades": touched}
        super().__init__(**settings, matched_after_years=matched_after_years, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        who = f" for {', '.join(self.grades)}" if self.grades else ""
        return f"{self.percent:+g}% pay{who}"

    def levers(self, service: Service) -> Mapping[str, float | Fading]:
        """Pay, and pay over that of neighbours, which fades if they match it."""
        factor, now = 1 + self.percent / 100, service.env.now
        relative: float | Fading = factor
        if self.matched_after_years is not None:
            relative = Fading(factor, now, self.matched_after_years * DAYS_PER_YEAR)
        return {"pay": factor, "relative_pay": relative}
