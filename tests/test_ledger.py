"""Where the days of children go: the ledger adds up in any service, and natural time is what it says."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workforce_sim as ws
from tests.test_identities import PATHWAY, SERVICE, areas_in_log
from workforce_sim.authority.steady import steady
from workforce_sim.casework.ledger import PARTS

START = dt.date(2024, 4, 1)
DAYS = [f"{part}_days" for part in PARTS]


def run(authority: ws.Authority, *policies: Any, years: float = 0.5, seed: int = 3, world: int = 0) -> ws.Run:
    """A run with its log."""
    return ws.Simulation(authority, policies, START, years, seed, world, log=True).run()


def end_of(finished: ws.Run) -> float:
    """Working days of the run."""
    return float(finished.simulation.calendar.end)


# ---- Any service -----------------------------------------------------------------------------------------


def any_of(*values: Any) -> st.SearchStrategy[Any]:
    """One of these; a failing test tries the first ones first."""
    return st.sampled_from(values)


@st.composite
def pathways(draw: st.DrawFn) -> dict[str, Any]:
    """Settings of a pathway of up to three stages with any of the rules; some families go back a stage."""
    number = draw(st.integers(1, 3))
    stages = {}
    for i in range(number):
        ahead, back = (draw(any_of(0.7, 0.4)) if i < number - 1 else 0.0), draw(any_of(0.0, 0.2))
        ways = {"closed": 1.0 - ahead - back, f"stage {draw(st.integers(0, i))}": back}
        if ahead:
            ways[f"stage {i + 1}"] = ahead
        stages[f"stage {i}"] = {
            "team": f"team {draw(st.integers(0, i))}",
            "priority": draw(st.integers(0, 2)),
            "work_hours": draw(any_of(8.0, 1.0, 30.0)),
            "work_cv": draw(any_of(0.0, 1.2)),
            "work_law": draw(any_of("lognormal", "exponential")),
            "attention_hours_per_day": draw(any_of(0.4, 0.1, 2.0)),
            "upkeep_hours_per_day": draw(any_of(0.0, 0.05, 0.3)),
            "reviews_days": draw(any_of((), (10.0,), (3.0, 20.0, 45.0))),
            "review_every_days": draw(any_of(0.0, 15.0)),
            "deadline_days": draw(any_of(None, 30.0, 5.0)),
            "urgent_window_days": draw(any_of(0.0, 4.0, 50.0)),
            "urgency": draw(any_of(1.0, 3.0)),
            "sign_off_days": draw(any_of(0.0, 2.5)),
            "experienced_only": draw(st.booleans()),
            "may_end_early": draw(st.booleans()),
            "decision": i == 0 and draw(st.booleans()),
            "next": ways,
        }
    return {
        "stages": stages,
        "exits": {"closed": {"return_share": draw(any_of(0.0, 0.4))}, "no": {"return_share": 0.5}},
        "turned_away": "no",
        "ended_early": "closed",
        "mean_return_days": 20.0,
        "early_return_factor": draw(any_of(1.0, 1.5)),
        "return_per_change": draw(any_of(0.0, 0.2)),
    }


@st.composite
def services(draw: st.DrawFn) -> ws.Authority:
    """A small service with any of the rules: one stage, the whole pathway of England, or any pathway."""
    pathway = draw(st.none() | st.just("england") | pathways())
    share = draw(any_of(0.0, 1.0))
    return ws.Authority(
        name="Any",
        census={"date": "2024-03-31", "turnover_rate": 30.0, "caseload": draw(any_of(15.0, 8.0, 25.0))},
        demand={"children_per_year": draw(any_of(150.0, 30.0, 500.0)), "year_cv": 0.0},
        pathway=pathway,
        pressure={"margin": 0.0, "turned_away_share": share, "ended_early_share": draw(any_of(0.0, 2.0))},
        casework={
            "work_hours": 30.0,
            "work_scale": draw(any_of(1.0, 0.5)),
            "handover_progress_lost": draw(any_of(0.1, 0.0, 1.0)),
            "handover_reading_hours": draw(any_of(7.0, 0.0)),
            "caseload_cap": draw(any_of(None, 20.0, 8.0)),
            "allocation": draw(any_of("fewest children", "least work", "random")),
            "continuity": draw(st.booleans()),
            "rebalancing": draw(any_of("none", "gradual", "at once")),
            "hand_over_after_days": draw(any_of(20.0, 3.0)),
        },
        teams={"number": draw(st.integers(1, 4))},
        posts=(
            {"grade": "worker", "number": 8, "vacant": 3, "agency": 2, "salary_gbp": 1.0},
            {"grade": "part-time", "number": 3, "fte": 0.6, "salary_gbp": 1.0},
            {"grade": "manager", "number": 2, "holds_cases": False, "manages": True, "salary_gbp": 1.0},
        ),
        workforce={
            "absences_per_year": draw(any_of(0.0, 4.0)),
            "absence_days": 15.0,
            "notice_days": draw(any_of(30.0, 0.0)),
            "new_cases_on_notice": draw(st.booleans()),
            "experienced_years": draw(any_of(1.0, 5.0)),
            "conversions_per_agency_year": 2.0,
        },
    )


@settings(max_examples=200)
@given(services(), st.integers(0, 200))
def test_the_days_of_every_visit_add_up(service: ws.Authority, world: int) -> None:
    """The eight parts of every visit are 0 or more and add up to its days, ended or still running."""
    finished = run(service, world=world)
    visits = finished.visits
    parts, elapsed = visits[DAYS].to_numpy(), visits["elapsed_days"].to_numpy()
    assert parts.min() >= -1e-9
    assert (np.abs(parts.sum(axis=1) - elapsed) <= 1e-9 * np.maximum(elapsed, 1.0)).all()
    ended = visits["ended_day"].fillna(end_of(finished))
    np.testing.assert_allclose(elapsed, ended - visits["began_day"], rtol=0, atol=1e-9)
    names = finished.stage_names
    decides = steady(service).table.stages["decision"][[names.index(name) for name in visits["stage"]]] == 1
    assert not visits.loc[decides, "unallocated_days"].any()
    assert not visits.loc[~decides, "decision_days"].any()


@settings(max_examples=100)
@given(services(), st.integers(0, 200))
def test_the_days_of_a_run_are_the_children_open_over_time(service: ws.Authority, world: int) -> None:
    """Its days by what they were add up to the integral of open children, read from the log alone."""
    finished = run(service, world=world)
    end = end_of(finished)
    found = finished.service.desk.totals(end)
    together = math.fsum(found[name] for name in DAYS)
    by_reader = math.fsum(areas_in_log(finished))
    assert together == pytest.approx(by_reader, rel=1e-9, abs=1e-6)
    assert together == pytest.approx(sum(finished.service.desk.day_areas(end).values()), rel=1e-12, abs=1e-9)
    assert min(found[name] for name in DAYS if name != "natural_days") >= -1e-6
    visits = finished.visits
    of_visits = math.fsum(visits["children"] * visits["elapsed_days"])
    assert together == pytest.approx(of_visits, rel=1e-9, abs=1e-6)


@settings(max_examples=100)
@given(services(), st.integers(0, 200))
def test_stages_are_counted_as_they_are_visited(service: ws.Authority, world: int) -> None:
    """Children by stage and by exit are those of the visits: open, entered, ended, in time, ended early."""
    finished = run(service, world=world)
    visits, children = finished.visits, finished.visits["children"]
    ended = visits["ended_day"].notna()
    for name, row in finished.stages.iterrows():
        here = visits["stage"] == name
        assert row["entered"] == children[here].sum()
        assert row["open"] == children[here & ~ended].sum()
        assert row["ended"] == children[here & ended].sum()
        assert row["early"] == children[here & ended & visits["ended_early"]].sum()
        assert row["in_time"] == children[here & ended & visits["in_time"]].sum()
    pathway, desk = steady(service).pathway, finished.service.desk
    left = {name: children[visits["next"] == name].sum() for name in pathway.exit_names}
    left[pathway.turned_away] += desk.totals(end_of(finished))["turned_away"]
    assert desk.exit_counts().tolist() == list(left.values())
    assert ((visits["next"] == "") == ~ended).all()


@settings(max_examples=60)
@given(services(), st.integers(0, 200))
def test_families_go_the_ways_of_the_pathway(service: ws.Authority, world: int) -> None:
    """Visit follows visit: the next begins where and when the last ended, or at the front of the pathway."""
    finished = run(service, world=world)
    pathway, visits = steady(service).pathway, finished.visits
    first = pathway.stage_names[0]
    for _, rows in visits.groupby("case", sort=False):
        before = None
        for row in rows.itertuples():
            if before is None:
                assert row.began_day == 0 or row.stage == first
            elif row.episode == before.episode:
                assert (row.stage, row.began_day) == (before.next, before.ended_day)
                assert pathway.stages[before.stage].next[row.stage] > 0
            else:
                assert row.stage == first
                assert before.next in pathway.exits
                assert row.began_day >= before.ended_day
            before = row


# ---- Natural time ----------------------------------------------------------------------------------------


def without_limits(service: ws.Authority) -> ws.Authority:
    """The same families met by hundreds of workers who have all day, and never leave or change."""
    balanced, types = service.balanced(), steady(service).pathway.team_types
    number = 300
    return balanced.with_changes(
        # as many children are open at the start, so that every family has its number
        census={"caseload": service.open_children() / (number * len(types))},
        casework={
            "case_hours_per_day": 24.0,
            "caseload_cap": None,
            "handover_reading_hours": 0.0,
            "handover_progress_lost": 0.0,
            "sign_off_without_manager": 1.0,
            "allocation": "fewest children",
            "continuity": False,  # or somebody would be given a second family while others have none
            "rebalancing": "none",
        },
        pressure={"turned_away_share": 0.0, "ended_early_share": 0.0},
        teams={"number": len(types)},
        posts=tuple(
            {"grade": f"worker, {name}", "team": name, "number": number, "salary_gbp": 1.0} for name in types
        ),
        workforce={
            "leaving_scale": 0.0,
            "absences_per_year": 0.0,
            "absence_per_child": 0.0,
            "experienced_years": 0.0,
        },
        careers={"newly_qualified_able": 1.0},
    )


BUSY = {
    "one stage": SERVICE,
    "one stage, overloaded": SERVICE.with_changes(
        demand={"children_per_year": 420.0}, casework={"work_hours": 60.0}
    ),
    "pathway": PATHWAY,
    "pathway, overloaded": PATHWAY.with_changes(
        demand={"children_per_year": 600.0},
        casework={"work_scale": 1.0, "handover_progress_lost": 0.5},
        pressure={"turned_away_share": 1.0, "ended_early_share": 1.0},
        workforce={"absences_per_year": 2.0},
    ),
}


def ended_in_both(busy: ws.Run, free: ws.Run) -> pd.DataFrame:
    """Visits that a referred family made to the same stage at the same ordinal, with their days in both."""
    columns = ["case", "ordinal", "stage"]
    both = busy.visits.merge(free.visits, on=columns, suffixes=("", "_free"))
    opening = busy.service.desk.tape.stage[both["case"]] >= 0
    over = both["ended_day"].notna() & both["ended_day_free"].notna() & ~both["ended_early"]
    return both[over & ~opening]


@pytest.mark.parametrize("name", BUSY)
def test_natural_time_is_what_a_child_takes_where_workers_are_unlimited(name: str) -> None:
    """Visit by visit, the natural days of a busy service are the days of one without limits."""
    compared = drift = 0
    for world in range(4):
        busy, free = (run(a, years=2, world=world) for a in (BUSY[name], without_limits(BUSY[name])))
        np.testing.assert_array_equal(
            busy.children["children"], free.children["children"][: len(busy.children)]
        )
        lost = free.visits[[day for day in DAYS if day not in ("natural_days", "sign_off_days")]]
        assert lost.abs().max(axis=None) < 1e-9, "this one has no limits"
        both = ended_in_both(busy, free)
        days = both["elapsed_days_free"] - both["sign_off_days_free"]
        np.testing.assert_allclose(both["natural_days"], days, rtol=1e-9, atol=1e-9)
        compared += len(both)
        drift += (both["elapsed_days"] > both["elapsed_days_free"] + 1e-9).sum()
    assert compared > 300
    assert drift > compared / 4


@settings(max_examples=40)
@given(services(), st.integers(0, 200))
def test_natural_time_is_what_a_child_takes_in_any_service(service: ws.Authority, world: int) -> None:
    """So it is in any service, whatever its pathway and rules."""
    busy, free = (run(a, world=world) for a in (service, without_limits(service)))
    both = ended_in_both(busy, free)
    days = both["elapsed_days_free"] - both["sign_off_days_free"]
    np.testing.assert_allclose(both["natural_days"], days, rtol=1e-9, atol=1e-9)
