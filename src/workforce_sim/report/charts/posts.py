"""Posts against people: permanent workers, agency cover and empty posts, month by month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.numbers import plain
from workforce_sim.report.badge import badge
from workforce_sim.report.charts.panels import (
    CHANCE,
    by_month,
    dates_of,
    draw_line,
    end_labels,
    frame,
    make_panels,
    mark_policies,
    month_name,
    policy_key,
    policy_numbers,
    time_axis,
    value_axis,
)
from workforce_sim.report.charts.style import INK, LAYERS, QUIET, Chart, Look, house_style

if TYPE_CHECKING:
    from workforce_sim.study.result import Result

Floats = npt.NDArray[np.float64]


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
    chart.workforce_sim_alt = _alt(result, name, permanent, covering, empty, posts)
    return chart


def _alt(
    result: Result, scenario: str, permanent: Floats, covering: Floats, empty: Floats, all_posts: Floats
) -> str:
    """Who is in the posts in the first and the last month."""

    def at(month: int) -> str:
        n, held, covered, nobody = (
            plain(float(x[month]), 0) for x in (all_posts, permanent, covering, empty)
        )
        return (
            f"{n} posts (FTE), of which {held} have a permanent worker, {covered} are covered by agency and "
            f"{nobody} are empty"
        )

    return (
        f"Posts under “{scenario}”, whole service, means over the simulated worlds. "
        f"In {month_name(result, 0)}: {at(0)}. In {month_name(result, -1)}: {at(-1)}."
    )
