"""Balance: what an authority leaves open, solved so that a do-nothing year stays where it starts.

Section 9 of docs/model.md. Everything here is arithmetic on expected flows; nothing is simulated
and nothing is tuned to an outcome of the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workforce_sim.authority.flows import GradeRates, grade_rates
from workforce_sim.authority.limits import check_movements
from workforce_sim.authority.steady import steady

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority


@dataclass(frozen=True, slots=True)
class Balance:
    """Solved values: of every grade, and of the work of a case."""

    grades: tuple[GradeRates, ...]
    work_hours: float | None
    work_scale: float


def balance(authority: Authority) -> Balance:
    """Solve what the authority leaves open; stated values are kept and used."""
    casework = authority.casework
    rates = grade_rates(authority)
    check_movements(authority, rates)
    if authority.pathway is None and casework.work_hours is not None:
        return Balance(rates, casework.work_hours, 1.0)
    state = steady(authority)
    if authority.pathway is None:
        return Balance(rates, state.scale * state.pathway.stages["case"].work_hours, 1.0)
    return Balance(rates, casework.work_hours, state.scale)
