"""Interventions: one file per family of policies. Each is a frozen value with dates, effect path and cost."""

from workforce_sim.interventions.agency_conversion import AgencyConversion
from workforce_sim.interventions.allocation_rule import AllocationRule
from workforce_sim.interventions.base import Intervention, PlannedPost, Process
from workforce_sim.interventions.new_posts import NewPosts
from workforce_sim.interventions.pay_change import PayChange

__all__ = [
    "AgencyConversion",
    "AllocationRule",
    "Intervention",
    "NewPosts",
    "PayChange",
    "PlannedPost",
    "Process",
]
