"""The tipping caseload: the mean-field curve of completions, and a simulated service that follows it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import workforce_sim as ws
from tests.plain import plain
from workforce_sim.authority.tipping import completions
from workforce_sim.report.charts.tipping import tipping_chart

#: England's median authority as a service of one stage: there the curve is known in closed form.
ENGLAND = plain(
    ws.Authority.preset("england-2025"), pathway=None, demand={"children_per_year": 1432.0}
).balanced()


def still(caseload: float, **casework: Any) -> ws.Authority:
    """England's service with nobody coming or going, no cap, no seasons: caseload alone moves completions."""
    posts = ({"grade": "social worker", "number": 60, "salary_gbp": 38500.0},)
    return ENGLAND.with_changes(
        census={"caseload": caseload},
        posts=posts,
        teams={"number": 1},
        demand={"season": (1.0,) * 12, "year_cv": 0.0, "children_per_year": 60 * 14.0},
        workforce={"leaving_scale": 0.0, "hires_per_vacancy_year": 0.0, "covers_per_empty_post_year": 0.0},
        casework={"caseload_cap": None, "work_hours": 50.0, "work_cv": 0.5, **casework},
    )


def test_the_curve_rises_flattens_and_falls() -> None:
    """Steepest while everybody gets full attention, slower on overtime, down once upkeep takes the hours."""
    point = ws.tipping_point(ENGLAND)
    steep = np.diff(completions(ENGLAND, [5, 6, 7]))
    slow = np.diff(completions(ENGLAND, [20, 21, 22]))
    down = np.diff(completions(ENGLAND, [40, 41, 42]))
    assert steep == pytest.approx(steep[0])
    assert (steep > slow).all()
    assert (slow > 0).all()
    assert (down < 0).all()
    grid = completions(ENGLAND, np.linspace(1, 80, 2000))
    assert grid.max() == pytest.approx(point.completed_at_most, rel=1e-3)


@pytest.mark.parametrize("name", ws.Authority.preset_names())
def test_a_balanced_service_settles_at_its_own_census(name: str) -> None:
    """Work was solved so that completions meet referrals at the caseload of the census row.

    To within a hair: with reviews, days open are a step function of the work, a step for every family.
    """
    authority = ws.Authority.preset(name)
    point = ws.tipping_point(authority)
    assert point.settles_at == pytest.approx(authority.census.caseload, rel=1e-4)
    assert point.full_attention < point.most_completions < point.no_return
    crossing = completions(authority, point.no_return)
    assert crossing == pytest.approx(point.referred, rel=1e-6)


def test_limits() -> None:
    """Without upkeep there is always a way back; with too many referrals nowhere to settle."""
    assert ws.tipping_point(still(15.0, upkeep_hours_per_day=0.0)).no_return == np.inf
    overrun = still(15.0).with_changes(demand={"children_per_year": 60 * 60.0})
    assert np.isnan(ws.tipping_point(overrun).settles_at)
    assert ws.tipping_point(still(15.0, overtime_share=0.0)).most_completions == pytest.approx(4.21 / 0.30)


@pytest.mark.parametrize("caseload", [8.0, 14.0, 20.0, 27.0, 40.0, 55.0])
def test_simulated_completions_follow_the_curve(caseload: float) -> None:
    """Two months at a given caseload, 40 worlds: children closed a worker and year, within 4 se + 4%."""
    authority = still(caseload)
    study = ws.Study(authority, {"as it is": []}, "2025-10-01", years=2 / 12, seed=5, replications=40)
    result = study.run(progress=False, processes=1)
    closed = result.samples("closed_children", "as it is")[:, 1:].sum(axis=1)
    held = result.samples("caseload", "as it is").mean()
    days = 42.0  # October and November 2025
    yearly = closed / 60 * 253 / days
    expected = float(completions(authority, held))
    error = yearly.std(ddof=1) / np.sqrt(len(yearly))
    assert abs(yearly.mean() - expected) <= 4 * error + 0.04 * expected


@pytest.mark.parametrize(("share", "grows"), [(0.85, False), (1.15, True)])
def test_there_is_a_point_of_no_return(share: float, grows: bool) -> None:
    """Started below it a service recovers by itself within two years; started above it sinks further."""
    point = ws.tipping_point(still(20.0))
    start = share * point.no_return
    study = ws.Study(still(start), {"alone": []}, "2025-10-01", years=2, seed=5, replications=20)
    path = study.run(progress=False, processes=1).samples("caseload", "alone").mean(axis=0)
    assert path[0] == pytest.approx(start, rel=0.01)
    assert (path[-1] > 1.05 * start) if grows else (path[-1] < 0.95 * start)


def test_pressure_holds_an_overloaded_service_and_costs_re_referrals() -> None:
    """Four fifths more referrals than the service was made for, five years, ten worlds.

    Without pressure the caseload runs away; with it thresholds move, families are turned away, the load grows
    ever slower, and far more of those referred have been there before.
    """
    full = plain(ws.Authority.preset("england-2025")).balanced()
    demand = {"children_per_year": 1.8 * full.demand.children_per_year}
    found = {}
    for name, shares in (("moves", 0.3), ("stands still", 0.0)):
        pressure = {"turned_away_share": shares, "ended_early_share": shares}
        overrun = full.with_changes(demand=demand, casework={"caseload_cap": None}, pressure=pressure)
        study = ws.Study(overrun, {"alone": []}, "2025-10-01", years=5, seed=3, replications=10)
        result = study.run(progress=False, processes=1)
        found[name] = {
            m: result.samples(m, "alone")[:, ::12].mean(axis=0)
            for m in ("caseload", "rereferral_rate", "turned_away_children", "ended_early_children")
        }
    moves, still = found["moves"], found["stands still"]
    assert still["turned_away_children"][1:].max() == 0 == still["ended_early_children"][1:].max()
    assert moves["turned_away_children"][-1] > 50 < still["caseload"][-1]
    assert moves["ended_early_children"][-1] > 0
    assert moves["caseload"][-1] < 0.6 * still["caseload"][-1]
    growth = np.diff(moves["caseload"])
    assert growth[-1] < 0.6 * growth[0]  # it settles; the other one does not
    assert np.diff(still["caseload"])[-1] > np.diff(still["caseload"])[0]
    assert moves["rereferral_rate"][-1] > moves["rereferral_rate"][2] + 3
    assert moves["rereferral_rate"][-1] > 2 * still["rereferral_rate"][-1]


def test_the_chart_says_its_numbers() -> None:
    """The picture's alternative text holds what the marks show; nothing is shown or saved."""
    chart = tipping_chart(ENGLAND)
    point = ws.tipping_point(ENGLAND)
    for number in (point.most_completions, point.no_return, point.referred, 15.2):
        assert f"{number:.1f}" in chart.workforce_sim_alt
    labels = {text.get_text() for text in chart.axes[0].texts}
    assert {f"now: {15.2:.1f}", f"no return: {point.no_return:.1f}"} <= labels
