"""What would it take: the answer where it is known, its interval at the stated rate, and what is refused."""

from typing import Any

import numpy as np
import pytest

from tests.questions.known import START, KnownWorlds, study_of
from workforce_sim import EarlyHelp, NewPosts, PayChange, Study, TeamStructure, WorkingConditions
from workforce_sim.errors import InputError
from workforce_sim.study.arm import Arm
from workforce_sim.study.questions.smallest import TOO_LITTLE, looks_at, numbers_of_worlds, smallest
from workforce_sim.testing import small_authority

AMOUNTS = range(0, 201)


def posts_of(arm: Arm) -> int:
    return sum(i.number for i in arm.interventions if isinstance(i, NewPosts))


def percent_of(arm: Arm) -> float:
    return sum(i.percent for i in arm.interventions if isinstance(i, PayChange))


def posts(n: int) -> NewPosts:
    return NewPosts(n, start=START)


# ---- The search -------------------------------------------------------------------------------------------


def test_without_luck_the_answer_is_exact() -> None:
    """All worlds need 37: the answer is 37 and nothing else is possible."""
    found = smallest(lambda n, r: np.full(len(r), n >= 37), AMOUNTS)
    assert (found.at_least, found.answer) == (37, 37)
    assert found.falls is None
    assert len(found.tried) <= looks_at(len(AMOUNTS))


@pytest.mark.parametrize("needs", [0, 1, 2, 100, 199, 200])
def test_every_place_in_the_range_is_found(needs: int) -> None:
    """The ends of the range too."""
    found = smallest(lambda n, r: np.full(len(r), n >= needs), AMOUNTS)
    assert (found.at_least, found.answer) == (needs, needs)


def test_out_of_reach() -> None:
    """Nothing in the range is enough, and every amount is too little."""
    found = smallest(lambda n, r: np.full(len(r), n >= 201), AMOUNTS)
    assert found.answer is None
    assert found.at_least is None
    assert {t.verdict for t in found.tried} == {TOO_LITTLE}


def test_an_amount_on_the_edge_is_left_open() -> None:
    """The largest amount does in exactly the share asked for: neither enough nor too little."""
    found = smallest(lambda n, r: (np.arange(r.start, r.stop) % 5 > 0) & (n >= 200), AMOUNTS)
    assert (found.answer, found.at_least) == (None, 200)


def test_more_that_harms_is_noticed() -> None:
    """Enough from 40 to 120, and no longer beyond: an amount between is found, and what is odd is said."""
    found = smallest(lambda n, r: np.full(len(r), 40 <= n <= 120), AMOUNTS)
    assert found.answer == 40
    assert found.falls is not None
    less, more = found.falls
    assert less <= 120 < more


def test_far_amounts_cost_few_worlds() -> None:
    """Amounts that never do are given up at the first look; worlds are looked at in order and once."""
    asked: dict[float, list[int]] = {}

    def met(n: float, r: range) -> Any:
        asked.setdefault(n, []).extend(r)
        return np.full(len(r), n >= 100)

    found = smallest(met, AMOUNTS, first=25, most=400)
    for tried in found.tried:
        assert asked[tried.amount] == list(range(tried.worlds))
        assert tried.worlds == (25 if tried.amount < 100 else 50)


def test_worlds_at_each_look() -> None:
    """Twice as many each time, and the most at last."""
    assert numbers_of_worlds(25, 100) == [25, 50, 100]
    assert numbers_of_worlds(30, 100) == [30, 60, 100]
    assert numbers_of_worlds(50, 50) == [50]


def holds(
    shared: float, trials: int, *, most: int, seed: int, probability: float = 0.8
) -> tuple[float, float]:
    """How often the interval holds the true amount, and how often it was below half the range.

    World r needs a normal amount, mean 80 and sd 20, of which a share is the same whatever is tried; so the
    true smallest amount is the quantile of that law.
    """
    from scipy.stats import norm

    rng = np.random.default_rng(seed)
    truth = int(np.ceil(80 + 20 * norm.ppf(probability)))
    right = narrow = 0
    for _ in range(trials):
        common = rng.normal(size=most)
        own = rng.normal(size=(len(AMOUNTS), most)) if shared < 1 else np.zeros((len(AMOUNTS), 1))
        needs = 80 + 20 * (np.sqrt(shared) * common + np.sqrt(1 - shared) * own)
        met = needs <= np.arange(len(AMOUNTS))[:, None]
        found = smallest(
            lambda n, r, met=met: met[int(n), r.start : r.stop], AMOUNTS, probability=probability, most=most
        )
        low = 201 if found.at_least is None else found.at_least
        high = 201 if found.answer is None else found.answer
        right += low <= truth <= high
        narrow += high - low < 100
    return right / trials, narrow / trials


@pytest.mark.parametrize("shared", [1.0, 0.5, 0.0])
def test_the_interval_holds_the_true_amount_at_its_rate(shared: float) -> None:
    """400 searches with the same luck for all amounts, half of it, or none: 95% or more hold it."""
    right, narrow = holds(shared, 400, most=100, seed=7)
    assert right >= 0.95
    assert narrow >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize("shared", [1.0, 0.5, 0.0])
@pytest.mark.parametrize("probability", [0.5, 0.8, 0.9])
def test_the_interval_holds_at_its_rate_whatever_is_asked(shared: float, probability: float) -> None:
    """3,000 searches for other shares of worlds, with 200 worlds."""
    right, narrow = holds(shared, 3000, most=200, seed=11, probability=probability)
    assert right >= 0.95
    assert narrow >= 0.95


def misled(trials: int, *, low: bool, seed: int) -> float:
    """How often the interval misses where nearly all amounts lie at the chance asked, each with its own luck.

    Either all below 190 are just not enough and the rest do for certain, or all from 10 are just enough.
    """
    rng = np.random.default_rng(seed)
    wrong = 0
    for _ in range(trials):
        luck = rng.random((len(AMOUNTS), 100))
        before, after = (0.8, 1.0) if low else (0.0, 0.8)
        chances = np.where(np.arange(len(AMOUNTS)) < (190 if low else 10), before, after)
        met = luck < chances[:, None]
        found = smallest(lambda n, r, met=met: met[int(n), r.start : r.stop], AMOUNTS)
        least = 201 if found.at_least is None else found.at_least
        answer = 201 if found.answer is None else found.answer
        wrong += not least <= (190 if low else 10) <= answer
    return wrong / trials


@pytest.mark.parametrize("low", [True, False])
def test_the_interval_holds_where_it_is_misled_most_easily(low: bool) -> None:
    """500 searches: at most 5% miss, and some do, so the bounds are not beyond all reason."""
    assert 0 < misled(500, low=low, seed=3) <= 0.05


# ---- The question ------------------------------------------------------------------------------------------


def needing(amounts: list[float]) -> KnownWorlds:
    """World r has a caseload of what it needs less the posts, each post costs 1,000 pounds and some luck."""
    return KnownWorlds(
        lambda arm, r: 100 + amounts[r % len(amounts)] - posts_of(arm),
        lambda arm, r: 7.0 * r + posts_of(arm) * (1000.0 + r % 2),
    )


def test_posts_until_the_caseload_is_met() -> None:
    """World r has a caseload of what it needs less the posts; each post costs 1,000 pounds and some luck."""
    study = study_of({"Do nothing": []}, needing([30.0] * 9 + [90.0]))
    found = study.what_would_it_take("caseload at most 100 by 2026-04-01", posts, most=200)
    assert (found.at_least, found.answer) == (30, 30)
    assert found.interventions == (posts(30),)
    mean, low, high = found.cost
    assert mean == pytest.approx(30_015)
    assert low < mean < high
    assert "30 new posts added to “Do nothing” would be enough" in found.sentence
    assert "No smaller amount is enough" in found.sentence
    assert "£30,000" in found.sentence
    assert found.table.loc[30, "verdict"] == "enough"


def test_a_template_and_a_function_are_the_same_lever() -> None:
    """Of an intervention the amount that must be given is varied, or the one that is named."""
    study = study_of({"Do nothing": []}, needing([30.0]))
    function = study.what_would_it_take("caseload at most 100", posts)
    template = study.what_would_it_take("caseload at most 100", posts(5))
    named = study.what_would_it_take("caseload at most 100", posts(5), vary="number")
    assert function.sentence == template.sentence == named.sentence


def test_percent_of_pay_in_steps() -> None:
    """Steps of half a percent; caseload falls by 1 for each."""
    study = study_of({"Do nothing": []}, KnownWorlds(lambda arm, r: 20 - percent_of(arm), lambda arm, r: 0.0))
    found = study.what_would_it_take(
        "caseload at most 16.6", PayChange(1, start=START), between=(0, 10), step=0.5
    )
    assert (found.at_least, found.answer) == (3.5, 3.5)
    assert found.interventions == (PayChange(3.5, start=START),)
    assert "adds nothing to the cost" in found.sentence


def test_the_lever_is_added_to_a_scenario_and_compared_with_another() -> None:
    """Pay is there already in the scenario that posts are added to."""
    scenarios = {"Do nothing": [], "Pay": [PayChange(4, start=START)]}
    worlds = KnownWorlds(
        lambda arm, r: 50 + 5 * (r % 3) - posts_of(arm) - percent_of(arm), lambda arm, r: 1.0
    )
    found = study_of(scenarios, worlds).what_would_it_take(
        "caseload at least 10 lower than Do nothing", posts, scenario="pay"
    )
    assert (found.scenario, found.answer) == ("Pay", 6)
    assert found.target.than == "Do nothing"


def test_what_cannot_be_reached_is_said() -> None:
    """Not with 20 posts, and no amount is named."""
    found = study_of({"Do nothing": []}, needing([30.0])).what_would_it_take(
        "caseload at most 100", posts, (0, 20)
    )
    assert found.answer is None
    assert found.interventions == ()
    assert "Not within the range: even with 20 new posts" in found.sentence
    assert np.isnan(found.cost).all()
    picture: Any = found.plot()
    assert found.sentence in picture.workforce_sim_alt


def test_harm_is_said() -> None:
    """Posts that make it worse beyond 120."""
    worlds = KnownWorlds(lambda arm, r: 0.0 if 40 <= posts_of(arm) <= 120 else 1.0, lambda arm, r: 0.0)
    found = study_of({"Do nothing": []}, worlds).what_would_it_take("caseload at most 0.5", posts)
    assert found.answer == 40
    assert "Beware: more is not always better here" in found.sentence


@pytest.mark.parametrize(
    ("settings", "paths"),
    [
        ({"between": (5, 5), "probability": 80}, ["between", "probability"]),
        ({"between": (0, 10), "step": 20}, ["step"]),
        ({"between": (0, 10), "step": 1e-9}, ["step"]),
        ({"first": 30, "most": 20, "scenario": "Nothing"}, ["most", "scenario"]),
        ({"lever": "posts"}, ["lever"]),
        ({"lever": (posts, posts)}, ["lever"]),
        ({"lever": TeamStructure("generic", start=START)}, ["vary"]),
        ({"lever": WorkingConditions(hours_per_week=1, start=START)}, ["vary"]),
        ({"lever": posts(1), "vary": "nmber"}, ["vary"]),
        ({"lever": posts, "between": (-5, 5)}, ["lever at -5: number"]),
        ({"lever": lambda n: 1 / n, "between": (0, 5)}, ["lever at 0"]),
        ({"lever": lambda n: "posts"}, ["lever at 0[0]"]),
        ({"target": "caseload below 16 by 2050"}, ["by"]),
    ],
)
def test_what_is_refused(settings: dict[str, Any], paths: list[str]) -> None:
    """Before anything is run, and all of it."""
    worlds = needing([30.0])
    given: dict[str, Any] = {"target": "caseload below 16", "lever": posts} | settings
    with pytest.raises(InputError) as refused:
        study_of({"Do nothing": []}, worlds).what_would_it_take(
            given.pop("target"), given.pop("lever"), **given
        )
    assert [p.path for p in refused.value.problems] == paths
    assert not worlds.run


# ---- Two levers --------------------------------------------------------------------------------------------


def mixing(luck: float = 0.0) -> KnownWorlds:
    """A percent of pay does what four posts do; posts cost 1,000 pounds each, p percent 400 p squared."""
    return KnownWorlds(
        lambda arm, r: 100 - posts_of(arm) - 4 * percent_of(arm),
        lambda arm, r: 1000.0 * posts_of(arm) + 400 * percent_of(arm) ** 2 + luck * (r % 7) * percent_of(arm),
    )


MIX: dict[str, Any] = {"between": ((0, 60), (0, 10)), "step": (1, 1)}


def test_the_cheapest_mix() -> None:
    """40 are needed: with p percent 40 - 4 p posts; 40,000 - 4,000 p + 400 p squared is least at 5."""
    levers = (posts, lambda p: PayChange(p, start=START))
    found = study_of({"Do nothing": []}, mixing()).cheapest_mix("caseload at most 60", levers, **MIX)
    assert found.best is not None
    assert found.best.amounts == (20, 5)
    assert found.best.cost == pytest.approx((30_000, 30_000, 30_000))
    assert [m.amounts for m in found.mixes] == [(40 - 4 * p, p) for p in range(11)]
    assert found.interventions == (posts(20), PayChange(5, start=START))
    assert "The other 10 are dearer." in found.sentence
    picture: Any = found.plot()
    assert "20 new posts and +5% pay: £30,000" in picture.workforce_sim_alt


def test_mixes_that_cost_the_same_are_named() -> None:
    """With luck in the price of pay, 4 and 6 percent cannot be told from 5."""
    levers = (posts, PayChange(1, start=START))
    found = study_of({"Do nothing": []}, mixing(luck=400)).cheapest_mix("caseload at most 60", levers, **MIX)
    assert found.best is not None
    dearer = {m.amounts[1]: m.dearer[1] > 0 for m in found.mixes if m is not found.best}
    assert dearer[0]
    assert dearer[10]
    assert not all(dearer.values())
    assert "cannot be told apart" in found.sentence


def test_no_mix_is_enough() -> None:
    """200 are out of reach of both together."""
    levers = (posts, PayChange(1, start=START))
    found = study_of({"Do nothing": []}, mixing()).cheapest_mix("caseload at most -100", levers, **MIX)
    assert found.best is None
    assert "No mix up to 60 new posts and +10% pay" in found.sentence
    assert len(found.plot().axes) == 1


def test_what_is_refused_of_a_mix() -> None:
    """Two of everything, and no more amounts of the second lever than can be searched."""
    study = study_of({"Do nothing": []}, mixing())
    with pytest.raises(InputError) as refused:
        study.cheapest_mix("caseload below 6", (posts,), between=((0, 5),), step=1)  # type: ignore[arg-type]
    assert [p.path for p in refused.value.problems] == ["levers", "between", "step"]
    with pytest.raises(InputError, match="at most 25 amounts of the second lever"):
        study.cheapest_mix("caseload below 6", (posts, posts), between=((0, 5), (0, 50)), step=(1, 1))


def test_a_measure_without_a_value_is_refused_by_the_question_that_was_asked() -> None:
    """Turnover has none at the date: the message names what was asked, one lever or two."""
    study = study_of({"Do nothing": []}, KnownWorlds(lambda arm, r: float("nan")))
    with pytest.raises(InputError, match="in what_would_it_take"):
        study.what_would_it_take("turnover rate below 6", posts, (0, 10))
    with pytest.raises(InputError, match="in cheapest_mix"):
        study.cheapest_mix("turnover rate below 6", (posts, PayChange(1, start=START)), **MIX)


# ---- A small service ---------------------------------------------------------------------------------------


def test_of_a_small_service_the_answer_does_under_another_seed() -> None:
    """Early help until there are two open children fewer: what is enough holds in 80% of 80 other worlds."""
    text = "open children at least 2 lower than Do nothing by 2025-10-01"
    service = small_authority(workers=3, referrals_per_day=0.6)
    one = Study(
        service, {"Do nothing": []}, start="2025-04-01", years=0.5, seed=1, replications=10, processes=1
    )
    found = one.what_would_it_take(text, EarlyHelp(10, start="2025-04-01"), (0, 60), step=10, most=50)
    assert found.at_least is not None
    assert found.answer is not None
    assert found.at_least <= found.answer
    scenarios = {"Do nothing": [], "Early help": list(found.interventions)}
    fresh = Study(service, scenarios, start="2025-04-01", years=0.5, seed=2, replications=10, processes=1)
    again = fresh.claim(text, replications=80)
    assert again.met / again.worlds >= 0.8
