"""The same luck in two scenarios: how much less their difference varies, where theory knows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

import workforce_sim as ws
from tests.validation.posts import renewing
from tests.validation.registry import answers
from tests.validation.rules import Found
from tests.validation.staff import staffing
from tests.validation.worlds import START, WEEK, Sums, found, service, stage
from workforce_sim.demand.luck import Luck, Stream, exponential

Floats = npt.NDArray[np.float64]


# ---- Two paths side by side ------------------------------------------------------------------------------


class Path(NamedTuple):
    """A number that changes: when, to what, and until when it is known."""

    time: Floats
    number: Floats
    end: float

    def at(self, times: Floats) -> Floats:
        """The number just after some times."""
        return self.number[np.searchsorted(self.time, times, side="right") - 1]


def path_of(times: Floats, steps: Floats, start: float, end: float) -> Path:
    """From the size of every step, in any order."""
    order = np.argsort(times, kind="stable")
    number = start + np.concatenate([[0.0], np.cumsum(steps[order])])
    return Path(np.concatenate([[-np.inf], times[order]]), number, end)


def beside(name: str, one: Path, other: Path, first: float) -> Sums:
    """Integrals over time, from a day on, of ``other`` less ``one``, of both, of squares and products."""
    cuts = np.unique(np.concatenate([[first], one.time[one.time > first], other.time[other.time > first]]))
    days = np.diff(np.append(cuts, one.end))
    a, b = one.at(cuts), other.at(cuts)
    numbers = {"time": np.ones(len(cuts)), "a": a, "b": b, "aa": a * a, "bb": b * b, "ab": a * b}
    numbers["a over b"] = (a > b).astype(float)
    return {f"{name} {key}": float(days @ value) for key, value in numbers.items()}


def pairs_of_worlds(worlds: Iterator[tuple[Path, Path]], first: float) -> list[Sums]:
    """A row for every two worlds: each scenario beside the other in its own world, and in the other world.

    No two rows share a world, so that they are independent.
    """
    rows = []
    for (a0, a1), (b0, b1) in zip(worlds, worlds, strict=True):
        row: Sums = {}
        for name, one, other in (("same", a0, a1), ("same", b0, b1), ("apart", a0, b1), ("apart", b0, a1)):
            for key, value in beside(name, one, other, first).items():
                row[key] = row.get(key, 0.0) + value
        rows.append(row)
    return rows


def mean(name: str) -> Callable[[Sums], float]:
    """The mean of the second less the first."""
    return lambda s: (s[f"{name} b"] - s[f"{name} a"]) / s[f"{name} time"]


def variance(name: str) -> Callable[[Sums], float]:
    """The variance of the difference."""

    def of(s: Sums) -> float:
        squares = s[f"{name} aa"] - 2 * s[f"{name} ab"] + s[f"{name} bb"]
        return float(squares / s[f"{name} time"] - mean(name)(s) ** 2)

    return of


def correlation(s: Sums) -> float:
    """Of the two scenarios in the same world."""
    t = s["same time"]
    a, b = s["same a"] / t, s["same b"] / t
    together = s["same ab"] / t - a * b
    return float(together / np.sqrt((s["same aa"] / t - a * a) * (s["same bb"] / t - b * b)))


def gain(s: Sums) -> float:
    """How many times less the difference varies in the same world."""
    return variance("apart")(s) / variance("same")(s)


# ---- Shorter cases ---------------------------------------------------------------------------------------

#: Weeks left out at the start: twenty times the mean duration.
WARM_UP = 520


def open_cases(weeks: float, replication: int) -> Path:
    """Open cases of a service that gives every case all it can take, for so many weeks on average."""
    stages = {"open": stage(weeks * WEEK, attention_hours_per_day=0.01)}
    of = service(stages, per_day=30 / WEEK, caseload=780.0, casework={"case_hours_per_day": 24.0})
    run = ws.Simulation(of, years=0.5, start=START, seed=77, replication=replication).run()
    closed = run.children["closed_day"].to_numpy()
    times = [run.children["referred_day"].to_numpy(), closed[np.isfinite(closed)]]
    steps = np.concatenate([np.ones(len(times[0])), -np.ones(len(times[1]))])
    return path_of(np.concatenate(times), steps, 0.0, float(run.simulation.calendar.end))


@cache
def shorter_cases() -> list[Sums]:
    """Cases of 26 weeks beside cases of 24, by two worlds."""
    worlds = ((open_cases(24.0, r), open_cases(26.0, r)) for r in range(130))
    return pairs_of_worlds(worlds, WARM_UP * WEEK)


@answers("V44")
def shorter_cases_under_shared_luck() -> dict[str, Found]:
    rows = shorter_cases()
    # The shorter cases are the first of the pair: there must never be more of them.
    more = sum(row["same a over b"] for row in rows)
    return {
        "fewer open cases on average": found(rows, mean("same")),
        "variance of the difference, shared luck": found(rows, variance("same")),
        "variance of the difference, separate luck": found(rows, variance("apart")),
        "times the variance without shared luck": found(rows, gain),
        "correlation of the two services": found(rows, correlation),
        "time with more open cases where they are shorter": Found(more),
    }


# ---- More posts ------------------------------------------------------------------------------------------

#: Weeks left out at the start: more than twenty times 1 / (1/250 + 1/20) weeks.
SETTLING = 400

POSTS, ADDED = 700, 80


def filled_posts(
    replication: int, policies: list[ws.Intervention]
) -> tuple[Path, list[tuple[str, float, int]]]:
    """Filled posts held for 250 weeks and hired to in 20, and all that happened to the first 700."""
    of = renewing(POSTS, 250.0, 20.0, 52)
    run = ws.Simulation(of, policies, START, 1 / 3, 77, replication, log=True).run()
    staff = staffing(run)
    steps = (staff.event == "started").astype(float) - (staff.event == "left")
    old = staff.post < POSTS
    history = list(
        zip(staff.event[old].tolist(), staff.day[old].tolist(), staff.post[old].tolist(), strict=True)
    )
    return path_of(staff.day, steps, float(staff.start[0]), staff.end), history


@cache
def more_posts() -> tuple[list[Sums], int]:
    """Filled posts with and without 80 more, by two worlds, and how many events of old posts differ."""
    different = 0

    def worlds() -> Iterator[tuple[Path, Path]]:
        nonlocal different
        for r in range(56):
            few, old = filled_posts(r, [])
            many, still = filled_posts(r, [ws.NewPosts(ADDED, start=START)])
            assert len(old) > 1000
            different += len(set(old) ^ set(still))
            yield few, many

    rows = pairs_of_worlds(worlds(), SETTLING * WEEK)
    return rows, different


@answers("V45")
def more_posts_under_shared_luck() -> dict[str, Found]:
    rows, different = more_posts()
    return {
        "more filled posts on average": found(rows, mean("same")),
        "variance of the difference, shared luck": found(rows, variance("same")),
        "variance of the difference, separate luck": found(rows, variance("apart")),
        "times the variance without shared luck": found(rows, gain),
        "events of old posts that differ": Found(different),
    }


# ---- Opposite luck ---------------------------------------------------------------------------------------


@answers("V46")
def opposite_luck() -> dict[str, Found]:
    rows: list[Sums] = []
    for r in range(50):
        u = Luck(77, r).uniforms(Stream.LEAVE, 10_000)
        a, b = exponential(u), exponential(1.0 - u)
        rows.append({"n": len(u), "a": a.sum(), "b": b.sum(), "aa": a @ a, "bb": b @ b, "ab": a @ b})

    def moments(s: Sums) -> tuple[float, float, float]:
        a, b = s["a"] / s["n"], s["b"] / s["n"]
        return s["aa"] / s["n"] - a * a, s["bb"] / s["n"] - b * b, s["ab"] / s["n"] - a * b

    def opposite(s: Sums) -> float:
        one, other, both = moments(s)
        return float(both / np.sqrt(one * other))

    def remaining(s: Sums) -> float:
        one, other, both = moments(s)
        return float((one + other + 2 * both) / (one + other))

    return {
        "correlation": found(rows, opposite),
        "variance of a pair over that of two separate draws": found(rows, remaining),
        "times the variance without pairing": found(rows, lambda s: 1 / remaining(s)),
    }
