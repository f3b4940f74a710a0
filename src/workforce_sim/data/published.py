"""Published statistics as files: cells that are numbers or symbols, names of columns, rows of equal length.

Nothing is guessed: a cell is a number, a known symbol, or a problem with its row. Files that are larger than
any published table are refused before they are read.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING

from workforce_sim.errors import InputError, Problem, shown, unknown_name
from workforce_sim.files import as_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

#: What the symbols of the published files mean.
SYMBOLS = {
    "c": "suppressed: small numbers",
    "u": "unpublished: low reliability",
    "x": "not available",
    "z": "not applicable",
    "low": "rounds to zero but is not zero",
    "-": "missing",
    "": "no value published",
}

#: Largest file that is read, in bytes: published tables have less than half a million.
MOST_BYTES = 25_000_000

#: Most columns of a table.
MOST_COLUMNS = 500

#: A count as published: digits, with or without commas between thousands.
_NUMBER = r"(?:[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?"

#: Most problems of a kind that are listed.
MOST_SHOWN = 20

#: A year, or two: 2025, 202425, 2024-25, 2024/25.
_YEAR = r"(?:19|20)[0-9]{2}(?:[-/]?[0-9]{2})?"

_LEVELS = ("National", "Regional", "Local authority")


def read_cells(
    path: object, where: str, required: Sequence[str], other_names: dict[str, str], example: str
) -> pd.DataFrame:
    """The cells of a published CSV file as text, a row a row, columns by the names of today.

    Args:
        path: the file.
        where: who asks, for errors.
        required: columns there must be.
        other_names: names that columns had in earlier years -> name of today.
        example: a file name to show in errors.

    Raises:
        InputError: unreadable, too large, columns missing or twice, rows of other lengths.
    """
    import pandas as pd

    header, rows = _rows(as_path(path, where, example), where)
    header = [other_names.get(name.removesuffix("_%").removesuffix("_perc"), name) for name in header]
    problems = [
        unknown_name(f"column {name}", "missing", header, "it") for name in required if name not in header
    ]
    problems += [
        Problem(f"column {name}", "twice", "each column once", "remove one of them")
        for name in sorted({name for name in header if header.count(name) > 1})
    ]
    rule = f"{len(header)} cells, as many as there are columns"
    problems += [
        Problem(f"row {i + 2}", f"{len(row)} cells", rule, "see how the file was published")
        for i, row in enumerate(rows)
        if len(row) != len(header)
    ][:MOST_SHOWN]
    if problems:
        raise InputError(where, problems)
    return pd.DataFrame(rows, columns=header, dtype=str)


def header_of(path: Path) -> list[str]:
    """The names of the columns of a file, or none if it is not a table of text."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return next(csv.reader([file.readline(100_000)], strict=True), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return []


def _rows(path: Path, where: str) -> tuple[list[str], list[list[str]]]:
    """The names of the columns, and the rows."""
    rule = "the published CSV file (UTF-8)"
    try:
        size = os.stat(path).st_size
        if size > MOST_BYTES:
            limit = f"at most {MOST_BYTES / 1e6:g} MB: published tables have less than one"
            wrong = Problem("path", f"{shown(str(path), 400)}: {size / 1e6:,.0f} MB", limit, "the CSV file")
            raise InputError(where, [wrong])
        with open(path, encoding="utf-8-sig", newline="") as file:
            header, *rows = [row for row in csv.reader(file, strict=True) if row] or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        fix = f"download it again; the system says: {error}"
        raise InputError(where, [Problem("path", shown(str(path), 400), rule, fix)]) from None
    if len(header) > MOST_COLUMNS:
        few = f"at most {MOST_COLUMNS} columns"
        raise InputError(
            where, [Problem("columns", f"{len(header):,}", few, "see how the file was published")]
        )
    return header, rows


def keys(cells: pd.DataFrame, problems: list[Problem]) -> pd.DataFrame:
    """Year, level, area, region and codes of every row.

    A year is the one in which the return's year ends; a row is of England, a region or a local authority.
    """
    import pandas as pd

    period = cells["time_period"].str.strip()
    first = pd.to_numeric(period.str[:4].where(period.str.fullmatch(_YEAR)))
    last = pd.to_numeric(period.str[-2:].where(period.str.fullmatch(_YEAR) & (period.str.len() > 4)))
    two_years = last.notna()  # 202425: the year that began in 2024
    is_year = first.notna() & (~two_years | ((first + 1) % 100 == last))
    problems += [
        Problem(f"time_period, row {row + 2}", shown(cells["time_period"][row]), "a year", "2025")
        for row in cells.index[~is_year][:MOST_SHOWN]
    ]
    year = first.where(is_year, 1900).astype(int)
    level = cells["geographic_level"].str.strip().str.capitalize()  # "Local Authority" in some years
    problems += [
        Problem(
            f"geographic_level, row {row + 2}", shown(cells["geographic_level"][row]), rule, "leave it out"
        )
        for rule in [f"one of {', '.join(_LEVELS)}"]
        for row in cells.index[~level.isin(_LEVELS)][:MOST_SHOWN]
    ]
    nothing = pd.Series("", index=cells.index, dtype=str)
    region = cells.get("region_name", nothing).str.strip()
    place = cells["la_name"].str.strip().where(level == "Local authority", region)
    return pd.DataFrame(
        {
            "year": year.where(~two_years, year + 1),
            "level": level,
            "area": place.where(level != "National", "England"),
            "region": region.where(level == "Local authority", ""),
            "code": cells.get("new_la_code", nothing).str.strip(),
            "old_code": cells.get("old_la_code", nothing).str.strip(),
        }
    )


def numbers(cells: pd.Series[str], name: str, problems: list[Problem]) -> pd.Series[float]:
    """Cells as numbers; neither a number nor a symbol: a problem with its row (the header is row 1)."""
    import pandas as pd

    text = cells.str.strip()
    plain = text.str.fullmatch(_NUMBER)
    found = pd.to_numeric(text.where(plain).str.replace(",", "")).astype(float)
    for row in text.index[~plain & ~text.isin(SYMBOLS)][:MOST_SHOWN]:
        rule = f"a number, 0 or more, or one of {', '.join(s for s in SYMBOLS if s)}"
        fix = "see how the file was published"
        problems.append(Problem(f"{name}, row {row + 2}", shown(text[row]), rule, fix))
    return found


def symbols(cells: pd.DataFrame, names: Sequence[str]) -> pd.Series[str]:
    """What stands in place of a number, of every row in words: ``agency_fte u, cases u``."""
    import pandas as pd

    said = pd.Series("", index=cells.index, dtype=str)
    for name in names:
        text = cells[name].str.strip()
        here = text.isin([s for s in SYMBOLS if s])
        said = said.where(~here, said + ", " + name + " " + text)
    return said.str.removeprefix(", ")


def twice(table: pd.DataFrame, where: str) -> None:
    """Refuse two rows of the same area and year.

    Raises:
        InputError: with the areas and years.
    """
    again = table[table.duplicated(["year", "level", "area"], keep="first")]
    problems = [
        Problem(f"row {row + 2}", f"{area!r} in {year}", "one row an area and year", "remove one of them")
        for row, area, year in zip(again.index, again["area"], again["year"], strict=True)
    ][:MOST_SHOWN]
    if problems:
        raise InputError(where, problems)
