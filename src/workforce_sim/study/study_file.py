"""A study as a TOML file: the service, the plans as data, and how it is run."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workforce_sim import interventions
from workforce_sim.authority.authority import Authority
from workforce_sim.authority.toml_file import parsed, read_text, without_none
from workforce_sim.errors import InputError, Problem, nearest, shown, unknown_name
from workforce_sim.interventions.base import Intervention, Process
from workforce_sim.interventions.when import When
from workforce_sim.study.enough import Enough

if TYPE_CHECKING:
    from workforce_sim.study.arm import Plan
    from workforce_sim.study.study import Study

#: Names at the top of a file; each is an argument of ``Study``.
NAMES = ("authority", "start", "years", "seed", "replications", "folder", "scenarios")

#: The built-in policies by the name of their class.
POLICIES: dict[str, type[Intervention]] = {
    name: kind
    for name in interventions.__all__
    if isinstance(kind := getattr(interventions, name), type)
    and issubclass(kind, Intervention)
    and kind is not Intervention
}

#: How a file says that as many worlds are run as the answers need.
_ENOUGH = "enough"

_LARGEST_FILE = 10_000_000


def study_from_file(kind: type[Study], path: object, **settings: Any) -> Study:
    """A study from a TOML file; ``settings`` take the place of what the file says.

    Raises:
        InputError: unreadable, or with everything that is wrong in it.
    """
    text, name = read_text(path, "Study.from_file", "write one: study.to_file('bid.toml')")
    return study_from_toml(kind, text, name, Path(str(path)).parent, **settings)


def study_from_toml(kind: type[Study], text: str, where: str, beside: Path, **settings: Any) -> Study:
    """A study from TOML text; files that it names are looked for in the folder ``beside``.

    Raises:
        InputError: with everything that is wrong in it.
    """
    found = _settings(text, where)
    problems = [
        unknown_name(name, name, NAMES, "a setting of a study") for name in found if name not in NAMES
    ]
    missing = [name for name in ("authority", "start", "scenarios") if name not in found]
    problems += [Problem(name, "", "this is required", f"add {_EXAMPLES[name]}") for name in missing]
    arguments: dict[str, Any] = {n: found[n] for n in ("start", "years", "seed") if n in found}
    arguments["replications"] = _replications(found.get("replications", _ENOUGH), problems)
    if "folder" in found:
        folder = found["folder"]
        if isinstance(folder, str) and folder and "\0" not in folder:
            arguments["folder"] = beside / folder
        else:
            problems.append(Problem("folder", shown(folder), "the path of a folder", 'folder = "bid_worlds"'))
    authority = _authority(found["authority"], beside, problems) if "authority" in found else None
    scenarios = _scenarios(found["scenarios"], problems) if "scenarios" in found else {}
    arguments |= settings
    if problems or authority is None:
        problems += _of_the_rest(kind, authority, scenarios, arguments)
        raise InputError(where, problems)
    try:
        return kind(authority, scenarios, **arguments)
    except InputError as error:
        raise InputError(where, error.problems) from None


def study_to_toml(
    plan: Plan, replications: int | Enough, *, folder: str | None = None, whole: bool = False
) -> str:
    """A study as TOML text, every setting of every policy written out; reads back equal.

    Args:
        plan: authority, scenarios, start, years and seed.
        replications: how many worlds.
        folder: where worlds are kept, if anywhere.
        whole: write the authority out even if it is one that comes with the library.

    Raises:
        InputError: a policy of the planner's own, which cannot be written as data.
    """
    import tomli_w

    settings: dict[str, Any] = {"start": plan.start, "years": plan.years, "seed": plan.seed}
    if isinstance(replications, int):
        settings["replications"] = replications
    else:
        asked = without_none(asdict(replications))
        settings["replications"] = _ENOUGH if replications == Enough() else asked
    if folder is not None:
        settings["folder"] = folder
    scenarios = scenarios_as_data(plan.scenarios, "the file of a study")
    presets = () if whole else (n for n in Authority.preset_names() if Authority.preset(n) == plan.authority)
    preset = next(iter(presets), None)
    settings["authority"] = tomllib.loads(plan.authority.to_toml()) if preset is None else preset
    order = sorted(settings, key=lambda name: isinstance(settings[name], dict))
    return _HEAD + tomli_w.dumps({name: settings[name] for name in order}) + _written(scenarios)


def _written(scenarios: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """The section of scenarios, a line a policy. In order: the first is what the others are compared with."""
    lines = ["", "[scenarios]"]
    for name, listed in scenarios.items():
        if listed:
            lines += [f"{_key(name)} = [", *(f"    {_inline(policy)}," for policy in listed), "]"]
        else:
            lines.append(f"{_key(name)} = []")
    return "\n".join([*lines, ""])


def _inline(value: Any) -> str:
    """A value on one line."""
    import tomli_w

    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {_inline(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(inner) for inner in value) + "]"
    return tomli_w.dumps({"x": value}).removeprefix("x = ").rstrip("\n")


def _key(name: str) -> str:
    import tomli_w

    return tomli_w.dumps({name: 0}).removesuffix(" = 0\n")


def scenarios_as_data(
    scenarios: Mapping[str, Sequence[Intervention | Process]], where: str
) -> dict[str, list[dict[str, Any]]]:
    """Policies by scenario as tables of a file.

    Raises:
        InputError: policies of the planner's own.
    """
    problems: list[Problem] = []
    data: dict[str, list[dict[str, Any]]] = {}
    for name, listed in scenarios.items():
        data[name] = []
        for i, policy in enumerate(listed):
            if isinstance(policy, Intervention) and POLICIES.get(type(policy).__name__) is type(policy):
                settings = {n: v for n, v in policy.model_dump().items() if v is not None}
                own = sorted(n for n, v in settings.items() if callable(v))
                if not own:
                    data[name].append({"policy": type(policy).__name__, **without_none(settings)})
                    continue
            fix = "keep the study as a Python file, or use built-in policies only"
            value = getattr(policy, "__name__", type(policy).__name__)
            rule = "a built-in policy: what is your own is code, and a file holds data"
            problems.append(Problem(f"scenarios[{name!r}][{i}]", value, rule, fix))
    if problems:
        raise InputError(where, problems)
    return data


_HEAD = """# A study of workforce_sim. Run it: workforce-sim run THIS_FILE
# Every policy is a table with the name of its class and its settings; start and end are dates or conditions:
# start = { measure = "caseload", above = 20, months = 3 }

"""

_EXAMPLES = {
    "authority": 'authority = "birmingham-2015", a path, or a section [authority]',
    "start": "start = 2015-04-01",
    "scenarios": '[scenarios] with "80 posts" = [{ policy = "NewPosts", number = 80, start = 2015-04-01 }]',
}


def _settings(text: str, where: str) -> dict[str, Any]:
    if len(text) > _LARGEST_FILE:
        problem = Problem(
            "file", f"{len(text)} letters", f"at most {_LARGEST_FILE}", "is this the right file?"
        )
        raise InputError(where, [problem])
    return parsed(text, where)


def _replications(given: Any, problems: list[Problem]) -> Any:
    if given == _ENOUGH:
        return None
    if not isinstance(given, dict):
        if isinstance(given, str):
            fix = 'replications = 100, or "enough"'
            problems.append(Problem("replications", shown(given), 'a whole number, or "enough"', fix))
            return None
        return given
    names = [f.name for f in fields(Enough)]
    problems += [unknown_name(f"replications.{n}", n, names, "a setting") for n in given if n not in names]
    known: dict[str, Any] = {
        n: tuple(v) if isinstance(v, list) else v for n, v in given.items() if n in names
    }
    try:
        return Enough(**known)
    except InputError as error:
        problems += [replace(p, path=f"replications.{p.path}") for p in error.problems]
        return None


def _authority(given: Any, beside: Path, problems: list[Problem]) -> Authority | None:
    import tomli_w

    try:
        if isinstance(given, dict):
            return Authority.from_toml(tomli_w.dumps(given))
        if isinstance(given, str) and given in Authority.preset_names():
            return Authority.preset(given)
        if isinstance(given, str) and given.endswith(".toml"):
            return Authority.from_file(beside / given)
    except InputError as error:
        problems += [replace(p, path=f"authority.{p.path}") for p in error.problems]
        return None
    names = Authority.preset_names()
    near = nearest(given, names)
    fix = f"did you mean {near!r}?" if near else 'authority = "england-2025", or "mine.toml"'
    rule = f"a preset ({', '.join(names)}), the path of a .toml file, or a section [authority]"
    problems.append(Problem("authority", shown(given), rule, fix))
    return None


def _scenarios(given: Any, problems: list[Problem]) -> dict[str, list[Intervention | Process]]:
    if not isinstance(given, dict) or not given:
        problems.append(
            Problem("scenarios", shown(given), "a section of plans", f"add {_EXAMPLES['scenarios']}")
        )
        return {}
    found: dict[str, list[Intervention | Process]] = {}
    for name, listed in given.items():
        found[name] = []
        path = f"scenarios[{name!r}]"
        if not isinstance(listed, list):
            rule, fix = "a list of policies, [] for none", f'"{name}" = [{{ policy = "NewPosts", ... }}]'
            problems.append(Problem(path, shown(listed), rule, fix))
            continue
        for i, settings in enumerate(listed):
            policy = _policy(settings, f"{path}[{i}]", problems)
            if policy is not None:
                found[name].append(policy)
    return found


def _policy(settings: Any, path: str, problems: list[Problem]) -> Intervention | None:
    if not isinstance(settings, dict) or not isinstance(settings.get("policy"), str):
        rule = "a table with the name of a policy"
        fix = '{ policy = "NewPosts", number = 80, start = 2015-04-01 }'
        near = nearest(next(iter(settings), ""), ["policy"]) if isinstance(settings, dict) else None
        problems.append(Problem(path, shown(settings), rule, "write policy = ..." if near else fix))
        return None
    name = settings["policy"]
    if name not in POLICIES:
        problems.append(unknown_name(f"{path}.policy", name, sorted(POLICIES), "a policy"))
        return None
    kind = POLICIES[name]
    allowed = sorted(kind.model_fields)
    given: dict[str, Any] = {}
    for setting, value in settings.items():
        where = f"{path} {name}.{setting}"
        if setting == "policy":
            continue
        if setting not in allowed:
            near = nearest(setting, allowed)
            fix = (
                f"did you mean {near!r}?" if near else f"remove it; the names here are: {', '.join(allowed)}"
            )
            problems.append(Problem(where, shown(value), "there is no setting of this name", fix))
        elif isinstance(value, dict) and setting in ("start", "end"):
            given[setting] = _condition(value, where, problems)
        else:
            given[setting] = value
    try:
        return kind(**given)
    except InputError as error:
        problems += [replace(p, path=f"{path} {name}.{p.path}") for p in error.problems]
        return None


def _condition(given: dict[str, Any], path: str, problems: list[Problem]) -> When | str:
    allowed = sorted(When.model_fields)
    wrong = [name for name in given if name not in allowed]
    problems += [unknown_name(f"{path}.{n}", n, allowed, "a setting of a condition") for n in wrong]
    try:
        return When(**{"measure": "", **{n: v for n, v in given.items() if n not in wrong}})
    except InputError as error:
        problems += [replace(p, path=f"{path}.{p.path}") for p in error.problems]
        return "2025-10-01"  # the problem is known; let the other settings be looked at


def _of_the_rest(
    kind: type[Study], authority: Authority | None, scenarios: dict[str, Any], arguments: dict[str, Any]
) -> Sequence[Problem]:
    """Problems of what could be read, beside those of what could not."""
    rest = {n: v for n, v in arguments.items() if n not in ("folder", "client")}
    rest.setdefault("start", dt.date(2025, 10, 1))
    if authority is None:  # whether policies fit is seen when there is something for them to fit
        authority, scenarios = Authority.preset("england-2025"), {}
    try:
        kind(authority, scenarios or {"Do nothing": []}, **rest)
    except InputError as error:
        return error.problems
    return []
