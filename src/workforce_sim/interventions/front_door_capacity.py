"""Front-door capacity: new posts in the teams where every referral enters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.authority.layout import layout
from workforce_sim.errors import Problem
from workforce_sim.interventions.base import LEFT_OUT, Days, Intervention, phasing_problems
from workforce_sim.interventions.when import When
from workforce_sim.interventions.who import case_holding_index, case_holding_problem
from workforce_sim.orders import PlannedPost

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.calendar import WorkingCalendar
    from workforce_sim.workforce.service import Service


def _teams(first_type: int, teams_of_type: Sequence[int]) -> range:
    """The numbers of the teams of a type."""
    first = sum(teams_of_type[:first_type])
    return range(first, first + teams_of_type[first_type])


class FrontDoorCapacity(Intervention):
    """Establish new posts in the teams that do the first stage of the pathway, at once or phased in evenly.

    They are dealt out over these teams in turn, and are otherwise new posts like any other
    (:class:`NewPosts`): empty until somebody is hired or agency covers them. Effect path: hours at the
    front door -> waiting for a decision; what gets through faster reaches the other teams sooner. Cost: as
    for new posts. Evidence: derived (hiring and cover rates are the authority's own).

    Args:
        number: how many posts.
        start: first date (or condition); all of them then if there is no ``end``.
        end: last date of phasing in.
        grade: a grade that holds cases; by default the first that does.
        fte: hours of each post over full time.
        agency_cover: may be covered by agency while vacant.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.FrontDoorCapacity(2, start="2026-04-01").headline()
        '2 new posts at the front door'
    """

    effect = "posts in the teams of the first stage -> waiting for a decision; pounds and FTE by day"
    evidence = "derived"

    number: int = Field(ge=0, le=100_000, examples=[2])
    grade: str | None = Field(default=None, examples=["'social worker'"])
    fte: float = Field(default=1.0, gt=0, le=1, examples=[1.0])
    agency_cover: bool = Field(default=True, examples=[True])

    def __init__(
        self,
        number: int = LEFT_OUT,
        *,
        start: str | dt.date | When = LEFT_OUT,
        end: str | dt.date | None = None,
        grade: str | None = None,
        fte: float = 1.0,
        agency_cover: bool = True,
        **misspelt: Any,
    ) -> None:
        settings: dict[str, Any] = {"number": number, "start": start, "end": end, "grade": grade}
        super().__init__(**settings, fte=fte, agency_cover=agency_cover, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        posts = "new post" if self.number == 1 else "new posts"
        return f"{self.number} {posts} at the front door" + (f" ({self.grade})" if self.grade else "")

    def problems(self, authority: Authority, calendar: WorkingCalendar) -> list[Problem]:
        """What does not fit this authority and these dates."""
        found = super().problems(authority, calendar) + case_holding_problem(authority, self.grade)
        if authority.pathway is None:
            rule = "an authority with a pathway, whose first stage is the front door"
            fix = f"use NewPosts({self.number}, ...), or authority.with_changes(pathway='england')"
            found.append(Problem("number", str(self.number), rule, fix))
        return found + phasing_problems(self)

    def planned_posts(self, authority: Authority, days: Days) -> list[PlannedPost]:
        """The posts one by one, if they come on dates."""
        holding = [group.grade for group in authority.posts if group.holds_cases]
        grade = authority.grades.index(self.grade or holding[0])
        teams = _teams(0, layout(authority).teams_of_type)  # types are in the order of the pathway
        return [
            PlannedPost(day, teams[i % len(teams)], grade, self.fte, self.agency_cover)
            for i, day in enumerate(days.phased(self, self.number))
        ]

    def begins(self, service: Service, key: object) -> None:
        """The posts come into being now, if they wait for a condition."""
        if isinstance(self.start, When):
            grade, teams = (
                case_holding_index(service, self.grade),
                _teams(0, service.desk.rules.teams_of_type),
            )
            for i in range(self.number):
                post = PlannedPost(service.env.now, teams[i % len(teams)], grade, self.fte, self.agency_cover)
                service.establishment.open(post)
