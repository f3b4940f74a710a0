"""What must add up, adds up: children, days, posts, people and pounds, as read from the event log."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

import workforce_sim as ws
from tests.twin import strategies as worlds
from tests.twin.adapter import run_library
from tests.twin.naive import Outcome
from workforce_sim.authority.layout import layout
from workforce_sim.authority.stage_rules import work_days
from workforce_sim.authority.steady import steady
from workforce_sim.casework.ledger import PARTS
from workforce_sim.demand.families import REFERRED, WORK
from workforce_sim.measures import census

START = dt.date(2024, 4, 1)

SERVICE = ws.Authority.from_toml(
    """
    name = "Part-time"

    [census]
    date = 2024-03-31
    turnover_rate = 35.0
    caseload = 17.0

    [demand]
    children_per_year = 260.0

    [teams]
    number = 3

    [casework]
    caseload_cap = 19.0

    [workforce]
    absence_per_child = 0.0
    conversions_per_agency_year = 0.8

    [[posts]]
    grade = "social worker"
    number = 15
    vacant = 6
    agency = 4
    agency_above_establishment = 2
    salary_gbp = 38000.0

    [[posts]]
    grade = "part-time"
    number = 4
    vacant = 1
    agency = 1
    fte = 0.6
    salary_gbp = 36000.0

    [[posts]]
    grade = "manager"
    number = 6
    vacant = 2
    agency = 1
    holds_cases = false
    salary_gbp = 52000.0
    """
)

#: The same people with the whole pathway: reviews, deadlines, sign-off, absences, families who come back.
PATHWAY = SERVICE.with_changes(
    name="Part-time, with a pathway",
    pathway="england",
    demand={"children_per_year": 400.0},
    teams={"number": 6},
    casework={"continuity": True},
    workforce={"absences_per_year": 0.5, "absence_per_child": 0.073},
    posts=tuple({**g.model_dump(), "manages": g.grade == "manager"} for g in SERVICE.posts),
)

SERVICES = {"one stage": SERVICE, "pathway": PATHWAY}

POLICIES: Sequence[Any] = (
    ws.NewPosts(5, start="2024-06-03", end="2024-12-31"),
    ws.PayChange(8, start="2024-09-18"),
    ws.AgencyConversion(4000, start="2024-08-01"),
)


def run(
    policies: Sequence[Any] = (), replication: int = 0, years: float = 1, authority: ws.Authority = SERVICE
) -> ws.Run:
    """A year of a small service of three teams, with its log."""
    return ws.Simulation(authority, list(policies), START, years, 3, replication, log=True).run()


#: Services of one stage, and with a pathway, each with something in it that the first has not.
PLAIN = {
    "as it is": SERVICE,
    "no cap": SERVICE.with_changes(casework={"caseload_cap": None}),
    "a low cap": SERVICE.with_changes(casework={"caseload_cap": 9.0}, workforce={"notice_days": 0.0}),
    "costly handovers": SERVICE.with_changes(
        casework={"handover_progress_lost": 1.0, "handover_reading_hours": 30.0}
    ),
    "overloaded": SERVICE.with_changes(demand={"children_per_year": 420.0}, casework={"work_hours": 60.0}),
}
WHOLE = {
    "a pathway": PATHWAY,
    "a pathway, evened out": PATHWAY.with_changes(casework={"caseload_cap": None, "rebalancing": "at once"}),
    "a pathway, a low cap": PATHWAY.with_changes(casework={"caseload_cap": 9.0, "allocation": "least work"}),
    "a pathway, costly handovers": PATHWAY.with_changes(
        casework={"handover_progress_lost": 1.0, "hand_over_after_days": 5.0}
    ),
    "a pathway, overloaded": PATHWAY.with_changes(
        demand={"children_per_year": 700.0}, pressure={"turned_away_share": 2.0, "ended_early_share": 2.0}
    ),
}


def world_of(name: str, with_policies: bool, replication: int, years: float) -> ws.Run:
    """A run by names, which are short to read when a test fails."""
    return run(POLICIES if with_policies else (), replication, years, (PLAIN | WHOLE)[name])


def runs_of(names: Iterable[str]) -> st.SearchStrategy[ws.Run]:
    """Runs of these services, with and without policies, in many worlds."""
    years = st.sampled_from([0.5, 1, 2])
    return st.builds(world_of, st.sampled_from(list(names)), st.booleans(), st.integers(0, 400), years)


RUNS, PATHWAY_RUNS = runs_of(PLAIN), runs_of(WHOLE)
ANY_RUNS = RUNS | PATHWAY_RUNS


def end_of(finished: ws.Run) -> float:
    """Working days of the run."""
    return float(finished.simulation.calendar.end)


CASE_EVENTS = ("referred", "allocated", "returned", "closed", "turned away")

#: What the days of a service of one stage, without reviews, sign-off or absences, can be.
PLAIN_PARTS = ("natural", "unallocated", "repeated", "slow")


# ---- An independent reader of cases ----------------------------------------------------------------------


@dataclass
class CaseReader:
    """Who holds which case, and how many have, read from the event log alone.

    Attributes:
        children: of every case.
        holder: post that holds each open case, None while it waits.
        visits: number of the present visit of every case to a stage.
        workers: of every case in the present episode; whoever decides at the front door is none of them.
        handovers: allocations to another person than the last, so far.
    """

    children: list[int]
    holder: dict[int, int | None]
    visits: dict[int, int]
    workers: dict[int, int]
    handovers: int = 0

    def __init__(self, finished: ws.Run) -> None:
        self.children = finished.children["children"].tolist()
        self.holder, self.visits, self.workers = {}, Counter(), {}
        self.log = finished.log
        pathway = finished.simulation.authority.pathway
        self._decide = {name for name, stage in pathway.stages.items() if stage.decision} if pathway else ()
        self._people, self._last = Counter[int](), dict[int, tuple[int, int]]()
        self._stage: dict[int, str] = {}

    def __iter__(self) -> Iterator[tuple[float, str, int, int]]:
        """Every event, after it has been taken in; an event that cannot be is an error."""
        rows = list(self.log.itertuples(index=False, name=None))
        for i, (when, event, post, case, stage) in enumerate(rows):
            if event == "referred":
                assert case not in self.holder, "referred twice"
                self.holder[case] = None
                self.visits[case] += 1
                self.workers[case] = 0
            elif event == "turned away":
                assert self.holder.pop(case) is None, "turned away from a worker"
            elif event == "allocated":
                assert self.holder[case] is None, "allocated while held"
                self.holder[case] = post
                if stage not in self._decide:
                    self._is_given(case, (post, self._people[post]))
            elif event in ("work done", "ended early"):
                assert self.holder[case] == post, f"{event} by somebody else"
            elif event == "entered":
                assert self.holder[case] == post, "on to the next stage by somebody else"
                self.visits[case] += 1
                decided = self._stage[case] in self._decide and stage not in self._decide
                follows = rows[i + 1] if i + 1 < len(rows) else ()
                if decided and follows[1:4:2] != ("returned", case):  # who decided keeps the family
                    self._is_given(case, (post, self._people[post]))
            elif event == "returned":
                assert self.holder[case] == post, "returned by somebody else"
                self.holder[case] = None
            elif event == "closed":
                assert self.holder.pop(case) == post, "closed by somebody else"
            elif event in ("started", "agency started"):
                self._people[post] += 1
            if event in ("referred", "entered"):
                self._stage[case] = stage
            yield when, event, post, case

    def _is_given(self, case: int, person: tuple[int, int]) -> None:
        """A family has a worker, perhaps another than the last."""
        last = self._last.get(case)
        self.handovers += last is not None and last != person
        self.workers[case] += last != person or self.workers[case] == 0
        self._last[case] = person

    def waiting_and_held(self) -> tuple[int, int]:
        """Children on waiting lists, and with workers."""
        counted = Counter[bool]()
        for case, post in self.holder.items():
            counted[post is None] += self.children[case]
        return counted[True], counted[False]


def areas_in_log(finished: ws.Run) -> tuple[float, float]:
    """Integrals of the children waiting and held over the run, from the event log."""
    reader, last, state = CaseReader(finished), 0.0, (0, 0)
    parts: list[tuple[float, float]] = []
    for when, event, _, _ in reader:
        if event in CASE_EVENTS:
            assert when >= last
            parts.append((state[0] * (when - last), state[1] * (when - last)))
            last, state = when, reader.waiting_and_held()
    left = end_of(finished) - last
    parts.append((state[0] * left, state[1] * left))
    return math.fsum(p[0] for p in parts), math.fsum(p[1] for p in parts)


# ---- Children --------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(ANY_RUNS)
def test_littles_law_holds_exactly(finished: ws.Run) -> None:
    """Children open, integrated over time, are days summed over children: in all, waiting, and held."""
    ledger, end = finished.children, end_of(finished)
    waiting, held = finished.service.desk.areas(end)
    elapsed = math.fsum(ledger["children"] * ledger["elapsed_days"])
    assert waiting + held == pytest.approx(elapsed, rel=1e-9)
    by_reader = areas_in_log(finished)
    assert by_reader[0] == pytest.approx(waiting, rel=1e-9, abs=1e-6)
    assert by_reader[1] == pytest.approx(held, rel=1e-9)
    visits = finished.visits
    assert waiting + held == pytest.approx(math.fsum(visits["children"] * visits["elapsed_days"]), rel=1e-9)


@settings(max_examples=15)
@given(RUNS)
def test_with_one_stage_waiting_is_unallocated_and_an_episode_all_there_is(finished: ws.Run) -> None:
    """Where nothing makes up for lost days, those of the ledger are those on the waiting list."""
    ledger, end = finished.children, end_of(finished)
    waiting, held = finished.service.desk.areas(end)
    children = ledger["children"]
    elapsed = math.fsum(children * ledger["elapsed_days"])
    unallocated = math.fsum(children * ledger["unallocated_days"])
    assert waiting == pytest.approx(unallocated, rel=1e-9, abs=1e-6)
    assert held == pytest.approx(elapsed - unallocated, rel=1e-9)
    closed = ledger["closed_day"].fillna(end)
    np.testing.assert_allclose(ledger["elapsed_days"], closed - ledger["referred_day"], atol=1e-9)
    assert (ledger["episodes"] == 1).all()


@settings(max_examples=25)
@given(ANY_RUNS)
def test_the_parts_of_the_drift_ledger_add_up(finished: ws.Run) -> None:
    """The eight parts of the days of a family are its elapsed days, none of them negative."""
    ledger = finished.children
    parts = ledger[[f"{part}_days" for part in PARTS]]
    assert (parts >= -1e-9).all(axis=None)
    np.testing.assert_allclose(parts.sum(axis=1), ledger["elapsed_days"], rtol=1e-9, atol=1e-9)
    once = ledger[ledger["episodes"] == 1]
    closed = once["closed_day"].fillna(end_of(finished))
    np.testing.assert_allclose(once["elapsed_days"], closed - once["referred_day"], atol=1e-9)
    again = ledger[ledger["episodes"] > 1]
    closed = again["closed_day"].fillna(end_of(finished))
    assert (again["elapsed_days"] <= closed - again["referred_day"]).all()
    unchanged = (ledger["episodes"] == 1) & (ledger["workers"] <= 1)
    assert (ledger.loc[unchanged, "repeated_days"] == 0).all()


@settings(max_examples=15)
@given(RUNS)
def test_with_one_stage_natural_days_are_days_of_full_attention(finished: ws.Run) -> None:
    """The natural time of a case that has closed is the work drawn for it; of one still open no more yet."""
    ledger, tape = finished.children, finished.service.desk.tape
    done = ledger["closed_day"].notna()
    stages = steady(finished.simulation.authority.balanced()).table.stages
    drawn = [work_days(stages, 0, z) for z in tape.draws(0)[:, WORK]]
    natural = np.where(tape.stage == REFERRED, drawn, tape.left)[: len(ledger)]
    np.testing.assert_allclose(ledger["natural_days"][done], natural[done], rtol=1e-9)
    assert (ledger["natural_days"] <= natural * (1 + 1e-9)).all()
    nothing = set(PARTS) - set(PLAIN_PARTS)
    assert (ledger[[f"{part}_days" for part in nothing]] == 0).all(axis=None)


@settings(max_examples=10)
@given(RUNS)
def test_monthly_days_are_sums_over_the_ledger(finished: ws.Run) -> None:
    """With one stage, child-days by where they went are those of the cases."""
    ledger, counts = finished.children, finished.counts
    children = ledger["children"]
    days = {part: math.fsum(children * ledger[f"{part}_days"]) for part in PLAIN_PARTS}
    found = {part: float(counts[f"sum_{part}_days"][-1]) for part in PLAIN_PARTS}
    assert found["unallocated"] == pytest.approx(days["unallocated"], rel=1e-9, abs=1e-6)
    assert found["slow"] == pytest.approx(days["slow"], rel=1e-9, abs=1e-6)
    # of work still in hand, handovers book all their hours at once; the ledger only as they are worked off
    worked = days["natural"] + days["repeated"]
    assert found["natural"] + found["repeated"] == pytest.approx(worked, rel=1e-9)
    assert found["repeated"] >= days["repeated"] - 1e-6


@settings(max_examples=20)
@given(ANY_RUNS)
def test_monthly_counts_are_sums_over_the_log(finished: ws.Run) -> None:
    """Child-days, children, workers and handovers of a run are those of its cases, month by month."""
    counts, end = finished.counts, end_of(finished)
    marks = finished.simulation.calendar.marks
    for month in range(1, len(marks)):
        waiting, held = finished.service.desk.areas(end) if marks[month] == end else (None, None)
        together = sum(float(counts[f"sum_{part}_days"][month]) for part in PARTS)
        if waiting is not None:
            assert together == pytest.approx(waiting + held, rel=1e-9)
        before = sum(float(counts[f"sum_{part}_days"][month - 1]) for part in PARTS)
        most = counts["open"][month - 1] + counts["sum_referred"][month] - counts["sum_referred"][month - 1]
        least = counts["open"][month - 1] - counts["sum_closed"][month] + counts["sum_closed"][month - 1]
        width = marks[month] - marks[month - 1]
        assert least * width - 1e-6 <= together - before <= most * width + 1e-6
    paths, ledger = finished.paths.iloc[1:], finished.children
    reader, children = CaseReader(finished), Counter[str]()
    workers = 0
    for when, event, _, case in reader:
        late = event != "referred" or when > 0
        children[event] += reader.children[case] if late and case >= 0 else 0
        if event in ("closed", "turned away"):
            workers += reader.children[case] * reader.workers[case]
    assert paths["closed_children"].sum() == children["closed"] + children["turned away"]
    assert paths["turned_away_children"].sum() == children["turned away"]
    assert paths["ended_early_children"].sum() == children["ended early"]
    assert (paths["workers_per_child"] * paths["closed_children"]).fillna(0.0).sum() == pytest.approx(workers)
    assert (
        counts["sum_handovers"][-1] == reader.handovers
    )  # of the first morning too, when lists are evened out
    assert paths["handovers"].sum() == reader.handovers - counts["sum_handovers"][0]
    assert ledger["workers"].tolist() == [reader.workers[case] for case in ledger.index]
    assert paths["referred_children"].sum() == children["referred"]
    flow = paths["referred_children"] - paths["closed_children"]
    np.testing.assert_array_equal(finished.paths["open_children"].diff().iloc[1:], flow)


@settings(max_examples=25)
@given(ANY_RUNS)
def test_nobody_holds_more_than_the_cap(finished: ws.Run) -> None:
    """After every allocation a worker is within cap x FTE, unless a single family is more than that."""
    cap = finished.simulation.authority.casework.caseload_cap
    fte = {post.index: post.fte for post in finished.service.posts}
    cases, children = Counter[int](), Counter[int]()
    allocations = 0
    reader = CaseReader(finished)
    for _, event, post, case in reader:
        sign = {"allocated": 1, "returned": -1, "closed": -1}.get(event, 0)
        cases[post] += sign
        children[post] += sign * reader.children[case] if sign else 0
        if event == "allocated":
            allocations += 1
            within = cap is None or children[post] <= cap * fte[post] + 1e-9
            assert within or cases[post] == 1
    assert allocations > 50


@settings(max_examples=25)
@given(ANY_RUNS)
def test_only_people_in_case_holding_posts_hold_cases(finished: ws.Run) -> None:
    """Cases go to workers at work, taking new cases, of the team of the stage, whose grade holds cases."""
    posts, visits = finished.service.posts, finished.visits
    team = dict(zip(zip(visits["case"], visits["ordinal"], strict=True), visits["team"], strict=True))
    holds = [group.holds_cases for group in finished.simulation.authority.posts]
    present, away, going = dict(enumerate(opening_states(finished))), set[int](), set[int]()
    reader = CaseReader(finished)
    for _, event, post, case in reader:
        if event in TRANSITIONS:
            assert present[post] == TRANSITIONS[event][0]
            present[post] = TRANSITIONS[event][1]
            away -= {post} if event in ("left", "agency ended") else set()
            going -= {post} if event == "agency ended" else set()
        elif event == "agency notice":
            going.add(post)
        elif event == "away":
            away.add(post)
        elif event == "back":
            away.remove(post)
        elif event == "allocated":
            assert present[post] in ("PERMANENT", "AGENCY"), "on notice a list winds down"
            assert post not in away | going
            assert posts[post].team == team[case, reader.visits[case] - 1]
            assert holds[posts[post].grade]


def test_without_a_cap_nobody_waits() -> None:
    """No cap means always room: only a cap makes families wait while workers are there."""
    boundless = SERVICE.with_changes(casework={"caseload_cap": None})
    for replication in range(5):
        free, capped = (run(replication=replication, authority=a) for a in (boundless, SERVICE))
        assert free.children["unallocated_days"].sum() == 0
        assert capped.children["unallocated_days"].sum() > 0


def test_a_conversion_moves_no_case() -> None:
    """When an agency worker becomes permanent every case stays, and none is repeated for it."""
    eager = SERVICE.with_changes(workforce={"conversions_per_agency_year": 12.0})
    conversions = held = 0
    for replication in range(5):
        reader, holding = (
            CaseReader(finished := run(replication=replication, authority=eager)),
            Counter[int](),
        )
        converted: set[tuple[float, int]] = set()
        for when, event, post, _ in reader:
            holding[post] += {"allocated": 1, "returned": -1, "closed": -1}.get(event, 0)
            if event == "converted":
                conversions += 1
                held += holding[post]
                converted.add((when, post))
            elif event == "returned":
                assert (when, post) not in converted
        assert finished.paths["conversions_fte"].sum() > 0
    assert conversions > 20
    assert held > 100


# ---- An independent reader of posts ----------------------------------------------------------------------

#: What each staff event makes of a post.
TRANSITIONS = {
    "opened": ("NONE", "EMPTY"),
    "notice": ("PERMANENT", "NOTICE"),
    "left": ("NOTICE", "EMPTY"),
    "started": ("EMPTY", "PERMANENT"),
    "agency started": ("EMPTY", "AGENCY"),
    "agency ended": ("AGENCY", "EMPTY"),
    "converted": ("AGENCY", "PERMANENT"),
}


def opening_states(finished: ws.Run) -> list[str]:
    """The state of every post at the start: where its first event leads from, or its last if it has none."""
    states = [row["state"] for row in finished.service.state_of_posts()]
    staff = finished.log[finished.log["event"].isin(list(TRANSITIONS))]
    for event, post in reversed(list(staff[["event", "post"]].itertuples(index=False, name=None))):
        states[post] = TRANSITIONS[event][0]
    return states


def staff_history(finished: ws.Run) -> Iterator[tuple[float, list[str]]]:
    """The states of all posts at the start and after every staff event."""
    states = opening_states(finished)
    yield 0.0, states
    staff = finished.log[finished.log["event"].isin(list(TRANSITIONS))]
    for when, event, post in staff[["day", "event", "post"]].itertuples(index=False, name=None):
        before, after = TRANSITIONS[event]
        assert states[post] == before, f"{event} in a post that was {states[post]}"
        states = [*states[:post], after, *states[post + 1 :]]
        yield when, states


IN_POST = ("PERMANENT", "NOTICE")


def fte_by_team(finished: ws.Run, states: Sequence[str]) -> dict[str, list[float]]:
    """FTE in post, covered by agency, empty, and all established posts there are, by team."""
    teams = layout(finished.simulation.authority).teams
    found = {name: [0.0] * teams for name in ("in_post", "covered", "empty", "posts", "agency")}
    for post, state in zip(finished.service.posts, states, strict=True):
        kind = {"AGENCY": "covered", "EMPTY": "empty", "NONE": ""}.get(state, "in_post")
        if post.established and kind:
            found[kind][post.team] += post.fte
            found["posts"][post.team] += post.fte
        found["agency"][post.team] += post.fte * (state == "AGENCY")
    return found


def looker(seen: list[Any], every: float) -> Callable[[simpy.Environment, Any], Any]:
    """A process that writes down at odd times what the service says of itself."""

    def look(env: simpy.Environment, service: Any) -> Generator[simpy.Event, Any, None]:
        while True:
            yield env.timeout(every)
            totals = (
                service.in_post_fte,
                service.covered_fte,
                service.empty_fte,
                service.established_fte,
                service.agency_fte,
            )
            seen.append((env.now, [row["state"] for row in service.state_of_posts()], totals))

    return look


@pytest.mark.parametrize("policies", [(), POLICIES], ids=["without policies", "with policies"])
@pytest.mark.parametrize("replication", range(4))
@pytest.mark.parametrize("service", SERVICES)
def test_posts_are_permanent_agency_and_empty(
    policies: Sequence[Any], replication: int, service: str
) -> None:
    """At every event, team by team, posts are in post, covered or empty; the service counts the same."""
    seen: list[Any] = []
    finished = run([*policies, looker(seen, 0.73)], replication, authority=SERVICES[service])
    history = list(staff_history(finished))
    assert [row["state"] for row in finished.service.state_of_posts()] == history[-1][1]
    opened = {post.index: post.opened for post in finished.service.posts}
    for when, states in history:
        fte = fte_by_team(finished, states)
        for team in range(layout(SERVICES[service]).teams):
            there = [
                p.fte
                for p in finished.service.posts
                if p.team == team and p.established and (opened[p.index] < when or states[p.index] != "NONE")
            ]
            together = fte["in_post"][team] + fte["covered"][team] + fte["empty"][team]
            assert together == pytest.approx(math.fsum(there)) == fte["posts"][team]
    times = [when for when, _ in history]
    for now, states, totals in seen:
        then = history[int(np.searchsorted(times, now, side="right")) - 1][1]
        assert then[: len(states)] == states
        assert set(then[len(states) :]) <= {"NONE"}
        fte = fte_by_team(finished, then)
        for name, value in zip(("in_post", "covered", "empty", "posts", "agency"), totals, strict=True):
            assert value == pytest.approx(sum(fte[name])), name
    assert len(seen) > 300


def test_the_opening_state_is_the_census_row_grade_by_grade() -> None:
    """Vacant posts, and those covered by agency, are as many as stated in every grade and every world."""
    for replication in range(5):
        finished = run(replication=replication)
        opening = Counter(
            (post.grade, state)
            for post, state in zip(finished.service.posts, opening_states(finished), strict=True)
            if post.established
        )
        above = Counter(
            post.grade
            for post, state in zip(finished.service.posts, opening_states(finished), strict=True)
            if not post.established and state == "AGENCY"
        )
        for g, group in enumerate(SERVICE.posts):
            assert opening[g, "AGENCY"] == group.agency
            assert opening[g, "EMPTY"] == group.vacant - group.agency
            assert opening[g, "PERMANENT"] + opening[g, "NOTICE"] == group.number - group.vacant
            assert above[g] == group.agency_above_establishment


@pytest.mark.parametrize("policies", [(), POLICIES], ids=["without policies", "with policies"])
@pytest.mark.parametrize("replication", range(4))
def test_flows_are_changes_of_stocks(policies: Sequence[Any], replication: int) -> None:
    """Starters less leavers plus conversions are the change of in post, month by month; so for agency."""
    finished = run(policies, replication, years=2)
    paths, history = finished.paths, list(staff_history(finished))
    change = paths.diff().iloc[1:]
    flows = paths.iloc[1:]
    np.testing.assert_allclose(
        change["in_post_fte"],
        flows["starters_fte"] - flows["leavers_fte"] + flows["conversions_fte"],
        atol=1e-9,
    )
    np.testing.assert_allclose(
        change["agency_fte"],
        flows["agency_starts_fte"] - flows["agency_ends_fte"] - flows["conversions_fte"],
        atol=1e-9,
    )
    assert flows["leavers_fte"].sum() > 3
    assert flows["conversions_fte"].sum() > 0
    marks, times = finished.simulation.calendar.marks, [when for when, _ in history]
    for month, mark in enumerate(marks):
        if month:
            states = history[int(np.searchsorted(times, mark - 1e-9)) - 1][1]
        else:
            states = history[0][1]
        fte = fte_by_team(finished, states)
        row = paths.iloc[month]
        assert row["in_post_fte"] == pytest.approx(sum(fte["in_post"]))
        assert row["agency_fte"] == pytest.approx(sum(fte["agency"]))
        assert row["empty_fte"] == pytest.approx(sum(fte["empty"]))
        assert row["vacancies_fte"] == pytest.approx(sum(fte["empty"]) + sum(fte["covered"]))
        assert row["posts_fte"] == pytest.approx(sum(fte["posts"]))


def test_a_census_of_a_run_is_its_monthly_path() -> None:
    """The census at a month end, and the measures at that mark, are two views of one count."""
    finished = run(POLICIES, years=2)
    row, path = finished.census("2026-03-31"), finished.paths.iloc[24]
    assert row.turnover_rate == pytest.approx(path["turnover_rate"])
    assert row.agency_rate == pytest.approx(path["agency_rate"])
    assert row.vacancy_rate == pytest.approx(path["vacancy_rate"])
    assert row.average_caseload == pytest.approx(path["caseload"])
    last_year = finished.paths.iloc[13:]
    assert row.leavers_fte == pytest.approx(last_year["leavers_fte"].sum())
    assert row.starters_fte == pytest.approx(
        last_year["starters_fte"].sum() + last_year["conversions_fte"].sum()
    )


@pytest.mark.parametrize("service", SERVICES)
def test_caseload_counts_children_held_per_worker_who_holds_any(service: str) -> None:
    """At every month end the caseload is what a reader of the event log counts."""
    finished = run(POLICIES, authority=SERVICES[service])
    marks = finished.simulation.calendar.marks
    fte = {post.index: post.fte for post in finished.service.posts}
    reader = CaseReader(finished)
    steps = [(when, event, dict(reader.holder)) for when, event, _, _ in reader if event in CASE_EVENTS]
    times = [when for when, _, _ in steps]
    for month in range(1, 13):
        holder = steps[int(np.searchsorted(times, marks[month] - 1e-9)) - 1][2]
        held = sum(reader.children[case] for case, post in holder.items() if post is not None)
        holders = sum(fte[post] for post in {p for p in holder.values() if p is not None})
        assert finished.paths["caseload"].iloc[month] == pytest.approx(held / holders)
        assert finished.paths["case_holders_fte"].iloc[month] == pytest.approx(holders)


# ---- Money -----------------------------------------------------------------------------------------------


def salary_years(finished: ws.Run, day: float) -> float:
    """Years of salary due by a day: every calendar month is a twelfth, whatever its working days."""
    marks = finished.simulation.calendar.marks
    return float(np.interp(day, marks, np.arange(len(marks)) / 12))


def fte_years(finished: ws.Run, first: float = 0.0, last: float = math.inf) -> dict[str, list[float]]:
    """Salary years of permanent and agency workers between two days, by grade, from the event log."""
    grades = len(finished.simulation.authority.posts)
    days = {"permanent": [0.0] * grades, "agency": [0.0] * grades}
    history = list(staff_history(finished))
    last = min(last, end_of(finished))
    ends = [when for when, _ in history[1:]] + [math.inf]
    for (when, states), over in zip(history, ends, strict=True):
        if min(over, last) <= max(when, first):
            continue
        width = salary_years(finished, min(over, last)) - salary_years(finished, max(when, first))
        for post, state in zip(finished.service.posts, states, strict=True):
            if state in IN_POST:
                days["permanent"][post.grade] += post.fte * width
            elif state == "AGENCY":
                days["agency"][post.grade] += post.fte * width
    return days


PENNY = 0.01

#: Salaries of the grade on every career level.
ONE_SALARY = SERVICE.with_changes(careers={"newly_qualified_salary": 1.0, "senior_salary": 1.0})


@pytest.mark.parametrize("replication", range(4))
def test_money_without_policies_is_days_times_rates(replication: int) -> None:
    """Pay and agency are salary years x yearly rates, recruitment is paid per starter: to the penny."""
    finished = run(replication=replication, authority=ONE_SALARY)
    costs, days = SERVICE.costs, fte_years(finished)
    salaries = [group.salary_gbp for group in SERVICE.posts]
    yearly = [s * (1 + costs.on_costs) for s in salaries]
    happened = Counter(finished.log["event"])
    expected = {
        "cost_pay_gbp": sum(d * rate for d, rate in zip(days["permanent"], yearly, strict=True)),
        "cost_agency_gbp": sum(
            d * rate * costs.agency_to_employed for d, rate in zip(days["agency"], yearly, strict=True)
        ),
        "cost_recruitment_gbp": happened["started"] * costs.recruitment_gbp,
        "cost_retention_gbp": 0.0,
        "cost_conversion_gbp": 0.0,
        "cost_redundancy_gbp": 0.0,
        "cost_new_posts_gbp": 0.0,
        "cost_programmes_gbp": 0.0,
        "cost_care_gbp": 0.0,
    }
    for heading, pounds in expected.items():
        assert finished.paths[heading].iloc[1:].sum() == pytest.approx(pounds, abs=PENNY), heading
    assert finished.paths["cost_to_date_gbp"].iloc[-1] == pytest.approx(sum(expected.values()), abs=PENNY)
    assert happened["started"] + happened["agency started"] > 0


def test_money_with_policies_is_days_times_rates() -> None:
    """A rise is on the pay of everyone in post while it lasts; bonuses and running costs are as offered."""
    rise = ws.PayChange(8, start="2024-09-18", end="2024-12-31", grades=["social worker", "manager"])
    offer = ws.AgencyConversion(4000, start="2024-08-01", end="2025-01-31")
    posts = ws.NewPosts(5, start="2024-06-03")
    found_conversions = 0
    for replication in range(4):
        finished = run([rise, offer, posts], replication, authority=ONE_SALARY)
        calendar, costs = finished.simulation.calendar, SERVICE.costs
        from_day, to_day = calendar.day(dt.date(2024, 9, 18)), calendar.day(dt.date(2025, 1, 1))
        yearly = [group.salary_gbp * (1 + costs.on_costs) for group in SERVICE.posts]
        plain, raised = fte_years(finished), fte_years(finished, from_day, to_day)
        pay = sum(
            rate * (all_days + (0.0 if group.grade == "part-time" else 0.08) * some)
            for rate, all_days, some, group in zip(
                yearly, plain["permanent"], raised["permanent"], SERVICE.posts, strict=True
            )
        )
        assert finished.paths["cost_pay_gbp"].iloc[1:].sum() == pytest.approx(pay, abs=PENNY)
        stands = calendar.day(dt.date(2024, 8, 1)), calendar.day(dt.date(2025, 2, 1))
        converted = finished.log.query("event == 'converted'")["day"].between(*stands, inclusive="left").sum()
        found_conversions += int(converted)
        assert finished.paths["cost_conversion_gbp"].iloc[1:].sum() == pytest.approx(
            4000 * converted, abs=PENNY
        )
        exists = salary_years(finished, calendar.end) - salary_years(
            finished, calendar.day(dt.date(2024, 6, 3))
        )
        running = 5 * costs.new_post_running_gbp * exists
        assert finished.paths["cost_new_posts_gbp"].iloc[1:].sum() == pytest.approx(running, abs=PENNY)
    assert found_conversions > 0


def test_a_part_time_new_post_runs_like_a_whole_one() -> None:
    """Running costs are per new post (a desk, a telephone), not per FTE: section 10."""
    finished = run([ws.NewPosts(4, start=START, fte=0.5)])
    pounds = 4 * SERVICE.costs.new_post_running_gbp * salary_years(finished, end_of(finished))
    assert finished.paths["cost_new_posts_gbp"].iloc[1:].sum() == pytest.approx(pounds, abs=PENNY)


@settings(max_examples=10)
@given(RUNS)
def test_cost_to_date_is_the_sum_of_its_headings(finished: ws.Run) -> None:
    """Month by month the headings add up to the cost, and the costs to the cost to date."""
    paths = finished.paths
    headings = paths[[name for name in paths if name.startswith("cost_") and name.count("_") >= 2]]
    headings = headings.drop(columns="cost_to_date_gbp")
    assert headings.shape[1] == 9
    np.testing.assert_allclose(paths["cost_gbp"].iloc[1:], headings.iloc[1:].sum(axis=1), rtol=1e-9)
    to_date = paths["cost_to_date_gbp"]
    assert to_date.iloc[0] == 0
    np.testing.assert_allclose(to_date.iloc[1:], paths["cost_gbp"].iloc[1:].cumsum(), rtol=1e-9)
    assert (to_date.diff().iloc[1:] > 0).all()


def test_what_costs_nothing_costs_nothing() -> None:
    """With salaries and costs of 0 a run with every kind of policy costs 0, and the people are the same.

    Pay draws nobody out of agency here: what a rise closes of the pay gap depends on the salary.
    """
    converts = SERVICE.workforce.conversions_per_agency_year
    paid = SERVICE.with_changes(workforce={"conversions_per_agency_year_full_offer": converts})
    unpaid = paid.with_changes(
        posts=tuple({**group.model_dump(), "salary_gbp": 0.0} for group in SERVICE.posts),
        costs={"recruitment_gbp": 0.0, "new_post_running_gbp": 0.0},
    )
    free = [ws.NewPosts(5, start="2024-06-03"), ws.PayChange(8, start="2024-09-18")]
    finished = run(free, authority=unpaid)
    assert (finished.paths["cost_to_date_gbp"] == 0).all()
    assert finished.digest() == run(free, authority=paid).digest()


# ---- The census arithmetic on published rows -------------------------------------------------------------

#: DfE, Children's social work workforce: in post, leavers, agency, vacancies, cases and case holders (FTE and
#: children), then the rates published for them: turnover, agency, vacancy and caseload. England's turnover of
#: 2022 is published as 17.2; its own counts give 17.14.
PUBLISHED = {
    "England 2017": (28482.6, 3811.8, 5343.2, 5822.6, 316647, 17840.6, 13.4, 15.8, 17.0, 17.7),
    "England 2022": (31634.1, 5422.0, 6759.7, 7912.9, 335563, 20206.0, 17.14, 17.6, 20.0, 16.6),
    "England 2025": (36186.3, 4276.3, 5415.9, 5965.4, 321661, 21105.4, 11.8, 13.0, 14.2, 15.2),
    "Birmingham 2017": (647.1, 62.7, 130.5, 224.9, 5824, 396.0, 9.7, 16.8, 25.8, 14.7),
    "Birmingham 2023": (761.7, 86.0, 103.4, 278.0, 8114, 459.1, 11.3, 11.95, 26.7, 17.7),
    "Birmingham 2025": (769.6, 65.4, 108.5, 159.0, 7484, 492.3, 8.5, 12.4, 17.1, 15.2),
}


@pytest.mark.parametrize("row", PUBLISHED.values(), ids=PUBLISHED.keys())
def test_census_arithmetic_reproduces_published_rows(row: tuple[float, ...]) -> None:
    """The published counts give the published rates, to rounding, one by one and as a census."""
    in_post, leavers, agency, vacancies, cases, holders, *published = row
    assert census.turnover_rate(leavers, in_post) == pytest.approx(published[0], abs=0.06)
    assert census.agency_rate(agency, in_post) == pytest.approx(published[1], abs=0.06)
    assert census.vacancy_rate(vacancies, in_post) == pytest.approx(published[2], abs=0.06)
    assert census.average_caseload(cases, holders) == pytest.approx(published[3], abs=0.06)
    whole = census.Census(
        date=dt.date(2025, 9, 30),
        in_post_fte=in_post,
        agency_fte=agency,
        agency_covering_fte=0.8 * agency,
        vacancies_fte=vacancies,
        empty_fte=vacancies - 0.8 * agency,
        case_holders_fte=holders,
        cases=cases,
        starters_fte=0.0,
        leavers_fte=leavers,
    ).row()
    rates = [whole[f"{name}_rate"] for name in ("turnover", "agency", "vacancy")]
    assert [*rates, whole["average_caseload"]] == pytest.approx(published, abs=0.06)
    assert whole["agency_covering_rate"] == pytest.approx(80)
    assert whole["vacancies_covered_rate"] == pytest.approx(80 * agency / vacancies)


# ---- Worlds worked out by hand ---------------------------------------------------------------------------

EXACT = 1e-9


def closings(outcome: Outcome) -> list[float]:
    """When each case closed, after its only visit to the only stage."""
    assert [row["case"] for row in outcome.ledger] == list(range(len(outcome.ledger)))
    return [row["ended"] for row in outcome.ledger]


@pytest.mark.parametrize("world", [worlds.v18_staggered, worlds.v18_together], ids=["staggered", "together"])
def test_v18_one_worker_shares_the_day(world: Callable[[], tuple[Any, tuple[float, ...]]]) -> None:
    """One worker shares an hour a day among three cases: closings as worked out by hand."""
    given_world, answers = world()
    assert closings(run_library(given_world)) == pytest.approx(list(answers), abs=EXACT)


@pytest.mark.parametrize("world", [worlds.v19_cap3, worlds.v19_cap2], ids=["cap 3", "cap 2"])
def test_v19_a_worker_goes_and_another_comes(world: Callable[[], tuple[Any, worlds.Answers]]) -> None:
    """Three workers, a leaver, a starter and a cap: closings, waiting, workers, handovers by hand."""
    given_world, answers = world()
    outcome = run_library(given_world)
    assert closings(outcome) == pytest.approx(list(answers.closings), abs=EXACT)
    arrivals = [case.time for case in given_world.cases]
    open_days = sum(closed - time for closed, time in zip(answers.closings, arrivals, strict=True))
    assert outcome.open_integral == pytest.approx(open_days, abs=EXACT)
    workers = [row["workers"] for row in outcome.ledger]
    if answers.waiting is not None:
        assert [row["waiting"] for row in outcome.ledger] == pytest.approx(list(answers.waiting), abs=EXACT)
    if answers.workers is not None:
        assert workers == list(answers.workers)
    if answers.handovers is not None:
        assert sum(n - 1 for n in workers) == answers.handovers
    if answers.open_integral is not None:
        assert outcome.open_integral == pytest.approx(answers.open_integral, abs=EXACT)


def test_v19_has_all_its_answers_for_the_cap_of_three() -> None:
    """The world with a cap of three is worked out in full, so that the test above leaves nothing out."""
    _, answers = worlds.v19_cap3()
    assert None not in (answers.waiting, answers.workers, answers.handovers, answers.open_integral)


def test_what_shared_luck_is_worth() -> None:
    """Separate luck would need (var a + var b) / var (a - b) times as many runs for the same interval."""
    scenarios = {"Do nothing": [], "Posts": [ws.NewPosts(10, start="2025-10-01")], "Nothing": []}
    england = ws.Authority.preset("england-2025")
    result = ws.Study(england, scenarios, "2025-10-01", years=1, replications=20).run(progress=False)
    row = result.compare("Posts", measures="caseload", at=[12]).iloc[0]
    a, b = (result.samples("caseload", name)[:, 12] for name in ("Posts", "Do nothing"))
    assert row["shared_luck"] == pytest.approx((a.var() + b.var()) / (a - b).var())
    assert row["shared_luck"] > 5
    same = result.compare("Nothing", measures="caseload", at=[12]).iloc[0]
    assert (same["difference"], same["low"], same["high"]) == (0.0, 0.0, 0.0)
    assert same["verdict"] == "no difference"
    early = result.compare("Posts", measures="turnover_rate", at=[6]).iloc[0]
    assert early["verdict"] == "no value"
