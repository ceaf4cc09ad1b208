"""Agents of the Agents SDK, and those of the five patterns, that die at a commit of the task that is told to.

Each event is a commit of its own here, so that a task comes to every boundary that it can have.
"""

import base64
import os
import re
import runpy
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

from a2a.helpers.proto_helpers import new_text_part
from a2a.server.agent_execution import AgentExecutor, RequestContext
from a2a.server.events import EventQueue
from a2a.server.tasks import TaskUpdater
from agents import (
    Agent,
    GuardrailFunctionOutput,
    InputGuardrail,
    OutputGuardrail,
    RunContextWrapper,
    Runner,
    ToolOutputImage,
    function_tool,
    handoff,
)
from agents.mcp import MCPServerStdio
from pydantic import BaseModel

from agentia.agents import Skill, Specialist, TaskRun
from agentia.agents.sdk.scope import here
from agentia.tasks import stream
from agentia.tasks.log import TaskLog
from tests.survival.effects import NOTES, note

DIE: Final = "SURVIVAL_DIE"
"""The environment's name for the mark of the task and the number of the commit at which the process dies: `7:3`."""
MORTAL: Final = re.compile(r"#(\d+)!")
"""The mark of a task at which somebody may die, in its first message."""
PIECE: Final = 24
"""Characters of an answer that are gathered, so that one has several chunks."""
TOOLBOX: Final = Path(__file__).parents[1] / "agents" / "sdk" / "toolbox.py"
PATTERNS: Final = Path(__file__).parents[2] / "examples" / "patterns"
WORKERS: Final = {"chain": 2, "route": 2, "parallel": 3, "orchestrate": 2, "refine": 2}
"""How many others an example has beside its organiser."""


def mortal(make: Callable[[], Agent[Any]], name: str) -> Specialist:
    """An agent as the mesh sees it, in a process that is to die."""
    condemn()
    return Specialist(make(), [Skill("serve", "Serve whoever asks")], name, "Serves.", input_modes=["*/*"])


def organiser(pattern: str, name: str) -> Specialist:
    """Who organises the others in the example of a pattern, in a process that is to die."""
    condemn()
    return replace(_specialists(pattern)[-1], name=name)


def worker(pattern: str, index: int, name: str) -> Specialist:
    """One of those whom the organiser finds, and who lives on; each of its tasks is noted."""
    made = _specialists(pattern)[index]

    async def noted(task: TaskRun) -> str | None:
        note(task.id, "began", name)
        return await made.function(task)

    return replace(made, answer=noted, name=name)


def condemn() -> None:
    """Note each commit of a marked task, and kill this process at that which `DIE` names, once it is stored."""
    counts: dict[str, int] = {}
    written: Any = TaskLog._written

    def counted(log: Any, draft: Any) -> None:
        if found := MORTAL.search(log.task().history[0].parts[0].text):
            count = counts[log.task_id] = counts.get(log.task_id, 0) + 1
            note(log.task_id, "commit", str(count))
            if os.environ.get(DIE) == f"{found[1]}:{count}":
                os.kill(os.getpid(), signal.SIGKILL)
        written(log, draft)

    patched: Any = TaskLog
    patched._written, patched.room = counted, TaskLog.committed
    gathering: Any = stream
    gathering.GATHER_CHARS = PIECE


def effect(task: TaskRun, step: str) -> None:
    """What cannot be undone, of that step in its branch."""
    note(task.id, "did", task.run.effect(step).partition("/")[2])


@function_tool
async def rate(context: RunContextWrapper[TaskRun], currency: str) -> str:
    """Look up a rate."""
    await context.context.status(f"Looks at {currency}")
    effect(context.context, "tool")
    await context.context.artifact(f"{currency}.txt", f"all about {currency}")
    return f"<{currency}>"


@function_tool
def chart(context: RunContextWrapper[TaskRun]) -> ToolOutputImage:
    """Draw a chart."""
    effect(context.context, "tool")
    return ToolOutputImage(image_url=f"data:image/png;base64,{base64.b64encode(b'PNG').decode()}")


@function_tool
async def rhyme(context: RunContextWrapper[TaskRun], mark: str) -> str:
    """Have a poet say something."""
    effect(context.context, "tool")
    poet = Agent(name="poet", instructions="poet")
    return str((await Runner.run(poet, f"a line {mark}")).final_output)


@function_tool(needs_approval=True)
def pay(context: RunContextWrapper[TaskRun], amount: int) -> str:
    """Send money to the shop."""
    effect(context.context, "tool")
    return f"paid {amount}"


class Price(BaseModel):
    """A structured output."""

    amount: float
    currency: str


def talker() -> Agent[Any]:
    """Says something, looks something up, and says more."""
    return Agent(name="talker", instructions="talker", tools=[rate])


def trader() -> Agent[Any]:
    """Three tools at once, and a tool call id that comes again."""
    return Agent(name="trader", instructions="trader", tools=[rate, chart])


def desk() -> Agent[Any]:
    """An agent as a tool, a run in a tool, and one who takes over."""
    checker = Agent(name="checker", instructions="checker", tools=[rate])
    expert = Agent(name="expert", instructions="expert")
    tools: list[Any] = [checker.as_tool("check", "Checks."), rhyme]
    return Agent(name="desk", instructions="desk", tools=tools, handoffs=[handoff(expert)])


def pricer() -> Agent[Any]:
    """Answers with data, and takes files."""
    return Agent(name="pricer", instructions="pricer", tools=[chart], output_type=Price)


def guarded(*, trips: bool) -> Agent[Any]:
    """Guardrails beside the model, one of which asks a model of its own, and one for the answer."""

    async def judged(_context: Any, _agent: Any, given: Any) -> GuardrailFunctionOutput:
        effect(_scope(), "guardrail")
        judge = Agent(name="judge", instructions="judge")
        said = (await Runner.run(judge, f"May this be asked? {given[-1]['content']}")).final_output
        return GuardrailFunctionOutput(said, tripwire_triggered=said != "fine")

    def watched(_context: Any, _agent: Any, _given: Any) -> GuardrailFunctionOutput:
        effect(_scope(), "guardrail")
        return GuardrailFunctionOutput("Not this.", tripwire_triggered=trips)

    def allowed(_context: Any, _agent: Any, _given: Any) -> GuardrailFunctionOutput:
        effect(_scope(), "guardrail")
        return GuardrailFunctionOutput(None, tripwire_triggered=False)

    return Agent(
        name="guarded",
        instructions="guarded",
        tools=[rate],
        input_guardrails=[InputGuardrail(judged), InputGuardrail(allowed)],
        output_guardrails=[OutputGuardrail(watched)],
    )


def friend() -> Agent[Any]:
    """Remembers what was said before."""
    return Agent(name="friend", instructions="friend", tools=[rate])


def payer() -> Agent[Any]:
    """Pays, and has another one pay, each time with its user's word."""
    bank = Agent(name="bank", instructions="bank", tools=[pay])
    return Agent(name="payer", instructions="payer", tools=[pay, bank.as_tool("bank", "Pays.")])


def clerk(approval: Literal["always", "never"] = "always") -> Agent[Any]:
    """Calls tools of an MCP server, one of them with its user's word unless that is `never` needed."""
    command: Any = {
        "command": sys.executable,
        "args": ["-S", "-E", str(TOOLBOX), os.devnull, "add", "note"],
        "env": {NOTES: os.environ[NOTES]},
    }

    def whose(context: Any) -> Any:
        run = context.run_context.context.run
        return {"effect": [run.task_id, run.effect("tool").partition("/")[2]]}

    server = MCPServerStdio(
        command,
        name="toolbox",
        client_session_timeout_seconds=60,
        require_approval={"note": approval},
        tool_meta_resolver=whose,
    )
    return Agent(name="clerk", instructions="clerk", mcp_servers=[server])


class Counting(AgentExecutor):
    """An executor of the a2a-sdk, whose work has no journal."""

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        assert context.task_id is not None
        assert context.context_id is not None
        said = TaskUpdater(event_queue, context.task_id, context.context_id)
        await said.start_work(said.new_agent_message([new_text_part("Counting")]))
        note(context.task_id, "did", "count")
        for number in range(3):
            await said.add_artifact([new_text_part(f"{number} ")], artifact_id="a", name="n", append=number > 0)
        await said.complete(said.new_agent_message([new_text_part("Counted.")]))

    async def cancel(self, context: RequestContext, event_queue: EventQueue) -> None:
        """Nobody does."""


def counter(name: str) -> Specialist:
    """The executor as the mesh sees it, in a process that is to die."""
    condemn()
    return Specialist(Counting(), [Skill("count", "Count to three")], name)


def _scope() -> TaskRun:
    scope = here()
    assert scope is not None
    return scope.task


def _specialists(pattern: str) -> list[Specialist]:
    found = runpy.run_path(str(PATTERNS / f"{pattern}.py")).values()
    return [each for each in found if isinstance(each, Specialist)]


CAST: Final[dict[str, Callable[[str], Specialist]]] = {
    "talker": partial(mortal, talker),
    "trader": partial(mortal, trader),
    "desk": partial(mortal, desk),
    "pricer": partial(mortal, pricer),
    "guarded": partial(mortal, partial(guarded, trips=False)),
    "tripped": partial(mortal, partial(guarded, trips=True)),
    "friend": partial(mortal, friend),
    "payer": partial(mortal, payer),
    "clerk": partial(mortal, clerk),
    "counter": counter,
    "notary": partial(mortal, partial(clerk, "never")),
    **{
        name: made
        for pattern in WORKERS
        for name, made in {
            pattern: partial(organiser, pattern),
            **{f"{pattern}-worker-{index}": partial(worker, pattern, index) for index in range(WORKERS[pattern])},
        }.items()
    },
}
