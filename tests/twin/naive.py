"""The model of docs/model.md, sections 1-6, as slow and plain as it can be written in SimPy.

One process per case, one per post, one per absence, one for the changes of rates. A process that finds its
moment has come does not act: it asks for its turn, and the driver gives the turns of one instant in the order
of section 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import simpy

from tests.twin.orders import Management
from tests.twin.parts import (
    INSTANT,
    CaseState,
    PostState,
    Visit,
    natural_days,
    next_gate,
    urgency,
    window_ages,
)
from tests.twin.people import CASEWORK, COME_BACK, NEW, REFERRAL, Event, Outcome, Steps
from tests.twin.world import Stage, World

__all__ = ["Event", "Outcome", "run"]

FIFTH_DAY = 5.0


def run(world: World) -> Outcome:
    """Play a world from time 0 to its horizon."""
    return Simulation(world).run()


def at_most(share: float, excess: float) -> float:
    """A probability of section 2 that moves with pressure; a share of 0 switches it off."""
    return min(1.0, share * excess) if share > 0 else 0.0


def least(posts: list[PostState], measure: Callable[[PostState], float]) -> PostState:
    """The post with the least of something, the lowest number of those within 1e-9."""
    lowest = min(measure(post) for post in posts)
    return next(post for post in posts if measure(post) <= lowest + 1e-9)


class Simulation(Management):
    """One run of one world."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.waiting: list[CaseState] = []
        self.fifth_day = False
        self.tickets = 0
        self.caseload: float | None = None
        self.open_children = 0
        self.counted_to = 0.0
        self.dealt = False  # the cases open at the start
        self.cases = [CaseState(i, plan, self.env.event()) for i, plan in enumerate(world.cases)]

    # The driver: one instant after another.

    def run(self) -> Outcome:
        """Start all processes, step the environment up to the horizon and draw up the ledger."""
        self.start_orders()
        self.env.process(self.every_fifth_day())
        self.env.process(self.every_duty_day())
        for post in self.posts:
            post.process = self.env.process(self.post_life(post))
        for case in self.cases:
            case.process = self.env.process(self.case_life(case))
        self.instant()
        self.dealt = True
        self.caseload_then = self.caseload_of_authority()  # the start: after the first allocation
        while self.env.peek() < self.world.horizon - INSTANT:
            self.instant()
        end = self.world.horizon
        self.count_open(0, end)
        for case in self.cases:
            if case.visit is not None:
                case.settle(end)
                row = case.visit.row(case.number, case.workers, end, ended=False, work_done=False)
                self.outcome.ledger.append(row)
        return self.outcome

    def instant(self) -> None:
        """Casework, staff and policy, referrals, each in its turn; then allocation and rebalancing."""
        now = self.env.peek()
        end = now + INSTANT
        if end > self.instant_time + 2 * INSTANT:
            self.instant_time = now
        self.step_until(end)
        while self.turns:
            first = min(self.turns, key=lambda turn: turn[:2])  # among equals the one that asked first
            self.turns.remove(first)
            first[2].succeed()
            self.step_until(end)
        self.assign_recruitments()
        changed = sorted(self.changed)
        passes = [team for team in changed if self.has_pass(team)]
        self.changed -= set(passes)  # without a pass, what changed waits for the next
        for team in passes:
            self.allocation_pass(team)
        self.rebalance(changed)  # what this changes is for a new instant at the same time
        if changed:
            self.caseload = self.children_per_worker()

    def step_until(self, end: float) -> None:
        """Let SimPy handle everything up to and including `end`."""
        while self.env.peek() <= end:
            self.env.step()

    def every_fifth_day(self) -> Steps:
        """Mark days 5, 10, ... for gradual rebalancing."""
        while True:
            yield self.env.timeout(FIFTH_DAY)
            self.fifth_day = True

    def every_duty_day(self) -> Steps:
        """See to it that there is an instant when a duty manager looks in."""
        while self.world.duty_days > 0:
            yield self.env.timeout(self.world.duty_days)

    def has_pass(self, team: int) -> bool:
        """Whether there is a pass in this instant: without a manager at work only when one looks in."""
        every = self.world.duty_days
        if every == 0 or not self.nobody_manages(team):
            return True
        return abs(self.instant_time - every * round(self.instant_time / every)) <= INSTANT

    def nobody_manages(self, team: int) -> bool:
        """The team has manager posts, or had before they closed, and nobody is at work in any."""
        places = [post for post in self.posts if post.plan.team == team and post.plan.manages]
        return any(post.state != "not open" for post in places) and not any(post.at_work for post in places)

    # Cases.

    def case_life(self, case: CaseState) -> Steps:
        """Referred, then waiting and held by turns until closed; and again if the family comes back."""
        yield self.env.timeout(case.plan.time)
        yield self.turn(REFERRAL, NEW, case.number)
        while True:
            self.refer(case)
            while case.status != "elsewhere":
                yield case.called
                while case.post is not None:
                    yield from self.held(case)
            if case.back_after is None:
                return
            yield self.env.timeout(case.back_after)
            yield self.turn(REFERRAL, COME_BACK, case.number)

    def refer(self, case: CaseState) -> None:
        """A family is referred, and turned away or put on the list; or was open when the run began."""
        self.log("referred", -1, case.number)
        case.ordinal += 1
        case.workers = 0
        case.episodes += 1
        opening = case.plan.opening and case.ordinal == 0
        if not opening and self.turned_away(case):
            self.log("turned away", -1, case.number)
            self.leave_by(case, self.world.turned_away_exit, early=True)
            return
        case.ticket = self.tickets
        self.tickets += 1
        self.count_open(case.plan.children, self.env.now)
        if opening:
            plan = case.plan
            self.enter(case, plan.stage, plan.began, plan.left, plan.left + plan.done)
        else:
            self.enter_afresh(case, 0)
        self.join_list(case)

    def turned_away(self, case: CaseState) -> bool:
        """The list of its team is full, or pressure turns the family away."""
        if self.world.list_limit is not None:
            team = self.world.team_of(case.plan, 0)
            waiting = [other for other in self.waiting if self.team_of(other) == team]
            if sum(other.plan.children for other in waiting) >= self.world.list_limit:
                return True
        return case.draws.turned_away < at_most(self.world.turned_away_share, self.excess())

    def enter_afresh(self, case: CaseState, number: int) -> None:
        """A visit to a stage begins now, with all its work to do."""
        work = case.draws.work_days[number]
        self.enter(case, number, self.env.now, work, work)

    def enter(self, case: CaseState, number: int, began: float, left: float, work: float) -> None:
        """Open the ledger of a visit to a stage."""
        now, stage = self.env.now, self.world.stages[number]
        natural = natural_days(stage, now - began, left)
        case.visit = Visit(case.ordinal, number, stage, began, now, work, natural)
        case.left, case.since = left, now

    def join_list(self, case: CaseState) -> None:
        """Wait for a worker, from now on."""
        case.status, case.post = "waiting", None
        case.called = self.env.event()
        self.waiting.append(case)
        self.changed.add(self.team_of(case))

    def held(self, case: CaseState) -> Steps:
        """Go on at the present pace until something is due or something changes."""
        post, visit = case.held_by, case.now_in
        case.away = post.away
        case.pace = self.pace(post)
        case.speed = case.pace * urgency(visit.stage, self.env.now - visit.began)
        case.interruptible = True
        try:
            yield self.env.timeout(max(0.0, self.days_ahead(case)))
            case.interruptible = False
            yield self.turn(CASEWORK)
            case.settle(self.env.now)
            self.casework(case)
        except simpy.Interrupt:
            case.settle(self.env.now)

    def days_ahead(self, case: CaseState) -> float:
        """Days until the next thing due for a case held, if nothing changes."""
        now, visit = self.env.now, case.now_in
        if case.status != "working":
            return case.moment - now
        if case.left <= 0:
            return 0.0
        moments = [now + case.left / case.speed if case.speed > 0 else math.inf]
        bounds = [visit.began + age for age in window_ages(visit.stage)]
        moments += [bound for bound in bounds if bound > now + INSTANT]
        if visit.stage.may_end_early:
            gate = next_gate(visit.stage, now - visit.began + 2 * INSTANT)
            if gate is not None:
                moments.append(visit.began + gate)
        return min(moments) - now

    def casework(self, case: CaseState) -> None:
        """What was due for a case held has come."""
        post = case.held_by
        if case.status == "at gate":
            self.at_gate(case)
        elif case.status == "signing off":
            self.end_stage(case)
        elif case.left <= case.speed * INSTANT:
            self.work_done(case)
        elif self.ends_early(case):
            self.log("ended early", post.number, case.number)
            self.close(case, self.world.ended_early_exit, early=True)
        self.caseload_changed(post)

    def work_done(self, case: CaseState) -> None:
        """No work is left: wait for a gate."""
        now, visit = self.env.now, case.now_in
        self.log("work done", case.held_by.number, case.number)
        case.status, case.left = "at gate", 0.0
        visit.late = now > visit.entered + visit.natural + INSTANT
        gate = next_gate(visit.stage, now - visit.began)
        case.moment = now if gate is None else visit.began + gate
        if case.moment <= now + INSTANT:
            self.at_gate(case)

    def at_gate(self, case: CaseState) -> None:
        """The gate has come: wait for the sign-off."""
        team = self.team_of(case)
        days = case.now_in.stage.sign_off
        if self.nobody_manages(team):
            days *= self.world.sign_off_without_manager
        if days > 0:
            case.status, case.moment = "signing off", self.env.now + days
        else:
            self.end_stage(case)

    def ends_early(self, case: CaseState) -> bool:
        """A gate finds the case still being worked on, and pressure ends it."""
        visit = case.now_in
        if not visit.stage.may_end_early:
            return False
        gate = next_gate(visit.stage, self.env.now - visit.began)
        if gate is None or visit.began + gate > self.env.now + INSTANT:
            return False
        return case.draws.early < at_most(self.world.ended_early_share, self.excess())

    def end_stage(self, case: CaseState) -> None:
        """Work, gate and sign-off are behind the case: on to the next stage or out."""
        target = self.what_comes_next(case)
        if target < 0:
            self.close(case, -1 - target, early=False)
            return
        post, decided = case.held_by, case.now_in.stage.decision
        self.log("entered", post.number, case.number)
        self.end_visit(case, work_done=True)
        case.ordinal += 1
        self.enter_afresh(case, target)
        if post.plan.team == self.team_of(case) and self.may_hold(post, case.now_in.stage):
            case.status = "working"
            if decided and not case.now_in.stage.decision:
                self.becomes_worker(case, post)
            self.changed.add(post.plan.team)  # others than before may hold it now
        else:
            self.give_up(case)

    def what_comes_next(self, case: CaseState) -> int:
        """The first target whose cumulative share exceeds the uniform."""
        cumulative = 0.0
        ways = case.now_in.stage.next
        for share, target in ways:
            cumulative += share
            if case.draws.next < cumulative:
                return target
        return ways[-1][1]  # shares that add up to a little less than 1

    def give_up(self, case: CaseState) -> None:
        """A worker loses a case to the list."""
        post = case.held_by
        self.log("returned", post.number, case.number)
        case.settle(self.env.now)
        post.cases.remove(case)
        self.changed.add(post.plan.team)
        self.join_list(case)

    def close(self, case: CaseState, way_out: int, early: bool) -> None:
        """The episode ends: the case goes off the worker's list."""
        post, case.post = case.held_by, None
        self.log("closed", post.number, case.number)
        self.count_open(-case.plan.children, self.env.now)
        self.end_visit(case, work_done=not early)
        post.cases.remove(case)
        self.changed.add(post.plan.team)
        self.leave_by(case, way_out, early)

    def end_visit(self, case: CaseState, work_done: bool) -> None:
        """Write the row of the present visit."""
        row = case.now_in.row(case.number, case.workers, self.env.now, ended=True, work_done=work_done)
        self.outcome.ledger.append(row)
        case.visit = None

    def leave_by(self, case: CaseState, way_out: int, early: bool) -> None:
        """Out by an exit, perhaps to come back."""
        chance = self.world.exits[way_out] * (1.0 + self.world.per_change * max(0, case.workers - 1))
        if early:
            chance *= self.world.early_factor
        comes_back = case.draws.back < min(1.0, chance)
        case.status = "elsewhere"
        case.back_after = case.draws.delay_days if comes_back else None

    def count_open(self, children: int, now: float) -> None:
        """Integrate the open children up to now, then count `children` more."""
        self.outcome.open_integral += self.open_children * (now - self.counted_to)
        self.counted_to = now
        self.open_children += children

    # Workload and pressure.

    def pace(self, post: PostState) -> float:
        """The pace of all cases of a worker, with the present caseload."""
        if post.away:
            return 0.0
        wanted = upkeep = 0.0
        for case in post.cases:
            children, visit = case.plan.children, case.now_in
            upkeep += children * visit.stage.upkeep
            if case.status == "working":
                factor = urgency(visit.stage, self.env.now - visit.began)
                wanted += children * visit.stage.attention * factor
        if wanted == 0:
            return 1.0
        most = self.world.overtime_limit * post.able
        overtime = min(most, self.world.overtime_share * max(0.0, wanted + upkeep - post.hours))
        return min(1.0, max(0.0, post.hours + overtime - upkeep) / wanted)

    def children_per_worker(self) -> float:
        """L: open children per FTE of the case holders in post, absent or not."""
        fte = sum(post.plan.fte for post in self.posts if post.case_holder)
        return self.open_children / fte if fte > 0 else math.inf

    def caseload_of_authority(self) -> float:
        """K as the DfE counts it: children held per FTE of the workers who hold at least one case."""
        fte = sum(post.plan.fte for post in self.posts if post.cases)
        held = sum(post.children for post in self.posts)
        return held / fte if fte > 0 else 0.0

    def excess(self) -> float:
        """How far the caseload after the last pass due is beyond that of the start; 0 before any."""
        if self.caseload is None:
            return 0.0
        return max(0.0, self.caseload / self.world.reference - 1.0 - self.world.margin)

    # Allocation and handover.

    def team_of(self, case: CaseState) -> int:
        """The team of the present stage."""
        return self.world.team_of(case.plan, case.now_in.number)

    def allocation_pass(self, team: int) -> None:
        """Allocate from the head of the team's lists until the first case finds no candidate."""
        while True:
            queue = [case for case in self.waiting if self.team_of(case) == team]
            if not queue:
                return
            first = min(queue, key=lambda case: (self.list_of(case), case.ticket))
            candidates = [post for post in self.posts_of(team) if self.can_take(post, first)]
            if not candidates:
                return
            self.allocate(first, self.choice(first, candidates))

    def list_of(self, case: CaseState) -> int:
        """The class of the waiting list."""
        return 2 * case.now_in.stage.priority + case.plan.family_class

    def posts_of(self, team: int) -> list[PostState]:
        """The posts of a team whose worker is present."""
        return [post for post in self.posts if post.plan.team == team and post.present]

    def takes_new_cases(self, post: PostState) -> bool:
        """Not absent, and not on notice or about to go where the list winds down."""
        goes = post.state == "notice" or (post.winding_down and self.dealt)
        return post.present and (not goes or self.world.new_cases_on_notice)

    def can_take(self, post: PostState, case: CaseState) -> bool:
        """Whether a worker of the team is a candidate for a case."""
        has_room = self.has_room(post, case.plan.children)
        return self.takes_new_cases(post) and has_room and self.may_hold(post, case.now_in.stage)

    def may_hold(self, post: PostState, stage: Stage) -> bool:
        """Experienced, if the stage asks for it; agency workers are."""
        return not stage.experienced_only or post.experienced

    def has_room(self, post: PostState, children: int) -> bool:
        """Holding none, or within the cap with these children too."""
        cap = min(self.rates.cap, math.inf if self.world.cap is None else self.world.cap)
        return post.children == 0 or post.children + children <= cap * post.able + 1e-9

    def choice(self, case: CaseState, candidates: list[PostState]) -> PostState:
        """The candidate whom continuity or the rule chooses."""
        if self.world.continuity and case.episodes > 1:
            for post in candidates:
                if post.person == case.holder:
                    return post
        if self.world.rule == "random":
            return candidates[math.floor(case.draws.allocation * len(candidates))]
        if self.world.rule == "least work":
            return least(candidates, lambda post: post.work_rate)
        return least(candidates, lambda post: post.load)

    def allocate(self, case: CaseState, post: PostState) -> None:
        """Give the case to a worker; another than the last has work to repeat."""
        self.log("allocated", post.number, case.number)
        case.settle(self.env.now)
        self.waiting.remove(case)
        if not case.now_in.stage.decision:  # at the front door nobody reads in or becomes the family's worker
            self.becomes_worker(case, post)
        case.status = "working"
        case.allocated = self.env.now
        case.post = post
        post.cases.append(case)
        case.called.succeed()
        self.caseload_changed(post)

    def becomes_worker(self, case: CaseState, post: PostState) -> None:
        """Count the worker of the episode; another than the last has work to repeat."""
        visit, another = case.now_in, case.holder != post.person
        if another or case.workers == 0:
            case.workers += 1
        if another and case.holder is not None:
            progress = max(0.0, visit.work - case.left)
            reading = self.world.reading_hours / (case.plan.children * visit.stage.attention)
            again = reading + self.world.lost_share * progress
            case.left += again
            visit.repeated += again
        case.holder = post.person

    def rebalance(self, changed: list[int]) -> None:
        """Move cases within teams: one each on every fifth day, or all that can where something changed."""
        if self.world.rebalancing == "gradual" and self.fifth_day:
            for team in range(self.world.teams):
                self.move_one(team)
        if self.world.rebalancing == "at once":
            for team in changed:
                while self.move_one(team):
                    pass
        self.fifth_day = False

    def move_one(self, team: int) -> bool:
        """Move a case from the fullest to the emptiest worker, if that is no worse for anybody."""
        if any(self.team_of(case) == team for case in self.waiting):
            return False
        present = self.posts_of(team)
        takers = [post for post in present if self.takes_new_cases(post)]
        if not takers:
            return False
        giver, taker = least(present, lambda post: -post.load), least(takers, lambda post: post.load)
        if giver is taker or not giver.cases:
            return False
        last = max(case.allocated for case in giver.cases)
        recent = [case for case in giver.cases if case.allocated >= last - INSTANT]
        case = max(recent, key=lambda case: case.number)
        children = case.plan.children
        after = (taker.children + children) / taker.able
        if not self.can_take(taker, case) or after > (giver.children - children) / giver.able + 1e-9:
            return False
        self.give_up(case)
        self.allocate(case, taker)
        self.wake(case)
        self.caseload_changed(giver)
        return True

    def hand_back(self, post: PostState) -> None:
        """Every case held returns to its list."""
        for case in list(post.cases):
            self.give_up(case)
            self.wake(case)
        self.wake(post)
