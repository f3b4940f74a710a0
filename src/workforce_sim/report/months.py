"""Panels with months along the axis for answers that are no result of a study."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import add_months
from workforce_sim.measures.paths import BY_NAME
from workforce_sim.numbers import figure
from workforce_sim.report.style import INK, Chart, Look

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from workforce_sim.study.arm import Plan

Floats = npt.NDArray[np.float64]


def date_axis(panel: Axes, dates: list[dt.date]) -> Floats:
    """Months and years, as many as there is room for; gives where each date is."""
    chart, place = panel.get_figure(), panel.get_subplotspec()
    assert isinstance(chart, Chart)
    width = chart.get_size_inches()[0] / (place.get_gridspec().ncols if place else 1)
    most, months = max(2, int(width * 1.2)), len(dates) - 1
    step = next(s for s in (1, 3, 6, 12, 24, 36, 60, 120, 10**9) if months / s <= most)
    at: Floats = np.array([float(d.toordinal()) for d in dates])
    panel.set_xticks(at[::step].tolist(), [f"{d:%b}\n{d:%Y}" for d in dates[::step]])
    span = at[-1] - at[0]
    panel.set_xlim(at[0] - span * 0.02, at[-1] + span * 0.02)
    return at


def month_axis(panel: Axes, plan: Plan) -> Floats:
    """The months of a study: see :func:`date_axis`."""
    return date_axis(panel, [add_months(plan.start, m) for m in range(round(plan.years * 12) + 1)])


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
