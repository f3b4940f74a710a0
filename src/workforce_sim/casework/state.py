"""The kernel's memory: arrays of the records of ``records.py``, made for a run and made larger.

The kernel is plain functions over these arrays, so the whole state of casework can be copied, saved
or compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.stage_rules import STAGE
from workforce_sim.casework.records import (
    BACK,
    CASE,
    EXIT,
    LINE,
    LOG,
    LUCK,
    NOT_REFERRED,
    RUN,
    SEAT,
    SLOT,
    STAGE_NOW,
    TEAM,
    VISIT,
    WAITLIST,
)
from workforce_sim.casework.rules import CaseRules
from workforce_sim.compiled import CACHE_LINE
from workforce_sim.demand.families import DRAWS, Families, Ints

#: Room for the luck of so many visits of a family (memory is used where it is drawn).
_VISITS = 24


class State(NamedTuple):
    """All arrays of the kernel, in the order in which it takes them."""

    seats: Any  # SEAT[posts]
    lines: Any  # LINE[posts]
    mix: npt.NDArray[np.int64]  # [seat, mode * stages + stage] children held, modes WORKING, URGENT, GATE
    slots: Any  # SLOT[posts, cases on a list], the next to be done last
    cases: Any  # CASE[cases]
    waitlists: Any  # WAITLIST[teams, classes]
    teams: Any  # TEAM[teams]
    members: npt.NDArray[np.int64]  # [team, k] case-holding seats by number
    strain: npt.NDArray[np.float64]
    stages: Any  # STAGE_NOW[stages]
    gates: npt.NDArray[np.float64]
    shares: npt.NDArray[np.float64]
    targets: npt.NDArray[np.int64]
    exits: Any  # EXIT[exits]
    luck: Any  # LUCK[ordinal, case], drawn so far
    backs: Any  # BACK[cases]
    run: Any  # RUN[1]
    visits: Any  # VISIT[room]
    log: Any  # LOG[room]


def new_state(
    rules: CaseRules, tape: Families, *, logging: bool, visits: int | None = None, posts: int = 16
) -> State:
    """An empty service at time 0 with every case of the tape still to be referred.

    ``visits`` is the room for visits that have ended; by default for as many as a run has, or nearly.
    """
    n, table = len(tape), rules.pathway
    stages = len(table.stages)
    cases = _aligned((n,), CASE)
    cases["referred"] = tape.time - tape.already_open
    cases["since"] = tape.time
    cases["began"] = tape.began
    cases["work"] = tape.left + tape.done  # at a handover what was done before the run counts as progress
    cases["left"] = tape.left
    cases["stage"] = tape.stage
    cases["children"], cases["family_class"], cases["place"] = tape.children, tape.priority, tape.place
    cases["known"] = tape.known
    cases["mode"], cases["behind"], cases["seat"], cases["last_seat"] = NOT_REFERRED, -1, -1, -1
    cases["ordinal"], cases["changed"], cases["changed_before"] = -1, -np.inf, -np.inf
    classes = 2 * (int(table.stages["priority"].max()) + 1)
    teams = int(sum(rules.teams_of_type))
    waitlists = np.zeros((teams, classes), WAITLIST).view(np.recarray)
    waitlists["head"] = waitlists["tail"] = -1
    run = np.zeros(1, RUN).view(np.recarray)
    run["logging"], run["leaver"] = int(logging), -1
    run["next_round"], run["next_duty"] = rules.first_round(), np.inf
    for name, value in rules.law().items():
        run[name] = value
    slots = 32 if rules.cap == np.inf else int(min(max(rules.cap, 4), 32)) + 8
    state = State(
        seats=np.zeros(0, SEAT).view(np.recarray),
        lines=np.zeros(0, LINE).view(np.recarray),
        mix=np.zeros((0, 3 * stages), np.int64),
        slots=np.zeros((0, slots), SLOT).view(np.recarray),
        cases=cases,
        waitlists=waitlists,
        teams=np.zeros(teams, TEAM).view(np.recarray),
        members=np.zeros((teams, 16), np.int64),
        strain=np.ascontiguousarray(rules.strain, dtype=np.float64),
        stages=_stages(rules),
        gates=table.gates,
        shares=table.shares.copy(),  # they may change in mid-run, and the table belongs to others too
        targets=table.targets,
        exits=np.zeros(len(table.returns), EXIT).view(np.recarray),
        luck=_aligned((_VISITS, n), LUCK),
        backs=np.zeros(n + 1, BACK).view(np.recarray),
        run=run,
        visits=np.zeros(max(1024, 8 * n) if visits is None else visits, VISIT).view(np.recarray),
        log=np.zeros(4096 if logging else 16, LOG).view(np.recarray),
    )
    state.exits["returns"] = table.returns
    state = with_more_draws(state, tape)
    return with_seats(state, posts)


def _stages(rules: CaseRules) -> Any:
    """The stages' records with the teams that do their work."""
    found = np.zeros(len(rules.pathway.stages), STAGE_NOW).view(np.recarray)
    for name in STAGE.names or ():
        found[name] = rules.pathway.stages[name]
    found["first_team"], found["teams"] = teams_of_stages(found["team_type"], rules.teams_of_type)
    return found


def teams_of_stages(types_of_stages: Sequence[int] | Ints, teams_of_type: Sequence[int]) -> tuple[Ints, Ints]:
    """The number of the first team, and how many there are, for every stage; teams are numbered by type."""
    types, teams = np.asarray(types_of_stages, np.int64), np.asarray(teams_of_type, np.int64)
    return (np.cumsum(teams) - teams)[types], teams[types]


def _aligned(shape: tuple[int, ...], record: np.dtype[Any]) -> Any:
    """Zeroed records that start at a cache line."""
    size = math.prod(shape) * record.itemsize
    memory = np.zeros(size + CACHE_LINE, np.uint8)
    first = -memory.ctypes.data % CACHE_LINE
    return memory[first : first + size].view(record).reshape(shape).view(np.recarray)


def with_seats(state: State, posts: int) -> State:
    """The same state with empty seats for ``posts`` posts."""
    old = len(state.seats)
    extra = posts - old
    if extra <= 0:
        return state
    seats = np.concatenate([state.seats, np.zeros(extra, SEAT)]).view(np.recarray)
    seats["team"][old:] = -1
    lines = np.zeros(extra, LINE)
    lines["due"], lines["room"] = np.inf, -1.0
    lines["heap"] = lines["place"] = np.arange(old, posts)
    return state._replace(
        seats=seats,
        lines=np.concatenate([state.lines, lines]).view(np.recarray),
        mix=np.pad(state.mix, ((0, extra), (0, 0))),
        slots=_wider(state.slots, extra, 0),
    )


def _wider(slots: Any, rows: int, columns: int) -> Any:
    found = np.zeros((slots.shape[0] + rows, slots.shape[1] + columns), SLOT)
    found[: slots.shape[0], : slots.shape[1]] = slots
    return found.view(np.recarray)


def with_more_slots(state: State) -> State:
    """The same state with room for twice as many cases on every worker's list."""
    return state._replace(slots=_wider(state.slots, 0, state.slots.shape[1]))


def with_longer_log(state: State) -> State:
    """The same state with room for twice as many events in the log."""
    log = np.concatenate([state.log, np.zeros(len(state.log), LOG)]).view(np.recarray)
    return state._replace(log=log)


def with_more_visits(state: State) -> State:
    """The same state with room for twice as many finished visits."""
    visits = np.concatenate([state.visits, np.zeros(len(state.visits), VISIT)]).view(np.recarray)
    return state._replace(visits=visits)


def with_more_draws(state: State, tape: Families) -> State:
    """The same state with luck for one more visit of every family."""
    drawn, luck = int(state.run[0].drawn), state.luck
    if drawn == len(luck):
        luck = _aligned((2 * drawn, len(tape)), LUCK)
        luck[:drawn] = state.luck
    columns = luck[drawn].view(np.float64).reshape(len(tape), LUCK.itemsize // 8)
    columns[:, : len(DRAWS)] = tape.draws(drawn)
    state.run["drawn"] = drawn + 1
    return state._replace(luck=luck)


def with_more_members(state: State) -> State:
    """The same state with room for twice as many case-holding posts in every team."""
    return state._replace(members=np.pad(state.members, ((0, 0), (0, state.members.shape[1]))))
