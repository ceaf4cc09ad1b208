"""Finding a Python on a machine we know nothing of: one that really starts, the newest of those that fit."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

TOOLS = ("sh", "awk", "sort", "head", "cut")
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The one folder on PATH of a machine that has the shell's tools and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool) or pytest.fail(f"no {tool} here"))
    return folder


@pytest.fixture
def find(machine: Path, repo: Path) -> Run:
    """Runs scripts/find-python there."""

    def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        where = {"PATH": str(machine), "HOME": str(machine), "LC_ALL": "C.UTF-8"} | environment
        command = [str(repo / "scripts" / "find-python"), *arguments]
        return subprocess.run(command, env=where, capture_output=True, text=True)

    return run


def script(path: Path, text: str) -> Path:
    """An executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def real(path: Path) -> Path:
    """The Python of this test under another name."""
    return script(path, f'exec {os.path.realpath(sys.executable)} "$@"')


def test_a_shim_that_fails_is_passed_over(machine: Path, find: Run) -> None:
    script(machine / "python3.14", "echo 'python3.14: command not found' >&2; exit 127")
    python = real(machine / "python3")
    assert find().stdout.strip() == str(python)


def test_versions_that_a_version_manager_keeps_off_the_path_are_found(machine: Path, find: Run, tmp_path: Path) -> None:
    python = real(tmp_path / "pyenv" / "versions" / "3.13.0" / "bin" / "python3")
    assert find(PYENV_ROOT=str(tmp_path / "pyenv")).stdout.strip() == str(python)


def test_the_newest_that_fits_wins_and_a_newer_one_than_we_know_comes_last(machine: Path, find: Run) -> None:
    """The fakes answer the probe as such a Python would: known or not, its version, its path."""
    script(machine / "python3", f'echo "0 0315 {machine}/python3"')
    assert find().stdout.strip() == str(machine / "python3")
    script(machine / "python3.11", f'echo "1 0311 {machine}/python3.11"')
    script(machine / "python3.12", f'echo "1 0312 {machine}/python3.12"')
    assert find().stdout.strip() == str(machine / "python3.12")


def test_a_named_python_is_the_only_one_asked(machine: Path, find: Run, tmp_path: Path) -> None:
    real(machine / "python3")
    named = real(tmp_path / "mine")
    assert find(PYTHON=str(named)).stdout.strip() == str(named)
    refused = find(PYTHON=str(script(tmp_path / "old", "exit 1")))
    assert refused.returncode == 1
    assert str(tmp_path / "old") in refused.stderr


def test_without_ensurepip_the_package_that_brings_it_is_named(machine: Path, find: Run, tmp_path: Path) -> None:
    python = real(machine / "python3")
    (tmp_path / "ensurepip.py").write_text("raise ImportError")
    found = find(PYTHONPATH=str(tmp_path))
    assert found.returncode == 1
    assert f"apt install python{sys.version_info.major}.{sys.version_info.minor}-venv" in found.stderr
    assert find("without-pip", PYTHONPATH=str(tmp_path)).stdout.strip() == str(python)


def test_with_no_python_at_all_the_message_says_how_to_get_one(find: Run) -> None:
    found = find()
    assert found.returncode == 1
    assert found.stdout == ""
    assert "Python 3.11 or newer" in found.stderr
    assert "apt install python3 python3-venv" in found.stderr
