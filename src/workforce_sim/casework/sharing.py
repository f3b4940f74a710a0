"""Sharing a worker's hours: one virtual clock a worker, one heap of next events (section 2 of docs/model.md).

Every kernel function takes the kernel's arrays ``S`` (:class:`~workforce_sim.casework.state.State`). The
virtual clock runs at the worker's pace: a case taken on at clock reading ``v`` closes when the clock
shows ``v + left / children``, whatever happens to pace in between. A change of caseload changes one pace
and one entry of the heap, not every case.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from workforce_sim.authority.pace import pace
from workforce_sim.casework.compiled import compiled
from workforce_sim.casework.state import CLOSURE, LEAVING, LOAD, NOTHING, ROOM

MET = 1e-12  # a leaving threshold with no more than this left is met
pace_of = compiled(pace)  # the one implementation of the rule

_ANY = 1e18  # room of a worker who holds nothing: even a group above the cap


@compiled
def log(S: Any, kind: int, post: int, case: int) -> None:
    """Enter an event of the present instant in the log, if one is kept."""
    run = S.run[0]
    if run.logging:
        j = run.logged
        S.log[j].time = run.now
        S.log[j].kind = kind
        S.log[j].post = post
        S.log[j].case = case
        run.logged = j + 1


@compiled
def tally(S: Any) -> None:
    """Bring the integrals over time up to now; call before the children waiting or held change.

    Only then: a sum that is split by somebody who merely looks would differ in its last digit.
    """
    run = S.run[0]
    dt = run.now - run.area_to
    if dt > 0.0:
        run.waiting_area += run.waiting * dt
        run.held_area += run.held * dt
        run.area_to = run.now


@compiled
def move_in_heap(S: Any, p: int, t: float) -> None:
    """Seat p's next event is now at t: sift it to its place among the seats."""
    due, heap, place = S.due, S.heap, S.place
    m = heap.shape[0]
    i = place[p]
    old = due[p]
    due[p] = t
    if t < old:
        while i > 0:
            j = (i - 1) >> 1
            q = heap[j]
            if due[q] <= t:
                break
            heap[i] = q
            place[q] = i
            i = j
    else:
        while True:
            j = 2 * i + 1
            if j >= m:
                break
            q = heap[j]
            if j + 1 < m and due[heap[j + 1]] < due[q]:
                j += 1
                q = heap[j]
            if due[q] >= t:
                break
            heap[i] = q
            place[q] = i
            i = j
    heap[i] = p
    place[p] = i


@compiled
def settle(S: Any, p: int, now: float) -> None:
    """Bring the clock and the leaving threshold of seat p up to now at the rates held until now."""
    seat = S.seats[p]
    dt = now - seat.last
    seat.last = now
    made = seat.pace * dt
    seat.clock += made
    S.run[0].done_hours += made * seat.children
    if seat.can_leave:
        seat.need -= seat.hazard * seat.strain * dt


@compiled
def reschedule(S: Any, p: int, now: float) -> None:
    """When does seat p's next event fall? A closure comes before a leaving at the same moment."""
    seat = S.seats[p]
    wait = np.inf
    seat.next = NOTHING
    if seat.n > 0 and seat.pace > 0.0:
        wait = (S.finish[p, seat.n - 1] - seat.clock) / seat.pace
        seat.next = CLOSURE
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
    move_in_heap(S, p, now + wait)


@compiled
def caseload_changed(S: Any, p: int, now: float) -> None:
    """Pace, strain, load and room of seat p from the children it now holds."""
    seat = S.seats[p]
    attention, upkeep, cap = S.law[0], S.law[1], S.law[2]
    k = seat.children
    if k > 0:
        seat.pace = pace_of(k, seat.hours, attention, upkeep, S.law[5], S.law[6] * seat.fte)
        S.space[p, ROOM] = cap * seat.fte - k
    else:
        seat.pace = 0.0
        S.space[p, ROOM] = _ANY
    S.space[p, LOAD] = k / seat.fte
    if seat.hours > 0.0:
        i = int(k / seat.fte + 0.5)
        if i >= S.strain.shape[0]:
            i = S.strain.shape[0] - 1
        seat.strain = S.strain[i]
    reschedule(S, p, now)
