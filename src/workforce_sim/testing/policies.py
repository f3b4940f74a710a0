"""What every well-behaved policy does and does not do: a check for those who write their own."""

from __future__ import annotations

import datetime as dt
import math
import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.calendar import INSTANT, add_months
from workforce_sim.errors import InputError, WorkforceSimError
from workforce_sim.interventions.base import Days, Intervention, Process
from workforce_sim.run import Run
from workforce_sim.simulation import Simulation
from workforce_sim.testing.audit import AuditError, audit
from workforce_sim.testing.worlds import small_authority, stage
from workforce_sim.workforce.levers import LEVERS

_BEFORE, _AFTER, _FOR_GOOD, _LONGEST = 3, 3, 12, 60  # months
_MONTHS_TO_SHIFT = 2
_FIRST_OF_RUN = dt.date(2025, 4, 1)  # of a policy that waits for a condition

#: Money that is a policy's own: people who stay after it have none of it.
_OWN_MONEY = ("retention", "conversion", "programmes")


class PolicyError(WorkforceSimError, AssertionError):
    """What is wrong with a policy, and what to do about it. ``problems`` lists everything found."""

    def __init__(self, name: str, problems: Iterable[str]) -> None:
        self.name, self.problems = name, tuple(problems)
        super().__init__(name, self.problems)

    def __str__(self) -> str:
        n = len(self.problems)
        head = f"{self.name} breaks {n} rule{'s' if n != 1 else ''} of a well-behaved policy:"
        return "\n".join([head, *(f"  {i}. {one}" for i, one in enumerate(self.problems, 1))])


def lively_authority() -> Authority:
    """The small service on which policies are tried by default: two teams in which everything happens."""
    return small_authority(
        teams=2,
        referrals_per_day=0.5,
        caseload=8.0,
        children_per_family=1.9,
        stages={
            "assessment": stage(8.0, team="assessment", next={"plan": 0.5, "closed": 0.5}, work_cv=0.5),
            "plan": stage(20.0, team="plans", attention_hours_per_day=0.4, upkeep_hours_per_day=0.05),
        },
        posts=(
            {"grade": "worker", "number": 8, "vacant": 3, "agency": 2, "salary_gbp": 40_000.0},
            {
                "grade": "manager",
                "number": 2,
                "holds_cases": False,
                "manages": True,
                "salary_gbp": 55_000.0,
            },
        ),
        casework={"caseload_cap": 12.0, "handover_reading_hours": 3.0, "hand_over_after_days": 10.0},
        workforce={
            "leaving_per_year_under_5": 0.4,
            "leaving_per_year_from_5": 0.2,
            "hires_per_vacancy_year": 2.0,
            "covers_per_empty_post_year": 6.0,
            "conversions_per_agency_year": 0.5,
            "agency_assignment_months": 5.0,
            "notice_days": 20.0,
            "absences_per_year": 0.5,
        },
        costs={"recruitment_gbp": 2000.0, "new_post_running_gbp": 3000.0, "redundancy_gbp": 9000.0},
    )


@dataclass
class _Trial:
    """One policy on one authority: the runs that are compared, and what was found."""

    policy: Intervention | Process
    authority: Authority
    seed: int
    problems: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        start, end = getattr(self.policy, "start", None), getattr(self.policy, "end", None)
        self.dated = isinstance(start, dt.date)
        self.start = start if isinstance(start, dt.date) else _FIRST_OF_RUN
        self.end = end if isinstance(end, dt.date) else None
        month = self.start.replace(day=1)
        self.first = add_months(month, -_BEFORE) if self.dated else month
        self.months = self._months_to(self.end) + _AFTER if self.end else _BEFORE + _FOR_GOOD
        self.months = min(self.months, _LONGEST)

    def _months_to(self, when: dt.date) -> int:
        return (when.year - self.first.year) * 12 + when.month - self.first.month + 1

    def run(self, *policies: Any, months: int | None = None) -> Run:
        years = (self.months if months is None else months) / 12
        return Simulation(self.authority, policies, self.first, years, self.seed, log=True).run()

    def check(self, what: str, holds: bool, problem: str) -> None:
        """Note that a rule was checked, and what is wrong if it does not hold."""
        self.done.append(what)
        if not holds:
            self.problems.append(problem)


def check_intervention(
    intervention: Intervention | Process, authority: Authority | None = None, *, seed: int = 1
) -> tuple[str, ...]:
    """Try a policy on a small service, and check what every well-behaved policy must satisfy.

    It changes nothing before its start, and nothing at all in a run that ends before; the same seed gives
    the same run, whatever else was run; it is left as it was; it goes to other processes; its dates are
    checked; the order in which it is listed with another of its kind makes no difference; the books of the
    run balance (:func:`~workforce_sim.testing.audit.audit`); and after its end nothing is left of its levers
    and its own money.

    Args:
        intervention: yours: an :class:`~workforce_sim.Intervention`, or a function of ``(env, service)``, of
            which less can be checked.
        authority: to try it on; by default a small service with grades ``worker`` and ``manager`` and stages
            ``assessment`` and ``plan``.
        seed: of the runs.

    Returns:
        What was checked, in words.

    Raises:
        PolicyError: an ``AssertionError`` that says what is wrong, and what to do about it.
        InputError: the policy does not fit the authority.

    Example:
        >>> import workforce_sim as ws
        >>> from workforce_sim.testing import check_intervention
        >>> checked = check_intervention(ws.NewPosts(2, start="2026-04-01"))
        >>> "changes nothing before its start" in checked
        True
    """
    trial = _Trial(intervention, authority or lively_authority(), seed)
    _is_a_value(trial)
    before = _as_it_is(intervention)
    alone = trial.run()
    try:
        with_it = trial.run(intervention)
    except Exception as error:  # whatever the policy raises is the finding
        if isinstance(error, InputError) and error.where == "Simulation":
            raise
        found = f"a run with it stops with {type(error).__name__}: {error}"
        raise PolicyError(_name(intervention), [*trial.problems, found]) from error
    trial.check(
        "is not changed by a run",
        _as_it_is(intervention) == before,
        "a run changes it: keep what you need during a run in local variables of act(), never on self, so "
        "that the next replication starts from the same policy",
    )
    trial.check(
        "the same seed gives the same run",
        with_it.digest() == trial.run(intervention).digest(),
        "two runs with the same seed differ: draw random numbers from the service's own streams "
        "(service.uniform), never from random, numpy.random or the clock, and keep no state between runs",
    )
    if trial.dated:
        _does_nothing_before(trial, alone, with_it)
    _keeps_the_luck(trial, alone, with_it)
    _books_balance(trial, with_it)
    if isinstance(intervention, Intervention):
        _checks_dates(trial, intervention)
        if trial.dated:
            _commutes(trial, intervention)
        if trial.end is not None:
            _is_over(trial, alone, with_it)
    if trial.problems:
        raise PolicyError(_name(intervention), trial.problems)
    return tuple(trial.done)


def _name(policy: object) -> str:
    return getattr(policy, "__name__", type(policy).__name__)


def _as_it_is(policy: object) -> Any:
    """Everything a policy holds, to be compared later; its identity if it cannot be copied."""
    if isinstance(policy, Intervention):
        return repr(policy), sorted(vars(policy))
    return id(policy)


def _is_a_value(trial: _Trial) -> None:
    policy = trial.policy
    try:
        again = pickle.loads(pickle.dumps(policy))
    except Exception as error:  # whatever pickle raises is the finding
        found = (
            f"it cannot be pickled ({error}), so no study can send it to its processes: define its class, "
        )
        trial.check("pickles", False, found + "or function, at the top of a module, not inside a function")
        return
    equal = again == policy if isinstance(policy, Intervention) else True
    trial.check("pickles", equal, "its copy is another: two equal policies must be ==, so hold values only")


def _rows(run: Run, before: float) -> list[tuple[Any, ...]]:
    log = run.log
    return list(log[log["day"] < before - INSTANT].itertuples(index=False, name=None))


def _does_nothing_before(trial: _Trial, alone: Run, with_it: Run) -> None:
    start = Days(alone.simulation.calendar).of(trial.start)
    trial.check(
        "changes nothing before its start",
        _rows(alone, start) == _rows(with_it, start),
        f"the event log differs before its start ({trial.start}): act() must wait for the start before it "
        "changes anything, as Intervention.act does; posts and levers belong into begins()",
    )
    short = [trial.run(*policies, months=_BEFORE) for policies in ((), (trial.policy,))]
    logs, costs = [run.digest() for run in short], [_money(run) for run in short]
    trial.check(
        "does nothing in a run that ends before its start",
        logs[0] == logs[1] and costs[0] == costs[1],
        "a run that ends before its start differs from one without it, in its event log or its costs: "
        "nothing may happen, and nothing may be paid, before the start",
    )


def _keeps_the_luck(trial: _Trial, alone: Run, with_it: Run) -> None:
    policy = trial.policy
    if isinstance(policy, Intervention) and policy.demand_factors(Days(alone.simulation.calendar)):
        return
    one, other = alone.service.desk.tape, with_it.service.desk.tape
    same = one.time.tolist() == other.time.tolist() and one.children.tolist() == other.children.tolist()
    trial.check(
        "meets the same families",
        same,
        "other families are referred than without it: the luck of a world belongs to its seed; change "
        "referrals with demand_factors() only",
    )


def _books_balance(trial: _Trial, run: Run) -> None:
    try:
        audit(run)
    except AuditError as error:
        problem = f"the books of a run with it do not balance: {error}"
        trial.check("books balance", False, problem)
    else:
        trial.check("books balance", True, "")
    counts = run.counts
    headings = [name for name in counts if name.startswith("sum_cost_")]
    total = sum(float(counts[name][-1]) for name in headings)
    path = float(run.paths["cost_to_date_gbp"].iloc[-1])
    trial.check(
        "headings add up to the cost",
        math.isclose(total, path, rel_tol=1e-9, abs_tol=0.01) and math.isfinite(path),
        f"its headings come to {total:.2f} and its cost to {path:.2f} pounds: pay under the headings of the "
        "library (yearly_gbp, once_gbp), in finite amounts",
    )


def _refused(make: Callable[[], Any]) -> bool:
    try:
        make()
    except InputError:
        return True
    return False


def _settings(policy: Intervention, **other: Any) -> dict[str, Any]:
    return {name: getattr(policy, name) for name in type(policy).model_fields} | other


def _checks_dates(trial: _Trial, policy: Intervention) -> None:
    kind = type(policy)
    trial.check(
        "refuses what is no date",
        _refused(lambda: kind(**_settings(policy, start="soon"))),
        "it takes 'soon' for a start: keep start and end as Intervention declares them",
    )
    if not trial.dated:
        return
    trial.check(
        "refuses an end before its start",
        _refused(lambda: kind(**_settings(policy, end=trial.start - dt.timedelta(days=1)))),
        "it takes an end before its start: call super().__init__ with both, and do not override the check",
    )
    late = add_months(trial.start.replace(day=1), 1)
    trial.check(
        "refuses a run that starts after it",
        _refused(lambda: Simulation(trial.authority, [policy], late, 1)),
        "it takes part in a run that starts after its start: extend problems(), with "
        "super().problems(authority, calendar) first",
    )


def _commutes(trial: _Trial, policy: Intervention) -> None:
    later = {"start": add_months(trial.start.replace(day=1), _MONTHS_TO_SHIFT)}
    if trial.end is not None:
        later["end"] = add_months(trial.end.replace(day=1), _MONTHS_TO_SHIFT + 1) - dt.timedelta(days=1)
    other = policy.model_copy(update=later)
    try:
        runs = [trial.run(*pair) for pair in ((policy, other), (other, policy))]
    except InputError:
        return  # not twice in one run
    trial.check(
        "composes with itself in any order",
        runs[0].digest() == runs[1].digest() and _money(runs[0]) == _money(runs[1]),
        "listed before or after another of its kind it gives different runs: set levers under the key that "
        "begins() is given, and let no policy depend on what others have set",
    )


def _money(run: Run) -> list[list[float]]:
    return [
        [round(float(x), 2) for x in path]
        for name, path in run.counts.items()
        if name.startswith("sum_cost_")
    ]


def _is_over(trial: _Trial, alone: Run, with_it: Run) -> None:
    assert trial.end is not None
    now, names = float(alone.simulation.calendar.end), list(LEVERS)
    grades = range(len(alone.service.grades))
    left = [
        name
        for name in names
        if any(
            with_it.service.levers.value(name, now, g) != alone.service.levers.value(name, now, g)
            for g in grades
        )
    ]
    trial.check(
        "leaves no lever behind",
        not left,
        f"after its end it still sets {', '.join(left)}: end in is_over() what begins() has set, or state "
        "no end",
    )
    first = trial._months_to(trial.end)
    spent = {
        name: float(with_it.counts[f"sum_cost_{name}"][-1] - with_it.counts[f"sum_cost_{name}"][first])
        - float(alone.counts[f"sum_cost_{name}"][-1] - alone.counts[f"sum_cost_{name}"][first])
        for name in _OWN_MONEY
    }
    still = [name for name, gbp in spent.items() if abs(gbp) > 0.01]
    trial.check(
        "costs nothing of its own after its end",
        not still,
        f"it still pays for {', '.join(still)} after its end: stop in is_over() what begins() has started",
    )
