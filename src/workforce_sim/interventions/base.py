"""What every intervention is: a frozen, validated value with dates, which acts as a SimPy process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import simpy
from pydantic import Field, ValidationError, model_validator

from workforce_sim.authority.calendar import in_words
from workforce_sim.authority.parts import Date, Part
from workforce_sim.errors import Problem, RuleBroken, from_pydantic, unknown_name

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.calendar import WorkingCalendar
    from workforce_sim.workforce.service import Service

#: A planner's own intervention: an ordinary SimPy process beside the built-in ones.
Process = Callable[[simpy.Environment, "Service"], Generator[simpy.Event, Any, Any] | None]


class PlannedPost(NamedTuple):
    """A post to be established: on which working day, where (None: teams in turn), and what it is like."""

    day: float
    team: int | None
    grade: int
    fte: float
    cover: bool


class Intervention(Part):
    """A policy with a start date and, if it is not for good, an end date.

    Two equal interventions are equal; nothing about one ever changes. To write your own, either pass a
    function ``def process(env, service): ...`` where an intervention is expected, or subclass this and write
    :meth:`act`.
    """

    #: Units, effect path and evidence class, in one line each; shown in the assumption register of a report.
    effect: ClassVar[str] = ""
    evidence: ClassVar[str] = "assumption"

    start: Date = Field(examples=["'2015-04-01'"])
    end: Date | None = Field(default=None, examples=["'2017-03-31'"])

    def __init__(self, /, **settings: Any) -> None:
        try:
            super().__init__(**{name: value for name, value in settings.items() if value is not _LEFT_OUT})
        except ValidationError as error:
            raise from_pydantic(error, type(self), type(self).__name__) from None

    @model_validator(mode="after")
    def _dates_in_order(self) -> Intervention:
        if self.end is not None and self.end < self.start:
            fix = f"write end='{self.start}' or later"
            raise RuleBroken("end", str(self.end), f"not before the start ({self.start})", fix)
        return self

    def act(
        self, env: simpy.Environment, service: Service, days: Days
    ) -> Generator[simpy.Event, Any, Any] | None:
        """The SimPy process of this intervention, which starts at time 0; None if it only plans posts."""
        return None

    def planned_posts(self, authority: Authority, days: Days) -> list[PlannedPost]:
        """New posts of this intervention, one by one. They are numbered together with those of all others."""
        return []

    def problems(self, authority: Authority, calendar: WorkingCalendar) -> list[Problem]:
        """What does not fit this authority and these dates."""
        if self.start < calendar.start:
            return [
                Problem(
                    "start",
                    str(self.start),
                    f"on or after the start of the run ({calendar.start})",
                    f"write start='{calendar.start}', or start the run earlier",
                )
            ]
        return []

    def describe(self) -> str:
        """One line for tables and reports."""
        until = f" to {in_words(self.end)}" if self.end else ""
        return f"{self.headline()}, from {in_words(self.start)}{until}"

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
        return self.of(when + dt.timedelta(days=1))

    def spread(self, start: dt.date, end: dt.date, n: int) -> list[float]:
        """Working days of n equal steps from start to end, each in the middle of its step."""
        first, last = self.of(start), self.after(end)
        return [float(int(first + (last - first) * (i + 0.5) / n)) for i in range(n)]


def during(
    env: simpy.Environment,
    days: Days,
    start: dt.date,
    end: dt.date | None,
    on: Callable[[], None],
    off: Callable[[], None],
) -> Generator[simpy.Event, Any, None]:
    """Do ``on`` at the start and ``off`` when it is over."""
    yield env.timeout(days.of(start) - env.now)
    on()
    if end is not None:
        yield env.timeout(days.after(end) - env.now)
        off()


def grade_problems(authority: Authority, grades: tuple[str, ...]) -> list[Problem]:
    """Grades that the authority does not have."""
    return [
        unknown_name(f"grades[{i}]", grade, authority.grades, "a grade of this authority")
        for i, grade in enumerate(grades)
        if grade not in authority.grades
    ]
