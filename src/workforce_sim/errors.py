"""Errors that teach: everything that is wrong at once, with the path, the value, the rule and the fix."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_origin

from pydantic import BaseModel, ValidationError


class WorkforceSimError(Exception):
    """Every error this library raises on purpose."""


class ExtraMissing(WorkforceSimError):
    """A package that is only needed for this is not installed; the message says how to install it."""


class WorkforceSimWarning(UserWarning):
    """Every warning this library gives on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input.

    Attributes:
        path: where, in the words of the input (``workforce.notice_days``).
        value: what was given, as text.
        rule: what is allowed.
        fix: what to write instead.
    """

    path: str
    value: str
    rule: str
    fix: str

    def __str__(self) -> str:
        shown = f"{self.path} = {self.value}" if self.value else self.path
        return f"{shown}\n      rule: {self.rule}\n      fix:  {self.fix}"


class RuleBroken(ValueError):
    """Raised by a check of several settings of one value together; becomes a :class:`Problem`."""

    def __init__(self, name: str, value: object, rule: str, fix: str) -> None:
        super().__init__(rule)
        self.name, self.value, self.rule, self.fix = name, value, rule, fix


class InputError(WorkforceSimError, ValueError):
    """An input was refused. ``problems`` lists everything found wrong, not only the first thing.

    Example:
        >>> from workforce_sim.errors import InputError, Problem
        >>> print(InputError("bid.toml", [Problem("years", "-3", "at least 1 month", "years = 3")]))
        1 problem in bid.toml:
          1. years = -3
              rule: at least 1 month
              fix:  years = 3
    """

    def __init__(self, where: str, problems: Sequence[Problem]) -> None:
        self.where = where
        self.problems = tuple(problems)
        super().__init__(where, self.problems)

    def __str__(self) -> str:
        n = len(self.problems)
        lines = [f"{n} problem{'s' if n != 1 else ''} in {self.where}:"]
        lines += [f"  {i}. {problem}" for i, problem in enumerate(self.problems, 1)]
        # half a character, in a name that was refused, would stop a terminal from showing why
        return "\n".join(lines).encode("utf-8", "backslashreplace").decode()


def shown(value: object, letters: int = 60) -> str:
    """A value as text, in so many letters: what was given is shown, whatever it is.

    Example:
        >>> shown("Anytown"), shown([1] * 100, letters=12)
        ("'Anytown'", '[1, 1, 1,...')
    """
    try:
        text = repr(value)
    except Exception:  # a number of thousands of digits, lists in lists in lists, an object of the user's own
        return f"a value of type {type(value).__name__} that cannot be shown"
    return text if len(text) <= letters else text[: letters - 3] + "..."


def nearest(word: object, allowed: Iterable[str]) -> str | None:
    """The allowed name nearest to a misspelt one, or None when nothing is near."""
    found = difflib.get_close_matches(
        str(word)[:200].lower(), [a for a in allowed if isinstance(a, str)], n=1, cutoff=0.55
    )
    return found[0] if found else None


def unknown_name(path: str, word: object, allowed: Sequence[str], what: str) -> Problem:
    """The problem of a name that is not on a list."""
    guess = nearest(word, allowed)
    names = ", ".join(repr(a) for a in allowed[:12]) + (", ..." if len(allowed) > 12 else "")
    fix = f"did you mean {guess!r}?" if guess else f"choose one of: {names}"
    return Problem(path, shown(word), f"{what} must be one of {names}", fix)


def from_pydantic(error: ValidationError, model: type[BaseModel], where: str) -> InputError:
    """Pydantic's findings in our words."""
    problems = []
    for details in error.errors():
        inner = details.get("ctx", {}).get("error")
        if isinstance(inner, InputError):  # a part that has checked itself
            above = _path(details["loc"]) if details["loc"] else ""
            for p in inner.problems:
                path = f"{above}.{p.path}" if above and p.path else above or p.path
                problems.append(replace(p, path=path))
        elif not _spurious(details):
            problems.append(_problem(model, details))
    return InputError(where, problems)


def _spurious(details: Any) -> bool:
    """Pydantic calls a list too short when its items are wrong; the items say so themselves."""
    context = details.get("ctx", {})
    return bool(details["type"] == "too_short" and len(details["input"]) >= context.get("min_length", 0))


def _problem(model: type[BaseModel], details: Any) -> Problem:
    location = tuple(details["loc"])
    path = _path(location)
    kind, context = details["type"], details.get("ctx", {})
    broken = context.get("error")
    if isinstance(broken, RuleBroken):
        where = (*location, broken.name) if broken.name else location
        return Problem(_path(where), shown(broken.value, 400), broken.rule, broken.fix)
    owner = _owner(model, location)
    name = str(location[-1]) if location else ""
    example = _example(owner, name)
    value = "" if kind == "missing" else shown(details["input"])
    if kind == "extra_forbidden":
        allowed = sorted(owner.model_fields) if owner else []
        guess = nearest(name, allowed)
        fix = f"did you mean '{guess}'?" if guess else f"remove it; the names here are: {', '.join(allowed)}"
        return Problem(path, value, "there is no setting of this name", fix)
    if kind == "missing":
        return Problem(path, "", "this is required", example or f"add a line: {name} = ...")
    rules = {
        "greater_than_equal": f"at least {context.get('ge')}",
        "greater_than": f"more than {context.get('gt')}",
        "less_than_equal": f"at most {context.get('le')}",
        "less_than": f"less than {context.get('lt')}",
        "finite_number": "a finite number (not NaN or infinity)",
        "float_type": "a number, without quotes",
        "int_type": "a whole number, without quotes",
        "int_from_float": "a whole number",
        "bool_type": "true or false",
        "string_type": "text in quotes",
        "date_type": "a date: year-month-day",
        "too_short": f"at least {context.get('min_length')} of them",
        "too_long": f"at most {context.get('max_length')} of them",
        "tuple_type": "a list",
        "model_type": f"a section of settings: {', '.join(sorted(_fields(model, location)))}",
        "dict_type": "a section: name = value lines",
    }
    rule = rules.get(kind) or str(details["msg"]).removeprefix("Value error, ").replace(
        "Input should be", "must be"
    )
    return Problem(path, value, rule, example or f"{name} = ... with {rule}")


def _fields(model: type[BaseModel], location: Sequence[str | int]) -> Iterable[str]:
    """The settings of the section at a location."""
    section = _owner(model, (*location, ""))
    return section.model_fields if section else ()


def _path(location: Sequence[str | int]) -> str:
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
            continue
        name = part if part.strip() and part.isprintable() else shown(part)
        text += f".{name}" if text else name
    return text or "input"


def _owner(model: type[BaseModel], location: Sequence[str | int]) -> type[BaseModel] | None:
    """The model class that the last name of a location belongs to."""
    owner: type[BaseModel] | None = model
    chosen = False  # whether the next part is a name of the planner's: a key of a dictionary of models
    for part in location[:-1]:
        if isinstance(part, int) or owner is None:
            continue
        if chosen:
            chosen = False
            continue
        field = owner.model_fields.get(part)
        owner = None if field is None else _model_in(field.annotation)
        chosen = field is not None and get_origin(field.annotation) is dict
    return owner


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model_in(inner)
        if found is not None:
            return found
    return None


def _example(owner: type[BaseModel] | None, name: str) -> str | None:
    field = owner.model_fields.get(name) if owner else None
    if field is None or not field.examples:
        return None
    return f"for example: {name} = {field.examples[0]}"
