"""What changes in casework in mid-run: small worlds worked out by hand, straight on the desk."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from workforce_sim.authority.stage_rules import STAGE, StageTable
from workforce_sim.casework.desk import Desk
from workforce_sim.casework.eventlog import Kind
from workforce_sim.casework.ledger import PARTS
from workforce_sim.casework.records import WAITING
from workforce_sim.casework.rules import CaseRules
from workforce_sim.demand.families import DRAWS, Families

FULL_DAY = 4.0  # hours of case work


def stage(**fields: Any) -> dict[str, Any]:
    """A stage at 1 hour a child and day, with no gates, deadline or sign-off, that ends by exit 0."""
    return {"attention": 1.0, "deadline": math.inf, "urgency": 1.0, "next": [(1.0, -1)]} | fields


def pathway_of(stages: Sequence[dict[str, Any]], exits: Sequence[float]) -> StageTable:
    """The stages as arrays; the hours of a visit are exp(the family's luck)."""
    rows = np.zeros(len(stages), STAGE)
    ways = max(len(s["next"]) for s in stages)
    gates = np.full((len(stages), max([1, *(len(s.get("gates", ())) for s in stages)])), np.inf)
    shares, targets = np.ones((len(stages), ways)), np.zeros((len(stages), ways), np.int64)
    for i, fields in enumerate(stages):
        for name in fields.keys() - {"next", "gates"}:
            rows[i][name] = fields[name]
        rows[i]["spread"], rows[i]["location"] = 1.0, -math.log(fields["attention"])
        rows[i]["urgent_until"] = rows[i]["deadline"] - rows[i]["sign_off"]
        gates[i, : len(fields.get("gates", ()))] = fields.get("gates", ())
        shares[i, : len(fields["next"])] = np.cumsum([share for share, _ in fields["next"]])
        targets[i] = [to for _, to in fields["next"]] + [fields["next"][-1][1]] * (ways - len(fields["next"]))
    return StageTable(rows, gates, shares, targets, np.array(exits, dtype=float))


def desk_of(
    families: Sequence[tuple[float, float]],
    stages: Sequence[dict[str, Any]] = (stage(),),
    *,
    exits: Sequence[float] = (0.0,),
    teams: Sequence[int] = (1,),
    places: Sequence[float] | None = None,
    uniform: float | None = 0.5,
    **law: Any,
) -> Desk:
    """A desk with one-child families, each ``(day of referral, hours of work in every stage)``.

    Every uniform of theirs is the one stated, or drawn (None).
    """
    n = len(families)

    def draws(ordinal: int) -> np.ndarray[Any, np.dtype[np.float64]]:
        found = np.random.default_rng(ordinal).random((n, len(DRAWS)))
        if uniform is not None:
            found[:] = uniform
        found[:, 0] = [math.log(hours) for _, hours in families]
        return found

    days = np.array([day for day, _ in families], dtype=float)
    tape = Families.referred(days, draws, place=None if places is None else np.array(places))
    plain = {"cap": math.inf, "reading_hours": 0.0, "lost_share": 0.0, "strain": np.ones(2)}
    rules = CaseRules(pathway=pathway_of(stages, exits), teams_of_type=tuple(teams), **(plain | law))
    return Desk(rules, tape, log=True, posts=1)


def staffed(desk: Desk, *teams: int, fte: float = 1.0) -> Desk:
    """The desk with a worker in each post; posts are in these teams. The families of day 0 are dealt out."""
    for post, team in enumerate(teams):
        desk.add_seat(post, team=team, fte=fte, hours=FULL_DAY * fte)
        desk.join(post, 0.0)
    desk.deal()
    return desk


def manager(desk: Desk, post: int, *, team: int = 0) -> None:
    """Add a manager's post with nobody in it."""
    desk.add_seat(post, team=team, fte=1.0, hours=0.0, manages=True)


def events(desk: Desk, *kinds: Kind) -> list[tuple[float, int, int]]:
    """Day, post and case of the events of these kinds."""
    return [
        (round(float(e["time"]), 9), int(e["post"]), int(e["case"]))
        for e in desk.log
        if not kinds or e["kind"] in kinds
    ]


def run_to(desk: Desk, day: float) -> None:
    """The whole of every instant before the day, and the casework events of its own."""
    assert desk.advance(day) is None


# ---- What a worker can carry -----------------------------------------------------------------------------


def test_a_worker_who_can_carry_less_has_room_for_less() -> None:
    """With a cap of 10 for a full worker and 0.4 of one, four of six are taken; a post of 1 FTE counts 1."""
    desk = desk_of([(1.0, 20.0)] * 6, cap=10.0)
    staffed(desk, 0)
    desk.set_able(0, able=0.4, hours=0.4 * FULL_DAY, now=0.0)
    run_to(desk, 2.0)
    assert (desk.caseload_of(0), desk.unallocated_children) == (4, 2)
    assert desk.case_holders_fte() == 1.0
    desk.set_able(0, able=1.0, hours=FULL_DAY, now=2.0)
    run_to(desk, 3.0)
    assert (desk.caseload_of(0), desk.unallocated_children) == (6, 0)


def test_room_for_less_is_room_for_fewer_of_the_next_families() -> None:
    """Lists are levelled by what workers can carry: of nine, three to the one of a half, six to the other."""
    desk = staffed(desk_of([(1.0, 50.0)] * 9), 0, 0)
    desk.set_able(0, able=0.5, hours=0.5 * FULL_DAY, now=1.0)
    run_to(desk, 2.0)
    assert [desk.caseload_of(post) for post in (0, 1)] == [3, 6]


def test_lists_are_levelled_by_what_workers_can_carry() -> None:
    """Five families with one worker, then half a list beside: one moves; another would be 2 / 0.5 to 3."""
    desk = staffed(desk_of([(0.0, 90.0)] * 5, rebalancing="at once"), 0)
    desk.add_seat(1, team=0, fte=1.0, hours=FULL_DAY)
    desk.set_able(1, able=0.5, hours=0.5 * FULL_DAY, now=1.0)
    desk.join(1, 1.0)
    run_to(desk, 2.0)
    assert [desk.caseload_of(post) for post in (0, 1)] == [4, 1]


def test_work_goes_on_at_the_new_hours() -> None:
    """Eight families of 8 hours at 4 hours a day: 2 days do 1 hour of each, then at 2 hours a day 28 more."""
    desk = staffed(desk_of([(0.0, 8.0)] * 8), 0)
    run_to(desk, 2.0)
    desk.set_able(0, able=0.5, hours=2.0, now=2.0)
    run_to(desk, 40.0)
    assert {day for day, _, _ in events(desk, Kind.CLOSED)} == {2.0 + 28.0}


def test_overtime_is_what_the_worker_can_carry_of_it() -> None:
    """Four families of 10 hours at 2 + 0.5 * 1 hours a day: 16 days; able 1 would have done 3 a day."""
    desk = staffed(desk_of([(1.0, 10.0)] * 4, overtime_share=1.0, overtime_limit=1.0), 0)
    desk.set_able(0, able=0.5, hours=2.0, now=1.0)
    run_to(desk, 40.0)
    assert {day for day, _, _ in events(desk, Kind.CLOSED)} == {1.0 + 16.0}


def test_strain_is_by_what_the_worker_can_carry() -> None:
    """Two children weigh on half a worker as four do: the leaving clock runs at the table's fifth entry."""
    strain = np.array([1.0, 1.0, 1.0, 1.0, 5.0])
    desk = staffed(desk_of([(1.0, 500.0)] * 2, strain=strain), 0)
    desk.watch_leaving(0, 10.0, 1.0, 0.0)
    desk.set_able(0, able=0.5, hours=2.0, now=0.0)
    run_to(desk, 1.0)  # 9 are left
    assert desk.advance(50.0) == 0
    assert desk.now == pytest.approx(1.0 + 9.0 / 5.0)


def test_what_is_set_for_an_empty_post_holds_for_who_joins() -> None:
    """A post set before anybody is in it, or between two people."""
    desk = desk_of([(1.0, 20.0)] * 6, cap=4.0)
    desk.add_seat(0, team=0, fte=1.0, hours=FULL_DAY)
    desk.set_able(0, able=0.5, hours=2.0, now=0.0)
    desk.deal()
    desk.join(0, 0.5)
    run_to(desk, 2.0)
    assert desk.caseload_of(0) == 2
    desk.leave(0, 2.0)
    desk.join(0, 2.0)
    run_to(desk, 3.0)
    assert desk.caseload_of(0) == 2


def test_the_same_again_leaves_no_trace() -> None:
    """Able, hours and rules set to what they are, in the middle of a day: the log is the same to the bit."""
    logs = []
    for again in (False, True):
        desk = staffed(desk_of([(0.1 * i, 7.0) for i in range(40)], cap=9.0), 0, 0)
        run_to(desk, math.pi)
        if again:
            desk.set_able(0, able=1.0, hours=FULL_DAY, now=math.pi)
            desk.set_law(math.pi, cap=9.0, ended_early_share=0.0, duty_days=0.0)
        run_to(desk, 100.0)
        logs.append(desk.log.tobytes())
    assert logs[0] == logs[1]


# ---- Rules -----------------------------------------------------------------------------------------------


def test_a_higher_cap_lets_the_families_who_wait_in_at_once() -> None:
    """From 2 to 3 a worker: one more is taken on at that instant; from 3 to 1: no more, and none goes."""
    desk = staffed(desk_of([(0.0, 40.0)] * 5, cap=2.0), 0)
    run_to(desk, 1.0)
    desk.set_law(1.0, cap=3.0)
    run_to(desk, 2.0)
    desk.set_law(2.0, cap=1.0)
    run_to(desk, 3.0)
    assert [day for day, _, _ in events(desk, Kind.ALLOCATED)] == [0.0, 0.0, 1.0]
    assert desk.caseload_of(0) == 3


def test_overtime_begins_with_its_rule() -> None:
    """Eight families of 8 hours: 2 days at 4 hours, and 56 hours at 4 + 3 a day."""
    desk = staffed(desk_of([(0.0, 8.0)] * 8), 0)
    run_to(desk, 2.0)
    desk.set_law(2.0, overtime_share=1.0, overtime_limit=3.0)
    run_to(desk, 40.0)
    assert {day for day, _, _ in events(desk, Kind.CLOSED)} == {2.0 + 8.0}


def test_a_handover_costs_what_the_rule_of_its_day_says() -> None:
    """Reading 3 hours in and losing half of 2 hours made, from day 2: 8 - 2 + 3 + 1 hours are left."""
    desk = staffed(desk_of([(0.0, 8.0)]), 0)
    desk.add_seat(1, team=0, fte=1.0, hours=FULL_DAY)
    run_to(desk, 2.0)
    desk.set_law(2.0, reading_hours=3.0, lost_share=0.5)
    desk.leave(0, 2.0)
    desk.join(1, 2.0)
    run_to(desk, 40.0)
    assert events(desk, Kind.CLOSED) == [(12.0, 1, 0)]


def test_pressure_can_begin_in_mid_run() -> None:
    """Load is what it was after the last pass: 5 children for 1 worker, where 2 were, turn half away."""
    desk = staffed(desk_of([(0.0, 90.0)] * 4 + [(1.0, 9.0), (5.0, 9.0)], reference=2.0), 0)
    run_to(desk, 2.0)
    desk.set_law(2.0, turned_away_share=1.0)
    run_to(desk, 6.0)
    assert events(desk, Kind.TURNED_AWAY) == [(5.0, -1, 5)]


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_reviews_may_end_plans_early_from_the_day_of_the_rule(share: float) -> None:
    """Reviews on days 10 and 20 of a plan that takes far longer; the rule comes (or goes) on day 12."""
    plan = stage(gates=(10.0, 20.0), may_end_early=1)
    desk = staffed(desk_of([(0.0, 90.0)], [plan], reference=0.1, ended_early_share=share), 0)
    run_to(desk, 12.0 if share == 0.0 else 8.0)
    desk.set_law(desk.now, ended_early_share=1.0 - share)
    run_to(desk, 40.0)
    assert events(desk, Kind.ENDED_EARLY) == ([(20.0, 0, 0)] if share == 0.0 else [])


def test_a_rule_that_does_not_change_in_mid_run_is_refused() -> None:
    """The reference load is that of the start."""
    with pytest.raises(KeyError, match="reference"):
        desk_of([(0.0, 1.0)]).set_law(0.0, reference=2.0)


# ---- Stages ----------------------------------------------------------------------------------------------


def test_upkeep_takes_its_hours_from_the_day_it_changes() -> None:
    """Four families of 8 hours at full attention for 2 days; then half of the 4 hours a day go to upkeep."""
    desk = staffed(desk_of([(0.0, 8.0)] * 4), 0)
    run_to(desk, 2.0)
    desk.set_stage(0, 2.0, upkeep=0.5)
    run_to(desk, 40.0)
    assert {day for day, _, _ in events(desk, Kind.CLOSED)} == {2.0 + 12.0}


def test_visits_made_are_of_the_visits_due_at_the_time() -> None:
    """Two days with 4 of 8 hours of upkeep met, then two with all of 2: 12 of 20 hours are made."""
    desk = staffed(desk_of([(0.0, 90.0)] * 8, [stage(upkeep=1.0)]), 0)
    run_to(desk, 2.0)
    desk.set_stage(0, 2.0, upkeep=0.25)
    run_to(desk, 4.0)
    desk.set_law(4.0, cap=99.0)  # the day up to which it is known
    assert desk.stage_counts()["visits_made"] == pytest.approx([0.6])


def test_attention_changes_and_work_stays_the_same_hours() -> None:
    """8 hours at 1 a day for 2 days, then at 2 a day. So for one who waits, and one who comes later."""
    desk = staffed(desk_of([(0.0, 8.0), (0.5, 8.0), (10.0, 8.0)], cap=1.0), 0)
    run_to(desk, 2.0)
    desk.set_stage(0, 2.0, attention=2.0)
    run_to(desk, 40.0)
    assert events(desk, Kind.CLOSED) == [(5.0, 0, 0), (9.0, 0, 1), (14.0, 0, 2)]
    assert desk.visits(40.0)["natural_days"][2] == pytest.approx(4.0)


def test_what_was_done_before_attention_changed_is_lost_in_hours_too() -> None:
    """4 hours made at 1 a day, half of them lost: 8 - 4 + 2 hours are left, at 2 a day."""
    desk = staffed(desk_of([(0.0, 8.0)], lost_share=0.5), 0, 0)
    run_to(desk, 4.0)
    desk.set_stage(0, 4.0, attention=2.0)
    desk.leave(0, 4.0)
    run_to(desk, 40.0)
    assert events(desk, Kind.CLOSED) == [(7.0, 1, 0)]


@pytest.mark.parametrize(("day", "done"), [(5.0, 14.0), (12.0, 15.0)])
def test_a_deadline_that_comes_makes_urgent_what_is_near_it(day: float, done: float) -> None:
    """18 hours, limit 15 days, double attention in the last 5 of them: from day 10, or when it is set."""
    desk = staffed(desk_of([(0.0, 18.0)]), 0)
    run_to(desk, day)
    desk.set_stage(0, day, deadline=15.0, window=5.0, urgency=2.0)
    run_to(desk, 40.0)
    assert events(desk, Kind.CLOSED) == [(done, 0, 0)]


def test_a_deadline_that_goes_leaves_what_was_in_time_as_it_was() -> None:
    """Urgent from day 5 to day 7, then not: 10 - 5 - 4 hours are left. The first visit had a limit of 10."""
    limited = stage(deadline=10.0, urgent_until=10.0, window=5.0, urgency=2.0)
    desk = staffed(desk_of([(0.0, 2.0), (0.0, 10.0)], [limited]), 0)
    run_to(desk, 7.0)
    desk.set_stage(0, 7.0, urgency=1.0, deadline=math.inf)
    run_to(desk, 40.0)
    assert events(desk, Kind.CLOSED) == [(2.0, 0, 0), (8.0, 0, 1)]
    assert desk.visits(40.0)["deadline_days"].tolist() == [10.0, math.inf]


def test_a_sign_off_takes_the_days_it_had_when_it_began() -> None:
    """Work done on days 2 and 4; from day 3 a sign-off takes 5 days, before that 3."""
    desk = staffed(desk_of([(0.0, 2.0), (0.0, 4.0)], [stage(sign_off=3.0)]), 0)
    run_to(desk, 3.0)
    desk.set_stage(0, 3.0, sign_off=5.0)
    run_to(desk, 40.0)
    assert events(desk, Kind.CLOSED) == [(5.0, 0, 0), (9.0, 0, 1)]


def test_anybody_may_do_what_only_the_experienced_did() -> None:
    """The family that waits for somebody experienced is taken on at that instant."""
    desk = desk_of([(1.0, 2.0)], [stage(experienced_only=1)])
    desk.add_seat(0, team=0, fte=1.0, hours=FULL_DAY)
    desk.join(0, 0.0, experienced=False)
    desk.deal()
    run_to(desk, 3.0)
    desk.set_stage(0, 3.0, experienced_only=0)
    run_to(desk, 9.0)
    assert events(desk, Kind.ALLOCATED) == [(3.0, 0, 0)]


def test_plans_of_a_stage_may_end_early_from_the_day_they_may() -> None:
    """The next review after that day ends it."""
    desk = staffed(
        desk_of([(0.0, 90.0)], [stage(gates=(10.0, 20.0))], reference=0.1, ended_early_share=1.0), 0
    )
    run_to(desk, 12.0)
    desk.set_stage(0, 12.0, may_end_early=1)
    run_to(desk, 40.0)
    assert events(desk, Kind.ENDED_EARLY) == [(20.0, 0, 0)]


def test_the_same_stage_again_leaves_no_trace() -> None:
    """Every rule of a stage set to what it is."""
    logs = []
    for again in (False, True):
        desk = staffed(desk_of([(0.1 * i, 7.0) for i in range(40)]), 0, 0)
        run_to(desk, math.pi)
        if again:
            desk.set_stage(0, math.pi, attention=1.0, upkeep=0.0, deadline=math.inf, may_end_early=0)
            desk.regroup([0], [1], math.pi)
        run_to(desk, 100.0)
        logs.append(desk.log.tobytes())
    assert logs[0] == logs[1]


def test_shares_of_what_comes_next_change() -> None:
    """A uniform of 0.5 leads out at shares 0.4 and 0.6, on at 0.6 and 0.4; the pathway given stays."""
    desk = staffed(desk_of([(0.0, 2.0), (0.0, 4.0)], [stage(next=[(0.4, 1), (0.6, -1)]), stage()]), 0)
    run_to(desk, 3.0)
    desk.set_next(0, [0.6, 1.0])
    run_to(desk, 40.0)
    assert events(desk, Kind.ENTERED) == [(4.0, 0, 1)]
    assert desk.rules.pathway.shares.tolist() == [[0.4, 1.0], [1.0, 1.0]]


def test_shares_of_those_who_come_back_change() -> None:
    """A uniform of 0.5 stays away at a share of 0.4 and comes back at 0.6, after half of a mean of 2 days."""
    desk = staffed(desk_of([(0.0, 2.0), (0.0, 4.0)], exits=(0.4,), mean_return_days=2.0), 0)
    run_to(desk, 3.0)
    desk.set_returns(0, 0.6)
    run_to(desk, 7.0)
    assert events(desk, Kind.REFERRED)[2:] == [(5.0, -1, 1)]


# ---- No manager at work ----------------------------------------------------------------------------------


def given_on(days: Sequence[float], *, duty_days: float = 5.0) -> Desk:
    """One worker and one empty manager's post, and a family on each of these days."""
    desk = desk_of([(day, 500.0) for day in days], duty_days=duty_days)
    manager(desk, 1)
    return staffed(desk, 0)


def allocated(desk: Desk) -> list[float]:
    """Days of the allocations, in order of case number."""
    return [day for day, _, _ in sorted(events(desk, Kind.ALLOCATED), key=lambda row: row[2])]


def test_without_a_manager_families_are_given_out_when_a_duty_manager_looks_in() -> None:
    """On days 0, 5, 10, ...; whoever is referred on such a day is given out on it."""
    desk = given_on([0.0, 1.0, 4.0, 5.0, 6.5, 12.0, 15.0, 16.0])
    run_to(desk, 18.0)
    assert allocated(desk) == [0.0, 5.0, 5.0, 5.0, 10.0, 15.0, 15.0]
    run_to(desk, 21.0)
    assert allocated(desk)[-1] == 20.0


def test_without_the_rule_they_are_given_out_at_once() -> None:
    """Days 0: as in any team; and from the day on which the rule ends."""
    days = [0.0, 1.0, 6.5]
    desk = given_on(days, duty_days=0.0)
    run_to(desk, 9.0)
    assert allocated(desk) == days
    desk = given_on(days)
    run_to(desk, 7.0)
    desk.set_law(7.0, duty_days=0.0)
    run_to(desk, 9.0)
    assert allocated(desk) == [0.0, 5.0, 7.0]


def test_a_manager_at_work_gives_them_out_at_once() -> None:
    """One starts on day 8, is absent from day 10 to 13 and goes on day 17."""
    desk = given_on([6.5, 9.0, 11.0, 14.0, 18.0])
    for day, act in (
        (8.0, lambda: desk.join(1, 8.0)),
        (10.0, lambda: desk.set_away(1, True, 10.0)),
        (13.0, lambda: desk.set_away(1, False, 13.0)),
        (17.0, lambda: desk.leave(1, 17.0)),
        (30.0, lambda: None),
    ):
        run_to(desk, day)
        act()
    assert allocated(desk) == [8.0, 9.0, 13.0, 14.0, 20.0]


def test_what_a_worker_hands_back_waits_for_the_duty_manager_too() -> None:
    """A leaver's family on day 7, in a team with another worker."""
    desk = desk_of([(0.0, 500.0)], duty_days=5.0)
    manager(desk, 2)
    staffed(desk, 0, 0)
    run_to(desk, 7.0)
    desk.leave(0, 7.0)
    run_to(desk, 30.0)
    assert events(desk, Kind.ALLOCATED) == [(0.0, 0, 0), (10.0, 1, 0)]


def test_a_team_without_managers_posts_needs_no_duty_manager() -> None:
    """Two teams; only in the first is there a post, with nobody in it."""
    desk = desk_of([(1.0, 500.0), (2.0, 500.0)], teams=(2,), places=(0.0, 0.75), duty_days=5.0)
    manager(desk, 2)
    staffed(desk, 0, 1)
    run_to(desk, 9.0)
    assert allocated(desk) == [5.0, 2.0]


# ---- Posts that close ------------------------------------------------------------------------------------


def test_a_team_whose_last_managers_post_closes_misses_it() -> None:
    """Two empty posts of managers close on days 6 and 7: the families of days 6 and 8 wait for day 10."""
    desk = desk_of([(1.0, 500.0), (6.0, 500.0), (8.0, 500.0)], duty_days=5.0)
    manager(desk, 1)
    manager(desk, 2)
    staffed(desk, 0)
    run_to(desk, 6.0)
    desk.remove_seat(2, 6.0)
    run_to(desk, 7.0)
    desk.remove_seat(1, 7.0)
    run_to(desk, 11.0)
    assert allocated(desk) == [5.0, 10.0, 10.0]


def test_signing_off_alone_does_not_end_with_the_post() -> None:
    """Work done on days 2 and 4: signed off in 3 times 2 days while there is a post, and after."""
    desk = desk_of([(0.0, 2.0), (0.0, 4.0)], [stage(sign_off=2.0)], sign_off_alone=3.0)
    manager(desk, 1)
    staffed(desk, 0)
    run_to(desk, 3.0)
    desk.remove_seat(1, 3.0)
    run_to(desk, 40.0)
    assert events(desk, Kind.CLOSED) == [(8.0, 0, 0), (10.0, 0, 1)]


def test_a_post_that_closes_leaves_the_numbers_of_the_others() -> None:
    """The middle one of three goes with its post: its two families go to the others, by their numbers."""
    desk = staffed(desk_of([(0.0, 90.0)] * 6 + [(3.0, 90.0)]), 0, 0, 0)
    run_to(desk, 2.0)
    desk.leave(1, 2.0)
    desk.remove_seat(1, 2.0)
    run_to(desk, 4.0)
    assert desk.children_by_post()[:3].tolist() == [4, 0, 3]
    assert [desk.person_in(post) for post in range(3)] == [1, None, 1]
    assert members(desk) == [[0, 2]]


def members(desk: Desk) -> list[list[int]]:
    """The posts of every team that hold cases."""
    state = desk._state
    return [state.members[team, : state.teams[team].workers].tolist() for team in range(len(state.teams))]


# ---- Other teams -----------------------------------------------------------------------------------------

RELAY = [stage(next=[(1.0, 1)], team_type=0), stage(team_type=1)]


def test_a_family_stays_with_its_worker_when_its_next_stage_is_of_the_same_team_now() -> None:
    """Assessment and help in two teams; from day 1 both in each: only the second half changes worker."""
    logs = {}
    for together in (False, True):
        desk = staffed(desk_of([(0.0, 2.0), (0.0, 2.0)], RELAY, teams=(1, 1), places=(0.0, 0.75)), 0, 1)
        run_to(desk, 1.0)
        if together:
            desk.regroup([0, 0], [2], 1.0)
        assert desk.children_by_post().tolist() == [2, 0]
        run_to(desk, 9.0)
        logs[together] = sorted(events(desk, Kind.ALLOCATED)[2:], key=lambda row: row[2])
        assert {day for day, _, _ in events(desk, Kind.CLOSED)} == {4.0}
    assert logs == {False: [(2.0, 1, 0), (2.0, 1, 1)], True: [(2.0, 1, 1)]}


def test_a_family_handed_back_goes_to_the_list_of_its_new_team() -> None:
    """Its worker goes on day 1.5, after teams have changed on day 1."""
    desk = staffed(desk_of([(0.0, 9.0), (0.0, 9.0)], RELAY, teams=(1, 1), places=(0.0, 0.75)), 0, 1, 0)
    run_to(desk, 1.0)
    desk.regroup([0, 0], [2], 1.0)
    desk.leave(0, 1.5)
    desk.leave(2, 1.5)
    run_to(desk, 5.0)
    assert events(desk, Kind.ALLOCATED)[2:] == [(1.5, 1, 1)]
    assert desk.unallocated_children == 1


def test_families_who_wait_change_lists_and_keep_their_order() -> None:
    """Families of the second half wait for one worker; then the other serves them, as they came."""
    places = [0.0, 0.75] * 4
    desk = desk_of([(0.01 * i, 3.0) for i in range(8)], RELAY, teams=(1, 1), places=places, cap=1.0)
    staffed(desk, 0, 1)
    run_to(desk, 1.0)
    desk.regroup([0, 0], [2], 1.0)
    run_to(desk, 200.0)
    taken = events(desk, Kind.ALLOCATED)
    assert [case for _, post, case in taken if post == 0] == [0, 2, 4, 6]
    assert [case for _, post, case in taken if post == 1] == [1, 3, 5, 7]
    assert taken[1] == (1.0, 1, 1)
    assert desk.open_children == 0


def test_whoever_decides_is_the_familys_worker_once_one_team_does_both() -> None:
    """Decided and helped by one worker from day 1 on: one worker, as of a family helped by another team."""
    relay = [stage(next=[(1.0, 1)], team_type=0, decision=True), stage(team_type=1)]
    for together in (False, True):
        desk = staffed(desk_of([(2.0, 2.0)], relay, teams=(1, 1)), 0, 1)
        run_to(desk, 1.0)
        if together:
            desk.regroup([0, 0], [2], 1.0)
        run_to(desk, 90.0)
        assert [post for _, post, _ in events(desk, Kind.ALLOCATED)] == ([0] if together else [0, 1])
        assert desk.ledger(90.0)["workers"].tolist() == [1]


def test_families_go_to_the_teams_by_their_shares() -> None:
    """Shares 1, 0 and 3: the first quarter of the places to the first team, the rest to the third."""
    places = [0.0, 0.24, 0.26, 0.5, 0.75, 0.99]
    relay = [stage(next=[(1.0, 1)], team_type=0), stage(next=[(1.0, 2)], team_type=1), stage(team_type=2)]
    desk = staffed(desk_of([(2.0, 3.0)] * 6, relay, teams=(1, 1, 1), places=places), 0, 1, 2)
    run_to(desk, 1.0)
    desk.regroup([0, 0, 0], [3], 1.0, [1.0, 0.0, 3.0])
    run_to(desk, 2.5)
    assert [(post, case) for _, post, case in sorted(events(desk, Kind.ALLOCATED))] == [
        *((0, case) for case in (0, 1)),
        *((2, case) for case in (2, 3, 4, 5)),
    ]


def test_shares_alone_divide_anew_and_equal_shares_are_those_of_the_start() -> None:
    """The same teams with other shares are another division; without shares it is that of the start again."""
    desk = staffed(desk_of([(2.0, 3.0)] * 2, RELAY, teams=(1, 1), places=(0.4, 0.6)), 0, 1)
    state = desk._state
    for shares, teams in (([1.0, 3.0], [1, 1]), ([3.0, 1.0], [0, 0]), (None, [0, 1])):
        desk.regroup([0, 0], [2], 0.0, shares)
        assert [int(2 * place) for place in state.cases["place"]] == teams
    assert (state.cases["place"] == desk.tape.place).all()


def test_rebalancing_leaves_what_is_of_another_team_now() -> None:
    """Two families of the second half with a worker of the first: neither goes to the colleague beside."""
    desk = desk_of([(0.0, 90.0)] * 2, RELAY, teams=(1, 1), places=(0.75, 0.75), rebalancing="gradual")
    staffed(desk, 0, 1)
    run_to(desk, 1.0)
    desk.regroup([0, 0], [2], 1.0)
    desk.add_seat(2, team=0, fte=1.0, hours=FULL_DAY)
    desk.join(2, 2.0)
    run_to(desk, 30.0)
    assert desk.children_by_post()[:3].tolist() == [2, 0, 0]


# ---- All of it at once -----------------------------------------------------------------------------------

THREE = [
    stage(
        next=[(0.6, 1), (0.2, 2), (0.2, -1)], sign_off=1.0, deadline=8.0, window=3.0, urgency=2.0, priority=1
    ),
    stage(next=[(0.5, 2), (0.3, -2), (0.2, 0)], gates=(6.0, 12.0), every=6.0, may_end_early=1, team_type=1),
    stage(next=[(1.0, -1)], upkeep=0.1, experienced_only=1, team_type=1),
]


@pytest.mark.parametrize("world", range(12))
def test_nothing_is_lost_whatever_changes(world: int) -> None:
    """Families, lists, days and posts add up after every change, in a service in which all of it changes."""
    luck = np.random.default_rng(world)
    families = sorted((float(luck.uniform(0, 60)), float(luck.uniform(1, 9))) for _ in range(90))
    desk = desk_of(
        families,
        THREE,
        exits=(0.3, 0.6),
        teams=(2, 2),
        places=luck.random(90).tolist(),
        uniform=None,
        cap=6.0,
        reading_hours=1.0,
        lost_share=0.2,
        reference=5.0,
        mean_return_days=5.0,
        duty_days=5.0 * (world % 2),
        rebalancing=("none", "gradual", "at once")[world % 3],
    )
    staffed(desk, *[post % 4 for post in range(8)])
    manager(desk, 8)
    manager(desk, 9, team=2)
    here, there = set(range(8)), {8, 9}
    for day in np.sort(luck.uniform(0, 80, 60)):
        run_to(desk, float(day))
        change(desk, float(day), luck, here, there)
        adds_up(desk)
    run_to(desk, 90.0)
    adds_up(desk)
    visits = desk.visits(90.0)
    parts = np.array([visits[f"{part}_days"] for part in PARTS])
    assert parts.min() >= -1e-9
    np.testing.assert_allclose(parts.sum(axis=0), visits["elapsed_days"], rtol=0, atol=1e-9)
    whole = desk.totals(90.0)
    assert sum(whole[f"{part}_days"] for part in PARTS) == pytest.approx(sum(desk.areas(90.0)))


def change(desk: Desk, now: float, luck: np.random.Generator, here: set[int], away: set[int]) -> None:
    """One of all that can change."""
    s = int(luck.integers(3))
    what = int(luck.integers(9))
    if what == 0 and len(here) > 3:
        post = int(luck.choice(sorted(here)))
        desk.leave(post, now)
        here.remove(post)
        away.add(post)
        if luck.random() < 0.3 and post not in (8, 9):
            desk.remove_seat(post, now)
            away.remove(post)
    elif what == 1 and away:
        post = int(luck.choice(sorted(away)))
        desk.join(post, now, experienced=bool(luck.random() < 0.7))
        away.remove(post)
        here.add(post)
    elif what == 2:
        able = float(luck.uniform(0.4, 1.0))
        desk.set_able(int(luck.integers(8)), able=able, hours=able * FULL_DAY, now=now)
    elif what == 3:
        law = {"cap": float(luck.integers(3, 9)), "overtime_share": 0.5, "overtime_limit": 1.0}
        desk.set_law(now, **law, ended_early_share=float(luck.integers(2)), duty_days=float(luck.integers(6)))
    elif what == 4:
        desk.set_stage(s, now, attention=float(luck.uniform(0.5, 2.0)), upkeep=float(luck.uniform(0, 0.2)))
    elif what == 5:
        limit = float(luck.uniform(4, 12))
        desk.set_stage(s, now, deadline=limit, window=3.0, urgency=float(luck.uniform(1, 3)))
    elif what == 6:
        desk.set_stage(s, now, sign_off=float(luck.integers(3)), may_end_early=int(luck.integers(2)))
    elif what == 7:
        desk.set_next(0, [0.3, float(luck.uniform(0.4, 0.9)), 1.0])
        desk.set_returns(0, float(luck.random()))
    else:
        shapes: Sequence[tuple[list[int], list[int]]] = (
            ([0, 1, 1], [2, 2]),
            ([0, 0, 0], [4]),
            ([0, 1, 2], [1, 2, 1]),
            ([0, 0, 1], [3, 1]),
        )
        desk.regroup(*shapes[int(luck.integers(4))], now)


def adds_up(desk: Desk) -> None:
    """Every open case is on one list, waiting lists are in order of ticket, and the counts are of them."""
    state = desk._state
    cases = state.cases[: int(state.run[0].next_case)]
    waiting = []
    for team, lines in enumerate(state.waitlists):
        on_lists = 0
        for number, line in enumerate(lines):
            chain, c = [], int(line["head"])
            while c >= 0:
                chain.append(c)
                c = int(cases["behind"][c])
            assert int(line["tail"]) == (chain[-1] if chain else -1)
            assert (np.diff(cases["ticket"][chain]) > 0).all()
            assert (cases["team"][chain] == team).all()
            classes = 2 * state.stages["priority"][cases["stage"][chain]] + cases["family_class"][chain]
            assert (classes == number).all()
            on_lists += len(chain)
            waiting += chain
        assert on_lists == state.teams["waiting"][team]
        here = (cases["mode"] == WAITING) & (cases["team"] == team)
        assert state.teams["children"][team] == cases["children"][here].sum()
    assert sorted(waiting) == np.flatnonzero(cases["mode"] == WAITING).tolist()
    held = []
    for p, seat in enumerate(state.seats):
        on_list = state.slots[p]["case"][: int(seat["n"])]
        assert (cases["seat"][on_list] == p).all()
        assert int(seat["children"]) == len(on_list) == state.mix[p].sum()
        held += on_list.tolist()
    assert sorted(held) == np.flatnonzero(cases["mode"] < WAITING).tolist()
    assert desk.open_children == len(held) + len(waiting) == state.stages["open"].sum()
    assert desk.unallocated_children == len(waiting) == state.stages["waiting"].sum()
