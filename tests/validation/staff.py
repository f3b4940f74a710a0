"""Workforces so plain that theory has an exact answer for them, and what their runs come to.

Posts hold no cases, nobody is absent and nothing but the stated clocks moves anybody. A week (or year) of
theory has as many working days as suits the length of a run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

import workforce_sim as ws
from tests.plain import NOBODY_MOVES, plainly
from tests.validation.worlds import Sums, lasting

Floats = npt.NDArray[np.float64]

#: Working days in a year of rates, and weeks in a year.
DAYS, WEEKS = 253.0, 365.25 / 7

#: Hires a year of a post that is filled at once: in 25 millionths of a day, longer than an instant.
AT_ONCE = 1e7


def workforce(posts: Sequence[dict[str, Any]], leaving: float, **sections: dict[str, Any]) -> ws.Authority:
    """People who leave at a constant rate a year (whatever the law), from posts that nothing else touches."""
    plain: dict[str, Any] = {
        "grade": "worker",
        "holds_cases": False,
        "salary_gbp": 0.0,
        "hires_per_empty_post_year": 0.0,
        "hires_per_covered_post_year": 0.0,
        "covers_per_empty_post_year": 0.0,
    }
    alike = {"leaving_per_year_under_5": leaving, "leaving_per_year_from_5": leaving}
    neutral = plainly(
        workforce=NOBODY_MOVES | alike,
        agency={"tolerance": 0.0},
        supervision={"contagion": 0.0},
        casework={"work_hours": 1.0},
        costs={"recruitment_gbp": 0.0},
    )
    return ws.Authority(
        name="theory",
        census={"turnover_rate": 10.0, "caseload": 1e-6, "date": "2020-03-31"},
        demand={"children_per_year": 0.0},
        posts=tuple(plain | group for group in posts),
        **{name: settings | sections.get(name, {}) for name, settings in neutral.items()},
    )


def weibull(shape: float) -> dict[str, Any]:
    """The Weibull law of this shape."""
    return {"law": "weibull", "cv": math.sqrt(math.gamma(1 + 2 / shape) / math.gamma(1 + 1 / shape) ** 2 - 1)}


#: What each event adds to permanent workers, agency workers and empty posts.
MOVES = {
    "started": (1, 0, -1),
    "left": (-1, 0, 1),
    "agency started": (0, 1, -1),
    "agency ended": (0, -1, 1),
    "converted": (1, -1, 0),
}


class Staffing(NamedTuple):
    """The events that change who is in post: what each was, when, and where."""

    event: npt.NDArray[Any]
    day: Floats
    post: npt.NDArray[np.int64]
    start: Floats
    end: float

    def stocks(self, first: float) -> tuple[Floats, Floats]:
        """Permanent, agency and empty posts after every event, and how long that lasted from this day on."""
        _, days = lasting(self.day, first, self.end)
        change = np.zeros((len(days), 3))
        for name, difference in MOVES.items():
            change[self.event == name] = difference
        return self.start + np.cumsum(change, axis=0), days

    def number(self, event: str, first: float = 0.0, where: Any = True) -> int:
        """How often something happened from this day on."""
        return int(((self.event == event) & (self.day >= first) & where).sum())


def staffing(finished: ws.Run) -> Staffing:
    """Who was in post, from the event log."""
    log = finished.log
    log = log[log["event"].isin(list(MOVES))]
    start = np.array([finished.counts[name][0] for name in ("in_post", "agency", "empty")])
    columns = (log[name].to_numpy() for name in ("event", "day", "post"))
    return Staffing(*columns, start, float(finished.simulation.calendar.end))


def per(what: str, of: str, times: float = 1.0) -> Callable[[Sums], Any]:
    """A sum over another."""
    return lambda sums: times * sums[what] / sums[of]


def spread(what: str, number: str = "n") -> Callable[[Sums], Any]:
    """The variance of a quantity that comes with its square."""
    return lambda sums: sums[f"{what} squared"] / sums[number] - (sums[what] / sums[number]) ** 2


def product_limit(times: Floats, happened: Any, looks: Sequence[float]) -> Floats:
    """Kaplan and Meier's share to whom it has not happened by some times, for one set of people a row."""
    order = np.argsort(times, axis=1)
    sorted_times, ended = (np.take_along_axis(x, order, axis=1) for x in (times, happened))
    at_risk = times.shape[1] - np.arange(times.shape[1])
    alive = np.cumprod(1 - ended / at_risk, axis=1)
    alive = np.concatenate([np.ones((len(times), 1)), alive], axis=1)
    seen = np.stack([(sorted_times <= t).sum(axis=1) for t in looks], axis=1)
    return np.take_along_axis(alive, seen, axis=1)
