"""Assumptions that can be varied: which of them, between what, and an authority with others in their place.

The rules are in docs/studies.md, section 3.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.register import setting_paths
from workforce_sim.errors import InputError, Problem, shown, unknown_name

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

#: What a planner may ask for: names (``*`` stands for any text), or names with ranges of their own.
Asked = Sequence[str] | Mapping[str, tuple[float, float] | None] | None

_EXAMPLE = "assumptions=['workforce.notice_days', 'pressure.*'], or {'pressure.margin': (0.0, 0.2)}"


@dataclass(frozen=True)
class Assumption:
    """A number of an authority that is not known exactly.

    Attributes:
        path: the setting, as in :meth:`Authority.assumptions`.
        value: what the authority has.
        low: lower end of what is plausible.
        high: upper end.
        unit: in words.
        evidence: class of evidence of the value.
    """

    path: str
    value: float
    low: float
    high: float
    unit: str = ""
    evidence: str = ""

    def at(self, share: npt.ArrayLike) -> Floats:
        """The number below which a share of draws falls: 0 is low, 0.5 the value, 1 high.

        Half of the draws lie evenly between low and the value, half between the value and high.

        Example:
            >>> Assumption("workforce.notice_days", 30.0, 20.0, 60.0).at([0.0, 0.25, 0.5, 1.0]).tolist()
            [20.0, 25.0, 30.0, 60.0]
        """
        u = np.asarray(share, dtype=np.float64)
        below = self.low + 2 * u * (self.value - self.low)
        above = self.value + (2 * u - 1) * (self.high - self.value)
        return np.where(u == 0.5, self.value, np.where(u < 0.5, below, above))


@dataclass(frozen=True)
class Assumptions:
    """What is varied and what is not.

    Attributes:
        varied: in the order of the register.
        left_out: path -> why it is not varied.
    """

    varied: tuple[Assumption, ...]
    left_out: Mapping[str, str]

    @property
    def paths(self) -> list[str]:
        """Of what is varied."""
        return [a.path for a in self.varied]

    def at(self, shares: Floats) -> Floats:
        """Values at shares of the draws, shape ``(points, assumptions)`` both."""
        columns = [a.at(shares[:, i]) for i, a in enumerate(self.varied)]
        return np.stack(columns, axis=1)


def assumptions_of(authority: Authority, asked: Asked = None, where: str = "assumptions") -> Assumptions:
    """The assumptions of an authority that can be varied, all of them or those that are asked for.

    Args:
        authority: the service.
        asked: None for all that have a range in the register; names, in which ``*`` stands for any text; or
            names with a range ``(low, high)``, None for that of the register. The last that fits holds.
        where: for messages.

    Returns:
        What is varied, and of everything else with a range why it is not.

    Raises:
        InputError: unknown names (with the nearest one), ranges that do not hold the value, numbers that
            cannot be varied, or nothing left to vary; everything at once.

    Example:
        >>> import workforce_sim as ws
        >>> found = assumptions_of(ws.Authority.preset("england-2025"), {"pressure.margin": (0.0, 0.2)})
        >>> [(a.path, a.low, a.value, a.high) for a in found.varied]
        [('pressure.margin', 0.0, 0.1, 0.2)]
    """
    register = authority.assumptions()
    problems: list[Problem] = []
    ranges = _ranges(asked, [str(p) for p in register.index], problems)
    varied, left_out = [], {}
    for path, row in register.iterrows():
        name = str(path)
        if name not in ranges:
            continue
        by_name = asked is not None and name in asked
        reason = _not_varied(row, ranges[name])
        if reason is None:
            low, high = ranges[name] or (float(row["low"]), float(row["high"]))
            unit, evidence = str(row["unit"]), str(row["evidence"])
            varied.append(Assumption(name, float(row["value"]), low, high, unit, evidence))
        elif by_name:
            problems.append(Problem(f"assumptions: {name}", shown(row["value"]), *reason))
        elif row["low"] is not None and row["low"] == row["low"]:
            left_out[name] = reason[0]
        elif row["evidence"] == "derived" and isinstance(row["value"], (str, float)):
            left_out[name] = f"the register has no range for it: {row['source']}"
    if not varied and not problems:
        problems.append(Problem("assumptions", shown(asked), "at least one that can be varied", _EXAMPLE))
    if problems:
        raise InputError(where, problems)
    return Assumptions(tuple(varied), left_out)


def _ranges(asked: Asked, known: list[str], problems: list[Problem]) -> dict[str, tuple[float, float] | None]:
    """Path -> the planner's own range, or None for that of the register."""
    if asked is None:
        return dict.fromkeys(known)
    if isinstance(asked, str) or not isinstance(asked, (Sequence, Mapping)):
        problems.append(
            Problem("assumptions", shown(asked), "names in a list, or names with ranges", _EXAMPLE)
        )
        return {}
    given = asked if isinstance(asked, Mapping) else dict.fromkeys(asked)
    found: dict[str, tuple[float, float] | None] = {}
    for name, between in given.items():
        fitting = [path for path in known if isinstance(name, str) and fnmatchcase(path, name)]
        if name in known:
            fitting = [name]
        if not fitting:
            problems.append(unknown_name("assumptions", name, known, "the path of a setting"))
        if between is not None and not _is_range(between):
            rule = "two numbers, the lower first"
            problems.append(Problem(f"assumptions: {name}", shown(between), rule, "(0.0, 0.3)"))
        else:
            found |= dict.fromkeys(
                fitting, None if between is None else (float(between[0]), float(between[1]))
            )
    return found


def _is_range(between: Any) -> bool:
    if not isinstance(between, (tuple, list)) or len(between) != 2:
        return False
    numbers = all(_is_number(x) for x in between)
    return numbers and between[0] < between[1]


def _is_number(value: object) -> bool:
    return (
        isinstance(value, (int, float, np.integer, np.floating))
        and not isinstance(value, (bool, np.bool_))
        and math.isfinite(value)
    )


def _not_varied(row: pd.Series[Any], own: tuple[float, float] | None) -> tuple[str, str] | None:
    """Why a setting cannot be varied, and what to do about it; None if it can."""
    value, low, high = row["value"], row["low"], row["high"]
    if not _is_number(value):
        return "a single number (not a word, a list, or yes and no)", "leave it out"
    if own is None:
        if not (_is_number(low) and _is_number(high)):
            return "a setting with a range; the register has none for it", "state one: {'...': (low, high)}"
        own = (float(low), float(high))
        if own[0] >= own[1]:
            return "a range with low below high", "state one: {'...': (low, high)}"
    if not own[0] <= value <= own[1]:
        rule = f"a range that holds the value of the authority ({own[0]:g} to {own[1]:g} does not)"
        return rule, "state a range of your own: {'...': (low, high)}"
    return None


# -- another value in its place --------------------------------------------------------------------


def with_assumptions(authority: Authority, values: Mapping[str, float]) -> Authority:
    """The authority with other values, by the path of the register, balanced: nothing is left to solve.

    Whole numbers are rounded. Of the shares with which families go on from a stage, those that are given hold
    and the others take the rest in proportion; where nothing is left for the others, or all are given, all
    are divided by their sum.

    Raises:
        InputError: a path that is not there, or values that are not allowed, alone or together.

    Example:
        >>> import workforce_sim as ws
        >>> england = ws.Authority.preset("england-2025")
        >>> other = with_assumptions(england, {"pathway.assessment.work_hours": 14.0, "pressure.margin": 0.2})
        >>> other.pathway.stages["assessment"].work_hours, other.pressure.margin
        (14.0, 0.2)
    """
    known = setting_paths(authority)
    what = "the path of a setting"
    problems = [unknown_name("assumptions", path, known, what) for path in values if path not in known]
    if problems:
        raise InputError("the assumptions", problems)
    sections: dict[str, dict[str, Any]] = {}
    stages: dict[str, dict[str, Any]] = {}
    exits: dict[str, dict[str, Any]] = {}
    onward: dict[str, dict[str, float]] = {}
    posts: dict[str, dict[str, Any]] = {}
    pathway: dict[str, Any] = {}
    for path, value in values.items():
        above, _, name = path.rpartition(".")
        if (going := _going_on(authority, path)) is not None:
            stage, to = going
            onward.setdefault(stage, {})[to] = value
        elif above.startswith("posts."):
            posts.setdefault(above.removeprefix("posts."), {})[name] = value
        elif above == "pathway":
            pathway[name] = value
        elif above.startswith("pathway."):
            part = above.removeprefix("pathway.")
            leaves = authority.pathway is not None and part in authority.pathway.exits
            (exits if leaves else stages).setdefault(part, {})[name] = value
        else:
            now = getattr(getattr(authority, above, None), name, None)
            sections.setdefault(above, {})[name] = _like(now, value)
    if authority.pathway is not None:
        for stage, given in onward.items():
            now_next = authority.pathway.stages[stage].next
            stages.setdefault(stage, {})["next"] = shares_with(now_next, given)
        pathway |= ({"stages": stages} if stages else {}) | ({"exits": exits} if exits else {})
    changes: dict[str, Any] = dict(sections) | ({"pathway": pathway} if pathway else {})
    made = authority.with_changes(**changes) if changes else authority
    if posts:
        groups = []
        for group in made.posts:
            own = posts.get(group.grade, {})
            groups.append(
                group.model_dump() | {name: _like(getattr(group, name, None), v) for name, v in own.items()}
            )
        made = made.with_changes(posts=tuple(groups))
    return made.balanced()  # refused here, not in the middle of a run, and not solved again by every process


def shares_with(shares: Mapping[str, float], given: Mapping[str, float]) -> dict[str, float]:
    """Shares that add up to 1 with some of them given and the others in their old proportions.

    Example:
        >>> shares_with({"closed": 0.5, "plan": 0.3, "court": 0.2}, {"court": 0.6})
        {'closed': 0.25, 'plan': 0.15, 'court': 0.6}
    """
    others = {to: share for to, share in shares.items() if to not in given}
    left, were = 1 - sum(given.values()), sum(others.values())
    scale = left / were if were > 0 and left > 0 else 1.0
    found = {to: given.get(to, others.get(to, 0.0) * scale) for to in shares}
    total = sum(found.values())
    return found if abs(total - 1) < 1e-12 else {to: share / total for to, share in found.items()}


def _going_on(authority: Authority, path: str) -> tuple[str, str] | None:
    """Stage and where to, of a path such as ``pathway.assessment.next.closed``."""
    for name, stage in (authority.pathway.stages if authority.pathway else {}).items():
        start = f"pathway.{name}.next."
        if path.startswith(start) and path.removeprefix(start) in stage.next:
            return name, path.removeprefix(start)
    return None


def _like(now: object, value: float) -> float | int:
    """A whole number stays one."""
    return round(value) if isinstance(now, int) and not isinstance(now, bool) else float(value)
