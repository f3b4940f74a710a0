"""Sharing a worker's hours: one virtual clock a worker, one heap of next events (section 2 of docs/model.md).

Every kernel function takes the kernel's arrays ``S`` (:class:`~workforce_sim.casework.state.State`). The
virtual clock runs at the worker's pace and shows the days of full attention that every case has had: one
taken on at clock reading ``v`` with ``left`` days of work is done when the clock shows
``v + left / urgency``, whatever happens to pace in between. A change of caseload changes one pace and one
entry of the heap, not every case.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from workforce_sim.authority.paces import pace_of
from workforce_sim.casework.records import ALARM, GATE, LEAVING, NOTHING, URGENT, WORK_DONE, WORKING
from workforce_sim.casework.rules import AT_ONCE, LEAST_WORK
from workforce_sim.compiled import compiled, fetch_soon

MET = 1e-12  # a leaving threshold with no more than this left is met

#: Most entries of the log that one event makes.
_ENTRIES = 8

_ANY = 1e18  # room of a worker who holds nothing: even a group above the cap


@compiled
def log_is_full(S: Any) -> bool:
    """Is there too little room in the log, if one is kept, for another event?"""
    run = S.run[0]
    return bool(run.logging and run.logged + _ENTRIES > S.log.shape[0])


@compiled
def log(S: Any, kind: int, post: int, case: int, stage: int) -> None:
    """Enter an event of the present instant in the log, if one is kept."""
    run = S.run[0]
    if run.logging:
        j = run.logged
        S.log[j].time = run.now
        S.log[j].kind = kind
        S.log[j].stage = stage
        S.log[j].post = post
        S.log[j].case = case
        run.logged = j + 1


@compiled
def tally(S: Any) -> None:
    """Bring the integrals over time up to now; call before the children in any state change.

    Only then: a sum that is split by somebody who merely looks would differ in its last digit.
    """
    run = S.run[0]
    dt = run.now - run.area_to
    if dt > 0.0:
        for i in range(run.areas.shape[0]):
            run.areas[i] += run.counts[i] * dt
        run.area_to = run.now


@compiled
def move_in_heap(S: Any, p: int, t: float) -> None:
    """Seat p's next event is now at t: sift it to its place among the seats."""
    lines = S.lines
    m = lines.shape[0]
    i = lines[p].place
    old = lines[p].due
    lines[p].due = t
    if t < old:
        while i > 0:
            j = (i - 1) >> 1
            q = lines[j].heap
            if lines[q].due <= t:
                break
            lines[i].heap = q
            lines[q].place = i
            i = j
    else:
        while True:
            j = 2 * i + 1
            if j >= m:
                break
            q = lines[j].heap
            if j + 1 < m and lines[lines[j + 1].heap].due < lines[q].due:
                j += 1
                q = lines[j].heap
            if lines[q].due >= t:
                break
            lines[i].heap = q
            lines[q].place = i
            i = j
    lines[i].heap = p
    lines[p].place = i


@compiled
def settle(S: Any, p: int, now: float) -> None:
    """Bring the clocks and the leaving threshold of seat p up to now at the rates held until now."""
    seat = S.seats[p]
    dt = now - seat.last
    seat.last = now
    if dt <= 0.0:
        return
    if seat.n > 0:
        held_longer(S, p, dt)
    run = S.run[0]
    if seat.away:
        seat.away_clock += dt
        run.away += dt * seat.at_work
    else:
        made = seat.pace * dt
        seat.clock += made
        run.paced += made * seat.at_work
    run.upkeep_hours += seat.upkeep * dt
    if seat.missed > 0.0:
        run.missed_hours += seat.missed * dt
        spread_missed(S, p, dt)
    if seat.can_leave:
        seat.need -= seat.hazard * seat.strain * dt


@compiled
def spread_missed(S: Any, p: int, dt: float) -> None:
    """Upkeep that is not met falls on the stages of the lowest priority first, up to all of theirs."""
    stages = S.stages
    short = S.seats[p].missed
    m = stages.shape[0]
    level = S.waitlists.shape[1] // 2 - 1
    while level >= 0 and short > 0.0:
        needed = 0.0
        for s in range(m):
            if stages[s].priority == level:
                needed += stages[s].upkeep * children_in(S, p, s)
        if needed > 0.0:
            share = min(1.0, short / needed)
            for s in range(m):
                if stages[s].priority == level:
                    S.stages[s].missed_hours += share * stages[s].upkeep * children_in(S, p, s) * dt
            short -= needed
        level -= 1


@compiled
def held_longer(S: Any, p: int, dt: float) -> None:
    """Child-days with a worker, by stage."""
    for s in range(S.stages.shape[0]):
        S.stages[s].held_days += children_in(S, p, s) * dt


@compiled
def children_in(S: Any, p: int, s: int) -> int:
    """Children whom the worker in seat p holds in stage s."""
    m = S.stages.shape[0]
    return int(S.mix[p, WORKING * m + s] + S.mix[p, URGENT * m + s] + S.mix[p, GATE * m + s])


@compiled
def reschedule(S: Any, p: int, now: float) -> None:
    """When does seat p's next event fall? Work done comes before an alarm, an alarm before a leaving.

    The case of the event is fetched from memory meanwhile: nobody has looked at it for long.
    """
    seat = S.seats[p]
    wait = np.inf
    seat.next = NOTHING
    if seat.at_work > 0 and not seat.away:
        left = S.slots[p, seat.n - 1].finish - seat.clock
        if left <= 0.0 or seat.pace > 0.0:
            wait = left / seat.pace if left > 0.0 else 0.0
            seat.next = WORK_DONE
            fetch_soon(S.cases[S.slots[p, seat.n - 1].case])
    if seat.n > 0 and seat.alarm < now + wait:
        wait = seat.alarm - now
        seat.next = ALARM
        fetch_soon(S.cases[seat.alarm_case])
    if seat.can_leave:
        rate = seat.hazard * seat.strain
        leave = np.inf
        if seat.need <= MET:  # met in this instant: stays met whatever the rate is now
            leave = 0.0
        elif rate > 0.0:
            leave = seat.need / rate
        if leave < wait:
            wait = leave
            seat.next = LEAVING
    if wait < 0.0:
        wait = 0.0
    move_in_heap(S, p, seat.alarm if seat.next == ALARM and seat.alarm > now else now + wait)


@compiled
def caseload_changed(S: Any, p: int, now: float) -> None:
    """Pace, strain, load and room of seat p from the cases it now holds."""
    seat, law, stages, mix = S.seats[p], S.run[0], S.stages, S.mix
    m = stages.shape[0]
    wanted = upkeep = work = 0.0
    at_work = 0
    for s in range(m):
        plain, urgent = mix[p, s], mix[p, m + s]
        busy = plain + urgent
        held = busy + mix[p, 2 * m + s]
        if held > 0:
            stage = stages[s]
            wanted += stage.attention * (plain + stage.urgency * urgent)
            upkeep += stage.upkeep * held
            work += (stage.attention + stage.upkeep) * held
            at_work += busy
    seat.at_work = at_work
    seat.upkeep = upkeep
    seat.missed = upkeep if seat.away else 0.0
    limit = law.overtime_limit * seat.able
    if seat.away:
        seat.pace = 0.0
    else:
        seat.pace = pace_of(wanted, upkeep, seat.hours, law.overtime_share, limit)
        if upkeep > seat.hours:  # all the overtime there is does not meet the upkeep
            overtime = min(limit, law.overtime_share * (wanted + upkeep - seat.hours))
            seat.missed = max(0.0, upkeep - seat.hours - overtime)
    k = seat.children
    if not seat.present or seat.away or not seat.takes_new or seat.hours <= 0.0:
        S.lines[p].room = -1.0
    elif k > 0:
        S.lines[p].room = law.cap * seat.able - k
    else:
        S.lines[p].room = _ANY
    if law.rule == LEAST_WORK:
        S.lines[p].load = work / seat.hours if seat.hours > 0.0 else 0.0
    else:
        S.lines[p].load = k / seat.able
    if seat.hours > 0.0:
        i = int(k / seat.able + 0.5)
        if i >= S.strain.shape[0]:
            i = S.strain.shape[0] - 1
        seat.strain = S.strain[i]
    if law.rebalancing == AT_ONCE:
        S.run[0].stirred = 1
    reschedule(S, p, now)
