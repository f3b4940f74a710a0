"""The parts of a back-test by hand: scores, bands, rivals, shocks and what is learned from errors."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from workforce_sim.data.backtest.forecast import LEAST_ERRORS, forecast, learn
from workforce_sim.data.backtest.nation import changes, nation
from workforce_sim.data.backtest.rivals import (
    pairs,
    persistence,
    persistence_with_spread,
    regression_to_mean,
)
from workforce_sim.data.backtest.scores import BANDS, LEVELS, band_of_law, band_of_worlds, crps

# Two authorities in three years, the second without a figure in the first.
TINY = np.array([[10.0, 14.0, 12.0], [np.nan, 20.0, 22.0]])


def test_the_score_of_a_normal_law_is_the_known_one() -> None:
    """Gneiting and Raftery (2007), equation 20: y (2 F(y) - 1) + 2 f(y) - 1 / sqrt(pi)."""
    outcomes = np.array([-2.0, -0.3, 0.0, 1.1, 3.0])
    law = np.tile(stats.norm.ppf(LEVELS), (len(outcomes), 1))
    known = outcomes * (2 * stats.norm.cdf(outcomes) - 1) + 2 * stats.norm.pdf(outcomes) - 1 / np.sqrt(np.pi)
    assert crps(law, outcomes) == pytest.approx(known, abs=0.005)


def test_the_score_of_quantiles_is_twice_the_mean_quantile_loss() -> None:
    law, y = stats.gamma(2.0).ppf(LEVELS), 3.1
    loss = np.where(y >= law, LEVELS * (y - law), (1 - LEVELS) * (law - y))
    assert crps(law[None, :], np.array([y]))[0] == pytest.approx(2 * loss.mean(), rel=1e-12)


def test_few_worlds_are_not_punished_for_being_few() -> None:
    """Ferro (2014): the fair score of 5 worlds is on average that of very many; the plain one is higher."""
    rng = np.random.default_rng(1)
    worlds, outcomes = rng.standard_normal((40_000, 5)), rng.standard_normal(40_000)
    of_the_law = 1 / np.sqrt(np.pi)  # expected score of a normal law whose outcomes follow it
    assert crps(worlds, outcomes, fair=True).mean() == pytest.approx(of_the_law, abs=0.01)
    assert crps(worlds, outcomes).mean() > of_the_law + 0.1  # by 1 / (5 sqrt(pi)) = 0.113


def test_a_forecast_without_doubt_has_its_absolute_error() -> None:
    assert crps(np.array([[3.0], [5.0]]), np.array([4.5, 5.0])).tolist() == [1.5, 0.0]


def test_the_band_of_nineteen_worlds_holds_the_next_one_as_often_as_it_says() -> None:
    """By ranks: all but none, one and four at each end of 19; whatever the law, here a skewed one."""
    worlds = np.arange(1.0, 20.0)[None, :]
    ends = [tuple(round(float(end[0]), 9) for end in band_of_worlds(worlds, share)) for share in BANDS]
    assert ends == [(5.0, 15.0), (2.0, 18.0), (1.0, 19.0)]
    drawn = np.random.default_rng(2).gamma(0.5, size=(40_000, 20))
    for share in BANDS:
        low, high = band_of_worlds(drawn[:, :19], share)
        assert np.mean((low <= drawn[:, 19]) & (drawn[:, 19] <= high)) == pytest.approx(share, abs=0.01)


def test_the_band_of_a_law_lies_between_its_quantiles() -> None:
    low, high = band_of_law(stats.norm.ppf(LEVELS)[None, :], 0.8)
    assert (low[0], high[0]) == pytest.approx((-1.2816, 1.2816), abs=0.002)


def test_pairs_are_figures_of_two_years_of_one_authority() -> None:
    then, later = pairs(TINY, 1)
    assert (then.tolist(), later.tolist()) == ([10.0, 14.0, 20.0], [14.0, 12.0, 22.0])
    assert [part.tolist() for part in pairs(TINY, 2)] == [[10.0], [12.0]]


def test_persistence_repeats_the_last_figure() -> None:
    assert persistence(TINY, 2).tolist() == [[12.0], [22.0]]


def test_persistence_with_spread_adds_every_change_so_far() -> None:
    """Changes of a year: 4, -2 and 2, so half of what may come is below 12 + 2."""
    found = persistence_with_spread(TINY, 1)
    assert found[:, 49].tolist() == [14.0, 24.0]
    assert found[0].min() == 10.0
    assert found[0].max() == 16.0


def test_regression_goes_back_to_the_mean_by_the_slope_so_far() -> None:
    """2017 has one authority, at its own mean; 2018 has 14 and 20 about 17, that become 12 and 22.

    Distances -3 and 3 become -5 and 5: slope 5 / 3, misses 4, 0 and 0; the mean of 2019 is 17.
    """
    found = regression_to_mean(TINY, 1)
    assert found[:, 49] == pytest.approx([17 - 5 * 5 / 3, 17 + 5 * 5 / 3])
    assert found[0].max() - found[0][49] == pytest.approx(4.0)


def test_changes_of_the_nation_are_over_authorities_of_both_years() -> None:
    """10 to 14 in the first year, though the mean of all goes from 10 to 17; then -2 and 2."""
    assert changes(TINY).tolist() == [4.0, 0.0]


def test_the_nation_by_hand() -> None:
    """Changes 3 and 1, own errors of 4: B = 2 (0.25 x 4)^2 = 2, A = 4, Q = 10."""
    known = np.array([[10.0, 13.0, 14.0]])
    odds = ((2 + 10) / (2 + 10 - 16 / 3)) ** 2 / np.sqrt(3)
    p = odds / (1 + odds)
    w = (2 + 10 - p * 16 / 3) / 4
    found = nation(known, 1, 4.0, size=False)
    assert found.believed == pytest.approx(p)
    assert found.drift == pytest.approx(p * 4 / 3)
    assert (found.shock, found.freedom) == (pytest.approx(np.sqrt(w * (1 + p / 3))), 4)


def test_a_size_drifts_by_its_mean_change() -> None:
    """Changes 3 and 1: 2 a year; 10 - 8 = 2 left, 2 / 3 believed before over three years."""
    found = nation(np.array([[10.0, 13.0, 14.0]]), 3, 4.0, size=True)
    assert found.drift == pytest.approx(6.0)
    assert found.freedom == 3
    assert found.shock == pytest.approx(np.sqrt((2 / 3 + 2) / 3 * (3 + 9 / 2)))


def test_without_a_past_there_is_no_drift_and_the_believed_shock() -> None:
    found = nation(np.array([[10.0], [12.0]]), 1, 4.0, size=False)
    assert (found.drift, found.shock, found.freedom) == (0.0, 1.0, 2.0)


def history(rng: np.random.Generator, areas: int, years: int, memory: float) -> np.ndarray:
    """Figures around 30: own level (sd 3), AR(1) about it (sd 4), and national shocks of sd 1 a year."""
    own = 3 * rng.standard_normal((areas, 1))
    moving = np.zeros((areas, years))
    moving[:, 0] = 4 * rng.standard_normal(areas)
    for j in range(1, years):
        moving[:, j] = memory * moving[:, j - 1] + 4 * np.sqrt(1 - memory**2) * rng.standard_normal(areas)
    return 30 + own + moving + rng.standard_normal(years).cumsum()


@pytest.mark.parametrize("horizon", [1, 2, 3])
@pytest.mark.parametrize("memory", [0.2, 0.9])
def test_bands_hold_as_often_as_they_say_where_the_truth_is_known(memory: float, horizon: int) -> None:
    """AR(1) about own levels with national shocks, 150 countries of 60 authorities and 8 years known."""
    rng = np.random.default_rng(round(10 * memory) + horizon)
    held = np.zeros((150, len(BANDS)))
    for c in range(len(held)):
        truth = history(rng, 60, 8 + horizon, memory)
        known, outcome = truth[:, :8], truth[:, -1]
        law = forecast(known, known, np.ones_like(known), horizon)
        for b, share in enumerate(BANDS):
            low, high = band_of_law(law, share)
            held[c, b] = np.mean((low <= outcome) & (outcome <= high))
    error = held.std(axis=0, ddof=1) / np.sqrt(len(held))  # of countries: authorities share their shock
    assert (np.abs(held.mean(axis=0) - BANDS) < 3 * error + 0.02).all(), held.mean(axis=0)


def test_the_weights_are_those_of_the_law_that_made_the_figures() -> None:
    """Own level and accidents of a year, of equal spread: the best forecast is a mean of the years, shrunk.

    With 40 years known the past mean is all that counts, and one more in which it did not counts for little.
    """
    rng = np.random.default_rng(3)
    known = 30 + 4 * rng.standard_normal((400, 1)) + 4 * rng.standard_normal((400, 41))
    found = learn(known, known, np.ones_like(known), 1, size=False)
    assert found is not None
    assert found.weights[1] == pytest.approx(found.weights[0], abs=0.05)  # b1 d + b2 (r - d) = b r
    assert 0.75 < found.weights[0] < 0.95
    assert found.errors == 400 * 40


def test_where_worlds_are_wider_forecasts_are() -> None:
    """Half of the authorities are small, and their figures four times as far off."""
    rng = np.random.default_rng(4)
    wide = np.where(np.arange(200) < 100, 4.0, 1.0)[:, None]
    known = 30 + wide * rng.standard_normal((200, 8)).cumsum(axis=1)
    law = forecast(known, known, np.broadcast_to(wide**2, known.shape), 1)
    low, high = band_of_law(law, 0.9)
    assert np.median((high - low)[:100]) > 2.5 * np.median((high - low)[100:])


def test_too_few_errors_make_no_forecast() -> None:
    known = np.arange(2 * (LEAST_ERRORS - 1), dtype=float).reshape(-1, 2)
    assert np.isnan(forecast(known, known, np.ones_like(known), 1)).all()
    assert learn(known, known, np.ones_like(known), 1, size=False) is None


def test_a_missing_figure_is_nobody_elses_trouble() -> None:
    """The authority without a last figure has no forecast, the others have."""
    rng = np.random.default_rng(5)
    known = 30 + rng.standard_normal((40, 4))
    known[7, -1] = np.nan
    known[8, 1] = np.nan
    law = forecast(known, known, np.ones_like(known), 1)
    assert np.isnan(law).any(axis=1).nonzero()[0].tolist() == [7]
