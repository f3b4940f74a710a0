"""An authority as a TOML file: reading, and writing every setting out."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workforce_sim.authority.parts import NOTHING
from workforce_sim.errors import InputError, Problem, nearest, shown
from workforce_sim.files import as_path

if TYPE_CHECKING:
    from workforce_sim.authority.authority import Authority


def read_text(
    path: object,
    where: str = "Authority.from_file",
    otherwise: str = "write one: Authority.preset(...).to_file('mine.toml')",
) -> tuple[str, str]:
    """The text of a file and the name to use for it in errors.

    Args:
        path: of the file.
        where: who asks, for errors.
        otherwise: what to do where there is no such file.

    Raises:
        InputError: no path, no such file, or not readable as text.
    """
    file = as_path(path, where, "mine.toml")
    try:
        return file.read_text("utf-8-sig"), file.name
    except FileNotFoundError:
        near = nearest(file.name, sorted(p.name for p in file.parent.glob("*.toml")))
        fix = f"did you mean {near!r}?" if near else otherwise
        raise _cannot_read(file, "an existing TOML file", fix, where) from None
    except (OSError, UnicodeDecodeError) as error:
        rule = "a readable text file (UTF-8)"
        raise _cannot_read(file, rule, f"the system says: {error}", where) from None


def parsed(text: object, where: str) -> dict[str, Any]:
    """What TOML text says.

    Raises:
        InputError: not text, or not TOML.
    """
    if not isinstance(text, str):
        wrong = Problem("text", type(text).__name__, "text", "decode it: text.decode('utf-8')")
        raise InputError(where, [wrong])
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # not only what is no TOML: numbers without end, deep lists
        rule = "TOML: name = value lines under [section] headings"
        raise InputError(where, [Problem("file", "", rule, f"mend: {error}")]) from None


def write(authority: Authority) -> str:
    """The authority as TOML text, every setting written out."""
    import tomli_w

    settings = authority.model_dump()
    if authority.casework.caseload_cap is None:
        settings["casework"]["caseload_cap"] = NOTHING
    for stage in settings["pathway"]["stages"].values() if settings["pathway"] else ():
        if stage["deadline_days"] is None:
            stage["deadline_days"] = NOTHING
    return tomli_w.dumps(without_none(settings))


def without_none(value: Any) -> Any:
    """Settings as TOML can hold them: names without a value left out, tuples as lists."""
    if isinstance(value, dict):
        return {k: without_none(v) for k, v in value.items() if v is not None}
    if isinstance(value, (list, tuple)):
        return [without_none(v) for v in value]
    return value


def _cannot_read(file: Path, rule: str, fix: str, where: str) -> InputError:
    return InputError(where, [Problem("path", shown(str(file), 400), rule, fix)])
