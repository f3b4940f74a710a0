"""Assumptions that are not known: which are varied, how they are drawn, and what is chance."""

import datetime as dt

import numpy as np
import pytest
from scipy.special import ndtr

import workforce_sim as ws
from tests.questions.formulas import FormulaWorlds, luck, plan
from workforce_sim.errors import InputError
from workforce_sim.study.arm import Plan
from workforce_sim.study.assumptions import (
    Assumption,
    assumptions_of,
    shares_with,
    with_assumptions,
)
from workforce_sim.study.draws import latin_hypercube, sobol_points
from workforce_sim.study.intervals import mean_interval
from workforce_sim.study.questions.uncertain import Uncertainty, predictive, shares, uncertain
from workforce_sim.testing import small_authority

HOURS = "casework.case_hours_per_day"
MARGIN = "pressure.margin"
ENGLAND = ws.Authority.preset("england-2025")
ONE_STAGE = ws.Authority(
    name="One stage",
    census={"turnover_rate": 15.0, "caseload": 16.0, "date": "2024-09-30"},
    demand={"children_per_year": 1000.0},
    posts=({"grade": "worker", "number": 60, "vacant": 6, "salary_gbp": 40_000.0},),
)


# -- which assumptions, and between what ------------------------------------------------------------


def test_the_value_is_the_median_and_nothing_leaves_its_range() -> None:
    law = Assumption("x", value=2.0, low=1.0, high=10.0)
    u = (np.arange(1000) + 0.5) / 1000
    drawn = law.at(u)
    assert drawn.min() >= 1.0
    assert drawn.max() <= 10.0
    assert np.mean(drawn < 2.0) == 0.5
    assert law.at([0.0, 0.5, 1.0]).tolist() == [1.0, 2.0, 10.0]
    # each half is even: a quarter of the draws in each half of each side
    assert np.mean(drawn < 1.5) == 0.25
    assert np.mean(drawn < 6.0) == 0.75


def test_every_range_of_the_register_is_varied_or_left_out_with_a_reason() -> None:
    register = ENGLAND.assumptions()
    found = assumptions_of(ENGLAND)
    ranged = [str(p) for p, low in register["low"].items() if low is not None and low == low]
    assert set(ranged) == set(found.paths) | (set(ranged) & set(found.left_out))
    assert all(a.low <= a.value <= a.high and a.low < a.high for a in found.varied)
    assert "not used" in found.left_out["casework.work_hours"]
    assert "solved" in found.left_out["posts.social worker.leaving_scale"]
    assert "number" in found.left_out["demand.season"]


def test_a_planner_restricts_and_adds_ranges() -> None:
    found = assumptions_of(ENGLAND, {"pressure.*": None, MARGIN: (0.0, 0.2), "census.caseload": (14.0, 18.0)})
    ranges = {a.path: (a.low, a.high) for a in found.varied}
    assert ranges[MARGIN] == (0.0, 0.2)
    assert ranges["census.caseload"] == (14.0, 18.0)
    assert {p.split(".")[0] for p in ranges} == {"pressure", "census"}


def test_a_value_outside_the_range_of_the_register_is_left_out_and_refused_by_name() -> None:
    long_notice = ENGLAND.with_changes(workforce={"notice_days": 100.0})
    assert "does not" in assumptions_of(long_notice).left_out["workforce.notice_days"]
    with pytest.raises(InputError, match="state a range of your own"):
        assumptions_of(long_notice, ["workforce.notice_days"])
    assert assumptions_of(long_notice, {"workforce.notice_days": (80.0, 120.0)}).paths == [
        "workforce.notice_days"
    ]


def test_everything_that_is_wrong_is_said_at_once_with_the_nearest_name() -> None:
    asked = {
        "presure.margin": None,
        MARGIN: (0.5, 0.6),
        HOURS: (5.0, 4.0),
        "casework.allocation": None,
        "casework.work_scale": None,
    }
    with pytest.raises(InputError) as caught:
        assumptions_of(ENGLAND, asked)
    assert len(caught.value.problems) == 5
    said = str(caught.value)
    assert "did you mean 'pressure.margin'?" in said
    assert "0.5 to 0.6 does not" in said
    with pytest.raises(InputError, match="names in a list"):
        assumptions_of(ENGLAND, "pressure.margin")
    with pytest.raises(InputError, match="at least one"):
        assumptions_of(ENGLAND, [])


# -- another value in its place ---------------------------------------------------------------------


def test_every_kind_of_path_is_set() -> None:
    values = {
        MARGIN: 0.2,
        "pathway.mean_return_days": 200.0,
        "pathway.assessment.work_hours": 14.0,
        "pathway.closed.return_share": 0.3,
        "pathway.assessment.next.closed": 0.3,
        "posts.social worker.salary_gbp": 41_000.0,
        "teams.number": 12.4,
    }
    made = with_assumptions(ENGLAND, values)
    assert made.pressure.margin == 0.2
    assert made.pathway is not None
    assert made.pathway.mean_return_days == 200.0
    assert made.pathway.stages["assessment"].work_hours == 14.0
    assert made.pathway.exits["closed"].return_share == 0.3
    assert made.pathway.stages["assessment"].next["closed"] == pytest.approx(0.3, abs=1e-12)
    assert next(g for g in made.posts if g.grade == "social worker").salary_gbp == 41_000.0
    assert made.teams.number == 12


def test_a_path_that_is_not_there_and_a_value_that_is_not_allowed_are_refused() -> None:
    unknown = {"posts.social workr.salary_gbp": 1.0, "pathway.asessment.work_hours": 2.0, "x": 3.0}
    with pytest.raises(InputError) as caught:
        with_assumptions(ENGLAND, unknown)
    assert len(caught.value.problems) == 3
    assert "did you mean 'pathway.assessment.work_hours'" in str(caught.value)
    with pytest.raises(InputError, match="at most"):
        with_assumptions(ENGLAND, {"workforce.retirement_share_from_5": 1.5})
    with pytest.raises(InputError, match="the path of a setting"):
        with_assumptions(ONE_STAGE, {"pathway.assessment.work_hours": 2.0})


def test_the_values_of_the_authority_change_nothing() -> None:
    found = assumptions_of(ENGLAND)
    same = with_assumptions(ENGLAND, {a.path: a.value for a in found.varied})
    before, after = ENGLAND.assumptions()["value"], same.assumptions()["value"]
    for path in found.paths:
        assert after[path] == pytest.approx(before[path], rel=1e-12), path


def test_what_is_solved_already_runs_the_same_worlds() -> None:
    """Draws are run as balanced authorities, so that none solves them again: no number may change."""
    scenario = [ws.NewPosts(3, start="2025-11-01"), ws.PayChange(5, start="2025-12-01")]
    other = ENGLAND.with_changes(casework={"case_hours_per_day": 4.6}, workforce={"notice_days": 45.0})
    worlds = [
        Plan(service, {"Both": scenario}, dt.date(2025, 10, 1), 0.5, 1).arms[0].measure(0)
        for service in (
            other,
            with_assumptions(ENGLAND, {HOURS: 4.6, "workforce.notice_days": 45.0}),
        )
    ]
    assert np.array_equal(worlds[0], worlds[1], equal_nan=True)


def test_shares_add_up_to_one_whichever_are_given() -> None:
    onward = {"closed": 0.5, "plan": 0.3, "court": 0.2}
    assert shares_with(onward, {"court": 0.2}) == onward
    both = shares_with(onward, {"closed": 0.8, "plan": 0.4})
    assert sum(both.values()) == pytest.approx(1.0, abs=1e-15)
    assert both["closed"] / both["plan"] == pytest.approx(2.0)
    three = shares_with(onward, {"closed": 0.4, "plan": 0.4, "court": 0.4})
    assert list(three.values()) == pytest.approx([1 / 3] * 3)


def test_a_service_of_one_stage_has_assumptions_too() -> None:
    paths = assumptions_of(ONE_STAGE).paths
    assert not [p for p in paths if p.startswith("pathway.")]
    assert with_assumptions(ONE_STAGE, {"casework.work_cv": 0.5}).casework.work_cv == 0.5


# -- how they are drawn -------------------------------------------------------------------------------


def test_a_latin_hypercube_has_one_draw_in_every_slice() -> None:
    u = latin_hypercube(16, 5, seed=3)
    assert np.array_equal(np.sort((u * 16).astype(int), axis=0), np.tile(np.arange(16)[:, None], 5))
    assert not np.array_equal(u, latin_hypercube(16, 5, seed=4))
    assert np.array_equal(u, latin_hypercube(16, 5, seed=3))


def test_more_sobol_points_begin_with_the_same_ones() -> None:
    assert np.array_equal(sobol_points(8, 3, seed=2), sobol_points(16, 3, seed=2)[:8])
    assert ((sobol_points(64, 3, seed=2) * 64).astype(int).max(axis=0) == 63).all()


# -- chance and assumptions ---------------------------------------------------------------------------


def test_the_split_follows_the_formulas() -> None:
    rng = np.random.default_rng(5)
    y = rng.normal(size=(30, 1)) * 2 + rng.normal(size=(30, 4))
    found = shares(y)
    within = y.var(axis=1, ddof=1).mean()
    assert found.chance == pytest.approx(within)
    assert found.assumptions == pytest.approx(y.mean(axis=1).var(ddof=1) - within / 4)
    assert found.share == pytest.approx(found.assumptions / (found.assumptions + found.chance))


def test_the_split_knows_what_there_is_not() -> None:
    only_luck = shares([[1.0, -1.0], [-1.0, 1.0], [1.0, -1.0]])
    assert (only_luck.assumptions, only_luck.share, only_luck.low) == (0.0, 0.0, 0.0)
    only_assumptions = shares([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])
    assert (only_assumptions.share, only_assumptions.low, only_assumptions.high) == (1.0, 1.0, 1.0)
    assert np.isnan(shares(np.ones((4, 2))).share)
    with pytest.raises(InputError, match="worlds=2"):
        shares(np.ones((4, 1)))


def test_the_linear_gaussian_model_splits_into_0_8_and_0_2() -> None:
    """Y = theta + e with theta ~ N(0, 2^2) and e ~ N(0, 1): four fifths are the assumption."""
    rng = np.random.default_rng(11)
    y = rng.normal(0, 2, (40_000, 1)) + rng.normal(0, 1, (40_000, 2))
    found = shares(y)
    assert found.share == pytest.approx(0.8, abs=0.005)
    assert found.chance == pytest.approx(1.0, abs=0.03)
    assert found.low < 0.8 < found.high


def test_intervals_of_share_and_mean_and_the_predictive_law_hold_at_their_rate() -> None:
    """4,000 studies of 64 draws and 2 worlds of the linear-Gaussian model with mean 0 and share 0.8."""
    rng = np.random.default_rng(12)
    trials = 4000
    share_held = mean_held = 0
    predicted = []
    for _ in range(trials):
        y = rng.normal(0, 2, (64, 1)) + rng.normal(0, 1, (64, 2))
        s = shares(y)
        share_held += s.low <= 0.8 <= s.high
        _, low, high = mean_interval(y.mean(axis=1))
        mean_held += bool(low <= 0 <= high)
        predicted.append([_covered(predictive(y, level)) for level in (0.9, 0.95)])
    assert share_held / trials == pytest.approx(0.95, abs=0.012)
    assert mean_held / trials == pytest.approx(0.95, abs=0.012)
    assert np.mean(predicted, axis=0).tolist() == pytest.approx([0.9, 0.95], abs=0.005)


def test_even_draws_make_the_interval_of_the_mean_safe() -> None:
    """2,000 studies of 32 Latin hypercube draws of 3 lopsided assumptions: it holds in 95% or more."""
    law = Assumption("x", value=1.0, low=0.0, high=5.0)
    exact = 3 * (0.5 * 0.5 + 0.5 * 3.0)
    rng = np.random.default_rng(13)
    held = 0
    for trial in range(2000):
        theta = law.at(latin_hypercube(32, 3, seed=trial)).sum(axis=1)
        y = theta[:, None] + rng.normal(0, 2, (32, 2))
        _, low, high = mean_interval(y.mean(axis=1))
        held += bool(low <= exact <= high)
    assert held / 2000 >= 0.94


def _covered(band: tuple[float, float]) -> float:
    """What part of N(0, 5) a band holds."""
    low, high = ndtr(np.array(band) / np.sqrt(5))
    return float(high - low)


def hours_and_luck(arm: object, world: int) -> float:
    """10 children for each hour, 5 fewer under the second scenario, and the luck of the world for both."""
    hours = arm.authority.casework.case_hours_per_day  # type: ignore[attr-defined]
    something = arm.name == "Something"  # type: ignore[attr-defined]
    return 10 * hours - (5 + hours) * something + luck(world)


@pytest.fixture(scope="module")
def known() -> tuple[Uncertainty, FormulaWorlds]:
    worlds = FormulaWorlds(caseload=hours_and_luck)
    asked = {HOURS: (3.0, 7.0)}
    return uncertain(plan(), worlds, 16, 2, "latin hypercube", asked, False), worlds  # type: ignore[arg-type]


def test_every_draw_has_worlds_of_its_own_shared_by_all_scenarios(
    known: tuple[Uncertainty, FormulaWorlds],
) -> None:
    found, worlds = known
    for scenario in found.scenarios:
        assert sorted(r for name, r in worlds.asked if name == scenario) == list(range(32))
    assert found.draws.shape == (16, 1)
    hours = found.draws[HOURS].to_numpy()
    expected = 10 * hours[:, None] + np.array([luck(r) for r in range(32)]).reshape(16, 2)
    assert found.samples("caseload", "Do nothing")[:, :, -1] == pytest.approx(expected)


def test_paired_differences_have_no_luck_in_them(known: tuple[Uncertainty, FormulaWorlds]) -> None:
    found, _ = known
    row = found.compare(measures="caseload", at=24).iloc[0]
    hours = found.draws[HOURS].to_numpy()
    assert row["difference"] == pytest.approx(-(5 + hours).mean())
    assert row["sd_chance"] == pytest.approx(0.0, abs=1e-6)
    assert row["assumptions_share"] == pytest.approx(100.0)
    assert row["better_in"] == 100.0
    assert row["verdict"] == "lower: better"
    _, low, high = mean_interval(-(5 + hours))
    assert (row["low"], row["high"]) == pytest.approx((low, high))  # sup-t of one number is t


def test_the_table_is_of_chance_and_assumptions(known: tuple[Uncertainty, FormulaWorlds]) -> None:
    found, _ = known
    row = found.table("caseload", 24).loc[("caseload", "Do nothing", 24)]
    values = found.samples("caseload", "Do nothing")[:, :, 24]
    assert row["mean"] == pytest.approx(values.mean())
    assert row["p95"] == pytest.approx(predictive(values)[1])
    assert predictive(values) == pytest.approx(np.quantile(values, [0.05, 0.95], method="weibull"))
    assert row["assumptions_share"] == pytest.approx(100 * shares(values).share)
    assert row["share_low"] < row["assumptions_share"] < row["share_high"]


def test_sentence_and_chart_say_which_uncertainty_they_show(known: tuple[Uncertainty, FormulaWorlds]) -> None:
    found, _ = known
    said = str(found)
    assert "chance and assumptions" in said
    assert "16 draws of 1 assumption, 2 worlds each" in said
    assert "more worlds narrow only what chance does" in said
    chart = found.plot()
    assert "chance and assumptions" in chart.workforce_sim_alt  # type: ignore[attr-defined]
    assert len(found.plot(scenarios=["Do nothing"]).axes) == 1


def test_a_draw_that_the_model_refuses_is_named_and_left_out() -> None:
    """A share above 1 is not possible: the draws above it are left out, the study goes on."""
    worlds = FormulaWorlds(caseload=lambda arm, r: 0.0)
    asked = {"workforce.retirement_share_from_5": (0.2, 1.5)}
    found = uncertain(plan(), worlds, 16, 2, "latin hypercube", asked, False)  # type: ignore[arg-type]
    assert 1 <= len(found.refused) < 8
    assert len(found.drawn) + len(found.refused) == 16
    assert found.drawn.max() <= 1.0
    assert "retirement_share_from_5" in found.sentence()
    with pytest.raises(InputError, match="draws refused"):
        uncertain(
            plan(), worlds, 8, 2, "latin hypercube", {"workforce.retirement_share_from_5": (0.3, 50.0)}, False
        )  # type: ignore[arg-type]


def test_what_is_asked_for_is_checked() -> None:
    study = ws.Study(small_authority(), {"Do nothing": []}, start="2025-10-01", years=1)
    with pytest.raises(InputError) as caught:
        study.uncertain(4, 1, "latin hypercub", progress=False)
    assert len(caught.value.problems) == 3
    assert "did you mean 'latin hypercube'?" in str(caught.value)
    with pytest.raises(InputError, match="draws=32 or draws=64"):
        study.uncertain(50, method="sobol", progress=False)


# -- with the model itself ----------------------------------------------------------------------------


def test_a_study_with_drawn_assumptions_runs_twice_the_same_and_pairs_luck() -> None:
    scenarios = {"Do nothing": [], "Nothing new": []}
    service = small_authority(6, referrals_per_day=0.5)
    for method in ("latin hypercube", "sobol"):
        study = ws.Study(service, scenarios, start="2025-10-01", years=0.5)
        found = study.uncertain(8, 2, method, {HOURS: (3.0, 6.0)}, progress=False)
        again = study.uncertain(8, 2, method, {HOURS: (3.0, 6.0)}, progress=False)
        assert np.array_equal(found.values, again.values, equal_nan=True)
        cases = [found.samples("open_children", name) for name in scenarios]
        assert np.array_equal(cases[0], cases[1])
        assert len(np.unique(cases[0][:, 0, -1])) > 1


def test_functions_of_a_notebook_are_run_with_every_draw() -> None:
    """A function has no key of its own when it holds a list; each draw must still be run."""
    kept: list[dt.date] = []

    def watch(env: object, service: object) -> None:
        kept.append(dt.date(2025, 10, 1))

    study = ws.Study(small_authority(3), {"Do nothing": [], "Watch": [watch]}, start="2025-10-01", years=0.25)
    found = study.uncertain(8, 2, assumptions={HOURS: (1.0, 8.0)}, progress=False)
    assert len(kept) == 16
    assert np.array_equal(found.values[0], found.values[1], equal_nan=True)


def test_progress_says_beforehand_how_much_there_is_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    study = ws.Study(small_authority(3), {"Do nothing": []}, start="2025-10-01", years=0.25)
    study.uncertain(8, 2, assumptions={HOURS: (3.0, 6.0)})
    said = capsys.readouterr().err
    assert "draws of assumptions: up to 16 worlds, less than a minute" in said
