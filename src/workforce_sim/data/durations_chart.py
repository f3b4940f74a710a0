"""The fit before the forecast: what the list shows of lengths, and the law that was fitted to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.data.durations import Fit, Law
from workforce_sim.data.spells import Spells
from workforce_sim.errors import InputError, Problem
from workforce_sim.measures.survival import kaplan_meier
from workforce_sim.samples import Floats

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.report.charts.style import Chart

_ACROSS = 2
_POINTS = 400


def chart_of_fits(spells: Mapping[str, Spells] | Spells, law: Law = "best") -> Chart:
    """Draw the share that lasts longer, as observed and as fitted, a panel each.

    Observed is the Kaplan-Meier estimate with its 95% interval, open spells censored and those found under
    way entering late. Where a list has open spells alone it is the share that is older, and the law is drawn
    as it would be found under a steady flow. Where spells are too few for a law the panel says so.

    The numbers that are drawn are its ``table``: a row a panel, line (``"in the list"``, ``"fitted"``) and
    time, with ``share`` and, for what is in the list, ``low`` and ``high``.

    Args:
        spells: of a list: ``staff.service()``, ``cases.stages()``.
        law: to be fitted; ``"best"``: that of the lowest AIC.

    Raises:
        InputError: no spells at all.
    """
    import pandas as pd

    from workforce_sim.report.charts.style import NARROW, WIDE, Chart, house_style

    panels = {spells.what: spells} if isinstance(spells, Spells) else dict(spells)
    panels = {name: one for name, one in panels.items() if len(one.times)}
    if not panels:
        raise InputError("chart_of_fits", [Problem("spells", "none", "a list with spells", "a longer list")])
    rows = -(-len(panels) // _ACROSS)
    said, drawn = [], []
    with house_style():
        figure = Chart(figsize=(WIDE if len(panels) > 1 else NARROW * 1.4, 2.9 * rows), layout="constrained")
        across = _ACROSS if len(panels) > 1 else 1
        axes: Any = np.ravel(figure.subplots(rows, across, squeeze=False))
        for axis, one in zip(axes, panels.values(), strict=False):
            words, lines = _panel(axis, one, law)
            said.append(words)
            drawn += [rows.assign(panel=one.what, line=line) for line, rows in lines.items()]
        for axis in axes[len(panels) :]:
            axis.set_visible(False)
    figure.table = pd.concat(drawn).set_index(["panel", "line", "time"])
    figure.workforce_sim_alt = " ".join(said)
    return figure


def _panel(axis: Any, spells: Spells, law: Law) -> tuple[str, dict[str, pd.DataFrame]]:
    """One panel; returns what it shows in words, and the numbers of its lines."""
    import pandas as pd

    from workforce_sim.report.charts.style import BASELINE, INTERVAL_BAND, LOOKS

    look = LOOKS[0]
    fit = spells.fit(law) if spells.enough else None
    until = float(spells.times.max())
    grid = np.linspace(0.0, until, _POINTS)
    lines: dict[str, pd.DataFrame] = {}
    if spells.followed:
        if spells.ended.any():
            found = _observed(spells)
            times = np.concatenate([[0.0], found.times, [until]])
            share = np.concatenate([[1.0], found.share, found.share[-1:]])
            axis.step(times, share, where="post", color=BASELINE.colour, lw=1.4, label="in the list")
            low, high = found.interval()
            seen = {"time": found.times, "share": found.share, "low": low, "high": high}
            lines["in the list"] = pd.DataFrame(seen)
            axis.fill_between(
                found.times, low, high, step="post", color=BASELINE.band, alpha=INTERVAL_BAND, lw=0
            )
    else:
        ages = np.sort(spells.times)
        older = 1 - np.arange(1, len(ages) + 1) / len(ages)
        label = "open ones older than this"
        axis.step(ages, older, where="post", color=BASELINE.colour, lw=1.4, label=label)
        lines["in the list"] = pd.DataFrame({"time": ages, "share": older})
    if fit is None:
        words = (
            f"{spells.what}: {len(spells.times)} spells, {int(spells.ended.sum())} ended: too few for a law."
        )
        axis.text(0.5, 0.5, "too few that ended", transform=axis.transAxes, ha="center")
    else:
        curve = fit.lasting(grid) if spells.followed else _older(fit, grid)
        lines["fitted"] = pd.DataFrame({"time": grid, "share": curve})
        axis.plot(grid, curve, color=look.colour, linestyle=look.line, lw=2, label=f"{fit.law} law")
        low_mean, high_mean = fit.interval()
        words = (
            f"{spells.what}: {fit.law} law with mean {fit.mean:.3g} {spells.unit} "
            f"(95% interval {low_mean:.3g} to {high_mean:.3g}), "
            f"from {fit.spells} spells of which {fit.ended} were seen to end."
        )
        axis.legend(loc="upper right")
        axis.annotate(
            f"mean {fit.mean:.3g} {spells.unit}", (0.97, 0.55), xycoords="axes fraction", ha="right"
        )
    axis.set_title(spells.what)
    axis.set_xlabel(spells.unit if spells.unit != "days" else "calendar days")
    axis.set_ylabel("share that lasts longer" if spells.followed else "share that is older")
    axis.set_ylim(0, 1.02)
    axis.set_xlim(0, until)
    return words, lines


def _observed(spells: Spells) -> Any:
    """Kaplan and Meier; a start at which too few were under observation is not a reason to stop."""
    import warnings

    from workforce_sim.errors import WorkforceSimWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WorkforceSimWarning)
        return kaplan_meier(spells.times, spells.ended, spells.entry)


def _older(fit: Fit, ages: Floats) -> Floats:
    """Share of open spells older than each age under a steady flow: the integral of S beyond it / mean."""
    fine = np.linspace(0.0, float(ages[-1]), 4 * _POINTS)
    lasting = fit.lasting(fine)
    until = np.concatenate([[0.0], np.cumsum((lasting[1:] + lasting[:-1]) / 2 * np.diff(fine))])
    found: Floats = 1 - np.interp(ages, fine, until) / fit.mean
    return np.clip(found, 0.0, 1.0)
