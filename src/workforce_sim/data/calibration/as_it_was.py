"""A service put back to the stocks of another year, and the posts its council opened and closed since.

The rules are in docs/data.md, section 5.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.parts import PostGroup
from workforce_sim.data.calibration.yearly import Yearly
from workforce_sim.data.whole_posts import Stocks, dealt
from workforce_sim.interventions import NewPosts, Redundancy
from workforce_sim.interventions.base import Intervention
from workforce_sim.workforce.rules import grades

#: What the balance solves, by grade.
RATES = (
    *("leaving_scale", "hires_per_empty_post_year", "hires_per_covered_post_year"),
    "covers_per_empty_post_year",
)

#: Settings for all grades that would stand in the place of those.
_FOR_ALL = ("leaving_scale", "hires_per_vacancy_year", "covers_per_empty_post_year")

_LEAST_TURNOVER = 0.1


def stocks_of(years: Yearly, position: int | None) -> Stocks:
    """Stocks of a year, or on average over all of them; what a year does not have is that of the average.

    Who covers a vacancy, where that is never published, are as many of the agency workers as there are
    vacancies for.
    """

    def value(name: str) -> float:
        found = math.nan if position is None else float(years.counts[name][position])
        return found if math.isfinite(found) else years.mean(name)

    in_post, agency, vacancies = value("inpost_fte"), value("agency_fte"), value("vacancy_fte")
    covering = value("agency_cover_fte")
    covering = min(agency, vacancies) if math.isnan(covering) else min(covering, agency, vacancies)
    return Stocks(in_post, agency, covering, vacancies, value("case_holders_fte"))


def cases_of(years: Yearly, position: int | None) -> float | None:
    """Cases of a year, or on average; none if they are never published."""
    found = math.nan if position is None else float(years.counts["cases"][position])
    found = found if found > 0 else years.mean("cases")
    return found if found > 0 else None


def as_it_was(authority: Authority, stocks: Stocks, cases: float | None, turnover_rate: float) -> Authority:
    """The authority with other stocks: grades in today's proportions, and as many referrals a case as today.

    It has the cases, not the published caseload: that leaves out workers who hold none. Without cases it has
    today's caseload. Rates that are solved are left open, to be solved for these stocks.

    Example:
        >>> import workforce_sim as ws
        >>> england = ws.Authority.preset("england-2025")
        >>> then = as_it_was(england, Stocks(100.0, 20.0, 15.0, 25.0, 70.0), 1100, 15.0)
        >>> [(g.number, g.vacant, g.agency, g.agency_above_establishment) for g in then.posts]
        [(61, 12, 7, 5), (44, 9, 5, 0), (20, 4, 3, 0)]
    """
    posts = _dealt(authority.posts, stocks)
    then = authority.with_changes(
        posts=posts,
        workforce=dict.fromkeys(_FOR_ALL),
        casework={"work_scale": None, "work_hours": None},
        census={"turnover_rate": max(_LEAST_TURNOVER, turnover_rate)},
    )
    holding = then.case_holders_fte()
    if cases is None or not holding:
        cases = authority.census.caseload * holding
    per_case = authority.demand.children_per_year / max(1, authority.open_children())
    changes = {"caseload": cases / holding} if holding else {}
    return then.with_changes(census=changes, demand={"children_per_year": per_case * cases})


def _dealt(posts: Sequence[PostGroup], stocks: Stocks) -> tuple[PostGroup, ...]:
    """Every total in whole posts over the grades, each in the proportions of today."""
    sizes = [float(g.number) for g in posts]

    def over(fte: float, today: Sequence[float]) -> list[int]:
        shares = today if sum(today) > 0 else sizes
        per_post = sum(g.fte * s for g, s in zip(posts, shares, strict=True)) / sum(shares)
        return dealt(round(fte / per_post), tuple(s / sum(shares) for s in shares))

    filled = over(stocks.in_post, [float(g.number - g.vacant) for g in posts])
    covered = over(stocks.covering, [float(g.agency) for g in posts])
    empty = over(max(0.0, stocks.vacancies - stocks.covering), [float(g.vacant - g.agency) for g in posts])
    above = over(
        max(0.0, stocks.agency - stocks.covering), [float(g.agency_above_establishment) for g in posts]
    )
    found = []
    for g, people, cover, nobody, more in zip(posts, filled, covered, empty, above, strict=True):
        changes: dict[str, Any] = {"number": people + cover + nobody, "vacant": cover + nobody}
        changes |= {"agency": cover, "agency_above_establishment": more, **dict.fromkeys(RATES)}
        found.append(g.model_copy(update=changes))
    return tuple(found)


def moved(rates: Sequence[Mapping[str, float]], solved: Authority, to: Authority) -> tuple[PostGroup, ...]:
    """Posts of one authority with the rates of another; what is relative to a starting state is moved.

    Starters per vacancy by ``(V to / V from) ^ -sharing``, leaving by ``(K to / K from) ^ elasticity``.

    Args:
        rates: by grade, those of :data:`RATES`, where they hold.
        solved: the balanced authority they hold for.
        to: the authority, of the same grades, that they are moved to.
    """
    sharing, elasticity = to.recruitment.vacancy_sharing, to.workforce.caseload_elasticity
    strain = (to.census.caseload / solved.census.caseload) ** elasticity
    vacancies = [[g.vacancies for g in grades(one)] for one in (solved, to.balanced())]
    found = []
    for group, rate, before, now in zip(to.posts, rates, *vacancies, strict=True):
        applicants = (now / before) ** -sharing
        changes = dict(rate)
        changes["leaving_scale"] *= strain if group.holds_cases else 1.0
        for name in ("hires_per_empty_post_year", "hires_per_covered_post_year"):
            changes[name] *= applicants
        found.append(group.model_copy(update=changes))
    return tuple(found)


def posts_followed(years: Yearly, start: Authority) -> list[Intervention]:
    """The posts that were opened and closed from year to year, as policies of a run.

    Opened through the year, closed on 1 April, in all grades in proportion; whoever stays is not unsettled by
    it, since that is in the leaving rate that is fitted.
    """
    total = years.posts()
    sizes = [g.number for g in start.posts]
    shares = tuple(n / sum(sizes) for n in sizes)
    per_post = sum(g.fte * s for g, s in zip(start.posts, shares, strict=True))
    found: list[Intervention] = []
    done = 0
    for i in range(1, len(total)):
        change = round((total[i] - total[0]) / per_post) - done
        done += change
        year = years.first + i
        for group, number in zip(start.posts, dealt(abs(change), shares), strict=True):
            if number and change > 0:
                begin, end = dt.date(year - 1, 10, 1), dt.date(year, 9, 1)
                found.append(NewPosts(number, start=begin, end=end, grade=group.grade, fte=group.fte))
            elif number:
                day = dt.date(year, 4, 1)
                found.append(Redundancy(number, start=day, grade=group.grade, unsettled_percent=0.0))
    return found
