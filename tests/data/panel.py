"""Made-up files of many authorities and years, and worlds that were not simulated, for back-tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from tests.data.returns import csww_row, write_csww
from workforce_sim.data.backtest.rows import COLUMNS

Floats = npt.NDArray[np.float64]

#: What every authority of these files has, where nothing else is said.
USUAL = {
    "turnover_rate": 15.0,
    "agency_rate": 20.0,
    "vacancy_rate": 25.0,
    "caseload": 16.0,
    "in_post_fte": 100.0,
}


def names(number: int) -> list[str]:
    """Names of authorities, in alphabetical order."""
    return [f"Town {i:03d}" for i in range(number)]


def cells_of(values: dict[str, float], area: str, year: int) -> dict[str, str]:
    """A published row with these rates, to so many digits that they come back."""
    v = {**USUAL, **values}
    in_post = v["in_post_fte"]
    counts = {
        "inpost_fte": in_post,
        "leavers_fte": v["turnover_rate"] / 100 * in_post,
        "agency_fte": in_post * v["agency_rate"] / (100 - v["agency_rate"]),
        "agency_cover_fte": 0.0,
        "vacancy_fte": in_post * v["vacancy_rate"] / (100 - v["vacancy_rate"]),
        "case_holders_fte": 0.6 * in_post,
        "cases": v["caseload"] * 0.6 * in_post,
    }
    row = csww_row(area, **{name: f"{value:.10f}" for name, value in counts.items()})
    return row | {"time_period": str(year)}


def file_of(path: Path, panel: dict[str, Floats], first: int = 2017) -> Path:
    """A file of authorities x years with these measures, and England and its region in every year."""
    number, years = next(iter(panel.values())).shape
    rows = []
    for j in range(years):
        for i, area in enumerate(names(number)):
            here = {m: float(v[i, j]) for m, v in panel.items()}
            if all(np.isfinite(x) for x in here.values()):
                rows.append(cells_of(here, area, first + j))
        rows += [cells_of({}, area, first + j) for area in ("North", "England")]
    return write_csww(path, *rows)


def worlds_of(
    panel: dict[str, Floats],
    draw: Callable[[str, Floats, int], Floats],
    *,
    first: int = 2017,
    worlds: int = 19,
    horizons: Sequence[int] = (1, 2, 3),
) -> pd.DataFrame:
    """Worlds in place of simulated ones: ``draw(measure, last figure of every start and world, horizon)``."""
    number, years = next(iter(panel.values())).shape
    parts = []
    for j in range(years - 1):
        for h in [h for h in horizons if j + h < years]:
            grid = np.indices((number, worlds))
            last = {
                m: np.repeat(panel[m][:, j], worlds) if m in panel else np.full(number * worlds, USUAL[m])
                for m in COLUMNS
            }
            part = {m: draw(m, value, h) for m, value in last.items()}
            areas = [names(number)[i] for i in grid[0].ravel()]
            parts.append(
                pd.DataFrame(
                    {"area": areas, "origin": first + j, "horizon": h, "world": grid[1].ravel(), **part}
                )
            )
    return pd.concat(parts, ignore_index=True)
