"""One child's story: what happened to a family, in dates and sentences, from the event log of a run."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

from workforce_sim.authority.calendar import INSTANT, in_words
from workforce_sim.authority.stage_rules import next_gate
from workforce_sim.authority.steady import steady
from workforce_sim.measures.paths import DRIFT
from workforce_sim.numbers import plural
from workforce_sim.report.child.days import NOTHING, by_stage, ledger_table

if TYPE_CHECKING:
    from workforce_sim.run import Run

#: Said below the table of a child who met any drift.
COUNTED = (
    "Natural is what the work takes with full attention, and from there to its review; the rest is drift. "
    "A wait is drift as far as it made its stage end later."
)

_LETTERS = 110  # in a line of text

_WHO_GOES = {"left": "the worker leaves", "agency ended": "the agency worker goes"}


class _Event(NamedTuple):
    """A line of the log."""

    day: float
    event: str
    post: int
    case: int
    stage: str


def story(run: Run, case: int) -> str:
    """A family from referral to closure, or to the end of the run: dated sentences and the days by stage.

    Args:
        run: a run with its log.
        case: number of the case.
    """
    row: Any = run.children.loc[case]
    visits = run.visits
    ledger = by_stage(visits[visits["case"] == case])
    children = int(row["children"])
    urgent = "urgent" if row["priority"] == 0 else "not urgent"
    lines = [f"Case {case}: {plural(children, 'child', 'children')}, {urgent}."]
    for line in dated_lines(run, case):
        lines += textwrap.wrap(line, _LETTERS, initial_indent="  ", subsequent_indent="      ")
    if ledger:
        lines.append("  Working days, by stage:")
        lines += [f"    {line}" for line in ledger_table(ledger)]
    if any(stage.drift >= NOTHING for stage in ledger):
        lines += textwrap.wrap(COUNTED, _LETTERS, initial_indent="  ", subsequent_indent="  ")
    return "\n".join(lines)


def dated_lines(run: Run, case: int) -> list[str]:
    """What happened to a family, a line a date."""
    return _Teller(run, case).tell()


class _Teller:
    """Goes through the events of one family in order, and keeps what a reader will have to be told."""

    def __init__(self, run: Run, case: int) -> None:
        self.calendar, self.children = run.simulation.calendar, run.children.loc[case]
        self.rules, found = run.simulation.authority.casework, steady(run.simulation.authority)
        self.stages, self.table, self.names = found.pathway.stages, found.table, run.stage_names
        log, visits = run.log, run.visits
        self.own = [_Event(*row) for row in log[log["case"] == case].itertuples(index=False, name=None)]
        posts = set(log.loc[(log["case"] == case) & (log["post"] >= 0), "post"])
        staff = log[(log["case"] < 0) & log["post"].isin(posts)]
        self.staff = [_Event(*row) for row in staff.itertuples(index=False, name=None)]
        self.visits = iter(visits[visits["case"] == case].to_dict("records"))
        self.visit: dict[Any, Any] = {}
        self.clauses: list[tuple[float, str]] = []
        self.gates: list[tuple[int, float]] = []  # in this visit: which clause tells of it, days at the gate
        self.gate: float | None = None  # when the review is, once the work is done
        self.waits_since: float | None = None  # on a waiting list
        self.away_since: float | None = None  # the worker who holds the case
        self.works_since = 0.0
        self.holder = self.last_post = -1  # who holds the case; the family's worker now or last
        self.last_since = 0.0
        self.held = False  # by anybody, in this stage
        self.workers = self.episodes = 0

    def tell(self) -> list[str]:
        """A line a date."""
        for i, event in enumerate(self.own):
            following = self.own[i + 1] if i + 1 < len(self.own) else None
            getattr(self, f"_{event.event.replace(' ', '_')}")(event, following)
            self._absences(event.day, following.day if following else math.inf)
        self._end(float(self.calendar.end))
        told: dict[str, list[str]] = {}
        for day, clause in self.clauses:
            told.setdefault(self._date(day), []).append(clause)
        return [f"{date}: {'; '.join(clauses)}." for date, clauses in told.items()]

    def _date(self, day: float) -> str:
        return in_words(self.calendar.date(day + INSTANT))

    def _say(self, day: float, clause: str) -> None:
        self.clauses.append((day, clause))

    # -- to and from the waiting list -------------------------------------------------------------

    def _referred(self, event: _Event, following: _Event | None) -> None:
        self.episodes, self.workers, self.waits_since = self.episodes + 1, 0, event.day
        if self.episodes == 1 and self.children["referred_day"] == 0:
            since = f" after {self.children['already_open_days']:.0f} working days"
            where = f", now: {event.stage}" if len(self.names) > 1 else ""
            self._say(event.day, f"open at the start{since}{where}")
        else:
            self._say(event.day, "the family is referred" + (" again" if self.episodes > 1 else ""))
        if following is None or following.event != "turned away":
            self._next_visit()

    def _turned_away(self, event: _Event, following: _Event | None) -> None:
        self._say(event.day, "the service is too busy and turns the referral away")
        self.waits_since, self.visit = None, {}

    def _allocated(self, event: _Event, following: _Event | None) -> None:
        assert self.waits_since is not None
        waited, decision = event.day - self.waits_since, self.stages[event.stage].decision
        part = DRIFT["decision" if decision else "unallocated"]
        after = f"after {_days(waited)} ({part}) " if waited >= NOTHING else ""
        self.waits_since, self.away_since = None, None
        self.holder, self.works_since = event.post, event.day
        if decision:  # nobody reads in at the front door, or becomes the family's worker
            self._say(event.day, f"{after}the worker in post {event.post} takes it up")
            return
        same = event.post == self.last_post and not self._who_goes(event.post, self.last_since, event.day)
        another = self.last_post >= 0 and not same
        if another or self.workers == 0:
            self.workers += 1
        number = f" (worker number {self.workers})" if another and self.workers > 1 else ""
        again = self._again() if another else ""
        self._say(event.day, f"{after}allocated to the worker in post {event.post}{number}{again}")
        self.last_post, self.last_since, self.held = event.post, event.day, True

    def _again(self) -> str:
        """What a new worker has to do again."""
        reads = self.rules.handover_reading_hours > 0
        loses = self.held and self.rules.handover_progress_lost > 0
        what = ["reads in"] * reads + ["makes good what is lost"] * loses
        return f", who {' and '.join(what)} ({DRIFT['repeated']})" if what else ""

    def _returned(self, event: _Event, following: _Event | None) -> None:
        at_once = following is not None and following.day - event.day < NOTHING
        reason, self.waits_since = self._why_returned(event), event.day
        if not at_once:
            experienced = "an experienced" if self.stages[event.stage].experienced_only else "a"
            who = "another" if reason else f"{experienced} worker"
            reason = f"{reason}; the family waits for {who}".removeprefix("; ")
        if reason:
            self._say(event.day, reason)
        self.gate, self.holder, self.away_since = None, -1, None

    def _why_returned(self, event: _Event) -> str:
        """Why a case goes back to the list; nothing where it only changes teams."""
        if self.visit["entered_day"] == event.day:
            return ""
        lost = self.gate is not None and event.day > self.gate + NOTHING
        lost_too = f", and the sign-off under way is lost ({DRIFT['sign_off']})" if lost else ""
        goes = self._who_goes(event.post, event.day - 2 * INSTANT, event.day + INSTANT)
        absent = self._absent(event.day)
        if goes:
            return f"{goes}{absent and f', absent for {absent}'}{lost_too}"
        if self.away_since is not None:
            return f"absent{absent and f' for {absent}'}, the worker hands the case over{lost_too}"
        return f"the case is moved to even out caseloads{lost_too}"

    def _who_goes(self, post: int, after: float, until: float) -> str:
        """Whoever left a post between two moments."""
        found = [
            _WHO_GOES[e.event]
            for e in self.staff
            if e.post == post and e.event in _WHO_GOES and after + INSTANT < e.day <= until + INSTANT
        ]
        return found[0] if found else ""

    # -- work, reviews and stages -----------------------------------------------------------------

    def _work_done(self, event: _Event, following: _Event | None) -> None:
        age = event.day - self.visit["entered_day"]
        number = self.names.index(event.stage)
        ahead = float(next_gate(self.table.stages, self.table.gates, number, age)) - age
        self.gate = event.day + ahead
        until = float(self.calendar.end) if following is None else following.day
        if ahead >= NOTHING:
            self.gates.append((len(self.clauses), min(self.gate, until) - event.day))
            self._say(event.day, f"the work is done; waits for the review on {self._date(self.gate)}")
        elif until - event.day >= NOTHING:
            self._say(event.day, "the work is done")

    def _entered(self, event: _Event, following: _Event | None) -> None:
        self._over(event.day)
        self._next_visit()
        passes = following is not None and following.event == "returned" and following.day == event.day
        self._say(event.day, f"next: {event.stage}" + ("" if passes else ", with the same worker"))
        self.works_since, self.held = event.day, not passes

    def _ended_early(self, event: _Event, following: _Event | None) -> None:
        absent = self._absent(event.day)
        told = f"; the worker has been absent for {absent}" if absent else ""
        self._say(event.day, f"the service is too busy: {event.stage} is ended before its work is done{told}")

    def _closed(self, event: _Event, following: _Event | None) -> None:
        way, early = self.visit["next"], self.visit["ended_early"]
        if not early:
            self._over(event.day)
        self._say(event.day, "closed" if way == "closed" else f"closed ({way})")
        self.visit, self.holder, self.away_since, self.gate = {}, -1, None, None

    def _over(self, day: float) -> None:
        """A stage ends: its review has been held and the manager has signed off."""
        signed = 0.0 if self.gate is None else day - self.gate
        if signed >= NOTHING:
            self._say(day, f"signed off after {_days(signed)} ({DRIFT['sign_off']})")
        if len(self.names) > 1:
            stage, late = self.stages[self.visit["stage"]], not self.visit["in_time"]
            over = "the decision is made" if stage.decision else f"{self.visit['stage']} is over"
            limit = plural(stage.deadline_days or 0, "working day")
            self._say(day, over + (f", later than its limit of {limit}" if late else ""))
        self._settle_gates()
        self.gate = None

    def _next_visit(self) -> None:
        self.visit, self.held = next(self.visits), False

    def _settle_gates(self) -> None:
        """Say of every wait for a review what it was: the last, as many as the ledger has, were missed."""
        left = float(self.visit["missed_review_days"]) if self.visit else 0.0
        for at, waited in reversed(self.gates):
            late = left > 0 and waited <= left + 1e-6
            left -= waited if late else 0.0
            day, clause = self.clauses[at]
            self.clauses[at] = (day, f"{clause} ({DRIFT['missed_review'] if late else 'natural time'})")
        self.gates = []

    # -- absences, and the end --------------------------------------------------------------------

    def _absences(self, day: float, until: float) -> None:
        """Tell when the worker who holds the case is absent and back, up to the next event of the case."""
        for e in self.staff:
            if e.post != self.holder or not day <= e.day < until - INSTANT:
                continue
            if e.event == "away":
                self.away_since = e.day
                self._say(e.day, "the worker is absent from now on")
            elif e.event == "back" and self.away_since is not None:
                absent = self._absent(e.day)
                self._say(e.day, "the worker is back" + (f" after {absent}" if absent else ""))
                self.away_since = None

    def _absent(self, day: float) -> str:
        """For how long the work has stood still because the worker is absent; nothing if it has not."""
        if self.away_since is None or self.gate is not None:
            return ""
        stood = day - max(self.away_since, self.works_since)
        return f"{_days(stood)} ({DRIFT['absent']})" if stood >= NOTHING else ""

    def _end(self, day: float) -> None:
        """How things stand when the run ends."""
        self._settle_gates()
        if not self.visit:
            return
        said = "still open"
        if self.waits_since is not None:
            part = DRIFT["decision" if self.stages[self.visit["stage"]].decision else "unallocated"]
            said += f", waiting for a worker for {_days(day - self.waits_since)} ({part})"
        elif absent := self._absent(day):
            said += f"; the worker has been absent for {absent}"
        self._say(day, said)


def _days(days: float) -> str:
    return plural(round(days, 1), "working day")
