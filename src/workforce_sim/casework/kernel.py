"""The kernel's loop: closures, referrals, allocation, instant by instant (docs/model.md, section 1)."""

from __future__ import annotations

from typing import Any

from workforce_sim.authority.calendar import INSTANT
from workforce_sim.casework.compiled import compiled
from workforce_sim.casework.eventlog import Kind
from workforce_sim.casework.sharing import caseload_changed, log, reschedule, settle, tally
from workforce_sim.casework.state import CLOSED, CLOSURE, LEAVER, MORE_LOG, REACHED
from workforce_sim.casework.waiting import SEVERAL, allocate, join_list, mark

REFERRED, CLOSED_EVENT = int(Kind.REFERRED), int(Kind.CLOSED)


@compiled
def close(S: Any, p: int, now: float) -> None:
    """The last case on the list of seat p is done: enter it in the ledger."""
    seat, run = S.seats[p], S.run[0]
    tally(S)
    n = seat.n - 1
    seat.clock = S.finish[p, n]
    c = S.slots[p, n]
    case = S.cases[c]
    k = case.children
    case.left = 0.0
    case.since = now
    case.seat = CLOSED
    seat.n = n
    seat.children -= k
    run.held -= k
    run.closed += k
    run.workers_sum += k * case.workers
    log(S, CLOSED_EVENT, p, c)
    caseload_changed(S, p, now)
    if S.teams[seat.team].waiting:
        mark(S, seat.team)


@compiled
def close_due(S: Any, t: float) -> Any:
    """Closures of the instant t; a seat whose leaving clock is met is reported, one at a time."""
    run = S.run[0]
    while True:
        p = S.heap[0]
        if S.due[p] > t + INSTANT:
            return REACHED
        if run.logging and run.logged + 4 > S.log.shape[0]:
            return MORE_LOG
        run.now = max(run.now, t)
        settle(S, p, run.now)
        if S.seats[p].next == CLOSURE:
            close(S, p, run.now)
        else:
            S.seats[p].can_leave = 0
            S.seats[p].need = 0.0
            run.leaver = p
            reschedule(S, p, run.now)
            return LEAVER


@compiled
def finish_instant(S: Any) -> Any:
    """Referrals of the present instant, then the allocation passes."""
    run, cases = S.run[0], S.cases
    n = cases.shape[0]
    while run.next_case < n and cases[run.next_case].referred <= run.now + INSTANT:
        if run.logging and run.logged + 4 > S.log.shape[0]:
            return MORE_LOG
        c = run.next_case
        run.next_case = c + 1
        run.referred += cases[c].children
        log(S, REFERRED, -1, c)
        join_list(S, c)
    if run.changed > 0:
        code = allocate(S, run.changed - 1)
        if code != REACHED:
            return code
        S.teams[run.changed - 1].changed = 0
    elif run.changed == SEVERAL:
        for team in range(S.teams.shape[0]):
            if S.teams[team].changed:
                code = allocate(S, team)
                if code != REACHED:
                    return code
                S.teams[team].changed = 0
    run.changed = 0
    return REACHED


@compiled
def advance(S: Any, until: float) -> Any:
    """Every casework event before ``until``, then the closures of the instant ``until``.

    Referrals and allocation of the instant ``until`` wait for the next call, so that the staff events of that
    instant come first.
    """
    run, cases = S.run[0], S.cases
    n = cases.shape[0]
    if until > run.now + INSTANT:
        while True:
            code = finish_instant(S)
            if code != REACHED:
                return code
            t = S.due[S.heap[0]]
            if run.next_case < n and cases[run.next_case].referred < t:
                t = cases[run.next_case].referred
            if t > until - INSTANT:
                break
            run.now = max(run.now, t)
            code = close_due(S, t)
            if code != REACHED:
                return code
        run.now = until
    return close_due(S, until)
