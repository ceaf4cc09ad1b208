"""MCP servers from a file: in the shape that other programs use, and with errors that say where."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from agents import Agent

from agentia.agents import Skill, Specialist
from agentia.agents.errors import McpConfigInvalid
from agentia.agents.testing import Call, Say, scripted
from agentia.core.settings import Settings
from tests.agents.sdk.test_mcp import TOOLBOX, calling, lines, outputs

DOCS = Path(__file__).parents[3] / "docs" / "mcp.md"
SKILLS = [Skill("work", "Work with tools")]


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """A file of these servers; with a text one that holds that."""

    def write(text: str = "", **servers: Any) -> Path:
        path = tmp_path / "mcp.json"
        path.write_text(text or json.dumps({"mcpServers": servers, "inputs": []}))
        return path

    return write


def command(*arguments: str, **more: Any) -> dict[str, Any]:
    return {"command": "${PYTHON}", "args": ["-S", "-E", str(TOOLBOX), *arguments], **more}


def worker(*steps: Say) -> tuple[Specialist, Any]:
    model = scripted(*steps)
    return Specialist(Agent(name="worker", model=model), SKILLS), model


async def test_configured_servers_give_an_agent_their_tools(
    alone: Any, file: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their names are part of those of the tools; what is in the environment is put in."""
    monkeypatch.setenv("PYTHON", sys.executable)
    effects = tmp_path / "effects.txt"
    path = file(
        files=command(str(effects), allowed_tools=["add", "note"], require_approval=["note"]),
        more=command("${NOWHERE:-" + str(effects) + "}", allowed_tools=["add"]),
        others=command("x", agents=["librarian"]),
        off=command("x", disabled=True),
    )
    specialist, model = worker(Say(calls=[Call("mcp_more__add", {"a": 1, "b": 2})]), *calling(Call("mcp_files__note")))
    client = await alone.serve(specialist, mcp=path)

    asked = await client.send("note the sum")
    await client.send("yes", taskId=asked["id"])

    assert [tool.name for tool in model.calls[0].tools] == ["mcp_files__add", "mcp_files__note", "mcp_more__add"]
    assert asked["status"]["message"]["parts"][0]["text"].startswith("worker wants to call mcp_files__note.")
    assert outputs(model) == ["3", "note done"]
    assert lines(effects) == ["connected", "connected", 'add {"a": 1, "b": 2}', "note {}"]


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (
            {"command": "x", "require_aproval": "always"},
            "mcpServers.files.require_aproval: nothing is called so.",
        ),
        ({"command": "x", "require_approval": "often"}, "mcpServers.files.require_approval"),
        ({"command": "x", "url": "http://x"}, "mcpServers.files must have a command or a url, and not both."),
        ({"url": "ftp://x"}, "mcpServers.files must have a command, or a url"),
        (
            {"command": "x", "env": {"KEY": "${NOT_SET}"}},
            "mcpServers.files.env.KEY: the environment has no variable NOT_SET.",
        ),
        ({"command": "x", "timeout": 0}, "mcpServers.files.timeout: must be more than 0 seconds"),
    ],
    ids=["misspelt", "approval", "both", "scheme", "variable", "timeout"],
)
def test_a_mistake_in_the_file_is_told_before_the_agent_starts(file: Any, entry: Any, why: str) -> None:
    path = file(files=entry)

    with pytest.raises(McpConfigInvalid) as caught:
        worker()[0].under(Settings(mcp=path))

    assert why in caught.value.message
    assert str(path) in caught.value.message


@pytest.mark.parametrize("text", ["{", '{"servers": {}}', "[]"], ids=["broken", "other", "list"])
def test_a_file_that_is_something_else_is_told_so(file: Any, text: str) -> None:
    with pytest.raises(McpConfigInvalid, match="says no MCP servers"):
        worker()[0].under(Settings(mcp=file(text)))


def test_a_file_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(McpConfigInvalid, match="cannot be read"):
        worker()[0].under(Settings(mcp=tmp_path / "no.json"))


async def test_the_example_of_the_documentation_works(
    alone: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its agent and its file, with its server, which is one of the `mcp` package on stdio."""
    definition, server, configuration = re.findall(r"```(?:python|json)\n(.*?)```", DOCS.read_text(), re.DOTALL)
    (tmp_path / "notes.py").write_text(server)
    (tmp_path / "mcp.json").write_text(configuration)
    monkeypatch.chdir(tmp_path)
    for name, value in {"NOTES_KEY": "x", "SHOP_TOKEN": "x", "PATH": str(Path(sys.executable).parent)}.items():
        monkeypatch.setenv(name, value)
    exec(definition, module := dict[str, Any]())
    model = scripted(
        Say(calls=[Call("mcp_notes__note", {"text": "nine"})]), Say(calls=[Call("mcp_notes__forget")]), Say("Done.")
    )
    client = await alone.serve(Specialist(Agent(name="clerk", model=model), SKILLS), mcp=Path("mcp.json"))

    asked = await client.send("note nine")
    done = await client.send("yes", taskId=asked["id"])

    assert done["status"]["state"] == "TASK_STATE_COMPLETED", done["status"]
    assert outputs(model) == ["1 kept", "forgotten"]
    assert [each.name for each in module["clerk"].answer.agent.mcp_servers] == ["notes"]
