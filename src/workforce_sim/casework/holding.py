"""A worker's list: putting a case on it, taking one off, and the alarms of the cases held."""

from __future__ import annotations

from typing import Any

import numpy as np

from workforce_sim.authority.calendar import INSTANT
from workforce_sim.authority.stage_rules import next_gate, urgency_at
from workforce_sim.casework.records import (
    AT_REVIEW,
    AT_WORK,
    GATE,
    MISSED_REVIEW,
    SIGN_OFF,
    SIGNING,
    URGENT,
    WORKING,
)
from workforce_sim.compiled import compiled


@compiled
def day_of(S: Any, c: int) -> int:
    """What the days of a held case count as: a column of State.counts."""
    case = S.cases[c]
    if case.mode == GATE:
        return MISSED_REVIEW if case.late else AT_REVIEW
    if case.mode == SIGNING:
        return SIGN_OFF
    return AT_WORK


@compiled
def soonest_alarm(S: Any, p: int) -> None:
    """The soonest alarm of the cases on the list of seat p."""
    seat = S.seats[p]
    soonest = np.inf
    whose = -1
    for i in range(seat.n):
        if S.slots[p, i].alarm < soonest:
            soonest = S.slots[p, i].alarm
            whose = S.slots[p, i].case
    seat.alarm = soonest
    seat.alarm_case = whose


@compiled
def put(S: Any, p: int, c: int, at: float, alarm: float) -> None:
    """Case c, in its present mode, goes on the list of seat p; the next to be done is last."""
    seat, case = S.seats[p], S.cases[c]
    slots = S.slots
    i = seat.n
    while i > 0 and slots[p, i - 1].finish < at:
        slots[p, i].finish = slots[p, i - 1].finish
        slots[p, i].alarm = slots[p, i - 1].alarm
        slots[p, i].case = slots[p, i - 1].case
        i -= 1
    slots[p, i].finish = at
    slots[p, i].alarm = alarm
    slots[p, i].case = c
    seat.n += 1
    seat.children += case.children
    if alarm < seat.alarm:
        seat.alarm = alarm
        seat.alarm_case = c
    block = min(case.mode, GATE)
    S.mix[p, block * S.stages.shape[0] + case.stage] += case.children
    S.run[0].counts[day_of(S, c)] += case.children


@compiled
def take(S: Any, p: int, i: int) -> int:
    """Take the case at slot i off the list of seat p, in the mode it has; returns its number."""
    seat = S.seats[p]
    slots = S.slots
    c = slots[p, i].case
    case = S.cases[c]
    alarm = slots[p, i].alarm
    for j in range(i, seat.n - 1):
        slots[p, j].finish = slots[p, j + 1].finish
        slots[p, j].alarm = slots[p, j + 1].alarm
        slots[p, j].case = slots[p, j + 1].case
    seat.n -= 1
    seat.children -= case.children
    if alarm <= seat.alarm:
        soonest_alarm(S, p)
    block = min(case.mode, GATE)
    S.mix[p, block * S.stages.shape[0] + case.stage] -= case.children
    S.run[0].counts[day_of(S, c)] -= case.children
    return int(c)


@compiled
def begin_work(S: Any, p: int, c: int, now: float) -> None:
    """The worker in seat p starts, or goes on with, the work of case c (its days left are up to date)."""
    seat, case = S.seats[p], S.cases[c]
    stage = S.stages[case.stage]
    factor = urgency_at(S.stages, case.stage, now - case.began)
    case.mode = URGENT if factor != 1.0 else WORKING
    case.since = now
    case.clock0 = seat.clock
    case.away0 = seat.away_clock
    alarm = case.review
    if stage.urgency != 1.0:
        opens = case.began + stage.urgent_until - stage.window
        ends = case.began + stage.urgent_until
        if opens > now + INSTANT:
            alarm = min(alarm, opens)
        elif ends > now + INSTANT:
            alarm = min(alarm, ends)
    put(S, p, c, seat.clock + case.left / factor, alarm)


@compiled
def end_work(S: Any, p: int, c: int, i: int, now: float) -> None:
    """Bring a case being worked on, at slot i of seat p, up to date: its days left and where they went."""
    seat, case = S.seats[p], S.cases[c]
    paced = seat.clock - case.clock0
    away = seat.away_clock - case.away0
    factor = S.stages[case.stage].urgency if case.mode == URGENT else 1.0
    case.left = max(0.0, (S.slots[p, i].finish - seat.clock) * factor)
    case.paced += paced
    case.absent += away
    case.slow += max(0.0, now - case.since - paced - away)
    case.since = now


@compiled
def next_review(S: Any, c: int, now: float) -> None:
    """The next review after now at which pressure may end the stage of case c early."""
    case = S.cases[c]
    case.review = np.inf
    if S.stages[case.stage].may_end_early and S.run[0].ended_early_share > 0.0:
        age = now - case.began + 2.0 * INSTANT
        gate = next_gate(S.stages, S.gates, case.stage, age)
        if gate > age:
            case.review = case.began + gate
