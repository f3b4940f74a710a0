"""Who has met three workers in a year, and who is in limbo: one look at all families (docs/model.md, 5)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.casework.records import CLOSED
from workforce_sim.compiled import compiled


@compiled
def look_at_cases(cases: Any, now: float, limbo: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """Children with three workers or more in the last year, and children in limbo; marks who is in limbo.

    That is who is open and has been in the stage for more than twice its natural time.
    """
    thrice = 0
    stuck = 0
    for c in range(limbo.shape[0]):
        case = cases[c]
        if case.mode < CLOSED:
            if case.changed_before >= now - DAYS_PER_YEAR:
                thrice += case.children
            if now - max(case.began, 0.0) > 2.0 * case.natural:
                stuck += case.children
                limbo[c] = True
    return thrice, stuck
