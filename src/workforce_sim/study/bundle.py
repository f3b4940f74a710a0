"""A bundle: one zip file with inputs, versions, every number and the page, so that they can be checked."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import platform
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from workforce_sim._version import __version__
from workforce_sim.demand.luck import STREAM_VERSION
from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.interventions.base import Intervention
from workforce_sim.measures.paths import NAMES
from workforce_sim.study.keys import NoKey, code_files, inputs_of, key_of, version_of
from workforce_sim.study.result import Result
from workforce_sim.study.study_file import study_to_toml
from workforce_sim.study.world_file import Unreadable, World, as_bytes, from_bytes

FORMAT = "workforce_sim bundle 1"

#: Packages whose version may change a number or a chart.
_PACKAGES = ("numpy", "numba", "simpy", "scipy", "pandas", "xarray", "matplotlib")

#: What a bundle may hold, uncompressed; more is refused when writing as when reading.
LARGEST = 500_000_000

_NAMES = re.compile(
    r"README\.txt|study\.toml|inputs\.json|versions\.json|manifest\.json|table\.csv|compare\.csv|report\.html"
    r"|worlds/\d{1,5}\.worlds"
)


class Contents(NamedTuple):
    """What is in a bundle, read and looked at, nothing of it run.

    Attributes:
        study: the study file, None if it has policies of the planner's own.
        inputs: scenario -> key and inputs as text.
        versions: of this library, its files, Python, packages and machine.
        worlds: the numbers, a scenario each, in the order of ``inputs``.
        texts: the other files by name.
        changed: names of files that are not what was written.
    """

    study: str | None
    inputs: dict[str, dict[str, Any]]
    versions: dict[str, Any]
    worlds: list[World]
    texts: dict[str, str]
    changed: list[str]


def versions_here() -> dict[str, Any]:
    """What decides numbers on this machine beside the inputs."""
    found: dict[str, Any] = {"workforce_sim": __version__, "random streams": str(STREAM_VERSION)}
    found["python"] = platform.python_version()
    found |= {name: version_of(name) or "unknown" for name in _PACKAGES}
    found["machine"] = f"{platform.system()} {platform.machine()}"
    found["files"] = code_files()
    return found


def tables(result: Result) -> dict[str, str]:
    """The tables of a result as CSV: means with intervals, and paired differences from the first scenario."""
    found = {"table.csv": result.table(NAMES).to_csv(lineterminator="\n")}
    if len(result.scenarios) > 1:
        found["compare.csv"] = result.compare(measures=NAMES).to_csv(lineterminator="\n")
    return found


def bundle_bytes(result: Result, *, report: bool) -> bytes:
    """The zip file. The same result on the same machine gives the same bytes.

    Raises:
        InputError: functions of the planner's own that cannot be known again, or far too many worlds.
    """
    plan, files = result.plan, {}
    inputs = {}
    for i, arm in enumerate(plan.arms):
        try:
            key = key_of(arm)
        except NoKey as error:
            rule = "policies that can be known again another time"
            problem = Problem(f"scenarios[{arm.name!r}]", "", rule, str(error))
            raise InputError("Result.bundle", [problem]) from None
        inputs[arm.name] = {"key": key, "inputs": inputs_of(arm)}
        values = np.stack([result.samples(name, arm.name) for name in NAMES], axis=1)
        worlds = tuple(int(r) for r in result.data["replication"].values)
        files[f"worlds/{i}.worlds"] = as_bytes(World(key, worlds, values))
    texts = {"inputs.json": _json(inputs), "versions.json": _json(versions_here()), **tables(result)}
    if all(isinstance(i, Intervention) for listed in plan.scenarios.values() for i in listed):
        with contextlib.suppress(InputError):  # a class or a function of the planner's own
            texts["study.toml"] = study_to_toml(plan, result.replications, whole=True)
    if report:
        from workforce_sim.report.printed.page import page

        texts["report.html"] = page(result)
    texts["README.txt"] = _readme(result, texts)
    files |= {name: text.encode() for name, text in texts.items()}
    if sum(len(data) for data in files.values()) > LARGEST:
        rule = f"at most {LARGEST // 1_000_000} megabytes of numbers"
        problem = Problem("replications", str(result.replications), rule, "bundle fewer worlds or scenarios")
        raise InputError("Result.bundle", [problem])
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    files["manifest.json"] = _json({"format": FORMAT, "files": digests}).encode()
    return _zipped(files)


def read_bundle(path: str | os.PathLike[str]) -> Contents:
    """Read a bundle. Nothing is written to the disk, and nothing in it is run.

    Raises:
        InputError: not a bundle, or so damaged that there are no numbers to check.
    """
    files = _unzipped(path)
    manifest = _object(files, "manifest.json", path)
    if manifest.get("format") != FORMAT or not isinstance(manifest.get("files"), dict):
        raise _not_a_bundle(path, f"its manifest is not of the format {FORMAT!r}")
    digests: dict[str, Any] = manifest["files"]
    there = {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "manifest.json"
    }
    changed = sorted(n for n in {*there, *digests} if there.get(n) != digests.get(n))
    inputs = _object(files, "inputs.json", path)
    worlds = []
    for i, (scenario, given) in enumerate(inputs.items()):
        if (
            not isinstance(given, dict)
            or not isinstance(given.get("key"), str)
            or not isinstance(given.get("inputs"), list)
            or not all(isinstance(line, str) for line in given["inputs"])
        ):
            raise _not_a_bundle(path, f"inputs.json says nothing of scenario {shown(scenario)}")
        try:
            worlds.append(from_bytes(files.get(f"worlds/{i}.worlds", b"")))
        except Unreadable as error:
            raise _not_a_bundle(path, f"worlds/{i}.worlds is damaged: {error}") from None
    if not worlds or len({w.replications for w in worlds}) != 1 or len({w.values.shape for w in worlds}) != 1:
        raise _not_a_bundle(path, "its scenarios do not have the same worlds")
    texts = {n: d.decode("utf-8", "replace") for n, d in files.items() if not n.startswith("worlds/")}
    versions = _object(files, "versions.json", path)
    return Contents(texts.get("study.toml"), inputs, versions, worlds, texts, changed)


def _zipped(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), files[name], zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _unzipped(path: str | os.PathLike[str]) -> dict[str, bytes]:
    """The files of the archive in memory: only names that a bundle has, each once, and no more than fits."""
    from workforce_sim.files import as_path

    file = as_path(path, "verify", "bid.zip")
    files: dict[str, bytes] = {}
    room = LARGEST
    try:
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                if not _NAMES.fullmatch(entry.filename) or entry.filename in files:
                    raise _not_a_bundle(path, f"it holds {shown(entry.filename)}, which no bundle does")
                if entry.flag_bits & 1:
                    raise _not_a_bundle(path, "it is encrypted")
                with archive.open(entry) as stream:  # what it says of its size is not believed
                    data = stream.read(room + 1)
                room -= len(data)
                if room < 0:
                    raise _not_a_bundle(path, f"it holds more than {LARGEST // 1_000_000} megabytes")
                files[entry.filename] = data
    except FileNotFoundError:
        raise _not_a_bundle(path, "there is no such file") from None
    except (OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error) as error:
        if isinstance(error, InputError):
            raise
        raise _not_a_bundle(path, f"it cannot be read: {error}") from None
    except zipfile.BadZipFile as error:
        raise _not_a_bundle(path, f"it is not a zip file: {error}") from None
    return files


def _object(files: Mapping[str, bytes], name: str, path: object) -> dict[str, Any]:
    try:
        found = json.loads(files[name])
    except (KeyError, ValueError, RecursionError):
        raise _not_a_bundle(path, f"{name} is missing or cannot be read") from None
    if not isinstance(found, dict):
        raise _not_a_bundle(path, f"{name} is not what is written there")
    return found


def _not_a_bundle(path: object, why: str) -> InputError:
    rule = "a bundle as result.bundle('bid.zip') writes it"
    problem = Problem("path", shown(str(path), 400), rule, f"{why}; ask for the file again, or bundle again")
    return InputError("verify", [problem])


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _readme(result: Result, texts: Mapping[str, str]) -> str:
    plan = result.plan
    what = {
        "study.toml": "the inputs: authority, plans, dates, seed. Run it: workforce-sim run study.toml",
        "table.csv": "means with 95% intervals, and where nine worlds in ten lie, by the end of every year",
        "compare.csv": "paired differences from the first scenario with simultaneous intervals",
        "report.html": "the page for the meeting; open it in a browser",
        "inputs.json": "the inputs of every scenario as they were used, with the key they give",
        "versions.json": "versions and digests of everything that decided the numbers",
    }
    listed = [f"  {name:14} {text}" for name, text in what.items() if name in texts]
    listed.append(
        "  worlds/        every number of every world, a file a scenario in the order of inputs.json"
    )
    listed.append("  manifest.json  digests of all these files")
    own = (
        ""
        if "study.toml" in texts
        else "\nPolicies of its own cannot be written as data: verify needs the study.\n"
    )
    return f"""{plan.authority.name}: {len(plan.scenarios)} scenarios in {result.replications} worlds,
{plan.years:g} years from {plan.start}, seed {plan.seed}, run with workforce_sim {__version__}.

Do the printed numbers still hold? It takes less than a minute to see:
  pip install workforce_sim
  workforce-sim verify THIS_FILE
{own}
What is in here:
{chr(10).join(listed)}
"""
