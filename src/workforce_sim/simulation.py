"""One run: the SimPy environment that conducts casework and workforce (docs/model.md, section 1)."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections.abc import Callable, Generator, Iterable, Sequence
from heapq import heappush
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.calendar import WorkingCalendar
from workforce_sim.demand.luck import Luck, PostLuck, Stream
from workforce_sim.demand.tape import CLASSES, draw_families
from workforce_sim.errors import InputError, Problem
from workforce_sim.interventions.base import Days, Intervention, Process
from workforce_sim.interventions.new_posts import NewPosts
from workforce_sim.measures.census import Census
from workforce_sim.measures.paths import count, measures
from workforce_sim.workforce.opening import above_establishment_places, established_posts, open_service
from workforce_sim.workforce.rules import grades, staff_rules
from workforce_sim.workforce.service import ADDED, Service

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.casework.desk import Desk
    from workforce_sim.casework.state import CaseRules

URGENT, NORMAL = 0, 1  # SimPy's event priorities


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
        leaver = self.desk.advance(self.peek())
        while leaver is not None:
            assert self.on_leaver is not None
            event = self.on_leaver(leaver)
            event._ok, event._value = True, None
            # pushed at the exact time: schedule() would form now + delay and lose the last digit
            at = max(self.desk.now, self.now)
            heappush(self._queue, (at, NORMAL, next(self._eid), event))  # type: ignore[misc]
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
        log: keep the event log (:attr:`Run.log`).
        census_dates: dates on which a census is wanted besides the month ends of the run.

    Raises:
        InputError: with every problem found in the arguments.

    Example:
        >>> import workforce_sim as ws
        >>> run = ws.Simulation(ws.Authority.preset("england-2025"), [], start="2025-10-01", years=1,
        seed=1).run()
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
        log: bool = False,
        census_dates: Iterable[str | dt.date] = (),
    ) -> None:
        first, problems = check_run(authority, start, years, seed)
        if isinstance(replication, bool) or not isinstance(replication, int) or replication < 0:
            problems.append(
                Problem("replication", repr(replication), "a whole number, 0 or more", "replication=0")
            )
        if problems:
            raise InputError("Simulation", problems)
        assert first is not None
        self.calendar = WorkingCalendar(first, round(years * 12))
        problems = check_interventions(interventions, authority, self.calendar)
        self._census_dates = []
        for i, when in enumerate(census_dates):
            found = _date(when)
            if found is None or not (first <= found + dt.timedelta(days=1) <= self.calendar.finish):
                rule = f"a date within the run ({first} to {self.calendar.finish})"
                problems.append(
                    Problem(f"census_dates[{i}]", repr(when), rule, "a date such as '2026-03-31'")
                )
            else:
                self._census_dates.append(found)
        if problems:
            raise InputError("Simulation", problems)
        self.authority = authority
        self.interventions = tuple(interventions)
        self.seed = seed
        self.replication = replication
        self._log = log

    def run(self) -> Run:
        """Simulate; the result holds monthly paths, census, ledger and (if asked for) the event log."""
        from workforce_sim.casework.desk import Desk

        authority, calendar = self.authority.balanced(), self.calendar
        luck = Luck(self.seed, self.replication)
        families = draw_families(authority, calendar, luck)
        posts = established_posts(authority)
        desk = Desk(case_rules(authority), families, logging=self._log, posts=posts + 256)
        env = ServiceEnvironment(desk)
        sizes = (posts, sum(above_establishment_places(authority)), 0)
        service = Service(env, desk, staff_rules(authority), grades(authority), PostLuck(luck, sizes))
        env.on_leaver = lambda post: service.posts[post].decision  # type: ignore[return-value,assignment]
        yearly = luck.yearly(
            Stream.YEAR_OF_LEAVING, -(-calendar.months // 12), authority.workforce.leaving_year_cv
        )
        service.leaving_this_year = float(yearly[0])
        open_service(authority, service, luck)
        record: dict[int, dict[str, float]] = {}
        env.process(_take_counts(env, service, self._count_days(), record))
        env.process(_turn_months(env, service, calendar, yearly))
        self._start_interventions(env, service)
        desk.deal()
        record[0] = count(service)
        env.run(until=calendar.end)
        record[calendar.end] = count(service)
        return Run(self, record, service)

    def _count_days(self) -> list[int]:
        days = set(self.calendar.marks.tolist())
        for when in self._census_dates:
            days |= {census_day(self.calendar, when), census_day(self.calendar, _year_before(when))}
        return sorted(d for d in days if 0 < d < self.calendar.end)

    def _start_interventions(self, env: simpy.Environment, service: Service) -> None:
        days = Days(self.calendar)
        planned: list[tuple[float, int | None, int, float, bool]] = []
        for intervention in self.interventions:
            if isinstance(intervention, NewPosts):
                planned += intervention.planned(self.authority, days)
            elif isinstance(intervention, Intervention):
                env.process(intervention.act(env, service, days))
            else:
                process = intervention(env, service)
                if isinstance(process, Generator):
                    env.process(process)
        if planned:
            env.process(_open_new_posts(env, service, planned, self.authority.teams.number))


def case_rules(authority: Authority) -> CaseRules:
    """What casework needs to know of a balanced authority."""
    from workforce_sim.casework.state import CaseRules

    c = authority.casework
    cap = math.inf if c.caseload_cap is None else c.caseload_cap
    return CaseRules(
        attention=c.attention_hours_per_day,
        upkeep=c.upkeep_hours_per_day,
        cap=cap,
        reading_hours=c.handover_reading_hours,
        lost_share=c.handover_progress_lost,
        strain=strain_table(authority.workforce.caseload_elasticity, authority.census.caseload),
        teams=authority.teams.number,
        classes=CLASSES,
        overtime_share=c.overtime_share,
        overtime_limit=c.overtime_limit_hours_per_day,
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
        env.schedule(mark, priority=URGENT, delay=day - env.now)  # type: ignore[arg-type]
        yield mark
        record[day] = count(service)


def _turn_months(
    env: simpy.Environment, service: Service, calendar: WorkingCalendar, yearly: np.ndarray[Any, Any]
) -> Generator[simpy.Event, Any, None]:
    """Read leaving rates every month: people pass a year of service, and years differ."""
    for month in range(1, calendar.months):
        yield env.timeout(int(calendar.marks[month]) - env.now)
        service.leaving_this_year = float(yearly[month // 12])
        service.read_leaving()


def _open_new_posts(
    env: simpy.Environment,
    service: Service,
    planned: list[tuple[float, int | None, int, float, bool]],
    teams: int,
) -> Generator[simpy.Event, Any, None]:
    """Open new posts on their days, in an order that does not depend on how policies are listed or split.

    Posts without a team are dealt over the teams in turn. The luck of an added post belongs to its team
    and its place among the posts added there.
    """
    order = sorted(planned, key=lambda p: (p[0], p[1] is None, p[1] or 0, p[2], p[3], p[4]))
    added = [0] * teams
    turn = 0
    for day, team, grade, fte, cover in order:
        if day > env.now:
            yield env.timeout(day - env.now)
        if team is None:
            team, turn = turn % teams, turn + 1
        luck = (ADDED, added[team] * teams + team)
        added[team] += 1
        service.open_post(team=team, grade=grade, fte=fte, luck=luck, cover=cover, running=True)


class Run:
    """What one run gives. Made by :meth:`Simulation.run`.

    Attributes:
        simulation: what was run.
        service: the service at the end of the run.
        counts: arrays of counts at the month marks, for :func:`~workforce_sim.measures.paths.measures`.
    """

    def __init__(self, simulation: Simulation, record: dict[int, dict[str, float]], service: Service) -> None:
        self.simulation = simulation
        self.service = service
        self._record = record
        marks = [record[int(day)] for day in simulation.calendar.marks]
        self.counts = {name: np.array([m[name] for m in marks]) for name in marks[0]}

    @property
    def paths(self) -> pd.DataFrame:
        """Monthly measures: a row a month mark (index ``date``), a column a measure."""
        import pandas as pd

        from workforce_sim.authority.calendar import add_months

        calendar = self.simulation.calendar
        dates = [add_months(calendar.start, m) for m in range(calendar.months + 1)]
        return pd.DataFrame(measures(self.counts), index=pd.DatetimeIndex(dates, name="date"))

    def census(self, date: str | dt.date) -> Census:
        """The census at the close of a date: a month end of the run, or one of its ``census_dates``.

        Raises:
            InputError: the run took no count on that date.
        """
        calendar, when = self.simulation.calendar, _date(date)
        day = None if when is None else census_day(calendar, when)
        if when is None or day not in self._record:
            fix = f"Simulation(..., census_dates=['{date}'])"
            rule = "a month end of the run or one of its census_dates"
            raise InputError("Run.census", [Problem("date", repr(date), rule, fix)])
        counts = self._record[day]
        before = self._record.get(census_day(calendar, _year_before(when)))

        def over_year(name: str) -> float:
            return math.nan if before is None else counts[name] - before[name]

        return Census(
            date=when,
            in_post_fte=counts["in_post"],
            agency_fte=counts["agency"],
            agency_covering_fte=counts["covered"],
            vacancies_fte=counts["covered"] + counts["empty"],
            empty_fte=counts["empty"],
            case_holders_fte=counts["case_holders"],
            cases=counts["held"],
            starters_fte=over_year("sum_starters") + over_year("sum_conversions"),
            leavers_fte=over_year("sum_leavers"),
        )

    @property
    def children(self) -> pd.DataFrame:
        """The drift ledger: a row a case; the parts of its days add up to ``elapsed_days``."""
        import pandas as pd

        ledger = self.service.desk.ledger(float(self.simulation.calendar.end))
        return pd.DataFrame(ledger).rename_axis("case")

    @property
    def log(self) -> pd.DataFrame:
        """The event log: ``day, event, post, case`` (-1 where there is none).

        Raises:
            InputError: the run kept no log.
        """
        import pandas as pd

        from workforce_sim.casework.eventlog import Kind

        log = self._raw_log()
        words = {int(kind): kind.words for kind in Kind}
        columns = {"day": log["time"], "event": [words[k] for k in log["kind"].tolist()]}
        return pd.DataFrame(columns | {"post": log["post"], "case": log["case"]})

    def digest(self) -> str:
        """A fingerprint of the event log: equal logs have equal digests, to the last bit of every time."""
        return hashlib.sha256(np.ascontiguousarray(self._raw_log()).tobytes()).hexdigest()

    def _raw_log(self) -> Any:
        if not self.simulation._log:
            raise InputError(
                "Run.log", [Problem("log", "False", "a run that keeps its log", "Simulation(..., log=True)")]
            )
        return self.service.desk.log


def census_day(calendar: WorkingCalendar, when: dt.date) -> int:
    """The working day whose morning follows the close of a date."""
    return calendar.day(when + dt.timedelta(days=1))


def _year_before(when: dt.date) -> dt.date:
    following = when + dt.timedelta(days=1)
    try:
        return following.replace(year=following.year - 1) - dt.timedelta(days=1)
    except ValueError:  # 29 February
        return following.replace(year=following.year - 1, day=28) - dt.timedelta(days=1)


def _date(value: object) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return None
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def check_run(
    authority: object, start: object, years: object, seed: object
) -> tuple[dt.date | None, list[Problem]]:
    """Problems of what every run is given; also the start date."""
    problems: list[Problem] = []
    if not isinstance(authority, Authority):
        fix = "Authority.preset('england-2025') or Authority.from_file('mine.toml')"
        problems.append(Problem("authority", repr(authority)[:60], "an Authority", fix))
    first = _date(start)
    if first is None:
        problems.append(Problem("start", repr(start), "a date: year-month-day", "start='2015-04-01'"))
    if isinstance(years, bool) or not isinstance(years, (int, float)) or not 1 / 12 <= years <= 50:
        problems.append(Problem("years", repr(years), "from 1/12 (a month) to 50", "years=3"))
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        problems.append(Problem("seed", repr(seed), "a whole number, 0 or more", "seed=1"))
    return first, problems


def check_interventions(
    interventions: object, authority: Authority, calendar: WorkingCalendar, path: str = "interventions"
) -> list[Problem]:
    """Problems of a list of interventions with this authority and these dates."""
    if isinstance(interventions, Intervention) or callable(interventions) or isinstance(interventions, str):
        return [
            Problem(path, repr(interventions)[:60], "a list of interventions", "put it in brackets: [...]")
        ]
    if not isinstance(interventions, (list, tuple)):
        return [
            Problem(
                path,
                repr(interventions)[:60],
                "a list of interventions",
                "[NewPosts(80, start='2015-04-01')]",
            )
        ]
    problems = []
    for i, intervention in enumerate(interventions):
        if isinstance(intervention, Intervention):
            for p in intervention.problems(authority, calendar):
                where = f"{path}[{i}] {type(intervention).__name__}.{p.path}"
                problems.append(Problem(where, p.value, p.rule, p.fix))
        elif not callable(intervention) or isinstance(intervention, type):
            rule = "an intervention, or a function def process(env, service): ..."
            fix = "NewPosts(80, start='2015-04-01'), or the name of your function without brackets"
            problems.append(Problem(f"{path}[{i}]", repr(intervention)[:60], rule, fix))
    return problems
