"""The badge: what charts and sentences say of the back-test, in words that may be pasted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest

from tests.questions.known import plan_of
from workforce_sim.measures.paths import BY_NAME
from workforce_sim.report import badge as badges
from workforce_sim.report.badge import NOT_TESTED, Scored, badge, badge_table
from workforce_sim.study.questions.claim import CAUTION, claim

ONE = Scored(
    measure="agency_rate",
    horizon=1,
    rows=835,
    authorities=122,
    first=2019,
    last=2025,
    held_chance=61.4,
    held=90.6,
    width_chance=8.0,
    width=16.8,
    gain=2.1,
    rival="regression to the mean",
)
THREE = replace(ONE, horizon=3, held_chance=40.2, held=86.0, width=28.0, gain=-0.4, first=2021)
LOAD = replace(ONE, measure="caseload", held_chance=70.0, width=12.0)

Record = Callable[..., None]


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Record:
    """Put these in place of the packaged record."""

    def put(*tested: Scored) -> None:
        monkeypatch.setattr(badges, "record", lambda: tested)

    return put


def test_without_a_record_it_is_not_back_tested(recorded: Record) -> None:
    recorded()
    assert badge(["agency_rate"], 1) == NOT_TESTED == "Not back-tested."
    assert badge_table() == []


def test_it_says_how_often_bands_held_and_what_makes_them_hold(recorded: Record) -> None:
    recorded(ONE, THREE)
    assert badge(["agency_rate"], 1) == (
        "Back-tested 2019 to 2025 on 122 authorities: 1 year ahead, bands of chance alone, like these, that "
        "should hold 90% of what happened held the agency rate 61% of the time (91% once past errors are "
        "allowed for, in bands 2.1 times as wide)."
    )


def test_years_are_rounded_up_to_a_tested_horizon_and_none_is_the_furthest(recorded: Record) -> None:
    recorded(ONE, THREE)
    assert badge(["agency_rate"], 0.5) == badge(["agency_rate"], 1)
    assert badge(["agency_rate"], 1.5) == badge(["agency_rate"], 3) == badge(["agency_rate"])
    assert "3 years ahead" in badge(["agency_rate"])
    recorded(replace(ONE, first=2025))
    assert badge(["agency_rate"], 1).startswith("Back-tested in 2025 on 122 authorities: 1 year ahead")
    recorded(ONE, THREE)
    assert badge(["agency_rate"], 5).endswith("Nothing further than 3 years ahead is back-tested.")


def test_a_simple_rule_that_forecasts_better_is_named(recorded: Record) -> None:
    recorded(ONE, THREE)
    better = "Going back towards the national average forecast the agency rate better, by 0.4%."
    assert badge(["agency_rate"], 3).endswith(better)
    assert "better" not in badge(["agency_rate"], 1)


def test_measures_without_a_record_are_named_beside_those_with_one(recorded: Record) -> None:
    recorded(ONE, LOAD)
    said = badge(["agency_rate", "caseload", "cost_to_date_gbp", "agency_rate"], 1)
    assert "held the agency rate 61% of the time" in said
    assert ", the average caseload 70% of the time (91%" in said
    assert said.endswith("Not back-tested: cost to date.")
    assert said.count("agency rate") == 1


def test_a_claim_of_a_level_says_how_often_such_bands_held(recorded: Record) -> None:
    """One of a difference says only that differences cannot be back-tested."""
    recorded(LOAD)
    plan = plan_of({"Nothing": [], "Posts": []})
    values = np.full((40, 13), 15.0)
    level, compared = (
        claim(plan, lambda *_: values, target, "Posts", chance=0.5, level=0.95).sentence
        for target in ("caseload below 16", "caseload at least 0.5 lower")
    )
    assert level.endswith(f"{CAUTION} {badge(['caseload'], 1)}")
    assert compared.endswith(CAUTION)


def test_the_packaged_record_is_whole() -> None:
    """Every measure that is scored, over 1, 2 and 3 years, with numbers that can be said."""
    rows = badge_table()
    measures = {"turnover_rate", "agency_rate", "vacancy_rate", "caseload", "in_post_fte"}
    assert {(row["measure"], row["horizon"]) for row in rows} == {(m, h) for m in measures for h in (1, 2, 3)}
    for row in rows:
        assert set(row) == {f.name for f in fields(Scored)}
        assert row["measure"] in BY_NAME
        assert 0 <= row["held_chance"] <= 100
        assert row["width"] > row["width_chance"] > 0
        assert "Back-tested" in badge([row["measure"]], row["horizon"])
