"""The register of assumptions as a table: every setting, its value, its range, how weak the evidence is."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.authority.calendar import in_words
from workforce_sim.authority.records import EVIDENCE_CLASSES
from workforce_sim.numbers import NONE, plain, plural
from workforce_sim.report.blocks import Cell, Group, Row, Table

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.authority.authority import Authority

#: Evidence classes, weakest first; what is stated without a source stands with the weak.
WEAKEST_FIRST = ("assumption", "memory", "yours", "snippet", "derived", "read")


def evidence_counts(authority: Authority) -> dict[str, int]:
    """How many settings there are of every class of evidence, weakest first, and ``all``."""
    classes = authority.assumptions()["evidence"]
    found = {str(k): int(n) for k, n in classes.value_counts().items()}
    order = (*WEAKEST_FIRST, *sorted(set(found) - set(WEAKEST_FIRST)))
    return {name: found[name] for name in order if name in found} | {"all": len(classes)}


def evidence_table(authority: Authority) -> Table:
    """How many settings rest on what."""
    counts = evidence_counts(authority)
    rows = [
        Row(name.capitalize(), (Cell(str(n)), Cell(EVIDENCE_CLASSES.get(name, ""))))
        for name, n in counts.items()
        if name != "all"
    ]
    caption = "How many settings rest on which evidence, weakest first."
    return Table(caption, ("Evidence", "Settings", "What that means"), (Group(tuple(rows)),), "register")


def register_table(authority: Authority) -> Table:
    """Every setting by class of evidence, weakest first."""
    table = authority.assumptions()
    groups = []
    for evidence in (name for name in evidence_counts(authority) if name != "all"):
        rows, before = [], ""
        for path, row in table[table["evidence"] == evidence].iterrows():
            source = str(row["source"])
            rows.append(_setting(str(path), row, "as above" if source == before else source))
            before = source
        heading = f"{evidence.capitalize()} ({plural(len(rows), 'setting')})"
        groups.append(Group(tuple(rows), heading, EVIDENCE_CLASSES.get(evidence, "")))
    caption = "Every setting, the value used, the range that is plausible, and where it comes from."
    return Table(caption, ("Setting", "Value used", "Source"), tuple(groups), "register")


def _setting(path: str, row: pd.Series[Any], source: str) -> Row:
    under = []
    if row["low"] is not None and row["high"] is not None:
        low, high = float(np.min(row["low"])), float(np.max(row["high"]))
        if not np.isnan(low):
            under.append(f"plausible: {shown(low)} to {shown(high)}")
    value, default = shown(row["value"]), shown(row["default"])
    if default not in (value, NONE):
        under.append(f"default: {default}")
    return Row(setting_name(path), (Cell(value, tuple(under)), Cell(source)), str(row["unit"] or ""))


def setting_name(path: str) -> str:
    """The path of a setting in words.

    Example:
        >>> setting_name("pay.on_cost_gbp"), setting_name("pathway.assessment.work_hours")
        ('pay: on cost in pounds', 'pathway: assessment, work hours')
    """
    section, _, name = path.partition(".")
    return f"{section}: {name.replace('.', ', ').replace('_gbp', '_in_pounds').replace('_', ' ')}"


def shown(value: Any) -> str:
    """A setting as people write it."""
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return NONE
    if isinstance(value, dt.date):
        return in_words(value)
    if isinstance(value, (tuple, list)):
        return ", ".join(shown(v) for v in value)
    if isinstance(value, (bool, str)):
        return str(value)
    number = float(value)
    return plain(number, 0) if number.is_integer() or abs(number) >= 1000 else f"{number:.4g}"
