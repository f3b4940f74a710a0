"""Bad input is refused at once, in words that say where, what, why not and what to write instead."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
import simpy

import workforce_sim as ws
from tests.bad import Bad
from workforce_sim.authority.layout import layout

START = "2025-10-01"
YEAR: dict[str, Any] = {"start": START, "years": 1}
AUTHORITY = ws.Authority.preset("england-2025")
TOML = AUTHORITY.to_toml()
SOCIAL_WORKER = AUTHORITY.posts[0].model_dump()
TEAMS = layout(AUTHORITY).teams


@pytest.fixture
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test in which the library starts to simulate before it refuses."""

    def begun(*_: object) -> None:
        raise AssertionError("a run began before the input was refused")

    monkeypatch.setattr("workforce_sim.simulation.draw_families", begun)


def own_process(env: simpy.Environment, service: Any) -> Generator[simpy.Event, Any, None]:
    """A planner's own process, which only waits."""
    yield env.timeout(1)


def changed(**sections: Any) -> Callable[[], object]:
    """Ask for the authority with other settings."""
    return lambda: AUTHORITY.with_changes(**sections)


def in_file(old: str, new: str) -> Callable[[], object]:
    """Ask for the authority whose TOML text has one thing changed."""
    assert TOML.count(old) >= 1, old
    return lambda: ws.Authority.from_toml(TOML.replace(old, new, 1))


def posts(**settings: Any) -> Callable[[], object]:
    """Ask for new posts, five from the start of the run if nothing else is said."""
    return lambda: ws.NewPosts(**{"number": 5, "start": START, **settings})


def run_with(*interventions: Any, **settings: Any) -> Callable[[], object]:
    """Ask for a run with these interventions."""
    return lambda: ws.Simulation(AUTHORITY, list(interventions), **{**YEAR, **settings})


def study_of(scenarios: Any, **settings: Any) -> Callable[[], object]:
    """Ask for a study of these scenarios."""
    return lambda: ws.Study(AUTHORITY, scenarios, **{**YEAR, **settings})


FIVE = ws.NewPosts(5, start=START)
EARLY = ws.NewPosts(5, start="2025-04-01")

NAMES = [
    Bad(
        "misspelt setting",
        changed(casework={"caseload_cpa": 20.0}),
        "casework.caseload_cpa",
        "20.0",
        "no setting of this name",
        "caseload_cap",
    ),
    Bad(
        "misspelt section",
        changed(wrokforce={"notice_days": 20.0}),
        "wrokforce",
        "notice_days",
        "no setting of this name",
        "workforce",
    ),
    Bad(
        "misspelt setting in a file",
        in_file("caseload_cap", "caseload_cpa"),
        "casework.caseload_cpa",
        "35.0",
        "no setting of this name",
        "caseload_cap",
    ),
    Bad(
        "misspelt section in a file",
        in_file("[workforce]", "[workfroce]"),
        "workfroce",
        "leaving_per_year_under_5",
        "no setting of this name",
        "workforce",
    ),
    Bad(
        "misspelt preset",
        lambda: ws.Authority.preset("england-2205"),
        "name",
        "'england-2205'",
        "must be one of",
        "'england-2025'",
    ),
    Bad(
        "preset in other words",
        lambda: ws.Authority.preset("Birmingham 2015"),
        "name",
        "'Birmingham 2015'",
        "must be one of",
        "'birmingham-2015'",
    ),
    Bad(
        "misspelt keyword of new posts",
        posts(grad="team manager"),
        "grad",
        "'team manager'",
        "no setting of this name",
        "'grade'",
    ),
    Bad(
        "misspelt keyword of a pay change",
        lambda: ws.PayChange(5, start=START, grade=["team manager"]),
        "grade",
        "['team manager']",
        "no setting of this name",
        "'grades'",
    ),
    Bad(
        "misspelt keyword of an agency offer",
        lambda: ws.AgencyConversion(3000, start=START, rate_per_yaer=0.2),
        "rate_per_yaer",
        "0.2",
        "no setting of this name",
        "'rate_per_year'",
    ),
    Bad(
        "pay change on an unknown grade",
        run_with(ws.PayChange(5, start=START, grades=["socail worker"])),
        "interventions[0] PayChange.grades[0]",
        "'socail worker'",
        "a grade of this authority",
        "'social worker'",
    ),
    Bad(
        "new posts of an unknown grade",
        run_with(FIVE, ws.NewPosts(5, start=START, grade="manager")),
        "interventions[1] NewPosts.grade",
        "'manager'",
        "a grade of this authority",
        "'team manager'",
    ),
    Bad(
        "new posts in an unknown team",
        run_with(ws.NewPosts(5, start=START, team=TEAMS)),
        "interventions[0] NewPosts.team",
        str(TEAMS),
        f"0 to {TEAMS - 1}",
        "leave team out",
    ),
    Bad(
        "source of a setting that does not exist",
        changed(sources={"demand.children_per_yaer": {"source": "a table", "evidence": "read"}}),
        "sources",
        "demand.children_per_yaer",
        "a setting",
        "demand.children_per_year",
    ),
    Bad(
        "unknown evidence class",
        changed(sources={"demand.children_per_year": {"source": "a table", "evidence": "raed"}}),
        "demand.children_per_year",
        "'raed'",
        "one of",
        "'read'",
    ),
]

NUMBERS = [
    Bad(
        "a waiting list that nobody may join",
        changed(casework={"waiting_list_limit": 0}),
        "casework.waiting_list_limit",
        "0",
        "at least 1",
        "waiting_list_limit =",
    ),
    Bad(
        "half a child on a waiting list",
        changed(casework={"waiting_list_limit": 7.5}),
        "casework.waiting_list_limit",
        "7.5",
        "whole number",
        "waiting_list_limit =",
    ),
    Bad(
        "negative rate",
        changed(workforce={"hires_per_vacancy_year": -1.0}),
        "workforce.hires_per_vacancy_year",
        "-1.0",
        "at least 0",
        "hires_per_vacancy_year =",
    ),
    Bad(
        "negative rate in a file",
        in_file("conversions_per_agency_year = 0.1", "conversions_per_agency_year = -0.1"),
        "workforce.conversions_per_agency_year",
        "-0.1",
        "at least 0",
        "conversions_per_agency_year =",
    ),
    Bad(
        "not a number",
        changed(demand={"children_per_year": math.nan}),
        "demand.children_per_year",
        "nan",
        "a finite number",
        "children_per_year =",
    ),
    Bad(
        "infinity",
        changed(casework={"work_hours": math.inf}),
        "casework.work_hours",
        "inf",
        "a finite number",
        "work_hours =",
    ),
    Bad(
        "infinity in a file",
        in_file("notice_days = 30.0", "notice_days = inf"),
        "workforce.notice_days",
        "inf",
        "a finite number",
        "notice_days =",
    ),
    Bad(
        "text for a number in a file",
        in_file("notice_days = 30.0", 'notice_days = "30"'),
        "workforce.notice_days",
        "'30'",
        "a number, without quotes",
        "notice_days = 30",
    ),
    Bad(
        "text for a number",
        posts(number="80"),
        "number",
        "'80'",
        "a whole number, without quotes",
        "number = 80",
    ),
    Bad("number for text", changed(name=5), "name", "5", "text in quotes", "name = 'Anytown'"),
    Bad(
        "boolean for a number",
        changed(workforce={"notice_days": True}),
        "workforce.notice_days",
        "True",
        "a number, without quotes",
        "notice_days = 30",
    ),
    Bad(
        "boolean for a whole number",
        posts(number=True),
        "number",
        "True",
        "a whole number, without quotes",
        "number = 80",
    ),
    Bad(
        "number for a boolean",
        posts(agency_cover=1),
        "agency_cover",
        "1",
        "true or false",
        "true or false",
    ),
    Bad("half a post", posts(number=2.5), "number", "2.5", "a whole number", "number = 80"),
    Bad("negative posts", posts(number=-1), "number", "-1", "at least 0", "number = 80"),
    Bad("negative team", posts(team=-1), "team", "-1", "at least 0", "team = 0"),
    Bad(
        "pay cut of everything",
        lambda: ws.PayChange(-100, start=START),
        "percent",
        "-100",
        "more than -100",
        "percent = 5",
    ),
    Bad(
        "negative bonus",
        lambda: ws.AgencyConversion(-1, start=START),
        "bonus_gbp",
        "-1",
        "at least 0",
        "bonus_gbp = 3000",
    ),
    Bad(
        "share above one",
        changed(casework={"handover_progress_lost": 1.5}),
        "casework.handover_progress_lost",
        "1.5",
        "at most 1",
        "handover_progress_lost =",
    ),
]

SERVICE = [
    Bad(
        "more vacancies than posts",
        in_file("vacant = 14", "vacant = 140"),
        "posts[0].vacant",
        "140",
        "posts",
        "100",
    ),
    Bad(
        "more agency cover than vacancies",
        changed(posts=({**SOCIAL_WORKER, "agency": 99},)),
        "posts[0].agency",
        "99",
        "vacan",
        "agency_above_establishment",
    ),
    Bad(
        "repeated grade",
        changed(posts=(SOCIAL_WORKER, SOCIAL_WORKER)),
        "posts",
        "",
        "each grade once",
        "one group",
    ),
    Bad("no posts", changed(posts=()), "posts", "()", "at least 1", ""),
    Bad(
        "season of eleven months",
        changed(demand={"season": (1.0,) * 11}),
        "demand.season",
        "1.0",
        "12",
        "season =",
    ),
    Bad(
        "a month below nothing",
        changed(demand={"season": (-1.0,) + (1.0,) * 11}),
        "demand.season[0]",
        "-1.0",
        "more than 0",
        "",
    ),
]

SHAPES = [
    Bad("text for posts", changed(posts="social worker"), "posts", "'social worker'", "", "posts ="),
    Bad("number for a section", changed(casework=3), "casework", "3", "", "casework"),
    Bad(
        "one grade without its list",
        lambda: ws.PayChange(5, start=START, grades="social worker"),
        "grades",
        "'social worker'",
        "",
        "grades = ('social worker',)",
    ),
]

DATES = [
    Bad(
        "end before start",
        posts(end="2025-09-01"),
        "end",
        "2025-09-01",
        "before the start (2025-10-01)",
        "2025-10-01",
    ),
    Bad(
        "impossible date", posts(start="2025-02-30"), "start", "2025-02-30", "year-month-day", "'2015-04-01'"
    ),
    Bad("British date", posts(start="1/4/2025"), "start", "1/4/2025", "year-month-day", "'2015-04-01'"),
    Bad("number for a date", posts(start=20251001), "start", "20251001", "year-month-day", "'2015-04-01'"),
    Bad(
        "time of day",
        posts(start=dt.datetime(2025, 10, 1, 9)),
        "start",
        "datetime.datetime(2025, 10, 1",
        "without a time of day",
        "'2015-04-01'",
    ),
    Bad(
        "time of day in a file",
        in_file("date = 2025-09-30", "date = 2025-09-30T09:00:00"),
        "census.date",
        "datetime.datetime(2025, 9, 30",
        "without a time of day",
        "'2015-04-01'",
    ),
    Bad(
        "start before the run",
        run_with(EARLY),
        "interventions[0] NewPosts.start",
        "2025-04-01",
        "on or after the start of the run (2025-10-01)",
        "2025-10-01",
    ),
    Bad(
        "start before the study",
        study_of({"Do nothing": [], "Early": [FIVE, EARLY]}),
        "scenarios['Early'][1] NewPosts.start",
        "2025-04-01",
        "on or after the start of the run (2025-10-01)",
        "2025-10-01",
    ),
    Bad(
        "impossible start of a run",
        run_with(start="2025-02-30"),
        "start",
        "'2025-02-30'",
        "a date",
        "start='",
    ),
    Bad(
        "start of a run with a time of day",
        run_with(start=dt.datetime(2025, 10, 1)),
        "start",
        "datetime.datetime(2025, 10, 1",
        "a date",
        "start='",
    ),
    Bad(
        "start of a run at the end of time",
        run_with(start="9999-12-01"),
        "start",
        "9999-12-01",
        "",
        "",
    ),
    Bad(
        "census outside the run",
        run_with(census_dates=["2024-01-01"]),
        "census_dates[0]",
        "'2024-01-01'",
        "within the run (2025-10-01 to 2026-10-01)",
        "a date such as",
    ),
    Bad("census dates that are no list", run_with(census_dates=5), "census_dates", "5", "", ""),
]

ARGUMENTS = [
    Bad("missing start", lambda: ws.NewPosts(80), "start", "", "this is required", "start = '2015-04-01'"),
    Bad(
        "missing percent",
        lambda: ws.PayChange(start=START),
        "percent",
        "",
        "this is required",
        "percent = 5",
    ),
    Bad(
        "missing section",
        lambda: ws.Authority(name="Anytown", demand=AUTHORITY.demand, posts=AUTHORITY.posts),
        "census",
        "",
        "this is required",
        "census",
    ),
    Bad(
        "an intervention without its list",
        lambda: ws.Simulation(AUTHORITY, FIVE, **YEAR),  # type: ignore[arg-type]
        "interventions",
        "NewPosts(",
        "a list of interventions",
        "[...]",
    ),
    Bad(
        "nothing for a list",
        lambda: ws.Simulation(AUTHORITY, None, **YEAR),  # type: ignore[arg-type]
        "interventions",
        "None",
        "a list of interventions",
        "[NewPosts(",
    ),
    Bad(
        "a class instead of an intervention",
        run_with(ws.NewPosts),
        "interventions[0]",
        "NewPosts",
        "an intervention, or a function",
        "NewPosts(80",
    ),
    Bad(
        "a function that was called",
        run_with(own_process(simpy.Environment(), None)),
        "interventions[0]",
        "generator",
        "an intervention, or a function",
        "without brackets",
    ),
    Bad(
        "text instead of an intervention",
        run_with("80 posts"),
        "interventions[0]",
        "'80 posts'",
        "an intervention, or a function",
        "NewPosts(80",
    ),
    Bad(
        "text instead of an authority",
        lambda: ws.Simulation("england-2025", [], **YEAR),  # type: ignore[arg-type]
        "authority",
        "'england-2025'",
        "an Authority",
        "Authority.preset('england-2025')",
    ),
    Bad(
        "scenarios in a list",
        study_of([[FIVE]]),
        "scenarios",
        "[[NewPosts(",
        "a dictionary",
        "{'Do nothing': []",
    ),
    Bad("no scenarios", study_of({}), "scenarios", "{}", "a dictionary", "{'Do nothing': []"),
    Bad(
        "a scenario without its list",
        study_of({"Posts": FIVE}),
        "scenarios['Posts']",
        "NewPosts(",
        "a list of interventions",
        "[...]",
    ),
    Bad("a scenario without a name", study_of({1: []}), "scenarios", "1", "names are text", "'Do nothing'"),
    Bad("no years", run_with(years=0), "years", "0", "1/12", "years=3"),
    Bad("negative years", run_with(years=-1), "years", "-1", "1/12", "years=3"),
    Bad("years in text", run_with(years="3"), "years", "'3'", "1/12", "years=3"),
    Bad("a thousand years", run_with(years=1000), "years", "1000", "to 50", "years=3"),
    Bad("years that are no number", study_of({"a": []}, years=math.nan), "years", "nan", "to 50", "years=3"),
    Bad("negative seed", run_with(seed=-1), "seed", "-1", "a whole number", "seed=1"),
    Bad("half a seed", study_of({"a": []}, seed=1.5), "seed", "1.5", "a whole number", "seed=1"),
    Bad("negative replication", run_with(replication=-1), "replication", "-1", "0 or more", "replication=0"),
    Bad(
        "no replications",
        study_of({"a": []}, replications=0),
        "replications",
        "0",
        "a whole number from 1",
        "replications=100",
    ),
    Bad(
        "no processes",
        lambda: ws.Study(AUTHORITY, {"a": []}, **YEAR).run(processes=0, progress=False),
        "processes",
        "0",
        "a whole number from 1",
        "processes=2",
    ),
    Bad(
        "half a process",
        lambda: ws.Study(AUTHORITY, {"a": []}, **YEAR).run(processes=1.5, progress=False),  # type: ignore[arg-type]
        "processes",
        "1.5",
        "a whole number from 1",
        "processes=2",
    ),
]

ALL = [*NAMES, *NUMBERS, *SERVICE, *SHAPES, *DATES, *ARGUMENTS]


def problem_of(act: Callable[[], object]) -> tuple[Any, str]:
    """The one problem that an input is refused for, and the whole text of the error."""
    with pytest.raises(ws.InputError) as refused:
        act()
    assert len(refused.value.problems) == 1, str(refused.value)
    return refused.value.problems[0], str(refused.value)


def says(act: Callable[[], object], path: str, value: str, rule: str, fix: str) -> None:
    """Assert that the one problem found says all four, and so does the text a planner reads."""
    problem, text = problem_of(act)
    assert path in problem.path
    assert value in problem.value
    assert rule in problem.rule
    assert fix in problem.fix
    assert problem.rule.strip()
    assert problem.fix.strip()
    for part in (problem.path, problem.value, problem.rule, problem.fix):
        assert part in text


@pytest.mark.usefixtures("nothing_runs")
@pytest.mark.parametrize("bad", ALL, ids=[b.name for b in ALL])
def test_bad_input_is_refused_at_once(bad: Bad) -> None:
    """One mistake gives one problem with its path, value, rule and fix, before anything is simulated."""
    says(bad.act, bad.path, bad.value, bad.rule, bad.fix)


@pytest.mark.usefixtures("nothing_runs")
@pytest.mark.parametrize("bad", ALL, ids=[b.name for b in ALL])
def test_the_error_is_in_our_own_words(bad: Bad) -> None:
    """What a planner reads never names the library that checks settings, nor sends anybody to a web page."""
    with pytest.raises(ValueError) as refused:  # noqa: PT011 (any error at all: the words are what is tested)
        bad.act()
    text = str(refused.value)
    for foreign in ("pydantic", "http", "Input should", "validation error", "type="):
        assert foreign not in text


def test_every_kind_has_its_own_name() -> None:
    """The list above holds at least thirty kinds, none of them twice."""
    assert len({b.name for b in ALL}) == len(ALL) >= 30


@pytest.mark.usefixtures("nothing_runs")
def test_everything_wrong_with_an_intervention_is_said_at_once() -> None:
    """Four mistakes in one call are four problems in one error."""
    with pytest.raises(ws.InputError) as refused:
        ws.NewPosts(-5, start="soon", fte=2.0, tema=3)
    assert {p.path for p in refused.value.problems} == {"number", "start", "fte", "tema"}


@pytest.mark.usefixtures("nothing_runs")
def test_everything_wrong_with_a_study_is_said_at_once() -> None:
    """Mistakes in several scenarios are reported together, each under the name of its scenario."""
    with pytest.raises(ws.InputError) as refused:
        ws.Study(
            AUTHORITY,
            {"Early": [EARLY], "Nobody": [FIVE, ws.PayChange(5, start=START, grades=["judge"])], "One": FIVE},  # type: ignore[dict-item]
            **YEAR,
        )
    assert [p.path for p in refused.value.problems] == [
        "scenarios['Early'][0] NewPosts.start",
        "scenarios['Nobody'][1] PayChange.grades[0]",
        "scenarios['One']",
    ]


@pytest.mark.usefixtures("nothing_runs")
def test_everything_wrong_with_a_file_is_said_at_once(tmp_path: Path) -> None:
    """Six mistakes in six sections of one file are six problems, under the name of the file."""
    mistakes = {
        "turnover_rate = 11.8": "turnover_rate = 118.0",
        f"children_per_year = {AUTHORITY.demand.children_per_year}": "children_per_year = -1432.0",
        "caseload_cap = 35.0": "caseload_cpa = 35.0",
        "vacant = 14": "vacant = 140",
        "notice_days = 30.0": 'notice_days = "30"',
        "on_costs = 0.3": "on_costs = nan",
    }
    text = TOML
    for right, wrong in mistakes.items():
        assert right in text
        text = text.replace(right, wrong, 1)
    file = tmp_path / "anytown.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ws.InputError) as refused:
        ws.Authority.from_file(file)
    assert {p.path for p in refused.value.problems} == {
        "census.turnover_rate",
        "demand.children_per_year",
        "casework.caseload_cpa",
        "posts[0].vacant",
        "workforce.notice_days",
        "costs.on_costs",
    }
    assert str(refused.value).startswith("6 problems in anytown.toml")


@pytest.mark.parametrize("settings", [{"name": "x"}, {"posts": ()}])
def test_an_authority_cannot_be_changed_in_place(settings: dict[str, Any]) -> None:
    """An attempt to assign a setting is refused in our own words, and changes nothing."""
    before = AUTHORITY.to_toml()
    ((name, value),) = settings.items()
    with pytest.raises(Exception, match=name) as refused:
        setattr(AUTHORITY, name, value)
    assert AUTHORITY.to_toml() == before
    assert "pydantic" not in str(refused.value)


# ---- Files -----------------------------------------------------------------------------------------------


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A path that is not there is named, and how to get a first file is said."""
    file = tmp_path / "anytown.toml"
    says(lambda: ws.Authority.from_file(file), "path", str(file), "an existing TOML file", "to_file(")


def test_a_misspelt_file_name_brings_the_nearest_one(tmp_path: Path) -> None:
    """The file of nearly that name in the same folder is offered."""
    AUTHORITY.to_file(tmp_path / "anytown.toml")
    says(
        lambda: ws.Authority.from_file(tmp_path / "anytwon.toml"),
        "path",
        "anytwon.toml",
        "an existing TOML file",
        "'anytown.toml'",
    )


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder where a file belongs is refused with its path."""
    says(lambda: ws.Authority.from_file(tmp_path), "path", str(tmp_path), "a readable text file", "directory")


def test_a_binary_file_is_no_text(tmp_path: Path) -> None:
    """Bytes that are not text are refused with the path of the file."""
    file = tmp_path / "anytown.toml"
    file.write_bytes(b"\x89PNG\xff\xfe\x00")
    says(lambda: ws.Authority.from_file(file), "path", str(file), "a readable text file", "decode")


def test_text_that_is_not_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    """The line and column at which reading stopped are said, and the name of the file."""
    file = tmp_path / "anytown.toml"
    file.write_text('name = "Anytown"\n\n[census\nturnover_rate = 11.8\n', "utf-8")
    problem, text = problem_of(lambda: ws.Authority.from_file(file))
    assert "anytown.toml" in text
    assert "TOML" in problem.rule
    assert "line 3" in problem.fix


def test_writing_to_a_folder_that_does_not_exist_leaves_nothing(tmp_path: Path) -> None:
    """Neither the folder nor a temporary file is made."""
    file = tmp_path / "no such folder" / "anytown.toml"
    says(lambda: AUTHORITY.to_file(file), "path", str(file), "an existing folder", str(file.parent))
    assert not list(tmp_path.iterdir())


def test_writing_to_a_folder_is_refused(tmp_path: Path) -> None:
    """A folder's path is not a file name; the folder stays as it was."""
    says(lambda: AUTHORITY.to_file(tmp_path), "path", str(tmp_path), "a file, not a folder", "file name")
    assert not list(tmp_path.iterdir())


# ---- Results ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run() -> ws.Run:
    """A month of the median authority, without a log."""
    return ws.Simulation(AUTHORITY, [], start=START, years=1 / 12).run()


@pytest.fixture(scope="module")
def result() -> ws.Result:
    """Ten worlds of a month under two scenarios."""
    scenarios = {"Do nothing": [], "80 posts": [ws.NewPosts(80, start=START)]}
    study = ws.Study(AUTHORITY, scenarios, start=START, years=1 / 12, replications=10)
    return study.run(progress=False, processes=1)


def test_a_census_on_a_date_the_run_did_not_count(run: ws.Run) -> None:
    """The date is named, and so is the argument with which the run would count on it."""
    says(
        lambda: run.census("2025-10-15"), "date", "'2025-10-15'", "a month end", "census_dates=['2025-10-15']"
    )
    assert run.census("2025-10-31").in_post_fte > 0


def test_a_census_on_no_date(run: ws.Run) -> None:
    """A date that does not exist is refused like one without a count."""
    says(lambda: run.census("2025-02-30"), "date", "'2025-02-30'", "a month end", "census_dates=")


@pytest.mark.parametrize("look", [lambda run: run.log, lambda run: run.digest()], ids=["log", "digest"])
def test_a_log_that_was_not_kept(run: ws.Run, look: Callable[[ws.Run], object]) -> None:
    """The argument that keeps it is said."""
    says(lambda: look(run), "log", "False", "keeps its log", "log=True")


MISSING_FROM_RESULT: list[tuple[str, Callable[[ws.Result], object], str, str, str]] = [
    ("measure", lambda r: r.table("caselaod"), "'caselaod'", "a measure", "'caseload'"),
    (
        "measure",
        lambda r: r.compare("80 posts", measures=["agency_rat"]),
        "'agency_rat'",
        "",
        "'agency_rate'",
    ),
    ("measure", lambda r: r.difference("caseloads", "80 posts"), "'caseloads'", "a measure", "'caseload'"),
    ("scenario", lambda r: r.compare("80 post"), "'80 post'", "a scenario of this study", "'80 posts'"),
    ("to", lambda r: r.compare("80 posts", to="Do nothng"), "'Do nothng'", "a scenario", "Do nothing"),
    ("at", lambda r: r.table("caseload", at=[2]), "[2]", "from 0 to 1", "at=["),
    ("at", lambda r: r.table("caseload", at=[-1]), "[-1]", "from 0 to 1", "at=["),
    ("at", lambda r: r.compare("80 posts", at=[0.5]), "[0.5]", "whole numbers", "at=["),  # type: ignore[list-item]
]


@pytest.mark.parametrize(
    ("path", "look", "value", "rule", "fix"), MISSING_FROM_RESULT, ids=[m[2] for m in MISSING_FROM_RESULT]
)
def test_what_a_result_does_not_hold(
    result: ws.Result, path: str, look: Callable[[ws.Result], object], value: str, rule: str, fix: str
) -> None:
    """Misspelt measures and scenarios bring the nearest name; months outside the study the months inside."""
    says(lambda: look(result), path, value, rule, fix)


def test_a_report_to_a_folder_that_does_not_exist(result: ws.Result, tmp_path: Path) -> None:
    """The report is refused before it is made, and nothing is left on disk."""
    file = tmp_path / "no such folder" / "bid.html"
    says(lambda: result.report(file), "path", str(file), "an existing folder", str(file.parent))
    assert not list(tmp_path.iterdir())


# ---- What only shows at a second look --------------------------------------------------------------------


def one_argument(env: Any) -> None:
    """A process that forgets the service."""


@pytest.mark.parametrize(
    ("intervention", "rule", "fix"),
    [
        (one_argument, "a function of two arguments", "def one_argument(env, service): ..."),
        (ws.Intervention(start="2025-11-01"), "does something", "act method"),
    ],
)
def test_what_cannot_act_is_refused_before_the_run(intervention: Any, rule: str, fix: str) -> None:
    """A function with the wrong arguments, and an intervention without an act, are refused at once."""
    with pytest.raises(ws.InputError) as refused:
        ws.Simulation(AUTHORITY, [intervention], start="2025-10-01", years=1)
    (problem,) = refused.value.problems
    assert rule in problem.rule
    assert fix in problem.fix


@pytest.mark.parametrize(
    "make", [lambda: ws.Authority.from_file(None), lambda: ws.Authority.from_toml(b"x = 1")]
)  # type: ignore[arg-type]
def test_the_wrong_kind_of_argument_is_refused(make: Any) -> None:
    """Nothing for a path, bytes for text: an InputError that says what to write."""
    with pytest.raises(ws.InputError, match="fix:"):
        make()


@pytest.mark.parametrize("pathway", [None, "england"], ids=["one stage", "pathway"])
def test_a_billion_posts_are_refused_and_no_posts_are_a_service(pathway: str | None) -> None:
    """The largest authority has thousands of posts; a service without any still runs, and families wait.

    Where thresholds move with load they are turned away instead, once it is seen that nobody is there.
    """
    with pytest.raises(ws.InputError, match="at most 100000"):
        ws.NewPosts(10**9, start="2025-10-01")
    nobody = AUTHORITY.with_changes(
        pathway=pathway, posts=({"grade": "social worker", "number": 0, "salary_gbp": 1.0},)
    )
    unmoved = nobody.with_changes(pressure={"turned_away_share": 0.0})
    paths = ws.Simulation(unmoved, [], start="2025-10-01", years=1).run().paths
    assert paths["open_children"].iloc[-1] == paths["unallocated_children"].iloc[-1] > 0
    assert paths["referred_children"].sum() == paths["open_children"].iloc[-1]
    if pathway:
        paths = ws.Simulation(nobody, [], start="2025-10-01", years=1).run().paths
        assert paths["turned_away_children"].sum() == paths["referred_children"].sum() > 100
        assert paths["open_children"].max() == 0


def test_a_list_will_do_for_what_is_kept_as_a_tuple() -> None:
    """Groups of posts, a season and sizes of families are written as lists, and cannot be changed after."""
    england = ws.Authority.preset("england-2025")
    posts = [group.model_dump() for group in england.posts]
    season = [1.0] * 12
    demand = {"season": season, "family_sizes": [0.5, 0.5], "children_per_family": 1.5}
    made = england.with_changes(posts=posts, demand=demand)
    assert made.posts == england.posts
    assert (made.demand.season, made.demand.family_sizes) == ((1.0,) * 12, (0.5, 0.5))
    season[0] = 9.0
    assert made.demand.season == (1.0,) * 12
