"""The tables as an Excel workbook: one sheet a table, numbers as numbers, units beside them."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from workforce_sim.measures.paths import BY_NAME, MEASURES, NAMES
from workforce_sim.numbers import points
from workforce_sim.report.answer import report_months
from workforce_sim.report.printed.packages import needed
from workforce_sim.report.sections.left_out import left_out
from workforce_sim.report.sections.register import setting_name, shown
from workforce_sim.report.sections.rerun import python_lines
from workforce_sim.report.worlds_again import run_again
from workforce_sim.report.writable import writable_text

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.study.questions.answer import Answer
    from workforce_sim.study.result import Result

_MOST_LETTERS = 32_000  # Excel takes 32,767 in a cell
_WIDEST = 60  # letters of a column


class Sheet(NamedTuple):
    """One sheet: its name, what is in it, the headings of its columns, and rows of typed values."""

    name: str
    about: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


def workbook(result: Result, answers: Sequence[Answer] = ()) -> bytes:
    """The tables as the bytes of an .xlsx file. Text is text: nothing in it is ever a formula.

    Raises:
        ExtraMissing: openpyxl is not installed; the message has the line that installs it.
    """
    needed("openpyxl", "excel", "Result.to_excel")
    import openpyxl

    sheets = [
        _levels(result),
        *([_differences(result)] if len(result.scenarios) > 1 else []),
        _budget(result),
        *([_prices(result)] if len(result.scenarios) > 1 else []),
        _change(result),
        _months(result),
        *_worlds_again(result),
        *(_answer(i, answer) for i, answer in enumerate(answers, 1)),
        _plans(result),
        _register(result),
        Sheet("Left out", "What the model does not have.", ("what", "why"), left_out(result.authority)),
    ]
    book = openpyxl.Workbook()
    for empty in book.worksheets:
        book.remove(empty)
    for sheet in [_first(result, sheets), *sheets]:
        _write(book, sheet)
    about = book.properties
    about.creator, about.title = "", writable_text(f"{result.data.attrs['authority']}: workforce plan")
    about.created = about.modified = dt.datetime(2000, 1, 1)
    with io.BytesIO() as file:
        book.save(file)
        return file.getvalue()


def _first(result: Result, sheets: list[Sheet]) -> Sheet:
    """The sheet that explains the others."""
    about = result.data.attrs
    said: list[tuple[str, Any]] = [
        ("What this is", f"The tables of a simulated workforce plan for {about['authority']}."),
        ("Start", dt.date.fromisoformat(str(about["start"]))),
        ("Months", result.months()),
        ("Scenarios", len(result.scenarios)),
        ("Compared with", result.baseline),
        ("Worlds (replications)", result.replications),
        ("Seed", int(about["seed"])),
        ("Version of workforce_sim", str(about["workforce_sim"])),
        ("Version of the random streams", int(about["stream_version"])),
        (
            "How to read it",
            "mean, low, high: average over the worlds and its 95% interval. p5, p95: nine worlds in ten "
            "lie between them. Chance only: assumptions are held fixed. An empty cell has no value: a "
            "rate of the last twelve months in the first year, for instance.",
        ),
        ("To run it again", python_lines(result)[0]),
        *((f"Sheet “{sheet.name}”", sheet.about) for sheet in sheets),
    ]
    return Sheet("Read me", "", ("what", "value"), said)


def _unit(measure: str, *, difference: bool = False) -> str:
    unit = BY_NAME[measure].unit
    return points(unit) if difference else unit


def _levels(result: Result) -> Sheet:
    table = result.table(list(NAMES), at=report_months(result))
    rows = [
        (BY_NAME[m].label, name, int(month), *map(float, row), _unit(m))
        for (m, name, month), row in zip(table.index, table.to_numpy(), strict=True)
    ]
    columns = ("measure", "scenario", "month", *map(str, table.columns), "unit")
    return Sheet("Figures", "Every measure of every scenario at the dates of the report.", columns, rows)


def _differences(result: Result) -> Sheet:
    names, months = list(NAMES), report_months(result)
    rows: list[tuple[Any, ...]] = []
    columns: tuple[str, ...] = ()
    for scenario in result.scenarios[1:]:
        table = result.compare(scenario, measures=names, at=months)
        columns = ("measure", "scenario", "month", *map(str, table.columns), "unit")
        rows += [
            (BY_NAME[m].label, scenario, int(month), *row, _unit(m, difference=True))
            for (m, month), row in zip(table.index, table.to_numpy(dtype=object), strict=True)
        ]
    about = (
        f"Average difference from “{result.baseline}” in the same worlds; the 95% interval holds for the "
        "dates of a measure and scenario together."
    )
    return Sheet("Differences", about, columns, rows)


def _budget(result: Result) -> Sheet:
    table = result.budget()
    rows = [
        (name, year, heading, *row)
        for (name, year, heading), row in zip(table.index, table.to_numpy(dtype=object), strict=True)
    ]
    columns = ("scenario", "budget year", "heading", "months", *(f"{c}, pounds" for c in table.columns[1:]))
    about = f"Pounds by budget year (April to March) and heading, and what is added to “{result.baseline}”."
    return Sheet("Budget", about, columns, rows)


def _prices(result: Result) -> Sheet:
    rows = []
    for measure in (m for m in MEASURES if m.better and not m.name.startswith("cost_")):
        if not np.isfinite(result.samples(measure.name, result.baseline)[:, -1]).all():
            continue
        for name in result.scenarios[1:]:
            found = result.cost_per(name, measure.name)
            price = (found.pounds, found.low, found.high) if math.isfinite(found.low) else (None,) * 3
            rows.append((measure.label, name, *price, found.extra_gbp, found.improvement, found.unit))
    columns = ("measure", "scenario", "pounds for one", "low", "high", "added cost, pounds", "improved by")
    about = (
        "Added cost from the start for each unit of improvement at the end (95% interval: Fieller); no "
        "price where the improvement cannot be told from none. Improved by less than 0: it gets worse."
    )
    return Sheet("Cost of improving", about, (*columns, "unit"), rows)


def _change(result: Result) -> Sheet:
    rows = [
        (name, str(part), row["what"], float(row["mean"]), float(row["low"]), float(row["high"]))
        for name in result.scenarios
        for part, row in result.decompose(name).iterrows()
    ]
    about = "Why the average caseload changed from start to end: children per case-holder FTE."
    return Sheet("Why caseload changed", about, ("scenario", "part", "what", "mean", "low", "high"), rows)


def _months(result: Result) -> Sheet:
    names = list(NAMES)
    table = result.table(names, at=list(range(result.months() + 1)))
    dates = [d.astype("datetime64[D]").item() for d in result.data["date"].values]
    rows = [
        (BY_NAME[m].label, name, dates[int(month)], *map(float, row), _unit(m))
        for (m, name, month), row in zip(table.index, table.to_numpy(), strict=True)
    ]
    columns = ("measure", "scenario", "date", *map(str, table.columns), "unit")
    return Sheet("Every month", "Every measure of every scenario, month by month.", columns, rows)


def _worlds_again(result: Result) -> list[Sheet]:
    lists, days = run_again(result, result.scenarios)
    holders = [
        (name, float(k), float(fte), float(k / fte))
        for name in result.scenarios
        for k, fte in zip(lists.children[name], lists.fte[name], strict=True)
    ]
    about = f"Every case holder on {lists.when} in the first {lists.worlds} worlds."
    columns = ("scenario", "children", "FTE", "children per FTE")
    parts = [
        (name, part.replace("_", " "), spent, days.children[name])
        for name, of in days.days.items()
        for part, spent in of.items()
    ]
    heads = ("scenario", "part", "working days a child", "children")
    said = (
        "Mean working days of children first referred in the first half of the study, to its end, in the "
        f"first {days.worlds} worlds; all parts but natural are drift."
    )
    return [Sheet("Lists of workers", about, columns, holders), Sheet("Drift per child", said, heads, parts)]


def _answer(number: int, answer: Answer) -> Sheet:
    table: pd.DataFrame = answer.table.reset_index()
    rows = [tuple(row) for row in table.to_numpy(dtype=object)]
    columns = [str(column).replace("_", " ") for column in table.columns]
    return Sheet(f"Answer {number}", answer.sentence, columns, rows)


def _plans(result: Result) -> Sheet:
    rows = [
        (n, line) for n, lines in result.interventions.items() for line in lines or ["Nothing is changed."]
    ]
    return Sheet("Scenarios", "What is done in every scenario.", ("scenario", "policy"), rows)


def _register(result: Result) -> Sheet:
    rows = []
    for path, row in result.authority.assumptions().iterrows():
        value, low, high = (_number(row[c]) for c in ("value", "low", "high"))
        rows.append(
            (
                str(path),
                setting_name(str(path)),
                value,
                low,
                high,
                row["unit"],
                row["evidence"],
                row["source"],
            )
        )
    columns = ("setting", "in words", "value", "low", "high", "unit", "evidence", "source")
    return Sheet("Assumptions", "Every setting, its plausible range, and what it rests on.", columns, rows)


def _number(value: Any) -> Any:
    """A single number as it is; anything else in words; nothing for nothing."""
    if value is None or isinstance(value, (bool, str, int, float, np.integer, np.floating)):
        return value
    return shown(value)


# -- writing ---------------------------------------------------------------------------------------


def _write(book: Any, sheet: Sheet) -> None:
    from openpyxl.styles import Alignment, Font

    page = book.create_sheet(sheet.name)
    top = 1
    if sheet.about:
        _put(page.cell(1, 1), sheet.about)
        top = 3
    widths = [len(str(name)) for name in sheet.columns]
    for j, name in enumerate(sheet.columns, 1):
        cell = page.cell(top, j)
        _put(cell, str(name))
        cell.font = Font(bold=True)
    for i, row in enumerate(sheet.rows, top + 1):
        for j, value in enumerate(row, 1):
            cell = page.cell(i, j)
            _put(cell, value)
            widths[j - 1] = max(widths[j - 1], min(_WIDEST, len(str(cell.value or ""))))
            if isinstance(cell.value, str) and len(cell.value) > _WIDEST:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    for j, width in enumerate(widths):
        page.column_dimensions[_letters(j)].width = width + 2
    page.freeze_panes = page.cell(top + 1, 1)


def _letters(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column + 1))


def _put(cell: Any, value: Any) -> None:
    """A value in a cell: numbers and dates as such, text as text, and nothing for nothing."""
    if value is None:
        return
    if isinstance(value, (bool, np.bool_)):
        cell.value = bool(value)
    elif isinstance(value, (int, np.integer)):
        cell.value = int(value)
    elif isinstance(value, (float, np.floating)):
        _put_number(cell, float(value))
    elif isinstance(value, (dt.date, dt.datetime)):
        cell.value, cell.number_format = value, "d mmm yyyy"
    else:
        text = writable_text(str(value))[:_MOST_LETTERS]
        cell.value = text
        cell.data_type = "s"  # openpyxl takes text that begins with = for a formula
        cell.quotePrefix = text[:1] in "=+-@"  # and so does Excel, once somebody edits the cell


def _put_number(cell: Any, x: float) -> None:
    """A number with as many decimals as people read; Excel has no number for none or for without end."""
    if math.isfinite(x):
        size = abs(x)
        cell.value = x
        cell.number_format = "#,##0" if size >= 1000 or x == int(x) else "0.0" if size >= 100 else "0.00##"
    elif math.isinf(x):
        cell.value = "without end"
