"""What was published of every authority, year by year, in the units in which forecasts of it are scored.

The rules are in docs/backtest.md, section 1. An authority that was made from others, or of which others were
made, is another one from that year on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.data.areas import plain, years_of_change
from workforce_sim.data.published import SYMBOLS
from workforce_sim.errors import InputError, Problem
from workforce_sim.measures.census import agency_rate, average_caseload, turnover_rate, vacancy_rate

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

#: Measures that are scored -> the columns they are made of.
COLUMNS: dict[str, tuple[str, ...]] = {
    "turnover_rate": ("leavers_fte", "inpost_fte"),
    "agency_rate": ("agency_fte", "inpost_fte"),
    "vacancy_rate": ("vacancy_fte", "inpost_fte"),
    "caseload": ("cases", "case_holders_fte"),
    "in_post_fte": ("inpost_fte",),
}

#: Units of the errors and scores.
UNITS = {
    "turnover_rate": "percentage points",
    "agency_rate": "percentage points",
    "vacancy_rate": "percentage points",
    "caseload": "children per case holder",
    "in_post_fte": "percent (100 x natural logarithm)",
}

_RATES = {
    "turnover_rate": turnover_rate,
    "agency_rate": agency_rate,
    "vacancy_rate": vacancy_rate,
    "caseload": average_caseload,
}


@dataclass(frozen=True, eq=False)
class Published:
    """What was published, an authority a row and a year a column.

    Attributes:
        areas: names, as last published; a name is there twice if the authority changed its boundaries.
        years: in order, those between without any figure included.
        values: measure -> shape ``(areas, years)`` in the units of :data:`UNITS`; nan where there is none.
        names: shape ``(areas, years)``: name as published in that year, "" where there is no row.
        why: (measure, area, year) as positions -> why there is no figure, in words.
    """

    areas: tuple[str, ...]
    years: tuple[int, ...]
    values: dict[str, Floats]
    names: npt.NDArray[np.object_]
    why: dict[tuple[str, int, int], str]

    def until(self, year: int) -> dict[str, Floats]:
        """The values of the years up to one, and nothing of later ones."""
        known = sum(1 for y in self.years if y <= year)
        return {name: values[:, :known].copy() for name, values in self.values.items()}


def scored(measure: str, value: Floats) -> Floats:
    """Published or simulated values in the units of the scores: people in post as 100 x logarithm.

    Example:
        >>> import numpy as np
        >>> scored("in_post_fte", np.array([100.0, 110.0])).round(1).tolist()
        [460.5, 470.0]
    """
    if measure != "in_post_fte":
        return value
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm: Floats = 100 * np.log(value)
    return np.where(np.isfinite(logarithm), logarithm, np.nan)


def unscored(measure: str, value: Floats) -> Floats:
    """The other way: values in units of the scores as they are published."""
    return np.exp(value / 100) if measure == "in_post_fte" else value


def published(table: pd.DataFrame) -> Published:
    """What a file has of every local authority, year by year.

    Args:
        table: from :func:`~workforce_sim.data.csww.read_csww`.

    Raises:
        InputError: no local authority in it.
    """
    rows = table[(table["level"] == "Local authority") & (table["area"] != "")].sort_values(
        ["year", "area"], kind="stable"
    )
    if rows.empty:
        fix = "the CSWW indicators file as published, with its rows of local authorities"
        raise InputError("backtest", [Problem("csww", "no local authority", "at least one", fix)])
    who = _identities(rows)
    known = list(dict.fromkeys(who))
    years = tuple(range(int(rows["year"].min()), int(rows["year"].max()) + 1))
    values = {name: np.full((len(known), len(years)), np.nan) for name in COLUMNS}
    names = np.full((len(known), len(years)), "", dtype=object)
    why: dict[tuple[str, int, int], str] = {}
    position = {one: i for i, one in enumerate(known)}
    for one, (_, row) in zip(who, rows.iterrows(), strict=True):
        i, j = position[one], int(row["year"]) - years[0]
        names[i, j] = row["area"]
        symbols = _symbols(row["symbols"])
        for measure, columns in COLUMNS.items():
            value = _value(measure, [_number(row, symbols, column) for column in columns])
            values[measure][i, j] = value
            if not np.isfinite(value):
                why[measure, i, j] = _reason(columns, row, symbols)
    last = [next(str(n) for n in reversed(names[i]) if n) for i in range(len(known))]
    return Published(tuple(last), years, values, names, why)


def _identities(rows: pd.DataFrame) -> list[tuple[str, int]]:
    """Which authority each row is: the same code or name as in a year before, until its boundaries change."""
    by_code: dict[str, str] = {}
    by_name: dict[str, str] = {}
    found: list[tuple[str, int]] = []
    taken: set[tuple[str, int]] = set()
    for area, code, year in zip(rows["area"], rows["code"], rows["year"], strict=True):
        name = plain(area)
        one = by_code.get(code) if code else None
        one = one or by_name.get(name) or name
        if (one, year) in taken:  # two of one year are two
            one = area
        taken.add((one, year))
        by_name[name] = one
        if code:
            by_code[code] = one
        found.append((one, sum(1 for changed in years_of_change(area) if changed <= year)))
    return found


def _symbols(text: object) -> dict[str, str]:
    pairs = [pair.rsplit(" ", 1) for pair in str(text).split(", ") if " " in pair]
    return {pair[0]: pair[1] for pair in pairs}


def _number(row: pd.Series[float], symbols: dict[str, str], column: str) -> float:
    """A figure; agency workers who "round to zero" are 0, as where an authority is made from the row."""
    if column == "agency_fte" and symbols.get(column) == "low":
        return 0.0
    return float(row[column])


def _value(measure: str, numbers: list[float]) -> float:
    """The measure in the units of the scores, or nan."""
    if not all(np.isfinite(numbers)) or numbers[-1] <= 0:
        return float("nan")
    if measure == "in_post_fte":
        return float(scored(measure, np.array(numbers[0])))
    return _RATES[measure](*numbers)


def _reason(columns: tuple[str, ...], row: pd.Series[float], symbols: dict[str, str]) -> str:
    """Why there is no figure, in words."""
    for column in columns:
        if column in symbols and not np.isfinite(_number(row, symbols, column)):
            return f"{column} is {symbols[column]!r} ({SYMBOLS[symbols[column]]})"
        if not np.isfinite(row[column]):
            return f"{column} is empty"
    return f"{columns[-1]} is 0"
