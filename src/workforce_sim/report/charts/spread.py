"""How caseloads are spread over workers: the average hides who holds too many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.ticker import MaxNLocator, PercentFormatter

from workforce_sim.authority.calendar import in_words
from workforce_sim.numbers import plain, plural
from workforce_sim.report.charts.panels import frame, is_first, make_panels
from workforce_sim.report.charts.style import INK, LOOKS, QUIET, Chart, house_style, wrapped
from workforce_sim.report.worlds_again import Lists

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]


def spread_chart(lists: Lists, *, narrow: bool = False) -> Chart:
    """Share of the case holders by children on their list: a panel a scenario, the first one outlined in all.

    A worker counts by hours, as in the average caseload, so the mean of a panel is the average caseload.
    """
    names = list(lists.children)
    width = _width(lists)
    shares = {name: _shares(lists, name, width) for name in names}
    longest = max(len(s) for s in shares.values())
    shares = {name: np.pad(s, (0, longest - len(s))) for name, s in shares.items()}
    edges: Floats = width * np.arange(longest + 1, dtype=np.float64)
    with house_style():
        panels, chart = make_panels(len(names), narrow)
        for panel, name in zip(panels, names, strict=True):
            if len(names) > 1:
                panel.set_title(wrapped(name, 44 if narrow else 23, 3))
            look: dict[str, Any] = {"color": LOOKS[5].colour, "edgecolor": QUIET, "linewidth": 0.5}
            panel.bar(edges[:-1], shares[name], width, align="edge", **look)
            if name != names[0]:
                line: dict[str, Any] = {"color": INK, "linewidth": 1.5, "linestyle": (0, (1.2, 1.6))}
                panel.stairs(shares[names[0]], edges, baseline=None, **line)
            mean = _mean(lists, name)
            if np.isnan(mean):
                panel.text(0.5, 0.5, "nobody holds a case", ha="center", transform=panel.transAxes)
                continue
            panel.axvline(mean, color=INK, linewidth=1.2)
            panel.annotate(
                f"mean {plain(mean, 1)}",
                (mean, 1.0),
                xycoords=panel.get_xaxis_transform(),
                xytext=(4, -9),
                textcoords="offset points",
                fontweight="bold",
            )
            panel.yaxis.set_major_formatter(PercentFormatter(100, decimals=0))
            panel.yaxis.set_major_locator(MaxNLocator(6, integer=True))
            panel.xaxis.set_major_locator(MaxNLocator(6, integer=True))
            panel.set_xlabel(wrapped("children per full-time equivalent", 26 if narrow else 40))
            panel.set_ylabel("case holders" if is_first(panel) else "")
        top = max(float(s.max()) for s in shares.values())
        panels[0].set_ylim(0, 1.2 * top or 1.0)
        panels[0].set_xlim(0, float(edges[-1]))
        note = (
            f"Case holders at {in_words(lists.when)} in the first {plural(lists.worlds, 'world')} of the "
            "study, counted by their hours; who holds no case is not counted."
        )
        if len(names) > 1:
            note += f" Dotted: “{names[0]}”."
        frame(chart, "How caseloads are spread over workers", f"{note} Not back-tested.", "", narrow)
    chart.table = _table(shares, edges)
    chart.workforce_sim_alt = _alt(lists, names)
    return chart


def _width(lists: Lists) -> float:
    """Children to a bar: whole numbers, some twenty bars at most."""
    most = max((float(lists.per_fte(name).max(initial=1.0)) for name in lists.children), default=1.0)
    return float(next(w for w in (1, 2, 5, 10, 20, 50, 100, 10**9) if most / w <= 24))


def _shares(lists: Lists, name: str, width: float) -> Floats:
    """Percent of the hours of case holders whose list lies in each bar."""
    per_fte, fte = lists.per_fte(name), lists.fte[name]
    if not len(fte):
        return np.zeros(1)
    bars = np.floor(per_fte / width + 1e-9).astype(int)
    found: Floats = 100 * np.bincount(bars, weights=fte) / fte.sum()
    return found


def _mean(lists: Lists, name: str) -> float:
    hours = float(lists.fte[name].sum())
    return float(lists.children[name].sum()) / hours if hours else float("nan")


def _table(shares: dict[str, Floats], edges: Floats) -> pd.DataFrame:
    import pandas as pd

    index = pd.Index(edges[:-1], name="children_from")
    found = pd.DataFrame(shares, index=index)
    found.columns.name = "% of case holders"
    return found


def _alt(lists: Lists, names: list[str]) -> str:
    said = [f"How many children case holders have on {in_words(lists.when)}, per full-time equivalent."]
    for name in names:
        per_fte, fte = lists.per_fte(name), lists.fte[name]
        if not len(fte):
            said.append(f"“{name}”: nobody holds a case.")
            continue
        order = np.argsort(per_fte, kind="stable")
        share = np.cumsum(fte[order]) / fte.sum()
        tenth, median, most = (float(per_fte[order][np.searchsorted(share, q)]) for q in (0.1, 0.5, 0.9))
        said.append(
            f"“{name}”: {plain(_mean(lists, name), 1)} on average; half of them have {plain(median, 1)} or "
            f"fewer, one in ten {plain(tenth, 1)} or fewer and one in ten {plain(most, 1)} or more."
        )
    return " ".join([*said, f"First {plural(lists.worlds, 'world')} of the study."])
