"""One family in sentences: what the log and the ledger say of it, and the same family in two futures."""

from __future__ import annotations

import re

import pytest

import workforce_sim as ws

ENGLAND = ws.Authority.preset("england-2025")
POSTS = ws.NewPosts(20, start="2025-10-01")


@pytest.fixture(scope="module")
def run() -> ws.Run:
    """Two years with the log kept."""
    return ws.Simulation(ENGLAND, [], start="2025-10-01", years=2, seed=3, log=True).run()


@pytest.mark.parametrize("pick", ["median", "most workers", "open at the start", "still open"])
def test_a_story_says_what_the_ledger_says(run: ws.Run, pick: str) -> None:
    """As many allocations as workers, days that add up, and an end that fits."""
    ledger = run.children
    case = {
        "median": run.median_case(),
        "most workers": int(ledger["workers"].idxmax()),
        "open at the start": 0,
        "still open": int(ledger.index[ledger["closed_day"].isna()][0]),
    }[pick]
    row, text = ledger.loc[case], run.story(case)
    assert text.startswith(f"Case {case}: ")
    assert text.count("allocated to the worker") == row["workers"]
    parts = [
        float(days) for days in re.findall(r"^ +(\d+\.\d) (?:natural|unall|slow|rep)", text, re.MULTILINE)
    ]
    assert len(parts) == 4
    assert sum(parts) == pytest.approx(row["elapsed_days"], abs=0.21)
    assert ("still open" in text) == bool(row["closed_day"] != row["closed_day"])
    assert ("open at the start" in text) == (row["referred_day"] == 0)


def test_a_change_of_worker_has_a_reason(run: ws.Run) -> None:
    """Every return to the list is explained by a leaver or the end of an assignment in that post."""
    ledger = run.children
    text = run.story(int(ledger["workers"].idxmax()))
    assert "back on the waiting list" in text
    assert "the worker went" not in text
    assert "the worker left" in text or "the agency assignment ended" in text


def test_the_same_family_in_two_futures() -> None:
    """Same children, same natural time, whatever the scenario: only what the policy reached differs."""
    study = ws.Study(ENGLAND, {"Do nothing": [], "20 posts": [POSTS]}, "2025-10-01", years=2, replications=10)
    result = study.run(progress=False)
    text = result.story()
    assert "median time open under 'Do nothing'" in text
    natural = re.findall(r"([\d.]+) natural", text)
    assert len(natural) == 2
    assert natural[0] == natural[1]
    assert text.count("Case ") == 2
    assert result.story(scenarios=["20 posts"], case=5).count("Case 5:") == 1


def test_stories_that_cannot_be_told(run: ws.Run) -> None:
    """No such case, no log, nobody closed: refused with what to do instead."""
    with pytest.raises(ws.InputError, match="a case of this run"):
        run.story(10**6)
    with pytest.raises(ws.InputError, match="log=True"):
        ws.Simulation(ENGLAND, [], years=1 / 12).run().story(1)
    quiet = ENGLAND.with_changes(demand={"children_per_year": 0.0})
    with pytest.raises(ws.InputError, match="run for longer"):
        ws.Simulation(quiet, [], years=1 / 12).run().median_case()
