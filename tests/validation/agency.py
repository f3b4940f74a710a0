"""Permanent, agency and empty posts: the mix, what it costs, and how assignments end."""

from __future__ import annotations

import math
from collections.abc import Generator
from functools import cache
from typing import Any

import numpy as np

import workforce_sim as ws
from tests.validation.registry import answers
from tests.validation.rules import Found
from tests.validation.staff import DAYS, Floats, per, product_limit, staffing, weibull, workforce
from tests.validation.worlds import START, Sums, found, replications

#: Posts, and rates a year: leaving, hiring and covering of empty posts, ends of assignments.
POSTS, LEAVE, HIRE, COVER, END = 720, 0.168, 1.0, 6.0, 1.5

#: Pounds a year of a permanent worker, and more for one from an agency.
SALARY, PREMIUM = 26_000 / 0.53, 26_000


def stationary(convert: float) -> Floats:
    """Shares of permanent, agency and empty posts to start from, so that no warm-up is lost."""
    rates = np.array(
        [
            [-LEAVE, 0.0, LEAVE],
            [convert, -convert - END, END],
            [HIRE, COVER, -HIRE - COVER],
        ]
    )
    shares: Floats = np.linalg.lstsq(np.vstack([rates.T, np.ones(3)]), np.eye(4)[3], rcond=None)[0]
    return shares


def mixed(convert: float, year: float, posts: int, start: Floats) -> ws.Authority:
    """So many posts that start in these shares, rounded; a year of theory has so many working days."""
    faster = DAYS / year
    agency, vacant = round(posts * start[1]), round(posts * (start[1] + start[2]))
    group = {
        "number": posts,
        "vacant": vacant,
        "agency": agency,
        "salary_gbp": SALARY,
        "hires_per_empty_post_year": HIRE * faster,
        "covers_per_empty_post_year": COVER * faster,
    }
    people = {
        "agency_assignment_months": 12 / END / faster,
        "conversions_per_agency_year": convert * faster,
    }
    costs = {"recruitment_gbp": 0.0, "on_costs": 0.0, "agency_to_employed": 1 + PREMIUM / SALARY}
    return workforce([group], LEAVE * faster, workforce=people, costs=costs)


@cache
def steady_mix(convert: float, number: int) -> list[Sums]:
    """Posts by state over 35 years after five, from the stationary shares, and what they cost."""
    year, first = DAYS / 40, 5.0
    authority = mixed(convert, year, POSTS, stationary(convert))

    def read(finished: ws.Run) -> Sums:
        staff = staffing(finished)
        stocks, days = staff.stocks(first * year)
        mark = 2
        costs = {name: finished.counts[f"sum_cost_{name}"] for name in ("pay", "agency")}
        due = finished.simulation.calendar.salary_years
        end = finished.simulation.calendar.end
        spent = {name: gbp[-1] - gbp[mark] for name, gbp in costs.items()}
        since = due(float(finished.simulation.calendar.marks[mark]))
        return {
            "n": days.sum() / year,
            "posts": days @ stocks / year,
            "conversions": staff.number("converted", first * year),
            "left": staff.number("left", first * year),
            "salary years": due(float(end)) - since,
            "cost": spent["pay"] + spent["agency"],
            "premium": spent["agency"] * PREMIUM / (SALARY + PREMIUM),
        }

    return replications(authority, number, 1, read, log=True)


#: When posts are looked at after the offer, in years; averaged, shares differ by less than a thousandth.
AROUND_A_YEAR = np.linspace(0.8, 1.2, 21)

#: Runs of the mix at each rate of conversion.
RUNS = 27


def agency_share(posts: str) -> Any:
    """Agency workers among all in post."""
    return lambda sums: sums[posts][1] / sums[posts][:2].sum()


@answers("V23")
def permanent_agency_and_empty_posts() -> dict[str, Found]:
    slow, fast = (steady_mix(convert, RUNS) for convert in (0.25, 0.5))
    return {
        "share permanent, agency, empty": found(slow, lambda s: s["posts"] / s["n"] / POSTS),
        "agency share of those in post": found(slow, agency_share("posts")),
        "agency share of those in post, conversion doubled": found(fast, agency_share("posts")),
        "posts permanent, agency, empty": found(slow, per("posts", "n")),
        "conversions a year": found(slow, per("conversions", "n")),
        "leavers a permanent worker and year": found(slow, lambda s: s["left"] / s["posts"][0]),
    }


@answers("V23")
def an_offer_that_doubles_conversion() -> dict[str, Found]:
    year, posts = 9.9, 7200
    offer = ws.AgencyConversion(0.0, start=START, rate_per_year=0.5 * DAYS / year)
    authority = mixed(0.25, year, posts, stationary(0.25))

    def run(replication: int) -> Sums:
        seen: list[list[float]] = []

        def watch(env: Any, service: Any) -> Generator[Any, Any, None]:
            for look in (*AROUND_A_YEAR, 2.0):
                yield env.timeout(look * year - env.now)
                seen.append([service.in_post_fte, service.agency_fte, service.empty_fte])

        ws.Simulation(authority, [offer, watch], START, 1 / 12, 77, replication).run()
        return {"n": posts, "one year": np.mean(seen[:-1], axis=0), "two years": np.array(seen[-1])}

    rows = [run(i) for i in range(44)]
    return {
        "share permanent, agency, empty a year after": found(rows, per("one year", "n")),
        "agency share of those in post a year after": found(rows, agency_share("one year")),
        "agency share of those in post two years after": found(rows, agency_share("two years")),
    }


@answers("V47")
def what_the_mix_costs() -> dict[str, Found]:
    slow, fast = (steady_mix(convert, RUNS) for convert in (0.25, 0.5))
    pairs = [
        {"n": 1, "change": b["premium"] / b["salary years"] - a["premium"] / a["salary years"]}
        for a, b in zip(slow, fast, strict=True)
    ]
    return {
        "cost a year": found(slow, per("cost", "salary years")),
        "cost a year, conversion doubled": found(fast, per("cost", "salary years")),
        "premium a year for agency workers": found(slow, per("premium", "salary years")),
        "change of that premium when conversion doubles": found(pairs, per("change", "n")),
    }


# ---- Every pound -------------------------------------------------------------------------------------------


def years_at_a_rate(finished: ws.Run) -> dict[str, dict[int, float]]:
    """Years of salary of permanent and agency workers by post, read from the event log and nothing else.

    Who was there at the start is whom the first event of the post is about, or else who is there at the end.
    """
    due, end = finished.simulation.calendar.salary_years, float(finished.simulation.calendar.end)
    begins = {"started": "pay", "converted": "pay", "agency started": "agency"}
    ends = {"left": "pay", "agency ended": "agency", "converted": "agency"}
    at_end = {"PERMANENT": "pay", "NOTICE": "pay", "AGENCY": "agency"}
    found: dict[str, dict[int, float]] = {"pay": {}, "agency": {}}
    by_post = {int(post): rows for post, rows in finished.log.groupby("post")}
    for row in finished.service.state_of_posts():
        post, since = row["post"], 0.0
        there = at_end.get(row["state"])
        lines = [*zip(by_post[post]["day"], by_post[post]["event"], strict=True)] if post in by_post else []
        for _, event in reversed(lines):
            there = ends.get(event) or (None if event in begins else there)
        for day, event in [*lines, (end, "end")]:
            if there and (event in ends or event == "end"):
                found[there][post] = found[there].get(post, 0.0) + due(day) - due(since)
                there = None
            if event in begins:
                there, since = begins[event], day
    return found


def pounds_unaccounted_for(finished: ws.Run) -> dict[str, tuple[float, float]]:
    """What a run has cost less the time of every worker at what the worker costs, and that cost."""
    authority, rest = finished.simulation.authority, {}
    for heading, years in years_at_a_rate(finished).items():
        due = []
        for post, time in years.items():
            there = finished.service.posts[post]
            rate = there.fte * authority.posts[there.grade].salary_gbp * (1 + authority.costs.on_costs)
            due.append(time * rate * (authority.costs.agency_to_employed if heading == "agency" else 1.0))
        spent = float(finished.counts[f"sum_cost_{heading}"][-1])
        rest[heading] = (spent - math.fsum(due), spent)
    return rest


@answers("V47")
def every_pound_is_a_workers_time_at_a_rate() -> dict[str, Found]:
    authority = mixed(0.25, DAYS / 4, 4, np.array([0.5, 0.25, 0.25]))
    worst = 0.0
    for replication in range(40):
        finished = ws.Simulation(authority, [], START, 1 / 4, 77, replication, log=True).run()
        worst = max([worst, *(abs(rest) for rest, _ in pounds_unaccounted_for(finished).values())])
    return {"largest difference between the cost of a run and its workers' time at a rate": Found(worst)}


# ---- How an agency assignment ends -------------------------------------------------------------------------


def assignments(convert: float, end: float, posts: int, number: int, **sections: Any) -> list[Sums]:
    """How, and after how long, assignments ended that began together and are followed for twelve years."""
    year, looks = 20 / 12, (0.25, 0.5, 1.0)
    group = {"number": posts, "vacant": posts, "agency": posts}
    rates = {
        "conversions_per_agency_year": convert * DAYS / year,
        "agency_assignment_months": 12 / end / DAYS * year,
    }
    authority = workforce([group], 0.0, workforce=rates, **sections)

    def read(finished: ws.Run) -> Sums:
        staff = staffing(finished)
        stay, converted = staff.day / year, staff.event == "converted"
        assert np.array_equal(np.sort(staff.post), np.arange(posts))
        curve = product_limit(stay[None], converted[None], looks)[0]
        return {
            "n": posts,
            "converted": converted.sum(),
            "by": np.array([(converted & (stay <= look)).sum() for look in looks]),
            "stay": stay.sum(),
            "runs": 1,
            "naive": 1 - curve[2],
        }

    return replications(authority, number, 1 / 12, read, log=True)


@answers("V25")
def conversion_and_departure_compete() -> dict[str, Found]:
    rows = assignments(0.25, 1.5, 8000, 30)
    return {
        "exponential: share who convert": found(rows, per("converted", "n")),
        "exponential: years an assignment lasts": found(rows, per("stay", "n")),
        "exponential: converted by 0.25, 0.5, 1 year": found(rows, per("by", "n")),
    }


@answers("V25")
def conversion_competes_with_assignments_of_a_weibull_length() -> dict[str, Found]:
    law = {"assignment_law": weibull(1.5)}
    rows = assignments(0.6, 1 / (0.8 * math.gamma(1 + 1 / 1.5)), 9000, 34, agency=law)
    return {
        "Weibull: converted by 0.25, 0.5, 1 year, ever": found(
            rows, lambda s: np.append(s["by"], s["converted"]) / s["n"]
        ),
        "Weibull: years an assignment lasts": found(rows, per("stay", "n")),
        "Weibull: converted by a year if departures were censored": found(rows, per("naive", "runs")),
    }
