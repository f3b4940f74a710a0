"""Study: scenarios x replications under the same luck."""

from __future__ import annotations

import datetime as dt
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.calendar import WorkingCalendar
from workforce_sim.authority.usable import writable
from workforce_sim.checks import check_interventions, check_run
from workforce_sim.errors import InputError, Problem, WorkforceSimWarning, shown
from workforce_sim.interventions.base import Intervention, Process
from workforce_sim.study.replicate import Plan, here, in_processes, usable_processors
from workforce_sim.study.result import Result

#: Below this a study says that its intervals are rough.
_FEW = 10

#: Seconds of work that other processes must save to be worth starting.
_WORTH_STARTING = 6.0


class FewRunsWarning(WorkforceSimWarning):
    """Too few replications for intervals to be trusted. Ask for more: ``replications=100``."""


class Study:
    """Scenarios side by side: the same worlds, policy by policy.

    Args:
        authority: the service as it is.
        scenarios: name -> list of interventions. The first is what the others are compared with; ``[]``
            is doing nothing.
        start: first date.
        years: length.
        seed: of all luck. Same seed, same worlds.
        replications: how many worlds.

    Raises:
        InputError: with every problem found in every scenario.

    Example:
        >>> import workforce_sim as ws
        >>> study = ws.Study(
        ...     ws.Authority.preset("england-2025"),
        ...     {"Do nothing": [], "10 posts": [ws.NewPosts(10, start="2025-10-01")]},
        ...     start="2025-10-01", years=1, seed=1, replications=10,
        ... )
        >>> result = study.run(progress=False)
        >>> dict(result.data.sizes)
        {'scenario': 2, 'replication': 10, 'date': 13}
    """

    def __init__(
        self,
        authority: Authority,
        scenarios: Mapping[str, Sequence[Intervention | Process]],
        start: str | dt.date,
        years: float = 3,
        seed: int = 1,
        replications: int = 100,
    ) -> None:
        first, problems = check_run(authority, start, years, seed)
        if (
            isinstance(replications, bool)
            or not isinstance(replications, int)
            or not 1 <= replications <= 1_000_000
        ):
            problems.append(
                Problem("replications", shown(replications), "a whole number from 1", "replications=100")
            )
        if not isinstance(scenarios, Mapping) or not scenarios:
            fix = "{'Do nothing': [], '80 posts': [NewPosts(80, start='2015-04-01')]}"
            problems.append(
                Problem("scenarios", shown(scenarios), "a dictionary: name -> list of interventions", fix)
            )
        elif first is not None and not problems:
            calendar = WorkingCalendar(first, round(years * 12))
            for name, interventions in scenarios.items():
                if not isinstance(name, str) or not name.strip() or not writable(name):
                    rule = "names are text, without halves of characters"
                    problems.append(Problem("scenarios", shown(name), rule, "'Do nothing'"))
                problems += check_interventions(interventions, authority, calendar, f"scenarios[{name!r}]")
        if problems:
            raise InputError("Study", problems)
        assert first is not None
        self.plan = Plan(
            authority, {name: tuple(listed) for name, listed in scenarios.items()}, first, years, seed
        )
        self.replications = replications

    def run(self, *, progress: bool = True, processes: int | None = None) -> Result:
        """Run every replication of every scenario.

        Args:
            progress: show a progress bar with the time left.
            processes: 1 for this process only; by default as many as there are processors when the study
                is long enough to gain from it. The numbers do not depend on it.

        Raises:
            RunFailed: a replication raised; the message says how to replay it.
        """
        if processes is not None and (
            isinstance(processes, bool) or not isinstance(processes, int) or processes < 1
        ):
            rule = "a whole number from 1"
            raise InputError(
                "Study.run", [Problem("processes", repr(processes), rule, "processes=2, or leave it out")]
            )
        began = time.perf_counter()
        found = dict(_with_bar(self._replications(processes), self.replications, progress))
        values = np.stack([found[r] for r in range(self.replications)], axis=1)
        if self.replications < _FEW:
            warnings.warn(
                f"{self.replications} replications give rough intervals; use replications=100 for a paper",
                FewRunsWarning,
                stacklevel=2,
            )
        return Result.of(self.plan, values, seconds=time.perf_counter() - began)

    def _replications(self, processes: int | None) -> Iterator[tuple[int, npt.NDArray[np.float64]]]:
        """The first two here (the first may compile), the rest where it is quickest."""
        todo = list(range(self.replications))
        if processes is None:
            yield from here(self.plan, todo[:1])
            began = time.perf_counter()
            yield from here(self.plan, todo[1:2])
            todo, one = todo[2:], time.perf_counter() - began
            processes = min(usable_processors(), 61)  # the most a pool may have on Windows
            saved = one * len(todo) * (1 - 1 / processes)
            if saved < _WORTH_STARTING or self.plan.needs_this_process():
                processes = 1
        elif processes > 1 and self.plan.needs_this_process():
            warnings.warn(
                "a function of this notebook or script cannot run in other processes, so the study runs in "
                "this one; put it in a module (a .py file that you import) to use several",
                WorkforceSimWarning,
                stacklevel=3,
            )
            processes = 1
        if processes == 1 or len(todo) < 2:
            yield from here(self.plan, todo)
        else:
            yield from in_processes(self.plan, todo, processes)


def _with_bar(
    found: Iterator[tuple[int, npt.NDArray[np.float64]]], total: int, progress: bool
) -> Iterator[tuple[int, npt.NDArray[np.float64]]]:
    if not progress:
        return found
    from tqdm import tqdm

    return iter(tqdm(found, total=total, desc="worlds", unit="world", file=sys.stderr, mininterval=0.5))
