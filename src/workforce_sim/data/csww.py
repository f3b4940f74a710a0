"""The DfE children's social work workforce indicators (CSWW) in their published layout.

One row an area and year, 2017 on; figures of England, regions and local authorities. Where a cell holds
a symbol instead of a number the value is missing, and the symbol says why.
"""

from __future__ import annotations

import csv
import os
from typing import TYPE_CHECKING

from workforce_sim.errors import InputError, Problem, shown, unknown_name
from workforce_sim.files import as_path
from workforce_sim.measures.census import Census

if TYPE_CHECKING:
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

#: The columns a census row is made of.
COUNTS = (
    "inpost_fte",
    "starters_fte",
    "leavers_fte",
    "agency_fte",
    "agency_cover_fte",
    "vacancy_fte",
    "case_holders_fte",
    "cases",
)
_KEYS = ("time_period", "geographic_level", "la_name")

#: A count as published: digits, with or without commas between thousands.
_NUMBER = r"(?:[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?"

#: Most problems of a kind that are listed.
_MOST_SHOWN = 20


def read_csww(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read the indicators file.

    Args:
        path: the CSV file as published.

    Returns:
        A row an area and year: ``year`` (30 September), ``level`` (National, Regional, Local authority),
            ``area``, and the published
        columns as numbers, nan where the cell holds one of :data:`SYMBOLS`.

    Raises:
        InputError: unreadable, columns missing, or cells that are neither a number nor a known symbol
            (with their rows).
    """
    import pandas as pd

    header, rows = _read(path)
    table = pd.DataFrame(rows, columns=header, dtype=str)
    level = table["geographic_level"].str.strip().str.capitalize()  # "Local Authority" in some years
    place = table["la_name"].where(level == "Local authority", table.get("region_name", ""))
    found = pd.DataFrame(
        {
            "year": pd.to_numeric(table["time_period"].str[:4].where(_is_year(table))),
            "level": level,
            "area": place.where(level != "National", "England"),
        }
    )
    problems = [
        Problem(f"time_period, row {row + 2}", shown(table["time_period"][row]), "a year", "2025")
        for row in table.index[~_is_year(table)][:_MOST_SHOWN]
    ]
    for name in table.columns:
        if name.endswith(("_fte", "_headcount")) or name == "cases":
            found[name] = _numbers(table[name], name, problems)
    if problems:
        raise InputError("read_csww", problems)
    return found.astype({"year": int})


def _read(path: object) -> tuple[list[str], list[list[str]]]:
    """The names of the columns and the rows of the file, every row as long as the names."""
    file_path = as_path(path, "read_csww", "csww.csv")
    try:
        with open(file_path, encoding="utf-8-sig", newline="") as file:
            header, *rows = [row for row in csv.reader(file, strict=True) if row] or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        rule, fix = "the published CSV file (UTF-8)", f"download it again; the system says: {error}"
        raise InputError("read_csww", [Problem("path", shown(str(file_path), 400), rule, fix)]) from None
    problems = [
        unknown_name(f"column {name}", "missing", header, "it")
        for name in (*_KEYS, *COUNTS)
        if name not in header
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
    ][:_MOST_SHOWN]
    if problems:
        raise InputError("read_csww", problems)
    return header, rows


def _is_year(table: pd.DataFrame) -> pd.Series[bool]:
    """Whether a row begins with a year (``2025``, or ``202425`` of a year to March)."""
    return table["time_period"].str.fullmatch(r"(?:19|20)[0-9]{2}(?:[0-9]{2})?")


def _numbers(cells: pd.Series[str], name: str, problems: list[Problem]) -> pd.Series[float]:
    """Cells as numbers; neither a number nor a symbol: a problem with its row (the header is row 1)."""
    import pandas as pd

    text = cells.str.strip()
    plain = text.str.fullmatch(_NUMBER)
    numbers = pd.to_numeric(text.where(plain).str.replace(",", "")).astype(float)
    for row in text.index[~plain & ~text.isin(SYMBOLS)][:_MOST_SHOWN]:
        rule = f"a number, 0 or more, or one of {', '.join(s for s in SYMBOLS if s)}"
        fix = "see how the file was published"
        problems.append(Problem(f"{name}, row {row + 2}", shown(text[row]), rule, fix))
    return numbers


def census_of(table: pd.DataFrame, area: str, year: int) -> Census:
    """The published row of an area and year as a census, rates recomputed from its counts.

    Args:
        table: from :func:`read_csww`.
        area: ``"England"``, a region or a local authority.
        year: of 30 September.

    Raises:
        InputError: no such area or year.
    """
    import datetime as dt

    areas = sorted(set(table["area"]))
    if area not in areas:
        raise InputError("census_of", [unknown_name("area", area, areas, "an area of the file")])
    rows = table[(table["area"] == area) & (table["year"] == year)]
    if rows.empty:
        years = sorted(set(table["year"]))
        rule = f"a year of the file: {years[0]} to {years[-1]}"
        raise InputError("census_of", [Problem("year", repr(year), rule, f"year={years[-1]}")])
    row = rows.iloc[0]
    vacancies, covering = float(row["vacancy_fte"]), float(row["agency_cover_fte"])
    return Census(
        date=dt.date(year, 9, 30),
        in_post_fte=float(row["inpost_fte"]),
        agency_fte=float(row["agency_fte"]),
        agency_covering_fte=covering,
        vacancies_fte=vacancies,
        empty_fte=vacancies - covering,
        case_holders_fte=float(row["case_holders_fte"]),
        cases=float(row["cases"]),
        starters_fte=float(row["starters_fte"]),
        leavers_fte=float(row["leavers_fte"]),
    )
