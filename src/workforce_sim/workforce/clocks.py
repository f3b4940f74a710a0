"""Clocks that many posts run on at one rate, and that rate may change (section 6 of docs/model.md).

All hire clocks of a grade run at the same rate, and so do all its cover, end and convert clocks. So one
*dial* per kind and grade shows the integral of the rate, a clock is met when the dial shows its mark, and a
change of rate moves one event of the environment, however many vacancies are waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from workforce_sim.authority.calendar import INSTANT

if TYPE_CHECKING:
    import simpy

    from workforce_sim.demand.luck import Stream

NORMAL = 1  # SimPy's priority of a timeout


def at_moment(env: simpy.Environment, time: float, event: simpy.Event | None = None) -> simpy.Event:
    """An event, a new one if none is given, at just this time (now, if that is past).

    SimPy's own way, a delay, makes it ``now + (time - now)``, which loses the last digit.
    """
    event = env.event() if event is None else event
    event._ok, event._value = True, None
    now = env.now
    heappush(env._queue, (time if time > now else now, NORMAL, next(env._eid), event))  # type: ignore[misc]
    return event


def call_off(event: simpy.Event) -> None:
    """What waited for the event waits no more; the environment passes over it.

    To SimPy only what is past has no callbacks, so an event ahead that has none was called off.
    """
    event.callbacks = None  # type: ignore[assignment]


def happens(event: simpy.Event, value: Any) -> None:
    """The event happens with this value: at once if nothing is left of this instant, else in turn."""
    env = event.env
    if env.active_process is not None or env.peek() <= env.now:
        event.succeed(value)
        return
    event._ok, event._value = True, value
    callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
    for callback in callbacks:
        callback(event)


def forget(process: simpy.Process) -> None:
    """The process waits for nothing any more, and will not go on."""
    target = process.target
    if process.is_alive and target.callbacks is not None:
        target.callbacks.remove(process._resume)


class Clock:
    """A threshold to be met: of which kind, what is left of it, and what to do then.

    It is told when it is met, and whether it is the only one of its dial.
    """

    __slots__ = ("_mark", "dial", "kind", "left", "ring")

    def __init__(self, kind: Stream, need: float, ring: Callable[[Clock, bool], None]) -> None:
        self.kind = kind
        self.left = need
        self.ring = ring
        self.dial: Dial | None = None
        self._mark = 0.0

    def start(self, dial: Dial) -> None:
        """Run on this dial from now on."""
        self._mark = dial.now() + self.left
        self.dial = dial
        dial.add(self, self._mark)

    def stop(self) -> None:
        """Stand still; what is left stays."""
        if self.dial is not None:
            left = self._mark - self.dial.now()
            self.left = left if left > 0.0 else 0.0
            self.dial = None

    def met(self) -> bool:
        """Would ring in this instant."""
        dial = self.dial
        return dial is not None and self._mark - dial.now() <= dial.rate * INSTANT

    def runs(self, dial: Dial, mark: float) -> bool:
        """Still runs on this dial with this mark."""
        return self.dial is dial and self._mark == mark


class Dial:
    """The integral of a rate that may change, and the clocks that run on it.

    Attributes:
        rate: per working day.
    """

    def __init__(self, env: simpy.Environment, rate: float) -> None:
        self._env = env
        self.rate = rate
        self._shows = 0.0
        self._since = env.now
        self._clocks: list[tuple[float, int, Clock]] = []
        self._started = 0
        self._alarm: simpy.Event | None = None

    def now(self) -> float:
        """What the dial shows now."""
        return self._shows + self.rate * (self._env._now - self._since)

    def set_rate(self, rate: float) -> None:
        """Another rate from now on. A clock met in this instant rings whatever the new rate is."""
        if rate == self.rate:
            return
        reached = self.now()
        due = reached + self.rate * INSTANT
        self._shows, self._since, self.rate = reached, self._env.now, rate
        self._ring(due)

    def add(self, clock: Clock, mark: float) -> None:
        """A clock runs on this dial; it rings when the dial shows its mark."""
        self._started += 1
        heappush(self._clocks, (mark, self._started, clock))
        if self._clocks[0][2] is clock:
            self._set_alarm()

    def stop(self) -> None:
        """Nothing runs on the dial any more."""
        self._clocks.clear()
        self._alarm = None

    def _set_alarm(self) -> None:
        """One event of the environment, at the soonest mark, in place of the last."""
        clocks = self._clocks
        while clocks and not clocks[0][2].runs(self, clocks[0][0]):
            heappop(clocks)
        if self._alarm is not None:
            call_off(self._alarm)
            self._alarm = None
        if clocks and self.rate > 0:
            # from when the rate began to hold, so that clocks of other posts move no last digit of this one
            at = self._since + (clocks[0][0] - self._shows) / self.rate
            self._alarm = at_moment(self._env, at)
            self._alarm.callbacks.append(self._alarm_rings)

    def _alarm_rings(self, _: simpy.Event) -> None:
        now, ahead = self._env.now, self._env.peek()
        if (
            now < ahead <= now + INSTANT
        ):  # rounding parts no instant: what comes first in it may still be ahead
            self._alarm = at_moment(self._env, ahead)
            self._alarm.callbacks.append(self._alarm_rings)
            return
        self._ring(self.now() + self.rate * INSTANT)

    def _ring(self, due: float) -> None:
        """Ring every clock whose mark is due, and set the alarm for the next."""
        clocks, met = self._clocks, []
        while clocks and clocks[0][0] <= due:
            mark, _, clock = heappop(clocks)
            if clock.runs(self, mark):
                met.append(clock)
        self._set_alarm()
        for clock in met:
            clock.ring(clock, len(met) == 1)
