"""Rows of a spreadsheet, CSV or Excel, as text and dates: nothing in it is carried out or looked up.

Formulas are refused, not evaluated; so are files larger than any council's list, packed files that would
unpack to far more, and files that define entities of their own. Row numbers are those of the spreadsheet.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.files import as_path

#: Largest file in bytes, rows and columns: the largest authority has a few thousand workers and ten thousand
#: open cases.
MOST_BYTES = 25_000_000
MOST_ROWS = 200_000
MOST_COLUMNS = 200

#: Largest size of an Excel file when unpacked, in bytes.
MOST_UNPACKED = 60_000_000

#: Most marks of XML in any part of an Excel file: half a million cells or more.
MOST_MARKS = 4_000_000

#: Most letters of a cell.
MOST_LETTERS = 1_000

#: Most problems of a kind that are listed.
MOST_SHOWN = 200

#: How a formula begins, in a cell of text; a number may begin with a sign.
FORMULAS = ("=", "@", "+", "-")

#: How many rows there may be above the names of the columns, and how many of these tell that it is they.
_TITLES, _TELLING = 20, 3

Cell = str | float | bool | dt.date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of a spreadsheet.

    Attributes:
        name: of the file.
        header: names of columns as they stand.
        rows: row number in the spreadsheet, and its cells, as many as there are columns.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]


def read_sheet(path: str | os.PathLike[str], where: str, names: Collection[str] = ()) -> Sheet:
    """The first sheet of a file, from the row with the names of the columns on.

    Args:
        path: of the file.
        where: who asks, for errors.
        names: plain names of columns: of the first rows that which has some of them is the header; else the
            first that is not empty.

    Raises:
        InputError: no such file, not a spreadsheet, too large, with formulas, or in another encoding.
    """
    file = as_path(path, where, "staff.csv")
    kind = file.suffix.lower()
    if kind not in (".csv", ".xlsx", ".xlsm"):
        rule = "a CSV file, or an Excel workbook (.xlsx)"
        fix = "in Excel: File, Save As, 'CSV UTF-8' or 'Excel Workbook'"
        raise InputError(where, [Problem("path", shown(str(file), 400), rule, fix)])
    try:
        size = os.stat(file).st_size
        if size > MOST_BYTES:
            raise _refused(where, file, f"{size / 1e6:,.0f} MB", f"at most {MOST_BYTES / 1e6:g} MB")
        if kind == ".csv":
            return _sheet(file, where, _csv_rows(file), names)
        return _excel(file, where, names)
    except (OSError, csv.Error) as error:
        fix = f"the system says: {error}"
        raise InputError(
            where, [Problem("path", shown(str(file), 400), "a file that can be read", fix)]
        ) from None
    except UnicodeDecodeError:
        rule = "text in UTF-8"
        fix = "in Excel: File, Save As, 'CSV UTF-8 (Comma delimited)'"
        raise InputError(where, [Problem("path", shown(str(file), 400), rule, fix)]) from None


def _csv_rows(file: Path) -> Iterator[tuple[Cell, ...]]:
    """Rows of a CSV file, empty ones too."""
    with open(file, encoding="utf-8-sig", newline="") as stream:
        for row in csv.reader(stream, strict=True):
            yield tuple(row)


def _excel(file: Path, where: str, names: Collection[str]) -> Sheet:
    """The first sheet of a workbook; macros, links and formulas are left where they are."""
    try:
        import openpyxl
    except ImportError:
        fix = 'pip install "workforce_sim[excel]", or save it as CSV UTF-8'
        raise InputError(where, [Problem("path", shown(str(file), 400), "openpyxl for Excel", fix)]) from None
    _check_package(file, where)
    try:
        with open(file, "rb") as stream:  # ours to close, whatever happens to the reader
            book = openpyxl.load_workbook(stream, read_only=True, data_only=False, keep_links=False)
            if not book.worksheets:
                raise _refused(where, file, "no sheet", "a workbook with a sheet of rows")
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what the file says of its own size is not believed
            rows = (tuple(_value(c) for c in row) for row in sheet.iter_rows())
            return _sheet(file, where, rows, names)
    except (InputError, OSError):
        raise
    except Exception as error:  # whatever a damaged or hostile workbook makes the reader stumble over
        value = f"{type(error).__name__}: {error}"[:200]
        raise _refused(where, file, value, "an Excel workbook that is not damaged") from None


def _check_package(file: Path, where: str) -> None:
    """Refuse what is no workbook, unpacks to too much, or defines entities."""
    try:
        with zipfile.ZipFile(file) as package:
            total = sum(member.file_size for member in package.infolist())
            if total > MOST_UNPACKED:
                raise _refused(
                    where, file, f"{total / 1e6:,.0f} MB unpacked", f"at most {MOST_UNPACKED / 1e6:g} MB"
                )
            for member in package.infolist():
                if not member.filename.endswith((".xml", ".rels")):
                    continue
                with package.open(member) as stream:
                    part = stream.read(MOST_UNPACKED).replace(b"\0", b"")  # UTF-16 has them
                if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
                    raise _refused(where, file, "defines entities of its own", "a workbook as Excel saves it")
                if part.count(b"<") > MOST_MARKS:
                    raise _refused(where, file, "millions of cells", "a list of at most half a million cells")
    except (InputError, OSError):
        raise
    except Exception as error:  # of the archive, or of any of the ways in which its parts are packed
        value = f"{type(error).__name__}: {error}"[:200]
        raise _refused(where, file, value, "an Excel workbook (.xlsx), not encrypted") from None


def _value(cell: Any) -> Cell:
    """A cell of a workbook as a plain value; a formula as its text."""
    value = cell.value
    if isinstance(value, dt.datetime):
        return value.date()
    if value is None or isinstance(value, (bool, str, dt.date)):
        return value
    if isinstance(value, (int, float)):
        try:
            return float(value)
        except OverflowError:
            return str(value)[:MOST_LETTERS]
    return f"={value}"[:MOST_LETTERS]  # an array formula or a data table


def _sheet(file: Path, where: str, rows: Iterator[tuple[Cell, ...]], names: Collection[str]) -> Sheet:
    """Header and rows, every row as long as the header."""
    kept: list[tuple[int, tuple[Cell, ...]]] = []
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise _refused(where, file, f"more than {MOST_ROWS:,} rows", f"at most {MOST_ROWS:,} rows")
        if len(row) > MOST_COLUMNS:
            raise _refused(
                where, file, f"row {number}: {len(row):,} cells", f"at most {MOST_COLUMNS} columns"
            )
        cells = tuple(_tidy(cell) for cell in row)
        if any(cell is not None for cell in cells):
            kept.append((number, cells))
    if not kept:
        raise _refused(where, file, "empty", "a row of column names, and rows below it")
    header, below = _header(kept, names)
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        raise _refused(where, file, header[0], "commas between the columns")
    problems: list[Problem] = []
    found = []
    for number, cells in below:
        for i, cell in enumerate(cells):
            _check_cell(cell, header[i] if i < len(header) else "", number, problems)
        if any(cell is not None for cell in cells[len(header) :]):
            rule = f"{len(header)} cells, as many as there are columns"
            fix = "a comma inside a cell? put the text in quotes, or save the sheet as CSV UTF-8 again"
            problems.append(Problem(f"row {number}", f"{len(cells)} cells", rule, fix))
        padded = (*cells, *(None for _ in range(len(header) - len(cells))))[: len(header)]
        found.append((number, padded))
        if len(problems) > MOST_SHOWN:
            break
    if problems:
        raise InputError(where, problems[: MOST_SHOWN + 1])
    return Sheet(file.name, header, tuple(found))


def _header(
    kept: list[tuple[int, tuple[Cell, ...]]], names: Collection[str]
) -> tuple[tuple[str, ...], list[tuple[int, tuple[Cell, ...]]]]:
    """The names of the columns and the rows below: lists often have a title above."""
    known = [sum(plain_name(str(cell)) in names for cell in cells) for _, cells in kept[:_TITLES]]
    at = next((i for i, number in enumerate(known) if number >= _TELLING), 0)
    texts = [str(cell) if cell is not None else "" for cell in kept[at][1]]
    while not texts[-1]:
        texts.pop()
    return tuple(texts), kept[at + 1 :]


def plain_name(text: str) -> str:
    """The name of a column without case, spaces and marks; "no" is a number.

    Example:
        >>> plain_name("Start Date") == plain_name("start_date")
        True
        >>> plain_name("Employee No.")
        'employeenumber'
    """
    return re.sub(r"[^a-z0-9]", "", re.sub(r"\bno\b", "number", text.lower().replace("_", " ")))


def _check_cell(cell: Cell, name: str, number: int, problems: list[Problem]) -> None:
    """Refuse a formula, and a cell longer than any value."""
    if not isinstance(cell, str):
        return
    if cell.startswith(FORMULAS) and cell != "-" and not _is_number(cell):
        rule, fix = "values, not formulas", "copy the column, Paste Special, Values"
        problems.append(Problem(f"{name or 'column'}, row {number}", "a formula", rule, fix))
    elif len(cell) > MOST_LETTERS:
        rule = f"at most {MOST_LETTERS:,} letters in a cell"
        problems.append(
            Problem(f"{name or 'column'}, row {number}", f"{len(cell):,} letters", rule, "shorten it")
        )


def _tidy(cell: Cell) -> Cell:
    """Text without spaces around it; none where nothing is left."""
    if isinstance(cell, str):
        text = cell.replace("\u00a0", " ").strip()
        return text or None
    return cell


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _refused(where: str, file: Path, value: str, rule: str) -> InputError:
    fix = "give the list alone, as CSV UTF-8 or Excel"
    return InputError(where, [Problem(shown(file.name, 200), shown(value, 200), rule, fix)])
