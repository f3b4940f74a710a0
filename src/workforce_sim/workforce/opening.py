"""The starting state: who is in which post on the first morning (section 8 of docs/model.md)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from workforce_sim.authority.balance import leaving_bands, mean_service_years
from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.demand.luck import Floats, Luck, Stream
from workforce_sim.workforce.post import State
from workforce_sim.workforce.service import ABOVE, ESTABLISHED, Service

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.layout import Layout


def established_posts(authority: Authority) -> int:
    """Established posts at the start."""
    return sum(g.number for g in authority.posts)


def above_establishment_places(authority: Authority) -> list[int]:
    """Places for agency workers above establishment by group: as many filled on average as stated."""
    w = authority.workforce
    cover = w.covers_per_empty_post_year or 0.0
    end = 12.0 / w.agency_assignment_months
    filled = cover / (cover + end) if cover else 1.0
    return [
        round(g.agency_above_establishment / filled) if g.agency_above_establishment else 0
        for g in authority.posts
    ]


def open_service(authority: Authority, teams: Layout, service: Service, luck: Luck) -> None:
    """Open every post of a balanced authority with the person it starts with."""
    n = established_posts(authority)
    state_luck = luck.uniforms(Stream.POST_STATE, n)
    service_days = stationary_service_days(authority, luck.uniforms(Stream.POST_SERVICE, n))
    notice_luck = luck.uniforms(Stream.POST_NOTICE, n)
    notice_days = authority.workforce.notice_days
    bands = _bands(authority)
    mean_days = mean_service_years(bands) * DAYS_PER_YEAR
    on_notice = notice_days / (mean_days + notice_days) if math.isfinite(mean_days) else 0.0
    number = 0
    cover = any(g.agency for g in authority.posts) or not any(above_establishment_places(authority))
    for grade, group in enumerate(authority.posts):
        team_of = teams.dealt(group, group.number)
        order = np.argsort(state_luck[number : number + group.number], kind="stable")
        vacant, covered = set(order[: group.vacant].tolist()), set(order[: group.agency].tolist())
        for i in range(group.number):
            post, u = number + i, float(notice_luck[number + i])
            state, left = State.PERMANENT, 0.0
            if i in covered:
                state = State.AGENCY
            elif i in vacant:
                state = State.EMPTY
            elif u < on_notice:
                state, left = State.NOTICE, notice_days * u / on_notice
            service.open_post(
                team=team_of[i],
                grade=grade,
                fte=group.fte,
                luck=(ESTABLISHED, post),
                state=state,
                service_days=float(service_days[post]),
                notice_left=left,
                cover=cover,
            )
        number += group.number
    _open_above_establishment(authority, teams, service)


def _open_above_establishment(authority: Authority, teams: Layout, service: Service) -> None:
    number = 0
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
                state=State.AGENCY if filled else State.EMPTY,
            )
            number += 1


def _bands(authority: Authority) -> tuple[tuple[float, float], ...]:
    assert authority.workforce.leaving_scale is not None
    return leaving_bands(authority.workforce, authority.workforce.leaving_scale)


def stationary_service_days(authority: Authority, uniforms: Floats) -> Floats:
    """Service of the people found in post: density proportional to the survival function of the leaving law.

    In each band of constant rate the survival function is exponential, so the law inverts in closed form.
    """
    bands = _bands(authority)
    mean = mean_service_years(bands)
    if not math.isfinite(mean):
        return uniforms * 10 * DAYS_PER_YEAR  # nobody ever leaves: any spread will do
    area = uniforms * mean
    years = np.zeros(len(uniforms))
    alive, before = 1.0, 0.0
    for i, (start, rate) in enumerate(bands):
        width = bands[i + 1][0] - start if i + 1 < len(bands) else math.inf
        share = alive * (width if rate == 0 else -math.expm1(-rate * width) / rate)
        here = (area >= before) & (area < before + share)
        x = (area[here] - before) / alive
        years[here] = start + (x if rate == 0 else -np.log1p(-np.minimum(rate * x, 1 - 1e-12)) / rate)
        alive *= math.exp(-rate * width)
        before += share
    return years * DAYS_PER_YEAR
