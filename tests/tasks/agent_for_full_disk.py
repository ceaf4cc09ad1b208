"""Run by test_full_disk.py: an agent that streams a line for each line that comes through a named pipe."""

import asyncio
import socket
import sys
from pathlib import Path

from agentia.agents import Skill, TaskRun, specialist
from agentia.agents.service import serve_specialist
from agentia.core.settings import Settings

_, DATA, PIPE, PORT = sys.argv


@specialist(name="dripper", description="Passes lines on.", skills=[Skill("drip", "Pass lines on one by one")])
async def dripper(task: TaskRun) -> None:
    """Streams what comes through the pipe up to the line `end`; other requests are echoed."""
    if task.text != "drip":
        await task.artifact("echo", task.text)
        return
    with await asyncio.to_thread(Path(PIPE).open) as lines:
        async with task.stream("lines.txt") as out:
            while (line := await asyncio.to_thread(lines.readline)) != "end\n":
                await out.write(line)
                out.flush()


settings = Settings(data=Path(DATA), registry_url="http://127.0.0.1:1")
serve_specialist(dripper, settings, socket.create_server(("127.0.0.1", int(PORT))))
