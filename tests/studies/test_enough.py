"""How many worlds are enough: decided by the worlds alone, by means and by paired differences."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import pytest

import workforce_sim as ws
from workforce_sim.measures.paths import BY_NAME, MEASURES
from workforce_sim.study.intervals import mean_interval
from workforce_sim.testing import small_authority

PLACE = {m.name: i for i, m in enumerate(MEASURES)}
POSTS = {"Do nothing": [], "2 posts": [ws.NewPosts(2, start="2024-04-01")]}


def values(**measures: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Two scenarios' numbers of some measures at the end of a study; 1 of all others."""
    worlds = np.asarray(next(iter(measures.values()))).shape[1]
    found = np.ones((2, worlds, len(MEASURES), 2))
    for name, numbers in measures.items():
        found[:, :, PLACE[name], -1] = numbers
    return found


def two(worlds: int, spread: float, apart: float, seed: int = 1) -> npt.NDArray[np.float64]:
    """Caseloads about 20 that share their spread, and lower ones, by more in some worlds than in others."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(20, spread, worlds)
    return np.stack([shared, shared - rng.normal(apart, abs(apart) / 2, worlds)])


NAMES = ["Do nothing", "2 posts"]


def test_equal_worlds_are_enough_at_once() -> None:
    """Where nothing varies the fewest worlds will do."""
    asked = ws.Enough(measures=("caseload",), least=12)
    assert asked.reached(values(caseload=np.full((2, 30), 20.0)), NAMES) == 12


def test_the_paired_difference_decides() -> None:
    """A mean known to 10% after a few worlds does not end a study whose difference is not known."""
    found = values(caseload=two(400, spread=0.1, apart=4.0))
    asked = ws.Enough(measures=("caseload",), difference=1e-6, least=3)
    n = asked.reached(found, NAMES)
    assert n is not None
    paired = found[1, :n, PLACE["caseload"], -1] - found[0, :n, PLACE["caseload"], -1]
    mean, _, high = mean_interval(paired)
    assert high - mean <= 0.1 * abs(mean)
    only_means = ws.Enough(measures=("caseload",), difference=10.0, least=3)
    assert only_means.reached(found, NAMES) < n


def test_precision_lasts_for_the_look_ahead() -> None:
    """At the number that is given, and for the look-ahead before it, every interval is narrow enough."""
    found = values(caseload=two(400, spread=3.0, apart=4.0))
    n = ws.Enough(measures=("caseload",), mean=0.03, difference=10.0, least=3).reached(found, NAMES)
    assert n is not None
    assert n > 20
    for worlds in range(n - 5, n + 1):
        mean, _, high = mean_interval(found[:, :worlds, PLACE["caseload"], -1].T)
        assert ((high - mean) <= 0.03 * mean).all()


def test_nothing_is_asked_beyond_the_printed_digits() -> None:
    """Agency use that is nearly 0 needs no more than half of its last printed digit."""
    nearly = np.abs(np.random.default_rng(3).normal(0.02, 0.02, (2, 100)))
    assert 0.5 * 10.0 ** -BY_NAME["agency_rate"].decimals == 0.05
    n = ws.Enough(measures=("agency_rate",), least=10).reached(values(agency_rate=nearly), NAMES)
    assert n == 10


@pytest.mark.parametrize("there", [60, 100, 250, 400])
def test_it_does_not_matter_how_many_are_there_when_it_is_asked(there: int) -> None:
    """More worlds than needed change nothing: the number depends on the worlds up to it."""
    found = values(caseload=two(400, spread=3.0, apart=4.0))
    asked = ws.Enough(measures=("caseload",), mean=0.05, difference=0.05)
    n = asked.reached(found, NAMES)
    assert n is not None
    assert asked.reached(found[:, :there], NAMES) == (n if there >= n else None)


def test_measures_without_a_value_are_not_waited_for() -> None:
    """A turnover that does not exist in some world has no precision; with nothing else the fewest do."""
    found = values(turnover_rate=np.full((2, 40), np.nan))
    asked = ws.Enough(measures=("turnover_rate",), least=15)
    assert asked.reached(found, NAMES) == 15
    assert asked.planned(found, NAMES) == (15, "")


def test_planning_names_the_slowest_answer() -> None:
    """Of two measures the one with the larger spread says how many worlds it will take."""
    rng = np.random.default_rng(1)
    found = values(caseload=rng.normal(20, 0.1, (2, 20)), turnover_rate=rng.normal(15, 5, (2, 20)))
    planned, slowest = ws.Enough(measures=("caseload", "turnover_rate")).planned(found, NAMES)
    assert planned > 50
    assert slowest.startswith("turnover_rate")


def test_a_missing_value_ends_what_can_be_asked() -> None:
    """Once a world has no caseload, no precision of it is waited for; worlds after it change nothing."""
    found = values(caseload=two(60, spread=9.0, apart=4.0))
    found[:, 30, PLACE["caseload"]] = np.nan
    asked = ws.Enough(measures=("caseload",), mean=0.001)
    assert asked.reached(found, NAMES) == asked.reached(found[:, :31], NAMES) == 31
    assert asked.reached(found[:, :30], NAMES) is None


def test_a_study_stops_when_it_has_enough() -> None:
    """A study of as many worlds as its answers need has those a longer study says are enough."""
    asked = ws.Enough(measures=("open_children",), mean=0.12, difference=0.1, least=12, most=150)
    settings = {"start": "2024-04-01", "years": 0.25}
    result = ws.Study(small_authority(), POSTS, **settings, replications=asked).run(
        progress=False, processes=1
    )
    assert 12 < result.replications < 150
    long = ws.Study(small_authority(), POSTS, **settings, replications=150).run(progress=False, processes=1)
    found = np.stack([[long.samples(m.name, s) for m in MEASURES] for s in NAMES]).transpose(0, 2, 1, 3)
    assert asked.reached(found, NAMES) == result.replications


def test_a_study_that_is_never_precise_says_so() -> None:
    """At the largest number of worlds a warning names the answer that is not as precise as asked."""
    asked = ws.Enough(measures=("open_children",), mean=1e-9, difference=1e-9, of_difference=1e-9, most=20)
    study = ws.Study(small_authority(), POSTS, start="2024-04-01", years=0.25, replications=asked)
    with pytest.warns(ws.NotPreciseWarning, match="open_children.*Enough"):
        assert study.run(progress=False, processes=1).replications == 20


def test_what_more_worlds_will_cost_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Before the second round the number of worlds and their seconds are shown."""
    asked = ws.Enough(measures=("open_children",), mean=0.01, difference=0.01, least=10, most=20)
    study = ws.Study(small_authority(), POSTS, start="2024-04-01", years=0.25, replications=asked)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ws.NotPreciseWarning)
        study.run(processes=1)
    assert "10 worlds so far; open_children" in capsys.readouterr().err


def test_everything_that_is_wrong_is_said_at_once() -> None:
    """A misspelt measure, shares that are none and a maximum below the minimum."""
    with pytest.raises(ws.InputError) as caught:
        ws.Enough(measures=("caselaod",), mean=0, difference=-1, least=20, most=10)
    told = str(caught.value)
    assert "'caseload'" in told
    for name in ("mean", "difference", "most"):
        assert name in told


@pytest.mark.parametrize("wrong", [0, -3, 2.5, True, "many"])
def test_replications_are_a_number_or_enough(wrong: object) -> None:
    """Nothing else is taken, and the message says what to write."""
    with pytest.raises(ws.InputError, match="replications=100, or leave it out"):
        ws.Study(small_authority(), POSTS, start="2024-04-01", replications=wrong)  # type: ignore[arg-type]


def test_a_month_beyond_the_study_is_refused() -> None:
    """Precision at month 36 cannot be asked of one year."""
    with pytest.raises(ws.InputError, match="a month of the study"):
        ws.Study(small_authority(), POSTS, start="2024-04-01", years=1, replications=ws.Enough(at=36))
