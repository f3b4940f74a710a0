"""The tables of a back-test: scores by measure and horizon, the same year by year, and the files of both."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.data.backtest.rivals import RIVALS
from workforce_sim.data.backtest.scores import BANDS
from workforce_sim.files import check_folder, write_text

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.data.backtest.run import Backtest

_SCORES = (
    *("measure", "horizon", "method", "rows", "authorities", "first", "last", "crps"),
    *(f"held_{100 * share:.0f}" for share in BANDS),
    *("width_80", "width_90", "bias", "gain", "best_rule", "years_won", "years"),
)


def scores_of(rows: pd.DataFrame) -> pd.DataFrame:
    """A row a measure, horizon and method; see ``Backtest.scores``."""
    return _summed(rows, ["measure", "horizon"])


def by_year_of(rows: pd.DataFrame) -> pd.DataFrame:
    """A row a measure, horizon, year of the outcome and method."""
    summed = _summed(rows.assign(outcome_year=rows["origin"] + rows["horizon"]), _BY_YEAR)
    return summed.drop(columns=["first", "last", "years_won", "years"])


_BY_YEAR = ["measure", "horizon", "outcome_year"]


def _summed(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Scores by these columns and method, and each beside the best of the rules."""
    import pandas as pd

    columns = list(dict.fromkeys([*by, *_SCORES]))
    if rows.empty:
        return pd.DataFrame(columns=columns)
    found: list[dict[str, Any]] = []
    for keys, part in rows.groupby(by, sort=False):
        yearly = part.groupby(["method", part["origin"] + part["horizon"]], sort=False)["crps"].mean()
        mean = part.groupby("method", sort=False)["crps"].mean()
        best = min(RIVALS, key=lambda name: mean[name])
        for method, own in part.groupby("method", sort=False):
            target = own["origin"] + own["horizon"]
            won = [yearly[method][year] < yearly[best][year] for year in yearly[best].index]
            found.append(
                {
                    **dict(zip(by, keys, strict=True)),
                    "method": method,
                    "rows": len(own),
                    "authorities": own["area"].nunique(),
                    "first": int(target.min()),
                    "last": int(target.max()),
                    "crps": mean[method],
                    **{f"held_{p}": 100 * own[f"held_{p}"].mean() for p in ("50", "80", "90")},
                    **{f"width_{p}": (own[f"high_{p}"] - own[f"low_{p}"]).median() for p in ("80", "90")},
                    "bias": (own["mean"] - own["outcome"]).mean(),
                    "gain": _gain(float(mean[method]), float(mean[best])),
                    "best_rule": best,
                    "years_won": int(np.sum(won)),
                    "years": len(won),
                }
            )
    return pd.DataFrame(found, columns=columns)


def _gain(own: float, best: float) -> float:
    """Percent below the best rule; nan where that was never wrong."""
    return 100 * (1 - own / best) if best > 0 else float("nan")


def write(found: Backtest, path: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Two files: the scores, and every forecast with every row that has no score and why.

    Raises:
        InputError: a path that cannot be written.
    """
    import pandas as pd

    scores = check_folder(path, "backtest")
    beside = rows_file(scores)
    rows = (
        pd.concat([found.rows, found.not_scored], ignore_index=True) if len(found.rows) else found.not_scored
    )
    return (
        write_text(scores, found.scores.round(4).to_csv(index=False), "backtest"),
        write_text(beside, rows.round(4).to_csv(index=False), "backtest"),
    )


def rows_file(scores: Path) -> Path:
    """Where the rows go that belong to a file of scores."""
    return scores.with_name(f"{scores.stem}_rows{scores.suffix or '.csv'}")


def in_words(found: Backtest, methods: Sequence[str]) -> str:
    """The scores as text for a terminal, and how many rows have none, by reason."""
    scores, said = found.scores, []
    if scores.empty:
        said.append("Nothing could be scored.")
    else:
        shown = scores[scores["method"].isin(methods)].drop(columns=["first", "last", "authorities"])
        years = f"{scores['first'].min()} to {scores['last'].max()}"
        said += [
            f"Outcomes of {years}, {found.rows['area'].nunique()} authorities.",
            shown.round(2).to_string(index=False),
        ]
    if len(found.not_scored):
        said.append(f"{len(found.not_scored)} rows have no score:")
        counts = found.not_scored["reason"].value_counts()
        said += [f"  {n} x {reason}" for reason, n in counts.head(12).items()]
        if len(counts) > 12:
            said.append(f"  and {len(counts) - 12} other reasons: see the file of rows")
    return "\n".join(said)
