"""Agents of the stock SDK, in both protocol versions."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from a2a.server.agent_execution import AgentExecutor, RequestContext
from a2a.server.events import EventQueue
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.routes import create_jsonrpc_routes
from a2a.server.tasks import InMemoryTaskStore, TaskUpdater
from a2a.types import a2a_pb2 as pb
from starlette.applications import Starlette
from starlette.responses import JSONResponse

from agentia.agents import Specialist
from agentia.core.service import bind

if TYPE_CHECKING:
    from tests.agents.conftest import Mesh

DONE, ASKS = "TASK_STATE_COMPLETED", "TASK_STATE_INPUT_REQUIRED"


class Stock(AgentExecutor):
    """Says that it works, gives an artifact in two pieces, asks when told to, and completes."""

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        message, task_id, context_id = context.message, context.task_id, context.context_id
        assert message is not None
        assert task_id is not None
        assert context_id is not None
        if context.current_task is None:
            task = pb.Task(id=task_id, context_id=context_id, history=[message])
            task.status.state = pb.TaskState.TASK_STATE_SUBMITTED
            await event_queue.enqueue_event(task)
        updater = TaskUpdater(event_queue, task_id, context_id)
        await updater.start_work(updater.new_agent_message([pb.Part(text="Working")]))
        if context.get_user_input() == "ask":
            await updater.requires_input(updater.new_agent_message([pb.Part(text="Which?")]))
            return
        for number, text in enumerate(("one ", context.get_user_input())):
            parts = [pb.Part(text=text)]
            await updater.add_artifact(parts, artifact_id="a", name="out", append=number > 0, last_chunk=number == 1)
        await updater.complete(updater.new_agent_message([pb.Part(text="Done.")]))

    async def cancel(self, context: RequestContext, event_queue: EventQueue) -> None:
        raise NotImplementedError


class OnlyLegacy:
    """ASGI middleware of an agent that knows nothing of 1.0."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            messages: list[Any] = []

            async def replay() -> Any:
                return messages.pop(0) if messages else await receive()

            while not messages or messages[-1].get("more_body"):
                messages.append(await receive())
            body = json.loads(b"".join(each["body"] for each in messages))
            if "/" not in body["method"]:
                error = {"code": -32601, "message": "Method not found"}
                await JSONResponse({"jsonrpc": "2.0", "id": body["id"], "error": error})(scope, receive, send)
                return
            await self._app(scope, replay, send)
            return
        await self._app(scope, receive, send)


@pytest.fixture
def stock(mesh: "Mesh", serving: Any) -> Callable[..., Any]:
    """Serves the SDK's own server with its in-memory store below /rpc, in a protocol version."""

    @asynccontextmanager
    async def start(version: str) -> AsyncIterator[None]:
        card = pb.AgentCard(name="stranger", description="Works.", version="1", capabilities={"streaming": True})
        handler = DefaultRequestHandler(Stock(), InMemoryTaskStore(), card)

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            yield
            await handler.aclose()

        routes = create_jsonrpc_routes(handler, "/rpc", enable_v0_3_compat=version == "0.3")
        app: Any = Starlette(routes=routes, lifespan=lifespan)
        if version == "0.3":
            app.add_middleware(OnlyLegacy)
        sock = bind("127.0.0.1", 0)
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        async with serving(app, sock):
            face = {"url": f"{url}/rpc", "protocolBinding": "JSONRPC", "protocolVersion": version}
            await mesh.enlist("stranger", url, supportedInterfaces=[face])
            yield

    return start


@pytest.mark.parametrize("version", ["1.0", "0.3"])
async def test_an_agent_of_the_stock_sdk_can_be_delegated_to(
    mesh: "Mesh", boss: Specialist, stock: Any, version: str
) -> None:
    async with stock(version):
        client = await mesh.join(boss)
        task = await client.send("two")
        assert (task["status"]["state"], task["status"]["message"]["parts"][0]["text"]) == (DONE, "Done.")
        assert task["artifacts"][0]["parts"][0]["text"] == "one two"
        said = [
            event["statusUpdate"]["status"] async for _, event in client.events(task["id"]) if "statusUpdate" in event
        ]
        assert [each["message"]["parts"][0]["text"] for each in said[1:]] == ["stranger: Working", "Done."]


@pytest.mark.parametrize("version", ["1.0", "0.3"])
async def test_a_question_of_the_stock_sdk_is_asked_and_its_answer_goes_back(
    mesh: "Mesh", boss: Specialist, stock: Any, version: str
) -> None:
    async with stock(version):
        client = await mesh.join(boss)
        asked = await client.send("ask")
        assert (asked["status"]["state"], asked["status"]["message"]["parts"][0]["text"]) == (ASKS, "Which?")
        done = await client.send("this", taskId=asked["id"])
        assert (done["status"]["state"], done["artifacts"][0]["parts"][0]["text"]) == (DONE, "one this")
