"""The posts as an event log tells them: who is in each, and every spell of employment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from workforce_sim.authority.calendar import INSTANT
from workforce_sim.testing.given import Given

Says = Callable[[int, str, object, object], None]

EMPTY, AGENCY, PERMANENT, NOTICE, CLOSED, NOWHERE = "empty", "agency", "permanent", "notice", "closed", "none"

#: From which states an event of a post may come, to which it leads (None: stays), and whose relation it is.
_MOVES: dict[str, tuple[tuple[str, ...], str | None, int]] = {
    "opened": ((NOWHERE,), EMPTY, 2),
    "started": ((EMPTY,), PERMANENT, 8),
    "promoted": ((EMPTY,), PERMANENT, 8),
    "moved": ((PERMANENT,), EMPTY, 8),
    "notice": ((PERMANENT,), NOTICE, 8),
    "left": ((PERMANENT, NOTICE), EMPTY, 8),
    "agency started": ((EMPTY,), AGENCY, 8),
    "agency notice": ((AGENCY,), None, 8),
    "agency ended": ((AGENCY,), EMPTY, 8),
    "converted": ((AGENCY,), PERMANENT, 13),
    "moved up": ((PERMANENT, NOTICE), None, 8),
    "away": ((AGENCY, PERMANENT, NOTICE), None, 8),
    "back": ((AGENCY, PERMANENT, NOTICE), None, 8),
    "post closed": ((EMPTY, AGENCY, PERMANENT, NOTICE), None, 2),
}

#: Events with which somebody comes, and with which somebody goes.
COMES = ("started", "promoted", "agency started", "converted")
GOES = ("left", "moved", "agency ended", "converted")


class Employed(NamedTuple):
    """Somebody is in a post from ``start`` to ``end``; ``how`` they came, and ``went`` (``""``: not yet)."""

    post: int
    kind: str  # permanent or agency
    start: float
    end: float
    how: str  # the event, or "at start"
    went: str


class Posts:
    """Who is in every post now.

    Args:
        told: of the run.
        says: is called with relation, entity, what was found and what was expected.
    """

    def __init__(self, told: Given, says: Says) -> None:
        self._told, self._says = told, says
        self.state = [post.at_start or NOWHERE for post in told.posts]
        self.employed: list[Employed] = []
        self._closing: dict[int, str] = {}  # posts that are closed, and who was in them
        self._spell: dict[int, tuple[str, float, str]] = {}
        self._people = Counter[int]()
        self._away: dict[int, float] = {}
        self._vacated: dict[int, float] = {}
        self._converted: dict[int, float] = {}
        self._last_day: set[int] = set()  # agency workers who know it
        self.opened_days: dict[int, float] = {}
        self.closed_days: dict[int, float] = {}
        self.away_spells: list[tuple[int, float, float]] = []
        self._day = 0.0
        self._established = Counter[int]()  # by team
        self._filled = Counter[tuple[int, str]]()
        for i, state in enumerate(self.state):
            if state in (AGENCY, PERMANENT, NOTICE):
                self._spell[i] = (AGENCY if state == AGENCY else PERMANENT, 0.0, "at start")
                self._people[i] = 1
            if state != NOWHERE and told.posts[i].established:
                self._established[told.posts[i].team] += 1
                self._filled[told.posts[i].team, state] += 1

    # -- reading ----------------------------------------------------------------------------

    def take(self, day: float, event: str, post: int) -> None:
        """Take in an event of a post."""
        self._day = day
        if event not in _MOVES or not 0 <= post < len(self.state):
            self._says(2, f"post {post}", event, f"an event of a post from 0 to {len(self.state) - 1}")
            return
        before, after, relation = _MOVES[event]
        was = self._closing.get(post, self.state[post]) if event in GOES else self.state[post]
        if was not in before:
            relation = 2 if was in (NOWHERE, CLOSED) else relation
            self._says(relation, f"post {post}", f"{event} in a post that is {was}", " or ".join(before))
        if event in GOES and event != "converted":
            self._goes(post, event)
        elif event == "converted":
            self._ends(post, event)
            self._converted[post] = day
            self._comes(post, PERMANENT, event, same_person=True)
        elif event in COMES:
            self._comes(post, AGENCY if event == "agency started" else PERMANENT, event)
        elif event in ("away", "back"):
            self._absent(post, event)
        elif event == "agency notice":
            self._last_day.add(post)
        elif event == "opened":
            self.opened_days[post] = day
        if event == "post closed":
            self._closes(post)
        elif after is not None and post not in self._closing:
            self._becomes(post, after)
        team = self._told.posts[post].team
        if self._told.posts[post].established:
            there = sum(n for (where, _), n in self._filled.items() if where == team)
            if there != self._established[team]:
                found = f"{there} permanent, agency or empty"
                self._says(2, f"team {team}", found, f"{self._established[team]} established")

    def _becomes(self, post: int, state: str) -> None:
        where = self._told.posts[post]
        if where.established:
            if self.state[post] == NOWHERE:
                self._established[where.team] += 1
            else:
                self._filled[where.team, self.state[post]] -= 1
            self._filled[where.team, state] += 1
        self.state[post] = state

    def _closes(self, post: int) -> None:
        where = self._told.posts[post]
        if where.established and self.state[post] not in (CLOSED, NOWHERE):
            self._filled[where.team, self.state[post]] -= 1
            self._established[where.team] -= 1
        self._closing[post], self.closed_days[post] = self.state[post], self._day
        self.state[post] = CLOSED

    def _comes(self, post: int, kind: str, event: str, *, same_person: bool = False) -> None:
        if post in self._spell:
            self._says(8, f"post {post}", f"{event} while somebody is there", "one spell after the other")
            self._ends(post, event)
        self._people[post] += not same_person
        self._last_day.discard(post)
        if not same_person:
            self._ends_absence(post)
        self._spell[post] = (kind, self._day, event)

    def _goes(self, post: int, event: str) -> None:
        self._ends(post, event)
        self._ends_absence(post)
        self._vacated[post] = self._day
        self._last_day.discard(post)

    def _ends(self, post: int, event: str) -> None:
        if post in self._spell:
            kind, start, how = self._spell.pop(post)
            self.employed.append(Employed(post, kind, start, self._day, how, event))

    def _absent(self, post: int, event: str) -> None:
        if event == "away":
            if post in self._away:
                self._says(8, f"post {post}", "away while away", "back before")
            self._away[post] = self._day
        elif post not in self._away:
            self._says(8, f"post {post}", "back without having been away", "away before")
        else:
            self._ends_absence(post)

    def _ends_absence(self, post: int) -> None:
        if post in self._away:
            self.away_spells.append((post, self._away.pop(post), self._day))

    def end(self) -> None:
        """The run is over: whoever is there is still there."""
        self._day = self._told.end
        for post, (kind, start, how) in self._spell.items():
            self.employed.append(Employed(post, kind, start, self._day, how, ""))
        for post in list(self._away):
            self._ends_absence(post)

    # -- looking ----------------------------------------------------------------------------

    def check(self) -> None:
        """At the end of an instant whoever was in a post that has closed is gone."""
        for post, was in list(self._closing.items()):
            if post in self._spell:
                self._says(8, f"post {post}", f"closed, and its {was} worker still there", "nobody there")
                self._goes(post, "left")

    def stocks(self) -> dict[str, float]:
        """FTE by state, as they are counted: established posts, and agency workers of any kind."""
        found = dict.fromkeys(("in_post", "agency", "covered", "empty"), 0.0)
        for post, state in zip(self._told.posts, self.state, strict=True):
            if state == AGENCY:
                found["agency"] += post.fte
            if post.established:
                name = {AGENCY: "covered", PERMANENT: "in_post", NOTICE: "in_post", EMPTY: "empty"}.get(state)
                if name:
                    found[name] += post.fte
        return found

    def person(self, post: int) -> int:
        """Which of the people who have been in the post is in it: 1, 2, ...; 0 if nobody ever was."""
        return self._people[post]

    def is_there(self, post: int) -> bool:
        """Whether somebody is in the post."""
        return post in self._spell

    def is_away(self, post: int) -> bool:
        """Whether whoever is in the post is absent."""
        return post in self._away

    def away_since(self, post: int) -> float | None:
        """Since when; None if not absent."""
        return self._away.get(post)

    def winds_down(self, post: int) -> bool:
        """Whether whoever is in the post knows the last day."""
        return self.state[post] == NOTICE or post in self._last_day

    def vacated(self, post: int, day: float) -> bool:
        """Whether somebody went from the post in this instant."""
        return day - self._vacated.get(post, -1.0) <= INSTANT

    def converted(self, post: int) -> float | None:
        """When somebody in the post last converted."""
        return self._converted.get(post)

    def state_in_words(self, post: int) -> str:
        """The state of a post, for a complaint."""
        if not 0 <= post < len(self.state):
            return "there is no such post"
        return f"the worker is {self.state[post]}" + (", away" if self.is_away(post) else "")

    def managers(self, team: int) -> tuple[bool, bool]:
        """Whether a team has ever had manager posts, and whether anybody is at work in one."""
        posts = [
            i
            for i, p in enumerate(self._told.posts)
            if p.team == team and p.manages and self.state[i] != NOWHERE
        ]
        return bool(posts), any(self.is_there(i) and not self.is_away(i) for i in posts)
