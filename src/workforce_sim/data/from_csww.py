"""An authority from the published returns: what its own row has, the rest from its region or from England.

The rules are in docs/data.md. Nothing is made up in silence: every figure is recorded as taken, filled in
(from where, and why) or ignored.
"""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.parts import Source
from workforce_sim.authority.taken import Taken
from workforce_sim.data.areas import changes_of
from workforce_sim.data.cin import read_cin
from workforce_sim.data.csww import KNOWN, read_csww, row_of
from workforce_sim.data.figures import (
    Figure,
    Row,
    figure,
    missing,
    record,
    rows_of,
    source,
    without_unreliable,
)
from workforce_sim.data.own_shares import own_pathway
from workforce_sim.data.whole_posts import ENGLAND, Stocks, england, whole_posts
from workforce_sim.errors import InputError, Problem, shown

if TYPE_CHECKING:
    import pandas as pd

_WHERE = "Authority.from_csww"

CSWW = "DfE Children's social work workforce"
CIN = "DfE Children in need"

#: From this return on, the rules for agency work of 31 October 2024 hold.
_AGENCY_RULES = 2025

#: Settings that the shipped authority of England has from the returns under those rules.
_UNDER_RULES = ("workforce.to_agency", "workforce.to_other_authority", "agency.notice_days")

#: Case-holding posts of a team, as in the presets.
_POSTS_PER_TEAM = 10

#: Known columns that no setting is made from, and why.
_IGNORED = {
    "starters_fte": "hiring is solved so that posts stay as they are; a year of growth is not a rate",
    "working_days_lost_fte": "ordinary sickness is in the hours of case work already",
    "absence_rate_fte": "ordinary sickness is in the hours of case work already",
    **dict.fromkeys(
        [n for n in KNOWN if n.endswith("headcount")],
        "FTE is used, and heads only where FTE of agency is not published",
    ),
    **dict.fromkeys(
        [n for n in KNOWN if "rate_fte" in n and not n.startswith("absence")] + ["caseload_fte"],
        "rates are reckoned from the counts, which have more digits",
    ),
}

_Cin = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


def authority_from_csww(
    path: str | os.PathLike[str] | pd.DataFrame,
    area: str,
    year: int | None = None,
    cin: _Cin | pd.DataFrame | None = None,
) -> Authority:
    """An authority as the published returns of a year show it.

    Args:
        path: the workforce indicators file, or what :func:`read_csww` made of it.
        area: a local authority as it is named there; a region or ``"England"`` are possible too.
        year: of 30 September; None: the last of the file for this area.
        cin: folder or list of the children in need tables, or what :func:`read_cin` made of them.
            None: demand and pathway are those of England 2025.

    Raises:
        InputError: files that cannot be read, an unknown area or year, or a row of which too little is
            published to make an authority of it, with the reason.
    """
    import pandas as pd

    table = path if isinstance(path, pd.DataFrame) else read_csww(path)
    need = cin if cin is None or isinstance(cin, pd.DataFrame) else read_cin(cin)
    row = row_of(table, area, _year(table, area, year), _WHERE)
    when = int(row["year"])
    rows = rows_of(table, row, when, CSWW)
    said: list[Taken] = []
    sources: dict[str, Source] = {}
    stocks, evidence = _stocks(table, rows, row, said)
    census = _census(rows, when, said, sources)
    posts = whole_posts(stocks)
    ratio, pathway = _demand(need, row, when, said, sources)
    cases = census["caseload"] * stocks.case_holders
    own_sources = _sources(posts, evidence, when)
    said += _ignored(table, need)
    return Authority(
        name=f"{row['area']} {when}",
        note=_note(row, when, said),
        census=census,
        demand={"children_per_year": round(cases * ratio, 1)},
        pathway=pathway,
        teams={"number": max(1, round(posts[0].number / _POSTS_PER_TEAM))},
        posts=posts,
        sources={**own_sources, **sources},
        made_from=tuple(said),
        **_rules_of(when),
    )


def _year(table: pd.DataFrame, area: object, year: object) -> int:
    """The year asked for, or the last there is of the area."""
    if not isinstance(area, str):
        fix = "the name of a local authority as in the file: 'Birmingham'"
        raise InputError(_WHERE, [Problem("area", shown(area), "text", fix)])
    if year is None:
        own = table["year"][table["area"] == area]
        return int(own.max()) if len(own) else 0
    if isinstance(year, bool) or not isinstance(year, (int, np.integer)):
        raise InputError(_WHERE, [Problem("year", shown(year), "a whole number", "year=2025")])
    return int(year)


def _stocks(
    table: pd.DataFrame, rows: list[Row], row: pd.Series[Any], said: list[Taken]
) -> tuple[Stocks, str]:
    """Stocks in FTE; where the size of the service is not known there is no authority to make."""
    own = rows[0]
    in_post = own.values["inpost_fte"]
    if not in_post > 0:
        raise InputError(_WHERE, [_too_little(table, own, row)])
    people = Figure(in_post, own, True)
    agency = _agency(rows, in_post)
    vacancies = figure(rows, lambda v: v["vacancy_fte"] / v["inpost_fte"], ("vacancy_fte", "inpost_fte"))
    covering = _covering(rows)
    of_workers = ("case_holders_fte", "inpost_fte", "agency_fte")
    holders = figure(
        without_unreliable(rows, table, int(row["year"]), of_workers),
        lambda v: v["case_holders_fte"] / (v["inpost_fte"] + _or_none(v["agency_fte"])),
        of_workers,
        lambda value: value > 0,
    )
    found = {"agency": agency, "vacancy": vacancies, "agency_cover": covering, "case_holders": holders}
    problems = [
        Problem(f"{name}_fte", "", "published of the area, its region or England", "a file that has them")
        for name, one in found.items()
        if one is None
    ]
    if problems:
        raise InputError(_WHERE, problems)
    assert agency is not None
    assert vacancies is not None
    assert covering is not None
    assert holders is not None
    cover = covering.value if covering.own else covering.value * agency.value
    cover = min(cover, agency.value, vacancies.value * in_post)
    holding = holders.value * (in_post + agency.value)
    if holders.own:
        holding = own.values["case_holders_fte"]
    holding = min(holding, in_post + agency.value)
    stocks = Stocks(in_post, agency.value, cover, vacancies.value * in_post, holding)
    said += [
        record("posts: in post FTE", people, f"{in_post:.1f}"),
        record("posts: agency FTE", agency, f"{agency.value:.1f}"),
        record("posts: vacancies FTE", vacancies, f"{stocks.vacancies:.1f}"),
        record("posts: vacancies covered by agency FTE", covering, f"{cover:.1f}"),
        record("posts: case holders FTE", holders, f"{holding:.1f}"),
    ]
    filled = [
        f"{name} filled in from {one.said}"
        for name, one in zip(
            ("agency", "vacancies", "agency cover", "case holders"), found.values(), strict=True
        )
        if one is not None and not one.own
    ]
    return stocks, "; ".join([own.source, *filled])


def _agency(rows: list[Row], in_post: float) -> Figure | None:
    """Agency FTE: its own; its own heads at the region's FTE a head; the region's share of the workforce."""
    own = _low_is_none(rows[0], "agency_fte")
    mine = own.values["agency_fte"]
    if math.isfinite(mine):
        low = own.symbols.get("agency_fte") == "low"
        return Figure(mine, own, True, "published as 'low': rounds to zero" if low else "")
    heads = own.values.get("agency_headcount", math.nan)
    columns = ("agency_fte", "agency_headcount")
    per_head = figure(rows[1:], lambda v: v["agency_fte"] / v["agency_headcount"], columns)
    why = missing(own, ("agency_fte",))
    if math.isfinite(heads) and per_head is not None:
        note = f"{why}; {heads:g} heads of its own x {per_head.value:.3f} FTE a head of {per_head.row.source}"
        return Figure(heads * per_head.value, own, False, note)
    share = figure(
        rows[1:],
        lambda v: v["agency_fte"] / (v["agency_fte"] + v["inpost_fte"]),
        ("agency_fte", "inpost_fte"),
        lambda value: 0 <= value < 1,
        ("agency_rate_fte", 0.01),
    )
    if share is None:
        return None
    return Figure(in_post * share.value / (1 - share.value), share.row, False, why)


def _covering(rows: list[Row]) -> Figure | None:
    """Agency FTE in vacancies: its own; or the share of agency workers who are, of its region."""
    own = _low_is_none(rows[0], "agency_cover_fte")
    if math.isfinite(own.values["agency_cover_fte"]):
        return Figure(own.values["agency_cover_fte"], own, True)
    columns = ("agency_cover_fte", "agency_fte")
    published = ("agency_cover_rate_fte", 0.01)
    above = [replace(row, own=False) for row in rows[1:]]
    found = figure(above, lambda v: v[columns[0]] / v[columns[1]], columns, published=published)
    return None if found is None else replace(found, why=missing(own, columns[:1]))


def _or_none(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _low_is_none(row: Row, column: str) -> Row:
    """The row with a ``low`` cell, which rounds to zero, as 0."""
    changed = {n: 0.0 for n in (column, "agency_fte") if row.symbols.get(n) == "low"}
    return replace(row, values={**row.values, **changed})


def _too_little(table: pd.DataFrame, own: Row, row: pd.Series[Any]) -> Problem:
    """The refusal of a row without people in post."""
    known = table[(table["area"] == row["area"]) & (table["inpost_fte"] > 0)]["year"]
    years = sorted(known, key=lambda y: abs(y - row["year"]))
    fix = f"year={years[0]} (the nearest with figures)" if years else "start from your own lists: from_lists"
    what = missing(own, ("inpost_fte",))
    rule = f"people in post: {what}; the size of a service is not filled in from elsewhere"
    return Problem(f"{row['area']} {row['year']}: inpost_fte", own.symbols.get("inpost_fte", "0"), rule, fix)


def _census(rows: list[Row], year: int, said: list[Taken], sources: dict[str, Source]) -> dict[str, Any]:
    """Turnover and caseload."""
    turnover = figure(
        rows,
        lambda v: 100 * v["leavers_fte"] / v["inpost_fte"],
        ("leavers_fte", "inpost_fte"),
        lambda value: 0 < value < 100,  # nobody left: too few people to reckon a rate from
        ("turnover_rate_fte", 1.0),
    )
    caseload = figure(
        rows,
        lambda v: v["cases"] / v["case_holders_fte"],
        ("cases", "case_holders_fte"),
        lambda value: value > 0,
        ("caseload_fte", 1.0),
    )
    problems = [
        Problem(name, "", "published of the area, its region or England", "a file that has them")
        for name, found in (("leavers_fte", turnover), ("cases", caseload))
        if found is None
    ]
    if problems:
        raise InputError(_WHERE, problems)
    assert turnover is not None
    assert caseload is not None
    values = {"turnover_rate": round(turnover.value, 4), "caseload": round(caseload.value, 4)}
    for name, found in (("turnover_rate", turnover), ("caseload", caseload)):
        path = f"census.{name}"
        sources[path] = source(found.said, "derived")
        said.append(record(path, found, f"{values[name]:.2f}"))
    sources["census.date"] = source(rows[0].source, "read")
    return {"date": dt.date(year, 9, 30), **values}


def _demand(
    need: pd.DataFrame | None, row: pd.Series[Any], year: int, said: list[Taken], sources: dict[str, Source]
) -> tuple[float, Any]:
    """Referrals per open case, and the pathway."""
    path = "demand.children_per_year"
    years = [] if need is None else sorted({int(y) for y in need["year"] if y <= year})
    if need is None or not years:
        why = (
            "no children in need tables given"
            if need is None
            else f"none of the tables is of {year} or before"
        )
        ratio = england().demand.children_per_year / england().open_children()
        place = f"{england().sources[path].source} (preset {ENGLAND})"
        value = f"{ratio:.4f} x cases"
        said.append(Taken(what=path, status="filled in", value=value, source=place, note=why))
        sources[path] = source(f"{place}; {why}", "derived")
        return ratio, "england"
    last = years[-1]
    rows = rows_of(need, row, last, CIN)
    ratio_found = figure(
        rows,
        lambda v: v["referral_count"] / v["At31_episodes"],
        ("referral_count", "At31_episodes"),
        lambda value: value > 0,
    )
    if ratio_found is None:
        return _demand(None, row, year, said, sources)
    late = "" if last == year else f"; the tables end in {last}"
    sources[path] = source(f"{ratio_found.said}: referrals / children in need, x cases{late}", "derived")
    said.append(record(path, ratio_found, f"{ratio_found.value:.4f} x cases"))
    pathway, more, records = own_pathway(rows)
    sources |= more
    said += records
    return ratio_found.value, pathway


def _rules_of(year: int) -> dict[str, dict[str, Any]]:
    """Settings under the agency rules, from the year in which they began."""
    settings: dict[str, dict[str, Any]] = {}
    if year >= _AGENCY_RULES:
        for path in _UNDER_RULES:
            section, name = path.split(".")
            settings.setdefault(section, {})[name] = getattr(getattr(england(), section), name)
    return settings


def _sources(posts: Sequence[Any], evidence: str, year: int) -> dict[str, Source]:
    """Sources of posts, teams, salaries and of what holds under the agency rules."""
    known = england().sources
    found = {"teams.number": known["teams.number"]}
    for group in posts:
        text = f"{evidence}; whole posts, vacancies spread evenly over grades"
        if group.manages:
            text += "; managers: their share in the preset " + ENGLAND
        found[f"posts.{group.grade}.*"] = source(text, "derived")
        for name in ("salary_gbp", "promoted_from"):
            path = f"posts.{group.grade}.{name}"
            if path in known:
                found[path] = known[path]
    if year >= _AGENCY_RULES:
        found |= {path: known[path] for path in _UNDER_RULES}
    return found


def _ignored(table: pd.DataFrame, need: pd.DataFrame | None) -> list[Taken]:
    """Columns and files that nothing is made from."""
    said = [
        Taken(what=name, status="ignored", source=CSWW, note=_IGNORED[name])
        for name in table.columns
        if name in _IGNORED
    ]
    said += [
        Taken(what=name, status="ignored", source=CSWW, note="a column this version does not know")
        for name in table.attrs.get("unknown", [])
    ]
    if need is not None:
        said += [
            Taken(what=name, status="ignored", source=CIN, note="not one of the tables that are used")
            for name in need.attrs.get("unused", [])
        ]
    return said


def _note(row: pd.Series[Any], year: int, said: Sequence[Taken]) -> str:
    """What the authority is, in words, and what was filled in."""
    note = f"{row['area']} at the census of 30 September {year}, {CSWW}."
    filled = [t.what for t in said if t.status == "filled in"]
    if filled:
        note += f" Filled in from elsewhere (see provenance): {', '.join(filled)}."
    for change in changes_of(str(row["area"])):
        note += f" {change}."
    return note
