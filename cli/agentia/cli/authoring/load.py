"""Loading an author's specialist from `FILE:NAME` or `module:NAME`, with errors that name the author's own line."""

import importlib
import importlib.util
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from agentia.agents import Specialist
from agentia.cli.errors import UsageProblem
from agentia.core.errors import AgentiaError
from agentia.core.frames import line_of


def load(target: str) -> Specialist:
    """The specialist that `target` names. NAME may be left out when there is only one. Raises UsageProblem."""
    place, _, name = target.rpartition(":") if ":" in target else (target, "", "")
    module = _file(Path(place)) if _is_file(place) else _module(place)
    found = {key: value for key, value in vars(module).items() if isinstance(value, Specialist)}
    if not name and len(found) == 1:
        return next(iter(found.values()))
    if not name:
        raise UsageProblem(f"{place} {_holds(found)}.", fix=f"Name the one to serve: `agentia serve {place}:NAME`.")
    if not hasattr(module, name):
        near = get_close_matches(name, found) or sorted(found)
        raise UsageProblem(f"{place} has no {name!r}.", fix=f"Did you mean {', '.join(near)}?" if near else _how(place))
    thing = getattr(module, name)
    if not isinstance(thing, Specialist):
        raise UsageProblem(f"{name} in {place} is {_what(thing)}, not a specialist.", fix=_how(place))
    return thing


def _is_file(place: str) -> bool:
    return place.endswith(".py") or "/" in place


def _file(path: Path) -> ModuleType:
    """The module of a file; its folder is importable, as with `python FILE`."""
    if not path.is_file():
        raise UsageProblem(f"There is no file {path}.", fix="`agentia new NAME` writes a first one.")
    sys.path.insert(0, str(path.parent.absolute()))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UsageProblem(f"{path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as exc:
        raise explained(exc, str(path)) from exc
    return module


def _module(name: str) -> ModuleType:
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as exc:
        if exc.name and (name == exc.name or name.startswith(f"{exc.name}.")):
            raise UsageProblem(f"There is no module {name}.", fix="A file is named with its ending: fx.py:fx.") from exc
        raise explained(exc, name) from exc
    except (Exception, SystemExit) as exc:
        raise explained(exc, name) from exc


def explained(exc: BaseException, place: str) -> UsageProblem:
    """An error of the author's code with its line, or `place` where that cannot be told."""
    where, said = line_of(exc), f"{type(exc).__name__}: {_words(exc)}"
    if isinstance(exc, AgentiaError):
        where, said = exc.place or where, f"{exc.message} {exc.fix}".strip()
    return UsageProblem(f"{where or place}: {said}", fix="AGENTIA_DEBUG=1 shows the whole traceback.")


def _words(exc: BaseException) -> str:
    return exc.msg if isinstance(exc, SyntaxError) else str(exc)


def _holds(found: Mapping[str, Specialist]) -> str:
    return f"holds several specialists ({', '.join(sorted(found))})" if found else "holds no specialist"


def _what(thing: Any) -> str:
    return "a plain function" if callable(thing) and hasattr(thing, "__code__") else f"of type {type(thing).__name__}"


def _how(place: str) -> str:
    return f"In {place}, put @specialist(skills=[Skill(…)]) before an async function of a TaskRun."
