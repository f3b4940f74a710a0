"""Many studies as one pool of work: all English authorities, or one authority under many plans."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.study.replicate import Task
from workforce_sim.study.result import Result
from workforce_sim.study.study import Study
from workforce_sim.study.worlds import Worlds


def run_all(
    studies: Mapping[str, Study] | Iterable[tuple[str, Study]],
    *,
    processes: int | None = None,
    client: Any = None,
    folder: str | os.PathLike[str] | None = None,
    progress: bool = True,
) -> Iterator[tuple[str, Result]]:
    """Run many studies as one pool of work, and give each result as it is complete.

    Only the studies that are being run are held in memory: use a result, or write it, and let go of it.

    Args:
        studies: name -> study; or pairs of them, made as they are asked for. Each with a number of
            replications (``replications=20``). Where they run and what they keep is stated here for all.
        processes: 1 for this process only; by default as many as there are processors.
        client: of a Dask cluster, to run there.
        folder: where worlds are kept; run again, it reads what is there and runs the rest.
        progress: show a progress bar.

    Yields:
        ``(name, result)`` in the order in which they are complete.

    Raises:
        InputError: no study, or one without a number of replications.
        RunFailed: a replication raised; says how to replay it.

    Example:
        >>> import workforce_sim as ws
        >>> from workforce_sim.testing import small_authority
        >>> def study(workers):
        ...     plans = {"Do nothing": [], "1 post": [ws.NewPosts(1, start="2025-10-01")]}
        ...     return ws.Study(small_authority(workers), plans, "2025-10-01", years=0.5, replications=2)
        >>> two = {"Anytown": study(3), "Elsewhere": study(4)}
        >>> sorted(name for name, result in ws.run_all(two, progress=False))
        ['Anytown', 'Elsewhere']
    """
    worlds = Worlds(processes=processes, client=client, folder=folder, progress=progress)
    return _results(worlds, studies.items() if isinstance(studies, Mapping) else studies)


def _results(worlds: Worlds, studies: Iterable[tuple[str, Study]]) -> Iterator[tuple[str, Result]]:
    there: deque[tuple[str, Study, float]] = deque()
    running: dict[int, tuple[str, Study, float]] = {}
    left: dict[int, int] = {}

    def groups() -> Iterator[Sequence[Task]]:
        for name, study in studies:
            _check(name, study)
            tasks = worlds.missing(study.plan.arms, range(_number(study)))
            begun = (name, study, time.perf_counter())
            if tasks:
                group = len(left)
                running[group], left[group] = begun, sum(len(task.replications) for task in tasks)
                yield tasks
            else:
                there.append(begun)

    def result(name: str, study: Study, began: float) -> tuple[str, Result]:
        arms = study.plan.arms
        values = worlds.values(arms, range(_number(study)))
        worlds.forget(arms)
        return name, Result.of(study.plan, values, seconds=time.perf_counter() - began)

    with closing(worlds):
        for done in worlds.stream(groups(), None):
            group = done.batch.group
            left[group] -= len(done.values)
            if not left[group]:
                yield result(*running.pop(group))
            while there:
                yield result(*there.popleft())
        while there:
            yield result(*there.popleft())


def _number(study: Study) -> int:
    assert isinstance(study.replications, int)
    return study.replications


def _check(name: object, study: object) -> None:
    if not isinstance(name, str) or not isinstance(study, Study):
        rule, fix = "a name and a Study", "run_all({'Anytown': ws.Study(...)})"
        raise InputError("run_all", [Problem("studies", shown((name, study)), rule, fix)])
    if not isinstance(study.replications, int):
        rule = "a number of replications: together, studies cannot each run until they are precise"
        problem = Problem(
            f"studies[{name!r}].replications", shown(study.replications), rule, "replications=20"
        )
        raise InputError("run_all", [problem])
