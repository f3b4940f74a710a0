"""Which tests each room of the library is held by, in the order in which they are likely to notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    """A part of the library and what is asked of a changed copy of it.

    Attributes:
        name: What it is called.
        files: Its files below src/workforce_sim, as globs.
        twin: Whether generated worlds are compared with the independent slow model.
        tests: What pytest is asked, one line after the other until one fails.
        compiled: Whether kernels are compiled; where the changes are in kernels they run as Python.
    """

    name: str
    files: tuple[str, ...]
    twin: bool
    tests: tuple[str, ...]
    compiled: bool


ROOMS = {
    room.name: room
    for room in (
        Room(
            "demand",
            ("demand/*.py",),
            True,
            ("tests/test_luck.py", "tests/test_history.py"),
            False,
        ),
        Room(
            "casework",
            ("casework/*.py",),
            True,
            (
                "tests/test_casework_corners.py",
                "tests/test_casework_changes.py",
                "tests/invariants/test_desk_machine.py",
            ),
            False,
        ),
        Room(
            "workforce",
            ("workforce/*.py",),
            True,
            (
                "tests/test_workforce_identities.py",
                "tests/invariants/test_state.py",
                "tests/test_interventions.py",
            ),
            True,
        ),
        Room(
            "measures",
            ("measures/*.py",),
            False,
            (
                "tests/test_measures_by_hand.py tests/test_survival.py tests/test_survival_refusals.py",
                "tests/test_statistics_refusals.py",
                "tests/test_csww.py tests/test_dashboard.py tests/test_story.py",
                "tests/invariants/test_work_time_money.py tests/test_identities.py",
            ),
            True,
        ),
        Room(
            "statistics",
            (
                "samples.py",
                "measures/survival.py",
                "study/intervals.py",
                "study/beyond_means.py",
                "study/dunnett.py",
                "study/precision.py",
                "study/selection.py",
                "study/verdict.py",
                "study/warm_up.py",
            ),
            False,
            (
                "tests/test_statistics.py tests/test_survival.py tests/test_statistics_refusals.py",
                "tests/test_verdict.py tests/test_survival_refusals.py",
                "src/workforce_sim/study src/workforce_sim/measures src/workforce_sim/samples.py",
            ),
            True,
        ),
    )
}
