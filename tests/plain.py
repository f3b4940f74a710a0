"""A plain workforce: what small test worlds leave out, so that their answers can be worked out by hand.

No absence that comes with caseload, career levels that do nothing, no sharing of applicants by vacancies,
agency workers who go the day it is decided, and managers who make no difference to leaving or allocation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import workforce_sim as ws
from workforce_sim.testing.worlds import QUIET


def _some(section: str, *names: str) -> dict[str, Any]:
    """These settings of a section of a quiet service."""
    return {name: QUIET[section][name] for name in names}


PLAIN: dict[str, dict[str, Any]] = {
    "workforce": _some("workforce", "absence_per_child", "leaving_after_absence"),
    **{section: QUIET[section] for section in ("careers", "recruitment", "agency", "supervision")},
    "casework": _some("casework", "allocation_without_manager_days"),
}

#: A quiet service's workforce, in which an offer to agency workers still does what it does anywhere.
NOBODY_MOVES = {
    name: value
    for name, value in QUIET["workforce"].items()
    if name != "conversions_per_agency_year_full_offer"
}


def plainly(**sections: Any) -> dict[str, Any]:
    """Settings of a plain workforce, and these; what is stated here holds."""
    found: dict[str, Any] = {name: dict(settings) for name, settings in PLAIN.items()}
    for name, settings in sections.items():
        found[name] = found.get(name, {}) | settings if isinstance(settings, Mapping) else settings
    return found


def plain(authority: ws.Authority, **sections: Any) -> ws.Authority:
    """The authority with a plain workforce, and with these changes."""
    return authority.with_changes(**plainly(**sections))
