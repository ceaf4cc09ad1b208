"""What no file may hold: the path of somebody's machine, or the host of a package registry."""

import re
from pathlib import Path

MACHINES = re.compile(r"(?<![\w.}~-])/(?:root|work|tmp/lab|var/tmp/lab|opt/pypi(?:-more)?|opt/wheels)/")
HOSTS = re.compile(
    r"\b(?:(?:test\.)?pypi\.org|(?:files|pypi)\.pythonhosted\.org|registry\.npmjs\.org|registry\.yarnpkg\.com"
    r"|(?:static\.)?crates\.io|proxy\.golang\.org|deb\.debian\.org|conda\.anaconda\.org)\b"
)


def lines_with(pattern: re.Pattern[str], repo: Path, files: list[Path]) -> list[str]:
    """Where a pattern occurs, as `path:line`, in all text files."""
    found = []
    for path in files:
        text = (repo / path).read_bytes().decode(errors="replace")
        found += [f"{path}:{text.count(chr(10), 0, match.start()) + 1} {match[0]}" for match in pattern.finditer(text)]
    return found


def test_no_file_names_a_path_of_the_machine_it_was_written_on(repo: Path, files: list[Path]) -> None:
    assert not lines_with(MACHINES, repo, files)


def test_no_file_names_the_host_of_a_package_registry(repo: Path, files: list[Path]) -> None:
    assert not lines_with(HOSTS, repo, files)


def test_the_patterns_find_what_they_are_for() -> None:
    """Written in pieces, because this file is searched like all others."""
    assert all(
        MACHINES.search(f"at {folder}/x") for folder in ("/" + "work", "/var/" + "tmp/lab", "/opt/" + "pypi-more")
    )
    assert not MACHINES.search("tests/work/x and ./root/x")
    assert HOSTS.search("https://pypi" + ".org/simple")
    assert not HOSTS.search("happypi.org, pypi.organic")
