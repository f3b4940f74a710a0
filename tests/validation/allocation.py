"""Who gets the next family: urgent ones first, one list or several, at random or by caseload."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

import workforce_sim as ws
from tests.validation.registry import answers
from tests.validation.rules import Found
from tests.validation.worlds import (
    WEEK,
    Sums,
    found,
    lasting,
    mean_level,
    mean_of,
    open_cases,
    replications,
    service,
    settled,
    stage,
)


@answers("V04")
def urgent_families_are_served_first() -> dict[str, Found]:
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

    rows = replications(authority, 32, 4, read)
    return {
        "weeks from referral to closure, urgent": found(rows, lambda s: s["urgent"] / s["urgent n"]),
        "weeks from referral to closure, other": found(rows, lambda s: s["other"] / s["other n"]),
        "wait, weighted by the work brought": found(rows, weighted),
    }


@answers("V07")
def one_list_for_four_teams_waits_less_than_four_lists() -> dict[str, Found]:
    case = {"case": stage(2 * WEEK, attention_hours_per_day=0.2)}

    def run(teams: int, number: int, weeks: float, years: float) -> list[Sums]:
        def read(finished: ws.Run) -> Sums:
            waited = settled(finished, weeks)["unallocated_days"].to_numpy() / WEEK
            sums = {"cases": len(waited), "wait": waited.sum(), "waited": (waited > 0).sum()}
            return sums | {"levels": open_cases(finished, weeks)}

        authority = service(case, 9 / WEEK, 5.0, 4, teams=teams, casework={"caseload_cap": 5.0})
        return replications(authority, number, years, read)

    separate, pooled = run(4, 16, weeks=3100, years=2), run(1, 56, weeks=800, years=1)
    nothing = dict.fromkeys(("wait 4", "cases 4", "wait 1", "cases 1"), 0.0)
    both = [
        nothing | {f"{name} {teams}": row[name] for name in ("wait", "cases")}
        for teams, rows in ((4, separate), (1, pooled))
        for row in rows
    ]

    def ratio(sums: Sums) -> Any:
        return (sums["wait 4"] / sums["cases 4"]) / (sums["wait 1"] / sums["cases 1"])

    return {
        "mean wait, four lists": found(separate, mean_of("wait")),
        "mean wait, one list": found(pooled, mean_of("wait")),
        "times the wait with four lists": found(both, ratio),
        "share who wait, four lists": found(separate, mean_of("waited")),
        "share who wait, one list": found(pooled, mean_of("waited")),
        "open cases, four lists": found(separate, mean_level),
        "open cases, one list": found(pooled, mean_level),
    }


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


@answers("V16")
def random_allocation_makes_workers_independent() -> dict[str, Found]:
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

    rows = replications(authority, 18, 2, read, log=True)
    return {
        "mean caseload of a worker": found(rows, lambda s: s["mean"].mean() / s["n"]),
        "open cases": found(rows, lambda s: s["mean"].sum() / s["n"]),
        "variance of a caseload": found(rows, variance_of_one),
        "share of the time above 15 cases": found(rows, lambda s: s["high"].mean() / s["n"]),
        "correlation of two caseloads": found(rows, correlation),
    }


@cache
def two_workers(rule: str) -> list[Sums]:
    """Open cases, both idle and the gap between them, of two workers who get families by this rule."""

    def read(finished: ws.Run) -> Sums:
        held, days = caseloads(finished, 2, 1800)
        both = held.sum(axis=1)
        gap = np.abs(held[:, 0] - held[:, 1])
        return {"open": days @ both, "idle": days @ (both == 0), "gap": days @ gap, "n": 1}

    authority = service({"case": stage(WEEK)}, 1.6 / WEEK, 3.0, 2, casework={"allocation": rule})
    return replications(authority, 24, 2, read, log=True)


def per_run(name: str) -> Callable[[Sums], Any]:
    """The mean over runs."""
    return lambda sums: sums[name] / sums["n"]


@answers("V17")
def the_least_loaded_of_two_workers_gets_the_next_family() -> dict[str, Found]:
    least, random = two_workers("fewest children"), two_workers("random")
    both = [{"random": r["open"], "least": x["open"]} for r, x in zip(random, least, strict=True)]
    return {
        "open cases, next to the least loaded": found(least, per_run("open")),
        "share of the time both are idle": found(least, per_run("idle")),
        "mean difference of the two caseloads": found(least, per_run("gap")),
        "open cases, dealt at random": found(random, per_run("open")),
        "times as many open at random": found(both, lambda s: s["random"] / s["least"]),
    }
