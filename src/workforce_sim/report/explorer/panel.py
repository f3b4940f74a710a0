"""The explorer as widgets: sliders, the sentence beside them, the chart and the table below."""

from __future__ import annotations

import threading
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from workforce_sim.numbers import plural
from workforce_sim.report.explorer.explorer import labels_of
from workforce_sim.report.explorer.sliders import Position, Slider
from workforce_sim.report.explorer.work import FIRST

if TYPE_CHECKING:
    from workforce_sim.report.explorer.explorer import Explorer

_LABELS = {"description_width": "15em"}

#: Calls a function soon, in the thread that draws.
Post = Callable[[Callable[[], None]], object]


class Control:
    """One slider with a box for its number.

    The slider of ipywidgets has no name that a screen reader could say; the box has, and takes typed numbers.

    Args:
        slider: what it stands for.
        moved: called with its name when its amount has changed.
    """

    def __init__(self, slider: Slider, moved: Callable[[str], None]) -> None:
        import ipywidgets as widgets

        self._slider, self._told = slider, moved
        whole = all(float(amount).is_integer() for amount in slider.amounts)
        box: Any = widgets.BoundedIntText if whole else widgets.BoundedFloatText
        bar: Any = widgets.IntSlider if whole else widgets.FloatSlider
        ends: dict[str, Any] = {"value": 0, "min": slider.amounts[0], "max": slider.amounts[-1]}
        ends |= {"step": slider.step, "layout": {"width": "24em"}}
        self.box = box(description=slider.label, style=_LABELS, **ends)
        self.bar = bar(readout=False, tooltip=slider.label, **ends)
        self.box.observe(self._typed, names="value")
        self.bar.observe(self._moved, names="value")
        self.both = widgets.VBox([self.box, self.bar])

    @property
    def amount(self) -> float:
        """Where it stands."""
        return self._slider.nearest(self.bar.value)

    @amount.setter
    def amount(self, amount: float) -> None:
        self.bar.value = amount

    def _typed(self, change: Any) -> None:
        self.bar.value = self.box.value = self._slider.nearest(self.box.value)

    def _moved(self, change: Any) -> None:
        self.box.value = self.amount
        self._told(self._slider.name)


class Panel:
    """Widgets of an explorer.

    Whatever arrives (a slider that moved, a world that is done) only asks for a drawing; drawings are made in
    one thread, one at a time, of what is wanted by then.

    Args:
        explorer: what is shown.
        post: gives a function to the thread that draws; may be called from any thread.
    """

    def __init__(self, explorer: Explorer, post: Post) -> None:
        import ipywidgets as widgets

        self.explorer = explorer
        self._post = post
        self._asked = False
        self._lock = threading.Lock()
        self._shown: tuple[Position, int, str] | None = None
        self._error = ""
        self.controls = {name: Control(slider, self._moved) for name, slider in explorer.sliders.items()}
        self.measure = widgets.Dropdown(
            options=labels_of(explorer.measure),
            value=explorer.measure,
            description="The chart shows",
            style={"description_width": "9em"},
            layout={"width": "24em"},
        )
        self.reset = widgets.Button(description="All to 0", tooltip="Put every slider back to 0")
        self.status, self.above, self.chart, self.below = (widgets.HTML() for _ in range(4))
        self.measure.observe(lambda change: self._another_measure(), names="value")
        self.reset.on_click(lambda button: self._to_zero())
        left = widgets.VBox([*(c.both for c in self.controls.values()), self.measure, self.reset])
        right = widgets.VBox([self.status, self.above], layout={"flex": "1 1 20em"})
        top = widgets.HBox([left, right], layout={"flex_flow": "row wrap", "grid_gap": "0 2em"})
        self.box = widgets.VBox([top, self.chart, self.below])
        explorer.background.listen(self._heard)
        self._moved("posts")

    # -- what arrives, in any thread ---------------------------------------------------------------

    def _moved(self, moved: str) -> None:
        explorer = self.explorer
        explorer.now = explorer.position(**{name: c.amount for name, c in self.controls.items()})
        self._error = ""
        explorer.background.want(explorer.now, moved)
        self._ask()

    def _another_measure(self) -> None:
        self.explorer.measure = self.measure.value
        self._ask()

    def _to_zero(self) -> None:
        for control in self.controls.values():
            control.amount = 0

    def _heard(self, position: Position, worlds: int, error: Exception | None) -> None:
        if error is not None:
            self._error = str(error)
        if error is not None or self._due(position, worlds):
            self._ask()

    def _ask(self) -> None:
        with self._lock:
            if self._asked:
                return
            self._asked = True
        self._post(self.draw)

    # -- drawing, in one thread --------------------------------------------------------------------

    def _due(self, position: Position, worlds: int) -> bool:
        """Whether so many worlds of a position are worth a drawing: twice as many as are shown, or all."""
        whole, shown = self.explorer.replications, self._shown
        if worlds < min(FIRST, whole):
            return False
        if shown is None or (shown[0], shown[2]) != (position, self.explorer.measure):
            return True
        return shown[1] < worlds and worlds >= min(2 * shown[1], whole)

    def draw(self) -> None:
        """Show what there is by now of where the sliders are."""
        with self._lock:
            self._asked = False
        position = self.explorer.now
        worlds = self.explorer.ready(position)
        if self._due(position, worlds):
            with self.explorer.background.held():
                view = self.explorer.view(position, worlds)
            self._shown = (position, worlds, self.explorer.measure)
            self.above.value, self.chart.value, self.below.value = view.above, view.chart, view.below
        self.status.value = f'<p role="status">{escape(self._said(position, worlds))}</p>'

    def _said(self, position: Position, worlds: int) -> str:
        """How far it is, in words."""
        whole = self.explorer.replications
        if self._error:
            return f"Stopped: {self._error}"
        if self._shown is None:
            return f"Running the first worlds ({worlds} of {whole}) …"
        if self._shown[0] != position:
            return f"Running the first worlds ({worlds} of {whole}); shown is still the position before …"
        if self._shown[1] < whole:
            return (
                f"{self._shown[1]} of {plural(whole, 'world')} so far: intervals narrow as the others come …"
            )
        return f"All {plural(whole, 'world')}."
