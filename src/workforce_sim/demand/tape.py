"""The demand tape: every case of a replication, drawn before it starts.

Section 7 of docs/model.md. Candidates come at a majorising rate and are thinned by their own uniform,
layer upon layer, so that a scenario with more demand has all the referrals of one with less, unchanged.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.balance import starting_pace
from workforce_sim.authority.calendar import DAYS_PER_YEAR, WorkingCalendar
from workforce_sim.demand.families import Families
from workforce_sim.demand.luck import Floats, Luck, Stream, family_size, lognormal

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority

#: Priority classes on the waiting lists: urgent families first.
CLASSES = 2

#: A layer of candidates has this much more than the busiest month of an ordinary year.
_HEADROOM = 1.5
_GOLDEN = 0.6180339887498949


def draw_families(authority: Authority, calendar: WorkingCalendar, luck: Luck) -> Families:
    """All cases of one replication. The authority must be balanced (no ``None`` in its casework)."""
    return _join(_opening(authority, luck), _referrals(authority, calendar, luck))


def _opening(authority: Authority, luck: Luck) -> Families:
    """Cases open at the start: length-biased work, a uniform share of it already done."""
    children = authority.open_children()
    casework = authority.casework
    assert casework.work_hours is not None
    size = family_size(luck.uniforms(Stream.OPENING_CHILDREN, children), authority.demand.children_per_family)
    n = int(np.searchsorted(np.cumsum(size), children)) + 1 if children else 0
    size = size[:n]
    if n:
        size[-1] -= int(size.sum()) - children  # the last family is cut to the count
    total = lognormal(
        luck.uniforms(Stream.OPENING_WORK, n), casework.work_hours, casework.work_cv, length_biased=True
    )
    done = luck.uniforms(Stream.OPENING_DONE, n)
    teams = authority.teams.number
    return Families(
        time=np.zeros(n),
        children=size,
        priority=_priority(luck.uniforms(Stream.OPENING_PRIORITY, n), authority),
        # dealt to the teams in equal shares: a golden-ratio sequence spreads large and small families alike
        team=np.minimum((np.arange(n) * _GOLDEN % 1.0 * teams).astype(np.int64), teams - 1),
        work=size * total * (1 - done),
        done=size * total * done,
        already_open=total * done / starting_pace(authority),
    )


def _referrals(authority: Authority, calendar: WorkingCalendar, luck: Luck) -> Families:
    demand = authority.demand
    mean = demand.children_per_year / demand.children_per_family / DAYS_PER_YEAR
    rates = mean * monthly_factors(authority, calendar, luck)
    majorant = mean * max(demand.season) * _HEADROOM
    layers = math.ceil(float(rates.max()) / majorant) if mean else 0
    parts = [_layer(authority, calendar, luck, rates, majorant, layer) for layer in range(layers)]
    if not parts:
        return _layer(authority, calendar, luck, rates, 0.0, 0)
    if len(parts) == 1:
        return parts[0]
    joined = parts[0]
    for part in parts[1:]:
        joined = _join(joined, part)
    order = np.argsort(joined.time, kind="stable")
    return Families(*(getattr(joined, name)[order] for name in Families.__slots__))


def monthly_factors(authority: Authority, calendar: WorkingCalendar, luck: Luck) -> Floats:
    """What multiplies the mean referral rate in each month of the run: season and year."""
    season = np.array(authority.demand.season)[calendar.month_of_year()]
    years = -(-calendar.months // 12)
    yearly = luck.yearly(Stream.YEAR_OF_REFERRALS, years, authority.demand.year_cv)
    factors: Floats = season * np.repeat(yearly, 12)[: calendar.months]
    return factors


def _layer(
    authority: Authority, calendar: WorkingCalendar, luck: Luck, rates: Floats, majorant: float, layer: int
) -> Families:
    """Referrals that make up the part of the rate between layer and layer + 1 majorants."""
    times = _candidates(luck, majorant, float(calendar.end), layer)
    n = len(times)

    def uniforms(stream: Stream) -> Floats:
        return luck.uniforms(stream, n, layer=layer)

    month = np.searchsorted(calendar.marks[1:-1], times, side="right")
    kept = uniforms(Stream.REFERRAL_KEPT) * majorant < rates[month] - layer * majorant
    demand, casework, teams = authority.demand, authority.casework, authority.teams.number
    assert casework.work_hours is not None
    size = family_size(uniforms(Stream.REFERRAL_CHILDREN)[kept], demand.children_per_family)
    per_child = lognormal(uniforms(Stream.REFERRAL_WORK)[kept], casework.work_hours, casework.work_cv)
    return Families(
        time=times[kept],
        children=size,
        priority=_priority(uniforms(Stream.REFERRAL_PRIORITY)[kept], authority),
        team=np.minimum((uniforms(Stream.REFERRAL_TEAM)[kept] * teams).astype(np.int64), teams - 1),
        work=size * per_child,
        done=np.zeros(len(size)),
        already_open=np.zeros(len(size)),
    )


def _candidates(luck: Luck, rate: float, end: float, layer: int) -> Floats:
    """Candidate times in [0, end): a Poisson process whose beginning does not depend on its end."""
    if rate == 0 or end == 0:
        return np.zeros(0)
    n = int(rate * end + 6 * math.sqrt(rate * end) + 20)
    while True:
        times = np.cumsum(luck.exponentials(Stream.REFERRAL_GAP, n, layer=layer) / rate)
        if times[-1] >= end:
            return times[: np.searchsorted(times, end)]
        n *= 2


def _priority(uniforms: Floats, authority: Authority) -> npt.NDArray[np.int64]:
    return (uniforms >= authority.demand.urgent_share).astype(np.int64)


def _join(first: Families, second: Families) -> Families:
    return Families(*(np.concatenate([getattr(first, f), getattr(second, f)]) for f in Families.__slots__))
