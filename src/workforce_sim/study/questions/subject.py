"""What a question is about: a measure at a month, of a scenario or its paired difference from the first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import add_months, month_in_words
from workforce_sim.errors import InputError, Problem
from workforce_sim.measures.paths import BY_NAME, PLACE, Measure
from workforce_sim.numbers import figure, is_money, points
from workforce_sim.study.arm import Plan
from workforce_sim.study.asked import measure_names, months_asked, scenario_asked

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Subject:
    """A measure at a month, of a scenario, or its paired difference from another.

    Attributes:
        scenario: name.
        measure: name.
        month: since the start.
        to: what it is compared with; None for the measure itself.
        date: of the month.
    """

    scenario: str
    measure: str
    month: int
    to: str | None
    date: dt.date

    @classmethod
    def of(cls, plan: Plan, where: str, scenario: str | None, measure: str, at: int | None) -> Subject:
        """By default the last scenario and the last month; the first scenario is compared with nothing.

        Raises:
            InputError: unknown scenario or measure, or a month outside the study.
        """
        names = list(plan.scenarios)
        chosen = scenario_asked(names[-1] if scenario is None else scenario, names, where)
        (name,) = measure_names(measure)
        (month,) = months_asked(plan.months if at is None else at, plan.months)
        to = None if chosen == names[0] else names[0]
        return cls(chosen, name, month, to, add_months(plan.start, month))

    @property
    def what(self) -> Measure:
        """The measure."""
        return BY_NAME[self.measure]

    @property
    def scenarios(self) -> list[str]:
        """The scenarios that have to be run."""
        return [self.scenario] if self.to is None else [self.to, self.scenario]

    def taken(self, values: Floats, where: str) -> Floats:
        """The numbers asked about, world by world, from those of :attr:`scenarios`.

        Args:
            values: shape ``(scenarios, worlds, measures, months + 1)``.
            where: for messages.

        Raises:
            InputError: the measure has no value at this month in some world.
        """
        at_month = values[:, :, PLACE[self.measure], self.month]
        if not np.isfinite(at_month).all():
            rule = "a month at which the measure has a value in every world"
            fix = "a later month (rates over 12 months have none before), or another measure"
            raise InputError(where, [Problem("at", str(self.month), rule, fix)])
        found: Floats = at_month[0] if self.to is None else at_month[1] - at_month[0]
        return found

    def amount(self, x: float, places: int) -> str:
        """A number of the answer with its unit: of a difference of percentages in percentage points."""
        text = figure(self.measure, x, places)
        if is_money(self.measure):
            return text
        unit = self.what.unit if self.to is None else points(self.what.unit)
        return f"{text}{unit}" if unit.startswith("%") else f"{text} {unit}"

    def words(self) -> str:
        """Such as: Average caseload under “10 posts” less that under “Do nothing” in April 2018."""
        said = f"{self.what.label} under “{self.scenario}”"
        if self.to is not None:
            said += f" less that under “{self.to}”"
        return f"{said} in {month_in_words(self.date)}"
