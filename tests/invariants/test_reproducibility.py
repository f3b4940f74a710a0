"""Relations 25 to 36: the same luck gives the same run, and what is not asked for leaves no trace.

Most of them are in tests/test_reproducible.py, tests/test_interventions.py and tests/test_luck.py; here are
runs in stages, posts and teams that leave others alone, and the log that belongs to a version of the luck.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workforce_sim as ws
from tests.invariants.together import apart, join, of_service, shuffled
from tests.test_luck import rows
from tests.test_reproducible import SMALL, START, WHOLE
from tests.twin import strategies
from tests.twin.adapter import run_library
from tests.twin.compare import Event, assert_same
from tests.twin.world import World
from workforce_sim.casework.eventlog import Kind
from workforce_sim.demand.luck import STREAM_VERSION

#: Nothing that happens to a family or in a team reaches the people of another post.
ALOOF = SMALL.with_changes(
    workforce={"caseload_elasticity": 0.0, "absence_per_child": 0.0},
    recruitment={"vacancy_sharing": 0.0, "promotion_share": 0.0},
    agency={"tolerance": 0.0, "conversion_caseload_elasticity": 0.0},
    supervision={"unsupervised_factor": 1.0, "unsettled_factor": 1.0, "contagion": 0.0},
)


def finished(authority: ws.Authority, *policies: ws.Intervention, replication: int = 0) -> ws.Run:
    """Two years with their log."""
    return ws.Simulation(authority, policies, START, 2, 7, replication, log=True).run()


def log_of(run: ws.Run) -> npt.NDArray[Any]:
    """The log as an array."""
    log: npt.NDArray[Any] = run.service.desk.log
    return log


# ---- 30: in stages ---------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(strategies.tiny_worlds(), st.lists(st.integers(1, 400).map(lambda n: n / 8), max_size=4, unique=True))
def test_30_a_run_in_stages_is_a_run_in_one_go(world: World, pauses: list[float]) -> None:
    """Stopped at any days and gone on with, a run has the events of one in one go, to the last bit.

    Stops fall on days on which much happens too. (There is no saving of a half-done run: SimPy's processes
    cannot be written down. A run to T is had again from its seed, and is the beginning of the run to 2T.)
    """
    stops = sorted(pause for pause in pauses if pause < world.horizon)
    staged, whole = run_library(world, stops), run_library(world)
    assert staged.events == whole.events
    assert staged.ledger == whole.ledger


# ---- 32, 33: others are left alone -----------------------------------------------------------------------


@pytest.mark.parametrize("replication", [0, 1, 2])
def test_32_new_posts_move_no_other_luck(replication: int) -> None:
    """With six posts more every family is referred as it was, and everybody comes and goes when they did.

    Who is in the other posts does not depend on caseloads here; which families they hold does, and differs.
    """
    plain = finished(ALOOF, replication=replication)
    more = finished(ALOOF, ws.NewPosts(6, start="2024-08-05"), replication=replication)
    logs = [log_of(run) for run in (plain, more)]
    old = int(logs[0]["post"].max()) + 1
    before, after = (log[(log["kind"] >= Kind.OPENED) & (log["post"] < old)] for log in logs)
    np.testing.assert_array_equal(before[["kind", "post"]], after[["kind", "post"]])
    # a leaving clock is added up from one change of the worker's own list to the next: to rounding
    np.testing.assert_allclose(before["time"], after["time"], rtol=0, atol=1e-9)
    referred = [log[log["kind"] == Kind.REFERRED] for log in logs]
    assert referred[0].tobytes() == referred[1].tobytes()
    assert (logs[0]["kind"] == Kind.LEFT).sum() > 3
    assert rows(plain.service.desk.tape) == rows(more.service.desk.tape)
    assert logs[0].tobytes() != logs[1].tobytes()


def logs_beside_others(world: World, days: int, other_days: int) -> list[list[Event]]:
    """The log of a service beside another one, and beside a third."""
    mine = apart(world)
    beside = [join(mine, shuffled(mine, n / 8)) for n in (days, other_days)]
    return [of_service(run_library(joined.world), joined, 0) for joined in beside]


@settings(max_examples=25)
@given(strategies.rough_worlds(), st.integers(0, 40), st.integers(41, 80))
def test_33_another_team_may_be_any_other(world: World, days: int, other_days: int) -> None:
    """Beside one service or another, a service has the same log to the last bit, where nothing is shared."""
    one, other = logs_beside_others(world, days, other_days)
    assert sorted(one) == sorted(other)  # the same numbers; lines of one moment have no order


@settings(max_examples=20)
@given(strategies.tiny_worlds(), st.integers(0, 40), st.integers(41, 80))
def test_33_another_team_may_be_any_other_in_worlds_full_of_ties(
    world: World, days: int, other_days: int
) -> None:
    """So too where much happens in one instant; but that has one time, of whatever came first in it."""
    assert_same(*logs_beside_others(world, days, other_days), tol=1e-9)


@pytest.mark.parametrize("replication", [0, 1, 2])
def test_33_posts_in_one_team_are_not_felt_in_the_other(replication: int) -> None:
    """With three posts more in the second team the events of the first are what they were, bit for bit."""
    logs = []
    for policies in ((), (ws.NewPosts(3, start="2024-08-05", team=1),)):
        run = finished(ALOOF, *policies, replication=replication)
        log, tape = log_of(run), run.service.desk.tape
        team_of_post = np.array([post.team for post in run.service.posts])
        place = np.floor(tape.place * 2).astype(int)
        of_case = np.where(log["case"] >= 0, place[log["case"]], -1)
        team = np.where(log["post"] >= 0, team_of_post[log["post"]], of_case)
        logs.append([log[team == t].tobytes() for t in (0, 1)])
    assert logs[0][0] == logs[1][0]
    assert logs[0][1] != logs[1][1]
    assert len(logs[0][0]) > 1000


# ---- 34: one log for every version of the luck -----------------------------------------------------------

#: What a reference run gives, by version of the luck: kinds, posts and families, and times to a millionth.
REFERENCE = {
    4: {
        "one stage": "a848c61d20307bff1ce24564a475c717a09ba5ce4842bf1ce848a243909cc738",
        "pathway": "94bee16a2907ae24a015ff8736a00213428f326549b0f67e2e60bcd4f62c3e7d",
    }
}


@pytest.mark.parametrize(("name", "authority"), [("one stage", SMALL), ("pathway", WHOLE)])
def test_34_a_version_of_the_luck_has_one_log(name: str, authority: ws.Authority) -> None:
    """The same seed gives the run that it gave: whoever changes that on purpose gives the luck a new version.

    New kinds of draws, measures and policies that are not asked for leave this log as it is.
    """
    log = log_of(finished(authority, ws.NewPosts(4, start="2024-08-05"), ws.PayChange(5, start="2024-10-01")))
    lines = [f"{e['time']:.6f} {e['kind']} {e['post']} {e['case']}" for e in log]
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest() == REFERENCE[STREAM_VERSION][name]


# ---- 35: more and less demand ----------------------------------------------------------------------------


@pytest.mark.parametrize("authority", [SMALL, WHOLE], ids=["one stage", "pathway"])
@pytest.mark.parametrize("replication", [0, 1, 2])
def test_35_a_change_of_demand_keeps_or_adds_families(authority: ws.Authority, replication: int) -> None:
    """A cut keeps some of the usual families, a surge has them all; who comes each time has one luck."""
    fewer, usual, more = (
        set(rows(finished(authority, *policies, replication=replication).service.desk.tape))
        for policies in ([demand(-40)], [], [demand(80)])
    )
    assert fewer < usual < more
    assert len(more - usual) > 20


def demand(percent: float) -> ws.DemandChange:
    """So many percent more referrals for a year."""
    return ws.DemandChange(percent, start="2024-06-03", end="2025-06-30")
