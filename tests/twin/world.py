"""A test world: everything the model of docs/model.md needs, written out as plain numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """A stage of the pathway; its index in the world is its number.

    `attention` and `upkeep` are hours per child and day, `reviews` ascending ages of the stage. `next` pairs
    shares with targets: a target of 0 or more is a stage, `-1 - exit` a way out.
    """

    team_type: int = 0
    priority: int = 0
    attention: float = 1.0
    upkeep: float = 0.0
    reviews: tuple[float, ...] = ()
    every: float = 0.0
    deadline: float | None = None
    window: float = 0.0
    urgency: float = 1.0
    sign_off: float = 0.0
    experienced_only: bool = False
    may_end_early: bool = False
    decision: bool = False
    next: tuple[tuple[float, int], ...] = ((1.0, -1),)


@dataclass(frozen=True)
class Draws:
    """The luck of one visit: days of full attention by stage, uniforms, and the days until a return."""

    work_days: tuple[float, ...]
    next: float = 0.5
    early: float = 0.5
    turned_away: float = 0.5
    back: float = 0.5
    delay_days: float = 1.0
    allocation: float = 0.0


@dataclass(frozen=True)
class Case:
    """A family; its index in the world is its number.

    `visits` are its draws by ordinal; the last serves all later ones. A family open at the start (`opening`,
    time 0) is in `stage` since `began` (0 or negative), with `left` still to do and `done` behind it, in days
    of full attention.
    """

    time: float
    children: int
    family_class: int
    place: float
    visits: tuple[Draws, ...]
    opening: bool = False
    stage: int = 0
    began: float = 0.0
    left: float = 0.0
    done: float = 0.0


@dataclass(frozen=True)
class Post:
    """A post and its state at the moment it opens; its index in the world is its number.

    `hours` are those of a full-time worker (0 = holds no cases); `service` is in days, at the opening.
    """

    team: int
    fte: float
    hours: float
    state: str
    opens: float = 0.0
    service: float = 0.0
    notice_left: float = 0.0
    agency_only: bool = False
    cover: bool = True
    manages: bool = False


@dataclass(frozen=True)
class Change:
    """The rates per day that hold from `time` on; `leaving_factor` multiplies the rate of the band."""

    time: float
    leaving_factor: float
    hire_rate: float
    cover_rate: float
    end_rate: float
    convert_rate: float


@dataclass(frozen=True)
class Luck:
    """The thresholds of every clock: for each kind a tuple per post of thresholds by ordinal."""

    leave: tuple[tuple[float, ...], ...]
    hire: tuple[tuple[float, ...], ...]
    cover: tuple[tuple[float, ...], ...]
    end: tuple[tuple[float, ...], ...]
    convert: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class World:
    """All there is: rules, cases in order of time, posts, changes of rates (the first at 0) and luck.

    `exits` are the return shares of the ways out. `absences` are (post, start, days), those of one post apart
    in time. `rule` is "fewest children", "least work" or "random"; `rebalancing` "none", "gradual" or
    "at once". `reference` is the caseload at the start, from which pressure is counted.
    """

    horizon: float
    teams_of_type: tuple[int, ...]
    stages: tuple[Stage, ...]
    exits: tuple[float, ...]
    cap: float | None
    reading_hours: float
    lost_share: float
    leaving_table: tuple[float, ...]
    notice_days: float
    bands: tuple[tuple[float, float], ...]
    classes: int
    cases: tuple[Case, ...]
    posts: tuple[Post, ...]
    changes: tuple[Change, ...]
    luck: Luck
    overtime_share: float = 0.0
    overtime_limit: float = 0.0
    turned_away_exit: int = 0
    ended_early_exit: int = 0
    early_factor: float = 1.0
    per_change: float = 0.0
    margin: float = 0.0
    turned_away_share: float = 0.0
    ended_early_share: float = 0.0
    reference: float = 1.0
    sign_off_without_manager: float = 1.0
    new_cases_on_notice: bool = True
    experienced_days: float = 0.0
    hand_over_after: float = math.inf
    rule: str = "fewest children"
    continuity: bool = False
    rebalancing: str = "none"
    absences: tuple[tuple[int, float, float], ...] = ()

    @property
    def teams(self) -> int:
        """The number of teams of all types."""
        return sum(self.teams_of_type)

    def team_of(self, case: Case, stage: int) -> int:
        """The team that has a case in a stage: its place among the teams of the stage's type."""
        kind = self.stages[stage].team_type
        return sum(self.teams_of_type[:kind]) + math.floor(case.place * self.teams_of_type[kind])
