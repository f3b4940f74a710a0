"""Agency: who is engaged, what is offered to those who go permanent (section 6.3 of docs/model.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workforce_sim.authority.calendar import INSTANT
from workforce_sim.demand.luck import Stream
from workforce_sim.workforce.post import CLOSED, EMPTY

if TYPE_CHECKING:
    from workforce_sim.workforce.post import Post
    from workforce_sim.workforce.service import Service


class Agency:
    """Cover of vacancies, and the way from agency to a permanent post."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._offers: dict[object, tuple[float, float | None]] = {}
        self._drivers = 1.0
        self._caseload_at_start = 0.0

    def engages(self, post: Post) -> bool:
        """Whether an agency worker is engaged for this empty post now."""
        service, rules = self._service, self._service.rules
        if post.established and rules.tolerance > 0:
            people = service.people
            here = people.established & (people.team == post.team) & (people.grade == post.grade)
            empty = int((here & people.are(EMPTY)).sum())
            if empty <= rules.tolerance * int((here & ~people.are(CLOSED)).sum()) + INSTANT:
                return False
        cap = service.levers.value("agency_cap", service.env.now)
        agency = service.agency_fte + post.fte
        return agency <= cap * (agency + service.in_post_fte) + INSTANT if cap < 1.0 else True

    # -- conversion -------------------------------------------------------------------------

    @property
    def conversion_bonus(self) -> float:
        """Pounds an agency worker gets who converts today."""
        return sum(sorted(bonus for bonus, _ in self._offers.values()))

    def offer(self, key: object, bonus_gbp: float, per_day: float | None = None) -> None:
        """Offer agency workers a bonus for going permanent, until :meth:`end_offer` of the same key.

        The conversion rate follows the share of the pay gap that bonus and pay close, or is ``per_day`` where
        that is more.
        """
        self._offers[key] = (bonus_gbp, per_day)
        self.set_rates()

    def end_offer(self, key: object) -> None:
        """The offer of this key ends."""
        del self._offers[key]
        self.set_rates()

    def begin(self) -> None:
        """The first deal is over: drivers are counted from here, and who is about to go winds down."""
        self._caseload_at_start = self._service.caseload
        for post in self._service.posts:
            if post.ends:
                self._service.movements.winds_down(post)

    def read(self) -> None:
        """Read the caseload and the stability of managers, as at the start of every month."""
        service, rules = self._service, self._service.rules
        drivers = 1.0
        caseload = service.caseload
        if rules.conversion_caseload > 0 and caseload > 0 and self._caseload_at_start > 0:
            drivers = (caseload / self._caseload_at_start) ** -rules.conversion_caseload
        supervision = service.supervision
        drivers *= rules.unsettled ** (supervision.unsettled_at_start - supervision.unsettled)
        if drivers != self._drivers:
            self._drivers = drivers
            self.set_rates()

    def set_rates(self) -> None:
        """The conversion and cover rates of every grade from what holds now."""
        service, rules, now = self._service, self._service.rules, self._service.env.now
        stated = max((rate for _, rate in self._offers.values() if rate is not None), default=0.0)
        for g, grade in enumerate(service.grades):
            pay = service.levers.value("relative_pay", now, g)
            closed = (self.conversion_bonus + grade.salary_gbp * (pay - 1.0)) / rules.pay_gap_gbp
            share = min(max(closed, 0.0), 1.0)
            rate = max(stated, rules.convert + (rules.convert_full_offer - rules.convert) * share)
            rate *= self._drivers * service.levers.value("converting", now, g)
            service.dials.of(Stream.CONVERT, g).set_rate(rate)
            cover = grade.cover * service.levers.value("cover", now, g)
            service.dials.of(Stream.COVER, g).set_rate(cover)
