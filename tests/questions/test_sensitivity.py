"""Morris and Sobol, on functions whose answers are known and on worlds that are known."""

import importlib.util
import sys
from typing import Any

import numpy as np
import pytest

import workforce_sim as ws
from tests.questions.formulas import FormulaWorlds, luck, plan
from workforce_sim.errors import InputError
from workforce_sim.study.questions import sensitivity as page
from workforce_sim.study.questions.sensitivity import ExtraMissing, Sensitivity, effects, sensitivity_of
from workforce_sim.testing import small_authority

HOURS = "casework.case_hours_per_day"
MARGIN = "pressure.margin"
NOTICE = "workforce.notice_days"

needs_salib = pytest.mark.skipif(
    not importlib.util.find_spec("SALib"),
    reason='SALib is not installed: pip install "workforce_sim[sensitivity]"',
)


def ishigami(u: np.ndarray) -> np.ndarray:
    """Ishigami and Homma (1990) with a = 7, b = 0.1, of shares of the range from -pi to pi."""
    x = np.pi * (2 * u - 1)
    return np.asarray(np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))


@needs_salib
def test_sobol_on_ishigami() -> None:
    found = sensitivity_of(ishigami, ["x1", "x2", "x3"], "sobol", 4096)
    exact = {"x1": (0.3139, 0.5576), "x2": (0.4424, 0.4424), "x3": (0.0, 0.2437)}
    for name, (first, total) in exact.items():
        row = found.loc[name] / 100
        assert row["first"] == pytest.approx(first, abs=0.01)
        assert row["total"] == pytest.approx(total, abs=0.01)
        assert row["first_low"] - 0.01 <= first <= row["first_high"] + 0.01
        assert row["total_low"] - 0.01 <= total <= row["total_high"] + 0.01
    assert list(found.index) == ["x1", "x2", "x3"]


@needs_salib
def test_morris_of_a_straight_line_is_its_slopes() -> None:
    slopes = np.array([3.0, -1.0, 0.0])
    found = sensitivity_of(lambda u: u @ slopes, ["a", "b", "c"], "morris", 6)
    assert found["effect"].tolist() == pytest.approx([3.0, 1.0, 0.0])
    assert found["direction"].tolist() == pytest.approx([3.0, -1.0, 0.0])
    assert found["spread"].tolist() == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


@needs_salib
def test_morris_sees_what_depends_on_others() -> None:
    found = sensitivity_of(lambda u: u[:, 0] * u[:, 1] + u[:, 2], ["a", "b", "alone"], "morris", 40)
    assert found.loc["alone", "spread"] == pytest.approx(0.0, abs=1e-9)
    assert found.loc["a", "spread"] > 0.2


@needs_salib
@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_an_answer_that_never_changes_rests_on_nothing(method: str) -> None:
    found = sensitivity_of(lambda u: np.ones(len(u)), ["a", "b"], method, 4)
    assert not found.to_numpy().any()


@needs_salib
def test_the_same_seed_gives_the_same_numbers() -> None:
    runs = [sensitivity_of(ishigami, ["x1", "x2", "x3"], "sobol", 16, seed=5) for _ in range(2)]
    assert runs[0].equals(runs[1])
    assert not runs[0].equals(sensitivity_of(ishigami, ["x1", "x2", "x3"], "sobol", 16, seed=6))


def answer(arm: Any, world: int) -> float:
    """20 - 3 hours + 40 times the margin, and luck that is the same for all services."""
    return (
        20 - 3 * arm.authority.casework.case_hours_per_day + 40 * arm.authority.pressure.margin + luck(world)
    )


def ask(method: str, asked: Any, size: int, seed: int = 0) -> Sensitivity:
    worlds: Any = FormulaWorlds(caseload=answer)
    return page.sensitivity(
        plan(None, "Do nothing", seed=seed), worlds, None, "caseload", None, method, asked, size, 3, False
    )


@needs_salib
def test_morris_of_known_worlds() -> None:
    """Hours from 3 to 5 are worth 6 children, the margin from 0 to 0.2 8, notice nothing; seed 0 as well."""
    found = ask("morris", {HOURS: (3.0, 5.0), MARGIN: (0.0, 0.2), NOTICE: (0.0, 30.0)}, 5)
    assert found.table.loc[HOURS, "effect"] == pytest.approx(6.0)
    assert found.table.loc[MARGIN, "effect"] == pytest.approx(8.0)
    assert found.table.loc[NOTICE, "effect"] == 0.0
    assert list(found.table.index) == [MARGIN, HOURS, NOTICE]
    assert (found.points, found.worlds) == (20, 3)
    assert 0 < found.luck < 100
    assert "the same 3 worlds for all: conditional on their luck" in str(found)
    assert MARGIN in found.plot().workforce_sim_alt  # type: ignore[attr-defined]


@needs_salib
def test_sobol_of_known_worlds() -> None:
    """Two even assumptions of 6 and 8 children: variances 36 and 64 parts, nothing together."""
    found = ask("sobol", {HOURS: (3.0, 5.0), MARGIN: (0.0, 0.2)}, 256)
    assert found.table.loc[HOURS, "first"] == pytest.approx(36.0, abs=2)
    assert found.table.loc[MARGIN, "total"] == pytest.approx(64.0, abs=2)
    assert found.points == 256 * 4
    assert "percent of the variance" in str(found)
    assert "alone" in found.plot().workforce_sim_alt  # type: ignore[attr-defined]


@needs_salib
def test_the_share_of_luck_is_stated() -> None:
    """Luck of variance 1 (of these 3 worlds) beside assumptions whose points vary by their own variance."""
    found = ask("sobol", {HOURS: (3.0, 5.0)}, 64)
    own = np.var([luck(r) for r in range(3)], ddof=1)
    assert found.luck == pytest.approx(100 * own / (own + 3.0), rel=0.03)  # 6 children, even: 36 / 12


@needs_salib
@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_groups_with_a_point_that_the_model_refuses_are_left_out_and_counted(method: str) -> None:
    asked = {"workforce.retirement_share_from_5": (0.1, 1.2), HOURS: (3.0, 5.0)}
    found = ask(method, asked, 16)
    number, why = found.refused
    assert number > 0
    assert number % (3 if method == "morris" else 4) == 0
    assert number + found.points == 16 * (3 if method == "morris" else 4)
    assert "retirement_share_from_5" in why
    assert "as the model refused one of a group" in str(found)
    assert found.table.loc["workforce.retirement_share_from_5"].abs().max() < 1e-9


@needs_salib
def test_what_is_asked_for_is_checked() -> None:
    study = ws.Study(small_authority(), {"Do nothing": []}, start="2025-10-01", years=0.25)
    with pytest.raises(InputError, match="did you mean 'morris'"):
        study.sensitivity(method="moris", progress=False)
    with pytest.raises(InputError, match="size=64"):
        study.sensitivity(method="sobol", size=60, progress=False)
    with pytest.raises(InputError, match="at most 20 assumptions"):
        study.sensitivity(method="sobol", progress=False)


def test_without_salib_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib", None)
    with pytest.raises(ExtraMissing, match=r'pip install "workforce_sim\[sensitivity\]"'):
        effects("morris", np.zeros((2, 1)), np.zeros(2), ["a"])
    study = ws.Study(small_authority(), {"Do nothing": []}, start="2025-10-01", years=0.25)
    with pytest.raises(ExtraMissing, match=r"study\.tornado\(\) needs nothing more"):
        study.sensitivity(assumptions={HOURS: (3.0, 5.0)}, progress=False)


@needs_salib
def test_the_model_itself_rests_on_the_hours_of_work() -> None:
    service = small_authority(8, referrals_per_day=2.0, caseload=10.0)
    study = ws.Study(service, {"Do nothing": []}, start="2025-10-01", years=0.25)
    asked = {HOURS: (3.0, 5.0), "costs.on_costs": None}
    found = study.sensitivity(
        measure="open_children", assumptions=asked, size=4, replications=2, progress=False
    )
    assert found.table.index[0] == HOURS
    assert found.table.loc["costs.on_costs", "effect"] == 0.0
    assert found.table.loc[HOURS, "direction"] < 0
