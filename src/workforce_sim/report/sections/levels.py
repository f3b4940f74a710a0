"""The two tables of a bid: what every scenario comes to, and what it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.measures.paths import BY_NAME
from workforce_sim.numbers import (
    NONE,
    figure,
    interval,
    is_money,
    length,
    places_apart,
    places_for,
    points,
    signed,
)
from workforce_sim.report.blocks import Cell, Group, Row, Table

if TYPE_CHECKING:
    from workforce_sim.study.result import Result

#: What a bid asks first, and what the children notice.
_MEASURES = (
    "caseload",
    "agency_rate",
    "agency_fte",
    "turnover_rate",
    "cost_to_date_gbp",
    "drift_share",
    "assessments_in_time_rate",
    "rereferral_rate",
    "three_workers_rate",
    "limbo_children",
)


def measures_shown(result: Result, months: list[int]) -> list[str]:
    """The measures of the tables that this service has at all."""
    return [m for m in _MEASURES if _has_values(result, m, months)]


def _has_values(result: Result, measure: str, months: list[int]) -> bool:
    """Where nobody can come back, no rate of coming back is a finding."""
    means = result.table(measure, at=months)["mean"].to_numpy()
    return bool(np.isfinite(means).any() and (measure != "rereferral_rate" or np.nansum(means) > 0))


def after(months: int) -> str:
    """``After two years``, as a heading."""
    return f"After {length(months)}"


def levels_table(result: Result, months: list[int]) -> Table:
    """Every scenario at the dates of the report, and what one world may see at the end."""
    also = ", with the 95% interval of the average below" if result.replications > 1 else ""
    return Table(
        f"Averages over the worlds{also}. Last column: nine worlds in ten lie between these at the end.",
        ("Scenario", *map(after, months), f"Nine worlds in ten, {after(months[-1]).lower()}"),
        tuple(_levels(result, m, months) for m in measures_shown(result, months)),
    )


def _levels(result: Result, measure: str, months: list[int]) -> Group:
    table = result.table(measure, at=months)
    found = dict(table.iterrows())
    places = places_for(measure, zip(table["low"], table["high"], strict=True))
    rows = []
    for name in result.scenarios:
        cells = [cell(measure, found[measure, name, m], "mean", places) for m in months]
        end = found[measure, name, months[-1]]
        spread = interval(measure, float(end["p5"]), float(end["p95"]), places)
        rows.append(Row(name, (*cells, Cell(spread or NONE))))
    return Group(tuple(rows), BY_NAME[measure].label, BY_NAME[measure].unit)


def differences_table(result: Result, months: list[int]) -> Table:
    """The paired differences from the first scenario at the dates of the report, with verdicts in words."""
    also = ""
    if result.replications > 1:
        also = ", with its 95% interval, which holds for the dates of a row together"
    return Table(
        f"Average difference from “{result.baseline}”, world by world{also}. Where the interval includes "
        "no difference the two cannot be told apart.",
        ("Scenario", *map(after, months), f"In how many worlds, {after(months[-1]).lower()}"),
        tuple(_differences(result, m, months) for m in measures_shown(result, months)),
    )


def _differences(result: Result, measure: str, months: list[int]) -> Group:
    rows = []
    tables = {name: result.compare(name, measures=measure, at=months) for name in result.scenarios[1:]}
    places = places_apart(
        measure, [p for t in tables.values() for p in zip(t["low"], t["high"], strict=True)]
    )
    for name, table in tables.items():
        cells, found = [], dict(table.iterrows())
        for m in months:
            row = found[measure, m]
            verdict = str(row["verdict"]) if np.isfinite(row["low"]) else ""
            verdict = verdict.partition(":")[0] if is_money(measure) else verdict
            made = cell(measure, row, "difference", places)
            cells.append(Cell(made.value, (*made.under, verdict) if verdict else made.under, strong=True))
        rows.append(Row(name, (*cells, Cell(_wins(result, measure, name, months[-1])))))
    return Group(tuple(rows), BY_NAME[measure].label, points(BY_NAME[measure].unit))


def _wins(result: Result, measure: str, name: str, month: int) -> str:
    """In how many worlds a scenario is the higher, or the lower, as it is on average."""
    paired = (result.samples(measure, name) - result.samples(measure, result.baseline))[:, month]
    if not np.isfinite(paired).all():
        return NONE
    if not paired.any():
        return "the same in all"
    higher = float(np.mean(paired)) > 0
    worlds = int(np.count_nonzero(paired > 0 if higher else paired < 0))
    return f"{'higher' if higher else 'lower'} in {worlds:,} of {result.replications:,}"


def cell(measure: str, row: Any, column: str, places: int) -> Cell:
    """A mean, or a difference with its sign, and its interval (``low, high`` of the row) below."""
    value = figure(measure, float(row[column]), places)
    if column == "difference":
        value = signed(value)
    known = interval(measure, float(row["low"]), float(row["high"]), places)
    known = known if float(row["low"]) != float(row["high"]) else ""
    return Cell(value, (known,) if known else (), strong=True)
