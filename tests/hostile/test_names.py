"""Names that would rather be code: in pages they are text, in charts they are letters, in files one value."""

from __future__ import annotations

import ast
import io
import warnings
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import workforce_sim as ws
from tests.hostile.worlds import SERVICES, START
from workforce_sim.authority.pathway import Pathway
from workforce_sim.report.charts.fan import fan_chart
from workforce_sim.report.charts.posts import posts_chart
from workforce_sim.report.charts.style import Chart
from workforce_sim.report.printed.excel import workbook
from workforce_sim.report.printed.page import page
from workforce_sim.report.printed.word import word
from workforce_sim.report.sections.rerun import python_lines
from workforce_sim.report.writable import writable_text

NAMES = {
    "script": "<script>alert(1)</script>",
    "closing": "</style></title></main></html><script>alert(1)</script>",
    "attribute": "\" onload='alert(1)' autofocus onfocus=alert(1) x=\"",
    "image": "<img src=x onerror=alert(1)>",
    "comment": "<!-- -->",
    "template": "{{ 7*7 }} {% for x in y %} {# #}",
    "entity": "&lt;b&gt; &amp;#60;script&#62;",
    "address": "javascript:alert(1)",
    "import": "@import url(//x.test/a.css); expression(alert(1))",
    "right to left": "\u202egnp.exe\u202c \u200f\u0645\u0631\u062d\u0628\u0627",
    "lines": "first\nsecond\ttabbed",
    "emoji": "👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 é ẛ̣",
    "formula": "=cmd|'/c calc'!A1,\"+1+1\",@SUM(A1)",
    "path": "../../etc/passwd",
    "windows path": "C:\\con\\nul",
    "format": "{0.__class__} {name} %s %d %(x)s",
    "mathematics": "$\\frac{",
    "more mathematics": "$\\undefined{x}$ $x_2^{$",
    "legend": "_hidden",
    "quotes": "''' \"\"\" \\",
    "nothing to see": "\u200b\u00a0x\u2028y",
    "control": "a\0b\x1b[31mred\x7f",
    "long": "Ämter" * 2000,
}

REFUSED = {"half a character": "\ud800", "too long": "x" * 20_001}


class Elements(HTMLParser):
    """What a browser would make of a page: its elements with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.other: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_decl(self, decl: str) -> None:
        self.other.append(decl)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def named(name: str) -> ws.Authority:
    """The small service with this name wherever a name can stand."""
    service = SERVICES["pathway"]
    assert service.pathway is not None
    posts = [group.model_dump() for group in service.posts]
    posts[0]["grade"], posts[1]["promoted_from"] = name, name
    pathway = service.pathway.model_dump()
    first = next(iter(pathway["stages"]))
    pathway["stages"] = {(f"{name}1" if s == first else s): stage for s, stage in pathway["stages"].items()}
    way_out = next(iter(pathway["exits"]))
    pathway["exits"] = {(f"{name}2" if e == way_out else e): exit_ for e, exit_ in pathway["exits"].items()}
    renamed = {first: f"{name}1", way_out: f"{name}2"}
    for stage in pathway["stages"].values():
        stage["next"] = {renamed.get(to, to): share for to, share in stage["next"].items()}
        stage["label"], stage["reviews_days"] = name, tuple(stage["reviews_days"])
        stage["team"] = f"{name}3" if stage["team"] == "assessment" else stage["team"]
    for field in ("turned_away", "ended_early"):
        pathway[field] = renamed.get(pathway[field], pathway[field])
    return service.with_changes(
        name=name,
        note=name,
        posts=tuple(posts),
        pathway=Pathway(**pathway),
        sources={"census.caseload": {"source": name, "evidence": "read"}},
    )


def study_of(name: str, replications: int = 2) -> ws.Result:
    """Two scenarios of a quarter, the second called the same and more, with policies that name a grade."""
    authority = named(name)
    grade = authority.grades[0]
    scenarios: dict[str, list[Any]] = {
        name: [],
        f"{name} 2": [
            ws.NewPosts(1, start=START, grade=grade),
            ws.PayChange(5, start=START, grades=[grade]),
        ],
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ws.WorkforceSimWarning)
        study = ws.Study(authority, scenarios, START, years=0.25, replications=replications)
        return study.run(progress=False, processes=1)


@pytest.fixture(scope="module")
def harmless() -> list[tuple[str, tuple[str, ...]]]:
    """The elements of the same page where every name is a word."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Chart, "png", lambda chart: b"unpainted")
        return Elements(page(study_of("Anytown"))).found


#: All of them one after the other, which is one page instead of twenty.
NAMES["all of them"] = " ".join(name for key, name in NAMES.items() if key != "long")


@pytest.mark.parametrize(
    "name",
    ["all of them", *(pytest.param(n, marks=pytest.mark.slow) for n in NAMES if n != "all of them")],
)
def test_names_make_no_elements(
    name: str, harmless: list[tuple[str, tuple[str, ...]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page has the elements and attributes that it has for any other name, and the name as text."""
    monkeypatch.setattr(Chart, "png", lambda chart: b"unpainted")  # that is tested with the charts below
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)  # the font of the charts has no emoji
        html = page(study_of(NAMES[name]))
    seen = Elements(html)
    assert seen.found == harmless
    assert seen.other == ["DOCTYPE html"]
    assert "".join(NAMES[name].split()) in "".join("".join(seen.text).split())
    assert "49" not in html or name != "template" or "{{ 7*7 }}" in html


DRAWN = ["mathematics", "more mathematics", "legend", "long", "control", "all of them"]


@pytest.mark.parametrize(
    "name", [n if n in DRAWN else pytest.param(n, marks=pytest.mark.slow) for n in NAMES]
)
def test_names_are_letters_on_charts(name: str) -> None:
    """Charts are drawn with the name in legend, title and key, whatever the name would mean elsewhere."""
    result = RESULTS[name] if name in RESULTS else RESULTS.setdefault(name, relabelled(NAMES[name]))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)
        for draw in (fan_chart, posts_chart):
            chart = draw(result, narrow=True)
            assert chart.png()[:4] == b"\x89PNG"
            assert chart.workforce_sim_alt


RESULTS: dict[str, ws.Result] = {}


def relabelled(name: str) -> ws.Result:
    """One result under other names of its scenarios: a chart depends on nothing else."""
    if "Anytown" not in RESULTS:
        RESULTS["Anytown"] = study_of("Anytown")
    before = RESULTS["Anytown"]
    names = dict(zip(before.plan.scenarios, (name, f"{name} 2"), strict=True))
    scenarios = {names[old]: listed for old, listed in before.plan.scenarios.items()}
    plan = type(before.plan)(
        before.authority, scenarios, before.plan.start, before.plan.years, before.plan.seed
    )
    data = before.data.assign_coords(scenario=list(scenarios)).assign_attrs(authority=name)
    return ws.Result(data, plan)


@pytest.mark.parametrize("name", NAMES)
def test_names_come_back_from_files(name: str, tmp_path: Path) -> None:
    """A service with such names is written, read and equal; no other file is made."""
    authority = named(NAMES[name])
    file = authority.to_file(tmp_path / "anytown.toml")
    assert ws.Authority.from_file(file) == authority
    assert [f.name for f in tmp_path.iterdir()] == ["anytown.toml"]


@pytest.mark.parametrize("name", [n for n in NAMES if "\0" not in NAMES[n]])  # no CSV file holds that one
def test_tables_keep_names_as_one_value(name: str) -> None:
    """Written to CSV and read again every name is one cell with what was in it, and moves no other."""
    result = relabelled(NAMES[name])
    for table in (result.table("caseload"), result.compare(result.scenarios[1]), result.budget()):
        text = table.reset_index().to_csv(index=False)
        again = pd.read_csv(io.StringIO(text, newline=""), keep_default_na=False, dtype=str)
        assert list(again.columns) == list(table.reset_index().columns)
        if "scenario" in again:
            assert set(again["scenario"]) == set(result.scenarios)
        assert len(again) == len(table)


@pytest.mark.parametrize("name", NAMES)
def test_the_lines_that_run_it_again_are_python_with_the_name_in_it(name: str) -> None:
    """The code on the page is one study with these two scenarios: the name breaks out of no quotes."""
    result = relabelled(NAMES[name])
    lines, whole = python_lines(result)
    assert whole
    (call,) = [n for n in ast.walk(ast.parse(lines)) if isinstance(n, ast.Dict)]
    keys = [k.value for k in call.keys if isinstance(k, ast.Constant)]
    assert keys == [NAMES[name], f"{NAMES[name]} 2"]
    called = [
        n.func.attr
        for n in ast.walk(ast.parse(lines))
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)
    ]
    assert sorted(called) == sorted(["Study", "from_file", "NewPosts", "PayChange", "report", "run"])
    assert eval(ast.unparse(call), {"ws": ws}) == {n: list(p) for n, p in result.plan.scenarios.items()}


@pytest.mark.parametrize(
    "name",
    ["all of them", *(pytest.param(n, marks=pytest.mark.slow) for n in ("long", "formula", "control"))],
)
def test_names_are_text_in_documents_and_workbooks(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are opened again, with the name in them (but for what no such file can hold), and no formula."""
    docx, openpyxl = pytest.importorskip("docx"), pytest.importorskip("openpyxl")
    result, held = relabelled(NAMES[name]), "".join(writable_text(NAMES[name]).split())
    with io.BytesIO() as file:
        Image.new("L", (1, 1)).save(file, format="png")
        dot = file.getvalue()
    monkeypatch.setattr(Chart, "png", lambda chart: dot)
    document = docx.Document(io.BytesIO(word(result)))
    assert held in "".join("".join(p.text for p in document.paragraphs).split())
    book = openpyxl.load_workbook(io.BytesIO(workbook(result)))
    cells = [cell for row in book["Scenarios"].iter_rows() for cell in row]
    assert all(cell.data_type in ("s", "n") for cell in cells)
    assert held in ["".join(str(cell.value).split()) for cell in cells]


@pytest.mark.parametrize("name", REFUSED)
def test_names_that_no_page_can_show_are_refused(name: str) -> None:
    """Halves of characters and whole books are no names."""
    bad, service = REFUSED[name], SERVICES["pathway"]
    group = {**service.posts[0].model_dump(), "grade": bad}
    for refused in (
        lambda: service.with_changes(name=bad),
        lambda: service.with_changes(posts=(group,)),
        lambda: service.with_changes(pathway={"stages": {bad: {"team": "t", "next": {"closed": 1.0}}}}),
        lambda: service.with_changes(pathway={"exits": {bad: {}}}),
        lambda: service.with_changes(sources={bad: {"source": "x", "evidence": "read"}}),
        lambda: service.with_changes(sources={"census.caseload": {"source": bad, "evidence": "read"}}),
        lambda: ws.Study(service, {bad: []}, START, 0.25),
        lambda: ws.NewPosts(1, start=START, grade=bad),
        lambda: ws.PayChange(1, start=START, grades=[bad]),
        lambda: ws.PracticeStage(bad, 0.5, start=START),
    ):
        with pytest.raises(ws.InputError, match="fix:"):
            refused()


@settings(max_examples=50, suppress_health_check=list(HealthCheck))
@given(name=st.text(min_size=1, max_size=30))
def test_any_name_is_text_or_refused(name: str) -> None:
    """Names of any letters there are: in the file and out of it, and on a chart."""
    try:
        authority = named(name)
        ws.Study(SERVICES["one stage"], {name: [], f"{name} 2": []}, START, 0.25)
    except ws.InputError:
        return
    assert ws.Authority.from_toml(authority.to_toml()) == authority
    assert posts_chart(relabelled(name), narrow=True).workforce_sim_alt
