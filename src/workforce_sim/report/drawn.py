"""The numbers that a chart draws, as a table: what :attr:`Chart.table` holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.study.result import Result


def by_month(result: Result, paths: Mapping[str, Mapping[str, npt.ArrayLike]]) -> pd.DataFrame:
    """Paths over the months: a row a (scenario, date), a column a path."""
    import pandas as pd

    dates = pd.DatetimeIndex(result.data["date"].values, name="date")
    parts = {name: pd.DataFrame(dict(columns), index=dates) for name, columns in paths.items()}
    return pd.concat(parts, names=["scenario", "date"])
