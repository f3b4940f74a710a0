"""Many studies as one pool of work: all English authorities, or one authority under many plans."""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.study.replicate import Done, Task
from workforce_sim.study.result import Result
from workforce_sim.study.study import Study, warn_not_precise
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
        studies: name -> study; or pairs of them, made as they are asked for. Each has as many worlds as by
            itself: a number, or :class:`Enough`. Where they run and what they keep is stated here for all.
        processes: 1 for this process only; by default as many as there are processors.
        client: of a Dask cluster, to run there.
        folder: where worlds are kept; run again, it reads what is there and runs the rest.
        progress: show a progress bar.

    Yields:
        ``(name, result)`` in the order in which they are complete; each is what ``study.run()`` gives.

    Raises:
        InputError: no study, or one without a name.
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
    worlds = Worlds(processes=processes, client=client, folder=folder)
    return _results(worlds, studies.items() if isinstance(studies, Mapping) else studies, progress)


class _Running:
    """A study that is being run: how many worlds it shall have so far, and how many of these are missing."""

    def __init__(self, name: str, study: Study) -> None:
        self.name, self.study, self.arms = name, study, study.plan.arms
        self.began = time.perf_counter()
        self.wanted, self.missing = study.at_first, 0


class _Together:
    """Studies that share the work. While a result waits to be handed over, no other study is begun."""

    def __init__(self, worlds: Worlds, studies: Iterable[tuple[str, Study]]) -> None:
        self.over = False
        self._worlds, self._coming = worlds, iter(studies)
        self._running: dict[int, _Running] = {}
        self._again: deque[_Running] = deque()
        self._complete: deque[tuple[str, Result]] = deque()
        self._users: Counter[str] = Counter()

    def groups(self) -> Iterator[Sequence[Task] | None]:
        """What to run next: more of a study that has begun, or another; None when there is nothing now."""
        group = 0
        while not self.over:
            one = self._next()
            if one is None:
                yield None
                continue
            tasks = self._worlds.missing(one.arms, range(one.wanted))
            if not tasks:
                self._judge(one)
                continue
            one.missing = sum(len(task.replications) for task in tasks)
            self._running[group] = one
            group += 1
            yield tasks

    def took(self, done: Done) -> None:
        """Some worlds are there: perhaps the last that their study waits for."""
        one = self._running[done.batch.group]
        one.missing -= len(done.values)
        if not one.missing:
            del self._running[done.batch.group]
            self._judge(one)

    def stopped(self) -> None:
        """Nothing is being run any more: studies that have not heard of all their worlds look again.

        Worlds whose file goes while others are run are run again in between, and what comes back meanwhile is
        kept without their hearing of it.
        """
        self._again.extend(self._running.values())
        self._running.clear()

    def complete(self) -> Iterator[tuple[str, Result]]:
        """Results that are there, each once."""
        while self._complete:
            yield self._complete.popleft()

    def _next(self) -> _Running | None:
        """A study that can go on or begin now."""
        if self._again:
            return self._again.popleft()
        if self._complete:
            return None
        following = next(self._coming, None)
        if following is None:
            self.over = not self._running
            return None
        name, study = following
        _check(name, study)
        one = _Running(name, study)
        self._users.update({self._worlds.key(arm) for arm in one.arms})
        return one

    def _judge(self, one: _Running) -> None:
        """A study has the worlds that it asked for: its result, or more of them."""
        values = self._worlds.values(one.arms, range(one.wanted))
        needed = one.study.needed(values)
        if needed.worlds > one.wanted:
            one.wanted = needed.worlds
            self._again.append(one)
            return
        if needed.slowest:
            warn_not_precise(needed, f"{one.name!r}: ")
        seconds = time.perf_counter() - one.began
        self._complete.append(
            (one.name, Result.of(one.study.plan, values[:, : needed.worlds], seconds=seconds))
        )
        arms = {self._worlds.key(arm): arm for arm in one.arms}
        self._users.subtract(arms.keys())
        self._worlds.forget([arm for key, arm in arms.items() if not self._users[key]])


def _results(
    worlds: Worlds, studies: Iterable[tuple[str, Study]], progress: bool
) -> Iterator[tuple[str, Result]]:
    together = _Together(worlds, studies)
    with closing(worlds), worlds.shown("worlds", None, progress=progress):
        while not together.over:
            for done in worlds.stream(together.groups(), None):
                together.took(done)
                yield from together.complete()
            together.stopped()
            yield from together.complete()


def _check(name: object, study: object) -> None:
    if not isinstance(name, str) or not isinstance(study, Study):
        rule, fix = "a name and a Study", "run_all({'Anytown': ws.Study(...)})"
        raise InputError("run_all", [Problem("studies", shown((name, study)), rule, fix)])
