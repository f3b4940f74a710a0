"""How docstrings are read for the site (see conf.py): house rules that Sphinx does not know."""

from __future__ import annotations

import inspect
import re
from typing import Any


def setup(app: Any) -> dict[str, bool]:
    """Tell Sphinx when to ask."""
    app.connect("autodoc-process-signature", short_signature)
    app.connect("autodoc-process-signature", plain_types, priority=900)  # after they have been recorded
    app.connect("autodoc-process-docstring", returns_are_prose, priority=400)  # before napoleon's own
    app.connect("autodoc-skip-member", skip_fields_of_tuples)
    app.connect("missing-reference", find_by_last_name)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def short_signature(
    _app: object,
    _what: str,
    _name: str,
    thing: Any,
    _options: object,
    signature: str | None,
    returns: str | None,
) -> tuple[str | None, str | None]:
    """Leave out of signatures what says nothing: the fields of a section, what catches misspelt names."""
    from pydantic import BaseModel

    if inspect.isclass(thing) and issubclass(thing, BaseModel) and "__init__" not in vars(thing):
        return "(**settings)", None
    return (signature or "").replace(", **misspelt", "") or signature, returns


def plain_types(app: Any, *_: object) -> None:
    """Write types as a reader says them: an array, not all that numpy would take for one; no validators."""
    for types in app.env.current_document.autodoc_annotations.values():
        for name, text in types.items():
            text = without_annotations(text)
            text = "array_like" if "_SupportsArray" in text else text
            text = re.sub(r"~?numpy\.ndarray\[.*?\[[^\]]*\]\]", "~numpy.ndarray", text)
            types[name] = re.sub(r"\bdt\.date\b", "~datetime.date", text)


def without_annotations(text: str) -> str:
    """Write ``Annotated[int, ...]`` as ``int``.

    >>> without_annotations("~typing.Annotated[int | None, FieldInfo(metadata=[Ge(ge=1)])] | str")
    'int | None | str'
    """
    found = re.search(r"[~\w.]*Annotated\[", text)
    if not found:
        return text
    depth, comma = 1, None
    for i in range(found.end(), len(text)):
        depth += (text[i] in "[(") - (text[i] in "])")
        if text[i] == "," and depth == 1 and comma is None:
            comma = i
        if depth == 0:
            return without_annotations(text[: found.start()] + text[found.end() : comma] + text[i + 1 :])
    return text


def find_by_last_name(app: Any, env: Any, node: Any, contnode: Any) -> Any:
    """Find what a docstring or annotation calls by a short name, or by its module, under its public name."""
    target = node.get("reftarget", "")
    if node.get("refdomain") != "py" or ("." in target and not re.match(r"workforce_sim\.|[A-Z]", target)):
        return None
    domain = env.domains["py"]
    if target.startswith("workforce_sim."):
        target = target.rpartition(".")[2]
    kinds = domain.objtypes_for_role(node["reftype"]) or ()
    found = {
        (thing.docname, thing.node_id)
        for name, thing in domain.objects.items()
        if name.endswith(f".{target}") and (thing.objtype in kinds or node["reftype"] == "class")
    }
    if len(found) != 1:
        return None
    from sphinx.util.nodes import make_refnode

    ((docname, place),) = found
    return make_refnode(app.builder, node["refdoc"], docname, place, contnode)


def returns_are_prose(
    _app: object, what: str, _name: str, _thing: object, _options: object, lines: list[str]
) -> None:
    """Keep napoleon from taking what stands before a colon for a type: here it begins a sentence.

    Attributes described together (``leaving, agency: its rooms``) are described one by one.
    """
    apart = []
    for line in lines:
        together = re.fullmatch(r"    (\w+(?:, \w+)+): (.*)", line)
        apart += [f"    {n}: {together[2]}" for n in together[1].split(", ")] if together else [line]
    lines[:] = apart
    if what in ("property", "attribute", "data") and lines:
        first, colon, rest = lines[0].partition(": ")
        lines[:1] = [first + colon.strip(), rest] if colon else [first]
    elif "Returns:" in lines:
        start = lines.index("Returns:")
        end = next((i for i in range(start + 1, len(lines)) if lines[i] and lines[i][0] != " "), len(lines))
        text = [line.strip() for line in lines[start + 1 : end] if line]
        lines[start:end] = ["", f":returns: {text[0]}", *(f"    {line}" for line in text[1:]), ""]


def skip_fields_of_tuples(
    _app: object, _what: str, _name: str, thing: Any, _skip: bool, _options: object
) -> bool | None:
    """Leave out fields of named tuples, which the class describes."""
    return True if (getattr(thing, "__doc__", None) or "").startswith("Alias for field number") else None
