"""The first files of an agent: the specialist, its test, its card, and a line for the README."""

import json
import keyword
import re
import sys
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
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


def write_first(name: str, folder: Path, *, sdk: bool = False) -> FirstFiles:
    """Write NAME.py, test_NAME.py and NAME.card.json, and README.md if there is none.

    The agent is a function, or with `sdk` an Agent of the OpenAI Agents SDK. Raises UsageProblem, and leaves nothing
    behind then.
    """
    module = _module(name)
    kind = "model" if sdk else "function"
    agent, test, card = folder / f"{module}.py", folder / f"test_{module}.py", folder / f"{module}.card.json"
    target, readme = f"{module}.py:{module}", folder / "README.md"
    line = f'`agentia serve {target}` serves the agent {name}; `agentia ask --agent {name} "hello"` asks it.'
    texts = {agent: _filled(f"{kind}.py.txt", name, module), test: _filled(f"test_{kind}.py.txt", name, module)}
    for file in (*texts, card):
        if file.exists():
            raise UsageProblem(
                f"{file} is there already, and nothing is overwritten.", fix="Take another name or folder."
            )
    if find_spec(module) is not None:
        raise UsageProblem(f"{module!r} is the name of a Python module already.", fix="Take another name.")
    new_readme = not readme.exists()
    written: list[Path] = []
    try:
        for file, text in texts.items():
            _write(file, text, written)
        _write(card, _card(agent, module), written)
        if new_readme:
            _write(readme, f"# {name}\n\n{line}\n", written)
    except OSError as exc:
        for file in written:
            file.unlink(missing_ok=True)
        raise UsageProblem(
            f"{exc.filename} cannot be written: {exc.strerror}.", fix="Go to a folder in which you may write."
        ) from exc
    return FirstFiles(name, target, written, line, new_readme)


def _module(name: str) -> str:
    module = name.replace("-", "_")
    if not NAME.fullmatch(name) or keyword.iskeyword(module):
        raise UsageProblem(
            f"{name!r} is no name for an agent.", fix="Take lower case letters, digits and hyphens: fx, house-prices."
        )
    return module


def _write(file: Path, text: str, written: list[Path]) -> None:
    with file.open("x", encoding="utf-8") as out:
        written.append(file)
        out.write(text)


def _card(agent: Path, module: str) -> str:
    """The card that others will see, but for the address."""
    from agentia.cards import card_to_json
    from agentia.cli.authoring.load import load

    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # nothing but what was announced is written
    try:
        card = card_to_json(load(f"{agent}:{module}").card())
    finally:
        sys.dont_write_bytecode = before
    return json.dumps(card, indent=2, ensure_ascii=False) + "\n"


def _filled(template: str, name: str, module: str) -> str:
    text = files("agentia.cli.authoring").joinpath(template).read_text(encoding="utf-8")
    return text.replace("NAME", name).replace("MODULE", module)
