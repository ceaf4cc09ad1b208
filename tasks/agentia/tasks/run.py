"""One attempt at a task, as the answer function sees it: every call is journaled by its place in the code."""

import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import Any

from a2a.types.a2a_pb2 import Message, Part, StreamResponse

from agentia.tasks.caller import Caller
from agentia.tasks.errors import CountedInStep, StepRepeated, Suspended
from agentia.tasks.events import agent_message, artifact_update, readable, status_update
from agentia.tasks.log import TaskLog
from agentia.tasks.pace import Pace, step_of
from agentia.tasks.records import JournalEntry
from agentia.tasks.replay import Replay, digest
from agentia.tasks.states import WORKING
from agentia.tasks.stop import Stop
from agentia.tasks.stream import ArtifactStream


class Run:
    """A task being worked on. Calls in one branch are numbered in order; concurrent calls need branches of their own.

    After a takeover or an answer the function runs again from its start: finished calls return what they returned
    before and write nothing, so what stands outside of them must be free of effects.
    """

    def __init__(
        self,
        log: TaskLog,
        caller: Caller,
        messages: Sequence[Message],
        replay: Replay,
        branch: str = "",
        pace: Pace | None = None,
        ending: dict[str, Any] | None = None,
    ) -> None:
        self.log, self.caller, self.messages = log, caller, messages
        self.ending: dict[str, Any] = {} if ending is None else ending
        """The metadata of the task's last event, should this run end it."""
        self._replay, self._branch, self._pace = replay, branch, pace or Pace()
        self._count: dict[str, int] = {}
        self._steps: set[str] = set()
        self._skipped: dict[str, str] = {}
        self._branches: dict[str, Run] = {}
        self._stream: ArtifactStream | None = None
        self.stopped: Stop | None = None
        """Why the answer was interrupted, of the run as a whole."""

    @property
    def task_id(self) -> str:
        """The task's id."""
        return self.log.task_id

    @property
    def context_id(self) -> str:
        """The conversation that the task belongs to."""
        return self.log.context_id

    @property
    def path(self) -> str:
        """What the places of this branch begin with in the journal."""
        return self._branch

    @property
    def question(self) -> Suspended | None:
        """What the user was asked in this run, whatever became of the exception."""
        return self._pace.question

    @property
    def journal(self) -> Collection[JournalEntry]:
        """The results of all steps that have finished, in any attempt and any branch."""
        return self._replay.journal

    @property
    def within(self) -> list[JournalEntry]:
        """Of the journal what belongs to this branch and those in it."""
        return [entry for entry in self.journal if entry.step.startswith(self._branch)]

    @property
    def unread(self) -> str | None:
        """A question of this branch that was answered, and that this attempt has not come to; None if there is none."""
        return self._replay.unread(self._branch)

    def branch(self, name: str) -> "Run":
        """The same task for calls that run beside others; `name` must be the same at each attempt."""
        if name not in self._branches:
            path = f"{self._branch}{name.replace('/', '%2F')}/"
            self._branches[name] = Run(
                self.log, self.caller, self.messages, self._replay, path, self._pace, self.ending
            )
        return self._branches[name]

    async def status(self, text: str, metadata: dict[str, Any] | None = None) -> None:
        """Say what is being done."""
        step, key = self._next("status"), digest(text.encode())
        if self._replay.wrote(step, key) is None:
            message = agent_message(f"{self.task_id}:{step}", self.task_id, self.context_id, text)
            make = partial(status_update, self.task_id, self.context_id, WORKING, message, metadata)
            await self._append(readable(make) if metadata else make(), step, key)

    async def relay(self, place: str, text: str, metadata: dict[str, Any]) -> None:
        """A status that stands at `place` whatever its text, as another agent's progress differs at each attempt."""
        step = f"{self._branch}{place}"
        if self._replay.wrote(step) is None:
            message = agent_message(f"{self.task_id}:{step}", self.task_id, self.context_id, text)
            await self._append(status_update(self.task_id, self.context_id, WORKING, message, metadata), step, b"")

    async def artifact(
        self,
        name: str,
        parts: Sequence[Part],
        *,
        description: str = "",
        metadata: dict[str, Any] | None = None,
        replaces: str = "",
    ) -> str:
        """Publish a whole artifact, instead of that with the id `replaces` if there is one; its id is returned."""
        step = self._next("artifact")
        place = replaces or step
        key = digest(name.encode(), *[part.SerializeToString(deterministic=True) for part in parts])
        if self._replay.wrote(step, key) is None:
            make = partial(artifact_update, self.task_id, self.context_id, place, name, description, parts, metadata)
            free = metadata or any(part.HasField("data") or part.HasField("metadata") for part in parts)
            await self._append(readable(make) if free else make(), step, key)
        return place

    async def publish(self, response: StreamResponse, place: str | None = None) -> None:
        """Write an event of the answer's own making, found again at `place` with `published`. Raises Unreadable."""
        self.log.append(readable(lambda: response), step=place)
        await self.log.room()

    def finish(self, response: StreamResponse, place: str) -> None:
        """Write the event that ends or pauses the task, with which the answer returns at once. Raises Unreadable."""
        self.log.append(readable(lambda: response), step=place)

    def published(self, place: str) -> StreamResponse | None:
        """The last event that an earlier attempt has published so."""
        return self._replay.wrote(place)

    def request(self, message_id: str) -> Any:
        """What came beside a message: a SendMessageRequest as JSON; None unless the engine keeps that."""
        known = self._replay.result(f"request/{message_id}", b"")
        return None if known is None else known[0]

    def stream(self, name: str, media_type: str = "text/plain", description: str = "") -> ArtifactStream:
        """An artifact written piece by piece, to be used with `async with`."""
        self._settle_stream()
        step = self._next("stream")
        finished = self._replay.wrote(f"{step}/end") is not None
        self._stream = ArtifactStream(self.log, step, name, media_type, description, finished=finished)
        return self._stream

    async def step(
        self,
        name: str,
        call: Callable[[], Awaitable[Any]],
        given: Any = None,
        *,
        last: Callable[[Any], bool] = lambda _: False,
    ) -> Any:
        """Do `call` once: its result (JSON) is journaled and returned at each rerun.

        `name` is unique in its branch; `given` is what the result depends on, checked at reruns. The task is durable
        before `call` begins, and the result before this returns. A result of which `last` says that nothing is done on
        its account, but what stands in the log after it, is stored with what is written next. Raises StepChanged when
        `given` is not what it was, StepRepeated for a name used before.
        """
        if name in self._steps:
            raise StepRepeated(f"{self._branch}step/{name}")
        self._steps.add(name)
        key = digest(json.dumps(given, sort_keys=True, default=str).encode())
        if (known := self.recall(name, key)) is not None:
            return known[0]
        await self._pace.turn()
        with self._pace.step(self, name):
            await self.log.ready()
            result = await call()
            if last(result):
                self._keep(name, key, result, self.log.hold)
            else:
                await self.record(name, key, result)
        return json.loads(json.dumps(result))

    def recall(self, name: str, key: bytes) -> tuple[Any] | None:
        """The journaled result of step `name`, in a tuple, None when it has not finished."""
        return self._replay.result(f"{self._branch}step/{name}", key)

    async def record(self, name: str, key: bytes, result: Any) -> None:
        """Journal the result of step `name`, durably."""
        self._settle_stream()
        self._keep(name, key, result, self.log.record)
        await self.log.committed()

    async def ask(self, question: str, metadata: dict[str, Any] | None = None, place: str | None = None) -> Message:
        """Ask the user and return the answer; until it comes the run is gone and holds nothing.

        Steps in other branches are finished first, and none begins meanwhile.
        `place` (ending in "ask/…") stands for the question's place in the code, which is counted otherwise.
        """
        self._settle_stream()
        step = self._next("ask") if place is None else f"{self._branch}{place}"
        if (answer := self._replay.answer(step)) is not None:
            await self.log.accepted()
            return answer
        pause = Suspended(step, question, metadata)
        await self._pace.pause(pause)
        raise pause

    def ordinal(self, kind: str) -> str:
        """The place of the next call of `kind`, for journaled calls built on `recall` and `record`."""
        return f"{kind}/{self._take(kind)}"

    def effect(self, name: str) -> str:
        """The idempotency key for what step `name` does elsewhere: the same at each attempt, and of this step alone."""
        return f"{self.task_id}/{self._branch}step/{name}"

    def derived(self, place: str) -> str:
        """An id for what is sent from `place`, the same at each attempt."""
        return f"{self.task_id}:{self._branch}{place}"

    def _keep(self, name: str, key: bytes, result: Any, write: Callable[[JournalEntry], None]) -> None:
        entry = JournalEntry(f"{self._branch}step/{name}", key, json.dumps(result, separators=(",", ":")).encode())
        write(entry)
        self._replay.keep(entry)

    def _next(self, kind: str) -> str:
        return f"{self._branch}{kind}/{self._take(kind)}"

    def _take(self, kind: str) -> int:
        number = self._count.get(kind, 0)
        self._count[kind] = number + 1
        if (step := step_of(self)) is not None:
            self._skipped.setdefault(kind, step)
        elif kind in self._skipped:
            raise CountedInStep(kind, self._skipped[kind])
        return number

    def _settle_stream(self) -> None:
        if self._stream is not None:
            self._stream.flush()

    async def _append(self, response: StreamResponse, step: str, key: bytes) -> None:
        await self._pace.turn()
        self._settle_stream()
        self.log.append(response, step=step, digest=key)
        await self.log.room()
