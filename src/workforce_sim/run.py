"""What one run gives: monthly paths, census, drift ledger and event log."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.authority.calendar import add_months, as_date, census_day, year_before
from workforce_sim.authority.steady import steady
from workforce_sim.demand.luck import Luck, Stream, exponential
from workforce_sim.demand.tape import uniforms_of
from workforce_sim.errors import InputError, Problem
from workforce_sim.interventions.base import Days
from workforce_sim.interventions.recording_quality import RecordingQuality
from workforce_sim.measures.census import Census
from workforce_sim.measures.paths import ASSESSMENT, measures

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.dashboard import Recording
    from workforce_sim.demand.families import Floats
    from workforce_sim.simulation import Simulation
    from workforce_sim.workforce.service import Service


class Run:
    """What one run gives. Made by :meth:`Simulation.run`.

    Attributes:
        simulation: what was run.
        service: the service at the end of the run.
        counts: arrays of counts at the month marks, for :func:`~workforce_sim.measures.paths.measures`.
    """

    def __init__(self, simulation: Simulation, record: dict[int, dict[str, float]], service: Service) -> None:
        self.simulation = simulation
        self.service = service
        self._record = record
        marks = [record[int(day)] for day in simulation.calendar.marks]
        self.counts = {name: np.array([m[name] for m in marks]) for name in marks[0]}

    @property
    def paths(self) -> pd.DataFrame:
        """Monthly measures: a row a month mark (index ``date``), a column a measure."""
        import pandas as pd

        calendar = self.simulation.calendar
        dates = [add_months(calendar.start, m) for m in range(calendar.months + 1)]
        return pd.DataFrame(
            measures(self.counts, self.stage_names), index=pd.DatetimeIndex(dates, name="date")
        )

    def census(self, date: str | dt.date) -> Census:
        """The census at the close of a date: a month end of the run, or one of its ``census_dates``.

        Raises:
            InputError: the run took no count on that date.
        """
        calendar, when = self.simulation.calendar, as_date(date)
        day = None if when is None else census_day(calendar, when)
        if when is None or day not in self._record:
            fix = f"Simulation(..., census_dates=['{date}'])"
            rule = "a month end of the run or one of its census_dates"
            raise InputError("Run.census", [Problem("date", repr(date), rule, fix)])
        counts = self._record[day]
        before = self._record.get(census_day(calendar, year_before(when)))

        def over_year(name: str) -> float:
            return math.nan if before is None else counts[name] - before[name]

        return Census(
            date=when,
            in_post_fte=counts["in_post"],
            agency_fte=counts["agency"],
            agency_covering_fte=counts["covered"],
            vacancies_fte=counts["covered"] + counts["empty"],
            empty_fte=counts["empty"],
            case_holders_fte=counts["case_holders"],
            cases=counts["held"],
            starters_fte=over_year("sum_starters") + over_year("sum_conversions"),
            leavers_fte=over_year("sum_leavers"),
        )

    @property
    def posts(self) -> pd.DataFrame:
        """A row a post (index ``post``): where it is, and how it was filled on the first morning.

        ``team, grade, fte, established, manages, holds_cases, opened_day`` (0 for those of the start) and
        ``at_start``: ``permanent``, ``notice``, ``agency`` or ``empty``; no word for posts opened later. Who
        came and went since is in the event log.
        """
        import pandas as pd

        service, first = self.service, [state.name.lower() for state in self.service.at_start]
        rows = [
            {
                "team": post.team,
                "grade": service.grades[post.grade].name,
                "fte": post.fte,
                "established": post.established,
                "manages": service.grades[post.grade].manages,
                "holds_cases": service.grades[post.grade].hours > 0,
                "opened_day": post.opened,
                "at_start": first[i] if i < len(first) else "",
            }
            for i, post in enumerate(service.posts)
        ]
        return pd.DataFrame(rows).rename_axis("post")

    @property
    def stage_names(self) -> list[str]:
        """The stages of the pathway, in order (one, ``case``, if the authority states none)."""
        return steady(self.simulation.authority).pathway.stage_names

    @property
    def stages(self) -> pd.DataFrame:
        """A row a stage: children open and waiting now; entered, ended, in time, ended early in the run.

        ``visits_made`` is the share of the hours of visits and recording due that were worked.
        """
        import pandas as pd

        counts = self.service.desk.stage_counts()
        return pd.DataFrame(counts, index=pd.Index(self.stage_names, name="stage"))

    @property
    def visits(self) -> pd.DataFrame:
        """The drift ledger: a row a visit of a family to a stage; its parts add up to ``elapsed_days``."""
        import pandas as pd

        found = pd.DataFrame(self._raw_visits("Run.visits"))
        names = steady(self.simulation.authority).pathway
        found["stage"] = np.array(names.stage_names, dtype=object)[found["stage"]]
        ways = dict(enumerate(names.stage_names))
        ways |= {-1 - i: name for i, name in enumerate(names.exit_names)}
        found["next"] = [ways.get(int(way), "") for way in found["next"]]
        return found

    def dashboard(self, late_days: float = 5.0, hidden_share: float = 0.0) -> pd.DataFrame:
        """What managers would see beside the truth; needs the event log.

        A :class:`~workforce_sim.interventions.RecordingQuality` of the run holds from its start to its end,
        these arguments before and after.

        Args:
            late_days: mean working days by which a family's entries are made late (exponential, one delay a
                family, the same in every scenario).
            hidden_share: share of families whose waiting for a worker is never shown.

        Returns:
            A row a month mark; ``open_children, unallocated_children, assessments_in_time_rate`` and the same
            with ``_shown``.

        Raises:
            InputError: the run kept no log, or a value that is not possible.

        Example:
            >>> import workforce_sim as ws
            >>> england = ws.Authority.preset("england-2025")
            >>> run = ws.Simulation(england, [], "2025-10-01", years=1, log=True).run()
            >>> seen = run.dashboard(late_days=10.0, hidden_share=0.5)
            >>> bool(seen["open_children_shown"].iloc[-1] > 0)
            True
        """
        import pandas as pd

        from workforce_sim.dashboard import Recording, dashboard

        problems = []
        if not late_days >= 0 or late_days == math.inf:
            problems.append(Problem("late_days", repr(late_days), "working days, 0 or more", "late_days=5.0"))
        if not 0 <= hidden_share <= 1:
            problems.append(
                Problem("hidden_share", repr(hidden_share), "a share, 0 to 1", "hidden_share=0.1")
            )
        if problems:
            raise InputError("Run.dashboard", problems)
        names = self.stage_names
        seen = dashboard(
            self._raw_log(),
            self._raw_visits("Run.dashboard"),
            self.simulation.calendar.marks.astype(np.float64),
            names.index(ASSESSMENT) if ASSESSMENT in names else None,
            [Recording(-math.inf, math.inf, late_days, hidden_share), *self._recording()],
            *self._recording_luck(),
        )
        return pd.DataFrame(seen, index=self.paths.index)

    def _recording_luck(self) -> tuple[Floats, Floats]:
        """By case: Exp(1) of how late its entries are, and the uniform of never being shown waiting."""
        luck = Luck(self.simulation.seed, self.simulation.replication)
        family = self.service.desk.tape.family
        delay = exponential(uniforms_of(luck, Stream.RECORDING_DELAY, family))
        return delay, uniforms_of(luck, Stream.RECORDING_HIDDEN, family)

    def _recording(self) -> list[Recording]:
        """How entries are made under the policies of the run that change it."""
        from workforce_sim.dashboard import Recording

        days = Days(self.simulation.calendar)
        found = []
        for policy in self.simulation.interventions:
            if isinstance(policy, RecordingQuality):
                start, end = days.between(policy)
                found.append(Recording(start, end, policy.late_days, policy.hidden_share))
        return found

    @property
    def children(self) -> pd.DataFrame:
        """The drift ledger by family: a row a case; the parts of its days add up to ``elapsed_days``.

        ``family`` is the same number in every scenario of a world; numbers of cases (the index) agree only
        between scenarios with the same referrals. ``referred_day`` is the working day of the first referral
        (0 for those open at the start), ``closed_day`` that of the last closure (nan while open).
        ``already_open_days`` are working days for which a case had been open *before* the run began (0 if it
        was referred in the run): neither ``elapsed_days`` nor its parts, which begin with the run, have them.
        """
        import pandas as pd

        self._check_visits("Run.children")
        ledger = self.service.desk.ledger(float(self.simulation.calendar.end))
        return pd.DataFrame(ledger).rename_axis("case")

    @property
    def log(self) -> pd.DataFrame:
        """The event log: ``day, event, post, case, stage`` (-1 and no name where there is none).

        Raises:
            InputError: the run kept no log.
        """
        import pandas as pd

        from workforce_sim.casework.eventlog import Kind

        log = self._raw_log()
        words = {int(kind): kind.words for kind in Kind}
        columns = {"day": log["time"], "event": [words[k] for k in log["kind"].tolist()]}
        names = ["", *self.stage_names]
        stages = [names[s + 1] for s in log["stage"].tolist()]
        return pd.DataFrame(columns | {"post": log["post"], "case": log["case"], "stage": stages})

    def story(self, case: int) -> str:
        """What happened to one family, in dates and sentences, and its days by stage; needs the event log.

        Raises:
            InputError: the run kept no log, or there is no such case.
        """
        from workforce_sim.report.child.story import story

        self._raw_log()
        n = len(self.children)
        if isinstance(case, bool) or not isinstance(case, (int, np.integer)) or not 0 <= case < n:
            rule = f"a case of this run: 0 to {n - 1}"
            raise InputError("Run.story", [Problem("case", repr(case), rule, "case=run.median_case()")])
        return story(self, int(case))

    def median_case(self) -> int:
        """The family with the median time open, of those referred in the first half of the run and closed."""
        ledger = self.children
        half = self.simulation.calendar.end / 2
        closed = ledger[
            (ledger["referred_day"] > 0) & (ledger["referred_day"] < half) & ledger["closed_day"].notna()
        ]
        if closed.empty:
            fix = "run for longer, or name a case"
            raise InputError(
                "Run.median_case", [Problem("run", "nobody", "a family referred and closed in the run", fix)]
            )
        order = closed["elapsed_days"].sort_values(kind="stable")
        return int(order.index[(len(order) - 1) // 2])

    def digest(self) -> str:
        """A fingerprint of the event log: equal logs have equal digests, to the last bit of every time."""
        return hashlib.sha256(np.ascontiguousarray(self._raw_log()).tobytes()).hexdigest()

    def _raw_log(self) -> Any:
        if not self.simulation._log:
            raise InputError(
                "Run.log", [Problem("log", "False", "a run that keeps its log", "Simulation(..., log=True)")]
            )
        return self.service.desk.log

    def _raw_visits(self, where: str) -> dict[str, Any]:
        self._check_visits(where)
        return self.service.desk.visits(float(self.simulation.calendar.end))

    def _check_visits(self, where: str) -> None:
        if self.simulation._visits is False:
            rule, fix = "a run that keeps its visits", "Simulation(...) without visits=False"
            raise InputError(where, [Problem("visits", "False", rule, fix)])
