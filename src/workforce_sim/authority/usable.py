"""Which numbers and which text can be worked with at all, whatever they stand for."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ValidationInfo

from workforce_sim.errors import InputError, Problem, RuleBroken, shown

#: The largest number that can be stated of anything: sums and squares of such numbers can be reckoned with.
MOST = 1e9

#: The smallest of what may not be 0: what is smaller has no more than a few digits left in a computer.
LEAST = 1e-300

#: Most letters of a name or a note.
MOST_LETTERS = 20_000

#: Halves of characters.
_HALVES = re.compile("[\ud800-\udfff]")

#: The smallest time, or amount of work, by which anything is divided.
LITTLE = 1e-6

#: Most posts of a grade: the largest authority has a few thousand.
MOST_POSTS = 100_000


def usable(model: type[BaseModel], value: Any, info: ValidationInfo) -> Any:
    """Refuse a number beyond all that can be meant, and text no file can hold; in a list or a name too.

    What may not be 0 is divided by, so it may not be next to 0 either.
    """
    limits = model.model_fields[info.field_name].metadata if info.field_name else []
    least = LEAST if any(getattr(limit, "gt", None) == 0 for limit in limits) else 0.0
    for part in value if isinstance(value, (tuple, dict)) else (value,):
        if isinstance(part, (int, float)) and not least <= abs(part) <= MOST:
            rule = f"from {least:g} to {MOST:g} in size"
            raise RuleBroken("", part, rule, f"write {least if abs(part) < 1 else MOST:g} if that is meant")
        if isinstance(part, str) and not writable(part):
            rule = f"text of at most {MOST_LETTERS:,} letters, none of them half a character"
            raise RuleBroken("", part, rule, f"write {_printable(part)!r}")
    return value


def writable(text: str) -> bool:
    """Whether text can stand in a file, a page and a chart: it may be of any language, and in lines."""
    return len(text) <= MOST_LETTERS and not _HALVES.search(text)


def _printable(text: str) -> str:
    return _HALVES.sub("", text)[:40]


def not_writable(where: str, error: UnicodeEncodeError) -> InputError:
    """The refusal of a name with half a character in it, of which no more can be said than what it is."""
    rule = "names of whole characters"
    return InputError(where, [Problem("a name", shown(error.object, 200), rule, "type the name again")])
