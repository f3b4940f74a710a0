"""Known answers of renewal theory for the workforce: posts, how long people stay, how turnover is counted.

As in ``test_known_answers_casework.py``: theory has an exact answer for every service here, and four standard
errors from independent replications decide, and may be at most the stated part of the answer. Posts hold no
cases, nobody is absent and nothing but the stated clocks moves anybody. A week (or year) of theory has as
many working days as suits the length of a run.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Generator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import binom

import workforce_sim as ws
from tests.plain import plainly
from tests.test_known_answers_casework import START, Sums, agrees, lasting, replications
from tests.test_known_answers_handovers import beside, cases_at

Floats = npt.NDArray[np.float64]

#: Working days in a year of rates, and weeks in a year.
DAYS, WEEKS = 253.0, 365.25 / 7

#: Hires a year of a post that is filled at once: in 25 millionths of a day, longer than an instant.
AT_ONCE = 1e7


# ---- Services without casework -----------------------------------------------------------------------------


def workforce(posts: Sequence[dict[str, Any]], leaving: float, **sections: dict[str, Any]) -> ws.Authority:
    """People who leave at a constant rate a year (whatever the law), from posts that nothing else touches."""
    plain: dict[str, Any] = {
        "grade": "worker",
        "holds_cases": False,
        "salary_gbp": 0.0,
        "hires_per_empty_post_year": 0.0,
        "hires_per_covered_post_year": 0.0,
        "covers_per_empty_post_year": 0.0,
    }
    nobody_moves = {
        "leaving_per_year_under_5": leaving,
        "leaving_per_year_from_5": leaving,
        "leaving_first_year_factor": 1.0,
        "leaving_scale": 1.0,
        "leaving_year_cv": 0.0,
        "caseload_elasticity": 0.0,
        "notice_days": 0.0,
        "absences_per_year": 0.0,
        "conversions_per_agency_year": 0.0,
    }
    neutral = plainly(
        workforce=nobody_moves,
        agency={"tolerance": 0.0},
        supervision={"contagion": 0.0},
        casework={"work_hours": 1.0},
        costs={"recruitment_gbp": 0.0},
    )
    return ws.Authority(
        name="theory",
        census={"turnover_rate": 10.0, "caseload": 1e-9, "date": "2020-03-31"},
        demand={"children_per_year": 0.0},
        posts=tuple(plain | group for group in posts),
        **{name: settings | sections.get(name, {}) for name, settings in neutral.items()},
    )


def weibull(shape: float) -> dict[str, Any]:
    """The Weibull law of this shape."""
    return {"law": "weibull", "cv": math.sqrt(math.gamma(1 + 2 / shape) / math.gamma(1 + 1 / shape) ** 2 - 1)}


#: What each event adds to permanent workers, agency workers and empty posts.
MOVES = {
    "started": (1, 0, -1),
    "left": (-1, 0, 1),
    "agency started": (0, 1, -1),
    "agency ended": (0, -1, 1),
    "converted": (1, -1, 0),
}


class Staffing(NamedTuple):
    """The events that change who is in post: what each was, when, and where."""

    event: npt.NDArray[Any]
    day: Floats
    post: npt.NDArray[np.int64]
    start: Floats
    end: float

    def stocks(self, first: float) -> tuple[Floats, Floats]:
        """Permanent, agency and empty posts after every event, and how long that lasted from this day on."""
        _, days = lasting(self.day, first, self.end)
        change = np.zeros((len(days), 3))
        for name, difference in MOVES.items():
            change[self.event == name] = difference
        return self.start + np.cumsum(change, axis=0), days

    def number(self, event: str, first: float = 0.0, where: Any = True) -> int:
        """How often something happened from this day on."""
        return int(((self.event == event) & (self.day >= first) & where).sum())


def staffing(finished: ws.Run) -> Staffing:
    """Who was in post, from the event log."""
    log = finished.log
    log = log[log["event"].isin(list(MOVES))]
    start = np.array([finished.counts[name][0] for name in ("in_post", "agency", "empty")])
    columns = (log[name].to_numpy() for name in ("event", "day", "post"))
    return Staffing(*columns, start, float(finished.simulation.calendar.end))


def per(what: str, of: str, times: float = 1.0) -> Callable[[Sums], Any]:
    """A sum over another."""
    return lambda sums: times * sums[what] / sums[of]


def spread(what: str, number: str = "n") -> Callable[[Sums], Any]:
    """The variance of a quantity that comes with its square."""
    return lambda sums: sums[f"{what} squared"] / sums[number] - (sums[what] / sums[number]) ** 2


# ---- Posts that are left and filled ------------------------------------------------------------------------

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


@pytest.mark.slow
def test_posts_are_vacant_in_the_share_of_time_that_hiring_takes() -> None:
    """Eighty posts held for 250 weeks and vacant for 20 on average: vacancies are binomial (80, 20 / 270)."""
    assert binom.sf(9, 80, 20 / 270) == pytest.approx(0.07110008508036304, rel=1e-6)
    rows = vacancies(renewing(80, 250.0, 20.0, 6), 42, years=1, first_week=400)
    agrees(
        rows,
        [
            ("vacancy rate", lambda s: s["vacant"] / (s["vacant"] + s["filled"]), 0.0740741, 0.02),
            ("vacancies", per("vacant", "n"), 5.92593, 0.02),
            ("variance", spread("vacant"), 5.48697, 0.06),
            ("ten or more", per("many", "n"), 0.0711001, 0.1),
            ("leavers a year", per("left", "n", WEEKS), 15.4603, 0.02),
            ("turnover", per("left", "filled", WEEKS), 0.208714, 0.02),
        ],
    )


@pytest.mark.slow
def test_vacancies_depend_on_the_two_means_only() -> None:
    """Stays of Weibull shape 0.7 and times to hire that are lognormal with cv 0.5 give the same mean."""
    laws = {
        "workforce": {"tenure_law": weibull(0.7)},
        "recruitment": {"hiring_law": {"law": "lognormal", "cv": 0.5}},
    }
    rows = vacancies(renewing(80, 250.0, 20.0, 6, **laws), 36, years=1, first_week=1000)
    agrees(rows, [("vacancies", per("vacant", "n"), 5.92593, 0.02)])


@pytest.mark.slow
def test_two_recruitments_at_a_time() -> None:
    """Forty posts held for 150 weeks and hires that take 12, two at a time (machine repair, M/M/2//40):
    15.0459 vacancies of 90.4413 weeks each. Without the limit there would be 40 x 12 / 162 = 2.96296.

    The share of time with five vacancies or fewer is what the luck of leavers and hires leaves of it, whose
    rates are right whether vacancies are few or many.
    """
    rates = [(40 - v) / 150 / (min(v + 1, 2) / 12) for v in range(40)]
    weights = np.cumprod([1.0, *rates])
    p = weights / weights.sum()
    mean, few = float(np.arange(41) @ p), float(p[:6].sum())
    assert [mean, few] == pytest.approx([15.045884712097802, 0.03118822552076101], rel=1e-6)
    rows = vacancies(renewing(40, 150.0, 12.0, 15, recruitment={"parallel": 2}), 80, 2, first_week=3000)
    agrees(
        rows,
        [
            ("vacancies", per("vacant", "n"), 15.0459, 0.03),
            ("vacancy rate", per("vacant", "n", 1 / 40), 0.376147, 0.03),
            ("hires a year", per("hired", "n", WEEKS), 8.68047, 0.02),
            ("weeks a post is vacant", per("vacant", "hired"), 90.4413, 0.03),
            ("leavers a worker and week", per("left", "filled"), 1 / 150, 0.01),
            ("hires a week of recruiting", per("hired", "running"), 1 / 12, 0.01),
        ],
    )
    bands = (", to 8", ", from 9")
    each = [per(f"left{band}", f"filled{band}", 150) for band in bands]
    each += [per(f"hired{band}", f"running{band}", 12) for band in bands]
    agrees(
        rows, [("rates in two bands of vacancies", lambda s: np.array([r(s) for r in each]), [1] * 4, 0.03)]
    )
    known: list[tuple[Callable[[Sums], Any], float]] = []
    for band in bands:
        known.append((lambda s, band=band: s[f"left{band}"] - s[f"filled{band}"] / 150, 0.0))
        known.append((lambda s, band=band: s[f"hired{band}"] - s[f"running{band}"] / 12, 0.0))
    shares = [{name: np.array([row[name] / row["n"]]) for name in row} for row in rows]
    explained = beside([share | {"cases": share["few"]} for share in shares], *known)
    agrees(explained, [("five or fewer", cases_at(0), few, 0.1)])
    unlimited = vacancies(renewing(40, 150.0, 12.0, 3), 12, years=1, first_week=300)
    agrees(unlimited, [("vacancies, no limit", per("vacant", "n"), 2.96296, 0.03)])


# ---- Posts that are added ----------------------------------------------------------------------------------

#: Weeks after the new posts at which filled posts are counted.
LOOKS = (4, 13, 26, 52, 104)


@pytest.mark.slow
def test_eighty_new_posts_fill_up() -> None:
    """To 480 posts in equilibrium (444.444 filled) 80 are added, all vacant: with p(t) = 250 / 270 (1 -
    e^-(1/250 + 1/20)t) the filled ones are binomial (480, 250 / 270) + binomial (80, p(t)), half-way after
    12.8361 weeks.

    Every run is half such an authority, in twenty grades of 12 + 2 posts: each grade is a service of its own,
    a fortieth as large, and no two go together.
    """
    grades, each, week = 20, 12, 0.19
    rate, level = 1 / 250 + 1 / 20, 250 / 270
    times = np.array(LOOKS)
    p = level * (1 - np.exp(-rate * times))
    new, new_variance = 80 * p, 80 * p * (1 - p)
    assert math.log(2) / rate == pytest.approx(12.836058899258244, rel=1e-6)
    assert new[:4] == pytest.approx([14.389978, 37.363472, 55.880552, 69.605517], rel=1e-6)
    assert new_variance[:4] == pytest.approx([11.801584, 19.913109, 16.847601, 9.0439172], rel=1e-6)
    filled, variance = 480 * level + new, 480 * level * (1 - level) + new_variance
    assert filled == pytest.approx([458.83442, 481.80792, 500.32500, 514.04996, 518.24895], rel=1e-6)
    assert variance == pytest.approx([44.723395, 52.834920, 49.769411, 41.965728, 38.637503], rel=1e-6)

    rows: list[Sums] = []
    for i in range(420):
        start = np.random.default_rng([1, i]).binomial(each, 1 - level, grades)
        posts = [
            {"grade": f"{g}", "number": each, "vacant": int(v), "hires_per_empty_post_year": DAYS / week / 20}
            for g, v in enumerate(start)
        ]
        authority = workforce(posts, DAYS / week / 250)
        seen: list[Any] = []

        def watch(env: Any, service: Any, seen: list[Any] = seen) -> Generator[Any, Any, None]:
            for look in LOOKS:
                yield env.timeout(look * week - env.now)
                there = service.people.filled()
                old, added = there[: each * grades], there[each * grades :]
                seen.append((old.reshape(grades, each).sum(axis=1), added.reshape(grades, 2).sum(axis=1)))

        plans = [ws.NewPosts(2, start=START, grade=f"{g}") for g in range(grades)]
        finished = ws.Simulation(authority, [*plans, watch], START, 1 / 12, 77, i).run()
        added = [post.grade for post in finished.service.posts[each * grades :]]
        assert added == [g for g in range(grades) for _ in range(2)]
        old, added = (np.array([look[k] for look in seen], dtype=float) for k in (0, 1))
        row: Sums = {"n": 1, "grades": grades}
        for name, here in {"all": old + added, "new": added}.items():
            row |= {name: here.sum(axis=1), f"{name} squared": (here**2).sum(axis=1)}
            row[f"{name} product"] = here.sum(axis=1) ** 2 - row[f"{name} squared"]
        rows.append(row)

    def correlation(sums: Sums) -> Any:
        covariance = sums["all product"] / (grades - 1) / sums["grades"] - (sums["all"] / sums["grades"]) ** 2
        return covariance / spread("all", "grades")(sums)

    agrees(
        rows,
        [
            ("filled", per("all", "n", 2), filled, 0.005),
            ("of the new posts", lambda sums: 2 * sums["new"][2:] / sums["n"], new[2:], 0.02),
            ("variance", lambda s: 2 * grades * spread("all", "grades")(s), variance, 0.08),
            (
                "variance, new posts",
                lambda s: 2 * grades * spread("new", "grades")(s)[:4],
                new_variance[:4],
                0.08,
            ),
            ("correlation of two grades", correlation, 0 * filled, 0.02),
        ],
    )


@pytest.mark.slow
def test_empty_posts_in_their_first_weeks() -> None:
    """Of 80 posts all vacant 14.3900 are filled after four weeks and 37.3635 after thirteen."""
    week, looks = 1.5, np.array([4, 13])
    hired = {"hires_per_empty_post_year": DAYS / week / 20}
    groups = [{"grade": "others", "number": 20}, {"grade": "new", "number": 4000, "vacant": 4000}]
    authority = workforce([hired | group for group in groups], DAYS / week / 250)

    def read(finished: ws.Run) -> Sums:
        staff = staffing(finished)
        change = [(staff.post >= 20) * (staff.event == event) for event in ("started", "left")]
        days = staff.day[:, None] <= looks * week
        return {"n": 4000 / 80, "filled": (change[0] - 1.0 * change[1]) @ days}

    rows = replications(authority, 64, 1 / 12, read, log=True)
    agrees(rows, [("filled", per("filled", "n"), [14.389978, 37.363472], 0.02)])


# ---- How turnover is counted -------------------------------------------------------------------------------

#: Leavers a person and year, and the rate at which 700 become 780 in a year.
HAZARD, GROWTH = 0.168, math.log(780 / 700)


def years_of_census(finished: ws.Run) -> list[tuple[ws.measures.census.Census, float]]:
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
    found = np.array([census.turnover_rate / 100 / length for census, length in years])
    return {"n": len(found), "turnover": found.sum(), "turnover squared": found @ found}


def censuses(
    authority: ws.Authority, number: int, years: int, plans: Sequence[ws.NewPosts] = ()
) -> list[Sums]:
    """Runs from 1 October to a 30 September."""
    return [
        turnover_sums(ws.Simulation(authority, plans, "2020-10-01", years, 77, i).run())
        for i in range(number)
    ]


@pytest.mark.slow
def test_published_turnover_of_a_steady_workforce_is_the_leaving_rate() -> None:
    """Leavers of a year / in post on 30 September: with 700 always in post it has mean 0.168 and variance
    0.168 / 700, a standard deviation of 0.0154919 (for which a tenth as many people are looked at).
    """
    for posts, number in ((700, 12), (70, 32)):
        at_once = {"number": posts, "hires_per_empty_post_year": AT_ONCE}
        rows = censuses(workforce([at_once], HAZARD), number, 50)
        if posts == 700:
            agrees(rows, [("turnover", per("turnover", "n"), HAZARD, 0.02)])
        else:

            def deviation(sums: Sums) -> Any:
                return math.sqrt(spread("turnover")(sums) * 70 / 700)

            agrees(rows, [("standard deviation", deviation, 0.0154919, 0.08)])


@pytest.mark.slow
def test_published_turnover_reads_low_while_a_workforce_grows() -> None:
    """In growth by 780 / 700 a year, g = ln(780 / 700), it is 0.168 (1 - e^-g) / g = 0.159229; to publish
    0.168 leaving has to be 0.177254. Here growth goes on for six years, week by week.
    """
    reads = -math.expm1(-GROWTH) / GROWTH
    assert HAZARD * reads == pytest.approx(0.15922926209361526, rel=1e-6)
    assert HAZARD / reads == pytest.approx(0.17725385164070118, rel=1e-6)
    start = dt.date(2020, 10, 1)
    mondays = [start + dt.timedelta(days=7 * week) for week in range(int(6 * WEEKS))]
    wanted = [round(700 * math.exp(GROWTH * (7 * week + 3.5) / 365.25)) for week in range(len(mondays))]
    added = np.diff([700, *wanted])
    plans = [ws.NewPosts(int(n), start=day) for n, day in zip(added, mondays, strict=True) if n]
    at_once = {"number": 700, "hires_per_empty_post_year": AT_ONCE}
    rows = censuses(workforce([at_once], HAZARD), 42, 6, plans)
    agrees(rows, [("turnover", per("turnover", "n"), HAZARD * reads, 0.02)])


@pytest.mark.slow
def test_published_turnover_reads_high_where_nobody_is_replaced() -> None:
    """Of 700 people nobody replaces, each leaves within the year with chance 1 - e^-0.168 = 0.154646: leavers
    over those left have mean 0.183246, a little above e^0.168 - 1 = 0.182937.
    """
    left = -math.expm1(-HAZARD)
    assert left == pytest.approx(0.15464616531534126, rel=1e-6)
    assert math.expm1(HAZARD) == pytest.approx(0.18293661064781075, rel=1e-6)
    leavers = np.arange(700)
    ratio = float(binom.pmf(leavers, 700, left) @ (leavers / (700 - leavers)))
    assert ratio == pytest.approx(0.18324636162924152, rel=1e-6)
    authority = workforce([{"number": 700}], HAZARD)
    rows: list[Sums] = []
    for i in range(460):
        finished = ws.Simulation(authority, [], "2020-10-01", 1, 77, i).run()
        census, length = years_of_census(finished)[0]
        assert length == 1.0  # 253 working days
        rows.append({"n": 1, "turnover": census.turnover_rate / 100, "left": census.leavers_fte / 700})
    agrees(rows, [("turnover", per("turnover", "n"), ratio, 0.02), ("left", per("left", "n"), left, 0.02)])


# ---- How long people stay ----------------------------------------------------------------------------------


def product_limit(times: Floats, happened: Any, looks: Sequence[float]) -> Floats:
    """Kaplan and Meier's share to whom it has not happened by some times, for one set of people a row."""
    order = np.argsort(times, axis=1)
    sorted_times, ended = (np.take_along_axis(x, order, axis=1) for x in (times, happened))
    at_risk = times.shape[1] - np.arange(times.shape[1])
    alive = np.cumprod(1 - ended / at_risk, axis=1)
    alive = np.concatenate([np.ones((len(times), 1)), alive], axis=1)
    seen = np.stack([(sorted_times <= t).sum(axis=1) for t in looks], axis=1)
    return np.take_along_axis(alive, seen, axis=1)


def stays_of_starters(finished: ws.Run, posts: int) -> Floats:
    """Working days until everybody there at the start left (inf: still there); nobody is replaced."""
    log = finished.log
    left = log[log["event"] == "left"]
    found = np.full(posts, np.inf)
    found[left["post"]] = left["day"]
    return found


@pytest.mark.slow
def test_stays_are_found_again_by_kaplan_and_meier() -> None:
    """Two thousand workers with Weibull stays (shape 0.7, scale 3 years), each followed for a time uniform on
    0 to 8 years: the estimates of S(t) = e^-(t / 3)^0.7 are right on average and have the variance S^2 / n
    times the integral of h / (S G) (Breslow and Crowley), which is looked at in sets of a hundred.
    """
    year, looks = 0.25, (0.5, 1.0, 2.0, 5.0)
    mean = 3 * math.gamma(1 + 1 / 0.7)
    assert mean == pytest.approx(3.79747051817185, rel=1e-6)
    survival = np.exp(-((np.array(looks) / 3) ** 0.7))
    assert survival == pytest.approx([0.7517925, 0.6291013, 0.4709996, 0.2393419], rel=1e-6)
    posts = 6_000
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

    asymptotic = np.array([0.00979551, 0.0111287, 0.0119368, 0.0121717])
    agrees(
        replications(authority, 44, 1 / 12, read, log=True),
        [
            ("share still there", per("survival", "n"), survival, 0.02),
            (
                "standard deviation",
                lambda s: np.sqrt(spread("part", "parts")(s) * 100 / 2000),
                asymptotic,
                0.06,
            ),
            ("median stay", per("median", "n"), 1.77717, 0.04),
            ("mean stay", per("stay", "people"), mean, 0.03),
            ("gone in the first year", per("first year", "people"), 0.370899, 0.02),
        ],
    )


@pytest.mark.slow
def test_leavers_of_a_brand_new_team() -> None:
    """Stays of gamma shape 2 and mean 2 years, everybody new, leavers replaced at once: 100 posts lose
    100 (t / 2 - 1 / 4 + e^-2t / 4) people by t, 50 a year in the long run (Cox's renewal function).
    """
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

    t = np.arange(11)
    known = 100 * (t / 2 - 1 / 4 + np.exp(-2.0 * t) / 4)
    assert known[[1, 2, 5]] == pytest.approx([28.383382, 75.457891, 225.00113], rel=1e-6)
    early = leavers(2, 140)
    agrees(early, [("by one, two years", lambda s: s["left"][1:] / s["teams"], known[1:3], 0.02)])
    late = leavers(10, 17)
    agrees(
        late,
        [
            ("by five years", lambda sums: sums["left"][5] / sums["teams"], known[5], 0.02),
            ("a year", lambda sums: (sums["left"][10] - sums["left"][5]) / 5 / sums["teams"], 50.0, 0.02),
        ],
    )


@pytest.mark.slow
def test_who_is_in_post_and_who_leaves_where_leaving_falls_with_service() -> None:
    """Stays of Weibull shape 0.7 and mean 5 years, leavers replaced at once, in equilibrium: turnover is 0.2,
    0.317696 of starters and of leavers go within a year, and 0.160558 of those in post came within the last.
    """
    posts, years = 2000, 18
    scale = 5 / math.gamma(1 + 1 / 0.7)
    early = -math.expm1(-(scale**-0.7))
    ages = np.linspace(0, 1, 200_001) ** 2
    young = float(np.trapezoid(np.exp(-((ages / scale) ** 0.7)), ages)) / 5
    assert [early, young] == pytest.approx([0.31769639639265346, 0.1605581793328072], rel=1e-6)
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
    agrees(
        rows,
        [
            ("turnover", per("turnover", "n"), 0.2, 0.02),
            ("starters who leave within a year", per("soon", "starters"), early, 0.02),
            ("in post for less than a year", per("young", "in post"), young, 0.03),
            ("leavers after a year or less", per("after a year or less", "leavers"), early, 0.02),
        ],
    )
