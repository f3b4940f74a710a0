"""Agency rules: the statutory rules of October 2024 on agency social workers, as switches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.authority.calendar import DAYS_PER_WEEK
from workforce_sim.interventions.base import LEFT_OUT, Intervention

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.interventions.when import When
    from workforce_sim.workforce.service import Service


class AgencyRules(Intervention):
    """Apply the statutory rules on agency social workers, rule by rule.

    - **Cool-off**: nobody is engaged within three months of leaving a permanent post in the region. A share
      ``s = staying_share`` of those who would have left for agency work stays: with ``a`` the share of
      leavers who go to agency, leaving is multiplied by ``1 - a s``, and that share falls accordingly.
    - **Experience**: three years in direct employment. Fewer agency workers can be had: cover of empty posts
      is multiplied by ``supply_factor``.
    - **Notice**: agency workers give, and get, at least ``notice_weeks`` weeks.
    - **Price cap**: the agency charge falls by ``price_cut_percent``, and cover by the same percentage.

    For an authority as it was before 31 October 2024; later numbers of its own have the rules in them.
    Effect path: leaving, cover, notice and charge -> agency share, cost, caseload. Cost: none of its own; a
    lower charge shows in the accounts. Evidence: assumption. The rules are published (DfE statutory
    guidance), their effects are not: of leavers 12% went to agency in 2024 and 7% in 2025 (DfE), two fifths
    fewer, which ``staying_share`` = 0.5 rounds up; 0.9 for ``supply_factor`` is a guess; the pounds of the
    price caps were not found, so none by default; that cover falls by the percentage of the charge is a
    guess.

    Args:
        start: from this date (in England 31 October 2024, price caps 1 October 2025).
        end: to this date; for good if left out.
        cool_off: apply the cool-off.
        experience: apply the rule on experience.
        notice_weeks: weeks of notice; 0 leaves notice as it is.
        price_cut_percent: by how much the caps lower the agency charge; 0 for no cap.
        staying_share: share of would-be agency workers who stay because of the cool-off.
        supply_factor: times the cover of empty posts under the rule on experience.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.AgencyRules(start="2024-10-31").headline()
        'agency rules: cool-off, experience, 4 weeks of notice'
    """

    effect = "leaving to agency, supply of cover, weeks of notice, agency charge; each a factor or weeks"
    evidence = "assumption"

    cool_off: bool = Field(default=True, examples=[True])
    experience: bool = Field(default=True, examples=[True])
    notice_weeks: float = Field(default=4.0, ge=0, le=52, examples=[4])
    price_cut_percent: float = Field(default=0.0, ge=0, le=100, examples=[10])
    staying_share: float = Field(default=0.5, ge=0, le=1, examples=[0.5])
    supply_factor: float = Field(default=0.9, ge=0, le=1, examples=[0.9])

    def __init__(
        self,
        *,
        start: str | dt.date | When = LEFT_OUT,
        end: str | dt.date | When | None = None,
        cool_off: bool = True,
        experience: bool = True,
        notice_weeks: float = 4.0,
        price_cut_percent: float = 0.0,
        staying_share: float = 0.5,
        supply_factor: float = 0.9,
        **misspelt: Any,
    ) -> None:
        settings: dict[str, Any] = {"start": start, "end": end, "cool_off": cool_off}
        settings |= {"experience": experience, "notice_weeks": notice_weeks}
        settings |= {"price_cut_percent": price_cut_percent, "staying_share": staying_share}
        super().__init__(**settings, supply_factor=supply_factor, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        parts = ["cool-off"] * self.cool_off + ["experience"] * self.experience
        if self.notice_weeks:
            weeks = "week" if self.notice_weeks == 1 else "weeks"
            parts.append(f"{self.notice_weeks:g} {weeks} of notice")
        if self.price_cut_percent:
            parts.append(f"charge {self.price_cut_percent:g}% lower")
        return f"agency rules: {', '.join(parts) or 'none'}"

    def levers(self, service: Service) -> Mapping[str, float]:
        """What the rules that apply multiply."""
        found: dict[str, float] = {}
        cover = 1 - self.price_cut_percent / 100
        if self.price_cut_percent:
            found["agency_price"] = cover
        if self.experience:
            cover *= self.supply_factor
        if self.experience or self.price_cut_percent:
            found["cover"] = cover
        if self.cool_off:
            found["leaving"] = 1 - service.rules.to_agency * self.staying_share
            still_go = 1 - self.staying_share
            found["to_agency"] = still_go / found["leaving"] if found["leaving"] > 0 else 1.0
        if self.notice_weeks:
            found["agency_notice_days"] = DAYS_PER_WEEK * self.notice_weeks
        return found
