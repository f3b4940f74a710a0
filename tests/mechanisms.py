"""Mechanisms of the sources: what expresses each, and which way it moves which measure.

The list MECHANISMS is the one the tests run over (test_mechanisms.py) and the one docs/mechanisms.md is
made from: ``python -m tests.mechanisms`` writes the page; ``python -m tests.mechanisms M5 M12`` (or ``all``)
runs some of them and prints the sizes found.
"""

from __future__ import annotations

import functools
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

import workforce_sim as ws
from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.casework.eventlog import Kind
from workforce_sim.measures.paths import BY_NAME

if TYPE_CHECKING:
    import simpy

Floats = npt.NDArray[np.float64]
Settings = dict[str, Any]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "mechanisms.md"
START = "2025-10-01"
SEED = 9
#: How many standard errors the mean difference is from 0, at least.
FAR_ENOUGH = 4.0

CIN, CP, PROCEEDINGS = "child in need plan", "child protection plan", "care proceedings"
MANAGER = "team manager"


@dataclass(frozen=True)
class Contrast:
    """Two arms under the same luck, and the way in which the first differs from the second.

    Attributes:
        expressed_by: for the page; names of the library in backticks.
        measure: a name of ``MEASURES`` or of ``READERS``.
        direction: of the measure in the arm with the mechanism.
        months: first and last mark over which a measure is averaged; a reader needs none.
        policies: of the arm with the mechanism.
        instead_of: of the arm without.
        settings: of the authority in the arm with the mechanism.
        instead_settings: of the authority in the arm without.
        amid: settings of both arms.
        less_amid: if given, the difference is taken once amid ``amid`` and once amid these settings, and
            what is looked at is how much larger the first is.
        solved_anew: rates that no source gives are solved again for the settings; by default they are those
            of the authority as it is.
    """

    expressed_by: str
    measure: str
    direction: Literal["up", "down"]
    months: tuple[int, int] | None = None
    policies: tuple[Any, ...] = ()
    instead_of: tuple[Any, ...] = ()
    settings: Settings = field(default_factory=dict)
    instead_settings: Settings = field(default_factory=dict)
    amid: Settings = field(default_factory=dict)
    less_amid: Settings | None = None
    solved_anew: bool = False
    replications: int = 12
    years: int = 2

    def differences(self) -> Floats:
        """What the mechanism changes in every world."""
        found = self._with_less_without(self.amid)
        return found if self.less_amid is None else found - self._with_less_without(self.less_amid)

    def _with_less_without(self, amid: Settings) -> Floats:
        there = self._read(amid, self.settings, self.policies)
        return there - self._read(amid, self.instead_settings, self.instead_of)

    def _read(self, amid: Settings, settings: Settings, policies: tuple[Any, ...]) -> Floats:
        changes = json.dumps([amid, settings])
        arm = (changes, self.solved_anew, policies, self.years)
        return np.array([self._value(arm, r) for r in range(self.replications)])

    def _value(self, arm: Arm, replication: int) -> float:
        if self.measure in READERS:
            return READERS[self.measure][1](_run(arm, replication, log=self.measure in NEED_LOG))
        assert self.months is not None
        first, last = self.months
        return float(_paths(arm, replication)[self.measure][first : last + 1].mean())

    def measured(self) -> str:
        """The measure in words, for the page."""
        if self.measure in READERS:
            return READERS[self.measure][0]
        assert self.months is not None
        first, last = self.months
        when = f"month {first}" if first == last else f"mean of months {first} to {last}"
        measure = BY_NAME[self.measure]
        return f"{measure.label} ({measure.unit}), {when}"


@dataclass(frozen=True)
class Mechanism:
    """A mechanism that a source tells of, with everything that expresses it."""

    number: str
    sentence: str
    contrasts: tuple[Contrast, ...]


Arm = tuple[str, bool, tuple[Any, ...], int]


@functools.cache
def _balanced() -> ws.Authority:
    return ws.Authority.preset("england-2025").balanced()


@functools.cache
def england(changes: str, solved_anew: bool = False) -> ws.Authority:
    """The median authority of England with changes, one after the other: a list of them, as text."""
    found = ws.Authority.preset("england-2025") if solved_anew else _balanced()
    for change in json.loads(changes):
        if change:
            found = found.with_changes(**change)
    return found


def _run(arm: Arm, replication: int, *, log: bool = False) -> ws.Run:
    changes, solved_anew, policies, years = arm
    authority = england(changes, solved_anew)
    return ws.Simulation(authority, policies, START, years, SEED, replication, log=log).run()


@functools.cache
def _paths(arm: Arm, replication: int) -> dict[str, Floats]:
    paths = _run(arm, replication).paths
    return {name: paths[name].to_numpy() for name in paths}


# -- what is read from a whole run --------------------------------------------------------------


def _spread_of_caseloads(run: ws.Run) -> float:
    held = run.service.desk.children_by_post()
    held = held[held > 0]
    return float(held.std() / held.mean())


def _days(run: ws.Run, *stages: str) -> float:
    """Of the visits that began in the first year, to their end or that of the run, by child."""
    visits = run.visits
    rows = visits[visits["stage"].isin(stages) & visits["entered_day"].between(0, DAYS_PER_YEAR)]
    return float(np.average(rows["elapsed_days"], weights=rows["children"]))


def _decided_in_a_day(run: ws.Run) -> float:
    """Of the children referred in the run, in percent: the front door is the first stage."""
    counts = run.counts
    return float(100 * counts["sum_in_time_stage_0"][-1] / counts["sum_ended_stage_0"][-1])


def _leavers_in_first_year(run: ws.Run) -> float:
    """Leavers with less than a year of service, in percent of all, after the first year of the run.

    So every one of them started in the run.
    """
    log = run.service.desk.log
    log = log[np.isin(log["kind"], (Kind.STARTED, Kind.CONVERTED, Kind.LEFT))]
    started: dict[int, float] = {}
    service = []
    for day, kind, post in zip(log["time"], log["kind"], log["post"], strict=True):
        if kind != Kind.LEFT:
            started[post] = day
        elif day >= DAYS_PER_YEAR:
            service.append(day - started.get(post, -np.inf))
    return float(100 * np.mean(np.array(service) < DAYS_PER_YEAR))


def _leavers_who_do_not_manage(run: ws.Run) -> float:
    log, service = run.service.desk.log, run.service
    left = log["post"][log["kind"] == Kind.LEFT]
    return float(sum(not service.grades[service.posts[i].grade].manages for i in left))


def _hires_per_vacancy(run: ws.Run) -> float:
    paths = run.paths
    return float(paths["starters_fte"].iloc[1:].mean() * 12 / paths["vacancies_fte"].mean())


def _not_shown(run: ws.Run, measure: str) -> float:
    """How far what is shown is from the truth, mean of months; entries are in time unless a policy says."""
    seen = run.dashboard(late_days=0.0)
    return float((seen[measure] - seen[f"{measure}_shown"]).abs().iloc[1:].mean())


def _in_stage(run: ws.Run, stage: str) -> float:
    return float(run.counts[f"open_stage_{run.stage_names.index(stage)}"][-1])


Reader = Callable[[ws.Run], float]

#: Quantities of a whole run that are no measure of a month, with the words for the page.
READERS: dict[str, tuple[str, Reader]] = {
    "spread_of_caseloads": (
        "Spread of caseloads between workers (coefficient of variation, last day)",
        _spread_of_caseloads,
    ),
    "plan_days": ("Days on a child in need plan, of plans begun in the first year", lambda r: _days(r, CIN)),
    "protection_days": (
        "Days in protection plans and care proceedings, of those begun in the first year",
        lambda r: _days(r, CP, PROCEEDINGS),
    ),
    "decided_in_a_day": ("Referrals decided within a working day (%)", _decided_in_a_day),
    "leavers_first_year": (
        "Leavers with less than a year of service (% of leavers after the first year)",
        _leavers_in_first_year,
    ),
    "leavers_not_managers": ("Leavers who do not manage, of the whole run", _leavers_who_do_not_manage),
    "hires_per_vacancy": ("Permanent starters per vacancy and year", _hires_per_vacancy),
    "unallocated_not_shown": (
        "Children unallocated who are not shown, mean of months",
        lambda r: _not_shown(r, "unallocated_children"),
    ),
    "open_shown_wrongly": (
        "Open children shown less those there are, without sign, mean of months",
        lambda r: _not_shown(r, "open_children"),
    ),
    "plan_children": ("Children on a child in need plan, last day", lambda r: _in_stage(r, CIN)),
    "seniors": ("Senior practitioners, last day", lambda r: float(r.counts["senior"][-1])),
    "unsettled_managers": (
        "Managers' posts without a settled manager (share, last month)",
        lambda r: r.service.supervision.unsettled,
    ),
}
NEED_LOG = {"leavers_first_year", "leavers_not_managers", "unallocated_not_shown", "open_shown_wrongly"}


# -- arms ---------------------------------------------------------------------------------------

MORE_DEMAND = ws.DemandChange(20, start=START)
SURGE = ws.DemandChange(40, start=START)
GREAT_SURGE = ws.DemandChange(60, start=START)
POSTS = ws.NewPosts(20, start=START)
MANY_POSTS = ws.NewPosts(30, start=START)
FREEZE = ws.HiringFreeze(start=START)
OFFER = ws.AgencyConversion(6000, start=START)
HALF_OFFER = ws.AgencyConversion(3000, start=START)
MANY_CONVERT = ws.AgencyConversion(6000, start=START, rate_per_year=0.5)
LOWER_PAY = ws.PayChange(-10, start=START)
TWICE_AS_MANY_LEAVE = ws.WorkingConditions(start=START, leaving_percent=100)
NO_PLANS = ws.PracticeStage(CIN, 0, start=START)
NO_PLANS_FOR_A_YEAR = ws.PracticeStage(CIN, 0, start=START, end="2026-09-30")
CUT_AND_RESTORED = (ws.Redundancy(30, start=START), ws.NewPosts(30, start="2026-10-01"))
INTAKES = ws.NewlyQualifiedCohort(6, start=START)
INADEQUATE = ws.InspectionJudgement("inadequate", start=START)
STRICT_CAP = ws.CaseloadCap(18, start=START)
MANAGERS_STAY = ws.ManagerStabilisation(80, start=START)
DIRECT_WORK = ws.DirectWork(15, start=START, hours_per_week_moved=1)
RESTRUCTURE = ws.Restructure(start=START)


def managers_leave(env: simpy.Environment, service: Any) -> None:
    """A planner's own process: managers leave at 42% a year (Birmingham 2014), not at 11.8%."""
    managing = [g for g, grade in enumerate(service.grades) if grade.manages]
    service.set_lever("leaving", "managers leave", 42 / 11.8, managing)


def posts_when_needed(late_months: int) -> ws.NewPosts:
    """Thirty posts when the caseload is seen to be above 17."""
    return ws.NewPosts(30, start=ws.When("caseload", above=17, late_months=late_months))


NO_MANAGERS = (ws.HiringFreeze(start=START, grades=[MANAGER], agency=True), managers_leave)
WORKLOAD = {"workforce": {"caseload_elasticity": 0.4}}
NO_WORKLOAD = {"workforce": {"caseload_elasticity": 0.0}}
SHORT_STAYS: Settings = {"workforce": {"agency_assignment_months": 3.0}}
LONG_STAYS: Settings = {"workforce": {"agency_assignment_months": 12.0}}
BUSY_FRONT_DOOR: Settings = {"pathway": {"stages": {"front door": {"work_hours": 1.0}}}}
ILL = {"workforce": {"absences_per_year": 0.2, "absence_days": 130.0}}

MECHANISMS: tuple[Mechanism, ...] = (
    Mechanism(
        "M1",
        "Money makes posts; posts are vacancies first; hires come late and some never; then caseloads fall.",
        (
            Contrast("20 `NewPosts`", "vacancies_fte", "up", (3, 3), (POSTS,)),
            Contrast("the same", "in_post_fte", "up", (24, 24), (POSTS,)),
            Contrast("the same", "caseload", "down", (13, 24), (POSTS,)),
        ),
    ),
    Mechanism(
        "M2",
        "Agency covers vacancies; assignments end, families change worker, the post is covered again.",
        (
            Contrast(
                "`HiringFreeze`, so that vacancies stay open",
                "agency_fte",
                "up",
                (12, 12),
                (FREEZE,),
                years=1,
            ),
            Contrast(
                "`workforce.agency_assignment_months` 3, not 12",
                "agency_starts_fte",
                "up",
                (1, 24),
                settings=SHORT_STAYS,
                instead_settings=LONG_STAYS,
                solved_anew=True,
            ),
            Contrast(
                "the same",
                "handovers",
                "up",
                (1, 24),
                settings=SHORT_STAYS,
                instead_settings=LONG_STAYS,
                solved_anew=True,
            ),
        ),
    ),
    Mechanism(
        "M3",
        "Agency workers become permanent, the more so the better the offer and the lower the load.",
        (
            Contrast("`AgencyConversion` with £6,000", "conversions_fte", "up", (1, 24), (OFFER,)),
            Contrast("the same", "agency_fte", "down", (24, 24), (OFFER,)),
            Contrast(
                "`agency.conversion_caseload_elasticity` 0.4, not 0, while referrals are 60% up",
                "conversions_fte",
                "down",
                (1, 36),
                (GREAT_SURGE, MANY_CONVERT),
                (GREAT_SURGE, MANY_CONVERT),
                {"agency": {"conversion_caseload_elasticity": 0.4}},
                {"agency": {"conversion_caseload_elasticity": 0.0}},
                replications=24,
                years=3,
            ),
        ),
    ),
    Mechanism(
        "M4",
        "Pay below that of others, and nothing to gain by turning permanent, make recruitment weak.",
        (
            Contrast("`PayChange` of -10%", "hires_per_vacancy", "down", policies=(LOWER_PAY,)),
            Contrast("the same", "in_post_fte", "down", (18, 24), (LOWER_PAY,), replications=20),
            Contrast(
                "`workforce.agency_pay_gap_gbp` 12,000, not 3,000, with an offer of £3,000",
                "conversions_fte",
                "down",
                (1, 24),
                (HALF_OFFER,),
                (HALF_OFFER,),
                {"workforce": {"agency_pay_gap_gbp": 12000.0}},
                {"workforce": {"agency_pay_gap_gbp": 3000.0}},
            ),
        ),
    ),
    Mechanism(
        "M5",
        "With high caseloads every child waits longer for attention.",
        (
            Contrast("`DemandChange` of +20%", "drift_slow_share", "up", (7, 24), (MORE_DEMAND,)),
            Contrast("the same", "assessments_in_time_rate", "down", (7, 24), (MORE_DEMAND,)),
        ),
    ),
    Mechanism(
        "M6",
        "A worker leaves, the family passes to another, part of its story is lost, and progress with it.",
        (
            Contrast(
                "`WorkingConditions` under which twice as many leave",
                "drift_repeated_share",
                "up",
                (7, 24),
                (TWICE_AS_MANY_LEAVE,),
            ),
            Contrast(
                "`casework.handover_progress_lost` 0.25, not 0.02",
                "drift_repeated_share",
                "up",
                (7, 24),
                settings={"casework": {"handover_progress_lost": 0.25}},
                instead_settings={"casework": {"handover_progress_lost": 0.02}},
            ),
        ),
    ),
    Mechanism(
        "M7",
        "After several changes of worker in a year nobody knows the family, and no decision is made.",
        (
            Contrast(
                "`workforce.agency_assignment_months` 3, not 12",
                "three_workers_rate",
                "up",
                (13, 24),
                settings=SHORT_STAYS,
                instead_settings=LONG_STAYS,
                solved_anew=True,
                replications=12,
            ),
            Contrast(
                "the same",
                "plan_days",
                "up",
                settings=SHORT_STAYS,
                instead_settings=LONG_STAYS,
                solved_anew=True,
                replications=24,
            ),
        ),
    ),
    Mechanism(
        "M8",
        "An experienced worker takes on a drifting family, and a decision follows.",
        (
            Contrast(
                "`workforce.experienced_years` 0.5, not 3: more may hold stages that are *experienced only*",
                "protection_days",
                "down",
                settings={"workforce": {"experienced_years": 0.5}},
                instead_settings={"workforce": {"experienced_years": 3.0}},
                replications=30,
            ),
        ),
    ),
    Mechanism(
        "M9",
        "Plans are reviewed at meetings, and a plan that is done steps down or closes at the next one.",
        (
            Contrast(
                "`pathway.child in need plan.review_every_days` 42, not 126",
                "plan_days",
                "down",
                settings={"pathway": {"stages": {CIN: {"review_every_days": 42.0}}}},
                instead_settings={"pathway": {"stages": {CIN: {"review_every_days": 126.0}}}},
                replications=8,
            ),
            Contrast(
                "the same",
                "drift_missed_review_share",
                "down",
                (7, 24),
                settings={"pathway": {"stages": {CIN: {"review_every_days": 42.0}}}},
                instead_settings={"pathway": {"stages": {CIN: {"review_every_days": 126.0}}}},
                replications=8,
            ),
        ),
    ),
    Mechanism(
        "M10",
        "Plans for children in need were almost absent, then present: a stage of practice is switched on.",
        (
            Contrast(
                "`PracticeStage` off for one year, not for good",
                "plan_children",
                "up",
                policies=(NO_PLANS_FOR_A_YEAR,),
                instead_of=(NO_PLANS,),
                replications=8,
            ),
            Contrast(
                "the same: what it costs",
                "caseload",
                "up",
                (24, 24),
                (NO_PLANS_FOR_A_YEAR,),
                (NO_PLANS,),
                replications=8,
            ),
        ),
    ),
    Mechanism(
        "M11",
        "Managers come and go or are not there: cases go unmonitored, workers are unsupported and leave.",
        (
            Contrast(
                "`HiringFreeze` for managers, agency included, and a process of one's own with the lever "
                "`leaving`: they leave at 42% a year",
                "leavers_not_managers",
                "up",
                policies=NO_MANAGERS,
                years=3,
            ),
            Contrast("the same", "drift_sign_off_share", "up", (13, 24), NO_MANAGERS, replications=40),
        ),
    ),
    Mechanism(
        "M12",
        "Too much work makes people ill; the ill are absent; those absent for long leave.",
        (
            Contrast(
                "`DemandChange` of +40% (`workforce.absence_per_child`)",
                "absences_fte",
                "up",
                (1, 24),
                (SURGE,),
                replications=24,
            ),
            Contrast(
                "`workforce.leaving_after_absence` 2, not 1, with `workforce.absences_per_year` 0.2 and "
                "`workforce.absence_days` 130",
                "leavers_fte",
                "up",
                (1, 36),
                amid=ILL,
                settings={"workforce": {"leaving_after_absence": 2.0}},
                instead_settings={"workforce": {"leaving_after_absence": 1.0}},
                years=3,
            ),
        ),
    ),
    Mechanism(
        "M13",
        "In one team some workers hold far more than others.",
        (
            Contrast(
                "`AllocationRule` at random, not to whoever holds fewest children",
                "spread_of_caseloads",
                "up",
                policies=(ws.AllocationRule("random", start=START),),
                years=1,
            ),
            Contrast(
                "the same",
                "drift_slow_share",
                "up",
                (7, 12),
                (ws.AllocationRule("random", start=START),),
                years=1,
            ),
        ),
    ),
    Mechanism(
        "M14",
        "Posts are cut, and then needed again: the people are gone and agency fills in for years.",
        (
            Contrast(
                "`Redundancy` of 30 posts, 30 `NewPosts` a year later",
                "in_post_fte",
                "down",
                (25, 36),
                CUT_AND_RESTORED,
                years=3,
                replications=8,
            ),
            Contrast("the same", "agency_fte", "up", (25, 36), CUT_AND_RESTORED, years=3, replications=8),
        ),
    ),
    Mechanism(
        "M15",
        "Leaving is catching: when some resign, others of the team follow.",
        (
            Contrast(
                "`supervision.contagion` 3, not 0",
                "leavers_fte",
                "up",
                (1, 36),
                settings={"supervision": {"contagion": 3.0}},
                instead_settings={"supervision": {"contagion": 0.0}},
                years=3,
            ),
        ),
    ),
    Mechanism(
        "M16",
        "Many who join leave again within the first year.",
        (
            Contrast(
                "`workforce.leaving_first_year_factor` 1.6, not 1, with the same turnover",
                "leavers_first_year",
                "up",
                settings={"workforce": {"leaving_first_year_factor": 1.6}},
                instead_settings={"workforce": {"leaving_first_year_factor": 1.0}},
                solved_anew=True,
                years=3,
                replications=30,
            ),
        ),
    ),
    Mechanism(
        "M17",
        "The service grows its own: newly qualified people come in, and workers become managers.",
        (
            Contrast(
                "`NewlyQualifiedCohort` of 6 twice a year", "newly_qualified_fte", "up", (12, 24), (INTAKES,)
            ),
            Contrast("the same", "in_post_fte", "up", (24, 24), (INTAKES,)),
            Contrast(
                "`recruitment.promotion_share` 1, not 0",
                "promotions_fte",
                "up",
                (1, 24),
                settings={"recruitment": {"promotion_share": 1.0}},
                instead_settings={"recruitment": {"promotion_share": 0.0}},
            ),
        ),
    ),
    Mechanism(
        "M18",
        "The reputation of a place decides whether people come to work there.",
        (
            Contrast("`InspectionJudgement` *inadequate*", "starters_fte", "down", (1, 12), (INADEQUATE,)),
            Contrast("the same", "in_post_fte", "down", (12, 24), (INADEQUATE,)),
            Contrast(
                "`RecruitmentCampaign`, or a better name: +25%",
                "in_post_fte",
                "up",
                (12, 24),
                (ws.RecruitmentCampaign(25, start=START),),
            ),
        ),
    ),
    Mechanism(
        "M19",
        "Computers, rooms, parking and support give working time or take it.",
        (
            Contrast(
                "`WorkingConditions`: 2 hours a week fewer",
                "drift_slow_share",
                "up",
                (7, 12),
                (ws.WorkingConditions(start=START, hours_per_week=-2),),
                years=1,
            ),
            Contrast(
                "`AdministrativeSupport`: 3 hours a week more",
                "drift_slow_share",
                "down",
                (7, 12),
                (ws.AdministrativeSupport(3, start=START),),
                years=1,
            ),
        ),
    ),
    Mechanism(
        "M20",
        "The front door is a constraint of its own; when it fails, children wait for a decision.",
        (
            Contrast(
                "`DemandChange` of +20%, with `pathway.front door.work_hours` 1",
                "decided_in_a_day",
                "down",
                policies=(MORE_DEMAND,),
                amid=BUSY_FRONT_DOOR,
                years=1,
            ),
            Contrast(
                "2 posts of `FrontDoorCapacity`, not 2 `NewPosts` in an assessment team, with the same",
                "decided_in_a_day",
                "up",
                policies=(MORE_DEMAND, ws.FrontDoorCapacity(2, start=START)),
                instead_of=(MORE_DEMAND, ws.NewPosts(2, start=START, team=3)),
                amid=BUSY_FRONT_DOOR,
                years=1,
                replications=16,
            ),
        ),
    ),
    Mechanism(
        "M21",
        "Families wait without a worker, on a list that may not be shown.",
        (
            Contrast(
                "`CaseloadCap` of 18 children", "unallocated_children", "up", (7, 12), (STRICT_CAP,), years=1
            ),
            Contrast(
                "`RecordingQuality` that hides 30% of those who wait",
                "unallocated_not_shown",
                "up",
                policies=(STRICT_CAP, ws.RecordingQuality(0, start=START, hidden_share=0.3)),
                instead_of=(STRICT_CAP,),
                years=1,
            ),
        ),
    ),
    Mechanism(
        "M22",
        "Entries are late and unreliable: managers see other figures than the true ones.",
        (
            Contrast(
                "`RecordingQuality` with entries 20 working days late",
                "open_shown_wrongly",
                "up",
                policies=(ws.RecordingQuality(20, start=START),),
                years=1,
                replications=8,
            ),
        ),
    ),
    Mechanism(
        "M23",
        "Where performance is looked at late, policy answers late.",
        (
            Contrast(
                "30 `NewPosts` on a condition (`When`), seen 12 months late, while referrals are 40% up",
                "in_post_fte",
                "down",
                (1, 24),
                (SURGE, posts_when_needed(12)),
                (SURGE, posts_when_needed(0)),
            ),
        ),
    ),
    Mechanism(
        "M24",
        "Where blame rules, even the best struggle, and go.",
        (
            Contrast(
                "`WorkingConditions`: 30% more leaving (the lever `leaving`, as for every climate)",
                "leavers_fte",
                "up",
                (1, 24),
                (ws.WorkingConditions(start=START, leaving_percent=30),),
            ),
        ),
    ),
    Mechanism(
        "M25",
        "Where leaders stay, improvement holds.",
        (
            Contrast(
                "`ManagerStabilisation` of 80%", "unsettled_managers", "down", policies=(MANAGERS_STAY,)
            ),
            Contrast(
                "the same, with `supervision.unsettled_factor` 1.8",
                "leavers_not_managers",
                "down",
                policies=(MANAGERS_STAY,),
                amid={"supervision": {"unsettled_factor": 1.8}},
                years=3,
                replications=30,
            ),
        ),
    ),
    Mechanism(
        "M26",
        "A shock in the media brings anger, but also solidarity: more leave, or no more, or fewer.",
        (
            Contrast(
                "`MediaShock` with 30% more leaving",
                "leavers_fte",
                "up",
                (1, 12),
                (ws.MediaShock(start=START, leaving_percent=30),),
                years=1,
                replications=20,
            ),
            Contrast(
                "`MediaShock` with 30% less leaving (solidarity)",
                "leavers_fte",
                "down",
                (1, 12),
                (ws.MediaShock(start=START, leaving_percent=-30),),
                years=1,
                replications=20,
            ),
            Contrast(
                "`MediaShock` with 30% more referrals",
                "open_children",
                "up",
                (3, 12),
                (ws.MediaShock(start=START, referrals_percent=30),),
                years=1,
            ),
        ),
    ),
    Mechanism(
        "M27",
        "More direct work changes families: fewer come back. First it takes time.",
        (
            Contrast(
                "`DirectWork`: 15% fewer come back, for an hour a week",
                "rereferral_rate",
                "down",
                (24, 24),
                (DIRECT_WORK,),
            ),
            Contrast("the same", "drift_slow_share", "up", (1, 6), (DIRECT_WORK,)),
        ),
    ),
    Mechanism(
        "M28",
        "What was not done in the past is carried for years.",
        (
            Contrast(
                "`census.caseload` 20, not 15.2, at the start, with referrals, work and posts as they are",
                "caseload",
                "up",
                (24, 24),
                settings={"census": {"caseload": 20.0}},
            ),
            Contrast("the same", "drift_share", "up", (13, 24), settings={"census": {"caseload": 20.0}}),
        ),
    ),
    Mechanism(
        "M29",
        "Cuts in police, health, schools and early help bring more families.",
        (
            Contrast("`DemandChange` of +20%", "referred_children", "up", (1, 12), (MORE_DEMAND,)),
            Contrast("the same", "caseload", "up", (12, 24), (MORE_DEMAND,)),
            Contrast(
                "`EarlyHelp` that lowers referrals by 8%",
                "caseload",
                "down",
                (12, 24),
                (ws.EarlyHelp(8, start=START),),
            ),
        ),
    ),
    Mechanism(
        "M30",
        "Lower caseloads lift morale, fewer leave, caseloads fall further; and the reverse.",
        (
            Contrast(
                "30 `NewPosts`, the more so where `workforce.caseload_elasticity` is 0.4 than where it is 0",
                "turnover_rate",
                "down",
                (12, 36),
                (MANY_POSTS,),
                amid=WORKLOAD,
                less_amid=NO_WORKLOAD,
                years=3,
                replications=16,
            ),
            Contrast(
                "`DemandChange` of +40%, likewise",
                "turnover_rate",
                "up",
                (12, 24),
                (SURGE,),
                amid=WORKLOAD,
                less_amid=NO_WORKLOAD,
                replications=20,
            ),
        ),
    ),
    Mechanism(
        "M31",
        "Senior practitioners hold cases and bring others on; they and their managers stay.",
        (
            Contrast(
                "`careers.senior_leaving` 0.5, not 1",
                "leavers_fte",
                "down",
                (1, 36),
                settings={"careers": {"senior_leaving": 0.5}},
                years=3,
            ),
            Contrast(
                "`careers.seniors_per_year` 0.2, not 0.08",
                "seniors",
                "up",
                settings={"careers": {"seniors_per_year": 0.2}},
            ),
            Contrast(
                "`careers.senior_able` 0.8, not 1: the hours it takes them",
                "drift_slow_share",
                "up",
                (7, 24),
                settings={"careers": {"senior_able": 0.8}},
            ),
        ),
    ),
    Mechanism(
        "M32",
        "A reorganisation or a move to a trust shakes the staff.",
        (
            Contrast("`Restructure`", "leavers_fte", "up", (1, 12), (RESTRUCTURE,), years=1, replications=20),
            Contrast("the same", "drift_slow_share", "up", (1, 3), (RESTRUCTURE,), years=1, replications=20),
        ),
    ),
)


# -- the page -----------------------------------------------------------------------------------

INTRO = """# Mechanisms: what the sources tell, what expresses it, and which way it works

Thirty-two mechanisms were read out of the sources (council statements, a peer review, blogs and comments on
Birmingham). Every row is a test (`tests/test_mechanisms.py`): the same worlds with and without, in England's
median authority; the mean difference is at least four standard errors in the direction stated.

| | mechanism | expressed by | measure | goes |
| --- | --- | --- | --- | --- |
"""

REMARKS = """
Measures are defined in [model.md](model.md), sections 2 and 5. Sizes are not on this page: they depend on
the authority and on how strong a policy is. Percentages of policies are stated by whoever uses them; those
above are chosen to be seen in 8 to 40 worlds of one to three years, not because a source gives them.
Settings are within the ranges of the assumption register (`authority.assumptions()`), often at their ends;
a test checks that too.

## What to keep in mind

- **A setting, not a policy**: how much of a family's story is lost (M6), early leaving (M16), how leaving
  and absence answer to load (M12, M30), contagion (M15). They are facts about people, which no council
  decides.
- **Off by default**: contagion (M15: one account, no figure), long absences beyond those that load adds
  (M12), and every effect of a media shock (M26).
- **Disputed direction**: a media shock (M26). Sources tell of anger and of solidarity. What it does to
  leaving is 0 until somebody states a percentage, of either sign.
- **In part only.** M8: the model knows who may hold a stage and how much a worker can carry, not skill;
  that a decision waits for an experienced worker and for the next review (M9) is in it, the frank
  conversation is not. M12: load makes people ill, evenings or a lack of supervision by themselves do not,
  and discipline is not told apart from leaving. M24: climate acts on leaving, not on absence. M31: the time
  that mentors give is in it (as what they can carry), what it does for those they mentor is not.
- **A claim, not a finding**: that direct work recovers what agency costs (M27). Both sizes of that policy
  are stated by whoever uses it.
- **The front door** (M20) is hardly ever a constraint at its default of half an hour a referral. But it is
  one team with two posts, and nobody helps out: in a few worlds luck empties it and hundreds of children
  wait for a decision, so means of all drift or of limbo are skewed. M7 looks at plans for that reason. The
  rows of M20 take an hour a referral, within the range of the pathway.
- **Managers** (M11, M25) move the leaving of their workers by a factor of 1.2 x 1.3 at most by default: M25
  takes the upper end of the second (1.8); at the default its effect is about half as large and needs 40
  worlds or more. Managers who stay also leave fewer posts to be promoted into: more people stay in lower
  grades, some of whom leave, which hides part of it where managers used to come and go.
- **Weak on purpose**: the virtuous circle (M30). Its rows compare an elasticity of 0.4, the upper end, with
  none; the default is 0.2.
"""


def page() -> str:
    """The text of docs/mechanisms.md."""
    rows = []
    for mechanism in MECHANISMS:
        for i, c in enumerate(mechanism.contrasts):
            first = (mechanism.number, mechanism.sentence) if i == 0 else ("", "")
            rows.append("| " + " | ".join((*first, c.expressed_by, c.measured(), c.direction)) + " |")
    return INTRO + "\n".join(rows) + "\n" + REMARKS


def sizes(numbers: list[str]) -> None:
    """Run some and print what was found."""
    for mechanism in MECHANISMS:
        for c in mechanism.contrasts if mechanism.number in numbers or "all" in numbers else ():
            began = time.perf_counter()
            found = c.differences()
            error = found.std(ddof=1) / len(found) ** 0.5
            right = np.mean(found > 0 if c.direction == "up" else found < 0)
            seconds = time.perf_counter() - began
            what = f"{mechanism.number:4}{c.measure:27}{c.direction:5}{len(found):3} worlds"
            size = f"{found.mean():10.4f} +- {error:8.4f}: {found.mean() / error:6.1f} se"
            print(f"{what} {size}, {right:4.0%} that way, {seconds:4.1f} s", flush=True)


if __name__ == "__main__":
    if sys.argv[1:]:
        sizes(sys.argv[1:])
    else:
        PAGE.write_text(page(), encoding="utf-8", newline="\n")
