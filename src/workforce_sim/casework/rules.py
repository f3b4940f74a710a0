"""What casework needs to know of an authority: its pathway and its own rules, in days and hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.stage_rules import StageTable

#: Who gets the next case.
RULES = ("fewest children", "least work", "random", "your own")
FEWEST_CHILDREN, LEAST_WORK, RANDOM, YOUR_OWN = range(4)

#: Whether cases are moved to workers with fewer.
REBALANCING = ("none", "gradual", "at once")
NONE, GRADUAL, AT_ONCE = range(3)

#: Working days between rounds of gradual rebalancing.
ROUND_DAYS = 5.0

LAW = np.dtype(
    [
        ("cap", "f8"),
        ("reading_hours", "f8"),
        ("lost_share", "f8"),
        ("overtime_share", "f8"),
        ("overtime_limit", "f8"),
        ("sign_off_alone", "f8"),
        ("turned_away_share", "f8"),
        ("ended_early_share", "f8"),
        ("margin", "f8"),
        ("reference", "f8"),
        ("mean_return_days", "f8"),
        ("early_factor", "f8"),
        ("per_change", "f8"),
        ("duty_days", "f8"),
        ("list_limit", "f8"),
        ("rule", "i8"),
        ("continuity", "i8"),
        ("rebalancing", "i8"),
        ("turned_away_exit", "i8"),
        ("ended_early_exit", "i8"),
    ],
    align=True,
)


#: What of it may change in mid-run.
CHANGEABLE = frozenset(LAW.names or ()) - {
    *("reference", "mean_return_days", "turned_away_exit", "ended_early_exit"),
    *("rule", "continuity", "rebalancing"),
}


@dataclass(frozen=True, slots=True)
class CaseRules:
    """What casework needs to know of an authority, in days and hours.

    Attributes:
        pathway: the stages as arrays.
        cap: most children per full-time worker (``inf`` for none).
        reading_hours: hours of reading in per case and handover.
        lost_share: share of the progress made in a stage that a handover loses.
        strain: multiplier of the leaving rate by children per FTE, from 0 children up.
        teams_of_type: number of teams of each team type of the pathway.
        overtime_share: share of the hours wanted beyond the ordinary day that overtime meets.
        overtime_limit: most overtime a day of a full-time worker.
        sign_off_alone: what multiplies a sign-off while the team's manager posts are all empty.
        rule: one of :data:`RULES`.
        continuity: a family that comes back goes to the worker it had, if there.
        rebalancing: one of :data:`REBALANCING`.
        turned_away_share: referrals turned away per unit of load above the start and margin.
        ended_early_share: reviews that end a stage early, likewise.
        margin: load above the start from which thresholds move.
        reference: load at the start, children per FTE.
        turned_away_exit: exit of families turned away.
        ended_early_exit: exit of stages ended early.
        mean_return_days: from closure to the next referral of families who come back.
        early_factor: what multiplies the share who come back after an early end.
        per_change: how much each change of worker adds to it.
        duty_days: days between the allocation passes of a team whose manager posts have nobody at work in
            them; 0 for passes as in any team.
        list_limit: children on a team's waiting list from which on its referrals are turned away (``inf`` for
            never).
    """

    pathway: StageTable
    cap: float
    reading_hours: float
    lost_share: float
    strain: npt.NDArray[np.float64]
    teams_of_type: tuple[int, ...]
    overtime_share: float = 0.0
    overtime_limit: float = 0.0
    sign_off_alone: float = 1.0
    rule: str = RULES[0]
    continuity: bool = False
    rebalancing: str = REBALANCING[0]
    turned_away_share: float = 0.0
    ended_early_share: float = 0.0
    margin: float = 0.0
    reference: float = 1.0
    turned_away_exit: int = 0
    ended_early_exit: int = 0
    mean_return_days: float = 0.0
    early_factor: float = 1.0
    per_change: float = 0.0
    duty_days: float = 0.0
    list_limit: float = np.inf

    def law(self) -> dict[str, Any]:
        """These rules as the kernel has them."""
        stated = {name: getattr(self, name) for name in LAW.names or ()}
        stated["rule"], stated["rebalancing"] = RULES.index(self.rule), REBALANCING.index(self.rebalancing)
        return stated

    def first_round(self) -> float:
        """When the first round of gradual rebalancing falls."""
        return ROUND_DAYS if self.rebalancing == REBALANCING[GRADUAL] else np.inf
