"""Back-test: stand in a year with only what was known then, forecast the next ones, and see how it went.

The rules are in docs/backtest.md; the command is :mod:`workforce_sim.data.backtest.command`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workforce_sim.data.backtest.forecast import LEAST_ERRORS, forecast
from workforce_sim.data.backtest.rivals import RIVALS, RULES, pairs
from workforce_sim.data.backtest.rows import COLUMNS, Published, published, scored
from workforce_sim.data.backtest.scores import BANDS, band_of_law, band_of_worlds, crps
from workforce_sim.data.backtest.worlds import KEYS, simulate, starts
from workforce_sim.data.cin import read_cin
from workforce_sim.data.csww import read_csww
from workforce_sim.errors import InputError, Problem, shown

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

_WHERE = "backtest"

CHANCE, FORECAST = "chance only", "forecast with past errors"

#: Everything that is scored, on the same rows.
METHODS = (CHANCE, FORECAST, *RIVALS)

#: Worlds of each start by default, and the fewest: of 19, all but one at each end are a band of 90%.
LEAST_WORLDS = 19

#: Years ahead that are forecast.
HORIZONS = (1, 2, 3)


@dataclass(frozen=True, eq=False)
class Backtest:
    """What :func:`backtest` found.

    Attributes:
        rows: a row a measure, authority, origin, horizon and method: ``outcome``, ``mean`` and bands
            (``low_50`` ... ``high_90``) of the forecast, ``crps``, and whether the bands held (``held_50``,
            ``held_80``, ``held_90``). In the units of the scores: ``in_post_fte`` as 100 x logarithm.
        not_scored: a row a measure, authority, origin and horizon that has no score, with the ``reason``.
        simulated: the worlds, a row an authority, origin, horizon and world; another back-test takes them.
    """

    rows: pd.DataFrame
    not_scored: pd.DataFrame
    simulated: pd.DataFrame

    @property
    def scores(self) -> pd.DataFrame:
        """A row a measure, horizon and method, on the same forecasts.

        ``rows``, ``authorities``, ``first`` and ``last`` (years of outcomes), ``crps``, ``held_50``,
        ``held_80``, ``held_90`` (percent), ``width_80``, ``width_90`` (medians), ``bias`` (mean forecast less
        outcome), ``gain`` (percent by which its CRPS is below that of the best of the three rules; below 0:
        that rule is better), ``best_rule``, and ``years_won`` of so many ``years`` of outcomes.
        """
        from workforce_sim.data.backtest.tables import scores_of

        return scores_of(self.rows)

    @property
    def by_year(self) -> pd.DataFrame:
        """The same by year of the outcome: one national shock each."""
        from workforce_sim.data.backtest.tables import by_year_of

        return by_year_of(self.rows)

    def to_csv(self, path: str | os.PathLike[str]) -> tuple[Path, Path]:
        """Write the scores to a file, and every forecast and row not scored beside it (``..._rows.csv``)."""
        from workforce_sim.data.backtest.tables import write

        return write(self, path)


def backtest(
    csww: str | os.PathLike[str] | pd.DataFrame,
    cin: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | pd.DataFrame | None = None,
    origins: Sequence[int] | None = None,
    horizons: Sequence[int] = HORIZONS,
    *,
    worlds: int = LEAST_WORLDS,
    seed: int = 1,
    simulated: pd.DataFrame | None = None,
    processes: int | None = None,
    progress: bool = True,
) -> Backtest:
    """Forecast every authority of a file from every year, and score it against what was published later.

    In each origin only rows of that year and before exist, and a forecast is corrected only by errors of
    forecasts whose outcome was known by then.

    Args:
        csww: the workforce indicators file as published, or what :func:`read_csww` made of it.
        cin: folder or list of the children in need tables, or what :func:`read_cin` made of them; None:
            demand and pathway are those of England 2025.
        origins: years of 30 September to stand in. None: all but the last of the file.
        horizons: years ahead, 1 to 3.
        worlds: simulated from each start, at least 19.
        seed: of all luck.
        simulated: worlds of an earlier back-test (``Backtest.simulated``); what is not in it is run.
        processes: 1 for this process only; by default as many as there are processors.
        progress: show a progress bar.

    Raises:
        InputError: files that cannot be read, or settings that are not possible, all at once.
        RunFailed: a world raised; says how to replay it.

    Example:
        ``ws.backtest("csww_indicators_2017_to_2025.csv", "children_in_need").scores``
    """
    import pandas as pd

    table = csww if isinstance(csww, pd.DataFrame) else read_csww(csww)
    need = cin if cin is None or isinstance(cin, pd.DataFrame) else read_cin(cin)
    known = published(table)
    _check(known, origins, horizons, worlds, seed)
    chosen = sorted(set(known.years[:-1] if origins is None else origins))
    ahead = sorted(set(horizons))
    # Errors of forecasts made before the first origin are learned from as well.
    wanted = starts(known, [y for y in known.years[:-1] if not chosen or y <= chosen[-1]], ahead[-1])
    there = _given(simulated, worlds)
    missing = [s for s in wanted if (s.area, s.origin, s.years) not in there]
    found, refused = simulate(
        table, need, missing, worlds=worlds, seed=seed, processes=processes, progress=progress
    )
    everything = _together(simulated, found, worlds)
    return _score(known, everything, refused, chosen, ahead)


def _check(known: Published, origins: Any, horizons: Any, worlds: Any, seed: Any) -> None:
    """Refuse what is not possible, all at once."""
    problems = []
    years = known.years
    if origins is not None:
        if not _whole(origins) or not origins:
            problems.append(Problem("origins", shown(origins), "a list of years", f"origins=[{years[0]}]"))
        else:
            rule = f"years of the file ({years[0]} to {years[-1]}) but the last, after which nothing is known"
            fix = f"one of {', '.join(map(str, years[:-1]))}" if years[:-1] else "a file of several years"
            problems += [
                Problem("origins", str(year), rule, fix) for year in origins if year not in years[:-1]
            ]
    if not _whole(horizons) or not horizons or not set(horizons) <= set(HORIZONS):
        problems.append(Problem("horizons", shown(horizons), "years ahead: 1, 2 or 3", "horizons=(1, 2, 3)"))
    if not _whole([worlds]) or worlds < LEAST_WORLDS:
        rule = f"a whole number from {LEAST_WORLDS}: with fewer no band of 90% can be checked"
        problems.append(Problem("worlds", shown(worlds), rule, f"worlds={LEAST_WORLDS}"))
    if not _whole([seed]) or seed < 0:
        problems.append(Problem("seed", shown(seed), "a whole number, 0 or more", "seed=1"))
    if problems:
        raise InputError(_WHERE, problems)


def _whole(values: Any) -> bool:
    return isinstance(values, (list, tuple, range, set)) and all(
        isinstance(v, (int, np.integer)) and not isinstance(v, bool) for v in values
    )


def _given(simulated: pd.DataFrame | None, worlds: int) -> set[tuple[str, int, int]]:
    """The starts that an earlier back-test has run in enough worlds: area, origin, years.

    Raises:
        InputError: it is not such a table.
    """
    if simulated is None:
        return set()
    import pandas as pd

    missing = (
        [*KEYS, *COLUMNS]
        if not isinstance(simulated, pd.DataFrame)
        else [name for name in (*KEYS, *COLUMNS) if name not in simulated]
    )
    if missing:
        rule = f"a table of worlds, with the columns {', '.join((*KEYS, *COLUMNS))}"
        fix = "simulated=earlier.simulated, or leave it out"
        raise InputError(_WHERE, [Problem("simulated", f"without {', '.join(missing)}", rule, fix)])
    each = simulated[simulated["world"] < worlds].groupby(["area", "origin"], sort=False)
    counts = each.agg(last=("horizon", "max"), n=("world", "size")).reset_index()
    full = counts[counts["n"] == counts["last"] * worlds]
    return {
        (str(area), int(origin), years)
        for area, origin, last in zip(full["area"], full["origin"], full["last"], strict=True)
        for years in range(1, int(last) + 1)
    }


def _together(simulated: pd.DataFrame | None, found: pd.DataFrame, worlds: int) -> pd.DataFrame:
    """Worlds given and worlds run, each once, in order."""
    import pandas as pd

    parts = [t for t in (found, simulated) if t is not None and len(t)]
    if not parts:
        return found
    both = pd.concat(parts, ignore_index=True)[[*KEYS, *COLUMNS]]
    both = both[both["world"] < worlds].drop_duplicates(list(KEYS), keep="first")
    return both.sort_values(list(KEYS), kind="stable").reset_index(drop=True)


def _score(
    known: Published,
    worlds: pd.DataFrame,
    refused: dict[tuple[str, int], str],
    origins: Sequence[int],
    horizons: Sequence[int],
) -> Backtest:
    """Every forecast beside its outcome."""
    import pandas as pd

    kept: list[pd.DataFrame] = []
    left: list[dict[str, Any]] = []
    cubes = cube_of(known, worlds)
    for measure in COLUMNS:
        for horizon in horizons:
            for origin in origins:
                one = _Case(known, cubes, refused, measure, horizon, origin)
                left += one.left_out()
                kept += one.scored()
    columns = [*_ROW, "outcome", "mean", *_bands("low"), *_bands("high"), "crps", *_bands("held")]
    rows = pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=columns)
    reasons = pd.DataFrame(left, columns=["measure", "area", "origin", "horizon", "reason"])
    return Backtest(rows, reasons, worlds)


_ROW = ("measure", "area", "origin", "horizon", "method")


def _bands(name: str) -> list[str]:
    return [f"{name}_{100 * share:.0f}" for share in BANDS]


def cube_of(known: Published, worlds: pd.DataFrame) -> dict[str, Floats]:
    """Worlds as arrays: measure -> shape ``(areas, years of the origin, horizons, worlds)``, scored units."""
    areas = {area: i for i, area in _positions(known)}
    n = int(worlds["world"].max()) + 1 if len(worlds) else 1
    shape = (len(known.areas), len(known.years), max(HORIZONS), n)
    cubes = {measure: np.full(shape, np.nan) for measure in COLUMNS}
    if not len(worlds):
        return cubes
    origin = worlds["origin"].to_numpy(int)
    keys = zip(worlds["area"], origin, strict=True)
    i = np.array([areas.get((area, year), -1) for area, year in keys])
    j, k = origin - known.years[0], worlds["horizon"].to_numpy(int) - 1
    fits = (i >= 0) & (j >= 0) & (j < shape[1]) & (k < shape[2])
    at = (i[fits], j[fits], k[fits], worlds["world"].to_numpy(int)[fits])
    for measure, cube in cubes.items():
        cube[at] = scored(measure, worlds[measure].to_numpy(float)[fits])
    return cubes


def _positions(known: Published) -> list[tuple[int, tuple[str, int]]]:
    """Where an authority's row of a year is: two that had one name had it in different years."""
    return [
        (i, (area, year))
        for i, area in enumerate(known.areas)
        for j, year in enumerate(known.years)
        if known.names[i, j]
    ]


class _Case:
    """One measure, horizon and origin: who has a forecast and an outcome, and how it went."""

    def __init__(
        self,
        known: Published,
        cubes: dict[str, Floats],
        refused: dict[tuple[str, int], str],
        measure: str,
        horizon: int,
        origin: int,
    ) -> None:
        self.known, self.refused = known, refused
        self.measure, self.horizon, self.origin = measure, horizon, origin
        self.now = known.years.index(origin)
        self.then = self.now + horizon
        past = known.until(origin)[measure]
        cube = cubes[measure][:, : self.now + 1, horizon - 1]  # worlds of later origins are not looked at
        means, variances = cube.mean(axis=2), cube.var(axis=2, ddof=min(1, cube.shape[2] - 1))
        self.errors = len(pairs(past, horizon)[0])
        self.values: dict[str, Floats] = {}
        self.outcome = np.full(len(past), np.nan)
        if self.then < len(known.years):
            self.outcome = known.values[measure][:, self.then]
        size = measure == "in_post_fte"
        dressed = forecast(past, means, variances, horizon, size=size)
        self.started = np.isfinite(means[:, -1])
        self.there = (
            self.started & np.isfinite(past[:, -1]) & np.isfinite(self.outcome) & np.isfinite(dressed[:, 0])
        )
        if self.there.any():
            self.values = {CHANCE: cube[:, -1], FORECAST: dressed}
            self.values |= {name: rule(past, horizon) for name, rule in RULES.items()}

    def scored(self) -> list[pd.DataFrame]:
        """A table a method."""
        import pandas as pd

        where = np.flatnonzero(self.there)
        found = []
        for method, values in self.values.items():
            outcome, mine = self.outcome[where], values[where]
            chance = method == CHANCE
            columns: dict[str, Any] = {
                "measure": self.measure,
                "area": [self.known.areas[i] for i in where],
                "origin": self.origin,
                "horizon": self.horizon,
                "method": method,
                "outcome": outcome,
                "mean": mine.mean(axis=1),
                "crps": crps(mine, outcome, fair=chance),
            }
            for share in BANDS:
                low, high = (band_of_worlds if chance else band_of_law)(mine, share)
                name = f"{100 * share:.0f}"
                columns |= {f"low_{name}": low, f"high_{name}": high}
                columns[f"held_{name}"] = (low - 1e-9 <= outcome) & (outcome <= high + 1e-9)
            found.append(pd.DataFrame(columns))
        return found

    def left_out(self) -> list[dict[str, Any]]:
        """Who was there in the origin and has no score, and why."""
        row = {"measure": self.measure, "origin": self.origin, "horizon": self.horizon}
        return [
            {**row, "area": area, "reason": self._reason(i)}
            for i, area in enumerate(self.known.areas)
            if self.known.names[i, self.now] and not self.there[i]
        ]

    def _reason(self, i: int) -> str:
        """Why an authority has no score, the first thing that stands in the way."""
        later = self.origin + self.horizon
        area = self.known.areas[i]
        if later > self.known.years[-1]:
            return f"the file ends in {self.known.years[-1]}"
        if not self.known.names[i, self.then]:
            return f"not in the file of {later}, or with other boundaries"
        if (area, self.origin) in self.refused:
            return f"{self.origin}: {self.refused[area, self.origin]}"
        for year, j in ((self.origin, self.now), (later, self.then)):
            if (self.measure, i, j) in self.known.why:
                return f"{year}: {self.known.why[self.measure, i, j]}"
        if not self.started[i]:
            return f"{self.origin}: no worlds were run, or a measure is not defined in them"
        return (
            f"{self.errors} forecasts over {self.horizon} year{'s' * (self.horizon > 1)} had an outcome by "
            f"{self.origin}; to learn from their errors it takes {LEAST_ERRORS}"
        )
