"""Moments of an authority's years, the same of published and of simulated ones (docs/data.md, section 5)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import InputError, Problem, shown, unknown_name

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class YearFigure:
    """A figure of every year, made of counts.

    Attributes:
        label: in words.
        unit: in words.
        formula: counts -> the figure of every year, years on the last axis.
        columns: the counts that it is made of.
    """

    label: str
    unit: str
    formula: Callable[[Mapping[str, Floats]], Floats]
    columns: tuple[str, ...]


#: Figures of a year of which moments can be taken; rates as the return defines them.
FIGURES: dict[str, YearFigure] = {
    "turnover_rate": YearFigure(
        "Turnover", "%", lambda n: 100 * n["leavers_fte"] / n["inpost_fte"], ("leavers_fte", "inpost_fte")
    ),
    "starters_rate": YearFigure(
        "Starters",
        "% of in post",
        lambda n: 100 * n["starters_fte"] / n["inpost_fte"],
        ("starters_fte", "inpost_fte"),
    ),
    "vacancy_rate": YearFigure(
        "Vacancy rate",
        "%",
        lambda n: 100 * n["vacancy_fte"] / (n["vacancy_fte"] + n["inpost_fte"]),
        ("vacancy_fte", "inpost_fte"),
    ),
    "agency_rate": YearFigure(
        "Agency rate",
        "%",
        lambda n: 100 * n["agency_fte"] / (n["agency_fte"] + n["inpost_fte"]),
        ("agency_fte", "inpost_fte"),
    ),
    "caseload": YearFigure(
        "Caseload",
        "children per case holder",
        lambda n: n["cases"] / n["case_holders_fte"],
        ("cases", "case_holders_fte"),
    ),
    "in_post": YearFigure(
        "In post",
        "% of the first year",
        lambda n: 100 * n["inpost_fte"] / n["inpost_fte"][..., :1],
        ("inpost_fte",),
    ),
}

#: What can be taken of a figure, by how it is named after it.
KINDS = ("", " between years", " from year to year")

#: Those that are fitted unless others are named.
DEFAULT_MOMENTS = (
    *("turnover_rate", "vacancy_rate", "agency_rate", "caseload"),
    "turnover_rate between years",
    *(f"{name} from year to year" for name in ("agency_rate", "vacancy_rate", "caseload")),
)

#: Fewest years, or changes, of which a moment is taken.
_FEWEST = {"": 2, " between years": 3, " from year to year": 3}


def names_of_moments() -> list[str]:
    """All moments there are.

    Example:
        >>> names_of_moments()[:3]
        ['turnover_rate', 'turnover_rate between years', 'turnover_rate from year to year']
    """
    return [name + kind for name in FIGURES for kind in KINDS]


def figures(counts: Mapping[str, Floats]) -> dict[str, Floats]:
    """Every figure of every year; nan where a count is missing, or nobody is there to divide by."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {name: np.asarray(one.formula(counts), dtype=np.float64) for name, one in FIGURES.items()}
    return {name: np.where(np.isfinite(values), values, np.nan) for name, values in found.items()}


def moments(years: Mapping[str, Floats], names: Sequence[str], published: Mapping[str, Floats]) -> Floats:
    """Moments of the years after the first.

    Args:
        years: figure -> values, shape ``(..., years)``, the first year included.
        names: of the moments, in order.
        published: figure -> shape ``(years,)``: years that are nan there are left out.

    Returns:
        Shape ``(..., moments)``.

    Example:
        >>> rate = {"turnover_rate": np.array([9.0, 10.0, 14.0, 12.0])}
        >>> moments(rate, ["turnover_rate", "turnover_rate between years"], rate).tolist()
        [12.0, 2.0]
        >>> moments(rate, ["turnover_rate from year to year"], rate).round(6).tolist()  # of 1, 4 and -2
        [2.645751]
    """
    found = []
    for name in names:
        figure, kind = _parted(name)
        known = np.isfinite(published[figure])
        values = years[figure]
        if kind == KINDS[2]:
            both = known[1:] & known[:-1]
            found.append(np.sqrt((np.diff(values, axis=-1)[..., both] ** 2).mean(axis=-1)))
        else:
            later = values[..., 1:][..., known[1:]]
            found.append(later.mean(axis=-1) if kind == KINDS[0] else later.std(axis=-1, ddof=1))
    return np.stack(found, axis=-1)


def _parted(name: str) -> tuple[str, str]:
    """Figure and kind of a moment."""
    kind = next(kind for kind in reversed(KINDS) if name.endswith(kind))
    return name.removesuffix(kind) if kind else name, kind


def chosen_moments(asked: Any, published: Mapping[str, Floats], problems: list[Problem]) -> list[str]:
    """The moments asked for, those of them that the years have; adds what is wrong with them.

    Args:
        asked: names; None: all of :data:`DEFAULT_MOMENTS` that are published.
        published: figure -> shape ``(years,)``.
        problems: where problems are added.
    """
    known = names_of_moments()
    if asked is None:
        return [name for name in DEFAULT_MOMENTS if not _unpublished(name, published)]
    if isinstance(asked, str) or not isinstance(asked, Sequence):
        fix = "moments=['turnover_rate', 'agency_rate from year to year']"
        problems.append(Problem("moments", shown(asked), "names in a list", fix))
        return []
    found = []
    for i, name in enumerate(asked):
        if name not in known:
            problems.append(unknown_name(f"moments[{i}]", name, known, "a moment"))
        elif why := _unpublished(name, published):
            problems.append(Problem(f"moments[{i}]", shown(name), why, "leave it out"))
        elif name in found:
            problems.append(Problem(f"moments[{i}]", shown(name), "each moment once", "leave it out"))
        else:
            found.append(name)
    return found


def _unpublished(name: str, published: Mapping[str, Floats]) -> str:
    """Why the years do not have a moment, in words; nothing if they have."""
    figure, kind = _parted(name)
    known = np.isfinite(published[figure])
    there = int((known[1:] & known[:-1]).sum() if kind == KINDS[2] else known[1:].sum())
    if there >= _FEWEST[kind]:
        return ""
    what = "pairs of years one apart" if kind == KINDS[2] else "years after the first"
    return f"published in at least {_FEWEST[kind]} {what}, and {figure} is in {there}"


@dataclass(frozen=True, slots=True)
class OverDispersion:
    """How much more the leavers of a year vary than chance alone would have it.

    Attributes:
        ratio: variance / that of Poisson luck (1: chance alone explains it).
        cv: coefficient of variation of the yearly multiplier of the leaving rate.
        error: its standard error; nan where ``cv`` is 0.
        low: of its 95% interval.
        high: of its 95% interval.
        years: how many there were.
    """

    ratio: float
    cv: float
    error: float
    low: float
    high: float
    years: int


def over_dispersion(leavers: npt.ArrayLike, in_post: npt.ArrayLike) -> OverDispersion:
    """The yearly multiplier of leaving: what the variance of yearly leavers has beyond Poisson luck.

    With expected leavers ``mu`` in proportion to people in post, ``X2 = sum (L - mu)^2 / mu`` has the mean
    ``T - 1 + cv^2 (sum mu - sum mu^2 / sum mu)``, as in DerSimonian and Laird (1986); the interval is that of
    ``X2 / (T - 1)`` by chi-square.

    Args:
        leavers: of every year, shape ``(T,)``; years that are nan are left out.
        in_post: people in post in that year, shape ``(T,)``.

    Raises:
        InputError: fewer than three years with both, or nobody who left.

    Example:
        >>> found = over_dispersion([12, 30, 18, 40, 9], [150, 150, 150, 150, 150])
        >>> round(found.ratio, 2), round(found.cv, 2)
        (7.72, 0.56)
    """
    number, people = np.asarray(leavers, dtype=np.float64), np.asarray(in_post, dtype=np.float64)
    problems = []
    if number.ndim != 1 or number.shape != people.shape:
        rule = "two lists of the same length"
        problems.append(
            Problem("leavers, in_post", f"{number.shape}, {people.shape}", rule, "a number a year")
        )
    else:
        known = np.isfinite(number) & np.isfinite(people) & (people > 0)
        number, people = number[known], people[known]
        if len(number) < _FEWEST[KINDS[1]]:
            rule = f"at least {_FEWEST[KINDS[1]]} years with both"
            problems.append(Problem("leavers", f"{len(number)} years", rule, "more years"))
        elif (number < 0).any() or not number.sum() > 0:
            problems.append(Problem("leavers", shown(number.tolist()), "0 or more, not all 0", "FTE a year"))
    if problems:
        raise InputError("over_dispersion", problems)
    from scipy.special import chdtri

    expected = number.sum() / people.sum() * people
    free = len(number) - 1
    ratio = float(((number - expected) ** 2 / expected).sum() / free)
    size = float((expected.sum() - (expected**2).sum() / expected.sum()) / free)

    def cv(phi: float) -> float:
        """Of the multiplier at which the ratio would be this."""
        return math.sqrt(max(0.0, (phi - 1) / size))

    found = cv(ratio)
    error = ratio * math.sqrt(2 / free) / size / (2 * found) if found else math.nan
    low, high = (cv(ratio * free / float(chdtri(free, tail))) for tail in (0.025, 0.975))
    return OverDispersion(ratio, found, error, low, high, len(number))
