"""Paces of the steady state by stage, and the staff at which all types of team keep up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import integrate, stats

import workforce_sim as ws
from workforce_sim.authority.layout import layout
from workforce_sim.authority.pace import pace
from workforce_sim.authority.paces import Hours, Mix
from workforce_sim.authority.stage_rules import STAGE
from workforce_sim.authority.steady import steady
from workforce_sim.demand.luck import family_size

PRESETS = ["birmingham-2015", "birmingham-2025", "england-2025"]
ALIKE = Hours(case_hours=4.0, overtime_share=0.5, overtime_limit=1.0, spread=0.0)
DIFFERENT = Hours(case_hours=4.0, overtime_share=0.5, overtime_limit=1.0, spread=0.5)


def stages(*of: tuple[int, float, float]) -> np.ndarray:
    """Stages of these types of team, hours of progress and hours of upkeep a child and day."""
    found = np.zeros(len(of), STAGE)
    found["team_type"], found["attention"], found["upkeep"] = zip(*of, strict=True)
    return found


def mix(*of: tuple[int, float, float], days: list[float], worked: list[float], children: float = 1.0) -> Mix:
    """Of a history, at full pace: days in each stage per referral, and days worked on."""
    table, worked_days = stages(*of), np.array(worked)
    hours = worked_days * table["attention"]
    return Mix.of(table, hours, np.array(days), np.ones(len(of)), children)


def by_hand(found: Mix, s: int, caseload: float, share: float, hours: Hours) -> float:
    """The same mean pace by numerical integration over the gamma law of loads."""
    here = found.types == found.types[s]
    wanted, upkeep = (caseload * x[here].sum() / share for x in (found.wanted, found.upkeep))
    law = stats.gamma(hours.spread**-2.0, scale=hours.spread**2.0)

    def weighed(x: float) -> float:
        load = (max(0.0, x * wanted + found.more_wanted[s]), max(0.0, x * upkeep + found.more_upkeep[s]))
        rules = (hours.case_hours, hours.overtime_share, hours.overtime_limit)
        return float(law.pdf(x) * x * pace(*load, *rules))

    return float(integrate.quad(weighed, 0.0, 12.0, limit=400, epsabs=1e-8)[0])


def test_where_loads_are_alike_every_stage_goes_at_the_pace_of_the_mean_load() -> None:
    """Sixteen children at 0.3 and 0.1 hours, a quarter of them in a stage twice as heavy."""
    found = mix((0, 0.3, 0.1), (0, 0.6, 0.1), days=[75.0, 25.0], worked=[75.0, 25.0])
    expected = pace(16 * (0.75 * 0.3 + 0.25 * 0.6), 16 * 0.1, 4.0, 0.5, 1.0)
    assert found.paces(16.0, np.ones(1), ALIKE) == pytest.approx([expected, expected])


def test_where_loads_differ_the_pace_is_the_mean_over_loads_by_load() -> None:
    """As by numerical integration; the quantiles of the law that are used leave out its last half percent."""
    found = mix((0, 0.3, 0.1), (0, 0.6, 0.05), days=[75.0, 25.0], worked=[60.0, 25.0], children=2.0)
    paces = found.paces(16.0, np.ones(1), DIFFERENT)
    assert paces == pytest.approx([by_hand(found, s, 16.0, 1.0, DIFFERENT) for s in (0, 1)], abs=0.003)
    assert paces[1] < paces[0] < found.paces(16.0, np.ones(1), ALIKE)[0]


def test_a_case_is_on_the_list_that_it_makes_heavy() -> None:
    """By the hours it wants beyond the mean of its type (by hours wanted), times the siblings in it."""
    found = mix((0, 0.2, 0.1), (0, 0.6, 0.3), days=[60.0, 20.0], worked=[60.0, 20.0], children=2.5)
    mean = (12 * 0.2 + 12 * 0.6) / 24  # both want 12 hours
    assert found.more_wanted == pytest.approx(2.5 * (np.array([0.2, 0.6]) - mean))
    assert found.more_upkeep == pytest.approx(2.5 * (np.array([0.1, 0.3]) - 0.2))
    alone = mix((0, 0.2, 0.1), (1, 0.6, 0.3), days=[60.0, 20.0], worked=[60.0, 20.0], children=2.5)
    assert not alone.more_wanted.any(), "alone in its type, a stage is its own mean"


def test_types_are_staffed_to_go_at_one_pace() -> None:
    """The same hours, but in one type half of them are upkeep: it needs more than half of the staff."""
    found = mix((0, 0.4, 0.0), (1, 0.2, 0.2), days=[50.0, 50.0], worked=[50.0, 50.0])
    for hours in (ALIKE, DIFFERENT):
        shares = found.shares_at_one_pace(18.0, 2, hours)
        paces = found.paces(18.0, shares, hours)
        assert paces[0] == pytest.approx(paces[1], abs=1e-6)
        assert paces[0] < 1.0
        assert shares.sum() == pytest.approx(1.0)
        assert shares[1] > 0.51


def test_with_time_to_spare_staff_are_shared_by_what_full_attention_needs() -> None:
    """Nobody is slowed down, and twice the work has twice the staff."""
    found = mix((0, 0.3, 0.1), (1, 0.3, 0.1), days=[60.0, 30.0], worked=[60.0, 30.0])
    assert found.shares_at_one_pace(0.5, 2, ALIKE) == pytest.approx([2 / 3, 1 / 3], rel=1e-6)
    assert found.paces(0.5, np.array([2 / 3, 1 / 3]), ALIKE).tolist() == [1.0, 1.0]


def test_a_type_that_only_keeps_cases_has_the_hours_they_cost() -> None:
    """Nobody there makes progress, so no pace is asked for; a type without any work has no staff."""
    found = mix((0, 0.3, 0.0), (1, 0.0, 0.1), (2, 0.1, 0.1), days=[50.0, 50.0, 0.0], worked=[50.0, 0.0, 0.0])
    shares = found.shares_at_one_pace(4.0, 3, ALIKE)
    assert shares == pytest.approx([0.75, 0.25, 0.0], abs=1e-6)
    assert found.paces(4.0, shares, ALIKE).tolist() == [1.0, 1.0, 1.0]


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.floats(0.0, 3.0), st.floats(0.0, 1.0), st.floats(0.0, 500.0)),
        min_size=1,
        max_size=6,
    ),
    st.one_of(st.just(0.0), st.floats(0.01, 60.0)),
    st.sampled_from([0.0, 0.3, 0.48, 1.0]),
    st.floats(0.05, 12.0),
    st.floats(1.0, 6.0),
)
@example([(0, 5e-324, 0.0, 1.0)], 0.0, 0.0, 2.0, 1.0)
@example([(0, 5e-324, 0.0, 1.0)], 12.0, 0.48, 2.0, 1.0)
@example([(0, 0.0, 5e-324, 1.0), (1, 5e-324, 0.0, 1.0)], 12.0, 0.48, 2.0, 1.0)
@example([(0, 1.0, 0.0, 1.0), (1, 1e-12, 0.0, 1.0)], 12.0, 0.48, 2.0, 1.0)
def test_shares_and_paces_are_there_for_any_service(
    of: list[tuple[int, float, float, float]],
    caseload: float,
    spread: float,
    case_hours: float,
    children: float,
) -> None:
    """However heavy a case and however short the day: shares add up to 1, paces are from 0 to 1."""
    hours = Hours(case_hours, 0.5, 1.0, spread)
    days = [length for *_, length in of]
    found = mix(*(stage for *stage, _ in of), days=days, worked=days, children=children)
    shares = found.shares_at_one_pace(caseload, 4, hours)
    assert shares.sum() == pytest.approx(1.0)
    assert (shares >= 0.0).all()
    paces = found.paces(caseload, shares, hours)
    assert ((paces >= 0.0) & (paces <= 1.0)).all()


@pytest.mark.parametrize("shares", [None, [0.5, 0.3, 0.2], [0.0, 0.0, 1.0]])
def test_the_case_of_a_random_child_has_more_children_than_a_random_case(shares: list[float] | None) -> None:
    """The mean of the square over the mean; one child where siblings are cases of their own."""
    england = ws.Authority.preset("england-2025").demand
    mean = england.children_per_family if shares is None else sum(n * s for n, s in enumerate(shares, 1))
    demand = england.model_copy(update={"family_sizes": shares, "children_per_family": mean})
    sizes = family_size((np.arange(200_000) + 0.5) / 200_000, mean, shares)
    assert demand.children_met == pytest.approx((sizes**2).mean() / sizes.mean(), rel=1e-3)
    assert demand.model_copy(update={"siblings_together": False}).children_met == 1.0


@pytest.mark.parametrize("name", PRESETS)
def test_paces_shares_and_mix_of_the_steady_state_go_with_each_other(name: str) -> None:
    """Nothing moves when each is worked out again from the others, and every type goes at the pace of all."""
    preset = ws.Authority.preset(name)
    found = steady(preset)
    table, caseload = found.table.stages, preset.census.caseload
    again = Mix.of(
        table, found.history.worked_hours, found.history.days, found.paces, preset.demand.children_met
    )
    number = len(found.pathway.team_types)
    np.testing.assert_allclose(again.wanted, found.mix.wanted, rtol=1e-4)
    np.testing.assert_allclose(again.paces(caseload, found.type_shares, found.hours), found.paces, rtol=1e-4)
    weight = np.bincount(again.types, again.wanted, number)
    np.testing.assert_allclose(
        np.bincount(again.types, again.wanted * found.paces, number) / weight, found.pace, rtol=1e-4
    )
    by_name = dict(zip(found.pathway.stage_names, found.paces, strict=True))
    assert by_name["child protection plan"] < by_name["long-term support"], "the heavier is the slower"


def test_a_small_type_of_team_is_rounded_up_to_whole_posts() -> None:
    """If there are posts enough: England's front door needs one of a hundred case holders and has two."""
    england = ws.Authority.preset("england-2025")
    plan, needed = layout(england), steady(england).type_shares
    holders = sum(group.number for group in england.posts if group.holds_cases)
    first = np.cumsum([0, *plan.teams_of_type[:-1]])
    has = np.add.reduceat(plan.shares, first) * holders
    small = needed * holders < 10
    assert small.any()
    assert (has[small] >= np.ceil(needed[small] * holders) - 1e-9).all()
    assert has.sum() == pytest.approx(holders)
