"""Running a study at many points: the same plan with other values of its assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.calendar import WorkingCalendar
from workforce_sim.checks import check_interventions
from workforce_sim.errors import InputError
from workforce_sim.study.arm import Arm, Plan
from workforce_sim.study.assumptions import with_assumptions
from workforce_sim.study.worlds import Worlds

Floats = npt.NDArray[np.float64]

#: Points that are run at a time: enough for several processes to share, few enough to be held in memory.
_AT_A_TIME = 32


def latin_hypercube(draws: int, dimensions: int, seed: int) -> Floats:
    """Shares between 0 and 1, shape ``(draws, dimensions)``: one in every ``1 / draws`` of each dimension.

    McKay, Beckman and Conover (1979).

    Example:
        >>> u = latin_hypercube(4, 2, seed=1)
        >>> sorted((u[:, 0] * 4).astype(int).tolist()), sorted((u[:, 1] * 4).astype(int).tolist())
        ([0, 1, 2, 3], [0, 1, 2, 3])
    """
    generator = np.random.default_rng([seed, 17])  # not the luck of the worlds
    strata = generator.permuted(np.tile(np.arange(draws), (dimensions, 1)), axis=1).T
    return np.asarray((strata + generator.random((draws, dimensions))) / draws, dtype=np.float64)


def sobol_points(draws: int, dimensions: int, seed: int) -> Floats:
    """Scrambled Sobol points, shape ``(draws, dimensions)``; more draws begin with the same ones."""
    from scipy.stats import qmc

    generator = np.random.default_rng([seed, 17])
    engine = qmc.Sobol(dimensions, scramble=True, seed=generator)
    return np.asarray(engine.random(draws), dtype=np.float64)


def run_points(
    plan: Plan,
    worlds: Worlds,
    scenarios: Sequence[str],
    points: Sequence[Mapping[str, float]],
    replications: Sequence[Sequence[int]],
    *,
    progress: bool,
    what: str,
) -> Iterator[tuple[int, Floats | InputError]]:
    """Run every point in its own worlds; a point that the authority refuses is given with the reason.

    Args:
        plan: of the study.
        worlds: what runs and remembers.
        scenarios: which of the plan.
        points: for each, values by the path of an assumption.
        replications: for each point, the numbers of its worlds, as many as any other point has.
        progress: say how many worlds there are and how long they will take, then show how far they are.
        what: for the progress bar.

    Yields:
        The number of the point with its values, shape ``(scenarios, worlds, measures, months + 1)``, or with
        the error; in order.
    """
    calendar = plan.calendar
    total = sum(len(r) for r in replications) * len(scenarios)
    with worlds.shown(what, total, progress=progress):
        for numbers in _batches(range(len(points))):
            found = {b: _arms(plan, scenarios, points[b], calendar) for b in numbers}
            able = [(arms, replications[b]) for b, arms in found.items() if not isinstance(arms, InputError)]
            worlds.run_together(able)
            for b, arms in found.items():
                yield b, arms if isinstance(arms, InputError) else worlds.values(arms, replications[b])


def _arms(
    plan: Plan, scenarios: Sequence[str], point: Mapping[str, float], calendar: WorkingCalendar
) -> list[Arm] | InputError:
    """The arms of a point, or why the authority or an intervention refuses it."""
    try:
        authority = with_assumptions(plan.authority, point) if point else plan.authority
    except InputError as error:
        return error
    problems = [
        p for name in scenarios for p in check_interventions(list(plan.scenarios[name]), authority, calendar)
    ]
    if problems:
        return InputError("the interventions", problems)
    return [plan.arm(name, authority=authority) for name in scenarios]


def _batches(numbers: range) -> list[range]:
    """The first alone, so that it is known early how long the rest will take."""
    rest = numbers[1:]
    return [numbers[:1], *(rest[i : i + _AT_A_TIME] for i in range(0, len(rest), _AT_A_TIME))]


def refusals(errors: Sequence[InputError]) -> str:
    """What was refused and why, in one line; nothing if nothing was."""
    if not errors:
        return ""
    first = errors[0].problems[0]
    return f"{first.path} = {first.value} (rule: {first.rule})"
