"""Orders: what policies ask of a service, as plain values that both rooms know."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple


class PlannedPost(NamedTuple):
    """A post to be established: on which working day, where (None: teams in turn), and what it is like."""

    day: float
    team: int | None
    grade: int
    fte: float
    cover: bool


class DemandFactor(NamedTuple):
    """What multiplies referrals from one working day up to another; with ``fade_days`` it fades towards 1."""

    start: float
    end: float
    factor: float
    fade_days: float | None = None


@dataclass(frozen=True, slots=True)
class Fading:
    """A factor that is at its peak when set and fades towards 1: ``1 + (peak - 1) * exp(-days / fade_days)``.

    It is read when it is set and at the start of every month.
    """

    peak: float
    since: float
    fade_days: float

    def at(self, now: float) -> float:
        """The factor on a working day."""
        return 1.0 + (self.peak - 1.0) * math.exp(-(now - self.since) / self.fade_days)
