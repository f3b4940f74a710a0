"""Families of stated sizes, children who are cases of their own, and the gamma law of work."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import gamma, norm

import workforce_sim as ws
from tests.validation.worlds import START, service, stage
from workforce_sim.authority.gamma_law import gamma_quantile, shares
from workforce_sim.authority.steady import steady

SIZES = (0.55, 0.25, 0.12, 0.06, 0.02)


def families(together: bool = True, **casework: float) -> ws.Authority:
    """Three families of 1.75 children a day, with work for 20 days at most and workers who have time."""
    case = stage(10.0, work_law="gamma", work_cv=0.5, attention_hours_per_day=0.001)
    apart = service({"case": case}, 3.0 * 1.75, 40.0, 4, teams=2, casework=casework)
    sizes = {"children_per_family": 1.75, "family_sizes": SIZES, "siblings_together": together}
    return apart.with_changes(demand=sizes)


def test_sizes_are_those_stated() -> None:
    """Of 2,200 families the shares of every size are within four standard errors, and none is larger."""
    finished = ws.Simulation(families(), [], START, 3, 5).run()
    sizes = finished.children.loc[finished.children["referred_day"] > 0, "children"]
    found = np.bincount(sizes, minlength=6)[1:] / len(sizes)
    assert len(found) == 5
    expected = np.array(SIZES)
    assert (np.abs(found - expected) < 4 * np.sqrt(expected * (1 - expected) / len(sizes))).all()


def test_siblings_apart_are_the_same_families() -> None:
    """As many children at the same moments in the same teams, but each closed when its own work is done."""
    together, apart = (ws.Simulation(families(t), [], START, 1, 5).run().children for t in (True, False))
    together, apart = (c[c["referred_day"] > 0] for c in (together, apart))
    assert (apart["children"] == 1).all()
    by_family = apart.groupby("referred_day")
    assert by_family.size().tolist() == together["children"].tolist()
    assert by_family["team"].nunique().max() == by_family["priority"].nunique().max() == 1
    assert by_family["team"].first().tolist() == together["team"].tolist()
    first = by_family["natural_days"].first().to_numpy()
    closed = together["closed_day"].notna().to_numpy()
    np.testing.assert_array_equal(first[closed], together["natural_days"].to_numpy()[closed])
    several = by_family.filter(lambda family: len(family) > 1 and family["closed_day"].notna().all())
    assert several["closed_day"].nunique() == len(several) > 100


def test_who_reads_in_reads_a_child_at_a_time() -> None:
    """The hours of reading in are per case: balance counts them per child, for siblings apart in full."""
    few_hours = {"handover_reading_hours": 1e-6}  # so that nothing is longer open for them
    together, apart = (steady(families(t, **few_hours)).history.repeated_hours.sum() for t in (True, False))
    assert apart == pytest.approx(1.75 * together, rel=1e-3)
    assert together > 0


@pytest.mark.parametrize(
    ("sizes", "path"), [((0.5, 0.4), "demand.family_sizes"), ((0.5, 0.5), "demand.children_per_family")]
)
def test_sizes_that_do_not_fit_are_refused(sizes: tuple[float, ...], path: str) -> None:
    """They add up to 1, and their mean is that of the children of a family."""
    with pytest.raises(ws.InputError) as refused:
        families().with_changes(demand={"family_sizes": sizes})
    assert [p.path for p in refused.value.problems] == [path]


def test_sizes_read_back() -> None:
    """From a file as from Python."""
    assert ws.Authority.from_toml(families(False).to_toml()) == families(False)


@pytest.mark.parametrize("shape", [0.04, 0.5, 1.0, 1.8, 30.0, 1111.0])
def test_the_gamma_law_is_that_of_the_books(shape: float) -> None:
    """Quantiles over sixteen standard deviations, and both tails, against SciPy's."""
    for z in np.linspace(-8.0, 8.0, 65).tolist():
        exact = gamma.ppf(norm.cdf(z), shape) if z < 0 else gamma.isf(norm.sf(z), shape)
        if exact > 1e-290:
            assert gamma_quantile(shape, z) * shape == pytest.approx(exact, rel=1e-11)
            lower, upper = shares(shape, exact)
            assert (lower if z < 0 else upper) == pytest.approx(norm.cdf(-abs(z)), rel=1e-9)
    assert gamma_quantile(np.inf, 1.0) == 1.0
