"""What a run keeps: its log and its visits, in memory, in files that NumPy opens, or not at all."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import workforce_sim as ws
from workforce_sim.record_file import RecordFile

ENGLAND = ws.Authority.preset("england-2025")
KIND = np.dtype([("a", "i8"), ("b", "f8")])


def run(**kept: Any) -> ws.Run:
    return ws.Simulation(ENGLAND, [ws.NewPosts(5, start="2025-12-01")], "2025-10-01", 1, seed=3, **kept).run()


@pytest.fixture(scope="module")
def whole() -> ws.Run:
    return run(log=True)


def test_records_in_files_are_those_in_memory(whole: ws.Run, tmp_path: Path) -> None:
    """The log, the visits and all that is made of them; the files are there for others too."""
    told, seen = tmp_path / "log.npy", tmp_path / "visits.npy"
    filed = run(log=told, visits=seen)
    assert filed.digest() == whole.digest()
    assert filed.log.equals(whole.log)
    assert filed.visits.equals(whole.visits)
    assert filed.children.equals(whole.children)
    assert filed.dashboard().equals(whole.dashboard())
    assert filed.paths.equals(whole.paths)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["log.npy", "visits.npy"]
    opened = np.load(told, mmap_mode="r")
    assert len(opened) == len(whole.log) > 4096, "more than has room in memory at first"
    assert np.array_equal(opened["time"], whole.log["day"])
    ended = int(whole.visits["ended_day"].notna().sum())
    assert len(np.load(seen)) == ended > 1024, "visits that are still running are not in the file"


def test_a_run_may_look_at_its_own_log_while_it_is_filed(tmp_path: Path) -> None:
    """A planner's process reads the log in mid-run; what comes after is added to it."""
    lengths = []

    def reader(env: Any, service: Any) -> Any:
        for _ in range(3):
            yield env.timeout(40)
            lengths.append(len(service.desk.log))

    files = (tmp_path / "log.npy", True)
    both = [ws.Simulation(ENGLAND, [reader], "2025-10-01", 0.75, log=log).run() for log in files]
    assert both[0].digest() == both[1].digest()
    assert lengths[:3] == lengths[3:] == sorted(lengths[3:])


def test_without_visits_everything_else_is_the_same(whole: ws.Run) -> None:
    """Studies do without them; who asks for them is told what to write."""
    brief = run(log=True, visits=False)
    assert brief.digest() == whole.digest()
    assert brief.paths.equals(whole.paths)
    assert brief.stages.equals(whole.stages)
    for look in ("children", "visits"):
        with pytest.raises(ws.InputError, match=r"Run\.\w+.*\n.*visits = False\n.*keeps its visits"):
            getattr(brief, look)
    with pytest.raises(ws.InputError, match="keeps its visits"):
        brief.dashboard()


def test_a_run_that_fails_leaves_no_file_and_the_one_of_before(tmp_path: Path) -> None:
    """Nothing half-written is left; a file of an earlier run stays as it was until a new one is whole."""
    file = tmp_path / "log.npy"
    before = run(log=file).digest()

    def trips(env: Any, service: Any) -> Any:
        yield env.timeout(100)
        raise ArithmeticError("a mistake of the planner's own")

    with pytest.raises(ArithmeticError):
        ws.Simulation(ENGLAND, [trips], "2025-10-01", 1, log=file, visits=tmp_path / "visits.npy").run()
    assert [found.name for found in tmp_path.iterdir()] == ["log.npy"]
    other = np.load(file)
    assert run(log=True).digest() == before
    assert len(other) == len(run(log=True).log)


def test_where_records_cannot_go_is_refused_before_the_run(tmp_path: Path) -> None:
    """Everything at once, by the name of what was given."""
    with pytest.raises(ws.InputError) as refused:
        ws.Simulation(ENGLAND, log=tmp_path / "nowhere" / "log.npy", visits=tmp_path)
    assert [problem.path for problem in refused.value.problems] == ["log", "visits"]
    assert [problem.rule for problem in refused.value.problems] == [
        "a file in an existing folder",
        "a file, not a folder",
    ]
    with pytest.raises(ws.InputError, match="the path of a file"):
        ws.Simulation(ENGLAND, log=3)  # type: ignore[arg-type]


def test_a_file_of_no_records_is_one(tmp_path: Path) -> None:
    empty = RecordFile(tmp_path / "none.npy", KIND)
    assert len(empty.read()) == 0
    empty.finish()
    assert np.load(tmp_path / "none.npy").shape == (0,)
    assert empty.read().dtype == KIND


def test_a_full_disk_is_said_in_words(tmp_path: Path) -> None:
    """The system's own words, with the file, and nothing left behind."""
    full = RecordFile(tmp_path / "some.npy", KIND)
    full._stream.close()
    full._stream = open("/dev/full", "wb", buffering=0)  # noqa: SIM115
    with pytest.raises(ws.InputError, match=r"some\.npy.*\n.*room on the disk.*\n.*No space left"):
        full.append(np.zeros(10, KIND))
    full.discard()
    assert not list(tmp_path.iterdir())
