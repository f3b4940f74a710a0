"""What the sliders of the explorer mean: amounts in steps, and the intervention each stands for."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from workforce_sim.errors import InputError, Problem, shown, unknown_name
from workforce_sim.interventions.agency_conversion import AgencyConversion
from workforce_sim.interventions.base import Intervention
from workforce_sim.interventions.demand_change import DemandChange
from workforce_sim.interventions.new_posts import NewPosts
from workforce_sim.interventions.pay_change import PayChange
from workforce_sim.study.questions.lever import amounts_of

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority

Range = tuple[float, float, float]

#: Lowest amount, highest amount and step, where the authority does not decide them.
RANGES: dict[str, Range] = {"pay": (0, 15, 1), "conversion": (0, 10_000, 1_000), "demand": (-20, 40, 5)}

#: Posts go up to this share of the posts that hold cases, in about so many stops.
_MOST_POSTS, _STOPS = 0.4, 20

#: No slider has more stops: a finger on a mouse cannot tell them apart.
_MOST_STOPS = 201


class Position(NamedTuple):
    """Where the sliders are: amounts in their units, 0 meaning that there is no such intervention.

    Attributes:
        posts: new posts.
        pay: percent of permanent pay.
        conversion: pounds, the bonus for an agency worker who becomes permanent.
        demand: percent of referrals.
    """

    posts: float = 0
    pay: float = 0
    conversion: float = 0
    demand: float = 0


@dataclass(frozen=True)
class Slider:
    """One slider.

    Attributes:
        name: as in :class:`Position`.
        label: what a planner reads, with the unit.
        amounts: where it can stand, in ascending order, 0 among them.
        make: the intervention of an amount other than 0.
    """

    name: str
    label: str
    amounts: tuple[float, ...]
    make: Callable[[float], Intervention]

    @property
    def step(self) -> float:
        """From one amount to the next."""
        return self.amounts[1] - self.amounts[0]

    def nearest(self, amount: float) -> float:
        """The amount nearest to a number; of two that are as near, the one nearer to 0."""
        return min(self.amounts, key=lambda a: (abs(a - amount), abs(a)))

    def beside(self, amount: float, steps: int) -> float | None:
        """The amount so many steps further on; None beyond the ends."""
        at = self.amounts.index(amount) + steps
        return self.amounts[at] if 0 <= at < len(self.amounts) else None


def sliders_for(
    authority: Authority,
    begins: dt.date,
    posts_by: dt.date | None,
    ranges: object,
    problems: list[Problem],
) -> dict[str, Slider]:
    """The sliders of an authority by name; adds what is wrong with the ranges.

    Args:
        authority: whose posts decide how far the slider of posts goes.
        begins: date from which everything holds, for good.
        posts_by: date by which the posts are phased in; all on ``begins`` if left out.
        ranges: name -> ``(lowest, highest, step)``, for those that shall not be the usual ones.
        problems: where problems are added.
    """
    first = authority.posts[0]
    holding = next((group for group in authority.posts if group.holds_cases), first)
    grade = None if holding is first else holding.grade
    usual = {"posts": _posts_range(holding.number), **RANGES}
    amounts = _amounts(usual, {} if ranges is None else ranges, problems)
    made: dict[str, tuple[str, Callable[[float], Intervention]]] = {
        "posts": (
            "New posts (FTE)",
            lambda n: NewPosts(_whole(n), start=begins, end=posts_by, grade=grade),
        ),
        "pay": ("Pay rise (%)", lambda percent: PayChange(percent, start=begins)),
        "conversion": ("Agency conversion bonus (£)", lambda gbp: AgencyConversion(gbp, start=begins)),
        "demand": ("Change in referrals (%)", lambda percent: DemandChange(percent, start=begins)),
    }
    return {name: Slider(name, label, amounts[name], make) for name, (label, make) in made.items()}


def _posts_range(number: int) -> Range:
    """From 0 to about two fifths of the posts, in steps of 1, 2, 5, 10, 20, ..."""
    most = max(1.0, _MOST_POSTS * number)
    steps = (base * 10**power for power in range(6) for base in (1, 2, 5))
    step = next(s for s in steps if most / s <= _STOPS)
    return 0, step * math.ceil(most / step), step


def _amounts(
    usual: Mapping[str, Range], ranges: object, problems: list[Problem]
) -> dict[str, tuple[float, ...]]:
    if not isinstance(ranges, Mapping):
        rule, fix = (
            "a dictionary: slider -> (lowest, highest, step)",
            f"ranges={{'posts': {usual['posts']}}}",
        )
        problems.append(Problem("ranges", shown(ranges), rule, fix))
        ranges = {}
    problems += [
        unknown_name("ranges", name, list(usual), "a slider") for name in ranges if name not in usual
    ]
    found = {}
    for name, range_ in usual.items():
        wanted = ranges.get(name, range_)
        if not _is_range(wanted):
            rule = (
                "lowest, highest and step: numbers, the lowest 0 or less and the highest 0 or more, 0 a "
                f"whole number of steps away, and at most {_MOST_STOPS} stops"
            )
            fix = f"ranges={{{name!r}: {range_}}}"
            problems.append(Problem(f"ranges[{name!r}]", shown(wanted), rule, fix))
            wanted = range_
        low, high, step = wanted
        found[name] = tuple(amounts_of((low, high), step, problems, f"ranges[{name!r}]", "step"))
    return found


def _is_range(value: object) -> bool:
    if not isinstance(value, (tuple, list)) or len(value) != 3:
        return False
    if not all(isinstance(x, (int, float)) and not isinstance(x, bool) and math.isfinite(x) for x in value):
        return False
    low, high, step = value
    if not (low <= 0 <= high and 0 < step <= high - low and (high - low) / step < _MOST_STOPS):
        return False
    return bool(abs(low / step - round(low / step)) < 1e-9)


def _whole(n: float) -> int:
    """As an int where it is one; what is not is left for the intervention to refuse."""
    return int(n) if float(n).is_integer() else n  # type: ignore[return-value]


def position_of(sliders: Mapping[str, Slider], amounts: Mapping[str, object]) -> Position:
    """Amounts as a position: each at the nearest stop of its slider.

    Raises:
        InputError: a slider there is not, or an amount that is no number within its ends.
    """
    problems, found = [], {}
    for name, amount in amounts.items():
        if name not in sliders:
            problems.append(unknown_name(name, name, list(sliders), "a slider"))
            continue
        slider = sliders[name]
        low, high = slider.amounts[0], slider.amounts[-1]
        if isinstance(amount, bool) or not isinstance(amount, (int, float)) or not low <= amount <= high:
            rule = f"a number from {low:g} to {high:g} ({slider.label})"
            fix = f"{name}={slider.beside(0, 1) or slider.beside(0, -1):g}, or explore with other ranges"
            problems.append(Problem(name, shown(amount), rule, fix))
        else:
            found[name] = slider.nearest(amount)
    if problems:
        raise InputError("the explorer", problems)
    return Position(**found)
