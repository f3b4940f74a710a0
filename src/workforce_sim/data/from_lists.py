"""An authority from a council's own lists; what they do not say is that of an authority like it.

The rules are in docs/data.md. Every setting that comes from the lists is recorded with them as its source.
"""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.parts import PostGroup, Source
from workforce_sim.authority.taken import Taken
from workforce_sim.data.case_list import CaseList, read_case_list
from workforce_sim.data.durations import rates_by_band
from workforce_sim.data.staff_list import Post, StaffList, read_staff_list
from workforce_sim.data.whole_posts import ENGLAND, post_group
from workforce_sim.errors import InputError, Problem, shown

_WHERE = "Authority.from_lists"

#: Bands of service in the model, years (docs/model.md, 6.1), and the fewest leavers in one from which a rate
#: is taken.
_BANDS = (0.0, 1.0, 5.0)
_FEWEST_LEAVERS = 5

#: A mean of fewer says too much of one person.
_FEWEST_PAID = 3

_POSTS_PER_TEAM = 10
_MONTHS = 12.0

_Path = str | os.PathLike[str]


class _Making:
    """An authority in the making: settings by section, their sources, and what became of every figure."""

    def __init__(self, like: Authority) -> None:
        self.like = like
        self.sections: dict[str, dict[str, Any]] = {"census": {}, "demand": {}, "workforce": {}, "teams": {}}
        self.sources: dict[str, Source] = {}
        self.said: list[Taken] = []

    def take(self, path: str, value: Any, source: str, note: str = "") -> None:
        """A setting from the lists."""
        section, name = path.split(".")
        self.sections[section][name] = value
        text = f"{source}; {note}" if note else source
        self.sources[path] = Source(source=text, evidence="yours")
        shown_value = f"{value:.4g}" if isinstance(value, float) else str(value)
        self.said.append(Taken(what=path, status="taken", value=shown_value, source=source, note=note))

    def fill(self, path: str, why: str, source: Source | None = None) -> None:
        """A setting from the authority like it."""
        section, name = path.split(".")
        value = self.sections[section].get(name, getattr(getattr(self.like, section), name))
        self.sections[section][name] = value
        own = source or self.like.sources.get(path)
        place = f"{self.like.name}: {own.source}" if own else self.like.name
        self.sources[path] = Source(source=f"{place}; {why}", evidence=own.evidence if own else "derived")
        shown_value = f"{value:.4g}" if isinstance(value, float) else str(value)
        self.said.append(Taken(what=path, status="filled in", value=shown_value, source=place, note=why))


def authority_from_lists(
    staff: _Path | StaffList,
    cases: _Path | CaseList | None = None,
    *,
    as_of: str | dt.date | None = None,
    observed_from: str | dt.date | None = None,
    like: Authority | str = ENGLAND,
    name: str = "Our service",
    stages: Mapping[str, str] | None = None,
    leave_out: bool = False,
) -> Authority:
    """An authority from a staff list and a case list: see :meth:`Authority.from_lists`.

    Raises:
        InputError: with everything that is wrong in both lists.
    """
    model = Authority.preset(like) if isinstance(like, str) else like
    if not isinstance(model, Authority):
        fix = "like=Authority.from_csww(...), or the name of a preset"
        raise InputError(_WHERE, [Problem("like", shown(like), "an Authority, or the name of a preset", fix)])
    people, families = _lists(staff, cases, as_of, observed_from, stages, leave_out)
    making = _Making(model)
    posts = _posts(people, making)
    _leaving(people, making)
    _assignments(people, making)
    holding = sum(_holders(group) * group.fte for group in posts if group.holds_cases)
    if not holding:
        fix = "case_holder = yes for whoever holds cases"
        raise InputError(_WHERE, [Problem("staff list", "nobody", "somebody who holds cases", fix)])
    _cases(families, holding, making)
    _demand(families, making.sections["census"]["caseload"] * holding, making)
    _teams(people, posts, making)
    making.take("census.date", people.as_of, people.name)
    _ignored(people, families, making)
    return _authority(name, people, posts, making)


def _lists(
    staff: _Path | StaffList,
    cases: _Path | CaseList | None,
    as_of: str | dt.date | None,
    observed_from: str | dt.date | None,
    stages: Mapping[str, str] | None,
    leave_out: bool,
) -> tuple[StaffList, CaseList | None]:
    """Both lists, read if need be; everything wrong in either at once."""
    problems: list[Problem] = []
    people = staff if isinstance(staff, StaffList) else None
    families = cases if isinstance(cases, CaseList) else None
    day = as_of if as_of is not None else people.as_of if people is not None else None
    if day is None:
        raise InputError(_WHERE, [Problem("as_of", "", "the date of the lists", "as_of='2025-09-30'")])
    if not isinstance(staff, StaffList):
        try:
            people = read_staff_list(staff, day, observed_from=observed_from, leave_out=leave_out)
        except InputError as error:
            problems += [replace(p, path=f"staff list: {p.path}") for p in error.problems]
    if cases is not None and not isinstance(cases, CaseList):
        try:
            families = read_case_list(
                cases, day, staff=people, observed_from=observed_from, stages=stages, leave_out=leave_out
            )
        except InputError as error:
            problems += [replace(p, path=f"case list: {p.path}") for p in error.problems]
    if people is not None and families is not None and people.as_of != families.as_of:
        rule, fix = f"lists of one day (staff: {people.as_of})", "read them again with the same as_of"
        problems.append(Problem("case list: as_of", str(families.as_of), rule, fix))
    if problems or people is None:
        raise InputError(_WHERE, problems)
    return people, families


def _holders(group: PostGroup) -> int:
    """People in posts of a group, permanent or agency."""
    return group.number - group.vacant + group.agency + group.agency_above_establishment


def _posts(people: StaffList, making: _Making) -> tuple[PostGroup, ...]:
    """Posts by grade; a grade of which some hold cases and some do not is two."""
    by_kind: dict[tuple[str, bool, bool], list[Post]] = {}
    for post in people.current():
        by_kind.setdefault((post.grade, post.case_holder, post.manager), []).append(post)
    grades = [grade for grade, _, _ in by_kind]
    groups = []
    for (grade, holds, manages), rows in by_kind.items():
        name = grade
        if grades.count(grade) > 1:
            name += ", managing" if manages else ", holding cases" if holds else ", without cases"
        groups.append(_group(name, holds, manages, rows, people, making))
    if not groups:
        raise InputError(_WHERE, [Problem("staff list", "no posts", "at least one post", "add rows")])
    holding = [g for g in groups if g.holds_cases]
    largest = max(holding, key=lambda g: g.number).grade if holding else None
    promoted = [
        g.model_copy(update={"promoted_from": largest}) if g.manages and largest is not None else g
        for g in groups
    ]
    for group in promoted:
        path = f"posts.{group.grade}.promoted_from"
        if group.promoted_from is not None:
            making.sources[path] = Source(source=f"as in {making.like.name}", evidence="assumption")
    return tuple(promoted)


def _group(
    name: str, holds: bool, manages: bool, rows: Sequence[Post], people: StaffList, making: _Making
) -> PostGroup:
    """Posts of one kind."""
    permanent = sum(p.contract == "permanent" for p in rows)
    covering = sum(p.contract == "agency" and p.covers_vacancy for p in rows)
    above = sum(p.contract == "agency" and not p.covers_vacancy for p in rows)
    empty = sum(p.contract == "vacant" for p in rows)
    pay = [p.salary_gbp for p in rows if p.salary_gbp is not None]
    alike = _alike(making.like, holds, manages)
    known_pay = len(pay) >= _FEWEST_PAID
    salary = round(sum(pay) / len(pay), 2) if known_pay else alike.salary_gbp
    fte = round(sum(p.fte for p in rows) / len(rows), 4)
    counts = f"{permanent} permanent, {covering} agency in vacancies, {empty} empty, {above} agency above"
    text = f"{people.name}, {people.as_of}: {counts} establishment; {fte:g} FTE each on average"
    making.sources[f"posts.{name}.*"] = Source(source=text, evidence="yours")
    making.said.append(Taken(what=f"posts.{name}.*", status="taken", value=counts, source=people.name))
    path = f"posts.{name}.salary_gbp"
    if known_pay:
        note = f"mean of {len(pay)}"
        making.sources[path] = Source(source=f"{people.name}: {note}", evidence="yours")
        making.said.append(
            Taken(what=path, status="taken", value=f"{salary:g}", source=people.name, note=note)
        )
    else:
        like = f"{making.like.name}, {alike.grade}"
        known = making.like.sources.get(f"posts.{alike.grade}.salary_gbp")
        evidence = known.evidence if known else "assumption"
        making.sources[path] = Source(source=like + (f": {known.source}" if known else ""), evidence=evidence)
        note = f"salary_gbp of fewer than {_FEWEST_PAID} in the list" if pay else "no salary_gbp in the list"
        making.said.append(Taken(what=path, status="filled in", value=f"{salary:g}", source=like, note=note))
    settings = {
        "grade": name,
        "number": permanent + covering + empty,
        "vacant": covering + empty,
        "agency": covering,
        "agency_above_establishment": above,
        "holds_cases": holds,
        "manages": manages,
        "fte": fte,
        "salary_gbp": salary,
    }
    return post_group(settings, f"{people.name}: posts of grade {name!r}")


def _alike(like: Authority, holds: bool, manages: bool) -> PostGroup:
    """The grade of the authority like this one that does the same."""
    same = [g for g in like.posts if g.holds_cases == holds and g.manages == manages]
    return (same or [g for g in like.posts if g.holds_cases == holds] or list(like.posts))[0]


def _leaving(people: StaffList, making: _Making) -> None:
    """Turnover, and rates of leaving by length of service, if there are leavers enough."""
    path = "census.turnover_rate"
    in_post = sum(p.fte for p in people.current("permanent"))
    gone = people.leavers()
    rate = 100 * sum(p.fte for p in gone) / people.years / in_post if people.years and in_post else math.nan
    if not gone or not rate < 100:
        why = (
            "nobody is listed as having left" if people.observed_from else "no observed_from: leavers unknown"
        )
        making.fill(path, why if not gone else f"turnover of {rate:.0f}% in the list is no rate to go by")
        return
    since = f"{len(gone)} leavers since {people.observed_from}"
    making.take(path, round(rate, 4), people.name, f"{since} / FTE in post / {people.years:.2f} years")
    service = people.service()
    bands = rates_by_band(service.times, service.ended, service.entry, _BANDS)
    first, young, old = bands
    if min(young.ended, old.ended) >= _FEWEST_LEAVERS:
        for name, band in (("leaving_per_year_under_5", young), ("leaving_per_year_from_5", old)):
            making.take(f"workforce.{name}", round(band.rate, 4), people.name, _of_band(band))
        if first.ended >= _FEWEST_LEAVERS:
            factor = round(first.rate / young.rate, 4)
            making.take("workforce.leaving_first_year_factor", factor, people.name, _of_band(first))
    else:
        why = f"fewer than {_FEWEST_LEAVERS} leavers in a band of service"
        for name in ("leaving_per_year_under_5", "leaving_per_year_from_5", "leaving_first_year_factor"):
            making.fill(f"workforce.{name}", why)


def _of_band(band: Any) -> str:
    length = (
        f"{band.start:g} years and more" if math.isinf(band.end) else f"{band.start:g} to {band.end:g} years"
    )
    return (
        f"{band.ended} leavers in {band.at_risk:.1f} years of people with a service of {length} "
        f"({band.rate:.3f} a year, standard error {band.error:.2g})"
    )


def _assignments(people: StaffList, making: _Making) -> None:
    """Length of agency assignments."""
    path, spells = "workforce.agency_assignment_months", people.service("agency")
    if not people.current("agency") and not spells.ended.any():
        return
    if not spells.followed or not spells.enough:
        making.fill(path, "fewer than 5 assignments are listed as ended")
        return
    found = spells.fit("exponential")
    low, high = (_MONTHS * end for end in found.interval())
    note = f"{found.ended} of {found.spells} ended; 95% interval {low:.1f} to {high:.1f} months"
    making.take(path, round(max(0.01, _MONTHS * found.mean), 3), people.name, note)


def _cases(families: CaseList | None, holding: float, making: _Making) -> None:
    """Children a case holder has."""
    path = "census.caseload"
    if families is None:
        making.fill(path, "no case list")
        return
    if not families.open():
        raise InputError(_WHERE, [Problem("case list", "no open case", "open cases", "see as_of")])
    children = families.open_children()
    alone = sum(v.children for v in families.open() if not v.worker)
    note = f"{children} children with an open case / {holding:.1f} FTE of case holders"
    if alone:
        note += f"; {alone} of them have no worker in the list, and are given one at the start"
    making.take(path, round(children / holding, 4), families.name, note)


def _demand(families: CaseList | None, open_children: float, making: _Making) -> None:
    """Children referred a year, and children of a family."""
    path, like = "demand.children_per_year", making.like
    if families is not None:
        cases = families.open()
        mean = sum(v.children for v in cases) / len(cases)
        if mean <= 6 and any(v.children > 1 for v in cases):
            making.sections["demand"]["family_sizes"] = None
            note = f"{len(cases)} open cases"
            making.take("demand.children_per_family", round(mean, 4), families.name, note)
        referred = families.referred()
        closed = any(v.closed is not None for v in families.visits)
        if families.observed_from is not None and closed and referred:
            years = (families.as_of - families.observed_from).days / 365.25
            children = sum(v.children for v in referred)
            note = f"{children} children referred since {families.observed_from}, {years:.2f} years"
            making.take(path, round(children / years, 1), families.name, note)
            return
    ratio = like.demand.children_per_year / like.open_children() if like.open_children() else 0.0
    making.sections["demand"]["children_per_year"] = round(ratio * open_children, 1)
    why = "no case list" if families is None else "the list has no cases closed since a date"
    making.fill(path, f"{why}: {ratio:.4f} a year per open case")


def _teams(people: StaffList, posts: Sequence[PostGroup], making: _Making) -> None:
    """Teams with somebody who holds cases."""
    path = "teams.number"
    names = {p.team for p in people.current() if p.case_holder and p.team}
    if names:
        making.take(path, len(names), people.name, "teams named for posts that hold cases")
        return
    number = sum(g.number for g in posts if g.holds_cases)
    making.sections["teams"]["number"] = max(1, round(number / _POSTS_PER_TEAM))
    making.fill(path, f"no teams in the list: one for {_POSTS_PER_TEAM} posts that hold cases")


def _ignored(people: StaffList, families: CaseList | None, making: _Making) -> None:
    """Columns that were not read, and rows that were left out."""
    for found in (people, families):
        if found is None:
            continue
        making.said += [
            Taken(
                what=name, status="ignored", source=found.name, note="a column that is not needed, not read"
            )
            for name in found.ignored
        ]
        making.said += [
            Taken(
                what=problem.path, status="ignored", source=found.name, note=f"row left out: {problem.rule}"
            )
            for problem in found.left_out
        ]


def _authority(name: str, people: StaffList, posts: tuple[PostGroup, ...], making: _Making) -> Authority:
    """The authority: the one like it, with what was taken."""
    like = making.like
    changes = {section: values for section, values in making.sections.items() if values}
    kept = {
        path: source
        for path, source in like.sources.items()
        if not path.startswith(("posts.", "census.")) and path not in making.sources
    }
    filled = [t.what for t in making.said if t.status == "filled in"]
    note = f"{people.name} of {people.as_of}; what the lists do not say is that of {like.name}."
    if filled:
        note += f" Filled in (see provenance): {', '.join(filled)}."
    return like.with_changes(
        name=name,
        note=note,
        posts=posts,
        sources={**kept, **making.sources},
        made_from=tuple(making.said),
        **changes,
    )
