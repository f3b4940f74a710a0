"""Supervision: what managers, and colleagues who leave, do to the people of a team (section 6.1)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.authority.calendar import INSTANT
from workforce_sim.workforce.post import AGENCY, CLOSED, PERMANENT

if TYPE_CHECKING:
    from workforce_sim.workforce.service import Service

#: Working days for which a leaver is remembered by the team.
REMEMBERED_DAYS = 63.0


class Supervision:
    """The factor ``team`` of the leaving rate, read at time 0 and at the start of every month.

    Attributes:
        factor: by team, for those who do not manage.
        of_grade: by grade and team, 1 for those who manage.
        unsettled: share of all manager posts without a settled manager, as last read.
    """

    def __init__(self, service: Service, teams: int) -> None:
        self._service = service
        self._teams = teams
        self._gone: deque[tuple[float, int]] = deque()
        self._norm = 1.0
        self._span = service.rules.span
        self.unsettled = self.unsettled_at_start = 0.0
        self._holds(np.ones(teams))

    def left(self, team: int) -> None:
        """A permanent worker of the team has left."""
        if self._service.rules.contagion > 0:
            self._gone.append((self._service.env.now, team))

    def begin(self) -> None:
        """Take the starting state as the point from which all is counted."""
        people = self._service.people
        if self._span is None:
            posts = people.established
            managers = people.fte[posts & people.manages].sum()
            self._span = people.fte[posts & ~people.manages].sum() / managers if managers > 0 else np.inf
        self.read()
        workers = np.flatnonzero(people.watched & ~people.manages)
        weights = people.fte[workers]
        if weights.sum() > 0:
            self._norm = float(np.average(self.factor[people.team[workers]], weights=weights))
        self._holds(self.factor / self._norm)
        self.unsettled_at_start = self.unsettled

    def read(self) -> None:
        """Look at every team."""
        rules, people = self._service.rules, self._service.people
        managing = people.manages.nonzero()[0]
        posts = managing[people.established[managing]]  # closed ones too: they are missed
        have = self._by_team(posts) > 0
        factor = 1.0 + (rules.unsupervised - 1.0) * (1.0 - self._supervised(managing))
        factor *= 1.0 + (rules.unsettled - 1.0) * self._unsettled(posts, have)
        factor = np.where(have, factor, 1.0)
        if rules.contagion > 0:
            factor *= 1.0 + rules.contagion * self._share_gone()
        self._holds(factor / self._norm)

    def _holds(self, factor: Any) -> None:
        """These are the factors from now on."""
        self.factor = factor
        nothing = np.ones(self._teams)
        self.of_grade = np.array([nothing if g.manages else factor for g in self._service.grades])

    def _supervised(self, managing: Any) -> Any:
        """Share of the people of every team for whom there is a manager at work."""
        service, people = self._service, self._service.people
        filled = people.filled()
        at_work = managing[filled[managing] & ~people.away[managing]]
        supervised = (filled & ~people.manages).nonzero()[0]
        span = (self._span or np.inf) * service.levers.value("span", service.env.now)
        needed = self._by_team(supervised, people.fte) / span
        at_work = self._by_team(at_work, people.fte)
        return np.minimum(1.0, np.divide(at_work, needed, out=np.ones(self._teams), where=needed > 0))

    def _unsettled(self, posts: Any, have: Any) -> Any:
        """Share of the manager posts of every team without a settled manager; 0 where there are none."""
        service, people = self._service, self._service.people
        long_there = service.env.now - people.came + INSTANT >= service.rules.settled_days
        settled = (people.are(AGENCY) | people.are(PERMANENT)) & long_there
        settled, posts = posts[settled[posts]], posts[~people.are(CLOSED)[posts]]
        self.unsettled = 1.0 - len(settled) / max(1, len(posts)) if have.any() else 0.0
        number = np.maximum(self._by_team(posts), 1.0)
        return np.where(have, 1.0 - self._by_team(settled) / number, 0.0)

    def _share_gone(self) -> Any:
        """Those who left every team lately, over its established posts that do not manage."""
        people, now, gone = self._service.people, self._service.env.now, self._gone
        while gone and gone[0][0] < now - REMEMBERED_DAYS - INSTANT:
            gone.popleft()
        posts = self._by_team((~people.are(CLOSED) & ~people.manages & people.established).nonzero()[0])
        left = np.bincount([team for _, team in gone], minlength=self._teams).astype(np.float64)
        return np.divide(left, posts, out=np.zeros(self._teams), where=posts > 0)

    def _by_team(self, which: Any, weights: Any = None) -> Any:
        """Posts of every team, or the sum of their weights."""
        team = self._service.people.team[which]
        return np.bincount(team, None if weights is None else weights[which], minlength=self._teams)
