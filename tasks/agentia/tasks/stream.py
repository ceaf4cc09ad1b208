"""An artifact written piece by piece: text is gathered for a moment, so that tokens do not become events one by one."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Any, Final

from a2a.types.a2a_pb2 import Part, StreamResponse

from agentia.tasks.log import TaskLog

GATHER_SECONDS: Final = 0.05
GATHER_CHARS: Final = 4096


class ArtifactStream:
    """Use with `async with`. A stream that an earlier attempt finished writes nothing; one it left open starts over.

    `metadata` (JSON) is the artifact's; it goes with the last piece.
    """

    def __init__(
        self, log: TaskLog, step: str, name: str, media_type: str, description: str, *, finished: bool
    ) -> None:
        self.artifact_id = step
        self._log, self._name, self._media_type, self._description = log, name, media_type, description
        self._finished = finished
        self.metadata: dict[str, Any] = {}
        self._begun = False
        self._text: list[str] = []
        self._chars = 0
        self._held: Part | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def write(self, chunk: str | bytes) -> None:
        """Add text, or bytes (which are never gathered)."""
        if self._finished:
            return
        if isinstance(chunk, bytes):
            self.flush()
            self._held = Part(raw=chunk, media_type=self._media_type)
        elif chunk:
            if self._held is not None:
                self.flush()
            self._gather(chunk)
        await self._log.room()

    def restart(self) -> None:
        """Have what is written from now on replace all that was written before."""
        self._stop_timer()
        self._text.clear()
        self._chars, self._held, self._begun = 0, None, False

    def flush(self) -> None:
        """Make what was gathered an event now."""
        self._stop_timer()
        if (part := self._rest()) is not None:
            self._emit(part)

    async def __aenter__(self) -> "ArtifactStream":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._finished:
            return
        if kind is not None:
            if self._log.open:
                self.flush()
            return
        self._stop_timer()
        self._emit(self._rest() or Part(text="", media_type=self._media_type), last=True)
        self._finished = True
        await self._log.room()

    def _gather(self, chunk: str) -> None:
        self._text.append(chunk)
        self._chars += len(chunk)
        if self._chars >= GATHER_CHARS:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHER_SECONDS, self._late)

    def _rest(self) -> Part | None:
        """What is gathered or held back (the last piece of bytes, so that the artifact's end has a part to carry)."""
        held, self._held = self._held, None
        if self._text:
            held = Part(text="".join(self._text), media_type=self._media_type)
            self._text.clear()
            self._chars = 0
        return held

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        self._timer = None
        if self._log.open:
            with suppress(UnicodeError):  # of a text that nobody can write, and that the answer will hear of
                self.flush()

    def _emit(self, part: Part, *, last: bool = False) -> None:
        response = StreamResponse()
        update = response.artifact_update
        update.task_id, update.context_id = self._log.task_id, self._log.context_id
        update.append, update.last_chunk = self._begun, last
        artifact = update.artifact
        artifact.artifact_id = self.artifact_id
        if not self._begun:
            artifact.name, artifact.description = self._name, self._description
        artifact.parts.append(part)
        if last and self.metadata:
            artifact.metadata.update(self.metadata)
        self._log.append(response, step=f"{self.artifact_id}/end" if last else None)
        self._begun = True
