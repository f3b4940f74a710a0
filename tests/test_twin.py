"""The library and the independent slow model agree event for event on generated worlds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings

from tests.twin import naive, strategies
from tests.twin.adapter import run_library
from tests.twin.compare import assert_same, instants
from tests.twin.corners import CORNERS
from tests.twin.naive import Outcome
from tests.twin.world import World

PARTS = ("natural", "waiting", "absent", "slow", "repeated", "missed", "sign_off", "elapsed")


def both_agree(world: World) -> None:
    """Same events, same ledger visit by visit, same integral of open children."""
    library_agrees(world, naive.run(world))


def generated_agree(world: World) -> None:
    """The same, where ties leave the order of the queue open."""
    twin = naive.run(world)
    assume(world.parallel is None or not vacancies_tie(world, twin))
    library_agrees(world, twin)


def library_agrees(world: World, twin: Outcome) -> None:
    """The library comes to the same as the twin."""
    library = run_library(world)
    assert_same(library.events, twin.events)
    assert library.open_integral == pytest.approx(twin.open_integral, abs=1e-6)
    theirs = sorted(twin.ledger, key=lambda row: (row["case"], row["ordinal"]))
    names = ("case", "ordinal", "stage")
    assert [[row[n] for n in names] for row in library.ledger] == [[row[n] for n in names] for row in theirs]
    for ours, other in zip(library.ledger, theirs, strict=True):
        where = (ours["case"], ours["ordinal"])
        assert (ours["ended"] is None) == (other["ended"] is None), where
        for part in PARTS:
            assert ours[part] == pytest.approx(other[part], abs=1e-6), (where, part)


def vacancies_tie(world: World, twin: Outcome) -> bool:
    """Vacancies arise in one instant after the start: they queue in the order of its events, unknown here."""
    for instant in instants(twin.events):
        arose = {post for _, kind, post, _ in instant if kind in ("left", "moved", "opened")}
        arose -= {post for _, kind, post, _ in instant if kind == "post closed"}
        if len([post for post in arose if not world.posts[post].agency_only]) > 1:
            return True
    return False


@settings(max_examples=300)
@given(strategies.tiny_worlds())
def test_worlds_full_of_ties(world: World) -> None:
    """Times on a grid of eighths: many things happen in one instant, and the order within it decides."""
    generated_agree(world)


@settings(max_examples=200)
@given(strategies.rough_worlds())
def test_worlds_without_ties(world: World) -> None:
    """Times are any numbers: up to ten posts and sixty families, all clocks running."""
    generated_agree(world)


@pytest.mark.slow
@settings(max_examples=2000)
@given(strategies.tiny_worlds())
def test_many_worlds_full_of_ties(world: World) -> None:
    """The same, many more."""
    generated_agree(world)


@pytest.mark.slow
@settings(max_examples=1500)
@given(strategies.rough_worlds())
def test_many_worlds_without_ties(world: World) -> None:
    """The same, many more."""
    generated_agree(world)


# ---- Worlds worked out by hand, event for event ----------------------------------------------------------

BY_HAND: dict[str, Callable[[], tuple[World, strategies.Answers | tuple[float, ...]]]] = {
    "one worker, staggered": strategies.v18_staggered,
    "one worker, together": strategies.v18_together,
    "a leaver, cap 3": strategies.v19_cap3,
    "a leaver, cap 2": strategies.v19_cap2,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_worlds_worked_out_by_hand(name: str) -> None:
    """Both models agree on them, and every case closes when it does by hand."""
    world, answers = BY_HAND[name]()
    both_agree(world)
    closings = answers.closings if isinstance(answers, strategies.Answers) else answers
    assert [row["ended"] for row in run_library(world).ledger] == pytest.approx(list(closings), abs=1e-9)


@pytest.mark.parametrize("name", CORNERS)
def test_corners_of_the_rules(name: str) -> None:
    """Both models read the page in the same way where it is easily misread."""
    both_agree(CORNERS[name])
