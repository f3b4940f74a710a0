"""Study: scenarios x replications under the same luck."""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.calendar import WorkingCalendar
from workforce_sim.authority.usable import writable
from workforce_sim.checks import check_interventions, check_run
from workforce_sim.errors import InputError, Problem, WorkforceSimWarning, shown
from workforce_sim.interventions.base import Intervention, Process
from workforce_sim.study.arm import Plan
from workforce_sim.study.enough import Enough, Needed, NotPreciseWarning
from workforce_sim.study.questions.asking import Questions
from workforce_sim.study.result import Result
from workforce_sim.study.worlds import InterruptedWarning, Worlds

#: Below this a study says that its intervals are rough.
_FEW = 10


class FewRunsWarning(WorkforceSimWarning):
    """Too few replications for intervals to be trusted. Ask for more: ``replications=100``."""


class Study(Questions):
    """Scenarios side by side: the same worlds, policy by policy.

    Args:
        authority: the service as it is.
        scenarios: name -> list of interventions. The first is what the others are compared with; ``[]``
            is doing nothing.
        start: first date.
        years: length.
        seed: of all luck. Same seed, same worlds.
        replications: how many worlds; or :class:`Enough`, which runs as many as the answers need. That is
            the default, and a study's number of worlds then depends on nothing but its worlds.
        folder: where worlds are kept as they are done, so that the study can be interrupted, extended and run
            again without running anything twice. It may be shared by studies and by processes. By default
            worlds are remembered for as long as the study lives.
        processes: 1 for this process only; by default as many as there are processors when the study is long
            enough to gain from it. Neither this nor the next changes any number.
        client: of a Dask cluster (``distributed.Client``), to run there.

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
        replications: int | Enough | None = None,
        *,
        folder: str | os.PathLike[str] | None = None,
        processes: int | None = None,
        client: Any = None,
    ) -> None:
        first, problems = check_run(authority, start, years, seed)
        problems += _processes_problems(processes)
        wanted = Enough() if replications is None else replications
        if not isinstance(wanted, Enough) and (
            isinstance(wanted, bool) or not isinstance(wanted, int) or not 1 <= wanted <= 1_000_000
        ):
            rule = "a whole number from 1, or Enough(...)"
            problems.append(Problem("replications", shown(wanted), rule, "replications=100, or leave it out"))
        if isinstance(wanted, Enough) and wanted.at is not None and not problems:
            months = round(years * 12)
            if wanted.at > months:
                rule = f"a month of the study (0 to {months})"
                problems.append(Problem("replications.at", shown(wanted.at), rule, f"at={months}"))
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
        self.replications = wanted
        self.worlds = Worlds(processes=processes, folder=folder, client=client)
        self._processes = processes
        if folder is not None:
            for arm in self.plan.arms:  # refused now, not after an hour
                self.worlds.key(arm)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], **settings: Any) -> Study:
        """Read a study from a TOML file (write one with :meth:`to_file`).

        Args:
            path: of the file. Paths in it count from its folder.
            settings: arguments of the study that take the place of what the file says.

        Raises:
            InputError: unreadable, or with everything that is wrong in it.
        """
        from workforce_sim.study.study_file import study_from_file

        return study_from_file(cls, path, **settings)

    def to_file(self, path: str | os.PathLike[str]) -> Path:
        """Write the study to a TOML file, every setting of every policy written out; returns its path.

        Raises:
            InputError: a policy of your own (code is not data), or a path that cannot be written.
        """
        from workforce_sim.files import write_text
        from workforce_sim.study.study_file import study_to_toml

        store = self.worlds.store
        folder = None if store is None else str(store.folder.absolute())
        return write_text(path, study_to_toml(self.plan, self.replications, folder=folder), "Study.to_file")

    def run(self, *, progress: bool = True, processes: int | None = None) -> Result:
        """Run every replication of every scenario.

        Args:
            progress: show a progress bar with the time left.
            processes: in place of what the study was made with.

        Interrupted (Ctrl-C, or the square in a notebook), it gives the result of the worlds that are there in
        all scenarios, with an :class:`InterruptedWarning`; run it again, and it goes on.

        Raises:
            RunFailed: a replication raised; the message says how to replay it.
            StoreError: the folder cannot take more, for instance because the disk is full.
            KeyboardInterrupt: interrupted before two worlds were there.
        """
        problems = _processes_problems(processes)
        if problems:
            raise InputError("Study.run", problems)
        began = time.perf_counter()
        self.worlds.processes = self._processes if processes is None else processes
        self.worlds.progress = progress
        try:
            values = self._values()
        except KeyboardInterrupt:
            values = self._so_far()
        return Result.of(self.plan, values, seconds=time.perf_counter() - began)

    def _so_far(self) -> npt.NDArray[np.float64]:
        """After an interruption: the first worlds, as many as there are in all scenarios."""
        arms = self.plan.arms
        wanted = self.replications.most if isinstance(self.replications, Enough) else self.replications
        n = self.worlds.complete(arms, wanted)
        if n < 2:
            raise KeyboardInterrupt
        warnings.warn(
            f"interrupted after {n} worlds; this is the result of those. Run the study again, and it goes on",
            InterruptedWarning,
            stacklevel=3,
        )
        return self.worlds.values(arms, range(n))

    # -- how many worlds ----------------------------------------------------------------------

    @property
    def at_first(self) -> int:
        """How many worlds are run before it is asked whether these are enough."""
        return self.replications.least if isinstance(self.replications, Enough) else self.replications

    def needed(self, values: npt.NDArray[np.float64]) -> Needed:
        """How many worlds the study shall have, judged by the first of them.

        Args:
            values: shape ``(scenarios, replications, measures, months + 1)``, ``at_first`` or more of them.
        """
        if isinstance(self.replications, Enough):
            return self.replications.needed(values, list(self.plan.scenarios))
        return Needed(self.replications)

    def _values(self) -> npt.NDArray[np.float64]:
        """Values of as many worlds as the answers need, found in rounds."""
        arms, n, began = self.plan.arms, self.at_first, time.perf_counter()
        while (needed := self.needed(values := self.worlds.values(arms, range(n)))).worlds > n:
            more = needed.worlds - n
            if self.worlds.progress:
                seconds = (time.perf_counter() - began) / n * more
                print(
                    f"{n} worlds so far; {needed.slowest} needs about {more} more to be as precise as asked "
                    f"({seconds:.0f} s)",
                    file=sys.stderr,
                )
            n = needed.worlds
        if needed.slowest:
            warn_not_precise(needed, stacklevel=4)
        elif not isinstance(self.replications, Enough) and n < _FEW:
            warnings.warn(
                f"{n} replications give rough intervals; leave replications out, and as "
                "many are run as the answers need",
                FewRunsWarning,
                stacklevel=3,
            )
        return values[:, : needed.worlds]


def warn_not_precise(needed: Needed, which: str = "", *, stacklevel: int = 2) -> None:
    """Say that a study (``which``) is not as precise as asked with the most worlds that were asked for."""
    warnings.warn(
        f"{which}{needed.worlds} worlds, the most that were asked for, do not make {needed.slowest} as "
        "precise as asked; use Enough(most=...) with more, or ask for less",
        NotPreciseWarning,
        stacklevel=stacklevel,
    )


def _processes_problems(processes: object) -> list[Problem]:
    if processes is None or (
        isinstance(processes, int) and not isinstance(processes, bool) and processes >= 1
    ):
        return []
    rule = "a whole number from 1"
    return [Problem("processes", shown(processes), rule, "processes=2, or leave it out")]
