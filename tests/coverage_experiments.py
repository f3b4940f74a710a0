"""How often intervals hold what they promise, by experiment: run as a module, it prints a table.

Every experiment draws worlds whose answer is known, asks the library for an interval, and counts how often
the answer is inside. What is expected is exact where it is stated as one number; a range is what theory or
independent measurements allow. Those that must fail (controls) show that the others could.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from workforce_sim.measures.paths import MEASURES
from workforce_sim.measures.survival import kaplan_meier
from workforce_sim.study.beyond_means import quantile_interval, ratio_interval, wilson_interval
from workforce_sim.study.dunnett import dunnett_intervals
from workforce_sim.study.enough import Enough
from workforce_sim.study.intervals import bonferroni_interval, joint_interval, mean_interval
from workforce_sim.study.precision import Precision, progress
from workforce_sim.study.selection import select_best
from workforce_sim.study.tails import tail_mean

Floats = npt.NDArray[np.float64]

#: Whether the answer was inside, one for each experiment, drawn from a generator.
Hits = Callable[[np.random.Generator, int], npt.NDArray[np.bool_]]


@dataclass(frozen=True)
class Experiment:
    """An interval, the world it is tried on, and how often it should hold.

    Attributes:
        name: what is measured.
        hits: does it.
        low, high: coverage must lie between them (the same number twice: must be it).
        runs: experiments of a test.
        slow: whether that takes more than about five seconds.
        control: whether it must not hold at 95%.
        seed: of its luck.
    """

    name: str
    hits: Hits
    low: float
    high: float
    runs: int
    slow: bool = False
    control: bool = False
    seed: int = 1

    def coverage(self, runs: int | None = None) -> float:
        """The share of so many experiments in which the answer was inside."""
        n = runs or self.runs
        found = self.hits(np.random.default_rng([self.seed, 20_261_122]), n)
        assert found.shape == (n,)
        return float(found.mean())

    def tolerance(self, coverage: float) -> float:
        """Four binomial standard errors of the experiments of a test, if this is the coverage."""
        return 4 * math.sqrt(coverage * (1 - coverage) / self.runs)


def one_by_one(once: Callable[[np.random.Generator], bool]) -> Hits:
    """Experiments in turn, from one generator."""
    return lambda rng, n: np.array([once(rng) for _ in range(n)], dtype=bool)


# ---- Means -----------------------------------------------------------------------------------------------


def replications(n: int) -> Hits:
    """The t interval of n normal replications."""

    def hits(rng: np.random.Generator, runs: int) -> npt.NDArray[np.bool_]:
        _, low, high = mean_interval(rng.normal(10, 1, (n, runs)))
        inside: npt.NDArray[np.bool_] = (low <= 10) & (high >= 10)
        return inside

    return hits


def skewed(rng: np.random.Generator, runs: int) -> npt.NDArray[np.bool_]:
    """The t interval of 20 exponential replications, whose mean is 1."""
    _, low, high = mean_interval(rng.exponential(1, (20, runs)))
    inside: npt.NDArray[np.bool_] = (low <= 1) & (high >= 1)
    return inside


#: What scenario i adds on average; scenario 0 is the baseline.
ADDS = np.arange(6) / 10


def arms(rng: np.random.Generator, correlation: float, n: int = 20) -> Floats:
    """Outputs of a baseline and five scenarios under luck that is shared so far, shape (n, 6)."""
    shared = rng.standard_normal((n, 1)) * math.sqrt(correlation)
    own = rng.standard_normal((n, 6)) * math.sqrt(1 - correlation)
    found: Floats = ADDS + shared + own
    return found


def paired(rng: np.random.Generator, runs: int) -> npt.NDArray[np.bool_]:
    """The t interval of the difference of two scenarios under shared luck."""
    pairs = np.stack([arms(rng, 0.9)[:, [0, 3]] for _ in range(runs)], axis=2)
    _, low, high = mean_interval(pairs[:, 1] - pairs[:, 0])
    inside: npt.NDArray[np.bool_] = (low <= ADDS[3]) & (high >= ADDS[3])
    return inside


Interval = Callable[[Floats], tuple[Floats, Floats, Floats]]


def all_five(interval: Interval, correlation: float = 0.9) -> Hits:
    """All five paired differences from the baseline inside their intervals."""

    def once(rng: np.random.Generator) -> bool:
        outputs = arms(rng, correlation)
        _, low, high = interval(outputs[:, 1:] - outputs[:, [0]])
        return bool(((low <= ADDS[1:]) & (ADDS[1:] <= high)).all())

    return one_by_one(once)


def five_apart(interval: Interval) -> Hits:
    """Five differences that have nothing to do with each other, all inside."""

    def once(rng: np.random.Generator) -> bool:
        _, low, high = interval(rng.standard_normal((20, 5)))
        return bool(((low <= 0) & (high >= 0)).all())

    return one_by_one(once)


def dunnett(correlation: float) -> Hits:
    """Five scenarios beside their control by Dunnett's intervals."""

    def once(rng: np.random.Generator) -> bool:
        outputs = arms(rng, correlation)
        found = dunnett_intervals(outputs[:, 0], {str(i): outputs[:, i] for i in range(1, 6)})
        return all(found[str(i)].low <= ADDS[i] <= found[str(i)].high for i in range(1, 6))

    return one_by_one(once)


#: Weeks of a path, and how much of one week's luck is the next one's.
WEEKS, MEMORY = 104, 0.97
_STEPS = np.linalg.cholesky(MEMORY ** np.abs(np.subtract.outer(np.arange(WEEKS), np.arange(WEEKS))))


def weeks_of_one_run(rng: np.random.Generator, runs: int) -> npt.NDArray[np.bool_]:
    """What a t interval must not be given: the weeks of one run, as if each were a replication."""
    _, low, high = mean_interval(_STEPS @ rng.standard_normal((WEEKS, runs)))
    inside: npt.NDArray[np.bool_] = (low <= 0) & (high >= 0)
    return inside


def whole_path(interval: Interval) -> Hits:
    """The mean path of 104 weeks inside its band in every week, from 40 replications."""

    def once(rng: np.random.Generator) -> bool:
        _, low, high = interval(rng.standard_normal((40, WEEKS)) @ _STEPS.T)
        return bool(((low <= 0) & (high >= 0)).all())

    return one_by_one(once)


# ---- Not means -------------------------------------------------------------------------------------------


def quantile(n: int, p: float) -> Hits:
    """The p quantile of a skewed law from n replications."""
    answer = stats.lognorm(0.8).ppf(p)

    def once(rng: np.random.Generator) -> bool:
        found = quantile_interval(rng.lognormal(0, 0.8, n), p)
        return bool(found.low <= answer <= found.high)

    return one_by_one(once)


def covered_ranks(n: int, p: float, low: int, high: int) -> float:
    """How often a quantile lies between two order statistics of a continuous law: exact."""
    return float(stats.binom.cdf(high - 1, n, p) - stats.binom.cdf(low - 1, n, p))


def wilson(n: int, p: float) -> Hits:
    """A probability from n worlds."""
    inside = np.array([(found := wilson_interval(k, n)).low <= p <= found.high for k in range(n + 1)])
    return lambda rng, runs: inside[rng.binomial(n, p, runs)]


def wilson_exact(n: int, p: float) -> float:
    """How often Wilson's interval, by its equation, holds p: a sum over numbers of successes."""
    k = np.arange(n + 1)
    z = stats.norm.ppf(0.975)
    return float(stats.binom.pmf(k, n, p)[(k / n - p) ** 2 <= z**2 * p * (1 - p) / n].sum())


def wald(n: int, p: float) -> Hits:
    """What is often used instead: k/n +- 1.96 standard errors."""
    share = np.arange(n + 1) / n
    inside = np.abs(share - p) <= stats.norm.ppf(0.975) * np.sqrt(share * (1 - share) / n)
    return lambda rng, runs: inside[rng.binomial(n, p, runs)]


def waiting_per_child(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Days waited and children of 30 worlds; busier worlds wait longer; 2.5 days a child on average.

    E[children] = 100, E[days] = E[children^2] / 40 = (100 + 100^2 - 100 + 100) / 40 by a Poisson number.
    """
    children = rng.poisson(100, 30).astype(float)
    return children**2 / 40 * rng.gamma(4, 1 / 4, 30), children


ANSWER = (100**2 + 100) / 40 / 100


@one_by_one
def ratio(rng: np.random.Generator) -> bool:
    """Days per child by the jackknife."""
    found = ratio_interval(*waiting_per_child(rng))
    return found.low <= ANSWER <= found.high


@one_by_one
def survival(rng: np.random.Generator) -> bool:
    """The share of 100 exponential spells, a third censored, that lasts longer than 7 of mean 10."""
    lasts, seen = rng.exponential(10, 100), rng.uniform(0, 30, 100)
    found = kaplan_meier(np.minimum(lasts, seen), lasts <= seen)
    i = int(np.searchsorted(found.times, 7.0, side="right")) - 1
    low, high = found.interval()
    return bool(low[i] <= math.exp(-0.7) <= high[i])


# ---- Procedures ------------------------------------------------------------------------------------------


def stopping(cv: float, precision: float, look_ahead: float) -> Hits:
    """The t interval at the replication at which Hoad's rule stops."""
    asked = Precision(relative=precision, look_ahead=look_ahead)

    def once(rng: np.random.Generator) -> bool:
        samples = rng.normal(10, 10 * cv, 60)
        while (n := asked.reached(samples)) is None:
            samples = np.concatenate([samples, rng.normal(10, 10 * cv, len(samples))])
        mean, half = progress(samples[:n])
        return bool(abs(mean[-1] - 10) <= half[-1])

    return one_by_one(once)


def enough(correlation: float, answer: str) -> Hits:
    """The mean of a scenario, or its difference from another, when a study has enough worlds."""
    asked = Enough(measures=("caseload",), mean=0.05, difference=0.02, most=2000)
    place = [m.name for m in MEASURES].index("caseload")

    def once(rng: np.random.Generator) -> bool:
        shared = rng.standard_normal(600) * math.sqrt(correlation)
        own = rng.standard_normal((2, 600)) * math.sqrt(1 - correlation)
        caseload = np.array([[16.0], [15.0]]) + 3 * (shared + own)
        values = np.zeros((2, 600, place + 1, 1))
        values[:, :, place, 0] = caseload
        n = asked.reached(values, ["nothing", "posts"])
        assert n is not None
        samples, truth = (caseload[1], 15.0) if answer == "mean" else (caseload[1] - caseload[0], -1.0)
        _, low, high = mean_interval(samples[:n])
        return bool(low <= truth <= high)

    return one_by_one(once)


def worst_tenth(law: str, n: int) -> Hits:
    """The mean of the worst tenth of n worlds; of the normal and the exponential law it is known."""
    truth = {"normal": stats.norm.pdf(stats.norm.ppf(0.9)) / 0.1, "exponential": 1 - math.log(0.1)}[law]

    def once(rng: np.random.Generator) -> bool:
        _, low, high = tail_mean(rng.normal(size=n) if law == "normal" else rng.exponential(size=n))
        return bool(low <= truth <= high)

    return one_by_one(once)


def selection(correlation: float) -> Hits:
    """The best of five, ahead of four equal ones by exactly half a standard deviation, is selected."""
    means = np.array([0.5, 0.0, 0.0, 0.0, 0.0])

    def once(rng: np.random.Generator) -> bool:
        def replicate(r: int, left: tuple[int, ...]) -> Floats:
            shared = rng.standard_normal() * math.sqrt(correlation)
            own = rng.standard_normal(5) * math.sqrt(1 - correlation)
            found: Floats = (means + shared + own)[list(left)]
            return found

        found = select_best(replicate, 5, 0.5, better="higher")
        return found.decided and found.best == 0

    return one_by_one(once)


def first_look(rng: np.random.Generator, runs: int) -> npt.NDArray[np.bool_]:
    """What is often done instead: twenty worlds each, and the largest mean is called the best."""
    means = np.array([0.5, 0.0, 0.0, 0.0, 0.0]) + rng.standard_normal((runs, 5)) / math.sqrt(20)
    best: npt.NDArray[np.bool_] = means.argmax(axis=1) == 0
    return best


def exact(name: str, hits: Hits, coverage: float, runs: int, slow: bool = False) -> Experiment:
    """An experiment whose coverage theory knows."""
    return Experiment(name, hits, coverage, coverage, runs, slow)


EXPERIMENTS = [
    exact("t interval, 20 replications", replications(20), 0.95, 20_000),
    exact("t interval, 3 replications", replications(3), 0.95, 20_000),
    Experiment("t interval, 20 exponential replications (skewed)", skewed, 0.0, 0.95, 20_000, control=True),
    exact("t interval of a paired difference, 20 worlds", paired, 0.95, 10_000),
    Experiment("t interval of 104 weeks of one run", weeks_of_one_run, 0.0, 0.95, 10_000, control=True),
    exact("Bonferroni, 5 unrelated differences", five_apart(bonferroni_interval), 0.99**5, 8000),
    Experiment(
        "Bonferroni, 5 scenarios beside one baseline", all_five(bonferroni_interval), 0.95, 0.97, 8000
    ),
    Experiment("each on its own, 5 scenarios", all_five(mean_interval), 0.0, 0.95, 8000, control=True),
    Experiment("sup-t, 5 scenarios beside one baseline", all_five(joint_interval), 0.93, 0.955, 1500, True),
    exact("Dunnett, 5 scenarios with separate luck", dunnett(0.0), 0.95, 2000, True),
    Experiment("Dunnett, 5 scenarios under shared luck (0.9)", dunnett(0.9), 0.99, 1.0, 500, True),
    Experiment("sup-t band of a mean path, 104 weeks", whole_path(joint_interval), 0.93, 0.94, 1000, True),
    Experiment("pointwise band of that path", whole_path(mean_interval), 0.48, 0.51, 4000, control=True),
    Experiment("Bonferroni band of that path", whole_path(bonferroni_interval), 0.984, 0.989, 4000),
    exact(
        "90% quantile, 40 worlds (ranks 32 to 40)", quantile(40, 0.9), covered_ranks(40, 0.9, 32, 40), 8000
    ),
    exact(
        "90% quantile, 100 worlds (ranks 84 to 96)", quantile(100, 0.9), covered_ranks(100, 0.9, 84, 96), 8000
    ),
    exact(
        "90% quantile, 400 worlds (ranks 348 to 372)",
        quantile(400, 0.9),
        covered_ranks(400, 0.9, 348, 372),
        8000,
        True,
    ),
    exact("Wilson, probability 0.05, 100 worlds", wilson(100, 0.05), wilson_exact(100, 0.05), 20_000),
    exact("Wilson, probability 0.7, 40 worlds", wilson(40, 0.7), wilson_exact(40, 0.7), 20_000),
    Experiment("Wald, probability 0.05, 100 worlds", wald(100, 0.05), 0.0, 0.95, 20_000, control=True),
    Experiment("jackknife ratio, 30 worlds", ratio, 0.925, 0.955, 8000),
    Experiment("Kaplan-Meier (log-log) at one time, 100 spells", survival, 0.94, 0.96, 4000),
    Experiment("stopping, cv 0.2, 10%, look-ahead 5", stopping(0.2, 0.1, 5), 0.944, 0.954, 4000),
    Experiment("stopping, cv 0.4, 10%, look-ahead 5", stopping(0.4, 0.1, 5), 0.944, 0.954, 4000, True),
    Experiment("stopping, cv 0.2, 5%, look-ahead 5", stopping(0.2, 0.05, 5), 0.944, 0.954, 4000, True),
    Experiment("stopping, cv 0.2, 10%, no look-ahead", stopping(0.2, 0.1, 0), 0.89, 0.91, 4000, control=True),
    Experiment("stopping, cv 0.4, 10%, no look-ahead", stopping(0.4, 0.1, 0), 0.92, 0.94, 4000, True, True),
    Experiment("a study's mean when its worlds are enough", enough(0.8, "mean"), 0.94, 0.96, 1000, True),
    Experiment(
        "a study's difference when its worlds are enough", enough(0.8, "paired"), 0.94, 0.96, 1000, True
    ),
    Experiment("worst tenth of 40 worlds, normal", worst_tenth("normal", 40), 0.92, 0.95, 4000),
    Experiment("worst tenth of 100 worlds, normal", worst_tenth("normal", 100), 0.92, 0.95, 4000),
    Experiment("worst tenth of 400 worlds, normal", worst_tenth("normal", 400), 0.93, 0.955, 4000),
    Experiment("worst tenth of 100 worlds, exponential", worst_tenth("exponential", 100), 0.90, 0.93, 4000),
    Experiment("Kim-Nelson selects the best of 5, separate luck", selection(0.0), 0.95, 1.0, 1000, True),
    Experiment("Kim-Nelson selects the best of 5, shared luck (0.8)", selection(0.8), 0.95, 1.0, 1000),
    Experiment("largest of 5 means of 20 worlds is the best", first_look, 0.0, 0.95, 20_000, control=True),
]


def main() -> None:
    """Print the table: coverage measured with so many times the experiments of the tests."""
    times = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    print("| what | expected | measured | experiments |\n| --- | --- | --- | --- |")
    for experiment in EXPERIMENTS:
        began = time.perf_counter()
        runs = round(experiment.runs * times)
        found = experiment.coverage(runs)
        wanted = f"{experiment.low:.3f}"
        if experiment.control and experiment.low == 0:
            wanted = f"below {experiment.high:.2f}"
        elif experiment.high != experiment.low:
            wanted = f"{experiment.low:.3f} to {experiment.high:.3f}"
        mark = " (must not hold)" if experiment.control else ""
        print(f"| {experiment.name}{mark} | {wanted} | {found:.3f} | {runs:,} |", flush=True)
        print(f"{time.perf_counter() - began:6.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
