"""What hostile input may come to: something made, or a refusal that helps; never anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import workforce_sim as ws


def made_or_refused(make: Callable[[], Any]) -> Any:
    """What is made, or None if it was refused with a path, a rule and a fix for every problem."""
    try:
        return make()
    except ws.InputError as error:
        refused = error
    assert refused.problems
    for problem in refused.problems:
        assert problem.path.strip()
        assert problem.rule.strip()
        assert problem.fix.strip()
        assert len(problem.value) < 1000
    text = str(refused)
    text.encode("utf-8")  # it can be printed
    assert "pydantic" not in text
    return None
