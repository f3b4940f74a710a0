"""Who has been in post for how long: the band that sets the leaving rate, and experience."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.authority.calendar import INSTANT

if TYPE_CHECKING:
    from workforce_sim.workforce.rules import StaffRules


class Tenure:
    """Service of the worker in every post, by post number.

    Both the band of service and experience are read when somebody starts and at the start of every month.

    Attributes:
        grade_of: grade of every post.
        started: working day on which the present worker started (before 0 for those there at the start).
        watched: a permanent worker is there who has not given notice.
        experienced: may hold the cases that ask for experience.
    """

    def __init__(self, rules: StaffRules) -> None:
        self._band_from = np.array([start for start, _ in rules.bands])
        self._band_rate = np.array([rate for _, rate in rules.bands])
        self._experienced_days = rules.experienced_days
        self._posts = 0
        self.grade_of = np.zeros(0, np.int64)
        self.started = np.zeros(0)
        self.watched = np.zeros(0, bool)
        self.experienced = np.zeros(0, bool)
        self._band = np.zeros(0, np.int64)

    def add_post(self, grade: int) -> None:
        """Another post, with nobody in it."""
        i = self._posts
        if i >= len(self.started):
            more = max(64, len(self.started))
            for name in ("grade_of", "started", "watched", "experienced", "_band"):
                old = getattr(self, name)
                setattr(self, name, np.concatenate([old, np.zeros(more, old.dtype)]))
        self.grade_of[i] = grade
        self._posts = i + 1

    def service(self, who: Any, now: float) -> Any:
        """Working days of service of the workers in these posts (an index or an array of them)."""
        return now - self.started[who] + INSTANT

    def joins(self, i: int, started: float, now: float, *, agency: bool) -> None:
        """Somebody who started on that day is now in post i. Agency workers are experienced."""
        self.started[i] = started
        self.experienced[i] = agency or self.service(i, now) >= self._experienced_days

    def watch(self, i: int, started: float, now: float) -> None:
        """A permanent worker is in post i from now on; who converts keeps the experience, not the service."""
        self.started[i] = started
        self.watched[i] = True
        self.read_bands(i, now)

    def watched_posts(self) -> Any:
        """Posts with a permanent worker who has not given notice."""
        return np.flatnonzero(self.watched[: self._posts])

    def read_bands(self, who: Any, now: float) -> None:
        """The length-of-service band of these posts' workers."""
        self._band[who] = np.searchsorted(self._band_from, self.service(who, now), side="right") - 1

    def band_rate(self, who: Any) -> Any:
        """The leaving rate a day of the band last read."""
        return self._band_rate[self._band[who]]

    def newly_experienced(self, now: float) -> list[int]:
        """Posts whose permanent worker has become experienced since this was last asked."""
        who = self.watched_posts()
        found = who[~self.experienced[who] & (self.service(who, now) >= self._experienced_days)]
        self.experienced[found] = True
        return [int(i) for i in found]
