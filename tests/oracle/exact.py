"""A few posts and families in exact fractions, by docs/model.md, sections 1 to 4, with one stage.

Time jumps from one moment to the next at which anything can happen; between two moments all that is held
loses work at a constant pace. There is no tolerance anywhere: two things happen together when their
fractions are equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

Moment: TypeAlias = tuple[Fraction, str, int, int]
NOBODY = NO_CASE = -1


@dataclass(frozen=True)
class Family:
    """A family; its index in the world is its number. `work` is hours a child, `urgent` is served first."""

    referred: Fraction
    work: Fraction
    children: int = 1
    urgent: bool = True
    team: int = 0


@dataclass(frozen=True)
class Stint:
    """Somebody is in a post from `starts` on and gives notice at `decides` (stays, if that is None)."""

    starts: Fraction
    decides: Fraction | None = None


@dataclass(frozen=True)
class Desk:
    """A post and those in it one after another; its index in the world is its number."""

    stints: tuple[Stint, ...] = (Stint(Fraction(0)),)
    fte: Fraction = Fraction(1)
    team: int = 0


@dataclass(frozen=True)
class Tiny:
    """All there is. `hours` are those of a full-time worker, `cap` children per FTE (no limit, if None)."""

    families: tuple[Family, ...]
    desks: tuple[Desk, ...]
    horizon: Fraction
    hours: Fraction = Fraction(1)
    attention: Fraction = Fraction(8)
    upkeep: Fraction = Fraction(0)
    cap: Fraction | None = None
    reading: Fraction = Fraction(0)
    lost: Fraction = Fraction(0)
    notice: Fraction = Fraction(0)
    new_cases_on_notice: bool = True
    teams: int = 1


@dataclass
class Fate:
    """What became of a family."""

    closed: Fraction | None = None
    waited: Fraction = Fraction(0)
    repeated: Fraction = Fraction(0)
    workers: list[tuple[int, int]] = field(default_factory=list)
    starts: list[Fraction] = field(default_factory=list)


@dataclass
class History:
    """All that happened before the horizon, and what became of every family."""

    moments: list[Moment]
    fates: list[Fate]
    open_days: Fraction


@dataclass
class _Holder:
    """A desk at a moment: who sits there (the number of the stint), and which families they hold."""

    who: int | None = None
    leaving: bool = False
    held: list[int] = field(default_factory=list)


class _World:
    """The state between two moments."""

    def __init__(self, tiny: Tiny) -> None:
        self.tiny = tiny
        self.now = Fraction(0)
        self.holders = [_Holder() for _ in tiny.desks]
        self.fates = [Fate() for _ in tiny.families]
        self.whole = [family.work / tiny.attention for family in tiny.families]
        self.left = list(self.whole)
        self.waiting: list[int] = []
        self.moments: list[Moment] = []
        self.open_days = Fraction(0)
        self.plan = sorted(set(self.planned()))

    def planned(self) -> Iterator[Fraction]:
        """The moments that are known beforehand."""
        for family in self.tiny.families:
            yield family.referred
        for desk in self.tiny.desks:
            for stint in desk.stints:
                yield stint.starts
                if stint.decides is not None:
                    yield stint.decides
                    yield stint.decides + self.tiny.notice

    def note(self, kind: str, desk: int, family: int = NO_CASE) -> None:
        """Write down what happens now."""
        self.moments.append((self.now, kind, desk, family))

    def children(self, desk: int) -> int:
        """Children held at a desk."""
        return sum(self.tiny.families[f].children for f in self.holders[desk].held)

    def pace(self, desk: int) -> Fraction:
        """How much of full attention every family of a desk gets: upkeep first, no more than all of it."""
        children = self.children(desk)
        left = self.tiny.hours * self.tiny.desks[desk].fte - children * self.tiny.upkeep
        return min(Fraction(1), max(Fraction(0), left) / (children * self.tiny.attention))

    def next_moment(self) -> Fraction | None:
        """When something can happen next: a planned moment, or work that is done."""
        ahead = [when for when in self.plan if when > self.now]
        for desk, holder in enumerate(self.holders):
            if holder.held and self.pace(desk) > 0:
                ahead.append(self.now + min(self.left[f] for f in holder.held) / self.pace(desk))
        return min(ahead, default=None)

    def pass_time(self, until: Fraction) -> None:
        """Let days pass in which nothing happens."""
        days = until - self.now
        for desk, holder in enumerate(self.holders):
            if holder.held:
                done = self.pace(desk) * days
                self.open_days += days * self.children(desk)
                for f in holder.held:
                    self.left[f] -= done
        for f in self.waiting:
            self.fates[f].waited += days
            self.open_days += days * self.tiny.families[f].children
        self.now = until

    def happen(self) -> None:
        """One instant in its order: casework, staff, referrals, allocation."""
        for desk, holder in enumerate(self.holders):
            for f in [f for f in holder.held if self.left[f] == 0]:
                holder.held.remove(f)
                self.fates[f].closed = self.now
                self.note("work done", desk, f)
                self.note("closed", desk, f)
        for desk in range(len(self.holders)):
            self.staff(desk)
        for f, family in enumerate(self.tiny.families):
            if family.referred == self.now:
                self.note("referred", NOBODY, f)
                self.waiting.append(f)
        for team in range(self.tiny.teams):
            self.allocate(team)

    def staff(self, desk: int) -> None:
        """Notice, going and coming at one desk."""
        holder = self.holders[desk]
        for number, stint in enumerate(self.tiny.desks[desk].stints):
            if stint.starts == self.now:
                holder.who, holder.leaving = number, False
                if self.now > 0:  # who is there at the start has not started
                    self.note("started", desk)
            if stint.decides == self.now:
                holder.leaving = True
                self.note("notice", desk)
            if stint.decides is not None and stint.decides + self.tiny.notice == self.now:
                self.note("left", desk)
                for f in holder.held:
                    self.note("returned", desk, f)
                    self.waiting.append(f)
                holder.who, holder.held = None, []

    def allocate(self, team: int) -> None:
        """Urgent families first, then by referral; to the fewest children per FTE, then the lowest number."""
        families, desks = self.tiny.families, self.tiny.desks
        while True:
            queue = [f for f in self.waiting if families[f].team == team]
            if not queue:
                return
            f = min(queue, key=lambda f: (not families[f].urgent, families[f].referred, f))
            able = [d for d in range(len(desks)) if desks[d].team == team and self.takes(d, f)]
            if not able:
                return
            desk = min(able, key=lambda d: (self.children(d) / desks[d].fte, d))
            self.waiting.remove(f)
            self.give(f, desk)

    def takes(self, desk: int, f: int) -> bool:
        """Somebody is there, takes new families, and has room for this one."""
        holder, cap = self.holders[desk], self.tiny.cap
        if holder.who is None or (holder.leaving and not self.tiny.new_cases_on_notice):
            return False
        together = self.children(desk) + self.tiny.families[f].children
        return cap is None or not holder.held or together <= cap * self.tiny.desks[desk].fte

    def give(self, f: int, desk: int) -> None:
        """A family gets a worker; another than the last reads in and makes good what was lost."""
        fate, holder = self.fates[f], self.holders[desk]
        assert holder.who is not None
        self.note("allocated", desk, f)
        person = (desk, holder.who)
        if fate.workers and fate.workers[-1] != person:
            reading = self.tiny.reading / (self.tiny.families[f].children * self.tiny.attention)
            again = reading + self.tiny.lost * max(Fraction(0), self.whole[f] - self.left[f])
            self.left[f] += again
            fate.repeated += again
        fate.workers.append(person)
        fate.starts.append(self.now)
        holder.held.append(f)


def history(tiny: Tiny) -> History:
    """Play a tiny world from time 0 up to its horizon (what would happen just there is left out)."""
    world = _World(tiny)
    if 0 in world.plan:
        world.happen()
    while (when := world.next_moment()) is not None and when < tiny.horizon:
        world.pass_time(when)
        world.happen()
    world.pass_time(tiny.horizon)
    return History(world.moments, world.fates, world.open_days)
