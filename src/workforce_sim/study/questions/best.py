"""Best: which scenario is best by a measure, with a stated error, and what would settle what is left open."""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import add_months, in_words
from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.measures.paths import BY_NAME, PLACE
from workforce_sim.numbers import is_money, joined, points, uncapital
from workforce_sim.samples import above, direction, share, whole
from workforce_sim.study.intervals import bonferroni_t, mean_and_error
from workforce_sim.study.questions.answer import Answer
from workforce_sim.study.questions.claim import CAUTION, percent
from workforce_sim.study.questions.reading import find_measure
from workforce_sim.study.questions.target import month_of
from workforce_sim.study.selection import Selected, kim_nelson, select_best

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from workforce_sim.study.arm import Plan
    from workforce_sim.study.worlds import Worlds

Floats = npt.NDArray[np.float64]

#: Worlds that are run ahead of what the procedure asks for: several processes have something to do.
_AHEAD = 10


class Open(NamedTuple):
    """A scenario that is not yet told from the one with the best mean.

    Attributes:
        scenario: its name.
        difference: its mean less that of the best so far.
        worlds: about how many more worlds of both would tell, if the difference stays; at most what the
            procedure needs.
        seconds: that these would take.
    """

    scenario: str
    difference: float
    worlds: int
    seconds: float


@dataclass(frozen=True, eq=False)
class Best(Answer):
    """Which scenario is best.

    Attributes:
        best: the scenario that was selected, or has the best mean so far.
        decided: whether the stated error holds.
        measure: by which measure.
        when: at which date.
        difference: the smallest difference worth finding.
        error: how probable a wrong selection may be.
        open: scenarios that are left in beside it.
        worlds: run of every scenario, in their order.
        seconds_per_world: measured; nan if all worlds were known already.
    """

    best: str
    decided: bool
    measure: str
    when: dt.date
    difference: float
    error: float
    open: tuple[Open, ...]
    worlds: tuple[int, ...]
    seconds_per_world: float

    def plot(self, *, narrow: bool = False) -> Figure:
        """Paired differences from the best, with intervals, and when each scenario was dropped."""
        from workforce_sim.report.charts.questions import best_chart

        return best_chart(self, narrow=narrow)


class _OutOfTime(Exception):
    """The seconds allowed are over; so many worlds are done."""


class _Runner:
    """Gives the procedure its numbers, runs worlds ahead, and takes the time."""

    def __init__(
        self, plan: Plan, worlds: Worlds, measure: int, month: int, first: int, seconds: float | None
    ) -> None:
        self.arms, self.worlds = plan.arms, worlds
        self.measure, self.month, self.first = measure, month, first
        self.known: dict[tuple[int, int], float] = {}
        self.most, self.seconds = math.inf if seconds is None else seconds, 0.0
        self.done = 0

    def __call__(self, replication: int, numbers: tuple[int, ...]) -> Floats:
        if any((i, replication) not in self.known for i in numbers):
            if replication >= self.first and self.seconds >= self.most:
                raise _OutOfTime
            self._run(range(replication, replication + (self.first if replication == 0 else _AHEAD)), numbers)
        self.done = replication + 1
        return np.array([self.known[i, replication] for i in numbers])

    def _run(self, replications: range, numbers: tuple[int, ...]) -> None:
        began = time.perf_counter()
        found = self.worlds.values([self.arms[i] for i in numbers], replications)[
            :, :, self.measure, self.month
        ]
        self.seconds += time.perf_counter() - began
        for i, row in zip(numbers, found, strict=True):
            self.known |= {(i, r): float(value) for r, value in zip(replications, row, strict=True)}

    @property
    def per_world(self) -> float:
        """Seconds a world of one scenario."""
        return self.seconds / len(self.known)

    def paired(self, one: int, other: int, n: int) -> Floats:
        """Differences of two scenarios over their first n worlds."""
        return np.array([self.known[one, r] - self.known[other, r] for r in range(n)])


def best(
    plan: Plan,
    worlds: Worlds,
    measure: str,
    difference: float,
    at: int | str | dt.date | None,
    better: str | None,
    error: float,
    first: int,
    most: int,
    seconds: float | None,
    progress: bool,
) -> Best:
    """See :meth:`workforce_sim.Study.best`."""
    problems: list[Problem] = []
    what = find_measure(measure, problems)
    month = month_of(plan, at, "at", problems)
    stated = BY_NAME[what]
    side = direction("better", better or stated.better or "lower", problems)
    if not better and not stated.better and not problems:
        rule = f"said, since neither more nor less is better in itself of: {stated.label}"
        problems.append(Problem("better", shown(better), rule, "better='lower' or better='higher'"))
    above("difference", difference, problems, "0.5")
    share("error", error, problems, "0.05")
    least = whole("first", first, problems, "20", least=2)
    whole("most", most, problems, "1000", least=least)
    if seconds is not None:
        above("seconds", seconds, problems, "60")
    if len(plan.scenarios) < 2:
        fix = "add scenarios to the study"
        problems.append(Problem("scenarios", f"{len(plan.scenarios)}", "two or more to choose from", fix))
    if problems:
        raise InputError("best", problems)
    runner = _Runner(plan, worlds, PLACE[what], month, first, seconds)
    with worlds.shown("best", len(plan.scenarios) * most, progress=progress):
        found = _select(runner, len(plan.scenarios), difference, side, error, first, most)
    names, when = list(plan.scenarios), add_months(plan.start, month)
    left = _left_open(runner, names, found, difference, error, first)
    table = _table(runner, names, found)
    sentence = _sentence(what, when, side, names, found, left, difference, error, runner)
    return Best(
        sentence,
        table,
        names[found.best],
        found.decided,
        what,
        when,
        difference,
        error,
        tuple(left),
        found.replications,
        runner.per_world,
    )


def _select(
    runner: _Runner, scenarios: int, difference: float, side: str, error: float, first: int, most: int
) -> Selected:
    settings: dict[str, Any] = {"better": side, "error": error, "first": first}
    try:
        return select_best(runner, scenarios, difference, most=most, **settings)
    except _OutOfTime:  # what is known is read again, up to where it ended
        return select_best(runner, scenarios, difference, most=runner.done, **settings)


def _left_open(
    runner: _Runner, names: list[str], found: Selected, difference: float, error: float, first: int
) -> list[Open]:
    """What is not told from the best so far, and the worlds it would take.

    A scenario is dropped when its gap d exceeds ``difference (N - n) / 2n`` with N = h^2 S^2 / difference^2,
    so at about ``n = difference N / (2 d + difference)``; after N worlds in any case.
    """
    if found.decided:
        return []
    h_squared = kim_nelson(len(names), first, error).h_squared
    left = []
    for i in found.left_in:
        if i == found.best:
            continue
        n = found.replications[i]
        gap = float(runner.paired(i, found.best, n).mean())
        limit = h_squared * float(runner.paired(i, found.best, first).var(ddof=1)) / difference**2
        at = math.ceil(difference * limit / (2 * abs(gap) + difference))
        more = max(1, min(at, math.floor(limit) + 1) - n)
        left.append(Open(names[i], gap, more, 2 * more * runner.per_world))
    return sorted(left, key=lambda o: o.worlds)


def _sentence(
    measure: str,
    when: dt.date,
    side: str,
    names: list[str],
    found: Selected,
    left: Sequence[Open],
    difference: float,
    error: float,
    runner: _Runner,
) -> str:
    stated = BY_NAME[measure]
    unit = "" if is_money(measure) else f" {points(stated.unit)}"
    apart = f"£{difference:,.15g}" if is_money(measure) else f"{difference:,.15g}{unit}"
    label = uncapital(stated.label)
    run = sorted(set(found.replications))
    worlds = f"{run[0]:,} to {run[-1]:,} worlds each" if len(run) > 1 else f"{run[0]:,} worlds each"
    what = f"for the {side[:-2]}est {label} on {in_words(when)}"
    if found.decided:
        return (
            f"“{names[found.best]}” is best of {len(names)} {what}: selected with an error of at most "
            f"{percent(error)}, if it is better than every other by {apart} or more; of scenarios that are "
            "closer, any "
            f"may have been selected ({worlds}). {CAUTION}"
        )
    dropped = len(names) - len(found.left_in)
    said = f"Not settled {what}: “{names[found.best]}” leads"
    said += f", {dropped} of {len(names)} are out" if dropped else ""
    told = [
        f"about {o.worlds:,} more worlds ({_duration(o.seconds)}) would settle it against “{o.scenario}”"
        for o in left
    ]
    small = f"differences of {apart} or more, error at most {percent(error)}"
    return f"{said}; {joined(told)} ({worlds}; {small}). {CAUTION}"


def _duration(seconds: float) -> str:
    """A time to wait, in words.

    Example:
        >>> _duration(0.4), _duration(42), _duration(61), _duration(600), _duration(9000)
        ('a second', '42 seconds', 'one more minute', '10 minutes', '2.5 hours')
    """
    if seconds < 1.5:
        return "a second"
    if seconds < 55:
        return f"{seconds:.0f} seconds"
    if seconds < 90:
        return "one more minute"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def _table(runner: _Runner, names: list[str], found: Selected) -> Any:
    """Means over the worlds run of each, and paired differences from the best with their intervals."""
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    for i in range(len(names)):
        n = found.replications[i]
        mean, at_least, at_most = 0.0, 0.0, 0.0
        if i != found.best:
            centre, wrong = (float(x) for x in mean_and_error(runner.paired(i, found.best, n)))
            half = bonferroni_t(len(names) - 1, n - 1) * wrong
            mean, at_least, at_most = centre, centre - half, centre + half
        state = (
            ("best" if found.decided else "leads")
            if i == found.best
            else "left in"
            if i in found.left_in
            else "dropped"
        )
        rows.append((found.means[i], n, mean, at_least, at_most, state))
    columns = ["mean", "worlds", "difference", "low", "high", "state"]
    return pd.DataFrame(rows, pd.Index(names, name="scenario"), columns)
