"""Laws of lengths: right if what is open is censored and what was under way truncated, wrong if not."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest

import workforce_sim as ws
from workforce_sim.data.durations import LAWS, fit, fit_open, rates_by_band
from workforce_sim.data.durations_chart import chart_of_fits
from workforce_sim.data.spells import Spells

Floats = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Floats]

#: Law -> how it is drawn, its mean and its coefficient of variation.
KNOWN: dict[str, tuple[Draw, float, float]] = {
    "exponential": (lambda rng, n: rng.exponential(3.0, n), 3.0, 1.0),
    "weibull": (
        lambda rng, n: 3.0 * rng.weibull(1.6, n),
        3.0 * math.gamma(1 + 1 / 1.6),
        math.sqrt(math.gamma(1 + 2 / 1.6) / math.gamma(1 + 1 / 1.6) ** 2 - 1),
    ),
    "gamma": (lambda rng, n: rng.gamma(0.7, 4.0, n), 2.8, 0.7**-0.5),
    "lognormal": (
        lambda rng, n: rng.lognormal(0.8, 0.9, n),
        math.exp(0.8 + 0.9**2 / 2),
        math.sqrt(math.expm1(0.9**2)),
    ),
}


class Window(NamedTuple):
    """What a list over two years shows: lengths as far as seen, which ended, and lengths at the beginning."""

    times: Floats
    ended: npt.NDArray[np.bool_]
    entry: Floats


def window(law: str, seed: int, number: int, years: float = 2.0) -> Window:
    """Spells begun at a constant rate for 25 years, seen from year 25 on for some years."""
    rng = np.random.default_rng(seed)
    starts = rng.uniform(-25.0, years, number)
    ends = starts + KNOWN[law][0](rng, number)
    seen = ends > 0
    starts, ends = starts[seen], ends[seen]
    return Window(np.minimum(ends, years) - starts, ends <= years, np.maximum(0.0, -starts))


@pytest.mark.parametrize("law", LAWS)
def test_a_known_law_is_recovered_from_a_window(law: str) -> None:
    """Mean within three standard errors, and its shape; the law of the lowest AIC has the right mean too."""
    seen = window(law, 1, 6_000)
    _, mean, cv = KNOWN[law]
    found = fit(*seen, law)
    assert abs(found.mean - mean) < 3 * found.mean_error
    assert found.mean_error < 0.06 * mean
    assert found.cv == pytest.approx(cv, rel=0.1)
    best = fit(*seen)
    assert best.aic <= found.aic
    assert best.mean == pytest.approx(mean, rel=0.12)


@pytest.mark.parametrize("law", LAWS)
def test_naive_fits_of_the_same_window_are_wrong(law: str) -> None:
    """Two ways people do it: only what began and ended in the window, and entries forgotten."""
    seen = window(law, 1, 6_000)
    _, mean, _ = KNOWN[law]
    right = fit(*seen, law)
    fresh = (seen.entry == 0) & seen.ended
    began_and_ended = fit(seen.times[fresh], np.ones(fresh.sum()), None, law)
    entries_forgotten = fit(seen.times, seen.ended, None, law)
    for naive in (began_and_ended, entries_forgotten):
        assert abs(naive.mean - mean) > 5 * right.mean_error
    assert began_and_ended.mean < 0.6 * mean
    assert entries_forgotten.mean > 1.3 * mean


@pytest.mark.parametrize("law", ["weibull", "gamma", "lognormal"])
def test_ages_are_not_lengths(law: str) -> None:
    """A third way: open spells as if ended. Only the exponential law, which has no memory, forgives it."""
    rng = np.random.default_rng(4)
    starts = rng.uniform(-60.0, 0.0, 60_000)
    ages = -starts[starts + KNOWN[law][0](rng, 60_000) > 0]
    naive = fit(ages, np.ones(len(ages)), None, law)
    assert abs(naive.mean - KNOWN[law][1]) > 5 * naive.mean_error


@pytest.mark.parametrize("law", LAWS)
def test_open_spells_alone_tell_the_law_under_a_steady_flow(law: str) -> None:
    """Ages of what is open on one day: the mean within three standard errors."""
    rng = np.random.default_rng(4)
    starts = rng.uniform(-60.0, 0.0, 20_000)
    ages = -starts[starts + KNOWN[law][0](rng, 20_000) > 0]
    found = fit_open(ages, law)
    assert abs(found.mean - KNOWN[law][1]) < 3 * found.mean_error


@pytest.mark.parametrize(
    ("law", "rounds"),
    [("exponential", 200), pytest.param("weibull", 100, marks=pytest.mark.slow)],
)
def test_intervals_cover_as_often_as_they_say(law: str, rounds: int) -> None:
    """95% intervals of the mean, over many lists of about 200 spells: 90% to 98% cover it."""
    mean = KNOWN[law][1]
    covered = 0
    for seed in range(rounds):
        low, high = fit(*window(law, 100 + seed, 1_200), law).interval(0.95)
        covered += low < mean < high
    assert 0.90 <= covered / rounds <= 0.985


def test_an_exponential_fit_is_time_at_risk_over_endings() -> None:
    """By hand: (5 - 1) + 3 + (9 - 4) + 2 + 2 + 4 years seen, five ended."""
    found = fit([5, 3, 9, 2, 2, 4], [1, 1, 1, 1, 1, 0], [1, 0, 4, 0, 0, 0], "exponential")
    assert found.mean == pytest.approx(20 / 5)
    assert found.mean_error == pytest.approx(4 / math.sqrt(5), rel=1e-4)
    assert found.log_likelihood == pytest.approx(-5 * math.log(4) - 5)
    assert found.lasting([0.0, 4.0]).tolist() == pytest.approx([1.0, math.exp(-1)])


@pytest.mark.parametrize("law", LAWS)
def test_without_censoring_it_is_the_fit_of_scipy(law: str) -> None:
    """All seen from start to end: the same likelihood at the maximum, and the same mean."""
    from scipy import stats

    theirs = {
        "exponential": stats.expon,
        "weibull": stats.weibull_min,
        "gamma": stats.gamma,
        "lognormal": stats.lognorm,
    }[law]
    times = KNOWN[law][0](np.random.default_rng(8), 400)
    found = fit(times, np.ones(400), None, law)
    parameters = theirs.fit(times, floc=0)
    assert found.log_likelihood == pytest.approx(theirs.logpdf(times, *parameters).sum(), abs=0.01)
    assert found.mean == pytest.approx(theirs.mean(*parameters), rel=0.01)


def test_rates_by_band_recover_leaving_by_service() -> None:
    """People who leave at 0.3 a year for a year, then 0.2, then 0.1 from five years on; seen for two."""
    rng = np.random.default_rng(3)
    n = 40_000
    hazard = rng.exponential(1.0, n)
    length = np.where(
        hazard < 0.3,
        hazard / 0.3,
        np.where(hazard < 1.1, 1 + (hazard - 0.3) / 0.2, 5 + (hazard - 1.1) / 0.1),
    )
    starts = rng.uniform(-60.0, 2.0, n)
    seen = starts + length > 0
    times = np.minimum(starts + length, 2.0)[seen] - starts[seen]
    bands = rates_by_band(times, (starts + length <= 2)[seen], np.maximum(0, -starts[seen]), (0, 1, 5))
    for band, rate in zip(bands, (0.3, 0.2, 0.1), strict=True):
        assert abs(band.rate - rate) < 3 * band.error
        assert band.error < 0.1 * rate


def test_too_few_and_wrong_spells_are_refused() -> None:
    """Four endings fit any law; what is wrong with a list is said with its place."""
    with pytest.raises(ws.InputError, match="at least 5 spells that ended"):
        fit([1, 2, 3, 4, 5], [1, 1, 1, 1, 0])
    with pytest.raises(ws.InputError, match="at least 5 open spells"):
        fit_open([1, 2, 3])
    with pytest.raises(ws.InputError, match=r"entry\[1\]"):
        fit([1, 2, 3, 4, 5], [1] * 5, [0, 2, 0, 0, 0])
    with pytest.raises(ws.InputError, match="did you mean 'weibull'"):
        fit([1, 2, 3, 4, 5], [1] * 5, law="weibul")  # type: ignore[arg-type]


@pytest.mark.parametrize("times", [[1e-6] * 5, [1e9] * 5, [1.0] * 6, [1e-3, 1, 10, 1e3, 1e6]])
def test_strange_lengths_give_a_fit_of_numbers(times: list[float]) -> None:
    """All alike, very short, very long, over nine powers of ten: every law has a likelihood and a mean."""
    for law in LAWS:
        found = fit(times, [1] * len(times), None, law)
        assert math.isfinite(found.log_likelihood)
        assert 0 < found.mean < math.inf


def test_the_fit_is_drawn_before_the_forecast() -> None:
    """A panel for each kind of spell, with the law, its mean and interval in words; too few are said so."""
    seen = window("weibull", 2, 1_500)
    followed = Spells("Service", "years", seen.times, seen.ended, seen.entry, True)
    ages = Spells("Open", "days", seen.times, np.zeros(len(seen.times), bool), seen.times * 0, False)
    few = Spells("Few", "days", seen.times[:3], seen.ended[:3], seen.entry[:3], True)
    chart = chart_of_fits({"a": followed, "b": ages, "c": few}, "weibull")
    assert [axis.get_title(loc="left") for axis in chart.axes if axis.get_visible()] == [
        "Service",
        "Open",
        "Few",
    ]
    said = chart.workforce_sim_alt
    assert f"Service: weibull law with mean {followed.fit('weibull').mean:.3g} years" in said
    assert "Few: 3 spells" in said
    assert chart.png().startswith(b"\x89PNG")
    with pytest.raises(ws.InputError, match="a list with spells"):
        chart_of_fits({})


def test_the_numbers_of_the_chart_of_fits_are_those_drawn() -> None:
    """As observed and as fitted to it lie beside each other; of too few spells there is no fit."""
    seen = window("weibull", 2, 1_500)
    followed = Spells("Service", "years", seen.times, seen.ended, seen.entry, True)
    ages = Spells("Open", "days", seen.times, np.zeros(len(seen.times), bool), seen.times * 0, False)
    few = Spells("Few", "days", seen.times[:3], seen.ended[:3], seen.entry[:3], True)
    chart = chart_of_fits({"a": followed, "b": ages, "c": few}, "weibull")
    lines = dict(iter(chart.table.reset_index("time").groupby(level=["panel", "line"])))
    of_two = [(name, line) for name in ("Open", "Service") for line in ("fitted", "in the list")]
    assert sorted(lines) == [("Few", "in the list"), *of_two]
    for axis in chart.axes[:2]:
        for drawn, line in zip(axis.lines, ("in the list", "fitted"), strict=True):
            rows = lines[axis.get_title(loc="left"), line]
            inside = np.isin(drawn.get_xdata(), rows["time"])
            assert inside.sum() >= len(rows) - 1
    listed, fitted = lines["Service", "in the list"], lines["Service", "fitted"]
    there = np.interp(listed["time"], fitted["time"], fitted["share"])
    assert np.abs(there - listed["share"]).max() < 0.06
    known = listed.dropna()
    assert len(known) > 100
    assert ((known["low"] <= known["share"]) & (known["share"] <= known["high"])).all()
