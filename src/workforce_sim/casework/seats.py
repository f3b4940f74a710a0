"""People come, are absent and go: what staff events do to casework."""

from __future__ import annotations

from typing import Any

from workforce_sim.casework.sharing import caseload_changed, reschedule, settle, tally
from workforce_sim.casework.waiting import hand_back, mark, situation_changed
from workforce_sim.compiled import compiled

#: What :func:`act` may be asked to do.
JOIN, LEAVE, HAND_OVER, SET_AWAY, SET_LIST, SET_LEAVING, SET_ABLE = range(7)


@compiled
def join(S: Any, p: int, experienced: int, now: float) -> None:
    """Somebody starts in seat p, with nothing on the list."""
    seat = S.seats[p]
    seat.clock = 0.0
    seat.away_clock = 0.0
    seat.last = now
    seat.strain = 1.0
    seat.n = 0
    seat.children = 0
    seat.alarm = float("inf")
    seat.present = 1
    seat.away = 0
    seat.takes_new = 1
    seat.experienced = experienced
    seat.person += 1
    if seat.manages:
        S.teams[seat.team].managers += 1
        if S.teams[seat.team].put_off:
            mark(S, seat.team)
    if seat.hours > 0.0:
        S.run[0].holders_fte += seat.fte
        situation_changed(S, p, now)


@compiled
def return_all(S: Any, p: int, now: float) -> None:
    """Every case of seat p returns to the waiting list."""
    tally(S)
    settle(S, p, now)
    while S.seats[p].n > 0:
        hand_back(S, p, S.seats[p].n - 1, now)


@compiled
def leave(S: Any, p: int, now: float) -> None:
    """Whoever is in seat p goes; the cases return to the waiting list."""
    seat = S.seats[p]
    return_all(S, p, now)
    if seat.manages and not seat.away:
        S.teams[seat.team].managers -= 1
    seat.can_leave = 0
    seat.present = 0
    seat.away = 0
    if seat.hours > 0.0:
        S.run[0].holders_fte -= seat.fte
    caseload_changed(S, p, now)
    S.lines[p].load = 0.0


@compiled
def hand_over(S: Any, p: int, now: float) -> None:
    """Whoever is in seat p keeps the post, but every case returns to the waiting list."""
    return_all(S, p, now)
    caseload_changed(S, p, now)


@compiled
def set_away(S: Any, p: int, away: int, now: float) -> None:
    """Whoever is in seat p is absent from now on, or back."""
    settle(S, p, now)
    S.seats[p].away = away
    if S.seats[p].manages:
        S.teams[S.seats[p].team].managers += -1 if away else 1
    situation_changed(S, p, now)


@compiled
def set_list(S: Any, p: int, takes_new: int, experienced: int, now: float) -> None:
    """Whether the worker in seat p takes new cases, and counts as experienced, from now on."""
    seat = S.seats[p]
    if seat.takes_new != takes_new or seat.experienced != experienced:
        settle(S, p, now)
        seat.takes_new = takes_new
        seat.experienced = experienced
        situation_changed(S, p, now)


@compiled
def set_able(S: Any, p: int, able: float, hours: float, now: float) -> None:
    """What the worker in seat p can carry and do a day, from now on; the same again leaves no trace."""
    seat = S.seats[p]
    if seat.able == able and seat.hours == hours:
        return
    settle(S, p, now)
    seat.able = able
    seat.hours = hours
    if seat.present:
        situation_changed(S, p, now)


@compiled
def set_leaving(S: Any, p: int, threshold: float, hazard: float, now: float) -> None:
    """The leaving clock of seat p starts."""
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


@compiled
def act(S: Any, what: int, p: int, first: int, second: int, x: float, y: float, now: float) -> None:
    """Any of the above: one way into the kernel costs less to compile than seven."""
    S.run[0].now = max(S.run[0].now, now)
    if what == JOIN:
        join(S, p, first, now)
    elif what == LEAVE:
        leave(S, p, now)
    elif what == HAND_OVER:
        hand_over(S, p, now)
    elif what == SET_AWAY:
        set_away(S, p, first, now)
    elif what == SET_LIST:
        set_list(S, p, first, second, now)
    elif what == SET_ABLE:
        set_able(S, p, x, y, now)
    else:
        set_leaving(S, p, x, y, now)
