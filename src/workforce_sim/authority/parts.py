"""The parts of an authority: frozen, validated values. Units are in the names or the field descriptions."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from workforce_sim.authority.calendar import as_date
from workforce_sim.authority.pace import pace
from workforce_sim.authority.records import as_tuple, recorded
from workforce_sim.authority.usable import LITTLE, MOST_POSTS, usable
from workforce_sim.errors import InputError, Problem, RuleBroken, nearest


class Part(BaseModel):
    """A frozen value that knows every one of its settings and refuses any other."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    _lists_will_do = field_validator("*", mode="before")(staticmethod(as_tuple))
    _every_value_is_usable = field_validator("*", mode="after")(classmethod(usable))

    if not TYPE_CHECKING:

        def __setattr__(self, name: str, value: object) -> None:
            rule = "a value is never changed once made"
            fix = "make another: authority.with_changes(...), or the class again with other settings"
            raise InputError(type(self).__name__, [Problem(name, repr(value), rule, fix)])


def date_or_text(value: Any) -> Any:
    """Take ``"2015-04-01"`` for a date; leave what is neither text nor a moment to the date rule."""
    if not isinstance(value, (str, dt.datetime)):
        return value
    found = as_date(value)
    if found is None:
        rule = "a date: year-month-day, without a time of day"
        raise RuleBroken("", value, rule, "write '2015-04-01'")
    return found


#: How a file says that there is no caseload cap or no deadline (TOML has no word for nothing).
NOTHING = "none"


def as_nothing(value: Any) -> Any:
    """Take the word ``none`` for nothing."""
    return None if isinstance(value, str) and value == NOTHING else value


def one_of(*allowed: str) -> BeforeValidator:
    """Refuse any other word, with the nearest one."""

    def check(value: Any) -> Any:
        if isinstance(value, str) and value in allowed:
            return value
        names = ", ".join(f'"{a}"' for a in allowed)
        near = nearest(value, allowed)
        raise RuleBroken("", value, f"one of {names}", f'write "{near or allowed[0]}"')

    return BeforeValidator(check)


#: Who gets the next family: section 3 of docs/model.md.
ALLOCATION_RULES = ("fewest children", "least work", "random")

#: Laws of the work of a stage: section 2.
WORK_LAWS = ("lognormal", "exponential", "triangular", "uniform", "gamma")

Allocation = Annotated[Literal["fewest children", "least work", "random"], one_of(*ALLOCATION_RULES)]
Rebalancing = Annotated[Literal["none", "gradual", "at once"], one_of("none", "gradual", "at once")]


#: A date, or text such as ``"2015-04-01"``.
Date = Annotated[dt.date, BeforeValidator(date_or_text)]
Twelve = Annotated[tuple[Annotated[float, Field(gt=0, le=100)], ...], Field(min_length=12, max_length=12)]

Sizes = Annotated[tuple[Annotated[float, Field(ge=0, le=1)], ...], Field(min_length=1, max_length=20)]


class Source(Part):
    """Where a number comes from: a citation and an evidence class."""

    source: str
    evidence: str


class Demand(Part):
    """Families who become cases."""

    children_per_year: float = Field(
        ge=0,
        le=1_000_000,
        description="Children whose case opens in a year (in families)",
        examples=[1430.0],
    )
    children_per_family: float = recorded("demand.children_per_family", ge=1, le=6)
    family_sizes: Sizes | None = Field(
        default=None,
        description="Shares of families with 1, 2, 3, ... children; 1 + Poisson if not stated",
        examples=[[0.55, 0.25, 0.12, 0.06, 0.02]],
    )
    siblings_together: bool = recorded("demand.siblings_together")
    urgent_share: float = recorded("demand.urgent_share", ge=0, le=1)
    season: Twelve = recorded("demand.season")
    year_cv: float = recorded("demand.year_cv", ge=0, le=2)

    @property
    def children_per_case(self) -> float:
        """Mean children of a case: of a family, or one, if every child is a case."""
        return self.children_per_family if self.siblings_together else 1.0

    @property
    def children_met(self) -> float:
        """Mean children of the case that a child is in: more than of a case, as large families have more."""
        if not self.siblings_together:
            return 1.0
        mean = self.children_per_family
        if self.family_sizes is None:  # 1 + Poisson
            return mean + (mean - 1.0) / mean
        return sum(n * n * share for n, share in enumerate(self.family_sizes, 1)) / mean

    @model_validator(mode="after")
    def _sizes_fit(self) -> Demand:
        if self.family_sizes is not None:
            if abs(sum(self.family_sizes) - 1) > 1e-9:
                rule = f"shares that add up to 1 (they add up to {sum(self.family_sizes):.12g})"
                raise RuleBroken("family_sizes", self.family_sizes, rule, "family_sizes = [0.6, 0.3, 0.1]")
            mean = sum(n * share for n, share in enumerate(self.family_sizes, 1))
            if abs(mean - self.children_per_family) > 1e-9:
                rule = f"the mean of family_sizes ({mean:.12g})"
                fix = f"children_per_family = {mean:.12g}"
                raise RuleBroken("children_per_family", self.children_per_family, rule, fix)
        return self


class Casework(Part):
    """What a case needs, and what a worker can give. Hours per working day."""

    case_hours_per_day: float = recorded("casework.case_hours_per_day", gt=0, le=24)
    upkeep_hours_per_day: float = recorded("casework.upkeep_hours_per_day", ge=0, le=24)
    attention_hours_per_day: float = recorded("casework.attention_hours_per_day", ge=LITTLE, le=1000)
    overtime_limit_hours_per_day: float = recorded("casework.overtime_limit_hours_per_day", ge=0, le=24)
    overtime_share: float = recorded("casework.overtime_share", ge=0, le=1)
    work_hours: float | None = Field(
        default=None,
        ge=LITTLE,
        le=1_000_000,
        description="Mean hours of progress a child's case needs; solved from the census row if not stated",
        examples=[50.0],
    )
    work_cv: float = recorded("casework.work_cv", ge=0, le=5)
    workload_spread: float = recorded("casework.workload_spread", ge=0, le=2)
    work_scale: float | None = Field(
        default=None,
        ge=LITTLE,
        le=1000,
        description="Times the hours of work of every stage; solved from the census row if not stated",
        examples=[1.0],
    )
    handover_reading_hours: float = recorded("casework.handover_reading_hours", ge=0, le=100_000)
    handover_progress_lost: float = recorded("casework.handover_progress_lost", ge=0, le=1)
    caseload_cap: Annotated[float | None, BeforeValidator(as_nothing)] = recorded(
        "casework.caseload_cap", gt=0
    )
    waiting_list_limit: Annotated[int | None, BeforeValidator(as_nothing)] = Field(
        default=None,
        ge=1,
        description="Children on a team's waiting list from which on its referrals are turned away; "
        "no limit if not stated",
        examples=[40],
    )
    allocation: Allocation = recorded("casework.allocation")
    continuity: bool = recorded("casework.continuity")
    rebalancing: Rebalancing = recorded("casework.rebalancing")
    sign_off_without_manager: float = recorded("casework.sign_off_without_manager", ge=1, le=100)
    hand_over_after_days: float = recorded("casework.hand_over_after_days", gt=0)
    allocation_without_manager_days: float = recorded("casework.allocation_without_manager_days", ge=0)

    def pace(self, children: float) -> float:
        """Hours of progress per child and day of a full-time worker who holds so many children."""
        return self.attention_hours_per_day * pace(
            children * self.attention_hours_per_day,
            children * self.upkeep_hours_per_day,
            self.case_hours_per_day,
            self.overtime_share,
            self.overtime_limit_hours_per_day,
        )


class Teams(Part):
    """How the service is divided. Every team has its own waiting list and an equal share of referrals."""

    number: int = Field(
        default=1,
        ge=1,
        le=10_000,
        description="Teams, each with its own waiting list, dealt over the types of team by their work",
        examples=[10],
    )


class Pressure(Part):
    """How thresholds move when the service holds more children per worker than at the start."""

    margin: float = recorded("pressure.margin", ge=0, le=10)
    turned_away_share: float = recorded("pressure.turned_away_share", ge=0, le=10)
    ended_early_share: float = recorded("pressure.ended_early_share", ge=0, le=10)


class PostGroup(Part):
    """Posts of one grade, spread evenly over the teams. Whole posts; ``fte`` is the hours of each.

    ``team`` puts them into the teams of one type of the pathway; by default they are spread over all types
    by the work there. Whether a post ``manages`` matters for sign-off: it is slower while nobody is in one.
    """

    grade: str = Field(min_length=1, examples=["'social worker'"])
    number: int = Field(ge=0, le=MOST_POSTS, description="Established posts", examples=[100])
    vacant: int = Field(default=0, ge=0, description="Posts without a permanent worker", examples=[14])
    agency: int = Field(default=0, ge=0, description="Vacant posts covered by agency workers", examples=[10])
    agency_above_establishment: int = Field(
        default=0, ge=0, le=MOST_POSTS, description="Agency workers who cover no vacancy", examples=[0]
    )
    holds_cases: bool = Field(default=True, examples=["true"])
    manages: bool = Field(default=False, description="Team managers, who sign off", examples=["true"])
    team: str | None = Field(
        default=None, min_length=1, description="Type of team of the pathway", examples=['"assessment"']
    )
    fte: float = Field(default=1.0, gt=0, le=1, examples=[1.0])
    salary_gbp: float = Field(
        ge=0, description="Pounds a year, full time, without on-costs", examples=[38000.0]
    )
    promoted_from: str | None = Field(
        default=None,
        min_length=1,
        description="Grade whose people can be promoted into a vacancy of this one",
        examples=["'social worker'"],
    )
    turnover_rate: float | None = Field(
        default=None,
        gt=0,
        lt=1000,
        description="Leavers per 100 in post and year of this grade; the census row's if not stated",
        examples=[15.0],
    )
    leaving_scale: float | None = Field(
        default=None,
        ge=0,
        description="Multiplies the leaving rates of this grade; solved from its turnover if not stated",
        examples=[1.0],
    )
    hires_per_empty_post_year: float | None = Field(
        default=None,
        ge=0,
        description="Permanent starters per empty post of this grade and year; solved if not stated",
        examples=[2.6],
    )
    hires_per_covered_post_year: float | None = Field(
        default=None,
        ge=0,
        description="Permanent starters per agency-covered post of this grade and year; solved if not stated",
        examples=[0.2],
    )
    covers_per_empty_post_year: float | None = Field(
        default=None,
        ge=0,
        description="Agency starts per empty post of this grade and year; solved if not stated",
        examples=[7.0],
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
        if self.manages and self.holds_cases:
            rule = "a post that manages holds no cases"
            raise RuleBroken("manages", True, rule, "holds_cases = false, or manages = false")
        if self.promoted_from == self.grade:
            rule = "another grade"
            raise RuleBroken("promoted_from", self.promoted_from, rule, "leave it out")
        return self


class TimeLaw(Part):
    """The law of the time until something happens at a constant rate; its mean is one over that rate."""

    law: Annotated[
        Literal["exponential", "weibull", "gamma", "lognormal"],
        one_of("exponential", "weibull", "gamma", "lognormal"),
    ] = Field(default="exponential", examples=["'weibull'"])
    cv: float = Field(
        default=1.0, ge=0.03, le=10, description="Coefficient of variation; 1 if exponential", examples=[1.0]
    )

    @model_validator(mode="after")
    def _exponential_has_cv_one(self) -> TimeLaw:
        if self.law == "exponential" and self.cv != 1.0:
            rule = "1 for an exponential law"
            raise RuleBroken("cv", self.cv, rule, 'law = "gamma" (or weibull, lognormal) with this cv')
        return self


class Workforce(Part):
    """How people leave, come, and move between agency and permanent posts. Rates are per year."""

    leaving_per_year_under_5: float = recorded("workforce.leaving_per_year_under_5", ge=0)
    leaving_per_year_from_5: float = recorded("workforce.leaving_per_year_from_5", ge=0)
    leaving_first_year_factor: float = recorded("workforce.leaving_first_year_factor", ge=0)
    leaving_scale: float | None = Field(
        default=None,
        ge=0,
        description="Multiplies all leaving rates; by grade if not stated",
        examples=[1.0],
    )
    leaving_year_cv: float = recorded("workforce.leaving_year_cv", ge=0, le=2)
    caseload_elasticity: float = recorded("workforce.caseload_elasticity", ge=0, le=3)
    pay_elasticity_of_leaving: float = recorded("workforce.pay_elasticity_of_leaving", ge=0, le=10)
    pay_elasticity_of_hiring: float = recorded("workforce.pay_elasticity_of_hiring", ge=0, le=10)
    notice_days: float = recorded("workforce.notice_days", ge=0, le=253)
    new_cases_on_notice: bool = recorded("workforce.new_cases_on_notice")
    experienced_years: float = recorded("workforce.experienced_years", ge=0, le=40)
    absences_per_year: float = recorded("workforce.absences_per_year", ge=0, le=50)
    absence_days: float = recorded("workforce.absence_days", ge=0.1)
    absence_per_child: float = recorded("workforce.absence_per_child", ge=0, le=10)
    leaving_after_absence: float = recorded("workforce.leaving_after_absence", ge=0, le=10)
    retirement_share_from_5: float = recorded("workforce.retirement_share_from_5", ge=0, le=1)
    to_agency: float = recorded("workforce.to_agency", ge=0, le=1)
    to_other_authority: float = recorded("workforce.to_other_authority", ge=0, le=1)
    tenure_law: TimeLaw = TimeLaw()
    service_at_start_years: float | None = Field(
        default=None,
        ge=0,
        le=50,
        description="Service of everybody in post at the start; drawn from the stationary law if not stated",
        examples=[0.0],
    )
    hires_per_vacancy_year: float | None = Field(
        default=None,
        ge=0,
        description="Permanent starters per vacancy, covered or not, and year; by grade if not stated",
        examples=[0.7],
    )
    covers_per_empty_post_year: float | None = Field(
        default=None,
        ge=0,
        description="Agency starts per empty post and year; by grade if not stated",
        examples=[7.0],
    )
    agency_assignment_months: float = recorded("workforce.agency_assignment_months", ge=0.01)
    conversions_per_agency_year: float = recorded("workforce.conversions_per_agency_year", ge=0)
    conversions_per_agency_year_full_offer: float = recorded(
        "workforce.conversions_per_agency_year_full_offer", ge=0
    )
    agency_pay_gap_gbp: float = recorded("workforce.agency_pay_gap_gbp", gt=0)

    @property
    def agency_ends_per_year(self) -> float:
        """How often an agency worker's assignment ends, a year of agency work."""
        return 12.0 / self.agency_assignment_months

    @model_validator(mode="after")
    def _destinations_add_up(self) -> Workforce:
        total = self.to_agency + self.to_other_authority
        if total > 1:
            rule = f"at most 1 together with to_agency ({self.to_agency:g})"
            fix = f"to_other_authority = {1 - self.to_agency:g} or less"
            raise RuleBroken("to_other_authority", self.to_other_authority, rule, fix)
        return self


class Costs(Part):
    """Pounds."""

    on_costs: float = recorded("costs.on_costs", ge=0, le=2)
    agency_to_employed: float = recorded("costs.agency_to_employed", gt=0, le=10)
    recruitment_gbp: float = recorded("costs.recruitment_gbp", ge=0)
    new_post_running_gbp: float = recorded("costs.new_post_running_gbp", ge=0)
    redundancy_gbp: float = recorded("costs.redundancy_gbp", ge=0)
    care_gbp_per_week: float = recorded("costs.care_gbp_per_week", ge=0)


class CensusRow(Part):
    """The published row the authority starts from. Rates in percent, as published."""

    turnover_rate: float = Field(
        ge=LITTLE, lt=100, description="Leavers per 100 in post and year", examples=[11.8]
    )
    caseload: float = Field(ge=LITTLE, le=20_000, description="Children per case-holder FTE", examples=[15.2])
    date: Date = Field(description="Date of the stocks", examples=["2025-09-30"])
