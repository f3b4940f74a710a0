"""Work out once per authority what never changes, apart from its settings: equality knows nothing of it."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority

T = TypeVar("T")


def once_per_authority(function: Callable[[Authority], T]) -> Callable[[Authority], T]:
    """Remember the answer for every authority object, for as long as the object lives."""
    kept: dict[int, tuple[weakref.ref[Authority], T]] = {}

    @wraps(function)
    def answer(authority: Authority) -> T:
        key = id(authority)
        found = kept.get(key)
        if found is not None and found[0]() is authority:
            return found[1]
        value = function(authority)
        kept[key] = (weakref.ref(authority, lambda _: kept.pop(key, None)), value)
        return value

    return answer
