"""Best: the right scenario at the stated rate, what is left open, and what would settle it."""

from typing import Any

import numpy as np
import pytest

from tests.questions.known import KnownWorlds, study_of
from workforce_sim import DemandChange, EarlyHelp, Study
from workforce_sim.errors import InputError
from workforce_sim.study.arm import Arm
from workforce_sim.testing import small_authority

FIVE: dict[str, list[Any]] = {name: [] for name in "ABCDE"}


def normal(seed: int, shared: float = 0.5, step: float = 0.5) -> KnownWorlds:
    """C is best, by a step or two; every world's luck has variance 1, of which a part is shared."""
    common = np.random.default_rng([seed, 0]).normal(size=3000)
    own = {name: np.random.default_rng([seed, 1 + i]).normal(size=3000) for i, name in enumerate(FIVE)}
    means = {"A": 20 + step, "B": 20 + step, "C": 20.0, "D": 20 + 2 * step, "E": 20 + step}

    def caseload(arm: Arm, r: int) -> float:
        luck = np.sqrt(shared) * common[r] + np.sqrt(1 - shared) * own[arm.name][r]
        return means[arm.name] + float(luck)

    return KnownWorlds(caseload)


@pytest.mark.parametrize("shared", [0.0, 0.8])
def test_the_best_is_selected_at_the_stated_rate(shared: float) -> None:
    """Of 100 studies in which C is better by exactly the difference, its worst case, 95 or more say so."""
    found = [study_of(FIVE, normal(seed, shared)).best(difference=0.5) for seed in range(100)]
    assert all(f.decided for f in found)
    assert sum(f.best == "C" for f in found) >= 95


@pytest.mark.slow
def test_the_best_is_selected_at_the_stated_rate_of_ten_percent() -> None:
    """Of 1,000 studies with separate luck and an error of 10%, 900 or more."""
    found = [study_of(FIVE, normal(1000 + s, 0.0)).best(difference=0.5, error=0.1) for s in range(1000)]
    assert sum(f.best == "C" for f in found) >= 900


def test_those_that_are_worse_cost_less() -> None:
    """Over ten studies D takes fewer worlds than A; only a few are run ahead of where one is dropped."""
    total = dict.fromkeys(FIVE, 0)
    for seed in range(10):
        worlds = normal(seed, step=0.25)
        found = study_of(FIVE, worlds).best(difference=0.25)
        for name, runs in zip(FIVE, found.worlds, strict=True):
            total[name] += runs
            asked = 1 + max(r for arm, r in worlds.run if arm.name == name)
            assert runs <= asked < runs + 10
    assert total["D"] < total["A"] < total["C"]


def test_the_sentence_and_the_chart() -> None:
    """They name the best, the error, and every difference."""
    found = study_of(FIVE, normal(3)).best(difference=0.5)
    assert found.table["state"].tolist().count("dropped") == 4
    assert found.sentence.startswith("“C” is best of 5 for the lowest average caseload on 1 April 2026")
    assert "error of at most 5%" in found.sentence
    picture: Any = found.plot()
    assert "Differences from “C”" in picture.workforce_sim_alt


def test_what_would_settle_it() -> None:
    """Stopped early, it says how many worlds more; with about so many, it is settled."""
    study = study_of({"A": [], "C": []}, normal(5))
    found = study.best(difference=0.2, most=40)
    assert not found.decided
    (left,) = found.open
    assert (found.best, left.scenario) == ("C", "A")
    assert left.difference > 0
    assert f"about {left.worlds:,} more worlds" in found.sentence
    assert "would settle it against “A”" in found.sentence
    again = study.best(difference=0.2, most=40 + 2 * left.worlds)
    assert again.decided
    assert max(again.worlds) > 40


def test_out_of_time() -> None:
    """A clock that is over at once leaves the first worlds, and what they say."""
    found = study_of(FIVE, normal(5)).best(difference=0.01, seconds=1e-9)
    assert not found.decided
    assert max(found.worlds) == 20
    assert found.open
    assert found.plot().axes[0].get_title() == ""


def test_the_direction_is_that_of_the_measure_or_is_said() -> None:
    """More workers in post are better; of open children neither is, until it is said."""
    study = study_of({"A": [], "C": []}, normal(1, step=3.0))
    assert study.best("in_post_fte", difference=1).best == "A"
    assert study.best("open_children", difference=1, better="lower").best == "C"
    with pytest.raises(InputError, match="better='lower' or better='higher'"):
        study.best("open_children", difference=1)


@pytest.mark.parametrize(
    ("settings", "paths"),
    [
        ({"difference": 0}, ["difference"]),
        ({"difference": 1, "error": 5, "first": 1}, ["error", "first"]),
        ({"difference": 1, "first": 30, "most": 20, "seconds": -1}, ["most", "seconds"]),
        ({"difference": 1, "measure": "caselode", "at": 99}, ["measure", "at"]),
        ({"difference": 1, "better": "less"}, ["better"]),
    ],
)
def test_what_is_refused(settings: dict[str, Any], paths: list[str]) -> None:
    """All of it, before anything is run."""
    worlds = normal(1)
    with pytest.raises(InputError) as refused:
        study_of(FIVE, worlds).best(**settings)
    assert [p.path for p in refused.value.problems] == paths
    assert not worlds.run


def test_one_scenario_is_no_choice() -> None:
    """There must be two."""
    with pytest.raises(InputError, match="two or more to choose from"):
        study_of({"A": []}, normal(1)).best(difference=1)


def test_of_a_small_service() -> None:
    """Early help beats a rise of referrals and doing nothing."""
    scenarios: dict[str, list[Any]] = {
        "Do nothing": [],
        "Early help": [EarlyHelp(30, start="2025-04-01")],
        "Rise": [DemandChange(10, start="2025-04-01")],
    }
    service = small_authority(workers=3, referrals_per_day=0.6)
    study = Study(service, scenarios, start="2025-04-01", years=0.5, replications=10, processes=1)
    found = study.best(difference=1)
    assert found.decided
    assert found.best == "Early help"
    assert found.seconds_per_world > 0
