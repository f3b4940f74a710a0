"""What posts alone can and cannot do: arithmetic of a caseload, by the library's own definitions."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from tests.validation.registry import answers
from tests.validation.rules import Found
from tests.validation.worlds import service, stage
from workforce_sim.measures.census import average_caseload
from workforce_sim.study.decomposition import contributions


def children_open(posts: int, caseload: float) -> int:
    """Children open in an authority with so many posts, all filled, at this caseload."""
    return service({"case": stage(100.0)}, 1.0, caseload, posts).open_children()


@answers("V43")
def eighty_posts_on_seven_hundred() -> dict[str, Found]:
    """25 children a worker before, 15 after."""
    before, after = children_open(700, 25.0), children_open(780, 15.0)
    paths = {
        "caseload": [25.0, 15.0],
        "case_holders_fte": [700.0, 780.0],
        "case_holders_new_posts_fte": [0.0, 80.0],
    }
    told = SimpleNamespace(
        samples=lambda measure, scenario: np.array([paths.get(measure, [0.0, 0.0])]),
        authority=SimpleNamespace(demand=SimpleNamespace(children_per_year=0.0)),
    )
    parts = contributions(told, "posts", 0, 1)  # type: ignore[arg-type]
    utilisation = [caseload / (1 + caseload) for caseload in (25.0, 15.0)]
    return {
        "caseload with 80 posts more": Found(average_caseload(before, 780.0)),
        "share of the fall that the posts explain": Found(
            parts["new posts filled"] / np.sum(list(parts.values()), axis=0)
        ),
        "fall in open cases that is needed besides": Found(1 - after / before),
        "open cases at 25 and at 15": Found([before, after]),
        "more capacity of a worker who shares the day, to fall from 25 to 15": Found(
            utilisation[0] / utilisation[1] - 1
        ),
    }
