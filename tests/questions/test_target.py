"""Targets: what sentences mean, which are refused, and in which worlds a target is met."""

import datetime as dt
import math
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.questions.known import plan_of
from workforce_sim.errors import InputError
from workforce_sim.measures.paths import BY_NAME, MEASURES
from workforce_sim.study.questions.target import SIDES, Target

APRIL = "2018-04-01"


@pytest.mark.parametrize(
    ("text", "measure", "settings"),
    [
        ("average caseload below 16 by 2018", "caseload", {"below": 16, "by": "2018-01-01"}),
        ("Average Caseload under 16.5 by April 2018", "caseload", {"below": 16.5, "by": APRIL}),
        ("the caseload must be lower than 16 by 2018-04.", "caseload", {"below": 16, "by": APRIL}),
        ("caseload < 16 before 1st April 2018", "caseload", {"below": 16, "by": APRIL}),
        ("agency rate at most 10 on 2018-04-01", "agency_rate", {"at_most": 10, "by": APRIL}),
        ("AGENCY RATE no more than 10% by 1 apr 2018", "agency_rate", {"at_most": 10, "by": APRIL}),
        ("turnover is not above 15 per cent", "turnover_rate", {"at_most": 15}),
        (
            "unallocated children 5 or fewer in June 2018",
            "unallocated_children",
            {"at_most": 5, "by": "2018-06-01"},
        ),
        (
            "assessments in time at least 85% by 2018",
            "assessments_in_time_rate",
            {"at_least": 85, "by": "2018"},
        ),
        ("in_post_fte above 1,200 by 2018", "in_post_fte", {"above": 1200, "by": "2018"}),
        ("cost to date below £12.5m by 2018", "cost_to_date_gbp", {"below": 12_500_000, "by": "2018"}),
        ("open cases below 3 thousand", "open_children", {"below": 3000}),
        ("re-referrals below 20", "rereferral_rate", {"below": 20}),
        (
            "caseload at least 2 lower than Do nothing by 2018-04-01",
            "caseload",
            {"lower_by": 2, "than": "Do nothing", "by": APRIL},
        ),
        ("caseload 2 children lower by 2018-04-01", "caseload", {"lower_by": 2, "by": APRIL}),
        (
            "agency rate 2.5 percentage points lower than “10 more posts” by April 2018",
            "agency_rate",
            {"lower_by": 2.5, "than": "10 more posts", "by": APRIL},
        ),
        (
            "in post fte higher than Do nothing by 20 by 2018",
            "in_post_fte",
            {"higher_by": 20, "than": "Do nothing", "by": "2018"},
        ),
    ],
)
def test_sentences(text: str, measure: str, settings: dict[str, Any]) -> None:
    """A sentence and the values it states are the same target."""
    assert Target.read(text) == Target(measure, **settings)


@given(
    st.sampled_from([m.name for m in MEASURES]),
    st.sampled_from(list(SIDES)),
    st.decimals(0, 10**7, places=2, allow_nan=False),
    st.sampled_from([None, "Do nothing", "80 posts, no pay", "2018 plan"]),
    st.none() | st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)),
)
def test_a_target_in_words_is_read_as_itself(
    measure: str, side: str, level: Any, than: str | None, by: dt.date | None
) -> None:
    """Whatever is stated, its own description states it too."""
    compared = {"than": than} if side.endswith("_by") else {}
    settings: dict[str, Any] = {side: float(level), "by": by} | compared
    target = Target(measure, **settings)
    assert Target.read(str(target)) == target


@given(st.text(max_size=60) | st.text("caseloadbwtxn 0123456789.,%£-><", max_size=40))
def test_any_text_is_read_or_refused_with_the_reason(text: str) -> None:
    """No text ends in another error than the one that teaches; a test fails by any other."""
    with suppress(InputError):
        assert Target.read(text).measure in BY_NAME


def test_every_measure_is_found_by_its_label() -> None:
    """What is printed on a chart may be written in a sentence."""
    for measure in MEASURES:
        assert Target(measure.label.upper(), below=1).measure == measure.name


@pytest.mark.parametrize(
    ("text", "paths", "words"),
    [
        ("caselod below 16 by 2018-13", ["by", "measure"], "did you mean 'caseload'?"),
        ("agency below 10 by 2018", ["measure"], "agency_rate"),
        ("caseload at least 10% lower than Do nothing by 2018", ["level"], "children per case-holder FTE"),
        ("caseload below 16 by soon", ["by"], "2018-04-01"),
        ("lower caseloads", ["target"], "average caseload below 16 by 2018-04-01"),
        ("caseload below sixteen by 2018", ["target"], "average caseload below 16 by 2018-04-01"),
        ("", ["target"], "average caseload below 16 by 2018-04-01"),
    ],
)
def test_what_is_refused_says_everything_that_is_wrong(text: str, paths: list[str], words: str) -> None:
    """All problems at once, with the nearest name or an example."""
    with pytest.raises(InputError) as refused:
        Target.read(text)
    assert [p.path for p in refused.value.problems] == paths
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({}, "level"),
        ({"below": 16, "above": 2}, "level"),
        ({"below": math.nan}, "below"),
        ({"below": True}, "below"),
        ({"lower_by": -2}, "lower_by"),
        ({"below": 16, "than": "Do nothing"}, "than"),
        ({"below": 16, "by": "soon"}, "by"),
    ],
)
def test_values_that_make_no_target(settings: dict[str, Any], path: str) -> None:
    """One level, a finite one, and a scenario only where it is compared."""
    with pytest.raises(InputError) as refused:
        Target("caseload", **settings)
    assert [p.path for p in refused.value.problems] == [path]


@pytest.mark.parametrize(
    ("side", "met"),
    [
        ("below", [True, False, False, False]),
        ("at_most", [True, True, False, False]),
        ("above", [False, False, True, False]),
        ("at_least", [False, True, True, False]),
    ],
)
def test_a_level_itself_counts_or_not(side: str, met: list[bool]) -> None:
    """Below 16 leaves 16 out, at most 16 does not; a world without a value never meets it."""
    settings: dict[str, Any] = {side: 16.0}
    assert Target("caseload", **settings).met([15.0, 16.0, 17.0, math.nan]).tolist() == met


def test_a_comparison_is_of_the_same_world() -> None:
    """Lower by 2 or more, world by world."""
    target = Target("caseload", lower_by=2)
    assert target.met([10.0, 10.0, 10.0], [12.0, 11.9, 20.0]).tolist() == [True, False, True]
    assert Target("caseload", higher_by=2).met(np.array([12.0, 10.0]), np.array([10.0, 12.0])).tolist() == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("by", "month"),
    [("2025-04-01", 0), ("2025-06-30", 2), ("2025-07-01", 3), ("2026", 9), ("2026-04-01", 12), (None, 12)],
)
def test_the_month_is_the_last_mark_not_after_the_date(by: str | None, month: int) -> None:
    """Of a study from 1 April 2025 to 1 April 2026."""
    assert Target("caseload", below=16, by=by).resolve(plan_of({"Do nothing": []})).month == month


def test_what_does_not_fit_the_study_is_refused_together() -> None:
    """A date after its end, and a scenario that is not in it."""
    plan = plan_of({"Do nothing": [], "Posts": []})
    target = Target.read("caseload at least 2 lower than Do nuthing by 2030")
    with pytest.raises(InputError, match="did you mean 'Do nothing'") as refused:
        target.resolve(plan)
    assert [p.path for p in refused.value.problems] == ["by", "than"]
    found = Target.read("caseload at least 2 lower than DO NOTHING").resolve(plan)
    assert found.than == "Do nothing"
    assert str(found) == "average caseload at least 2 lower than “Do nothing” by 1 April 2026"
