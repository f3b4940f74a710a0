"""Parameters that can be fitted: which of them, between what, and an authority with a candidate in it.

The rules are in docs/data.md, section 5. Settings that have a range in the register are fitted as they are;
what the balance solves has none, and is fitted as a factor on what the service has today.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.parts import PostGroup
from workforce_sim.data.calibration.as_it_was import RATES, moved
from workforce_sim.errors import InputError, Problem, shown, unknown_name
from workforce_sim.study.assumptions import assumptions_of, with_assumptions

Floats = npt.NDArray[np.float64]

#: Settings of all grades of which a factor is fitted -> the rates of a grade that it multiplies.
FACTORS_OF_GRADES: dict[str, tuple[str, ...]] = {
    "workforce.leaving_scale": RATES[:1],
    "workforce.hires_per_vacancy_year": RATES[1:3],
    "workforce.covers_per_empty_post_year": RATES[3:],
}

#: All settings of which a factor is fitted, in words.
FACTORS: dict[str, str] = {
    "workforce.leaving_scale": "rates of leaving",
    "workforce.hires_per_vacancy_year": "starters per vacancy",
    "workforce.covers_per_empty_post_year": "agency starts per empty post",
    "casework.work_scale": "hours of work per case",
    "demand.children_per_year": "referrals",
}

#: Range of a factor, if none is stated.
FACTOR_RANGE = (0.25, 4.0)

FACTOR_UNIT = "times today's"

DEFAULT_PARAMETERS = (
    *("workforce.leaving_scale", "workforce.hires_per_vacancy_year"),
    *("workforce.covers_per_empty_post_year", "casework.work_scale", "workforce.leaving_year_cv"),
)

_EXAMPLE = "parameters=['workforce.leaving_scale'], or {'workforce.leaving_year_cv': (0.0, 0.5)}"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number to be fitted.

    Attributes:
        path: of the setting.
        value: before the fit: 1 of a factor.
        low: lower bound.
        high: upper bound.
        unit: in words.
    """

    path: str
    value: float
    low: float
    high: float
    unit: str

    @property
    def words(self) -> str:
        """What it is, in words."""
        return FACTORS.get(self.path) or self.path.rpartition(".")[2].replace("_", " ")

    def at(self, share: npt.ArrayLike) -> Floats:
        """The value at a share of the way from low to high; on a log scale if low is above 0.

        Example:
            >>> Parameter("workforce.leaving_scale", 1.0, 0.25, 4.0, "").at([0.0, 0.5, 1.0]).tolist()
            [0.25, 1.0, 4.0]
        """
        u = np.asarray(share, dtype=np.float64)
        if self.low > 0:
            return np.asarray(self.low * (self.high / self.low) ** u)
        return np.asarray(self.low + u * (self.high - self.low))

    def share(self, value: float) -> float:
        """The other way; a value beyond the range is at its end."""
        inside = min(self.high, max(self.low, value))
        if self.low > 0:
            return math.log(inside / self.low) / math.log(self.high / self.low)
        return (inside - self.low) / (self.high - self.low)


def chosen_parameters(
    authority: Authority, asked: Any, problems: list[Problem], where: str
) -> tuple[Parameter, ...]:
    """The parameters asked for, with their ranges; adds everything that is wrong with them.

    Args:
        authority: whose register has values and ranges.
        asked: names, or names with a range ``(low, high)`` or None (that of the register); None: the default.
        problems: where problems are added.
        where: for messages.
    """
    if asked is None:
        asked = DEFAULT_PARAMETERS
    if isinstance(asked, str) or not isinstance(asked, (Sequence, Mapping)) or not len(asked):
        rule = "names in a list, or names with ranges"
        problems.append(Problem("parameters", shown(asked), rule, _EXAMPLE))
        return ()
    given: dict[Any, Any] = dict(asked) if isinstance(asked, Mapping) else dict.fromkeys(asked)
    found: dict[str, Parameter] = {}
    others: dict[str, tuple[float, float] | None] = {}
    known = [str(path) for path in authority.assumptions().index]
    for name, between in given.items():
        if name in FACTORS:
            low, high = _range_of_factor(str(name), between, problems)
            found[name] = Parameter(str(name), 1.0, low, high, FACTOR_UNIT)
        elif name not in known:
            rule = "a setting of the register"
            problems.append(unknown_name("parameters", name, [*FACTORS, *known], rule))
        else:
            others[name] = between
    if others:
        try:
            for one in assumptions_of(authority, others, where).varied:
                found[one.path] = Parameter(one.path, one.value, one.low, one.high, one.unit)
        except InputError as error:
            problems += [
                Problem(p.path.replace("assumptions", "parameters"), p.value, p.rule, p.fix)
                for p in error.problems
            ]
    return tuple(found[name] for name in given if name in found)


def _range_of_factor(name: str, between: Any, problems: list[Problem]) -> tuple[float, float]:
    """The range of a factor: above 0, and 1 within it, since that is where the fit starts."""
    if between is None:
        return FACTOR_RANGE
    numbers = (
        isinstance(between, (tuple, list))
        and len(between) == 2
        and all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in between)
    )
    if not numbers or not 0 < between[0] < 1 < between[1] <= 100:
        rule = f"a factor ({FACTOR_UNIT}): two numbers from above 0 to 100 with 1 between them"
        problems.append(Problem(f"parameters: {name}", shown(between), rule, "(0.25, 4.0)"))
        return FACTOR_RANGE
    return float(between[0]), float(between[1])


def settings_of(parameters: Sequence[Parameter], at: Floats) -> tuple[dict[str, float], dict[str, float]]:
    """Values by path at shares of the ranges: those of factors, and those of settings as they are."""
    values = {p.path: float(p.at(u)) for p, u in zip(parameters, at, strict=True)}
    factors = {path: value for path, value in values.items() if path in FACTORS}
    return factors, {path: value for path, value in values.items() if path not in FACTORS}


def rates_today(today: Authority, average: Authority) -> list[dict[str, float]]:
    """The rates of every grade of a balanced authority; where it has none, those of its average year.

    A service without agency workers today calls for none, and no multiple of that explains those it had.
    """
    usual = [
        {name: float(getattr(g, name)) for name in RATES} for g in moved(_rates(average), average, today)
    ]
    return [
        {name: rate or other[name] for name, rate in mine.items()}
        for mine, other in zip(_rates(today), usual, strict=True)
    ]


def _rates(balanced: Authority) -> list[dict[str, float]]:
    return [{name: float(getattr(group, name)) for name in RATES} for group in balanced.posts]


def rates_with(rates: Sequence[Mapping[str, float]], factors: Mapping[str, float]) -> list[dict[str, float]]:
    """The rates of every grade times the factors."""
    of_rate = {name: factors.get(path, 1.0) for path, names in FACTORS_OF_GRADES.items() for name in names}
    return [{name: rate * of_rate[name] for name, rate in grade.items()} for grade in rates]


def first_stage(
    today: Authority, rates: Sequence[Mapping[str, float]], average: Authority
) -> dict[str, float]:
    """The factors at which flows are those of the balanced average year: leavers, starters, agency starts.

    Args:
        today: the balanced service of today, with its own starting state.
        rates: of its grades.
        average: the balanced service with the stocks of the average year.
    """
    then = moved(rates, today, average)
    flows: dict[str, tuple[float, float]] = {}
    for path, names in FACTORS_OF_GRADES.items():
        mine = sum(_flow(g, names) for g in then)
        usual = sum(_flow(g, names) for g in average.posts)
        flows[path] = (usual, mine)
    name = "work_hours" if today.pathway is None else "work_scale"
    flows["casework.work_scale"] = (getattr(average.casework, name), getattr(today.casework, name))
    return {path: usual / mine for path, (usual, mine) in flows.items() if usual > 0 and mine > 0}


def _flow(group: PostGroup, names: Sequence[str]) -> float:
    """People a year, FTE, whom the rates move in the starting state of a group of posts."""
    exposed = {
        "leaving_scale": group.number - group.vacant,
        "hires_per_empty_post_year": group.vacant - group.agency,
        "hires_per_covered_post_year": group.agency,
        "covers_per_empty_post_year": group.vacant - group.agency,
    }
    return sum(float(getattr(group, name)) * exposed[name] * group.fte for name in names)


def with_settings(authority: Authority, plain: Mapping[str, float]) -> Authority:
    """The authority with other values of settings that are fitted as they are."""
    return with_assumptions(authority, plain) if plain else authority
