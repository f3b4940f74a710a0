"""The fan chart of a study with drawn assumptions: chance and assumptions, and chance alone within it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import add_months
from workforce_sim.measures.paths import BY_NAME
from workforce_sim.numbers import figure, plain, plural
from workforce_sim.report.badge import badge
from workforce_sim.report.charts.panels import (
    frame,
    is_first,
    last_values,
    make_panels,
    mark_policies,
    month_axis,
    policy_key,
    policy_numbers,
    value_axis,
)
from workforce_sim.report.charts.style import DARK_BAND, LIGHT_BAND, Chart, house_style, looks, wrapped

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.study.questions.uncertain import Uncertainty

Floats = npt.NDArray[np.float64]


def uncertain_chart(
    found: Uncertainty, measure: str, scenarios: Sequence[str], *, narrow: bool = False
) -> Chart:
    """Nine worlds in ten over all draws; within it what chance alone would do around the middle world."""
    shown, what = list(scenarios), BY_NAME[measure]
    look = looks(found.scenarios)
    keys = policy_numbers(found.plan, shown)
    bands = {name: _bands(found.samples(measure, name)) for name in shown}
    with house_style():
        panels, chart = make_panels(len(shown), narrow)
        for panel, name in zip(panels, shown, strict=True):
            low, inner_low, middle, inner_high, high = bands[name]
            dates = month_axis(panel, found.plan)
            if len(shown) > 1:
                panel.set_title(wrapped(name, 44 if narrow else 34, 2))
            band = look[name].band
            panel.fill_between(dates, low, high, color=band, alpha=LIGHT_BAND, linewidth=0)
            panel.fill_between(dates, inner_low, inner_high, color=band, alpha=DARK_BAND, linewidth=0)
            panel.plot(dates, middle, color=look[name].colour, linestyle=look[name].line)
            panel.set_ylabel(wrapped(what.unit, 26 if narrow else 40) if is_first(panel) else "")
        for panel, name in zip(panels, shown, strict=True):
            value_axis(panel, measure, [v for b in bands.values() for v in b])
            mark_policies(panel, found.plan, [name], keys)
            last_values(panel, float(dates[-1]), measure, [(bands[name][2], look[name])])
        draws, worlds = len(found.drawn), found.values.shape[2]
        note = (
            "Line and number: the world in the middle. Light band: nine worlds in ten, chance and "
            "assumptions. Dark "
            "band: what chance alone does to nine in ten, the rest is due to the assumptions; more worlds "
            "narrow "
            f"neither. {plural(draws, 'draw')} of {plural(len(found.assumptions.varied), 'assumption')}, "
            f"{worlds} worlds each. {badge([measure], found.plan.years)}"
        )
        if panels[0].get_ylim()[0] > 0:
            note += " The axis does not start at 0."
        frame(chart, f"{what.label}: chance and assumptions", note, policy_key(keys), narrow)
    chart.table = _table(found, bands)
    chart.workforce_sim_alt = _alt(found, measure, bands)
    return chart


def _bands(samples: Floats) -> Floats:
    """5%, chance alone below, median, chance alone above, 95%: shape ``(5, months + 1)``.

    Chance alone: the same band, narrowed about the median to the share of the standard deviation.
    """
    months = samples.shape[2]
    bands = np.full((5, months), np.nan)
    known = np.isfinite(samples).all(axis=(0, 1))
    if known.any():
        kept = samples[:, :, known]
        flat = kept.reshape(-1, kept.shape[2])
        low, middle, high = np.quantile(flat, [0.05, 0.5, 0.95], axis=0, method="weibull")
        within = kept.var(axis=1, ddof=1).mean(axis=0)
        between = np.maximum(0.0, kept.mean(axis=1).var(axis=0, ddof=1) - within / kept.shape[1])
        total = within + between
        part = np.sqrt(np.divide(within, total, out=np.zeros_like(total), where=total > 0))
        inner = [middle - part * (middle - low), middle + part * (high - middle)]
        bands[:, known] = [low, inner[0], middle, inner[1], high]
    return bands


def _table(found: Uncertainty, bands: dict[str, Floats]) -> pd.DataFrame:
    """The bands that are drawn: a row a (scenario, date)."""
    import pandas as pd

    dates = [add_months(found.plan.start, m) for m in range(round(found.plan.years * 12) + 1)]
    index = pd.DatetimeIndex(dates, name="date")
    columns = ("p5", "chance_alone_low", "median", "chance_alone_high", "p95")
    parts = {n: pd.DataFrame(dict(zip(columns, b, strict=True)), index) for n, b in bands.items()}
    return pd.concat(parts, names=["scenario", "date"])


def _alt(found: Uncertainty, measure: str, bands: dict[str, Floats]) -> str:
    what = BY_NAME[measure]
    said = [f"{what.label}, {what.unit}, with chance and assumptions."]
    share = found.table(measure, [round(found.plan.years * 12)])["assumptions_share"]
    for name, (low, _, middle, _, high) in bands.items():
        if not np.isfinite(middle[-1]):
            said.append(f"“{name}”: no value in the last month.")
            continue
        at = [figure(measure, float(path[-1]), what.decimals) for path in (middle, low, high)]
        due = float(share.xs(name, level="scenario").iloc[0])
        said.append(
            f"“{name}”: in the last month the middle world has {at[0]}, nine in ten lie between {at[1]} and "
            f"{at[2]}; "
            f"{plain(due, 0)}% of the variance is due to the assumptions."
        )
    return " ".join([*said, badge([measure], found.plan.years)])
