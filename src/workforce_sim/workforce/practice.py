"""Practice: where families go from a stage, and how many come back, while policies change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from workforce_sim.authority.pathway import Pathway
    from workforce_sim.workforce.service import Service


class Move(NamedTuple):
    """So many times as many families go to a stage; the difference goes, or comes from, somewhere else.

    Stages are numbered from 0, exits -1 - number.
    """

    stage: int
    share: float
    instead: int


class Practice:
    """The pathway as policies have changed it.

    Attributes:
        pathway: as stated.
    """

    def __init__(self, service: Service, pathway: Pathway) -> None:
        self._service = service
        self.pathway = pathway
        self._moves: dict[object, Move] = {}

    def move(self, key: object, stage: str, share: float, instead: str | None) -> None:
        """Send ``share`` times as many families to a stage, until :meth:`end` of the same key."""
        number = {name: i for i, name in enumerate(self.pathway.stages)}
        number |= {name: -1 - i for i, name in enumerate(self.pathway.exits)}
        self._moves[key] = Move(number[stage], share, number[instead or self.pathway.ended_early])
        self._set_ways()

    def end(self, key: object) -> None:
        """What was set under this key holds no more."""
        del self._moves[key]
        self._set_ways()

    def _set_ways(self) -> None:
        """Set what comes next after every stage, from what is stated and all that holds."""
        desk, moves = self._service.desk, sorted(self._moves.values())
        table = desk.rules.pathway
        for stage, (stated, targets) in enumerate(zip(table.shares, table.targets, strict=True)):
            desk.set_next(stage, _moved(stated, targets.tolist(), moves))

    def set_returns(self) -> None:
        """Set the share who come back at every exit, from what is stated and the lever."""
        factor = self._service.levers.value("returns", self._service.env.now)
        for way_out, stated in enumerate(self._service.desk.rules.pathway.returns.tolist()):
            self._service.desk.set_returns(way_out, stated * factor)


def _moved(stated: Any, targets: list[int], moves: list[Move]) -> Any:
    """Cumulative shares of the ways from a stage after all moves; the very same where there are none."""
    shares, changed = np.diff(stated, prepend=0.0), False
    for move in moves:
        if move.stage not in targets or move.share == 1.0:
            continue
        changed = True
        way = targets.index(move.stage)
        there = shares[way]
        if move.instead in targets:
            other = targets.index(move.instead)
            now = min(there * move.share, there + shares[other])
            shares[other] += there - now
        else:
            now = min(there * move.share, 1.0)
            shares *= (1.0 - now) / (1.0 - there) if there < 1.0 else 1.0
        shares[way] = now
    if not changed:
        return stated
    found = np.minimum(np.cumsum(shares), 1.0)
    found[int(np.flatnonzero(shares > 0)[-1]) :] = 1.0
    return found
