"""Processes that are killed in the middle of a delegation, and started again."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from agentia.core.service import bind

if TYPE_CHECKING:
    from tests.agents.conftest import Mesh
    from tests.conftest import Post, Receiver

STANDIN = Path(__file__).with_name("standin.py")


class Service:
    """An agent in a process of its own, always at the same port."""

    def __init__(self, role: str, mesh: "Mesh", side_file: Path) -> None:
        with bind("127.0.0.1", 0) as sock:
            self.port = sock.getsockname()[1]
        self.role, self.url = role, f"http://127.0.0.1:{self.port}/"
        mesh.database(role)
        settings = {
            "DATA": mesh.settings.data,
            "REGISTRY_URL": mesh.settings.registry_url,
            "LEASE_SECONDS": 1,
            "ALLOW_PRIVATE": 1,
        }
        self._environment = {f"AGENTIA_{name}": str(value) for name, value in settings.items()}
        self._environment["SIDE_FILE"] = str(side_file)

    async def start(self) -> None:
        """Start the process; it is registered when this returns."""
        command = (sys.executable, str(STANDIN), self.role, str(self.port))
        self._process = await asyncio.create_subprocess_exec(*command, env=os.environ | self._environment)
        async with httpx.AsyncClient(verify=False) as http:
            while not await self._ready(http):  # noqa: ASYNC110  another process can only be asked
                await asyncio.sleep(0.02)

    async def _ready(self, http: httpx.AsyncClient) -> bool:
        assert self._process.returncode is None
        with suppress(httpx.TransportError):
            return (await http.get(f"{self.url}readyz")).status_code == 200
        return False

    async def kill(self) -> None:
        """SIGKILL."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


@pytest.fixture
async def service(mesh: "Mesh", tmp_path: Path) -> AsyncIterator[Callable[[str], Awaitable[Service]]]:
    """Starts stand-ins in processes."""
    async with AsyncExitStack() as stack:

        async def start(role: str) -> Service:
            made = Service(role, mesh, tmp_path / "side")
            await made.start()
            stack.push_async_callback(made.kill)
            return made

        yield start


async def test_killed_child_and_killed_parent_lose_nothing_and_repeat_nothing(
    mesh: "Mesh", service: Callable[[str], Awaitable[Service]], client_of: Callable[[str], Any], tmp_path: Path
) -> None:
    shouter, boss = await asyncio.gather(service("shouter"), service("boss"))
    task_id = await client_of(boss.url).begin("hello")
    await heard(client_of(boss.url), task_id, "shouter: Breathing in")
    (child,) = await client_of(shouter.url).tasks()
    await heard(client_of(shouter.url), child["id"], "ONE ")
    await asyncio.gather(shouter.kill(), boss.kill())
    await asyncio.gather(shouter.start(), boss.start())
    task = await client_of(boss.url).settled(task_id)
    assert task["status"]["state"] == "TASK_STATE_COMPLETED"
    assert [each["parts"] for each in task["artifacts"]] == [
        [{"text": "ONE TWO", "mediaType": "text/plain", "filename": "loud.txt"}]
    ]
    assert [each["id"] for each in await client_of(shouter.url).tasks()] == [child["id"]]
    told = [event async for _, event in client_of(boss.url).events(task_id) if "Breathing in" in str(event)]
    assert len(told) == 1
    side = (tmp_path / "side").read_text().splitlines()
    assert (side.count("effect"), side.count("run"), side.count("boss")) == (1, 2, 2)


@pytest.mark.survival
async def test_a_killed_agent_tells_its_webhook_the_rest_and_repeats_only_what_was_on_its_way(
    service: Callable[[str], Awaitable[Service]], client_of: Callable[[str], Any], receiver: "Receiver"
) -> None:
    killed = asyncio.Event()

    async def reply(post: "Post") -> str:
        if post.number == 3:
            await killed.wait()
        return "200 OK"

    receiver.reply = reply
    shouter = await service("shouter")
    task_id = await client_of(shouter.url).begin("hello", webhook=receiver.url)
    await receiver.count(3)
    await shouter.kill()
    killed.set()
    await shouter.start()
    await receiver.told("COMPLETED")
    task = await client_of(shouter.url).get(task_id)
    assert [post.number for post in receiver.posts[:4]] == [1, 2, 3, 3]
    assert receiver.posts[2].headers["agentia-delivery"] == receiver.posts[3].headers["agentia-delivery"]
    assert receiver.posts[2].body == receiver.posts[3].body
    events = [number async for number, _ in client_of(shouter.url).events(task_id)]
    numbers = [post.number for post in receiver.posts[3:]]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == events[-1]
    (artifact,) = [post.json["artifactUpdate"]["artifact"] for post in receiver.posts if "artifactUpdate" in post.json]
    assert "".join(part["text"] for part in artifact["parts"]) == task["artifacts"][0]["parts"][0]["text"] == "ONE TWO"


@pytest.mark.survival
async def test_of_five_patterns_killed_in_the_middle_with_their_workers_nothing_finished_is_repeated(
    service: Callable[[str], Awaitable[Service]], client_of: Callable[[str], Any], tmp_path: Path
) -> None:
    hand, director = await asyncio.gather(service("hand"), service("director"))
    task_id = await client_of(director.url).begin("go")
    side = tmp_path / "side"
    while (await ended(client_of(hand.url)), lines(side)["hang"]) != (5, 5):  # noqa: ASYNC110  another process can only be asked
        await asyncio.sleep(0.02)
    await asyncio.gather(hand.kill(), director.kill())
    await asyncio.gather(hand.start(), director.start())
    task = await client_of(director.url).settled(task_id)
    assert task["status"]["message"]["parts"][0]["text"].splitlines() == [
        "fold c again(bind c slowly(fold c()))",
        "fold r slowly()",
        "fold p()",
        "bind p slowly()",
        "fold p again()",
        "bind all(fold o1() bind o slowly())",
        "fold d slowly()",
    ]
    (artifact,) = task["artifacts"]
    assert (artifact["metadata"], artifact["parts"][0]["text"]) == ({"urn:agentia:version:v1": 2}, "fold d slowly()")
    done = lines(side)
    assert {what: count for what, count in done.items() if count != 1} == {
        "hang": 5,
        **{f"begin {what} slowly": 2 for what in ("bind c", "fold r", "bind p", "bind o", "fold d")},
    }
    assert len([what for what in done if what.startswith("do ")]) == len(await client_of(hand.url).tasks()) == 12


async def ended(client: Any) -> int:
    """How many of an agent's tasks are completed."""
    return [each["status"]["state"] for each in await client.tasks()].count("TASK_STATE_COMPLETED")


def lines(side: Path) -> Counter[str]:
    """How often each line was written to the side file."""
    return Counter(side.read_text().splitlines() if side.exists() else [])


async def heard(client: Any, task_id: str, words: str) -> None:
    """Wait until an event of the task has those words."""
    async for _, event in client.events(task_id):
        if words in str(event):
            return
