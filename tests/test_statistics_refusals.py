"""What statistics refuse: every mistake is named at once, with what is allowed and what to write instead."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from tests.bad import Bad
from workforce_sim.errors import InputError
from workforce_sim.measures.survival import aalen_johansen, kaplan_meier
from workforce_sim.study.beyond_means import (
    better_interval,
    quantile_interval,
    quantile_ranks,
    ratio_interval,
    wilson_interval,
)
from workforce_sim.study.dunnett import dunnett_intervals
from workforce_sim.study.intervals import bonferroni_interval, bonferroni_t, joint_interval, mean_interval
from workforce_sim.study.precision import Precision, half_widths, progress, stopped
from workforce_sim.study.selection import kim_nelson, select_best
from workforce_sim.study.warm_up import moving_average, mser, warm_up

GOOD = [10.0, 11.0, 12.0, 10.5]


def nothing(r: int, numbers: tuple[int, ...]) -> list[float]:
    """Outputs that are all the same."""
    return [0.0] * len(numbers)


BAD = [
    Bad("level of a mean", lambda: mean_interval(np.ones(3), 95), "level", "95", "between 0 and 1", "0.95"),
    Bad("level of many", lambda: joint_interval(np.ones((3, 2)), 1.0), "level", "1.0", "neither", "0.95"),
    Bad("no comparisons", lambda: bonferroni_t(0, 19), "comparisons", "0", "from 1", "5"),
    Bad("half a degree", lambda: bonferroni_t(5, 1.5), "degrees", "1.5", "whole number", "19"),
    Bad("one column", lambda: bonferroni_interval(GOOD), "samples", "(4,)", "a table", "reshape"),
    Bad(
        "one row", lambda: bonferroni_interval([[1.0, 2.0]]), "samples", "1 numbers", "at least 2", "more rep"
    ),
    Bad(
        "nan", lambda: bonferroni_interval([[1.0, 2], [3, math.nan]]), "samples", "[1, 1]", "finite", "leave"
    ),
    Bad("no arms", lambda: dunnett_intervals(GOOD, {}), "arms", "{}", "a dictionary", "80 posts"),
    Bad(
        "words", lambda: dunnett_intervals(GOOD, {"a": "x"}), "arms['a']", "'x'", "a list of numbers", "10.2"
    ),
    Bad(
        "constant", lambda: dunnett_intervals([1.0, 1], {"a": [2.0, 2]}), "arms", "no spread", "vary", "exact"
    ),
    Bad("no trials", lambda: wilson_interval(0, 0), "trials", "0", "from 1", "100"),
    Bad("too many", lambda: wilson_interval(5, 4), "successes", "5", "at most trials (4)", "successes=4"),
    Bad("less than none", lambda: wilson_interval(-1, 4), "successes", "-1", "from 0", "95"),
    Bad("better", lambda: better_interval(GOOD, "lowest"), "better", "'lowest'", "one of", "'lower'"),
    Bad("both ways", lambda: better_interval(GOOD, np.ones(2)), "better", "array", "one of", "choose"),  # type: ignore[arg-type]
    Bad("of 400 digits", lambda: Precision(absolute=10**400), "absolute", "1000", "a finite number", "0.5"),
    Bad(
        "of 5000 digits",
        lambda: wilson_interval(10**5000, 4),
        "successes",
        "type int",
        "at most trials",
        "=4",
    ),
    Bad("too few", lambda: quantile_ranks(20, 0.9), "replications", "20", "at least 36", "replications=36"),
    Bad("a percentile", lambda: quantile_interval(GOOD, 90), "p", "90", "between 0 and 1", "0.9"),
    Bad(
        "empty", lambda: quantile_interval([], 0.5), "samples", "0 numbers", "not empty", "more replications"
    ),
    Bad("unpaired", lambda: ratio_interval(GOOD, [1.0, 2.0]), "below", "2 numbers", "as above: 4", "pair"),
    Bad("of 0", lambda: ratio_interval([1.0, 2.0], [0.0, 3.0]), "below", "sum of 0", "any one", "longer"),
    Bad("infinite", lambda: progress([1.0, math.inf]), "samples", "inf at [1]", "finite", "1 are not"),
    Bad("two", lambda: half_widths([1.0, 2.0]), "samples", "2 numbers", "at least 3", "more replications"),
    Bad("no precision", Precision, "relative, absolute", "None, None", "or both", "relative=0.05"),
    Bad("negative", lambda: Precision(relative=-0.1), "relative", "-0.1", "more than 0", "0.05"),
    Bad("endless", lambda: Precision(absolute=math.inf), "absolute", "inf", "a finite number", "0.5"),
    Bad("look back", lambda: Precision(absolute=1, look_ahead=-1), "look_ahead", "-1", "0 or more", "=5"),
    Bad("true", lambda: Precision(relative=True), "relative", "True", "more than 0", "0.05"),
    Bad(
        "plan of two",
        lambda: Precision(relative=0.1).planned([1.0, 2]),
        "samples",
        "2 num",
        "at least 3",
        "run",
    ),
    Bad(
        "no outputs",
        lambda: stopped({}, Precision(relative=0.1)),
        "outputs",
        "{}",
        "a dictionary",
        "caseload",
    ),
    Bad(
        "uneven",
        lambda: stopped({"a": GOOD, "b": GOOD[:3]}, Precision(relative=0.1)),
        "outputs",
        "a: 4, b: 3",
        "the same replications",
        "pair",
    ),
    Bad("unasked", lambda: stopped({"a": GOOD}, {}), "asked['a']", "None", "a Precision", "relative=0.05"),
    Bad("no batch", lambda: mser(list(range(40)), 0), "batch", "0", "from 1", "5"),
    Bad("one batch", lambda: mser(GOOD), "series", "4 numbers", "at least 10", "more"),
    Bad("a cube", lambda: warm_up(np.ones((2, 2, 2))), "paths", "(2, 2, 2)", "or a table", "3 dimensions"),
    Bad("wide", lambda: moving_average([GOOD], 1), "window", "1", "a quarter of the 4", "window=0"),
    Bad("one scenario", lambda: kim_nelson(1, 20), "scenarios", "1", "from 2", "5"),
    Bad("a guess", lambda: kim_nelson(2, 20, 0.6), "error", "0.6", "less than 1 - 1/2", "0.05"),
    Bad("no difference", lambda: select_best(nothing, 3, 0.0), "difference", "0.0", "more than 0", "0.5"),
    Bad("most", lambda: select_best(nothing, 3, 1.0, most=5), "most", "5", "from 20", "10000"),
    Bad(
        "higher", lambda: select_best(nothing, 3, 1.0, better="more"), "better", "'more'", "one of", "choose"
    ),
    Bad("not a function", lambda: select_best(3, 3, 1.0), "replicate", "3", "a function", "def replicate"),
    Bad(
        "one short",
        lambda: select_best(lambda r, i: [1.0], 3, 1.0),
        "replicate(0, ...)",
        "1 numbers",
        "each of the 3",
        "return",
    ),
    Bad(
        "nan of a run",
        lambda: select_best(lambda r, i: [1.0, math.nan], 2, 1.0),
        "replicate(0, ...)",
        "nan at [1]",
        "finite",
        "find out why",
    ),
    Bad(
        "no time",
        lambda: kaplan_meier([0, 3, 0], [1, 1, 1]),
        "times[0]",
        "0 (2 such)",
        "more than 0",
        "half a day",
    ),
    Bad(
        "early",
        lambda: kaplan_meier([2, 3], [1, 1], [-1, 0]),
        "entry[0]",
        "-1",
        "0 or more",
        "from its start",
    ),
    Bad(
        "late", lambda: kaplan_meier([2, 3], [1, 1], [0, 3]), "entry[1]", "3", "before it ended", "leave out"
    ),
    Bad("entries", lambda: kaplan_meier([2, 3], [1, 1], [0]), "entry", "1 numbers", "times: 2", "each spell"),
    Bad(
        "maybe", lambda: kaplan_meier([2, 3], [1, 0.5]), "ended[1]", "0.5", "True or False", "aalen_johansen"
    ),
    Bad("endings", lambda: kaplan_meier([2, 3], [1]), "ended", "1 of them", "times: 2", "each spell"),
    Bad("one word", lambda: aalen_johansen([2], "closed"), "ending", "'closed'", "a list of names", "None"),
    Bad("numbers", lambda: aalen_johansen([2, 3], [None, 1]), "ending[1]", "1", "a name", "transferred"),
    Bad("too short", lambda: aalen_johansen([2, 3], [None]), "ending", "1 of them", "times: 2", "each spell"),
    Bad("when", lambda: kaplan_meier([2, 3], [1, 1]).at(-1), "time", "-1", "0 or more", "26"),
    Bad("which", lambda: kaplan_meier([2, 3], [1, 1]).quantile(1), "p", "1", "between 0 and 1", "0.5"),
    Bad("how sure", lambda: kaplan_meier([2, 3], [1, 1]).interval(2), "level", "2", "between", "0.95"),
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_refusals_say_what_is_wrong(bad: Bad) -> None:
    """One mistake, one problem: where it is, what was given, what is allowed and what to write."""
    with pytest.raises(InputError) as refused:
        bad.act()
    (problem,) = refused.value.problems
    assert problem.path == bad.path
    assert bad.value in problem.value
    assert bad.rule in problem.rule
    assert bad.fix in problem.fix


@pytest.mark.parametrize(
    ("act", "paths"),
    [
        (lambda: bonferroni_t(0, 0, 0), ["comparisons", "degrees", "level"]),
        (lambda: bonferroni_interval([1.0], 2.0), ["samples", "level"]),
        (lambda: dunnett_intervals([1.0], {"a": [math.nan, 1]}, 0), ["level", "control", "arms['a']"]),
        (lambda: better_interval([], "best", 0), ["differences", "better", "level"]),
        (lambda: quantile_interval([math.nan], 2.0, 3.0), ["samples", "p", "level"]),
        (lambda: ratio_interval([1.0], ["a", "b"], 0), ["above", "below", "level"]),
        (lambda: Precision(relative=0, level=0, look_ahead=math.nan), ["relative", "level", "look_ahead"]),
        (lambda: select_best(nothing, 1, -1, first=1), ["difference", "scenarios", "first"]),
        (lambda: kim_nelson(0, 0, 0), ["scenarios", "first", "error"]),
        (lambda: kaplan_meier([-1.0], [2]), ["times[0]", "ended[0]"]),
    ],
)
def test_all_mistakes_are_named_at_once(act: Callable[[], object], paths: list[str]) -> None:
    """Everything that is wrong, in the order of the arguments as they are read."""
    with pytest.raises(InputError) as refused:
        act()
    assert [problem.path for problem in refused.value.problems] == paths


@pytest.mark.parametrize(
    ("act", "value"),
    [
        (lambda: kaplan_meier([3.0, -1.0, 2.0, 0.0], [1, 1, 1, 1]), "-1 (2 such)"),
        (lambda: kaplan_meier([3.0, -1.0, 2.0], [1, 1, 1]), "-1"),
        (lambda: better_interval([1.0, math.nan, 2.0, math.inf], "lower"), "nan at [1]"),
        (lambda: bonferroni_interval([[1.0, 2.0], [3.0, math.inf], [math.nan, 1.0]]), "inf at [1, 1]"),
    ],
)
def test_the_first_of_several_is_shown_and_they_are_counted(act: Callable[[], object], value: str) -> None:
    """The value is that of the first mistake, with how many there are where there are more."""
    with pytest.raises(InputError) as refused:
        act()
    assert [problem.value for problem in refused.value.problems] == [value]


def test_a_window_that_is_too_wide_is_told_the_widest_that_will_do() -> None:
    """Of 41 observations a window may reach 10 to each side, not 11; of 40 it may reach 9."""
    for observations, widest in ((41, 10), (40, 9)):
        with pytest.raises(InputError) as refused:
            moving_average(np.ones((2, observations)), widest + 1)
        (problem,) = refused.value.problems
        assert problem.fix == f"window={widest}"
        assert len(moving_average(np.ones((2, observations)), widest)) == observations - widest
