"""Who is in every post, for how long, on which career level: arrays by post number."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.authority.calendar import INSTANT
from workforce_sim.workforce.post import CLOSED, EMPTY, NOTICE, PERMANENT, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workforce_sim.workforce.post import Post
    from workforce_sim.workforce.rules import Grade, StaffRules

_COLUMNS = {
    "grade": np.int64,
    "holds_cases": bool,
    "team": np.int64,
    "fte": np.float64,
    "manages": bool,
    "established": bool,
    "new": bool,
    "state": np.int64,
    "started": np.float64,
    "came": np.float64,
    "level": np.int64,
    "absence": np.float64,
    "able": np.float64,
    "away": bool,
    "watched": bool,
    "experienced": bool,
    "band": np.int64,
}


class People:
    """The worker in every post.

    The length-of-service band and experience are read when somebody starts and at the start of every month.

    Attributes:
        grade, holds_cases, team, fte, manages, established: of every post.
        new: established after the start.
        state: of every post (:class:`~workforce_sim.workforce.post.State`).
        started: working day on which the present worker started (before 0 for those there at the start).
        came: working day on which they came into this post, as agency or permanent worker.
        level: career level of the present worker.
        absence: what multiplies the leaving rate after a long absence.
        able: what the worker can carry, as FTE of a full worker.
        away: absent now.
        watched: a permanent worker is there who has not given notice.
        experienced: may hold the cases that ask for experience.
        band: length-of-service band last read.
    """

    grade: Any
    holds_cases: Any
    team: Any
    fte: Any
    manages: Any
    established: Any
    new: Any
    state: Any
    started: Any
    came: Any
    level: Any
    absence: Any
    able: Any
    away: Any
    watched: Any
    experienced: Any
    band: Any

    def __init__(self, rules: StaffRules, grades: Sequence[Grade]) -> None:
        most = max((len(g.bands) for g in grades), default=1)
        self._starts = [[start for start, _ in grade.bands] for grade in grades]
        self._band_from = np.full((most, len(grades)), np.inf)
        self._band_rate = np.zeros((len(grades), most))
        for g, grade in enumerate(grades):
            self._band_from[: len(grade.bands), g] = self._starts[g]
            self._band_rate[g, : len(grade.bands)] = [rate for _, rate in grade.bands]
        self._manages = np.array([g.manages for g in grades], bool)
        self._holds_cases = np.array([g.hours > 0 for g in grades], bool)
        self._experienced_days = rules.experienced_days
        self._room: dict[str, Any] = {name: np.zeros(0, kind) for name, kind in _COLUMNS.items()}
        self.show(0)

    def show(self, posts: int) -> None:
        """The columns end with the last of so many posts, once all of them are added."""
        self._posts = posts
        for name, column in self._room.items():
            setattr(self, name, column[:posts])

    def add(self, post: Post) -> None:
        """Another post, with nobody in it. Until :meth:`show` there may be room for more in the columns."""
        i = post.index
        if i >= len(self._room["grade"]):
            more = max(64, i)
            self._room = {
                name: np.concatenate([column, np.zeros(more, column.dtype)])
                for name, column in self._room.items()
            }
        if i >= self._posts:
            self.show(len(self._room["grade"]))
        self.grade[i], self.team[i], self.fte[i] = post.grade, post.team, post.fte
        self.holds_cases[i] = self._holds_cases[post.grade]
        self.manages[i], self.established[i] = self._manages[post.grade], post.established
        self.new[i] = post.running or (post.established and post.opened > 0)
        self.absence[i] = 1.0

    def service(self, who: Any, now: float) -> Any:
        """Working days of service of the workers in these posts (an index or an array of them)."""
        return now - self.started[who] + INSTANT

    def joins(self, i: int, started: float, now: float, *, experienced: bool, level: int) -> None:
        """Somebody who started on that day is now in post i. Agency workers are experienced."""
        self.started[i] = started
        self.came[i] = now if now > 0 else started
        self.level[i] = level
        self.absence[i] = 1.0
        self.away[i] = False
        self.experienced[i] = experienced or self.service(i, now) >= self._experienced_days

    def watch(self, i: int, started: float, now: float) -> None:
        """A permanent worker is in post i from now on; who converts keeps the experience, not the service."""
        self.started[i] = started
        self.watched[i] = True
        self.band[i] = bisect_right(self._starts[self.grade[i]], self.service(i, now)) - 1

    def watched_posts(self) -> Any:
        """Posts with a permanent worker who has not given notice."""
        return self.watched.nonzero()[0]

    def read_bands(self, now: float) -> None:
        """The length-of-service band of everybody who may leave."""
        who = self.watched_posts()
        reached = self.service(who, now) >= self._band_from[:, self.grade[who]]
        self.band[who] = reached.sum(0) - 1

    def band_rate(self, who: Any) -> Any:
        """The leaving rate a day of the band last read."""
        return self._band_rate[self.grade[who], self.band[who]]

    def newly_experienced(self, now: float) -> list[int]:
        """Posts whose permanent worker has become experienced since this was last asked."""
        permanent = self.are(PERMANENT) | self.are(NOTICE)
        long_there = self.service(slice(None), now) >= self._experienced_days
        found = (permanent & ~self.experienced & long_there).nonzero()[0]
        self.experienced[found] = True
        return list(found.tolist())

    def are(self, state: State) -> Any:
        """Which posts are in this state."""
        return self.state == int(state)  # NumPy takes four times as long over a member of an enumeration

    def filled(self) -> Any:
        """Whether somebody is in each post."""
        return ~(self.are(EMPTY) | self.are(CLOSED))
