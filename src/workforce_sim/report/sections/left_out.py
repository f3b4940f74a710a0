"""What the model leaves out, for the service at hand: it is on every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workforce_sim.report.badge import record

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority

_CHANCE = (
    "The bands and intervals are chance only.",
    "They show what luck can do while every assumption is held fixed. The assumptions themselves may be "
    "wrong, and what that would change is not in any band.",
)
_NOT_TESTED = (
    "Not back-tested.",
    "The model has not been run against what happened in real years, so how far it can be relied on is not "
    "known.",
)
_EFFECTS_NOT_TESTED = (
    "What a plan changes is not back-tested.",
    "It is a difference of two futures, of which only one ever happens. How often the bands of doing as "
    "before have held in real years is said where the back-test is.",
)
_WAITING = (
    "What waiting does to a child.",
    "What a family needs, and where its case leads, do not depend on how long it waited or on who worked "
    "with it. Only how often families come back does, by a guess.",
)
_SIDE_BY_SIDE = (
    "Nothing runs side by side.",
    "A family is in one stage at a time. Placements, carers, courts and other agencies are never short.",
)
_ONE_STAGE = (
    "One stage of casework.",
    "A case is open or closed: assessment, child protection plans, care and reviews are not told apart, and "
    "nobody comes back.",
)
_GUESSED = (
    "Thresholds move by a guess.",
    "A service that is busier than at the start turns more referrals away and ends more plans early. How "
    "many is an assumption; no rate was found.",
)
_ONLY_WHEN_FULL = (
    "Thresholds move only when a list is full.",
    "Referrals are turned away while as many children wait for their team as its limit says. What is closed, "
    "and when, does not answer to how busy or how good the service is.",
)
_STAND_STILL = (
    "Thresholds stand still.",
    "What is taken on and when it is closed do not answer to how busy or how good the service is.",
)


_GUESSED_SUPERVISION = (
    "Supervision by a guess.",
    "Workers without a manager at work, or with a new one, leave sooner, by factors that are assumptions. "
    "What managers mean for how well the work is done is left out.",
)
_NO_ABSENCE = (
    "No absence.",
    "Sickness, leave and training are in the average hours of a worker, not events of their own.",
)
_NO_ORDINARY_ABSENCE = (
    "No ordinary absence.",
    "Sickness, leave and training are in the average hours of a worker; only the long absences that a higher "
    "caseload adds are events of their own.",
)


def left_out(authority: Authority) -> list[tuple[str, str]]:
    """What the model does not have for this service: a headline and a sentence each."""
    staged, pressure = authority.pathway is not None, authority.pressure
    moves = staged and (pressure.turned_away_share > 0 or pressure.ended_early_share > 0)
    found = [_WAITING, _SIDE_BY_SIDE] if staged else [_ONE_STAGE]
    found.append(_supervision(authority))
    if authority.workforce.absences_per_year == 0:
        found.append(_NO_ORDINARY_ABSENCE if authority.workforce.absence_per_child > 0 else _NO_ABSENCE)
    limited = authority.casework.waiting_list_limit is not None
    thresholds = _GUESSED if moves else _ONLY_WHEN_FULL if limited else _STAND_STILL
    return [*found, thresholds, _CHANCE, _EFFECTS_NOT_TESTED if record() else _NOT_TESTED]


def _supervision(authority: Authority) -> tuple[str, str]:
    factors = authority.supervision
    managed = any(group.manages for group in authority.posts)
    if managed and max(factors.unsupervised_factor, factors.unsettled_factor) > 1:
        return _GUESSED_SUPERVISION
    staged = authority.pathway is not None
    managers = "Managers sign off, and change" if staged else "Managers and practice leaders change"
    nothing = "nothing else" if staged else "nothing"
    return ("No supervision.", f"{managers} {nothing} for the workers of their teams.")
