"""An agent in a process of its own whose second step waits for a file: `python -m tests.survival.traced DATA PORT`."""

import asyncio
import sys
from pathlib import Path

from agentia.agents import Skill, TaskRun, specialist
from agentia.agents.service import serve_specialist
from agentia.core.service import bind
from agentia.core.settings import Settings

GO_ON = "go-on"


@specialist(skills=[Skill("work", "Works in two steps")])
async def worker(task: TaskRun) -> str:
    """Works in two steps."""

    async def first() -> int:
        return 1

    async def second() -> int:
        while not (task.settings.data / GO_ON).exists():  # noqa: ASYNC110  another process makes it
            await asyncio.sleep(0.02)
        return 2

    await task.step("first", first)
    await task.status("One step is done.")
    await task.step("second", second)
    return "Both are done."


def main() -> None:
    """Serve until SIGTERM."""
    settings = Settings(data=Path(sys.argv[1]), registry_url="http://127.0.0.1:1", lease_seconds=1.0)
    serve_specialist(worker, settings, bind("127.0.0.1", int(sys.argv[2])))


if __name__ == "__main__":
    main()
