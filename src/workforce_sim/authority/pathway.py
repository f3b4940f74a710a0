"""The care pathway as data: stages, what comes next, ways out, and who comes back.

Section 2 of docs/model.md. A pathway is a value like every other part of an authority; the compiled
casework reads it as arrays (:meth:`Pathway.table`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from workforce_sim.authority import pathway_file
from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.authority.parts import WORK_LAWS, Part, as_nothing, one_of
from workforce_sim.authority.records import recorded
from workforce_sim.authority.usable import LITTLE, not_writable
from workforce_sim.errors import InputError, Problem, RuleBroken, from_pydantic, shown, unknown_name

if TYPE_CHECKING:
    from workforce_sim.authority.parts import Casework
    from workforce_sim.authority.stage_rules import StageTable

#: Shares of what comes next add up to 1 to within this.
_SUM = 1e-9

_NO_NAME = "there is no setting of this name"


def _increasing(ages: tuple[float, ...]) -> tuple[float, ...]:
    if any(b <= a for a, b in pairwise(ages)):
        fix = f"reviews_days = {sorted(set(ages))}"
        raise RuleBroken("", list(ages), "increasing ages, each once", fix)
    return ages


def _whole(shares: dict[str, float]) -> dict[str, float]:
    total = math.fsum(shares.values())
    if abs(total - 1) > _SUM:
        rule = f"shares that add up to 1 (these add up to {total:.10g})"
        raise RuleBroken("", shares, rule, _scaled(shares, total))
    return shares


def _scaled(shares: Mapping[str, float], total: float) -> str:
    """The line with the same shares in proportion, adding up to 1."""
    if total == 0:
        shares, total = dict.fromkeys(shares, 1.0), float(len(shares))
    *names, last = shares
    scaled = {name: round(shares[name] / total, 4) for name in names}
    scaled[last] = round(1 - math.fsum(scaled.values()), 4)
    return "next = { " + ", ".join(f'"{name}" = {share}' for name, share in scaled.items()) + " }"


Share = Annotated[float, Field(ge=0, le=1)]
Ages = Annotated[tuple[Annotated[float, Field(gt=0)], ...], AfterValidator(_increasing)]
Shares = Annotated[dict[str, Share], Field(min_length=1), AfterValidator(_whole)]


WorkLaw = Annotated[Literal["lognormal", "exponential", "triangular", "uniform", "gamma"], one_of(*WORK_LAWS)]


class Stage(Part):
    """One stage of the pathway. Days are working days since entering it; hours are per child."""

    team: str = Field(min_length=1, description="Type of team that does this work", examples=['"assessment"'])
    priority: int = Field(default=0, ge=0, le=1000, description="Order of service, 0 first", examples=[1])
    work_hours: float = Field(gt=0, description="hours of progress per child, mean", examples=[12.0])
    work_cv: float = recorded("casework.work_cv", ge=0, le=5)
    work_law: WorkLaw = Field(
        default="lognormal",
        description="law of the work of a stage; work_cv is that of a lognormal or gamma law",
        examples=['"lognormal"'],
    )
    work_low_hours: float | None = Field(
        default=None, ge=0, description="least hours per child, triangular or uniform law", examples=[5.0]
    )
    work_high_hours: float | None = Field(
        default=None, gt=0, description="most hours per child, triangular or uniform law", examples=[10.0]
    )
    attention_hours_per_day: float = recorded("casework.attention_hours_per_day", ge=LITTLE, le=1000)
    upkeep_hours_per_day: float = recorded("casework.upkeep_hours_per_day", ge=0, le=24)
    reviews_days: Ages = Field(
        default=(), description="ages of the stage at its reviews, working days", examples=["[63.0, 189.0]"]
    )
    review_every_days: float = Field(
        default=0.0,
        ge=0,
        description="working days between reviews after the last of reviews_days, 0 = no more",
        examples=[126.0],
    )
    deadline_days: Annotated[float | None, BeforeValidator(as_nothing)] = Field(
        default=None,
        gt=0,
        description="working days within which the stage should end, none = no limit",
        examples=[45.0],
    )
    urgent_window_days: float = Field(
        default=0.0, ge=0, description="working days before the deadline in which it presses", examples=[10.0]
    )
    urgency: float = Field(
        default=1.0, ge=1, description="times the attention while the deadline presses", examples=[2.0]
    )
    sign_off_days: float = Field(
        default=0.0, ge=0, description="working days for the manager's sign-off", examples=[1.0]
    )
    visits_every_days: float = Field(
        default=0.0, ge=0, description="working days between visits to the child, 0 = none", examples=[20.0]
    )
    experienced_only: bool = Field(
        default=False, description="only for experienced workers", examples=["true"]
    )
    may_end_early: bool = Field(
        default=False, description="ended early when the service is under pressure", examples=["true"]
    )
    decision: bool = Field(
        default=False, description="waiting here is waiting for a decision", examples=["true"]
    )
    next: Shares = Field(description="share of families who go there", examples=['{ "closed" = 1.0 }'])
    label: str | None = Field(default=None, min_length=1, examples=['"Child in need plan"'])

    @property
    def work_limits(self) -> tuple[float, float, float]:
        """Least, likeliest and most hours of a triangular or uniform law; 0 and infinity of the others."""
        low, high = self.work_low_hours, self.work_high_hours
        if low is None or high is None:
            return 0.0, 0.0, math.inf
        return low, 3 * self.work_hours - low - high, high

    @model_validator(mode="after")
    def _limits_fit(self) -> Stage:
        limited = self.work_law in ("triangular", "uniform")
        if limited != (self.work_low_hours is not None and self.work_high_hours is not None):
            rule = "stated with a triangular or uniform law of work, and only then"
            fix = f"work_low_hours = {self.work_hours / 2:g}, work_high_hours = {self.work_hours * 1.5:g}"
            raise RuleBroken("work_low_hours", self.work_low_hours, rule, fix if limited else "leave it out")
        low, likeliest, high = self.work_limits
        if self.work_law == "uniform" and abs(low + high - 2 * self.work_hours) > 1e-9 * self.work_hours:
            rule = f"the middle of {low:g} to {high:g}, which are equally likely"
            raise RuleBroken("work_hours", self.work_hours, rule, f"work_hours = {(low + high) / 2:g}")
        if self.work_law == "triangular" and not low <= likeliest <= high:
            between = f"{(2 * low + high) / 3:g} to {(low + 2 * high) / 3:g}"
            rule = f"(least + likeliest + most) / 3, so from {between}"
            raise RuleBroken("work_hours", self.work_hours, rule, f"work_hours = {(low + high) / 2:g}")
        return self


class Exit(Part):
    """A way out of the service."""

    return_share: float = Field(
        default=0.0, ge=0, le=1, description="share of families who are referred again", examples=[0.2]
    )


class Pathway(Part):
    """Stages in order, the first being where every referral enters, and the ways out.

    Attributes:
        stages: by name.
        exits: by name.
        turned_away: the exit of families turned away at the front door under pressure.
        ended_early: the exit of families whose stage is ended early under pressure.

    Raises:
        InputError: with every problem found.

    Example:
        >>> from workforce_sim.authority.pathway import Pathway
        >>> england = Pathway.preset("england")
        >>> england.stages["assessment"].deadline_days
        45.0
    """

    mean_return_days: float = Field(
        gt=0, description="working days until families who come back do, mean", examples=[126.0]
    )
    early_return_factor: float = Field(
        default=1.0,
        ge=0,
        description="times the share who come back after a stage ended early or a referral turned away",
        examples=[1.5],
    )
    return_per_change: float = Field(
        default=0.0, ge=0, description="more coming back for each change of worker, share", examples=[0.05]
    )
    turned_away: str = Field(description="exit of referrals turned away", examples=['"no further action"'])
    ended_early: str = Field(description="exit of stages ended early", examples=['"closed"'])
    stages: dict[str, Stage] = Field(min_length=1)
    exits: dict[str, Exit] = Field(min_length=1)

    def __init__(self, /, **settings: Any) -> None:
        names = [*type(self).model_fields, "like", "remove"]
        strange = [name for name in settings if name not in names[:-2]]
        problems = [
            Problem(n, shown(settings.pop(n)), _NO_NAME, unknown_name("", n, names, "").fix) for n in strange
        ]
        problems += _wrong_ways(settings)
        try:
            super().__init__(**settings)
        except UnicodeEncodeError as error:
            raise not_writable("the pathway", error) from None
        except ValidationError as error:
            problems = [*from_pydantic(error, Pathway, "").problems, *problems]
        if problems:
            raise InputError("the pathway", problems)

    # -- making -----------------------------------------------------------------------------

    @classmethod
    def preset(cls, name: str) -> Pathway:
        """One of the pathways that come with the library.

        Raises:
            InputError: unknown name, with the nearest one.
        """
        return cls(**pathway_file.shipped(name, "name"))

    def with_changes(self, **changes: Any) -> Pathway:
        """A copy with other settings; stages and exits are merged by name, a new name adds one.

        ``like`` starts from a shipped pathway instead; ``remove`` is as in :meth:`without`.

        Example:
            >>> from workforce_sim.authority.pathway import Pathway
            >>> england = Pathway.preset("england")
            >>> slower = england.with_changes(stages={"assessment": {"work_hours": 14.0}})
            >>> slower.stages["assessment"].work_hours
            14.0
        """
        return Pathway(**pathway_file.with_changes(self.model_dump(), changes))

    def without(self, stage: str, instead: str) -> Pathway:
        """A copy without a stage; who would have gone there goes to another stage or exit instead."""
        return self.with_changes(remove={stage: instead})

    # -- looking ----------------------------------------------------------------------------

    @property
    def stage_names(self) -> list[str]:
        """Stages in order; their positions are the numbers of the table."""
        return list(self.stages)

    @property
    def exit_names(self) -> list[str]:
        """Ways out in order."""
        return list(self.exits)

    @property
    def team_types(self) -> list[str]:
        """Types of team in order of first mention."""
        return list(dict.fromkeys(stage.team for stage in self.stages.values()))

    def table(self, scale: float = 1.0) -> StageTable:
        """The pathway as arrays for the casework.

        Args:
            scale: times the hours of work of every stage.
        """
        from workforce_sim.authority.stage_rules import STAGE, StageTable  # these load the compiler

        stages = list(self.stages.values())
        teams, number = self.team_types, {name: i for i, name in enumerate(self.stages)}
        number |= {name: -1 - i for i, name in enumerate(self.exits)}
        rows = np.zeros(len(stages), STAGE)
        gates = np.full((len(stages), max(1, *(len(s.reviews_days) for s in stages), 1)), np.inf)
        ways = [{to: share for to, share in s.next.items() if share > 0} for s in stages]
        shares = np.ones((len(stages), max(len(w) for w in ways)))
        targets = np.zeros(shares.shape, np.int64)
        for i, stage in enumerate(stages):
            row = rows[i]
            spread = math.sqrt(math.log1p(stage.work_cv**2)) if stage.work_law == "lognormal" else 0.0
            row["law"] = WORK_LAWS.index(stage.work_law)
            row["shape"] = stage.work_cv**-2 if stage.work_cv > 1e-100 else math.inf
            row["low"], row["mode"], row["high"] = (x / stage.work_hours for x in stage.work_limits)
            row["attention"], row["upkeep"] = stage.attention_hours_per_day, stage.upkeep_hours_per_day
            row["location"] = math.log(scale * stage.work_hours / row["attention"]) - spread**2 / 2
            row["spread"] = spread
            row["every"] = stage.review_every_days
            row["deadline"] = math.inf if stage.deadline_days is None else stage.deadline_days
            row["urgent_until"] = row["deadline"] - stage.sign_off_days
            row["window"], row["urgency"] = stage.urgent_window_days, stage.urgency
            row["sign_off"], row["priority"] = stage.sign_off_days, stage.priority
            row["team_type"] = teams.index(stage.team)
            row["experienced_only"], row["may_end_early"] = stage.experienced_only, stage.may_end_early
            row["decision"] = stage.decision
            gates[i, : len(stage.reviews_days)] = stage.reviews_days
            shares[i, : len(ways[i]) - 1] = np.cumsum(list(ways[i].values()))[:-1]
            targets[i] = number[list(ways[i])[-1]]  # padding leads where the last way leads
            targets[i, : len(ways[i])] = [number[to] for to in ways[i]]
        returns = np.array([way_out.return_share for way_out in self.exits.values()])
        return StageTable(rows, gates, shares, targets, returns)


def simple_pathway(casework: Casework) -> Pathway:
    """The pathway of a service that states none: one stage, one way out, nobody comes back."""
    assert casework.work_hours is not None, "work_hours are solved first: authority.balanced()"
    case = Stage(
        team="all",
        work_hours=casework.work_hours,
        work_cv=casework.work_cv,
        attention_hours_per_day=casework.attention_hours_per_day,
        upkeep_hours_per_day=casework.upkeep_hours_per_day,
        next={"closed": 1.0},
    )
    return Pathway(
        stages={"case": case},
        exits={"closed": Exit()},
        turned_away="closed",
        ended_early="closed",
        mean_return_days=DAYS_PER_YEAR,
    )


def as_pathway(value: Any) -> Any:
    """The pathway an authority is given by name, by settings (with ``like`` and ``remove``) or as it is."""
    value = as_nothing(value)
    if value is None or isinstance(value, Pathway):
        return value
    if isinstance(value, str):
        return Pathway(**pathway_file.shipped(value, ""))
    if isinstance(value, Mapping):
        return Pathway(**pathway_file.with_changes({}, {str(name): part for name, part in value.items()}))
    names = " or ".join(repr(name) for name in pathway_file.shipped_names())
    raise RuleBroken("", value, f"a section of settings, or {names}", 'pathway = "england"')


# -- what leads where -----------------------------------------------------------------------------


def _wrong_ways(settings: Mapping[str, Any]) -> list[Problem]:
    """Problems of names and of what leads where, as far as the settings can be read."""
    stages, exits = settings.get("stages"), settings.get("exits")
    if not isinstance(stages, Mapping) or not isinstance(exits, Mapping):
        return []
    problems = [
        Problem(f"exits.{name}", "", "a name that no stage has", f'give the exit another name: "{name}, end"')
        for name in exits
        if name in stages
    ]
    for field in ("turned_away", "ended_early"):
        name = settings.get(field)
        if isinstance(name, str) and name not in exits:
            problems.append(unknown_name(field, name, list(exits), "an exit"))
    names, ways, whole = [*stages, *exits], {}, bool(stages)
    for stage, part in stages.items():
        ways[stage], complete = _ways(part)
        whole = whole and complete
        for to in ways[stage]:
            if to not in names:
                whole = False
                problems.append(unknown_name(f"stages.{stage}.next.{to}", to, names, "what comes next"))
    return problems + (_lost(ways, list(exits)) if whole else [])


def _ways(part: Any) -> tuple[list[str], bool]:
    """Where a stage can lead, as far as that can be read, and whether its shares are all there."""
    shares = part.next if isinstance(part, Stage) else part.get("next") if isinstance(part, Mapping) else None
    if not isinstance(shares, Mapping):
        return [], False
    read = {str(to): share for to, share in shares.items() if isinstance(share, (int, float))}
    numbers = {to: share for to, share in read.items() if 0 <= share <= 1}
    ways = [to for to, share in numbers.items() if share != 0]
    return ways, abs(math.fsum(numbers.values()) - 1) <= _SUM


def _lost(ways: Mapping[str, list[str]], exits: list[str]) -> list[Problem]:
    """Stages nobody comes to, and stages nobody gets out of."""
    entry = next(iter(ways))
    reached, ahead = {entry}, [entry]
    while ahead:
        fresh = [to for to in ways.get(ahead.pop(), []) if to not in reached]
        reached.update(fresh)
        ahead += fresh
    out, before = set(exits), 0
    while len(out) > before:
        before = len(out)
        out |= {stage for stage, to in ways.items() if not out.isdisjoint(to)}
    problems = []
    for stage in ways:
        if stage not in reached:
            rule = f"every stage can be reached from the first ({entry!r})"
            fix = f'name it in what comes next of another stage, or remove = {{ "{stage}" = "{exits[0]}" }}'
            problems.append(Problem(f"stages.{stage}", "", rule, fix))
        elif stage not in out:
            rule = "from every stage some exit can be reached"
            fix = f'give it a way out: next = {{ ..., "{exits[0]}" = 0.1 }}'
            problems.append(Problem(f"stages.{stage}.next", repr(ways[stage]), rule, fix))
    return problems
