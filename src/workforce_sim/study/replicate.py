"""Replications: the same worlds for every scenario, here or in other processes, with the same numbers."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.authority import Authority
from workforce_sim.errors import WorkforceSimError
from workforce_sim.interventions.base import Intervention, Process
from workforce_sim.measures.paths import MEASURES, measures
from workforce_sim.run import Run
from workforce_sim.simulation import Simulation

Floats = npt.NDArray[np.float64]


class RunFailed(WorkforceSimError):
    """A replication raised; the message says how to replay it."""


@dataclass(frozen=True)
class Plan:
    """What is to be run: everything but which replications."""

    authority: Authority
    scenarios: Mapping[str, Sequence[Intervention | Process]]
    start: dt.date
    years: float
    seed: int

    def replicate(self, replication: int) -> Floats:
        """Measures of one world under every scenario, shape ``(scenarios, measures, months + 1)``."""
        return np.stack([self._measure(name, replication) for name in self.scenarios])

    def run(self, scenario: str, replication: int, *, log: bool = False) -> Run:
        """One world under one scenario, whole."""
        settings = (self.authority, self.scenarios[scenario], self.start, self.years, self.seed, replication)
        return Simulation(*settings, log=log).run()

    def _measure(self, scenario: str, replication: int) -> Floats:
        try:
            run = self.run(scenario, replication)
        except Exception as error:
            raise RunFailed(
                f"scenario {scenario!r}, replication {replication} raised {type(error).__name__}: {error}\n"
                f"  replay it: Simulation(authority, scenarios[{scenario!r}], start='{self.start}', "
                f"years={self.years}, seed={self.seed}, replication={replication}).run()"
            ) from error
        found = measures(run.counts, run.stage_names)
        return np.stack([found[m.name] for m in MEASURES])

    def needs_this_process(self) -> bool:
        """Functions written in a notebook or script cannot be found by other processes."""
        functions = [
            i for listed in self.scenarios.values() for i in listed if not isinstance(i, Intervention)
        ]
        subclasses = [
            type(i) for listed in self.scenarios.values() for i in listed if isinstance(i, Intervention)
        ]
        return any(
            getattr(f, "__module__", None) in ("__main__", None) or "<" in getattr(f, "__qualname__", "<")
            for f in [*functions, *subclasses]
        )


def here(plan: Plan, replications: Sequence[int]) -> Iterator[tuple[int, Floats]]:
    """One after the other in this process."""
    for r in replications:
        yield r, plan.replicate(r)


def in_processes(plan: Plan, replications: Sequence[int], processes: int) -> Iterator[tuple[int, Floats]]:
    """In several processes, a few replications at a time; in the order in which they finish."""
    size = max(1, min(8, len(replications) // (processes * 4)))
    batches = [replications[i : i + size] for i in range(0, len(replications), size)]
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        with _hidden_main():
            waiting: set[Future[list[tuple[int, Floats]]]] = {pool.submit(_batch, plan, b) for b in batches}
        try:
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield from future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _batch(plan: Plan, replications: Sequence[int]) -> list[tuple[int, Floats]]:
    return [(r, plan.replicate(r)) for r in replications]


@contextmanager
def _hidden_main() -> Iterator[None]:
    """Keep new processes from running the user's script again.

    A spawned process imports the main module of its parent, which would start the study once more in any
    script without an ``if __name__ == "__main__"`` line. Nothing of the script is needed there.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def usable_processors() -> int:
    """Processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
