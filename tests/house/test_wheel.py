"""The wheel: all that the rooms hold, and only that."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def wheel(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """A wheel built from the working tree."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=repo, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_it_holds_every_module_and_statement_and_page_of_the_rooms(
    wheel: zipfile.ZipFile, files: list[Path], rooms: tuple[str, ...]
) -> None:
    expected = {path.relative_to(path.parts[0]).as_posix() for path in files if path.parts[0] in rooms}
    inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert inside == expected


def test_the_namespace_stays_open_for_others(wheel: zipfile.ZipFile) -> None:
    assert "agentia/__init__.py" not in wheel.namelist()


def test_it_brings_the_command_and_the_licence(wheel: zipfile.ZipFile) -> None:
    texts = {Path(name).name: wheel.read(name).decode() for name in wheel.namelist() if ".dist-info/" in name}
    assert "agentia = agentia.cli.main:main" in texts["entry_points.txt"]
    assert "Apache License" in texts["LICENSE"]
