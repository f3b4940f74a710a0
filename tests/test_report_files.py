"""The report as a Word document and a workbook: real headings, tables and numbers, names that stay text."""

from __future__ import annotations

import datetime as dt
import importlib.util
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import workforce_sim as ws
from tests.test_report import HOSTILE, PLANS, START, study
from workforce_sim.measures.paths import MEASURES
from workforce_sim.report.blocks import Picture, Table
from workforce_sim.report.charts.style import Chart
from workforce_sim.report.contents import contents
from workforce_sim.study.questions.claim import Claim

docx = pytest.importorskip("docx", reason="python-docx (the extra word) is not installed")
openpyxl = pytest.importorskip("openpyxl", reason="openpyxl (the extra excel) is not installed")

#: Names that a spreadsheet would take for formulas, or a file could not hold.
FORMULAS = ["=1+1", "+1+1", "-1+1", '@SUM(1,1) "&"', '=HYPERLINK("http://x.test")\x07', HOSTILE]


@pytest.fixture(scope="module")
def result() -> ws.Result:
    return study(PLANS)


@pytest.fixture(scope="module")
def hostile() -> ws.Result:
    scenarios = {name: [ws.NewPosts(i, start=START)] if i else [] for i, name in enumerate(FORMULAS)}
    return study(scenarios, years=0.25, replications=10, name="=cmd|' /C calc'!A0", note="{{ 1 }}\x00")


@pytest.fixture(scope="module")
def claim(result: ws.Result) -> Claim:
    return result.claim("average caseload below 15", "10 posts")


@pytest.fixture(scope="module")
def book(result: ws.Result, claim: Claim, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = result.to_excel(tmp_path_factory.mktemp("excel") / "bid.xlsx", answers=[claim])
    return openpyxl.load_workbook(path)


@pytest.fixture
def dots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of one dot, where a test is not about what is on them: painting takes most of the time."""
    with io.BytesIO() as file:
        Image.new("L", (1, 1)).save(file, format="png")
        dot = file.getvalue()
    monkeypatch.setattr(Chart, "png", lambda chart: dot)


@pytest.mark.usefixtures("dots")
def test_a_document_is_the_page_in_words_own_headings_and_tables(
    result: ws.Result, claim: Claim, tmp_path: Path
) -> None:
    made = docx.Document(str(result.to_word(tmp_path / "bid.docx", answers=[claim])))
    report = contents(result, [claim], phones=False)
    headings = [p.text for p in made.paragraphs if p.style.name == "Heading 1"]
    assert headings == [section.heading for section in report.sections]
    assert made.paragraphs[0].style.name == "Title"
    assert made.core_properties.title == report.title
    blocks = [block for section in report.sections for block in section.blocks]
    tables = [block for block in blocks if isinstance(block, Table)]
    assert len(made.tables) == len(tables)
    for table, block in zip(made.tables, tables, strict=True):
        assert [cell.text for cell in table.rows[0].cells] == list(block.columns)
        assert table.rows[0]._tr.trPr.xpath("w:tblHeader"), "the headings of columns repeat on every page"
    pictures = [block for block in blocks if isinstance(block, Picture)]
    drawn = [shape._inline.docPr for shape in made.inline_shapes]
    assert [d.get("descr") for d in drawn] == [p.wide.workforce_sim_alt for p in pictures]
    assert all(len(d.get("descr")) > 80 for d in drawn)
    text = "\n".join(p.text for p in made.paragraphs)
    assert claim.sentence in text
    first = made.tables[0].rows[2].cells  # below the headings of columns and of the first measure
    assert first[0].text == "10 posts"
    assert first[-1].text == "lower in 10 of 10"


@pytest.mark.usefixtures("dots")
def test_names_in_a_document_are_text(hostile: ws.Result, tmp_path: Path) -> None:
    made = docx.Document(str(hostile.to_word(tmp_path / "bid.docx")))
    text = "\n".join(p.text for p in made.paragraphs)
    for name in FORMULAS:
        assert name.replace("\x07", "\ufffd") in text
    with zipfile.ZipFile(tmp_path / "bid.docx") as parts:
        xml = parts.read("word/document.xml").decode()
        links = parts.read("word/_rels/document.xml.rels").decode()
    assert "<script" not in xml
    assert "w:fldSimple" not in xml
    assert "w:instrText" not in xml
    assert "TargetMode" not in links, "nothing outside the file is named"


def test_a_workbook_has_a_sheet_a_table_and_numbers_that_are_numbers(
    result: ws.Result, tmp_path: Path
) -> None:
    claim = result.claim("average caseload below 15", "10 posts")
    book = openpyxl.load_workbook(result.to_excel(tmp_path / "bid.xlsx", answers=[claim]))
    assert book.sheetnames[0] == "Read me"
    explained = {row[0]: row[1] for row in book["Read me"].iter_rows(values_only=True)}
    assert explained["Seed"] == 3
    assert explained["Start"] == dt.datetime(2025, 10, 1)
    assert all(f"Sheet “{name}”" in explained for name in book.sheetnames[1:])
    assert explained["Sheet “Answer 1”"] == claim.sentence
    rows = list(book["Every month"].iter_rows(min_row=4, values_only=True))
    assert len(rows) == len(MEASURES) * len(result.scenarios) * (result.months() + 1)
    last = next(r for r in rows if r[:3] == ("Average caseload", "10 posts", dt.datetime(2026, 10, 1)))
    assert last[3] == pytest.approx(result.samples("caseload", "10 posts")[:, -1].mean())
    assert last[-1] == "children per case-holder FTE"
    columns = [cell.value for cell in book["Differences"][3]]
    assert columns[:4] == ["measure", "scenario", "month", "difference"]
    found = result.compare("10 posts", measures="agency_fte").iloc[-1]
    row = next(
        r
        for r in book["Differences"].iter_rows(min_row=4, values_only=True)
        if r[:2] == ("Agency workers", "10 posts")
    )
    assert row[3] == pytest.approx(found["difference"])
    money = list(book["Budget"].iter_rows(min_row=4, values_only=True))
    total = sum(r[4] for r in money if r[0] == "10 posts" and r[2] == "total")
    assert total == pytest.approx(result.samples("cost_to_date_gbp", "10 posts")[:, -1].mean())


def test_every_sheet_has_units_or_says_what_its_numbers_are(book: Any) -> None:
    for sheet in book.worksheets[1:]:
        columns = " ".join(str(cell.value) for cell in sheet[3])
        units = ("unit", "verdict", "pounds", "FTE", "working days", "source", "policy", "why")
        said = f"{columns} {sheet['A1'].value}"
        assert any(unit in said for unit in units), sheet.title
        assert sheet.freeze_panes == "A4"


def test_no_name_becomes_a_formula(hostile: ws.Result, tmp_path: Path) -> None:
    path = hostile.to_excel(tmp_path / "bid.xlsx")
    book = openpyxl.load_workbook(path)
    seen = set()
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate, cell.value)
                if isinstance(cell.value, str) and cell.value[:1] in "=+-@":
                    assert cell.quotePrefix, "and it stays text when somebody edits it"
                    seen.add(cell.value)
    assert {name.replace("\x07", "\ufffd") for name in FORMULAS[:-1]} <= seen
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            assert b"<f>" not in parts.read(name), name
            assert b'http://x.test"/' not in parts.read(name), name


def test_what_has_no_value_is_an_empty_cell(result: ws.Result, book: Any) -> None:
    first = next(
        r
        for r in book["Every month"].iter_rows(min_row=4, values_only=True)
        if r[:3] == ("Turnover, last 12 months", "Do nothing", dt.datetime(2025, 10, 1))
    )
    assert np.isnan(result.samples("turnover_rate", "Do nothing")[:, 0]).all()
    assert first[3:8] == (None,) * 5


@pytest.mark.parametrize(
    ("write", "package", "extra"), [("to_word", "docx", "word"), ("to_excel", "openpyxl", "excel")]
)
def test_a_missing_package_is_named_with_the_line_that_installs_it(
    result: ws.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: str, package: str, extra: str
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        "workforce_sim.report.printed.packages.find_spec",
        lambda name: None if name == package else real(name),
    )
    with pytest.raises(ws.ExtraMissing, match=rf'pip install "workforce_sim\[{extra}\]"'):
        getattr(result, write)(tmp_path / "bid")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", ["to_word", "to_excel"])
def test_files_are_written_whole_or_not_at_all(result: ws.Result, tmp_path: Path, write: str) -> None:
    with pytest.raises(ws.InputError, match="folder"):
        getattr(result, write)(tmp_path / "missing" / "bid")
    with pytest.raises(ws.InputError, match="not a folder"):
        getattr(result, write)(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_picture_of_the_document_is_a_picture(result: ws.Result, tmp_path: Path) -> None:
    with zipfile.ZipFile(result.to_word(tmp_path / "bid.docx")) as parts:
        images = [parts.read(n) for n in parts.namelist() if n.startswith("word/media/")]
    assert len(images) == 8
    assert all(io.BytesIO(image).read(8) == b"\x89PNG\r\n\x1a\n" for image in images)
