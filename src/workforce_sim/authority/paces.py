"""How fast every stage goes where workers' loads differ, and the staff at which all types of team keep up.

Section 9 of docs/model.md. Loads differ by chance, and a case of a heavy stage is on the very list that it
makes heavy: so stages of one team go at paces of their own, and a heavy one at the slowest.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.pace import pace
from workforce_sim.compiled import compiled

Floats = npt.NDArray[np.float64]

#: A service that cannot keep up at all is taken to give at least this share of full attention.
LEAST_PACE = 0.02

#: As near to full attention as a law of loads without an end comes, and so few or many FTE for it; fewer FTE
#: or hours are none.
_FULL, _FEWEST, _MOST = 1.0 - 1e-6, 1e-9, 1e6

_LOADS = 100  # quantiles of the law of workers' loads
_ALIKE = 1e-6  # a coefficient of variation that is none, as far as numbers can tell

pace_of = compiled(pace)  # the one implementation of the rule


@dataclass(frozen=True, slots=True)
class Hours:
    """What a full-time case holder of average ability can give, in hours a day, and how loads differ.

    Attributes:
        case_hours: of case work.
        overtime_share: share of the hours wanted beyond them that overtime meets.
        overtime_limit: most hours of overtime.
        spread: coefficient of variation of workers' loads; 0: all alike.
    """

    case_hours: float
    overtime_share: float
    overtime_limit: float
    spread: float


@dataclass(frozen=True, slots=True)
class Mix:
    """The children open in the steady state. Arrays have one value a stage.

    Attributes:
        types: type of team.
        wanted: hours of progress a day with full attention, per child open in any stage.
        upkeep: hours of upkeep a day, per child open in any stage.
        more_wanted: hours of progress that a case of the stage wants beyond the average one of its type.
        more_upkeep: the same of upkeep.
    """

    types: npt.NDArray[np.int64]
    wanted: Floats
    upkeep: Floats
    more_wanted: Floats
    more_upkeep: Floats

    @classmethod
    def of(cls, stages: Any, worked_hours: Floats, days: Floats, paces: Floats, children: float) -> Mix:
        """From a history, per referral and stage, at these paces.

        Args:
            stages: the pathway's records.
            worked_hours: hours of progress.
            days: days open.
            paces: share of full attention, by stage.
            children: in the case of a child, siblings counted.
        """
        types, attention, each = stages["team_type"], stages["attention"], stages["upkeep"]
        open_days = max(float(days.sum()), np.finfo(float).tiny)
        wanted, upkeep = worked_hours / paces / open_days, each * days / open_days
        weight = np.bincount(types, wanted)
        none = weight == 0.0
        mean_wanted = np.bincount(types, wanted * attention) / np.where(none, 1.0, weight)
        mean_upkeep = np.bincount(types, wanted * each) / np.where(none, 1.0, weight)
        return cls(
            types=types,
            wanted=wanted,
            upkeep=upkeep,
            more_wanted=np.where(none[types], 0.0, children * (attention - mean_wanted[types])),
            more_upkeep=np.where(none[types], 0.0, children * (each - mean_upkeep[types])),
        )

    def paces(self, caseload: float, shares: Floats, hours: Hours) -> Floats:
        """Pace of every stage, 0 to 1, at this caseload and with these shares of the case holders by type."""
        found = np.ones(len(self.types))
        for team_type in self._by_type(caseload, len(shares), hours):
            if not team_type.idle:
                team_type.pace(float(shares[team_type.number]))
                found[team_type.here] = team_type.paces
        return found

    def shares_at_one_pace(self, caseload: float, number: int, hours: Hours) -> Floats:
        """Shares of the case holders in each of so many types of team: all types then go at the same pace.

        Not in proportion to hours of work: where much of the day is upkeep, what is left for progress swings
        more with the load, so that the same hours over the same staff would go more slowly.
        """
        if number == 1 or not (self.wanted.any() or self.upkeep.any()):
            return np.full(number, 1.0 / number)
        types = self._by_type(caseload or 1.0, number, hours)  # with nobody open, as for one child each

        @cache  # the solver asks again for both ends, and for what it found
        def needed(one_pace: float) -> Floats:
            """Of one FTE of case holders in all, those whom each type needs to go at this pace."""
            return np.array([team_type.staff(one_pace) for team_type in types])

        low, one_pace = LEAST_PACE, _FULL
        if needed(one_pace).sum() > 1.0:  # not everybody gets full attention
            too_many = needed(low).sum() > 1.0
            one_pace = low if too_many else _root(lambda p: 1.0 - needed(p).sum(), low, one_pace)
        found = needed(one_pace)
        if found.sum() <= _FEWEST:  # hardly anything to do
            return np.full(number, 1.0 / number)
        shares: Floats = found / found.sum()
        return shares

    def _by_type(self, caseload: float, number: int, hours: Hours) -> list[_TeamType]:
        return [_TeamType(self, t, caseload, hours) for t in range(number)]


class _TeamType:
    """The work of one type of team beside one FTE of case holders in all, and how fast it goes."""

    def __init__(self, mix: Mix, number: int, caseload: float, hours: Hours) -> None:
        self.number, self.hours = number, hours
        self.here = mix.types == number
        wanted = mix.wanted[self.here]
        self.wanted = caseload * float(wanted.sum())
        self.idle = self.wanted <= _FEWEST  # so little that dividing by it means nothing
        self.upkeep = caseload * float(mix.upkeep[self.here].sum())
        self._weights = wanted / wanted.sum() if self.wanted else wanted
        alike = hours.spread < _ALIKE
        self._loads = np.ones(1) if alike else _loads(hours.spread)
        more = np.stack([mix.more_wanted[self.here], mix.more_upkeep[self.here]])
        self._more = np.zeros_like(more) if alike else more
        self.paces = np.ones(len(wanted))

    def pace(self, fte: float) -> float:
        """Mean pace of its work with so many FTE; that of its stages is then in ``paces``."""
        hours = self.hours
        rules = (hours.case_hours, hours.overtime_share, hours.overtime_limit)
        load = (self.wanted / fte, self.upkeep / fte, self._more)
        return float(_mean_pace(self._loads, *load, *rules, self._weights, self.paces))

    def staff(self, one_pace: float) -> float:
        """The FTE with which it goes at this pace."""
        if self.idle:
            return self.upkeep / self.hours.case_hours
        fewest = 0.5 * one_pace * self.wanted / (self.hours.case_hours + self.hours.overtime_limit)
        most = (self.wanted + self.upkeep) / self.hours.case_hours
        while fewest > _FEWEST and self.pace(fewest) > one_pace:
            fewest /= 4.0
        while most < _MOST and self.pace(most) < one_pace:
            most *= 2.0
        if self.pace(most) < one_pace:  # a single case is too much for a worker
            return most
        log = _root(lambda log: self.pace(math.exp(log)) - one_pace, math.log(fewest), math.log(most))
        return math.exp(log)


def _root(rises: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(rises, low, high, xtol=1e-9, rtol=1e-12))


@compiled
def _mean_pace(
    loads: Any,
    wanted: float,
    upkeep: float,
    more: Any,
    hours: float,
    overtime_share: float,
    overtime_limit: float,
    weights: Any,
    paces: Any,
) -> float:
    """The pace that cases meet: of each stage the mean over workers' loads, by load; and of all work."""
    mean = 0.0
    for s in range(len(weights)):
        total = weight = 0.0
        for i in range(len(loads)):
            x = loads[i]
            total += x * pace_of(
                max(0.0, x * wanted + more[0, s]),
                max(0.0, x * upkeep + more[1, s]),
                hours,
                overtime_share,
                overtime_limit,
            )
            weight += x
        paces[s] = total / weight
        mean += weights[s] * paces[s]
    return mean


@lru_cache(maxsize=8)
def _loads(spread: float) -> Floats:
    """Quantiles of a gamma law of mean 1 and this coefficient of variation."""
    from scipy.special import gammaincinv

    shape = spread**-2.0
    return np.asarray(gammaincinv(shape, (np.arange(_LOADS) + 0.5) / _LOADS) / shape, dtype=np.float64)
