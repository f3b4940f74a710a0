"""Chance and assumptions: how much of what may happen is due to each (docs/studies.md, section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import InputError, Problem, shown, unknown_name
from workforce_sim.measures.paths import BY_NAME, PLACE
from workforce_sim.numbers import figure, interval, places_apart, plain, plural
from workforce_sim.samples import numbers, share, whole
from workforce_sim.study.arm import Plan
from workforce_sim.study.asked import measure_names, months_asked, scenario_asked
from workforce_sim.study.assumptions import Asked, Assumptions, assumptions_of
from workforce_sim.study.draws import latin_hypercube, refusals, run_points, sobol_points
from workforce_sim.study.intervals import joint_interval, mean_interval
from workforce_sim.study.questions.subject import Subject
from workforce_sim.study.verdict import verdict_of
from workforce_sim.study.worlds import Worlds

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from workforce_sim.study.questions.worth_knowing import WorthKnowing

Floats = npt.NDArray[np.float64]

#: How the draws are spread over the ranges.
METHODS = ("latin hypercube", "sobol")
_LEAST = 8  # draws: fewer say nothing about a spread


@dataclass(frozen=True)
class Shares:
    """How the variance of a single world splits.

    Attributes:
        chance: variance within a draw: what luck does.
        assumptions: variance between draws, without what luck adds to their means (not below 0).
        share: ``assumptions / (assumptions + chance)``; nan where nothing varies.
        low: lower end of the 95% interval of ``share``.
        high: upper end.
    """

    chance: float
    assumptions: float
    share: float
    low: float
    high: float


def shares(values: npt.ArrayLike, level: float = 0.95) -> Shares:
    """Split the variance of a single world into chance and assumptions.

    With ``s[b]^2`` the variance of the ``m`` worlds of draw b and ``Ybar[b]`` their mean: chance is mean
    ``s[b]^2``, assumptions are ``var Ybar[b] - chance / m``. The interval of the share is that of the
    intraclass correlation (F; Searle, Linear Models, ch. 9): exact if both parts are normal.

    Args:
        values: shape ``(draws, worlds)``, two of each or more.
        level: of the interval.

    Raises:
        InputError: values that are not such a table of finite numbers, or a wrong level.

    Example:
        >>> found = shares([[1.0, 3.0], [5.0, 7.0], [9.0, 11.0]])
        >>> found.chance, found.assumptions, round(found.share, 3)
        (2.0, 15.0, 0.882)
    """
    problems: list[Problem] = []
    table = numbers("values", values, problems, dimensions=(2,), least=2)
    level = share("level", level, problems, "0.95")
    if not problems and table.shape[1] < 2:
        problems.append(Problem("values", f"{table.shape[1]} worlds a draw", "two or more", "worlds=2"))
    if problems:
        raise InputError("shares", problems)
    from scipy.special import fdtri

    draws, m = table.shape
    chance = float(table.var(axis=1, ddof=1).mean())
    of_means = float(table.mean(axis=1).var(ddof=1))
    due = max(0.0, of_means - chance / m)
    if due + chance == 0:
        return Shares(0.0, 0.0, float("nan"), float("nan"), float("nan"))
    if chance == 0:
        return Shares(0.0, due, 1.0, 1.0, 1.0)
    ratio, tail = m * of_means / chance, (1 - level) / 2
    ends = []
    for p in (1 - tail, tail):
        f = ratio / float(fdtri(draws - 1, draws * (m - 1), p))
        ends.append(min(1.0, max(0.0, (f - 1) / (f + m - 1))))
    return Shares(chance, due, due / (due + chance), ends[0], ends[1])


def predictive(values: npt.ArrayLike, level: float = 0.9) -> tuple[float, float]:
    """Between which ends another world falls with this probability, chance and assumptions both.

    Quantiles of all worlds of all draws at ranks ``p (n + 1)``: with few draws the usual ones lie too near.

    Args:
        values: of single worlds, any shape.
        level: probability of the band.

    Example:
        >>> predictive(range(1, 20))
        (1.0, 19.0)
    """
    ends = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(np.asarray(values, dtype=np.float64), ends, method="weibull")
    return float(low), float(high)


@dataclass(frozen=True)
class Uncertainty:
    """What a study finds when its assumptions are drawn from their ranges: chance and assumptions.

    Attributes:
        plan: what was asked of which service.
        assumptions: what was varied, and what was not and why.
        drawn: values of the assumptions, shape ``(draws, assumptions)``.
        values: shape ``(scenarios, draws, worlds, measures, months + 1)``.
        refused: for every draw that the authority refused, why.
        method: how the draws were spread.
    """

    plan: Plan
    assumptions: Assumptions
    drawn: Floats
    values: Floats
    refused: tuple[str, ...] = ()
    method: str = METHODS[0]

    # -- looking ----------------------------------------------------------------------------

    @property
    def scenarios(self) -> list[str]:
        """Names of the scenarios; the first is what the others are compared with."""
        return list(self.plan.scenarios)

    @property
    def draws(self) -> pd.DataFrame:
        """The assumptions that were drawn, a row a draw, a column an assumption."""
        import pandas as pd

        return pd.DataFrame(self.drawn, columns=self.assumptions.paths).rename_axis("draw")

    def samples(self, measure: str, scenario: str) -> Floats:
        """The numbers of a measure in a scenario, shape ``(draws, worlds, months + 1)``.

        Raises:
            InputError: unknown measure or scenario.
        """
        (name,) = measure_names(measure)
        scenario_asked(scenario, self.scenarios, "Uncertainty.samples")
        return self.values[self.scenarios.index(scenario), :, :, PLACE[name]]

    def table(
        self, measures: str | Sequence[str] | None = None, at: int | Sequence[int] | None = None
    ) -> pd.DataFrame:
        """Every scenario at given months, chance and assumptions both in it.

        Args:
            measures: names; by default caseload, agency, turnover and cost.
            at: months since the start; by default the end of every year.

        Returns:
            A row a (measure, scenario, month). ``mean, low, high``: mean over what is plausible with its 95%
            interval from the averages of the draws. ``p5, p95``: nine worlds in ten lie between them (chance
            and assumptions). ``sd_chance, sd_assumptions``: spread that each alone gives a world.
            ``assumptions_share, share_low, share_high``: percent of a single world's variance that is due to
            the assumptions, with its 95% interval.

        Raises:
            InputError: unknown measure, or months outside the study.
        """
        import pandas as pd

        rows = []
        for name in measure_names(measures):
            for scenario in self.scenarios:
                for month in months_asked(at, self.plan.months):
                    found = _spread(self.samples(name, scenario)[:, :, month])
                    rows.append((name, scenario, month, *found))
        columns = ["measure", "scenario", "month", "mean", "low", "high", *_SPREAD]
        return pd.DataFrame(rows, columns=columns).set_index(["measure", "scenario", "month"])

    def compare(
        self,
        scenario: str | None = None,
        to: str | None = None,
        measures: str | Sequence[str] | None = None,
        at: int | Sequence[int] | None = None,
    ) -> pd.DataFrame:
        """The paired difference of a scenario from another: same assumptions, same luck.

        Args:
            scenario: a name of the study; by default the last.
            to: what it is compared with; by default the first.
            measures: names; by default caseload, agency, turnover and cost.
            at: months since the start; by default the end of every year.

        Returns:
            A row a (measure, month): ``difference, low, high`` (mean with a 95% interval from the averages of
            the draws, which holds for all months of a measure together), then as :meth:`table`, of the
            difference; ``better_in`` (percent of worlds, over all draws, in which the scenario is the better
            one) and ``verdict`` in words.

        Raises:
            InputError: unknown scenario or measure, or months outside the study.
        """
        import pandas as pd

        where = "Uncertainty.compare"
        ours = scenario_asked(self.scenarios[-1] if scenario is None else scenario, self.scenarios, where)
        theirs = scenario_asked(self.scenarios[0] if to is None else to, self.scenarios, where, "to")
        months, rows = months_asked(at, self.plan.months), []
        for name in measure_names(measures):
            paired = (self.samples(name, ours) - self.samples(name, theirs))[:, :, months]
            better = BY_NAME[name].better
            averages = paired.mean(axis=1)
            known = np.isfinite(averages).all(axis=0)
            ends = np.full((3, len(months)), np.nan)
            ends[:, known] = joint_interval(averages[:, known])
            for j, month in enumerate(months):
                mean, low, high = (float(x) for x in ends[:, j])
                gain = -paired[:, :, j] if better == "lower" else paired[:, :, j]
                wins = 100 * float(np.mean(gain > 0)) if better and known[j] and gain.any() else float("nan")
                verdict = verdict_of(mean, low, high, better)
                spread = _spread(paired[:, :, j])[3:]
                rows.append((name, month, mean, low, high, *spread, wins, verdict))
        columns = ["measure", "month", "difference", "low", "high", *_SPREAD, "better_in", "verdict"]
        return pd.DataFrame(rows, columns=columns).set_index(["measure", "month"])

    def sentence(self, measure: str = "caseload", scenario: str | None = None, at: int | None = None) -> str:
        """The answer in plain English for one measure, scenario and month: by default the last of each.

        Raises:
            InputError: unknown scenario or measure, or a month outside the study.
        """
        subject = Subject.of(self.plan, "Uncertainty.sentence", scenario, measure, at)
        at_month, name = [subject.month], subject.measure
        if subject.to is None:
            row = self.table(name, at_month).xs(subject.scenario, level="scenario").iloc[0]
            mean = float(row["mean"])
        else:
            row = self.compare(subject.scenario, subject.to, name, at_month).iloc[0]
            mean = float(row["difference"])
        low, high = float(row["low"]), float(row["high"])
        places = places_apart(name, [(low, high)])
        said = (
            f"{subject.words()}: {subject.amount(mean, places)} on average over what is plausible "
            f"(95% interval {interval(name, low, high, places)}; {plural(len(self.drawn), 'draw')} of "
            f"{plural(len(self.assumptions.varied), 'assumption')}, {self.values.shape[2]} worlds each). "
        )
        said += f"Nine worlds in ten lie between {figure(name, row['p5'], places)} and "
        said += f"{figure(name, row['p95'], places)} (chance and assumptions)."
        if np.isfinite(row["assumptions_share"]):
            said += (
                f" Of the variance of a single world {plain(row['assumptions_share'], 0)}% is due to the "
                f"assumptions (95% interval {plain(row['share_low'], 0)}% to "
                f"{plain(row['share_high'], 0)}%), the "
                "rest to chance; more worlds narrow only what chance does."
            )
        if self.refused:
            said += (
                f" {plural(len(self.refused), 'draw')} refused by the model and left out: {self.refused[0]}."
            )
        return said

    def __str__(self) -> str:
        return self.sentence()

    def plot(self, measure: str = "caseload", scenarios: Sequence[str] | None = None) -> Figure:
        """A fan chart in which the assumptions vary too: nine worlds in ten, and what chance alone does.

        Raises:
            InputError: unknown measure or scenario.
        """
        from workforce_sim.report.charts.uncertain import uncertain_chart

        (name,) = measure_names(measure)
        shown = [scenario_asked(s, self.scenarios, "Uncertainty.plot") for s in scenarios or self.scenarios]
        figure: Figure = uncertain_chart(self, name, shown)
        return figure

    def worth_knowing(
        self, value_gbp: float, measure: str = "caseload", at: int | None = None
    ) -> WorthKnowing:
        """What it is worth to learn an assumption before choosing, from these draws: see
        :meth:`Study.worth_knowing`.
        """  # noqa: D205
        from workforce_sim.study.questions.worth_knowing import worth_knowing

        return worth_knowing(self, value_gbp, measure, at)


_SPREAD = ("p5", "p95", "sd_chance", "sd_assumptions", "assumptions_share", "share_low", "share_high")


def _spread(values: Floats) -> tuple[float, ...]:
    """Mean with its interval, then what is called in ``_SPREAD``; nan where a world has no value."""
    if not np.isfinite(values).all():
        return (float("nan"),) * (3 + len(_SPREAD))
    mean, low, high = (float(x) for x in mean_interval(values.mean(axis=1)))
    p5, p95 = predictive(values)
    s = shares(values)
    parts = (float(np.sqrt(s.chance)), float(np.sqrt(s.assumptions)))
    return (mean, low, high, p5, p95, *parts, 100 * s.share, 100 * s.low, 100 * s.high)


def uncertain(
    plan: Plan,
    worlds: Worlds,
    draws: int,
    each: int,
    method: str,
    asked: Asked,
    progress: bool,
) -> Uncertainty:
    """Draw the assumptions and run every draw in worlds of its own: see :meth:`Study.uncertain`."""
    where = "Study.uncertain"
    problems: list[Problem] = []
    draws = whole("draws", draws, problems, "64", least=_LEAST)
    each = whole("worlds", each, problems, "2", least=2)
    if method not in METHODS:
        problems.append(unknown_name("method", method, METHODS, "how draws are spread"))
    elif method == "sobol" and draws & (draws - 1):
        below = 1 << (draws.bit_length() - 1)
        fix = f"draws={below} or draws={2 * below}"
        problems.append(Problem("draws", shown(draws), "a power of two for Sobol points", fix))
    if problems:
        raise InputError(where, problems)
    found = assumptions_of(plan.authority, asked, where)
    spread = sobol_points if method == "sobol" else latin_hypercube
    drawn = found.at(spread(draws, len(found.varied), plan.seed))
    points_of = [dict(zip(found.paths, map(float, row), strict=True)) for row in drawn]
    own = [range(b * each, (b + 1) * each) for b in range(draws)]
    scenarios = list(plan.scenarios)
    kept, values, refused = [], [], []
    ran = run_points(plan, worlds, scenarios, points_of, own, progress=progress, what="draws of assumptions")
    for b, result in ran:
        if isinstance(result, InputError):
            refused.append(refusals([result]))
        else:
            kept.append(b)
            values.append(result)
    if len(kept) < _LEAST:
        rule = f"ranges of which at least {_LEAST} draws are possible"
        raise InputError(where, [Problem("assumptions", f"{len(refused)} draws refused", rule, refused[0])])
    return Uncertainty(plan, found, drawn[kept], np.stack(values, axis=1), tuple(refused), method)
