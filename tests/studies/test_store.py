"""The folder of a study: nothing is run twice, nothing damaged is used, nothing that was written is lost."""

import errno
import multiprocessing
import os
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.studies.own import POST, SMALL, START, Watching, study
from workforce_sim import DamagedFileWarning, InputError, NewPosts, StoreError, Study
from workforce_sim.measures.paths import MEASURES
from workforce_sim.study.arm import Arm
from workforce_sim.study.store import Store
from workforce_sim.study.world_file import Unreadable, World, as_bytes, from_bytes

HOLDING = threading.Lock()


@pytest.fixture
def runs(monkeypatch) -> list[tuple[str, int]]:
    """Which worlds are run, by scenario and number."""
    found: list[tuple[str, int]] = []
    measure = Arm.measure
    monkeypatch.setattr(Arm, "measure", lambda arm, r: (found.append((arm.name, r)), measure(arm, r))[1])
    return found


@pytest.fixture(scope="module")
def alone():
    return study().run(progress=False, processes=1).data


def in_folder(place, replications=12, **settings):
    return study(replications, folder=place / "worlds", **settings).run(progress=False, processes=1).data


def files(place):
    return sorted((place / "worlds").glob("*/*.worlds"))


def test_a_study_that_is_run_again_runs_nothing(tmp_path, runs, alone) -> None:
    assert in_folder(tmp_path).equals(alone)
    assert len(runs) == 24
    assert in_folder(tmp_path).equals(alone)
    assert len(runs) == 24


def test_more_worlds_and_more_scenarios_run_only_what_is_new(tmp_path, runs, alone) -> None:
    in_folder(tmp_path, 10)
    runs.clear()
    assert in_folder(tmp_path).equals(alone)
    assert sorted(runs) == [("1 post", 10), ("1 post", 11), ("Do nothing", 10), ("Do nothing", 11)]
    runs.clear()
    plans = {"Do nothing": [], "2 posts": [NewPosts(2, start=START)], "one more": [POST]}
    in_folder(tmp_path, scenarios=plans)
    assert {name for name, _ in runs} == {"2 posts"}, "a scenario is known by what it does, not by its name"


@pytest.mark.parametrize("change", ["authority", "seed", "years", "start", "policy", "code"])
def test_other_inputs_are_not_mistaken_for_these(tmp_path, runs, monkeypatch, change) -> None:
    given = {"authority": SMALL, "start": START, "years": 0.5, "seed": 1, "scenarios": {"own": [POST]}}
    others = {
        "authority": SMALL.with_changes(casework={"case_hours_per_day": 4.5}),
        "seed": 2,
        "years": 0.75,
        "start": "2025-09-30",
        "policy": {"own": [NewPosts(1, start="2026-01-02")]},
    }
    for settings in (given, given | {change if change != "policy" else "scenarios": others.get(change)}):
        if change == "code" and settings is not given:
            settings = given
            monkeypatch.setattr("workforce_sim.study.keys.code_version", lambda: "another")
        Study(**settings, replications=10, folder=tmp_path / "worlds").run(progress=False, processes=1)
    assert len(runs) == 20


def flipped(data: bytes) -> bytes:
    return data[:-300] + bytes([data[-300] ^ 1]) + data[-299:]


DAMAGE = {
    "one bit": flipped,
    "its end": lambda data: data[:-1],
    "all of it": lambda data: b"",
    "its digest": lambda data: data[:-1] + bytes([data[-1] ^ 128]),
    "not ours": lambda data: b"Budget 2025\n" * 100,
    "a later format": lambda data: data.replace(b"worlds 1", b"worlds 2", 1),
    "other measures": lambda data: data.replace(b"caseload", b"caselaod", 1),
    "longer": lambda data: data + b"x",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_named_and_run_again(tmp_path, runs, alone, damage) -> None:
    in_folder(tmp_path)
    file = files(tmp_path)[-1]
    file.write_bytes(DAMAGE[damage](file.read_bytes()))
    runs.clear()
    with pytest.warns(DamagedFileWarning, match=f"{file.name} is damaged"):
        found = in_folder(tmp_path)
    assert found.equals(alone)
    assert 0 < len(runs) < 24
    assert file.with_name(f"{file.name}.damaged").exists(), "put aside, not thrown away"
    assert in_folder(tmp_path).equals(alone), "and all is well after that"


def test_a_file_of_another_scenario_is_not_used(tmp_path, alone) -> None:
    in_folder(tmp_path)
    first, last = files(tmp_path)[0], files(tmp_path)[-1]
    assert first.parent != last.parent
    first.rename(last.parent / first.name)
    with pytest.warns(DamagedFileWarning, match="it belongs to another scenario"):
        assert in_folder(tmp_path).equals(alone)


def test_a_file_that_vanishes_during_a_study_is_run_again(tmp_path, alone) -> None:
    one = study(folder=tmp_path / "worlds")
    one.run(progress=False, processes=1)
    for file in files(tmp_path):
        file.unlink()
    assert one.run(progress=False, processes=1).data.equals(alone)


def test_what_others_leave_in_the_folder_is_left_there(tmp_path, alone) -> None:
    place = tmp_path / "worlds"
    place.mkdir()
    (place / "README.txt").write_text("mine")
    in_folder(tmp_path)
    for name in ("notes.txt", ".half.part"):
        (files(tmp_path)[0].parent / name).write_text("mine")
    assert in_folder(tmp_path).equals(alone)
    assert (place / "README.txt").read_text() == "mine"
    assert (files(tmp_path)[0].parent / "notes.txt").read_text() == "mine"


def test_two_stores_on_one_folder_see_each_other(tmp_path, runs, alone) -> None:
    """Two studies of one folder in turns: each runs what the other has not."""
    first, second = (study(folder=tmp_path / "worlds") for _ in range(2))
    arms = first.plan.arms
    for r in range(12):
        (first, second)[r % 2].worlds.run(arms, range(r + 1))
    assert len(runs) == 24
    for one in (first, second):
        assert one.run(progress=False, processes=1).data.equals(alone)


def test_the_same_worlds_written_twice_do_no_harm(tmp_path, alone) -> None:
    """Two processes that do not know of each other write the same worlds in other batches."""
    first, second = (study(folder=tmp_path / "worlds") for _ in range(2))
    for one in (first, second):  # each has looked before the other has written
        one.worlds.missing(one.plan.arms, range(12))
    first.worlds.store.replications = lambda arm, key: first.worlds.store._arms[key]
    second.worlds.store.replications = lambda arm, key: second.worlds.store._arms[key]
    for one, parts in ((first, (5, 12)), (second, (7, 12))):
        for n in parts:
            one.worlds.run(one.plan.arms, range(n))
    assert in_folder(tmp_path).equals(alone)


def _run_in(place, done) -> None:
    done.put(in_folder(place).to_dict())


@pytest.mark.slow
def test_two_processes_at_once(tmp_path, alone) -> None:
    context = multiprocessing.get_context("spawn")
    done = context.Queue()
    both = [context.Process(target=_run_in, args=(tmp_path, done)) for _ in range(2)]
    for process in both:
        process.start()
    found = [done.get(timeout=600) for _ in both]
    for process in both:
        process.join(600)
    assert all(repr(one["data_vars"]) == repr(alone.to_dict()["data_vars"]) for one in found)
    for file in files(tmp_path):
        from_bytes(file.read_bytes())


def test_values_are_not_kept_in_memory_beside_the_folder(tmp_path) -> None:
    one = study(folder=tmp_path / "worlds")
    one.run(progress=False, processes=1)
    assert not one.worlds._kept


def refuse(monkeypatch, error: OSError, after: int) -> None:
    """The system refuses every file from the n-th on."""
    sync, calls = os.fsync, []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) > after:
            raise error
        sync(handle)

    monkeypatch.setattr("workforce_sim.study.store.os.fsync", full)


def test_a_full_disk_loses_nothing(tmp_path, monkeypatch, runs, alone) -> None:
    one = study(folder=tmp_path / "worlds")
    one.worlds.run(one.plan.arms, range(5))
    kept = {file: file.read_bytes() for file in files(tmp_path)}
    with monkeypatch.context() as patch:
        refuse(patch, OSError(errno.ENOSPC, "No space left on device"), 0)
        with pytest.raises(
            StoreError, match=r"no space left for more\n  10 worlds are kept there and are whole"
        ):
            one.run(progress=False, processes=1)
    assert {file: file.read_bytes() for file in files(tmp_path)} == kept
    assert not list((tmp_path / "worlds").rglob("*.part"))
    runs.clear()
    assert in_folder(tmp_path).equals(alone)
    assert len(runs) == 14


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit of this kind")
def test_a_file_that_the_system_cuts_short_is_not_there(tmp_path, alone) -> None:
    """A limit on the size of files is what a full disk is like, with the system itself refusing."""
    import resource

    one = study(folder=tmp_path / "worlds")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(StoreError, match="no space left for more"):
            one.run(progress=False, processes=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    for file in files(tmp_path):
        from_bytes(file.read_bytes())
    assert one.run(progress=False, processes=1).data.equals(alone)


def test_other_refusals_say_what_the_system_says(tmp_path, monkeypatch) -> None:
    one = study(folder=tmp_path / "worlds")
    refuse(monkeypatch, OSError(errno.EIO, "Input/output error"), 0)
    with pytest.raises(StoreError, match="Input/output error"):
        one.run(progress=False, processes=1)


def test_a_folder_that_cannot_be_one_is_refused(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="a folder that can be written to"):
        study(folder=tmp_path / "file")
    (tmp_path / "about.toml").write_text("format = 2\n")
    with pytest.raises(InputError, match="update workforce_sim, or give another folder"):
        study(folder=tmp_path)
    (tmp_path / "about.toml").write_text("a page about us")
    with pytest.raises(InputError, match=r"about\.toml in it is not ours"):
        study(folder=tmp_path)
    for wrong in (3, "bid\0worlds", b"\xff\0"):
        with pytest.raises(InputError, match="the path of a"):
            study(folder=wrong)


def holding(env, service, lock=HOLDING) -> None:
    """A policy of one's own of which nobody can say whether it is the same another time."""


def test_what_cannot_be_known_again_is_refused_a_folder(tmp_path) -> None:
    with pytest.raises(InputError, match=r"scenarios\['own'\](.|\n)*holds a lock(.|\n)*leave folder out"):
        study(scenarios={"own": [holding]}, folder=tmp_path / "worlds")
    assert study(10, scenarios={"own": [holding]}).run(progress=False, processes=1).replications == 10


def test_a_policy_of_ones_own_is_known_again(tmp_path, runs) -> None:
    own = {"own": [Watching(start=START)]}
    in_folder(tmp_path, 10, scenarios=own)
    in_folder(tmp_path, 10, scenarios=own)
    assert len(runs) == 10


def test_the_folder_says_what_it_is(tmp_path) -> None:
    in_folder(tmp_path)
    assert "nothing is run twice" in (tmp_path / "worlds" / "about.toml").read_text()
    texts = [file.read_text() for file in (tmp_path / "worlds").glob("*/inputs.txt")]
    assert sorted(text.splitlines()[0] for text in texts) == ["1 post", "Do nothing"]
    assert any("NewPosts" in text for text in texts)
    assert all("case_hours_per_day" in text for text in texts)


def test_half_written_files_of_yesterday_are_taken_away(tmp_path) -> None:
    in_folder(tmp_path)
    folder = files(tmp_path)[0].parent
    old, new = folder / ".old.part", folder / ".new.part"
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (0, 0))
    in_folder(tmp_path)
    assert (old.exists(), new.exists()) == (False, True)


# -- the files themselves ---------------------------------------------------------------------

NUMBERS = np.array([1.0, -0.0, np.nan, np.inf, -np.inf, 5e-324, 1e308])


def world(replications=(3, 1, 2**40), months=2) -> World:
    values = np.resize(NUMBERS, (len(replications), len(MEASURES), months + 1))
    return World("a key", replications, values)


def test_a_file_reads_back_bit_for_bit() -> None:
    found = from_bytes(as_bytes(world()))
    assert found[:2] == world()[:2]
    assert found.values.tobytes() == world().values.tobytes()


@given(st.integers(0), st.integers(1, 255))
def test_a_byte_that_differs_is_seen_wherever_it_is(place: int, change: int) -> None:
    data = bytearray(as_bytes(world()))
    data[place % len(data)] ^= change
    with pytest.raises(Unreadable):
        from_bytes(bytes(data))


@given(st.integers(0))
def test_a_file_cut_short_is_seen_wherever_it_ends(length: int) -> None:
    data = as_bytes(world())
    with pytest.raises(Unreadable):
        from_bytes(data[: length % len(data)])


@given(st.binary(max_size=300))
def test_any_other_bytes_are_refused(data: bytes) -> None:
    for other in (
        data,
        data + b"\n" + data,
        b'{"format":"workforce_sim worlds 1"}\n' + data,
        b"[" * 5000 + data,
    ):
        with pytest.raises(Unreadable):
            from_bytes(other)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(["format", "key", "replications", "months", "measures"]), JSON)
def test_a_first_line_of_any_kind_is_refused_or_read(name: str, value: object) -> None:
    """With a digest that fits: what is wrong is only what the line says."""
    import hashlib
    import json

    line, _, rest = as_bytes(world()).partition(b"\n")
    body = json.dumps(json.loads(line) | {name: value}).encode() + b"\n" + rest[:-32]
    try:
        found = from_bytes(body + hashlib.sha256(body).digest())
    except Unreadable:
        return
    assert found.values.shape == (len(found.replications), len(MEASURES), 3)


def test_a_store_counts_what_it_holds(tmp_path) -> None:
    in_folder(tmp_path)
    (files(tmp_path)[0].parent / "x.worlds").write_text("not ours")
    assert Store(tmp_path / "worlds").count() == 24
