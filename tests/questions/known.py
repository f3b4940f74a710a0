"""Worlds whose numbers are known: every measure is what a function of the arm and the world says."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from workforce_sim.measures.paths import BY_NAME, MEASURES
from workforce_sim.study.arm import Arm, Plan
from workforce_sim.study.study import Study
from workforce_sim.testing import small_authority

START = dt.date(2025, 4, 1)
SMALL = small_authority()


class KnownWorlds:
    """In place of the worlds of a study; `cost` is of cost_to_date_gbp, `value` of all other measures."""

    def __init__(
        self,
        value: Callable[[Arm, int], float],
        cost: Callable[[Arm, int], float] | None = None,
        months: int = 12,
    ) -> None:
        self.value, self.cost, self.months = value, cost, months
        self.run: list[tuple[Arm, int]] = []

    def shown(self, what: str, most: int | None, **settings: Any) -> AbstractContextManager[None]:
        """Nothing is run, and nothing is shown."""
        return nullcontext()

    def to_run(self, arms: Sequence[Arm], replications: Sequence[int]) -> int:
        return 0

    def values(
        self, arms: Sequence[Arm], replications: Sequence[int]
    ) -> np.ndarray[Any, np.dtype[np.float64]]:
        self.run += [(arm, r) for arm in arms for r in replications]
        found = np.array([[self.value(arm, r) for r in replications] for arm in arms])
        everything = np.repeat(found[:, :, None], len(MEASURES), axis=2)
        if self.cost is not None:
            at = MEASURES.index(BY_NAME["cost_to_date_gbp"])
            everything[:, :, at] = [[self.cost(arm, r) for r in replications] for arm in arms]
        return np.repeat(everything[..., None], self.months + 1, axis=3)


def plan_of(scenarios: Mapping[str, Sequence[Any]], years: float = 1) -> Plan:
    """A plan of these scenarios from 1 April 2025."""
    return Plan(SMALL, {name: tuple(listed) for name, listed in scenarios.items()}, START, years, 1)


def study_of(scenarios: Mapping[str, Sequence[Any]], worlds: KnownWorlds) -> Study:
    """A study of these scenarios from 1 April 2025 for a year, in worlds that are known."""
    study = Study(SMALL, scenarios, start=START, years=1, replications=10)
    study.worlds = worlds  # type: ignore[assignment]
    return study
