"""The operations of section 3.1, whatever binding they come through: protobuf in, protobuf or events out."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Any, Final

from a2a.types.a2a_pb2 import (
    AgentCard,
    CancelTaskRequest,
    DeleteTaskPushNotificationConfigRequest,
    GetExtendedAgentCardRequest,
    GetTaskPushNotificationConfigRequest,
    GetTaskRequest,
    ListTaskPushNotificationConfigsRequest,
    ListTaskPushNotificationConfigsResponse,
    ListTasksRequest,
    ListTasksResponse,
    SendMessageRequest,
    SendMessageResponse,
    StreamResponse,
    SubscribeToTaskRequest,
    Task,
    TaskPushNotificationConfig,
)
from a2a.utils.errors import (
    InvalidParamsError,
    TaskNotCancelableError,
    TaskNotFoundError,
    UnsupportedOperationError,
)
from a2a.utils.task import apply_history_length, validate_history_length

from agentia.tasks import listing
from agentia.tasks.accepted import Accepted
from agentia.tasks.caller import Caller
from agentia.tasks.engine import Engine
from agentia.tasks.events import Event
from agentia.tasks.push import PushConfigs
from agentia.tasks.records import Owner
from agentia.tasks.states import SETTLED, TERMINAL, name

AT_ONCE: Final = 50
"""Tasks that are cancelled at once."""

Deletes = Callable[[Owner], Awaitable[None]]


class Operations:
    """What an agent can be asked, for one engine. `deletes` deletes what the agent itself keeps of an owner.

    Every method raises the A2A errors of its section.
    """

    def __init__(self, engine: Engine, push: PushConfigs, deletes: Deletes | None = None) -> None:
        self._engine, self._push, self._deletes = engine, push, deletes

    async def send_message(
        self,
        request: SendMessageRequest,
        caller: Caller,
        protocol: str = "1.0",
        *,
        early: Callable[[SendMessageResponse], None] = lambda _: None,
    ) -> SendMessageResponse:
        """Section 3.1.1: waits until the task is terminal or interrupted unless `return_immediately` is set.

        Here and below `protocol` is the one that a webhook is to be told in. `early` gets what will be returned, the
        same object, when that is known before it is stored: to be made ready meanwhile, and shown to nobody.
        """
        validate_history_length(request.configuration)
        wait = not request.configuration.return_immediately
        accepted = await self._sent(request, caller, protocol)
        log, response = accepted.log, None
        if wait and log is not None and log.state in SETTLED:
            response = _response(log.task(), request)
            early(response)
        if wait or log is not None:
            accepted = await accepted.stored(settled=wait)
        if accepted.reply is not None:
            return SendMessageResponse(message=accepted.reply)
        if accepted.log is None:
            again = await (self._engine.settled if wait else self._engine.get)(accepted.task_id, caller)
            return _response(again, request)
        if response is None or accepted.log is not log:
            response = _response(accepted.log.task(), request)
        return response

    async def send_streaming_message(
        self, request: SendMessageRequest, caller: Caller, protocol: str = "1.0"
    ) -> AsyncIterator[Event]:
        """Section 3.1.2: the task is stored when this returns; the events come as they are stored."""
        sent = await self._sent(request, caller, protocol)
        events = self._engine.follow(sent.task_id, caller, 0)
        accepted = await sent.stored()
        if accepted.reply is not None:
            return _once(Event(1, StreamResponse(message=accepted.reply)))
        if request.message.task_id:
            return await self._subscribed(accepted.task_id, caller)
        return events if accepted.log is sent.log else self._engine.follow(accepted.task_id, caller, 0)

    async def get_task(self, request: GetTaskRequest, caller: Caller) -> Task:
        """Section 3.1.3."""
        validate_history_length(request)
        return apply_history_length(await self._engine.get(request.id, caller), request)

    async def list_tasks(self, request: ListTasksRequest, caller: Caller) -> ListTasksResponse:
        """Section 3.1.4."""
        return await listing.list_tasks(self._engine.store, request, caller.owner)

    async def cancel_task(self, request: CancelTaskRequest, caller: Caller) -> Task:
        """Section 3.1.5."""
        return await self._engine.cancel(request.id, caller)

    async def subscribe_to_task(
        self, request: SubscribeToTaskRequest, caller: Caller, after: int | None = None
    ) -> AsyncIterator[Event]:
        """Section 3.1.6; with a position `after`, the events above it and nothing else, finished tasks too."""
        if after is not None:
            number = (await self._engine.current(request.id, caller)).number
            if after > number:
                raise InvalidParamsError(f"Event {after} is none of this task, whose last event is {number}.")
            return self._engine.follow(request.id, caller, after)
        return await self._subscribed(request.id, caller, refuse_finished=True)

    async def create_task_push_notification_config(
        self, request: TaskPushNotificationConfig, caller: Caller, protocol: str = "1.0"
    ) -> TaskPushNotificationConfig:
        """Section 3.1.7."""
        await self._engine.current(request.task_id, caller)
        return await self._push.store(request, protocol)

    async def get_task_push_notification_config(
        self, request: GetTaskPushNotificationConfigRequest, caller: Caller
    ) -> TaskPushNotificationConfig:
        """Section 3.1.8."""
        await self._engine.current(request.task_id, caller)
        return await self._push.get(request)

    async def list_task_push_notification_configs(
        self, request: ListTaskPushNotificationConfigsRequest, caller: Caller
    ) -> ListTaskPushNotificationConfigsResponse:
        """Section 3.1.9."""
        await self._engine.current(request.task_id, caller)
        return await self._push.list(request)

    async def delete_task_push_notification_config(
        self, request: DeleteTaskPushNotificationConfigRequest, caller: Caller
    ) -> None:
        """Section 3.1.10."""
        await self._engine.current(request.task_id, caller)
        await self._push.delete(request)

    async def list_push_deliveries(
        self, request: ListTaskPushNotificationConfigsRequest, caller: Caller
    ) -> dict[str, Any]:
        """Extension urn:agentia:push:v1: how far webhooks are, of one task or of all."""
        if request.task_id:
            await self._engine.current(request.task_id, caller)
        return await self._push.deliveries(request, caller.owner)

    async def retry_push_delivery(
        self, request: GetTaskPushNotificationConfigRequest, caller: Caller
    ) -> dict[str, Any]:
        """Extension urn:agentia:push:v1: go on with webhooks that were given up; how far those of the task are."""
        await self._engine.current(request.task_id, caller)
        await self._push.retry(request)
        of_task = ListTaskPushNotificationConfigsRequest(task_id=request.task_id)
        return await self._push.deliveries(of_task, caller.owner)

    async def get_extended_agent_card(self, _request: GetExtendedAgentCardRequest, _caller: Caller) -> AgentCard:
        """Section 3.1.11: this agent has one card, the public one."""
        raise UnsupportedOperationError(
            "This agent has no extended card. Its whole card is at /.well-known/agent-card.json."
        )

    async def delete_task(self, request: CancelTaskRequest, caller: Caller) -> dict[str, int]:
        """Extension `urn:agentia:deletion:v1`: a finished task, with everything of it; how many went."""
        return {"tasks": int(await self._engine.delete(request.id, caller)), "messages": 0}

    async def delete_tasks(self, _request: ListTasksRequest, caller: Caller) -> dict[str, int]:
        """The same for all that is the caller's, and direct replies (`messages`); what goes on is cancelled first."""
        now = time.time()
        while tasks := await self._engine.store.open_tasks(caller.owner, now, AT_ONCE):
            await asyncio.gather(*(self._canceled(task_id, caller) for task_id in tasks))
        if self._deletes is not None:
            await self._deletes(caller.owner)
        gone = await self._engine.forget(caller)
        return {"tasks": gone.tasks, "messages": gone.replies}

    async def _canceled(self, task_id: str, caller: Caller) -> None:
        with suppress(TaskNotFoundError, TaskNotCancelableError):  # it has ended meanwhile
            await self.cancel_task(CancelTaskRequest(id=task_id), caller)

    async def _sent(self, request: SendMessageRequest, caller: Caller, protocol: str) -> Accepted:
        """The message, taken; its push config, if it has one, is stored before anything can be notified of."""
        if not request.configuration.HasField("task_push_notification_config"):
            return await self._engine.send(request, caller)
        await self._push.admit(request.configuration.task_push_notification_config)
        accepted = await (await self._engine.send(request, caller)).stored()
        if accepted.reply is None:
            await self._push.from_send(request, accepted.task_id, protocol)
        return accepted

    async def _subscribed(self, task_id: str, caller: Caller, *, refuse_finished: bool = False) -> AsyncIterator[Event]:
        fold = await self._engine.current(task_id, caller)
        if refuse_finished and fold.state in TERMINAL:
            raise UnsupportedOperationError(
                f"The task is {name(fold.state)}: nothing more will come. Get it with GetTask, or read its events again"
                " with Last-Event-ID: 0."
            )
        first = Event(fold.number, StreamResponse(task=fold.task()))
        return _then(first, self._engine.follow(task_id, caller, fold.number))


def _response(task: Task, request: SendMessageRequest) -> SendMessageResponse:
    return SendMessageResponse(task=apply_history_length(task, request.configuration))


async def _once(event: Event) -> AsyncGenerator[Event]:
    yield event


async def _then(first: Event, rest: AsyncGenerator[Event]) -> AsyncGenerator[Event]:
    async with aclosing(rest) as events:
        yield first
        async for event in events:
            yield event
