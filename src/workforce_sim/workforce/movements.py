"""Movements: what happens to the people in a post, and to their cases, logs and counts with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workforce_sim.casework.eventlog import Kind
from workforce_sim.demand.luck import Stream
from workforce_sim.workforce.post import AGENCY, CLOSED, EMPTY, NOTICE, PERMANENT, VACANT, Post, State

if TYPE_CHECKING:
    from workforce_sim.workforce.service import Service

#: However many hours policies take, this share of the hours of case work is left.
_LEAST_HOURS = 0.05


class Movements:
    """Starts, notices, leavers, agency, conversions, promotions and absences, one method each."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._env, self._desk, self._rules = service.env, service.desk, service.rules
        self._people, self._leaving, self._recruitment = service.people, service.leaving, service.recruitment
        self._careers = service.careers
        self._headcount, self._accounts, self._flows = service.headcount, service.accounts, service.flows

    def joins(self, post: Post, started: float, level: int, *, experienced: bool = False) -> None:
        """Somebody who started on that day is now in the post, with an empty list.

        ``experienced``: whatever the service, as agency workers are.
        """
        now = self._env.now
        self._people.joins(post.index, started, now, experienced=experienced, level=level)
        self.set_able(post)
        self._desk.join(post.index, self._env.now, experienced=bool(self._people.experienced[post.index]))

    def set_able(self, post: Post) -> None:
        """Hours of case work and what the worker can carry, by career level and policies."""
        grade = self._service.grades[post.grade]
        if grade.hours <= 0:
            return
        level, now = int(self._people.level[post.index]), self._env.now
        able = self._rules.levels[level].able
        if level == 0 and post.state in (PERMANENT, NOTICE):
            able = min(able, self._service.levers.value("newly_qualified_able", now))
        able *= post.fte
        self._people.able[post.index] = able
        stated = grade.hours
        hours = max(_LEAST_HOURS * stated, stated + self._service.levers.value("hours", now)) * able
        self._desk.set_able(post.index, able=able, hours=hours, now=now)

    def winds_down(self, post: Post) -> None:
        """Whoever is on notice takes no more new cases."""
        if not self._rules.new_cases_on_notice:
            known = bool(self._people.experienced[post.index])
            self._desk.set_list(post.index, takes_new=False, experienced=known, now=self._env.now)

    def watch(self, post: Post, started: float, left: float | None = None) -> None:
        """The leaving clock of the permanent worker who is now in the post starts."""
        i = post.index
        post.decision = self._env.event()
        self._people.watch(i, started, self._env.now)
        threshold = left
        if threshold is None:
            luck = self._service.luck.threshold(Stream.LEAVE, post.layer, post.number, post.permanents)
            threshold = self._rules.stretched(Stream.LEAVE, luck)
        post.permanents += 1
        self._desk.watch_leaving(i, threshold, float(self._leaving.rate(i)), self._env.now)

    def starts(self, post: Post, *, newly_qualified: bool = False) -> None:
        """A permanent worker starts; an agency worker who covers the post goes."""
        if post.state == AGENCY:
            self.agency_ends(post)
        self.note(Kind.STARTED, post)
        self._flows["starters"] += post.fte
        self._accounts.pay("recruitment", self._rules.recruitment_gbp)
        self._employs(post, self._env.now, self._careers.start(post, first=newly_qualified))

    def promotes(self, old: Post, new: Post) -> None:
        """Whoever is in the old post moves into the new one; the cases return."""
        people, i = self._people, old.index
        started, level = float(people.started[i]), int(people.level[i])
        absence, experienced, decision = float(people.absence[i]), bool(people.experienced[i]), old.decision
        if new.state == AGENCY:
            self.agency_ends(new)
        self.note(Kind.MOVED, old)
        self.vacates(old, EMPTY)
        assert decision is not None
        decision.succeed()
        self.note(Kind.PROMOTED, new)
        self._flows["promotions"] += new.fte
        level = self._careers.go_on(new, level)
        self._employs(new, started, level, absence=absence, experienced=experienced)

    def _employs(
        self, post: Post, started: float, level: int, *, absence: float = 1.0, experienced: bool = False
    ) -> None:
        """Somebody is now the permanent worker of a vacant post, with an empty list."""
        self.becomes(post, PERMANENT, level)
        self.joins(post, started, level, experienced=experienced)
        self._people.absence[post.index] = absence
        self.watch(post, started)
        self.ends_wait(post)

    def ends_wait(self, post: Post) -> None:
        """Whatever the post was waiting for, it waits for it no more."""
        post.stop_clocks()
        self._recruitment.over(post)
        post.take_turn(None)
        if post.state == CLOSED and post.decision is not None and not post.decision.triggered:
            post.decision.succeed()

    def gives_notice(self, post: Post) -> None:
        """The permanent worker decides to leave, and takes no more new cases."""
        self._people.watched[post.index] = False
        post.notice_left = self._rules.notice_days
        self.note(Kind.NOTICE, post)
        self._flows["notices"] += post.fte
        self.becomes(post, NOTICE)
        self.winds_down(post)

    def leaves(self, post: Post) -> None:
        """The permanent worker goes; the cases return to the waiting list."""
        self.note(Kind.LEFT, post)
        for flow, fte in self._leaving.count(post).items():
            self._flows[flow] += fte
        self._service.supervision.left(post.team)
        self.vacates(post, EMPTY)

    def agency_starts(self, post: Post) -> None:
        """An agency worker starts."""
        self.note(Kind.AGENCY_STARTED, post)
        self._flows["agency_starts"] += post.fte
        self.becomes(post, AGENCY)
        self.joins(post, self._env.now, self._careers.full_level, experienced=True)

    def agency_gives_notice(self, post: Post) -> None:
        """The agency worker's last day is known: no more new cases."""
        self.note(Kind.AGENCY_NOTICE, post)
        post.ends, post.notice_left = True, self._service.agency_notice_days
        self.winds_down(post)

    def agency_ends(self, post: Post) -> None:
        """The agency worker goes; the cases return to the waiting list."""
        self.note(Kind.AGENCY_ENDED, post)
        self._flows["agency_ends"] += post.fte
        self.vacates(post, EMPTY)

    def converts(self, post: Post) -> None:
        """The agency worker becomes permanent in the same post with the same cases."""
        self.note(Kind.CONVERTED, post)
        self._flows["conversions"] += post.fte
        self._accounts.pay("conversion", self._service.agency.conversion_bonus)
        self.becomes(post, PERMANENT, self._careers.go_on(post, self._careers.full_level))
        self._recruitment.over(post)
        self.watch(post, self._env.now)  # experienced as before: it is the same person

    def moves_up(self, post: Post, level: int) -> None:
        """A permanent worker reaches the next career level."""
        self.note(Kind.MOVED_UP, post)
        self._headcount.employs(post, int(self._people.level[post.index]), -1.0)
        self._people.level[post.index] = level
        self._headcount.employs(post, level, 1.0)
        self._headcount.price()
        self.set_able(post)
        self._leaving.set_rate(post)

    def goes_away(self, post: Post) -> None:
        """Whoever is in the post is absent from now on: no progress, no new cases."""
        self.note(Kind.AWAY, post)
        self._flows["absences"] += post.fte
        self._people.away[post.index] = True
        self._desk.set_away(post.index, True, self._env.now)

    def comes_back(self, post: Post) -> None:
        """Whoever is in the post is back."""
        self.note(Kind.BACK, post)
        self._people.away[post.index] = False
        self._desk.set_away(post.index, False, self._env.now)

    def hands_over(self, post: Post) -> None:
        """The cases of a worker who stays in post return; who is away for so long leaves sooner."""
        self._desk.hand_over(post.index, self._env.now)
        self._people.absence[post.index] = self._rules.leaving_after_absence
        self._leaving.set_rate(post)

    def note(self, kind: Kind, post: Post) -> None:
        """Enter it in the log, if one is kept."""
        if self._desk.logging:
            self._desk.note(kind, post.index, self._env.now)

    def becomes(self, post: Post, state: State, level: int | None = None) -> None:
        """A post changes state; ``level`` is that of a permanent worker who comes."""
        old = post.state
        self._headcount.moves(post, old, state)
        if level is not None:
            self._headcount.employs(post, level, 1.0)
            self._people.level[post.index] = level
        if post.established:
            if post.vacant:
                if state not in VACANT:
                    self._recruitment.counts(post, -1)
            elif state == EMPTY:
                self._recruitment.counts(post, 1)
                post.vacant_since = self._env.now
        post.state = state
        self._people.state[post.index] = state
        self._headcount.price()

    def vacates(self, post: Post, state: State) -> None:
        """Whoever is in the post goes, and the cases return."""
        i, old = post.index, post.state
        if old in (PERMANENT, NOTICE):
            self._headcount.employs(post, int(self._people.level[i]), -1.0)
        self._people.watched[i] = self._people.away[i] = False
        post.ends = False
        self.becomes(post, state)
        if old != EMPTY:
            self._desk.leave(i, self._env.now)
