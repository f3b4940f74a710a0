"""The smallest amount that is enough: bisection over amounts, with bounds that count every look.

It knows nothing of services: it is given a function that says in which worlds an amount meets the target, so
that its error rate can be measured on models whose answer is known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workforce_sim.study.questions.chances import bounds

Bools = npt.NDArray[np.bool_]

ENOUGH, TOO_LITTLE, UNTOLD = "enough", "too little", "cannot be told"

#: Whether an amount meets the target in these worlds, a truth value a world.
Met = Callable[[float, range], Bools]


class Tried(NamedTuple):
    """One amount that was tried: in how many of how many worlds it does, and the bounds of that chance."""

    amount: float
    met: int
    worlds: int
    low: float
    high: float
    verdict: str


class Smallest(NamedTuple):
    """What was found.

    Attributes:
        answer: the smallest amount that was shown to be enough; None if none was.
        at_least: the smallest amount that cannot be excluded; None if all are.
        tried: every amount that was tried, in order.
        falls: two of them, the larger of which does in clearly fewer worlds; None if there are none.
    """

    answer: float | None
    at_least: float | None
    tried: tuple[Tried, ...]
    falls: tuple[float, float] | None


def looks_at(amounts: int, bisections: int = 2) -> int:
    """At most so many amounts are tried: both ends, three between, and two bisections (one without interval).

    Example:
        >>> looks_at(201), looks_at(201, bisections=1)
        (21, 13)
    """
    return min(amounts, 5 + bisections * _halvings(amounts))


def _halvings(amounts: int) -> int:
    return math.ceil(math.log2(max(1, amounts - 1)))


def numbers_of_worlds(first: int, most: int) -> list[int]:
    """After how many worlds an amount is judged: twice as many each time, up to the most.

    Example:
        >>> numbers_of_worlds(25, 150)
        [25, 50, 100, 150]
    """
    found = [first]
    while found[-1] < most:
        found.append(min(2 * found[-1], most))
    return found


def smallest(
    met: Met,
    amounts: Sequence[float],
    *,
    probability: float = 0.8,
    level: float = 0.95,
    first: int = 25,
    most: int = 100,
    searches: int = 1,
    interval: bool = True,
) -> Smallest:
    """The smallest amount that meets a target in at least ``probability`` of worlds, by bisection.

    An amount is *enough* when the lower bound of its chance reaches ``probability``, *too little* when its
    upper bound is below it. It is judged after ``first`` worlds, twice as many, and so on up to ``most``,
    until one or the other is known. The bounds are exact (Clopper and Pearson); their errors add up to ``1 -
    level`` over all amounts that may be tried and all looks, half of it kept for the last look. So
    ``at_least`` and ``answer`` hold the true smallest amount between them with probability ``level`` or
    more, if more never does worse: for amounts with separate luck because errors add up, and for amounts
    that share their luck, where more harms in no world, because then only the two amounts on either side of
    the truth can mislead.

    Args:
        met: ``met(amount, replications)``: whether it does, a truth value a world.
        amounts: that may be the answer, from the smallest to the largest.
        probability: the share of worlds in which it must do.
        level: of the interval.
        first: worlds at the first look.
        most: worlds at the last.
        searches: of how many searches together the level is.
        interval: whether ``at_least`` is looked for too; it is None if not.

    Example:
        >>> import numpy as np
        >>> needs = np.random.default_rng(1).normal(60, 10, 400)  # what each world needs: 80% need up to 68
        >>> found = smallest(lambda n, r: needs[r.start : r.stop] <= n, range(0, 201), most=400)
        >>> found.at_least <= 68 <= found.answer
        True
    """
    looks = numbers_of_worlds(first, most)
    error = (1 - level) / (looks_at(len(amounts)) * searches)
    errors = [error / 2 / (len(looks) - 1)] * (len(looks) - 1) + [error / 2] if len(looks) > 1 else [error]
    kept: dict[int, tuple[Tried, Bools]] = {}

    def verdict(i: int) -> str:
        if i not in kept:
            kept[i] = _judge(met, amounts[i], probability, looks, errors)
        return kept[i][0].verdict

    top = _an_amount_that_does(verdict, len(amounts) - 1)
    if top is not None:
        top = _bisect(lambda i: verdict(i) == ENOUGH, top) if verdict(0) != ENOUGH else 0
    excluded = [i for i in kept if verdict(i) == TOO_LITTLE and (top is None or i < top)]
    low = max(excluded, default=-1)
    candidates = [i for i in kept if i > low and verdict(i) != TOO_LITTLE]
    at_least = None
    if candidates and interval:
        high = min(candidates)
        if low < 0:
            low, high = (0, high) if verdict(0) == TOO_LITTLE else (-1, 0)
        at_least = amounts[_bisect(lambda i: verdict(i) != TOO_LITTLE, high, low)]
    tried = [kept[i] for i in sorted(kept)]
    answer = None if top is None else amounts[top]
    return Smallest(answer, at_least, tuple(t for t, _ in tried), _falls(tried))


def _judge(
    met: Met, amount: float, probability: float, looks: list[int], errors: list[float]
) -> tuple[Tried, Bools]:
    """Look after more and more worlds until it is known whether the amount is enough."""
    seen: Bools = np.zeros(0, dtype=bool)
    tried = Tried(amount, 0, 0, 0.0, 1.0, UNTOLD)
    for worlds, error in zip(looks, errors, strict=True):
        seen = np.concatenate([seen, met(amount, range(len(seen), worlds))])
        n = int(seen.sum())
        low, high = bounds(n, worlds, error)
        verdict = ENOUGH if low >= probability else TOO_LITTLE if high < probability else UNTOLD
        tried = Tried(amount, n, worlds, low, high, verdict)
        if verdict != UNTOLD:
            break
    return tried, seen


def _an_amount_that_does(verdict: Callable[[int], str], last: int) -> int | None:
    """The largest amount, or one between if too much does harm; None if none of them is enough."""
    for i in dict.fromkeys((last, last // 4, last // 2, 3 * last // 4)):
        if verdict(i) == ENOUGH:
            return i
    return None


def _bisect(does: Callable[[int], bool], high: int, low: int = 0) -> int:
    """The smallest index above ``low`` that does, when ``high`` does and ``low`` does not."""
    while high - low > 1:
        middle = (low + high) // 2
        if does(middle):
            high = middle
        else:
            low = middle
    return high


def _falls(tried: list[tuple[Tried, Bools]]) -> tuple[float, float] | None:
    """Two amounts, next to each other, the larger of which does in clearly fewer of the same worlds.

    By the sign test (McNemar's, exact) at 1% over all neighbours together: worlds in which only one of the
    two does are evenly shared if they are equally good.
    """
    from scipy.special import bdtr

    for (small, in_small), (large, in_large) in pairwise(tried):
        n = min(len(in_small), len(in_large))
        lost, won = int((in_small[:n] & ~in_large[:n]).sum()), int((~in_small[:n] & in_large[:n]).sum())
        if lost > won and bdtr(won, lost + won, 0.5) < 0.01 / len(tried):
            return small.amount, large.amount
    return None
