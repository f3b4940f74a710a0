"""Small authorities, every number that can be stated of them, and what a run must hold whatever they say."""

from __future__ import annotations

import math
import typing
import warnings
from collections.abc import Iterator
from typing import Any

import annotated_types
import numpy as np
import pydantic

import workforce_sim as ws
from workforce_sim.authority.pathway import Exit, Pathway, Stage
from workforce_sim.authority.usable import LEAST, MOST
from workforce_sim.casework.ledger import PARTS

START = "2025-10-01"
QUARTER = 0.25  # 63 working days

_ENGLAND = ws.Authority.preset("england-2025")
_POSTS = (
    {"grade": "social worker", "number": 10, "vacant": 2, "agency": 1, "salary_gbp": 38500.0},
    {
        "grade": "senior",
        "number": 3,
        "salary_gbp": 44000.0,
        "agency_above_establishment": 1,
        "promoted_from": "social worker",
    },
    {
        "grade": "team manager",
        "number": 2,
        "vacant": 1,
        "salary_gbp": 52000.0,
        "holds_cases": False,
        "manages": True,
    },
)
#: A dozen posts with a pathway, and the same with one stage: every kind of setting is stated somewhere.
SERVICES = {
    "pathway": _ENGLAND.with_changes(
        posts=_POSTS, demand={"children_per_year": 260.0}, teams={"number": 3}, sources={}
    ),
    "one stage": _ENGLAND.with_changes(
        pathway=None, posts=_POSTS, demand={"children_per_year": 140.0}, teams={"number": 2}, sources={}
    ),
}

#: More may leave in a year than are in post; a rate of visits is kept by the casework, in its own test.
_BEYOND = ("turnover_rate",)


def bounds(model: type[pydantic.BaseModel], name: str) -> tuple[type, list[Any]] | None:
    """Kind of number (int or float) of a field and its limits; None for what is no number."""
    field = model.model_fields[name]
    limits: list[Any] = list(field.metadata)
    kinds = [field.annotation]
    while kinds:
        kind = kinds.pop()
        if typing.get_origin(kind) is typing.Annotated:
            limits += kind.__metadata__
            kinds.append(kind.__origin__)
        elif kind in (int, float):
            return kind, limits
        elif typing.get_origin(kind) in (typing.Union, type(int | None)):
            kinds += typing.get_args(kind)
    return None


def ends(model: type[pydantic.BaseModel], name: str) -> list[float]:
    """The least and the most a number may be, and the values just inside, as its model has them.

    Where a limit is missing the end is that of the numbers a computer has: the model admits them.
    """
    found = bounds(model, name)
    assert found is not None
    kind, limits = found
    low, high = -math.inf, math.inf
    above, below = False, False
    for limit in limits:
        if isinstance(limit, annotated_types.Ge):
            low = float(limit.ge)
        elif isinstance(limit, annotated_types.Gt):
            low, above = float(limit.gt), True
        elif isinstance(limit, annotated_types.Le):
            high = float(limit.le)
        elif isinstance(limit, annotated_types.Lt):
            high, below = float(limit.lt), True
    if kind is int:
        low, high = max(low, -MOST), min(high, MOST)
        return [int(low), int(low) + 1, int(high) - 1, int(high)]
    low, high = max(low, -MOST), min(high, MOST)
    inside = [LEAST if low == 0 else math.nextafter(low, math.inf), math.nextafter(high, -math.inf)]
    return inside + [low] * (not above) + [high] * (not below)


def numbers(model: type[pydantic.BaseModel]) -> list[str]:
    """The fields of a model that hold one number."""
    return [name for name in model.model_fields if bounds(model, name) is not None]


def settings() -> Iterator[tuple[str, str, type[pydantic.BaseModel], str]]:
    """Service, section, model and name of every number that can be stated of an authority."""
    for section, field in ws.Authority.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, pydantic.BaseModel):
            for name in numbers(kind):
                yield "one stage", section, kind, name
                yield "pathway", section, kind, name
            for name, inner in kind.model_fields.items():
                law = inner.annotation
                if isinstance(law, type) and issubclass(law, pydantic.BaseModel):
                    for number in numbers(law):
                        yield "one stage", f"{section}.{name}", law, number
    posts = typing.get_args(ws.Authority.model_fields["posts"].annotation)[0]
    for name in numbers(posts):
        yield "pathway", "posts", posts, name
        yield "one stage", "posts", posts, name
    for section, model in (("pathway", Pathway), ("stages", Stage), ("exits", Exit)):
        for name in numbers(model):
            yield "pathway", section, model, name


def changed(authority: ws.Authority, section: str, name: str, value: Any) -> ws.Authority:
    """The authority with one number stated."""
    if section == "posts":
        first, *rest = authority.posts
        return authority.with_changes(posts=({**first.model_dump(), name: value}, *rest))
    if section == "pathway":
        return authority.with_changes(pathway={name: value})
    if section in ("stages", "exits"):
        assert authority.pathway is not None
        which = "assessment" if section == "stages" else next(iter(authority.pathway.exits))
        return authority.with_changes(pathway={section: {which: {name: value}}})
    if "." in section:
        above, law = section.split(".")
        return authority.with_changes(**{above: {law: {"law": "gamma", name: value}}})
    return authority.with_changes(**{section: {name: value}})


def run_and_check(
    authority: ws.Authority, policies: Any = (), years: float = QUARTER, start: str = START
) -> ws.Run:
    """Run it; every post is filled or vacant, every child somewhere, every number a number, nothing warns."""
    with warnings.catch_warnings(), np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("error")
        run = ws.Simulation(authority, list(policies), start, years, seed=1, log=True).run()
        check(run)
    return run


def check(run: ws.Run) -> None:
    """What holds in every run."""
    paths = run.paths
    for name, values in run.counts.items():
        assert np.isfinite(values).all(), (name, values)
        if name != "sum_natural_days":  # what a handover costs is booked at once, before the days are worked
            assert (values >= -1e-6).all(), (name, values)
    scale = 1e-6 * max(1.0, float(paths["posts_fte"].max()))
    np.testing.assert_allclose(
        paths["in_post_fte"] + paths["vacancies_fte"], paths["posts_fte"], rtol=0, atol=scale
    )
    ledger = run.children
    for rows in (ledger, run.visits):
        parts = rows[[f"{part}_days" for part in PARTS]]
        assert np.isfinite(parts).all(axis=None)
        assert (parts >= -1e-9).all(axis=None)
        np.testing.assert_allclose(parts.sum(axis=1), rows["elapsed_days"], rtol=1e-9, atol=1e-9)
    still_open = ledger["closed_day"].isna()
    assert ledger.loc[still_open, "children"].sum() == paths["open_children"].iloc[-1]
    times = run.log["day"].to_numpy()
    assert (np.diff(times) >= -1e-9).all()
    for name, values in paths.items():
        assert not np.isinf(values).any(), name
        if name.endswith("_rate") and name not in _BEYOND:
            assert ((values >= -1e-6) | values.isna()).all(), name
            assert ((values <= 100 + 1e-6) | values.isna()).all(), name
