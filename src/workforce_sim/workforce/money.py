"""Money by heading: what accrues by the day, and what is paid once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

#: The headings of every budget table, in order, and whether they accrue by the day (or are paid once).
HEADINGS = {
    "pay": True,
    "agency": True,
    "recruitment": False,
    "retention": True,
    "conversion": False,
    "redundancy": False,
    "new_posts": True,
    "programmes": True,
    "care": True,
}


class Accounts:
    """Running totals by heading, in pounds. Reading never changes anything.

    Args:
        years: years of salary due from the start to a working day. Salaries are due by the calendar month,
            however many working days it has.
        headings: names.
    """

    def __init__(self, years: Callable[[float], float], headings: Iterable[str] = tuple(HEADINGS)) -> None:
        self._years = years
        self._paid = dict.fromkeys(headings, 0.0)
        self._yearly = dict.fromkeys(self._paid, 0.0)
        self._since = self._at = 0.0

    def set_yearly(self, now: float, heading: str, gbp: float) -> None:
        """From now on a heading costs so much a year; what fell due until now is paid.

        An amount that stays as it is leaves no trace, not even a rounding.
        """
        if gbp == self._yearly[heading]:
            return
        if now != self._at:  # several headings change in one instant
            self._at, due = now, self._years(now)
            dt = due - self._since
            if dt > 0:
                for name, yearly in self._yearly.items():
                    if yearly:
                        self._paid[name] += yearly * dt
                self._since = due
        self._yearly[heading] = gbp

    def pay(self, heading: str, gbp: float) -> None:
        """A single payment."""
        self._paid[heading] += gbp

    def read(self, now: float) -> dict[str, float]:
        """Pounds by heading from the start to now."""
        dt = self._years(now) - self._since
        return {heading: paid + self._yearly[heading] * dt for heading, paid in self._paid.items()}
