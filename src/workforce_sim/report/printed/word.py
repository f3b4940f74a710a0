"""The report as a Word document, for templates of council papers: real headings, real tables, pictures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workforce_sim.report.blocks import (
    Block,
    Caution,
    Code,
    Group,
    Listing,
    Picture,
    Report,
    Table,
    Terms,
    Words,
)
from workforce_sim.report.contents import contents
from workforce_sim.report.printed.packages import needed
from workforce_sim.report.writable import writable_text

if TYPE_CHECKING:
    from workforce_sim.study.questions.answer import Answer
    from workforce_sim.study.result import Result

_LONGEST_TITLE = 255  # of the properties of a file
_WIDTH = 16.5  # centimetres of print on A4 with the margins below


def word(result: Result, answers: Sequence[Answer] = ()) -> bytes:
    """The report as the bytes of a .docx file, in the order of the page.

    Headings are Word's own, so that a template restyles them; tables are tables with a row that repeats on
    every page; charts are pictures with their alternative text. What the page folds away is left out.

    Raises:
        ExtraMissing: python-docx is not installed; the message has the line that installs it.
    """
    needed("docx", "word", "Result.to_word")
    return _printed(contents(result, answers, phones=False))


def _printed(report: Report) -> bytes:
    import docx
    from docx.shared import Cm, Pt

    document = docx.Document()
    _about(document, report)
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.25)
    page.top_margin = page.bottom_margin = Cm(2.0)
    document.styles["Normal"].font.size = Pt(10.5)
    document.add_heading(writable_text(report.title), 0)
    document.add_paragraph(writable_text(report.under))
    for section in report.sections:
        document.add_heading(writable_text(section.heading), 1)
        for block in section.blocks:
            _block(document, block)
    with io.BytesIO() as file:
        document.save(file)
        return file.getvalue()


def _about(document: Any, report: Report) -> None:
    """Title and language; nothing is said of who wrote it and when, which the library does not know."""
    import datetime as dt

    from docx.oxml.ns import qn

    about = document.core_properties
    about.title = writable_text(report.title)[:_LONGEST_TITLE]
    about.author, about.comments = "", ""
    about.language = "en-GB"
    about.created = about.modified = dt.datetime(2000, 1, 1)
    fonts = document.styles["Normal"].element.get_or_add_rPr()
    language = fonts.makeelement(qn("w:lang"), {qn("w:val"): "en-GB"})
    fonts.append(language)


def _block(document: Any, block: Block) -> None:
    from docx.shared import Pt

    if isinstance(block, Words):
        if block.kind == "heading":
            document.add_heading(writable_text(block.text), 2)
            return
        run = document.add_paragraph().add_run(writable_text(block.text))
        sizes = {"lead": Pt(12.5), "small": Pt(9)}
        if block.kind in sizes:
            run.font.size = sizes[block.kind]
    elif isinstance(block, Listing):
        for strong, text in block.items:
            paragraph = document.add_paragraph(style="List Bullet")
            if strong:
                paragraph.add_run(writable_text(f"{strong} ")).bold = True
            paragraph.add_run(writable_text(text))
    elif isinstance(block, Caution):
        paragraph = document.add_paragraph(style="Intense Quote")
        paragraph.add_run(writable_text(f"{block.heading} ")).bold = True
        paragraph.add_run(writable_text(block.text))
    elif isinstance(block, Terms):
        for name, text in block.pairs:
            paragraph = document.add_paragraph()
            paragraph.add_run(writable_text(f"{name}: ")).bold = True
            paragraph.add_run(writable_text(text))
    elif isinstance(block, Code):
        run = document.add_paragraph().add_run(writable_text(block.text))
        run.font.name, run.font.size = "Consolas", Pt(8.5)
    elif isinstance(block, Table):
        _table(document, block)
    elif isinstance(block, Picture):
        _picture(document, block)


def _picture(document: Any, block: Picture) -> None:
    from docx.shared import Cm

    caption = document.add_paragraph()
    caption.add_run(writable_text(block.caption)).bold = True
    caption.paragraph_format.keep_with_next = True
    drawn = document.add_picture(io.BytesIO(block.wide.png()), width=Cm(_WIDTH))
    named = drawn._inline.docPr
    named.set("descr", writable_text(block.wide.workforce_sim_alt))
    named.set("title", writable_text(block.caption))


def _table(document: Any, block: Table) -> None:
    from docx.shared import Pt

    caption = document.add_paragraph()
    said = caption.add_run(writable_text(block.caption))
    said.font.size, said.italic = Pt(9), True
    caption.paragraph_format.keep_with_next = True
    rows = 1 + sum(len(group.rows) + bool(group.heading) for group in block.groups)
    table = document.add_table(rows, len(block.columns), style="Light Grid Accent 1")
    cells = [list(row.cells) for row in table.rows]  # asking for a row at a time is quadratic
    _repeats(table.rows[0])
    for cell, name in zip(cells[0], block.columns, strict=True):
        _write(cell, [name], bold=True)
    at = 1
    for group in block.groups:
        at = _group(cells, at, group)
    document.add_paragraph()


def _group(cells: list[list[Any]], at: int, group: Group) -> int:
    """Write the rows of a group from a row on; gives the row after it."""
    if group.heading:
        whole = cells[at][0].merge(cells[at][-1])
        _write(whole, [f"{group.heading} ({group.note})" if group.note else group.heading], bold=True)
        at += 1
    for row in group.rows:
        _write(cells[at][0], [row.name, row.under] if row.under else [row.name])
        for cell, said in zip(cells[at][1:], row.cells, strict=True):
            _write(cell, [said.value, *said.under], bold=said.strong)
        at += 1
    return at


def _write(cell: Any, lines: list[str], *, bold: bool = False) -> None:
    """Lines in a cell: what it says, and small print below."""
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    for i, line in enumerate(lines):
        run = paragraph.add_run(writable_text(line))
        run.font.size = Pt(8 if i else 9)
        run.bold = bold and not i
        if i + 1 < len(lines):
            run.add_break()


def _repeats(row: Any) -> None:
    """The first row is the heading of the columns on every page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)
