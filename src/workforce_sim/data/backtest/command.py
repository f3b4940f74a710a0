"""The command of the back-test.

``python -m workforce_sim.data.backtest --csww FILE --cin FOLDER --out FILE.csv``; for the rules see
docs/backtest.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workforce_sim.data.backtest.record import record_of
from workforce_sim.data.backtest.run import HORIZONS, LEAST_WORLDS, METHODS, backtest
from workforce_sim.data.backtest.tables import in_words, rows_file
from workforce_sim.errors import InputError, Problem, WorkforceSimError
from workforce_sim.files import check_folder, write_text

if TYPE_CHECKING:
    import pandas as pd


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a back-test from the command line; 0 if it went well, 2 if something given was wrong."""
    given = _parser().parse_args(arguments)
    try:
        for path in (given.out, given.record, given.worlds_file):
            if path is not None:
                check_folder(path, "backtest")
        found = backtest(
            given.csww,
            given.cin,
            given.origins,
            given.horizons,
            worlds=given.worlds,
            seed=given.seed,
            simulated=_worlds_of(given.worlds_file),
            processes=given.processes,
            progress=not given.quiet,
        )
        if given.worlds_file is not None:
            write_text(given.worlds_file, found.simulated.to_csv(index=False), "backtest")
        files = [*found.to_csv(given.out)]
        if given.record is not None:
            files.append(write_text(given.record, record_of(found), "backtest"))
    except WorkforceSimError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted: nothing was written", file=sys.stderr)
        return 130
    print(in_words(found, METHODS))
    print("\n".join(f"written: {file}" for file in files))
    return 0


def _worlds_of(path: str | None) -> pd.DataFrame | None:
    """Worlds that an earlier run has kept, or nothing if there is no such file yet.

    Raises:
        InputError: it cannot be read as such a table.
    """
    if path is None or not Path(path).exists():
        return None
    import pandas as pd

    try:
        return pd.read_csv(path, encoding="utf-8")
    except (OSError, ValueError) as error:  # what is no table, or no text
        rule = "worlds kept by an earlier run"
        raise InputError("backtest", [Problem("--worlds-file", path, rule, f"remove it; {error}")]) from None


def _parser() -> argparse.ArgumentParser:
    example = Path("backtest.csv")
    parser = argparse.ArgumentParser(
        prog="python -m workforce_sim.data.backtest",
        description="Stand in past years, forecast the next ones with what was known then, and score it.",
    )
    parser.add_argument("--csww", required=True, help="workforce indicators (CSWW) as published, a CSV file")
    parser.add_argument("--cin", help="folder of the children in need tables (else: demand of England 2025)")
    parser.add_argument(
        "--out", required=True, help=f"scores ({example}); every row goes to {rows_file(example)}"
    )
    parser.add_argument("--origins", type=int, nargs="+", help="years to stand in (all but the last)")
    parser.add_argument("--horizons", type=int, nargs="+", default=list(HORIZONS), help="years ahead (1 2 3)")
    parser.add_argument(
        "--worlds", type=int, default=LEAST_WORLDS, help=f"worlds of each start ({LEAST_WORLDS})"
    )
    parser.add_argument("--seed", type=int, default=1, help="of all luck (1)")
    parser.add_argument("--processes", type=int, help="at a time (as many as there are processors)")
    parser.add_argument("--worlds-file", help="keep the worlds here, and run only those that are not in it")
    parser.add_argument("--record", help="write the record that charts are marked with (backtest.toml)")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    return parser
