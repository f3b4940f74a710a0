"""A plain workforce: what small test worlds leave out, so that their answers can be worked out by hand.

No absence that comes with caseload, career levels that do nothing, no sharing of applicants by vacancies,
agency workers who go the day it is decided, and managers who make no difference to leaving or allocation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import workforce_sim as ws

PLAIN: dict[str, dict[str, Any]] = {
    "workforce": {"absence_per_child": 0.0, "leaving_after_absence": 1.0},
    "careers": {"newly_qualified_able": 1.0, "newly_qualified_salary": 1.0, "senior_salary": 1.0},
    "recruitment": {"vacancy_sharing": 0.0},
    "agency": {"notice_days": 0.0, "conversion_caseload_elasticity": 0.0},
    "supervision": {"unsupervised_factor": 1.0, "unsettled_factor": 1.0},
    "casework": {"allocation_without_manager_days": 0.0},
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
