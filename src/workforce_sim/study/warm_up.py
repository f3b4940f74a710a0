"""How much of a run to leave out, when a long run is used for its steady state.

Most questions of a plan are about the way from today's service, and need no warm-up. Sources: White (1997),
An effective truncation heuristic for bias reduction in simulation output, Simulation 69:323-334 (MSER);
White, Cobb and Spratt (2000) for means of five (MSER-5); Welch (1983) for the moving average.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.samples import Floats, numbers, whole


class Mser(NamedTuple):
    """Where MSER would cut a series.

    Attributes:
        batches: how many batch means to leave out.
        observations: how many observations that is.
        at_edge: whether it is the last cut that was allowed (half of the series): then the series has not
            been shown to settle, and a longer one is needed.
        statistic: MSER of leaving out 0, 1, 2, ... batches.
        means: of the batches.
    """

    batches: int
    observations: int
    at_edge: bool
    statistic: Floats
    means: Floats


def mser(series: npt.ArrayLike, batch: int = 5) -> Mser:
    """The cut that makes the standard error of the mean of the rest smallest.

    MSER(d) is the sum over i > d of (y_i - mean of those)^2, divided by (n - d)^2, for d up to n / 2. The
    first of several smallest is taken. Observations after the last whole batch are not used.

    Args:
        series: one output over time; best the mean over replications.
        batch: how many observations go into one mean: 1 for MSER, 5 for MSER-5.

    Raises:
        InputError: fewer than two batches, numbers that are not finite, or a batch that is not 1 or more.

    Example:
        >>> found = mser([9, 7, 5, 4, 5, 4, 5, 4, 5, 4, 5, 4], batch=1)
        >>> found.observations, found.at_edge
        (2, False)
    """
    problems: list[Problem] = []
    size = whole("batch", batch, problems, "5")
    values = numbers("series", series, problems, least=2 * size)
    if problems:
        raise InputError("mser", problems)
    n = len(values) // size
    means = values[: n * size].reshape(n, size).mean(axis=1)
    rest = means - means[-1]  # a series that has become constant leaves exact zeros
    cuts = np.arange(n // 2 + 1)
    statistic = np.array([((rest[d:] - rest[d:].mean()) ** 2).sum() / (n - d) ** 2 for d in cuts])
    best = int(statistic.argmin())
    return Mser(best, best * size, bool(best == cuts[-1]), statistic, means)


def warm_up(paths: npt.ArrayLike, batch: int = 5) -> int:
    """How many observations to leave out, by MSER-5 of the mean over replications.

    Args:
        paths: shape ``(replications, observations)``, or one path.
        batch: see :func:`mser`.

    Raises:
        InputError: the best cut is at the edge (half of the run), so that the run is too short to say; or
            what :func:`mser` refuses.

    Example:
        >>> warm_up([[9, 7, 5, 4, 5, 4, 5, 4, 5, 4], [9, 6, 4, 5, 4, 5, 4, 5, 4, 5]], batch=1)
        2
    """
    problems: list[Problem] = []
    read = numbers("paths", paths, problems, dimensions=(1, 2))
    if problems:
        raise InputError("warm_up", problems)
    found = mser(read.mean(axis=0) if read.ndim == 2 else read, batch)
    if found.at_edge:
        rule = "long enough for the best cut to lie before the middle"
        fix = "run at least twice as long, or start closer to the steady state"
        length = f"{read.shape[-1]} observations, best cut {found.observations}"
        raise InputError("warm_up", [Problem("paths", length, rule, fix)])
    return found.observations


def moving_average(paths: npt.ArrayLike, window: int = 5) -> Floats:
    """Welch's curve: the mean over replications, averaged over ``window`` neighbours on either side.

    Near the start the window is as wide as there are neighbours before; the last ``window`` points have none.

    Args:
        paths: shape ``(replications, observations)``.
        window: neighbours on either side.

    Returns:
        Shape ``(observations - window,)``.

    Raises:
        InputError: not a table of finite numbers, or a window of a quarter of the run or more.

    Example:
        >>> moving_average([[8.0, 4.0, 3.0, 3.0, 2.0, 4.0]], window=1)
        array([8.        , 5.        , 3.33333333, 2.66666667, 3.        ])
    """
    problems: list[Problem] = []
    read = numbers("paths", paths, problems, dimensions=(2,))
    w = whole("window", window, problems, "5", least=0)
    if not problems and 4 * w >= read.shape[1]:
        rule = f"less than a quarter of the {read.shape[1]} observations"
        problems.append(Problem("window", shown(window), rule, f"window={(read.shape[1] - 1) // 4}"))
    if problems:
        raise InputError("moving_average", problems)
    mean = read.mean(axis=0)
    reach = np.minimum(np.arange(len(mean) - w), w)
    return np.array([mean[i - r : i + r + 1].mean() for i, r in enumerate(reach)])
