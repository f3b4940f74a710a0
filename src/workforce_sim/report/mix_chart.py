"""The chart of a mix of two levers: what each combination that is enough costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from workforce_sim.authority.calendar import in_words
from workforce_sim.numbers import interval, places_apart, pounds
from workforce_sim.report.panels import frame, make_panels
from workforce_sim.report.style import INK, LOOKS, QUIET, Chart, house_style, wrapped
from workforce_sim.study.questions.claim import caution

if TYPE_CHECKING:
    from workforce_sim.study.questions.cheapest_mix import Mix

_COST = "cost_to_date_gbp"


def mix_chart(mix: Mix, *, narrow: bool = False) -> Chart:
    """Added cost of every mix that is enough, a row each, the cheapest as a square."""
    from workforce_sim.study.questions.lever import headline

    names = [headline(m.made) for m in mix.mixes]
    said = []
    with house_style():
        (panel,), chart = make_panels(1, narrow)
        chart.set_figheight(1.7 + 0.42 * max(3, len(names)) + (0.9 if narrow else 0))
        for row, found in enumerate(mix.mixes):
            mean, low, high = found.cost
            cheapest = found is mix.best
            panel.errorbar(
                mean,
                row,
                xerr=np.array([[mean - low], [high - mean]]),
                fmt="s" if cheapest else "o",
                color=LOOKS[0].colour if cheapest else "white" if found.dearer[1] <= 0 else LOOKS[1].colour,
                markeredgecolor=INK,
                ecolor=QUIET,
                markersize=8,
                elinewidth=1.2,
                capsize=3,
            )
            places = places_apart(_COST, [(low, high)])
            said.append(f"{names[row]}: {pounds(mean, places)} ({interval(_COST, low, high, places)})")
        panel.margins(x=0.08)
        if not names:
            panel.text(0.5, 0.5, "no mix was shown to be enough", ha="center", transform=panel.transAxes)
        panel.set_yticks(range(len(names)), [wrapped(n, 20 if narrow else 40, 2) for n in names])
        panel.set_ylim(max(1, len(names)) - 0.4, -0.6)
        panel.grid(axis="y", visible=False)
        panel.grid(axis="x", visible=True)
        panel.xaxis.set_major_locator(MaxNLocator(3 if narrow else 6))
        panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: pounds(x, 0) if x else "£0"))
        panel.set_xlabel(f"added cost up to {in_words(mix.target.when)}")
        title = f"What each mix costs that is enough for: {mix.target}"
        note = (
            f"Each is the least of the first lever that is enough in {100 * mix.probability:g}% of worlds "
            "beside so "
            "much of the second. Square: cheapest; white: cannot be told from it. Whiskers: 95% intervals "
            "for all "
            f"mixes together. {caution(mix.target)}"
        )
        frame(chart, title, note, "", narrow)
    chart.table = mix.table
    chart.workforce_sim_alt = f"{mix.sentence} " + "; ".join(said)
    return chart
