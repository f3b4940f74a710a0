"""An independent reading of the event log: every family's, worker's and post's history, row by row.

Whatever a row says that cannot be, or may not be by the rules, is a :class:`Broken` relation; the reader then
believes the row and goes on, so that one wrong row is not a hundred complaints.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from workforce_sim.authority.calendar import INSTANT
from workforce_sim.testing.given import Given
from workforce_sim.testing.lists import Lists
from workforce_sim.testing.posts import AGENCY, PERMANENT, Posts

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.testing.posts import Employed


class Broken(NamedTuple):
    """A relation that does not hold: its number, the day, whose it is, what was found, what must be."""

    relation: int
    day: float
    entity: str
    found: str
    expected: str

    def __str__(self) -> str:
        return (
            f"relation {self.relation}, day {self.day:.6g}, {self.entity}: "
            f"found {self.found}; expected {self.expected}"
        )


class Spell(NamedTuple):
    """A family waits (post -1), or is held; ``worked`` says whether somebody is to work on it all the while.

    ``taken`` marks the first spell with a worker after waiting.
    """

    case: int
    post: int
    person: int
    visit: int
    stage: int
    start: float
    end: float
    worked: bool
    taken: bool


@dataclass
class Family:
    """A family as the log has told it so far."""

    place: str = "unknown"  # unknown, waiting, held, closed
    post: int = -1
    person: int = 0
    stage: int = 0
    visit: int = -1
    ticket: int = -1
    since: float = 0.0
    worked: bool = False
    taken: bool = False
    ended_early: bool = False
    last: tuple[int, int] | None = None  # post and person who held it last; not who decides at the front door
    workers: int = 0  # in this episode
    handovers: int = 0
    episodes: int = 0
    taken_over: list[int] = field(default_factory=list)  # posts, one a handover


class Snapshot(NamedTuple):
    """What the reader counts at a month mark; flows since the start."""

    day: float
    stocks: dict[str, float]
    events: Counter[str]  # rows
    fte: Counter[str]  # FTE of posts by event
    children: Counter[str]  # children by event
    open_by_stage: Counter[int]
    handovers: int


#: Rows about families; all others are about posts.
OF_FAMILIES = frozenset(
    ("referred", "allocated", "closed", "returned", "work done", "entered", "ended early", "turned away")
)
#: Of these, the ones that come before a census of the same instant.
_BEFORE_A_CENSUS = frozenset(("work done", "entered", "ended early", "closed"))


class History:
    """Reads a log once, from the first row to the last.

    Attributes:
        families: by case number, as they are at the end.
        posts: who is in them at the end, and all spells of employment.
        spells: of waiting and of being held, in order of their ends.
        broken: what does not hold.
        snapshots: what is counted at the month marks.
        work_done: case, visit and day of every end of work.
        waiting_days, held_days: integrals over the run of the children waiting, and of those held.
    """

    def __init__(self, told: Given, log: pd.DataFrame) -> None:
        self.given = told
        self.families = [Family() for _ in told.children]
        self.posts = Posts(told, self._says)
        self.lists = Lists(told, self.posts, self._says)
        self.spells: list[Spell] = []
        self.broken: list[Broken] = []
        self.snapshots: list[Snapshot] = []
        self.work_done: list[tuple[int, int, float]] = []
        self.waiting_days = self.held_days = 0.0
        self.events, self.fte, self.children = Counter[str](), Counter[str](), Counter[str]()
        self.waiting, self.held, self.handovers, self._tickets = 0, 0, 0, 0
        self.day, self._instant, self._moving = 0.0, 0.0, -1
        self._marks = [float(m) for m in told.run.simulation.calendar.marks]
        columns = (log[name].tolist() for name in ("day", "event", "post", "case", "stage"))
        self._rows = list(zip(*columns, strict=True))

    def _says(self, relation: int, entity: str, found: object, expected: object) -> None:
        self.broken.append(Broken(relation, self.day, entity, str(found), str(expected)))

    def read(self) -> History:
        """Take in every row."""
        for i, (day, event, post, case, stage) in enumerate(self._rows):
            self._count_before(i, day, event, case)
            if day < self.day:
                self._says(7, f"row {i} ({event})", f"day {day:g}", f"not before {self.day:g}")
            elif day > self._instant + INSTANT:
                self._end_of_instant()
                self._instant = day
            self._time_goes(day)
            self.events[event] += 1
            if event in OF_FAMILIES:
                self._of_family(i, event, post, case, stage)
            else:
                self.fte[event] += self.given.posts[post].fte if 0 <= post < len(self.given.posts) else 0
                self.posts.take(self.day, event, post)
                self.lists.stir(post)
        self._end_of_instant()
        self._time_goes(self.given.end)
        while len(self.snapshots) < len(self._marks):
            self.snapshots.append(self._snapshot(self._marks[len(self.snapshots)]))
        for case, family in enumerate(self.families):
            if family.place in ("waiting", "held"):
                self._end_spell(case, family)
        self.posts.end()
        return self

    def _time_goes(self, day: float) -> None:
        lasted = max(0.0, day - self.day)
        self.waiting_days += self.waiting * lasted
        self.held_days += self.held * lasted
        self.day = max(day, self.day)

    # -- instants and marks -----------------------------------------------------------------

    def _end_of_instant(self) -> None:
        self.lists.check(self.families, self._instant)
        self.posts.check()

    def _count_before(self, i: int, day: float, event: str, case: int) -> None:
        """Take the snapshots of the marks that come before this row (section 1 of docs/model.md)."""
        while len(self.snapshots) < len(self._marks) - 1:
            mark = self._marks[len(self.snapshots)]
            if day < mark - INSTANT:
                return
            if day <= mark + INSTANT:
                before = event in _BEFORE_A_CENSUS or (mark == 0 and event in OF_FAMILIES)
                if before or (event == "returned" and i and self._rows[i - 1][1::2] == ("entered", case)):
                    return
            self.snapshots.append(self._snapshot(mark))

    def _snapshot(self, mark: float) -> Snapshot:
        by_stage = Counter[int]()
        for case, family in enumerate(self.families):
            if family.place in ("waiting", "held"):
                by_stage[family.stage] += self.given.children[case]
        stocks = self.posts.stocks() | {
            "open": float(self.waiting + self.held),
            "unallocated": float(self.waiting),
            "held": float(self.held),
            "case_holders": sum(self.given.posts[p].fte for p, cases in self.lists.held.items() if cases),
        }
        counts = (self.events.copy(), self.fte.copy(), self.children.copy())
        return Snapshot(mark, stocks, *counts, by_stage, self.handovers)

    # -- families ---------------------------------------------------------------------------

    def _of_family(self, i: int, event: str, post: int, case: int, stage: str) -> None:
        if not 0 <= case < len(self.families):
            self._says(3, f"case {case}", event, f"a case from 0 to {len(self.families) - 1}")
            return
        family = self.families[case]
        self.children[event] += self.given.children[case]
        if event == "referred":
            self._referred(i, case, family, stage)
        elif event == "allocated":
            self._allocated(case, family, post)
        elif event == "turned away":
            if family.place != "waiting":
                self._says(3, f"case {case}", f"turned away while {family.place}", "just referred")
            self._goes(case, family, "closed")
        elif event == "returned":
            self._held_by(case, family, post, event)
            self._why_returned(i, case, post)
            self._goes(case, family, "waiting")
        else:
            self._held_by(case, family, post, event)
            self._worker_acts(i, case, family, post, event, stage)
        if event in ("referred", "turned away", "closed"):
            gone = self.children["closed"] + self.children["turned away"]
            if self.children["referred"] != gone + self.waiting + self.held:
                sums = f"{gone} closed + {self.waiting} waiting + {self.held} held"
                self._says(1, "children", sums, f"{self.children['referred']} referred")

    def _held_by(self, case: int, family: Family, post: int, event: str) -> None:
        if family.place != "held" or family.post != post:
            where = f"held by post {family.post}" if family.place == "held" else family.place
            self._says(3, f"case {case}", f"{event} in post {post} while {where}", f"held by post {post}")

    def _referred(self, i: int, case: int, family: Family, stage: str) -> None:
        if family.place in ("waiting", "held"):
            self._says(3, f"case {case}", f"referred while {family.place}", "not open")
            return
        family.ticket, self._tickets = self._tickets, self._tickets + 1
        family.visit += 1
        family.episodes += 1
        family.workers, family.stage = 0, self.given.stages.get(stage, 0)
        follows = self._rows[i + 1][1::2] if i + 1 < len(self._rows) else ()
        self.lists.check_referral(case, family, turned_away=follows == ("turned away", case))
        self._goes(case, family, "waiting")

    def _allocated(self, case: int, family: Family, post: int) -> None:
        if family.place != "waiting":
            self._says(3, f"case {case}", f"allocated to post {post} while {family.place}", "waiting")
        self.lists.check_allocation(case, family, self.families, post, self.day, moved=self._moving == case)
        self._moving = -1
        person = self.posts.person(post)
        if not self.given.table["decision"][family.stage]:
            self._becomes_worker(family, post, person)
        self._goes(case, family, "held", post, person)
        family.worked = family.taken = True

    def _becomes_worker(self, family: Family, post: int, person: int) -> None:
        """A person is the family's worker from now on; another than the last takes it over."""
        another = family.last is not None and family.last != (post, person)
        if another:
            family.handovers += 1
            family.taken_over.append(post)
            self.handovers += 1
        family.workers += another or family.workers == 0
        family.last = (post, person)

    def _is_kept(self, i: int, case: int, post: int, stage: int) -> bool:
        """Whether who had a family in the stage before has it in this one, which it enters in row i.

        Else it is returned at once. A family that is kept may be returned in the same instant to level lists,
        and then goes to a colleague of the same team; nobody else can tell that from a change to somebody
        experienced, so that is what it is taken for where the stage asks for one.
        """
        after = [row[1:4] for row in self._rows[i + 1 : i + 3]]  # event, post and case
        if not after or (after[0][0], after[0][2]) != ("returned", case):
            return True
        if len(after) < 2 or (after[1][0], after[1][2]) != ("allocated", case):
            return False
        posts, asked_for = self.given.posts, self.given.table["experienced_only"][stage]
        return bool(posts[after[1][1]].team == posts[post].team and not asked_for)

    def _worker_acts(self, i: int, case: int, family: Family, post: int, event: str, stage: str) -> None:
        if event == "closed":
            if family.worked and not family.ended_early:
                self._says(7, f"case {case}", "closed with work to do", "work done, or ended early, before")
            self._goes(case, family, "closed")
            return
        self._end_spell(case, family)
        if event == "work done":
            if not family.worked:
                self._says(7, f"case {case}", "work done twice in a stage", "once")
            if self.posts.is_away(post):
                self._says(4, f"case {case}", f"work done by post {post}, absent", "nothing while absent")
            family.worked = False
            self.work_done.append((case, family.visit, self.day))
        elif event == "ended early":
            family.ended_early = True
        else:
            if family.worked:
                self._says(7, f"case {case}", "on to another stage with work to do", "work done before")
            decided = self.given.table["decision"][family.stage]
            family.visit += 1
            family.stage, family.worked = self.given.stages.get(stage, 0), True
            decides = self.given.table["decision"][family.stage]
            if decided and not decides and self._is_kept(i, case, post, family.stage):
                self._becomes_worker(family, post, family.person)
                family.taken = True

    def _goes(self, case: int, family: Family, place: str, post: int = -1, person: int = 0) -> None:
        """The family is somewhere else from now on."""
        k = self.given.children[case]
        if family.place in ("waiting", "held"):
            self._end_spell(case, family)
            self.waiting -= k * (family.place == "waiting")
            self.held -= k * (family.place == "held")
        self.lists.move(case, family, place, post)
        family.place, family.post, family.person, family.since = place, post, person, self.day
        family.worked = family.taken = family.ended_early = False
        self.waiting += k * (place == "waiting")
        self.held += k * (place == "held")

    def _end_spell(self, case: int, family: Family) -> None:
        where = (case, family.post, family.person, family.visit, family.stage, family.since, self.day)
        self.spells.append(Spell(*where, worked=family.worked, taken=family.taken))
        family.since, family.taken = self.day, False

    def _why_returned(self, i: int, case: int, post: int) -> None:
        """A family goes back to the list for one of four reasons; a conversion is none of them."""
        if i and self._rows[i - 1][1::2] == ("entered", case):
            return  # to another team, or to somebody experienced
        if self.given.own or self.posts.vacated(post, self.day):
            return
        casework = self.given.authority.casework
        after = casework.hand_over_after_days
        if (since := self.posts.away_since(post)) is not None and abs(self.day - since - after) <= 1e-6:
            return
        follows = self._rows[i + 1][1::2] if i + 1 < len(self._rows) else ()
        if follows == ("allocated", case) and casework.rebalancing != "none":
            self._moving = case
            return
        entity = f"case {case}"
        found = f"returned by post {post}, where {self.posts.state_in_words(post)}"
        if (converted := self.posts.converted(post)) is not None and self.day - converted <= INSTANT:
            self._says(13, entity, found + ", just converted", "a conversion moves no family")
        else:
            expected = "returned by a leaver, at a hand-over, to another team or to level lists"
            self._says(4, entity, found, expected)

    @property
    def employed(self) -> list[Employed]:
        """All spells of employment, permanent and agency, in order of their ends."""
        return self.posts.employed


__all__ = ["AGENCY", "PERMANENT", "Broken", "Family", "History", "Snapshot", "Spell"]
