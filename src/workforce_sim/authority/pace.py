"""How fast casework goes: section 2 of docs/model.md. The kernel compiles this very function."""

from __future__ import annotations


def pace(
    children: float,
    hours: float,
    attention: float,
    upkeep: float,
    overtime_share: float,
    overtime_limit: float,
) -> float:
    """Hours of progress per child and day of a worker who holds so many children.

    Args:
        children: children held, more than 0.
        hours: ordinary hours of case work a day.
        attention: most hours of progress a child absorbs a day.
        upkeep: hours a day a child costs by being open.
        overtime_share: share of the hours wanted beyond the ordinary day that overtime meets.
        overtime_limit: most hours of overtime a day.

    Example:
        >>> round(pace(14, 4.2, 0.24, 0.06, 0.5, 2.0), 3), round(pace(30, 4.2, 0.24, 0.06, 0.5, 2.0), 3)
        (0.24, 0.147)
    """
    wanted = (attention + upkeep) * children - hours
    overtime = min(overtime_limit, overtime_share * max(0.0, wanted))
    free = (hours + overtime - upkeep * children) / children
    return min(attention, max(0.0, free))
