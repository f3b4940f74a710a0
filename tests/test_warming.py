"""``workforce-sim warm`` compiles everything that any service or policy uses, once."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import workforce_sim as ws
from tests.test_house import PACKAGE, ROOT, SRC
from workforce_sim import compiled
from workforce_sim.command import main
from workforce_sim.study.warming import SELDOM, CannotCompile, Warmed, warm

START = "2025-10-01"
LATER = "2025-12-01"

needs_a_cache = pytest.mark.skipif(
    compiled.config.DISABLE_JIT or compiled.CACHE_FOLDER is None, reason="nothing is compiled, or kept, here"
)


def seldom_wanted() -> set[str]:
    """Names of the kernels that are compiled where a run first wants them."""
    found = set()
    for file in (SRC / PACKAGE).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("compiled_now"):
                found.add(ast.unparse(node.args[0]).rpartition(".")[2])
    return found


def first_of(family, workers):
    """An allocation rule of a planner's own."""
    return workers[0].post


def recording_takes_longer(env, service):
    """A planner's own process, which changes a stage."""
    yield env.timeout(40)
    service.desk.set_stage(0, env.now, upkeep=0.2)


def run_everything() -> None:
    """Small spans of services and policies that use all of what casework seldom does, with the log on."""
    england = ws.Authority.preset("england-2025")
    policies = [
        ws.AllocationRule(first_of, start=LATER),  # a planner's own rule
        ws.CaseloadCap(20.0, start=LATER),  # a rule of casework in mid-run
        ws.TeamStructure("generic", start=LATER),  # teams of other work
        recording_takes_longer,
        ws.Redundancy(3, start=LATER),  # posts that close
    ]
    usual = {"start": START, "years": 0.5, "log": True}
    ws.Simulation(england, policies, **usual).run()
    ws.Simulation(england.with_changes(casework={"rebalancing": "gradual"}), [], **usual).run()
    ws.Simulation(england.with_changes(pathway=None), [], **usual).run()
    ws.Simulation(ws.Authority.preset("birmingham-2015"), [], start="2015-04-01", years=0.5).run()


def test_warm_knows_everything_that_is_seldom_wanted() -> None:
    """A kernel that is added to what is compiled when it is wanted is added to what is compiled ahead."""
    wanted = seldom_wanted()
    assert len(wanted) >= 7
    assert wanted == {function.__name__ for function, _ in SELDOM}


@needs_a_cache
def test_what_is_compiled_ahead_is_what_runs_use() -> None:
    """No run compiles a kernel for arguments of other kinds than it was compiled for ahead of time."""
    warm()
    run_everything()
    from workforce_sim.casework.entries import _seldom

    assert {function.__name__: len(function.overloads) for function, _ in SELDOM} == dict.fromkeys(
        seldom_wanted(), 1
    )
    assert _seldom.keys() == {function for function, _ in SELDOM}, "run_everything uses all of them"


@needs_a_cache
def test_the_command_says_where_and_that_everything_is_there(capsys) -> None:
    warm()
    assert main(["warm"]) == 0
    assert capsys.readouterr().out == f"already compiled: {compiled.CACHE_FOLDER}\n"


def test_what_was_compiled_and_how_long_it_took_is_said() -> None:
    assert str(Warmed(Path("here"), compiled=70, seconds=31.4)) == "compiled in 31 s: here"


def test_without_a_folder_to_write_to_it_says_what_to_do(monkeypatch, capsys) -> None:
    monkeypatch.setattr(compiled.config, "DISABLE_JIT", 0)
    monkeypatch.setattr(compiled, "CACHE_FOLDER", None)
    with pytest.raises(CannotCompile):
        warm()
    assert main(["warm"]) == 1
    assert "set NUMBA_CACHE_DIR to a folder of your own" in capsys.readouterr().err


def test_with_compilation_switched_off_it_says_so(monkeypatch, capsys) -> None:
    monkeypatch.setattr(compiled.config, "DISABLE_JIT", 1)
    assert main(["warm"]) == 1
    assert "NUMBA_DISABLE_JIT" in capsys.readouterr().err


def twice(number):
    """Quick to compile."""
    return 2 * number


def thrice(number):
    """Compiled before."""
    return 3 * number


ANNOUNCED = "workforce_sim: compiling casework, about half a minute, "


@pytest.mark.skipif(compiled.config.DISABLE_JIT, reason="nothing is compiled here")
def test_whoever_waits_is_told_when_it_is_compiled_and_only_then(monkeypatch, tmp_path, capsys) -> None:
    """Other functions may be in the folder already; once this one is there too, nothing is said."""
    monkeypatch.setattr(compiled, "CACHE_FOLDER", tmp_path)
    compiled.entry(compiled.compiled(thrice), 1)
    assert list(tmp_path.rglob("*.nbc"))
    said = []
    for _ in range(2):  # a new process each time, as far as Numba knows
        function = compiled.compiled(twice)
        compiled.announce(function)
        for number in (1, 1):
            compiled.entry(function, number)
        said.append(capsys.readouterr())
    assert [told.err for told in said] == [ANNOUNCED + "once on this machine ...\n", ""]
    assert [told.out for told in said] == ["", ""]


@pytest.mark.skipif(compiled.config.DISABLE_JIT, reason="nothing is compiled here")
def test_where_nothing_is_kept_it_says_that_it_will_be_again(monkeypatch, capsys) -> None:
    """And what to do about it; of several processes that compile at once, one speaks."""
    monkeypatch.setattr(compiled, "CACHE_FOLDER", None)
    for quiet in (False, True):
        monkeypatch.setattr(compiled, "_quiet", quiet)
        function = compiled.compiled(twice)
        compiled.announce(function)
        compiled.entry(function, 1)
        said = capsys.readouterr().err
        assert ("set NUMBA_CACHE_DIR to a folder" in said) is not quiet


@pytest.mark.slow
def test_after_warm_nothing_is_left_to_compile(tmp_path) -> None:
    """In a folder that was empty: a new process then runs everything and adds nothing to it."""
    own = os.environ | {
        "NUMBA_CACHE_DIR": str(tmp_path),
        "PYTHONPATH": os.pathsep.join((str(SRC), str(ROOT))),
    }
    own.pop("NUMBA_DISABLE_JIT", None)
    warmed = [sys.executable, "-m", "workforce_sim", "warm"]
    said = subprocess.run(warmed, env=own, check=True, capture_output=True, text=True)
    assert said.stdout.startswith("compiled in ")
    assert said.stderr == ANNOUNCED + "once on this machine ...\n", "though balancing compiled others before"
    there = {file.name for file in tmp_path.rglob("*.nbc")}
    again = "from tests.test_warming import run_everything; run_everything()"
    run = subprocess.run([sys.executable, "-c", again], env=own, check=True, capture_output=True, text=True)
    assert run.stderr == ""
    assert {file.name for file in tmp_path.rglob("*.nbc")} == there
    assert subprocess.run(warmed, env=own, check=True, capture_output=True, text=True).stdout.startswith(
        "already compiled"
    )
