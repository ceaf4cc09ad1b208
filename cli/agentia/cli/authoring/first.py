"""The first files of an agent: the specialist, its test, and a line for the README."""

import keyword
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from agentia.cli.errors import UsageProblem

NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")


@dataclass(frozen=True)
class FirstFiles:
    """What was written."""

    name: str
    target: str
    files: list[Path]
    readme_line: str
    readme_written: bool


def write_first(name: str, folder: Path) -> FirstFiles:
    """Write NAME.py and test_NAME.py, and README.md if there is none. Raises UsageProblem before writing anything."""
    module = name.replace("-", "_")
    if not NAME.fullmatch(name) or keyword.iskeyword(module):
        raise UsageProblem(
            f"{name!r} is no name for an agent.", fix="Take lower case letters, digits and hyphens: fx, house-prices."
        )
    agent, test, readme = folder / f"{module}.py", folder / f"test_{module}.py", folder / "README.md"
    for file in (agent, test):
        if file.exists():
            raise UsageProblem(
                f"{file} is there already, and nothing is overwritten.", fix="Take another name or folder."
            )
    agent.write_text(_filled("specialist.py.txt", name, module), encoding="utf-8")
    test.write_text(_filled("test.py.txt", name, module), encoding="utf-8")
    line = (
        f'`agentia serve {module}.py:{module}` serves the agent {name}; `agentia ask --agent {name} "hello"` asks it.'
    )
    new_readme = not readme.exists()
    if new_readme:
        readme.write_text(f"# {name}\n\n{line}\n", encoding="utf-8")
    written = [agent, test, *([readme] if new_readme else [])]
    return FirstFiles(name, f"{module}.py:{module}", written, line, new_readme)


def _filled(template: str, name: str, module: str) -> str:
    text = files("agentia.cli.authoring").joinpath(template).read_text(encoding="utf-8")
    return text.replace("NAME", name).replace("MODULE", module)
