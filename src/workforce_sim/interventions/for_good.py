"""For good: the end of a policy that has none."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from workforce_sim.errors import RuleBroken


def _nothing(value: Any) -> Any:
    """Refuse an end."""
    if value is None:
        return None
    rule = "nothing: this has no end; what it leaves behind fades or stays"
    raise RuleBroken("", str(value), rule, "leave end out")


#: The end of a policy that happens once.
NoEnd = Annotated[None, BeforeValidator(_nothing)]
