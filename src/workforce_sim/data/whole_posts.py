"""Published FTE as whole posts of three grades, so that totals and case holders stay what they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import ValidationError

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.parts import PostGroup
from workforce_sim.errors import from_pydantic

#: The preset from which the share of managers, salaries and the career path are.
ENGLAND = "england-2025"

#: Grades of the published return, in this order: those who hold cases, the rest, managers.
GRADES = ("social worker", "qualified without cases", "team manager")


@dataclass(frozen=True, slots=True)
class Stocks:
    """Published stocks of an authority, FTE.

    Attributes:
        in_post: permanent workers.
        agency: agency workers.
        covering: of these, who covers a vacancy.
        vacancies: posts without a permanent worker, covered or not.
        case_holders: permanent and agency workers with at least one case.
    """

    in_post: float
    agency: float
    covering: float
    vacancies: float
    case_holders: float


@cache
def england() -> Authority:
    """The authority whose shares and salaries are used where no return has them."""
    return Authority.preset(ENGLAND)


def manager_share() -> float:
    """Share of posts that manage, in the authority of England's rates; not published for FTE."""
    posts = england().posts
    return sum(g.number for g in posts if g.manages) / sum(g.number for g in posts)


def whole_posts(stocks: Stocks) -> tuple[PostGroup, ...]:
    """Posts by grade. Every total is rounded once, and dealt out by largest remainder.

    Example:
        >>> [(g.grade, g.number, g.vacant, g.agency) for g in whole_posts(Stocks(70, 10, 8, 12, 40))]
        [('social worker', 41, 6, 4), ('qualified without cases', 28, 4, 3), ('team manager', 13, 2, 1)]
    """
    workers = stocks.in_post + stocks.agency
    holding = min(1.0, stocks.case_holders / workers) if workers else 0.0
    managing = min(manager_share(), 1.0 - holding)
    shares = (holding, 1.0 - holding - managing, managing)
    covered = dealt(round(stocks.covering), shares)
    empty = dealt(max(0, round(stocks.vacancies) - round(stocks.covering)), shares)
    above = max(0, round(stocks.agency) - round(stocks.covering))
    extra = dealt(above, shares)
    extra = [extra[0] + extra[2], extra[1], 0]  # nobody manages above establishment
    filled = round(stocks.in_post)
    holders = min(filled, max(0, round(stocks.case_holders) - covered[0] - extra[0]))
    rest = shares[1] + shares[2]
    others = dealt(filled - holders, (shares[1] / rest, shares[2] / rest) if rest > 0 else (1.0, 0.0))
    in_post = [holders, *others]
    groups = []
    for group, people, cover, nobody, more in zip(
        england().posts, in_post, covered, empty, extra, strict=True
    ):
        number = people + cover + nobody
        if number + more == 0 and not group.holds_cases:
            continue
        changes = {"number": number, "vacant": cover + nobody, "agency": cover}
        settings = {**group.model_dump(), **changes, "agency_above_establishment": more}
        groups.append(post_group(settings, f"posts of grade {group.grade}"))
    return tuple(groups)


def post_group(settings: dict[str, Any], where: str) -> PostGroup:
    """Posts of these settings.

    Raises:
        InputError: settings that posts cannot have, such as more posts than can be simulated.
    """
    try:
        return PostGroup(**settings)
    except ValidationError as error:
        raise from_pydantic(error, PostGroup, where) from None


def dealt(total: int, shares: tuple[float, ...]) -> list[int]:
    """A whole number in whole parts by share, remainders largest first; ties go to the first.

    Example:
        >>> dealt(10, (0.5, 0.25, 0.25))
        [5, 3, 2]
    """
    exact = [total * share for share in shares]
    parts = [math.floor(x + 1e-9) for x in exact]
    order = sorted(range(len(shares)), key=lambda i: parts[i] - exact[i])
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts
