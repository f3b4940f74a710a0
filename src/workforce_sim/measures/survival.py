"""How long things last when some have not ended yet: Kaplan-Meier, and Aalen-Johansen for several endings.

The mean of the ended ones alone is too short: the long ones are still going on. A spell that is open at the
end is *censored*; one that was found open and observed only from then on entered late (*left truncation*).
Sources: Kaplan and Meier (1958) with Greenwood's standard error (1926); Aalen and Johansen (1978) with the
standard error of Marubini and Valsecchi (1995), ch. 10; Kalbfleisch and Prentice for the interval.
Of equal times, endings come before censorings and entries after both.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import InputError, Problem, WorkforceSimWarning, shown
from workforce_sim.samples import Floats, above, numbers, share

Integers = npt.NDArray[np.int64]

_ROUNDING = 1e-12  # of products of fractions


@dataclass(frozen=True, slots=True)
class Survival:
    """A Kaplan-Meier estimate: the share that lasts longer than each time at which something ended.

    Attributes:
        times: at which something ended, in order.
        at_risk: how many had lasted until then and were under observation.
        ended: how many ended then.
        share: that last longer, S(t).
        error: Greenwood's standard error of ``share``; nan where the share is 0.
    """

    times: Floats
    at_risk: Integers
    ended: Integers
    share: Floats
    error: Floats

    @property
    def median(self) -> float:
        """The time by which half have ended; nan if fewer were seen to end."""
        return self.quantile(0.5)

    def quantile(self, p: float) -> float:
        """The first time by which a share ``p`` has ended; nan if fewer were seen to end.

        Raises:
            InputError: ``p`` not between 0 and 1.
        """
        problems: list[Problem] = []
        share("p", p, problems, "0.5")
        if problems:
            raise InputError("Survival.quantile", problems)
        reached = np.flatnonzero(self.share <= 1 - p + _ROUNDING)
        return float(self.times[reached[0]]) if len(reached) else math.nan

    def at(self, time: float) -> float:
        """The share that lasts longer than a time, 0 or more.

        Raises:
            InputError: a time that is not a finite number, 0 or more.
        """
        problems: list[Problem] = []
        above("time", time, problems, "26", or_equal=True)
        if problems:
            raise InputError("Survival.at", problems)
        before = int(np.searchsorted(self.times, time, side="right"))
        return float(self.share[before - 1]) if before else 1.0

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Interval of the share at each time on its own, on the scale of log(-log S): it stays in (0, 1).

        Returns:
            ``(low, high)``; nan where the share is 0, and where it is still 1.

        Raises:
            InputError: a level not between 0 and 1.
        """
        from scipy.special import ndtri

        problems: list[Problem] = []
        level = share("level", level, problems, "0.95")
        if problems:
            raise InputError("Survival.interval", problems)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(self.share)
            away = np.exp(ndtri(0.5 + level / 2) * self.error / (self.share * np.abs(logs)))
            return np.exp(logs * away), np.exp(logs / away)


def kaplan_meier(times: npt.ArrayLike, ended: npt.ArrayLike, entry: npt.ArrayLike | None = None) -> Survival:
    """The share of spells that last longer than t, when some have not ended.

    S(t) is the product over times of endings up to t of 1 - ended / at risk.

    Args:
        times: how long each spell had lasted when it ended or was last seen, more than 0.
        ended: for each, whether it ended (True, 1) or was still going on (False, 0).
        entry: how long each had lasted when it came under observation, 0 or more and before ``times``; None:
            all from the start.

    Raises:
        InputError: lists of different lengths, times that are not allowed, or endings that are not yes or no.

    Warns:
        WorkforceSimWarning: all at risk ended before others entered, so that the share is 0 from there on.

    Example:
        >>> weeks = [6, 6, 6, 6, 7, 9, 10]
        >>> found = kaplan_meier(weeks, [1, 1, 1, 0, 1, 0, 1])
        >>> found.at_risk.tolist(), found.share.round(3).tolist(), found.median
        ([7, 3, 1], [0.571, 0.381, 0.0], 7.0)
    """
    problems: list[Problem] = []
    lasted, entered = _spells(times, entry, problems)
    happened = _yes_or_no(ended, len(lasted), problems)
    if problems:
        raise InputError("kaplan_meier", problems)
    at, at_risk, number = _risk_sets(lasted, entered, happened)
    lasting: Floats = np.cumprod(1 - number / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        error: Floats = lasting * np.sqrt(
            np.cumsum(number / (at_risk * (at_risk - number)), dtype=np.float64)
        )
    _warn_of_an_empty_start(at, lasting, entered)
    return Survival(at, at_risk, number, lasting, error)


@dataclass(frozen=True, slots=True)
class Endings:
    """An Aalen-Johansen estimate: the share that has ended in each way by each time.

    Attributes:
        times: at which something ended, in order.
        at_risk: how many had lasted until then and were under observation.
        share: way of ending -> share that has ended so; they and ``still`` add up to 1.
        error: way of ending -> standard error of its share; nan from where nothing is left.
        still: share that has not ended.
    """

    times: Floats
    at_risk: Integers
    share: dict[str, Floats]
    error: dict[str, Floats]
    still: Floats


def aalen_johansen(
    times: npt.ArrayLike, ending: Sequence[str | None], entry: npt.ArrayLike | None = None
) -> Endings:
    """The share of spells that has ended in each way by t, when some have not ended.

    To count the other ways as censored (1 - Kaplan-Meier) would answer what never happens: how many would
    end so if there were no other way. It is too high whenever there is one.

    Args:
        times: how long each spell had lasted when it ended or was last seen, more than 0.
        ending: for each, the name of the way it ended, or None if it was still going on.
        entry: how long each had lasted when it came under observation; None: all from the start.

    Raises:
        InputError: lists of different lengths, times that are not allowed, or endings that are not names.

    Warns:
        WorkforceSimWarning: all at risk ended before others entered.

    Example:
        >>> found = aalen_johansen([2, 3, 4, 5], ["closed", "transferred", None, "closed"])
        >>> {way: share.tolist() for way, share in found.share.items()}
        {'closed': [0.25, 0.25, 0.75], 'transferred': [0.0, 0.25, 0.25]}
    """
    problems: list[Problem] = []
    lasted, entered = _spells(times, entry, problems)
    ways = _names(ending, len(lasted), problems)
    if problems:
        raise InputError("aalen_johansen", problems)
    happened = np.array([way is not None for way in ways])
    at, at_risk, number = _risk_sets(lasted, entered, happened)
    still: Floats = np.cumprod(1 - number / at_risk, dtype=np.float64)
    before = np.append(1.0, still[:-1])
    _warn_of_an_empty_start(at, still, entered)
    shares, errors = {}, {}
    for way in sorted({way for way in ways if way is not None}):
        so = np.sort(lasted[np.array([w == way for w in ways])])
        mine = np.searchsorted(so, at, side="right") - np.searchsorted(so, at, side="left")
        shares[way] = np.cumsum(before * mine / at_risk)
        errors[way] = np.sqrt(_variance(shares[way], before, at_risk, number, mine))
    return Endings(at, at_risk, shares, errors, still)


def _variance(
    share_of: Floats, before: Floats, at_risk: Integers, number: Integers, mine: npt.NDArray[np.intp]
) -> Floats:
    """Of the share that has ended in one way, at every time: sums over the endings up to it.

    The sum over i of (F - F_i)^2 d_i / (n_i (n_i - d_i)) + S^2 m_i (n_i - m_i) / n_i^3
    - 2 (F - F_i) S m_i / n_i^2, with S the share still going on before i and m_i the endings in this way.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ended = number / (at_risk * (at_risk - number))
    own = before**2 * mine * (at_risk - mine) / at_risk.astype(float) ** 3
    both = before * mine / at_risk.astype(float) ** 2
    # The squares multiplied out, so that each sum runs over the endings once.
    with np.errstate(invalid="ignore"):
        e0, e1, e2 = (np.cumsum(ended * share_of**power) for power in (0, 1, 2))
        squares = share_of**2 * e0 - 2 * share_of * e1 + e2
        found = squares + np.cumsum(own) - 2 * (share_of * np.cumsum(both) - np.cumsum(both * share_of))
    variance: Floats = np.maximum(found, 0.0)
    return variance


def _spells(times: object, entry: object, problems: list[Problem]) -> tuple[Floats, Floats]:
    """Times and entries, checked."""
    lasted = numbers("times", times, problems)
    entered = np.zeros(len(lasted)) if entry is None else numbers("entry", entry, problems)
    if problems:
        return lasted, entered
    if len(entered) != len(lasted):
        rule = f"as many as times: {len(lasted)}"
        problems.append(Problem("entry", f"{len(entered)} numbers", rule, "one for each spell"))
        return lasted, entered
    late = (entered >= lasted) & (lasted > 0)
    no_time = "a spell that lasts no time is left out, or lasts half a day"
    too_late = "before it ended or was last seen"
    for name, values, wrong, rule, fix in (
        ("times", lasted, lasted <= 0, "more than 0", no_time),
        ("entry", entered, entered < 0, "0 or more", "0 for a spell seen from its start"),
        ("entry", entered, late, too_late, "leave out what ended before it was seen"),
    ):
        if wrong.any():
            i = int(np.flatnonzero(wrong)[0])
            more = f" ({int(wrong.sum())} such)" if wrong.sum() > 1 else ""
            problems.append(Problem(f"{name}[{i}]", f"{values[i]:g}{more}", rule, fix))
    return lasted, entered


def _yes_or_no(ended: object, number: int, problems: list[Problem]) -> npt.NDArray[np.bool_]:
    """Whether each spell ended."""
    found = numbers("ended", ended, problems)
    if len(found) and not np.isin(found, (0, 1)).all():
        i = int(np.flatnonzero(~np.isin(found, (0, 1)))[0])
        rule = "True or False (1 or 0)"
        fix = "for several ways of ending use aalen_johansen"
        problems.append(Problem(f"ended[{i}]", f"{found[i]:g}", rule, fix))
    elif len(found) and number and len(found) != number:
        rule = f"as many as times: {number}"
        problems.append(Problem("ended", f"{len(found)} of them", rule, "one for each spell"))
    return found.astype(bool)


def _names(ending: object, number: int, problems: list[Problem]) -> list[str | None]:
    """How each spell ended."""
    rule, fix = "a list of names and None", "['closed', None, 'transferred']"
    if isinstance(ending, str) or not hasattr(ending, "__iter__"):
        problems.append(Problem("ending", shown(ending), rule, fix))
        return []
    found = list(ending)
    for i, way in enumerate(found):
        if way is not None and not isinstance(way, str):
            problems.append(Problem(f"ending[{i}]", shown(way), "a name, or None if it did not end", fix))
            return []
    if number and len(found) != number:
        rule = f"as many as times: {number}"
        problems.append(Problem("ending", f"{len(found)} of them", rule, "one for each spell"))
    return found


def _risk_sets(
    lasted: Floats, entered: Floats, happened: npt.NDArray[np.bool_]
) -> tuple[Floats, Integers, Integers]:
    """Times of endings, how many were at risk at each (entered before it, not gone before it), and ended."""
    at, number = np.unique(lasted[happened], return_counts=True)
    gone = np.searchsorted(np.sort(lasted), at, side="left")
    there = np.searchsorted(np.sort(entered), at, side="left")
    return at, (there - gone).astype(np.int64), number.astype(np.int64)


def _warn_of_an_empty_start(at: Floats, still: Floats, entered: Floats) -> None:
    """When the few who were there early all ended, what is known of those who came later is lost."""
    nothing = np.flatnonzero(still <= 0)
    if len(nothing) and (entered >= at[nothing[0]]).any():
        later = int((entered >= at[nothing[0]]).sum())
        warnings.warn(
            f"all at risk at {at[nothing[0]]:g} ended there, before {later} others came under observation: "
            "the share is 0 from then on; give only spells that had lasted longer, to start from there",
            WorkforceSimWarning,
            stacklevel=3,
        )
