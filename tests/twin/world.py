"""A test world: everything the model of docs/model.md needs, written out as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A family: when it is referred, its children, class, team and hours of work. Its index is its number.

    `done` are hours done before the run, for a family open at the start.
    """

    time: float
    children: int
    priority: int
    team: int
    work: float
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
    """All there is: rules, cases in order of time, posts, changes of rates (the first at 0) and luck."""

    horizon: float
    teams: int
    attention: float
    upkeep: float
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
