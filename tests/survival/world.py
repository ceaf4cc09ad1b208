"""The engine under the stateful test: replicas on one database, clients of theirs, and all that must always be true."""

import asyncio
import itertools
import logging
import random
import shutil
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import pytest
from a2a.types.a2a_pb2 import Message, Part, Role, SendMessageRequest, StreamResponse
from a2a.utils.errors import (
    InvalidParamsError,
    TaskNotCancelableError,
    TaskNotFoundError,
    UnsupportedOperationError,
)

from agentia.core.migrate import migrate
from agentia.tasks.caller import LOCAL, Caller
from agentia.tasks.engine import Engine
from agentia.tasks.errors import EngineClosed
from agentia.tasks.events import Event
from agentia.tasks.fold import Fold
from agentia.tasks.records import Owner, RunEnded, StorageFailed
from agentia.tasks.run import Run
from agentia.tasks.states import INPUT_REQUIRED, TERMINAL
from tests.survival.programs import Program, perform
from tests.survival.virtual import Disk, VirtualLoop, open_store, virtual_world

LEASE: Final = 2.0
STRANGER: Final = Caller(Owner("", "stranger"))
LEAVING: Final = (EngineClosed, RunEnded, StorageFailed)
"""What a client may hear of a replica that stops."""


@dataclass(eq=False)
class Sent:
    """A message that somebody sends, once or more. `task_id` is what it led to, once anybody was told."""

    id: str
    text: str
    program: Program = field(default_factory=list)
    continues: str = ""
    task_id: str = ""

    def request(self, text: str = "") -> SendMessageRequest:
        """As it is sent; with another `text` it is not the same message."""
        parts = [Part(text=text or self.text)]
        return SendMessageRequest(
            message=Message(message_id=self.id, role=Role.ROLE_USER, parts=parts, task_id=self.continues)
        )


class World:
    """Use with `with`; time passes in `advance` alone."""

    def __init__(self) -> None:
        self.loop = VirtualLoop()
        self.replicas: list[Replica] = []
        self.sent: list[Sent] = []
        self.followers: list[Following] = []
        self.cancelled: set[str] = set()
        self.wrong: list[BaseException | str] = []
        self._errands: dict[asyncio.Task[None], Replica] = {}
        self.numbers = itertools.count(1)
        self._logs: dict[str, list[bytes]] = {}

    def __enter__(self) -> "World":
        self._stack = ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="agentia-")))
        self._path = self._folder / "tasks.sqlite"
        shutil.copy(_empty(), self._path)
        self._stack.callback(self._end)
        self._stack.enter_context(virtual_world(self.loop))
        self.database = self._stack.enter_context(closing(sqlite3.connect(self._path)))
        listener = _Listener(self.wrong)
        logging.getLogger("agentia.tasks").addHandler(listener)
        self._stack.callback(logging.getLogger("agentia.tasks").removeHandler, listener)
        self.loop.set_exception_handler(self._broke)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def advance(self, seconds: float) -> None:
        """Let time pass, and see that nothing is wrong."""
        self.loop.run_until_complete(asyncio.sleep(seconds))
        for wrong in self.wrong:
            raise wrong if isinstance(wrong, BaseException) else AssertionError(wrong)
        self.check_logs()

    @property
    def living(self) -> "list[Replica]":
        """The replicas that can be asked."""
        return [replica for replica in self.replicas if not replica.disk.dead]

    def start(self) -> None:
        """One more replica."""
        self.replicas.append(Replica(self, self._path))
        self.errand(self.replicas[-1], self.replicas[-1].engine.start())

    def errand(self, replica: "Replica", work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Have a client do something at a replica, for as long as that lives."""
        task = self.loop.create_task(work)
        self._errands[task] = replica
        task.add_done_callback(self._back)
        return task

    def forsake(self, replica: "Replica") -> None:
        """Whoever was a client of this replica hears nothing more from it."""
        for task, where in list(self._errands.items()):
            if where is replica:
                task.cancel()

    def events(self, task_id: str) -> list[bytes]:
        """What is stored of a task's log now."""
        rows = self.database.execute("SELECT payload FROM events WHERE task_id = ? ORDER BY number", (task_id,))
        return [row[0] for row in rows]

    def journal(self, task_id: str) -> dict[str, str]:
        """The results of the finished steps of a task, as stored now."""
        query = "SELECT step, CAST(result AS TEXT) FROM journal WHERE task_id = ?"
        return dict(self.database.execute(query, (task_id,)))

    def taken_over(self, run: Run) -> bool:
        """Whether another run works on its task."""
        query = "SELECT count(*) FROM tasks WHERE id = ? AND fence > ? AND replica IS NOT NULL"
        return bool(self.database.execute(query, (run.task_id, run.log.fence)).fetchone()[0])

    def tasks(self) -> dict[str, int]:
        """The stored state of each task, in the order of their ids."""
        return dict(self.database.execute("SELECT id, state FROM tasks ORDER BY id"))

    @property
    def waiting(self) -> list[str]:
        """Tasks that wait for their user."""
        return [task_id for task_id, state in self.tasks().items() if state == INPUT_REQUIRED]

    @property
    def ended(self) -> bool:
        """Whether all tasks have."""
        return all(state in TERMINAL for state in self.tasks().values())

    def inputs(self, task_id: str) -> list[str]:
        """The ids of the messages that a task's events took in."""
        rows = self.database.execute("SELECT input FROM events WHERE task_id = ? AND input IS NOT NULL", (task_id,))
        return [Message.FromString(row[0]).message_id for row in rows]

    def folded(self, task_id: str, number: int) -> Any:
        """The task as the events up to `number` make it."""
        fold = Fold()
        for place, payload in enumerate(self._stored(task_id)[:number], 1):
            fold.apply(Event(place, StreamResponse.FromString(payload[0]), input=payload[1]))
        return fold.task()

    def check_logs(self) -> None:
        """Events are numbered without a gap, only ever added, and the one that ends a task is its last."""
        found: defaultdict[str, list[bytes]] = defaultdict(list)
        for task_id, number, payload in self.database.execute(
            "SELECT task_id, number, payload FROM events ORDER BY task_id, number"
        ):
            found[task_id].append(payload)
            assert number == len(found[task_id]), "a gap in the log"
        for task_id, before in self._logs.items():
            assert found[task_id][: len(before)] == before, "the log was changed"
        for task_id, log in found.items():
            if len(log) != len(self._logs.get(task_id, ())):
                ends = [place for place, payload in enumerate(log, 1) if _event(place, payload).ends]
                assert ends in ([], [len(log)]), "something follows the end"
        self._logs = dict(found)
        for message in self.sent:
            if message.task_id:
                assert message.task_id in found, "an accepted task is lost"
                assert self.inputs(message.task_id).count(message.id) == bool(message.continues), "an answer is lost"

    def _stored(self, task_id: str) -> list[tuple[bytes, Message | None]]:
        rows = self.database.execute("SELECT payload, input FROM events WHERE task_id = ? ORDER BY number", (task_id,))
        return [(payload, None if data is None else Message.FromString(data)) for payload, data in rows]

    def _back(self, task: "asyncio.Task[None]") -> None:
        del self._errands[task]
        if not task.cancelled() and (exc := task.exception()) is not None:
            self.wrong.append(exc)

    def _broke(self, _loop: object, context: dict[str, Any]) -> None:
        if "handle" in context:
            self.wrong.append(context.get("exception") or str(context["message"]))

    def _end(self) -> None:
        """End everything, as the processes do."""
        for replica in self.living:
            replica.disk.die()
        while tasks := asyncio.all_tasks(self.loop):
            for task in tasks:
                task.cancel()
            self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        for replica in self.replicas:
            replica.store._connections.close()
        self.loop.close()


class Replica:
    """An engine and its way to the database; it is a witness of what its programs do."""

    def __init__(self, world: World, path: Path) -> None:
        self._world = world
        self.disk = Disk(world.loop, self._died)
        self.store = open_store(path, self.disk)
        self.engine = Engine(self.store, partial(perform, self), version="1", lease_seconds=LEASE)

    async def begins(self, run: Run, step: str) -> int:
        """See Witness."""
        if self.disk.dead:
            await asyncio.get_running_loop().create_future()
        assert step not in self._world.journal(run.task_id), f"{step} was finished, and is done again"
        assert not self._world.taken_over(run), f"{step} begins, though somebody else has the task"
        return next(self._world.numbers)

    def kept(self, task_id: str, step: str, effect: int) -> None:
        """See Witness."""
        if not self.disk.dead:
            assert self._world.journal(task_id).get(step) == str(effect), f"{step} is not kept, or differently"

    def attempt(self) -> int:
        """See Witness."""
        return next(self._world.numbers)

    def _died(self) -> None:
        self._world.forsake(self)

    async def send(self, message: Sent) -> None:
        """A client sends a message."""
        try:
            accepted = await (await self.engine.send(message.request(), LOCAL)).stored()
        except LEAVING:
            return
        except UnsupportedOperationError:
            assert message.continues, "a new task was refused"
            return
        assert message.task_id in ("", accepted.task_id), "a message became two tasks"
        message.task_id = accepted.task_id

    async def send_another(self, message: Sent) -> None:
        """A client sends another message under the id of one that was accepted."""
        with suppress(*LEAVING), pytest.raises(InvalidParamsError):
            await (await self.engine.send(message.request("something else"), LOCAL)).stored()

    async def cancel(self, task_id: str) -> None:
        """A client cancels a task."""
        self._world.cancelled.add(task_id)
        with suppress(*LEAVING, TaskNotCancelableError):
            task = await self.engine.cancel(task_id, LOCAL)
            assert task.status.state in TERMINAL, "cancelled, and goes on"
            assert self._world.tasks()[task_id] == task.status.state

    async def get(self, task_id: str) -> None:
        """A client gets a task: it is the fold of what was stored at some moment."""
        with suppress(*LEAVING):
            fold = await self.engine.current(task_id, LOCAL)
            assert fold.number <= len(self._world.events(task_id)), "GetTask shows what is not stored"
            assert fold.task() == self._world.folded(task_id, fold.number), "GetTask is not the fold of the log"

    async def pry(self, task_id: str) -> None:
        """A stranger tries to see, to follow, to cancel and to continue a task of somebody else."""
        request = Sent(f"pry-{next(self._world.numbers)}", "hello", continues=task_id).request()
        attempts: tuple[Callable[[], Awaitable[object]], ...] = (
            lambda: self.engine.get(task_id, STRANGER),
            lambda: anext(self.engine.follow(task_id, STRANGER, 0)),
            lambda: self.engine.cancel(task_id, STRANGER),
            lambda: self.engine.send(request, STRANGER),
        )
        for attempt in attempts:
            with suppress(*LEAVING), pytest.raises(TaskNotFoundError):
                await attempt()

    async def leave(self, grace: float) -> None:
        """Stop it in order."""
        self.engine.drain()
        await self.engine.close(grace)
        self.disk.die()


class Following:
    """A client that follows a task from a position to its end, at one replica after the other."""

    def __init__(self, world: World, task_id: str, after: int, chance: random.Random) -> None:
        self.task_id, self.after, self.over = task_id, after, False
        self._world, self._chance = world, chance
        world.loop.create_task(self._follow())

    async def _follow(self) -> None:
        while not self.over:
            if replicas := self._world.living:
                replica = self._chance.choice(replicas)
                await asyncio.wait([self._world.errand(replica, self._listen(replica))])
            await asyncio.sleep(0.01)

    async def _listen(self, replica: Replica) -> None:
        with suppress(*LEAVING):
            async for event in replica.engine.follow(self.task_id, LOCAL, self.after):
                self._take(event)
            stored = self._world.events(self.task_id)
            self.over |= self.after >= len(stored) and _event(len(stored), stored[-1]).ends

    def _take(self, event: Event) -> None:
        assert not self.over, "an event after the end"
        assert event.number == self.after + 1, f"event {event.number} after {self.after}"
        stored = self._world.events(self.task_id)
        assert event.number <= len(stored), "an event was seen before it was stored"
        assert event.payload == stored[event.number - 1], "an event differs from what is stored"
        self.after, self.over = event.number, event.ends


class _Listener(logging.Handler):
    """Nobody shall meet an exception that the engine did not expect."""

    def __init__(self, wrong: list[BaseException | str]) -> None:
        super().__init__(logging.ERROR)
        self._wrong = wrong

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info is not None and record.exc_info[1] is not None:
            self._wrong.append(record.exc_info[1])


@cache
def _empty() -> Path:
    """A database without a task, to be copied."""
    path = Path(tempfile.mkdtemp(prefix="agentia-")) / "empty.sqlite"
    migrate(path, "agentia.tasks.migrations")
    return path


def _event(number: int, payload: bytes) -> Event:
    return Event(number, StreamResponse.FromString(payload))
