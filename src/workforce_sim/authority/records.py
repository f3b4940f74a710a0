"""Defaults as records: value, low, high, unit, source and evidence class, read from defaults.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from pydantic import Field

#: What each evidence class means, best first.
EVIDENCE_CLASSES = {
    "read": "read in the published file or page",
    "derived": "arithmetic on figures that were read",
    "snippet": "seen only as an excerpt or second-hand",
    "memory": "common knowledge; no source found",
    "assumption": "proposed here so that the model has a value; not evidence",
    "yours": "stated in your own input",
}


@dataclass(frozen=True, slots=True)
class Record:
    """One default and the evidence for it.

    Attributes:
        path: the setting, ``section.name``.
        value: the default: a number, a tuple of numbers, a word, or true or false.
        unit: unit, in words.
        source: where it comes from.
        evidence: one of :data:`EVIDENCE_CLASSES`.
        low: lower end of the plausible range; none for words, and for what is true or false.
        high: upper end.
    """

    path: str
    value: Any
    unit: str
    source: str
    evidence: str
    low: Any = None
    high: Any = None


@cache
def records() -> dict[str, Record]:
    """All default records by path."""
    text = resources.files("workforce_sim.authority").joinpath("defaults.toml").read_text("utf-8")
    found: dict[str, Record] = {}
    for section, names in tomllib.loads(text).items():
        for name, r in names.items():
            found[f"{section}.{name}"] = Record(f"{section}.{name}", **{k: as_tuple(v) for k, v in r.items()})
    return found


def as_tuple(value: Any) -> Any:
    """A list, as TOML and most people write it, as what nobody can change."""
    return tuple(value) if isinstance(value, list) else value


def recorded(path: str, **limits: Any) -> Any:
    """A pydantic field whose default, unit and example come from the record of this path.

    ``limits`` are what is *possible* (``ge=0``); the record's low and high are what is plausible.
    """
    record = records()[path]
    return Field(
        default=record.value,
        description=f"{record.unit}. {record.source}.",
        examples=[record.value],
        **limits,
    )
