"""Which teams there are, and which posts are in which: types of team staffed to go at one pace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.once import once_per_authority
from workforce_sim.authority.steady import steady

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.parts import PostGroup


#: No team is planned with fewer case-holding posts: one that is vacant would stop all that pass through it.
_LEAST_POSTS = 2.0

#: One post more or less is a tenth or more of what a type of fewer posts can do.
_FEW_POSTS = 10


@dataclass(frozen=True)
class Layout:
    """The teams of an authority, numbered type by type.

    Attributes:
        types: names of the types of team, in the order of the pathway.
        teams_of_type: how many teams of each type.
        shares: of every team in the posts that are not tied to a type; they add up to 1.
    """

    types: tuple[str, ...]
    teams_of_type: tuple[int, ...]
    shares: npt.NDArray[np.float64]

    @property
    def teams(self) -> int:
        """Teams in all."""
        return sum(self.teams_of_type)

    def names(self) -> list[str]:
        """Every team in words: ``assessment 2``."""
        return [
            f"{name} {i + 1}" if number > 1 else name
            for name, number in zip(self.types, self.teams_of_type, strict=True)
            for i in range(number)
        ]

    def dealt(self, group: PostGroup, number: int) -> list[int]:
        """The team of each of ``number`` posts of a group."""
        if not number:
            return []
        shares = self.shares
        if group.team is not None and group.team in self.types:
            t = self.types.index(group.team)
            first = sum(self.teams_of_type[:t])
            shares = np.zeros(self.teams)
            shares[first : first + self.teams_of_type[t]] = 1 / self.teams_of_type[t]
        ends = np.cumsum(shares)
        found = np.searchsorted(ends - 1e-9, (np.arange(number) + 0.5) / number, side="right")
        return [int(team) for team in np.minimum(found, self.teams - 1)]


@once_per_authority
def layout(authority: Authority) -> Layout:
    """Teams dealt over the types of team so that all go at one pace, at least one each.

    No team has fewer than two case-holding posts, if there are that many, and a type of fewer than ten is
    rounded up to whole ones if there are enough: rounded down it would not keep up.
    """
    state = steady(authority)
    types = state.pathway.team_types
    work = state.type_shares
    number = authority.teams.number
    if len(types) == 1:
        return Layout(tuple(types), (number,), np.full(number, 1 / number))
    teams = np.maximum(1, np.round(number * work)).astype(np.int64)
    holders = sum(group.number for group in authority.posts if group.holds_cases)
    least = teams * min(1.0, _LEAST_POSTS / max(holders, 1), 1.0 / teams.sum())
    few = work * holders < _FEW_POSTS
    rounded_up = np.maximum(least, np.where(few, np.ceil(work * holders) / max(holders, 1), 0.0))
    if rounded_up.sum() <= 1.0:
        least = rounded_up
    for _ in types:  # what the small types are given is taken from the others in proportion
        small = work <= least
        rest = work[~small].sum()
        work = np.where(small, least, work * (1 - least[small].sum()) / rest if rest > 0 else least)
    shares = np.repeat(work / work.sum() / teams, teams)
    return Layout(tuple(types), tuple(teams.tolist()), shares)
