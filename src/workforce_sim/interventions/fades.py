"""Fades: a factor that is at its peak today and goes back towards 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workforce_sim.authority.calendar import DAYS_PER_YEAR
from workforce_sim.orders import Fading

if TYPE_CHECKING:
    from workforce_sim.workforce.service import Service


def fades(percent: float, service: Service, years: float) -> Fading:
    """A change by so many percent today, of which a share ``exp(-1)`` is left after so many years."""
    return Fading(1 + percent / 100, service.env.now, years * DAYS_PER_YEAR)
