"""What the back-test found, in words that can stand on a chart: how often bands like these have held.

The numbers come from ``backtest.toml`` beside this file, written by
``python -m workforce_sim.data.backtest --record``; the rule is in docs/backtest.md. A measure that is not in
the record was not back-tested, and the badge says so.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any

from workforce_sim.measures.paths import BY_NAME
from workforce_sim.numbers import uncapital

#: Where there is no record of any of the measures.
NOT_TESTED = "Not back-tested."

#: What a plan changes is a difference of two futures, of which only one is ever published.
EFFECTS = "What plans change is not back-tested: only one of the futures happens."

#: Bands that are meant to hold so many of 100 outcomes are the ones that charts draw.
LEVEL = 90

#: Small words for the measures of the record, as in the middle of a sentence.
_WORDS = {
    "turnover_rate": "turnover",
    "agency_rate": "the agency rate",
    "vacancy_rate": "the vacancy rate",
    "caseload": "the average caseload",
    "in_post_fte": "people in post",
}

_RIVALS = {
    "persistence": "the last published figure",
    "persistence with spread": "the last published figure with its past changes",
    "regression to the mean": "going back towards the national average",
}


@dataclass(frozen=True, slots=True)
class Scored:
    """What was found for one measure at one horizon.

    Attributes:
        measure: name, as in ``MEASURES``.
        horizon: years ahead.
        rows: forecasts that were scored.
        authorities: of how many authorities.
        first: year of the first outcome.
        last: year of the last.
        held_chance: percent of outcomes inside the band of chance alone that should hold 90%.
        held: percent of outcomes inside the band that allows for past errors and should hold 90%.
        width_chance: median width of the first band, in the unit of the measure (``in_post_fte``: percent).
        width: median width of the second.
        gain: percent by which the score (CRPS) is better than that of the best of the simple rules; below 0:
            that rule is better.
        rival: which of them that is.
    """

    measure: str
    horizon: int
    rows: int
    authorities: int
    first: int
    last: int
    held_chance: float
    held: float
    width_chance: float
    width: float
    gain: float
    rival: str


def badge(measures: Sequence[str], horizon_years: float | None = None) -> str:
    """How often bands like those of a chart have held, in a few sentences that may be pasted.

    Args:
        measures: names of what the chart shows (``"caseload"``, ``"agency_rate"``, ...).
        horizon_years: how far it looks ahead. None: as far as was tested.

    Returns:
        Sentences. A measure without a record is said not to be back-tested; with no record of any, it is
            ``"Not back-tested."``

    Example:
        >>> from workforce_sim.report.badge import badge
        >>> badge(["cost_to_date_gbp"])
        'Not back-tested.'
    """
    found = [one for name in dict.fromkeys(measures) if (one := _at(name, horizon_years)) is not None]
    if not found:
        return NOT_TESTED
    known = {one.measure for one in found}
    said = [_held(found), *_beaten(found)]
    longest = max(one.horizon for one in found)
    if horizon_years is not None and horizon_years > longest:
        said.append(f"Nothing further than {_years(longest)} ahead is back-tested.")
    others = [_label(name) for name in dict.fromkeys(measures) if name not in known]
    if others:
        said.append(f"Not back-tested: {', '.join(others)}.")
    return " ".join(said)


def badge_table() -> list[dict[str, Any]]:
    """The record: a row a measure and horizon, with the names and meanings of :class:`Scored`."""
    return [{f.name: getattr(one, f.name) for f in fields(one)} for one in record()]


@cache
def record() -> tuple[Scored, ...]:
    """The packaged record, or nothing if the library was never back-tested."""
    file = resources.files("workforce_sim.report").joinpath("backtest.toml")
    if not file.is_file():
        return ()
    return tuple(Scored(**row) for row in tomllib.loads(file.read_text("utf-8"))["tested"])


def _at(measure: str, years: float | None) -> Scored | None:
    """The record of a measure, so many years ahead rounded up, or the furthest there is."""
    rows = sorted((one for one in record() if one.measure == measure), key=lambda one: one.horizon)
    if not rows:
        return None
    wanted = math.inf if years is None else years
    return next((one for one in rows if one.horizon >= wanted - 1e-9), rows[-1])


def _held(found: Sequence[Scored]) -> str:
    """The sentence of how often the bands held and what it takes to make them hold."""
    first, last = min(one.first for one in found), max(one.last for one in found)
    authorities = max(one.authorities for one in found)
    each = [
        f"{_words(one)} {one.held_chance:.0f}% of the time"
        f" ({one.held:.0f}% once past errors are allowed for, in bands {_times(one)} as wide)"
        for one in found
    ]
    ahead = " to ".join(dict.fromkeys(_years(one.horizon) for one in found))
    when = f"{first} to {last}" if last > first else f"in {last}"
    return (
        f"Back-tested {when} on {authorities} authorities: {ahead} ahead, bands of chance alone, "
        f"like these, that should hold {LEVEL}% of what happened held {', '.join(each)}."
    )


def _beaten(found: Sequence[Scored]) -> list[str]:
    """Where a simple rule forecast better."""
    return [
        f"{_RIVALS[one.rival].capitalize()} forecast {_words(one)} better, by {-one.gain:.1f}%."
        for one in found
        if one.gain < 0
    ]


def _times(one: Scored) -> str:
    return f"{one.width / one.width_chance:.1f} times"


def _words(one: Scored) -> str:
    return _WORDS.get(one.measure, _label(one.measure))


def _label(name: str) -> str:
    return uncapital(BY_NAME[name].label if name in BY_NAME else name)


def _years(number: int) -> str:
    return "1 year" if number == 1 else f"{number} years"
