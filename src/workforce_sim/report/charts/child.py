"""One child's working days by stage, natural and by cause of drift: a panel a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

from workforce_sim.measures.paths import DRIFT
from workforce_sim.numbers import joined, plain, plural
from workforce_sim.report.charts.panels import frame, is_first, make_panels
from workforce_sim.report.charts.style import DAYS, INK, QUIET, Chart, house_style, wrapped
from workforce_sim.report.child.days import NOTHING, StageDays, parts_in, stages_in

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.report.child.futures import Child


def child_chart(child: Child, *, narrow: bool = False) -> Chart:
    """One child's working days by stage, natural and by cause of drift: a panel a scenario, same axes."""
    stages, parts = stages_in(child.ledgers), parts_in(list(child.ledgers.values()))
    labels = {"natural": "natural: what the work takes"} | DRIFT
    longest = max(s.total for ledger in child.ledgers.values() for s in ledger)
    with house_style():
        panels, chart = make_panels(len(child.ledgers), narrow)
        rows = len(panels) if narrow else 1
        chart.set_size_inches(chart.get_figwidth(), 1.5 + rows * (0.6 + 0.36 * len(stages)))
        for panel, (name, ledger) in zip(panels, child.ledgers.items(), strict=True):
            days, drift = child.days[name]
            said = f"{plain(days, 0)} days, {plain(drift, 0)} of them drift"
            panel.set_title(f"{wrapped(name, 30 if narrow else 38, 1)}\n{said}", fontsize=9.5)
            for part in parts:
                colour, hatch = DAYS[part]
                before = parts[: parts.index(part)]
                panel.barh(
                    [stages.index(s.stage) for s in ledger],
                    [s.days[part] for s in ledger],
                    left=[sum(s.days[b] for b in before) for s in ledger],
                    height=0.6,
                    facecolor=colour,
                    edgecolor=QUIET,
                    linewidth=0.5,
                    hatch=hatch,
                    label=labels[part],
                )
            for s in ledger:
                text = plain(s.total, 0 if s.total >= 9.95 else 1)
                if s.drift >= NOTHING:
                    text += f" ({plain(s.drift, 0 if s.drift >= 9.95 else 1)})"
                panel.annotate(
                    text,
                    (s.total, stages.index(s.stage)),
                    xytext=(4, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=8.5,
                    color=INK,
                )
            panel.set_yticks(range(len(stages)), [wrapped(stage, 15, 3) for stage in stages])
            panel.set_xlim(0, 1.35 * longest)
            panel.xaxis.set_major_locator(MaxNLocator(5))
            panel.grid(visible=False, axis="y")
            if is_first(panel):
                panel.set_ylim(len(stages) - 0.5, -0.5)
        note = "Working days in every stage (of which drift). One family: an example, not an average."
        frame(chart, f"Family {child.case}: where its days go", note, "", narrow, legend=panels[0])
    chart.table = _days_drawn(child)
    chart.workforce_sim_alt = _alt(child.ledgers)
    return chart


def _days_drawn(child: Child) -> pd.DataFrame:
    """The days that are drawn: a row a (scenario, stage), a column a part, and their sum."""
    import pandas as pd

    rows = {
        (name, s.stage): {**s.days, "all": s.total} for name, ledger in child.ledgers.items() for s in ledger
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["scenario", "stage"])


def _alt(ledgers: Mapping[str, Sequence[StageDays]]) -> str:
    """Every stage and what its days were, by scenario."""
    said = ["One child’s working days by stage."]
    for name, ledger in ledgers.items():
        stages = []
        for stage in ledger:
            causes = [f"{label} {plain(stage.days[part], 1)}" for part, label in DRIFT.items()]
            causes = [cause for cause in causes if not cause.endswith(" 0.0")]
            lost = f", of which drift: {joined(causes)}" if causes else ""
            stages.append(f"{stage.stage}, {plural(round(stage.total, 1), 'day')}{lost}")
        said.append(f"“{name}”: {'; '.join(stages)}.")
    return " ".join(said)
