"""A process whose forks serve one agent of the SDK, and stop tasks where their messages say: `stop 7` after 7 commits.

A task that has stopped writes nothing more, as if its process had been killed there; that is done once all have.
`mortal` on stdin forks one, `serve` one that stops nothing; stdout tells how many commits each task came to.
To be run as `python -m tests.agents.sdk.mortal DATA PORT`.
"""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any, Final

from agents import Agent, GuardrailFunctionOutput, RunContextWrapper, function_tool, input_guardrail

from agentia.agents import Skill, Specialist, TaskRun
from agentia.agents.service import serve_specialist
from agentia.core.service import bind
from agentia.core.settings import Settings
from agentia.tasks.log import TaskLog

STOP: Final = re.compile(r"stop (\d+)")


def number_in(text: str) -> int:
    """After how many commits the task stops."""
    found = STOP.search(text)
    assert found is not None, text
    return int(found[1])


class Mortal:
    """Counts the commits of each task, and lets none write after its last one."""

    def __init__(self) -> None:
        self.commits: dict[str, int] = {}
        self.stopped: set[str] = set()
        written, append, record = TaskLog._written, TaskLog.append, TaskLog.record
        ended, committed, room = TaskLog.end, TaskLog.committed, TaskLog.room

        def counted(log: Any, draft: Any) -> None:
            count = self.commits[log.task_id] = self.commits.get(log.task_id, 0) + 1
            last = number_in(log.task().history[0].parts[0].text)
            if log.task_id in self.stopped:
                return
            if count == last and not log._ended:
                self.stopped.add(log.task_id)
                say("stopped", last, count)
            else:
                written(log, draft)

        def end(log: Any, *over: Any) -> None:
            if log.task_id not in self.stopped:
                say("ended", number_in(log.task().history[0].parts[0].text), self.commits.get(log.task_id, 0) + 1)
                ended(log, *over)

        async def never(log: Any, go_on: Any) -> None:
            if log.task_id in self.stopped:
                await asyncio.Event().wait()
            await go_on(log)

        patched: Any = TaskLog
        patched._written, patched.end = counted, end
        patched.append = lambda log, *a, **k: None if log.task_id in self.stopped else append(log, *a, **k)
        patched.record = lambda log, *a: None if log.task_id in self.stopped else record(log, *a)
        patched.committed = lambda log: never(log, committed)
        patched.room = lambda log: never(log, room)


def specialist(effects: Path) -> Specialist:
    """The agent: a guardrail, two tools at once, an agent as a tool, an id that is used twice."""

    def effect(task: TaskRun, what: str) -> None:
        with effects.open("a") as file:
            file.write(f"{number_in(task.history[0].parts[0].text)} {what}\n")

    @function_tool
    def rate(context: RunContextWrapper[TaskRun], currency: str) -> str:
        effect(context.context, f"rate {currency}")
        return f"<{currency}>"

    @input_guardrail
    def allowed(context: RunContextWrapper[TaskRun], _agent: Any, _given: Any) -> GuardrailFunctionOutput:
        effect(context.context, "guardrail")
        return GuardrailFunctionOutput(None, tripwire_triggered=False)

    checker = Agent(name="checker", instructions="Check.", tools=[rate])
    fx = Agent(
        name="fx",
        instructions="Convert.",
        tools=[rate, checker.as_tool("check", "Checks.")],
        input_guardrails=[allowed],
    )
    return Specialist(fx, skills=[Skill("convert", "Convert an amount between currencies")])


def say(*words: Any) -> None:
    """A line for the test."""
    os.write(1, f"{' '.join(map(str, words))}\n".encode())


def main() -> None:
    """Fork a service whenever it is told to, kill it when it is told the next thing."""
    data, port = Path(sys.argv[1]), int(sys.argv[2])
    made, running = specialist(data / "effects.txt"), 0
    say("ready", 0, 0)
    for order in sys.stdin:
        if running:
            os.kill(running, signal.SIGKILL)
            os.waitpid(running, 0)
            running = 0
        if (mortal := order.strip() == "mortal") or order.strip() == "serve":
            running = os.fork()
            if not running:
                if mortal:
                    Mortal()
                serve_specialist(made, Settings(data=data, lease_seconds=1.0), bind("127.0.0.1", port))
                os._exit(0)
        say("done", 0, 0)


if __name__ == "__main__":
    main()
