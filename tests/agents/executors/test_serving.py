"""An AgentExecutor of the a2a-sdk as a specialist: what its clients see, over sockets, and what it is told."""

import asyncio
import importlib
from collections.abc import Callable
from typing import Any

import pytest

from agentia.agents import Skill, Specialist, SpecialistInvalid

SKILLS = [Skill("count", "Count to three")]
DONE, ASKS, FAILED = "TASK_STATE_COMPLETED", "TASK_STATE_INPUT_REQUIRED", "TASK_STATE_FAILED"


@pytest.fixture
def shelf() -> Any:
    """The executors; to import the server of the SDK takes a while."""
    return importlib.import_module("tests.agents.executors.shelf")


@pytest.fixture
def told(shelf: Any, alone: Any) -> Any:
    """Serves an executor that does what a function says: it, and a client."""

    async def serve(act: Any, **settings: Any) -> Any:
        executor = shelf.Told(act)
        return executor, await alone.serve(Specialist(executor, SKILLS), **settings)

    return serve


async def test_one_line_publishes_an_executor(shelf: Any, mesh: Any, text_of: Callable[[Any], str]) -> None:
    hello = Specialist(shelf.HelloWorldAgentExecutor(), skills=[Skill("greet", "Greet somebody by name")])
    client = await mesh.join(hello)

    task = await client.send("Ann")

    assert (hello.id, hello.description) == ("hello-world", "Says hello.")
    assert (task["status"]["state"], text_of(task)) == (DONE, "Hello Ann!")
    assert [match.agent.id for match in await mesh.registry.discover("greet somebody")] == ["hello-world"]


async def test_its_pieces_and_statuses_are_numbered_events_that_can_be_read_again(shelf: Any, alone: Any) -> None:
    client = await alone.serve(Specialist(shelf.Streaming(), SKILLS))

    task_id = await client.begin("go")
    events = [event async for _, event in client.events(task_id)]
    task = await client.get(task_id)

    kinds = [next(iter(event)) for event in events]
    assert kinds == ["task", *["statusUpdate"] * 2, *["artifactUpdate"] * 3, "statusUpdate"]
    pieces = [event["artifactUpdate"] for event in events[3:6]]
    assert [(each.get("append", False), each.get("lastChunk", False)) for each in pieces] == [
        (False, False),
        (True, False),
        (True, True),
    ]
    assert [part["text"] for part in task["artifacts"][0]["parts"]] == ["one two three"]
    assert [number async for number, _ in client.events(task_id, 5)] == [6, 7]


async def test_it_asks_and_goes_on_with_the_task_as_it_stood(
    shelf: Any, alone: Any, text_of: Callable[[Any], str]
) -> None:
    executor = shelf.Asking()
    client = await alone.serve(Specialist(executor, SKILLS))

    asked = await client.send("paint")
    again = await client.send("red", taskId=asked["id"])
    done = await client.send("large", taskId=asked["id"])

    assert (asked["status"]["state"], text_of(asked)) == (ASKS, "Which colour?")
    assert (again["status"]["state"], text_of(again)) == (ASKS, "Which size?")
    assert (done["status"]["state"], text_of(done)) == (DONE, "large")
    assert executor.seen == [
        (ASKS, "Which colour?", ["paint"]),
        (ASKS, "Which size?", ["paint", "Which colour?", "red"]),
    ]


async def test_it_is_told_of_the_request_what_the_sdk_would_tell(told: Any, mesh: Any, shelf: Any) -> None:
    async def act(context: Any, _queue: Any, said: Any) -> None:
        if len(executor.contexts) == 1:
            await said.requires_input()
        else:
            await said.complete()

    executor = shelf.Told(act)
    client = await mesh.join(Specialist(executor, SKILLS))
    message = {"messageId": "m1", "role": "ROLE_USER", "parts": [{"text": "hello"}, {"text": "there"}]}
    request = {
        "message": message,
        "metadata": {"trace": "t-1"},
        "configuration": {"acceptedOutputModes": ["text/plain"], "historyLength": 3},
    }
    hop = {"Agentia-Hop": await mesh.hop(client.url, "ann")}
    task = (await client.rpc("SendMessage", request, **hop))["result"]["task"]
    followup = {"message": {**message, "messageId": "m2", "taskId": task["id"]}, "metadata": {"trace": "t-2"}}
    await client.rpc("SendMessage", followup, **hop)

    first, second = executor.contexts
    assert (first.task_id, first.context_id, first.current_task) == (task["id"], task["contextId"], None)
    assert (first.message.message_id, first.message.task_id) == ("m1", task["id"])
    assert first.get_user_input() == "hello\nthere"
    assert first.metadata == {"trace": "t-1"}
    assert list(first.configuration.accepted_output_modes) == ["text/plain"]
    assert first.configuration.history_length == 3
    assert (first.call_context.user.user_name, first.call_context.user.is_authenticated) == ("ann", True)
    assert second.current_task.id == second.task_id == task["id"]
    assert second.metadata == {"trace": "t-2"}


async def test_a_cancel_tells_it_and_takes_its_last_words(told: Any, text_of: Callable[[Any], str]) -> None:
    async def act(_context: Any, _queue: Any, said: Any) -> None:
        await said.start_work()
        await asyncio.Event().wait()

    executor, client = await told(act)
    task_id = await client.begin("go")
    await executor.begun.wait()

    task = (await client.rpc("CancelTask", {"id": task_id}))["result"]

    assert (task["status"]["state"], text_of(task)) == ("TASK_STATE_CANCELED", "Stopped at page 3.")
    assert task["artifacts"][0]["name"] == "so far"
    assert executor.canceled[0].current_task.id == task_id
    assert executor.stopped.is_set()


async def test_one_that_cannot_cancel_is_stopped_nevertheless(shelf: Any, alone: Any) -> None:
    class Stubborn(shelf.HelloWorldAgentExecutor):  # type: ignore[misc]  # imported late
        async def execute(self, context: Any, event_queue: Any) -> None:
            begun.set()
            await asyncio.Event().wait()

    begun = asyncio.Event()
    client = await alone.serve(Specialist(Stubborn(), SKILLS))
    task_id = await client.begin("go")
    await begun.wait()
    task = (await client.rpc("CancelTask", {"id": task_id}))["result"]
    assert task["status"]["state"] == "TASK_STATE_CANCELED"


async def test_a_whole_task_at_once_is_taken_with_its_artifacts(told: Any, text_of: Callable[[Any], str]) -> None:
    async def act(context: Any, queue: Any, _said: Any) -> None:
        from a2a.types import a2a_pb2 as pb

        task = pb.Task(id=context.task_id, context_id=context.context_id)
        task.artifacts.add(artifact_id="a", name="out").parts.add(text="all of it")
        task.status.state = pb.TaskState.TASK_STATE_COMPLETED
        task.status.message.parts.add(text="Done.")
        await queue.enqueue_event(task)

    _, client = await told(act)
    task = await client.send("go")
    assert (task["status"]["state"], text_of(task)) == (DONE, "Done.")
    assert task["artifacts"][0]["parts"][0]["text"] == "all of it"


async def test_it_may_wait_for_its_user_to_sign_in_and_go_on(told: Any) -> None:
    signed_in = asyncio.Event()

    async def act(_context: Any, _queue: Any, said: Any) -> None:
        await said.requires_auth()
        await signed_in.wait()
        await said.start_work()
        await said.complete()

    _, client = await told(act)
    waits = await client.send("go")
    signed_in.set()
    states = [event["statusUpdate"]["status"]["state"] async for _, event in client.events(waits["id"], 1)]
    working, auth = "TASK_STATE_WORKING", "TASK_STATE_AUTH_REQUIRED"
    assert (waits["status"]["state"], states) == (auth, [working, auth, working, DONE])


async def test_with_direct_it_replies_without_a_task(shelf: Any, alone: Any, text_of: Callable[[Any], str]) -> None:
    client = await alone.serve(Specialist(shelf.HelloWorldAgentExecutor(), SKILLS, direct=True))
    reply = await client.send("Ann")
    assert text_of(reply) == "Hello Ann!"
    assert reply["contextId"]
    assert await client.tasks() == []


async def test_what_it_refuses_in_words_of_the_sdk_is_rejected_in_those(
    told: Any, text_of: Callable[[Any], str]
) -> None:
    async def act(_context: Any, _queue: Any, _said: Any) -> None:
        from a2a.utils.errors import InvalidParamsError

        raise InvalidParamsError(message="Give me a number.")

    _, client = await told(act)
    task = await client.send("go")
    assert (task["status"]["state"], text_of(task)) == ("TASK_STATE_REJECTED", "Give me a number.")


def test_what_is_no_object_of_an_executor_is_refused(shelf: Any) -> None:
    class Sync(shelf.Asking):  # type: ignore[misc]  # imported late
        def execute(self, context: Any, event_queue: Any) -> None: ...

    for wrong, said in ((shelf.Asking, "Write Asking()."), (Sync(), "async def execute")):
        with pytest.raises(SpecialistInvalid) as refused:
            Specialist(wrong, SKILLS)
        assert said in refused.value.fix


def test_the_a2a_sdk_still_has_the_name_that_the_check_goes_by(shelf: Any) -> None:
    from a2a.server.agent_execution import AgentExecutor

    from agentia.agents.definition import EXECUTOR

    assert (AgentExecutor.__module__, AgentExecutor.__name__) == EXECUTOR
