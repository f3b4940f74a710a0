"""The chart of a shock: what it does to a measure, month by month, and when half of the worlds are back."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from workforce_sim.authority.calendar import month_in_words
from workforce_sim.measures.paths import BY_NAME
from workforce_sim.numbers import figure, plural, points
from workforce_sim.report.charts.panels import (
    CAUTION,
    CHANCE,
    date_axis,
    frame,
    last_values,
    make_panels,
    value_axis,
)
from workforce_sim.report.charts.style import INK, INTERVAL_BAND, QUIET, Chart, house_style, looks, wrapped

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.study.questions.resilience import Resilience


def resilience_chart(found: Resilience, *, narrow: bool = False) -> Chart:
    """Mean difference between the same worlds with and without the shock, with its interval."""
    look, what = looks(list(found.paths)), BY_NAME[found.measure]
    with house_style():
        (panel,), chart = make_panels(1, narrow)
        at = date_axis(panel, list(found.dates))
        months = np.arange(len(at))
        begins, over = (float(np.interp(m, months, at)) for m in (found.begins, found.over))
        if over > begins:
            panel.axvspan(begins, over, color=QUIET, alpha=0.12, linewidth=0)
        else:
            panel.axvline(begins, color=QUIET, linewidth=0.9, linestyle=(0, (3, 3)))
        panel.axhline(0, color=INK, linewidth=1.1)
        for name, (mean, low, high) in found.paths.items():
            style = look[name]
            panel.fill_between(at, low, high, color=style.band, alpha=INTERVAL_BAND, linewidth=0)
            panel.plot(at, mean, color=style.colour, linestyle=style.line, label=name)
        value_axis(panel, found.measure, [v for path in found.paths.values() for v in path], zero=True)
        for name, (mean, _, _) in found.paths.items():
            back = math.floor(found.over) + float(found.table["median"][name])
            if math.isfinite(back):
                month = int(back)
                style = look[name]
                panel.plot(
                    at[month],
                    mean[month],
                    marker="D",
                    color=style.colour,
                    markeredgecolor="white",
                    markersize=9,
                )
        ends = [(mean, look[name]) for name, (mean, _, _) in found.paths.items()]
        last_values(panel, float(at[-1]), found.measure, ends)
        panel.set_ylabel(wrapped(f"difference, {points(what.unit)}", 26 if narrow else 40))
        note = (
            f"The shock (grey): {found.shock}. Lines: mean difference between the same worlds with and "
            "without it. "
            "Bands: 95% interval of the mean difference, all months together "
            f"({plural(found.worlds, 'world')}). "
            f"Diamond: half of the worlds are back within {found.within:g}% for good; no diamond: not within "
            "the "
            f"study. {CAUTION}"
        )
        frame(chart, f"{what.label}: what the shock does", note, "", narrow, legend=panel)
    chart.table = _table(found)
    chart.workforce_sim_alt = _alt(found)
    return chart


def _table(found: Resilience) -> pd.DataFrame:
    """The paths that are drawn: a row a (scenario, date)."""
    import pandas as pd

    dates = pd.DatetimeIndex(list(found.dates), name="date")
    columns = ("difference", "low", "high")
    parts = {n: pd.DataFrame(dict(zip(columns, p, strict=True)), dates) for n, p in found.paths.items()}
    return pd.concat(parts, names=["scenario", "date"])


def _alt(found: Resilience) -> str:
    what = BY_NAME[found.measure]
    said = [f"{what.label}: mean difference with and without the shock ({found.shock})."]
    for name, (mean, _, _) in found.paths.items():
        month = int(np.abs(mean).argmax())
        worst = figure(found.measure, float(mean[month]), what.decimals)
        median, back_in_all = (float(found.table[column][name]) for column in ("median", "recovered"))
        back = (
            f"half of the worlds are back {plural(median, 'month')} after it"
            if math.isfinite(median)
            else f"{back_in_all:.0f}% of the worlds are back within the study"
        )
        said.append(
            f"“{name}”: largest in {month_in_words(found.dates[month])} "
            f"({worst} {points(what.unit)}); {back}."
        )
    return " ".join([*said, CHANCE])
