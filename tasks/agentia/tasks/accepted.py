"""What became of a message that was sent."""

from dataclasses import dataclass, replace

from a2a.types.a2a_pb2 import Message
from a2a.utils.errors import InvalidParamsError, UnsupportedOperationError

from agentia.tasks.log import TaskLog
from agentia.tasks.records import Duplicate, FenceLost, ForeignContext, Known

TAKEN = "Another message continues this task already, or it was canceled. Get the task to see how it stands."


@dataclass(frozen=True, slots=True)
class Accepted:
    """The task that a message led to, or the direct `reply` to it.

    `log` is there while the task is worked on here; `again` says that the message came before and started nothing.
    """

    task_id: str
    hash: bytes
    log: TaskLog | None = None
    again: bool = False
    reply: Message | None = None

    async def stored(self, *, settled: bool = False) -> "Accepted":
        """Wait until the task is durable, and with `settled` until it is terminal or interrupted.

        Raises InvalidParamsError for what only the store can tell (a messageId used for something else, a foreign
        context), UnsupportedOperationError when another message was quicker, StorageFull, and RunEnded when the service
        stops before the task is settled. The log is gone from the result when another run does the task.
        """
        if self.log is None:
            return self
        try:
            await (self.log.settled() if settled and not self.log.waits else self.log.accepted())
        except Duplicate as duplicate:
            return same(duplicate.known, self.hash)
        except ForeignContext as foreign:
            raise InvalidParamsError(foreign.message) from foreign
        except FenceLost as lost:
            if not self.log.taken:
                raise UnsupportedOperationError(TAKEN) from lost
            return replace(self, log=None)
        return replace(self, log=None) if self.log.waits else self


def same(known: Known, hashed: bytes, log: TaskLog | None = None) -> Accepted:
    """A message id seen before. Raises InvalidParamsError when it came with another message then."""
    if known.hash != hashed:
        raise InvalidParamsError(
            "message.messageId was used before for another message. Give each message an id of its own."
        )
    reply = None if known.reply is None else Message.FromString(known.reply)
    return Accepted(known.task_id or "", hashed, log, again=True, reply=reply)
