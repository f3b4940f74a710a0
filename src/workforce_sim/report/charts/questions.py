"""Charts of the questions: a claim, what it would take, the cheapest mix, credit, and which scenario is best.

Each returns a :class:`~workforce_sim.report.charts.style.Chart`; nothing is shown, saved or set globally.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from workforce_sim.authority.calendar import in_words
from workforce_sim.measures.paths import BY_NAME
from workforce_sim.numbers import figure, interval, is_money, places_apart, plain, points, pounds
from workforce_sim.report.charts.panels import frame, make_panels
from workforce_sim.report.charts.style import INK, LOOKS, QUIET, Chart, house_style, wrapped
from workforce_sim.study.questions.claim import CAUTION, caution

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from workforce_sim.study.questions.best import Best
    from workforce_sim.study.questions.cheapest_mix import Mix
    from workforce_sim.study.questions.claim import Claim
    from workforce_sim.study.questions.credit import Credit
    from workforce_sim.study.questions.what_would_it_take import Needed

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_COST = "cost_to_date_gbp"
_YES, _NO, _OPEN = LOOKS[0].colour, LOOKS[1].colour, "white"
_STATES = {"best": (_YES, "s"), "leads": (_YES, "s"), "left in": (_OPEN, "o"), "dropped": (_NO, "^")}
_MARKS = {"enough": (_YES, "s"), "too little": (_NO, "^"), "cannot be told": (_OPEN, "o")}


def claim_chart(claim: Claim, *, narrow: bool = False) -> Chart:
    """How many worlds lie where at the date, those that meet the target apart from those that do not."""
    target = claim.target.target
    level = -target.level if target.side == "lower_by" else target.level
    values = claim.values[np.isfinite(claim.values)]
    meets = values <= level if target.side in ("below", "at_most", "lower_by") else values >= level
    if target.side in ("below", "above"):
        meets &= values != level
    edges = _edges(values, level)
    if target.side in ("above", "at_most", "lower_by"):  # what is at the level is drawn below it
        edges = np.nextafter(edges, np.inf)
    with house_style():
        (panel,), chart = make_panels(1, narrow)
        label = (f"meets it ({int(meets.sum()):,})", f"does not ({int((~meets).sum()):,})")
        drawn: Any
        _, _, drawn = panel.hist(
            [values[meets], values[~meets]], edges, stacked=True, color=[_YES, _NO], label=label
        )
        for bars, hatch in zip(drawn, ("", "////"), strict=True):
            for bar in bars:
                bar.set(edgecolor="white", linewidth=0.6, hatch=hatch)
        panel.axvline(level, color=INK, linewidth=1.4)
        panel.annotate(
            figure(target.measure, level, _places(target.level)),
            (level, 1.0),
            xycoords=panel.get_xaxis_transform(),
            xytext=(4, -9),
            textcoords="offset points",
            fontweight="bold",
        )
        panel.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        panel.set_ylabel("worlds")
        _values(panel, target.measure, narrow, compared=target.compares)
        said = str(claim.target)
        said = f"{said[:1].upper()}{said[1:]} under “{claim.scenario}”: {claim.verdict}"
        known = (
            f"Each world at {in_words(claim.target.when)}. Met in {claim.met:,} of {claim.worlds:,}; the "
            "chance is "
            f"between {100 * claim.low:.1f}% and {100 * claim.high:.1f}% (each bound with "
            f"{100 * claim.level:g}% "
            f"confidence); asked for: {100 * claim.chance:g}%. {caution(claim.target)}"
        )
        frame(chart, said, known, "", narrow, legend=panel)
    chart.table = _worlds(values, meets)
    low, high = (figure(target.measure, float(x), 1) for x in (values.min(), values.max()))
    chart.workforce_sim_alt = f"{claim.sentence} The worlds lie between {low} and {high}."
    return chart


def _worlds(values: Floats, meets: Bools) -> pd.DataFrame:
    """Every world that is drawn: its value, and whether it meets the target."""
    import pandas as pd

    return pd.DataFrame({"value": values, "meets": meets}).rename_axis("world")


def needed_chart(needed: Needed, *, narrow: bool = False) -> Chart:
    """The share of worlds in which the target is met, by amount of the lever, with its bounds."""
    tried = needed.search.tried
    with house_style():
        (panel,), chart = make_panels(1, narrow)
        panel.plot([t.amount for t in tried], [t.met / t.worlds for t in tried], color=QUIET, linewidth=1.0)
        for verdict, (colour, marker) in _MARKS.items():
            those = [t for t in tried if t.verdict == verdict]
            if those:
                share = np.array([t.met / t.worlds for t in those])
                ends = np.array([[t.low for t in those], [t.high for t in those]])
                panel.errorbar(
                    [t.amount for t in those],
                    share,
                    np.abs(ends - share),
                    fmt=marker,
                    color=colour,
                    ecolor=QUIET,
                    markeredgecolor=INK,
                    markersize=7,
                    elinewidth=1.2,
                    label=verdict,
                )
        panel.axhline(needed.probability, color=INK, linestyle="--", linewidth=1.2)
        panel.yaxis.set_major_formatter(PercentFormatter(1.0))
        if needed.answer is not None and needed.at_least is not None:
            panel.axvspan(needed.at_least, needed.answer, color=_YES, alpha=0.16, linewidth=0)
            panel.axvline(needed.answer, color=_YES, linewidth=1.4)
            panel.annotate(
                f"{needed.answer:g}",
                (needed.answer, 0.02),
                xycoords=panel.get_xaxis_transform(),
                xytext=(5, 2),
                textcoords="offset points",
                fontweight="bold",
            )
        panel.set_ylim(-0.03, 1.05)
        panel.set_ylabel("worlds that meet it")
        panel.set_xlabel(f"amount added to “{wrapped(needed.scenario, 30, 1)}”")
        low, high = needed.between
        panel.xaxis.set_major_locator(MaxNLocator(8, integer=all(t.amount == int(t.amount) for t in tried)))
        panel.set_xlim(low - 0.03 * (high - low), high + 0.03 * (high - low))
        note = (
            f"Dashed: {100 * needed.probability:g}%, the share asked for. Whiskers: exact bounds, which "
            "count every "
            "amount that may be tried. "
        )
        if needed.answer is not None:
            inside = f"shaded: its {100 * needed.level:g}% interval"
            note += f"Line: the smallest amount shown to be enough; {inside}. "
        title = f"What it would take: {needed.target}"
        frame(chart, title, note + caution(needed.target), "", narrow, legend=panel)
    chart.table = needed.table
    each = "; ".join(f"{t.amount:g}: {100 * t.met / t.worlds:.0f}% of {t.worlds} worlds" for t in tried)
    chart.workforce_sim_alt = (
        f"{needed.sentence} Amounts tried and the share of worlds in which it is met: {each}."
    )
    return chart


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
        _numbers_across(panel)
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


def credit_chart(credit: Credit, *, narrow: bool = False) -> Chart:
    """A waterfall: each intervention moves the difference on from where the one above it left it."""
    table = credit.table
    names = [*credit.names, "together"]
    means = table["credit"].to_numpy()
    starts = np.append(np.cumsum(means[:-1]) - means[:-1], 0.0)
    halves = (table["high"] - table["low"]).to_numpy() / 2
    better = BY_NAME[credit.measure].better
    with house_style():
        (panel,), chart = make_panels(1, narrow)
        chart.set_figheight(1.6 + 0.55 * len(names) + (0.9 if narrow else 0))
        for row, (start, mean) in enumerate(zip(starts, means, strict=True)):
            last = row == len(names) - 1
            good = better and (mean < 0) == (better == "lower")
            colour = QUIET if last else _YES if good or not better else _NO
            hatch = "" if last or good or not better else "////"
            panel.barh(row, mean, left=start, height=0.6, color=colour, hatch=hatch, edgecolor="white")
            panel.errorbar(start + mean, row, xerr=halves[row], color=INK, capsize=3, elinewidth=1.2)
            if not last:
                panel.plot([start + mean] * 2, [row, row + 1], color=QUIET, linewidth=0.8, linestyle=":")
        panel.axvline(0, color=INK, linewidth=1.1)
        letters = 18 if narrow else 34
        labels = [f"{wrapped(n, letters, 2)}\n{p}" for n, p in zip(names, credit.printed, strict=True)]
        panel.set_yticks(range(len(names)), labels)
        panel.invert_yaxis()
        ends = np.concatenate([[0.0], starts + means - halves, starts + means + halves])
        room = 0.05 * (np.ptp(ends) or 1.0)
        panel.set_xlim(float(ends.min()) - room, float(ends.max()) + room)
        _numbers_across(panel)
        _values(panel, credit.measure, narrow, compared=True)
        base = f"“{credit.than}”" if credit.than else "nothing done"
        label = BY_NAME[credit.measure].label
        title = f"Who gets the credit: {label} under “{credit.scenario}” on {in_words(credit.when)}"
        note = (
            f"Difference from {base}, split by the mean of what each adds over all orders (Shapley). "
            "Whiskers: "
            f"95% intervals of each step that hold together. {CAUTION}"
        )
        frame(chart, title, note, "", narrow)
    chart.table = credit.table
    chart.workforce_sim_alt = credit.sentence
    return chart


def _numbers_across(panel: Axes) -> None:
    """Lines of the grid at the numbers, and none at the names beside them."""
    panel.grid(axis="y", visible=False)
    panel.grid(axis="x", visible=True)


def best_chart(best: Best, *, narrow: bool = False) -> Chart:
    """Paired differences from the best with their intervals, and when each scenario was dropped."""
    table = best.table
    names = [str(name) for name in table.index]
    with house_style():
        (panel,), chart = make_panels(1, narrow)
        chart.set_figheight(1.6 + 0.55 * len(names) + (0.9 if narrow else 0))
        labels = []
        for row, name in enumerate(names):
            found: Any = table.loc[name]
            colour, marker = _STATES[found["state"]]
            middle = float(found["difference"])
            sides = [[middle - float(found["low"])], [float(found["high"]) - middle]]
            panel.errorbar(
                middle,
                row,
                xerr=sides,
                fmt=marker,
                color=colour,
                markeredgecolor=INK,
                ecolor=QUIET,
                markersize=8,
                elinewidth=1.2,
                capsize=3,
            )
            n = int(found["worlds"])
            state = f"dropped after {n:,}" if found["state"] == "dropped" else f"{found['state']}, {n:,}"
            labels.append(f"{wrapped(name, 20 if narrow else 34, 2)}\n({state} worlds)")
        panel.axvline(0, color=INK, linewidth=1.1)
        panel.axvspan(-best.difference, best.difference, color=QUIET, alpha=0.13, linewidth=0)
        panel.set_yticks(range(len(names)), labels)
        panel.set_ylim(len(names) - 0.4, -0.6)
        _numbers_across(panel)
        _values(panel, best.measure, narrow, compared=True)
        label = BY_NAME[best.measure].label
        verdict = "best" if best.decided else "not settled, so far"
        title = f"{label} on {in_words(best.when)}: {verdict}: “{best.best}”"
        note = (
            f"Paired differences from “{best.best}” with 95% intervals (together; not corrected for having "
            "stopped "
            f"when it was told). Shaded: differences too small to be worth finding. {CAUTION}"
        )
        frame(chart, title, note, "", narrow)
    places = places_apart(best.measure, list(zip(table["low"], table["high"], strict=True)))
    each = [
        f"“{name}” {figure(best.measure, float(d), places)} "
        f"({interval(best.measure, float(a), float(b), places)})"
        for name, d, a, b in zip(names, table["difference"], table["low"], table["high"], strict=True)
        if name != best.best
    ]
    chart.table = best.table
    chart.workforce_sim_alt = f"{best.sentence} Differences from “{best.best}”: {'; '.join(each)}."
    return chart


def _edges(values: Any, level: float) -> Any:
    """Edges of bars, one of them at the level."""
    spread = float(np.ptp(values)) or abs(level) or 1.0
    width = spread / max(6, min(24, round(2 * len(values) ** 0.5)))
    low = min(float(values.min()), level) - width
    high = max(float(values.max()), level) + width
    before, after = int(np.ceil((level - low) / width)), int(np.ceil((high - level) / width))
    return level + width * np.arange(-min(before, 200), min(after, 200) + 1)


def _places(level: float) -> int:
    """Decimals in which a level was stated."""
    return len(f"{level:.15g}".partition(".")[2])


def _values(panel: Axes, measure: str, narrow: bool, *, compared: bool) -> None:
    """The axis of a measure or of its differences."""
    stated = BY_NAME[measure]
    unit = points(stated.unit) if compared else stated.unit
    words = f"{stated.label}: difference, {unit}" if compared else f"{stated.label}, {unit}"
    panel.set_xlabel(wrapped(words, 26 if narrow else 70))
    panel.xaxis.set_major_locator(MaxNLocator(3 if narrow else 6))
    if is_money(measure):
        panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: pounds(x, 0) if x else "£0"))
    else:
        panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: plain(x, _places(round(x, 6)))))
