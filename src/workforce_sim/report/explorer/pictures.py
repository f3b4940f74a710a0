"""How an explorer shows itself: as widgets where they work, else as a few pictures."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from workforce_sim.numbers import plural
from workforce_sim.report.answer import answers, report_months
from workforce_sim.report.charts.fan import fan_chart
from workforce_sim.report.explorer.view import picture

if TYPE_CHECKING:
    from workforce_sim.report.charts.style import Chart
    from workforce_sim.report.explorer.explorer import Explorer
    from workforce_sim.report.explorer.sliders import Position

#: What to do where there are no sliders.
ADVICE = (
    "Sliders need ipywidgets, which is not at work here. To have them, run  "
    'pip install "workforce_sim[notebook]"  where this notebook runs (and where JupyterLab runs, if that is '
    "another place), then start the kernel afresh."
)


@dataclass(frozen=True)
class Picture:
    """One position.

    Attributes:
        position: of the sliders.
        sentence: caseload and money with their intervals.
        chart: fan chart, for a narrow column.
    """

    position: Position
    sentence: str
    chart: Chart


@dataclass(frozen=True)
class Pictures:
    """Doing nothing, and every slider alone half-way and at its end.

    Attributes:
        worlds: of each.
        listed: the pictures.
    """

    worlds: int
    listed: tuple[Picture, ...]

    @property
    def html(self) -> str:
        """A grid of the pictures, each with its sentence, and how to get sliders."""
        cells = [
            f'<figure style="margin:0;width:24em">{picture(p.chart)}<figcaption>{escape(p.sentence)}'
            "</figcaption></figure>"
            for p in self.listed
        ]
        return (
            f"<p>{escape(ADVICE)}</p><p>{plural(self.worlds, 'world')} of each position.</p>"
            f'<div style="display:flex;flex-wrap:wrap;gap:1.5em">{"".join(cells)}</div>'
        )

    def _repr_html_(self) -> str:
        return self.html

    def __str__(self) -> str:
        return "\n".join([ADVICE, *(p.sentence for p in self.listed)])


def pictures_of(explorer: Explorer, worlds: int, *, progress: bool) -> Pictures:
    """Run and draw the positions of the grid."""
    positions = [explorer.position()]
    for name, slider in explorer.sliders.items():
        end = slider.amounts[-1]
        amounts = dict.fromkeys((slider.nearest(end / 2), end))
        positions += [explorer.position(**{name: amount}) for amount in amounts if amount]
    arms = [arm for position in positions for arm in explorer.plan_of(position).arms]
    with explorer.background.aside():
        explorer.worlds.progress = progress
        try:
            explorer.worlds.run(arms, range(worlds))
        finally:
            explorer.worlds.progress = False
    listed = []
    for position in positions:
        result = explorer.result_so_far(position, worlds)
        (answer,) = answers(result, report_months(result)[-1])
        listed.append(Picture(position, answer.lead, fan_chart(result, explorer.measure, narrow=True)))
    return Pictures(worlds, tuple(listed))


def bundle_of(explorer: Explorer) -> Callable[..., Any]:
    """A function that gives what a notebook shows of an explorer (IPython's ``_repr_mimebundle_``)."""
    text = {"text/plain": repr(explorer)}
    loop = _loop()
    if loop is None:  # a terminal
        return lambda **asked: text
    if find_spec("ipywidgets") is None:
        shown = text | {"text/html": explorer.pictures().html}
        return lambda **asked: shown
    from workforce_sim.report.explorer.panel import Panel

    def post(draw: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the kernel is ending
            loop.call_soon_threadsafe(draw)

    box = Panel(explorer, post).box
    advice = {"text/html": f"<p>{escape(ADVICE)}</p>"}  # for a page that cannot show widgets
    return lambda **asked: {**text, **advice, **_widget_bundle(box, asked)}


def _widget_bundle(box: Any, asked: dict[str, Any]) -> dict[str, Any]:
    found = box._repr_mimebundle_(**asked)
    bundle: dict[str, Any] = found[0] if isinstance(found, tuple) else found
    return {name: value for name, value in bundle.items() if name != "text/plain"}


def _loop() -> asyncio.AbstractEventLoop | None:
    """The loop of the kernel of a notebook, in which its widgets are drawn; None in a terminal."""
    if "ipykernel" not in sys.modules:
        return None
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
