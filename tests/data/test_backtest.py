"""Back-tests of made-up files: reported coverage is the true one, and nothing is known too early."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import workforce_sim as ws
from tests.data.panel import Floats, cells_of, file_of, names, worlds_of
from tests.data.returns import write_csww
from workforce_sim.data.backtest.command import main
from workforce_sim.data.backtest.rivals import PERSISTENCE, RIVALS
from workforce_sim.data.backtest.rows import COLUMNS, published
from workforce_sim.data.backtest.run import CHANCE, FORECAST, METHODS
from workforce_sim.data.backtest.worlds import Start, authority_at, seed_of
from workforce_sim.data.csww import read_csww

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "data"
INDICATORS = PUBLISHED / "csww_indicators_2017_to_2025.csv"
needs_files = pytest.mark.skipif(
    not INDICATORS.exists(), reason="the published files are not in ../shared/data beside the project"
)


def wandering(seed: int, areas: int, years: int, step: float = 2.0) -> Floats:
    """Turnover that goes up or down by normal steps, each authority by itself."""
    rng = np.random.default_rng(seed)
    return 40 + step * rng.standard_normal((areas, years)).cumsum(axis=1)


def around_the_last(seed: int, share: float = 1.0, step: float = 2.0):  # type: ignore[no-untyped-def]
    """Worlds that know the law of :func:`wandering`; or think that only a share of its steps is due."""
    rng = np.random.default_rng(seed)

    def draw(measure: str, last: Floats, horizon: int) -> Floats:
        spread = share * step * np.sqrt(horizon) if measure == "turnover_rate" else 1e-3
        found: Floats = last + spread * rng.standard_normal(last.shape)
        return found

    return draw


def back_test_of(path: Path, panel: Floats, **settings: object) -> ws.Backtest:
    """A back-test of turnover, with worlds that know the law."""
    everything = {"turnover_rate": panel}
    worlds = worlds_of(everything, around_the_last(9))
    settings = {"simulated": worlds, "progress": False, **settings}
    return ws.backtest(file_of(path / "csww.csv", everything), **settings)  # type: ignore[arg-type]


def scores(found: ws.Backtest, method: str) -> pd.DataFrame:
    """Scores of turnover, by horizon."""
    mine = found.scores.query("measure == 'turnover_rate' and method == @method")
    return mine.set_index("horizon")


def test_worlds_that_know_the_law_are_found_to_hold_as_often_as_they_say(tmp_path: Path) -> None:
    """250 authorities, 6 years: each authority by itself, so that 1,000 rows are worth 1,000."""
    found = scores(back_test_of(tmp_path, wandering(1, 250, 6), horizons=(1,)), CHANCE)
    assert found.loc[1, "rows"] == 250 * 4
    for share in (50, 80, 90):
        error = np.sqrt(share * (100 - share) / 1000)
        assert found.loc[1, f"held_{share}"] == pytest.approx(share, abs=3 * error)


def test_worlds_that_are_too_sure_are_found_out_and_the_forecast_mends_it(tmp_path: Path) -> None:
    """Half the spread: a band of 19 worlds that should hold 90% holds what a normal law says it does.

    Ends at the expected smallest and largest of 19, +-1.84 of half a standard deviation: about 64%.
    """
    panel = {"turnover_rate": wandering(2, 200, 6)}
    worlds = worlds_of(panel, around_the_last(3, share=0.5))
    file = file_of(tmp_path / "csww.csv", panel)
    found = ws.backtest(file, horizons=(1, 2), simulated=worlds, progress=False)
    rng = np.random.default_rng(4)
    drawn = 0.5 * rng.standard_normal((200_000, 19))
    true = np.mean(stats.norm.cdf(drawn.max(axis=1)) - stats.norm.cdf(drawn.min(axis=1)))
    assert scores(found, CHANCE).loc[1, "held_90"] == pytest.approx(100 * true, abs=4)
    for share in (50, 80, 90):
        held = scores(found, FORECAST)[f"held_{share}"]
        assert held.to_list() == pytest.approx([share] * 2, abs=6)


def test_every_method_is_scored_on_the_same_rows(tmp_path: Path) -> None:
    panel = wandering(5, 30, 6)
    panel[3, 2] = np.nan  # not in the file of 2019
    found = back_test_of(tmp_path, panel)
    keys = ["measure", "area", "origin", "horizon"]
    rows = {m: found.rows[found.rows["method"] == m][keys].reset_index(drop=True) for m in METHODS}
    assert all(rows[m].equals(rows[CHANCE]) for m in METHODS)
    assert not found.rows.duplicated([*keys, "method"]).any()
    both = pd.concat([rows[CHANCE], found.not_scored[keys]])
    there = np.isfinite(panel[:, :-1]).sum() * 3 * len(COLUMNS)  # every start is scored or has a reason
    assert len(both) == there
    assert not both.duplicated().any()


def test_the_scores_are_those_of_the_rows(tmp_path: Path) -> None:
    """Persistence by hand: its score is the mean absolute change, its bias the mean change the other way."""
    panel = wandering(6, 25, 5)
    found = back_test_of(tmp_path, panel, horizons=(2,))
    change = panel[:, 4] - panel[:, 2]  # 2019 to 2021: only in 2019 had a forecast over 2 years an outcome
    mine = scores(found, PERSISTENCE).loc[2]
    assert (mine["rows"], mine["first"], mine["last"], mine["years"]) == (25, 2021, 2021, 1)
    assert mine["crps"] == pytest.approx(np.abs(change).mean())
    assert mine["bias"] == pytest.approx(-change.mean())
    best = min(RIVALS, key=lambda m: scores(found, m).loc[2, "crps"])
    assert mine["best_rule"] == best
    assert scores(found, best).loc[2, "gain"] == 0
    assert found.by_year.query("measure == 'turnover_rate'")["outcome_year"].unique().tolist() == [2021]


@pytest.mark.parametrize("origin", [2019, 2020])
def test_what_comes_later_changes_no_forecast_by_a_bit(tmp_path: Path, origin: int) -> None:
    """Years after the origin are made up anew, and so are the worlds that start in them."""
    panel = wandering(7, 40, 7)
    other = panel.copy()
    other[:, origin - 2016 :] = wandering(8, 40, 7)[:, origin - 2016 :] + 7
    forecasts = []
    for i, one in enumerate((panel, other)):
        folder = tmp_path / str(i)
        folder.mkdir()
        worlds = worlds_of({"turnover_rate": panel}, around_the_last(9))
        if i == 1:
            later = worlds["origin"] > origin
            worlds.loc[later, list(COLUMNS)] += 5.0
        found = back_test_of(folder, one, simulated=worlds)
        rows = found.rows.query("origin <= @origin")
        forecasts.append(rows.drop(columns=["outcome", "crps", "held_50", "held_80", "held_90"]))
    assert len(forecasts[0]) > 1000
    pd.testing.assert_frame_equal(*(f.reset_index(drop=True) for f in forecasts), check_exact=True)


def test_an_authority_of_the_past_is_made_of_the_past(tmp_path: Path) -> None:
    """Its worlds too: whatever is in the file for later years, the authority is the same."""
    panel = wandering(10, 3, 4)
    start = Start("Town 001", "Town 001", 2018, 1)
    made = []
    for i, later in enumerate((0.0, 9.0)):
        one = panel.copy()
        one[:, 2:] += later
        table = read_csww(file_of(tmp_path / f"{i}.csv", {"turnover_rate": one}))
        made.append(authority_at(table, None, start).model_dump())
    assert made[0] == made[1]
    assert seed_of(1, start) != seed_of(1, start._replace(origin=2019))


def test_worlds_are_run_where_none_are_given_and_are_the_same_again(tmp_path: Path) -> None:
    """One start of two is run: 19 worlds of its authority, a census after a year; the other is kept."""
    panel = {"turnover_rate": np.array([[12.0, 14.0], [15.0, 11.0]])}
    few = {**panel, "in_post_fte": np.full((2, 2), 12.0)}
    file = file_of(tmp_path / "csww.csv", few)
    given = worlds_of(few, around_the_last(11)).query("area == 'Town 000'")
    first = ws.backtest(file, simulated=given, progress=False, processes=1)
    ran = first.simulated.query("area == 'Town 001'").reset_index(drop=True)
    assert ran["world"].tolist() == list(range(19))
    assert (ran["horizon"] == 1).all()
    assert ran["turnover_rate"].nunique() > 3
    kept = first.simulated.query("area == 'Town 000'").reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, given.reset_index(drop=True)[list(kept)])
    again = ws.backtest(file, simulated=given, progress=False, processes=1)
    pd.testing.assert_frame_equal(first.simulated, again.simulated, check_exact=True)


# -- files as they are ------------------------------------------------------------------------


def reasons(found: ws.Backtest) -> str:
    return " | ".join(sorted(set(found.not_scored["reason"])))


def test_a_file_of_one_year_has_nothing_to_score(tmp_path: Path) -> None:
    found = back_test_of(tmp_path, wandering(1, 3, 3)[:, :2], horizons=(1,))
    assert found.scores.empty
    assert "0 forecasts over 1 year had an outcome by 2017" in reasons(found)
    one = file_of(tmp_path / "one.csv", {"turnover_rate": np.array([[12.0]])})
    alone = ws.backtest(one, progress=False)
    assert (len(alone.rows), len(alone.not_scored), len(alone.simulated)) == (0, 0, 0)


def test_three_authorities_are_too_few_until_there_are_enough_errors(tmp_path: Path) -> None:
    """After 8 years 3 x 7 = 21 forecasts over a year have an outcome: the first with 20 or more."""
    found = back_test_of(tmp_path, wandering(2, 3, 10), horizons=(1,))
    assert sorted(set(found.rows["origin"])) == [2024, 2025]
    assert "18 forecasts over 1 year had an outcome by 2023" in reasons(found)


def test_cells_that_are_missing_are_named_with_their_symbol(tmp_path: Path) -> None:
    """A caseload that is not published (u) in 2019 takes away that measure, from there and to there."""
    panel = {"turnover_rate": wandering(3, 25, 5)}
    file_of(tmp_path / "csww.csv", panel)
    table = pd.read_csv(tmp_path / "csww.csv", dtype=str, encoding="utf-8-sig")
    cell = (table["la_name"] == "Town 004") & (table["time_period"] == "2019")
    table.loc[cell, ["cases", "case_holders_fte"]] = "u"
    table.loc[(table["la_name"] == "Town 005") & (table["time_period"] == "2019"), "agency_fte"] = "low"
    table.to_csv(tmp_path / "csww.csv", index=False)
    worlds = worlds_of(panel, around_the_last(9))
    found = ws.backtest(tmp_path / "csww.csv", horizons=(1,), simulated=worlds, progress=False)
    gone = found.not_scored.query("area == 'Town 004' and measure == 'caseload' and origin >= 2018")
    text = "2019: cases is 'u' (unpublished: low reliability)"
    assert gone.set_index("origin")["reason"].to_dict() == {2018: text, 2019: text}
    zero = found.rows.query("area == 'Town 005' and measure == 'agency_rate' and origin == 2018")
    assert (zero["outcome"] == 0).all()
    assert len(zero) == len(METHODS)


def test_a_gap_between_the_years_is_no_year(tmp_path: Path) -> None:
    """Without 2020 nobody is forecast from it or into it, and changes over two years still count."""
    panel = wandering(4, 30, 7)
    panel[:, 3] = np.nan
    found = back_test_of(tmp_path, panel, horizons=(1, 2))
    targets = found.rows["origin"] + found.rows["horizon"]
    assert 2020 not in set(found.rows["origin"]) | set(targets)
    assert {(2021, 1), (2021, 2)} <= set(zip(found.rows["origin"], found.rows["horizon"], strict=True))


def test_an_authority_that_changed_is_another_one(tmp_path: Path) -> None:
    """Dorset lost Christchurch in 2019; Buckinghamshire only had a new code in 2020."""
    rows = [
        {**cells_of({}, area, year), "new_la_code": code}
        for area, year, code in [
            ("Dorset", 2018, "E10000009"),
            ("Dorset", 2019, "E06000059"),
            ("Buckinghamshire", 2018, "E10000002"),
            ("Buckinghamshire", 2019, "E10000002"),
            ("Buckinghamshire", 2020, "E06000060"),
            ("Kingston upon Thames / Richmond upon Thames", 2018, "E09000021 / E09000027"),
            ("Kingston Upon Thames / Richmond Upon Thames", 2020, "E09000021 / E09000027"),
        ]
    ]
    known = published(read_csww(write_csww(tmp_path / "csww.csv", *rows)))
    there = {(area, (known.names[i] != "").sum()) for i, area in enumerate(known.areas)}
    assert there == {
        ("Dorset", 1),
        ("Buckinghamshire", 3),
        ("Kingston Upon Thames / Richmond Upon Thames", 2),
    }
    assert len(known.areas) == 4


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    file = file_of(tmp_path / "csww.csv", {"turnover_rate": wandering(1, 2, 3)})
    with pytest.raises(ws.InputError) as refused:
        ws.backtest(file, origins=[2019, 1999], horizons=(4,), worlds=3, seed=-1, progress=False)
    said = str(refused.value)
    assert "5 problems in backtest" in said
    assert "2017 to 2019) but the last" in said
    assert "worlds = 3" in said
    with pytest.raises(ws.InputError, match="without origin"):
        ws.backtest(file, simulated=pd.DataFrame({"area": []}), progress=False)


def test_a_file_without_authorities_is_refused(tmp_path: Path) -> None:
    file = write_csww(tmp_path / "csww.csv", cells_of({}, "England", 2020))
    with pytest.raises(ws.InputError, match="no local authority"):
        ws.backtest(file, progress=False)


# -- the command ------------------------------------------------------------------------------


def test_the_command_writes_scores_rows_and_a_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    panel = {"turnover_rate": wandering(1, 25, 5)}
    file = file_of(tmp_path / "csww.csv", panel)
    kept = tmp_path / "worlds.csv"
    worlds_of(panel, around_the_last(2)).to_csv(kept, index=False)
    out, record = tmp_path / "out.csv", tmp_path / "record.toml"
    given = ["--csww", str(file), "--out", str(out), "--worlds-file", str(kept), "--quiet"]
    assert main([*given, "--record", str(record), "--processes", "1"]) == 0
    said = capsys.readouterr().out
    assert "rows have no score" in said
    assert "the file ends in 2021" in said
    found = pd.read_csv(out)
    assert set(found["method"]) == set(METHODS)
    assert set(found["measure"]) == set(COLUMNS)
    rows = pd.read_csv(tmp_path / "out_rows.csv")
    assert rows["reason"].notna().sum() + rows["crps"].notna().sum() == len(rows)
    held = rows.query("measure == 'turnover_rate' and horizon == 1 and method == @FORECAST")["held_90"]
    mine = found.query("measure == 'turnover_rate' and horizon == 1 and method == @FORECAST")
    assert 100 * held.astype(bool).mean() == pytest.approx(mine["held_90"].item(), abs=0.01)
    assert "held_chance" in record.read_text(encoding="utf-8")
    before = out.read_bytes()
    assert main(given) == 0
    assert out.read_bytes() == before


def test_the_command_says_what_is_wrong_and_leaves_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = file_of(tmp_path / "csww.csv", {"turnover_rate": wandering(1, 3, 2)})
    assert main(["--csww", str(tmp_path / "none.csv"), "--out", str(tmp_path / "out.csv")]) == 2
    assert main(["--csww", str(file), "--out", str(tmp_path / "no" / "out.csv")]) == 2
    (tmp_path / "bad.csv").write_text("area\nTown\n", encoding="utf-8")
    bad = ["--worlds-file", str(tmp_path / "bad.csv"), "--quiet"]
    assert main(["--csww", str(file), "--out", str(tmp_path / "out.csv"), *bad]) == 2
    said = capsys.readouterr().err
    assert "none.csv" in said
    assert "an existing folder" in said
    assert "a table of worlds" in said
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.csv", "csww.csv"]


def test_the_module_is_a_command() -> None:
    """``python -m workforce_sim.data.backtest --help`` in a process of its own."""
    command = [sys.executable, "-m", "workforce_sim.data.backtest", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "--csww" in done.stdout
    assert done.stderr == ""


# -- the published file, and the library's own worlds -----------------------------------------


@needs_files
def test_the_published_file_is_understood() -> None:
    """Four authorities changed their boundaries, and measures are the published rates within rounding."""
    table = read_csww(INDICATORS)
    known = published(table)
    assert known.years == tuple(range(2017, 2026))
    whole = (known.names != "").all(axis=1)
    assert (len(known.areas), int(whole.sum())) == (126, 118)
    i = known.areas.index("Birmingham")
    row = table.query("area == 'Birmingham' and year == 2019").iloc[0]
    assert known.values["vacancy_rate"][i, 2] == pytest.approx(row["vacancy_rate_fte"], abs=0.06)
    assert known.values["in_post_fte"][i, 2] == pytest.approx(100 * np.log(row["inpost_fte"]))


@pytest.mark.slow
def test_if_the_library_were_true_its_bands_would_hold(tmp_path: Path) -> None:
    """Three years of 30 small authorities, each year a world of the authority that the year before makes.

    Then bands of chance alone are right, and the back-test has to find that: of some 150 rows over a year,
    nine in ten and eight in ten are held, within three errors.
    """
    rng = np.random.default_rng(1)
    areas = names(30)
    rows = {
        area: cells_of({"in_post_fte": 30.0, "turnover_rate": 12 + 6 * rng.random()}, area, 2017)
        for area in areas
    }
    everything = [cells_of({}, area, year) for area in ("North", "England") for year in (2017, 2018, 2019)]
    for year in (2017, 2018, 2019):
        everything += rows.values()
        table = read_csww(write_csww(tmp_path / "csww.csv", *everything))
        for area in areas:
            made = ws.Authority.from_csww(table, area, year)
            run = ws.Simulation(
                made, [], f"{year}-10-01", years=1, seed=seed_of(99, Start(area, area, year, 1))
            ).run()
            census = run.census(f"{year + 1}-09-30")
            counts = {
                "inpost_fte": census.in_post_fte,
                "leavers_fte": census.leavers_fte,
                "agency_fte": census.agency_fte,
                "agency_cover_fte": census.agency_covering_fte,
                "vacancy_fte": census.vacancies_fte,
                "case_holders_fte": census.case_holders_fte,
                "cases": census.cases,
            }
            rows[area] = cells_of({}, area, year + 1) | {name: f"{n:.4f}" for name, n in counts.items()}
    found = ws.backtest(tmp_path / "csww.csv", horizons=(1,), progress=False, processes=1)
    mine = found.rows.query("method == @CHANCE")
    assert len(mine) > 120
    for share in (80, 90):
        held = mine.groupby("area")[f"held_{share}"].mean()  # measures of an authority share its luck
        error = held.std() / np.sqrt(len(held))
        assert held.mean() == pytest.approx(share / 100, abs=3 * error)
