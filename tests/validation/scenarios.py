"""Eighty posts for an overloaded service: caseloads on the way, and what they do to leaving."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

import workforce_sim as ws
from tests.validation.registry import answers
from tests.validation.rules import Found
from tests.validation.staff import WEEKS, per
from tests.validation.worlds import START, Sums, found, leaving, replications, service, stage

#: Rate a week at which an empty post is filled.
FILLED = 1 / 20

#: Here a week is a working week.
WORKING = 5.0


def backlog(posts: int, vacant: int, caseload: float, tenure_weeks: float, size: float = 1.0) -> ws.Authority:
    """A pooled service: 150 referrals a week, 20 weeks to fill a post, a worker closes 0.35 cases a week and
    can give a fourteenth of the week to each.
    """
    return service(
        {"case": stage(14 / 0.35 * WORKING, attention_hours_per_day=1 / 14)},
        150 * size / WORKING,
        caseload,
        [{"grade": "worker", "number": posts, "vacant": vacant}],
        casework={"rebalancing": "at once"},
        workforce=leaving(1 / tenure_weeks / WORKING, 20 * WORKING),
    )


def leaving_factor(caseload: float) -> float:
    """What a caseload multiplies leaving by: e^(0.8 (caseload / 15 - 1))."""
    return math.exp(0.8 * (caseload / 15 - 1))


def weekly(
    authority: ws.Authority, weeks: int, replication: int, *, added: int = 80, hazard: Any = None
) -> Sums:
    """Open cases and workers at the end of every week of a run, and what leaving is at first.

    A planner's own process notes them and, if there is a ``hazard``, sets leaving by the mean caseload every
    day.
    """
    cases, workers = np.zeros(weeks + 1), np.zeros(weeks + 1)
    first: list[float] = []

    def watch(env: Any, service: Any) -> Generator[Any, Any, None]:
        for day in range(5 * weeks + 1):
            week = day // 5
            if day == 5 * week:
                cases[week], workers[week] = service.desk.open_children, service.in_post_fte
            if hazard is not None:
                factor = hazard(service.desk.open_children / service.in_post_fte)
                service.set_lever("leaving", "caseload", factor)
            if not first:
                first.append(float(service.leaving.rate(0)))
            yield env.timeout(1.0)

    posts = [ws.NewPosts(added, start=START)] if added else []
    years = math.ceil(weeks / 4.2) / 12
    ws.Simulation(authority, [*posts, watch], START, years, 77, replication).run()
    return {"n": 1, "cases": cases, "workers": workers, "leaving": first[0]}


def at(what: str, *weeks: int) -> Callable[[Sums], Any]:
    """The mean of cases or workers in these weeks."""
    return lambda sums: sums[what][list(weeks)] / sums["n"]


#: Weeks at which a service is looked at.
LOOKS = (13, 26, 52, 104, 130, 156, 208, 260)


def overloaded(vacant: int = 36) -> ws.Authority:
    """The service with 480 posts, 25 cases a worker."""
    return backlog(480, vacant=vacant, caseload=11111 / 444, tenure_weeks=250.0)


@answers("V41")
def eighty_posts_added_to_an_overloaded_service() -> dict[str, Found]:
    late, soon = (6, 7), range(6)  # of the looks: later ones vary less, so fewer runs go on so long
    long = [weekly(overloaded(), 260, i) for i in range(76)]
    short = [weekly(overloaded(), LOOKS[5], i) for i in range(76, 260)]
    number = LOOKS[5] + 1
    every = [{"n": 1} | {name: row[name][:number] for name in ("cases", "workers")} for row in long + short]

    def sharing_ends(sums: Sums) -> Any:
        weeks = np.arange(100, number)
        beyond = at("cases", *weeks)(sums) - 14 * at("workers", *weeks)(sums)
        last = np.flatnonzero(beyond > 0)[-1]
        return weeks[last] + beyond[last] / (beyond[last] - beyond[last + 1])

    def at_all_looks(of: Callable[[Sequence[int]], Callable[[Sums], Any]]) -> Found:
        first = found(every, of([LOOKS[i] for i in soon]))
        then = found(long, of([LOOKS[i] for i in late]))
        return Found(np.append(first.value, then.value), np.append(first.error, then.error))

    def caseload(weeks: Sequence[int]) -> Callable[[Sums], Any]:
        return lambda sums: at("cases", *weeks)(sums) / at("workers", *weeks)(sums)

    without = [weekly(overloaded(), 52, i, added=0) for i in range(52)]
    return {
        "open cases": at_all_looks(lambda weeks: at("cases", *weeks)),
        "cases a worker": at_all_looks(caseload),
        "weeks until nobody has to share": found(every, sharing_ends),
        "open cases after 52 weeks without the posts": found(without, lambda s: at("cases", 52)(s)[0]),
    }


@answers("V41")
def the_posts_are_filled_as_theory_says() -> dict[str, Found]:
    rows = []
    for i in range(171):  # 444 workers at the start in five of nine runs, 445 in four: 444.444 on average
        begun = backlog(480, vacant=35 if i % 9 < 4 else 36, caseload=0.001, tenure_weeks=250.0)
        rows.append(weekly(begun.with_changes(demand={"children_per_year": 0.0}), 260, i))
    return {"workers": found(rows, at("workers", *LOOKS))}


@answers("V41")
def where_the_service_settles() -> dict[str, Found]:
    authority = backlog(560, vacant=41, caseload=6000 / 519, tenure_weeks=250.0)

    def read(finished: ws.Run) -> Sums:
        paths = finished.paths.iloc[12:]
        return {"n": len(paths), "cases": paths["open_children"].sum(), "workers": paths["in_post_fte"].sum()}

    rows = replications(authority, 10, 9, read)
    return {
        "open cases in the long run": found(rows, per("cases", "n")),
        "cases a worker in the long run": found(rows, per("cases", "workers")),
    }


def with_feedback(size: float, weeks: int, number: int, first: int = 0) -> list[Sums]:
    """The same service where the caseload decides how fast people leave, from 25 cases a worker on."""
    posts, vacant = round(480 * size), round(480 * size) - round(432.717 * size)
    authority = backlog(posts, vacant, 25.0, tenure_weeks=312.0, size=size)
    added = round(560 * size) - posts
    runs = range(first, first + number)
    return [weekly(authority, weeks, i, added=added, hazard=leaving_factor) for i in runs]


@answers("V42")
def posts_that_keep_people() -> dict[str, Found]:
    looks, yearly = [26, 52, 104, 156, 208], WEEKS / 312
    long = with_feedback(1.0, 208, 180)

    def rate(sums: Sums) -> Any:
        caseload = at("cases", *looks)(sums) / at("workers", *looks)(sums)
        return yearly * np.exp(0.8 * (caseload / 15 - 1))

    astray = []
    for size in (1 / 16, 1 / 4, 1.0):
        runs = long + with_feedback(size, 52, 32, first=180) if size == 1.0 else with_feedback(size, 52, 212)
        astray.append(deviation(size, [float(row["cases"][52]) for row in runs]))
    return {
        "open cases": found(long, at("cases", *looks)),
        "workers": found(long, at("workers", *looks)),
        "leaving rate a year": found(long, rate),
        "leaving rate a year at the start": Found(long[0]["leaving"] * WORKING * WEEKS),
        "how far single runs stray at size 1/16, 1/4, 1": Found(
            [value.value for value in astray], np.array([value.error for value in astray])
        ),
    }


def deviation(size: float, cases: list[float]) -> Found:
    """Root mean square of the distance of single runs from the two equations after a year, as a share."""

    def flows(_: float, y: Any) -> list[float]:
        open_cases, workers = y
        left = workers / 312 * leaving_factor(open_cases / workers)
        return [150 - 0.35 * min(open_cases / 14, workers), (560 - workers) / 20 - left]

    start = 480 * FILLED / (FILLED + leaving_factor(25) / 312)
    fluid = solve_ivp(flows, [0, 52], [25 * start, start], rtol=1e-10, atol=1e-8, max_step=0.25).y[0, -1]
    off = [{"n": 1, "square": (n / size / fluid - 1) ** 2} for n in cases]
    return found(off, lambda sums: math.sqrt(sums["square"] / sums["n"]))
