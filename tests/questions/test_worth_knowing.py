"""What it is worth to learn an assumption before choosing."""

import math

import numpy as np
import pytest
from scipy.stats import norm

import workforce_sim as ws
from tests.questions.formulas import FormulaWorlds, luck, plan
from workforce_sim.errors import InputError
from workforce_sim.study.questions.uncertain import Uncertainty, uncertain
from workforce_sim.study.questions.worth_knowing import WorthKnowing, evppi, noise_level, worth_knowing
from workforce_sim.testing import small_authority

HOURS = "casework.case_hours_per_day"
MARGIN = "pressure.margin"


def closed_form(mean: float, sd: float) -> float:
    """EVPPI of one of two options whose difference is N(mean, sd^2): sd phi(m/s) - |m| Phi(-|m|/s)."""
    return float(sd * norm.pdf(mean / sd) - abs(mean) * norm.cdf(-abs(mean) / sd))


@pytest.mark.parametrize("mean", [0.0, 0.5, -1.0, 3.0])
def test_the_linear_gaussian_closed_form_is_met(mean: float) -> None:
    """The second option is better by mean + theta + what no assumption explains; both have luck as well."""
    rng = np.random.default_rng(21)
    draws = 8000
    theta = rng.standard_normal(draws)
    better = mean + theta + rng.normal(0, 1.5, draws)
    found = evppi(theta, np.stack([np.zeros(draws), better], axis=1))
    assert found.worth == pytest.approx(closed_form(mean, 1.0), abs=0.03)
    assert found.low <= closed_form(mean, 1.0) <= found.high


def test_with_no_spread_around_it_the_value_of_perfect_information_is_0_3989() -> None:
    theta = norm.ppf((np.arange(4000) + 0.5) / 4000)
    found = evppi(theta, np.stack([np.zeros(4000), theta], axis=1))
    assert found.worth == pytest.approx(1 / math.sqrt(2 * math.pi), abs=1e-3)


@pytest.mark.slow
def test_the_interval_holds_at_its_rate_with_the_default_number_of_draws() -> None:
    """64 draws, as much noise as signal, options half a standard deviation apart: 95% of 200 studies."""
    rng = np.random.default_rng(22)
    held, trials, truth = 0, 200, closed_form(0.5, 1.0)
    for trial in range(trials):
        theta = norm.ppf((rng.permutation(64) + rng.random(64)) / 64)
        better = 0.5 + theta + rng.standard_normal(64)
        found = evppi(theta, np.stack([np.zeros(64), better], axis=1), seed=trial)
        held += found.low <= truth <= found.high
    assert held / trials >= 0.93


def test_an_assumption_of_no_consequence_is_worth_nothing_that_noise_does_not_give() -> None:
    rng = np.random.default_rng(23)
    theta, other = rng.standard_normal((2, 256))
    benefits = np.stack([np.zeros(256), theta + 0.2 * rng.standard_normal(256)], axis=1)
    noise = noise_level(np.stack([theta, other], axis=1), benefits)
    assert evppi(theta, benefits).worth > 5 * noise
    assert evppi(other, benefits).worth <= noise


def test_a_curve_is_seen_that_a_line_would_miss() -> None:
    """The second option is better in the middle and worse at both ends: a straight line sees nothing."""
    theta = np.linspace(-1, 1, 201)
    better = 1 / 3 - theta**2
    found = evppi(theta, np.stack([np.zeros(201), better], axis=1))
    exact = float(np.maximum(better, 0).mean() - max(0.0, better.mean()))
    assert found.worth == pytest.approx(exact, rel=1e-6)


def test_what_always_comes_out_the_same_way_is_worth_nothing() -> None:
    theta = np.linspace(0, 1, 32)
    assert evppi(theta, np.stack([np.zeros(32), 5 + theta], axis=1)).worth == 0.0
    assert evppi(np.ones(32), np.stack([np.zeros(32), theta - 0.5], axis=1)).worth == 0.0


def test_tables_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="one row of benefits for each draw"):
        evppi(np.arange(10.0), np.zeros((9, 2)))
    with pytest.raises(InputError, match="finite"):
        evppi(np.full(10, np.nan), np.zeros((10, 2)))


def pays_off(arm: object, world: int) -> float:
    """Caseload falls by the hours above 5 (and rises below), which nobody knows; luck is shared."""
    hours = arm.authority.casework.case_hours_per_day  # type: ignore[attr-defined]
    return 20 - (hours - 5) * (arm.name == "Something") + luck(world)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def drawn() -> Uncertainty:
    worlds = FormulaWorlds(
        caseload=pays_off, cost_to_date_gbp=lambda arm, r: 100.0 * (arm.name == "Something")
    )
    asked = {HOURS: (3.0, 7.0), MARGIN: None}
    service = small_authority(casework={"case_hours_per_day": 5.0})
    return uncertain(plan(service), worlds, 64, 2, "sobol", asked, False)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def answered(drawn: Uncertainty) -> WorthKnowing:
    return worth_knowing(drawn, 1000.0, "caseload", None)


def test_the_answer_is_of_value_less_cost(drawn: Uncertainty, answered: WorthKnowing) -> None:
    """Benefit 1000 (h - 5) - 100 with h even between 3 and 7: h is worth (1.9^2 / 2) / 4 thousand."""
    hours = drawn.draws[HOURS].to_numpy()
    benefit = 1000 * (hours - 5) - 100
    exact = np.maximum(benefit, 0).mean() - max(0.0, benefit.mean())
    assert exact == pytest.approx(1000 * 1.9**2 / 2 / 4, rel=0.03)
    assert answered.table.loc[HOURS, "worth_gbp"] == pytest.approx(exact, rel=1e-6)
    assert answered.everything_gbp == pytest.approx(exact, rel=1e-6)
    assert answered.benefits["Something"] == pytest.approx(benefit.mean())
    assert answered.choice == "Do nothing"
    assert answered.table.index[0] == HOURS
    assert bool(answered.table.loc[HOURS, "above_noise"])
    assert not bool(answered.table.loc[MARGIN, "above_noise"])


def test_sentence_and_chart_name_the_assumption(answered: WorthKnowing) -> None:
    assert f"Most worth learning before choosing is {HOURS}" in str(answered)
    assert "“Do nothing” is best on what is known now" in str(answered)
    assert HOURS in answered.plot().workforce_sim_alt  # type: ignore[attr-defined]


def test_what_cannot_be_answered_is_refused(drawn: Uncertainty) -> None:
    with pytest.raises(InputError, match="more or less is better"):
        drawn.worth_knowing(1000.0, "case_holders_fte")
    with pytest.raises(InputError, match="more than 0"):
        drawn.worth_knowing(0.0)
    alone = ws.Study(small_authority(), {"Do nothing": []}, start="2025-10-01", years=0.25)
    with pytest.raises(InputError, match="nothing to choose"):
        alone.worth_knowing(1000.0, draws=8, assumptions={HOURS: (3.0, 5.0)}, progress=False)
