"""How fast casework goes: section 2 of docs/model.md. The kernel compiles this very function."""

from __future__ import annotations


def pace(
    wanted: float,
    upkeep: float,
    hours: float,
    overtime_share: float,
    overtime_limit: float,
) -> float:
    """The share of full attention that a worker can give to every case being worked on, 0 to 1.

    Args:
        wanted: hours of progress a day that the cases being worked on would absorb with full attention.
        upkeep: hours a day that all cases held cost by being open.
        hours: ordinary hours of case work a day.
        overtime_share: share of the hours wanted beyond the ordinary day that overtime meets.
        overtime_limit: most hours of overtime a day.

    Example:
        Fourteen children at 0.24 hours of progress and 0.06 of upkeep just fit into 4.2 hours; thirty do not:

        >>> round(pace(14 * 0.24, 14 * 0.06, 4.2, 0.5, 2.0), 3), round(pace(7.2, 1.8, 4.2, 0.5, 2.0), 3)
        (1.0, 0.611)
    """
    if wanted <= 0.0:
        return 1.0
    overtime = min(overtime_limit, overtime_share * max(0.0, wanted + upkeep - hours))
    return min(1.0, max(0.0, hours + overtime - upkeep) / wanted)
