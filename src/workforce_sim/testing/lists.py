"""Workers' lists and waiting lists as an event log tells them, and the rules of allocation they keep."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from workforce_sim.authority.calendar import INSTANT
from workforce_sim.testing.given import Given
from workforce_sim.testing.posts import Posts, Says

if TYPE_CHECKING:
    from workforce_sim.testing.history import Family

_SLACK = 1e-9


class Lists:
    """Who is on whose list, and who waits in which team.

    Attributes:
        held: cases by post.
        waiting: cases by team.
    """

    def __init__(self, told: Given, posts: Posts, says: Says) -> None:
        self._told, self._posts, self._says = told, posts, says
        self.held: defaultdict[int, set[int]] = defaultdict(set)
        self.waiting: defaultdict[int | None, set[int]] = defaultdict(set)
        self._children = Counter[int]()  # by post
        self._stirred: set[int] = set()  # teams in which something happened in this instant
        casework, workforce = told.authority.casework, told.authority.workforce
        self._winding_down_takes = workforce.new_cases_on_notice
        self._duty_days = casework.allocation_without_manager_days
        self._able = told.able
        self._holders: defaultdict[int, list[int]] = defaultdict(list)
        for i, post in enumerate(told.posts):
            if post.holds_cases:
                self._holders[post.team].append(i)
        regrouped = "TeamStructure" in told.policies
        self._idling_shows = told.cap_known and not told.own_allocation() and not regrouped

    def move(self, case: int, family: Family, place: str, post: int) -> None:
        """A family goes from where it is (as ``family`` still says) to another place."""
        k = self._told.children[case]
        if family.place == "held":
            self.held[family.post].discard(case)
            self._children[family.post] -= k
            self.stir(family.post)
        elif family.place == "waiting":
            for others in self.waiting.values():
                others.discard(case)
        if place == "held":
            self.held[post].add(case)
            self._children[post] += k
        elif place == "waiting":
            team = self._told.team_of(case, family.stage)
            self.waiting[team].add(case)
            if team is not None:
                self._stirred.add(team)

    def stir(self, post: int) -> None:
        """Something happened in a post: its team is looked at when the instant is over."""
        if 0 <= post < len(self._told.posts):
            self._stirred.add(self._told.posts[post].team)

    def _turn(self, case: int, family: Family) -> tuple[int, int]:
        """Class and ticket: who is served first."""
        priority = int(self._told.table["priority"][family.stage])
        return 2 * priority + self._told.urgent_class[case], family.ticket

    def check_allocation(
        self, case: int, family: Family, families: list[Family], post: int, day: float, *, moved: bool
    ) -> None:
        """An allocation is to somebody who may have the case, and to the first in the list."""
        entity = f"case {case}"
        if not 0 <= post < len(self._told.posts) or not self._told.posts[post].holds_cases:
            self._says(4, entity, f"allocated to post {post}", "a post that holds cases")
            return
        where = self._told.posts[post]
        if not self._posts.is_there(post):
            self._says(4, entity, f"allocated to post {post}, where nobody is", "somebody in post")
        if self._posts.is_away(post):
            self._says(4, entity, f"allocated to post {post}, absent", "somebody at work")
        if self._posts.winds_down(post) and not self._winding_down_takes:
            self._says(4, entity, f"allocated to post {post}, on notice", "nobody winding down")
        team = self._told.team_of(case, family.stage)
        if team is not None and team != where.team:
            self._says(4, entity, f"allocated to post {post} of team {where.team}", f"team {team}")
        k, held = self._told.children[case], self._children[post]
        most = self._told.cap(day) * self._able[1] * where.fte
        if held and held + k > most + _SLACK and not self._told.own:
            self._says(4, f"post {post}", f"{held} children and {k} more", f"at most {most:g}")
        if family.place == "waiting" and team is not None:
            first = min((self._turn(c, families[c]), c) for c in self.waiting[team])
            if first[1] != case:
                found = f"case {case} allocated, which is {self._turn(case, family)} by class and ticket"
                self._says(6, f"team {team}", found, f"case {first[1]} first, which is {first[0]}")
            if moved and len(self.waiting[team]) > 1:
                self._says(6, f"team {team}", f"case {case} moved while others wait", "nothing moves then")
        if not moved:
            self._keeps_worker(case, family, post, team, day)

    def check_referral(self, case: int, family: Family, *, turned_away: bool) -> None:
        """A referral joins the list of its team unless that is full, or the service under pressure."""
        team = self._told.team_of(case, family.stage)
        if team is None or (self._told.open_at_start(case) and family.episodes == 1):
            return
        waiting = sum(self._told.children[c] for c in self.waiting[team] if c != case)
        full = waiting >= self._told.list_limit
        pressed = self._told.authority.pressure.turned_away_share > 0
        if full and not turned_away:
            found = f"case {case} joined a list of {waiting} children"
            self._says(14, f"team {team}", found, f"turned away from {self._told.list_limit:g} on")
        if turned_away and not full and not pressed:
            found = f"case {case} turned away from a list of {waiting} children"
            self._says(14, f"team {team}", found, "turned away only when the list is full")

    def _keeps_worker(self, case: int, family: Family, post: int, team: int | None, day: float) -> None:
        """With continuity a family that has come back goes to whom it had, if that worker surely can."""
        casework = self._told.authority.casework
        back = family.episodes > 1 and family.last is not None and casework.continuity
        if not back or team is None or self._told.own_allocation() or family.last is None:
            return
        before, person = family.last
        same = self._told.posts[before].team == team and self._posts.person(before) == person
        if same and before != post and self._surely_free(before, case, family, day):
            self._says(11, f"case {case}", f"back, and to post {post}", f"to post {before}, whom it had")

    def _surely_free(self, post: int, case: int, family: Family, day: float) -> bool:
        """Whether the worker in a post can take the family, whatever the log does not tell."""
        if not self._posts.is_there(post) or self._posts.is_away(post):
            return False
        if self._posts.winds_down(post) and not self._winding_down_takes:
            return False
        agency = self._posts.state[post] == "agency"
        if self._told.table["experienced_only"][family.stage] and not agency:
            return False
        held, k = self._children[post], self._told.children[case]
        most = self._told.cap(day) * self._able[0] * self._told.posts[post].fte
        return not held or held + k <= most - _SLACK

    def check(self, families: list[Family], day: float) -> None:
        """At the end of an instant: nobody waits in vain, and nobody is held where nobody is."""
        for post, cases in self.held.items():
            if cases and not self._posts.is_there(post):
                found = f"{len(cases)} cases where {self._posts.state_in_words(post)}"
                self._says(4, f"post {post}", found, "no case without a worker")
        if self._idling_shows:
            for team in self._stirred:
                self._nobody_waits_in_vain(team, families, day)
        self._stirred.clear()

    def _nobody_waits_in_vain(self, team: int, families: list[Family], day: float) -> None:
        if not self.waiting[team]:
            return
        manager_posts, managed = self._posts.managers(team)
        if self._duty_days > 0 and manager_posts and not managed:
            rounds = round(day / self._duty_days)
            if abs(day - rounds * self._duty_days) > INSTANT:
                return
        _, case = min((self._turn(c, families[c]), c) for c in self.waiting[team])
        for post in self._holders[team]:
            if self._surely_free(post, case, families[case], day):
                found = f"case {case} waits while post {post} holds {self._children[post]} children"
                self._says(5, f"team {team}", found, "allocated: that worker has room")
                return
