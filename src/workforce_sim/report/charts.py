"""Charts: the fan of one measure, the difference from the baseline, and posts against people.

Every function returns a :class:`~workforce_sim.report.style.Chart`; nothing is shown, saved or set globally. ``narrow=True``
draws for a telephone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.ticker import FuncFormatter, MaxNLocator

from workforce_sim.errors import InputError, Problem
from workforce_sim.measures.paths import BY_NAME
from workforce_sim.report import alt_text
from workforce_sim.report.numbers import day, figure, is_money, points, pounds
from workforce_sim.report.style import (
    DARK_BAND,
    INK,
    LAYERS,
    LIGHT_BAND,
    NARROW,
    QUIET,
    WIDE,
    Chart,
    Look,
    house_style,
    looks,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from workforce_sim.study.result import Result

Floats = npt.NDArray[np.float64]

#: What the bands of a fan chart are, on every fan chart.
BANDS = (
    "Line: the world in the middle (median). Dark band: half of the simulated worlds; light band: nine in ten. "
    "Chance only: assumptions held fixed. Not back-tested."
)
#: What the band of a difference chart is.
JOINT = "95% interval of the mean difference, all months together"
CAUTION = "Chance only: assumptions held fixed. Not back-tested."

_SMALL = 8.0  # points: notes and keys
_LETTERS_PER_INCH = 17.0  # of small print


def fan_chart(
    result: Result, measure: str = "caseload", scenarios: Sequence[str] | None = None, *, narrow: bool = False
) -> Chart:
    """Median, half of the worlds and nine worlds in ten, month by month.

    One or two scenarios share a panel; three or more have a panel each, on the same axis, with the median of the
    baseline dotted in every one.

    Raises:
        InputError: unknown measure or scenario.
    """
    shown = list(scenarios) if scenarios else result.scenarios
    quantiles = {name: _quantiles(result.samples(measure, name)) for name in shown}
    look, what = looks(result.scenarios), BY_NAME[measure]
    keys = _policy_numbers(result, shown)
    with house_style():
        together = len(shown) < 3
        panels, chart = _panels(1 if together else len(shown), narrow)
        for i, panel in enumerate(panels):
            drawn = shown if together else [shown[i]]
            if not together:
                panel.set_title(wrapped(shown[i], 44 if narrow else 23, 3))
                if result.baseline in shown and shown[i] != result.baseline:
                    middle = quantiles[result.baseline][2]
                    _line(panel, result, middle, look[result.baseline], width=1.3, marker=False)
            for name in drawn:
                q5, q25, _, q75, q95 = quantiles[name]
                for low, high, opacity in ((q5, q95, LIGHT_BAND), (q25, q75, DARK_BAND)):
                    colour = look[name].band
                    panel.fill_between(_dates(result), low, high, color=colour, alpha=opacity, linewidth=0)
                _line(panel, result, quantiles[name][2], look[name], label=name)
            _time_axis(panel, result)
            _mark_policies(panel, result, drawn, keys)
            panel.set_ylabel(what.unit if _is_first(panel) else "")
            _value_axis(panel, what.name, [v for q in quantiles.values() for v in q])
            if not together:
                _name_dotted(panel, result, quantiles, shown[i])
            _end_labels(panel, result, measure, [(quantiles[n][2], look[n]) for n in drawn])
        floor = "" if panels[0].get_ylim()[0] <= 0 else " The axis does not start at 0."
        dotted = f" Dotted: the middle world of “{result.baseline}”." if not together else ""
        key = _policy_key(keys)
        _words(chart, what.label, BANDS + dotted + floor, key, narrow, legend=panels[0] if together else None)
    chart.workforce_sim_alt = alt_text.fan(result, measure, quantiles)
    return chart


def difference_chart(result: Result, measure: str = "caseload", *, narrow: bool = False) -> Chart:
    """Mean difference of every scenario from the baseline, world by world, with its 95% interval.

    The interval holds for all months of a scenario together, so any month may be picked after looking.

    Raises:
        InputError: unknown measure, or a study with nothing to compare.
    """
    others = result.scenarios[1:]
    if not others:
        fix = "add a second scenario to the study, or draw fan_chart"
        raise InputError("difference_chart", [Problem("result", "1 scenario", "two or more scenarios", fix)])
    paths = {name: result.difference(measure, name) for name in others}
    look, what = looks(result.scenarios), BY_NAME[measure]
    keys = _policy_numbers(result, others)
    with house_style():
        together = len(others) < 3
        panels, chart = _panels(1 if together else len(others), narrow)
        for i, panel in enumerate(panels):
            drawn = others if together else [others[i]]
            if not together:
                panel.set_title(wrapped(others[i], 44 if narrow else 23, 3))
            panel.axhline(0, color=INK, linewidth=1.1)
            for name in drawn:
                mean, low, high = paths[name]
                colour = look[name].colour
                panel.fill_between(_dates(result), low, high, color=colour, alpha=0.25, linewidth=0)
                for edge in (low, high):
                    panel.plot(_dates(result), edge, color=colour, linewidth=0.6)
                _line(panel, result, mean, look[name], label=name)
            _time_axis(panel, result)
            _mark_policies(panel, result, drawn, keys)
            if _is_first(panel):
                panel.set_ylabel(wrapped(f"difference, {points(what.unit)}", 40))
            _value_axis(panel, measure, [v for path in paths.values() for v in path], zero=True)
            _end_labels(panel, result, measure, [(paths[name][0], look[name]) for name in drawn])
        note = f"Line: mean difference over the worlds. Band: {JOINT}. 0: no difference. {CAUTION}"
        title = f"{what.label}: difference from “{result.baseline}”"
        legend = panels[0] if together else None
        _words(chart, title, note, _policy_key(keys), narrow, legend=legend)
    chart.workforce_sim_alt = alt_text.difference(result, measure, paths)
    return chart


def posts_chart(result: Result, scenario: str | None = None, *, narrow: bool = False) -> Chart:
    """Posts are not people: permanent workers, agency cover and empty posts, stacked up to the posts line (means).

    Raises:
        InputError: unknown scenario.
    """
    name = result.scenarios[-1] if scenario is None else scenario
    permanent, posts, empty = (
        result.samples(m, name).mean(axis=0) for m in ("in_post_fte", "posts_fte", "empty_fte")
    )
    covering = posts - permanent - empty
    edges = np.cumsum([np.zeros_like(posts), permanent, covering, empty], axis=0)
    labels = ("permanent workers", "covered by agency", "empty posts")
    keys = _policy_numbers(result, [name])
    with house_style():
        (panel,), chart = _panels(1, narrow)
        dates = _dates(result)
        for (colour, hatch), label, low, high in zip(LAYERS, labels, edges[:-1], edges[1:], strict=True):
            panel.fill_between(
                dates, low, high, facecolor=colour, hatch=hatch, edgecolor=QUIET, linewidth=0.5, label=label
            )
        _line(panel, result, posts, Look(INK, "-", "s"), label="posts")
        _time_axis(panel, result)
        _mark_policies(panel, result, [name], keys)
        panel.set_ylabel("FTE")
        _value_axis(panel, "posts_fte", [posts])
        _end_labels(panel, result, "posts_fte", [(posts, Look(INK, "-", "s"))], places=0)
        note = "Means over the simulated worlds, whole service. A post is filled only when somebody is found for it."
        title, key = f"Posts are not people: “{name}”", _policy_key(keys)
        _words(chart, title, f"{note} {CAUTION}", key, narrow, legend=panel, reverse=True)
    chart.workforce_sim_alt = alt_text.posts(result, name, permanent, covering, empty, posts)
    return chart


def _quantiles(samples: Floats) -> Floats:
    """Quantiles over worlds (5, 25, 50, 75, 95%), shape ``(5, months + 1)``; nan where no world has a value."""
    found = np.full((5, samples.shape[1]), np.nan)
    known = np.isfinite(samples).any(axis=0)
    if known.any():
        found[:, known] = np.nanquantile(samples[:, known], [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
    return found


# -- drawing --------------------------------------------------------------------------------


def _panels(n: int, narrow: bool) -> tuple[list[Axes], Chart]:
    columns = 1 if narrow or n == 1 else 2 if n in (2, 4) else 3
    rows = -(-n // columns)
    if n == 1:
        size = (NARROW, 4.4) if narrow else (WIDE, 4.2)
    else:
        size = (NARROW, 1.7 + 2.2 * rows) if narrow else (WIDE, 1.4 + 2.7 * rows)
    chart = Chart(figsize=size, layout="constrained")
    grid = chart.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    flat = list(grid.flat)
    for spare in flat[n:]:
        spare.set_visible(False)
    return flat[:n], chart


def _dates(result: Result) -> npt.NDArray[np.datetime64]:
    dates: npt.NDArray[np.datetime64] = result.data["date"].values
    return dates


def _line(
    panel: Axes,
    result: Result,
    path: Floats,
    look: Look,
    *,
    width: float = 2.0,
    marker: bool = True,
    label: str = "",
) -> None:
    panel.plot(
        _dates(result),
        path,
        color=look.colour,
        linestyle=look.line,
        linewidth=width,
        marker=look.marker if marker else "",
        markevery=range(0, len(path), max(1, len(path) // 6)),
        markeredgecolor="white",
        markeredgewidth=0.6,
        label=label or None,
    )


def _is_first(panel: Axes) -> bool:
    place = panel.get_subplotspec()
    return place is None or place.is_first_col()


def _time_axis(panel: Axes, result: Result) -> None:
    months = result.months()
    dates = _dates(result)
    step = next(s for s, until in ((1, 6), (3, 18), (12, 72), (24, 144), (60, 10_000)) if months <= until)
    marks = dates[::step]
    panel.set_xticks(list(marks), [f"{_date(m):%b}\n{_date(m):%Y}" for m in marks])
    span = dates[-1] - dates[0]
    panel.set_xlim(dates[0] - span * 0.02, dates[-1] + span * 0.02)


def _value_axis(panel: Axes, measure: str, values: Iterable[Floats], *, zero: bool = False) -> None:
    everything = np.concatenate([v[np.isfinite(v)] for v in values] or [np.zeros(0)])
    if not len(everything):
        panel.set_ylim(0, 1)
        panel.text(0.5, 0.5, "no values in a study this short", ha="center", transform=panel.transAxes)
        return
    low, high = float(everything.min()), float(everything.max())
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    elif low >= 0 and not (BY_NAME[measure].unit.startswith("%") and low > 0.6 * high):
        low = 0.0
    span = (high - low) or abs(high) or 1.0
    panel.set_ylim(
        low if low == 0 and not zero else low - 0.06 * span, high + 0.16 * span
    )  # numbers go on top
    panel.yaxis.set_major_locator(MaxNLocator(6))
    if is_money(measure):
        as_pounds: Callable[..., str] = lambda x, _: _money_tick(x, high)  # noqa: E731
        panel.yaxis.set_major_formatter(FuncFormatter(as_pounds))


def _money_tick(x: float, high: float) -> str:
    if abs(high) < 1e6:
        return pounds(x, 0)
    return f"£{x / 1e6:g}m".replace("£-", "−£") if x else "£0"


def _end_labels(
    panel: Axes, result: Result, measure: str, ends: list[tuple[Floats, Look]], *, places: int | None = None
) -> None:
    """The last value of every line beside it, moved apart where they would touch."""
    low, high = panel.get_ylim()
    apart, last = 0.065 * (high - low), -np.inf
    for path, look in sorted((e for e in ends if np.isfinite(e[0][-1])), key=lambda e: float(e[0][-1])):
        at = max(float(path[-1]), last + apart)
        text = figure(measure, float(path[-1]), BY_NAME[measure].decimals if places is None else places)
        panel.annotate(
            text,
            (_number(_dates(result)[-1]), at),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            fontweight="bold",
            color=INK if look.colour in ("#E69F00", "#56B4E9", "#CC79A7") else look.colour,
            annotation_clip=False,
        )
        last = at


def _name_dotted(panel: Axes, result: Result, quantiles: dict[str, Floats], name: str) -> None:
    """The name of the baseline on its dotted line, where there is room for it."""
    baseline = result.baseline
    if baseline not in quantiles or name == baseline:
        return
    low, high = panel.get_ylim()
    theirs, ours = float(quantiles[baseline][2][-1]), quantiles[name][:, -1]
    clear = float(ours[0]) > theirs or float(ours[-1]) < theirs
    if clear and min(abs(theirs - ours)) > 0.1 * (high - low):
        above = theirs > float(ours[2])
        panel.annotate(
            wrapped(baseline, 20, 1),
            (_number(_dates(result)[-1]), theirs),
            xytext=(0, 5 if above else -5),
            textcoords="offset points",
            ha="right",
            va="bottom" if above else "top",
            fontsize=_SMALL,
        )


def _number(when: np.datetime64) -> float:
    from matplotlib.dates import date2num

    return float(date2num(when))


def _words(
    chart: Chart,
    title: str,
    note: str,
    key: str,
    narrow: bool,
    *,
    legend: Axes | None = None,
    reverse: bool = False,
) -> None:
    """Title, legend and small print, in words."""
    wide = NARROW if narrow else WIDE
    title = wrapped(title, int(wide * 9.5))
    if legend is None:
        chart.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    else:
        handles, labels = legend.get_legend_handles_labels()
        if reverse:
            handles, labels = handles[::-1], labels[::-1]
        labels = [wrapped(label, 40 if narrow else 44, 2) for label in labels]
        longest = max(len(line) for label in labels for line in label.split("\n"))
        columns = max(1, int(wide * 13 / (longest + 8)))
        box = chart.legend(
            handles,
            labels,
            loc="outside upper left",
            ncols=columns,
            handlelength=3.2,
            title=title,
            alignment="left",
        )
        box.get_title().set(fontsize=12, fontweight="bold")
    lines = [wrapped(part, int(wide * _LETTERS_PER_INCH)) for part in (key, note) if part]
    chart.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=_SMALL, color=QUIET)


# -- the start of each policy -----------------------------------------------------------------

Keys = dict[tuple[dt.date, str], int]


def _policy_numbers(result: Result, scenarios: Iterable[str]) -> Keys:
    """A number for every policy of these scenarios that starts within the study, in order of date."""
    finish = _date(_dates(result)[-1])
    found = {p for name in scenarios for p in result.policies.get(name, []) if p[0] <= finish}
    return {policy: i for i, policy in enumerate(sorted(found), 1)}


def _policy_key(keys: Keys) -> str:
    return "; ".join(f"{i} = {what}, from {day(when)}" for (when, what), i in keys.items())


def _mark_policies(panel: Axes, result: Result, scenarios: list[str], keys: Keys) -> None:
    """A line at the start of every policy, with its number on top."""
    numbers: dict[dt.date, list[int]] = {}
    for policy, i in keys.items():
        if any(policy in result.policies.get(name, []) for name in scenarios):
            numbers.setdefault(policy[0], []).append(i)
    days = (_date(_dates(result)[-1]) - _date(_dates(result)[0])).days
    height, before = 0.955, None
    for when, listed in sorted(numbers.items()):
        crowded = before is not None and (when - before).days < 0.05 * days * max(1, len(listed))
        height = 0.955 if not crowded or height < 0.8 else height - 0.085
        panel.axvline(
            _number(np.datetime64(when)), color=QUIET, linewidth=0.9, linestyle=(0, (3, 3)), zorder=1.5
        )
        box: dict[str, Any] = {
            "boxstyle": "round,pad=0.25",
            "facecolor": "white",
            "edgecolor": QUIET,
            "linewidth": 0.8,
        }
        panel.text(
            _number(np.datetime64(when)),
            height,
            ", ".join(str(i) for i in listed),
            transform=panel.get_xaxis_transform(),
            ha="center",
            va="center",
            fontsize=_SMALL,
            bbox=box,
            zorder=5,
        )
        before = when


def _date(when: np.datetime64) -> dt.date:
    found: dt.date = when.astype("datetime64[D]").item()
    return found
