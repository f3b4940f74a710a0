"""``python -m tests.mutation casework 200``: change so many places one at a time and see what notices.

Writes ``mutation_casework.json`` (every change, how it ended, by what and after how long) into the folder it
is started in. A changed copy is killed if a comparison with the twin or a test fails on it, if it cannot be
imported, or if it takes three times as much of the processor's time as the whole check takes unchanged (time
on a clock would make a kill of a busy machine); else it survived and somebody has to read it.
``--again FILE`` asks once more for the survivors in such a file only.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from tests.mutation.mutants import SOURCE, Mutant, sample
from tests.mutation.rooms import ROOMS, Room

SURVIVED, KILLED = 0, 1

#: Imported once, before the changes; the library itself is imported anew for each of them.
BELOW = (
    "hypothesis",
    "jinja2",
    "matplotlib.figure",
    "numba",
    "pandas",
    "pydantic",
    "pytest",
    "scipy.optimize",
    "scipy.stats",
    "simpy",
    "tqdm",
    "xarray",
)


class Changed(importlib.abc.MetaPathFinder, importlib.machinery.SourceFileLoader):
    """Finds and loads the one changed module; nothing is written to disk."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        importlib.machinery.SourceFileLoader.__init__(self, name, str(path))
        self._changed = source

    def find_spec(
        self, fullname: str, path: Any, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The changed module if it is asked for."""
        if fullname != self.name:
            return None
        package = Path(self.path).name == "__init__.py"
        return importlib.util.spec_from_file_location(
            fullname,
            self.path,
            loader=self,
            submodule_search_locations=[str(Path(self.path).parent)] if package else None,
        )

    def get_code(self, fullname: str) -> Any:
        """Compiled from the changed text, never from a cache."""
        return compile(self._changed, self.path, "exec", dont_inherit=True)


class Check:
    """Everything that is asked of a changed copy, prepared once: worlds, what the twin says of them."""

    def __init__(self, room: Room, worlds: int) -> None:
        self.room = room
        self.worlds: list[tuple[str, Any, Any]] = []
        if room.twin:
            self._prepare(worlds)
        for library in BELOW:
            importlib.import_module(library)
        assert not [name for name in sys.modules if name.startswith("workforce_sim")], "changes come too late"

    def _prepare(self, number: int) -> None:
        from hypothesis import HealthCheck, given, settings

        from tests.twin import corners, naive, strategies

        def keep(name: str, world: Any) -> None:
            self.worlds.append((name, world, naive.run(world)))

        for name, world in corners.CORNERS.items():
            keep(name, world)
        for strategy, share in ((strategies.tiny_worlds(), 0.7), (strategies.rough_worlds(), 0.3)):
            quiet = settings(
                max_examples=int(number * share),
                database=None,
                derandomize=True,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            )

            @quiet
            @given(strategy)
            def generate(world: Any) -> None:
                keep("generated", world)

            generate()

    def __call__(self) -> str:
        """What noticed; nothing if nothing did."""
        if self.worlds:
            from tests.test_twin import library_agrees, vacancies_tie

            for i, (name, world, twin) in enumerate(self.worlds):
                if world.parallel is not None and vacancies_tie(world, twin):
                    continue
                try:
                    library_agrees(world, twin)
                except BaseException as problem:  # whatever it is, it was noticed
                    return f"world {i} {name}: {type(problem).__name__}"
        if self.room.tests:
            import pytest

            for test in self.room.tests:
                options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header"]
                if pytest.main([*options, *test.split()]) != 0:
                    return test
        return ""


def attempt(check: Check, mutant: Mutant | None, seconds: float) -> tuple[int, str, float]:
    """Run the check on one changed copy in a process of its own, for at most so many seconds of work."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        signal.setitimer(signal.ITIMER_PROF, seconds)  # the default of SIGPROF ends the process
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
        try:
            if mutant is not None:
                sys.meta_path.insert(0, Changed(mutant.module, SOURCE / mutant.path, mutant.source()))
            noticed = check()
        except BaseException as problem:
            noticed = f"import: {type(problem).__name__}"
        os.write(writer, noticed.encode()[:1000])
        os._exit(KILLED if noticed else SURVIVED)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        noticed = pipe.read().decode()
    _, status, used = os.wait4(child, 0)
    worked = used.ru_utime + used.ru_stime
    if os.WIFSIGNALED(status):
        return KILLED, f"signal {os.WTERMSIG(status)}", worked
    return os.WEXITSTATUS(status), noticed, worked


def main(arguments: list[str]) -> int:
    """Change, check, count."""
    again = json.loads(Path(arguments[2]).read_text(encoding="utf-8")) if "--again" in arguments else None
    room, number = ROOMS[arguments[0]], int(arguments[1]) if again is None else 0
    if not room.compiled:
        os.environ["NUMBA_DISABLE_JIT"] = "1"
    chosen = (
        sample(room.files, number, seed=20_261_122)
        if again is None
        else [Mutant(**row["mutant"]) for row in again if row["outcome"] == SURVIVED]
    )
    check = Check(room, worlds=220)
    outcome, noticed, usual = attempt(check, None, 3600.0)
    if outcome != SURVIVED:
        print(f"the unchanged library does not pass: {noticed}")
        return 2
    print(f"{room.name}: {len(chosen)} changes; the whole check takes {usual:.0f} s unchanged", flush=True)
    target, rows = Path(f"mutation_{room.name}.json"), []
    for i, mutant in enumerate(chosen):
        outcome, noticed, seconds = attempt(check, mutant, 3.0 * usual + 10.0)
        rows.append(
            {
                "mutant": vars(mutant),
                "change": mutant.change(),
                "outcome": outcome,
                "noticed": noticed,
                "seconds": round(seconds, 2),
            }
        )
        if outcome == SURVIVED:
            print(
                f"  {i} survived: {mutant.path}:{mutant.line} {mutant.operator}: {rows[-1]['change']}",
                flush=True,
            )
        target.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    killed = sum(row["outcome"] == KILLED for row in rows)
    print(f"{room.name}: {killed} of {len(rows)} killed, {killed / max(len(rows), 1):.1%}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
