"""Interventions: one file per family of policies. Each is a frozen value with dates, effect path and cost."""

from workforce_sim.interventions.administrative_support import AdministrativeSupport
from workforce_sim.interventions.agency_cap import AgencyCap
from workforce_sim.interventions.agency_conversion import AgencyConversion
from workforce_sim.interventions.agency_rules import AgencyRules
from workforce_sim.interventions.allocation_rule import AllocationRule
from workforce_sim.interventions.base import Intervention, Process
from workforce_sim.interventions.caseload_cap import CaseloadCap
from workforce_sim.interventions.demand_change import DemandChange
from workforce_sim.interventions.direct_work import DirectWork
from workforce_sim.interventions.early_help import EarlyHelp
from workforce_sim.interventions.front_door_capacity import FrontDoorCapacity
from workforce_sim.interventions.hiring_freeze import HiringFreeze
from workforce_sim.interventions.inspection_judgement import InspectionJudgement
from workforce_sim.interventions.managed_team import ManagedTeam
from workforce_sim.interventions.manager_stabilisation import ManagerStabilisation
from workforce_sim.interventions.media_shock import MediaShock
from workforce_sim.interventions.new_posts import NewPosts
from workforce_sim.interventions.newly_qualified_cohort import NewlyQualifiedCohort
from workforce_sim.interventions.pay_change import PayChange
from workforce_sim.interventions.practice_stage import PracticeStage
from workforce_sim.interventions.protected_caseload import ProtectedCaseload
from workforce_sim.interventions.recording_quality import RecordingQuality
from workforce_sim.interventions.recruitment_campaign import RecruitmentCampaign
from workforce_sim.interventions.redundancy import Redundancy
from workforce_sim.interventions.restructure import Restructure
from workforce_sim.interventions.retention_payment import RetentionPayment
from workforce_sim.interventions.supervision_ratio import SupervisionRatio
from workforce_sim.interventions.team_structure import TeamStructure
from workforce_sim.interventions.when import When
from workforce_sim.interventions.working_conditions import WorkingConditions
from workforce_sim.orders import DemandFactor, PlannedPost

__all__ = [
    "AdministrativeSupport",
    "AgencyCap",
    "AgencyConversion",
    "AgencyRules",
    "AllocationRule",
    "CaseloadCap",
    "DemandChange",
    "DemandFactor",
    "DirectWork",
    "EarlyHelp",
    "FrontDoorCapacity",
    "HiringFreeze",
    "InspectionJudgement",
    "Intervention",
    "ManagedTeam",
    "ManagerStabilisation",
    "MediaShock",
    "NewPosts",
    "NewlyQualifiedCohort",
    "PayChange",
    "PlannedPost",
    "PracticeStage",
    "Process",
    "ProtectedCaseload",
    "RecordingQuality",
    "RecruitmentCampaign",
    "Redundancy",
    "Restructure",
    "RetentionPayment",
    "SupervisionRatio",
    "TeamStructure",
    "When",
    "WorkingConditions",
]
