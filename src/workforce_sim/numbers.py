"""Numbers in words and figures: no more digits than the interval supports, right plurals, pounds as £9.5m."""

from __future__ import annotations

import math
from collections.abc import Iterable

from workforce_sim.measures.paths import BY_NAME

#: Stands where there is no number.
NONE = "—"

_WORDS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def decimals(half_widths: Iterable[float], most: int) -> int:
    """Decimals that intervals of these half-widths support, at most ``most``; negative for tens, hundreds.

    The rule of the Particle Data Group for a half-width: two digits of it up to 354, one from 355 to 949, two
    from 950. The widest interval decides, so that the numbers of one table line up.

    Example:
        >>> decimals([0.23], 3), decimals([0.5], 3), decimals([7.0, 0.1], 1), decimals([34_000], 0)
        (2, 1, 0, -3)
    """
    widest = max((h for h in half_widths if math.isfinite(h) and h > 0), default=0.0)
    if not widest:
        return most
    place = math.floor(math.log10(widest))
    first_three = round(widest / 10.0**place * 100)
    if first_three >= 950:  # 0.97 counts as 1.0
        place, first_three = place + 1, 100
    return min(most, (1 if first_three <= 354 else 0) - place)


def plain(x: float, places: int) -> str:
    """A number with thousands separated and a true minus sign; a dash where there is none.

    Example:
        >>> plain(-1234.5, 0), plain(17.66, 1), plain(1234.0, -2), plain(-0.01, 1), plain(float("nan"), 1)
        ('−1,234', '17.7', '1,200', '0.0', '—')
    """
    if not math.isfinite(x):
        return NONE
    text = f"{round(x, places):,.{max(0, places)}f}"
    if not text.strip("-0.,"):
        text = text.removeprefix("-")
    return text.replace("-", "−")


def pounds(x: float, places: int, *, most: int = 1) -> str:
    """Pounds: from a million on in millions, with ``most`` decimals at most.

    Below that to the thousand, and below £10,000 to the hundred, at the finest.

    Example:
        >>> pounds(9_469_245, -4), pounds(41_234_567, -5), pounds(-812_345, -2), pounds(0, 0)
        ('£9.5m', '£41.2m', '−£812,000', '£0')
    """
    if not math.isfinite(x):
        return NONE
    sign, size = ("−" if x < 0 else ""), abs(x)
    if round(size, -5) >= 1e6:
        text = f"£{plain(size / 1e6, min(most, places + 6))}m"
    else:
        text = f"£{plain(size, min(places, -3 if size >= 1e4 else -2))}"
    return text if text == "£0" else sign + text


def is_money(measure: str) -> bool:
    """Whether a measure is in pounds."""
    return measure.endswith("_gbp")


def figure(measure: str, x: float, places: int) -> str:
    """A number of a measure, without its unit (pounds excepted)."""
    return pounds(x, places) if is_money(measure) else plain(x, places)


def places_for(measure: str, intervals: Iterable[tuple[float, float]]) -> int:
    """Decimals for numbers of a measure with these intervals (low, high)."""
    return decimals([(high - low) / 2 for low, high in intervals], BY_NAME[measure].decimals)


def places_apart(measure: str, intervals: Iterable[tuple[float, float]]) -> int:
    """As :func:`places_for`, for differences: an interval that excludes 0 still does when rounded.

    Example:
        >>> places_for("caseload", [(0.04, 0.3)]), places_apart("caseload", [(0.04, 0.3)])
        (1, 2)
    """
    known = list(intervals)
    places = places_for(measure, known)
    nearest = min((min(abs(a), abs(b)) for a, b in known if a * b > 0), default=1.0)
    while round(nearest, places) == 0 and places < 4:
        places += 1
    return places


def interval(measure: str, low: float, high: float, places: int) -> str:
    """An interval in figures; nothing where there is none (one world). Its ends never round to one number.

    Example:
        >>> interval("caseload", 7.55, 8.04, 1), interval("caseload", float("nan"), float("nan"), 1)
        ('7.5 to 8.0', '')
        >>> interval("cost_gbp", 1_185_286, 1_198_862, -3)
        '£1.19m to £1.20m'
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    ends = [figure(measure, x, places) for x in (low, high)]
    if ends[0] == ends[1] and low < high:
        ends = [pounds(x, places, most=2) if is_money(measure) else plain(x, places + 1) for x in (low, high)]
    return " to ".join(ends)


def plural(n: float, one: str, many: str = "") -> str:
    """A count with its noun.

    Example:
        >>> plural(1, "world"), plural(1200, "world"), plural(2, "child", "children")
        ('1 world', '1,200 worlds', '2 children')
    """
    return f"{n:,g} {one if n == 1 else many or one + 's'}"


def counted(n: int) -> str:
    """A small whole number as a word."""
    return _WORDS[n] if 0 <= n < len(_WORDS) else f"{n:,}"


def length(months: int) -> str:
    """A length of time in words.

    Example:
        >>> length(36), length(12), length(6), length(18), length(1)
        ('three years', 'one year', 'six months', '18 months', 'one month')
    """
    if months % 12 == 0 and months:
        years = months // 12
        return f"{counted(years)} year{'s' if years != 1 else ''}"
    return f"{counted(months)} month{'s' if months != 1 else ''}"


def joined(parts: list[str]) -> str:
    """A list in words.

    Example:
        >>> joined(["a"]), joined(["a", "b", "c"])
        ('a', 'a, b and c')
    """
    return ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else "".join(parts)


def capital(text: str) -> str:
    """A text that begins with a capital, as a sentence does.

    Example:
        >>> capital("average caseload")
        'Average caseload'
    """
    return text[:1].upper() + text[1:]


def uncapital(label: str) -> str:
    """A label as it stands within a sentence.

    Example:
        >>> uncapital("Agency rate"), uncapital("FTE of agency workers")
        ('agency rate', 'FTE of agency workers')
    """
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def points(unit: str) -> str:
    """The unit of a difference: of two percentages it is percentage points."""
    return "percentage points" if unit.startswith("%") else unit


def signed(value: str) -> str:
    """A difference with its sign; none where it is nothing.

    Example:
        >>> signed("1.2"), signed("−1.2"), signed("£0"), signed("0.0"), signed("—")
        ('+1.2', '−1.2', '£0', '0.0', '—')
    """
    return f"+{value}" if value[0] in "£0123456789" and value.strip("£0.,m") else value
