"""Where a service tips: what is completed at each caseload, and how far referrals may rise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.steady import steady
from workforce_sim.authority.tipping import completions, tipping_point
from workforce_sim.numbers import plural
from workforce_sim.report.charts.panels import CAUTION, frame, make_panels
from workforce_sim.report.charts.style import (
    INK,
    INTERVAL_BAND,
    LOOKS,
    QUIET,
    Chart,
    house_style,
    looks,
    wrapped,
)

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.authority.authority import Authority
    from workforce_sim.study.questions.tipping import TippingPoints

Floats = npt.NDArray[np.float64]


def tipping_chart(authority: Authority, *, narrow: bool = False) -> Chart:
    """Children a case holder completes a year by caseload: rising, slower, falling; and the way back.

    Where the curve lies above the line of referrals caseloads fall, below it they grow. Mean-field:
    workers' loads differ as in the steady state (with a pathway), nothing else is left to chance.

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
        loads = (
            "Loads differ as they do in runs"
            if steady(authority).hours.spread
            else "Everybody holds the same"
        )
        note = (
            f"Dotted: up to {point.full_attention:.0f} children everybody gets full attention. Where the "
            f"curve is above the dashed line caseloads fall, where it is below they grow. {loads} "
            "and nothing else is left to chance; assumptions held fixed."
        )
        frame(chart, f"{authority.name}: where caseload tips", note, "", narrow, legend=panel)
    chart.table = _curve(n, completions(authority, n), point.referred)
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


def _curve(caseload: Floats, completed: Floats, referred: float) -> pd.DataFrame:
    """The curve that is drawn and the line it is held against, children a case holder and year."""
    import pandas as pd

    index = pd.Index(caseload, name="caseload")
    return pd.DataFrame({"completed": completed, "referred": referred}, index)


def growth_chart(found: TippingPoints, *, narrow: bool = False) -> Chart:
    """Share of worlds that still grow, with 95% intervals, for each rise that was tried."""
    look = looks(list(found.curves))
    with house_style():
        (panel,), chart = make_panels(1, narrow)
        for name, tried in found.curves.items():
            rises = list(tried)
            share, low, high = ([100 * tried[r][part] for r in rises] for part in range(3))
            style = look[name]
            panel.fill_between(rises, low, high, color=style.band, alpha=INTERVAL_BAND, linewidth=0)
            panel.plot(
                rises, share, color=style.colour, linestyle=style.line, marker=style.marker, label=name
            )
        panel.axhline(50, color=QUIET, linewidth=0.9, linestyle=(0, (3, 3)))
        if 0 < found.mean_field <= found.most:
            panel.axvline(found.mean_field, color=INK, linewidth=1.2, linestyle=":")
        panel.set_xlabel("lasting rise of referrals, %")
        panel.set_ylabel(wrapped(f"% of worlds growing by more than {found.growth:g}%", 26 if narrow else 40))
        panel.set_ylim(0, 104)
        panel.set_xlim(-2, min(found.most, max(max(t) for t in found.curves.values())) + 2)
        note = (
            f"Points: share of worlds in which open cases grow by more than {found.growth:g}% in the last "
            "year, at "
            f"the rises that were tried. Bands: 95% intervals of the share ({plural(found.worlds, 'world')}, "
            "the same "
            "luck throughout). Dashed: half of the worlds. "
        )
        if 0 < found.mean_field <= found.most:
            note += "Dotted: where referrals exceed what case holders of the start can complete on average. "
        frame(chart, "How far may referrals rise?", note + CAUTION, "", narrow, legend=panel)
    chart.table = _points(found)
    chart.workforce_sim_alt = _alt_of_points(found)
    return chart


def _points(found: TippingPoints) -> pd.DataFrame:
    """The points that are drawn: a row a (scenario, rise of referrals)."""
    import pandas as pd

    columns = ["share", "low", "high"]
    parts = {n: pd.DataFrame(t, index=columns).T.rename_axis("rise") for n, t in found.curves.items()}
    return 100 * pd.concat(parts, names=["scenario", "rise"])


def _alt_of_points(found: TippingPoints) -> str:
    said = []
    for name, row in found.table.iterrows():
        if math.isinf(row["rise"]):
            said.append(f"“{name}”: not up to +{found.most}%.")
        else:
            high = f"{row['high']:g}%" if math.isfinite(row["high"]) else f"beyond {found.most}%"
            said.append(f"“{name}”: from +{row['rise']:g}% (95% interval {row['low']:g}% to {high}).")
    return (
        f"Lasting rise of referrals at which open cases grow by more than {found.growth:g}% in the last year "
        "in half "
        f"of the worlds: {' '.join(said)} {CAUTION}"
    )
