"""The years of one authority: its stocks on every 30 September and who came and left in between.

From the published workforce indicators, or from a table of a council's own; the rules are in docs/data.md.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workforce_sim.data.areas import years_of_change
from workforce_sim.data.csww import COUNTS, read_csww, row_of
from workforce_sim.errors import InputError, Problem, shown, unknown_name

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

#: Fewest years after the first: of two the spread between years is one number.
FEWEST_YEARS = 3

#: What the first year has to have, since a run starts there.
_STOCKS = ("inpost_fte", "vacancy_fte", "agency_fte")

_EXAMPLE = (
    "read_csww(file) with area='Birmingham', or a table with a row a year and inpost_fte, leavers_fte, ..."
)


@dataclass(frozen=True, eq=False)
class Yearly:
    """Figures of one authority, a year apart.

    Attributes:
        area: whose.
        first: the year of the first 30 September.
        counts: column of the return (``inpost_fte``, ``leavers_fte``, ...) -> shape ``(years,)``; nan where
            nothing is published. Flows are those of the year that ends there.
        source: in words.
    """

    area: str
    first: int
    counts: dict[str, Floats]
    source: str

    @property
    def years(self) -> list[int]:
        """All of them, the first included."""
        return [self.first + i for i in range(len(self.counts["inpost_fte"]))]

    def mean(self, name: str) -> float:
        """Of the years that have it; nan if none has."""
        known = self.counts[name][np.isfinite(self.counts[name])]
        return float(known.mean()) if len(known) else math.nan

    def posts(self) -> Floats:
        """Established posts, in post and vacant; between years that have both, on a straight line."""
        total = self.counts["inpost_fte"] + self.counts["vacancy_fte"]
        known = np.flatnonzero(np.isfinite(total))
        found: Floats = np.interp(np.arange(len(total)), known, total[known])
        return found


def yearly(
    observed: str | os.PathLike[str] | pd.DataFrame | Yearly,
    area: str | None = None,
    years: tuple[int, int] | None = None,
    where: str = "yearly",
) -> Yearly:
    """The years of an authority from the published indicators, or from a table of its own.

    Years before the last change of its boundaries, and first ones without stocks, are left out.

    Args:
        observed: the CSWW file, or what ``read_csww`` made of it; or a table of one authority with an index
            of years and the columns ``inpost_fte, vacancy_fte, agency_fte, agency_cover_fte,
            case_holders_fte, cases, leavers_fte, starters_fte`` (FTE; what is not known may be left out).
        area: in a table of many, which.
        years: first and last of those to be used; None: all.
        where: for messages.

    Raises:
        InputError: an unknown area, columns or years that are not there, or fewer than three years after
            the first.

    Example:
        >>> import pandas as pd
        >>> own = pd.DataFrame(
        ...     {"inpost_fte": [50.0, 51, 49, 52], "vacancy_fte": [10.0, 9, 11, 8], "agency_fte": 6.0},
        ...     index=[2022, 2023, 2024, 2025],
        ... )
        >>> yearly(own).posts().tolist()
        [60.0, 60.0, 60.0, 60.0]
    """
    import pandas as pd

    if isinstance(observed, Yearly):
        return observed
    if not isinstance(observed, (str, os.PathLike, pd.DataFrame)):
        rule = "the file of workforce indicators, or a table with a row a year"
        raise InputError(where, [Problem("observed", shown(observed), rule, _EXAMPLE)])
    table = observed if isinstance(observed, pd.DataFrame) else read_csww(observed)
    if "area" in table.columns:
        rows, name, source = _published(table, area, where)
    else:
        rows, name, source = _own(table, where), area or "our service", "own yearly figures"
    first, last = _between(rows, years, where)
    rows = rows.reindex(range(first, last + 1))
    there = rows[list(_STOCKS)].notna().all(axis=1).to_numpy() & (rows["inpost_fte"] > 0).to_numpy()
    start = int(np.argmax(there)) if there.any() else len(rows)
    rows = rows.iloc[start:]
    if len(rows) < FEWEST_YEARS + 1:
        value = f"{len(rows)} from {first + start}" if there.any() else "none with stocks"
        rule = f"at least {FEWEST_YEARS + 1} years, the first with {', '.join(_STOCKS)}"
        fix = "an area with more years; to start from one row needs no calibration: Authority.from_csww"
        raise InputError(where, [Problem("observed: years", value, rule, fix)])
    counts = {name: rows[name].to_numpy(dtype=np.float64) for name in COUNTS}
    return Yearly(name, first + start, counts, f"{source}, {first + start} to {last}")


def _published(table: pd.DataFrame, area: object, where: str) -> tuple[pd.DataFrame, str, str]:
    """The rows of an area of the indicators; ``low`` agency rounds to 0."""
    if not isinstance(area, str):
        rule = "the name of an area of the file"
        raise InputError(where, [Problem("area", shown(area), rule, "area='Birmingham'")])
    last = int(table["year"][table["area"] == area].max()) if (table["area"] == area).any() else 0
    row_of(table, area, last, where)  # says which areas there are
    rows = table[table["area"] == area].set_index("year")
    own = rows[[*COUNTS]].astype(float)
    for name in COUNTS:
        low = rows["symbols"].map(lambda text, name=name: f"{name} low" in str(text).split(", "))
        own[name] = own[name].where(~low, 0.0)
    changed = max(years_of_change(area), default=0)
    return own[own.index >= changed], area, f"DfE Children's social work workforce, {area}"


def _own(table: pd.DataFrame, where: str) -> pd.DataFrame:
    """A table of one authority's own figures, every column a number."""
    problems = [
        unknown_name(f"observed: column {name}", name, list(COUNTS), "a column")
        for name in table.columns
        if name not in COUNTS
    ]
    problems += [
        Problem(
            f"observed: column {name}", "missing", "a column of FTE a year", f"observed[{name!r}] = [...]"
        )
        for name in _STOCKS
        if name not in table.columns
    ]
    index: list[Any] = list(table.index)
    if not all(isinstance(year, (int, np.integer)) and 1990 <= year <= 2100 for year in index):
        rule = "a year a row: the year of 30 September"
        problems.append(Problem("observed: index", shown(index), rule, "observed.index = [2022, 2023, ...]"))
    elif len(set(index)) < len(index):
        problems.append(Problem("observed: index", shown(index), "each year once", "remove one of them"))
    for name in table.columns:
        values = table[name]
        numbers = values.map(lambda x: isinstance(x, (int, float, np.integer, np.floating)))
        if not numbers.all() or not (values.isna() | ((values >= 0) & (values < 1e9))).all():
            fix = "float('nan') where it is not known"
            problems.append(Problem(f"observed: {name}", shown(list(values)), "numbers, 0 or more", fix))
    if problems:
        raise InputError(where, problems)
    return table.reindex(columns=list(COUNTS)).astype(float).sort_index()


def _between(rows: pd.DataFrame, years: object, where: str) -> tuple[int, int]:
    """The first and the last year to be used."""
    known = (int(rows.index.min()), int(rows.index.max())) if len(rows) else (0, 0)
    if years is None:
        return known
    whole = (
        isinstance(years, (tuple, list))
        and len(years) == 2
        and all(isinstance(y, (int, np.integer)) and not isinstance(y, bool) for y in years)
    )
    if not whole or not known[0] <= years[0] < years[1] <= known[1]:  # type: ignore[index]
        rule = f"first and last year, within {known[0]} to {known[1]}"
        raise InputError(where, [Problem("years", shown(years), rule, f"years=({known[0]}, {known[1]})")])
    return int(years[0]), int(years[1])  # type: ignore[index]
