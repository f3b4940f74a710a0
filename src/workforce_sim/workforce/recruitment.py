"""Recruitment: vacancies share the applicants; cohorts and promotions fill posts too (section 6.2, 6.5)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from workforce_sim.demand.luck import Stream
from workforce_sim.workforce.post import AGENCY

if TYPE_CHECKING:
    from workforce_sim.workforce.post import Post
    from workforce_sim.workforce.service import Service


class Recruitment:
    """The vacancies of a service and how they are filled for good."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._open = [0] * len(service.grades)
        self._queue: deque[Post] = deque()
        self._running = 0
        self._begun = False  # the posts of the start are open

    # -- vacancies --------------------------------------------------------------------------

    def counts(self, post: Post, change: int) -> None:
        """A vacancy more, or one less, of the grade of this post."""
        self._open[post.grade] += change
        if self._begun and self._service.rules.vacancy_sharing > 0:
            self.set_rates(post.grade)

    def set_rates(self, grade: int) -> None:
        """The hire rates of a grade from what holds now."""
        self._begun = True
        service = self._service
        rules, stated, now = service.rules, service.grades[grade], service.env.now
        pay = service.levers.value("relative_pay", now, grade)
        rate = service.levers.value("hiring", now, grade) * (
            pay**rules.pay_hiring if pay > 0 or rules.pay_hiring == 0 else 0.0
        )
        if rules.vacancy_sharing > 0:
            rate *= (max(self._open[grade], 1) / stated.vacancies) ** -rules.vacancy_sharing
        service.dials.hire(grade, covered=False).set_rate(stated.hire_empty * rate)
        service.dials.hire(grade, covered=True).set_rate(stated.hire_covered * rate)

    def advertise(self, post: Post) -> None:
        """A vacancy begins; its hire clock runs when there is a place for it."""
        if self._service.rules.parallel is None:
            post.recruiting = True
            return
        self._queue.append(post)
        self._next_in_queue()

    def over(self, post: Post) -> None:
        """The vacancy is filled or closed."""
        post.hire = None
        if self._service.rules.parallel is None:
            return
        if post.recruiting:
            post.recruiting = False
            self._running -= 1
            self._next_in_queue()
        elif post in self._queue:
            self._queue.remove(post)

    def _next_in_queue(self) -> None:
        parallel = self._service.rules.parallel
        assert parallel is not None
        while self._queue and self._running < parallel:
            post = self._queue.popleft()
            self._running += 1
            post.recruiting = True
            if post.clocks and post.hire is not None:  # already waiting, without this clock
                covered = post.state == AGENCY
                post.hire.start(self._service.dials.hire(post.grade, covered=covered))

    # -- filling ----------------------------------------------------------------------------

    def fill(self, post: Post) -> None:
        """The hire clock of a post is met: an insider is promoted into it, or somebody starts."""
        insider = self._insider(post)
        if insider is None:
            self._service.movements.starts(post)
        else:
            self._service.movements.promotes(insider, post)

    def _insider(self, post: Post) -> Post | None:
        service = self._service
        below, rules = service.grades[post.grade].promoted_from, service.rules
        if below < 0 or rules.promotion_share == 0.0:
            return None
        u = service.uniform(post, Stream.PROMOTION, post.vacancies - 1)
        if u >= rules.promotion_share:
            return None
        people = service.people
        there = people.watched_posts()
        there = there[people.grade[there] == below]
        long_enough = there[people.service(there, service.env.now) >= rules.promotion_days]
        by_service = long_enough[np.argsort(people.started[long_enough], kind="stable")]
        posts = (service.posts[i] for i in by_service.tolist())
        return next((p for p in posts if p.decision is not None and not p.decision.triggered), None)

    def cohort(self, grade: int, number: int) -> int:
        """Newly qualified workers start in as many vacancies of a grade; returns how many."""
        service = self._service
        vacant = [p for p in service.posts if p.grade == grade and p.vacant and p.established]
        vacant.sort(key=lambda p: (p.state == AGENCY, p.vacant_since, p.index))
        for post in vacant[:number]:
            service.movements.starts(post, newly_qualified=True)
        return min(number, len(vacant))
