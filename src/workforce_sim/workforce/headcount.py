"""Posts and people by state, and what they cost: FTE totals kept up to date event by event."""

from __future__ import annotations

from operator import mul
from typing import TYPE_CHECKING

from workforce_sim.workforce.money import HEADINGS, Accounts
from workforce_sim.workforce.post import AGENCY, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from workforce_sim.workforce.post import Post
    from workforce_sim.workforce.service import Service


class Headcount:
    """FTE by state, grade and level.

    Attributes:
        fte: of established posts by state.
        above: of agency workers above establishment.
        permanent, agency: by grade.
        levels: of permanent workers in posts that hold cases, by career level.
        accounts: money so far by heading.
        pay_by_grade: permanent pay with on-costs so far by grade.
    """

    def __init__(self, service: Service, salary_years: Callable[[float], float]) -> None:
        self._service = service
        n = len(service.grades)
        self.fte = dict.fromkeys(State, 0.0)
        self.above = 0.0
        self.permanent = [0.0] * n
        self.agency = [0.0] * n
        self._salaries = [0.0] * n  # FTE times the salary factor of the level
        self.levels = [0.0] * len(service.rules.levels)
        self._new_posts = 0
        self._spending: dict[object, tuple[str, float]] = {}
        self._besides: dict[str, float] = {}
        self._pay, self._charge, self._retention = [0.0] * n, [0.0] * n, [0.0] * n
        self._begun = False
        self._moved: set[str] = set()  # headings under which people have come or gone since they were priced
        self._names = [grade.name for grade in service.grades]
        self.accounts = Accounts(salary_years, HEADINGS)
        self.pay_by_grade = Accounts(salary_years, self._names)

    def moves(self, post: Post, old: State | None, new: State) -> None:
        """A post goes from one state (None: it comes into being) to another."""
        if old is not None:
            self._counts(post, old, -post.fte)
        self._counts(post, new, post.fte)

    def _counts(self, post: Post, state: State, fte: float) -> None:
        """So much more FTE (less, if below 0) in a state."""
        if state == AGENCY:
            self.agency[post.grade] += fte
            self._moved.add("agency")
        if post.established:
            self.fte[state] += fte
        elif state == AGENCY:
            self.above += fte

    def employs(self, post: Post, level: int, sign: float) -> None:
        """A permanent worker of this level is (+1) or is no longer (-1) in the post."""
        self._moved |= {"pay", "retention"}
        self.permanent[post.grade] += sign * post.fte
        self._salaries[post.grade] += sign * post.fte * self._service.rules.levels[level].salary
        if self._service.grades[post.grade].hours > 0:
            self.levels[level] += sign * post.fte

    def new_post(self, change: int = 1) -> None:
        """A post more, or one less, with the running cost of new posts."""
        self._moved.add("new_posts")
        self._new_posts += change

    def spend(self, key: object, heading: str, yearly_gbp: float) -> None:
        """So much a year under a heading from now on, until another amount (0 to end) for the same key."""
        self._spending[key] = (heading, yearly_gbp)
        self.set_prices()

    def set_prices(self) -> None:
        """Prices from the levers and the spending that are set now, and what everything costs from now on."""
        service, now = self._service, self._service.env.now
        value = service.levers.value
        for g, grade in enumerate(service.grades):
            self._pay[g] = grade.employed_gbp * value("pay", now, g)
            self._charge[g] = grade.agency_gbp * value("agency_price", now, g)
            self._retention[g] = value("retention_gbp", now, g)
        self._besides = {
            heading: sum(sorted(gbp for where, gbp in self._spending.values() if where == heading))
            for heading, accrues in HEADINGS.items()
            if accrues
        }
        self._begun = True
        self._moved = set(self._besides)
        self.price()

    def price(self) -> None:
        """What everything costs a year from now on."""
        moved = self._moved
        if not moved or not self._begun:  # as long as the posts of the start are still being opened
            return
        now = self._service.env.now
        for name in moved:
            self.accounts.set_yearly(now, name, self._besides[name] + self._people_cost(name))
        if "pay" in moved:
            for name, gbp in zip(self._names, map(mul, self._salaries, self._pay), strict=True):
                self.pay_by_grade.set_yearly(now, name, gbp)
        moved.clear()

    def _people_cost(self, heading: str) -> float:
        """What those who are there cost a year under a heading."""
        if heading == "agency":
            return _times(self.agency, self._charge)
        if heading == "pay":
            return _times(self._salaries, self._pay)
        if heading == "retention":
            return _times(self.permanent, self._retention)
        return self._new_posts * self._service.rules.new_post_gbp if heading == "new_posts" else 0.0


def _times(numbers: list[float], prices: list[float]) -> float:
    """Numbers by grade times prices by grade, summed."""
    total: float = sum(map(mul, numbers, prices))
    return total
