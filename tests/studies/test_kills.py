"""Killed at any moment, a study goes on where it was: the same numbers to the bit, and no file is damaged.

A run is a new Python that runs a small study in two processes with a folder. It is killed at a moment drawn
by lot, and started again on the same folder until it comes to its end; what it then has is compared, bit for
bit, with the study that nobody killed. Killed is one of three: the process that was started; one of those it
has started; or all of them at once, as when the power fails.
"""

import hashlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.studies.own import study
from workforce_sim.study.world_file import from_bytes

ROOT = Path(__file__).parents[2]

WORLDS = 150

#: Seconds after which a process that does not end is taken to hang, however busy the machine is.
LONG = 600

SCRIPT = f"""
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored, if the tests run in the background
sys.path[:0] = [{str(ROOT / "src")!r}, {str(ROOT)!r}]
import workforce_sim.study.replicate as replicate
replicate.Queue.__init__.__kwdefaults__["batch_seconds"] = 0.05  # many moments to be killed at
from tests.studies.test_kills import digest
from tests.studies.own import study
print("begins", flush=True)
result = study(int(sys.argv[2]), folder=sys.argv[1], processes=2).run(progress=False)
print(result.replications, digest(result), flush=True)
"""


def digest(result) -> str:
    """Of every number of a result."""
    found = hashlib.sha256()
    for name in result.data.data_vars:
        found.update(result.data[name].values.tobytes())
    return found.hexdigest()


def start(folder: Path, worlds: int = WORLDS) -> subprocess.Popen[str]:
    """A new Python in a session of its own, so that all it starts can be killed with it."""
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), str(worlds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def children_of(pid: int) -> list[int]:
    """Processes that it has started and that run worlds (not the one that keeps account of resources)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
            command = (process / "cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            continue
        if parent == pid and b"spawn_main" in command:
            found.append(int(process.name))
    return found


def kill(process: subprocess.Popen[str], what: str, luck: random.Random) -> None:
    if what == "worker":
        workers = children_of(process.pid)
        if workers:
            os.kill(luck.choice(workers), signal.SIGKILL)
    elif what == "process":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)


def check_files(folder: Path) -> int:
    """Every file of worlds is whole. Returns how many worlds there are."""
    return sum(len(from_bytes(file.read_bytes()).replications) for file in folder.glob("*/*.worlds"))


def run_with_kills(place: Path, kills: int, complete: int, seed: int) -> dict[str, int]:
    """Kill so many times, one after the other on one folder until the study is complete, then on the next.

    It ends when so many studies are complete, however long that takes after the last kill.
    """
    expected = f"{WORLDS} {digest(study(WORLDS).run(progress=False, processes=1))}"
    luck, done, number = random.Random(seed), {"process": 0, "worker": 0, "power": 0}, 0
    killed = 0
    while killed < kills or number < complete:
        folder = place / str(number)
        what = ("power", "process", "worker")[killed % 3] if killed < kills else "nobody"
        process = start(folder)
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n", process.communicate()[1]
        before = count(folder)
        while process.poll() is None and count(folder) == before:  # until it is at work
            time.sleep(0.05)
        moment = luck.uniform(0, 0.4)
        try:
            said, wrong = process.communicate(timeout=moment if what != "nobody" else LONG)
            over = True
        except subprocess.TimeoutExpired:
            assert what != "nobody", "a study that nobody kills comes to its end"
            kill(process, what, luck)
            killed, done[what] = killed + 1, done[what] + 1
            said, wrong = process.communicate(timeout=LONG)
            # a worker costs its batch, and the study goes on; of the others, one may be killed on its way out
            over = what == "worker" or bool(said)
        assert check_files(folder) == count(folder)
        if over:
            assert said.strip() == expected, wrong
            assert "Damaged" not in wrong
            number += 1
        else:
            assert process.returncode == -signal.SIGKILL
    return done | {"complete": number}


def replications_of(file: Path) -> list[int]:
    """Which worlds a file says that it holds."""
    with file.open("rb") as stream:
        found: list[int] = json.loads(stream.readline())["replications"]
    return found


def count(folder: Path) -> int:
    """Worlds that the names of files speak for."""
    worlds = 0
    for file in folder.glob("*/*.worlds"):
        worlds += len(replications_of(file))
    return worlds


def complete(folder: Path, scenarios: int) -> int:
    """Worlds, from the first on, that are there in so many scenarios."""
    there: dict[Path, set[int]] = {}
    for file in folder.glob("*/*.worlds"):
        there.setdefault(file.parent, set()).update(replications_of(file))
    found = [next(r for r in itertools.count() if r not in worlds) for worlds in there.values()]
    return min(found) if len(found) == scenarios else 0


needs_linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc")


@needs_linux
def test_three_kills(tmp_path) -> None:
    done = run_with_kills(tmp_path, 3, complete=1, seed=1)
    assert (done["power"], done["worker"], done["process"]) == (1, 1, 1)


@needs_linux
@pytest.mark.slow
def test_fifty_kills(tmp_path) -> None:
    done = run_with_kills(tmp_path, 50, complete=2, seed=2)
    assert min(done["power"], done["worker"], done["process"]) >= 16
    assert done["complete"] >= 2


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_the_key_gives_the_worlds_so_far(tmp_path) -> None:
    """Ctrl-C means every process of the terminal; those that run worlds leave it to the study.

    The study would take half a minute and more, so that it is not over when the key is pressed.
    """
    process = start(tmp_path / "worlds", worlds=20_000)
    assert process.stdout is not None
    assert process.stdout.readline() == "begins\n"
    while process.poll() is None and complete(tmp_path / "worlds", scenarios=2) < 10:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    said, wrong = process.communicate(timeout=LONG)
    assert process.returncode == 0, wrong
    worlds = int(said.split()[0])
    assert 10 <= worlds < 20_000
    assert f"interrupted after {worlds} worlds" in wrong
    assert "Traceback" not in wrong
