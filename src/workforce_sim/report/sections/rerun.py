"""How a study was run, and the lines that run it again and give the same numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.calendar import in_words
from workforce_sim.authority.parts import Part
from workforce_sim.interventions.base import Intervention
from workforce_sim.numbers import length
from workforce_sim.report.blocks import Block, Code, Folded, Terms, Words

if TYPE_CHECKING:
    from workforce_sim.study.result import Result

#: Stands where the library does not know what was typed.
_DOTS = "..."


def rerun_blocks(result: Result) -> list[Block]:
    """What somebody needs to get the same numbers, and the exact lines."""
    lines, whole = python_lines(result)
    stays = "" if whole else ", with your own functions where the dots are"
    found: list[Block] = [
        Terms(tuple(_about(result))),
        Words(f"To run it again and get the same numbers{stays}:"),
        Code(lines),
    ]
    if _preset(result.authority) is None:
        text = (Code(result.authority.to_toml()),)
        found.append(Folded("The file authority.toml, with every setting of the service", text))
    found.append(
        Words(
            "The same version of the random streams and the same seed give the same numbers, in one "
            "process or many. To hand over everything that is needed to check these numbers: "
            'result.bundle("bid.zip"), then workforce-sim verify bid.zip.',
            "small",
        )
    )
    return found


def _about(result: Result) -> list[tuple[str, str]]:
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


def _preset(authority: Authority) -> str | None:
    """The authority that comes with the library, if it is one."""
    return next((n for n in Authority.preset_names() if Authority.preset(n) == authority), None)


def python_lines(result: Result) -> tuple[str, bool]:
    """Lines of Python that run the study again, and whether nothing in them is left open."""
    about, preset = result.data.attrs, _preset(result.authority)
    service = f'ws.Authority.preset("{preset}")' if preset else 'ws.Authority.from_file("authority.toml")'
    lines = ["import workforce_sim as ws", "", "study = ws.Study(", f"    {service},", "    {"]
    for name, listed in result.plan.scenarios.items():
        if not listed:
            lines.append(f"        {name!r}: [],")
            continue
        policies = [
            as_python(policy) if isinstance(policy, Intervention) else f"{_DOTS},  # {_own(policy)}"
            for policy in listed
        ]
        lines += [f"        {name!r}: [", *(_line(policy) for policy in policies), "        ],"]
    lines += [
        "    },",
        f'    start="{about["start"]}",',
        f"    years={about['years']:g},",
        f"    seed={about['seed']},",
        f"    replications={result.replications},",
        ")",
        'study.run().report("page.html")',
    ]
    return "\n".join(lines), _DOTS not in "".join(
        as_python(p) if isinstance(p, Intervention) else _DOTS
        for listed in result.plan.scenarios.values()
        for p in listed
    )


def _line(policy: str) -> str:
    comma = "" if "  # " in policy else ","
    return f"            {policy}{comma}"


def _own(process: object) -> str:
    """A function of the planner's own, by name, on one line."""
    return "your own " + " ".join(str(getattr(process, "__name__", "process")).split())


def as_python(value: Any) -> str:
    """A policy, or a setting of one, as it is typed; what cannot be known is dots.

    Example:
        >>> from workforce_sim.interventions import NewPosts
        >>> as_python(NewPosts(80, start="2015-04-01"))
        "ws.NewPosts(number=80, start='2015-04-01')"
    """
    if isinstance(value, Part):
        fields = type(value).model_fields
        order = sorted(fields, key=lambda name: name in ("start", "end"))  # what it is, then when
        stated = {
            name: getattr(value, name)
            for name in order
            if fields[name].is_required() or getattr(value, name) != fields[name].default
        }
        if not type(value).__module__.startswith("workforce_sim."):
            return f"{_DOTS}"
        inside = ", ".join(f"{name}={as_python(part)}" for name, part in stated.items())
        return f"ws.{type(value).__name__}({inside})"
    if isinstance(value, dt.date):
        return repr(str(value))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{as_python(k)}: {as_python(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (tuple, list)):
        inside = ", ".join(as_python(part) for part in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if value is None or isinstance(value, (bool, int, float, str)):
        return repr(value)
    return _DOTS
