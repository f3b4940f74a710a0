"""Waiting lists and allocation (sections 3 and 4 of docs/model.md)."""

from __future__ import annotations

from typing import Any

import numpy as np

from workforce_sim.casework.compiled import compiled
from workforce_sim.casework.eventlog import Kind
from workforce_sim.casework.sharing import caseload_changed, log, settle, tally
from workforce_sim.casework.state import LOAD, MORE_LOG, MORE_SLOTS, REACHED, ROOM, ROOM_SLACK, WAITING

ALLOCATED = int(Kind.ALLOCATED)

#: ``run.changed`` when more than one team has an allocation pass due.
SEVERAL = -1


@compiled
def mark(S: Any, team: int) -> None:
    """An allocation pass of this team is due at the end of the instant."""
    run = S.run[0]
    S.teams[team].changed = 1
    if run.changed == 0:
        run.changed = team + 1
    elif run.changed != team + 1:
        run.changed = SEVERAL


@compiled
def join_list(S: Any, c: int) -> None:
    """Case c joins its waiting list at its place by number."""
    cases = S.cases
    tally(S)
    w = S.waitlists[cases[c].team, cases[c].priority]
    cases[c].seat = WAITING
    cases[c].since = S.run[0].now
    if w.tail < 0:
        w.head = c
        w.tail = c
        cases[c].behind = -1
    elif w.tail < c:
        cases[w.tail].behind = c
        w.tail = c
        cases[c].behind = -1
    elif c < w.head:
        cases[c].behind = w.head
        w.head = c
    else:
        before = w.head
        while cases[before].behind < c:
            before = cases[before].behind
        cases[c].behind = cases[before].behind
        cases[before].behind = c
    S.run[0].waiting += cases[c].children
    S.teams[cases[c].team].waiting += 1
    mark(S, cases[c].team)


@compiled
def choose_worker(S: Any, team: int, k: int) -> int:
    """Fewest children per FTE among those with room; ties to the lowest post number."""
    best = -1
    least = np.inf
    for j in range(S.teams[team].workers):
        p = S.members[team, j]
        if S.space[p, ROOM] + ROOM_SLACK >= k and S.space[p, LOAD] < least - ROOM_SLACK:
            least = S.space[p, LOAD]
            best = p
    return best


@compiled
def assign(S: Any, c: int, p: int, now: float) -> None:
    """Case c goes from the waiting list to the worker in seat p."""
    seat, case, run = S.seats[p], S.cases[c], S.run[0]
    k = case.children
    tally(S)
    if case.workers > 0:
        made = max(0.0, case.work - case.left)
        again = S.law[3] + S.law[4] * made
        case.left += again
        case.repeated += again
        run.repeated_hours += again
        run.handovers += 1
    case.waited += now - case.since
    case.since = now
    case.workers += 1
    case.seat = p
    settle(S, p, now)
    at = seat.clock + case.left / k
    i = seat.n
    finish, slots = S.finish, S.slots
    while i > 0 and finish[p, i - 1] < at:  # the next to close is last
        finish[p, i] = finish[p, i - 1]
        slots[p, i] = slots[p, i - 1]
        i -= 1
    finish[p, i] = at
    slots[p, i] = c
    seat.n += 1
    seat.children += k
    run.waiting -= k
    S.teams[case.team].waiting -= 1
    run.held += k
    run.allocations += 1
    log(S, ALLOCATED, p, c)
    caseload_changed(S, p, now)


@compiled
def allocate(S: Any, team: int) -> int:
    """Serve the waiting lists of a team in order until the first case that finds no room."""
    run = S.run[0]
    now = run.now
    for priority in range(S.waitlists.shape[1]):
        w = S.waitlists[team, priority]
        while w.head >= 0:
            c = w.head
            p = choose_worker(S, team, S.cases[c].children)
            if p < 0:
                return REACHED
            if S.seats[p].n == S.slots.shape[1]:
                return MORE_SLOTS
            if run.logging and run.logged + 4 > S.log.shape[0]:
                return MORE_LOG
            w.head = S.cases[c].behind
            if w.head < 0:
                w.tail = -1
            assign(S, c, p, now)
    return REACHED
