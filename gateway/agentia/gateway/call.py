"""One request as the gateway reads it: dialect, task and deadline, each looked up late and only when needed."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

from agentia.cards.extensions import DEADLINE, deadline_in
from agentia.cards.extensions import DeadlineUnreadable as Unreadable
from agentia.gateway.errors import DeadlineUnreadable

Binding = Literal["JSONRPC", "HTTP+JSON"]
Version = Literal["1.0", "0.3"]
Headers = Sequence[tuple[bytes, bytes]]

_DEADLINE_BYTES = DEADLINE.encode()
_PEEK = 64 * 1024  # bodies up to this size are parsed for a hint; larger ones only for a deadline
_LONGEST = 50  # characters of a method's name
_EXTENDED_CARD = ("GetExtendedAgentCard", "agent/getAuthenticatedExtendedCard")
_REST = re.compile(
    r"/(?P<old>v1/)?(?:[^/:]+/)??"
    r"(?:message:(?:send|stream)"
    r"|tasks(?:/(?P<task>[^/]+?)(?::(?:cancel|subscribe)|/pushNotificationConfigs(?:/[^/]+)?)?)?"
    r"|(?P<card>extendedAgentCard|card|agent/authenticatedExtendedCard))"
)


class Call:
    """A request for an agent: `path` is what stands below the agent's root, percent-encoded as it was sent."""

    def __init__(self, method: str, path: str, query: str, headers: Headers, body: bytes = b"") -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self._rest = _REST.fullmatch(path)

    @property
    def is_a2a(self) -> bool:
        """Whether path and method can be an A2A operation: JSON-RPC at the root, or one of HTTP+JSON."""
        return self._rest is not None or (self.binding == "JSONRPC" and self.method == "POST")

    @property
    def binding(self) -> Binding:
        return "JSONRPC" if self.path in ("", "/") else "HTTP+JSON"

    @cached_property
    def version(self) -> Version:
        """The caller's protocol: its path or header says it, else the style of its method's name."""
        if self._rest is not None and self._rest["old"]:
            return "0.3"
        if given := header(self.headers, b"a2a-version"):
            return "0.3" if given.startswith(b"0.") else "1.0"
        return "0.3" if "/" in self.rpc_method else "1.0"

    @cached_property
    def rpc_method(self) -> str:
        """The JSON-RPC method, or nothing."""
        method = self._document.get("method") if self.binding == "JSONRPC" else None
        return method if isinstance(method, str) else ""

    @property
    def operation(self) -> str:
        """What is asked for, in as few words as there are operations: `SendMessage`, `tasks/{id}:cancel`."""
        if self._rest is not None:
            path = self.path.strip("/")
            return path.replace(self._rest["task"], "{id}") if self._rest["task"] else path
        return (len(self.body) <= _PEEK and self.rpc_method[:_LONGEST]) or "call"

    def forget_body(self) -> None:
        """Keep of the body only what an error will need: a stream may last for days."""
        kept = self.version, self.request_id, self.task_id
        self.version, self.request_id, self.task_id = kept
        self.body, self._document = b"", {}

    @cached_property
    def request_id(self) -> str | int | None:
        """The JSON-RPC id, which an error has to echo."""
        given = self._document.get("id")
        return given if isinstance(given, str | int) and not isinstance(given, bool) else None

    @cached_property
    def task_id(self) -> str | None:
        """The task that the request is about, where path or a small body shows it; a hint, not a check."""
        if self._rest is not None and self._rest["task"]:
            return self._rest["task"]
        if len(self.body) > _PEEK:
            return None
        params = self._params
        named = (_mapping(params.get("message")).get("taskId"), params.get("taskId"), params.get("id"))
        return next((name for name in named if isinstance(name, str) and name), None)

    @cached_property
    def wants_extended_card(self) -> bool:
        """Whether the answer is an Agent Card, which has to be rewritten."""
        if self._rest is not None:
            return self._rest["card"] is not None
        return len(self.body) <= _PEEK and b"Extended" in self.body and self.rpc_method in _EXTENDED_CARD

    @cached_property
    def deadline(self) -> float | None:
        """The caller's deadline in unix seconds. Raises `DeadlineUnreadable`."""
        if _DEADLINE_BYTES not in self.body:
            return None
        params = self._params
        for holder in (_mapping(params.get("message")), params):
            try:
                said = deadline_in(_mapping(holder.get("metadata")))
            except Unreadable as exc:
                raise DeadlineUnreadable(exc.message, fix=exc.fix) from exc
            if said is not None:
                return said
        return None

    @property
    def _params(self) -> Mapping[str, Any]:
        return _mapping(self._document.get("params")) if self.binding == "JSONRPC" else self._document

    @cached_property
    def _document(self) -> Mapping[str, Any]:
        """The body as JSON; nothing when it is malformed, which is the agent's to answer."""
        try:
            return _mapping(json.loads(self.body))
        except (ValueError, RecursionError):
            return {}


def header(headers: Headers, name: bytes) -> bytes:
    """The first value of a header given in lower case, or nothing."""
    return next((value for key, value in headers if key == name), b"")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
