"""What comes to the posts of the naive model from outside: absences, months, policies."""

from __future__ import annotations

import math
from abc import abstractmethod

from tests.twin.parts import INSTANT, PostState
from tests.twin.people import CALENDAR, FIRST, OTHER, STAFF, Office, Steps
from tests.twin.world import Candidate

CONTAGION_DAYS = 63.0


class Management(Office):
    """The posts with all that is done to them."""

    norm = 1.0
    unsettled_then = 0.0
    caseload_then = 0.0

    @abstractmethod
    def caseload_of_authority(self) -> float:
        """K as the DfE counts it: children held per FTE of the workers who hold at least one case."""

    def start_orders(self) -> None:
        """Start the processes of all that is planned."""
        world = self.world
        self.env.process(self.policy())
        self.env.process(self.all_months())
        for time, grade, people in world.cohorts:
            self.env.process(self.cohort(time, grade, people))
        for time, grade, number in world.closings:
            self.env.process(self.closing(time, grade, number))
        for number, start, days in world.absences:
            self.env.process(self.planned_absence(self.posts[number], start, days))
        for number, row in enumerate(world.candidates):
            self.env.process(self.calendar(self.posts[number], row))

    # Absence.

    def planned_absence(self, post: PostState, start: float, days: float) -> Steps:
        """An absence that comes at a given time."""
        yield self.env.timeout(start)
        yield self.turn(STAFF, CALENDAR)
        yield from self.absence(post, days)

    def calendar(self, post: PostState, row: tuple[Candidate, ...]) -> Steps:
        """Candidates one after another, each kept or not by the caseload of its moment."""
        if post.plan.opens > 0:
            yield self.env.timeout(post.plan.opens)
            yield self.turn(STAFF, CALENDAR)
        a, b, normal = self.world.absence_rate, self.world.absence_per_child, self.world.absence_reference
        most = a + b * normal
        for candidate in row if most > 0 else ():
            yield self.env.timeout(candidate.wait / most)
            yield self.turn(STAFF, CALENDAR)
            load = post.load if post.plan.hours > 0 else 0.0
            rate = a + b * min(normal, max(0.0, load - normal))
            if candidate.kept < rate / most:
                yield from self.absence(post, candidate.days)

    def absence(self, post: PostState, days: float) -> Steps:
        """Whoever is in the post is absent until the end of it or until they go."""
        person, start = post.person, self.env.now
        if person is None:  # the calendar goes on as if somebody had been there
            yield self.env.timeout(days)
            return
        self.set_away(post, True)
        if self.world.hand_over_after < days - INSTANT:
            yield self.env.timeout(self.world.hand_over_after)
            yield self.turn(STAFF, CALENDAR)
            if post.person == person:
                self.long_absent.add(person)
                self.hand_back(post)
        yield self.env.timeout(max(0.0, start + days - self.env.now))
        yield self.turn(STAFF, CALENDAR)
        if post.person == person:
            self.set_away(post, False)

    def set_away(self, post: PostState, away: bool) -> None:
        """The worker is absent from now on, or back."""
        self.log("away" if away else "back", post.number)
        post.away = away
        self.changed.add(post.plan.team)
        self.caseload_changed(post)

    # What is read at the start of a month.

    def all_months(self) -> Steps:
        """The start of the run, and of every month."""
        yield self.turn(STAFF, FIRST)
        raw = [self.raw_team_factor(team) for team in range(self.world.teams)]
        workers = [post for post in self.posts if post.state == "permanent" and not post.plan.manages]
        fte = sum(post.plan.fte for post in workers)
        if fte > 0:
            self.norm = sum(raw[post.plan.team] * post.plan.fte for post in workers) / fte
        self.unsettled_then = self.unsettled()
        self.read_month()
        for time in self.world.months:
            yield self.env.timeout(time - self.env.now)
            yield self.turn(STAFF, OTHER)
            self.read_month()

    def read_month(self) -> None:
        """Read all that is read at the start of a month."""
        for team in range(self.world.teams):
            self.team_factor[team] = self.raw_team_factor(team) / self.norm
        self.convert_factor = self.conversion()
        for post in self.posts:
            if post.state in ("permanent", "notice"):
                self.read_base(post)
                self.read_experience(post)
            self.wake(post)

    def conversion(self) -> float:
        """How conversion moves with the caseload and the managers of the authority."""
        factor = 1.0
        if self.env.now > INSTANT:
            factor = self.world.unsettled ** (self.unsettled_then - self.unsettled())
            now, then = self.caseload_of_authority(), self.caseload_then
            if self.world.convert_elasticity and 0 < then < math.inf and now > 0:
                factor *= (now / then) ** -self.world.convert_elasticity
        return factor

    def managing(self, team: int | None = None) -> list[PostState]:
        """All in which somebody manages a team, or all teams: posts, and places above establishment."""
        posts = [post for post in self.posts if post.exists and post.plan.manages]
        return [post for post in posts if team is None or post.plan.team == team]

    def manager_posts(self, team: int | None = None) -> list[PostState]:
        """The manager posts of the establishment, of a team or of all."""
        return [post for post in self.managing(team) if post.established]

    def had_managers(self, team: int | None = None) -> bool:
        """A team, or any, has manager posts of the establishment, or had before they closed."""
        posts = [p for p in self.posts if p.plan.manages and not p.plan.agency_only and p.state != "not open"]
        return any(team is None or post.plan.team == team for post in posts)

    def raw_team_factor(self, team: int) -> float:
        """The factor `team` before it is normalised."""
        world = self.world
        others = [p for p in self.posts if p.exists and p.plan.team == team and not p.plan.manages]
        since = self.env.now - CONTAGION_DAYS
        gone = sum(where == team and when >= since for when, where in self.gone)
        number = sum(post.established for post in others)
        share_gone = gone / number if number else 0.0
        factor = 1.0 + (world.unsupervised - 1.0) * self.unsupervised(team, others)
        factor *= 1.0 + (world.unsettled - 1.0) * self.unsettled(team)
        return factor * (1.0 + world.contagion * share_gone)

    def unsupervised(self, team: int, others: list[PostState]) -> float:
        """The share of the managers needed who are not at work; 0 where there never was a manager post."""
        fte, span = sum(post.plan.fte for post in others if post.filled), self.span()
        if not self.had_managers(team) or fte == 0 or math.isinf(span):
            return 0.0
        at_work = sum(post.plan.fte for post in self.managing(team) if post.at_work)
        return 1.0 - min(1.0, at_work * span / fte)

    def unsettled(self, team: int | None = None) -> float:
        """Share of manager posts without somebody settled; 0 if there never was one, 1 if all closed."""
        managers = self.manager_posts(team)
        if not managers:
            return 1.0 if self.had_managers(team) else 0.0
        settled = [post for post in managers if post.state in ("permanent", "agency")]
        since = self.env.now - self.world.settled_days + INSTANT
        return 1.0 - sum(post.arrived <= since for post in settled) / len(managers)

    def span(self) -> float:
        """Workers per manager: as stated, or the authority's own at the start."""
        return self.span_at_start() * self.rates.span

    def span_at_start(self) -> float:
        """The span without what policies do to it."""
        if self.world.span is not None:
            return self.world.span
        at_start = [post for post in self.world.posts if post.opens == 0 and not post.agency_only]
        managers = sum(post.fte for post in at_start if post.manages)
        workers = sum(post.fte for post in at_start if not post.manages)
        return workers / managers if managers > 0 else math.inf

    # Policies.

    def policy(self) -> Steps:
        """Change the rates at their times; all clocks go on at the new ones."""
        for change in self.world.changes[1:]:
            yield self.env.timeout(change.time - self.env.now)
            yield self.turn(STAFF, OTHER)
            if change.cap != self.rates.cap:
                self.changed |= set(range(self.world.teams))
            self.rates = change
            for post in self.posts:
                if post.more_hours != change.more_hours:
                    post.more_hours = change.more_hours
                    self.changed.add(post.plan.team)
                self.caseload_changed(post)

    def cohort(self, time: float, grade: int, people: int) -> Steps:
        """Newly qualified workers take vacancies of a grade."""
        yield self.env.timeout(time)
        yield self.turn(STAFF, FIRST)
        vacant = [post for post in self.posts if post.vacant and post.plan.grade == grade]
        vacant.sort(key=lambda post: (post.filled, post.vacant_since, post.number))
        for post in vacant[:people]:
            self.starts(post, self.world.levels[0])
            self.move_on(post)

    def closing(self, time: float, grade: int, number: int) -> Steps:
        """Posts of a grade close: empty ones, covered ones, and then those with the shortest service."""
        yield self.env.timeout(time)
        yield self.turn(STAFF, OTHER)
        posts = [post for post in self.posts if post.established and post.plan.grade == grade]
        kinds = ("empty", "agency", "permanent", "notice")

        def order(post: PostState) -> tuple[int, float, int]:
            kind = min(2, kinds.index(post.state))
            return kind, -post.service_began if kind == 2 else 0.0, -post.number

        for post in sorted(posts, key=order)[:number]:
            self.close_post(post)

    def close_post(self, post: PostState) -> None:
        """Whoever is in the post goes at once."""
        if post.state == "agency":
            self.log("agency ended", post.number)
            self.goes(post)
        elif post.filled:
            self.log("left", post.number)
            self.leaves(post)
        self.log("post closed", post.number)
        post.state, post.hire, post.recruiting = "closed", None, False
        self.changed.add(post.plan.team)
        self.move_on(post)
        self.wake_grade(post.plan.grade)
