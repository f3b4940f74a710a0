"""The DfE children's social work workforce indicators (CSWW) in their published layout.

One row an area and year, 2017 on; figures of England, regions and local authorities. Where a cell holds
a symbol instead of a number the value is missing, and the symbol says why.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from workforce_sim.data.published import SYMBOLS, keys, numbers, read_cells, symbols, twice
from workforce_sim.errors import InputError, Problem, unknown_name
from workforce_sim.measures.census import Census, agency_rate, average_caseload, turnover_rate, vacancy_rate

if TYPE_CHECKING:
    import pandas as pd

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

#: Other columns that are known: headcounts, and rates that follow from the counts.
KNOWN = (
    *("inpost_headcount", "starters_headcount", "leavers_headcount", "agency_headcount"),
    *("turnover_rate_fte", "turnover_rate_headcount", "agency_rate_fte", "agency_rate_headcount"),
    *("agency_cover_rate_fte", "vacancy_rate_fte", "vacancy_agency_cover_rate_fte", "caseload_fte"),
    *("working_days_lost_fte", "absence_rate_fte"),
)

#: Columns that say which row it is.
KEYS = ("time_period", "geographic_level", "la_name")
_PLACE = (
    *("time_identifier", "country_code", "country_name", "region_code", "region_name"),
    *("old_la_code", "new_la_code"),
)

#: Names in the layout of the files up to 2022 -> name of today; a percent sign at the end is left out.
EARLIER_NAMES = {
    "social_worker_fte": "inpost_fte",
    "social_worker_headcount": "inpost_headcount",
    "starter_fte": "starters_fte",
    "starter_headcount": "starters_headcount",
    "leaver_fte": "leavers_fte",
    "leaver_headcount": "leavers_headcount",
    "agency_worker_fte": "agency_fte",
    "agency_worker_headcount": "agency_headcount",
    "agency_worker_rate_fte": "agency_rate_fte",
    "agency_worker_rate_headcount": "agency_rate_headcount",
    **{name: name for name in KNOWN},
}


def read_csww(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read the indicators file.

    Args:
        path: the CSV file as published.

    Returns:
        A row an area and year: ``year`` (30 September), ``level`` (National, Regional, Local authority),
            ``area``, ``region``, ``code`` and ``old_code`` of a local authority, and the published
            columns as numbers, nan where the cell holds one of :data:`SYMBOLS`; ``symbols`` says which.
            ``attrs["unknown"]`` lists columns that this version of the library does not know.

    Raises:
        InputError: unreadable, too large, columns missing, an area twice in a year, or cells that are neither
            a number nor a known symbol (with their rows).
    """
    cells = read_cells(path, "read_csww", (*KEYS, *COUNTS), EARLIER_NAMES, "csww.csv")
    problems: list[Problem] = []
    found = keys(cells, problems)
    names = [
        n
        for n in cells.columns
        if n.endswith(("_fte", "_headcount")) or n == "cases" or n in (*COUNTS, *KNOWN)
    ]
    for name in names:
        found[name] = numbers(cells[name], name, problems)
    if problems:
        raise InputError("read_csww", problems)
    found["symbols"] = symbols(cells, names)
    twice(found, "read_csww")
    known = {*KEYS, *_PLACE, *COUNTS, *KNOWN}
    found.attrs["unknown"] = [name for name in cells.columns if name not in known]
    return found


def row_of(table: pd.DataFrame, area: str, year: int, where: str) -> pd.Series[float]:
    """The row of an area and year.

    Raises:
        InputError: no such area or year, with the areas or years there are.
    """
    areas = sorted(set(table["area"]))
    if area not in areas:
        joint = [a for a in areas if isinstance(area, str) and " / " in a and area in a.split(" / ")]
        problem = unknown_name("area", area, joint or areas, "an area of the file")
        if joint:
            rule = f"an area of the file; {area} is published together with its neighbour"
            problem = Problem("area", repr(area), rule, f"{joint[0]!r}")
        raise InputError(where, [problem])
    rows = table[table["area"] == area]
    here = rows[rows["year"] == year]
    if here.empty:
        own = sorted(set(rows["year"]))
        rule = f"a year of the file: {area} is in it from {own[0]} to {own[-1]}"
        near = min(own, key=lambda y: abs(y - year) if isinstance(year, (int, float)) else -y)
        raise InputError(where, [Problem("year", repr(year), rule, f"year={near}")])
    row: pd.Series[float] = here.iloc[0]
    return row


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

    row = row_of(table, area, year, "census_of")
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


#: Published rates -> how each is made from the counts, and the counts.
RATES: dict[str, tuple[Callable[[float, float], float], str, str]] = {
    "turnover_rate_fte": (turnover_rate, "leavers_fte", "inpost_fte"),
    "agency_rate_fte": (agency_rate, "agency_fte", "inpost_fte"),
    "vacancy_rate_fte": (vacancy_rate, "vacancy_fte", "inpost_fte"),
    "caseload_fte": (average_caseload, "cases", "case_holders_fte"),
}

#: Counts of people and rates are published with one decimal, so each can be off by this; cases are whole.
ROUNDED = 0.05


def rates_from_counts(table: pd.DataFrame) -> pd.DataFrame:
    """Every published rate beside the one that its counts make.

    Args:
        table: from :func:`read_csww`.

    Returns:
        A row for every rate that is published with its counts: ``year, level, area, rate, published,
            from_counts, difference, rounding`` (the largest difference that rounding can make: of the rate,
            and of both counts) and ``agrees``.

    Example:
        Which rows do not fit together: ``found = rates_from_counts(table); found[~found["agrees"]]``.
    """
    import pandas as pd

    parts = []
    for name, (formula, top, bottom) in RATES.items():
        if name not in table:
            continue
        counts = table[table[[name, top, bottom]].notna().all(axis=1) & (table[bottom] > 0)]
        above, below = counts[top].to_numpy(float), counts[bottom].to_numpy(float)
        off = 0.0 if top == "cases" else ROUNDED
        ends = zip(np.maximum(0.0, above - off), above + off, below + ROUNDED, below - ROUNDED, strict=True)
        spans = [(formula(low, large), formula(high, small)) for low, high, large, small in ends]
        part = counts[["year", "level", "area"]].copy()
        part["rate"] = name
        part["published"] = counts[name]
        part["from_counts"] = [formula(a, b) for a, b in zip(above, below, strict=True)]
        part["difference"] = (part["published"] - part["from_counts"]).abs()
        part["rounding"] = [ROUNDED + (high - low) / 2 for low, high in spans]
        part["agrees"] = part["difference"] <= part["rounding"] + 1e-6
        parts.append(part)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


__all__ = ["COUNTS", "SYMBOLS", "census_of", "rates_from_counts", "read_csww", "row_of"]
