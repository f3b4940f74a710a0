"""Relations 37 to 43: what is written down reads back, parts go together in any order, names are names.

Files of authorities, orders of policies and posts in parts are in tests/test_start_and_balance.py,
tests/test_reproducible.py and tests/test_interventions.py; here are two services in one model.
"""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workforce_sim as ws
from tests.invariants.together import apart, chosen_nowhere, join, of_service, shuffled
from tests.test_reproducible import OFFER, POSTS, RISE, SMALL, START, WHOLE
from tests.twin import strategies
from tests.twin.adapter import run_library
from tests.twin.compare import Event, assert_same
from tests.twin.world import World
from workforce_sim.measures.paths import MEASURES

EXACT = 1e-9
DAYS = st.integers(0, 40).map(lambda n: n / 8)


# ---- 38: results -----------------------------------------------------------------------------------------


def test_38_a_result_is_the_same_after_a_trip_to_another_process() -> None:
    """Every number and date of a result, and what was asked, survive being written and read as bytes."""
    scenarios = {"Do nothing": [], "Posts": [POSTS], "Mixed": [RISE, OFFER]}
    result = ws.Study(SMALL, scenarios, START, 1, seed=7, replications=10).run(progress=False, processes=1)
    again = pickle.loads(pickle.dumps(result))
    assert again.data.identical(result.data)
    assert again.plan == result.plan
    for measure in MEASURES:
        np.testing.assert_array_equal(
            again.samples(measure.name, "Mixed"), result.samples(measure.name, "Mixed")
        )
    assert again.compare("Mixed").equals(result.compare("Mixed"))


# ---- 41: names and numbers -------------------------------------------------------------------------------


@settings(max_examples=25)
@given(strategies.tiny_worlds(), DAYS)
def test_41_teams_may_be_numbered_otherwise(world: World, days: float) -> None:
    """Two services in one world: with all of the second one first, the same happens to each.

    The authority's own rules are on (pressure, shared applicants, supervision); off is what chooses among all
    posts by their number. Families of one instant keep their order within a service.
    """
    plain = replace(world, **chosen_nowhere())
    other = shuffled(plain, days)
    forwards, backwards = join(plain, other), join(other, plain)
    one, two = run_library(forwards.world), run_library(backwards.world)
    for which in (0, 1):
        assert_same(of_service(one, forwards, which), of_service(two, backwards, 1 - which), tol=EXACT)


@pytest.mark.parametrize("authority", [SMALL, WHOLE], ids=["one stage", "pathway"])
def test_41_other_names_are_the_same_run(authority: ws.Authority) -> None:
    """An authority and its grades by other names: every event and every measure is the same."""
    named = {"social worker": "caseworker", "manager": "A. N. <b>Other</b>"}
    renamed = authority.with_changes(
        name="Elsewhere", posts=tuple({**g.model_dump(), "grade": named[g.grade]} for g in authority.posts)
    )
    runs = []
    for of, grade in ((authority, "manager"), (renamed, named["manager"])):
        policies = [
            ws.NewPosts(2, start="2024-08-05", grade=grade),
            ws.PayChange(9, start="2024-08-05", grades=[grade]),
        ]
        runs.append(ws.Simulation(of, policies, START, 1, 7, log=True).run())
    assert runs[0].digest() == runs[1].digest()
    for name, values in runs[0].counts.items():
        np.testing.assert_array_equal(runs[1].counts[name], values, err_msg=name)


# ---- 42: two authorities in one model --------------------------------------------------------------------


def logs_together_and_alone(world: World, days: float) -> list[tuple[list[Event], list[Event]]]:
    """Of each of two services that share nothing but the rules, the log beside the other and its own."""
    first = apart(world)
    second = shuffled(first, days)
    both = join(first, second)
    outcome = run_library(both.world)
    return [
        (of_service(outcome, both, which), run_library(alone).events)
        for which, alone in enumerate((first, second))
    ]


@settings(max_examples=25)
@given(strategies.tiny_worlds(), DAYS)
def test_42_two_services_in_one_model_are_two_models(world: World, days: float) -> None:
    """Where nothing is shared but the rules each has the log that it has alone."""
    for together, alone in logs_together_and_alone(world, days):
        assert_same(together, alone, tol=EXACT)


@settings(max_examples=25)
@given(strategies.rough_worlds(), DAYS)
def test_42_two_services_without_ties_are_two_models_to_the_last_bit(world: World, days: float) -> None:
    """So too with clocks of any length, and then every time is the same number."""
    for together, alone in logs_together_and_alone(world, days):
        assert sorted(together) == sorted(alone)  # the same numbers; lines of one moment have no order


# ---- 43: values ------------------------------------------------------------------------------------------


def test_43_a_changed_copy_leaves_the_original_as_it_was() -> None:
    """Copies of an authority and of policies are equal; a change of one, posts too, changes only it."""
    kept = copy.deepcopy(WHOLE)
    for made in (copy.copy(WHOLE), copy.deepcopy(WHOLE), pickle.loads(pickle.dumps(WHOLE))):
        assert made == WHOLE
        settings_of = made.model_dump()
        settings_of["posts"][0]["number"] += 5
        settings_of["census"]["caseload"] = 1.0
        changed = made.with_changes(casework={"caseload_cap": 9.0}, posts=tuple(settings_of["posts"]))
        assert changed != WHOLE
        assert made == WHOLE == kept
    policy = ws.PayChange(5, start=START, grades=["manager"])
    assert copy.deepcopy(policy) == pickle.loads(pickle.dumps(policy)) == policy
