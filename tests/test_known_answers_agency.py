"""Known answers for agency cover, career levels and cost: Markov manpower models and competing risks.

As in ``test_known_answers_workforce.py``, with posts that only the stated clocks touch.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import quad
from scipy.linalg import expm

import workforce_sim as ws
from tests.test_known_answers_casework import START, Sums, agrees, replications
from tests.test_known_answers_workforce import (
    AT_ONCE,
    DAYS,
    per,
    product_limit,
    staffing,
    weibull,
    workforce,
)

Floats = npt.NDArray[np.float64]

# ---- Permanent, agency, empty ------------------------------------------------------------------------------

#: Posts, and rates a year: leaving, hiring and covering of empty posts, ends of assignments.
POSTS, LEAVE, HIRE, COVER, END = 720, 0.168, 1.0, 6.0, 1.5

#: Pounds a year of a permanent worker, and more for one from an agency.
SALARY, PREMIUM = 26_000 / 0.53, 26_000


def generator(convert: float) -> Floats:
    """The rates between permanent, agency and empty of a post."""
    return np.array(
        [
            [-LEAVE, 0.0, LEAVE],
            [convert, -convert - END, END],
            [HIRE, COVER, -HIRE - COVER],
        ]
    )


def stationary(rates: Floats) -> Floats:
    """The stationary law of a generator."""
    n = len(rates)
    found: Floats = np.linalg.lstsq(np.vstack([rates.T, np.ones(n)]), np.eye(n + 1)[n], rcond=None)[0]
    return found


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


def steady_mix(convert: float, number: int) -> list[Sums]:
    """Posts by state over 35 years after five, from the stationary shares, and what they cost."""
    year, first = DAYS / 40, 5.0
    authority = mixed(convert, year, POSTS, stationary(generator(convert)))

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


@pytest.mark.slow
def test_agency_permanent_and_empty_posts_and_what_they_cost() -> None:
    """A post is permanent, agency or empty by the rates above and agency workers convert at 0.25 a year, or
    at 0.5: the shares solve pi Q = 0, and cost is linear in them.
    """
    slow, fast = (stationary(generator(convert)) for convert in (0.25, 0.5))
    assert slow == pytest.approx([0.7139718804920906, 0.22144112478031655, 0.06458699472759233], rel=1e-6)
    agency_share = [p[1] / (p[0] + p[1]) for p in (slow, fast)]
    assert agency_share == pytest.approx([0.23673085955847853, 0.16777629826897505], rel=1e-6)
    cost = [POSTS * (SALARY * (p[0] + p[1]) + PREMIUM * p[1]) for p in (slow, fast)]
    assert cost == pytest.approx([37184871.1741884, 36424472.62604394], rel=1e-6)

    def share(sums: Sums) -> Any:
        return sums["posts"][1] / sums["posts"][:2].sum()

    rows = {convert: steady_mix(convert, 22) for convert in (0.25, 0.5)}
    agrees(
        rows[0.25],
        [
            ("posts", per("posts", "n"), POSTS * slow, 0.02),
            ("agency share", share, agency_share[0], 0.02),
            ("conversions a year", per("conversions", "n"), 39.8594, 0.05),
            ("leavers a permanent year", lambda sums: sums["left"] / sums["posts"][0], LEAVE, 0.03),
            ("cost a year", per("cost", "salary years"), cost[0], 0.01),
            ("premium a year", per("premium", "salary years"), 4145377.86, 0.03),
        ],
    )
    agrees(
        rows[0.5],
        [
            ("agency share", share, agency_share[1], 0.02),
            ("cost a year", per("cost", "salary years"), cost[1], 0.01),
        ],
    )
    pairs = [
        {"n": 1, "change": b["premium"] / b["salary years"] - a["premium"] / a["salary years"]}
        for a, b in zip(rows[0.25], rows[0.5], strict=True)
    ]
    agrees(pairs, [("change of premium", per("change", "n"), -1170951.63, 0.05)])


@pytest.mark.slow
def test_an_offer_that_doubles_conversion() -> None:
    """From the stationary shares at 0.25 conversions a year, 0.5 a year lead to 0.753213 permanent, 0.187817
    agency and 0.0589702 empty after one year (e^Qt); agency is 0.199586 of those in post then and 0.182692
    after two. Shares after a year are averaged over the fifth of a year on either side, which changes them by
    less than one part in a thousand.
    """
    year, posts = 9.9, 7200
    start, rates = stationary(generator(0.25)), generator(0.5)
    after = start @ expm(rates)
    assert after == pytest.approx([0.7532132039134469, 0.18781655072871467, 0.058970245357838], rel=1e-6)
    two = start @ expm(2 * rates)
    shares = [p[1] / (p[0] + p[1]) for p in (after, two)]
    assert shares == pytest.approx([0.1995861977819546, 0.18269204153623744], rel=1e-6)
    window = np.linspace(0.8, 1.2, 401)
    mean = np.mean([start @ expm(rates * t) for t in window], axis=0)
    assert mean == pytest.approx(after, rel=1e-3)
    offer = ws.AgencyConversion(0.0, start=START, rate_per_year=0.5 * DAYS / year)
    looks = np.append(np.linspace(0.8, 1.2, 21), 2.0)
    authority = mixed(0.25, year, posts, start)

    def run(replication: int, looks: Floats) -> Sums:
        seen: list[list[float]] = []

        def watch(env: Any, service: Any) -> Generator[Any, Any, None]:
            for look in looks:
                yield env.timeout(look * year - env.now)
                seen.append([service.in_post_fte, service.agency_fte, service.empty_fte])

        ws.Simulation(authority, [offer, watch], START, 1 / 12, 77, replication).run()
        return {"n": posts, "window": np.mean(seen[:21], axis=0), "two years": np.array(seen[-1])}

    rows = [run(i, looks) for i in range(44)]
    agrees(
        rows,
        [
            ("shares after a year", per("window", "n"), mean, 0.02),
            (
                "agency share",
                lambda s: s["window"][1] / s["window"][:2].sum(),
                mean[1] / mean[:2].sum(),
                0.02,
            ),
            ("after two years", lambda s: s["two years"][1] / s["two years"][:2].sum(), shares[1], 0.02),
        ],
    )


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


def test_every_pound_is_a_workers_time_at_a_rate() -> None:
    """What a run has cost by its end is the time of every worker times what the worker costs."""
    authority = mixed(0.25, DAYS / 4, POSTS, stationary(generator(0.25)))
    half = {**authority.posts[0].model_dump(), "grade": "half", "fte": 0.5, "salary_gbp": 31_234.56}
    authority = authority.with_changes(
        workforce={"notice_days": 20.0},
        agency={"notice_days": 5.0},
        posts=(authority.posts[0].model_dump(), half),
        costs={"on_costs": 0.3},
    )
    plans = [ws.NewPosts(50, start="2020-07-15", grade="half"), ws.AgencyConversion(0.0, start="2020-09-01")]
    for replication in range(2):
        finished = ws.Simulation(authority, plans, START, 1.5, 77, replication, log=True).run()
        for heading, years in years_at_a_rate(finished).items():
            gbp = 0.0
            for post, time in years.items():
                there = finished.service.posts[post]
                rate = there.fte * authority.posts[there.grade].salary_gbp * (1 + authority.costs.on_costs)
                gbp += time * rate * (authority.costs.agency_to_employed if heading == "agency" else 1.0)
            assert gbp > 1e6
            assert finished.counts[f"sum_cost_{heading}"][-1] == pytest.approx(gbp, rel=1e-12)


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


@pytest.mark.slow
def test_conversion_and_departure_compete() -> None:
    """With rates 0.25 and 1.5 a year a share 0.25 / 1.75 converts, assignments last 1 / 1.75 years, and by t
    (1 - e^-1.75t) / 7 have converted.
    """
    by = [-math.expm1(-1.75 * t) / 7 for t in (0.25, 0.5, 1.0)]
    assert by == pytest.approx([0.0506216390817297, 0.08330542576021308, 0.11803229379279354], rel=1e-6)
    agrees(
        assignments(0.25, 1.5, 8000, 30),
        [
            ("converted", per("converted", "n"), 1 / 7, 0.03),
            ("years", per("stay", "n"), 4 / 7, 0.02),
            ("converted by then", per("by", "n"), by, 0.04),
        ],
    )


@pytest.mark.slow
def test_conversion_competes_with_assignments_of_a_weibull_length() -> None:
    """Conversion at 0.6 a year against Weibull assignments of shape 1.5 and scale 0.8 years: by t the
    integral of 0.6 e^-0.6u S(u). Counting departures as censored would find 1 - e^-0.6 = 0.451188 after a
    year instead of 0.298517.
    """

    def there(u: float) -> float:
        return math.exp(-0.6 * u - (u / 0.8) ** 1.5)

    by = [0.6 * quad(there, 0, t, epsabs=1e-13)[0] for t in (0.25, 0.5, 1.0, 12.0)]
    stay = quad(there, 0, 12, epsabs=1e-13)[0]
    known = [0.13035758146419318, 0.21766114301429054, 0.2985167514854796, 0.32577170064655786]
    assert [*by, stay] == pytest.approx([*known, 0.5429528344109297], rel=1e-6)
    law = {"assignment_law": weibull(1.5)}
    agrees(
        assignments(0.6, 1 / (0.8 * math.gamma(1 + 1 / 1.5)), 9000, 34, agency=law),
        [
            ("converted by then", per("by", "n"), by[:3], 0.02),
            ("converted", per("converted", "n"), by[3], 0.02),
            ("years", per("stay", "n"), stay, 0.01),
            ("departures as censored", per("naive", "runs"), -math.expm1(-0.6), 0.02),
        ],
    )


# ---- Career levels -----------------------------------------------------------------------------------------

#: A year: promotion from the first two levels, leaving from all three, and where starters come in.
UP, GO, IN = (1.0, 0.08), np.array([0.15, 0.18, 0.1]), np.array([0.5, 0.4, 0.1])


def levels(year: float, posts: int, start: Floats) -> ws.Authority:
    """A workforce of fixed size on three levels (Bartholomew); a year has so many working days."""
    faster = DAYS / year
    careers = {
        "newly_qualified_share": IN[0],
        "newly_qualified_years": 1 / UP[0] / faster,
        "newly_qualified_time": "exponential",
        "newly_qualified_leaving": GO[0] / GO[1],
        "seniors_per_year": UP[1] * faster,
        "senior_share": IN[2],
        "senior_leaving": GO[2] / GO[1],
        "at_start": tuple(start.tolist()),
    }
    group = {"number": posts, "holds_cases": True, "hires_per_empty_post_year": AT_ONCE}
    return workforce([group], GO[1] * faster, careers=careers)


def flows() -> Floats:
    """The generator of the level of the person in a post, who is replaced at once."""
    move = np.diag(UP, 1)
    move -= np.diag(move.sum(axis=1) + GO)
    found: Floats = move + np.outer(GO, IN)
    return found


@pytest.mark.slow
def test_the_mix_of_career_levels_in_the_long_run() -> None:
    """Promotion at 1 and 0.08 a year, leaving at 0.15, 0.18 and 0.1, every leaver replaced at once by
    somebody who comes in on a level with chance 0.5, 0.4 and 0.1: the levels settle at 0.0602689, 0.445063
    and 0.494669, with a turnover of 0.138618.
    """
    mix = stationary(flows())
    assert mix == pytest.approx([0.060268891979601315, 0.445062586926287, 0.4946685210941115], rel=1e-6)
    assert mix @ GO == pytest.approx(0.138618451553083, rel=1e-6)
    year, posts, skip = 21 / 2, 700, 12
    authority = levels(year, posts, mix)

    def read(finished: ws.Run) -> Sums:
        new, senior, left = (
            finished.counts[name][skip:] for name in ("newly_qualified", "senior", "sum_leavers")
        )
        marks = finished.simulation.calendar.marks
        seen = posts * len(new)
        return {
            "people": seen,
            "levels": np.array([new.sum(), seen - new.sum() - senior.sum(), senior.sum()]),
            "years": posts * (marks[-1] - marks[skip]) / year,
            "left": left[-1] - left[0],
        }

    agrees(
        replications(authority, 22, 6, read),
        [
            ("mix", per("levels", "people"), mix, 0.02),
            ("turnover", per("left", "years"), mix @ GO, 0.02),
        ],
    )


@pytest.mark.slow
def test_how_the_mix_of_career_levels_changes() -> None:
    """From 140, 420 and 140 people n(t) = n(0) e^Qt: 77.1359, 452.019 and 170.845 after a year, 45.9127,
    392.744 and 261.343 after five, and 537.356 leavers until then.
    """
    start, q = np.array([140.0, 420.0, 140.0]), flows()
    one, five = start @ expm(q), start @ expm(5 * q)
    assert one == pytest.approx([77.1358761575762, 452.01878231127523, 170.84534153114856], rel=1e-6)
    assert five == pytest.approx([45.91270284184996, 392.7438725800298, 261.3434245781204], rel=1e-6)
    leavers = 537.355968281619
    year, times = 3.99, 14
    authority = levels(year, 700 * times, start / 700)

    def run(replication: int) -> Sums:
        seen: list[Floats] = []

        def watch(env: Any, service: Any) -> Generator[Any, Any, None]:
            for look in (1, 5):
                yield env.timeout(look * year - env.now)
                seen.append(np.array(service.headcount.levels))

        finished = ws.Simulation(authority, [watch], START, 1 / 12, 77, replication).run()
        return {"n": times, "one": seen[0], "five": seen[1], "left": finished.service.flows["leavers"]}

    agrees(
        [run(i) for i in range(26)],
        [
            ("after a year", per("one", "n"), one, 0.03),
            ("after five, first level", lambda sums: sums["five"][0] / sums["n"], five[0], 0.04),
            ("after five, the others", lambda sums: sums["five"][1:] / sums["n"], five[1:], 0.02),
            ("leavers in five years", per("left", "n"), leavers, 0.02),
        ],
    )
