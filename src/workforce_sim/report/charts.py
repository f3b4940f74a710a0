"""Charts: the fan of one measure, the difference from the baseline, posts against people, and drift by cause.

Every function returns a :class:`~workforce_sim.report.style.Chart`; nothing is shown, saved or set globally.
``narrow=True`` draws for a telephone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import InputError, Problem
from workforce_sim.measures.paths import BY_NAME, DRIFT
from workforce_sim.numbers import points
from workforce_sim.report import alt_text
from workforce_sim.report.badge import EFFECTS, NOT_TESTED, badge
from workforce_sim.report.drawn import by_month
from workforce_sim.report.panels import (
    dates_of,
    draw_line,
    end_labels,
    frame,
    is_first,
    make_panels,
    mark_policies,
    name_dotted,
    policy_key,
    policy_numbers,
    time_axis,
    value_axis,
)
from workforce_sim.report.style import (
    DARK_BAND,
    DAYS,
    INK,
    INTERVAL_BAND,
    LAYERS,
    LIGHT_BAND,
    QUIET,
    Chart,
    Look,
    house_style,
    looks,
    wrapped,
)

if TYPE_CHECKING:
    from workforce_sim.study.result import Result

Floats = npt.NDArray[np.float64]

#: On every chart.
CHANCE = "Chance only: assumptions held fixed."
#: On charts of what no back-test has looked at.
CAUTION = f"{CHANCE} {NOT_TESTED}"
#: What the bands of a fan chart are.
BANDS = (
    "Line and number: the world in the middle (median; words and tables give averages). Dark band: half of "
    f"the simulated worlds; light band: nine in ten. {CHANCE}"
)
#: What the band of a difference chart is.
JOINT = "95% interval of the mean difference, all months together"

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_COLUMNS = ("p5", "p25", "median", "p75", "p95")
_SEEN = 0.05  # percent of the open days that a cause of drift must take in some month to be drawn
_FEW = 2  # scenarios that share a panel; more have a panel each


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
    keys, together = policy_numbers(result.plan, shown), len(shown) <= _FEW
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
    chart.workforce_sim_alt = alt_text.fan(result, measure, quantiles)
    return chart


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
    keys, together = policy_numbers(result.plan, others), len(others) <= _FEW
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
    chart.workforce_sim_alt = alt_text.difference(result, measure, paths)
    return chart


def posts_chart(result: Result, scenario: str | None = None, *, narrow: bool = False) -> Chart:
    """Posts are not people: permanent workers, agency cover and empty posts, stacked up to the posts line.

    Means over the worlds, whole service. By default the last scenario.

    Raises:
        InputError: unknown scenario.
    """
    name = result.scenarios[-1] if scenario is None else scenario
    permanent, posts, empty = (
        result.samples(m, name).mean(axis=0) for m in ("in_post_fte", "posts_fte", "empty_fte")
    )
    covering = posts - permanent - empty
    edges = np.cumsum([np.zeros_like(posts), permanent, covering, empty], axis=0)
    labels = ("permanent workers", "covered by agency", "empty posts")
    line, when, keys = Look(INK, "-", "s"), dates_of(result), policy_numbers(result.plan, [name])
    with house_style():
        (panel,), chart = make_panels(1, narrow)
        for (colour, hatch), label, low, high in zip(LAYERS, labels, edges[:-1], edges[1:], strict=True):
            drawn = panel.fill_between(when, low, high, facecolor=colour, hatch=hatch, label=label)
            drawn.set(edgecolor=QUIET, linewidth=0.5)
        draw_line(panel, result, posts, line, label="posts")
        time_axis(panel, result)
        mark_policies(panel, result.plan, [name], keys)
        panel.set_ylabel("FTE")
        value_axis(panel, "posts_fte", [posts])
        end_labels(panel, result, "posts_fte", [(posts, line)], places=0)
        note = (
            "Means over the simulated worlds, whole service. A post is filled only when somebody is found. "
            f"{CHANCE} {badge(['in_post_fte'], result.plan.years)}"
        )
        title = f"Posts are not people: “{name}”"
        frame(chart, title, note, policy_key(keys), narrow, legend=panel, reverse=True)
    stack = {
        "permanent_fte": permanent,
        "agency_covering_fte": covering,
        "empty_fte": empty,
        "posts_fte": posts,
    }
    chart.table = by_month(result, {name: stack})
    chart.workforce_sim_alt = alt_text.posts(result, name, permanent, covering, empty, posts)
    return chart


def drift_chart(result: Result, scenarios: Sequence[str] | None = None, *, narrow: bool = False) -> Chart:
    """Drift by cause, stacked, month by month: a panel a scenario, on the same axes.

    Means over the worlds of the shares of all days on which children had an open case. Causes that take no
    days in any of the scenarios (less than 0.05% in every month) are left out.

    Raises:
        InputError: unknown scenario.
    """
    shown = list(scenarios) if scenarios else result.scenarios
    paths = {
        name: {part: result.samples(f"drift_{part}_share", name).mean(axis=0) for part in DRIFT}
        for name in shown
    }
    causes = [p for p in DRIFT if any(np.nanmax(paths[name][p], initial=0) >= _SEEN for name in shown)]
    totals = {name: np.sum([paths[name][part] for part in DRIFT], axis=0) for name in shown}
    when, keys = dates_of(result), policy_numbers(result.plan, shown)
    with house_style():
        panels, chart = make_panels(len(shown), narrow)
        for panel, name in zip(panels, shown, strict=True):
            if len(shown) > 1:
                panel.set_title(wrapped(name, 44 if narrow else 34 if len(shown) == _FEW else 23, 3))
            edges = np.cumsum([0 * totals[name], *(paths[name][part] for part in causes)], axis=0)
            for part, low, high in zip(causes, edges[:-1], edges[1:], strict=True):
                colour, hatch = DAYS[part]
                drawn = panel.fill_between(when, low, high, facecolor=colour, hatch=hatch, label=DRIFT[part])
                drawn.set(edgecolor=QUIET, linewidth=0.5)
            time_axis(panel, result)
            mark_policies(panel, result.plan, [name], keys)
            panel.set_ylabel("% of open days" if is_first(panel) else "")
            value_axis(panel, "drift_share", [*totals.values(), np.zeros(1)])
            end_labels(panel, result, "drift_share", [(totals[name], Look(INK, "-", ""))])
        note = (
            "Means over the simulated worlds: of all the days of a month on which children had an open case, "
            f"the share lost, by cause. Number: all causes. {CAUTION}"
        )
        if "missed_review" in causes:
            note += " Reviews missed before the start are not counted, so that cause begins at 0."
        title = "Drift: where children’s time goes"
        frame(chart, title, note, policy_key(keys), narrow, legend=panels[0], reverse=True)
    drawn_paths = {n: {p: paths[n][p] for p in causes} | {"all causes": totals[n]} for n in shown}
    chart.table = by_month(result, drawn_paths)
    chart.workforce_sim_alt = alt_text.drift(result, paths, causes)
    return chart


def _quantiles(samples: Floats) -> Floats:
    """Quantiles over the worlds, shape ``(5, months + 1)``; nan where no world has a value."""
    found = np.full((len(_QUANTILES), samples.shape[1]), np.nan)
    known = np.isfinite(samples).any(axis=0)
    if known.any():
        found[:, known] = np.nanquantile(samples[:, known], _QUANTILES, axis=0)
    return found
