"""Drift on the page: by cause for the service, by stage for one child, and what the model leaves out."""

from __future__ import annotations

import re

import matplotlib
import numpy as np
import pytest

import workforce_sim as ws
from tests.test_report import PLANS, Page, study, words_on
from tests.test_report import undrawn as undrawn
from workforce_sim.measures.paths import DRIFT
from workforce_sim.numbers import plain
from workforce_sim.report.charts.child import child_chart
from workforce_sim.report.charts.drift import drift_chart
from workforce_sim.report.charts.style import DAYS
from workforce_sim.report.child.futures import child_for_page
from workforce_sim.report.printed.page import page
from workforce_sim.report.sections.left_out import left_out


@pytest.fixture(scope="module")
def result() -> ws.Result:
    return study(PLANS)


def test_layers_of_the_drift_chart_add_up_to_drift(result: ws.Result) -> None:
    chart = drift_chart(result, ["Do nothing", "10 posts"])
    panels = chart.axes
    assert len(panels) == 2
    for panel, name in zip(panels, ("Do nothing", "10 posts"), strict=True):
        tops = [layer.get_paths()[0].vertices[:, 1].max() for layer in panel.collections]
        drift = result.samples("drift_share", name)[:, 1:].mean(axis=0)
        assert tops[-1] == pytest.approx(drift.max(), abs=0.06)
        assert plain(drift[-1], 1) in chart.workforce_sim_alt
    assert panels[0].get_ylim() == panels[1].get_ylim()
    assert panels[0].get_ylim()[0] == 0


def test_causes_without_days_are_not_drawn() -> None:
    """One stage knows neither reviews nor sign-off; nobody is absent where nothing makes anybody so."""
    nobody_absent = {"absences_per_year": 0.0, "absence_per_child": 0.0}
    said = words_on(drift_chart(study(PLANS, workforce=nobody_absent)))
    assert DRIFT["absent"] not in said
    for part in ("slow", "repeated", "missed_review", "sign_off"):
        assert DRIFT[part] in said
    one_stage = study({"Do nothing": []}, years=0.25, pathway=None, workforce=nobody_absent)
    said = words_on(drift_chart(one_stage))
    assert DRIFT["slow"] in said
    assert not any(DRIFT[part] in said for part in ("decision", "absent", "missed_review", "sign_off"))
    hard = study(
        {"Do nothing": []}, 0.5, workforce={"absences_per_year": 1.0}, casework={"caseload_cap": 13.0}
    )
    drawn = words_on(drift_chart(hard, narrow=True))
    assert all(label in drawn for label in DRIFT.values())


def test_no_two_parts_of_a_childs_days_are_alike_in_grey() -> None:
    """Any two may lie side by side, because the causes between them may be left out."""
    assert set(DAYS) == {"natural", *DRIFT}
    greys = sorted(
        np.dot(matplotlib.colors.to_rgb(colour), [0.299, 0.587, 0.114]) for colour, _ in DAYS.values()
    )
    assert np.diff(greys)[:-1].min() > 0.08
    light = [hatch for colour, hatch in DAYS.values() if min(matplotlib.colors.to_rgb(colour)) > 0.9]
    assert len(set(light)) == len(
        light
    )  # natural is white and plain, a missed review nearly white and hatched
    hatched = [hatch for _, hatch in DAYS.values() if hatch]
    assert len(set(hatched)) == len(hatched)


def test_bars_of_a_child_add_up_to_its_days(result: ws.Result) -> None:
    child = child_for_page(result)
    assert child is not None
    for narrow in (False, True):
        chart = child_chart(child, narrow=narrow)
        for panel, (name, ledger) in zip(chart.axes, child.ledgers.items(), strict=True):
            ends = {round(bar.get_y() + 0.3): bar.get_x() + bar.get_width() for bar in panel.patches}
            assert len(ends) == len(ledger)
            visits = child.runs[name].visits.query(f"case == {child.cases[name]}")
            days = visits.groupby("stage")["elapsed_days"].sum()
            assert sum(ends.values()) == pytest.approx(days.sum(), abs=0.05 * 8 * len(ledger))
            assert f"{plain(sum(s.total for s in ledger), 0)} days" in panel.get_title(loc="left")
    assert all(stage in chart.workforce_sim_alt for stage in days.index)


def test_what_is_left_out_answers_to_the_service() -> None:
    england = ws.Authority.preset("england-2025")
    quiet = england.with_changes(pressure={"turned_away_share": 0.0, "ended_early_share": 0.0})
    absent = england.with_changes(workforce={"absences_per_year": 0.1})
    nobody = england.with_changes(workforce={"absence_per_child": 0.0})
    alone = england.with_changes(supervision={"unsupervised_factor": 1.0, "unsettled_factor": 1.0})

    def headlines(authority: ws.Authority) -> str:
        return " ".join(what for what, _ in left_out(authority))

    assert "by a guess" in headlines(england)
    assert "stand still" in headlines(quiet)
    assert "stand still" in headlines(england.with_changes(pathway=None))
    limited = headlines(quiet.with_changes(casework={"waiting_list_limit": 40}))
    assert "only when a list is full" in limited
    assert "stand still" not in limited
    assert "No absence" in headlines(nobody)
    assert "No absence" not in headlines(england)
    assert "No ordinary absence" in headlines(england)
    assert "No absence" not in headlines(absent)
    assert "No ordinary absence" not in headlines(absent)
    assert "No supervision" in headlines(alone)
    assert "No supervision" not in headlines(england)
    assert "Supervision by a guess" in headlines(england)


@pytest.mark.usefixtures("undrawn")
def test_one_child_is_on_the_page_with_both_futures(result: ws.Result) -> None:
    """The rule it was chosen by, its days under the first and the last plan, and the dates when asked for."""
    html = page(result)
    text = " ".join(" ".join(Page(html).words).split())
    child = child_for_page(result)
    assert child is not None
    assert "One child’s two futures" in text
    assert f"Family {child.case} in the first world is the median child, chosen by a rule" in text
    for name in ("Do nothing", "5% pay"):
        days, drift = child.days[name]
        assert f"{plain(days, 0)} working days under “{name}” ({plain(drift, 0)} of them drift)" in text
    (own,) = re.findall(r'<h2 id="child">.*?</section>', html, flags=re.DOTALL)
    assert [tag for tag, _ in Page(own).all("details")] == ["details"] * 2  # the numbers, and the dates
    assert not any("open" in attributes for _, attributes in Page(html).all("details"))
    assert "the family is referred" in text


@pytest.mark.usefixtures("undrawn")
def test_a_page_without_anybody_to_follow_has_no_child() -> None:
    found = page(study({"Do nothing": []}, years=0.25, demand={"children_per_year": 0.0}))
    assert "One child’s" not in found
