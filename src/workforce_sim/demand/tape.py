"""The demand tape: every family of a replication, drawn before it starts.

Section 7 of docs/model.md. Candidates come at a majorising rate and are thinned by their own uniform,
layer upon layer, so that a scenario with more demand has all the referrals of one with less, unchanged.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import DAYS_PER_YEAR, WorkingCalendar
from workforce_sim.authority.steady import steady
from workforce_sim.demand.families import (
    ALLOCATION,
    AWAY,
    DELAY,
    DRAWS,
    EARLY,
    NEXT,
    RETURN,
    WORK,
    Families,
    Ints,
)
from workforce_sim.demand.luck import Floats, Luck, Stream, exponential, family_size
from workforce_sim.orders import DemandFactor

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority
    from workforce_sim.authority.steady import Steady

#: A layer of candidates has this much more than the busiest month of an ordinary year.
_HEADROOM = 1.5
_GOLDEN = 0.6180339887498949

#: The luck of families open at the start is kept in a layer of its own, beyond all layers of candidates.
_OPENING = 1 << 40

#: And that of a family's second, third, ... child, where every child is a case, in layers further on each.
_SIBLING = 1 << 20

#: Numbers of families: layers so far apart, candidates of a layer so far, siblings by one.
_LAYER, _CANDIDATE = 1 << 40, 1 << 8


def draw_families(
    authority: Authority, calendar: WorkingCalendar, luck: Luck, changes: Sequence[DemandFactor] = ()
) -> Families:
    """All families of one replication. The authority must be balanced (no ``None`` in its casework).

    ``changes`` are what policies and events do to referrals.
    """
    state = steady(authority)
    demand = _Demand(authority, calendar, luck, changes)
    parts = [_opening(authority, state, luck), *_referrals(authority, state, calendar, luck, demand)]
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in Families.__slots__
        if name != "draws"
    }
    order = np.argsort(joined["time"], kind="stable")

    def draws(ordinal: int) -> Floats:
        found: Floats = np.concatenate([part.draws(ordinal) for part in parts])[order]
        return found

    return Families(**{name: array[order] for name, array in joined.items()}, draws=draws)


def _opening(authority: Authority, state: Steady, luck: Luck) -> Families:
    """Families open at the start: a random sample of the history's."""
    children = authority.open_children()
    snapshot = state.history.snapshot
    if len(snapshot) == 0:
        children = 0
    size = _sizes(luck.uniforms(Stream.OPENING_CHILDREN, children), authority)
    if not authority.demand.siblings_together:
        size = np.ones(children, np.int64)
    n = int(np.searchsorted(np.cumsum(size), children)) + 1 if children else 0
    size = size[:n]
    if n:
        size[-1] -= int(size.sum()) - children  # the last family is cut to the count
    seen = snapshot[(luck.uniforms(Stream.OPENING_CASE, n) * len(snapshot)).astype(np.int64)]

    def draws(ordinal: int) -> Floats:
        return _draws(luck, n, _OPENING, ordinal)

    return Families(
        time=np.zeros(n),
        children=size,
        priority=_priority(luck.uniforms(Stream.OPENING_PRIORITY, n), authority),
        # dealt to the teams in equal shares: a golden-ratio sequence spreads large and small families alike
        place=np.mod(np.arange(n, dtype=np.float64) * _GOLDEN, 1.0),
        stage=seen["stage"].astype(np.int64),
        began=-seen["age"],
        left=seen["left"].copy(),
        done=seen["done"].copy(),
        already_open=seen["open_days"].copy(),
        known=np.zeros(n, bool),
        family=-1 - np.arange(n),
        draws=draws,
    )


class _Demand:
    """The rate of referrals over time: base, season, year, and what policies and events do to it."""

    def __init__(
        self, authority: Authority, calendar: WorkingCalendar, luck: Luck, changes: Sequence[DemandFactor]
    ) -> None:
        demand = authority.demand
        self.mean = demand.children_per_year / demand.children_per_family / DAYS_PER_YEAR
        self.majorant = self.mean * max(demand.season) * _HEADROOM
        self._monthly = self.mean * monthly_factors(authority, calendar, luck)
        self._months = calendar.marks[1:-1]
        # sorted, so that the order in which policies are listed changes no last digit
        self._changes = sorted(changes, key=lambda c: (c.start, c.end, c.factor, c.fade_days or 0.0))

    def rates(self, times: Floats, come_back: Floats) -> Floats:
        """Families referred a day at these times, without those who come back by themselves."""
        found: Floats = self._monthly[np.searchsorted(self._months, times, side="right")] - come_back
        for change in self._changes:
            factor = np.full(len(times), change.factor)
            if change.fade_days is not None:
                since = np.maximum(0.0, times - change.start)  # before it begins nothing is looked at
                factor = 1.0 + (change.factor - 1.0) * np.exp(-since / change.fade_days)
            here = (times >= change.start) & (times < change.end)
            found = np.where(here, found * factor, found)
        return found

    def layers(self) -> int:
        """How many majorants it takes to be above the rate at all times."""
        highest = max((self._highest_at(change.start) for change in self._changes), default=1.0)
        return math.ceil(float(self._monthly.max()) * highest / self.majorant) if self.mean else 0

    def _highest_at(self, day: float) -> float:
        """What the changes that hold on a day multiply the rate by, those that lessen it left out."""
        return math.prod(max(1.0, c.factor) for c in self._changes if c.start <= day < c.end)


def _referrals(
    authority: Authority, state: Steady, calendar: WorkingCalendar, luck: Luck, demand: _Demand
) -> list[Families]:
    return [_layer(authority, state, calendar, luck, demand, layer) for layer in range(demand.layers())]


def monthly_factors(authority: Authority, calendar: WorkingCalendar, luck: Luck) -> Floats:
    """What multiplies the mean referral rate in each month of the run: season and year."""
    season = np.array(authority.demand.season)[calendar.month_of_year()]
    years = -(-calendar.months // 12)
    yearly = luck.yearly(Stream.YEAR_OF_REFERRALS, years, authority.demand.year_cv)
    factors: Floats = season * np.repeat(yearly, 12)[: calendar.months]
    return factors


def _layer(
    authority: Authority,
    state: Steady,
    calendar: WorkingCalendar,
    luck: Luck,
    demand: _Demand,
    layer: int,
) -> Families:
    """Referrals that make up the part of the rate between layer and layer + 1 majorants.

    All referrals of a year come at the stated rate. A share comes from families whose case was closed
    before; those closed in the run come back by themselves (whatever the season, so that the season of the
    others is the stronger), and here only those closed before it are drawn.
    """
    mean, majorant = demand.mean, demand.majorant
    times = _candidates(luck, majorant, float(calendar.end), layer)
    n = len(times)

    def uniforms(stream: Stream) -> Floats:
        return luck.uniforms(stream, n, layer=layer)

    again, mean_days = state.history.returns, state.pathway.mean_return_days
    away = np.exp(-times / mean_days)  # of those who come back, the share still to come from before the start
    level = uniforms(Stream.REFERRAL_KEPT) * majorant + layer * majorant
    kept = level < demand.rates(times, mean * again * (1 - away))
    known = kept & (level < mean * again * away)  # the lowest, so that more demand makes nobody else of them
    within_year = uniforms(Stream.KNOWN) < _back_within_a_year(state, times)
    which = np.flatnonzero(kept)
    children = _sizes(uniforms(Stream.REFERRAL_CHILDREN)[which], authority)
    sibling = np.zeros(len(which), np.int64)
    if not authority.demand.siblings_together:  # a case for each: the first, second, ... of the family
        which = np.repeat(which, children)
        sibling = np.arange(len(which)) - np.repeat(np.cumsum(children) - children, children)
        children = np.ones(len(which), np.int64)

    def draws(ordinal: int) -> Floats:
        found = _draws(luck, n, layer, ordinal, which)
        for i in range(1, int(sibling.max(initial=0)) + 1):
            later = sibling == i
            found[later] = _draws(luck, n, layer + i * _SIBLING, ordinal, which[later])
        return found

    return Families.referred(
        times[which],
        draws,
        children=children,
        priority=_priority(uniforms(Stream.REFERRAL_PRIORITY)[which], authority),
        place=uniforms(Stream.PLACE)[which],
        known=(known & within_year)[which],
        family=layer * _LAYER + which * _CANDIDATE + sibling,
    )


def _back_within_a_year(state: Steady, times: Floats) -> Floats:
    """Of families who come back at these times, gone since before the run: referred again within a year.

    That is the share of them. After t days of the run y = a year - t are left for the episode before, of T
    days, and for the rest of the exponential delay, of mean m: P(T + delay <= y) = g(0) + E[T] E[g'(A)] with
    g(x) = 1 - exp(-(y - x) / m) up to y, A being the days that open families have been open.
    """
    mean_days, ages = state.pathway.mean_return_days, state.history.snapshot["open_days"]
    left = np.linspace(0.0, DAYS_PER_YEAR, 24)
    shares = -np.expm1(-left / mean_days)
    if len(ages):
        slopes = [np.exp((ages[ages < y] - y) / mean_days).sum() / len(ages) / mean_days for y in left]
        shares = np.maximum(0.0, shares - float(state.history.days.sum()) * np.array(slopes))
    found: Floats = np.interp(DAYS_PER_YEAR - times, left, shares)
    return found


def _draws(luck: Luck, n: int, layer: int, ordinal: int, which: Ints | slice = slice(None)) -> Floats:
    """The luck of n families, or of those wanted, at their visit of this ordinal: a row of DRAWS each."""
    from scipy.special import ndtri

    def uniforms(stream: Stream) -> Floats:
        return luck.uniforms(stream, n, ordinal=ordinal, layer=layer)[which]

    columns = {
        WORK: ndtri(uniforms(Stream.STAGE_WORK)),
        NEXT: uniforms(Stream.STAGE_NEXT),
        EARLY: uniforms(Stream.STAGE_EARLY),
        AWAY: uniforms(Stream.TURNED_AWAY),
        RETURN: uniforms(Stream.RETURN),
        DELAY: exponential(uniforms(Stream.RETURN_DELAY)),
        ALLOCATION: uniforms(Stream.ALLOCATION),
    }
    found = np.empty((len(columns[WORK]), len(DRAWS)))
    for column, values in columns.items():
        found[:, column] = values
    return found


def uniforms_of(luck: Luck, stream: Stream, family: Ints) -> Floats:
    """A uniform of this stream a family, by the family's number: whoever else is referred.

    Args:
        luck: of the replication.
        stream: one that belongs to families.
        family: their numbers, as in :attr:`Families.family`.

    Example:
        >>> import numpy as np
        >>> few, more = np.array([-1, 0, 512]), np.array([-2, -1, 0, 256, 512])
        >>> one, other = (uniforms_of(Luck(1, 0), Stream.RECORDING_DELAY, f) for f in (few, more))
        >>> bool((one == other[[1, 2, 4]]).all())
        True
    """
    opening = family < 0
    which = np.where(opening, -1 - family, family % _LAYER // _CANDIDATE)
    sibling = np.where(opening, 0, family % _CANDIDATE)
    layers = np.where(opening, _OPENING, family // _LAYER + sibling * _SIBLING)
    found = np.empty(len(family))
    for layer in np.unique(layers).tolist():
        here = layers == layer
        n = int(which[here].max()) + 1
        found[here] = luck.uniforms(stream, n, layer=layer)[which[here]]
    return found


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


def _sizes(uniforms: Floats, authority: Authority) -> Ints:
    """Children of families."""
    demand = authority.demand
    return family_size(uniforms, demand.children_per_family, demand.family_sizes)


def _priority(uniforms: Floats, authority: Authority) -> npt.NDArray[np.int64]:
    return (uniforms >= authority.demand.urgent_share).astype(np.int64)
