"""The ways into the compiled kernel: what every run needs, and what is compiled only when it is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from workforce_sim.casework import kernel, limbo, seats
from workforce_sim.casework.state import State
from workforce_sim.compiled import announce, entry

announce(kernel.advance)  # two thirds of all compiling


class Entries(NamedTuple):
    """The kernel's functions, ready to be called."""

    advance: Callable[[State, float], int]
    act: Callable[[State, int, int, int, int, float, float, float], None]
    set_hazards: Callable[[State, Any, Any, float], None]
    look_at_cases: Callable[[Any, float, Any], tuple[int, int]]


_compiled: Entries | None = None
_seldom: dict[Any, Callable[..., Any]] = {}


def entries(state: State) -> Entries:
    """Compile, or load from the cache, once a process."""
    global _compiled
    if _compiled is None:
        who, rates = np.zeros(0, np.int64), np.zeros(0)
        _compiled = Entries(
            advance=entry(kernel.advance, state, 0.0),
            act=entry(seats.act, state, 0, 0, 0, 0, 0.0, 0.0, 0.0),
            set_hazards=entry(seats.set_hazards, state, who, rates, 0.0),
            look_at_cases=entry(limbo.look_at_cases, state.cases, 0.0, np.zeros(0, np.bool_)),
        )
    return _compiled


def compiled_now(function: Any, *arguments: Any) -> Any:
    """What a function that is seldom wanted returns for these arguments; compiled at its first call."""
    if function not in _seldom:
        _seldom[function] = entry(function, *arguments)
    return _seldom[function](*arguments)
