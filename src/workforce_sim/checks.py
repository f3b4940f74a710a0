"""Checks of what every run and study is given, with everything that is wrong at once."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable
from dataclasses import replace

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.calendar import LAST_YEAR, WorkingCalendar, add_months, as_date
from workforce_sim.authority.limits import too_many_places
from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.interventions.base import Intervention

#: Seeds are below this: more luck than anybody can use, and a number that can be written down.
MOST_SEEDS = 2**128


def check_run(
    authority: object, start: object, years: object, seed: object
) -> tuple[dt.date | None, list[Problem]]:
    """Problems of what every run is given; also the start date."""
    problems: list[Problem] = []
    if not isinstance(authority, Authority):
        fix = "Authority.preset('england-2025') or Authority.from_file('mine.toml')"
        problems.append(Problem("authority", shown(authority), "an Authority", fix))
    first = as_date(start)
    if first is None:
        problems.append(Problem("start", shown(start), "a date: year-month-day", "start='2015-04-01'"))
    elif not 1990 <= first.year <= LAST_YEAR:
        problems.append(Problem("start", shown(start), "a date between 1990 and 2100", "start='2015-04-01'"))
    if isinstance(years, bool) or not isinstance(years, (int, float)) or not 1 / 12 <= years <= 50:
        problems.append(Problem("years", shown(years), "from 1/12 (a month) to 50", "years=3"))
    elif first is not None and first.year <= LAST_YEAR < add_months(first, round(years * 12)).year:
        rule = f"a run that is over by the end of {LAST_YEAR}: later bank holidays are not known"
        problems.append(Problem("years", shown(years), rule, f"years={max(1, LAST_YEAR - first.year)}"))
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < MOST_SEEDS:
        problems.append(Problem("seed", shown(seed), "a whole number, 0 or more, below 2**128", "seed=1"))
    if isinstance(authority, Authority) and not problems:
        problems += [replace(p, path=f"authority: {p.path}") for p in too_many_places(authority)]
        try:
            authority.balanced()  # what every run asks for first, and remembers
        except InputError as error:
            problems += [replace(p, path=f"authority: {p.path}") for p in error.problems]
    return first, problems


def check_interventions(
    interventions: object, authority: Authority, calendar: WorkingCalendar, path: str = "interventions"
) -> list[Problem]:
    """Problems of a list of interventions with this authority and these dates."""
    if isinstance(interventions, Intervention) or callable(interventions) or isinstance(interventions, str):
        return [Problem(path, shown(interventions), "a list of interventions", "put it in brackets: [...]")]
    if not isinstance(interventions, (list, tuple)):
        return [
            Problem(
                path,
                shown(interventions),
                "a list of interventions",
                "[NewPosts(80, start='2015-04-01')]",
            )
        ]
    problems = []
    for i, intervention in enumerate(interventions):
        if isinstance(intervention, Intervention):
            if type(intervention) is Intervention:
                rule, fix = (
                    "an intervention that does something",
                    "NewPosts(...), PayChange(...), or your own class with an act method",
                )
                problems.append(Problem(f"{path}[{i}]", "Intervention(...)", rule, fix))
            for p in intervention.problems(authority, calendar):
                where = f"{path}[{i}] {type(intervention).__name__}.{p.path}"
                problems.append(Problem(where, p.value, p.rule, p.fix))
        elif not callable(intervention) or isinstance(intervention, type):
            rule = "an intervention, or a function def process(env, service): ..."
            fix = "NewPosts(80, start='2015-04-01'), or the name of your function without brackets"
            problems.append(Problem(f"{path}[{i}]", shown(intervention), rule, fix))
        elif not _takes_two(intervention):
            name = getattr(intervention, "__name__", "process")
            rule, fix = "a function of two arguments", f"def {name}(env, service): ..."
            problems.append(Problem(f"{path}[{i}]", f"{name}{inspect.signature(intervention)}", rule, fix))
    return problems


def _takes_two(function: Callable[..., object]) -> bool:
    """Whether a function can be called with the environment and the service."""
    try:
        inspect.signature(function).bind(None, None)
    except TypeError:
        return False
    except ValueError:  # built in: no signature to look at
        return True
    return True
