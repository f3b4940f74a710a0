"""Waiting lists, allocation and rebalancing (sections 3 and 4 of docs/model.md)."""

from __future__ import annotations

from typing import Any

import numpy as np

from workforce_sim.authority.calendar import INSTANT
from workforce_sim.casework.eventlog import Kind
from workforce_sim.casework.holding import begin_work, end_work, next_review, take
from workforce_sim.casework.records import (
    ASK,
    DECIDING,
    GATE,
    MORE_LOG,
    MORE_SLOTS,
    REACHED,
    ROOM_SLACK,
    SIGNING,
    UNALLOCATED,
    URGENT,
    WAITING,
)
from workforce_sim.casework.rules import RANDOM, YOUR_OWN
from workforce_sim.casework.sharing import caseload_changed, log, log_is_full, settle, tally
from workforce_sim.compiled import compiled

ALLOCATED, RETURNED = int(Kind.ALLOCATED), int(Kind.RETURNED)

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
def situation_changed(S: Any, p: int, now: float) -> None:
    """What seat p holds or can take is another: its pace and room, and a pass if families wait there."""
    caseload_changed(S, p, now)
    if S.teams[S.seats[p].team].waiting:
        mark(S, S.seats[p].team)


@compiled
def class_of(S: Any, c: int) -> int:
    """Which of its team's waiting lists case c belongs on."""
    return int(2 * S.stages[S.cases[c].stage].priority + S.cases[c].family_class)


@compiled
def team_of(S: Any, c: int) -> int:
    """The team to which case c belongs in its stage."""
    return int(team_for(S, c, S.cases[c].stage))


@compiled
def team_for(S: Any, c: int, s: int) -> int:
    """The team to which case c belongs in stage s."""
    stage = S.stages[s]
    return int(stage.first_team + min(int(S.cases[c].place * stage.teams), stage.teams - 1))


@compiled
def join_list(S: Any, c: int) -> None:
    """Case c joins the waiting list of its stage and team, at its place by ticket."""
    case = S.cases[c]
    stage = S.stages[case.stage]
    tally(S)
    case.mode = WAITING
    case.seat = -1
    case.since = S.run[0].now
    S.run[0].counts[DECIDING if stage.decision else UNALLOCATED] += case.children
    S.stages[case.stage].waiting += case.children
    line_up(S, c)
    mark(S, case.team)


@compiled
def line_up(S: Any, c: int) -> None:
    """Case c takes its place by ticket on the waiting list of its stage and team."""
    cases = S.cases
    case = cases[c]
    S.teams[case.team].waiting += 1
    S.teams[case.team].children += case.children
    w = S.waitlists[case.team, class_of(S, c)]
    ticket = case.ticket
    if w.tail < 0:
        w.head = c
        w.tail = c
        case.behind = -1
    elif cases[w.tail].ticket < ticket:
        cases[w.tail].behind = c
        w.tail = c
        case.behind = -1
    elif ticket < cases[w.head].ticket:
        case.behind = w.head
        w.head = c
    else:
        before = w.head
        while cases[cases[before].behind].ticket < ticket:
            before = cases[before].behind
        case.behind = cases[before].behind
        cases[before].behind = c


@compiled
def may_hold(S: Any, p: int, s: int) -> bool:
    """Is the worker in seat p experienced, or does the stage not ask for it?"""
    return bool(not S.stages[s].experienced_only or S.seats[p].experienced)


@compiled
def can_take(S: Any, p: int, c: int) -> bool:
    """Has the worker in seat p room for case c, and the experience its stage asks for?"""
    case = S.cases[c]
    return bool(S.lines[p].room + ROOM_SLACK >= case.children and may_hold(S, p, case.stage))


@compiled
def choose_worker(S: Any, c: int) -> int:
    """The worker whom the rule gives case c, or -1; see section 3."""
    case, law = S.cases[c], S.run[0]
    team = case.team
    if law.continuity and case.episode > 0 and case.last_seat >= 0:
        p = case.last_seat
        here = S.seats[p].team == team and S.seats[p].person == case.last_person
        if here and can_take(S, p, c):
            return int(p)
    best = -1
    if law.rule == RANDOM:
        candidates = 0
        for j in range(S.teams[team].workers):
            p = S.members[team, j]
            if can_take(S, p, c):
                candidates += 1
        skip = int(S.luck[case.ordinal, c].allocation * candidates)
        for j in range(S.teams[team].workers):
            p = S.members[team, j]
            if can_take(S, p, c):
                if skip == 0:
                    return int(p)
                skip -= 1
        return -1
    least = np.inf
    for j in range(S.teams[team].workers):
        p = S.members[team, j]
        if S.lines[p].load < least - ROOM_SLACK and can_take(S, p, c):
            least = S.lines[p].load
            best = p
    return int(best)


@compiled
def becomes_worker(S: Any, c: int, p: int, now: float) -> None:
    """The worker in seat p is the family's from now on; another than the last has work to repeat."""
    seat, case, run = S.seats[p], S.cases[c], S.run[0]
    another = case.last_seat >= 0 and (case.last_seat != p or case.last_person != seat.person)
    if another:
        k, made = case.children, max(0.0, case.work - case.left)
        again = run.reading_hours / (k * S.stages[case.stage].attention) + run.lost_share * made
        case.left += again
        case.repeated += again
        run.repeated += again * k
        run.handovers += 1
        case.changed_before = case.changed
        case.changed = now
    if another or case.workers == 0:
        case.workers += 1
    case.last_seat = p
    case.last_person = seat.person


@compiled
def assign(S: Any, c: int, p: int, now: float) -> None:
    """Case c goes to the worker in seat p."""
    case, run = S.cases[c], S.run[0]
    k = case.children
    stage = S.stages[case.stage]
    tally(S)
    if stage.decision == 0:  # at the front door nobody reads in, and nobody is the family's worker
        becomes_worker(S, c, p, now)
    case.visit_workers += 1
    case.waited += now - case.since
    case.seat = p
    case.taken = now
    case.mode = GATE
    run.counts[DECIDING if stage.decision else UNALLOCATED] -= k
    S.stages[case.stage].waiting -= k
    S.teams[case.team].waiting -= 1
    S.teams[case.team].children -= k
    run.allocations += 1
    log(S, ALLOCATED, p, c, case.stage)
    settle(S, p, now)
    next_review(S, c, now)
    begin_work(S, p, c, now)
    caseload_changed(S, p, now)


@compiled
def hand_back(S: Any, p: int, i: int, now: float) -> None:
    """The case at slot i of seat p (settled) returns to the waiting list of its team."""
    c = S.slots[p, i].case
    case = S.cases[c]
    if case.mode <= URGENT:
        end_work(S, p, c, i, now)
    elif case.mode == GATE:
        case.left = 0.0
        if case.late:
            case.missed += now - case.since
    elif case.mode == SIGNING:
        case.left = 0.0
        case.signed += now - case.since
    take(S, p, i)
    log(S, RETURNED, p, c, case.stage)
    join_list(S, c)


@compiled
def pop(S: Any, c: int) -> None:
    """Case c, the first of its list, leaves the list."""
    case = S.cases[c]
    w = S.waitlists[case.team, class_of(S, c)]
    w.head = case.behind
    if w.head < 0:
        w.tail = -1


@compiled
def no_room(S: Any, p: int) -> int:
    """What is missing before case p can be put on a list: REACHED if nothing."""
    if S.seats[p].n + 1 >= S.slots.shape[1]:
        return MORE_SLOTS
    if log_is_full(S):
        return MORE_LOG
    return REACHED


@compiled
def put_off(S: Any, team: int) -> bool:
    """Put the pass of a team off until a duty manager looks in, if none of its managers is at work."""
    run, office = S.run[0], S.teams[team]
    office.put_off = 0
    if run.duty_days <= 0.0 or office.manager_posts == 0 or office.managers > 0 or office.waiting == 0:
        return False
    nearest = np.floor(run.now / run.duty_days + 0.5) * run.duty_days
    if abs(run.now - nearest) <= INSTANT:
        return False
    office.put_off = 1
    run.next_duty = (np.floor((run.now + INSTANT) / run.duty_days) + 1.0) * run.duty_days
    return True


@compiled
def duty_due(S: Any) -> None:
    """If a duty manager looks in at this instant, the passes that were put off are due."""
    run = S.run[0]
    if run.next_duty <= run.now + INSTANT:
        run.next_duty = np.inf
        for team in range(S.teams.shape[0]):
            if S.teams[team].put_off:
                mark(S, team)


@compiled
def allocate(S: Any, team: int) -> int:
    """Serve the waiting lists of a team in order until the first case that finds no candidate."""
    run = S.run[0]
    now = run.now
    if S.teams[team].refused:
        S.teams[team].refused = 0
        return REACHED
    if put_off(S, team):
        return REACHED
    for line in range(S.waitlists.shape[1]):
        w = S.waitlists[team, line]
        while w.head >= 0:
            c = w.head
            if run.rule == YOUR_OWN:
                run.asking = c
                return ASK
            p = choose_worker(S, c)
            if p < 0:
                return REACHED
            code = no_room(S, p)
            if code != REACHED:
                return int(code)
            pop(S, c)
            assign(S, c, p, now)
    return REACHED
