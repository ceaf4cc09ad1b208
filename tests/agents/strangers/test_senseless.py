"""Answers that make no sense, or that never come, end in a sentence."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest

from agentia.agents import Specialist
from tests.agents.family import words

if TYPE_CHECKING:
    from tests.agents.conftest import Mesh
    from tests.agents.strangers.conftest import Line, Stranger

Start = Callable[..., Awaitable["Stranger"]]
Outcome = Callable[..., Awaitable[tuple[str, str, list[str]]]]


HTML = b"<html><body>Welcome</body></html>"
UNKNOWN = "The agent stranger cannot be understood. "


EVENT = UNKNOWN + "What it sent is no event of the A2A protocol."
SENSELESS = [
    (HTML, "200 OK", UNKNOWN + "Its answer is not JSON."),
    (HTML, "404 Not Found", "The agent stranger refused: It answers with HTTP status 404."),
    (HTML, "500 Oops", "The agent stranger refused: It answers with HTTP status 500."),
    (b"", "302 Found", "The agent stranger refused: It answers with HTTP status 302."),
    (b'{"jsonrpc": "2.0", "id": 1, "res', "200 OK", UNKNOWN + "Its answer is not JSON."),
    (b"[" * 100_000, "200 OK", UNKNOWN + "Its answer is not JSON."),
    (b"[1]", "200 OK", UNKNOWN + "Its answer is not JSON-RPC."),
    (b'{"jsonrpc": "2.0", "id": 1}', "200 OK", UNKNOWN + "Its answer is not JSON-RPC."),
    (b'{"result": null}', "200 OK", EVENT),
    (b'{"result": {"pong": 1}}', "200 OK", EVENT),
    (b'{"result": {"task": 5}}', "200 OK", EVENT),
    (b'{"result": {"task": {"status": {}}}}', "200 OK", EVENT),
    (b'{"result": {"task": {"id": "1", "status": {"state": 99}}}}', "200 OK", EVENT),
    (b'{"error": {"message": "Ran out\\n of   steam"}}', "200 OK", "The agent stranger refused: Ran out of steam"),
    (b'{"error": "no"}', "403 Forbidden", "The agent stranger refused: no"),
]
BROKEN_EVENTS = [
    ("{broken", UNKNOWN + "Its answer is not JSON."),
    ({"pong": 1}, EVENT),
    ({"artifactUpdate": {"artifact": {"artifactId": "a"}}}, UNKNOWN + "It names no task."),
    ('{"error": {"code": 1, "message": "Not you"}}', "The agent stranger refused: Not you"),
]


@pytest.mark.parametrize("ours", [True, False])
async def test_a_senseless_answer_ends_the_task_with_a_sentence(
    mesh: "Mesh", boss: Specialist, stranger: Start, ours: bool
) -> None:
    answers = iter(SENSELESS)

    async def senseless(line: "Line") -> None:
        answer, status, _ = next(answers)
        await line.answer(answer, status, "text/html" if answer is HTML else "application/json")

    await stranger(senseless, ours=ours)
    client = await mesh.join(boss)
    tasks = [await client.send("hello") for _ in SENSELESS]
    assert [words(task) for task in tasks] == [said for _, _, said in SENSELESS]
    assert {task["status"]["state"] for task in tasks} == {"TASK_STATE_FAILED"}
    assert next(answers, None) is None


async def test_a_senseless_event_ends_the_task_with_a_sentence(mesh: "Mesh", boss: Specialist, stranger: Start) -> None:
    frames = iter(BROKEN_EVENTS)

    async def senseless(line: "Line") -> None:
        await line.stream(next(frames)[0])

    await stranger(senseless)
    client = await mesh.join(boss)
    assert [words(await client.send("hello")) for _ in BROKEN_EVENTS] == [said for _, said in BROKEN_EVENTS]


async def test_an_event_without_end_is_cut_off(
    outcome: Outcome, stranger: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentia.agents.wire.LARGEST_EVENT", 10_000)

    async def endless(line: "Line") -> None:
        await line.stream(end=False)
        while True:
            await line.write(b"data: " + b"x" * 5_000)

    await stranger(endless)
    state, said, _ = await outcome()
    assert (state, said) == (
        "FAILED",
        UNKNOWN + "An event of the stream is larger than the 10,000 bytes that are taken.",
    )


async def test_packed_answers_are_not_unpacked(outcome: Outcome, stranger: Start) -> None:
    async def packed(line: "Line") -> None:
        await line.write(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x08\x00")

    await stranger(packed)
    assert (await outcome())[1] == UNKNOWN + "Its answer is packed in a way that was not asked for."


@pytest.mark.parametrize("ours", [True, False])
async def test_an_agent_that_never_begins_to_answer_is_given_up(outcome: Outcome, stranger: Start, ours: bool) -> None:
    async def silent(line: "Line") -> None:
        await line.hung_up()

    known = await stranger(silent, ours=ours)
    state, said, _ = await outcome(patience=0.3)
    assert (state, said) == ("FAILED", "The agent stranger does not answer any more. It took too long to answer.")
    assert len(known.asked) <= 2
