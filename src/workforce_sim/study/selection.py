"""Which scenario is best: one after the other is dropped until one is left, with a stated error rate.

Source: Kim and Nelson (2001), A fully sequential procedure for indifference-zone selection in simulation,
ACM Transactions on Modeling and Computer Simulation 11:251-273, with c = 1. It holds under shared luck, and
gains by it: a scenario is dropped by its paired differences from another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.samples import Floats, above, direction, numbers, share, whole


class Constants(NamedTuple):
    """Of Kim and Nelson's procedure: eta, and h^2 = 2 eta (n0 - 1)."""

    eta: float
    h_squared: float


def kim_nelson(scenarios: int, first: int, error: float = 0.05) -> Constants:
    """Constants eta = ((2 error / (k - 1)) ^ (-2 / (n0 - 1)) - 1) / 2 and h^2 = 2 eta (n0 - 1).

    Args:
        scenarios: k, how many there are, 2 or more.
        first: n0, replications of every one of them before any is dropped, 2 or more.
        error: how probable a wrong selection may be, less than 1 - 1 / k.

    Raises:
        InputError: numbers that are not allowed.

    Example:
        >>> [round(x, 6) for x in kim_nelson(5, 20)]
        [0.237238, 9.015056]
    """
    problems: list[Problem] = []
    k = whole("scenarios", scenarios, problems, "5", least=2)
    n = whole("first", first, problems, "20", least=2)
    error = share("error", error, problems, "0.05")
    if not problems and not error < 1 - 1 / k:
        rule = f"less than 1 - 1/{k}, the error of choosing blindly"
        problems.append(Problem("error", shown(error), rule, "error=0.05"))
    if problems:
        raise InputError("kim_nelson", problems)
    eta = ((2 * error / (k - 1)) ** (-2 / (n - 1)) - 1) / 2
    return Constants(eta, 2 * eta * (n - 1))


class Selected(NamedTuple):
    """What was selected.

    Attributes:
        best: number of the scenario with the best mean of those left in, from 0.
        decided: whether the stated error rate holds; False if the maximum was reached first.
        left_in: numbers of the scenarios not dropped.
        replications: of each scenario.
        means: of each scenario over its own replications.
    """

    best: int
    decided: bool
    left_in: tuple[int, ...]
    replications: tuple[int, ...]
    means: tuple[float, ...]


#: Outputs of the scenarios with these numbers in one replication, in their order.
Replicate = Callable[[int, tuple[int, ...]], npt.ArrayLike]


def select_best(
    replicate: Replicate,
    scenarios: int,
    difference: float,
    *,
    better: str = "lower",
    error: float = 0.05,
    first: int = 20,
    most: int = 10_000,
) -> Selected:
    """Run scenarios side by side and drop those that are worse, until one is left.

    The best is selected with probability 1 - ``error`` at least, if it is better than every other by
    ``difference`` or more; of scenarios closer than that, any may be selected. Outputs should be about
    normal: means over a world are.

    Args:
        replicate: ``replicate(r, numbers)`` gives the outputs of these scenarios in replication r, under
            shared luck or not.
        scenarios: how many there are, 2 or more.
        difference: the smallest one worth finding, in the unit of the output.
        better: ``"lower"`` or ``"higher"``.
        error: how probable a wrong selection may be.
        first: replications before any scenario is dropped, 2 or more (10 to 20 are usual).
        most: replications at which to give up, at least ``first``.

    Raises:
        InputError: arguments that are not allowed, or a replication that did not give one finite number for
            each scenario.

    Example:
        >>> import numpy as np
        >>> def caseload(r, numbers):  # the same luck for all three
        ...     luck = np.random.default_rng(r).normal()
        ...     return [(20.0, 18.0, 17.0)[i] + luck for i in numbers]
        >>> select_best(caseload, 3, difference=0.5)[:3]
        (2, True, (2,))
    """
    problems: list[Problem] = []
    above("difference", difference, problems, "0.5")
    whole("scenarios", scenarios, problems, "5", least=2)
    start = whole("first", first, problems, "20", least=2)
    whole("most", most, problems, "10000", least=start)
    better = direction("better", better, problems)
    if not callable(replicate):
        rule, fix = "a function of a replication and numbers of scenarios", "def replicate(r, numbers): ..."
        problems.append(Problem("replicate", shown(replicate), rule, fix))
    if problems:
        raise InputError("select_best", problems)
    h_squared = kim_nelson(scenarios, first, error).h_squared
    sign = -1.0 if better == "lower" else 1.0
    left: npt.NDArray[np.intp] = np.arange(scenarios)
    pilot = np.stack([_outputs(replicate, r, left) for r in range(first)]) * sign
    # Spread of every difference [i, l] in the first stage: by the procedure it is not estimated again.
    spread = (pilot[:, :, None] - pilot[:, None, :]).var(axis=0, ddof=1)
    limit = h_squared * spread / difference**2
    sums, counts = pilot.sum(axis=0), np.full(scenarios, first)
    n = first
    while True:
        means = sums[left] / n
        slack = np.maximum(0.0, difference / (2 * n) * (limit[np.ix_(left, left)] - n))
        keep = (means[:, None] >= means[None, :] - slack).all(axis=1)
        left = left[keep]
        done = len(left) == 1 or n > limit[np.ix_(left, left)].max()
        if done or n == most:
            break
        sums[left] += sign * _outputs(replicate, n, left)
        counts[left] += 1
        n += 1
    best = int(left[np.argmax(sums[left])])
    means = sign * sums / counts
    return Selected(best, bool(done), tuple(left.tolist()), tuple(counts.tolist()), tuple(means.tolist()))


def _outputs(replicate: Replicate, replication: int, left: npt.NDArray[np.intp]) -> Floats:
    """One number for each scenario left in."""
    problems: list[Problem] = []
    found = numbers(f"replicate({replication}, ...)", replicate(replication, tuple(left.tolist())), problems)
    if not problems and len(found) != len(left):
        value, rule = f"{len(found)} numbers", f"one for each of the {len(left)} scenarios asked for"
        problems.append(Problem(f"replicate({replication}, ...)", value, rule, "return [one, two, ...]"))
    if problems:
        raise InputError("select_best", problems)
    return found
