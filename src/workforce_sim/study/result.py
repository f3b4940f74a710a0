"""Results: one labelled Dataset, and the tables, comparisons, charts and page made from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.authority import Authority
from workforce_sim.errors import InputError, Problem
from workforce_sim.study.asked import measure_names, months_asked, scenario_asked
from workforce_sim.study.intervals import joint_interval
from workforce_sim.study.outputs import Outputs

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

    from workforce_sim.study.arm import Plan
    from workforce_sim.study.budget import CostPer
    from workforce_sim.study.questions.claim import Claim
    from workforce_sim.study.questions.target import Target


class Result(Outputs):
    """What a study found.

    Attributes:
        data: ``xarray.Dataset`` with dimensions ``scenario, replication, date`` and a variable a
            measure; units are in the attributes of each variable, seed and versions in those of the dataset.
        plan: what was run: authority, scenarios, start, years and seed.
    """

    def __init__(self, data: xr.Dataset, plan: Plan) -> None:
        self.data = data
        self.plan = plan

    @classmethod
    def of(cls, plan: Plan, values: npt.NDArray[np.float64], *, seconds: float) -> Result:
        """Label the numbers of a plan: ``values[scenario, replication, measure, month]``."""
        from workforce_sim.study.dataset import labelled

        return cls(labelled(plan, values, seconds), plan)

    @property
    def authority(self) -> Authority:
        """The service the study started from."""
        return self.plan.authority

    @property
    def interventions(self) -> dict[str, list[str]]:
        """Scenario -> lines that describe its interventions."""
        return self.plan.described

    @property
    def policies(self) -> dict[str, list[tuple[dt.date, str]]]:
        """Scenario -> start date and headline of its interventions that start on a date."""
        return self.plan.dated

    @property
    def effects(self) -> dict[str, tuple[str, str]]:
        """Kind of intervention -> its effect path and evidence class."""
        return self.plan.effects

    # -- looking ----------------------------------------------------------------------------

    @property
    def scenarios(self) -> list[str]:
        """Names of the scenarios; the first is what the others are compared with."""
        return [str(s) for s in self.data["scenario"].values]

    @property
    def baseline(self) -> str:
        """The first scenario."""
        return self.scenarios[0]

    @property
    def replications(self) -> int:
        """How many worlds."""
        return int(self.data.sizes["replication"])

    def months(self) -> int:
        """Months in the study."""
        return int(self.data.sizes["date"]) - 1

    def table(
        self, measures: str | Sequence[str] | None = None, at: int | Sequence[int] | None = None
    ) -> pd.DataFrame:
        """Every scenario at given months: the mean with its 95% interval, and what one world may see.

        Args:
            measures: names (see ``result.data``); by default caseload, agency, turnover and cost.
            at: months since the start; by default the end of every year.

        Returns:
            A row a (measure, scenario, month). ``mean, low, high``: mean over worlds and its 95% t
            interval (how well this many runs know the mean). ``p5, p95``: nine worlds in ten lie between
            them (chance only; assumptions held fixed).

        Raises:
            InputError: unknown measure, or months outside the study.
        """
        from workforce_sim.study.tables import table

        return table(self, measure_names(measures), self._months(at))

    def compare(
        self,
        scenario: str | None = None,
        to: str | None = None,
        measures: str | Sequence[str] | None = None,
        at: int | Sequence[int] | None = None,
    ) -> pd.DataFrame:
        """The paired difference of a scenario from another, world by world.

        Args:
            scenario: a name of the study; by default every scenario but the one it is compared with.
            to: what it is compared with; by default the first scenario.
            measures: names; by default caseload, agency, turnover and cost.
            at: months since the start; by default the end of every year.

        Returns:
            A row a (measure, month), or a (measure, scenario, month) if no scenario is given: ``difference``
            (mean over worlds of scenario minus the other), ``low, high`` (95% interval that holds for all
            months, and all scenarios shown, of a measure together: paired sup-t), ``better_in, better_low,
            better_high`` (percent of worlds in which the scenario is the better one, a tie being none, with
            Wilson's 95% interval; nan where neither direction is better or all worlds tie), ``shared_luck``
            (how many times as many runs with separate luck would be needed for the same precision) and
            ``verdict`` in words.

        Raises:
            InputError: unknown scenario or measure, or months outside the study.
        """
        from workforce_sim.study.tables import compare

        other = self.baseline if to is None else to
        self._known_scenario(other, "to")
        if scenario is not None:
            self._known_scenario(scenario, "scenario")
        names = [s for s in self.scenarios if s != other] if scenario is None else [scenario]
        found = compare(self, names, other, measure_names(measures), self._months(at))
        return found if scenario is None else found.droplevel("scenario")

    def chance(
        self,
        measure: str,
        *,
        above: float | None = None,
        below: float | None = None,
        at: int | Sequence[int] | None = None,
    ) -> pd.DataFrame:
        """In what share of worlds a measure is above or below a level, with Wilson's 95% interval.

        Returns:
            A row a (scenario, month): ``percent, low, high``. Chance only: assumptions are held.

        Raises:
            InputError: unknown measure, no level or two, or months outside the study.
        """
        from workforce_sim.study.tails import chance

        (name,) = measure_names(measure)
        return chance(self, name, above, below, self._months(at))

    def quantile(
        self, measure: str, p: float = 0.9, at: int | Sequence[int] | None = None, level: float = 0.95
    ) -> pd.DataFrame:
        """What a share ``p`` of worlds stays below, with an order-statistic interval that holds for any law.

        Returns:
            A row a (scenario, month): ``value, low, high``.

        Raises:
            InputError: unknown measure, too few worlds for such an interval, or months outside the study.
        """
        from workforce_sim.study.tails import quantile

        (name,) = measure_names(measure)
        return quantile(self, name, p, self._months(at), level)

    def worst_tenth(self, measure: str, at: int | Sequence[int] | None = None) -> pd.DataFrame:
        """The mean of the worst tenth of worlds: what a plan must be able to bear.

        Returns:
            A row a (scenario, month): ``mean, low, high`` with a 95% interval (docs/studies.md, 2).

        Raises:
            InputError: unknown measure or one without a worse direction, fewer than 40 worlds, or months
                outside the study.
        """
        from workforce_sim.study.tails import worst_tenth

        (name,) = measure_names(measure)
        return worst_tenth(self, name, self._months(at))

    def difference(
        self, measure: str, scenario: str, to: str | None = None
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """The paired difference over the whole path; the 95% interval holds for all months together.

        Returns:
            ``(mean, low, high)``, each of shape ``(months + 1,)``; nan where the measure has no value yet.
        """
        paired = self.samples(measure, scenario) - self.samples(measure, self.baseline if to is None else to)
        known = ~np.isnan(paired).any(axis=0)
        found = np.full((3, paired.shape[1]), np.nan)
        found[:, known] = joint_interval(paired[:, known])
        return found[0], found[1], found[2]

    def claim(
        self, target: str | Target, scenario: str | None = None, *, chance: float = 0.8, level: float = 0.95
    ) -> Claim:
        """Whether a plan may be said to reach a target, by the worlds there are: see :meth:`Study.claim`.

        Raises:
            InputError: with everything in the target and the arguments that is not allowed.
        """
        from workforce_sim.study.questions.claim import claim

        return claim(self.plan, self.samples, target, scenario, chance=chance, level=level)

    def budget(self) -> pd.DataFrame:
        """Pounds by scenario, budget year (April to March) and heading, and what is added to the first.

        Returns:
            A row a (scenario, budget_year, heading), the last heading of each year being ``total``:
            ``months`` of the year in the study, ``mean, low, high`` over worlds with a 95% interval, ``added,
            added_low, added_high`` likewise for the paired difference from the first scenario. Headings add
            up to the total, in every world and on average.
        """
        from workforce_sim.study.budget import budget

        return budget(self)

    def cost_per(
        self, scenario: str, measure: str = "caseload", *, at: int | None = None, to: str | None = None
    ) -> CostPer:
        """What one unit of improvement of a measure has cost, from the start to a month.

        Args:
            scenario: a name of the study.
            measure: one of which more or less is better.
            at: months since the start; by default the last.
            to: what it is compared with; by default the first scenario.

        Returns:
            Pounds per unit with a 95% interval (Fieller), the two differences, and a sentence. The interval
            is nan where the improvement cannot be told from none.

        Raises:
            InputError: unknown scenario or measure, or a month outside the study.
        """
        from workforce_sim.study.budget import cost_per

        other = self.baseline if to is None else to
        self._known_scenario(scenario, "scenario")
        self._known_scenario(other, "to")
        (name,), (month,) = measure_names(measure), self._months(self.months() if at is None else at)
        return cost_per(self, scenario, name, month, other)

    def decompose(self, scenario: str | None = None, first: int = 0, last: int | None = None) -> pd.DataFrame:
        """Why average caseload changed between two months: an exact split, world by world.

        Returns:
            A row a part (vacancies filled, new posts filled, agency, demand, closures, waiting, total):
            children per case holder with a 95% interval (study/decomposition.py has the formula).
        """
        from workforce_sim.study.decomposition import decompose

        name = self.scenarios[-1] if scenario is None else scenario
        self._known_scenario(name, "scenario")
        start, end = self._months([first, self.months() if last is None else last])
        return decompose(self, name, start, end)

    def plot(
        self,
        measure: str = "caseload",
        scenarios: Sequence[str] | None = None,
        *,
        kind: str = "fan",
        at: int | None = None,
    ) -> Figure:
        """A chart; by default the fan of a measure: median, half of the worlds, nine worlds in ten.

        Nothing is shown or saved: the figure is returned. ``figure.table`` holds the numbers that are drawn,
        ``figure.workforce_sim_alt`` says what it shows in words.

        Args:
            measure: of a fan or a difference.
            scenarios: names; by default those that the kind has room for.
            kind: ``"fan"``, ``"difference"``, ``"posts"``, ``"spread"`` (of caseloads over workers),
                ``"change"`` (why caseload changed), ``"drift"``, ``"drift per child"`` or ``"child"``.
            at: months since the start, of a spread; by default the last.

        Raises:
            InputError: unknown kind, measure or scenario, or what does not go together.
        """
        from workforce_sim.report.charts.kinds import plot

        (name,) = measure_names(measure)
        for i, scenario in enumerate(scenarios or ()):
            self._known_scenario(scenario, f"scenarios[{i}]")
        if at is not None:
            self._months(at)
        figure: Figure = plot(self, kind, name, scenarios, at)
        return figure

    def story(
        self, case: int | None = None, scenarios: Sequence[str] | None = None, replication: int = 0
    ) -> str:
        """One family in the same world under several scenarios: its days, workers and waits, in sentences.

        The world is run again with its event log. The family is the same in all of them, though a policy
        that changes referrals changes the numbers of cases. The days by stage end the text, side by side.

        Args:
            case: number of the case under the first scenario; by default the family with the median time
                open under it, of those referred in the first half of the study and closed in it who went
                through three stages or more (the text says so).
            scenarios: names; by default the first and the last of the study.
            replication: which world.

        Raises:
            InputError: unknown scenario, case or world; a family that is not referred under all scenarios.
        """
        names = list(scenarios) if scenarios else list(dict.fromkeys((self.baseline, self.scenarios[-1])))
        for i, name in enumerate(names):
            self._known_scenario(name, f"scenarios[{i}]")
        if isinstance(replication, bool) or not isinstance(replication, int) or replication < 0:
            rule = "a whole number, 0 or more"
            raise InputError(
                "Result.story", [Problem("replication", repr(replication), rule, "replication=0")]
            )
        from workforce_sim.report.child.futures import one_child, story_of

        child = one_child(self, names, replication, case)
        heading = f"World {replication} of {self.plan.authority.name}, seed {self.plan.seed}."
        if child.rule:
            heading += f" The family with {child.rule}, under {names[0]!r}."
        return story_of(child, heading)

    def __repr__(self) -> str:
        return (
            f"<Result of {self.data.attrs['authority']}: {len(self.scenarios)} scenarios x "
            f"{self.replications} worlds x {self.months()} months, seed {self.data.attrs['seed']}>"
        )

    # -- checking what is asked for ----------------------------------------------------------

    def samples(self, measure: str, scenario: str) -> npt.NDArray[np.float64]:
        """The numbers of a measure in a scenario, shape ``(replications, months + 1)``."""
        (name,) = measure_names(measure)
        self._known_scenario(scenario, "scenario")
        return self._samples(name, scenario)

    def _samples(self, measure: str, scenario: str) -> npt.NDArray[np.float64]:
        return np.asarray(self.data[measure].values[self.scenarios.index(scenario)], dtype=np.float64)

    def _known_scenario(self, name: str, path: str) -> None:
        scenario_asked(name, self.scenarios, "the result", path)

    def _months(self, at: int | Sequence[int] | None) -> list[int]:
        return months_asked(at, self.months())
