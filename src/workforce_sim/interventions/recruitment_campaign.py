"""Recruitment campaign: more hires per vacancy for a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.interventions.base import LEFT_OUT, Intervention

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.interventions.when import When
    from workforce_sim.workforce.service import Service


class RecruitmentCampaign(Intervention):
    """Fill vacancies faster, or more slowly: a campaign, faster hiring, the reputation of the place.

    The hire rate of every vacancy is multiplied by ``1 + percent / 100``, whether somebody covers it or
    not. Effect path: hires per vacancy -> in post, agency, caseload. Cost: ``cost_gbp`` once, on the first
    day, and the cost of recruitment per starter as ever. Evidence: assumption (what a campaign brings was
    not found; starters per vacant post and year ran from 0.2 to 1.7 between authorities).

    Args:
        percent: more hires per vacancy; 25 is a quarter more, -100 none.
        start: from this date.
        end: to this date; for good if left out.
        cost_gbp: pounds, once.
        grades: grades it applies to; all if left out.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.RecruitmentCampaign(25, start="2026-01-01", end="2026-12-31").headline()
        'recruitment campaign: +25% hires per vacancy'
    """

    effect = "percent of hires per vacancy -> in post, agency and caseload; pounds once"
    evidence = "assumption"

    percent: float = Field(ge=-100, le=1000, examples=[25])
    cost_gbp: float = Field(default=0.0, ge=0, le=1e9, examples=[50000])
    grades: tuple[str, ...] | None = Field(default=None, examples=["('social worker',)"])

    def __init__(
        self,
        percent: float = LEFT_OUT,
        *,
        start: str | dt.date | When = LEFT_OUT,
        end: str | dt.date | When | None = None,
        cost_gbp: float = 0.0,
        grades: Sequence[str] | None = None,
        **misspelt: Any,
    ) -> None:
        touched = tuple(grades) if isinstance(grades, list) else grades
        settings: dict[str, Any] = {"percent": percent, "start": start, "end": end, "grades": touched}
        super().__init__(**settings, cost_gbp=cost_gbp, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        who = f" for {', '.join(self.grades)}" if self.grades else ""
        return f"recruitment campaign{who}: {self.percent:+g}% hires per vacancy"

    def levers(self, service: Service) -> Mapping[str, float]:
        """Hire rates."""
        return {"hiring": 1 + self.percent / 100}

    def once_gbp(self, service: Service) -> Mapping[str, float]:
        """What the campaign costs."""
        return {"recruitment": self.cost_gbp}
