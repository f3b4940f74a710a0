"""One child in several futures: the same world run again under two scenarios, in words and as a chart."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workforce_sim.errors import InputError, Problem
from workforce_sim.numbers import counted, joined
from workforce_sim.report.child.days import (
    StageDays,
    by_stage,
    comparison_table,
)
from workforce_sim.report.child.story import dated_lines

if TYPE_CHECKING:
    from workforce_sim.run import Run
    from workforce_sim.study.result import Result

_LONG = 3  # stages of a family whose story is worth telling


@dataclass(frozen=True)
class Child:
    """One family in the same world under several scenarios.

    Attributes:
        case: number of the case under the first scenario.
        cases: its number by scenario: policies that change referrals change the numbers.
        rule: by which it was chosen; empty if it was named.
        runs: by scenario, with their logs.
        ledgers: by scenario, days by stage.
    """

    case: int
    cases: Mapping[str, int]
    rule: str
    runs: Mapping[str, Run]
    ledgers: Mapping[str, Sequence[StageDays]]

    @property
    def days(self) -> dict[str, tuple[float, float]]:
        """By scenario: working days open, and how many of them are drift."""
        return {
            name: (sum(s.total for s in ledger), sum(s.drift for s in ledger))
            for name, ledger in self.ledgers.items()
        }


def one_child(
    result: Result, scenarios: Sequence[str], replication: int = 0, case: int | None = None
) -> Child:
    """Run a world again under these scenarios and pick a family, by rule if none is named.

    Raises:
        InputError: no family was referred and closed in the time, there is no such case, or not everywhere.
    """
    runs = {name: result.plan.run(name, replication, log=True) for name in scenarios}
    numbers = {name: _cases_by_family(run) for name, run in runs.items()}
    first, rule = scenarios[0], ""
    if case is None:
        everywhere = set.intersection(*(set(of) for of in numbers.values()))
        case, rule = typical_case(runs[first], everywhere)
    runs[first].story(case)  # refuses a case that is not there
    family = next(of for of, number in numbers[first].items() if number == case)
    absent = [name for name, of in numbers.items() if family not in of]
    if absent:
        rule = f"a family that is referred under every scenario; this one is not under {joined(absent)}"
        raise InputError("Result.story", [Problem("case", repr(case), rule, "leave case out")])
    cases = {name: of[family] for name, of in numbers.items()}
    ledgers = {}
    for name, run in runs.items():
        visits = run.visits
        ledgers[name] = by_stage(visits[visits["case"] == cases[name]])
    return Child(case, cases, rule, runs, ledgers)


def _cases_by_family(run: Run) -> dict[int, int]:
    """The number of the case of every family."""
    families = run.children["family"]
    return dict(zip(families.tolist(), families.index.tolist(), strict=True))


def typical_case(run: Run, families: Collection[int]) -> tuple[int, str]:
    """A family by rule, not for its story, and the rule in words.

    The median time open: of these families, of those referred in the first half of the run and closed in
    it who went through three stages or more; of all referred in the first half and closed, if nobody did.

    Raises:
        InputError: nobody was.
    """
    run.median_case()  # refuses a run in which nobody was
    rule = "the median time open of those referred in the first half of the study and closed in it"
    ledger, half = run.children, run.simulation.calendar.end / 2
    stages = run.visits.groupby("case")["stage"].nunique().reindex(ledger.index, fill_value=0)
    within = (ledger["referred_day"] > 0) & (ledger["referred_day"] < half) & ledger["closed_day"].notna()
    within &= ledger["family"].isin(families)
    if (within & (stages >= _LONG)).any():
        within &= stages >= _LONG
        rule = f"{rule} who went through {counted(_LONG)} stages or more"
    order = ledger.loc[within, "elapsed_days"].sort_values(kind="stable")
    if order.empty:
        wanted = "a family referred under every scenario, early, and closed in the run"
        raise InputError("Result.story", [Problem("run", "nobody", wanted, "run for longer, or name a case")])
    return int(order.index[(len(order) - 1) // 2]), rule


def story_of(child: Child, heading: str) -> str:
    """The stories one after the other, then the days by stage side by side."""
    parts = [heading, *(f"{name}\n{run.story(child.cases[name])}" for name, run in child.runs.items())]
    if len(child.runs) > 1 and any(child.ledgers.values()):
        lines = ["Side by side: working days by stage (of which drift)", *comparison_table(child.ledgers)]
        parts.append("\n  ".join([*lines, _same_until(child)]))
    return "\n\n".join(parts)


def _same_until(child: Child) -> str:
    """How long the futures are the same."""
    told = [dated_lines(run, child.cases[name]) for name, run in child.runs.items()]
    same = 0
    while all(same < len(lines) and lines[same] == told[0][same] for lines in told):
        same += 1
    if all(same == len(lines) for lines in told):
        return "Nothing that happens to this family differs."
    return f"The same up to {told[0][same - 1].partition(':')[0]}." if same else "Not the same on any date."


def child_for_page(result: Result) -> Child | None:
    """The family of the page: the first world, the first and the last scenario. None if no family fits."""
    names = list(dict.fromkeys((result.baseline, result.scenarios[-1])))
    try:
        return one_child(result, names)
    except InputError:
        return None
