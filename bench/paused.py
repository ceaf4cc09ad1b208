"""Memory of an agent with many tasks that wait for their users; some are answered afterwards."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.calls import call, send
from bench.load import Load
from bench.report import heading, table, target
from bench.servers import Server, free_port, python, running

TASKS: Final = 10_000
WARM_UP: Final = 1000
ANSWERS: Final = 100
MEMORY: Final = 50.0
"""Megabytes that they may take."""
PAUSED: Final = "TASK_STATE_INPUT_REQUIRED"


def main() -> bool:
    """Have tasks ask and weigh the agent before and after; returns whether the target is met."""
    heading(f"{TASKS:,} tasks that wait for their users (INPUT_REQUIRED), on SQLite: memory of the agent's process")
    with tempfile.TemporaryDirectory(prefix="agentia-bench-") as name:
        folder, port = Path(name), free_port()
        command = python("bench.ours", port, folder)
        with running("ours", command, port=port, log=folder / "log") as server:
            before = _after_asking(server, WARM_UP)
            after = _after_asking(server, TASKS)
            answered = _answered(server.url)
    table(("", "resident MB"), [
        (f"with {WARM_UP:,} paused tasks", f"{before:.1f}"), (f"with {TASKS:,} more", f"{after:.1f}")
    ])  # fmt: skip
    print(f"{answered} of them answered, and completed")
    return target(f"extra memory of {TASKS:,} paused tasks", after - before, MEMORY, " MB")


def _after_asking(server: Server, tasks: int) -> float:
    """Megabytes of the agent once so many more tasks have asked. Ends everything when one does something else."""
    client = subprocess.run(
        python("bench.load", server.url, tasks, 16, "ask", PAUSED), stdout=subprocess.PIPE, check=True
    )
    load = Load(**json.loads(client.stdout))
    if load.errors:
        raise SystemExit(f"{load.errors} of {tasks} did not pause, the first with\n{load.first_error}")
    time.sleep(1)  # what the agent still does for them belongs to them
    return server.memory() / 1e6


def _answered(url: str) -> int:
    """Answer some; how many they are. Ends everything unless each completes with its answer."""
    found = call(url, "ListTasks", {"status": PAUSED, "pageSize": ANSWERS})
    if found["totalSize"] != TASKS + WARM_UP:
        raise SystemExit(f"{TASKS + WARM_UP} tasks have asked, and {found['totalSize']} wait for an answer")
    for task in found["tasks"]:
        answer = f"the answer to {task['id']}"
        done = send(url, answer, taskId=task["id"])
        if done["status"]["state"] != "TASK_STATE_COMPLETED" or done["artifacts"][0]["parts"][0]["text"] != answer:
            raise SystemExit(f"answered, a task is {done}")
    return len(found["tasks"])


if __name__ == "__main__":
    sys.exit(not main())
