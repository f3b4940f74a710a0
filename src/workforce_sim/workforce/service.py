"""The service of one run, as policies and planners' processes see it: posts, people, rates, money."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.casework.eventlog import Kind
from workforce_sim.demand.luck import Stream, Thresholds
from workforce_sim.errors import InputError, Problem
from workforce_sim.workforce.absence import absences
from workforce_sim.workforce.allocation import AllocationRules
from workforce_sim.workforce.money import Accounts
from workforce_sim.workforce.post import Post, State
from workforce_sim.workforce.rules import Grade, StaffRules
from workforce_sim.workforce.tenure import Tenure

if TYPE_CHECKING:
    import simpy

    from workforce_sim.casework.desk import Desk

#: Layers of post numbers, each with luck of its own: there at the start, above establishment, added by
#: NewPosts, opened by a planner's own process.
ESTABLISHED, ABOVE, ADDED, OWN = 0, 1, 2, 3

#: Flows that are counted, by FTE of the post.
FLOWS = ("starters", "leavers", "conversions", "agency_starts", "agency_ends", "notices", "posts_opened")


class Service:
    """Everything a policy, or a planner's own SimPy process, may look at and change.

    Attributes:
        env: the SimPy environment (``env.now`` in working days).
        desk: casework: open and unallocated children, caseloads.
        posts: all posts by number.
        grades: grades by index.
        rates: rates a working day: ``rates[stream][grade]`` for the hire, cover, end and
            convert clocks.
        accounts: money so far.
        allocation: the allocation rules in force (``set`` and ``end``).
        flows: FTE of starters, leavers and so on since the start.
    """

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
        n = len(self.grades)
        self.rates: dict[Stream, list[float]] = {
            Stream.HIRE: [rules.hire] * n,
            Stream.COVER: [rules.cover] * n,
            Stream.END: [rules.end] * n,
            Stream.CONVERT: [rules.convert] * n,
        }
        self.accounts = Accounts(salary_years)
        self.allocation = AllocationRules(env, desk)
        self.flows = dict.fromkeys(FLOWS, 0.0)
        self.leaving_by_grade = np.ones(n)
        self.leaving_this_year = 1.0
        self._pay = [1.0] * n
        self._pay_changes: dict[object, tuple[tuple[int, ...], float]] = {}
        self._offers: dict[object, tuple[float, float | None]] = {}
        self._permanent_fte = [0.0] * n
        self._agency_fte = [0.0] * n
        self._fte = dict.fromkeys(State, 0.0)
        self._above_fte = 0.0
        self._new_posts = 0
        self._tenure = Tenure(rules)

    # -- looking ----------------------------------------------------------------------------

    @property
    def in_post_fte(self) -> float:
        """Permanent workers, those on notice included."""
        return self._fte[State.PERMANENT] + self._fte[State.NOTICE]

    @property
    def agency_fte(self) -> float:
        """Agency workers, above establishment included."""
        return self._fte[State.AGENCY] + self._above_fte

    @property
    def covered_fte(self) -> float:
        """Vacancies covered by agency."""
        return self._fte[State.AGENCY]

    @property
    def empty_fte(self) -> float:
        """Posts with nobody in them."""
        return self._fte[State.EMPTY]

    @property
    def vacancies_fte(self) -> float:
        """Posts without a permanent worker, as the DfE counts them."""
        return self.covered_fte + self.empty_fte

    @property
    def established_fte(self) -> float:
        """All posts."""
        return sum(self._fte.values())

    # -- policies: these change the going rates ----------------------------------------------

    def change_pay(self, key: object, grades: Iterable[int], factor: float) -> None:
        """Permanent pay of these grades times ``factor`` until :meth:`end_pay_change` of the same key.

        Leaving falls and hiring rises with pay relative to neighbours, by the elasticities of the authority.
        """
        self._pay_changes[key] = (tuple(grades), factor)
        self._repay()

    def end_pay_change(self, key: object) -> None:
        """The pay change of this key ends."""
        del self._pay_changes[key]
        self._repay()

    def _repay(self) -> None:
        hire = []
        for g in range(len(self.grades)):
            # sorted, so that the order in which policies are listed changes no last digit
            factors = sorted(f for touched, f in self._pay_changes.values() if g in touched)
            pay = float(np.prod(factors)) if factors else 1.0
            self._pay[g] = pay
            self.leaving_by_grade[g] = pay**-self.rules.pay_leaving if pay > 0 else np.inf
            hire.append(self.rules.hire * pay**self.rules.pay_hiring)
        self._price()
        self._set_leaving()
        self.set_rates({Stream.HIRE: hire})

    def offer_conversion(self, key: object, bonus_gbp: float, per_year: float | None = None) -> None:
        """Offer agency workers a bonus for going permanent, until :meth:`end_offer` of the same key.

        The conversion rate moves from its ordinary value towards the full-offer value in proportion to
        bonus / yearly pay gap (at most 1), or is ``per_year`` (a rate a working day) if stated.
        """
        self._offers[key] = (bonus_gbp, per_year)
        self._reoffer()

    def end_offer(self, key: object) -> None:
        """The offer of this key ends."""
        del self._offers[key]
        self._reoffer()

    def _reoffer(self) -> None:
        rules = self.rules
        stated = [rate for _, rate in self._offers.values() if rate is not None]
        share = min(1.0, self.conversion_bonus / rules.pay_gap_gbp)
        rate = rules.convert + (rules.convert_full_offer - rules.convert) * share
        self.set_rates({Stream.CONVERT: [max(stated, default=rate)] * len(self.grades)})

    @property
    def conversion_bonus(self) -> float:
        """Pounds an agency worker gets who converts today."""
        return sum(sorted(bonus for bonus, _ in self._offers.values()))

    def set_rates(self, changes: dict[Stream, list[float]]) -> None:
        """New rates a day by grade; posts whose clocks run at a changed rate take it from now."""
        touched: set[int] = set()
        for stream, rates in changes.items():
            old = self.rates[stream]
            touched.update(g for g, rate in enumerate(rates) if rate != old[g])
            self.rates[stream] = list(rates)
        for post in self.posts:
            if post.grade in touched and post.waiting and post.process is not None:
                post.process.interrupt("rates changed")

    def read_service(self) -> None:
        """Read everybody's service, as at the start of every month: leaving rates and experience."""
        now = self.env.now
        self._tenure.read_bands(self._tenure.watched_posts(), now)
        self._set_leaving()
        for i in self._tenure.newly_experienced(now):
            self.desk.set_list(i, takes_new=True, experienced=True, now=now)

    def _joins(self, post: Post, started: float, *, agency: bool = False) -> None:
        """Somebody who started on that day is now in the post, with an empty list."""
        self._tenure.joins(post.index, started, self.env.now, agency=agency)
        self.desk.join(post.index, self.env.now, experienced=bool(self._tenure.experienced[post.index]))

    def _winds_down(self, post: Post) -> None:
        """Whoever is on notice takes no more new cases."""
        if not self.rules.new_cases_on_notice:
            known = bool(self._tenure.experienced[post.index])
            self.desk.set_list(post.index, takes_new=False, experienced=known, now=self.env.now)

    def _base_leaving(self, who: Any) -> Any:
        """The base leaving rate a day of the band last read, with the factors of today."""
        factor = self.leaving_by_grade[self._tenure.grade_of[who]] * self.leaving_this_year
        return self._tenure.band_rate(who) * factor

    def _set_leaving(self) -> None:
        """Leaving rates of the bands last read, with the factors of today."""
        who = self._tenure.watched_posts()
        self.desk.set_hazards(who, self._base_leaving(who), self.env.now)

    def set_leaving_factors(self, by_grade: Sequence[float], this_year: float) -> None:
        """What multiplies the leaving rate: by grade, and this year's luck."""
        self.leaving_by_grade[:] = by_grade
        self.leaving_this_year = this_year
        self._set_leaving()

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
        state: State = State.EMPTY,
        service_days: float = 0.0,
        notice_left: float = 0.0,
        running: bool = False,
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
            service_days: of a permanent worker, working days.
            notice_left: working days, when on notice.
            running: has the running cost of a new post.
        """
        self._check_post(team, grade, fte)
        now, index = self.env.now, len(self.posts)
        if luck is None:
            luck = (OWN, sum(p.layer == OWN for p in self.posts))
        post = Post(
            self,
            index,
            team=team,
            grade=grade,
            fte=fte,
            luck=luck,
            established=established,
            cover=cover,
            opened=now,
        )
        self.posts.append(post)
        self._tenure.add_post(grade)
        g = self.grades[grade]
        self.desk.add_seat(index, team=team, fte=fte, hours=g.hours * fte, manages=g.manages)
        if now > 0:
            self.desk.note(Kind.OPENED, index, now)
            self.flows["posts_opened"] += fte
        if running:
            self._new_posts += 1
        self._count(post, state, joining=True)
        if state != State.EMPTY:
            self._joins(post, now - service_days, agency=state == State.AGENCY)
        if state == State.AGENCY:
            post.covers = 1
        elif state == State.NOTICE:
            post.permanents, post.notice_left = 1, notice_left
            self._winds_down(post)
        elif state == State.PERMANENT:
            self._watch(post, now - service_days)
        post.process = self.env.process(post.life())
        if self.rules.absences > 0:
            self.env.process(absences(self, post))
        return post

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

    def _watch(self, post: Post, started: float) -> None:
        """The leaving clock of the permanent worker who is now in the post starts."""
        i = post.index
        post.decision = self.env.event()
        self._tenure.watch(i, started, self.env.now)
        threshold = self.luck.threshold(Stream.LEAVE, post.layer, post.number, post.permanents)
        post.permanents += 1
        self.desk.watch_leaving(i, threshold, float(self._base_leaving(i)), self.env.now)

    # -- what happens to a post; called by its process ------------------------------------------

    def starts(self, post: Post) -> None:
        """A permanent worker starts."""
        self._becomes(post, State.PERMANENT, Kind.STARTED, "starters")
        self.accounts.pay("recruitment", self.rules.recruitment_gbp)
        self._joins(post, self.env.now)
        self._watch(post, self.env.now)

    def gives_notice(self, post: Post) -> None:
        """The permanent worker decides to leave, and takes no more new cases."""
        self._tenure.watched[post.index] = False
        post.notice_left = self.rules.notice_days
        self._becomes(post, State.NOTICE, Kind.NOTICE, "notices")
        self._winds_down(post)

    def leaves(self, post: Post) -> None:
        """The permanent worker goes; the cases return to the waiting list."""
        self._becomes(post, State.EMPTY, Kind.LEFT, "leavers")
        self.desk.leave(post.index, self.env.now)

    def agency_starts(self, post: Post) -> None:
        """An agency worker starts."""
        self._becomes(post, State.AGENCY, Kind.AGENCY_STARTED, "agency_starts")
        self._joins(post, self.env.now, agency=True)

    def agency_ends(self, post: Post) -> None:
        """The agency worker goes; the cases return to the waiting list."""
        self._becomes(post, State.EMPTY, Kind.AGENCY_ENDED, "agency_ends")
        self.desk.leave(post.index, self.env.now)

    def converts(self, post: Post) -> None:
        """The agency worker becomes permanent in the same post with the same cases."""
        self._becomes(post, State.PERMANENT, Kind.CONVERTED, "conversions")
        self.accounts.pay("conversion", self.conversion_bonus)
        self._watch(post, self.env.now)  # experienced as before: it is the same person

    def goes_away(self, post: Post) -> None:
        """Whoever is in the post is absent from now on: no progress, no new cases."""
        self.desk.note(Kind.AWAY, post.index, self.env.now)
        self.desk.set_away(post.index, True, self.env.now)

    def comes_back(self, post: Post) -> None:
        """Whoever is in the post is back."""
        self.desk.note(Kind.BACK, post.index, self.env.now)
        self.desk.set_away(post.index, False, self.env.now)

    def hands_over(self, post: Post) -> None:
        """The cases of a worker who stays in post return to the waiting list."""
        self.desk.hand_over(post.index, self.env.now)

    def _becomes(self, post: Post, state: State, kind: Kind, flow: str) -> None:
        if self.desk.logging:
            self.desk.note(kind, post.index, self.env.now)
        self.flows[flow] += post.fte
        self._count(post, state)

    def _count(self, post: Post, state: State, *, joining: bool = False) -> None:
        """Move a post from its state to another in every count, and in the money."""
        fte, g = post.fte, post.grade
        old = None if joining else post.state
        for which, sign in ((old, -1.0), (state, 1.0)):
            if which is None:
                continue
            if which == State.AGENCY:
                self._agency_fte[g] += sign * fte
            elif which != State.EMPTY:
                self._permanent_fte[g] += sign * fte
            if post.established:
                self._fte[which] += sign * fte
            elif which == State.AGENCY:
                self._above_fte += sign * fte
        post.state = state
        self._price()

    def _price(self) -> None:
        pay = agency = 0.0
        for g, grade in enumerate(self.grades):
            pay += self._permanent_fte[g] * grade.employed_gbp * self._pay[g]
            agency += self._agency_fte[g] * grade.agency_gbp
        new = self._new_posts * self.rules.new_post_gbp
        self.accounts.set_yearly(self.env.now, pay=pay, agency=agency, new_posts=new)

    def state_of_posts(self) -> list[dict[str, Any]]:
        """One row a post: number, team, grade, fte, state (a table for a planner's own process)."""
        names = ("post", "team", "grade", "fte", "state")
        rows = ((p.index, p.team, self.grades[p.grade].name, p.fte, p.state.name) for p in self.posts)
        return [dict(zip(names, row, strict=True)) for row in rows]
