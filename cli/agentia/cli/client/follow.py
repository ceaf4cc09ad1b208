"""Following a task to its end through lost connections: from the last event seen, nothing twice, nothing left out."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from agentia.cli.client.rpc import A2AClient, RpcError, StreamBroken
from agentia.cli.client.update import Update
from agentia.cli.errors import MeshUnreachable

PATIENCE = 30.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
UNSUPPORTED = -32004


class Follower:
    """Where we are in one task's stream."""

    def __init__(self, client: A2AClient, notice: Callable[[str], None] = lambda _: None, task_id: str = "") -> None:
        self._client, self._notice = client, notice
        self.task_id = task_id
        self.position = ""
        self._tries = 0
        self._lost_since = 0.0

    def send(self, message: dict[str, Any]) -> Iterator[Update]:
        """Send a message and follow what becomes of it. It may be sent again: its messageId makes that harmless."""
        yield from self._until_end("SendStreamingMessage", {"message": message})

    def resume(self) -> Iterator[Update]:
        """Go on after the last event that was seen."""
        yield from self._until_end("SubscribeToTask", {"id": self.task_id})

    def _until_end(self, method: str, params: dict[str, Any]) -> Iterator[Update]:
        seen = bool(self.task_id and method == "SubscribeToTask")
        while True:
            try:
                for update in self._stream(method, params):
                    seen = True
                    yield update
                    if update.ends:
                        return
                self._pause(StreamBroken("The stream ended before the task did."))
            except (StreamBroken, MeshUnreachable) as exc:
                if isinstance(exc, MeshUnreachable) and not (seen or self._tries):
                    raise
                self._pause(exc)
            except RpcError as exc:
                if exc.rpc_code == UNSUPPORTED and method == "SubscribeToTask":
                    yield self._final()
                    return
                if not (seen and exc.passing):
                    raise
                self._pause(exc)
            if self.task_id and seen:
                method, params = "SubscribeToTask", {"id": self.task_id}

    def _stream(self, method: str, params: dict[str, Any]) -> Iterator[Update]:
        after = self.position if method == "SubscribeToTask" else ""
        for number, raw in self._client.stream(method, params, after=after):
            update = Update.of(number, raw)
            self.task_id = self.task_id or update.task_id
            self.position = number or self.position
            self._tries, self._lost_since = 0, 0.0
            yield update

    def _final(self) -> Update:
        """The task as it is: an agent that keeps no log refuses to stream what is over."""
        return Update.of("", {"task": self._client.call("GetTask", {"id": self.task_id})})

    def _pause(self, problem: Exception) -> None:
        """Wait a little before the next try; when patience is at its end, raise the problem."""
        if not self._tries:
            self._lost_since = time.monotonic()
            self._notice("The connection was lost; reconnecting …")
        if time.monotonic() - self._lost_since > PATIENCE:
            raise problem
        time.sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**self._tries))
        self._tries += 1
