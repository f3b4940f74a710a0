"""The documentation says what is there: links, pages, names, the picture of the parts, the glossary."""

import ast
import importlib.util
import inspect
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest

import workforce_sim as ws
from tests.test_house import PACKAGE, ROOT, SRC, imports_of, package_of
from workforce_sim import testing
from workforce_sim.study.questions.answer import Answer

DOCS = ROOT / "docs"
#: Written when the site is built.
WRITTEN = ("_build", "_generated")
PAGES = sorted(page for page in DOCS.rglob("*.md") if page.relative_to(DOCS).parts[0] not in WRITTEN)
READ_ELSEWHERE = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")]

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"(?m)^#+ (.+)$")


def module(name: str) -> ModuleType:
    """Import a module that stands in docs/."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def prose(page: Path) -> str:
    """The text of a page without what stands between fences."""
    return re.sub(r"(?ms)^(```|~~~).*?^\1\s*$", "", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """The names GitHub and the site give the headings of a page."""
    found = set()
    for heading in HEADING.findall(prose(page)):
        words = re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading).lower())
        found.add(words.strip().replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", [*PAGES, *READ_ELSEWHERE], ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """A link in the repository leads to a file and a heading that are there; one to elsewhere is whole."""
    wrong = []
    for link in LINK.findall(prose(page)):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            good = parts.scheme == "https" and "." in parts.netloc and not parts.netloc.endswith(".")
        elif parts.path:
            target = (page.parent / parts.path).resolve()
            written = DOCS / "_generated" in target.parents
            good = ROOT in target.parents and (target.exists() or (written and DOCS in page.parents))
            if good and parts.fragment and target.suffix == ".md" and not written:
                good = parts.fragment in anchors(target)
        else:
            good = parts.fragment in anchors(page)
        if not good:
            wrong.append(link)
    assert not wrong


def toctrees(page: Path) -> list[Path]:
    """The pages that a page puts into the table of contents."""
    found = []
    for listed in re.findall(r"(?ms)^```\{toctree\}\n(.*?)^```", page.read_text(encoding="utf-8")):
        for line in listed.splitlines():
            name = re.sub(r".*<(.+)>", r"\1", line.strip())
            if name and not name.startswith(":"):
                found.append((page.parent / f"{name}.md").resolve())
    return found


def test_every_page_is_in_the_table_of_contents_once() -> None:
    listed = [page for here in PAGES for page in toctrees(here)]
    assert len(listed) == len(set(listed)), "a page stands in the contents twice"
    missing = set(PAGES) - set(listed) - {DOCS / "index.md"}
    assert not missing, "put it into the toctree of docs/index.md or of the page it belongs to"


def test_how_to_pages_are_questions() -> None:
    titles = [HEADING.findall(page.read_text(encoding="utf-8"))[0] for page in (DOCS / "how-to").glob("*.md")]
    assert len(titles) >= 9
    assert [title for title in titles if not title.endswith("?")] == []


def test_every_public_name_is_in_the_reference() -> None:
    """Names of ``__all__`` have a directive that writes them from their docstring."""
    directives = "\n".join(page.read_text(encoding="utf-8") for page in (DOCS / "reference").glob("*.md"))
    directives += module("site_pages").policies_text()
    documented = {name.rpartition(".")[2] for name in re.findall(r"auto\w+:: ([\w.]+)", directives)}
    assert set(ws.__all__) - documented == {"__version__"}
    assert set(testing.__all__) <= documented


def test_every_answer_of_a_question_is_in_the_reference() -> None:
    """Whatever a question gives back is described, also where it has no public name."""
    for file in (SRC / PACKAGE / "study" / "questions").glob("*.py"):
        importlib.import_module(f"{PACKAGE}.study.questions.{file.stem}")
    page = (DOCS / "reference" / "questions.md").read_text(encoding="utf-8")
    answers = {answer.__name__ for answer in Answer.__subclasses__() if ".questions." in answer.__module__}
    assert len(answers) >= 8
    assert {name for name in answers if f".{name}\n" not in page} == set()


# -- pages written from the library ------------------------------------------------------------------


def cells(line: str) -> list[str]:
    return [one.strip() for one in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_every_assumption_is_on_the_page_with_its_evidence() -> None:
    """Setting, value, unit, class and source, as the records have them."""
    site = module("site_pages")
    lines = [cells(line) for line in site.assumptions_page().splitlines() if line.startswith("| `")]
    register = ws.Authority.preset(site.FIRST_PRESET).assumptions()
    by_name = {line[0].strip("`"): line for line in lines[: len(register)]}
    assert set(by_name) == set(register.index)
    for name, row in register.iterrows():
        _, value, unit, source = by_name[str(name)]
        assert value.startswith(site.cell(row["value"]))
        assert unit == site.cell(row["unit"])
        assert source == site.cell(f"{row['evidence']}: {row['source']}")
        assert ("(" in value) == bool(site._range(row["low"], row["high"]))


def test_the_page_of_measures_has_every_measure_and_lever() -> None:
    from workforce_sim.measures.paths import NAMES
    from workforce_sim.workforce.levers import LEVERS

    page = module("site_pages").measures_page()
    assert [name for name in (*NAMES, *LEVERS) if f"| `{name}` |" not in page] == []


def test_the_page_of_examples_shows_every_script_it_lists() -> None:
    page = module("site_pages").examples_page()
    listed = set(re.findall(r"#example-(\w+)", page))
    assert len(listed) >= 8
    assert all((ROOT / "examples" / f"{script}.py").exists() for script in listed)
    assert listed == set(re.findall(r"literalinclude\} \.\./\.\./examples/(\w+)\.py", page))


def test_the_page_of_the_command_has_every_option() -> None:
    from workforce_sim.command import _parser

    page = module("site_pages").command_page()
    options = set(re.findall(r'"(--[a-z-]+)"', (SRC / PACKAGE / "command.py").read_text(encoding="utf-8")))
    assert {"--report", "--seconds"} <= options
    assert {option for option in options if option not in page} == set()
    assert "usage: workforce-sim" in page
    assert _parser().prog == "workforce-sim"


def test_what_stands_in_a_cell_is_text() -> None:
    """A bar, a star or an angle in a source does not break the table or mark the text."""
    site = module("site_pages")
    assert site.table(["a"], [["x|y *z* <b>"]]).splitlines()[2] == r"| x\|y \*z\* \<b> |"


# -- the picture of the parts --------------------------------------------------------------------------


def test_the_picture_of_the_architecture_is_the_one_that_is_drawn() -> None:
    picture = module("architecture_picture")
    assert picture.PICTURE.read_text(encoding="utf-8") == picture.svg(), "python docs/architecture_picture.py"


def test_imports_point_down_in_the_picture() -> None:
    """No part imports, when it is loaded, from its row or one above it; every part is in the picture."""
    picture = module("architecture_picture")
    rows: dict[str, int] = {name: i for i, layer in enumerate(picture.LAYERS) for name in layer}
    rows |= dict.fromkeys(picture.FLOOR, len(picture.LAYERS))
    wrong, parts = [], set()
    for path in (SRC / PACKAGE).rglob("*.py"):
        part = path.relative_to(SRC / PACKAGE).parts[0].removesuffix(".py")
        if part.startswith("_"):
            continue
        parts.add(part)
        for found in imports_of(path.read_text(encoding="utf-8"), package_of(path)):
            name = found.module.removeprefix(f"{PACKAGE}.")
            to = name.split(".")[0]
            loaded = found.module != name and not found.for_types and not found.when_called
            if not loaded or to == part or to.startswith("_"):
                continue
            on_the_floor = part in picture.FLOOR and to in picture.FLOOR
            if rows[to] <= rows[part] and not on_the_floor:
                wrong.append(f"{path.relative_to(ROOT)}:{found.line} imports {found.module}")
    assert parts == set(rows), "the picture has other parts than the library: docs/architecture_picture.py"
    assert not wrong


# -- words ---------------------------------------------------------------------------------------------


def glossary() -> list[str]:
    text = (DOCS / "explanation" / "glossary.md").read_text(encoding="utf-8")
    rows = [cells(line)[0] for line in text.splitlines() if line.startswith("| ")]
    return [word for word in rows if word not in ("word", "---")]


def test_the_glossary_is_in_order_and_nothing_twice() -> None:
    words = glossary()
    assert len(words) == len(set(words)) > 40
    starts = [i for i, word in enumerate(words) if i and word.lower() < words[i - 1].lower()]
    assert len(starts) == 1, "two lists, each in alphabetical order"


def test_words_of_the_glossary_are_used() -> None:
    """A word nobody meets in these pages needs no explanation here."""
    pages = [page for page in PAGES if page.name != "glossary.md"]
    text = " ".join(page.read_text(encoding="utf-8") for page in [*pages, *READ_ELSEWHERE]).lower()
    unused = [
        word
        for word in glossary()
        if word.lower().removesuffix("s").replace("-", " ") not in text.replace("-", " ")
    ]
    assert unused == []


def test_the_example_in_ethics_is_the_number_that_was_found() -> None:
    said = re.search(
        r"average caseload ([\d.]+) lower .*?\(([\d.]+) to ([\d.]+)",
        prose(DOCS / "explanation" / "ethics.md"),
    )
    assert said is not None
    found = re.search(
        r"80 posts: caseload −([\d.]+) \(−([\d.]+) to −([\d.]+)\)", prose(DOCS / "birmingham.md")
    )
    assert found is not None
    assert said[1] == found[1]
    assert {said[2], said[3]} == {found[2], found[3]}


# -- examples ------------------------------------------------------------------------------------------


def test_every_notebook_has_a_title_and_no_output() -> None:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        assert "".join(notebook["cells"][0]["source"]).startswith("# "), path.name
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert [cell["outputs"] for cell in code if cell["outputs"]] == [], path.name


def examples_that_are_not_doctests() -> list[Any]:
    found = []
    for page in [*PAGES, ROOT / "README.md"]:
        blocks = re.findall(r"(?ms)^```python\n(.*?)^```", page.read_text(encoding="utf-8"))
        for number, text in enumerate(blocks):
            if ">>>" not in text:
                found.append(pytest.param(text, id=f"{page.relative_to(ROOT)}-{number}"))
    return found


#: What stands behind the names that examples use for what they made before.
MADE = {"study": ws.Study, "result": ws.Result, "authority": ws.Authority}
MADE |= dict.fromkeys(("mine", "birmingham", "ours"), ws.Authority)


def called(node: ast.expr) -> Any:
    """What an example calls, by the names it uses; None for what is not the library's."""
    if isinstance(node, ast.Name):
        return ws if node.id == "ws" else MADE.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = called(node.value)
        return None if owner is None else getattr(owner, node.attr)  # no such name: a failure that says so
    return None


@pytest.mark.parametrize("text", examples_that_are_not_doctests())
def test_examples_that_need_a_real_service_are_calls_that_exist(text: str) -> None:
    """They take files or minutes; every name in them is there and takes the arguments it is given."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute):
            called(node)
        if not isinstance(node, ast.Call) or (function := called(node.func)) is None:
            continue
        name = node.func.value if isinstance(node.func, ast.Attribute) else None
        of_a_value = isinstance(name, ast.Name) and name.id in MADE and inspect.isfunction(function)
        given = [None] * (len(node.args) + of_a_value)  # self
        named = {word.arg: None for word in node.keywords if word.arg}
        inspect.signature(function).bind(*given, **named)


#: These need the published returns, which are not in the repository, or leave something to fill in.
NOT_ALONE = ("from_csww", "=...")


@pytest.mark.slow
def test_the_examples_of_the_readme_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after another, a small service of three teams standing in for Birmingham, in few worlds."""
    service = testing.lively_authority().with_changes(teams={"number": 3})

    class FewWorlds(ws.Study):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **{"replications": 10, "processes": 1, **named})

    monkeypatch.setattr(ws, "Study", FewWorlds)
    monkeypatch.setattr(ws.Authority, "preset", lambda name: service)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"(?ms)^```python\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"))
    runnable = [text for text in blocks if not any(word in text for word in NOT_ALONE)]
    assert len(runnable) >= 3
    names: dict[str, Any] = {}
    for text in runnable:
        exec(compile(text, "README.md", "exec"), names)
    assert (tmp_path / "bid.html").stat().st_size > 10_000
