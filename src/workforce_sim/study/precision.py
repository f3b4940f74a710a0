"""How many replications are enough: half-widths as they fall, and when to stop.

Source: Hoad, Robinson and Davies (2010), Automated selection of the number of replications for a
discrete-event simulation, Journal of the Operational Research Society 61:1632-1644. Stopping the first time
an interval happens to be narrow gives intervals that are wrong too often; their cure, which is used here, is
to look ahead: the precision must last for some replications more. Measured coverage with and without it is
on the page ``docs/statistics.md``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.samples import Floats, above, numbers, share
from workforce_sim.study.intervals import student_t

if TYPE_CHECKING:
    import pandas as pd

#: The fewest replications that may be called enough.
FIRST = 3


class Progress(NamedTuple):
    """Mean and half-width of its t interval after 1, 2, ... replications; nan before the third."""

    mean: Floats
    half_width: Floats


def progress(samples: npt.ArrayLike, level: float = 0.95) -> Progress:
    """The running mean of one output and the half-width of its interval, shape ``(replications,)`` each.

    Raises:
        InputError: samples that are not a list of finite numbers, or a level not between 0 and 1.

    Example:
        >>> progress([10.2, 9.7, 10.9, 10.1]).half_width.round(3)
        array([ nan,   nan, 1.497, 0.794])
    """
    problems: list[Problem] = []
    values = numbers("samples", samples, problems)
    level = share("level", level, problems, "0.95")
    if problems:
        raise InputError("progress", problems)
    mean = squares = 0.0
    means, halves = np.empty(len(values)), np.full(len(values), np.nan)
    # Welford's way: sums of squares lose small spreads of large numbers
    for i, value in enumerate(values.tolist()):
        away = value - mean
        mean += away / (i + 1)
        squares += away * (value - mean)
        means[i] = mean
        if i + 1 >= FIRST:
            halves[i] = student_t(i, level) * math.sqrt(squares / i / (i + 1))
    return Progress(means, halves)


def half_widths(samples: npt.ArrayLike, level: float = 0.95) -> pd.DataFrame:
    """A row for each number of replications from 3: mean, half-width, and half-width as a share of the mean.

    Raises:
        InputError: fewer than three replications, numbers that are not finite, or a wrong level.

    Example:
        >>> half_widths([10.2, 9.7, 10.9, 10.1]).reset_index().round(3)
           replications    mean  half_width  relative
        0             3  10.267       1.497     0.146
        1             4  10.225       0.794     0.078
    """
    import pandas as pd

    problems: list[Problem] = []
    values = numbers("samples", samples, problems, least=FIRST)
    share("level", level, problems, "0.95")
    if problems:
        raise InputError("half_widths", problems)
    mean, half = (column[FIRST - 1 :] for column in progress(values, level))
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = {"mean": mean, "half_width": half, "relative": half / np.abs(mean)}
    return pd.DataFrame(columns, index=pd.RangeIndex(FIRST, len(values) + 1, name="replications"))


@dataclass(frozen=True, slots=True)
class Precision:
    """What precision is asked of a mean: relative to it, absolute, or either, whichever is reached first.

    Args:
        relative: half-width as a share of the mean; None for none.
        absolute: half-width in the unit of the output; None for none. Ask for it where the mean is near 0,
            such as children waiting: a share of nearly nothing is never reached.
        level: of the t interval.
        look_ahead: the precision must last for floor(look_ahead / 100 x max(n, 100)) replications more;
            0 for none.

    Raises:
        InputError: neither a relative nor an absolute precision, or a number that is not allowed.

    Example:
        >>> asked = Precision(relative=0.05)
        >>> asked.look_ahead_after(30), asked.look_ahead_after(200)
        (5, 10)
        >>> asked.reached([10.2, 9.7, 10.9, 10.1, 9.4, 10.6, 10.0, 9.8, 10.3, 10.5, 9.9, 10.1])
        7
    """

    relative: float | None = None
    absolute: float | None = None
    level: float = 0.95
    look_ahead: float = 5.0

    def __post_init__(self) -> None:
        problems: list[Problem] = []
        if self.relative is not None:
            above("relative", self.relative, problems, "0.05")
        if self.absolute is not None:
            above("absolute", self.absolute, problems, "0.5")
        if self.relative is None and self.absolute is None:
            rule = "a relative precision, an absolute one, or both"
            problems.append(Problem("relative, absolute", "None, None", rule, "relative=0.05"))
        share("level", self.level, problems, "0.95")
        above("look_ahead", self.look_ahead, problems, "5", or_equal=True)
        if problems:
            raise InputError("Precision", problems)

    def look_ahead_after(self, replications: int) -> int:
        """For how many replications more the precision must last."""
        return math.floor(self.look_ahead / 100 * max(replications, 100))

    def met(self, samples: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Whether the interval is narrow enough after 1, 2, ... replications, shape ``(replications,)``."""
        mean, half = progress(samples, self.level)
        enough: npt.NDArray[np.bool_] = np.zeros(len(mean), dtype=bool)
        if self.relative is not None:
            enough |= half <= self.relative * np.abs(mean)
        if self.absolute is not None:
            enough |= half <= self.absolute
        return enough

    def reached(self, samples: npt.ArrayLike) -> int | None:
        """The number of replications at which the precision was first reached, and lasted.

        Those that showed that it lasted are not counted: Hoad, Robinson and Davies report the earlier
        number. A solution within the replications that were there from the start is found all the same.

        Returns:
            At least 3; None if more replications are needed to say.

        Raises:
            InputError: samples that are not a list of finite numbers.
        """
        enough = self.met(samples)
        for n in (np.flatnonzero(enough) + 1).tolist():
            last = n + self.look_ahead_after(n)
            if last > len(enough):
                return None
            if enough[n - 1 : last].all():
                return int(n)
        return None

    def planned(self, samples: npt.ArrayLike) -> int | None:
        """How many replications it will take, by the spread so far: (t s / precision)^2, look-ahead included.

        For telling the cost before it is spent; rough below about 10 replications.

        Returns:
            The number in all, at least 3 and a look-ahead; None where the mean is 0 and only a relative
            precision is asked for.

        Raises:
            InputError: fewer than three replications, or numbers that are not finite.

        Example:
            >>> Precision(relative=0.02).planned([10.2, 9.7, 10.9, 10.1, 9.4, 10.6, 10.0, 9.8, 10.3, 10.5])
            31
        """
        problems: list[Problem] = []
        values = numbers("samples", samples, problems, least=FIRST)
        if problems:
            raise InputError("Precision.planned", problems)
        mean, half = (float(column[-1]) for column in progress(values, self.level))
        aims = [self.absolute or 0.0, (self.relative or 0.0) * abs(mean)]
        if half == 0:
            n = FIRST
        elif max(aims) == 0:
            return None
        else:
            n = max(FIRST, math.ceil(len(values) * (half / max(aims)) ** 2))
        return n + self.look_ahead_after(n)


class Stopped(NamedTuple):
    """Where each output reached its precision, and the replications at which all had; None: not yet."""

    replications: int | None
    each: dict[str, int | None]


def stopped(outputs: Mapping[str, npt.ArrayLike], asked: Precision | Mapping[str, Precision]) -> Stopped:
    """When every output is precise enough: the largest of their own numbers of replications.

    Each output has its own look-ahead. Paired differences are outputs like any other. To stop a study, call
    this after every batch and go on until ``replications`` is a number, or a stated maximum.

    Args:
        outputs: name -> one number a replication, the same replications for all.
        asked: one precision for all, or one for each name.

    Raises:
        InputError: no outputs, different numbers of replications, no precision for a name, or numbers that
            are not finite.

    Example:
        >>> caseload = [20.1, 19.8, 20.3, 20.0, 20.2, 19.9, 20.1, 20.0, 20.1]
        >>> waiting = [0.0, 0.4, 0.1, 0.0, 0.2, 0.0, 0.1, 0.0, 0.1]
        >>> stopped({"caseload": caseload, "waiting": waiting}, Precision(absolute=0.4))
        Stopped(replications=4, each={'caseload': 4, 'waiting': 4})
    """
    problems: list[Problem] = []
    if not isinstance(outputs, Mapping) or not outputs:
        rule, fix = "a dictionary: name -> numbers", "{'caseload': [20.1, 19.8, 20.3]}"
        raise InputError("stopped", [Problem("outputs", shown(outputs), rule, fix)])
    read = {name: numbers(f"outputs[{name!r}]", values, problems) for name, values in outputs.items()}
    if not problems and len({len(values) for values in read.values()}) > 1:
        counts = ", ".join(f"{name}: {len(values)}" for name, values in read.items())
        problems.append(Problem("outputs", counts, "the same replications for every output", "pair them"))
    rules = {name: asked.get(name) if isinstance(asked, Mapping) else asked for name in read}
    for name, rule_of in rules.items():
        if not isinstance(rule_of, Precision):
            path, fix = f"asked[{name!r}]", "Precision(relative=0.05)"
            problems.append(Problem(path, shown(rule_of), "a Precision", fix))
    if problems:
        raise InputError("stopped", problems)
    each = {name: rules[name].reached(values) for name, values in read.items()}  # type: ignore[union-attr]
    last = [n for n in each.values() if n is not None]
    return Stopped(max(last) if len(last) == len(each) else None, each)
