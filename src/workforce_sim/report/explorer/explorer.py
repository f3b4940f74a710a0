"""The explorer: sliders for posts, pay, conversion and demand, answered by the model under the same luck.

What a slider value means, what is run while one drags and what is kept: docs/explorer.md.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.calendar import add_months, as_date, in_words, next_day
from workforce_sim.checks import check_run
from workforce_sim.errors import InputError, Problem, shown, unknown_name
from workforce_sim.interventions.base import Intervention, Process
from workforce_sim.measures.paths import BY_NAME, NAMES
from workforce_sim.numbers import plural
from workforce_sim.report.explorer.sliders import Position, position_of, sliders_for
from workforce_sim.report.explorer.work import FIRST, Background
from workforce_sim.samples import whole
from workforce_sim.study.arm import Plan
from workforce_sim.study.questions.lever import headline, refused
from workforce_sim.study.replicate import usable_processors
from workforce_sim.study.result import Result
from workforce_sim.study.study import Study
from workforce_sim.study.worlds import Worlds

if TYPE_CHECKING:
    from workforce_sim.report.explorer.pictures import Pictures
    from workforce_sim.report.explorer.view import View

#: Views that are kept, about 100 kB each.
_VIEWS = 200

#: Stops of one slider that are looked ahead at.
_MOST_ALONG = 40

#: Processes wait so long for the next drag: a planner talks between two of them.
_IDLE_SECONDS = 600.0

INSTALL = 'pip install "workforce_sim[notebook]"'


def explore(
    authority: Authority,
    start: str | dt.date | None = None,
    years: float = 3,
    seed: int = 1,
    *,
    replications: int = 100,
    begins: str | dt.date | None = None,
    posts_by: str | dt.date | None = None,
    ranges: Mapping[str, tuple[float, float, float]] | None = None,
    measure: str = "caseload",
    look_ahead: int = 20,
    processes: int | None = None,
) -> Explorer:
    """Sliders for posts, pay, conversion and demand, each position a study against doing nothing.

    As the last line of a cell in Jupyter it shows itself; where ipywidgets are missing, as a few pictures.
    The numbers are those of a :class:`Study` with the same seed: ``explorer.study()`` is that study. What a
    slider value means is in docs/explorer.md.

    Args:
        authority: the service as it is.
        start: first date; by default the day after its census row.
        years: length.
        seed: of all luck.
        replications: worlds of every position.
        begins: date from which what the sliders say holds, for good; by default the start.
        posts_by: date by which the new posts are phased in evenly; by default all are there on ``begins``.
        ranges: slider -> (lowest, highest, step): ``{"posts": (0, 200, 10)}``.
        measure: that the chart shows first.
        look_ahead: worlds of neighbouring positions that are run while nobody drags; 0 for none.
        processes: by default as many as there are processors.

    Raises:
        InputError: with everything that is not allowed.

    Example:
        >>> import workforce_sim as ws
        >>> from workforce_sim.testing import small_authority
        >>> explorer = ws.explore(small_authority(4), years=0.5, replications=2, processes=1)
        >>> explorer.result(posts=1, pay=2).scenarios
        ['Do nothing', '1 new post and +2% pay']
    """
    if start is None and isinstance(authority, Authority):
        start = next_day(authority.census.date)
    first, problems = check_run(authority, start, years, seed)
    if first is None or problems:
        raise InputError("explore", problems)
    plan = Plan(authority, {"Do nothing": ()}, first, years, seed)
    settings = (replications, begins, posts_by, ranges, measure, look_ahead, processes)
    return Explorer(plan, *settings, where="explore")


def explore_result(
    result: Result,
    *,
    replications: int | None = None,
    begins: str | dt.date | None = None,
    posts_by: str | dt.date | None = None,
    ranges: Mapping[str, tuple[float, float, float]] | None = None,
    measure: str = "caseload",
    look_ahead: int = 20,
    processes: int | None = None,
) -> Explorer:
    """The explorer of a result: what is compared with is its first scenario, whose worlds are not run again.

    Raises:
        InputError: with everything that is not allowed.
    """
    plan = result.plan
    alone = Plan(plan.authority, {result.baseline: plan.scenarios[result.baseline]}, *_span(plan))
    wanted = result.replications if replications is None else replications
    settings = (wanted, begins, posts_by, ranges, measure, look_ahead, processes)
    explorer = Explorer(alone, *settings, where="Result.explore")
    known = np.stack([result.samples(name, result.baseline) for name in NAMES], axis=1)
    explorer.worlds.remember(alone.arms[0], known)
    return explorer


def _span(plan: Plan) -> tuple[dt.date, float, int]:
    return plan.start, plan.years, plan.seed


class Explorer:
    """Positions of the sliders, and the answer to each: see :func:`explore`.

    Attributes:
        plan: what every position is compared with, as a plan of one scenario.
        sliders: by name.
        replications: worlds of every position.
        now: where the sliders are.
        measure: that the chart shows.
    """

    def __init__(
        self,
        plan: Plan,
        replications: object,
        begins: object,
        posts_by: object,
        ranges: object,
        measure: str,
        look_ahead: object,
        processes: object,
        *,
        where: str,
    ) -> None:
        problems: list[Problem] = []
        self.plan = plan
        self.replications = whole("replications", replications, problems, "100", least=2)
        ahead = whole("look_ahead", look_ahead, problems, "20", least=0)
        places = 1 if processes is None else whole("processes", processes, problems, "2")
        first = _date("begins", plan.start if begins is None else begins, plan, problems)
        last = None if posts_by is None else _date("posts_by", posts_by, plan, problems)
        self.sliders = sliders_for(plan.authority, first, last, ranges, problems)
        if measure not in BY_NAME:
            problems.append(unknown_name("measure", measure, NAMES, "a measure"))
        self.measure = measure
        if not problems:
            for name, slider in self.sliders.items():
                ends = slider.amounts[0], slider.amounts[-1]
                problems += refused(plan, lambda x, s=slider: (s.make(x),), ends, f"ranges[{name!r}]")  # type: ignore[misc]
        if problems:
            raise InputError(where, problems)
        self.now = Position()
        if processes is None and not plan.arms[0].needs_this_process():
            places = usable_processors()
        self.worlds = Worlds(processes=places, idle_seconds=_IDLE_SECONDS)
        self.background = Background(self, places, ahead)
        self._views: OrderedDict[tuple[Position, int, str], View] = OrderedDict()
        self._shown: Any = None

    # -- positions and what they mean -----------------------------------------------------------

    def position(self, **amounts: float) -> Position:
        """A position: amounts at the nearest stop of their sliders, those left out at 0.

        Raises:
            InputError: a slider there is not, or an amount beyond its ends.
        """
        return position_of(self.sliders, amounts)

    def plan_of(self, position: Position) -> Plan:
        """What is run at a position: doing nothing and, unless all sliders are at 0, what they say.

        Referrals are not in the council's hands, so a change of theirs is in both scenarios; only where
        nothing else is changed, the service is compared with itself with referrals as they are.
        """
        ((base, listed),) = self.plan.scenarios.items()
        chosen = {n: s.make(getattr(position, n)) for n, s in self.sliders.items() if getattr(position, n)}
        event = chosen.pop("demand", None)
        policies = tuple(chosen.values())
        scenarios: dict[str, tuple[Intervention | Process, ...]]
        if event is None or not policies:
            scenarios = {base: tuple(listed)}
        else:
            scenarios = {f"{base}, {event.headline()}": (*listed, event)}
        added = policies if event is None else (*policies, event)
        if added:
            name = headline(policies) if policies else base
            name += f", {event.headline()}" if event is not None else ""
            if policies and listed:
                name = f"{base}, {name}"
            scenarios[f"{name} (sliders)" if name in scenarios else name] = (*listed, *added)
        return Plan(self.plan.authority, scenarios, *_span(self.plan))

    def next_after(self, position: Position, moved: str, worlds: int) -> list[tuple[Position, int]]:
        """Where the sliders may be next, the likeliest first, and how many worlds of each to run ahead.

        Two steps along the slider that was moved last, its other stops with the few worlds of a first
        picture, and a step along the others.
        """
        slider, here = self.sliders[moved], getattr(position, moved)
        steps = [(moved, slider.beside(here, s), worlds) for s in (1, -1, 2, -2)]
        stops = sorted(slider.amounts, key=lambda amount: abs(amount - here))[1 : _MOST_ALONG + 1]
        steps += [(moved, amount, min(FIRST, worlds)) for amount in stops]
        for name, other in self.sliders.items():
            if name != moved:
                steps += [(name, other.beside(getattr(position, name), s), worlds) for s in (1, -1)]
        return [(position._replace(**{n: amount}), most) for n, amount, most in steps if amount is not None]

    # -- answers --------------------------------------------------------------------------------

    def ready(self, position: Position) -> int:
        """How many worlds there are: 0, 1, ... up to the first that is not there in both scenarios."""
        return self.worlds.complete(self.plan_of(position).arms, self.replications)

    def result_so_far(self, position: Position, worlds: int) -> Result:
        """The result of the first so many worlds, which are there."""
        plan = self.plan_of(position)
        return Result.of(plan, self.worlds.values(plan.arms, range(worlds)), seconds=0.0)

    def result(self, **amounts: float) -> Result:
        """The result of a position with all its worlds: table, chart, page and all.

        Args:
            amounts: by slider, those left out at 0; without any, where the sliders are now.

        Raises:
            InputError: a slider there is not, or an amount beyond its ends.
            RunFailed: a replication raised.
        """
        position = self.position(**amounts) if amounts else self.now
        plan = self.plan_of(position)
        with self.background.aside():
            self.worlds.run(plan.arms, range(self.replications))
        return self.result_so_far(position, self.replications)

    def study(self, **amounts: float) -> Study:
        """The study that gives the numbers of a position, to be run by hand, changed or written to a file.

        Args:
            amounts: by slider, those left out at 0; without any, where the sliders are now.
        """
        plan = self.plan_of(self.position(**amounts) if amounts else self.now)
        return Study(plan.authority, plan.scenarios, *_span(plan), self.replications)

    def view(self, position: Position, worlds: int) -> View:
        """Sentence, chart and table of a position in the measure that is shown; remembered when complete."""
        from workforce_sim.report.explorer.view import view_of

        key = (position, worlds, self.measure)
        found = self._views.get(key)
        if found is None:
            found = view_of(self, position, worlds)
            if worlds == self.replications:
                self._views[key] = found
                while len(self._views) > _VIEWS:
                    self._views.popitem(last=False)
        return found

    def pictures(self, replications: int | None = None, *, progress: bool = True) -> Pictures:
        """A few positions as pictures, for where there are no sliders: see docs/explorer.md.

        Args:
            replications: worlds of each; by default 30, or all there are to be if fewer.
            progress: show a progress bar.
        """
        from workforce_sim.report.explorer.pictures import pictures_of

        return pictures_of(self, min(self.replications, replications or 30), progress=progress)

    def close(self) -> None:
        """End what runs in the background, and its processes."""
        self.background.close()

    # -- showing --------------------------------------------------------------------------------

    def __repr__(self) -> str:
        ends = ", ".join(f"{n} {s.amounts[0]:g} to {s.amounts[-1]:g}" for n, s in self.sliders.items())
        return (
            f"<Explorer of {self.plan.authority.name} from {in_words(self.plan.start)}, "
            f"{plural(self.replications, 'world')}, seed {self.plan.seed}: {ends}. Sliders in Jupyter "
            f"({INSTALL}); elsewhere .pictures() and .result(posts=...)>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        from workforce_sim.report.explorer.pictures import bundle_of

        if self._shown is None:
            self._shown = bundle_of(self)
        return self._shown(include=include, exclude=exclude)


def _date(path: str, value: object, plan: Plan, problems: list[Problem]) -> dt.date:
    """A date within the study; adds a problem, and gives its start, if it is not."""
    found, over = as_date(value), add_months(plan.start, round(plan.years * 12))
    if found is None or not plan.start <= found < over:
        rule = f"a date of the study: from {plan.start} to before {over}"
        problems.append(Problem(path, shown(value), rule, f"{path}='{plan.start}'"))
        return plan.start
    return found


#: What the chart can show.
SHOWN = ("caseload", "agency_rate", "agency_fte", "turnover_rate", "cost_to_date_gbp", "drift_share")


def labels_of(measure: str) -> dict[str, str]:
    """Label -> measure, of all that the chart can show."""
    return {BY_NAME[name].label: name for name in dict.fromkeys((measure, *SHOWN))}
