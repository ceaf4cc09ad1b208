"""Trouble with the database: a full disk, a damaged file, a change that cannot be stored. Nothing accepted is lost."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from a2a.types.a2a_pb2 import Part, SendMessageRequest

from agentia.core.database import DatabaseUnusable
from agentia.tasks import committer
from agentia.tasks.caller import LOCAL
from agentia.tasks.engine import Engine
from agentia.tasks.records import JournalEntry, StorageFull, Unstorable
from agentia.tasks.run import Run
from agentia.tasks.states import COMPLETED, FAILED, INPUT_REQUIRED
from agentia.tasks.store import SqliteStore

Engines = Callable[..., Engine]
RequestOf = Callable[..., SendMessageRequest]
Serve = Callable[..., Awaitable[Any]]
ALL = 2**31 - 2


class Disk:
    """The disk under a store: `full` lets its file grow no more."""

    def __init__(self, engine: Engine) -> None:
        assert isinstance(engine.store, SqliteStore)
        self._store = engine.store

    def limit(self, pages: int) -> None:
        """SQLite's own limit stands for the disk's: it fails with the same SQLITE_FULL."""
        for writes in (self._store._write, self._store._brief):
            writes.execute(f"PRAGMA max_page_count={pages}")

    @asynccontextmanager
    async def full(self) -> AsyncIterator[None]:
        self.limit(1)  # which SQLite takes for as many as there are
        yield
        self.limit(ALL)


def _big(run: Run, name: str) -> Awaitable[str]:
    return run.artifact(name, [Part(text="x" * 100_000)])


class Worker:
    """An answer that writes much when it is let."""

    def __init__(self) -> None:
        self.go, self.begun, self.written = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def __call__(self, run: Run) -> str:
        self.begun.set()
        if run.messages[0].parts[0].text == "wait":
            await self.go.wait()
            await _big(run, "first")
            await _big(run, "second")
            self.written.set()
        return "done"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committer, "RETRY", 0.02)


async def test_a_full_disk_refuses_new_messages_in_words_and_loses_nothing_of_what_runs(serve: Serve) -> None:
    worker = Worker()
    client = await serve(worker)
    disk = Disk(client.engine)
    params = {"message": _message("wait"), "configuration": {"returnImmediately": True}}
    task_id = (await client.rpc("SendMessage", params))["result"]["task"]["id"]
    await worker.begun.wait()
    async with disk.full():
        worker.go.set()
        await worker.written.wait()
        for _ in range(3):
            refused = (await client.rpc("SendMessage", {"message": _message("new " + "x" * 100_000)}))["error"]
            assert refused["code"] == -32603
            assert "no space left" in refused["message"]
        answer = await client.http.post(
            "/message:send", json={"message": _message("new " + "x" * 100_000)}, headers={"A2A-Version": "1.0"}
        )
        assert answer.status_code == 507
        assert "no space left" in answer.json()["error"]["message"]
        stream = await client.rpc("SendStreamingMessage", {"message": _message("new " + "x" * 100_000)})
        assert stream["error"]["code"] == -32603
        listed = (await client.rpc("ListTasks"))["result"]
        assert [task["id"] for task in listed["tasks"]] == [task_id], "reading goes on"
    task = await client.engine.settled(task_id, LOCAL)
    assert task.status.state == COMPLETED
    assert [artifact.name for artifact in task.artifacts] == ["first", "second"]
    assert [event.number async for event in client.engine.follow(task_id, LOCAL, 0)] == [1, 2, 3, 4, 5]
    assert (await client.send("after"))["status"]["state"] == "TASK_STATE_COMPLETED"


def _message(text: str) -> dict[str, Any]:
    return {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": [{"text": text}]}


async def test_an_answer_that_a_full_disk_refused_can_be_given_again(engines: Engines, request_of: RequestOf) -> None:
    async def answer(run: Run) -> str:
        reply = await run.ask("well?")
        await run.status("heard")
        return reply.parts[0].text[:3]

    engine = engines(answer)
    disk = Disk(engine)
    task_id = (await (await engine.send(request_of(), LOCAL)).stored(settled=True)).task_id
    reply = request_of("yes" + "x" * 100_000, "m-yes", task_id=task_id)
    async with disk.full():
        for _ in range(2):
            with pytest.raises(StorageFull):
                await (await engine.send(reply, LOCAL)).stored(settled=True)
        assert (await engine.get(task_id, LOCAL)).status.state == INPUT_REQUIRED
    await (await engine.send(reply, LOCAL)).stored(settled=True)
    events = [event async for event in engine.follow(task_id, LOCAL, 0)]
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert (await engine.get(task_id, LOCAL)).status.message.parts[0].text == "yes"


async def test_an_engine_stops_though_the_disk_is_full_and_goes_on_later(
    engines: Engines, request_of: RequestOf
) -> None:
    worker = Worker()
    engine = engines(worker)
    disk = Disk(engine)
    accepted = await (await engine.send(request_of("wait"), LOCAL)).stored()
    async with disk.full():
        worker.go.set()
        await worker.written.wait()
        await engine.close(0.0)
    later = engines(worker)
    await later.start()
    task = await later.settled(accepted.task_id, LOCAL)
    assert task.status.state == COMPLETED
    assert [artifact.name for artifact in task.artifacts] == ["first", "second"]


async def test_a_change_that_cannot_be_stored_fails_its_own_task_alone(engines: Engines, request_of: RequestOf) -> None:
    go = asyncio.Event()

    async def answer(run: Run) -> str:
        await run.step("one", _one)
        await go.wait()
        if run.messages[0].parts[0].text == "bad":
            run.log.record(JournalEntry("step/one", b"", b"1"))  # as no author can, by the key of another step
        await run.status("on")
        return "done"

    async def _one() -> int:
        return 1

    engine = engines(answer)
    accepted = [await (await engine.send(request_of(text), LOCAL)).stored() for text in ("good", "bad", "good")]
    go.set()
    tasks = [await engine.settled(each.task_id, LOCAL) for each in accepted]
    assert [task.status.state for task in tasks] == [COMPLETED, FAILED, COMPLETED]
    assert "cannot be stored" in tasks[1].status.message.parts[0].text
    for each in accepted:
        numbers = [event.number async for event in engine.follow(each.task_id, LOCAL, 0)]
        assert numbers == list(range(1, len(numbers) + 1))


async def test_an_id_that_cannot_be_stored_is_refused(engines: Engines) -> None:
    engine = engines()
    with pytest.raises(Unstorable):
        await engine.store.events_after("\ud800", 0)
    with pytest.raises(Unstorable):
        await engine.store.events_after("t", 2**70)


@pytest.mark.parametrize("damage", ["head", "middle", "cut", "text"])
async def test_a_damaged_file_is_refused_in_words(
    engines: Engines, request_of: RequestOf, tmp_path: Path, damage: str
) -> None:
    engine = engines()
    for number in range(30):
        await (await engine.send(request_of(f"{number}" * 300), LOCAL)).stored(settled=True)
    await engine.close()
    await engine.store.close()
    path = tmp_path / "tasks.sqlite"
    body = path.read_bytes()
    middle = len(body) // 2
    path.write_bytes(
        {
            "head": b"\x00" * 100 + body[100:],
            "middle": body[:middle] + b"\xff" * 8192 + body[middle + 8192 :],
            "cut": body[:middle],
            "text": b"hello, I am no database" * 500,
        }[damage]
    )
    with pytest.raises(DatabaseUnusable, match=r"tasks\.sqlite.*move the file away"):
        engines()
