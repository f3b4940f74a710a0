"""What a council's own lists have in common: columns, cells in many spellings, wrong rows, pseudonyms.

Lists are written by people. Names of columns, dates and yes or no are understood in the ways they are usually
written; what is not understood is reported with its row, what is allowed and what to write.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import os
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workforce_sim.authority.calendar import MONTH_PATTERN, as_date, month_number
from workforce_sim.data.spreadsheet import MOST_SHOWN, Cell, plain_name, read_sheet
from workforce_sim.errors import InputError, Problem, nearest, shown

#: No career and no case begins before this year.
FIRST_YEAR = 1950

#: Excel counts days from here; a date that lost its format is such a number.
_EXCEL_ZERO = dt.date(1899, 12, 30)
_EXCEL_DAYS = (18_264, 73_050)  # 1950 to 2099

#: Ids of the example rows of the templates begin so.
EXAMPLE = "EXAMPLE"

_FORMATS = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y")
_NAMED = re.compile(rf"(?:\s+|-)({MONTH_PATTERN})(?:\s+|-)", re.IGNORECASE)
_TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(\s*[AaPp][Mm])?$")
_YES = {"yes", "y", "true", "1", "1.0"}
_NO = {"no", "n", "false", "0", "0.0"}


class Wrong(ValueError):
    """A cell that does not mean anything: what is allowed, and what to write."""

    def __init__(self, rule: str, fix: str) -> None:
        super().__init__(rule)
        self.rule, self.fix = rule, fix


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    Attributes:
        name: in the template.
        read: from the cell to the value; raises :class:`Wrong`.
        about: what to write, for the template.
        needed: whether the column must be there.
        other_names: what it is called elsewhere; case, spaces and underscores do not matter.
        secret: whether its value is about a person, and never shown.
    """

    name: str
    read: Callable[[Cell], Any]
    about: str
    needed: bool = True
    other_names: tuple[str, ...] = ()
    secret: bool = False


@dataclass(slots=True)
class Rows:
    """Rows of a list as values, and what is wrong.

    Attributes:
        name: of the file.
        values: row number -> column -> value.
        problems: row number -> what is wrong with it.
        ignored: names of columns that were not read.
    """

    name: str
    values: dict[int, dict[str, Any]] = field(default_factory=dict)
    problems: dict[int, list[Problem]] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    def wrong(self, row: int, column: str, value: str, rule: str, fix: str) -> None:
        """Note a problem of a row."""
        self.problems.setdefault(row, []).append(Problem(f"{column}, row {row}", value, rule, fix))

    def settle(self, where: str, leave_out: bool) -> tuple[Problem, ...]:
        """Refuse the list if anything is wrong, or leave out the rows concerned and say which.

        Raises:
            InputError: with every problem of every row.
        """
        found = [problem for row in sorted(self.problems) for problem in self.problems[row]]
        if found and not leave_out:
            more = len(found) - MOST_SHOWN
            if more > 0:
                rows = f"{len(self.problems)} rows in all"
                found = [*found[:MOST_SHOWN], Problem("more", f"{more} more", rows, "mend these first")]
            raise InputError(where, found)
        for row in self.problems:
            self.values.pop(row, None)
        return tuple(found)


def read_rows(path: str | os.PathLike[str], columns: Sequence[Column], where: str) -> Rows:
    """The rows of a list as values, with what is wrong with their cells.

    Raises:
        InputError: a file that cannot be read, columns missing or there twice.
    """
    names = {plain_name(name) for column in columns for name in (column.name, *column.other_names)}
    sheet = read_sheet(path, where, names)
    places, problems = _places(sheet.header, columns)
    if problems:
        raise InputError(where, problems)
    known = set(places.values())
    rows = Rows(
        sheet.name, ignored=tuple(name for i, name in enumerate(sheet.header) if name and i not in known)
    )
    for number, cells in sheet.rows:
        values: dict[str, Any] = {}
        for column in columns:
            cell = cells[places[column.name]] if column.name in places else None
            try:
                values[column.name] = column.read(cell)
            except Wrong as wrong:
                value = (
                    "(not shown)" if column.secret and cell is not None else shown(cell) if cell else "empty"
                )
                rows.wrong(number, column.name, value, wrong.rule, wrong.fix)
        rows.values[number] = values
    return rows


def _places(header: Sequence[str], columns: Sequence[Column]) -> tuple[dict[str, int], list[Problem]]:
    """Which column of the sheet is which."""
    plain = [plain_name(name) for name in header]
    all_names = {plain_name(name) for column in columns for name in (column.name, *column.other_names)}
    places: dict[str, int] = {}
    problems = []
    for column in columns:
        names = {plain_name(name) for name in (column.name, *column.other_names)}
        found = [i for i, name in enumerate(plain) if name in names]
        if len(found) > 1:
            which = " and ".join(shown(header[i]) for i in found)
            problems.append(Problem(f"column {column.name}", which, "each column once", "remove one of them"))
        elif found:
            places[column.name] = found[0]
        elif column.needed:
            unknown = [name for i, name in enumerate(header) if name and plain[i] not in all_names]
            near = nearest(column.name, unknown)
            fix = f"rename {near!r} to {column.name}" if near else f"add it: {column.about}"
            if unknown and not near:
                fix += f"; or rename yours, if it is one of {', '.join(shown(name) for name in unknown[:8])}"
            rule = f"a column {column.name}: {column.about}"
            problems.append(Problem(f"column {column.name}", "missing", rule, fix))
    return places, problems


# -- cells --------------------------------------------------------------------------------------------------


def date(cell: Cell) -> dt.date | None:
    """A date as people write it: Excel's, 2024-03-01, 01/03/2024, 1.3.2024, 1 March 2024, 01-Mar-24.

    Day before month, as in Britain. A time of day is left out; a number is an Excel date without its format.

    Example:
        >>> date("01/03/2024") == date("1 Mar 2024") == date(45352.0) == date("2024-03-01 00:00")
        True
    """
    found: dt.date | None = None
    if cell is None:
        return None
    if isinstance(cell, dt.date):
        found = cell
    elif isinstance(cell, float) and not isinstance(cell, bool):
        found = _of_excel(cell)
    elif isinstance(cell, str):
        text = _TIME.sub("", cell.strip())
        found = as_date(text) or _of_formats(text)
        if found is None and text.replace(".", "", 1).isdecimal() and len(text) < 12:
            found = _of_excel(float(text))
    if found is None or not FIRST_YEAR <= found.year < 2100:
        raise Wrong(f"a date from {FIRST_YEAR}, day before month", "write it as 2024-03-31 or 31/03/2024")
    return found


def _of_formats(text: str) -> dt.date | None:
    # %b would speak the computer's language
    text = _NAMED.sub(lambda name: f"/{month_number(name[1])}/", text)
    for form in _FORMATS:
        try:
            return dt.datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def _of_excel(days: float) -> dt.date | None:
    low, high = _EXCEL_DAYS
    return _EXCEL_ZERO + dt.timedelta(days=int(days)) if math.isfinite(days) and low <= days < high else None


def needed_date(cell: Cell) -> dt.date:
    """A date that must be there."""
    found = date(cell)
    if found is None:
        raise Wrong("a date", "write it as 2024-03-31 or 31/03/2024; if it is not known, leave the row out")
    return found


def number(low: float, high: float, fix: str) -> Callable[[Cell], float | None]:
    """A reader of numbers above ``low`` and up to ``high``; £ and commas between thousands are fine.

    Example:
        >>> number(0, 1e6, "")("£38,500")
        38500.0
    """

    def read(cell: Cell) -> float | None:
        if cell is None:
            return None
        found = math.nan
        if isinstance(cell, float):
            found = cell
        elif isinstance(cell, str):
            text = re.sub(r"(?<=\d),(?=\d{3}(\D|$))", "", cell.replace("£", "").strip())
            percent = text.endswith("%")
            if re.fullmatch(r"\d{1,12}(\.\d{1,12})?", text.removesuffix("%").strip()):
                found = float(text.removesuffix("%")) / (100 if percent else 1)
        if not low < found <= high:
            raise Wrong(f"a number above {low:g}, up to {high:g}", fix)
        return found

    return read


def whole(low: int, high: int, fix: str) -> Callable[[Cell], int | None]:
    """A reader of whole numbers."""
    read_number = number(low - 1, high, fix)

    def read(cell: Cell) -> int | None:
        found = read_number(cell)
        if found is not None and found != int(found):
            raise Wrong(f"a whole number from {low} to {high}", fix)
        return None if found is None else int(found)

    return read


def yes_or_no(cell: Cell) -> bool | None:
    """Yes or no, as people write it."""
    if cell is None or isinstance(cell, bool):
        return cell
    text = str(cell).strip().lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise Wrong("yes or no", "write yes or no")


def choice(words: Mapping[str, Sequence[str]], fix: str) -> Callable[[Cell], str | None]:
    """A reader of one of some words, by any of the names people give them."""
    known = {plain_name(name): word for word, names in words.items() for name in (word, *names)}

    def read(cell: Cell) -> str | None:
        if cell is None:
            return None
        found = known.get(plain_name(str(cell)))
        if found is None:
            near = nearest(str(cell), list(known))
            rule = f"one of {', '.join(words)}"
            raise Wrong(rule, f"did you mean {known[near]!r}?" if near else fix)
        return found

    return read


def text(cell: Cell) -> str | None:
    """Text of at most 100 letters, as it stands."""
    if cell is None:
        return None
    found = f"{cell:g}" if isinstance(cell, float) else str(cell)
    if len(found) > 100 or not found.isprintable():
        raise Wrong("text of at most 100 letters", "shorten it")
    return found


def identity(cell: Cell) -> str | None:
    """An id as text; numbers with and without ``.0`` are the same id."""
    if cell is None:
        return None
    found = f"{cell:.0f}" if isinstance(cell, float) and cell == int(cell) else str(cell).strip()
    if found.upper().startswith(EXAMPLE):
        raise Wrong("a row of your own", "this is an example row of the template: delete it")
    return found.casefold()


def overlapping(spans: list[tuple[dt.date, dt.date, int]]) -> list[tuple[int, int]]:
    """Pairs of rows of one worker or case whose dates overlap.

    Args:
        spans: ``(start, end, row)`` of each; the end is the first day on which it is over.

    Example:
        >>> day = dt.date.fromisoformat
        >>> overlapping([(day("2024-01-01"), dt.date.max, 2), (day("2024-05-01"), dt.date.max, 7)])
        [(2, 7)]
    """
    found = []
    reach, before = dt.date.min, 0
    for start, end, row in sorted(spans):
        if before and start < reach:
            found.append((min(before, row), max(before, row)))
        if end > reach:
            reach, before = end, row
    return found


# -- people -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class Pseudonyms:
    """Ids as others: the same id has the same pseudonym under the same key, and no key leads back.

    Attributes:
        key: secret; drawn anew for every pair of lists if none is given.
    """

    key: bytes

    @classmethod
    def of(cls, key: str | None) -> Pseudonyms:
        """With a key of your own, for outputs that are the same every time; or with one that is forgotten."""
        if key is None:
            return cls(secrets.token_bytes(32))
        return cls(hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=32).digest())

    def __call__(self, name: str) -> str:
        """The pseudonym of an id.

        Example:
            >>> hide = Pseudonyms.of("only for this example")
            >>> hide("SW1234") == hide("SW1234"), hide("SW1234") == hide("SW1235"), len(hide("SW1234"))
            (True, False, 12)
        """
        data = name.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, key=self.key, digest_size=6).hexdigest()

    def __repr__(self) -> str:
        return "Pseudonyms(key not shown)"


def checked_dates(as_of: object, observed_from: object, where: str) -> tuple[dt.date, dt.date | None]:
    """The date of a list, and from when on it has everybody; checked.

    Raises:
        InputError: no dates, or the second not before the first.
    """
    problems = []
    last = as_date(as_of)
    if last is None:
        problems.append(Problem("as_of", shown(as_of), "the date of the list", "as_of='2025-09-30'"))
    first = as_date(observed_from) if observed_from is not None else None
    if observed_from is not None and (first is None or (last is not None and first >= last)):
        rule = "a date before as_of, from which on everybody who was there is in the list"
        fix = "observed_from='2024-10-01', or leave it out"
        problems.append(Problem("observed_from", shown(observed_from), rule, fix))
    if problems or last is None:
        raise InputError(where, problems)
    return last, first
