"""The DfE tables of children in need, as far as an authority is made from them.

Six tables, one file each, told by their columns: episodes of need (B1), referrals (C1), enquiries and
conferences (C4), protection plans started (D3), plans by length (D5), and children looked after. A year ends
on 31 March: half a year before the workforce figures of the same year.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workforce_sim.data.published import header_of, keys, numbers, read_cells, symbols, twice
from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.files import as_path

if TYPE_CHECKING:
    import pandas as pd

#: What each table has: its name -> the columns that are read.
TABLES: dict[str, tuple[str, ...]] = {
    "B1": ("Started_episodes", "Ended_episodes", "At31_episodes"),
    "C1": ("referral_count", "rereferral_count", "no_further_action_count", "not_in_need_count"),
    "C4": ("Section47", "ICPC"),
    "D3": ("CPP_start", "CPP_subsequent"),
    "D5": ("CPP_At31",),
    "CLA": ("population_estimate", "children_count"),
}

#: The tables without which no demand can be reckoned.
NEEDED = ("B1", "C1")

#: Children looked after: what marks a row -> what its number is called here.
_LOOKED_AFTER = {
    "on 31 march": "CLA_At31",
    "starting": "CLA_started",
    "ceasing": "CLA_ceased",
}

_JOIN = ["year", "level", "area"]


def read_cin(paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> pd.DataFrame:
    """Read the children in need tables.

    Args:
        paths: the folder they are in, or a list of the files.

    Returns:
        A row an area and year: ``year`` (31 March), ``level``, ``area``, ``region``, ``code``, ``old_code``
            and the columns of :data:`TABLES`, nan where there is a symbol (``symbols`` says which) or no
            such table. ``attrs["tables"]`` is table -> file name, ``attrs["unused"]`` lists other files.

    Raises:
        InputError: no such folder or file, a table missing or there twice, or cells that cannot be read.
    """
    problems: list[Problem] = []
    found: dict[str, Path] = {}
    unused = []
    for file in _files(paths):
        table = _which(header_of(file))
        if table is None:
            unused.append(file.name)
        elif table in found:
            value = f"{found[table].name} and {file.name}"
            rule = "each table once"
            problems.append(Problem(f"table {table}", value, rule, "give a list of the files to be read"))
        else:
            found[table] = file
    for table in NEEDED:
        if table not in found:
            rule = f"a file with the columns {', '.join(TABLES[table])}"
            fix = "download table " + table + " of the DfE's Children in need"
            problems.append(Problem(f"table {table}", "missing", rule, fix))
    if problems:
        raise InputError("read_cin", problems)
    parts = [_read(table, found[table]).set_index(_JOIN) for table in TABLES if table in found]
    merged = reduce(lambda a, b: a.combine_first(b), (part.drop(columns="symbols") for part in parts))
    needed = parts[0].index.union(
        parts[1].index
    )  # of B1 and C1: other tables change their areas at other times
    merged = merged[merged.index.isin(needed)].copy()
    said = [part["symbols"].reindex(merged.index).fillna("") for part in parts]
    merged["symbols"] = [", ".join(text for text in texts if text) for texts in zip(*said, strict=True)]
    merged = merged.reset_index()
    merged.attrs["tables"] = {table: file.name for table, file in found.items()}
    merged.attrs["unused"] = unused
    return merged


def _files(paths: Any) -> list[Path]:
    """The files that are meant."""
    if isinstance(paths, (str, os.PathLike)):
        folder = as_path(paths, "read_cin", "children_in_need")
        if folder.is_dir():
            return sorted(f for f in folder.iterdir() if f.is_file() and f.suffix.lower() == ".csv")
        fix = "the folder the tables are in, or a list of the files"
        raise InputError("read_cin", [Problem("cin", shown(str(folder), 400), "a folder that exists", fix)])
    if not isinstance(paths, (list, tuple)):
        fix = "cin='children_in_need'"
        raise InputError("read_cin", [Problem("cin", shown(paths), "a folder, or a list of files", fix)])
    files = [as_path(path, "read_cin", "b1.csv") for path in paths]
    problems = [
        Problem("cin", shown(str(file), 400), rule, fix)
        for file in files
        for table in [_which(header_of(file))]
        if table is None
        for rule in [f"one of the children in need tables {', '.join(TABLES)}"]
        for fix in ["leave it out, or see how it was published"]
    ]
    if problems:
        raise InputError("read_cin", problems)
    return files


def _which(header: Sequence[str]) -> str | None:
    """The table that has these columns."""
    for table, names in TABLES.items():
        marks = (*names, "population_type") if table == "CLA" else names
        if "time_period" in header and all(name in header for name in marks):
            return table
    return None


def _read(table: str, file: Path) -> pd.DataFrame:
    """A table, a row an area and year, and what stands in place of its numbers."""
    needed = ("time_period", "geographic_level", "la_name", *TABLES[table])
    where = f"read_cin, {file.name}"
    cells = read_cells(file, where, needed, {}, "b1.csv")
    problems: list[Problem] = []
    part = keys(cells, problems)
    for name in TABLES[table]:
        part[name] = numbers(cells[name], name, problems)
    if problems:
        raise InputError(where, problems)
    part["symbols"] = symbols(cells, TABLES[table])
    part = part[part["area"] != ""]
    if table == "CLA":
        part = _wide(part, cells["population_type"])
    twice(part, where)
    return part.reset_index(drop=True)


def _wide(part: pd.DataFrame, kinds: pd.Series[str]) -> pd.DataFrame:
    """Children looked after in one row an area and year."""
    words = kinds.reindex(part.index).str.lower()
    kind = words.map(lambda text: next((name for mark, name in _LOOKED_AFTER.items() if mark in text), None))
    kept = part[kind.notna()].assign(kind=kind)
    again = kept.duplicated([*_JOIN, "kind"])
    counts = kept[~again].pivot(index=_JOIN, columns="kind", values="children_count").reset_index()
    first = kept.drop_duplicates(_JOIN).drop(columns=["children_count", "kind"])
    wide: pd.DataFrame = first.merge(counts, on=_JOIN, how="left")
    return wide.rename_axis(columns=None)
