"""What the charts are made of: panels, lines, axes, the marks of policies, and the words around them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.ticker import FuncFormatter, MaxNLocator

from workforce_sim.authority.calendar import add_months, in_words, month_in_short, month_in_words
from workforce_sim.measures.paths import BY_NAME
from workforce_sim.numbers import figure, is_money, pounds
from workforce_sim.report.badge import NOT_TESTED
from workforce_sim.report.charts.style import INK, NARROW, QUIET, WIDE, Chart, Look, wrapped

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from workforce_sim.study.arm import Plan
    from workforce_sim.study.result import Result

Floats = npt.NDArray[np.float64]

#: On every chart.
CHANCE = "Chance only: assumptions held fixed."
#: On charts of what no back-test has looked at.
CAUTION = f"{CHANCE} {NOT_TESTED}"
#: Scenarios that share a panel; more have a panel each.
FEW = 2

_SMALL = 8.0  # points: notes and keys
_LETTERS_PER_INCH = 16.0  # of small print, which is wider where there are few dots to the inch
_TITLE_LINES, _SMALL_LINES = 6, 30  # no name is so long that it leaves no room for what is drawn
_TITLE: dict[str, Any] = {"fontsize": 12, "fontweight": "bold"}


def make_panels(n: int, narrow: bool) -> tuple[list[Axes], Chart]:
    """A chart of n panels on the same axes: beside one another, or below one another on a telephone."""
    columns = 1 if narrow or n == 1 else 2 if n in (2, 4) else 3
    rows = -(-n // columns)
    if n == 1:
        size = (NARROW, 3.6) if narrow else (WIDE, 4.2)
    else:
        size = (NARROW, 1.5 + 2.1 * rows) if narrow else (WIDE, 1.4 + 2.7 * rows)
    chart = Chart(figsize=size, layout="constrained")
    grid = chart.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    flat = list(grid.flat)
    for i, panel in enumerate(flat):
        panel.set_visible(i < n)
        panel.tick_params(labelbottom=i + columns >= n)  # the last in its column
    return flat[:n], chart


def dates_of(result: Result) -> npt.NDArray[np.datetime64]:
    """The dates of the monthly marks, the start first."""
    dates: npt.NDArray[np.datetime64] = result.data["date"].values
    return dates


def draw_line(
    panel: Axes,
    result: Result,
    path: Floats,
    look: Look,
    *,
    width: float = 2.0,
    marker: bool = True,
    label: str = "",
) -> None:
    """A path over the months in the look of its scenario."""
    panel.plot(
        dates_of(result),
        path,
        color=look.colour,
        linestyle=look.line,
        linewidth=width,
        marker=look.marker if marker else "",
        markevery=range(0, len(path), max(1, len(path) // 6)),
        markeredgecolor="white",
        markeredgewidth=0.6,
        label=f" {label}" if label.startswith("_") else label or None,  # matplotlib hides names with _
    )


def is_first(panel: Axes) -> bool:
    """Whether a panel stands at the left."""
    place = panel.get_subplotspec()
    return place is None or place.is_first_col()


def time_axis(panel: Axes, result: Result) -> None:
    """Months and years, as many as the width of the panel has room for."""
    chart, place = panel.get_figure(), panel.get_subplotspec()
    assert isinstance(chart, Chart)
    width = chart.get_size_inches()[0] / (place.get_gridspec().ncols if place else 1)
    dates, most = dates_of(result), max(2, int(width * 1.2))
    step = next(s for s in (1, 3, 6, 12, 24, 36, 60, 120, 10**9) if result.months() / s <= most)
    panel.set_xticks(list(dates[::step]), [month_in_short(_date(d), "\n") for d in dates[::step]])
    span = dates[-1] - dates[0]
    panel.set_xlim(dates[0] - span * 0.02, dates[-1] + span * 0.02)


def date_axis(panel: Axes, dates: list[dt.date]) -> Floats:
    """Months and years, as many as there is room for; gives where each date is."""
    chart, place = panel.get_figure(), panel.get_subplotspec()
    assert isinstance(chart, Chart)
    width = chart.get_size_inches()[0] / (place.get_gridspec().ncols if place else 1)
    most, months = max(2, int(width * 1.2)), len(dates) - 1
    step = next(s for s in (1, 3, 6, 12, 24, 36, 60, 120, 10**9) if months / s <= most)
    at: Floats = np.array([float(d.toordinal()) for d in dates])
    panel.set_xticks(at[::step].tolist(), [month_in_short(d, "\n") for d in dates[::step]])
    span = at[-1] - at[0]
    panel.set_xlim(at[0] - span * 0.02, at[-1] + span * 0.02)
    return at


def month_axis(panel: Axes, plan: Plan) -> Floats:
    """The months of a study: see :func:`date_axis`."""
    return date_axis(panel, [add_months(plan.start, m) for m in range(round(plan.years * 12) + 1)])


def value_axis(panel: Axes, measure: str, values: Iterable[Floats], *, zero: bool = False) -> None:
    """From 0, unless a rate would lie flat at the top; room for the marks of policies above.

    Args:
        panel: where.
        measure: of what.
        values: everything that is drawn.
        zero: both sides of 0 may be needed.
    """
    everything = np.concatenate([v[np.isfinite(v)] for v in values] or [np.zeros(0)])
    if not len(everything):
        panel.set_ylim(0, 1)
        panel.text(0.5, 0.5, "no values in this study", ha="center", transform=panel.transAxes)
        return
    low, high = float(everything.min()), float(everything.max())
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    elif low >= 0 and not (BY_NAME[measure].unit.startswith("%") and low > 0.6 * high):
        low = 0.0
    span = (high - low) or abs(high) or 1.0
    floor = low if low == 0 and not zero else low - 0.06 * span
    panel.set_ylim(floor, high + 0.16 * span)
    panel.yaxis.set_major_locator(MaxNLocator(6))
    if is_money(measure):
        as_pounds: Callable[..., str] = lambda x, _: _money_tick(x, high)  # noqa: E731
        panel.yaxis.set_major_formatter(FuncFormatter(as_pounds))


def _money_tick(x: float, high: float) -> str:
    if abs(high) < 1e6:
        return pounds(x, 0)
    return f"£{x / 1e6:g}m".replace("£-", "−£") if x else "£0"


def last_values(
    panel: Axes, at: float, measure: str, ends: list[tuple[Floats, Look]], places: int | None = None
) -> None:
    """The last value of every line beside it, there on the axis, moved apart where they would touch."""
    low, high = panel.get_ylim()
    apart, below = 0.065 * (high - low), -np.inf
    for path, look in sorted((e for e in ends if np.isfinite(e[0][-1])), key=lambda e: float(e[0][-1])):
        height = max(float(path[-1]), below + apart)
        panel.annotate(
            figure(measure, float(path[-1]), BY_NAME[measure].decimals if places is None else places),
            (at, height),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            fontweight="bold",
            color=INK if look.colour in ("#E69F00", "#56B4E9", "#CC79A7") else look.colour,
            annotation_clip=False,
        )
        below = height


def end_labels(
    panel: Axes, result: Result, measure: str, ends: list[tuple[Floats, Look]], *, places: int | None = None
) -> None:
    """The last value of every line at the end of a study: see :func:`last_values`."""
    last_values(panel, _place(panel, dates_of(result)[-1]), measure, ends, places)


def name_dotted(panel: Axes, result: Result, quantiles: dict[str, Floats], name: str) -> None:
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
            (_place(panel, dates_of(result)[-1]), theirs),
            xytext=(0, 5 if above else -5),
            textcoords="offset points",
            ha="right",
            va="bottom" if above else "top",
            fontsize=_SMALL,
        )


def _place(panel: Axes, when: np.datetime64) -> float:
    """Where a date is on the axis."""
    untyped: Any = panel
    return float(untyped.convert_xunits(when))


def frame(
    chart: Chart,
    title: str,
    note: str,
    key: str,
    narrow: bool,
    *,
    legend: Axes | None = None,
    reverse: bool = False,
) -> None:
    """Title, legend and small print around the panels; the chart grows with them."""
    wide = NARROW if narrow else WIDE
    title = wrapped(title, int(wide * 9.5), _TITLE_LINES)
    small = [wrapped(part, int(wide * _LETTERS_PER_INCH), _SMALL_LINES) for part in (key, note) if part]
    chart.supxlabel("\n".join(small), x=0.01, ha="left", fontsize=_SMALL, color=QUIET)
    lines = title.count("\n")
    handles, labels = legend.get_legend_handles_labels() if legend is not None else ([], [])
    if not labels:
        chart.suptitle(title, x=0.01, ha="left", **_TITLE)
    else:
        if reverse:
            handles, labels = handles[::-1], labels[::-1]
        labels = [wrapped(label, 40 if narrow else 44, 2) for label in labels]
        longest = max(len(line) for label in labels for line in label.split("\n"))
        columns = max(1, int(wide * 13 / (longest + 8)))
        lines += -(-len(labels) // columns) - 1
        place: dict[str, Any] = {"loc": "outside upper left", "ncols": columns, "alignment": "left"}
        drawn = chart.legend(handles, labels, title=title, handlelength=3.2, **place)
        drawn.get_title().set(**_TITLE)
    extra = 0.22 * lines + 0.14 * max(0, sum(part.count("\n") + 1 for part in small) - 3)
    chart.set_size_inches(chart.get_figwidth(), chart.get_figheight() + extra)


# -- the start of each policy -----------------------------------------------------------------

Keys = dict[tuple[dt.date, str], int]


def policy_numbers(plan: Plan, scenarios: Iterable[str]) -> Keys:
    """A number for every policy of these scenarios that starts within the study, in order of date."""
    _, finish = _span(plan)
    found = {p for name in scenarios for p in plan.dated.get(name, []) if p[0] <= finish}
    return {policy: i for i, policy in enumerate(sorted(found), 1)}


def policy_key(keys: Keys) -> str:
    """What the numbers of the policies mean."""
    return "; ".join(f"{i} = {what}, from {in_words(when)}" for (when, what), i in keys.items())


def mark_policies(panel: Axes, plan: Plan, scenarios: list[str], keys: Keys) -> None:
    """A line at the start of every policy, with its number on top."""
    numbers: dict[dt.date, list[int]] = {}
    for policy, i in keys.items():
        if any(policy in plan.dated.get(name, []) for name in scenarios):
            numbers.setdefault(policy[0], []).append(i)
    start, finish = _span(plan)
    box: dict[str, Any] = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": QUIET}
    height: float = 0.955
    before: dt.date | None = None
    for when, listed in sorted(numbers.items()):
        near = 0.05 * (finish - start).days * max(1, len(listed))
        crowded = before is not None and (when - before).days < near
        height = 0.955 if not crowded or height < 0.8 else height - 0.085
        at = _place(panel, np.datetime64(when)) if panel.xaxis.have_units() else float(when.toordinal())
        panel.axvline(at, color=QUIET, linewidth=0.9, linestyle=(0, (3, 3)), zorder=1.5)
        text = ", ".join(str(i) for i in listed)
        drawn = panel.text(at, height, text, transform=panel.get_xaxis_transform(), fontsize=_SMALL, bbox=box)
        drawn.set(ha="center", va="center", zorder=5)
        before = when


def _span(plan: Plan) -> tuple[dt.date, dt.date]:
    """The first and the last monthly mark of a study."""
    return plan.start, add_months(plan.start, round(plan.years * 12))


def _date(when: np.datetime64) -> dt.date:
    found: dt.date = when.astype("datetime64[D]").item()
    return found


def month_name(result: Result, month: int) -> str:
    """A monthly mark in words: ``October 2025``."""
    return month_in_words(_date(dates_of(result)[month]))


def period(result: Result) -> str:
    """The first and the last month of a study in words."""
    return f"{month_name(result, 0)} to {month_name(result, -1)}"


def by_month(result: Result, paths: Mapping[str, Mapping[str, npt.ArrayLike]]) -> pd.DataFrame:
    """Paths over the months: a row a (scenario, date), a column a path."""
    import pandas as pd

    dates = pd.DatetimeIndex(result.data["date"].values, name="date")
    parts = {name: pd.DataFrame(dict(columns), index=dates) for name, columns in paths.items()}
    return pd.concat(parts, names=["scenario", "date"])
