"""Monthly paths: what is counted at every mark, and the measures that follow from the counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


#: What a bid asks first.
HEADLINE = ("caseload", "agency_rate", "agency_fte", "turnover_rate", "cost_to_date_gbp")

#: The causes of drift (section 5 of docs/model.md), as they are labelled.
DRIFT = {
    "decision": "waiting for a decision",
    "unallocated": "unallocated",
    "absent": "worker absent",
    "slow": "slow progress",
    "repeated": "repeated work",
    "missed_review": "waiting for a missed review",
    "sign_off": "waiting for sign-off",
}

#: Stages that the DfE counts, by the names the pathways that come with the library give them.
ASSESSMENT, CONFERENCE, PROTECTION = "assessment", "initial conference", "child protection plan"
LOOKED_AFTER = ("care proceedings", "looked after")

MEASURES: tuple[Measure, ...] = (
    Measure("caseload", "Average caseload", "children per case-holder FTE", better="lower"),
    Measure("open_children", "Children with an open case", "children", decimals=0),
    Measure("unallocated_children", "Children unallocated", "children", better="lower", decimals=0),
    Measure("case_holders_fte", "Case holders", "FTE"),
    Measure("case_holders_new_posts_fte", "Permanent case holders in new posts", "FTE"),
    Measure("case_holders_agency_fte", "Agency case holders", "FTE"),
    Measure("in_post_fte", "Permanent workers in post", "FTE", better="higher"),
    Measure("newly_qualified_fte", "Newly qualified case holders", "FTE"),
    Measure("agency_fte", "Agency workers", "FTE", better="lower"),
    Measure("agency_rate", "Agency rate", "% of agency and in post", better="lower"),
    Measure("posts_fte", "Established posts", "FTE"),
    Measure("vacancies_fte", "Posts without a permanent worker", "FTE", better="lower"),
    Measure("empty_fte", "Posts with nobody in them", "FTE", better="lower"),
    Measure("vacancy_rate", "Vacancy rate", "% of vacancies and in post", better="lower"),
    Measure("turnover_rate", "Turnover, last 12 months", "% of in post", better="lower"),
    Measure("referred_children", "Children referred", "children in the month", flow=True, decimals=0),
    Measure("closed_children", "Children whose case closed", "children in the month", flow=True, decimals=0),
    Measure("rereferral_rate", "Re-referrals, last 12 months", "% of children referred", better="lower"),
    Measure(
        "turned_away_children", "Children turned away", "children in the month", flow=True, better="lower"
    ),
    Measure("ended_early_children", "Children whose plan ended early", "children in the month", flow=True),
    Measure(
        "assessments_in_time_rate", "Assessments in time", "% of those ended", flow=True, better="higher"
    ),
    Measure("conferences_in_time_rate", "Conferences in time", "% of those held", flow=True, better="higher"),
    Measure("protection_plan_children", "Children on a protection plan", "children", decimals=0),
    Measure("looked_after_children", "Children looked after", "children", decimals=0),
    Measure(
        "visits_made_rate", "Visits and recording done", "% of the hours due", flow=True, better="higher"
    ),
    Measure(
        "three_workers_rate", "Three workers or more, last 12 months", "% of open children", better="lower"
    ),
    Measure("limbo_children", "Children in limbo", "children", better="lower", decimals=0),
    Measure("handovers", "Changes of worker", "families in the month", flow=True, better="lower", decimals=0),
    Measure("starters_fte", "Permanent starters", "FTE in the month", flow=True),
    Measure("leavers_fte", "Permanent leavers", "FTE in the month", flow=True, better="lower"),
    Measure("promotions_fte", "Promotions", "FTE in the month", flow=True),
    Measure("absences_fte", "Long absences begun", "FTE in the month", flow=True, better="lower"),
    Measure("conversions_fte", "Agency workers who became permanent", "FTE in the month", flow=True),
    Measure("agency_starts_fte", "Agency assignments started", "FTE in the month", flow=True),
    Measure("agency_ends_fte", "Agency assignments ended", "FTE in the month", flow=True),
    Measure("drift_share", "Drift", "% of the days children had an open case", flow=True, better="lower"),
    *(
        Measure(f"drift_{part}_share", f"Drift: {label}", "% of open days", flow=True, better="lower")
        for part, label in DRIFT.items()
    ),
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
    Measure("cost_retention_gbp", "Cost: retention payments", "pounds in the month", flow=True, decimals=0),
    Measure("cost_conversion_gbp", "Cost: conversion bonuses", "pounds in the month", flow=True, decimals=0),
    Measure("cost_redundancy_gbp", "Cost: redundancy", "pounds in the month", flow=True, decimals=0),
    Measure("cost_new_posts_gbp", "Cost: running new posts", "pounds in the month", flow=True, decimals=0),
    Measure("cost_programmes_gbp", "Cost: programmes", "pounds in the month", flow=True, decimals=0),
    Measure("cost_care_gbp", "Cost: placements", "pounds in the month", flow=True, decimals=0),
)

BY_NAME: dict[str, Measure] = {m.name: m for m in MEASURES}

#: Names of the measures in their order, and the place of each in arrays that have them all.
NAMES = tuple(BY_NAME)
PLACE: dict[str, int] = {name: i for i, name in enumerate(NAMES)}

_FLOWS = (
    *("starters", "leavers", "promotions", "absences"),
    *("conversions", "agency_starts", "agency_ends"),
)

#: Headings of money, as in the measures ``cost_..._gbp``.
HEADINGS = tuple(
    m.name.removeprefix("cost_").removesuffix("_gbp")
    for m in MEASURES
    if m.name.startswith("cost_") and m.label.startswith("Cost: ")
)


def measures(counts: Mapping[str, Floats], stages: Sequence[str] = ()) -> dict[str, Floats]:
    """All of :data:`MEASURES` from counts at monthly marks (last axis); flows are nan at the first mark.

    Args:
        counts: what :func:`~workforce_sim.workforce.counting.count` counts.
        stages: names of the stages of the pathway; measures of a stage that is not there are nan.
    """
    nothing = np.full(counts["held"].shape, np.nan)

    def monthly(name: str) -> Floats:
        total = counts[f"sum_{name}"]
        return np.concatenate([np.full((*total.shape[:-1], 1), np.nan), np.diff(total, axis=-1)], axis=-1)

    def over_year(name: str) -> Floats:
        total = counts[f"sum_{name}"]
        found = np.full(total.shape, np.nan)
        found[..., 12:] = total[..., 12:] - total[..., :-12]
        return found

    def in_time(name: str) -> Floats:
        if name not in stages:
            return nothing
        i = stages.index(name)
        return 100 * monthly(f"in_time_stage_{i}") / monthly(f"ended_stage_{i}")

    def open_in(*names: str) -> Floats:
        there = [counts[f"open_stage_{stages.index(name)}"] for name in names if name in stages]
        return np.sum(there, axis=0) if there else nothing

    closed = monthly("closed")
    with np.errstate(divide="ignore", invalid="ignore"):
        days = {name: monthly(f"{name}_days") for name in DRIFT}
        lost = np.sum(list(days.values()), axis=0)
        all_days = monthly("natural_days") + lost
        vacancies = counts["covered"] + counts["empty"]
        found = {
            "caseload": counts["held"] / counts["case_holders"],
            "open_children": counts["open"],
            "unallocated_children": counts["unallocated"],
            "case_holders_fte": counts["case_holders"],
            "case_holders_new_posts_fte": counts["holders_new_posts"],
            "case_holders_agency_fte": counts["holders_agency"],
            "in_post_fte": counts["in_post"],
            "newly_qualified_fte": counts["newly_qualified"],
            "agency_fte": counts["agency"],
            "agency_rate": 100 * counts["agency"] / (counts["agency"] + counts["in_post"]),
            "posts_fte": counts["in_post"] + vacancies,
            "vacancies_fte": vacancies,
            "empty_fte": counts["empty"],
            "vacancy_rate": 100 * vacancies / (vacancies + counts["in_post"]),
            "turnover_rate": 100 * over_year("leavers") / counts["in_post"],
            "referred_children": monthly("referred"),
            "closed_children": closed,
            "rereferral_rate": 100 * over_year("referred_again_in_year") / over_year("referred"),
            "turned_away_children": monthly("turned_away"),
            "ended_early_children": monthly("ended_early"),
            "assessments_in_time_rate": in_time(ASSESSMENT),
            "conferences_in_time_rate": in_time(CONFERENCE),
            "protection_plan_children": open_in(PROTECTION),
            "looked_after_children": open_in(*LOOKED_AFTER),
            "visits_made_rate": 100 * (1 - monthly("missed_upkeep_hours") / monthly("upkeep_hours")),
            "three_workers_rate": 100 * counts["three_workers"] / counts["open"],
            "limbo_children": counts["limbo"],
            "handovers": monthly("handovers"),
            "drift_share": 100 * lost / all_days,
            "workers_per_child": monthly("workers") / closed,
            "cost_to_date_gbp": sum(counts[f"sum_cost_{h}"] for h in HEADINGS),
        }
        found |= {f"drift_{name}_share": 100 * part / all_days for name, part in days.items()}
    found |= {f"{name}_fte": monthly(name) for name in _FLOWS}
    found |= {f"cost_{h}_gbp": monthly(f"cost_{h}") for h in HEADINGS}
    found["cost_gbp"] = sum(found[f"cost_{h}_gbp"] for h in HEADINGS)
    whole = {m.name: np.asarray(found[m.name], dtype=np.float64) for m in MEASURES}
    # where nobody is in post there is no rate of leaving, though everybody has left
    return {name: np.where(np.isinf(values), np.nan, values) for name, values in whole.items()}
