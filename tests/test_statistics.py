"""Statistics of replications: published numbers, agreement with SciPy, and where implementations go wrong."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.validation.statistics import CONTROL, DRUGS, REPLICATIONS, SERIES
from workforce_sim.errors import InputError
from workforce_sim.study.beyond_means import (
    better_interval,
    quantile_interval,
    quantile_ranks,
    ratio_interval,
    wilson_interval,
)
from workforce_sim.study.dunnett import critical_value, dunnett_intervals
from workforce_sim.study.intervals import bonferroni_interval, bonferroni_t, joint_interval, mean_interval
from workforce_sim.study.precision import Precision, half_widths, progress, stopped
from workforce_sim.study.selection import kim_nelson, select_best
from workforce_sim.study.warm_up import moving_average, mser, warm_up

Floats = npt.NDArray[np.float64]

#: Error of what is exact: of 1, or of the number if it is larger.
EXACT = 1e-9


def exactly(value: object) -> Any:
    """Equal up to rounding."""
    return pytest.approx(value, rel=EXACT, abs=EXACT)


def gamma_numbers(seed: int, *shape: int) -> Floats:
    """Skewed positive numbers."""
    return np.random.default_rng(seed).gamma(2.0, 3.0, shape)


# ---- Means -----------------------------------------------------------------------------------------------


def test_mean_of_twelve_replications() -> None:
    """Mean 10.125 and half-width 0.26284 of the twelve."""
    mean, low, high = mean_interval(np.array(REPLICATIONS))
    assert [float(mean), float(high - mean), float(mean - low)] == exactly(
        [10.125, 0.2628437418638306, 0.2628437418638306]
    )


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
def test_mean_interval_is_that_of_scipy(level: float) -> None:
    """The interval of every column is that of a one-sample t test."""
    samples = gamma_numbers(1, 17, 4)
    mean, low, high = mean_interval(samples, level)
    theirs = stats.ttest_1samp(samples, 0.0).confidence_interval(level)
    assert low == exactly(theirs.low)
    assert high == exactly(theirs.high)
    assert mean == exactly(samples.mean(axis=0))


def test_one_replication_has_no_interval() -> None:
    """The mean of one is that one; nothing is known of its spread."""
    mean, low, high = mean_interval(np.array([[3.0, 4.0]]))
    assert mean.tolist() == [3.0, 4.0]
    assert np.isnan([low, high]).all()
    mean, low, high = joint_interval(np.array([[3.0, 4.0]]))
    assert mean.tolist() == [3.0, 4.0]
    assert np.isnan([low, high]).all()


def test_bonferroni_critical_values() -> None:
    """Five comparisons with 19 degrees of freedom: 2.8609; the values beside Dunnett's with 20: a table."""
    assert bonferroni_t(5, 19) == exactly(2.8609346064649794)
    assert [bonferroni_t(k, 20) for k in (2, 3, 5, 9)] == pytest.approx(
        [2.423, 2.613, 2.845, 3.107], abs=5e-4
    )
    assert bonferroni_t(1, 7, 0.9) == exactly(stats.t.ppf(0.95, 7))


def test_bonferroni_intervals_are_wider_t_intervals() -> None:
    """Each is the t interval of level 1 - a / k."""
    samples = gamma_numbers(2, 9, 3) - 5
    mean, low, high = bonferroni_interval(samples, 0.9)
    theirs = stats.ttest_1samp(samples, 0.0).confidence_interval(1 - 0.1 / 3)
    assert [mean, low, high] == [exactly(x) for x in (samples.mean(axis=0), theirs.low, theirs.high)]


def test_joint_interval_of_one_number_is_its_t_interval() -> None:
    """With one number nothing is corrected; with many that always agree nothing but what directions draw."""
    samples = gamma_numbers(3, 25, 1)
    for times, near in ((1, 1e-9), (5, 0.01)):
        columns = np.repeat(samples, times, axis=1)
        _, low, high = joint_interval(columns)
        _, single_low, single_high = mean_interval(columns)
        assert (high - low) == pytest.approx(single_high - single_low, rel=near)


def critical_of(samples: Floats) -> Floats:
    """Half-widths of the joint interval in standard errors."""
    mean, _, high = joint_interval(samples)
    return (high - mean) / (samples.std(axis=0, ddof=1) / math.sqrt(len(samples)))


def test_joint_interval_of_independent_numbers_is_the_studentised_maximum() -> None:
    """Ten independent columns, many replications: the critical value is that of ten independent normals."""
    critical = critical_of(np.random.default_rng(4).normal(size=(1000, 10)))
    exact = stats.norm.ppf(0.5 + 0.95**0.1 / 2)
    density = 20 * stats.norm.pdf(exact) * 0.95**0.9  # of the largest |z| at its 95% point
    assert critical == pytest.approx(exact, abs=4 * math.sqrt(0.95 * 0.05 / 20_000) / density)
    assert np.ptp(critical) < 1e-9, "one critical value for all"


@pytest.mark.parametrize("arms", [2, 5, 15])
@pytest.mark.parametrize("replications", [20, 200])
def test_joint_interval_of_numbers_correlated_by_half_is_dunnetts(arms: int, replications: int) -> None:
    """Arms of one size beside one control are correlated by 1/2: Dunnett's critical value is a quadrature."""
    plain = np.random.default_rng(arms).normal(size=(replications, arms))
    plain -= plain.mean(axis=0)
    white = np.linalg.qr(plain)[0]  # columns of mean 0 that are not correlated at all
    samples = white @ np.linalg.cholesky(np.full((arms, arms), 0.5) + 0.5 * np.eye(arms)).T
    dunnetts = critical_value([9] * arms, 9, replications - 1)
    assert critical_of(samples) == pytest.approx(dunnetts, rel=0.01)


def test_joint_interval_of_numbers_that_are_the_same_twice() -> None:
    """Numbers that are there twice need no more than once, but for the directions drawn."""
    samples = gamma_numbers(8, 40, 4)
    once, twice = critical_of(samples), critical_of(np.repeat(samples, 2, axis=1))
    assert twice == pytest.approx(np.repeat(once, 2), rel=0.01)


def test_joint_interval_repeats() -> None:
    """The same samples give the same interval; another seed moves it a little."""
    samples = gamma_numbers(5, 20, 6)
    first, again, other = (joint_interval(samples, seed=seed)[1] for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert not np.array_equal(first, other)
    assert first == pytest.approx(other, rel=0.05, abs=0.05)


@pytest.mark.parametrize("interval", [joint_interval, bonferroni_interval, mean_interval])
def test_what_never_varies_has_no_width(interval: Callable[..., tuple[Floats, Floats, Floats]]) -> None:
    """A scenario that changes nothing differs by exactly 0, beside one that does."""
    samples = np.column_stack([np.zeros(8), gamma_numbers(6, 8)])
    mean, low, high = interval(samples)
    assert (mean[0], low[0], high[0]) == (0.0, 0.0, 0.0)
    assert low[1] < mean[1] < high[1]


# ---- Arms with separate luck -----------------------------------------------------------------------------


def test_dunnett_blood_counts() -> None:
    """Dunnett's own data: p-values within 0.002, ends of the intervals within 0.02 of SciPy's page."""
    found = dunnett_intervals(CONTROL, DRUGS)
    assert [arm.p for arm in found.values()] == pytest.approx([0.62013997, 0.00579686], abs=0.002)
    assert [arm.low for arm in found.values()] == pytest.approx([-1.25705452, 0.83902428], abs=0.02)
    assert [arm.high for arm in found.values()] == pytest.approx([2.55705452, 4.41697572], abs=0.02)
    assert [arm.difference for arm in found.values()] == exactly(
        [np.mean(drug) - np.mean(CONTROL) for drug in DRUGS.values()]
    )


def test_dunnett_critical_values() -> None:
    """Dunnett's table (two-sided 5%, equal numbers): 2, 3, 5, 9 arms with 20 df, 5 with 60."""
    found = [critical_value([5] * k, 5, 20) for k in (2, 3, 5, 9)] + [critical_value([5] * 5, 5, 60)]
    assert found == pytest.approx([2.379, 2.540, 2.735, 2.946, 2.582], abs=6e-4)


@pytest.mark.parametrize("degrees", [2, 5, 19, 300])
def test_dunnett_with_one_arm_is_student(degrees: int) -> None:
    """One arm needs no correction."""
    assert critical_value([7], 9, degrees) == exactly(stats.t.ppf(0.975, degrees))
    assert critical_value([7], 9, degrees, 0.5) == exactly(stats.t.ppf(0.75, degrees))


def test_dunnett_p_values_are_those_of_scipy() -> None:
    """Three arms of different sizes: SciPy's integral, to the 1e-3 that its random integration allows."""
    rng = np.random.default_rng(8)
    control, arms = rng.normal(10, 2, 12), {str(n): rng.normal(9, 2, n) for n in (5, 8, 20)}
    theirs = stats.dunnett(*arms.values(), control=control, rng=rng).pvalue
    assert [arm.p for arm in dunnett_intervals(control, arms).values()] == pytest.approx(theirs, abs=1e-3)


def test_dunnett_interval_and_p_value_agree() -> None:
    """An interval of level 1 - p ends at 0."""
    p = dunnett_intervals(CONTROL, DRUGS)["A"].p
    assert dunnett_intervals(CONTROL, DRUGS, 1 - p)["A"].low == pytest.approx(0.0, abs=1e-8)


# ---- Shares of worlds ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("k", "n"), [(0, 10), (1, 10), (5, 10), (10, 10), (977, 1000)])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_wilson_interval_solves_its_equation(k: int, n: int, level: float) -> None:
    """Each end p is where (k/n - p)^2 = z^2 p (1 - p) / n; at 0 and n successes one end is 0 or 1."""
    found = wilson_interval(k, n, level)
    z = stats.norm.ppf(0.5 + level / 2)
    for p in (found.low, found.high):
        assert (k / n - p) ** 2 == pytest.approx(z**2 * p * (1 - p) / n, abs=1e-12)
    assert 0 <= found.low <= found.share <= found.high <= 1
    assert found.low < found.high
    assert found.share == k / n


def test_better_counts_worlds_and_no_ties() -> None:
    """Of ten worlds three are better, two worse, five tie: 3 of 10, or 2 of 10 the other way."""
    differences = [-1.0] * 3 + [2.0] * 2 + [0.0] * 5
    assert better_interval(differences) == wilson_interval(3, 10)
    assert better_interval(differences, "higher", 0.9) == wilson_interval(2, 10, 0.9)


# ---- Quantiles -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "ranks", "coverage"), [(40, (32, 40), 0.970), (100, (84, 96), 0.956), (400, (348, 372), 0.955)]
)
def test_ranks_of_the_ninetieth_percentile(n: int, ranks: tuple[int, int], coverage: float) -> None:
    """Known ranks and what they cover: P(low <= values below < high) under Binomial(n, 0.9)."""
    assert quantile_ranks(n, 0.9) == ranks
    law = stats.binom(n, 0.9)
    assert law.cdf(ranks[1] - 1) - law.cdf(ranks[0] - 1) == pytest.approx(coverage, abs=5e-4)


@given(st.integers(1, 600), st.floats(0.02, 0.98), st.floats(0.5, 0.99))
def test_ranks_leave_at_most_half_of_the_error_on_either_side(n: int, p: float, level: float) -> None:
    """Neither end can be moved inwards; a refusal names the fewest replications that are enough."""
    law, tail = stats.binom(n, p), (1 - level) / 2
    try:
        low, high = quantile_ranks(n, p, level)
    except InputError as error:
        least = int(error.problems[0].fix.removeprefix("replications="))
        assert least > n
        assert quantile_ranks(least, p, level)
        with pytest.raises(InputError):
            quantile_ranks(least - 1, p, level)
        return
    assert 1 <= low <= high <= n
    assert law.cdf(low - 1) <= tail < law.cdf(low)
    assert law.cdf(high - 1) >= 1 - tail
    assert high == 1 or law.cdf(high - 2) < 1 - tail


def test_quantile_interval_reads_the_ranks() -> None:
    """Of forty worlds in any order the interval runs from the 32nd smallest to the largest."""
    samples = np.random.default_rng(9).permutation(np.arange(1.0, 41.0) ** 2)
    found = quantile_interval(samples, 0.9)
    assert (found.low, found.high, found.ranks) == (32.0**2, 40.0**2, (32, 40))
    assert found.value == exactly(np.quantile(samples, 0.9))
    assert quantile_interval(samples, 0.5, 0.5).ranks == quantile_ranks(40, 0.5, 0.5)


def test_low_and_high_quantiles_mirror_each_other() -> None:
    """The tenth percentile of a number is less the ninetieth of its opposite."""
    samples = gamma_numbers(10, 80)
    low, high = quantile_interval(samples, 0.1), quantile_interval(-samples, 0.9)
    assert (low.low, low.high) == (-high.high, -high.low)


# ---- Ratios ----------------------------------------------------------------------------------------------


def test_ratio_by_hand() -> None:
    """Three pairs: ratio 61/31, pseudo-values 3 q - 2 q_without, their mean and t interval."""
    above, below = [10.0, 22.0, 29.0], [5.0, 11.0, 15.0]
    pseudo = np.array([3 * 61 / 31 - 2 * 51 / 26, 3 * 61 / 31 - 2 * 39 / 20, 3 * 61 / 31 - 2 * 32 / 16])
    half = stats.t.ppf(0.95, 2) * pseudo.std(ddof=1) / math.sqrt(3)
    found = ratio_interval(above, below, 0.9)
    assert [found.value, found.low, found.high] == exactly(
        [pseudo.mean(), pseudo.mean() - half, pseudo.mean() + half]
    )


def test_ratio_is_of_means_not_a_mean_of_ratios() -> None:
    """Days per child where busy worlds have longer waits: the ratio of sums, not the mean of the ratios.

    The standard error is that of var = sum (y - q x)^2 / (R (R - 1) mean(x)^2), up to terms in 1 / R.
    """
    rng = np.random.default_rng(11)
    children = rng.uniform(10, 100, 500)
    days = children**2 / 50 + rng.normal(0, 2, 500)
    found, q = ratio_interval(days, children), days.sum() / children.sum()
    assert found.value == pytest.approx(q, rel=1e-3)
    assert (days / children).mean() < found.low, "the mean of ratios is another number"
    variance = ((days - q * children) ** 2).sum() / (500 * 499 * children.mean() ** 2)
    assert found.error == pytest.approx(math.sqrt(variance), rel=0.01)


def test_ratio_that_is_always_the_same_has_no_width() -> None:
    """Twice as much in every replication: exactly 2."""
    found = ratio_interval([2.0, 4.0, 10.0], [1.0, 2.0, 5.0])
    assert (found.value, found.low, found.high) == exactly((2.0, 2.0, 2.0))


# ---- Precision -------------------------------------------------------------------------------------------

#: Half-width over mean after 3, 4, ..., 12 of the twelve replications.
RELATIVE = [
    0.1458474457791724,
    0.0776806308230261,
    0.070146720139475,
    0.05728737922779037,
    0.04647409181828942,
    0.04022184447924194,
    0.03492975101338009,
    0.031737075979383814,
    0.028776782436284346,
    0.025959875739637595,
]


def test_half_widths_as_they_fall() -> None:
    """The table of the twelve replications, to the last figure."""
    table = half_widths(REPLICATIONS)
    assert table.index.tolist() == list(range(3, 13))
    assert table.index.name == "replications"
    assert table["relative"].tolist() == exactly(RELATIVE)
    assert table["half_width"].tolist() == exactly(
        [r * m for r, m in zip(RELATIVE, table["mean"], strict=True)]
    )
    assert table["mean"].iloc[-1] == exactly(10.125)


def test_precision_of_five_percent_takes_seven() -> None:
    """First reached at 7, with and without the 5 more replications that show it lasts; 11 are not enough."""
    for look_ahead in (0.0, 5.0):
        assert Precision(relative=0.05, look_ahead=look_ahead).reached(REPLICATIONS) == 7
    assert Precision(relative=0.05).reached(REPLICATIONS[:11]) is None
    assert Precision(relative=0.05, look_ahead=0.0).reached(REPLICATIONS[:6]) is None


def test_the_criterion_is_at_most() -> None:
    """A half-width of exactly the precision asked for is enough."""
    half = float(progress(REPLICATIONS).half_width[6])
    assert Precision(absolute=half, look_ahead=0).reached(REPLICATIONS) == 7
    assert Precision(absolute=math.nextafter(half, 0), look_ahead=0).reached(REPLICATIONS) == 8


def test_three_replications_are_the_fewest() -> None:
    """Two that happen to agree say nothing; a number that never varies is precise at three."""
    assert Precision(relative=0.05, look_ahead=0).reached([5.0, 5.0]) is None
    assert Precision(relative=0.05, look_ahead=0).reached([5.0, 5.0, 5.0]) == 3
    assert Precision(relative=0.05).reached([0.0] * 8) == 3, "also of 0, whose share of the mean is 0/0"
    assert Precision(relative=0.05).reached([0.0] * 7) is None


def test_a_narrow_interval_that_does_not_last_is_passed_over() -> None:
    """Three alike and then a far one: precise at 3 without looking ahead, much later with it."""
    samples = [10.0, 10.0, 10.0, 14.0, 7.0] + [10.0, 10.5] * 40
    assert Precision(relative=0.05, look_ahead=0).reached(samples) == 3
    found = Precision(relative=0.05).reached(samples)
    assert found is not None
    assert found > 5
    widths = half_widths(samples)["relative"]
    assert (widths.loc[found : found + 5] <= 0.05).all()
    assert widths.loc[found - 1] > 0.05


def test_the_look_ahead_grows_beyond_a_hundred() -> None:
    """floor(k / 100 x max(n, 100)): 5 up to 119, then 6, and at 250 it is 12."""
    asked = Precision(relative=0.05)
    assert [asked.look_ahead_after(n) for n in (3, 100, 119, 120, 250)] == [5, 5, 5, 6, 12]
    assert Precision(relative=0.05, look_ahead=0).look_ahead_after(500) == 0


def test_the_look_ahead_beyond_a_hundred_is_used() -> None:
    """First narrow after 119 or more: one replication short of its look-ahead it is not said yet."""
    samples = np.random.default_rng(12).normal(10, 3, 2000)
    asked = Precision(relative=0.03)
    n = asked.reached(samples)
    assert n is not None
    assert n > 200
    last = n + asked.look_ahead_after(n)
    assert last - n > 5
    assert asked.reached(samples[:last]) == n
    assert asked.reached(samples[: last - 1]) is None


def test_near_zero_only_an_absolute_precision_is_reached() -> None:
    """Children waiting, mean about 0: 5% of it is never reached, 0.05 children is."""
    waiting = np.random.default_rng(13).normal(0.0, 0.1, 300)
    assert Precision(relative=0.05).reached(waiting) is None
    absolute = Precision(absolute=0.05).reached(waiting)
    assert absolute is not None
    assert Precision(relative=0.05, absolute=0.05).reached(waiting) == absolute, "either is enough"


def brute_force(samples: Floats, relative: float, look_ahead: float) -> int | None:
    """Hoad, Robinson and Davies in so many words, with SciPy's intervals."""
    precise = {}
    for n in range(3, len(samples) + 1):
        interval = stats.ttest_1samp(samples[:n], 0.0).confidence_interval(0.95)
        precise[n] = (interval.high - interval.low) / 2 <= relative * abs(samples[:n].mean())
    for n in precise:
        last = n + math.floor(look_ahead / 100 * max(n, 100))
        if last <= len(samples) and all(precise[m] for m in range(n, last + 1)):
            return n
    return None


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("look_ahead", [0.0, 5.0, 12.0])
def test_stopping_is_its_definition(seed: int, look_ahead: float) -> None:
    """The first n whose precision lasts, as one would find it by hand."""
    samples = np.random.default_rng(seed).normal(10, 2 + seed / 10, 150)
    asked = Precision(relative=0.08, look_ahead=look_ahead)
    assert asked.reached(samples) == brute_force(samples, 0.08, look_ahead)


def test_small_spreads_of_large_numbers_are_not_lost() -> None:
    """A cost in pounds that differs by a penny, before one that is far away: the half-width of the first."""
    samples = np.array([1e9, 1e9 + 0.01, 1e9 - 0.01, 5e9])
    halves = progress(samples).half_width
    assert halves[2] == pytest.approx(stats.t.ppf(0.975, 2) * 0.01 / math.sqrt(3), rel=1e-4)
    assert np.isnan(halves[:2]).all()


def test_several_outputs_stop_at_the_last_of_them() -> None:
    """Each has its own precision and its own look-ahead; the study needs the largest number."""
    rng = np.random.default_rng(14)
    outputs = {"caseload": rng.normal(20, 1, 60), "agency": rng.normal(10, 3, 60), "waiting": np.zeros(60)}
    asked = {"caseload": Precision(relative=0.02), "agency": Precision(relative=0.1)}
    asked["waiting"] = Precision(absolute=0.1)
    found = stopped(outputs, asked)
    assert found.each == {name: asked[name].reached(outputs[name]) for name in outputs}
    assert found.each["waiting"] == 3
    assert found.replications == max(n for n in found.each.values() if n is not None)
    short = stopped({name: values[:20] for name, values in outputs.items()}, asked)
    assert short.replications is None
    assert short.each["waiting"] == 3


def test_planning_by_the_spread_so_far() -> None:
    """(t s / precision)^2 and a look-ahead, worked out from ten replications."""
    ten = np.array(REPLICATIONS[:10])
    t = stats.t.ppf(0.975, 9)
    assert Precision(relative=0.02).planned(ten) == (
        math.ceil((t * ten.std(ddof=1) / (0.02 * ten.mean())) ** 2) + 5
    )
    n = math.ceil((t * ten.std(ddof=1) / 0.02) ** 2)
    assert n > 1000
    assert Precision(absolute=0.02).planned(ten) == n + n * 5 // 100
    assert Precision(relative=0.02, absolute=9.0).planned(ten) == 8, "three and a look-ahead at least"
    assert Precision(relative=0.02).planned([4.0, 4.0, 4.0]) == 8
    assert Precision(relative=0.02).planned([-1.0, 1.0, -1.0, 1.0]) is None


# ---- Warm-up ---------------------------------------------------------------------------------------------


def test_mser_cuts_where_known() -> None:
    """MSER leaves out 13 observations; MSER-5 leaves out 4 batches (20), and has the known batch means."""
    assert mser(SERIES, batch=1).observations == 13
    five = mser(SERIES)
    assert (five.batches, five.observations) == (4, 20)
    assert five.means.tolist() == exactly([10.0, 5.06, 4.98, 5.02, 5.0, 5.02, 5.0, 5.0])


def test_a_cut_at_the_edge_is_refused() -> None:
    """Four of eight batches is the last cut allowed: MSER-5 has not seen the series settle, MSER has."""
    assert mser(SERIES).at_edge
    with pytest.raises(InputError) as refused:
        warm_up(SERIES)
    (problem,) = refused.value.problems
    assert (problem.path, problem.value) == ("paths", "40 observations, best cut 20")
    assert "twice as long" in problem.fix
    assert not mser(SERIES, batch=1).at_edge
    assert warm_up(SERIES, batch=1) == 13


def test_a_series_that_never_settles_is_refused() -> None:
    """A straight line has its best cut in the middle, however long it is."""
    assert mser(np.arange(200.0), batch=1).at_edge
    with pytest.raises(InputError):
        warm_up(np.arange(200.0))


@pytest.mark.parametrize("batch", [1, 5])
def test_mser_is_its_formula(batch: int) -> None:
    """MSER(d) = sum of squares after d about their mean / (n - d)^2, for d to n/2; what is over is left."""
    values = gamma_numbers(15, 103)
    means = [values[i : i + batch].mean() for i in range(0, 103 - batch + 1, batch)]
    n = len(means)
    wanted = [(np.array(means[d:]).var() * (n - d)) / (n - d) ** 2 for d in range(n // 2 + 1)]
    found = mser(values, batch)
    assert found.statistic.tolist() == exactly(wanted)
    assert found.batches == int(np.argmin(wanted))
    assert found.means.tolist() == exactly(means)


def test_a_series_that_becomes_constant_is_cut_there() -> None:
    """From the third value on nothing changes (of a number with no exact binary form): two are left out."""
    assert mser([9.7, 3.1] + [0.1] * 18, batch=1).observations == 2
    assert mser([0.1] * 20, batch=1).observations == 0


def test_warm_up_looks_at_the_mean_over_replications() -> None:
    """Noise hides the way down in one path, not in the mean of fifty."""
    rng = np.random.default_rng(16)
    paths = 20 * np.exp(-np.arange(400) / 20) + rng.normal(0, 5, (50, 400))
    assert warm_up(paths) == mser(paths.mean(axis=0)).observations
    assert 40 <= warm_up(paths) <= 150


def test_welch_curve() -> None:
    """The mean over replications, averaged with up to two neighbours on either side."""
    paths = gamma_numbers(17, 3, 12)
    mean = paths.mean(axis=0)
    wanted = [mean[0], mean[:3].mean(), *(mean[i - 2 : i + 3].mean() for i in range(2, 10))]
    assert moving_average(paths, 2).tolist() == exactly(wanted)
    assert moving_average(paths, 0).tolist() == exactly(mean)


# ---- Selection -------------------------------------------------------------------------------------------


def test_constants_of_kim_and_nelson() -> None:
    """Five scenarios, 20 first replications, 5%: eta 0.237238 and h^2 9.01506."""
    assert kim_nelson(5, 20, 0.05) == exactly((0.2372383155351937, 9.01505599033736))


def by_the_book(outputs: Floats, difference: float, first: int) -> tuple[int, int]:
    """Kim and Nelson (2001) for the largest mean, with a loop for every symbol: the best, after how many."""
    k = outputs.shape[1]
    eta = ((2 * 0.05 / (k - 1)) ** (-2 / (first - 1)) - 1) / 2
    h_squared = 2 * eta * (first - 1)

    def spread(i: int, j: int) -> float:
        d = outputs[:first, i] - outputs[:first, j]
        return float(((d - d.mean()) ** 2).sum() / (first - 1))

    left = list(range(k))
    for r in range(first, len(outputs) + 1):
        means = outputs[:r].mean(axis=0)
        kept = []
        for i in left:
            slack = [
                max(0.0, difference / (2 * r) * (h_squared * spread(i, j) / difference**2 - r)) for j in left
            ]
            if all(means[i] >= means[j] - w for j, w in zip(left, slack, strict=True)):
                kept.append(i)
        left = kept
        if len(left) == 1:
            return left[0], r
    raise AssertionError("more replications needed")


@pytest.mark.parametrize("seed", range(30))
def test_selection_is_by_the_book(seed: int) -> None:
    """Every pair of scenarios has a spread of its own (0.3 to 5), some with shared luck: same choice, same n.

    A table of spreads read with the wrong pair is a known mistake of implementations.
    """
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 7))
    luck = rng.normal(size=(3000, 1)) * rng.uniform(0, 2, k)
    outputs = luck + rng.normal(size=(3000, k)) * rng.uniform(0.3, 5, k) + rng.normal(-1, 1, k)
    wanted = by_the_book(outputs, 0.6, 10)
    found = select_best(lambda r, i: outputs[r, list(i)], k, 0.6, better="higher", first=10)
    assert found.decided
    assert (found.best, max(found.replications)) == wanted
    mirrored = select_best(lambda r, i: -outputs[r, list(i)], k, 0.6, better="lower", first=10)
    assert mirrored.replications == found.replications
    assert mirrored.best == found.best
    assert mirrored.means == exactly([-m for m in found.means])
    for i, (n, mean) in enumerate(zip(found.replications, found.means, strict=True)):
        assert mean == exactly(outputs[:n, i].mean())


def test_selection_runs_only_who_is_left() -> None:
    """A scenario that is far worse is not run again after the first stage."""
    rng = np.random.default_rng(18)
    asked: list[tuple[int, ...]] = []

    def replicate(r: int, numbers: tuple[int, ...]) -> Floats:
        asked.append(numbers)
        return np.array([(10.0, 10.3, 50.0)[i] for i in numbers]) + rng.normal(size=len(numbers))

    found = select_best(replicate, 3, 0.3)
    assert asked[:20] == [(0, 1, 2)] * 20
    assert set(asked[20:]) == {(0, 1)}
    assert found.replications[2] == 20
    assert found.replications[0] == found.replications[1] == len(asked)


def test_selection_of_equals_ends() -> None:
    """Scenarios that never differ end at once, with the first; nothing is known to be wrong with it."""
    found = select_best(lambda r, i: [float(r)] * len(i), 3, 0.5)
    assert (found.best, found.decided, found.left_in) == (0, True, (0, 1, 2))
    assert found.replications == (20, 20, 20)


def test_selection_that_is_cut_short_says_so() -> None:
    """At the maximum the better of those left is named, and that the error rate does not hold."""
    rng = np.random.default_rng(19)
    found = select_best(lambda r, i: rng.normal(size=len(i)), 2, 0.01, most=50)
    assert not found.decided
    assert found.left_in == (0, 1)
    assert found.replications == (50, 50)
    assert found.means[found.best] == min(found.means)


@pytest.mark.parametrize(
    ("share", "replications", "more"),
    [(5, 3, 5), (5, 100, 5), (5, 119, 5), (5, 120, 6), (100, 3, 100), (100, 101, 101), (0, 500, 0)],
)
def test_how_far_the_look_ahead_reaches(share: float, replications: int, more: int) -> None:
    """That percentage of the replications so far, or of 100 where there are fewer, rounded down."""
    assert Precision(relative=0.05, look_ahead=share).look_ahead_after(replications) == more
