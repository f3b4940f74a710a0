"""Templates of the lists: the columns, what to write into them, and rows that show how."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path

from workforce_sim.data import case_list, staff_list
from workforce_sim.data.lists import Column
from workforce_sim.errors import InputError, Problem, shown, unknown_name
from workforce_sim.files import as_path, check_folder, write_bytes, write_text

#: List -> its columns and example rows; ids of examples are refused, so that none is left in by mistake.
_LISTS: dict[str, tuple[Sequence[Column], tuple[tuple[str, ...], ...]]] = {
    "staff": (
        staff_list.COLUMNS,
        (
            (
                "EXAMPLE 1",
                "permanent",
                "social worker",
                "1",
                "2019-09-02",
                "",
                "North 1",
                "yes",
                "",
                "",
                "38500",
            ),
            ("EXAMPLE 2", "agency", "social worker", "1", "2025-03-10", "", "North 1", "yes", "", "yes", ""),
            ("", "vacant", "social worker", "0.6", "", "", "North 1", "yes", "", "", "38500"),
            (
                "EXAMPLE 3",
                "permanent",
                "team manager",
                "1",
                "2014-01-06",
                "2025-06-30",
                "North 1",
                "no",
                "yes",
                "",
                "",
            ),
        ),
    ),
    "cases": (
        case_list.COLUMNS,
        (
            ("EXAMPLE 1", "3", "2024-11-18", "", "assessment", "2024-11-19", "2025-01-20", "1001", "0"),
            ("EXAMPLE 1", "3", "2024-11-18", "", "child in need plan", "2025-01-20", "", "1002", "1"),
            ("EXAMPLE 2", "1", "2025-02-03", "2025-04-11", "assessment", "2025-02-04", "", "1001", "0"),
        ),
    ),
}

#: Names of the templates that come with the library.
TEMPLATES = tuple(_LISTS)


def template_text(name: str) -> str:
    """A template as CSV text: names of columns, and example rows to be deleted.

    Raises:
        InputError: unknown name.

    Example:
        >>> template_text("cases").splitlines()[0]
        'case_id,children,referral_date,closed_date,stage,stage_start,stage_end,worker_id,worker_changes'
    """
    columns, examples = _list(name)
    with io.StringIO() as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in columns])
        writer.writerows(examples)
        return file.getvalue()


def write_template(name: str, path: str | os.PathLike[str]) -> Path:
    """Write a template to fill in: CSV, or an Excel workbook with a second sheet that says what to write.

    Args:
        name: ``"staff"`` or ``"cases"``.
        path: a ``.csv`` or ``.xlsx`` file.

    Raises:
        InputError: unknown name, another kind of file, a folder that does not exist, or openpyxl missing.
    """
    where = "write_template"
    columns, examples = _list(name)
    file = as_path(path, where, f"{name}.csv")
    if file.suffix.lower() == ".csv":
        return write_text(file, template_text(name), where)
    if file.suffix.lower() != ".xlsx":
        rule = "a .csv or .xlsx file"
        raise InputError(where, [Problem("path", shown(str(file), 400), rule, f"{name}.xlsx")])
    check_folder(file, where)
    try:
        from openpyxl import Workbook
        from openpyxl.styles import Font
        from openpyxl.utils import get_column_letter
    except ImportError:
        fix = 'pip install "workforce_sim[excel]", or write a .csv file'
        raise InputError(where, [Problem("path", shown(str(file), 400), "openpyxl for Excel", fix)]) from None
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = name
    help_sheet = book.create_sheet("what to write")
    for i, column in enumerate(columns, 1):
        sheet.cell(1, i, column.name).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(i)].width = max(12, len(column.name) + 2)
        needed = "needed" if column.needed else "may be left out"
        for j, words in enumerate((column.name, needed, column.about), 1):
            help_sheet.cell(i, j, words)
    for row in examples:
        sheet.append([cell or None for cell in row])
    with io.BytesIO() as stream:
        book.save(stream)
        return write_bytes(file, stream.getvalue(), where)


def _list(name: str) -> tuple[Sequence[Column], tuple[tuple[str, ...], ...]]:
    if name not in _LISTS:
        raise InputError("write_template", [unknown_name("name", name, TEMPLATES, "a template")])
    return _LISTS[name]
