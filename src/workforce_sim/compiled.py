"""How the fast rules are compiled and where the machine code is kept, in one place.

``_nrt=False`` switches off Numba's reference counting of arrays inside the kernel. It makes the
kernel twice as fast and turns any hidden allocation into a compile error, which we want; it is not a
documented option, so a Numba that no longer knows it gets documented ones. ``error_model="numpy"``
saves a check a division; fast-math stays off because runs must agree bit for bit.

Numba's own cache notices a change in the file of a function but not in the files of the functions it
calls. So the folder is named by a digest of all kernel sources.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import config as _config
from numba.core import event, types
from numba.extending import intrinsic

config: Any = _config  # its settings are made at run time, unknown to type checkers

_DOCUMENTED: dict[str, Any] = {"nogil": True, "boundscheck": False, "error_model": "numpy"}


def _digest() -> str:
    digest = hashlib.sha256(numba.__version__.encode())
    here = Path(__file__)
    rules = [
        here.parent / "authority" / f"{name}.py"
        for name in ("calendar", "gamma_law", "pace", "paces", "stage_rules", "history")
    ]
    for file in [here, *sorted((here.parent / "casework").glob("*.py")), *rules]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _cache_folder() -> Path | None:
    """Where compiled kernels are kept: ``NUMBA_CACHE_DIR`` if set, else the user's cache folder."""
    stated = os.environ.get("NUMBA_CACHE_DIR")
    if stated:
        base = Path(stated)
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home())) / "workforce_sim"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "workforce_sim"
    folder = base / f"kernel-{_digest()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return folder if os.access(folder, os.W_OK) else None
    except OSError:
        return None


#: Where compiled kernels are kept; None where nothing can be written, and every process compiles its own.
CACHE_FOLDER = _cache_folder()


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a kernel function (and inline it into its callers)."""
    njit: Any = numba.njit
    options = dict(_DOCUMENTED, cache=CACHE_FOLDER is not None)
    before, config.CACHE_DIR = config.CACHE_DIR, str(CACHE_FOLDER or "")
    try:
        try:
            return njit(_nrt=False, forceinline=True, **options)(function)  # type: ignore[no-any-return]
        except KeyError:
            return njit(inline="always", **options)(function)  # type: ignore[no-any-return]
    finally:
        config.CACHE_DIR = before


#: Bytes that the processor fetches from memory at a time.
CACHE_LINE = 64


def _plain_fetch_soon(record: Any) -> None:
    """Nothing: only machine code can be early."""


def _compiled_fetch_soon(typing: Any, record: Any) -> Any:
    """Machine code that asks for every cache line of a record."""

    def ask(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        byte, number = ir.IntType(8), ir.IntType(32)
        first = builder.bitcast(arguments[0], byte.as_pointer())
        prefetch = builder.module.declare_intrinsic(
            "llvm.prefetch",
            [byte.as_pointer()],
            ir.FunctionType(ir.VoidType(), [byte.as_pointer(), number, number, number]),
        )
        for at in range(0, record.size, CACHE_LINE):
            line = builder.gep(first, [ir.Constant(ir.IntType(64), at)])
            builder.call(prefetch, [line, *(ir.Constant(number, n) for n in (1, 3, 1))])
        return context.get_dummy_value()

    return types.void(record), ask


#: ``fetch_soon(record)``: begin to fetch a record that is wanted in a while, without waiting for it.
fetch_soon: Any = _plain_fetch_soon if config.DISABLE_JIT else intrinsic(_compiled_fetch_soon)


def entry(function: Any, *arguments: Any) -> Callable[..., Any]:
    """The compiled function for arguments of these types, without Numba's look at the types of every call.

    That look costs ten times the call itself when the arguments are a dozen record arrays. The types are
    ours and never change; under ``NUMBA_DISABLE_JIT`` the function is plain Python and is returned as it is.
    """
    if not hasattr(function, "overloads"):
        return function  # type: ignore[no-any-return]
    type_of: Any = numba.typeof
    function.compile(tuple(type_of(argument) for argument in arguments))
    found: Callable[..., Any] = next(iter(function.overloads.values())).entry_point
    return found


_quiet = False


class _Announcer(event.Listener):
    """Tells whoever waits why, when a function begins to be compiled."""

    def __init__(self, function: Any) -> None:
        self._function = function

    def on_start(self, begun: Any) -> None:
        """Numba did not find a function in its cache."""
        if begun.data["dispatcher"] is self._function and not _quiet:
            again = "once on this machine"
            if CACHE_FOLDER is None:
                again = "in every new process (set NUMBA_CACHE_DIR to a folder that can be written to)"
            print(f"workforce_sim: compiling casework, about half a minute, {again} ...", file=sys.stderr)

    def on_end(self, ended: Any) -> None:
        """Nothing more is said."""


def announce(function: Any) -> None:
    """Whoever waits is told so, on the error stream, if and when this function has to be compiled.

    Numba says when. Files in the cache folder do not: those of other functions are there first, and they may
    be of another processor or Python.
    """
    register: Any = event.register
    register("numba:compile", _Announcer(function))


def be_quiet() -> None:
    """Nothing is announced in this process: another one of the same study does so."""
    global _quiet
    _quiet = True
