"""The page for the meeting: one self-contained HTML file, the answer in words first."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import jinja2
import numpy as np

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.calendar import in_words
from workforce_sim.authority.records import EVIDENCE_CLASSES
from workforce_sim.measures.paths import BY_NAME
from workforce_sim.numbers import (
    NONE,
    figure,
    interval,
    is_money,
    joined,
    length,
    places_apart,
    places_for,
    plain,
    plural,
    points,
)
from workforce_sim.report.answer import answers, report_months
from workforce_sim.report.charts import difference_chart, drift_chart, fan_chart, posts_chart
from workforce_sim.report.child import child_chart, child_for_page
from workforce_sim.report.left_out import left_out
from workforce_sim.report.story import dated_lines

if TYPE_CHECKING:
    from workforce_sim.report.style import Chart
    from workforce_sim.study.result import Result

#: What a bid asks first, and what the children notice.
_MEASURES = (
    "caseload",
    "agency_rate",
    "agency_fte",
    "turnover_rate",
    "cost_to_date_gbp",
    "drift_share",
    "assessments_in_time_rate",
    "rereferral_rate",
    "three_workers_rate",
    "limbo_children",
)

#: Evidence classes, weakest first; what is stated without a source stands with the weak.
_WEAKEST_FIRST = ("assumption", "memory", "yours", "snippet", "derived", "read")


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart in the page: for a desk or paper, and for a telephone."""

    wide: str
    narrow: str
    alt: str
    caption: str


def page(result: Result) -> str:
    """The page as HTML text: no scripts, nothing fetched, every name shown as text.

    The same result gives the same page, byte for byte.
    """
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = resources.files("workforce_sim.report").joinpath("page.html").read_text("utf-8")
    return environment.from_string(template).render(**_content(result))


def _content(result: Result) -> dict[str, Any]:
    months = report_months(result)
    register, counts = _register(result)
    others = result.scenarios[1:]
    shown = [m for m in _MEASURES if _has_values(result, m, months)]
    return {
        "authority": str(result.data.attrs["authority"]),
        "period": _period(result),
        "scenarios": plural(len(result.scenarios), "scenario"),
        "worlds": plural(result.replications, "simulated world"),
        "several_worlds": result.replications > 1,
        "baseline": result.baseline,
        "others": others,
        "answers": answers(result, months[-1]),
        "pictures": _pictures(result),
        "months": [_after(m) for m in months],
        "end": _after(months[-1]),
        "dates": joined([length(m) for m in months]),
        "levels": [_level_group(result, m, months) for m in shown],
        "differences": [_difference_group(result, m, months) for m in shown] if others else [],
        "shown": shown,
        "child": _child(result),
        "plans": [(name, result.interventions.get(name, [])) for name in result.scenarios],
        "effects": [
            (name, effect, evidence) for name, (effect, evidence) in result.effects.items() if effect
        ],
        "register": register,
        "evidence": counts,
        "left_out": left_out(result.authority),
        "run": _run(result),
        "code": _code(result),
    }


def _period(result: Result) -> str:
    dates = result.data["date"].values.astype("datetime64[D]")
    return f"{in_words(dates[0].item())} to {in_words(dates[-1].item() - dt.timedelta(days=1))}"


def _after(months: int) -> str:
    return f"after {length(months)}"


# -- charts -----------------------------------------------------------------------------------


def _pictures(result: Result) -> list[Picture]:
    def picture(draw: Callable[..., Chart], caption: str, *arguments: Any) -> Picture:
        wide, narrow = (draw(result, *arguments, narrow=narrow) for narrow in (False, True))
        return Picture(_as_text(wide), _as_text(narrow), wide.workforce_sim_alt, caption)

    one, ends = not result.scenarios[1:], list(dict.fromkeys((result.baseline, result.scenarios[-1])))
    found = [
        picture(
            fan_chart, "How many children each case holder has, and how far luck may move it.", "caseload"
        )
    ]
    if not one:
        found.append(
            picture(
                difference_chart,
                f"What the plans change, compared with “{result.baseline}” in the same worlds.",
                "caseload",
            )
        )
    caption = f"Posts are not people: who is in the posts under “{result.scenarios[-1]}”."
    found.append(picture(posts_chart, caption, result.scenarios[-1]))
    return [*found, picture(drift_chart, "What the days of children with an open case are lost to.", ends)]


def _child(result: Result) -> dict[str, Any] | None:
    """One family in the first world under the first scenario and the last; nothing if none can be shown."""
    child = child_for_page(result)
    if child is None:
        return None
    wide, narrow = (child_chart(child, narrow=narrow) for narrow in (False, True))
    caption = "Its working days, stage by stage."
    days = [
        f"{plain(open_days, 0)} working days under “{name}” ({plain(drift, 0)} of them drift)"
        for name, (open_days, drift) in child.days.items()
    ]
    return {
        "case": child.case,
        "futures": len(child.runs),
        "first": result.baseline,
        "rule": child.rule,
        "said": f"Its case is open for {joined(days)}.",
        "picture": Picture(_as_text(wide), _as_text(narrow), wide.workforce_sim_alt, caption),
        "stories": [(name, dated_lines(run, child.case)) for name, run in child.runs.items()],
    }


def _as_text(chart: Chart) -> str:
    return base64.b64encode(chart.png()).decode("ascii")


# -- tables -----------------------------------------------------------------------------------


def _has_values(result: Result, measure: str, months: list[int]) -> bool:
    """Whether the service has this measure at all; where nobody can come back, no rate of it is a finding."""
    means = result.table(measure, at=months)["mean"].to_numpy()
    return bool(np.isfinite(means).any() and (measure != "rereferral_rate" or np.nansum(means) > 0))


def _level_group(result: Result, measure: str, months: list[int]) -> dict[str, Any]:
    """One measure in the table: a row a scenario, a cell a date, and what one world may see at the end."""
    table = result.table(measure, at=months)
    found = dict(table.iterrows())
    places = places_for(measure, zip(table["low"], table["high"], strict=True))
    rows = []
    for name in result.scenarios:
        cells = [_cell(measure, found[measure, name, m], "mean", places) for m in months]
        end = found[measure, name, months[-1]]
        spread = interval(measure, float(end["p5"]), float(end["p95"]), places)
        rows.append({"name": name, "cells": cells, "spread": spread or NONE})
    return {"label": BY_NAME[measure].label, "unit": BY_NAME[measure].unit, "rows": rows}


def _difference_group(result: Result, measure: str, months: list[int]) -> dict[str, Any]:
    """One measure in the table of differences: a row a scenario, a cell a date, with the verdict in words."""
    rows = []
    tables = {name: result.compare(name, measures=measure, at=months) for name in result.scenarios[1:]}
    places = places_apart(
        measure, [p for t in tables.values() for p in zip(t["low"], t["high"], strict=True)]
    )
    for name, table in tables.items():
        cells, found = [], dict(table.iterrows())
        for m in months:
            row = found[measure, m]
            cell = _cell(measure, row, "difference", places)
            verdict = str(row["verdict"]) if np.isfinite(row["low"]) else ""
            cells.append(cell | {"verdict": verdict.partition(":")[0] if is_money(measure) else verdict})
        paired = (result.samples(measure, name) - result.samples(measure, result.baseline))[:, months[-1]]
        higher = float(np.mean(paired)) > 0
        worlds = int(np.count_nonzero(paired > 0 if higher else paired < 0))
        wins = f"{'higher' if higher else 'lower'} in {worlds:,} of {result.replications:,}"
        if not np.isfinite(paired).all():
            wins = NONE
        elif not paired.any():
            wins = "the same in all"
        rows.append({"name": name, "cells": cells, "wins": wins})
    return {
        "label": BY_NAME[measure].label,
        "unit": points(BY_NAME[measure].unit),
        "rows": rows,
    }


def _cell(measure: str, row: Any, column: str, places: int) -> dict[str, str]:
    value = figure(measure, float(row[column]), places)
    if column == "difference" and value[0] in "£0123456789" and value.strip("£0.,"):
        value = f"+{value}"
    known = interval(measure, float(row["low"]), float(row["high"]), places)
    return {"value": value, "interval": known if float(row["low"]) != float(row["high"]) else ""}


# -- the assumption register ------------------------------------------------------------------


def _register(result: Result) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Every setting by evidence class, weakest first, and how many there are of each."""
    table = result.authority.assumptions()
    groups = []
    for evidence in (*_WEAKEST_FIRST, *sorted(set(table["evidence"]) - set(_WEAKEST_FIRST))):
        rows, before = [], ""
        for path, row in table[table["evidence"] == evidence].iterrows():
            source = str(row["source"])
            rows.append(_setting(str(path), row) | {"source": "as above" if source == before else source})
            before = source
        if rows:
            about = {"meaning": EVIDENCE_CLASSES.get(evidence, ""), "count": plural(len(rows), "setting")}
            groups.append({"evidence": evidence, "rows": rows, **about})
    counts = {str(k): int(n) for k, n in table["evidence"].value_counts().items()}
    weak = {name: counts.get(name, 0) for name in ("assumption", "memory")}
    return groups, weak | {"all": len(table)}


def _setting(path: str, row: Any) -> dict[str, str]:
    section, _, name = path.partition(".")
    plausible = ""
    if row["low"] is not None and row["high"] is not None:
        low, high = np.min(row["low"]), np.max(row["high"])
        plausible = f"{_shown(float(low))} to {_shown(float(high))}"
    value, default = _shown(row["value"]), _shown(row["default"])
    return {
        "name": f"{section}: {name.replace('.', ', ').replace('_gbp', '_in_pounds').replace('_', ' ')}",
        "unit": str(row["unit"] or ""),
        "value": value,
        "plausible": plausible if plausible != "nan to nan" else "",
        "default": default if default not in (value, NONE) else "",
    }


def _shown(value: Any) -> str:
    """A setting as people write it."""
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return NONE
    if isinstance(value, dt.date):
        return in_words(value)
    if isinstance(value, (tuple, list)):
        return ", ".join(_shown(v) for v in value)
    if isinstance(value, (bool, str)):
        return str(value)
    number = float(value)
    return plain(number, 0) if number.is_integer() or abs(number) >= 1000 else f"{number:.4g}"


# -- how it was run ---------------------------------------------------------------------------


def _run(result: Result) -> list[tuple[str, str]]:
    """What somebody needs to know to get the same numbers."""
    about = result.data.attrs
    return [
        ("Authority", f"{about['authority']}. {result.authority.note}".rstrip()),
        (
            "Start and length",
            f"{in_words(dt.date.fromisoformat(str(about['start'])))}, {length(result.months())}",
        ),
        ("Replications (worlds)", f"{result.replications:,}, the same in every scenario"),
        ("Seed", str(about["seed"])),
        (
            "workforce_sim",
            f"version {about['workforce_sim']}, random streams version {about['stream_version']}",
        ),
    ]


def _code(result: Result) -> str:
    """Lines of Python that run the study again; dots where the library does not know what was typed."""
    about = result.data.attrs
    presets = [n for n in Authority.preset_names() if Authority.preset(n) == result.authority]
    authority = (
        f'ws.Authority.preset("{presets[0]}")' if presets else 'ws.Authority.from_file("authority.toml")'
    )
    lines = ["import workforce_sim as ws", "", "study = ws.Study(", f"    {authority},", "    {"]
    for name, listed in result.interventions.items():
        said = " ".join("; ".join(listed).split())
        lines.append(f"        {name!r}: [{'...' if listed else ''}]," + (f"  # {said}" if listed else ""))
    lines += [
        "    },",
        f'    start="{about["start"]}", years={about["years"]:g}, seed={about["seed"]}, '
        f"replications={result.replications},",
        ")",
        'study.run().report("page.html")',
    ]
    return "\n".join(lines)
