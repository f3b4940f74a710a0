"""Families: the form in which cases reach casework, whether drawn, counted or written by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Families:
    """Cases in order of number: those open at the start (time 0), then referrals. Arrays of equal length.

    Attributes:
        time: working day of referral, not decreasing.
        children: children of the family, at least 1.
        priority: class on the waiting list, 0 first.
        team: team the case belongs to.
        work: hours of work, all children together (what is left, for cases open at the start).
        done: hours already done before the run, all children together (0 for referrals).
        already_open: working days open before the run (0 for referrals).
    """

    time: Floats
    children: Ints
    priority: Ints
    team: Ints
    work: Floats
    done: Floats
    already_open: Floats

    def __len__(self) -> int:
        return len(self.time)
