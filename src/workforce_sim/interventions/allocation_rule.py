"""Allocation rule: who gets the next family, by one of the library's rules or a planner's own function."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field

from workforce_sim.authority.parts import ALLOCATION_RULES
from workforce_sim.errors import RuleBroken, nearest
from workforce_sim.interventions.base import LEFT_OUT, Intervention

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.interventions.when import When
    from workforce_sim.workforce.service import Service


def _rule(value: Any) -> Any:
    """A rule's name, or a function of a family and the workers who could take it."""
    if callable(value) or value in ALLOCATION_RULES:
        return value
    names = ", ".join(f"'{name}'" for name in ALLOCATION_RULES)
    near = nearest(value, ALLOCATION_RULES) if isinstance(value, str) else None
    fix = f"write rule='{near or ALLOCATION_RULES[0]}', or rule=choose with def choose(family, workers): ..."
    raise RuleBroken("", value, f"one of {names}, or a function", fix)


class AllocationRule(Intervention):
    """Allocate families by another rule between two dates.

    A function ``choose(family, workers)`` is asked about the first family of every waiting list: it gets a
    :class:`~workforce_sim.casework.ownrule.WaitingFamily` and a list of
    :class:`~workforce_sim.casework.ownrule.Candidate` (present, taking new cases, with room, experienced if
    need be) in order of post number, and returns the ``post`` of one of them, or None to let the family wait.
    It makes runs about four times slower (docs/speed.md), and a study that runs on several processes needs
    one that is defined in a file, not in a notebook cell. Effect path: who holds which case -> pace -> drift.
    Cost: none. Evidence: assumption (how managers choose is not documented).

    Args:
        rule: ``"fewest children"``, ``"least work"``, ``"random"`` or a function.
        start: from this date.
        end: to this date; for good if left out. Then the rule of the authority holds again.

    Raises:
        InputError: with every problem found; in the run, if a function returns what it was not offered.

    Example:
        >>> import workforce_sim as ws
        >>> def most_hours_free(family, workers):
        ...     return min(workers, key=lambda w: w.children / w.able).post
        >>> ws.AllocationRule(most_hours_free, start="2026-01-01").headline()
        'allocation by most_hours_free'
    """

    effect = "who holds which case -> pace -> drift; no unit"
    evidence = "assumption"

    rule: Annotated[str | Callable[..., Any], BeforeValidator(_rule)] = Field(examples=["'least work'"])

    def __init__(
        self,
        rule: str | Callable[..., Any] = LEFT_OUT,
        *,
        start: str | dt.date | When = LEFT_OUT,
        end: str | dt.date | When | None = None,
        **misspelt: Any,
    ) -> None:
        super().__init__(rule=rule, start=start, end=end, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        name = self.rule if isinstance(self.rule, str) else getattr(self.rule, "__name__", "your own rule")
        return f"allocation by {name}"

    def begins(self, service: Service, key: object) -> None:
        """The rule holds."""
        service.allocation.set(key, self.rule)

    def is_over(self, service: Service, key: object) -> None:
        """The rule of the authority holds again."""
        service.allocation.end(key)
