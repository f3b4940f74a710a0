"""Corners of casework that generated worlds seldom reach: small worlds by hand, straight on the desk."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from tests.test_casework_changes import (
    FULL_DAY,
    RELAY,
    events,
    manager,
    pathway_of,
    run_to,
    staffed,
    stage,
)
from workforce_sim.casework.desk import Desk
from workforce_sim.casework.eventlog import Kind
from workforce_sim.casework.ownrule import Candidate, OwnRule, WaitingFamily
from workforce_sim.casework.rules import CaseRules
from workforce_sim.demand.families import DRAWS, Families
from workforce_sim.errors import InputError


@dataclass(frozen=True)
class Family:
    """A family referred on a day, with hours of work a child in every stage.

    ``luck`` names draws (1/2 if not stated) by visit; the last stated serves all later visits. A ``delay``
    is in days, since families come back after one day times their draw.
    """

    day: float
    hours: float = 1.0
    children: int = 1
    urgent: bool = False
    place: float = 0.0
    luck: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def draws(self, ordinal: int) -> list[float]:
        """Its luck at a visit."""
        stated = {name: row[min(ordinal, len(row) - 1)] for name, row in self.luck.items()}
        return [({"work": math.log(self.hours)} | stated).get(name, 0.5) for name in DRAWS]


def desk_of(
    families: Sequence[Family],
    stages: Sequence[dict[str, Any]] = (stage(),),
    *,
    exits: Sequence[float] = (0.0,),
    teams: Sequence[int] = (1,),
    posts: int = 1,
    **law: Any,
) -> Desk:
    """A desk with these families to come; what of the law is not stated is as in ``CaseRules``."""
    tape = Families.referred(
        np.array([f.day for f in families]),
        lambda ordinal: np.array([f.draws(ordinal) for f in families]),
        children=np.array([f.children for f in families], np.int64),
        priority=np.array([0 if f.urgent else 1 for f in families], np.int64),
        place=np.array([f.place for f in families]),
    )
    needed = {"cap": math.inf, "reading_hours": 0.0, "lost_share": 0.0, "strain": np.ones(2)}
    law = needed | {"mean_return_days": 1.0} | law
    rules = CaseRules(pathway=pathway_of(stages, exits), teams_of_type=tuple(teams), **law)
    return Desk(rules, tape, log=True, posts=posts)


def caseloads(desk: Desk, workers: int) -> list[int]:
    """Children held in the first posts."""
    return [desk.caseload_of(post) for post in range(workers)]


# ---- Coming back -----------------------------------------------------------------------------------------


def referrals(desk: Desk) -> list[tuple[float, int]]:
    """Day and case of every referral, in the order in which they were read."""
    return [(day, case) for day, _, case in events(desk, Kind.REFERRED)]


@pytest.mark.parametrize("world", range(3))
def test_families_come_back_by_day_and_then_by_number_and_before_new_ones(world: int) -> None:
    """Forty families turned away at a full door, again and again, on eighths of days: many in one instant."""
    luck = np.random.default_rng(world)
    delays = luck.integers(1, 20, (40, 5)) / 8
    days = np.sort(luck.integers(0, 24, 40)) / 8
    families = [Family(day, luck={"delay": row}) for day, row in zip(days, delays, strict=True)]
    desk = desk_of(families, exits=(1.0,), list_limit=0.0)
    run_to(desk, 5.0)
    to_come = [(float(day), True, case, 0) for case, day in enumerate(days)]
    expected = []
    while to_come:
        first = min(to_come)
        to_come.remove(first)
        day, _, case, visit = first
        if day < 5.0:
            expected.append((day, case))
            to_come.append((day + float(delays[case, min(visit, 4)]), False, case, visit + 1))
    assert referrals(desk) == expected
    assert len({day for day, _ in expected}) < len(expected) / 2


def test_of_families_due_back_in_one_instant_the_lower_number_is_first() -> None:
    """Due half a billionth of a day apart, which is one instant, in whichever order they were put down."""
    near = 2.0 + 5e-10
    for delays in ([near, 2.0, 2.0], [2.0, near, 2.0], [near, near, 2.0], [2.0, 2.0, near]):
        desk = desk_of([Family(0.0, luck={"delay": (d, 50.0)}) for d in delays], exits=(1.0,), list_limit=0.0)
        run_to(desk, 3.0)
        assert [case for _, case in referrals(desk)[3:]] == [0, 1, 2]


@pytest.mark.parametrize(("known", "post"), [(False, 1), (True, 0)])
def test_who_comes_back_goes_to_the_worker_it_had_even_if_another_has_fewer(known: bool, post: int) -> None:
    """On day 3 the first worker, who had it, has three children and the second two."""
    families = [
        Family(0.0, 1.0, luck={"delay": (2.0,), "return": (0.0, 1.0)}),
        Family(0.0, 90.0, children=2),
        Family(0.5, 90.0, children=3),
    ]
    desk = staffed(desk_of(families, exits=(0.5,), continuity=known), 0, 0)
    run_to(desk, 3.5)
    assert caseloads(desk, 2) == ([4, 2] if known else [3, 3])
    assert events(desk, Kind.ALLOCATED)[3:] == [(3.0, post, 0)]


def test_who_comes_back_does_not_go_to_another_person_in_the_same_post() -> None:
    """The first worker's post has another person in it on day 3: the rule chooses, and that is the second."""
    families = [
        Family(0.0, 1.0, luck={"delay": (2.0,), "return": (0.0, 1.0)}),
        Family(2.5, 90.0),
    ]
    desk = staffed(desk_of(families, exits=(0.5,), continuity=True), 0, 0)
    run_to(desk, 2.0)
    desk.leave(0, 2.0)
    desk.join(0, 2.0)
    run_to(desk, 4.0)
    assert events(desk, Kind.ALLOCATED)[1:] == [(2.5, 0, 1), (3.0, 1, 0)]


def test_who_comes_back_is_not_given_to_a_worker_of_another_team() -> None:
    """Its last worker is of the second stage's team; the first stage has its own, who has more families."""
    families = [Family(0.0, 1.0, luck={"delay": (1.0,), "return": (0.5, 0.0, 1.0)}), Family(0.0, 90.0)]
    for teams, first, second in (((1, 1), 0, 1), ((1, 1), 1, 0)):
        stages = [RELAY[0] | {"team_type": first}, RELAY[1] | {"team_type": second}]
        desk = staffed(desk_of(families, stages, exits=(0.5,), teams=teams, continuity=True), 0, 1)
        run_to(desk, 3.5)
        assert [(day, post) for day, post, case in events(desk, Kind.ALLOCATED) if case == 0] == [
            (0.0, first),
            (1.0, second),
            (3.0, first),
        ]


def test_a_family_handed_back_has_not_come_back() -> None:
    """Both workers hold nothing when the second hands her family over: it goes to the lowest post."""
    desk = staffed(desk_of([Family(0.0, 1.0), Family(0.0, 90.0)], continuity=True), 0, 0)
    run_to(desk, 2.0)
    desk.hand_over(1, 2.0)
    run_to(desk, 3.0)
    assert events(desk, Kind.ALLOCATED)[2:] == [(2.0, 0, 1)]


# ---- One instant -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [0.0, 0.5, 2.0])
def test_a_referral_is_read_after_all_staff_events_of_its_instant(day: float) -> None:
    """Somebody starts in the second post, then in the first: the family of that instant finds both there."""
    desk = desk_of([Family(day, 9.0)])
    for post in range(2):
        desk.add_seat(post, team=0, fte=1.0, hours=FULL_DAY)
    for post in (1, 0):
        run_to(desk, day)
        desk.join(post, day)
    run_to(desk, 3.0)
    assert events(desk, Kind.ALLOCATED) == [(day, 0, 0)]


@pytest.mark.parametrize("workers", range(2, 10))
def test_events_of_many_workers_come_in_order_of_time(workers: int) -> None:
    """One family each, which ends after the days its work takes, whoever ends before; for ten orders."""
    luck = np.random.default_rng(workers)
    for _ in range(10):
        days = luck.permutation(workers) + 1.0
        again = luck.permutation(workers) + 1.0
        families = [Family(0.0, hours) for hours in days] + [Family(10.0, hours) for hours in again]
        desk = staffed(desk_of(families, posts=workers), *[0] * workers)
        run_to(desk, 20.0)
        ends = [(day, post, post) for post, day in enumerate(days)]
        ends += [(10.0 + day, post, workers + post) for post, day in enumerate(again)]
        assert events(desk, Kind.CLOSED) == sorted(ends)


def test_the_log_says_what_happened_to_whom_and_in_which_stage() -> None:
    """Assessed by one worker, helped by another, in another team; back once, and then turned away."""
    family = Family(1.0, 2.0, luck={"return": (0.5, 0.0, 1.0), "delay": (1.0,)})
    desk = staffed(desk_of([family], RELAY, exits=(0.25,), teams=(1, 1)), 0, 1)
    run_to(desk, 5.5)
    desk.set_law(5.5, list_limit=0.0)
    run_to(desk, 9.0)
    happened = [(e["time"], Kind(e["kind"]), e["stage"], e["post"], e["case"]) for e in desk.log]
    assert happened == [
        (1.0, Kind.REFERRED, 0, -1, 0),
        (1.0, Kind.ALLOCATED, 0, 0, 0),
        (3.0, Kind.WORK_DONE, 0, 0, 0),
        (3.0, Kind.ENTERED, 1, 0, 0),
        (3.0, Kind.RETURNED, 1, 0, 0),
        (3.0, Kind.ALLOCATED, 1, 1, 0),
        (5.0, Kind.WORK_DONE, 1, 1, 0),
        (5.0, Kind.CLOSED, 1, 1, 0),
        (6.0, Kind.REFERRED, 0, -1, 0),
        (6.0, Kind.TURNED_AWAY, 0, -1, 0),
    ]


def test_a_family_with_no_work_left_is_done_at_once_even_by_a_worker_without_time() -> None:
    """Handed over during its sign-off, to a worker whose eight children take all the hours and more.

    There is nothing to repeat, so that the work is done on the day it is taken on, and signed off anew.
    """
    families = [Family(0.0, 1.0), Family(0.5, 90.0, children=8)]
    desk = staffed(desk_of(families, [stage(upkeep=1.0, sign_off=2.0)]), 0, 0)
    run_to(desk, 2.0)
    assert caseloads(desk, 2) == [1, 8]
    desk.leave(0, 2.0)
    run_to(desk, 9.0)
    assert events(desk, Kind.WORK_DONE) == [(1.0, 0, 0), (2.0, 1, 0)]
    assert events(desk, Kind.CLOSED) == [(4.0, 1, 0)]


# ---- What is not stated is off ---------------------------------------------------------------------------


def test_nothing_moves_unless_rebalancing_is_stated() -> None:
    """Six families stay with the first worker, whatever the fifth day brings, when another starts."""
    desk = staffed(desk_of([Family(0.0, 500.0)] * 6), 0)
    desk.add_seat(1, team=0, fte=1.0, hours=FULL_DAY)
    run_to(desk, 1.0)
    desk.join(1, 1.0)
    run_to(desk, 12.0)
    assert caseloads(desk, 2) == [6, 0]


def test_there_is_no_overtime_unless_a_share_and_a_limit_are_stated() -> None:
    """Eight families of 4 hours at 4 hours a day take 8 days."""
    for one in ({"overtime_limit": 3.0}, {"overtime_share": 1.0}):
        desk = staffed(desk_of([Family(0.0, 4.0)] * 8, **one), 0)
        run_to(desk, 20.0)
        assert {day for day, _, _ in events(desk, Kind.CLOSED)} == {8.0}


# ---- Pressure --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("uniform", "met"), [(0.45, True), (0.55, False)])
def test_load_is_by_those_who_hold_cases_whoever_else_comes_and_goes(uniform: float, met: bool) -> None:
    """Three children of two workers, one of them absent, are half above one each: half are turned away."""
    families = [*[Family(0.0, 90.0)] * 3, Family(2.0, 90.0, luck={"away": (uniform,)})]
    desk = desk_of(families, turned_away_share=1.0, reference=1.0)
    for post in (2, 3):
        manager(desk, post)
        desk.join(post, 0.0)
    staffed(desk, 0, 0)
    desk.leave(2, 1.0)
    desk.set_away(1, True, 1.0)
    desk.set_away(3, True, 1.0)
    run_to(desk, 3.0)
    assert bool(events(desk, Kind.TURNED_AWAY)) == met
    assert desk.totals(3.0)["turned_away"] == met


# ---- Rebalancing -----------------------------------------------------------------------------------------


def test_nothing_moves_to_who_is_absent_or_takes_no_new_cases() -> None:
    """Of three without a family only the last is there and takes new ones: half of six move to her."""
    desk = staffed(desk_of([Family(0.0, 500.0)] * 6, rebalancing="at once"), 0)
    for post in (1, 2, 3):
        desk.add_seat(post, team=0, fte=1.0, hours=FULL_DAY)
        desk.join(post, 1.0)
        if post == 1:
            desk.set_away(post, True, 1.0)
        elif post == 2:
            desk.set_list(post, takes_new=False, experienced=True, now=1.0)
    assert desk.case_holders_fte() == 1.0  # of four, those who hold a case
    run_to(desk, 2.0)
    assert caseloads(desk, 4) == [3, 0, 0, 3]
    assert desk.case_holders_fte() == 2.0


def test_nothing_moves_from_who_is_absent() -> None:
    """The fullest is absent: it is the next one's that move."""
    families = [Family(0.0, 500.0, children=9), *[Family(0.0, 500.0)] * 6]
    desk = staffed(desk_of(families, rebalancing="at once"), 0, 0)
    assert caseloads(desk, 2) == [9, 6]
    desk.set_away(0, True, 1.0)
    desk.add_seat(2, team=0, fte=1.0, hours=FULL_DAY)
    desk.join(2, 1.0)
    run_to(desk, 2.0)
    assert caseloads(desk, 3) == [9, 3, 3]


@pytest.mark.parametrize("team", [0, 1])
def test_nothing_moves_to_another_team(team: int) -> None:
    """The only worker of the one team takes no new cases; that of the other has none, and is not asked."""
    families = [Family(0.0, 500.0, place=0.75 * team)] * 4
    desk = staffed(desk_of(families, teams=(2,), rebalancing="at once"), 1 - team, team)
    desk.set_list(1, takes_new=False, experienced=True, now=1.0)
    run_to(desk, 2.0)
    assert caseloads(desk, 2) == [0, 4]


def test_as_many_move_as_can_however_many_they_are() -> None:
    """Seventy families with one worker, and then two: as many as the lists were made for do not stop them."""
    desk = staffed(desk_of([Family(0.0, 500.0)] * 70, rebalancing="at once"), 0)
    desk.add_seat(1, team=0, fte=1.0, hours=FULL_DAY)
    desk.join(1, 1.0)
    run_to(desk, 2.0)
    assert caseloads(desk, 2) == [35, 35]


def test_lists_are_levelled_however_short_they_are() -> None:
    """Two workers who can carry what two do, and two families: one each, half a family for each of two."""
    desk = desk_of([Family(0.0, 500.0)] * 2, rebalancing="at once")
    for post in range(2):
        desk.add_seat(post, team=0, fte=1.0, hours=FULL_DAY)
        desk.set_able(post, able=2.0, hours=2 * FULL_DAY, now=0.0)
    desk.join(0, 0.0)
    desk.deal()
    run_to(desk, 1.0)
    assert caseloads(desk, 2) == [2, 0]
    desk.join(1, 1.0)
    run_to(desk, 2.0)
    assert caseloads(desk, 2) == [1, 1]


def test_a_list_that_is_too_short_for_what_moves_to_it_is_made_longer() -> None:
    """Twenty families of three beside thirty-one of one, all that a list is made for: four of three move."""
    desk = desk_of([Family(0.0, 500.0, children=3)] * 20 + [Family(1.0, 500.0)] * 31, rebalancing="at once")
    desk.add_seat(1, team=0, fte=1.0, hours=FULL_DAY)
    staffed(desk, 0)
    desk.set_list(0, takes_new=False, experienced=True, now=1.0)
    desk.set_away(0, True, 1.0)
    desk.join(1, 1.0)
    run_to(desk, 2.0)
    assert caseloads(desk, 2) == [60, 31]
    desk.set_away(0, False, 2.0)
    run_to(desk, 3.0)
    assert caseloads(desk, 2) == [48, 43]
    assert events(desk, Kind.ALLOCATED)[51:] == [(2.0, 1, case) for case in (19, 18, 17, 16)]


def test_what_moves_is_what_the_giver_took_on_last() -> None:
    """Families 0 to 2 of day 0, 3 of day 1, 4 and 5 of day 2: of six, 5, 4 and 3 go, in this order."""
    desk = staffed(desk_of([Family(day, 500.0) for day in (0.0, 0.0, 0.0, 1.0, 2.0, 2.0)]), 0)
    run_to(desk, 3.0)
    moving = staffed(
        desk_of([Family(day, 500.0) for day in (0.0, 0.0, 0.0, 1.0, 2.0, 2.0)], rebalancing="at once"), 0
    )
    run_to(moving, 3.0)
    assert desk.log.tobytes() == moving.log.tobytes()
    moving.add_seat(1, team=0, fte=1.0, hours=FULL_DAY)
    moving.join(1, 3.0)
    run_to(moving, 4.0)
    assert events(moving, Kind.RETURNED) == [(3.0, 0, case) for case in (5, 4, 3)]
    assert events(moving, Kind.ALLOCATED)[6:] == [(3.0, 1, case) for case in (5, 4, 3)]


# ---- A rule of one's own ---------------------------------------------------------------------------------


class Asked:
    """A planner's rule that keeps what it is told, and gives the family to the last of those offered."""

    def __init__(self) -> None:
        self.told: list[tuple[WaitingFamily, list[Candidate]]] = []

    def __call__(self, family: WaitingFamily, workers: list[Candidate]) -> int:
        self.told.append((family, workers))
        return workers[-1].post


def test_a_rule_of_ones_own_is_told_of_the_family_and_of_those_who_could_take_it() -> None:
    """Not of the absent, of who takes no new cases, has no room or too little experience, nor of managers."""
    families = [
        Family(0.0, 90.0, children=2),
        Family(0.0, 90.0, children=3),
        Family(1.0, 90.0, children=3, urgent=True),
    ]
    asked = Asked()
    desk = desk_of(families, [stage(experienced_only=1)], cap=5.0)
    desk.set_rule(OwnRule(asked), 0.0)
    for post, fte in enumerate((1.0, 0.8, 1.0, 1.0, 1.0)):
        desk.add_seat(post, team=0, fte=fte, hours=fte * FULL_DAY)
        desk.join(post, 0.0, experienced=post != 4)
    manager(desk, 5)
    desk.join(5, 0.0)
    desk.set_away(2, True, 0.0)
    desk.set_list(3, takes_new=False, experienced=True, now=0.0)
    desk.set_able(0, able=0.9, hours=3.0, now=0.0)
    desk.deal()
    first = Candidate(post=0, children=0, cases=0, fte=1.0, experienced=True, able=0.9)
    second = Candidate(post=1, children=0, cases=0, fte=0.8, experienced=True, able=0.8)
    full = Candidate(post=1, children=2, cases=1, fte=0.8, experienced=True, able=0.8)
    assert asked.told == [
        (WaitingFamily(0, 2, 0, 0, False, 0.0, 0, -1), [first, second]),
        (WaitingFamily(1, 3, 0, 0, False, 0.0, 0, -1), [first]),  # 2 + 3 of 0.8 of 5 are too many
    ]
    assert full.children + 3 > 0.8 * 5
    run_to(desk, 1.5)
    assert caseloads(desk, 5) == [3, 2, 0, 0, 0]
    assert len(asked.told) == 2  # family 2 fits nobody, and nobody is asked
    desk.leave(0, 2.0)
    desk.set_away(2, False, 2.0)
    run_to(desk, 3.0)
    third = Candidate(post=2, children=0, cases=0, fte=1.0, experienced=True, able=1.0)
    assert asked.told[2:] == [(WaitingFamily(2, 3, 0, 0, True, 1.0, 0, -1), [third])]
    assert caseloads(desk, 5) == [0, 2, 3, 0, 0]
    desk.join(0, 4.0)
    run_to(desk, 5.0)
    assert asked.told[3][0] == WaitingFamily(1, 3, 0, 0, False, 2.0, 1, 0)


def test_a_rule_of_ones_own_chooses_among_all_who_can() -> None:
    """Whoever it names is given the family, the first post as the last."""
    for wanted in range(3):
        desk = desk_of([Family(0.0, 90.0)] * 2)
        desk.set_rule(OwnRule(lambda family, workers, wanted=wanted: workers[wanted].post), 0.0)
        staffed(desk, 0, 0, 0)
        assert caseloads(desk, 3) == [2 * (post == wanted) for post in range(3)]


def test_a_family_whom_a_rule_of_ones_own_lets_wait_holds_up_those_behind_it_in_its_team_only() -> None:
    """Family 0 waits until day 2; family 1 behind it waits too, family 2 of the other team does not."""
    families = [Family(0.0, 90.0), Family(0.0, 90.0), Family(0.0, 90.0, place=0.75)]
    desk = desk_of(families, teams=(2,))
    patient = OwnRule(
        lambda family, workers: None if family.case == 0 and desk.now < 2.0 else workers[0].post
    )
    desk.set_rule(patient, 0.0)
    staffed(desk, 0, 1)
    run_to(desk, 2.0)
    assert events(desk, Kind.ALLOCATED) == [(0.0, 1, 2)]
    desk.set_able(0, able=0.5, hours=2.0, now=2.0)  # a change in the team: the pass is due, and asks again
    run_to(desk, 3.0)
    assert events(desk, Kind.ALLOCATED)[1:] == [(2.0, 0, 0), (2.0, 0, 1)]


def test_a_family_nobody_was_given_is_given_out_when_another_rule_begins() -> None:
    """From day 3 the fewest children decide, and from day 5 a rule of one's own once more."""
    desk = desk_of([Family(1.0, 90.0), Family(6.0, 90.0)])
    desk.set_rule(OwnRule(lambda family, workers: None), 0.0)
    staffed(desk, 0, 0)
    run_to(desk, 3.0)
    assert desk.unallocated_children == 1
    desk.set_rule("fewest children", 3.0)
    run_to(desk, 5.0)
    desk.set_rule(OwnRule(lambda family, workers: workers[0].post), 5.0)
    run_to(desk, 7.0)
    assert events(desk, Kind.ALLOCATED) == [(3.0, 0, 0), (6.0, 0, 1)]


def test_a_rule_of_ones_own_may_give_all_to_one() -> None:
    """Seventy families, more than a list was made for, and one later."""
    desk = desk_of([*[Family(0.0, 500.0)] * 70, Family(1.0)])
    desk.set_rule(OwnRule(lambda family, workers: 1), 0.0)
    staffed(desk, 0, 0)
    run_to(desk, 2.0)
    assert caseloads(desk, 2) == [0, 71]


@pytest.mark.parametrize("answer", [2, -1, True, 1.0, "1"])
def test_a_rule_of_ones_own_names_one_of_those_offered_or_nobody(answer: Any) -> None:
    """Post 2 is absent, and there is no other."""
    desk = desk_of([Family(1.0)])
    desk.set_rule(OwnRule(lambda family, workers: answer), 0.0)
    staffed(desk, 0, 0, 0)
    desk.set_away(2, True, 0.5)
    with pytest.raises(InputError, match=r"\[0, 1\]"):
        run_to(desk, 2.0)


# ---- Room for what happens -------------------------------------------------------------------------------


def cramped(desk: Desk) -> Desk:
    """The desk with the shortest lists, log and tables there can be, to be made longer as they fill."""
    state = desk._state
    desk._state = state._replace(
        slots=state.slots[:, :2].copy().view(np.recarray),
        log=state.log[:16].copy(),
        visits=state.visits[:2].copy(),
        members=state.members[:, :1].copy(),
    )
    return desk


@pytest.mark.parametrize("rule", ["fewest children", "the last"])
@pytest.mark.parametrize("rebalancing", ["none", "gradual", "at once"])
def test_how_much_room_there_is_at_first_changes_nothing(rule: str, rebalancing: str) -> None:
    """Two stages in two teams, families who come back, workers who go and start: the same log and ledger."""
    luck = np.random.default_rng(5)
    stages = [
        RELAY[0] | {"next": [(0.7, 1), (0.3, -1)], "sign_off": 0.5},
        RELAY[1] | {"gates": (2.0, 4.0), "every": 3.0},
    ]
    families = [
        Family(
            float(day),
            float(luck.uniform(1, 6)),
            children=int(luck.integers(1, 4)),
            place=float(luck.random()),
            luck={name: luck.random(4).tolist() for name in ("next", "return", "delay")},
        )
        for day in np.sort(luck.uniform(0, 20, 50))
    ]
    found = []
    for make in (lambda desk: desk, cramped):
        desk = make(
            desk_of(families, stages, exits=(0.6,), teams=(1, 2), rebalancing=rebalancing, reading_hours=1.0)
        )
        if rule == "the last":
            desk.set_rule(OwnRule(lambda family, workers: workers[-1].post), 0.0)
        staffed(desk, 0, 0, 1, 1, 2, 0)
        for day, post in ((6.0, 5), (9.0, 2), (12.0, 0), (13.0, 1)):
            run_to(desk, day)
            desk.leave(post, day)
            run_to(desk, day + 2.5)
            desk.join(post, day + 2.5)
        run_to(desk, 30.0)
        found.append((desk.log.tobytes(), desk.ledger(30.0)))
    assert len(desk.log) > 8 * 16  # the short log was too short three times and more
    assert found[0][0] == found[1][0]
    np.testing.assert_equal(found[0][1], found[1][1])


# ---- Totals, asked in the middle of what they count -------------------------------------------------------


def parts_of(desk: Desk, now: float) -> dict[str, float]:
    """The child-days by what they were, of those that are not 0."""
    found = {name: round(value, 9) for name, value in desk.totals(now).items() if name.endswith("_days")}
    return {name.removesuffix("_days"): value for name, value in found.items() if value}


def test_the_days_of_the_open_by_what_they_were() -> None:
    """Asked on day 4, when one worker has been absent since day 1 and nothing else has happened since day 2.

    Eight children of the first worker at half pace; two of the second, absent, in the other team; one in a
    third team without anybody.
    """
    families = [
        *[Family(0.0, 90.0, place=0.0)] * 8,
        *[Family(0.0, 90.0, place=0.4)] * 2,
        Family(2.0, 90.0, place=0.9),
    ]
    desk = staffed(desk_of(families, teams=(3,)), 0, 1)
    run_to(desk, 1.0)
    desk.set_away(1, True, 1.0)
    run_to(desk, 4.0)
    assert parts_of(desk, 4.0) == {"natural": 16.0 + 2.0, "slow": 16.0, "absent": 6.0, "unallocated": 2.0}
    assert desk.areas(4.0) == (2.0, 40.0)
    assert desk.day_areas(4.0)["working"] == 40.0
    assert (desk.open_children, desk.held_children, desk.unallocated_children) == (11, 10, 1)


def test_the_days_at_reviews_and_sign_offs_are_not_days_of_work() -> None:
    """One child with two days of work: a review on day 5, then three days of sign-off; asked every day."""
    desk = staffed(desk_of([Family(0.0, 2.0)], [stage(gates=(5.0,), sign_off=3.0)]), 0)
    found = []
    for day in range(1, 9):
        run_to(desk, float(day))
        days = desk.day_areas(float(day))
        found.append([days[name] for name in ("working", "at_review", "missed_review", "sign_off")])
        assert desk.held_children == (day < 8)
    assert found == [[min(day, 2), max(0, min(day, 5) - 2), 0, max(0, day - 5)] for day in range(1, 9)]


def test_the_days_at_a_missed_review_are_told_from_those_at_the_review_it_would_have_met() -> None:
    """At half pace the work takes 4 days in place of 2: the review of day 3 is missed, that of day 6 held."""
    desk = staffed(desk_of([Family(0.0, 2.0)] * 8, [stage(gates=(3.0, 6.0))]), 0)
    run_to(desk, 7.0)
    days = desk.day_areas(7.0)
    assert [days[name] for name in ("working", "at_review", "missed_review")] == [32.0, 0.0, 16.0]
    assert parts_of(desk, 7.0) == {"natural": 16.0, "slow": 16.0, "missed_review": 16.0}


def test_a_decision_at_the_front_door_is_waited_for_apart() -> None:
    """From day 0 to 2 for the decision, a day of work, then from day 3 for the worker of the other team."""
    stages = [RELAY[0] | {"decision": 1}, RELAY[1]]
    desk = desk_of([Family(0.0, 1.0)], stages, teams=(1, 1))
    desk.add_seat(0, team=0, fte=1.0, hours=FULL_DAY)
    desk.deal()
    assert desk.unallocated_children == 1
    desk.join(0, 2.0)
    run_to(desk, 7.0)
    assert parts_of(desk, 7.0) == {"decision": 2.0, "natural": 1.0, "unallocated": 4.0}
    assert desk.totals(7.0)["transfers"] == 1.0
    assert desk.areas(7.0) == (6.0, 1.0)
    ledger = desk.ledger(7.0)
    assert [ledger[f"{part}_days"].tolist() for part in ("decision", "natural", "unallocated")] == [
        [2],
        [1],
        [4],
    ]


def test_upkeep_that_is_not_met_falls_on_the_lowest_priority_first() -> None:
    """Three children in each of two stages want 6 hours a day from day 3 and get 4: the later stage is short.

    Until day 3 the first three cost 3 hours, and the hour that is left brings them into the later stage.
    """
    for priority, short in ((1, [1.0, 1.0 / 3.0]), (-1, [1.0 - 4.0 / 15.0, 1.0])):
        first, later = (0, priority) if priority > 0 else (1, 0)
        stages = [stage(upkeep=1.0, priority=first, next=[(1.0, 1)]), stage(upkeep=1.0, priority=later)]
        desk = staffed(desk_of([*[Family(0.0)] * 3, *[Family(3.0)] * 3], stages), 0)
        run_to(desk, 5.0)
        totals = desk.totals(5.0)
        assert [totals["upkeep_hours"], totals["missed_upkeep_hours"]] == pytest.approx([9.0 + 12.0, 4.0])
        desk.leave(0, 5.0)
        assert desk.stage_counts()["visits_made"] == pytest.approx(short)


def test_a_little_upkeep_is_missed_like_much() -> None:
    """Two children at a quarter of an hour a day; the worker is absent on two of four days."""
    desk = staffed(desk_of([Family(0.0, 90.0)] * 2, [stage(upkeep=0.25)]), 0)
    run_to(desk, 1.0)
    desk.set_away(0, True, 1.0)
    run_to(desk, 3.0)
    assert desk.totals(3.0)["missed_upkeep_hours"] == pytest.approx(1.0)
    desk.set_away(0, False, 3.0)
    run_to(desk, 4.0)
    desk.leave(0, 4.0)
    assert desk.stage_counts()["visits_made"] == pytest.approx([0.5])


def test_upkeep_of_one_child_is_due_and_missed_too() -> None:
    """An hour a day for four days, the worker absent on the last of them."""
    desk = staffed(desk_of([Family(0.0, 90.0)], [stage(upkeep=1.0)]), 0)
    run_to(desk, 3.0)
    desk.set_away(0, True, 3.0)
    run_to(desk, 4.0)
    desk.leave(0, 4.0)
    assert desk.stage_counts()["visits_made"] == pytest.approx([0.75])


def test_who_is_in_limbo() -> None:
    """Two days of work at a third of the pace: in limbo after more than twice two, until the end on day 6."""
    desk = staffed(desk_of([Family(0.0, 2.0, children=5), Family(0.0, 2.0, children=7)]), 0)
    seen = {}
    for day in (3.0, 4.0, 4.5, 6.5):
        run_to(desk, day)
        seen[day] = desk.many_workers(day)[1]
    assert seen == {3.0: 0, 4.0: 0, 4.5: 12, 6.5: 0}


def test_who_has_had_three_workers_in_a_year() -> None:
    """Two have gone by day 2: of the first family, until a year (253 days) after the first of them."""
    desk = staffed(desk_of([Family(0.0, 9000.0, children=3), Family(9.0, 9000.0, children=5)]), 0)
    for day in (1.0, 2.0):
        run_to(desk, day)
        assert desk.many_workers(day)[0] == 0
        desk.leave(0, day)
        desk.join(0, day)
    seen = {}
    for day in (3.0, 10.0, 253.5, 254.5):
        run_to(desk, day)
        seen[day] = desk.many_workers(day)[0]
    assert seen == {3.0: 3, 10.0: 3, 253.5: 3, 254.5: 0}
