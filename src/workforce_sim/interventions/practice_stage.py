"""Practice stage: a stage of the pathway is switched off, on again, or used more or less."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.errors import Problem, unknown_name
from workforce_sim.interventions.base import LEFT_OUT, Intervention

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.calendar import WorkingCalendar
    from workforce_sim.authority.pathway import Pathway
    from workforce_sim.interventions.when import When
    from workforce_sim.workforce.service import Service


class PracticeStage(Intervention):
    """Send more or fewer families to a stage of the pathway: 0 is none, 1 as stated, 2 twice as many.

    In every stage that leads there, the share who go there is multiplied by ``share``. Those who no longer
    go there go to ``instead``; more come from it. It counts for families who leave those stages from then
    on; whoever is in the stage stays. Effect path: families by stage -> work, visits, reviews, returns ->
    drift. Cost: none of its own. Evidence: assumption (plans for children in need were almost absent in one
    city and then came back; what follows is the pathway's own).

    Args:
        stage: name of the stage in the authority's pathway.
        share: times the stated share who go there.
        start: from this date.
        end: to this date; for good if left out.
        instead: the stage or exit where the others go; by default the exit of stages ended early where
            a stage leads there, else its other ways in proportion.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.PracticeStage("child in need plan", 0, start="2026-04-01").headline()
        "no more families to 'child in need plan'"
    """

    effect = "share of families who go to a stage -> work, visits and reviews there, returns -> drift"
    evidence = "assumption"

    stage: str = Field(min_length=1, examples=["'child in need plan'"])
    share: float = Field(ge=0, le=100, examples=[0.5])
    instead: str | None = Field(default=None, min_length=1, examples=["'closed'"])

    def __init__(
        self,
        stage: str = LEFT_OUT,
        share: float = LEFT_OUT,
        *,
        start: str | dt.date | When = LEFT_OUT,
        end: str | dt.date | When | None = None,
        instead: str | None = None,
        **misspelt: Any,
    ) -> None:
        settings: dict[str, Any] = {"stage": stage, "share": share, "start": start, "end": end}
        super().__init__(**settings, instead=instead, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        if self.share == 0:
            return f"no more families to {self.stage!r}"
        return f"{self.share:g} times as many families to {self.stage!r}"

    def problems(self, authority: Authority, calendar: WorkingCalendar) -> list[Problem]:
        """What does not fit this authority and these dates."""
        found, pathway = super().problems(authority, calendar), authority.pathway
        if pathway is None:
            fix = "authority.with_changes(pathway='england')"
            return [*found, Problem("stage", repr(self.stage), "a stage of a pathway; there is none", fix)]
        if self.stage not in pathway.stages:
            found.append(unknown_name("stage", self.stage, pathway.stage_names, "a stage of the pathway"))
        names = [*pathway.stage_names, *pathway.exit_names]
        if self.instead is not None and self.instead not in names:
            found.append(unknown_name("instead", self.instead, names, "a stage or exit of the pathway"))
            return found
        return found + self._ways_problems(pathway)

    def _ways_problems(self, pathway: Pathway) -> list[Problem]:
        """Problems of where families come from, and where they go instead."""
        before = {name: s.next for name, s in pathway.stages.items() if s.next.get(self.stage, 0.0) > 0}
        found = []
        if self.stage in pathway.stages and not before:
            rule = "a stage that others lead to"
            fix = "name a stage after the first; referrals are changed by DemandChange"
            found.append(Problem("stage", repr(self.stage), rule, fix))
        for name, ways in before.items():
            instead = self._instead(pathway, ways)
            others = [to for to, share in ways.items() if share > 0 and to != self.stage]
            if self.instead is not None and self.instead not in others:
                rule = (
                    f"a way from {name!r} other than the stage itself: {', '.join(others) or 'there is none'}"
                )
                fix = "leave instead out"
                found.append(Problem("instead", repr(self.instead), rule, fix))
                continue
            there, room = ways[self.stage], ways[instead] if instead else 1 - ways[self.stage]
            most = (there + room) / there
            if self.share > most * (1 + 1e-9):
                source = repr(instead) if instead else "the other ways"
                rule = f"at most {most:.4g}: no more can be taken from {source} of {name!r}"
                found.append(Problem("share", f"{self.share:g}", rule, f"share={int(100 * most) / 100:g}"))
            if not others and self.share < 1:
                fix = "change the pathway instead: authority.with_changes(pathway=...)"
                found.append(Problem("share", f"{self.share:g}", f"1: {name!r} leads nowhere else", fix))
        return found

    def _instead(self, pathway: Pathway, ways: dict[str, float]) -> str | None:
        """Where those go who no longer go to the stage; None for all other ways in proportion."""
        if self.instead is not None:
            return self.instead if ways.get(self.instead, 0.0) > 0 else None
        return pathway.ended_early if ways.get(pathway.ended_early, 0.0) > 0 else None

    def begins(self, service: Service, key: object) -> None:
        """Families go elsewhere from now on."""
        service.practice.move(key, self.stage, self.share, self.instead)

    def is_over(self, service: Service, key: object) -> None:
        """Families go where they went."""
        service.practice.end(key)
