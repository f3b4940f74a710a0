"""Work as an event log tells it: every worker's hours, shared among the cases held, and what was done.

The pace of section 2 of docs/model.md, worked out again by somebody who has only the log, the rules and the
work each visit takes: what is left of a case must be nothing at the moment the log says its work is done.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from workforce_sim.testing.history import History, Spell

#: Days of full attention within which work is done when the log says so.
TOLERANCE = 1e-6


class Stretch(NamedTuple):
    """A worker with the same list all the while: days of progress a day, and hours wanted and to give."""

    post: int
    start: float
    end: float
    pace: float
    wanted: float
    upkeep: float
    hours: float


class Finding(NamedTuple):
    """A relation of work that does not hold."""

    relation: int
    day: float
    entity: str
    found: str
    expected: str


class Work:
    """The work of a run.

    Attributes:
        stretches: of every worker with cases, in which nothing changes.
        done_hours: hours of progress made in the run.
        paced, upkeep_hours, away_days: child-days of pace, hours of upkeep, and child-days with an absent
            worker in the run.
        left: days of full attention left of every visit that was begun, by case and visit.
        broken: what does not hold.
    """

    def __init__(self, history: History) -> None:
        self._history, self._told = history, history.given
        self.stretches: list[Stretch] = []
        self.left: dict[tuple[int, int], float] = {}
        self.added: dict[tuple[int, int], float] = defaultdict(float)
        self.done_hours = 0.0
        self.broken: list[Finding] = []
        self._paces: dict[int, tuple[list[float], list[Stretch]]] = {}
        self.paced = self.upkeep_hours = self.away_days = 0.0
        self._by_post()
        self._by_case()

    # -- the pace of every worker -----------------------------------------------------------

    def _by_post(self) -> None:
        spells: defaultdict[int, list[Spell]] = defaultdict(list)
        for spell in self._history.spells:
            if spell.post >= 0 and spell.end > spell.start:
                spells[spell.post].append(spell)
        away: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
        for post, start, end in self._history.posts.away_spells:
            away[post].append((start, end))
        for post, mine in spells.items():
            found = self._stretches(post, mine, away[post])
            self.stretches += found
            self._paces[post] = ([s.start for s in found], found)

    def _stretches(self, post: int, spells: list[Spell], away: list[tuple[float, float]]) -> list[Stretch]:
        """Cut the time of a worker wherever something changes."""
        cuts = {t for s in spells for t in (s.start, s.end)} | {t for spell in away for t in spell}
        cuts |= {t for s in spells if s.worked for t in self._window(s) if s.start < t < s.end}
        times = sorted(cuts)
        spells = sorted(spells, key=lambda s: s.start)
        found, first = [], 0
        held: list[Spell] = []
        for start, end in pairwise(times):
            while first < len(spells) and spells[first].start <= start:
                held.append(spells[first])
                first += 1
            held = [s for s in held if s.end > start]
            if held:
                absent = any(a <= start and end <= b for a, b in away)
                found.append(self._stretch(post, start, end, held, absent=absent))
        return found

    def _stretch(self, post: int, start: float, end: float, held: list[Spell], *, absent: bool) -> Stretch:
        table, told, c = self._told.table, self._told, self._told.authority.casework
        fte = told.posts[post].fte
        middle, lasted = (start + end) / 2, end - start
        upkeep = sum(told.children[s.case] * float(table["upkeep"][s.stage]) for s in held)
        wanted = sum(
            told.children[s.case] * float(table["attention"][s.stage]) * self._urgency(s, middle)
            for s in held
            if s.worked
        )
        hours = c.case_hours_per_day * fte
        over = max(0.0, wanted + upkeep - hours)
        hours += min(c.overtime_limit_hours_per_day * fte, c.overtime_share * over)
        if absent:
            pace = 0.0
        else:
            pace = 1.0 if wanted <= 0 else min(1.0, max(0.0, hours - upkeep) / wanted)
        children = sum(told.children[s.case] for s in held if s.worked)
        self.paced += pace * children * lasted * (not absent)
        self.away_days += children * lasted * absent
        self.upkeep_hours += upkeep * lasted
        return Stretch(post, start, end, pace, wanted, upkeep, hours)

    def _window(self, spell: Spell) -> tuple[float, float]:
        """When the urgent window of the case's stage opens and closes."""
        stage = self._told.table[spell.stage]
        closes = self._told.entered(spell.case, spell.visit) + float(stage["urgent_until"])
        return closes - float(stage["window"]), closes

    def _urgency(self, spell: Spell, day: float) -> float:
        urgency = float(self._told.table["urgency"][spell.stage])
        if urgency == 1.0:
            return 1.0
        opens, closes = self._window(spell)
        return urgency if opens <= day < closes else 1.0

    # -- what was done of every case --------------------------------------------------------

    def _by_case(self) -> None:
        c, table = self._told.authority.casework, self._told.table
        done = set(self._history.work_done)
        last: dict[int, tuple[int, int]] = {}  # who held it last
        whole: dict[tuple[int, int], float] = {}
        for spell in self._history.spells:  # those of one case are in their order
            if spell.post < 0:
                continue
            visit = (spell.case, spell.visit)
            if visit not in whole:
                whole[visit], self.left[visit] = self._told.work(*visit, spell.stage)
            if spell.taken and not table["decision"][spell.stage]:
                person = (spell.post, spell.person)
                if last.get(spell.case, person) != person:
                    k, attention = self._told.children[spell.case], float(table["attention"][spell.stage])
                    made = max(0.0, whole[visit] - self.left[visit])
                    again = c.handover_reading_hours / (k * attention) + c.handover_progress_lost * made
                    self.left[visit] += again
                    self.added[visit] += again
                last[spell.case] = person
            if spell.worked:
                self._works(spell, visit, whole[visit])
            if spell.worked and (*visit, spell.end) in done:
                self._is_done(spell, self.left[visit], whole[visit])

    def _works(self, spell: Spell, visit: tuple[int, int], whole: float) -> None:
        done = 0.0
        starts, stretches = self._paces.get(spell.post, ([], []))
        for i in range(bisect_left(starts, spell.start), bisect_right(starts, spell.end)):
            s = stretches[i]
            if s.start >= spell.end:
                break
            done += s.pace * self._urgency(spell, (s.start + s.end) / 2) * (s.end - s.start)
        self.left[visit] -= done
        k, attention = self._told.children[spell.case], float(self._told.table["attention"][spell.stage])
        self.done_hours += done * k * attention
        left, allowed = self.left[visit], TOLERANCE * max(1.0, whole)
        if left < -allowed:
            found = f"{-left:.6g} days of attention more than its work takes"
            self._says(19, spell, found, f"work done on day {spell.end:.6g} at the latest")
            self.left[visit] = 0.0

    def _is_done(self, spell: Spell, left: float, whole: float) -> None:
        if left > TOLERANCE * max(1.0, whole):
            self._says(16, spell, f"work done with {left:.6g} days of attention left", "nothing left")

    def _says(self, relation: int, spell: Spell, found: str, expected: str) -> None:
        entity = f"case {spell.case} with post {spell.post}"
        self.broken.append(Finding(relation, spell.end, entity, found, expected))
