"""What an author's answer function gets: the request, and ways to say what is happening to it."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final

from a2a.types.a2a_pb2 import Message, Part

from agentia.agents.delegated import Delegated
from agentia.agents.delegation import delegate
from agentia.agents.errors import StepInvalid, TaskOver
from agentia.agents.files import File, files_in
from agentia.agents.memory import Memory
from agentia.agents.parts import data_of, part_of, text_of
from agentia.agents.peers import Peers
from agentia.agents.spending import DELEGATE, Spending
from agentia.agents.steps import Call, checked_step
from agentia.core.fetch import SafeFetcher
from agentia.core.settings import Settings
from agentia.core.telemetry import OFF, Attributes, Kind, Span, Telemetry
from agentia.tasks.caller import Caller
from agentia.tasks.run import Run
from agentia.tasks.storage import Store
from agentia.tasks.stream import ArtifactStream

Parts = Sequence[Any] | Mapping[str, Any] | Part | File | bytes
"""What is handed to another agent: Parts, Files, texts, bytes or JSON; one of them, or several in a list."""

STRAGGLING: Final = 5.0
"""Seconds that calls of other agents have to come to rest when the answer is over."""


@dataclass(slots=True)
class Surroundings:
    """What a specialist's tasks share.

    What its lifespan yielded, a fetcher for URLs, the way to other agents, the service's settings, its store, and its
    traces.
    """

    services: Any
    fetcher: SafeFetcher
    peers: Peers
    settings: Settings
    store: Store
    telemetry: Telemetry = OFF


class Request:
    """A message to answer: its text, files and data. `caller` is for whom."""

    def __init__(self, message: Message, around: Surroundings, caller: Caller) -> None:
        self.message, self._around, self.caller = message, around, caller

    @property
    def text(self) -> str:
        """All its text parts, a line each."""
        return text_of(self.message)

    @property
    def files(self) -> list[File]:
        """Its file parts, in order."""
        return files_in(self.message, self._around.fetcher)

    @property
    def data(self) -> list[Any]:
        """Its data parts, as JSON."""
        return data_of(self.message)

    @property
    def services(self) -> Any:
        """What the specialist's `lifespan` yielded."""
        return self._around.services


class TaskRun(Request):
    """A task being worked on.

    After a restart, a takeover or an answer the function runs again from its start. Every call below that had finished
    then returns what it returned before and is not repeated; code between the calls does run again, so keep effects
    inside `step`. Calls that run at the same time need a `branch` each.
    """

    def __init__(self, run: Run, around: Surroundings, whole: "TaskRun | None" = None) -> None:
        super().__init__(run.messages[0], around, run.caller)
        self._run, self._over = run, False
        self._whole: TaskRun = self if whole is None else whole._whole
        self._delegating: set[asyncio.Task[Any]] = set() if whole is None else whole._delegating
        self._spending = Spending(around.settings, run.caller.budget, run.journal) if whole is None else whole.spending

    @property
    def id(self) -> str:
        """The task's id."""
        return self._run.task_id

    @property
    def context_id(self) -> str:
        """The conversation that the task belongs to."""
        return self._run.context_id

    @property
    def history(self) -> Sequence[Message]:
        """The user's messages of this task, oldest first."""
        return self._run.messages

    @property
    def run(self) -> Run:
        """The engine's side of this task, for calls built on it."""
        return self._run

    @property
    def peers(self) -> Peers:
        """The other agents of the mesh."""
        return self._around.peers

    @property
    def memory(self) -> Memory:
        """What the mesh's librarian keeps for the owner of this task; see `docs/memory.md`."""
        return Memory(self)

    @property
    def settings(self) -> Settings:
        """The service's settings."""
        return self._around.settings

    @property
    def spending(self) -> Spending:
        """What language models have used for the task, and what it may still spend."""
        return self._spending

    def span(
        self, name: str, attributes: Attributes, *, kind: Kind = "internal", place: str, nests: bool = False
    ) -> AbstractContextManager[Span]:
        """A span of the trace while the block runs; it stands for `place` in this branch at each attempt."""
        return self._around.telemetry.span(name, attributes, kind=kind, place=self._run.derived(place), nests=nests)

    @property
    def store(self) -> Store:
        """Where the service keeps its tasks, for what is built on it."""
        return self._around.store

    def end(self) -> None:
        """The answer is over: nothing may be written of the task any more."""
        self._over = True

    def _open(self, call: str) -> Run:
        """The run, for a call of that name. Raises TaskOver."""
        if self._whole._over:
            raise TaskOver(call)
        return self._run

    async def stop_stragglers(self) -> None:
        """Stop calls of other agents that were begun beside the answer and that it did not wait for."""
        here = asyncio.current_task()
        stragglers = {each for each in self._delegating if each is not here and not each.done()}
        for each in stragglers:
            each.cancel()
        if stragglers:
            await asyncio.wait(stragglers, timeout=STRAGGLING)

    def branch(self, name: str) -> "TaskRun":
        """The same task for calls that run beside others; give each its own name, the same at every attempt."""
        return TaskRun(self._run.branch(name), self._around, self)

    async def status(self, text: str, metadata: dict[str, Any] | None = None) -> None:
        """Say what is being done."""
        await self._open("status").status(text, metadata)

    async def artifact(self, name: str, content: Any, media_type: str | None = None, description: str = "") -> str:
        """Publish a result: text for a str, a file for bytes, data for other JSON. Its artifact id is returned."""
        run = self._open("artifact")
        return await run.artifact(name, [part_of(content, media_type, name)], description=description)

    def stream(self, name: str, media_type: str = "text/plain") -> AbstractAsyncContextManager[ArtifactStream]:
        """Publish a result piece by piece: `async with task.stream("report.md") as out: await out.write(…)`."""
        return self._open("stream").stream(name, media_type)

    async def step(self, key: str, call: Call, given: Any = None) -> Any:
        """Do `call` once and keep its result (JSON); `key` is unique here, `given` is what the result depends on.

        A step whose process dies in the middle is done again. A `call` that takes an argument is given an idempotency
        key, the same each time, by which who is called can tell: `task.step("pay", lambda key: pay(80, key))`.
        """
        if f"{DELEGATE}/" in key:
            raise StepInvalid(f"{key!r} is no name for a step: {DELEGATE!r} in front of a slash is taken.")
        run = self._open("step")
        checked = checked_step(key, call, run.effect(key))

        async def traced() -> Any:
            with self.span("step", {"agentia.step": key}, place=f"step/{key}"):
                return await checked()

        return await run.step(key, traced, given)

    async def ask(self, question: str, metadata: dict[str, Any] | None = None) -> Request:
        """Ask the user; the task waits as INPUT_REQUIRED and holds nothing meanwhile."""
        return Request(await self._open("ask").ask(question, metadata), self._around, self.caller)

    async def delegate(
        self,
        need: str,
        parts: Parts = (),
        *,
        agent: str | None = None,
        deadline: float | None = None,
    ) -> Delegated:
        """Have another agent do `need` (words), given `parts`; its progress is relayed and its questions are asked.

        `need` goes along as the first part unless a text without a file name is among them.
        The agent is found in the registry, or is `agent` by name. `deadline` is in unix seconds.
        Raises PeerError: NoAgentFits, PeerRefused, PeerUnreadable, AgentSilent or PeerFailed.
        """
        run = self._open("delegate")
        if (here := asyncio.current_task()) is not None:
            self._delegating.add(here)
        return await delegate(run, self._around, self.spending, need, parts, agent=agent, deadline=deadline)
