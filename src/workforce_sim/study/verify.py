"""Verify: do the printed numbers of a bundle still hold, and if not, what differs."""

from __future__ import annotations

import difflib
import io
import os
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.measures.paths import MEASURES
from workforce_sim.study.arm import Arm, RunFailed
from workforce_sim.study.bundle import Contents, read_bundle, tables, versions_here
from workforce_sim.study.keys import inputs_of
from workforce_sim.study.result import Result
from workforce_sim.study.study import Study
from workforce_sim.study.study_file import study_from_toml

if TYPE_CHECKING:
    from workforce_sim.study.arm import Plan
    from workforce_sim.study.replicate import Floats

#: Differences of a number that another machine's arithmetic may make, relative to its size.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Verified:
    """What :func:`verify` found.

    Attributes:
        holds: the numbers that are printed follow from the worlds, and all worlds that were run again agree.
        worlds: how many were run again, of how many.
        findings: what is not as it should be, in sentences.
        differs: inputs and versions that are not those of the bundle.
        seconds: it took.
    """

    holds: bool
    worlds: tuple[int, int]
    findings: tuple[str, ...]
    differs: tuple[str, ...]
    seconds: float

    def __bool__(self) -> bool:
        return self.holds

    def __str__(self) -> str:
        run, of = self.worlds
        agree = "all the same to the last digit" if self.holds else "not all as they should be"
        lines = ["The printed numbers hold." if self.holds else "The printed numbers do NOT hold."]
        if self.holds and self.findings:
            agree = "the same but for rounding"
        lines.append(f"{run} of {of} worlds were run again in {self.seconds:.0f} s: {agree}.")
        lines += self.findings
        if self.differs:
            lines.append("What is not as it was:")
            lines += [f"  - {what}" for what in self.differs]
        return "\n".join(lines)


def verify(path: str | os.PathLike[str], study: Study | None = None, *, seconds: float = 30.0) -> Verified:
    """Run a sample of the worlds of a bundle again, and say whether its printed numbers still hold.

    At least one world of every scenario is run, and as many more, drawn by lot, as there is time for. The
    tables are worked out again from the worlds in the bundle, and every file is held against its digest.

    Args:
        path: of the bundle (:meth:`Result.bundle`). It is only read: nothing in it is written out or run.
        study: the study itself, where it has functions or classes of your own.
        seconds: for running worlds.

    Raises:
        InputError: not a bundle; or one that needs ``study``.
    """
    began = time.perf_counter()
    contents = read_bundle(path)
    plan = _plan(contents, study, path)
    differs = _differences(contents, plan)
    findings = [f"{name} is not what was written into the bundle." for name in contents.changed]
    arms = {arm.name: arm for arm in plan.arms}
    if list(arms) != list(contents.inputs):
        findings.append(
            f"The scenarios of the study are {list(arms)}, those of the numbers {list(contents.inputs)}."
        )
        return Verified(False, (0, _count(contents)), tuple(findings), tuple(differs), 0.0)
    findings += _tables_hold(contents, plan)
    run, largest, ready = 0, 0.0, time.perf_counter()
    for scenario, row in _sample(contents):
        i = list(arms).index(scenario)
        if run >= len(arms) and time.perf_counter() - ready > seconds:
            break
        replication = contents.worlds[i].replications[row]
        error, text = _again(arms[scenario], replication, contents.worlds[i].values[row])
        run, largest = run + 1, max(largest, error)
        if text and error > _ROUNDING:
            findings.append(text)
    holds = not findings
    if holds and largest > 0:
        findings.append(f"The largest difference is {largest:.1g} of a number: another machine's rounding.")
    took = time.perf_counter() - began
    return Verified(holds, (run, _count(contents)), tuple(findings[:20]), tuple(differs), took)


def _plan(contents: Contents, study: Study | None, path: object) -> Plan:
    if study is not None:
        return study.plan
    if contents.study is None:
        rule = "the study too: it has functions or classes of its own, and a bundle holds no code that is run"
        problem = Problem("study", "", rule, "verify('bid.zip', study=study)")
        raise InputError("verify", [problem])
    return study_from_toml(
        Study, _without_folder(contents.study), f"study.toml in {shown(str(path))}", Path()
    ).plan


def _without_folder(text: str) -> str:
    """A study file that names no folder and no file of this machine; a bundle as written never does."""
    import tomllib

    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError):
        return text  # refused where it is read
    outside = [n for n in ("folder",) if n in found] + (
        ["authority"] if str(found.get("authority", "")).endswith(".toml") else []
    )
    if outside:
        rule = "a study file that names nothing outside the bundle"
        raise InputError("verify", [Problem(outside[0], shown(found[outside[0]]), rule, "bundle again")])
    return text


def _count(contents: Contents) -> int:
    return sum(len(world.replications) for world in contents.worlds)


def _sample(contents: Contents) -> Sequence[tuple[str, int]]:
    """All worlds by lot, the first ones being of different scenarios."""
    luck = random.Random(repr([given["key"] for given in contents.inputs.values()]))
    rows = list(range(len(contents.worlds[0].replications)))
    order = []
    for scenario in contents.inputs:
        luck.shuffle(rows)
        order.append([(scenario, row) for row in rows])
    return [pair for together in zip(*order, strict=True) for pair in together]


def _again(arm: Arm, replication: int, written: Floats) -> tuple[float, str]:
    """The largest relative difference of a world run again, and a sentence about it."""
    where = f"World {replication} of {arm.name!r}"
    try:
        found = arm.measure(replication)
    except RunFailed as error:
        return float("inf"), f"{where} cannot be run: {error}"
    if found.shape != written.shape:
        return float("inf"), f"{where} has other measures or months."
    with np.errstate(invalid="ignore"):
        apart = np.abs(found - written) / np.maximum(1.0, np.abs(written))
    same = (found == written) | (np.isnan(found) & np.isnan(written))
    apart = np.where(same, 0.0, np.where(np.isnan(apart), np.inf, apart))
    largest = float(apart.max())
    if largest == 0:
        return 0.0, ""
    measure, month = np.unravel_index(int(apart.argmax()), apart.shape)
    now, then = found[measure, month], written[measure, month]
    return (
        largest,
        f"{where} differs: {MEASURES[measure].label} in month {month} is {now:.6g}, it was {then:.6g}.",
    )


def _tables_hold(contents: Contents, plan: Plan) -> list[str]:
    """Whether the printed tables follow from the worlds."""
    import pandas as pd

    values = np.stack([world.values for world in contents.worlds])
    if values.shape[-1] != plan.months + 1:
        return ["The worlds are not as long as the study."]
    findings = []
    for name, text in tables(Result.of(plan, values, seconds=0.0)).items():
        try:
            then, now = (pd.read_csv(io.StringIO(t)) for t in (contents.texts.get(name, ""), text))
            pd.testing.assert_frame_equal(now, then, rtol=_ROUNDING, atol=_ROUNDING)
        except (ValueError, AssertionError):
            findings.append(f"{name} does not follow from the worlds in the bundle.")
    return findings


def _differences(contents: Contents, plan: Plan) -> list[str]:
    """Inputs and versions that are not those of the bundle."""
    found = []
    for arm in plan.arms:
        then = contents.inputs.get(arm.name, {}).get("inputs")
        if then is not None:
            found += [f"scenario {arm.name!r}: {what}" for what in _inputs_apart(then, inputs_of(arm))]
    here = versions_here()
    files = here.pop("files")
    for name, now in here.items():
        version = contents.versions.get(name)
        if version != now:
            found.append(f"{name} {now} here, {shown(version)} there")
    then_files: Any = contents.versions.get("files")
    then_files = then_files if isinstance(then_files, dict) else {}
    other = sorted(n for n in {*files, *then_files} if files.get(n) != then_files.get(n))
    if other:
        few = ", ".join(shown(name)[1:-1] for name in other[:8]) + (" and others" if len(other) > 8 else "")
        found.append(f"{len(other)} files of the library that decide numbers: {few}")
    return found


def _inputs_apart(then: Sequence[str], now: Sequence[str]) -> list[str]:
    if len(then) != len(now):
        return [f"{len(now) - 2} policies here, {len(then) - 2} there"]
    found = []
    for i, (before, after) in enumerate(zip(then, now, strict=True)):
        if before != after:
            what = ("span or luck", "authority")[i] if i < 2 else f"policy {i - 1}"
            lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
            changed = [line for line in lines if re.match(r"[-+](?![-+]{2} )", line)][:6]
            found.append(f"{what}: {'; '.join(shown(line, 120) for line in changed)}")
    return found
