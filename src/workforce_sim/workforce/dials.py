"""The dials of a service: one for every kind of clock and grade, and their rates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workforce_sim.demand.luck import Stream
from workforce_sim.workforce.clocks import Dial

if TYPE_CHECKING:
    import simpy

    from workforce_sim.workforce.rules import Grade, StaffRules


class Dials:
    """Hire (empty and covered), cover, end and convert dials by grade, and the calendar.

    Attributes:
        calendar: a dial that shows working days.
    """

    def __init__(self, env: simpy.Environment, rules: StaffRules, grades: Sequence[Grade]) -> None:
        self.calendar = Dial(env, 1.0)
        self._hire_empty = [Dial(env, g.hire_empty) for g in grades]
        self._hire_covered = [Dial(env, g.hire_covered) for g in grades]
        self._of = {
            Stream.COVER: [Dial(env, g.cover) for g in grades],
            Stream.END: [Dial(env, rules.end) for _ in grades],
            Stream.CONVERT: [Dial(env, rules.convert) for _ in grades],
        }

    def hire(self, grade: int, *, covered: bool) -> Dial:
        """The hire dial of posts of a grade with an agency worker in them, or with nobody."""
        return (self._hire_covered if covered else self._hire_empty)[grade]

    def stop(self) -> None:
        """Nothing runs on any dial any more."""
        for dials in ([self.calendar], self._hire_empty, self._hire_covered, *self._of.values()):
            for dial in dials:
                dial.stop()

    def of(self, kind: Stream, grade: int) -> Dial:
        """The cover, end or convert dial of a grade."""
        return self._of[kind][grade]
