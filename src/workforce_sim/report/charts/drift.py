"""Drift by cause: the share of open days that is lost, month by month, and the working days lost a child."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from matplotlib.ticker import MaxNLocator

from workforce_sim.measures.paths import DRIFT
from workforce_sim.numbers import joined, plain, plural
from workforce_sim.report.charts.panels import (
    CAUTION,
    FEW,
    by_month,
    dates_of,
    end_labels,
    frame,
    is_first,
    make_panels,
    mark_policies,
    month_name,
    policy_key,
    policy_numbers,
    time_axis,
    value_axis,
)
from workforce_sim.report.charts.style import DAYS, INK, QUIET, Chart, Look, house_style, wrapped
from workforce_sim.report.child.days import PARTS
from workforce_sim.report.worlds_again import ChildDays

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.study.result import Result

Floats = npt.NDArray[np.float64]

#: Percent of the open days that a cause of drift must take in some month to be drawn.
_SEEN = 0.05
#: Days a child that would be drawn as nothing.
_NOTHING = 0.1


def drift_chart(result: Result, scenarios: Sequence[str] | None = None, *, narrow: bool = False) -> Chart:
    """Drift by cause, stacked, month by month: a panel a scenario, on the same axes.

    Means over the worlds of the shares of all days on which children had an open case. Causes that take no
    days in any of the scenarios (less than 0.05% in every month) are left out.

    Raises:
        InputError: unknown scenario.
    """
    shown = list(scenarios) if scenarios else result.scenarios
    paths = {
        name: {part: result.samples(f"drift_{part}_share", name).mean(axis=0) for part in DRIFT}
        for name in shown
    }
    causes = [p for p in DRIFT if any(np.nanmax(paths[name][p], initial=0) >= _SEEN for name in shown)]
    totals = {name: np.sum([paths[name][part] for part in DRIFT], axis=0) for name in shown}
    when, keys = dates_of(result), policy_numbers(result.plan, shown)
    with house_style():
        panels, chart = make_panels(len(shown), narrow)
        for panel, name in zip(panels, shown, strict=True):
            if len(shown) > 1:
                panel.set_title(wrapped(name, 44 if narrow else 34 if len(shown) == FEW else 23, 3))
            edges = np.cumsum([0 * totals[name], *(paths[name][part] for part in causes)], axis=0)
            for part, low, high in zip(causes, edges[:-1], edges[1:], strict=True):
                colour, hatch = DAYS[part]
                drawn = panel.fill_between(when, low, high, facecolor=colour, hatch=hatch, label=DRIFT[part])
                drawn.set(edgecolor=QUIET, linewidth=0.5)
            time_axis(panel, result)
            mark_policies(panel, result.plan, [name], keys)
            panel.set_ylabel("% of open days" if is_first(panel) else "")
            value_axis(panel, "drift_share", [*totals.values(), np.zeros(1)])
            end_labels(panel, result, "drift_share", [(totals[name], Look(INK, "-", ""))])
        note = (
            "Means over the simulated worlds: of all the days of a month on which children had an open case, "
            f"the share lost, by cause. Number: all causes. {CAUTION}"
        )
        if "missed_review" in causes:
            note += " Reviews missed before the start are not counted, so that cause begins at 0."
        title = "Drift: where children’s time goes"
        frame(chart, title, note, policy_key(keys), narrow, legend=panels[0], reverse=True)
    drawn_paths = {n: {p: paths[n][p] for p in causes} | {"all causes": totals[n]} for n in shown}
    chart.table = by_month(result, drawn_paths)
    chart.workforce_sim_alt = _alt_by_month(result, paths, causes)
    return chart


def _alt_by_month(result: Result, paths: Mapping[str, Mapping[str, Floats]], causes: Sequence[str]) -> str:
    """The share of every cause in the last month, by scenario."""
    said = [
        f"Drift by cause, share of the days of {month_name(result, -1)} on which children had an open case, "
        "means over the simulated worlds."
    ]
    for name, parts in paths.items():
        shares = [f"{DRIFT[part]} {plain(float(parts[part][-1]), 1)}%" for part in causes]
        total = plain(float(sum(parts[part][-1] for part in DRIFT)), 1)
        said.append(f"“{name}”: {total}% in all" + (f": {joined(shares)}." if shares else "."))
    return " ".join(said)


def per_child_chart(found: ChildDays, *, narrow: bool = False) -> Chart:
    """Mean working days of drift a child by cause: a bar a scenario, each with its sum."""
    names = list(found.days)
    causes = [p for p in DRIFT if any(found.days[name][p] >= _NOTHING for name in names)]
    with house_style():
        (panel,), chart = make_panels(1, narrow)
        chart.set_figheight(1.6 + 0.5 * max(2, len(names)) + (0.7 if narrow else 0))
        for part in causes:
            colour, hatch = DAYS[part]
            before = [sum(found.days[n][p] for p in causes[: causes.index(part)]) for n in names]
            lengths = [found.days[n][part] for n in names]
            drawn = panel.barh(range(len(names)), lengths, 0.6, before, hatch=hatch, label=DRIFT[part])
            for bar in drawn:
                bar.set(facecolor=colour, edgecolor=QUIET, linewidth=0.5)
        for row, name in enumerate(names):
            days = sum(found.days[name].values())
            panel.annotate(
                f"{plain(found.drift(name), 1)} of {plain(days, 0)}",
                (found.drift(name), row),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                fontweight="bold",
                color=INK,
            )
        panel.set_yticks(range(len(names)), [wrapped(n, 18 if narrow else 30, 3) for n in names])
        panel.set_ylim(len(names) - 0.4, -0.6)
        panel.set_xlim(0, 1.3 * max(max(map(found.drift, names)), _NOTHING))
        panel.xaxis.set_major_locator(MaxNLocator(5))
        panel.grid(visible=False, axis="y")
        panel.grid(visible=True, axis="x")
        panel.set_xlabel("working days of drift a child")
        note = (
            "Children first referred in the first half of the study, followed to its end: mean working "
            f"days a child that are drift, of all days open; first {plural(found.worlds, 'world')} of the "
            "study. Not back-tested."
        )
        frame(chart, "Drift per child, by cause", note, "", narrow, legend=panel if causes else None)
    chart.table = _table_per_child(found)
    chart.workforce_sim_alt = _alt_per_child(found, causes)
    return chart


def _table_per_child(found: ChildDays) -> pd.DataFrame:
    import pandas as pd

    columns = {part: [days[part] for days in found.days.values()] for part in PARTS}
    index = pd.Index(list(found.days), name="scenario")
    table = pd.DataFrame(columns, index=index)
    table["drift"] = [found.drift(name) for name in found.days]
    table["children"] = [found.children[name] for name in found.days]
    return table


def _alt_per_child(found: ChildDays, causes: list[str]) -> str:
    said = ["Mean working days a child that are drift, by cause, of children referred in the first half."]
    for name, days in found.days.items():
        parts = [f"{DRIFT[part]} {plain(days[part], 1)}" for part in causes]
        drift = f"{plain(found.drift(name), 1)} of {plain(sum(days.values()), 0)} days are drift"
        said.append(f"“{name}”: {drift}" + (f": {joined(parts)}." if parts else "."))
    return " ".join(said)
