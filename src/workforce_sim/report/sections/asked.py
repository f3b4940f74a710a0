"""Answers that the planner hands over: claims, what it would take, which assumptions matter, and the rest.

A question may take minutes to answer, so the report asks none by itself: it prints those it is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.authority.calendar import month_in_short
from workforce_sim.errors import InputError, Problem, shown, unknown_name
from workforce_sim.numbers import NONE, capital, plain, uncapital
from workforce_sim.report.blocks import Block, Cell, Folded, Group, Picture, Row, Table, Words
from workforce_sim.report.charts.style import Chart
from workforce_sim.report.sections.register import setting_name

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.study.questions.answer import Answer
    from workforce_sim.study.result import Result

_DRAWN_NARROW = ("Best", "Claim", "Credit", "Mix", "Needed")
_MOST_ROWS = 2_000  # of a folded table; the spreadsheet has all


def checked(result: Result, answers: object, where: str) -> tuple[Answer, ...]:
    """The answers, if they are answers and about scenarios of this study.

    Raises:
        InputError: with everything that is not.
    """
    from workforce_sim.study.questions.answer import Answer

    fix = 'answers=[study.claim("average caseload below 16 by 2018")]'
    if isinstance(answers, Answer):
        answers = [answers]
    if isinstance(answers, str) or not isinstance(answers, Sequence):
        rule = "a list of answers of this study"
        raise InputError(where, [Problem("answers", shown(answers), rule, fix)])
    problems = []
    for i, answer in enumerate(answers):
        path = f"answers[{i}]"
        if not isinstance(answer, Answer):
            rule = "an answer of this study: study.claim(...), study.what_would_it_take(...), ..."
            problems.append(Problem(path, shown(answer), rule, fix))
            continue
        for name in _scenarios_of(answer):
            if name not in result.scenarios:
                known = "a scenario of this study"
                problems.append(unknown_name(f"{path}.scenario", name, result.scenarios, known))
    if problems:
        raise InputError(where, problems)
    return tuple(answers)


def _scenarios_of(answer: Any) -> list[str]:
    """The scenarios an answer says it is about."""
    about = [getattr(answer, "scenario", None), getattr(getattr(answer, "subject", None), "scenario", None)]
    return [name for name in about if isinstance(name, str)]


def of_kind(answers: Sequence[Answer], *kinds: str) -> list[Answer]:
    """The answers of some kinds, in the order in which they were handed over."""
    return [a for a in answers if type(a).__name__ in kinds]


#: Kinds that have a place of their own in the report.
CLAIMS, TAKES, ASSUMPTIONS = ("Claim",), ("Needed", "Mix"), ("Tornado", "Sensitivity", "WorthKnowing")


_CAPTIONS = {
    "Credit": "Which part of the plan does it.",
    "Best": "Which scenario is best.",
    "TippingPoints": "How far referrals may rise.",
    "Resilience": "What a shock does, and how long it lasts.",
}


def caption_of(answer: Answer) -> str:
    """The caption of the chart of an answer that has no place of its own."""
    return _CAPTIONS.get(type(answer).__name__, "The answer, drawn.")


def the_others(answers: Sequence[Answer]) -> list[Answer]:
    """The answers that have no place of their own."""
    placed = {*CLAIMS, *TAKES, *ASSUMPTIONS}
    return [a for a in answers if type(a).__name__ not in placed]


def answer_blocks(answer: Answer, caption: str) -> list[Block]:
    """The sentence, the chart, and the numbers of the chart."""
    charts = drawn(answer)
    return [Words(answer.sentence), *(picture_blocks(caption, *charts) if charts else ())]


def drawn(answer: Any) -> tuple[Chart, Chart | None] | None:
    """The chart of an answer, wide and, if its kind can be drawn so, narrow; None if it has no such chart."""
    from workforce_sim.report.charts import assumptions, resilience, tipping

    for_telephones: dict[str, Any] = {
        "Tornado": assumptions.tornado_chart,
        "Sensitivity": assumptions.sensitivity_chart,
        "WorthKnowing": assumptions.worth_knowing_chart,
        "TippingPoints": tipping.growth_chart,
        "Resilience": resilience.resilience_chart,
    }
    draw = for_telephones.get(type(answer).__name__)
    if draw is not None:
        return draw(answer), draw(answer, narrow=True)
    if type(answer).__name__ in _DRAWN_NARROW:
        return answer.plot(), answer.plot(narrow=True)
    chart = answer.plot()
    return (chart, None) if isinstance(chart, Chart) else None


def picture_blocks(caption: str, wide: Chart, narrow: Chart | None = None) -> list[Block]:
    """A chart, and the table of its numbers for whoever asks."""
    table = frame_table(wide.table, f"The numbers of the chart: {uncapital(caption)}")
    return [Picture(caption, wide, narrow), Folded("The numbers of this chart", (table,))]


# -- tables of any shape --------------------------------------------------------------------------


def frame_table(frame: pd.DataFrame, caption: str) -> Table:
    """A table of pandas as people read it: the first level of the index becomes headings of groups."""
    levels = [_words(str(name or "")) for name in frame.index.names]
    columns = tuple(_words(str(column)) for column in frame.columns)
    corner = ", ".join(levels[1:] or levels) or " "
    groups: dict[str, list[Row]] = {}
    for key, values in zip(frame.index[:_MOST_ROWS], frame.to_numpy(dtype=object)[:_MOST_ROWS], strict=True):
        parts = [value_text(part) for part in (key if isinstance(key, tuple) else (key,))]
        heading, name = (parts[0], ", ".join(parts[1:])) if len(parts) > 1 else ("", parts[0])
        row = Row(
            name, tuple(Cell(value_text(v, str(c))) for v, c in zip(values, frame.columns, strict=True))
        )
        groups.setdefault(heading, []).append(row)
    made = tuple(Group(tuple(rows), heading) for heading, rows in groups.items())
    return Table(caption, (capital(corner), *columns), made)


def _words(name: str) -> str:
    return name.replace("_", " ").strip()


def value_text(value: Any, column: str = "") -> str:
    """A number, a date, a truth or a name, in text."""
    if value is None:
        return NONE
    if hasattr(value, "strftime"):
        return month_in_short(value)
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (int, np.integer)):
        return plain(float(value), 0)
    if isinstance(value, (float, np.floating)):
        x = float(value)
        if np.isinf(x):
            return "without end" if x > 0 else "none"
        size = abs(x)
        return plain(x, 0 if size >= 1000 or "gbp" in column else 1 if size >= 20 else 2)
    return str(value)


# -- which assumptions matter ----------------------------------------------------------------------


def weak_spots(answer: Any) -> Table | None:
    """The assumptions that matter most in an answer, beside the evidence they rest on."""
    table = answer.table.head(10)
    if "evidence" not in table.columns:
        return None
    rows = []
    for path, row in table.iterrows():
        if type(answer).__name__ == "Tornado":
            said = [value_text(row[c]) for c in ("at_low", "at_high")]
            known = [
                f"{value_text(row[f'{c}_from'])} to {value_text(row[f'{c}_to'])}"
                for c in ("at_low", "at_high")
            ]
            cells = [Cell(v, (k,)) for v, k in zip(said, known, strict=True)]
        else:
            first = answer.table.columns[0]
            cells = [Cell(value_text(row[first], str(first)))]
        rows.append(Row(setting_name(str(path)), (*cells, Cell(str(row["evidence"]).capitalize()))))
    heads = [_words(str(answer.table.columns[0])).capitalize()]
    if type(answer).__name__ == "Tornado":
        heads = ["At its low", "At its high"]
    caption = "The assumptions that move the answer most, and what each rests on; intervals below."
    return Table(caption, ("Assumption", *heads, "Evidence"), (Group(tuple(rows)),))
