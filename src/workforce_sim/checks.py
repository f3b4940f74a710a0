"""Checks of what every run and study is given, with everything that is wrong at once."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.calendar import WorkingCalendar, as_date
from workforce_sim.errors import Problem
from workforce_sim.interventions.base import Intervention


def check_run(
    authority: object, start: object, years: object, seed: object
) -> tuple[dt.date | None, list[Problem]]:
    """Problems of what every run is given; also the start date."""
    problems: list[Problem] = []
    if not isinstance(authority, Authority):
        fix = "Authority.preset('england-2025') or Authority.from_file('mine.toml')"
        problems.append(Problem("authority", repr(authority)[:60], "an Authority", fix))
    first = as_date(start)
    if first is None:
        problems.append(Problem("start", repr(start), "a date: year-month-day", "start='2015-04-01'"))
    elif not 1990 <= first.year <= 2100:
        problems.append(Problem("start", repr(start), "a date between 1990 and 2100", "start='2015-04-01'"))
    if isinstance(years, bool) or not isinstance(years, (int, float)) or not 1 / 12 <= years <= 50:
        problems.append(Problem("years", repr(years), "from 1/12 (a month) to 50", "years=3"))
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        problems.append(Problem("seed", repr(seed), "a whole number, 0 or more", "seed=1"))
    return first, problems


def check_interventions(
    interventions: object, authority: Authority, calendar: WorkingCalendar, path: str = "interventions"
) -> list[Problem]:
    """Problems of a list of interventions with this authority and these dates."""
    if isinstance(interventions, Intervention) or callable(interventions) or isinstance(interventions, str):
        return [
            Problem(path, repr(interventions)[:60], "a list of interventions", "put it in brackets: [...]")
        ]
    if not isinstance(interventions, (list, tuple)):
        return [
            Problem(
                path,
                repr(interventions)[:60],
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
            problems.append(Problem(f"{path}[{i}]", repr(intervention)[:60], rule, fix))
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
