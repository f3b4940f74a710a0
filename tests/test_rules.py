"""Pressure, who is given the next family, and who is not: small services, read from their event logs."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import simpy

import workforce_sim as ws
from tests.plain import plainly
from tests.test_identities import PATHWAY, SERVICE, opening_states
from tests.twin.compare import assert_same
from workforce_sim.authority.steady import steady
from workforce_sim.casework.ownrule import Candidate, OwnRule, WaitingFamily
from workforce_sim.demand.families import ALLOCATION
from workforce_sim.testing import small_authority

START = dt.date(2024, 4, 1)


def run(authority: ws.Authority, *policies: Any, years: float = 1, seed: int = 3, world: int = 0) -> ws.Run:
    """A run with its log."""
    return ws.Simulation(authority, policies, START, years, seed, world, log=True).run()


def events(finished: ws.Run, *kinds: str) -> Iterator[tuple[float, str, int, int, str]]:
    """Day, event, post, case and stage of the events of these kinds (all, if none is named)."""
    for row in finished.log.itertuples(index=False, name=None):
        if not kinds or row[1] in kinds:
            yield row


# ---- Pressure --------------------------------------------------------------------------------------------

#: Twice the families for which there are workers, at the work of a service that has enough of them.
OVERLOADED = PATHWAY.balanced().with_changes(
    demand={"children_per_year": 2 * PATHWAY.demand.children_per_year},
    pressure={"turned_away_share": 0.5, "ended_early_share": 2.0, "margin": 0.1},
)
OFF = OVERLOADED.with_changes(pressure={"turned_away_share": 0.0, "ended_early_share": 0.0})
MAY_END_EARLY = [name for name, stage in PATHWAY.pathway.stages.items() if stage.may_end_early]


def test_a_share_of_0_switches_pressure_off() -> None:
    """The log is that of a pathway that knows no pressure, bit for bit, however overloaded the service is."""
    unmarked = OFF.with_changes(
        pathway={
            "stages": {name: {"may_end_early": False} for name in MAY_END_EARLY},
            "early_return_factor": 9.0,
        },
        pressure={"margin": 0.0},
    )
    for world in range(3):
        off = run(OFF, world=world)
        assert off.digest() == run(unmarked, world=world).digest()
        assert not set(off.log["event"]) & {"turned away", "ended early"}
        assert off.counts["open"][-1] > 1.3 * off.counts["open"][0], "there was reason for it"
        assert off.digest() != run(OVERLOADED, world=world).digest()


def test_pressure_waits_for_its_margin() -> None:
    """A service that is never so far above its start does what it does without, to rounding."""
    far = OVERLOADED.with_changes(pressure={"margin": 10.0})
    logs = [
        [(day, kind, post, case) for day, kind, post, case, _ in events(run(a, world=1))] for a in (OFF, far)
    ]
    assert_same(*logs)


def test_an_overloaded_service_turns_families_away_and_ends_plans_early() -> None:
    """It holds fewer children than without, and more of them come back; in every world that is so.

    First referrals are the same families in both.
    """
    for world in range(4):
        off, on = (run(a, years=2, world=world) for a in (OFF, OVERLOADED))
        counts = {name: (off.counts[f"sum_{name}"][-1], on.counts[f"sum_{name}"][-1]) for name in COUNTED}
        assert counts["turned_away"][0] == counts["ended_early"][0] == 0
        assert counts["turned_away"][1] > 50
        assert counts["ended_early"][1] > 20
        assert counts["referred_again"][1] > 1.1 * counts["referred_again"][0]
        first = [n - again for n, again in zip(counts["referred"], counts["referred_again"], strict=True)]
        assert first[0] == first[1]
        assert on.counts["open"][-1] < 0.9 * off.counts["open"][-1]
        rates = [r.paths["rereferral_rate"].iloc[-1] for r in (off, on)]
        assert rates[1] > rates[0]


COUNTED = ("referred", "referred_again", "turned_away", "ended_early")


def test_the_lower_margin_acts_first() -> None:
    """With any load above the start families are turned away sooner than with a margin, and more of them."""
    days: dict[float, list[float]] = {
        margin: [day for day, *_ in events(run(at_margin(margin), years=2), "turned away")]
        for margin in (0.0, 0.2, 0.6)
    }
    none, some, much = days.values()
    assert none[0] < some[0] < much[0]
    assert len(none) > len(some) > len(much) > 0


def at_margin(margin: float) -> ws.Authority:
    """The overloaded service with another margin."""
    return OVERLOADED.with_changes(pressure={"margin": margin})


def test_who_is_turned_away_meets_nobody() -> None:
    """Referred and gone in one instant, without a worker; only at the front door."""
    finished = run(OVERLOADED, years=2)
    before: dict[int, tuple[float, str]] = {}
    turned = 0
    for day, event, post, case, stage in events(finished):
        if event == "turned away":
            turned += 1
            assert before[case] == (day, "referred")
            assert (post, stage) == (-1, "front door")
        elif before.get(case, (0.0, ""))[1] == "turned away":
            assert event == "referred", "the next that is heard of a family turned away is that it is back"
        before[case] = (day, event)
    assert turned > 50


def test_plans_end_early_at_a_review_with_their_work_not_done() -> None:
    """Only plans that may, at an age that is a review's, and before their work is done."""
    finished = run(OVERLOADED, years=3)
    done = {(case, day) for day, _, _, case, _ in events(finished, "work done")}
    visits = finished.visits
    early = visits[visits["ended_early"] & (visits["began_day"] > 0)]
    assert len(early) > 20
    assert set(visits.loc[visits["ended_early"], "stage"]) == {"child in need plan"} <= set(MAY_END_EARLY)
    stage = PATHWAY.pathway.stages["child in need plan"]
    reviews = stage.reviews_days[0] + stage.review_every_days * np.arange(20)
    for row in early.itertuples():
        assert np.abs(reviews - row.elapsed_days).min() < 1e-6
        assert (row.case, row.ended_day) not in done
        assert row.next == PATHWAY.pathway.ended_early


# ---- Small services --------------------------------------------------------------------------------------

WORKER = {"grade": "worker", "number": 6, "salary_gbp": 38000.0}
STILL = {"leaving_scale": 0.0, "experienced_years": 0.0}


def small(
    stages: dict[str, Any] | None = None, back: float = 0.0, *, posts: Any = (WORKER,), **sections: Any
) -> ws.Authority:
    """Six workers of one team whom nobody leaves, and stages of a few days (one, if none are given)."""
    stages = stages or {"help": {"work_hours": 6.0}}
    whole = {
        name: {"team": "all", "attention_hours_per_day": 0.5, "next": {"closed": 1.0}} | stage
        for name, stage in stages.items()
    }
    pathway = {
        "stages": whole,
        "exits": {"closed": {"return_share": back}},
        "turned_away": "closed",
        "ended_early": "closed",
        "mean_return_days": 10.0,
    }
    usual: dict[str, dict[str, Any]] = {
        "census": {"date": "2024-03-31", "turnover_rate": 20.0, "caseload": 6.0},
        "demand": {"children_per_year": 400.0},
        "pressure": {"turned_away_share": 0.0, "ended_early_share": 0.0},
        "casework": {"caseload_cap": None, "work_scale": 1.0},
        "workforce": STILL,
    }
    settings = {name: usual.get(name, {}) | sections.get(name, {}) for name in (*usual, *sections)}
    return ws.Authority(name="Small", pathway=pathway, posts=posts, **plainly(**settings))


TWO_STAGES = {
    "first": {"work_hours": 4.0, "next": {"second": 0.7, "closed": 0.3}},
    "second": {"work_hours": 5.0, "attention_hours_per_day": 0.2, "upkeep_hours_per_day": 0.02},
}

# ---- Full lists ------------------------------------------------------------------------------------------


def busy(limit: int | None, share: float = 0.0) -> ws.Authority:
    """Six workers of four children each who seldom stay, and more families than they can take."""
    return small(
        TWO_STAGES,
        back=0.5,
        census={"caseload": 3.0},
        casework={"caseload_cap": 4.0, "waiting_list_limit": limit},
        demand={"children_per_year": 900.0, "children_per_family": 2.0, "year_cv": 0.0},
        workforce={"leaving_scale": 5.0, "notice_days": 0.0},
        pressure={"turned_away_share": share, "ended_early_share": 0.0, "margin": 0.0},
    )


@pytest.mark.parametrize("share", [0.0, 0.5], ids=["by the list", "by pressure too"])
def test_referrals_that_find_a_full_list_are_turned_away_and_no_others(share: float) -> None:
    """Children who wait, counted from the log: a referral goes at the limit, and below it only by pressure.

    The cases of workers who leave join a full list too.
    """
    finished = run(busy(15, share))
    children = finished.children["children"].tolist()
    waiting, counted, seen = 0, 0, Counter[tuple[str, bool]]()
    for day, event, _, case, _ in events(finished):
        if event in ("referred", "returned"):
            full, waiting = waiting >= 15, waiting + children[case]
            seen[event, full] += day > 0.0
        elif event in ("allocated", "turned away"):
            waiting -= children[case]
        if event == "turned away":
            seen[event, full] += 1
            counted += children[case]
    assert seen["turned away", True] == seen["referred", True] > 50
    assert (seen["turned away", False] > 0) == (share > 0)
    assert min(seen["referred", False], seen["returned", True], seen["returned", False]) > 0
    assert finished.paths["turned_away_children"].sum() == finished.counts["sum_turned_away"][-1] == counted
    assert finished.paths["unallocated_children"].max() > 15


def test_a_limit_that_is_never_met_changes_nothing() -> None:
    """Bit for bit."""
    assert run(busy(None)).digest() == run(busy(10**9)).digest() != run(busy(20)).digest()


# ---- Who is given the next family ------------------------------------------------------------------------

Loads = dict[int, float]


def allocations(finished: ws.Run, weight: Callable[[int, str], float]) -> Iterator[tuple[int, int, Loads]]:
    """Every allocation in a service where nobody comes or goes: post, case, and what each post holds then.

    What is held counts by ``weight(children, stage)``, over the hours of the post.
    """
    children = finished.children["children"].tolist()
    held: dict[int, dict[int, float]] = {post.index: {} for post in finished.service.posts}
    fte = {post.index: post.fte for post in finished.service.posts}
    for _, event, post, case, stage in events(finished):
        if event == "allocated":
            yield post, case, {p: sum(held[p].values()) / fte[p] for p in held}
        if event in ("allocated", "entered"):
            held[post][case] = weight(children[case], stage)
        elif event in ("closed", "returned"):
            del held[post][case]


PART_TIME = {"grade": "part-time", "number": 3, "fte": 0.6, "salary_gbp": 38000.0}


@pytest.mark.parametrize("rule", ["fewest children", "least work"])
def test_the_worker_with_least_is_given_the_next_family(rule: str) -> None:
    """By children per FTE, or by the hours a day that they take; of equals, the lowest post number."""
    service = small(TWO_STAGES, posts=(WORKER, PART_TIME), casework={"allocation": rule})
    stages = service.pathway.stages

    def weight(children: int, stage: str) -> float:
        if rule == "fewest children":
            return children
        return children * (stages[stage].attention_hours_per_day + stages[stage].upkeep_hours_per_day)

    given = Counter[bool]()
    for post, _, loads in allocations(run(service), weight):
        least = min(loads.values())
        assert post == min(p for p, load in loads.items() if load <= least + 1e-9)
        given[least == 0] += 1
    assert given[False] > 50


def test_the_two_rules_differ() -> None:
    """A child in the second stage takes less than half the hours, so its worker is given the next sooner."""
    logs = {rule: run(small(TWO_STAGES, casework={"allocation": rule})).digest() for rule in RULES}
    assert len(set(logs.values())) == 3


RULES = ("fewest children", "least work", "random")


def test_at_random_means_by_the_familys_own_luck() -> None:
    """With six workers a uniform of 0.52 is the fourth; whatever they hold."""
    finished = run(small(TWO_STAGES, back=0.3, casework={"allocation": "random"}))
    tape, visit = finished.service.desk.tape, Counter[int]()
    chosen = Counter[int]()
    for _, event, post, case, _ in events(finished, "referred", "entered", "allocated"):
        if event == "allocated":
            uniform = tape.draws(visit[case] - 1)[case, ALLOCATION]
            assert post == math.floor(6 * uniform)
            chosen[post] += 1
        else:
            visit[case] += 1
    assert min(chosen[post] for post in range(6)) > 0.5 * chosen.total() / 6


def by(rule: Callable[[WaitingFamily, list[Candidate]], Any]) -> Callable[[simpy.Environment, Any], None]:
    """A planner's policy that sets a rule of its own before the first morning."""

    def sets(env: simpy.Environment, service: Any) -> None:
        service.desk.set_rule(OwnRule(rule), env.now)

    return sets


def fewest(_family: WaitingFamily, workers: list[Candidate]) -> int:
    """The rule that comes with the library, written by a planner."""
    return min(workers, key=lambda w: (w.children / w.able, w.post)).post


@pytest.mark.parametrize("service", [SERVICE, PATHWAY], ids=["one stage", "pathway"])
def test_a_rule_of_ones_own_can_be_the_librarys(service: ws.Authority) -> None:
    """Fewest children, written as a function, gives the same log bit for bit."""
    plain = service.with_changes(casework={"continuity": False})
    for world in range(2):
        assert run(plain, by(fewest), world=world).digest() == run(plain, world=world).digest()


def test_a_family_nobody_was_given_is_looked_at_again_when_the_rule_ends() -> None:
    """A rule that gives families to nobody is over: the first family then waits for no other event."""
    quiet = small_authority(workers=2, referrals_per_day=0.3, caseload=2.0)
    nobody = ws.AllocationRule(lambda family, workers: None, start="2024-05-01", end="2024-06-30")
    finished = run(quiet, nobody)
    began, over = (finished.simulation.calendar.day(dt.date(2024, month, 1)) for month in (5, 7))
    waiting = [day for day, *_ in events(finished, "referred") if began < day < over]
    assert waiting
    assert min(day for day, *_ in events(finished, "allocated") if day > began) == over


def test_a_rule_of_ones_own_is_told_who_waits_and_who_is_there() -> None:
    """Candidates are the team's workers at work with room, in order; what they hold is what the log says."""
    service = small(TWO_STAGES, posts=(WORKER, PART_TIME), casework={"caseload_cap": 9.0})
    asked: list[tuple[WaitingFamily, list[Candidate], int]] = []

    def last(family: WaitingFamily, workers: list[Candidate]) -> int:
        asked.append((family, workers, workers[-1].post))
        return workers[-1].post

    finished = run(service, by(last))
    made = list(allocations(finished, lambda children, _: float(children)))
    stages = [stage for *_, stage in events(finished, "allocated")]
    assert len(asked) > 50
    children, fte = finished.children["children"], {p.index: p.fte for p in finished.service.posts}
    rows = zip(asked, made, stages, strict=True)
    for (family, workers, post), (given, case, loads), stage in rows:
        assert (family.case, post) == (case, given)
        assert family.children == children[case]
        assert finished.stage_names[family.stage] == stage
        assert (family.team, family.workers, family.last_post) == (0, 0, -1)
        with_room = [
            p
            for p, load in loads.items()
            if load == 0 or load * fte[p] + family.children <= 9.0 * fte[p] + 1e-9
        ]
        assert [w.post for w in workers] == with_room
        assert [w.children for w in workers] == [pytest.approx(loads[p] * fte[p]) for p in with_room]
        assert [w.fte for w in workers] == [fte[p] for p in with_room]


def test_a_rule_of_ones_own_may_let_a_family_wait() -> None:
    """Not given to anybody before it has waited three days: then at the next change in its team."""

    def patient(family: WaitingFamily, workers: list[Candidate]) -> int | None:
        return fewest(family, workers) if family.waited_days >= 3 else None

    finished = run(small(), by(patient))
    waited, visits = Counter[bool](), finished.visits
    referred: dict[int, float] = {}
    for day, event, _, case, _ in events(finished, "referred", "allocated"):
        if event == "referred":
            referred[case] = day
        else:
            waited[day - referred[case] >= 3] += 1
    assert waited[False] == 0
    assert waited[True] > 50
    assert visits["ended_day"].notna().sum() > 50
    assert visits.loc[visits["ended_day"].notna(), "unallocated_days"].median() < 6


@pytest.mark.parametrize("answer", [99, True, "post 1", 0.0])
def test_a_rule_of_ones_own_that_names_nobody_is_stopped(answer: Any) -> None:
    """Anything but the post of a worker offered, or None."""
    with pytest.raises(ws.InputError, match="one of the workers offered"):
        run(small(), by(lambda family, workers: answer))


# ---- Continuity, experience, notice ----------------------------------------------------------------------


@pytest.mark.parametrize("continuity", [True, False])
def test_a_family_that_comes_back_goes_to_the_worker_who_knows_it(continuity: bool) -> None:
    """With six workers who stay, always; without the rule, to whoever has fewest, who reads in."""
    finished = run(small(back=0.5, casework={"continuity": continuity}))
    last: dict[int, int] = {}
    known = Counter[bool]()
    for _, _, post, case, _ in events(finished, "allocated"):
        if case in last:
            known[last[case] == post] += 1
        last[case] = post
    assert known.total() > 100
    assert finished.counts["sum_handovers"][-1] == known[False]
    if continuity:
        assert known[False] == 0
        assert (finished.children["repeated_days"] == 0).all()
    else:
        assert known[False] > known[True]
        assert finished.children["repeated_days"].sum() > 0


def test_continuity_does_not_wait_for_a_worker_without_room() -> None:
    """One family each: whoever knows it may be busy, and then another takes it."""
    full = small(back=0.5, casework={"continuity": True, "caseload_cap": 0.5}, demand={"year_cv": 0.0})
    finished = run(full)
    holding: dict[int, int] = {}
    last: dict[int, int] = {}
    others = 0
    for _, event, post, case, _ in events(finished, "allocated", "closed"):
        if event == "allocated":
            if case in last and last[case] != post:
                others += 1
                assert last[case] in holding.values(), "who knows it holds another"
            holding[case] = last[case] = post
        else:
            del holding[case]
    assert others > 20


#: Permanent workers who will never count as experienced, and agency workers, who do from the first day.
NEVER_EXPERIENCED = small(
    {**TWO_STAGES, "second": {**TWO_STAGES["second"], "experienced_only": True}},
    posts=({**WORKER, "number": 9, "vacant": 4, "agency": 3},),
    workforce={"experienced_years": 40.0, "conversions_per_agency_year": 2.0},
)


def test_only_the_experienced_hold_what_is_for_them() -> None:
    """Families enter the second stage with anybody, and stay with agency workers only."""
    seen = Counter[tuple[str, bool]]()
    for world in range(3):
        finished = run(NEVER_EXPERIENCED, world=world)
        experienced = {post for post, state in enumerate(opening_states(finished)) if state == "AGENCY"}
        entered: tuple[float, int, int] | None = None
        for day, event, post, case, stage in events(finished):
            if entered is not None:
                stays = (event, day, post, case) != ("returned", *entered)
                assert stays == (entered[1] in experienced)
                seen["entered", stays] += 1
                entered = None
            if event == "entered":
                entered = (day, post, case)
            elif event == "allocated" and stage == "second":
                assert post in experienced
                seen["allocated", True] += 1
            elif event == "agency started":
                experienced.add(post)
            elif event in ("agency ended", "left"):
                experienced.discard(post)  # who converts is the same person: not discarded
            seen[event, True] += 1
    assert min(seen["entered", True], seen["entered", False], seen["allocated", True]) > 20
    assert seen["converted", True] > 0


def test_experience_comes_with_the_first_month_after_it() -> None:
    """Who is hired may hold the second stage from the first month that begins with a quarter year behind."""
    learning = NEVER_EXPERIENCED.with_changes(
        posts=({**WORKER, "number": 12, "vacant": 6},),
        workforce={"experienced_years": 0.25, "hires_per_vacancy_year": 20.0},
    )
    waits = []
    for world in range(3):
        finished = run(learning, world=world)
        marks = finished.simulation.calendar.marks
        started = {post: day for day, _, post, _, _ in events(finished, "started")}
        assert len(started) == 6
        ready = {post: min(m for m in marks if m >= day + 0.25 * 253) for post, day in started.items()}
        first: dict[int, float] = {}
        for day, _, post, _, stage in events(finished, "allocated", "work done"):
            if post in started and stage == "second":
                first.setdefault(post, day)
        assert first.keys() == ready.keys()
        for post, day in first.items():
            assert day >= ready[post]
            waits.append(day - ready[post])
    assert min(waits) < 1, "some are given one on the morning itself"


@pytest.mark.parametrize("service", [SERVICE, PATHWAY], ids=["one stage", "pathway"])
@pytest.mark.parametrize("new_cases", [False, True])
def test_a_list_winds_down_on_notice(service: ws.Authority, new_cases: bool) -> None:
    """Nobody on notice is given another family, unless the service says so; what is held goes on."""
    finished = run(service.with_changes(workforce={"new_cases_on_notice": new_cases}), years=2)
    state = dict(enumerate(opening_states(finished)))
    given = Counter[str]()
    for _, event, post, _, _ in events(finished):
        if event in ("allocated", "work done"):
            given[f"{event}, {state[post]}"] += 1
        elif event in STATES:
            state[post] = STATES[event]
    assert (given["allocated, NOTICE"] > 0) == new_cases
    assert given["work done, NOTICE"] > 0
    assert given["allocated, PERMANENT"] > 50


STATES = {"notice": "NOTICE", "left": "EMPTY", "started": "PERMANENT", "converted": "PERMANENT"}
STATES |= {"agency started": "AGENCY", "agency ended": "EMPTY"}

# ---- Rebalancing -----------------------------------------------------------------------------------------

SINGLE = {"children_per_year": 300.0, "children_per_family": 1.0}


def moves(finished: ws.Run) -> list[float]:
    """When a case went from one worker to another in one instant, where nobody comes or goes."""
    rows = list(events(finished, "returned", "allocated"))
    return [
        one[0]
        for one, other in pairwise(rows)
        if (one[1], other[1]) == ("returned", "allocated") and (one[0], one[3]) == (other[0], other[3])
    ]


def test_without_rebalancing_nothing_moves() -> None:
    """Where nobody comes or goes a case stays where it is."""
    assert moves(run(small(demand=SINGLE))) == []


def test_rebalanced_at_once_nobody_has_two_more_than_another() -> None:
    """One child a family, six full-time workers: at the end of every instant lists differ by one at most."""
    finished = run(small(demand=SINGLE, casework={"rebalancing": "at once"}))
    held, now = dict.fromkeys(range(6), 0), 0.0
    for day, event, post, _, _ in events(finished, "allocated", "returned", "closed"):
        if day > now + 1e-9:
            assert max(held.values()) - min(held.values()) <= 1
            now = day
        held[post] += 1 if event == "allocated" else -1
    assert len(moves(finished)) > 20
    assert finished.counts["sum_handovers"][-1] == len(moves(finished))


def test_rebalanced_gradually_one_case_moves_every_fifth_day() -> None:
    """At most one of each team, on days 5, 10, ... and on no other."""
    finished = run(small(demand=SINGLE, casework={"rebalancing": "gradual", "allocation": "random"}))
    days = moves(finished)
    assert len(days) > 20
    assert len(set(days)) == len(days)
    assert all(day % 5 == 0 for day in days)


def test_two_teams_do_not_share_their_families() -> None:
    """Each has its own lists: a case goes to workers of its own team, and rounds move one case in each."""
    both = small(
        demand=SINGLE, teams={"number": 2}, casework={"rebalancing": "gradual", "allocation": "random"}
    )
    finished = run(both)
    team = {post.index: post.team for post in finished.service.posts}
    of_case = defaultdict(set)
    for _, _, post, case, _ in events(finished, "allocated"):
        of_case[case].add(team[post])
    assert all(len(teams) == 1 for teams in of_case.values())
    assert max(Counter(moves(finished)).values()) == 2
    assert steady(both).pathway.team_types == ["all"]
