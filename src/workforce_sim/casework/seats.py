"""People come and go: what staff events do to casework."""

from __future__ import annotations

from typing import Any

from workforce_sim.casework.compiled import compiled
from workforce_sim.casework.eventlog import Kind
from workforce_sim.casework.sharing import caseload_changed, log, reschedule, settle, tally
from workforce_sim.casework.state import LOAD, ROOM
from workforce_sim.casework.waiting import join_list, mark

RETURNED = int(Kind.RETURNED)


@compiled
def join(S: Any, p: int, now: float) -> None:
    """Somebody starts in seat p, with nothing on the list."""
    S.run[0].now = max(S.run[0].now, now)
    seat = S.seats[p]
    seat.clock = 0.0
    seat.last = now
    seat.strain = 1.0
    seat.n = 0
    seat.children = 0
    if seat.hours > 0.0:
        caseload_changed(S, p, now)
        if S.teams[seat.team].waiting:
            mark(S, seat.team)


@compiled
def leave(S: Any, p: int, now: float) -> None:
    """Whoever is in seat p goes; the cases return to the waiting list."""
    S.run[0].now = max(S.run[0].now, now)
    run, seat = S.run[0], S.seats[p]
    tally(S)
    settle(S, p, now)
    for i in range(seat.n):
        c = S.slots[p, i]
        case = S.cases[c]
        case.left = max(0.0, (S.finish[p, i] - seat.clock) * case.children)
        run.held -= case.children
        log(S, RETURNED, p, c)
        join_list(S, c)
    seat.n = 0
    seat.children = 0
    seat.can_leave = 0
    seat.pace = 0.0
    S.space[p, ROOM] = -1.0
    S.space[p, LOAD] = 0.0
    reschedule(S, p, now)


@compiled
def set_leaving(S: Any, p: int, threshold: float, hazard: float, now: float) -> None:
    """The leaving clock of seat p starts."""
    S.run[0].now = max(S.run[0].now, now)
    settle(S, p, now)
    seat = S.seats[p]
    seat.can_leave = 1
    seat.need = threshold
    seat.hazard = hazard
    reschedule(S, p, now)


@compiled
def set_hazards(S: Any, who: Any, hazards: Any, now: float) -> None:
    """New base leaving rates; a rate that is the same leaves no trace, not even a rounding."""
    S.run[0].now = max(S.run[0].now, now)
    for i in range(who.shape[0]):
        p = who[i]
        seat = S.seats[p]
        if seat.hazard != hazards[i]:
            settle(S, p, now)
            seat.hazard = hazards[i]
            reschedule(S, p, now)
