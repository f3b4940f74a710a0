"""The charts of a result by kind: what :meth:`Result.plot` draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workforce_sim.errors import InputError, Problem, shown, unknown_name
from workforce_sim.report.charts.change import change_chart
from workforce_sim.report.charts.child import child_chart
from workforce_sim.report.charts.difference import difference_chart
from workforce_sim.report.charts.drift import drift_chart, per_child_chart
from workforce_sim.report.charts.fan import fan_chart
from workforce_sim.report.charts.posts import posts_chart
from workforce_sim.report.charts.spread import spread_chart
from workforce_sim.report.child.futures import one_child
from workforce_sim.report.worlds_again import lists_on, run_again

if TYPE_CHECKING:
    from workforce_sim.report.charts.style import Chart
    from workforce_sim.study.result import Result

#: What can be drawn of a result, and what each kind shows.
KINDS = {
    "fan": "a measure of every scenario: the middle world, half of the worlds, nine in ten",
    "difference": "what every scenario changes, in the same worlds, with its 95% interval",
    "posts": "permanent workers, agency cover and empty posts of one scenario",
    "spread": "how caseloads are spread over workers, in the first worlds",
    "change": "why the average caseload changed, part by part",
    "drift": "the days of children that are lost, by cause, month by month",
    "drift per child": "working days a child that are lost, by cause, in the first worlds",
    "child": "one child's days in the futures of the scenarios",
}

#: Kinds that a measure is asked for; the others have their own.
_OF_A_MEASURE = ("fan", "difference")


def plot(
    result: Result, kind: str, measure: str, scenarios: Sequence[str] | None, at: int | None = None
) -> Chart:
    """See :meth:`~workforce_sim.Result.plot`.

    Raises:
        InputError: an unknown kind, or what does not go with it.
    """
    problems = []
    if kind not in KINDS:
        problems.append(unknown_name("kind", kind, list(KINDS), "a kind of chart"))
    if kind == "posts" and scenarios is not None and len(scenarios) != 1:
        rule = "one scenario: posts are stacked"
        problems.append(Problem("scenarios", shown(list(scenarios)), rule, f"scenarios=[{scenarios[-1]!r}]"))
    if at is not None and kind != "spread":
        fix = "leave at out, or ask for kind='spread'"
        problems.append(Problem("at", shown(at), "only with kind='spread'", fix))
    if at == 0:
        rule = "a month after the start: on the first morning lists are dealt out, not grown"
        problems.append(Problem("at", "0", rule, "at=12"))
    if measure != "caseload" and kind in KINDS and kind not in _OF_A_MEASURE:
        fix = f"leave measure out, or ask for kind='fan' or kind='difference' of {measure!r}"
        problems.append(Problem("measure", shown(measure), "only with kind='fan' or kind='difference'", fix))
    if problems:
        raise InputError("Result.plot", problems)
    names = list(scenarios) if scenarios else result.scenarios
    ends = list(scenarios or dict.fromkeys((result.baseline, result.scenarios[-1])))
    if kind == "difference":
        return difference_chart(result, measure, [n for n in names if n != result.baseline])
    if kind == "posts":
        return posts_chart(result, names[-1])
    if kind == "spread":
        return spread_chart(lists_on(result, names, result.months() if at is None else at))
    if kind == "change":
        return change_chart(result, ends)
    if kind == "drift":
        return drift_chart(result, names)
    if kind == "drift per child":
        return per_child_chart(run_again(result, names)[1])
    if kind == "child":
        return child_chart(one_child(result, ends))
    return fan_chart(result, measure, names)
