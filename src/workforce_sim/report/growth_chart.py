"""The chart of tipping points: in what share of worlds open cases still grow, by rise of referrals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from workforce_sim.numbers import plural
from workforce_sim.report.panels import frame, make_panels
from workforce_sim.report.style import INK, INTERVAL_BAND, QUIET, Chart, house_style, looks, wrapped

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.study.questions.tipping import TippingPoints


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
        frame(chart, "How far may referrals rise?", note + _CAUTION, "", narrow, legend=panel)
    chart.table = _table(found)
    chart.workforce_sim_alt = _alt(found)
    return chart


_CAUTION = "Chance only: assumptions held fixed. Not back-tested."


def _table(found: TippingPoints) -> pd.DataFrame:
    """The points that are drawn: a row a (scenario, rise of referrals)."""
    import pandas as pd

    columns = ["share", "low", "high"]
    parts = {n: pd.DataFrame(t, index=columns).T.rename_axis("rise") for n, t in found.curves.items()}
    return 100 * pd.concat(parts, names=["scenario", "rise"])


def _alt(found: TippingPoints) -> str:
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
        f"of the worlds: {' '.join(said)} {_CAUTION}"
    )
