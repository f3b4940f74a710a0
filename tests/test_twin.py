"""The library and the independent slow model agree event for event on generated worlds."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings

from tests.twin import naive, strategies
from tests.twin.adapter import run_library
from tests.twin.compare import assert_same
from tests.twin.world import World


def both_agree(world: World) -> None:
    """Same events, same ledger, same integral of open children."""
    library, twin = run_library(world), naive.run(world)
    assert_same(library.events, twin.events)
    assert library.open_integral == pytest.approx(twin.open_integral, abs=1e-6)
    for number, (ours, theirs) in enumerate(zip(library.ledger, twin.ledger, strict=False)):
        assert ours["workers"] == theirs["workers"], number
        for part in ("natural", "unallocated", "repeated", "slow"):
            assert ours[part] == pytest.approx(theirs[part], abs=1e-6), (number, part)
    assert all(
        sum(row[p] for p in ("natural", "unallocated", "repeated", "slow")) == 0
        for row in twin.ledger[len(library.ledger) :]
    )


@settings(max_examples=300)
@given(strategies.tiny_worlds())
def test_worlds_full_of_ties(world: World) -> None:
    """Times on a grid of eighths: many things happen in one instant, and the order within it decides."""
    both_agree(world)


@settings(max_examples=200)
@given(strategies.rough_worlds())
def test_worlds_without_ties(world: World) -> None:
    """Times are any numbers: up to ten posts and sixty families, all clocks running."""
    both_agree(world)


@pytest.mark.slow
@settings(max_examples=4000)
@given(strategies.tiny_worlds())
def test_many_worlds_full_of_ties(world: World) -> None:
    """The same, many more."""
    both_agree(world)


@pytest.mark.slow
@settings(max_examples=2500)
@given(strategies.rough_worlds())
def test_many_worlds_without_ties(world: World) -> None:
    """The same, many more."""
    both_agree(world)


V18 = [("work 1 each", [2.45, 2.85, 3.5]), ("work 1, 2, 3", [3.5, 5.5, 6.5])]


def closings(world: World) -> list[float]:
    """When each case closed in the library."""
    return [math.nan if row["closed"] is None else row["closed"] for row in run_library(world).ledger]
