"""Batches as they travel to other processes and machines, and what is done with them there."""

from __future__ import annotations

import pickle
import platform
import threading
import time
from collections import OrderedDict
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from workforce_sim.authority.authority import Authority
from workforce_sim.errors import WorkforceSimError
from workforce_sim.study.arm import Arm, RunFailed
from workforce_sim.study.keys import authority_key, code_version, version_of
from workforce_sim.study.replicate import Batch, Done, Floats, run_batch

#: Packages that decide numbers beside this one.
DECIDING_PACKAGES = ("numpy", "numba", "simpy")

#: Services that a process keeps, so that each is balanced once there.
_KEPT = 64


class NotSame(WorkforceSimError):
    """Another process or machine has other code than this one, so its numbers could differ."""


class Parcel(NamedTuple):
    """A batch on its way: the arm as bytes, and what the place it goes to must be like."""

    arm: bytes
    authority: str
    key: str
    replications: tuple[int, ...]
    place: str


class Answer(NamedTuple):
    """What comes back of a parcel."""

    values: Floats
    seconds: float
    error: RunFailed | None

    def to(self, batch: Batch) -> Done:
        """As the answer to the batch that was sent."""
        return Done(batch, self.values, self.seconds, self.error)


class Packing:
    """Turns batches into parcels; every arm is turned into bytes once.

    Args:
        by_value: functions of a notebook or script travel as code; else they cannot travel.
    """

    def __init__(self, *, by_value: bool = False) -> None:
        self._by_value = by_value
        self._arms: OrderedDict[str, tuple[bytes, str]] = OrderedDict()

    def parcel(self, batch: Batch) -> Parcel:
        """A batch, ready to be sent.

        Raises:
            CannotTravel: something of the arm cannot be sent.
        """
        if batch.key not in self._arms:
            packed = self._packed(batch.arm)
            self._arms[batch.key] = packed, authority_key(batch.arm.authority)
            while len(self._arms) > _KEPT:
                self._arms.popitem(last=False)
        packed, authority = self._arms[batch.key]
        return Parcel(packed, authority, batch.key, batch.replications, this_place())

    def _packed(self, arm: Arm) -> bytes:
        if not self._by_value and arm.needs_this_process():
            what = f"a function of this notebook or script, in scenario {arm.name!r},"
            raise CannotTravel(f"{what} cannot run in other processes")
        try:
            if self._by_value:
                import cloudpickle

                return bytes(cloudpickle.dumps(arm))
            return pickle.dumps(arm)
        except Exception as error:  # what an object of the user's own raises can be anything
            raise CannotTravel(f"scenario {arm.name!r} cannot be sent to other processes: {error}") from error


class CannotTravel(WorkforceSimError):
    """An arm that cannot be sent to another process."""


@cache
def this_place() -> str:
    """What decides numbers in this process beside the inputs: code, packages, version of Python."""
    return f"code {code_version()}; {versions()}"


@cache
def versions() -> str:
    """Python and the packages that decide numbers, with their versions."""
    found = [f"python {'.'.join(platform.python_version_tuple()[:2])}"]
    found += [f"{name} {version_of(name) or 'of unknown version'}" for name in DECIDING_PACKAGES]
    return ", ".join(found)


_authorities: OrderedDict[str, Authority] = OrderedDict()
_one_at_a_time = threading.Lock()


def run_parcel(parcel: Parcel) -> Answer:
    """Run a batch where it has arrived.

    Threads of one process take turns: there is nothing to gain from two in one, and the collector of garbage,
    which is off during a run, belongs to all of them.

    Raises:
        NotSame: the code here is not the code there.
    """
    if parcel.place != this_place():
        raise NotSame(
            "a process that should run worlds of this study has other code than this one, so that its "
            "numbers could differ"
            f"\n  here:  {parcel.place}\n  there: {this_place()}\n"
            "  install the same versions in both places, and start Python and the cluster afresh"
        )
    with _one_at_a_time:
        began = time.perf_counter()
        arm = _unpacked(parcel)
        done = run_batch(Batch(0, parcel.key, arm, parcel.replications), began)
    return Answer(done.values, done.seconds, done.error)


def _unpacked(parcel: Parcel) -> Arm:
    arm: Arm = pickle.loads(parcel.arm)
    known = _authorities.setdefault(parcel.authority, arm.authority)
    _authorities.move_to_end(parcel.authority)
    while len(_authorities) > _KEPT:
        _authorities.popitem(last=False)
    return replace(arm, authority=known)
