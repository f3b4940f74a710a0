"""Enough: run worlds until the answers asked for are precise enough, and say what that will take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import InputError, Problem, WorkforceSimWarning, shown, unknown_name
from workforce_sim.measures.paths import BY_NAME, HEADLINE, NAMES, PLACE
from workforce_sim.samples import above, share, whole
from workforce_sim.study.precision import FIRST, Precision

Floats = npt.NDArray[np.float64]


class NotPreciseWarning(WorkforceSimWarning):
    """The largest number of worlds came before the precision. Ask for more: ``Enough(most=2000)``."""


class Needed(NamedTuple):
    """How many worlds a study needs, judged by those that are there.

    Attributes:
        worlds: in all. Where there are as many, these are the study.
        slowest: the answer that is not yet as precise as asked; empty if all are.
    """

    worlds: int
    slowest: str = ""


@dataclass(frozen=True, slots=True)
class Enough:
    """How precise the answers of a study shall be: so many worlds are run as that takes.

    Every mean shall be known to within 10% of it, every paired difference to within 10% of it or 2% of the
    mean of the first scenario, and nothing better than half a unit of its last printed digit; each with a 95%
    interval that stays so narrow for a while (Hoad, Robinson and Davies 2010).

    Args:
        measures: which measures; by default caseload, agency, turnover and cost.
        mean: half-width of the interval of a mean, as a share of the mean.
        difference: of a paired difference, as a share of the first scenario's mean; or
        of_difference: as a share of the difference itself, whichever is wider.
        at: months since the start; by default the end of the study.
        least: worlds that are run in any case, 3 or more.
        most: worlds at which to give up, with a :class:`NotPreciseWarning`.
        level: of the intervals.

    Raises:
        InputError: with everything that is not allowed.

    Example:
        >>> Enough(measures=("caseload",), difference=0.01, most=1000).most
        1000
    """

    measures: tuple[str, ...] = HEADLINE
    mean: float = 0.10
    difference: float = 0.02
    of_difference: float = 0.10
    at: int | None = None
    least: int = 20
    most: int = 400
    level: float = 0.95

    def __post_init__(self) -> None:
        problems: list[Problem] = []
        if isinstance(self.measures, str) or not isinstance(self.measures, Sequence) or not self.measures:
            rule, fix = "a list of measures", "measures=('caseload', 'agency_rate')"
            problems.append(Problem("measures", shown(self.measures), rule, fix))
        else:
            for i, name in enumerate(self.measures):
                if name not in BY_NAME:
                    problems.append(unknown_name(f"measures[{i}]", name, NAMES, "a measure"))
        above("mean", self.mean, problems, "0.1")
        above("difference", self.difference, problems, "0.02")
        above("of_difference", self.of_difference, problems, "0.1")
        if self.at is not None:
            whole("at", self.at, problems, "36", least=0)
        least = whole("least", self.least, problems, "20", least=3)
        whole("most", self.most, problems, "400", least=least)
        share("level", self.level, problems, "0.95")
        if problems:
            raise InputError("Enough", problems)

    def reached(self, values: Floats, names: Sequence[str]) -> int | None:
        """How many of the worlds so far are enough; None if more are needed.

        Args:
            values: all measures, shape ``(scenarios, replications, measures, months + 1)``.
            names: of the scenarios.

        Returns:
            A number that depends on the worlds up to it only: those that showed that the precision lasts
            are counted, since they are there; at least ``least``, at most ``most``. An answer that has no
            value in some world is asked for up to that world.
        """
        last = self.least
        for numbers, asked in self._asked(values, names).values():
            known = _known(numbers)
            found = asked.reached(numbers[:known]) if known else 0
            if found is not None:
                last = max(last, found + asked.look_ahead_after(found))
            elif known < len(numbers):  # a world without a value ends what can be asked of it
                last = max(last, known + 1)
            else:
                return None
        return min(self.most, last) if last <= max(values.shape[1], self.least) else None

    def needed(self, values: Floats, names: Sequence[str]) -> Needed:
        """How many worlds there shall be: those that are enough, or how many to have before asking again.

        Args:
            values: as in :meth:`reached`, of ``least`` worlds or more.
            names: of the scenarios.
        """
        found = self.reached(values, names)
        if found is not None:
            return Needed(found)
        n = values.shape[1]
        planned, slowest = self.planned(values, names)
        return Needed(min(n + max(planned - n, self.least // 2), self.most), slowest)

    def planned(self, values: Floats, names: Sequence[str]) -> tuple[int, str]:
        """How many worlds it will take, judged by the spread so far, and which answer takes that many."""
        needed = {
            name: asked.planned(numbers[: _known(numbers)]) or self.most
            for name, (numbers, asked) in self._asked(values, names).items()
            if _known(numbers) >= FIRST
        }
        slowest = max(needed, key=lambda name: needed[name], default="")
        return min(self.most, max(self.least, needed.get(slowest, 0))), slowest

    def _asked(self, values: Floats, names: Sequence[str]) -> dict[str, tuple[Floats, Precision]]:
        """Every answer by name: a number a world, and the precision asked of it."""
        answers: dict[str, tuple[Floats, Precision]] = {}
        at = values.shape[-1] - 1 if self.at is None else self.at
        for measure in self.measures:
            found = values[:, :, PLACE[measure], at]
            printed = 0.5 * 10.0 ** -BY_NAME[measure].decimals
            usual = abs(float(found[0, : self.least].mean()))
            coarse = max(printed, 0.0 if math.isnan(usual) else self.difference * usual)
            for i, name in enumerate(names):
                answers[f"{measure}, {name}"] = found[i], Precision(self.mean, printed, self.level)
                if i:
                    wanted = Precision(self.of_difference, coarse, self.level)
                    answers[f"{measure}, {name} less {names[0]}"] = found[i] - found[0], wanted
        return answers


def _known(numbers: Floats) -> int:
    """How many worlds there are before the first in which an answer has no value."""
    missing = np.flatnonzero(np.isnan(numbers))
    return int(missing[0]) if len(missing) else len(numbers)
