"""Section A: children, posts and people are where they are, at every event of any run.

Every generated run is audited as a whole; each relation then has a log that breaks it, which the audit has to
find out. There is no patience here: no family withdraws because nobody came, so that relation 1 has no
withdrawn children and relation 14 is about the limit of waiting lists alone.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Generator
from itertools import pairwise
from typing import Any

import pandas as pd
import simpy
from hypothesis import event, settings
from hypothesis import given as for_all

import workforce_sim as ws
from tests.invariants.broken import (
    busy,
    changed,
    complaints,
    full_lists,
    later,
    rows_of,
    run,
    untouched,
    with_row,
    without,
)
from workforce_sim.testing import audit, lively_authority, small_authority
from workforce_sim.testing.given import given as told
from workforce_sim.testing.history import History
from workforce_sim.testing.strategies import Scenario, scenarios
from workforce_sim.workforce.post import State


@settings(max_examples=100)
@for_all(scenarios())
def test_any_run_keeps_every_relation(scenario: Scenario) -> None:
    """Whatever the authority, its policies and their dates: the reader of its log finds nothing to say."""
    found = audit(scenario.run())
    event(f"{'some' if scenario.interventions else 'no'} policies")
    event(f"handovers: {'none' if not found.handovers else 'some'}")


@settings(max_examples=25)
@for_all(scenarios(years=1.5))
def test_any_year_and_a_half_keeps_every_relation(scenario: Scenario) -> None:
    """Long enough for flows over a year, turnover and stocks twelve months apart."""
    audit(scenario.run())


def test_the_logs_to_be_broken_are_sound() -> None:
    """Or a complaint about a broken one would say nothing."""
    for finished in (busy(), untouched(), full_lists()):
        assert complaints(finished, finished.log) == set()


def test_1_a_closure_that_is_left_out_is_missed() -> None:
    """One family that was never closed is still open by the log, and closed by every count."""
    row = rows_of(busy(), "closed")[40]
    assert 1 in complaints(busy(), without(busy().log, row))


def test_1_a_family_referred_while_open_is_one_too_many() -> None:
    """Referred is more than closed, waiting and held."""
    row = rows_of(busy(), "referred")[60]
    twice = with_row(busy().log, row, event="referred", case=busy().log["case"][row], stage="assessment")
    assert {1, 3} <= complaints(busy(), twice)


def test_2_a_post_that_was_never_opened_is_nobodys() -> None:
    """Two posts are new on 1 July; in a log that does not say so, people start in a post that is none."""
    row = rows_of(busy(), "opened")[0]
    assert 2 in complaints(busy(), without(busy().log, row))


def test_2_a_policy_changes_the_establishment_in_its_very_instant() -> None:
    """Three posts more, of which none is filled, between two events of the same instant."""
    finished = run(lively_authority(), ws.NewPosts(3, start="2024-06-03"), years=0.5)
    log = finished.log
    opened = log[log["event"] == "opened"]
    assert len(opened) == 3
    assert opened["day"].nunique() == 1
    before, after = (
        History(told(finished), log[: opened.index[i] + 1]).read().posts.stocks() for i in (0, 2)
    )
    assert sum(after[name] - before[name] for name in ("in_post", "covered", "empty")) == 2.0
    assert after["empty"] - before["empty"] == 2.0


def test_2_posts_of_the_first_morning_are_in_the_log_and_in_the_table() -> None:
    """Who was there at the start is in run.posts; what a policy opens that morning is an event."""
    policies = (ws.NewPosts(2, start="2024-04-01"), ws.ManagedTeam(1, start="2024-04-01"))
    finished = run(lively_authority(), *policies, years=0.25)
    first = finished.log[finished.log["day"] == 0]
    assert Counter(first["event"])["opened"] == 3
    assert Counter(first["event"])["agency started"] == 1
    assert Counter(finished.posts["at_start"]) == {"permanent": 7, "agency": 2, "empty": 1, "": 3}
    audit(finished)


def test_3_a_case_with_two_workers_is_found() -> None:
    """A second allocation without a return in between."""
    row = rows_of(busy(), "allocated")[100]
    case, post = busy().log["case"][row], (busy().log["post"][row] + 1) % 8
    twice = with_row(busy().log, row, event="allocated", case=case, post=post, stage="plan")
    assert 3 in complaints(busy(), twice)


def test_3_a_case_closed_by_somebody_else_is_found() -> None:
    """Whoever closes a case holds it."""
    row = rows_of(busy(), "closed")[50]
    assert 3 in complaints(busy(), changed(busy().log, row, post=9))


def test_4_a_case_on_an_empty_post_is_found() -> None:
    """A family given to the one post where nobody is on the first morning."""
    empty = int(busy().posts.index[busy().posts["at_start"] == "empty"][0])
    assert 4 in complaints(busy(), changed(busy().log, rows_of(busy(), "allocated")[0], post=empty))


def test_4_an_absent_worker_is_given_nothing() -> None:
    """Somebody away from the first moment on, with everything else as it was."""
    post = int(busy().log["post"][rows_of(busy(), "allocated")[0]])
    first = rows_of(busy(), "referred")[0]
    assert 4 in complaints(busy(), with_row(busy().log, first, event="away", post=post))


def test_4_a_list_above_the_cap_is_found() -> None:
    """With a cap of four, a family to somebody with four children is one too many."""
    row = rows_of(full_lists(), "work done")[3]  # the next family came because this one had gone
    assert 4 in complaints(full_lists(), without(full_lists().log, row, row + 1))


def test_4_cases_that_stay_with_a_leaver_are_found() -> None:
    """A return and the allocation after it left out: the family is where nobody is."""
    log = untouched().log
    left = next(i for i in rows_of(untouched(), "left") if log["event"][i + 1] == "returned")
    given = (log.index > left) & (log["case"] == log["case"][left + 1]) & (log["event"] == "allocated")
    assert 4 in complaints(untouched(), without(log, left + 1, int(log.index[given][0])))


def test_5_a_family_that_waits_in_vain_is_found() -> None:
    """An allocation two days late, with colleagues at hand all the while."""
    quiet = run(small_authority(workers=3), years=0.5)
    row = rows_of(quiet, "allocated")[30]
    assert 5 in complaints(quiet, later(quiet.log, row, 2.0))


def test_6_a_family_that_is_overtaken_is_found() -> None:
    """Two families wait; the second is given a worker first."""
    log, allocated = full_lists().log, rows_of(full_lists(), "allocated")[8:10]
    cases = [int(log["case"][row]) for row in allocated]
    assert log["day"][allocated[0]] > log["day"][rows_of(full_lists(), "referred")[cases[1]]]
    swapped = changed(changed(log, allocated[0], case=cases[1]), allocated[1], case=cases[0])
    assert 6 in complaints(full_lists(), swapped)


def test_7_time_that_goes_back_is_found() -> None:
    """An event an hour before the one it follows."""
    row = rows_of(busy(), "closed")[20]
    assert 7 in complaints(busy(), changed(busy().log, row, day=busy().log["day"][row] - 30.0))


def test_7_a_case_closed_with_work_to_do_is_found() -> None:
    """Closed without its work having been done."""
    row = rows_of(busy(), "work done")[20]
    assert 7 in complaints(busy(), without(busy().log, row))


def test_8_two_people_in_a_post_are_found() -> None:
    """Somebody starts where somebody is."""
    row = rows_of(busy(), "started")[2]
    post = busy().log["post"][row]
    assert 8 in complaints(busy(), with_row(busy().log, row, event="started", post=post))


def test_8_spells_of_employment_follow_each_other() -> None:
    """In every post one spell ends before, or when, the next begins, and none is shorter than nothing."""
    history = History(told(busy()), busy().log).read()
    assert len(history.employed) > len(busy().posts)
    for post in range(len(busy().posts)):
        spells = sorted(
            (s for s in history.employed if s.post == post), key=lambda spell: (spell.start, spell.end)
        )
        assert all(spell.start <= spell.end for spell in spells)
        assert all(one.end <= other.start for one, other in pairwise(spells))


def test_9_a_count_below_nothing_is_found() -> None:
    """Broken here are the counts of a run: the log cannot say less than nothing."""
    finished = run(lively_authority(), years=0.5)
    finished.counts["unallocated"][2] = -1.0
    assert 9 in complaints(finished, finished.log)
    again = run(lively_authority(), years=0.5)
    again.counts["sum_cost_pay"][4] -= 1e6
    assert 9 in complaints(again, again.log)


def test_10_a_change_of_worker_that_did_not_happen_is_found() -> None:
    """A family back with the worker it had has changed worker once less."""
    log = untouched().log
    for row in rows_of(untouched(), "returned"):
        case = log["case"][row]
        after = log[(log.index > row) & (log["case"] == case) & (log["event"] == "allocated")]
        if len(after) and log["event"][row - 1] != "entered" and after["post"].iloc[0] != log["post"][row]:
            break
    back = changed(log, int(after.index[0]), post=log["post"][row])
    assert 10 in complaints(untouched(), back)


def test_11_a_family_that_is_not_given_back_to_its_worker_is_found() -> None:
    """With continuity a family that comes back goes to whom it had, if that worker can take it."""
    log = busy().log
    found = set()
    for row in rows_of(busy(), "allocated"):
        before = log[(log.index < row) & (log["case"] == log["case"][row])]
        again = (before["event"] == "referred").sum() > 1 and before["event"].iloc[-1] == "referred"
        others = set(range(8)) - {int(log["post"][row])}
        if again and log["stage"][row] == log["stage"][before.index[-1]]:
            found |= complaints(busy(), changed(log, row, post=min(others)))
        if 11 in found:
            break
    assert 11 in found


def test_11_all_children_of_a_family_are_with_the_same_worker() -> None:
    """Children on every list are those of whole families, as many as the service says at the end."""
    finished = run(small_authority(workers=3, children_per_family=3.0, casework={"caseload_cap": 9.0}))
    history = History(told(finished), finished.log).read()
    for post, cases in history.lists.held.items():
        children = finished.children.loc[sorted(cases), "children"].sum()
        assert finished.service.desk.caseload_of(post) == children
    finished.service.desk._state.seats["children"][0] += 1  # half a family more
    assert 11 in complaints(finished, finished.log)


def test_12_a_leaver_who_is_left_out_is_missed() -> None:
    """Stock at the end of a year is that of its start, and starters less leavers."""
    log = busy().log
    assert 12 in complaints(busy(), without(log, rows_of(busy(), "left")[0]))
    assert 12 in complaints(busy(), without(log, rows_of(busy(), "agency started")[0]))


def test_12_a_managed_team_comes_and_goes_in_the_flows_of_agency() -> None:
    """Three agency workers come and go together: three starts and three ends, as in stock."""
    spell = {"start": "2024-06-03", "end": "2024-08-30"}
    finished = run(small_authority(workers=1), ws.ManagedTeam(3, **spell), years=0.5)
    flows = finished.service.flows
    assert (flows["agency_starts"], flows["agency_ends"]) == (3.0, 3.0)
    assert Counter(finished.log["event"])["agency started"] == 3
    assert finished.paths["agency_fte"].max() == 3.0


def test_12_whoever_comes_with_a_post_has_started() -> None:
    """A process opens a post with somebody in it: a starter in log, flow and stock, who costs money."""

    def opens(env: simpy.Environment, service: Any) -> Generator[Any, Any, Any]:
        yield env.timeout(30)
        service.open_post(team=0, grade=0, state=State.PERMANENT)

    finished = run(small_authority(workers=1, costs={"recruitment_gbp": 700.0}), opens, years=0.5)
    assert Counter(finished.log["event"])["started"] == 1
    assert finished.service.flows["starters"] == 1.0
    assert finished.paths["cost_recruitment_gbp"].sum() == 700.0
    audit(finished)


def test_13_a_conversion_that_moves_a_family_is_found() -> None:
    """A family returned in the instant of a conversion; and a conversion where nobody could convert."""
    log = untouched().log
    row = next(
        row
        for row in rows_of(untouched(), "converted")
        if History(told(untouched()), log[: row + 1]).read().lists.held[int(log["post"][row])]
    )
    post = int(log["post"][row])
    history = History(told(untouched()), log[: row + 1]).read()
    case = min(history.lists.held[post])
    returned = with_row(log, row, event="returned", post=post, case=case, stage="plan")
    assert 13 in complaints(untouched(), returned)
    permanent = int(untouched().posts.index[untouched().posts["at_start"] == "permanent"][0])
    assert 13 in complaints(untouched(), changed(log, row, post=permanent))


def test_13_a_conversion_is_one_agency_worker_less_and_one_permanent_more() -> None:
    """In the same post at the same time, with the same cases and nobody's last worker changed."""
    log = untouched().log
    for row in rows_of(untouched(), "converted"):
        one, other = (History(told(untouched()), log[:end]).read() for end in (row, row + 1))
        change = {name: other.posts.stocks()[name] - one.posts.stocks()[name] for name in one.posts.stocks()}
        assert change == {"in_post": 1.0, "agency": -1.0, "covered": -1.0, "empty": 0.0}
        assert one.lists.held == other.lists.held
        assert one.handovers == other.handovers


def test_14_a_referral_to_a_full_list_is_found() -> None:
    """A family that joins three who wait, where three is full."""
    row = rows_of(full_lists(), "turned away")[5]
    assert 14 in complaints(full_lists(), without(full_lists().log, row))


def test_14_nobody_is_turned_away_from_a_list_with_room() -> None:
    """A family turned away in a service with neither limit nor pressure."""
    quiet = run(small_authority(), years=0.5)
    row = rows_of(quiet, "referred")[20]
    case = quiet.log["case"][row]
    gone = with_row(quiet.log, row, event="turned away", case=case, stage="casework")
    assert 14 in complaints(quiet, gone)


def test_14_a_list_holds_at_most_its_limit_where_families_are_of_one_child() -> None:
    """Children waiting at the end of every instant, with families of one child who all enter by referral."""
    log: pd.DataFrame = full_lists().log
    waiting, most = 0, 0
    for event_of_case in log["event"]:
        waiting += (event_of_case == "referred") - (event_of_case in ("allocated", "turned away"))
        most = max(most, waiting)
    assert most <= 4  # three, and for a moment the one who is turned away
    assert math.isclose(full_lists().paths["unallocated_children"].max(), 3.0)
