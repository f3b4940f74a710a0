"""Pages of the site that are written from the library each time it is built, into docs/_generated.

Assumptions from their records, policies from the classes, measures and levers from their tables, the command
from its own help; notebooks are copied beside them. Called by Sphinx (see conf.py), and by tests without it.
"""

from __future__ import annotations

import argparse
import inspect
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
GENERATED = DOCS / "_generated"

#: What a reader should know of each preset, and which one the others are told apart from.
FIRST_PRESET = "england-2025"


def write_all(*_: object) -> None:
    """Write every generated page; what has not changed is left as it is, so that it is not built again."""
    GENERATED.mkdir(exist_ok=True)
    pages = {
        "assumptions.md": assumptions_page(),
        "measures.md": measures_page(),
        "command.md": command_page(),
        "policies.txt": policies_text(),
        "notebooks.md": notebooks_page(),
        "examples.md": examples_page(),
    }
    for name, text in pages.items():
        path = GENERATED / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    copies = GENERATED / "notebooks"
    copies.mkdir(exist_ok=True)
    kept = {notebook.name for notebook in notebooks()}
    for stale in copies.glob("*.ipynb"):
        if stale.name not in kept:
            stale.unlink()
    for notebook in notebooks():
        copy = copies / notebook.name
        if not copy.exists() or copy.read_bytes() != notebook.read_bytes():
            shutil.copy(notebook, copy)


def setup(app: Any) -> dict[str, bool]:
    """Tell Sphinx when to write the pages."""
    app.connect("builder-inited", write_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cell(value) for value in line)} |" for line in lines) + "\n"


def cell(value: object) -> str:
    """Write what stands in a cell: text in which nothing is a mark of Markdown but backticks."""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
    if isinstance(value, tuple):
        return ", ".join(cell(one) for one in value)
    text = "" if value is None else str(value)
    return re.sub(r"([|*<])", r"\\\1", text).replace("\n", " ")


def assumptions_page() -> str:
    """Write every assumption of the presets, from their records."""
    import workforce_sim as ws
    from workforce_sim.authority.records import EVIDENCE_CLASSES

    registers = {name: ws.Authority.preset(name).assumptions() for name in ws.Authority.preset_names()}
    first = registers.pop(FIRST_PRESET)
    counts = first["evidence"].value_counts()
    classes = [(name, meaning, counts.get(name, 0)) for name, meaning in EVIDENCE_CLASSES.items()]
    page = f"""# Assumptions

Every setting of the services that come with the library: its value, the range in which it may plausibly lie,
its unit, where it is from and how strong that evidence is. Written from the records when the site was built;
for your own service `authority.assumptions()` gives the same table. What a range does to an answer is asked
with `study.tornado()` and `study.uncertain()` ([studies](../studies.md), section 3). A setting without a
range is a fact of the service, a choice, or solved.

The classes of evidence, best first, and how many settings of `{FIRST_PRESET}` have each:

{table(["class", "what it means", "settings"], classes)}
## {FIRST_PRESET}: {len(first)} settings

"""
    for section, rows in _by_section(first):
        page += f"### {section}\n\n{_register_table(rows)}\n"
    for name, other in registers.items():
        both = other.index.intersection(first.index)
        same = [setting for setting in both if _facts(other.loc[setting]) == _facts(first.loc[setting])]
        own = other.drop(index=same)
        page += f"## {name}: what is not as in {FIRST_PRESET}\n\n"
        page += f"{len(own)} of {len(other)} settings.\n\n{_register_table(own)}\n"
    return page


def _facts(row: Any) -> list[str]:
    return [cell(row[column]) for column in ("value", "low", "high", "source", "evidence")]


def _by_section(register: Any) -> list[tuple[str, Any]]:
    """Settings by what stands before their last name: demand, casework, pathway.assessment, ..."""
    sections: dict[str, list[str]] = {}
    for setting in register.index:
        words = 2 if setting.startswith("pathway.") else 1
        sections.setdefault(".".join(setting.split(".")[:words]), []).append(setting)
    named: dict[str, list[str]] = {}
    for section, settings in sections.items():
        alone = section.startswith("pathway.") and len(settings) == 1
        named.setdefault("pathway" if alone else section, []).extend(settings)
    return [(name, register.loc[settings]) for name, settings in named.items()]


def _register_table(rows: Any) -> str:
    columns = ["setting", "value (range)", "unit", "evidence and source"]
    return table(
        columns,
        (
            (f"`{name}`", _with_range(row), row.unit, f"{row.evidence}: {row.source}")
            for name, row in zip(rows.index, rows.itertuples(), strict=True)
        ),
    )


def _with_range(row: Any) -> str:
    between = _range(row.low, row.high)
    return f"{cell(row.value)} ({between})" if between else cell(row.value)


def _range(low: object, high: object) -> str:
    if low is None or low != low or high is None or high != high:
        return ""
    if isinstance(low, tuple) and isinstance(high, tuple):
        return ", ".join(_range(one, other) for one, other in zip(low, high, strict=True))
    return f"{cell(low)} to {cell(high)}"


def measures_page() -> str:
    """Write every measure of a path, and every lever a policy may set."""
    from workforce_sim.measures.paths import HEADLINE, MEASURES
    from workforce_sim.workforce.levers import LEVERS

    rows = [
        (f"`{m.name}`", m.label, m.unit, "over the month" if m.flow else "on the day", m.better)
        for m in MEASURES
    ]
    levers = [(f"`{name}`", what) for name, (what, _) in LEVERS.items()]
    return f"""# Measures and levers

## Measures

Names for `result.table`, `result.plot`, `study.claim` and the like. At the start and at the first of every
month. The headline of a study is
{", ".join(f"`{name}`" for name in HEADLINE)}. How each is counted: [the model](../model.md).

{table(["name", "what it is", "unit", "counted", "better"], rows)}
## Levers

What a policy of your own may set while it lasts ([how](../how-to/own_policy.md)). Values of several policies
are multiplied, added, or the tightest holds.

{table(["lever", "what it does"], levers)}"""


def policies_text() -> str:
    """Write the directives that document every policy."""
    import workforce_sim as ws

    found = sorted(
        name
        for name in ws.__all__
        if inspect.isclass(getattr(ws, name))
        and issubclass(getattr(ws, name), ws.Intervention)
        and name != "Intervention"
    )
    lines = "\n".join(f".. autoclass:: workforce_sim.{name}\n   :no-members:" for name in found)
    return f"```{{eval-rst}}\n{lines}\n```\n"


def command_page() -> str:
    """Write the help of the command and of each of its subcommands."""
    from workforce_sim import command

    page = """# The command

`workforce-sim`, or `python -m workforce_sim`. It ends with 0 (done), 1 (a run failed, or a bundle does not
hold), 2 (wrong input) or 130 (interrupted before there was a result). What a study file holds
is on [the page of studies](../studies.md), section 5.
"""
    parser = command._parser()
    (given,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    for words, said in (("", parser), *given.choices.items()):
        said.formatter_class = _wide
        page += f"\n## workforce-sim {words}\n\n```text\n{said.format_help()}```\n"
    return page


def _wide(prog: str) -> argparse.HelpFormatter:
    """Format as wide as the page, whatever the terminal is."""
    return argparse.HelpFormatter(prog, width=100)


def notebooks() -> list[Path]:
    """List the notebooks, in their order."""
    return sorted((DOCS.parent / "notebooks").glob("*.ipynb"))


def notebooks_page() -> str:
    """Write what the notebooks are and how to run them."""
    return """# Notebooks

The same questions as things to run and change: `python3 start.py notebook` opens them all. They are run from
top to bottom whenever the library is checked (`.ci/run`, with nbmake), and kept without what they print; so
they stand here without it too. Every one takes less than a minute.

```{toctree}
:glob:
:maxdepth: 1
notebooks/*
```
"""


def examples_page() -> str:
    """Write the page of the examples as it stands beside them, with the scripts below it."""
    folder = DOCS.parent / "examples"
    page = (folder / "README.md").read_text(encoding="utf-8").replace("](../docs/", "](../")
    for script in dict.fromkeys(re.findall(r"\]\((\w+)\.py\)", page)):
        page = page.replace(f"]({script}.py)", f"](#example-{script})")
        page += f"\n(example-{script})=\n\n## {script}.py\n\n"
        page += f"```{{literalinclude}} ../../examples/{script}.py\n:language: python\n```\n"
    return page
