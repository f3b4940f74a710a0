"""Other processes of this machine: started without the user's script, replaced when they die."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import threading
import types
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from workforce_sim.errors import WorkforceSimError
from workforce_sim.study.parcel import Answer, CannotTravel, Packing, Parcel, run_parcel
from workforce_sim.study.replicate import Batch, Done, Queue

#: The most that may be waited for at a time on Windows.
MOST_PROCESSES = 61

#: Of the message of a process that is ready for work.
_READY = "ready"

_main = threading.Lock()


class CannotStart(WorkforceSimError):
    """No other process can be started here."""


class Worker:
    """One process and what it is at. Its end of the pipe closes when it dies, which is how that is seen."""

    def __init__(self, idle_seconds: float, *, tells: bool) -> None:
        context = multiprocessing.get_context("spawn")
        self.batch: Batch | None = None
        self.is_ready = False
        self.connection: Connection
        self.connection, there = context.Pipe()
        self.process: BaseProcess = context.Process(
            target=work, args=(there, idle_seconds, tells), daemon=True
        )
        with _hidden_main():
            self.process.start()
        there.close()

    def send(self, batch: Batch, parcel: Parcel) -> bool:
        """Give it a batch; False if it has ended meanwhile."""
        try:
            self.connection.send(parcel)
        except OSError:
            return False
        self.batch = batch
        return True

    def end(self) -> None:
        """End it now, whatever it is at."""
        with suppress(Exception):
            self.process.kill()
        with suppress(Exception):
            self.process.join(5)
            self.process.close()
        self.connection.close()


class Pool:
    """Processes that wait for batches; kept from one question to the next, since starting them takes seconds.

    Args:
        processes: how many, up to :data:`MOST_PROCESSES`.
        idle_seconds: after so long without work a process ends by itself.
    """

    def __init__(self, processes: int, idle_seconds: float = 60.0) -> None:
        self.idle_seconds = idle_seconds
        self.processes = min(processes, MOST_PROCESSES)
        self._workers: list[Worker] = []
        self._failed_starts = 0
        weakref.finalize(self, _end_all, self._workers)

    def run(self, queue: Queue) -> Iterator[Done]:
        """Batches in the order in which they are done. Ended early, it puts back what is not done.

        Raises:
            RunFailed: a world killed its process three times.
            CannotStart: processes cannot be started, or die before they are ready.
            CannotTravel: something of an arm cannot be sent.
            NotSame: the code has changed since it was imported here.
        """
        packing = Packing()
        finished = False
        try:
            self._hand_out(queue, packing)
            while busy := {w.connection: w for w in self._workers if w.batch is not None}:
                for connection in wait(list(busy), timeout=1.0):  # so that an interruption is seen on Windows
                    assert isinstance(connection, Connection)
                    done = self._hear(busy[connection], queue)
                    if done is not None:
                        yield done
                    self._hand_out(queue, packing)
            finished = True
        finally:
            if not finished:
                self.close(queue)

    def close(self, queue: Queue | None = None) -> None:
        """End all processes now, what they were at being put back. The next run starts new ones."""
        if queue is not None:
            for worker in self._workers:
                if worker.batch is not None:
                    queue.put_back(worker.batch)
        _end_all(self._workers)

    def _hand_out(self, queue: Queue, packing: Packing) -> None:
        """Give a batch to every process that has none, starting what is missing."""
        while len(self._workers) < self.processes or any(w.batch is None for w in self._workers):
            batch = queue.next()
            if batch is None:
                return
            try:
                parcel = packing.parcel(batch)
                worker = self._free()
            except BaseException:
                queue.put_back(batch)
                raise
            if not worker.send(batch, parcel):  # it had nothing to do for long, and has ended
                self._drop(worker)
                queue.put_back(batch)

    def _free(self) -> Worker:
        for worker in self._workers:
            if worker.batch is None:
                return worker
        try:
            worker = Worker(self.idle_seconds, tells=not self._workers)
        except OSError as error:
            raise CannotStart(f"no other process can be started here: {error}") from error
        self._workers.append(worker)
        return worker

    def _hear(self, worker: Worker, queue: Queue) -> Done | None:
        """What a process has to say; None if it says that it is ready, or has died."""
        batch = worker.batch
        assert batch is not None
        try:
            message: Any = worker.connection.recv()
        except (EOFError, OSError):
            self._drop(worker)
            if worker.is_ready:
                queue.again(batch)
                return None
            queue.put_back(batch)
            self._failed_starts += 1
            if self._failed_starts >= 3:
                raise CannotStart("processes that are started here die before they are ready") from None
            return None
        if message == _READY:
            worker.is_ready, self._failed_starts = True, 0
            return None
        worker.batch = None
        if isinstance(message, Answer):
            done = message.to(batch)
            queue.took(done)
            return done
        queue.put_back(batch)
        assert isinstance(message, WorkforceSimError)
        raise message

    def _drop(self, worker: Worker) -> None:
        self._workers.remove(worker)
        worker.end()


def _end_all(workers: list[Worker]) -> None:
    for worker in workers:
        worker.end()
    workers.clear()


def work(connection: Connection, idle_seconds: float, tells: bool) -> None:
    """What a process of the pool does: take batches until nobody sends any more.

    Args:
        connection: to whoever sends them.
        idle_seconds: without a batch, after which it ends.
        tells: that casework is being compiled. One process does, though all of them wait for it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever presses the key means the study, which ends us
    try:
        connection.send(_READY)
        if not tells:
            from workforce_sim.compiled import be_quiet  # it loads Numba, which the first world needs

            be_quiet()
        while connection.poll(idle_seconds):
            connection.send(_answer(connection.recv()))
    except (EOFError, OSError):  # the study is over, or was killed
        pass


def _answer(parcel: Parcel) -> Answer | WorkforceSimError:
    try:
        return run_parcel(parcel)
    except WorkforceSimError as error:
        return error
    except Exception as error:  # a module of the user's own that is not there, or that cannot be loaded
        return CannotTravel(
            f"a scenario cannot be loaded in another process: {type(error).__name__}: {error}"
        )


@contextmanager
def _hidden_main() -> Iterator[None]:
    """Keep new processes from running the user's script again.

    A spawned process imports the main module of its parent, which would start the study once more in any
    script without an ``if __name__ == "__main__"`` line. Nothing of the script is needed there.
    """
    with _main:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main
