"""The steady state a do-nothing year stays in: pace, scale of work, children by stage, teams by work.

Section 9 of docs/model.md. The history gives the days a referral is open at a given pace and scale of work;
here both are solved so that the children open are those of the census row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.authority.flows import mean_able
from workforce_sim.authority.once import once_per_authority
from workforce_sim.authority.pace import pace
from workforce_sim.authority.pathway import simple_pathway

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.history import Floats, Handovers, History
    from workforce_sim.authority.pathway import Pathway
    from workforce_sim.authority.stage_rules import StageTable

#: A service that cannot keep up at all is taken to give at least this share of full attention.
LEAST_PACE = 0.02

#: Where a service has nobody referred, or nobody to hold a case, work is taken as stated.
_AS_STATED = 1.0

_LOWEST, _HIGHEST = 1e-3, 1e3
_ROUNDS = 4
_LOADS = 100  # quantiles of the law of workers' loads


@dataclass(frozen=True)
class Steady:
    """The steady state of an authority.

    Attributes:
        pathway: its stages (one, if it states none).
        scale: what multiplies the hours of work of every stage.
        pace: share of full attention at the caseload of the census row.
        history: days, hours and a sample of open cases, per referral.
        wanted_hours: hours of progress a day that an open child would absorb with full attention, mean.
        upkeep_hours: hours a day an open child costs, mean.
        work_hours: hours of progress per child and referral, handovers counted.
        type_shares: share of the hours of case work done by each type of team.
    """

    pathway: Pathway
    scale: float
    pace: float
    history: History
    wanted_hours: float
    upkeep_hours: float
    work_hours: float
    type_shares: Floats

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
    case_hours: float
    overtime: tuple[float, float]
    handovers: tuple[float, float, float]
    referred_per_day: float
    open_children: float
    spread: float
    caseload: float
    scale: float | None


@once_per_authority
def steady(authority: Authority) -> Steady:
    """The steady state of an authority; a stated scale of work (or ``work_hours``) is kept."""
    return _solved(_question(authority))


def _question(authority: Authority) -> _Question:
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
        case_hours=c.case_hours_per_day * able,
        overtime=(c.overtime_share, c.overtime_limit_hours_per_day * able),
        handovers=(changes, reading, c.handover_progress_lost),
        referred_per_day=authority.demand.children_per_year / DAYS_PER_YEAR,
        open_children=authority.census.caseload * authority.case_holders_fte(),
        spread=workload_spread(authority),
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
    speed = 1.0

    def too_many(candidate: float) -> float:
        """Children open beyond those of the census row, at this scale of work."""
        nonlocal speed
        history, speed = _look(question, pathway, candidate, speed, handovers)
        return float(np.log(question.referred_per_day * history.days.sum() / target))

    if scale is None:
        low, high = _LOWEST, _HIGHEST
        if too_many(low) > 0:  # reviews alone keep more children open than there are
            scale = low
        elif too_many(high) < 0:  # hardly anybody is referred
            scale = high
        else:
            scale = float(brentq(too_many, low, high, xtol=1e-7, rtol=1e-9))
    history, speed = _look(question, pathway, scale, speed, handovers, snapshots=8_192)
    stages: Any = pathway.table(scale).stages
    wanted, upkeep = _hours_per_child(history, stages, speed)
    hours = history.worked_hours + stages["upkeep"] * history.days
    types = np.bincount(stages["team_type"], hours, len(pathway.team_types))
    return Steady(
        pathway=pathway,
        scale=scale,
        pace=speed,
        history=history,
        wanted_hours=wanted,
        upkeep_hours=upkeep,
        work_hours=float(history.worked_hours.sum()),
        type_shares=types / types.sum() if types.sum() else np.full(len(types), 1 / len(types)),
    )


def _hours_per_child(history: History, stages: Any, speed: float) -> tuple[float, float]:
    """Hours a day of progress that an open child would absorb with full attention, and of upkeep: means."""
    days = float(history.days.sum())
    if not days:
        return 0.0, 0.0
    upkeep = float((stages["upkeep"] * history.days).sum()) / days
    return float(history.worked_hours.sum()) / speed / days, upkeep


def mean_pace(
    wanted: float, upkeep: float, hours: float, overtime_share: float, overtime_limit: float, spread: float
) -> float:
    """The pace a case meets when workers' loads differ: the mean over a gamma law of cv ``spread``, by load.

    A full list slows down more than an empty one speeds up, so it is below the pace of the mean load.
    """
    if spread < 1e-6:  # all alike, as far as numbers can tell
        return pace(wanted, upkeep, hours, overtime_share, overtime_limit)
    loads = _loads(spread)
    paces = [pace(x * wanted, x * upkeep, hours, overtime_share, overtime_limit) for x in loads]
    return float(np.dot(loads, paces) / loads.sum())


@lru_cache(maxsize=8)
def _loads(spread: float) -> Floats:
    """Quantiles of a gamma law of mean 1 and this coefficient of variation."""
    from scipy.special import gammaincinv

    shape = spread**-2.0
    return np.asarray(gammaincinv(shape, (np.arange(_LOADS) + 0.5) / _LOADS) / shape, dtype=np.float64)


def workload_spread(authority: Authority) -> float:
    """How much workers' loads differ: only the stages of a pathway make them differ enough to matter."""
    return 0.0 if authority.pathway is None else authority.casework.workload_spread


def _look(
    question: _Question,
    pathway: Pathway,
    scale: float,
    speed: float,
    handovers: Handovers,
    snapshots: int = 0,
) -> tuple[History, float]:
    """The history at this scale of work, and the pace at which its mix of cases is served."""
    from workforce_sim.authority.history import trace

    table = pathway.table(scale)

    def at(pace_now: float, number: int) -> History:
        return trace(
            table,
            pace_now,
            handovers=handovers,
            early_return_factor=pathway.early_return_factor,
            return_per_change=pathway.return_per_change,
            snapshots=number,
        )

    k = question.caseload
    for _ in range(_ROUNDS):  # the pace decides the mix, and the mix the pace
        history = at(speed, 0)
        wanted, upkeep = _hours_per_child(history, table.stages, speed)
        found = max(
            LEAST_PACE,
            mean_pace(k * wanted, k * upkeep, question.case_hours, *question.overtime, question.spread),
        )
        if abs(found - speed) < 1e-9:
            break
        speed = found
    return (at(speed, snapshots) if snapshots else history), speed
