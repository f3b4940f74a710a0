"""The method of simulated moments where the answer is known: moments that are linear in the parameters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from workforce_sim.data.calibration.moments import moments, over_dispersion
from workforce_sim.data.calibration.simulated_moments import PRIOR_SD, Estimate, Simulate, estimate
from workforce_sim.errors import InputError

Floats = npt.NDArray[np.float64]

#: Three moments of two parameters, with correlated luck.
SLOPES = np.array([[3.0, 0.0], [1.0, 2.0], [0.0, 4.0]])
COVARIANCE = 0.05**2 * np.array([[4.0, 1.0, 0.0], [1.0, 2.0, 0.5], [0.0, 0.5, 3.0]])


def linear(slopes: Floats, seed: int, worlds: int = 400) -> Simulate:
    """Moments that are linear in the parameters plus luck that belongs to the world."""
    luck = np.random.default_rng(seed).multivariate_normal(np.zeros(len(slopes)), COVARIANCE, worlds)
    return lambda u, n: slopes @ u + luck[:n]


def fitted(seed: int, true: Floats, slopes: Floats = SLOPES, together: bool = True) -> Estimate:
    """A fit, from elsewhere and with other luck, to one draw of the moments."""
    luck = np.random.default_rng([seed, 1]).multivariate_normal(np.zeros(len(slopes)), COVARIANCE)
    start = np.array([0.5, 0.5])
    observed = slopes @ true + luck
    return estimate(linear(slopes, 1_000 + seed), observed, start, 40, 200, together=together)


@pytest.mark.parametrize("together", [True, False])
def test_intervals_hold_the_truth_and_j_has_its_law(together: bool) -> None:
    """Of 300 fits the 95% intervals hold in 90% to 98%, and J has 1 degree of freedom."""
    true = np.array([0.4, 0.6])
    fits = [fitted(seed, true, together=together) for seed in range(300)]
    held = np.mean([np.abs(f.at - true) <= 1.96 * f.errors for f in fits], axis=0)
    assert ((held >= 0.90) & (held <= 0.98)).all(), held
    assert np.mean([f.p_value < 0.05 for f in fits]) == pytest.approx(0.05, abs=4 * np.sqrt(0.0475 / 300))
    assert np.mean([f.distance for f in fits]) == pytest.approx(1.0, abs=4 * np.sqrt(2 / 300))


def test_the_estimate_is_that_of_weighted_least_squares() -> None:
    """With moments linear in the parameters there is a formula, and its covariance is that of the fit."""
    simulate, observed = linear(SLOPES, 3), SLOPES @ np.array([0.3, 0.7]) + 0.02
    found = estimate(simulate, observed, np.array([0.6, 0.4]), 50, 300)
    spread = np.cov(simulate(found.at, 300), rowvar=False)
    weight = np.linalg.inv(spread) * (300 - 3 - 2) / 299 / (1 + 1 / 50)
    information = SLOPES.T @ weight @ SLOPES
    rest = observed - simulate(np.zeros(2), 50).mean(axis=0)
    exact = np.linalg.solve(information, SLOPES.T @ weight @ rest)
    assert found.slopes == pytest.approx(SLOPES, abs=1e-9)
    assert found.at == pytest.approx(exact, abs=2e-3)
    assert found.covariance == pytest.approx(np.linalg.inv(information), rel=1e-6)


def test_moments_weighted_each_by_itself_are_no_better_known() -> None:
    """The formula of weighted least squares again, and errors that are larger than the efficient ones."""
    simulate, observed = linear(SLOPES, 3), SLOPES @ np.array([0.3, 0.7]) + 0.02
    found = estimate(simulate, observed, np.array([0.6, 0.4]), 50, 300, together=False)
    spread = np.cov(simulate(found.at, 300), rowvar=False)
    weight = np.diag(1 / np.diag(spread))
    to_estimate = np.linalg.solve(SLOPES.T @ weight @ SLOPES, SLOPES.T @ weight)
    rest = observed - simulate(np.zeros(2), 50).mean(axis=0)
    assert found.at == pytest.approx(to_estimate @ rest, abs=2e-3)
    covariance = (1 + 1 / 50) * to_estimate @ spread @ to_estimate.T
    assert found.covariance == pytest.approx(covariance, rel=1e-6)
    least = np.linalg.inv(SLOPES.T @ np.linalg.inv((1 + 1 / 50) * spread) @ SLOPES)
    assert (np.diag(found.covariance) >= np.diag(least)).all()


def test_a_prior_is_an_observation_of_each_parameter() -> None:
    """The normal mean of prior and moments, weighted by what each knows."""
    simulate, prior = linear(SLOPES, 4), np.array([0.5, 0.5])
    observed = SLOPES @ np.array([0.3, 0.7])
    found = estimate(simulate, observed, prior, 50, 300, prior)
    both = found.information + np.eye(2) / PRIOR_SD**2
    spread = np.cov(simulate(found.at, 300), rowvar=False)
    weight = np.linalg.inv(spread) * (300 - 3 - 2) / 299 / (1 + 1 / 50)
    rest = observed - simulate(np.zeros(2), 50).mean(axis=0)
    exact = np.linalg.solve(both, SLOPES.T @ weight @ rest + prior / PRIOR_SD**2)
    assert found.at == pytest.approx(exact, abs=2e-3)
    assert found.covariance == pytest.approx(np.linalg.inv(both), rel=1e-6)


def test_what_only_shows_as_a_sum_is_named() -> None:
    """Two parameters of which every moment sees the sum: more of one with less of the other is unknown."""
    same = np.array([[3.0, 3.0], [1.0, 1.0], [4.0, 4.0]])
    found = fitted(1, np.array([0.4, 0.6]), same)
    (direction,) = found.unknown_directions()
    assert abs(direction) == pytest.approx([np.sqrt(0.5)] * 2, abs=1e-6)
    assert direction[0] * direction[1] < 0
    assert (found.errors > 0.29).all()


def test_what_lies_beyond_the_bounds_stops_at_them() -> None:
    """A truth below the range is fitted as its lower end, and said to be there."""
    found = fitted(2, np.array([-0.3, 0.5]))
    assert found.at_bound().tolist() == [True, False]
    assert 0 <= found.at[0] < 0.01


def test_moments_by_hand_leave_out_years_that_are_not_published() -> None:
    """The year that is missing in the return is missing in the worlds too."""
    rate = np.array([9.0, 10.0, np.nan, 16.0, 12.0])
    worlds = np.array([[9.0, 10.0, 500.0, 16.0, 12.0], [9.0, 12.0, -500.0, 12.0, 12.0]])
    names = ["caseload", "caseload between years", "caseload from year to year"]
    found = moments({"caseload": worlds}, names, {"caseload": rate})
    assert found[:, 0].tolist() == [38 / 3, 12.0]
    assert found[:, 1] == pytest.approx([np.std([10, 16, 12], ddof=1), 0.0])
    assert found[:, 2] == pytest.approx([np.sqrt((1 + 16) / 2), np.sqrt(9 / 2)])  # 9 to 10, and 16 to 12


@pytest.mark.parametrize("cv", [0.15, 0.24, 0.4])
def test_over_dispersion_holds_the_cv_of_years(cv: float) -> None:
    """Gamma multipliers of years on Poisson leavers of 25 to 45 a year: intervals hold in 90% to 98%."""
    rng = np.random.default_rng(int(1_000 * cv))
    people, held, found = np.linspace(150, 270, 12), 0, []
    for _ in range(1_000):
        years = rng.gamma(cv**-2, cv**2, 12)
        one = over_dispersion(rng.poisson(0.17 * people * years), people)
        held += one.low <= cv <= one.high
        found.append(one.cv**2)
    assert 900 <= held <= 980, held
    # the square is unbiased but for being cut off at 0 and for the total being one of the years' own
    assert np.mean(found) == pytest.approx(cv**2, abs=0.004)


def test_poisson_leavers_are_not_over_dispersed() -> None:
    """Where chance alone is at work the ratio is 1 on average, and 0 lies in the interval."""
    rng = np.random.default_rng(7)
    found = [over_dispersion(rng.poisson(30, 9), np.full(9, 200.0)) for _ in range(1_000)]
    assert np.mean([one.ratio for one in found]) == pytest.approx(1.0, abs=4 * np.sqrt(2 / 8 / 1_000))
    assert np.mean([one.low == 0 for one in found]) >= 0.96  # 97.5% by chi-square


def test_over_dispersion_says_what_it_needs() -> None:
    """Too few years, nobody who left, lists of different lengths."""
    for leavers, people, words in (
        ([3, 4], [10, 10], "at least 3 years"),
        ([0, 0, 0], [10, 10, 10], "not all 0"),
        ([3, 4, 5], [10, 10], "same length"),
    ):
        with pytest.raises(InputError, match=words):
            over_dispersion(leavers, people)
