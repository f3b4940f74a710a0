"""What charts say of a back-test: the record that :mod:`workforce_sim.report.badge` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workforce_sim.data.backtest.run import CHANCE, FORECAST
from workforce_sim.errors import InputError, Problem

if TYPE_CHECKING:
    from workforce_sim.data.backtest.run import Backtest


def record_of(found: Backtest) -> str:
    """The record as TOML: one entry a measure and horizon, with the names of ``report.badge.Scored``.

    Raises:
        InputError: nothing was scored.
    """
    import tomli_w

    scores = found.scores.set_index("method")
    if scores.empty:
        rule, fix = "forecasts with scores", "a file of at least three years and 20 authorities"
        raise InputError("backtest", [Problem("--record", "nothing to record", rule, fix)])
    chance, dressed = scores.loc[[CHANCE]], scores.loc[[FORECAST]]
    entries = [
        {
            "measure": str(one["measure"]),
            "horizon": int(one["horizon"]),
            "rows": int(one["rows"]),
            "authorities": int(one["authorities"]),
            "first": int(one["first"]),
            "last": int(one["last"]),
            "held_chance": round(float(alone["held_90"]), 1),
            "held": round(float(one["held_90"]), 1),
            "width_chance": round(float(alone["width_90"]), 2),
            "width": round(float(one["width_90"]), 2),
            "gain": round(float(one["gain"]), 1),
            "rival": str(one["best_rule"]),
        }
        for (_, alone), (_, one) in zip(chance.iterrows(), dressed.iterrows(), strict=True)
    ]
    return tomli_w.dumps({"tested": entries})
