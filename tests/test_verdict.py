"""What is said of a difference, in words that may be pasted into a paper."""

from __future__ import annotations

import math

import pytest

from workforce_sim.study.verdict import verdict_of


@pytest.mark.parametrize(
    ("difference", "low", "high", "better", "words"),
    [
        (-2.0, -3.0, -1.0, "lower", "lower: better"),
        (-2.0, -3.0, -1.0, "higher", "lower: worse"),
        (2.0, 1.0, 3.0, "higher", "higher: better"),
        (2.0, 1.0, 3.0, "lower", "higher: worse"),
        (2.0, 1.0, 3.0, "", "higher"),
        (-2.0, -3.0, -1.0, "", "lower"),
        (0.3, -0.1, 0.7, "lower", "cannot be told apart"),
        (-0.3, -0.7, 0.1, "lower", "cannot be told apart"),
        (0.5, 0.0, 1.0, "lower", "cannot be told apart"),
        (-0.5, -1.0, 0.0, "lower", "cannot be told apart"),
        (0.5, 0.25, 0.75, "lower", "higher: worse"),
        (-0.5, -0.75, -0.25, "higher", "lower: worse"),
        (0.0, 0.0, 0.0, "lower", "no difference"),
        (0.0, -1.0, 1.0, "lower", "cannot be told apart"),
        (1.0, 1.0, 1.0, "lower", "higher: worse"),
        (-2.0, math.nan, math.nan, "lower", "one world: no interval"),
        (math.nan, math.nan, math.nan, "lower", "no value"),
    ],
)
def test_the_words(difference: float, low: float, high: float, better: str, words: str) -> None:
    """An interval that reaches 0 tells nothing apart; which way is better is the measure's to say."""
    assert verdict_of(difference, low, high, better) == words
