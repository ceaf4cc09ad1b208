"""The routes below /.well-known/ where an agent shows its card and its public keys."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

CARD_PATH: Final = "/.well-known/agent-card.json"
OLD_CARD_PATH: Final = "/.well-known/agent.json"  # up to 0.2
JWKS_PATH: Final = "/.well-known/jwks.json"
_ENTITY_TAG: Final = re.compile(r'(?:W/)?("[^"]*")|\*')


def card_routes(card_json: Callable[[], bytes], jwks: Callable[[], Mapping[str, Any]]) -> list[Route]:
    """Both card paths and the JWKS. The callables are asked at each request, so cards and keys may change under way."""

    async def card(request: Request) -> Response:
        return conditional(request, card_json())

    async def keys(request: Request) -> Response:
        return conditional(request, json.dumps(jwks(), sort_keys=True).encode())

    return [Route(CARD_PATH, card), Route(OLD_CARD_PATH, card), Route(JWKS_PATH, keys)]


def conditional(request: Request, body: bytes, *, media_type: str = "application/json", max_age: int = 60) -> Response:
    """`body` with a strong ETag, or 304 to a client that has it already (RFC 9110, section 13.1.2)."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={max_age}", "X-Content-Type-Options": "nosniff"}
    if _has(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _has(request: Request, etag: str) -> bool:
    known = ", ".join(request.headers.getlist("if-none-match"))
    return any(match[0] == "*" or match[1] == etag for match in _ENTITY_TAG.finditer(known))
