"""Replications in batches: what is still to be run, in pieces of about a second, and running them here."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.study.arm import Arm, RunFailed

Floats = npt.NDArray[np.float64]

#: What a batch should take: long enough to be worth sending, short enough that losing one costs little.
BATCH_SECONDS = 1.0

#: No batch is larger: a file of it stays below a few megabytes.
_LARGEST = 200


class Task(NamedTuple):
    """Worlds of one arm that are wanted; the key is the arm's."""

    key: str
    arm: Arm
    replications: Sequence[int]


@dataclass(frozen=True)
class Batch:
    """A few worlds of one arm, run together in one place.

    Attributes:
        group: the group of tasks it belongs to.
        key: of the arm.
        arm: what is run.
        replications: which worlds.
        deaths: how many processes have died while they ran it.
    """

    group: int
    key: str
    arm: Arm
    replications: tuple[int, ...]
    deaths: int = 0

    def singles(self, deaths: int) -> list[Batch]:
        """The same worlds one by one, with so many deaths to their name."""
        return [replace(self, replications=(r,), deaths=deaths) for r in self.replications]


class Done(NamedTuple):
    """Worlds that have been run.

    Attributes:
        batch: what was run; of its replications the first ``len(values)`` are there.
        values: shape ``(replications, measures, months + 1)``.
        seconds: it took.
        error: what ended it early, if anything.
    """

    batch: Batch
    values: Floats
    seconds: float
    error: RunFailed | None = None


class Queue:
    """What is still to be run, cut into batches: groups in order, the arms of a group in turn.

    Args:
        groups: lists of tasks, each list asked for when the one before it has been handed out; None where
            there is nothing now, but may be when more of what was handed out is done.
        places: how many batches are run at a time.
        pace: seconds a world of an arm takes, by key; learned as batches come back, and kept by the caller.
        batch_seconds: what a batch should take.
    """

    def __init__(
        self,
        groups: Iterator[Sequence[Task] | None],
        *,
        places: int = 1,
        pace: dict[str, float] | None = None,
        batch_seconds: float = BATCH_SECONDS,
    ) -> None:
        self._groups = groups
        self.places = places
        self._pace = {} if pace is None else pace
        self._batch_seconds = batch_seconds
        self._group = -1
        self._arms: deque[tuple[Task, deque[int]]] = deque()
        self._again: deque[Batch] = deque()

    def next(self, most: int = _LARGEST) -> Batch | None:
        """The next batch, of so many worlds at most; None when there is nothing to hand out (now)."""
        if self._again:
            return self._again.popleft()
        while not self._arms:
            tasks = next(self._groups, None)
            if tasks is None:
                return None
            self._group += 1
            self._arms.extend((task, deque(task.replications)) for task in tasks if len(task.replications))
        task, left = self._arms.popleft()
        size = min(most, len(left), self._size(task.key, len(left)))
        worlds = [left.popleft() for _ in range(size)]
        if left:
            self._arms.append((task, left))
        return Batch(self._group, task.key, task.arm, tuple(worlds))

    def _size(self, key: str, left: int) -> int:
        """About a second of worlds, and at the end little enough for every place to have some."""
        if not self._pace:
            return 1
        one = self._pace.get(key) or sum(self._pace.values()) / len(self._pace)
        remaining = left + sum(len(others) for _, others in self._arms)
        share = -(-remaining // (2 * self.places)) if self.places > 1 else remaining
        return max(1, min(_LARGEST, share, int(self._batch_seconds / max(one, 1e-6))))

    def took(self, done: Done) -> None:
        """Learn how long worlds of an arm take: the shortest time so far, since a first one compiles."""
        if len(done.values):
            one = done.seconds / len(done.values)
            self._pace[done.batch.key] = min(one, self._pace.get(done.batch.key, one))

    def put_back(self, batch: Batch) -> None:
        """Hand out a batch once more: it was not run, through no fault of its own."""
        self._again.append(batch)

    def again(self, batch: Batch, deaths: int = 1) -> None:
        """Hand out a batch once more, world by world: so many processes have died while they ran it.

        Raises:
            RunFailed: a single world has now seen three of them die.
        """
        deaths += batch.deaths
        if len(batch.replications) == 1 and deaths >= 3:
            (replication,) = batch.replications
            arm = batch.arm
            raise RunFailed(
                f"scenario {arm.name!r}, replication {replication}, seed {arm.seed}: the process that ran it "
                f"died, {deaths} times (ended by the system, perhaps for want of memory, or by a crash)\n"
                f"  {arm.replay(replication)}"
            )
        self._again.extend(batch.singles(deaths))


def run_batch(batch: Batch, began: float | None = None) -> Done:
    """Run a batch in this process; an error ends it, and what was done before the error is kept."""
    began = time.perf_counter() if began is None else began
    values, error = [], None
    for replication in batch.replications:
        try:
            values.append(batch.arm.measure(replication))
        except RunFailed as failed:
            error = failed
            break
        except KeyboardInterrupt:
            if values:
                raise Interrupted(Done(batch, np.stack(values), time.perf_counter() - began)) from None
            raise
    stacked = np.stack(values) if values else np.empty((0, 0, 0))
    return Done(batch, stacked, time.perf_counter() - began, error)


class Interrupted(KeyboardInterrupt):
    """Somebody pressed the key in the middle of a batch; ``done`` is what there was of it."""

    def __init__(self, done: Done) -> None:
        super().__init__()
        self.done = done


def here(queue: Queue) -> Iterator[Done]:
    """One batch after the other in this process."""
    while (batch := queue.next()) is not None:
        try:
            done = run_batch(batch)
        except Interrupted as interrupted:
            yield interrupted.done
            raise KeyboardInterrupt from None
        queue.took(done)
        yield done


def usable_processors() -> int:
    """Processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
