"""Waiting lists: one worker, many places, a limit, teams in a row, and the first weeks from empty."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt

import workforce_sim as ws
from tests.validation.registry import answers
from tests.validation.rules import Found
from tests.validation.worlds import (
    START,
    WEEK,
    Sums,
    found,
    lasting,
    mean_of,
    replications,
    service,
    settled,
    stage,
)
from workforce_sim.authority.calendar import WorkingCalendar
from workforce_sim.casework.eventlog import Kind

Floats = npt.NDArray[np.float64]

#: Waits shorter than this (weeks) are none: the last digits of two times that are the same.
NO_WAIT = 1e-6


def mean_number(entered: Floats, left: Floats, first: float, last: float) -> float:
    """The mean number of cases there between two days; ``left`` is not a number for those still there."""
    gone = np.where(np.isfinite(left), left, last)
    return float((np.clip(gone, first, last) - np.clip(entered, first, last)).sum() / (last - first))


def independent(values: Any) -> Found:
    """The mean of independent numbers, one a row, with its standard error."""
    values = np.asarray(values, dtype=float)
    return Found(values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values)))


def of_a_list(finished: ws.Run, weeks: float) -> Sums:
    """Waits of the families referred after the warm-up, and how many were waiting and open."""
    families, end = finished.children, float(finished.simulation.calendar.end)
    there = settled(finished, weeks)
    taken = there[there["workers"] > 0]
    waits = taken["unallocated_days"].to_numpy() / WEEK
    entered, closed = (families[name].to_numpy() for name in ("referred_day", "closed_day"))
    allocated = entered + families["unallocated_days"].to_numpy()
    first = weeks * WEEK
    return {
        "n": 1,
        "referred": len(there),
        "away": len(there) - len(taken),
        "cases": len(taken),
        "time": taken["elapsed_days"].sum() / WEEK,
        "wait": waits.sum(),
        "waited": (waits > NO_WAIT).sum(),
        "over a week": (waits > 1.0).sum(),
        "longest of twenty": np.quantile(waits, 0.95),
        "waiting": mean_number(entered, allocated, first, end),
        "open": mean_number(entered, closed, first, end),
    }


def by_run(name: str) -> Any:
    """A number of each run, its mean over runs."""
    return lambda sums: sums[name] / sums["n"]


def of_the_wait(rows: list[Sums]) -> dict[str, Found]:
    """What a list and those on it come to, on average over runs."""
    return {
        "mean wait": found(rows, mean_of("wait")),
        "mean number waiting": found(rows, by_run("waiting")),
        "mean number open": found(rows, by_run("open")),
        "share who wait": found(rows, mean_of("waited")),
        "share who wait more than a week": found(rows, mean_of("over a week")),
        "wait that 5% exceed": found(rows, by_run("longest of twenty")),
    }


@answers("V01")
def one_worker_one_case_at_a_time() -> dict[str, Found]:
    """M/M/1, first come first served."""
    one = service({"case": stage(0.2 * WEEK)}, 4 / WEEK, 4.0, casework={"caseload_cap": 1.0})
    rows = replications(one, 32, 1, lambda finished: of_a_list(finished, 400))
    return of_the_wait(rows) | {"mean time from referral to closure": found(rows, mean_of("time"))}


TWENTY_PLACES = stage(2 * WEEK, attention_hours_per_day=0.2)


@answers("V02")
def twenty_places_for_one_list() -> dict[str, Found]:
    """M/M/20: four workers of five cases, each case at its own pace."""
    four = service({"case": TWENTY_PLACES}, 9 / WEEK, 5.0, 4, casework={"caseload_cap": 5.0})
    rows = replications(four, 40, 1, lambda finished: of_a_list(finished, 800))
    of_those_who_wait = found(rows, lambda sums: sums["wait"] / sums["waited"])
    return of_the_wait(rows) | {"mean wait of those who wait": of_those_who_wait}


@answers("V03")
def a_list_with_a_limit() -> dict[str, Found]:
    """M/M/20/30 and M/M/2/3: who finds the list full is turned away."""

    def turned_away(sums: Sums) -> Any:
        return sums["away"] / sums["referred"]

    limited = {"caseload_cap": 5.0, "waiting_list_limit": 10}
    large = replications(
        service({"case": TWENTY_PLACES}, 9 / WEEK, 5.0, 4, casework=limited),
        24,
        1,
        lambda finished: of_a_list(finished, 800),
    )
    limited = {"caseload_cap": 1.0, "waiting_list_limit": 1}
    small = replications(
        service({"case": stage(0.25 * WEEK)}, 3 / WEEK, 1.0, 2, casework=limited),
        24,
        1,
        lambda finished: of_a_list(finished, 40),
    )
    return {
        "20 places, limit 10: share turned away": found(large, turned_away),
        "20 places, limit 10: mean number open": found(large, by_run("open")),
        "20 places, limit 10: mean number waiting": found(large, by_run("waiting")),
        "20 places, limit 10: mean wait of those taken on": found(large, mean_of("wait")),
        "20 places, limit 10: share of the places in use": found(
            large, lambda sums: (sums["open"] - sums["waiting"]) / sums["n"] / 20
        ),
        "2 places, limit 1: mean number open": found(small, by_run("open")),
        "2 places, limit 1: share turned away": found(small, turned_away),
    }


# ---- From empty ------------------------------------------------------------------------------------------

#: Referrals end after so many days, when every team has had its first hundred; what is open goes on.
LAST_REFERRALS = 165


def first_waits(workers: int, world: int) -> tuple[Floats, Floats]:
    """Mean wait of the first 25 and the first 100 families of each of 2,000 teams that began with nothing.

    Families come to the service as one Poisson process and each is of a team at random: so they come to
    every team as a Poisson process of its own, and every team is a world.
    """
    teams = 2000
    case = stage(0.9 * workers, attention_hours_per_day=1 / workers)
    posts = [{"grade": "worker", "number": workers * teams}]
    lone = {"caseload_cap": 1.0, "case_hours_per_day": 1 / workers}
    service_of_many = service({"case": case}, teams, 1e-5, posts, teams=teams, casework=lone)
    start = dt.date.fromisoformat(START)
    no_more = ws.DemandChange(-100, start=WorkingCalendar(start, 12).date(LAST_REFERRALS))
    finished = ws.Simulation(service_of_many, [no_more], START, 1, seed=77, replication=world).run()
    families = finished.children
    assert finished.counts["open"][0] == 0
    order = np.lexsort((families["referred_day"], families["team"]))
    team, wait, closed = (families[c].to_numpy()[order] for c in ("team", "unallocated_days", "closed_day"))
    first = np.searchsorted(team, np.arange(teams))[:, None] + np.arange(100)
    assert (team[first] == np.arange(teams)[:, None]).all(), "every team has had a hundred families"
    assert np.isfinite(closed[first]).all(), "and all of them are closed"
    return wait[first[:, :25]].mean(axis=1), wait[first].mean(axis=1)


@answers("V05")
def the_first_families_from_empty() -> dict[str, Found]:
    """Terminating runs: the average over the first families, not over time."""
    worlds = range(16)
    one, two = ([first_waits(workers, world) for world in worlds] for workers in (1, 2))
    of_25 = np.concatenate([row[0] for row in one])
    fast, slow = (np.array([row[1] for row in rows]) for rows in (one, two))
    wrong = fast[::2] < slow[1::2]  # a run of the one and a run of the other with luck of its own
    return {
        "one worker, first 25: mean wait": independent(of_25),
        "one worker, first 100: mean wait": independent(fast.ravel()),
        "two slower workers, first 100: mean wait": independent(slow.ravel()),
        "first 100: how much less with two": independent((fast - slow).ravel()),
        "share of single pairs of runs that rank them wrongly": independent(wrong.ravel()),
    }


TIMES = (1, 5, 10, 20, 50)


def open_by_worker(finished: ws.Run, workers: int) -> npt.NDArray[np.int64]:
    """How many cases every worker holds at ``TIMES``, from the event log; shape ``(TIMES, workers)``."""
    log = finished.service.desk.log  # the records themselves: there are a thousand runs
    held = []
    for time in TIMES:
        past = log[log["time"] <= time]
        come, gone = (past["post"][past["kind"] == kind] for kind in (Kind.ALLOCATED, Kind.CLOSED))
        held.append(np.bincount(come, minlength=workers) - np.bincount(gone, minlength=workers))
    return np.array(held)


def filling(caseload: float, number: int) -> list[Sums]:
    """Mean caseload and share of idle workers at ``TIMES``, of 200 workers who share the day.

    The cases open at the start are dealt out evenly. Referrals dealt at random make the workers independent.
    """
    workers = 200
    authority = service({"case": stage(1.0)}, 0.8 * workers, caseload, workers)
    at_random = ws.AllocationRule("random", start=START)

    def read(finished: ws.Run) -> Sums:
        held = open_by_worker(finished, workers)
        return {"held": held.mean(axis=1), "idle": (held == 0).mean(axis=1), "n": 1}

    return replications(authority, number, 0.25, read, interventions=[at_random], log=True)


@answers("V06")
def filling_and_draining() -> dict[str, Found]:
    """M/M/1 from empty, and from a backlog of 20."""
    empty, backlog = filling(1e-6, 900), filling(20.0, 560)
    return {
        "mean number open from empty": found(empty, by_run("held")),
        "mean number open from 20": found(backlog, by_run("held")),
        "probability of nothing open from empty": found(empty, by_run("idle")),
    }


# ---- Two teams in a row ----------------------------------------------------------------------------------


def both_numbers(first_stage: Any, second_stage: Any, first: float, last: float) -> Sums:
    """Time averages of the numbers open in two stages, their squares and their product."""
    times, steps = [], []
    for i, visits in enumerate((first_stage, second_stage)):
        ended = visits["ended_day"].to_numpy()
        ended = ended[np.isfinite(ended)]
        times += [visits["entered_day"].to_numpy().clip(0.0), ended]
        for n, change in ((len(visits), 1.0), (len(ended), -1.0)):
            step = np.zeros((n, 2))
            step[:, i] = change
            steps.append(step)
    order, days = lasting(np.concatenate(times), first, last)
    n = np.cumsum(np.concatenate(steps)[order], axis=0)
    share = days / days.sum()
    return {"mean": share @ n, "square": share @ n**2, "product": share @ (n[:, 0] * n[:, 1])}


@answers("V50")
def an_assessment_team_and_then_a_long_term_team() -> dict[str, Found]:
    """Two stages with their own teams and lists: what leaves the first is a Poisson process again."""
    cap = {"caseload_cap": 5.0}
    stages = {
        "assessment": TWENTY_PLACES | {"team": "assessment", "next": {"support": 0.4, "closed": 0.6}},
        "support": stage(9 * WEEK, attention_hours_per_day=0.2, team="long term"),
    }
    posts = [
        {"grade": "assessor", "number": 4, "team": "assessment"},
        {"grade": "support worker", "number": 8, "team": "long term"},
    ]
    authority = service(stages, 9 / WEEK, 4.5, posts, teams=2, casework=cap)
    weeks = 900.0

    def read(finished: ws.Run) -> Sums:
        end = float(finished.simulation.calendar.end)
        visits = finished.visits
        one, two = (visits[visits["stage"] == name] for name in stages)
        sums: Sums = {"n": 1} | both_numbers(one, two, weeks * WEEK, end)
        settled_days = (weeks * WEEK, end - 800 * WEEK)
        for name, of_stage in (("first", one), ("second", two)):
            there = of_stage[of_stage["entered_day"].between(*settled_days)]
            waits = there["unallocated_days"].to_numpy() / WEEK
            sums |= {f"{name} cases": len(there), f"{name} wait": waits.sum()}
            sums |= {f"{name} waited": (waits > NO_WAIT).sum()}
        there = two[two["entered_day"].between(*settled_days)]
        sums["whole time"] = (there["ended_day"] - there["referred_day"]).sum() / WEEK
        return sums

    rows = replications(authority, 40, 1, read)

    def correlation(sums: Sums) -> Any:
        mean, square = sums["mean"] / sums["n"], sums["square"] / sums["n"]
        variances = square - mean**2
        return (sums["product"] / sums["n"] - mean[0] * mean[1]) / np.sqrt(variances[0] * variances[1])

    return {
        "mean wait for assessment": found(rows, lambda s: s["first wait"] / s["first cases"]),
        "share who wait for support": found(rows, lambda s: s["second waited"] / s["second cases"]),
        "mean wait for support": found(rows, lambda s: s["second wait"] / s["second cases"]),
        "mean number open in support": found(rows, lambda s: s["mean"][1] / s["n"]),
        "mean time of a child who reaches support": found(
            rows, lambda s: s["whole time"] / s["second cases"]
        ),
        "correlation of the numbers open in both at one time": found(rows, correlation),
    }
