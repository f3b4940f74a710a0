"""The numbers of a study as one labelled Dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workforce_sim._version import __version__
from workforce_sim.authority.calendar import add_months
from workforce_sim.demand.luck import STREAM_VERSION
from workforce_sim.measures.paths import MEASURES

if TYPE_CHECKING:
    import xarray as xr

    from workforce_sim.study.arm import Plan


def labelled(plan: Plan, values: npt.NDArray[np.float64], seconds: float) -> xr.Dataset:
    """The numbers with their labels and units, and with what they were made from.

    Args:
        plan: what was run.
        values: shape ``(scenarios, replications, measures, months + 1)``, measures in the order of
            ``MEASURES``.
        seconds: that it took.
    """
    import pandas as pd
    import xarray as xr

    months = values.shape[-1] - 1
    dates = pd.DatetimeIndex([add_months(plan.start, m) for m in range(months + 1)])
    dimensions = ("scenario", "replication", "date")
    variables = {
        m.name: (dimensions, values[:, :, i], {"label": m.label, "units": m.unit})
        for i, m in enumerate(MEASURES)
    }
    coordinates = {
        "scenario": list(plan.scenarios),
        "replication": np.arange(values.shape[1]),
        "date": dates,
    }
    attributes = {
        "authority": plan.authority.name,
        "start": str(plan.start),
        "years": plan.years,
        "seed": plan.seed,
        "stream_version": STREAM_VERSION,
        "workforce_sim": __version__,
        "seconds": round(seconds, 2),
    }
    return xr.Dataset(variables, coordinates, attributes)
