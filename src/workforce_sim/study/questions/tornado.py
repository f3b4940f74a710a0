"""Tornado: every assumption at its low and its high, the others at their values, under the same luck."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import InputError, Problem
from workforce_sim.numbers import figure, interval, places_apart, plural
from workforce_sim.samples import whole
from workforce_sim.study.arm import Plan
from workforce_sim.study.assumptions import Asked, Assumptions, assumptions_of
from workforce_sim.study.draws import refusals, run_points
from workforce_sim.study.intervals import joint_interval
from workforce_sim.study.questions.answer import Answer
from workforce_sim.study.questions.subject import Subject
from workforce_sim.study.worlds import Worlds

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Floats = npt.NDArray[np.float64]

_WHERE = "Study.tornado"
_ENDS = ("low", "high")


@dataclass(frozen=True)
class Tornado(Answer):
    """What every assumption does to an answer.

    Attributes:
        table: a row an assumption, the one that moves the answer most first: ``value, low, high`` of the
            assumption; ``at_low`` and ``at_high``: the change of the answer with the assumption there, with
            ``.._from`` and ``.._to``: 95% intervals that hold for all changes together (paired sup-t; nan
            where the model refuses that end); ``unit`` and ``evidence`` of the assumption.
        subject: the answer that changes.
        answer: its mean with all assumptions at their values.
        worlds: how many.
        refused: ends that the model refuses, with the reason.
        left_out: assumptions with a range that are not varied, with the reason.
    """

    subject: Subject
    answer: float
    worlds: int
    refused: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def plot(self) -> Figure:
        """A bar to either side for each of the assumptions that move the answer most."""
        from workforce_sim.report.charts.assumptions import tornado_chart

        figure: Figure = tornado_chart(self)
        return figure


def tornado(
    plan: Plan,
    worlds: Worlds,
    scenario: str | None,
    measure: str,
    at: int | None,
    asked: Asked,
    replications: int,
    progress: bool,
) -> Tornado:
    """Each assumption at either end of its range: see :meth:`Study.tornado`."""
    problems: list[Problem] = []
    number = whole("replications", replications, problems, "10", least=2)
    if problems:
        raise InputError(_WHERE, problems)
    subject = Subject.of(plan, _WHERE, scenario, measure, at)
    found = assumptions_of(plan.authority, asked, _WHERE)
    moved = [(a.path, end) for a in found.varied for end in _ENDS if getattr(a, end) != a.value]
    ends = [{a.path: getattr(a, end)} for a in found.varied for end in _ENDS if getattr(a, end) != a.value]
    same = [range(number)] * (1 + len(ends))
    ran = run_points(plan, worlds, subject.scenarios, [{}, *ends], same, progress=progress, what="tornado")
    answers: list[Floats | InputError] = [
        result if isinstance(result, InputError) else subject.taken(result, _WHERE) for _, result in ran
    ]
    at_values = answers[0]
    assert not isinstance(at_values, InputError)  # the study was made with it
    changes: dict[tuple[str, str], Floats] = {}
    refused: dict[str, str] = {}
    for (path, end), answer in zip(moved, answers[1:], strict=True):
        if isinstance(answer, InputError):
            refused[f"{path} at its {end}"] = refusals([answer])
        else:
            changes[path, end] = answer - at_values
    return _answer(found, subject, at_values, changes, refused)


def _answer(
    found: Assumptions,
    subject: Subject,
    at_values: Floats,
    changes: dict[tuple[str, str], Floats],
    refused: dict[str, str],
) -> Tornado:
    import pandas as pd

    number = len(at_values)
    together = np.stack(list(changes.values()), axis=1) if changes else np.zeros((number, 0))
    mean, low, high = joint_interval(together)
    known = {key: (mean[i], low[i], high[i]) for i, key in enumerate(changes)}
    rows = []
    for a in found.varied:
        cells = []
        for end in _ENDS:
            nothing = 0.0 if getattr(a, end) == a.value else np.nan
            cells += [float(x) for x in known.get((a.path, end), (nothing,) * 3)]
        rows.append((a.path, a.value, a.low, a.high, *cells, a.unit, a.evidence))
    changed = [f"at_{end}{part}" for end in _ENDS for part in ("", "_from", "_to")]
    columns = ["assumption", "value", "low", "high", *changed, "unit", "evidence"]
    table = pd.DataFrame(rows, columns=columns).set_index("assumption")
    size = table[["at_low", "at_high"]].abs().max(axis=1)
    table = table.loc[size.sort_values(ascending=False, kind="stable").index]
    answer = float(at_values.mean())
    sentence = _sentence(table, subject, answer, number, refused)
    return Tornado(sentence, table, subject, answer, number, refused, dict(found.left_out))


def _sentence(
    table: pd.DataFrame, subject: Subject, answer: float, number: int, refused: dict[str, str]
) -> str:
    name = subject.measure
    moving = [row for _, row in table.iterrows() if any(low * high > 0 for low, high in _ends(row))]
    first = moving[0] if moving else table.iloc[0]  # the largest that is more than chance
    places = places_apart(name, _ends(first))
    said = f"{subject.words()}: {subject.amount(answer, places)} with all assumptions at their values. "
    if not moving:
        said += f"None of {plural(len(table), 'assumption')} moves it by more than chance can explain"
    else:
        parts = []
        for end, (low, high) in zip(_ENDS, _ends(first), strict=True):
            if np.isfinite(low) and first[f"at_{end}"]:
                change = figure(name, float(first[f"at_{end}"]), places)
                between = interval(name, low, high, places)
                parts.append(f"by {change} at {first[end]:g} (95% interval {between})")
        said += (
            f"{plural(len(moving), 'assumption moves', 'assumptions move')} it by more than chance, of "
            f"{len(table)}; most of all {first.name}: {' and '.join(parts)}; its value is {first['value']:g}"
        )
    said += f" ({plural(number, 'world')}, the same luck throughout; one assumption at a time)."
    if refused:
        end, why = next(iter(refused.items()))
        said += f" The model refuses {plural(len(refused), 'end')}: {end}, {why}."
    return said


def _ends(row: pd.Series[Any]) -> list[tuple[float, float]]:
    """The intervals of both changes of an assumption."""
    return [(float(row[f"at_{end}_from"]), float(row[f"at_{end}_to"])) for end in _ENDS]
