"""Stages of a case: work done, gates, sign-off, what comes next, closure and coming back (section 2)."""

from __future__ import annotations

import math
from typing import Any

from workforce_sim.authority.calendar import DAYS_PER_YEAR, INSTANT
from workforce_sim.authority.stage_rules import (
    natural_days,
    next_gate,
    return_probability,
    what_next,
    work_days,
)
from workforce_sim.casework.eventlog import Kind
from workforce_sim.casework.holding import begin_work, end_work, next_review, put, take
from workforce_sim.casework.records import CLOSED, GATE, SIGNING
from workforce_sim.casework.sharing import log
from workforce_sim.casework.waiting import becomes_worker, join_list, may_hold, team_for, team_of
from workforce_sim.compiled import compiled, fetch_soon

CLOSED_EVENT, RETURNED, WORK_DONE_EVENT = int(Kind.CLOSED), int(Kind.RETURNED), int(Kind.WORK_DONE)
ENTERED, ENDED_EARLY, TURNED_AWAY = int(Kind.ENTERED), int(Kind.ENDED_EARLY), int(Kind.TURNED_AWAY)
REFERRED = int(Kind.REFERRED)


@compiled
def excess(S: Any) -> float:
    """How far load is above the start and the margin."""
    run = S.run[0]
    return max(0.0, run.load / run.reference - 1.0 - run.margin)  # type: ignore[no-any-return]


@compiled
def next_ordinal(S: Any, c: int) -> None:
    """Case c begins another visit: the next of its luck."""
    case, run = S.cases[c], S.run[0]
    case.ordinal += 1
    if case.ordinal > run.top_ordinal:
        run.top_ordinal = case.ordinal
    luck = S.luck[case.ordinal, c]
    case.next = luck.next
    case.back = luck["return"]


@compiled
def enter(S: Any, c: int, s: int, now: float) -> None:
    """Case c begins its next visit, to stage s: how much work it is, and to which team it belongs."""
    case = S.cases[c]
    case.stage = s
    case.began = now
    case.work = work_days(S.stages, s, S.luck[case.ordinal, c].work)
    case.left = case.work
    begin_visit(S, c, now)


@compiled
def begin_visit(S: Any, c: int, now: float) -> None:
    """Empty the visit's account; its natural time is known from the start."""
    case = S.cases[c]
    s = case.stage
    case.team = team_of(S, c)
    case.natural = natural_days(S.stages, S.gates, s, case.left, now - case.began)
    case.waited = case.absent = case.slow = case.repeated = case.missed = case.signed = case.paced = 0.0
    case.visit_workers = 0
    case.late = 0
    case.early = 0
    S.stages[s].open += case.children
    S.stages[s].entered += case.children


@compiled
def turned_away(S: Any, c: int) -> bool:
    """Is the referral of case c turned away: is the list of its team full, or the service under pressure?"""
    run = S.run[0]
    if S.teams[team_for(S, c, 0)].children >= run.list_limit:
        return True
    share = run.turned_away_share * excess(S)
    return bool(share > 0.0 and S.luck[S.cases[c].ordinal, c].away < share)


@compiled
def refer(S: Any, c: int, now: float) -> None:
    """A family is referred, for the first time or again; it may be turned away."""
    case, run = S.cases[c], S.run[0]
    k = case.children
    opening = case.stage >= 0 and case.ordinal < 0
    next_ordinal(S, c)
    case.ticket = run.tickets
    run.tickets += 1
    case.workers = 0
    run.referred += k
    if opening:
        log(S, REFERRED, -1, c, case.stage)
        begin_visit(S, c, now)
        join_list(S, c)
        return
    log(S, REFERRED, -1, c, 0)
    if case.episode > 0 or case.known:
        run.again += k
        if case.known or now - case.referred <= DAYS_PER_YEAR:
            run.again_in_year += k
        case.known = 0
    case.referred = now
    if turned_away(S, c):
        run.turned_away += k
        log(S, TURNED_AWAY, -1, c, 0)
        case.early = 1
        leave_service(S, c, run.turned_away_exit, now)
        return
    case.stage = 0
    enter(S, c, case.stage, now)
    join_list(S, c)


@compiled
def work_done(S: Any, p: int, now: float) -> None:
    """The last case on the list of seat p has its work done: it goes to its gate."""
    seat = S.seats[p]
    i = seat.n - 1
    seat.clock = S.slots[p, i].finish
    c = S.slots[p, i].case
    case = S.cases[c]
    fetch_soon(S.luck[case.ordinal + 1, c])  # of the next visit, which may begin in this instant
    end_work(S, p, c, i, now)
    take(S, p, i)
    log(S, WORK_DONE_EVENT, p, c, case.stage)
    start = max(case.began, 0.0)
    case.late = 1 if now > start + case.natural + INSTANT else 0
    age = now - case.began
    gate = next_gate(S.stages, S.gates, case.stage, age)
    case.mode = GATE
    if gate > age + INSTANT:
        put(S, p, c, math.inf, case.began + gate)
    else:
        pass_gate(S, p, c, now)


@compiled
def pass_gate(S: Any, p: int, c: int, now: float) -> None:
    """The review of case c (on nobody's list for the moment) is held: only the sign-off is wanting."""
    case = S.cases[c]
    days = S.stages[case.stage].sign_off
    team = S.teams[S.seats[p].team]
    if team.manager_posts > 0 and team.managers == 0:
        days *= S.run[0].sign_off_alone
    if days > 0.0:
        case.mode = SIGNING
        case.since = now
        put(S, p, c, math.inf, now + days)
    else:
        end_stage(S, p, c, now)


@compiled
def alarm_rings(S: Any, p: int, now: float) -> None:
    """The soonest alarm of seat p: a gate, a sign-off, an urgent window that opens or closes, a review."""
    i = 0
    while S.slots[p, i].alarm > now + INSTANT:
        i += 1
    c = S.slots[p, i].case
    case = S.cases[c]
    fetch_soon(S.luck[case.ordinal + 1, c])
    if case.mode == GATE:
        if case.late:
            case.missed += now - case.since
        take(S, p, i)
        pass_gate(S, p, c, now)
    elif case.mode == SIGNING:
        case.signed += now - case.since
        take(S, p, i)
        end_stage(S, p, c, now)
    else:
        end_work(S, p, c, i, now)
        take(S, p, i)
        if case.review <= now + INSTANT:
            share = S.run[0].ended_early_share * excess(S)
            if share > 0.0 and S.luck[case.ordinal, c].early < share:
                case.early = 1
                end_stage(S, p, c, now)
                return
            next_review(S, c, now)
        begin_work(S, p, c, now)


@compiled
def end_stage(S: Any, p: int, c: int, now: float) -> None:
    """The stage of case c (taken off the list of seat p) is over: enter the visit, see what comes next."""
    case, run = S.cases[c], S.run[0]
    s = case.stage
    stage = S.stages[s]
    target = what_next(S.shares, S.targets, s, case.next)
    if case.early:
        target = -1 - run.ended_early_exit
        run.ended_early += case.children
        stage.early += case.children
        log(S, ENDED_EARLY, p, c, s)
    in_time = now - case.began <= stage.deadline + INSTANT
    stage.open -= case.children
    stage.ended += case.children
    if in_time:
        stage.in_time += case.children
    v = S.visits[run.visited]
    run.visited += 1
    v.referred = case.referred
    v.entered = case.began
    v.began = max(case.began, 0.0)
    v.ended = now
    v.natural = case.natural
    v.waited = case.waited
    v.absent = case.absent
    v.slow = case.slow
    v.repeated = case.repeated
    v.missed = case.missed
    v.signed = case.signed
    v.paced = case.paced
    v.deadline = stage.deadline
    v.case = c
    v.stage = s
    v.ordinal = case.ordinal
    v.episode = case.episode
    v.target = target
    v.workers = case.visit_workers
    v.team = case.team
    v.early = case.early
    v.in_time = in_time
    if target < 0:
        log(S, CLOSED_EVENT, p, c, s)
        leave_service(S, c, -1 - target, now)
        return
    next_ordinal(S, c)
    enter(S, c, target, now)
    log(S, ENTERED, p, c, target)
    if case.team == S.seats[p].team and may_hold(S, p, target):
        case.visit_workers = 1
        if stage.decision == 1 and S.stages[target].decision == 0:  # who decided keeps the family
            becomes_worker(S, c, p, now)
        next_review(S, c, now)
        begin_work(S, p, c, now)
    else:
        run.transfers += 1
        log(S, RETURNED, p, c, target)
        join_list(S, c)


@compiled
def leave_service(S: Any, c: int, door: int, now: float) -> None:
    """The episode is over; does the family come back, and when?"""
    case, run = S.cases[c], S.run[0]
    run.closed += case.children
    run.workers_sum += case.children * case.workers
    S.exits[door].children += case.children
    case.mode = CLOSED
    case.seat = -1
    case.since = now
    p = return_probability(
        S.exits[door].returns, case.early == 1, run.early_factor, run.per_change, case.workers
    )
    if case.back < p:
        come_back(S, c, now + S.luck[case.ordinal, c].delay * run.mean_return_days)


@compiled
def comes_before(one: Any, when: float, c: int) -> bool:
    """Is the return ``one`` before that of case c? Of those in one instant the lower number is."""
    if abs(one.at - when) <= INSTANT:
        return bool(one.case < c)
    return bool(one.at < when)


@compiled
def come_back(S: Any, c: int, when: float) -> None:
    """Enter the return of a family in the heap of returns, by time and then case number."""
    run, backs = S.run[0], S.backs
    i = run.coming_back
    run.coming_back += 1
    while i > 0:
        j = (i - 1) >> 1
        if comes_before(backs[j], when, c):
            break
        backs[i].at = backs[j].at
        backs[i].case = backs[j].case
        i = j
    backs[i].at = when
    backs[i].case = c


@compiled
def next_back(S: Any) -> int:
    """Take the family who comes back next out of the heap."""
    run, backs = S.run[0], S.backs
    first = backs[0].case
    run.coming_back -= 1
    m = run.coming_back
    when, c = backs[m].at, backs[m].case
    i = 0
    while True:
        j = 2 * i + 1
        if j >= m:
            break
        if j + 1 < m and comes_before(backs[j + 1], backs[j].at, backs[j].case):
            j += 1
        if not comes_before(backs[j], when, c):
            break
        backs[i].at = backs[j].at
        backs[i].case = backs[j].case
        i = j
    if m > 0:
        backs[i].at = when
        backs[i].case = c
    return int(first)
