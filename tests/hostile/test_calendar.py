"""Dates at the edges of the calendar: days off at starts and ends, leap years, clocks that mean nothing."""

from __future__ import annotations

import ast
import datetime as dt
import locale
import os
import re
import subprocess
import sys
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import workforce_sim as ws
from tests.hostile.worlds import SERVICES, run_and_check
from tests.test_house import PACKAGE, SRC
from workforce_sim.authority.calendar import WorkingCalendar, add_months, as_date, census_day, year_before

SMALL = SERVICES["one stage"]

STARTS = {
    "29 February": "2024-02-29",
    "31 December": "2025-12-31",
    "1 January": "2026-01-01",
    "Christmas": "2025-12-25",
    "Boxing Day moved to Monday": "2020-12-28",
    "Good Friday": "2026-04-03",
    "Easter Monday": "2026-04-06",
    "Easter Friday on 25 March": "2016-03-25",
    "a Saturday": "2026-01-03",
    "a Sunday at the end of a month": "2026-05-31",
    "a bank holiday of one year only": "2022-09-19",
    "four days off in a row": "2022-06-02",
    "the first there is": "1990-01-01",
    "near the last there is": "2099-10-31",
    "near a February of 28 days at the turn of a century": "2099-01-29",
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
@pytest.mark.parametrize("months", [1, 14])
def test_a_run_may_start_on_any_day(start: str, months: int) -> None:
    """As many marks as months, each on its day of the month or the last there is, and nobody is lost."""
    day = dt.date.fromisoformat(start)
    run = run_and_check(SMALL, [ws.NewPosts(2, start=start)], years=months / 12, start=start)
    dates = run.paths.index.date
    assert dates[0] == day
    assert len(dates) == months + 1
    assert all(when.day in (day.day, 28, 29, 30) for when in dates)
    assert run.paths["posts_fte"].iloc[-1] == run.paths["posts_fte"].iloc[0] + 2


ENDS = {
    "on Christmas": ("2025-11-25", "2025-12-25"),
    "on New Year's Day": ("2025-12-01", "2026-01-01"),
    "on Good Friday": ("2026-03-03", "2026-04-03"),
    "on 29 February": ("2024-01-29", "2024-02-29"),
}


@pytest.mark.parametrize(("start", "end"), ENDS.values(), ids=ENDS)
def test_a_run_may_end_on_a_day_off(start: str, end: str) -> None:
    """The end is the morning of the next working day, and the census of the day before is there."""
    run = run_and_check(SMALL, years=1 / 12, start=start)
    assert str(run.paths.index[-1].date()) == end
    last = dt.date.fromisoformat(end) - dt.timedelta(days=1)
    assert run.census(last).in_post_fte == run.paths["in_post_fte"].iloc[-1]


def test_policies_on_days_off_begin_and_end_with_the_next_working_day() -> None:
    """From Christmas to New Year's Day is the same as over the working days between."""
    ours = ws.PayChange(5, start="2025-12-25", end="2026-01-01")
    plain = ws.PayChange(5, start="2025-12-29", end="2025-12-31")
    days_off, working = (
        ws.Simulation(SMALL, [policy], "2025-12-01", 0.25, log=True).run() for policy in (ours, plain)
    )
    assert days_off.digest() == working.digest()
    pd.testing.assert_frame_equal(days_off.paths, working.paths)


def test_a_policy_of_a_day_off_is_none() -> None:
    """What starts and ends within one Christmas changes nothing, but for rounding of times."""
    nothing, policy = (
        ws.Simulation(SMALL, listed, "2025-12-01", 0.25, log=True).run()
        for listed in ([], [ws.PayChange(50, start="2025-12-25", end="2025-12-26")])
    )
    pd.testing.assert_frame_equal(nothing.log, policy.log, rtol=0, atol=1e-12)
    pd.testing.assert_frame_equal(nothing.paths, policy.paths, rtol=1e-12)


@pytest.mark.parametrize(("year", "days"), [(2015, 253), (2016, 253), (2020, 254), (2024, 254), (2025, 253)])
def test_years_have_their_working_days(year: int, days: int) -> None:
    """Weekdays less the bank holidays of England, counted by hand from the calendars of those years."""
    assert WorkingCalendar(dt.date(year, 1, 1), 12).end == days


def test_leap_years_end_to_end() -> None:
    """From one 29 February to the next, four years of marks: the last of February where there is no 29th."""
    run = run_and_check(SMALL, start="2024-02-29", years=4)
    marks = [d for d in run.paths.index.date if d.month == 2]
    assert marks == [
        dt.date(2024, 2, 29),
        *(dt.date(y, 2, 28) for y in (2025, 2026, 2027)),
        dt.date(2028, 2, 29),
    ]
    assert run.census("2028-02-28").leavers_fte >= 0


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(start=st.dates(dt.date(1990, 1, 1), dt.date(2050, 12, 31)), months=st.integers(1, 600))
def test_days_go_up_and_dates_come_back(start: dt.date, months: int) -> None:
    """Marks never go back, every day off is the next working day, and a year's money is a year's."""
    calendar = WorkingCalendar(start, months)
    marks = calendar.marks.tolist()
    assert marks[0] == 0
    assert all(before < after for before, after in pairwise(marks))
    assert all(15 <= after - before <= 23 for before, after in pairwise(marks))
    for day in (0, calendar.end // 2, calendar.end):
        when = calendar.date(day)
        assert calendar.day(when) == day
        assert when.weekday() < 5
    assert calendar.salary_years(calendar.end) == pytest.approx(months / 12)
    assert add_months(start, months) == calendar.finish


@pytest.mark.parametrize("year", [1990, 2000, 2038, 2050, 2100])
def test_bank_holidays_are_known_in_every_year_of_a_run(year: int) -> None:
    """Good Friday, Easter Monday, Christmas and the rest are off from the first year there is to the last."""
    from dateutil.easter import easter

    calendar = WorkingCalendar(dt.date(year, 1, 1), 12)
    friday, monday = easter(year) - dt.timedelta(days=2), easter(year) + dt.timedelta(days=1)
    for day_off in (friday, monday, dt.date(year, 12, 25), dt.date(year, 1, 1)):
        assert calendar.day(day_off) == calendar.day(day_off + dt.timedelta(days=1))
    assert 250 <= calendar.day(dt.date(year, 12, 31)) - calendar.day(dt.date(year, 1, 1)) <= 256


@pytest.mark.parametrize(("start", "years"), [("2100-06-01", 1), ("2060-01-01", 50), ("2100-12-31", 1 / 12)])
def test_years_whose_bank_holidays_nobody_knows_are_refused(start: str, years: float) -> None:
    """A run beyond 2100 would work through Christmas: it is refused, with a length that ends in time."""
    for refused in (
        lambda: ws.Simulation(SMALL, [], start, years),
        lambda: ws.Study(SMALL, {"a": []}, start, years),
    ):
        with pytest.raises(ws.InputError, match="bank holidays"):
            refused()
    ws.Simulation(SMALL, [], "2050-01-01", 50)


# ---- Forms of a date -------------------------------------------------------------------------------------

TAKEN = [dt.date(2025, 10, 1), "2025-10-01", "20251001"]
REFUSED: list[Any] = [
    *(
        dt.datetime(2025, 10, 1),
        pd.Timestamp("2025-10-01"),
        np.datetime64("2025-10-01"),
        pd.NaT,
        None,
        20251001,
    ),
    *("01/10/2025", "1 October 2025", "2025-10-01T00:00", "2025-10", "2025-02-29", "2025-13-01", "", "today"),
    *(
        "2025-10-01 ",
        "+2025-10-01",
        "-2025-10-01",
        "２０２５-１０-０１",
        "12025-10-01",
        "0000-01-01",
        b"2025-10-01",
    ),
]


@pytest.mark.parametrize("form", TAKEN, ids=repr)
def test_forms_that_are_dates(form: Any) -> None:
    """A date, or year, month and day in text, are the same everywhere."""
    assert as_date(form) == dt.date(2025, 10, 1)
    run = ws.Simulation(
        SMALL, [ws.NewPosts(1, start=form)], form, 1 / 12, census_dates=[form], log=True
    ).run()
    plain = ws.Simulation(SMALL, [ws.NewPosts(1, start="2025-10-01")], "2025-10-01", 1 / 12, log=True).run()
    assert run.digest() == plain.digest()
    assert repr(run.census(form)) == repr(run.census("2025-10-01"))
    assert SMALL.with_changes(census={"date": form}).census.date == dt.date(2025, 10, 1)


@pytest.mark.parametrize("form", REFUSED, ids=repr)
def test_forms_that_are_none_are_refused_with_the_one_that_is(form: Any) -> None:
    """Moments, other orders, days that do not exist: refused wherever a date goes, with one that will do."""
    run = ws.Simulation(SMALL, [], "2025-10-01", 1 / 12).run()
    for refused in (
        lambda: ws.NewPosts(1, start=form),
        lambda: (
            ws.When("caseload", above=1.0, after=form) if form is not None else ws.NewPosts(1, start=None)
        ),
        lambda: ws.Simulation(SMALL, [], form, 1 / 12),
        lambda: ws.Study(SMALL, {"a": []}, form, 1 / 12),
        lambda: ws.Simulation(SMALL, [], "2025-10-01", 1 / 12, census_dates=[form]),
        lambda: SMALL.with_changes(census={"date": form}),
        lambda: run.census(form),
    ):
        with pytest.raises(ws.InputError) as error:
            refused()
        fix = error.value.problems[0].fix
        assert any(character.isdigit() for character in fix) or "census_dates" in fix


@pytest.mark.parametrize("when", [dt.date.min, dt.date.max, "0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_there_are(when: Any) -> None:
    """They are before or after every run: refused where they cannot be, for good where they can be an end."""
    for refused in (
        lambda: ws.Simulation(SMALL, [], when, 1 / 12),
        lambda: ws.Simulation(SMALL, [], "2025-10-01", 1 / 12, census_dates=[when]),
        lambda: ws.Simulation(SMALL, [], "2025-10-01", 1 / 12).run().census(when),
    ):
        with pytest.raises(ws.InputError):
            refused()
    day = as_date(when)
    assert day is not None
    assert year_before(day) <= day
    calendar = WorkingCalendar(dt.date(2025, 10, 1), 12)
    assert (census_day(calendar, day) > 0) == (day.year > 2025)
    assert run_and_check(SMALL.with_changes(census={"date": when}), years=1 / 12)


def test_an_end_that_never_comes_is_for_good() -> None:
    """A policy that ends on the last day there is holds as long as one without an end."""
    forever, good = (
        ws.Simulation(
            SMALL, [ws.PayChange(5, start="2025-10-01", end=end)], "2025-10-01", 0.25, log=True
        ).run()
        for end in ("9999-12-31", None)
    )
    assert forever.digest() == good.digest()
    pd.testing.assert_frame_equal(forever.paths, good.paths)


def test_a_policy_that_starts_after_the_run_is_none() -> None:
    """However far away it is."""
    late, nothing = (
        ws.Simulation(SMALL, policies, "2025-10-01", 0.25, log=True).run()
        for policies in ([ws.PayChange(5, start="9999-12-31"), ws.NewPosts(3, start="3000-01-01")], [])
    )
    assert late.digest() == nothing.digest()


@pytest.mark.parametrize(
    ("years", "refused"),
    [
        (1 / 12, False),
        (0.0833, True),
        (1 / 253, True),
        (1 / 365, True),
        (50, False),
        (50.1, True),
        (0.1, False),
    ],
)
def test_the_shortest_run_is_a_month(years: float, refused: bool) -> None:
    """A day is no run: there would be no mark to count at. The refusal says what the shortest is."""
    if refused:
        with pytest.raises(ws.InputError, match="a month"):
            ws.Simulation(SMALL, [], "2025-10-01", years)
    else:
        assert ws.Simulation(SMALL, [], "2025-10-01", years).calendar.months == round(12 * years)


# ---- Clocks ----------------------------------------------------------------------------------------------

SCRIPT = """
import locale, sys
try:
    locale.setlocale(locale.LC_ALL, "")
except locale.Error:
    pass
import workforce_sim as ws
from tests.hostile.worlds import SERVICES
policies = [ws.PayChange(5, start="2026-03-29"), ws.NewPosts(2, start="2026-10-25")]
run = ws.Simulation(SERVICES["one stage"], policies, "2026-03-01", 1, seed=3, log=True).run()
print(run.digest(), repr(run.paths["cost_to_date_gbp"].iloc[-1]), policies[0].describe())
"""


@cache
def in_another_place(**surroundings: str) -> str:
    """What a run across both changes of the clock prints in other surroundings."""
    found = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", SCRIPT],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), **surroundings},
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout


def test_clocks_and_languages_change_nothing() -> None:
    """The same log, to the last bit, wherever the computer is and whatever language it speaks."""
    here = in_another_place(TZ="Europe/London", LC_ALL="C.UTF-8")
    assert "29 March 2026" in here
    assert here == in_another_place(TZ="Pacific/Apia", LC_ALL="de_DE.UTF-8", PYTHONHASHSEED="7")


@pytest.mark.slow
@pytest.mark.parametrize("place", ["Australia/Lord_Howe", "America/St_Johns", "UTC", "Africa/Casablanca"])
@pytest.mark.parametrize("language", ["C", "tr_TR.UTF-8", "fr_FR.UTF-8"])
def test_more_clocks_and_languages_change_nothing(place: str, language: str) -> None:
    """Half hours of daylight saving, both hemispheres, and letters that change with the language."""
    assert in_another_place(TZ=place, LC_ALL=language) == in_another_place(
        TZ="Europe/London", LC_ALL="C.UTF-8"
    )


def test_dates_in_words_are_english_in_any_locale() -> None:
    """The month has its English name on charts and pages, whatever language the computer speaks."""
    before = locale.setlocale(locale.LC_TIME)
    from workforce_sim.authority.calendar import in_words

    there = [name for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "tr_TR.UTF-8") if _has(name)]
    try:
        for name in ["C", *there]:
            locale.setlocale(locale.LC_TIME, name)
            assert in_words(dt.date(2026, 3, 1)) == "1 March 2026"
            assert in_words(dt.date(2026, 12, 31)) == "31 December 2026"
    finally:
        locale.setlocale(locale.LC_TIME, before)


class ForeignDate(dt.date):
    """A date on a computer that speaks German, as far as names of months go."""

    def strftime(self, form: str) -> str:
        """As the locale de_DE writes it."""
        names = [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ]
        name = names[self.month - 1]
        return super().strftime(form.replace("%B", name).replace("%b", name[:3]))

    def __format__(self, form: str) -> str:
        return self.strftime(form)


@pytest.mark.parametrize("month", range(1, 13))
def test_names_of_months_do_not_ask_the_computer(month: int) -> None:
    """Pages, axes and tables write them in English where no other language is installed to try it with."""
    from workforce_sim.authority.calendar import in_words, month_in_short, month_in_words
    from workforce_sim.report.sections.asked import value_text

    english = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    day, name = ForeignDate(2026, month, 3), english[month - 1]
    assert f"{ForeignDate(2026, 3, 1):%B}" == "März"
    assert in_words(day) == f"3 {name} 2026"
    assert month_in_words(day) == f"{name} 2026"
    assert month_in_short(day) == value_text(day) == f"{name[:3]} 2026"
    assert month_in_short(day, "\n") == f"{name[:3]}\n2026"


def test_no_date_is_formatted_or_read_by_names_that_the_computer_chooses() -> None:
    """``%B``, ``%b`` and names of weekdays are nowhere in the package: there is one list of months."""
    chosen = re.compile(r"%-?[aAbBcxX](?!\w)")
    assert chosen.search("%d %b %Y")
    found = [
        f"{file.name}:{node.lineno} {node.value!r}"
        for file in (SRC / PACKAGE).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and chosen.search(node.value)
    ]
    assert found == []


def _has(name: str) -> bool:
    before = locale.setlocale(locale.LC_TIME)
    try:
        locale.setlocale(locale.LC_TIME, name)
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_TIME, before)
    return True
