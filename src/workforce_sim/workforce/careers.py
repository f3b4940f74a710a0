"""Career levels: who starts where, who moves up when (section 6.4 of docs/model.md)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from workforce_sim.demand.luck import Stream, which
from workforce_sim.workforce.post import NOTICE, PERMANENT

if TYPE_CHECKING:
    from workforce_sim.workforce.post import Post
    from workforce_sim.workforce.service import Service

_PROGRESS = (Stream.PROGRESS_FROM_FIRST, Stream.PROGRESS_FROM_SECOND)


class Careers:
    """The levels of permanent workers in posts that hold cases.

    Attributes:
        full_level: that of agency workers and of who converts.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._levels = service.rules.levels
        self.full_level = service.rules.full_level
        self._same = len({(v.able, v.leaving, v.salary) for v in self._levels}) == 1

    def start(self, post: Post, service_days: float = 0.0, *, first: bool = False) -> int:
        """The level of the permanent worker number ``post.permanents`` of a post after so much service.

        The next move up is put into the diary. ``first``: on the first level, as the newly qualified are.
        """
        if not self._has_levels(post):
            return self.full_level
        rules, number = self._service.rules, post.permanents
        shares = [level.share for level in self._levels]
        if service_days > 0 and rules.levels_at_start is not None:
            shares, service_days = list(rules.levels_at_start), 0.0
        level = 0 if first else self._first_above(post, number, shares)
        while True:
            days = self._days_on(post, number, level)
            if days > service_days:
                break
            service_days -= days
            level += 1
        self._note_move(post, number, level, days - service_days)
        return level

    def go_on(self, post: Post, level: int) -> int:
        """Who converts, or moves into a post, is on this level there; its time begins anew."""
        if not self._has_levels(post):
            return self.full_level
        self._note_move(post, post.permanents, level, self._days_on(post, post.permanents, level))
        return level

    def _has_levels(self, post: Post) -> bool:
        """Posts that hold no cases have none, and levels that are all alike are not told apart."""
        return self._service.grades[post.grade].hours > 0 and not self._same

    def _first_above(self, post: Post, number: int, shares: list[float]) -> int:
        return min(which(self._service.uniform(post, Stream.LEVEL, number), shares), len(shares) - 1)

    def _days_on(self, post: Post, number: int, level: int) -> float:
        stated = self._levels[level]
        if math.isinf(stated.days) or not stated.exponential:
            return stated.days
        luck = self._service.luck
        return stated.days * luck.threshold(_PROGRESS[level], post.layer, post.number, number)

    def _note_move(self, post: Post, number: int, level: int, days: float) -> None:
        """Permanent worker ``number`` of the post moves up after so many days."""
        if math.isinf(days):
            return
        event = self._service.env.timeout(days)
        event.callbacks.append(lambda _: self._moves_up(post, number, level))

    def _moves_up(self, post: Post, number: int, level: int) -> None:
        """Unless somebody else is in the post by now, or nobody."""
        there = post.state in (PERMANENT, NOTICE) and post.permanents == number + 1
        if there and self._service.people.level[post.index] == level:
            self._service.movements.moves_up(post, level + 1)
            self._note_move(post, number, level + 1, self._days_on(post, number, level + 1))
