"""The authority: everything a run needs to know of a service, as one frozen value."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from workforce_sim.authority import toml_file
from workforce_sim.authority.balance import balance
from workforce_sim.authority.limits import too_large
from workforce_sim.authority.once import once_per_authority
from workforce_sim.authority.parts import (
    Casework,
    CensusRow,
    Costs,
    Demand,
    Part,
    PostGroup,
    Pressure,
    Source,
    Teams,
    Workforce,
)
from workforce_sim.authority.pathway import Pathway, as_pathway
from workforce_sim.authority.records import EVIDENCE_CLASSES
from workforce_sim.authority.register import SECTIONS, register, setting_paths, unchanged_paths
from workforce_sim.authority.staff import Agency, Careers, Recruitment, Supervision
from workforce_sim.authority.taken import Taken, provenance
from workforce_sim.authority.usable import not_writable
from workforce_sim.errors import InputError, Problem, from_pydantic, nearest, unknown_name

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.data.staff_list import StaffList

#: What the workforce states once, and each grade has: the settings of a group of posts that stand for it.
_OF_GRADES = {
    "workforce.leaving_scale": ("leaving_scale",),
    "workforce.hires_per_vacancy_year": ("hires_per_empty_post_year", "hires_per_covered_post_year"),
    "workforce.covers_per_empty_post_year": ("covers_per_empty_post_year",),
}


class Authority(Part):
    """A children's service as it is today: demand, casework, pathway, teams, posts, workforce, costs.

    An authority is a value: equal when equal, never changed; :meth:`with_changes` makes another.
    Settings left out take the default of the assumption register (:meth:`assumptions`); the few that are
    ``None`` are solved so that a do-nothing year stays at the authority's own census row (:meth:`balanced`).

    Attributes:
        name: as it should appear on charts.
        census: turnover, caseload and date of the published row it starts from.
        demand: children who become cases, per year.
        posts: groups of posts by grade.
        pathway: stages of casework, or None for a service of one stage. May be given as the name of a
            pathway that comes with the library, or as settings with ``like`` and ``remove``.
        sources: where the authority's own numbers come from, by path.
        made_from: what was taken, filled in and ignored when it was made from returns or lists.

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
    pathway: Annotated[Pathway | None, BeforeValidator(as_pathway)] = None
    pressure: Pressure = Pressure()
    teams: Teams = Teams()
    posts: tuple[PostGroup, ...] = Field(min_length=1)
    workforce: Workforce = Workforce()
    recruitment: Recruitment = Recruitment()
    agency: Agency = Agency()
    supervision: Supervision = Supervision()
    careers: Careers = Careers()
    costs: Costs = Costs()
    sources: dict[str, Source] = Field(default_factory=dict)
    made_from: tuple[Taken, ...] = ()

    def __init__(self, /, **settings: Any) -> None:
        try:
            super().__init__(**settings)
        except ValidationError as error:
            raise from_pydantic(error, Authority, "the authority") from None
        except UnicodeEncodeError as error:
            raise not_writable("the authority", error) from None

    @model_validator(mode="after")
    def _consistent(self) -> Authority:
        problems = []
        grades = [g.grade for g in self.posts]
        for grade in sorted({g for g in grades if grades.count(g) > 1}):
            fix = "put all posts of a grade into one group"
            problems.append(Problem("posts", repr(grade), "each grade once", fix))
        types = self.pathway.team_types if self.pathway else []
        for i, group in enumerate(self.posts):
            if types and group.team is not None and group.team not in types:
                what = "a type of team of the pathway"
                problems.append(unknown_name(f"posts[{i}].team", group.team, types, what))
            if group.promoted_from is not None and group.promoted_from not in grades:
                what = "a grade of this authority"
                problems.append(unknown_name(f"posts[{i}].promoted_from", group.promoted_from, grades, what))
        problems += too_large(self)
        known = setting_paths(self)
        for path, source in self.sources.items():
            if path not in known:
                fix = unknown_name("", path, known, "a setting").fix
                problems.append(Problem(f"sources.{path}", repr(path), "the path of a setting", fix))
            if source.evidence not in EVIDENCE_CLASSES:
                rule = f"one of {', '.join(EVIDENCE_CLASSES)}"
                near = nearest(source.evidence, EVIDENCE_CLASSES)
                fix = f"did you mean {near!r}?" if near else "evidence = 'yours'"
                problems.append(Problem(f"sources.{path}.evidence", repr(source.evidence), rule, fix))
        if problems:
            raise InputError("", problems)
        return self

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
        text, name = toml_file.read_text(path)
        return cls.from_toml(text, where=name)

    @classmethod
    def from_toml(cls, text: str, where: str = "the TOML text") -> Authority:
        """Read an authority from TOML text."""
        settings = toml_file.parsed(text, where)
        try:
            return cls(**settings)
        except InputError as error:
            raise InputError(where, error.problems) from None

    @classmethod
    def from_csww(
        cls,
        path: str | os.PathLike[str] | pd.DataFrame,
        area: str,
        year: int | None = None,
        cin: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | pd.DataFrame | None = None,
    ) -> Authority:
        """An authority as the DfE's returns of a year show it; the rules are in docs/data.md.

        What is not published of it is filled in from its region or from England; :meth:`provenance` says so.

        Args:
            path: the children's social work workforce indicators, as published (or as read by ``read_csww``).
            area: a local authority as it is named there: ``"Birmingham"``.
            year: of 30 September; the last there is if not stated.
            cin: folder or list of the children in need tables; England's demand and pathway if not stated.

        Raises:
            InputError: files that cannot be read, an unknown area or year, or a row that says too little.
        """
        from workforce_sim.data.from_csww import authority_from_csww

        return authority_from_csww(path, area, year, cin)

    @classmethod
    def from_lists(
        cls, staff: str | os.PathLike[str] | StaffList, cases: Any = None, **settings: Any
    ) -> Authority:
        """An authority from a council's own staff list and case list; the rules are in docs/data.md.

        Args:
            staff: CSV or Excel file as in the template (``workforce_sim.data.templates``), or as read by
                ``read_staff_list``.
            cases: the same of the cases, or None.
            **settings: ``as_of`` date of the lists; ``observed_from`` since when they have everybody who left
                and every case that was closed; ``like`` an authority, or the name of a preset, for what they
                do not say; ``name``; ``stages`` your names of stages -> those of the pathway;
                ``leave_out=True`` leaves out wrong rows instead of refusing the lists.

        Raises:
            InputError: everything that is wrong with both lists, by row, with what to write instead.
        """
        from workforce_sim.data.from_lists import authority_from_lists

        return authority_from_lists(staff, cases, **settings)

    def to_toml(self) -> str:
        """The authority as TOML text, every setting written out; reads back equal."""
        return toml_file.write(self)

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
            >>> slower = a.with_changes(
            ...     pathway={"like": "england", "stages": {"assessment": {"work_hours": 14.0}}}
            ... )
            >>> slower.pathway.stages["assessment"].work_hours
            14.0
        """
        settings = self.model_dump()
        settings["pathway"] = self.pathway
        changed: list[str] = []
        for name, value in sections.items():
            if name == "pathway" and self.pathway is not None and isinstance(value, dict):
                settings[name] = {"like": self.pathway, **value}
            elif isinstance(value, dict) and name in SECTIONS:
                settings[name] = {**settings[name], **value}
                changed += [f"{name}.{setting}" for setting in value]
            else:
                settings[name] = value
                changed.append(f"{name}.")
        stated = {s for path in changed for s in _OF_GRADES.get(path, ())}
        if stated and "posts" not in sections:  # what is stated for all grades holds for all of them
            settings["posts"] = tuple(g.model_copy(update=dict.fromkeys(stated)) for g in self.posts)
        if "sources" in sections:
            return Authority(**settings)
        # What was said of a number does not hold for another.
        whole = (*(c for c in changed if c.endswith(".")), "pathway.")
        settings["sources"] = {
            p: s for p, s in settings["sources"].items() if p not in changed and not p.startswith(whole)
        }
        made = Authority(**settings)
        kept = unchanged_paths(self.pathway, made.pathway, self.sources)
        return made.model_copy(update={"sources": made.sources | {p: self.sources[p] for p in kept}})

    def balanced(self) -> Authority:
        """The same authority with nothing left to solve: see docs/model.md, section 9."""
        return _balanced(self)

    # -- looking ----------------------------------------------------------------------------

    def __repr__(self) -> str:
        """The service in a line; every setting is in :meth:`assumptions` and :meth:`to_toml`.

        Example:
            >>> import workforce_sim as ws
            >>> ws.Authority.preset("birmingham-2015")
            <Authority 'Birmingham 2015': 740 posts, 494 with a permanent worker, 231 agency workers, 15
            empty; 310 FTE hold 7,750 children, 25.0 each; turnover 20.5%>
        """
        posts, vacant = sum(g.number for g in self.posts), sum(g.vacant for g in self.posts)
        covering = sum(g.agency for g in self.posts)
        agency = covering + sum(g.agency_above_establishment for g in self.posts)
        return (
            f"<Authority {self.name!r}: {posts:,} posts, {posts - vacant:,} with a permanent worker, "
            f"{agency:,} agency workers, {vacant - covering:,} empty; "
            f"{self.case_holders_fte():,.0f} FTE hold {self.open_children():,} children, "
            f"{self.census.caseload:.1f} each; turnover {self.census.turnover_rate:.1f}%>"
        )

    __str__ = __repr__

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
            evidence``. Numbers of the pathway are ``pathway.<stage or exit>.<setting>``.
        """
        return register(self)

    def provenance(self) -> pd.DataFrame:
        """What was taken, filled in and ignored when the authority was made from returns or lists.

        Returns:
            One row a figure, index ``what``; columns ``status`` (taken, filled in, ignored, changed since),
            ``value, source, note``. Empty for an authority that was stated.
        """
        return provenance(self)


@once_per_authority
def _balanced(authority: Authority) -> Authority:
    b = balance(authority)
    solved = zip(authority.posts, b.grades, strict=True)
    posts = tuple(group.model_copy(update=rates._asdict()) for group, rates in solved)
    casework = authority.casework.model_copy(update={"work_hours": b.work_hours, "work_scale": b.work_scale})
    return authority.model_copy(update={"posts": posts, "casework": casework})


__all__ = ["EVIDENCE_CLASSES", "Authority"]
