"""The same area in two returns: by code, by old code or by name, in parts, or as it was before it changed.

An area published jointly (``Kingston upon Thames / Richmond upon Thames``) is the sum of its parts. One that
was made from others has the rows of those others in the years before.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_LITTLE_WORDS = re.compile(r"\b(the|of|and|city|county|royal|borough|council|upon|on)\b")
_NO_LETTERS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of another return that together are an area.

    Attributes:
        rows: their positions in the table, by index.
        note: in words, if they are not simply the row of that name.
        whole: whether they are this area, and not a larger one that it was part of.
    """

    rows: tuple[Any, ...]
    note: str = ""
    whole: bool = True


def find(row: pd.Series[Any], table: pd.DataFrame) -> Found | None:
    """The rows of a table (of one year) that are the area of a row of another return, or None.

    Args:
        row: ``level``, ``area``, ``code`` and ``old_code``; joint areas have them in parts, with slashes.
        table: rows of one year with the same columns.
    """
    here = table[table["level"] == row["level"]]
    if row["level"] != "Local authority":
        same = here[here["area"].map(plain) == plain(row["area"])]
        return Found((same.index[0],)) if len(same) else None
    whole = _one(here, row["area"], row["code"], row["old_code"])
    if whole is not None:
        return Found((whole,))
    areas, codes, old = (_parts(row[name]) for name in ("area", "code", "old_code"))
    if len(areas) > 1:
        aligned = len(codes) == len(old) == len(areas)
        each = [_one(here, a, *((codes[i], old[i]) if aligned else ("", ""))) for i, a in enumerate(areas)]
        if None not in each:
            return Found(tuple(each), f"{' and '.join(areas)} together")
    return _changed(here, areas, codes)


def plain(name: object) -> str:
    """A name without what returns write differently: case, marks, "City of", "and".

    Example:
        >>> plain("Kingston upon Hull, City of") == plain("Kingston Upon Hull")
        True
    """
    text = str(name).lower().replace("&", " and ")
    return _NO_LETTERS.sub("", _LITTLE_WORDS.sub(" ", text))


def changes_of(area: str) -> list[str]:
    """What is known of changes to an area, in words."""
    return [
        f"{change['date'].year}: {change['note']}"
        for change in _changes()
        if plain(area) in {plain(name) for name in (*change["before"], *change["after"])}
    ]


def years_of_change(area: str) -> list[int]:
    """Years of 30 September from which an area is another one than before; a new code alone is no change.

    Example:
        >>> years_of_change("Dorset"), years_of_change("Buckinghamshire")
        ([2019], [])
    """
    return [
        change["date"].year + (change["date"].month > 9)
        for change in _changes()
        if sorted(change["before"]) != sorted(change["after"])
        and plain(area) in {plain(name) for name in (*change["before"], *change["after"])}
    ]


def _parts(text: object) -> list[str]:
    return [part.strip() for part in str(text).split(" / ") if part.strip()]


def _one(here: pd.DataFrame, area: str, code: str, old_code: str) -> Any:
    """The row of one area: same code, else same old code, else same name."""
    for name, value in (("code", code), ("old_code", old_code)):
        same = here[here[name] == value] if value else here[:0]
        if len(same) == 1:
            return same.index[0]
    same = here[here["area"].map(plain) == plain(area)]
    return same.index[0] if len(same) == 1 else None


def _changed(here: pd.DataFrame, areas: list[str], codes: list[str]) -> Found | None:
    """The rows of what the area was made from, or of what was made of it."""
    for change in _changes():
        for now, then in (("after", "before"), ("before", "after")):
            names = {plain(name) for name in change[now]}
            if not (
                {plain(a) for a in areas} <= names or (codes and set(codes) <= set(change[f"{now}_codes"]))
            ):
                continue
            rows = here.index[
                here["code"].isin(change[f"{then}_codes"])
                | here["area"].map(plain).isin({plain(name) for name in change[then]})
            ]
            if len(rows) == len(change[then]):
                whole = len(areas) == len(change[now])
                note = f"{' and '.join(change[then])} ({change['date'].year}: {change['note']})"
                return Found(tuple(rows), note, whole)
    return None


@cache
def _changes() -> list[dict[str, Any]]:
    text = resources.files("workforce_sim.data").joinpath("boundaries.toml").read_text("utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)["change"]
    return found
