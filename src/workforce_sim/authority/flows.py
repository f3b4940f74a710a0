"""Flows of people in the starting state: who leaves, is hired and covered by grade (docs/model.md, 9)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.authority.time_laws import survival
from workforce_sim.errors import InputError, Problem

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.parts import PostGroup, TimeLaw, Workforce
    from workforce_sim.authority.staff import Careers

Floats = npt.NDArray[np.float64]

#: People of whom the shares of levels at the start are taken.
_QUANTILES = 2_000

#: Between these the scale of the leaving rates is looked for first, and beyond this it is given up.
_SCALES, _MOST_SCALE = (1e-4, 1e4), 1e100

#: Points of the grid of service where the law has no closed form, and how many mean stays it spans.
_GRID, _MEANS = 20_001, 60.0


class GradeRates(NamedTuple):
    """Solved values of one grade, in the units of the settings they stand in for."""

    leaving_scale: float
    hires_per_empty_post_year: float
    hires_per_covered_post_year: float
    covers_per_empty_post_year: float


#: An empty post stays empty at least this share of a vacancy on average when the census says all are covered.
_LEAST_EMPTY = 0.005


#: Notice as long as the assignment leaves it this long before.
_LEAST_ASSIGNMENT_DAYS = 1.0

WEEKS_PER_YEAR = 365.25 / 7

#: Share of the time a place above establishment is filled where no vacancy is covered by agency.
_MOST_FILLED = 0.9


def leaving_bands(workforce: Workforce, scale: float = 1.0) -> tuple[tuple[float, float], ...]:
    """The leaving rate by length of service: ``(from_years, per_year)``, longest service last."""
    young, old = workforce.leaving_per_year_under_5, workforce.leaving_per_year_from_5
    return (
        (0.0, scale * young * workforce.leaving_first_year_factor),
        (1.0, scale * young),
        (5.0, scale * old),
    )


def mean_service_years(bands: tuple[tuple[float, float], ...]) -> float:
    """Mean years until the decision to leave: the integral of the survival function of the bands."""
    alive, total = 1.0, 0.0
    for i, (start, rate) in enumerate(bands):
        width = bands[i + 1][0] - start if i + 1 < len(bands) else math.inf
        if rate == 0:
            if width == math.inf:
                return math.inf
            total += alive * width
        else:
            total += alive * -math.expm1(-rate * width) / rate
            alive *= math.exp(-rate * width)
    return total


def turnover_by_grade(authority: Authority) -> list[float]:
    """Leavers per person and year: a grade's own rate, or what these leave of the census row's."""
    in_post = [(g.number - g.vacant) * g.fte for g in authority.posts]
    total = authority.census.turnover_rate * sum(in_post)
    own = [g.turnover_rate for g in authority.posts]
    stated = sum(rate * n for rate, n in zip(own, in_post, strict=True) if rate is not None)
    rest = sum(n for rate, n in zip(own, in_post, strict=True) if rate is None)
    others = max(0.0, total - stated) / rest if rest else authority.census.turnover_rate
    return [(others if rate is None else rate) / 100 for rate in own]


def grade_rates(authority: Authority) -> tuple[GradeRates, ...]:
    """The rates of every grade at which its own posts stay as they are (section 9 of docs/model.md)."""
    turnover = turnover_by_grade(authority)
    leavers = [
        rate * (g.number - g.vacant) * g.fte for rate, g in zip(turnover, authority.posts, strict=True)
    ]
    converts = conversions_per_agency_year(authority)
    needed = [n - converts * g.agency * g.fte for n, g in zip(leavers, authority.posts, strict=True)]
    names = [g.grade for g in authority.posts]
    for i, group in enumerate(authority.posts):  # whoever is promoted has to be replaced below
        if group.promoted_from is not None:
            below = names.index(group.promoted_from)
            needed[below] += authority.recruitment.promotion_share * max(0.0, needed[i])
    found = []
    for group, rate, people in zip(authority.posts, turnover, needed, strict=True):
        scale = group.leaving_scale
        if scale is None:
            scale = authority.workforce.leaving_scale
        if scale is None:
            scale = _leaving_scale(authority.workforce, rate)
        empty, covered = _hires(authority, group, max(0.0, people))
        found.append(GradeRates(scale, empty, covered, _covers(authority, group, covered)))
    return tuple(found)


def conversions_per_agency_year(authority: Authority) -> float:
    """Conversions a year of an agency worker, of whom those whose last day is known convert no more."""
    return authority.workforce.conversions_per_agency_year * (1.0 - agency_on_notice(authority))


def agency_on_notice(authority: Authority) -> float:
    """Share of the agency workers whose last day is known: notice over assignment, in the long run."""
    notice = authority.agency.notice_days
    return notice / (notice + days_until_notice(authority))


def days_until_notice(authority: Authority) -> float:
    """Working days of an agency assignment before its last day is known, on average."""
    assignment = authority.workforce.agency_assignment_months / 12 * DAYS_PER_YEAR
    return max(assignment - authority.agency.notice_days, _LEAST_ASSIGNMENT_DAYS)


def _empty_posts(group: PostGroup) -> float:
    """FTE of posts of the grade with nobody in them: at least a little, if there is a vacancy at all."""
    return max(group.vacant - group.agency, _LEAST_EMPTY * group.vacant) * group.fte


def _hires(authority: Authority, group: PostGroup, needed: float) -> tuple[float, float]:
    """Starters per empty and per covered post and year: a post with nobody in it takes the weeks it takes."""
    empty, covered = group.hires_per_empty_post_year, group.hires_per_covered_post_year
    both = authority.workforce.hires_per_vacancy_year
    if both is not None:
        return (both if empty is None else empty, both if covered is None else covered)
    alone, agency = _empty_posts(group), group.agency * group.fte
    if empty is None:
        empty = WEEKS_PER_YEAR / authority.recruitment.weeks_to_hire
        if covered is None and alone > 0 and empty * alone > needed:
            empty = needed / alone  # slower than the weeks stated, or the service would fill up
    if covered is None:
        covered = max(0.0, needed - empty * alone) / agency if agency else 0.0
    return empty, covered


def _covers(authority: Authority, group: PostGroup, hires: float) -> float:
    """Agency starts per empty post and year that keep as many posts covered as there are."""
    if group.covers_per_empty_post_year is not None:
        return group.covers_per_empty_post_year
    if authority.workforce.covers_per_empty_post_year is not None:
        return authority.workforce.covers_per_empty_post_year
    ends = authority.workforce.agency_ends_per_year
    converts = conversions_per_agency_year(authority)
    if group.agency:
        return (ends + converts + hires) * group.agency * group.fte / _empty_posts(group)
    return _MOST_FILLED / (1 - _MOST_FILLED) * ends if group.agency_above_establishment else 0.0


def _leaving_scale(workforce: Workforce, turnover: float) -> float:
    """Scale of the bands at which mean service plus notice is 1 / turnover."""
    from scipy.optimize import brentq

    target = 1 / turnover - workforce.notice_days / DAYS_PER_YEAR if turnover > 0 else math.inf
    if target <= 0 or math.isinf(target) or math.isinf(mean_service_years(leaving_bands(workforce))):
        return 1.0 if target <= 0 or turnover > 0 else 0.0

    def too_long(scale: float) -> float:
        """Years of service beyond those that the turnover leaves."""
        return mean_service_years(leaving_bands(workforce, scale)) - target

    low, high = _SCALES
    while too_long(low) < 0:
        low *= low
    while too_long(high) > 0:
        if high > _MOST_SCALE:  # the years in which nobody leaves are longer than the service there is
            raise _unreachable(workforce, turnover)
        high *= high
    return float(brentq(too_long, low, high))


def _unreachable(workforce: Workforce, turnover: float) -> InputError:
    """The refusal of a turnover that no multiple of the stated leaving rates comes to."""
    young = "workforce.leaving_per_year_under_5"
    name = young if workforce.leaving_per_year_under_5 == 0 else "workforce.leaving_first_year_factor"
    rule = f"rates of leaving of which some multiple gives a turnover of {100 * turnover:g}%"
    fix = f"{name} above 0, or a stated workforce.leaving_scale"
    return InputError("the balance", [Problem(name, f"{0.0:g}", rule, fix)])


def mean_able(authority: Authority) -> float:
    """What an FTE of case holders can carry at the start: newly qualified workers carry less than others.

    Everybody in post at the start has gone through the career levels for as long as the service.
    """
    careers = authority.careers
    permanent, agency = authority.case_holding_mix()
    if careers.at_start is not None:
        first, _, last = careers.at_start
    else:
        first, last = _level_shares(authority)
    able = first * careers.newly_qualified_able + last * careers.senior_able + 1.0 - first - last
    return permanent * able + agency


def _level_shares(authority: Authority) -> tuple[float, float]:
    """Shares of newly qualified and senior among the permanent case holders at the start."""
    careers = authority.careers
    if careers.newly_qualified_able == careers.senior_able == 1.0:
        return 0.0, 0.0
    quantiles = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    shares, people = np.zeros(2), 0.0
    for group, rates in zip(authority.posts, grade_rates(authority), strict=True):
        here = (group.number - group.vacant) * group.fte
        if group.holds_cases and here:
            bands = leaving_bands(authority.workforce, rates.leaving_scale)
            years = service_years(authority.workforce, bands, quantiles)
            shares += here * np.array([share.mean() for share in levels_by_service(careers, years)])
            people += here
    first, last = shares / people if people else shares
    return float(first), float(last)


def levels_by_service(careers: Careers, years: Floats) -> tuple[Floats, Floats]:
    """Shares still newly qualified, and senior, after so many years of service (section 6.4)."""
    length, rate = careers.newly_qualified_years, careers.seniors_per_year
    came_new, came_senior = careers.newly_qualified_share, careers.senior_share
    if careers.newly_qualified_time == "fixed":
        new = np.where(years < length, 1.0, 0.0)
        then = np.where(years < length, 0.0, np.exp(-rate * np.maximum(0.0, years - length)))
    else:
        new, up = np.exp(-years / length), 1.0 / length
        gap = rate - up
        then = up * years * new if abs(gap) < 1e-9 else up * (new - np.exp(-rate * years)) / gap
    second = came_new * then + (1.0 - came_new - came_senior) * np.exp(-rate * years)
    return came_new * new, 1.0 - came_new * new - second


def hazard_integral(bands: tuple[tuple[float, float], ...], years: Floats) -> Floats:
    """The integral of the banded leaving rate over a service of so many years."""
    total = np.zeros(len(years))
    for i, (start, rate) in enumerate(bands):
        end = bands[i + 1][0] if i + 1 < len(bands) else math.inf
        total += rate * np.clip(years - start, 0.0, end - start)
    return total


def service_years(workforce: Workforce, bands: tuple[tuple[float, float], ...], uniforms: Floats) -> Floats:
    """Service of the people found in post: as stated, or from the stationary law, by inversion."""
    if workforce.service_at_start_years is not None:
        return np.full(len(uniforms), workforce.service_at_start_years)
    if workforce.tenure_law.law == "exponential":
        return stationary_years(bands, uniforms)
    return stationary_years_of(workforce.tenure_law, bands, uniforms)


def stationary_years(bands: tuple[tuple[float, float], ...], uniforms: Floats) -> Floats:
    """Service of the people found in post: density proportional to the survival function of the leaving law.

    In each band of constant rate the survival function is exponential, so the law inverts in closed form.
    """
    mean = mean_service_years(bands)
    if not math.isfinite(mean):
        return uniforms * 10  # nobody ever leaves: any spread will do
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
    return years


def stationary_years_of(law: TimeLaw, bands: tuple[tuple[float, float], ...], uniforms: Floats) -> Floats:
    """The same where the threshold has another law: by the trapezium rule on a fine grid of service."""
    slowest = min((rate for _, rate in bands if rate > 0), default=0.0)
    if slowest == 0.0:
        return uniforms * 10
    grid = np.linspace(0.0, 1.0, _GRID) ** 3 * (_MEANS / slowest)
    alive = survival(law, hazard_integral(bands, grid))
    area = np.concatenate([[0.0], np.cumsum((alive[1:] + alive[:-1]) / 2 * np.diff(grid))])
    found: Floats = np.interp(uniforms * area[-1], area, grid)
    return found
