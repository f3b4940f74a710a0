"""The page of results, made from what was measured and from nothing else."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from benchmarks import engines as e
from benchmarks import starting, studies
from benchmarks.measuring import Row

HEAD = """# Benchmarks: the tables

Made by `python -m benchmarks`, which measures again and writes this page and the numbers behind it
(`docs/benchmarks.json`); nothing here is written by hand. What was tried to make it faster, and what the
bars would need, is on [the page of speed](speed.md).
"""


def page(results: Row) -> str:
    """The page in Markdown of everything that has been measured so far."""
    parts = {name: results[name] for name in SECTIONS if name in results}
    if not parts:
        return f"{HEAD}\nNothing has been measured yet.\n"
    latest = max(parts.values(), key=lambda part: part["date"])
    lines = [HEAD]
    lines += [f"- {name}: {value}" for name, value in latest["machine"].items()]
    for name, part in parts.items():
        lines += ["", *SECTIONS[name](part["found"]), "", _stamp(part, latest["machine"])]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _stamp(part: Row, machine: dict[str, str]) -> str:
    """When and where a section was measured."""
    text = f"*Measured on {part['date']} at commit {part['commit']}"
    if part["quick"]:
        text += ", quickly: small sizes and few rounds, to see that it works and for nothing else"
    if part["load"] is not None and part["load"] >= 0.5:
        text += f"; processes that wanted a processor in the minute before: {part['load']:.1f}"
    if part["machine"] != machine:
        text += f"; on {part['machine']['processor']}, {part['machine']['python']}"
    return text + f"; {part['seconds']:.0f} s.*"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table, with an empty line after it."""
    return [f"| {' | '.join(row)} |" for row in (header, ["---"] * len(header), *rows)] + [""]


def number(value: float | None, digits: int = 3) -> str:
    """Three figures, without powers of ten; a dash where there is none."""
    if value is None:
        return "-"
    if value and abs(value) < 10 ** (digits - 1):
        return f"{value:.{digits}g}" if abs(value) >= 1e-4 else f"{value:.1e}"
    return f"{value:,.0f}"


def many(value: float, word: str) -> str:
    """A number of things."""
    return f"{value:g} {word}{'' if value == 1 else 's'}"


def between(values: Row) -> str:
    """From least to most."""
    return f"{number(values['least'])} to {number(values['most'])}"


def verdict(value: float, bar: float, *, least: bool = False) -> str:
    """Whether a bar is met (at most, or at least), and if not by how much."""
    met = value >= bar if least else value <= bar
    return "met" if met else f"missed, {number(bar / value if least else value / bar, 2)} times"


def notes(found: Row) -> Iterator[str]:
    """What could not be measured, and why."""
    for note in found.get("notes", ()):
        yield from (f"- {note}",)
    if found.get("notes"):
        yield ""


# -- engines ---------------------------------------------------------------------------------------------


def engines(found: Row) -> list[str]:
    """Engines on one tape."""
    lines = ["## One demand tape through every engine", ""]
    lines += [
        "The caseload model of `benchmarks/caseload_model.py`, the same random inputs for all. Outputs "
        "must agree (counts equal, averages to 1e-6). Fast engines take turns, round by round, and "
        "ratios are taken within a round; "
        "those that take long run once. Seconds are of a replication, the tape being drawn already.",
        "",
    ]
    lines += _race(found["whole"], (e.LIMIT, e.CHANGED, e.ALL))
    whole = {row["engine"]: row for row in found["whole"]["rows"]}
    kernel = whole.get(e.KERNEL)
    if kernel:
        over_limit, all_over = kernel.get(f"over {e.LIMIT}"), whole.get(e.ALL, {}).get(f"over {e.KERNEL}")
        changed_over = whole.get(e.CHANGED, {}).get(f"over {e.KERNEL}")
        rows = []
        if over_limit:
            rows.append(
                ("kernel alone over the C++ limit", number(over_limit), "at most 2", verdict(over_limit, 2))
            )
        if all_over:
            bar = verdict(all_over, 150, least=True)
            rows.append((f"{e.ALL} over kernel alone", number(all_over), "at least 150", bar))
        if changed_over:
            bar = verdict(changed_over, 150, least=True)
            rows.append((f"{e.CHANGED} over kernel alone", number(changed_over), "at least 150", bar))
        lines += table(("bar", "times", "wanted", ""), rows) if rows else []
    lines += ["### A workforce that never changes", ""]
    lines += [
        "Ciw cannot express workers who resign and hand their cases back, nor agency cover, so it runs "
        "the same model without them, and so do the others here.",
        "",
    ]
    lines += _race(found["static"], (e.LIMIT, e.LIBRARY, e.CHANGED))
    return lines


def _race(race: Row, columns: Sequence[str]) -> list[str]:
    lines = [
        f"**{race['posts']:,} posts, {many(race['years'], 'year')}, {many(race['rounds'], 'round')}**",
        "",
    ]
    present = {row["engine"] for row in race["rows"]}
    columns = [name for name in columns if name in present]
    rows = []
    for row in race["rows"]:
        seconds = row["seconds"]
        spread = f"{number(min(seconds))} to {number(max(seconds))}" if len(seconds) > 1 else "once"
        over = [row.get(f"over {name}") for name in columns]
        ratios = [
            number(r if name == e.LIMIT or r is None else 1 / r)
            for name, r in zip(columns, over, strict=True)
        ]
        rows.append(
            (row["engine"], e.ABOUT[row["engine"]], number(statistics.median(seconds)), spread, *ratios)
        )
    heads = [f"this over {name}" if name == e.LIMIT else f"{name} over this" for name in columns]
    lines += table(("engine", "what it is", "seconds", "range", *heads), rows)
    lines += [*notes(race)]
    if race["disagreements"]:
        for name, wrong in race["disagreements"].items():
            lines += [f"**DISAGREES**: {name}: {'; '.join(wrong)}.", ""]
    elif len(race["rows"]) > 1:
        named = {
            "arrived": "cases",
            "closed": "closed",
            "leavers": "resignations",
            "agency_left": "agency workers left",
        }
        counts = ", ".join(f"{race['outputs'][key]:,} {name}" for key, name in named.items())
        lines += [f"All agree: {counts}, {race['outputs']['caseload']:.4f} cases a worker.", ""]
    return lines


# -- the whole model -------------------------------------------------------------------------------------


def whole(found: Row) -> list[str]:
    """Bars, cost and memory by posts and years."""
    lines = ["## Replications of the whole model", ""]
    rows = [
        (
            f"{bar['preset']} ({bar['posts']} places), 3 years",
            number(bar["processor_ms"]["median"]),
            between(bar["processor_ms"]),
            number(bar["wall_ms"]["median"]),
            number(bar["bar_ms"]),
            verdict(bar["processor_ms"]["median"], bar["bar_ms"]),
        )
        for bar in found["bars"]
    ]
    lines += table(("world, warm, one core", "processor ms", "range", "ms on the wall", "bar", ""), rows)
    lines += [
        "**By posts and years**: `england-2025` made larger or smaller (posts, agency workers, referrals "
        "and teams in proportion), a fresh process for every line. Events are the lines of the event log "
        "of one of these worlds: casework, "
        "staff and policies (what managers and months do is not in it). *Most memory* is of a process "
        "that has run one world, without the log; before it the same world without records of visits, which "
        "is in the next column.",
        "",
    ]
    rows = [
        (
            f"{cell['posts']:,}",
            str(cell["years"]),
            number(cell["processor_ms"]),
            number(100 * cell["processor_ms"] / cell["posts"] / cell["years"]),
            f"{cell['events']:,}",
            number(cell["us_an_event"]),
            number(cell["most_mb"]),
            number(cell.get("most_mb_without_visits")),
            number(cell["log_mb"]),
            number(cell["families_mb"] + cell["visits_mb"]),
        )
        for cell in found["cells"]
    ]
    head = ("places", "years", "processor ms", "ms a 100 places and year", "events", "microseconds an event")
    lines += table(
        (
            *head,
            "most memory, MB",
            "with `visits=False`, MB",
            "its log would be, MB",
            "rows of families and visits, MB",
        ),
        rows,
    )
    lines += [*notes(found)]
    costs = [cell["us_an_event"] for cell in found["cells"]]
    if costs:
        lines += [
            f"An event costs {number(min(costs))} microseconds in the cheapest line and {number(max(costs))} "
            "in the dearest.",
            "",
        ]
    lines += [
        "**What is optional.** The event log is kept only where it is asked for: in memory (`Simulation(..., "
        'log=True)`), 40 bytes a line, or in a file that grows during the run (`log="log.npy"`). Records of '
        'visits, 128 bytes each, are kept in memory, in a file (`visits="visits.npy"`) or not at all '
        "(`visits=False`); rows of families and visits (`run.children`, `run.visits`) are made of them when "
        "they are read. A study keeps neither log nor visits: of every world only its monthly measures, in "
        "memory or, with `folder=`, on disk.",
        "",
    ]
    return lines


# -- features --------------------------------------------------------------------------------------------


def features(found: Row) -> list[str]:
    """What each part costs."""
    lines = ["## What each part costs", ""]
    lines += [
        f"`england-2025`, {many(found['years'], 'year')}: processor time of a world with the part over the "
        f"same world without it, median of {many(found['pairs'], 'pair')} run one straight after the other. "
        "A part also changes what happens, and that "
        "is in its cost: less than 1 means that there is less to do with it (siblings are one case "
        "instead of several).",
        "",
    ]
    rows = [
        (
            row["name"],
            "on" if row["usual"] else "off",
            f"{row['ratio']:.2f}",
            f"{row['least']:.2f} to {row['most']:.2f}",
            number(row["on_ms"]),
            number(row["off_ms"]),
        )
        for row in found["rows"]
    ]
    lines += table(("part", "in the preset", "times", "range", "ms with", "ms without"), rows)
    return [*lines, *notes(found)]


# -- starting, memory, studies, threads ----------------------------------------------------------------------


def start(found: Row) -> list[str]:
    """Import, compilation, start."""
    names = {
        "import": "`import workforce_sim`, less a bare interpreter",
        "first": "from the shell to a first result, compiling (`england-2025`, a year)",
        "cached": "the same with compiled kernels there",
        "warm": "`python -m workforce_sim warm`",
        "warm again": "the same with compiled kernels there",
    }
    rows = []
    for name, seconds in found["seconds"].items():
        bar = starting.BARS.get(name)
        judged = ("-", "") if bar is None else (f"{bar:g}", verdict(seconds["median"], bar))
        spread = "once" if seconds["least"] == seconds["most"] else between(seconds)
        processor = number(found["processor"][name])
        rows.append((names[name], number(seconds["median"]), spread, processor, *judged))
    lines = ["## Starting, fresh processes", ""]
    return [*lines, *table(("what", "seconds", "range", "of a processor", "bar", ""), rows), *notes(found)]


def memory(found: Row) -> list[str]:
    """A study by its number of replications."""
    lines = ["## Memory of a study by its replications", ""]
    lines += ["`england-2025`, a year, one scenario, one process; a fresh one for every line.", ""]
    rows = [
        (
            f"{row['replications']:,}",
            number(row["most_mb"]),
            number(row["one_world_mb"]),
            number(row["replications"] * row["kept_bytes_a_world"] / 2**20),
        )
        for row in found["rows"]
    ]
    head = ("replications", "most memory, MB", "after the first world, MB", "measures kept, MB")
    lines += [*table(head, rows), *notes(found)]
    if len(found["rows"]) > 1:
        few, many = found["rows"][0], found["rows"][-1]
        if few["most_mb"] and many["most_mb"]:
            lines += [
                f"{many['replications']:,} worlds take {many['most_mb'] - few['most_mb']:.0f} MB more "
                f"than {few['replications']}, "
                f"{many['most_mb'] / few['most_mb']:.2f} times. Of every world "
                f"{many['kept_bytes_a_world']:,} bytes of measures are kept.",
                "",
            ]
    return lines


WAYS = {
    studies.HERE: "in one process",
    studies.THREADS: "2 threads",
    studies.PROCESSES: "2 processes",
    studies.DASK: "Dask, 2 workers",
}


def _rates(found: Row) -> list[str]:
    """Worlds a second: first calls, start included, and later ones."""
    ways = [way for way in WAYS if any(way in row["ways"] for row in found["rows"])]
    head = ["worlds", "in a call"]
    for way in ways:
        head += [WAYS[way]] if way == studies.HERE else [f"{WAYS[way]}, first call", "later calls", "times"]
    rows = []
    for row in found["rows"]:
        line = [studies.CASES[row["case"]], str(row["worlds"])]
        here = row["ways"].get(studies.HERE)
        for way in ways:
            times = row["ways"].get(way)
            if times is None:
                line += ["-"] * (1 if way == studies.HERE else 3)
                continue
            later = row["worlds"] / statistics.median(times["again"])
            if way == studies.HERE:
                line.append(number(later))
                continue
            first = row["worlds"] / (times["start"] + times["first"])
            gain = _median_ratio(here["again"], times["again"]) if here else None
            line += [number(first), number(later), number(gain)]
        rows.append(line)
    lines = [
        "Worlds a second. A first call starts threads, processes or cluster; *times* compares later "
        "calls with one process, round by round.",
        "",
    ]
    return [*lines, *table(head, rows), *notes(found)]


def _median_ratio(over: Sequence[float], under: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(over, under, strict=True))


def study(found: Row) -> list[str]:
    """Throughput, and the question somebody waits for."""
    lines = ["## Studies", "", *_rates(found)]
    calls: list[Any] = found["interactive"]
    if calls:
        bar = studies.INTERACTIVE_BAR
        rows = [
            (
                what,
                number(statistics.median(seconds)),
                f"{number(min(seconds))} to {number(max(seconds))}",
                f"{bar:g}",
                verdict(statistics.median(seconds), bar),
            )
            for what, seconds in (
                ("first call of a fresh interpreter, kernels compiled", [call["first"] for call in calls]),
                ("next call, its processes being there", [call["again"] for call in calls]),
            )
        ]
        lines += [
            "**While somebody waits**: `england-2025`, two scenarios, 100 worlds, 3 years, as many "
            "processes as it likes.",
            "",
        ]
        lines += table(("call", "seconds", "range", "bar", ""), rows)
    return lines


def threads(found: Row) -> list[str]:
    """Threads of one process."""
    lines = ["## Threads", "", *_rates(found)]
    gains = [
        _median_ratio(row["ways"][studies.HERE]["again"], row["ways"][studies.THREADS]["again"])
        for row in found["rows"]
        if {studies.HERE, studies.THREADS} <= row["ways"].keys()
    ]
    if gains:
        lines += [
            "The kernel runs without Python's lock, the SimPy side of a world cannot: two threads give "
            f"{number(min(gains))} to {number(max(gains))} times the worlds of one.",
            "",
        ]
    return lines


SECTIONS = {
    "engines": engines,
    "whole": whole,
    "features": features,
    "start": start,
    "memory": memory,
    "studies": study,
    "threads": threads,
}
"""What writes the section of each part, in the order of the page."""
