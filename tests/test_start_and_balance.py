"""The first morning, the calendar, the assumptions, and a do-nothing year that stays where it is."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import simpy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import integrate

import workforce_sim as ws
from tests.plain import plain
from workforce_sim.authority.balance import balance
from workforce_sim.authority.calendar import DAYS_PER_YEAR, WorkingCalendar, add_months
from workforce_sim.authority.flows import (
    leaving_bands,
    mean_service_years,
    stationary_years,
    turnover_by_grade,
)
from workforce_sim.authority.pace import pace
from workforce_sim.authority.parts import TimeLaw
from workforce_sim.authority.records import EVIDENCE_CLASSES, records
from workforce_sim.authority.stage_rules import work_days
from workforce_sim.authority.steady import steady
from workforce_sim.casework.ledger import PARTS as LEDGER_PARTS
from workforce_sim.demand.families import REFERRED, WORK

PRESETS = ["birmingham-2015", "birmingham-2025", "england-2025"]
ENGLAND = ws.Authority.preset("england-2025")
ONE_STAGE = ENGLAND.with_changes(pathway=None, demand={"children_per_year": 1432.0})

# ---- The calendar ----------------------------------------------------------------------------------------

#: Bank holidays of England that fell on weekdays, from gov.uk, with some that came once.
BANK_HOLIDAYS = [
    "2015-04-03",  # Good Friday
    "2015-04-06",  # Easter Monday
    "2015-05-04",
    "2015-05-25",
    "2015-08-31",
    "2015-12-25",
    "2015-12-28",  # for Boxing Day, a Saturday
    "2016-01-01",
    "2016-03-25",
    "2016-03-28",
    "2020-05-08",  # early May, moved to VE Day
    "2022-06-02",  # spring, moved
    "2022-06-03",  # platinum jubilee
    "2022-09-19",  # state funeral
    "2023-05-08",  # coronation
]


@pytest.mark.parametrize(
    ("first", "over", "days"),
    [
        ("2015-04-01", "2016-04-01", 252),  # both Easters fall into this year: 262 weekdays less 10
        ("2015-01-01", "2016-01-01", 253),
        ("2025-04-01", "2026-04-01", 253),
        ("2022-01-01", "2023-01-01", 250),
    ],
)
def test_a_year_has_its_working_days(first: str, over: str, days: int) -> None:
    """Weekdays less the bank holidays on weekdays, as counted on a printed calendar."""
    start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(over)
    calendar = WorkingCalendar(start, 12)
    assert calendar.end == calendar.day(end) == days
    assert calendar.finish == end


def test_the_year_from_april_2015_lacks_its_ten_bank_holidays() -> None:
    """To 31 March 2016 the working days are the weekdays without the bank holidays of the list above."""
    closed = sum("2015-04-01" <= day < "2016-04-01" for day in BANK_HOLIDAYS)
    assert closed == 10
    weekdays = int(np.busday_count("2015-04-01", "2016-04-01"))
    assert WorkingCalendar(dt.date(2015, 4, 1), 12).end == weekdays - closed


@pytest.mark.parametrize("day", BANK_HOLIDAYS)
def test_a_bank_holiday_is_no_working_day(day: str) -> None:
    """The morning of a bank holiday is the morning of the working day after it."""
    date = dt.date.fromisoformat(day)
    calendar = WorkingCalendar(date - dt.timedelta(days=7), 1)
    assert calendar.day(date + dt.timedelta(days=1)) == calendar.day(date)
    assert calendar.date(calendar.day(date)) > date


def test_scotlands_bank_holidays_are_worked_in_england() -> None:
    """2 January and St Andrew's Day are working days."""
    for date in (dt.date(2025, 1, 2), dt.date(2026, 11, 30)):
        calendar = WorkingCalendar(dt.date(date.year - 1, 12, 1), 24)
        assert calendar.day(date + dt.timedelta(days=1)) == calendar.day(date) + 1


@given(st.dates(dt.date(2010, 1, 1), dt.date(2035, 12, 31)), st.integers(1, 60), st.integers(0, 1200))
def test_days_and_dates_go_round(start: dt.date, months: int, day: int) -> None:
    """The date of a working day has that working day's number, is a weekday, and dates do not decrease."""
    calendar = WorkingCalendar(start, months)
    day %= calendar.end + 1
    date = calendar.date(day)
    assert calendar.day(date) == day
    assert date.weekday() < 5
    assert calendar.date(day + 0.75) == date
    assert calendar.date(day + 1) > date
    assert (calendar.day(start), calendar.day(calendar.finish)) == (0, calendar.end)


@given(st.dates(dt.date(2010, 1, 1), dt.date(2035, 12, 31)), st.integers(0, 60), st.integers(0, 60))
def test_months_are_added_by_the_calendar(day: dt.date, first: int, second: int) -> None:
    """The same day some months later, or the last of a shorter month; never in another month."""
    later = add_months(day, first)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == first
    following = later + dt.timedelta(days=1)
    assert later.day == day.day or (later.day < day.day and following.month != later.month)
    if day.day <= 28:
        assert add_months(later, second) == add_months(day, first + second)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2025-10-31", 1, "2025-11-30"),
        ("2025-12-31", 2, "2026-02-28"),
        ("2025-01-15", 0, "2025-01-15"),
    ],
)
def test_month_ends_and_leap_years(day: str, months: int, expected: str) -> None:
    """Months end where they end, in leap years on the 29th of February."""
    assert add_months(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(expected)


def test_a_leap_day_is_a_working_day() -> None:
    """29 February 2024, a Thursday, lies between two others."""
    calendar = WorkingCalendar(dt.date(2024, 2, 28), 1)
    assert [calendar.date(day) for day in range(3)] == [
        dt.date(2024, 2, 28),
        dt.date(2024, 2, 29),
        dt.date(2024, 3, 1),
    ]


def test_a_run_over_a_leap_day_has_its_census_a_year_back() -> None:
    """A census at the end of February in a leap year looks back at one a year before."""
    run = ws.Simulation(ENGLAND, [], "2023-03-01", 1).run()
    row = run.census("2024-02-29")
    assert row.leavers_fte == pytest.approx(run.paths["leavers_fte"].iloc[1:].sum())
    assert run.paths.index[0] == pd.Timestamp("2023-03-01")
    assert run.paths.index[-1] == pd.Timestamp("2024-03-01")


# ---- Files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_reads_back_equal(name: str, tmp_path: Path) -> None:
    """Written to a file and read again a preset is equal, and so is its run."""
    preset = ws.Authority.preset(name)
    again = ws.Authority.from_file(preset.to_file(tmp_path / "a.toml"))
    assert again == preset
    assert again.to_toml() == preset.to_toml()
    digests = {ws.Simulation(a, [], "2025-10-01", 0.25, log=True).run().digest() for a in (preset, again)}
    assert len(digests) == 1


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "name": st.text(min_size=1, max_size=20),
        "note": st.text(max_size=20),
        "census": st.fixed_dictionaries(
            {},
            optional={
                "turnover_rate": st.floats(1, 60),
                "caseload": st.floats(5, 30),
                "date": st.dates(dt.date(2010, 1, 1), dt.date(2030, 1, 1)),
            },
        ),
        "casework": st.fixed_dictionaries(
            {},
            optional={
                "caseload_cap": st.none() | st.floats(5, 60),
                "work_hours": st.none() | st.floats(5, 200),
                "work_cv": st.floats(0, 2),
                "handover_progress_lost": st.floats(0, 1),
            },
        ),
        "demand": st.fixed_dictionaries(
            {},
            optional={
                "children_per_year": st.floats(0, 3000),
                "children_per_family": st.floats(1, 4),
                "season": st.tuples(*[st.floats(0.1, 3)] * 12),
                "year_cv": st.floats(0, 1),
            },
        ),
        "teams": st.fixed_dictionaries({"number": st.integers(1, 20)}),
        "workforce": st.fixed_dictionaries(
            {},
            optional={
                "notice_days": st.floats(0, 100),
                "leaving_scale": st.none() | st.floats(0, 3),
                "hires_per_vacancy_year": st.none() | st.floats(0, 5),
                "covers_per_empty_post_year": st.none() | st.floats(0, 20),
            },
        ),
        "costs": st.fixed_dictionaries({}, optional={"on_costs": st.floats(0, 1)}),
    },
)


@settings(max_examples=60)
@given(CHANGES)
def test_any_authority_reads_back_equal(changes: dict[str, Any]) -> None:
    """Whatever is changed, text and back gives an equal authority that balances alike."""
    changed = ENGLAND.with_changes(**changes)
    again = ws.Authority.from_toml(changed.to_toml())
    assert again == changed
    assert again.balanced() == changed.balanced()


@settings(max_examples=15)
@given(CHANGES)
def test_any_authority_runs_alike_when_read_back(changes: dict[str, Any]) -> None:
    """The run of an authority and of the one read back have the same events."""
    changed = ENGLAND.with_changes(**changes)
    again = ws.Authority.from_toml(changed.to_toml())
    first, second = (ws.Simulation(a, [], "2025-10-01", 1 / 6, log=True).run() for a in (changed, again))
    assert first.digest() == second.digest()


def test_equal_authorities_are_equal_and_others_are_not() -> None:
    """An authority is a value: a change and its opposite give it back; a change alone does not."""
    changed = ENGLAND.with_changes(casework={"caseload_cap": 20.0})
    assert changed != ENGLAND
    assert changed.with_changes(casework={"caseload_cap": ENGLAND.casework.caseload_cap}) == ENGLAND
    assert ENGLAND.balanced() != ENGLAND
    assert ENGLAND.balanced().balanced() == ENGLAND.balanced()


def test_the_groups_of_a_preset_may_be_replaced() -> None:
    """A service with grades of one's own can be made from a preset; the old sources are not in its way."""
    own = ENGLAND.with_changes(posts=({"grade": "practitioner", "number": 60, "salary_gbp": 38000.0},))
    assert own.grades == ["practitioner"]


# ---- Presets ---------------------------------------------------------------------------------------------


def test_birmingham_2015_is_the_service_of_the_sources() -> None:
    """Over 700 staff and managers, about a third agency, caseload 25, turnover 20.5%."""
    birmingham = ws.Authority.preset("birmingham-2015")
    people = sum(g.number - g.vacant + g.agency + g.agency_above_establishment for g in birmingham.posts)
    assert people > 700
    assert birmingham.agency_rate() == pytest.approx(100 / 3, abs=2)
    assert birmingham.census.caseload == 25
    assert birmingham.census.turnover_rate == 20.5
    assert birmingham.census.date == dt.date(2015, 3, 31)


def test_england_2025_has_the_published_rates() -> None:
    """A median authority with England's rates of 2025: turnover, agency, vacancy, caseload, cover."""
    in_post = sum(g.number - g.vacant for g in ENGLAND.posts)
    vacant = sum(g.vacant for g in ENGLAND.posts)
    covering = sum(g.agency for g in ENGLAND.posts)
    agency = covering + sum(g.agency_above_establishment for g in ENGLAND.posts)
    half_a_post = 100 * 0.5 / in_post
    assert in_post == 174
    assert ENGLAND.census.turnover_rate == 11.8
    assert ENGLAND.census.caseload == 15.2
    assert 100 * agency / (agency + in_post) == pytest.approx(13.0, abs=half_a_post)
    assert 100 * vacant / (vacant + in_post) == pytest.approx(14.2, abs=half_a_post)
    assert covering / vacant == pytest.approx(0.736, abs=0.5 / vacant)
    assert covering / agency == pytest.approx(0.811, abs=0.5 / agency)
    assert ENGLAND.case_holders_fte() / (agency + in_post) == pytest.approx(0.507, abs=0.5 / in_post)


def test_birmingham_2025_has_the_published_rates() -> None:
    """Birmingham's own row of 2025: 769.6 in post, 108.5 agency, 159.0 vacancies, 492.3 case holders."""
    birmingham = ws.Authority.preset("birmingham-2025")
    in_post = sum((g.number - g.vacant) * g.fte for g in birmingham.posts)
    vacant = sum(g.vacant * g.fte for g in birmingham.posts)
    agency = sum((g.agency + g.agency_above_establishment) * g.fte for g in birmingham.posts)
    assert in_post == pytest.approx(769.6, abs=1)
    assert vacant == pytest.approx(159.0, abs=1)
    assert agency == pytest.approx(108.5, abs=1)
    assert birmingham.case_holders_fte() == pytest.approx(492.3, abs=1)
    assert birmingham.census.turnover_rate == pytest.approx(8.5, abs=0.05)
    assert birmingham.census.caseload == pytest.approx(15.2, abs=0.05)


@pytest.mark.parametrize("name", PRESETS)
def test_the_first_morning_is_the_census_row(name: str) -> None:
    """Before anything happens a run has the posts, people and open children of the authority."""
    preset = ws.Authority.preset(name)
    run = ws.Simulation(preset, [], "2025-10-01", 1 / 12).run()
    row = run.census("2025-09-30")
    assert row.in_post_fte == sum((g.number - g.vacant) * g.fte for g in preset.posts)
    assert row.vacancies_fte == sum(g.vacant * g.fte for g in preset.posts)
    assert row.agency_covering_fte == sum(g.agency * g.fte for g in preset.posts)
    assert row.agency_rate == pytest.approx(preset.agency_rate())
    assert run.paths["open_children"].iloc[0] == preset.open_children()
    assert preset.open_children() == round(preset.census.caseload * preset.case_holders_fte())
    assert math.isnan(row.leavers_fte), "no year of the run lies before its first morning"


# ---- Assumptions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRESETS)
def test_every_setting_is_in_the_register(name: str) -> None:
    """Every setting of every section has a row with a source and a class of evidence that is known."""
    preset = ws.Authority.preset(name)
    register = preset.assumptions()
    expected = {
        f"{section}.{setting}"
        for section in ("demand", "casework", "teams", "workforce", "costs", "census")
        for setting in type(getattr(preset, section)).model_fields
    }
    assert expected <= set(register.index)
    for group in preset.posts:
        assert {f"posts.{group.grade}.{n}" for n in ("number", "vacant", "agency", "salary_gbp")} <= set(
            register.index
        )
    assert register.index.is_unique
    assert (register["source"].str.strip() != "").all()
    assert set(register["evidence"]) <= set(EVIDENCE_CLASSES)
    assert (register["unit"].str.strip() != "").all()
    unstated = {"casework.caseload_cap"} if preset.casework.caseload_cap is None else set()
    assert set(register.index[register["value"].isna()]) <= unstated


@pytest.mark.parametrize("name", PRESETS)
def test_nothing_in_a_preset_is_somebody_elses_input(name: str) -> None:
    """Every number of a preset has a source of its own, or is a default, or is solved: none is 'yours'."""
    register = ws.Authority.preset(name).assumptions()
    assert register.index[register["evidence"] == "yours"].tolist() == []


def test_the_register_tells_whose_number_it_is() -> None:
    """A default has the source of its record, a change is yours, and what is solved is derived."""
    changed = ENGLAND.with_changes(workforce={"notice_days": 45.0}).assumptions()
    plain = ENGLAND.assumptions()
    default = records()["workforce.notice_days"]
    assert plain.loc["workforce.notice_days", "source"] == default.source
    assert plain.loc["workforce.notice_days", "evidence"] == default.evidence
    assert changed.loc["workforce.notice_days", "value"] == 45.0
    assert changed.loc["workforce.notice_days", "default"] == default.value
    assert changed.loc["workforce.notice_days", "evidence"] == "yours"
    solved = plain.loc["posts.social worker.hires_per_empty_post_year"]
    assert solved["value"] == ENGLAND.balanced().posts[0].hires_per_empty_post_year
    assert solved["evidence"] == "derived"


@pytest.mark.parametrize("path", records())
def test_a_default_is_a_claim_with_its_range(path: str) -> None:
    """Every record has low <= value <= high, a unit, a source and a known evidence class, and is in use."""
    record = records()[path]
    if isinstance(record.value, (bool, str)):  # a choice has no range
        assert record.low is None
        assert record.high is None
    else:
        low, value, high = (np.atleast_1d(x) for x in (record.low, record.value, record.high))
        assert len(low) == len(value) == len(high)
        assert (low <= value).all()
        assert (value <= high).all()
        assert (low < high).all()
    assert record.unit.strip()
    assert record.source.strip()
    assert record.evidence in set(EVIDENCE_CLASSES) - {"yours"}
    section, _, name = path.partition(".")
    bare = ws.Authority(
        name="Bare",
        census={"date": "2025-09-30", "turnover_rate": 15.0, "caseload": 16.0},
        demand={"children_per_year": 500.0},
        posts=({"grade": "social worker", "number": 30, "salary_gbp": 38000.0},),
    )
    value = getattr(getattr(bare, section), name)
    if value is None or isinstance(value, TimeLaw):  # the record has a word for it
        value = {None: "none", TimeLaw(): "exponential"}[value]
    assert value == record.value


def test_every_setting_with_a_default_has_a_record() -> None:
    """No number stands in the code as a default without a record of the evidence for it."""
    for section in (
        *("demand", "casework", "pressure", "workforce"),
        *("recruitment", "agency", "supervision", "careers", "costs"),
    ):
        for name, field in type(getattr(ENGLAND, section)).model_fields.items():
            if field.is_required() or field.default is None:
                continue
            assert f"{section}.{name}" in records()


# ---- The solver ------------------------------------------------------------------------------------------

RATES = st.floats(0.01, 2)


def survival(bands: tuple[tuple[float, float], ...]) -> Callable[[float], float]:
    """The share who have not decided to leave, by years of service."""

    def alive(years: float) -> float:
        total = 0.0
        for i, (start, rate) in enumerate(bands):
            end = bands[i + 1][0] if i + 1 < len(bands) else math.inf
            total += rate * max(0.0, min(years, end) - start)
        return math.exp(-total)

    return alive


@given(RATES, RATES, RATES)
def test_mean_service_is_the_integral_of_survival(first: float, second: float, third: float) -> None:
    """The closed form agrees with numerical integration of the survival function."""
    bands = ((0.0, first), (1.0, second), (5.0, third))
    alive = survival(bands)
    parts = [integrate.quad(alive, a, b, epsabs=1e-12)[0] for a, b in ((0, 1), (1, 5), (5, 5 + 40 / third))]
    assert mean_service_years(bands) == pytest.approx(sum(parts), rel=1e-7)


@pytest.mark.parametrize(
    ("bands", "mean"),
    [
        (((0.0, 0.25), (1.0, 0.25), (5.0, 0.25)), 4.0),
        (((0.0, 0.0), (1.0, 0.5)), 3.0),
        (((0.0, 0.0), (1.0, 0.0)), math.inf),
    ],
)
def test_mean_service_by_hand(bands: tuple[tuple[float, float], ...], mean: float) -> None:
    """One rate for all: its inverse; a year without leaving adds a year; nobody leaving: for ever."""
    assert mean_service_years(bands) == pytest.approx(mean)


@settings(max_examples=30)
@given(st.floats(0.05, 0.6), st.floats(0.05, 0.6), st.floats(0.5, 2))
def test_service_found_in_post_has_the_stationary_law(young: float, old: float, factor: float) -> None:
    """The service at a uniform number u has a share u of the area of the survival function below it."""
    authority = ENGLAND.with_changes(
        workforce={
            "leaving_per_year_under_5": young,
            "leaving_per_year_from_5": old,
            "leaving_first_year_factor": factor,
            "leaving_scale": 1.0,
        }
    ).balanced()
    u = np.array([0.001, 0.1, 0.35, 0.5, 0.8, 0.99])
    years = stationary_years(leaving_bands(authority.workforce, 1.0), u)
    alive = survival(leaving_bands(authority.workforce, 1.0))
    mean = mean_service_years(leaving_bands(authority.workforce, 1.0))
    for share, service in zip(u, years, strict=True):
        points = [p for p in (1.0, 5.0) if p < service]
        area = integrate.quad(alive, 0, service, points=points or None)[0]
        assert area / mean == pytest.approx(share, abs=1e-7)


@settings(max_examples=60)
@given(st.floats(3, 60), st.floats(0, 120), st.floats(1, 1.6))
def test_the_scale_solves_turnover(turnover: float, notice: float, factor: float) -> None:
    """Mean service before notice plus notice is one over turnover."""
    assume(100 / turnover > 1.05 * notice / DAYS_PER_YEAR)
    authority = ENGLAND.with_changes(
        census={"turnover_rate": turnover},
        workforce={"notice_days": notice, "leaving_first_year_factor": factor},
    )
    scale = authority.balanced().posts[0].leaving_scale
    assert scale is not None
    alive = survival(leaving_bands(authority.workforce, scale))
    service = sum(
        integrate.quad(alive, a, b, limit=200)[0]
        for a, b in ((0, 1), (1, 5), (5, 20), (20, 100), (100, 4000))
    )
    assert service + notice / DAYS_PER_YEAR == pytest.approx(100 / turnover, rel=1e-6)


@pytest.mark.parametrize("name", PRESETS)
def test_flows_of_the_starting_state_cancel(name: str) -> None:
    """In every grade starters and conversions replace leavers and who is promoted out of it; agency starts
    replace agency ends, conversions and hires."""
    preset = ws.Authority.preset(name)
    w, share = preset.workforce, preset.recruitment.promotion_share
    assignment = w.agency_assignment_months / 12 * DAYS_PER_YEAR
    converts = w.conversions_per_agency_year * (1 - preset.agency.notice_days / assignment)  # not on notice
    hired = {}
    for g, solved in zip(preset.posts, balance(preset).grades, strict=True):
        empty, covered = (g.vacant - g.agency) * g.fte, g.agency * g.fte
        hired[g.grade] = (
            solved.hires_per_empty_post_year * empty + solved.hires_per_covered_post_year * covered
        )
        ends = (12 / w.agency_assignment_months + solved.hires_per_covered_post_year) * covered
        starts = solved.covers_per_empty_post_year * empty
        assert starts == pytest.approx(ends + converts * covered)
    for g in preset.posts:
        promoted = sum(share * hired[above.grade] for above in preset.posts if above.promoted_from == g.grade)
        leavers = preset.census.turnover_rate / 100 * (g.number - g.vacant) * g.fte + promoted
        conversions = converts * g.agency * g.fte
        assert hired[g.grade] + conversions == pytest.approx(leavers)


def test_a_post_with_nobody_in_it_takes_the_weeks_stated_where_the_flows_allow_it() -> None:
    """Birmingham 2015 hires into empty posts in 20 weeks; where that is more than leave, it is slower."""
    weeks = 365.25 / 7
    birmingham = ws.Authority.preset("birmingham-2015").balanced()
    assert [g.hires_per_empty_post_year for g in birmingham.posts] == pytest.approx([weeks / 20] * 3)
    assert all((g.hires_per_covered_post_year or 0.0) > 0 for g in birmingham.posts)
    slower = ws.Authority.preset("birmingham-2025").balanced()
    assert all((g.hires_per_empty_post_year or 0.0) < weeks / 20 for g in slower.posts)
    assert [g.hires_per_covered_post_year for g in slower.posts] == [0.0] * 3


def test_a_grade_can_have_a_turnover_of_its_own() -> None:
    """What the stated grade takes is left out of the others', so that the census row's turnover holds."""
    posts = [
        g.model_copy(update={"turnover_rate": 42.0} if g.grade == "team manager" else {})
        for g in ENGLAND.posts
    ]
    rates = turnover_by_grade(ENGLAND.with_changes(posts=tuple(posts)))
    in_post = [(g.number - g.vacant) * g.fte for g in posts]
    total = sum(rate * n for rate, n in zip(rates, in_post, strict=True)) / sum(in_post)
    assert rates[-1] == 0.42
    assert 100 * total == pytest.approx(ENGLAND.census.turnover_rate)


def test_what_is_stated_is_not_solved() -> None:
    """Stated values are kept as they are, and are used in solving the others."""
    stated = ENGLAND.with_changes(
        workforce={"leaving_scale": 0.7, "hires_per_vacancy_year": 3.0}, casework={"work_hours": 33.0}
    )
    solved = stated.balanced()
    assert solved.casework.work_hours == 33.0
    for group, usual in zip(solved.posts, ENGLAND.balanced().posts, strict=True):
        assert group.leaving_scale == 0.7
        assert group.hires_per_empty_post_year == group.hires_per_covered_post_year == 3.0
        assert usual.covers_per_empty_post_year is not None
        assert group.covers_per_empty_post_year is not None
        assert group.covers_per_empty_post_year > usual.covers_per_empty_post_year, "more hires end cover"


@pytest.mark.parametrize("service", [ONE_STAGE, ENGLAND], ids=["one stage", "pathway"])
@pytest.mark.parametrize("lost", [1e-300, 1e-18, 1e-12, 1e-6])
def test_work_is_solved_smoothly_as_handovers_lose_less(service: ws.Authority, lost: float) -> None:
    """The work a child needs tends to that without loss as the share lost at a handover tends to 0."""
    solved = [
        balance(service.with_changes(casework={"handover_progress_lost": share})) for share in (0.0, lost)
    ]
    without, little = (b.work_scale if service is ENGLAND else b.work_hours for b in solved)
    assert little == pytest.approx(without, rel=1e-4)


NOTHING_LOST = {"handover_progress_lost": 0.0, "handover_reading_hours": 0.0}


def test_work_is_what_keeps_closures_level_with_referrals() -> None:
    """Without handovers the work a child needs is the progress it gets: pace x days held."""
    all_able = plain(ONE_STAGE)
    smooth = all_able.with_changes(casework=NOTHING_LOST)
    work, caseload = smooth.casework, smooth.census.caseload
    wanted = caseload * (work.attention_hours_per_day + work.upkeep_hours_per_day) - work.case_hours_per_day
    overtime = min(work.overtime_limit_hours_per_day, work.overtime_share * max(0.0, wanted))
    free = (work.case_hours_per_day + overtime) / caseload - work.upkeep_hours_per_day
    hours = min(work.attention_hours_per_day, free)
    days_held = caseload * smooth.case_holders_fte() / (smooth.demand.children_per_year / DAYS_PER_YEAR)
    solved = balance(smooth).work_hours
    assert solved == pytest.approx(hours * days_held, rel=1e-4)
    assert balance(all_able).work_hours < 0.99 * solved, "part of the hours is repeated work"


@pytest.mark.parametrize("name", PRESETS)
def test_a_pathway_is_scaled_to_the_children_open(name: str) -> None:
    """Children open are children referred a day x mean days open per referral, at the pace of the caseload.

    The pace is that of workers whose loads differ: below that of one who holds the average.
    """
    preset = ws.Authority.preset(name)
    found, work = steady(preset), preset.casework
    days = preset.census.caseload * preset.case_holders_fte() / preset.demand.children_per_year
    assert found.history.days.sum() == pytest.approx(days * DAYS_PER_YEAR, rel=1e-4)
    assert balance(preset).work_scale == found.scale
    assert balance(preset).work_hours is None
    average = pace(
        preset.census.caseload * found.wanted_hours,
        preset.census.caseload * found.upkeep_hours,
        work.case_hours_per_day,
        work.overtime_share,
        work.overtime_limit_hours_per_day,
    )
    assert 0.8 * average < found.pace < average
    alike = steady(preset.with_changes(casework={"workload_spread": 0.0, "work_scale": found.scale}))
    assert alike.pace > found.pace
    assert 0.5 < found.scale < 2, "the pathway's own hours and lengths fit the census row, roughly"
    lossless = balance(preset.with_changes(casework=NOTHING_LOST)).work_scale
    assert found.scale < 0.99 * lossless, "part of the hours is repeated work"


# ---- A service without limits ----------------------------------------------------------------------------


def test_with_unlimited_workers_a_child_takes_its_natural_time() -> None:
    """Many workers who never leave: no case waits, slows or is repeated, and each takes W / (a k) days."""
    plenty = ws.Authority(
        name="Plenty",
        census={"date": "2025-09-30", "turnover_rate": 10.0, "caseload": 0.5},
        demand={"children_per_year": 400.0},
        casework={"work_hours": 20.0},
        posts=({"grade": "social worker", "number": 400, "salary_gbp": 38000.0},),
        workforce={"leaving_scale": 0.0},
    )
    run = ws.Simulation(plenty, [], "2025-10-01", 2).run()
    ledger = run.children
    for part in set(LEDGER_PARTS) - {"natural"}:
        assert ledger[f"{part}_days"].abs().max() < 1e-9, part
    closed = ledger[ledger["closed_day"].notna()]
    assert len(closed) > 300
    tape, stages = run.service.desk.tape, steady(plenty.balanced()).table.stages
    drawn = np.array([work_days(stages, 0, z) for z in tape.draws(0)[:, WORK]])
    natural = np.where(tape.stage == REFERRED, drawn, tape.left)[closed.index]
    np.testing.assert_allclose(closed["closed_day"] - closed["referred_day"], natural, atol=1e-9)
    assert drawn.mean() == pytest.approx(20.0 / plenty.casework.attention_hours_per_day, rel=0.2)
    assert (ledger["workers"] == 1).all()
    assert run.paths["leavers_fte"].iloc[1:].sum() == 0


@pytest.mark.parametrize("replication", range(3))
def test_where_nobody_leaves_nobody_is_on_notice(replication: int) -> None:
    """With a stated leaving scale of 0 the share on notice at the start is rate x notice: none."""
    settled = ENGLAND.with_changes(workforce={"leaving_scale": 0.0})
    run = ws.Simulation(settled, [], "2025-10-01", 1, replication=replication).run()
    assert run.paths["leavers_fte"].iloc[1:].sum() == 0


def test_the_share_on_notice_at_the_start_is_rate_times_notice() -> None:
    """Over 40 worlds, leavers of the first days are those whose notice already ran: turnover x in post."""
    notice = ENGLAND.workforce.notice_days
    in_post = sum(g.number - g.vacant for g in ENGLAND.posts)
    expected = 11.8 / 100 * in_post * notice / DAYS_PER_YEAR
    counts = []
    for replication in range(40):
        states: list[str] = []

        def look(env: simpy.Environment, service: Any, seen: list[str] = states) -> None:
            seen += [row["state"] for row in service.state_of_posts()]

        ws.Simulation(ENGLAND, [look], "2025-10-01", 1 / 12, replication=replication).run()
        counts.append(states.count("NOTICE"))
    assert np.mean(counts) == pytest.approx(expected, abs=4 * math.sqrt(expected / 40))


@pytest.mark.parametrize("service", [ONE_STAGE, ENGLAND], ids=["one stage", "pathway"])
def test_a_service_without_demand_empties(service: ws.Authority) -> None:
    """Without referrals open children only fall; with a pathway some come back, and nobody else comes."""
    run = ws.Simulation(service.with_changes(demand={"children_per_year": 0.0}), [], "2025-10-01", 3).run()
    open_children, referred = run.paths["open_children"], run.paths["referred_children"].iloc[1:].sum()
    assert open_children.iloc[-1] < 0.5 * open_children.iloc[0]
    assert referred == run.counts["sum_referred_again"][-1]
    if service is ONE_STAGE:
        assert (open_children.diff().iloc[1:] <= 0).all()
        assert referred == 0
    else:
        assert 0 < referred < open_children.iloc[0]
        assert (run.children["referred_day"] == 0).all()


def test_agency_workers_are_found_on_notice_as_often_as_later() -> None:
    """Of assignments of six months with 20 days of notice, that part is on notice on the first morning.

    So as many go in the first quarter as in any other: without it hardly anybody would go in the first month,
    and a service of many vacancies would seem to fill up with agency workers.
    """
    staff = plain(ENGLAND).with_changes(
        demand={"children_per_year": 1.0}, casework={"work_scale": 1.0}, agency={"notice_days": 20.0}
    )
    assert staff.workforce.agency_assignment_months == 6.0
    known: list[float] = []
    ends = []
    for replication in range(60):

        def look(env: simpy.Environment, service: Any) -> None:
            known.extend(post.notice_left for post in service.posts if post.state.name == "AGENCY")

        run = ws.Simulation(staff, [look], "2025-10-01", 1, seed=5, replication=replication).run()
        ends.append(np.diff(run.counts["sum_agency_ends"][::3]))
    left = [days for days in known if days > 0]
    share = 20.0 / (6 / 12 * DAYS_PER_YEAR)
    assert len(left) / len(known) == pytest.approx(share, abs=4 * math.sqrt(share / len(known)))
    assert np.mean(left) == pytest.approx(10.0, abs=4 * 20 / math.sqrt(12 * len(left)))
    agency = sum(g.agency + g.agency_above_establishment for g in staff.posts)
    error = np.std(ends, axis=0) / math.sqrt(len(ends))
    assert (np.abs(np.mean(ends, axis=0) - 2.0 * agency / 4) < 4 * error).all()


# ---- A do-nothing year -----------------------------------------------------------------------------------

WORLDS = 60


@pytest.mark.slow
@pytest.mark.parametrize("name", PRESETS)
def test_a_do_nothing_year_reproduces_the_census_row(name: str) -> None:
    """Over 60 worlds, stocks and rates a year on are those of the authority's own row on average."""
    preset = ws.Authority.preset(name)
    start = preset.census.date + dt.timedelta(days=1)
    result = ws.Study(preset, {"Do nothing": []}, start, 1, seed=5, replications=WORLDS).run(
        progress=False, processes=1
    )
    in_post = sum((g.number - g.vacant) * g.fte for g in preset.posts)
    vacancies = sum(g.vacant * g.fte for g in preset.posts)
    agency = sum((g.agency + g.agency_above_establishment) * g.fte for g in preset.posts)
    rows = {
        "in_post_fte": (in_post, 0.02 * in_post),
        "agency_fte": (agency, 0.02 * agency),
        "vacancies_fte": (vacancies, 0.02 * vacancies),
        "turnover_rate": (preset.census.turnover_rate, 0.02 * preset.census.turnover_rate + 0.5),
        "caseload": (preset.census.caseload, 0.03 * preset.census.caseload),
    }
    wrong = []
    for measure, (published, slack) in rows.items():
        found = result.samples(measure, "Do nothing")[:, -1]
        error = found.std(ddof=1) / math.sqrt(WORLDS)
        if abs(found.mean() - published) > 4 * error + slack:
            wrong.append(f"{measure}: {found.mean():.2f} +- {error:.2f}, published {published:.2f}")
    assert not wrong, wrong


@pytest.mark.slow
def test_families_come_back_from_the_first_day_as_later() -> None:
    """Re-referrals within a year are as many in the first year as in the third: most left before the run.

    Referrals of both kinds together have no dip at the start either.
    """
    steady_years = ENGLAND.with_changes(demand={"year_cv": 0.0})
    runs = [ws.Simulation(steady_years, [], "2025-10-01", 3, seed=5, replication=r).run() for r in range(40)]
    rates = np.array([run.paths["rereferral_rate"].to_numpy()[12::12] for run in runs])
    change = rates[:, 0] - rates[:, 2]
    assert abs(change.mean()) < 4 * change.std() / math.sqrt(len(runs)) + 0.5
    assert 20 < rates.mean() < 25, "22.6% of referrals in England 2025"
    referred = np.array([np.diff(run.counts["sum_referred"][::12]) for run in runs])
    expected = ENGLAND.demand.children_per_year
    assert referred.mean(axis=0) == pytest.approx(expected, rel=0.03)
