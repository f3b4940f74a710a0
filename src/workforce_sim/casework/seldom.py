"""What casework seldom does, compiled only when a service does it: rebalancing, and a planner's own rule.

Sections 3 and 4 of docs/model.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from workforce_sim.authority.calendar import INSTANT
from workforce_sim.casework.records import MORE_LOG, REACHED, ROOM_SLACK
from workforce_sim.casework.rules import GRADUAL, ROUND_DAYS
from workforce_sim.casework.sharing import caseload_changed, settle, tally
from workforce_sim.casework.waiting import assign, can_take, class_of, hand_back, no_room, pop
from workforce_sim.compiled import compiled


@compiled
def answer(S: Any, p: int) -> int:
    """The planner's rule gives the first waiting case to seat p, or (-1) to nobody for now."""
    run = S.run[0]
    c = run.asking
    if p < 0:
        S.teams[S.cases[c].team].refused = 1
        return REACHED
    code = no_room(S, p)
    if code == REACHED:
        pop(S, c)
        assign(S, c, p, run.now)
    return int(code)


@compiled
def fullest(S: Any, team: int) -> int:
    """The worker of the team, present, with most children per able FTE; ties to the lowest post number."""
    found = -1
    most = -1.0
    for j in range(S.teams[team].workers):
        p = S.members[team, j]
        seat = S.seats[p]
        if seat.present and not seat.away and seat.children / seat.able > most + ROOM_SLACK:
            found = p
            most = seat.children / seat.able
    return int(found)


@compiled
def emptiest(S: Any, team: int) -> int:
    """The worker of the team, taking new cases, with fewest children per able FTE; ties as above."""
    found = -1
    least = np.inf
    for j in range(S.teams[team].workers):
        p = S.members[team, j]
        seat = S.seats[p]
        takes = seat.present and not seat.away and seat.takes_new
        if takes and seat.children / seat.able < least - ROOM_SLACK:
            found = p
            least = seat.children / seat.able
    return int(found)


@compiled
def latest(S: Any, p: int) -> int:
    """The slot of the case that the worker in seat p took on last; ties to the highest case number."""
    found = 0
    for i in range(1, S.seats[p].n):
        c, best = S.slots[p, i].case, S.slots[p, found].case
        newer = S.cases[c].taken - S.cases[best].taken
        if newer > INSTANT or (newer > -INSTANT and c > best):
            found = i
    return int(found)


@compiled
def rebalance(S: Any, team: int) -> int:
    """Move a case from the fullest worker to the emptiest: 1 if one moved, else 0; < 0, what is missing."""
    if S.teams[team].waiting:
        return 0
    giver = fullest(S, team)
    receiver = emptiest(S, team)
    if giver < 0 or receiver < 0 or giver == receiver or S.seats[giver].n == 0:
        return 0
    i = latest(S, giver)
    c = S.slots[giver, i].case
    if S.cases[c].team != team:  # teams were regrouped: it stays where it is until its stage ends
        return 0
    k = S.cases[c].children
    one, other = S.seats[giver], S.seats[receiver]
    after = (other.children + k) / other.able
    if not can_take(S, receiver, c) or after > (one.children - k) / one.able + ROOM_SLACK:
        return 0
    code = no_room(S, receiver)
    if code != REACHED:
        return -int(code)
    now = S.run[0].now
    tally(S)
    settle(S, giver, now)
    hand_back(S, giver, i, now)
    caseload_changed(S, giver, now)
    remove_from_list(S, c)
    assign(S, c, receiver, now)
    return 1


@compiled
def remove_from_list(S: Any, c: int) -> None:
    """Case c leaves its waiting list, wherever it stands on it."""
    case = S.cases[c]
    w = S.waitlists[case.team, class_of(S, c)]
    if w.head == c:
        pop(S, c)
        return
    before = w.head
    while S.cases[before].behind != c:
        before = S.cases[before].behind
    S.cases[before].behind = case.behind
    if w.tail == c:
        w.tail = before


@compiled
def rebalancing_due(S: Any) -> Any:
    """Moves between workers: one a team in a gradual round, as many as can at once."""
    run = S.run[0]
    gradual = run.rebalancing == GRADUAL
    if gradual and run.logging and run.logged + 4 * S.teams.shape[0] > S.log.shape[0]:
        return MORE_LOG
    for team in range(S.teams.shape[0]):
        code = 1
        while code == 1 and S.teams[team].had_turn == 0:
            code = rebalance(S, team)
            S.teams[team].changed = 0
            run.changed = 0
            if code < 0:
                return -int(code)
            if gradual:
                S.teams[team].had_turn = 1
    for team in range(S.teams.shape[0]):
        S.teams[team].had_turn = 0
    run.stirred = 0
    if gradual:
        run.next_round += ROUND_DAYS
    return REACHED
