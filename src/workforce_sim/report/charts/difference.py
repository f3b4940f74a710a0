"""The difference chart: what every scenario changes, in the same worlds, with its 95% interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import InputError, Problem
from workforce_sim.measures.paths import BY_NAME
from workforce_sim.numbers import figure, points
from workforce_sim.report.badge import EFFECTS
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
    period,
    policy_key,
    policy_numbers,
    time_axis,
    value_axis,
)
from workforce_sim.report.charts.style import INK, INTERVAL_BAND, Chart, house_style, looks, wrapped

if TYPE_CHECKING:
    from workforce_sim.study.result import Result

Floats = npt.NDArray[np.float64]

#: What the band of a difference chart is.
JOINT = "95% interval of the mean difference, all months together"


def difference_chart(
    result: Result, measure: str = "caseload", scenarios: Sequence[str] | None = None, *, narrow: bool = False
) -> Chart:
    """Mean difference of every scenario from the baseline, world by world, with its 95% interval.

    The interval holds for all months of a scenario together, so any month may be picked after looking.

    Raises:
        InputError: unknown measure, or a study with nothing to compare.
    """
    others = list(result.scenarios[1:] if scenarios is None else scenarios)
    if not others:
        fix = "add a second scenario to the study, or draw fan_chart"
        raise InputError("difference_chart", [Problem("result", "1 scenario", "two or more scenarios", fix)])
    paths = {name: result.difference(measure, name) for name in others}
    look, what, when = looks(result.scenarios), BY_NAME[measure], dates_of(result)
    keys, together = policy_numbers(result.plan, others), len(others) <= FEW
    with house_style():
        panels, chart = make_panels(1 if together else len(others), narrow)
        for i, panel in enumerate(panels):
            drawn = others if together else [others[i]]
            if not together:
                panel.set_title(wrapped(others[i], 44 if narrow else 23, 3))
            panel.axhline(0, color=INK, linewidth=1.1)
            for name in drawn:
                mean, low, high = paths[name]
                band = look[name].band
                panel.fill_between(when, low, high, color=band, alpha=INTERVAL_BAND, linewidth=0)
                for edge in (low, high):
                    panel.plot(when, edge, color=band, linewidth=0.6)
                draw_line(panel, result, mean, look[name], label=name)
            time_axis(panel, result)
            mark_policies(panel, result.plan, drawn, keys)
            if is_first(panel):
                panel.set_ylabel(wrapped(f"difference, {points(what.unit)}", 26 if narrow else 40))
            value_axis(panel, measure, [v for path in paths.values() for v in path], zero=True)
            end_labels(panel, result, measure, [(paths[name][0], look[name]) for name in drawn])
        note = f"Line: mean difference over the worlds. Band: {JOINT}. 0: no difference. {CHANCE} {EFFECTS}"
        title = f"{what.label}: difference from “{result.baseline}”"
        frame(chart, title, note, policy_key(keys), narrow, legend=panels[0] if together else None)
    columns = ("difference", "low", "high")
    chart.table = by_month(result, {n: dict(zip(columns, p, strict=True)) for n, p in paths.items()})
    chart.workforce_sim_alt = _alt(result, measure, paths)
    return chart


def _alt(result: Result, measure: str, paths: Mapping[str, tuple[Floats, Floats, Floats]]) -> str:
    """The last difference of every scenario, its interval, and when it first left 0."""
    what = BY_NAME[measure]
    said = [
        f"{what.label}: mean difference from “{result.baseline}” ({points(what.unit)}) with its 95% interval "
        f"for all months together, {period(result)}."
    ]
    for name, (mean, low, high) in paths.items():
        known = np.flatnonzero(np.isfinite(mean))
        if not len(known):
            said.append(f"“{name}”: no values in this study.")
            continue
        last = int(known[-1])
        numbers = [figure(measure, float(path[last]), what.decimals) for path in (mean, low, high)]
        sentence = f"“{name}”: {numbers[0]} in {month_name(result, last)}"
        if np.isfinite(low[last]):
            sentence += f" (95% interval {numbers[1]} to {numbers[2]})"
            apart = np.flatnonzero((low > 0) | (high < 0))
            if len(apart):
                sentence += (
                    f"; the interval first excludes no difference in {month_name(result, int(apart[0]))}"
                )
            else:
                sentence += "; cannot be told apart from no difference in any month"
        said.append(sentence + ".")
    return " ".join(said)
