"""The fan chart of one measure: the middle world, half of the worlds, nine in ten, month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.measures.paths import BY_NAME
from workforce_sim.numbers import figure
from workforce_sim.report.badge import badge
from workforce_sim.report.charts.panels import (
    CHANCE,
    FEW,
    by_month,
    dates_of,
    draw_line,
    end_labels,
    frame,
    is_first,
    make_panels,
    mark_policies,
    month_name,
    name_dotted,
    period,
    policy_key,
    policy_numbers,
    time_axis,
    value_axis,
)
from workforce_sim.report.charts.style import DARK_BAND, LIGHT_BAND, Chart, house_style, looks, wrapped

if TYPE_CHECKING:
    from workforce_sim.study.result import Result

Floats = npt.NDArray[np.float64]

#: What the bands of a fan chart are.
BANDS = (
    "Line and number: the world in the middle (median; words and tables give averages). Dark band: half of "
    f"the simulated worlds; light band: nine in ten. {CHANCE}"
)

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_COLUMNS = ("p5", "p25", "median", "p75", "p95")


def fan_chart(
    result: Result, measure: str = "caseload", scenarios: Sequence[str] | None = None, *, narrow: bool = False
) -> Chart:
    """Median, half of the worlds and nine worlds in ten, month by month.

    One or two scenarios share a panel; three or more have a panel each, on the same axes, with the median
    of the baseline dotted in every one.

    Raises:
        InputError: unknown measure or scenario.
    """
    shown = list(scenarios) if scenarios else result.scenarios
    quantiles = {name: _quantiles(result.samples(measure, name)) for name in shown}
    look, what, when = looks(result.scenarios), BY_NAME[measure], dates_of(result)
    keys, together = policy_numbers(result.plan, shown), len(shown) <= FEW
    with house_style():
        panels, chart = make_panels(1 if together else len(shown), narrow)
        for i, panel in enumerate(panels):
            drawn = shown if together else [shown[i]]
            if not together:
                panel.set_title(wrapped(shown[i], 44 if narrow else 23, 3))
                if result.baseline in shown and shown[i] != result.baseline:
                    middle = quantiles[result.baseline][2]
                    draw_line(panel, result, middle, look[result.baseline], width=1.3, marker=False)
            for name in drawn:
                q5, q25, q50, q75, q95 = quantiles[name]
                for low, high, opacity in ((q5, q95, LIGHT_BAND), (q25, q75, DARK_BAND)):
                    panel.fill_between(when, low, high, color=look[name].band, alpha=opacity, linewidth=0)
                draw_line(panel, result, q50, look[name], label=name)
            time_axis(panel, result)
            mark_policies(panel, result.plan, drawn, keys)
            panel.set_ylabel(wrapped(what.unit, 26 if narrow else 40) if is_first(panel) else "")
            value_axis(panel, measure, [v for q in quantiles.values() for v in q])
            if not together:
                name_dotted(panel, result, quantiles, shown[i])
            end_labels(panel, result, measure, [(quantiles[n][2], look[n]) for n in drawn])
        note = f"{BANDS} {badge([measure], result.plan.years)}"
        note += "" if together else f" Dotted: the middle world of “{result.baseline}”."
        if panels[0].get_ylim()[0] > 0:
            note += " The axis does not start at 0."
        frame(chart, what.label, note, policy_key(keys), narrow, legend=panels[0] if together else None)
    chart.table = by_month(result, {n: dict(zip(_COLUMNS, q, strict=True)) for n, q in quantiles.items()})
    chart.workforce_sim_alt = _alt(result, measure, quantiles)
    return chart


def _quantiles(samples: Floats) -> Floats:
    """Quantiles over the worlds, shape ``(5, months + 1)``; nan where no world has a value."""
    found = np.full((len(_QUANTILES), samples.shape[1]), np.nan)
    known = np.isfinite(samples).any(axis=0)
    if known.any():
        found[:, known] = np.nanquantile(samples[:, known], _QUANTILES, axis=0)
    return found


def _alt(result: Result, measure: str, quantiles: Mapping[str, Floats]) -> str:
    """First and last median and the last bands of every scenario."""
    what = BY_NAME[measure]
    said = [f"{what.label}, {what.unit}, {period(result)}."]
    for name, (q5, q25, q50, q75, q95) in quantiles.items():
        known = np.flatnonzero(np.isfinite(q50))
        if not len(known):
            said.append(f"“{name}”: no values in this study.")
            continue
        first, last = int(known[0]), int(known[-1])

        def at(path: Floats, month: int) -> str:
            return figure(measure, float(path[month]), what.decimals)

        said.append(
            f"“{name}”: the middle world goes from {at(q50, first)} in {month_name(result, first)} to "
            f"{at(q50, last)} in {month_name(result, last)}; then half of the worlds lie between "
            f"{at(q25, last)} and {at(q75, last)} and nine in ten between {at(q5, last)} and {at(q95, last)}."
        )
    tested = badge([measure], result.plan.years)
    return " ".join([*said, CHANCE, tested])
