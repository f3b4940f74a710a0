"""Where and in which pieces worlds are run does not matter, and losing a process costs little."""

import gc
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import simpy

from tests.studies.own import (
    POST,
    START,
    Fatal,
    FatalOnce,
    Interrupting,
    Raising,
    Watching,
    study,
    the_only_one,
)
from workforce_sim import (
    Enough,
    InputError,
    InterruptedWarning,
    NewPosts,
    NotPreciseWarning,
    RunFailed,
    WorkforceSimWarning,
)
from workforce_sim.interventions import AllocationRule
from workforce_sim.study.arm import Arm
from workforce_sim.study.keys import key_of
from workforce_sim.study.many import run_all
from workforce_sim.study.parcel import CannotTravel, NotSame, Packing, run_parcel
from workforce_sim.study.processes import CannotStart, Pool, Worker
from workforce_sim.study.replicate import Batch, Done, Queue, Task, here
from workforce_sim.study.worlds import Worlds

SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture(scope="module")
def pool():
    found = Pool(2)
    yield found
    found.close()


@pytest.fixture(autouse=True)
def nothing_seen():
    Watching.seen.clear()


def queue_of(one, replications=12, **settings):
    tasks = [Task(str(i), arm, range(replications)) for i, arm in enumerate(one.plan.arms)]
    return Queue(iter([tasks]), **settings)


def collected(found: list[Done], replications=12):
    """Values by arm and world, each of them there exactly once."""
    values = {}
    for done in found:
        for r, world in zip(done.batch.replications, done.values, strict=True):
            assert (done.batch.key, r) not in values
            values[done.batch.key, r] = world
    keys = sorted({key for key, _ in values})
    return np.stack([np.stack([values[key, r] for r in range(replications)]) for key in keys])


@pytest.fixture(scope="module")
def alone():
    return collected(list(here(queue_of(study()))))


@pytest.mark.parametrize("seconds", [1e-9, 0.02, 0.1, 1000.0])
def test_batches_of_any_size_give_the_same_numbers(alone, seconds) -> None:
    queue = queue_of(study(), batch_seconds=seconds, pace={"0": 0.01, "1": 0.01})
    assert np.array_equal(collected(list(here(queue))), alone, equal_nan=True)


@pytest.mark.parametrize("seconds", [1e-9, 0.05, 1000.0])
def test_other_processes_give_the_same_numbers(alone, pool, seconds) -> None:
    queue = queue_of(study(), batch_seconds=seconds, pace={"0": 0.01, "1": 0.01}, places=2)
    assert np.array_equal(collected(list(pool.run(queue))), alone, equal_nan=True)


def test_batches_take_about_what_they_should() -> None:
    """With worlds of a tenth of a second, a batch of a second is ten; the last ones are smaller, for all."""
    queue = queue_of(study(), 100, pace={"0": 0.1, "1": 0.1}, places=4)
    sizes = []
    while (batch := queue.next()) is not None:
        sizes.append(len(batch.replications))
    assert sizes[:10] == [10] * 10
    assert sizes[-1] == 1
    assert sum(sizes) == 200


def test_arms_take_turns_so_that_worlds_are_complete_early() -> None:
    queue = queue_of(study(), 6, batch_seconds=0.2, pace={"0": 0.1, "1": 0.1})
    keys = []
    while (batch := queue.next()) is not None:
        keys.append(batch.key)
    assert keys == ["0", "1"] * 3


def test_a_script_needs_no_main_guard(tmp_path) -> None:
    """New processes do not run the script again, which would print twice and start processes of their own."""
    script = tmp_path / "bid.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(SOURCE)!r})\n"
        "import workforce_sim as ws\n"
        "from workforce_sim.testing import small_authority\n"
        "print('begins')\n"
        "study = ws.Study(small_authority(), {'Do nothing': []}, '2025-10-01', years=0.25, replications=10)\n"
        "print(study.run(progress=False, processes=2).replications)\n"
    )
    found = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert (found.stdout, found.returncode) == ("begins\n10\n", 0), found.stderr


def test_a_process_that_dies_costs_its_batch_only(tmp_path, pool) -> None:
    one = study(scenarios={"own": [FatalOnce(start=START, marker=str(tmp_path / "died"))]})
    expected = collected(list(here(queue_of(one))))
    found = list(pool.run(queue_of(one, pace={"0": 0.01}, batch_seconds=0.04, places=2)))
    assert (tmp_path / "died").exists()
    assert np.array_equal(collected(found), expected, equal_nan=True)
    deaths = [done.batch.deaths for done in found]
    assert sum(deaths) == 3, "the three worlds of its batch were run again, one by one, and no others"
    assert max(deaths) == 1


def test_the_world_that_kills_is_found_and_named(pool) -> None:
    list(here(queue_of(study(scenarios={"own": [Watching(start="2026-02-02")]}))))
    killer = the_only_one(Watching.seen)
    fatal = Fatal(start="2026-02-02", children=Watching.seen[killer])
    queue = queue_of(study(scenarios={"own": [fatal]}), pace={"0": 0.01}, places=2)
    found = []
    with pytest.raises(RunFailed) as failed:
        found.extend(pool.run(queue))
    assert f"scenario 'own', replication {killer}, seed 1: the process that ran it died, 3 times" in str(
        failed.value
    )
    assert f"replication={killer}).run()" in str(failed.value)


def test_a_world_that_raises_is_named_and_what_was_done_is_kept() -> None:
    study(scenarios={"own": [Watching(start="2026-02-02")]}).run(progress=False, processes=1)
    wrong = the_only_one(Watching.seen)
    raising = Raising(start="2026-02-02", children=Watching.seen[wrong])
    one = study(scenarios={"own": [raising]})
    for processes in (1, 2):
        one = study(scenarios={"own": [raising]})
        with pytest.raises(RunFailed, match=f"'own', replication {wrong} raised ArithmeticError: a mistake"):
            one.run(progress=False, processes=processes)
        kept = one.worlds.complete(one.plan.arms, 12)
        assert kept <= wrong
        assert processes == 2 or kept == wrong
        one.worlds.close()


@pytest.mark.parametrize("folder", [False, True])
def test_an_interruption_keeps_what_is_done(tmp_path, folder) -> None:
    place = {"folder": tmp_path / "worlds"} if folder else {}
    interrupting = {"Do nothing": [Interrupting(start=START, world=8)], "1 post": [POST]}
    one = study(scenarios=interrupting, **place)
    with pytest.warns(InterruptedWarning, match="interrupted after 7 worlds"):
        so_far = one.run(progress=False, processes=1)
    assert so_far.replications == 7
    whole = one.run(progress=False, processes=1)
    assert whole.replications == 12
    assert len(Watching.seen) == 13, "twelve worlds, and the one that was interrupted"
    assert whole.data.isel(replication=slice(7)).equals(so_far.data)


def test_an_interruption_before_two_worlds_is_one() -> None:
    with pytest.raises(KeyboardInterrupt):
        study(scenarios={"own": [Interrupting(start=START, world=2)]}).run(progress=False, processes=1)


def test_nothing_is_run_twice(monkeypatch) -> None:
    runs = []
    measure = Arm.measure
    monkeypatch.setattr(Arm, "measure", lambda arm, r: (runs.append((arm.name, r)), measure(arm, r))[1])
    one = study(10)
    first = one.run(progress=False, processes=1)
    assert len(runs) == 20
    assert one.run(progress=False, processes=1).data.equals(first.data)
    assert len(runs) == 20
    more = one.worlds.values([*one.plan.arms, one.plan.arms[0]], [3, 11, 3])
    assert runs[20:] == [("Do nothing", 11), ("1 post", 11)]
    assert np.array_equal(more[0], more[2], equal_nan=True)
    assert np.array_equal(more[:, 0], more[:, 2], equal_nan=True)


def test_runs_do_not_pile_up() -> None:
    """A run that is done with is freed before the next begins: many leave behind no more than one does."""
    arm = study().plan.arms[1]
    arm.measure(0)
    gc.collect()
    before = len(gc.get_objects())
    arm.measure(0)
    one = len(gc.get_objects()) - before
    for r in range(5):
        arm.measure(r)
    after = len(gc.get_objects())
    assert one > 100, "what the last run leaves behind"
    assert after - before < 2 * one


def test_nothing_waits_after_the_end() -> None:
    """The lives of posts are let go at the end of a run; a planner's own process is not cut short by that."""
    stopped = []

    def own(env, service):
        try:
            yield env.timeout(10_000)
        finally:
            stopped.append(env.now)

    arm = study().plan.arm("nothing", interventions=[own])
    run = arm.world(0)
    waiting = [o for o in gc.get_objects() if isinstance(o, simpy.Process) and o.env is run.service.env]
    names = sorted({process.name for process in waiting})
    assert len(run.service.posts) > 0
    assert names == ["own"]
    assert stopped == []


def test_what_is_only_known_here_runs_here() -> None:
    """A function inside a function cannot be found by other processes."""

    def own(env, service):
        yield env.timeout(3)

    one = study(scenarios={"own": [own]})
    with pytest.warns(WorkforceSimWarning, match="a function of this notebook or script, in scenario 'own'"):
        here_after_all = one.run(progress=False, processes=2)
    assert study(scenarios={"own": [own]}).run(progress=False).data.equals(here_after_all.data)


def test_studies_with_functions_that_have_no_key_do_not_share_worlds() -> None:
    """They are remembered by what they are, for as long as they are."""
    made = [
        study(
            scenarios={"own": [lambda env, service, held=held: service.set_lever("hours", "own", held[0])]},
            seed=seed,
        )
        for held in ([1.0], [0.5])
        for seed in (1, 2)
    ]
    worlds = Worlds(processes=1)
    found = [worlds.values(one.plan.arms, range(3)) for one in made]
    for i, one in enumerate(found):
        for other in found[:i]:
            assert not np.array_equal(one, other, equal_nan=True)


def test_functions_of_an_allocation_rule_have_keys() -> None:
    rules = [_fewest, _most]
    keys = {
        key_of(study(scenarios={"own": [AllocationRule(rule, start=START)]}).plan.arms[0]) for rule in rules
    }
    assert len(keys) == 2


def _fewest(team):
    return min(team.able, key=lambda worker: worker.children)


def _most(team):
    return max(team.able, key=lambda worker: worker.children)


def test_other_code_elsewhere_is_refused() -> None:
    arm = study().plan.arms[0]
    parcel = Packing().parcel(Batch(0, "0", arm, (0,)))
    with pytest.raises(NotSame, match="install the same versions in both places"):
        run_parcel(parcel._replace(place="code of last year"))


def test_a_service_is_balanced_once_in_a_process() -> None:
    from workforce_sim.study import parcel as travel

    one, packing = study(), Packing()
    arms = [
        travel._unpacked(packing.parcel(Batch(0, str(i), arm, (0,)))) for i, arm in enumerate(one.plan.arms)
    ]
    assert arms[0].authority is arms[1].authority


def test_processes_without_work_end_and_are_started_again(alone) -> None:
    short = Pool(1, idle_seconds=0.05)
    for _ in range(2):
        found = list(short.run(queue_of(study(), pace={"0": 0.01, "1": 0.01})))
        assert np.array_equal(collected(found), alone, equal_nan=True)
        assert not any(done.batch.deaths for done in found)
        short._workers[0].process.join(600)
        assert short._workers[0].process.exitcode == 0
    short.close()


def test_where_no_process_can_be_started_the_study_runs_here(alone, monkeypatch) -> None:
    def refused(self, idle_seconds, tells) -> None:
        raise OSError("not allowed here")

    monkeypatch.setattr(Worker, "__init__", refused)
    with pytest.warns(WorkforceSimWarning, match="no other process can be started here: not allowed here"):
        found = study().run(progress=False, processes=2)
    assert found.data.equals(study().run(progress=False, processes=1).data)


def test_processes_that_die_at_once_are_not_started_for_ever(monkeypatch) -> None:
    monkeypatch.setattr("workforce_sim.study.processes.work", _ends_at_once)
    dying = Pool(2)
    with pytest.raises(CannotStart, match="die before they are ready"):
        list(dying.run(queue_of(study())))


def _ends_at_once(connection, idle_seconds, tells) -> None:
    pass


def test_an_arm_that_cannot_be_sent_says_so() -> None:
    arm = study(scenarios={"own": [_Held(threading.Lock())]}).plan.arms[0]
    with pytest.raises(CannotTravel, match="scenario 'own' cannot be sent"):
        Packing().parcel(Batch(0, "0", arm, (0,)))


class _Held:
    """A process of one's own that holds what cannot be sent."""

    __qualname__ = "_Held"

    def __init__(self, held: object) -> None:
        self.held = held
        self.__qualname__ = "held"

    def __call__(self, env, service) -> None:
        pass


def test_many_studies_come_one_by_one_and_are_let_go(tmp_path) -> None:
    def studies():
        for seed in range(1, 6):
            yield f"seed {seed}", study(10, seed=seed)

    alone = {name: one.run(progress=False, processes=1) for name, one in studies()}
    for run in range(2):  # the second time everything is in the folder
        found = dict(run_all(studies(), processes=1, folder=tmp_path / "worlds", progress=False))
        assert list(found) == list(alone), run
        assert all(found[name].data.equals(alone[name].data) for name in alone)


def test_many_studies_hold_one_or_two_at_a_time(monkeypatch) -> None:
    kept = []
    forget = Worlds.forget

    def watched(self, arms):
        kept.append(sum(len(worlds) for worlds in self._kept.values()))
        forget(self, arms)

    monkeypatch.setattr(Worlds, "forget", watched)
    studies = {str(seed): study(10, seed=seed) for seed in range(8)}
    assert len(list(run_all(studies, processes=1, progress=False))) == 8
    assert max(kept) == 20, "the worlds of one study"


def test_many_studies_are_checked() -> None:
    with pytest.raises(InputError, match="a name and a Study"):
        list(run_all({"x": 3}))


#: Takes two rounds or more with most seeds, and each another number of worlds.
PRECISE = Enough(measures=("open_children",), mean=0.25, difference=0.1, least=5, most=60)


def precise_and_not():
    """Studies that run until they are precise, and between them some of a number of worlds."""
    for seed in range(1, 5):
        yield f"seed {seed}", study(12 if seed % 3 == 0 else PRECISE, seed=seed)


@pytest.mark.parametrize("processes", [1, 2])
def test_many_studies_run_until_each_is_precise(tmp_path, processes) -> None:
    """Side by side each has the worlds that it has by itself, to the bit; and so when it is run again."""
    alone = {name: one.run(progress=False, processes=1) for name, one in precise_and_not()}
    worlds = [found.replications for name, found in alone.items()]
    assert len(set(worlds)) > 2, worlds
    assert max(worlds) > 10, "more than the first round and the next"
    settings = {"processes": processes, "folder": tmp_path / "worlds", "progress": False}
    for _ in range(2):
        found = dict(run_all(precise_and_not(), **settings))
        assert sorted(found) == sorted(alone)
        assert all(found[name].data.equals(alone[name].data) for name in alone)


def test_many_studies_that_are_never_precise_are_named() -> None:
    asked = Enough(
        measures=("open_children",), mean=1e-9, difference=1e-9, of_difference=1e-9, least=5, most=9
    )
    with pytest.warns(NotPreciseWarning, match="'never': 9 worlds, .* open_children"):
        found = dict(run_all({"never": study(asked), "fixed": study(3)}, processes=1, progress=False))
    assert {name: one.replications for name, one in found.items()} == {"never": 9, "fixed": 3}


@pytest.mark.parametrize("processes", [1, 2])
def test_many_studies_that_share_a_scenario_are_all_there(processes) -> None:
    """One service under many plans: what one study is done with another may still be at."""
    plans = {n: {"Do nothing": [], "posts": [NewPosts(n, start="2026-01-01")]} for n in range(1, 7)}
    studies = {str(n): study(10, scenarios) for n, scenarios in plans.items()}
    found = dict(run_all(studies, processes=processes, progress=False))
    assert sorted(found) == sorted(studies)
    for n, scenarios in plans.items():
        assert found[str(n)].data.equals(study(10, scenarios).run(progress=False, processes=1).data)


@pytest.mark.parametrize("processes", [1, 2])
def test_many_studies_get_over_files_that_go_meanwhile(tmp_path, processes) -> None:
    """When another study is made, all files of worlds are deleted: they are run again, and none is lost."""

    def studies():
        for seed in range(1, 6):
            for file in (tmp_path / "worlds").glob("*/*.worlds"):
                file.unlink()
            yield str(seed), study(10, seed=seed)

    found = dict(run_all(studies(), processes=processes, folder=tmp_path / "worlds", progress=False))
    assert sorted(found) == list("12345")
    for seed in range(1, 6):
        assert found[str(seed)].data.equals(study(10, seed=seed).run(progress=False, processes=1).data)


def test_studies_that_are_in_the_folder_are_made_one_at_a_time(tmp_path) -> None:
    """Read from a folder, a result is handed over before the next study is made."""
    made = []

    def studies():
        for seed in range(4):
            made.append(seed)
            yield str(seed), study(3, seed=seed)

    assert len(list(run_all(studies(), processes=1, folder=tmp_path / "worlds", progress=False))) == 4
    made.clear()
    again = run_all(studies(), processes=1, folder=tmp_path / "worlds", progress=False)
    assert [(next(again)[0], len(made)) for _ in range(4)] == [("0", 1), ("1", 2), ("2", 3), ("3", 4)]


@pytest.mark.parametrize("processes", [0, -1, 1.5, True, "2"])
def test_numbers_of_processes_are_checked(processes) -> None:
    with pytest.raises(InputError, match="processes"):
        study(processes=processes)
    with pytest.raises(InputError, match="processes"):
        study().run(processes=processes)
