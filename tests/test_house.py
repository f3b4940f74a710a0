"""The rules of the house: how large files are, what they are called and which way imports point."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src"
PACKAGE = "workforce_sim"

LONGEST_FILE = 400

# What each part may not import, at the top, inside a function or for types. A name on its own is a part of
# the library with everything in it; "workforce.*" is its inside: the part itself may be imported, its
# modules may not.
FORBIDDEN = {
    "authority": {
        *("casework", "workforce", "interventions", "simulation"),
        *("measures", "study", "report", "data"),
    },
    "demand": {"casework", "workforce", "interventions", "simulation", "measures", "study", "report", "data"},
    "casework": {"simpy", "workforce", "interventions", "simulation", "measures", "study", "report"},
    "workforce": {"interventions", "simulation", "measures", "study", "report"},
    "interventions": {"casework", "workforce", "simulation", "measures", "study", "report"},
    "simulation": {"study", "report"},
    "measures": {"casework.*", "workforce.*", "simulation", "study", "report"},
    "numbers": {"casework", "workforce", "interventions", "simulation", "study", "report"},
    "study": {"report"},
    "report": {"casework.*", "workforce.*", "simulation"},
    # Inside the report: a chart knows no section, a section not what it is printed on.
    "report/child": {
        "report.charts",
        "report.sections",
        "report.contents",
        "report.printed",
        "report.explorer",
    },
    "report/charts": {"report.sections", "report.contents", "report.printed", "report.explorer"},
    "report/sections": {"report.contents", "report.printed", "report.explorer"},
    "report/printed": {"report.explorer"},
}
# What a part may name in annotations although it may not import it when it runs.
ALLOWED_FOR_TYPES = {"interventions": {"workforce"}, "authority": {"data"}}
# What a part may import in a function, when it is called: an answer knows nothing of its chart until it is
# to be drawn, nor an authority of lists until it is to be made from them.
ALLOWED_WHEN_CALLED = {"study": {"report"}, "authority": {"data"}}
PARTS = [*FORBIDDEN, "data"]

HEAVY = ["matplotlib.pyplot", "numba", "pandas", "scipy.stats", "xarray"]


class Import(NamedTuple):
    """One imported module, and where."""

    module: str
    line: int
    for_types: bool
    when_called: bool


def files_of(part: str) -> list[Path]:
    """List the modules of a package, or the one module of that name."""
    folder = SRC / PACKAGE / part
    return sorted(folder.rglob("*.py")) or [path for path in [folder.with_suffix(".py")] if path.exists()]


def is_module(name: str) -> bool:
    path = SRC.joinpath(*name.split("."))
    return name.removeprefix(f"{PACKAGE}.") in PARTS or path.is_dir() or path.with_suffix(".py").exists()


def imports_of(source: str, package: str) -> Iterator[Import]:
    """Find every import in a module of `package`, relative ones spelled out."""
    tree = ast.parse(source)
    guarded = {
        node
        for test in ast.walk(tree)
        if isinstance(test, ast.If) and ast.unparse(test.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
        for statement in test.body
        for node in ast.walk(statement)
    }
    in_functions = {
        node
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            named = [f"{base}.{alias.name}" for alias in node.names]
            modules = [name if is_module(name) else base for name in named]
        else:
            continue
        for module in modules:
            yield Import(module, node.lineno, node in guarded, node in in_functions)


def is_forbidden(module: str, rule: str) -> bool:
    name = module.removeprefix(f"{PACKAGE}.")
    if rule.endswith(".*"):
        return name.startswith(rule.removesuffix("*"))
    return name == rule or name.startswith(f"{rule}.")


def wrong_imports(part: str, source: str, package: str) -> list[Import]:
    return [
        found
        for found in imports_of(source, package)
        for rule in sorted(FORBIDDEN[part])
        if is_forbidden(found.module, rule)
        and not (found.for_types and rule in ALLOWED_FOR_TYPES.get(part, set()))
        and not (found.when_called and rule in ALLOWED_WHEN_CALLED.get(part, set()))
    ]


def package_of(path: Path) -> str:
    return ".".join(path.relative_to(SRC).parent.parts)


def test_no_source_file_is_longer_than_one_idea() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in SRC.rglob("*.py")
    }
    assert lengths
    too_long = {path: length for path, length in lengths.items() if length > LONGEST_FILE}
    assert not too_long, f"more than {LONGEST_FILE} lines is asking to be two files: {too_long}"


def test_no_file_is_called_utils() -> None:
    folders = [ROOT / name for name in ("src", "tests", "benchmarks", "examples")]
    found = [str(path.relative_to(ROOT)) for folder in folders for path in folder.rglob("utils.py")]
    assert not found, f"name the file after the concept in it: {found}"


@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_there(part: str) -> None:
    assert files_of(part), f"src/{PACKAGE}/{part} is gone: if it was renamed, rename it in this test as well"


@pytest.mark.parametrize("part", FORBIDDEN)
def test_imports_point_one_way(part: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{found.line} imports {found.module}"
        for path in files_of(part)
        for found in wrong_imports(part, path.read_text(encoding="utf-8"), package_of(path))
    ]
    assert not wrong, f"{part} may not know of {', '.join(sorted(FORBIDDEN[part]))}:\n" + "\n".join(wrong)


def test_nothing_inside_imports_from_the_front_door() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{found.line}"
        for path in SRC.rglob("*.py")
        for found in imports_of(path.read_text(encoding="utf-8"), package_of(path))
        if found.module == PACKAGE
    ]
    assert not wrong, f"import from the module that defines the name, not from {PACKAGE}: {wrong}"


@pytest.mark.parametrize(
    ("part", "line"),
    [
        ("authority", "import workforce_sim.casework.kernel"),
        ("authority", "from workforce_sim import casework"),
        ("demand", "from ..simulation import Simulation"),
        ("demand", "def late():\n    from workforce_sim.study.run import Study"),
        ("casework", "import simpy.events"),
        ("casework", "from simpy import Environment"),
        ("interventions", "from workforce_sim.workforce import Post"),
        ("measures", "from ..casework.kernel import advance"),
        ("workforce", "from workforce_sim.measures.paths import MEASURES"),
        ("authority", "from workforce_sim.data import lists"),
        ("study", "from workforce_sim.report.charts.fan import fan_chart"),
        ("study", "if TYPE_CHECKING:\n    from workforce_sim.report.child.futures import Child"),
        ("numbers", "def late():\n    from workforce_sim.report.charts import style"),
        ("report", "from .. import simulation"),
        ("report/charts", "from workforce_sim.report.sections.levels import levels_table"),
        ("report/sections", "from workforce_sim.report.printed import page"),
    ],
)
def test_the_import_rule_sees_every_form(part: str, line: str) -> None:
    assert wrong_imports(part, line, f"{PACKAGE}.{part}")


@pytest.mark.parametrize(
    ("part", "line"),
    [
        ("authority", "import numpy as np\nfrom .defaults import Default\nfrom ..demand import tape"),
        ("casework", "import simpy_like"),
        ("interventions", "from workforce_sim.authority import Authority"),
        ("interventions", "if TYPE_CHECKING:\n    from workforce_sim.workforce.posts import Post"),
        ("measures", "from ..casework import Ledger"),
        ("authority", "if TYPE_CHECKING:\n    from workforce_sim.data.lists import StaffList"),
        ("study", "def plot():\n    from workforce_sim.report.charts.fan import fan_chart"),
        ("study", "from workforce_sim.numbers import plain"),
    ],
)
def test_the_import_rule_lets_the_others_pass(part: str, line: str) -> None:
    assert not wrong_imports(part, line, f"{PACKAGE}.{part}")


def test_a_module_imported_by_name_is_told_from_a_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / PACKAGE / "casework").mkdir(parents=True)
    (tmp_path / PACKAGE / "casework" / "kernel.py").touch()
    monkeypatch.setattr(sys.modules[__name__], "SRC", tmp_path)
    line = "from ..casework import Ledger, kernel"
    wrong = wrong_imports("measures", line, f"{PACKAGE}.measures")
    assert [found.module for found in wrong] == [f"{PACKAGE}.casework.kernel"]


def test_importing_the_library_stays_light() -> None:
    code = (
        f"import json, sys; sys.path.insert(0, {str(SRC)!r}); "
        f"import {PACKAGE}; print(json.dumps(list(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    loaded = json.loads(answer.stdout)
    assert PACKAGE in loaded
    heavy = [module for module in HEAVY if module in loaded]
    assert not heavy, f"`import {PACKAGE}` loads {heavy}: import them where they are used, not at the top"
