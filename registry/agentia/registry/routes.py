"""The registry's HTTP API."""

import base64
import binascii
from dataclasses import dataclass
from typing import cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agentia.registry.access import Access
from agentia.registry.bodies import Heartbeat, Listing, Pin, Registration, Wanted, query, read
from agentia.registry.errors import KeysInvalid, KeysNotFound, RequestInvalid
from agentia.registry.keysets import keyset
from agentia.registry.model import Status
from agentia.registry.query import Need
from agentia.registry.records import Page
from agentia.registry.registrar import Registrar


@dataclass(frozen=True)
class Api:
    """The endpoints, over what does the work."""

    registrar: Registrar
    access: Access

    def routes(self) -> list[Route]:
        return [
            Route("/agents", self.register, methods=["POST"]),
            Route("/agents", self.list, methods=["GET"]),
            Route("/agents/{id}", self.get, methods=["GET"]),
            Route("/agents/{id}", self.deregister, methods=["DELETE"]),
            Route("/agents/{id}/heartbeat", self.heartbeat, methods=["PUT"]),
            Route("/agents/{id}/refresh", self.refresh, methods=["POST"]),
            Route("/discover", self.discover, methods=["POST"]),
            Route("/keys/{service}", self.pin, methods=["PUT"]),
            Route("/keys/{service}", self.keys, methods=["GET"]),
            Route("/keys/{service}", self.unpin, methods=["DELETE"]),
        ]

    async def register(self, request: Request) -> Response:
        fetcher = self.access.writer(request)
        body = await read(request, Registration)
        if body.url is not None:
            agent, new = await self.registrar.register_url(fetcher, body.url, body.instance)
        else:
            agent, new = await self.registrar.register_card(fetcher, body.card or {}, body.instance)
        told = {"agent": agent.as_json(), "heartbeat_seconds": self.registrar.liveness.heartbeat}
        return JSONResponse(told, status_code=201 if new else 200)

    async def heartbeat(self, request: Request) -> Response:
        self.access.writer(request)
        body = await read(request, Heartbeat)
        await self.registrar.heartbeat(_id(request), body.instance)
        return JSONResponse({"heartbeat_seconds": self.registrar.liveness.heartbeat})

    async def deregister(self, request: Request) -> Response:
        self.access.writer(request)
        await self.registrar.deregister(_id(request), request.query_params.get("instance"))
        return Response(status_code=204)

    async def refresh(self, request: Request) -> Response:
        agent, changed = await self.registrar.refresh(self.access.writer(request), _id(request))
        return JSONResponse({"agent": agent.as_json(), "changed": changed})

    async def get(self, request: Request) -> Response:
        return JSONResponse((await self.registrar.get(_id(request))).as_json())

    async def list(self, request: Request) -> Response:
        asked = query(request, Listing)
        status = cast("Status | None", asked.status)
        page = Page(after=_after(asked.cursor), limit=asked.limit + 1, status=status)
        agents = await self.registrar.listing(page)
        shown = agents[: asked.limit]
        more = _cursor(shown[-1].id) if len(agents) > asked.limit else None
        return JSONResponse({"agents": [agent.as_json() for agent in shown], "next_cursor": more})

    async def discover(self, request: Request) -> Response:
        asked = await read(request, Wanted)
        need = Need(asked.need, tuple(asked.input_modes), frozenset(asked.exclude))
        matches = await self.registrar.discover(need, asked.limit, healthy=asked.healthy)
        return JSONResponse({"matches": [match.as_json() for match in matches]})

    async def pin(self, request: Request) -> Response:
        self.access.writer(request)
        asked = await read(request, Pin)
        jwks = keyset(asked.jwks)
        if not jwks["keys"]:
            raise KeysInvalid("The key set holds no key that can sign.", fix="Send Ed25519 or P-256 keys with a `kid`.")
        await self.registrar.store.pin(_service(request), jwks, self.registrar.horizon(), asked.voucher)
        return JSONResponse({"jwks": jwks})

    async def keys(self, request: Request) -> Response:
        jwks = await self.registrar.store.keys(_service(request))
        if jwks is None:
            raise KeysNotFound(
                f"No keys are pinned for {_service(request)!r}.", fix="A service pins its keys as it starts."
            )
        return JSONResponse({"jwks": jwks})

    async def unpin(self, request: Request) -> Response:
        self.access.writer(request)
        if not await self.registrar.store.unpin(_service(request)):
            raise KeysNotFound(f"No keys are pinned for {_service(request)!r}.")
        return Response(status_code=204)


def _id(request: Request) -> str:
    return str(request.path_params["id"])


def _service(request: Request) -> str:
    return str(request.path_params["service"])


def _cursor(id: str) -> str:
    return base64.urlsafe_b64encode(id.encode()).decode()


def _after(cursor: str) -> str:
    try:
        return base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as exc:
        raise RequestInvalid("The cursor is not one of this list's.", fix="Start again without a cursor.") from exc
