"""Small worlds in which nothing happens but what you state, so that answers can be worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.calendar import DAYS_PER_YEAR

#: Settings with which nobody comes or goes, is absent, or makes a difference to anybody else.
QUIET: dict[str, dict[str, Any]] = {
    "workforce": {
        "leaving_per_year_under_5": 0.0,
        "leaving_per_year_from_5": 0.0,
        "leaving_first_year_factor": 1.0,
        "leaving_scale": 1.0,
        "leaving_year_cv": 0.0,
        "caseload_elasticity": 0.0,
        "notice_days": 0.0,
        "absences_per_year": 0.0,
        "absence_per_child": 0.0,
        "leaving_after_absence": 1.0,
        "hires_per_vacancy_year": 0.0,
        "covers_per_empty_post_year": 0.0,
        "conversions_per_agency_year": 0.0,
        "conversions_per_agency_year_full_offer": 0.0,
    },
    "careers": {"newly_qualified_able": 1.0, "newly_qualified_salary": 1.0, "senior_salary": 1.0},
    "recruitment": {"vacancy_sharing": 0.0},
    "agency": {"notice_days": 0.0, "conversion_caseload_elasticity": 0.0},
    "supervision": {"unsupervised_factor": 1.0, "unsettled_factor": 1.0},
    "casework": {
        "case_hours_per_day": 4.0,
        "overtime_share": 0.0,
        "work_scale": 1.0,
        "handover_reading_hours": 0.0,
        "handover_progress_lost": 0.0,
        "caseload_cap": None,
        "allocation_without_manager_days": 0.0,
    },
    "pressure": {"turned_away_share": 0.0, "ended_early_share": 0.0},
}

#: As good as never: an agency assignment of a thousand years.
_FOR_GOOD_MONTHS = 12_000.0


def stage(work_hours: float = 20.0, **settings: Any) -> dict[str, Any]:
    """Settings of a stage of a small pathway that all teams do, and after which the case closes.

    Args:
        work_hours: of progress per child, the same for every family (unless ``work_cv`` is stated).
        settings: of the stage, as in an authority's ``pathway`` (attention and upkeep in hours per child
            and day).

    Example:
        >>> from workforce_sim.testing import stage
        >>> stage(10.0, attention_hours_per_day=1.0)["work_hours"]
        10.0
    """
    alone = {"team": "all", "next": {"closed": 1.0}, "attention_hours_per_day": 1.0, "work_cv": 0.0}
    return alone | {"upkeep_hours_per_day": 0.0, "work_hours": work_hours} | settings


def small_authority(
    workers: int = 2,
    *,
    referrals_per_day: float = 0.2,
    caseload: float = 4.0,
    children_per_family: float = 1.0,
    stages: Mapping[str, Mapping[str, Any]] | None = None,
    exits: Mapping[str, Mapping[str, Any]] | None = None,
    teams: int = 1,
    vacant: int = 0,
    covered: int = 0,
    managers: int = 0,
    posts: Sequence[Mapping[str, Any]] | None = None,
    **sections: Mapping[str, Any],
) -> Authority:
    """A quiet tiny service: families of a size come at a steady rate, and nobody else comes or goes.

    Nobody leaves, is hired, absent, promoted or turned away, workers differ in nothing, and pay is 0,
    unless you state it. State what your test is about, and only that.

    Args:
        workers: full-time posts that hold cases.
        referrals_per_day: families a working day.
        caseload: children per worker at the start.
        children_per_family: mean; 1 is one child in every family.
        stages: of the pathway, by name (:func:`stage`); by default one, of 20 hours at an hour a day.
        exits: of the pathway, by name; by default ``closed``, after which nobody comes back.
        teams: each with its own waiting list.
        vacant: of the workers' posts, without a permanent worker.
        covered: of these, by an agency worker.
        managers: posts that manage and hold no cases.
        posts: groups of posts, in place of ``workers``, ``vacant``, ``covered`` and ``managers``.
        sections: settings by section, as in ``Authority(...)``: ``workforce={"notice_days": 20.0}``.

    Raises:
        InputError: with every setting that does not fit.

    Example:
        >>> import workforce_sim as ws
        >>> from workforce_sim.testing import small_authority
        >>> run = ws.Simulation(small_authority(workers=3), years=0.5, log=True).run()
        >>> sorted(set(run.log["event"]))
        ['allocated', 'closed', 'referred', 'work done']
    """
    if posts is None:
        worker = {
            "grade": "worker",
            "number": workers,
            "vacant": vacant,
            "agency": covered,
            "salary_gbp": 0.0,
        }
        manager = {"grade": "manager", "number": managers, "holds_cases": False, "manages": True}
        posts = [worker, *([manager | {"salary_gbp": 0.0}] if managers else [])]
    pathway = {
        "stages": {name: dict(given) for name, given in (stages or {"casework": stage()}).items()},
        "exits": {name: dict(given) for name, given in (exits or {"closed": {}}).items()},
        "turned_away": "closed",
        "ended_early": "closed",
        "mean_return_days": 30.0,
    }
    settings: dict[str, Any] = {
        "name": "small service",
        "census": {"turnover_rate": 10.0, "caseload": caseload, "date": "2024-03-31"},
        "demand": {
            "children_per_year": DAYS_PER_YEAR * referrals_per_day * children_per_family,
            "children_per_family": children_per_family,
            "season": (1.0,) * 12,
            "year_cv": 0.0,
        },
        "teams": {"number": teams},
        "posts": tuple(dict(group) for group in posts),
        "pathway": pathway,
    }
    for_good = {"agency_assignment_months": _FOR_GOOD_MONTHS}
    settings |= QUIET | {"workforce": QUIET["workforce"] | for_good}
    for name, changed in sections.items():
        own = settings.get(name)
        settings[name] = {**own, **changed} if isinstance(own, Mapping) else changed
    return Authority(**settings)
