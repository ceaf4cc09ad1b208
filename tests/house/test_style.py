"""The style that can be counted: a docstring that opens each module, and modules that can be read in one sitting."""

import ast
import statistics
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.house.conftest import Module

LONGEST_MODULE = 400
"""Lines. Near 100 is the aim; at 250, look for the second idea."""


def functions(module: "Module") -> Iterator[tuple[str, int]]:
    """Each function as `path:line name`, and its lines."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield f"{module.path}:{node.lineno} {node.name}", lines


def summary(what: str, lengths: dict[str, int]) -> str:
    """The report, shown by `pytest tests/house -rP`."""
    sizes = sorted(lengths.values())
    longest = sorted(lengths, key=lengths.__getitem__, reverse=True)[:5]
    tenth = sizes[len(sizes) * 9 // 10]
    head = f"{len(sizes)} {what}: median {statistics.median(sizes):.0f} lines, nine in ten below {tenth + 1}, longest:"
    return "\n".join([head, *(f"  {lengths[name]:4} {name}" for name in longest)])


def test_every_module_opens_with_one_line_that_says_what_it_is_for(modules: "list[Module]") -> None:
    wordless = []
    for module in modules:
        first, *rest = (ast.get_docstring(module.tree) or "").splitlines() or [""]
        if not first.strip() or (rest and rest[0].strip()):
            wordless.append(str(module.path))
    assert not wordless, "no line of its own at the top of: " + ", ".join(wordless)


def test_no_module_is_too_long_to_read_in_one_sitting(modules: "list[Module]") -> None:
    ours = [module for module in modules if module.room]
    lengths = {str(module.path): module.source.count("\n") for module in modules}
    print(summary("modules of the rooms", {str(module.path): lengths[str(module.path)] for module in ours}))
    print(summary("functions of the rooms", dict(found for module in ours for found in functions(module))))
    assert not {path: lines for path, lines in lengths.items() if lines > LONGEST_MODULE}
