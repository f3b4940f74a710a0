"""Monthly paths: what is counted at every mark, and the measures that follow from the counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of the service over time.

    Attributes:
        name: column name.
        label: as on a chart.
        unit: unit, in words.
        flow: counted over the month before the mark (else the state at the mark).
        better: ``"lower"``, ``"higher"`` or ``""`` where neither is better in itself.
        decimals: how many to print.
    """

    name: str
    label: str
    unit: str
    flow: bool = False
    better: str = ""
    decimals: int = 1


MEASURES: tuple[Measure, ...] = (
    Measure("caseload", "Average caseload", "children per case-holder FTE", better="lower"),
    Measure("open_children", "Children with an open case", "children", decimals=0),
    Measure("unallocated_children", "Children unallocated", "children", better="lower", decimals=0),
    Measure("case_holders_fte", "Case holders", "FTE"),
    Measure("in_post_fte", "Permanent workers in post", "FTE", better="higher"),
    Measure("agency_fte", "Agency workers", "FTE", better="lower"),
    Measure("agency_rate", "Agency rate", "% of agency and in post", better="lower"),
    Measure("posts_fte", "Established posts", "FTE"),
    Measure("vacancies_fte", "Posts without a permanent worker", "FTE", better="lower"),
    Measure("empty_fte", "Posts with nobody in them", "FTE", better="lower"),
    Measure("vacancy_rate", "Vacancy rate", "% of vacancies and in post", better="lower"),
    Measure("turnover_rate", "Turnover, last 12 months", "% of in post", better="lower"),
    Measure("referred_children", "Children referred", "children in the month", flow=True, decimals=0),
    Measure("closed_children", "Children whose case closed", "children in the month", flow=True, decimals=0),
    Measure("handovers", "Changes of worker", "families in the month", flow=True, better="lower", decimals=0),
    Measure("starters_fte", "Permanent starters", "FTE in the month", flow=True),
    Measure("leavers_fte", "Permanent leavers", "FTE in the month", flow=True, better="lower"),
    Measure("conversions_fte", "Agency workers who became permanent", "FTE in the month", flow=True),
    Measure("agency_starts_fte", "Agency assignments started", "FTE in the month", flow=True),
    Measure("agency_ends_fte", "Agency assignments ended", "FTE in the month", flow=True),
    Measure("drift_share", "Drift", "% of the days children had an open case", flow=True, better="lower"),
    Measure("drift_unallocated_share", "Drift: unallocated", "% of open days", flow=True, better="lower"),
    Measure("drift_slow_share", "Drift: slow progress", "% of open days", flow=True, better="lower"),
    Measure("drift_repeated_share", "Drift: repeated work", "% of open days", flow=True, better="lower"),
    Measure(
        "workers_per_child",
        "Workers per child, cases closed",
        "workers",
        flow=True,
        better="lower",
        decimals=2,
    ),
    Measure("cost_gbp", "Cost", "pounds in the month", flow=True, better="lower", decimals=0),
    Measure("cost_to_date_gbp", "Cost to date", "pounds", better="lower", decimals=0),
    Measure(
        "cost_pay_gbp", "Cost: permanent pay with on-costs", "pounds in the month", flow=True, decimals=0
    ),
    Measure("cost_agency_gbp", "Cost: agency", "pounds in the month", flow=True, decimals=0),
    Measure("cost_recruitment_gbp", "Cost: recruitment", "pounds in the month", flow=True, decimals=0),
    Measure("cost_conversion_gbp", "Cost: conversion bonuses", "pounds in the month", flow=True, decimals=0),
    Measure("cost_new_posts_gbp", "Cost: running new posts", "pounds in the month", flow=True, decimals=0),
)

BY_NAME: dict[str, Measure] = {m.name: m for m in MEASURES}

_FLOWS = ("starters", "leavers", "conversions", "agency_starts", "agency_ends")


def measures(counts: Mapping[str, Floats]) -> dict[str, Floats]:
    """All of :data:`MEASURES` from counts at monthly marks (last axis); flows are nan at the first mark."""

    def monthly(name: str) -> Floats:
        total = counts[f"sum_{name}"]
        return np.concatenate([np.full((*total.shape[:-1], 1), np.nan), np.diff(total, axis=-1)], axis=-1)

    def over_year(name: str) -> Floats:
        total = counts[f"sum_{name}"]
        found = np.full(total.shape, np.nan)
        found[..., 12:] = total[..., 12:] - total[..., :-12]
        return found

    headings = ("pay", "agency", "recruitment", "conversion", "new_posts")
    closed = monthly("closed")
    with np.errstate(divide="ignore", invalid="ignore"):
        days = {name: monthly(f"{name}_days") for name in ("natural", "unallocated", "repeated", "slow")}
        all_days = days["natural"] + days["unallocated"] + days["repeated"] + days["slow"]
        drift = {name: 100 * days[name] / all_days for name in ("unallocated", "repeated", "slow")}
        vacancies = counts["covered"] + counts["empty"]
        found = {
            "caseload": counts["held"] / counts["case_holders"],
            "open_children": counts["open"],
            "unallocated_children": counts["unallocated"],
            "case_holders_fte": counts["case_holders"],
            "in_post_fte": counts["in_post"],
            "agency_fte": counts["agency"],
            "agency_rate": 100 * counts["agency"] / (counts["agency"] + counts["in_post"]),
            "posts_fte": counts["in_post"] + vacancies,
            "vacancies_fte": vacancies,
            "empty_fte": counts["empty"],
            "vacancy_rate": 100 * vacancies / (vacancies + counts["in_post"]),
            "turnover_rate": 100 * over_year("leavers") / counts["in_post"],
            "referred_children": monthly("referred"),
            "closed_children": closed,
            "handovers": monthly("handovers"),
            "drift_share": drift["unallocated"] + drift["repeated"] + drift["slow"],
            "drift_unallocated_share": drift["unallocated"],
            "drift_slow_share": drift["slow"],
            "drift_repeated_share": drift["repeated"],
            "workers_per_child": monthly("workers") / closed,
            "cost_to_date_gbp": sum(counts[f"sum_cost_{h}"] for h in headings),
        }
    found |= {f"{name}_fte": monthly(name) for name in _FLOWS}
    found |= {f"cost_{h}_gbp": monthly(f"cost_{h}") for h in headings}
    found["cost_gbp"] = sum(found[f"cost_{h}_gbp"] for h in headings)
    return {m.name: np.asarray(found[m.name], dtype=np.float64) for m in MEASURES}
