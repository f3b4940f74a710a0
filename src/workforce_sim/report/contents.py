"""What is in a report, in order: the claim first, then what it rests on. Printed as a page and on paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workforce_sim.authority.calendar import in_words
from workforce_sim.measures.paths import BY_NAME
from workforce_sim.numbers import joined, plain, plural
from workforce_sim.report.answer import answers as in_words_of
from workforce_sim.report.answer import report_months
from workforce_sim.report.badge import EFFECTS, badge, record
from workforce_sim.report.blocks import (
    Block,
    Caution,
    Cell,
    Code,
    Folded,
    Group,
    Listing,
    Report,
    Row,
    Section,
    Table,
    Words,
)
from workforce_sim.report.charts.change import change_chart
from workforce_sim.report.charts.child import child_chart
from workforce_sim.report.charts.difference import difference_chart
from workforce_sim.report.charts.drift import drift_chart, per_child_chart
from workforce_sim.report.charts.fan import fan_chart
from workforce_sim.report.charts.posts import posts_chart
from workforce_sim.report.charts.spread import spread_chart
from workforce_sim.report.child.futures import Child, child_for_page
from workforce_sim.report.child.story import dated_lines
from workforce_sim.report.sections.asked import (
    ASSUMPTIONS,
    CLAIMS,
    TAKES,
    answer_blocks,
    caption_of,
    of_kind,
    picture_blocks,
    the_others,
    weak_spots,
)
from workforce_sim.report.sections.left_out import left_out
from workforce_sim.report.sections.levels import differences_table, levels_table, measures_shown
from workforce_sim.report.sections.money import money_blocks
from workforce_sim.report.sections.register import evidence_counts, evidence_table, register_table
from workforce_sim.report.sections.rerun import rerun_blocks
from workforce_sim.report.sections.stress import stress_table
from workforce_sim.report.worlds_again import run_again

if TYPE_CHECKING:
    from workforce_sim.study.questions.answer import Answer
    from workforce_sim.study.result import Result

_HOW_OFTEN = (
    "How often bands like these have held in real years is under “Has it been tested against real years?”."
)

#: Scenarios that a chart of panels has room for on the page.
_MOST_PANELS = 6


def contents(result: Result, answers: Sequence[Answer] = (), *, phones: bool = True) -> Report:
    """The whole report.

    Args:
        result: of the study.
        answers: of questions that were asked of it.
        phones: draw every chart a second time for telephones.
    """
    months = report_months(result)
    shown = measures_shown(result, months)
    lists, days = run_again(result, result.scenarios[:_MOST_PANELS])
    child = child_for_page(result)
    ends = list(dict.fromkeys((result.baseline, result.scenarios[-1])))
    others = len(result.scenarios) > 1
    sections = [Section("answer", "The answer", tuple(_answer(result, answers, months)))]
    if others:
        sections.append(Section("differences", "The differences", tuple(_differences(result, months))))
    sections += [
        Section("money", "What it costs", tuple(money_blocks(result, months[-1]))),
        Section("plans", "What the scenarios are", tuple(_plans(result))),
        Section("charts", "In pictures", tuple(_pictures(result, phones))),
        Section(
            "spread",
            "Who holds how many",
            tuple(
                picture_blocks(
                    "The average hides who holds too many: children on the list of every case holder.",
                    spread_chart(lists),
                    spread_chart(lists, narrow=True) if phones else None,
                )
            ),
        ),
        Section("change", "Why the caseload changes", tuple(_change(result, ends, phones))),
        Section("figures", "The figures", tuple(_figures(result, months, shown))),
        Section(
            "drift",
            "Drift: where children’s time goes",
            (
                *picture_blocks(
                    "What the days of children with an open case are lost to.",
                    drift_chart(result, ends),
                    drift_chart(result, ends, narrow=True) if phones else None,
                ),
                *picture_blocks(
                    "Working days a child that are lost, by cause.",
                    per_child_chart(days),
                    per_child_chart(days, narrow=True) if phones else None,
                ),
            ),
        ),
    ]
    if child is not None:
        heading = f"One child’s {'two futures' if len(child.runs) > 1 else 'days'}"
        sections.append(Section("child", heading, tuple(_child(result, child, phones))))
    sections += [
        Section("takes", "What it would take", tuple(_takes(answers))),
        Section("weak", "Which assumptions matter, and how weak they are", tuple(_weak(result, answers))),
    ]
    if more := the_others(answers):
        asked = [block for a in more for block in answer_blocks(a, caption_of(a))]
        sections.append(Section("asked", "Other questions that were asked", tuple(asked)))
    sections += [
        Section("left-out", "What the model leaves out", (Listing(tuple(left_out(result.authority))),)),
        Section("tested", "Has it been tested against real years?", tuple(_tested(result, shown))),
        Section("run", "How it was run", tuple(rerun_blocks(result))),
        Section("stress", "The STRESS-DES checklist", (stress_table(result, shown),)),
        Section("assumptions", "What it rests on: the assumption register", tuple(_register(result))),
    ]
    about = [
        _period(result),
        plural(len(result.scenarios), "scenario"),
        plural(result.replications, "simulated world"),
    ]
    title = f"{result.data.attrs['authority']}: a workforce plan tested in simulation"
    return Report(title, " · ".join(about), tuple(sections))


def _period(result: Result) -> str:
    dates = result.data["date"].values.astype("datetime64[D]")
    return f"{in_words(dates[0].item())} to {in_words(dates[-1].item() - dt.timedelta(days=1))}"


def _answer(result: Result, answers: Sequence[Answer], months: list[int]) -> list[Block]:
    found: list[Block] = []
    for answer in in_words_of(result, months[-1]):
        found += [Words(answer.lead, "lead"), Words(answer.detail)]
    counts = evidence_counts(result.authority)
    found.append(
        Caution(
            "Before you rely on this.",
            f"The ranges are chance only, with every assumption held fixed. Of the {counts['all']} "
            f"settings behind the numbers {counts.get('assumption', 0)} are assumptions proposed without "
            f"evidence and {counts.get('memory', 0)} rest on common knowledge without a source. Much that "
            "matters is not in the model: see “What the model leaves out”. "
            + (_HOW_OFTEN if record() else "And it has not been back-tested against real years."),
        )
    )
    claims = of_kind(answers, *CLAIMS)
    if claims:
        found.append(Words("What may be claimed", "heading"))
        found += [block for claim in claims for block in answer_blocks(claim, "The claim, world by world.")]
    worlds = plural(result.replications, "world")
    know = "know" if result.replications > 1 else "knows"
    found.append(
        Words(
            "A world is one simulated future. Every scenario meets the same luck in the same world (the "
            "same families referred, the same people inclined to leave), so that differences are those of "
            f"the plans. A 95% interval says how well {worlds} {know} the average. Case holders are "
            "counted as full-time equivalents (FTE). Figures are rounded one by one, so the last digits "
            "may not add up.",
            "small",
        )
    )
    return found


def _differences(result: Result, months: list[int]) -> list[Block]:
    note = (
        "On the charts the interval holds for all months together and is therefore wider; there it may "
        "include no difference where it does not here."
    )
    return [differences_table(result, months), Words(note, "small")]


def _plans(result: Result) -> list[Block]:
    found: list[Block] = []
    for name in result.scenarios:
        lines = result.interventions.get(name, [])
        found.append(Words(name, "heading"))
        found.append(Listing(tuple(("", line) for line in lines)) if lines else Words("Nothing is changed."))
    effects = [
        (f"{name}:", f"{effect} (evidence class: {evidence})")
        for name, (effect, evidence) in result.effects.items()
        if effect
    ]
    if effects:
        found += [Words("How they act in the model", "heading"), Listing(tuple(effects))]
    return found


def _pictures(result: Result, phones: bool) -> list[Block]:
    last = result.scenarios[-1]
    found = picture_blocks(
        "How many children each case holder has, and how far luck may move it.",
        fan_chart(result, "caseload"),
        fan_chart(result, "caseload", narrow=True) if phones else None,
    )
    if len(result.scenarios) > 1:
        found += picture_blocks(
            f"What the plans change, compared with “{result.baseline}” in the same worlds.",
            difference_chart(result, "caseload"),
            difference_chart(result, "caseload", narrow=True) if phones else None,
        )
    return found + picture_blocks(
        f"Posts are not people: who is in the posts under “{last}”.",
        posts_chart(result, last),
        posts_chart(result, last, narrow=True) if phones else None,
    )


def _change(result: Result, ends: list[str], phones: bool) -> list[Block]:
    found = picture_blocks(
        "What moves the average caseload from the first month to the last.",
        change_chart(result, ends),
        change_chart(result, ends, narrow=True) if phones else None,
    )
    return found


def _figures(result: Result, months: list[int], shown: list[str]) -> list[Block]:
    again = "rereferral_rate" in shown
    turnover = "and re-referrals count" if again else "counts the leavers of"
    note = (
        f"Turnover {turnover} the last twelve months, so {'they have' if again else 'it has'} no value "
        "before the first year is over. Drift is the share of all the days of the last month on which "
        "children had an open case that went into waiting, slow progress or work done again after a "
        "change of worker."
    )
    if "limbo_children" in shown:
        note += (
            " A child in limbo has been in the same stage for more than twice the time its work takes "
            "with full attention."
        )
    if again:
        note += " Re-referrals are referrals within twelve months of the one before."
    return [levels_table(result, months), Words(note, "small")]


def _child(result: Result, child: Child, phones: bool) -> list[Block]:
    days = [
        f"{plain(open_days, 0)} working days under “{name}” ({plain(drift, 0)} of them drift)"
        for name, (open_days, drift) in child.days.items()
    ]
    told: list[Words | Listing] = []
    for name, run in child.runs.items():
        told += [
            Words(name, "heading"),
            Listing(tuple(("", line) for line in dated_lines(run, child.cases[name]))),
        ]
    chart = child_chart(child)
    return [
        Words(
            f"Family {child.case} in the first world is the median child, chosen by a rule and not for its "
            f"story: {child.rule}, under “{result.baseline}”. Its case is open for {joined(days)}. One "
            "family shows what drift is made of, not what a plan achieves: for that see the averages."
        ),
        *picture_blocks(
            "Its working days, stage by stage.", chart, child_chart(child, narrow=True) if phones else None
        ),
        Folded("What happened, date by date", tuple(told)),
    ]


def _takes(answers: Sequence[Answer]) -> list[Block]:
    asked = of_kind(answers, *TAKES)
    if asked:
        return [block for a in asked for block in answer_blocks(a, "What was tried, and what was enough.")]
    return [
        Words(
            "Nobody has asked yet how much of a policy a target would take: it is a search that runs the "
            "study many times. To ask, and to have the answer here:"
        ),
        Code(
            'needed = study.what_would_it_take("average caseload below 16", ws.NewPosts(1, start=...))\n'
            'result.report("page.html", answers=[needed])'
        ),
    ]


def _weak(result: Result, answers: Sequence[Answer]) -> list[Block]:
    found: list[Block] = []
    for answer in of_kind(answers, *ASSUMPTIONS):
        found += answer_blocks(answer, "What the answer rests on.")
        table = weak_spots(answer)
        if table is not None:
            found.append(table)
    if not found:
        found = [
            Words(
                "Nobody has asked yet which of the assumptions move the answer: every one has to be tried "
                "at both ends of its range. To ask, and to have the answer here:"
            ),
            Code('result.report("page.html", answers=[study.tornado()])'),
        ]
    return [
        *found,
        Words("How weak they are: the settings by the evidence they rest on."),
        evidence_table(result.authority),
    ]


def _tested(result: Result, shown: list[str]) -> list[Block]:
    """What the back-test found for the measures of the report, as far ahead as the study looks."""
    if not record():
        return [
            Words(
                "Not back-tested. The model has not been run against what happened in real years, so how "
                "far it can be relied on is not known."
            )
        ]
    rows = [
        Row(
            BY_NAME[one.measure].label,
            (
                Cell(plural(one.horizon, "year")),
                Cell(f"{one.held_chance:.0f}%"),
                Cell(f"{one.held:.0f}%"),
                Cell(f"{plural(one.rows, 'forecast')}, {_years(one.first, one.last)}"),
            ),
        )
        for one in record()
    ]
    columns = ("Measure", "Ahead", "Chance alone held", "With past errors held", "Scored")
    caption = "How often bands that should hold 90% of what happened have held it."
    found: list[Block] = [
        Words(badge(shown, result.plan.years)),
        Table(caption, columns, (Group(tuple(rows)),)),
    ]
    return [*found, Words(EFFECTS)] if len(result.scenarios) > 1 else found


def _years(first: int, last: int) -> str:
    """The years of the outcomes that were scored."""
    return str(first) if first == last else f"{first} to {last}"


def _register(result: Result) -> list[Block]:
    counts = evidence_counts(result.authority)
    return [
        Words(
            f"{counts['all']} settings, weakest evidence first: {counts.get('assumption', 0)} are "
            "assumptions (proposed so that the model has a value; not evidence) and "
            f"{counts.get('memory', 0)} are from memory (common knowledge, no source found)."
        ),
        register_table(result.authority),
    ]
