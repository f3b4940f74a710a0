"""Why caseload changed: posts filled, vacancies filled, agency, demand, closures, waiting.

Caseload is children held / case holders, c = N / H. Its change between two moments is split exactly by the
logarithmic mean L(a, b) = (a - b) / (ln a - ln b) (the additive LMDI method, Ang 2004):

    c1 - c0 = L(c1, c0) (ln N1/N0 - ln H1/H0)

and each logarithm is shared over the parts that change N and H, in proportion to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.study.intervals import mean_interval

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.study.result import Result

Floats = npt.NDArray[np.float64]

#: The parts, in order, in words.
PARTS = {
    "vacancies filled": "permanent case holders in posts of the start",
    "new posts filled": "permanent case holders in posts established since",
    "agency": "agency case holders",
    "demand": "children referred beyond the rate of the authority's year",
    "closures": "children closed beyond that rate",
    "waiting": "children who wait for a worker",
}


def decompose(result: Result, scenario: str, first: int, last: int) -> pd.DataFrame:
    """See :meth:`~workforce_sim.Result.decompose`."""
    import pandas as pd

    parts = contributions(result, scenario, first, last)
    parts["total"] = np.sum(list(parts.values()), axis=0)
    rows = []
    for name, samples in parts.items():
        mean, low, high = (float(x) for x in mean_interval(samples))
        rows.append((name, PARTS.get(name, "change in average caseload"), mean, low, high))
    return pd.DataFrame(rows, columns=["part", "what", "mean", "low", "high"]).set_index("part")


def contributions(result: Result, scenario: str, first: int, last: int) -> dict[str, Floats]:
    """Children per case holder that each part adds, by world; they add up to the change exactly."""

    def path(measure: str) -> Floats:
        return result.samples(measure, scenario)

    def change(measure: str) -> Floats:
        values = path(measure)
        return np.asarray(values[:, last] - values[:, first])

    def flow(measure: str) -> Floats:
        return np.asarray(path(measure)[:, first + 1 : last + 1].sum(axis=1))

    caseload, holders = path("caseload"), path("case_holders_fte")
    held = caseload * holders
    added = {
        "new posts filled": change("case_holders_new_posts_fte"),
        "agency": change("case_holders_agency_fte"),
    }
    added["vacancies filled"] = change("case_holders_fte") - sum(added.values())
    usual = result.authority.demand.children_per_year * (last - first) / 12
    children = {"demand": flow("referred_children") - usual, "waiting": -change("unallocated_children")}
    children["closures"] = held[:, last] - held[:, first] - sum(children.values())
    with np.errstate(divide="ignore", invalid="ignore"):  # nan where nobody holds a case, or none is held
        level = _log_mean(caseload[:, last], caseload[:, first])
        per_holder = -level * _log_share(holders[:, last], holders[:, first])
        per_child = level * _log_share(held[:, last], held[:, first])
        found = {name: fte * per_holder for name, fte in added.items()}
        found |= {name: number * per_child for name, number in children.items()}
    return {name: found[name] for name in PARTS}


def _log_mean(a: Floats, b: Floats) -> Floats:
    return np.where(np.isclose(a, b, rtol=1e-12), a, (a - b) / (np.log(a) - np.log(b)))


def _log_share(a: Floats, b: Floats) -> Floats:
    """ln(a / b) for each unit of a - b."""
    return np.asarray(1.0 / _log_mean(a, b))
