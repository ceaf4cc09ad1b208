"""Reading a request without reading more than is needed."""

import json
from typing import Any

import pytest

from agentia.gateway.call import Call


def call(body: Any, path: str = "/", **headers: str) -> Call:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Call("POST", path, "", given, raw)


@pytest.mark.parametrize(
    ("body", "path", "headers", "version"),
    [
        ({"method": "SendMessage"}, "/", {}, "1.0"),
        ({"method": "message/send"}, "/", {}, "0.3"),
        ({"method": "SendMessage"}, "/", {"a2a_version": "0.3"}, "0.3"),
        ({"method": "SendMessage"}, "/", {"a2a_version": "1.1"}, "1.0"),
        ({}, "/message:send", {}, "1.0"),
        ({}, "/v1/message:send", {}, "0.3"),
        ({}, "/v1/message:send", {"a2a_version": "1.0"}, "0.3"),
        (b"not json", "/", {}, "1.0"),
    ],
)
def test_the_version_is_what_path_header_or_method_say(body: Any, path: str, headers: Any, version: str) -> None:
    assert call(body, path, **headers).version == version


@pytest.mark.parametrize(
    ("body", "path", "task"),
    [
        ({"params": {"id": "t"}}, "/", "t"),
        ({"params": {"taskId": "t", "id": "config"}}, "/", "t"),
        ({"params": {"message": {"taskId": "t"}}}, "/", "t"),
        ({"message": {"taskId": "t"}}, "/message:send", "t"),
        ({}, "/tasks/t:cancel", "t"),
        ({}, "/v1/tasks/t/pushNotificationConfigs/c", "t"),
        ({}, "/tasks/urn:a:b:subscribe", "urn:a:b"),
        ({"id": "rpc"}, "/", None),
        ({"params": {"id": 3}}, "/", None),
        ([], "/", None),
        ({"params": {"message": {"taskId": "t", "text": "x" * 70_000}}}, "/", None),
    ],
)
def test_the_task_is_seen_where_it_is_cheap_to_see(body: Any, path: str, task: str | None) -> None:
    assert call(body, path).task_id == task


@pytest.mark.parametrize(
    ("given", "echoed"), [("a", "a"), (7, 7), (None, None), (True, None), ([1], None), (1.5, None)]
)
def test_an_error_echoes_only_an_id_that_json_rpc_allows(given: Any, echoed: Any) -> None:
    assert call({"id": given}).request_id == echoed


def test_a_body_is_not_parsed_for_what_it_cannot_hold() -> None:
    asked = call(b'{"params": {"message": {}}}')
    assert (asked.deadline, asked.wants_extended_card) == (None, False)
    assert "_document" not in vars(asked)


def test_the_name_of_a_method_in_a_text_is_not_the_method() -> None:
    assert not call({"method": "SendMessage", "params": {"text": "GetExtendedAgentCard"}}).wants_extended_card
    assert call({"method": "GetExtendedAgentCard"}).wants_extended_card
