"""What webhooks are told leaves nothing out, wherever telling begins, and does not depend on when it is told."""

import json

from a2a.types.a2a_pb2 import Artifact, Part, StreamResponse, Task, TaskArtifactUpdateEvent, TaskState
from google.protobuf.json_format import ParseDict
from hypothesis import given, settings
from hypothesis import strategies as st

from agentia.tasks.events import Event, new_task, status_update
from agentia.tasks.fold import Fold
from agentia.tasks.notices import LARGEST, Notice, notices
from tests.tasks.conftest import message

WORKING, COMPLETED = TaskState.TASK_STATE_WORKING, TaskState.TASK_STATE_COMPLETED

QUICK = settings(max_examples=30, derandomize=True)

steps = st.lists(
    st.one_of(
        st.just("status"),
        st.tuples(st.sampled_from("ab"), st.booleans(), st.booleans(), st.sampled_from(["x", "y" * 100_000])),
    ),
    max_size=12,
)


def log_of(steps: list[str | tuple[str, bool, bool, str]]) -> list[Event]:
    """The events of a task that takes these steps."""
    responses = [new_task("t", "c", message(), TaskState.TASK_STATE_SUBMITTED)]
    for step in steps:
        if isinstance(step, str):
            responses.append(status_update("t", "c", WORKING))
            continue
        name, append, last, text = step
        artifact = Artifact(artifact_id=name, name=name, parts=[Part(text=text)])
        update = TaskArtifactUpdateEvent(task_id="t", context_id="c", artifact=artifact, append=append, last_chunk=last)
        responses.append(StreamResponse(artifact_update=update))
    responses.append(status_update("t", "c", COMPLETED))
    return [Event(number, response) for number, response in enumerate(responses, 1)]


def told(events: list[Event], protocol: str = "1.0") -> list[Notice]:
    words = notices(protocol)
    return [notice for event in events for notice in words.of(event)]


@QUICK
@given(steps)
def test_the_updates_that_a_webhook_gets_make_the_task(steps: list[str | tuple[str, bool, bool, str]]) -> None:
    events, mine, theirs = log_of(steps), Fold(), Fold()
    for event in events:
        mine.apply(event)
    for notice in told(events):
        theirs.apply(Event(notice.number, ParseDict(json.loads(notice.body), StreamResponse())))
    assert _without_order(theirs) == _without_order(mine)


def _without_order(fold: Fold) -> Task:
    """The task, whose streams that were written at once may have come in another order."""
    task = fold.task()
    artifacts = sorted(task.artifacts, key=lambda artifact: artifact.artifact_id)
    del task.artifacts[:]
    task.artifacts.extend(artifacts)
    return task


@QUICK
@given(steps, st.data())
def test_what_is_told_again_after_a_crash_is_the_same(
    steps: list[str | tuple[str, bool, bool, str]], data: st.DataObject
) -> None:
    events = log_of(steps)
    everything = told(events)
    safe = [index for index, notice in enumerate(everything) if notice.done]
    stop = data.draw(st.sampled_from(safe))
    assert told(events[everything[stop].number :]) == everything[stop + 1 :]


@QUICK
@given(steps)
def test_a_webhook_of_03_ends_up_with_the_task_too(steps: list[str | tuple[str, bool, bool, str]]) -> None:
    from agentia.tasks.dialect import task_json

    events, fold = log_of(steps), Fold()
    for event in events:
        fold.apply(event)
    snapshots = told(events, "0.3")
    assert snapshots[-1].body.decode() == task_json(fold.task())
    assert [snapshot.number for snapshot in snapshots] == [notice.number for notice in told(events) if notice.done]


def test_a_long_stream_is_told_now_and_then() -> None:
    events = log_of([("a", number > 0, False, "z" * 4096) for number in range(1000)])
    bodies = [notice.body for notice in told(events)]
    assert len(bodies) == 2 + 1000 * 4096 // LARGEST + 1
    assert max(map(len, bodies)) < 1.2 * LARGEST
