"""Statistics of results: published numbers, given to the library's own functions."""

from __future__ import annotations

import numpy as np

from tests.validation.registry import answers
from tests.validation.rules import Found
from workforce_sim.measures.survival import kaplan_meier
from workforce_sim.study.dunnett import dunnett_intervals
from workforce_sim.study.intervals import bonferroni_t, mean_interval
from workforce_sim.study.precision import Precision, half_widths
from workforce_sim.study.selection import kim_nelson
from workforce_sim.study.warm_up import mser

#: Weeks in remission under 6-mercaptopurine (Freireich and others 1963), and whether it ended.
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
ENDED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]

#: Twelve replications by which the half-width table of Robinson, Simulation (2014), ch. 9, is worked out.
REPLICATIONS = [10.2, 9.7, 10.9, 10.1, 9.4, 10.6, 10.0, 9.8, 10.3, 10.5, 9.9, 10.1]

#: Red blood cell counts of Dunnett (1955): control, drug A, drug B.
CONTROL = [7.40, 8.50, 7.20, 8.24, 9.84, 8.32]
DRUGS = {"A": [9.76, 8.80, 7.68, 9.36], "B": [12.80, 9.68, 12.16, 9.20, 10.55]}

#: Forty observations that settle near 5.
SERIES = [
    14.0,
    12.5,
    9.0,
    8.0,
    6.5,
    5.2,
    4.8,
    5.1,
    4.9,
    5.3,
    5.0,
    4.7,
    5.2,
    5.1,
    4.9,
    5.0,
    5.2,
    4.8,
    5.1,
    5.0,
]
SERIES += [4.9, 5.1, 5.0, 5.2, 4.8, 5.0, 5.1, 4.9, 5.0, 5.1, 5.2, 4.9, 5.0, 4.8, 5.1, 5.0, 4.9, 5.1, 5.0, 5.0]


@answers("V27")
def remissions() -> dict[str, Found]:
    estimate = kaplan_meier(WEEKS, ENDED)
    return {
        "times at which a remission ended": Found(estimate.times),
        "at risk": Found(estimate.at_risk),
        "share that lasts longer": Found(estimate.share),
        "its standard error": Found(estimate.error),
        "median": Found(estimate.median),
    }


@answers("V48")
def arithmetic() -> dict[str, Found]:
    mean, _, high = mean_interval(np.array(REPLICATIONS))
    arms = dunnett_intervals(CONTROL, DRUGS).values()
    five = mser(SERIES)
    return {
        "half-width over mean after 3 to 12 replications": Found(half_widths(REPLICATIONS)["relative"]),
        "replications for a precision of 5%": Found(Precision(relative=0.05).reached(REPLICATIONS)),
        "mean and half-width of the twelve": Found([float(mean), float(high - mean)]),
        "Dunnett: p-values": Found([arm.p for arm in arms]),
        "Dunnett: lower ends": Found([arm.low for arm in arms]),
        "Dunnett: upper ends": Found([arm.high for arm in arms]),
        "Kim and Nelson: eta and h^2": Found(kim_nelson(5, 20, 0.05)),
        "Bonferroni's t for 5 comparisons with 19 df": Found(bonferroni_t(5, 19)),
        "observations cut by MSER, batches of five cut by MSER-5": Found(
            [mser(SERIES, batch=1).observations, five.batches]
        ),
        "means of the batches of five": Found(five.means),
    }
