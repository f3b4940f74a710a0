"""What changes in the rules of casework in mid-run, compiled only when a service makes such a change."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from workforce_sim.casework.entries import compiled_now
from workforce_sim.casework.holding import begin_work, end_work, next_review, take
from workforce_sim.casework.records import CLOSED, URGENT, WAITING
from workforce_sim.casework.rules import CHANGEABLE
from workforce_sim.casework.seldom import remove_from_list
from workforce_sim.casework.sharing import caseload_changed, settle, tally
from workforce_sim.casework.state import State, teams_of_stages
from workforce_sim.casework.waiting import line_up, mark, team_of
from workforce_sim.compiled import compiled
from workforce_sim.demand.families import Floats

#: What of a stage may change in mid-run.
OF_A_STAGE = frozenset(
    ("attention", "upkeep", "sign_off", "deadline", "window", "urgency", "experienced_only", "may_end_early")
)


def set_rule(state: State, rule: int, now: float) -> None:
    """Allocation goes by another rule from now on (its place in ``RULES``)."""
    state.run[0].rule = rule
    compiled_now(rules_changed, state, now)


def set_law(state: State, values: Mapping[str, float], now: float) -> None:
    """Other rules of ``CHANGEABLE`` from now on; the same again leaves no trace."""
    run = state.run[0]
    new = _different(run, values, CHANGEABLE)
    if not new:
        return
    # whether a case being worked on has a review to be woken at depends on whether pressure ends plans
    woken = run.ended_early_share > 0.0
    wakes = woken != (new.get("ended_early_share", run.ended_early_share) > 0.0)
    if wakes:
        compiled_now(lift, state, -1, now)
    for name, value in new.items():
        run[name] = value
    if wakes:
        compiled_now(put_back, state, -1, now)
    compiled_now(rules_changed, state, now)


def set_stage(state: State, s: int, values: Mapping[str, float], now: float) -> None:
    """Other rules of stage s, of ``OF_A_STAGE``, from now on; the same again leaves no trace."""
    stage = state.stages[s]
    new = _different(stage, values, OF_A_STAGE)
    if not new:
        return
    compiled_now(lift, state, s, now)
    if "upkeep" in new:
        stage.due_hours += stage.upkeep * stage.held_days
        stage.held_days = 0.0
    if "attention" in new:  # work is kept in days of full attention
        longer = stage.attention / new["attention"]
        stage.location += math.log(longer)
        cases = state.cases
        here = cases["stage"] == s
        cases["work"][here] *= longer
        cases["left"][here] *= longer
    for name, value in new.items():
        stage[name] = value
    stage.urgent_until = stage.deadline - stage.sign_off
    compiled_now(put_back, state, s, now)
    compiled_now(rules_changed, state, now)


def places_by_shares(place: Floats, shares: Sequence[float]) -> Floats:
    """Places that are each in the middle of one of equal teams, so chosen that every team has its share.

    Args:
        place: of families, from 0 to 1.
        shares: of the teams, of which at least one is above 0; they need not add up to 1.

    Example:
        >>> import numpy as np
        >>> places_by_shares(np.array([0.1, 0.3, 0.6, 0.9]), [1.0, 3.0]).tolist()
        [0.25, 0.75, 0.75, 0.75]
    """
    ends = np.cumsum(shares)
    teams = np.minimum(np.searchsorted(ends / ends[-1], place, side="right"), len(ends) - 1)
    return np.asarray((teams + 0.5) / len(ends), dtype=np.float64)


def regroup(
    state: State, types_of_stages: Sequence[int], teams_of_type: Sequence[int], places: Floats, now: float
) -> None:
    """The teams' work is divided anew; the division that is there leaves no trace."""
    first, teams = teams_of_stages(types_of_stages, teams_of_type)
    stages, cases = state.stages, state.cases
    same = (first == stages["first_team"]).all() and (teams == stages["teams"]).all()
    if same and (places == cases["place"]).all():
        return
    stages["team_type"], stages["first_team"], stages["teams"] = types_of_stages, first, teams
    cases["place"] = places
    compiled_now(change_teams, state, now)


def _different(record: Any, values: Mapping[str, float], allowed: frozenset[str]) -> dict[str, float]:
    """Which of the values are not those of the record already."""
    if unknown := values.keys() - allowed:
        raise KeyError(*sorted(unknown))
    return {name: value for name, value in values.items() if record[name] != value}


@compiled
def rules_changed(S: Any, now: float) -> None:
    """Every worker goes by the rules as they are now, and families who wait are looked at again."""
    S.run[0].now = max(S.run[0].now, now)
    for p in range(S.seats.shape[0]):
        if S.seats[p].present:
            settle(S, p, now)
            caseload_changed(S, p, now)
    for team in range(S.teams.shape[0]):
        if S.teams[team].waiting:
            mark(S, team)


@compiled
def lift(S: Any, s: int, now: float) -> None:
    """Bring the cases being worked on in stage s (-1: in any) up to date, and take them off their lists.

    For a moment only, in which the rules of their stage may change: :func:`put_back` must follow.
    """
    run = S.run[0]
    run.now = max(run.now, now)
    tally(S)
    for p in range(S.seats.shape[0]):
        if S.seats[p].present:
            settle(S, p, now)
    for c in range(run.next_case):
        case = S.cases[c]
        if case.mode <= URGENT and (s < 0 or case.stage == s):
            p = case.seat
            i = S.seats[p].n - 1
            while S.slots[p, i].case != c:
                i -= 1
            end_work(S, p, c, i, now)
            take(S, p, i)


@compiled
def put_back(S: Any, s: int, now: float) -> None:
    """The cases that :func:`lift` took off go back on their lists, by the rules as they are now."""
    for c in range(S.run[0].next_case):
        case = S.cases[c]
        if case.mode <= URGENT and (s < 0 or case.stage == s):
            next_review(S, c, now)
            begin_work(S, case.seat, c, now)


@compiled
def change_teams(S: Any, now: float) -> None:
    """Every open case belongs to the team that its stage and place now say; those who wait change lists."""
    run = S.run[0]
    run.now = max(run.now, now)
    for c in range(run.next_case):
        case = S.cases[c]
        if case.mode < CLOSED:
            team = team_of(S, c)
            if case.mode == WAITING and team != case.team:
                remove_from_list(S, c)
                S.teams[case.team].waiting -= 1
                S.teams[case.team].children -= case.children
                case.team = team
                line_up(S, c)
            case.team = team
    for team in range(S.teams.shape[0]):
        if S.teams[team].waiting:
            mark(S, team)


@compiled
def close_seat(S: Any, p: int, now: float) -> None:
    """Seat p, with nobody in it, is no longer among the workers of its team.

    A manager's post that closes is missed: the team still counts as one that has manager posts.
    """
    S.run[0].now = max(S.run[0].now, now)
    seat = S.seats[p]
    team = S.teams[seat.team]
    kept = 0
    for j in range(team.workers):
        other = S.members[seat.team, j]
        if other != p:
            S.members[seat.team, kept] = other
            kept += 1
    team.workers = kept
    seat.manages = 0
