"""Every engine of the benchmarks runs the same model; the page says what was measured. Nothing is timed."""

import importlib.util
import json
import shutil

import pytest

from benchmarks import engines, features, lean_simpy, naive_simpy, services, studies
from benchmarks.__main__ import PARTS, main, short
from benchmarks.caseload_model import differences, draw_tape, without_leavers
from benchmarks.engines import CIW, KERNEL, LEAN, LIBRARY, LIMIT, SALABIM, Engine, race, ratio
from benchmarks.measuring import ROOT, Failed, asked, fresh
from benchmarks.page import SECTIONS, number, page, verdict

POSTS, YEARS, SEED = 20, 0.3, 391  # a tape on which two resign, agency workers come and one of them leaves
SIZE = ("--posts", POSTS, "--years", YEARS, "--seed", SEED)


@pytest.fixture(scope="module")
def tape():
    return draw_tape(POSTS, YEARS, SEED)


@pytest.fixture(scope="module")
def library(tape):
    """What the library says."""
    outputs = engines.run_alone("library", tape)
    assert outputs["leavers"] == 2
    assert outputs["agency_left"] == 1
    assert outputs["closed"] >= 20
    return outputs


@pytest.mark.parametrize("engine", ["lean", "changed", "all"])
def test_simpy_in_every_form_gives_what_the_library_gives(engine, tape, library) -> None:
    assert differences(engines.run_alone(engine, tape), library) == []


@pytest.mark.skipif(shutil.which("g++") is None, reason="there is no g++")
def test_the_limit_gives_what_the_library_gives(tmp_path, tape, library) -> None:
    engines.save_tape(tape, tmp_path / "tape")
    outputs, _ = engines.play_limit(engines.compile_limit(tmp_path), tmp_path / "tape")
    assert differences(outputs, library) == []


@pytest.mark.skipif(importlib.util.find_spec("salabim") is None, reason="salabim is not installed")
def test_salabim_gives_what_the_library_gives(library) -> None:
    """In a process of its own: it seeds the random numbers that a process shares."""
    assert differences(asked("engines", "salabim", *SIZE, limit=100)["outputs"], library) == []


def test_without_leavers_nobody_leaves_and_engines_agree(tape) -> None:
    static = without_leavers(tape)
    outputs = engines.run_alone("library", static)
    assert outputs["leavers"] == 0
    assert outputs["in_post"] == POSTS
    assert differences(engines.run_alone("lean", static), outputs) == []
    assert differences(engines.run_alone("changed", static), outputs) == []


@pytest.mark.skipif(importlib.util.find_spec("ciw") is None, reason="Ciw is not installed")
def test_ciw_gives_what_the_library_gives_where_nobody_leaves(tape) -> None:
    """In a process of its own: it draws from the random numbers that a process shares."""
    outputs = engines.run_alone("library", without_leavers(tape))
    assert differences(asked("engines", "ciw", *SIZE, "--static", limit=100)["outputs"], outputs) == []


@pytest.mark.skipif(importlib.util.find_spec("ciw") is None, reason="Ciw is not installed")
def test_ciw_refuses_what_it_cannot_express(tape) -> None:
    with pytest.raises(ValueError, match="cannot express workers who leave"):
        engines.run_alone("ciw", tape)


def test_lean_and_idiomatic_simpy_agree_event_by_event() -> None:
    """On full lists too: with three times the work families wait, and are handed out in order."""
    tape = draw_tape(POSTS, 2.0, SEED)
    tape.work[:] *= 3
    lean, idiomatic = [], []
    outputs = lean_simpy.run(tape, lean)
    assert differences(outputs, naive_simpy.run(tape, "changed", idiomatic)) == []
    assert outputs["unallocated"] > 1
    assert [event[1:] for event in lean] == [event[1:] for event in idiomatic]


# -- measuring ---------------------------------------------------------------------------------------------


def test_an_engine_that_fails_or_disagrees_costs_the_others_nothing(monkeypatch, library) -> None:
    wrong = dict(library, leavers=library["leavers"] + 1)

    def fail():
        raise OSError("no more")

    made = [
        Engine(LIBRARY, lambda: (library, 2.0)),
        Engine(LEAN, lambda: (wrong, 1.0)),
        Engine(SALABIM, fail),
        Engine(KERNEL, lambda: (library, 0.5), once=True),
    ]
    monkeypatch.setattr(engines, "engines_of", lambda *_: (made, ["The C++ limit was not run: no g++."]))
    found = race(POSTS, YEARS, [], lambda _: None, rounds=2)
    assert [row["engine"] for row in found["rows"]] == [LIBRARY, LEAN, KERNEL]
    assert [len(row["seconds"]) for row in found["rows"]] == [2, 2, 1]
    assert found["rows"][0][f"over {KERNEL}"] == 4.0
    assert list(found["disagreements"]) == [LEAN]
    assert found["notes"][1] == f"{SALABIM} was not run to the end: OSError: no more."


def test_ratios_are_taken_within_rounds() -> None:
    fast, slow = (
        Engine("fast", None, seconds=[1.0, 10.0, 2.0]),
        Engine("slow", None, seconds=[3.0, 30.0, 4.0]),
    )
    assert ratio(slow, fast) == 3.0
    assert ratio(slow, None) is None


def test_a_missing_package_is_said_and_not_an_error(monkeypatch, tmp_path, tape) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert engines.engines_of(tape, [SALABIM, CIW], SIZE, tmp_path) == (
        [],
        [
            f"{SALABIM} was not run: salabim is not installed (pip install salabim).",
            f"{CIW} was not run: ciw is not installed (pip install ciw).",
        ],
    )
    monkeypatch.setattr(engines.shutil, "which", lambda _: None)
    made, notes = engines.engines_of(tape, [LIMIT], SIZE, tmp_path)
    assert made == []
    assert notes == ["The C++ limit was not run: no g++ was found."]


def test_a_process_that_takes_too_long_or_fails_says_so() -> None:
    with pytest.raises(Failed, match="took more than"):
        fresh(["-c", "import time; time.sleep(60)"], limit=0.2)
    with pytest.raises(Failed, match="ZeroDivisionError"):
        fresh(["-c", "1 / 0"], limit=60)


@pytest.mark.parametrize("posts", [50, 700])
def test_a_service_of_any_size_keeps_its_proportions(posts) -> None:
    """Same caseload and share of agency workers, children in proportion; so a world of each is alike."""
    service, england = services.of_size(posts), services.of_size(208)
    assert services.places(service) == pytest.approx(posts, abs=2)
    preset = services.ws.Authority.preset("england-2025")
    assert (england.posts, england.teams, england.demand) == (preset.posts, preset.teams, preset.demand)
    share = service.demand.children_per_year / services.places(service)
    assert share == pytest.approx(england.demand.children_per_year / 208, rel=0.05)
    assert service.balanced().casework.work_scale == pytest.approx(
        england.balanced().casework.work_scale, rel=0.1
    )


def test_every_feature_makes_another_world_or_another_cost(tmp_path) -> None:
    """No line of the table compares a world with itself."""
    for feature in features.features(tmp_path):
        assert feature.on != feature.off, feature.name


def test_threads_give_the_numbers_of_one_process() -> None:
    """What the table of threads compares is the same worlds."""
    found = studies.ways("small", [studies.HERE, studies.THREADS], seconds=0.01)
    assert found["notes"] == []
    assert found["ways"].keys() == {studies.HERE, studies.THREADS}


# -- the page ------------------------------------------------------------------------------------------------


def results():
    """Made-up measurements of every part: two engines, one of which could not run, a size, a feature."""
    spread = {"median": 2.0, "least": 1.0, "most": 3.0}
    rows = [
        {"engine": LIMIT, "seconds": [0.01, 0.02], f"over {LIMIT}": 1.0},
        {"engine": KERNEL, "seconds": [0.03], f"over {LIMIT}": 2.5},
        {"engine": engines.ALL, "seconds": [30.0], f"over {LIMIT}": 3000.0, f"over {KERNEL}": 1234.5},
    ]
    outputs = {"arrived": 5000, "closed": 400, "leavers": 3, "agency_left": 0, "caseload": 13.5}
    one = {
        "posts": 70,
        "years": 1.0,
        "static": False,
        "rounds": 2,
        "rows": rows,
        "notes": ["Ciw was not run."],
    }
    one |= {"disagreements": {}, "outputs": outputs}
    cell = {"posts": 208, "years": 3, "processor_ms": 60.0, "events": 50_000, "us_an_event": 1.2}
    cell |= {
        "most_mb": None,
        "most_mb_without_visits": 70.0,
        "log_mb": 2.0,
        "families_mb": 0.5,
        "visits_mb": 1.0,
    }
    bar = {"preset": "england-2025", "posts": 208, "processor_ms": spread, "wall_ms": spread, "bar_ms": 1.0}
    times = {"start": 1.0, "first": 3.0, "again": [1.0, 2.0, 4.0]}
    rates = {"case": "england", "worlds": 100, "ways": {"here": times | {"again": [2.0, 4.0, 8.0]}}}
    feature = {
        "name": "overtime",
        "usual": True,
        "on_ms": 3.0,
        "off_ms": 2.0,
        "ratio": 1.5,
        "least": 1.4,
        "most": 1.6,
    }
    study = {"one_world_mb": 200.0, "kept_bytes_a_world": 5000}
    return {
        "engines": {"whole": one, "static": one | {"static": True}},
        "whole": {"bars": [bar], "cells": [cell], "notes": []},
        "features": {"years": 3, "pairs": 9, "rows": [feature], "notes": []},
        "start": {
            "seconds": {"import": spread, "first": spread | {"least": 2.0, "most": 2.0}},
            "processor": {"import": 0.5, "first": 1.5},
            "notes": [],
        },
        "memory": {
            "rows": [study | {"replications": n, "most_mb": 250.0 + n / 100} for n in (10, 1000)],
            "notes": [],
        },
        "studies": {
            "rows": [rates | {"ways": rates["ways"] | {"processes": times}}],
            "interactive": [{"import": 0.4, "first": 9.0, "again": 2.0}],
            "notes": ["dask: not measured: no such package."],
        },
        "threads": {"rows": [rates | {"ways": rates["ways"] | {"threads": times}}], "notes": []},
    }


def stamped(found, **changed):
    machine = {"processor": "2 cores", "python": "CPython 3.12"}
    stamp = {
        "date": "2026-11-01",
        "commit": "abc",
        "machine": machine,
        "load": 0.1,
        "quick": False,
        "seconds": 9.0,
    }
    return stamp | changed | {"found": found}


def test_every_part_has_a_section() -> None:
    assert SECTIONS.keys() == PARTS.keys() == results().keys()


def test_the_page_has_every_number_and_every_note() -> None:
    text = page({name: stamped(found) for name, found in results().items()})
    assert f"| SimPy, all | {engines.ABOUT[engines.ALL]} | 30 | once | 3,000 |" in text
    assert "| kernel alone over the C++ limit | 2.5 | at most 2 | missed, 1.2 times |" in text
    assert "| SimPy, all over kernel alone | 1,234 | at least 150 | met |" in text
    assert text.count("- Ciw was not run.") == 2
    assert "| england-2025 (208 places), 3 years | 2 | 1 to 3 | 2 | 1 | missed, 2 times |" in text
    assert "| 208 | 3 | 60 | 9.62 | 50,000 | 1.2 | - | 70 | 2 | 1.5 |" in text
    assert "| overtime | on | 1.50 | 1.40 to 1.60 | 3 | 2 |" in text
    assert (
        "| `import workforce_sim`, less a bare interpreter | 2 | 1 to 3 | 0.5 | 0.6 | missed, 3.3 times |"
        in text
    )
    assert "1,000 worlds take 10 MB more than 10, 1.04 times." in text
    assert "| england-2025, a year | 100 | 25 | 25 | 50 | 2 |" in text
    assert (
        "| first call of a fresh interpreter, kernels compiled | 9 | 9 to 9 | 3 | missed, 3 times |" in text
    )
    assert "- dask: not measured: no such package." in text
    assert "two threads give 2 to 2 times" in text


def test_the_page_says_when_where_and_how_each_part_was_measured() -> None:
    found = results()
    elsewhere = {"processor": "64 cores", "python": "CPython 3.13"}
    text = page(
        {
            "memory": stamped(found["memory"], date="2026-10-01", quick=True, load=3.0, machine=elsewhere),
            "threads": stamped(found["threads"]),
        }
    )
    assert "- processor: 2 cores" in text
    assert "*Measured on 2026-11-01 at commit abc; 9 s.*" in text
    assert "*Measured on 2026-10-01 at commit abc, quickly: small sizes" in text
    assert "wanted a processor in the minute before: 3.0; on 64 cores, CPython 3.13; 9 s.*" in text


def test_engines_that_disagree_are_on_the_page() -> None:
    found = results()["engines"]
    found["whole"]["disagreements"] = {LEAN: ["leavers 4, not 3"]}
    assert f"**DISAGREES**: {LEAN}: leavers 4, not 3." in page({"engines": stamped(found)})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (None, "-"),
        (0.012345, "0.0123"),
        (0.00001234, "1.2e-05"),
        (99.94, "99.9"),
        (100.4, "100"),
        (43210.0, "43,210"),
    ],
)
def test_numbers_have_three_figures(value, text) -> None:
    assert number(value) == text


def test_a_bar_is_met_or_missed_by_so_much() -> None:
    assert verdict(2.0, 2.0) == "met"
    assert verdict(150, 150, least=True) == "met"
    assert verdict(75, 150, least=True) == "missed, 2 times"


def test_the_page_of_the_documentation_is_made_from_its_numbers() -> None:
    """Nothing on it is written by hand: `python -m benchmarks --page`."""
    numbers = json.loads((ROOT / "docs" / "benchmarks.json").read_text(encoding="utf-8"))
    assert (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8") == page(numbers)


# -- the command ---------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def compiled_already(monkeypatch) -> None:
    monkeypatch.setattr("benchmarks.__main__.compile_first", lambda: None)


def test_a_part_is_measured_and_the_others_stay(tmp_path, monkeypatch, capsys) -> None:
    found = results()
    (tmp_path / "benchmarks.json").write_text(json.dumps({"memory": stamped(found["memory"])}))
    monkeypatch.setitem(PARTS, "threads", lambda quick, say: found["threads"])
    assert main(["--only", "threads", "--folder", str(tmp_path)]) == 0
    numbers = json.loads((tmp_path / "benchmarks.json").read_text(encoding="utf-8"))
    assert list(numbers) == ["memory", "threads"]
    assert numbers["threads"]["found"] == short(found["threads"])
    assert (tmp_path / "benchmarks.md").read_text(encoding="utf-8") == page(numbers)
    capsys.readouterr()


def test_a_part_that_fails_loses_nothing_and_is_told(tmp_path, monkeypatch, capsys) -> None:
    def fail(quick, say):
        raise OSError("the disk is full")

    monkeypatch.setitem(PARTS, "start", fail)
    monkeypatch.setitem(PARTS, "threads", lambda quick, say: results()["threads"])
    assert main(["--only", "start", "threads", "--folder", str(tmp_path)]) == 1
    assert list(json.loads((tmp_path / "benchmarks.json").read_text(encoding="utf-8"))) == ["threads"]
    said = capsys.readouterr().err
    assert "the disk is full" in said
    assert "wrong: start" in said


def test_engines_that_disagree_fail_the_command(tmp_path, monkeypatch, capsys) -> None:
    found = results()["engines"]
    found["static"]["disagreements"] = {CIW: ["closed 1, not 2"]}
    monkeypatch.setitem(PARTS, "engines", lambda quick, say: found)
    assert main(["--only", "engines", "--quick"]) == 1
    assert f"wrong: {CIW} disagrees" in capsys.readouterr().err


def test_a_quick_run_shows_the_page_and_writes_none(monkeypatch, capsys) -> None:
    monkeypatch.setitem(PARTS, "threads", lambda quick, say: results()["threads"])
    written = (ROOT / "docs" / "benchmarks.json").read_bytes()
    assert main(["--only", "threads", "--quick"]) == 0
    assert "## Threads" in capsys.readouterr().out
    assert (ROOT / "docs" / "benchmarks.json").read_bytes() == written
