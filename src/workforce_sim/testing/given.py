"""What a reader of an event log is told besides the log: what the run was given, nothing that it counted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workforce_sim.authority.calendar import INSTANT
from workforce_sim.authority.layout import layout
from workforce_sim.authority.steady import steady
from workforce_sim.demand.families import WORK
from workforce_sim.errors import InputError, Problem
from workforce_sim.interventions.base import Days, Intervention
from workforce_sim.interventions.caseload_cap import CaseloadCap
from workforce_sim.interventions.when import When

if TYPE_CHECKING:
    from workforce_sim.run import Run

#: Policies of the library that change the hours or the share of a caseload that workers have.
_CHANGE_HOURS = frozenset(
    ("AdministrativeSupport", "DirectWork", "WorkingConditions", "Restructure", "ProtectedCaseload")
)
#: Policies of the library whose only money is that of the people and posts in the log.
_COST_NOTHING_ELSE = frozenset(
    (
        *("AgencyCap", "AllocationRule", "CaseloadCap", "DemandChange", "FrontDoorCapacity", "HiringFreeze"),
        *("InspectionJudgement", "MediaShock", "NewPosts", "PracticeStage", "ProtectedCaseload"),
        *("RecordingQuality", "Redundancy", "Restructure", "SupervisionRatio"),
    )
)


@dataclass(frozen=True, slots=True)
class PostGiven:
    """What never changes of a post, and who was in it on the first morning (``""`` if it came later)."""

    team: int
    grade: int
    fte: float
    established: bool
    manages: bool
    holds_cases: bool
    at_start: str


class Given:
    """The families, posts, stages and rules of a run.

    Attributes:
        run, authority: of the run; every rate of the authority solved.
        children, urgent_class: of every family that was referred, by case number.
        posts: by number.
        stages: index of every stage by name.
        table: the stages' rules, one record each.
        end: working days of the run.
        own: whether some of its policies are of the analyst's own making and do more than set levers, so that
            nothing is known of them.
        policies: names of the library's policies in it.
        cap_known: whether the log tells when a cap holds (not if it waits for a condition).
        list_limit: children on a list from which on referrals are turned away.
    """

    def __init__(self, run: Run) -> None:
        simulation = run.simulation
        self.run, self.authority = run, simulation.authority.balanced()
        self.end = float(simulation.calendar.end)
        ledger = run.children
        self.children: list[int] = ledger["children"].tolist()
        self.urgent_class: list[int] = ledger["priority"].tolist()
        grades = {name: i for i, name in enumerate(self.authority.grades)}
        rows: Any = run.posts.drop(columns="opened_day").to_dict("records")
        self.posts = [PostGiven(**row | {"grade": grades[row["grade"]]}) for row in rows]
        self.stages = {name: i for i, name in enumerate(run.stage_names)}
        self.table = steady(simulation.authority).table.stages
        self._teams_of_type = layout(self.authority).teams_of_type
        visits = run.visits
        keys = zip(visits["case"].tolist(), visits["ordinal"].tolist(), strict=True)
        self._entered = dict(zip(keys, visits["entered_day"].tolist(), strict=True))
        self._regrouped = False
        columns = (visits[name].tolist() for name in ("case", "stage", "team"))
        stays = all(
            self.team_of(case, self.stages[name]) == team for case, name, team in zip(*columns, strict=True)
        )
        self.policies = frozenset(type(p).__name__ for p in simulation.interventions if _of_the_library(p))
        own = [p for p in simulation.interventions if not _of_the_library(p)]
        simple = [p for p in own if isinstance(p, Intervention) and _only_levers(p)]
        self.own = len(simple) < len(own)
        self._levers = {name for p in simple for name in p.levers(run.service)}
        self._priced = any(_has_a_price(p) for p in simple)
        self.cap_known = not self.own and "caseload_cap" not in self._levers
        self._caps = self._stated_caps()
        self._regrouped = "TeamStructure" in self.policies or (self.own and not stays)
        limit = self.authority.casework.waiting_list_limit
        self.list_limit = math.inf if limit is None else limit
        self._draws: dict[int, Any] = {}

    # -- families ---------------------------------------------------------------------------

    def team_of(self, case: int, stage: int) -> int | None:
        """The team a family belongs to in a stage (section 2 of docs/model.md); None if teams change."""
        if self._regrouped:
            return None
        kind = int(self.table["team_type"][stage])
        teams = self._teams_of_type[kind]
        place = float(self.run.service.desk.tape.place[case])
        return int(sum(self._teams_of_type[:kind]) + min(int(place * teams), teams - 1))

    def open_at_start(self, case: int) -> bool:
        """Whether the family's case was open before the run."""
        return bool(self.run.service.desk.tape.stage[case] >= 0)

    def entered(self, case: int, visit: int) -> float:
        """Working day on which the family entered the stage of this visit (before 0 if open at the start)."""
        return float(self._entered[case, visit])

    def work(self, case: int, visit: int, stage: int) -> tuple[float, float]:
        """Days of full attention of a visit: all of it, and what is left of it when the run meets it."""
        from workforce_sim.authority.stage_rules import work_days

        tape = self.run.service.desk.tape
        if visit == 0 and tape.stage[case] >= 0:
            left = float(tape.left[case])
            return left + float(tape.done[case]), left
        if visit not in self._draws:
            self._draws[visit] = tape.draws(visit)
        whole = float(work_days(self.table, stage, self._draws[visit][case, WORK]))
        return whole, whole

    # -- rules ------------------------------------------------------------------------------

    def cap(self, day: float) -> float:
        """Most children per full-time worker whom the allocation pass of a day may give."""
        stated = [cap for start, end, cap in self._caps if start - INSTANT <= day < end - INSTANT]
        return min(stated, default=math.inf)

    def _stated_caps(self) -> list[tuple[float, float, float]]:
        own = self.authority.casework.caseload_cap
        found = [] if own is None else [(0.0, math.inf, own)]
        days = Days(self.run.simulation.calendar)
        for policy in self.run.simulation.interventions:
            if isinstance(policy, CaseloadCap):
                if isinstance(policy.start, When) or isinstance(policy.end, When):
                    self.cap_known = False  # from when to when, only the service knows
                else:
                    found.append((*days.between(policy), policy.children))
        return found

    @property
    def able(self) -> tuple[float, float]:
        """Least and most of a full caseload that a full-time worker can carry."""
        careers = self.authority.careers
        levels = [1.0, careers.newly_qualified_able, careers.senior_able]
        shares = [
            getattr(policy, "share", 1.0)
            for policy in self.run.simulation.interventions
            if type(policy).__name__ == "ProtectedCaseload"
        ]
        return min(levels + shares), max(levels)

    def own_allocation(self) -> bool:
        """Whether a function of the analyst's decides on allocation at some time."""
        return self.own or any(
            type(policy).__name__ == "AllocationRule" and callable(getattr(policy, "rule", None))
            for policy in self.run.simulation.interventions
        )

    def hours_unknown(self) -> str:
        """Why the hours of workers cannot be told from the log; nothing if they can."""
        if self.own or self._levers & {"hours", "newly_qualified_able"}:
            return "policies of your own may change hours"
        if changing := self.policies & _CHANGE_HOURS:
            return f"{', '.join(sorted(changing))} changes hours"
        if self.able != (1.0, 1.0):
            return "career levels, which the log does not tell, differ in what they can carry"
        return ""

    def money_unknown(self) -> str:
        """Why the money cannot be told from the log; nothing if it can."""
        if self.own or self._priced or self._levers & {"pay", "agency_price", "retention_gbp"}:
            return "policies of your own may cost something"
        if priced := self.policies - _COST_NOTHING_ELSE:
            return f"{', '.join(sorted(priced))} has a price of its own"
        return ""


def _of_the_library(policy: object) -> bool:
    return isinstance(policy, Intervention) and type(policy).__module__.startswith(
        "workforce_sim.interventions."
    )


def _only_levers(policy: Intervention) -> bool:
    """Whether a policy of one's own does nothing but set levers and cost money."""
    ways = ("act", "begins", "is_over", "planned_posts")
    return all(getattr(type(policy), way) is getattr(Intervention, way) for way in ways)


def _has_a_price(policy: object) -> bool:
    return any(
        getattr(type(policy), way) is not getattr(Intervention, way) for way in ("yearly_gbp", "once_gbp")
    )


def given(run: Run) -> Given:
    """What a run was given.

    Raises:
        InputError: the run kept no log.
    """
    if not run.simulation._log:
        fix = "Simulation(..., log=True)"
        raise InputError("audit", [Problem("log", "False", "a run that keeps its log", fix)])
    return Given(run)
