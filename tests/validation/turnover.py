"""How turnover is counted, and how long people stay."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import brentq

import workforce_sim as ws
from tests.validation.registry import answers
from tests.validation.rules import Found
from tests.validation.staff import (
    AT_ONCE,
    DAYS,
    WEEKS,
    Floats,
    per,
    product_limit,
    spread,
    weibull,
    workforce,
)
from tests.validation.worlds import Sums, found, replications
from workforce_sim.measures import census

# ---- How turnover is counted -------------------------------------------------------------------------------

#: Leavers a person and year, and the rate at which 700 become 780 in a year.
HAZARD, GROWTH = 0.168, math.log(780 / 700)


def years_of_census(finished: ws.Run) -> list[tuple[census.Census, float]]:
    """The census of every 30 September after the first year, and the years of rates that lie before it."""
    calendar = finished.simulation.calendar
    days = np.diff(calendar.marks[::12]) / DAYS
    return [
        (finished.census(f"{calendar.start.year + 1 + y}-09-30"), float(length))
        for y, length in enumerate(days)
    ]


def turnover_sums(finished: ws.Run) -> Sums:
    """Published turnover, as a share, summed over years; per year of 253 working days."""
    years = years_of_census(finished)
    rates = np.array([row.turnover_rate / 100 / length for row, length in years])
    return {"n": len(rates), "turnover": rates.sum(), "turnover squared": rates @ rates}


def censuses(
    authority: ws.Authority, number: int, years: int, plans: Sequence[ws.NewPosts] = ()
) -> list[Sums]:
    """Runs from 1 October to a 30 September."""
    return [
        turnover_sums(ws.Simulation(authority, plans, "2020-10-01", years, 77, i).run())
        for i in range(number)
    ]


def always_filled(posts: int) -> ws.Authority:
    """So many people, whoever leaves being replaced at once."""
    return workforce([{"number": posts, "hires_per_empty_post_year": AT_ONCE}], HAZARD)


@answers("V26")
def turnover_of_a_steady_workforce() -> dict[str, Found]:
    def deviation(sums: Sums) -> Any:
        return math.sqrt(spread("turnover")(sums) * 70 / 700)  # a tenth as many people are looked at

    return {
        "steady: turnover": found(censuses(always_filled(700), 18, 20), per("turnover", "n")),
        "steady: standard deviation of a year": found(censuses(always_filled(70), 20, 50), deviation),
    }


@answers("V26")
def turnover_while_a_workforce_grows() -> dict[str, Found]:
    start = dt.date(2020, 10, 1)
    mondays = [start + dt.timedelta(days=7 * week) for week in range(int(6 * WEEKS))]
    wanted = [round(700 * math.exp(GROWTH * (7 * week + 3.5) / 365.25)) for week in range(len(mondays))]
    added = np.diff([700, *wanted])
    plans = [ws.NewPosts(int(n), start=day) for n, day in zip(added, mondays, strict=True) if n]
    return {"growing: turnover": found(censuses(always_filled(700), 42, 6, plans), per("turnover", "n"))}


@answers("V26")
def turnover_where_nobody_is_replaced() -> dict[str, Found]:
    authority = workforce([{"number": 700}], HAZARD)
    rows: list[Sums] = []
    for i in range(500):
        finished = ws.Simulation(authority, [], "2020-10-01", 1, 77, i).run()
        row, length = years_of_census(finished)[0]
        assert length == 1.0  # 253 working days
        rows.append({"n": 1, "turnover": row.turnover_rate / 100, "left": row.leavers_fte / 700})
    return {
        "not replaced: turnover": found(rows, per("turnover", "n")),
        "not replaced: share who leave within a year": found(rows, per("left", "n")),
    }


@answers("V26")
def turnover_of_expected_numbers() -> dict[str, Found]:
    def published(leaving: float) -> float:
        """What the census says of expected leavers and people in post after a year of that growth."""
        leavers = leaving * 700 * math.expm1(GROWTH) / GROWTH
        return census.turnover_rate(leavers, 780.0) / 100

    gone = -700 * math.expm1(-HAZARD)
    solved = workforce([{"number": 700}], 1.0, workforce={"leaving_scale": None})
    steady = solved.with_changes(census={"turnover_rate": 20.5}).balanced()
    return {
        "not replaced: limit of a large workforce": Found(census.turnover_rate(gone, 700 - gone) / 100),
        "steady: leaving rate behind a turnover of 20.5%": Found(steady.posts[0].leaving_scale),
        "growing: leaving rate behind a turnover of 16.8%": Found(
            brentq(lambda rate: published(rate) - 0.168, 0.01, 1.0, xtol=1e-14)
        ),
    }


# ---- How long people stay ----------------------------------------------------------------------------------


def stays_of_starters(finished: ws.Run, posts: int) -> Floats:
    """Working days until everybody there at the start left (inf: still there); nobody is replaced."""
    log = finished.log
    left = log[log["event"] == "left"]
    stays = np.full(posts, np.inf)
    stays[left["post"]] = left["day"]
    return stays


@answers("V28")
def stays_are_found_again_by_kaplan_and_meier() -> dict[str, Found]:
    year, looks, posts = 0.25, (0.5, 1.0, 2.0, 5.0), 6_000
    mean = 3 * math.gamma(1 + 1 / 0.7)
    settings = {"tenure_law": weibull(0.7), "service_at_start_years": 0.0}
    authority = workforce([{"number": posts}], DAYS / year / mean, workforce=settings)
    rng = np.random.default_rng(2)

    def read(finished: ws.Run) -> Sums:
        stays = stays_of_starters(finished, posts) / year
        assert np.isfinite(stays).mean() > 0.999  # eighty years; the others are counted as leaving now
        until = rng.uniform(0, 8, posts)
        times, left = np.minimum(stays, until), stays <= until
        whole = product_limit(times.reshape(-1, 2000), left.reshape(-1, 2000), looks)
        parts = product_limit(times.reshape(-1, 100), left.reshape(-1, 100), looks)
        grid = np.linspace(1.3, 2.3, 1001)
        curve = product_limit(times.reshape(-1, 2000), left.reshape(-1, 2000), list(grid))
        return {
            "n": len(whole),
            "survival": whole.sum(axis=0),
            "parts": len(parts),
            "part": parts.sum(axis=0),
            "part squared": (parts**2).sum(axis=0),
            "median": grid[(curve > 0.5).sum(axis=1)].sum(),
            "people": posts,
            "stay": np.minimum(stays, finished.simulation.calendar.end / year).sum(),
            "first year": (stays <= 1).sum(),
        }

    rows = replications(authority, 44, 1 / 12, read, log=True)
    return {
        "share still there after 0.5, 1, 2, 5 years": found(rows, per("survival", "n")),
        "standard deviation of these estimates": found(
            rows, lambda s: np.sqrt(spread("part", "parts")(s) * 100 / 2000)
        ),
        "median stay": found(rows, per("median", "n")),
        "mean stay": found(rows, per("stay", "people")),
        "share gone in the first year": found(rows, per("first year", "people")),
    }


@answers("V29")
def leavers_of_a_brand_new_team() -> dict[str, Found]:
    posts, settings = 1000, {"tenure_law": {"law": "gamma", "cv": 0.5**0.5}, "service_at_start_years": 0.0}

    def leavers(years: int, number: int) -> list[Sums]:
        year = 20.0 / years

        def read(finished: ws.Run) -> Sums:
            log = finished.log
            days = log["day"][log["event"] == "left"].to_numpy()
            by = [(days <= t * year).sum() for t in range(years + 1)]
            return {"teams": posts / 100, "left": np.array(by, dtype=float)}

        at_once = {"number": posts, "hires_per_empty_post_year": AT_ONCE}
        authority = workforce([at_once], DAYS / year / 2, workforce=settings)
        return replications(authority, number, 1 / 12, read, log=True)

    early, late = leavers(2, 140), leavers(10, 17)
    short, long = (found(rows, per("left", "teams")) for rows in (early, late))
    return {
        "leavers by 1, 2, 5 years": Found(
            [*short.value[1:], long.value[5]], np.array([*short.error[1:], long.error[5]])
        ),
        "leavers a year in the long run": found(
            late, lambda s: (s["left"][10] - s["left"][5]) / 5 / s["teams"]
        ),
    }


@answers("V30")
def who_is_in_post_and_who_leaves_where_leaving_falls_with_service() -> dict[str, Found]:
    posts, years = 2000, 18
    at_once = {"number": posts, "hires_per_empty_post_year": AT_ONCE}
    authority = workforce([at_once], 0.2, workforce={"tenure_law": weibull(0.7)})
    rows: list[Sums] = []
    for i in range(14):
        finished = ws.Simulation(authority, [], "2020-10-01", years, 77, i, log=True).run()
        log, end = finished.log, finished.simulation.calendar.end
        moves = log[log["event"].isin(["started", "left"])].sort_values(["post", "day"], kind="stable")
        day, post, starts = (moves[name].to_numpy() for name in ("day", "post", "event"))
        starts = starts == "started"
        until = np.append(day[1:], np.inf)  # when the starter of this line left
        until[np.append(post[1:] != post[:-1], True)] = np.inf
        stay = (until - day)[starts]
        known = day[starts] < end - DAYS
        since = np.append(np.inf, day[1:] - day[:-1])  # the stay of the leaver of this line
        since[np.append(True, post[1:] != post[:-1])] = (
            np.inf
        )  # there at the start: more than a year from then
        gone = ~starts & (day > DAYS)
        looks = np.arange(1, years) * DAYS
        here = (day[starts, None] <= looks) & (looks < until[starts, None])
        rows.append(
            turnover_sums(finished)
            | {
                "starters": known.sum(),
                "soon": (stay[known] <= DAYS).sum(),
                "leavers": gone.sum(),
                "after a year or less": (since[gone] <= DAYS).sum(),
                "in post": posts * len(looks),
                "young": (here & (looks - day[starts, None] < DAYS)).sum(),
            }
        )
    return {
        "turnover": found(rows, per("turnover", "n")),
        "share of starters who leave within a year": found(rows, per("soon", "starters")),
        "share of those in post who came within a year": found(rows, per("young", "in post")),
        "share of leavers who came within a year": found(rows, per("after a year or less", "leavers")),
    }
