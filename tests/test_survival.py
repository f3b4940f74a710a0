"""How long things last: the textbook table, agreement with SciPy, known laws recovered."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from tests.validation.statistics import ENDED, WEEKS
from workforce_sim.errors import WorkforceSimWarning
from workforce_sim.measures.survival import aalen_johansen, kaplan_meier

Floats = npt.NDArray[np.float64]


def exactly(value: object) -> Any:
    """Equal up to rounding."""
    return pytest.approx(value, rel=1e-9, abs=1e-9)


def test_kaplan_meier_of_the_remissions() -> None:
    """The textbook table: 21 patients, seven times, median 23 weeks."""
    found = kaplan_meier(WEEKS, ENDED)
    assert found.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert found.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert found.ended.tolist() == [3, 1, 1, 1, 1, 1, 1]
    assert found.share.tolist() == exactly(
        [
            0.8571428571428572,
            0.8067226890756303,
            0.7529411764705882,
            0.6901960784313725,
            0.6274509803921569,
            0.5378151260504203,
            0.44817927170868355,
        ]
    )
    assert found.error.tolist() == exactly(
        [
            0.07636035483212125,
            0.0869352851800572,
            0.09634965299432051,
            0.10681470777500982,
            0.11405386525675254,
            0.12823375169303403,
            0.13459145675576048,
        ]
    )
    assert found.median == 23.0
    assert math.isnan(found.quantile(0.6)), "fewer than 60% were seen to end"
    assert found.quantile(0.1) == 6.0
    assert [found.at(t) for t in (0, 5.9, 6, 9, 100)] == exactly(
        [1, 1, found.share[0], found.share[1], found.share[-1]]
    )


def random_spells(seed: int, n: int = 80) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Spells of whole weeks, so with ties, about a third of them censored."""
    rng = np.random.default_rng(seed)
    return rng.integers(1, 25, n).astype(float), rng.random(n) < 0.7


@pytest.mark.parametrize("seed", range(10))
def test_kaplan_meier_is_that_of_scipy(seed: int) -> None:
    """Estimate and interval, ties and all."""
    times, ended = random_spells(seed)
    theirs = stats.ecdf(stats.CensoredData.right_censored(times, ~ended)).sf
    found = kaplan_meier(times, ended)
    assert [found.at(t) for t in theirs.quantiles] == exactly(theirs.probabilities)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # where the share is 0 it has no interval
        band = theirs.confidence_interval(0.9, method="log-log")
    inside = found.share > 0
    low, high = (end[inside] for end in found.interval(0.9))
    times_inside = found.times[inside]
    assert low == pytest.approx(band.low.evaluate(times_inside), abs=1e-9)
    assert high == pytest.approx(band.high.evaluate(times_inside), abs=1e-9)


def test_half_exactly_is_the_median() -> None:
    """Ten spells, all ended, ten times: half has ended at the fifth, whatever the rounding of products."""
    for n in (2, 6, 10, 14, 30):
        assert kaplan_meier(np.arange(1.0, n + 1), np.ones(n)).median == n / 2


def test_without_censoring_it_is_the_share_that_lasts() -> None:
    """Nothing censored: the observed share, with the binomial standard error; unknown where all ended."""
    times, _ = random_spells(3)
    found = kaplan_meier(times, np.ones(len(times)))
    share = np.array([(times > t).mean() for t in found.times])
    assert found.share == exactly(share)
    assert found.error[:-1] == exactly(np.sqrt(share * (1 - share) / len(times))[:-1])
    assert math.isnan(found.error[-1])


def test_late_entries_are_at_risk_from_then_on() -> None:
    """By hand: five spells, two of them seen from week 3 and week 4 only; at week 4 the last is not in."""
    found = kaplan_meier([2, 4, 4, 6, 7], [1, 1, 0, 1, 1], entry=[0, 0, 3, 0, 4])
    assert found.times.tolist() == [2, 4, 6, 7]
    assert found.at_risk.tolist() == [3, 3, 2, 1]
    assert found.share.tolist() == exactly([2 / 3, 4 / 9, 2 / 9, 0.0])


def test_all_seen_from_the_start_is_an_entry_of_zero() -> None:
    """Entries before anything ends change nothing."""
    times, ended = random_spells(4)
    plain, early = kaplan_meier(times, ended), kaplan_meier(times, ended, np.full(80, 0.5))
    assert plain.share.tolist() == early.share.tolist()
    assert plain.at_risk.tolist() == early.at_risk.tolist()


def test_a_start_that_empties_is_warned_of() -> None:
    """The only one there early ended before the others came: the share is 0 from then on, with a warning."""
    with pytest.warns(WorkforceSimWarning, match="before 2 others came under observation"):
        found = kaplan_meier([1, 9, 12], [1, 1, 1], entry=[0, 5, 5])
    assert found.share.tolist() == [0.0, 0.0, 0.0]
    with pytest.warns(WorkforceSimWarning, match="all at risk at 1 ended"):
        aalen_johansen([1, 9, 12], ["closed"] * 3, entry=[0, 5, 5])


@pytest.mark.parametrize("late", [False, True])
def test_kaplan_meier_recovers_a_law_and_counting_only_the_ended_does_not(late: bool) -> None:
    """Exponential with mean 10, watched for 4 to 20: right at 5 and 10; the ended alone are far off.

    Spells found open and followed from then on are recovered from their entries, not without them.
    """
    rng = np.random.default_rng(20)
    n = 20_000
    law, censoring = rng.exponential(10, n), rng.uniform(4, 20, n)
    entry = rng.uniform(0, 8, n) * (rng.random(n) < 0.8) if late else np.zeros(n)
    seen = np.minimum(law, censoring) > entry
    times, ended = np.minimum(law, censoring)[seen], (law <= censoring)[seen]
    found = kaplan_meier(times, ended, entry[seen])
    for t in (5.0, 10.0):
        error = found.error[np.searchsorted(found.times, t, side="right") - 1]
        assert abs(found.at(t) - math.exp(-t / 10)) < 4 * error
        naive = kaplan_meier(times, ended).at(t) if late else (times[ended] > t).mean()
        assert abs(naive - math.exp(-t / 10)) > 10 * error


def test_ways_of_ending_by_hand() -> None:
    """Six spells: at 2 one closes and one steps down; at 3 one is censored; at 5 one of three closes.

    Half of the three ways' shares: F_closed = 1/6 + 4/6 x 1/3, F_stepped = 1/6.
    """
    ways = ["closed", "stepped down", None, "closed", None, None]
    found = aalen_johansen([2, 2, 3, 5, 6, 7], ways)
    assert found.times.tolist() == [2, 5]
    assert found.at_risk.tolist() == [6, 3]
    assert found.share["closed"].tolist() == exactly([1 / 6, 1 / 6 + 4 / 6 / 3])
    assert found.share["stepped down"].tolist() == exactly([1 / 6, 1 / 6])
    assert found.still.tolist() == exactly([4 / 6, 4 / 9])


def random_endings(seed: int) -> tuple[Floats, list[str | None]]:
    """Spells with ties, ended in one of three ways or censored."""
    times, ended = random_spells(seed)
    ways = np.random.default_rng(seed + 100).choice(["closed", "stepped down", "transferred"], len(times))
    return times, [str(w) if e else None for w, e in zip(ways, ended, strict=True)]


@pytest.mark.parametrize("seed", range(10))
def test_ways_of_ending_and_what_is_left_add_up(seed: int) -> None:
    """To 1 at every time; what is left is Kaplan-Meier of any ending; 1 - KM of one way is too high."""
    times, ways = random_endings(seed)
    found = aalen_johansen(times, ways)
    assert sum(found.share.values()) + found.still == exactly(np.ones(len(found.times)))
    assert found.still == exactly(kaplan_meier(times, [w is not None for w in ways]).share)
    for way, share in found.share.items():
        naive = 1 - kaplan_meier(times, [w == way for w in ways]).at(found.times[-1])
        assert naive > share[-1] + 0.02


@pytest.mark.parametrize("seed", range(5))
def test_one_way_of_ending_is_kaplan_meier(seed: int) -> None:
    """With a single way the share is 1 - S, with Greenwood's error."""
    times, ended = random_spells(seed)
    found = aalen_johansen(times, ["closed" if e else None for e in ended])
    survival = kaplan_meier(times, ended)
    assert found.share["closed"] == exactly(1 - survival.share)
    inside = np.isfinite(survival.error)
    assert found.error["closed"][inside] == exactly(survival.error[inside])


def test_ways_of_ending_without_censoring_are_shares() -> None:
    """Nothing censored: shares of all spells, with binomial standard errors, also from late entries at 0."""
    times, ways = random_endings(6)
    known = [w or "closed" for w in ways]
    found = aalen_johansen(times, known, np.zeros(len(times)))
    for way, share in found.share.items():
        wanted = np.array(
            [
                np.mean([(t <= at) and w == way for t, w in zip(times, known, strict=True)])
                for at in found.times
            ]
        )
        assert share == exactly(wanted)
        assert found.error[way][:-1] == exactly(np.sqrt(wanted * (1 - wanted) / len(times))[:-1])


def test_the_error_of_a_way_of_ending_is_what_repetition_shows() -> None:
    """Two exponential ways, rates 0.06 and 0.04, some censored: F(10) is known, its spread its error."""
    rng = np.random.default_rng(21)
    found, errors = [], []
    for _ in range(400):
        lasts, censored = rng.exponential(10, 150), rng.uniform(0, 30, 150)
        so = rng.random(150) < 0.6
        ways = [
            None if c < t else ("closed" if s else "transferred")
            for t, c, s in zip(lasts, censored, so, strict=True)
        ]
        one = aalen_johansen(np.minimum(lasts, censored), ways)
        i = int(np.searchsorted(one.times, 10.0, side="right")) - 1
        found.append(one.share["closed"][i])
        errors.append(one.error["closed"][i])
    spread = float(np.std(found, ddof=1))
    assert abs(np.mean(found) - 0.6 * (1 - math.exp(-1))) < 4 * spread / 20
    assert np.mean(errors) == pytest.approx(spread, rel=4 / math.sqrt(2 * 400))


def test_the_interval_is_one_of_95_percent_unless_said() -> None:
    """What is not asked for is what planners are used to."""
    found = kaplan_meier(WEEKS, ENDED)
    low, high = found.interval()
    for ours, stated in zip((low, high), found.interval(0.95), strict=True):
        np.testing.assert_array_equal(ours, stated)
    assert (low < found.share).all()
    assert (found.share < high).all()
