"""Every intervention: nothing is nothing, nothing before its date, any order, what it refuses and costs."""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import workforce_sim as ws
from tests.bad import Bad
from workforce_sim.authority.calendar import WorkingCalendar
from workforce_sim.authority.layout import layout
from workforce_sim.interventions.base import Days
from workforce_sim.workforce.practice import Move, _moved

START = "2025-10-01"
MID = "2026-02-11"  # neither the first of a month nor the morning after a weekend
OVER = "2026-05-20"
SPELL: dict[str, Any] = {"start": MID, "end": OVER}
CIN = "child in need plan"

ENGLAND = ws.Authority.preset("england-2025")


def with_posts(authority: ws.Authority, **settings: Any) -> ws.Authority:
    """The authority with other settings of all its posts; team managers manage."""
    posts = tuple({**g.model_dump(), "manages": not g.holds_cases, **settings} for g in authority.posts)
    return authority.with_changes(posts=posts)


MANAGED = with_posts(ENGLAND)

#: Everybody is in post and nobody comes or goes, so that costs can be worked out by hand.
STILL = with_posts(ENGLAND, vacant=0, agency=0, agency_above_establishment=0).with_changes(
    workforce={"leaving_scale": 0.0}
)
#: Five of each grade are vacant, and nobody fills them unless a policy does.
EMPTY = with_posts(
    ENGLAND,
    vacant=5,
    agency=0,
    agency_above_establishment=0,
    hires_per_empty_post_year=0.0,
    hires_per_covered_post_year=0.0,
    covers_per_empty_post_year=0.0,
).with_changes(workforce={"leaving_scale": 0.0})
ONE_STAGE = MANAGED.with_changes(pathway=None)


def run(*policies: Any, authority: ws.Authority = MANAGED, years: float = 1, seed: int = 1) -> ws.Run:
    """A run that keeps its log."""
    return ws.Simulation(authority, policies, START, years, seed, log=True).run()


def day(when: str) -> int:
    """The working day of the run on which a date begins."""
    return WorkingCalendar(dt.date.fromisoformat(START), 12).day(dt.date.fromisoformat(when))


def spent(of: ws.Run) -> dict[str, float]:
    """Pounds by heading in the whole run."""
    return of.service.accounts.read(of.simulation.calendar.end)


def year_share(first: str, last: str) -> float:
    """The share of a year of salaries that falls due from one date to another."""
    calendar = WorkingCalendar(dt.date.fromisoformat(START), 12)
    after = dt.date.fromisoformat(last) + dt.timedelta(days=1)
    begins, ends = (calendar.day(d) for d in (dt.date.fromisoformat(first), after))
    return calendar.salary_years(ends) - calendar.salary_years(begins)


#: For every class what it is when it changes nothing, and when it changes something.
POLICIES: dict[str, tuple[ws.Intervention, ws.Intervention]] = {
    type(nothing).__name__: (nothing, something)
    for nothing, something in [
        (
            ws.AdministrativeSupport(0, **SPELL),
            ws.AdministrativeSupport(3, **SPELL, cost_per_worker_gbp=4000),
        ),
        (ws.AgencyCap(1, **SPELL), ws.AgencyCap(0.05, **SPELL)),
        (
            ws.AgencyRules(**SPELL, cool_off=False, experience=False, notice_weeks=0),
            ws.AgencyRules(**SPELL, price_cut_percent=10),
        ),
        (ws.CaseloadCap(10_000, **SPELL), ws.CaseloadCap(12, **SPELL)),
        (ws.DemandChange(0, **SPELL), ws.DemandChange(30, **SPELL)),
        (ws.DirectWork(0, **SPELL), ws.DirectWork(50, **SPELL, hours_per_week_moved=1)),
        (
            ws.EarlyHelp(0, **SPELL, builds_over_years=1),
            ws.EarlyHelp(20, **SPELL, cost_gbp_per_year=120_000, builds_over_years=0.2),
        ),
        (ws.FrontDoorCapacity(0, **SPELL), ws.FrontDoorCapacity(3, **SPELL)),
        (ws.HiringFreeze(**SPELL, grades=()), ws.HiringFreeze(**SPELL, agency=True)),
        (
            ws.InspectionJudgement("requires improvement", start=MID),
            ws.InspectionJudgement("inadequate", start=MID),
        ),
        (ws.ManagedTeam(0, **SPELL), ws.ManagedTeam(8, **SPELL)),
        (ws.ManagerStabilisation(0, **SPELL), ws.ManagerStabilisation(90, start=START)),
        (ws.MediaShock(start=MID), ws.MediaShock(start=MID, leaving_percent=20, referrals_percent=50)),
        (ws.NewlyQualifiedCohort(0, **SPELL), ws.NewlyQualifiedCohort(4, **SPELL)),
        (ws.PracticeStage(CIN, 1, **SPELL), ws.PracticeStage(CIN, 0, **SPELL)),
        (ws.ProtectedCaseload(1, **SPELL), ws.ProtectedCaseload(0.5, **SPELL)),
        (ws.RecruitmentCampaign(0, **SPELL), ws.RecruitmentCampaign(200, **SPELL, cost_gbp=50_000)),
        (ws.Redundancy(0, start=MID), ws.Redundancy(20, start=MID)),
        (
            ws.Restructure(start=MID, unsettled_percent=0, hours_lost_per_week=0),
            ws.Restructure(start=MID, hours_lost_per_week=2),
        ),
        (ws.RetentionPayment(0, **SPELL), ws.RetentionPayment(10_000, **SPELL)),
        (ws.SupervisionRatio(1000, start=MID), ws.SupervisionRatio(0.9, start=MID)),
        (ws.TeamStructure("specialist", start=MID), ws.TeamStructure("generic", start=MID)),
        (ws.WorkingConditions(**SPELL), ws.WorkingConditions(**SPELL, hours_per_week=-2, leaving_percent=10)),
    ]
}
#: Changes what is shown, never what happens.
SHOWN = ws.RecordingQuality(10, **SPELL, hidden_share=0.3)

NAMES = sorted(POLICIES)
CLASSES = [getattr(ws, name) for name in [*NAMES, "RecordingQuality"]]


@pytest.fixture(scope="module")
def baseline() -> ws.Run:
    """A year without policies."""
    return run()


# ---- What changes nothing leaves no trace --------------------------------------------------------------


def assert_same(found: ws.Run, plain: ws.Run) -> None:
    """Every event and pound is the same to the last bit; what is summed over workers, to rounding."""
    assert found.digest() == plain.digest()
    for name, values in plain.counts.items():
        rounding = 1e-12 if name.endswith("_days") else 0.0  # days are settled where rules change
        np.testing.assert_allclose(found.counts[name], values, rtol=rounding, atol=0.0, err_msg=name)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_nothing(name: str, baseline: ws.Run) -> None:
    """0%, 0 posts, a factor of 1: the run without it, bit for bit."""
    assert_same(run(POLICIES[name][0]), baseline)


def test_what_is_shown_changes_nothing_that_happens(baseline: ws.Run) -> None:
    """Recording, however bad, moves no event."""
    assert_same(run(SHOWN), baseline)


def test_all_that_is_nothing_together_is_nothing(baseline: ws.Run) -> None:
    """All of them at once, too."""
    assert_same(run(*(nothing for nothing, _ in POLICIES.values())), baseline)


#: More ways of asking for nothing.
ALSO_NOTHING: dict[str, ws.Intervention] = {
    "a payment for no grade": ws.RetentionPayment(3000, start=MID, grades=()),
    "rules without sizes": ws.AgencyRules(start=MID, staying_share=0, supply_factor=1, notice_weeks=0),
    "a cap nobody reaches": ws.AgencyCap(0.99, start=MID),
    "a share above that of newly qualified workers": ws.ProtectedCaseload(0.9, start=MID),
    "hours lost for no months": ws.Restructure(start=MID, unsettled_percent=0, months=0),
    "posts after the end": ws.FrontDoorCapacity(5, start="2026-10-01"),
    "a team after the end": ws.ManagedTeam(5, start="2027-01-04"),
    "a month without an intake": ws.NewlyQualifiedCohort(4, **SPELL, months=(7,)),
    "a condition that is never met": ws.ManagedTeam(5, start=ws.When("caseload", above=1000)),
}


@pytest.mark.parametrize("policy", ALSO_NOTHING.values(), ids=ALSO_NOTHING.keys())
def test_other_ways_of_asking_for_nothing(policy: ws.Intervention, baseline: ws.Run) -> None:
    """They leave no trace either."""
    assert_same(run(policy), baseline)


# ---- Before its date a policy does nothing --------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_before_its_date_a_policy_does_nothing(name: str, baseline: ws.Run) -> None:
    """Events before its first working day are those of doing nothing; after it some differ."""
    policy = POLICIES[name][1]
    found, plain = run(policy).service.desk.log, baseline.service.desk.log
    assert found.tobytes() != plain.tobytes()
    begins = day(str(policy.start))
    before = [log[log["time"] < begins].tobytes() for log in (found, plain)]
    assert before[0] == before[1]
    assert begins == 0 or len(before[0]) > 100


@pytest.mark.parametrize("name", NAMES)
def test_the_same_policy_gives_the_same_run_again(name: str) -> None:
    """Nothing of one run is left in the policy, or anywhere, for the next."""
    simulation = ws.Simulation(MANAGED, [POLICIES[name][1]], START, 1, 3, log=True)
    first, again = simulation.run(), simulation.run()
    assert first.digest() == again.digest()
    assert spent(first) == spent(again)


WATCHED = ws.When("caseload", above=5, after="2026-01-05")
CONDITIONS: list[Callable[..., ws.Intervention]] = [
    lambda start: ws.AdministrativeSupport(3, start=start),
    lambda start: ws.FrontDoorCapacity(3, start=start),
    lambda start: ws.InspectionJudgement("inadequate", start=start),
    lambda start: ws.ManagedTeam(8, start=start, end=ws.When("empty_fte", below=1, after="2026-04-01")),
    lambda start: ws.MediaShock(start=start, leaving_percent=200),
    lambda start: ws.PracticeStage(CIN, 0, start=start),
    lambda start: ws.Redundancy(10, start=start),
    lambda start: ws.Restructure(start=start),
    lambda start: ws.RetentionPayment(10_000, start=start),
    lambda start: ws.TeamStructure("generic", start=start),
]


@pytest.mark.parametrize("policy", CONDITIONS)
def test_a_policy_may_wait_for_a_condition(policy: Callable[..., ws.Intervention], baseline: ws.Run) -> None:
    """It begins in the first month in which the condition holds, and not before."""
    found, plain = run(policy(WATCHED)).service.desk.log, baseline.service.desk.log
    begins = day("2026-02-01")
    assert found.tobytes() != plain.tobytes()
    assert found[found["time"] < begins].tobytes() == plain[plain["time"] < begins].tobytes()


# ---- In any order --------------------------------------------------------------------------------------

PAIRS = [
    ("RetentionPayment", "CaseloadCap"),
    ("AgencyCap", "AdministrativeSupport"),
    ("AgencyRules", "RetentionPayment"),
    ("ManagedTeam", "RecruitmentCampaign"),
    ("ManagedTeam", "FrontDoorCapacity"),
    ("NewlyQualifiedCohort", "WorkingConditions"),
    ("Redundancy", "Restructure"),
    ("Restructure", "InspectionJudgement"),
    ("InspectionJudgement", "MediaShock"),
    ("EarlyHelp", "DemandChange"),
    ("MediaShock", "DemandChange"),
    ("DirectWork", "AdministrativeSupport"),
    ("PracticeStage", "DirectWork"),
    ("TeamStructure", "HiringFreeze"),
    ("SupervisionRatio", "ManagerStabilisation"),
    ("ProtectedCaseload", "NewlyQualifiedCohort"),
    ("FrontDoorCapacity", "SupervisionRatio"),
]
#: Policies of one kind that hold the same thing at once.
TWICE: dict[str, tuple[ws.Intervention, ws.Intervention]] = {
    "payments": (ws.RetentionPayment(1001, **SPELL), ws.RetentionPayment(777.7, start="2026-01-20")),
    "agency rules": (ws.AgencyRules(**SPELL), ws.AgencyRules(start=MID, staying_share=0.3)),
    "campaigns": (ws.RecruitmentCampaign(13, **SPELL), ws.RecruitmentCampaign(37, start="2026-01-20")),
    "early help": (ws.EarlyHelp(7, **SPELL), ws.EarlyHelp(11, start="2026-01-20", builds_over_years=0.5)),
    "direct work": (ws.DirectWork(13, **SPELL), ws.DirectWork(37, start="2026-01-20")),
    "stages": (ws.PracticeStage(CIN, 0.3, **SPELL), ws.PracticeStage("initial conference", 0.6, start=MID)),
    "one stage": (ws.PracticeStage(CIN, 0.3, **SPELL), ws.PracticeStage(CIN, 0.7, start="2026-01-20")),
    "caps": (ws.CaseloadCap(12, **SPELL), ws.CaseloadCap(14, start="2026-01-20")),
    "support": (
        ws.AdministrativeSupport(1.1, **SPELL, cost_per_worker_gbp=333.3),
        ws.AdministrativeSupport(0.7, start="2026-01-20", cost_per_worker_gbp=777.1),
    ),
}


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_policies_commute(one: str, other: str) -> None:
    """In either order the same events and the same pounds, to the last bit."""
    pair = [POLICIES[one][1], POLICIES[other][1]]
    assert_same(run(*pair), run(*reversed(pair)))


@pytest.mark.parametrize("pair", TWICE.values(), ids=TWICE.keys())
def test_policies_of_one_kind_add_up_in_any_order(pair: tuple[ws.Intervention, ws.Intervention]) -> None:
    """Two at once differ from one, and their order does not matter."""
    both = run(*pair)
    assert_same(both, run(*reversed(pair)))
    assert both.digest() not in {run(policy).digest() for policy in pair}


# ---- What is refused -----------------------------------------------------------------------------------


def made(name: str, *arguments: Any, **settings: Any) -> Callable[[], object]:
    """Make an intervention, from the middle of the run if nothing else is said."""
    return lambda: getattr(ws, name)(*arguments, **{"start": MID, **settings})


def asked(policy: Callable[[], object], authority: ws.Authority = MANAGED) -> Callable[[], object]:
    """Ask for a run with it."""
    return lambda: ws.Simulation(authority, [policy()], START, 1)


NUMBERS = [
    ("AdministrativeSupport", "hours_per_week", -1, "at least 0"),
    ("AdministrativeSupport", "cost_per_worker_gbp", -1, "at least 0"),
    ("AgencyCap", "share", 1.1, "at most 1"),
    ("AgencyCap", "share", -0.1, "at least 0"),
    ("AgencyRules", "notice_weeks", -1, "at least 0"),
    ("AgencyRules", "staying_share", 1.5, "at most 1"),
    ("AgencyRules", "price_cut_percent", 101, "at most 100"),
    ("AgencyRules", "cool_off", 1, "true or false"),
    ("CaseloadCap", "children", 0, "more than 0"),
    ("CaseloadCap", "children", "twelve", "a number"),
    ("DemandChange", "percent", -101, "at least -100"),
    ("DemandChange", "fades_over_years", 0, "more than 0"),
    ("DirectWork", "returns_percent", 101, "at most 100"),
    ("DirectWork", "hours_per_week_moved", -1, "at least 0"),
    ("EarlyHelp", "percent", 100, "less than 100"),
    ("EarlyHelp", "builds_over_years", 0, "more than 0"),
    ("FrontDoorCapacity", "number", -1, "at least 0"),
    ("FrontDoorCapacity", "fte", 1.2, "at most 1"),
    ("HiringFreeze", "grades", "social worker", "a list"),
    ("HiringFreeze", "agency", "yes", "true or false"),
    ("InspectionJudgement", "judgement", "indadequate", 'one of "inadequate"'),
    ("InspectionJudgement", "fade_years", 0, "more than 0"),
    ("InspectionJudgement", "end", OVER, "no end"),
    ("ManagedTeam", "number", 2.5, "whole number"),
    ("ManagedTeam", "price_factor", 0, "more than 0"),
    ("ManagerStabilisation", "percent", 120, "at most 100"),
    ("ManagerStabilisation", "gbp_per_year", float("nan"), "a finite number"),
    ("MediaShock", "leaving_percent", -101, "at least -100"),
    ("MediaShock", "fade_months", 0, "more than 0"),
    ("MediaShock", "end", OVER, "no end"),
    ("NewlyQualifiedCohort", "months", (), "at least 1"),
    ("NewlyQualifiedCohort", "training_gbp", -1, "at least 0"),
    ("PracticeStage", "share", -0.5, "at least 0"),
    ("PracticeStage", "stage", 3, "text in quotes"),
    ("ProtectedCaseload", "share", 0, "more than 0"),
    ("ProtectedCaseload", "share", 1.2, "at most 1"),
    ("RecordingQuality", "late_days", -1, "at least 0"),
    ("RecordingQuality", "hidden_share", 1.2, "at most 1"),
    ("RecruitmentCampaign", "percent", -101, "at least -100"),
    ("RecruitmentCampaign", "cost_gbp", -1, "at least 0"),
    ("Redundancy", "number", -1, "at least 0"),
    ("Redundancy", "unsettled_percent", -1, "at least 0"),
    ("Redundancy", "end", OVER, "no end"),
    ("Restructure", "months", -1, "at least 0"),
    ("Restructure", "end", OVER, "no end"),
    ("RetentionPayment", "gbp_per_year", -1, "at least 0"),
    ("RetentionPayment", "grades", "social worker", "a list"),
    ("SupervisionRatio", "span", 0, "at least 0.1"),
    ("SupervisionRatio", "end", OVER, "no end"),
    ("TeamStructure", "structure", "generik", 'one of "generic", "specialist"'),
    ("TeamStructure", "end", OVER, "no end"),
    ("WorkingConditions", "hours_per_week", -31, "at least -30"),
    ("WorkingConditions", "leaving_percent", -101, "at least -100"),
]

#: The arguments each class cannot do without, besides its start.
NEEDED: dict[str, dict[str, Any]] = {
    "AdministrativeSupport": {"hours_per_week": 3},
    "AgencyCap": {"share": 0.1},
    "AgencyRules": {},
    "CaseloadCap": {"children": 18},
    "DemandChange": {"percent": 20},
    "DirectWork": {"returns_percent": 15},
    "EarlyHelp": {"percent": 8},
    "FrontDoorCapacity": {"number": 2},
    "HiringFreeze": {},
    "InspectionJudgement": {"judgement": "good"},
    "ManagedTeam": {"number": 8},
    "ManagerStabilisation": {"percent": 30},
    "MediaShock": {},
    "NewlyQualifiedCohort": {"number": 6},
    "PracticeStage": {"stage": CIN, "share": 0.5},
    "ProtectedCaseload": {"share": 0.6},
    "RecordingQuality": {"late_days": 10},
    "RecruitmentCampaign": {"percent": 25},
    "Redundancy": {"number": 10},
    "Restructure": {},
    "RetentionPayment": {"gbp_per_year": 3000},
    "SupervisionRatio": {"span": 5},
    "TeamStructure": {"structure": "generic"},
    "WorkingConditions": {},
}


def problems_of(act: Callable[[], object]) -> list[Any]:
    """The problems with which something is refused."""
    with pytest.raises(ws.InputError) as error:
        act()
    return list(error.value.problems)


def test_every_class_is_refused_something_twice() -> None:
    """The tables here leave nobody out."""
    assert set(NEEDED) == {kind.__name__ for kind in CLASSES}
    tables = [name for name, *_ in NUMBERS] + [case.name.split(":")[0] for case in REFUSED]
    assert all(tables.count(name) >= 2 for name in NEEDED)


@pytest.mark.parametrize(("name", "argument", "value", "rule"), NUMBERS)
def test_a_wrong_value_is_refused(name: str, argument: str, value: Any, rule: str) -> None:
    """The one problem says which argument, what was given, what is allowed and what to write."""
    (problem,) = problems_of(made(name, **{**NEEDED[name], argument: value}))
    assert problem.path == argument
    assert str(value) in problem.value
    assert rule in problem.rule
    assert problem.fix


REFUSED = [
    Bad(
        "RetentionPayment: grade",
        asked(made("RetentionPayment", 3000, grades=["socail worker"])),
        "RetentionPayment.grades[0]",
        "'socail worker'",
        "a grade of this authority",
        "'social worker'",
    ),
    Bad(
        "RetentionPayment: no salary to compare with",
        asked(made("RetentionPayment", 3000), with_posts(ENGLAND, salary_gbp=0.0)),
        "RetentionPayment.grades",
        "",
        "grades with a salary",
        "salary_gbp",
    ),
    Bad(
        "HiringFreeze: grade",
        asked(made("HiringFreeze", grades=["manager"])),
        "HiringFreeze.grades[0]",
        "'manager'",
        "a grade of this authority",
        "'team manager'",
    ),
    Bad(
        "RecruitmentCampaign: before the run",
        asked(made("RecruitmentCampaign", 25, start="2025-04-01")),
        "RecruitmentCampaign.start",
        "2025-04-01",
        "on or after the start of the run",
        "2025-10-01",
    ),
    Bad(
        "ManagedTeam: team",
        asked(made("ManagedTeam", 8, team=99)),
        "ManagedTeam.team",
        "99",
        "a team of this authority",
        "leave team out",
    ),
    Bad(
        "ManagedTeam: grade",
        asked(made("ManagedTeam", 8, grade="social work")),
        "ManagedTeam.grade",
        "'social work'",
        "a grade of this authority",
        "'social worker'",
    ),
    Bad(
        "NewlyQualifiedCohort: a grade without cases",
        asked(made("NewlyQualifiedCohort", 6, grade="team manager")),
        "NewlyQualifiedCohort.grade",
        "'team manager'",
        "a grade that holds cases",
        "'social worker'",
    ),
    Bad(
        "NewlyQualifiedCohort: a condition",
        asked(made("NewlyQualifiedCohort", 6, start=WATCHED)),
        "NewlyQualifiedCohort.start",
        "When(...)",
        "a date",
        "start='2026-04-01'",
    ),
    Bad(
        "NewlyQualifiedCohort: a thirteenth month",
        made("NewlyQualifiedCohort", 6, months=(3, 13)),
        "months[1]",
        "13",
        "at most 12",
        "at most 12",
    ),
    Bad(
        "Redundancy: more posts than there are",
        asked(made("Redundancy", 101)),
        "Redundancy.number",
        "101",
        "at most the posts of the grade at the start (100)",
        "number=100",
    ),
    Bad(
        "Redundancy: grade",
        asked(made("Redundancy", 1, grade="sociel worker")),
        "Redundancy.grade",
        "'sociel worker'",
        "a grade of this authority",
        "'social worker'",
    ),
    Bad(
        "SupervisionRatio: nobody manages",
        asked(made("SupervisionRatio", 5), with_posts(ENGLAND, manages=False)),
        "SupervisionRatio.grade",
        "",
        "a grade that manages",
        "manages = true",
    ),
    Bad(
        "SupervisionRatio: a grade that does not manage",
        asked(made("SupervisionRatio", 5, grade="social worker")),
        "SupervisionRatio.grade",
        "'social worker'",
        "a grade that manages",
        "grade='qualified without cases'",
    ),
    Bad(
        "SupervisionRatio: a condition",
        asked(made("SupervisionRatio", 5, start=WATCHED)),
        "SupervisionRatio.start",
        "When(...)",
        "counted before the run",
        "2026-04-01",
    ),
    Bad(
        "ManagerStabilisation: nobody manages",
        asked(made("ManagerStabilisation", 30), with_posts(ENGLAND, manages=False)),
        "ManagerStabilisation.grade",
        "",
        "a grade that manages",
        "manages = true",
    ),
    Bad(
        "EarlyHelp: a condition",
        asked(made("EarlyHelp", 8, start=WATCHED)),
        "EarlyHelp.start",
        "When(...)",
        "families are drawn before the run",
        "2026-04-01",
    ),
    Bad(
        "DemandChange: a condition to end it",
        asked(made("DemandChange", 8, end=WATCHED)),
        "DemandChange.end",
        "When(...)",
        "families are drawn before the run",
        "end='2026-04-01'",
    ),
    Bad(
        "MediaShock: a condition and referrals",
        asked(made("MediaShock", start=WATCHED, referrals_percent=10)),
        "MediaShock.start",
        "When(...)",
        "families are drawn before the run",
        "2026-04-01",
    ),
    Bad(
        "RecordingQuality: a condition",
        asked(made("RecordingQuality", 8, start=WATCHED)),
        "RecordingQuality.start",
        "When(...)",
        "shown after the run",
        "2026-04-01",
    ),
    Bad(
        "FrontDoorCapacity: no pathway",
        asked(made("FrontDoorCapacity", 2), ONE_STAGE),
        "FrontDoorCapacity.number",
        "2",
        "an authority with a pathway",
        "use NewPosts(2, ...)",
    ),
    Bad(
        "FrontDoorCapacity: phased in from a condition",
        asked(made("FrontDoorCapacity", 2, start=WATCHED, end=OVER)),
        "FrontDoorCapacity.end",
        OVER,
        "phasing in between two dates",
        "leave end out",
    ),
    Bad(
        "DirectWork: no pathway",
        asked(made("DirectWork", 15), ONE_STAGE),
        "DirectWork.returns_percent",
        "15",
        "an authority with a pathway",
        "with_changes(pathway='england')",
    ),
    Bad(
        "TeamStructure: no pathway",
        asked(made("TeamStructure", "generic"), ONE_STAGE),
        "TeamStructure.structure",
        "'generic'",
        "an authority with a pathway",
        "with_changes(pathway='england')",
    ),
    Bad(
        "PracticeStage: no pathway",
        asked(made("PracticeStage", CIN, 0), ONE_STAGE),
        "PracticeStage.stage",
        repr(CIN),
        "a stage of a pathway",
        "with_changes(pathway='england')",
    ),
    Bad(
        "PracticeStage: misspelt stage",
        asked(made("PracticeStage", "child in need plans", 0)),
        "PracticeStage.stage",
        "'child in need plans'",
        "a stage of the pathway",
        repr(CIN),
    ),
    Bad(
        "PracticeStage: the first stage",
        asked(made("PracticeStage", "front door", 0)),
        "PracticeStage.stage",
        "'front door'",
        "a stage that others lead to",
        "DemandChange",
    ),
    Bad(
        "PracticeStage: misspelt other way",
        asked(made("PracticeStage", CIN, 0, instead="close")),
        "PracticeStage.instead",
        "'close'",
        "a stage or exit of the pathway",
        "'closed'",
    ),
    Bad(
        "PracticeStage: more than there are",
        asked(made("PracticeStage", "assessment", 1.2)),
        "PracticeStage.share",
        "1.2",
        "at most 1.07",
        "share=1.06",
    ),
    Bad(
        "Restructure: end before its time",
        made("Restructure", start="soon"),
        "start",
        "'soon'",
        "a date: year-month-day",
        "2015-04-01",
    ),
    Bad(
        "AgencyCap: ends before it begins",
        made("AgencyCap", 0.1, end="2026-01-01"),
        "end",
        "2026-01-01",
        f"not before the start ({MID})",
        f"end='{MID}'",
    ),
]


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)
def test_what_does_not_fit_is_refused(bad: Bad) -> None:
    """The one problem says where, what was given, the rule and the fix."""
    (problem,) = problems_of(bad.act)
    assert problem.path.endswith(bad.path)
    assert bad.value in problem.value
    assert bad.rule in problem.rule
    assert bad.fix in problem.fix


@pytest.mark.parametrize("name", NEEDED)
def test_a_misspelt_argument_gets_the_nearest_name(name: str) -> None:
    """A letter missing in any argument: the message names the right one."""
    for argument in getattr(ws, name).model_fields:
        if argument == "end":  # too short for a nearest name to be sure
            continue
        misspelt = argument[:2] + argument[3:]
        (problem,) = problems_of(made(name, **NEEDED[name], **{misspelt: 1}))
        assert problem.path == misspelt
        assert problem.rule == "there is no setting of this name"
        assert repr(argument) in problem.fix


@pytest.mark.parametrize("name", NEEDED)
def test_what_is_left_out_is_asked_for(name: str) -> None:
    """Without arguments, one problem for each that is needed, with an example."""
    problems = problems_of(getattr(ws, name))
    assert {p.path for p in problems} == {*NEEDED[name], "start"}
    assert all(p.rule == "this is required" and "for example" in p.fix for p in problems)


def test_all_problems_are_told_at_once() -> None:
    """Several in one policy, and several policies in one run."""
    problems = problems_of(lambda: ws.ManagedTeam(-1, start="soon", price_factor=-2.0, tem=3))
    assert {p.path for p in problems} == {"number", "start", "price_factor", "tem"}
    policies = [
        ws.Redundancy(200, start="2025-01-01", grade="socal worker"),
        ws.EarlyHelp(8, start=WATCHED, end=WATCHED),
    ]
    problems = problems_of(lambda: ws.Simulation(MANAGED, policies, START, 1))
    paths = [p.path.split("] ")[1] for p in problems]
    assert paths == ["Redundancy.start", "Redundancy.grade", "EarlyHelp.start", "EarlyHelp.end"]


@pytest.mark.parametrize("name", NEEDED)
def test_a_policy_is_never_changed(name: str) -> None:
    """Values once made stay as they are."""
    policy = made(name, **NEEDED[name])()
    (problem,) = problems_of(lambda: setattr(policy, "start", dt.date(2026, 4, 1)))
    assert problem.path == "start"


# ---- What it says of itself ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_intervention_says_what_it_is(kind: type[ws.Intervention]) -> None:
    """An effect path of its own in one line, an evidence class, a documented cost, arguments and example."""
    assert kind.effect
    assert kind.effect != ws.Intervention.effect
    assert "\n" not in kind.effect
    assert kind.evidence in {"read", "derived", "snippet", "memory", "assumption"}
    text = " ".join((kind.__doc__ or "").split())
    for part in ("Effect path:", "Evidence:", "Args:", "Raises:", ">>> "):
        assert part in text, part
    assert "ost" in text  # Cost: ..., costs nothing
    names = set(kind.model_fields) - ({"end"} if "no end" in repr(kind.model_fields["end"]) else set())
    documented = {name for name in names if f" {name}: " in text}
    assert names - documented <= {"end"}


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_equal_policies_are_equal(kind: type[ws.Intervention]) -> None:
    """Made twice they are equal, with one hash, also after a trip to another process."""
    name = kind.__name__
    one, same = (made(name, **NEEDED[name])() for _ in range(2))
    assert one == same
    assert hash(one) == hash(same)
    assert pickle.loads(pickle.dumps(one)) == one
    assert one != made(name, **NEEDED[name], start="2026-02-12")()
    assert isinstance(one, ws.Intervention)
    assert one.describe().startswith(one.headline())
    assert "from 11 February 2026" in one.describe()


def test_lists_are_taken_for_tuples() -> None:
    """A list of grades or months makes an equal value that can be hashed."""
    assert ws.HiringFreeze(start=MID, grades=["a"]) == ws.HiringFreeze(start=MID, grades=("a",))
    assert ws.NewlyQualifiedCohort(2, start=MID, months=[1]) == ws.NewlyQualifiedCohort(
        2, start=MID, months=(1,)
    )


def test_descriptions_read_well() -> None:
    """A few of them, in full."""
    assert ws.AgencyRules(
        start=MID, cool_off=False, experience=False, notice_weeks=1, price_cut_percent=5
    ).describe() == ("agency rules: 1 week of notice, charge 5% lower, from 11 February 2026")
    assert ws.ManagedTeam(8, **SPELL).describe() == "managed team of 8, from 11 February 2026 to 20 May 2026"
    assert ws.NewlyQualifiedCohort(6, start=MID, months=(9, 1, 3)).headline() == (
        "6 newly qualified each January, March and September"
    )
    assert ws.HiringFreeze(start=MID, grades=()).headline() == "hiring freeze for nobody"
    assert ws.Redundancy(1, start=MID, grade="team manager").headline() == "1 post closed (team manager)"


# ---- What it costs --------------------------------------------------------------------------------------

SPELL_YEARS = year_share(MID, OVER)
REST_YEARS = year_share(MID, "2026-09-30")
AGENCY_GBP = 38500.0 * 1.3 * 1.4

COSTS: dict[str, tuple[ws.Authority, ws.Intervention, dict[str, float]]] = {
    "retention payment": (
        STILL,
        ws.RetentionPayment(3000, **SPELL, grades=["social worker"]),
        {"retention": 100 * 3000 * SPELL_YEARS},
    ),
    "retention payment for all, all year": (
        STILL,
        ws.RetentionPayment(3000, start=START),
        {"retention": 203 * 3000},
    ),
    "managed team": (STILL, ws.ManagedTeam(4, **SPELL), {"agency": 4 * 2 * AGENCY_GBP * SPELL_YEARS}),
    "managed team at the ordinary price": (
        STILL,
        ws.ManagedTeam(4, start=MID, price_factor=1.0),
        {"agency": 4 * AGENCY_GBP * REST_YEARS},
    ),
    "cohort": (
        EMPTY,
        ws.NewlyQualifiedCohort(2, start=START, training_gbp=1500),
        {"programmes": 2 * 2 * 1500, "recruitment": 2 * 2 * 5000},
    ),
    "cohort with fewer vacancies than people": (
        EMPTY,
        ws.NewlyQualifiedCohort(9, start=START),
        {"programmes": 5 * 2000, "recruitment": 5 * 5000},
    ),
    "campaign": (STILL, ws.RecruitmentCampaign(20, **SPELL, cost_gbp=50_000), {"recruitment": 50_000}),
    "redundancy": (STILL, ws.Redundancy(3, start=MID), {"redundancy": 3 * 16_000}),
    "redundancy of empty posts": (EMPTY, ws.Redundancy(5, start=MID), {}),
    "posts that manage": (
        EMPTY,
        ws.SupervisionRatio(0.9, start=MID),
        {"new_posts": 9 * 2500 * REST_YEARS},
    ),
    "managers": (
        STILL,
        ws.ManagerStabilisation(10, **SPELL, gbp_per_year=4000),
        {"retention": 103 * 4000 * SPELL_YEARS},
    ),
    "support": (
        EMPTY,
        ws.AdministrativeSupport(2, **SPELL, cost_per_worker_gbp=4000),
        {"programmes": 100 * 4000 * SPELL_YEARS},
    ),
    "conditions": (
        STILL,
        ws.WorkingConditions(**SPELL, cost_gbp_per_year=60_000),
        {"programmes": 60_000 * SPELL_YEARS},
    ),
    "early help": (
        STILL,
        ws.EarlyHelp(8, start=START, cost_gbp_per_year=400_000),
        {"programmes": 400_000},
    ),
    "front door": (EMPTY, ws.FrontDoorCapacity(2, start=MID), {"new_posts": 2 * 2500 * REST_YEARS}),
    "free: cap on agency": (STILL, ws.AgencyCap(0.1, start=MID), {}),
    "free: agency rules": (STILL, ws.AgencyRules(start=MID), {}),
    "free: freeze": (STILL, ws.HiringFreeze(start=MID, agency=True), {}),
    "free: cap on caseloads": (STILL, ws.CaseloadCap(12, start=MID), {}),
    "free: protected caseload": (STILL, ws.ProtectedCaseload(0.5, start=MID), {}),
    "free: demand": (STILL, ws.DemandChange(20, start=MID), {}),
    "free: judgement": (STILL, ws.InspectionJudgement("inadequate", start=MID), {}),
    "free: media": (STILL, ws.MediaShock(start=MID, referrals_percent=20), {}),
    "free: direct work": (STILL, ws.DirectWork(20, start=MID, hours_per_week_moved=1), {}),
    "free: stage": (STILL, ws.PracticeStage(CIN, 0, start=MID), {}),
    "free: structure": (STILL, ws.TeamStructure("generic", start=MID), {}),
    "free: restructure": (STILL, ws.Restructure(start=MID), {}),
    "free: recording": (STILL, SHOWN, {}),
}


@pytest.mark.parametrize(("authority", "policy", "costs"), COSTS.values(), ids=COSTS.keys())
def test_it_costs_what_it_says(
    authority: ws.Authority, policy: ws.Intervention, costs: dict[str, float]
) -> None:
    """Besides the pay of who is in post, the accounts differ by just this, to the millionth of a pound."""
    found, plain = spent(run(policy, authority=authority)), spent(run(authority=authority))
    more = {heading: found[heading] - plain[heading] for heading in found if heading != "pay"}
    assert more == pytest.approx(dict.fromkeys(more, 0.0) | costs, abs=1e-6)


def test_a_price_cap_lowers_the_agency_charge() -> None:
    """A tenth less for those who are there."""
    fixed = with_posts(ENGLAND, hires_per_covered_post_year=0.0, hires_per_empty_post_year=0.0).with_changes(
        workforce={
            "leaving_scale": 0.0,
            "agency_assignment_months": 1e6,
            "conversions_per_agency_year": 0.0,
            "covers_per_empty_post_year": 0.0,
        }
    )
    rules = ws.AgencyRules(start=MID, price_cut_percent=10, notice_weeks=0)
    found, plain = (spent(run(*p, authority=fixed))["agency"] for p in ([rules], []))
    assert found == pytest.approx(plain * (1 - 0.1 * REST_YEARS), rel=1e-12)


# ---- What it does ---------------------------------------------------------------------------------------


def events(of: ws.Run, what: str, first: str = START, last: str = "2026-09-30") -> Any:
    """The events of a kind between two dates."""
    after = day(str(dt.date.fromisoformat(last) + dt.timedelta(days=1)))
    log = of.log
    return log[(log["event"] == what) & (log["day"] >= day(first)) & (log["day"] < after)]


def words(kind: str) -> str:
    """The words of an event in the log."""
    from workforce_sim.casework.eventlog import Kind

    return Kind[kind].words


def test_a_freeze_is_kept() -> None:
    """Nobody starts, permanent or agency, while it lasts, and somebody does after it."""
    frozen = run(POLICIES["HiringFreeze"][1], seed=2)
    for kind in ("STARTED", "AGENCY_STARTED"):
        assert len(events(frozen, words(kind), MID, OVER)) == 0
        assert len(events(frozen, words(kind), "2026-05-21")) > 0


def test_a_cap_on_agency_is_kept() -> None:
    """Nobody is engaged at a moment at which agency is above its share."""
    assert len(events(run(ws.AgencyCap(0, **SPELL)), words("AGENCY_STARTED"), MID, OVER)) == 0
    assert len(events(run(), words("AGENCY_STARTED"), MID, OVER)) > 0


def test_a_managed_team_comes_and_goes_together() -> None:
    """All on the first day, in one team or dealt out, with families soon; none after the last day."""
    team = run(ws.ManagedTeam(6, **SPELL, team=2))
    posts = [p for p in team.service.posts if p.opened > 0]
    assert [p.team for p in posts] == [2] * 6
    assert {p.opened for p in posts} == {day(MID)}
    assert {p.state.name for p in posts} == {"CLOSED"}
    assert set(events(team, words("POST_CLOSED"))["day"]) == {day("2026-05-21")}
    held = events(team, words("ALLOCATED"))["post"]
    assert set(held) & {p.index for p in posts}
    spread = {p.team for p in run(ws.ManagedTeam(12, start=MID)).service.posts if p.opened > 0}
    assert len(spread) > 6
    paths = team.paths
    more = paths["agency_fte"] - run().paths["agency_fte"]
    assert more["2026-03-01":"2026-05-01"].min() > 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("settings", "dates"),
    [
        ({"start": START}, ["2026-03-02", "2026-09-01"]),
        ({"start": START, "months": (10,)}, ["2025-10-01"]),
        ({"start": "2025-10-02", "months": (10,)}, []),
        ({"start": "2026-03-02", "end": "2026-08-31"}, ["2026-03-02"]),
        ({"start": "2026-03-03", "end": "2026-09-01"}, ["2026-09-01"]),
        ({"start": START, "end": "2026-03-01"}, []),
        ({"start": START, "months": (1, 2)}, ["2026-01-02", "2026-02-02"]),
    ],
)
def test_intakes_are_on_the_first_working_day_of_their_months(
    settings: dict[str, Any], dates: list[str]
) -> None:
    """Between start and end, bank holidays and weekends passed over."""
    found = events(run(ws.NewlyQualifiedCohort(1, **settings), authority=EMPTY), words("STARTED"))["day"]
    assert list(found) == [day(date) for date in dates]


def test_redundancy_closes_posts_for_good() -> None:
    """So many posts fewer, and nobody in them."""
    after = run(ws.Redundancy(20, start=MID))
    closed = [p for p in after.service.posts if p.state.name == "CLOSED"]
    assert len(closed) == 20
    assert {after.service.grades[p.grade].name for p in closed} == {"social worker"}
    assert after.service.established_fte == 203 - 20


def test_posts_for_a_span() -> None:
    """103 posts manage 100 here: 0.9 each takes 9 more, 0.97 one, 0.98 none."""
    for span, number in ((0.9, 9), (0.97, 1), (0.98, 0), (100, 0)):
        posts = ws.SupervisionRatio(span, start=MID, grade="team manager").planned_posts(MANAGED, a_year())
        assert len(posts) == number
        assert {p.grade for p in posts} <= {2}


def test_more_managers_lower_leaving_only_where_they_are_needed() -> None:
    """One to four, at five to each: leaving is no lower, unless the setting says that four is needed."""
    policy = ws.SupervisionRatio(4, start="2025-10-01")
    own = ENGLAND.with_changes(supervision={"unsettled_factor": 1.0})
    needed = own.with_changes(supervision={"span": 4.0})
    for authority, lowers in ((own, False), (needed, True)):
        alone, more = (
            np.mean(
                [
                    ws.Simulation(authority, plan, "2025-10-01", 2, seed).run().service.supervision.factor
                    for seed in range(3)
                ]
            )
            for plan in ([], [policy])
        )
        assert (alone - more > 0.015) == lowers


def a_year() -> Days:
    """The days of the runs here."""
    return Days(WorkingCalendar(dt.date.fromisoformat(START), 12))


def test_front_door_posts_are_at_the_front_door() -> None:
    """In the teams of the first type only, dealt in turn, also if they wait for a condition."""
    teams = set(range(layout(MANAGED).teams_of_type[0]))
    assert layout(MANAGED).types[0] == "front door"
    for start in (MID, WATCHED):
        found = run(ws.FrontDoorCapacity(2 * len(teams), start=start))
        posts = [p.team for p in found.service.posts if p.opened > 0]
        assert sorted(posts) == sorted([*teams, *teams])


def test_early_help_builds_up() -> None:
    """Referrals fall by nothing at first, by 63% of the effect after the time it takes, by all in the end."""

    def factor(policy: Any, when: float) -> float:
        product = 1.0
        for begins, ends, peak, fade in policy.demand_factors(a_year()):
            if begins <= when < ends:
                product *= peak if fade is None else 1 + (peak - 1) * np.exp(-(when - begins) / fade)
        return product

    policy = ws.EarlyHelp(20, start=MID, end="2027-02-10", builds_over_years=0.5)
    begins = day(MID)
    assert factor(policy, begins - 1) == 1
    assert factor(policy, begins) == pytest.approx(1)
    assert factor(policy, begins + 126.5) == pytest.approx(1 - 0.2 * (1 - np.exp(-1)))
    assert factor(ws.EarlyHelp(20, start=MID), 1e6) == pytest.approx(0.8)
    fades = ws.DemandChange(30, start=MID, fades_over_years=1)
    assert factor(fades, begins) == pytest.approx(1.3)
    assert factor(fades, begins + 253) == pytest.approx(1 + 0.3 * np.exp(-1))


@pytest.mark.parametrize("percent", [-100, -30, 50])
def test_first_referrals_change_by_their_percentage(percent: float) -> None:
    """In two years of two worlds, to within luck; at -100% nobody comes for the first time."""
    referred = []
    for policies in ([ws.DemandChange(percent, start=START)], []):
        runs = [run(*policies, years=2, seed=seed) for seed in (1, 2)]
        first = [r.counts["sum_referred"] - r.counts["sum_referred_again"] for r in runs]
        referred.append(sum(children[-1] - children[0] for children in first))
    assert referred[0] / referred[1] == pytest.approx(1 + percent / 100, abs=0.05)


def test_a_stage_switched_off_is_entered_no_more(baseline: ws.Run) -> None:
    """Nobody enters it between its dates, and more are closed instead."""
    off = run(POLICIES["PracticeStage"][1])
    for found, expected in ((off, False), (baseline, True)):
        visits = found.visits
        entered = visits.loc[visits["stage"] == CIN, "entered_day"]
        between = (entered > day(MID) + 1e-6) & (entered < day("2026-05-21"))
        assert bool(between.any()) is expected
    assert off.counts["sum_closed"][-1] > baseline.counts["sum_closed"][-1]


def test_moved_shares_are_shares() -> None:
    """What is taken from a way goes to the other, or to all others; the very same row if nothing moves."""
    stated, targets = np.array([0.2, 0.5, 1.0, 1.0]), [3, 4, -1, -1]
    assert _moved(stated, targets, []) is stated
    assert _moved(stated, targets, [Move(3, 1.0, -1), Move(7, 0.0, -1)]) is stated
    cases = [
        ([Move(3, 0.0, -1)], [0, 0.3, 1, 1]),
        ([Move(3, 0.5, 4)], [0.1, 0.5, 1, 1]),
        ([Move(3, 2.0, 4)], [0.4, 0.5, 1, 1]),
        ([Move(3, 9.0, 4)], [0.5, 0.5, 1, 1]),
        ([Move(3, 0.0, 9)], [0, 0.375, 1, 1]),
        ([Move(3, 0.0, -1), Move(4, 0.0, -1)], [0, 0, 1, 1]),
        ([Move(-1, 0.0, 3)], [0.7, 1, 1, 1]),
    ]
    for moves, expected in cases:
        np.testing.assert_allclose(_moved(stated, targets, moves), expected, atol=1e-12)


def test_direct_work_brings_fewer_back(baseline: ws.Run) -> None:
    """With nobody coming back, only those closed before the run do."""
    fewer = run(ws.DirectWork(100, start=START))
    assert fewer.counts["sum_referred_again"][-1] < baseline.counts["sum_referred_again"][-1]
    shares = fewer.service.desk._state.exits["returns"]
    assert (shares == 0).all()
    over = run(ws.DirectWork(30, **SPELL)).service.desk
    np.testing.assert_array_equal(over._state.exits["returns"], over.rules.pathway.returns)


def test_generic_teams_pass_on_fewer_families(baseline: ws.Run) -> None:
    """Fewer transfers between teams than specialist ones, and back to as many."""
    generic = run(ws.TeamStructure("generic", start=START))
    back = run(ws.TeamStructure("generic", start=START), ws.TeamStructure("specialist", start=MID))
    transfers = [r.counts["sum_transfers"][-1] for r in (generic, back, baseline)]
    assert transfers[0] < transfers[1] < transfers[2]


def staff_by_team(found: ws.Run) -> Any:
    """FTE of the established posts that hold cases, at the start."""
    posts = found.posts
    there = posts[posts["established"] & posts["holds_cases"] & (posts["opened_day"] == 0)]
    return there.groupby("team")["fte"].sum().to_numpy()


def test_generic_teams_have_families_in_proportion_to_their_staff(baseline: ws.Run) -> None:
    """A team of two at the front door has as many families as two people elsewhere, not a team's share."""
    generic = run(ws.TeamStructure("generic", start=START))
    staff = staff_by_team(baseline)
    assert staff.min() < 0.4 * staff.max()  # or the test shows nothing
    families = generic.children[generic.children["referred_day"] > 0]
    entered = np.bincount(families["team"], minlength=len(staff))
    expected = len(families) * staff / staff.sum()
    assert (np.abs(entered - expected) < 4 * np.sqrt(expected)).all()


def test_the_posts_of_the_day_count_whatever_the_order_of_the_list() -> None:
    """Posts that close or open on the day the teams become generic: the same run in any order."""
    policies = [
        ws.TeamStructure("generic", start=MID),
        ws.Redundancy(20, start=MID),
        ws.FrontDoorCapacity(8, start=MID),
        ws.NewPosts(5, start=MID),
    ]
    digests = {run(*order).digest() for order in (policies, policies[::-1], policies[2:] + policies[:2])}
    assert len(digests) == 1


def test_posts_opened_at_the_front_door_that_day_bring_it_families() -> None:
    """Eight posts more in a team of two, on the same morning: about five times the families."""
    alone = run(ws.TeamStructure("generic", start=START))
    more = run(ws.TeamStructure("generic", start=START), ws.FrontDoorCapacity(8, start=START))
    shares = [(r.children.loc[r.children["referred_day"] > 0, "team"] == 0).mean() for r in (alone, more)]
    assert 3 < shares[1] / shares[0] < 7


def test_leaving_and_hiring_follow_what_is_said() -> None:
    """Rates of leaving and hiring are multiplied as the docstrings say, and are as before when it is over."""
    seen: dict[str, list[float]] = {}
    agency = MANAGED.workforce.to_agency

    def looks(name: str) -> Callable[..., Any]:
        def process(env: Any, service: Any) -> Any:
            yield env.timeout(day(MID) + 0.5)
            now = env.now
            value = service.levers.value
            levers = ("leaving", "hiring", "cover", "to_agency")
            seen[name] = [value(lever, now, 0) for lever in levers]
            yield env.timeout(day("2026-05-21") + 0.5 - env.now)
            seen[f"{name}, over"] = [value(lever, env.now, 0) for lever in levers]

        return process

    cases: dict[str, tuple[ws.Intervention, list[float]]] = {
        "payment": (ws.RetentionPayment(3850, **SPELL), [1 / 1.1, 1, 1, 1]),
        "rules": (
            ws.AgencyRules(**SPELL, price_cut_percent=20),
            [1 - agency / 2, 1, 0.9 * 0.8, 0.5 / (1 - agency / 2)],
        ),
        "campaign": (ws.RecruitmentCampaign(25, **SPELL), [1, 1.25, 1, 1]),
        "freeze": (ws.HiringFreeze(**SPELL), [1, 0, 1, 1]),
        "freeze of agency too": (ws.HiringFreeze(**SPELL, agency=True), [1, 0, 0, 1]),
        "conditions": (ws.WorkingConditions(**SPELL, leaving_percent=-10), [0.9, 1, 1, 1]),
        "managers": (ws.ManagerStabilisation(30, **SPELL), [1, 1, 1, 1]),
    }
    for name, (policy, expected) in cases.items():
        run(policy, looks(name))
        assert seen[name] == pytest.approx(expected), name
        assert seen[f"{name}, over"] == [1, 1, 1, 1], name


@pytest.mark.parametrize(
    ("policy", "fade_years", "peaks"),
    [
        (ws.InspectionJudgement("inadequate", start=MID), 3.0, {"leaving": 1.15, "hiring": 0.5}),
        (ws.InspectionJudgement("good", start=MID, fade_years=1), 1.0, {"leaving": 0.95, "hiring": 1.1}),
        (ws.InspectionJudgement("outstanding", start=MID), 3.0, {"leaving": 0.9, "hiring": 1.2}),
        (ws.MediaShock(start=MID, leaving_percent=10, hiring_percent=-20), 0.5, {"leaving": 1.1}),
        (ws.Restructure(start=MID), 1.0, {"leaving": 1.2, "hiring": 1.0}),
        (ws.Redundancy(1, start=MID, unsettled_percent=30), 1.0, {"leaving": 1.3, "hiring": 1.0}),
    ],
)
def test_a_shock_is_at_its_peak_at_first_and_fades(
    policy: ws.Intervention, fade_years: float, peaks: dict[str, float]
) -> None:
    """1 + (peak - 1) exp(-years / fade)."""
    seen = []

    def process(env: Any, service: Any) -> Any:
        for wait in (0.0, 63.25):
            yield env.timeout(day(MID) + wait + 1e-3 - env.now)
            seen.append([service.levers.value(name, env.now, 0) for name in peaks])

    run(policy, process)
    first, later = np.array(seen)
    np.testing.assert_allclose(first, list(peaks.values()), rtol=1e-4)
    left = np.exp(-0.25 / fade_years)
    np.testing.assert_allclose(later, 1 + (np.array(list(peaks.values())) - 1) * left, rtol=1e-4)


def test_hours_move_pace(baseline: ws.Run) -> None:
    """More hours, fewer slow days; fewer hours, more of them; a restructure only for its months."""
    slow = {
        name: run(policy).counts["sum_slow_days"][-1]
        for name, policy in {
            "support": ws.AdministrativeSupport(4, start=START),
            "worse": ws.WorkingConditions(start=START, hours_per_week=-4),
            "restructure": ws.Restructure(start=START, unsettled_percent=0, hours_lost_per_week=4),
        }.items()
    }
    plain = baseline.counts["sum_slow_days"][-1]
    assert slow["support"] < plain < slow["restructure"] < slow["worse"]


EXTREME = [
    ws.WorkingConditions(start=MID, hours_per_week=-30),
    ws.Restructure(start=MID, hours_lost_per_week=50, months=120, unsettled_percent=1000),
    ws.CaseloadCap(0.5, start=MID),
    ws.ProtectedCaseload(0.01, start=MID),
    ws.AgencyRules(start=MID, staying_share=1, supply_factor=0, price_cut_percent=100, notice_weeks=52),
    ws.Redundancy(100, start=MID),
    ws.ManagedTeam(300, start=START, end=START),
    ws.DemandChange(1000, start=MID, end="2026-02-20"),
    ws.PracticeStage("assessment", 0, start=START),
    ws.RetentionPayment(1_000_000, start=MID),
    ws.MediaShock(start=MID, leaving_percent=-100, hiring_percent=-100, referrals_percent=-100),
]


@pytest.mark.parametrize("policy", EXTREME, ids=lambda policy: policy.headline()[:40])
def test_extremes_end(policy: ws.Intervention) -> None:
    """The strongest that can be asked for gives a run whose children and posts still add up."""
    found = run(policy)
    counts = found.counts
    np.testing.assert_allclose(counts["sum_referred"] - counts["sum_closed"], counts["open"], atol=1e-6)
    assert all(np.isfinite(list(spent(found).values())))
