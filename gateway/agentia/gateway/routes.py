"""The gateway's paths."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from agentia.cards.wellknown import CARD_PATH, JWKS_PATH, OLD_CARD_PATH, conditional
from agentia.gateway.greeting import about, greeting
from agentia.gateway.parts import Parts
from agentia.gateway.place import MESH, Place
from agentia.gateway.relay import Relay


class _Relayed:
    """A place's relay as an ASGI endpoint; a function would be wrapped and its answers put together first."""

    def __init__(self, relay: Relay, place: Callable[[Scope], Place]) -> None:
        self._relay = relay
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._relay.take(self._place(scope), scope, receive, send)


def routes(parts: Parts) -> list[Route]:
    """All routes; those that tasks go through come first."""
    mesh = _Relayed(parts.relay, lambda _: MESH)
    agent = _Relayed(parts.relay, Place.asked)
    return [
        Route("/", mesh, methods=["POST"]),
        Route("/agents/{name}", agent, methods=["POST"]),
        Route("/agents/{name}/", agent, methods=["POST"]),
        *_pages(parts),
        *_cards(parts, "", lambda _: MESH),
        *_cards(parts, "/agents/{name}", Place.asked),
        Route("/registry/{path:path}", parts.registry_window),
        Route("/agents/{name}/{path:path}", agent),
        Route("/{path:path}", mesh),
    ]


def _pages(parts: Parts) -> list[Route]:
    async def welcome(request: Request) -> Response:
        return greeting(request, parts.directory.agents.values(), parts.base_url)

    async def one(request: Request) -> Response:
        return JSONResponse(about(await parts.directory.find(request.path_params["name"]), parts.base_url))

    return [
        Route("/", welcome),
        Route("/agents", welcome),
        Route("/agents/{name}", one),
        Route("/agents/{name}/", one),
    ]


def _cards(parts: Parts, root: str, place: Callable[[Scope], Place]) -> list[Route]:
    async def card(request: Request) -> Response:
        return conditional(request, await parts.cards.at(place(request.scope)))

    async def keys(request: Request) -> Response:
        return conditional(request, parts.jwks)

    return [Route(root + CARD_PATH, card), Route(root + OLD_CARD_PATH, card), Route(root + JWKS_PATH, keys)]
