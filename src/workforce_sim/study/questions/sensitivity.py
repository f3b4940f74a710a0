"""Sensitivity: Morris' elementary effects and Sobol's shares of variance, through SALib."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import ExtraMissing, InputError, Problem, shown, unknown_name
from workforce_sim.numbers import figure, interval, joined, places_apart, plain, plural
from workforce_sim.samples import whole
from workforce_sim.study.arm import Plan
from workforce_sim.study.assumptions import Asked, assumptions_of
from workforce_sim.study.draws import refusals, run_points
from workforce_sim.study.questions.answer import Answer
from workforce_sim.study.questions.subject import Subject
from workforce_sim.study.worlds import Worlds

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Floats = npt.NDArray[np.float64]

METHODS = ("morris", "sobol")
_WHERE = "Study.sensitivity"
_LEVELS = 4  # of Morris' grid: 0, 1/3, 2/3, 1
_MANY = 20  # assumptions: Sobol's shares of more take longer than anybody waits
_RESAMPLES = 1000


@dataclass(frozen=True)
class Sensitivity(Answer):
    """Which assumptions an answer rests on.

    Attributes:
        table: a row an assumption, the most important first. Morris: ``effect`` (mean absolute change of the
            answer when the assumption goes once through its whole range), ``low, high`` (95% interval),
            ``direction`` (mean change with its sign), ``spread`` (standard deviation of the changes: large
            beside ``effect`` where it depends on the others). Sobol: ``first`` (percent of the variance that
            goes with this assumption alone) and ``total`` (with all it does together with others), with
            ``.._low`` and ``.._high``.
        subject: the answer.
        method: ``"morris"`` or ``"sobol"``.
        luck: percent of a single world's variance, over the points tried, that is luck.
        points: how many services were run.
        worlds: in how many worlds each.
        refused: points left out because the model refused them or others of their group, and why the first.
    """

    subject: Subject
    method: str
    luck: float
    points: int
    worlds: int
    refused: tuple[int, str] = field(default=(0, ""))

    def plot(self) -> Figure:
        """A bar for each of the most important assumptions."""
        from workforce_sim.report.charts.assumptions import sensitivity_chart

        figure: Figure = sensitivity_chart(self)
        return figure


def design(method: str, dimensions: int, size: int, seed: int) -> Floats:
    """Points between 0 and 1, shape ``(points, dimensions)``, in groups of ``dimensions + 1`` or ``+ 2``.

    Args:
        method: ``"morris"``: trajectories of ``dimensions + 1`` points (Morris 1991); ``"sobol"``: Saltelli's
            design (2010), ``dimensions + 2`` points for each base point.
        dimensions: how many assumptions.
        size: how many groups; a power of two for Sobol.
        seed: of the design.

    Raises:
        ExtraMissing: SALib is not installed.
    """
    _needs_salib()
    problem = _problem(dimensions)
    if method == "morris":
        from SALib.sample.morris import sample as trajectories

        return np.asarray(trajectories(problem, size, num_levels=_LEVELS, seed=seed), dtype=np.float64)
    from SALib.sample.sobol import sample as saltelli

    return np.asarray(saltelli(problem, size, calc_second_order=False, seed=seed), dtype=np.float64)


def effects(
    method: str, points: Floats, answers: Floats, names: Sequence[str], seed: int = 1
) -> pd.DataFrame:
    """Effects or shares from the answers at the points of a design: the table of :class:`Sensitivity`.

    Args:
        method: ``"morris"`` or ``"sobol"``.
        points: whole groups of :func:`design`, shape ``(points, dimensions)``.
        answers: shape ``(points,)``.
        names: of the dimensions.
        seed: of the resampling for intervals.

    Raises:
        ExtraMissing: SALib is not installed.
    """
    import pandas as pd

    _needs_salib()
    problem = _problem(len(names))
    options: dict[str, Any] = {"num_resamples": _RESAMPLES, "conf_level": 0.95, "seed": seed}
    if not np.ptp(answers):  # SALib divides by the variance
        nothing = dict.fromkeys(_COLUMNS[method], 0.0)
        return pd.DataFrame([nothing] * len(names), index=pd.Index(names, name="assumption"))
    if method == "morris":
        from SALib.analyze.morris import analyze as elementary

        found = elementary(problem, points, answers, num_levels=_LEVELS, **options)
        mean, half = np.asarray(found["mu_star"]), np.asarray(found["mu_star_conf"])
        columns = [mean, np.maximum(0.0, mean - half), mean + half, found["mu"], found["sigma"]]
    else:
        from SALib.analyze.sobol import analyze as variance_shares

        found = variance_shares(problem, answers, calc_second_order=False, **options)
        columns = []
        for part in ("S1", "ST"):
            share, half = 100 * np.asarray(found[part]), 100 * np.asarray(found[f"{part}_conf"])
            columns += [share, share - half, share + half]
    table = pd.DataFrame(
        dict(zip(_COLUMNS[method], columns, strict=True)), index=pd.Index(names, name="assumption")
    )
    most = "effect" if method == "morris" else "total"
    return table.sort_values(most, ascending=False, kind="stable")


_COLUMNS = {
    "morris": ("effect", "low", "high", "direction", "spread"),
    "sobol": ("first", "first_low", "first_high", "total", "total_low", "total_high"),
}


def group_size(method: str, dimensions: int) -> int:
    """Points of a design that stand or fall together."""
    return dimensions + (1 if method == "morris" else 2)


def sensitivity_of(
    function: Callable[[Floats], Floats], names: Sequence[str], method: str, size: int, seed: int = 1
) -> pd.DataFrame:
    """Morris or Sobol of any function of shares between 0 and 1: shape ``(points, names)`` -> ``(points,)``.

    Raises:
        ExtraMissing: SALib is not installed.
    """
    points = design(method, len(names), size, seed)
    return effects(method, points, function(points), names, seed)


def sensitivity(
    plan: Plan,
    worlds: Worlds,
    scenario: str | None,
    measure: str,
    at: int | None,
    method: str,
    asked: Asked,
    size: int | None,
    replications: int,
    progress: bool,
) -> Sensitivity:
    """Morris or Sobol over the ranges of the assumptions: see :meth:`Study.sensitivity`."""
    problems: list[Problem] = []
    each = whole("replications", replications, problems, "4", least=2)
    groups = whole(
        "size", {"morris": 10, "sobol": 64}.get(method, 10) if size is None else size, problems, "16", least=4
    )
    if method not in METHODS:
        problems.append(unknown_name("method", method, METHODS, "a method"))
    elif method == "sobol" and groups & (groups - 1):
        problems.append(Problem("size", shown(size), "a power of two for Sobol points", "size=64"))
    if problems:
        raise InputError(_WHERE, problems)
    subject = Subject.of(plan, _WHERE, scenario, measure, at)
    found = assumptions_of(plan.authority, asked, _WHERE)
    if method == "sobol" and len(found.varied) > _MANY:
        rule = f"at most {_MANY} assumptions: each takes {groups} services more"
        fix = "name those that study.tornado() or method='morris' find important: assumptions=[...]"
        raise InputError(_WHERE, [Problem("assumptions", f"{len(found.varied)} of them", rule, fix)])
    seed = 1 + plan.seed % 2**31  # SALib takes 0 for none and then uses the luck of the whole process
    unit = design(method, len(found.varied), groups, seed)
    points_of = [dict(zip(found.paths, map(float, row), strict=True)) for row in found.at(unit)]
    same = [range(each)] * len(unit)
    ran = run_points(
        plan, worlds, subject.scenarios, points_of, same, progress=progress, what=f"sensitivity ({method})"
    )
    answers = np.full((len(unit), each), np.nan)
    errors = []
    for b, result in ran:
        if isinstance(result, InputError):
            errors.append(result)
        else:
            answers[b] = subject.taken(result, _WHERE)
    together = group_size(method, len(found.varied))
    whole_groups = np.isfinite(answers).all(axis=1).reshape(-1, together).all(axis=1)
    kept = np.repeat(whole_groups, together)
    if whole_groups.sum() < 2:
        fix = "narrower ranges: assumptions={'...': (low, high)}"
        raise InputError(_WHERE, [Problem("assumptions", "refused by the model", refusals(errors), fix)])
    table = effects(method, unit[kept], answers[kept].mean(axis=1), found.paths, seed)
    luck = _luck(answers[kept])
    refused = (int((~kept).sum()), refusals(errors))
    sentence = _sentence(table, subject, method, luck, int(kept.sum()), each, refused)
    return Sensitivity(sentence, table, subject, method, luck, int(kept.sum()), each, refused)


def _luck(answers: Floats) -> float:
    """Percent of a single world's variance, over the points, that is luck: shape ``(points, worlds)``."""
    luck = float(answers.var(axis=1, ddof=1).mean())
    rest = float(answers.mean(axis=1).var(ddof=1))
    return 100 * luck / (luck + rest) if luck + rest else float("nan")


def _sentence(
    table: pd.DataFrame,
    subject: Subject,
    method: str,
    luck: float,
    points: int,
    each: int,
    refused: tuple[int, str],
) -> str:
    name, parts = subject.measure, []
    for path, row in table.head(3).iterrows():
        if method == "morris":
            ends = (float(row["low"]), float(row["high"]))
            places = places_apart(name, [ends])
            size = f"{figure(name, float(row['effect']), places)} ({interval(name, *ends, places)})"
        else:
            size = (
                f"{plain(row['total'], 0)}% ({plain(row['total_low'], 0)}% to {plain(row['total_high'], 0)}%)"
            )
        parts.append(f"{path} {size}")
    what = (
        "mean absolute change when an assumption goes through its whole range"
        if method == "morris"
        else "percent of the variance due to an assumption, with all it does together with others"
    )
    said = (
        f"{subject.words()} rests most on {joined(parts)}: {what}, with its 95% interval "
        f"({plural(points, 'service')} of {plural(len(table), 'assumption')}, the same "
        f"{plural(each, 'world')} for all: "
        "conditional on their luck)."
    )
    if np.isfinite(luck):
        said += f" Of the variance of a single world over these services {plain(luck, 0)}% is luck."
    if refused[0]:
        said += (
            f" {plural(refused[0], 'service')} left out, as the model refused one of a group: {refused[1]}."
        )
    return said


def _problem(dimensions: int) -> dict[str, Any]:
    return {
        "num_vars": dimensions,
        "names": [str(i) for i in range(dimensions)],
        "bounds": [[0.0, 1.0]] * dimensions,
    }


def _needs_salib() -> None:
    try:
        import SALib  # noqa: F401
    except ImportError:
        raise ExtraMissing(
            "this needs the package SALib, which is not installed; install it with\n"
            '  pip install "workforce_sim[sensitivity]"\n'
            "study.tornado() needs nothing more and answers what one assumption at a time does"
        ) from None
