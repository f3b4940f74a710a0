"""Credit: how much of what a scenario does is due to each of its interventions, by Shapley's value.

Source: Shapley (1953), A value for n-person games. What an intervention adds depends on what is there already
(posts that nobody fills are worth little without pay); its credit is the mean of what it adds over all
orders.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import add_months, in_words
from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.interventions.base import Intervention
from workforce_sim.measures.paths import BY_NAME, PLACE
from workforce_sim.numbers import figure, interval, joined, places_apart, points
from workforce_sim.samples import share, whole
from workforce_sim.study.intervals import joint_interval
from workforce_sim.study.questions.answer import Answer
from workforce_sim.study.questions.claim import CAUTION
from workforce_sim.study.questions.reading import find_measure
from workforce_sim.study.questions.target import month_of, scenario_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from workforce_sim.study.arm import Arm, Plan
    from workforce_sim.study.worlds import Worlds

Floats = npt.NDArray[np.float64]

#: Seven interventions are 128 subsets, every one of them run in every world.
_MOST = 7


@dataclass(frozen=True, eq=False)
class Credit(Answer):
    """Who gets the credit.

    Attributes:
        measure: of what.
        when: at which date.
        scenario: whose interventions they are.
        than: what the scenario differs from: the first scenario, or None (nothing done) if it is the first.
        names: of the interventions, in their order.
        values: credit of each in every world, shape ``(worlds, interventions)``; rows add up to ``total``.
        total: the paired difference of the scenario in every world.
        printed: the means and their total as texts, rounded so that the printed digits add up.
    """

    measure: str
    when: dt.date
    scenario: str
    than: str | None
    names: tuple[str, ...]
    values: Floats
    total: Floats
    printed: tuple[str, ...]

    def plot(self, *, narrow: bool = False) -> Figure:
        """A waterfall: what each adds, one after the other, to the difference they make together."""
        from workforce_sim.report.charts.questions import credit_chart

        return credit_chart(self, narrow=narrow)


def shapley(values: Sequence[float], players: int) -> list[Fraction]:
    """Shapley's value of every player, without rounding: they add up to the last value less the first.

    Every player's value is the sum over subsets S without it of ``|S|! (n - |S| - 1)! / n!`` times what it
    adds to S. Sums are of whole numbers: floats are whole numbers over a power of two.

    Args:
        values: of every subset, the number of which has a bit for each player in it: ``values[0]`` is of
            nobody, ``values[-1]`` of all. Finite.
        players: how many; there are ``2 ** players`` values.

    Example:
        >>> [float(v) for v in shapley([0.0, 1.0, 2.0, 6.0], 2)]  # alone 1 and 2, together 6
        [2.5, 3.5]
    """
    exact = [Fraction(v) for v in values]
    below = math.lcm(*(f.denominator for f in exact))
    numbers = [f.numerator * (below // f.denominator) for f in exact]
    orders = [math.factorial(s) * math.factorial(players - s - 1) for s in range(players)]
    found = []
    for player in range(players):
        bit = 1 << player
        added = sum(
            orders[subset.bit_count()] * (numbers[subset | bit] - numbers[subset])
            for subset in range(len(numbers))
            if not subset & bit
        )
        found.append(Fraction(added, below * math.factorial(players)))
    return found


def rounded_to_sum(parts: Sequence[Fraction], places: int) -> tuple[list[Fraction], Fraction]:
    """Parts and their total, rounded so that the rounded parts add up to the rounded total.

    By largest remainders: every part is rounded down, and what is missing goes, one unit of the last place
    each, to the parts that lost most.

    Args:
        parts: what is added up.
        places: decimals; negative for tens, hundreds.

    Example:
        >>> found, total = rounded_to_sum([Fraction(1, 3)] * 3, 1)
        >>> [float(f) for f in found], float(total)
        ([0.4, 0.3, 0.3], 1.0)
    """
    unit = Fraction(10) ** -places
    total = round(sum(parts, Fraction(0)) / unit)
    lower = [math.floor(p / unit) for p in parts]
    lost = sorted(range(len(parts)), key=lambda i: (lower[i] - parts[i] / unit, i))
    for i in lost[: total - sum(lower)]:
        lower[i] += 1
    return [n * unit for n in lower], total * unit


def credit(
    plan: Plan,
    worlds: Worlds,
    scenario: str | None,
    measure: str,
    at: int | str | dt.date | None,
    replications: int,
    level: float,
    progress: bool,
) -> Credit:
    """See :meth:`workforce_sim.Study.credit`."""
    problems: list[Problem] = []
    name = list(plan.scenarios)[-1] if scenario is None else scenario_of(plan, scenario, "scenario", problems)
    what = find_measure(measure, problems)
    month = month_of(plan, at, "at", problems)
    share("level", level, problems, "0.95")
    whole("replications", replications, problems, "100", least=2)
    known = not any(p.path == "scenario" for p in problems)
    players, always, than = _players(plan, name, problems) if known else ([], [], None)
    if problems:
        raise InputError("credit", problems)
    arms = _subsets(plan, name, players, always, than)
    with worlds.shown("credit", worlds.to_run(arms, range(replications)), progress=progress):
        found = worlds.values(arms, range(replications))[:, :, PLACE[what], month]
    if np.isnan(found).any():
        fix = "a later date, or another measure; measures of 12 months begin after the first year"
        value = f"no value in {int(np.isnan(found).any(axis=0).sum())} worlds"
        raise InputError("credit", [Problem("measure", value, "a number in every world", fix)])
    exact = [shapley(found[:, r].tolist(), len(players)) for r in range(replications)]
    values = np.array([[float(v) for v in row] for row in exact])
    means = [sum((row[i] for row in exact), Fraction(0)) / replications for i in range(len(players))]
    total = found[-1] - found[0]
    mean, low, high = joint_interval(np.column_stack([values, total]), level)
    intervals = list(zip(low.tolist(), high.tolist(), strict=True))
    places = places_apart(what, intervals)
    if not _alike(means, rounded_to_sum(means, places)[0]):
        places += 1
    parts, whole_of = rounded_to_sum(means, places)
    printed = [figure(what, float(x), places) for x in (*parts, whole_of)]
    names = tuple(_names([plan.scenarios[name][i] for i in players]))
    when = add_months(plan.start, month)
    base = "nothing done" if than is None else f"“{than}”"
    sentence = _sentence(what, when, name, base, names, printed, intervals, places, replications)
    table = _table(names, mean, intervals)
    return Credit(sentence, table, what, when, name, than, names, values, total, tuple(printed))


def _alike(parts: Sequence[Fraction], rounded: Sequence[Fraction]) -> bool:
    """Whether equal parts are equal when rounded too."""
    return len(set(zip(parts, rounded, strict=True))) == len(set(parts))


def _players(plan: Plan, name: str, problems: list[Problem]) -> tuple[list[int], list[int], str | None]:
    """Which interventions share the credit, which are there in any case, and the scenario with only these."""
    listed = plan.scenarios[name]
    first = next(iter(plan.scenarios))
    players = list(range(len(listed)))
    always: list[int] = []
    if name != first:
        for theirs in plan.scenarios[first]:
            same = next((i for i in players if listed[i] == theirs), None)
            if same is None:
                rule = f"everything that “{first}” does, and more: what it adds then makes the difference"
                fix = f"add {shown(theirs)} to it, or make a study whose first scenario does nothing"
                problems.append(Problem("scenario", shown(name), rule, fix))
                return [], [], None
            players.remove(same)
            always.append(same)
    if not players:
        rule = "a scenario with an intervention (beyond those of the first scenario)"
        problems.append(
            Problem("scenario", shown(name), rule, f"one of: {', '.join(map(shown, plan.scenarios))}")
        )
    elif len(players) > _MOST:
        rule = (
            f"at most {_MOST} interventions: {len(players)} are {2 ** len(players):,} subsets in every world"
        )
        fix = "group them: a scenario with fewer, such as only the largest, beside a first one with the rest"
        problems.append(Problem("scenario", shown(name), rule, fix))
    return players, always, None if name == first else first


def _subsets(plan: Plan, name: str, players: list[int], always: list[int], than: str | None) -> list[Arm]:
    """An arm a subset, the number of which has a bit for each intervention in it.

    Subsets that are the same interventions are one arm, so that equal interventions get equal credit to the
    last digit; all and none of them are the two scenarios as the study runs them.
    """
    listed = plan.scenarios[name]
    kind = [next(j for j in range(i + 1) if listed[j] == listed[i]) for i in range(len(listed))]

    def same_as(chosen: Sequence[int]) -> tuple[int, ...]:
        return tuple(sorted(kind[i] for i in chosen))

    known: dict[tuple[int, ...], Arm] = {same_as(range(len(listed))): plan.arm(name)}
    if than is not None:
        known[same_as(always)] = plan.arm(than)
    arms = []
    for subset in range(1 << len(players)):
        chosen = sorted([*always, *(i for bit, i in enumerate(players) if subset >> bit & 1)])
        key = same_as(chosen)
        if key not in known:
            made = tuple(listed[i] for i in chosen)
            part = joined(_names(made)) or "nothing"
            known[key] = replace(plan.arm(name, interventions=made), name=f"{name}, only {part}")
        arms.append(known[key])
    return arms


def _names(listed: Sequence[Any]) -> list[str]:
    """Headlines, with their dates or a number where two are alike."""
    own = [
        i.headline() if isinstance(i, Intervention) else f"own process {getattr(i, '__name__', shown(i))}"
        for i in listed
    ]
    longer = [
        i.describe() if isinstance(i, Intervention) and own.count(n) > 1 else n
        for i, n in zip(listed, own, strict=True)
    ]
    return [f"{n} ({longer[:i].count(n) + 1})" if longer.count(n) > 1 else n for i, n in enumerate(longer)]


def _sentence(
    measure: str,
    when: dt.date,
    scenario: str,
    base: str,
    names: Sequence[str],
    printed: Sequence[str],
    intervals: Sequence[tuple[float, float]],
    places: int,
    replications: int,
) -> str:
    stated = BY_NAME[measure]
    unit = "" if measure.endswith("_gbp") else f" {points(stated.unit)}"
    ends = [interval(measure, low, high, places) for low, high in intervals]
    listed = [f"{n}: {p} ({e})" for n, p, e in zip(names, printed, ends, strict=False)]
    return (
        f"{stated.label} under “{scenario}” on {in_words(when)}: {printed[-1]}{unit} beside {base} "
        f"({ends[-1]}). Credit, over all orders in which they could be added: {'; '.join(listed)}. In "
        "brackets "
        f"95% intervals that hold together; {replications:,} worlds. {CAUTION}"
    )


def _table(names: Sequence[str], mean: Floats, intervals: Sequence[tuple[float, float]]) -> Any:
    import pandas as pd

    rows = [(m, low, high) for m, (low, high) in zip(mean.tolist(), intervals, strict=True)]
    index = pd.Index([*names, "together"], name="intervention")
    return pd.DataFrame(rows, index, ["credit", "low", "high"])
