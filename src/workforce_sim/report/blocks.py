"""What a report is made of, whatever it is printed on: words, lists, tables and pictures, in sections.

The page (HTML) and the paper (Word) are two printers of the same blocks, so neither can say what the other
does not. Everything is text: a printer escapes it and marks nothing up on its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from workforce_sim.report.charts.style import Chart

_TOGETHER = 6  # rows of a group


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph: plain, the lead that is read first, small print, or a heading within a section."""

    what: ClassVar = "words"
    text: str
    kind: Literal["plain", "lead", "small", "heading"] = "plain"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list; every item may begin with some words that stand out."""

    what: ClassVar = "listing"
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Caution:
    """What has to be read before anybody relies on the rest."""

    what: ClassVar = "caution"
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Terms:
    """Names and what they stand for."""

    what: ClassVar = "terms"
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to be typed."""

    what: ClassVar = "code"
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table, and small lines below what it says."""

    value: str
    under: tuple[str, ...] = ()
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its name and its cells."""

    name: str
    cells: tuple[Cell, ...]
    under: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together; without a heading they just follow one another."""

    rows: tuple[Row, ...]
    heading: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        caption: what is in it.
        columns: headings, that of the names of the rows first.
        groups: its rows.
        kind: ``numbers`` where columns are numbers, ``register`` where they are text.
    """

    what: ClassVar = "table"
    caption: str
    columns: tuple[str, ...]
    groups: tuple[Group, ...]
    kind: Literal["numbers", "register"] = "numbers"

    @property
    def is_long(self) -> bool:
        """Whether a group has more rows than should be kept together on paper."""
        return any(len(group.rows) > _TOGETHER for group in self.groups)


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart: for a desk or paper and, if drawn, for a telephone; its alternative text comes with it."""

    what: ClassVar = "picture"
    caption: str
    wide: Chart
    narrow: Chart | None = None


@dataclass(frozen=True, slots=True)
class Folded:
    """What is there for whoever asks: folded on the page, left out on paper."""

    what: ClassVar = "folded"
    summary: str
    blocks: tuple[Words | Listing | Table | Code, ...]


Block = Words | Listing | Caution | Terms | Code | Table | Picture | Folded


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under a heading."""

    key: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report: its title, the line below it, and its sections in order."""

    title: str
    under: str
    sections: tuple[Section, ...]
