"""Team structure: every team does everything, or each its own stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from workforce_sim.authority.parts import one_of
from workforce_sim.errors import Problem
from workforce_sim.interventions.base import LEFT_OUT, Days, Intervention, wait_until
from workforce_sim.interventions.for_good import NoEnd
from workforce_sim.interventions.who import case_holding_posts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Generator

    import simpy

    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.calendar import WorkingCalendar
    from workforce_sim.interventions.when import When
    from workforce_sim.workforce.service import Service

Structure = Annotated[Literal["generic", "specialist"], one_of("generic", "specialist")]


class TeamStructure(Intervention):
    """Let every team do all stages (generic), or each type of team its own (specialist, as the pathway says).

    The teams, and who is in them, stay as they are. In generic teams a family keeps its worker from stage
    to stage; families who wait move to the list of their new team, and nobody loses a family they hold
    until its stage ends. Generic teams have families in proportion to their staff: the FTE of the posts that
    hold cases, filled or not, on the day it begins (posts that open or close later do not move the shares).
    A service with one type of team is generic already, and nothing changes.

    Effect path: transfers between teams -> reading in, changes of worker, returns -> drift. Cost: none of
    its own (a reorganisation that unsettles staff is :class:`Restructure`). Evidence: assumption (that half
    of the changes of worker are transfers by design is derived from published shares; that generalists do
    every stage as well as specialists is a judgement).

    Args:
        structure: ``"generic"`` or ``"specialist"``.
        start: from this date, until another of these begins.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.TeamStructure("generic", start="2026-04-01").headline()
        'generic teams'
    """

    effect = "which team does which stage -> transfers -> changes of worker and reading in -> drift"
    evidence = "assumption"

    end: NoEnd = None
    structure: Structure = Field(examples=["'generic'"])

    def __init__(
        self,
        structure: str = LEFT_OUT,
        *,
        start: str | dt.date | When = LEFT_OUT,
        **misspelt: Any,
    ) -> None:
        super().__init__(structure=structure, start=start, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        return f"{self.structure} teams"

    def problems(self, authority: Authority, calendar: WorkingCalendar) -> list[Problem]:
        """What does not fit this authority and these dates."""
        found = super().problems(authority, calendar)
        if authority.pathway is None:
            rule = "an authority with a pathway, whose stages can be divided"
            fix = "authority.with_changes(pathway='england')"
            found.append(Problem("structure", repr(self.structure), rule, fix))
        return found

    def act(
        self, env: simpy.Environment, service: Service, days: Days
    ) -> Generator[simpy.Event, Any, Any] | None:
        """It begins after the other policies of its day: posts that they open or close count."""
        yield from wait_until(env, service, days, self.start, ends=False)
        yield env.timeout(0)
        self.begins(service, object())

    def begins(self, service: Service, key: object) -> None:
        """The work is divided anew."""
        desk = service.desk
        types, teams = desk.rules.pathway.stages["team_type"].tolist(), desk.rules.teams_of_type
        if self.structure == "specialist" or len(teams) == 1:
            desk.regroup(types, teams, service.env.now)
            return
        staff = [0.0] * sum(teams)
        for post in case_holding_posts(service):
            staff[post.team] += post.fte
        desk.regroup([0] * len(types), (sum(teams),), service.env.now, staff if any(staff) else None)
