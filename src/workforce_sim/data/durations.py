"""How long things last, as laws: fitted when some have not ended, and when others were found under way.

By maximum likelihood. A spell that is still going on is *censored*: it says "longer than this". One that was
under way when the list begins is *left-truncated*: it is there only because it had lasted until then, so
what it says is conditional on that. To leave out either is to be wrong: what began and ended in the time of
the list is too short, what was found under way too long. Of a list of open spells alone the ages are known,
and under a steady flow their density is S(a) / mean (Cox, Renewal Theory, 1962, ch. 5).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import InputError, Problem, WorkforceSimWarning, unknown_name
from workforce_sim.measures.survival import kaplan_meier
from workforce_sim.samples import Floats

#: Laws that can be fitted, in order of their number of parameters.
LAWS = ("exponential", "weibull", "gamma", "lognormal")

Law = Literal["exponential", "weibull", "gamma", "lognormal", "best"]

#: Fewest spells seen to end (or open spells, if only those are known) from which a law is fitted.
FEWEST = 5

_TINY = 1e-300
_STEP = 1e-4  # of the logarithm of a parameter, for second differences


@dataclass(frozen=True, slots=True)
class Fit:
    """A law fitted to spells.

    Attributes:
        law: one of :data:`LAWS`.
        scale: its scale, in the unit of the times: mean of an exponential, median of a lognormal.
        shape: shape of a Weibull or gamma law, sigma of a lognormal; 1 of an exponential.
        mean: mean length.
        mean_error: its standard error, by the delta method; nan if the spells do not determine it.
        cv: standard deviation / mean.
        log_likelihood: at the maximum.
        spells: how many there were.
        ended: how many of them ended.
    """

    law: str
    scale: float
    shape: float
    mean: float
    mean_error: float
    cv: float
    log_likelihood: float
    spells: int
    ended: int

    @property
    def aic(self) -> float:
        """Akaike's criterion: the lower, the better a law fits for its number of parameters."""
        return 2 * (1 + (self.law != "exponential")) - 2 * self.log_likelihood

    def lasting(self, times: npt.ArrayLike) -> Floats:
        """The share that lasts longer than each time, S(t)."""
        at = np.asarray(times, dtype=np.float64)
        found: Floats = np.exp(_log_survival(self.law, at, self.scale, self.shape))
        return found

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Interval of the mean, on the scale of its logarithm."""
        from scipy.special import ndtri

        away = math.exp(float(ndtri(0.5 + level / 2)) * self.mean_error / self.mean)
        return self.mean / away, self.mean * away


def fit(
    times: npt.ArrayLike, ended: npt.ArrayLike, entry: npt.ArrayLike | None = None, law: Law = "best"
) -> Fit:
    """Fit a law to spells of which some are still going on and some were found under way.

    The log-likelihood is the sum over the ended of log f(t), over the others of log S(t), less that of log
    S(entry) over all.

    Args:
        times: how long each spell had lasted when it ended or was last seen, more than 0.
        ended: for each, whether it ended (True) or was still going on (False).
        entry: how long each had lasted when it came under observation; None: all from their start.
        law: one of :data:`LAWS`, or ``"best"``: that of the lowest AIC.

    Raises:
        InputError: lists that do not fit together, or fewer than 5 spells that ended.

    Example:
        >>> found = fit([2, 3, 5, 7, 11, 12, 12], [1, 1, 1, 1, 1, 0, 0], law="exponential")
        >>> found.mean  # 52 in all / 5 that ended
        10.4
    """
    lasted, happened, entered = _checked("fit", times, ended, entry)
    if happened.sum() < FEWEST:
        rule = f"at least {FEWEST} spells that ended"
        fix = "a list over a longer time, or fit_open for a list of open spells alone"
        raise InputError("fit", [Problem("ended", f"{int(happened.sum())} ended", rule, fix)])

    def likelihood(name: str, scale: float, shape: float) -> float:
        ends = _log_density(name, lasted[happened], scale, shape).sum()
        still = _log_survival(name, lasted[~happened], scale, shape).sum()
        return float(ends + still - _log_survival(name, entered[entered > 0], scale, shape).sum())

    start = float((lasted - entered).sum() / happened.sum())
    return _fitted("fit", likelihood, start, law, len(lasted), int(happened.sum()))


def fit_open(ages: npt.ArrayLike, law: Law = "best") -> Fit:
    """Fit a law to the ages of everything open on a day, under a steady flow: their density is S(a) / mean.

    Much weaker than spells that were seen to end: use it when there is nothing else.

    Args:
        ages: how long each open spell has lasted, more than 0.
        law: one of :data:`LAWS`, or ``"best"``.

    Raises:
        InputError: ages that are not positive numbers, or fewer than 5.

    Example:
        >>> round(fit_open([1, 4, 9, 16, 30], law="exponential").mean, 6)  # the age of what has no memory
        12.0
    """
    lasted, _, _ = _checked("fit_open", ages, np.zeros(np.size(np.asarray(ages, dtype=object)), bool), None)
    if len(lasted) < FEWEST:
        rule = f"at least {FEWEST} open spells"
        raise InputError("fit_open", [Problem("ages", f"{len(lasted)} spells", rule, "a longer list")])

    def likelihood(name: str, scale: float, shape: float) -> float:
        mean = _moments(name, scale, shape)[0]
        return float(_log_survival(name, lasted, scale, shape).sum() - len(lasted) * math.log(mean))

    return _fitted("fit_open", likelihood, float(lasted.mean()), law, len(lasted), 0)


@dataclass(frozen=True, slots=True)
class Band:
    """A constant rate over a band of lengths: endings / time at risk there.

    Attributes:
        start: of the band.
        end: of the band; infinity for the last.
        ended: how many ended in it.
        at_risk: time under observation in it, of all.
        rate: endings per unit of time; nan if nobody was there.
        error: its standard error, rate / sqrt(ended); nan if none ended.
    """

    start: float
    end: float
    ended: int
    at_risk: float
    rate: float
    error: float


def rates_by_band(
    times: npt.ArrayLike, ended: npt.ArrayLike, entry: npt.ArrayLike | None, starts: Sequence[float]
) -> tuple[Band, ...]:
    """The rate of ending by band of length: the maximum likelihood of a rate constant in each band.

    Args:
        times: as for :func:`fit`.
        ended: as for :func:`fit`.
        entry: as for :func:`fit`.
        starts: where the bands begin, the first at 0, increasing.

    Raises:
        InputError: lists that do not fit together.

    Example:
        >>> bands = rates_by_band([2, 3, 8], [1, 0, 1], [0, 1, 4], (0, 5))
        >>> [(b.ended, b.at_risk, b.rate) for b in bands]
        [(1, 5.0, 0.2), (1, 3.0, 0.3333333333333333)]
    """
    lasted, happened, entered = _checked("rates_by_band", times, ended, entry)
    found = []
    for start, end in zip(starts, [*starts[1:], math.inf], strict=True):
        there = np.clip(lasted, start, end) - np.clip(entered, start, end)
        number = int((happened & (lasted > start) & (lasted <= end)).sum())
        at_risk = float(there.sum())
        rate = number / at_risk if at_risk else math.nan
        error = rate / math.sqrt(number) if number else math.nan
        found.append(Band(float(start), float(end), number, at_risk, rate, error))
    return tuple(found)


def _checked(
    where: str, times: npt.ArrayLike, ended: npt.ArrayLike, entry: npt.ArrayLike | None
) -> tuple[Floats, npt.NDArray[np.bool_], Floats]:
    """The spells as arrays; what is wrong with them is what is wrong for Kaplan and Meier."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WorkforceSimWarning)  # a law needs no unbroken risk set
        try:
            kaplan_meier(times, ended, entry)
        except InputError as error:
            raise InputError(where, error.problems) from None
    lasted = np.asarray(times, dtype=np.float64)
    entered = np.zeros(len(lasted)) if entry is None else np.asarray(entry, dtype=np.float64)
    return lasted, np.asarray(ended).astype(bool), entered


def _fitted(
    where: str,
    likelihood: Callable[[str, float, float], float],
    start: float,
    law: str,
    spells: int,
    ended: int,
) -> Fit:
    """The law asked for, or that of the lowest AIC."""
    if law != "best" and law not in LAWS:
        raise InputError(where, [unknown_name("law", law, [*LAWS, "best"], "a law")])
    names = LAWS if law == "best" else (law,)
    fits = [_one(likelihood, name, start, spells, ended) for name in names]
    return min(fits, key=lambda one: one.aic)


def _one(
    likelihood: Callable[[str, float, float], float], law: str, start: float, spells: int, ended: int
) -> Fit:
    """One law at its maximum, with the error of its mean from the curvature there."""
    from scipy.optimize import minimize

    free = 1 if law == "exponential" else 2

    def cost(logs: Any) -> float:
        """The negative log-likelihood of the logarithms of the parameters."""
        logs = np.clip(logs, -40, 40)
        with np.errstate(all="ignore"):
            value = -likelihood(law, math.exp(logs[0]), math.exp(logs[1]) if free == 2 else 1.0)
        return value if math.isfinite(value) else 1e300

    logs = np.array([math.log(start)])  # of an exponential law this is the maximum: time at risk / endings
    if free == 2:
        options: Any = {"xatol": 1e-8, "fatol": 1e-10, "maxiter": 4000}
        best = minimize(cost, np.array([logs[0], 0.0]), method="Nelder-Mead", options=options)
        logs = np.asarray(best.x, dtype=np.float64)
    scale = math.exp(logs[0]) if free == 2 else start
    shape = math.exp(logs[1]) if free == 2 else 1.0
    mean, cv = _moments(law, scale, shape)
    return Fit(law, scale, shape, mean, _mean_error(cost, logs, law), cv, -cost(logs), spells, ended)


def _mean_error(cost: Callable[[Any], float], logs: Floats, law: str) -> float:
    """Standard error of the mean: gradient of the mean, inverse of the second differences of the cost."""
    n = len(logs)
    steps = np.eye(n) * _STEP
    curvature = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            a, b = steps[i], steps[j]
            four = cost(logs + a + b) - cost(logs + a - b) - cost(logs - a + b) + cost(logs - a - b)
            curvature[i, j] = four / (4 * _STEP**2)

    def mean(at: Floats) -> float:
        return _moments(law, math.exp(at[0]), math.exp(at[1]) if n == 2 else 1.0)[0]

    gradient = np.array([(mean(logs + a) - mean(logs - a)) / (2 * _STEP) for a in steps])
    try:
        variance = float(gradient @ np.linalg.solve(curvature, gradient))
    except np.linalg.LinAlgError:
        return math.nan
    return math.sqrt(variance) if variance > 0 else math.nan


def _moments(law: str, scale: float, shape: float) -> tuple[float, float]:
    """Mean and coefficient of variation."""
    if law == "weibull":
        first, second = math.lgamma(1 + 1 / shape), math.lgamma(1 + 2 / shape)
        return scale * _exp(first), math.sqrt(max(0.0, _exp(second - 2 * first) - 1))
    if law == "gamma":
        return scale * shape, shape**-0.5
    if law == "lognormal":
        return scale * _exp(shape**2 / 2), math.sqrt(max(0.0, _exp(shape**2) - 1))
    return scale, 1.0


def _exp(power: float) -> float:
    return math.exp(min(power, 700.0))


def _log_survival(law: str, times: Floats, scale: float, shape: float) -> Floats:
    """Log of the share that lasts longer."""
    from scipy.special import gammaincc, log_ndtr

    x = times / scale
    found: Floats
    if law == "weibull":
        found = -(x**shape)
    elif law == "gamma":
        found = np.log(np.maximum(gammaincc(shape, x), _TINY))
    elif law == "lognormal":
        found = log_ndtr(-np.log(np.maximum(x, _TINY)) / shape)
    else:
        found = -x
    return found


def _log_density(law: str, times: Floats, scale: float, shape: float) -> Floats:
    """Log of the density."""
    x = times / scale
    logs = np.log(x)
    found: Floats
    if law == "weibull":
        found = math.log(shape / scale) + (shape - 1) * logs - x**shape
    elif law == "gamma":
        found = (shape - 1) * logs - x - math.lgamma(shape) - math.log(scale)
    elif law == "lognormal":
        found = -0.5 * (logs / shape) ** 2 - logs - math.log(shape * scale * math.sqrt(2 * math.pi))
    else:
        found = -x - math.log(scale)
    return found


__all__ = ["FEWEST", "LAWS", "Band", "Fit", "fit", "fit_open", "rates_by_band"]
