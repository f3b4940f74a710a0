"""The parts of an authority: frozen, validated values. Units are in the names or the field descriptions."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from workforce_sim.authority.calendar import as_date
from workforce_sim.authority.pace import pace
from workforce_sim.authority.records import recorded
from workforce_sim.errors import InputError, Problem, RuleBroken


class Part(BaseModel):
    """A frozen value that knows every one of its settings and refuses any other."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    if not TYPE_CHECKING:

        def __setattr__(self, name: str, value: object) -> None:
            rule = "a value is never changed once made"
            fix = "make another: authority.with_changes(...), or the class again with other settings"
            raise InputError(type(self).__name__, [Problem(name, repr(value), rule, fix)])


def _date_or_text(value: Any) -> Any:
    """Take ``"2015-04-01"`` for a date; leave what is neither text nor a moment to the date rule."""
    if not isinstance(value, (str, dt.datetime)):
        return value
    found = as_date(value)
    if found is None:
        rule = "a date: year-month-day, without a time of day"
        raise RuleBroken("", value, rule, "write '2015-04-01'")
    return found


#: How a file says that there is no caseload cap (TOML has no word for nothing).
NO_CAP = "none"


def as_cap(value: Any) -> Any:
    """Take the word ``none`` for no cap."""
    return None if value == NO_CAP else value


#: A date, or text such as ``"2015-04-01"``.
Date = Annotated[dt.date, BeforeValidator(_date_or_text)]
Twelve = Annotated[tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=12, max_length=12)]


class Source(Part):
    """Where a number comes from: a citation and an evidence class."""

    source: str
    evidence: str


class Demand(Part):
    """Families who become cases."""

    children_per_year: float = Field(
        ge=0,
        description="Children whose case opens in a year (in families)",
        examples=[1430.0],
    )
    children_per_family: float = recorded("demand.children_per_family", ge=1, le=6)
    urgent_share: float = recorded("demand.urgent_share", ge=0, le=1)
    season: Twelve = recorded("demand.season")
    year_cv: float = recorded("demand.year_cv", ge=0, le=2)


class Casework(Part):
    """What a case needs, and what a worker can give. Hours per working day."""

    case_hours_per_day: float = recorded("casework.case_hours_per_day", gt=0, le=24)
    upkeep_hours_per_day: float = recorded("casework.upkeep_hours_per_day", ge=0, le=24)
    attention_hours_per_day: float = recorded("casework.attention_hours_per_day", gt=0)
    overtime_limit_hours_per_day: float = recorded("casework.overtime_limit_hours_per_day", ge=0, le=24)
    overtime_share: float = recorded("casework.overtime_share", ge=0, le=1)
    work_hours: float | None = Field(
        default=None,
        gt=0,
        description="Mean hours of progress a child's case needs; solved from the census row if not stated",
        examples=[50.0],
    )
    work_cv: float = recorded("casework.work_cv", ge=0, le=5)
    handover_reading_hours: float = recorded("casework.handover_reading_hours", ge=0)
    handover_progress_lost: float = recorded("casework.handover_progress_lost", ge=0, le=1)
    caseload_cap: Annotated[float | None, BeforeValidator(as_cap)] = recorded("casework.caseload_cap", gt=0)

    def pace(self, children: float) -> float:
        """Hours of progress per child and day of a full-time worker who holds so many children."""
        return pace(
            children,
            self.case_hours_per_day,
            self.attention_hours_per_day,
            self.upkeep_hours_per_day,
            self.overtime_share,
            self.overtime_limit_hours_per_day,
        )


class Teams(Part):
    """How the service is divided. Every team has its own waiting list and an equal share of referrals."""

    number: int = Field(default=1, ge=1, description="Teams, each with its own waiting list", examples=[10])


class PostGroup(Part):
    """Posts of one grade, spread evenly over the teams. Whole posts; ``fte`` is the hours of each."""

    grade: str = Field(min_length=1, examples=["'social worker'"])
    number: int = Field(ge=0, description="Established posts", examples=[100])
    vacant: int = Field(default=0, ge=0, description="Posts without a permanent worker", examples=[14])
    agency: int = Field(default=0, ge=0, description="Vacant posts covered by agency workers", examples=[10])
    agency_above_establishment: int = Field(
        default=0, ge=0, description="Agency workers who cover no vacancy", examples=[0]
    )
    holds_cases: bool = Field(default=True, examples=["true"])
    fte: float = Field(default=1.0, gt=0, le=1, examples=[1.0])
    salary_gbp: float = Field(
        ge=0, description="Pounds a year, full time, without on-costs", examples=[38000.0]
    )

    @model_validator(mode="after")
    def _adds_up(self) -> PostGroup:
        if self.vacant > self.number:
            rule = f"at most the number of posts ({self.number})"
            raise RuleBroken("vacant", self.vacant, rule, f"vacant = {self.number} or fewer")
        if self.agency > self.vacant:
            rule = f"at most the vacant posts ({self.vacant}); who covers no vacancy is above establishment"
            fix = f"agency = {self.vacant}, agency_above_establishment = {self.agency - self.vacant}"
            raise RuleBroken("agency", self.agency, rule, fix)
        return self


class Workforce(Part):
    """How people leave, come, and move between agency and permanent posts. Rates are per year."""

    leaving_per_year_under_5: float = recorded("workforce.leaving_per_year_under_5", ge=0)
    leaving_per_year_from_5: float = recorded("workforce.leaving_per_year_from_5", ge=0)
    leaving_first_year_factor: float = recorded("workforce.leaving_first_year_factor", ge=0)
    leaving_scale: float | None = Field(
        default=None,
        ge=0,
        description="Multiplies all leaving rates; solved from the authority's turnover if not stated",
        examples=[1.0],
    )
    leaving_year_cv: float = recorded("workforce.leaving_year_cv", ge=0, le=2)
    caseload_elasticity: float = recorded("workforce.caseload_elasticity", ge=0, le=3)
    pay_elasticity_of_leaving: float = recorded("workforce.pay_elasticity_of_leaving", ge=0, le=10)
    pay_elasticity_of_hiring: float = recorded("workforce.pay_elasticity_of_hiring", ge=0, le=10)
    notice_days: float = recorded("workforce.notice_days", ge=0, le=253)
    hires_per_vacancy_year: float | None = Field(
        default=None,
        ge=0,
        description="Permanent starters per vacancy and year; solved so that stocks stay level if not stated",
        examples=[0.7],
    )
    covers_per_empty_post_year: float | None = Field(
        default=None,
        ge=0,
        description="Agency starts per empty post and year; solved so that stocks stay level if not stated",
        examples=[7.0],
    )
    agency_assignment_months: float = recorded("workforce.agency_assignment_months", gt=0)
    conversions_per_agency_year: float = recorded("workforce.conversions_per_agency_year", ge=0)
    conversions_per_agency_year_full_offer: float = recorded(
        "workforce.conversions_per_agency_year_full_offer", ge=0
    )
    agency_pay_gap_gbp: float = recorded("workforce.agency_pay_gap_gbp", gt=0)


class Costs(Part):
    """Pounds."""

    on_costs: float = recorded("costs.on_costs", ge=0, le=2)
    agency_to_employed: float = recorded("costs.agency_to_employed", gt=0, le=10)
    recruitment_gbp: float = recorded("costs.recruitment_gbp", ge=0)
    new_post_running_gbp: float = recorded("costs.new_post_running_gbp", ge=0)


class CensusRow(Part):
    """The published row the authority starts from. Rates in percent, as published."""

    turnover_rate: float = Field(
        gt=0, lt=100, description="Leavers per 100 in post and year", examples=[11.8]
    )
    caseload: float = Field(gt=0, description="Children per case-holder FTE", examples=[15.2])
    date: Date = Field(description="Date of the stocks", examples=["2025-09-30"])
