"""Run the real library on a twin world: the same tape, the same luck, the library's own rooms."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from tests.twin.naive import Outcome
from tests.twin.world import World
from workforce_sim.casework.desk import Desk
from workforce_sim.casework.eventlog import Kind
from workforce_sim.casework.state import CaseRules
from workforce_sim.demand.families import Families
from workforce_sim.demand.luck import Stream
from workforce_sim.simulation import ServiceEnvironment
from workforce_sim.workforce.post import State
from workforce_sim.workforce.rules import Grade, StaffRules
from workforce_sim.workforce.service import Service

STATES = {"permanent": State.PERMANENT, "notice": State.NOTICE, "agency": State.AGENCY, "empty": State.EMPTY}


class WorldLuck:
    """Thresholds as written in the world."""

    def __init__(self, world: World) -> None:
        luck = world.luck
        self._rows = {
            Stream.LEAVE: luck.leave,
            Stream.HIRE: luck.hire,
            Stream.COVER: luck.cover,
            Stream.END: luck.end,
            Stream.CONVERT: luck.convert,
        }

    def threshold(self, stream: Stream, layer: int, number: int, ordinal: int) -> float:
        row = self._rows[stream][number]
        return row[ordinal] if ordinal < len(row) else math.inf


def run_library(world: World) -> Outcome:
    """The library's event log, ledger and integral of open children for a world."""
    cases = world.cases
    families = Families(
        time=np.array([c.time for c in cases], dtype=float),
        children=np.array([c.children for c in cases], dtype=np.int64),
        priority=np.array([c.priority for c in cases], dtype=np.int64),
        team=np.array([c.team for c in cases], dtype=np.int64),
        work=np.array([c.work for c in cases], dtype=float),
        done=np.array([c.done for c in cases], dtype=float),
        already_open=np.zeros(len(cases)),
    )
    rules = CaseRules(
        attention=world.attention,
        upkeep=world.upkeep,
        cap=math.inf if world.cap is None else world.cap,
        reading_hours=world.reading_hours,
        lost_share=world.lost_share,
        strain=np.array(world.leaving_table, dtype=float),
        teams=world.teams,
        classes=world.classes,
        overtime_share=world.overtime_share,
        overtime_limit=world.overtime_limit,
    )
    first = world.changes[0]
    staff = StaffRules(
        bands=world.bands,
        hire=first.hire_rate,
        cover=first.cover_rate,
        end=first.end_rate,
        convert=first.convert_rate,
        notice_days=world.notice_days,
    )
    hours = sorted({p.hours for p in world.posts})
    desk = Desk(rules, families, logging=True, posts=2)
    env = ServiceEnvironment(desk)
    service = Service(env, desk, staff, [Grade(str(h), h, 1.0, 1.0) for h in hours], WorldLuck(world))
    env.on_leaver = lambda post: service.posts[post].decision
    service.leaving_by_grade[:] = first.leaving_factor
    later = []
    for number, post in enumerate(world.posts):
        settings: dict[str, Any] = {
            "team": post.team,
            "grade": hours.index(post.hours),
            "fte": post.fte,
            "luck": (0, number),
            "established": not post.agency_only,
            "cover": post.cover,
        }
        if post.opens > 0:
            later.append((post.opens, number, settings))
            continue
        service.open_post(
            **settings, state=STATES[post.state], service_days=post.service, notice_left=post.notice_left
        )
    env.process(_changes(env, service, world))
    env.process(_open_later(env, service, later))
    desk.deal()
    env.run(until=world.horizon)
    numbers = {p.index: p.number for p in service.posts}  # posts are numbered in the order in which they open
    events = [
        (float(e["time"]), Kind(int(e["kind"])).words, numbers.get(int(e["post"]), -1), int(e["case"]))
        for e in desk.log
        if e["time"] < world.horizon - 1e-9
    ]
    ledger = desk.ledger(world.horizon)
    rows = [
        {
            "natural": ledger["natural_days"][i],
            "unallocated": ledger["unallocated_days"][i],
            "repeated": ledger["repeated_days"][i],
            "slow": ledger["slow_days"][i],
            "closed": None if math.isnan(ledger["closed_day"][i]) else float(ledger["closed_day"][i]),
            "workers": int(ledger["workers"][i]),
        }
        for i in range(len(ledger["workers"]))
    ]
    return Outcome(events=events, ledger=rows, open_integral=sum(desk.areas(world.horizon)))


def _changes(env: simpy.Environment, service: Service, world: World) -> Generator[simpy.Event, Any, None]:
    for change in world.changes[1:]:
        if change.time >= world.horizon:
            return
        yield env.timeout(change.time - env.now)
        n = len(service.grades)
        service.set_leaving_factors([change.leaving_factor] * n, 1.0)
        service.read_service()
        service.set_rates(
            {
                Stream.HIRE: [change.hire_rate] * n,
                Stream.COVER: [change.cover_rate] * n,
                Stream.END: [change.end_rate] * n,
                Stream.CONVERT: [change.convert_rate] * n,
            }
        )


def _open_later(
    env: simpy.Environment, service: Service, later: list[tuple[float, int, dict[str, Any]]]
) -> Generator[simpy.Event, Any, None]:
    for opens, _, settings in sorted(later, key=lambda row: row[:2]):
        if opens > env.now:
            yield env.timeout(opens - env.now)
        service.open_post(**settings)
