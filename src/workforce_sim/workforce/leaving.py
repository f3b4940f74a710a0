"""Leaving: the rate at which permanent workers decide to go, and where they go (section 6.1, 6.6)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.demand.luck import Stream, which

if TYPE_CHECKING:
    from workforce_sim.workforce.post import Post
    from workforce_sim.workforce.service import Service

_FIVE_YEARS = 5 * DAYS_PER_YEAR

#: The flows of leavers by where they go.
DESTINATIONS = ("left_retired", "left_to_agency", "left_to_other_authority", "left_sector")


class Leaving:
    """The leaving rates of everybody who may leave.

    Attributes:
        this_year: the multiplier of the authority and year.
        by_grade: pay and climate.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self.this_year = 1.0
        self.by_grade = np.ones(len(service.grades))
        # by grade and level: who holds no cases is on no level
        levels = [level.leaving for level in service.rules.levels]
        self._by_level = np.array([levels if g.hours > 0 else [1.0] * len(levels) for g in service.grades])

    def rate(self, who: Any) -> Any:
        """The rate a day, but for the factor of caseload, of one post or of many."""
        people = self._service.people
        grade = people.grade[who]
        team = self._service.supervision.of_grade[grade, people.team[who]]
        factor = self.by_grade[grade] * self.this_year
        own = self._by_level[grade, people.level[who]] * people.absence[who]
        return people.band_rate(who) * factor * own * team

    def set_rates(self) -> None:
        """Everybody's rate from the factors of today."""
        service = self._service
        now, rules = service.env.now, service.rules
        for g in range(len(service.grades)):
            pay = service.levers.value("relative_pay", now, g)
            factor = pay**-rules.pay_leaving if pay > 0 else math.inf
            self.by_grade[g] = factor * service.levers.value("leaving", now, g)
        self._tell(service.people.watched_posts())

    def set_rate(self, post: Post) -> None:
        """The rate of one person whose own factor has changed."""
        if self._service.people.watched[post.index]:
            self._tell(np.array([post.index]))

    def _tell(self, who: Any) -> None:
        self._service.desk.set_hazards(who, self.rate(who), self._service.env.now)

    def count(self, post: Post) -> dict[str, float]:
        """What flows a leaver adds to. Where people go changes no event."""
        service = self._service
        u, rules = service.uniform(post, Stream.DESTINATION, post.permanents - 1), service.rules
        long = service.people.service(post.index, service.env.now) >= _FIVE_YEARS
        to_agency = rules.to_agency * min(1.0, service.levers.value("to_agency", service.env.now))
        rest = 1.0 - to_agency - rules.to_other
        shares = (min(rules.retire, rest) if long else 0.0, to_agency, rules.to_other)
        where = DESTINATIONS[which(u, shares)]
        return {"leavers": post.fte, where: post.fte, "leavers_under_5": 0.0 if long else post.fte}
