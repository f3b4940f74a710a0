"""The drift ledger: where the days of every child went, exactly (section 5 of docs/model.md)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from workforce_sim.casework import records as rec
from workforce_sim.casework.entries import entries
from workforce_sim.casework.records import VISIT
from workforce_sim.casework.state import State
from workforce_sim.demand.families import Families, Floats

#: The parts of the days of a child in a stage, in the order in which they are reported.
PARTS = ("natural", "decision", "unallocated", "absent", "slow", "repeated", "missed_review", "sign_off")

_OPEN = 32767  # target of a visit that has not ended


def visits_so_far(state: State, ended: Any, now: float) -> dict[str, npt.NDArray[Any]]:
    """One row a visit of a family to a stage, ended or still running at ``now``, in order of case and visit.

    Args:
        state: of casework.
        ended: the records of all visits that have ended.
        now: working day.

    Returns:
        Arrays ``case, children, stage, ordinal, episode, team, workers, referred_day`` (of the episode) and
        ``entered_day`` (of the stage; both before 0 for cases open at the start), ``began_day`` (from which
        days are counted: entry, or 0), ``ended_day`` (nan while it runs), ``next`` (a stage, or -1 - exit;
        -999 while it runs), ``deadline_days`` (``inf`` if none), ``in_time, ended_early, elapsed_days``
        and, per child, ``natural_days`` and the seven parts of drift, which add up to ``elapsed_days``.
    """
    rows = np.concatenate([ended, _running(state, now)])
    rows = rows[np.lexsort((rows["ordinal"], rows["case"]))]
    running = rows["target"] == _OPEN
    found: dict[str, npt.NDArray[Any]] = {
        "case": rows["case"].astype(np.int64),
        "children": state.cases["children"][rows["case"]].astype(np.int64),
        "stage": rows["stage"].astype(np.int64),
        "ordinal": rows["ordinal"].astype(np.int64),
        "episode": rows["episode"].astype(np.int64),
        "team": rows["team"].astype(np.int64),
        "workers": rows["workers"].astype(np.int64),
        "referred_day": rows["referred"].copy(),
        "entered_day": rows["entered"].copy(),
        "began_day": rows["began"].copy(),
        "ended_day": np.where(running, np.nan, rows["ended"]),
        "next": np.where(running, -999, rows["target"]).astype(np.int64),
        "deadline_days": rows["deadline"].copy(),
        "in_time": rows["in_time"] == 1,
        "ended_early": rows["early"] == 1,
        "elapsed_days": rows["ended"] - rows["began"],
    }
    parts = _parts(rows, found["elapsed_days"], running | found["ended_early"])
    decision = np.asarray(state.stages["decision"])[rows["stage"]] == 1
    waited = parts.pop("waited")
    parts["decision"] = np.where(decision, waited, 0.0)
    parts["unallocated"] = np.where(decision, 0.0, waited)
    return found | {f"{part}_days": parts[part] for part in PARTS}


def _parts(rows: Any, elapsed: Floats, unfinished: npt.NDArray[np.bool_]) -> dict[str, Floats]:
    """The lateness of finished stages shared over its causes; unfinished ones as they stand."""
    causes = {name: rows[name].astype(np.float64) for name in ("waited", "absent", "slow", "repeated")}
    delay = sum(causes.values())
    late = np.maximum(0.0, elapsed - rows["natural"] - rows["missed"] - rows["signed"])
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(delay > 0, late / delay, 0.0)
    so_far = dict(causes, repeated=np.minimum(rows["repeated"], rows["paced"]))
    parts = {name: np.where(unfinished, so_far[name], causes[name] * share) for name in causes}
    parts["missed_review"], parts["sign_off"] = rows["missed"].copy(), rows["signed"].copy()
    parts["natural"] = elapsed - sum(parts.values())
    return parts


def _running(state: State, now: float) -> Any:
    """The visits that have not ended, brought up to ``now`` (no state is touched)."""
    cases = state.cases
    which = np.flatnonzero((cases["ordinal"] >= 0) & (cases["mode"] < rec.CLOSED))
    c = cases[which]
    rows = np.zeros(len(which), VISIT)
    for name in ("natural", "waited", "absent", "slow", "repeated", "missed", "signed", "paced"):
        rows[name] = c[name]
    for name in ("stage", "ordinal", "episode", "team"):
        rows[name] = c[name]
    rows["referred"], rows["entered"] = c["referred"], c["began"]
    rows["case"], rows["workers"] = which, c["visit_workers"]
    rows["began"], rows["ended"] = np.maximum(c["began"], 0.0), now
    rows["target"] = _OPEN
    since = now - c["since"]
    rows["waited"] += np.where(c["mode"] == rec.WAITING, since, 0.0)
    rows["missed"] += np.where((c["mode"] == rec.GATE) & (c["late"] == 1), since, 0.0)
    rows["signed"] += np.where(c["mode"] == rec.SIGNING, since, 0.0)
    at_work = c["mode"] <= rec.URGENT
    seat = state.seats[np.where(at_work, c["seat"], 0)]
    dt = now - seat["last"]
    paced = np.where(at_work, seat["clock"] + seat["pace"] * dt - c["clock0"], 0.0)
    away = np.where(at_work, seat["away_clock"] + (seat["away"] == 1) * dt - c["away0"], 0.0)
    rows["paced"] += paced
    rows["absent"] += away
    rows["slow"] += np.where(at_work, np.maximum(0.0, since - paced - away), 0.0)
    rows["deadline"] = np.asarray(state.stages["deadline"])[c["stage"]]
    rows["in_time"] = now - c["began"] <= rows["deadline"]
    return rows


def in_trouble(state: State, n: int, now: float) -> tuple[int, int, npt.NDArray[np.bool_]]:
    """Children with three workers or more in the last year, children in limbo, and which cases these are."""
    limbo = np.zeros(n, np.bool_)
    thrice, stuck = entries(state).look_at_cases(state.cases, float(now), limbo)
    return int(thrice), int(stuck), limbo


def days_of_cases(state: State, tape: Families, ended: Any, now: float) -> dict[str, npt.NDArray[Any]]:
    """One row a family that was referred: where its days went, to closure or to ``now``. Days are per child.

    Returns:
        Arrays ``family`` (its number in every scenario), ``children, priority, team, stage`` (the last),
        ``referred_day`` (first referral), ``already_open_days`` (open before the run, not in
        ``elapsed_days``), ``closed_day`` (nan while open), ``episodes, workers`` (of the last episode),
        ``changed_twice_day`` (of the last change of worker but one; -inf if there was none), ``in_limbo,
        elapsed_days`` and the parts, which add up to ``elapsed_days``. Days between two episodes are not
        counted.
    """
    n = int(state.run[0].next_case)
    c = state.cases[:n]
    visits = visits_so_far(state, ended, now)
    closed = c["mode"] == rec.CLOSED
    names = ["elapsed_days", *(f"{part}_days" for part in PARTS)]
    return {
        "family": tape.family[:n].copy(),
        "children": c["children"].astype(np.int64),
        "priority": c["family_class"].astype(np.int64),
        "team": c["team"].astype(np.int64),
        "stage": c["stage"].astype(np.int64),
        "referred_day": tape.time[:n].copy(),
        "already_open_days": tape.already_open[:n].copy(),
        "closed_day": np.where(closed, c["since"], np.nan),
        "episodes": c["episode"].astype(np.int64) + 1,
        "workers": c["workers"].astype(np.int64),
        "changed_twice_day": c["changed_before"].copy(),
        "in_limbo": in_trouble(state, n, now)[2],
    } | {name: np.bincount(visits["case"], visits[name], n) for name in names}
