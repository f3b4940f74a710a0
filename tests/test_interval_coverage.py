"""Intervals hold as often as they promise: measured, within four binomial standard errors."""

from __future__ import annotations

import pytest

from tests.coverage_experiments import EXPERIMENTS, Experiment


@pytest.mark.parametrize(
    "experiment",
    [pytest.param(e, id=e.name, marks=pytest.mark.slow if e.slow else ()) for e in EXPERIMENTS],
)
def test_coverage(experiment: Experiment) -> None:
    """Coverage is as expected; a control, an interval that does not fit the question, is seen not to hold."""
    found = experiment.coverage()
    assert found >= experiment.low - experiment.tolerance(experiment.low)
    assert found <= experiment.high + experiment.tolerance(experiment.high)
    if experiment.control:
        assert found < 0.95 - experiment.tolerance(0.95)


def test_the_tolerances_tell_the_stopping_rules_apart() -> None:
    """With and without looking ahead: what either may come to does not overlap at a cv of 0.2 and 10%."""
    named = {e.name: e for e in EXPERIMENTS}
    with_it, without = (named[f"stopping, cv 0.2, 10%, {how}"] for how in ("look-ahead 5", "no look-ahead"))
    assert without.high + without.tolerance(without.high) < with_it.low - with_it.tolerance(with_it.low)
    assert without.coverage() < with_it.coverage()


def test_the_tolerances_tell_the_bands_apart() -> None:
    """A pointwise band of a path can be taken for neither the sup-t band nor Bonferroni's, nor these two."""
    named = {e.name.split(" band")[0]: e for e in EXPERIMENTS if " band of " in e.name}
    pointwise, joint, wide = (named[name] for name in ("pointwise", "sup-t", "Bonferroni"))
    assert pointwise.high + pointwise.tolerance(pointwise.high) < joint.low - joint.tolerance(joint.low)
    assert joint.high + joint.tolerance(joint.high) < wide.low - wide.tolerance(wide.low)
