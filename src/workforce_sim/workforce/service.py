"""The service of one run, as policies and planners' processes see it: posts, people, levers, money."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.casework.eventlog import Kind
from workforce_sim.demand.luck import Stream, Thresholds
from workforce_sim.errors import InputError, Problem
from workforce_sim.orders import Fading
from workforce_sim.workforce.absence import absences, may_be_absent
from workforce_sim.workforce.agency import Agency
from workforce_sim.workforce.allocation import AllocationRules
from workforce_sim.workforce.careers import Careers
from workforce_sim.workforce.clocks import forget
from workforce_sim.workforce.dials import Dials
from workforce_sim.workforce.headcount import Headcount
from workforce_sim.workforce.leaving import DESTINATIONS, Leaving
from workforce_sim.workforce.levers import Levers
from workforce_sim.workforce.movements import Movements
from workforce_sim.workforce.people import People
from workforce_sim.workforce.post import AGENCY, CLOSED, EMPTY, NOTICE, PERMANENT, Post, State
from workforce_sim.workforce.recruitment import Recruitment
from workforce_sim.workforce.rules import Grade, StaffRules
from workforce_sim.workforce.supervision import Supervision

if TYPE_CHECKING:
    import simpy

    from workforce_sim.casework.desk import Desk
    from workforce_sim.workforce.establishment import Establishment
    from workforce_sim.workforce.money import Accounts
    from workforce_sim.workforce.practice import Practice

#: Layers of post numbers, each with luck of its own: there at the start, above establishment, added by
#: NewPosts, opened by a planner's own process, in managed teams.
ESTABLISHED, ABOVE, ADDED, OWN, MANAGED = range(5)

#: Flows that are counted, by FTE of the post.
FLOWS = (
    *("starters", "leavers", "conversions", "agency_starts", "agency_ends", "notices", "posts_opened"),
    *("posts_closed", "promotions", "made_redundant", "absences"),
    *DESTINATIONS,
    "leavers_under_5",
)


class Service:
    """Everything a policy, or a planner's own SimPy process, may look at and change.

    Attributes:
        env: the SimPy environment (``env.now`` in working days).
        desk: casework: open and unallocated children, caseloads.
        posts: all posts by number.
        grades: grades by index.
        people: who is in every post, as arrays by post number.
        levers: what policies have set (:meth:`set_lever`).
        leaving, recruitment, agency, supervision, allocation, establishment, practice: its rooms.
        movements: what happens to the people in posts.
        headcount: FTE by state, and the money.
        flows: FTE of starters, leavers and so on since the start.
        at_start: state of every post that was there at the start, by number.
    """

    env: simpy.Environment
    desk: Desk

    def __init__(
        self,
        env: simpy.Environment,
        desk: Desk,
        rules: StaffRules,
        grades: Sequence[Grade],
        luck: Thresholds,
        salary_years: Callable[[float], float] = lambda day: day / DAYS_PER_YEAR,
    ) -> None:
        self.env = env
        self.desk = desk
        self.rules = rules
        self.grades = tuple(grades)
        self.luck = luck
        self.posts: list[Post] = []
        self.levers = Levers()
        self.dials = Dials(env, rules, self.grades)
        self.people = People(rules, self.grades)
        self.careers = Careers(self)
        self.recruitment = Recruitment(self)
        self.agency = Agency(self)
        self.supervision = Supervision(self, sum(desk.rules.teams_of_type))
        self.allocation = AllocationRules(env, desk)
        self.headcount = Headcount(self, salary_years)
        self.establishment: Establishment
        self.practice: Practice
        self.flows = dict.fromkeys(FLOWS, 0.0)
        self.at_start: tuple[State, ...] = ()
        self.leaving = Leaving(self)
        self.movements = Movements(self)
        self._lives: list[simpy.Process] = []
        self._own_posts = 0
        self._begun = False

    # -- looking ----------------------------------------------------------------------------

    @property
    def accounts(self) -> Accounts:
        """Money so far by heading."""
        return self.headcount.accounts

    @property
    def in_post_fte(self) -> float:
        """Permanent workers, those on notice included."""
        return self.headcount.fte[PERMANENT] + self.headcount.fte[NOTICE]

    @property
    def agency_fte(self) -> float:
        """Agency workers, above establishment included."""
        return self.headcount.fte[AGENCY] + self.headcount.above

    @property
    def covered_fte(self) -> float:
        """Vacancies covered by agency."""
        return self.headcount.fte[AGENCY]

    @property
    def empty_fte(self) -> float:
        """Posts with nobody in them."""
        return self.headcount.fte[EMPTY]

    @property
    def vacancies_fte(self) -> float:
        """Posts without a permanent worker, as the DfE counts them."""
        return self.covered_fte + self.empty_fte

    @property
    def established_fte(self) -> float:
        """All posts."""
        return self.in_post_fte + self.vacancies_fte

    @property
    def caseload(self) -> float:
        """Children per case-holder FTE now."""
        holders = self.desk.case_holders_fte()
        return self.desk.held_children / holders if holders > 0 else math.nan

    def state_of_posts(self) -> list[dict[str, Any]]:
        """One row a post: number, team, grade, fte, state (a table for a planner's own process)."""
        names = ("post", "team", "grade", "fte", "state")
        rows = ((p.index, p.team, self.grades[p.grade].name, p.fte, p.state.name) for p in self.posts)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def load_of(self, post: Post) -> float:
        """Children held in a post over what the worker can carry, as FTE of a full worker."""
        able = float(self.people.able[post.index])
        return self.desk.caseload_of(post.index) / able if able > 0 else 0.0

    @property
    def agency_notice_days(self) -> float:
        """Working days an agency worker stays after the decision."""
        return max(self.rules.agency_notice_days, self.levers.value("agency_notice_days", self.env.now))

    def uniform(self, post: Post, stream: Stream, ordinal: int) -> float:
        """A uniform number of a post's own luck."""
        return -math.expm1(-self.luck.threshold(stream, post.layer, post.number, ordinal))

    # -- levers: policies change the going rates ---------------------------------------------

    def set_lever(
        self, name: str, key: object, value: float | Fading, grades: Iterable[int] | None = None
    ) -> None:
        """Set a lever of ``workforce.levers.LEVERS`` until :meth:`end_lever` of the same key."""
        self.levers.set(name, key, value, grades)
        self._apply(name)

    def end_lever(self, name: str, key: object) -> None:
        """The lever of this key is no longer set."""
        self.levers.end(name, key)
        self._apply(name)

    def change_pay(self, key: object, grades: Iterable[int], factor: float) -> None:
        """Permanent pay of these grades times ``factor``, also over that of neighbours, until ended."""
        touched = tuple(grades)
        self.set_lever("pay", key, factor, touched)
        self.set_lever("relative_pay", key, factor, touched)

    def end_pay_change(self, key: object) -> None:
        """The pay change of this key ends."""
        self.end_lever("pay", key)
        self.end_lever("relative_pay", key)

    def _apply(self, name: str) -> None:
        if name in ("pay", "agency_price", "retention_gbp"):
            self.headcount.set_prices()
        elif name in ("relative_pay", "hiring", "leaving", "cover", "converting"):
            self._set_rates()
        elif name in ("hours", "newly_qualified_able"):
            for post in self.posts:
                self.movements.set_able(post)
        elif name == "returns":
            self.practice.set_returns()
        elif name == "caseload_cap":
            cap = self.levers.value(name, self.env.now)
            self.desk.set_law(self.env.now, cap=min(cap, self.desk.rules.cap))

    def _set_rates(self) -> None:
        for g in range(len(self.grades)):
            self.recruitment.set_rates(g)
        self.agency.set_rates()
        self.leaving.set_rates()

    def begin(self) -> None:
        """The posts of the start are open: take this as the point from which all is counted."""
        self._begun, self.at_start = True, tuple(post.state for post in self.posts)
        self.people.show(len(self.posts))
        self.headcount.set_prices()
        self.supervision.begin()
        self._set_rates()

    def finish(self) -> None:
        """The run is over, and what its posts wait for will not happen.

        Whatever they held is freed here, as nothing refers to it any more: to find it later would mean a
        search for cycles through all that was made in the run.
        """
        for life in self._lives:
            forget(life)
        for post in self.posts:
            post.rests()
        self._lives.clear()
        self.dials.stop()
        self.env._queue.clear()

    def begin_month(self) -> None:
        """Read what is read monthly: service, experience, supervision, and levers that fade."""
        now = self.env.now
        self.people.read_bands(now)
        self.supervision.read()
        self.agency.read()
        if self.levers.fades():
            self._set_rates()
        else:
            self.leaving.set_rates()
        for i in self.people.newly_experienced(now):
            leaving = self.posts[i].state == NOTICE and not self.rules.new_cases_on_notice
            self.desk.set_list(i, takes_new=not leaving, experienced=True, now=now)

    # -- posts --------------------------------------------------------------------------------

    def open_post(
        self,
        *,
        team: int,
        grade: int,
        fte: float = 1.0,
        luck: tuple[int, int] | None = None,
        established: bool = True,
        cover: bool = True,
        state: State = EMPTY,
        service_days: float = 0.0,
        notice_left: float = 0.0,
        left_to_leave: float | None = None,
        running: bool = False,
        stays: bool = False,
    ) -> Post:
        """A post comes into being, with somebody in it or (the rule) empty, and starts its life.

        Args:
            team: index of the team.
            grade: index of the grade.
            fte: hours over full time.
            luck: layer and number whose luck it has; by default the next number of posts opened so.
            established: False for an agency worker above establishment.
            cover: may be covered by agency.
            state: who is in it.
            service_days: of whoever is in it, working days.
            notice_left: working days, when on notice, or of agency workers whose last day is known.
            left_to_leave: what is left of the threshold of leaving, where its law has a memory.
            running: has the running cost of a new post.
            stays: the agency worker stays until the post is closed.
        """
        self._check_post(team, grade, fte)
        now, index = self.env.now, len(self.posts)
        if luck is None:
            luck = (OWN, self._own_posts)
            self._own_posts += 1
        settings: dict[str, Any] = {"team": team, "grade": grade, "fte": fte, "luck": luck, "opened": now}
        post = Post(self, index, **settings, established=established, cover=cover)
        post.running, post.stays = running, stays
        self.posts.append(post)
        self.people.add(post)
        g = self.grades[grade]
        self.desk.add_seat(index, team=team, fte=fte, hours=g.hours * fte, manages=g.manages)
        if self._begun:  # on the first morning too, if a policy opens it
            self.people.show(len(self.posts))
            self.desk.note(Kind.OPENED, index, now)
            self.flows["posts_opened"] += fte
            self._counts_first(post, state)
        if running:
            self.headcount.new_post()
        post.state = state
        self.people.state[index] = state
        self.headcount.moves(post, None, state)
        if post.vacant and established:
            self.recruitment.counts(post, 1)
        if state in (PERMANENT, NOTICE):
            level = self.careers.start(post, service_days)
            self.headcount.employs(post, level, 1.0)
            self.movements.joins(post, now - service_days, level)
        elif state == AGENCY:
            self.movements.joins(post, now - service_days, self.careers.full_level, experienced=True)
            post.covers = 1
        self.headcount.price()
        if state == NOTICE:
            post.permanents, post.notice_left = 1, notice_left
            self.movements.winds_down(post)
        elif state == AGENCY and notice_left > 0:  # at the start: shares in the first deal
            post.ends, post.notice_left = True, notice_left
        elif state == PERMANENT:
            self.movements.watch(post, now - service_days, left_to_leave)
        self._lives.append(self.env.process(post.life()))
        if may_be_absent(self, post):
            self._lives.append(self.env.process(absences(self, post)))
        return post

    def _counts_first(self, post: Post, state: State) -> None:
        """Whoever comes with a post that is opened during the run has started like anybody else."""
        if state == AGENCY:
            self.movements.note(Kind.AGENCY_STARTED, post)
            self.flows["agency_starts"] += post.fte
        elif state in (PERMANENT, NOTICE):
            self.movements.note(Kind.STARTED, post)
            self.flows["starters"] += post.fte
            self.accounts.pay("recruitment", self.rules.recruitment_gbp)

    def _check_post(self, team: int, grade: int, fte: float) -> None:
        problems = []
        teams, grades = sum(self.desk.rules.teams_of_type), len(self.grades)
        if not 0 <= team < teams:
            problems.append(Problem("team", repr(team), f"a team: 0 to {teams - 1}", "team=0"))
        if not 0 <= grade < grades:
            names = ", ".join(f"{i} ({g.name})" for i, g in enumerate(self.grades))
            problems.append(Problem("grade", repr(grade), f"the index of a grade: {names}", "grade=0"))
        if not 0 < fte <= 1:
            problems.append(Problem("fte", repr(fte), "more than 0, at most 1", "fte=1.0"))
        if problems:
            raise InputError("service.open_post", problems)

    def close_post(self, post: Post) -> None:
        """The post is closed for good; whoever is in it goes at once, and the cases return."""
        was = post.state
        if was == CLOSED:
            return
        self.movements.note(Kind.POST_CLOSED, post)
        self.flows["posts_closed"] += post.fte
        if post.running:
            self.headcount.new_post(-1)
        if was in (PERMANENT, NOTICE):
            self.movements.note(Kind.LEFT, post)
            self.flows["leavers"] += post.fte
            self.flows["made_redundant"] += post.fte
            self.supervision.left(post.team)
            self.accounts.pay("redundancy", self.rules.redundancy_gbp * post.fte)
        elif was == AGENCY:
            self.movements.note(Kind.AGENCY_ENDED, post)
            self.flows["agency_ends"] += post.fte
        self.movements.vacates(post, CLOSED)
        self.desk.remove_seat(post.index, self.env.now)
        self.movements.ends_wait(post)
