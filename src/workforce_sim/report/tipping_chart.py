"""The tipping chart: what a worker completes at each caseload, against what is referred."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.tipping import completions, tipping_point
from workforce_sim.report.panels import frame, make_panels
from workforce_sim.report.style import INK, LOOKS, QUIET, Chart, house_style

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.authority.authority import Authority

Floats = npt.NDArray[np.float64]


def tipping_chart(authority: Authority, *, narrow: bool = False) -> Chart:
    """Children a case holder completes a year by caseload: rising, slower, falling; and the way back.

    Where the curve lies above the line of referrals caseloads fall, below it they grow. Mean-field: everybody
    holds the same, nothing is left to chance.

    Returns:
        A matplotlib figure; nothing is shown or saved.
    """
    point = tipping_point(authority)
    now = authority.census.caseload
    ends = [now, point.most_completions, point.no_return if math.isfinite(point.no_return) else 0.0]
    n = np.linspace(0, 1.25 * max(ends), 400)
    with house_style():
        panels, chart = make_panels(1, narrow)
        panel = panels[0]
        line = LOOKS[0].colour
        panel.plot(n, completions(authority, n), color=line, linewidth=2.2, label="completed per case holder")
        panel.axhline(point.referred, color=INK, linestyle="--", label="referred per case holder")
        panel.axvline(point.full_attention, color=QUIET, linewidth=0.8, linestyle=":")
        for at, words, marker in (
            (now, "now", "o"),
            (point.most_completions, "most completions", "s"),
            (point.no_return, "no return", "X"),
        ):
            if math.isfinite(at):
                y = float(completions(authority, at))
                panel.plot([at], [y], marker=marker, color=LOOKS[1].colour, markersize=8, linestyle="none")
                above = words == "most completions"
                panel.annotate(
                    f"{words}: {at:.1f}",
                    (at, y),
                    (0, 10 if above else -18),
                    textcoords="offset points",
                    ha="center",
                    color=INK,
                )
        panel.set_xlabel("children per full-time case holder")
        panel.set_ylabel("children a year")
        panel.set_xlim(0, n[-1])
        panel.set_ylim(0, 1.25 * point.completed_at_most)
        note = (
            f"Dotted: up to {point.full_attention:.0f} children everybody gets full attention. Where the "
            "curve is above the dashed line caseloads fall, where it is below they grow. Everybody holds "
            "the same and nothing is left to chance; assumptions held fixed."
        )
        frame(chart, f"{authority.name}: where caseload tips", note, "", narrow, legend=panel)
    chart.table = _table(n, completions(authority, n), point.referred)
    chart.workforce_sim_alt = (
        f"{authority.name}: a case holder completes most children a year ({point.completed_at_most:.1f}) "
        f"at a caseload of {point.most_completions:.1f}; {point.referred:.1f} are referred. "
        f"The service is at {now:.1f}"
        + (
            f" and has no way back unaided beyond {point.no_return:.1f}."
            if math.isfinite(point.no_return)
            else "."
        )
    )
    return chart


def _table(caseload: Floats, completed: Floats, referred: float) -> pd.DataFrame:
    """The curve that is drawn and the line it is held against, children a case holder and year."""
    import pandas as pd

    index = pd.Index(caseload, name="caseload")
    return pd.DataFrame({"completed": completed, "referred": referred}, index)
