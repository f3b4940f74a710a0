"""The casework desk under any sequence of orders: section A after every one of them, by naive bookkeeping."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.invariants.naive_desk import FULL_DAY, NaiveCase, NaiveDesk, NaiveWorker
from tests.test_casework_changes import pathway_of, stage
from workforce_sim.casework.desk import Desk
from workforce_sim.casework.eventlog import Kind
from workforce_sim.casework.rules import CaseRules
from workforce_sim.demand.families import DRAWS, Families

EIGHTHS = st.integers(0, 40).map(lambda n: n / 8)
FAMILIES = st.lists(
    st.tuples(
        st.integers(0, 64).map(lambda n: n / 8),  # referred
        st.sampled_from((1, 2, 3)),  # children
        st.booleans(),  # urgent
        st.sampled_from((2.0, 4.0, 8.0, 1.0, 30.0)),  # hours of work a child
    ),
    min_size=8,
    max_size=25,
)


def desk_of(families: list[tuple[float, int, bool, float]], attention: float, **law: Any) -> Desk:
    """A desk with one team and one stage, and these families to come."""
    luck = np.full((len(families), len(DRAWS)), 0.5)
    luck[:, 0] = [math.log(hours) for *_, hours in families]
    tape = Families.referred(
        np.array([f[0] for f in families]),
        lambda ordinal: luck,
        children=np.array([f[1] for f in families], np.int64),
        priority=np.array([0 if f[2] else 1 for f in families], np.int64),
    )
    pathway = pathway_of([stage(attention=attention)], [0.0])
    rules = CaseRules(pathway=pathway, strain=np.ones(2), teams_of_type=(1,), **law)
    return Desk(rules, tape, log=True, posts=1)


class DeskMachine(RuleBasedStateMachine):
    """Refer, come, go, be absent, convert, carry more or less, close: in any order, often in one instant."""

    @initialize(
        families=FAMILIES,
        attention=st.sampled_from((1.0, 4.0, 0.5)),
        cap=st.sampled_from((math.inf, 3.0, 1.0)),
        reading=st.sampled_from((0.0, 2.0)),
        lost=st.sampled_from((0.0, 0.5, 1.0)),
        workers=st.integers(1, 3),
    )
    def open(
        self,
        families: list[tuple[float, int, bool, float]],
        attention: float,
        cap: float,
        reading: float,
        lost: float,
        workers: int,
    ) -> None:
        families = sorted(families, key=lambda f: f[0])
        self.desk = desk_of(families, attention, cap=cap, reading_hours=reading, lost_share=lost)
        cases = [NaiveCase(t, k, u, h / attention, h / attention) for t, k, u, h in families]
        self.naive = NaiveDesk(cases, attention, cap, reading, lost)
        for _ in range(workers):
            self.new_post()
        for post in range(workers):
            self.join(post)
        self.desk.deal()
        self.naive.finish_instant()

    # -- orders -----------------------------------------------------------------------------

    def some(self, data: Any, *, present: bool) -> int | None:
        posts = [p for p, w in enumerate(self.naive.workers) if w.present is present]
        return data.draw(st.sampled_from(posts)) if posts else None

    @precondition(lambda self: len(self.naive.workers) < 5)
    @rule()
    def new_post(self) -> None:
        post = len(self.naive.workers)
        self.desk.add_seat(post, team=0, fte=1.0, hours=FULL_DAY)
        self.naive.workers.append(NaiveWorker())

    def join(self, post: int) -> None:
        worker = self.naive.workers[post]
        worker.present, worker.away, worker.takes_new = True, False, True
        worker.person += 1
        self.desk.join(post, self.naive.now)

    @rule(days=EIGHTHS)
    def days_go_by(self, days: float) -> None:
        self.time_goes(days)

    @rule(days=st.integers(0, 8).map(lambda n: n / 8))
    def hours_go_by(self, days: float) -> None:
        self.time_goes(days)

    def time_goes(self, days: float) -> None:
        assert self.desk.advance(self.naive.now + days) is None
        self.naive.advance(self.naive.now + days)

    @rule(data=st.data(), what=st.sampled_from(("starts", "leaves", "is replaced", "hands over", "converts")))
    def comes_or_goes(self, data: Any, what: str) -> None:
        post = self.some(data, present=what != "starts")
        if post is None:
            return
        if what in ("leaves", "is replaced"):
            self.desk.leave(post, self.naive.now)
            self.naive.workers[post].present = False
            self.naive.give_back(post)
        if what in ("starts", "is replaced"):
            self.join(post)
        elif what == "hands over":
            self.desk.hand_over(post, self.naive.now)
            self.naive.give_back(post)
        elif what == "converts":  # for casework another leaving clock, and nothing else
            self.desk.watch_leaving(post, 1.0, 0.0, self.naive.now)

    @rule(
        data=st.data(),
        away=st.sampled_from((False, True)),
        takes_new=st.sampled_from((True, True, False)),
        able=st.sampled_from((1.0, 0.5, 1.5)),
    )
    def is_another_worker(self, data: Any, away: bool, takes_new: bool, able: float) -> None:
        """Absent or back, winding down or not, able to carry more or less."""
        post = self.some(data, present=True)
        if post is not None:
            now, worker = self.naive.now, self.naive.workers[post]
            if worker.away is not away:
                self.desk.set_away(post, away, now)
            self.desk.set_list(post, takes_new=takes_new, experienced=True, now=now)
            self.desk.set_able(post, able=able, hours=FULL_DAY * able, now=now)
            worker.away, worker.takes_new, worker.able = away, takes_new, able

    @rule(cap=st.sampled_from((math.inf, 3.0, 1.0, 2.5)))
    def another_cap(self, cap: float) -> None:
        self.desk.set_law(self.naive.now, cap=cap)
        self.naive.cap = cap

    @rule(name=st.sampled_from(("least work", "fewest children")))
    def another_rule(self, name: str) -> None:
        """With one stage and hours as workers are able, both rules choose the same worker."""
        self.desk.set_rule(name, self.naive.now)

    # -- section A after every order ---------------------------------------------------------

    @invariant()
    def children_are_where_the_books_say(self) -> None:
        """Relations 1, 3, 4, 9: referred = closed + waiting + held, each of them in one place."""
        if not hasattr(self, "naive"):
            return
        desk, naive = self.desk, self.naive
        by_place = dict.fromkeys(("to come", "waiting", "held", "closed"), 0)
        for case in naive.cases:
            by_place[case.place] += case.children
        assert desk.unallocated_children == by_place["waiting"]
        assert desk.held_children == by_place["held"]
        totals = desk.totals(naive.now)
        assert totals["referred"] == by_place["closed"] + by_place["waiting"] + by_place["held"]
        assert totals["closed"] == by_place["closed"]
        for post, worker in enumerate(naive.workers):
            assert desk.caseload_of(post) == naive.children_of(post)
            assert desk.person_in(post) == (worker.person if worker.present else None)
            assert worker.present or desk.caseload_of(post) == 0
        assert totals["handovers"] == sum(case.handovers for case in naive.cases)
        assert totals["allocations"] == sum(case.allocations for case in naive.cases)

    @invariant()
    def what_is_left_never_is_below_nothing(self) -> None:
        """Relations 9 and 16: work left of every case, by the ledger's own account of its days."""
        if not hasattr(self, "naive"):
            return
        ledger = self.desk.ledger(self.naive.now)
        for case, natural in enumerate(ledger["natural_days"]):
            known, found = self.naive.cases[case], ledger["repeated_days"][case] + natural
            assert known.left >= -1e-9
            if known.place == "closed":
                assert ledger["closed_day"][case] == pytest.approx(known.closed, abs=1e-7)
                assert natural == pytest.approx(known.work, abs=1e-7)
            assert found >= -1e-9

    def teardown(self) -> None:
        """The event log tells the same story (relations 3, 6, 7, 10)."""
        if not hasattr(self, "naive"):
            return
        log, naive = self.desk.log, self.naive
        assert (np.diff(log["time"]) >= 0).all()
        holder: dict[int, int | None] = {}
        allocated = dict.fromkeys(range(len(naive.cases)), 0)
        for event in log:
            case, post, kind = int(event["case"]), int(event["post"]), Kind(int(event["kind"]))
            if kind == Kind.REFERRED:
                assert case not in holder
                holder[case] = None
            elif kind == Kind.ALLOCATED:
                assert holder[case] is None
                holder[case] = post
                allocated[case] += 1
            elif kind == Kind.RETURNED:
                assert holder[case] == post
                holder[case] = None
            elif kind == Kind.CLOSED:
                assert holder.pop(case) == post
        for number, case in enumerate(naive.cases):
            assert allocated[number] == case.allocations
            if case.place == "held":
                assert holder[number] == case.post
            elif case.place == "waiting":
                assert holder[number] is None
            else:
                assert number not in holder


def test_any_orders_to_the_desk_leave_every_child_in_one_place() -> None:
    """Sixty sequences of up to forty orders; see the machine above."""
    run_state_machine_as_test(DeskMachine, settings=settings(max_examples=60, stateful_step_count=40))
