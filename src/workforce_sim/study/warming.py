"""Compiling the fast rules ahead of time, so that nobody waits for it in a study."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, NamedTuple

from workforce_sim import compiled
from workforce_sim.authority.authority import Authority
from workforce_sim.casework import changes, seldom
from workforce_sim.errors import WorkforceSimError
from workforce_sim.simulation import Simulation

#: What casework seldom does, with arguments of the kinds it is called with after the state.
SELDOM: tuple[tuple[Any, tuple[int | float, ...]], ...] = (
    (changes.rules_changed, (0.0,)),
    (changes.lift, (0, 0.0)),
    (changes.put_back, (0, 0.0)),
    (changes.change_teams, (0.0,)),
    (changes.close_seat, (0, 0.0)),
    (seldom.rebalancing_due, ()),
    (seldom.answer, (0,)),
)


class CannotCompile(WorkforceSimError):
    """Nothing can be compiled ahead of time here."""


class Warmed(NamedTuple):
    """What :func:`warm` did.

    Attributes:
        folder: where compiled kernels are kept.
        compiled: how many were compiled now; 0 if all of them were there.
        seconds: it took.
    """

    folder: Path
    compiled: int
    seconds: float

    def __str__(self) -> str:
        if not self.compiled:
            return f"already compiled: {self.folder}"
        return f"compiled in {self.seconds:.0f} s: {self.folder}"


def warm() -> Warmed:
    """Compile all kernels into the cache folder, the seldom wanted ones too; quick where they are there.

    With or without an event log, and whatever the service, the same kernels are used.

    Raises:
        CannotCompile: the folder cannot be written to, or compilation is switched off.
    """
    if compiled.config.DISABLE_JIT:
        raise CannotCompile("nothing is compiled while NUMBA_DISABLE_JIT is set: unset it")
    folder = compiled.CACHE_FOLDER
    if folder is None:
        raise CannotCompile(
            "the cache folder cannot be written to: set NUMBA_CACHE_DIR to a folder of your own"
        )
    began = time.perf_counter()
    before = _kept(folder)
    run = Simulation(Authority.preset("england-2025"), [], years=1 / 12).run()
    for function, arguments in SELDOM:
        compiled.entry(function, run.service.desk._state, *arguments)
    return Warmed(folder, len(_kept(folder) - before), time.perf_counter() - began)


def _kept(folder: Path) -> set[Path]:
    """Files of machine code."""
    return set(folder.rglob("*.nbc"))
