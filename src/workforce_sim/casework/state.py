"""The kernel's memory: one record per post, case, team list, stage and run, as NumPy record arrays.

The kernel is plain functions over these arrays, so the whole state of casework can be copied, saved
or compared. Records (rather than one array a field) keep what is used together in one cache line
and let the kernel read as ``seats[p].pace``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.stage_rules import STAGE
from workforce_sim.casework.rules import LAW, CaseRules
from workforce_sim.demand.families import DRAWS, Families

#: Slack when children are compared with a cap that is a product of floats (cap x FTE).
ROOM_SLACK = 1e-9

# What a seat's next event is.
NOTHING, WORK_DONE, ALARM, LEAVING = 0, 1, 2, 3

# What advance() came back for.
REACHED, LEAVER, MORE_SLOTS, MORE_LOG, MORE_VISITS, MORE_DRAWS, ASK, REBALANCE = 0, 1, 2, 3, 4, 5, 6, 7

# How a case stands. The first three are also the blocks of State.mix.
WORKING, URGENT, GATE, SIGNING, WAITING, CLOSED, NOT_REFERRED = 0, 1, 2, 3, 4, 5, 6

#: The days of open children by what the day was: RUN counts children and integrates them over time.
DAYS = ("deciding", "unallocated", "working", "at_review", "missed_review", "sign_off")
DECIDING, UNALLOCATED, AT_WORK, AT_REVIEW, MISSED_REVIEW, SIGN_OFF = range(6)

SEAT = np.dtype(
    [
        ("clock", "f8"),  # virtual clock: days of full attention each case has had since the worker joined
        ("away_clock", "f8"),  # days the worker has been absent
        ("last", "f8"),  # when the clocks and the leaving threshold were last brought up to date
        ("pace", "f8"),  # share of full attention now
        ("hours", "f8"),  # hours of case work a day (FTE included); 0 = holds no cases
        ("fte", "f8"),
        ("need", "f8"),  # what is left of the leaving threshold
        ("hazard", "f8"),  # base leaving rate a day
        ("strain", "f8"),  # what caseload multiplies it by, now
        ("alarm", "f8"),  # soonest alarm of the cases held
        ("upkeep", "f8"),  # hours a day that the cases held cost now
        ("missed", "f8"),  # of these, not met
        ("team", "i8"),
        ("n", "i8"),  # cases held
        ("children", "i8"),  # children held
        ("at_work", "i8"),  # of these, being worked on
        ("person", "i8"),  # how many people have been in the post
        ("present", "i8"),  # somebody is in the post
        ("away", "i8"),  # and is absent
        ("takes_new", "i8"),
        ("experienced", "i8"),
        ("manages", "i8"),
        ("can_leave", "i8"),  # the leaving clock runs
        ("next", "i8"),  # NOTHING, WORK_DONE, ALARM or LEAVING
    ],
    align=True,
)


def new_seat(team: int, fte: float, hours: float, manages: bool) -> tuple[float, ...]:
    """The record of a seat with nobody in it."""
    stated = {"team": team, "fte": fte, "hours": hours, "strain": 1.0, "manages": int(manages)}
    fields = dict.fromkeys(SEAT.names or (), 0.0) | stated
    return tuple(fields.values())


#: What is looked at most of every seat, and (``heap``) the seats in order of their next event.
LINE = np.dtype(
    [
        ("due", "f8"),  # time of the seat's next event
        ("load", "f8"),  # what the allocation rule compares
        ("room", "f8"),  # children the worker can still take; -1 when nobody there takes cases
        ("heap", "i8"),  # seat at this place of the heap, soonest first
        ("place", "i8"),  # of the seat in the heap
    ],
    align=True,
)

#: A place on a worker's list.
SLOT = np.dtype([("finish", "f8"), ("alarm", "f8"), ("case", "i8")], align=True)

#: One record a family. ``left`` is true while nobody works on the case.
CASE = np.dtype(
    [
        ("referred", "f8"),  # the present episode
        ("began", "f8"),  # entry into the stage (before 0 for cases open at the start)
        ("since", "f8"),  # start of the present spell of waiting, work, gate or sign-off; when it closed
        ("work", "f8"),  # days of full attention the stage takes
        ("left", "f8"),
        ("natural", "f8"),
        ("waited", "f8"),  # days on a list in this stage, finished spells; the next six likewise
        ("absent", "f8"),
        ("slow", "f8"),
        ("repeated", "f8"),
        ("missed", "f8"),
        ("signed", "f8"),
        ("paced", "f8"),  # days of pace: the integral of pace over the time worked on
        ("clock0", "f8"),  # the worker's clocks when the present spell of work began
        ("away0", "f8"),
        ("review", "f8"),  # next review that could end the stage early
        ("taken", "f8"),  # when the present worker took it on
        ("changed", "f8"),  # last two changes of worker
        ("changed_before", "f8"),
        ("place", "f8"),  # which of the teams of a type, 0 to 1
        ("ticket", "i8"),
        ("seat", "i8"),  # who holds it, -1 nobody
        ("behind", "i8"),  # next case on the waiting list
        ("last_seat", "i8"),  # who held it last
        ("last_person", "i8"),
        ("team", "i8"),
        ("stage", "i8"),
        ("ordinal", "i8"),
        ("episode", "i8"),
        ("children", "i8"),
        ("workers", "i8"),  # in this episode
        ("family_class", "i8"),
        ("mode", "i8"),
        ("known", "i8"),  # its case was closed within a year before the first referral
        ("early", "i8"),  # ended early or turned away
        ("late", "i8"),  # its work was done too late for the review it would have met
        ("visit_workers", "i8"),
    ],
    align=True,
)

#: One record per team and class.
WAITLIST = np.dtype([("head", "i8"), ("tail", "i8")], align=True)

#: One record per team: workers on its list, cases waiting, whether an allocation pass is due, managers.
TEAM = np.dtype(
    [
        ("workers", "i8"),
        ("waiting", "i8"),
        ("changed", "i8"),
        ("had_turn", "i8"),  # in a round of rebalancing
        ("refused", "i8"),  # the planner's rule has found nobody for the first case
        ("manager_posts", "i8"),
        ("managers", "i8"),  # present
    ],
    align=True,
)

#: One record a stage: its rules, children there now, and counted since the start.
STAGE_NOW = np.dtype(
    [
        *((name, STAGE.fields[name][0]) for name in STAGE.names or () if STAGE.fields),
        ("first_team", "i8"),
        ("teams", "i8"),
        ("open", "i8"),
        ("waiting", "i8"),
        ("entered", "i8"),
        ("ended", "i8"),
        ("in_time", "i8"),
        ("early", "i8"),
        ("held_days", "f8"),  # child-days with a worker, up to when each was last settled
        ("missed_hours", "f8"),  # of upkeep, likewise
    ],
    align=True,
)

#: One record an exit: the share who come back, and children who left by it.
EXIT = np.dtype([("returns", "f8"), ("children", "i8")], align=True)

#: The heap of families who will come back.
BACK = np.dtype([("at", "f8"), ("case", "i8")], align=True)

#: One record a run: counts, integrals over time and sums over children.
RUN = np.dtype(
    [
        ("now", "f8"),
        ("area_to", "f8"),
        ("paced", "f8"),  # child-days of pace, up to when each worker was last settled
        ("away", "f8"),  # child-days with an absent worker, likewise
        ("repeated", "f8"),  # child-days of repeated work, as booked
        ("upkeep_hours", "f8"),  # that the cases held cost
        ("missed_hours", "f8"),  # of these, not met
        ("load", "f8"),  # open children per FTE after the last allocation pass
        ("holders_fte", "f8"),  # case holders in post
        ("next_round", "f8"),  # of gradual rebalancing
        ("next_case", "i8"),
        ("coming_back", "i8"),  # families who will
        ("tickets", "i8"),
        ("referred", "i8"),  # children
        ("again", "i8"),  # children referred again
        ("again_in_year", "i8"),
        ("turned_away", "i8"),
        ("ended_early", "i8"),
        ("closed", "i8"),
        ("allocations", "i8"),  # cases
        ("handovers", "i8"),  # allocations to another person than the last
        ("transfers", "i8"),  # cases that changed team at a change of stage
        ("moves", "i8"),  # of rebalancing
        ("workers_sum", "i8"),
        ("changed", "i8"),  # any team has an allocation pass due
        ("logged", "i8"),
        ("logging", "i8"),
        ("visited", "i8"),
        ("leaver", "i8"),
        ("asking", "i8"),
        ("stirred", "i8"),  # somebody's caseload changed in this instant
        ("top_ordinal", "i8"),  # the latest visit of any family
        ("drawn", "i8"),  # visits for which luck has been drawn
        ("counts", "i8", (len(DAYS),)),  # children now, by DAYS
        ("areas", "f8", (len(DAYS),)),  # and their integrals over time
        *((name, LAW.fields[name][0]) for name in LAW.names or () if LAW.fields),
    ],
    align=True,
)

LOG = np.dtype([("time", "f8"), ("kind", "i8"), ("stage", "i8"), ("post", "i8"), ("case", "i8")], align=True)

#: One record a finished visit of a case to a stage: the raw parts of section 5.
VISIT = np.dtype(
    [
        ("referred", "f8"),  # of the episode; this and the next before 0 for cases open at the start
        ("entered", "f8"),
        ("began", "f8"),  # counted from: entry into the stage, or 0
        ("ended", "f8"),
        ("natural", "f8"),
        ("waited", "f8"),
        ("absent", "f8"),
        ("slow", "f8"),
        ("repeated", "f8"),
        ("missed", "f8"),
        ("signed", "f8"),
        ("paced", "f8"),
        ("case", "i8"),
        ("stage", "i8"),
        ("ordinal", "i8"),
        ("episode", "i8"),
        ("target", "i8"),  # what came next: a stage, or -1 - exit
        ("workers", "i8"),  # in the stage
        ("team", "i8"),
        ("early", "i8"),
        ("in_time", "i8"),
    ],
    align=True,
)


#: Room for the luck of so many visits of a family (memory is used where it is drawn); drawn at a time.
_VISITS, _MORE = 24, 3


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
    draws: npt.NDArray[np.float64]  # [ordinal, case, DRAWS], drawn so far
    backs: Any  # BACK[cases]
    run: Any  # RUN[1]
    visits: Any  # VISIT[room]
    log: Any  # LOG[room]


def new_state(rules: CaseRules, tape: Families, *, logging: bool, posts: int = 16) -> State:
    """An empty service at time 0 with every case of the tape still to be referred."""
    n, table = len(tape), rules.pathway
    stages = len(table.stages)
    cases = _aligned(n, CASE)
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
    run["logging"], run["leaver"], run["next_round"] = int(logging), -1, rules.first_round()
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
        shares=table.shares,
        targets=table.targets,
        exits=np.zeros(len(table.returns), EXIT).view(np.recarray),
        draws=np.empty((_VISITS, n, len(DRAWS))),
        backs=np.zeros(n + 1, BACK).view(np.recarray),
        run=run,
        visits=np.zeros(max(1024, 8 * n), VISIT).view(np.recarray),
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
    teams = np.array(rules.teams_of_type)
    found["teams"] = teams[found["team_type"]]
    found["first_team"] = (np.cumsum(teams) - teams)[found["team_type"]]
    return found


def _aligned(n: int, record: np.dtype[Any]) -> Any:
    """Zeroed records that start at a cache line."""
    size = record.itemsize
    memory = np.zeros(n * size + 64, np.uint8)
    first = -memory.ctypes.data % 64
    return memory[first : first + n * size].view(record).view(np.recarray)


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
    """The same state with luck for three more visits of every family."""
    drawn, draws = int(state.run[0].drawn), state.draws
    if drawn + _MORE > len(draws):
        draws = np.concatenate([draws, np.empty_like(draws)])
    for ordinal in range(drawn, drawn + _MORE):
        draws[ordinal] = tape.draws(ordinal)
    state.run["drawn"] = drawn + _MORE
    return state._replace(draws=draws)


def with_more_members(state: State) -> State:
    """The same state with room for twice as many case-holding posts in every team."""
    return state._replace(members=np.pad(state.members, ((0, 0), (0, state.members.shape[1]))))
