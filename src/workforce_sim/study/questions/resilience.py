"""Resilience: the same worlds with and without a shock, and how long they take to get over it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import add_months
from workforce_sim.checks import check_interventions
from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.interventions.base import Intervention
from workforce_sim.measures.paths import PLACE
from workforce_sim.measures.survival import kaplan_meier
from workforce_sim.numbers import figure, interval, is_money, places_apart, plural, points
from workforce_sim.samples import above, whole
from workforce_sim.study.arm import Plan
from workforce_sim.study.asked import measure_names, scenario_asked
from workforce_sim.study.beyond_means import wilson_interval
from workforce_sim.study.intervals import joint_interval, mean_interval
from workforce_sim.study.questions.answer import Answer
from workforce_sim.study.questions.subject import Subject
from workforce_sim.study.worlds import Worlds

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Floats = npt.NDArray[np.float64]

_WHERE = "Study.resilience"
_EXAMPLE = "shock=[ws.DemandChange(30, start='2026-04-01', end='2026-10-01')]"

#: Months that a measure has to stay back for a world to count as recovered.
STAY = 3


class Recovery(NamedTuple):
    """How long each world takes after the shock is over.

    Attributes:
        months: until it is back, or until the last month at which it could have been seen to be.
        recovered: whether it is.
    """

    months: npt.NDArray[np.int64]
    recovered: npt.NDArray[np.bool_]


def recovery(shocked: Floats, usual: Floats, over: int, within: float = 0.05) -> Recovery:
    """First month after the shock from which a world stays near its level without the shock to the end.

    Args:
        shocked: paths with the shock, shape ``(worlds, months + 1)``.
        usual: paths of the same worlds without it.
        over: month in which the shock is over.
        within: share of the level without the shock.

    Returns:
        Months since the shock, 1 or more. A world is seen to have recovered only if it stays near for three
        months or more; the others are censored at the last month from which they could have.

    Example:
        >>> import numpy as np
        >>> usual = np.full((2, 9), 20.0)
        >>> shocked = usual + [[0, 0, 5, 5, 3, 1, 0.5, 0, 0], [0, 0, 9, 9, 9, 9, 9, 9, 9]]
        >>> found = recovery(shocked, usual, over=3)
        >>> found.months.tolist(), found.recovered.tolist()
        ([2, 3], [True, False])
    """
    near = np.abs(shocked - usual) <= within * np.abs(usual)
    after = near[:, over + 1 :]
    stays = np.flip(np.logical_and.accumulate(np.flip(after, axis=1), axis=1), axis=1)
    possible = stays[:, : after.shape[1] - STAY + 1]
    recovered = np.asarray(possible.any(axis=1))
    months = np.where(recovered, possible.argmax(axis=1) + 1, possible.shape[1])
    return Recovery(months.astype(np.int64), recovered)


def median_time(found: Recovery, level: float = 0.95) -> tuple[float, float, float]:
    """Kaplan and Meier's median and its interval (Brookmeyer and Crowley 1982); inf: not within the study."""
    if not found.recovered.any():
        return math.inf, math.inf, math.inf
    curve = kaplan_meier(found.months, found.recovered)
    low, high = curve.interval(level)
    # where nobody is left to recover the share has no interval of its own: nobody is left above it either
    low, high = (np.where(curve.share == 0, 0.0, np.nan_to_num(end, nan=1.0)) for end in (low, high))

    def first(path: Floats) -> float:
        reached = np.flatnonzero(path <= 0.5 + 1e-12)
        return float(curve.times[reached[0]]) if len(reached) else math.inf

    return first(curve.share), first(low), first(high)


@dataclass(frozen=True)
class Resilience(Answer):
    """What a shock does, scenario by scenario.

    Attributes:
        table: a row a scenario: ``median, low, high``: months after the shock until half of the worlds are
            back (Kaplan and Meier, 95% interval; inf: not within the study); ``recovered, .._low, .._high``:
            percent of worlds that are back within the study (Wilson); ``worst, .._low, .._high``: mean of the
            largest difference in a world (95% t interval); ``unit_months, .._low, .._high``: the difference
            summed over the months, mean (95% t interval).
        measure: name.
        shock: in words.
        dates: of the months.
        begins: month in which the shock begins.
        over: month in which it is over.
        paths: scenario -> mean difference with and without the shock, and its ends (95%, all months
            together).
        within: percent of the level without the shock that counts as back.
        worlds: how many.
    """

    measure: str
    shock: str
    dates: tuple[dt.date, ...]
    begins: float
    over: float
    paths: dict[str, tuple[Floats, Floats, Floats]]
    within: float
    worlds: int

    def plot(self) -> Figure:
        """The mean difference the shock makes, month by month, scenario by scenario."""
        from workforce_sim.report.charts.resilience import resilience_chart

        figure: Figure = resilience_chart(self)
        return figure


def resilience(
    plan: Plan,
    worlds: Worlds,
    shock: Sequence[Any],
    scenarios: Sequence[str] | None,
    measure: str,
    within: float,
    replications: int,
    progress: bool,
) -> Resilience:
    """The same worlds with and without a shock: see :meth:`Study.resilience`."""
    import pandas as pd

    number, percent, given = _checked(plan, shock, within, replications)
    begins, ends = _span(plan, given)
    over = math.floor(ends)
    (name,) = measure_names(measure)
    names = [scenario_asked(s, plan.scenarios, _WHERE, "scenarios") for s in scenarios or plan.scenarios]
    arms = [plan.arm(s) for s in names]
    arms += [plan.arm(s, interventions=[*plan.scenarios[s], *given]) for s in names]
    with worlds.shown("resilience", worlds.to_run(arms, range(number)), progress=progress):
        values = worlds.values(arms, range(number))[:, :, PLACE[name]]
    rows, paths = [], {}
    for i, scenario in enumerate(names):
        usual, shocked = values[i], values[i + len(names)]
        _check_values(usual, shocked, math.floor(begins))
        found = recovery(shocked, usual, over, percent / 100)
        differs = np.nan_to_num(shocked - usual)  # nan: before the shock, where both have no value
        largest = np.take_along_axis(differs, np.abs(differs).argmax(axis=1)[:, None], axis=1)
        back = wilson_interval(int(found.recovered.sum()), number)
        sums = np.concatenate([largest, differs.sum(axis=1, keepdims=True)], axis=1)
        means = np.stack(mean_interval(sums), axis=1)
        rows.append((scenario, *median_time(found), *(100 * x for x in back), *means.ravel().tolist()))
        paths[scenario] = joint_interval(differs)
    ends_of = ["", "_low", "_high"]
    columns = ["scenario", "median", "low", "high"]
    columns += [f"{part}{end}" for part in ("recovered", "worst", "unit_months") for end in ends_of]
    table = pd.DataFrame(rows, columns=columns).set_index("scenario")
    words = "; ".join(i.describe() for i in given)
    dates = tuple(add_months(plan.start, m) for m in range(plan.months + 1))
    subject = Subject.of(plan, _WHERE, names[-1], name, None)
    sentence = _sentence(table, subject, words, percent, number)
    return Resilience(sentence, table, name, words, dates, begins, ends, paths, percent, number)


def _checked(
    plan: Plan, shock: Sequence[Any], within: float, replications: int
) -> tuple[int, float, list[Intervention]]:
    """What is asked for, or everything that is wrong with it."""
    problems: list[Problem] = []
    number = whole("replications", replications, problems, "40", least=10)
    percent = above("within", within, problems, "5")
    problems += check_interventions(shock, plan.authority, plan.calendar, "shock")
    given = list(shock) if isinstance(shock, (list, tuple)) else []
    if not given and not problems:
        problems.append(Problem("shock", shown(shock), "at least one event", _EXAMPLE))
    for i, event in enumerate(given):
        dates = isinstance(event, Intervention) and isinstance(event.start, dt.date)
        if not dates or not isinstance(event.end, (dt.date, type(None))):
            rule = "events with dates, so that it is known when the shock is over"
            problems.append(Problem(f"shock[{i}]", shown(event), rule, _EXAMPLE))
    if not problems:
        _, ends = _span(plan, given)
        if math.floor(ends) + STAY > plan.months:
            rule = f"a shock that is over {STAY} months before the end of the study or earlier"
            problems.append(
                Problem("shock", shown(given), rule, "an earlier shock, or a longer study: years=5")
            )
    if problems:
        raise InputError(_WHERE, problems)
    return number, percent, given


def _span(plan: Plan, given: Sequence[Intervention]) -> tuple[float, float]:
    """Months since the start at which the shock begins and is over; without an end it is over at once."""

    def months(date: dt.date) -> float:
        m = max(0, (date.year - plan.start.year) * 12 + date.month - plan.start.month)
        if add_months(plan.start, m) > date:
            m -= 1
        mark, after = add_months(plan.start, m), add_months(plan.start, m + 1)
        return m + (date - mark).days / (after - mark).days

    dates = [(i.start, i.start if i.end is None else i.end) for i in given]
    starts = [months(a) for a, _ in dates if isinstance(a, dt.date)]
    ends = [months(b) for _, b in dates if isinstance(b, dt.date)]
    return max(0.0, min(starts)), max(0.0, *ends)


def _check_values(usual: Floats, shocked: Floats, begins: int) -> None:
    later = np.concatenate([usual[:, begins + 1 :], shocked[:, begins + 1 :]])
    if not np.isfinite(later).all():
        rule = "a measure that has a value in every month from the shock on"
        fix = "measure='open_children', or a later shock (rates over 12 months have no value before)"
        raise InputError(_WHERE, [Problem("measure", "nan in some worlds", rule, fix)])


def _sentence(table: pd.DataFrame, subject: Subject, words: str, percent: float, number: int) -> str:
    name, parts = subject.measure, []
    unit = "" if is_money(name) else f" {points(subject.what.unit)}"
    for scenario, row in table.iterrows():
        ends = (float(row["worst_low"]), float(row["worst_high"]))
        places = places_apart(name, [ends])
        worst = f"{figure(name, float(row['worst']), places)}{unit}"
        worst += f" (95% interval {interval(name, *ends, places)})"
        if math.isinf(row["median"]):
            time = (
                f"half of the worlds are not back within the study ({row['recovered']:.0f}% are, 95% "
                "interval "
                f"{row['recovered_low']:.0f}% to {row['recovered_high']:.0f}%)"
            )
        else:
            high = f"{row['high']:g}" if math.isfinite(row["high"]) else "beyond the study"
            time = (
                f"half of the worlds are back {plural(row['median'], 'month')} after the shock (95% interval "
                f"{row['low']:g} to {high})"
            )
        parts.append(
            f"under “{scenario}” it moves {subject.what.label.lower()} by {worst} at worst, and {time}"
        )
    return (
        f"The shock ({words}): {'; '.join(parts)}. Back means within {percent:g}% of the same world without "
        "the "
        f"shock, to the end ({plural(number, 'world')}; chance only, assumptions held fixed)."
    )
