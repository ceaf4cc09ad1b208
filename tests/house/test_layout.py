"""The layout: namespaced packages, one room a folder, and nothing that hides the OpenAI Agents SDK."""

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path


def test_no_top_folder_and_no_namespace_is_a_package(files: list[Path], rooms: tuple[str, ...]) -> None:
    """An `agents/__init__.py` would hide openai-agents, an `agentia/__init__.py` all rooms but one."""
    forbidden = {Path(room, *below, "__init__.py") for room in rooms for below in ((), ("agentia",))}
    assert not forbidden & set(files)


def test_every_room_is_a_typed_package(repo: Path, rooms: tuple[str, ...]) -> None:
    missing = [
        path
        for room in rooms
        for path in (f"{room}/agentia/{room}/__init__.py", f"{room}/agentia/{room}/py.typed")
        if not (repo / path).exists()
    ]
    assert not missing


def test_a_room_holds_nothing_but_its_own_package(files: list[Path], rooms: tuple[str, ...]) -> None:
    strays = [path for path in files if path.parts[0] in rooms and path.parts[1:3] != ("agentia", path.parts[0])]
    assert not strays


def test_every_folder_of_modules_is_a_package(files: list[Path], rooms: tuple[str, ...]) -> None:
    """A folder without `__init__.py` would import, but not be found by those who walk packages."""
    folders = {path.parent for path in files if path.suffix == ".py" and path.parts[0] in rooms}
    assert not [folder for folder in folders if folder / "__init__.py" not in files]


def test_tests_live_only_under_tests(files: list[Path]) -> None:
    names = [path for path in files if path.name == "conftest.py" or path.match("test_*.py") or path.match("*_test.py")]
    assert not [path for path in names if path.parts[0] != "tests"]
    assert not [path for path in files if path.parts[0] == "tests" and path.name == "__init__.py"]


def test_import_agents_is_the_openai_agents_sdk_even_from_the_top_folder(repo: Path) -> None:
    """`python -c` puts the working directory first on the path, where our own `agents/` lies."""
    code = "import importlib.util; print(importlib.util.find_spec('agents').origin)"
    found = subprocess.run([sys.executable, "-c", code], cwd=repo, capture_output=True, text=True, check=True)
    origin = Path(found.stdout.strip())
    assert origin.name == "__init__.py"
    assert not origin.is_relative_to(repo / "agents")
    assert packages_distributions()["agents"] == ["openai-agents"]
