"""What holds on every run, whatever is in it: counted from the event log, family by family."""

from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction

import workforce_sim as ws
from tests.validation.registry import answers
from tests.validation.rules import Found

LIVELY = (
    ws.NewPosts(10, start="2026-01-05"),
    ws.PayChange(5, start="2026-02-02"),
    ws.DemandChange(30, start="2025-11-03"),
)


def runs() -> list[ws.Run]:
    """Services with a pathway, of one stage, full to the brim, and empty at first; some with policies."""
    england = ws.Authority.preset("england-2025")
    full = {"caseload_cap": 9.0, "waiting_list_limit": 60, "rebalancing": "gradual"}
    services = (
        (england, ()),
        (england.with_changes(casework=full, workforce={"absences_per_year": 0.5}), LIVELY),
        (england.with_changes(pathway=None), LIVELY),
        (
            england.with_changes(
                pathway=None, census={"caseload": 1e-6}, demand={"siblings_together": False}
            ),
            (),
        ),
    )
    return [
        ws.Simulation(authority, policies, "2025-10-01", years=1 / 3, seed=8, replication=i, log=True).run()
        for i, (authority, policies) in enumerate(services)
    ]


class Areas:
    """Children open, waiting and held, their integrals over time and the days of every family."""

    def __init__(self, finished: ws.Run) -> None:
        children = finished.children["children"].tolist()
        self.end = float(finished.simulation.calendar.end)
        now = {"open": 0, "waiting": 0, "held": 0}
        since: dict[str, dict[int, float]] = defaultdict(dict)
        self.integrals = dict.fromkeys(now, Fraction(0))
        self.spells = dict.fromkeys(now, Fraction(0))
        self.apart = self.most = 0
        last = Fraction(0)

        def begin(what: str, case: int, day: float) -> None:
            now[what] += children[case]
            since[what][case] = day

        def finish(what: str, case: int, day: float) -> None:
            now[what] -= children[case]
            self.spells[what] += children[case] * (Fraction(day) - Fraction(since[what].pop(case)))

        for day, event, _, case, _ in finished.log.itertuples(index=False, name=None):
            for what, number in now.items():
                self.integrals[what] += number * (Fraction(day) - last)
            last = Fraction(day)
            if event == "referred":
                begin("open", case, day)
                begin("waiting", case, day)
            elif event == "allocated":
                finish("waiting", case, day)
                begin("held", case, day)
            elif event == "returned":
                finish("held", case, day)
                begin("waiting", case, day)
            elif event in ("turned away", "closed"):
                finish("open", case, day)
                finish("waiting" if event == "turned away" else "held", case, day)
            self.apart = max(self.apart, abs(now["open"] - now["waiting"] - now["held"]))
            self.most = max(self.most, now["open"])
        for what, number in now.items():
            self.integrals[what] += number * (Fraction(self.end) - last)
            for case in list(since[what]):
                finish(what, case, self.end)


@answers("V08")
def littles_law_on_every_run() -> dict[str, Found]:
    """Both sides in fractions from the log; then the library's own integrals and its own ledger."""
    found = dict.fromkeys(("open", "waiting", "held"), 0.0)
    own = apart = 0.0
    for finished in runs():
        areas = Areas(finished)
        scale = areas.end * areas.most
        for what in found:
            difference = abs(float(areas.integrals[what] - areas.spells[what]))
            found[what] = max(found[what], difference / scale)
        ledger = finished.children
        days = math.fsum(ledger["children"] * ledger["elapsed_days"])
        waiting, held = finished.service.desk.areas(areas.end)
        for ours, theirs in (
            (waiting + held, float(areas.integrals["open"])),
            (waiting, float(areas.integrals["waiting"])),
            (held, float(areas.integrals["held"])),
            (days, float(areas.spells["open"])),
        ):
            own = max(own, abs(ours - theirs) / scale)
        apart = max(apart, areas.apart)
    return {
        "children open over time, less the days each was open": Found(found["open"]),
        "children waiting over time, less the days each waited": Found(found["waiting"]),
        "children held over time, less the days each was held": Found(found["held"]),
        "the library's own integrals and ledger, less the same from the log": Found(own),
        "open less waiting and held, at every event": Found(apart),
    }
