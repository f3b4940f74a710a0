"""What each part of the model costs: processor time of a world with it over the same world without it.

In pairs, one straight after the other, so that a machine that slows down slows both. A part changes what
happens as well (absence makes cases wait, a smaller service is left when agency is switched off), and that
is in its cost.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import simpy

import workforce_sim as ws
from benchmarks.measuring import Row, Say, processor_ms
from benchmarks.services import START

Policies = Sequence[Any]


@dataclass(frozen=True)
class World:
    """How a world is run, and what is asked of it afterwards."""

    authority: ws.Authority
    policies: Policies = ()
    log: bool | Path = False
    then: Callable[[ws.Run], object] | None = None
    visits: bool = True

    def run(self, replication: int, years: int) -> None:
        """One replication."""
        settings = (self.authority, self.policies, START, years, 1, replication)
        run = ws.Simulation(*settings, log=self.log, visits=self.visits).run()
        if self.then is not None:
            self.then(run)


@dataclass(frozen=True)
class Feature:
    """Two worlds that differ in one thing."""

    name: str
    on: World
    off: World
    usual: bool
    """Whether it is on in the preset."""


def least_children(family: Any, workers: Sequence[Any]) -> int:
    """The library's own rule, as a planner would write it."""
    return min(workers, key=lambda worker: worker.children / worker.able).post


def every_month(env: simpy.Environment, service: Any) -> Generator[simpy.Event, Any, None]:
    """A planner's own process that looks at the service every month."""
    while True:
        yield env.timeout(21)
        service.desk.children_by_post().max()


def every_day(env: simpy.Environment, service: Any) -> Generator[simpy.Event, Any, None]:
    """The same every working day."""
    while True:
        yield env.timeout(1)
        service.desk.children_by_post().max()


def features(folder: Path) -> list[Feature]:
    """Everything that can be switched on or off by settings, policies or arguments.

    Args:
        folder: for the files of runs that write some.
    """
    england = ws.Authority.preset("england-2025")
    usual = World(england)

    def without(name: str, **settings: Any) -> Feature:
        return Feature(name, usual, World(england.with_changes(**settings)), usual=True)

    def added(name: str, **settings: Any) -> Feature:
        return Feature(name, World(england.with_changes(**settings)), usual, usual=False)

    def asked(name: str, **settings: Any) -> Feature:
        return Feature(name, World(england, **settings), usual, usual=False)

    def posts(**settings: Any) -> tuple[dict[str, Any], ...]:
        return tuple({**group.model_dump(), **settings} for group in england.posts)

    no_agency = {
        "posts": posts(agency=0, agency_above_establishment=0, covers_per_empty_post_year=0.0),
        "workforce": {"conversions_per_agency_year": 0.0, "conversions_per_agency_year_full_offer": 0.0},
    }
    no_careers = {
        "posts": posts(promoted_from=None),
        "careers": {"newly_qualified_share": 0.0, "senior_share": 0.0, "seniors_per_year": 0.0},
        "recruitment": {"promotion_share": 0.0},
    }
    logged = World(england, log=True)
    seen = World(england, log=True, then=lambda run: run.dashboard())
    plan = (ws.NewPosts(10, start="2026-01-01"), ws.PayChange(percent=5, start="2026-01-01"))
    own_rule = (ws.AllocationRule(least_children, start=START),)
    no_supervision = {"unsupervised_factor": 1.0, "unsettled_factor": 1.0}
    no_pressure = {"turned_away_share": 0.0, "ended_early_share": 0.0}
    return [
        asked("event log (`log=True`)", log=True),
        Feature(
            'event log in a file (`log="log.npy"`), beside in memory',
            World(england, log=folder / "log.npy"),
            logged,
            usual=False,
        ),
        Feature(
            "records of visits (without: `visits=False`)",
            usual,
            World(england, visits=False),
            usual=True,
        ),
        asked("rows of families and visits, read", then=lambda run: (run.children, run.visits)),
        Feature("what managers see (`run.dashboard()`), beside the log", seen, logged, usual=False),
        without("agency workers", **no_agency),
        without("careers and promotion", **no_careers),
        without("managers: supervision of their teams", supervision=no_supervision),
        without("leaving follows caseload", workforce={"caseload_elasticity": 0.0}),
        without("overtime", casework={"overtime_share": 0.0}),
        without("thresholds move under pressure", pressure=no_pressure),
        without("absence, as far as it follows caseload", workforce={"absence_per_child": 0.0}),
        added("absence, one spell a year and worker", workforce={"absences_per_year": 1.0}),
        without("siblings are one case", demand={"siblings_together": False}),
        without("a pathway of stages, in place of one stage", pathway=None),
        added("rebalancing of lists, gradual", casework={"rebalancing": "gradual"}),
        added("allocation by least work", casework={"allocation": "least work"}),
        added("placements are paid for", costs={"care_gbp_per_week": 1000.0}),
        asked("two policies (10 posts, 5% pay)", policies=plan),
        asked("a planner's process that looks every month", policies=(every_month,)),
        asked("a planner's process that looks every day", policies=(every_day,)),
        asked("an allocation rule of a planner's own, in Python", policies=own_rule),
    ]


def cost(feature: Feature, pairs: int, years: int) -> Row:
    """Processor time with over without, pair by pair, after a first pair that is not counted."""
    on, off = [], []
    for replication in range(pairs + 1):
        times = [processor_ms(lambda w=w: w.run(replication, years)) for w in (feature.on, feature.off)]  # type: ignore[misc]  # noqa: B023
        if replication:
            on.append(times[0])
            off.append(times[1])
    ratios = [a / b for a, b in zip(on, off, strict=True)]
    return {
        "name": feature.name,
        "usual": feature.usual,
        "on_ms": statistics.median(on),
        "off_ms": statistics.median(off),
        "ratio": statistics.median(ratios),
        "least": min(ratios),
        "most": max(ratios),
    }


def measure(quick: bool, say: Say) -> Row:
    """Everything this part measures."""
    pairs, years = (1, 1) if quick else (9, 3)
    rows, notes = [], []
    with TemporaryDirectory() as folder:
        for feature in features(Path(folder)):
            try:
                rows.append(cost(feature, pairs, years))
            except Exception as error:  # the other rows are still wanted
                notes.append(f"{feature.name}: not measured: {type(error).__name__}: {error}.")
                say(notes[-1])
                continue
            say(f"{feature.name}: {rows[-1]['ratio']:.3g} times")
    return {"years": years, "pairs": pairs, "rows": rows, "notes": notes}
