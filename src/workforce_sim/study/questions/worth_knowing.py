"""What it is worth to learn an assumption before choosing (EVPPI by regression over the draws)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import month_in_words
from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.numbers import plural
from workforce_sim.samples import above, numbers
from workforce_sim.study.questions.answer import Answer
from workforce_sim.study.questions.subject import Subject

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from workforce_sim.study.questions.uncertain import Uncertainty

Floats = npt.NDArray[np.float64]

_WHERE = "Study.worth_knowing"
_DEGREE = 3  # of the polynomials: with some dozens of draws more would fit luck
_SHUFFLES = 200
_RESAMPLES = 200


class Evppi(NamedTuple):
    """What it is worth to learn one number before choosing.

    Attributes:
        worth: the expected gain, in the unit of the benefits; 0 or more.
        low: lower end of the 95% interval (draws resampled).
        high: upper end.
    """

    worth: float
    low: float
    high: float


def evppi(known: npt.ArrayLike, benefits: npt.ArrayLike, seed: int = 1) -> Evppi:
    """Expected value of learning one number exactly before choosing between options.

    ``E[max over options of E(benefit | number)] - max over options of E(benefit)``, with the inner mean by
    regression of the benefits on the number over draws (Strong, Oakley and Brennan 2014): a polynomial of the
    degree, 0 to 3, whose leave-one-out error is least. Degree 0: nothing is learnt, exactly 0. The choice
    among options is biased upwards a little by the noise of the regression; the interval is of resampled
    draws.

    Args:
        known: the number in each draw, shape ``(draws,)``.
        benefits: of each option in each draw, shape ``(draws, options)``; noise that belongs to no assumption
            may be in it.
        seed: of the resampling.

    Raises:
        InputError: tables that do not fit together, fewer than 8 draws, or numbers that are not finite.

    Example:
        >>> theta = [-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5]
        >>> round(evppi(theta, [[0.0, t] for t in theta]).worth, 6)  # mean of (0.5 + 1.5 + 2.5 + 3.5) / 8
        1.0
    """
    problems: list[Problem] = []
    x = numbers("known", known, problems, least=8)
    table = numbers("benefits", benefits, problems, dimensions=(2,), least=8)
    if not problems and len(x) != len(table):
        fix = "one row of benefits for each draw"
        problems.append(Problem("benefits", f"{len(table)} rows", f"as many as draws: {len(x)}", fix))
    if problems:
        raise InputError("evppi", problems)
    generator = np.random.default_rng([seed, 23])
    rows = generator.integers(0, len(x), (_RESAMPLES, len(x)))
    worth = float(_worth(x, table))
    low, high = np.quantile(_worth(x[rows], table[rows]), [0.025, 0.975])
    return Evppi(worth, min(worth, float(low)), max(worth, float(high)))


def _worth(x: Floats, benefits: Floats) -> Floats:
    """The estimate itself, for tables one upon another: ``(..., draws)`` and ``(..., draws, options)``."""
    fitted = _fitted(x, benefits)
    gain = fitted.max(axis=-1).mean(axis=-1) - fitted.mean(axis=-2).max(axis=-1)
    return np.asarray(np.maximum(0.0, gain), dtype=np.float64)


def _fitted(x: Floats, benefits: Floats) -> Floats:
    """Benefits expected at each x: of each option the polynomial that predicts left-out draws best."""
    low, span = x.min(axis=-1, keepdims=True), np.ptp(x, axis=-1, keepdims=True)
    scaled = np.divide(x - low, span, out=np.zeros_like(x), where=span > 0) * 2 - 1
    basis, corner = np.linalg.qr(np.polynomial.legendre.legvander(scaled, _DEGREE))
    # a number that has few values has few polynomials: the others are rounding and are left out
    real = np.abs(np.diagonal(corner, axis1=-2, axis2=-1)) > 1e-9 * np.sqrt(x.shape[-1])
    basis = basis * np.logical_and.accumulate(real, axis=-1)[..., None, :]
    fit, leverage = np.zeros_like(benefits), np.zeros_like(x)
    found = np.zeros_like(benefits)
    best = np.full((*benefits.shape[:-2], 1, benefits.shape[-1]), np.inf)
    for degree in range(_DEGREE + 1):
        column = basis[..., degree, None]
        fit = fit + column * (column * benefits).sum(axis=-2, keepdims=True)
        leverage = leverage + column[..., 0] ** 2
        without = (benefits - fit) / np.maximum(1 - leverage, 1e-9)[..., None]
        left_out = (without**2).sum(axis=-2, keepdims=True)
        better = left_out < best * (1 - 1e-9)
        found, best = np.where(better, fit, found), np.where(better, left_out, best)
    return found


def noise_level(drawn: Floats, benefits: Floats, seed: int = 1) -> float:
    """What the largest of all worths would be in 95% of cases if no assumption mattered: draws shuffled."""
    generator = np.random.default_rng([seed, 29])
    orders = generator.permuted(np.tile(np.arange(len(benefits)), (_SHUFFLES, 1)), axis=1)
    shuffled = benefits[orders]
    largest = np.zeros(_SHUFFLES)
    for column in drawn.T:
        largest = np.maximum(largest, _worth(np.broadcast_to(column, orders.shape), shuffled))
    return float(np.quantile(largest, 0.95))


@dataclass(frozen=True)
class WorthKnowing(Answer):
    """What it is worth to learn each assumption before choosing a scenario.

    Attributes:
        table: a row an assumption, the one most worth learning first: ``worth_gbp, low, high`` (95% interval,
            draws resampled), ``above_noise``: whether it is more than the largest worth that shuffled draws
            give in 95% of cases; ``unit`` and ``evidence`` of the assumption.
        subject: the measure and month; pounds a unit of it are in ``value_gbp``.
        value_gbp: pounds that an improvement of the measure by one unit is worth.
        benefits: mean net benefit of each scenario beside the first, in pounds.
        choice: the scenario that is best with what is known now.
        everything_gbp: learning all assumptions is worth at most this (chance is in it, so it is too high).
        noise_gbp: see ``above_noise``.
        draws: how many.
    """

    subject: Subject
    value_gbp: float
    benefits: dict[str, float]
    choice: str
    everything_gbp: float
    noise_gbp: float
    draws: int

    def plot(self) -> Figure:
        """A bar for each of the assumptions most worth learning."""
        from workforce_sim.report.charts.assumptions import worth_knowing_chart

        figure: Figure = worth_knowing_chart(self)
        return figure


def worth_knowing(found: Uncertainty, value_gbp: float, measure: str, at: int | None) -> WorthKnowing:
    """EVPPI of every assumption from the draws of a study: see :meth:`Study.worth_knowing`."""
    import pandas as pd

    problems: list[Problem] = []
    value = above("value_gbp", value_gbp, problems, "100_000")
    names = found.scenarios
    if len(names) < 2:
        rule = "two scenarios or more: there is nothing to choose"
        problems.append(Problem("scenarios", shown(names), rule, "add one to the study"))
    if problems:
        raise InputError(_WHERE, problems)
    subject = Subject.of(found.plan, _WHERE, names[-1], measure, at)
    if not subject.what.better:
        rule = "a measure of which more or less is better"
        raise InputError(_WHERE, [Problem("measure", shown(measure), rule, "measure='caseload'")])
    gain = np.stack([_improvement(found, subject, name) for name in names], axis=1)
    cost = np.stack([_difference(found, "cost_to_date_gbp", name, subject.month) for name in names], axis=1)
    benefits = value * gain - cost
    seed = found.plan.seed
    each = [evppi(column, benefits, seed) for column in found.drawn.T]
    noise = noise_level(found.drawn, benefits, seed)
    rows = [
        (a.path, *e, e.worth > noise, a.unit, a.evidence)
        for a, e in zip(found.assumptions.varied, each, strict=True)
    ]
    columns = ["assumption", "worth_gbp", "low", "high", "above_noise", "unit", "evidence"]
    table = pd.DataFrame(rows, columns=columns).set_index("assumption")
    table = table.sort_values("worth_gbp", ascending=False, kind="stable")
    means = dict(zip(names, (float(x) for x in benefits.mean(axis=0)), strict=True))
    choice = max(means, key=lambda name: means[name])
    everything = float(benefits.max(axis=1).mean()) - means[choice]
    sentence = _sentence(table, subject, value, means, choice, everything, noise, len(benefits))
    return WorthKnowing(sentence, table, subject, value, means, choice, everything, noise, len(benefits))


def _difference(found: Uncertainty, measure: str, scenario: str, month: int) -> Floats:
    """Mean paired difference from the first scenario, draw by draw."""
    ours, theirs = (found.samples(measure, name)[:, :, month] for name in (scenario, found.scenarios[0]))
    return np.asarray((ours - theirs).mean(axis=1), dtype=np.float64)


def _improvement(found: Uncertainty, subject: Subject, scenario: str) -> Floats:
    sign = -1.0 if subject.what.better == "lower" else 1.0
    change = _difference(found, subject.measure, scenario, subject.month)
    if not np.isfinite(change).all():
        rule = "a month at which the measure has a value in every world"
        raise InputError(_WHERE, [Problem("at", str(subject.month), rule, "a later month")])
    return sign * change


def _gbp(x: float) -> str:
    """Pounds to two figures, for what is not known better."""
    if not x:
        return "£0"
    from workforce_sim.numbers import plain

    places = 1 - int(np.floor(np.log10(abs(x))))
    return ("−" if x < 0 else "") + f"£{plain(abs(x), min(0, places))}"


def _sentence(
    table: pd.DataFrame,
    subject: Subject,
    value: float,
    means: dict[str, float],
    choice: str,
    everything: float,
    noise: float,
    draws: int,
) -> str:
    said = (
        f"With {_gbp(value)} for each improvement of {subject.what.label.lower()} by one "
        f"({subject.what.unit}) in {month_in_words(subject.date)}, “{choice}” is best on what is known now "
        f"(net benefit {_gbp(means[choice])} beside “{next(iter(means))}”). "
    )
    first = table.iloc[0]
    if not table["above_noise"].any():
        said += f"No assumption is worth learning by more than noise ({_gbp(noise)}) before choosing"
    else:
        said += (
            f"Most worth learning before choosing is {first.name}: {_gbp(float(first['worth_gbp']))} (95% "
            "interval "
            f"{_gbp(float(first['low']))} to {_gbp(float(first['high']))}); below {_gbp(noise)} a worth "
            "cannot be "
            "told from noise"
        )
    said += f". Learning all of them is worth at most {_gbp(everything)} ({plural(draws, 'draw')})."
    return said
