"""Families: the form in which cases reach casework, whether drawn, counted or written by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: A family's luck at each visit to a stage: standard normal of the work, uniforms of what comes next, of an
#: early end, of being turned away and of coming back, Exp(1) of the delay, uniform of a random allocation.
DRAWS = ("work", "next", "early", "away", "return", "delay", "allocation")
WORK, NEXT, EARLY, AWAY, RETURN, DELAY, ALLOCATION = range(7)

#: The stage of a family that is referred (not open at the start).
REFERRED = -1


@dataclass(frozen=True, slots=True)
class Families:
    """Cases in order of number: those open at the start (time 0), then referrals. Arrays of equal length.

    Attributes:
        time: working day of referral, not decreasing.
        children: children of the family, at least 1.
        priority: class on the waiting list, 0 (urgent) or 1.
        place: which of the teams of a type the family belongs to, from 0 to 1.
        stage: where it is at the start, or :data:`REFERRED`.
        began: entry into that stage, 0 or before.
        left: days of full attention left there.
        done: days of full attention done there before the run.
        already_open: working days open before the run (0 for referrals).
        known: counts as a re-referral: the family's case was closed within a year before the referral.
        family: a number of its own that the family has in every scenario; cases are numbered by who is there.
        draws: the families' luck at their visit of an ordinal, shape ``(families, len(DRAWS))``.
    """

    time: Floats
    children: Ints
    priority: Ints
    place: Floats
    stage: Ints
    began: Floats
    left: Floats
    done: Floats
    already_open: Floats
    known: npt.NDArray[np.bool_]
    family: Ints
    draws: Callable[[int], Floats]

    @classmethod
    def referred(
        cls,
        time: Floats,
        draws: Callable[[int], Floats],
        *,
        children: Ints | None = None,
        priority: Ints | None = None,
        place: Floats | None = None,
        known: npt.NDArray[np.bool_] | None = None,
        family: Ints | None = None,
    ) -> Families:
        """Families of whom none has a case that is open at the start.

        Args:
            time: working day of referral, not decreasing.
            draws: see the attribute.
            children: one in every family if not stated.
            priority: 1 (not urgent) if not stated.
            place: 0 if not stated.
            known: nobody is, if not stated.
            family: numbered in this order, if not stated.

        Example:
            >>> import numpy as np
            >>> two = Families.referred(np.array([1.0, 4.5]), lambda ordinal: np.full((2, len(DRAWS)), 0.5))
            >>> two.children.tolist(), two.stage.tolist()
            ([1, 1], [-1, -1])
        """
        n = len(time)
        return cls(
            time=time,
            children=np.ones(n, np.int64) if children is None else children,
            priority=np.ones(n, np.int64) if priority is None else priority,
            place=np.zeros(n) if place is None else place,
            stage=np.full(n, REFERRED, np.int64),
            began=np.zeros(n),
            left=np.zeros(n),
            done=np.zeros(n),
            already_open=np.zeros(n),
            known=np.zeros(n, bool) if known is None else known,
            family=np.arange(n) if family is None else family,
            draws=draws,
        )

    def __len__(self) -> int:
        return len(self.time)
