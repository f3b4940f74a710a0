"""Working days: the clock of the model, England's bank holidays included."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt

#: Working days a year in rates: the denominator of the DfE absence rate (254 in a leap year).
DAYS_PER_YEAR = 253.0

#: Working days in a week without a holiday, for what is stated by the week.
DAYS_PER_WEEK = 5.0

#: Months in English, whatever language the computer speaks (``%B`` and ``%b`` speak that one).
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

#: What the name of a month looks like in a regular expression: whole, or its first three letters.
MONTH_PATTERN = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS)

#: Times closer than this (working days) are one instant.
INSTANT = 1e-9

#: The last year whose bank holidays are known; later ones would have none.
LAST_YEAR = 2100


@lru_cache(maxsize=8)
def _busday_calendar(first_year: int, last_year: int) -> np.busdaycalendar:
    import holidays  # a tenth of a second, so only when a calendar is made

    days = holidays.country_holidays("GB", subdiv="ENG", years=range(first_year, last_year + 1))
    return np.busdaycalendar(holidays=np.array(sorted(days), dtype="datetime64[D]"))


def add_months(day: date, months: int) -> date:
    """The same day of the month some months later (the last day of the month when there is none).

    Example:
        >>> add_months(date(2015, 1, 31), 1)
        datetime.date(2015, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


class WorkingCalendar:
    """Dates to working days since the start of a run, and back.

    Day ``t`` begins with the morning of the ``t``-th working day; a date that is not a working day
    maps to the next one that is.

    Args:
        start: first date of the run.
        months: length of the run in months.

    Example:
        >>> calendar = WorkingCalendar(date(2015, 4, 1), months=12)
        >>> calendar.day(date(2015, 4, 8))  # Good Friday and Easter Monday fell in between
        3
        >>> calendar.end
        252
    """

    def __init__(self, start: date, months: int) -> None:
        self.start = start
        self.months = months
        self.finish = add_months(start, months)
        self._days = _busday_calendar(start.year - 2, self.finish.year + 2)
        #: Working day on which each month since the start begins; the last entry is the end of the run.
        self.marks: npt.NDArray[np.int64] = self.days([add_months(start, m) for m in range(months + 1)])
        self._marks: list[int] = self.marks.tolist()

    def day(self, when: date) -> int:
        """Working days from the start to the morning of a date (negative before it)."""
        return int(np.busday_count(self.start, when, busdaycal=self._days))

    def days(self, when: list[date]) -> npt.NDArray[np.int64]:
        """The same for many dates."""
        return np.busday_count(self.start, np.array(when, dtype="datetime64[D]"), busdaycal=self._days)

    def date(self, day: float) -> date:
        """The date of working day ``day``."""
        first = np.busday_offset(self.start, int(np.floor(day)), roll="forward", busdaycal=self._days)
        found: date = first.astype(object)
        return found

    @property
    def end(self) -> int:
        """Working days in the whole run."""
        return int(self.marks[-1])

    def salary_years(self, day: float) -> float:
        """Years of salary due from the start to a working day: a twelfth for each calendar month."""
        marks = self._marks
        month = min(bisect_right(marks, day), len(marks) - 1) - 1
        return (month + (day - marks[month]) / (marks[month + 1] - marks[month])) / 12

    def month_of_year(self) -> npt.NDArray[np.int64]:
        """For each month of the run the month of the year most of it lies in, 0 = January."""
        middles = [add_months(self.start, m) + timedelta(days=14) for m in range(self.months)]
        return np.array([d.month - 1 for d in middles])


def census_day(calendar: WorkingCalendar, when: dt.date) -> int:
    """The working day whose morning follows the close of a date."""
    return calendar.day(next_day(when))


def next_day(when: dt.date) -> dt.date:
    """The day after a date; the last day there is has none, and stands for it."""
    return when + dt.timedelta(days=1) if when < dt.date.max else when


def year_before(when: dt.date) -> dt.date:
    """The date on whose close the twelve months up to the close of a date begin."""
    following = next_day(when)
    if following.year == dt.MINYEAR:
        return dt.date.min
    try:
        return following.replace(year=following.year - 1) - dt.timedelta(days=1)
    except ValueError:  # 29 February
        return following.replace(year=following.year - 1, day=28) - dt.timedelta(days=1)


def in_words(when: dt.date) -> str:
    """A date as people write it.

    Example:
        >>> in_words(date(2015, 4, 1))
        '1 April 2015'
    """
    return f"{when.day} {month_in_words(when)}"


def month_in_words(when: dt.date) -> str:
    """A month as people write it.

    Example:
        >>> month_in_words(date(2015, 4, 1))
        'April 2015'
    """
    return f"{MONTHS[when.month - 1]} {when.year}"


def month_number(name: str) -> int:
    """The number of a month from its name, whole or shortened, in large or small letters.

    Example:
        >>> month_number("April"), month_number("dec")
        (4, 12)
    """
    return next(i for i, month in enumerate(MONTHS, 1) if month[:3].lower() == name[:3].lower())


def month_in_short(when: dt.date, between: str = " ") -> str:
    """A month as it fits on an axis or into a table.

    Args:
        when: a day of the month.
        between: the name and the year.

    Example:
        >>> month_in_short(date(2015, 4, 1))
        'Apr 2015'
    """
    return f"{MONTHS[when.month - 1][:3]}{between}{when.year}"


def as_date(value: object) -> dt.date | None:
    """A date from a date or from text such as ``2015-04-01``; None for anything else."""
    if isinstance(value, dt.datetime):
        return None
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
