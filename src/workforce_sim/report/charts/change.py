"""Why the average caseload changed: a waterfall from the first month to the last, part by part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from workforce_sim.numbers import interval, joined, length, places_apart, plain, plural, signed
from workforce_sim.report.charts.panels import frame, make_panels
from workforce_sim.report.charts.style import INK, LOOKS, QUIET, Chart, house_style, wrapped

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.study.result import Result

#: What a bar says, for readers who do not know the parts by name.
LABELS = {
    "vacancies filled": "permanent workers in the old posts",
    "new posts filled": "permanent workers in new posts",
    "agency": "agency workers",
    "demand": "more or fewer children referred",
    "closures": "more or fewer cases closed",
    "waiting": "children waiting for a worker",
}


def change_chart(result: Result, scenarios: Sequence[str] | None = None, *, narrow: bool = False) -> Chart:
    """Each part moves the caseload on from where the one above it left it: a panel a scenario.

    Raises:
        InputError: unknown scenario.
    """
    names = list(scenarios) if scenarios else list(dict.fromkeys((result.baseline, result.scenarios[-1])))
    last = result.months()
    tables = {name: result.decompose(name, 0, last) for name in names}
    begins = {name: float(result.samples("caseload", name)[:, 0].mean()) for name in names}
    parts = list(LABELS)
    labels = ["at the start", *(LABELS[p] for p in parts), "at the end"]
    letters = 18 if narrow else 26
    with house_style():
        panels, chart = make_panels(len(names), narrow)
        columns = 1 if narrow or len(names) == 1 else 2 if len(names) in (2, 4) else 3
        rows = -(-len(names) // columns)
        chart.set_figheight(1.3 + rows * (0.6 + 0.42 * len(labels)))
        for panel, name in zip(panels, names, strict=True):
            if len(names) > 1:
                panel.set_title(wrapped(name, 24 if narrow else 30, 2))
            _steps(panel, tables[name], begins[name], parts)
            panel.set_yticks(range(len(labels)), [wrapped(label, letters, 2) for label in labels])
            panel.set_ylim(len(labels) - 0.4, -0.6)
            panel.grid(visible=False, axis="y")
            panel.grid(visible=True, axis="x")
            panel.xaxis.set_major_locator(MaxNLocator(5))
            panel.set_xlabel(wrapped("children per case-holder FTE", 30))
        panels[0].margins(x=0.18)
        note = (
            f"Average caseload over {length(last)}, split exactly, world by world (logarithmic mean, Ang "
            "2004). Blue: fewer children on a list; hatched: more. Lines: 95% intervals of each part "
            f"({plural(result.replications, 'world')}). The axis does not start at 0. Not back-tested."
        )
        frame(chart, "Why the average caseload changed", note, "", narrow)
    import pandas as pd

    chart.table = pd.concat(tables, names=["scenario"])
    chart.workforce_sim_alt = _alt(result, tables, begins, last)
    return chart


def _steps(panel: Any, table: pd.DataFrame, begins: float, parts: list[str]) -> None:
    """The start, a bar a part, and the end."""
    at, dots = begins, {"color": QUIET, "linewidth": 0.8, "linestyle": ":"}
    mark = {"marker": "s", "color": INK, "markersize": 7, "linestyle": "none"}
    panel.plot([at], [0], **mark)
    said = plain(at, 1)
    panel.annotate(said, (at, 0), xytext=(8, 0), textcoords="offset points", va="center", fontweight="bold")
    for row, part in enumerate(parts, 1):
        row_of: Any = table.loc[part]
        mean, low, high = (float(row_of[c]) for c in ("mean", "low", "high"))
        panel.plot([at, at], [row - 1, row], **dots)
        if not np.isfinite(mean):
            continue
        colour, hatch = (LOOKS[0].colour, "") if mean <= 0 else (LOOKS[1].colour, "////")
        panel.barh(row, mean, left=at, height=0.6, color=colour, hatch=hatch, edgecolor="white")
        ends = [at + low, at + high] if low < high else [at + mean] * 2
        panel.plot(ends, [row, row], color=INK, linewidth=1.1, marker="|", markersize=5)
        panel.annotate(
            signed(plain(mean, places_apart("caseload", [(low, high)]))),
            (max(at, at + mean, *ends), row),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
        )
        at += mean
    panel.plot([at, at], [len(parts), len(parts) + 1], **dots)
    panel.plot([at], [len(parts) + 1], **mark)
    place = (at, len(parts) + 1)
    said = plain(at, 1)
    panel.annotate(said, place, xytext=(8, 0), textcoords="offset points", va="center", fontweight="bold")


def _alt(result: Result, tables: dict[str, pd.DataFrame], begins: dict[str, float], last: int) -> str:
    said = [f"Why the average caseload changed over {length(last)}, children per case-holder FTE."]
    for name, table in tables.items():
        parts = []
        for part, row in table.iterrows():
            if part == "total" or not np.isfinite(row["mean"]):
                continue
            places = places_apart("caseload", [(float(row["low"]), float(row["high"]))])
            known = interval("caseload", float(row["low"]), float(row["high"]), places)
            also = f" (95% interval {known})" if known and row["low"] < row["high"] else ""
            parts.append(f"{LABELS[str(part)]} {signed(plain(float(row['mean']), places))}{also}")
        end = begins[name] + float(table["mean"]["total"])
        said.append(f"“{name}”: from {plain(begins[name], 1)} to {plain(end, 1)}: {joined(parts)}.")
    return " ".join(said)
