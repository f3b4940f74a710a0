"""One child in several futures: the same world run again under two scenarios, in words and as a chart."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

from workforce_sim.errors import InputError, Problem
from workforce_sim.measures.paths import DRIFT
from workforce_sim.numbers import counted, joined, plain
from workforce_sim.report import alt_text
from workforce_sim.report.child_ledger import (
    NOTHING,
    StageDays,
    by_stage,
    comparison_table,
    parts_in,
    stages_in,
)
from workforce_sim.report.panels import frame, is_first, make_panels
from workforce_sim.report.story import dated_lines
from workforce_sim.report.style import DAYS, INK, QUIET, Chart, house_style, wrapped

if TYPE_CHECKING:
    import pandas as pd

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


def child_chart(child: Child, *, narrow: bool = False) -> Chart:
    """One child's working days by stage, natural and by cause of drift: a panel a scenario, same axes."""
    stages, parts = stages_in(child.ledgers), parts_in(list(child.ledgers.values()))
    labels = {"natural": "natural: what the work takes"} | DRIFT
    longest = max(s.total for ledger in child.ledgers.values() for s in ledger)
    with house_style():
        panels, chart = make_panels(len(child.ledgers), narrow)
        rows = len(panels) if narrow else 1
        chart.set_size_inches(chart.get_figwidth(), 1.5 + rows * (0.6 + 0.36 * len(stages)))
        for panel, (name, ledger) in zip(panels, child.ledgers.items(), strict=True):
            days, drift = child.days[name]
            said = f"{plain(days, 0)} days, {plain(drift, 0)} of them drift"
            panel.set_title(f"{wrapped(name, 30 if narrow else 38, 1)}\n{said}", fontsize=9.5)
            for part in parts:
                colour, hatch = DAYS[part]
                before = parts[: parts.index(part)]
                panel.barh(
                    [stages.index(s.stage) for s in ledger],
                    [s.days[part] for s in ledger],
                    left=[sum(s.days[b] for b in before) for s in ledger],
                    height=0.6,
                    facecolor=colour,
                    edgecolor=QUIET,
                    linewidth=0.5,
                    hatch=hatch,
                    label=labels[part],
                )
            for s in ledger:
                text = plain(s.total, 0 if s.total >= 9.95 else 1)
                if s.drift >= NOTHING:
                    text += f" ({plain(s.drift, 0 if s.drift >= 9.95 else 1)})"
                panel.annotate(
                    text,
                    (s.total, stages.index(s.stage)),
                    xytext=(4, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=8.5,
                    color=INK,
                )
            panel.set_yticks(range(len(stages)), [wrapped(stage, 15, 3) for stage in stages])
            panel.set_xlim(0, 1.35 * longest)
            panel.xaxis.set_major_locator(MaxNLocator(5))
            panel.grid(visible=False, axis="y")
            if is_first(panel):
                panel.set_ylim(len(stages) - 0.5, -0.5)
        note = "Working days in every stage (of which drift). One family: an example, not an average."
        frame(chart, f"Family {child.case}: where its days go", note, "", narrow, legend=panels[0])
    chart.table = _days_drawn(child)
    chart.workforce_sim_alt = alt_text.child(child.ledgers)
    return chart


def _days_drawn(child: Child) -> pd.DataFrame:
    """The days that are drawn: a row a (scenario, stage), a column a part, and their sum."""
    import pandas as pd

    rows = {
        (name, s.stage): {**s.days, "all": s.total} for name, ledger in child.ledgers.items() for s in ledger
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["scenario", "stage"])


def child_for_page(result: Result) -> Child | None:
    """The family of the page: the first world, the first and the last scenario. None if no family fits."""
    names = list(dict.fromkeys((result.baseline, result.scenarios[-1])))
    try:
        return one_child(result, names)
    except InputError:
        return None
