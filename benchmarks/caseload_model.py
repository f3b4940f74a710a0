"""The benchmark workload: social workers, their caseloads and the people who come and go.

Every engine in this folder runs this one model on the same demand tape, so the engines can be
compared event by event. Time is in days, a year is 365 days and weekends are ignored.

=============  ==================================================================================
quantity       value
=============  ==================================================================================
posts          700 by default, in teams of 10
referrals      Poisson, 60 x 5/7 = 42.857 a day for 700 posts, and in proportion to the posts
team           that of a referral is uniform
work           of a case is lognormal, mean 54 hours, coefficient of variation 1
opening stock  13 cases a post at time 0, case i to team i mod teams; the work left is what is
               left in equilibrium: U(0, 1) x a length-biased lognormal
effort         a worker gives 4 hours a day, shared equally by the n open cases, but a case takes
               at most 0.25 hours a day: its speed is min(0.25, 4 / n)
allocation     to the worker in post with the fewest open cases in the team (ties: the lowest
               post number), at most 25 cases each; otherwise the case joins the team's list
the list       of a team's unallocated cases is always in order of case number
resignation    hazard 0.18 / 365 x (1 + 0.05 x max(0, n - 15)) a day while n cases are open; the
               worker leaves when the integrated hazard reaches an Exp(1) threshold
leaving        the leaver's cases rejoin the team's list at their original place, by case number,
               with the work they still need
recruitment    after R days, lognormal, mean 120, coefficient of variation 0.5
agency cover   with probability 0.4, at most once per vacancy, after A ~ Exp(mean 20) days if
               A < R. It ends when the agency worker leaves (after L ~ Exp(mean 365) days),
               becomes permanent (after C ~ Exp(mean 3650) days; the recruitment is then
               cancelled) or is replaced when R is up, whichever is first; cases are handed back
               as above, except when the worker stays
drain          after any closure, start or leaving the team's list is allocated, in order
=============  ==================================================================================

The tape holds every random input, drawn before the run; the engines have no random numbers of
their own. The outputs are those of the whole run, with no warm-up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict, get_type_hints

import numpy as np
import numpy.typing as npt

YEAR = 365.0
TEAM = 10
"""Posts in a team."""
CAP = 25
"""The most open cases a worker may hold."""
EFFORT = 4.0
"""Hours of case work a worker gives in a day."""
CEILING = 0.25
"""The most hours one case can take in a day."""
WORK_MEAN, WORK_CV = 54.0, 1.0
OPENING = 13
"""Open cases per post at time 0."""
REFERRALS = 60 * 5 / 7 / 700
"""Referrals per post and day."""
HAZARD = 0.18 / 365
HAZARD_SLOPE, HAZARD_FROM = 0.05, 15
FILL_MEAN, FILL_CV = 120.0, 0.5
COVER_PROBABILITY, COVER_DELAY_MEAN = 0.40, 20.0
COVER_LEAVES_MEAN, COVER_STAYS_MEAN = 365.0, 3650.0
SPELLS = 24
"""Permanent spells a post may have in one run; the engines check it."""

KINDS = ("arrive", "close", "resign", "fill", "cover_start", "cover_left", "cover_stays", "cover_end")
"""What may happen; a trace holds the index."""
ARRIVE, CLOSE, RESIGN, FILL, COVER_START, COVER_LEFT, COVER_STAYS, COVER_END = range(8)

Event = tuple[float, int, int, int]
"""One line of a trace: time, kind, place (team of an arrival, post otherwise), case or -1."""
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Tape:
    """Every random input of one replication.

    Case i arrives ``gap[i]`` days after case i - 1; the first ``opening`` cases are the stock at
    time 0 and the last one comes after the horizon. The other arrays have a row per post and a
    column per spell of a permanent worker in it.
    """

    posts: int
    horizon: float
    """Days to run."""
    opening: int
    """Cases open at time 0."""
    gap: Floats
    team: Integers
    work: Floats
    """Hours each case needs."""
    threshold: Floats
    """Integrated hazard at which the worker resigns."""
    recruitment: Floats
    """Days from the resignation to the next permanent worker."""
    cover_delay: Floats
    """Days from the resignation to the agency worker; infinite if there is none."""
    cover_leaves: Floats
    """Days until the agency worker leaves."""
    cover_stays: Floats
    """Days until the agency worker becomes permanent."""


class Outputs(TypedDict):
    """What a run tells; the same keys for every engine."""

    caseload: float
    """Time average of open cases per worker in post."""
    unallocated: float
    """Time average of cases without a worker."""
    duration: float
    """Mean days from referral to closure, of the cases referred and closed in the run."""
    workers_per_case: float
    """Mean number of allocations of those cases."""
    leavers: int
    """Permanent workers who resigned."""
    agency_left: int
    conversions: int
    """Agency workers who became permanent."""
    in_post: float
    """Time average of workers in post."""
    arrived: int
    """Cases, with the opening stock."""
    closed: int
    """Cases referred and closed in the run."""


def speed(cases: int) -> float:
    """Hours a day each case gets from a worker with so many."""
    return min(CEILING, EFFORT / cases)


def hazard(cases: int) -> float:
    """Chance per day that a worker with so many cases resigns."""
    return HAZARD * (1 + HAZARD_SLOPE * max(0, cases - HAZARD_FROM))


def lognormal(mean: float, cv: float) -> tuple[float, float]:
    """Return mu and sigma of the lognormal with this mean and coefficient of variation."""
    variance = math.log(1 + cv**2)
    return math.log(mean) - variance / 2, math.sqrt(variance)


def draw_tape(posts: int = 700, years: float = 3.0, seed: int = 0) -> Tape:
    """Draw every random input of one replication.

    Raises ``ValueError`` if the posts do not make whole teams.
    """
    if posts < TEAM or posts % TEAM:
        raise ValueError(f"posts must be a multiple of {TEAM}, not {posts}")
    rng = np.random.Generator(np.random.SFC64(seed))
    horizon = YEAR * years
    teams = posts // TEAM
    opening = OPENING * posts

    rate = REFERRALS * posts
    expected = rate * horizon
    gap = rng.exponential(1 / rate, int(expected + 6 * math.sqrt(expected) + 50))
    referrals = int(np.searchsorted(np.cumsum(gap), horizon)) + 1
    gap = gap[:referrals]

    mu, sigma = lognormal(WORK_MEAN, WORK_CV)
    residual = rng.random(opening) * rng.lognormal(mu + sigma**2, sigma, opening)
    work = np.concatenate([residual, rng.lognormal(mu, sigma, referrals)])
    team = np.concatenate([np.arange(opening) % teams, rng.integers(0, teams, referrals)])

    spells = (posts, SPELLS)
    threshold = rng.exponential(1.0, spells)
    recruitment = rng.lognormal(*lognormal(FILL_MEAN, FILL_CV), spells)
    delay = rng.exponential(COVER_DELAY_MEAN, spells)
    covered = (rng.random(spells) < COVER_PROBABILITY) & (delay < recruitment)
    return Tape(
        posts=posts,
        horizon=horizon,
        opening=opening,
        gap=np.concatenate([np.zeros(opening), gap]),
        team=team.astype(np.int64),
        work=work,
        threshold=threshold,
        recruitment=recruitment,
        cover_delay=np.where(covered, delay, np.inf),
        cover_leaves=rng.exponential(COVER_LEAVES_MEAN, spells),
        cover_stays=rng.exponential(COVER_STAYS_MEAN, spells),
    )


def without_leavers(tape: Tape) -> Tape:
    """The same tape with a workforce that never changes: nobody ever decides to resign."""
    return replace(tape, threshold=np.full_like(tape.threshold, np.inf))


def save_tape(tape: Tape, path: str | Path) -> None:
    """Write the tape for ``limit.cpp``: four integers, the horizon, then the arrays, 8 bytes each."""
    with open(path, "wb") as file:
        np.array([tape.posts, SPELLS, tape.opening, len(tape.team)], np.int64).tofile(file)
        np.array([tape.horizon]).tofile(file)
        for values in (tape.gap, tape.team, tape.work, tape.threshold, tape.recruitment):
            values.tofile(file)
        for values in (tape.cover_delay, tape.cover_leaves, tape.cover_stays):
            values.tofile(file)


def differences(outputs: Outputs, reference: Outputs, tolerance: float = 1e-6) -> list[str]:
    """Name what differs: counts must be equal, averages within the relative tolerance."""
    found = []
    for key, kind in get_type_hints(Outputs).items():
        value, expected = outputs[key], reference[key]  # type: ignore[literal-required]
        same = value == expected if kind is int else math.isclose(value, expected, rel_tol=tolerance)
        if not same:
            found.append(f"{key} {value!r}, not {expected!r}")
    return found
