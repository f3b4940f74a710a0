"""Services and rates at the ends of what is allowed: they run, and every number stays a number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import workforce_sim as ws
from workforce_sim.casework.ledger import PARTS

ENGLAND = ws.Authority.preset("england-2025")
SERVICES = {
    "pathway": ENGLAND,
    "one stage": ENGLAND.with_changes(pathway=None, demand={"children_per_year": 1432.0}),
}
ONE_POST = ({"grade": "social worker", "number": 1, "salary_gbp": 38500.0},)

WORLDS: dict[str, dict[str, Any]] = {
    "one post": {"posts": ONE_POST},
    "every post vacant": {"posts": ({**ONE_POST[0], "number": 20, "vacant": 20},)},
    "every post covered by agency": {"posts": ({**ONE_POST[0], "number": 20, "vacant": 20, "agency": 20},)},
    "part-time posts": {"posts": ({**ONE_POST[0], "number": 20, "fte": 0.01},)},
    "no referrals": {"demand": {"children_per_year": 0.0}},
    "a hundred times the referrals": {"demand": {"children_per_year": 200_000.0}},
    "wild years": {"demand": {"year_cv": 2.0}, "workforce": {"leaving_year_cv": 2.0}},
    "nobody stays an hour": {"workforce": {"leaving_scale": 1e9}},
    "nobody ever leaves": {"workforce": {"leaving_scale": 0.0}},
    "hired at once": {"workforce": {"hires_per_vacancy_year": 1e9}},
    "nobody is ever hired": {"workforce": {"hires_per_vacancy_year": 0.0}},
    "no notice": {"workforce": {"notice_days": 0.0}},
    "a cap below one child": {"casework": {"caseload_cap": 0.5}},
    "no cap": {"casework": {"caseload_cap": None}},
    "upkeep takes every hour": {"casework": {"upkeep_hours_per_day": 24.0}},
    "all work alike": {"casework": {"work_cv": 0.0}},
    "a handover loses everything": {"casework": {"handover_progress_lost": 1.0}},
    "more teams than posts": {"teams": {"number": 500}},
    "absent more often than not": {"workforce": {"absences_per_year": 50.0, "absence_days": 10.0}},
    "every absence hands everything over": {
        "workforce": {"absences_per_year": 10.0},
        "casework": {"hand_over_after_days": 1e-3},
    },
    "nobody is ever experienced": {"workforce": {"experienced_years": 40.0}},
    "everybody is turned away": {
        "demand": {"children_per_year": 20_000.0},
        "casework": {"work_scale": 1.0, "work_hours": 40.0},
        "pressure": {"turned_away_share": 10.0, "ended_early_share": 10.0, "margin": 0.0},
    },
    "rebalanced at once": {"casework": {"rebalancing": "at once", "allocation": "random"}},
    "rebalanced every week": {"casework": {"rebalancing": "gradual", "allocation": "least work"}},
}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("name", WORLDS)
def test_it_runs_and_adds_up(name: str, service: str) -> None:
    """A year under policies: counts are finite, children are somewhere, posts are somehow filled."""
    policies = [
        ws.NewPosts(3, start="2025-10-01", end="2026-03-31"),
        ws.PayChange(percent=5, start="2026-01-01"),
        ws.AgencyConversion(bonus_gbp=3000, start="2026-01-01"),
    ]
    years = 0.25 if name == "nobody stays an hour" else 1
    settings = WORLDS[name]
    if name == "nobody stays an hour":  # and the next one takes a fortnight to find: a few thousand moves
        settings = {"workforce": {"leaving_scale": 1e9, "hires_per_vacancy_year": 25.0}}
    authority = SERVICES[service].with_changes(**settings)
    run = ws.Simulation(authority, policies, "2025-10-01", years, seed=1).run()
    paths = run.paths
    filled = paths["in_post_fte"] + paths["vacancies_fte"]
    np.testing.assert_allclose(filled, paths["posts_fte"], rtol=0, atol=1e-6)
    assert np.isfinite(paths[["open_children", "cost_to_date_gbp", "in_post_fte"]]).all(axis=None)
    ledger = run.children
    for rows in (ledger, run.visits):
        parts = rows[[f"{part}_days" for part in PARTS]]
        assert (parts >= -1e-9).all(axis=None)
        np.testing.assert_allclose(parts.sum(axis=1), rows["elapsed_days"], rtol=1e-9, atol=1e-9)
    days = run.service.desk.totals(float(run.simulation.calendar.end))
    together = sum(days[f"{part}_days"] for part in PARTS)
    assert together == pytest.approx((ledger["children"] * ledger["elapsed_days"]).sum(), rel=1e-9)
    still_open = ledger["closed_day"].isna()
    assert ledger.loc[still_open, "children"].sum() == paths["open_children"].iloc[-1]


@pytest.mark.parametrize("years", [1 / 12, 50])
def test_the_shortest_and_the_longest_run(years: float) -> None:
    """A month and fifty years: as many marks as months, and the calendar knows every bank holiday."""
    small = ENGLAND.with_changes(posts=({**ONE_POST[0], "number": 5, "vacant": 1, "agency": 1},))
    paths = ws.Simulation(small, [], "2025-10-01", years, seed=1).run().paths
    assert len(paths) == round(12 * years) + 1
    assert paths["posts_fte"].eq(5).all()
