"""Credit: Shapley's value, exactly, on games whose answer is known, and of a small service."""

import datetime as dt
import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.questions.known import START, KnownWorlds, study_of
from workforce_sim import DemandChange, EarlyHelp, NewPosts, PayChange, Study
from workforce_sim.errors import InputError
from workforce_sim.study.arm import Arm
from workforce_sim.study.questions.credit import rounded_to_sum, shapley
from workforce_sim.testing import small_authority

POSTS, PAY, HELP = NewPosts(10, start=START), PayChange(5, start=START), EarlyHelp(10, start=START)
BOTH: dict[str, list[Any]] = {"Do nothing": [], "Both": [POSTS, PAY]}
numbers = st.floats(-1e9, 1e9, allow_nan=False)


def over_all_orders(values: list[float], players: int) -> list[Fraction]:
    """The definition: the mean of what each adds, order by order."""
    added = [Fraction(0)] * players
    for order in itertools.permutations(range(players)):
        subset = 0
        for player in order:
            added[player] += Fraction(values[subset | 1 << player]) - Fraction(values[subset])
            subset |= 1 << player
    return [a / math.factorial(players) for a in added]


@given(
    st.integers(1, 4).flatmap(
        lambda n: st.tuples(st.just(n), st.lists(numbers, min_size=2**n, max_size=2**n))
    )
)
def test_the_formula_is_the_mean_over_all_orders(game: tuple[int, list[float]]) -> None:
    """Without rounding; and credits add up to what all do together, to the last digit."""
    players, values = game
    found = shapley(values, players)
    assert found == over_all_orders(values, players)
    assert sum(found) == Fraction(values[-1]) - Fraction(values[0])


@given(st.lists(numbers, min_size=16, max_size=16))
def test_of_a_player_who_adds_nothing_the_credit_is_nothing(values: list[float]) -> None:
    """The third of five adds nothing to any subset."""
    without = [s for s in range(32) if not s & 4]
    game = [0.0] * 32
    for s, value in zip(without, values, strict=True):
        game[s] = game[s | 4] = value
    assert shapley(game, 5)[2] == 0


@given(st.lists(numbers, min_size=10, max_size=10))
def test_equal_players_share_equally(values: list[float]) -> None:
    """A value that depends on how many of the first three are there, and on the fourth."""
    game = [values[(s & 7).bit_count() + (5 if s & 8 else 0)] for s in range(16)]
    first, second, third, _ = shapley(game, 4)
    assert first == second == third


@given(st.lists(st.fractions(-1000, 1000, max_denominator=97), min_size=1, max_size=8), st.integers(-2, 3))
def test_printed_digits_add_up(parts: list[Fraction], places: int) -> None:
    """Each within one unit of its last digit, and the total the nearest there is."""
    found, total = rounded_to_sum(parts, places)
    unit = Fraction(10) ** -places
    assert sum(found) == total
    assert abs(total - sum(parts)) <= unit / 2
    assert all(abs(f - p) < unit for f, p in zip(found, parts, strict=True))
    assert all((f / unit).denominator == 1 for f in found)


def caseload(arm: Arm, r: int) -> float:
    """Posts take 2 off, pay 1, and both together 4; early help does nothing; luck adds to each of them."""
    luck = 0.1 * (r % 3)
    posts, pay = POSTS in arm.interventions, PAY in arm.interventions
    return 20 + r - (2 + luck) * posts - (1 - luck) * pay - 1.0 * (posts and pay)


def test_the_waterfall_of_two() -> None:
    """The one that is worth more together is shared: 2.5 and 1.5, in every world but for its luck."""
    found = study_of(BOTH, KnownWorlds(caseload)).credit(replications=30)
    luck = 0.1 * (np.arange(30) % 3)
    assert found.values == pytest.approx(np.column_stack([-2.5 - luck, -1.5 + luck]))
    assert found.total == pytest.approx(np.full(30, -4.0))
    assert found.values.sum(axis=1) == pytest.approx(found.total, rel=1e-14)
    assert found.names == ("10 new posts", "+5% pay")
    assert found.table.loc["together", "credit"] == pytest.approx(-4.0)
    low, high = found.table.loc["+5% pay", ["low", "high"]]
    assert low < -1.4 < high < -1.3
    printed = [float(p.replace("−", "-")) for p in found.printed]
    assert math.fsum(printed[:-1]) == pytest.approx(printed[-1], abs=1e-9)
    assert "beside “Do nothing”" in found.sentence
    picture: Any = found.plot(narrow=True)
    assert picture.workforce_sim_alt == found.sentence


def test_one_that_does_nothing_and_two_that_are_the_same() -> None:
    """Early help has exactly 0; two equal lots of posts exactly the same, and fewer subsets are run."""

    def posts_only(arm: Arm, r: int) -> float:
        return math.sqrt(20 + r) / (1.3 + sum(i == POSTS for i in arm.interventions))

    worlds = KnownWorlds(posts_only)
    scenarios: dict[str, list[Any]] = {"Do nothing": [], "All": [POSTS, HELP, POSTS]}
    found = study_of(scenarios, worlds).credit(replications=20)
    first, nothing, second = found.values.T
    assert (first == second).all()
    assert (nothing == 0).all()
    assert found.table.loc[HELP.headline()].tolist() == [0, 0, 0]
    assert found.printed[0] == found.printed[2]
    assert len({arm.interventions for arm, _ in worlds.run}) == 6
    assert found.names[0] != found.names[2]


def test_the_two_ends_are_the_scenarios_of_the_study() -> None:
    """What the first scenario does is there in any case, in the order in which the study runs it."""
    scenarios: dict[str, list[Any]] = {"Help": [HELP], "More": [POSTS, HELP, PAY]}
    worlds = KnownWorlds(caseload)
    found = study_of(scenarios, worlds).credit("More", replications=5)
    assert found.names == ("10 new posts", "+5% pay")
    assert found.than == "Help"
    assert [arm.interventions for arm, r in worlds.run if r == 0] == [
        (HELP,),
        (POSTS, HELP),
        (HELP, PAY),
        (POSTS, HELP, PAY),
    ]


def test_the_first_scenario_itself_is_compared_with_nothing() -> None:
    """A study of one scenario can be asked too."""
    found = study_of({"Both": [POSTS, PAY]}, KnownWorlds(caseload)).credit(replications=5)
    assert found.than is None
    assert "beside nothing done" in found.sentence


@pytest.mark.parametrize(
    ("scenarios", "settings", "path", "words"),
    [
        (BOTH, {"scenario": "Bth"}, "scenario", "did you mean 'Both'"),
        (BOTH, {"scenario": "Do nothing"}, "scenario", "a scenario with an intervention"),
        (BOTH, {"measure": "case load"}, "measure", "did you mean 'caseload'"),
        (BOTH, {"at": 13}, "at", "from 0 to 12"),
        (BOTH, {"at": "2030"}, "at", "2025-04-01 to 2026-04-01"),
        (BOTH, {"replications": 1}, "replications", "from 2"),
        ({"Pay": [PAY], "Posts": [POSTS]}, {}, "scenario", "whose first scenario does nothing"),
        ({"Do nothing": [], "All": [POSTS] * 8}, {}, "scenario", "256 subsets"),
    ],
)
def test_what_is_refused(
    scenarios: dict[str, list[Any]], settings: dict[str, Any], path: str, words: str
) -> None:
    """With what to do instead, before anything is run."""
    worlds = KnownWorlds(caseload)
    with pytest.raises(InputError, match=words) as refused:
        study_of(scenarios, worlds).credit(**settings)
    assert [p.path for p in refused.value.problems] == [path]
    assert not worlds.run


def test_a_month_may_be_a_date() -> None:
    """Three months after the start, in words or in months."""
    study = study_of(BOTH, KnownWorlds(caseload))
    assert study.credit(at="July 2025", replications=3).when == dt.date(2025, 7, 1)
    assert study.credit(at=3, replications=3).when == dt.date(2025, 7, 1)


def test_a_measure_without_a_value_is_refused() -> None:
    """In one world of ten."""
    study = study_of(BOTH, KnownWorlds(lambda arm, r: float("nan") if r == 4 else 1.0))
    with pytest.raises(InputError, match="no value in 1 worlds"):
        study.credit(replications=10)


def test_of_a_small_service_bars_add_up_to_the_paired_difference() -> None:
    """Real worlds: twice the same early help, and a rise of referrals from a later date."""
    early, rise = EarlyHelp(20, start="2025-04-01"), DemandChange(5, start="2025-07-01")
    service = small_authority(workers=3, referrals_per_day=0.6)
    scenarios: dict[str, list[Any]] = {"Do nothing": [], "All": [early, rise, early]}
    study = Study(service, scenarios, start="2025-04-01", years=0.5, replications=10, processes=1)
    found = study.credit(measure="open children", replications=10)
    result = study.run(progress=False)
    ours, theirs = (result.samples("open_children", name)[:, -1] for name in ("All", "Do nothing"))
    assert found.total.tolist() == (ours - theirs).tolist()
    assert found.values.sum(axis=1) == pytest.approx(found.total, abs=1e-12)
    assert found.values[:, 0].tolist() == found.values[:, 2].tolist()
    assert found.values[:, 1].mean() > 0 > found.values[:, 0].mean()
