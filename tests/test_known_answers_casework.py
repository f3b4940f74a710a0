"""Known answers of queueing theory for casework: waiting lists, shared hours, allocation.

Every service here is set up with public settings only, so that theory has an exact answer for it. Rates and
times are in weeks of theory; how many working days such a week has (``WEEK``) decides nothing but the length
of a run. A mean is right if it lies within four standard errors of the answer, and it says something only
if four standard errors are at most the stated part of the answer: a test cannot pass by being noisy. The
standard errors come from independent replications with the first of them, the warm-up, left out (at least
twenty relaxation times of the service).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import workforce_sim as ws
from tests.plain import plainly

Sums = dict[str, Any]

#: Working days in a week of theory: so short that a year holds thousands of them.
WEEK = 0.02

START = "2020-04-01"

#: Weeks before the end from which on a family is not counted, as it may still be open.
TAIL = 800

#: Most levels of a caseload that are told apart.
LEVELS = 400


# ---- Services and what their runs come to ----------------------------------------------------------------


def stage(work_days: float, **settings: Any) -> dict[str, Any]:
    """A stage whose work takes so many days of full attention of a worker, who has no more to give."""
    attention = settings.get("attention_hours_per_day", 1.0)
    plain = {"team": "all", "next": {"closed": 1.0}, "upkeep_hours_per_day": 0.0, "work_law": "exponential"}
    return plain | {"attention_hours_per_day": attention, "work_hours": attention * work_days} | settings


def service(
    stages: Mapping[str, Any],
    per_day: float,
    caseload: float,
    posts: Sequence[dict[str, Any]] | int = 1,
    *,
    teams: int = 1,
    urgent: float = 0.0,
    casework: Mapping[str, Any] | None = None,
    workforce: Mapping[str, Any] | None = None,
) -> ws.Authority:
    """Families of one child, referred at a constant rate; nobody comes, goes or slows down unless stated."""
    if isinstance(posts, int):
        posts = [{"grade": "worker", "number": posts}]
    nobody_moves: dict[str, Any] = {
        "leaving_per_year_under_5": 0.0,
        "leaving_per_year_from_5": 0.0,
        "leaving_first_year_factor": 1.0,
        "leaving_scale": 1.0,
        "leaving_year_cv": 0.0,
        "caseload_elasticity": 0.0,
        "notice_days": 0.0,
        "absences_per_year": 0.0,
        "hires_per_vacancy_year": 0.0,
        "covers_per_empty_post_year": 0.0,
        "conversions_per_agency_year": 0.0,
    }
    as_stated: dict[str, Any] = {
        "case_hours_per_day": 1.0,
        "overtime_share": 0.0,
        "work_scale": 1.0,
        "handover_reading_hours": 0.0,
        "handover_progress_lost": 0.0,
        "caseload_cap": None,
    }
    return ws.Authority(
        name="theory",
        census={"turnover_rate": 10.0, "caseload": caseload, "date": "2020-03-31"},
        demand={
            "children_per_year": 253.0 * per_day,
            "children_per_family": 1.0,
            "urgent_share": urgent,
            "season": (1.0,) * 12,
            "year_cv": 0.0,
        },
        **plainly(casework=as_stated | dict(casework or {}), workforce=nobody_moves | dict(workforce or {})),
        pressure={"turned_away_share": 0.0, "ended_early_share": 0.0},
        teams={"number": teams},
        posts=tuple({"salary_gbp": 0.0, **group} for group in posts),
        pathway={
            "stages": stages,
            "exits": {"closed": {}},
            "turned_away": "closed",
            "ended_early": "closed",
            "mean_return_days": 100.0,
        },
    )


def replications(
    authority: ws.Authority, number: int, years: float, read: Callable[[ws.Run], Sums], **settings: Any
) -> list[Sums]:
    """What is read from so many independent runs."""
    return [
        read(ws.Simulation(authority, years=years, start=START, seed=77, replication=i, **settings).run())
        for i in range(number)
    ]


def jackknife(rows: Sequence[Sums], statistic: Callable[[Sums], Any]) -> tuple[Any, Any]:
    """A function of sums over all replications, and its standard error."""
    total = {name: sum(row[name] for row in rows) for name in rows[0]}
    without = [np.asarray(statistic({name: total[name] - row[name] for name in row})) for row in rows]
    n = len(rows)
    return statistic(total), np.sqrt((n - 1) * np.var(without, axis=0))


def agrees(
    rows: Sequence[Sums],
    answers: Iterable[tuple[str, Callable[[Sums], Any], Any, float]],
    *,
    roughly: bool = False,
) -> None:
    """Every statistic is within four standard errors of its answer, and these are small: see the top.

    An answer is its name, what it is of the sums, its value (or values) and how much of the value four
    standard errors may be (how much in all, where the value is 0). ``roughly``: the answer itself is exact
    only for a large service, and may be out by as much again.
    """
    problems = []
    for name, statistic, value, precision in answers:
        found, error = (np.atleast_1d(x) for x in jackknife(rows, statistic))
        wanted = np.atleast_1d(np.asarray(value, dtype=float))
        for i, (f, e, v) in enumerate(zip(found, error, wanted, strict=True)):
            allowed = precision * (abs(v) or 1.0)
            line = f"{name}[{i}]: expected {v:.6g}, found {f:.6g}, standard error {e:.3g}"
            if not abs(f - v) <= 4 * e + (allowed if roughly else 0.0):
                problems.append(f"{line}: wrong")
            elif 4 * e > allowed:
                problems.append(f"{line}: too noisy to say")
    assert not problems, "\n".join(problems)


def lasting(
    times: npt.NDArray[np.float64], first: float, last: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """The order of events, and how long of [first, last] the state after each of them lasts."""
    order = np.argsort(times, kind="stable")
    ends = np.clip(np.append(times[order], last), first, last)
    return order, np.diff(ends)


def time_at_levels(
    entered: npt.NDArray[np.float64], left: npt.NDArray[np.float64], first: float, last: float
) -> npt.NDArray[np.float64]:
    """The share of the time between two days that there were 0, 1, 2, ... open cases."""
    ended = left[np.isfinite(left)]
    order, days = lasting(np.concatenate([entered, ended]), first, last)
    level = np.cumsum(np.concatenate([np.ones(len(entered)), -np.ones(len(ended))])[order]).astype(np.int64)
    return np.bincount(np.minimum(level, LEVELS - 1), days, LEVELS) / (last - first)


def mean_level(sums: Sums) -> Any:
    """The mean number of open cases."""
    return np.arange(LEVELS) @ sums["levels"] / sums["levels"].sum()


def level_shares(*levels: int) -> Callable[[Sums], Any]:
    """The share of the time at these numbers of open cases."""
    return lambda sums: sums["levels"][list(levels)] / sums["levels"].sum()


def mean_of(name: str) -> Callable[[Sums], Any]:
    """A sum over cases, per case."""
    return lambda sums: sums[name] / sums["cases"]


def settled(finished: ws.Run, weeks: float) -> Any:
    """The families referred after the warm-up who had ``TAIL`` weeks to be closed, which all were."""
    children, end = finished.children, finished.simulation.calendar.end
    there = children[children["referred_day"].between(weeks * WEEK, end - TAIL * WEEK)]
    assert there["closed_day"].notna().all()
    return there


def open_cases(finished: ws.Run, weeks: float) -> npt.NDArray[np.float64]:
    """The share of the time after the warm-up at every number of open cases."""
    children = finished.children
    entered, left = (children[name].to_numpy() for name in ("referred_day", "closed_day"))
    return time_at_levels(entered, left, weeks * WEEK, finished.simulation.calendar.end)


# ---- Waiting lists ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_urgent_families_are_served_first() -> None:
    """One worker, one case at a time, two classes, nobody interrupted (Cobham): 0.2 urgent referrals a week
    take 2 weeks and 0.6 others take 6. With E[S] = 1 and R = sum lambda E[S^2] / 2 = 0.8 the waits are
    R / 0.8 and R / (0.8 x 0.2), whose mean weighted by the work brought (Kleinrock's law) is
    rho R / (1 - rho) = 3.2 whatever the order of service.
    """
    one_at_a_time = {"caseload_cap": 1.0}
    authority = service({"case": stage(WEEK)}, 0.8 / WEEK, caseload=4.0, urgent=0.25, casework=one_at_a_time)

    def read(finished: ws.Run) -> Sums:
        there = settled(finished, 1800)
        urgent = (there["priority"] == 0).to_numpy()
        days, waited = (there[name].to_numpy() / WEEK for name in ("elapsed_days", "unallocated_days"))
        sums: Sums = {}
        for name, which in {"urgent": urgent, "other": ~urgent}.items():
            sums |= {f"{name} n": which.sum(), name: days[which].sum(), f"{name} wait": waited[which].sum()}
        return sums

    def weighted(sums: Sums) -> Any:
        return 0.2 * sums["urgent wait"] / sums["urgent n"] + 0.6 * sums["other wait"] / sums["other n"]

    agrees(
        replications(authority, 32, 4, read),
        [
            ("weeks, urgent", lambda sums: sums["urgent"] / sums["urgent n"], 2.0, 0.02),
            ("weeks, other", lambda sums: sums["other"] / sums["other n"], 6.0, 0.04),
            ("wait by work", weighted, 3.2, 0.04),
        ],
    )


@pytest.mark.slow
def test_one_list_for_four_teams_waits_less_than_four_lists() -> None:
    """Twenty places at 90% use (Erlang C): referrals split at random over four teams of five places wait
    3.04997 weeks, in one pool 0.550769. C(5, 4.5) = 0.762493, C(20, 18) = 0.550769, a wait is C times
    2 / (places x 0.1) and the open cases are 9 x (2 + wait).
    """
    case = {"case": stage(2 * WEEK, attention_hours_per_day=0.2)}

    def run(teams: int, number: int, weeks: float, years: float) -> list[Sums]:
        def read(finished: ws.Run) -> Sums:
            waited = settled(finished, weeks)["unallocated_days"].to_numpy() / WEEK
            found = {"cases": len(waited), "wait": waited.sum(), "waited": (waited > 0).sum()}
            return found | {"levels": open_cases(finished, weeks)}

        authority = service(case, 9 / WEEK, 5.0, 4, teams=teams, casework={"caseload_cap": 5.0})
        return replications(authority, number, years, read)

    separate, pooled = run(4, 16, weeks=3100, years=2), run(1, 56, weeks=800, years=1)
    agrees(
        separate,
        [
            ("wait", mean_of("wait"), 3.04997, 0.08),
            ("share who wait", mean_of("waited"), 0.762493, 0.03),
            ("open", mean_level, 45.4498, 0.05),
        ],
    )
    agrees(
        pooled,
        [
            ("wait", mean_of("wait"), 0.550769, 0.08),
            ("share who wait", mean_of("waited"), 0.550769, 0.03),
            ("open", mean_level, 22.9569, 0.02),
        ],
    )
    nothing = dict.fromkeys(("wait 4", "cases 4", "wait 1", "cases 1"), 0.0)
    both = [
        nothing | {f"{name} {teams}": row[name] for name in ("wait", "cases")}
        for teams, rows in ((4, separate), (1, pooled))
        for row in rows
    ]

    def ratio(sums: Sums) -> Any:
        return (sums["wait 4"] / sums["cases 4"]) / (sums["wait 1"] / sums["cases 1"])

    agrees(both, [("times the wait", ratio, 5.53766, 0.12)])


# ---- A worker who shares the day ---------------------------------------------------------------------------


def shared(
    stages: Mapping[str, Any],
    rate: float,
    caseload: float,
    number: int,
    weeks: float = 1800,
    years: float = 4,
) -> list[Sums]:
    """Sums over the cases of one worker without a cap, and the share of the time at every caseload.

    ``work`` and ``time in`` a band are sums over the cases whose work is in it, in weeks of full attention.
    """

    def read(finished: ws.Run) -> Sums:
        there = settled(finished, weeks)
        time, work = (there[name].to_numpy() / WEEK for name in ("elapsed_days", "natural_days"))
        sums: Sums = {"cases": len(there), "time": time.sum(), "time squared": (time**2).sum()}
        for name, band in {
            "small": work < 0.5,
            "middle": (work >= 0.5) & (work < 3),
            "all": work > 0,
        }.items():
            sums |= {f"work {name}": work[band].sum(), f"time {name}": time[band].sum()}
        return sums | {"levels": open_cases(finished, weeks)}

    return replications(service(stages, rate / WEEK, caseload), number, years, read)


def per_week_of_work(band: str) -> Callable[[Sums], Any]:
    """How many weeks a case takes for each week of its work."""
    return lambda sums: sums[f"time {band}"] / sums[f"work {band}"]


def variance(sums: Sums) -> Any:
    """The variance of the time a case takes."""
    return sums["time squared"] / sums["cases"] - (sums["time"] / sums["cases"]) ** 2


def test_one_worker_who_shares_the_day_equally() -> None:
    """M/M/1 processor sharing at 80%: a geometric caseload of mean rho / (1 - rho) = 4, and a case of x weeks
    takes x / (1 - rho) = 5 x on average (Kleinrock), whose variance over all cases is
    (2 + rho) / ((2 - rho) (1 - rho)^2) = 58.3333 (Coffman, Muntz and Trotter).
    """
    agrees(
        shared({"case": stage(WEEK)}, 0.8, 4.0, number=40),
        [
            ("caseload", mean_level, 4.0, 0.05),
            ("share of the time", level_shares(*range(6)), [0.2 * 0.8**n for n in range(6)], 0.05),
            ("weeks", mean_of("time"), 5.0, 0.05),
            ("weeks for one of work, small cases", per_week_of_work("small"), 5.0, 0.05),
            ("weeks for one of work, middling cases", per_week_of_work("middle"), 5.0, 0.05),
            ("variance", variance, 58.3333, 0.1),
            ("variance / mean^2", lambda sums: variance(sums) / mean_of("time")(sums) ** 2, 2.33333, 0.1),
        ],
    )


def hyperexponential() -> dict[str, Any]:
    """Work of mean 1 week and squared cv 4, a mixture of two exponential laws with balanced means.

    With shares p and 1 - p at rates a = 2 p > b = 2 (1 - p) it has the same law as a first stage at rate a
    after which a share (1 - p) (1 - b / a) of the families goes on to a second one at rate b.
    """
    p = (1 + math.sqrt(3 / 5)) / 2
    a, b = 2 * p, 2 * (1 - p)
    on = (1 - p) * (1 - b / a)
    return {
        "first": stage(WEEK / a, next={"second": on, "closed": 1 - on}),
        "second": stage(WEEK / b),
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stages", "number"),
    [
        ({"case": stage(WEEK, work_law="lognormal", work_cv=0.0)}, 20),
        ({"case": stage(WEEK, work_law="lognormal", work_cv=2.0)}, 48),
        (hyperexponential(), 48),
    ],
    ids=["all alike", "lognormal", "hyperexponential"],
)
def test_the_law_of_work_does_not_matter_to_a_shared_day(stages: dict[str, Any], number: int) -> None:
    """Processor sharing is insensitive (Kelly; Cohen): at 80% the caseload is geometric with mean 4 and a
    case of x weeks takes 5 x on average whether all work is alike or its squared cv is 4.
    """
    agrees(
        shared(stages, 0.8, 4.0, number),
        [
            ("caseload", mean_level, 4.0, 0.06),
            ("share of the time with nothing to do", level_shares(0), 0.2, 0.03),
            ("weeks for one of work", per_week_of_work("all"), 5.0, 0.06),
            ("weeks for one of work, middling cases", per_week_of_work("middle"), 5.0, 0.06),
            ("weeks", mean_of("time"), 5.0, 0.06),
        ],
    )


@pytest.mark.slow
def test_sharing_begins_only_above_the_attention_limit() -> None:
    """Speed min(n, 3), 10 referrals and 12 closures a week and case: p(n) falls as (10 / 12)^n over the
    product of min(k, 3), the law of M/M/3, with mean 0.85553 (the theory that the tests of the Ciw library
    quote). Levels that are seen less than once in five hundred are known to 6 parts in 100,000 of the time.
    """
    attention = 1 / 3
    weights = np.cumprod([1.0] + [10 / 12 / min(k, 3) for k in range(1, 60)])
    p = weights / weights.sum()
    assert p[:3] == pytest.approx([0.4321329639889196, 0.3601108033240997, 0.1500461680517082], rel=1e-12)
    case = stage(WEEK / 12, attention_hours_per_day=attention)
    rows = shared({"case": case}, 10.0, 1.0, number=40, weeks=30, years=1)
    agrees(rows, [("open", mean_level, 0.85553, 0.02)])
    agrees(
        rows, [(f"share of the time at {n}", level_shares(n), p[n], max(0.03, 6e-5 / p[n])) for n in range(9)]
    )


@pytest.mark.slow
def test_a_worker_gives_twelve_cases_full_attention_and_shares_above() -> None:
    """A worker at 90% who can give a twelfth of the day to a case: p(n) falls as 0.9^n over the product of
    min(k / 12, 1) whatever the law of work, so the caseload is 16.5604 and a case of x worker-weeks takes
    16.5604 / 0.9 = 18.4004 weeks per x, 1.53337 times its natural 12 x (Cohen's generalised sharing).
    """
    weights = np.cumprod([1.0] + [0.9 / min(k / 12, 1) for k in range(1, LEVELS)])
    p = weights / weights.sum()
    caseload = float(np.arange(LEVELS) @ p)
    assert caseload == pytest.approx(16.5604, rel=1e-5)
    rows = shared({"case": stage(6 * WEEK, attention_hours_per_day=1 / 12)}, 1.8, 16.0, number=22, weeks=3900)

    def beyond(sums: Sums) -> Any:
        return sums["levels"][13:].sum() / sums["levels"].sum()

    agrees(
        rows,
        [
            ("caseload", mean_level, caseload, 0.05),
            ("share of the time above 12", beyond, 0.576039, 0.05),
            (
                "share of the time at 6 or less",
                lambda s: s["levels"][:7].sum() / s["levels"].sum(),
                0.0520517,
                0.1,
            ),
            ("times the natural time", per_week_of_work("all"), 1.53337, 0.05),
            ("weeks for one of a worker", lambda s: 12 * per_week_of_work("middle")(s), 18.4004, 0.05),
            ("weeks", mean_of("time"), 9.20021, 0.05),
        ],
    )


# ---- Who gets the next family ----------------------------------------------------------------------------


def caseloads(finished: ws.Run, workers: int, weeks: float) -> tuple[Any, Any]:
    """The caseload of every worker after every event, and how long it lasted, read from the event log."""
    log = finished.log
    moved = log["event"].isin(["allocated", "returned", "closed"]).to_numpy()
    when, post = log["day"].to_numpy()[moved], log["post"].to_numpy()[moved]
    change = np.where(log["event"].to_numpy()[moved] == "allocated", 1, -1)
    held = np.zeros((len(when), workers))
    held[np.arange(len(when)), post] = change
    _, days = lasting(when, weeks * WEEK, finished.simulation.calendar.end)
    return np.cumsum(held, axis=0), days / days.sum()


@pytest.mark.slow
def test_random_allocation_makes_workers_independent() -> None:
    """Referrals dealt at random to eight workers at 85% are eight independent streams, so every caseload is
    geometric: mean 0.85 / 0.15 = 5.66667, variance 0.85 / 0.15^2 = 37.7778, P(above 15) = 0.85^16, and the
    caseloads of two workers are uncorrelated.
    """
    authority = service({"case": stage(WEEK)}, 6.8 / WEEK, 5.7, 8, casework={"allocation": "random"})
    pairs = np.triu_indices(8, 1)

    def read(finished: ws.Run) -> Sums:
        held, days = caseloads(finished, 8, 3300)
        return {
            "mean": days @ held,
            "product": held.T @ (held * days[:, None]),
            "high": days @ (held > 15),
            "n": 1,
        }

    def variance_of_one(sums: Sums) -> Any:
        return np.trace(sums["product"]) / 8 / sums["n"] - (sums["mean"].mean() / sums["n"]) ** 2

    def correlation(sums: Sums) -> Any:
        covariance = sums["product"][pairs].mean() / sums["n"] - (sums["mean"].mean() / sums["n"]) ** 2
        return covariance / variance_of_one(sums)

    agrees(
        replications(authority, 18, 2, read, log=True),
        [
            ("caseload", lambda sums: sums["mean"].mean() / sums["n"], 5.66667, 0.06),
            ("open", lambda sums: sums["mean"].sum() / sums["n"], 45.3333, 0.06),
            ("variance", variance_of_one, 37.7778, 0.2),
            ("above 15", lambda sums: sums["high"].mean() / sums["n"], 0.0742511, 0.1),
            ("correlation", correlation, 0.0, 0.02),
        ],
    )


def test_the_least_loaded_of_two_workers_gets_the_next_family() -> None:
    """Two workers at 80%, each sharing the day: with the next family to whoever has fewer, 4.72918 are open,
    both are idle 0.0941648 of the time and they differ by 0.817705 cases on average (the chain of the two
    caseloads solved as linear equations, cut off at 220); dealt at random, 2 x 4 = 8 are open.
    """

    def read(finished: ws.Run) -> Sums:
        held, days = caseloads(finished, 2, 1800)
        both = held.sum(axis=1)
        gap = np.abs(held[:, 0] - held[:, 1])
        return {"open": days @ both, "idle": days @ (both == 0), "gap": days @ gap, "n": 1}

    def run(rule: str) -> list[Sums]:
        authority = service({"case": stage(WEEK)}, 1.6 / WEEK, 3.0, 2, casework={"allocation": rule})
        return replications(authority, 24, 2, read, log=True)

    least, random = run("fewest children"), run("random")

    def per_run(name: str) -> Callable[[Sums], Any]:
        return lambda sums: sums[name] / sums["n"]

    agrees(
        least,
        [
            ("open", per_run("open"), 4.72918, 0.05),
            ("both idle", per_run("idle"), 0.0941648, 0.05),
            ("difference", per_run("gap"), 0.817705, 0.03),
        ],
    )
    agrees(random, [("open, at random", per_run("open"), 8.0, 0.06)])
    both = [{"random": r["open"], "least": x["open"]} for r, x in zip(random, least, strict=True)]
    agrees(both, [("times as many at random", lambda sums: sums["random"] / sums["least"], 1.69163, 0.08)])
