"""The quick JSON of the hot types is that of protobuf's own converter, whatever is in them."""

import json
from typing import Any, TypeVar

import pytest
from a2a.types import a2a_pb2 as pb
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from hypothesis import given
from hypothesis import strategies as st

from agentia.tasks.codec import read, to_json

D = TypeVar("D", pb.Part, pb.Message, pb.Artifact, pb.Task, pb.TaskStatusUpdateEvent, pb.TaskArtifactUpdateEvent)

text = st.text(max_size=8)
texts = st.lists(text, max_size=2)
metadata = st.dictionaries(
    text, st.one_of(text, st.booleans(), st.floats(allow_nan=False, allow_infinity=False)), max_size=2
)
maybe = st.none() | metadata


@st.composite
def parts(draw: Any) -> pb.Part:
    part = pb.Part(filename=draw(text), media_type=draw(text))
    kind = draw(st.sampled_from(["text", "raw", "url", "data", "none"]))
    if kind == "raw":
        part.raw = draw(st.binary(max_size=8))
    elif kind == "data":
        ParseDict(draw(metadata), part.data)
    elif kind != "none":
        setattr(part, kind, draw(text))
    return _described(part, draw(maybe))


def _described(message: D, more: Any) -> D:
    if more is not None:
        ParseDict(more, message.metadata)
        message.metadata.SetInParent()
    return message


@st.composite
def messages(draw: Any) -> pb.Message:
    made = pb.Message(
        message_id=draw(text),
        context_id=draw(text),
        task_id=draw(text),
        role=draw(st.sampled_from([0, 1, 2, 9])),
        parts=draw(st.lists(parts(), max_size=2)),
        extensions=draw(texts),
        reference_task_ids=draw(texts),
    )
    return _described(made, draw(maybe))


@st.composite
def statuses(draw: Any) -> pb.TaskStatus:
    status = pb.TaskStatus(state=draw(st.integers(0, 12)))
    if draw(st.booleans()):
        status.message.CopyFrom(draw(messages()))
    if draw(st.booleans()):
        status.timestamp.seconds = draw(st.integers(0, 2**33))
        status.timestamp.nanos = draw(st.integers(0, 999_999_999))
    return status


@st.composite
def artifacts(draw: Any) -> pb.Artifact:
    made = pb.Artifact(
        artifact_id=draw(text),
        name=draw(text),
        description=draw(text),
        parts=draw(st.lists(parts(), max_size=2)),
        extensions=draw(texts),
    )
    return _described(made, draw(maybe))


@st.composite
def responses(draw: Any) -> pb.StreamResponse:
    kind = draw(st.sampled_from(["task", "status_update", "artifact_update", "message", "none"]))
    if kind == "none":
        return pb.StreamResponse()
    if kind == "message":
        return pb.StreamResponse(message=draw(messages()))
    if kind == "status_update":
        update = pb.TaskStatusUpdateEvent(task_id=draw(text), context_id=draw(text))
        if draw(st.booleans()):
            update.status.CopyFrom(draw(statuses()))
        return pb.StreamResponse(status_update=_described(update, draw(maybe)))
    if kind == "artifact_update":
        chunk = pb.TaskArtifactUpdateEvent(
            task_id=draw(text), artifact=draw(artifacts()), append=draw(st.booleans()), last_chunk=draw(st.booleans())
        )
        return pb.StreamResponse(artifact_update=_described(chunk, draw(maybe)))
    task = pb.Task(
        id=draw(text),
        context_id=draw(text),
        artifacts=draw(st.lists(artifacts(), max_size=2)),
        history=draw(st.lists(messages(), max_size=2)),
        status=draw(st.none() | statuses()),
    )
    return pb.StreamResponse(task=_described(task, draw(maybe)))


@given(responses())
def test_what_is_written_is_what_protobuf_writes(response: pb.StreamResponse) -> None:
    assert json.dumps(to_json(response)) == json.dumps(MessageToDict(response))


PLAIN = {
    "message": {
        "messageId": "m",
        "role": "ROLE_USER",
        "contextId": "c",
        "parts": [{"text": "hi"}, {"text": "", "mediaType": "text/plain", "filename": "f"}],
    },
    "configuration": {"historyLength": 0, "returnImmediately": True},
}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"configuration": {}},
        {"configuration": None},
        {"configuration": {"historyLength": 3}},
        {"configuration": {"acceptedOutputModes": ["text/plain"]}},
        {"tenant": "t"},
        {"metadata": {"a": 1}},
        {"message": {"message_id": "snake", "role": 1, "parts": [{"text": "x"}]}},
        {"message": {"messageId": "m", "role": "ROLE_USER", "parts": [{"text": "x", "kind": "text"}]}},
        {"message": {"messageId": "m", "role": "ROLE_USER", "parts": [{"data": [1, None, {"a": "b"}]}]}},
        {"message": {"messageId": "m", "role": "ROLE_USER", "parts": [], "metadata": {"k": [1.5]}}},
        {"message": None},
        {"configuration": []},
        {"message": {"messageId": "m", "role": "ROLE_USER", "parts": ["x"]}},
    ],
)
def test_what_is_read_is_what_protobuf_reads(change: dict[str, Any]) -> None:
    value = PLAIN | change
    assert read(value, pb.SendMessageRequest()) == ParseDict(value, pb.SendMessageRequest(), ignore_unknown_fields=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"configuration": {"historyLength": 2**40}},
        {"configuration": {"historyLength": "x"}},
        {"message": {"messageId": 5}},
        {"message": {"messageId": "m", "role": "ROLE_USER", "parts": [{"text": 5}]}},
        {"message": {"messageId": "m", "role": "ROLE_USER", "parts": {"text": "x"}}},
    ],
)
def test_what_protobuf_refuses_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ParseError):
        ParseDict(PLAIN | wrong, pb.SendMessageRequest(), ignore_unknown_fields=True)
    with pytest.raises(ParseError):
        read(PLAIN | wrong, pb.SendMessageRequest())
