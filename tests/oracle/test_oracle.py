"""The library, the twin and exact fractions agree on every tiny world, event for event."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings

from tests.oracle.exact import Desk, Fate, History, Stint, Tiny, history
from tests.oracle.worlds import as_events, desks, of_pairs, tiny_worlds, world_of
from tests.twin import naive
from tests.twin.adapter import run_library
from tests.twin.compare import assert_same
from tests.twin.naive import Outcome

EXACT = 1e-9


def agree(outcome: Outcome, exact: History) -> None:
    """The same log, open days, and per family the same waiting, repeated work, workers and closing."""
    assert_same(outcome.events, as_events(exact), tol=EXACT)
    assert outcome.open_integral == pytest.approx(float(exact.open_days), rel=1e-12, abs=EXACT)
    rows = {row["case"]: row for row in outcome.ledger}
    for number, fate in enumerate(exact.fates):
        if number not in rows:  # not referred before the end
            assert not fate.workers
            continue
        row = rows[number]
        assert row["ended"] == (None if fate.closed is None else pytest.approx(float(fate.closed), abs=EXACT))
        assert row["waiting"] == pytest.approx(float(fate.waited), abs=EXACT)
        assert row["workers"] == changes(fate)
        if fate.closed is not None:
            assert row["repeated"] == pytest.approx(float(fate.repeated), abs=EXACT)


def changes(fate: Fate) -> int:
    """Workers of an episode: the first, and every other than the one before."""
    return sum(i == 0 or fate.workers[i - 1] != who for i, who in enumerate(fate.workers))


@settings(max_examples=200)
@given(tiny_worlds())
def test_the_library_is_exact_arithmetic(tiny: Tiny) -> None:
    """Relation 53: every event of the library at the moment and in the order of the fractions."""
    agree(run_library(world_of(tiny)), history(tiny))


@settings(max_examples=100)
@given(tiny_worlds())
def test_the_twin_is_exact_arithmetic(tiny: Tiny) -> None:
    """The slow model too, so that three independent readings of the page agree."""
    agree(naive.run(world_of(tiny)), history(tiny))


@pytest.mark.slow
@settings(max_examples=2000)
@given(tiny_worlds())
def test_the_library_is_exact_arithmetic_in_many_worlds(tiny: Tiny) -> None:
    """The same, many more."""
    agree(run_library(world_of(tiny)), history(tiny))


@pytest.mark.slow
@settings(max_examples=500)
@given(tiny_worlds())
def test_the_twin_is_exact_arithmetic_in_many_worlds(tiny: Tiny) -> None:
    """The same, many more."""
    agree(naive.run(world_of(tiny)), history(tiny))


# ---- The fractions themselves, by hand -------------------------------------------------------------------


def closings(tiny: Tiny) -> list[Fraction | None]:
    """When each family closes."""
    return [fate.closed for fate in history(tiny).fates]


def test_one_worker_shares_the_day() -> None:
    """An hour a day among three families: staggered, and together."""
    staggered = Tiny(of_pairs(*((Fraction(t, 10), 1) for t in (5, 7, 20))), desks(1), Fraction(30))
    assert closings(staggered) == [Fraction(49, 20), Fraction(57, 20), Fraction(7, 2)]
    together = Tiny(of_pairs((0.5, 1), (0.5, 2), (0.5, 3)), desks(1), Fraction(30))
    assert closings(together) == [Fraction(7, 2), Fraction(11, 2), Fraction(13, 2)]


def test_a_leaver_and_a_starter_under_a_cap() -> None:
    """A goes at 3, B stays, C starts at 5; at most three families each: thirds come out exactly."""
    pairs = ((0, 2), (0, 4), (1, 2), (1, 1), (2, 3), (2, 1), (2, 1))
    posts = (Desk((Stint(Fraction(0), Fraction(3)),)), Desk(), Desk((Stint(Fraction(5)),)))
    tiny = Tiny(of_pairs(*pairs), posts, Fraction(30), cap=Fraction(3))
    found = history(tiny)
    expected = (Fraction(4), Fraction(22, 3), Fraction(20, 3), Fraction(7, 2), Fraction(26, 3), 5, 7)
    assert [fate.closed for fate in found.fates] == list(expected)
    assert [fate.waited for fate in found.fates] == [Fraction(1, 2), 0, 1, 0, 2, 0, 3]
    assert sum(changes(fate) - 1 for fate in found.fates) == 3
    assert found.open_days == Fraction(205, 6)


def test_a_handover_after_a_gap_repeats_work() -> None:
    """Two of four days are done when A goes; B comes a day later, reads in for an hour, half is lost."""
    posts = (Desk((Stint(Fraction(0), Fraction(2)), Stint(Fraction(3)))),)
    tiny = Tiny(
        of_pairs((0, 4)), posts, Fraction(30), attention=Fraction(1), reading=Fraction(1), lost=Fraction(1, 2)
    )
    (fate,) = history(tiny).fates
    assert (fate.waited, fate.repeated, fate.closed) == (1, 2, 7)
    agree(run_library(world_of(tiny)), history(tiny))


def test_in_one_instant_work_is_done_before_who_did_it_goes() -> None:
    """A closes a family in the instant of going, and B, who starts in it, takes the family referred in it."""
    posts = (Desk((Stint(Fraction(0), Fraction(2)),)), Desk((Stint(Fraction(2)),)))
    tiny = Tiny(of_pairs((0, 2), (2, 1)), posts, Fraction(10))
    kinds = [(kind, desk, family) for when, kind, desk, family in history(tiny).moments if when == 2]
    assert kinds == [
        ("work done", 0, 0),
        ("closed", 0, 0),
        ("notice", 0, -1),
        ("left", 0, -1),
        ("started", 1, -1),
        ("referred", -1, 1),
        ("allocated", 1, 1),
    ]
    agree(run_library(world_of(tiny)), history(tiny))
