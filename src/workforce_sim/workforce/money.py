"""Money by heading: what accrues by the day, and what is paid once."""

from __future__ import annotations

from workforce_sim.authority.calendar import DAYS_PER_YEAR

#: The headings of every budget table, in order.
HEADINGS = ("pay", "agency", "recruitment", "conversion", "new_posts")


#: Those that accrue by the day; the others are paid once.
ACCRUING = ("pay", "agency", "new_posts")


class Accounts:
    """Running totals by heading, in pounds. Reading never changes anything."""

    def __init__(self) -> None:
        self._paid = dict.fromkeys(HEADINGS, 0.0)
        self._yearly = dict.fromkeys(HEADINGS, 0.0)
        self._since = 0.0

    def set_yearly(self, now: float, **gbp: float) -> None:
        """From now on these headings cost so much a year; what fell due until now is paid.

        Amounts that stay as they are leave no trace, not even a rounding.
        """
        if all(self._yearly[heading] == yearly for heading, yearly in gbp.items()):
            return
        dt = (now - self._since) / DAYS_PER_YEAR
        if dt > 0:
            for heading in ACCRUING:
                self._paid[heading] += self._yearly[heading] * dt
            self._since = now
        self._yearly.update(gbp)

    def pay(self, heading: str, gbp: float) -> None:
        """A single payment."""
        self._paid[heading] += gbp

    def read(self, now: float) -> dict[str, float]:
        """Pounds by heading from the start to now."""
        dt = (now - self._since) / DAYS_PER_YEAR
        return {heading: paid + self._yearly[heading] * dt for heading, paid in self._paid.items()}
