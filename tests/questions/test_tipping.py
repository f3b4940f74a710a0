"""How far referrals may rise for good."""

import math
from typing import Any

import numpy as np
import pytest

import workforce_sim as ws
from tests.questions.formulas import MONTHS, FormulaWorlds, plan
from workforce_sim.errors import InputError
from workforce_sim.study.questions.tipping import TippingPoints, find, tipping_points
from workforce_sim.testing import small_authority


def rise_of(arm: Any) -> float:
    """What the question adds to an arm."""
    return float(sum(i.percent for i in arm.interventions if isinstance(i, ws.DemandChange)))


def open_children(arm: Any, world: int) -> np.ndarray:
    """World r takes a rise of 20 + r percent, under the second scenario 15 more; beyond it cases double."""
    limit = 20 + world + 15 * (arm.name == "Something")
    growing = rise_of(arm) >= limit
    return np.linspace(100, 200 if growing else 102, MONTHS + 1)


def ask(worlds: FormulaWorlds, scenarios: list[str] | None = None, **settings: Any) -> TippingPoints:
    asked = {"most": 100, "step": 1, "growth": 5.0, "replications": 41, "progress": False} | settings
    return tipping_points(plan(), worlds, scenarios, **asked)  # type: ignore[arg-type]


def test_the_median_limit_is_found_with_its_interval() -> None:
    """Limits 20 to 60: 21 of 41 worlds grow at 40; 15 to 26 leave it open (Wilson)."""
    found = ask(FormulaWorlds(open_children=open_children))
    row = found.table.loc["Do nothing"]
    assert row["rise"] == 40
    assert found.table.loc["Something", "rise"] == 55
    # by hand: Wilson's bound is 1/2 where |n - 41/2| = 1.96 sqrt(41) / 2 = 6.28
    assert {n for n in range(42) if abs(n - 20.5) <= 6.28} == set(range(15, 27))
    assert row["low"] == 20 + 15 - 1
    assert row["high"] == 20 + 27 - 1


def test_bisection_tries_few_and_runs_none_twice() -> None:
    tried = []

    def grows(rise: int) -> np.ndarray:
        tried.append(rise)
        return np.arange(1, 41) <= rise

    found = find(grows, most=1000, step=1)
    assert found.rise == 20
    assert len(tried) == len(set(tried)) <= 25
    assert list(found.tried) == sorted(tried)


@pytest.mark.slow
def test_the_interval_holds_at_its_rate() -> None:
    """1,000 times 40 worlds with limits even from 1 to 80 percent: half of all grow from 40 on."""
    rng = np.random.default_rng(41)
    held = 0
    for _ in range(1000):
        limits = rng.integers(1, 81, 40)
        found = find(lambda rise, limits=limits: limits <= rise, most=100, step=1)  # type: ignore[misc]
        held += found.low <= 40 <= found.high
    assert 0.94 <= held / 1000 <= 0.98


def test_what_is_never_reached_and_what_is_passed_already() -> None:
    never = find(lambda rise: np.zeros(20, dtype=bool), most=50, step=5)
    assert (never.rise, never.low, never.high) == (math.inf,) * 3
    always = find(lambda rise: np.ones(20, dtype=bool), most=50, step=5)
    assert (always.rise, always.low, always.high) == (0.0,) * 3
    assert "passed already" in str(
        ask(FormulaWorlds(open_children=lambda arm, r: np.linspace(1, 9, MONTHS + 1)))
    )
    steady = ask(FormulaWorlds(open_children=lambda arm, r: 100.0))
    assert "beyond +100%" in str(steady)
    assert "not up to +100%" in steady.plot().workforce_sim_alt  # type: ignore[attr-defined]


def test_steps_are_kept_to() -> None:
    found = ask(FormulaWorlds(open_children=open_children), ["Do nothing"], step=7)
    assert found.table.loc["Do nothing", "rise"] == 42
    assert all(rise % 7 == 0 for rise in found.curves["Do nothing"])


def test_sentence_and_chart_say_what_is_held_fixed() -> None:
    found = ask(FormulaWorlds(open_children=open_children))
    assert "under “Do nothing” at +40% (95% interval 34% to 46%)" in str(found)
    assert "assumptions held fixed" in str(found)
    assert "from +40%" in found.plot().workforce_sim_alt  # type: ignore[attr-defined]


def test_the_mean_field_point_is_what_case_holders_can_complete() -> None:
    found = ask(FormulaWorlds(open_children=open_children))
    point = ws.tipping_point(small_authority().balanced())
    assert found.mean_field == pytest.approx(100 * (point.completed_at_most / point.referred - 1))


def test_a_short_study_and_unknown_names_are_refused() -> None:
    short = ws.Study(small_authority(), {"Do nothing": []}, start="2025-10-01", years=1)
    with pytest.raises(InputError, match="years=5"):
        short.tipping_point(progress=False)
    study = ws.Study(small_authority(), {"Do nothing": []}, start="2025-10-01", years=2)
    with pytest.raises(InputError, match="did you mean 'Do nothing'"):
        study.tipping_point(["Do nothin"], progress=False)
    with pytest.raises(InputError, match="at most 1000"):
        study.tipping_point(most=2000, growth=-1.0, progress=False)


def test_the_model_tips_where_hands_run_out() -> None:
    """4 workers of 4 hours do 16 hours a day, all of it progress: 0.8 families of 20 hours. They get 0.6.

    The rise at which referrals exceed what they can do is a third; open cases then grow year after year.
    """
    service = small_authority(4, referrals_per_day=0.6, caseload=4.0, casework={"workload_spread": 0.0})
    study = ws.Study(service, {"Do nothing": []}, start="2025-10-01", years=3)
    found = study.tipping_point(step=10, most=100, growth=10.0, replications=12, progress=False)
    assert found.mean_field == pytest.approx(100 / 3, abs=0.1)
    assert 20 <= found.table.loc["Do nothing", "rise"] <= 60
