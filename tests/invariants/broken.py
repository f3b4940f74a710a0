"""Logs that are broken on purpose, and what the audit says of them."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd

import workforce_sim as ws
from workforce_sim.testing import AuditError, audit, lively_authority, small_authority, stage

START = "2024-04-01"


def run(authority: ws.Authority, *policies: Any, years: float = 1, seed: int = 3) -> ws.Run:
    """A run with its log."""
    return ws.Simulation(authority, policies, START, years, seed, log=True).run()


@cache
def busy() -> ws.Run:
    """Two years of a small service in which everything happens; families come back to whom they had."""
    authority = lively_authority().with_changes(
        casework={"continuity": True, "caseload_cap": 12.0},
        pathway=lively_authority().pathway.model_copy(  # type: ignore[union-attr]
            update={"exits": small_authority(exits={"closed": {"return_share": 0.6}}).pathway.exits}  # type: ignore[union-attr]
        ),
    )
    policies = (
        ws.NewPosts(2, start="2024-07-01"),
        ws.AgencyConversion(9000, start="2024-06-03"),
        ws.Redundancy(1, start="2025-06-02"),
    )
    return run(authority, *policies, years=2, seed=5)


@cache
def untouched() -> ws.Run:
    """A year of the same service without policies, whose money is that of its people."""
    return run(lively_authority(), years=2, seed=5)


@cache
def steady_work() -> ws.Run:
    """Half a year of two workers who come and go nowhere: every hour of work shows in the log."""
    return run(small_authority(workers=2, referrals_per_day=0.35, caseload=5.0), years=0.5)


@cache
def full_lists() -> ws.Run:
    """A year in which one worker with a cap has a list that is full from three children on."""
    casework = {"caseload_cap": 4.0, "waiting_list_limit": 3}
    stages = {"casework": stage(60.0)}
    return run(small_authority(workers=1, referrals_per_day=0.4, stages=stages, casework=casework))


def complaints(finished: ws.Run, log: pd.DataFrame) -> set[int]:
    """The numbers of the relations that the audit finds broken in a log."""
    try:
        audit(finished, log)
    except AuditError as error:
        return {one.relation for one in error.broken}
    return set()


def rows_of(finished: ws.Run, event: str) -> list[int]:
    """Places of an event in the log."""
    return [int(i) for i in finished.log.index[finished.log["event"] == event]]


def without(log: pd.DataFrame, *rows: int) -> pd.DataFrame:
    """The log with rows left out."""
    return log.drop(index=list(rows)).reset_index(drop=True)


def with_row(log: pd.DataFrame, after: int, **row: Any) -> pd.DataFrame:
    """The log with a row more."""
    whole = {"day": log["day"][after], "event": "", "post": -1, "case": -1, "stage": ""} | row
    parts = [log.iloc[: after + 1], pd.DataFrame([whole]), log.iloc[after + 1 :]]
    return pd.concat(parts, ignore_index=True)


def changed(log: pd.DataFrame, row: int, **values: Any) -> pd.DataFrame:
    """The log with another value in a row."""
    log = log.copy()
    for name, value in values.items():
        log.loc[row, name] = value
    return log


def later(log: pd.DataFrame, row: int, days: float) -> pd.DataFrame:
    """The log with an event so many days later (or earlier), in its place by day."""
    log = changed(log, row, day=log["day"][row] + days)
    return log.sort_values("day", kind="stable", ignore_index=True)
