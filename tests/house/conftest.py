"""The house as its tests see it: its files and its modules."""

import ast
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOMS = ("core", "cards", "tasks", "agents", "registry", "gateway", "cli")


@dataclass(frozen=True)
class Module:
    """A Python file of the repository; `name` is what it is imported as, empty for tests, benchmarks and scripts."""

    path: Path
    name: str
    source: str

    @property
    def tree(self) -> ast.Module:
        """Parsed anew, as the garbage collector would go through the trees of all files again and again."""
        return ast.parse(self.source, str(self.path))

    @property
    def room(self) -> str:
        """The room it lives in."""
        return self.name.split(".")[1] if self.name else ""

    @property
    def package(self) -> str:
        """What its relative imports start from."""
        return self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]


@pytest.fixture(scope="session")
def repo() -> Path:
    """The top folder."""
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def rooms() -> tuple[str, ...]:
    """The top folders that hold packages."""
    return ROOMS


@pytest.fixture(scope="session")
def files(repo: Path) -> list[Path]:
    """What belongs to the repository, relative to its top: tracked, or new and not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=repo, check=True, capture_output=True, text=True).stdout
    return sorted(Path(name) for name in listed.split("\0") if name and (repo / name).is_file())


@pytest.fixture(scope="session")
def modules(repo: Path, files: list[Path]) -> list[Module]:
    """All Python files."""
    return [_module(repo, path) for path in files if path.suffix == ".py"]


def _module(repo: Path, path: Path) -> Module:
    source = (repo / path).read_text(encoding="utf-8")
    inside = path.parts[0] in ROOMS
    name = ".".join(path.with_suffix("").parts[1:]).removesuffix(".__init__") if inside else ""
    return Module(path, name, source)
