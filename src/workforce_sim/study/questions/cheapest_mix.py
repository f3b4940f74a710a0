"""Cheapest mix: of two levers together, the amounts that meet a target in enough worlds and cost least."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import in_words
from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.numbers import capital, interval, joined, places_apart, pounds
from workforce_sim.study.intervals import joint_interval
from workforce_sim.study.questions.answer import Answer
from workforce_sim.study.questions.claim import at_least, caution, percent
from workforce_sim.study.questions.lever import Lever, Made, amounts_of, headline, maker_of, refused
from workforce_sim.study.questions.smallest import Met, Tried, looks_at, smallest
from workforce_sim.study.questions.target import Resolved, Target
from workforce_sim.study.questions.what_would_it_take import COST, Judging, Trials, resolve, start_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from workforce_sim.study.arm import Plan
    from workforce_sim.study.worlds import Worlds

Floats = npt.NDArray[np.float64]

#: Amounts of the second lever: a search of the first is made at every one of them.
_MOST_AMOUNTS = 25


@dataclass(frozen=True)
class Mixed:
    """One mix that is enough: the two amounts, how it was judged, and what it adds to the cost.

    Attributes:
        amounts: of the two levers.
        tried: in how many worlds it meets the target.
        made: the interventions.
        cost: mean added, with an interval that holds for all mixes together.
        dearer: mean cost over that of the cheapest mix, likewise; 0 for the cheapest itself.
    """

    amounts: tuple[float, float]
    tried: Tried
    made: Made
    cost: tuple[float, float, float]
    dearer: tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Mix(Answer):
    """The cheapest mix of two levers.

    Attributes:
        target: in the study.
        scenario: what the levers are added to.
        best: the cheapest mix; None if no mix of the grid was shown to be enough.
        mixes: the smallest amount of the first lever that is enough at each amount of the second, where there
            is one.
        interventions: of the cheapest mix, ready to be put into a study.
        probability: in what share of worlds the target is to be met.
        level: of the bounds of all amounts together.
    """

    target: Resolved
    scenario: str
    best: Mixed | None
    mixes: tuple[Mixed, ...]
    interventions: Made
    probability: float
    level: float

    def plot(self, *, narrow: bool = False) -> Figure:
        """What each mix costs, with intervals that hold together."""
        from workforce_sim.report.charts.questions import mix_chart

        return mix_chart(self, narrow=narrow)


def cheapest_mix(
    plan: Plan,
    worlds: Worlds,
    target: str | Target,
    levers: Sequence[Lever],
    between: Sequence[tuple[float, float]],
    step: Sequence[float],
    vary: Sequence[str | None],
    scenario: str | None,
    judging: Judging,
    progress: bool,
) -> Mix:
    """See :meth:`workforce_sim.Study.cheapest_mix`."""
    problems: list[Problem] = []
    name = start_of(plan, scenario, judging, problems)
    resolved = resolve(plan, target, problems)
    grids: list[list[float]] = []
    makers: list[Callable[[float], Made]] = []
    for path, given, example in (
        ("levers", levers, "(lambda n: NewPosts(n, start=...), lambda p: PayChange(p, start=...))"),
        ("between", between, "((0, 80), (0, 10))"),
        ("step", step, "(10, 2)"),
        ("vary", vary, "(None, 'percent')"),
    ):
        if not isinstance(given, (tuple, list)) or len(given) != 2:
            problems.append(Problem(path, shown(given), "two, one for each lever", f"{path}={example}"))
    if not problems:
        for i in range(2):
            grids.append(amounts_of(between[i], step[i], problems, f"between[{i}]", f"step[{i}]"))
            make = maker_of(levers[i], vary[i], problems, f"levers[{i}]")
            makers += [make] if make else []
    if not problems and len(grids[1]) > _MOST_AMOUNTS:
        rule = f"at most {_MOST_AMOUNTS} amounts of the second lever; these are {len(grids[1])}"
        wide = (grids[1][-1] - grids[1][0]) / 10
        problems.append(Problem("step[1]", shown(step[1]), rule, f"step=({step[0]:g}, {wide:g})"))
    for make, grid, path in zip(makers, grids, ("levers[0]", "levers[1]"), strict=False):
        if not problems:
            problems += refused(plan, make, (grid[0], grid[-1]), path)
    if problems or resolved is None:
        raise InputError("cheapest_mix", problems)
    trials = Trials(plan, worlds, resolved, name, "cheapest_mix")
    enough: list[tuple[tuple[float, float], Tried, Made]] = []
    most = trials.worlds_at_most(len(grids[1]) * looks_at(len(grids[0]), bisections=1), judging)
    with worlds.shown("cheapest mix", most, progress=progress):
        for second in grids[1]:
            both = _together(makers, second)
            found = smallest(
                _met_by(trials, both),
                grids[0],
                interval=False,
                searches=len(grids[1]),
                **judging._asdict(),
            )
            if found.answer is not None:
                at = next(t for t in found.tried if t.amount == found.answer)
                enough.append(((found.answer, second), at, both(found.answer)))
        mixes = _priced(trials, enough)
    best = min(mixes, key=lambda m: m.cost[0], default=None)
    probability, level = judging.probability, judging.level
    sentence = _sentence(resolved, name, best, mixes, makers, grids, probability, level)
    made = () if best is None else best.made
    return Mix(sentence, _table(mixes), resolved, name, best, tuple(mixes), made, probability, level)


def _met_by(trials: Trials, make: Callable[[float], Made]) -> Met:
    return lambda amount, replications: trials.met(make(amount), replications)


def _together(makers: list[Callable[[float], Made]], second: float) -> Callable[[float], Made]:
    return lambda amount: (*makers[0](amount), *makers[1](second))


def _priced(trials: Trials, enough: list[tuple[tuple[float, float], Tried, Made]]) -> list[Mixed]:
    """The mixes with what they cost over the worlds that all of them have."""
    if not enough:
        return []
    n = min(tried.worlds for _, tried, _ in enough)
    costs = np.column_stack([trials.added_cost(made, range(n)) for _, _, made in enough])
    cheapest = int(costs.mean(axis=0).argmin())
    cost = np.array(joint_interval(costs)).T.tolist()
    dearer = np.array(joint_interval(costs - costs[:, [cheapest]])).T.tolist()
    return [
        Mixed(amounts, tried, made, tuple(c), tuple(d))
        for (amounts, tried, made), c, d in zip(enough, cost, dearer, strict=True)
    ]


def _sentence(
    resolved: Resolved,
    scenario: str,
    best: Mixed | None,
    mixes: list[Mixed],
    makers: list[Callable[[float], Made]],
    grids: list[list[float]],
    probability: float,
    level: float,
) -> str:
    wanted = f"{resolved}, in at least {percent(probability)} of worlds"
    if best is None:
        most = headline((*makers[0](grids[0][-1]), *makers[1](grids[1][-1])))
        return (
            f"No mix up to {most} added to “{scenario}” was shown to reach the target ({wanted}): widen the "
            "ranges, or "
            "run "
            f"more worlds (most=...). {caution(resolved)}"
        )
    places = places_apart(COST, [m.cost[1:] for m in mixes])
    mean, low, high = best.cost
    said = (
        f"{capital(headline(best.made))} together, added to “{scenario}”, is the cheapest mix of the "
        f"{len(grids[0])} by {len(grids[1])} amounts looked at that was shown to be enough: {wanted} "
        "(met in "
        f"{best.tried.met:,} of {best.tried.worlds:,}, so in at least {at_least(best.tried.low)} of all; "
        f"{percent(level)} confidence over all amounts). It adds {pounds(mean, places)} by "
        f"{in_words(resolved.when)} (95% interval {interval(COST, low, high, places)}, for all mixes "
        "together)."
    )
    close = [headline(m.made) for m in mixes if m is not best and m.dearer[1] <= 0]
    if close:
        verb = "cost" if len(close) > 1 else "costs"
        said += f" {capital(joined(close))} {verb} so nearly the same that they cannot be told apart."
    elif len(mixes) > 1:
        said += f" The other {len(mixes) - 1} are dearer." if len(mixes) > 2 else " The other is dearer."
    return f"{said} {caution(resolved)}"


def _table(mixes: list[Mixed]) -> Any:
    import pandas as pd

    rows = [(m.tried.met / m.tried.worlds, m.tried.low, m.tried.worlds, *m.cost, *m.dearer) for m in mixes]
    columns = ["share", "share_low", "worlds", "cost", "cost_low", "cost_high"]
    columns += ["dearer", "dearer_low", "dearer_high"]
    index = (
        pd.MultiIndex.from_tuples([m.amounts for m in mixes], names=["first", "second"]) if mixes else None
    )
    return pd.DataFrame(rows, index, columns)
