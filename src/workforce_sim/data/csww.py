"""The DfE children's social work workforce indicators (CSWW) in their published layout.

One row an area and year, 2017 on; figures of England, regions and local authorities. Where a cell holds
a symbol instead of a number the value is missing, and the symbol says why.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from workforce_sim.errors import InputError, Problem, unknown_name
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

    try:
        table = pd.read_csv(Path(path), dtype=str, encoding="utf-8-sig", keep_default_na=False)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        rule, fix = "the published CSV file (UTF-8)", f"download it again; the system says: {error}"
        raise InputError("read_csww", [Problem("path", repr(str(path)), rule, fix)]) from None
    missing = [name for name in (*_KEYS, *COUNTS) if name not in table.columns]
    if missing:
        raise InputError(
            "read_csww", [unknown_name(f"column {m}", "missing", list(table.columns), "it") for m in missing]
        )
    level = table["geographic_level"].str.strip().str.capitalize()  # "Local Authority" in some years
    place = table["la_name"].where(level == "Local authority", table.get("region_name", ""))
    found = pd.DataFrame(
        {
            "year": table["time_period"].str[:4].astype(int),
            "level": level,
            "area": place.where(level != "National", "England"),
        }
    )
    problems: list[Problem] = []
    for name in table.columns:
        if name.endswith(("_fte", "_headcount")) or name == "cases":
            found[name] = _numbers(table[name], name, problems)
    if problems:
        raise InputError("read_csww", problems)
    return found


def _numbers(cells: pd.Series[str], name: str, problems: list[Problem]) -> pd.Series[float]:
    """Cells as numbers; neither a number nor a symbol: a problem with its row (the header is row 1)."""
    import pandas as pd

    text = cells.str.strip()
    numbers = pd.to_numeric(text.str.replace(",", ""), errors="coerce")
    for row in text.index[numbers.isna() & ~text.isin(SYMBOLS)][:20]:
        rule = f"a number or one of {', '.join(s for s in SYMBOLS if s)}"
        problems.append(
            Problem(f"{name}, row {row + 2}", repr(text[row]), rule, "see how the file was published")
        )
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
