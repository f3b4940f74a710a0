"""Worlds whose numbers are known: formulas of service, scenario and world stand for the model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.authority import Authority
from workforce_sim.measures.paths import MEASURES, PLACE
from workforce_sim.study.arm import Arm, Plan
from workforce_sim.testing import small_authority

Floats = npt.NDArray[np.float64]

#: Path of a measure in one world, or one number for all months.
Formula = Callable[[Any, int], Floats | float]

MONTHS = 24


class FormulaWorlds:
    """Stands where a study has the model: remembers what it is asked for and answers with formulas."""

    def __init__(self, **formulas: Formula) -> None:
        self.formulas = formulas
        self.asked: list[tuple[str, int]] = []

    def shown(self, what: str, most: int | None, **settings: Any) -> AbstractContextManager[None]:
        """Nothing is run, and nothing is shown."""
        return nullcontext()

    def to_run(self, arms: Sequence[Arm], replications: Sequence[int]) -> int:
        return 0

    def run_together(self, wanted: Sequence[tuple[Sequence[Arm], Sequence[int]]]) -> None:
        """Nothing has to be run."""

    def values(self, arms: Sequence[Arm], replications: Sequence[int]) -> Floats:
        found = np.zeros((len(arms), len(replications), len(MEASURES), MONTHS + 1))
        for i, arm in enumerate(arms):
            for j, r in enumerate(replications):
                self.asked.append((arm.name, r))
                for measure, formula in self.formulas.items():
                    found[i, j, PLACE[measure]] = formula(arm, r)
        return found


def plan(authority: Authority | None = None, *scenarios: str, seed: int = 1) -> Plan:
    """Scenarios without interventions: what they do is up to the formulas."""
    names = scenarios or ("Do nothing", "Something")
    service = small_authority() if authority is None else authority
    return Plan(service, {name: [] for name in names}, dt.date(2025, 10, 1), MONTHS / 12, seed)


def luck(world: int, seed: int = 0) -> float:
    """A standard normal number for each world."""
    return float(np.random.default_rng([seed, world]).standard_normal())
