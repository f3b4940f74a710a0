"""Keys: what decides the numbers of an arm, as one short text; equal inputs have equal keys."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.once import once_per_authority
from workforce_sim.demand.luck import STREAM_VERSION
from workforce_sim.errors import WorkforceSimError
from workforce_sim.interventions.base import Intervention
from workforce_sim.study.arm import Arm, functions_of

#: What of the package decides the numbers of a world; pages and charts do not.
_DECIDING = (
    *("authority", "demand", "casework", "workforce", "interventions", "measures"),
    *("simulation.py", "run.py", "orders.py", "compiled.py"),
)


class NoKey(WorkforceSimError):
    """An intervention of your own has no source code to be known by again."""


def key_of(arm: Arm) -> str:
    """64 hexadecimal digits that stand for everything that decides an arm's numbers, its name not included.

    Raises:
        NoKey: a function or class whose source cannot be read, or that holds values of which nobody can say
            whether they are the same.
    """
    return _digest("\n".join([code_version(), *inputs_of(arm)]))


def inputs_of(arm: Arm) -> list[str]:
    """The inputs of an arm as text, one after the other: span, luck, authority, interventions."""
    span = f"{arm.start} {arm.years!r} seed {arm.seed} streams {STREAM_VERSION}"
    return [span, _settings(arm.authority), *(_of_intervention(i) for i in arm.interventions)]


@once_per_authority
def authority_key(authority: Authority) -> str:
    """64 hexadecimal digits that stand for all settings of an authority."""
    return _digest(_settings(authority))


@once_per_authority
def _settings(authority: Authority) -> str:
    return authority.to_toml()


@cache
def code_version() -> str:
    """A digest of the code and the tables of the library that decide numbers."""
    return _digest("\n".join(f"{name} {digest}" for name, digest in code_files().items()))


@cache
def code_files() -> dict[str, str]:
    """The files of the library that decide numbers, each with a digest of what is in it."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in _deciding_files()}


def version_of(package: str) -> str | None:
    """The version of a package that is installed; None where nobody can say."""
    try:
        return version(package)
    except PackageNotFoundError:  # frozen into one file, without what pip knows
        return None


def _deciding_files() -> Iterator[tuple[str, bytes]]:
    root = resources.files("workforce_sim")

    def walk(place: Any, name: str) -> Iterator[tuple[str, bytes]]:
        if place.is_dir():
            for inner in sorted(place.iterdir(), key=lambda p: str(p.name)):
                if inner.name != "__pycache__":
                    yield from walk(inner, f"{name}/{inner.name}")
        elif name.endswith((".py", ".toml")):
            yield name, place.read_bytes().replace(b"\r\n", b"\n")

    for name in _DECIDING:
        yield from walk(root.joinpath(name), name)


def _of_intervention(intervention: Intervention | Callable[..., object]) -> str:
    if not isinstance(intervention, Intervention):
        return _of_function(intervention)
    kind = type(intervention)
    functions = functions_of(intervention)
    settings = f"{kind.__module__}.{kind.__qualname__} {intervention.model_dump_json(exclude=set(functions))}"
    settings += "".join(f" {name}: {_of_function(own)}" for name, own in sorted(functions.items()))
    if kind.__module__.startswith("workforce_sim."):
        return settings
    return f"{settings} {_digest(_source(kind))}"


def _of_function(function: Callable[..., object]) -> str:
    """Its source and what it holds: defaults and values of the function it was made in."""
    held = [*(getattr(function, "__defaults__", None) or ())]
    held += [v for _, v in sorted((getattr(function, "__kwdefaults__", None) or {}).items())]
    held += [cell.cell_contents for cell in (getattr(function, "__closure__", None) or ())]
    for value in held:
        if not isinstance(value, (bool, int, float, str, type(None), Intervention)):
            raise NoKey(
                f"{_name(function)} holds a {type(value).__name__}, and nobody can say whether that is the "
                "same another time; give it numbers, texts or interventions only, or run without a folder"
            )
    return f"{_name(function)} {held!r} {_digest(_source(function))}"


def _source(own: Any) -> str:
    try:
        return inspect.getsource(own)
    except (OSError, TypeError):
        raise NoKey(
            f"{_name(own)} has no source that can be read; put it in a module (a .py file that you import), "
            "or run without a folder"
        ) from None


def _name(own: Any) -> str:
    return f"{getattr(own, '__module__', '')}.{getattr(own, '__qualname__', repr(own))}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
