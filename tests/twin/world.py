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

    `hours` are those of a full-time worker (0 = holds no cases); `service` is in days, at the opening. All
    posts of a grade have the same `hours` and `manages`.
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
    grade: int = 0


@dataclass(frozen=True)
class Grade:
    """A grade; its index in the world is its number.

    `scale` multiplies the leaving rate of the bands; `hire_empty`, `hire_covered` and `cover` are multiplied
    by the rates of the change that holds. `vacancies` is V_ref, `promoted_from` the lower grade (-1 = none).
    """

    scale: float = 1.0
    hire_empty: float = 1.0
    hire_covered: float = 1.0
    cover: float = 1.0
    vacancies: float = 1.0
    promoted_from: int = -1


@dataclass(frozen=True)
class Level:
    """A career level of section 6.4; `days` is the mean time on it if it is `exponential`."""

    able: float = 1.0
    leaving: float = 1.0
    salary: float = 1.0
    share: float = 1.0
    days: float = math.inf
    exponential: bool = False


@dataclass(frozen=True)
class Change:
    """The rates per day that hold from `time` on.

    `leaving_factor` multiplies the rate of the band, `hire_rate` and `cover_rate` the rates of the grade;
    each is one number, or one by grade. Under an `agency_cap` no more than this share of the FTE is agency.
    Then what policies do besides: a tighter cap on caseloads, hours of case work more (or fewer) for a
    full-time worker, longer notice of agency workers, and a factor on the span.
    """

    time: float
    leaving_factor: float | tuple[float, ...]
    hire_rate: float | tuple[float, ...]
    cover_rate: float | tuple[float, ...]
    end_rate: float
    convert_rate: float
    agency_cap: float = math.inf
    cap: float = math.inf
    more_hours: float = 0.0
    agency_notice_days: float = 0.0
    span: float = 1.0


def of_grade(value: float | tuple[float, ...], grade: int) -> float:
    """One number, or that of the grade."""
    return value[grade] if isinstance(value, tuple) else value


@dataclass(frozen=True)
class Candidate:
    """A candidate of a post's calendar of absences: `wait` over the rate of candidates is days to it."""

    wait: float
    days: float
    kept: float


@dataclass(frozen=True)
class Luck:
    """The thresholds of every clock: for each kind a tuple per post of thresholds by ordinal.

    So too the progress through the first two levels, and the uniforms of level (by permanent worker) and
    promotion (by vacancy). Beyond the end of a tuple thresholds are infinite and uniforms 1/2.
    """

    leave: tuple[tuple[float, ...], ...]
    hire: tuple[tuple[float, ...], ...]
    cover: tuple[tuple[float, ...], ...]
    end: tuple[tuple[float, ...], ...]
    convert: tuple[tuple[float, ...], ...]
    first_level: tuple[tuple[float, ...], ...] = ()
    second_level: tuple[tuple[float, ...], ...] = ()
    level: tuple[tuple[float, ...], ...] = ()
    promotion: tuple[tuple[float, ...], ...] = ()


def threshold(
    rows: tuple[tuple[float, ...], ...], post: int, ordinal: int, beyond: float = math.inf
) -> float:
    """An entry of a table of luck, or what is beyond its end."""
    row = rows[post] if post < len(rows) else ()
    return row[ordinal] if ordinal < len(row) else beyond


@dataclass(frozen=True)
class World:
    """All there is: rules, cases in order of time, posts, changes of rates (the first at 0) and luck.

    `exits` are the return shares of the ways out. `rule` is "fewest children", "least work" or "random";
    `rebalancing` "none", "gradual" or "at once". `reference` is the caseload at the start, from which
    pressure is counted; `duty_days` how often there is a pass without a manager at work (0 = always),
    `list_limit` the children on a team's list from which on its referrals are turned away (None = never).

    `absences` are (post, start, days), those of one post apart in time; or else `candidates` by post, those
    of section 4, at the rates of `absence_rate` a, `absence_per_child` b and `absence_reference` n_ref.
    `cohorts` and `closings` are (time, grade, number of people or posts), `months` the times after 0 at which
    months begin, `parallel` the most recruitments at a time; `unsupervised` and `unsettled` are m_u and m_s,
    `sharing` is sigma.
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
    grades: tuple[Grade, ...] = (Grade(),)
    months: tuple[float, ...] = ()
    candidates: tuple[tuple[Candidate, ...], ...] = ()
    absence_rate: float = 0.0
    absence_per_child: float = 0.0
    absence_reference: float = 1.0
    leaving_after_absence: float = 1.0
    duty_days: float = 0.0
    list_limit: int | None = None
    span: float | None = None
    unsupervised: float = 1.0
    unsettled: float = 1.0
    settled_days: float = 0.0
    contagion: float = 0.0
    sharing: float = 0.0
    parallel: int | None = None
    cohorts: tuple[tuple[float, int, int], ...] = ()
    tolerance: float = 0.0
    agency_notice_days: float = 0.0
    convert_elasticity: float = 0.0
    levels: tuple[Level, ...] = (Level(),)
    promotion_share: float = 0.0
    promotion_days: float = 0.0
    closings: tuple[tuple[float, int, int], ...] = ()

    @property
    def teams(self) -> int:
        """The number of teams of all types."""
        return sum(self.teams_of_type)

    def team_of(self, case: Case, stage: int) -> int:
        """The team that has a case in a stage: its place among the teams of the stage's type."""
        kind = self.stages[stage].team_type
        return sum(self.teams_of_type[:kind]) + math.floor(case.place * self.teams_of_type[kind])
