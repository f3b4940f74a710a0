"""Bad input as a value: a mistake, and what the one problem it gives must say."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Bad:
    """A mistake and what its one problem must say: where, what was given, the rule and the fix."""

    name: str
    act: Callable[[], object]
    path: str
    value: str
    rule: str
    fix: str
