"""What the explorer runs while nobody waits for the answer: the worlds of the position the sliders are at."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from workforce_sim.report.explorer.sliders import Position
from workforce_sim.study.arm import Arm
from workforce_sim.study.replicate import Task

if TYPE_CHECKING:
    from workforce_sim.report.explorer.explorer import Explorer

#: Arms whose worlds are kept, about two megabytes each with 100 worlds of three years.
KEPT = 100

#: Worlds from which on something is shown: an interval of fewer says next to nothing.
FIRST = 5

#: Told when more worlds of a position are there: the position, how many, and an error that ended it.
Heard = Callable[[Position, int, Exception | None], None]


class Background:
    """A thread that runs the worlds of the wanted position, a few at a time, and then those beside it.

    A batch is one world a process, so that a slider that moves on is followed after one world. Nothing is
    run twice: worlds are those of ``explorer.worlds``, which only one thread runs at a time. When the wanted
    position is complete, the positions beside it get some worlds, and the others along the slider that was
    moved last the few that a first picture needs.

    Args:
        explorer: whose positions.
        places: worlds that are run at a time.
        ahead: worlds of neighbouring positions that are run when the wanted one is complete.
    """

    def __init__(self, explorer: Explorer, places: int, ahead: int) -> None:
        self._explorer = explorer
        self._places, self._ahead = places, min(ahead, explorer.replications)
        self._changed = threading.Condition()
        self._turn = threading.Lock()  # whoever has it may run worlds
        self._drawing = threading.Lock()  # while somebody has it, no more worlds are begun
        self._wanted: Position | None = None
        self._refused: Position | None = None
        self._moved = "posts"
        self._others = 0
        self._closed = False
        self._thread: threading.Thread | None = None
        self._heard: Heard = lambda position, worlds, error: None
        self._out: set[tuple[str, int]] = set()
        self._arms: OrderedDict[str, Arm] = OrderedDict()

    def listen(self, heard: Heard) -> None:
        """Call this, in the thread, whenever a world is done."""
        self._heard = heard

    def want(self, position: Position, moved: str) -> None:
        """From now on run the worlds of this position, to which a slider of this name has moved."""
        with self._changed:
            self._wanted, self._moved = position, moved
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="explorer", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Worlds are run by somebody else for as long as the block lasts."""
        with self._changed:
            self._others += 1
        try:
            with self._turn:
                yield
        finally:
            with self._changed:
                self._others -= 1
                self._changed.notify_all()

    @contextmanager
    def held(self) -> Iterator[None]:
        """No world is begun for as long as the block lasts, which must be short."""
        with self._drawing:
            yield

    def close(self) -> None:
        """End the thread, after the worlds it is at, and the processes."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        self._thread, self._closed = None, False  # a slider that moves now starts another
        self._explorer.worlds.close()

    # -- in the thread --------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._to_do())
                if self._closed:
                    return
                wanted = self._wanted
            assert wanted is not None
            try:
                with self._turn:
                    self._run()
                self._refused = None
            except Exception as error:  # the thread must go on: the next position may be fine
                self._refused = wanted
                self._out.clear()
                worlds = self._explorer.ready(wanted)
                self._heard(wanted, worlds, error if worlds < self._explorer.replications else None)

    def _to_do(self) -> bool:
        """Whether there is anything to run; a position that raised is left alone until another is wanted."""
        if self._others or self._wanted is None or self._wanted == self._refused:
            return False
        return bool(self._next())

    def _run(self) -> None:
        self._out.clear()
        for done in self._explorer.worlds.stream(self._groups(), None):
            self._out.difference_update((done.batch.key, r) for r in done.batch.replications)
            wanted = self._wanted
            if wanted is not None:
                self._heard(wanted, self._explorer.ready(wanted), None)

    def _groups(self) -> Iterator[list[Task]]:
        """The next few worlds, asked for whenever a process is free, so always of what is wanted then."""
        while not (self._others or self._closed):
            with self._drawing:  # a processor for whoever draws what the planner waits for
                pass
            tasks = self._next()
            if not tasks:
                return
            self._out.update((task.key, r) for task in tasks for r in task.replications)
            yield tasks

    def _next(self) -> list[Task]:
        """Worlds that are neither there nor under way: of what is wanted, then of what is beside it."""
        wanted, worlds = self._wanted, self._explorer.worlds
        if wanted is None:
            return []
        ahead: list[tuple[Position, int]] = []
        if self._ahead:
            ahead = self._explorer.next_after(wanted, self._moved, self._ahead)
        for position, most in [(wanted, self._explorer.replications), *ahead]:
            arms = self._explorer.plan_of(position).arms
            found = []
            for task in worlds.missing(arms, range(most)):
                left = [r for r in task.replications if (task.key, r) not in self._out]
                if left:
                    found.append(Task(task.key, task.arm, left[: self._places]))
            if found:
                self._use(arms)
                return found
        return []

    def _use(self, arms: list[Arm]) -> None:
        """Remember which arms were used last, and let go of those that were not used for long."""
        worlds = self._explorer.worlds
        for arm in arms:
            self._arms[worlds.key(arm)] = arm
            self._arms.move_to_end(worlds.key(arm))
        while len(self._arms) > KEPT:
            _, oldest = self._arms.popitem(last=False)
            worlds.forget([oldest])
