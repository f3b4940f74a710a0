"""Levers: what policies and events multiply, add to or cap, each for as long as it is set.

A lever is set under a key, so that any number of policies can hold it at once; values are combined in an
order that does not depend on how policies are listed, so that not even a last digit does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from workforce_sim.errors import InputError, unknown_name
from workforce_sim.orders import Fading

Combine = Callable[[Iterable[float]], float]


#: What each lever does, its unit, and how the values of several policies combine.
LEVERS: dict[str, tuple[str, Combine]] = {
    "pay": ("permanent pay, times", math.prod),
    "relative_pay": ("permanent pay over that of neighbours, times", math.prod),
    "leaving": ("leaving rate, times", math.prod),
    "hiring": ("hire rates, times", math.prod),
    "cover": ("rate at which empty posts are covered by agency, times", math.prod),
    "converting": ("conversion rate, times", math.prod),
    "agency_price": ("agency charge, times", math.prod),
    "retention_gbp": ("pounds a year per permanent FTE, plus", math.fsum),
    "to_agency": ("share of leavers who go to agency, times", math.prod),
    "hours": ("hours of case work a day of a full-time case holder, plus", math.fsum),
    "newly_qualified_able": ("share of a full caseload of newly qualified workers, at most", min),
    "caseload_cap": ("children per full-time worker, at most", min),
    "agency_cap": ("agency share of agency and permanent FTE, at most", min),
    "agency_notice_days": ("working days of notice of agency workers, at least", max),
    "returns": ("share of families who come back, times", math.prod),
    "span": ("FTE a full-time manager can supervise, times", math.prod),
}

_NOTHING: dict[Combine, float] = {math.prod: 1.0, math.fsum: 0.0, min: math.inf, max: 0.0}

#: What each lever comes to when nothing is set.
_NEUTRAL = {name: _NOTHING[combine] for name, (_, combine) in LEVERS.items()}


class Levers:
    """The levers that are set now."""

    def __init__(self) -> None:
        self._set: dict[str, dict[object, tuple[frozenset[int] | None, float | Fading]]] = {
            name: {} for name in LEVERS
        }

    def set(self, name: str, key: object, value: float | Fading, grades: Iterable[int] | None = None) -> None:
        """Set a lever under a key, for some grades or (None) for all.

        Raises:
            InputError: no such lever, with the nearest one.
        """
        if name not in LEVERS:
            raise InputError("service.set_lever", [unknown_name("name", name, list(LEVERS), "a lever")])
        self._set[name][key] = (None if grades is None else frozenset(grades), value)

    def end(self, name: str, key: object) -> None:
        """The lever of this key is no longer set."""
        del self._set[name][key]

    def value(self, name: str, now: float, grade: int | None = None) -> float:
        """What all that is set comes to for a grade (None: for what does not depend on the grade)."""
        held = self._set[name]
        if not held:  # most levers most of the time
            return _NEUTRAL[name]
        found = [
            value.at(now) if isinstance(value, Fading) else value
            for grades, value in held.values()
            if grades is None or grade is None or grade in grades
        ]
        return LEVERS[name][1](sorted(found)) if found else _NEUTRAL[name]

    def fades(self) -> bool:
        """Whether anything set changes by itself."""
        return any(isinstance(v, Fading) for held in self._set.values() for _, v in held.values())
