"""A planner's own policies, in a module of their own so that other processes can import them."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy


def two_posts_and_a_rise(env: simpy.Environment, service: Any) -> Generator[simpy.Event, Any, None]:
    """On working day 60 two posts open in the first team and pay rises by 10% in all grades."""
    yield env.timeout(60)
    for _ in range(2):
        service.open_post(team=0, grade=0, running=True)
    service.change_pay("mine", range(len(service.grades)), 1.1)
