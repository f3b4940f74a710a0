"""Tables of a result: comparisons of all scenarios together, chances, quantiles and the worst tenth."""

from __future__ import annotations

import numpy as np
import pytest

import workforce_sim as ws
from workforce_sim.measures.paths import MEASURES
from workforce_sim.study.arm import Plan
from workforce_sim.study.beyond_means import better_interval, quantile_interval, wilson_interval
from workforce_sim.study.intervals import joint_interval
from workforce_sim.study.tails import tail_mean
from workforce_sim.testing import small_authority

NAMES = ["Do nothing", "2 posts", "4 posts"]


@pytest.fixture(scope="module")
def result() -> ws.Result:
    """Numbers by hand: 50 worlds of three scenarios over a year, caseloads lower the more posts there are."""
    rng = np.random.default_rng(4)
    values = rng.normal(100, 10, (3, 50, len(MEASURES), 13))
    caseload = [m.name for m in MEASURES].index("caseload")
    luck = rng.normal(20, 3, (50, 13))
    for i in range(3):
        values[i, :, caseload] = luck - i + rng.normal(0, 0.5, (50, 13)) * (i > 0)
    scenarios = {name: [] for name in NAMES}
    plan = Plan(small_authority(), scenarios, ws.Authority.preset("england-2025").census.date, 1, 1)
    return ws.Result.of(plan, values, seconds=0.0)


def test_all_scenarios_share_one_interval(result: ws.Result) -> None:
    """Without a name every scenario is compared, and the intervals hold for all of them and all months."""
    both = result.compare(measures="caseload", at=[6, 12])
    assert list(both.index) == [("caseload", s, m) for s in NAMES[1:] for m in (6, 12)]
    base = result.samples("caseload", NAMES[0])[:, [6, 12]]
    paired = np.concatenate([result.samples("caseload", s)[:, [6, 12]] - base for s in NAMES[1:]], axis=1)
    mean, low, high = joint_interval(paired)
    np.testing.assert_array_equal(both[["difference", "low", "high"]].to_numpy().T, [mean, low, high])


def test_one_scenario_alone_has_narrower_intervals(result: ws.Result) -> None:
    """The more an interval must hold for, the wider it is; the difference itself is the same."""
    alone, both = (result.compare(s, measures="caseload", at=12).reset_index() for s in ("2 posts", None))
    first = both[both["scenario"] == "2 posts"].iloc[0]
    assert alone["difference"][0] == pytest.approx(first["difference"], rel=1e-12)
    assert alone["high"][0] - alone["low"][0] < first["high"] - first["low"]


def test_better_in_has_its_interval(result: ws.Result) -> None:
    """The share of worlds in which posts lower the caseload, by Wilson."""
    row = result.compare("2 posts", measures="caseload", at=12).iloc[0]
    d = result.samples("caseload", "2 posts")[:, 12] - result.samples("caseload", "Do nothing")[:, 12]
    assert tuple(row[["better_in", "better_low", "better_high"]] / 100) == pytest.approx(better_interval(d))


def test_measures_without_a_direction_have_no_better(result: ws.Result) -> None:
    """More open children are neither better nor worse in themselves."""
    row = result.compare("2 posts", measures="open_children", at=12).iloc[0]
    assert row[["better_in", "better_low", "better_high"]].isna().all()


def test_nothing_to_compare_is_an_empty_table(result: ws.Result) -> None:
    """One scenario has no other; the table has its columns and no rows."""
    alone = ws.Result(result.data.isel(scenario=[0]), result.plan)
    found = alone.compare()
    assert len(found) == 0
    assert "verdict" in found.columns


def test_a_chance_is_a_share_of_worlds(result: ws.Result) -> None:
    """Above a level and not above it are all worlds; the interval is Wilson's."""
    above = result.chance("caseload", above=20, at=12)
    below = result.chance("caseload", below=20, at=12)
    assert (above["percent"] + below["percent"]).tolist() == [100.0] * 3
    n = int((result.samples("caseload", "4 posts")[:, 12] > 20).sum())
    assert tuple(above.loc[("4 posts", 12)] / 100) == pytest.approx(wilson_interval(n, 50))


def test_a_quantile_has_an_interval_of_order_statistics(result: ws.Result) -> None:
    """As the function that it is made of says."""
    row = tuple(result.quantile("caseload", 0.8, at=12).loc[("2 posts", 12)])
    assert row == quantile_interval(result.samples("caseload", "2 posts")[:, 12], 0.8)[:3]


def test_the_worst_tenth_is_the_mean_of_the_worst_worlds(result: ws.Result) -> None:
    """Of 50 worlds the five with the highest caseloads, or with the fewest people in post."""
    highest = np.sort(result.samples("caseload", "Do nothing")[:, 12])[-5:]
    fewest = np.sort(result.samples("in_post_fte", "Do nothing")[:, 12])[:5]
    for measure, worst in (("caseload", highest), ("in_post_fte", fewest)):
        row = result.worst_tenth(measure, at=12).loc[("Do nothing", 12)]
        assert row["mean"] == pytest.approx(worst.mean())
        assert row["low"] < row["mean"] < row["high"]


def test_a_part_of_a_world_counts_as_its_part() -> None:
    """A tenth of 45 worlds is four and a half: the fifth counts half."""
    numbers = np.arange(45.0)
    assert tail_mean(numbers)[0] == pytest.approx((44 + 43 + 42 + 41 + 0.5 * 40) / 4.5)


def test_a_measure_with_no_value_has_no_tail(result: ws.Result) -> None:
    """Where a world has no value the rows are there and say nothing."""
    data = result.data.copy(deep=True)
    data["caseload"][:, 3, 12] = np.nan
    found = ws.Result(data, result.plan).chance("caseload", above=20, at=12)
    assert found.isna().all(axis=None)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda r: r.chance("caseload"), "one of the two"),
        (lambda r: r.chance("caseload", above=1, below=2), "one of the two"),
        (lambda r: r.chance("caseload", above=float("nan")), "a number"),
        (lambda r: r.chance("caselaod", above=1), "caseload"),
        (lambda r: r.quantile("caseload", 0.999), "at least"),
        (lambda r: r.worst_tenth("open_children"), "of which more or less is better"),
        (lambda r: r.compare("3 posts"), "4 posts"),
        (lambda r: r.compare(to="3 posts"), "4 posts"),
        (lambda r: r.compare(at=13), "from 0 to 12"),
    ],
)
def test_wrong_questions_are_answered_with_the_right_one(result: ws.Result, call, told: str) -> None:  # type: ignore[no-untyped-def]
    """Every refusal says what is allowed."""
    with pytest.raises(ws.InputError, match=told):
        call(result)


def test_few_worlds_have_no_worst_tenth(result: ws.Result) -> None:
    """Of 30 worlds three are no tail to speak of."""
    few = ws.Result(result.data.isel(replication=slice(0, 30)), result.plan)
    with pytest.raises(ws.InputError, match="40 worlds or more"):
        few.worst_tenth("caseload")
