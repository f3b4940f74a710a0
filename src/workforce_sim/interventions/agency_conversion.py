"""Agency conversion: an offer to agency workers who become permanent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.interventions.base import LEFT_OUT, Intervention

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.interventions.when import When
    from workforce_sim.workforce.service import Service


class AgencyConversion(Intervention):
    """Offer agency workers a bonus for becoming permanent in the post they cover.

    The conversion rate moves from its ordinary value towards its full-offer value in proportion to bonus
    / yearly pay gap, at most all the way (authority settings ``conversions_per_agency_year``,
    ``..._full_offer``, ``agency_pay_gap_gbp``); state ``rate_per_year`` to use your own. A conversion
    moves no case. Cost: the bonus for everyone who converts while the offer stands, also for those who
    would have anyway; then pay instead of the agency charge. Evidence: assumption (no published
    conversion rate; bounds from published stocks).

    Args:
        bonus_gbp: pounds, once, per conversion.
        start: from this date.
        end: to this date; for good if left out.
        rate_per_year: conversions per agency worker and year while the offer stands.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.AgencyConversion(bonus_gbp=3000, start="2015-10-01").headline()
        'agency conversion offer of £3,000'
    """

    effect = "bonus / pay gap -> conversions per agency worker and year -> agency share and cost"
    evidence = "assumption"

    bonus_gbp: float = Field(ge=0, examples=[3000])
    rate_per_year: float | None = Field(default=None, ge=0, le=100, examples=[0.2])

    def __init__(
        self,
        bonus_gbp: float = LEFT_OUT,
        *,
        start: str | dt.date | When = LEFT_OUT,
        end: str | dt.date | When | None = None,
        rate_per_year: float | None = None,
        **misspelt: Any,
    ) -> None:
        super().__init__(bonus_gbp=bonus_gbp, start=start, end=end, rate_per_year=rate_per_year, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        return f"agency conversion offer of £{self.bonus_gbp:,.0f}"

    def begins(self, service: Service, key: object) -> None:
        """The offer stands."""
        rate = None if self.rate_per_year is None else self.rate_per_year / DAYS_PER_YEAR
        service.agency.offer(key, self.bonus_gbp, rate)

    def is_over(self, service: Service, key: object) -> None:
        """The offer stands no more."""
        service.agency.end_offer(key)
