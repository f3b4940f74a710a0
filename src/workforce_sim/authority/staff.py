"""More parts of an authority: recruitment, agency, supervision and careers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from workforce_sim.authority.parts import Part, TimeLaw, as_nothing, one_of
from workforce_sim.authority.records import recorded
from workforce_sim.errors import RuleBroken


class Recruitment(Part):
    """How vacancies are filled for good: section 6.2 of docs/model.md."""

    weeks_to_hire: float = recorded("recruitment.weeks_to_hire", gt=0, le=520)
    vacancy_sharing: float = recorded("recruitment.vacancy_sharing", ge=0, le=1)
    parallel: Annotated[int | None, BeforeValidator(as_nothing)] = Field(
        default=None,
        ge=1,
        description="Recruitments that can run at a time; no limit if not stated",
        examples=[5],
    )
    promotion_share: float = recorded("recruitment.promotion_share", ge=0, le=1)
    promotion_years: float = recorded("recruitment.promotion_years", ge=0, le=40)
    hiring_law: TimeLaw = TimeLaw()


class Agency(Part):
    """How agency cover is called, ends and turns permanent: section 6.3 of docs/model.md."""

    tolerance: float = recorded("agency.tolerance", ge=0, le=1)
    notice_days: float = recorded("agency.notice_days", ge=0, le=253)
    conversion_caseload_elasticity: float = recorded("agency.conversion_caseload_elasticity", ge=0, le=5)
    assignment_law: TimeLaw = TimeLaw()


class Supervision(Part):
    """What managers mean to the people they manage: section 6.1 of docs/model.md."""

    span: float | None = Field(
        default=None,
        gt=0,
        description="FTE a full-time manager can supervise; the authority's own at the start if not stated",
        examples=[6.0],
    )
    unsupervised_factor: float = recorded("supervision.unsupervised_factor", ge=1, le=10)
    unsettled_factor: float = recorded("supervision.unsettled_factor", ge=1, le=10)
    settled_months: float = recorded("supervision.settled_months", ge=0, le=120)
    contagion: float = recorded("supervision.contagion", ge=0, le=20)


class Careers(Part):
    """Career levels of permanent workers in posts that hold cases: section 6.4 of docs/model.md."""

    newly_qualified_share: float = recorded("careers.newly_qualified_share", ge=0, le=1)
    newly_qualified_years: float = recorded("careers.newly_qualified_years", gt=0, le=10)
    newly_qualified_time: Annotated[Literal["fixed", "exponential"], one_of("fixed", "exponential")] = Field(
        default="fixed",
        description="Whether that time is the same for everybody or exponential with this mean",
        examples=["'fixed'"],
    )
    newly_qualified_able: float = recorded("careers.newly_qualified_able", ge=0.01, le=2)
    newly_qualified_salary: float = recorded("careers.newly_qualified_salary", ge=0, le=5)
    newly_qualified_leaving: float = recorded("careers.newly_qualified_leaving", ge=0, le=10)
    senior_share: float = recorded("careers.senior_share", ge=0, le=1)
    seniors_per_year: float = recorded("careers.seniors_per_year", ge=0, le=50)
    senior_able: float = recorded("careers.senior_able", ge=0.01, le=2)
    senior_salary: float = recorded("careers.senior_salary", ge=0, le=5)
    senior_leaving: float = recorded("careers.senior_leaving", ge=0, le=10)
    at_start: (
        Annotated[tuple[Annotated[float, Field(ge=0, le=1)], ...], Field(min_length=3, max_length=3)] | None
    ) = Field(
        default=None,
        description="Newly qualified, social workers, seniors at the start; from service if not stated",
        examples=[[0.1, 0.6, 0.3]],
    )

    @model_validator(mode="after")
    def _shares_add_up(self) -> Careers:
        if self.newly_qualified_share + self.senior_share > 1:
            rule = f"at most 1 together with newly_qualified_share ({self.newly_qualified_share:g})"
            fix = f"senior_share = {1 - self.newly_qualified_share:g} or less"
            raise RuleBroken("senior_share", self.senior_share, rule, fix)
        if self.at_start is not None and abs(sum(self.at_start) - 1) > 1e-6:
            raise RuleBroken(
                "at_start", self.at_start, "three shares that add up to 1", "at_start = [0.1, 0.6, 0.3]"
            )
        return self
