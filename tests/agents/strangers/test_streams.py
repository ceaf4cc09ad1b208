"""Streams of others: without numbers, cut off, repeated, resumed, and tasks without any stream."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import pytest

from agentia.agents import Specialist, TaskRun
from tests.agents.family import words

if TYPE_CHECKING:
    from tests.agents.conftest import Mesh
    from tests.agents.strangers.conftest import Line, Stranger

Start = Callable[..., Awaitable["Stranger"]]
Outcome = Callable[..., Awaitable[tuple[str, str, list[str]]]]
WORKING, DONE = "TASK_STATE_WORKING", "TASK_STATE_COMPLETED"


def status(state: str, text: str = "", task: str = "t-1") -> dict[str, Any]:
    """A status update of protocol 1.0."""
    said = {"message": {"messageId": f"m-{text}", "role": "ROLE_AGENT", "parts": [{"text": text}]}} if text else {}
    return {"statusUpdate": {"taskId": task, "contextId": "c", "status": {"state": state, **said}}}


def snapshot(state: str, text: str = "", **fields: Any) -> dict[str, Any]:
    """A task of protocol 1.0."""
    return {"id": "t-1", "contextId": "c", **status(state, text)["statusUpdate"] | fields}


def chunk(text: str, *, append: bool = False) -> dict[str, Any]:
    """A piece of the one artifact."""
    artifact = {"artifactId": "a", "name": "out", "parts": [{"text": text}]}
    return {"artifactUpdate": {"taskId": "t-1", "contextId": "c", "artifact": artifact, "append": append}}


async def test_a_stranger_gets_no_hop_token_and_an_agent_of_ours_does(outcome: Outcome, stranger: Start) -> None:
    async def reply(line: "Line") -> None:
        await line.stream({"message": {"messageId": "1", "role": "ROLE_AGENT", "parts": [{"text": "Hi."}]}})

    known = await stranger(reply)
    assert await outcome() == ("COMPLETED", "Hi.", ["Hi."])
    assert "agentia-hop" not in known.headers[0]
    assert known.headers[0]["a2a-version"] == "1.0"


async def test_an_agent_that_cannot_stream_is_asked_until_it_is_done(outcome: Outcome, stranger: Start) -> None:
    states = iter(
        [
            snapshot(WORKING, "Half way"),
            snapshot(DONE, "Done.", artifacts=[{"artifactId": "a", "parts": [{"text": "x"}]}]),
        ]
    )

    async def slow(line: "Line") -> None:
        sends = line.body["method"] == "SendMessage"
        await line.answer({"task": snapshot(WORKING)} if sends else next(states))

    known = await stranger(slow, capabilities={"streaming": False})
    assert await outcome() == ("COMPLETED", "Done.", ["x"])
    assert [each["method"] for each in known.asked] == ["SendMessage", "GetTask", "GetTask"]
    assert known.asked[0]["params"]["configuration"] == {"returnImmediately": True}


async def test_an_agent_that_works_for_long_is_asked_less_and_less_often(
    outcome: Outcome, stranger: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def pause(patience: Any) -> None:
        pauses.append(patience.tries)
        patience.tries += 1

    monkeypatch.setattr("agentia.agents.patience.Patience.pause", pause)

    async def slow(line: "Line") -> None:
        if line.body["method"] == "SendMessage":
            await line.answer({"task": snapshot(WORKING)})
        else:
            await line.answer(snapshot(WORKING if len(pauses) < 5 else DONE, "Done."))

    await stranger(slow, capabilities={"streaming": False})
    assert (await outcome())[:2] == ("COMPLETED", "Done.")
    assert pauses == sorted(set(pauses))


async def test_an_agent_that_answers_a_stream_with_one_result_is_understood(outcome: Outcome, stranger: Start) -> None:
    async def whole(line: "Line") -> None:
        await line.answer({"task": snapshot(DONE, "Done.")})

    await stranger(whole)
    assert (await outcome())[:2] == ("COMPLETED", "Done.")


async def test_what_was_missed_when_a_stream_broke_is_got_from_the_task(outcome: Outcome, stranger: Start) -> None:
    async def breaking(line: "Line") -> None:
        match line.body["method"]:
            case "SendStreamingMessage":
                await line.stream({"task": snapshot(WORKING)}, chunk("one "), end=False)
                line.cut()
            case "SubscribeToTask":
                await line.stream(chunk("three", append=True), status(DONE, "Done."))
            case _:
                parts = [{"text": "one "}, {"text": "two "}, {"text": "three"}]
                await line.answer(
                    snapshot(DONE, "Done.", artifacts=[{"artifactId": "a", "name": "out", "parts": parts}])
                )

    known = await stranger(breaking)
    assert await outcome() == ("COMPLETED", "Done.", ["one two three"])
    assert known.count("SendStreamingMessage") == 1


async def test_an_agent_that_cannot_be_followed_again_is_asked_instead(outcome: Outcome, stranger: Start) -> None:
    states = iter([snapshot(WORKING), snapshot(DONE, "Done.")])

    async def deaf(line: "Line") -> None:
        match line.body["method"]:
            case "SendStreamingMessage":
                await line.stream({"task": snapshot(WORKING)})
            case "SubscribeToTask":
                error = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32004, "message": "Not supported"}}
                await line.answer(json.dumps(error).encode())
            case _:
                await line.answer(next(states))

    known = await stranger(deaf)
    assert (await outcome())[:2] == ("COMPLETED", "Done.")
    assert known.count("SubscribeToTask") == 1


async def test_events_with_line_separators_inside_are_read_whole(outcome: Outcome, stranger: Start) -> None:
    async def separators(line: "Line") -> None:
        data = json.dumps(line.wrapped(chunk("a\u2028b\x85c")), ensure_ascii=False)
        await line.stream({"task": snapshot(WORKING)}, data, status(DONE, "Done."))

    await stranger(separators)
    assert await outcome() == ("COMPLETED", "Done.", ["a\u2028b\x85c"])


async def test_an_agent_that_is_busy_for_ever_is_given_up(outcome: Outcome, stranger: Start) -> None:
    async def busy(line: "Line") -> None:
        await line.answer(b"", "503 Busy")

    known = await stranger(busy)
    state, said, _ = await outcome(patience=0.5)
    assert (state, said) == ("FAILED", "The agent stranger does not answer any more. It answers with HTTP status 503.")
    assert len(known.asked) > 1


async def test_an_agent_that_is_busy_for_a_while_is_waited_for(outcome: Outcome, stranger: Start) -> None:
    answers = iter([b"", b""])

    async def busy(line: "Line") -> None:
        if next(answers, None) is None:
            await line.stream({"task": snapshot(DONE, "Done.")})
        else:
            await line.answer(b"", "503 Busy")

    await stranger(busy)
    assert (await outcome())[:2] == ("COMPLETED", "Done.")


@pytest.mark.parametrize("ours", [True, False])
async def test_streams_that_always_end_early_are_given_up(outcome: Outcome, stranger: Start, ours: bool) -> None:
    async def early(line: "Line") -> None:
        match line.body["method"]:
            case "SendMessage":
                await line.answer({"task": snapshot(WORKING)})
            case "GetTask":
                await line.answer(snapshot(WORKING))
            case _:
                await line.stream({"task": snapshot(WORKING)})

    known = await stranger(early, ours=ours)
    state, said, _ = await outcome(patience=0.5)
    assert state == "FAILED"
    assert said == "The agent stranger does not answer any more. It ends its stream before its task has ended."
    assert known.count("SendMessage" if ours else "SendStreamingMessage") == 1


async def test_a_stranger_that_breaks_off_before_its_first_event_is_sent_to_three_times_at_most(
    outcome: Outcome, stranger: Start
) -> None:
    async def cutting(line: "Line") -> None:
        line.cut()

    known = await stranger(cutting)
    state, said, _ = await outcome()
    assert (state, said) == ("FAILED", "The agent stranger does not answer any more. The connection to it broke off.")
    assert known.count("SendStreamingMessage") == 3


async def test_progress_makes_up_for_streams_that_break_again_and_again(outcome: Outcome, stranger: Start) -> None:
    """Each connection lasts for one event."""
    events: list[Any] = [{"task": snapshot(WORKING)}, *(chunk(f"{number} ", append=number > 0) for number in range(12))]
    events.append(status(DONE, "Done."))

    async def one_by_one(line: "Line") -> None:
        if line.body["method"] == "SendMessage":
            await line.answer({"task": snapshot(WORKING)})
            return
        after = int(line.headers["last-event-id"])
        await line.stream(end=False)
        await line.event(events[after], after + 1)
        line.writer.close()

    known = await stranger(one_by_one, ours=True)
    state, said, texts = await outcome()
    assert (state, said, texts) == ("COMPLETED", "Done.", [" ".join(str(number) for number in range(12)) + " "])
    assert known.count("SubscribeToTask") == len(events)


async def test_events_that_come_again_are_taken_once(outcome: Outcome, stranger: Start) -> None:
    async def repeating(line: "Line") -> None:
        if line.body["method"] == "SendMessage":
            await line.answer({"task": snapshot(WORKING)})
            return
        await line.stream(end=False)
        again = [
            (1, {"task": snapshot(WORKING)}),
            (2, chunk("one")),
            (2, chunk("one", append=True)),
            (1, status(WORKING)),
        ]
        for number, event in [*again, (3, status(DONE, "Done."))]:
            await line.event(event, number)

    await stranger(repeating, ours=True)
    assert await outcome() == ("COMPLETED", "Done.", ["one"])


async def test_an_error_within_a_stream_is_a_break_and_not_the_end(outcome: Outcome, stranger: Start) -> None:
    tries = iter(range(5))

    async def stumbling(line: "Line") -> None:
        if line.body["method"] == "SendMessage":
            await line.answer({"task": snapshot(WORKING)})
            return
        await line.stream(end=False)
        if next(tries) == 0:
            await line.event({"task": snapshot(WORKING)}, 1)
            await line.event('{"error": {"code": -32603, "message": "The database is away."}}')
        else:
            await line.event(status(DONE, "Done."), 2)
        line.writer.close()

    await stranger(stumbling, ours=True)
    assert (await outcome())[:2] == ("COMPLETED", "Done.")


async def test_cancelling_the_parent_cancels_a_strangers_task(mesh: "Mesh", boss: Specialist, stranger: Start) -> None:
    canceled, begun = asyncio.Event(), asyncio.Event()

    async def endless(line: "Line") -> None:
        if line.body["method"] == "CancelTask":
            canceled.set()
            await line.answer(snapshot("TASK_STATE_CANCELED"))
            return
        await line.stream({"task": snapshot(WORKING)}, status(WORKING, "On it"), end=False)
        await line.hung_up()

    await stranger(endless)
    client = await mesh.join(boss)
    task_id = await client.begin("hello")
    async for _, event in client.events(task_id):
        if "On it" in json.dumps(event):
            begun.set()
            break
    answer = await client.rpc("CancelTask", {"id": task_id})
    assert answer["result"]["status"]["state"] == "TASK_STATE_CANCELED"
    assert canceled.is_set()


async def test_a_message_on_its_way_when_the_parent_stops_is_sent_again_under_the_same_id(
    mesh: "Mesh", boss: Specialist, stranger: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentia.agents.following.LAST_WORD", 0.01)
    begun = asyncio.Event()

    async def slow_at_first(line: "Line") -> None:
        if line.body["method"] == "SendMessage" and not begun.is_set():
            begun.set()
            await line.hung_up()
        elif line.body["method"] == "SendMessage":
            await line.answer({"task": snapshot(WORKING)})
        else:
            await line.stream(end=False)
            await line.event({"task": snapshot(DONE, "Done.")}, 1)

    known = await stranger(slow_at_first, ours=True)
    client = await mesh.join(boss)
    task_id = await client.begin("hello")
    await begun.wait()
    await mesh.leave(client)
    client = await mesh.join(boss)
    assert words(await client.settled(task_id)) == "Done."
    first, second, _ = known.asked
    assert first["params"] == second["params"]


async def test_a_parent_cancelled_while_its_message_is_on_its_way_cancels_what_comes_of_it(
    mesh: "Mesh", boss: Specialist, stranger: Start
) -> None:
    begun, canceled = asyncio.Event(), asyncio.Event()

    async def slow(line: "Line") -> None:
        if line.body["method"] == "SendMessage":
            begun.set()
            await canceled.wait()
            await line.answer({"task": snapshot(WORKING)})
        else:
            await line.answer(snapshot("TASK_STATE_CANCELED"))

    async def beside(task: TaskRun) -> str:
        delegating = asyncio.create_task(task.delegate("work", task.text, agent="stranger"))
        try:
            return (await asyncio.shield(delegating)).text
        finally:
            delegating.cancel()
            canceled.set()

    known = await stranger(slow, ours=True)
    client = await mesh.join(Specialist(beside, boss.skills, "boss"))
    task_id = await client.begin("hello")
    await begun.wait()
    answer = await client.rpc("CancelTask", {"id": task_id})
    assert answer["result"]["status"]["state"] == "TASK_STATE_CANCELED"
    assert [each["method"] for each in known.asked] == ["SendMessage", "CancelTask"]
    assert known.asked[1]["params"] == {"id": "t-1"}
