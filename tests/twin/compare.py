"""Comparing two logs of the same world, instant by instant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

Event: TypeAlias = tuple[float, str, int, int]

SAME_INSTANT = 1e-7
AROUND = 6


def instants(events: Iterable[Event]) -> list[list[Event]]:
    """The events in groups no wider than `SAME_INSTANT`, each sorted by kind, post and case."""
    groups: list[list[Event]] = []
    for event in sorted(events, key=lambda event: event[0]):
        if not groups or event[0] - groups[-1][0][0] > SAME_INSTANT:
            groups.append([])
        groups[-1].append(event)
    return [sorted(group, key=lambda event: event[1:]) for group in groups]


def normalise(events: Iterable[Event]) -> list[Event]:
    """The events in order of instants, within an instant by kind, post and case."""
    return [event for group in instants(events) for event in group]


def assert_same(a: Iterable[Event], b: Iterable[Event], tol: float = 1e-6) -> None:
    """Fail, showing the surroundings, at the first event that differs or is more than `tol` apart in time."""
    left, right = normalise(a), normalise(b)
    for i in range(max(len(left), len(right))):
        if i >= len(left) or i >= len(right) or not same(left[i], right[i], tol):
            raise AssertionError(report(left, right, i))


def same(one: Event, other: Event, tol: float) -> bool:
    """The same thing happened at the same time."""
    return tuple(one[1:]) == tuple(other[1:]) and abs(one[0] - other[0]) <= tol


def report(left: Sequence[Event], right: Sequence[Event], at: int) -> str:
    """The last few events around the first difference, side by side."""
    lines = [f"logs differ at event {at} (of {len(left)} and {len(right)}); time, kind, post, case:"]
    for i in range(max(0, at - AROUND), min(max(len(left), len(right)), at + AROUND // 2 + 1)):
        mark = ">" if i == at else " "
        lines.append(f"{mark}{i:5d}  {line(left, i):44s} | {line(right, i)}")
    return "\n".join(lines)


def line(events: Sequence[Event], i: int) -> str:
    """One event as text."""
    if i >= len(events):
        return "(no more)"
    time, kind, post, case = events[i]
    return f"{time:.9f} {kind} {post} {case}"
