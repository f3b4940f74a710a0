"""Long absences: every post has a calendar of its own, whoever is in it (section 4 of docs/model.md).

Short sickness is in the hours of case work already; these are absences long enough for cases to stand still.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from workforce_sim.demand.luck import Stream
from workforce_sim.workforce.post import CLOSED

URGENT = 0  # SimPy's priority of what comes first in an instant

if TYPE_CHECKING:
    from workforce_sim.workforce.post import Post
    from workforce_sim.workforce.service import Service


def in_days(env: simpy.Environment, days: float) -> simpy.Event:
    """A moment so many days ahead that comes before all other staff events of its instant."""
    event = env.event()
    event._ok, event._value = True, None
    env.schedule(event, priority=URGENT, delay=days)  # type: ignore[arg-type]
    return event


def may_be_absent(service: Service, post: Post) -> bool:
    """Whether anybody in this post can ever be absent for long: without cases only the usual rate counts."""
    rules = service.rules
    return rules.absences > 0 or (rules.absences_per_child > 0 and service.grades[post.grade].hours > 0)


def absences(service: Service, post: Post) -> Generator[simpy.Event, Any, None]:
    """The SimPy process of a post's absences: candidates come at the highest rate, some are kept.

    So the calendar of a post is the same in every scenario, and a higher caseload adds absences to it.
    """
    rules, number = service.rules, 0
    highest = rules.absences + rules.absences_per_child * rules.reference
    while post.state != CLOSED:
        gap = service.luck.threshold(Stream.ABSENCE, post.layer, post.number, number) / highest
        days = service.luck.threshold(Stream.ABSENCE_DAYS, post.layer, post.number, number)
        yield in_days(service.env, gap)
        if service.uniform(post, Stream.ABSENCE_KEPT, number) * highest < rate_of_absence(service, post):
            yield from absence(service, post, days * rules.absence_days)
        number += 1


def rate_of_absence(service: Service, post: Post) -> float:
    """Absences a day of whoever is in the post, by the caseload they have now."""
    rules = service.rules
    beyond = service.load_of(post) - rules.reference
    return rules.absences + rules.absences_per_child * min(max(beyond, 0.0), rules.reference)


def absence(service: Service, post: Post, days: float) -> Generator[simpy.Event, Any, None]:
    """One absence of whoever is in the post now: their cases wait, and after a while are handed over."""
    env, desk, index = service.env, service.desk, post.index
    who = desk.person_in(index)
    if who is None:
        yield in_days(env, days)
        return
    service.movements.goes_away(post)
    until_hand_over = min(days, service.rules.hand_over_after_days)
    yield in_days(env, until_hand_over)
    if days > until_hand_over:
        if desk.person_in(index) == who:
            service.movements.hands_over(post)
        yield in_days(env, days - until_hand_over)
    if desk.person_in(index) == who:
        service.movements.comes_back(post)
