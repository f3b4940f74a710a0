"""One family in sentences: what the log and the ledger say of it, and the same family in two futures."""

from __future__ import annotations

import re

import pytest

import workforce_sim as ws
from workforce_sim.measures.paths import DRIFT
from workforce_sim.report.child.days import PARTS, by_stage, ledger_table
from workforce_sim.report.child.futures import one_child, typical_case
from workforce_sim.report.child.story import dated_lines

ENGLAND = ws.Authority.preset("england-2025")
ONE_STAGE = ENGLAND.with_changes(pathway=None)
POSTS = ws.NewPosts(20, start="2025-10-01")

#: Everything that can happen to a family happens here: waits, absences, moves, early ends, closed doors.
HARD = ENGLAND.with_changes(
    workforce={"absences_per_year": 0.6},
    casework={"caseload_cap": 15.0, "rebalancing": "gradual"},
    pressure={"margin": 0.0, "turned_away_share": 1.0, "ended_early_share": 1.0},
)
#: Drift that a reader is told of as a wait, and the days from which on it is told.
WAITS = ("decision", "unallocated", "absent", "missed_review", "sign_off")
_TOLD = 0.3

HEADINGS = {part: part.replace("_", " ") for part in PARTS} | {"sign_off": "sign-off"}


def two_years(authority: ws.Authority) -> ws.Run:
    return ws.Simulation(authority, [], start="2025-10-01", years=2, seed=3, log=True).run()


@pytest.fixture(scope="module")
def run() -> ws.Run:
    """Two years of the whole pathway with the log kept."""
    return two_years(ENGLAND)


@pytest.fixture(scope="module")
def hard() -> ws.Run:
    """Two years of a service in trouble."""
    return two_years(HARD)


@pytest.fixture(scope="module")
def one_stage() -> ws.Run:
    """Two years of a service without a pathway."""
    return two_years(ONE_STAGE)


def table_in(text: str) -> dict[str, dict[str, float]]:
    """The days by stage as they are printed: stage -> heading -> days."""
    lines = text[text.index("Working days, by stage:") :].splitlines()[1:]
    heads, *rows = [re.split(r" {2,}", line.strip()) for line in lines if line.startswith("    ")]
    return {
        re.sub(r" \(\d+ visits\)$", "", row[0]): {
            head: 0.0 if cell == "-" else float(cell) for head, cell in zip(heads[1:], row[1:], strict=True)
        }
        for row in rows
    }


def flat(text: str) -> str:
    return " ".join(text.split())


def some_cases(run: ws.Run) -> dict[str, int]:
    """The longest of everything, and a few others."""
    ledger = run.children
    found = {part: int(ledger[f"{part}_days"].idxmax()) for part in PARTS}
    found |= {what: int(ledger[what].idxmax()) for what in ("workers", "episodes", "elapsed_days")}
    found["still open"] = int(ledger.index[ledger["closed_day"].isna()][0])
    return found | {f"any {case}": case for case in range(0, len(ledger), len(ledger) // 10)}


@pytest.mark.parametrize("world", ["run", "hard", "one_stage"])
def test_the_table_of_a_story_is_the_ledger_and_adds_up(world: str, request: pytest.FixtureRequest) -> None:
    """Every cell is that of run.visits; rows, columns and the corner are sums of what is printed."""
    run: ws.Run = request.getfixturevalue(world)
    visits = run.visits
    for pick, case in some_cases(run).items():
        own = visits[visits["case"] == case]
        if own.empty:
            continue
        printed = table_in(run.story(case))
        stages = [s for s in printed if s != "all stages"]
        assert stages == list(dict.fromkeys(own["stage"])), pick
        assert ("all stages" in printed) == (len(stages) > 1)
        for stage in stages:
            days = own[own["stage"] == stage]
            for part in PARTS:
                expected = days[f"{part}_days"].sum()
                assert printed[stage].get(HEADINGS[part], 0.0) == pytest.approx(expected, abs=0.0501), pick
            *parts, total = printed[stage].values()
            assert total == pytest.approx(sum(parts), abs=1e-6)
            assert total == pytest.approx(days["elapsed_days"].sum(), abs=0.4)
        for head in printed[stages[0]]:
            column = [printed[s][head] for s in stages]
            assert printed.get("all stages", printed[stages[0]])[head] == pytest.approx(sum(column), abs=1e-6)


@pytest.mark.parametrize("world", ["run", "hard", "one_stage"])
def test_every_wait_is_told_with_its_part_of_drift(world: str, request: pytest.FixtureRequest) -> None:
    """What the ledger has as a wait the story tells, and a missed review only where the ledger has one."""
    run: ws.Run = request.getfixturevalue(world)
    ledger = run.children
    for pick, case in some_cases(run).items():
        text, row = "\n".join(dated_lines(run, case)), ledger.loc[case]
        for part in WAITS:
            if row[f"{part}_days"] > _TOLD:
                assert f"({DRIFT[part]})" in text, (pick, part)
        assert (f"({DRIFT['missed_review']})" in text) <= bool(row["missed_review_days"] > 0), pick


@pytest.mark.parametrize("world", ["run", "hard", "one_stage"])
def test_a_story_counts_the_workers_and_allocations_of_the_log(
    world: str, request: pytest.FixtureRequest
) -> None:
    """As many allocations as the log has, and the workers of the last episode as in the ledger."""
    run: ws.Run = request.getfixturevalue(world)
    ledger, log = run.children, run.log
    for pick, case in some_cases(run).items():
        text, row = "\n".join(dated_lines(run, case)), ledger.loc[case]
        events = log[(log["case"] == case) & (log["event"] == "allocated")]
        told = text.count("allocated to the worker") + text.count("takes it up")
        assert told == len(events), pick
        last = text.rsplit("the family is referred", 1)[-1]
        numbers = [int(n) for n in re.findall(r"worker number (\d+)", last)]
        assert max(numbers, default=int("allocated to" in last)) == row["workers"], pick
        assert text.count("referred again") == row["episodes"] - 1, pick
        assert ("still open" in text) == bool(row["closed_day"] != row["closed_day"])
        assert ("open at the start" in text) == (row["referred_day"] == 0)


def test_a_story_names_the_stages_and_the_reasons(hard: ws.Run) -> None:
    """Stages by name, and every kind of event in plain words somewhere."""
    log, told = hard.log, ""
    for kind in ("ended early", "turned away"):
        case = int(log.loc[log["event"] == kind, "case"].iloc[0])
        told += "\n".join(dated_lines(hard, case))
    late = hard.visits.query(
        "stage == 'assessment' and ended_day == ended_day and not in_time and not ended_early"
    )
    told += "\n".join(dated_lines(hard, int(late["case"].iloc[0])))
    for case in some_cases(hard).values():
        told += "\n".join(dated_lines(hard, case))
    for words in (
        "next: assessment; allocated to the worker in post",
        "with the same worker",
        "assessment is over",
        "later than its limit of 45 working days",
        "the work is done; waits for the review on",
        "signed off after 1 working day (waiting for sign-off)",
        "the worker is absent from now on",
        "the worker is back",
        "the worker hands the case over",
        "the agency worker goes",
        "the family waits for another",
        "who reads in and makes good what is lost (repeated work)",
        "is ended before its work is done",
        "turns the referral away",
        "closed (not in need)",
    ):
        assert words in told, words
    assert "nan" not in told


def test_dates_run_forwards_and_each_has_one_line(hard: ws.Run) -> None:
    import pandas as pd

    for case in some_cases(hard).values():
        dates = [pd.Timestamp(line.partition(":")[0]) for line in dated_lines(hard, case)]
        assert dates == sorted(set(dates))


def test_a_service_of_one_stage_reads_as_it_always_did(one_stage: ws.Run) -> None:
    """No names of stages, reviews or sign-offs where there are none."""
    for case in some_cases(one_stage).values():
        text = "\n".join(dated_lines(one_stage, case))
        assert not re.search(r"\bcase is over|next:|review|sign|now: case|closed \(", text)
    text = one_stage.story(one_stage.median_case())
    assert re.search(r": the family is referred; allocated to the worker in post \d+\.", text)
    assert re.search(r"20\d\d: closed\.", text)


def test_a_referral_turned_away_has_a_story_and_no_days(hard: ws.Run) -> None:
    ledger, log = hard.children, hard.log
    turned = set(log.loc[log["event"] == "turned away", "case"])
    case = next(c for c in sorted(turned) if ledger.loc[c, "elapsed_days"] == 0)
    text = hard.story(int(case))
    assert "turns the referral away" in text
    assert "Working days" not in text
    assert "still open" not in text


def test_the_log_names_the_stage_of_every_event_of_a_case(run: ws.Run) -> None:
    log = run.log
    assert list(log.columns) == ["day", "event", "post", "case", "stage"]
    assert set(log.loc[log["case"] >= 0, "stage"]) <= set(run.stage_names)
    assert set(log.loc[log["case"] < 0, "stage"]) == {""}
    entered = log[log["event"] == "entered"]
    visits = run.visits[["case", "stage", "entered_day"]]
    found = entered.merge(visits, left_on=["case", "stage", "day"], right_on=["case", "stage", "entered_day"])
    assert len(found) == len(entered)


def test_the_columns_of_a_table_are_sums_of_what_is_printed() -> None:
    """A tenth here and there is rounded before it is added, so that the reader can add it up again."""
    import pandas as pd

    rows = {f"{part}_days": [0.04, 0.04, 1.26] for part in PARTS}
    ledger = by_stage(pd.DataFrame({"stage": ["a", "b", "a"], **rows}))
    assert [s.visits for s in ledger] == [2, 1]
    lines = ledger_table(ledger)
    assert lines[1].split()[:3] == ["a", "(2", "visits)"]
    assert lines[1].split()[-1] == f"{8 * 1.3:.1f}"
    assert lines[2].split()[-1] == "-"


# -- the same family in two futures ---------------------------------------------------------------


@pytest.fixture(scope="module")
def result() -> ws.Result:
    study = ws.Study(ENGLAND, {"Do nothing": [], "20 posts": [POSTS]}, "2025-10-01", years=2, replications=10)
    return study.run(progress=False)


def test_the_same_family_in_two_futures(result: ws.Result) -> None:
    """The rule is said, the same family told twice, and the days stand side by side."""
    text = result.story()
    assert "median time open" in flat(text)
    assert "under 'Do nothing'" in flat(text)
    (case,) = set(re.findall(r"Case (\d+):", text))
    assert text.count(f"Case {case}:") == 2
    assert "Side by side: working days by stage (of which drift)" in text
    for name in result.scenarios:
        run = result.plan.run(name, 0, log=True)
        own = run.visits.query(f"case == {case}")
        assert own["stage"].nunique() >= 3 or name != result.baseline
        total = sum(table_in(run.story(int(case)))["all stages"].values()) / 2
        assert f"{total:.1f} (" in text
    assert result.story(scenarios=["20 posts"], case=5).count("Case 5:") == 1
    assert "Side by side" not in result.story(scenarios=["20 posts"], case=5)


def test_the_same_family_where_a_policy_changes_who_is_referred() -> None:
    """Numbers of cases differ then; the family told twice is one family, referred on the same day."""
    fewer = ws.EarlyHelp(30, start="2025-11-01")
    scenarios = {"Do nothing": [], "Early help": [fewer]}
    found = ws.Study(ENGLAND, scenarios, "2025-10-01", years=1, replications=10).run(progress=False)
    runs = one_child(found, found.scenarios).runs
    alone, helped = (runs[name].children for name in found.scenarios)
    both = alone["family"].isin(helped["family"])
    last, gone = int(alone.index[both][-1]), int(alone.index[~both][0])
    child = one_child(found, found.scenarios, case=last)
    assert child.cases["Early help"] < child.cases["Do nothing"] == last
    before, after = (runs[name].children.loc[child.cases[name]] for name in found.scenarios)
    for same in ("family", "children", "priority", "referred_day"):
        assert before[same] == after[same]
    text = found.story(last)
    assert [int(case) for case in re.findall(r"Case (\d+):", text)] == list(child.cases.values())
    with pytest.raises(ws.InputError, match="not under Early help"):
        found.story(gone)


def test_the_family_is_chosen_by_rule(run: ws.Run, one_stage: ws.Run) -> None:
    """Half of those the rule speaks of are open for less time, half for more."""
    case, rule = typical_case(run, run.children["family"])
    ledger, stages = run.children, run.visits.groupby("case")["stage"].nunique()
    half = run.simulation.calendar.end / 2
    among = ledger[ledger["referred_day"].between(0, half, inclusive="neither")]
    among = among[among["closed_day"].notna() & (stages.reindex(among.index) >= 3)]
    shorter = (among["elapsed_days"] < among.loc[case, "elapsed_days"]).sum()
    assert shorter in (len(among) // 2, (len(among) - 1) // 2)
    assert "three stages or more" in rule
    assert typical_case(one_stage, one_stage.children["family"])[0] == one_stage.median_case()


def test_two_futures_that_are_the_same_are_said_to_be(result: ws.Result) -> None:
    study = ws.Study(ENGLAND, {"A": [], "B": []}, "2025-10-01", years=1, replications=10)
    text = study.run(progress=False).story()
    assert "Nothing that happens to this family differs." in text


def test_stories_that_cannot_be_told(run: ws.Run) -> None:
    """No such case, no log, nobody closed: refused with what to do instead."""
    with pytest.raises(ws.InputError, match="a case of this run"):
        run.story(10**6)
    with pytest.raises(ws.InputError, match="log=True"):
        ws.Simulation(ENGLAND, [], years=1 / 12).run().story(1)
    quiet = ENGLAND.with_changes(demand={"children_per_year": 0.0})
    with pytest.raises(ws.InputError, match="run for longer"):
        ws.Simulation(quiet, [], years=1 / 12).run().median_case()
