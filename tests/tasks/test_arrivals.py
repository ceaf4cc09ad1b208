"""One message, however often it comes and to whichever replica, is taken once."""

import asyncio
from collections.abc import Callable

import pytest
from a2a.types.a2a_pb2 import Message, SendMessageRequest
from a2a.utils.errors import InvalidParamsError, UnsupportedOperationError

from agentia.tasks.caller import LOCAL, Caller
from agentia.tasks.engine import Engine
from agentia.tasks.records import Owner
from agentia.tasks.run import Run
from agentia.tasks.states import COMPLETED

pytestmark = pytest.mark.parametrize("store_kind", ["sqlite", "postgres"])

Engines = Callable[..., Engine]
RequestOf = Callable[..., SendMessageRequest]


class Asking:
    """An answer that asks once, and counts how often it got past its question."""

    def __init__(self) -> None:
        self.answered = 0

    async def __call__(self, run: Run) -> str:
        answer = await run.ask("well?")
        await run.step("count", self._count)
        return answer.parts[0].text

    async def _count(self) -> int:
        self.answered += 1
        return self.answered


async def _sent(engine: Engine, request: SendMessageRequest, caller: Caller = LOCAL) -> str:
    return (await (await engine.send(request, caller)).stored(settled=True)).task_id


@pytest.mark.parametrize("replicas", [1, 2])
async def test_the_same_answer_sent_twice_at_once_continues_the_task_once(
    engines: Engines, request_of: RequestOf, replicas: int
) -> None:
    asking = Asking()
    all_engines = [engines(asking) for _ in range(replicas)]
    task_id = await _sent(all_engines[0], request_of())
    answer = request_of("yes", "m-yes", task_id=task_id)
    both = await asyncio.gather(_sent(all_engines[0], answer), _sent(all_engines[-1], answer), return_exceptions=True)
    # The other replica may look in the very moment between the taking and the storing; the client tries again then.
    assert all(each == task_id or isinstance(each, UnsupportedOperationError) for each in both)
    assert task_id in both
    assert await _sent(all_engines[-1], answer) == task_id
    task = await all_engines[-1].settled(task_id, LOCAL)
    assert task.status.state == COMPLETED
    assert asking.answered == 1


async def test_the_same_message_sent_to_two_replicas_at_once_has_its_effects_once(
    engines: Engines, request_of: RequestOf
) -> None:
    effects: list[str] = []

    async def answer(run: Run) -> None:
        await run.step("pay", lambda: _paid(run))

    async def _paid(run: Run) -> None:
        effects.append(run.task_id)

    request = request_of("pay", "m-1")
    ids = await asyncio.gather(*(_sent(engines(answer), request) for _ in range(3)))
    assert effects == [ids[0]]
    assert len(set(ids)) == 1


async def test_a_question_is_answered_once_when_two_answers_race(engines: Engines, request_of: RequestOf) -> None:
    asking = Asking()
    one, two = engines(asking), engines(asking)
    task_id = await _sent(one, request_of())
    sends = [_sent(engine, request_of(text, task_id=task_id)) for engine, text in ((one, "a"), (one, "b"), (two, "c"))]
    done = await asyncio.gather(*sends, return_exceptions=True)
    assert sorted(isinstance(each, UnsupportedOperationError) for each in done) == [False, True, True]
    assert asking.answered == 1


async def test_a_direct_reply_is_made_once_though_its_message_comes_twice_at_once(
    engines: Engines, request_of: RequestOf
) -> None:
    go, begun, asked = asyncio.Event(), asyncio.Event(), []

    async def direct(message: Message, caller: Caller) -> str:
        asked.append(message)
        begun.set()
        await go.wait()
        return "pong"

    engine = engines(direct=direct)
    sends = [asyncio.create_task(engine.send(request_of("ping", "m-1"), LOCAL)) for _ in range(3)]
    await begun.wait()
    go.set()
    replies = [(await send).reply for send in sends]
    assert replies[0] is not None
    assert replies == [replies[0]] * 3
    assert len(asked) == 1


async def test_who_stops_waiting_for_a_reply_stops_nobody_else(engines: Engines, request_of: RequestOf) -> None:
    async def direct(message: Message, caller: Caller) -> str:
        return message.parts[0].text

    engine = engines(direct=direct)
    impatient = [asyncio.create_task(engine.send(request_of("x", f"m-{number}"), LOCAL)) for number in range(5)]
    await asyncio.sleep(0)  # they wait for the store now
    for each in impatient:
        each.cancel()
    await asyncio.gather(*impatient, return_exceptions=True)
    assert (await engine.send(request_of("y"), LOCAL)).reply
    again = await engine.send(request_of("x", "m-0"), LOCAL)
    assert again.reply is not None
    assert again.reply.parts[0].text == "x"


async def test_a_sender_cancelled_at_any_moment_can_send_again(engines: Engines, request_of: RequestOf) -> None:
    asking = Asking()
    engine = engines(asking)
    task_id = await _sent(engine, request_of())
    for turns in range(30):
        sending = asyncio.create_task(engine.send(request_of("yes", "m-yes", task_id=task_id), LOCAL))
        for _ in range(turns):
            await asyncio.sleep(0)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    assert await _sent(engine, request_of("yes", "m-yes", task_id=task_id)) == task_id
    assert (await engine.settled(task_id, LOCAL)).status.state == COMPLETED
    assert asking.answered == 1


async def test_a_context_named_by_two_owners_at_once_belongs_to_one(engines: Engines, request_of: RequestOf) -> None:
    callers = [Caller(Owner("", name)) for name in ("ann", "bob")]
    one, two = engines(), engines()
    done = await asyncio.gather(
        *(
            _sent(engine, request_of(context_id="c"), caller)
            for engine, caller in zip((one, two), callers, strict=True)
        ),
        return_exceptions=True,
    )
    assert sorted(isinstance(each, InvalidParamsError) for each in done) == [False, True]
