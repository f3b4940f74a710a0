"""Target: a measure, a direction, a level and a date, as values or as a sentence that says them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import add_months, in_words
from workforce_sim.errors import InputError, Problem, shown, unknown_name
from workforce_sim.measures.paths import BY_NAME, PLACE
from workforce_sim.numbers import is_money, points, uncapital
from workforce_sim.study.questions.reading import date_of, find_measure, read_target

if TYPE_CHECKING:
    from workforce_sim.study.arm import Plan

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: The ways to state a level, and the words for each.
SIDES = {
    "below": "below",
    "above": "above",
    "at_most": "at most",
    "at_least": "at least",
    "lower_by": "lower",
    "higher_by": "higher",
}
_EXAMPLE = 'Target("caseload", below=16, by="2018-04-01")'


@dataclass(frozen=True, init=False)
class Target:
    """What a plan is to reach: a level of a measure, or a difference from another scenario, by a date.

    Exactly one of the levels is stated. A level is in the unit of the measure (percent where the measure is a
    percentage). The date means the last monthly mark of the study that is not after it.

    Args:
        measure: name or label of a measure, such as ``"caseload"`` or ``"agency rate"``.
        below: less than this; or
        above: more than this; or
        at_most: this or less; or
        at_least: this or more; or
        lower_by: lower than another scenario by this or more; or
        higher_by: higher than another scenario by this or more.
        than: the other scenario; by default the first of the study.
        by: date (``"2018-04-01"``, ``"April 2018"`` for its first day, ``"2018"`` for 1 January); by default
            the last of the study.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> from workforce_sim.study.questions.target import Target
        >>> print(Target("caseload", below=16, by="2018-04-01"))
        average caseload below 16 by 1 April 2018
        >>> print(Target.read("agency rate at least 2 lower than Do nothing by April 2018"))
        agency rate at least 2 percentage points lower than “Do nothing” by 1 April 2018
    """

    measure: str
    side: str
    level: float
    than: str | None
    by: dt.date | None

    def __init__(
        self,
        measure: str,
        *,
        below: float | None = None,
        above: float | None = None,
        at_most: float | None = None,
        at_least: float | None = None,
        lower_by: float | None = None,
        higher_by: float | None = None,
        than: str | None = None,
        by: str | dt.date | int | None = None,
    ) -> None:
        problems: list[Problem] = []
        stated = {"below": below, "above": above, "at_most": at_most, "at_least": at_least}
        stated |= {"lower_by": lower_by, "higher_by": higher_by}
        given = {side: level for side, level in stated.items() if level is not None}
        name = find_measure(measure, problems)
        side, level = _one_level(given, problems)
        if than is not None and side and not side.endswith("_by"):
            rule = "only with lower_by or higher_by"
            problems.append(Problem("than", shown(than), rule, f"lower_by=2, than={shown(than)}"))
        when = None if by is None else date_of(by, "by", problems)
        if problems:
            raise InputError("the target", problems)
        settings: dict[str, Any] = {"measure": name, "side": side, "level": level, "than": than, "by": when}
        for key, value in settings.items():
            object.__setattr__(self, key, value)

    @classmethod
    def read(cls, text: str | Target) -> Target:
        """The target that a sentence states; capitals, and words such as "average", make no difference.

        Raises:
            InputError: with everything that cannot be understood, and examples.

        Example:
            >>> from workforce_sim.study.questions.target import Target
            >>> Target.read("Average caseload below 16 by 2018") == Target("caseload", below=16, by="2018")
            True
        """
        return text if isinstance(text, Target) else cls(**read_target(text))

    @property
    def compares(self) -> bool:
        """Whether it is about a difference from another scenario."""
        return self.side.endswith("_by")

    def met(self, values: npt.ArrayLike, other: npt.ArrayLike | None = None) -> Bools:
        """In which worlds it is met; a world in which the measure has no value does not meet it.

        Args:
            values: of the measure at the date, a number a world.
            other: of the scenario it is compared with in the same worlds, if it compares.

        Example:
            >>> from workforce_sim.study.questions.target import Target
            >>> Target("caseload", below=16).met([15.9, 16.0, float("nan")]).tolist()
            [True, False, False]
        """
        found: Floats = np.asarray(values, dtype=np.float64)
        if self.compares:
            assert other is not None
            found = found - np.asarray(other, dtype=np.float64)
        if self.side in ("below", "above"):
            return found < self.level if self.side == "below" else found > self.level
        if self.side in ("at_most", "at_least"):
            return found <= self.level if self.side == "at_most" else found >= self.level
        return found <= -self.level if self.side == "lower_by" else found >= self.level

    def __str__(self) -> str:
        what = BY_NAME[self.measure]
        label = uncapital(what.label)
        amount = f"£{self.level:,.15g}" if is_money(self.measure) else f"{self.level:,.15g}"
        unit = f" {points(what.unit)}" if what.unit.startswith("%") else ""
        when = f" by {in_words(self.by)}" if self.by else ""
        if self.compares:
            than = f"“{self.than}”" if self.than is not None else "the first scenario"
            return f"{label} at least {amount}{unit} {SIDES[self.side]} than {than}{when}"
        percent = "%" if unit else ""
        return f"{label} {SIDES[self.side]} {amount}{percent}{when}"

    def resolve(self, plan: Plan) -> Resolved:
        """What it means in a study: which month, and which scenario it is compared with.

        Raises:
            InputError: a date outside the study, or a scenario that is not in it.
        """
        problems: list[Problem] = []
        month = month_of(plan, self.by, "by", problems)
        names = list(plan.scenarios)
        than: str | None = None
        if self.compares:
            than = names[0] if self.than is None else scenario_of(plan, self.than, "than", problems)
        if problems:
            raise InputError(f"the target {str(self)!r}", problems)
        return Resolved(self, month, than, add_months(plan.start, month))


@dataclass(frozen=True)
class Resolved:
    """A target in a study.

    Attributes:
        target: what it states.
        month: months from the start to the mark at which it is judged.
        than: the scenario it is compared with, if it compares.
        when: the date of that mark.
    """

    target: Target
    month: int
    than: str | None
    when: dt.date

    @property
    def index(self) -> int:
        """Place of the measure in arrays that have all of them."""
        return PLACE[self.target.measure]

    def __str__(self) -> str:
        return str(_with(self.target, than=self.than, by=self.when))


def month_of(plan: Plan, at: object, path: str, problems: list[Problem]) -> int:
    """Months from the start to the last monthly mark not after a date; the last month for None.

    Args:
        plan: of the study.
        at: months since the start, a date, text of a date, or None.
        path: what it is called by the caller.
        problems: where a problem is added, if it is outside the study.
    """
    months = plan.months
    finish = add_months(plan.start, months)
    if at is None:
        return months
    if isinstance(at, int) and not isinstance(at, bool):
        if not 0 <= at <= months:
            rule = f"months since the start, from 0 to {months}, or a date"
            problems.append(Problem(path, shown(at), rule, f"{path}={months}"))
            return months
        return at
    when = date_of(at, path, problems)
    if when is None:
        return months
    if not plan.start <= when <= finish:
        rule = f"a date of the study: {plan.start} to {finish}"
        fix = f"{path}='{finish}', or give the study another start or more years"
        problems.append(Problem(path, str(when), rule, fix))
        return months
    return max(m for m in range(months + 1) if add_months(plan.start, m) <= when)


def scenario_of(plan: Plan, name: object, path: str, problems: list[Problem]) -> str:
    """The scenario of this name, whatever its capitals; adds a problem, and gives the first, if none is."""
    names = list(plan.scenarios)
    if isinstance(name, str):
        wanted = _plain(name)
        found = [n for n in names if n == name] or [n for n in names if _plain(n) == wanted]
        if found:
            return found[0]
    problems.append(unknown_name(path, name, names, "a scenario of this study"))
    return names[0]


def _plain(name: str) -> str:
    return " ".join(name.casefold().split()).strip(" '\"“”‘’")


def _one_level(given: Mapping[str, float], problems: list[Problem]) -> tuple[str, float]:
    if len(given) != 1:
        value = ", ".join(f"{side}={shown(level)}" for side, level in given.items())
        rule = f"one of {', '.join(SIDES)}"
        problems.append(Problem("level", value, rule, _EXAMPLE))
        return "", math.nan
    ((side, level),) = given.items()
    number = isinstance(level, (int, float, np.integer, np.floating)) and not isinstance(level, bool)
    if not number or not math.isfinite(level) or abs(level) > 1e15:
        problems.append(Problem(side, shown(level), "a finite number", f"{side}=16"))
        return side, math.nan
    if side.endswith("_by") and level < 0:
        other = "higher_by" if side == "lower_by" else "lower_by"
        problems.append(Problem(side, shown(level), "0 or more", f"{other}={-level:g}"))
    return side, float(level)


def _with(target: Target, **changed: Any) -> Target:
    settings: dict[str, Any] = {target.side: target.level, "than": target.than, "by": target.by}
    return Target(target.measure, **(settings | changed))
