"""What would it take: the smallest amount of a lever at which a target is met in enough of the worlds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import in_words
from workforce_sim.errors import InputError, Problem
from workforce_sim.measures.paths import PLACE
from workforce_sim.numbers import capital, interval, places_apart, pounds
from workforce_sim.samples import share, whole
from workforce_sim.study.intervals import mean_interval
from workforce_sim.study.questions.answer import Answer
from workforce_sim.study.questions.claim import at_least, at_most, caution, percent
from workforce_sim.study.questions.lever import Lever, Made, amounts_of, headline, maker_of, refused
from workforce_sim.study.questions.smallest import TOO_LITTLE, Smallest, looks_at, smallest
from workforce_sim.study.questions.target import Resolved, Target, scenario_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from workforce_sim.study.arm import Arm, Plan
    from workforce_sim.study.worlds import Worlds

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
COST = "cost_to_date_gbp"


class Judging(NamedTuple):
    """How an amount is judged.

    Attributes:
        probability: in what share of worlds the target is to be met.
        level: of the bounds of that share, all amounts together.
        first: worlds at the first look.
        most: worlds at the last.
    """

    probability: float
    level: float
    first: int
    most: int


@dataclass(frozen=True, eq=False)
class Needed(Answer):
    """What it would take.

    Attributes:
        target: in the study.
        scenario: what the lever is added to.
        answer: the smallest amount that was shown to be enough; None if none within the range was.
        at_least: the smallest amount that cannot be excluded: the interval runs from it to the answer. None
            if every amount in the range is too little.
        interventions: those of the answer, ready to be put into a study; empty if there is no answer.
        cost: mean of what the answer adds to the cost up to the date, with the ends of its 95% interval; nan
            if there is no answer.
        probability: in what share of worlds the target is to be met.
        level: of the interval of the amount.
        between: the range that was looked at.
        search: every amount that was tried.
    """

    target: Resolved
    scenario: str
    answer: float | None
    at_least: float | None
    interventions: Made
    cost: tuple[float, float, float]
    probability: float
    level: float
    between: tuple[float, float]
    search: Smallest

    def plot(self, *, narrow: bool = False) -> Figure:
        """The share of worlds in which the target is met, by amount tried, with its bounds."""
        from workforce_sim.report.charts.questions import needed_chart

        return needed_chart(self, narrow=narrow)


@dataclass(frozen=True)
class Trials:
    """Runs what is tried for a question: a scenario with the interventions of a lever added to it."""

    plan: Plan
    worlds: Worlds
    resolved: Resolved
    scenario: str
    question: str

    def arm(self, made: Made) -> Arm:
        """The scenario with these added."""
        if not made:
            return self.plan.arm(self.scenario)
        together = (*self.plan.scenarios[self.scenario], *made)
        return replace(
            self.plan.arm(self.scenario, interventions=together), name=f"{self.scenario} + {headline(made)}"
        )

    def worlds_at_most(self, looks: int, judging: Judging) -> int:
        """Worlds that it may take to look at so many amounts, and at what they are held against."""
        beside = {self.scenario, self.resolved.than} - {None}
        return (looks + len(beside)) * judging.most

    def met(self, made: Made, replications: range) -> Bools:
        """In which worlds the target is met with these."""
        than = self.resolved.than
        arms = [self.arm(made), *([] if than is None else [self.plan.arm(than)])]
        found = self.worlds.values(arms, replications)[:, :, self.resolved.index, self.resolved.month]
        if np.isnan(found).all(axis=1).any():
            fix = "a later date, or another measure; measures of 12 months begin after the first year"
            value = f"no value on {in_words(self.resolved.when)}"
            problem = Problem(self.resolved.target.measure, value, "a number in some world", fix)
            raise InputError(self.question, [problem])
        return self.resolved.target.met(found[0], None if than is None else found[1])

    def added_cost(self, made: Made, replications: range) -> Floats:
        """What these add to the cost up to the date, in pounds, world by world."""
        found = self.worlds.values([self.arm(made), self.arm(())], replications)
        cost: Floats = found[:, :, PLACE[COST], self.resolved.month]
        added: Floats = cost[0] - cost[1]
        return added


def what_would_it_take(
    plan: Plan,
    worlds: Worlds,
    target: str | Target,
    lever: Lever,
    between: tuple[float, float],
    step: float,
    vary: str | None,
    scenario: str | None,
    judging: Judging,
    progress: bool,
) -> Needed:
    """See :meth:`workforce_sim.Study.what_would_it_take`."""
    problems: list[Problem] = []
    amounts = amounts_of(between, step, problems, "between", "step")
    name = start_of(plan, scenario, judging, problems)
    make = maker_of(lever, vary, problems, "lever")
    resolved = resolve(plan, target, problems)
    if amounts and make and not problems:
        problems += refused(plan, make, (amounts[0], amounts[-1]), "lever")
    if problems or resolved is None or make is None:
        raise InputError("what_would_it_take", problems)
    trials = Trials(plan, worlds, resolved, name, "what_would_it_take")
    made: Made = ()
    cost = (np.nan, np.nan, np.nan)
    most = trials.worlds_at_most(looks_at(len(amounts)), judging)
    with worlds.shown("what it would take", most, progress=progress):
        found = smallest(
            lambda amount, replications: trials.met(make(amount), replications), amounts, **judging._asdict()
        )
        if found.answer is not None:
            made = make(found.answer)
            run = next(t.worlds for t in found.tried if t.amount == found.answer)
            mean, low, high = mean_interval(trials.added_cost(made, range(run)))
            cost = (float(mean), float(low), float(high))
    probability, level = judging.probability, judging.level
    sentence = _sentence(resolved, name, make, found, cost, probability, level, amounts)
    ends = (amounts[0], amounts[-1])
    table = _table(found)
    return Needed(
        sentence,
        table,
        resolved,
        name,
        found.answer,
        found.at_least,
        made,
        cost,
        probability,
        level,
        ends,
        found,
    )


# -- what is asked ------------------------------------------------------------------------------


def resolve(plan: Plan, target: str | Target, problems: list[Problem]) -> Resolved | None:
    """The target in the study; adds what is wrong with it."""
    try:
        return Target.read(target).resolve(plan)
    except InputError as error:
        problems.extend(error.problems)
        return None


def start_of(plan: Plan, scenario: str | None, judging: Judging, problems: list[Problem]) -> str:
    """The scenario a lever is added to, by default the first; checks how it is judged too."""
    share("probability", judging.probability, problems, "0.8")
    share("level", judging.level, problems, "0.95")
    least = whole("first", judging.first, problems, "25", least=2)
    whole("most", judging.most, problems, "100", least=least)
    return (
        next(iter(plan.scenarios)) if scenario is None else scenario_of(plan, scenario, "scenario", problems)
    )


# -- the answer ---------------------------------------------------------------------------------


def _sentence(
    resolved: Resolved,
    scenario: str,
    make: Callable[[float], Made],
    found: Smallest,
    cost: tuple[float, float, float],
    probability: float,
    level: float,
    amounts: list[float],
) -> str:
    wanted = f"{resolved}, in at least {percent(probability)} of worlds"
    plan = f"“{scenario}”"
    largest, sure = headline(make(amounts[-1])), percent(level)
    last = found.tried[-1]
    if found.answer is None:
        share = f"met in {last.met:,} of {last.worlds:,} worlds"
        if all(t.verdict == TOO_LITTLE for t in found.tried):
            said = (
                f"Not within the range: even with {largest} added to {plan}, the target ({wanted}) is not "
                "reached "
                f"({share}, so in at most {at_most(last.high, below=probability)} of all, {sure} confidence)."
            )
        else:
            said = (
                f"No amount up to {largest} added to {plan} was shown to reach the target ({wanted}), but "
                "it cannot be "
                "excluded "
                f"that {largest} does ({share}): run more worlds (most=...) or widen the range."
            )
            if found.at_least is not None and found.at_least > amounts[0]:
                said += f" Less than {headline(make(found.at_least))} is too little ({sure} confidence)."
        return f"{said}{_falling(found, make)} {caution(resolved)}"
    at = next(t for t in found.tried if t.amount == found.answer)
    if found.answer == amounts[0]:
        said = f"{capital(headline(make(found.answer)))}, the least looked at, is already enough: {wanted}"
    else:
        said = f"{capital(headline(make(found.answer)))} added to {plan} would be enough: {wanted}"
    said += f" (met in {at.met:,} of {at.worlds:,}, so in at least {at_least(at.low)} of all)."
    assert found.at_least is not None
    if found.at_least < found.answer:
        said += f" The smallest amount that is enough lies between {found.at_least:g} and {found.answer:g}"
        said += f" ({sure} interval)."
    elif found.answer > amounts[0]:
        said += f" No smaller amount is enough ({sure} confidence)."
    return f"{said} {cost_words(cost, resolved)}{_falling(found, make)} {caution(resolved)}"


def cost_words(cost: tuple[float, float, float], resolved: Resolved) -> str:
    """What is added to the cost up to the date, with its interval."""
    mean, low, high = cost
    when = in_words(resolved.when)
    if mean == low == high == 0:
        return f"It adds nothing to the cost up to {when}."
    places = places_apart(COST, [(low, high)])
    verb = "adds" if mean >= 0 else "saves"
    if mean < 0:
        mean, low, high = -mean, -high, -low
    between = interval(COST, low, high, places)
    return f"It {verb} {pounds(mean, places)} by {when} (95% interval {between})."


def _falling(found: Smallest, make: Callable[[float], Made]) -> str:
    if found.falls is None:
        return ""
    less, more = found.falls
    return (
        f" Beware: more is not always better here: {headline(make(more))} meets it in fewer worlds than "
        f"{headline(make(less))}, so a smaller amount than this search found may do."
    )


def _table(found: Smallest) -> Any:
    import pandas as pd

    rows = [(t.amount, t.met, t.worlds, t.met / t.worlds, t.low, t.high, t.verdict) for t in found.tried]
    columns = ["amount", "met", "worlds", "share", "low", "high", "verdict"]
    return pd.DataFrame(rows, columns=columns).set_index("amount")
