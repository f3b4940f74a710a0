"""Pay change: permanent pay relative to neighbours, by percent."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workforce_sim.errors import Problem
from workforce_sim.interventions.base import LEFT_OUT, Days, Intervention, during, grade_problems

if TYPE_CHECKING:
    import datetime as dt

    import simpy

    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.calendar import WorkingCalendar
    from workforce_sim.workforce.service import Service


class PayChange(Intervention):
    """Change permanent pay by a percentage, neighbours staying where they are: a rise or a supplement.

    Leaving is multiplied by (relative pay) ^ -elasticity and hiring by (relative pay) ^ elasticity
    (authority settings ``pay_elasticity_of_leaving`` and ``pay_elasticity_of_hiring``). Cost: the same
    percentage on the pay, with on-costs, of everyone permanent in the grades, also of those who would
    have stayed.
    Evidence: assumption (no figure for social workers; teachers 0 to 3).

    Args:
        percent: of pay; 5 is a rise of 5%, negative a cut (more than -100).
        start: from this date.
        end: to this date; for good if left out.
        grades: grades it applies to; all if left out.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.PayChange(percent=5, start="2015-10-01").headline()
        '+5% pay'
    """

    effect = "pay relative to neighbours -> leaving and hiring; percent of pay"
    evidence = "assumption"

    percent: float = Field(gt=-100, le=1000, examples=[5])
    grades: tuple[str, ...] | None = Field(default=None, examples=["('social worker',)"])

    def __init__(
        self,
        percent: float = LEFT_OUT,
        *,
        start: str | dt.date = LEFT_OUT,
        end: str | dt.date | None = None,
        grades: Sequence[str] | None = None,
        **misspelt: Any,
    ) -> None:
        touched = tuple(grades) if isinstance(grades, list) else grades
        super().__init__(percent=percent, start=start, end=end, grades=touched, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        who = f" for {', '.join(self.grades)}" if self.grades else ""
        return f"{self.percent:+g}% pay{who}"

    def problems(self, authority: Authority, calendar: WorkingCalendar) -> list[Problem]:
        """What does not fit this authority and these dates."""
        return super().problems(authority, calendar) + grade_problems(authority, self.grades or ())

    def act(self, env: simpy.Environment, service: Service, days: Days) -> Generator[simpy.Event, Any, None]:
        """The SimPy process of this intervention."""
        touched = [
            g for g, grade in enumerate(service.grades) if self.grades is None or grade.name in self.grades
        ]
        key = object()
        yield from during(
            env,
            days,
            self.start,
            self.end,
            on=lambda: service.change_pay(key, touched, 1 + self.percent / 100),
            off=lambda: service.end_pay_change(key),
        )
