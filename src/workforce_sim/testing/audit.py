"""The audit of a run: its event log read by somebody else, and every figure of the run held against it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workforce_sim.errors import WorkforceSimError
from workforce_sim.testing.books import Books
from workforce_sim.testing.given import given
from workforce_sim.testing.history import Broken, History

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from workforce_sim.run import Run

#: How many broken relations an error prints.
_SHOWN = 20


class AuditError(WorkforceSimError, AssertionError):
    """Relations that do not hold in a run. ``broken`` lists every one, in the order of the log."""

    def __init__(self, broken: list[Broken]) -> None:
        self.broken = tuple(broken)
        super().__init__(self.broken)

    def __str__(self) -> str:
        n = len(self.broken)
        lines = [f"{n} broken relation{'s' if n != 1 else ''} in the log of this run:"]
        lines += [f"  {i}. {one}" for i, one in enumerate(self.broken[:_SHOWN], 1)]
        if n > _SHOWN:
            lines.append(f"  and {n - _SHOWN} more")
        return "\n".join(lines)


@dataclass(frozen=True)
class Audit:
    """What an audit has read. ``left_out`` says which relations could not be checked, and why.

    Attributes:
        events, families, children, posts, people: read from the log (families referred, and their children;
            posts that ever were; spells of employment).
        handovers: allocations to another person than the last.
        child_days: with an open case.
        left_out: reasons by number of the relation.
    """

    events: int
    families: int
    children: int
    posts: int
    people: int
    handovers: int
    child_days: float
    left_out: Mapping[int, str] = field(default_factory=dict)


def audit(run: Run, log: pd.DataFrame | None = None) -> Audit:
    """Read the event log of a run again, and check what must hold in every run, whatever the policies.

    The reader rebuilds the history of every family, worker and post from the log table alone
    (:attr:`Run.log`, with the sizes of families and posts it was given) and checks relations 1 to 24 of
    ``docs/invariants.md``: nobody is lost, in two places or overtaken, nobody works where nobody is,
    days and hours and pounds add up; and then that what the run itself counted is what the log says.

    Args:
        run: made with ``log=True``.
        log: a table to read in place of the run's own (to see that a wrong one is found out).

    Returns:
        A short summary of what was read.

    Raises:
        AuditError: with every relation that does not hold: its number, the day, whose, found and expected.
        InputError: the run kept no log.

    Example:
        >>> import workforce_sim as ws
        >>> from workforce_sim.testing import audit, small_authority
        >>> run = ws.Simulation(small_authority(workers=2), years=0.5, log=True).run()
        >>> audit(run).posts
        2
    """
    told = given(run)
    history = History(told, run.log if log is None else log).read()
    books = Books(history)
    _children(history, books)
    _people(history, books)
    books.of_children()
    books.of_work()
    books.of_money()
    _census(history, books)
    broken = sorted(history.broken + books.broken, key=lambda one: (one.day, one.relation))
    if broken:
        raise AuditError(broken)
    return Audit(
        events=sum(history.events.values()),
        families=sum(family.place != "unknown" for family in history.families),
        children=history.children["referred"],
        posts=len(told.posts),
        people=len(history.employed),
        handovers=history.handovers,
        child_days=history.waiting_days + history.held_days,
        left_out=books.left_out,
    )


def _children(history: History, books: Books) -> None:
    """Children by where they are at every mark, handovers, and how every family stands at the end."""
    counts, ledger = history.given.run.counts, history.given.run.children
    names = {"sum_referred": ("referred",), "sum_closed": ("closed", "turned away")}
    names |= {"sum_turned_away": ("turned away",), "sum_ended_early": ("ended early",)}
    for i, then in books.marks():
        for name in ("open", "unallocated", "held"):
            books.same(1, then.day, f"children {name}", counts[name][i], then.stocks[name])
        for name, events in names.items():
            found = sum(then.children[event] for event in events)
            books.same(1, then.day, f"children, {name}", counts[name][i], found)
        books.same(10, then.day, "handovers", counts["sum_handovers"][i], then.handovers)
        books.same(10, then.day, "allocations", counts["sum_allocations"][i], then.events["allocated"])
        for stage in history.given.stages.values():
            books.same(
                3,
                then.day,
                f"children in stage {stage}",
                counts[f"open_stage_{stage}"][i],
                then.open_by_stage[stage],
            )
    taken_over = Counter(post for family in history.families for post in family.taken_over)
    of_cases = sum(family.handovers for family in history.families)
    books.same(10, history.day, "cases taken over, by worker", sum(taken_over.values()), of_cases)
    closed, workers = ledger["closed_day"].isna().tolist(), ledger["workers"].tolist()
    for case, family in enumerate(history.families):
        still_open = family.place in ("waiting", "held")
        if closed[case] != still_open:
            books.says(3, history.day, f"case {case}", family.place, "as its row in run.children says")
        books.same(10, history.day, f"workers of case {case}", workers[case], family.workers)
    by_post = history.given.run.service.desk.children_by_post()
    for post in range(len(history.given.posts)):
        found = sum(history.given.children[case] for case in history.lists.held[post])
        books.same(11, history.day, f"children of whole families in post {post}", by_post[post], found)


#: Flows that are counted, by the event of the log that they count.
_FLOWS = {
    "starters": "started",
    "leavers": "left",
    "conversions": "converted",
    "agency_starts": "agency started",
    "agency_ends": "agency ended",
    "promotions": "promoted",
    "absences": "away",
    "posts_opened": "opened",
    "posts_closed": "post closed",
}


def _people(history: History, books: Books) -> None:
    """Posts by state at every mark, the flows between, and that they explain the change of stock."""
    told = history.given
    counts, marks = told.run.counts, list(books.marks())
    for i, then in marks:
        for name in ("in_post", "agency", "covered", "empty", "case_holders"):
            relation = 22 if name == "case_holders" else 2
            books.same(relation, then.day, f"FTE {name}", counts[name][i], then.stocks[name])
        for flow, event in _FLOWS.items():
            books.same(12, then.day, f"FTE of {flow}", counts[f"sum_{flow}"][i], then.fte[event])
    for (first, before), (last, after) in zip(marks, marks[12:], strict=False):
        came = {name: after.fte[name] - before.fte[name] for name in _FLOWS.values()}
        moved = after.fte["moved"] - before.fte["moved"]
        permanent = came["started"] + came["converted"] + came["promoted"] - came["left"] - moved
        agency = came["agency started"] - came["agency ended"] - came["converted"]
        for stock, change in (("in_post", permanent), ("agency", agency)):
            found = counts[stock][last] - counts[stock][first]
            books.same(12, after.day, f"FTE {stock}, change over a year", found, change)
    shown = [row["state"].lower() for row in told.run.service.state_of_posts()]
    for post, state in enumerate(history.posts.state):
        if shown[post] != state:
            books.says(2, history.day, f"post {post}", state, f"{shown[post]}, as the service says")
        there = history.posts.person(post) if history.posts.is_there(post) else None
        if (at_desk := told.run.service.desk.person_in(post)) != there:
            found = f"person {there} by the log"
            books.says(8, history.day, f"post {post}", found, f"{at_desk}, who has a desk there")
    flows = told.run.service.flows
    ways = ("left_retired", "left_to_agency", "left_to_other_authority", "left_sector", "made_redundant")
    went = sum(flows[name] for name in ways)
    books.same(23, history.day, "FTE of leavers by where they went", went, history.fte["left"])


def _census(history: History, books: Books) -> None:
    """The published returns of every month end from the log."""
    run, day_before = history.given.run, dt.timedelta(days=1)
    paths = run.paths
    snapshots = dict(books.marks())
    for i, then in snapshots.items():
        date = paths.index[i].date() - day_before
        row, stocks = run.census(date), then.stocks
        for name, found in (
            ("in_post_fte", row.in_post_fte),
            ("agency_fte", row.agency_fte),
            ("agency_covering_fte", row.agency_covering_fte),
            ("empty_fte", row.empty_fte),
        ):
            short = {"agency_covering_fte": "covered"}.get(name, name.removesuffix("_fte"))
            books.same(22, then.day, f"census of {date}: {name}", found, stocks[short])
        vacant = stocks["covered"] + stocks["empty"]
        books.rate(22, then.day, f"census of {date}: vacancy", row.vacancy_rate, vacant, stocks["in_post"])
        books.rate(
            22, then.day, f"census of {date}: agency", row.agency_rate, stocks["agency"], stocks["in_post"]
        )
        if i >= 12 and i - 12 in snapshots and stocks["in_post"]:
            left = then.fte["left"] - snapshots[i - 12].fte["left"]
            rate = 100 * left / stocks["in_post"]
            books.same(22, then.day, f"census of {date}: turnover", row.turnover_rate, rate)
        if stocks["case_holders"]:
            ratio = stocks["held"] / stocks["case_holders"]
            books.same(24, then.day, "children held over case holders", paths["caseload"].iloc[i], ratio)
            books.same(24, then.day, f"census of {date}: caseload", row.average_caseload, ratio)
