"""Worlds from where every authority stood: its row of a year, nothing later, and chance for some years.

This is the expensive part of a back-test, and the only one that simulates. It is the model as anybody gets it
from :meth:`Authority.from_csww`: assumptions held fixed, rates those of the one year.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from workforce_sim.data.backtest.rows import COLUMNS, Published
from workforce_sim.data.from_csww import authority_from_csww
from workforce_sim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.authority.authority import Authority
    from workforce_sim.study.study import Study

#: Columns of the table of worlds that say which world a row is.
KEYS = ("area", "origin", "horizon", "world")


class Start(NamedTuple):
    """Where a simulation starts.

    Attributes:
        area: name of the authority as last published.
        name: as published in the year of the origin.
        origin: year of 30 September.
        years: to be simulated.
    """

    area: str
    name: str
    origin: int
    years: int


def starts(known: Published, origins: Sequence[int], longest: int) -> list[Start]:
    """Every authority in every origin, for as many years as are known afterwards."""
    last = known.years[-1]
    return [
        Start(area, str(known.names[i, known.years.index(origin)]), origin, min(longest, last - origin))
        for origin in origins
        for i, area in enumerate(known.areas)
        if origin in known.years and origin < last and known.names[i, known.years.index(origin)]
    ]


def authority_at(table: pd.DataFrame, need: pd.DataFrame | None, start: Start) -> Authority:
    """The authority as it could be built in September of the origin: later rows are taken away first.

    Raises:
        InputError: too little is published of it.
    """
    table = table[table["year"] <= start.origin]
    if need is not None:
        need = need[need["year"] <= start.origin]
    return authority_from_csww(table, start.name, start.origin, need)


def seed_of(seed: int, start: Start) -> int:
    """Luck of its own for every authority and origin: what one has is no news of another."""
    return zlib.crc32(f"{seed} {start.name} {start.origin}".encode())


def simulate(
    table: pd.DataFrame,
    need: pd.DataFrame | None,
    wanted: Sequence[Start],
    *,
    worlds: int,
    seed: int,
    processes: int | None = None,
    progress: bool = True,
) -> tuple[pd.DataFrame, dict[tuple[str, int], str]]:
    """Run every start in so many worlds, and count as the census does after one, two and three years.

    Returns:
        A row an area, origin, horizon and world (from 0) with the measures as published (percent, children,
            FTE); and ``(area, origin)`` -> why it could not be started.

    Raises:
        RunFailed: a world raised; says how to replay it.
    """
    import pandas as pd

    from workforce_sim.study.many import run_all

    refused: dict[tuple[str, int], str] = {}

    def studies() -> Iterator[tuple[str, Study]]:
        """Made as they are asked for: a thousand authorities at a time would need much memory."""
        from workforce_sim.study.study import Study

        for i, start in enumerate(wanted):
            try:
                authority = authority_at(table, need, start)
            except InputError as error:
                refused[start.area, start.origin] = _first_line(error)
                continue
            yield (
                str(i),
                Study(
                    authority,
                    {"as it is": []},
                    dt.date(start.origin, 10, 1),
                    start.years,
                    seed_of(seed, start),
                    worlds,
                ),
            )

    parts: dict[int, pd.DataFrame] = {}
    bar = _bar(len(wanted)) if progress else None
    for name, result in run_all(studies(), processes=processes, progress=False):
        start = wanted[int(name)]
        found = {m: result.samples(m, "as it is")[:, 12::12] for m in COLUMNS}  # (worlds, years)
        grid = np.indices((worlds, start.years))
        parts[int(name)] = pd.DataFrame(
            {
                "area": start.area,
                "origin": start.origin,
                "horizon": grid[1].ravel() + 1,
                "world": grid[0].ravel(),
                **{m: values.ravel() for m, values in found.items()},
            }
        )
        if bar is not None:
            bar.update(len(parts) + len(refused) - bar.n)
    if bar is not None:
        bar.close()
    empty = pd.DataFrame(columns=[*KEYS, *COLUMNS])
    ordered = [parts[i] for i in sorted(parts)]
    return (pd.concat(ordered, ignore_index=True) if ordered else empty), refused


def _first_line(error: InputError) -> str:
    """What is wrong, in one line."""
    return "; ".join(f"{p.path}: {p.rule}" for p in error.problems)


def _bar(total: int) -> Any:
    from tqdm import tqdm

    return tqdm(total=total, desc="authorities and origins", unit="start", mininterval=0.5)
