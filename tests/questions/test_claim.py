"""Claims: the verdict at its exact limits, its error rate, and that what is supported holds on fresh luck."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from tests.questions.known import KnownWorlds, plan_of, study_of
from workforce_sim import EarlyHelp, Study
from workforce_sim.errors import InputError
from workforce_sim.study.questions.chances import bounds, worlds_to_tell
from workforce_sim.study.questions.claim import NOT_SHOWN, NOT_YET, SUPPORTED, Claim, caution, claim
from workforce_sim.testing import small_authority

PLAN = plan_of({"Do nothing": [], "Posts": []})


def claimed(met: int, worlds: int, chance: float = 0.8, level: float = 0.95) -> Claim:
    """A claim that is met in so many of so many worlds."""
    values = np.repeat([[15.0], [17.0]], [met, worlds - met], axis=0) * np.ones((1, 13))
    return claim(PLAN, lambda *_: values, "caseload below 16", chance=chance, level=level)


@pytest.mark.parametrize("worlds", [1, 7, 40, 100])
@pytest.mark.parametrize("error", [0.05, 0.0007])
def test_bounds_are_those_of_clopper_and_pearson(worlds: int, error: float) -> None:
    """As SciPy has them, for every number of worlds that meet it."""
    for met in range(worlds + 1):
        theirs = stats.binomtest(met, worlds).proportion_ci(1 - 2 * error, method="exact")
        assert bounds(met, worlds, error) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@pytest.mark.parametrize(("worlds", "chance"), [(14, 0.8), (100, 0.8), (100, 0.5), (250, 0.9)])
def test_the_verdict_changes_where_the_binomial_law_says(worlds: int, chance: float) -> None:
    """Supported from the number that so many or more reach in at most 5% of cases at the chance asked."""
    for met in range(worlds + 1):
        so_many = stats.binom.sf(met - 1, worlds, chance)
        so_few = stats.binom.cdf(met, worlds, chance)
        expected = SUPPORTED if so_many <= 0.05 else NOT_SHOWN if so_few < 0.05 else NOT_YET
        assert claimed(met, worlds, chance).verdict == expected


@pytest.mark.parametrize("worlds", [20, 50, 100, 200])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_what_is_supported_is_wrong_no_more_often_than_stated(worlds: int, level: float) -> None:
    """Exactly, by the binomial law: a plan just short of it is supported, or one with it not shown."""
    verdicts = [claimed(met, worlds, level=level).verdict for met in range(worlds + 1)]
    short = stats.binom.pmf(np.arange(worlds + 1), worlds, 0.8 - 1e-9)
    enough = stats.binom.pmf(np.arange(worlds + 1), worlds, 0.8)
    assert sum(p for p, v in zip(short, verdicts, strict=True) if v == SUPPORTED) <= 1 - level
    assert sum(p for p, v in zip(enough, verdicts, strict=True) if v == NOT_SHOWN) <= 1 - level


def test_claims_that_are_supported_hold_on_fresh_luck() -> None:
    """Of 4,000 plans of every quality, 95% of the supported ones hold in 80% of 2,000 worlds not seen before.

    The chances are what plans near the limit are like: the least favourable ones, from 70% to 90%.
    """
    rng = np.random.default_rng(20_261_122)
    chances = rng.uniform(0.7, 0.9, 4000)
    seen = rng.binomial(100, chances)
    verdicts = {met: claimed(met, 100).verdict for met in range(101)}
    supported = np.array([verdicts[met] == SUPPORTED for met in seen.tolist()])
    fresh = rng.binomial(2000, chances) / 2000
    assert supported.sum() > 500
    assert np.mean(fresh[supported] >= 0.8) >= 0.95


def test_more_worlds_that_would_tell() -> None:
    """As many as give a bound on the right side, if the share stays; none if it is what is asked."""
    found = claimed(42, 50)
    assert found.verdict == NOT_YET
    assert found.more_worlds is not None
    more = found.more_worlds
    assert claimed(round(0.84 * more), more).verdict == SUPPORTED
    assert f"about {more:,} worlds would tell" in found.sentence
    assert claimed(40, 50).more_worlds is None
    assert worlds_to_tell(0.8001, 0.8, 0.05, 50) is None


def test_the_sentence_has_the_numbers_and_the_caution() -> None:
    """It may be pasted."""
    assert claimed(96, 100).sentence == (
        "Average caseload below 16 by 1 April 2026 under “Posts”: supported. It is met in 96 of 100 "
        "simulated worlds, so in at least 91% of all worlds with 95% confidence; asked for: 80%. "
        f"{caution(claimed(96, 100).target)}"
    )
    assert (
        "not shown. It is met in 72 of 100 simulated worlds, so in at most 79.4% of all"
        in claimed(72, 100).sentence
    )
    assert claimed(96, 100).table["share"].tolist() == [0.96]


def test_a_comparison_is_judged_world_by_world() -> None:
    """Two lower in every world, though the worlds themselves differ by more."""
    worlds = KnownWorlds(lambda arm, r: 10 * r - (2.0 if arm.name == "Posts" else 0.0))
    found = study_of({"Do nothing": [], "Posts": []}, worlds).claim(
        "caseload at least 2 lower than Do nothing", replications=30
    )
    assert (found.met, found.worlds, found.verdict) == (30, 30, SUPPORTED)
    assert len(worlds.run) == 60


@pytest.mark.parametrize(
    ("target", "settings", "paths"),
    [
        ("caseload below 16", {"chance": 1.2, "level": 95}, ["chance", "level"]),
        ("caseload below 16 by 2040", {"scenario": "Poosts"}, ["scenario", "by"]),
        ("caseload 2 lower than Posts", {}, ["scenario"]),
        ("caseload below 16", {"replications": 0}, ["replications"]),
    ],
)
def test_what_is_refused(target: str, settings: dict[str, Any], paths: list[str]) -> None:
    """With everything that is wrong; a scenario is not compared with itself."""
    study = study_of({"Do nothing": [], "Posts": []}, KnownWorlds(lambda arm, r: 1.0))
    with pytest.raises(InputError) as refused:
        study.claim(target, **settings)
    assert [p.path for p in refused.value.problems] == paths


def test_a_measure_without_a_value_is_refused() -> None:
    """Turnover of the last 12 months has none in the first year."""
    study = study_of({"Do nothing": []}, KnownWorlds(lambda arm, r: float("nan")))
    with pytest.raises(InputError, match="no value on 1 June 2025"):
        study.claim("turnover below 15 by 2025-06-01")


def test_of_a_small_service_a_supported_claim_holds_under_another_seed() -> None:
    """Early help lowers open children; what is supported by 40 worlds holds in 80% of 100 others."""
    service = small_authority(workers=3, referrals_per_day=0.6)
    scenarios = {"Do nothing": [], "Early help": [EarlyHelp(30, start="2025-04-01")]}
    text = "open children at least 2 lower than Do nothing by 2025-10-01"
    first, fresh = (
        Study(service, scenarios, start="2025-04-01", years=0.5, seed=seed, replications=10, processes=1)
        for seed in (1, 2)
    )
    found = first.claim(text, replications=40)
    assert found.verdict == SUPPORTED
    again = fresh.claim(text, replications=100)
    assert again.met / again.worlds >= 0.8
    picture: Any = found.plot()
    assert found.sentence in picture.workforce_sim_alt
    assert len(picture.png()) > 10_000
