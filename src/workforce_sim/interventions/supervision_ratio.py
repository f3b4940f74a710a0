"""Supervision ratio: enough team managers' posts for a stated number of workers each."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.interventions.base import LEFT_OUT, Days, Intervention, dates_only
from workforce_sim.interventions.for_good import NoEnd
from workforce_sim.interventions.who import managing_problem
from workforce_sim.orders import PlannedPost

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.calendar import WorkingCalendar
    from workforce_sim.errors import Problem


class SupervisionRatio(Intervention):
    """Establish as many managers' posts as bring workers per manager down to a span.

    Counted are the authority's established posts at the start (FTE, filled or not): those that do not
    manage over those that do. Posts other policies add are not. If there are managers enough already,
    nothing happens. The posts start empty, are full time and are dealt out over the teams; agency may cover
    them.

    **A better ratio than the authority's own does not lower leaving.** What is needed is the ratio at the
    start, unless the setting ``supervision.span`` states another; managers beyond it only stand in for those
    who have left or are away, while they cost money, are new (which unsettles their teams for some months)
    and half of them are promoted case holders. To ask what a better ratio would do, say that it is needed:
    ``mine.with_changes(supervision={"span": 4})``. Then the authority begins with too few managers, and more
    of them lower leaving below the level of the start, by ``supervision.unsupervised_factor`` at most.

    Effect path: managers at work -> leaving of workers without one (settings ``supervision``), sign-off and
    allocation while nobody manages. Cost: as for new posts. Evidence: assumption (that supervision lowers
    leaving is weakly supported; no UK effect size was found).

    Args:
        span: FTE of posts that do not manage for each full-time post that does.
        start: on this date.
        grade: a grade that manages; by default the first that does.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.SupervisionRatio(5, start="2026-04-01").headline()
        'one manager to 5'
    """

    effect = "FTE supervised by a manager -> managers' posts -> leaving, sign-off; FTE and pounds"
    evidence = "assumption"

    end: NoEnd = None
    span: float = Field(ge=0.1, le=1000, examples=[5])
    grade: str | None = Field(default=None, examples=["'team manager'"])

    def __init__(
        self,
        span: float = LEFT_OUT,
        *,
        start: str | dt.date = LEFT_OUT,
        grade: str | None = None,
        **misspelt: Any,
    ) -> None:
        super().__init__(span=span, start=start, grade=grade, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        return f"one manager to {self.span:g}" + (f" ({self.grade})" if self.grade else "")

    def problems(self, authority: Authority, calendar: WorkingCalendar) -> list[Problem]:
        """What does not fit this authority and these dates."""
        found = super().problems(authority, calendar) + managing_problem(authority, self.grade)
        return found + dates_only(self, "its posts are counted before the run")

    def planned_posts(self, authority: Authority, days: Days) -> list[PlannedPost]:
        """The managers' posts."""
        assert isinstance(self.start, dt.date)
        workers = math.fsum(g.number * g.fte for g in authority.posts if not g.manages)
        managers = math.fsum(g.number * g.fte for g in authority.posts if g.manages)
        number = max(0, math.ceil(workers / self.span - managers - 1e-9))
        name = self.grade or next(group.grade for group in authority.posts if group.manages)
        post = PlannedPost(days.of(self.start), None, authority.grades.index(name), 1.0, True)
        return [post] * number
