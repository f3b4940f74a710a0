"""STRESS-DES: what has to be said of a discrete-event simulation so that others can judge and repeat it.

The items are those of Monks, Currie, Onggo, Robinson, Kunc and Taylor (2019), Strengthening the reporting of
empirical simulation studies: introducing the STRESS guidelines, Journal of Simulation 13(1), 55-67. Every one
is filled from the model that was run.
"""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from workforce_sim.authority.layout import layout
from workforce_sim.authority.steady import steady
from workforce_sim.measures.paths import BY_NAME
from workforce_sim.numbers import joined, length, plural, uncapital
from workforce_sim.report.blocks import Cell, Group, Row, Table
from workforce_sim.report.sections.register import evidence_counts
from workforce_sim.study.keys import version_of

if TYPE_CHECKING:
    from workforce_sim.study.result import Result

UNKNOWN = "(version unknown)"
_PACKAGES = ("simpy", "numpy", "numba", "scipy", "pandas", "xarray", "matplotlib")


def stress_table(result: Result, outputs: list[str]) -> Table:
    """The checklist, filled.

    Args:
        result: what was run.
        outputs: the measures that the report is about.
    """
    sections = {
        "1. Objectives": _objectives(result, outputs),
        "2. Logic": _logic(result),
        "3. Data": _data(result),
        "4. Experimentation": _experimentation(result),
        "5. Implementation": _implementation(result),
        "6. Code access": [
            (
                "6.1 Sharing the model",
                "The library, its specification (docs/model.md) and its tests are open under the MIT "
                "licence (CITATION.cff says how to cite them). The lines that run this study again are in "
                "this report; "
                'result.bundle("bid.zip") holds its inputs and every number.',
            )
        ],
    }
    groups = [
        Group(tuple(Row(item, (Cell(said),)) for item, said in items), heading)
        for heading, items in sections.items()
    ]
    caption = "The STRESS-DES checklist (Monks and others 2019), filled from the model that was run."
    return Table(caption, ("Item", "In this study"), tuple(groups), "register")


def _objectives(result: Result, outputs: list[str]) -> list[tuple[str, str]]:
    measures = joined([f"{uncapital(BY_NAME[m].label)} ({BY_NAME[m].unit})" for m in outputs])
    aims = [name for name in result.scenarios if name != result.baseline]
    compared = f"{joined([f'“{n}”' for n in aims])} against “{result.baseline}”" if aims else "nothing"
    return [
        (
            "1.1 Purpose of the model",
            "To find what a workforce plan would do to caseloads, agency use, cost and drift in "
            f"{result.authority.name} before money is asked for.",
        ),
        ("1.2 Model outputs", f"Monthly: {measures}. Others are in the spreadsheet of this report."),
        (
            "1.3 Aims of the experiment",
            f"To compare {compared} over {length(result.months())}, in the same worlds."
            if aims
            else f"To see what becomes of the service over {length(result.months())}; nothing is compared.",
        ),
    ]


def _logic(result: Result) -> list[tuple[str, str]]:
    found = steady(result.authority)
    stages, plan = found.pathway.stage_names, layout(result.authority)
    ways = found.pathway.exit_names
    posts = [
        f"{group.number:,} {group.grade}{'' if group.holds_cases else ' (no cases)'}"
        for group in result.authority.posts
    ]
    teams = sum(plan.teams_of_type)
    scenarios = "; ".join(
        f"“{name}”: {'; '.join(lines) if lines else 'nothing is changed'}"
        for name, lines in result.interventions.items()
    )
    waiting = result.authority.casework.waiting_list_limit
    limit = f"full at {waiting} children" if waiting is not None else "without a limit"
    return [
        (
            "2.1 Base model, overview",
            f"A family is referred, goes through stages and is closed: {', '.join(stages)}.",
        ),
        (
            "2.2 Base model, logic",
            "Workers share their hours over the cases on their lists; the fuller the list, the slower "
            "every case. People leave, are hired or are covered by agency post by post; a change of "
            "worker costs work that is done again. Rules in words and symbols: docs/model.md.",
        ),
        ("2.3 Scenario logic", f"{scenarios}."),
        (
            "2.4 Algorithms",
            f"Allocation: {result.authority.casework.allocation}; rebalancing: "
            f"{result.authority.casework.rebalancing}. Attention is shared in proportion to the limits of "
            "the cases; referrals are a Poisson process by thinning; rates that no source gives are "
            "solved so that doing nothing stays at the census row (docs/model.md, section 9).",
        ),
        ("2.5.1 Entities", "Families with one or more children; workers, permanent and agency."),
        (
            "2.5.2 Activities",
            f"Work in {plural(len(stages), 'stage')}, reviews, sign-off, handover, notice, hiring.",
        ),
        ("2.5.3 Resources", f"Posts in {plural(teams, 'team')}: {joined(posts)}."),
        (
            "2.5.4 Queues",
            f"A waiting list a team, by urgency and then by date of referral, {limit}; gates of reviews "
            "and sign-off.",
        ),
        (
            "2.5.5 Entry and exit",
            f"Families enter at {stages[0]} and leave by: {joined(ways)}. Some come back.",
        ),
    ]


def _data(result: Result) -> list[tuple[str, str]]:
    counts = evidence_counts(result.authority)
    classes = joined([f"{n} {name}" for name, n in counts.items() if name != "all"])
    note = result.authority.note or "Stated in the file of the authority."
    taken = result.authority.provenance()
    prepared = "What was taken from files, filled in and ignored is in authority.provenance()."
    return [
        ("3.1 Data sources", f"{note} The register of this report has the source of every setting."),
        ("3.2 Pre-processing", prepared if len(taken) else "None: every setting is stated."),
        ("3.3 Input parameters", f"{counts['all']} settings, all in the register: {classes}."),
        (
            "3.4 Assumptions",
            "Marked “assumption” in the register, and listed under what the model leaves out.",
        ),
    ]


def _experimentation(result: Result) -> list[tuple[str, str]]:
    about = result.data.attrs
    return [
        (
            "4.1 Initialisation",
            "No warm-up: the service starts in use, at its census row, with open cases and staff drawn "
            "from the steady state (docs/model.md, section 8). Doing nothing is tested to stay there.",
        ),
        (
            "4.2 Run length",
            f"{length(result.months()).capitalize()} from {about['start']}; every month is kept.",
        ),
        (
            "4.3 Estimation",
            f"{plural(result.replications, 'replication')} a scenario under common random numbers; 95% "
            "intervals of paired differences that hold for all months together (sup-t), t intervals of "
            "means, Wilson for shares.",
        ),
    ]


def _implementation(result: Result) -> list[tuple[str, str]]:
    about = result.data.attrs
    return [
        (
            "5.1 Software",
            f"workforce_sim {about['workforce_sim']}; this report was written with Python "
            f"{platform.python_version()}, {joined([f'{n} {version_of(n) or UNKNOWN}' for n in _PACKAGES])}.",
        ),
        (
            "5.2 Random sampling",
            f"Philox, counter-based (NumPy), keyed by seed {about['seed']}, world and purpose: random "
            f"streams version {about['stream_version']}. A number belongs to a person, a family or a post, "
            "whatever else happens.",
        ),
        (
            "5.3 Execution",
            "SimPy processes for staff, money and policies around a compiled kernel of casework; events "
            "in order of time, ties by rule (docs/model.md, section 1).",
        ),
        (
            "5.4 System",
            "Any computer that runs Python; a world of a median authority takes about a tenth of a "
            "second. The numbers do not depend on how many processors there are.",
        ),
    ]
