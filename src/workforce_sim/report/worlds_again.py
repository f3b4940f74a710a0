"""The first worlds of a study run again, for what monthly paths lack: workers' lists and children's days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import add_months
from workforce_sim.report.child.days import PARTS

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.run import Run
    from workforce_sim.study.result import Result

Floats = npt.NDArray[np.float64]

#: Worlds are run again until so many workers have been seen, in four of them at most: a few seconds.
WORKERS, WORLDS = 300, 4


@dataclass(frozen=True)
class Lists:
    """Workers' lists on one date, the workers of all worlds together.

    Attributes:
        when: the date.
        worlds: how many were run again: the first of the study.
        children: by scenario, children on the list of every worker who holds a case, shape ``(workers,)``.
        fte: by scenario, hours of these workers over full time.
    """

    when: dt.date
    worlds: int
    children: Mapping[str, Floats]
    fte: Mapping[str, Floats]

    def per_fte(self, scenario: str) -> Floats:
        """Children for each full-time equivalent, worker by worker."""
        return self.children[scenario] / self.fte[scenario]


@dataclass(frozen=True)
class ChildDays:
    """Working days a child, by what they went into.

    The children are those first referred in the first half of the study, followed to its end: the same
    families under every scenario, unless a scenario changes who is referred.

    Attributes:
        worlds: how many were run again: the first of the study.
        children: by scenario, how many children, all worlds together.
        days: by scenario and part (natural, then the causes of drift), mean working days a child.
    """

    worlds: int
    children: Mapping[str, int]
    days: Mapping[str, Mapping[str, float]]

    def drift(self, scenario: str) -> float:
        """Mean working days of drift a child."""
        return sum(days for part, days in self.days[scenario].items() if part != "natural")


def run_again(result: Result, scenarios: Sequence[str], worlds: int | None = None) -> tuple[Lists, ChildDays]:
    """Workers' lists at the end of the study, and the days of its children, in its first worlds."""
    number = min(_enough(result) if worlds is None else worlds, result.replications)
    children: dict[str, Floats] = {}
    fte: dict[str, Floats] = {}
    counted: dict[str, int] = {}
    days: dict[str, dict[str, float]] = {}
    for name in scenarios:
        lists, ledgers = [], []
        for world in range(number):
            run = result.plan.run(name, world)
            lists.append(_lists(run))
            ledgers.append(_days(run))
            del run  # what nobody holds is freed when the next one begins
        children[name] = np.concatenate([held for held, _ in lists])
        fte[name] = np.concatenate([hours for _, hours in lists])
        counted[name] = round(sum(k for k, _ in ledgers))
        total = np.sum([spent for _, spent in ledgers], axis=0)
        mean = total / counted[name] if counted[name] else np.zeros(len(PARTS))
        days[name] = {part: float(x) for part, x in zip(PARTS, mean, strict=True)}
    when = add_months(result.plan.start, result.months())
    return Lists(when, number, children, fte), ChildDays(number, counted, days)


def _enough(result: Result) -> int:
    """Worlds that hold enough workers together."""
    workers = float(np.nanmean(result.samples("case_holders_fte", result.baseline)[:, -1]))
    return min(WORLDS, max(1, round(WORKERS / workers))) if workers > 0 else 1


def lists_on(result: Result, scenarios: Sequence[str], month: int, worlds: int | None = None) -> Lists:
    """Workers' lists at a monthly mark: a shorter study is the beginning of a longer one."""
    from workforce_sim.study.result import Result as Kind

    shorter = Kind(result.data.isel(date=slice(0, month + 1)), replace(result.plan, years=month / 12))
    return run_again(shorter, scenarios, worlds)[0]


def _lists(run: Run) -> tuple[Floats, Floats]:
    """Children and hours of everybody who holds a case at the end of a run."""
    service = run.service
    held = service.desk.children_by_post()[: len(service.posts)]
    holds = held > 0
    fte = np.array([post.fte for post in service.posts])
    return held[holds].astype(np.float64), fte[holds]


def _days(run: Run) -> tuple[float, Floats]:
    """Children first referred in the first half of a run, and their days by part."""
    ledger, half = run.children, run.simulation.calendar.end / 2
    rows = ledger[(ledger["referred_day"] > 0) & (ledger["referred_day"] < half)]
    k = rows["children"].to_numpy(dtype=np.float64)
    spent = [float((k * rows[f"{part}_days"].to_numpy()).sum()) for part in PARTS]
    return float(k.sum()), np.array(spent)
