"""Claim: does what a plan promises hold in enough of the worlds, and is that known."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import in_words
from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.measures.paths import PLACE
from workforce_sim.numbers import capital
from workforce_sim.samples import share as share_of
from workforce_sim.samples import whole
from workforce_sim.study.questions.answer import Answer
from workforce_sim.study.questions.chances import bounds, worlds_to_tell
from workforce_sim.study.questions.target import Resolved, Target, scenario_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from workforce_sim.study.arm import Plan
    from workforce_sim.study.worlds import Worlds

Floats = npt.NDArray[np.float64]

SUPPORTED, NOT_SHOWN, NOT_YET = "supported", "not shown", "cannot be claimed yet"
#: Ends every sentence that may be pasted.
CAUTION = "Chance only: assumptions held fixed; what plans change is not back-tested."

#: The numbers of a measure in a scenario, shape ``(worlds, months + 1)``.
Samples = Callable[[str, str], Floats]


@dataclass(frozen=True, eq=False)
class Claim(Answer):
    """Whether a target is met in enough of the worlds.

    Attributes:
        verdict: ``"supported"`` (the lower bound of the chance is at least what is asked), ``"not shown"``
            (the upper bound is below it) or ``"cannot be claimed yet"`` (more worlds would tell).
        target: what was claimed, in the study.
        scenario: under which plan.
        met: in how many worlds.
        worlds: of how many.
        low: lower bound of the chance, exact, wrong with probability ``1 - level`` at most.
        high: upper bound, likewise.
        chance: what is asked of it.
        level: of each bound.
        more_worlds: about how many worlds would tell, if the share stays; None if it is told, or would take
            more than 100,000.
        values: what the target is about in every world: the measure, or its paired difference.
    """

    verdict: str
    target: Resolved
    scenario: str
    met: int
    worlds: int
    low: float
    high: float
    chance: float
    level: float
    more_worlds: int | None
    values: Floats

    def plot(self, *, narrow: bool = False) -> Figure:
        """The worlds at the date, those that meet the target apart from those that do not."""
        from workforce_sim.report.charts.questions import claim_chart

        return claim_chart(self, narrow=narrow)


def claim(
    plan: Plan,
    samples: Samples,
    target: str | Target,
    scenario: str | None = None,
    *,
    chance: float = 0.8,
    level: float = 0.95,
) -> Claim:
    """Judge a claim by the worlds there are (docs/studies.md, section 4).

    Args:
        plan: of the study.
        samples: gives the numbers of a measure in a scenario, a row a world.
        target: a sentence or a target.
        scenario: under which plan it is claimed; by default the last of the study.
        chance: in what share of worlds it must hold.
        level: of each bound of that share.

    Raises:
        InputError: a target, scenario, chance or level that is not allowed, or a measure that has no value
            in any world at the date.
    """
    resolved, name = about(plan, target, scenario, chance, level, where="claim")
    ours = samples(resolved.target.measure, name)[:, resolved.month]
    theirs = (
        None if resolved.than is None else samples(resolved.target.measure, resolved.than)[:, resolved.month]
    )
    values = ours if theirs is None else ours - theirs
    if np.isnan(values).all():
        fix = "a later date, or another measure; measures of 12 months begin after the first year"
        value = f"no value on {in_words(resolved.when)}"
        raise InputError("claim", [Problem(resolved.target.measure, value, "a number in some world", fix)])
    met, worlds = int(resolved.target.met(ours, theirs).sum()), len(ours)
    low, high = bounds(met, worlds, 1 - level)
    verdict = SUPPORTED if low >= chance else NOT_SHOWN if high < chance else NOT_YET
    more = worlds_to_tell(met / worlds, chance, 1 - level, worlds) if verdict == NOT_YET else None
    sentence = _sentence(resolved, name, verdict, met, worlds, (low, high), chance, level, more)
    numbers = (verdict, met, worlds, met / worlds, low, high, chance)
    return Claim(
        sentence,
        _table(resolved, name, numbers),
        verdict,
        resolved,
        name,
        met,
        worlds,
        low,
        high,
        float(chance),
        float(level),
        more,
        values,
    )


def about(
    plan: Plan, target: str | Target, scenario: str | None, chance: float, level: float, *, where: str
) -> tuple[Resolved, str]:
    """The target in the study and the scenario it is asked of; all that is wrong at once.

    Raises:
        InputError: with every problem found.
    """
    problems: list[Problem] = []
    share_of("chance", chance, problems, "0.8")
    share_of("level", level, problems, "0.95")
    name = list(plan.scenarios)[-1] if scenario is None else scenario_of(plan, scenario, "scenario", problems)
    try:
        resolved = Target.read(target).resolve(plan)
    except InputError as error:
        raise InputError(where, [*problems, *error.problems]) from None
    if resolved.than == name and not any(p.path == "scenario" for p in problems):
        fix = f"claim it of another scenario: {', '.join(map(shown, plan.scenarios))}"
        problems.append(Problem("scenario", shown(name), "not the one it is compared with", fix))
    if problems:
        raise InputError(where, problems)
    return resolved, name


def whole_number_of_worlds(where: str, replications: object) -> None:
    """Refuse anything but a number of worlds."""
    problems: list[Problem] = []
    whole("replications", replications, problems, "100")
    if problems:
        raise InputError(where, problems)


def from_worlds(
    plan: Plan, worlds: Worlds, target: Target, names: list[str], replications: int, progress: bool
) -> Samples:
    """Samples of these scenarios from the worlds of a study, run if they are not known yet."""
    arms = [plan.arm(name) for name in names]
    with worlds.shown("claim", worlds.to_run(arms, range(replications)), progress=progress):
        found = worlds.values(arms, range(replications))
    at = PLACE[target.measure]
    return lambda measure, scenario: found[names.index(scenario), :, at]


def percent(share: float) -> str:
    """A share in percent, without a false 0 or 100: 99.7% and 0.3% keep their digit.

    Example:
        >>> percent(0.8), percent(0.8977), percent(0.998), percent(1.0)
        ('80%', '90%', '99.8%', '100%')
    """
    near_the_end = 0 < share < 0.01 or 0.99 < share < 1
    return f"{100 * share:.{1 if near_the_end else 0}f}%"


def at_least(share: float) -> str:
    """A lower bound in percent, never rounded up.

    Example:
        >>> at_least(0.8977), at_least(0.9977)
        ('89%', '99.7%')
    """
    tenths = int(1000 * share + 1e-9)
    return f"{tenths / 10:.1f}%" if tenths >= 990 else f"{tenths // 10}%"


def caution(resolved: Resolved) -> str:
    """What to bear in mind of a target; of a level also how often bands of that measure have held."""
    from workforce_sim.report.badge import NOT_TESTED, badge

    tested = badge([resolved.target.measure], resolved.month / 12)
    return CAUTION if resolved.target.compares or tested == NOT_TESTED else f"{CAUTION} {tested}"


def at_most(share: float, below: float = 1.0) -> str:
    """An upper bound in percent, never rounded down; with a digit more where it would reach ``below``.

    Example:
        >>> at_most(0.8977), at_most(0.0021), at_most(0.7961, below=0.8)
        ('90%', '0.3%', '79.7%')
    """
    tenths = math.ceil(1000 * share - 1e-9)
    whole = math.ceil(100 * share - 1e-9)
    return f"{tenths / 10:.1f}%" if tenths <= 10 or share < below <= whole / 100 else f"{whole}%"


def _sentence(
    resolved: Resolved,
    name: str,
    verdict: str,
    met: int,
    worlds: int,
    between: tuple[float, float],
    chance: float,
    level: float,
    more: int | None,
) -> str:
    low, high = between
    found = f"met in {met:,} of {worlds:,} simulated worlds"
    if verdict == SUPPORTED:
        known = f"so in at least {at_least(low)} of all worlds with {percent(level)} confidence"
    elif verdict == NOT_SHOWN:
        known = f"so in at most {at_most(high, below=chance)} of all worlds with {percent(level)} confidence"
    else:
        bound = f"each bound with {percent(level)} confidence"
        known = f"so in {at_least(low)} to {at_most(high)} of all worlds ({bound})"
    sentence = (
        f"{capital(str(resolved))} under “{name}”: {verdict}. It is {found}, {known}; "
        f"asked for: {percent(chance)}."
    )
    if verdict == NOT_YET:
        sentence += (
            f" If that share stays, about {more:,} worlds would tell."
            if more
            else " The share is so near to what is asked that more worlds may not tell."
        )
    return f"{sentence} {caution(resolved)}"


def _table(resolved: Resolved, name: str, numbers: tuple[str | float, ...]) -> Any:
    import pandas as pd

    columns = ["verdict", "met", "worlds", "share", "low", "high", "asked"]
    index = pd.MultiIndex.from_tuples([(str(resolved), name)], names=["target", "scenario"])
    return pd.DataFrame([numbers], index, columns)
