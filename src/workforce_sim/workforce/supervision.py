"""Supervision: what managers, and colleagues who leave, do to the people of a team (section 6.1)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.authority.calendar import INSTANT
from workforce_sim.workforce.post import State

if TYPE_CHECKING:
    from workforce_sim.workforce.service import Service

#: Working days for which a leaver is remembered by the team.
REMEMBERED_DAYS = 63.0


class Supervision:
    """The factor ``team`` of the leaving rate, read at time 0 and at the start of every month.

    Attributes:
        factor: by team, for those who do not manage.
        unsettled: share of all manager posts without a settled manager, as last read.
    """

    def __init__(self, service: Service, teams: int) -> None:
        self._service = service
        self._teams = teams
        self._gone: deque[tuple[float, int]] = deque()
        self._norm = 1.0
        self._span = service.rules.span
        self.factor = np.ones(teams)
        self.unsettled = self.unsettled_at_start = 0.0

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
        self.factor = self.factor / self._norm
        self.unsettled_at_start = self.unsettled

    def read(self) -> None:
        """Look at every team."""
        service, rules = self._service, self._service.rules
        people, now = service.people, service.env.now
        there = people.filled()
        posts = people.state != State.CLOSED
        managers = posts & people.manages & people.established
        workers = posts & ~people.manages
        at_work = self._by_team(people.manages & there & ~people.away, people.fte)
        span = (self._span or np.inf) * service.levers.value("span", now)
        needed = self._by_team(workers & there, people.fte) / span
        supervised = np.minimum(1.0, np.divide(at_work, needed, out=np.ones(self._teams), where=needed > 0))
        settled = managers & there & (people.state != State.NOTICE)
        settled &= now - people.came + INSTANT >= rules.settled_days
        number = self._by_team(managers)
        have = self._by_team(people.manages & people.established) > 0  # closed ones too: they are missed
        unsettled = np.where(have, 1.0 - self._by_team(settled) / np.maximum(number, 1.0), 0.0)
        had = bool(have.any())
        self.unsettled = float(1.0 - settled.sum() / max(1, managers.sum())) if had else 0.0
        factor = (1.0 + (rules.unsupervised - 1.0) * (1.0 - supervised)) * (
            1.0 + (rules.unsettled - 1.0) * unsettled
        )
        factor = np.where(have, factor, 1.0)
        factor *= 1.0 + rules.contagion * self._share_gone(workers & people.established)
        self.factor = factor / self._norm

    def _share_gone(self, workers: Any) -> Any:
        now, gone = self._service.env.now, self._gone
        while gone and gone[0][0] < now - REMEMBERED_DAYS - INSTANT:
            gone.popleft()
        posts = self._by_team(workers)
        left = np.bincount([team for _, team in gone], minlength=self._teams).astype(np.float64)
        return np.divide(left, posts, out=np.zeros(self._teams), where=posts > 0)

    def _by_team(self, which: Any, weights: Any = None) -> Any:
        team = self._service.people.team[which]
        return np.bincount(team, None if weights is None else weights[which], minlength=self._teams).astype(
            np.float64
        )
