"""Every policy with arguments that will do, so that one of them can be made another."""

from __future__ import annotations

import inspect
from typing import Any

import workforce_sim as ws
import workforce_sim.interventions

MONTH_LATER = "2025-11-03"

_NEEDED: dict[str, dict[str, Any]] = {
    "InspectionJudgement": {"judgement": "inadequate"},
    "TeamStructure": {"structure": "generic"},
    "PracticeStage": {"stage": "child in need plan", "share": 0.5},
    "AllocationRule": {"rule": "random"},
}


def _needed(kind: str) -> dict[str, Any]:
    """The arguments that a policy cannot do without, as its examples have them."""
    fields = getattr(ws, kind).model_fields
    required = {name: f.examples[0] for name, f in fields.items() if f.is_required() and name != "start"}
    return required | _NEEDED.get(kind, {})


#: Names of the built-in policies, with what they need.
POLICIES: dict[str, dict[str, Any]] = {
    name: _needed(name)
    for name, kind in inspect.getmembers(workforce_sim.interventions, inspect.isclass)
    if issubclass(kind, ws.Intervention) and kind is not ws.Intervention
}


def policy(kind: str, **settings: Any) -> ws.Intervention:
    """A policy of this kind from a month after the start, with these arguments."""
    made: ws.Intervention = getattr(ws, kind)(**{"start": MONTH_LATER, **POLICIES[kind], **settings})
    return made
