"""The pathway of an authority: England's, with the shares that the authority's own returns give.

What is decided at the front door and after an assessment, who is put on a protection plan, and how many come
back: tables C1, C4 and D3. Lengths and hours stay England's; the scale of work is solved (docs/model.md, 9).
"""

from __future__ import annotations

from typing import Any

from workforce_sim.authority.parts import Source
from workforce_sim.authority.pathway import Pathway
from workforce_sim.authority.taken import Taken
from workforce_sim.data.figures import Figure, Row, Values, figure, record, source

#: Referrals within 12 months of another, England 2025 (table C1): what the shipped pathway's returns make.
ENGLAND_REREFERRED = 0.226

#: At least this share of assessments leads to help that is not an enquiry: where own figures leave less,
#: enquiries are counted that began later than at the assessment.
LEAST_HELPED = 0.1

_PLACES = 4


def own_pathway(
    rows: list[Row],
) -> tuple[dict[str, Any] | Pathway, dict[str, Source], list[Taken]]:
    """The settings of the pathway, their sources, and what was taken and filled in."""
    england = Pathway.preset("england")
    sources: dict[str, Source] = {}
    said: list[Taken] = []

    def share(path: str, formula: Any, columns: tuple[str, ...]) -> float | None:
        """A share of what comes next, with its source."""
        found = figure(rows, formula, columns, lambda value: 0 < value <= 1)  # 0: nobody would get there
        if found is None:
            return None
        _say(path, found, found.value, sources, said)
        return round(found.value, _PLACES)

    stages: dict[str, Any] = {}
    door = share("pathway.front door.next.*", *_NO_FURTHER_ACTION)
    if door is not None:
        shares = {"no further action": door, "assessment": 1 - door}
        stages["front door"] = {"next": shares}
    parts = {
        name: share(f"pathway.assessment.next.{name}", *formula) for name, formula in _ASSESSMENT.items()
    }
    known = {name: part for name, part in parts.items() if part is not None}
    if len(known) == len(parts):
        stages["assessment"] = {"next": _filled_up(england.stages["assessment"].next, known)}
    plan = share("pathway.initial conference.next.child protection plan", *_PLAN)
    if plan is not None:
        name = "child protection plan"
        stages["initial conference"] = {
            "next": _filled_up(england.stages["initial conference"].next, {name: plan}, least=0.0)
        }
    exits = _returns(england, rows, sources, said)
    return {"like": "england", "stages": stages, "exits": exits}, sources, said


def _assessed(v: Values) -> float:
    return v["referral_count"] - v["no_further_action_count"]


_NO_FURTHER_ACTION = (
    lambda v: v["no_further_action_count"] / v["referral_count"],
    ("no_further_action_count", "referral_count"),
)
_ASSESSMENT = {
    "not in need": (
        lambda v: v["not_in_need_count"] / _assessed(v),
        ("not_in_need_count", "no_further_action_count", "referral_count"),
    ),
    "section 47": (
        lambda v: (v["Section47"] - v["ICPC"]) / _assessed(v),
        ("Section47", "ICPC", "no_further_action_count", "referral_count"),
    ),
    "initial conference": (
        lambda v: v["ICPC"] / _assessed(v),
        ("ICPC", "no_further_action_count", "referral_count"),
    ),
}
_PLAN = (lambda v: min(1.0, v["CPP_start"] / v["ICPC"]), ("CPP_start", "ICPC"))


def _filled_up(
    england: dict[str, float], known: dict[str, float], least: float = LEAST_HELPED
) -> dict[str, float]:
    """The known shares and, in England's proportions, the others; all add up to 1."""
    total = sum(known.values())
    most = 1 - least
    if total > most:
        known = {name: part * most / total for name, part in known.items()}
        total = most
    rest = {name: part for name, part in england.items() if name not in known}
    scale = (1 - total) / sum(rest.values())
    shares = {name: round(known.get(name, rest.get(name, 0.0) * scale), _PLACES) for name in england}
    largest = max(rest, key=lambda name: shares[name])
    shares[largest] = max(0.0, 1 - sum(part for name, part in shares.items() if name != largest))
    return shares


def _returns(
    england: Pathway, rows: list[Row], sources: dict[str, Source], said: list[Taken]
) -> dict[str, dict[str, float]]:
    """Shares who come back, in England's proportions, at the authority's own rate of referrals again."""
    found = figure(
        rows,
        lambda v: v["rereferral_count"] / v["referral_count"],
        ("rereferral_count", "referral_count"),
        lambda value: 0 <= value <= 1,
    )
    if found is None:
        return {}
    exits = {}
    for name, way_out in england.exits.items():
        if way_out.return_share > 0:
            scaled = min(1.0, way_out.return_share * found.value / ENGLAND_REREFERRED)
            exits[name] = {"return_share": round(scaled, _PLACES)}
            _say(f"pathway.{name}.return_share", found, scaled, sources, said)
    return exits


def _say(path: str, found: Figure, value: float, sources: dict[str, Source], said: list[Taken]) -> None:
    sources[path] = source(found.said, "derived")
    said.append(record(path, found, f"{value:.4g}"))
