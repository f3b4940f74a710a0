"""How near the workforce of the model, on defaults, comes to what is published: T1 to T6, T14 and T15.

Prints the tables of docs/workforce_targets.md. Nothing is tuned to them; what is outside its band stays so.

    python examples/workforce_targets.py [worlds]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

import workforce_sim as ws
from workforce_sim.study.intervals import mean_interval

Floats = npt.NDArray[np.float64]
START, YEARS = "2025-10-01", 4
ENGLAND = ws.Authority.preset("england-2025")

#: Quartiles over authorities, 2025 (DfE workforce census).
QUARTILES = {
    "turnover_rate": (9.5, 15.2),
    "agency_rate": (7.9, 21.1),
    "vacancy_rate": (8.9, 23.9),
    "caseload": (14.0, 16.8),
}

#: What was published around an Inadequate: points above the national mean, census years 0 to +3.
AFTER_INADEQUATE = {"agency_rate": (14.9, 13.8, 11.9, 6.8), "vacancy_rate": (12.2, 12.7, 10.4, 6.1)}


def row(target: str, published: str, model: str, inside: bool | None) -> str:
    """A line of the table."""
    verdict = "shown" if inside is None else "inside" if inside else "**outside**"
    return f"| {target} | {published} | {model} | {verdict} |"


def interval(samples: Floats, places: int = 1, unit: str = "") -> str:
    """Mean and 95% interval in words."""
    mean, low, high = (float(x) for x in mean_interval(samples))
    return f"{mean:.{places}f}{unit} ({low:.{places}f} to {high:.{places}f})"


def england(worlds: int) -> Iterator[str]:
    """T1, T2, T5 and T6: the median authority, doing nothing."""
    runs = [ws.Simulation(ENGLAND, [], START, YEARS, seed=1, replication=i).run() for i in range(worlds)]
    wrong = 0
    for run in runs:
        census = run.census("2028-09-30")
        measures = run.paths.loc["2028-10-01"]
        wrong += any(
            abs(a - b) > 1e-9
            for a, b in (
                (census.turnover_rate, 100 * census.leavers_fte / census.in_post_fte),
                (census.turnover_rate, measures["turnover_rate"]),
                (census.agency_rate, measures["agency_rate"]),
                (census.vacancy_rate, measures["vacancy_rate"]),
                (census.average_caseload, measures["caseload"]),
            )
        )
    yield row("T1 census identities", "exact", f"{wrong} of {worlds} worlds break one", wrong == 0)
    for name, (low, high) in QUARTILES.items():
        last = np.array([run.paths[name].iloc[-1] for run in runs])
        mean = float(last.mean())
        yield row(f"T2 {name}, after four years", f"{low} to {high}", interval(last), low <= mean <= high)
    flows = {name: np.array([run.service.flows[name] for run in runs]) for name in runs[0].service.flows}
    leavers = flows["leavers"]
    sector = 100 * (flows["left_sector"] + flows["left_retired"]).sum() / leavers.sum()
    agency = 100 * flows["left_to_agency"].sum() / leavers.sum()
    other = 100 * flows["left_to_other_authority"].sum() / leavers.sum()
    found = f"{sector:.0f} / {agency:.0f} / {other:.0f}"
    near = abs(sector - 64) < 4 and abs(agency - 7) < 2 and abs(other - 29) < 4
    yield row("T5 leave the sector / to agency / to another authority", "64 / 7 / 29 (2025)", found, near)
    young = 100 * flows["leavers_under_5"].sum() / leavers.sum()
    yield row("T6 leavers under five years, turnover 11.8 (2025)", "not published", f"{young:.1f}%", None)
    busier = ENGLAND.with_changes(census={"turnover_rate": 15.4})
    more = [
        ws.Simulation(busier, [], START, YEARS, seed=1, replication=i).run().service.flows
        for i in range(worlds)
    ]
    young = 100 * sum(f["leavers_under_5"] for f in more) / sum(f["leavers"] for f in more)
    yield row(
        "T6 leavers under five years, turnover 15.4 (2021)", "63 to 70%", f"{young:.1f}%", 63 <= young <= 70
    )


def population(number: int, years: int = 6) -> dict[str, Floats]:
    """Census rows of authorities that differ as the published ones do: measure -> (authority, year)."""
    draws = np.random.default_rng(1).normal(size=(number, 4))
    rows: dict[str, list[list[float]]] = {name: [] for name in QUARTILES}
    for i, (z_vacancy, z_agency, z_turnover, z_caseload) in enumerate(draws):
        posts = 200
        vacancy = float(np.clip(17.0 + 9.4 * z_vacancy, 2, 45)) / 100
        covered = float(np.clip(0.78 + 0.15 * z_agency, 0.1, 0.98))
        vacant = round(posts * vacancy)
        agency = min(round(vacant * covered), vacant - 1) if vacant else 0
        group = ENGLAND.posts[0].model_copy(
            update={
                "number": posts // 2,
                "vacant": vacant // 2,
                "agency": agency // 2,
                "agency_above_establishment": 0,
            }
        )
        others = group.model_copy(
            update={"grade": "qualified without cases", "holds_cases": False, "salary_gbp": 45000.0}
        )
        turnover = float(np.clip(15.0 + 4.1 * z_turnover, 4, 35))
        caseload = float(np.clip(16.5 + 1.9 * z_caseload, 10, 24))
        holders = group.number - group.vacant + group.agency
        children = ENGLAND.demand.children_per_year * holders / ENGLAND.case_holders_fte()
        authority = ENGLAND.with_changes(
            name=f"authority {i}",
            posts=(group, others),
            census={"turnover_rate": turnover, "caseload": caseload},
            demand={"children_per_year": children * caseload / ENGLAND.census.caseload},
        )
        run = ws.Simulation(authority, [], START, years, seed=1, replication=i).run()
        for name in QUARTILES:
            rows[name].append(run.paths[name].iloc[12::12].tolist())
    return {name: np.array(values) for name, values in rows.items()}


def persistence(found: dict[str, Floats]) -> Iterator[str]:
    """T3 and T4: how alike consecutive years are, and how agency follows vacancies, over authorities."""
    for name, published in (
        ("agency_rate", 0.86),
        ("vacancy_rate", 0.82),
        ("caseload", 0.64),
        ("turnover_rate", 0.25),
    ):
        rows = found[name]
        r = float(np.corrcoef(rows[:, :-1].ravel(), rows[:, 1:].ravel())[0, 1])
        inside = abs(r - published) < 0.12
        yield row(f"T3 {name}, this year and next", f"{published:.2f} (within 0.12)", f"{r:.2f}", inside)
    slope = float(np.polyfit(found["vacancy_rate"].ravel(), found["agency_rate"].ravel(), 1)[0])
    yield row("T4 agency on vacancy, points", "0.7 to 0.9", f"{slope:.2f}", 0.7 <= slope <= 0.9)


def inspection(worlds: int) -> Iterator[str]:
    """T14: the median authority judged inadequate, alone and with what councils do then."""
    judged = ws.InspectionJudgement("inadequate", start=START)
    more = ws.NewPosts(20, start=START)
    plan = {"nothing": [], "judged": [judged], "judged, and a tenth more posts": [judged, more]}
    result = ws.Study(ENGLAND, plan, START, YEARS, seed=1, replications=worlds).run(progress=False)
    for scenario in ("judged", "judged, and a tenth more posts"):
        for measure, published in AFTER_INADEQUATE.items():
            paired = result.samples(measure, scenario) - result.samples(measure, "nothing")
            months = (12, 24, 36, 48)
            words = " / ".join(f"{paired[:, m].mean():+.1f}" for m in months)
            error = paired[:, 24].std(ddof=1) / np.sqrt(worlds)
            inside = abs(float(paired[:, 12].mean()) - published[0]) < 4
            yield row(
                f"T14 {measure}, {scenario}: years 1 / 2 / 3 / 4",
                " / ".join(f"{x:+.1f}" for x in published),
                f"{words} points (se {error:.1f})",
                inside,
            )


def birmingham(worlds: int) -> Iterator[str]:
    """T15: Birmingham, January 2015 to September 2016, under the posts of the improvement plan."""
    authority = ws.Authority.preset("birmingham-2015")
    posts = ws.NewPosts(80, start="2015-04-01", end="2017-03-31")
    plan = {"nothing": [], "80 posts": [posts]}
    result = ws.Study(authority, plan, "2015-01-01", 1.75, seed=1, replications=worlds).run(progress=False)
    last = result.months()

    def at(measure: str, month: int) -> Floats:
        return result.samples(measure, "80 posts")[:, month]

    for label, measure, published, band in (
        ("agency share", "agency_rate", "33% to 23.4%", (20.0, 27.0)),
        ("permanent staff", "in_post_fte", "+90 to +220 FTE (354 of 485, then 580 of 757)", None),
        ("caseload", "caseload", "25 to 14.8", (13.5, 16.5)),
    ):
        first, then = at(measure, 0), at(measure, last)
        if band is None:
            change = then - first
            inside = 90 <= float(change.mean()) <= 220
            yield row(f"T15 {label}", published, f"{interval(change, 0)} FTE more", inside)
        else:
            inside = band[0] <= float(then.mean()) <= band[1]
            yield row(f"T15 {label}", published, f"{first.mean():.1f} to {interval(then)}", inside)
    split = result.decompose("80 posts")
    for part, line in split.iterrows():
        model = f"{line['mean']:+.1f} ({line['low']:+.1f} to {line['high']:+.1f})"
        yield row(f"T15 caseload: {part}", "not published", model, None)


def steady_fall(worlds: int) -> Iterator[str]:
    """What it takes for the agency share of Birmingham to fall at 0.30 a year, as from 2015 to 2018.

    Published: agency 177, 130.5 and 101.8 FTE in 2016 to 2018, in post 580 to 662, leavers 63 and 89,
    starters 118 and 112 a year. So 0.28 of agency workers a year were replaced for good beyond the 0.56
    that leavers took: 0.84 together, where the preset, which stays level, has 0.26.
    """
    start = ws.Authority.preset("birmingham-2015")
    level = start.balanced()
    for label, conversions, turnover in (
        ("as in the preset", start.workforce.conversions_per_agency_year, 20.5),
        ("conversions 0.30 (top of the evidence)", 0.30, 20.5),
        ("conversions 0.30 and turnover 12%", 0.30, 12.0),
        ("conversions 0.30, turnover 12%, and covered posts hired into at 0.54", 0.30, 12.0),
    ):
        covered = 0.54 if "0.54" in label else None
        posts = tuple(
            g.model_copy(
                update={
                    "hires_per_empty_post_year": solved.hires_per_empty_post_year,
                    "hires_per_covered_post_year": covered or solved.hires_per_covered_post_year,
                    "covers_per_empty_post_year": solved.covers_per_empty_post_year,
                }
            )
            for g, solved in zip(start.posts, level.posts, strict=True)
        )
        authority = start.with_changes(
            posts=posts,
            census={"turnover_rate": turnover},
            workforce={"conversions_per_agency_year": conversions},
            recruitment={"vacancy_sharing": 0.0},
        )
        runs = [ws.Simulation(authority, [], "2015-04-01", 3, replication=i).run() for i in range(worlds)]
        shares = np.array([run.paths["agency_rate"].iloc[[0, -1]].to_numpy() for run in runs])
        fall = np.log(shares[:, 0] / shares[:, 1]) / 3
        yield row(f"T15 yearly fall of the agency share, {label}", "0.30", interval(fall, 2), None)


def leavers(worlds: int) -> Iterator[str]:
    """The spread of yearly leavers in an authority of average size, with and without years that differ."""
    bigger = tuple(
        g.model_copy(update={name: round(1.6 * getattr(g, name)) for name in ("number", "vacant", "agency")})
        for g in ENGLAND.posts
    )
    for cv, published, low, high in ((0.24, "3.1 times Poisson", 2.2, 4.2), (0.0, "1", 0.6, 1.4)):
        authority = ENGLAND.with_changes(
            posts=bigger, census={"turnover_rate": 13.9}, workforce={"leaving_year_cv": cv}
        )
        yearly = []
        for i in range(worlds):
            run = ws.Simulation(authority, [], START, 2, seed=1, replication=i).run()
            yearly.append(float(run.counts["sum_leavers"][24] - run.counts["sum_leavers"][12]))
        ratio = float(np.var(yearly, ddof=1) / np.mean(yearly))
        label = f"spread of yearly leavers, cv of years {cv:g} ({np.mean(yearly):.0f} a year)"
        error = ratio * np.sqrt(2 / (worlds - 1))
        yield row(label, published, f"{ratio:.1f} times (se {error:.1f})", low <= ratio <= high)


def table(worlds: int) -> str:
    """All rows."""
    rows = ["| target | published (band) | model | |", "| --- | --- | --- | --- |"]
    rows += england(worlds)
    rows += persistence(population(worlds))
    rows += inspection(worlds)
    rows += birmingham(worlds)
    rows += steady_fall(max(4, worlds // 3))
    rows += leavers(4 * worlds)
    return "\n".join(rows)


if __name__ == "__main__":
    print(table(int(sys.argv[1]) if len(sys.argv) > 1 else 40))
