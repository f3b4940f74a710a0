"""Hypothesis strategies: authorities, policies and whole scenarios, small, legal and often extreme.

Shrunk examples come first to mind: the first value of every choice is the plain one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from workforce_sim import interventions as policies
from workforce_sim.authority.authority import Authority
from workforce_sim.interventions.base import Intervention
from workforce_sim.run import Run
from workforce_sim.simulation import Simulation
from workforce_sim.testing.worlds import QUIET, small_authority, stage

try:
    from hypothesis import strategies as st
except ModuleNotFoundError as missing:  # pragma: no cover - the tests of the library need it
    words = "workforce_sim.testing.strategies needs Hypothesis: pip install 'workforce_sim[test]'"
    raise ModuleNotFoundError(words, name="hypothesis") from missing

#: First day of every generated scenario: a Monday on which a month begins, and the financial year.
START = dt.date(2024, 4, 1)

T = TypeVar("T")


@dataclass(frozen=True)
class Scenario:
    """Everything a run needs: ``run()`` makes it, with its event log."""

    authority: Authority
    interventions: tuple[Any, ...] = ()
    years: float = 0.5
    seed: int = 1
    replication: int = 0
    start: dt.date = field(default=START)

    def run(self) -> Run:
        """The run, with its event log."""
        return Simulation(
            self.authority, self.interventions, self.start, self.years, self.seed, self.replication, log=True
        ).run()


def any_of(*values: T) -> st.SearchStrategy[T]:
    """One of these; a failing example is shrunk towards the first."""
    return st.sampled_from(values)


# ---- Authorities -----------------------------------------------------------------------------------------


@st.composite
def stages(draw: st.DrawFn, team_types: int = 2) -> dict[str, dict[str, Any]]:
    """Settings of one to three stages, with any of the rules; some families go back a stage."""
    number = draw(any_of(1, 2, 3))
    found = {}
    for i in range(number):
        ahead = draw(any_of(0.7, 1.0, 0.4)) if i < number - 1 else 0.0
        back = draw(any_of(0.0, 0.2)) if ahead < 1.0 else 0.0
        ways = {"closed": 1.0 - ahead - back, f"stage {draw(st.integers(0, i))}": back}
        if ahead:
            ways[f"stage {i + 1}"] = ahead
        sign_off = draw(any_of(0.0, 2.5))
        found[f"stage {i}"] = stage(
            draw(any_of(8.0, 1.0, 40.0)),
            team=f"team {draw(st.integers(0, min(i, team_types - 1)))}",
            priority=draw(any_of(0, 2, 1)),
            work_cv=draw(any_of(0.0, 1.0)),
            work_law=draw(any_of("lognormal", "exponential")),
            attention_hours_per_day=draw(any_of(1.0, 0.2, 8.0)),
            upkeep_hours_per_day=draw(any_of(0.0, 0.05, 0.5)),
            reviews_days=draw(any_of((), (10.0,), (3.0, 20.0))),
            review_every_days=draw(any_of(0.0, 15.0)),
            deadline_days=draw(any_of(None, 30.0, 5.0)),
            urgent_window_days=draw(any_of(0.0, 4.0, 50.0)),
            urgency=draw(any_of(1.0, 2.0)),
            sign_off_days=sign_off,
            experienced_only=draw(any_of(False, True)),
            may_end_early=draw(any_of(False, True)),
            decision=i == 0 and draw(any_of(False, True)),
            next={way: share for way, share in ways.items() if share or way == "closed"},
        )
    return found


@st.composite
def post_groups(draw: st.DrawFn) -> tuple[dict[str, Any], ...]:
    """Workers, perhaps part-time ones, and perhaps managers; some posts vacant, some of these covered."""
    groups = []
    for grade, most, settings in (
        ("worker", 6, {}),
        ("part-time", 3, {"fte": 0.6}),
        ("manager", 2, {"holds_cases": False, "manages": True, "promoted_from": "worker"}),
    ):
        number = draw(st.integers(1 if grade == "worker" else 0, most))
        vacant = draw(st.integers(0, number))
        agency = draw(st.integers(0, vacant))
        above = draw(any_of(0, 0, 1)) if grade == "worker" else 0
        group = {"grade": grade, "number": number, "vacant": vacant, "agency": agency, **settings}
        if number:
            salary = draw(any_of(40_000.0, 55_000.0))
            groups.append(group | {"salary_gbp": salary, "agency_above_establishment": above})
    return tuple(groups)


@st.composite
def authorities(draw: st.DrawFn, *, levels: bool | None = None) -> Authority:
    """A small authority with any of the rules of casework and workforce, from quiet to chaos.

    Args:
        draw: given by Hypothesis.
        levels: whether career levels differ in what they carry; either if None.

    Example:
        >>> from hypothesis import given, settings
        >>> from workforce_sim.testing import audit
        >>> from workforce_sim.testing.strategies import Scenario, authorities
        >>> @settings(max_examples=3, derandomize=True, deadline=None)
        ... @given(authorities())
        ... def everything_adds_up(authority):
        ...     audit(Scenario(authority).run())
        >>> everything_adds_up()
    """
    number = any_of(0.0, 1.0, 6.0)
    carry = draw(any_of(False, True)) if levels is None else levels
    careers = {"newly_qualified_able": 0.8, "senior_able": 1.1, "newly_qualified_salary": 0.85}
    pathway = draw(stages())
    types = len({given["team"] for given in pathway.values()})
    children_per_family = draw(any_of(1.0, 1.9, 3.5))
    posts = draw(post_groups())
    holders = sum(g["number"] * g.get("fte", 1.0) for g in posts if g.get("holds_cases", True))
    back = draw(any_of(0.0, 0.5))
    return small_authority(
        referrals_per_day=draw(any_of(0.3, 0.0, 0.05, 1.0)) * holders / 3,
        caseload=draw(any_of(4.0, 0.5, 12.0)),
        children_per_family=children_per_family,
        stages=pathway,
        exits={"closed": {"return_share": back}},
        teams=draw(st.integers(types, types + 1)),
        posts=posts,
        demand={
            "urgent_share": draw(any_of(0.0, 0.3)),
            "siblings_together": draw(any_of(True, True, False)),
        },
        casework={
            "caseload_cap": draw(any_of(None, 6.0, 2.0, 1.0)),
            "waiting_list_limit": draw(any_of(None, None, 1, 5)),
            "allocation": draw(any_of("fewest children", "least work", "random")),
            "continuity": draw(any_of(False, True)),
            "rebalancing": draw(any_of("none", "gradual", "at once")),
            "hand_over_after_days": draw(any_of(20.0, 2.0)),
            "handover_reading_hours": draw(any_of(0.0, 4.0)),
            "handover_progress_lost": draw(any_of(0.0, 0.3, 1.0)),
            "overtime_share": draw(any_of(0.0, 0.5)),
            "allocation_without_manager_days": draw(any_of(0.0, 5.0)),
            "sign_off_without_manager": draw(any_of(1.0, 3.0)),
        },
        pressure={
            "margin": 0.0,
            "turned_away_share": draw(any_of(0.0, 2.0)),
            "ended_early_share": draw(any_of(0.0, 2.0)),
        },
        workforce={
            "leaving_per_year_under_5": (leaving := draw(number)),
            "leaving_per_year_from_5": leaving,
            "notice_days": draw(any_of(0.0, 10.0)),
            "new_cases_on_notice": draw(any_of(True, False)),
            "hires_per_vacancy_year": draw(any_of(0.0, 2.0, 20.0)),
            "covers_per_empty_post_year": draw(any_of(0.0, 10.0)),
            "conversions_per_agency_year": draw(any_of(0.0, 4.0)),
            "agency_assignment_months": draw(any_of(6.0, 0.5)),
            "absences_per_year": draw(any_of(0.0, 6.0)),
            "absence_days": 10.0,
            "absence_per_child": draw(any_of(0.0, 0.1)),
            "experienced_years": draw(any_of(0.0, 1.0)),
            "leaving_after_absence": draw(any_of(1.0, 3.0)),
        },
        recruitment={"promotion_share": draw(any_of(0.0, 1.0)), "promotion_years": 0.0},
        agency={"notice_days": draw(any_of(0.0, 5.0)), "tolerance": draw(any_of(0.0, 0.4))},
        careers=careers if carry else QUIET["careers"],
    )


# ---- Policies --------------------------------------------------------------------------------------------


@st.composite
def dates(draw: st.DrawFn, years: float) -> dt.date:
    """A day of the run, often the same one: its first, or the first of a month."""
    days = round(365 * years) - 1
    return START + dt.timedelta(days=draw(any_of(30, 0, 61, days) | st.integers(0, days)))


@st.composite
def interventions(draw: st.DrawFn, years: float = 0.5, grade: str = "worker") -> Intervention:
    """A policy of the library that any generated authority accepts, with dates within the run."""
    start, later = draw(dates(years)), draw(any_of(20, 1, 0, 60))
    end = draw(st.none() | st.just(start + dt.timedelta(days=later)))
    spell: dict[str, Any] = {"start": start, "end": end}
    number = draw(st.integers(0, 3))
    choices: Sequence[Any] = (
        lambda: policies.NewPosts(number, **spell),
        lambda: policies.NewPosts(number, start=start, fte=0.5, team=0, agency_cover=False),
        lambda: policies.Redundancy(min(number, 1), start=start, grade=grade),
        lambda: policies.ManagedTeam(number, **spell),
        lambda: policies.AgencyConversion(6000, **spell),
        lambda: policies.AgencyCap(0.1 * number, **spell),
        lambda: policies.CaseloadCap(2.0 + number, **spell),
        lambda: policies.HiringFreeze(**spell),
        lambda: policies.PayChange(5 * number, start=start),
        lambda: policies.AllocationRule("least work" if number else "random", **spell),
        lambda: policies.NewlyQualifiedCohort(number, start=start),
        lambda: policies.ProtectedCaseload(0.5, **spell),
        lambda: policies.Restructure(start=start),
        lambda: policies.MediaShock(referrals_percent=30, hiring_percent=-20, start=start),
        lambda: policies.DemandChange(50.0 * (number - 1), **spell),
        lambda: policies.RecruitmentCampaign(50.0, cost_gbp=1000.0 * number, **spell),
        lambda: policies.RetentionPayment(1000.0 * number, **spell),
        lambda: policies.WorkingConditions(hours_per_week=1, leaving_percent=-5, **spell),
        lambda: policies.AdministrativeSupport(3, **spell),
        lambda: policies.DirectWork(10, **spell),
        lambda: policies.EarlyHelp(8, **spell),
        lambda: policies.AgencyRules(start=start),
        lambda: policies.FrontDoorCapacity(number, **spell),
        lambda: policies.InspectionJudgement("inadequate", start=start),
        lambda: policies.ManagedTeam(number, start=policies.When("unallocated_children", above=1)),
        lambda: policies.CaseloadCap(2.0 + number, start=policies.When("caseload", above=4), end=end),
    )
    made: Intervention = draw(st.sampled_from(choices))()
    return made


@st.composite
def scenarios(
    draw: st.DrawFn,
    *,
    most_policies: int = 3,
    levels: bool | None = None,
    years: float = 0.5,
) -> Scenario:
    """An authority with up to so many policies, some of them of the same moment, in some world.

    Args:
        draw: given by Hypothesis.
        most_policies: at most so many.
        levels: whether career levels differ in what they carry; either if None.
        years: of the run.

    Example:
        >>> from hypothesis import given, settings
        >>> from workforce_sim.testing import audit
        >>> from workforce_sim.testing.strategies import scenarios
        >>> @settings(max_examples=3, derandomize=True, deadline=None)
        ... @given(scenarios())
        ... def everything_adds_up(scenario):
        ...     audit(scenario.run())
        >>> everything_adds_up()
    """
    made = draw(st.lists(interventions(years), max_size=most_policies))
    replication = draw(st.integers(0, 200))
    return Scenario(draw(authorities(levels=levels)), tuple(made), years, replication=replication)
