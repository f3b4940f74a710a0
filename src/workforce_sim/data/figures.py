"""A figure of an authority from its own row, or else from its region's, or else from England's, and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from workforce_sim.authority.taken import Taken
from workforce_sim.data.areas import find
from workforce_sim.data.published import SYMBOLS

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.authority.parts import Source

Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Row:
    """Published figures of one area.

    Attributes:
        area: as published; of several rows, all of them.
        source: return, area and year, in words.
        values: column -> number, nan where there is none.
        symbols: column -> symbol, where there is one.
        note: in words, if these are not simply the rows of that name.
        own: whether it is the row of the area asked for, and not one above it.
    """

    area: str
    source: str
    values: Values
    symbols: Mapping[str, str]
    note: str = ""
    own: bool = True


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and where it is from.

    Attributes:
        value: the number.
        row: the row it was reckoned from.
        own: whether that is the authority's own.
        why: why not, in words.
    """

    value: float
    row: Row
    own: bool
    why: str = ""

    @property
    def said(self) -> str:
        """Where it is from and why, in words."""
        return "; ".join(text for text in (self.row.source, self.row.note, self.why) if text)


def rows_of(table: pd.DataFrame, area: pd.Series[Any], year: int, title: str) -> list[Row]:
    """Rows of an area, its region and England in the table, of that year; what is not there is left out.

    Args:
        table: of several years, with ``year``, ``level``, ``area``, ``code``, ``old_code`` and ``symbols``.
        area: a row of any return with the same columns, which says what is looked for.
        year: of the table.
        title: of the table, in words.
    """
    here = table[table["year"] == year]
    found = []
    own = find(area, here)
    if own is not None:
        found.append(_row(here, list(own.rows), title, own.note))
    region = here[(here["level"] == "Regional") & (here["area"] == area["region"])]
    england = here[here["level"] == "National"]
    note = "" if own is not None else f"{area['area']} is not in it"
    above = [rows for rows in (region, england) if len(rows) and area["level"] != "National"]
    return found + [replace(_row(here, [rows.index[0]], title, note), own=False) for rows in above]


def _row(here: pd.DataFrame, rows: list[Any], title: str, note: str) -> Row:
    """Rows of a table, summed: a sum of which a part is missing is missing."""
    some = here.loc[rows]
    columns = some.select_dtypes("number").columns.drop("year")
    values = {str(name): float(some[name].sum(skipna=False)) for name in columns}
    said: dict[str, str] = {}
    for text in some["symbols"]:
        said |= dict(pair.rsplit(" ", 1) for pair in str(text).split(", ") if " " in pair)
    area = " and ".join(some["area"])
    return Row(area, f"{title}, {area}, {some['year'].iloc[0]}", values, said, note)


def figure(
    rows: list[Row],
    formula: Callable[[Values], float],
    columns: tuple[str, ...],
    allowed: Callable[[float], bool] = lambda value: value >= 0,
    published: tuple[str, float] | None = None,
) -> Figure | None:
    """The first row that has the figure: the authority's own, then the region's, then England's.

    Args:
        rows: from :func:`rows_of`.
        formula: of the columns; nan, or a division by 0, is no figure.
        columns: that the formula needs.
        allowed: what a usable figure is.
        published: of a region or England the rate that is published, and times what: their counts leave out
            authorities whose return was unreliable, not all of the same ones.
    """
    why = ""
    for row in rows:
        if published is not None and not row.own:
            value = row.values.get(published[0], math.nan) * published[1]
            if math.isfinite(value) and allowed(value):
                return Figure(value, row, False, why)
        if any(name not in row.values for name in columns):
            why = why or f"no {', '.join(c for c in columns if c not in row.values)} there"
            continue
        try:
            value = formula(row.values)
        except ZeroDivisionError:
            value = math.nan
        if math.isfinite(value) and allowed(value):
            return Figure(value, row, row.own, "" if row.own else why)
        why = why or missing(row, columns)
    return None


def without_unreliable(
    rows: list[Row], table: pd.DataFrame, year: int, columns: tuple[str, ...]
) -> list[Row]:
    """Rows of a region or England without the authorities of which one of the columns is ``u``.

    Their total of that column leaves them out, and those of the other columns do not.
    """
    parts = table[(table["year"] == year) & (table["level"] == "Local authority")]
    out = parts["symbols"].map(lambda text: any(f"{name} u" in str(text).split(", ") for name in columns))
    found = []
    for row in rows:
        here = parts[out & ((parts["region"] == row.area) | (row.area == "England"))]
        if row.own or here.empty:
            found.append(row)
            continue
        less = {name: row.values[name] - float(here[name].sum()) for name in columns}
        found.append(replace(row, values={**row.values, **less}))
    return found


def missing(row: Row, columns: tuple[str, ...]) -> str:
    """Why a row does not have a figure, in words."""
    marks = [(name, row.symbols[name]) for name in columns if name in row.symbols]
    if marks:
        said = ", ".join(f"{name} is {mark!r} ({SYMBOLS[mark]})" for name, mark in marks)
        return f"in the row of {row.area} {said}"
    known = [f"{name} is {row.values[name]:g}" for name in columns if not math.isnan(row.values[name])]
    if len(known) == len(columns):
        return f"in the row of {row.area} {', '.join(known)}"
    return f"the row of {row.area} is empty"


def record(what: str, found: Figure, value: str) -> Taken:
    """What became of a figure, for the list of what was taken and filled in."""
    note = "; ".join(text for text in (found.row.note, found.why) if text)
    status: Literal["taken", "filled in"] = "taken" if found.own else "filled in"
    return Taken(what=what, status=status, value=value, source=found.row.source, note=note)


def source(text: str, evidence: str) -> Source:
    """A source for a setting."""
    from workforce_sim.authority.parts import Source

    return Source(source=text, evidence=evidence)
