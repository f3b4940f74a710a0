"""workforce_sim: test a children's services workforce plan before asking for the money."""

from workforce_sim._version import __version__
from workforce_sim.authority.authority import Authority
from workforce_sim.authority.tipping import TippingPoint, tipping_point
from workforce_sim.errors import InputError, WorkforceSimError, WorkforceSimWarning
from workforce_sim.interventions import AgencyConversion, AllocationRule, Intervention, NewPosts, PayChange
from workforce_sim.run import Run
from workforce_sim.simulation import Simulation
from workforce_sim.study.replicate import RunFailed
from workforce_sim.study.result import Result
from workforce_sim.study.study import FewRunsWarning, Study

__all__ = [
    "AgencyConversion",
    "AllocationRule",
    "Authority",
    "FewRunsWarning",
    "InputError",
    "Intervention",
    "NewPosts",
    "PayChange",
    "Result",
    "Run",
    "RunFailed",
    "Simulation",
    "Study",
    "TippingPoint",
    "WorkforceSimError",
    "WorkforceSimWarning",
    "__version__",
    "tipping_point",
]
