"""Settings for every test: examples that repeat, and no hidden luck."""

import random
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import settings

#: Needs the extra ``mutation`` and is a command, not a test: python -m tests.mutation
collect_ignore = ["mutation"]

settings.register_profile("workforce_sim", derandomize=True, deadline=None, max_examples=100)
settings.load_profile("workforce_sim")


def _global_random_states() -> dict[str, object]:
    name, keys, *rest = np.random.get_state()  # noqa: NPY002 (it is looked at, not drawn from)
    return {"numpy.random": (name, keys.tobytes(), *rest), "random": random.getstate()}


@pytest.fixture(autouse=True)
def no_global_luck() -> Iterator[None]:
    """Fail a test that draws from, or seeds, the random numbers the whole process shares."""
    before = _global_random_states()
    yield
    after = _global_random_states()
    changed = [module for module in before if before[module] != after[module]]
    if changed:
        pytest.fail(
            f"this test changed the global state of {' and '.join(changed)}, so results would depend on "
            "what ran before it. Draw from a generator of your own instead: in the library from the streams "
            "of workforce_sim.demand, in a test from np.random.default_rng(seed) or random.Random(seed).",
            pytrace=False,
        )
