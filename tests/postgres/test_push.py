"""Webhooks are claimed by one replica at a time, alike on both stores, also when replicas ask at once or die."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from a2a.types.a2a_pb2 import TaskPushNotificationConfig

from agentia.tasks.postgres import PostgresStore
from agentia.tasks.push_store import PushKey
from agentia.tasks.records import Arrival, Change, Lease, NewTask, Owner, State, StoredEvent
from agentia.tasks.storage import Store
from agentia.tasks.store import SqliteStore

ME = Owner("", "me")
MANY = 40


@pytest.fixture(params=["sqlite", "postgres"])
async def replicas(
    request: pytest.FixtureRequest, tmp_path: Path, store_at: Callable[..., Awaitable[PostgresStore]], database: str
) -> AsyncIterator[list[Store]]:
    """Two stores on one database."""
    if request.param == "postgres":
        yield [await store_at(database) for _ in range(2)]
        return
    stores = [SqliteStore(tmp_path / "tasks.sqlite") for _ in range(2)]
    yield list(stores)
    for store in stores:
        await store.close()


async def task(store: Store, task_id: str = "t", state: int = 6) -> None:
    """A task of one event, paused unless told otherwise."""
    arrival = Arrival(ME, f"m-{task_id}", b"h", 1.0)
    new = NewTask(f"c-{task_id}", False, b"{}", None, "1")
    standing = State(state, b"", 1, Lease())
    change = Change(task_id, 1, 1, 1.0, new, arrival, state=standing, events=(StoredEvent(1, b""),))
    assert await store.commit([change]) == [None]


async def webhook(store: Store, config_id: str = "w", task_id: str = "t", sent: int = 0) -> PushKey:
    config = TaskPushNotificationConfig(task_id=task_id, id=config_id, url="https://example.com/")
    await store.push.set(config, "1.0", sent)
    return PushKey(task_id, config_id)


async def test_replicas_that_claim_at_once_never_claim_the_same(replicas: list[Store]) -> None:
    one, other = replicas
    await task(one)
    keys = {await webhook(one, f"w{number}") for number in range(MANY)}
    claimed = await asyncio.gather(
        *(store.push.claim(None, f"{number}", 60, 7) for number, store in enumerate([one, other] * 4))
    )
    got = [key for part in claimed for key in part]
    assert len(got) == len(set(got))
    while more := await one.push.claim(None, "rest", 60, 7):
        got += more
    assert sorted(got) == sorted(keys)


async def test_what_was_told_to_the_end_is_delivered_though_its_replica_died_before_it_could_say_so(
    replicas: list[Store],
) -> None:
    one, _ = replicas
    await task(one, "ended", state=3)
    key = await webhook(one, task_id="ended")
    await one.push.claim("ended", "a", 60, 9)
    await one.push.sent(key, "a", 1)
    (delivery,) = await one.push.deliveries(ME, "ended", PushKey("", ""), 9)
    assert delivery.finished
    await task(one, "paused")
    await webhook(one, task_id="paused", sent=1)
    (delivery,) = await one.push.deliveries(ME, "paused", PushKey("", ""), 9)
    assert not delivery.finished


async def test_no_config_stays_behind_that_came_while_its_task_was_being_deleted(
    store_at: Callable[..., Awaitable[PostgresStore]], database: str
) -> None:
    store = await store_at(database)
    await task(store)
    server = await asyncpg.connect(database, server_settings={"search_path": "agentia_test"})
    async with server.transaction():
        await server.execute("DELETE FROM tasks")
        setting = asyncio.create_task(webhook(store))
        await asyncio.wait([setting], timeout=0.2)
    await setting
    assert await server.fetchval("SELECT count(*) FROM push_configs") == 0
    await server.close()


async def test_a_claim_lasts_as_long_as_it_is_renewed(replicas: list[Store]) -> None:
    one, other = replicas
    await task(one)
    key = await webhook(one)
    assert await one.push.claim("t", "a", 0.2, 9) == [key]
    assert await one.push.renew(["a"], 60) == [(key, "a")]
    await asyncio.sleep(0.3)
    assert await other.push.claim(None, "b", 60, 9) == []
    wait = await other.push.wait([])
    assert wait is not None
    assert 50 < wait < 61
    assert await one.push.wait(["a"]) is None
    await one.push.release(["a"])
    assert await other.push.claim(None, "b", 60, 9) == [key]
    assert await one.push.renew(["a"], 60) == []


async def test_a_claim_that_ran_out_changes_nothing_more(replicas: list[Store]) -> None:
    one, other = replicas
    await task(one)
    key = await webhook(one)
    assert await one.push.claim(None, "a", -1, 9) == [key]
    assert await other.push.claim(None, "b", 60, 9) == [key]
    assert await one.push.held(key, "a") is None
    await one.push.sent(key, "a", 1)
    await one.push.failed(key, "a", None, "dead")
    await one.push.let_go(key, "a", finished=True)
    held = await other.push.held(key, "b")
    assert held is not None
    assert (held.sent, held.failures, held.owner, held.last_event, held.protocol) == (0, 0, ME, 1, "1.0")


async def test_there_is_nothing_to_claim_where_all_is_told_unless_the_task_is_worked_on(replicas: list[Store]) -> None:
    store, _ = replicas
    await task(store)
    await task(store, "running", state=2)
    key = await webhook(store)
    running = await webhook(store, task_id="running", sent=1)
    assert sorted(await store.push.claim(None, "a", 60, 9)) == [running, key]
    for each in (key, running):
        await store.push.sent(each, "a", 1)
        await store.push.let_go(each, "a", finished=False)
    assert await store.push.claim("t", "b", 60, 9) == []
    assert await store.push.claim(None, "b", 60, 9) == [running]
    await store.push.let_go(running, "b", finished=True)
    assert await store.push.wait([]) is None
    assert (await store.push.open("t"), await store.push.open("running")) == (True, False)


async def test_what_failed_is_due_later_and_what_was_given_up_only_when_it_is_asked_for(replicas: list[Store]) -> None:
    store, _ = replicas
    await task(store)
    late, dead = await webhook(store, "late"), await webhook(store, "dead")
    assert len(await store.push.claim(None, "a", 60, 9)) == 2
    await store.push.failed(late, "a", 30.0, None)
    await store.push.failed(dead, "a", None, "Gone.")
    assert await store.push.claim(None, "b", 60, 9) == []
    wait = await store.push.wait([])
    assert wait is not None
    assert 20 < wait < 31
    found = await store.push.deliveries(ME, None, PushKey("", ""), 9)
    assert [(each.key, each.failures, each.dead) for each in found] == [(dead, 1, "Gone."), (late, 1, None)]
    assert 20 < (found[1].due or 0) < 31
    assert await store.push.deliveries(Owner("", "eve"), None, PushKey("", ""), 9) == []
    assert [each.key for each in await store.push.deliveries(ME, "t", dead, 9)] == [late]
    await store.push.revive("t", "dead")
    assert await store.push.claim(None, "b", 60, 9) == [dead]
    await store.push.revive("t", None)
    assert await store.push.claim(None, "c", 60, 9) == [late]


async def test_a_config_that_is_set_again_goes_on_where_it_was(replicas: list[Store]) -> None:
    store, _ = replicas
    await task(store)
    key = await webhook(store)
    await store.push.claim(None, "a", 60, 9)
    await store.push.sent(key, "a", 1)
    await webhook(store, sent=-1)
    held: Any = await store.push.held(key, "a")
    assert held.sent == 1
    await store.push.delete(key)
    assert await store.push.held(key, "a") is None
