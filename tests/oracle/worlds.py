"""Tiny worlds: a strategy for them, short ways of writing them, and the same world for the library."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from hypothesis import strategies as st

from tests.oracle.exact import Desk, Family, History, Stint, Tiny, history
from tests.twin.adapter import run_library
from tests.twin.naive import Event, Outcome
from tests.twin.strategies import plain_world
from tests.twin.world import Case, Change, Draws, Post, World

#: Nothing but an end comes at such a time: all else is in eighths of a day, or divided by small numbers.
OFF_THE_GRID = Fraction(1, 1021)


def eighths(low: float, high: float) -> st.SearchStrategy[Fraction]:
    """Multiples of 1/8, more than half of them whole days, so that much happens at once."""
    whole = st.integers(int(low) + (low % 1 > 0), int(high)).map(Fraction)
    return st.one_of(whole, whole, st.integers(int(low * 8), int(high * 8)).map(lambda n: Fraction(n, 8)))


@st.composite
def families(draw: st.DrawFn, most: int = 25, teams: int = 1, plain: bool = False) -> tuple[Family, ...]:
    """Up to `most` families in order of referral; plain ones are a child each and of one class."""
    times = sorted(draw(st.lists(eighths(0, 30), max_size=most)))
    work = st.one_of(st.integers(1, 6).map(Fraction), st.integers(1, 48).map(lambda n: Fraction(n, 8)))
    return tuple(
        Family(
            referred=time,
            work=draw(work),
            children=1 if plain else draw(st.sampled_from((1, 1, 2, 3))),
            urgent=plain or draw(st.booleans()),
            team=draw(st.integers(0, teams - 1)),
        )
        for time in times
    )


@st.composite
def stints(draw: st.DrawFn, notice: Fraction) -> tuple[Stint, ...]:
    """Up to three people one after another, at once or after a gap; the last may stay."""
    found: list[Stint] = []
    time = draw(st.one_of(st.just(Fraction(0)), eighths(0.125, 15)))
    for _ in range(draw(st.integers(1, 3))):
        decides = time + draw(eighths(0.125, 12))
        found.append(Stint(time, decides))
        time = decides + notice + draw(st.one_of(st.just(Fraction(0)), eighths(0.125, 8)))
    if draw(st.booleans()):
        found[-1] = Stint(found[-1].starts)
    return tuple(found)


@st.composite
def tiny_worlds(draw: st.DrawFn) -> Tiny:
    """One to six posts and up to 25 families on a grid of eighths."""
    some = st.sampled_from
    teams = draw(some((1, 1, 2)))
    notice = draw(some((Fraction(0), Fraction(0), Fraction(1), Fraction(5, 2))))
    stays = (Stint(Fraction(0)),)
    desks = tuple(
        Desk(
            stints=draw(stints(notice)) if draw(st.booleans()) else stays,
            fte=draw(some((Fraction(1), Fraction(1), Fraction(1, 2), Fraction(3, 4)))),
            team=min(number, teams - 1) if number < teams else draw(st.integers(0, teams - 1)),
        )
        for number in range(draw(st.integers(1, 6)))
    )
    caps = (None, Fraction(1), Fraction(2), Fraction(3), Fraction(9, 2))
    return Tiny(
        families=draw(families(teams=teams)),
        desks=desks,
        horizon=draw(st.integers(10, 60)) + OFF_THE_GRID,
        hours=draw(some((Fraction(1), Fraction(2), Fraction(4)))),
        attention=draw(some((Fraction(8), Fraction(1), Fraction(1, 2), Fraction(3, 2)))),
        upkeep=draw(some((Fraction(0), Fraction(0), Fraction(1, 8), Fraction(1, 4)))),
        cap=draw(some(caps)),
        reading=draw(some((Fraction(0), Fraction(1), Fraction(3, 8)))),
        lost=draw(some((Fraction(0), Fraction(1, 4), Fraction(1)))),
        notice=notice,
        new_cases_on_notice=draw(st.booleans()),
        teams=teams,
    )


def world_of(tiny: Tiny) -> World:
    """The same world for the twin and the library, everybody's days as thresholds of their clocks."""
    leave, hire = [], []
    for desk in tiny.desks:
        days, gaps, free = [], [], Fraction(0)
        for stint in desk.stints:
            if stint.starts > 0:
                gaps.append(float(stint.starts - free))
            if stint.decides is not None:
                days.append(float(stint.decides - stint.starts))
                free = stint.decides + tiny.notice
        leave.append(tuple(days))
        hire.append(tuple(gaps))
    return plain_world(
        horizon=float(tiny.horizon),
        teams_of_type=(tiny.teams,),
        attention=float(tiny.attention),
        upkeep=float(tiny.upkeep),
        cap=None if tiny.cap is None else float(tiny.cap),
        reading_hours=float(tiny.reading),
        lost_share=float(tiny.lost),
        notice_days=float(tiny.notice),
        new_cases_on_notice=tiny.new_cases_on_notice,
        classes=2,
        bands=((0.0, 1.0),),
        changes=(Change(0.0, 1.0, 1.0, 0.0, 0.0, 0.0),),
        cases=tuple(
            Case(
                time=float(f.referred),
                children=f.children,
                family_class=0 if f.urgent else 1,
                place=(f.team + 0.5) / tiny.teams,
                visits=(Draws((float(f.work / tiny.attention),)),),
            )
            for f in tiny.families
        ),
        posts=tuple(
            Post(
                team=desk.team,
                fte=float(desk.fte),
                hours=float(tiny.hours),
                state="permanent" if desk.stints[0].starts == 0 else "empty",
                cover=False,
            )
            for desk in tiny.desks
        ),
        luck={"leave": tuple(leave), "hire": tuple(hire)},
    )


def as_events(found: History) -> list[Event]:
    """The moments as a log in floats."""
    return [(float(when), kind, desk, family) for when, kind, desk, family in found.moments]


@dataclass(frozen=True)
class Played:
    """What the library made of a tiny world: its log, and closing and first allocation by family."""

    outcome: Outcome
    closed: tuple[float | None, ...]
    begun: tuple[float | None, ...]


def played(tiny: Tiny) -> Played:
    """Run a tiny world through the library."""
    outcome = run_library(world_of(tiny))
    closed: list[float | None] = [None] * len(tiny.families)
    begun = list(closed)
    for time, kind, _, family in outcome.events:
        if kind == "closed":
            closed[family] = time
        elif kind == "allocated" and begun[family] is None:
            begun[family] = time
    return Played(outcome, tuple(closed), tuple(begun))


def of_pairs(*pairs: tuple[float | Fraction, float | Fraction]) -> tuple[Family, ...]:
    """Families of one child from pairs of referral and hours of work."""
    return tuple(Family(Fraction(time), Fraction(work)) for time, work in pairs)


def desks(*ftes: float) -> tuple[Desk, ...]:
    """Workers who stay."""
    return tuple(Desk(fte=Fraction(fte)) for fte in ftes)


__all__ = [
    "OFF_THE_GRID",
    "Desk",
    "Family",
    "Played",
    "Stint",
    "Tiny",
    "as_events",
    "desks",
    "families",
    "history",
    "of_pairs",
    "played",
    "tiny_worlds",
    "world_of",
]
