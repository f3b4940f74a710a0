"""The starting state: who is in which post on the first morning (section 8 of docs/model.md)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.authority.flows import (
    agency_on_notice,
    hazard_integral,
    leaving_bands,
    mean_service_years,
    service_years,
)
from workforce_sim.authority.time_laws import survival, survival_inverse
from workforce_sim.demand.luck import Floats, Luck, Stream
from workforce_sim.workforce.post import AGENCY, EMPTY, NOTICE, PERMANENT
from workforce_sim.workforce.service import ABOVE, ESTABLISHED, Service

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.layout import Layout
    from workforce_sim.authority.parts import PostGroup


def established_posts(authority: Authority) -> int:
    """Established posts at the start."""
    return sum(g.number for g in authority.posts)


def above_establishment_places(authority: Authority) -> list[int]:
    """Places for agency workers above establishment by group: as many filled on average as stated."""
    end = authority.workforce.agency_ends_per_year
    found = []
    for g in authority.posts:
        cover = g.covers_per_empty_post_year or 0.0
        filled = cover / (cover + end) if cover else 1.0
        found.append(round(g.agency_above_establishment / filled) if g.agency_above_establishment else 0)
    return found


def open_service(authority: Authority, teams: Layout, service: Service, luck: Luck) -> None:
    """Open every post of a balanced authority with the person it starts with."""
    n = established_posts(authority)
    state_luck = luck.uniforms(Stream.POST_STATE, n)
    service_luck = luck.uniforms(Stream.POST_SERVICE, n)
    notice_luck = luck.uniforms(Stream.POST_NOTICE, n)
    above_luck = luck.uniforms(Stream.POST_NOTICE, sum(above_establishment_places(authority)), layer=ABOVE)
    residual_luck = luck.uniforms(Stream.LEAVE, n)
    notice_days = authority.workforce.notice_days
    assignment = authority.workforce.agency_assignment_months / 12 * DAYS_PER_YEAR
    agency_notice, ending = authority.agency.notice_days, agency_on_notice(authority)
    number = 0
    cover = any(g.agency for g in authority.posts) or not any(above_establishment_places(authority))
    for grade, group in enumerate(authority.posts):
        mine = slice(number, number + group.number)
        start = _service_at_start(authority, group, service_luck[mine], residual_luck[mine])
        team_of = teams.dealt(group, group.number)
        order = np.argsort(state_luck[mine], kind="stable")
        vacant, covered = set(order[: group.vacant].tolist()), set(order[: group.agency].tolist())
        on_notice = notice_days / (start.mean_days + notice_days) if math.isfinite(start.mean_days) else 0.0
        for i in range(group.number):
            post, u = number + i, float(notice_luck[number + i])
            state, left, days = PERMANENT, 0.0, float(start.days[i])
            if i in covered:
                state, days = AGENCY, -assignment * math.log(float(service_luck[post]))
                left = _notice_left(u, agency_notice, ending)
            elif i in vacant:
                state = EMPTY
            elif u < on_notice:
                state, left = NOTICE, _notice_left(u, notice_days, on_notice)
            service.open_post(
                team=team_of[i],
                grade=grade,
                fte=group.fte,
                luck=(ESTABLISHED, post),
                state=state,
                service_days=days,
                notice_left=left,
                left_to_leave=None if start.left is None else float(start.left[i]),
                cover=cover,
            )
        number += group.number
    _open_above_establishment(authority, teams, service, above_luck)


def _open_above_establishment(authority: Authority, teams: Layout, service: Service, luck: Floats) -> None:
    number = 0
    notice, ending = authority.agency.notice_days, agency_on_notice(authority)
    for grade, places in enumerate(above_establishment_places(authority)):
        team_of = teams.dealt(authority.posts[grade], places)
        for i in range(places):
            filled = i < authority.posts[grade].agency_above_establishment
            service.open_post(
                team=team_of[i],
                grade=grade,
                fte=authority.posts[grade].fte,
                luck=(ABOVE, number),
                established=False,
                state=AGENCY if filled else EMPTY,
                notice_left=_notice_left(float(luck[number]), notice, ending) if filled else 0.0,
            )
            number += 1


def _notice_left(u: float, days: float, on_notice: float) -> float:
    """Of the people of whom this share is on notice of so many days: what is left of it, 0 for the others."""
    return days * u / on_notice if u < on_notice else 0.0


class _Start(NamedTuple):
    """Service of the people found in post, what is left of their thresholds (None: no memory), mean stay."""

    days: Floats
    left: Floats | None
    mean_days: float


def _service_at_start(authority: Authority, group: PostGroup, uniforms: Floats, residual: Floats) -> _Start:
    """The stationary law of service, unless the authority states that all have the same."""
    assert group.leaving_scale is not None
    bands = leaving_bands(authority.workforce, group.leaving_scale)
    mean = mean_service_years(bands) * DAYS_PER_YEAR
    law = authority.workforce.tenure_law
    years = service_years(authority.workforce, bands, uniforms)
    left = None
    if law.law != "exponential":
        done = hazard_integral(bands, years)
        left = survival_inverse(law, survival(law, done) * (1.0 - residual)) - done
    return _Start(years * DAYS_PER_YEAR, left, mean)
