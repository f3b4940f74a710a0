"""What a plan costs: the budget by year and heading, what is added to it, and the price of an improvement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.measures.paths import BY_NAME, HEADINGS
from workforce_sim.numbers import (
    capital,
    figure,
    interval,
    length,
    places_apart,
    places_for,
    plural,
    pounds,
    signed,
)
from workforce_sim.report.answer import stated
from workforce_sim.report.blocks import Block, Cell, Group, Row, Table, Words

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.study.result import Result

_COST = "cost_gbp"

#: What an improvement is priced of.
_PRICED = ("caseload", "agency_fte", "drift_share")

_ONE = {
    "caseload": "one child fewer on every full-time list",
    "agency_fte": "one agency worker fewer (full-time equivalent)",
    "drift_share": "one percentage point less of drift",
}


def money_blocks(result: Result, month: int) -> list[Block]:
    """The budget of every scenario, and what an improvement costs up to a month."""
    found: list[Block] = [budget_table(result)]
    if len(result.scenarios) > 1:
        found.append(
            Words(
                f"Below each sum: what is added to “{result.baseline}” in the same worlds, with the 95% "
                "interval of the average. Pounds are those of the settings: nothing is added for "
                "inflation beyond what they state. A budget year runs from April to March; one that the "
                "study does not cover whole says how many months are counted.",
                "small",
            )
        )
        found.append(price_table(result, month))
        found.append(
            Words(
                "The price of an improvement is the whole cost that a scenario adds from the start, "
                "divided by what is improved at the end (95% interval: Fieller). There is none where the "
                "improvement cannot be told from none. A plan that improves several things at once is "
                "paid once: prices do not add up.",
                "small",
            )
        )
    return found


def budget_table(result: Result) -> Table:
    """Scenario by scenario: a row a heading that costs anything, a column a budget year."""
    table = result.budget()
    years = list(dict.fromkeys(table.index.get_level_values("budget_year")))
    spent = table[["mean", "added"]].abs().max(axis=1).groupby(level="heading").max()
    used = [heading for heading in HEADINGS if spent[heading] > 0]
    groups = [
        Group(tuple(_heading(result, table, name, years, h) for h in (*used, "total")), name)
        for name in result.scenarios
    ]
    caption = "Average cost by budget year and heading; headings that cost nothing are left out."
    return Table(caption, ("Heading", *(_year(table, y) for y in years)), tuple(groups))


def _year(table: pd.DataFrame, year: str) -> str:
    months = int(table.xs(year, level="budget_year")["months"].iloc[0])
    return year if months == 12 else f"{year} ({plural(months, 'month')})"


def _heading(result: Result, table: pd.DataFrame, name: str, years: list[str], heading: str) -> Row:
    first = name == result.baseline
    cells = []
    for year in years:
        row: Any = table.loc[(name, year, heading), :]
        low, high = float(row["low"]), float(row["high"])
        value = pounds(float(row["mean"]), places_for(_COST, [(low, high)]), most=2)
        under = []
        added, at_least, at_most = (float(row[c]) for c in ("added", "added_low", "added_high"))
        if not first and added:
            places = places_apart(_COST, [(at_least, at_most)])
            known = _between(at_least, at_most, places)
            under = [f"{signed(pounds(added, places))}" + (f" ({known})" if known else "")]
        cells.append(Cell(value, tuple(under), strong=heading == "total"))
    label = "Total" if heading == "total" else _label(heading)
    return Row(label, tuple(cells))


def _between(low: float, high: float, places: int) -> str:
    """An interval; nothing where both ends are the same to the pound figures that are printed."""
    known = interval(_COST, low, high, places)
    ends = known.split(" to ")
    return known if len(ends) == 2 and ends[0] != ends[1] else ""


def _label(heading: str) -> str:
    return capital(BY_NAME[f"cost_{heading}_gbp"].label.removeprefix("Cost: "))


def price_table(result: Result, month: int) -> Table:
    """What one unit of improvement costs, a row a scenario."""
    shown = [m for m in _PRICED if np.isfinite(result.samples(m, result.baseline)[:, month]).all()]
    groups = []
    for measure in shown:
        rows = tuple(_price(result, name, measure, month) for name in result.scenarios[1:])
        groups.append(Group(rows, f"For {_ONE[measure]}"))
    caption = (
        f"What an improvement costs: pounds added over {length(month)}, for each improvement at the end."
    )
    return Table(caption, ("Scenario", "Cost of one", "Improved by", "Added cost"), tuple(groups))


def _price(result: Result, name: str, measure: str, month: int) -> Row:
    found = result.cost_per(name, measure, at=month)
    gap = stated(result, name, measure, [month]).iloc[0]
    places = places_apart(measure, [(float(gap["low"]), float(gap["high"]))])
    improved = figure(measure, found.improvement, places)
    added = stated(result, name, "cost_to_date_gbp", [month]).iloc[0]
    money = places_apart(_COST, [(float(added["low"]), float(added["high"]))])
    cost = signed(pounds(found.extra_gbp, money))
    apart = float(gap["low"]) > 0 or float(gap["high"]) < 0
    why = "" if np.isfinite(found.low) and apart else "cannot be told from no improvement"
    if found.improvement < 0 and not why:
        why = "it gets worse"
    if why:
        return Row(name, (Cell("no price", (why,)), Cell(improved), Cell(cost)))
    places = places_for(_COST, [(found.low, found.high)])
    known = interval(_COST, found.low, found.high, places)
    price = Cell(pounds(found.pounds, places, most=2), (known,), strong=True)
    return Row(name, (price, Cell(improved), Cell(cost)))
