"""The kernel's records: one a post, case, team list, stage, run, visit and event, and the codes in them.

Records (rather than one array a field) keep what is used together in one cache line and let the kernel read
as ``seats[p].pace``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from workforce_sim.authority.stage_rules import STAGE
from workforce_sim.casework.rules import LAW
from workforce_sim.compiled import CACHE_LINE
from workforce_sim.demand.families import DRAWS

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


def _whole_lines(fields: list[tuple[str, str]]) -> np.dtype[Any]:
    """A record that fills whole lines of the cache, so that none in an array has a part of one more."""
    widths = [np.dtype(kind).itemsize for _, kind in fields]
    assert widths == sorted(widths, reverse=True), "wide fields first: nothing is lost between them"
    return np.dtype(
        {
            "names": [name for name, _ in fields],
            "formats": [kind for _, kind in fields],
            "offsets": [sum(widths[:i]) for i in range(len(widths))],
            "itemsize": -(-sum(widths) // CACHE_LINE) * CACHE_LINE,
        }
    )


SEAT = np.dtype(
    [
        ("clock", "f8"),  # virtual clock: days of full attention each case has had since the worker joined
        ("away_clock", "f8"),  # days the worker has been absent
        ("last", "f8"),  # when the clocks and the leaving threshold were last brought up to date
        ("pace", "f8"),  # share of full attention now
        ("hours", "f8"),  # hours of case work a day (FTE included); 0 = holds no cases
        ("fte", "f8"),
        ("able", "f8"),  # what the worker can carry, as FTE of a full worker
        ("need", "f8"),  # what is left of the leaving threshold
        ("hazard", "f8"),  # base leaving rate a day
        ("strain", "f8"),  # what caseload multiplies it by, now
        ("alarm", "f8"),  # soonest alarm of the cases held
        ("alarm_case", "i8"),  # whose it is
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

#: One record a family: most of what the kernel waits for is a family that it has not looked at for long, so
#: the numbers are no wider than need be. ``left`` is true while nobody works on the case.
CASE = _whole_lines(
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
        ("next", "f8"),  # luck of the visit: what comes next, and whether the family comes back
        ("back", "f8"),
        ("seat", "i8"),  # who holds it, -1 nobody
        ("behind", "i8"),  # next case on the waiting list
        ("last_seat", "i8"),  # who held it last
        ("team", "i8"),
        ("stage", "i8"),
        ("last_person", "i4"),
        ("ticket", "i4"),
        ("children", "i4"),
        ("workers", "i4"),  # in this episode
        ("visit_workers", "i4"),
        ("ordinal", "i2"),
        ("episode", "i2"),
        ("family_class", "i2"),
        ("mode", "i2"),
        ("known", "i2"),  # its case was closed within a year before the first referral
        ("early", "i2"),  # ended early or turned away
        ("late", "i2"),  # its work was done too late for the review it would have met
    ]
)

#: The luck of a family at a visit: ``DRAWS``.
LUCK = _whole_lines([(name, "f8") for name in DRAWS])

#: One record per team and class.
WAITLIST = np.dtype([("head", "i8"), ("tail", "i8")], align=True)

#: One record per team: workers on its list, cases waiting, whether an allocation pass is due, managers.
TEAM = np.dtype(
    [
        ("workers", "i8"),
        ("waiting", "i8"),
        ("children", "i8"),  # who wait
        ("changed", "i8"),
        ("had_turn", "i8"),  # in a round of rebalancing
        ("refused", "i8"),  # the planner's rule has found nobody for the first case
        ("manager_posts", "i8"),
        ("managers", "i8"),  # present
        ("put_off", "i8"),  # an allocation pass is put off until a duty manager looks in
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
        ("held_days", "f8"),  # child-days with a worker since the upkeep last changed, up to when each
        ("missed_hours", "f8"),  # was last settled; hours of upkeep missed since the start, likewise
        ("due_hours", "f8"),  # of upkeep that was due before the upkeep last changed
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
        ("next_duty", "f8"),  # when a duty manager looks in on the teams whose pass was put off
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
        ("broken_off", "i8"),  # events of the present instant are left: there was too little room
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
        ("deadline", "f8"),  # of the stage when it ended
        ("case", "i4"),
        ("team", "i4"),
        ("workers", "i4"),  # in the stage
        ("stage", "i2"),
        ("ordinal", "i2"),
        ("episode", "i2"),
        ("target", "i2"),  # what came next: a stage, or -1 - exit
        ("early", "i2"),
        ("in_time", "i2"),
    ],
    align=True,
)
