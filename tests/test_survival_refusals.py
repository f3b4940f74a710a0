"""What is said of spells that cannot be, and where the finger points."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from workforce_sim.errors import InputError
from workforce_sim.measures.survival import aalen_johansen, kaplan_meier

ESTIMATORS: list[tuple[Callable[..., Any], list[Any]]] = [
    (kaplan_meier, [True, True, True]),
    (aalen_johansen, ["closed", "closed", "moved"]),
]


@pytest.mark.parametrize(("estimate", "ends"), ESTIMATORS)
@pytest.mark.parametrize("number", [2, 4])
def test_lists_of_one_length_are_asked_for_whichever_is_longer(
    estimate: Callable[..., Any], ends: list[Any], number: int
) -> None:
    """Three endings, or three entries, for two spells or for four."""
    times = [5.0, 6.0, 7.0, 8.0][:number]
    with pytest.raises(InputError, match=f"as many as times: {number}"):
        estimate(times, ends)
    with pytest.raises(InputError, match=f"as many as times: {number}"):
        estimate(times, [*ends, ends[0]][:number], entry=[0.0, 0.0, 0.0])


@pytest.mark.parametrize(("estimate", "ends"), ESTIMATORS)
def test_the_warning_of_an_empty_start_points_at_the_line_that_asked(
    estimate: Callable[..., Any], ends: list[Any]
) -> None:
    """The only one there on day 1 ends there; the others come on day 2."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        estimate([1.0, 3.0, 4.0], ends, entry=[0.0, 2.0, 2.0])
    assert [(warning.filename, str(warning.message)[:18]) for warning in caught] == [
        (__file__, "all at risk at 1 e")
    ]
