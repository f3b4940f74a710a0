"""Calibration: years, a service as it was, parameters, and rates that are found again."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import workforce_sim as ws
from tests.data import recovery
from tests.data.returns import csww_row, write
from workforce_sim.data.calibration.as_it_was import as_it_was, moved, posts_followed, stocks_of
from workforce_sim.data.calibration.calibrate import Calibration, Candidates
from workforce_sim.data.calibration.fitted_parameters import Parameter, first_stage, rates_today
from workforce_sim.data.calibration.fitted_words import unknown_words
from workforce_sim.data.calibration.simulated_moments import estimate
from workforce_sim.data.calibration.yearly import Yearly, yearly
from workforce_sim.data.csww import read_csww
from workforce_sim.data.whole_posts import Stocks

OWN = pd.DataFrame(
    {
        "inpost_fte": [48.0, 50.0, 47.0, 52.0],
        "vacancy_fte": [12.0, 10.0, 13.0, 12.0],
        "agency_fte": [8.0, 7.0, 9.0, 8.0],
        "leavers_fte": [7.0, 9.0, 6.0, 8.0],
    },
    index=[2022, 2023, 2024, 2025],
)


def cell(table: Any, row: str, column: str) -> Any:
    """One cell of a table."""
    return table.loc[row, column]


@pytest.fixture(scope="module")
def fit() -> Calibration:
    """A fit of two parameters to seven years of one world, with few runs."""
    observed = recovery.years_of(recovery.truth(), 0)
    wanted = ["workforce.leaving_scale", "workforce.leaving_year_cv"]
    names = ["turnover_rate", "turnover_rate between years", "vacancy_rate"]
    return ws.calibrate(recovery.service(), observed, parameters=wanted, moments=names, worlds=3)


# ---- The years -------------------------------------------------------------------------------------------


def test_years_of_a_published_area(tmp_path: Path) -> None:
    """Low agency rounds to 0, a suppressed cell is no figure, and other areas are left alone."""
    rows = [
        csww_row("Anytown", time_period=str(year), inpost_fte=str(year - 1920), agency_fte=agency)
        for year, agency in ((2021, "c"), (2022, "6"), (2023, "low"), (2024, "u"), (2025, "8"))
    ]
    found = yearly(read_csww(write(tmp_path / "csww.csv", [*rows, csww_row("North")])), "Anytown")
    assert found.years == [2022, 2023, 2024, 2025]  # 2021 does not say how many agency workers there were
    assert found.counts["agency_fte"].tolist()[:2] == [6.0, 0.0]
    assert np.isnan(found.counts["agency_fte"][2])
    assert found.posts().tolist() == [132.0, 133.0, 134.0, 135.0]
    assert "Anytown, 2022 to 2025" in found.source


def test_years_before_a_change_of_boundaries_are_those_of_another_area(tmp_path: Path) -> None:
    """Dorset of 2018 was another Dorset."""
    rows = [csww_row("Dorset", time_period=str(year)) for year in range(2017, 2026)]
    assert yearly(write(tmp_path / "csww.csv", rows), "Dorset").years[0] == 2019


def test_everything_wrong_with_own_years_is_said_at_once() -> None:
    """A misspelt column, one that is missing, a text and an index that is no year."""
    wrong = OWN.rename(columns={"vacancy_fte": "vacancies_fte"}).reset_index(drop=True)
    with pytest.raises(ws.InputError) as error:
        yearly(wrong.assign(agency_fte=["8", 7.0, -9.0, 8.0]))
    paths = [p.path for p in error.value.problems]
    assert paths == [
        "observed: column vacancies_fte",
        "observed: column vacancy_fte",
        "observed: index",
        "observed: agency_fte",
    ]
    assert "did you mean 'vacancy_fte'?" in error.value.problems[0].fix


# ---- The service as it was -------------------------------------------------------------------------------


def test_a_service_put_back_to_its_own_stocks_is_what_it_is() -> None:
    """Dealt in today's proportions, today's totals are today's posts."""
    england = ws.Authority.preset("england-2025")
    groups = england.posts
    in_post = float(sum(g.number - g.vacant for g in groups))
    covering, above = sum(g.agency for g in groups), sum(g.agency_above_establishment for g in groups)
    vacant = float(sum(g.vacant for g in groups))
    stocks = Stocks(in_post, float(covering + above), float(covering), vacant, 0.0)
    census = england.census
    same = as_it_was(england, stocks, england.open_children(), census.turnover_rate)
    assert same.posts == groups
    assert same.open_children() == england.open_children()
    assert same.demand.children_per_year == pytest.approx(england.demand.children_per_year, rel=1e-3)


def test_a_service_opens_with_the_cases_that_were_published() -> None:
    """The published caseload leaves out workers without a case, so cases are taken and not the caseload."""
    observed = yearly(OWN.assign(cases=300.0, case_holders_fte=40.0))
    start = Candidates(recovery.service(), observed, [], [], seed=3).start
    assert start.open_children() == 300
    assert start.census.caseload == pytest.approx(300 / 56)  # 48 in post and 8 agency, of whom 40 hold some


def test_rates_mean_the_same_from_another_starting_state() -> None:
    """Starters per vacancy and leaving at a given load do not depend on where the counting starts."""
    now = recovery.service()
    then = as_it_was(now, Stocks(54.0, 3.0, 3.0, 6.0, 57.0), 57 * 6.0, 14.0)
    rates = {
        "leaving_scale": 1.0,
        "hires_per_empty_post_year": 1.4,
        "hires_per_covered_post_year": 0.2,
        "covers_per_empty_post_year": 3.0,
    }
    (group,) = moved([rates], now, then)
    assert group.hires_per_empty_post_year == pytest.approx(1.4 * (6 / 12) ** -0.5)
    assert group.hires_per_covered_post_year == pytest.approx(0.2 * (6 / 12) ** -0.5)
    elasticity = now.workforce.caseload_elasticity
    assert group.leaving_scale == pytest.approx((6.0 / 4.0) ** elasticity)
    assert group.covers_per_empty_post_year == 3.0


def test_posts_are_followed_from_year_to_year() -> None:
    """A world has as many posts as were published, whatever its people do."""
    observed = yearly(OWN)
    service = Candidates(recovery.service(), observed, [], [], seed=3)
    assert [policy.headline() for policy in service.policies] == ["4 new posts (worker)"]
    years = service._years(service.start.balanced(), 0)
    total = years["inpost_fte"] + years["vacancy_fte"]
    assert total.tolist() == [60.0, 60.0, 60.0, 64.0]


def test_posts_that_were_closed_are_closed_without_unrest() -> None:
    """From 64 posts to 60; those who stay leave as they would have."""
    fewer = dataclasses.replace(yearly(OWN), counts={k: v[::-1] for k, v in yearly(OWN).counts.items()})
    start = as_it_was(recovery.service(), stocks_of(fewer, 0), None, 14.0)
    (policy,) = posts_followed(fewer, start)
    assert isinstance(policy, ws.Redundancy)
    assert (policy.number, policy.unsettled_percent, str(policy.start)) == (4, 0.0, "2023-04-01")


def test_the_first_stage_of_a_service_that_stays_is_one() -> None:
    """Where the average year is the starting row the balance explains it, without a factor."""
    now = recovery.service()
    average = as_it_was(now, Stocks(48.0, 8.0, 8.0, 12.0, 56.0), 56 * 4.0, 14.0).balanced()
    found = first_stage(now, rates_today(now, average), average)
    assert list(found.values()) == pytest.approx([1.0] * len(found), rel=1e-3)


def test_a_service_without_agency_today_gets_the_rate_of_its_average_year() -> None:
    """No multiple of nothing explains the agency workers it had."""
    now = recovery.service()
    none = as_it_was(now, Stocks(48.0, 0.0, 0.0, 12.0, 48.0), 48 * 4.0, 14.0).balanced()
    average = as_it_was(now, Stocks(48.0, 8.0, 8.0, 12.0, 56.0), 56 * 4.0, 14.0).balanced()
    assert none.posts[0].covers_per_empty_post_year == 0.0
    (rates,) = rates_today(none, average)
    assert rates["covers_per_empty_post_year"] == average.posts[0].covers_per_empty_post_year


# ---- What is refused -------------------------------------------------------------------------------------


def test_everything_wrong_is_said_at_once() -> None:
    """A misspelt parameter, one without a range, a wrong factor, and moments that are not there."""
    with pytest.raises(ws.InputError) as error:
        ws.calibrate(
            recovery.service(),
            OWN,
            parameters={
                "workforce.leaving_scal": None,
                "census.turnover_rate": None,
                "casework.work_scale": (2.0, 4.0),
            },
            moments=["turnover_rates", "caseload"],
            worlds=0,
        )
    found = {p.path: p for p in error.value.problems}
    assert "did you mean 'workforce.leaving_scale'?" in found["parameters"].fix
    assert "the register has none" in found["parameters: census.turnover_rate"].rule
    assert "with 1 between them" in found["parameters: casework.work_scale"].rule
    assert "did you mean 'turnover_rate'?" in found["moments[0]"].fix
    assert "caseload is in 0" in found["moments[1]"].rule
    assert "worlds" in found


def test_fewer_moments_than_parameters_are_refused_by_name() -> None:
    """Without priors there is nothing to tell them apart by."""
    with pytest.raises(ws.InputError, match=r"as many moments as parameters \(workforce.leaving_scale, "):
        ws.calibrate(recovery.service(), OWN, moments=["turnover_rate", "vacancy_rate"])


def test_years_that_are_too_few_are_refused() -> None:
    """Of two years after the first there is no spread to speak of."""
    with pytest.raises(ws.InputError, match="at least 4 years"):
        ws.calibrate(recovery.service(), OWN, years=(2023, 2025))
    with pytest.raises(ws.InputError, match=r"years=\(2022, 2025\)"):
        ws.calibrate(recovery.service(), OWN, years=(2023, 2026))


# ---- The fit ---------------------------------------------------------------------------------------------


def test_the_fitted_authority_says_what_was_fitted(fit: Calibration) -> None:
    """The values are in the place of those that were solved, with interval and years as source."""
    now, fitted = recovery.service().posts[0], fit.authority.posts[0]
    factor = cell(fit.table, "workforce.leaving_scale", "value")
    assert fitted.leaving_scale == pytest.approx(now.leaving_scale * factor)
    assert fitted.hires_per_empty_post_year == pytest.approx(now.hires_per_empty_post_year)
    assert (fitted.number, fitted.vacant, fitted.agency) == (now.number, now.vacant, now.agency)
    assert fit.authority.workforce.leaving_year_cv == cell(fit.table, "workforce.leaving_year_cv", "value")
    said = fit.authority.provenance()
    assert cell(said, "posts.worker.leaving_scale", "status") == "taken"
    note = cell(said, "posts.worker.leaving_scale", "note")
    assert "95% interval" in note
    assert "own yearly figures, 2019 to 2025" in note
    assert "calibrated" in cell(fit.authority.assumptions(), "workforce.leaving_year_cv", "source")


def test_the_fit_is_nearer_than_where_it_started(fit: Calibration) -> None:
    """In the units of the spread of the moments; and all that is said lies within the bounds."""
    names = list(fit.moments.index)
    worlds = Candidates(recovery.service(), fit.observed, fit.parameters, names, seed=1)
    start = [p.share(worlds.first_stage.get(p.path, 0.24)) for p in fit.parameters]
    weight = np.diag(1 / np.diag(fit.estimate.spread))
    away = [
        fit.moments["observed"].to_numpy() - worlds.moments(np.array(at), 3).mean(axis=0)
        for at in (start, fit.estimate.at)
    ]
    first, last = (float(a @ weight @ a) for a in away)
    assert last < first
    table = fit.table
    assert (table["lowest"] <= table["from"]).all()
    assert (table["to"] <= table["highest"]).all()
    assert ((table["from"] <= table["value"]) & (table["value"] <= table["to"])).all()
    assert fit.degrees_of_freedom == 1
    assert 0 <= fit.p_value <= 1


def test_luck_is_fixed(fit: Calibration) -> None:
    """The same question has the same answer, to the last bit."""
    again = ws.calibrate(
        recovery.service(),
        fit.observed,
        parameters=list(fit.table.index),
        moments=list(fit.moments.index),
        worlds=3,
    )
    pd.testing.assert_frame_equal(again.table, fit.table, check_exact=True)


def test_the_story_and_the_picture_have_the_numbers(fit: Calibration) -> None:
    """The sentence is safe to paste, and the picture says in words what it shows."""
    said = fit.story()
    assert fit.sentence in said
    assert "2019 to 2025" in said
    assert f"J = {fit.j:.1f} on 1 degree of freedom" in said
    assert f"coefficient of variation of {fit.over_dispersion.cv:.2f}" in said  # type: ignore[union-attr]
    picture = fit.plot()
    assert picture.workforce_sim_alt.count("years lie where nine worlds in ten do") == 5  # type: ignore[attr-defined]
    drawn: pd.DataFrame = picture.table  # type: ignore[attr-defined]
    assert drawn.index.get_level_values("figure").nunique() == 5
    pd.testing.assert_frame_equal(drawn, fit.years.loc[drawn.index])


def test_what_cannot_be_told_is_said_in_words() -> None:
    """Assignments and calls for cover enter the same moments: longer ones look like more calls."""
    parameters = (
        Parameter("workforce.covers_per_empty_post_year", 1.0, 0.25, 4.0, ""),
        Parameter("workforce.agency_assignment_months", 6.0, 3.0, 18.0, "months"),
    )
    luck = np.random.default_rng(1).normal(0, 0.05, (100, 2))
    both = np.array([[2.0, 2.0], [1.0, 1.0]])
    best = estimate(lambda u, n: both @ u + luck[:n], both @ [0.5, 0.4], np.array([0.5, 0.5]), 40, 100)
    (said,) = unknown_words(parameters, best)
    assert said in (
        "more of agency starts per empty post together with less of agency assignment months hardly shows"
        " in the years",
        "more of agency assignment months together with less of agency starts per empty post hardly shows"
        " in the years",
    )


@pytest.mark.slow
def test_known_parameters_are_found_again() -> None:
    """Four worlds of known parameters, each fitted: of 20 intervals of 95% at most three miss (docs/data.md).

    Four or more would miss once in 60 experiments. ``python -m tests.data.recovery`` is the whole of it.
    """
    trials = [recovery.recover(trial) for trial in range(4)]
    held = sum(one.holds(path) for one in trials for path in recovery.TRUTH)
    assert held >= 17, recovery.table(trials)


def test_yearly_figures_are_passed_on_as_they_are() -> None:
    """What was read once need not be read again."""
    found = yearly(OWN)
    assert isinstance(found, Yearly)
    assert yearly(found) is found
