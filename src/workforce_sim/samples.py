"""Checks of the numbers that statistics are made from: what is wrong with them, all at once, and the fix."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import Problem, shown, unknown_name

Floats = npt.NDArray[np.float64]

_DIMENSIONS = {1: "a list of numbers", 2: "a table of numbers, a row a replication"}


def numbers(
    path: str,
    values: object,
    problems: list[Problem],
    *,
    dimensions: tuple[int, ...] = (1,),
    least: int = 1,
) -> Floats:
    """The values as an array of finite numbers; adds a problem, and gives no numbers, if they are not.

    Args:
        path: what the values are called by the caller.
        values: numbers in any form that NumPy reads.
        problems: where problems are added.
        dimensions: how many dimensions are allowed.
        least: how many rows there must be at least.

    Example:
        >>> problems = []
        >>> numbers("samples", [1, 2, 3], problems)
        array([1., 2., 3.])
        >>> numbers("samples", [1, float("nan")], problems), problems[0].rule
        (array([], dtype=float64), 'finite numbers (not NaN or infinity)')
    """
    nothing: Floats = np.zeros((0,) * dimensions[-1])
    shape = " or ".join(_DIMENSIONS[d] for d in dimensions)
    try:
        read = np.asarray(values)
        if read.dtype.kind not in "biuf":
            raise ValueError
        found: Floats = read.astype(np.float64)
    except (TypeError, ValueError):
        problems.append(Problem(path, shown(values), shape, f"{path} = [10.2, 9.7, 10.9]"))
        return nothing
    if found.ndim not in dimensions:
        fix = f"{path} has {found.ndim} dimensions: choose a column, or reshape it"
        problems.append(Problem(path, f"array of shape {found.shape}", shape, fix))
        return nothing
    if len(found) < least or found.size == 0:
        rule = f"at least {least} of them" if least > 1 else "not empty"
        problems.append(Problem(path, f"{len(found)} numbers", rule, "run more replications"))
        return nothing
    wrong = np.argwhere(~np.isfinite(found))
    if len(wrong):
        at = ", ".join(str(int(i)) for i in wrong[0])
        fix = f"{len(wrong)} are not: leave these replications or dates out, or find out why they have none"
        value = f"{found[tuple(wrong[0])]} at [{at}]"
        problems.append(Problem(path, value, "finite numbers (not NaN or infinity)", fix))
        return nothing
    return found


def share(path: str, value: object, problems: list[Problem], example: str) -> float:
    """A number strictly between 0 and 1; adds a problem, and gives nan, if it is not."""
    found = _real(value)
    if not 0 < found < 1:
        problems.append(Problem(path, shown(value), "between 0 and 1, neither of them", f"{path}={example}"))
        return math.nan
    return found


def above(
    path: str, value: object, problems: list[Problem], example: str, *, or_equal: bool = False
) -> float:
    """A finite number above 0 (or 0, with ``or_equal``); adds a problem, and gives nan, if it is not."""
    found = _real(value)
    if not (math.isfinite(found) and (found > 0 or (or_equal and found == 0))):
        rule = "0 or more" if or_equal else "more than 0"
        problems.append(Problem(path, shown(value), f"a finite number, {rule}", f"{path}={example}"))
        return math.nan
    return found


def whole(path: str, value: object, problems: list[Problem], example: str, *, least: int = 1) -> int:
    """A whole number of at least ``least``; adds a problem, and gives ``least``, if it is not."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        problems.append(Problem(path, shown(value), f"a whole number from {least}", f"{path}={example}"))
        return least
    return int(value)


def direction(path: str, value: object, problems: list[Problem]) -> str:
    """Which direction is better; adds a problem, and gives ``"lower"``, if it is no direction.

    Args:
        path: what the direction is called by the caller.
        value: ``"lower"`` or ``"higher"``.
        problems: where a problem is added.

    Example:
        >>> problems = []
        >>> direction("better", "highest", problems), problems[0].fix
        ('lower', "did you mean 'higher'?")
    """
    if not isinstance(value, str) or value not in ("lower", "higher"):
        problems.append(unknown_name(path, value, ["lower", "higher"], "which direction is better"))
        return "lower"
    return value


def _real(value: Any) -> float:
    """The value as a number; nan for what is not one."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        return math.nan
    try:
        return float(value)
    except OverflowError:  # a whole number of more than 308 digits
        return math.nan
