"""What a second reader of the library found, each kept from coming back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import simpy

import workforce_sim as ws
from tests.plain import plain
from workforce_sim.authority.layout import layout
from workforce_sim.workforce.service import Service

ENGLAND = ws.Authority.preset("england-2025")
WORKER = {"grade": "social worker", "number": 100, "salary_gbp": 38500.0}


def mean_of(authority: ws.Authority, measure: str, years: float = 2) -> Any:
    """Mean path of a measure over a few do-nothing worlds."""
    study = ws.Study(authority, {"Do nothing": []}, "2025-10-01", years=years, replications=20)
    return study.run(progress=False, processes=1).samples(measure, "Do nothing").mean(axis=0)


def test_a_year_costs_a_year() -> None:
    """Fully staffed and nobody leaving, every month costs a twelfth of the bill, short or long."""
    still = plain(ENGLAND, posts=(WORKER,), workforce={"leaving_scale": 0.0})
    paths = ws.Simulation(still, [], "2026-04-01", years=3).run().paths
    bill = 100 * 38500.0 * (1 + still.costs.on_costs)
    np.testing.assert_allclose(paths["cost_gbp"].iloc[1:], bill / 12, rtol=1e-9)


def test_a_fully_staffed_service_hires_in_the_weeks_it_takes() -> None:
    """No vacancies to learn from: new posts fill in 20 weeks on average, not overnight."""
    authority = ENGLAND.with_changes(posts=(WORKER,)).balanced()
    assert authority.recruitment.weeks_to_hire == 20
    assert authority.posts[0].hires_per_empty_post_year == pytest.approx(365.25 / 7 / 20)
    assert authority.posts[0].hires_per_covered_post_year == 0


def test_agency_above_establishment_stays_where_no_vacancy_is_covered() -> None:
    """A council that covers no vacancies but keeps a project team of ten keeps about ten."""
    group = {**WORKER, "vacant": 10, "agency_above_establishment": 10}
    authority = ENGLAND.with_changes(posts=(group,))
    path = mean_of(authority, "agency_fte")
    assert path[0] == 10
    assert path[-1] == pytest.approx(10, abs=1.0)


@pytest.mark.parametrize("pathway", [None, "england"], ids=["one stage", "pathway"])
@pytest.mark.parametrize("teams", [6, 7, 8, 14])
def test_agency_above_establishment_is_spread_over_the_teams(teams: int, pathway: str | None) -> None:
    """However many teams there are, no team has one more of them than its share of the work.

    With one stage all shares are equal, and no team has two more than another.
    """
    group = {**WORKER, "vacant": 10, "agency": 8, "agency_above_establishment": 15}
    authority = ENGLAND.with_changes(pathway=pathway, posts=(group,), teams={"number": teams})
    shares = layout(authority).shares
    service = ws.Simulation(authority, [], "2025-10-01", years=1 / 12).run().service
    places = np.bincount([p.team for p in service.posts if not p.established], minlength=len(shares))
    assert places.sum() > 15
    assert np.abs(places - shares * places.sum()).max() < 1
    if pathway is None:
        assert places.max() - places.min() <= 1
        assert len(shares) == teams


def test_no_value_is_not_a_finding() -> None:
    """Nobody holds cases: no caseload, no better or worse, and the page says so instead of printing nan."""
    nobody = ENGLAND.with_changes(demand={"children_per_year": 0.0}, census={"caseload": 0.001})
    scenarios = {"Do nothing": [], "Posts": [ws.NewPosts(5, start="2025-10-01")]}
    result = ws.Study(nobody, scenarios, "2025-10-01", years=0.5, replications=10).run(progress=False)
    row = result.compare("Posts", measures="caseload").iloc[0]
    assert row["verdict"] == "no value"
    assert np.isnan(row["better_in"])
    from workforce_sim.report.printed.page import page

    text = page(result)
    assert "no average caseload to compare" in text
    assert "lower in 0 of" not in text


def test_ties_are_no_wins_and_all_ties_are_nothing() -> None:
    """Two equal scenarios: better in no world would read as worse in all."""
    result = ws.Study(ENGLAND, {"a": [], "b": []}, "2025-10-01", years=1, replications=10).run(progress=False)
    assert result.compare("b")["better_in"].isna().all()
    assert len(result.table("caseload", at=12)) == 2


@pytest.mark.parametrize(
    ("settings", "path"),
    [({"team": 50}, "team"), ({"team": -1}, "team"), ({"grade": 9}, "grade"), ({"fte": -2.0}, "fte")],
)
def test_a_planners_own_post_is_checked(settings: dict[str, Any], path: str) -> None:
    """A process that opens an impossible post is stopped at that line."""

    def opens(env: simpy.Environment, service: Service) -> None:
        service.open_post(**{"team": 0, "grade": 0, **settings})

    with pytest.raises(ws.InputError) as refused:
        ws.Simulation(ENGLAND, [opens], "2025-10-01", years=1 / 12).run()
    assert [p.path for p in refused.value.problems] == [path]


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    """As some Windows editors write it."""
    file = tmp_path / "mine.toml"
    file.write_text("\ufeff" + ENGLAND.to_toml(), encoding="utf-8")
    assert ws.Authority.from_file(file) == ENGLAND


def test_only_the_source_of_what_changed_is_dropped() -> None:
    """A setting whose name begins like another keeps its source."""
    one, two = "workforce.conversions_per_agency_year", "workforce.conversions_per_agency_year_full_offer"
    said = {path: {"source": "our own count", "evidence": "read"} for path in (one, two)}
    changed = ENGLAND.with_changes(sources=said).with_changes(workforce={"conversions_per_agency_year": 0.2})
    assert set(changed.sources) == {two}
