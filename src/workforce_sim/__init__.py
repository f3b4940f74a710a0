"""workforce_sim: test a children's services workforce plan before asking for the money."""

from workforce_sim._version import __version__
from workforce_sim.authority.authority import Authority
from workforce_sim.authority.tipping import TippingPoint, tipping_point
from workforce_sim.data.backtest.run import Backtest, backtest
from workforce_sim.data.calibration.calibrate import Calibration, calibrate
from workforce_sim.errors import ExtraMissing, InputError, WorkforceSimError, WorkforceSimWarning
from workforce_sim.interventions import (
    AdministrativeSupport,
    AgencyCap,
    AgencyConversion,
    AgencyRules,
    AllocationRule,
    CaseloadCap,
    DemandChange,
    DirectWork,
    EarlyHelp,
    FrontDoorCapacity,
    HiringFreeze,
    InspectionJudgement,
    Intervention,
    ManagedTeam,
    ManagerStabilisation,
    MediaShock,
    NewlyQualifiedCohort,
    NewPosts,
    PayChange,
    PracticeStage,
    ProtectedCaseload,
    RecordingQuality,
    RecruitmentCampaign,
    Redundancy,
    Restructure,
    RetentionPayment,
    SupervisionRatio,
    TeamStructure,
    When,
    WorkingConditions,
)
from workforce_sim.report.explorer.explorer import explore
from workforce_sim.run import Run
from workforce_sim.simulation import Simulation
from workforce_sim.study.arm import RunFailed
from workforce_sim.study.enough import Enough, NotPreciseWarning
from workforce_sim.study.many import run_all
from workforce_sim.study.questions.target import Target
from workforce_sim.study.result import Result
from workforce_sim.study.store import DamagedFileWarning, StoreError
from workforce_sim.study.study import FewRunsWarning, Study
from workforce_sim.study.verify import Verified, verify
from workforce_sim.study.worlds import InterruptedWarning

__all__ = [
    "AdministrativeSupport",
    "AgencyCap",
    "AgencyConversion",
    "AgencyRules",
    "AllocationRule",
    "Authority",
    "Backtest",
    "Calibration",
    "CaseloadCap",
    "DamagedFileWarning",
    "DemandChange",
    "DirectWork",
    "EarlyHelp",
    "Enough",
    "ExtraMissing",
    "FewRunsWarning",
    "FrontDoorCapacity",
    "HiringFreeze",
    "InputError",
    "InspectionJudgement",
    "InterruptedWarning",
    "Intervention",
    "ManagedTeam",
    "ManagerStabilisation",
    "MediaShock",
    "NewPosts",
    "NewlyQualifiedCohort",
    "NotPreciseWarning",
    "PayChange",
    "PracticeStage",
    "ProtectedCaseload",
    "RecordingQuality",
    "RecruitmentCampaign",
    "Redundancy",
    "Restructure",
    "Result",
    "RetentionPayment",
    "Run",
    "RunFailed",
    "Simulation",
    "StoreError",
    "Study",
    "SupervisionRatio",
    "Target",
    "TeamStructure",
    "TippingPoint",
    "Verified",
    "When",
    "WorkforceSimError",
    "WorkforceSimWarning",
    "WorkingConditions",
    "__version__",
    "backtest",
    "calibrate",
    "explore",
    "run_all",
    "tipping_point",
    "verify",
]
