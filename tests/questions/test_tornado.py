"""Tornado: every assumption at its low and its high under the same luck."""

import numpy as np
import pytest

import workforce_sim as ws
from tests.questions.formulas import FormulaWorlds, luck, plan
from workforce_sim.errors import InputError
from workforce_sim.study.questions.tornado import Tornado, tornado
from workforce_sim.testing import small_authority

HOURS = "casework.case_hours_per_day"
MARGIN = "pressure.margin"
NOTICE = "workforce.notice_days"
WORLDS = 6


def answer(arm: object, world: int) -> float:
    """Both scenarios share the luck; the second helps by the hours, and by the margin with its own luck."""
    authority = arm.authority  # type: ignore[attr-defined]
    hours, margin = authority.casework.case_hours_per_day, authority.pressure.margin
    helped = 2 * hours + 10 * (margin - 0.1) * (1 + 0.1 * luck(world, seed=1))
    return 50 + luck(world) - helped * (arm.name == "Something")  # type: ignore[attr-defined]


def ask(asked: object, scenario: str | None = None, worlds: FormulaWorlds | None = None) -> Tornado:
    known = FormulaWorlds(caseload=answer) if worlds is None else worlds
    return tornado(plan(), known, scenario, "caseload", None, asked, WORLDS, False)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def found() -> Tornado:
    return ask({HOURS: (3.0, 5.0), MARGIN: (0.0, 0.3), NOTICE: (0.0, 30.0)})


def test_the_change_of_the_paired_difference_is_shown(found: Tornado) -> None:
    """4 hours are the value: 2 fewer children helped at 3 hours, 2 more at 5, in every world alike."""
    row = found.table.loc[HOURS]
    assert (row["value"], row["low"], row["high"]) == (4.0, 3.0, 5.0)
    assert row["at_low"] == pytest.approx(2.0)
    assert row["at_high"] == pytest.approx(-2.0)
    assert row["at_low_from"] == pytest.approx(row["at_low_to"])
    assert found.answer == pytest.approx(-8.0, abs=0.5)
    luck_of_margin = np.mean([1 + 0.1 * luck(r, seed=1) for r in range(WORLDS)])
    assert found.table.loc[MARGIN, "at_low"] == pytest.approx(1.0 * luck_of_margin)
    assert found.table.loc[MARGIN, "at_high"] == pytest.approx(-2.0 * luck_of_margin)


def test_what_does_nothing_has_exactly_nothing_and_the_largest_is_on_top(found: Tornado) -> None:
    changes = found.table.loc[NOTICE, [c for c in found.table.columns if c.startswith("at_")]]
    assert changes.tolist() == [0.0] * 6
    sizes = found.table[["at_low", "at_high"]].abs().max(axis=1)
    assert sizes.is_monotonic_decreasing
    assert found.table.index[-1] == NOTICE


def test_the_first_scenario_is_compared_with_nothing() -> None:
    found = ask({HOURS: (3.0, 5.0)}, "Do nothing")
    assert found.answer == pytest.approx(50 + np.mean([luck(r) for r in range(WORLDS)]))
    assert found.table.loc[HOURS, "at_high"] == 0.0
    assert found.subject.to is None
    assert "None of 1 assumption moves it" in str(found)


def test_the_ends_are_run_once_and_those_at_the_value_not_at_all() -> None:
    worlds = FormulaWorlds(caseload=answer)
    found = ask({HOURS: (4.0, 5.0), MARGIN: (0.0, 0.3)}, None, worlds)
    services = 1 + 1 + 2  # as it is; more hours; two margins
    assert len(worlds.asked) == services * 2 * WORLDS
    assert found.table.loc[HOURS, "at_low"] == 0.0


def test_an_end_that_the_model_refuses_is_named() -> None:
    found = ask({"workforce.retirement_share_from_5": (0.1, 2.0), HOURS: (3.0, 5.0)})
    assert list(found.refused) == ["workforce.retirement_share_from_5 at its high"]
    assert np.isnan(found.table.loc["workforce.retirement_share_from_5", "at_high"])
    assert "The model refuses 1 end" in str(found)
    assert "at_low" in found.table
    found.plot()


def test_sentence_and_chart_say_what_moves_it_and_what_is_chance(found: Tornado) -> None:
    said = str(found)
    assert "the same luck throughout" in said
    assert "2 assumptions move it by more than chance, of 3" in said
    assert f"most of all {HOURS}: by 2.0 at 3 " in said
    chart = found.plot()
    assert HOURS in chart.workforce_sim_alt  # type: ignore[attr-defined]
    assert len(chart.axes[0].get_yticks()) == 3


def test_percentages_are_written_as_such() -> None:
    worlds = FormulaWorlds(agency_rate=lambda arm, r: 20.0 - 5.0 * (arm.name == "Something"))
    said = []
    for scenario in ("Do nothing", "Something"):
        asked = (plan(), worlds, scenario, "agency_rate", None, {HOURS: (3.0, 5.0)}, WORLDS, False)
        said.append(str(tornado(*asked)))  # type: ignore[arg-type]
    assert "20.0% of agency and in post with all" in said[0]
    assert "−5.0 percentage points with all" in said[1]


def test_a_month_without_values_and_unknown_names_are_refused() -> None:
    study = ws.Study(small_authority(), {"Do nothing": []}, start="2025-10-01", years=0.5)
    asked = {HOURS: (3.0, 5.0)}
    with pytest.raises(InputError, match="has a value in every world"):
        study.tornado(measure="turnover_rate", assumptions=asked, replications=2, progress=False)
    with pytest.raises(InputError, match="did you mean 'Do nothing'"):
        study.tornado("Do nothin", assumptions=asked, progress=False)
    with pytest.raises(InputError, match="did you mean 'caseload'"):
        study.tornado(measure="caselod", assumptions=asked, progress=False)
    with pytest.raises(InputError, match="months since the start"):
        study.tornado(at=7, assumptions=asked, progress=False)


def test_more_hours_of_work_a_day_leave_fewer_cases_open() -> None:
    """The model itself: 8 workers who cannot keep up with 4 hours a day."""
    service = small_authority(8, referrals_per_day=2.0, caseload=10.0)
    study = ws.Study(service, {"Do nothing": []}, start="2025-10-01", years=0.5)
    asked = {HOURS: (3.0, 5.0)}
    found = study.tornado(measure="open_children", assumptions=asked, replications=5, progress=False)
    row = found.table.loc[HOURS]
    assert row["at_low_from"] > 0
    assert row["at_high_to"] < 0
