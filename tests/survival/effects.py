"""What an actor leaves behind: effects in a side file, which no replay can undo, and points where the test decides."""

import asyncio
import json
import os
import time
from typing import Any

NOTES, STAGE = "SURVIVAL_NOTES", "SURVIVAL_STAGE"
"""The environment's names for the side file, and for the socket on which the test listens."""


def note(task: str, word: str, key: str, by: str = "") -> None:
    """Append a line to the side file, whole and at once, whatever becomes of this process afterwards."""
    line = {"task": task, "word": word, "key": key, "by": by, "pid": os.getpid(), "at": time.monotonic()}
    file = os.open(os.environ[NOTES], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, json.dumps(line).encode() + b"\n")
    finally:
        os.close(file)


async def point(actor: str, task: str, name: str) -> None:
    """Tell the test that `actor` has come to this point of its code, and go on when the test says so."""
    reader, writer = await asyncio.open_unix_connection(os.environ[STAGE])
    try:
        writer.write(_line(actor=actor, task=task, point=name))
        await reader.readline()
    finally:
        writer.close()


def _line(**said: Any) -> bytes:
    return json.dumps({"pid": os.getpid(), **said}).encode() + b"\n"
