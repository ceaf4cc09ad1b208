"""MCP servers of agents: one connection for all tasks, whose calls are steps; one that dies, hangs or floods."""

import asyncio
import base64
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import psutil
import pytest
from agents import Agent, Runner
from agents.mcp import MCPServerStdio
from mcp.client.stdio import StdioServerParameters
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCRequest

from agentia.agents import Skill, Specialist
from agentia.agents.sdk.mcp import stdio
from agentia.agents.sdk.mcp.watch import Watch
from agentia.agents.testing import Call, Say, scripted

SKILLS = [Skill("work", "Work with tools")]
TOOLBOX = Path(__file__).with_name("toolbox.py")
ADD = Call("add", {"a": 1, "b": 2})
DEAF = "import os, time; os.close(0); print('I am deaf', flush=True); time.sleep(60)"


def outputs(model: Any) -> list[Any]:
    """What the model was given by tools, in its last call."""
    found = [item["output"] for item in model.calls[-1].input if item.get("type") == "function_call_output"]
    return [each[0].get("text", each[0]) if isinstance(each, list) else each for each in found]


def lines(effects: Path) -> list[str]:
    """Who has connected to the server, and the calls that it took."""
    return effects.read_text().splitlines()


@pytest.fixture
def effects(tmp_path: Path) -> Path:
    """Where the server writes who connects, and the calls that it takes."""
    return tmp_path / "effects.txt"


@pytest.fixture
def toolbox(effects: Path) -> Callable[..., MCPServerStdio]:
    """The server as an author would define it; `tools` are those that it lists."""

    def make(*tools: str, **options: Any) -> MCPServerStdio:
        command: Any = {"command": sys.executable, "args": ["-S", "-E", str(TOOLBOX), str(effects), *tools]}
        return MCPServerStdio(command, **{"name": "toolbox", "client_session_timeout_seconds": 30, **options})

    return make


@pytest.fixture
def serve(alone: Any, toolbox: Any) -> Callable[..., Any]:
    """Serves an agent with that server: its client, and the model."""

    async def start(*steps: Say, server: Any = None, settings: Any = None, **options: Any) -> Any:
        model = scripted(*steps)
        worker = Agent(name="worker", model=model, mcp_servers=[server or toolbox()], **options)
        return await alone.serve(Specialist(worker, SKILLS), **(settings or {})), model

    return start


async def say_on(leaving: Any, message: SessionMessage) -> None:
    while True:
        await leaving.send(message)


def calling(*calls: Call) -> list[Say]:
    return [Say(calls=list(calls)), Say("Done.")]


async def test_all_tasks_share_one_connection(serve: Any, effects: Path) -> None:
    client, model = await serve(*calling(ADD), *calling(ADD))

    first, second = await client.send("1 + 2?"), await client.send("again")

    assert [each["status"]["state"] for each in (first, second)] == ["TASK_STATE_COMPLETED"] * 2
    assert outputs(model) == ["3"]
    assert lines(effects) == ["connected", *['add {"a": 1, "b": 2}'] * 2]


async def test_a_task_that_is_canceled_during_a_call_leaves_the_connection_to_the_others(
    serve: Any, effects: Path
) -> None:
    client, model = await serve(Say(calls=[Call("hang")]), *calling(ADD))

    hanging = await client.begin("wait")
    async for _, event in client.events(hanging):
        if "hang" in str(event):
            break
    done = await client.send("1 + 2?")
    await client.rpc("CancelTask", {"id": hanging})
    canceled = await client.settled(hanging)

    assert (canceled["status"]["state"], done["status"]["state"]) == ("TASK_STATE_CANCELED", "TASK_STATE_COMPLETED")
    assert outputs(model) == ["3"]
    assert lines(effects).count("connected") == 1


async def test_a_call_is_told_as_progress_and_its_picture_is_a_file(serve: Any) -> None:
    client, model = await serve(*calling(Call("chart")))

    task_id = await client.begin("draw")
    told = [event async for _, event in client.events(task_id)]
    task = await client.get(task_id)

    assert "Calls chart." in str(told)
    made = {each["name"]: each["parts"][0] for each in task["artifacts"]}
    assert base64.b64decode(made["chart-0.png"]["raw"]) == b"\x89PNG"
    assert outputs(model)[0]["image_url"] == "data:image/png;base64,iVBORw=="


async def test_calls_before_a_restart_are_not_made_again_whatever_the_server_lists_by_then(
    alone: Any, serve: Any, toolbox: Any, effects: Path
) -> None:
    server = toolbox("add", "note", require_approval={"note": "always"})
    client, model = await serve(*[Say(calls=[ADD]), Say(calls=[Call("note")]), Say("Done.")], server=server)

    asked = await client.send("note the sum")
    assert asked["status"]["message"]["parts"][0]["text"] == (
        "worker wants to call note. What it does: Does note. May it? Answer yes or no."
    )
    await alone.leave(client)
    client, model = await serve(Say("Done."), server=toolbox("other", require_approval={"note": "always"}))
    done = await client.send("yes", taskId=asked["id"])

    assert done["status"]["state"] == "TASK_STATE_COMPLETED", done["status"]
    assert outputs(model) == ["3", "note done"]
    assert lines(effects) == ["connected", 'add {"a": 1, "b": 2}', "connected", "note {}"]


async def test_a_refused_call_is_not_made(serve: Any, toolbox: Any, effects: Path) -> None:
    client, model = await serve(*calling(Call("note")), server=toolbox(require_approval="always"))

    asked = await client.send("note it")
    await client.send("no", taskId=asked["id"])

    assert outputs(model) == ["The user did not allow this call. They said: no"]
    assert "note {}" not in lines(effects)


async def test_tools_that_are_filtered_out_are_not_seen(serve: Any, toolbox: Any) -> None:
    server = toolbox(tool_filter={"allowed_tool_names": ["add", "note"], "blocked_tool_names": ["note"]})
    client, model = await serve(Say("Nothing to do."), server=server)

    await client.send("hello")

    assert [tool.name for tool in model.calls[0].tools] == ["add"]


async def test_an_agent_that_is_a_tool_or_takes_over_shares_the_connection(
    alone: Any, toolbox: Any, effects: Path
) -> None:
    server = toolbox()
    models = [scripted(*calling(ADD)), scripted(*calling(ADD))]
    helper, expert = (
        Agent(name=name, model=model, mcp_servers=[server])
        for name, model in zip(("helper", "expert"), models, strict=True)
    )
    steps = [Say(calls=[ADD, Call("help", {"input": "add"})]), Say(calls=[Call("transfer_to_expert")])]
    desk = Agent(
        name="desk",
        model=scripted(*steps),
        mcp_servers=[server],
        tools=[helper.as_tool("help", "Helps.")],
        handoffs=[expert],
    )
    client = await alone.serve(Specialist(desk, SKILLS))

    task = await client.send("add")

    assert task["status"]["state"] == "TASK_STATE_COMPLETED", task["status"]
    assert lines(effects) == ["connected", *['add {"a": 1, "b": 2}'] * 3]


async def test_a_server_that_its_author_connects_is_used_as_it_is(alone: Any, toolbox: Any, effects: Path) -> None:
    """Also when it was not there before: calls are journaled all the same."""
    model = scripted(Say(calls=[ADD]), Say(calls=[Call("note")]), Say("Done."))
    worker = Agent(name="worker", model=model)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with toolbox(require_approval={"note": "always"}) as server:
            worker.mcp_servers = [server]
            yield

    client = await alone.serve(Specialist(worker, SKILLS, lifespan=lifespan))
    asked = await client.send("add and note")
    task = await client.send("yes", taskId=asked["id"])

    assert task["status"]["state"] == "TASK_STATE_COMPLETED", task["status"]
    assert outputs(model) == ["3", "note done"]
    assert lines(effects) == ["connected", 'add {"a": 1, "b": 2}', "note {}"]


async def test_outside_of_tasks_the_server_works_as_it_did(alone: Any, toolbox: Any) -> None:
    server, model = toolbox(), scripted(*calling(ADD))
    worker = Agent(name="worker", model=model, mcp_servers=[server])
    await alone.serve(Specialist(worker, SKILLS))

    async with server:
        assert (await Runner.run(worker, "1 + 2?")).final_output == "Done."

    assert outputs(model) == ["3"]


async def test_what_the_server_says_went_wrong_is_told_to_the_model(serve: Any) -> None:
    client, model = await serve(*calling(Call("fail")))

    task = await client.send("go")

    assert task["status"]["state"] == "TASK_STATE_COMPLETED"
    assert outputs(model) == ["no such table"]


async def test_a_server_that_dies_is_started_again_and_the_model_is_told(serve: Any, effects: Path) -> None:
    client, model = await serve(Say(calls=[Call("die")]), *calling(ADD))

    task = await client.send("go")

    assert task["status"]["state"] == "TASK_STATE_COMPLETED"
    assert outputs(model) == [
        "The MCP server toolbox broke off while it worked on die (its process ended with exit status 3). Whether it was"
        " done is unknown.",
        "3",
    ]
    assert lines(effects) == ["connected", "die {}", "connected", 'add {"a": 1, "b": 2}']


async def test_a_server_that_is_killed_between_two_tasks_is_started_again(serve: Any, effects: Path) -> None:
    client, model = await serve(*calling(Call("pid")), *calling(Call("note")))

    await client.send("which?")
    os.kill(int(outputs(model)[0]), signal.SIGKILL)
    await client.send("note it")

    assert outputs(model) == ["note done"]
    assert lines(effects) == ["connected", "pid {}", "connected", "note {}"]


async def test_a_connection_with_a_server_that_reads_no_more_is_over_before_anybody_hears_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stdio, "GRACE", 0.1)
    deaf = StdioServerParameters(command=sys.executable, args=["-c", DEAF])
    ping = SessionMessage(JSONRPCRequest(jsonrpc="2.0", id=1, method="ping"))
    watch = Watch()

    async with stdio.stdio(deaf, watch, "deaf") as (received, leaving):
        assert isinstance(await received.receive(), Exception)  # that it is deaf, which is no message
        with pytest.raises(anyio.BrokenResourceError):
            await say_on(leaving, ping)
        with pytest.raises(anyio.EndOfStream):
            await received.receive()
        assert watch.over.is_set()
        assert watch.why == "it has closed its input"


async def test_a_call_that_does_no_harm_is_made_again_when_its_server_dies(
    serve: Any, toolbox: Any, effects: Path
) -> None:
    client, model = await serve(*calling(Call("die_once_safely")), server=toolbox("die_once_safely"))

    await client.send("go")

    assert outputs(model) == ["die_once_safely done"]
    assert lines(effects) == ["connected", "die_once_safely {}"] * 2


async def test_a_call_that_gets_no_answer_is_given_up(serve: Any, toolbox: Any) -> None:
    server = toolbox(client_session_timeout_seconds=0.2)
    client, model = await serve(Say(calls=[Call("hang")]), *calling(ADD), server=server)

    await client.send("go")

    assert outputs(model) == ["The MCP server toolbox took too long for hang.", "3"]


async def test_a_failure_that_shall_end_the_run_fails_the_task_with_the_same_sentence(
    serve: Any, toolbox: Any, text_of: Callable[[Any], str]
) -> None:
    client, _ = await serve(*calling(Call("die")), server=toolbox(failure_error_function=None))

    task = await client.send("go")

    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert text_of(task).startswith("The MCP server toolbox broke off while it worked on die")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (["no-such-command"], "its command no-such-command was not found"),
        ([sys.executable, "-S", "-E", "-c", "raise SystemExit(7)"], "its process ended with exit status 7"),
        ([sys.executable, "-S", "-E", "-c", "print('hello')"], "its process ended with exit status 0"),
    ],
    ids=["missing", "fails", "talks"],
)
async def test_an_agent_whose_server_cannot_be_started_says_so(
    serve: Any, monkeypatch: pytest.MonkeyPatch, text_of: Callable[[Any], str], command: list[str], why: str
) -> None:
    monkeypatch.setattr("agentia.agents.sdk.mcp.connection.FIRST_PAUSE", 0.0)
    server = MCPServerStdio({"command": command[0], "args": command[1:]}, name="files")
    client, model = await serve(Say("never said"), server=server)

    task = await client.send("go")

    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert text_of(task).startswith(f"The agent's MCP server files cannot be used: {why}. Who runs the agent")
    assert not model.calls


async def test_a_server_that_never_becomes_ready_is_given_up(
    serve: Any, monkeypatch: pytest.MonkeyPatch, text_of: Callable[[Any], str]
) -> None:
    monkeypatch.setattr("agentia.agents.sdk.mcp.connection.TRIES", 1)
    monkeypatch.setattr("agentia.agents.sdk.mcp.connection.CONNECTING", 0.2)
    server = MCPServerStdio({"command": "sleep", "args": ["60"]}, name="files")
    client, _ = await serve(Say("never said"), server=server)

    task = await client.send("go")

    assert text_of(task).startswith("The agent's MCP server files cannot be used: it was not ready within 0.2 seconds.")
    assert ["sleep", "60"] not in [child.cmdline() for child in psutil.Process().children()]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (Call("big", {"size": 10_000_000}), "[9800000 more characters were left out]"),
        (Call("flood"), "(it sends more than anybody has asked for)"),
        (Call("babble"), "(it sends more than anybody has asked for)"),
        (Call("long"), "(it has sent a message of more than 1 MB)"),
        (Call("complain"), "complain done"),
    ],
    ids=["result", "notifications", "answers", "message", "stderr"],
)
async def test_a_server_that_floods_is_bounded(
    serve: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, call: Call, said: str
) -> None:
    if call.tool == "long":
        monkeypatch.setattr("agentia.agents.sdk.mcp.watch.LONGEST", 1_000_000)
        monkeypatch.setattr("agentia.agents.sdk.mcp.watch.TOO_LONG", "it has sent a message of more than 1 MB")
    monkeypatch.setattr("agentia.agents.sdk.mcp.watch.BURST", 1_000_000)
    monkeypatch.setattr("agentia.agents.sdk.mcp.watch.RATE", 1)
    caplog.set_level("INFO", "agentia.agents")
    client, model = await serve(Say(calls=[call]), *calling(ADD))

    task = await client.send("go")

    assert task["status"]["state"] == "TASK_STATE_COMPLETED"
    assert said in outputs(model)[0]
    assert len(outputs(model)[0]) < 210_000
    assert outputs(model)[1] == "3"
    assert sum(record.message == "mcp server says" for record in caplog.records) <= 200


async def test_a_server_that_lists_thousands_of_tools_fails_the_task(
    serve: Any, toolbox: Any, text_of: Callable[[Any], str]
) -> None:
    client, _ = await serve(Say("never said"), server=toolbox("2000"))

    task = await client.send("go")

    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert text_of(task) == (
        "The agent's MCP server toolbox lists 2,000 tools, and 500 are the most that an agent can be given. Who runs"
        " the agent can name those that it needs (a tool_filter, or allowed_tools in the configuration)."
    )


async def test_many_tasks_at_once_use_one_server(serve: Any, effects: Path) -> None:
    client, _ = await serve(*[Say(calls=[ADD])] * 20, *[Say("Done.")] * 20)

    tasks = await asyncio.gather(*(client.send("1 + 2?") for _ in range(20)))

    assert {each["status"]["state"] for each in tasks} == {"TASK_STATE_COMPLETED"}
    assert lines(effects) == ["connected", *['add {"a": 1, "b": 2}'] * 20]
