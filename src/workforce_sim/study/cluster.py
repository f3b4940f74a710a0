"""Batches on a Dask cluster: any ``distributed.Client``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workforce_sim.errors import InputError, Problem, WorkforceSimError, shown
from workforce_sim.study.parcel import Answer, Packing, run_parcel
from workforce_sim.study.replicate import Batch, Done, Queue

#: Batches on their way for every thread of the cluster: one that is run, and one that waits there.
_AHEAD = 2


def check_client(client: object, where: str) -> None:
    """Refuse what is no client of a cluster.

    Raises:
        InputError: says what to write.
    """
    if client is None or all(
        callable(getattr(client, name, None)) for name in ("submit", "nthreads", "cancel")
    ):
        return
    rule = "a client of a Dask cluster (needs: pip install workforce_sim[dask])"
    fix = "from distributed import Client; client=Client(threads_per_worker=1)"
    raise InputError(where, [Problem("client", shown(client), rule, fix)])


def places_of(client: Any) -> int:
    """Threads of the cluster, 1 if none has come yet."""
    threads: int = sum(client.nthreads().values())
    return max(1, threads)


def on_cluster(queue: Queue, client: Any) -> Iterator[Done]:
    """Batches in the order in which they are done.

    A worker that is lost costs what it was at: Dask sends it to another. A batch that is lost with every
    worker it is sent to is run world by world, to find the one that kills them.

    Raises:
        RunFailed: a world has killed three workers or more.
        CannotTravel: something of an arm cannot be sent.
        NotSame: a worker has other code than this process.
    """
    from distributed import Future, KilledWorker, as_completed

    packing = Packing(by_value=True)
    sent: dict[str, tuple[Future, Batch]] = {}
    completed = as_completed(loop=client.loop)

    def send() -> None:
        while len(sent) < _AHEAD * places_of(client):
            batch = queue.next()
            if batch is None:
                return
            # not pure: the same worlds asked for again are run again, and nothing is kept for that
            future = client.submit(run_parcel, packing.parcel(batch), pure=False, key=_name(batch))
            sent[future.key] = future, batch
            completed.add(future)

    try:
        send()
        for future in completed:
            _, batch = sent.pop(future.key)
            try:
                answer = future.result()
            except KilledWorker:
                queue.again(batch, deaths=3)  # Dask has tried as often, or more
                send()
                continue
            except WorkforceSimError:
                raise
            except Exception as error:
                what = f"scenario {batch.arm.name!r} could not be run on the cluster"
                raise WorkforceSimError(f"{what}: {type(error).__name__}: {error}") from error
            finally:
                future.release()
            assert isinstance(answer, Answer)
            done = answer.to(batch)
            queue.took(done)
            yield done
            send()
    finally:
        if sent:
            for _, batch in sent.values():
                queue.put_back(batch)
            client.cancel([future for future, _ in sent.values()])


def _name(batch: Batch) -> str:
    """A name for Dask's dashboard, never the same twice."""
    import uuid

    return f"worlds-{uuid.uuid4().hex}"
