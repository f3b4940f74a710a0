"""Questions about what is not known, as methods of a study: assumptions, and how much a service can take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workforce_sim.study.arm import Plan
    from workforce_sim.study.assumptions import Asked
    from workforce_sim.study.questions.resilience import Resilience
    from workforce_sim.study.questions.sensitivity import Sensitivity
    from workforce_sim.study.questions.tipping import TippingPoints
    from workforce_sim.study.questions.tornado import Tornado
    from workforce_sim.study.questions.uncertain import Uncertainty
    from workforce_sim.study.questions.worth_knowing import WorthKnowing
    from workforce_sim.study.worlds import Worlds


class AssumptionQuestions:
    """What may be asked of a study about its assumptions and its limits."""

    plan: Plan
    worlds: Worlds

    # -- assumptions that are not known (section 3) -----------------------------------------------

    def uncertain(
        self,
        draws: int = 64,
        worlds: int = 2,
        method: str = "latin hypercube",
        assumptions: Asked = None,
        *,
        progress: bool = True,
    ) -> Uncertainty:
        """Run the study with assumptions drawn from their ranges: chance and assumptions, told apart.

        Every draw is an authority of its own, balanced to its census row like the first, and runs in worlds
        of its own under all scenarios: differences are paired, assumptions and luck both being the same. Half
        of the draws of an assumption lie evenly between the low end of its range and its value, half above.

        Args:
            draws: how many; a power of two for Sobol points.
            worlds: worlds of each draw, 2 or more.
            method: ``"latin hypercube"`` or ``"sobol"``. Both spread the draws more evenly than luck would,
                so the intervals of means are on the safe side.
            assumptions: what to draw: None for all that have a range in ``authority.assumptions()``; names,
                in which ``*`` stands for any text; or names with ranges, ``{"pressure.margin": (0.0, 0.2)}``.
            progress: say how many worlds there may be and how long they take, and show how far they are.

        Returns:
            Tables, paired comparisons, sentences and charts that say how much of the variance is due to the
            assumptions. Draws that the model refuses are left out and named.

        Raises:
            InputError: unknown names (with the nearest one) or ranges that do not hold the value; everything
                at once.
            RunFailed: a replication raised.

        Example:
            >>> import workforce_sim as ws
            >>> from workforce_sim.testing import small_authority
            >>> scenarios = {"Do nothing": [], "2 posts": [ws.NewPosts(2, start="2025-10-01")]}
            >>> service = small_authority(recruitment={"weeks_to_hire": 20.0})
            >>> study = ws.Study(service, scenarios, start="2025-10-01", years=0.25)
            >>> found = study.uncertain(8, assumptions=["casework.case_hours_per_day"], progress=False)
            >>> found.draws.shape, found.samples("caseload", "2 posts").shape
            ((8, 1), (8, 2, 4))
        """
        from workforce_sim.study.questions.uncertain import uncertain

        return uncertain(self.plan, self.worlds, draws, worlds, method, assumptions, progress)

    def tornado(
        self,
        scenario: str | None = None,
        measure: str = "caseload",
        at: int | None = None,
        assumptions: Asked = None,
        *,
        replications: int = 10,
        progress: bool = True,
    ) -> Tornado:
        """Which assumptions move an answer: each at its low and at its high, the others at their values.

        The answer is the mean paired difference of a scenario from the first, or, for the first, the measure
        itself. All is run under the same luck, so a handful of worlds shows small changes.

        Args:
            scenario: by default the last.
            measure: name.
            at: months since the start; by default the last.
            assumptions: as in :meth:`uncertain`; all of them take two services each.
            replications: worlds of each service.
            progress: say how many worlds there may be and how long they take, and show how far they are.

        Raises:
            InputError: unknown scenario, measure or assumption, or a month without values.
            RunFailed: a replication raised.

        Example:
            >>> import workforce_sim as ws
            >>> from workforce_sim.testing import small_authority
            >>> study = ws.Study(small_authority(), {"Do nothing": []}, start="2025-10-01", years=0.25)
            >>> hours = {"casework.case_hours_per_day": (3.0, 5.0)}
            >>> asked = {"assumptions": hours, "replications": 2, "progress": False}
            >>> found = study.tornado(measure="open_children", **asked)
            >>> list(found.table.index)
            ['casework.case_hours_per_day']
        """
        from workforce_sim.study.questions.tornado import tornado

        asked = (scenario, measure, at, assumptions, replications, progress)
        return tornado(self.plan, self.worlds, *asked)

    def sensitivity(
        self,
        scenario: str | None = None,
        measure: str = "caseload",
        at: int | None = None,
        method: str = "morris",
        assumptions: Asked = None,
        *,
        size: int | None = None,
        replications: int = 4,
        progress: bool = True,
    ) -> Sensitivity:
        """Which assumptions an answer rests on when all of them vary: Morris or Sobol, through SALib.

        Indexed is the mean of a few worlds whose luck is the same for all services: results are conditional
        on that luck, and the share of luck is stated beside them. Effects are of going through the whole
        range as :meth:`uncertain` draws it.

        Args:
            scenario: by default the last; the answer is its paired difference from the first.
            measure: name.
            at: months since the start; by default the last.
            method: ``"morris"`` to find the few that matter among many (``size`` trajectories of one service
                more than there are assumptions); ``"sobol"`` for shares of variance of a few (``size``
                times two services more than there are assumptions).
            assumptions: as in :meth:`uncertain`; at most 20 for Sobol.
            size: 10 trajectories for Morris; 64 base points, a power of two, for Sobol.
            replications: worlds of each service.
            progress: say how many worlds there may be and how long they take, and show how far they are.

        Raises:
            ExtraMissing: SALib is not installed; the message has the line that installs it.
            InputError: unknown scenario, measure or assumption, or a month without values.
            RunFailed: a replication raised.

        Example:
            >>> import pytest, workforce_sim as ws
            >>> _ = pytest.importorskip("SALib")
            >>> from workforce_sim.testing import small_authority
            >>> study = ws.Study(small_authority(), {"Do nothing": []}, start="2025-10-01", years=0.25)
            >>> two = {"casework.case_hours_per_day": (3.0, 5.0), "demand.children_per_year": (40.0, 60.0)}
            >>> asked = {"assumptions": two, "size": 4, "replications": 2, "progress": False}
            >>> found = study.sensitivity(measure="open_children", **asked)
            >>> found.points, sorted(found.table.index)
            (12, ['casework.case_hours_per_day', 'demand.children_per_year'])
        """
        from workforce_sim.study.questions.sensitivity import sensitivity

        asked = (scenario, measure, at, method, assumptions, size, replications, progress)
        return sensitivity(self.plan, self.worlds, *asked)

    def worth_knowing(
        self,
        value_gbp: float,
        measure: str = "caseload",
        at: int | None = None,
        draws: int = 64,
        worlds: int = 2,
        method: str = "latin hypercube",
        assumptions: Asked = None,
        *,
        progress: bool = True,
    ) -> WorthKnowing:
        """What it is worth to find out about an assumption before choosing a scenario (EVPPI).

        The net benefit of a scenario is ``value_gbp`` times the improvement of the measure over the first
        scenario less what it has cost more by then. What an assumption is worth is the expected gain from
        choosing with it known: ``E[max over scenarios of E(benefit | assumption)] - max over scenarios of
        E(benefit)``.

        Args:
            value_gbp: pounds that one unit of improvement of the measure is worth.
            measure: one of which more or less is better.
            at: months since the start; by default the last.
            draws: as in :meth:`uncertain`, whose draws these are: asking that first costs nothing twice.
            worlds: worlds of each draw.
            method: how draws are spread.
            assumptions: what to draw.
            progress: say how many worlds there may be and how long they take, and show how far they are.

        Raises:
            InputError: one scenario only, no value, unknown names, or a measure that is not better either
                way.
            RunFailed: a replication raised.

        Example:
            >>> import workforce_sim as ws
            >>> from workforce_sim.testing import small_authority
            >>> scenarios = {"Do nothing": [], "2 posts": [ws.NewPosts(2, start="2025-10-01")]}
            >>> service = small_authority(recruitment={"weeks_to_hire": 20.0})
            >>> study = ws.Study(service, scenarios, start="2025-10-01", years=0.25)
            >>> hours = ["casework.case_hours_per_day"]
            >>> found = study.worth_knowing(10_000, draws=8, assumptions=hours, progress=False)
            >>> list(found.table.columns)
            ['worth_gbp', 'low', 'high', 'above_noise', 'unit', 'evidence']
        """
        found = self.uncertain(draws, worlds, method, assumptions, progress=progress)
        return found.worth_knowing(value_gbp, measure, at)

    # -- how much a service can take (section 4) --------------------------------------------------

    def tipping_point(
        self,
        scenarios: Sequence[str] | None = None,
        *,
        most: int = 100,
        step: int = 1,
        growth: float = 5.0,
        replications: int = 40,
        progress: bool = True,
    ) -> TippingPoints:
        """How far referrals may rise for good before open cases grow without end, scenario by scenario.

        The smallest rise, from the start of the study on, after which open cases still grow by more than
        ``growth`` percent in the last year in at least half of the worlds; found by bisection under shared
        luck.

        Args:
            scenarios: names; by default all.
            most: largest rise that is tried, in percent.
            step: percent between the rises that are tried.
            growth: percent a year below which open cases count as steady: by chance they grow a little in
                half of the worlds of a steady service.
            replications: how many worlds.
            progress: say how many worlds there may be and how long they take, and show how far they are.

        Raises:
            InputError: a study of less than two years, an unknown scenario, or settings that are not allowed.
            RunFailed: a replication raised.

        Example:
            >>> import workforce_sim as ws
            >>> from workforce_sim.testing import small_authority
            >>> study = ws.Study(small_authority(), {"Do nothing": []}, start="2025-10-01", years=2)
            >>> found = study.tipping_point(most=40, step=40, replications=10, progress=False)
            >>> list(found.table.columns)
            ['rise', 'low', 'high']
        """
        from workforce_sim.study.questions.tipping import tipping_points

        asked = (scenarios, most, step, growth, replications, progress)
        return tipping_points(self.plan, self.worlds, *asked)

    def resilience(
        self,
        shock: Sequence[Any],
        scenarios: Sequence[str] | None = None,
        measure: str = "caseload",
        *,
        within: float = 5.0,
        replications: int = 40,
        progress: bool = True,
    ) -> Resilience:
        """What a shock does to the same worlds, and how long they take to get over it, scenario by scenario.

        A world is back at the first month after the shock from which the measure stays within ``within``
        percent of the same world without the shock, to the end of the study and for three months or more.
        Worlds that are not back are censored; the median is Kaplan and Meier's.

        Args:
            shock: events with dates: ``[ws.DemandChange(30, start="2026-04-01", end="2026-10-01")]``. It is
                over at the latest end; an event without an end is over when it begins.
            scenarios: names; by default all.
            measure: name.
            within: percent of the level without the shock.
            replications: how many worlds.
            progress: say how many worlds there may be and how long they take, and show how far they are.

        Raises:
            InputError: a shock without dates or too near the end, an unknown scenario or measure, or a
                measure without values from the shock on.
            RunFailed: a replication raised.

        Example:
            >>> import workforce_sim as ws
            >>> from workforce_sim.testing import small_authority
            >>> study = ws.Study(small_authority(), {"Do nothing": []}, start="2025-10-01", years=1)
            >>> shock = [ws.DemandChange(300, start="2025-11-01", end="2025-12-01")]
            >>> found = study.resilience(shock, measure="open_children", replications=10, progress=False)
            >>> found.begins, found.over, found.worlds
            (1.0, 2.0, 10)
        """
        from workforce_sim.study.questions.resilience import resilience

        asked = (scenarios, measure, within, replications, progress)
        return resilience(self.plan, self.worlds, shock, *asked)
