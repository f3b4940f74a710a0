"""The authority: everything a run needs to know of a service, as one frozen value."""

from __future__ import annotations

import os
import tomllib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError, model_validator

from workforce_sim.authority.balance import balance
from workforce_sim.authority.parts import (
    NO_CAP,
    Casework,
    CensusRow,
    Costs,
    Demand,
    Part,
    PostGroup,
    Source,
    Teams,
    Workforce,
)
from workforce_sim.authority.records import EVIDENCE_CLASSES, records
from workforce_sim.errors import InputError, Problem, RuleBroken, from_pydantic, nearest, unknown_name

if TYPE_CHECKING:
    import pandas as pd

_PARTS = ("demand", "casework", "teams", "workforce", "costs", "census")


class Authority(Part):
    """A children's service as it is today: demand, casework, teams, posts, workforce, costs.

    An authority is a value: equal when equal, never changed; :meth:`with_changes` makes another.
        Settings left out take the
    default of the assumption register (:meth:`assumptions`); the few that are ``None`` are solved so that a
    do-nothing year stays at the authority's own census row (:meth:`balanced`).

    Attributes:
        name: as it should appear on charts.
        census: turnover, caseload and date of the published row it starts from.
        demand: children who become cases, per year.
        posts: groups of posts by grade.
        sources: where the authority's own numbers come from, by path.

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> birmingham = ws.Authority.preset("birmingham-2015")
        >>> birmingham.case_holders_fte(), round(birmingham.agency_rate(), 1)
        (310.0, 31.9)
    """

    name: str = Field(min_length=1, examples=["'Anytown'"])
    note: str = ""
    census: CensusRow
    demand: Demand
    casework: Casework = Casework()
    teams: Teams = Teams()
    posts: tuple[PostGroup, ...] = Field(min_length=1)
    workforce: Workforce = Workforce()
    costs: Costs = Costs()
    sources: dict[str, Source] = Field(default_factory=dict)

    def __init__(self, /, **settings: Any) -> None:
        try:
            super().__init__(**settings)
        except ValidationError as error:
            raise from_pydantic(error, Authority, "the authority") from None

    @model_validator(mode="after")
    def _consistent(self) -> Authority:
        grades = [g.grade for g in self.posts]
        repeated = sorted({g for g in grades if grades.count(g) > 1})
        if repeated:
            raise RuleBroken(
                "posts", repeated[0], "each grade once", "put all posts of a grade into one group"
            )
        known = self._settings()
        for path, source in self.sources.items():
            if path not in known:
                wrong = unknown_name(f"sources.{path}", path, known, "a setting")
                raise RuleBroken(f"sources.{path}", path, "the path of a setting", wrong.fix)
            if source.evidence not in EVIDENCE_CLASSES:
                rule = f"one of {', '.join(EVIDENCE_CLASSES)}"
                near = nearest(source.evidence, EVIDENCE_CLASSES)
                fix = f"did you mean {near!r}?" if near else "evidence = 'yours'"
                raise RuleBroken(f"sources.{path}.evidence", source.evidence, rule, fix)
        return self

    def _settings(self) -> list[str]:
        """Paths of all settings that a source may be given for."""
        paths = [
            f"{section}.{name}" for section in _PARTS for name in type(getattr(self, section)).model_fields
        ]
        for grade in self.grades:
            paths += [f"posts.{grade}.*", *(f"posts.{grade}.{name}" for name in PostGroup.model_fields)]
        return paths

    # -- making -----------------------------------------------------------------------------

    @classmethod
    def preset(cls, name: str) -> Authority:
        """One of the authorities that come with the library: see :meth:`preset_names`.

        Raises:
            InputError: unknown name, with the nearest one.
        """
        names = cls.preset_names()
        if name not in names:
            raise InputError("Authority.preset", [unknown_name("name", name, names, "a preset")])
        file = resources.files("workforce_sim.authority").joinpath("presets", f"{name}.toml")
        return cls.from_toml(file.read_text("utf-8"), where=f"preset {name}")

    @staticmethod
    def preset_names() -> list[str]:
        """Names for :meth:`preset`.

        Example:
            >>> import workforce_sim as ws
            >>> ws.Authority.preset_names()
            ['birmingham-2015', 'birmingham-2025', 'england-2025']
        """
        folder = resources.files("workforce_sim.authority").joinpath("presets")
        return sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml"))

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Authority:
        """Read an authority from a TOML file (write one with :meth:`to_file`).

        Raises:
            InputError: unreadable, not TOML, or with settings that are wrong: all of them at once.
        """
        if not isinstance(path, (str, os.PathLike)):
            wrong = Problem("path", repr(path), "the path of a TOML file", "Authority.from_file('mine.toml')")
            raise InputError("Authority.from_file", [wrong])
        file = Path(path)
        try:
            text = file.read_text("utf-8-sig")
        except FileNotFoundError:
            near = nearest(file.name, sorted(p.name for p in file.parent.glob("*.toml")))
            fix = (
                f"did you mean {near!r}?" if near else "write one: Authority.preset(...).to_file('mine.toml')"
            )
            raise _cannot_read(file, "an existing TOML file", fix) from None
        except (OSError, UnicodeDecodeError) as error:
            raise _cannot_read(file, "a readable text file (UTF-8)", f"the system says: {error}") from None
        return cls.from_toml(text, where=file.name)

    @classmethod
    def from_toml(cls, text: str, where: str = "the TOML text") -> Authority:
        """Read an authority from TOML text."""
        if not isinstance(text, str):
            raise InputError(
                where, [Problem("text", type(text).__name__, "text", "decode it: text.decode('utf-8')")]
            )
        try:
            settings = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InputError(
                where,
                [Problem("file", "", "TOML: name = value lines under [section] headings", f"mend: {error}")],
            ) from None
        if isinstance(settings.get("posts"), list):
            settings["posts"] = tuple(settings["posts"])
        demand = settings.get("demand")
        if isinstance(demand, dict) and isinstance(demand.get("season"), list):
            demand["season"] = tuple(demand["season"])
        try:
            return cls(**settings)
        except InputError as error:
            raise InputError(where, error.problems) from None

    def to_toml(self) -> str:
        """The authority as TOML text, every setting written out; reads back equal."""
        import tomli_w

        settings = self.model_dump()
        if self.casework.caseload_cap is None:
            settings["casework"]["caseload_cap"] = NO_CAP
        return tomli_w.dumps(_without_none(settings))

    def to_file(self, path: str | os.PathLike[str]) -> Path:
        """Write the authority to a TOML file; returns its path.

        Raises:
            InputError: the folder does not exist or cannot be written to.
        """
        from workforce_sim.files import write_text

        return write_text(path, self.to_toml(), "Authority.to_file")

    def with_changes(self, **sections: Any) -> Authority:
        """A copy with other settings, by section. The sources of changed settings are dropped.

        Raises:
            InputError: a section or setting that does not exist, or a value that is not allowed.

        Example:
            >>> import workforce_sim as ws
            >>> a = ws.Authority.preset("england-2025")
            >>> a.with_changes(casework={"caseload_cap": 20.0}).casework.caseload_cap
            20.0
        """
        settings = self.model_dump()
        changed: list[str] = []
        for name, value in sections.items():
            if isinstance(value, dict) and name in _PARTS:
                settings[name] = {**settings[name], **value}
                changed += [f"{name}.{setting}" for setting in value]
            else:
                settings[name] = value
                changed.append(f"{name}.")
        if "sources" not in sections:  # what was said of a number does not hold for another
            whole = tuple(c for c in changed if c.endswith("."))
            sources = settings["sources"].items()
            kept = {p: s for p, s in sources if p not in changed and not (whole and p.startswith(whole))}
            settings["sources"] = kept
        return Authority(**settings)

    def balanced(self) -> Authority:
        """The same authority with nothing left to solve: see docs/model.md, section 9."""
        b = balance(self)
        workforce = self.workforce.model_copy(
            update={
                "leaving_scale": b.leaving_scale,
                "hires_per_vacancy_year": b.hires_per_vacancy_year,
                "covers_per_empty_post_year": b.covers_per_empty_post_year,
            }
        )
        casework = self.casework.model_copy(update={"work_hours": b.work_hours})
        return self.model_copy(update={"workforce": workforce, "casework": casework})

    # -- looking ----------------------------------------------------------------------------

    @property
    def grades(self) -> list[str]:
        """Grades in the order of the post groups."""
        return [g.grade for g in self.posts]

    def case_holders_fte(self) -> float:
        """FTE of the workers, permanent or agency, who hold cases at the start."""
        permanent, agency = self._case_holding_fte()
        return permanent + agency

    def case_holding_mix(self) -> tuple[float, float]:
        """Shares of case holders who are permanent and agency at the start."""
        permanent, agency = self._case_holding_fte()
        total = permanent + agency
        return (permanent / total, agency / total) if total else (1.0, 0.0)

    def _case_holding_fte(self) -> tuple[float, float]:
        holding = [g for g in self.posts if g.holds_cases]
        permanent = sum((g.number - g.vacant) * g.fte for g in holding)
        return permanent, sum((g.agency + g.agency_above_establishment) * g.fte for g in holding)

    def agency_rate(self) -> float:
        """Agency share at the start in percent: agency / (agency + in post)."""
        agency = sum((g.agency + g.agency_above_establishment) * g.fte for g in self.posts)
        in_post = sum((g.number - g.vacant) * g.fte for g in self.posts)
        return 100 * agency / (agency + in_post) if agency + in_post else 0.0

    def open_children(self) -> int:
        """Children with an open case at the start: caseload x case holders, rounded."""
        return round(self.census.caseload * self.case_holders_fte())

    def assumptions(self) -> pd.DataFrame:
        """The assumption register: every setting with its value, default, range, unit, source and evidence.

        Returns:
            One row a setting, index ``setting``; columns ``value, default, low, high, unit, source,
            evidence``.
        """
        import pandas as pd

        solved = self.balanced()
        rows = []
        for section in _PARTS:
            for name, value in getattr(self, section):
                path = f"{section}.{name}"
                rows.append(self._assumption(path, value, getattr(getattr(solved, section), name)))
        for group in self.posts:
            names = ("number", "vacant", "agency", "agency_above_establishment", "salary_gbp")
            rows.extend(
                self._assumption(f"posts.{group.grade}.{name}", getattr(group, name), None) for name in names
            )
        return pd.DataFrame(rows).set_index("setting")

    def _assumption(self, path: str, value: Any, solved: Any) -> dict[str, Any]:
        record = records().get(path)
        own = self.sources.get(path) or self.sources.get(path.rsplit(".", 1)[0] + ".*")
        row: dict[str, Any] = {"setting": path, "value": value, "default": None, "low": None, "high": None}
        row |= {"unit": "", "source": "stated in your input", "evidence": "yours"}
        if record:
            row |= {"default": record.value, "low": record.low, "high": record.high, "unit": record.unit}
        else:
            row["unit"] = _description(self, path)
        if own:
            row |= {"source": own.source, "evidence": own.evidence}
        elif value is None and solved is not None:
            row |= {"value": solved, "evidence": "derived"}
            row["source"] = (
                "solved so that a do-nothing year stays at the census row (docs/model.md, section 9)"
            )
        elif record and record.value == value:
            row |= {"source": record.source, "evidence": record.evidence}
        return row


def _description(authority: Authority, path: str) -> str:
    section, _, name = path.partition(".")
    part = PostGroup if section == "posts" else type(getattr(authority, section))
    field = part.model_fields.get(name.rsplit(".", 1)[-1])
    return (field.description or "") if field else ""


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_none(v) for k, v in value.items() if v is not None}
    if isinstance(value, (list, tuple)):
        return [_without_none(v) for v in value]
    return value


def _cannot_read(file: Path, rule: str, fix: str) -> InputError:
    return InputError("Authority.from_file", [Problem("path", repr(str(file)), rule, fix)])


__all__ = ["EVIDENCE_CLASSES", "Authority"]
