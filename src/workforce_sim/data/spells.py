"""Spells of a list: how long each lasted, whether it ended, and how long it had lasted when first seen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workforce_sim.data.durations import FEWEST, Fit, Law, fit, fit_open
from workforce_sim.samples import Floats

DAYS_PER_YEAR = 365.25
_LEAST_DAYS = 0.5  # who comes and goes on one day was there for half of it


@dataclass(frozen=True, slots=True)
class Spells:
    """Spells in one unit of time.

    Attributes:
        what: they are, in words.
        unit: of the times.
        times: how long each had lasted when it ended or was last seen.
        ended: whether it ended.
        entry: how long it had lasted when the list begins; 0 if it began later.
        followed: whether the list has what ended since it begins; if not, only ages of the open are known.
    """

    what: str
    unit: str
    times: Floats
    ended: npt.NDArray[np.bool_]
    entry: Floats
    followed: bool

    @property
    def enough(self) -> bool:
        """Whether a law can be fitted."""
        return int(self.ended.sum()) >= FEWEST if self.followed else len(self.times) >= FEWEST

    def fit(self, law: Law = "best") -> Fit:
        """The law of their lengths; of open spells alone, under a steady flow.

        Raises:
            InputError: too few of them.
        """
        return fit(self.times, self.ended, self.entry, law) if self.followed else fit_open(self.times, law)


def spells(
    what: str,
    dates: list[tuple[dt.date, dt.date | None]],
    as_of: dt.date,
    observed_from: dt.date | None,
    unit: str,
) -> Spells:
    """Spells from dates.

    Args:
        what: they are, in words.
        dates: beginning, and end or None.
        as_of: the date of the list; what ends later is open.
        observed_from: from when on the list has everything; None: only what is open.
        unit: ``"years"`` or ``"days"`` (calendar days).

    Example:
        >>> day = dt.date.fromisoformat
        >>> open_one = [(day("2020-01-01"), None)]
        >>> found = spells("service", open_one, day("2024-01-01"), day("2023-01-01"), "days")
        >>> found.times.tolist(), found.ended.tolist(), found.entry.tolist()
        ([1461.0], [False], [1096.0])
    """
    per = DAYS_PER_YEAR if unit == "years" else 1.0
    kept = []
    for start, end in dates:
        over = end is not None and end <= as_of
        last = end if over and end is not None else as_of
        lasted = max((last - start).days, _LEAST_DAYS)
        entered = 0.0 if observed_from is None else float(max((observed_from - start).days, 0))
        if entered < lasted and (observed_from is not None or not over):
            kept.append((lasted / per, over, entered / per))
    times, ended, entry = (np.array(column) for column in zip(*kept, strict=True)) if kept else ([], [], [])
    return Spells(
        what,
        unit,
        np.asarray(times, dtype=np.float64),
        np.asarray(ended, dtype=bool),
        np.asarray(entry, dtype=np.float64),
        observed_from is not None,
    )
