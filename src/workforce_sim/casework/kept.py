"""What is kept of a run's records, and where: the event log, and the visits of families that have ended."""

from __future__ import annotations

from typing import Any

from workforce_sim.casework import state
from workforce_sim.casework.state import State
from workforce_sim.record_file import RecordFile

#: Visits that have ended wait here for their file, or to be forgotten.
_ROOM = 1024


class Kept:
    """Gives the kernel room for more records, by making it or by moving what is there into a file.

    Args:
        log: keep the event log, in memory (True) or in a file of records of the kind ``LOG``.
        visits: keep the visits that have ended, in memory (True) or in a file of the kind ``VISIT``.
    """

    def __init__(self, log: bool | RecordFile, visits: bool | RecordFile) -> None:
        self.logging = log is not False
        self._log_file = log if isinstance(log, RecordFile) else None
        self._visits = visits

    @property
    def visits_room(self) -> int | None:
        """Room for ended visits at first; None for as much as a run needs, or nearly."""
        return None if self._visits is True else _ROOM

    def with_log_room(self, now: State) -> State:
        """What is in the log goes to its file; without one, or if nothing is in it, the log grows."""
        run = now.run[0]
        if self._log_file is None or not run.logged:
            return state.with_longer_log(now)
        self._log_file.append(now.log[: int(run.logged)])
        run.logged = 0
        return now

    def with_visits_room(self, now: State) -> State:
        """Visits that have ended go to their file, or are forgotten; or there is room for more of them."""
        if self._visits is True:
            return state.with_more_visits(now)
        run = now.run[0]
        if isinstance(self._visits, RecordFile):
            self._visits.append(now.visits[: int(run.visited)])
        run.visited = 0
        return now

    def log(self, now: State) -> Any:
        """All events so far."""
        if self._log_file is None:
            return now.log[: int(now.run[0].logged)]
        self.finish(now)
        return self._log_file.read()

    def visits(self, now: State) -> Any:
        """All visits that have ended so far."""
        assert self._visits is not False, "they have not been kept"
        if isinstance(self._visits, RecordFile):
            self.finish(now)
            return self._visits.read()
        return now.visits[: int(now.run[0].visited)]

    def finish(self, now: State) -> None:
        """What is still here goes into the files."""
        if self._log_file is not None and now.run[0].logged:
            self.with_log_room(now)
        if isinstance(self._visits, RecordFile) and now.run[0].visited:
            self.with_visits_room(now)
