"""Luck: a number belongs to (seed, replication, stream, entity, ordinal), never to the order of events.

Philox is a counter-based generator: its key is (seed, replication, stream) through NumPy's
``SeedSequence``, its counter addresses the ordinal (and the layer), its position the entity. So any number
can be had without drawing the ones before it, and more entities, more ordinals or
more streams leave every other number where it was.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

#: Goes into every result. It changes when the same seed no longer gives the same run.
STREAM_VERSION = 4

_HALF_STEP = 2.0**-54  # keeps uniforms off 0, where inverse laws end
_LARGEST = 1.0 - 2.0**-53  # half a step more would be rounded to 1, where they end as well

Floats = npt.NDArray[np.float64]


class Stream(IntEnum):
    """One purpose each. A number, once used, keeps its meaning; new purposes take new numbers."""

    REFERRAL_GAP = 1
    REFERRAL_KEPT = 2
    REFERRAL_CHILDREN = 3
    REFERRAL_PRIORITY = 4
    REFERRAL_TEAM = 5
    REFERRAL_WORK = 6
    OPENING_CHILDREN = 7
    OPENING_PRIORITY = 8
    OPENING_WORK = 9
    OPENING_DONE = 10
    YEAR_OF_LEAVING = 11
    YEAR_OF_REFERRALS = 12
    POST_STATE = 13
    POST_SERVICE = 14
    POST_NOTICE = 15
    PLACE = 16
    STAGE_WORK = 17
    STAGE_NEXT = 18
    STAGE_EARLY = 19
    LEAVE = 20
    HIRE = 21
    COVER = 22
    END = 23
    CONVERT = 24
    TURNED_AWAY = 25
    RETURN = 26
    RETURN_DELAY = 27
    ALLOCATION = 28
    KNOWN = 29
    OPENING_CASE = 30
    ABSENCE = 31
    ABSENCE_DAYS = 32
    RECORDING_DELAY = 33
    RECORDING_HIDDEN = 34
    LEVEL = 35
    PROGRESS_FROM_FIRST = 36
    PROGRESS_FROM_SECOND = 37
    PROMOTION = 38
    DESTINATION = 39
    ABSENCE_KEPT = 40


def strictly_inside(raw: Floats) -> Floats:
    """Uniforms of [0, 1) in steps of 2^-53, moved by half a step into (0, 1).

    Example:
        >>> (strictly_inside(np.array([0.0, 1.0 - 2.0**-53])) - [0.0, 1.0]).tolist()
        [5.551115123125783e-17, -1.1102230246251565e-16]
    """
    inside: Floats = raw + _HALF_STEP
    return np.minimum(inside, _LARGEST, out=inside)


class Luck:
    """The random numbers of one replication.

    Args:
        seed: of the study, 0 or more.
        replication: 0, 1, 2, ...; each is independent of every other.

    Example:
        >>> from workforce_sim.demand.luck import Luck, Stream
        >>> few, many = (Luck(1, 0).uniforms(Stream.HIRE, n) for n in (3, 1000))
        >>> bool((few == many[:3]).all())
        True
    """

    def __init__(self, seed: int, replication: int) -> None:
        self.seed = seed
        self.replication = replication
        self._generators: dict[Stream, tuple[np.random.Generator, dict[str, Any]]] = {}

    def uniforms(self, stream: Stream, n: int, *, ordinal: int = 0, layer: int = 0) -> Floats:
        """Uniforms in (0, 1) of entities 0 to n - 1, shape ``(n,)``."""
        return strictly_inside(self._generator(stream, ordinal, layer).random(n))

    def _generator(self, stream: Stream, ordinal: int, layer: int) -> np.random.Generator:
        """The generator of a stream, at this ordinal and layer: set there, since making one takes longer."""
        if stream not in self._generators:
            sequence = np.random.SeedSequence(self.seed, spawn_key=(self.replication, int(stream)))
            key = sequence.generate_state(2, np.uint64).astype(np.uint64)
            made = np.random.Generator(np.random.Philox(key=key))
            self._generators[stream] = made, cast("dict[str, Any]", made.bit_generator.state)
        generator, unused = self._generators[stream]
        unused["state"]["counter"][:] = 0, ordinal, layer, 0
        generator.bit_generator.state = unused
        return generator

    def exponentials(self, stream: Stream, n: int, *, ordinal: int = 0, layer: int = 0) -> Floats:
        """Exp(1) variates of entities 0 to n - 1, by inversion."""
        return exponential(self.uniforms(stream, n, ordinal=ordinal, layer=layer))

    def yearly(self, stream: Stream, years: int, cv: float) -> Floats:
        """A multiplier for each year since the start: gamma with mean 1, by inversion; all 1 when cv is 0."""
        if cv < 1e-6:  # all alike, as far as numbers can tell
            return np.ones(years)
        from scipy.special import gammaincinv

        shape = 1.0 / cv**2
        return np.asarray(gammaincinv(shape, self.uniforms(stream, years)) / shape, dtype=np.float64)


class Thresholds(Protocol):
    """Where clocks take their luck from."""

    def threshold(self, stream: Stream, layer: int, number: int, ordinal: int) -> float:
        """Exp(1) threshold of one clock."""
        ...


class PostLuck:
    """The clocks' thresholds of all posts: ``threshold(stream, layer, number, ordinal)``.

    A layer is a range of posts with numbers of its own (established posts, posts above establishment, posts
    added by a policy), so that adding posts moves no number of another.
    """

    def __init__(self, luck: Luck, sizes: tuple[int, ...]) -> None:
        self._luck = luck
        self._sizes = list(sizes)
        self._drawn: dict[tuple[Stream, int, int], list[float]] = {}

    def threshold(self, stream: Stream, layer: int, number: int, ordinal: int) -> float:
        """The Exp(1) threshold of the ``ordinal``-th clock of this kind in this post."""
        row = self._drawn.get((stream, layer, ordinal))
        if row is None or number >= len(row):
            size = self._sizes[layer]
            if number >= size:  # posts that come one by one double the room, or each would draw all anew
                size = max(64, 2 * (number + 1))
            self._sizes[layer] = size
            row = self._luck.exponentials(stream, size, ordinal=ordinal, layer=layer).tolist()
            self._drawn[stream, layer, ordinal] = row
        return row[number]


def exponential(uniforms: Floats) -> Floats:
    """Exp(1) variates by inversion: a larger uniform gives a longer time, and 1 - u the opposite luck.

    Example:
        >>> exponential(np.array([0.5])).round(3)
        array([0.693])
    """
    return -np.log1p(-uniforms)


def which(uniform: float, shares: Iterable[float]) -> int:
    """The first whose cumulative share exceeds a uniform; if none does, as many as there are shares.

    Example:
        >>> which(0.3, (0.25, 0.5)), which(0.8, (0.25, 0.5))
        (1, 2)
    """
    total, i = 0.0, -1
    for i, share in enumerate(shares):
        total += share
        if total > uniform:
            return i
    return i + 1


def lognormal(uniforms: Floats, mean: float, cv: float, *, length_biased: bool = False) -> Floats:
    """Lognormal variates by inversion; length-biased for what is found open at a random moment."""
    if cv == 0:
        return np.full(len(uniforms), mean)
    from scipy.special import ndtri

    variance = math.log1p(cv**2)
    location = math.log(mean) - variance / 2 + (variance if length_biased else 0.0)
    return np.asarray(np.exp(location + math.sqrt(variance) * ndtri(uniforms)), dtype=np.float64)


def family_size(
    uniforms: Floats, mean: float, shares: Sequence[float] | None = None
) -> npt.NDArray[np.int64]:
    """Children of a referred family: by the shares of 1, 2, ...; else 1 + Poisson(mean - 1). By inversion.

    Example:
        >>> family_size(np.array([0.2, 0.6, 0.95]), 1.6, [0.5, 0.4, 0.1]).tolist()
        [1, 2, 3]
    """
    if shares is not None:
        return 1 + np.searchsorted(np.cumsum(shares)[:-1], uniforms, side="right").astype(np.int64)
    extra = mean - 1.0
    if extra == 0:
        return np.ones(len(uniforms), np.int64)
    probability = total = math.exp(-extra)
    cumulative = [total]
    while total < 1 - 1e-15 and len(cumulative) < 60:
        probability *= extra / len(cumulative)
        total += probability
        cumulative.append(total)
    return 1 + np.searchsorted(np.array(cumulative[:-1]), uniforms, side="right").astype(np.int64)
