"""Levers: what is varied to meet a target, and the amounts that are tried."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.checks import check_interventions
from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.interventions.base import Intervention
from workforce_sim.numbers import joined

if TYPE_CHECKING:
    from workforce_sim.study.arm import Plan

Made = tuple[Any, ...]

#: An intervention whose amount is varied, or a function that makes one (or several) of an amount.
Lever = Intervention | Callable[[Any], Any]
_MOST_AMOUNTS = 10_001
_EXAMPLE = "lambda n: NewPosts(n, start='2015-04-01')"


def amounts_of(
    between: object, step: object, problems: list[Problem], path: str, step_path: str
) -> list[float]:
    """The amounts of a range in steps; whole numbers if its start and step are."""
    rule = "two numbers, the smaller first"
    if not isinstance(between, (tuple, list)) or len(between) != 2 or not all(map(_finite, between)):
        problems.append(Problem(path, shown(between), rule, f"{path}=(0, 200)"))
        return []
    low, high = between
    if not low < high:
        problems.append(
            Problem(
                path,
                shown(between),
                rule,
                f"{path}=({high:g}, {low:g})" if low > high else f"{path}=(0, 200)",
            )
        )
        return []
    if not isinstance(step, (int, float)) or not _finite(step) or not 0 < step <= high - low:
        problems.append(
            Problem(step_path, shown(step), f"more than 0, up to {high - low:g}", f"{step_path}=1")
        )
        return []
    n = int((high - low) / step + 1e-9) + 1
    if n > _MOST_AMOUNTS:
        rule = f"at most {_MOST_AMOUNTS:,} amounts; these are {n:,}"
        problems.append(Problem(step_path, shown(step), rule, f"{step_path}={(high - low) / 100:g}"))
        return []
    if isinstance(low, int) and isinstance(step, int):
        return [low + i * step for i in range(n)]
    return [float(f"{low + i * step:.12g}") for i in range(n)]


def _finite(x: object) -> bool:
    return isinstance(x, (int, float)) and not isinstance(x, bool) and bool(np.isfinite(x))


def maker_of(
    lever: object, vary: str | None, problems: list[Problem], path: str
) -> Callable[[float], Made] | None:
    """A function from an amount to the interventions it means; adds what is wrong with the lever."""
    if isinstance(lever, Intervention):
        field = _varied(lever, vary, problems, path)
        if field is None:
            return None
        settings = {name: getattr(lever, name) for name in type(lever).model_fields}
        return lambda amount: (type(lever)(**(settings | {field: amount})),)
    if callable(lever) and not isinstance(lever, type):
        return lambda amount: _several(lever(amount))
    value = shown(lever)
    rule, fix = "a function of an amount, or an intervention whose amount is varied", _EXAMPLE
    if isinstance(lever, (tuple, list)):
        fix += "; for two levers together: study.cheapest_mix"
    problems.append(Problem(path, value, rule, fix))
    return None


def _several(made: Any) -> Made:
    return tuple(made) if isinstance(made, (tuple, list)) else (made,)


def _varied(lever: Intervention, vary: str | None, problems: list[Problem], path: str) -> str | None:
    """The setting that is varied: the one named, or the first that must be given."""
    fields = {name: f for name, f in type(lever).model_fields.items() if name not in ("start", "end")}
    numeric = [name for name, f in fields.items() if _numeric(f.annotation)]
    if vary is None:
        required = [name for name in numeric if fields[name].is_required()]
        if required:
            return required[0]
    elif vary in numeric:
        return vary
    kind, names = type(lever).__name__, joined([f"'{n}'" for n in numeric]) or "none"
    rule = f"a number among the settings of {kind}: {names}"
    problems.append(Problem("vary", shown(vary), rule, f"vary='{numeric[0]}'" if numeric else _EXAMPLE))
    return None


def _numeric(annotation: Any) -> bool:
    if isinstance(annotation, types.UnionType):
        return any(_numeric(a) for a in typing.get_args(annotation))
    return annotation in (int, float)


def refused(plan: Plan, make: Callable[[float], Made], ends: tuple[float, float], path: str) -> list[Problem]:
    """What is wrong with the interventions at both ends of the range."""
    calendar = plan.calendar
    for amount in ends:
        where = f"{path} at {amount:g}"
        try:
            found = check_interventions(make(amount), plan.authority, calendar, where)
        except InputError as error:
            found = [Problem(f"{where}: {p.path}", p.value, p.rule, p.fix) for p in error.problems]
        except Exception as error:  # the planner's own function
            fix = f"such as {_EXAMPLE}; amounts are whole numbers if the range and step are"
            found = [Problem(where, f"{type(error).__name__}: {error}", "a function that makes it", fix)]
        if found:
            return found
    return []


def headline(made: Made) -> str:
    """What is added, in words."""
    return joined(
        [i.headline() if isinstance(i, Intervention) else getattr(i, "__name__", "own process") for i in made]
    )
