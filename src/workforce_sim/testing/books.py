"""The books of a run: days, hours and pounds as an event log tells them beside those the run counted."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from workforce_sim.testing.history import Broken
from workforce_sim.testing.posts import AGENCY, PERMANENT
from workforce_sim.testing.work import Work

if TYPE_CHECKING:
    from workforce_sim.testing.history import History, Snapshot

_RELATIVE, _ABSOLUTE = 1e-9, 1e-6
_PENNY = 0.01


class Books:
    """Holds what was found against what is expected.

    Attributes:
        broken: what does not agree.
        left_out: why a relation was not checked, by its number.
    """

    def __init__(self, history: History) -> None:
        self._history, self._told = history, history.given
        self.broken: list[Broken] = []
        self.left_out: dict[int, str] = {}

    # -- comparing --------------------------------------------------------------------------

    def says(self, relation: int, day: float, entity: str, found: object, expected: object) -> None:
        """A relation does not hold."""
        self.broken.append(Broken(relation, day, entity, str(found), str(expected)))

    def same(
        self,
        relation: int,
        day: float,
        entity: str,
        found: float,
        expected: float,
        allowed: float = _ABSOLUTE,
    ) -> None:
        """What the run counted is what the log says."""
        if not math.isclose(found, expected, rel_tol=_RELATIVE, abs_tol=allowed):
            self.says(relation, day, entity, f"{found:.9g} by the run", f"{expected:.9g} by the log")

    def rate(self, relation: int, day: float, entity: str, found: float, part: float, rest: float) -> None:
        """A rate in percent is the part over the part and the rest; nothing is said of an empty service."""
        if part + rest > 0:
            self.same(relation, day, entity, found, 100 * part / (part + rest))

    def marks(self) -> Iterator[tuple[int, Snapshot]]:
        """The month marks. Policies of the first day may change the first one, which is left out then."""
        for i, then in enumerate(self._history.snapshots):
            if i or not self._told.run.simulation.interventions:
                yield i, then

    # -- children ---------------------------------------------------------------------------

    def of_children(self) -> None:
        """Little's law, and that nothing is below nothing."""
        run, history, end = self._told.run, self._history, self._told.end
        children = self._told.children
        waiting, held = run.service.desk.areas(end)
        self.same(15, end, "child-days waiting", waiting, history.waiting_days)
        self.same(15, end, "child-days held", held, history.held_days)
        for name, area, place in (
            ("waiting", history.waiting_days, -1),
            ("held", history.held_days, 0),
        ):
            spells = math.fsum(
                children[s.case] * (s.end - s.start) for s in history.spells if min(s.post, 0) == place
            )
            self.same(15, end, f"child-days {name}, child by child", spells, area)
        ledger = run.children
        elapsed = math.fsum(ledger["children"] * ledger["elapsed_days"])
        self.same(15, end, "child-days open in run.children", elapsed, waiting + held)
        for part in [name for name in map(str, ledger) if name.endswith("_days")]:
            if (least := float(ledger[part].min())) < -_RELATIVE * max(1.0, end):
                self.says(9, end, part, f"{least:.6g}", "0 or more in every row of run.children")
        for name, path in run.counts.items():
            if name == "sum_natural_days":  # what is left when repeated work is booked ahead: may be below 0
                continue
            if path.min() < -_ABSOLUTE:
                self.says(9, end, name, f"{path.min():.6g}", "0 or more at every mark")
            falls = float((path[1:] - path[:-1]).min(initial=0.0)) if name.startswith("sum_") else 0.0
            if falls < -_ABSOLUTE and name != "sum_slow_days":
                self.says(9, end, name, f"falls by {-falls:.6g}", "a total that never falls")

    # -- hours ------------------------------------------------------------------------------

    def of_work(self) -> None:
        """Every family's work takes the hours it takes, and workers give those they have."""
        if why := self._told.hours_unknown():
            self.left_out |= dict.fromkeys((16, 17, 18, 19), why)
            return
        history, end = self._history, self._told.end
        work = Work(history)
        self.broken += [Broken(*finding) for finding in work.broken]
        found = self._told.run.service.desk.totals(end)
        at_review = self._told.run.service.desk.day_areas(end)["at_review"]
        paced = found["natural_days"] + found["repeated_days"] - at_review
        self.same(16, end, "child-days of pace", paced, work.paced)
        self.same(16, end, "child-days with an absent worker", found["absent_days"], work.away_days)
        self.same(16, end, "hours of upkeep", found["upkeep_hours"], work.upkeep_hours)
        for s in work.stretches:
            busy = s.wanted > 0 and s.pace > 0
            given_hours = s.pace * s.wanted + s.upkeep
            if busy and given_hours > s.hours * (1 + _RELATIVE):
                self.says(17, s.start, f"post {s.post}", f"{given_hours:.6g} hours a day", f"{s.hours:.6g}")
        table = self._told.table
        begun: dict[tuple[int, int], float] = {}
        done = set(history.work_done)
        for spell in history.spells:
            if spell.worked:
                begun.setdefault((spell.case, spell.visit), spell.start)
        for spell in history.spells:
            visit = (spell.case, spell.visit)
            if spell.worked and (*visit, spell.end) in done:
                least = self._told.work(*visit, spell.stage)[1] / float(table["urgency"][spell.stage])
                taken = spell.end - begun[visit]
                if taken < least - 1e-6 * max(1.0, least):
                    expected = f"{least:.6g} days at full attention, at least"
                    self.says(18, spell.end, f"case {spell.case}", f"done in {taken:.6g} days", expected)

    # -- pounds -----------------------------------------------------------------------------

    def of_money(self) -> None:
        """Pay, agency, recruitment and what closes or opens posts, from spells of employment."""
        if why := self._told.money_unknown():
            self.left_out[21] = why
            return
        run, authority = self._told.run, self._told.authority
        years = run.simulation.calendar.salary_years
        costs, posts = authority.costs, self._told.posts
        levels = (1.0, authority.careers.newly_qualified_salary, authority.careers.senior_salary)
        for i, then in self.marks():
            due = dict.fromkeys((AGENCY, PERMANENT, "without levels"), 0.0)
            for spell in self._history.employed:
                if spell.start >= then.day:
                    continue
                group = authority.posts[posts[spell.post].grade]
                lasted = years(min(spell.end, then.day)) - years(spell.start)
                gbp = lasted * posts[spell.post].fte * group.salary_gbp * (1 + costs.on_costs)
                if spell.kind == AGENCY:
                    due[AGENCY] += gbp * costs.agency_to_employed
                else:
                    due[PERMANENT if group.holds_cases else "without levels"] += gbp
            pay = run.counts["sum_cost_pay"][i]
            low, high = (due["without levels"] + due[PERMANENT] * f(levels) for f in (min, max))
            slack = _PENNY + _RELATIVE * high
            if not low - slack <= pay <= high + slack:
                self.says(21, then.day, "pay", f"{pay:.2f}", f"{low:.2f} to {high:.2f}")
            money = {
                "agency": due[AGENCY],
                "recruitment": then.events["started"] * costs.recruitment_gbp,
                "redundancy": self._made_redundant(then.day) * costs.redundancy_gbp,
                "new_posts": self._new_post_years(then.day) * costs.new_post_running_gbp,
                "retention": 0.0,
                "conversion": 0.0,
                "programmes": 0.0,
            }
            for heading, gbp in money.items():
                found = run.counts[f"sum_cost_{heading}"][i]
                self.same(21, then.day, f"pounds for {heading}", found, gbp, _PENNY)

    def _made_redundant(self, day: float) -> float:
        """FTE of permanent workers who left the post that closed."""
        posts, closed = self._history.posts.closed_days, self._told.posts
        return sum(
            closed[spell.post].fte
            for spell in self._history.employed
            if spell.went == "left" and spell.end < day and posts.get(spell.post) == spell.end
        )

    def _new_post_years(self, day: float) -> float:
        """Years of salary for which posts opened by policies have been there."""
        years, told = self._told.run.simulation.calendar.salary_years, self._told
        closed = self._history.posts.closed_days
        return math.fsum(
            years(min(day, closed.get(i, day))) - years(opened)
            for i, opened in self._history.posts.opened_days.items()
            if opened < day and told.posts[i].established
        )
