"""Executors as users of the a2a-sdk write them: one that greets, one that streams, one that asks, and a puppet."""

import asyncio
from typing import Any

from a2a.helpers.proto_helpers import new_task_from_user_message, new_text_message, new_text_part
from a2a.server.agent_execution import AgentExecutor, RequestContext
from a2a.server.events import EventQueue
from a2a.server.tasks import TaskUpdater
from a2a.types import a2a_pb2 as pb
from a2a.types.a2a_pb2 import TaskState
from a2a.utils.errors import UnsupportedOperationError


class HelloWorldAgentExecutor(AgentExecutor):
    """Says hello."""

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        await event_queue.enqueue_event(new_text_message(f"Hello {context.get_user_input()}!", role=pb.ROLE_AGENT))

    async def cancel(self, context: RequestContext, event_queue: EventQueue) -> None:
        raise UnsupportedOperationError(message="There is nothing to cancel.")


class Told(AgentExecutor):
    """Does what a test tells it, and notes what it is told itself."""

    def __init__(self, act: Any) -> None:
        self.act = act
        self.contexts: list[RequestContext] = []
        self.canceled: list[RequestContext] = []
        self.begun, self.stopped = asyncio.Event(), asyncio.Event()

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        self.contexts.append(context)
        self.begun.set()
        try:
            await self.act(context, event_queue, updater(context, event_queue))
        finally:
            self.stopped.set()

    async def cancel(self, context: RequestContext, event_queue: EventQueue) -> None:
        self.canceled.append(context)
        said = updater(context, event_queue)
        await said.add_artifact([new_text_part("half of it")], name="so far")
        await said.cancel(said.new_agent_message([new_text_part("Stopped at page 3.")]))


def updater(context: RequestContext, event_queue: EventQueue) -> TaskUpdater:
    assert context.task_id is not None
    assert context.context_id is not None
    return TaskUpdater(event_queue, context.task_id, context.context_id)


class Streaming(AgentExecutor):
    """Publishes a task, says that it works, and gives an artifact in three pieces."""

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        assert context.message is not None
        if context.current_task is None:
            await event_queue.enqueue_event(new_task_from_user_message(context.message))
        said = updater(context, event_queue)
        await said.update_status(TaskState.TASK_STATE_WORKING, said.new_agent_message([new_text_part("Looking it up")]))
        for number, piece in enumerate(("one ", "two ", "three")):
            await said.add_artifact(
                [new_text_part(piece)], artifact_id="a", name="count.txt", append=number > 0, last_chunk=number == 2
            )
        await said.complete(said.new_agent_message([new_text_part("Counted.")]))

    async def cancel(self, context: RequestContext, event_queue: EventQueue) -> None: ...


class Asking(AgentExecutor):
    """Asks for a colour, and then for a size."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, list[str]]] = []

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        assert context.message is not None
        task = context.current_task
        if task is None:
            task = new_task_from_user_message(context.message)
            await event_queue.enqueue_event(task)
        else:
            question = "".join(part.text for part in task.status.message.parts)
            history = ["".join(part.text for part in message.parts) for message in task.history]
            self.seen.append((TaskState.Name(task.status.state), question, history))
        said = updater(context, event_queue)
        asked = len(self.seen)
        if asked < 2:
            question = ("Which colour?", "Which size?")[asked]
            await said.requires_input(said.new_agent_message([new_text_part(question)]))
        else:
            await said.complete(said.new_agent_message([new_text_part(context.get_user_input())]))

    async def cancel(self, context: RequestContext, event_queue: EventQueue) -> None: ...
