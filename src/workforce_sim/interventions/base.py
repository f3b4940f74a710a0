"""What every intervention is: a frozen, validated value with dates, which acts as a SimPy process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import simpy
from pydantic import BeforeValidator, Field, ValidationError, model_validator

from workforce_sim.authority.calendar import in_words, next_day
from workforce_sim.authority.parts import Part, date_or_text
from workforce_sim.errors import Problem, RuleBroken, from_pydantic, unknown_name
from workforce_sim.interventions.when import When, read
from workforce_sim.orders import DemandFactor as DemandFactor
from workforce_sim.orders import Fading
from workforce_sim.orders import PlannedPost as PlannedPost

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.calendar import WorkingCalendar
    from workforce_sim.workforce.service import Service

#: A planner's own intervention: an ordinary SimPy process beside the built-in ones.
Process = Callable[[simpy.Environment, "Service"], Generator[simpy.Event, Any, Any] | None]


def _date_or_when(value: Any) -> Any:
    found = value if isinstance(value, When) else date_or_text(value)
    if isinstance(found, (When, dt.date)) and not isinstance(found, dt.datetime):
        return found
    rule = "a date: year-month-day, without a time of day; or a condition"
    raise RuleBroken("", value, rule, "write '2015-04-01', or When(\"caseload\", above=20)")


#: A date, text such as ``"2015-04-01"``, or a condition.
DateOrWhen = Annotated[dt.date | When, BeforeValidator(_date_or_when)]


class Intervention(Part):
    """A policy with a start and, if it is not for good, an end: dates, or conditions (:class:`When`).

    Two equal interventions are equal; nothing about one ever changes. To write your own, either pass a
    function ``def process(env, service): ...`` where an intervention is expected, or subclass this and write
    :meth:`levers` (what it multiplies or adds to while it lasts), :meth:`yearly_gbp` (what it costs) or, for
    what does not fit there, :meth:`begins` and :meth:`is_over`.
    """

    #: Units, effect path and evidence class, in one line each; shown in the assumption register of a report.
    effect: ClassVar[str] = ""
    evidence: ClassVar[str] = "assumption"

    start: DateOrWhen = Field(examples=["'2015-04-01'"])
    end: DateOrWhen | None = Field(default=None, examples=["'2017-03-31'"])

    def __init__(self, /, **settings: Any) -> None:
        try:
            super().__init__(**{name: value for name, value in settings.items() if value is not _LEFT_OUT})
        except ValidationError as error:
            raise from_pydantic(error, type(self), type(self).__name__) from None

    @model_validator(mode="after")
    def _dates_in_order(self) -> Intervention:
        start, end = self.start, self.end
        if isinstance(start, dt.date) and isinstance(end, dt.date) and end < start:
            fix = f"write end='{start}' or later"
            raise RuleBroken("end", str(end), f"not before the start ({start})", fix)
        return self

    # -- what a policy does: one or more of these ------------------------------------------------

    def levers(self, service: Service) -> Mapping[str, float | Fading]:
        """Levers (``workforce.levers.LEVERS``) that are set while it lasts, with their values."""
        return {}

    def yearly_gbp(self, service: Service) -> Mapping[str, float]:
        """Pounds a year by heading, while it lasts."""
        return {}

    def once_gbp(self, service: Service) -> Mapping[str, float]:
        """Pounds by heading, on the day it begins."""
        return {}

    def touches(self, service: Service) -> list[int] | None:
        """Indices of the grades whose levers are set; None for all."""
        grades = getattr(self, "grades", None)
        if grades is None:
            return None
        return [g for g, grade in enumerate(service.grades) if grade.name in grades]

    def begins(self, service: Service, key: object) -> None:
        """It begins. Everything that is set is set under ``key``."""
        touched = self.touches(service)
        for name, value in self.levers(service).items():
            service.set_lever(name, (key, name), value, touched)
        for heading, gbp in self.yearly_gbp(service).items():
            service.headcount.spend((key, heading), heading, gbp)
        for heading, gbp in self.once_gbp(service).items():
            service.accounts.pay(heading, gbp)

    def is_over(self, service: Service, key: object) -> None:
        """It is over: what was set under ``key`` is set no more."""
        for name in self.levers(service):
            service.end_lever(name, (key, name))
        for heading in self.yearly_gbp(service):
            service.headcount.spend((key, heading), heading, 0.0)

    def act(
        self, env: simpy.Environment, service: Service, days: Days
    ) -> Generator[simpy.Event, Any, Any] | None:
        """The SimPy process of this intervention, which starts at time 0: waits, begins, waits, is over."""
        return self._last(env, service, days)

    def _last(self, env: simpy.Environment, service: Service, days: Days) -> Generator[simpy.Event, Any, Any]:
        key = object()
        yield from wait_until(env, service, days, self.start, ends=False, before=self.end)
        self.begins(service, key)
        if self.end is not None:
            yield from wait_until(env, service, days, self.end, ends=True)
            self.is_over(service, key)

    def planned_posts(self, authority: Authority, days: Days) -> list[PlannedPost]:
        """New posts on dates, one by one. They are numbered together with those of all others."""
        return []

    def demand_factors(self, days: Days) -> list[DemandFactor]:
        """What it does to referrals. Families are drawn before the run, so this needs dates."""
        return []

    # -- what it says ---------------------------------------------------------------------------

    def problems(self, authority: Authority, calendar: WorkingCalendar) -> list[Problem]:
        """What does not fit this authority and these dates."""
        found = []
        if isinstance(self.start, dt.date) and self.start < calendar.start:
            rule = f"on or after the start of the run ({calendar.start})"
            fix = f"write start='{calendar.start}', or start the run earlier"
            found.append(Problem("start", str(self.start), rule, fix))
        grades = getattr(self, "grades", None)
        return found + grade_problems(authority, grades or ())

    def describe(self) -> str:
        """One line for tables and reports."""
        start = self.start.describe() if isinstance(self.start, When) else f"from {in_words(self.start)}"
        until = ""
        if self.end is not None:
            stop = self.end.describe() if isinstance(self.end, When) else f"to {in_words(self.end)}"
            until = f", ending {stop}" if isinstance(self.end, When) else f" {stop}"
        return f"{self.headline()}, {start}{until}"

    def headline(self) -> str:
        """What it is, without its dates."""
        return type(self).__name__


class _LeftOut:
    """Marks an argument that was not given, so that the message can say which are required."""

    def __repr__(self) -> str:
        return "required"


_LEFT_OUT: Any = _LeftOut()
LEFT_OUT: Any = _LEFT_OUT


class Days:
    """Turns an intervention's dates into the working days of a run."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self._calendar = calendar

    def of(self, when: dt.date) -> float:
        """Working day of a date."""
        return float(max(0, self._calendar.day(when)))

    def after(self, when: dt.date) -> float:
        """Working day on which something that ends on this date is over: the next morning."""
        return self.of(next_day(when))

    def between(self, policy: Intervention) -> tuple[float, float]:
        """Working days from which and up to which a policy with dates holds; ``inf`` if for good."""
        assert isinstance(policy.start, dt.date)
        assert policy.end is None or isinstance(policy.end, dt.date)
        return self.of(policy.start), float("inf") if policy.end is None else self.after(policy.end)

    def spread(self, start: dt.date, end: dt.date, n: int) -> list[float]:
        """Working days of n equal steps from start to end, each in the middle of its step."""
        first, last = self.of(start), self.after(end)
        return [float(int(first + (last - first) * (i + 0.5) / n)) for i in range(n)]

    def phased(self, policy: Intervention, n: int) -> list[float]:
        """Working days of n steps of a policy: all at its start, or spread to its end; none on conditions."""
        if isinstance(policy.start, When) or isinstance(policy.end, When):
            return []
        if policy.end is None:
            return [self.of(policy.start)] * n
        return self.spread(policy.start, policy.end, n) if n else []

    def months_after(self, now: float) -> list[float]:
        """Working days of the starts of months from now on."""
        return [float(day) for day in self._calendar.marks[:-1] if day >= now]


def wait_until(
    env: simpy.Environment,
    service: Service,
    days: Days,
    moment: dt.date | When,
    *,
    ends: bool,
    before: dt.date | When | None = None,
) -> Generator[simpy.Event, Any, None]:
    """Wait for a date (to the next morning, if it ends then) or for a condition, looked at every month.

    What would be over by the time its condition is met (``before``: its end, if that is a date) never begins.
    """
    if isinstance(moment, dt.date):
        yield env.timeout((days.after(moment) if ends else days.of(moment)) - env.now)
        return
    last = days.after(before) if isinstance(before, dt.date) else float("inf")
    seen: list[float] = []
    for day in days.months_after(env.now):
        yield env.timeout(day - env.now)
        if day >= last:
            break
        seen.append(read(service, moment.measure))
        late_enough = moment.after is None or day >= days.of(moment.after)
        if late_enough and moment.met(seen):
            return
    yield env.event()  # never


def grade_problems(authority: Authority, grades: tuple[str, ...]) -> list[Problem]:
    """Grades that the authority does not have."""
    return [
        unknown_name(f"grades[{i}]", grade, authority.grades, "a grade of this authority")
        for i, grade in enumerate(grades)
        if grade not in authority.grades
    ]


def phasing_problems(intervention: Intervention) -> list[Problem]:
    """The problem of an end, of what is phased in, where start and end are not both dates."""
    conditions = isinstance(intervention.start, When) or isinstance(intervention.end, When)
    if intervention.end is None or not conditions:
        return []
    fix = "leave end out, or give start and end as dates"
    return [Problem("end", str(intervention.end), "phasing in between two dates", fix)]


def dates_only(intervention: Intervention, why: str) -> list[Problem]:
    """A problem for each of start and end that is a condition where only a date will do."""
    return [
        Problem(name, "When(...)", f"a date: {why}", f"write {name}='2026-04-01'")
        for name in ("start", "end")
        if isinstance(getattr(intervention, name), When)
    ]
