"""Pathways as plain settings: the shipped ones with their evidence, and what ``like`` and ``remove`` mean.

Everything here works on dictionaries as they come from a file, before :class:`Pathway` checks them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

from pydantic import BaseModel

from workforce_sim.errors import InputError, Problem, shown, unknown_name

_FOLDER = "pathways"
_WHERE = "the pathway"


def shipped_names() -> list[str]:
    """Names of the pathways that come with the library."""
    folder = resources.files("workforce_sim.authority").joinpath(_FOLDER)
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml"))


def shipped(name: object, path: str = "like") -> dict[str, Any]:
    """The settings of a shipped pathway.

    Raises:
        InputError: unknown name, with the nearest one.
    """
    names = shipped_names()
    if name not in names:
        raise InputError(_WHERE, [unknown_name(path, name, names, "a pathway that comes with the library")])
    return deepcopy(_read(str(name))[0])


def shipped_evidence() -> dict[str, dict[str, Any]]:
    """What is known of every number of the shipped pathways, by path (``pathway.assessment.work_hours``)."""
    found: dict[str, dict[str, Any]] = {}
    for name in shipped_names():
        found = _read(name)[1] | found
    return found


@cache
def _read(name: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """A shipped pathway: its settings, and the records its numbers stand in."""
    file = resources.files("workforce_sim.authority").joinpath(_FOLDER, f"{name}.toml")
    evidence: dict[str, dict[str, Any]] = {}
    settings = _plain(tomllib.loads(file.read_text("utf-8")), ("pathway",), evidence)
    return settings, evidence


def _plain(value: Any, path: tuple[str, ...], evidence: dict[str, dict[str, Any]]) -> Any:
    """The value without its records, which go into ``evidence``."""
    if isinstance(value, dict) and {"value", "source", "evidence"} <= set(value):
        evidence[".".join(path)] = value
        return value["value"]
    if isinstance(value, dict):
        # stages and exits have names of their own: pathway.assessment, not pathway.stages.assessment
        return {
            k: _plain(v, path if len(path) == 1 and k in ("stages", "exits") else (*path, k), evidence)
            for k, v in value.items()
        }
    return value


# -- changes ------------------------------------------------------------------------------------


def with_changes(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Settings after changes: stages and exits are merged by name, ``next`` is replaced whole.

    ``like`` starts from a shipped pathway (or another's) instead of ``base``; ``remove`` takes stages out in
    the end.

    Raises:
        InputError: a name that is not there, or a stage both removed and changed.
    """
    changes = dict(changes)
    like, remove = changes.pop("like", None), changes.pop("remove", None)
    if like is None:
        settings = dict(base)
    else:
        settings = like.model_dump() if isinstance(like, BaseModel) else shipped(like)
    misspelt = _misspelt(settings, changes)
    if misspelt:
        raise InputError(_WHERE, misspelt)
    for name, value in changes.items():
        if name in ("stages", "exits") and isinstance(value, Mapping):
            settings[name] = _merged(settings.get(name), value)
        else:
            settings[name] = value
    if remove is None:
        return settings
    stated = changes.get("stages")
    return removed(settings, remove, set(stated) if isinstance(stated, Mapping) else set())


def _misspelt(base: Mapping[str, Any], changes: Mapping[str, Any]) -> list[Problem]:
    """Stages and exits that are not there and do not look like new ones."""
    problems = []
    for kind, what in (("stages", "a stage of the pathway"), ("exits", "an exit of the pathway")):
        known, stated = list(base.get(kind) or {}), changes.get(kind)
        for name, change in stated.items() if known and isinstance(stated, Mapping) else ():
            if name in known or not isinstance(change, Mapping):
                continue
            if kind == "stages" and not {"team", "next"} <= set(change):
                wrong, new = unknown_name(f"stages.{name}", name, known, what), "team, work_hours and next"
            elif kind == "exits" and name not in _led_to(base, changes):
                wrong, new = unknown_name(f"exits.{name}", name, known, what), "a stage that leads to it"
            else:
                continue
            problems.append(replace(wrong, fix=f"{wrong.fix} (a new one needs {new})"))
    return problems


def _led_to(*settings: Mapping[str, Any]) -> set[str]:
    """Names that something leads to."""
    found = {str(s.get(key)) for s in settings for key in ("turned_away", "ended_early")}
    for s in settings:
        stages = s.get("stages")
        for stage in stages.values() if isinstance(stages, Mapping) else ():
            ways = stage.get("next") if isinstance(stage, Mapping) else getattr(stage, "next", None)
            found |= set(ways) if isinstance(ways, Mapping) else set()
    return found


def _merged(base: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
    parts = {name: _settings_of(part) for name, part in (base or {}).items()}
    for name, change in changes.items():
        change = _settings_of(change)
        old = parts.get(name)
        both = isinstance(old, Mapping) and isinstance(change, Mapping)
        parts[name] = {**old, **change} if both else change  # type: ignore[dict-item]
    return parts


def _settings_of(part: Any) -> Any:
    return part.model_dump() if isinstance(part, BaseModel) else part


def removed(settings: Mapping[str, Any], remove: Any, stated: set[str]) -> dict[str, Any]:
    """Settings without some stages; who would have gone there goes to what is named instead.

    Args:
        settings: a whole pathway.
        remove: what takes the place of each stage removed: another stage or an exit.
        stated: stages that the same input also describes, so that removing them is a contradiction.

    Raises:
        InputError: with every problem found.
    """
    there, ways_out = settings.get("stages"), settings.get("exits")
    if not (there and isinstance(there, Mapping) and isinstance(ways_out, Mapping)):
        return dict(settings)  # what is wrong with them is said when the pathway is made
    stages = {name: _settings_of(stage) for name, stage in there.items()}
    exits = list(ways_out)
    if not isinstance(remove, Mapping):
        fix = 'for example: remove = { "child in need plan" = "closed" }'
        rule = "a section: stage = what comes instead of it"
        raise InputError(_WHERE, [Problem("remove", shown(remove), rule, fix)])
    problems = []
    for name, instead in remove.items():
        if name not in stages:
            problems.append(unknown_name("remove", name, list(stages), "a stage of the pathway"))
        elif name in stated:
            fix = f"leave out [pathway.stages.{name!r}], or take it out of remove"
            problems.append(Problem(f"remove.{name}", shown(instead), "a stage is changed or removed", fix))
        elif not isinstance(instead, str) or (instead not in stages and instead not in exits):
            left = [s for s in stages if s not in remove]
            problems.append(unknown_name(f"remove.{name}", instead, [*left, *exits], "what comes instead"))
        elif _instead(remove, name) is None:
            rule, fix = "what comes instead is not removed itself", f"{name!r} = {exits[:1]!r}"
            problems.append(Problem(f"remove.{name}", repr(instead), rule, fix.strip("[]")))
        elif name == next(iter(stages)) and _instead(remove, name) in exits:
            left = next((s for s in stages if s not in remove), name)
            rule = "another stage: every referral enters the first stage"
            problems.append(Problem(f"remove.{name}", repr(instead), rule, f"{name!r} = {left!r}"))
    if problems:
        raise InputError(_WHERE, problems)
    first = next(iter(stages))
    entry = _instead(remove, first) or first
    kept = {name: stage for name, stage in stages.items() if name not in remove}
    kept = {entry: kept[entry], **kept}  # the first stage, or what stands in its place, stays the first
    return {**settings, "stages": {name: _rerouted(stage, remove) for name, stage in kept.items()}}


def _instead(remove: Mapping[str, Any], name: str) -> str | None:
    """Where the way to a stage leads after removals; None if they go round in a circle."""
    seen = set()
    while name in remove:
        if name in seen:
            return None
        seen.add(name)
        name = remove[name]
    return name


def _rerouted(stage: Any, remove: Mapping[str, Any]) -> Any:
    if not isinstance(stage, Mapping) or not isinstance(stage.get("next"), Mapping):
        return stage
    ways: dict[str, Any] = {}
    for name, share in stage["next"].items():
        there = _instead(remove, name) or name
        both = there in ways and isinstance(share, (int, float)) and isinstance(ways[there], (int, float))
        ways[there] = ways[there] + share if both else share
    return {**stage, "next": ways}
