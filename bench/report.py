"""What a benchmark prints around its figures: the machine, the versions, and whether a target is met."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import psutil

LIBRARIES = [
    "a2a-sdk",
    "starlette",
    "uvicorn",
    "uvloop",
    "httptools",
    "protobuf",
    "pydantic",
    "sqlalchemy",
    "aiosqlite",
]


def heading(title: str) -> None:
    """Say what is measured, and on what."""
    memory = psutil.virtual_memory().total / 2**30
    print(f"\n== {title}")
    print(f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}")
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, load {os.getloadavg()[0]:.1f}")
    print(", ".join(f"{name} {version(name)}" for name in LIBRARIES))


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows in columns, the first to the left, figures to the right."""
    cells = [list(map(str, row)) for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for first, *rest in cells:
        print("  ".join([first.ljust(widths[0]), *(c.rjust(w) for c, w in zip(rest, widths[1:], strict=True))]))


def target(what: str, measured: float, limit: float, unit: str = "") -> bool:
    """Say whether `measured` stays within `limit`."""
    met = measured <= limit
    print(f"{'met ' if met else 'MISSED'} {what}: {measured:.3g}{unit} (target: at most {limit:.3g}{unit})")
    return met


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
