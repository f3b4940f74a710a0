"""Which allocation rule holds: the authority's own, or that of the policy in force that was set last."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import simpy

    from workforce_sim.casework.desk import Desk


class AllocationRules:
    """The rules in force, the last set first."""

    def __init__(self, env: simpy.Environment, desk: Desk) -> None:
        self._env = env
        self._desk = desk
        self._in_force: dict[object, str | Callable[..., Any]] = {}

    def set(self, key: object, rule: str | Callable[..., Any]) -> None:
        """Allocate by this rule until :meth:`end` of the same key."""
        self._in_force[key] = rule
        self._apply()

    def end(self, key: object) -> None:
        """The rule of this key no longer holds."""
        del self._in_force[key]
        self._apply()

    def _apply(self) -> None:
        from workforce_sim.casework.ownrule import OwnRule
        from workforce_sim.casework.rules import RULES

        rule = next(reversed(self._in_force.values()), self._desk.rules.rule)
        self._desk.set_rule(rule if rule in RULES else OwnRule(rule), self._env.now)  # type: ignore[arg-type]
