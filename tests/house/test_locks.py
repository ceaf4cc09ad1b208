"""The locks: every package that we name, pinned and hashed, and no word of where it comes from."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

RUNTIME, TEST, CORE = "requirements.lock", "requirements-test.lock", "requirements-core.lock"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = ("linux", "darwin")


@dataclass(frozen=True)
class Pin:
    """One entry of a lock."""

    requirement: Requirement
    hashes: int


def pins(lock: Path) -> list[Pin]:
    """The entries of a lock."""
    text = "\n".join(line for line in lock.read_text().splitlines() if not line.startswith("#"))
    return [_pin(entry) for entry in re.split(r"\n(?=\S)", text.replace("\\\n", " "))]


def _pin(entry: str) -> Pin:
    requirement, *hashes = re.split(r"\s+--hash=", entry.strip())
    return Pin(Requirement(requirement), len(hashes))


def environment(python: str, platform: str) -> dict[str, str]:
    """What markers see on another Python and platform."""
    given = {"python_version": python, "python_full_version": f"{python}.1", "sys_platform": platform}
    return {key: str(value) for key, value in default_environment().items()} | given


def installed(lock: Path, python: str, platform: str) -> dict[str, str]:
    """What the lock installs there: version by name."""
    found: dict[str, str] = {}
    for pin in pins(lock):
        marker: Marker | None = pin.requirement.marker
        if marker is None or marker.evaluate(environment(python, platform)):
            name = canonicalize_name(pin.requirement.name)
            assert name not in found, f"{name} is locked twice for Python {python} on {platform}"
            found[name] = str(pin.requirement.specifier).removeprefix("==")
    return found


def wanted(repo: Path, *extras: str) -> Iterator[Requirement]:
    """What pyproject.toml asks for, to run, to build, and for the extras."""
    project = tomllib.loads((repo / "pyproject.toml").read_text())
    lists = [project["build-system"]["requires"], project["project"]["dependencies"]]
    lists += [project["project"]["optional-dependencies"][extra] for extra in extras]
    for requirement in (Requirement(line) for one in lists for line in one):
        if canonicalize_name(requirement.name) == "agentia":
            yield from wanted(repo, *requirement.extras)
        else:
            yield requirement


@pytest.mark.parametrize("lock", [RUNTIME, TEST, CORE])
def test_every_package_is_pinned_and_hashed(repo: Path, lock: str) -> None:
    loose = [str(pin.requirement) for pin in pins(repo / lock) if not pin.hashes or "==" not in str(pin.requirement)]
    assert not loose


@pytest.mark.parametrize("lock", [RUNTIME, TEST, CORE])
def test_a_lock_names_no_address(repo: Path, lock: str) -> None:
    text = (repo / lock).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)\b", text, re.MULTILINE)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(
    ("lock", "extras"), [(RUNTIME, ["all"]), (TEST, ["all", "test"]), (CORE, ["postgres", "otel"])]
)
def test_a_lock_covers_pyproject_on(repo: Path, lock: str, extras: list[str], python: str, platform: str) -> None:
    found = installed(repo / lock, python, platform)
    here = [r for r in wanted(repo, *extras) if r.marker is None or r.marker.evaluate(environment(python, platform))]
    missing = [str(r) for r in here if not r.specifier.contains(found.get(canonicalize_name(r.name), "0"))]
    assert not missing, f"run `make lock`: {missing}"


def test_the_lock_of_tests_runs_the_very_versions_that_run(repo: Path) -> None:
    runtime, test, core = ({str(pin.requirement) for pin in pins(repo / lock)} for lock in (RUNTIME, TEST, CORE))
    assert core <= runtime <= test
