"""Test your own policies, authorities and allocation rules: small worlds, an audit, and generated ones.

``docs/testing.md`` shows how. The Hypothesis strategies are in :mod:`workforce_sim.testing.strategies`, the
only part that needs Hypothesis.
"""

from workforce_sim.testing.audit import Audit, AuditError, audit
from workforce_sim.testing.history import Broken
from workforce_sim.testing.policies import PolicyError, check_intervention, lively_authority
from workforce_sim.testing.worlds import QUIET, small_authority, stage

__all__ = [
    "QUIET",
    "Audit",
    "AuditError",
    "Broken",
    "PolicyError",
    "audit",
    "check_intervention",
    "lively_authority",
    "small_authority",
    "stage",
]
