"""The command: ``workforce-sim run bid.toml``, ``workforce-sim verify bid.zip``, ``workforce-sim warm``."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workforce_sim._version import __version__
from workforce_sim.errors import InputError, WorkforceSimError

if TYPE_CHECKING:
    from workforce_sim.study.result import Result

#: What the command gives back to the shell.
DONE, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit code: 0 done, 1 failed or not verified, 2 wrong input, 130 interrupted.

    Example:
        >>> from workforce_sim.command import main
        >>> main(["verify", "nowhere.zip"])
        2
    """
    given = _parser().parse_args(arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.showwarning = _show_warning  # type: ignore[assignment]
        try:
            code: int = given.command(given)
        except InputError as error:
            print(error, file=sys.stderr)
            return WRONG_INPUT
        except WorkforceSimError as error:
            print(error, file=sys.stderr)
            return FAILED
        except KeyboardInterrupt:
            print("interrupted before there was a result", file=sys.stderr)
            return INTERRUPTED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="workforce-sim",
        description="Test a children's services workforce plan before asking for the money.",
    )
    parser.add_argument("--version", action="version", version=f"workforce_sim {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="run a study from its file and print the answer")
    run.add_argument("study", metavar="STUDY.toml")
    run.add_argument(
        "--replications", type=_whole, metavar="N", help="worlds, in place of what the file says"
    )
    run.add_argument(
        "--processes", type=_whole, metavar="N", help="1 for one; by default as many as are useful"
    )
    run.add_argument("--folder", metavar="DIR", help="keep worlds here, and go on from what is there")
    run.add_argument("--out", metavar="TABLE.csv", help="write all measures by scenario and year")
    run.add_argument("--report", metavar="PAGE.html", help="write the page for the meeting")
    run.add_argument(
        "--bundle", metavar="BID.zip", help="write inputs, versions, numbers and page as one file"
    )
    run.add_argument("--quiet", action="store_true", help="no progress bar")
    run.set_defaults(command=_run)

    check = commands.add_parser("verify", help="say whether the printed numbers of a bundle still hold")
    check.add_argument("bundle", metavar="BID.zip")
    check.add_argument("--seconds", type=float, default=30.0, help="for running worlds again (30)")
    check.set_defaults(command=_verify)

    warm = commands.add_parser("warm", help="compile the fast rules now, so that no study waits for it")
    warm.set_defaults(command=_warm)
    return parser


def _run(given: argparse.Namespace) -> int:
    from workforce_sim.files import check_folder, write_text
    from workforce_sim.measures.paths import NAMES
    from workforce_sim.study.study import Study

    for path in (given.out, given.report, given.bundle):
        if path is not None:  # refused now, not after an hour
            check_folder(path, "workforce-sim run")
    names = ("replications", "processes", "folder")
    settings: dict[str, Any] = {n: getattr(given, n) for n in names if getattr(given, n) is not None}
    result = Study.from_file(given.study, **settings).run(progress=not given.quiet)
    print(as_text(result))
    if given.out is not None:
        table = result.table(NAMES).to_csv(lineterminator="\n")
        print(f"table: {write_text(given.out, table, 'workforce-sim run')}")
    if given.report is not None:
        print(f"page: {result.report(given.report)}")
    if given.bundle is not None:
        print(f"bundle: {result.bundle(given.bundle)}")
    return DONE


def _verify(given: argparse.Namespace) -> int:
    from workforce_sim.study.verify import verify

    found = verify(given.bundle, seconds=given.seconds)
    print(found)
    return DONE if found else FAILED


def _warm(_: argparse.Namespace) -> int:
    from workforce_sim.study.warming import warm

    print(warm())
    return DONE


def as_text(result: Result) -> str:
    """The answer as a table of text: mean and 95% interval at the end, and the difference from the first."""
    from workforce_sim.measures.paths import BY_NAME, HEADLINE
    from workforce_sim.report.answer import stated

    last = result.months()
    means = result.table(at=[last]).to_dict("index")
    width = max(len(name) for name in result.scenarios)
    lines = [f"{result.authority.name}, {result.replications} worlds, after {last} months (95% intervals)"]
    for name in HEADLINE:
        measure = BY_NAME[name]
        lines.append(f"\n{measure.label} ({measure.unit})")
        for scenario in result.scenarios:
            row = means[name, scenario, last]
            mean, low, high = (_number(row[c], measure.decimals) for c in ("mean", "low", "high"))
            line = f"  {scenario:{width}}  {mean:>13}  {low} to {high}"
            if scenario != result.baseline:
                apart = stated(result, scenario, name, [last]).to_dict("index")[name, last]
                mean, low, high = (
                    _number(apart[c], measure.decimals, sign="+") for c in ("difference", "low", "high")
                )
                line += f"   {mean} ({low} to {high}) against {result.baseline}"
            lines.append(line)
    return "\n".join(lines)


def _number(value: Any, decimals: int, sign: str = "") -> str:
    return format(value, f"{sign},.{decimals}f") if value == value else "no value"


def _whole(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a whole number from 1")
    return number


def _show_warning(message: Warning | str, *_: Any) -> None:
    print(f"note: {message}", file=sys.stderr)
