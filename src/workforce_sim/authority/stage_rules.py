"""The rules of one stage: gates, urgency, natural time and what comes next (section 2 of docs/model.md).

Compiled functions of a stage's numbers, for the casework kernel and for the history from which the cases
open at the start are taken. Days are working days since entering the stage.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import INSTANT
from workforce_sim.authority.gamma_law import gamma_quantile
from workforce_sim.compiled import compiled

#: Laws of the work of a stage, by their place in ``WORK_LAWS``.
LOGNORMAL, EXPONENTIAL, TRIANGULAR, UNIFORM, GAMMA = range(5)

#: One record a stage; hours are per child and day, the rest in days.
STAGE = np.dtype(
    [
        ("attention", "f8"),
        ("upkeep", "f8"),
        ("location", "f8"),  # of the law of work, see work_days
        ("spread", "f8"),
        ("every", "f8"),  # between reviews after the last listed; 0 = no more
        ("deadline", "f8"),  # inf = none
        ("urgent_until", "f8"),  # the deadline less the sign-off: the work is finished in time for both
        ("window", "f8"),
        ("urgency", "f8"),
        ("sign_off", "f8"),
        ("low", "f8"),  # least, likeliest and most work over the mean, triangular and uniform law
        ("mode", "f8"),
        ("high", "f8"),
        ("shape", "f8"),  # gamma law; inf = all work alike
        ("law", "i8"),  # of work: a place in WORK_LAWS
        ("priority", "i8"),
        ("team_type", "i8"),
        ("experienced_only", "i8"),
        ("may_end_early", "i8"),
        ("decision", "i8"),  # waiting here is waiting for a decision
    ],
    align=True,
)


class StageTable(NamedTuple):
    """The pathway as arrays.

    Attributes:
        stages: :data:`STAGE` records, the entry first.
        gates: ages of the stated reviews, shape ``(stages, gates)``, padded with ``inf``.
        shares: cumulative shares of what comes next, shape ``(stages, ways)``, padded with 1.
        targets: where each way leads: a stage, or ``-1 - exit``.
        returns: share of families that come back, by exit.
    """

    stages: Any
    gates: npt.NDArray[np.float64]
    shares: npt.NDArray[np.float64]
    targets: npt.NDArray[np.int64]
    returns: npt.NDArray[np.float64]


@compiled
def work_days(stages: Any, s: int, z: float) -> float:
    """Days of full attention a visit to stage ``s`` takes, from a standard normal ``z`` (by inversion)."""
    stage = stages[s]
    if stage.law == LOGNORMAL:
        return float(math.exp(stage.location + stage.spread * z))
    above = 0.5 * math.erfc(z / math.sqrt(2.0))
    if stage.law == EXPONENTIAL:
        return float(-math.exp(stage.location) * math.log(above))
    if stage.law == GAMMA:
        return float(math.exp(stage.location) * gamma_quantile(stage.shape, z))
    low, mode, width = stage.low, stage.mode, stage.high - stage.low
    if stage.law == UNIFORM:
        share = low + width * (1.0 - above)
    elif 1.0 - above < (mode - low) / width:
        share = low + math.sqrt((1.0 - above) * width * (mode - low))
    else:
        share = stage.high - math.sqrt(above * width * (stage.high - mode))
    return float(math.exp(stage.location) * share)


@compiled
def next_gate(stages: Any, gates: Any, s: int, age: float) -> float:
    """Age of the first gate of stage ``s`` at or after ``age``; ``age`` itself if there is none left."""
    last = -np.inf
    for i in range(gates.shape[1]):
        gate = gates[s, i]
        if gate >= age - INSTANT and gate < np.inf:
            return float(max(gate, age))
        if gate < np.inf:
            last = gate
    every = stages[s].every
    if every <= 0.0:
        return age
    if last < 0.0:
        last = 0.0
    n = np.ceil((age - INSTANT - last) / every)
    return float(max(last + max(n, 1.0) * every, age))


@compiled
def urgency_at(stages: Any, s: int, age: float) -> float:
    """What multiplies the attention of a case of stage ``s`` at this age."""
    stage = stages[s]
    if age < stage.urgent_until - INSTANT and age >= stage.urgent_until - stage.window - INSTANT:
        return float(stage.urgency)
    return 1.0


@compiled
def full_attention_days(stages: Any, s: int, left: float, age: float) -> float:
    """Days until ``left`` days of work are done with full attention from ``age`` on, urgency included."""
    stage = stages[s]
    days = 0.0
    ahead = stage.urgent_until - stage.window - age  # until the urgent window opens
    if ahead > 0.0:
        if left <= ahead:
            return left
        days, left = ahead, left - ahead
    urgent = min(stage.urgent_until - age - days, stage.window)
    if urgent > 0.0:
        if left <= stage.urgency * urgent:
            return float(days + left / stage.urgency)
        days, left = days + urgent, left - stage.urgency * urgent
    return float(days + left)


@compiled
def natural_days(stages: Any, gates: Any, s: int, left: float, age: float) -> float:
    """Natural time of a stage from ``age`` on: its work with full attention, then to the first gate."""
    done = age + full_attention_days(stages, s, left, age)
    return float(next_gate(stages, gates, s, done) - age)


@compiled
def what_next(shares: Any, targets: Any, s: int, uniform: float) -> int:
    """The stage that follows, or ``-1 - exit``."""
    for i in range(shares.shape[1]):
        if shares[s, i] > uniform:
            return int(targets[s, i])
    return int(targets[s, shares.shape[1] - 1])


@compiled
def return_probability(share: float, hurried: bool, factor: float, per_change: float, workers: int) -> float:
    """Chance that a family that has gone comes back (``hurried``: ended early or turned away)."""
    p = share * (1.0 + per_change * max(0, workers - 1))
    if hurried:
        p *= factor
    return min(1.0, p)
