"""Webhooks are told what happens in a task: all of it, in order, whatever fails in between."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from agentia.tasks.engine import Engine
from agentia.tasks.outbox import Outbox
from agentia.tasks.run import Run

if TYPE_CHECKING:
    from tests.conftest import Post, Receiver
    from tests.tasks.conftest import Client

    Serve = Callable[..., Awaitable[Client]]
    Outboxes = Callable[..., Callable[[Engine], Outbox]]

ALL = ["SUBMITTED", "WORKING", "echo", "COMPLETED"]


@pytest.mark.parametrize("store_kind", ["sqlite", "postgres"])
async def test_a_webhook_is_told_every_event_in_order_with_what_it_asked_to_be_shown(
    serve: "Serve", outbox: "Outboxes", receiver: "Receiver"
) -> None:
    client = await serve(outbox=outbox())
    authentication = {"scheme": "Bearer", "credentials": "s3cret"}
    task_id = await client.begin(receiver.url, id="c", token="t0ken", authentication=authentication)
    assert await receiver.told("COMPLETED") == ALL
    assert [post.number for post in receiver.posts] == [1, 2, 3, 4]
    for post in receiver.posts:
        assert post.headers["content-type"] == "application/a2a+json"
        assert post.headers["x-a2a-notification-token"] == "t0ken"
        assert post.headers["authorization"] == "Bearer s3cret"
        assert post.headers["agentia-task"] == task_id
    assert len({post.headers["agentia-delivery"] for post in receiver.posts}) == 4
    assert (await client.delivery(task_id, "delivered"))["event"] == 4


async def test_a_webhook_of_03_is_told_the_whole_task_each_time(
    serve: "Serve", outbox: "Outboxes", receiver: "Receiver"
) -> None:
    client = await serve(outbox=outbox())
    sent = {"kind": "message", "messageId": "m", "role": "user", "parts": [{"kind": "text", "text": "hello"}]}
    configuration = {"pushNotificationConfig": {"url": receiver.url, "token": "t0ken"}}
    await client.rpc("message/send", {"message": sent, "configuration": configuration}, version="0.3")
    assert await receiver.told("completed") == ["submitted", "working", "working", "completed"]
    last = receiver.posts[-1]
    assert last.json == (await client.rpc("tasks/get", {"id": last.json["id"]}, version="0.3"))["result"]
    assert [len(post.json.get("artifacts", [])) for post in receiver.posts] == [0, 0, 1, 1]
    assert {post.headers["content-type"] for post in receiver.posts} == {"application/json"}
    assert last.headers["x-a2a-notification-token"] == "t0ken"


async def test_a_stream_of_many_chunks_is_one_notice(serve: "Serve", outbox: "Outboxes", receiver: "Receiver") -> None:
    async def answer(run: Run) -> None:
        one, other = run.stream("one"), run.stream("other")
        async with one, other:
            for number in range(300):
                await one.write(f"{number} ")
                one.flush()
                await other.write(f"{number};")
                other.flush()
        await run.status("done")

    client = await serve(answer, outbox=outbox())
    task_id = await client.begin(receiver.url)
    await receiver.told("COMPLETED")
    task = (await client.rpc("GetTask", {"id": task_id}))["result"]
    updates = [post.json["artifactUpdate"] for post in receiver.posts if "artifactUpdate" in post.json]
    assert len(updates) <= 4
    assert _put_together(updates) == {each["artifactId"]: each["parts"][0]["text"] for each in task["artifacts"]}


def _put_together(updates: list[Any]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for update in updates:
        artifact = update["artifact"]
        before = texts.get(artifact["artifactId"], "") if update.get("append") else ""
        texts[artifact["artifactId"]] = before + "".join(part.get("text", "") for part in artifact["parts"])
    return texts


async def test_a_webhook_that_comes_later_is_told_the_task_as_it_stands_and_then_the_rest(
    serve: "Serve", outbox: "Outboxes", receiver: "Receiver"
) -> None:
    client = await serve(_asking, outbox=outbox())
    task = await client.send()
    config = {"taskId": task["id"], "url": receiver.url}
    await client.rpc("CreateTaskPushNotificationConfig", config)
    assert await receiver.told("INPUT_REQUIRED") == ["INPUT_REQUIRED"]
    await client.send("yes", taskId=task["id"])
    assert await receiver.told("COMPLETED") == ["INPUT_REQUIRED", "WORKING", "COMPLETED"]
    assert "task" in receiver.posts[0].json
    await client.rpc("CreateTaskPushNotificationConfig", {**config, "url": f"{receiver.url}2"})
    assert await receiver.told("COMPLETED", "/hook2") == ["COMPLETED"]


async def _asking(run: Run) -> None:
    await run.ask("Sure?")


@pytest.mark.parametrize("store_kind", ["sqlite", "postgres"])
async def test_any_replica_tells_what_happens_on_any_other(
    serve: "Serve", outbox: "Outboxes", receiver: "Receiver"
) -> None:
    one, other = [await serve(_asking, outbox=outbox()) for _ in range(2)]
    task_id = await one.begin(receiver.url)
    assert await receiver.told("INPUT_REQUIRED") == ["SUBMITTED", "WORKING", "INPUT_REQUIRED"]
    await other.send("yes", taskId=task_id)
    await receiver.told("COMPLETED")
    assert [post.number for post in receiver.posts] == [1, 2, 3, 4, 5]


async def test_what_a_dead_replica_was_telling_is_told_by_another(
    serve: "Serve", outbox: "Outboxes", receiver: "Receiver"
) -> None:
    silent = await serve()
    task_id = await silent.begin(receiver.url)
    assert len(await silent.engine.store.push.claim(task_id, "dead", 0.2, 9)) == 1
    await serve(outbox=outbox())
    assert await receiver.told("COMPLETED") == ALL


async def test_a_replica_that_drains_claims_nothing_again_and_again(
    serve: "Serve", outbox: "Outboxes", receiver: "Receiver", monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(run: Run) -> None:
        await asyncio.Event().wait()

    client = await serve(answer, outbox=outbox())
    claims, push = [], client.engine.store.push
    claim = push.claim

    async def counted(*values: Any) -> Any:
        claims.append(values)
        return await claim(*values)

    monkeypatch.setattr(push, "claim", counted)

    async def reply(post: "Post") -> str:
        return "503 Not Now" if post.path == "/hook2" else "204 No Content"

    receiver.reply = reply
    task_id = await client.begin(receiver.url, id="taken")
    await receiver.told("WORKING")
    client.engine.drain()
    before = len(claims)
    config = {"taskId": task_id, "id": "a", "url": f"{receiver.url}2"}
    await client.rpc("CreateTaskPushNotificationConfig", config)
    await client.delivery(task_id, "retrying")
    await asyncio.sleep(0.5)
    assert len(claims) <= before + 2


async def test_a_failing_webhook_is_tried_again_until_it_takes_the_notice_and_misses_nothing(
    serve: "Serve", outbox: "Outboxes", receiver: "Receiver"
) -> None:
    async def reply(post: "Post") -> str:
        tries = len([each for each in receiver.posts if each.number == post.number])
        return "503 Not Now" if post.number in (1, 3) and tries <= 3 else "204 No Content"

    receiver.reply = reply
    client = await serve(outbox=outbox())
    await client.begin(receiver.url)
    await receiver.told("COMPLETED")
    assert [post.number for post in receiver.posts] == [1, 1, 1, 1, 2, 3, 3, 3, 3, 4]
    assert len({post.headers["agentia-delivery"] for post in receiver.posts}) == 4


async def test_a_webhook_that_wants_to_be_left_alone_for_a_while_is(
    serve: "Serve", outbox: "Outboxes", receiver: "Receiver"
) -> None:
    async def reply(_: "Post") -> str:
        return "429 Too Many\r\nRetry-After: 3600"

    receiver.reply = reply
    client = await serve(outbox=outbox())
    task_id = await client.begin(receiver.url)
    waiting = await client.delivery(task_id, "retrying")
    assert 3000 < waiting["retryInSeconds"] <= 3600
    receiver.reply = None
    retried = await client.rpc("RetryPushDelivery", {"taskId": task_id})
    assert retried["result"]["deliveries"][0]["failures"] == 0
    assert await receiver.told("COMPLETED") == ["SUBMITTED", *ALL]


@pytest.mark.parametrize(
    ("answer", "tries"), [("500 Oops", 5), ("404 Not Found", 2), ("410 Gone", 1), ("302 Found\r\nLocation: /x", 2)]
)
async def test_a_webhook_that_keeps_failing_is_given_up_and_goes_on_from_there_when_asked_to(
    serve: "Serve", outbox: "Outboxes", receiver: "Receiver", answer: str, tries: int
) -> None:
    async def reply(post: "Post") -> str:
        return "200 OK" if post.number == 1 else answer

    receiver.reply = reply
    client = await serve(outbox=outbox())
    task_id = await client.begin(receiver.url, token="t0ken")
    dead = await client.delivery(task_id, "dead")
    assert [post.number for post in receiver.posts] == [1] + [2] * tries
    assert dead["event"] == 1
    assert dead["reason"].startswith(f"Given up after {tries} tr")
    assert answer[:3] in dead["reason"]
    assert "t0ken" not in dead["reason"]
    receiver.reply = None
    await client.rpc("RetryPushDelivery", {"taskId": task_id, "id": dead["id"]})
    await receiver.told("COMPLETED")
    assert [post.number for post in receiver.posts][1 + tries :] == [2, 3, 4]


async def test_a_slow_webhook_slows_neither_its_task_nor_another_webhook(
    serve: "Serve", outbox: "Outboxes", receiver: "Receiver"
) -> None:
    free = asyncio.Event()

    async def reply(post: "Post") -> str:
        if post.path == "/slow":
            await free.wait()
        return "200 OK"

    receiver.reply = reply
    client = await serve(_asking, outbox=outbox())
    slow = receiver.url.replace("/hook", "/slow")
    task_id = await client.begin(slow, id="slow")
    await receiver.count(1)
    await client.rpc("CreateTaskPushNotificationConfig", {"taskId": task_id, "id": "quick", "url": receiver.url})
    task = await client.send("yes", taskId=task_id)
    assert task["status"]["state"] == "TASK_STATE_COMPLETED"
    await receiver.told("COMPLETED")
    assert receiver.at("/slow") == ["SUBMITTED"]
    free.set()
    assert (await receiver.told("COMPLETED", "/slow"))[-1] == "COMPLETED"


async def test_an_address_that_has_become_private_is_not_called(serve: "Serve", outbox: "Outboxes") -> None:
    asked: list[str] = []

    async def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    client = await serve(outbox=outbox(allow_private=False, resolve=resolve))
    task_id = await client.begin("http://hooks.example:9/hook")
    dead = await client.delivery(task_id, "dead")
    assert "not public" in dead["reason"]
    assert asked == ["hooks.example"] * 2


async def test_a_deleted_config_is_told_nothing_more(serve: "Serve", outbox: "Outboxes", receiver: "Receiver") -> None:
    client = await serve(_asking, outbox=outbox())
    task_id = await client.begin(receiver.url, id="c")
    await receiver.told("INPUT_REQUIRED")
    await client.rpc("DeleteTaskPushNotificationConfig", {"taskId": task_id, "id": "c"})
    await client.send("yes", taskId=task_id)
    assert await client.deliveries(task_id) == []
    assert receiver.at() == ["SUBMITTED", "WORKING", "INPUT_REQUIRED"]


async def test_nobody_sees_or_retries_the_webhooks_of_others(
    serve: "Serve", outbox: "Outboxes", receiver: "Receiver"
) -> None:
    client = await serve(outbox=outbox())
    task_id = await client.begin(receiver.url)
    await client.delivery(task_id, "delivered")
    assert await client.deliveries(task_id, x_user="eve") == -32001
    assert await client.deliveries(x_user="eve") == []
    retried = await client.rpc("RetryPushDelivery", {"taskId": task_id}, x_user="eve")
    assert retried["error"]["code"] == -32001
    assert [each["taskId"] for each in await client.deliveries()] == [task_id]


@pytest.mark.parametrize(
    "config", [{"token": "two\nlines"}, {"authentication": {"scheme": "a b"}}, {"authentication": {"credentials": "é"}}]
)
async def test_what_no_header_can_carry_is_refused_at_once(serve: "Serve", config: dict[str, Any]) -> None:
    client = await serve(_asking)
    task = await client.send()
    asked = {"taskId": task["id"], "url": "https://example.com/", **config}
    assert (await client.rpc("CreateTaskPushNotificationConfig", asked))["error"]["code"] == -32602


async def test_who_has_no_webhooks_pays_nothing(serve: "Serve", outbox: "Outboxes") -> None:
    client = await serve(outbox=outbox())
    await client.send()  # by which the first look is over
    asked: list[str] = []
    push = client.engine.store.push
    for name in ("_read", "_write"):
        inner = getattr(push, name)
        setattr(push, name, partial(_noting, asked, inner))
    for _ in range(5):
        await client.send()
    assert asked == []


def _noting(asked: list[str], inner: Callable[..., Any], statement: str, *values: Any) -> Any:
    asked.append(statement)
    return inner(statement, *values)
