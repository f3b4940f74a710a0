"""Differences in words say what the comparison found: which way, how surely, in digits that are known."""

import datetime as dt
import math

import numpy as np
import pytest

import workforce_sim as ws
from workforce_sim.command import as_text
from workforce_sim.measures.paths import BY_NAME, MEASURES, PLACE
from workforce_sim.report.answer import answers, report_months
from workforce_sim.report.in_words import difference
from workforce_sim.report.sections.levels import differences_table
from workforce_sim.report.sections.money import price_table
from workforce_sim.study.arm import Plan
from workforce_sim.testing import small_authority


@pytest.fixture(scope="module")
def result() -> ws.Result:
    """Twelve worlds of a small service that early help reaches, and a plan that is the same twice."""
    early_help = [ws.EarlyHelp(40, start="2025-04-01", cost_gbp_per_year=12_000)]
    scenarios = {"Do nothing": [], "Early help": early_help, "The same": early_help}
    service = small_authority(workers=3, referrals_per_day=0.6)
    return ws.Study(service, scenarios, "2025-04-01", years=1, replications=12, processes=1).run(
        progress=False
    )


@pytest.mark.parametrize(
    ("measure", "mean", "low", "high", "words"),
    [
        ("caseload", -1.4, -1.6, -1.2, "1.4 lower (95% interval 1.2 to 1.6): better"),
        ("caseload", 1.4, 1.2, 1.6, "1.4 higher (95% interval 1.2 to 1.6): worse"),
        ("in_post_fte", 5.7, 4.7, 6.6, "5.7 FTE more (95% interval 4.7 to 6.6): better"),
        ("agency_rate", 1.4, 0.9, 1.8, "1.4 percentage points higher (95% interval 0.9 to 1.8): worse"),
        ("open_children", -66, -79, -54, "66 lower (95% interval 54 to 79)"),  # neither is better in itself
        ("cost_to_date_gbp", 1_058_210, 1_039_051, 1_077_369, "£1.1m more (95% interval £1.0m to £1.1m)"),
        ("caseload", 0.2, -0.1, 0.5, "cannot be told apart (95% interval 0.1 lower to 0.5 higher)"),
        ("agency_fte", 0.0, 0.0, 0.0, "no difference"),
        ("turnover_rate", math.nan, math.nan, math.nan, "no value"),
        ("caseload", -1.4, math.nan, math.nan, "1.4 lower (one world: no interval)"),
    ],
)
def test_a_difference_in_words(measure: str, mean: float, low: float, high: float, words: str) -> None:
    """Which way and which is better come from the numbers; an interval with 0 in it says neither."""
    assert difference(BY_NAME[measure], mean, low, high) == words


def test_every_plan_and_month_has_its_lines(result: ws.Result) -> None:
    """A heading a plan and month, a line a measure, and what kind of uncertainty it is."""
    lines = result.in_words(measures=["open_children", "cost_to_date_gbp"], at=[6, 12]).splitlines()
    assert lines[0] == "“Early help” beside “Do nothing”, after six months:"
    assert lines[3] == "“Early help” beside “Do nothing”, after one year:"
    assert lines[6] == "“The same” beside “Do nothing”, after six months:"
    assert lines[5] == "  Cost to date: £12,000 more (95% interval £12,000 to £12,000)"
    assert lines[-1].startswith("12 worlds, the same luck in every scenario. Chance only")
    assert len(lines) == 13


def test_the_words_are_those_of_the_comparison(result: ws.Result) -> None:
    """The numbers of the table, by default of the last month, beside the first scenario."""
    row = result.compare("Early help", measures="open_children", at=12).iloc[0]
    said = difference(BY_NAME["open_children"], row["difference"], row["low"], row["high"])
    assert said.split()[1] == "lower"
    assert f"  Children with an open case: {said}" in result.in_words("Early help", "open_children")


def test_two_plans_that_are_the_same_do_not_differ(result: ws.Result) -> None:
    """Beside another than the first."""
    said = result.in_words("The same", "open_children", to="Early help").splitlines()
    assert said[:2] == [
        "“The same” beside “Early help”, after one year:",
        "  Children with an open case: no difference",
    ]


def test_what_is_not_there_is_refused(result: ws.Result) -> None:
    """As by the comparison, with the nearest name."""
    with pytest.raises(ws.InputError, match="did you mean 'caseload'"):
        result.in_words(measures="caselod")
    with pytest.raises(ws.InputError, match="a scenario of this study"):
        result.in_words("Late help")


@pytest.fixture(scope="module")
def near_nothing() -> ws.Result:
    """Forty worlds of three years: caseloads are lower by 2.2 standard errors at the end of each, unrelated.

    That is more than the t of one date (2.02), and less than what three dates together need (about 2.5).
    """
    worlds = 40
    luck = np.random.default_rng(1).normal(size=(worlds, 3))
    luck = np.linalg.qr(luck - luck.mean(axis=0))[0]  # unrelated, mean 0
    luck *= math.sqrt(worlds * (worlds - 1))  # standard error 1
    values = np.full((2, worlds, len(MEASURES), 37), 20.0)
    values[1, :, PLACE["caseload"], [12, 24, 36]] += 0.1 * (luck.T - 2.2)
    values[1, :, PLACE["cost_to_date_gbp"]] += 1000.0
    plan = Plan(small_authority(), {"Do nothing": (), "Posts": ()}, dt.date(2025, 4, 1), 3, 1)
    return ws.Result.of(plan, values, seconds=0.0)


def test_near_nothing_the_words_say_what_the_table_says(near_nothing: ws.Result) -> None:
    """One date alone would be told apart; the dates of the page together are not, wherever that is said."""
    one = near_nothing.compare("Posts", measures="caseload", at=36).iloc[0]
    assert one["verdict"] == "lower: better"
    row = near_nothing.compare("Posts", measures="caseload", at=[12, 24, 36]).loc["caseload", 36]
    assert row["verdict"] == "cannot be told apart"
    (lead,) = (answer.lead for answer in answers(near_nothing, 36))
    assert "cannot be told apart" in lead
    (caseload, *_) = differences_table(near_nothing, report_months(near_nothing)).groups
    assert all("cannot be told apart" in cell.under for cell in caseload.rows[0].cells[:3])
    said = difference(BY_NAME["caseload"], row["difference"], row["low"], row["high"])
    assert said.startswith("cannot be told apart")
    for words in (near_nothing.in_words(measures="caseload"), near_nothing.in_words(at=[12, 36])):
        assert f"  {BY_NAME['caseload'].label}: {said}" in words
    assert f"({row['low']:+.1f} to {row['high']:+.1f}) against Do nothing" in as_text(near_nothing)


def test_what_cannot_be_told_apart_has_no_price(near_nothing: ws.Result) -> None:
    """Fieller's interval of the last date alone would give one."""
    assert math.isfinite(near_nothing.cost_per("Posts", "caseload", at=36).low)
    (caseload, *_) = price_table(near_nothing, 36).groups
    price = caseload.rows[0].cells[0]
    assert (price.value, price.under) == ("no price", ("cannot be told from no improvement",))


def test_a_month_between_the_dates_of_the_page_is_added_to_them(near_nothing: ws.Result) -> None:
    """After 30 months nothing differs; what is said of the end beside it is what is said of it alone."""
    both = near_nothing.in_words(measures="caseload", at=[30, 36]).splitlines()
    assert both[1] == f"  {BY_NAME['caseload'].label}: no difference"
    assert both[3] == near_nothing.in_words(measures="caseload").splitlines()[1]
