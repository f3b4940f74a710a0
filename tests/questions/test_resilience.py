"""A shock, and how long worlds take to get over it."""

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest

import workforce_sim as ws
from tests.questions.formulas import MONTHS, FormulaWorlds, plan
from workforce_sim.errors import InputError
from workforce_sim.study.questions.resilience import Resilience, median_time, recovery, resilience
from workforce_sim.testing import small_authority

#: Begins after 2 months and is over after 4.
SHOCK = ws.DemandChange(30, start="2025-12-01", end="2026-02-01")
WORLDS = 20


def path(*differences: float) -> tuple[np.ndarray, np.ndarray]:
    """One world with and without the shock, at a level of 20."""
    usual = np.full((1, len(differences)), 20.0)
    return usual + np.array([differences]), usual


def test_back_is_within_5_percent_from_then_on_to_the_end() -> None:
    shocked, usual = path(0, 5, 5, 2, 1, 0, 0, 0)
    assert recovery(shocked, usual, over=2) == (np.array([2]), np.array([True]))


def test_a_world_that_leaves_again_was_not_back() -> None:
    shocked, usual = path(0, 5, 0, 0, 0, 3, 0, 0, 0)
    assert recovery(shocked, usual, over=1).months.tolist() == [5]


def test_below_the_usual_level_is_not_back_either() -> None:
    shocked, usual = path(0, 5, -4, -4, 0, 0, 0)
    assert recovery(shocked, usual, over=1).months.tolist() == [3]


def test_the_last_two_months_alone_show_nothing() -> None:
    """It comes back two months before the end: nobody knows whether it stays; three would do."""
    shocked, usual = path(0, 5, 5, 5, 5, 0, 0)
    found = recovery(shocked, usual, over=1)
    assert (found.months.tolist(), found.recovered.tolist()) == ([3], [False])
    shocked, usual = path(0, 5, 5, 5, 0, 0, 0)
    assert recovery(shocked, usual, over=1).recovered.tolist() == [True]


def test_a_world_that_was_never_moved_is_back_in_the_first_month() -> None:
    shocked, usual = path(0, 0, 0, 0, 0)
    assert recovery(shocked, usual, over=1).months.tolist() == [1]


def test_the_median_is_kaplan_and_meiers() -> None:
    """Times 1 to 9 and eleven worlds that are not back: fewer than half, so no median, but a lower end."""
    from workforce_sim.study.questions.resilience import Recovery

    months = np.array([*range(1, 10), *[12] * 11])
    few = Recovery(months, months < 12)
    median, low, high = median_time(few)
    assert median == high == math.inf
    assert low <= 9
    most = Recovery(np.array([*range(1, 15), *[15] * 6]), np.array([True] * 14 + [False] * 6))
    median, low, high = median_time(most)
    assert median == 10
    assert low < 10 < high
    none = Recovery(np.full(5, 3), np.zeros(5, dtype=bool))
    assert median_time(none) == (math.inf,) * 3
    same = Recovery(np.full(5, 3), np.ones(5, dtype=bool))
    assert median_time(same) == (3.0, 3.0, 3.0)


def test_the_interval_of_the_median_holds_at_its_rate() -> None:
    """1,000 shocks in 40 worlds that take even times from 1 to 21 months, seen for 16: the median is 11."""
    from workforce_sim.study.questions.resilience import Recovery

    rng = np.random.default_rng(31)
    held = 0
    for _ in range(1000):
        months = rng.integers(1, 22, 40)
        _, low, high = median_time(Recovery(np.minimum(months, 16), months <= 16))
        held += low <= 11 <= high
    assert 0.93 <= held / 1000 <= 0.99


def caseload(arm: Any, world: int) -> np.ndarray:
    """20 children; the shock adds 6 in month 4, and that falls by 1 (or by 2 with something) a month."""
    level = np.full(MONTHS + 1, 20.0)
    if SHOCK in arm.interventions:
        down = 2 if arm.name == "Something" else 1
        since = np.arange(MONTHS + 1) - 4 - world % 3
        level += np.where(since >= 0, np.maximum(0.0, 6.0 - down * since), 0.0)
    return level


def ask(shock: Any = (SHOCK,), **settings: Any) -> Resilience:
    worlds: Any = FormulaWorlds(caseload=caseload)
    asked = {
        "scenarios": None,
        "measure": "caseload",
        "within": 5.0,
        "replications": WORLDS,
        "progress": False,
    }
    return resilience(plan(), worlds, shock, **(asked | settings))


def test_the_time_and_the_size_are_those_of_the_worlds() -> None:
    """6 - m <= 1 after 5 months, from month 4, 5 or 6 on: 5, 6 or 7 months after the end; half by 6."""
    found = ask()
    assert (found.begins, found.over) == (2.0, 4.0)
    row = found.table.loc["Do nothing"]
    assert row["median"] == 6
    assert row["recovered"] == 100.0
    assert (row["worst"], row["worst_low"], row["worst_high"]) == pytest.approx((6.0, 6.0, 6.0))
    assert row["unit_months"] == pytest.approx(6 + 5 + 4 + 3 + 2 + 1)
    something = found.table.loc["Something"]
    assert something["median"] == 4  # 6 - 2 m <= 1 after 3
    assert something["unit_months"] == pytest.approx(6 + 4 + 2)
    mean, low, high = found.paths["Do nothing"]
    assert mean[:4].tolist() == [0.0] * 4
    assert mean.max() > 0
    assert (low <= mean).all()
    assert (mean <= high).all()


def test_sentence_and_chart_say_when_and_what_is_held_fixed() -> None:
    found = ask()
    assert "half of the worlds are back 6 months after the shock" in str(found)
    assert "assumptions held fixed" in str(found)
    chart = found.plot()
    assert "half of the worlds are back 4 months after it" in chart.workforce_sim_alt  # type: ignore[attr-defined]


def test_a_stricter_level_takes_longer() -> None:
    assert ask(within=1.0).table.loc["Do nothing", "median"] == 7


def test_an_event_without_an_end_is_over_when_it_begins() -> None:
    worlds: Any = FormulaWorlds(caseload=lambda arm, r: 20.0)
    event = ws.MediaShock(start="2026-01-15", leaving_percent=50)
    found = resilience(plan(), worlds, [event], None, "caseload", 5.0, WORLDS, False)
    assert found.begins == found.over == pytest.approx(3 + 14 / 31)
    assert found.table["median"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("shock", "said"),
    [
        ([], "at least one event"),
        (SHOCK, "put it in brackets"),
        ([ws.AgencyCap(0.1, start=ws.When("caseload", above=20.0))], "events with dates"),
        ([ws.DemandChange(30, start="2026-01-01", end="2027-09-01")], "years=5"),
        ([lambda env, service: None], "events with dates"),
    ],
)
def test_shocks_that_have_no_time_are_refused(shock: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        ask(shock)


def test_a_measure_without_values_is_refused() -> None:
    worlds: Any = FormulaWorlds(caseload=lambda arm, r: np.full(MONTHS + 1, np.nan))
    with pytest.raises(InputError, match="has a value in every month"):
        resilience(plan(), worlds, [SHOCK], None, "caseload", 5.0, WORLDS, False)


def test_the_model_recovers_from_a_rush() -> None:
    """Twice the families for two months; nothing differs before, and most worlds get over it."""
    service = small_authority(5, referrals_per_day=0.8, caseload=5.0)
    study = ws.Study(service, {"Do nothing": []}, start="2025-10-01", years=2)
    rush = [ws.DemandChange(100, start="2025-12-01", end="2026-02-01")]
    found = study.resilience(rush, measure="open_children", within=20.0, replications=15, progress=False)
    row = found.table.loc["Do nothing"]
    assert row["worst_low"] > 0
    assert row["recovered"] >= 80
    mean, _, _ = found.paths["Do nothing"]
    assert (mean[:3] == 0).all()
    assert found.dates[0] == dt.date(2025, 10, 1)
