"""Every measure from a handful of counts, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from workforce_sim.measures.paths import BY_NAME, DRIFT, HEADINGS, MEASURES, measures

MARKS = 14
STAGES = ("assessment", "initial conference", "child protection plan", "care proceedings", "looked after")

#: What stands at the last mark; at the marks before it is twice as much.
STANDS = {
    "held": 320.0,
    "case_holders": 20.0,
    "open": 400.0,
    "unallocated": 80.0,
    "holders_new_posts": 3.0,
    "holders_agency": 5.0,
    "in_post": 30.0,
    "newly_qualified": 4.0,
    "agency": 10.0,
    "covered": 10.0,
    "empty": 8.0,
    "three_workers": 36.0,
    "limbo": 48.0,
    "open_stage_0": 60.0,
    "open_stage_1": 20.0,
    "open_stage_2": 70.0,
    "open_stage_3": 11.0,
    "open_stage_4": 90.0,
}

#: What is added every month; in the last it is five times as much.
ADDED = {
    "leavers": 0.5,
    "starters": 0.4,
    "promotions": 0.3,
    "absences": 0.7,
    "conversions": 0.2,
    "agency_starts": 0.6,
    "agency_ends": 0.8,
    "referred": 50.0,
    "referred_again_in_year": 10.0,
    "turned_away": 2.0,
    "ended_early": 3.0,
    "closed": 40.0,
    "workers": 70.0,
    "handovers": 9.0,
    "upkeep_hours": 200.0,
    "missed_upkeep_hours": 30.0,
    "ended_stage_0": 20.0,
    "in_time_stage_0": 16.0,
    "ended_stage_1": 8.0,
    "in_time_stage_1": 5.0,
    "natural_days": 72.0,
    **{f"{part}_days": float(n) for n, part in enumerate(DRIFT, start=1)},  # 28 of 100
    **{f"cost_{heading}": 1000.0 * n for n, heading in enumerate(HEADINGS, start=1)},
}

#: By hand, at the last mark: twelve months ago is the second mark, and 11 + 5 months' worth has come since.
BY_HAND = {
    "caseload": 16.0,
    "open_children": 400.0,
    "unallocated_children": 80.0,
    "case_holders_fte": 20.0,
    "case_holders_new_posts_fte": 3.0,
    "case_holders_agency_fte": 5.0,
    "in_post_fte": 30.0,
    "newly_qualified_fte": 4.0,
    "agency_fte": 10.0,
    "agency_rate": 25.0,
    "posts_fte": 48.0,
    "vacancies_fte": 18.0,
    "empty_fte": 8.0,
    "vacancy_rate": 37.5,
    "turnover_rate": 100 * 16 * 0.5 / 30,
    "referred_children": 250.0,
    "closed_children": 200.0,
    "rereferral_rate": 20.0,
    "turned_away_children": 10.0,
    "ended_early_children": 15.0,
    "assessments_in_time_rate": 80.0,
    "conferences_in_time_rate": 62.5,
    "protection_plan_children": 70.0,
    "looked_after_children": 101.0,
    "visits_made_rate": 85.0,
    "three_workers_rate": 9.0,
    "limbo_children": 48.0,
    "handovers": 45.0,
    "starters_fte": 2.0,
    "leavers_fte": 2.5,
    "promotions_fte": 1.5,
    "absences_fte": 3.5,
    "conversions_fte": 1.0,
    "agency_starts_fte": 3.0,
    "agency_ends_fte": 4.0,
    "drift_share": 28.0,
    **{f"drift_{part}_share": float(n) for n, part in enumerate(DRIFT, start=1)},
    "workers_per_child": 1.75,
    "cost_gbp": 5 * 45_000.0,
    "cost_to_date_gbp": 17 * 45_000.0,
    **{f"cost_{heading}_gbp": 5000.0 * n for n, heading in enumerate(HEADINGS, start=1)},
}


def counts() -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """The counts at all marks."""
    months = np.append(np.arange(MARKS - 1.0), MARKS - 2.0 + 5.0)
    stands = {name: np.append(np.full(MARKS - 1, 2 * last), last) for name, last in STANDS.items()}
    return stands | {f"sum_{name}": month * months for name, month in ADDED.items()}


def test_every_measure_is_what_it_is_by_hand() -> None:
    """At the last of fourteen marks; all of them, and no others."""
    found = measures(counts(), STAGES)
    assert found.keys() == BY_HAND.keys() == {m.name for m in MEASURES} == BY_NAME.keys()
    assert {name: values[-1] for name, values in found.items()} == pytest.approx(BY_HAND)


def test_measures_begin_when_what_they_count_has_been_there_long_enough() -> None:
    """What stands at a mark at once, what happens in a month after one, in twelve months after twelve."""
    found = measures(counts(), STAGES)
    first = {name: int(np.flatnonzero(np.isfinite(values))[0]) for name, values in found.items()}
    year = {"turnover_rate", "rereferral_rate"}
    assert {name for name, mark in first.items() if mark == 12} == year
    assert {name for name, mark in first.items() if mark == 1} == {m.name for m in MEASURES if m.flow}
    assert set(first.values()) == {0, 1, 12}


def test_measures_of_stages_that_are_not_there_are_not_known() -> None:
    """A pathway of two stages, neither of them those that the DfE counts; or one of the two of care."""
    found = measures(counts(), ("visit", "looked after"))
    unknown = {name for name, values in found.items() if np.isnan(values).all()}
    assert unknown == {"assessments_in_time_rate", "conferences_in_time_rate", "protection_plan_children"}
    assert found["looked_after_children"][-1] == 20.0  # the second stage's


def test_a_rate_of_nobody_is_not_a_number() -> None:
    """All have left, nobody is open and nothing was due: no rate, no caseload, and no infinity."""
    nobody = counts()
    for name in ("in_post", "agency", "covered", "empty", "case_holders", "open"):
        nobody[name][-1] = 0.0
    found = measures(nobody, STAGES)
    gone = {name for name, values in found.items() if math.isnan(values[-1])}
    assert gone == {"caseload", "turnover_rate", "agency_rate", "vacancy_rate", "three_workers_rate"}
    assert not any(np.isinf(values).any() for values in found.values())
