"""The library's luck is independent across seeds, replications, purposes, entities, ordinals and layers.

Many comparisons are made, so the threshold is for a family of them: if all luck were perfect, a family would
fail once in a hundred thousand. What a family can find is shown by luck that is not independent (controls):
each kind of family has to find one such fault.
"""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

import workforce_sim as ws
from tests.validation.worlds import service, stage
from workforce_sim.demand.luck import Luck, PostLuck, Stream, strictly_inside
from workforce_sim.workforce.post import State
from workforce_sim.workforce.service import Service

Floats = npt.NDArray[np.float64]

#: How often a family of comparisons may fail if nothing is wrong.
FAMILY = 1e-5

#: Uniforms of an address: (seed, replication, stream, ordinal, layer, n).
Uniforms = Callable[[int, int, int, int, int, int], Floats]


def library(seed: int, replication: int, stream: int, ordinal: int, layer: int, n: int) -> Floats:
    """The library's own."""
    return Luck(seed, replication).uniforms(Stream(stream), n, ordinal=ordinal, layer=layer)


def added_up(seed: int, replication: int, stream: int, ordinal: int, layer: int, n: int) -> Floats:
    """A fault: the address is a sum, so that replication 1 of seed 0 is replication 0 of seed 1."""
    return np.random.default_rng(seed + replication + stream + ordinal + layer).random(n)


def straight_lines(seed: int, replication: int, stream: int, ordinal: int, layer: int, n: int) -> Floats:
    """A fault: multiples of irrational numbers, evenly spread but one after the other."""
    start = seed % 1000 * 0.7548776662 + replication * 0.5698402910 + stream * 0.2360679775
    return (start + ordinal * 0.4142135624 + layer * 0.7320508076 + np.arange(1, n + 1) * 0.3819660113) % 1


def a_little_low(seed: int, replication: int, stream: int, ordinal: int, layer: int, n: int) -> Floats:
    """A fault: a law that is not quite uniform."""
    return library(seed, replication, stream, ordinal, layer, n) ** 1.1


def few_bits(seed: int, replication: int, stream: int, ordinal: int, layer: int, n: int) -> Floats:
    """A fault: good numbers, but with twenty bits of key, so that addresses share them."""
    key = np.random.SeedSequence([seed, replication, stream, ordinal, layer]).generate_state(1)[0] % 2**20
    return np.random.default_rng(int(key)).random(n)


def good(p_values: Sequence[float] | Floats) -> bool:
    """No p-value of a family is below the threshold."""
    p = np.asarray(p_values, dtype=float)
    assert len(p) > 0
    assert np.isfinite(p).all()
    return bool(p.min() >= FAMILY / len(p))


# ---- Blocks of neighbouring addresses --------------------------------------------------------------------

SEEDS = (0, 1, 2, 2**31, 2**32, 2**63 - 1, 2**63, 2**64, 2**130)
N = 2048


def grid() -> Iterable[tuple[int, int, int, int, int]]:
    """Neighbouring addresses, run 0 among them: of two seeds in every direction, of the others in few."""
    yield from product((0, 1), range(4), (1, 2, 3, 20), range(3), range(3))
    yield from product(SEEDS[2:], (0, 1), (1, 21), (0, 1), (0,))


def blocks(uniforms: Uniforms) -> Floats:
    """A row of N uniforms for every address of the grid."""
    return np.array([uniforms(*address, N) for address in grid()])


def uniformity(uniforms: Uniforms) -> Floats:
    """Kolmogorov-Smirnov of every block, and of the first number of all blocks together."""
    rows = blocks(uniforms)
    return np.array([stats.kstest(row, "uniform").pvalue for row in [*rows, rows[:, 0], rows[:, -1]]])


def correlations(uniforms: Uniforms) -> Floats:
    """Of every two blocks, place by place and one place apart, and of every block with itself one apart."""
    rows = blocks(uniforms)
    normal = stats.norm.ppf(rows)
    normal = (normal - normal.mean(axis=1, keepdims=True)) / normal.std(axis=1, keepdims=True)
    above = np.triu_indices(len(rows), 1)
    same = (normal @ normal.T / N)[above]
    apart = (normal[:, 1:] @ normal[:, :-1].T / (N - 1)).ravel()
    z = np.arctanh(np.clip(np.concatenate([same, apart]), -1 + 1e-15, 1 - 1e-15)) * math.sqrt(N - 4)
    return 2 * stats.norm.sf(np.abs(z))


def test_blocks_are_uniform() -> None:
    """Nearly four hundred blocks."""
    assert good(uniformity(library))
    assert not good(uniformity(a_little_low))


def test_no_two_blocks_are_correlated() -> None:
    """All pairs of neighbouring addresses, at most one place apart."""
    assert good(correlations(library))
    assert not good(correlations(added_up))
    assert not good(correlations(straight_lines))


# ---- One number at a time, along every direction ---------------------------------------------------------

LONG = 12_288

#: What is counted up, and the uniforms of entities 0 to n - 1 met on the way.
DIRECTIONS: dict[str, Callable[[Uniforms, int], Floats]] = {
    "entities of run 0": lambda u, n: u(0, 0, 20, 0, 0, n),
    "entities of run 1, seed 2**63": lambda u, n: u(2**63, 1, 20, 3, 1, n),
    "replications": lambda u, n: np.array([u(0, r, 20, 0, 0, 1)[0] for r in range(n)]),
    "replications, a later entity": lambda u, n: np.array([u(1, r, 1, 2, 1, 6)[5] for r in range(n)]),
    "seeds": lambda u, n: np.array([u(s, 0, 20, 0, 0, 1)[0] for s in range(n)]),
    "seeds, run 1": lambda u, n: np.array([u(s, 1, 1, 0, 0, 1)[0] for s in range(n)]),
    "seeds with one bit and their neighbours": lambda u, n: np.array(
        [u((1 << (8 + i % 56)) + i // 56, 0, 2, 0, 0, 1)[0] for i in range(n)]
    ),
    "ordinals": lambda u, n: np.array([u(0, 0, 20, o, 0, 1)[0] for o in range(n)]),
    "layers": lambda u, n: np.array([u(0, 0, 20, 0, layer, 1)[0] for layer in range(n)]),
    "purposes, run by run": lambda u, n: np.array([u(0, i // 40, 1 + i % 40, 0, 0, 1)[0] for i in range(n)]),
}


def serial(x: Floats) -> list[float]:
    """KS; chi-square of neighbours in two and three dimensions; correlations up to 12 apart; runs up."""
    n = len(x)
    found = [float(stats.kstest(x, "uniform").pvalue)]
    for dimensions, cells in ((1, 256), (2, 16), (3, 8)):
        for shift in range(dimensions):
            tuples = x[shift : shift + (n - shift) // dimensions * dimensions].reshape(-1, dimensions)
            counts, _ = np.histogramdd(tuples, bins=[np.linspace(0, 1, cells + 1)] * dimensions)
            found.append(float(stats.chisquare(counts.ravel()).pvalue))
    for lag in range(1, 13):
        z = 12 * float(((x[lag:] - 0.5) * (x[:-lag] - 0.5)).sum()) / math.sqrt(n - lag)
        found.append(float(2 * stats.norm.sf(abs(z))))
    rises = int((np.diff(x) > 0).sum())  # mean (n - 1) / 2 and variance (n + 1) / 12 if independent
    found.append(float(2 * stats.norm.sf(abs(rises - (n - 1) / 2) / math.sqrt((n + 1) / 12))))
    return found


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_numbers_in_turn_are_independent(direction: str) -> None:
    """One direction of the address is counted up from 0: neighbours do not know of each other."""
    assert good(serial(DIRECTIONS[direction](library, LONG)))


@pytest.mark.parametrize("direction", ["entities of run 0", "replications", "ordinals"])
def test_numbers_in_turn_that_are_not_are_found(direction: str) -> None:
    """The same tests find multiples of irrational numbers, along whatever they are counted."""
    assert not good(serial(DIRECTIONS[direction](straight_lines, LONG)))


# ---- Bits ------------------------------------------------------------------------------------------------


def bits(uniforms: Floats) -> npt.NDArray[np.bool_]:
    """The first 32 binary places of every uniform, a row each."""
    words = np.floor(uniforms * 2.0**32).astype(np.uint64)
    places = np.arange(32, dtype=np.uint64)
    found: npt.NDArray[np.bool_] = ((words[:, None] >> places) & np.uint64(1)).astype(bool)
    return found


#: One field of an address, and how many of its bits are turned over.
FIELDS = (("seed", 0, 64), ("replication", 1, 20), ("ordinal", 3, 32), ("layer", 4, 16))
BASES = ((0, 0, 20, 0, 0), (1, 0, 20, 0, 0), (2**63, 1, 1, 5, 2), (12_345, 77, 31, 3, 1))


def avalanche(uniforms: Uniforms) -> Floats:
    """Each bit of an address turned over flips half of the output bits: p-values by input and output bit."""
    found = []
    flips = np.zeros(32)
    trials = 0
    n = 128
    for base, (_, field, width) in product(BASES, FIELDS):
        before = bits(uniforms(*base, n))
        for i in range(width):
            address = list(base)
            address[field] ^= 1 << i
            changed = before ^ bits(uniforms(*address, n))
            flips += changed.sum(axis=0)
            trials += n
            found.append(stats.binomtest(int(changed.sum()), changed.size).pvalue)
    found += [stats.binomtest(int(k), trials).pvalue for k in flips]
    return np.array(found)


def test_every_bit_of_an_address_changes_half_of_the_bits() -> None:
    """Seeds and addresses of almost only zeros (0, 1, 2**63) included; and no bit prefers a value."""
    assert good(avalanche(library))
    assert not good(avalanche(straight_lines))


def test_bits_are_balanced() -> None:
    """Each of the first 32 binary places is 1 half of the time, and no two places agree more than that."""
    rows = bits(library(0, 0, 20, 0, 0, 200_000))
    ones = rows.mean(axis=0) * 2 - 1
    signs = rows * 2.0 - 1
    together = (signs.T @ signs / len(rows))[np.triu_indices(32, 1)]
    z = np.concatenate([ones, together]) * math.sqrt(len(rows))
    assert good(2 * stats.norm.sf(np.abs(z)))


# ---- Birthdays -------------------------------------------------------------------------------------------


def first_numbers(uniforms: Uniforms, n: int) -> npt.NDArray[np.uint64]:
    """The first uniform of n addresses as 52 bits: runs of a seed, seeds of a run, purposes and ordinals."""
    side = math.isqrt(n // 4)
    addresses = [
        *product(range(side), range(side), (20,), (0,), (0,)),  # (0, 1) and (1, 0) among them
        *product((0,), range(n // 4), (1,), (0,), (0,)),
        *product(range(n // 4), (0,), (2,), (0,), (0,)),
        *product((0,), range(n // 160), range(1, 41), (1,), (0,)),
    ]
    numbers = np.array([uniforms(*address, 1)[0] for address in addresses])
    return np.floor(numbers * 2.0**52).astype(np.uint64)


def test_no_two_addresses_share_their_luck() -> None:
    """Of fifty thousand addresses no two have the same number (expected: one pair in four million tries).

    By their first 26 bits they share as often as birthdays do, and spacings between them repeat as often.
    """
    numbers = first_numbers(library, 50_000)
    n = len(numbers)
    assert n > 45_000
    assert len(np.unique(numbers)) == n
    assert len(np.unique(first_numbers(few_bits, 10_000))) < len(first_numbers(library, 10_000)), (
        "a key of twenty bits is found"
    )
    same = n - len(np.unique(numbers >> np.uint64(26)))
    expected = n - 2**26 * -math.expm1(n * math.log1p(-(2.0**-26)))
    assert good([two_sided_poisson(same, expected)])


def two_sided_poisson(found: int, mean: float) -> float:
    """The probability of a count at least as far out in its tail, doubled."""
    law = stats.poisson(mean)
    return float(min(1.0, 2 * min(law.cdf(found), law.sf(found - 1))))


@pytest.mark.parametrize("direction", ["entities of run 0", "replications", "seeds", "ordinals"])
def test_spacings_of_birthdays(direction: str) -> None:
    """Marsaglia's test: 512 birthdays in a year of 2**24 days; repeated spacings are Poisson (512^3 / 2^26).

    Twenty-four years together; numbers that lie on a lattice repeat their spacings far more often.
    """
    m = 512

    def repeated(x: Floats) -> int:
        total = 0
        for year in np.floor(x * 2.0**24).astype(np.int64).reshape(-1, m):
            spacings = np.sort(np.diff(np.sort(year)))
            total += int((np.diff(spacings) == 0).sum())
        return total

    n = LONG // m * m
    mean = n / m * m**3 / 2**26
    assert good([two_sided_poisson(repeated(DIRECTIONS[direction](library, n)), mean)])
    assert not good([two_sided_poisson(repeated(DIRECTIONS[direction](straight_lines, n)), mean)])


# ---- The ends --------------------------------------------------------------------------------------------


def test_the_largest_number_of_the_generator_stays_below_one() -> None:
    """1 - 2^-53 and half a step more is rounded to 1, of which no exponential is finite: it is not moved."""
    raw = np.array([0.0, 2.0**-53, 0.5, 1 - 2.0**-52, 1 - 2.0**-53])
    assert raw[-1] + 2.0**-54 == 1.0, "the trap"
    inside = strictly_inside(raw)
    assert ((inside > 0) & (inside < 1)).all()
    assert np.isfinite(-np.log1p(-inside)).all()
    assert (np.diff(inside) >= 0).all()


# ---- Who asks for luck -----------------------------------------------------------------------------------


#: Streams that two places ask for: how long a worker stays is also how long the first one has left.
SHARED = {Stream.LEAVE: {"open_service", "watch"}}


@pytest.mark.parametrize("law", ["exponential", "weibull"])
def test_no_number_serves_two_purposes(law: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a run with policies every clock's threshold is asked for once, and every stream in one place.

    What the first worker of a post has left is number 0 of the post's stays, read for all posts at once; a
    clock may ask for that number only where nobody has read it.
    """
    asked_for: dict[tuple[int, ...], int] = defaultdict(int)
    places: dict[Stream, set[str]] = defaultdict(set)
    read_at_start: set[int] = set()
    ask, draw, open_post = PostLuck.threshold, Luck.uniforms, Service.open_post

    def asked(self: PostLuck, stream: Stream, layer: int, number: int, ordinal: int) -> float:
        asked_for[int(stream), layer, number, ordinal] += 1
        return ask(self, stream, layer, number, ordinal)

    def drawn(self: Luck, stream: Stream, n: int, *, ordinal: int = 0, layer: int = 0) -> Floats:
        frame = sys._getframe(1)
        while frame.f_code.co_name in ("uniforms", "exponentials", "uniform", "threshold", "asked"):
            assert frame.f_back is not None
            frame = frame.f_back
        places[stream].add(frame.f_code.co_name)
        return draw(self, stream, n, ordinal=ordinal, layer=layer)

    def opened(self: Service, *args: Any, **settings: Any) -> Any:
        there = settings.get("state") in (State.PERMANENT, State.NOTICE)
        if there and settings.get("left_to_leave") is not None:
            read_at_start.add(settings["luck"][1])
        return open_post(self, *args, **settings)

    monkeypatch.setattr(PostLuck, "threshold", asked)
    monkeypatch.setattr(Luck, "uniforms", drawn)
    monkeypatch.setattr(Service, "open_post", opened)
    tenure = {"law": law, "cv": 1.0} if law == "exponential" else {"law": law, "cv": 1.4}
    authority = ws.Authority.preset("england-2025").with_changes(workforce={"tenure_law": tenure})
    policies = [ws.NewPosts(30, start="2025-12-01"), ws.AgencyConversion(0.3, start="2026-02-01")]
    ws.Simulation(authority, policies, start="2025-10-01", years=2, seed=0, replication=0).run()
    assert len(asked_for) > 1000
    assert not {address: n for address, n in asked_for.items() if n > 1}
    assert len(places) > 30
    assert {s: found for s, found in places.items() if len(found) > 1} == SHARED
    assert bool(read_at_start) == (law == "weibull")
    assert not {n for n in read_at_start if asked_for.get((int(Stream.LEAVE), 0, n, 0))}


# ---- Worlds ----------------------------------------------------------------------------------------------

WORLDS = 200

#: What is looked at every second month.
LOOKED_AT = ("open", "in_post", "agency", "sum_referred", "sum_closed", "sum_handovers", "sum_absent_days")


def outputs(of: ws.Authority, seed: int, replication: int) -> Floats:
    """Outputs of a year in every second month."""
    run = ws.Simulation(of, start="2025-10-01", years=1, seed=seed, replication=replication).run()
    return np.concatenate([np.asarray(run.counts[name])[2::2] for name in LOOKED_AT])


def small_world() -> ws.Authority:
    """Ten posts whose people come, go and are absent, and a family every three days."""
    moving = {
        "leaving_per_year_under_5": 0.4,
        "leaving_per_year_from_5": 0.4,
        "hires_per_vacancy_year": 3.0,
        "covers_per_empty_post_year": 3.0,
        "conversions_per_agency_year": 0.5,
        "absences_per_year": 1.0,
    }
    stages: dict[str, Any] = {"open": stage(20.0)}
    return service(stages, per_day=0.3, caseload=6.0, posts=10, workforce=moving)


def rank_correlations(one: Floats, other: Floats) -> list[float]:
    """p-values of the rank correlation of every output that varies in both."""
    found = []
    for a, b in zip(one.T, other.T, strict=True):
        if np.ptp(a) > 0 and np.ptp(b) > 0:
            found.append(float(stats.spearmanr(a, b).pvalue))
    return found


@pytest.mark.slow
def test_worlds_do_not_know_of_each_other() -> None:
    """Outputs of replications r and r + 1, of seeds s and s + 1, of (s, run 1) and (s + 1, run 0): unrelated.

    Run 0 has the law of run 1. Under shared luck, with one post more, the same test sees the relation.
    """
    of = small_world()
    runs = np.array([outputs(of, 0, r) for r in range(WORLDS)])
    first, second = (np.array([outputs(of, s, r) for s in range(WORLDS)]) for r in (0, 1))
    assert np.array_equal(first[0], runs[0])
    pairs = [
        (runs[::2], runs[1::2]),
        (runs[1:-1:2], runs[2::2]),
        (first, second),
        (first[::2], first[1::2]),
        (second[:-1], first[1:]),
        (first[:-1], second[1:]),
        (runs[1:], first[1:]),
    ]
    p_values = [p for one, other in pairs for p in rank_correlations(one, other)]
    p_values += [
        float(stats.ks_2samp(a, b, method="asymp").pvalue) for a, b in zip(first.T, second.T, strict=True)
    ]
    assert len(p_values) > 200
    assert good(p_values)
    eleven = service({"open": stage(20.0)}, per_day=0.3, caseload=6.0, posts=11)
    shared = np.array([outputs(eleven, 0, r) for r in range(40)])
    assert not good(rank_correlations(runs[:40], shared))
