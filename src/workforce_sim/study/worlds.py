"""Worlds: arms x replications, run where it is quickest and remembered, so that nothing is run twice."""

from __future__ import annotations

import os
import statistics
import warnings
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import InputError, Problem, WorkforceSimWarning
from workforce_sim.study.arm import Arm
from workforce_sim.study.cluster import check_client, on_cluster, places_of
from workforce_sim.study.display import Display, progress_bar
from workforce_sim.study.keys import NoKey, key_of
from workforce_sim.study.parcel import CannotTravel
from workforce_sim.study.processes import CannotStart, Pool
from workforce_sim.study.replicate import Batch, Done, Queue, Task, here, run_batch, usable_processors
from workforce_sim.study.store import Store

Floats = npt.NDArray[np.float64]

#: Seconds of work that other processes must save to be worth starting.
_WORTH_STARTING = 6.0

#: The same where they are there already.
_WORTH_USING = 0.5


class InterruptedWarning(WorkforceSimWarning):
    """A study was interrupted, and its result has fewer worlds than were asked for. Run it again to go on."""


class Worlds:
    """Runs worlds and remembers them.

    Args:
        processes: 1 for this process only; by default as many as there are processors, when there is enough
            to do to gain from it. The numbers do not depend on it.
        progress: show a progress bar with the time left.
        folder: where worlds are kept as they are done; what is there is not run again. By default they are
            remembered for as long as this lives.
        client: of a Dask cluster, in place of processes.
        idle_seconds: processes end by themselves after so long without work.

    Raises:
        InputError: a folder that cannot be used, or no client.
    """

    def __init__(
        self,
        *,
        processes: int | None = None,
        progress: bool = False,
        folder: str | os.PathLike[str] | None = None,
        client: Any = None,
        idle_seconds: float = 60.0,
    ) -> None:
        check_client(client, "client")
        self._idle_seconds = idle_seconds
        self.processes = processes
        self.progress = progress
        self.client = client
        self.store = None if folder is None else Store(folder)
        self._kept: dict[str, dict[int, Floats]] = {}
        self._arms: dict[str, Arm] = {}
        self._pace: dict[str, float] = {}
        self._pool: Pool | None = None
        self._display: Display | None = None
        self._ahead, self._behind = 0, 0  # worlds of the question that is being asked

    @contextmanager
    def shown(self, what: str, most: int | None, *, progress: bool) -> Iterator[None]:
        """What is run meanwhile is for one question: one display, and processes when it has become long.

        Args:
            what: the question, in a word or two.
            most: worlds that it may take; None if nobody knows.
            progress: say how many worlds there may be and how long they take, and show how far they are; if
                not, nothing is shown.
        """
        before = self.progress, self._display, self._ahead, self._behind
        display = Display(what, most, self.seconds) if progress else None
        self.progress, self._display, self._ahead, self._behind = False, display, most or 0, 0
        try:
            yield
        finally:
            self.progress, self._display, self._ahead, self._behind = before
            if display is not None:
                display.close()

    def seconds(self, worlds: int) -> float | None:
        """About how long so many take, at the pace of those run so far; None before the first."""
        if not self._pace:
            return None
        one = statistics.median(self._pace.values())
        if self.client is not None:
            return one * worlds / places_of(self.client)
        return one * worlds / (self.processes or self._worthwhile(worlds))

    def values(self, arms: Sequence[Arm], replications: Sequence[int]) -> Floats:
        """All measures of these arms in these replications; only those that are not known yet are run.

        Args:
            arms: what is run.
            replications: numbers of worlds: one number has the same luck in all arms with one seed.

        Returns:
            Shape ``(arms, replications, measures, months + 1)``, measures in the order of ``MEASURES``.

        Raises:
            RunFailed: a replication raised.
            StoreError: the folder cannot take more.
        """
        keys = [self.key(arm) for arm in arms]
        self.run(arms, replications)
        found: Floats | None = None
        for i, (arm, key) in enumerate(zip(arms, keys, strict=True)):
            values = self._values(arm, key, replications)
            if found is None:
                found = np.empty((len(arms), *values.shape))
            found[i] = values
        assert found is not None, "no arms"
        return found

    def run(self, arms: Sequence[Arm], replications: Sequence[int]) -> None:
        """See that these worlds are known. What is done stays done if this is interrupted.

        Raises:
            RunFailed: a replication raised.
            StoreError: the folder cannot take more.
        """
        self.run_together([(arms, replications)])

    def run_together(self, wanted: Sequence[tuple[Sequence[Arm], Sequence[int]]]) -> None:
        """As :meth:`run`, for arms in worlds of their own, as one pool of work."""
        tasks = [task for arms, replications in wanted for task in self.missing(arms, replications)]
        total = sum(len(task.replications) for task in tasks)
        for _ in self.stream(iter([tasks]), total):
            pass

    def missing(self, arms: Sequence[Arm], replications: Sequence[int]) -> list[Task]:
        """What is not known yet of these worlds, arm by arm."""
        keyed = {self.key(arm): arm for arm in arms}
        tasks = []
        for key, arm in keyed.items():
            known = self._known(arm, key)
            wanted = [r for r in dict.fromkeys(replications) if r not in known]
            if wanted:
                tasks.append(Task(key, arm, wanted))
        return tasks

    def to_run(self, arms: Sequence[Arm], replications: Sequence[int]) -> int:
        """How many of these worlds are not known yet."""
        return sum(len(task.replications) for task in self.missing(arms, replications))

    def complete(self, arms: Sequence[Arm], most: int) -> int:
        """Worlds 0, 1, ... up to the first, or ``most``, that is not known in all of these arms."""
        known = [self._known(arm, self.key(arm)) for arm in arms]
        return next((r for r in range(most) if not all(r in worlds for worlds in known)), most)

    def remember(self, arm: Arm, values: Floats) -> None:
        """Worlds 0, 1, ... of an arm, run elsewhere: shape ``(replications, measures, months + 1)``."""
        batch = Batch(0, self.key(arm), arm, tuple(range(len(values))))
        self._keep(Done(batch, values, 0.0))

    def forget(self, arms: Sequence[Arm]) -> None:
        """Let go of what is remembered of these arms. What is in a folder stays there."""
        for arm in arms:
            key = self.key(arm)
            if self.store is not None:
                self.store.forget(key)
            self._kept.pop(key, None)
            self._arms.pop(key, None)
            self._pace.pop(key, None)

    def close(self) -> None:
        """End the processes that wait for more to do. They end by themselves after some minutes."""
        if self._pool is not None:
            self._pool.close()

    def key(self, arm: Arm) -> str:
        """The key of an arm, by which its worlds are known.

        Raises:
            InputError: worlds are kept in a folder, and the arm cannot be known again another time.
        """
        try:
            return key_of(arm)
        except NoKey as error:
            if self.store is not None:
                fix = "leave folder out, or put what is your own into a module that you import"
                rule = f"what is known again another time: {error}"
                problem = Problem(f"scenarios[{arm.name!r}]", "", rule, fix)
                raise InputError("a study with a folder", [problem]) from None
        span = f"{arm.start} {arm.years!r} {arm.seed}"
        key = f"this process only: {id(arm.authority)} {[id(i) for i in arm.interventions]} {span}"
        self._arms[key] = arm  # as long as it is kept, nothing else has these numbers
        return key

    def stream(self, groups: Iterator[Sequence[Task] | None], total: int | None) -> Iterator[Done]:
        """Run groups of tasks, each asked for when the one before is on its way; batches as they are kept.

        Args:
            groups: None where there is nothing now, but may be when more of what was given is there.
            total: how many worlds; None where that is not known.

        Raises:
            RunFailed: a replication raised; what was done before is kept.
            StoreError: the folder cannot take more.
        """
        if total == 0:
            return
        if self._display is not None:
            self._display.begins()
        own = progress_bar(total, "worlds") if self.progress else None
        bar = self._display if own is None else own  # a bar of unknown length is neither true nor false
        try:
            with closing(self._run(groups, total)) as batches:
                for done in batches:
                    self._keep(done)
                    self._ahead -= len(done.values)
                    self._behind += len(done.values)
                    if bar is not None:
                        bar.update(len(done.values))
                    if done.error is not None:
                        raise done.error
                    yield done
        finally:
            if own is not None:
                own.close()

    def _run(self, groups: Iterator[Sequence[Task] | None], total: int | None) -> Generator[Done]:
        """Where it is quickest: on the cluster, in other processes, or here."""
        queue = Queue(groups, pace=self._pace)
        if self.client is not None:
            queue.places = places_of(self.client)
            yield from on_cluster(queue, self.client)
            return
        processes = self.processes
        if processes is None:
            tried = 0
            while not self._pace or tried == 1:  # two worlds here, the first of which may compile
                batch = queue.next(most=1)
                if batch is None:
                    return
                done = run_batch(batch)
                yield done
                tried += 1
                self._pace[batch.key] = done.seconds
            processes = self._worthwhile(None if total is None else self._likely(total - tried))
        if processes == 1:
            yield from here(queue)
            return
        queue.places = processes
        if self._pool is None or self._pool.processes != processes:
            self.close()
            self._pool = Pool(processes, self._idle_seconds)
        try:
            yield from self._pool.run(queue)
        except (CannotTravel, CannotStart) as error:
            if self.processes is not None:
                warnings.warn(
                    f"{error}; the study runs in this one. What is your own must be in a module (a .py file "
                    "that you import) to run in others",
                    WorkforceSimWarning,
                    stacklevel=7,
                )
            queue.places = 1
            yield from here(queue)

    def _likely(self, left: int) -> int:
        """Worlds to come: those asked for now, or as many again as the question has taken, if it may."""
        return max(left, min(self._ahead, self._behind))

    def _worthwhile(self, left: int | None) -> int:
        """How many processes are worth having for so many worlds (None: for very many)."""
        processes = usable_processors()
        if processes == 1 or left is None:
            return processes
        one = sum(self._pace.values()) / max(1, len(self._pace))
        threshold = _WORTH_STARTING if self._pool is None else _WORTH_USING
        return processes if one * left * (1 - 1 / processes) >= threshold else 1

    def _keep(self, done: Done) -> None:
        if self.store is not None:
            self.store.write(done)
        else:
            worlds = zip(done.batch.replications, done.values, strict=False)
            self._kept.setdefault(done.batch.key, {}).update(worlds)

    def _known(self, arm: Arm, key: str) -> Any:
        return self._kept.get(key, {}) if self.store is None else self.store.replications(arm, key)

    def _values(self, arm: Arm, key: str, replications: Sequence[int]) -> Floats:
        if self.store is None:
            return np.stack([self._kept[key][r] for r in replications])
        while (values := self.store.values(key, replications)) is None:  # gone or damaged meanwhile
            self.run([arm], replications)
        return values
