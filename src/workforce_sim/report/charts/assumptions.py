"""Charts of assumptions: a row each, the most important on top, with a bar and its 95% interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from workforce_sim.authority.calendar import month_in_words
from workforce_sim.numbers import (
    figure,
    interval,
    is_money,
    places_apart,
    plain,
    plural,
    points,
    pounds,
)
from workforce_sim.report.charts.panels import frame, make_panels
from workforce_sim.report.charts.style import GRID, INK, LOOKS, QUIET, Chart, house_style, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from workforce_sim.study.questions.sensitivity import Sensitivity
    from workforce_sim.study.questions.tornado import Tornado
    from workforce_sim.study.questions.worth_knowing import WorthKnowing

#: Rows on a chart: more cannot be read; the table has all.
MOST = 12

#: The first and the second bar of a row: apart in colour, in grey and in hatching.
_FILLS = ((LOOKS[0].colour, ""), (LOOKS[4].colour, "////"))


class Bar(NamedTuple):
    """A bar from 0 with its interval."""

    value: float
    low: float
    high: float
    note: str = ""
    faint: bool = False


class Row(NamedTuple):
    """One line of a chart: an assumption, its bars, and its value."""

    path: str
    bars: tuple[Bar, ...]
    value: str = ""


def bar_chart(
    rows: Sequence[Row], series: Sequence[str], title: str, axis: str, note: str, *, money: bool, narrow: bool
) -> Chart:
    """Horizontal bars, the first row on top; every bar of a row is of another series."""
    with house_style():
        (panel,), chart = make_panels(1, narrow)
        thick = 0.7 / len(series)
        for i, name in enumerate(series):
            colour, hatch = _FILLS[i]
            at = [j + (i - (len(series) - 1) / 2) * thick for j in range(len(rows))]
            bars = [row.bars[i] for row in rows]
            values = [b.value if np.isfinite(b.value) else 0.0 for b in bars]
            label = name if len(series) > 1 else None
            look: dict[str, Any] = {"color": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0.4}
            drawn = panel.barh(at, values, thick, label=label, **look)
            for patch, y, bar in zip(drawn.patches, at, bars, strict=True):
                if bar.faint:
                    patch.set(facecolor=GRID, edgecolor=QUIET)
                if np.isfinite(bar.low) and bar.low < bar.high:
                    panel.plot(
                        [bar.low, bar.high], [y, y], color=INK, linewidth=1.1, marker="|", markersize=5
                    )
        panel.axvline(0, color=INK, linewidth=1.1)
        panel.set_yticks(range(len(rows)), [_label(row, narrow) for row in rows])
        panel.set_ylim(len(rows) - 0.4, -0.6)
        panel.grid(visible=True, axis="x")
        panel.grid(visible=False, axis="y")
        panel.xaxis.set_major_locator(MaxNLocator(4 if narrow else 7))
        if money:
            panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: pounds(x, 0)))
        panel.set_xlabel(wrapped(axis, 40 if narrow else 80))
        _notes(panel, rows, thick, len(series))
        chart.set_size_inches(chart.get_figwidth(), 1.6 + (0.5 if narrow else 0.36) * max(3, len(rows)))
        frame(chart, title, note, "", narrow, legend=panel if len(series) > 1 else None)
    return chart


def _label(row: Row, narrow: bool) -> str:
    """A path in words, in lines that fit."""
    words = row.path.replace(".", " › ").replace("_", " ")
    value = f" ({row.value})" if row.value else ""
    return wrapped(words + value, 22 if narrow else 40, 3 if narrow else 2)


def _notes(panel: Axes, rows: Sequence[Row], thick: float, number: int) -> None:
    """What stands at the end of a bar."""
    for j, row in enumerate(rows):
        for i, bar in enumerate(row.bars):
            if bar.note and np.isfinite(bar.value) and bar.value:
                ends = [x for x in (bar.value, bar.low, bar.high) if np.isfinite(x)]
                right = bar.value > 0
                panel.annotate(
                    bar.note,
                    (max(ends) if right else min(ends), j + (i - (number - 1) / 2) * thick),
                    xytext=(4 if right else -4, 0),
                    textcoords="offset points",
                    va="center",
                    ha="left" if right else "right",
                    fontsize=7.5,
                    color=INK,
                )
    panel.margins(x=0.12)


def tornado_chart(found: Tornado, *, narrow: bool = False) -> Chart:
    """What each assumption does to an answer at either end of its range."""
    name, table = found.subject.measure, found.table.head(MOST)
    rows = []
    for path, r in table.iterrows():
        bars = [
            Bar(float(r[f"at_{e}"]), float(r[f"at_{e}_from"]), float(r[f"at_{e}_to"]), f"{r[e]:g}")
            for e in ("low", "high")
        ]
        rows.append(Row(str(path), tuple(bars), f"{r['value']:g}"))
    unit = points(found.subject.what.unit)
    note = (
        "Bars: change of the answer with one assumption at the low or the high end of its range (number at "
        "the "
        "bar), the others at their values (in brackets). Lines: 95% intervals that hold for all bars "
        "together "
        f"({plural(found.worlds, 'world')}, the same luck throughout): what is left of chance. "
        f"{_of_all(len(table), len(found.table))}Not back-tested."
    )
    title = f"What moves the answer: {found.subject.words()}"
    axis = f"change, {unit}"
    chart = bar_chart(
        rows, ["at its low", "at its high"], title, axis, note, money=is_money(name), narrow=narrow
    )
    said = []
    for path, r in table.head(5).iterrows():
        ends = [(float(r[f"at_{e}_from"]), float(r[f"at_{e}_to"])) for e in ("low", "high")]
        places = places_apart(name, ends)
        changes = [
            f"{figure(name, float(r[f'at_{e}']), places)} at {r[e]:g}"
            + (f" (95% interval {text})" if (text := interval(name, *ab, places)) and ab[0] < ab[1] else "")
            for e, ab in zip(("low", "high"), ends, strict=True)
        ]
        said.append(f"{path}: {changes[0]}, {changes[1]}.")
    chart.table = found.table
    chart.workforce_sim_alt = (
        f"{title}. Change, {unit}, of the assumptions that move it most: {' '.join(said)} "
        "One assumption at a time; lines show what is left of chance."
    )
    return chart


def sensitivity_chart(found: Sensitivity, *, narrow: bool = False) -> Chart:
    """Morris' effects or Sobol's shares of the most important assumptions."""
    name, table = found.subject.measure, found.table.head(MOST)
    morris = found.method == "morris"
    rows = []
    for path, r in table.iterrows():
        if morris:
            rows.append(Row(str(path), (Bar(float(r["effect"]), float(r["low"]), float(r["high"])),)))
        else:
            parts = [
                Bar(float(r[p]), float(r[f"{p}_low"]), float(r[f"{p}_high"])) for p in ("total", "first")
            ]
            rows.append(Row(str(path), tuple(parts)))
    if morris:
        series, axis = ["effect"], f"mean absolute change, {points(found.subject.what.unit)}"
        what = (
            "Bars: mean absolute change of the answer when an assumption goes through its whole range, the "
            "others anywhere in theirs (Morris)."
        )
    else:
        series, axis = ["with others", "alone"], "% of the variance that assumptions cause"
        what = (
            "Bars: share of the variance that goes with an assumption, alone and with all it does together "
            "with others (Sobol)."
        )
    luck = (
        f"{plain(found.luck, 0)}% of a single world's variance is luck and not shown. "
        if np.isfinite(found.luck)
        else ""
    )
    note = (
        f"{what} Lines: 95% intervals over the services tried ({found.points:,}; the same "
        f"{plural(found.worlds, 'world')} for all). Assumptions only: {luck}"
        f"{_of_all(len(table), len(found.table))}Not back-tested."
    )
    title = f"What the answer rests on: {found.subject.words()}"
    chart = bar_chart(rows, series, title, axis, note, money=morris and is_money(name), narrow=narrow)
    said = []
    for row in rows[:5]:
        bar = row.bars[0]
        if morris:
            places = places_apart(name, [(bar.low, bar.high)])
            number = figure(name, bar.value, places)
            number += f" (95% interval {interval(name, bar.low, bar.high, places)})"
        else:
            number = f"{plain(bar.value, 0)}% with others, {plain(row.bars[1].value, 0)}% alone"
        said.append(f"{row.path}: {number}.")
    chart.table = found.table
    chart.workforce_sim_alt = (
        f"{title}. {axis[0].upper()}{axis[1:]}: {' '.join(said)} Assumptions only, not luck."
    )
    return chart


def worth_knowing_chart(found: WorthKnowing, *, narrow: bool = False) -> Chart:
    """What it is worth to learn each assumption before choosing."""
    table = found.table.head(MOST)
    rows = [
        Row(
            str(path),
            (Bar(float(r["worth_gbp"]), float(r["low"]), float(r["high"]), faint=not r["above_noise"]),),
        )
        for path, r in table.iterrows()
    ]
    note = (
        "Bars: expected gain in net benefit from learning one assumption exactly before choosing a scenario "
        f"(EVPPI by regression over {plural(found.draws, 'draw')} of all assumptions). Lines: 95% intervals, "
        f"draws resampled. Dotted, and grey up to it: what noise alone gives, {pounds(found.noise_gbp, -2)}. "
        "Net benefit: "
        f"{pounds(found.value_gbp, -2)} for each improvement of {found.subject.what.label.lower()} by one "
        f"({found.subject.what.unit}) in {month_in_words(found.subject.date)}, less cost to date. "
        f"{_of_all(len(table), len(found.table))}Not back-tested."
    )
    title = f"Worth knowing before choosing “{found.choice}”"
    chart = bar_chart(rows, ["worth"], title, "pounds", note, money=True, narrow=narrow)
    with house_style():
        chart.axes[0].axvline(found.noise_gbp, color=INK, linewidth=1.2, linestyle=":")
    said = [
        f"{row.path}: {pounds(row.bars[0].value, -2)} (95% interval {pounds(row.bars[0].low, -2)} to "
        f"{pounds(row.bars[0].high, -2)})."
        for row in rows[:5]
    ]
    chart.table = found.table
    chart.workforce_sim_alt = (
        f"{title}. Pounds gained by learning an assumption first: {' '.join(said)} Up to "
        f"{pounds(found.noise_gbp, -2)} is noise."
    )
    return chart


def _of_all(shown: int, all_of_them: int) -> str:
    return "" if shown == all_of_them else f"The {shown} largest of {all_of_them}; the table has all. "
