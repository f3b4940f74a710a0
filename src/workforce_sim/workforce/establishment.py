"""Establishment: new posts come into being in an order that does not depend on who planned them."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workforce_sim.workforce.post import AGENCY, EMPTY, NOTICE, PERMANENT, Post
from workforce_sim.workforce.service import ADDED, MANAGED

if TYPE_CHECKING:
    import simpy

    from workforce_sim.orders import PlannedPost
    from workforce_sim.workforce.service import Service


class Establishment:
    """Opens and closes posts.

    Posts without a team are dealt over the teams by their shares of the work (in turn, if these are equal).
    The luck of an added post belongs to its team and its place among the posts added there.

    Args:
        service: of the run.
        shares: of every team in posts that are tied to none.
    """

    def __init__(self, service: Service, shares: npt.NDArray[np.float64]) -> None:
        self._service = service
        self._shares = shares
        self._dealt = np.zeros(len(shares))
        self._added = {ADDED: [0] * len(shares), MANAGED: [0] * len(shares)}

    def open_planned(self, planned: Sequence[PlannedPost]) -> Generator[simpy.Event, Any, None]:
        """Open posts on their days, the same whatever order policies are listed in, or however split."""
        env = self._service.env
        for post in sorted(planned, key=lambda p: (p.day, p.team is None, p.team or 0, *p[2:])):
            if post.day > env.now:
                yield env.timeout(post.day - env.now)
            self.open(post)

    def open(self, planned: PlannedPost) -> Post:
        """Open a post now."""
        team, luck = self._place(planned.team, ADDED)
        settings: dict[str, Any] = {"grade": planned.grade, "fte": planned.fte, "cover": planned.cover}
        return self._service.open_post(team=team, luck=luck, running=True, **settings)

    def hire_in(self, team: int | None, grade: int) -> Post:
        """An agency worker above establishment starts now, who goes when the post is closed."""
        team, luck = self._place(team, MANAGED)
        return self._service.open_post(
            team=team, grade=grade, luck=luck, established=False, cover=False, state=AGENCY, stays=True
        )

    def _place(self, team: int | None, layer: int) -> tuple[int, tuple[int, int]]:
        """A team, and the layer and number of the post's luck."""
        teams = len(self._shares)
        if team is None:
            shares = self._shares * (self._dealt.sum() + 1) - self._dealt
            team = int(np.argmax(shares + 1e-9 * (teams - np.arange(teams))))
            self._dealt[team] += 1
        number = self._added[layer][team]
        self._added[layer][team] += 1
        return team, (layer, number * teams + team)

    def close(self, grade: int, number: int) -> int:
        """Close posts of a grade: empty ones first, then covered, then those with the shortest service.

        Returns how many there were to close.
        """
        service = self._service
        order = {EMPTY: 0, AGENCY: 1, PERMANENT: 2, NOTICE: 2}
        there = [p for p in service.posts if p.grade == grade and p.established and p.state in order]

        def rank(post: Post) -> tuple[int, float, int]:
            people = order[post.state] == 2
            return (
                order[post.state],
                -float(service.people.started[post.index]) if people else 0.0,
                -post.index,
            )

        chosen = sorted(there, key=rank)[:number]
        for post in chosen:
            service.close_post(post)
        return len(chosen)
