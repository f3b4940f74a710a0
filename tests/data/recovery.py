"""Parameter recovery: simulate with known parameters, fit them, count how often intervals hold the truth.

Run as a module it prints a table: ``python -m tests.data.recovery [trials [together]]``.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from dataclasses import dataclass
from functools import cache

import pandas as pd

from workforce_sim.authority.authority import Authority
from workforce_sim.data.calibration.calibrate import Calibration, calibrate
from workforce_sim.simulation import Simulation
from workforce_sim.testing import small_authority

FIRST, LAST = 2019, 2025

#: What the years are made with: times what the service starts from, and the cv of years.
TRUTH = {
    "workforce.leaving_scale": 1.15,
    "workforce.hires_per_vacancy_year": 0.85,
    "workforce.covers_per_empty_post_year": 1.3,
    "casework.work_scale": 1.1,
    "workforce.leaving_year_cv": 0.20,
}

WORLDS = 8


@cache
def service() -> Authority:
    """Sixty posts of one grade, a fifth of them vacant, two thirds of these covered by agency."""
    return small_authority(
        60,
        vacant=12,
        covered=8,
        teams=1,
        referrals_per_day=0.25,
        caseload=4.0,
        census={"turnover_rate": 14.0, "caseload": 4.0, "date": "2019-09-30"},
        workforce={
            "leaving_per_year_under_5": 0.19,
            "leaving_per_year_from_5": 0.11,
            "leaving_scale": None,
            "hires_per_vacancy_year": None,
            "covers_per_empty_post_year": None,
            "leaving_year_cv": 0.24,
            "notice_days": 30.0,
            "agency_assignment_months": 6.0,
        },
        casework={"work_scale": None},
        recruitment={"vacancy_sharing": 0.5},
    ).balanced()


def truth() -> Authority:
    """The same with the parameters that are to be found again."""
    start = service()
    of_rate = {
        "leaving_scale": TRUTH["workforce.leaving_scale"],
        "hires_per_empty_post_year": TRUTH["workforce.hires_per_vacancy_year"],
        "hires_per_covered_post_year": TRUTH["workforce.hires_per_vacancy_year"],
        "covers_per_empty_post_year": TRUTH["workforce.covers_per_empty_post_year"],
    }
    group = start.posts[0]
    rates = {name: getattr(group, name) * times for name, times in of_rate.items()}
    assert start.casework.work_scale is not None
    return start.with_changes(
        posts=(group.model_copy(update=rates),),
        casework={"work_scale": start.casework.work_scale * TRUTH["casework.work_scale"]},
        workforce={"leaving_year_cv": TRUTH["workforce.leaving_year_cv"]},
    )


def years_of(authority: Authority, trial: int) -> pd.DataFrame:
    """What a return would have shown of one world."""
    start = dt.date(FIRST, 10, 1)
    run = Simulation(authority, start=start, years=LAST - FIRST, seed=2_000, replication=trial).run()
    years = range(FIRST, LAST + 1)
    rows = [run.census(dt.date(year, 9, 30)) for year in years]
    return pd.DataFrame(
        {
            "inpost_fte": [r.in_post_fte for r in rows],
            "vacancy_fte": [r.vacancies_fte for r in rows],
            "agency_fte": [r.agency_fte for r in rows],
            "agency_cover_fte": [r.agency_covering_fte for r in rows],
            "case_holders_fte": [r.case_holders_fte for r in rows],
            "cases": [r.cases for r in rows],
            "leavers_fte": [r.leavers_fte for r in rows],
        },
        index=list(years),
    )


def fitted(trial: int, together: bool = False) -> Calibration:
    """The years of one world, fitted by somebody who starts from other values and has other luck."""
    observed = years_of(truth(), trial)
    return calibrate(
        service(),
        observed,
        parameters=list(TRUTH),
        together=together,
        worlds=WORLDS,
        seed=50_000 + trial,
    )


@dataclass(frozen=True)
class Recovered:
    """What a trial found.

    Attributes:
        found: parameter -> estimate, interval and standard error.
        p_value: of its J.
        seconds: of processor time.
    """

    found: dict[str, tuple[float, float, float, float]]
    p_value: float
    seconds: float

    def holds(self, path: str) -> bool:
        """Whether the interval holds the truth."""
        _, low, high, _ = self.found[path]
        return low <= TRUTH[path] <= high


def recover(trial: int, together: bool = False) -> Recovered:
    """One trial."""
    start = time.process_time()
    fit = fitted(trial, together)
    found = {
        str(path): (row["value"], row["from"], row["to"], row["standard_error"])
        for path, row in fit.table.iterrows()
    }
    return Recovered(found, fit.p_value, time.process_time() - start)


def table(trials: list[Recovered]) -> str:
    """How often, in Markdown."""
    n = len(trials)
    lines = [
        f"| parameter | truth | mean estimate | spread of estimates | mean standard error | held, of {n} |"
    ]
    lines.append("| --- | --- | --- | --- | --- | --- |")
    held = 0
    for path, true in TRUTH.items():
        estimates = pd.Series([t.found[path][0] for t in trials])
        error = pd.Series([t.found[path][3] for t in trials])
        here = sum(t.holds(path) for t in trials)
        held += here
        lines.append(
            f"| `{path}` | {true:g} | {estimates.mean():.3f} | {estimates.std():.3f} | {error.mean():.3f} "
            f"| {here} ({100 * here / n:.0f}%) |"
        )
    share = held / (n * len(TRUTH))
    lines.append(f"| all | | | | | {held} of {n * len(TRUTH)} ({100 * share:.1f}%) |")
    low = sum(t.p_value < 0.05 for t in trials)
    seconds = sum(t.seconds for t in trials)
    lines += ["", f"p of J below 0.05: {low} of {n}; {seconds / n:.1f} s of processor a fit"]
    return "\n".join(lines)


def main(trials: int = 50, together: bool = False) -> None:
    """Print the table."""
    done = []
    for trial in range(trials):
        done.append(recover(trial, together))
        if not sys.stdout.isatty():
            print(f"trial {trial}: {done[-1].seconds:.1f} s", file=sys.stderr, flush=True)
    print(table(done))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50, "together" in sys.argv[2:])
