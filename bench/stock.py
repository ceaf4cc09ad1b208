"""The other side of the benchmarks: the a2a-sdk's own request handler and stores, serving the same two agents."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from a2a.server.agent_execution import AgentExecutor, RequestContext
from a2a.server.events import EventQueue
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.routes import create_jsonrpc_routes
from a2a.server.tasks import DatabaseTaskStore, InMemoryTaskStore, TaskStore, TaskUpdater
from a2a.types import a2a_pb2 as pb
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.applications import Starlette

from agentia.core.service.sockets import allow_files
from bench.uvicorn_settings import UVICORN

SUBMITTED = pb.TaskState.TASK_STATE_SUBMITTED


_released = asyncio.Event()


class Echo(AgentExecutor):
    """Four events: the task, WORKING, one artifact, COMPLETED. `stream N` sends an artifact of N chunks instead.

    `hold` is silent until another task is sent `release`, then says a word, and ends at the next `release`.
    """

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        """Answer one message."""
        message, text = context.message, context.get_user_input()
        if message is None or context.task_id is None or context.context_id is None:
            raise ValueError("no message")
        task = pb.Task(id=context.task_id, context_id=context.context_id, history=[message])
        task.status.state = SUBMITTED
        task.status.timestamp.GetCurrentTime()
        await event_queue.enqueue_event(task)
        updater = TaskUpdater(event_queue, context.task_id, context.context_id)
        await updater.start_work()
        if text == "hold":
            await _released.wait()
            await updater.add_artifact([pb.Part(text="released")], name="hold")
            await _released.wait()
        elif text == "release":
            _released.set()
            _released.clear()
        elif text.startswith("stream "):
            await _stream(updater, int(text.removeprefix("stream ")))
        else:
            await updater.add_artifact([pb.Part(text=text)], name="echo")
        await updater.complete()

    async def cancel(self, context: RequestContext, event_queue: EventQueue) -> None:
        """Nothing here runs long enough."""


async def _stream(updater: TaskUpdater, chunks: int) -> None:
    for number in range(chunks):
        parts = [pb.Part(text=f"chunk number {number:06d}\n")]
        await updater.add_artifact(
            parts, artifact_id="stream", name="stream", append=number > 0, last_chunk=number == chunks - 1
        )


def sqlite_store(path: Path) -> DatabaseTaskStore:
    """The SDK's SQL store on SQLite in WAL mode, each commit synced, as ours does it."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", connect_args={"timeout": 30})

    @event.listens_for(engine.sync_engine, "connect")
    def pragmas(connection: object, _: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]  # the DBAPI connection, which is handed over as an object
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return DatabaseTaskStore(engine)


def create_app(store: TaskStore) -> Starlette:
    """JSON-RPC by the SDK's routes and its default handler."""
    card = pb.AgentCard(name="echo", description="Says what it hears.", version="1", capabilities={"streaming": True})
    handler = DefaultRequestHandler(Echo(), store, card)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if isinstance(store, DatabaseTaskStore):
            await store.initialize()
        yield
        await handler.aclose()

    return Starlette(routes=create_jsonrpc_routes(handler, "/"), lifespan=lifespan)


def main(store: str, port: str, folder: str) -> None:
    """`python -m bench.stock memory|sqlite PORT FOLDER`."""
    chosen: TaskStore = InMemoryTaskStore() if store == "memory" else sqlite_store(Path(folder) / "stock.sqlite")
    allow_files()
    uvicorn.run(create_app(chosen), port=int(port), **UVICORN)


if __name__ == "__main__":
    main(*sys.argv[1:])
