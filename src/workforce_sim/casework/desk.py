"""The desk: all that the workforce, measures and a planner's own process may ask of casework."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.casework import kernel, seats, state
from workforce_sim.casework.compiled import announce, entry
from workforce_sim.casework.eventlog import Kind
from workforce_sim.casework.state import CaseRules, State
from workforce_sim.demand.families import Families


class _Entries(NamedTuple):
    """The kernel's functions, ready to be called."""

    advance: Callable[[State, float], int]
    finish_instant: Callable[[State], int]
    join: Callable[[State, int, float], None]
    leave: Callable[[State, int, float], None]
    set_leaving: Callable[[State, int, float, float, float], None]
    set_hazards: Callable[[State, Any, Any, float], None]


_compiled: _Entries | None = None


def _entries(state: State) -> _Entries:
    """Compile, or load from the cache, once a process."""
    global _compiled
    if _compiled is None:
        announce()
        who, rates = np.zeros(0, np.int64), np.zeros(0)
        _compiled = _Entries(
            advance=entry(kernel.advance, state, 0.0),
            finish_instant=entry(kernel.finish_instant, state),
            join=entry(seats.join, state, 0, 0.0),
            leave=entry(seats.leave, state, 0, 0.0),
            set_leaving=entry(seats.set_leaving, state, 0, 0.0, 0.0, 0.0),
            set_hazards=entry(seats.set_hazards, state, who, rates, 0.0),
        )
    return _compiled


class Desk:
    """Casework seen from outside: seats that people join and leave, and time that advances.

    Args:
        rules: hours, limits and the effect of a handover.
        tape: every case of the run.
        logging: keep the event log (needed for :attr:`log`; costs memory, changes nothing else).
        posts: how many posts to make room for at once.
    """

    def __init__(self, rules: CaseRules, tape: Families, *, logging: bool = False, posts: int = 16) -> None:
        self.rules = rules
        self.tape = tape
        self._state: State = state.new_state(rules, tape, logging=logging, posts=posts)
        self._run: Any = self._state.run[0]
        self.logging = logging
        self._do = _entries(self._state)

    # -- acting -----------------------------------------------------------------------------

    def add_seat(self, post: int, *, team: int, fte: float, hours: float) -> None:
        """Make a seat for a post; ``hours`` of case work a day (FTE included), 0 if it holds no cases."""
        s = self._state
        if post >= len(s.seats):
            s = self._state = state.with_seats(s, max(post + 1, 2 * len(s.seats)))
        s.seats[post] = state.new_seat(team, fte, hours)
        if hours > 0:
            k = int(s.teams[team].workers)
            if k == s.members.shape[1]:
                s = self._state = state.with_more_members(s)
            s.members[team, k] = post
            s.teams[team].workers = k + 1

    def join(self, post: int, now: float) -> None:
        """Somebody starts in the post, with an empty caseload."""
        self._do.join(self._state, post, now)

    def leave(self, post: int, now: float) -> None:
        """Whoever holds the post goes; the cases return to the waiting list."""
        if self.logging:
            self._make_log_room(int(self._state.seats["n"][post]) + 4)
        self._do.leave(self._state, post, now)

    def watch_leaving(self, post: int, threshold: float, hazard: float, now: float) -> None:
        """Start the leaving clock of a permanent worker (base rate a day)."""
        self._do.set_leaving(self._state, post, threshold, hazard, now)

    def set_hazards(self, posts: npt.NDArray[np.int64], hazards: npt.NDArray[np.float64], now: float) -> None:
        """New base leaving rates a day for these posts."""
        self._do.set_hazards(self._state, posts, hazards, now)

    def deal(self) -> None:
        """Deal out the cases open at the start: the referrals and the allocation of instant 0."""
        while True:
            code = self._do.finish_instant(self._state)
            if code == state.REACHED:
                return
            self._grow(code)

    def advance(self, until: float) -> int | None:
        """Run casework to ``until``; stop early at, and return, a post whose worker decides to leave."""
        while True:
            code = self._do.advance(self._state, until)
            if code == state.REACHED:
                return None
            if code == state.LEAVER:
                return int(self._run.leaver)
            self._grow(code)

    def _grow(self, code: int) -> None:
        if code == state.MORE_SLOTS:
            self._state = state.with_more_slots(self._state)
        else:
            self._state = state.with_longer_log(self._state)

    def note(self, kind: Kind, post: int, now: float) -> None:
        """Enter a staff event in the log."""
        if self.logging:
            self._make_log_room(4)
            j = int(self._run.logged)
            self._state.log[j] = (now, int(kind), post, -1)
            self._run.logged = j + 1

    def _make_log_room(self, n: int) -> None:
        while self.logging and self._run.logged + n > len(self._state.log):
            self._state = state.with_longer_log(self._state)

    # -- looking: nothing below changes anything ------------------------------------------------

    @property
    def now(self) -> float:
        """Where casework stands (working days)."""
        return float(self._run.now)

    @property
    def unallocated_children(self) -> int:
        """Children waiting for a worker now."""
        return int(self._run.waiting)

    @property
    def held_children(self) -> int:
        """Children with a named worker now."""
        return int(self._run.held)

    @property
    def open_children(self) -> int:
        """Children with an open case now."""
        return self.unallocated_children + self.held_children

    def caseload_of(self, post: int) -> int:
        """Children held in a post now."""
        return int(self._state.seats[post].children)

    def case_holders_fte(self) -> float:
        """FTE of the workers, permanent or agency, who hold at least one case now."""
        seats = self._state.seats
        return float(seats["fte"][seats["n"] > 0].sum())

    def children_by_post(self) -> npt.NDArray[np.int64]:
        """Children held in every post now, shape ``(posts,)``."""
        children: npt.NDArray[np.int64] = self._state.seats["children"].copy()
        return children

    def totals(self, now: float) -> dict[str, float]:
        """Counts, and the child-days of all open cases by where they went, from the start to ``now``.

        Days held are progress made / attention limit (natural, and repeated as booked at each handover) and
        the rest (slow); with the days unallocated they add up to all child-days open, month by month.
        """
        run, attention = self._run, self.rules.attention
        waiting, held = self.areas(now)
        repeated = float(run.repeated_hours) / attention
        done = self._done_hours(now) / attention
        return {
            "referred": float(run.referred),
            "closed": float(run.closed),
            "allocations": float(run.allocations),
            "handovers": float(run.handovers),
            "workers": float(run.workers_sum),
            "natural_days": done - repeated,
            "repeated_days": repeated,
            "slow_days": held - done,
            "unallocated_days": waiting,
        }

    def _done_hours(self, now: float) -> float:
        """Hours of progress made by everybody until ``now`` (no state is touched)."""
        seats = self._state.seats
        since = seats["pace"] * (now - seats["last"]) * seats["children"]
        return float(self._run.done_hours) + float(since.sum())

    def areas(self, now: float) -> tuple[float, float]:
        """Integrals over [0, now] of the children waiting and of the children held."""
        run = self._run
        dt = now - float(run.area_to)
        return float(run.waiting_area) + int(run.waiting) * dt, float(run.held_area) + int(run.held) * dt

    @property
    def log(self) -> Any:
        """The event log so far: a record array with ``time, kind, post, case``."""
        return self._state.log[: int(self._run.logged)]

    def ledger(self, now: float) -> dict[str, npt.NDArray[Any]]:
        """One row a referred case: where its days went, to closure or to ``now``. Days are per child.

        Returns:
            Arrays ``children, priority, team, referred_day, already_open_days, closed_day`` (nan while
            open), ``workers, elapsed_days`` and the four parts ``natural_days, unallocated_days,
            repeated_days, slow_days``, which add up to ``elapsed_days``.
        """
        s, n = self._state, int(self._run.next_case)
        c = s.cases[:n]
        closed = c["seat"] == state.CLOSED
        unallocated = c["waited"] + np.where(c["seat"] == state.WAITING, now - c["since"], 0.0)
        elapsed = np.where(closed, c["since"], now) - c["referred"]
        done = self.tape.work[:n] - self._hours_left(now) + c["repeated"]  # since the start
        repeated = np.minimum(c["repeated"], done)
        per_child = self.rules.attention * c["children"]
        natural_days, repeated_days = (done - repeated) / per_child, repeated / per_child
        return {
            "children": c["children"].astype(np.int64),
            "priority": c["priority"].astype(np.int64),
            "team": c["team"].astype(np.int64),
            "referred_day": c["referred"].copy(),
            "already_open_days": self.tape.already_open[:n].copy(),
            "closed_day": np.where(closed, c["since"], np.nan),
            "workers": c["workers"].astype(np.int64),
            "elapsed_days": elapsed,
            "natural_days": natural_days,
            "unallocated_days": unallocated,
            "repeated_days": repeated_days,
            "slow_days": elapsed - unallocated - natural_days - repeated_days,
        }

    def _hours_left(self, now: float) -> npt.NDArray[np.float64]:
        """Hours of work left in every referred case at ``now`` (no state is touched)."""
        s, n = self._state, int(self._run.next_case)
        left: npt.NDArray[np.float64] = s.cases["left"][:n].copy()
        for p in np.flatnonzero(s.seats["n"] > 0):
            seat = s.seats[p]
            clock = seat.clock + seat.pace * (now - seat.last)
            held = s.slots[p, : seat.n]
            left[held] = np.maximum(0.0, (s.finish[p, : seat.n] - clock) * s.cases["children"][held])
        return left
