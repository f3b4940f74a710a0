"""The desk: all that the workforce, measures and a planner's own process may ask of casework."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from workforce_sim.casework import changes, records, seats, seldom, state
from workforce_sim.casework.entries import compiled_now, entries
from workforce_sim.casework.eventlog import Kind
from workforce_sim.casework.kept import Kept
from workforce_sim.casework.ledger import days_of_cases, in_trouble, visits_so_far
from workforce_sim.casework.ownrule import OwnRule, candidates, family
from workforce_sim.casework.rules import RULES, CaseRules
from workforce_sim.casework.state import State
from workforce_sim.demand.families import Families, Floats
from workforce_sim.record_file import RecordFile


class Desk:
    """Casework seen from outside: seats that people join and leave, and time that advances.

    Args:
        rules: the pathway, hours, limits and the effect of a handover.
        tape: every family of the run.
        log: keep the event log, in memory (True) or in a file of records of the kind ``LOG``; it changes
            nothing else.
        visits: keep the visits that have ended, in memory (True) or in a file of records of the kind
            ``VISIT``; needed for :meth:`ledger` and :meth:`visits`.
        posts: how many posts to make room for at once.
    """

    def __init__(
        self,
        rules: CaseRules,
        tape: Families,
        *,
        log: bool | RecordFile = False,
        visits: bool | RecordFile = True,
        posts: int = 16,
    ) -> None:
        self.rules = rules
        self.tape = tape
        self._kept = Kept(log, visits)
        self.logging, room = self._kept.logging, self._kept.visits_room
        self._state: State = state.new_state(rules, tape, logging=self.logging, visits=room, posts=posts)
        # plain arrays from here on: reading a record array is ten times slower
        self._run: Any = self._state.run.view(records.RUN, np.ndarray)[0]
        self._teams: Any = self._state.teams.view(np.ndarray)
        self._stages: Any = self._state.stages.view(np.ndarray)
        self._now: npt.NDArray[np.float64] = self._state.run.view(np.ndarray)["now"]
        self._look_at_seats()
        self._own_rule: OwnRule | None = None
        self._do = entries(self._state)

    def _look_at_seats(self) -> None:
        self._seats: Any = self._state.seats.view(np.ndarray)

    # -- acting -----------------------------------------------------------------------------

    def _act(
        self,
        what: int,
        post: int,
        now: float,
        first: int = 0,
        second: int = 0,
        x: float = 0.0,
        y: float = 0.0,
    ) -> None:
        self._do.act(self._state, what, post, first, second, x, y, now)

    def add_seat(self, post: int, *, team: int, fte: float, hours: float, manages: bool = False) -> None:
        """Make a seat for a post; ``hours`` of case work a day (FTE included), 0 if it holds no cases."""
        s = self._state
        if post >= len(s.seats):
            s = self._state = state.with_seats(s, max(post + 1, 2 * len(s.seats)))
            self._look_at_seats()
        seat = self._seats[post]
        seat["team"], seat["fte"], seat["hours"], seat["manages"] = team, fte, hours, manages
        seat["able"], seat["strain"] = fte, 1.0
        self._teams["manager_posts"][team] += manages
        if hours > 0:
            k = int(self._teams["workers"][team])
            if k == s.members.shape[1]:
                s = self._state = state.with_more_members(s)
            s.members[team, k] = post
            self._teams["workers"][team] = k + 1

    def join(self, post: int, now: float, *, experienced: bool = True) -> None:
        """Somebody starts in the post, with an empty caseload."""
        self._act(seats.JOIN, post, now, int(experienced))

    def leave(self, post: int, now: float) -> None:
        """Whoever holds the post goes; the cases return to the waiting list."""
        self._room_to_return(post)
        self._act(seats.LEAVE, post, now)

    def hand_over(self, post: int, now: float) -> None:
        """Whoever is in the post keeps it, but the cases return to the waiting list."""
        self._room_to_return(post)
        self._act(seats.HAND_OVER, post, now)

    def set_away(self, post: int, away: bool, now: float) -> None:
        """Whoever is in the post is absent from now on, or back."""
        self._act(seats.SET_AWAY, post, now, int(away))

    def set_list(self, post: int, *, takes_new: bool, experienced: bool, now: float) -> None:
        """Whether whoever is in the post takes new cases, and counts as experienced."""
        self._act(seats.SET_LIST, post, now, int(takes_new), int(experienced))

    def set_rule(self, rule: str | OwnRule, now: float) -> None:
        """Allocate by another rule from now on: a name of ``RULES``, or a planner's function."""
        self._own_rule = None if isinstance(rule, str) else rule
        changes.set_rule(self._state, RULES.index(rule if isinstance(rule, str) else RULES[-1]), float(now))

    def set_able(self, post: int, *, able: float, hours: float, now: float) -> None:
        """What whoever is in the post, now or later, can carry (as FTE of a full worker) and do a day.

        ``hours`` of case work a day are the worker's own: above 0 in a post that holds cases, 0 in any other.
        """
        self._act(seats.SET_ABLE, post, now, x=able, y=hours)

    def set_law(self, now: float, **values: float) -> None:
        """Other rules from now on: any of ``CHANGEABLE`` (casework/rules.py), by name."""
        changes.set_law(self._state, values, float(now))

    def set_stage(self, stage: int, now: float, **values: float) -> None:
        """Other rules of a stage from now on: any of ``OF_A_STAGE`` (casework/changes.py), by name.

        Work stays the same number of hours, done and to do, whatever attention it gets from now on. A
        sign-off under way takes the days it was given, and the natural time of a visit is that of its start.
        """
        changes.set_stage(self._state, stage, values, float(now))

    def set_next(self, stage: int, cumulative: Sequence[float]) -> None:
        """Other shares of what comes after a stage, added up, in the order of the pathway's ways from it."""
        row = self._state.shares[stage]
        row[:] = 1.0
        row[: len(cumulative)] = cumulative

    def set_returns(self, exit: int, share: float) -> None:
        """Another share of those who leave by an exit from now on come back."""
        self._state.exits[exit].returns = share

    def remove_seat(self, post: int, now: float) -> None:
        """A post with nobody in it is no longer a place of work; a manager's post is missed by its team."""
        assert not self._seats["present"][post], "whoever is in a post leaves before it closes"
        compiled_now(changes.close_seat, self._state, post, float(now))

    def regroup(
        self,
        types_of_stages: Sequence[int],
        teams_of_type: Sequence[int],
        now: float,
        shares: Sequence[float] | None = None,
    ) -> None:
        """From now on the work of stages is done by other teams: stage s by type ``types_of_stages[s]``.

        The teams, and who is in them, stay; they are dealt over the types in order, ``teams_of_type`` of
        each. Families who wait go to the list of their new team; a worker keeps a family until its stage
        ends. ``shares``: of families, in proportion, for every team, where all are of one type; else the
        teams of a type have equal shares.
        """
        places = self.tape.place if shares is None else changes.places_by_shares(self.tape.place, shares)
        changes.regroup(self._state, types_of_stages, teams_of_type, places, float(now))

    def watch_leaving(self, post: int, threshold: float, hazard: float, now: float) -> None:
        """Start the leaving clock of a permanent worker (base rate a day)."""
        self._act(seats.SET_LEAVING, post, now, x=threshold, y=hazard)

    def set_hazards(self, posts: npt.NDArray[np.int64], hazards: Floats, now: float) -> None:
        """New base leaving rates a day for these posts."""
        self._do.set_hazards(self._state, posts, hazards, now)

    def deal(self) -> None:
        """Deal out the cases open at the start: the referrals and the allocation of instant 0."""
        while True:
            code = self._do.advance(self._state, -1.0)
            if code == records.REACHED:
                return
            self._provide(code)

    def advance(self, until: float) -> int | None:
        """Run casework to ``until``; stop early at, and return, a post whose worker decides to leave."""
        while True:
            code = self._do.advance(self._state, until)
            if code == records.REACHED:
                return None
            if code == records.LEAVER:
                return int(self._run["leaver"])
            self._provide(code)

    def _provide(self, code: int) -> None:
        """Give the kernel what it came back for: more room, more luck, or an answer."""
        if code == records.MORE_SLOTS:
            self._state = state.with_more_slots(self._state)
        elif code == records.MORE_LOG:
            self._state = self._kept.with_log_room(self._state)
        elif code == records.MORE_VISITS:
            self._state = self._kept.with_visits_room(self._state)
        elif code == records.MORE_DRAWS:
            self._state = state.with_more_draws(self._state, self.tape)
        elif code == records.REBALANCE:
            while (code := compiled_now(seldom.rebalancing_due, self._state)) != records.REACHED:
                self._provide(code)
        else:
            self._ask()

    def _ask(self) -> None:
        """Let the planner's own rule choose a worker for the first waiting case."""
        assert self._own_rule is not None
        case = int(self._run["asking"])
        workers = candidates(self._state, case)
        post = self._own_rule.choose(family(self._state, case, self.now), workers) if workers else -1
        while True:
            code = compiled_now(seldom.answer, self._state, post)
            if code == records.REACHED:
                return
            self._provide(code)

    def note(self, kind: Kind, post: int, now: float) -> None:
        """Enter a staff event in the log."""
        if self.logging:
            self._make_log_room(4)
            j = int(self._run["logged"])
            self._state.log[j] = (max(now, self.now), int(kind), -1, post, -1)
            self._run["logged"] = j + 1

    def _room_to_return(self, post: int) -> None:
        if self.logging:
            self._make_log_room(int(self._seats["n"][post]) + 4)

    def _make_log_room(self, n: int) -> None:
        while self._run["logged"] + n > len(self._state.log):
            self._state = self._kept.with_log_room(self._state)

    def finish(self) -> None:
        """The run is over: records that are kept in files are all there."""
        self._kept.finish(self._state)

    # -- looking: nothing below changes anything ------------------------------------------------

    @property
    def now(self) -> float:
        """Where casework stands (working days)."""
        return self._now.item(0)

    @property
    def unallocated_children(self) -> int:
        """Children waiting for a worker now (those who wait for a decision at the front door included)."""
        counts: list[int] = self._run["counts"].tolist()
        return counts[records.DECIDING] + counts[records.UNALLOCATED]

    @property
    def held_children(self) -> int:
        """Children with a named worker now."""
        return sum(self._run["counts"].tolist()[records.AT_WORK :])

    @property
    def open_children(self) -> int:
        """Children with an open case now."""
        return sum(self._run["counts"].tolist())

    def caseload_of(self, post: int) -> int:
        """Children held in a post now."""
        return int(self._seats["children"][post])

    def person_in(self, post: int) -> int | None:
        """Which of the people who have been in the post is in it now (1, 2, ...); None if nobody is."""
        seats = self._seats
        return int(seats["person"][post]) if seats["present"][post] else None

    def case_holders_fte(self) -> float:
        """FTE of the workers, permanent or agency, who hold at least one case now."""
        seats = self._seats
        return float(seats["fte"][seats["n"] > 0].sum())

    def children_by_post(self) -> npt.NDArray[np.int64]:
        """Children held in every post now, shape ``(posts,)``."""
        found: npt.NDArray[np.int64] = self._seats["children"].astype(np.int64)
        return found

    def totals(self, now: float) -> dict[str, float]:
        """Counts since the start, and the child-days of all open cases by what each day was, to ``now``.

        The days a worker was present for are pace (natural, and repeated as booked at each handover) and
        the rest (slow); with the other days they add up to all child-days open, month by month.
        """
        run, days = self._run, self.day_areas(now)
        seats = self._seats
        since = now - seats["last"]
        worked = since * seats["at_work"]
        paced = float(run["paced"]) + float((seats["pace"] * worked).sum())
        away = float(run["away"]) + float((worked * (seats["away"] == 1)).sum())
        return {
            "referred": float(run["referred"]),
            "referred_again": float(run["again"]),
            "referred_again_in_year": float(run["again_in_year"]),
            "turned_away": float(run["turned_away"]),
            "ended_early": float(run["ended_early"]),
            "closed": float(run["closed"]),
            "allocations": float(run["allocations"]),
            "handovers": float(run["handovers"]),
            "transfers": float(run["transfers"]),
            "workers": float(run["workers_sum"]),
            "upkeep_hours": float(run["upkeep_hours"]) + float((seats["upkeep"] * since).sum()),
            "missed_upkeep_hours": float(run["missed_hours"]) + float((seats["missed"] * since).sum()),
            "natural_days": paced - float(run["repeated"]) + days["at_review"],
            "decision_days": days["deciding"],
            "unallocated_days": days["unallocated"],
            "absent_days": away,
            "slow_days": days["working"] - paced - away,
            "repeated_days": float(run["repeated"]),
            "missed_review_days": days["missed_review"],
            "sign_off_days": days["sign_off"],
        }

    def day_areas(self, now: float) -> dict[str, float]:
        """Integrals over [0, now] of the children in every state of ``DAYS`` (casework/state.py)."""
        areas = self._run["areas"] + self._run["counts"] * (now - float(self._run["area_to"]))
        return dict(zip(records.DAYS, areas.tolist(), strict=True))

    def areas(self, now: float) -> tuple[float, float]:
        """Integrals over [0, now] of the children waiting and of the children held."""
        days = self.day_areas(now)
        waiting = days["deciding"] + days["unallocated"]
        return waiting, sum(days.values()) - waiting

    def stage_counts(self) -> dict[str, npt.NDArray[Any]]:
        """Children by stage: ``open, waiting`` now; ``entered, ended, in_time, early`` since the start.

        ``visits_made`` is the share of the upkeep (visits, recording) of the children held that was met, up
        to the last change of every worker's list.
        """
        stages = self._stages
        names = ("open", "waiting", "entered", "ended", "in_time", "early")
        found = {name: stages[name].copy() for name in names}
        due = stages["due_hours"] + stages["upkeep"] * stages["held_days"]
        with np.errstate(divide="ignore", invalid="ignore"):
            found["visits_made"] = np.where(due > 0, 1.0 - stages["missed_hours"] / due, np.nan)
        return found

    def in_stages(self, name: str) -> list[int]:
        """One of the counts of :meth:`stage_counts`, children by stage."""
        found: list[int] = self._stages[name].tolist()
        return found

    def many_workers(self, now: float) -> tuple[int, int]:
        """Children open now with three or more workers in the last year, and children in limbo."""
        return in_trouble(self._state, int(self._run["next_case"]), now)[:2]

    def exit_counts(self) -> npt.NDArray[np.int64]:
        """Children who left by each exit since the start."""
        found: npt.NDArray[np.int64] = self._state.exits["children"].copy()
        return found

    @property
    def log(self) -> Any:
        """The event log so far: a record array with ``time, kind, stage, post, case``."""
        return self._kept.log(self._state)

    def ledger(self, now: float) -> dict[str, npt.NDArray[Any]]:
        """One row a referred family: see :func:`~workforce_sim.casework.ledger.days_of_cases`."""
        return days_of_cases(self._state, self.tape, self._kept.visits(self._state), now)

    def visits(self, now: float) -> dict[str, npt.NDArray[Any]]:
        """One row a visit of a family to a stage: see ``visits_so_far`` in casework/ledger.py."""
        return visits_so_far(self._state, self._kept.visits(self._state), now)
