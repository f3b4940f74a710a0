"""House style, in one place: colours that colour-blind readers and grey printers tell apart, lines, sizes.

Colours are those of Okabe and Ito (2008). No difference rests on colour alone: every scenario also has a line
style and a marker of its own, and every layer of a stack its own shade of grey and its own hatching.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from workforce_sim.report.writable import writable_text

if TYPE_CHECKING:
    import pandas as pd

INK = "#1a1a1a"
QUIET = "#595959"  # contrast 7 to 1 on white: small print stays readable
GRID = "#dddddd"


@dataclass(frozen=True, slots=True)
class Look:
    """How one scenario is drawn, on every chart.

    Attributes:
        colour: of the line.
        line: matplotlib line style.
        marker: shape that is drawn now and then.
        band: colour of the bands.
    """

    colour: str
    line: str | tuple[int, tuple[float, ...]]
    marker: str
    band: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "band", self.band or self.colour)


#: The baseline is black, dotted and has no part in the colours.
BASELINE = Look("#000000", (0, (1.2, 1.6)), "o", band="#6e6e6e")
LOOKS = (
    Look("#0072B2", "-", "s"),
    Look("#D55E00", (0, (6, 2)), "^"),
    Look("#009E73", (0, (5, 1.5, 1.2, 1.5)), "D"),
    Look("#CC79A7", (0, (3, 1.2)), "v"),
    Look("#E69F00", (0, (8, 1.5, 1.2, 1.5, 1.2, 1.5)), "P"),
    Look("#56B4E9", (0, (1.5, 1)), "X"),
)

DARK_BAND, LIGHT_BAND, INTERVAL_BAND = 0.38, 0.16, 0.25  # opacity: half of the worlds, nine in ten, intervals

#: Layers of the posts chart from the bottom up: (colour, hatching), each lighter in grey than the one below.
LAYERS = (("#0072B2", ""), ("#E69F00", "////"), ("#f7f7f7", "...."))

#: The parts of a child's days: (colour, hatching). No two are alike in grey, whichever of them meet.
DAYS = {
    "natural": ("#ffffff", ""),
    "decision": ("#2b2b2b", ""),
    "unallocated": ("#0072B2", ""),
    "absent": ("#F0E442", "...."),
    "slow": ("#D55E00", ""),
    "repeated": ("#56B4E9", "////"),
    "missed_review": ("#f3f3f3", "xxxx"),
    "sign_off": ("#D9A0C0", "||||"),
}

_RC: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib, so charts are the same everywhere
    "font.size": 9.5,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a scenario's name is a dollar sign
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.labelsize": 9.5,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "hatch.color": QUIET,
    "hatch.linewidth": 0.6,
    "lines.linewidth": 2.0,
    "lines.markersize": 5.0,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "figure.dpi": 100,
    "savefig.dpi": 200,
}

WIDE, NARROW = 8.0, 3.8  # inches: a desk or a printed page, and a telephone


class Chart(Figure):
    """A matplotlib figure with its description in words; a notebook shows it without any setting up.

    Attributes:
        workforce_sim_alt: what the chart shows, with its numbers, for those who cannot see it.
        table: the numbers that are drawn.
    """

    workforce_sim_alt: str = ""
    table: pd.DataFrame

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        FigureCanvasAgg(self)

    def savefig(self, fname: Any, *, transparent: bool | None = None, **kwargs: Any) -> None:
        """Save as matplotlib does, in the house style (200 dots an inch)."""
        with house_style():
            super().savefig(fname, transparent=transparent, **kwargs)

    def png(self) -> bytes:
        """The figure as a PNG file; the same chart of the same result, made anew, has the same bytes."""
        canvas: Any = FigureCanvasAgg(self)
        before = self.dpi
        try:
            with house_style(), io.BytesIO() as file:
                self.dpi = matplotlib.rcParams["savefig.dpi"]
                canvas.print_png(file, metadata={"Software": None})  # savefig would draw everything twice
                return file.getvalue()
        finally:
            self.dpi = before

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        width, height = self.get_size_inches() * self.dpi
        return self.png(), {"width": int(width), "height": int(height)}


@contextmanager
def house_style() -> Iterator[None]:
    """The house style for as long as the block lasts; matplotlib's own settings come back afterwards."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_RC)
        yield


def looks(scenarios: list[str]) -> dict[str, Look]:
    """A look a scenario, the baseline first. The seventh comparison has the colour of the first again."""
    others = {name: LOOKS[i % len(LOOKS)] for i, name in enumerate(scenarios[1:])}
    return {scenarios[0]: BASELINE, **others}


def wrapped(text: str, letters: int, lines: int = 0) -> str:
    """Text in lines of at most so many letters, and at most so many lines if given."""
    found = textwrap.wrap(writable_text(text), max(8, letters), break_long_words=True, break_on_hyphens=False)
    if lines and len(found) > lines:
        found = found[:lines]
        found[-1] = found[-1][: max(8, letters) - 1].rstrip() + "…"
    return "\n".join(found)
