"""Posts that are left and filled: vacancies in the long run, limits to recruitment, posts that are added."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from functools import cache
from typing import Any

import numpy as np

import workforce_sim as ws
from tests.validation.registry import answers
from tests.validation.rules import Found
from tests.validation.staff import DAYS, WEEKS, per, spread, staffing, weibull, workforce
from tests.validation.worlds import START, Sums, found, replications
from workforce_sim.workforce.rules import grades

#: Working days in a week of theory: a year of the calendar has 12,650 of them.
WEEK = 0.02


def vacancies(authority: ws.Authority, number: int, years: float, first_week: float) -> list[Sums]:
    """Vacancies over time, leavers and hires, from this week on; also apart for up to 8 and more."""
    posts = sum(group.number for group in authority.posts)
    limit = authority.recruitment.parallel or posts

    def read(finished: ws.Run) -> Sums:
        first = first_week * WEEK
        staff = staffing(finished)
        stocks, days = staff.stocks(first)
        weeks, vacant = days / WEEK, stocks[:, 2]
        rows = {
            "n": weeks.sum(),
            "vacant": weeks @ vacant,
            "vacant squared": weeks @ vacant**2,
            "many": weeks @ (vacant >= 10),
            "few": weeks @ (vacant <= 5),
        }
        before = np.append(staff.start[2], vacant[:-1])
        for name, low, high in (("", 0, posts), (", to 8", 0, 8), (", from 9", 9, posts)):
            now, then = ((low <= v) & (v <= high) for v in (vacant, before))
            rows |= {
                f"filled{name}": weeks @ (now * (posts - vacant)),
                f"running{name}": weeks @ (now * np.minimum(vacant, limit)),
                f"left{name}": staff.number("left", first, then),
                f"hired{name}": staff.number("started", first, then),
            }
        return rows

    return replications(authority, number, years, read, log=True)


def renewing(posts: int, stay: float, hire: float, vacant: int, **sections: Any) -> ws.Authority:
    """Posts with a mean stay and a mean time to hire, in weeks."""
    group = {"number": posts, "vacant": vacant, "hires_per_empty_post_year": DAYS / WEEK / hire}
    return workforce([group], DAYS / WEEK / stay, **sections)


@answers("V20")
def posts_are_vacant_in_the_share_of_time_that_hiring_takes() -> dict[str, Found]:
    rows = vacancies(renewing(80, 250.0, 20.0, 6), 42, years=1, first_week=400)
    return {
        "vacancy rate": found(rows, lambda s: s["vacant"] / (s["vacant"] + s["filled"])),
        "vacancies": found(rows, per("vacant", "n")),
        "variance of vacancies": found(rows, spread("vacant")),
        "share of the time with ten vacancies or more": found(rows, per("many", "n")),
        "leavers a year": found(rows, per("left", "n", WEEKS)),
        "leavers a filled post and year": found(rows, per("left", "filled", WEEKS)),
    }


@answers("V20")
def vacancies_depend_on_the_two_means_only() -> dict[str, Found]:
    laws = {
        "workforce": {"tenure_law": weibull(0.7)},
        "recruitment": {"hiring_law": {"law": "lognormal", "cv": 0.5}},
    }
    rows = vacancies(renewing(80, 250.0, 20.0, 6, **laws), 36, years=1, first_week=1000)
    return {"vacancies, other laws of the same means": found(rows, per("vacant", "n"))}


@cache
def two_at_a_time() -> list[Sums]:
    """Forty posts, of which two can be recruited to at a time."""
    return vacancies(renewing(40, 150.0, 12.0, 15, recruitment={"parallel": 2}), 80, 2, first_week=3000)


def few_but_for_luck(rows: Sequence[Sums]) -> Found:
    """The share of time with few vacancies, less what the luck of leavers and hires explains of it.

    Regression on leavers and hires beyond those that their rates (1/150 and 1/12 a week) lead to, for up to 8
    vacancies and for more: their means are 0. Without it the runs would have to be four times as long.
    """
    sums: list[Sums] = []
    for row in rows:
        y = row["few"] / row["n"]
        luck = []
        for band in (", to 8", ", from 9"):
            luck.append(row[f"left{band}"] - row[f"filled{band}"] / 150)
            luck.append(row[f"hired{band}"] - row[f"running{band}"] / 12)
        x = np.array(luck) / row["n"]
        sums.append({"n": 1, "y": y, "x": x, "xy": x * y, "xx": np.outer(x, x)})

    def mean(of: Sums) -> Any:
        y, x, xy, xx = (of[name] / of["n"] for name in ("y", "x", "xy", "xx"))
        return y - np.linalg.solve(xx - np.outer(x, x), xy - x * y) @ x

    return found(sums, mean)


@answers("V22")
def two_recruitments_at_a_time() -> dict[str, Found]:
    rows = two_at_a_time()
    unlimited = vacancies(renewing(40, 150.0, 12.0, 3), 12, years=1, first_week=300)
    return {
        "vacancies": found(rows, per("vacant", "n")),
        "share of the time with five vacancies or fewer": few_but_for_luck(rows),
        "hires a year": found(rows, per("hired", "n", WEEKS)),
        "weeks a post is vacant": found(rows, per("vacant", "hired")),
        "vacancy rate": found(rows, per("vacant", "n", 1 / 40)),
        "vacancies if recruitments had no limit": found(unlimited, per("vacant", "n")),
    }


# ---- Posts that are added ----------------------------------------------------------------------------------

#: Weeks after the new posts at which filled posts are counted.
LOOKS = (4, 13, 26, 52, 104)

#: Grades of a run, each a fortieth of the authority, and posts of each before eighty (two) are added.
GRADES, EACH = 20, 12


@cache
def eighty_new_posts() -> list[Sums]:
    """Filled posts, and of them the new ones, by grade, with squares and products.

    Every run is half an authority of 480 + 80 posts, in twenty grades of 12 + 2: each grade is a service of
    its own, a fortieth as large, and no two go together.
    """
    week, level = 0.19, 250 / 270
    rows: list[Sums] = []
    for i in range(420):
        start = np.random.default_rng([1, i]).binomial(EACH, 1 - level, GRADES)
        posts = [
            {"grade": f"{g}", "number": EACH, "vacant": int(v), "hires_per_empty_post_year": DAYS / week / 20}
            for g, v in enumerate(start)
        ]
        authority = workforce(posts, DAYS / week / 250)
        seen: list[Any] = []

        def watch(env: Any, service: Any, seen: list[Any] = seen) -> Generator[Any, Any, None]:
            for look in LOOKS:
                yield env.timeout(look * week - env.now)
                there = service.people.filled()
                old, added = there[: EACH * GRADES], there[EACH * GRADES :]
                seen.append((old.reshape(GRADES, EACH).sum(axis=1), added.reshape(GRADES, 2).sum(axis=1)))

        plans = [ws.NewPosts(2, start=START, grade=f"{g}") for g in range(GRADES)]
        finished = ws.Simulation(authority, [*plans, watch], START, 1 / 12, 77, i).run()
        of = [post.grade for post in finished.service.posts[EACH * GRADES :]]
        assert of == [g for g in range(GRADES) for _ in range(2)]
        old, added = (np.array([look[k] for look in seen], dtype=float) for k in (0, 1))
        row: Sums = {"n": 1, "grades": GRADES}
        for name, here in {"all": old + added, "new": added}.items():
            row |= {name: here.sum(axis=1), f"{name} squared": (here**2).sum(axis=1)}
            row[f"{name} product"] = here.sum(axis=1) ** 2 - row[f"{name} squared"]
        rows.append(row)
    return rows


def many_new_posts() -> list[Sums]:
    """New posts filled at the first four looks where 4,000 are vacant at first: fifty times eighty."""
    week = 0.38
    group = {"number": 4000, "vacant": 4000, "hires_per_empty_post_year": DAYS / week / 20}
    authority = workforce([group], DAYS / week / 250)

    def run(replication: int) -> Sums:
        seen: list[float] = []

        def watch(env: Any, service: Any) -> Generator[Any, Any, None]:
            for look in LOOKS[:4]:
                yield env.timeout(look * week - env.now)
                seen.append(service.in_post_fte)

        ws.Simulation(authority, [watch], START, 1 / 12, 77, replication).run()
        return {"n": 4000 / 80, "new": np.array(seen)}

    return [run(i) for i in range(60)]


@answers("V21")
def eighty_new_posts_fill_up() -> dict[str, Found]:
    rows = eighty_new_posts()
    return {
        "new posts filled after 4, 13, 26, 52 weeks": found(many_new_posts(), per("new", "n")),
        "variance of the new posts filled": found(
            rows, lambda s: 2 * GRADES * spread("new", "grades")(s)[:4]
        ),
    }


@answers("V40")
def four_hundred_and_eighty_posts_become_more() -> dict[str, Found]:
    rows = eighty_new_posts()
    before, after = (
        vacancies(renewing(posts, 250.0, 20.0, vacant), 20, 1 / 12, first_week=400)
        for posts, vacant in ((480, 36), (560, 41))
    )
    (grade,) = grades(renewing(560, 250.0, 20.0, 41).balanced())
    rate = (grade.hire_empty + grade.bands[0][1]) * WEEK  # as the clocks of the workforce have it
    return {
        "filled posts after 4, 13, 26, 52, 104 weeks": found(rows, lambda s: 2 * s["all"] / s["n"]),
        "variance of the filled posts": found(rows, lambda s: 2 * GRADES * spread("all", "grades")(s)),
        "filled posts before": found(before, per("filled", "n")),
        "filled posts in the long run": found(after, per("filled", "n")),
        "weeks to half of the rise": Found(math.log(2) / rate),
    }
