"""The kinds of event in a run's log, one number each; the numbers never change meaning."""

from enum import IntEnum


class Kind(IntEnum):
    """What happened. Casework kinds are below 10, staff kinds from 10."""

    REFERRED = 0
    ALLOCATED = 1
    CLOSED = 2
    RETURNED = 3
    WORK_DONE = 4
    ENTERED = 5
    ENDED_EARLY = 6
    TURNED_AWAY = 7
    OPENED = 10
    NOTICE = 11
    LEFT = 12
    STARTED = 13
    AGENCY_STARTED = 14
    AGENCY_ENDED = 15
    CONVERTED = 16
    AWAY = 17
    BACK = 18
    MOVED = 19  # left this post for another, promoted
    PROMOTED = 20  # came into this post from another
    POST_CLOSED = 21
    AGENCY_NOTICE = 22
    MOVED_UP = 23  # to the next career level, in the same post

    @property
    def words(self) -> str:
        """The name as a planner would read it: ``agency started``."""
        return self.name.lower().replace("_", " ")
