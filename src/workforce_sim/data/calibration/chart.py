"""Fitted against observed: every year as published, and where the fitted worlds lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.data.calibration.moments import FIGURES

if TYPE_CHECKING:
    from workforce_sim.data.calibration.calibrate import Calibration
    from workforce_sim.report.charts.style import Chart

_ACROSS = 2


def chart_of_calibration(found: Calibration) -> Chart:
    """A panel a figure: published years as points, mean of the fitted worlds and the middle 90% of them.

    The numbers that are drawn are its ``table``: a row a figure and year, ``observed, mean, p5, p95``.
    """
    from workforce_sim.report.charts.style import WIDE, Chart, house_style

    known = found.years["observed"].groupby("figure").count()
    names = [name for name in FIGURES if known[name] > 1]
    rows = -(-len(names) // _ACROSS)
    said = [f"{found.observed.area}: published years and the years of the fitted model."]
    with house_style():
        figure = Chart(figsize=(WIDE, 2.5 * rows + 0.4), layout="constrained")
        axes: Any = np.ravel(figure.subplots(rows, _ACROSS, squeeze=False))
        for axis, name in zip(axes, names, strict=False):
            said.append(_panel(axis, found, name))
        for axis in axes[len(names) :]:
            axis.set_visible(False)
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
    figure.table = found.years.loc[names]
    figure.workforce_sim_alt = " ".join(said)
    return figure


def _panel(axis: Any, found: Calibration, name: str) -> str:
    """One panel; returns what it shows in words."""
    from matplotlib.ticker import MaxNLocator

    from workforce_sim.report.charts.style import BASELINE, LIGHT_BAND, LOOKS

    look, one = LOOKS[0], FIGURES[name]
    table = found.years.loc[name]
    there = table[np.isfinite(table["mean"])]
    axis.fill_between(
        there.index,
        there["p5"],
        there["p95"],
        color=look.band,
        alpha=LIGHT_BAND,
        lw=0,
        label="nine worlds in ten",
    )
    axis.plot(there.index, there["mean"], color=look.colour, linestyle=look.line, label="fitted, mean")
    seen = table[np.isfinite(table["observed"])]
    axis.plot(
        seen.index, seen["observed"], color=BASELINE.colour, marker=BASELINE.marker, lw=0, label="published"
    )
    axis.set_title(one.label)
    axis.set_ylabel(one.unit)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    both = table[np.isfinite(table["observed"]) & np.isfinite(table["mean"])]
    inside = int(((both["observed"] >= both["p5"]) & (both["observed"] <= both["p95"])).sum())
    return (
        f"{one.label}: published {both['observed'].mean():.3g} {one.unit} on average, fitted "
        f"{both['mean'].mean():.3g}; {inside} of {len(both)} years lie where nine worlds in ten do."
    )
