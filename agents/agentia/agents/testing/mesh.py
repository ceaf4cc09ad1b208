"""A whole mesh in one call: a real registry and real specialists on sockets of this machine, while a block runs."""

import asyncio
import tempfile
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import httpx
from a2a.types.a2a_pb2 import Message, Role, StreamResponse

from agentia.agents.delegation import message_parts
from agentia.agents.errors import PeerRefused
from agentia.agents.peer import Peer
from agentia.agents.service import create_app
from agentia.agents.specialists import Specialist
from agentia.agents.testing.outcome import Outcome
from agentia.agents.transport import http_client
from agentia.agents.wire import Wire
from agentia.core.identity import ServiceKey
from agentia.core.service import bind
from agentia.core.service.server import running
from agentia.core.settings import Settings
from agentia.registry.client import RegistryClient
from agentia.tasks.states import SETTLED

PATIENCE: Final = 30.0
"""Seconds that an agent may take to begin an answer."""
LOOK: Final = 0.01
"""Seconds between two looks at whether the gateway is ready."""


@asynccontextmanager
async def mesh(
    *specialists: Specialist, gateway: bool = False, data: Path | None = None, **settings: Any
) -> "AsyncIterator[Mesh]":
    """A registry and these specialists, each on a port of its own, registered; with `gateway` asked through one.

    Their databases are in `data`, a temporary folder otherwise. `settings` are fields of Settings, such as
    `model="small", openai_base_url=server.url`; what the environment says does not count, so that a test does the same
    on every machine. All are stopped in order when the block ends.
    """
    async with AsyncExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="agentia-")))
        made = Mesh(folder, settings, stack)
        await made.open(gateway=gateway)
        await asyncio.gather(*(made.join(each) for each in specialists))
        yield made


class Mesh:
    """What runs. `registry` speaks to the registry, `url` is the gateway's ("" without one), `urls` the agents' own."""

    registry: RegistryClient

    def __init__(self, data: Path, settings: dict[str, Any], stack: AsyncExitStack) -> None:
        self._data, self._given, self._stack = data, settings, stack
        self._agents, self.url = AsyncExitStack(), ""
        self.urls: dict[str, str] = {}

    async def open(self, *, gateway: bool) -> None:
        """Start what the agents join."""
        from agentia.registry.main import create_app as create_registry

        self._http = await self._stack.enter_async_context(http_client())
        sock = bind("127.0.0.1", 0)
        self.settings = _settings(self._data, f"http://127.0.0.1:{sock.getsockname()[1]}", self._given)
        url = await self._stack.enter_async_context(running(create_registry(self.settings), sock, service="registry"))
        self.registry = await self._stack.enter_async_context(RegistryClient(url))
        await self._stack.enter_async_context(self._agents)
        if gateway:
            await self._open_gateway()

    async def _open_gateway(self) -> None:
        from agentia.gateway.main import create_app as create_gateway

        sock = bind("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        settings = self.settings.model_copy(update={"gateway_url": self.url})
        app = create_gateway(settings, ServiceKey.load_or_create(self._data / "keys" / "gateway.pem", "gateway"))
        await self._stack.enter_async_context(running(app, sock, service="gateway", on_drain=app.state.drain))
        async with httpx.AsyncClient(trust_env=False) as http:
            while (await http.get(f"{self.url}/readyz")).status_code != 200:  # noqa: ASYNC110  it tells only who asks
                await asyncio.sleep(LOOK)

    async def join(self, specialist: Specialist) -> str:
        """Serve one more specialist until the block ends; its URL. It is registered when this returns."""
        sock = bind("127.0.0.1", 0)
        url = f"http://127.0.0.1:{sock.getsockname()[1]}/"
        app = create_app(specialist, self.settings, url)
        drain = app.state.engine.drain
        await self._agents.enter_async_context(running(app, sock, service=specialist.id, on_drain=drain))
        await app.state.registered.wait()
        self.urls[specialist.id] = url
        return url

    async def find(self, need: str) -> list[str]:
        """The names of agents that can do something, the best first."""
        return [match.agent.id for match in await self.registry.discover(need)]

    async def send(self, agent: str, *parts: Any, context_id: str = "") -> Outcome:
        """Have an agent do something: what became of it once that is done, or waits for its user.

        `parts` are texts, bytes, JSON or Parts. Raises PeerRefused for what the agent does not take.
        """
        return await self._done(agent, _message(parts, context_id=context_id))

    async def answer(self, asked: Outcome, *parts: Any) -> Outcome:
        """Answer the question that a task waits with."""
        return await self._done(asked.agent, _message(parts, task_id=asked.id))

    async def begin(self, agent: str, *parts: Any, context_id: str = "") -> Outcome:
        """Have an agent begin with something: the task as it stands at once."""
        return _outcome(agent, await self._wire(agent).post(_message(parts, context_id=context_id)))

    async def stream(self, agent: str, *parts: Any, context_id: str = "") -> AsyncGenerator[StreamResponse]:
        """Have an agent do something, and see the events of its task while they come."""
        async with aclosing(self._wire(agent).send(_message(parts, context_id=context_id))) as events:
            async for _, event in events:
                yield event

    async def get(self, task: Outcome) -> Outcome:
        """A task as it stands now."""
        return Outcome(task.agent, await self._wire(task.agent).get(task.id))

    async def settled(self, task: Outcome) -> Outcome:
        """A task that was begun, once it is done or waits for its user."""
        with suppress(PeerRefused):  # as it has ended already
            async with aclosing(self._wire(task.agent).follow(task.id, None)) as events:
                async for _, event in events:
                    if _state(event) in SETTLED:
                        break
        return await self.get(task)

    async def cancel(self, task: Outcome) -> Outcome:
        """Cancel a task."""
        return Outcome(task.agent, await self._wire(task.agent).cancel(task.id))

    async def _done(self, agent: str, message: Message) -> Outcome:
        known = message.task_id
        async with aclosing(self._wire(agent).send(message)) as events:
            async for _, event in events:
                if event.HasField("message"):
                    return Outcome(agent, event.message)
                known = known or event.task.id
                if _state(event) in SETTLED:
                    break
        return Outcome(agent, await self._wire(agent).get(known))

    def _wire(self, agent: str) -> Wire:
        url = f"{self.url}/agents/{agent}/" if self.url else self.urls[agent]
        return Wire(self._http, url, Peer(agent, (url,), "1.0", ours=True), within=PATIENCE)


def _settings(data: Path, registry: str, given: dict[str, Any]) -> Settings:
    """What is given, and the defaults of all else."""
    usual = {name: field.get_default(call_default_factory=True) for name, field in Settings.model_fields.items()}
    here = {"data": data, "registry_url": registry, "allow_private": True, "drain_seconds": 0.0}
    return Settings(**usual | here | given)


def _message(parts: Any, task_id: str = "", context_id: str = "") -> Message:
    content = message_parts("", parts)
    id = str(uuid.uuid4())
    return Message(message_id=id, role=Role.ROLE_USER, parts=content, task_id=task_id, context_id=context_id)


def _outcome(agent: str, response: StreamResponse) -> Outcome:
    return Outcome(agent, response.message if response.HasField("message") else response.task)


def _state(event: StreamResponse) -> int:
    kind = event.WhichOneof("payload")
    return getattr(event, kind).status.state if kind in ("task", "status_update") else 0
