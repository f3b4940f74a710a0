"""Run the real library on a twin world: the same tape, the same luck, the library's own rooms."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable
from typing import Any

import numpy as np
import simpy

from tests.twin.naive import Outcome
from tests.twin.world import Change, World, of_grade, threshold
from workforce_sim.authority.stage_rules import STAGE, StageTable
from workforce_sim.casework.desk import Desk
from workforce_sim.casework.eventlog import Kind
from workforce_sim.casework.rules import CaseRules
from workforce_sim.demand.families import DRAWS, REFERRED, Families
from workforce_sim.demand.luck import Stream
from workforce_sim.simulation import ServiceEnvironment
from workforce_sim.workforce.absence import absence, in_days
from workforce_sim.workforce.establishment import Establishment
from workforce_sim.workforce.post import State
from workforce_sim.workforce.rules import Grade, Level, StaffRules
from workforce_sim.workforce.service import Service

STATES = {"permanent": State.PERMANENT, "notice": State.NOTICE, "agency": State.AGENCY, "empty": State.EMPTY}
LEDGER = {
    "natural": "natural_days",
    "absent": "absent_days",
    "slow": "slow_days",
    "repeated": "repeated_days",
    "missed": "missed_review_days",
    "sign_off": "sign_off_days",
    "elapsed": "elapsed_days",
}


class WorldLuck:
    """Thresholds as written in the world."""

    def __init__(self, world: World) -> None:
        luck = world.luck
        self._candidates = world.candidates
        self._rows = {
            Stream.LEAVE: luck.leave,
            Stream.HIRE: luck.hire,
            Stream.COVER: luck.cover,
            Stream.END: luck.end,
            Stream.CONVERT: luck.convert,
            Stream.PROGRESS_FROM_FIRST: luck.first_level,
            Stream.PROGRESS_FROM_SECOND: luck.second_level,
        }
        self._uniforms = {Stream.LEVEL: luck.level, Stream.PROMOTION: luck.promotion, Stream.DESTINATION: ()}

    def threshold(self, stream: Stream, layer: int, number: int, ordinal: int) -> float:
        if stream in self._rows:
            return threshold(self._rows[stream], number, ordinal)
        if stream in self._uniforms:
            return -math.log1p(-threshold(self._uniforms[stream], number, ordinal, 0.5))
        row = self._candidates[number] if number < len(self._candidates) else ()
        if ordinal >= len(row):
            return math.inf
        candidate = row[ordinal]
        return {
            Stream.ABSENCE: candidate.wait,
            Stream.ABSENCE_DAYS: candidate.days,
            Stream.ABSENCE_KEPT: -math.log1p(-candidate.kept),
        }[stream]


def pathway_of(world: World) -> StageTable:
    """The stages as arrays. A world's work is in hours per child: days of attention are hours / attention."""
    n = len(world.stages)
    stages = np.zeros(n, STAGE)
    gates = np.full((n, 1 + max(len(s.reviews) for s in world.stages)), np.inf)
    ways = max(len(s.next) for s in world.stages)
    shares, targets = np.ones((n, ways)), np.zeros((n, ways), np.int64)
    for i, s in enumerate(world.stages):
        stages[i]["location"], stages[i]["spread"] = -math.log(s.attention), 1.0
        stages[i]["deadline"] = math.inf if s.deadline is None else s.deadline
        stages[i]["urgent_until"] = stages[i]["deadline"] - s.sign_off
        names = ("attention", "upkeep", "every", "window", "urgency", "sign_off", "priority", "team_type")
        for name in (*names, "experienced_only", "may_end_early", "decision"):
            stages[i][name] = getattr(s, name)
        gates[i, : len(s.reviews)] = s.reviews
        shares[i, : len(s.next)] = np.cumsum([share for share, _ in s.next])
        targets[i] = s.next[-1][1]
        targets[i, : len(s.next)] = [target for _, target in s.next]
    return StageTable(stages, gates, shares, targets, np.array(world.exits, dtype=float))


def families_of(world: World) -> Families:
    """The cases and their luck as a tape."""
    cases = world.cases

    def draws(ordinal: int) -> np.ndarray[Any, np.dtype[np.float64]]:
        found = np.zeros((len(cases), len(DRAWS)))
        for i, case in enumerate(cases):
            d = case.visits[min(ordinal, len(case.visits) - 1)]
            hours = d.work_days[0] * world.stages[0].attention
            luck = (d.next, d.early, d.turned_away, d.back, d.delay_days, d.allocation)
            found[i] = (math.log(hours), *luck)
        return found

    def column(name: str, kind: type = float) -> Any:
        return np.array([getattr(c, name) for c in cases], dtype=kind)

    opening = column("opening", bool)
    return Families(
        time=column("time"),
        children=column("children", np.int64),
        priority=column("family_class", np.int64),
        place=column("place"),
        stage=np.where(opening, column("stage", np.int64), REFERRED),
        began=column("began"),
        left=column("left"),
        done=column("done"),
        already_open=-column("began"),
        known=np.zeros(len(cases), bool),
        family=np.arange(len(cases)),
        draws=draws,
    )


def case_rules_of(world: World) -> CaseRules:
    """The rules of casework."""
    return CaseRules(
        pathway=pathway_of(world),
        cap=math.inf if world.cap is None else world.cap,
        reading_hours=world.reading_hours,
        lost_share=world.lost_share,
        strain=np.array(world.leaving_table, dtype=float),
        teams_of_type=world.teams_of_type,
        overtime_share=world.overtime_share,
        overtime_limit=world.overtime_limit,
        sign_off_alone=world.sign_off_without_manager,
        rule=world.rule,
        continuity=world.continuity,
        rebalancing=world.rebalancing,
        turned_away_share=world.turned_away_share,
        ended_early_share=world.ended_early_share,
        margin=world.margin,
        reference=world.reference,
        turned_away_exit=world.turned_away_exit,
        ended_early_exit=world.ended_early_exit,
        mean_return_days=1.0,
        early_factor=world.early_factor,
        per_change=world.per_change,
        duty_days=world.duty_days,
        list_limit=math.inf if world.list_limit is None else world.list_limit,
    )


def staff_rules_of(world: World) -> StaffRules:
    """The rules of the workforce."""
    return StaffRules(
        end=world.changes[0].end_rate,
        convert=1.0,
        notice_days=world.notice_days,
        new_cases_on_notice=world.new_cases_on_notice,
        experienced_days=world.experienced_days,
        absences=world.absence_rate,
        absences_per_child=world.absence_per_child,
        hand_over_after_days=world.hand_over_after,
        leaving_after_absence=world.leaving_after_absence,
        reference=world.absence_reference,
        vacancy_sharing=world.sharing,
        parallel=world.parallel,
        promotion_share=world.promotion_share,
        promotion_days=world.promotion_days,
        tolerance=world.tolerance,
        agency_notice_days=world.agency_notice_days,
        conversion_caseload=world.convert_elasticity,
        span=world.span,
        unsupervised=world.unsupervised,
        unsettled=world.unsettled,
        settled_days=world.settled_days,
        contagion=world.contagion,
        levels=tuple(
            Level(f"level {i}", v.able, v.leaving, v.salary, v.share, v.days, v.exponential)
            for i, v in enumerate(world.levels)
        ),
    )


def grades_of(world: World) -> list[Grade]:
    """The grades, with the case hours and the management of their posts."""
    grades = []
    for number, grade in enumerate(world.grades):
        kinds = {(post.hours, post.manages) for post in world.posts if post.grade == number}
        assert len(kinds) <= 1, f"posts of grade {number} differ"
        hours, manages = next(iter(kinds), (0.0, False))
        grades.append(
            Grade(
                name=f"grade {number}",
                hours=hours,
                employed_gbp=1.0,
                agency_gbp=1.0,
                manages=manages,
                bands=tuple((since, rate * grade.scale) for since, rate in world.bands),
                hire_empty=grade.hire_empty,
                hire_covered=grade.hire_covered,
                cover=grade.cover,
                vacancies=grade.vacancies,
                promoted_from=grade.promoted_from,
            )
        )
    return grades


def run_library(world: World, pauses: Iterable[float] = ()) -> Outcome:
    """The library's event log, ledger and integral of open children for a world, in one go or by stages."""
    desk = Desk(case_rules_of(world), families_of(world), log=True, posts=2)
    env = ServiceEnvironment(desk)
    service = Service(env, desk, staff_rules_of(world), grades_of(world), WorldLuck(world))
    service.establishment = Establishment(service, np.ones(world.teams))
    env.on_leaver = lambda post: service.posts[post].decision  # type: ignore[return-value,assignment]
    _set_levers(service, world.changes[0])
    for time, grade, people in world.cohorts:
        env.process(_cohort(env, service, time, grade, people))
    later: list[tuple[float, dict[str, Any]]] = []
    for number, post in enumerate(world.posts):
        settings: dict[str, Any] = {
            "team": post.team,
            "grade": post.grade,
            "fte": post.fte,
            "luck": (0, number),
            "established": not post.agency_only,
            "cover": post.cover,
        }
        if post.opens > 0:
            later.append((post.opens, settings))
            continue
        service.open_post(
            **settings, state=STATES[post.state], service_days=post.service, notice_left=post.notice_left
        )
    service.begin()
    env.process(_changes(env, service, world))
    for opens, settings in later:
        env.process(_open_later(env, service, opens, settings))
    env.process(_months(env, service, world))
    for time, grade, closed in world.closings:
        env.process(_closing(env, service, time, grade, closed))
    for number, start, days in world.absences:
        env.process(_absence(env, service, number, start, days))
    desk.deal()
    service.agency.begin()
    for pause in pauses:
        env.run(until=pause)
    env.run(until=world.horizon)
    numbers = {p.index: p.number for p in service.posts}  # posts are numbered in the order in which they open
    events = [
        (float(e["time"]), Kind(int(e["kind"])).words, numbers.get(int(e["post"]), -1), int(e["case"]))
        for e in desk.log
        if e["time"] < world.horizon - 1e-9
    ]
    visits = desk.visits(world.horizon)
    rows = []
    for i in range(len(visits["case"])):
        ended = float(visits["ended_day"][i])
        row: dict[str, Any] = {name: float(visits[ours][i]) for name, ours in LEDGER.items()}
        row |= {name: int(visits[name][i]) for name in ("case", "ordinal", "stage", "workers")}
        row["waiting"] = float(visits["decision_days"][i] + visits["unallocated_days"][i])
        rows.append(row | {"ended": None if math.isnan(ended) else ended})
    return Outcome(events=events, ledger=rows, open_integral=sum(desk.areas(world.horizon)))


def _set_levers(service: Service, change: Change) -> None:
    for g in range(len(service.grades)):
        service.set_lever("leaving", g, of_grade(change.leaving_factor, g), [g])
        service.set_lever("hiring", g, of_grade(change.hire_rate, g), [g])
        service.set_lever("cover", g, of_grade(change.cover_rate, g), [g])
        service.dials.of(Stream.END, g).set_rate(change.end_rate)
    service.set_lever("converting", "all", change.convert_rate)
    service.set_lever("agency_cap", "all", change.agency_cap)
    service.set_lever("caseload_cap", "all", change.cap)
    service.set_lever("hours", "all", change.more_hours)
    service.set_lever("agency_notice_days", "all", change.agency_notice_days)
    service.set_lever("span", "all", change.span)


def _changes(env: simpy.Environment, service: Service, world: World) -> Generator[simpy.Event, Any, None]:
    for change in world.changes[1:]:
        yield env.timeout(change.time - env.now)
        _set_levers(service, change)


def _months(env: simpy.Environment, service: Service, world: World) -> Generator[simpy.Event, Any, None]:
    for month in world.months:
        yield env.timeout(month - env.now)
        service.begin_month()


def _cohort(
    env: simpy.Environment, service: Service, time: float, grade: int, people: int
) -> Generator[simpy.Event, Any, None]:
    yield in_days(env, time)
    service.recruitment.cohort(grade, people)


def _closing(
    env: simpy.Environment, service: Service, time: float, grade: int, number: int
) -> Generator[simpy.Event, Any, None]:
    yield env.timeout(time)
    service.establishment.close(grade, number)


def _absence(
    env: simpy.Environment, service: Service, number: int, start: float, days: float
) -> Generator[simpy.Event, Any, None]:
    yield in_days(env, start)
    for post in service.posts:
        if post.number == number:
            yield from absence(service, post, days)


def _open_later(
    env: simpy.Environment, service: Service, opens: float, settings: dict[str, Any]
) -> Generator[simpy.Event, Any, None]:
    yield env.timeout(opens)
    service.open_post(**settings)
