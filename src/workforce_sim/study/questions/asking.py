"""The questions as methods of a study; what each means is in docs/studies.md, section 4."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workforce_sim.study.questions.asking_assumptions import AssumptionQuestions
from workforce_sim.study.questions.lever import Lever
from workforce_sim.study.questions.target import Target

if TYPE_CHECKING:
    from workforce_sim.study.arm import Plan
    from workforce_sim.study.questions.best import Best
    from workforce_sim.study.questions.cheapest_mix import Mix
    from workforce_sim.study.questions.claim import Claim
    from workforce_sim.study.questions.credit import Credit
    from workforce_sim.study.questions.what_would_it_take import Needed
    from workforce_sim.study.worlds import Worlds


class Questions(AssumptionQuestions):
    """What may be asked of a study: :class:`workforce_sim.Study` is one of these."""

    plan: Plan
    worlds: Worlds

    def claim(
        self,
        target: str | Target,
        scenario: str | None = None,
        *,
        chance: float = 0.8,
        level: float = 0.95,
        replications: int = 100,
        progress: bool = True,
    ) -> Claim:
        """Whether a plan may be said to reach a target: supported, not shown, or not to be claimed yet.

        Supported: the lower bound of the chance (exact, Clopper and Pearson) is at least what is asked. Not
        shown: the upper bound is below it. Otherwise more worlds would tell, and the answer says how many.
        Say beforehand how many worlds: to look again and again until it is supported is no evidence.

        Args:
            target: a sentence, such as ``"average caseload below 16 by 2018-04-01"`` or ``"agency rate at
                least 2 lower than Do nothing by April 2018"``, or a :class:`Target`.
            scenario: under which plan; by default the last of the study.
            chance: in what share of worlds it must hold.
            level: of each bound.
            replications: worlds, those of :meth:`run` first.
            progress: say how many worlds there may be and how long they take, and show how far they are.

        Raises:
            InputError: with everything in the target and the arguments that is not allowed.

        Example:
            >>> import workforce_sim as ws
            >>> from workforce_sim.testing import small_authority
            >>> study = ws.Study(
            ...     small_authority(workers=3, referrals_per_day=0.6),
            ...     {"Do nothing": [], "Early help": [ws.EarlyHelp(30, start="2025-04-01")]},
            ...     start="2025-04-01", years=0.5,
            ... )
            >>> found = study.claim(
            ...     "open children at least 2 lower than Do nothing by 2025-10-01", replications=40
            ... )
            >>> found.verdict, found.met, found.worlds
            ('supported', 39, 40)
        """
        from workforce_sim.study.questions.claim import about, claim, from_worlds, whole_number_of_worlds

        whole_number_of_worlds("claim", replications)
        resolved, name = about(self.plan, target, scenario, chance, level, where="claim")
        names = [name, *([resolved.than] if resolved.than is not None else [])]
        samples = from_worlds(self.plan, self.worlds, resolved.target, names, replications, progress)
        return claim(self.plan, samples, resolved.target, name, chance=chance, level=level)

    def what_would_it_take(
        self,
        target: str | Target,
        lever: Lever,
        between: tuple[float, float] = (0, 200),
        *,
        step: float = 1,
        vary: str | None = None,
        scenario: str | None = None,
        probability: float = 0.8,
        level: float = 0.95,
        first: int = 25,
        most: int = 100,
        progress: bool = True,
    ) -> Needed:
        """The smallest amount of a lever at which a target is met in enough of the worlds.

        Amounts are tried by bisection under the same luck. The answer is the smallest whose lower bound
        reaches the probability; its interval begins at the smallest that cannot be excluded. The bounds
        count all amounts that may be tried, so that the true smallest amount is in the interval with the
        level stated, if more of the lever does not harm; where the worlds say that it does, the answer says
        so.

        Args:
            target: a sentence or a :class:`Target`, as in :meth:`claim`.
            lever: a function from an amount to an intervention (or several), such as ``lambda n: NewPosts(n,
                start="2015-04-01")``; or an intervention, of which one setting is varied.
            between: smallest and largest amount, in the unit of the lever (posts, percent of pay).
            step: amounts are ``between[0]`` and so many steps more; whole numbers if both are.
            vary: the setting of the intervention that is varied; by default the first that must be given
                (``number`` of posts, ``percent`` of pay).
            scenario: what it is added to; by default the first of the study.
            probability: in what share of worlds the target is to be met.
            level: of the interval.
            first: worlds of each amount at the first look; then twice as many, and so on.
            most: worlds of each amount at the last look: more give a narrower interval.
            progress: say how many worlds there may be and how long they take, and show how far they are.

        Returns:
            The answer, its interval, what it adds to the cost up to the date, and ``interventions``, ready
            for a study. ``answer`` is None where no amount in the range was shown to be enough.

        Raises:
            InputError: with everything that is not allowed.

        Example:
            >>> import workforce_sim as ws
            >>> from workforce_sim.testing import small_authority
            >>> service = small_authority(workers=3, referrals_per_day=0.6)
            >>> study = ws.Study(service, {"Do nothing": []}, start="2025-04-01", years=0.5)
            >>> found = study.what_would_it_take(
            ...     "open children at least 2 lower than Do nothing by 2025-10-01",
            ...     ws.EarlyHelp(10, start="2025-04-01"), between=(0, 60), step=10, most=50,
            ... )
            >>> found.at_least, found.answer, found.interventions[0].percent
            (10, 30, 30.0)
        """
        from workforce_sim.study.questions.what_would_it_take import Judging, what_would_it_take

        asked = (target, lever, between, step, vary, scenario)
        judging = Judging(probability, level, first, most)
        return what_would_it_take(self.plan, self.worlds, *asked, judging, progress)

    def cheapest_mix(
        self,
        target: str | Target,
        levers: Sequence[Lever],
        between: Sequence[tuple[float, float]],
        step: Sequence[float],
        *,
        vary: Sequence[str | None] = (None, None),
        scenario: str | None = None,
        probability: float = 0.8,
        level: float = 0.95,
        first: int = 25,
        most: int = 100,
        progress: bool = True,
    ) -> Mix:
        """Of two levers together, the amounts that meet a target in enough worlds at the least cost.

        At every amount of the second lever the smallest amount of the first is looked for, as in
        :meth:`what_would_it_take`; of those mixes that with the lowest mean added cost up to the date is the
        answer. Costs have intervals that hold for all mixes together, and mixes whose cost cannot be told
        from the cheapest are named. Only amounts of the grid are looked at.

        Args:
            target: a sentence or a :class:`Target`, as in :meth:`claim`.
            levers: two, as in :meth:`what_would_it_take`.
            between: smallest and largest amount of each.
            step: of the amounts of each; the second lever has at most 25 amounts.
            vary: the settings that are varied, where the levers are interventions.
            scenario: what they are added to; by default the first of the study.
            probability: in what share of worlds the target is to be met.
            level: of the bounds, all amounts of all mixes together.
            first: worlds of each mix at the first look.
            most: worlds of each mix at the last look.
            progress: say how many worlds there may be and how long they take, and show how far they are.

        Raises:
            InputError: with everything that is not allowed.

        Example:
            >>> import workforce_sim as ws
            >>> from workforce_sim.testing import small_authority
            >>> service = small_authority(workers=3, referrals_per_day=0.6)
            >>> study = ws.Study(service, {"Do nothing": []}, start="2025-04-01", years=0.5)
            >>> mix = study.cheapest_mix(
            ...     "open children at least 2 lower than Do nothing by 2025-10-01",
            ...     (lambda p: ws.EarlyHelp(p, start="2025-04-01", cost_gbp_per_year=1000.0 * p),
            ...      lambda p: ws.DemandChange(-p, start="2025-04-01")),
            ...     between=((0, 60), (0, 20)), step=(20, 20), most=50,
            ... )
            >>> mix.best.amounts
            (20, 20)
        """
        from workforce_sim.study.questions.cheapest_mix import cheapest_mix
        from workforce_sim.study.questions.what_would_it_take import Judging

        asked = (target, levers, between, step, vary, scenario)
        judging = Judging(probability, level, first, most)
        return cheapest_mix(self.plan, self.worlds, *asked, judging, progress)

    def credit(
        self,
        scenario: str | None = None,
        measure: str = "caseload",
        at: int | str | dt.date | None = None,
        *,
        replications: int = 100,
        level: float = 0.95,
        progress: bool = True,
    ) -> Credit:
        """How much of what a scenario does is due to each of its interventions: Shapley's value.

        The mean of what each adds, over all orders in which they could be added. All subsets are run in every
        world, so that the credits add up to the paired difference in every world, equal interventions get
        equal credit, and one that does nothing gets exactly nothing.

        Args:
            scenario: a name of the study; by default the last. What the first scenario does too is there in
                any case and gets no credit.
            measure: name or label of a measure.
            at: months since the start, or a date; by default the last.
            replications: worlds of every subset: seven interventions, the most there may be, have 128.
            level: of the intervals, which hold for all credits and their sum together.
            progress: say how many worlds there may be and how long they take, and show how far they are.

        Raises:
            InputError: with everything that is not allowed; a scenario with more than seven interventions.

        Example:
            >>> import workforce_sim as ws
            >>> from workforce_sim.testing import small_authority
            >>> help_early = ws.EarlyHelp(20, start="2025-04-01")
            >>> study = ws.Study(
            ...     small_authority(workers=3, referrals_per_day=0.6),
            ...     {"Do nothing": [], "Twice": [help_early, help_early]}, start="2025-04-01", years=0.5,
            ... )
            >>> found = study.credit(measure="open children", replications=10)
            >>> one, other, together = found.table["credit"]
            >>> one == other, one + other == together, bool(together < 0)
            (True, True, True)
        """
        from workforce_sim.study.questions.credit import credit

        return credit(self.plan, self.worlds, scenario, measure, at, replications, level, progress)

    def best(
        self,
        measure: str = "caseload",
        *,
        difference: float,
        at: int | str | dt.date | None = None,
        better: str | None = None,
        error: float = 0.05,
        first: int = 20,
        most: int = 1000,
        seconds: float | None = None,
        progress: bool = True,
    ) -> Best:
        """Which scenario is best by a measure, with an error that is stated beforehand (Kim and Nelson 2001).

        Scenarios are run side by side under the same luck, and one is dropped as soon as it is known to be
        worse. The best is selected with probability ``1 - error`` at least, if it is better than every other
        by ``difference`` or more. If worlds or seconds end first, the answer says what is left open and what
        would settle it.

        Args:
            measure: name or label of a measure.
            difference: the smallest difference worth finding, in the unit of the measure.
            at: months since the start, or a date; by default the last.
            better: ``"lower"`` or ``"higher"``, for measures of which neither is better in itself.
            error: how probable a wrong selection may be.
            first: worlds before any scenario is dropped; 10 to 20 are usual.
            most: worlds at which to give up.
            seconds: of running after which to give up, by default none. What was found may then depend on the
                machine; what was selected keeps its error.
            progress: say how many worlds there may be and how long they take, and show how far they are.

        Raises:
            InputError: with everything that is not allowed, or a world in which the measure has no value.

        Example:
            >>> import workforce_sim as ws
            >>> from workforce_sim.testing import small_authority
            >>> study = ws.Study(
            ...     small_authority(workers=3, referrals_per_day=0.6),
            ...     {"Do nothing": [], "Early help": [ws.EarlyHelp(30, start="2025-04-01")]},
            ...     start="2025-04-01", years=0.5,
            ... )
            >>> found = study.best("caseload", difference=1)
            >>> found.best, found.decided
            ('Early help', True)
        """
        from workforce_sim.study.questions.best import best

        asked = (measure, difference, at, better, error, first, most, seconds, progress)
        return best(self.plan, self.worlds, *asked)
