"""Relations 61 to 65: what many would assert of a service, and is false.

Each is a world of a few families, run through the library and in exact fractions, in which the tempting
claim fails: more staff, less work or faster hiring can delay a family, because allocation looks at lists and
not at what is left on them. So scenarios are compared by means over many worlds with the same luck, never by
one. No cap and full-time workers of one hour a day, unless a test says otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.oracle.exact import Desk, Tiny
from tests.oracle.worlds import desks, history, of_pairs, played, world_of
from tests.twin.adapter import run_library
from tests.twin.strategies import plain_world
from tests.twin.world import Change, Post

Pairs = tuple[tuple[float, float], ...]
END = Fraction(60) + Fraction(1, 1021)


def tiny(pairs: Pairs, workers: tuple[Desk, ...], cap: int | None = None) -> Tiny:
    """A world of families of one child, by referral and hours of work."""
    return Tiny(of_pairs(*pairs), workers, END, cap=None if cap is None else Fraction(cap))


def closings(pairs: Pairs, workers: int | tuple[Desk, ...], cap: int | None = None) -> list[float]:
    """When the families close in the library; in fractions they do so at the same times."""
    world = tiny(pairs, desks(*(1,) * workers) if isinstance(workers, int) else workers, cap)
    found = [time for time in played(world).closed if time is not None]
    exact = [fate.closed for fate in history(world).fates]
    assert None not in exact
    assert found == pytest.approx([float(time) for time in exact if time is not None], abs=1e-9)
    return found


def test_61_an_extra_worker_may_delay_a_family() -> None:
    """The fifth family closes at 10 with two workers and at 11 with three.

    The third worker takes the third family, so that the fifth finds other lists than before.
    """
    pairs = ((2, 6), (2, 4), (3, 6), (3, 1), (5, 3))
    assert closings(pairs, 2)[4] == pytest.approx(10)
    assert closings(pairs, 3)[4] == pytest.approx(11)


def test_62_an_extra_worker_may_raise_the_days_open_and_the_last_closure() -> None:
    """All closures together come two days later in all; and in another world the last one a day later."""
    pairs = ((1, 3), (2, 5), (5, 4), (5, 1), (5, 5))
    two, three = closings(pairs, 2), closings(pairs, 3)
    assert two == pytest.approx([4, 9, 10, 7, 12])
    assert three == pytest.approx([4, 7, 13, 6, 14])
    assert (sum(two), sum(three)) == pytest.approx((42, 44))
    pairs = ((0, 1), (5, 3), (5, 2), (5, 3), (6, 5))
    assert max(closings(pairs, 2)) == pytest.approx(12)
    assert max(closings(pairs, 3)) == pytest.approx(13)


def test_63_a_family_fewer_may_delay_another() -> None:
    """Without the fourth family the second closes at 11 and not at 10."""
    pairs = ((1, 6), (3, 6), (5, 3), (5, 1), (5, 2))
    assert closings(pairs, 2)[1] == pytest.approx(10)
    assert closings(pairs[:3] + pairs[4:], 2)[1] == pytest.approx(11)


def test_63_less_work_may_delay_another() -> None:
    """With 2 hours instead of 3 in the first family the second closes at 12 and not at 9."""
    pairs = ((2, 3), (4, 5), (6, 3), (6, 3))
    assert closings(pairs, 2)[1] == pytest.approx(9)
    assert closings(((2, 2), *pairs[1:]), 2)[1] == pytest.approx(12)


def test_63_a_faster_worker_may_delay_a_family() -> None:
    """With A at an hour and a half a day the fourth family closes at 38/3 and not at 12.

    A has more hours here and is one full-time worker still: the lists are compared as before.
    """
    pairs = ((0, 3), (4, 2), (5, 5), (5, 6), (6, 6))
    assert closings(pairs, 2)[3] == pytest.approx(12)
    assert faster_closings(pairs)[3] == pytest.approx(38 / 3)


def faster_closings(pairs: Pairs) -> list[float]:
    """When the families close if A has 3/2 hours a day and B one, both full-time."""
    world = world_of(tiny(pairs, desks(1, 1)))
    faster = (replace(world.posts[0], hours=1.5), replace(world.posts[1], grade=1))
    world = replace(world, posts=faster, grades=world.grades * 2)
    return [
        time for time, kind, _, _ in sorted(run_library(world).events, key=lambda e: e[3]) if kind == "closed"
    ]


def test_64_a_higher_cap_may_help_and_may_hurt() -> None:
    """Two workers, caps of 1 and 3: one world closes its families a day later in all, one a day sooner."""
    pairs = ((0, 4), (0, 4), (3, 5), (6, 2))
    assert closings(pairs, 2, cap=1) == pytest.approx([4, 4, 9, 8])
    assert closings(pairs, 2, cap=3) == pytest.approx([5, 4, 9, 8])
    pairs = ((1, 5), (1, 3), (1, 2), (2, 1))
    assert sum(closings(pairs, 2, cap=1)) == pytest.approx(23)
    assert sum(closings(pairs, 2, cap=3)) == pytest.approx(22)


def test_65_faster_hiring_may_leave_a_post_empty_sooner() -> None:
    """Who is hired at 2 and stays for 10 days has left at 13; who is hired at 4 has not."""

    def events(delay: float) -> list[tuple[float, str]]:
        world = plain_world(
            posts=(Post(0, 1.0, 1.0, "empty", cover=False),),
            bands=((0.0, 1.0),),
            changes=(Change(0.0, 1.0, 1.0, 0.0, 0.0, 0.0),),
            luck={"hire": ((delay,),), "leave": ((10.0,),)},
        )
        return [(time, kind) for time, kind, _, _ in run_library(world).events if kind in ("started", "left")]

    assert events(4.0) == [(4.0, "started"), (14.0, "left")]
    assert events(2.0) == [(2.0, "started"), (12.0, "left")]
