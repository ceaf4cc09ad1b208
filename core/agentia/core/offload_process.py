"""One worker process as its parent sees it: started, called, killed, and its death explained."""

import asyncio
import os
import pickle
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from agentia.core.errors import AgentiaError
from agentia.core.offload_worker import HEADER, MEMORY_EXIT, Answer

START_SECONDS = 60.0
_SECRET_VARIABLE = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL|DATABASE_URL", re.IGNORECASE)
_OUT_OF_MEMORY = re.compile(rb"bad_alloc|memory allocation of|out of memory|cannot allocate memory", re.IGNORECASE)


class OffloadFailed(AgentiaError):
    """The function raised something of its own; that is the cause, and not for the wire."""

    status = 500


class OffloadTimeout(AgentiaError):
    """The function ran out of time and its worker was killed."""

    status = 500


class OffloadCrashed(AgentiaError):
    """The worker died under the function: too much memory, or a signal."""

    status = 500


class WorkerTraceback(Exception):
    """What a worker's exception looked like over there."""


@dataclass(frozen=True)
class Reply:
    """An answer as it came, still pickled, and whether the worker is fit for another call."""

    kind: Answer
    payload: bytes
    reusable: bool

    def result(self) -> Any:
        """The function's result. Raises its error if that is ours, and `OffloadFailed` for any other."""
        if self.kind is Answer.FAILURE:
            raise OffloadFailed("The work failed for an internal reason.") from WorkerTraceback(self.payload.decode())
        try:
            value = pickle.loads(self.payload)  # noqa: S301  # from our own worker
        except Exception as exc:
            raise OffloadFailed("The work's result could not be read back.") from exc
        if self.kind is Answer.ERROR:
            error, described = value
            raise error from WorkerTraceback(described)
        return value


class WorkerProcess:
    """A started worker. `call` is for one caller at a time; after any error from it the worker must be killed."""

    def __init__(self, process: Process, memory_mb: int) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._process, self._memory_mb = process, memory_mb
        self._calls, self._answers = process.stdin, process.stdout
        self._last_words: deque[bytes] = deque(maxlen=4)
        self._listening = asyncio.create_task(self._listen(process.stderr))

    @classmethod
    async def spawn(cls, *, memory_mb: int) -> Self:
        """Start a process; `prepare` makes a worker of it."""
        command = (sys.executable, "-P", "-m", "agentia.core.offload_worker")
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, limit=1 << 20, env=_environment(), start_new_session=True
        )
        return cls(process, memory_mb)

    async def prepare(self, preload: Sequence[str]) -> None:
        """Wait until it has imported `preload`. Raises `OffloadFailed` or `OffloadCrashed`."""
        hello = {"parent": os.getpid(), "path": sys.path, "preload": tuple(preload), "memory_mb": self._memory_mb}
        try:
            async with asyncio.timeout(START_SECONDS):
                reply = await self.call(pickle.dumps(hello))
        except TimeoutError as exc:
            raise OffloadFailed(f"A worker was not ready within {START_SECONDS:g} s.") from exc
        if reply.kind is not Answer.READY:
            raise OffloadFailed(
                f"A worker could not load {', '.join(preload)}.",
                fix="Install the extra that brings it: pip install 'agentia[all]'.",
            ) from WorkerTraceback(reply.payload.decode())

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def call(self, call: bytes) -> Reply:
        """Hand over a pickled call and wait for its answer. Raises `OffloadCrashed`."""
        try:
            self._calls.write(HEADER.pack(len(call), 0, False))
            self._calls.write(call)
            await self._calls.drain()
            size, kind, reusable = HEADER.unpack(await self._answers.readexactly(HEADER.size))
            return Reply(Answer(kind), await self._answers.readexactly(size), reusable)
        except (asyncio.IncompleteReadError, ConnectionError) as exc:
            raise await self._crashed() from exc

    def kill(self) -> None:
        """Kill the worker and whatever it started, at once."""
        if self.alive:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def gone(self) -> None:
        """Wait until the killed worker is reaped and its pipes are closed."""
        await self._process.wait()
        self._calls.close()
        self._listening.cancel()
        await asyncio.wait([self._listening])

    async def _listen(self, stderr: asyncio.StreamReader) -> None:
        while words := await stderr.read(2048):
            self._last_words.append(words)

    async def _crashed(self) -> OffloadCrashed:
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                await self._process.wait()
                await asyncio.wait([self._listening])
        return OffloadCrashed(_explain(self._process.returncode, b"".join(self._last_words), self._memory_mb))


def _explain(code: int | None, last_words: bytes, memory_mb: int) -> str:
    if code == MEMORY_EXIT or _OUT_OF_MEMORY.search(last_words):
        return f"The work needed more than {memory_mb} MB of memory and was stopped."
    if code is None or code >= 0:
        return "The worker that did the work ended unexpectedly."
    name = signal.Signals(-code).name
    if -code in (signal.SIGABRT, signal.SIGKILL):
        return f"The worker was stopped ({name}); the work may have needed more than {memory_mb} MB of memory."
    return f"The worker that did the work crashed ({name})."


def _environment() -> dict[str, str]:
    """The parent's variables without secrets: workers read what strangers send. Few arenas keep memory countable."""
    inherited = {name: value for name, value in os.environ.items() if not _SECRET_VARIABLE.search(name)}
    return {"MALLOC_ARENA_MAX": "2", **inherited}
