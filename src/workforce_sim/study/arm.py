"""What is run: an arm is one service under one list of interventions; a plan is arms side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.calendar import WorkingCalendar
from workforce_sim.errors import WorkforceSimError
from workforce_sim.interventions.base import Intervention, Process
from workforce_sim.measures.paths import NAMES, measures
from workforce_sim.run import Run
from workforce_sim.simulation import Simulation

Floats = npt.NDArray[np.float64]


class RunFailed(WorkforceSimError):
    """A replication raised; the message says how to replay it."""


@dataclass(frozen=True)
class Arm:
    """One service under one list of interventions over one span of time: all but the replication.

    Attributes:
        name: for messages: a scenario's name, or what a question varies.
        authority: the service at the start.
        interventions: what happens to it.
        start: first date.
        years: length.
        seed: of all luck. Arms with one seed share their luck, replication by replication.
    """

    name: str
    authority: Authority
    interventions: tuple[Intervention | Process, ...]
    start: dt.date
    years: float
    seed: int

    def world(self, replication: int, *, log: bool = False, visits: bool = True) -> Run:
        """One replication, whole; or without the event log, or the visits, which the measures do without."""
        settings = (self.authority, self.interventions, self.start, self.years, self.seed, replication)
        return Simulation(*settings, log=log, visits=visits).run()

    def measure(self, replication: int) -> Floats:
        """All measures of one replication, shape ``(measures, months + 1)``.

        Raises:
            RunFailed: the run raised; says how to replay it.
        """
        try:
            run = self.world(replication, visits=False)
        except Exception as error:
            raise RunFailed(
                f"scenario {self.name!r}, replication {replication} raised {type(error).__name__}: {error}\n"
                f"  {self.replay(replication)}"
            ) from error
        found = measures(run.counts, run.stage_names)
        return np.stack([found[name] for name in NAMES])

    def replay(self, replication: int) -> str:
        """The line of Python that runs one replication again, for messages."""
        return (
            f"replay it: Simulation(authority, scenarios[{self.name!r}], start='{self.start}', "
            f"years={self.years}, seed={self.seed}, replication={replication}).run()"
        )

    def needs_this_process(self) -> bool:
        """Functions and classes written in a notebook or script cannot be found by other processes."""
        own: list[object] = []
        for i in self.interventions:
            own.append(type(i) if isinstance(i, Intervention) else i)
            own += functions_of(i).values() if isinstance(i, Intervention) else []
        return any(
            getattr(f, "__module__", None) in ("__main__", None) or "<" in getattr(f, "__qualname__", "<")
            for f in own
        )


def functions_of(intervention: Intervention) -> dict[str, Callable[..., object]]:
    """Settings of an intervention that are functions of the planner's own, by name."""
    return {name: value for name, value in intervention if callable(value)}


@dataclass(frozen=True)
class Plan:
    """What a study runs: everything but which replications."""

    authority: Authority
    scenarios: Mapping[str, Sequence[Intervention | Process]]
    start: dt.date
    years: float
    seed: int

    @property
    def months(self) -> int:
        """Months from the start to the end."""
        return round(self.years * 12)

    @property
    def calendar(self) -> WorkingCalendar:
        """The working days from the start to the end."""
        return WorkingCalendar(self.start, self.months)

    @property
    def described(self) -> dict[str, list[str]]:
        """Scenario -> lines that describe its interventions."""
        return {
            name: [
                i.describe()
                if isinstance(i, Intervention)
                else f"own process {getattr(i, '__name__', repr(i))}"
                for i in listed
            ]
            for name, listed in self.scenarios.items()
        }

    @property
    def dated(self) -> dict[str, list[tuple[dt.date, str]]]:
        """Scenario -> start date and headline of its interventions that start on a date."""
        return {
            name: [
                (i.start, i.headline())
                for i in listed
                if isinstance(i, Intervention) and isinstance(i.start, dt.date)
            ]
            for name, listed in self.scenarios.items()
        }

    @property
    def effects(self) -> dict[str, tuple[str, str]]:
        """Kind of intervention -> its effect path and evidence class."""
        listed = [i for interventions in self.scenarios.values() for i in interventions]
        return {type(i).__name__: (i.effect, i.evidence) for i in listed if isinstance(i, Intervention)}

    def arm(
        self,
        scenario: str,
        *,
        authority: Authority | None = None,
        interventions: Sequence[Intervention | Process] | None = None,
    ) -> Arm:
        """The arm of a scenario, with another service or other interventions where a question varies them."""
        return Arm(
            scenario,
            self.authority if authority is None else authority,
            tuple(self.scenarios[scenario] if interventions is None else interventions),
            self.start,
            self.years,
            self.seed,
        )

    @property
    def arms(self) -> list[Arm]:
        """One for each scenario, in order."""
        return [self.arm(name) for name in self.scenarios]

    def run(self, scenario: str, replication: int, *, log: bool = False) -> Run:
        """One world under one scenario, whole."""
        return self.arm(scenario).world(replication, log=log)
