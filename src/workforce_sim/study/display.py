"""What is shown while worlds are run: how many there may be, how long they take, how far they are."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

#: Worlds after which their pace is known: of the first ones, one may compile.
_TOLD_BY = 5


class Display:
    """Says what one question may take before most of it is run, and then shows how far it is.

    Args:
        what: the question, in a word or two.
        most: worlds that it may take; None if nobody knows.
        seconds: how long so many worlds take; None while that is not known.
    """

    def __init__(self, what: str, most: int | None, seconds: Callable[[int], float | None]) -> None:
        self._what, self._most, self._seconds = what, most, seconds
        self._bar: Any = None
        self._done, self._said = 0, False

    def begins(self) -> None:
        """Worlds are to be run: what is known of how long they take is said."""
        if self._bar is None:
            self._bar = progress_bar(self._most, self._what)
        self._say()

    def update(self, worlds: int) -> None:
        """So many worlds have been run."""
        self._done += worlds
        self._bar.update(worlds)
        if self._done >= _TOLD_BY:
            self._say()

    def close(self) -> None:
        """It is over."""
        if self._bar is not None:
            self._bar.close()

    def _say(self) -> None:
        if self._said or self._most is None:
            return
        seconds = self._seconds(self._most)
        if seconds is not None:
            self._said = True
            text = f"{self._what}: up to {self._most:,} worlds, {in_time(seconds)}"
            self._bar.write(text, file=sys.stderr)


def in_time(seconds: float) -> str:
    """How long something takes, in words.

    Example:
        >>> in_time(8), in_time(200), in_time(9000)
        ('less than a minute', 'about 3 minutes', 'about 2.5 hours')
    """
    if seconds < 90:
        return "less than a minute" if seconds < 60 else "about a minute"
    return f"about {seconds / 60:.0f} minutes" if seconds < 5400 else f"about {seconds / 3600:.1f} hours"


def progress_bar(total: int | None, what: str) -> Any:
    """A bar of so many worlds, with the time left."""
    from tqdm import tqdm

    return tqdm(total=total, desc=what, unit="world", file=sys.stderr, mininterval=0.5)
