"""One run: the SimPy environment that conducts casework and workforce (docs/model.md, section 1)."""

from __future__ import annotations

import datetime as dt
import gc
import math
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from heapq import heappop
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.calendar import (
    INSTANT,
    WorkingCalendar,
    as_date,
    census_day,
    next_day,
    year_before,
)
from workforce_sim.authority.flows import WEEKS_PER_YEAR
from workforce_sim.authority.layout import Layout, layout
from workforce_sim.authority.steady import steady
from workforce_sim.checks import check_interventions, check_run
from workforce_sim.demand.luck import Luck, PostLuck, Stream
from workforce_sim.demand.tape import draw_families
from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.files import check_folder
from workforce_sim.interventions.base import Days, Intervention, Process
from workforce_sim.measures.paths import LOOKED_AFTER
from workforce_sim.orders import DemandFactor, PlannedPost
from workforce_sim.record_file import RecordFile, records_kept
from workforce_sim.run import Run
from workforce_sim.workforce.clocks import at_moment
from workforce_sim.workforce.counting import count
from workforce_sim.workforce.establishment import Establishment
from workforce_sim.workforce.opening import above_establishment_places, established_posts, open_service
from workforce_sim.workforce.practice import Practice
from workforce_sim.workforce.rules import grades, staff_rules
from workforce_sim.workforce.service import Service

if TYPE_CHECKING:
    from workforce_sim.casework.desk import Desk
    from workforce_sim.casework.rules import CaseRules

FIRST = -1  # before SimPy's own priorities, 0 and 1


class ServiceEnvironment(simpy.Environment):
    """A SimPy environment that brings casework up to each event before it happens.

    Casework may come back early with a worker who decides to leave; that moment then becomes the next event.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(initial_time=0.0)
        self.desk = desk
        self.on_leaver: Callable[[int], simpy.Event] | None = None
        for name in ("timeout", "event", "process"):  # undo the cost SimPy puts on subclasses
            setattr(self, name, getattr(self, name))

    def step(self) -> None:
        """Advance casework to the next event, then let it happen."""
        queue = self._queue
        while queue and queue[0][3].callbacks is None:  # called off
            heappop(queue)
        leaver = self.desk.advance(self.peek())
        while leaver is not None:
            assert self.on_leaver is not None
            event = self.on_leaver(leaver)
            at = max(self.desk.now, self.now)
            if at < self.peek() <= at + INSTANT:  # after the staff events already there in the same instant
                at = self.peek()
            at_moment(self, at, event)
            leaver = self.desk.advance(self.peek())
        super().step()


class Simulation:
    """One run of an authority under a list of interventions.

    Args:
        authority: the service as it is.
        interventions: built-in policies, your own, or functions ``def process(env, service): ...`` that
            run as SimPy processes.
        start: first date of the run.
        years: length; months as fractions (``years=1.5``).
        seed: of the study; the same seed gives the same luck in every scenario.
        replication: 0, 1, 2, ...: which world.
        log: keep the event log (:attr:`Run.log`), in memory or, if this is a path, in that file (``.npy``).
        visits: keep a record of every visit of a family to a stage, which :attr:`Run.visits`,
            :attr:`Run.children` and :meth:`Run.dashboard` are made of; in memory, or in a file (its path).
            The monthly paths, the census and all money do without.
        census_dates: dates on which a census is wanted besides the month ends of the run.

    Raises:
        InputError: with every problem found in the arguments.

    Example:
        >>> import workforce_sim as ws
        >>> england = ws.Authority.preset("england-2025")
        >>> run = ws.Simulation(england, [], start="2025-10-01", years=1, seed=1).run()
        >>> run.census("2025-09-30").in_post_fte
        174.0
    """

    def __init__(
        self,
        authority: Authority,
        interventions: Sequence[Intervention | Process] = (),
        start: str | dt.date = "2025-10-01",
        years: float = 3,
        seed: int = 1,
        replication: int = 0,
        *,
        log: bool | str | os.PathLike[str] = False,
        visits: bool | str | os.PathLike[str] = True,
        census_dates: Iterable[str | dt.date] = (),
    ) -> None:
        first, problems = check_run(authority, start, years, seed)
        if isinstance(replication, bool) or not isinstance(replication, int) or replication < 0:
            problems.append(
                Problem("replication", shown(replication), "a whole number, 0 or more", "replication=0")
            )
        if problems:
            raise InputError("Simulation", problems)
        assert first is not None
        self.calendar = WorkingCalendar(first, round(years * 12))
        problems = check_interventions(interventions, authority, self.calendar)
        self._census_dates = []
        if isinstance(census_dates, str) or not isinstance(census_dates, Iterable):
            rule, fix = "a list of dates", "census_dates=['2026-03-31']"
            problems.append(Problem("census_dates", shown(census_dates), rule, fix))
            census_dates = ()
        for i, when in enumerate(census_dates):
            found = as_date(when)
            if found is None or not (first <= next_day(found) <= self.calendar.finish):
                rule = f"a date within the run ({first} to {self.calendar.finish})"
                problems.append(
                    Problem(f"census_dates[{i}]", shown(when), rule, "a date such as '2026-03-31'")
                )
            else:
                self._census_dates.append(found)
        self._log = _kept_where("log", log, problems)
        self._visits = _kept_where("visits", visits, problems)
        if problems:
            raise InputError("Simulation", problems)
        self.authority = authority
        self.interventions = tuple(interventions)
        self.seed = seed
        self.replication = replication

    def run(self) -> Run:
        """Simulate; the result holds monthly paths, census, ledger and (if asked for) the event log."""
        from workforce_sim.casework.records import LOG, VISIT

        kept_log, kept_visits = records_kept(self._log, LOG), records_kept(self._visits, VISIT)
        with _collector_paused(), kept_log as log, kept_visits as visits:
            return self._run(log, visits)

    def _run(self, log: bool | RecordFile, visits: bool | RecordFile) -> Run:
        from workforce_sim.casework.desk import Desk

        authority, calendar = self.authority.balanced(), self.calendar
        luck = Luck(self.seed, self.replication)
        families = draw_families(authority, calendar, luck, self._demand_factors())
        posts = established_posts(authority)
        teams = layout(authority)
        desk = Desk(
            case_rules(authority, teams.teams_of_type), families, log=log, visits=visits, posts=posts + 256
        )
        env = ServiceEnvironment(desk)
        sizes = (posts, sum(above_establishment_places(authority)), 0, 0, 0)
        service = Service(
            env, desk, staff_rules(authority), grades(authority), PostLuck(luck, sizes), calendar.salary_years
        )
        env.on_leaver = lambda post: service.posts[post].decision  # type: ignore[return-value,assignment]
        yearly = luck.yearly(
            Stream.YEAR_OF_LEAVING, -(-calendar.months // 12), authority.workforce.leaving_year_cv
        )
        service.leaving.this_year = float(yearly[0])
        open_service(authority, teams, service, luck)
        service.begin()
        record: dict[int, dict[str, float]] = {}
        env.process(_take_counts(env, service, self._count_days(), record))
        book_care = self._care_gbp(service)
        env.process(_turn_months(env, service, calendar, yearly, book_care))
        self._start_interventions(env, service, teams)
        desk.deal()
        service.agency.begin()
        book_care()
        record[0] = count(service)
        env.run(until=calendar.end)
        record[calendar.end] = count(service)
        service.finish()
        desk.finish()
        return Run(self, record, service)

    def _demand_factors(self) -> list[DemandFactor]:
        days = Days(self.calendar)
        policies = [i for i in self.interventions if isinstance(i, Intervention)]
        return [factor for policy in policies for factor in policy.demand_factors(days)]

    def _care_gbp(self, service: Service) -> Callable[[], None]:
        """Books what placements cost a year: children looked after, counted at the start of every month."""
        weekly = self.authority.costs.care_gbp_per_week
        if not weekly:
            return lambda: None
        names = steady(self.authority).pathway.stage_names
        stages = [names.index(name) for name in LOOKED_AFTER if name in names]

        def book() -> None:
            by_stage = service.desk.in_stages("open")
            children = sum(by_stage[s] for s in stages)
            service.headcount.spend("placements", "care", children * weekly * WEEKS_PER_YEAR)

        return book

    def _count_days(self) -> list[int]:
        days = set(self.calendar.marks.tolist())
        for when in self._census_dates:
            days |= {census_day(self.calendar, when), census_day(self.calendar, year_before(when))}
        return sorted(d for d in days if 0 < d < self.calendar.end)

    def _start_interventions(self, env: simpy.Environment, service: Service, teams: Layout) -> None:
        days = Days(self.calendar)
        service.establishment = Establishment(service, teams.shares)
        service.practice = Practice(service, steady(self.authority).pathway)
        planned: list[PlannedPost] = []
        for intervention in self.interventions:
            if isinstance(intervention, Intervention):
                planned += intervention.planned_posts(self.authority, days)
                process = intervention.act(env, service, days)
            else:
                process = intervention(env, service)
            if isinstance(process, Generator):
                env.process(process)
        if planned:
            env.process(service.establishment.open_planned(planned))


def _kept_where(name: str, value: bool | str | os.PathLike[str], problems: list[Problem]) -> bool | Path:
    """Whether records are kept, or in which file."""
    if isinstance(value, bool):
        return value
    try:
        return check_folder(value, "Simulation")
    except InputError as error:
        problems += [replace(problem, path=name) for problem in error.problems]
        return False


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No garbage collection during a run: looking for cycles takes a third of it.

    A run that is done with is a cycle: its service, and the posts that know it. Those done with lately are
    freed here: the young generations hold little else, whereas a collection of everything costs more than a
    small run.
    """
    was_on = gc.isenabled()
    if was_on:
        gc.collect(1)
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def case_rules(authority: Authority, teams_of_type: tuple[int, ...]) -> CaseRules:
    """What casework needs to know of a balanced authority."""
    from workforce_sim.casework.rules import CaseRules

    c, pressure, state = authority.casework, authority.pressure, steady(authority)
    pathway = state.pathway
    under_pressure = authority.pathway is not None
    return CaseRules(
        pathway=state.table,
        cap=math.inf if c.caseload_cap is None else c.caseload_cap,
        reading_hours=c.handover_reading_hours,
        lost_share=c.handover_progress_lost,
        strain=strain_table(authority.workforce.caseload_elasticity, authority.census.caseload),
        teams_of_type=teams_of_type,
        overtime_share=c.overtime_share,
        overtime_limit=c.overtime_limit_hours_per_day,
        sign_off_alone=c.sign_off_without_manager,
        rule=c.allocation,
        continuity=c.continuity,
        rebalancing=c.rebalancing,
        turned_away_share=pressure.turned_away_share if under_pressure else 0.0,
        ended_early_share=pressure.ended_early_share if under_pressure else 0.0,
        margin=pressure.margin,
        reference=authority.census.caseload,
        turned_away_exit=pathway.exit_names.index(pathway.turned_away),
        ended_early_exit=pathway.exit_names.index(pathway.ended_early),
        mean_return_days=pathway.mean_return_days,
        duty_days=c.allocation_without_manager_days,
        list_limit=math.inf if c.waiting_list_limit is None else c.waiting_list_limit,
        early_factor=pathway.early_return_factor,
        per_change=pathway.return_per_change,
    )


def strain_table(elasticity: float, reference: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """What n = 0, 1, ... children multiply leaving by: (n / reference, within 1/2 and 2) ^ elasticity."""
    n = np.arange(math.ceil(2 * reference) + 2)
    table: np.ndarray[Any, np.dtype[np.float64]] = np.clip(n / reference, 0.5, 2.0) ** elasticity
    return table


def _take_counts(
    env: simpy.Environment, service: Service, days: list[int], record: dict[int, dict[str, float]]
) -> Generator[simpy.Event, Any, None]:
    """Count at the close of the day before each mark: ahead of the staff and policy events of the mark."""
    for day in days:
        mark = env.event()
        mark._ok, mark._value = True, None
        env.schedule(mark, priority=FIRST, delay=day - env.now)  # type: ignore[arg-type]
        yield mark
        record[day] = count(service)


def _turn_months(
    env: simpy.Environment,
    service: Service,
    calendar: WorkingCalendar,
    yearly: np.ndarray[Any, Any],
    book_care: Callable[[], None],
) -> Generator[simpy.Event, Any, None]:
    """Read every month what is read monthly: people pass a year of service, managers settle, years differ."""
    for month in range(1, calendar.months):
        yield env.timeout(int(calendar.marks[month]) - env.now)
        service.leaving.this_year = float(yearly[month // 12])
        service.begin_month()
        book_care()
