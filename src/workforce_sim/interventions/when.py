"""When: a policy that starts (or ends) by what the service looks like, not by a date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from workforce_sim.authority.parts import Date, Part
from workforce_sim.errors import RuleBroken, from_pydantic, nearest

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from workforce_sim.workforce.service import Service

#: What can be watched: the name of the monthly measure, and how it is read from the service.
WATCHED: dict[str, Callable[[Service], float]] = {
    "caseload": lambda s: s.caseload,
    "open_children": lambda s: float(s.desk.open_children),
    "unallocated_children": lambda s: float(s.desk.unallocated_children),
    "agency_rate": lambda s: 100 * s.agency_fte / max(s.agency_fte + s.in_post_fte, 1e-9),
    "vacancy_rate": lambda s: 100 * s.vacancies_fte / max(s.vacancies_fte + s.in_post_fte, 1e-9),
    "empty_fte": lambda s: s.empty_fte,
    "agency_fte": lambda s: s.agency_fte,
    "in_post_fte": lambda s: s.in_post_fte,
}


def _watched(value: Any) -> Any:
    if isinstance(value, str) and value in WATCHED:
        return value
    names = ", ".join(f'"{name}"' for name in WATCHED)
    near = nearest(value, tuple(WATCHED)) if isinstance(value, str) else None
    raise RuleBroken("", value, f"one of {names}", f'write "{near or "caseload"}"')


class When(Part):
    """The first start of a month at which a measure is above or below a level, for so many months on end.

    Args:
        measure: ``caseload``, ``open_children``, ``unallocated_children``, ``agency_rate``, ``vacancy_rate``,
            ``empty_fte``, ``agency_fte`` or ``in_post_fte``, as on the monthly paths.
        above: more than this; or
        below: less than this.
        months: for so many months on end.
        late_months: managers see the measure of so many months ago (late recording, slow reporting).
        after: not before this date.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.When("caseload", above=20, months=3).describe()
        'when caseload has been above 20 for 3 months'
    """

    measure: Annotated[str, BeforeValidator(_watched)] = Field(examples=['"caseload"'])
    above: float | None = Field(default=None, examples=[20])
    below: float | None = Field(default=None, examples=[12])
    months: int = Field(default=1, ge=1, le=600, examples=[3])
    late_months: int = Field(default=0, ge=0, le=600, examples=[2])
    after: Date | None = Field(default=None, examples=["'2026-04-01'"])

    def __init__(
        self,
        measure: str,
        *,
        above: float | None = None,
        below: float | None = None,
        months: int = 1,
        late_months: int = 0,
        after: str | dt.date | None = None,
        **misspelt: Any,
    ) -> None:
        settings: dict[str, Any] = {"above": above, "below": below, "months": months}
        settings |= {"late_months": late_months, "after": after, **misspelt}
        try:
            super().__init__(**{"measure": measure, **settings})
        except ValidationError as error:
            raise from_pydantic(error, When, "When") from None

    @model_validator(mode="after")
    def _one_level(self) -> When:
        if (self.above is None) == (self.below is None):
            fix = f'When("{self.measure}", above=...) or When("{self.measure}", below=...)'
            raise RuleBroken("above", self.above, "either above or below, one of the two", fix)
        return self

    def describe(self) -> str:
        """In words, for tables and reports."""
        side, level = ("above", self.above) if self.above is not None else ("below", self.below)
        name = self.measure.replace("_", " ")
        late = f" ({self.late_months} months late)" if self.late_months else ""
        if self.months > 1:
            return f"when {name} has been {side} {level:g} for {self.months} months{late}"
        return f"when {name} is {side} {level:g}{late}"

    def holds(self, value: float) -> bool:
        """Whether a value is beyond the level."""
        if self.above is not None:
            return value > self.above
        assert self.below is not None
        return value < self.below

    def met(self, values: list[float]) -> bool:
        """Whether the condition holds, from the values at the start of every month so far, this one last."""
        seen = values[: len(values) - self.late_months]
        return len(seen) >= self.months and all(self.holds(v) for v in seen[-self.months :])


def read(service: Service, measure: str) -> float:
    """The value of a watched measure now."""
    return WATCHED[measure](service)
