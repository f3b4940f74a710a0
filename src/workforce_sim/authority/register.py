"""The assumption register: every setting of an authority with its range, source and class of evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from workforce_sim.authority.parts import NOTHING, Part, PostGroup, TimeLaw
from workforce_sim.authority.pathway import Exit, Pathway, Stage
from workforce_sim.authority.pathway_file import shipped_evidence
from workforce_sim.authority.records import Record, as_tuple, records

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.authority.authority import Authority

#: Sections of an authority whose settings are listed one by one.
SECTIONS = (
    *("demand", "casework", "pressure", "teams"),
    *("workforce", "recruitment", "agency", "supervision", "careers"),
    *("costs", "census"),
)

#: What is listed of every grade.
_OF_GRADE = (
    *("number", "vacant", "agency", "agency_above_establishment", "salary_gbp"),
    *("leaving_scale", "hires_per_empty_post_year", "hires_per_covered_post_year"),
    "covers_per_empty_post_year",
)

#: What a stage is, not a number about it.
_STRUCTURE = ("team", "label", "decision", "stages", "exits", "turned_away", "ended_early")

#: What a service without a pathway has once, and a service with one has by stage.
_BY_STAGE = tuple(
    f"casework.{name}"
    for name in ("work_hours", "work_cv", "attention_hours_per_day", "upkeep_hours_per_day")
)

#: What an authority may state once for all grades, and each grade has.
_BY_GRADE = tuple(
    f"workforce.{name}" for name in ("leaving_scale", "hires_per_vacancy_year", "covers_per_empty_post_year")
)

_SOLVED = "solved so that a do-nothing year stays at the census row (docs/model.md, section 9)"


def setting_paths(authority: Authority) -> list[str]:
    """Paths of all settings that a source may be given for."""
    paths = [
        f"{section}.{name}" for section in SECTIONS for name in type(getattr(authority, section)).model_fields
    ]
    for grade in authority.grades:
        paths += [f"posts.{grade}.*", *(f"posts.{grade}.{name}" for name in PostGroup.model_fields)]
    if authority.pathway is not None:
        paths += [f"pathway.{name}" for name in Pathway.model_fields]
        for name, stage in authority.pathway.stages.items():
            paths += [f"pathway.{name}.*", *(f"pathway.{name}.{field}" for field in Stage.model_fields)]
            paths += [f"pathway.{name}.next.*", *(f"pathway.{name}.next.{to}" for to in stage.next)]
        for name in authority.pathway.exits:
            paths += [f"pathway.{name}.{field}" for field in Exit.model_fields]
    return paths


def register(authority: Authority) -> pd.DataFrame:
    """One row a setting: see :meth:`Authority.assumptions`."""
    import pandas as pd

    solved = authority.balanced()
    rows = []
    for section in SECTIONS:
        part: Part = getattr(authority, section)
        for name, value in part:
            path, unit = f"{section}.{name}", _unit(type(part), name)
            found = getattr(getattr(solved, section), name)
            row = _row(authority, path, value, unit, records().get(path), found)
            if authority.pathway is not None and path in _BY_STAGE:
                row |= {"value": "by stage", "default": None, "low": None, "high": None}
                row |= {"source": "not used: every stage of the pathway has its own", "evidence": "derived"}
            if value is None and path in _BY_GRADE:
                row |= {"value": "by grade", "source": "see posts", "evidence": "derived"}
            rows.append(row)
    for group in authority.posts:
        found = solved.posts[authority.posts.index(group)]
        for name in _OF_GRADE:
            path = f"posts.{group.grade}.{name}"
            unit = _unit(PostGroup, name)
            rows.append(_row(authority, path, getattr(group, name), unit, None, getattr(found, name)))
    if authority.pathway is not None:
        for path, value, unit, record in pathway_settings(authority.pathway):
            rows.append(_row(authority, path, value, unit, record))
    return pd.DataFrame(rows).set_index("setting")


def pathway_settings(pathway: Pathway) -> Iterator[tuple[str, Any, str, Record | None]]:
    """Path, value, unit and record of every number of a pathway; what a stage does without is left out."""
    evidence = shipped_evidence()
    parts: dict[str, Part] = {"pathway": pathway}
    parts |= {f"pathway.{name}": stage for name, stage in pathway.stages.items()}
    parts |= {f"pathway.{name}": way_out for name, way_out in pathway.exits.items()}
    for above, part in parts.items():
        fields = type(part).model_fields
        for name, value in part:
            path, unit = f"{above}.{name}", _unit(type(part), name)
            if name in _STRUCTURE:
                continue
            if name == "next" and isinstance(part, Stage):
                for to, share in part.next.items():
                    yield f"{path}.{to}", share, unit, _record(f"{path}.{to}", unit, evidence)
                continue
            record = _record(path, unit, evidence) or records().get(f"casework.{name}")
            if record or value != fields[name].default:
                yield path, value, unit, record


def unchanged_paths(before: Pathway | None, after: Pathway | None, paths: Iterable[str]) -> list[str]:
    """Those of the paths of a pathway at which both have the same values."""
    if before is None or after is None:
        return []
    old, new = _values(before), _values(after)
    kept = []
    for path in paths:
        if path.startswith("pathway."):
            below = path.removesuffix("*")
            about = [p for p in {**old, **new} if p == path or (below != path and p.startswith(below))]
            if all(p in old and p in new and old[p] == new[p] for p in about):
                kept.append(path)
    return kept


def _values(pathway: Pathway) -> dict[str, Any]:
    """Every setting of a pathway by path."""
    found: dict[str, Any] = {f"pathway.{name}": value for name, value in pathway}
    for name, part in (*pathway.stages.items(), *pathway.exits.items()):
        found |= {f"pathway.{name}.{field}": value for field, value in part}
        if isinstance(part, Stage):
            found |= {f"pathway.{name}.next.{to}": share for to, share in part.next.items()}
    return found


def _record(path: str, unit: str, evidence: dict[str, dict[str, Any]]) -> Record | None:
    found = evidence.get(path)
    if found is None:
        return None
    return Record(path=path, unit=unit, **{k: as_tuple(v) for k, v in found.items()})


def _row(
    authority: Authority, path: str, value: Any, unit: str, record: Record | None = None, solved: Any = None
) -> dict[str, Any]:
    own = _own(authority, path)
    if isinstance(value, TimeLaw):
        value = value.law if value == TimeLaw() else f"{value.law}, cv {value.cv:g}"
    elif value is None and record and record.value == NOTHING:
        value = NOTHING
    row: dict[str, Any] = {"setting": path, "value": value, "default": None, "low": None, "high": None}
    row |= {"unit": unit, "source": "stated in your input", "evidence": "yours"}
    if record:
        row |= {"default": record.value, "low": record.low, "high": record.high, "unit": record.unit}
    if value is None and solved is not None:
        row |= {"value": solved, "evidence": "derived", "source": _SOLVED}
    elif own:
        row |= {"source": own.source, "evidence": own.evidence}
    elif record and record.value == value:
        row |= {"source": record.source, "evidence": record.evidence}
    return row


def _own(authority: Authority, path: str) -> Any:
    """The authority's own source for a setting, or for everything above it."""
    found, above = authority.sources.get(path), path
    while found is None and "." in above:
        above = above.rsplit(".", 1)[0]
        found = authority.sources.get(f"{above}.*")
    return found


def _unit(part: type[Part], name: str) -> str:
    return part.model_fields[name].description or ""
