"""Who: the grades a policy is about, found in an authority or in a running service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workforce_sim.errors import Problem, unknown_name

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority
    from workforce_sim.workforce.post import Post
    from workforce_sim.workforce.service import Service


def grade_problem(authority: Authority, grade: str | None) -> list[Problem]:
    """The problem of a grade that the authority does not have."""
    if grade is None or grade in authority.grades:
        return []
    return [unknown_name("grade", grade, authority.grades, "a grade of this authority")]


def case_holding_problem(authority: Authority, grade: str | None) -> list[Problem]:
    """The problem of a grade that holds no cases, or of an authority without one that does."""
    holding = [group.grade for group in authority.posts if group.holds_cases]
    if grade in holding or (grade is None and holding):
        return []
    if grade is not None and grade not in authority.grades:
        return grade_problem(authority, grade)
    fix = f"write grade={holding[0]!r}" if holding else "mark a group of posts holds_cases = true"
    return [Problem("grade", "" if grade is None else repr(grade), "a grade that holds cases", fix)]


def managing_problem(authority: Authority, grade: str | None = None) -> list[Problem]:
    """The problem of a grade that does not manage, or of an authority without one that does."""
    managing = [group.grade for group in authority.posts if group.manages]
    if grade in managing or (grade is None and managing):
        return []
    if grade is not None and grade not in authority.grades:
        return grade_problem(authority, grade)
    fix = "mark the group of posts that manages: manages = true, holds_cases = false"
    if managing:
        fix = f"write grade={managing[0]!r}"
    return [Problem("grade", "" if grade is None else repr(grade), "a grade that manages", fix)]


def grade_index(service: Service, grade: str | None) -> int:
    """The index of a grade; the first one if none is named."""
    return 0 if grade is None else [g.name for g in service.grades].index(grade)


def case_holding_index(service: Service, grade: str | None) -> int:
    """The index of a grade; the first one that holds cases if none is named."""
    if grade is not None:
        return grade_index(service, grade)
    return next(g for g, stated in enumerate(service.grades) if stated.hours > 0)


def managing_grades(service: Service) -> list[int]:
    """Indices of the grades that manage."""
    return [g for g, grade in enumerate(service.grades) if grade.manages]


def case_holding_posts(service: Service) -> list[Post]:
    """The established posts that hold cases, filled or not."""
    holding = [g for g, grade in enumerate(service.grades) if grade.hours > 0]
    posts = (p for p in service.posts if p.established and p.state.name != "CLOSED")
    return [p for p in posts if p.grade in holding]


def case_holding_fte(service: Service) -> float:
    """FTE of the established posts that hold cases, filled or not."""
    return sum(p.fte for p in case_holding_posts(service))
