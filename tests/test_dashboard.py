"""The dashboard: what managers see beside the truth, from the same event log."""

from __future__ import annotations

import math

import numpy as np
import pytest

import workforce_sim as ws

ENGLAND = ws.Authority.preset("england-2025").with_changes(casework={"caseload_cap": 14.0})


@pytest.fixture(scope="module")
def run() -> ws.Run:
    """Two years of a service that keeps families waiting."""
    return ws.Simulation(ENGLAND, [], "2025-10-01", years=2, seed=4, log=True).run()


def test_the_truth_is_what_the_run_counted(run: ws.Run) -> None:
    """From the event log alone the dashboard finds the run's own monthly counts."""
    seen = run.dashboard()
    for name in ("open_children", "unallocated_children", "assessments_in_time_rate"):
        ours, theirs = seen[name].to_numpy()[1:], run.paths[name].to_numpy()[1:]
        assert ours == pytest.approx(theirs, abs=1e-9, nan_ok=True), name
    assert run.paths["unallocated_children"].max() > 20  # or the test shows nothing


def test_without_delay_and_hiding_it_shows_the_truth(run: ws.Run) -> None:
    """Perfect recording is the truth."""
    seen = run.dashboard(late_days=0.0, hidden_share=0.0)
    for name in ("open_children", "unallocated_children", "assessments_in_time_rate"):
        assert seen[f"{name}_shown"].to_numpy() == pytest.approx(seen[name].to_numpy(), nan_ok=True)


def test_a_hidden_list_is_not_shown(run: ws.Run) -> None:
    """With every waiting family hidden nobody is unallocated on the screen; half hidden, about half."""
    hidden = run.dashboard(late_days=0.0, hidden_share=1.0)
    assert (hidden["unallocated_children_shown"] == 0).all()
    half = run.dashboard(late_days=0.0, hidden_share=0.5)
    shown = half["unallocated_children_shown"].sum() / half["unallocated_children"].sum()
    assert 0.35 < shown < 0.65


def test_late_entries_show_fewer_assessments_in_time(run: ws.Run) -> None:
    """Each entry later by days of its own: work that was in time looks late."""
    late = run.dashboard(late_days=10.0)
    assert late["assessments_in_time_rate_shown"].mean() < late["assessments_in_time_rate"].mean() - 5
    later = run.dashboard(late_days=30.0)
    assert later["assessments_in_time_rate_shown"].mean() < late["assessments_in_time_rate_shown"].mean()


@pytest.mark.parametrize(("late", "hidden"), [(-1.0, 0.0), (math.nan, 0.0), (math.inf, 0.0), (1.0, 1.5)])
def test_it_refuses_what_cannot_be(run: ws.Run, late: float, hidden: float) -> None:
    """A delay below 0 or without end, a share above 1."""
    with pytest.raises(ws.InputError, match=r"late_days|hidden_share"):
        run.dashboard(late_days=late, hidden_share=hidden)


@pytest.mark.parametrize("together", [True, False])
def test_the_delays_belong_to_the_family(together: bool) -> None:
    """Families referred in both scenarios have the same luck of recording, however many more there are."""
    service = ENGLAND.with_changes(demand={"siblings_together": together})
    luck = []
    for policies in ([], [ws.DemandChange(20, start="2025-10-01")]):
        run = ws.Simulation(service, policies, "2025-10-01", years=0.25, seed=4).run()
        delay, unseen = run._recording_luck()
        family = run.service.desk.tape.family
        assert len(np.unique(family)) == len(family) == len(np.unique(delay)) == len(np.unique(unseen))
        luck.append(dict(zip(family.tolist(), zip(delay, unseen, strict=True), strict=True)))
    fewer, more = luck
    assert len(more) > len(fewer) > 500
    assert fewer.items() <= more.items()


def test_the_same_recording_is_shown_the_same(run: ws.Run) -> None:
    """A dashboard looked at twice shows the same."""
    one, again = run.dashboard(late_days=7.0), run.dashboard(late_days=7.0)
    assert np.array_equal(one.to_numpy(), again.to_numpy(), equal_nan=True)
