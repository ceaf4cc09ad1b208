"""The commands to try next, written so that they can be copied."""

import os
import shlex
import shutil
import sys
from pathlib import Path

from agentia.cli.mesh.record import MeshRecord
from agentia.cli.options import DEFAULT_DATA

DEFAULT_URL = "http://127.0.0.1:8000"


def command() -> str:
    """How this user calls `agentia`: by name when that finds this very program, else by its path."""
    program = Path(sys.argv[0])
    found = shutil.which("agentia")
    if found and program.exists() and os.path.samefile(found, program):
        return "agentia"
    if program.name != "agentia":
        return "agentia"
    absolute = program.absolute()
    here = Path.cwd()
    return shlex.quote(str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute))


def at(data: Path) -> str:
    """The `--data` option that finds this folder again, empty when it is found without."""
    return "" if data == DEFAULT_DATA else f" --data {shlex.quote(str(data))}"


def next_commands(mesh: MeshRecord, data: Path) -> list[tuple[str, str]]:
    """What to try on a mesh that has just started, each with what it shows."""
    me, where = command(), at(data)
    agents = [service.name for service in mesh.services if service.role == "agent"]
    whom = "" if "concierge" in agents else f" --agent {agents[0]}" if agents else " --agent NAME"
    first = (f'{me} ask{where}{whom} "What is 15 % of 2,480?"', "give it a task and watch")
    join = (f"{me} new fx; {me} serve{where} fx.py:fx", "an agent of your own")
    return [
        first if agents else join,
        (f"{me} cards list{where}", "who is in the mesh"),
        (f"curl {mesh.url}/.well-known/agent-card.json", "the mesh as one A2A agent"),
        (f"{me} logs -f{where}", "what the services say"),
    ]
