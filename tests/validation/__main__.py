"""``python -m tests.validation``: ask the library for every known answer and say whether it agrees.

Options: names of cases (``V12 V13``) to ask only for these; ``--write`` writes docs/known_answers.md (all
cases); ``--quick`` asks only for those without chance in them. Ends with code 1 unless all agree.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter

from tests.validation import page
from tests.validation.registry import Case, Line, answer, cases
from tests.validation.rules import Verdict

GOOD = (Verdict.PASS, Verdict.STATED)


def main(arguments: list[str]) -> int:
    """Print a line for each number of each case, and how it ended."""
    every = cases()
    names = [a for a in arguments if not a.startswith("--")]
    unknown = [name for name in names if name not in every]
    if unknown:
        print(f"there is no case {', '.join(unknown)}; cases are {', '.join(every)}")
        return 2
    if "--write" in arguments and (names or "--quick" in arguments):
        print("--write needs all cases: the page shows them all")
        return 2
    asked = [every[name] for name in names] or [
        c for c in every.values() if c.quick or "--quick" not in arguments
    ]
    started = perf_counter()
    lines: list[Line] = []
    with ProcessPoolExecutor() as pool:
        for case, (found, seconds) in zip(asked, pool.map(_timed, asked), strict=True):
            print(f"{case.id}  {case.title}  ({seconds:.0f} s)")
            for line in found:
                print("     " + page.as_text(line))
            lines += found
    bad = [line for line in lines if line.verdict not in GOOD]
    print(
        f"{len(asked)} cases, {len(lines)} lines: {len(lines) - len(bad)} agree, {len(bad)} do not; "
        f"{perf_counter() - started:.0f} s"
    )
    if "--write" in arguments and not bad:
        page.PAGE.write_text(page.written(lines), encoding="utf-8")
        print(f"written: {page.PAGE.name}")
    return 1 if bad else 0


def _timed(case: Case) -> tuple[list[Line], float]:
    began = perf_counter()
    return answer(case), perf_counter() - began


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
