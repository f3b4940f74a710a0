"""Referrals: by season, in families of several children, and again."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np

import workforce_sim as ws
from tests.validation.registry import answers
from tests.validation.rules import Found
from tests.validation.unlimited import (
    DAY_OF_WEEKS,
    dispersion,
    mean_open,
    moments,
    unlimited,
    variance_open,
)
from tests.validation.worlds import START, Sums, found, replications, service, stage
from workforce_sim.authority.calendar import WorkingCalendar
from workforce_sim.measures.paths import measures

SIZES = (0.55, 0.25, 0.12, 0.06, 0.02)
MEAN_SIZE = sum(n * share for n, share in enumerate(SIZES, 1))


def integrals_of_the_rate() -> list[float]:
    """650 (1 + 0.15 cos(2 pi (t - 10) / 52.178571)) a week over each twelfth of a year."""
    year = 365.25 / 7
    turn = 2 * math.pi / year
    ends = [year * i / 12 for i in range(13)]

    def until(t: float) -> float:
        return 650 * (t + 0.15 * math.sin(turn * (t - 10)) / turn)

    return [until(b) - until(a) for a, b in pairwise(ends)]


@answers("V36")
def a_year_of_seasons() -> dict[str, Found]:
    """A factor for each calendar month, such that its working days bring what a twelfth of a year should."""
    calendar = WorkingCalendar(dt.date.fromisoformat(START), 12)
    expected, days = np.array(integrals_of_the_rate()), np.diff(calendar.marks)
    usual = expected.sum() / 253
    season = np.empty(12)
    season[calendar.month_of_year()] = expected / days / usual
    plain = service({"case": stage(1e-3)}, usual, 1e-6)
    authority = plain.with_changes(demand={"season": tuple(season.tolist())})

    def read(finished: ws.Run) -> Sums:
        n = np.diff(finished.counts["sum_referred"])
        return {"n": 1, "sum": n, "product": np.outer(n, n), "year": n.sum()}

    rows = replications(authority, 860, 1, read)

    def covariances(sums: Sums) -> Any:
        mean = sums["sum"] / sums["n"]
        return (sums["product"] / sums["n"] - np.outer(mean, mean)) * sums["n"] / (sums["n"] - 1)

    def indices(sums: Sums) -> Any:
        return (np.diag(covariances(sums)) * sums["n"] / sums["sum"]).mean()

    def correlation(sums: Sums) -> Any:
        matrix = covariances(sums)
        sd = np.sqrt(np.diag(matrix))
        return (matrix / np.outer(sd, sd))[np.triu_indices(12, 1)].mean()

    return {
        "mean children referred in each twelfth": found(rows, lambda s: s["sum"] / s["n"]),
        "children referred in the year": found(rows, lambda s: s["year"] / s["n"]),
        "variance over mean of a twelfth": found(rows, indices),
        "correlation of two twelfths": found(rows, correlation),
    }


def with_sizes(authority: ws.Authority, together: bool = True) -> ws.Authority:
    """The same with families of one to five children."""
    sizes = {"children_per_family": MEAN_SIZE, "family_sizes": SIZES, "siblings_together": together}
    return authority.with_changes(demand=sizes)


@answers("V37")
def families_of_several() -> dict[str, Found]:
    """Four weeks are a working day: children referred on each."""
    authority = with_sizes(service({"case": stage(1e-5)}, 800 * MEAN_SIZE, 1e-6))

    def read(finished: ws.Run) -> Sums:
        families, end = finished.children, finished.simulation.calendar.end
        size = families["children"].to_numpy()
        days = np.floor(families["referred_day"].to_numpy()).astype(int)
        n = np.bincount(days, weights=size, minlength=end)
        return {
            "days": end,
            "open": n.sum(),
            "squared": (n**2).sum(),
            "families": len(size),
            "children": size.sum(),
            "size of a child's": (size**2).sum(),
            "with siblings": size[size > 1].sum(),
        }

    rows = replications(authority, 92, 1, read)
    return {
        "children in four weeks": found(rows, mean_open),
        "variance": found(rows, variance_open),
        "variance over mean": found(rows, dispersion),
        "mean size of a family": found(rows, lambda s: s["children"] / s["families"]),
        "mean size of the family of a child": found(rows, lambda s: s["size of a child's"] / s["children"]),
        "share of children with siblings": found(rows, lambda s: s["with siblings"] / s["children"]),
    }


@answers("V38")
def siblings_together_and_apart() -> dict[str, Found]:
    """Families who are open for 26 weeks on average; every child by itself, or all children together."""
    one = unlimited(26 / DAY_OF_WEEKS, 2 * DAY_OF_WEEKS * MEAN_SIZE, 91.0, 1, work_law="exponential")
    apart, together = (replications(with_sizes(one, how), 36, 10, moments) for how in (False, True))
    return {
        "mean number of children open": found(apart, mean_open),
        "variance, each child closed by itself": found(apart, variance_open),
        "variance, siblings closed together": found(together, variance_open),
    }


# ---- Again -----------------------------------------------------------------------------------------------

REFERRED, AGAIN = 621_880, 139_080


def published_rate() -> float:
    """The re-referral rate of England 2024 as the library's measure defines it, from published counts."""
    counts: dict[str, Any] = defaultdict(lambda: np.zeros(13))
    counts["sum_referred"] = np.linspace(0, REFERRED, 13)
    counts["sum_referred_again_in_year"] = np.linspace(0, AGAIN, 13)
    return float(measures(counts, ["case"])["rereferral_rate"][12]) / 100


@answers("V39")
def families_who_come_back() -> dict[str, Found]:
    """A share of those closed comes back after 20 days on average: referrals in the second year of a run."""
    p = published_rate()
    plain = service({"case": stage(1e-3)}, 400.0, 1e-6)
    authority = plain.with_changes(
        pathway={"exits": {"closed": {"return_share": p}}, "mean_return_days": 20.0}
    )

    def read(finished: ws.Run) -> Sums:
        return {
            name: finished.counts[f"sum_{name}"][24] - finished.counts[f"sum_{name}"][12]
            for name in ("referred", "referred_again")
        }

    rows = replications(authority, 8, 2, read)
    new = REFERRED * (1 - p)
    return {
        "re-referral rate of England 2024": Found(p),
        "children referred for the first time": Found(round(new, 6)),
        "referrals for each first one": found(
            rows, lambda s: s["referred"] / (s["referred"] - s["referred_again"])
        ),
        "all referrals, from the first": Found(new / (1 - p)),
        "share of referrals that are again": found(rows, lambda s: s["referred_again"] / s["referred"]),
    }
