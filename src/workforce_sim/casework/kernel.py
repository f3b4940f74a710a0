"""The kernel's loop: casework events, referrals, allocation, instant by instant (docs/model.md, 1)."""

from __future__ import annotations

from typing import Any

from workforce_sim.authority.calendar import INSTANT
from workforce_sim.casework.records import (
    LEAVER,
    LEAVING,
    MORE_DRAWS,
    MORE_LOG,
    MORE_VISITS,
    REACHED,
    REBALANCE,
    WORK_DONE,
)
from workforce_sim.casework.rules import AT_ONCE, GRADUAL
from workforce_sim.casework.sharing import log_is_full, reschedule, settle, tally
from workforce_sim.casework.stages import alarm_rings, next_back, refer, work_done
from workforce_sim.casework.waiting import SEVERAL, allocate, duty_due, situation_changed
from workforce_sim.compiled import compiled, fetch_soon

#: The family so many referrals from now is fetched from memory already.
AHEAD = 4


@compiled
def short_of(S: Any) -> int:
    """What the arrays have too little of for another event: REACHED if nothing."""
    run = S.run[0]
    if log_is_full(S):
        return MORE_LOG
    if run.visited + 1 >= S.visits.shape[0]:
        return MORE_VISITS
    if run.top_ordinal + 1 >= run.drawn:
        return MORE_DRAWS
    return REACHED


@compiled
def events_due(S: Any, t: float) -> Any:
    """Casework events of the instant t; a seat whose leaving clock is met is reported, one at a time."""
    run = S.run[0]
    while True:
        p = S.lines[0].heap
        if S.lines[p].due > t + INSTANT:
            return REACHED
        code = short_of(S)
        if code != REACHED:
            return code
        run.now = max(run.now, t)
        now = run.now
        settle(S, p, now)
        what = S.seats[p].next
        if what == LEAVING:
            S.seats[p].can_leave = 0
            S.seats[p].need = 0.0
            run.leaver = p
            reschedule(S, p, now)
            return LEAVER
        tally(S)
        if what == WORK_DONE:
            work_done(S, p, now)
        else:
            alarm_rings(S, p, now)
        situation_changed(S, p, now)


@compiled
def referrals_due(S: Any) -> Any:
    """Referrals of the present instant: families who come back, then new ones."""
    run, cases = S.run[0], S.cases
    n = cases.shape[0]
    while True:
        back = run.coming_back > 0 and S.backs[0].at <= run.now + INSTANT
        new = run.next_case < n and cases[run.next_case].since <= run.now + INSTANT
        if not back and not new:
            return REACHED
        code = short_of(S)
        if code != REACHED:
            return code
        if back:
            c = next_back(S)
            cases[c].episode += 1
        else:
            c = run.next_case
            run.next_case = c + 1
            later = min(c + AHEAD, n - 1)
            fetch_soon(cases[later])
            fetch_soon(S.luck[0, later])
        refer(S, c, run.now)


@compiled
def passes_due(S: Any) -> Any:
    """The allocation passes of the present instant."""
    run = S.run[0]
    duty_due(S)
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
def finish_instant(S: Any) -> Any:
    """Referrals of the present instant and the allocation passes; rebalancing is the caller's turn."""
    run = S.run[0]
    code = referrals_due(S)
    if code == REACHED:
        code = passes_due(S)
    if code == REACHED:
        children = 0
        for i in range(run.counts.shape[0]):
            children += run.counts[i]
        run.load = children / run.holders_fte if run.holders_fte > INSTANT else 1e18
        gradual = run.rebalancing == GRADUAL and run.next_round <= run.now + INSTANT
        if gradual or (run.rebalancing == AT_ONCE and run.stirred):
            return REBALANCE
    return code


@compiled
def soonest(S: Any) -> float:
    """When the next thing happens in casework."""
    run, cases = S.run[0], S.cases
    t = S.lines[S.lines[0].heap].due
    if run.next_case < cases.shape[0]:
        t = min(t, cases[run.next_case].since)
    if run.coming_back > 0:
        t = min(t, S.backs[0].at)
    return min(t, run.next_round, run.next_duty)  # type: ignore[no-any-return]


@compiled
def advance(S: Any, until: float) -> Any:
    """Every casework event before ``until``, then the casework events of the instant ``until``.

    Referrals and allocation of the instant ``until`` wait for the next call, so that the staff events of that
    instant come first. With ``until`` below 0 only the referrals and allocation of the present instant.
    """
    run = S.run[0]
    last = False
    while not last:  # written so that each part is called, and compiled, once
        t = until
        last = True
        later = until < 0.0 or until > run.now + INSTANT
        if later and run.broken_off:
            t = run.now
            last = False
        elif later:
            code = finish_instant(S)
            if code != REACHED:
                return code
            t = soonest(S)
            last = t > until - INSTANT
            if t > until + INSTANT:  # else casework's own time, which nobody moves who only looks
                t = until
        code = events_due(S, t)
        run.broken_off = code != REACHED and code != LEAVER
        if code != REACHED:  # the instant is not over: its referrals must not come before its events
            return code
        if later:
            run.now = max(run.now, t)
    return REACHED
