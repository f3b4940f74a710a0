"""New posts: established on their dates, empty until somebody is hired or agency covers them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.authority.calendar import WorkingCalendar
from workforce_sim.authority.layout import layout
from workforce_sim.errors import Problem, unknown_name
from workforce_sim.interventions.base import LEFT_OUT, Days, Intervention, PlannedPost, phasing_problems
from workforce_sim.interventions.when import When

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.authority.authority import Authority
    from workforce_sim.workforce.service import Service


class NewPosts(Intervention):
    """Establish new posts at once or phased in evenly between two dates.

    Posts are not people: each starts empty and waits for a hire (at the authority's hiring rate) or for
    agency cover, like any other vacancy. Cost: pay and on-costs when filled, the agency charge when
    covered, recruitment per starter, and a running cost per post and year from the day it exists. Effect
    path: posts -> hires and agency -> caseload -> pace of casework. Evidence: derived (hiring and cover
    rates are the authority's own).

    Args:
        number: how many posts.
        start: first date (or condition); all of them then if there is no ``end``.
        end: last date of phasing in.
        team: team number (0, 1, ...) for all of them; by default they are dealt out over the teams in turn.
        grade: a grade of the authority; by default its first.
        fte: hours of each post over full time.
        agency_cover: may be covered by agency while vacant.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.NewPosts(80, start="2015-04-01", end="2017-03-31").headline()
        '80 new posts'
    """

    effect = "posts -> hires and agency cover -> caseload; pounds and FTE by day"
    evidence = "derived"

    number: int = Field(ge=0, le=100_000, examples=[80])
    team: int | None = Field(default=None, ge=0, examples=[0])
    grade: str | None = Field(default=None, examples=["'social worker'"])
    fte: float = Field(default=1.0, gt=0, le=1, examples=[1.0])
    agency_cover: bool = True

    def __init__(
        self,
        number: int = LEFT_OUT,
        *,
        start: str | dt.date | When = LEFT_OUT,
        end: str | dt.date | None = None,
        team: int | None = None,
        grade: str | None = None,
        fte: float = 1.0,
        agency_cover: bool = True,
        **misspelt: Any,
    ) -> None:
        settings: dict[str, Any] = {"number": number, "start": start, "end": end, "team": team}
        settings |= {"grade": grade, "fte": fte, "agency_cover": agency_cover}
        super().__init__(**settings, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        posts = "new post" if self.number == 1 else "new posts"
        return f"{self.number} {posts}" + (f" ({self.grade})" if self.grade else "")

    def problems(self, authority: Authority, calendar: WorkingCalendar) -> list[Problem]:
        """What does not fit this authority and these dates."""
        found = super().problems(authority, calendar)
        if self.team is not None and self.team >= layout(authority).teams:
            rule = f"a team of this authority: 0 to {layout(authority).teams - 1}"
            fix = "leave team out to deal them over all teams"
            found.append(Problem("team", str(self.team), rule, fix))
        if self.grade is not None and self.grade not in authority.grades:
            found.append(unknown_name("grade", self.grade, authority.grades, "a grade of this authority"))
        return found + phasing_problems(self)

    def planned_posts(self, authority: Authority, days: Days) -> list[PlannedPost]:
        """The posts one by one, if they come on dates."""
        grade = authority.grades.index(self.grade) if self.grade else 0
        opens = days.phased(self, self.number)
        return [PlannedPost(day, self.team, grade, self.fte, self.agency_cover) for day in opens]

    def begins(self, service: Service, key: object) -> None:
        """The posts come into being now, if they wait for a condition."""
        if isinstance(self.start, When):
            names = [grade.name for grade in service.grades]
            grade = names.index(self.grade) if self.grade else 0
            post = PlannedPost(service.env.now, self.team, grade, self.fte, self.agency_cover)
            for _ in range(self.number):
                service.establishment.open(post)
