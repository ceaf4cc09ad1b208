"""The registry behind the gateway, for reading: lists, single agents and searches pass, writes do not."""

import re

from starlette.types import Receive, Scope, Send

from agentia.gateway.answer import pass_on_plain
from agentia.gateway.body import read_body
from agentia.gateway.errors import AgentLost, NotServed, RegistryAway, RegistryReadOnly
from agentia.gateway.hangup import Hangup
from agentia.gateway.headers import onward
from agentia.gateway.upstream import Lost, NotSent, Upstream

_READABLE = re.compile(r"GET /(?:agents(?:/[^/]+){0,2}|keys/[^/]+)|POST /discover")
_WRITABLE = re.compile(r"(?:POST|PUT|PATCH|DELETE) /(?:agents|keys)(?:/.*)?")


class ReadOnlyRegistry:
    """An ASGI endpoint for `/registry/…`."""

    def __init__(self, url: str, upstream: Upstream) -> None:
        self._url = url.rstrip("/")
        self._upstream = upstream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _allowed(scope)
        body = await read_body(receive)
        async with Hangup(receive):
            await self._pass(path, scope, body, send)

    async def _pass(self, path: str, scope: Scope, body: bytes, send: Send) -> None:
        query = scope["query_string"].decode("latin-1")
        url = f"{self._url}{path}?{query}" if query else f"{self._url}{path}"
        try:
            response = await self._upstream.send(scope["method"], url, onward(scope["headers"]), body)
        except (NotSent, Lost) as exc:
            raise _away() from exc
        try:
            await pass_on_plain(response, send, "registry")
        except AgentLost as exc:
            raise _away() from exc
        finally:
            response.close()


def _allowed(scope: Scope) -> str:
    """The path below the registry's root, when reading it is what the request does."""
    path: str = scope["raw_path"].decode("latin-1").removeprefix("/registry").rstrip("/")
    request = f"{scope['method']} {path}"
    if _READABLE.fullmatch(request):
        return path
    if _WRITABLE.fullmatch(request):
        raise RegistryReadOnly(
            "The registry is for reading only through the gateway.",
            fix="Register, refresh and remove agents at the registry itself, with its join token.",
        )
    raise NotServed(
        f"The registry has nothing at {scope['method']} {path or '/'}.",
        fix="Here are GET /registry/agents, GET /registry/agents/{id} and POST /registry/discover.",
    )


def _away() -> RegistryAway:
    return RegistryAway("The registry does not answer.", fix="Try again in a few seconds.")
