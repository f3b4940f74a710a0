"""The kernel's memory: one record per post, case, team list and run, as NumPy record arrays.

The kernel is plain functions over these arrays, so the whole state of casework can be copied, saved
or compared. Records (rather than one array a field) keep what is used together in one cache line
and let the kernel read as ``seats[p].pace``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.demand.families import Families

#: Slack when children are compared with a cap that is a product of floats (cap x FTE).
ROOM_SLACK = 1e-9

# What a seat's next event is.
NOTHING, CLOSURE, LEAVING = 0, 1, 2

# What advance() came back for.
REACHED, LEAVER, MORE_SLOTS, MORE_LOG = 0, 1, 2, 3

# Columns of State.space: children per FTE, and children the worker can still take.
LOAD, ROOM = 0, 1

# Where a case is, when no worker holds it.
NOT_REFERRED, WAITING, CLOSED = -3, -1, -2

SEAT = np.dtype(
    [
        ("clock", "f8"),  # virtual clock: hours of progress per child since the worker joined
        ("last", "f8"),  # when the clock and the leaving threshold were last brought up to date
        ("pace", "f8"),  # hours of progress per child and day now
        ("hours", "f8"),  # hours of case work a day (FTE included); 0 = holds no cases
        ("fte", "f8"),
        ("need", "f8"),  # what is left of the leaving threshold
        ("hazard", "f8"),  # base leaving rate a day
        ("strain", "f8"),  # what caseload multiplies it by, now
        ("team", "i8"),
        ("n", "i8"),  # cases held
        ("children", "i8"),  # children held
        ("can_leave", "i8"),  # the leaving clock runs
        ("next", "i8"),  # NOTHING, CLOSURE or LEAVING
    ],
    align=True,
)


def new_seat(team: int, fte: float, hours: float) -> tuple[float, ...]:
    """The record of a seat with nobody in it."""
    fields = dict.fromkeys(SEAT.names or (), 0.0) | {"team": team, "fte": fte, "hours": hours, "strain": 1.0}
    return tuple(fields.values())


#: 64 bytes, a cache line. Days with a worker are what is left of the days since referral.
CASE = np.dtype(
    [
        ("referred", "f8"),
        ("work", "f8"),  # hours, all children together
        ("left", "f8"),  # hours, true while no worker holds the case
        ("repeated", "f8"),  # hours added by handovers
        ("since", "f8"),  # start of the present waiting or held spell; when it closed, once closed
        ("waited", "f8"),  # days on a list, finished spells
        ("seat", "i4"),  # who holds it, or WAITING, CLOSED, NOT_REFERRED
        ("behind", "i4"),  # next case on the waiting list
        ("team", "i2"),
        ("children", "i2"),
        ("workers", "i2"),  # how many it has had
        ("priority", "i2"),
    ],
    align=True,
)

#: One record per team and priority class.
WAITLIST = np.dtype([("head", "i8"), ("tail", "i8")], align=True)

#: One record per team: workers on its list, cases waiting, and whether an allocation pass is due.
TEAM = np.dtype([("workers", "i8"), ("waiting", "i8"), ("changed", "i8")], align=True)

#: One record a run: counts, integrals over time and sums over closed cases (child-weighted days).
RUN = np.dtype(
    [
        ("now", "f8"),
        ("area_to", "f8"),
        ("waiting_area", "f8"),  # integral of children waiting
        ("held_area", "f8"),
        ("waiting", "i8"),  # children
        ("held", "i8"),
        ("next_case", "i8"),
        ("referred", "i8"),  # children
        ("closed", "i8"),
        ("allocations", "i8"),  # cases
        ("handovers", "i8"),  # allocations to a second or later worker
        ("changed", "i8"),  # any team has an allocation pass due
        ("logged", "i8"),
        ("logging", "i8"),
        ("leaver", "i8"),
        ("done_hours", "f8"),  # progress made, up to when each worker was last settled
        ("repeated_hours", "f8"),  # added by handovers
        ("workers_sum", "i8"),
    ],
    align=True,
)

LOG = np.dtype([("time", "f8"), ("kind", "i8"), ("post", "i8"), ("case", "i8")], align=True)


@dataclass(frozen=True, slots=True)
class CaseRules:
    """What casework needs to know of an authority, in days and hours.

    Attributes:
        attention: most hours of progress one child absorbs a day.
        upkeep: hours a day a child costs by being open.
        cap: most children per full-time worker (``inf`` for none).
        reading_hours: hours of reading in per case and handover.
        lost_share: share of the progress made that a handover loses.
        overtime_share: share of the hours wanted beyond the ordinary day that overtime meets.
        overtime_limit: most overtime a day of a full-time worker.
        strain: multiplier of the leaving rate by children per FTE, from 0 children up.
        teams: number of teams.
        classes: number of priority classes.
    """

    attention: float
    upkeep: float
    cap: float
    reading_hours: float
    lost_share: float
    strain: npt.NDArray[np.float64]
    teams: int
    classes: int
    overtime_share: float = 0.0
    overtime_limit: float = 0.0


class State(NamedTuple):
    """All arrays of the kernel, in the order in which it takes them."""

    seats: Any  # SEAT[posts]
    due: npt.NDArray[np.float64]  # time of each seat's next event
    heap: npt.NDArray[np.int64]  # seats, soonest first
    place: npt.NDArray[np.int64]  # of each seat in the heap
    space: npt.NDArray[np.float64]  # [seat, (LOAD, ROOM)]; room is -1 when nobody is there
    finish: npt.NDArray[np.float64]  # [seat, slot] clock reading at which the case closes, last first
    slots: npt.NDArray[np.int64]  # [seat, slot] case number
    cases: Any  # CASE[cases]
    waitlists: Any  # WAITLIST[teams, classes]
    teams: Any  # TEAM[teams]
    members: npt.NDArray[np.int64]  # [team, k] case-holding seats by number
    strain: npt.NDArray[np.float64]
    law: npt.NDArray[
        np.float64
    ]  # attention, upkeep, cap, reading hours, lost share, overtime share, overtime limit
    run: Any  # RUN[1]
    log: Any  # LOG[room]


def new_state(rules: CaseRules, tape: Families, *, logging: bool, posts: int = 16) -> State:
    """An empty service at time 0 with every case of the tape still to be referred."""
    n = len(tape)
    cases = _aligned(n, CASE)
    cases["referred"] = tape.time
    cases["work"] = tape.work + tape.done  # at a handover what was done before the run counts as progress
    cases["left"] = tape.work
    cases["children"], cases["priority"], cases["team"] = tape.children, tape.priority, tape.team
    cases["seat"], cases["behind"] = NOT_REFERRED, -1
    waitlists = np.zeros((rules.teams, rules.classes), WAITLIST).view(np.recarray)
    waitlists["head"] = waitlists["tail"] = -1
    run = np.zeros(1, RUN).view(np.recarray)
    run["logging"], run["leaver"] = int(logging), -1
    handover = (rules.reading_hours, rules.lost_share)
    overtime = (rules.overtime_share, rules.overtime_limit)
    law = np.array([rules.attention, rules.upkeep, rules.cap, *handover, *overtime])
    seats = np.zeros(0, SEAT).view(np.recarray)
    empty, none = np.zeros(0), np.zeros(0, np.int64)
    slots = 32 if rules.cap == np.inf else int(min(max(rules.cap, 4), 32)) + 8
    state = State(
        seats=seats,
        due=empty,
        heap=none,
        place=none,
        space=np.zeros((0, 2)),
        finish=np.zeros((0, slots)),
        slots=np.zeros((0, slots), np.int64),
        cases=cases,
        waitlists=waitlists,
        teams=np.zeros(rules.teams, TEAM).view(np.recarray),
        members=np.zeros((rules.teams, 16), np.int64),
        strain=np.ascontiguousarray(rules.strain, dtype=np.float64),
        law=law,
        run=run,
        log=np.zeros(4096 if logging else 16, LOG).view(np.recarray),
    )
    return with_seats(state, posts)


def _aligned(n: int, record: np.dtype[Any]) -> Any:
    """Zeroed records that each start at a multiple of their size, so that none straddles a cache line."""
    size = record.itemsize
    memory = np.zeros((n + 1) * size, np.uint8)
    first = -memory.ctypes.data % size
    return memory[first : first + n * size].view(record).view(np.recarray)


def with_seats(state: State, posts: int) -> State:
    """The same state with empty seats for ``posts`` posts."""
    old = len(state.seats)
    extra = posts - old
    if extra <= 0:
        return state
    seats = np.concatenate([state.seats, np.zeros(extra, SEAT)]).view(np.recarray)
    seats["team"][old:] = -1
    grow = ((0, extra), (0, 0))
    return state._replace(
        seats=seats,
        due=np.concatenate([state.due, np.full(extra, np.inf)]),
        heap=np.concatenate([state.heap, np.arange(old, posts)]),
        place=np.concatenate([state.place, np.arange(old, posts)]),
        space=np.concatenate([state.space, np.tile([0.0, -1.0], (extra, 1))]),
        finish=np.pad(state.finish, grow),
        slots=np.pad(state.slots, grow),
    )


def with_more_slots(state: State) -> State:
    """The same state with room for twice as many cases on every worker's list."""
    wider = ((0, 0), (0, state.slots.shape[1]))
    return state._replace(finish=np.pad(state.finish, wider), slots=np.pad(state.slots, wider))


def with_longer_log(state: State) -> State:
    """The same state with room for twice as many events in the log."""
    log = np.concatenate([state.log, np.zeros(len(state.log), LOG)]).view(np.recarray)
    return state._replace(log=log)


def with_more_members(state: State) -> State:
    """The same state with room for twice as many case-holding posts in every team."""
    return state._replace(members=np.pad(state.members, ((0, 0), (0, state.members.shape[1]))))
