"""Files that come by URL, and what senders call their files."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from a2a.types.a2a_pb2 import Message, Part
from starlette.applications import Starlette

from agentia.agents import Skill, TaskRun, specialist
from agentia.agents.files import files_in
from agentia.core.fetch import SafeFetcher
from agentia.core.service import bind

if TYPE_CHECKING:
    from tests.agents.conftest import Mesh


@specialist(name="reader", description="Reads.", skills=[Skill("read", "Read a file")], input_modes=["*/*"])
async def reader(task: TaskRun) -> str:
    return " ".join([(await file.read()).decode() for file in task.files])


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x.csv", "http://169.254.169.254/latest", "file:///etc/passwd"])
async def test_a_file_at_a_private_address_is_not_fetched(alone: "Mesh", url: str) -> None:
    agent = await alone.serve(reader)
    task = await agent.send("read", {"url": url, "mediaType": "text/csv"})
    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert "The URL" in task["status"]["message"]["parts"][0]["text"]
    assert "Give an http or https URL of a public host." in task["status"]["message"]["parts"][0]["text"]


async def test_the_page_of_an_error_is_not_taken_for_the_file(alone: "Mesh", serving: Callable[..., Any]) -> None:
    sock = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{sock.getsockname()[1]}/folder%2Fgone.csv"
    async with serving(Starlette(), sock):
        agent = await alone.serve(reader, allow_private=True)
        task = await agent.send("read", {"url": url})
    said = task["status"]["message"]["parts"][0]["text"]
    assert said.startswith("gone.csv could not be fetched: its server answered with HTTP status 404.")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.csv", "a.csv"),
        ("..", "file-1"),
        ("a\x00b\n.csv", "ab.csv"),
        ("x" * 300 + ".csv", "x" * 196 + ".csv"),
    ],
)
async def test_a_files_name_has_no_folders_and_nothing_unprintable(given: str, name: str) -> None:
    message = Message(parts=[Part(raw=b"x", filename=given), Part(url="http://[::1/x")])
    assert [file.name for file in files_in(message, SafeFetcher())] == [name, "file-2"]
