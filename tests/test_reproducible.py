"""The same seed gives the same run; policies that change nothing change nothing; order does not matter."""

from __future__ import annotations

import copy
import datetime as dt
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

import workforce_sim as ws
from workforce_sim.authority.calendar import WorkingCalendar
from workforce_sim.demand.luck import Stream
from workforce_sim.measures.paths import MEASURES, measures

START = dt.date(2024, 4, 1)
MID_MONTH = "2024-09-18"  # neither the first of a month nor the morning after a weekend

SMALL = ws.Authority.from_toml(
    """
    name = "Small"

    [census]
    date = 2024-03-31
    turnover_rate = 30.0
    caseload = 17.0

    [demand]
    children_per_year = 220.0

    [teams]
    number = 2

    [casework]
    caseload_cap = 20.0

    [[posts]]
    grade = "social worker"
    number = 14
    vacant = 5
    agency = 3
    agency_above_establishment = 1
    salary_gbp = 38000.0

    [[posts]]
    grade = "manager"
    number = 6
    vacant = 2
    agency = 1
    holds_cases = false
    salary_gbp = 52000.0
    """
)

#: The same people with the whole pathway: reviews, deadlines, sign-off, pressure, returns, absences, moves.
WHOLE = SMALL.with_changes(
    name="Small, with a pathway",
    pathway="england",
    demand={"children_per_year": 340.0},
    teams={"number": 5},
    casework={"continuity": True, "rebalancing": "gradual", "allocation": "least work"},
    workforce={"absences_per_year": 0.5},
    pressure={"margin": 0.0, "turned_away_share": 1.0, "ended_early_share": 1.0},
    posts=tuple({**g.model_dump(), "manages": g.grade == "manager"} for g in SMALL.posts),
)

SERVICES = {"one stage": SMALL, "pathway": WHOLE}

Policies = Sequence[Any]


@pytest.fixture(scope="module", params=SERVICES)
def authority(request: pytest.FixtureRequest) -> ws.Authority:
    """A service of one stage, and one with a pathway."""
    return SERVICES[request.param]


def run(policies: Policies = (), *, years: float = 1, seed: int = 7, **others: Any) -> ws.Run:
    """A run of the small authority that keeps its log."""
    authority = others.pop("authority", SMALL)
    return ws.Simulation(authority, list(policies), START, years, seed, log=True, **others).run()


def events(policies: Policies = (), **settings: Any) -> npt.NDArray[Any]:
    """The event log of such a run."""
    log: npt.NDArray[Any] = run(policies, **settings).service.desk.log
    return log


def day(when: str | dt.date) -> int:
    """The working day of the run on which a date begins."""
    date = dt.date.fromisoformat(when) if isinstance(when, str) else when
    return WorkingCalendar(START, 36).day(date)


def all_measures(of: ws.Run) -> npt.NDArray[np.float64]:
    """All monthly measures of a run in one array."""
    found = measures(of.counts, of.stage_names)
    return np.stack([found[m.name] for m in MEASURES])


@pytest.fixture(scope="module")
def baseline(authority: ws.Authority) -> str:
    """The digest of a year without policies."""
    return run(authority=authority).digest()


# ---- The same luck ---------------------------------------------------------------------------------------


@settings(max_examples=8)
@given(st.integers(0, 2**31), st.integers(0, 50))
def test_the_same_seed_gives_the_same_run(authority: ws.Authority, seed: int, replication: int) -> None:
    """Two runs agree event for event, to the last bit of every time, and so do their measures."""
    settings = {"seed": seed, "replication": replication, "authority": authority}
    first, second = (run([POSTS, RISE], **settings) for _ in range(2))
    assert first.digest() == second.digest()
    np.testing.assert_array_equal(all_measures(first), all_measures(second))


def test_a_simulation_may_be_run_again(authority: ws.Authority) -> None:
    """Running one simulation twice gives one result: nothing of the first run is left in it."""
    simulation = ws.Simulation(authority, [POSTS, RISE, OFFER], START, 1, 7, log=True)
    assert simulation.run().digest() == simulation.run().digest()


def test_another_process_with_another_hash_seed_gives_the_same_run(authority: ws.Authority) -> None:
    """Nothing depends on the order of a set, an address in memory or what ran before."""
    root = Path(__file__).resolve().parents[1]
    code = (
        "import workforce_sim as ws\n"
        f"a = ws.Authority.from_toml({authority.to_toml()!r})\n"
        "p = [ws.NewPosts(4, start='2024-07-01'), ws.PayChange(5, start='2024-10-01')]\n"
        "print(ws.Simulation(a, p, '2024-04-01', 1, 7, log=True).run().digest())\n"
    )
    policies = [ws.NewPosts(4, start="2024-07-01"), ws.PayChange(5, start="2024-10-01")]
    here = run(policies, authority=authority).digest()
    for hash_seed in ("1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(root / "src")}
        answer = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment
        )
        assert answer.stdout.strip() == here, answer.stderr


def test_different_seeds_and_replications_differ(authority: ws.Authority) -> None:
    """Eight worlds of two seeds have eight different logs."""
    worlds = [(seed, replication) for seed in (1, 2) for replication in range(4)]
    digests = {run(seed=s, replication=r, authority=authority).digest() for s, r in worlds}
    assert len(digests) == 8


def test_any_order_of_runs_gives_the_same_runs(authority: ws.Authority) -> None:
    """Worlds run backwards, one of them twice, are the worlds run forwards."""
    forwards, backwards = (
        {r: run([POSTS], replication=r, authority=authority).digest() for r in worlds}
        for worlds in ((0, 1, 2), (2, 1, 1, 0))
    )
    assert forwards == backwards


SCENARIOS: dict[str, Policies] = {
    "Do nothing": [],
    "Posts": [ws.NewPosts(4, start="2024-06-03")],
    "Mixed": [ws.PayChange(10, start="2024-06-03"), ws.AgencyConversion(3000, start="2024-09-02")],
}


@pytest.fixture(scope="module")
def studied(authority: ws.Authority) -> ws.Result:
    """Ten worlds of a year, one after the other in this process."""
    study = ws.Study(authority, SCENARIOS, START, 1, seed=7, replications=10)
    return study.run(progress=False, processes=1)


@pytest.mark.parametrize("replication", [0, 3, 9])
def test_a_world_alone_is_the_world_in_the_study(
    studied: ws.Result, authority: ws.Authority, replication: int
) -> None:
    """Any replication of a study can be had by itself, with every measure the same."""
    for name, policies in SCENARIOS.items():
        alone = run(policies, replication=replication, authority=authority).paths
        for measure in MEASURES:
            in_study = studied.samples(measure.name, name)[replication]
            np.testing.assert_array_equal(alone[measure.name], in_study, err_msg=f"{name}: {measure.name}")


def test_two_processes_give_the_numbers_of_one(studied: ws.Result, authority: ws.Authority) -> None:
    """The arrays of a study spread over two processes are those of a study in one."""
    study = ws.Study(authority, SCENARIOS, START, 1, seed=7, replications=10)
    spread = study.run(progress=False, processes=2)
    assert spread.scenarios == studied.scenarios
    for measure in MEASURES:
        np.testing.assert_array_equal(
            spread.data[measure.name].values, studied.data[measure.name].values, err_msg=measure.name
        )


def test_more_replications_leave_those_before_unchanged(studied: ws.Result, authority: ws.Authority) -> None:
    """Asking for more worlds adds worlds."""
    study = ws.Study(authority, SCENARIOS, START, 1, seed=7, replications=12)
    more = study.run(progress=False, processes=1)
    for measure in MEASURES:
        np.testing.assert_array_equal(
            more.data[measure.name].values[:, :10], studied.data[measure.name].values, err_msg=measure.name
        )


def test_one_more_scenario_leaves_the_others_unchanged(studied: ws.Result, authority: ws.Authority) -> None:
    """A scenario more, or another order of scenarios, changes no other scenario."""
    scenarios = {"Cut": [ws.PayChange(-5, start="2024-05-01")], **dict(reversed(SCENARIOS.items()))}
    study = ws.Study(authority, scenarios, START, 1, seed=7, replications=10)
    again = study.run(progress=False, processes=1)
    for name in SCENARIOS:
        for measure in MEASURES:
            np.testing.assert_array_equal(
                again.samples(measure.name, name), studied.samples(measure.name, name), err_msg=measure.name
            )


# ---- Policies that change nothing ------------------------------------------------------------------------

POSTS = ws.NewPosts(4, start="2024-07-01")
RISE = ws.PayChange(5, start="2024-10-01")
OFFER = ws.AgencyConversion(3000, start="2024-08-01")

MONTH_START, LATE = "2024-10-01", "2026-04-01"
NOTHING: dict[str, Policies] = {
    "an empty list": [],
    "no new posts": [ws.NewPosts(0, start=MONTH_START)],
    "no new posts phased in": [ws.NewPosts(0, start="2024-05-01", end="2024-12-31")],
    "no pay change": [ws.PayChange(0, start=MONTH_START)],
    "no pay change, mid-month": [ws.PayChange(0, start=MID_MONTH)],
    "no pay change for a while": [ws.PayChange(0, start=MID_MONTH, end="2024-11-13")],
    "no pay change for managers": [ws.PayChange(0, start=MID_MONTH, grades=["manager"])],
    "no bonus": [ws.AgencyConversion(0, start=MONTH_START)],
    "no bonus, mid-month, for a while": [ws.AgencyConversion(0, start=MID_MONTH, end="2024-11-13")],
    "posts after the end": [ws.NewPosts(5, start=LATE)],
    "a rise after the end": [ws.PayChange(5, start=LATE)],
    "a bonus after the end": [ws.AgencyConversion(3000, start=LATE)],
    "posts on the day after the end": [ws.NewPosts(5, start="2025-04-01")],
    "a bit of everything that is nothing": [
        ws.PayChange(0, start=MONTH_START),
        ws.NewPosts(0, start=MID_MONTH),
        ws.AgencyConversion(0, start="2024-04-01"),
        ws.NewPosts(3, start=LATE),
    ],
}


@pytest.mark.parametrize("policies", NOTHING.values(), ids=NOTHING.keys())
@pytest.mark.parametrize("replication", [0, 1, 2, 3])
def test_a_policy_that_changes_nothing_leaves_no_trace(
    policies: Policies, replication: int, authority: ws.Authority
) -> None:
    """Every event is that of doing nothing, to the last bit of every time."""
    found, plain = (run(p, replication=replication, authority=authority) for p in (policies, []))
    assert found.digest() == plain.digest()


def unmoved_by_pay(authority: ws.Authority) -> dict[str, float]:
    """Settings with which pay moves nobody: neither out, nor in, nor from agency to a permanent post."""
    return {
        "pay_elasticity_of_leaving": 0.0,
        "pay_elasticity_of_hiring": 0.0,
        "conversions_per_agency_year_full_offer": authority.workforce.conversions_per_agency_year,
    }


ENGLAND = ws.Authority.preset("england-2025")
RESTLESS = ENGLAND.with_changes(
    census={"turnover_rate": 30.0},
    workforce={"leaving_first_year_factor": 1.6},
    posts=(*ENGLAND.posts, {"grade": "nobody", "number": 0, "salary_gbp": 30000.0}),
)


@pytest.mark.parametrize("replication", [0, 1, 2])
@pytest.mark.parametrize(
    ("workforce", "policy"),
    [
        ({}, ws.PayChange(0, start="2026-02-19")),
        ({}, ws.PayChange(0, start="2026-02-02")),
        ({}, ws.PayChange(20, start="2026-02-19", grades=["nobody"])),
        (unmoved_by_pay(ENGLAND), ws.PayChange(20, start="2026-02-19")),
    ],
    ids=["0%", "0% from the first day of a month", "20% for a grade without people", "no elasticity"],
)
def test_pay_that_touches_nobody_changes_no_length_of_service_band(
    workforce: dict[str, float], policy: ws.PayChange, replication: int
) -> None:
    """A change of pay that changes no leaving rate reads nobody's length of service either: section 6."""
    authority = RESTLESS.with_changes(workforce=workforce)
    digests = {
        ws.Simulation(authority, policies, "2025-10-01", 2, 7, replication, log=True).run().digest()
        for policies in ([], [policy])
    }
    assert len(digests) == 1


@pytest.mark.parametrize("policies", NOTHING.values(), ids=NOTHING.keys())
def test_a_policy_that_changes_nothing_changes_no_measure(
    policies: Policies, authority: ws.Authority
) -> None:
    """Every measure is that of doing nothing, cost to the last digit: else a comparison would find noise."""
    found, plain = (run(p, authority=authority).paths for p in (policies, []))
    for measure in MEASURES:
        np.testing.assert_array_equal(found[measure.name], plain[measure.name], err_msg=measure.name)


#: What a service of one stage does not have.
OF_STAGES = {f"{name}_in_time_rate" for name in ("assessments", "conferences")}
OF_STAGES |= {"protection_plan_children", "looked_after_children"}


def test_a_comparison_with_nothing_finds_no_difference(authority: ws.Authority) -> None:
    """Over many worlds, every verdict on a pay change of 0% is that there is no difference.

    What the service does not have has no value.
    """
    scenarios = {"Do nothing": [], "0%": [ws.PayChange(0, start=MID_MONTH)]}
    study = ws.Study(authority, scenarios, START, 1, seed=7, replications=20)
    result = study.run(progress=False, processes=1)
    names = [m.name for m in MEASURES]
    compared = result.compare("0%", measures=names)["verdict"].droplevel(1)
    without = {name for name in names if np.isnan(result.samples(name, "0%")[:, 12]).any()}
    assert compared.to_dict() == {n: "no value" if n in without else "no difference" for n in names}
    # a small service does not hold a conference every month
    assert without == OF_STAGES if authority is SMALL else without <= {"conferences_in_time_rate"}


@pytest.mark.parametrize("replication", range(6))
@pytest.mark.parametrize("start", [MONTH_START, MID_MONTH])
def test_pay_that_moves_nobody_only_costs_money(
    start: str, replication: int, authority: ws.Authority
) -> None:
    """With no response of people to pay a rise changes no event; it costs its percentage from its date on."""
    rigid = authority.with_changes(workforce=unmoved_by_pay(authority))
    plain = run(authority=rigid, replication=replication)
    rise = run([ws.PayChange(10, start=start)], authority=rigid, replication=replication)
    assert rise.digest() == plain.digest()
    before, after = (r.paths["cost_pay_gbp"].to_numpy()[1:] for r in (plain, rise))
    early = int(np.sum(plain.paths.index[1:] <= pd.Timestamp(start)))
    np.testing.assert_array_equal(after[:early], before[:early])
    np.testing.assert_allclose(after[-5:], 1.1 * before[-5:], rtol=1e-9)


# ---- Before its date a policy does nothing ----------------------------------------------------------------

LATER: dict[str, tuple[str, Policies]] = {
    "posts": ("2024-08-05", [ws.NewPosts(6, start="2024-08-05")]),
    "posts phased in": ("2024-08-05", [ws.NewPosts(6, start="2024-08-05", end="2025-02-28")]),
    "posts in a team": ("2024-08-05", [ws.NewPosts(2, start="2024-08-05", team=1, grade="manager")]),
    "a rise": (MID_MONTH, [ws.PayChange(20, start=MID_MONTH)]),
    "a rise for a while": (MID_MONTH, [ws.PayChange(20, start=MID_MONTH, end="2024-12-31")]),
    "a rise for managers": (MID_MONTH, [ws.PayChange(20, start=MID_MONTH, grades=["manager"])]),
    "an offer": (MID_MONTH, [ws.AgencyConversion(6000, start=MID_MONTH)]),
    "a stated rate": (MID_MONTH, [ws.AgencyConversion(6000, start=MID_MONTH, rate_per_year=20)]),
    "on a Sunday": ("2024-09-01", [ws.NewPosts(6, start="2024-09-01"), ws.PayChange(20, start="2024-09-01")]),
    "mixed": (
        "2024-08-05",
        [
            ws.PayChange(20, start=MID_MONTH),
            ws.NewPosts(6, start="2024-08-05"),
            ws.AgencyConversion(6000, start="2024-11-01"),
        ],
    ),
}


@pytest.mark.parametrize(("first", "policies"), LATER.values(), ids=LATER.keys())
def test_before_its_date_a_policy_leaves_no_trace(
    first: str, policies: Policies, authority: ws.Authority
) -> None:
    """Events before the working day of the first policy are those of doing nothing; after it some differ."""
    begins, later_differs = day(first), False
    for replication in range(4):
        without, with_them = (events(p, replication=replication, authority=authority) for p in ([], policies))
        before = [log[log["time"] < begins] for log in (without, with_them)]
        assert len(before[0]) > 100
        assert before[0].tobytes() == before[1].tobytes()
        later_differs |= without.tobytes() != with_them.tobytes()
    assert later_differs


@pytest.mark.parametrize(
    ("number", "start", "end"),
    [
        (3, "2024-07-01", "2024-07-01"),
        (100, "2024-07-01", "2024-07-31"),
        (8, "2024-07-01", "2024-12-31"),
        (1, "2024-07-01", "2024-07-05"),
        (5, "2024-07-06", "2024-07-13"),
    ],
)
def test_posts_are_phased_in_between_their_dates(number: int, start: str, end: str) -> None:
    """All of them open, none before the first date, none after the last, as evenly as whole days allow."""
    log = run([ws.NewPosts(number, start=start, end=end)]).log
    opened = log.loc[log["event"] == "opened", "day"].to_numpy()
    first, over = day(start), day(dt.date.fromisoformat(end) + dt.timedelta(days=1))
    assert len(opened) == number
    assert first <= opened.min()
    assert opened.max() < over, "a post opened after the last date of phasing in"
    step = (over - first) / number
    for i, when in enumerate(sorted(opened)):
        assert first + i * step - 1 <= when <= first + (i + 1) * step


# ---- Policies commute, and may be split ------------------------------------------------------------------

SPLITS: list[tuple[Policies, Policies]] = [
    (
        [ws.NewPosts(20, start="2024-07-01")],
        [ws.NewPosts(12, start="2024-07-01"), ws.NewPosts(8, start="2024-07-01")],
    ),
    (
        [ws.NewPosts(20, start=MID_MONTH, team=1)],
        [ws.NewPosts(8, start=MID_MONTH, team=1), ws.NewPosts(12, start=MID_MONTH, team=1)],
    ),
    (
        [ws.NewPosts(5, start=MID_MONTH, grade="manager", fte=0.5)],
        [ws.NewPosts(1, start=MID_MONTH, grade="manager", fte=0.5) for _ in range(5)],
    ),
]


@pytest.mark.parametrize(("whole", "parts"), SPLITS)
def test_new_posts_may_be_split(whole: Policies, parts: Policies, authority: ws.Authority) -> None:
    """20 posts are 12 posts and 8 posts on the same date, event for event and pound for pound."""
    one, several = (run(policies, authority=authority) for policies in (whole, parts))
    assert one.digest() == several.digest()
    np.testing.assert_array_equal(all_measures(one), all_measures(several))


ANY_ORDER: dict[str, Policies] = {
    "two pay changes": [ws.PayChange(3.3, start=MID_MONTH), ws.PayChange(-7.1, start=MID_MONTH)],
    "three pay changes": [
        ws.PayChange(3.3, start="2024-06-03"),
        ws.PayChange(7.7, start="2024-06-03", grades=["social worker"]),
        ws.PayChange(11.1, start=MID_MONTH, end="2024-12-31"),
    ],
    "two lots of posts": [ws.NewPosts(3, start="2024-07-01"), ws.NewPosts(5, start="2024-07-01", team=1)],
    "two lots of posts on two dates": [ws.NewPosts(3, start=MID_MONTH), ws.NewPosts(5, start="2024-07-01")],
    "posts of two grades": [
        ws.NewPosts(3, start="2024-07-01", grade="manager"),
        ws.NewPosts(3, start="2024-07-01", fte=0.6),
    ],
    "two offers": [
        ws.AgencyConversion(1000.1, start=MID_MONTH),
        ws.AgencyConversion(2000.2, start=MID_MONTH),
    ],
    "two stated rates": [
        ws.AgencyConversion(1000, start=MID_MONTH, rate_per_year=2),
        ws.AgencyConversion(2000, start=MID_MONTH, rate_per_year=5, end="2024-12-31"),
    ],
    "a rise, an offer and posts on one day": [
        ws.PayChange(9, start=MID_MONTH),
        ws.AgencyConversion(4000, start=MID_MONTH),
        ws.NewPosts(6, start=MID_MONTH),
    ],
    "one ends as the other starts": [
        ws.PayChange(9, start="2024-06-03", end="2024-09-17"),
        ws.PayChange(4, start=MID_MONTH),
    ],
}


@pytest.mark.parametrize("policies", ANY_ORDER.values(), ids=ANY_ORDER.keys())
@pytest.mark.parametrize("replication", [0, 1, 2])
def test_the_order_of_the_list_is_irrelevant(
    policies: Policies, replication: int, authority: ws.Authority
) -> None:
    """Forwards or backwards, the list gives the same events, to the last bit, and the same measures."""
    forwards, backwards = (
        run(p, replication=replication, authority=authority) for p in (policies, policies[::-1])
    )
    assert forwards.digest() == backwards.digest()
    np.testing.assert_allclose(all_measures(forwards), all_measures(backwards), rtol=1e-12, atol=1e-9)


DATES = st.dates(START, dt.date(2025, 6, 30))
POLICIES = st.one_of(
    st.builds(lambda n, d: ws.NewPosts(n, start=d), st.integers(0, 8), DATES),
    st.builds(
        lambda n, d, m: ws.NewPosts(n, start=d, end=d + dt.timedelta(m)),
        st.integers(1, 8),
        DATES,
        st.integers(0, 300),
    ),
    st.builds(lambda p, d: ws.PayChange(p, start=d), st.floats(-30, 60), DATES),
    st.builds(
        lambda p, d, m: ws.PayChange(p, start=d, end=d + dt.timedelta(m)),
        st.floats(-30, 60),
        DATES,
        st.integers(0, 300),
    ),
    st.builds(lambda b, d: ws.AgencyConversion(b, start=d), st.floats(0, 9000), DATES),
)


@settings(max_examples=25)
@given(st.lists(POLICIES, max_size=5), st.randoms(use_true_random=False), st.integers(0, 9))
def test_any_policies_in_any_order(
    authority: ws.Authority, policies: list[Any], dice: Any, replication: int
) -> None:
    """Whatever the policies, their order in the list changes nothing, nor do they act before their dates."""
    shuffled = dice.sample(policies, len(policies))
    log, other, without = (
        events(p, replication=replication, authority=authority) for p in (policies, shuffled, [])
    )
    assert log.tobytes() == other.tobytes()
    begins = min((day(p.start) for p in policies), default=253)
    assert log[log["time"] < begins].tobytes() == without[without["time"] < begins].tobytes()


# ---- A longer run begins like a shorter one --------------------------------------------------------------


@pytest.mark.parametrize("policies", [[], [POSTS, RISE, OFFER]], ids=["without policies", "with policies"])
@pytest.mark.parametrize("replication", [0, 1, 2])
@pytest.mark.parametrize(("short", "long"), [(1, 2), (0.25, 1), (1, 3)])
def test_a_longer_run_begins_like_a_shorter_one(
    policies: Policies, replication: int, short: float, long: float, authority: ws.Authority
) -> None:
    """Events before the end of the shorter run are the same, and so are the measures up to there."""
    brief, further = (
        run(policies, years=y, replication=replication, authority=authority) for y in (short, long)
    )
    end = brief.simulation.calendar.end
    logs = [r.service.desk.log for r in (brief, further)]
    before = [log[log["time"] < end] for log in logs]
    assert len(before[0]) > 100
    assert before[0].tobytes() == before[1].tobytes()
    months = brief.simulation.calendar.months
    np.testing.assert_array_equal(all_measures(further)[:, : months + 1], all_measures(brief))


# ---- Looking changes nothing -----------------------------------------------------------------------------


def watcher(every: float, seen: list[Any]) -> Callable[[simpy.Environment, Any], Any]:
    """A planner's process that wakes at odd times and looks at everything there is to look at."""

    def watch(env: simpy.Environment, service: Any) -> Generator[simpy.Event, Any, None]:
        while True:
            yield env.timeout(every)
            desk = service.desk
            seen.append(
                (
                    env.now,
                    service.state_of_posts(),
                    service.in_post_fte,
                    service.vacancies_fte,
                    service.agency.conversion_bonus,
                    service.agency_notice_days,
                    service.caseload,
                    [service.load_of(post) for post in service.posts],
                    [service.uniform(post, Stream.LEVEL, 0) for post in service.posts],
                    service.headcount.pay_by_grade.read(env.now),
                    service.accounts.read(env.now),
                    desk.totals(env.now),
                    desk.areas(env.now),
                    desk.ledger(env.now),
                    desk.visits(env.now),
                    desk.day_areas(env.now),
                    desk.stage_counts(),
                    desk.exit_counts(),
                    desk.many_workers(env.now),
                    desk.unallocated_children,
                    desk.person_in(0),
                    desk.children_by_post(),
                    desk.case_holders_fte(),
                    desk.caseload_of(0),
                )
            )

    return watch


@pytest.mark.parametrize("every", [0.37, 1.0, 13.013])
@pytest.mark.parametrize("policies", [[], [POSTS, RISE, OFFER]], ids=["without policies", "with policies"])
def test_looking_changes_nothing(every: float, policies: Policies, authority: ws.Authority) -> None:
    """A process that only looks, at whatever times, leaves every event where it was, to the last bit."""
    seen: list[Any] = []
    watched, plain = (run(p, authority=authority) for p in ([*policies, watcher(every, seen)], policies))
    assert len(seen) > 15
    assert watched.digest() == plain.digest()
    np.testing.assert_array_equal(all_measures(watched), all_measures(plain))
    pd.testing.assert_frame_equal(watched.visits, plain.visits)


def test_a_census_on_more_dates_changes_nothing(baseline: str, authority: ws.Authority) -> None:
    """Counting on other dates as well only counts."""
    more = run(census_dates=["2024-05-14", "2024-12-25", MID_MONTH], authority=authority)
    assert more.digest() == baseline
    np.testing.assert_array_equal(all_measures(more), all_measures(run(authority=authority)))


def test_keeping_the_log_changes_no_measure(authority: ws.Authority) -> None:
    """With and without a log every measure is the same number, and the same row in the ledger."""
    policies = [POSTS, RISE, OFFER]
    silent = ws.Simulation(authority, policies, START, 1, 7).run()
    logged = run(policies, authority=authority)
    np.testing.assert_array_equal(all_measures(silent), all_measures(logged))
    pd.testing.assert_frame_equal(silent.children, logged.children)
    pd.testing.assert_frame_equal(silent.visits, logged.visits)


def test_reading_a_run_does_not_change_it(authority: ws.Authority) -> None:
    """Paths, census, ledgers, stages, log and digest can be read twice, in any order."""
    finished = run([POSTS], authority=authority)
    views = ("paths", "children", "visits", "stages", "log")
    first = finished.digest(), {view: getattr(finished, view) for view in views}
    finished.census("2025-03-31").row()
    assert finished.digest() == first[0]
    for view in reversed(views):
        pd.testing.assert_frame_equal(getattr(finished, view), first[1][view])


@pytest.mark.parametrize("years", [1, 2])
def test_a_run_leaves_its_inputs_as_they_were(years: int) -> None:
    """Neither the authority nor the interventions, nor the list they came in, are changed by a run."""
    policies = [POSTS, RISE, OFFER, ws.NewPosts(4, start="2024-05-01", end="2024-12-31")]
    authority = SMALL.with_changes(name="Watched")
    before = pickle.dumps((authority, policies))
    copies = copy.deepcopy((authority, policies))
    run(policies, authority=authority, years=years)
    ws.Study(authority, {"a": policies}, START, 1, replications=10).run(progress=False, processes=1)
    assert (authority, policies) == copies
    assert pickle.dumps((authority, policies)) == before


# ---- A planner's own process -----------------------------------------------------------------------------


def two_posts_and_a_rise(env: simpy.Environment, service: Any) -> Generator[simpy.Event, Any, None]:
    """On working day 60 two posts open in the first team and pay rises by 10% in all grades."""
    yield env.timeout(60)
    for _ in range(2):
        service.open_post(team=0, grade=0, running=True)
    service.change_pay("mine", range(len(service.grades)), 1.1)


def test_an_own_process_can_open_posts_and_change_pay() -> None:
    """From its day on two posts more exist, pay costs more, and nothing happened before."""
    own, plain = run([two_posts_and_a_rise]), run()
    opened = own.log.query("event == 'opened'")
    assert opened["day"].tolist() == [60.0, 60.0]
    assert (own.paths["posts_fte"] - plain.paths["posts_fte"]).tolist() == [0.0] * 3 + [2.0] * 10
    logs = [r.service.desk.log for r in (own, plain)]
    assert logs[0][logs[0]["time"] < 60].tobytes() == logs[1][logs[1]["time"] < 60].tobytes()
    cost = [(r.paths["cost_pay_gbp"] / r.paths["in_post_fte"]).iloc[-6:].sum() for r in (own, plain)]
    assert cost[0] > 1.05 * cost[1]
    assert own.paths["cost_new_posts_gbp"].iloc[-1] > 0


def test_an_own_pay_rise_is_the_built_in_one() -> None:
    """A function that raises pay on a day gives the events of the built-in policy from that date."""

    def rise(env: simpy.Environment, service: Any) -> Generator[simpy.Event, Any, None]:
        yield env.timeout(day(MID_MONTH))
        service.change_pay("mine", range(len(service.grades)), 1.1)

    own, built_in = run([rise]), run([ws.PayChange(10, start=MID_MONTH)])
    assert own.digest() == built_in.digest() != run().digest()
    np.testing.assert_array_equal(all_measures(own), all_measures(built_in))


def test_an_own_process_is_reported_by_its_name() -> None:
    """What a study did is written down, the planner's own part by the name of the function."""
    scenarios = {"Do nothing": [], "Own": [RISE, two_posts_and_a_rise]}
    study = ws.Study(SMALL, scenarios, START, 1, seed=7, replications=10)
    result = study.run(progress=False, processes=2)
    assert result.interventions["Do nothing"] == []
    built_in, own = result.interventions["Own"]
    assert built_in.startswith(RISE.describe())
    assert "two_posts_and_a_rise" in own
    assert result.policies["Own"] == [(dt.date(2024, 10, 1), "+5% pay")]
    assert (
        result.samples("posts_fte", "Own")[:, -1] - result.samples("posts_fte", "Do nothing")[:, -1] == 2
    ).all()


def test_an_own_intervention_is_one_like_the_others() -> None:
    """A subclass with an act method runs, is described, and is refused when it does not fit its dates."""

    class Freeze(ws.Intervention):
        """No hiring while it lasts."""

        def act(self, env: simpy.Environment, service: Any, days: Any) -> Generator[simpy.Event, Any, None]:
            yield env.timeout(days.of(self.start) - env.now)
            service.set_lever("hiring", self, 0.0)

    frozen = run([Freeze(start="2024-06-03")])
    starts = frozen.log.query("event == 'started'")["day"]
    assert len(starts) == 0 or starts.max() < day("2024-06-03")
    assert len(run().log.query("event == 'started'")) > len(starts)
    with pytest.raises(ws.InputError, match="on or after the start of the run"):
        run([Freeze(start="2024-03-01")])


# ---- Another authority with the same seed ----------------------------------------------------------------


def test_twice_the_demand_moves_no_post(authority: ws.Authority) -> None:
    """Demand has luck of its own: who is in which post at the start is the same with twice the referrals."""
    usual = authority.with_changes(casework={"work_hours": 30.0, "work_scale": 1.0})
    busy = usual.with_changes(demand={"children_per_year": 2 * usual.demand.children_per_year})
    opening: list[list[dict[str, Any]]] = []

    def look(env: simpy.Environment, service: Any) -> None:
        opening.append(service.state_of_posts())

    referred = [
        sum(run([look], authority=a, replication=r).children["referred_day"].gt(0).sum() for r in range(8))
        for a in (usual, busy)
    ]
    assert opening[:8] == opening[8:]
    assert referred[1] > referred[0]
