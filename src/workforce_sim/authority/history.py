"""The history: families traced through the pathway at constant paces, with nobody waiting.

Seen at a random moment it gives the cases open at the start of a run (section 8 of docs/model.md); its mean
days open per referral and stage balance the flows (section 9). Both come from the same trace, so they agree.

It has two parts. The *walk* is which stages every family goes through; it does not depend on the pace or on
how much work there is. The *time* is how long each visit takes. The luck of both is the same in every call:

- the ``n``-th departure from a stage takes number ``n`` of the sequence of that stage, and the ``n``-th by an
  exit that of the exit, so shares are met as exactly at a stage that few families see as at the first;
- the visits to a stage share out the quantiles of its law of work, one each, in a fixed random order.

So the mean days are as smooth in the pace and in the scale of work as the rules are, without noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.stage_rules import (
    STAGE,
    StageTable,
    full_attention_days,
    next_gate,
    return_probability,
    what_next,
    work_days,
)
from workforce_sim.compiled import compiled
from workforce_sim.errors import InputError, Problem

Floats = npt.NDArray[np.float64]

#: What a random open family looks like: ``age`` is days in the stage, ``left`` and ``done`` its work in days
#: of full attention, ``open_days`` since the referral of this episode, ``ordinal`` the number of the visit.
SNAPSHOT = np.dtype(
    [("stage", "i8"), ("age", "f8"), ("left", "f8"), ("done", "f8"), ("open_days", "f8"), ("ordinal", "i8")]
)

#: One visit of a family to a stage; it ``begins`` an episode, or a worker of another team has to ``read`` in.
_VISIT = np.dtype([("stage", "i8"), ("ordinal", "i8"), ("begins", "i8"), ("read", "i8")])

#: Its time: days of the episode before it, days of full attention to do, days open.
_SPELL = np.dtype([("before", "f8"), ("work", "f8"), ("days", "f8")])

#: A family is given up after so many visits, and the pathway refused if that happens to more than this share.
MOST_VISITS = 1000
_GIVEN_UP = 1e-3

_POOL = 1 << 16  # numbers of a sequence, used again from the beginning after the last
_BLOCK = 64  # so many that follow each other are spread evenly over 0 to 1, in random order
_APART = 101 * _BLOCK  # between the first numbers of the sequences of neighbouring stages, and exits
_GOLDEN = 0.6180339887498949
_KEY = 8  # of all random numbers here
_WAYS, _BACK, _MOMENTS, _ORDER, _WORK = range(5)  # what they are for; from the last on, work by stage


@dataclass(frozen=True, slots=True)
class Handovers:
    """What changes of worker cost.

    Attributes:
        changes_per_day: rate at which a held case changes worker through people leaving.
        reading_hours: hours of reading in per child (those of a case over the mean children of a family).
        lost_share: share of the progress made in a stage that a handover loses.
    """

    changes_per_day: float
    reading_hours: float
    lost_share: float


@dataclass(frozen=True)
class History:
    """What a history of many referrals comes to, first ones and again. Stages and exits in the table's order.

    Attributes:
        days: mean days open in each stage per referral.
        worked_days: of these, days being worked on: not at a gate, not waiting for the sign-off.
        visits: visits to each stage per referral.
        returns: share of referrals after which the family comes back.
        repeated_hours: mean hours of repeated work in each stage per child and referral.
        worked_hours: mean hours of progress in each stage per child and referral, repeated included.
        exits: share of referrals that leave by each exit.
        snapshot: :data:`SNAPSHOT` records of random open families; any first part is a fair sample too. Empty
            if no family is ever open.
    """

    days: Floats
    worked_days: Floats
    visits: Floats
    returns: float
    repeated_hours: Floats
    worked_hours: Floats
    exits: Floats
    snapshot: Any


class _Walk(NamedTuple):
    """Which stages the families go through, one family after another."""

    visits: Any  # _VISIT records
    normals: Floats  # the quantile of work of each visit
    by_length: npt.NDArray[np.int64]  # the visits by stage, and by work within it
    exits: npt.NDArray[np.int64]  # referrals that left by each exit


@compiled
def progress_by(stages: Any, s: int, age: float) -> float:
    """Days of full attention a case of stage ``s`` has had at this age: the integral of its urgency.

    The inverse of :func:`~workforce_sim.authority.stage_rules.full_attention_days` from age 0.
    """
    stage = stages[s]
    urgent = min(age, stage.urgent_until) - max(0.0, stage.urgent_until - stage.window)
    return float(age + (stage.urgency - 1.0) * max(0.0, urgent))


@compiled
def _go(
    team_types: Any,
    decides: Any,
    shares: Any,
    targets: Any,
    returns: Any,
    early_factor: float,
    per_change: float,
    ways: Any,
    back: Any,
    families: int,
    most_given_up: int,
    left: Any,
    exits: Any,
    visits: Any,
) -> int:
    """Let the families go their ways: the number of visits, or -1 if too many families never leave.

    ``left`` and ``exits`` count departures by stage and by exit; ``visits`` gets those there is room for.
    """
    made = given_up = 0
    for _ in range(families):
        s, team_type, workers, ordinal, begins, back_again = 0, -1, 1, 0, True, False
        while True:
            read = False
            if not decides[s]:  # whoever decides at the front door is not the family's worker
                read = team_type >= 0 and (back_again or team_types[s] != team_type)
                if read and not back_again:
                    workers += 1
                team_type, back_again = team_types[s], False
            if made < len(visits):
                visit = visits[made]
                visit.stage, visit.ordinal, visit.begins, visit.read = s, ordinal, begins, read
            made += 1
            ordinal += 1
            begins = False
            number = (left[s] + s * _APART) % _POOL
            left[s] += 1
            s = what_next(shares, targets, s, ways[number])
            if s < 0:
                way_out = -1 - s
                number = (exits[way_out] + way_out * _APART) % _POOL
                exits[way_out] += 1
                if back[number] >= return_probability(
                    returns[way_out], False, early_factor, per_change, workers
                ):
                    break
                s, workers, begins, back_again = 0, 1, True, True
            if ordinal == MOST_VISITS:
                given_up += 1
                if given_up > most_given_up:
                    return -1
                break
    return made


@compiled
def _time(
    stages: Any,
    gates: Any,
    visits: Any,
    normals: Any,
    paces: Any,
    changes: float,
    reading: float,
    lost: float,
    sums: Any,
    spells: Any,
) -> None:
    """How long the visits take; sums by stage of days, days worked on, work and, of this, repeated work."""
    before = 0.0
    for i in range(len(visits)):
        visit, spell = visits[i], spells[i]
        s = visit.stage
        stage = stages[s]
        if visit.begins:
            before = 0.0
        work = work_days(stages, s, normals[i])
        read = reading / stage.attention
        pace = paces[s]
        repeated = changes * (work / pace) * (read + lost * work / 2.0)
        if visit.read:
            repeated += read
        if stage.decision:
            repeated = 0.0
        work += repeated
        worked = full_attention_days(stages, s, work / pace, 0.0)
        days = next_gate(stages, gates, s, worked) + stage.sign_off
        spell.before, spell.work, spell.days = before, work, days
        before += days
        sums[0, s] += days
        sums[1, s] += worked
        sums[2, s] += work
        sums[3, s] += repeated


@compiled
def _look(stages: Any, paces: Any, visits: Any, spells: Any, order: Any, moments: Any, snapshot: Any) -> None:
    """How the families look at these moments (soonest first) of all days open, one visit after another."""
    j = 0
    ended = spells[order[0]].days
    for k in range(len(moments)):
        while moments[k] >= ended and j < len(order) - 1:
            j += 1
            ended += spells[order[j]].days
        visit, spell, seen = visits[order[j]], spells[order[j]], snapshot[k]
        # How far a visit has come is spread as evenly as which visit it is: one sample serves every
        # replication, so chance in it would be an error that no number of replications averages out.
        age = spell.days * ((k + 0.5) * _GOLDEN % 1.0)
        done = min(spell.work, paces[visit.stage] * progress_by(stages, visit.stage, age))
        seen.stage, seen.ordinal = visit.stage, visit.ordinal
        seen.age, seen.open_days = age, spell.before + age
        seen.left, seen.done = spell.work - done, done


def _random(purpose: int) -> np.random.Generator:
    """Luck that is the same in every call."""
    return np.random.Generator(np.random.Philox(key=np.array([_KEY, purpose], np.uint64)))


@cache
def _sequence(purpose: int) -> Floats:
    """Uniforms of which those that follow each other are evenly spread."""
    even = (np.arange(_POOL) * _GOLDEN + 0.5) % 1.0
    found: Floats = _random(purpose).permuted(even.reshape(-1, _BLOCK), axis=1).ravel()
    return found


def _normals(stages: npt.NDArray[np.int64]) -> Floats:
    """For every visit a quantile of the normal law, each of them once a stage."""
    from scipy.special import ndtri

    found = np.empty(len(stages))
    for s in np.unique(stages):
        here = np.flatnonzero(stages == s)
        found[_random(_WORK + int(s)).permutation(here)] = ndtri((np.arange(len(here)) + 0.5) / len(here))
    return found


@lru_cache(maxsize=4)  # a solver asks for the same walk some fifty times
def _walk(
    types: bytes,
    decisions: bytes,
    shares: bytes,
    targets: bytes,
    returns: bytes,
    early_factor: float,
    per_change: float,
    families: int,
) -> _Walk:
    """The walk of so many families, from the bytes of the arrays it depends on."""
    team_types = np.frombuffer(types, np.int64)
    stages, come_back = len(team_types), np.frombuffer(returns)
    table = (
        team_types,
        np.frombuffer(decisions, np.int64),
        np.frombuffer(shares).reshape(stages, -1),
        np.frombuffer(targets, np.int64).reshape(stages, -1),
        come_back,
        early_factor,
        per_change,
    )
    luck = (_sequence(_WAYS), _sequence(_BACK), families, int(_GIVEN_UP * families))
    room = 4 * families
    while True:
        visits: Any = np.zeros(room, _VISIT).view(np.recarray)
        left, exits = np.zeros(stages, np.int64), np.zeros(len(come_back), np.int64)
        made = int(_go(*table, *luck, left, exits, visits))
        if made < 0:
            rule = f"at most {_GIVEN_UP:.1%} of families are still in it after {MOST_VISITS} stages"
            fix = "lower the shares that lead back to earlier stages, or the shares of families who come back"
            raise InputError("the history", [Problem("pathway", "", rule, fix)])
        if made <= room:
            break
        room = made
    visits = visits[:made]
    normals = _normals(visits["stage"])
    return _Walk(visits, normals, np.lexsort((normals, visits["stage"])), exits)


def trace(
    table: StageTable,
    pace: float | Floats,
    *,
    handovers: Handovers,
    early_return_factor: float = 1.0,
    return_per_change: float = 0.0,
    families: int = 20_000,
    snapshots: int = 8_192,
) -> History:
    """Trace families through the pathway, one after another, until they do not come back.

    Args:
        table: the pathway.
        pace: share of full attention that every case gets, the same all the time; one, or one a stage.
        handovers: what changes of worker cost. People leaving add repeated work in proportion to the time
            worked on a case; a stage of another team type than the stage before, and the first of a family
            that has come back, adds reading in. Both are added at entry to the stage; not at the front door,
            where nobody reads in and nobody becomes the family's worker.
        early_return_factor: what multiplies the share who come back after an early end (none here).
        return_per_change: how much each change of worker adds to the share who come back.
        families: first referrals.
        snapshots: random open families to look at; 0 is faster when only the means are wanted.

    Raises:
        InputError: no case ever ends (a pace of 0), or the pathway hardly ever ends.

    Example:
        One stage of exactly 30 days, at half the pace; one family in three comes back:

        >>> stages = np.zeros(1, STAGE)
        >>> stages["attention"], stages["location"], stages["deadline"] = 0.2, np.log(30.0), np.inf
        >>> never, ends, again = np.full((1, 1), np.inf), np.array([[-1]]), np.array([1 / 3])
        >>> table = StageTable(stages, never, np.ones((1, 1)), ends, again)
        >>> seen = trace(table, 0.5, handovers=Handovers(0.0, 0.0, 0.0))
        >>> round(float(seen.days[0]), 6), round(seen.returns, 3)
        (60.0, 0.333)
    """
    paces = np.array(np.broadcast_to(np.asarray(pace, np.float64), len(table.stages)))
    if not (np.all(paces > 0.0) and np.all(paces < np.inf)):
        rule, fix = "more than 0, or no case ever ends", "a lower caseload or less upkeep per child"
        raise InputError("the history", [Problem("pace", repr(pace), rule, fix)])
    stages = np.array(table.stages, STAGE).view(np.recarray)  # of one type: compiled once
    gates = np.array(table.gates, np.float64)
    walk = _walk(
        stages["team_type"].tobytes(),
        stages["decision"].tobytes(),
        np.asarray(table.shares, np.float64).tobytes(),
        np.asarray(table.targets, np.int64).tobytes(),
        np.asarray(table.returns, np.float64).tobytes(),
        float(early_return_factor),
        float(return_per_change),
        families,
    )
    cost = (float(handovers.changes_per_day), float(handovers.reading_hours), float(handovers.lost_share))
    sums = np.zeros((4, len(stages)))
    spells = np.zeros(len(walk.visits), _SPELL).view(np.recarray)
    _time(stages, gates, walk.visits, walk.normals, paces, *cost, sums, spells)
    total = float(sums[0].sum())
    if not np.isfinite(total):
        rule, fix = "a finite number of days", "less work, or a caseload that leaves time for it"
        raise InputError("the history", [Problem("days open", repr(total), rule, fix)])

    snapshot: Any = np.zeros(snapshots if total > 0.0 else 0, SNAPSHOT).view(np.recarray)
    if len(snapshot):
        # one moment in each of so many equal parts of all days open, anywhere in it
        moments = (np.arange(snapshots) + _random(_MOMENTS).random(snapshots)) * (total / snapshots)
        _look(stages, paces, walk.visits, spells, walk.by_length, moments, snapshot)
        snapshot = snapshot[_random(_ORDER).permutation(snapshots)]

    referrals = int(walk.visits["begins"].sum())
    days, worked, work, repeated = sums / referrals
    return History(
        days=days,
        worked_days=worked,
        visits=np.bincount(walk.visits["stage"], minlength=len(stages)) / referrals,
        returns=(referrals - families) / referrals,
        repeated_hours=repeated * stages["attention"],
        worked_hours=work * stages["attention"],
        exits=walk.exits / referrals,
        snapshot=snapshot,
    )
