"""A study as a file, and the command that runs it: all reads back, everything wrong is said at once."""

import contextlib
import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.studies.own import POST, SMALL, START, Interrupting, Watching, study
from workforce_sim import Authority, Enough, InputError, NewPosts, PayChange, RunFailed, Study, When
from workforce_sim.command import main
from workforce_sim.study.study_file import POLICIES, study_from_toml, study_to_toml
from workforce_sim.testing import strategies

SOURCE = Path(__file__).parents[2] / "src"

BID = """
authority = "england-2025"
start = 2025-10-01
years = 0.5
replications = 10
[scenarios]
"Do nothing" = []
"5 posts" = [{ policy = "NewPosts", number = 5, start = 2025-10-01, end = 2025-12-31 }]
"Pay, if need be" = [
    { policy = "PayChange", percent = 5, start = { measure = "caseload", above = 20, months = 2 } },
]
"""


def read(text: str, beside: Path = Path(), **other) -> Study:
    return study_from_toml(Study, text, "bid.toml", beside, **other)


def refused(text: str) -> str:
    with pytest.raises(InputError) as error:
        read(text)
    return str(error.value)


def test_a_file_is_a_study(tmp_path) -> None:
    (tmp_path / "bid.toml").write_text(BID)
    found = Study.from_file(tmp_path / "bid.toml")
    assert found.plan.authority == Authority.preset("england-2025")
    assert (found.plan.start, found.plan.years, found.plan.seed) == (dt.date(2025, 10, 1), 0.5, 1)
    assert found.replications == 10
    assert found.plan.scenarios == {
        "Do nothing": (),
        "5 posts": (NewPosts(5, start="2025-10-01", end="2025-12-31"),),
        "Pay, if need be": (PayChange(5, start=When("caseload", above=20, months=2)),),
    }


def test_the_example_of_the_page_reads(tmp_path) -> None:
    page = (SOURCE.parent / "docs" / "studies.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    found = read(example, tmp_path)
    assert list(found.plan.scenarios) == ["Do nothing", "80 posts", "Pay, if caseloads rise"]


def test_arguments_take_the_place_of_what_the_file_says() -> None:
    found = read(BID, replications=20, seed=3)
    assert (found.replications, found.plan.seed) == (20, 3)


def test_replications_are_a_number_or_enough() -> None:
    assert read(BID.replace("replications = 10", "")).replications == Enough()
    assert read(BID.replace("= 10", '= "enough"')).replications == Enough()
    asked = read(BID.replace("= 10", '= { most = 90, measures = ["caseload"] }')).replications
    assert asked == Enough(most=90, measures=("caseload",))


def test_the_first_scenario_stays_the_first() -> None:
    """It is what the others are compared with, and need not be the one without policies."""
    one = study(scenarios={"1 post": [POST], "Do nothing": [], "2 posts": [NewPosts(2, start=START)]})
    text = study_to_toml(one.plan, 10)
    assert list(read(text).plan.scenarios) == ["1 post", "Do nothing", "2 posts"]


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8).filter(lambda name: name.strip() and name.isprintable()),
        st.lists(strategies.interventions(years=0.5), max_size=3),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([SMALL, Authority.preset("england-2025")]),
    st.sampled_from([12, Enough(), Enough(most=50, at=3)]),
)
def test_what_is_written_reads_back_equal(scenarios, authority, replications) -> None:
    one = study().plan
    plan = type(one)(authority, {n: tuple(p) for n, p in scenarios.items()}, one.start, 0.5, 2**100)
    text = study_to_toml(plan, replications)
    try:
        expected = Study(authority, scenarios, one.start, 0.5, 2**100, replications)
    except InputError:  # a grade that this authority does not have: refused in the file too
        refused(text)
        return
    found = read(text)
    assert found.plan == expected.plan
    assert list(found.plan.scenarios) == list(scenarios)
    assert found.replications == replications


def test_every_policy_has_a_name_in_files() -> None:
    import workforce_sim as ws

    public = {
        name
        for name in ws.__all__
        if isinstance(kind := getattr(ws, name), type)
        and issubclass(kind, ws.Intervention)
        and kind is not ws.Intervention
    }
    assert set(POLICIES) == public
    assert not any("policy" in kind.model_fields for kind in POLICIES.values())


def test_paths_count_from_the_file(tmp_path) -> None:
    SMALL.to_file(tmp_path / "mine.toml")
    text = BID.replace("england-2025", "mine.toml") + ""
    found = read('folder = "kept"\n' + text, tmp_path)
    assert found.plan.authority == SMALL
    assert found.worlds.store.folder == tmp_path / "kept"
    found.to_file(tmp_path / "again.toml")
    again = Study.from_file(tmp_path / "again.toml")
    assert again.plan == found.plan
    assert again.worlds.store.folder == tmp_path / "kept"


def test_an_authority_may_be_in_the_file() -> None:
    text = study_to_toml(study().plan, 10)
    assert "[authority" in text
    assert read(text).plan.authority == SMALL


def test_everything_wrong_is_said_at_once() -> None:
    text = """
    authorty = "x"
    authority = "englnd-2025"
    start = 2025-10-01
    years = -3
    replications = { mots = 90 }
    folder = 3
    [scenarios]
    a = 3
    b = [{ policy = "NewPost" }, { polcy = "NewPosts" }, 7]
    c = [{ policy = "NewPosts", numbr = 5, start = "x" }]
    d = [{ policy = "PayChange", percent = 5, start = { measure = "casload", abov = 3 } }]
    """
    said = refused(text)
    for part in (
        "did you mean 'authority'?",
        "did you mean 'england-2025'?",
        "years = -3",
        "replications.mots = 'mots'",
        "folder = 3",
        "scenarios['a'] = 3",
        "did you mean 'NewPosts'?",
        "scenarios['b'][1]",
        "scenarios['b'][2] = 7",
        "scenarios['c'][0] NewPosts.numbr = 5",
        "scenarios['c'][0] NewPosts.number",
        "scenarios['c'][0] NewPosts.start = 'x'",
        "scenarios['d'][0] PayChange.start.abov",
        "scenarios['d'][0] PayChange.start.measure = 'casload'",
    ):
        assert part in said, said


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "authority\n      rule: this is required"),
        ("= 3", "mend:"),
        ("x = " + "[" * 5000, "mend:"),
        (BID.replace("number = 5", 'number = 5, team = "x"'), "scenarios['5 posts'][0] NewPosts.team"),
        (BID.replace("2025-10-01\nyears", "1890-01-01\nyears"), "start"),
        (BID.replace("number = 5", 'number = 5, grade = "worke"'), "grade"),
        (BID.replace("number = 5", "number = 5, self = 3"), "NewPosts.self"),
        (BID.replace("replications = 10", 'replications = "many"'), 'replications = 100, or "enough"'),
        (BID.replace('"england-2025"', "7"), "authority = 7"),
        (BID.replace('"england-2025"', '"nowhere.toml"'), "authority.path"),
        (BID.replace("[scenarios]", "[scenario]"), "did you mean 'scenarios'?"),
        ("authority = 1\n" * 2, "mend:"),
    ],
)
def test_one_thing_wrong_is_said(text: str, part: str) -> None:
    assert part in refused(text)


@settings(max_examples=200)
@given(
    st.sampled_from(BID.split()), st.text(max_size=6) | st.sampled_from(["[[", "nan", "1e999", "9" * 5000])
)
def test_a_file_with_a_slip_is_a_study_or_is_refused(word: str, slip: str) -> None:
    with contextlib.suppress(InputError):
        read(BID.replace(word, slip, 1))


def test_policies_of_ones_own_are_not_data(tmp_path) -> None:
    with pytest.raises(InputError, match=r"scenarios\['own'\]\[0\] = Watching"):
        study(scenarios={"own": [Watching(start=START)]}).to_file(tmp_path / "bid.toml")
    assert not list(tmp_path.iterdir())


# -- the command ------------------------------------------------------------------------------


@pytest.fixture
def bid(tmp_path) -> Path:
    study(10).to_file(tmp_path / "bid.toml")
    return tmp_path / "bid.toml"


def test_the_command_runs_a_study_and_writes_what_is_asked(bid, tmp_path, capsys) -> None:
    table, bundle = tmp_path / "table.csv", tmp_path / "bid.zip"
    assert main(["run", str(bid), "--quiet", "--processes=1", f"--out={table}", f"--bundle={bundle}"]) == 0
    said = capsys.readouterr().out
    result = study(10).run(progress=False, processes=1)
    mean = result.table("caseload", at=6).loc[("caseload", "1 post", 6), "mean"]
    assert re.search(rf"  1 post +{mean:.1f}  ", said)
    assert "10 worlds, after 6 months" in said
    assert len(pd.read_csv(table)) == len(result.data.data_vars) * 2
    assert main(["verify", str(bundle), "--seconds=0"]) == 0
    assert "The printed numbers hold." in capsys.readouterr().out


def test_the_command_takes_numbers_in_place_of_the_files(bid, tmp_path, capsys) -> None:
    folder = tmp_path / "worlds"
    assert main(["run", str(bid), "--quiet", "--replications=12", f"--folder={folder}"]) == 0
    assert "12 worlds" in capsys.readouterr().out
    assert list(folder.glob("*/*.worlds"))


def test_the_command_has_codes_for_what_went_wrong(bid, tmp_path, capsys, monkeypatch) -> None:
    assert main(["run", "nowhere.toml"]) == 2
    assert "an existing TOML file" in capsys.readouterr().err
    assert main(["run", str(bid), "--report=/nowhere/page.html"]) == 2
    assert "make the folder" in capsys.readouterr().err
    assert main(["verify", str(bid)]) == 2
    assert "it is not a zip file" in capsys.readouterr().err
    for arguments in (["run"], ["run", str(bid), "--replications=0"], ["walk"], []):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        assert left.value.code == 2

    for error, code in ((RunFailed("what happened"), 1), (KeyboardInterrupt(), 130)):

        def fails(*_args, error=error, **_settings):
            raise error

        monkeypatch.setattr(Study, "run", fails)
        assert main(["run", str(bid)]) == code
        assert "Traceback" not in capsys.readouterr().err


def test_the_command_says_that_it_was_interrupted(bid, capsys, monkeypatch) -> None:
    Watching.seen.clear()
    one = study(10, scenarios={"own": [Interrupting(start=START, world=5)]})
    monkeypatch.setattr(Study, "from_file", lambda path, **_: one)
    assert main(["run", str(bid), "--quiet", "--processes=1"]) == 0
    said = capsys.readouterr()
    assert "note: interrupted after 4 worlds" in said.err
    assert "4 worlds, after 6 months" in said.out


def test_the_module_is_the_command(bid) -> None:
    code = f"import sys; sys.path.insert(0, {str(SOURCE)!r}); sys.argv = ['', 'run', 'nowhere.toml']; "
    code += "import runpy; runpy.run_module('workforce_sim', run_name='__main__')"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert "Traceback" not in found.stderr
