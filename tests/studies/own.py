"""A small study, and policies of one's own that count, raise, interrupt and die."""

import multiprocessing
import os
from pathlib import Path
from typing import ClassVar

from workforce_sim import Intervention, NewPosts, Study
from workforce_sim.testing import small_authority
from workforce_sim.workforce.service import Service

#: Worlds differ: families come by chance.
SMALL = small_authority(3, referrals_per_day=0.3)
START = "2025-10-01"
POST = NewPosts(1, start="2026-01-01")


def study(replications=12, scenarios=None, **settings) -> Study:
    scenarios = {"Do nothing": [], "1 post": [POST]} if scenarios is None else scenarios
    return Study(SMALL, scenarios, START, years=0.5, replications=replications, **settings)


class Watching(Intervention):
    """Sees how many children have an open case, and writes that down."""

    seen: ClassVar[list[int]] = []

    def begins(self, service: Service, key: object) -> None:
        self.seen.append(service.desk.open_children)
        self.at(service.desk.open_children)

    def at(self, children: int) -> None:
        pass


class Fatal(Watching):
    """Kills its process in worlds with so many children, if the process is not the first; can keep count."""

    children: int
    deaths: str = ""

    def at(self, children: int) -> None:
        if children == self.children and multiprocessing.parent_process() is not None:
            if self.deaths:
                with Path(self.deaths).open("a") as stream:
                    stream.write("x")
            os._exit(9)


class FatalOnce(Watching):
    """Kills the first process that comes to it."""

    marker: str

    def at(self, children: int) -> None:
        if multiprocessing.parent_process() is None:
            return
        try:
            Path(self.marker).touch(exist_ok=False)  # one of two processes that come at once can make it
        except FileExistsError:
            return
        os._exit(9)


class Raising(Watching):
    """Raises in worlds with so many children."""

    children: int

    def at(self, children: int) -> None:
        if children == self.children:
            raise ArithmeticError("a mistake of the planner's own")


class Interrupting(Watching):
    """Somebody presses the key in the n-th world that comes to it."""

    world: int

    def at(self, children: int) -> None:
        if len(self.seen) == self.world:
            raise KeyboardInterrupt


def the_only_one(numbers: list[int]) -> int:
    """The place of a number that is there once, as late as possible."""
    return max(i for i, n in enumerate(numbers) if numbers.count(n) == 1)
