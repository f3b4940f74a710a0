"""Exact relations of the workforce, read from the event log by somebody who does not trust the counters."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import workforce_sim as ws
from workforce_sim.measures.paths import HEADINGS
from workforce_sim.study.budget import budget_year, fieller
from workforce_sim.study.decomposition import PARTS, contributions

ENGLAND = ws.Authority.preset("england-2025")
START = "2025-10-01"
#: Everything that moves people at once.
POLICIES = [
    ws.NewPosts(12, start="2025-12-01", end="2026-06-30"),
    ws.NewlyQualifiedCohort(4, start="2026-03-01"),
    ws.AgencyConversion(6000, start="2026-01-01"),
    ws.Redundancy(8, start="2026-09-01", grade="qualified without cases"),
    ws.ManagedTeam(5, start="2026-02-01", end="2026-08-31"),
    ws.PayChange(4, start="2026-04-01", matched_after_years=2.0),
    ws.ManagerStabilisation(30, start="2026-01-01"),
    ws.AgencyRules(start="2026-05-01"),
]

#: What every event of a post leads from and to: E empty, A agency, P permanent, N notice, - no post.
MOVES = {
    "started": ("E", "P"),
    "promoted": ("E", "P"),
    "moved": ("P", "E"),
    "notice": ("P", "N"),
    "left": ("PN", "E"),
    "agency started": ("E", "A"),
    "agency notice": ("A", "A"),
    "agency ended": ("A", "E"),
    "converted": ("A", "P"),
    "moved up": ("PN", None),
    "away": ("APN", None),
    "back": ("APN", None),
}


@cache
def busy(replication: int) -> ws.Run:
    """Two years in which everything happens."""
    return ws.Simulation(ENGLAND, POLICIES, START, 2, seed=4, replication=replication, log=True).run()


@pytest.mark.parametrize("replication", range(3))
def test_posts_are_permanent_agency_or_empty_in_every_team_at_every_event(replication: int) -> None:
    """Every event of a post follows from the one before; a team's posts change when one opens or closes."""
    run = busy(replication)
    team = {p.index: p.team for p in run.service.posts}
    established = {p.index: p.established for p in run.service.posts}
    states: dict[int, str] = {}
    for i, post in enumerate(run.service.posts):
        if post.opened == 0:
            states[i] = "?"
    posts = np.bincount([team[p] for p in states if established[p]], minlength=len(set(team.values())))
    closing: set[int] = set()
    for event, post in zip(run.log["event"], run.log["post"], strict=True):
        if event == "opened":
            states[post] = "E"
            posts[team[post]] += established[post]
        elif event == "post closed":
            closing.add(post)
            posts[team[post]] -= established[post]
        elif event in MOVES:
            assert post not in closing or event in ("left", "agency ended", "back"), (event, post)
            before, after = MOVES[event]
            assert states[post] == "?" or states[post] in before, (event, post, states[post])
            if after is not None:
                states[post] = after
        here = [p for p in states if established[p] and p not in closing]
        assert all(states[p] in "EAPN?" for p in here[-3:])
    counted = np.bincount(
        [team[p] for p in states if established[p] and p not in closing], minlength=len(posts)
    )
    np.testing.assert_array_equal(counted, posts)
    fte = {p.index: p.fte for p in run.service.posts}
    total = sum(fte[p] for p in states if established[p] and p not in closing)
    assert run.service.established_fte == pytest.approx(total, abs=1e-9)
    known = {p: s for p, s in states.items() if s != "?"}
    shown = {p["post"]: p["state"][0] for p in run.service.state_of_posts()}
    assert all(shown[p] == (s if p not in closing else "C") for p, s in known.items())


@pytest.mark.parametrize("replication", range(3))
def test_a_conversion_moves_no_case(replication: int) -> None:
    """In the instant of a conversion no family of that worker returns to a list."""
    log = busy(replication).log
    converted = log[log["event"] == "converted"]
    assert len(converted)
    for day, post in zip(converted["day"], converted["post"], strict=True):
        same = log[(log["post"] == post) & ((log["day"] - day).abs() < 1e-9)]
        assert "returned" not in set(same["event"])


@pytest.mark.parametrize("replication", range(3))
def test_flows_are_the_events_of_the_log(replication: int) -> None:
    """Starters, leavers, promotions and so on by FTE; everybody who left went somewhere."""
    run = busy(replication)
    fte = {p.index: p.fte for p in run.service.posts}
    flows = run.service.flows
    for event, flow in (
        ("started", "starters"),
        ("left", "leavers"),
        ("converted", "conversions"),
        ("promoted", "promotions"),
        ("moved", "promotions"),
        ("agency started", "agency_starts"),
        ("agency ended", "agency_ends"),
        ("away", "absences"),
        ("post closed", "posts_closed"),
    ):
        found = sum(fte[p] for p in run.log["post"][run.log["event"] == event])
        assert flows[flow] == pytest.approx(found, abs=1e-9), event
    went = ("left_retired", "left_to_agency", "left_to_other_authority", "left_sector", "made_redundant")
    assert sum(flows[name] for name in went) == pytest.approx(flows["leavers"], abs=1e-9)


@cache
def study() -> ws.Result:
    """Nothing, and everything, in a few worlds over two budget years."""
    plan = {"nothing": [], "everything": POLICIES}
    with pytest.warns(ws.FewRunsWarning):
        return ws.Study(ENGLAND, plan, START, 2, seed=4, replications=4).run(progress=False, processes=1)


def test_a_budget_adds_up_to_the_penny() -> None:
    """Headings add up to the total, years to the cost to date, and what is added to the paired difference."""
    result = study()
    table = result.budget()
    for scenario in result.scenarios:
        spent = 0.0
        for year in ("2025-26", "2026-27", "2027-28"):
            part = table.xs((scenario, year))
            headings = part.drop("total")
            assert list(headings.index) == list(HEADINGS)
            for column in ("mean", "added"):
                assert headings[column].sum() == pytest.approx(part.loc["total", column], abs=0.005)
            spent += part.loc["total", "mean"]
        assert spent == pytest.approx(result.samples("cost_to_date_gbp", scenario)[:, -1].mean(), abs=0.005)
    assert table.loc["nothing"]["added"].abs().max() == 0.0


def test_pay_by_grade_is_pay() -> None:
    """What permanent workers of all grades cost is the heading pay, at every mark."""
    counts = busy(0).counts
    grades = sum(counts[f"sum_pay_grade_{g}"] for g in range(len(ENGLAND.posts)))
    np.testing.assert_allclose(grades, counts["sum_cost_pay"], rtol=1e-12, atol=0.005)


def test_budget_years_begin_in_april() -> None:
    """31 March belongs to the year before."""
    import datetime as dt

    assert budget_year(dt.date(2026, 3, 31)) == "2025-26"
    assert budget_year(dt.date(2026, 4, 1)) == "2026-27"
    assert budget_year(dt.date(1999, 12, 1)) == "1999-00"


def test_a_change_of_caseload_is_the_sum_of_its_parts() -> None:
    """In every world, to 1e-9, over any months."""
    result = study()
    caseload = result.samples("caseload", "everything")
    for first, last in ((0, 24), (3, 4), (6, 18)):
        parts = contributions(result, "everything", first, last)
        assert list(parts) == list(PARTS)
        total = np.sum(list(parts.values()), axis=0)
        np.testing.assert_allclose(total, caseload[:, last] - caseload[:, first], rtol=0, atol=1e-9)


def test_fieller_is_wide_where_the_gain_is_small_and_nothing_where_it_is_none() -> None:
    """A ratio of 10 to 5 from exact pairs; no bounds where the mean below cannot be told from 0."""
    wobble = np.array([0.0, 1e-9, 0.0, -1e-9])
    exact = fieller(10.0 + wobble, 5.0 + wobble[::-1])
    np.testing.assert_allclose(exact, 2.0, rtol=1e-8)
    ratio, low, high = fieller(np.array([10.0, 11, 9, 10]), np.array([-1.0, 1.1, 0.9, -0.8]))
    assert np.isfinite(ratio)
    assert np.isnan([low, high]).all()


def test_an_improvement_has_a_price_only_where_there_is_one() -> None:
    """Posts lower the caseload at so many pounds a child; measures of neither good nor bad are refused."""
    result = study()
    price = result.cost_per("everything", "in_post_fte")
    assert price.pounds == pytest.approx(price.extra_gbp / price.improvement)
    with pytest.raises(ws.InputError, match="more or less is better"):
        result.cost_per("everything", "open_children")


@pytest.mark.slow
@pytest.mark.parametrize(("cv", "low", "high"), [(0.24, 2.3, 4.0), (0.0, 0.75, 1.15)])
def test_yearly_leavers_spread_as_published_because_years_differ(cv: float, low: float, high: float) -> None:
    """Variance over mean of the leavers of a second year, 40 of them: 3.1 published, 1 from Poisson luck."""
    scaled = tuple(
        g.model_copy(update={n: round(1.6 * getattr(g, n)) for n in ("number", "vacant", "agency")})
        for g in ENGLAND.posts
    )
    authority = ENGLAND.with_changes(
        posts=scaled, census={"turnover_rate": 14.5}, workforce={"leaving_year_cv": cv}
    )
    leavers = []
    for i in range(240):
        run = ws.Simulation(authority, [], START, 2, seed=11, replication=i).run()
        leavers.append(run.counts["sum_leavers"][24] - run.counts["sum_leavers"][12])
    assert low < np.var(leavers, ddof=1) / np.mean(leavers) < high
