"""Small changes of the source, one at a time: the operators of cosmic-ray, and a fair sample of their places.

Left out are changes that cannot change a run: those of type annotations (never evaluated), of the decorator
that compiles a kernel (kernels run as Python here) and of docstrings (the operators do not touch strings);
and ``is`` put for a comparison of numbers, which asks how Python keeps its numbers and not what the rule is.
"""

from __future__ import annotations

import difflib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cosmic_ray.plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

SOURCE = Path(__file__).parents[2] / "src"

#: Operators that need arguments of their own, or that change nothing here.
_LEFT_OUT = ("RemoveDecorator", "VariableInserter", "VariableReplacer")

#: A binary operator is replaced by this one only: the eleven of cosmic-ray say the same many times over.
_BINARY = {
    "Add": "Sub",
    "Sub": "Add",
    "Mul": "Div",
    "Div": "Mul",
    "FloorDiv": "Mul",
    "Mod": "Add",
    "Pow": "Mul",
}


@dataclass(frozen=True)
class Mutant:
    """One change of one file."""

    path: str
    operator: str
    occurrence: int
    line: int

    @property
    def module(self) -> str:
        """The name under which the changed file is imported."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def source(self) -> str:
        """The whole file, changed."""
        original = (SOURCE / self.path).read_text(encoding="utf-8")
        changed = mutate_code(original, cosmic_ray.plugins.get_operator(self.operator)(), self.occurrence)
        assert isinstance(changed, str), self
        return changed

    def change(self) -> str:
        """The lines before and after."""
        original = (SOURCE / self.path).read_text(encoding="utf-8").splitlines()
        differ = difflib.unified_diff(original, self.source().splitlines(), n=0, lineterm="")
        kept = [line for line in differ if line[0] in "+-" and not line.startswith(("+++", "---"))]
        return " => ".join(line[1:].strip() for line in kept)


def mutants(files: tuple[str, ...]) -> list[Mutant]:
    """Every change of these files of the library, in order."""
    found = []
    package = SOURCE / "workforce_sim"
    for path in sorted({path for pattern in files for path in package.glob(pattern)}):
        tree = get_ast(path.read_text(encoding="utf-8"))
        for name in sorted(cosmic_ray.plugins.operator_names()):
            if not _wanted(name):
                continue
            operator = cosmic_ray.plugins.get_operator(name)()
            for occurrence, (node, line) in enumerate(_places(tree, operator)):
                if not _is_annotation(node):
                    found.append(Mutant(str(path.relative_to(SOURCE)), name, occurrence, line))
    return found


def sample(files: tuple[str, ...], number: int, seed: int) -> list[Mutant]:
    """So many of them, each as likely as any other; all, if there are no more."""
    every = mutants(files)
    return every if len(every) <= number else random.Random(seed).sample(every, number)


def _wanted(name: str) -> bool:
    operator = name.split("/")[1]
    if operator.startswith(_LEFT_OUT):
        return False
    if operator.startswith("ReplaceBinaryOperator_"):
        before, after = operator.removeprefix("ReplaceBinaryOperator_").split("_")
        return _BINARY.get(before) == after
    if operator.startswith("ReplaceComparisonOperator_"):
        before, after = operator.removeprefix("ReplaceComparisonOperator_").split("_")
        return before.startswith("Is") or not after.startswith("Is")
    return True


def _places(tree: Any, operator: Any) -> Iterator[tuple[Any, int]]:
    for node in ast_nodes(tree):
        for start, _ in operator.mutation_positions(node):
            yield node, start[0]


def _is_annotation(node: Any) -> bool:
    """Inside the type of an argument, of what is returned or of a variable."""
    while node.parent is not None:
        parent = node.parent
        if parent.type == "tfpdef" and node is parent.children[-1]:
            return True
        if parent.type == "funcdef" and node is parent.annotation:
            return True
        if parent.type == "annassign" and node is parent.children[1]:
            return True
        node = parent
    return False
