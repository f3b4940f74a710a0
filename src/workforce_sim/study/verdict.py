"""The verdict on a difference, in words that may be pasted."""

from __future__ import annotations

import math


def verdict_of(difference: float, low: float, high: float, better: str) -> str:
    """The difference in words that may be pasted."""
    if math.isnan(difference):
        return "no value"
    if math.isnan(low):
        return "one world: no interval"
    if difference == low == high == 0:
        return "no difference"
    if not (low > 0 or high < 0):
        return "cannot be told apart"
    direction = "higher" if difference > 0 else "lower"
    if not better:
        return direction
    return f"{direction}: {'better' if direction == better else 'worse'}"
