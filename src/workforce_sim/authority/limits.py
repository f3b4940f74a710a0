"""Too much of an authority: numbers that are possible one by one, and together beyond any computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.authority.flows import leaving_bands
from workforce_sim.authority.usable import MOST_POSTS
from workforce_sim.errors import InputError, Problem

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.flows import GradeRates

#: Most children with an open case at the start: ten times as many as in all of England.
MOST_OPEN = 4_000_000

#: Most movements of people in a year (starters, leavers, assignments): a busy service has a few hundred.
MOST_MOVEMENTS = 1_000_000.0


def too_large(authority: Authority) -> list[Problem]:
    """Problems of an authority with more posts, places or children than can be simulated."""
    problems = []
    posts = sum(g.number + g.agency_above_establishment for g in authority.posts)
    if posts > MOST_POSTS:
        rule = f"at most {MOST_POSTS:,} posts in all grades together"
        problems.append(Problem("posts", f"{posts:,}", rule, "number = 100 (whole posts)"))
    open_children = authority.census.caseload * authority.case_holders_fte()
    if open_children > MOST_OPEN:
        rule = f"at most {MOST_OPEN:,} open children: caseload x case holders"
        problems.append(Problem("census.caseload", f"{authority.census.caseload:g}", rule, "caseload = 15.2"))
    return problems


def too_many_places(authority: Authority) -> list[Problem]:
    """Agency above establishment that is called so seldom that too many places would be needed for it."""
    problems = []
    ends = authority.workforce.agency_ends_per_year
    for i, group in enumerate(authority.posts):
        stated = group.covers_per_empty_post_year
        name, cover = f"posts[{i}].covers_per_empty_post_year", stated
        if stated is None:
            name = "workforce.covers_per_empty_post_year"
            cover = authority.workforce.covers_per_empty_post_year
        # as many places as it takes for the stated number to be filled on average
        if cover and group.agency_above_establishment * (1 + ends / cover) > MOST_POSTS:
            rule = f"cover often enough that {group.agency_above_establishment} agency workers above"
            rule += f" establishment need at most {MOST_POSTS:,} places"
            problems.append(Problem(name, f"{cover:g}", rule, "leave it out: it is solved"))
    return problems


def check_movements(authority: Authority, rates: tuple[GradeRates, ...]) -> None:
    """Refuse rates at which the posts would change hands so often that a run would not end.

    A post that is filled, left and filled again, or covered and uncovered, takes the mean time of each. Where
    some vacancies are tolerated a call for cover may be turned away; it is followed by the next, however long
    those stay who come.

    Raises:
        InputError: which rates, and which to lower.
    """
    w = authority.workforce
    problems: list[Problem] = []
    ends = w.agency_ends_per_year
    for i, (group, found) in enumerate(zip(authority.posts, rates, strict=True)):
        fastest = max(rate for _, rate in leaving_bands(w, found.leaving_scale))
        filled = max(found.hires_per_empty_post_year, found.hires_per_covered_post_year)
        for leaving, coming, name in (
            (fastest, filled, "hires_per_empty_post_year"),
            (ends, found.covers_per_empty_post_year, "covers_per_empty_post_year"),
        ):
            both = leaving * coming / (leaving + coming) if leaving + coming else 0.0
            fix = f"{name} = 10, or people who stay longer"
            if name.startswith("covers") and authority.agency.tolerance > 0:
                both, fix = coming, f"{name} = 10, or agency.tolerance = 0"
            notice = w.notice_days / DAYS_PER_YEAR if name.startswith("hires") else 0.0
            a_year = (group.number + group.agency_above_establishment) * both / (1 + both * notice)
            if a_year > MOST_MOVEMENTS:
                rule = f"at most {MOST_MOVEMENTS:,.0f} comings and goings a year in a grade"
                rule += f" (with {leaving:.3g} goings a year it is {a_year:.3g})"
                problems.append(Problem(f"posts[{i}].{name}", f"{coming:.3g}", rule, fix))
    if problems:
        raise InputError("the balance", problems)
