"""Whose line it was: the author's own code, told from ours, from libraries and from Python itself."""

import inspect
import sys
import sysconfig
import traceback
from collections.abc import Iterable, Iterator
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Final

Line = tuple[str, int]
"""A file and a line in it."""

_LIBRARIES: Final = ("site-packages", "dist-packages")


def line_of(exc: BaseException) -> str:
    """The author's last line on the way to `exc`, as `shout.py:12`; "" when no frame is known."""
    while isinstance(exc, BaseExceptionGroup):
        exc = exc.exceptions[0]
    if isinstance(exc, SyntaxError) and exc.filename:
        return _place((exc.filename, exc.lineno or 0))
    return _author([(frame.filename, frame.lineno or 0) for frame in traceback.extract_tb(exc.__traceback__)])


def line_here() -> str:
    """The author's line that is being executed; "" when none is, as in a task of asyncio that we began."""
    return line_in(sys._getframe(1))


def line_in(frame: FrameType | None) -> str:
    """The innermost line of an author's that leads to `frame`; "" when none does."""
    return _author(list(_stack(frame))[::-1], strict=True)


def defined_at(thing: object) -> str:
    """The line where a function begins, or what an object runs when it is called; "" for what is not Python."""
    while isinstance(thing, partial):
        thing = thing.func
    function = inspect.unwrap(thing) if callable(thing) else thing
    code = getattr(function, "__code__", None) or getattr(vars(type(thing)).get("__call__"), "__code__", None)
    return "" if code is None else _place((code.co_filename, code.co_firstlineno))


def _stack(frame: FrameType | None) -> Iterator[Line]:
    while frame is not None:
        yield frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back


def _author(lines: list[Line], *, strict: bool = False) -> str:
    """The innermost of an author's lines, given from the outermost; without `strict` ours when there is no other."""
    foreign = [line for line in lines if not _is_below(line[0], _ours())]
    own = [line for line in foreign if not _is_library(line[0])]
    installed = [line for line in foreign if any(name in line[0] for name in _LIBRARIES)]
    if not own and installed and not strict:  # the agent itself is installed: what we call first is its
        folder = Path(installed[0][0]).parent
        own = [line for line in installed if Path(line[0]).is_relative_to(folder)]
    return _place((own or ([] if strict else lines) or [("", 0)])[-1])


def _place(line: Line) -> str:
    file, number = line
    if not file:
        return ""
    path, here = Path(file), Path.cwd()
    return f"{path.relative_to(here) if path.is_relative_to(here) else path}:{number}"


def _is_library(file: str) -> bool:
    return file.startswith("<") or any(name in file for name in _LIBRARIES) or _is_below(file, _python())


def _is_below(file: str, folders: Iterable[str]) -> bool:
    return file.startswith(tuple(folders))


@cache
def _ours() -> tuple[str, ...]:
    """The folders of our rooms."""
    return tuple(f"{path}/" for path in import_module("agentia").__path__)


@cache
def _python() -> tuple[str, ...]:
    """The folders of the standard library."""
    return tuple({f"{sysconfig.get_path(name)}/" for name in ("stdlib", "platstdlib")})
