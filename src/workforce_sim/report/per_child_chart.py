"""Drift per child: how many working days of a child go into what, by scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

from workforce_sim.measures.paths import DRIFT
from workforce_sim.numbers import joined, plain, plural
from workforce_sim.report.child_ledger import PARTS
from workforce_sim.report.panels import frame, make_panels
from workforce_sim.report.style import DAYS, INK, QUIET, Chart, house_style, wrapped
from workforce_sim.report.worlds_again import ChildDays

if TYPE_CHECKING:
    import pandas as pd

#: Days a child that would be drawn as nothing.
_NOTHING = 0.1


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
    chart.table = _table(found)
    chart.workforce_sim_alt = _alt(found, causes)
    return chart


def _table(found: ChildDays) -> pd.DataFrame:
    import pandas as pd

    columns = {part: [days[part] for days in found.days.values()] for part in PARTS}
    index = pd.Index(list(found.days), name="scenario")
    table = pd.DataFrame(columns, index=index)
    table["drift"] = [found.drift(name) for name in found.days]
    table["children"] = [found.children[name] for name in found.days]
    return table


def _alt(found: ChildDays, causes: list[str]) -> str:
    said = ["Mean working days a child that are drift, by cause, of children referred in the first half."]
    for name, days in found.days.items():
        parts = [f"{DRIFT[part]} {plain(days[part], 1)}" for part in causes]
        drift = f"{plain(found.drift(name), 1)} of {plain(sum(days.values()), 0)} days are drift"
        said.append(f"“{name}”: {drift}" + (f": {joined(parts)}." if parts else "."))
    return " ".join(said)
