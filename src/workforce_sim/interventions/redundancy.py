"""Redundancy: posts are closed for good, and those who stay are unsettled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.errors import Problem
from workforce_sim.interventions.base import LEFT_OUT, Intervention
from workforce_sim.interventions.fades import fades
from workforce_sim.interventions.for_good import NoEnd
from workforce_sim.interventions.who import grade_index, grade_problem

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.calendar import WorkingCalendar
    from workforce_sim.interventions.when import When
    from workforce_sim.orders import Fading
    from workforce_sim.workforce.service import Service


class Redundancy(Intervention):
    """Close posts of a grade for good.

    Empty posts go first, then covered ones, then those with the shortest service, whose people leave at
    once and hand their families over. Everybody else leaves at a rate higher by ``unsettled_percent``,
    which fades. Effect path: posts, handovers and leaving -> caseload -> drift. Cost: the authority's
    ``redundancy_gbp`` for every permanent FTE who goes; the pay saved shows in the accounts. Evidence:
    assumption (a voluntary redundancy trawl after which a whole cohort left, Birmingham 2014, is one
    account; 10% and one year are judgements).

    Args:
        number: how many posts.
        start: on this date.
        grade: a grade of the authority; by default its first.
        unsettled_percent: by how much more others leave at first.
        fade_years: years until 63% of that has faded (``1 - 1 / e``).

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.Redundancy(10, start="2026-04-01").headline()
        '10 posts closed'
    """

    effect = "posts closed, handovers, percent more leaving that fades -> caseload; FTE and pounds"
    evidence = "assumption"

    end: NoEnd = None
    number: int = Field(ge=0, le=100_000, examples=[10])
    grade: str | None = Field(default=None, examples=["'social worker'"])
    unsettled_percent: float = Field(default=10.0, ge=0, le=1000, examples=[10])
    fade_years: float = Field(default=1.0, gt=0, le=100, examples=[1.0])

    def __init__(
        self,
        number: int = LEFT_OUT,
        *,
        start: str | dt.date | When = LEFT_OUT,
        grade: str | None = None,
        unsettled_percent: float = 10.0,
        fade_years: float = 1.0,
        **misspelt: Any,
    ) -> None:
        settings: dict[str, Any] = {"number": number, "start": start, "grade": grade}
        settings |= {"unsettled_percent": unsettled_percent, "fade_years": fade_years}
        super().__init__(**settings, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        posts = "post" if self.number == 1 else "posts"
        return f"{self.number} {posts} closed" + (f" ({self.grade})" if self.grade else "")

    def problems(self, authority: Authority, calendar: WorkingCalendar) -> list[Problem]:
        """What does not fit this authority and these dates."""
        found = super().problems(authority, calendar) + grade_problem(authority, self.grade)
        group = next((g for g in authority.posts if self.grade in (None, g.grade)), None)
        if group is not None and self.number > group.number:
            rule = f"at most the posts of the grade at the start ({group.number})"
            found.append(Problem("number", str(self.number), rule, f"number={group.number} or fewer"))
        return found

    def levers(self, service: Service) -> Mapping[str, float | Fading]:
        """Those who stay leave sooner, for a while."""
        if not self.number or not self.unsettled_percent:
            return {}
        return {"leaving": fades(self.unsettled_percent, service, self.fade_years)}

    def begins(self, service: Service, key: object) -> None:
        """The posts are closed."""
        super().begins(service, key)
        service.establishment.close(grade_index(service, self.grade), self.number)
