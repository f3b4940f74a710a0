"""The steady state a do-nothing year stays in: paces, scale of work, children by stage, staff by type.

Section 9 of docs/model.md. The history gives the days a referral is open at given paces and scale of work;
here all are solved so that the children open are those of the census row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.authority.flows import mean_able
from workforce_sim.authority.once import once_per_authority
from workforce_sim.authority.pathway import simple_pathway

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.history import Floats, Handovers, History
    from workforce_sim.authority.paces import Hours, Mix
    from workforce_sim.authority.pathway import Pathway
    from workforce_sim.authority.stage_rules import StageTable

#: Where a service has nobody referred, or nobody to hold a case, work is taken as stated.
_AS_STATED = 1.0

_LOWEST, _HIGHEST = 1e-3, 1e3
_ROUNDS = 8


@dataclass(frozen=True)
class Steady:
    """The steady state of an authority.

    Attributes:
        pathway: its stages (one, if it states none).
        scale: what multiplies the hours of work of every stage.
        pace: share of full attention at the caseload of the census row, of all work.
        paces: the same by stage.
        history: days, hours and a sample of open cases, per referral.
        mix: the children open, as far as paces depend on it.
        wanted_hours: hours of progress a day that an open child would absorb with full attention, mean.
        upkeep_hours: hours a day an open child costs, mean.
        work_hours: hours of progress per child and referral, handovers counted.
        type_shares: share of the case holders in each type of team, at which all types go at one pace.
        hours: what a case holder can give.
    """

    pathway: Pathway
    scale: float
    pace: float
    paces: Floats
    history: History
    mix: Mix
    wanted_hours: float
    upkeep_hours: float
    work_hours: float
    type_shares: Floats
    hours: Hours

    @property
    def table(self) -> StageTable:
        """The pathway as arrays, with the scale in it."""
        return self.pathway.table(self.scale)


@dataclass(frozen=True)
class _Question:
    """All that the steady state depends on, as one value to remember the answer by.

    The pathway, which cannot be hashed, is compared by what it says.
    """

    pathway: Pathway = field(compare=False)
    pathway_json: str
    hours: Hours
    handovers: tuple[float, float, float]
    referred_per_day: float
    open_children: float
    children_met: float
    caseload: float
    scale: float | None


@once_per_authority
def steady(authority: Authority) -> Steady:
    """The steady state of an authority; a stated scale of work (or ``work_hours``) is kept."""
    return _solved(_question(authority))


def _question(authority: Authority) -> _Question:
    from workforce_sim.authority.paces import Hours

    c, scale = authority.casework, authority.casework.work_scale
    pathway = authority.pathway
    if pathway is None:
        if c.work_hours is not None:
            scale = _AS_STATED
        stated = c.work_hours if c.work_hours is not None else c.attention_hours_per_day * DAYS_PER_YEAR
        pathway = simple_pathway(c.model_copy(update={"work_hours": stated}))
    permanent, agency = authority.case_holding_mix()
    able = mean_able(authority)
    ends = authority.workforce.agency_ends_per_year
    changes = (permanent * authority.census.turnover_rate / 100 + agency * ends) / DAYS_PER_YEAR
    reading = c.handover_reading_hours / authority.demand.children_per_case
    return _Question(
        pathway=pathway,
        pathway_json=pathway.model_dump_json(),
        hours=Hours(
            case_hours=c.case_hours_per_day * able,
            overtime_share=c.overtime_share,
            overtime_limit=c.overtime_limit_hours_per_day * able,
            # only the stages of a pathway make loads differ enough to matter
            spread=0.0 if authority.pathway is None else c.workload_spread,
        ),
        handovers=(changes, reading, c.handover_progress_lost),
        referred_per_day=authority.demand.children_per_year / DAYS_PER_YEAR,
        open_children=authority.census.caseload * authority.case_holders_fte(),
        children_met=authority.demand.children_met,
        caseload=authority.census.caseload,
        scale=scale,
    )


@lru_cache(maxsize=64)
def _solved(question: _Question) -> Steady:
    from scipy.optimize import brentq

    from workforce_sim.authority.history import Handovers

    pathway = question.pathway
    handovers = Handovers(*question.handovers)
    target, scale = question.open_children, question.scale
    if scale is None and (question.referred_per_day == 0 or target == 0):
        scale = _AS_STATED
    paces: Floats = np.ones(len(pathway.stages))

    def too_many(candidate: float) -> float:
        """Children open beyond those of the census row, at this scale of work."""
        nonlocal paces
        history, paces = _look(question, candidate, paces, handovers)[:2]
        return float(np.log(question.referred_per_day * history.days.sum() / target))

    if scale is None:
        low, high = _LOWEST, _HIGHEST
        if too_many(low) > 0:  # reviews alone keep more children open than there are
            scale = low
        elif too_many(high) < 0:  # hardly anybody is referred
            scale = high
        else:
            scale = float(brentq(too_many, low, high, xtol=1e-7, rtol=1e-9))
    history, paces, mix, shares = _look(question, scale, paces, handovers, snapshots=8_192)
    wanted, worked = float(mix.wanted.sum()), float(history.worked_hours.sum())
    return Steady(
        pathway=pathway,
        scale=scale,
        pace=float(np.dot(mix.wanted, paces)) / wanted if wanted else 1.0,
        paces=paces,
        history=history,
        mix=mix,
        wanted_hours=wanted,
        upkeep_hours=float(mix.upkeep.sum()),
        work_hours=worked,
        type_shares=shares,
        hours=question.hours,
    )


def _look(
    question: _Question, scale: float, paces: Floats, handovers: Handovers, snapshots: int = 0
) -> tuple[History, Floats, Mix, Floats]:
    """At this scale of work: the history, paces, mix of cases and shares of staff that go with each other."""
    from workforce_sim.authority.history import trace
    from workforce_sim.authority.paces import LEAST_PACE, Mix

    pathway = question.pathway
    table = pathway.table(scale)

    def at(paces_now: Floats, number: int) -> History:
        return trace(
            table,
            paces_now,
            handovers=handovers,
            early_return_factor=pathway.early_return_factor,
            return_per_change=pathway.return_per_change,
            snapshots=number,
        )

    for _ in range(_ROUNDS):  # the paces decide the mix, and the mix the paces
        history = at(paces, 0)
        mix = Mix.of(table.stages, history.worked_hours, history.days, paces, question.children_met)
        shares = mix.shares_at_one_pace(question.caseload, len(pathway.team_types), question.hours)
        found = np.maximum(LEAST_PACE, mix.paces(question.caseload, shares, question.hours))
        settled = float(np.abs(found - paces).max()) < 1e-9
        paces = found
        if settled:
            break
    return (at(paces, snapshots) if snapshots else history), paces, mix, shares
