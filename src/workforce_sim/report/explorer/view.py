"""What a position of the explorer shows: the sentence, the chart, and the table of the same numbers."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import scipy.stats  # noqa: F401 (half a second, which the first slider that moves would wait for)

from workforce_sim.measures.paths import BY_NAME
from workforce_sim.numbers import length, places_apart, places_for, points
from workforce_sim.report.answer import answers, report_months
from workforce_sim.report.charts.fan import fan_chart
from workforce_sim.report.sections.levels import cell
from workforce_sim.report.sections.rerun import python_lines

if TYPE_CHECKING:
    from workforce_sim.report.charts.style import Chart
    from workforce_sim.report.explorer.explorer import Explorer
    from workforce_sim.report.explorer.sliders import Position
    from workforce_sim.study.result import Result

#: Dots an inch: sharp on a screen of twice as many, and quicker than on paper.
_DOTS = 144

_TEXT = "line-height:1.45;margin:0.4em 0"
_CELL = "text-align:left;padding:0.15em 1em 0.15em 0;line-height:1.45"


@dataclass(frozen=True)
class View:
    """What is shown of a position.

    Attributes:
        position: of the sliders.
        worlds: that it rests on.
        all_worlds: that it will rest on.
        lead: caseload and money in words, with their intervals.
        detail: agency, drift, and how far one future may be from the average.
        chart: fan chart, in HTML with its description.
        table: the same numbers by year, in HTML.
        code: lines of Python that give the same numbers.
    """

    position: Position
    worlds: int
    all_worlds: int
    lead: str
    detail: str
    chart: str
    table: str
    code: str

    @property
    def above(self) -> str:
        """What is read first, in HTML."""
        return _paragraph(f"<strong>{escape(self.lead)}</strong>")

    @property
    def below(self) -> str:
        """What is read below the chart, in HTML."""
        by_hand = f"<pre>{escape(self.code)}</pre>"
        return (
            f"{_paragraph(escape(self.detail))}{self.table}"
            f"<details><summary>The same numbers by hand</summary>{by_hand}</details>"
        )


def view_of(explorer: Explorer, position: Position, worlds: int) -> View:
    """The first so many worlds of a position, which are there, in words, as a chart and as a table."""
    result = explorer.result_so_far(position, worlds)
    (answer,) = answers(result, report_months(result)[-1])
    chart = fan_chart(result, explorer.measure)
    marks = " ".join(f'data-{name}="{amount:g}"' for name, amount in position._asdict().items())
    drawn = f'<figure style="margin:0" data-worlds="{worlds}" {marks}>{picture(chart)}</figure>'
    return View(
        position,
        worlds,
        explorer.replications,
        answer.lead,
        answer.detail,
        drawn,
        table(result, explorer.measure),
        python_lines(result)[0],
    )


def _paragraph(html: str) -> str:
    return f'<p class="workforce-sim-words" style="{_TEXT}">{html}</p>'


def picture(chart: Chart, width: str = "100%") -> str:
    """A chart as an image with its description."""
    with io.BytesIO() as file:
        chart.savefig(file, format="png", dpi=_DOTS, metadata={"Software": None})
        data = base64.b64encode(file.getvalue()).decode("ascii")
    alt = escape(chart.workforce_sim_alt, quote=True)
    style = f"width:{width};max-width:{chart.get_figwidth() * 100:.0f}px"
    return f'<img alt="{alt}" style="{style}" src="data:image/png;base64,{data}">'


def table(result: Result, measure: str) -> str:
    """A measure by year in both scenarios, and the paired difference, each with its interval, in HTML."""
    months, what, names = report_months(result), BY_NAME[measure], result.scenarios
    levels = dict(result.table(measure, at=months).iterrows())
    gaps = dict(result.compare(measures=measure, at=months).iterrows()) if names[1:] else {}
    level_places = places_for(measure, [(row["low"], row["high"]) for row in levels.values()])
    gap_places = places_apart(measure, [(row["low"], row["high"]) for row in gaps.values()])

    def number(row: Any, column: str, places: int) -> str:
        found = cell(measure, row, column, places)
        return _td("td", f"{found.value}{''.join(f' ({line})' for line in found.under)}")

    rows = []
    for month in months:
        cells = [_td("th", f"after {length(month)}", ' scope="row"')]
        cells += [number(levels[measure, name, month], "mean", level_places) for name in names]
        cells += [number(gaps[measure, name, month], "difference", gap_places) for name in names[1:]]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    heads = ["", *names, *([f"Difference, {points(what.unit)}"] if gaps else [])]
    head = "".join(
        _td("th" if name else "td", escape(name), ' scope="col"' if name else "") for name in heads
    )
    caption = escape(f"{what.label}, {what.unit}: mean over the worlds (95% interval)")
    return (
        f'<table class="workforce-sim-table">{_td("caption", caption)}<thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _td(tag: str, html: str, scope: str = "") -> str:
    return f'<{tag}{scope} style="{_CELL}">{html}</{tag}>'
