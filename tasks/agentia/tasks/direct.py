"""Direct replies: an agent that answers with a Message and no task (section 3.1.1), once for each messageId."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from a2a.types.a2a_pb2 import Message, Role
from a2a.utils.errors import InvalidParamsError

from agentia.tasks.accepted import Accepted, same
from agentia.tasks.caller import Caller
from agentia.tasks.committer import Committer
from agentia.tasks.events import agent_message
from agentia.tasks.ids import new_id
from agentia.tasks.records import Arrival, Change, Duplicate, ForeignContext, Refused

Direct = Callable[[Message, Caller], Awaitable[str | Message]]
"""What an agent without tasks does with a message: its reply, or the text of it. It runs again when a send is repeated
whose first reply was not stored."""


class DirectReplies:
    """Answers messages by `answer`, and stores the replies."""

    def __init__(self, committer: Committer, answer: Direct) -> None:
        self._committer, self._answer = committer, answer

    async def reply(self, message: Message, caller: Caller, arrival: Arrival) -> Accepted:
        """Answer a message. Raises InvalidParamsError for a context of others, and Refused."""
        context_id = message.context_id or new_id()
        pending = _Reply(arrival, _message(await self._answer(message, caller), context_id))
        self._committer.add(pending, pending.message.ByteSize())
        try:
            await pending.stored
        except Duplicate as duplicate:
            return same(duplicate.known, arrival.hash)
        except ForeignContext as foreign:
            raise InvalidParamsError(foreign.message) from foreign
        return Accepted("", arrival.hash, reply=pending.message)


def _message(said: str | Message, context_id: str) -> Message:
    if isinstance(said, str):
        return agent_message(new_id(), "", context_id, said)
    made = Message()
    made.CopyFrom(said)
    made.context_id, made.role, made.message_id = context_id, Role.ROLE_AGENT, said.message_id or new_id()
    made.ClearField("task_id")
    return made


class _Reply:
    """A reply on its way into the store; see Pending."""

    def __init__(self, arrival: Arrival, message: Message) -> None:
        self._arrival, self.message = arrival, message
        self.stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def freeze(self) -> Change:
        reply = self.message.SerializeToString()
        return Change("", 0, 0, time.time(), arrival=self._arrival, context=self.message.context_id, reply=reply)

    def settle(self, refused: Refused | None) -> None:
        if self.stored.done():  # nobody waits any more
            return
        if refused is None:
            self.stored.set_result(None)
        else:
            self.stored.set_exception(refused)
