"""The tipping point of a scenario: how far referrals may rise for good before open cases grow without end."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.tipping import tipping_point as mean_field
from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.interventions.demand_change import DemandChange
from workforce_sim.measures.paths import PLACE
from workforce_sim.numbers import plural
from workforce_sim.samples import above, whole
from workforce_sim.study.arm import Arm, Plan
from workforce_sim.study.asked import scenario_asked
from workforce_sim.study.beyond_means import wilson_interval
from workforce_sim.study.questions.answer import Answer
from workforce_sim.study.worlds import Worlds

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Floats = npt.NDArray[np.float64]

_WHERE = "Study.tipping_point"
_HALF = 0.5

#: Whether each world still grows at a rise of so many percent.
Grows = Callable[[int], npt.NDArray[np.bool_]]


@dataclass(frozen=True)
class Tips:
    """Where half of the worlds still grow.

    Attributes:
        rise: smallest rise, in percent, at which they do; inf if they do not at the largest that was tried.
        low: smallest at which it cannot be excluded that they do (95%, Wilson).
        high: smallest at which it can be excluded that they do not; inf if at none.
        tried: rise -> share of worlds that grow, with its interval.
    """

    rise: float
    low: float
    high: float
    tried: dict[int, tuple[float, float, float]]


def find(grows: Grows, most: int, step: int) -> Tips:
    """The smallest multiple of ``step`` up to ``most`` at which at least half of the worlds grow: bisection.

    A larger rise is taken to make more worlds grow (it does under shared luck, but for a few ties).

    Example:
        >>> import numpy as np
        >>> limits = np.arange(1, 41)  # the world numbered i grows from a rise of i percent on
        >>> found = find(lambda rise: limits <= rise, most=100, step=1)
        >>> found.rise, found.low, found.high
        (20.0, 14.0, 27.0)
    """
    tried: dict[int, tuple[float, float, float]] = {}

    def at(place: int) -> tuple[float, float, float]:
        rise = place * step
        if rise not in tried:
            happened = grows(rise)
            found = wilson_interval(int(happened.sum()), len(happened))
            tried[rise] = (found.share, found.low, found.high)
        return tried[rise]

    def smallest(part: int) -> float:
        last = most // step
        if at(last)[part] < _HALF:
            return math.inf
        below, reached = -1, last
        while reached - below > 1:
            middle = (below + reached) // 2
            below, reached = (below, middle) if at(middle)[part] >= _HALF else (middle, reached)
        return float(reached * step)

    rise, high, low = smallest(0), smallest(1), smallest(2)
    return Tips(rise, low, high, dict(sorted(tried.items())))


@dataclass(frozen=True)
class TippingPoints(Answer):
    """How far referrals may rise for good, scenario by scenario.

    Attributes:
        table: a row a scenario: ``rise, low, high``: percent (95% interval; inf: beyond what was tried).
        curves: scenario -> rise -> share of worlds that still grow with its Wilson interval.
        mean_field: percent at which referrals exceed what the case holders of the start can complete
            (docs/model.md, 2), without chance and without policies.
        most: largest rise that was tried.
        growth: percent a year from which open cases count as growing.
        worlds: how many.
    """

    curves: dict[str, dict[int, tuple[float, float, float]]]
    mean_field: float
    most: int
    growth: float
    worlds: int

    def plot(self) -> Figure:
        """The share of worlds that still grow, by rise of referrals."""
        from workforce_sim.report.charts.tipping import growth_chart

        figure: Figure = growth_chart(self)
        return figure


def tipping_points(
    plan: Plan,
    worlds: Worlds,
    scenarios: Sequence[str] | None,
    most: int,
    step: int,
    growth: float,
    replications: int,
    progress: bool,
) -> TippingPoints:
    """Bisection for every scenario under shared luck: see :meth:`Study.tipping_point`."""
    import pandas as pd

    problems: list[Problem] = []
    number = whole("replications", replications, problems, "40", least=10)
    step = whole("step", step, problems, "1")
    most = whole("most", most, problems, "100", least=step)
    growth = above("growth", growth, problems, "5", or_equal=True)
    last = plan.months
    if last < 24:
        rule = "two years or more: the last year shows whether the first has been got over"
        problems.append(Problem("years", f"{plan.years:g}", rule, "Study(..., years=5)"))
    if most > 1000:
        problems.append(Problem("most", shown(most), "at most 1000 percent", "most=100"))
    if problems:
        raise InputError(_WHERE, problems)
    names = [scenario_asked(s, plan.scenarios, _WHERE, "scenarios") for s in scenarios or plan.scenarios]
    at_most = 3 * (math.ceil(math.log2(most // step + 1)) + 1)  # bisections, and their ends
    place, curves, rows = PLACE["open_children"], {}, []
    with worlds.shown("tipping point", at_most * number * len(names), progress=progress):
        for name in names:

            def grows(rise: int, name: str = name) -> npt.NDArray[np.bool_]:
                found = worlds.values([_risen(plan, name, rise)], range(number))[0, :, place]
                return np.asarray(found[:, last] > found[:, last - 12] * (1 + growth / 100))

            tips = find(grows, most, step)
            curves[name] = tips.tried
            rows.append((name, tips.rise, tips.low, tips.high))
    table = pd.DataFrame(rows, columns=["scenario", "rise", "low", "high"]).set_index("scenario")
    point = mean_field(plan.authority.balanced())
    unaided = 100 * (point.completed_at_most / point.referred - 1) if point.referred else math.inf
    sentence = _sentence(table, plan, most, growth, number, unaided)
    return TippingPoints(sentence, table, curves, unaided, most, growth, number)


def _risen(plan: Plan, scenario: str, rise: int) -> Arm:
    """The arm with so many percent more referrals from the start on."""
    if not rise:
        return plan.arm(scenario)
    more = DemandChange(float(rise), start=plan.start)
    return plan.arm(scenario, interventions=[*plan.scenarios[scenario], more])


def _sentence(table: pd.DataFrame, plan: Plan, most: int, growth: float, number: int, unaided: float) -> str:
    parts = []
    for name, row in table.iterrows():
        if math.isinf(row["rise"]):
            parts.append(f"under “{name}” beyond +{most}%")
        elif row["rise"] == 0:
            parts.append(f"under “{name}” passed already, without any rise")
        else:
            high = f"{row['high']:g}%" if math.isfinite(row["high"]) else f"beyond {most}%"
            parts.append(f"under “{name}” at +{row['rise']:g}% (95% interval {row['low']:g}% to {high})")
    said = (
        f"The lasting rise of referrals after which open cases still grow by more than {growth:g}% in the "
        "last of "
        f"{plan.years:g} years in at least half of the worlds is {'; '.join(parts)} "
        f"({plural(number, 'world')}, the "
        "same luck throughout; chance only, assumptions held fixed). "
    )
    if math.isinf(unaided):
        return said + "On average and without policies case holders of the start could complete any number."
    if unaided <= 0:
        return (
            said
            + "On average and without policies more are referred now than case holders of the start complete."
        )
    return said + (
        f"On average and without policies case holders of the start can complete {unaided:.0f}% more than is "
        "referred now."
    )
