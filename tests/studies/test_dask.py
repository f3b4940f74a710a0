"""A Dask cluster gives the same numbers, in pieces of any size, also when its workers are killed."""

import os
import random
import signal
import threading

import numpy as np
import pytest

from tests.studies.own import Fatal, Raising, Watching, study, the_only_one
from workforce_sim import InputError, RunFailed, WorkforceSimError
from workforce_sim.study import parcel as travel
from workforce_sim.study.cluster import on_cluster
from workforce_sim.study.many import run_all
from workforce_sim.study.replicate import Queue, Task, here

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def client():
    settings = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": ":0", "silence_logs": 50}
    with distributed.LocalCluster(**settings) as cluster, distributed.Client(cluster) as client:
        yield client


@pytest.fixture(autouse=True)
def no_global_luck():
    """In place of the fixture for all tests: Dask itself draws from the numbers that a process shares."""
    before = random.getstate()
    numbers = np.random.get_state()[1].tobytes()  # noqa: NPY002 (it is looked at, not drawn from)
    yield
    random.setstate(before)
    assert np.random.get_state()[1].tobytes() == numbers  # noqa: NPY002


@pytest.fixture(autouse=True)
def two_workers(client):
    wait_for_two(client)


def wait_for_two(client) -> None:
    """Dask starts a killed worker again, as a rule; where it does not, another is asked for."""
    try:
        client.wait_for_workers(2, timeout=20)
    except TimeoutError:
        client.cluster.scale(1)
        client.cluster.scale(2)
        client.wait_for_workers(2, timeout=600)


def queue_of(one, replications=12, **settings):
    tasks = [Task(str(i), arm, range(replications)) for i, arm in enumerate(one.plan.arms)]
    return Queue(iter([tasks]), **settings)


def worlds_of(found):
    worlds = [
        (done.batch.key, r, world.tobytes())
        for done in found
        for r, world in zip(done.batch.replications, done.values, strict=True)
    ]
    return sorted(worlds)


@pytest.fixture(scope="module")
def alone():
    return worlds_of(here(queue_of(study())))


@pytest.mark.parametrize(
    "seconds",
    [0.05, pytest.param(1e-9, marks=pytest.mark.slow), pytest.param(1000.0, marks=pytest.mark.slow)],
)
def test_a_cluster_gives_the_same_numbers(client, alone, seconds) -> None:
    queue = queue_of(study(), batch_seconds=seconds, pace={"0": 0.01, "1": 0.01}, places=2)
    assert worlds_of(on_cluster(queue, client)) == alone


def test_a_study_with_a_client_runs_there(client, tmp_path) -> None:
    found = study(client=client, folder=tmp_path / "worlds").run(progress=False)
    again = study(folder=tmp_path / "worlds").run(progress=False, processes=1)
    assert found.data.equals(study().run(progress=False, processes=1).data)
    assert found.data.equals(again.data)


def test_functions_of_a_notebook_travel_as_code(client) -> None:
    def own(env, service):
        yield env.timeout(30)
        service.set_lever("hours", "own", 0.5)

    found = study(scenarios={"own": [own]}, client=client).run(progress=False)
    assert found.data.equals(study(scenarios={"own": [own]}).run(progress=False, processes=1).data)


def test_threads_of_one_worker_take_turns(alone) -> None:
    """The collector of garbage is off during a run, for the whole process."""
    packing, queue = travel.Packing(by_value=True), queue_of(study(), batch_seconds=1e-9, pace={"0": 1.0})
    batches = []
    while (batch := queue.next()) is not None:
        batches.append(batch)
    found = []

    def run(some) -> None:
        found.extend(travel.run_parcel(packing.parcel(batch)).to(batch) for batch in some)

    threads = [threading.Thread(target=run, args=(batches[i::3],)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert worlds_of(found) == alone


def test_a_world_that_raises_is_named(client) -> None:
    Watching.seen.clear()
    study(scenarios={"own": [Watching(start="2026-02-02")]}).run(progress=False, processes=1)
    wrong = the_only_one(Watching.seen)
    raising = Raising(start="2026-02-02", children=Watching.seen[wrong])
    with pytest.raises(RunFailed, match=f"'own', replication {wrong} raised ArithmeticError: a mistake"):
        study(scenarios={"own": [raising]}, client=client).run(progress=False)


def test_a_worker_with_other_code_is_refused(client, monkeypatch) -> None:
    monkeypatch.setattr(travel, "this_place", lambda: "code of last year")
    with pytest.raises(WorkforceSimError, match="install the same versions in both places"):
        study(client=client).run(progress=False)


@pytest.mark.slow
def test_many_studies_share_a_cluster(client, tmp_path) -> None:
    studies = {f"seed {seed}": study(10, seed=seed) for seed in range(1, 5)}
    found = dict(run_all(studies, client=client, folder=tmp_path / "worlds", progress=False))
    assert sorted(found) == sorted(studies)
    for name, one in studies.items():
        assert found[name].data.equals(one.run(progress=False, processes=1).data)


@pytest.mark.parametrize("wrong", [3, "tcp://cluster", object()])
def test_what_is_no_client_is_refused(wrong) -> None:
    with pytest.raises(InputError, match="a client of a Dask cluster"):
        study(client=wrong)


@pytest.mark.parametrize("times", [1, pytest.param(10, marks=pytest.mark.slow)])
def test_a_worker_that_is_killed_costs_what_it_was_at(client, times) -> None:
    """SIGKILL at moments drawn by lot, in studies that take a second or two."""
    luck = random.Random(times)
    expected = worlds_of(here(queue_of(study(), 60)))
    for _ in range(times):
        wait_for_two(client)
        queue = queue_of(study(), 60, batch_seconds=0.1, pace={"0": 0.01, "1": 0.01}, places=2)
        at, found = luck.randrange(1, 15), []
        for done in on_cluster(queue, client):
            found.append(done)
            if len(found) == at:
                pids = [info["pid"] for info in client.run(_about_me).values()]
                os.kill(luck.choice(pids), signal.SIGKILL)
        assert worlds_of(found) == expected


def _about_me() -> dict[str, int]:
    return {"pid": os.getpid()}


@pytest.mark.slow
def test_the_world_that_kills_workers_is_found_and_named(client, tmp_path) -> None:
    Watching.seen.clear()
    list(here(queue_of(study(scenarios={"own": [Watching(start="2026-02-02")]}))))
    killer = the_only_one(Watching.seen)
    deaths = tmp_path / "deaths"
    fatal = Fatal(start="2026-02-02", children=Watching.seen[killer], deaths=str(deaths))
    with pytest.raises(RunFailed, match=f"'own', replication {killer}, seed 1: the process that ran it died"):
        study(scenarios={"own": [fatal]}, client=client).run(progress=False)
    assert len(deaths.read_text()) <= 8, "Dask tries four times: the batch it was in, and the world alone"
    wait_for_two(client)
    assert np.array_equal(
        study(client=client).run(progress=False).data["caseload"],
        study().run(progress=False).data["caseload"],
    )
